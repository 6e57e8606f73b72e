"""Minutes on foot from building to building and from offices: what the estate measured, else by coordinates."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

import numpy as np

from dutyrules.estate import Estate
from dutyrules.plan.walks import Ints, Point, leg
from dutyrules.registry.areas import Office

FARTHEST: Final = 24 * 60
"""Minutes: no way within a day takes longer."""


@dataclass(frozen=True)
class Spot:
    """A building or an office, by the name that the table of walking minutes knows, and where it stands."""

    name: str
    point: Point | None


@dataclass(frozen=True)
class Distances:
    """The ways of an estate; a way back is as long as the way there, unless the table says both."""

    table: Mapping[tuple[str, str], int]

    @classmethod
    def of(cls, estate: Estate) -> "Distances":
        """Reads the table ``walking``."""
        rows = estate.tables.walking.select("from", "to", "minutes").iter_rows()
        return cls({(one, other): minutes for one, other, minutes in rows})

    def minutes(self, one: Spot, other: Spot, pace: int) -> int:
        """From one to the other, at so many metres a minute where the table does not say."""
        if one.name == other.name:
            return 0
        said = self.table.get((one.name, other.name), self.table.get((other.name, one.name)))
        return min(leg(one.point, other.point, pace) if said is None else said, FARTHEST)

    def between(self, spots: Sequence[Spot], pace: int) -> Ints:
        """From each to each other."""
        ways = [[self.minutes(one, other, pace) for other in spots] for one in spots]
        return np.array(ways, np.int64).reshape(len(spots), len(spots))


def spot_of(office: Office, buildings: Mapping[str, Point | None]) -> Spot:
    """Where an office is: at its coordinates, else in its building."""
    point = Point(*office.point) if office.point else buildings.get(office.name)
    return Spot(office.name, point)


def point_of(x: str | None, y: str | None) -> Point | None:
    """Coordinates of a row, if it has both."""
    return None if x is None or y is None else Point(Fraction(x), Fraction(y))
