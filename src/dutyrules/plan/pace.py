"""How even a plan is: what falls to each week of a period, and how far visits are from it."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from math import ceil

from dutyrules.plan.draft import Draft
from dutyrules.plan.family import Family
from dutyrules.timegrid import DAY, week_of

Weeks = Mapping[int, int]
"""Week → number of visits."""


def even_shares(draft: Draft, family: Family) -> dict[int, Weeks]:
    """Demand of a family → the visits that fall to each week with days on which they can be made, rounded up."""
    days = {number: _days(draft, number) for number in family.fine}
    every = sum(map(len, days.values()))
    around = draft.demands[family.around].need if family.around is not None else 0
    shares: dict[int, Weeks] = {}
    for number, own in days.items():
        need = max(draft.demands[number].need, ceil(around * len(own) / max(1, every)))
        weeks = Counter(map(week_of, own))
        shares[number] = {week: ceil(need * weeks[week] / len(own)) for week in sorted(weeks)}
    return shares


def visits_by_week(draft: Draft) -> defaultdict[int, Counter[int]]:
    """Demand → week → visits of a draft that count for it."""
    found: defaultdict[int, Counter[int]] = defaultdict(Counter)
    for visit in draft.visits:
        week = week_of(visit.start // DAY)
        for number in draft.serves(visit):
            found[number][week] += 1
    return found


def crowded(shares: Weeks, made: Weeks) -> int:
    """Visits beyond the even shares of their weeks.

    >>> crowded({40: 3, 41: 3}, {40: 5, 41: 1})
    2
    """
    return sum(max(0, number - shares.get(week, 0)) for week, number in made.items())


def _days(draft: Draft, number: int) -> set[int]:
    """Days on which somebody could make a visit for a demand."""
    demand = draft.demands[number]
    return {
        cell.day for cell in draft.agenda.cells if cell.kind in demand.kinds and demand.first <= cell.day <= demand.last
    }
