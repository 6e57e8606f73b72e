"""What a line counts on each sheet: breaches and findings, as columns."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from dutyrules.book import BreachFact, Cause, Counting
from dutyrules.checks.duty import Pattern
from dutyrules.facts import Events, sums
from dutyrules.figure import POINT_SCALE
from dutyrules.obligation import Bools, Ints, Obligations, Reason, State
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.judge import Judgement


@dataclass(frozen=True)
class _Columns:
    """Columns of equal length."""

    def only(self, kept: Bools | Ints) -> Self:
        """Some of the rows."""
        return type(self)(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    @classmethod
    def joined(cls, parts: Sequence[Self]) -> Self:
        """Several tables as one."""
        empty = np.empty(0, np.int64)
        return cls(
            *(np.concatenate([empty, *(getattr(part, name) for part in parts)]) for name in cls.__dataclass_fields__)
        )


@dataclass(frozen=True)
class Breaches(_Columns):
    """Breaches of some duties on some sheets.

    Attributes:
        key: Identity: number of the duty and row of the verdict, packed.
        weight: What the breach counts: 1, or what is missing.
        case: Case code, -1 for none.
    """

    key: Ints
    sheet: Ints
    day: Ints
    weight: Ints
    case: Ints


@dataclass(frozen=True)
class Findings(_Columns):
    """What an inspector wrote for a line.

    Attributes:
        row: Row of the log.
        value: How many occurrences it stands for.
        case: Case code, -1 for none.
    """

    row: Ints
    sheet: Ints
    day: Ints
    value: Ints
    case: Ints


@dataclass(frozen=True)
class Counted:
    """What a line counts."""

    breaches: Breaches
    findings: Findings

    def on(self, sheets: Bools) -> "Counted":
        """What stands on some sheets."""
        return Counted(self.breaches.only(sheets[self.breaches.sheet]), self.findings.only(sheets[self.findings.sheet]))

    def without(self, keys: Ints, cases: Ints) -> "Counted":
        """What is left when some breaches, and all that is about some cases (see `cases`), are taken."""
        free = ~np.isin(self.breaches.key, keys) & ~np.isin(_packed(self.breaches), cases)
        return Counted(self.breaches.only(free), self.findings.only(~np.isin(_packed(self.findings), cases)))

    @property
    def cases(self) -> Ints:
        """The cases that it is about, each with its sheet."""
        packed = np.concatenate([_packed(self.breaches), _packed(self.findings)])
        return packed[packed >= 0]


def _packed(rows: Breaches | Findings) -> Ints:
    """Sheet and case in one number; -1 without a case."""
    return np.where(rows.case >= 0, rows.sheet << 32 | rows.case, -1)


class Occurrences:
    """Counts for lines on the verdicts of a period."""

    def __init__(self, judgement: Judgement, sheets: Sheets, waived: Mapping[str, Ints]) -> None:
        self._judgement = judgement
        self._ground = judgement.ground
        self._sheets = sheets
        self._waived = waived
        self._number = {name: index for index, name in enumerate(judgement.verdicts)}
        self._found: dict[tuple[tuple[str, ...], bytes], Findings] = {}

    def on(self, judgement: Judgement) -> "Occurrences":
        """The same sheets and findings with other verdicts."""
        other = Occurrences(judgement, self._sheets, self._waived)
        other._found = self._found
        return other

    def duty_row(self, key: int) -> tuple[str, int]:
        """The duty and row of a breach."""
        return list(self._number)[key // 2**32], key % 2**32

    def of(self, line: Counting, mine: Bools) -> Counted:
        """What a line counts on some sheets if it shares nothing with others."""
        return Counted(self._of_line(line, mine), self._findings(line, mine))

    def times(self, line: Counting, counted: Counted) -> Ints:
        """How many occurrences that is on each sheet: per day the larger of the two numbers."""
        breaches = _one_per_case(counted.breaches) if line.distinct else counted.breaches
        findings = counted.findings
        days = int(self._ground.period.last_day) + 2
        packed = np.concatenate([breaches.sheet * days + breaches.day, findings.sheet * days + findings.day])
        cells, index = np.unique(packed, return_inverse=True)
        logged = sums(index[: len(breaches.sheet)], breaches.weight, len(cells))
        found = sums(index[len(breaches.sheet) :], findings.value, len(cells))
        return sums(cells // days, np.maximum(logged, found), len(self._sheets))

    # ------------------------------------------------------------ breaches

    def _breaches(self, duty: str, reasons: Sequence[str] | None = None, *, missing: bool = False) -> Breaches:
        """The breaches of a duty that are on a sheet, perhaps for some reasons only."""
        verdicts = self._judgement.verdicts[duty]
        obligations, judged = verdicts.obligations, verdicts.judged
        rows = verdicts.breached
        if reasons is not None:
            rows = rows[np.isin(judged.reason[rows], [Reason[reason.upper()] for reason in reasons])]
        if duty in self._waived:
            rows = rows[~np.isin(rows, self._waived[duty])]
        rows = rows[self._sheets.of_post[obligations.post[rows]] >= 0]
        owed, actual = obligations.take(rows), judged.actual[rows]
        gap = owed.expected - actual if missing else np.ones(len(rows), np.int64)
        found = judged.reason[rows] == Reason.FOUND
        return Breaches(
            key=rows + self._number[duty] * 2**32,
            sheet=self._sheets.of_post[owed.post],
            day=_day(owed),
            weight=np.where(found, actual, gap),
            case=self._cases(owed),
        )

    def _cases(self, obligations: Obligations) -> Ints:
        """The case of the event that each is about, even where it is matched by something else."""
        own = obligations.case
        return np.where(own >= 0, own, self._ground.facts.cases(obligations.event))

    def _of_line(self, line: Counting, mine: Bools) -> Breaches:
        parts = []
        for duty in line.duties:
            if self._judgement.duty(duty).strength != "must":
                continue
            reasons = [breach.rpartition(".")[2] for breach in line.breaches if breach.rpartition(".")[0] == duty]
            part = self._breaches(duty, reasons, missing=line.by_missing)
            part = part.only(mine[part.sheet])
            if line.condition == "none_done":
                part = part.only(self._none_done(duty, part)[part.sheet])
            parts.append(part)
        breaches = Breaches.joined(parts)
        if line.aggravated_by:
            breaches = breaches.only(self._case_with(line.aggravated_by, breaches))
        return breaches

    def happened(self, cause: Cause, counted: Counted, sheets: int) -> Bools:
        """On which of so many sheets a cause holds on the case of a breach or finding that is counted."""
        there = np.zeros(sheets, np.bool_)
        for rows in (counted.breaches, counted.findings):
            there[rows.sheet[self._case_with(cause, rows)]] = True
        return there

    def _case_with(self, cause: Cause, rows: Breaches | Findings) -> Bools:
        """Of which rows a cause holds on their case."""
        return cause.holds(lambda fact: self._holds(fact, rows)) & (rows.case >= 0)

    def _holds(self, fact: Pattern | BreachFact, rows: Breaches | Findings) -> Bools:
        """Of which rows a fact holds on their case."""
        if isinstance(fact, BreachFact):
            others = self._breaches(fact.duty, [fact.breach.rpartition(".")[2]])
            return np.isin(_packed(rows), _packed(others))
        return np.isin(rows.case, fact.of(self._ground).case)

    def _none_done(self, duty: str, counted: Breaches) -> Bools:
        """Sheets on which the duty was never met and every breach is one of those counted."""
        verdicts = self._judgement.verdicts[duty]
        size = len(self._sheets)
        sheet = self._sheets.of_post[verdicts.obligations.post]
        met = np.bincount(sheet[(verdicts.state == State.MET) & (sheet >= 0)], minlength=size)
        broken = np.bincount(self._breaches(duty).sheet, minlength=size)
        return (met == 0) & (broken > 0) & (broken == np.bincount(counted.sheet, minlength=size))

    # ------------------------------------------------------------ findings

    def _findings(self, line: Counting, mine: Bools) -> Findings:
        """The findings of a line's clause in the period."""
        key = (line.clause, mine.tobytes())
        if key not in self._found:
            self._found[key] = self._logged(line.clause, mine)
        found = self._found[key]
        if not line.only_if_met:
            return found
        spoilt = self._breaches(line.only_if_met)
        days = self._ground.period.last_day + 2
        return found.only(~np.isin(found.sheet * days + found.day, spoilt.sheet * days + spoilt.day))

    def _logged(self, clauses: Sequence[str], mine: Bools) -> Findings:
        """Findings of some clauses in the period, their sheets among `mine`, and their values."""
        ground = self._ground
        events: Events = ground.facts.events([f"finding.{clause}" for clause in clauses])
        events = events.take(ground.happened(events))
        if not len(events):
            return Findings.joined([])
        sheet = self._sheets.of_person(events.person, mine)
        events, sheet = events.take(sheet >= 0), sheet[sheet >= 0]
        value = ground.facts.numbers("value", events.row)
        value = np.where(value < 0, 1, value // POINT_SCALE)
        return Findings(events.row, sheet, events.day, value, events.case)


def _day(obligations: Obligations) -> Ints:
    """The day on which each counts; what an event is by itself belongs to the event's duty day."""
    itself = (obligations.event >= 0) & (obligations.limit == obligations.start + 1)
    return np.where(itself, obligations.last_day, obligations.day)


def _one_per_case(breaches: Breaches) -> Breaches:
    """Breaches of one case on a sheet count once, on the first day."""
    order = np.lexsort((breaches.day, breaches.case, breaches.sheet))
    sheet, case = breaches.sheet[order], breaches.case[order]
    again = np.zeros(len(order), np.bool_)
    again[1:] = (sheet[1:] == sheet[:-1]) & (case[1:] == case[:-1]) & (case[1:] >= 0)
    return breaches.only(np.sort(order[~again]))
