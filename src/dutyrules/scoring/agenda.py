"""What is open, as people and programs read it: plain values, local instants, exact decimals."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Literal

OpenState = Literal["open", "overdue", "lost"]


@dataclass(frozen=True)
class Cost:
    """What a breach takes off.

    Attributes:
        points: Of the items of the sheet.
        fines: Currency → money; only where there is any.
    """

    points: Decimal
    fines: Mapping[str, Decimal]


@dataclass(frozen=True, kw_only=True)
class Owed:
    """Which obligation.

    Attributes:
        breach_id: The id that its breach has, or would have.
        about: The case or target that it is about.
    """

    breach_id: str
    duty: str
    clause: tuple[str, ...]
    post: str
    period: str
    discriminator: str
    strength: str
    about: str


@dataclass(frozen=True, kw_only=True)
class Open(Owed):
    """One obligation that is not past.

    Attributes:
        state: `open`; `overdue` where only being late is left; `lost` where nothing that is done now meets it.
        reason: What it would be breached as, with what is done so far.
        begin: First second in which it can be done.
        due: The last instant that is in time, as rules name it.
        late_until: The last instant that still counts as late; only of what is overdue.
        more: How many are still to be done; None where nothing is counted.
        missing: Members of the population that were not reached yet.
        cost: What missing it takes off; None where nothing charges it.
        cost_late: What doing it late takes off; only of what is overdue.
        excused: What would excuse a miss: `leave`, `excused_by` or `waived`.
    """

    state: OpenState
    reason: str
    begin: datetime
    due: datetime
    late_until: datetime | None
    expected: str | None
    actual: str | None
    more: int | None
    missing: tuple[str, ...]
    cost: Cost | None
    cost_late: Cost | None
    excused: str | None


@dataclass(frozen=True, kw_only=True)
class Unassessed(Owed):
    """One obligation that cannot be judged, and is not past as far as one can know.

    Attributes:
        why: ``unbound:$parameter``, ``no_due_time`` or ``log_incomplete``.
        kinds: The kinds that are not covered.
        due: The last instant that is in time; None where nobody knows.
    """

    why: str
    kinds: tuple[str, ...]
    due: datetime | None


@dataclass(frozen=True)
class Agenda:
    """What one person in one role has open, earliest first."""

    person: str
    name: str
    role: str
    open: tuple[Open, ...]
    not_assessed: tuple[Unassessed, ...]
