"""Demands that one network of flows can hold together."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dutyrules.plan.demand import Demand


@dataclass(frozen=True)
class Family:
    """Demands that one network can hold: periods that do not overlap, and perhaps one around them all.

    Attributes:
        fine: Demands of the shortest periods; a unit counts once in each.
        around: The demand of the period around them, None if there is none.
    """

    fine: tuple[int, ...]
    around: int | None

    @property
    def numbers(self) -> tuple[int, ...]:
        """All its demands."""
        return self.fine if self.around is None else (*self.fine, self.around)


def families(demands: Sequence[Demand]) -> list[Family]:
    """Groups demands by post and by what counts; those that few kinds can meet come first."""
    groups: dict[object, list[int]] = {}
    for number, demand in enumerate(demands):
        if not demand.follow_up and demand.units:
            key = (
                len(demand.kinds),
                sorted(demand.ways),
                sorted(demand.performers or ()),
                sorted(demand.posts),
            )
            groups.setdefault(repr(key), []).append(number)
    found: list[Family] = []
    for _, numbers in sorted(groups.items()):
        found += _families(demands, numbers)
    return sorted(found, key=lambda family: len(demands[family.numbers[0]].kinds))


def _families(demands: Sequence[Demand], numbers: Sequence[int]) -> Iterator[Family]:
    """Two levels of periods make one network; any further level stands alone."""
    levels: dict[str, list[int]] = {}
    for number in numbers:
        levels.setdefault(demands[number].duty, []).append(number)
    fine, *coarser = sorted(levels.values(), key=len, reverse=True)
    around = next((level[0] for level in coarser if len(level) == 1 and _encloses(demands, level[0], fine)), None)
    yield Family(tuple(fine), around)
    yield from (Family(tuple(level), None) for level in coarser if around not in level)


def _encloses(demands: Sequence[Demand], outer: int, inner: Sequence[int]) -> bool:
    first, last = demands[outer].first, demands[outer].last
    within = all(first <= demands[number].first and demands[number].last <= last for number in inner)
    return within and all((demands[number].first, demands[number].last) != (first, last) for number in inner)
