"""What a planner could decide so that nothing is missed any more: changes with prices, as plain data."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final


class Lever(StrEnum):
    """What may be changed."""

    PLACE = "place"
    """A visit more than a person makes in a day, at an hour that is open anyway."""
    HOUR = "hour"
    """A visit in the two hours after those of its kind, within the shift."""
    COLLEAGUE = "colleague"
    """A visit by somebody of the same role from another area, in a slot that is free."""
    WISH = "wish"
    """A household that nobody may reach is asked to let itself be visited and called, on all days."""
    LEAVE = "leave"
    """A person works on a day of leave."""
    OWE = "owe"
    """One household less is owed, or a callback is waived."""


PRICES: Final[Mapping[Lever, int]] = {
    Lever.PLACE: 1,
    Lever.HOUR: 2,
    Lever.COLLEAGUE: 3,
    Lever.WISH: 4,
    Lever.LEAVE: 6,
    Lever.OWE: 10,
}
"""What one of each costs, in places: visits beyond what people make in a day."""


@dataclass(frozen=True)
class Change:
    """One change.

    Attributes:
        number: How many: visits, days, households.
        person, kind, day: Whose day, and which visits; for a colleague, who comes.
        unit: The household that is asked.
        breach_id: What less is owed of.
        expected, less: How much that duty owes, and how much it would; None for callbacks.
    """

    lever: Lever
    number: int
    person: str | None = None
    kind: str | None = None
    day: date | None = None
    unit: str | None = None
    breach_id: str | None = None
    duty: str | None = None
    post: str | None = None
    period: str | None = None
    expected: int | None = None
    less: int | None = None

    @property
    def price(self) -> int:
        """What it costs, in places."""
        return self.number * PRICES[self.lever]


@dataclass(frozen=True)
class Relaxation:
    """The cheapest changes after which one group of people misses nothing any more.

    Attributes:
        persons: The people whose households they are.
        breach_ids: The shortfalls that they answer.
        changes: Verified by a plan that was made with them; empty if that plan still missed something.
        least: No changes of these kinds cost less; proven.
    """

    persons: tuple[str, ...]
    breach_ids: tuple[str, ...]
    changes: tuple[Change, ...]
    least: int

    @property
    def found(self) -> bool:
        """Whether there is anything to propose."""
        return bool(self.changes)

    @property
    def price(self) -> int | None:
        """What the changes cost together; None if none were found."""
        return sum(change.price for change in self.changes) if self.changes else None


def merged(changes: Sequence[Change]) -> tuple[Change, ...]:
    """The changes in order: by lever, then day, person and unit."""
    levers = list(Lever)
    return tuple(
        sorted(
            changes,
            key=lambda one: (
                levers.index(one.lever),
                one.day or date.min,
                one.person or "",
                one.kind or "",
                one.unit or "",
                one.breach_id or "",
            ),
        )
    )
