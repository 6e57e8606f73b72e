"""Names for what was judged: periods, discriminators, breach ids, expected and actual as text."""

from collections import Counter
from dataclasses import dataclass
from functools import cached_property
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
        self._cache: dict[str, _Named] = {}

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
            breach_id=self.breach_id(duty, row) if breached or state is State.EXCUSED else "",
            duty=duty,
            clause=form.clause,
            post=self._ground.presence.label(int(obligations.post[row])),
            period=self.period(duty, row),
            day=date_of(int(obligations.day[row])).isoformat(),
            discriminator=self.discriminator(duty, row),
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

    def discriminator(self, duty: str, row: int) -> str:
        """What tells apart the obligations of one post and period; equal ones are numbered as they came about."""
        return self._named(duty, row).names[row]

    def breach_id(self, duty: str, row: int) -> str:
        """The id that the breach of a row has, or would have."""
        return self._named(duty, row).ids[row]

    def _named(self, duty: str, row: int) -> "_Named":
        """The names of a duty, those of all rows of the row's post among them."""
        verdicts = self._judgement.verdicts[duty]
        if duty not in self._cache:
            self._cache[duty] = _Named.of(verdicts, self._label_of_post)
        named = self._cache[duty]
        if not named.ids[row]:
            self._name(duty, named, self._in_order(verdicts, named.alike(row)))
        return named

    def _in_order(self, verdicts: Verdicts, rows: Ints) -> Ints:
        """Rows as they came about, and then as the log has them: no number depends on how an expansion sorts."""
        owed = verdicts.obligations
        event, at = owed.event[rows], np.zeros(len(rows), np.int64)
        at[event >= 0] = self._ground.facts.log.frame["at"].gather(event[event >= 0]).to_numpy()
        return rows[np.lexsort((event, at, owed.start[rows], owed.first_day[rows]))]

    def _name(self, duty: str, named: "_Named", rows: Ints) -> None:
        form, obligations = self._judgement.duty(duty), self._judgement.verdicts[duty].obligations
        label = self._ground.presence.label(int(obligations.post[rows[0]]))
        seen: Counter[tuple[str, str]] = Counter()
        for row in rows.tolist():
            period, name = self.period(duty, row), form.discriminator(self._ground, obligations, row)
            seen[period, name] += 1
            named.names[row] = name if seen[period, name] == 1 else f"{name}#{seen[period, name]}"
            text = "|".join((self._judgement.estate.id, label, duty, period, named.names[row]))
            named.ids[row] = sha256(text.encode()).hexdigest()[:16]

    @cached_property
    def _label_of_post(self) -> Ints:
        """A number for the label of each post; who comes back to a post has its label again."""
        presence = self._ground.presence
        numbers: dict[str, int] = {}
        return np.array(
            [numbers.setdefault(presence.label(post), len(numbers)) for post in range(len(presence.person))], np.int64
        )


@dataclass(frozen=True)
class _Named:
    """The names of a duty's rows, empty as long as nobody asks for one of the post.

    Attributes:
        names, ids: Discriminators and breach ids.
        label: A number for the label of each row's post.
        order: The rows by these numbers.
    """

    names: list[str]
    ids: list[str]
    label: Ints
    order: Ints

    @classmethod
    def of(cls, verdicts: Verdicts, label_of_post: Ints) -> "_Named":
        """Nothing named yet."""
        label = label_of_post[verdicts.obligations.post]
        size = len(verdicts)
        return cls([""] * size, [""] * size, label, np.argsort(label, kind="stable"))

    def alike(self, row: int) -> Ints:
        """The rows of posts with the same label, in order."""
        begin, end = np.searchsorted(self.label, [self.label[row], self.label[row] + 1], sorter=self.order)
        return self.order[begin:end]
