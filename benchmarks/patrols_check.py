"""Whether walks keep everything that was promised, by the words of the promises: nothing of the planner takes part."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

Walk = Sequence[tuple[str, int, int]]
"""(building, minute of the begin, minute of the end), in order."""


@dataclass(frozen=True)
class Terms:
    """What one area's walks have to keep.

    Attributes:
        spots: Where buildings are, in metres.
        minutes: How long one stays.
        office: Where a closed walk begins and ends; None for open ones.
        slot: First minute, and the minute after the last.
        least: So many buildings a day.
        gap, quick: The longest waits in days, without and with priority; the day before the first counts as a patrol.
        urgent: Those with priority.
    """

    spots: Mapping[str, tuple[int, int]]
    minutes: Mapping[str, int]
    office: tuple[int, int] | None
    slot: tuple[int, int]
    least: int
    gap: int
    quick: int
    urgent: frozenset[str]

    def way(self, one: tuple[int, int], other: tuple[int, int]) -> int:
        """Minutes along streets at 60 m a minute, begun ones in full."""
        return -(-(abs(one[0] - other[0]) + abs(one[1] - other[1])) // 60)

    def walked(self, walk: Walk) -> int:
        """Minutes of walking."""
        spots = [self.spots[name] for name, _, _ in walk]
        around = [self.office, *spots, self.office] if self.office is not None else spots
        return sum(self.way(one, other) for one, other in pairwise(around) if one is not None and other is not None)


def violations(terms: Terms, walks: Sequence[Walk]) -> Iterator[str]:
    """Everything that is wrong with the walks of consecutive days."""
    for day, walk in enumerate(walks):
        yield from (f"day {day}: {wrong}" for wrong in _walk(terms, walk))
    sets = [{name for name, _, _ in walk} for walk in walks]
    for day, (one, other) in enumerate(pairwise(sets), 1):
        if one == other and len(one) < len(terms.spots):
            yield f"day {day}: the same set as the day before"
    for name in terms.spots:
        days = [-1, *(day for day, seen in enumerate(sets) if name in seen), len(walks)]
        longest = terms.quick if name in terms.urgent else terms.gap
        yield from (f"{name} waits {other - one} days" for one, other in pairwise(days) if other - one > longest)
    counts = Counter(name for seen in sets for name in seen)
    for some in (set(terms.spots) - terms.urgent, terms.urgent):
        found = [counts[name] for name in some]
        if found and max(found) - min(found) > 1:
            yield f"buildings alike are patrolled {min(found)} to {max(found)} times"


def _walk(terms: Terms, walk: Walk) -> Iterator[str]:
    names = [name for name, _, _ in walk]
    if len(set(names)) != len(names) or len(names) < min(terms.least, len(terms.spots)):
        yield f"{len(set(names))} distinct buildings of {len(names)}, owed {terms.least}"
    leaves, back = terms.slot
    if terms.office is not None and walk:
        leaves += terms.way(terms.office, terms.spots[names[0]])
        back -= terms.way(terms.office, terms.spots[names[-1]])
    if walk and (walk[0][1] < leaves or walk[-1][2] > back):
        yield "outside the slot"
    for name, begin, end in walk:
        if end - begin < terms.minutes[name]:
            yield f"{name} takes {terms.minutes[name]} minutes"
    for (one, _, end), (other, begin, _) in pairwise(walk):
        if begin - end < terms.way(terms.spots[one], terms.spots[other]):
            yield f"from {one} to {other} in {begin - end} minutes"
