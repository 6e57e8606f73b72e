"""How much people have to do, and what would make it more even, as plain data."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

UNEVEN: Final = Fraction(5, 4)
"""Who has more minutes a workday than this times those of somebody else has too much."""


@dataclass(frozen=True)
class Load:
    """What one person has to do.

    Attributes:
        visits: Visits and calls, own ones and those in which the person comes along.
        minutes: What they take, with the walks to the buildings.
        workdays: Days at work, of those that are planned.
    """

    person: str
    visits: int
    minutes: int
    workdays: int

    @property
    def minutes_a_day(self) -> Fraction:
        """Minutes for each day at work."""
        return Fraction(self.minutes, self.workdays)

    @property
    def visits_a_day(self) -> Fraction:
        """Visits for each day at work."""
        return Fraction(self.visits, self.workdays)


@dataclass(frozen=True)
class Handover:
    """A building that would go over to somebody else.

    Attributes:
        before, after: Who visits most of its households, and who would.
        households: How many the plan visits or calls there.
        minutes: What that takes in the planned days, with the walks.
    """

    building: str
    before: str
    after: str
    households: int
    minutes: int


@dataclass(frozen=True)
class Balance:
    """Loads that are uneven, and the handovers after which they would be less so.

    Attributes:
        before, after: The loads as they are, and as they would be, counted anew.
        handovers: Empty if none help.
        proven: Whether fewer buildings, or others, are known not to do as well.
    """

    before: tuple[Load, ...]
    after: tuple[Load, ...]
    handovers: tuple[Handover, ...]
    proven: bool

    @property
    def even(self) -> bool:
        """Whether nobody would have too much any more."""
        return not uneven(self.after)


def uneven(loads: Sequence[Load]) -> bool:
    """Whether somebody has more than others by more than is tolerated.

    >>> [uneven([Load("li", 9, minutes, 10), Load("wang", 9, 100, 10)]) for minutes in (125, 126)]
    [False, True]
    """
    rates = [load.minutes_a_day for load in loads]
    return bool(rates) and max(rates) > UNEVEN * min(rates)
