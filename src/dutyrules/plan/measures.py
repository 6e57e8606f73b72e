"""How good a calendar of visits is, in units that planners count in, and how much better it could at most be."""

from collections import Counter
from collections.abc import Collection, Sequence

from dutyrules.plan.draft import Draft
from dutyrules.plan.family import Family, families
from dutyrules.plan.objective import cost_of, placed
from dutyrules.plan.plan import Measure
from dutyrules.plan.programme import Least
from dutyrules.timegrid import DAY, week_of

BuildingDay = tuple[int, int, str]
"""Person, day number and building: somebody enters a building on a day."""


def visit_measures(drafts: Sequence[Draft], leasts: Sequence[int], pinned: Collection[BuildingDay]) -> list[Measure]:
    """Building days (with a bound), visits in the busiest week, visits against a wish, and at hours to avoid.

    Args:
        drafts: The plans of the groups of people that do not share households.
        leasts: For each, the proven least number of misses.
        pinned: Where pinned visits at the door take place.
    """
    at_home = [visit for draft in drafts for visit in draft.visits if _at_home(draft, visit.kind)]
    entered = [(visit.person, visit.start // DAY, visit.household.building) for visit in at_home] + list(pinned)
    weeks = Counter((person, week_of(day)) for person, day, _ in entered)
    pairs = [pair for draft in drafts for pair in placed(draft)]
    fewest = sum(_least_building_days(draft, least) for draft, least in zip(drafts, leasts, strict=True))
    against = sum(not visit.household.wishes(cell.band, cell.day) for visit, cell in pairs)
    return [
        Measure("building_days", "building_days", len(set(entered)), max(fewest, len(set(pinned)))),
        Measure("busiest_week", "visits", max(weeks.values(), default=0)),
        Measure("against_wishes", "visits", against, 0),
        Measure("hours_to_avoid", "visits", sum(cell.avoided for _, cell in pairs), 0),
    ]


def walk_measures(drafts: Sequence[Draft], leasts: Sequence[Least | None]) -> list[Measure]:
    """What the plans cost, and the minutes of walking in it, each with what no plan that is as good otherwise is below.

    Args:
        drafts: The plans of the groups.
        leasts: For each, what is known; None if nobody asked.
    """
    costs = [cost_of(draft) for draft in drafts]
    known = [one for one in leasts if one is not None]
    bounded = len(known) == len(leasts)
    return [
        Measure(
            "cost", "minutes", sum(one.total for one in costs), sum(one.cost for one in known) if bounded else None
        ),
        Measure(
            "ways",
            "minutes",
            sum(one.walking for one in costs),
            sum(one.walking for one in known) if bounded else None,
        ),
        Measure("crowded_weeks", "visits", sum(one.crowded for one in costs), 0),
    ]


def _at_home(draft: Draft, kind: str) -> bool:
    return draft.agenda.kinds[kind].channel == "home"


def _least_building_days(draft: Draft, least: int) -> int:
    """What no plan can be below: the dearest family of visits at the door, its periods added up or the one around."""
    found = [0]
    for family in families(draft.demands):
        if all(_at_home(draft, kind) for kind in draft.demands[family.numbers[0]].kinds):
            found.append(sum(_building_days_for(draft, number, least) for number in family.fine))
            found += [_building_days_for(draft, number, least) for number in _around(family)]
    return max(found)


def _around(family: Family) -> Sequence[int]:
    return () if family.around is None else (family.around,)


def _building_days_for(draft: Draft, number: int, least: int) -> int:
    """The fewest days in buildings that reach enough units: full days first, then the fullest remainders."""
    demand, kinds = draft.demands[number], draft.agenda.kinds
    most = max(kinds[kind].per_day for kind in demand.kinds)
    sizes = Counter(draft.households[code].building for code in demand.units)
    days = [most] * sum(size // most for size in sizes.values())
    days += sorted((size % most for size in sizes.values()), reverse=True)
    left, used = demand.need - least, 0
    while left > 0 and used < len(days):
        left -= days[used]
        used += 1
    return used
