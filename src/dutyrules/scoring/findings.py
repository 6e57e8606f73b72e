"""Names for what was judged: periods, discriminators, breach ids, expected and actual as text."""

from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256

import numpy as np

from dutyrules.obligation import NONE, Ints, Reason, State, Verdicts
from dutyrules.scoring.judge import Judgement
from dutyrules.scoring.sheet import Finding
from dutyrules.timegrid import Period, PeriodKind, date_of, instant_text


class Namer:
    """Turns rows of verdicts into `Finding`s; only for the rows that are asked for."""

    def __init__(self, judgement: Judgement) -> None:
        self._judgement = judgement
        self._ground = judgement.ground
        self._cache: dict[str, tuple[list[str], list[str]]] = {}

    def finding(self, duty: str, row: int, *, evidence: bool = True) -> Finding:
        """One verdict, in words."""
        form, verdicts = self._judgement.duty(duty), self._judgement.verdicts[duty]
        obligations, judged = verdicts.obligations, verdicts.judged
        state = State(int(verdicts.state[row]))
        breached = state is State.BREACHED
        reason = self.reason(verdicts, row)
        facts = self._ground.facts
        rows = judged.evidence(row) if evidence else np.empty(0, np.int64)
        missing = judged.missing(row) if evidence and breached else np.empty(0, np.int64)
        return Finding(
            breach_id=self.ids(duty)[row] if breached or state is State.EXCUSED else "",
            duty=duty,
            clause=form.clause,
            post=self._ground.presence.label(int(obligations.post[row])),
            period=self.period(duty, row),
            day=date_of(int(obligations.day[row])).isoformat(),
            discriminator=self.discriminators(duty)[row],
            state=state.name.lower(),
            reason=reason,
            expected=self.text(verdicts, obligations.expected if judged.owed is None else judged.owed, row),
            actual=self.text(verdicts, judged.actual, row) if state is not State.NO_OCCASION else None,
            evidence=tuple(facts.log_rows(rows)) if len(rows) else (),
            missing=tuple(facts.log.targets[int(code)] for code in missing),
            why=verdicts.whys[int(verdicts.why[row])],
            strength=form.strength,
        )

    @staticmethod
    def reason(verdicts: Verdicts, row: int) -> str | None:
        """The reason of a breach."""
        code = int(verdicts.reason[row])
        return Reason(code).name.lower() if code else None

    @staticmethod
    def text(verdicts: Verdicts, column: Ints, row: int) -> str | None:
        """A number of the obligations' unit as text."""
        number = int(column[row])
        if number == NONE:
            return None
        match verdicts.obligations.unit:
            case "instant" if verdicts.judged.reason[row] != Reason.SHORT:
                return instant_text(number)
            case "mark":
                whole, part = divmod(number, 10_000)
                return f"{whole}.{part:04d}".rstrip("0").rstrip(".")
            case _:
                return str(number)

    def period(self, duty: str, row: int) -> str:
        """The label of an obligation's period."""
        form, obligations = self._judgement.duty(duty), self._judgement.verdicts[duty].obligations
        first, last = int(obligations.first_day[row]), int(obligations.last_day[row])
        scored, kind = self._ground.period, getattr(form, "per", None)
        alone = obligations.event[row] < 0 and obligations.target[row] < 0 and (kind is None or form.triggered)
        if alone and (first, last) == (scored.first_day, scored.last_day):
            return scored.label
        if kind is None or PeriodKind(kind).daily:
            return date_of(last).isoformat()
        return Period.containing(PeriodKind(kind), date_of(first)).label

    def discriminators(self, duty: str) -> Sequence[str]:
        """What tells apart the obligations of one post and period; equal ones are numbered in log order."""
        return self._named(duty)[0]

    def ids(self, duty: str) -> Sequence[str]:
        """The breach id of every row."""
        return self._named(duty)[1]

    def _named(self, duty: str) -> tuple[list[str], list[str]]:
        if duty not in self._cache:
            form, verdicts = self._judgement.duty(duty), self._judgement.verdicts[duty]
            seen: Counter[tuple[str, str, str]] = Counter()
            names, ids = [""] * len(verdicts), [""] * len(verdicts)
            for row in _in_order(verdicts):
                period = self.period(duty, row)
                name = form.discriminator(self._ground, verdicts.obligations, row)
                label = self._ground.presence.label(int(verdicts.obligations.post[row]))
                seen[label, period, name] += 1
                names[row] = name if seen[label, period, name] == 1 else f"{name}#{seen[label, period, name]}"
                text = "|".join((self._judgement.estate.id, label, duty, period, names[row]))
                ids[row] = sha256(text.encode()).hexdigest()[:16]
            self._cache[duty] = (names, ids)
        return self._cache[duty]


def _in_order(verdicts: Verdicts) -> Iterator[int]:
    """Rows as the log has them, so that numbering does not depend on how an expansion sorts."""
    obligations = verdicts.obligations
    return iter(np.lexsort((obligations.event, obligations.start, obligations.first_day)).tolist())
