"""What is done where, and the ways from one to the other."""

from collections.abc import Mapping, Sequence

import numpy as np

from dutyrules.estate.planning import PatrolPace
from dutyrules.plan.distances import Spot
from dutyrules.plan.hours import Span
from dutyrules.plan.owing import Buildings, Errand
from dutyrules.plan.walks import Ends, Ints

Site = tuple[Errand, int]
"""What is done in which building, or unit."""


def ends_of(
    buildings: Buildings,
    paces: Mapping[str, PatrolPace],
    office: Spot,
    hours: Sequence[Span],
    sites: Sequence[tuple[Site, int]],
) -> Ends:
    """The ways from and to an office, which the hours include.

    Args:
        sites: Each with the day on which it is seen.
    """
    spots = [(buildings.spot(code, day), paces[errand.kind].metres_per_minute) for (errand, code), day in sites]
    out = tuple(buildings.distances.minutes(office, spot, pace) for spot, pace in spots)
    back = tuple(buildings.distances.minutes(spot, office, pace) for spot, pace in spots)
    opens, closes = (hours[0][0], hours[-1][1]) if hours else (0, 0)
    return Ends(out, back, opens, closes)


def ways(buildings: Buildings, paces: Mapping[str, PatrolPace], sites: Sequence[tuple[Site, int]]) -> Ints:
    """Minutes from site to site, at the pace of what one is on the way to.

    Args:
        sites: Each with the day on which it is seen.
    """
    spots = [buildings.spot(code, day) for (_, code), day in sites]
    pace = np.array([paces[errand.kind].metres_per_minute for (errand, _), _ in sites], np.int64)
    between = np.zeros((len(sites), len(sites)), np.int64)
    for one in sorted(set(pace.tolist())):
        between[:, pace == one] = buildings.distances.between(spots, one)[:, pace == one]
    return between
