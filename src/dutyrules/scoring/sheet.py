"""A sheet as people and programs read it: plain values, exact decimals, every point with its breaches."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

ItemState = Literal["assessed", "partial", "not_assessed", "excluded"]


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
class LineScore:
    """What one deduction line took off."""

    line: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    price: str
    times: int
    points: Decimal
    breaches: tuple[str, ...]
    findings: tuple[tuple[str, int], ...]
    uninspected: bool


@dataclass(frozen=True)
class ItemScore:
    """One item of a scorecard."""

    item: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    marks: Decimal
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
class FineScore:
    """Money that a text asks for; recorded, not deducted."""

    fine: str
    clause: tuple[str, ...]
    title: str | Mapping[str, str]
    times: int
    amount: Decimal
    currency: str
    breaches: tuple[str, ...]


@dataclass(frozen=True)
class Sheet:
    """One person in one role for one period."""

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
    bonus: Decimal
    items: tuple[ItemScore, ...]
    bonuses: tuple[BonusScore, ...]
    fines: tuple[FineScore, ...]
    breaches: tuple[Finding, ...]
    excused: tuple[Finding, ...]
    pending: tuple[Finding, ...]
    not_assessed: tuple[Finding, ...]
    uncharged: tuple[str, ...]
    workdays: int

    @property
    def fine_totals(self) -> Mapping[str, Decimal]:
        """Fines by currency."""
        totals: dict[str, Decimal] = {}
        for fine in self.fines:
            if fine.amount:
                totals[fine.currency] = totals.get(fine.currency, Decimal(0)) + fine.amount
        return totals
