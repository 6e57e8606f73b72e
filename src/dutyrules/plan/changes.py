"""What counts as a change of a plan that is kept: by somebody else, on another day, at another hour or with another."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from functools import cached_property

from dutyrules.plan.draft import Draft, Visit
from dutyrules.timegrid import DAY


class Level(IntEnum):
    """How much a visit differs from what a household expects; those that come later weigh more than all before."""

    SAME = 0
    HOUR = 1
    DAY = 2
    PERSON = 3


CHANGES = (Level.PERSON, Level.DAY, Level.HOUR)
"""The dearest first."""


@dataclass(frozen=True)
class Expected:
    """A visit of the kept plan that may move.

    Attributes:
        unit: The household's code.
        companion: Who comes along.
    """

    start: int
    person: int
    kind: str
    unit: int
    companion: int | None = None


@dataclass(frozen=True)
class Expectations:
    """What the kept plan promises to households."""

    visits: tuple[Expected, ...]

    @cached_property
    def of_unit(self) -> Mapping[int, tuple[Expected, ...]]:
        """The visits that a household expects."""
        found: dict[int, tuple[Expected, ...]] = {}
        for one in self.visits:
            found[one.unit] = (*found.get(one.unit, ()), one)
        return found

    def of(self, draft: Draft) -> "Expectations":
        """Those at the households of a draft."""
        return Expectations(tuple(one for one in self.visits if one.unit in draft.households))

    def knows(self, unit: int, person: int) -> bool:
        """Whether a household expects this person, or nobody at all."""
        own = self.of_unit.get(unit, ())
        return not own or any(one.person == person for one in own)

    def level(self, unit: int, kind: str, person: int, start: int, companion: int | None = None) -> Level:
        """What a visit is to a household; where two come, another companion is as much as another hour."""
        if not self.knows(unit, person):
            return Level.PERSON
        same = [one for one in self.of_unit.get(unit, ()) if (one.person, one.kind) == (person, kind)]
        if any(one.start == start and companion in (None, one.companion) for one in same):
            return Level.SAME
        return Level.HOUR if any(one.start // DAY == start // DAY for one in same) else Level.DAY

    def count(self, visits: Iterable[Visit]) -> dict[Level, int]:
        """How many visits change something."""
        levels = [self.level(one.household.code, one.kind, one.person, one.start, one.companion) for one in visits]
        return {level: levels.count(level) for level in CHANGES}
