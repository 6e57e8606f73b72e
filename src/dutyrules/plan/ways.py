"""How far it is to a building: the walk from the middle of the estate and back."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Final

from dutyrules.estate import Estate
from dutyrules.plan.walks import Point, leg

PACE: Final = 60
"""Metres that people walk in a minute, along streets."""


def ways(estate: Estate) -> Mapping[str, int]:
    """Building → minutes there and back, at least two.

    People set out from the middle of the estate, the mean of the buildings' coordinates, and go back there: nobody
    knows which buildings of a day could be combined, since households say when they are at home.
    """
    rows = estate.tables.buildings.unique("building", keep="first", maintain_order=True).select("building", "x", "y")
    points = {
        name: None if x is None or y is None else Point(Fraction(x), Fraction(y)) for name, x, y in rows.iter_rows()
    }
    middle = _middle([point for point in points.values() if point is not None])
    return {name: 2 * max(1, leg(middle, point, PACE)) for name, point in points.items()}


def _middle(points: Sequence[Point]) -> Point | None:
    if not points:
        return None
    number = len(points)
    return Point(
        sum((one.x for one in points), Fraction(0)) / number, sum((one.y for one in points), Fraction(0)) / number
    )
