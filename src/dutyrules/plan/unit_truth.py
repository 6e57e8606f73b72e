"""What checks of units that longer periods ask for miss, why, and what nobody could help."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations

from dutyrules.plan.flow import Network
from dutyrules.plan.owing import Owing
from dutyrules.plan.plan import Cause, Task
from dutyrules.plan.unitchecks import Wanted


def unchecked(wanted: Iterable[Wanted], tasks: Sequence[tuple[int, int, int, Task]]) -> Iterator[tuple[str, int]]:
    """Obligation → how many checks are missing in the end.

    Args:
        tasks: Planned checks, each with its person, day and unit.
    """
    for one in wanted:
        seen = {code for person, day, code, task in tasks if one.counts(person, day, task.kind, code, task.attributes)}
        yield one.demand.key, one.short(seen)


def least_unchecked(wanted: Sequence[Wanted], owing: Iterable[Owing]) -> int:
    """What nobody can help missing, if every obligation had all hours for itself and no way to walk."""
    daily = {kind: set(one.buildings) for one in owing if one.units for kind in one.counts}
    helped = {one.demand.key: _both(one, daily) for one in wanted}
    for one, other in combinations(wanted, 2):
        if not set(one.duty.kinds()).isdisjoint(other.duty.kinds()):
            both = len(one.demand.units.keys() & other.demand.units.keys())
            helped[one.demand.key] += both
            helped[other.demand.key] += both
    return sum(max(0, _least(one) - helped[one.demand.key]) for one in wanted)


def _both(wanted: Wanted, daily: dict[str, set[int]]) -> int:
    """Units that the checks of every day could see for it as well, at whatever hours."""
    return len(set().union(*(daily.get(kind, set()) for kind in wanted.duty.kinds())) & wanted.demand.units.keys())


def _least(wanted: Wanted) -> int:
    relaxed = wanted.demand.relaxed()
    return max(0, relaxed.need - _most(wanted, sorted(relaxed.units)))


def _most(wanted: Wanted, units: Sequence[int]) -> int:
    """So many units can be checked, if nothing else had to be done."""
    network = Network()
    for day in wanted.hours:
        network.arc(("day", day), "sink", _room(wanted, day))
    for unit in units:
        days = wanted.days(unit)
        if days:
            network.arc("source", ("unit", unit), 1)
        for day in days:
            network.arc(("unit", unit), ("day", day), 1)
    return network.most("source", "sink")[0]


def _room(wanted: Wanted, day: int) -> int:
    return sum((last - first) // wanted.minutes for first, last in wanted.hours[day])


def why_unchecked(wanted: Iterable[Wanted]) -> Iterator[tuple[str, tuple[Cause, ...]]]:
    """Obligation → why something of it may be missing: units nobody can be at, hours too short, or rounds too full."""
    for one in wanted:
        units = [unit for unit in one.demand.units if one.days(unit)]
        need, room = one.demand.need, sum(_room(one, day) for day in one.hours)
        if len(units) < need:
            cause = Cause("few_units", {"need": need, "units": len(units)})
        elif room < need:
            cause = Cause(
                "checks_too_long", {"need": need, "minutes": one.minutes, "days": len(one.hours), "fit": room}
            )
        else:
            cause = Cause("rounds_too_full", {"need": need, "days": len(one.hours)})
        yield one.demand.key, (cause,)
