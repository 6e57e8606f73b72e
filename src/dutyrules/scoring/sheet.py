"""A sheet as people and programs read it: plain values, exact decimals, every point with its breaches."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Literal

from dutyrules.scoring.accumulate import Window

ItemState = Literal["assessed", "partial", "not_assessed", "excluded"]
Decision = Literal["open", "late", "refused", "points", "all"]


@dataclass(frozen=True)
class Finding:
    """One obligation that was not simply met, with what decides it.

    Attributes:
        breach_id: Stable identity; only of breaches.
        day: The day on which it fell due.
        state: breached, excused, pending, not_assessed, no_occasion or met.
        expected, actual: As text, in the duty's own unit.
        evidence: (file, row) of the log.
        missing: Targets that were owed and not reached.
        why: What makes it excused or not assessed.
    """

    breach_id: str
    duty: str
    clause: tuple[str, ...]
    post: str
    period: str
    day: str
    discriminator: str
    state: str
    reason: str | None
    expected: str | None
    actual: str | None
    evidence: tuple[tuple[str, int], ...] = ()
    missing: tuple[str, ...] = ()
    why: str = ""
    strength: str = "must"


@dataclass(frozen=True)
class Veto:
    """What happens because of one line.

    Attributes:
        effect: `zero_item`, `zero_total` or `cap`.
        cap: The most that the sheet comes to; only of `cap`.
    """

    effect: str
    cap: Decimal | None


@dataclass(frozen=True)
class Appeal:
    """What somebody appealed against.

    Attributes:
        breach_id: The breach, or the inspector's row (`2026-10.csv:17`).
        decision: `open` (nobody decided yet), `late` (filed outside of the window, not admitted), `refused`, `points`
            (so many are given back), `all` (what it was about no longer counts).
        points: What is given back; None unless the decision says so.
    """

    breach_id: str
    person: str
    role: str
    filed_at: datetime
    filed_by: str | None
    decision: Decision
    points: Decimal | None
    decided_by: str | None
    decided_at: datetime | None
    approver: str | None
    reason: str | None


@dataclass(frozen=True)
class Change:
    """A breach of a closed month that came, went, or is told otherwise since.

    Attributes:
        finding: As it is now; of one that went as it was.
    """

    change: Literal["came", "went", "changed"]
    finding: Finding


@dataclass(frozen=True)
class Adjustment:
    """What an earlier, closed month comes to differently for one sheet since.

    Attributes:
        period: That month.
        points, fines, payable: Differences, with their sign.
    """

    period: str
    person: str
    role: str
    points: Decimal
    fines: Mapping[str, Decimal]
    payable: Mapping[str, Decimal]
    changes: tuple[Change, ...]


@dataclass(frozen=True)
class LineScore:
    """What one deduction line took off.

    Attributes:
        points: After what appeals gave back.
        given_back: What appeals gave back.
        price: The word of the book that says what it costs; None for a veto without one.
        veto: What else happens, if it does.
    """

    line: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    price: str | None
    times: int
    points: Decimal
    breaches: tuple[str, ...]
    findings: tuple[tuple[str, int], ...]
    uninspected: bool
    veto: Veto | None
    given_back: Decimal = Decimal(0)


@dataclass(frozen=True)
class ItemScore:
    """One item of a scorecard.

    Attributes:
        score: Before its weight.
        weight: Its share of the sheet; None where items have no weights.
    """

    item: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    marks: Decimal
    weight: Fraction | None
    deducted: Decimal
    score: Decimal
    state: ItemState
    settled_by: str | None
    lines: tuple[LineScore, ...]


@dataclass(frozen=True)
class BonusScore:
    """Points on top."""

    bonus: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    times: int
    points: Decimal


@dataclass(frozen=True)
class BorneScore:
    """What a sheet bears for another.

    Attributes:
        person, role: Whose sheet it is of which the line took points.
        points: As they are shown; they are added up exactly.
        exact: As they are added up.
    """

    person: str
    role: str
    scorecard: str
    item: str
    line: str
    share: Fraction
    points: Decimal
    exact: Fraction


@dataclass(frozen=True)
class GradeScore:
    """What the percent of a sheet is called, and what it is worth."""

    grade: str
    title: str | Mapping[str, str]
    coefficient: Decimal | None


@dataclass(frozen=True)
class FineScore:
    """Money that a text asks for; recorded, never deducted from points.

    Attributes:
        legal_basis: What makes it payable; None where it is meant to be recorded only.
        payable: What of the amount may be paid.
        why: Why it is only recorded; empty where it may be paid.
    """

    fine: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    times: int
    amount: Decimal
    currency: str
    breaches: tuple[str, ...]
    legal_basis: str | None
    payable: Decimal
    why: str


@dataclass(frozen=True)
class OutcomeScore:
    """What follows besides points and money.

    Attributes:
        steps: What is reached, by its word, with its title; empty before the first step.
        window: The months over which it is counted; None where only the period's own times are.
        liable: (person, role) of whoever answers for it too.
    """

    outcome: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    times: int
    steps: Mapping[str, str | Mapping[str, str]]
    breaches: tuple[str, ...]
    findings: tuple[tuple[str, int], ...]
    window: Window | None
    liable: tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class LiableScore:
    """What somebody answers for besides whoever did it.

    Attributes:
        person, role: Whose sheet has the outcome.
    """

    person: str
    role: str
    outcome: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    steps: Mapping[str, str | Mapping[str, str]]


@dataclass(frozen=True)
class Sheet:
    """One person in one role for one period.

    Attributes:
        bonus: What counts of the bonuses: at most their cap.
        borne: What is taken off for others.
        accumulated: What several months come to; None unless the scorecard asks for it.
        appeals: Against what is on it.
        adjustments: Of earlier months; they are part of the score.
    """

    person: str
    name: str
    role: str
    scorecard: str | None
    marks: Decimal | None
    score: Decimal | None
    percent: Decimal | None
    assessed_marks: Decimal | None
    score_min: Decimal | None
    score_max: Decimal | None
    complete: bool
    grade: GradeScore | None
    accumulated: Window | None
    bonus: Decimal
    items: tuple[ItemScore, ...]
    bonuses: tuple[BonusScore, ...]
    borne: tuple[BorneScore, ...]
    fines: tuple[FineScore, ...]
    outcomes: tuple[OutcomeScore, ...]
    liable_for: tuple[LiableScore, ...]
    breaches: tuple[Finding, ...]
    excused: tuple[Finding, ...]
    pending: tuple[Finding, ...]
    not_assessed: tuple[Finding, ...]
    uncharged: tuple[str, ...]
    workdays: int
    appeals: tuple[Appeal, ...] = ()
    adjustments: tuple[Adjustment, ...] = ()

    @property
    def adjusted(self) -> Decimal:
        """What adjustments add to the score, with its sign."""
        return sum((one.points for one in self.adjustments), Decimal(0))

    @property
    def fine_totals(self) -> Mapping[str, Decimal]:
        """Fines by currency."""
        return _by_currency((fine.currency, fine.amount) for fine in self.fines)

    @property
    def payable_totals(self) -> Mapping[str, Decimal]:
        """What of the fines may be paid, by currency."""
        return _by_currency((fine.currency, fine.payable) for fine in self.fines)


def _by_currency(amounts: Iterable[tuple[str, Decimal]]) -> Mapping[str, Decimal]:
    totals: dict[str, Decimal] = {}
    for currency, amount in amounts:
        if amount:
            totals[currency] = totals.get(currency, Decimal(0)) + amount
    return totals
