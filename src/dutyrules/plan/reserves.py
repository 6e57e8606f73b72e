"""Reserve attempts: not everybody who is visited is reached, so more are visited than are needed, if that fits."""

from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import ceil, prod

from dutyrules.estate.planning import ContactRates
from dutyrules.plan.agenda import Agenda, Cell, band_of
from dutyrules.plan.demand import within
from dutyrules.plan.draft import Draft, Household, Visit
from dutyrules.plan.plan import Measure
from dutyrules.timegrid import DAY


def chance(rates: ContactRates, starts: Sequence[int]) -> Fraction:
    """How likely at least one of some visits reaches its household."""
    return 1 - prod((1 - rates.of(band_of(start)) for start in starts), start=Fraction(1))


def expected_missing(draft: Draft, number: int, rates: ContactRates) -> Fraction:
    """What a demand is expected to lack, if everybody is reached as often as the rates say."""
    demand, reached = draft.demands[number], draft.reached[number]
    owed = demand.needs[len(demand.leavers & reached)]
    return max(Fraction(0), owed - sum((_chance(draft, number, code, rates) for code in reached), start=Fraction(0)))


def _chance(draft: Draft, number: int, code: int, rates: ContactRates) -> Fraction:
    return chance(rates, [visit.start for visit in draft.at(code) if number in draft.serves(visit)])


def add_reserves(draft: Draft, rates: ContactRates, attempts: int) -> None:
    """Adds visits in free slots until as many as are needed can be expected to be reached, or nothing fits any more.

    Args:
        attempts: Most further visits to one household in the period of a demand.
    """
    for number in _quotas(draft):
        lacks = expected_missing(draft, number, rates)
        for again, wished in ((False, True), (True, True), (False, False), (True, False)):
            for cell in _best_first(draft.agenda, rates) if lacks > 0 else ():
                for visit in _reserves(draft, number, cell, again=again, wished=wished, attempts=attempts):
                    lacks += _chance(draft, number, visit.household.code, rates)
                    draft.add(visit)
                    lacks -= _chance(draft, number, visit.household.code, rates)
                    if lacks <= 0:
                        break
                if lacks <= 0:
                    break


def _quotas(draft: Draft) -> Iterator[int]:
    return (number for number, demand in enumerate(draft.demands) if demand.need and not demand.follow_up)


def _best_first(agenda: Agenda, rates: ContactRates) -> Sequence[Cell]:
    """The cells in which people are reached, those in which most are first; never at hours that should be avoided."""
    good = (cell for cell in agenda.cells if not cell.avoided and rates.of(cell.band))
    return sorted(good, key=lambda cell: (-rates.of(cell.band), cell))


def _reserves(draft: Draft, number: int, cell: Cell, *, again: bool, wished: bool, attempts: int) -> Iterator[Visit]:
    """Visits for each free slot of a cell, each made before the next is asked for.

    Args:
        again: To households that the demand has reached, once more; else to others.
    """
    demand, agenda = draft.demands[number], draft.agenda
    if cell.kind not in demand.kinds or agenda.left(cell.person, cell.kind, cell.day) <= 0:
        return
    for code in sorted(demand.units) if agenda.free(cell) else ():
        household = draft.households[code]
        if household.wishes(cell.band, cell.day) is not wished or not _takes(draft, number, household, cell, again):
            continue
        start = next((one for one in agenda.free(cell) if within(demand.times(code), one)), None)
        if start is None or (again and _attempts(draft, number, code) > attempts):
            continue
        visit = Visit(household, cell.kind, cell.person, start, demand.says(cell.kind), reserve=True)
        if number in draft.serves(visit) and draft.may(visit) and not _owed_more(draft, visit):
            yield visit
            if agenda.left(cell.person, cell.kind, cell.day) <= 0 or not agenda.free(cell):
                return


def _takes(draft: Draft, number: int, household: Household, cell: Cell, again: bool) -> bool:
    """Whether it may be visited then: for the first time, or later than before."""
    reached = household.code in draft.reached[number]
    later = all(visit.start // DAY < cell.day for visit in draft.at(household.code)) if again else True
    return reached is again and later and household.takes(draft.agenda.channel(cell.kind), cell.day, cell.kind)


def _attempts(draft: Draft, number: int, code: int) -> int:
    return sum(number in draft.serves(visit) for visit in draft.at(code))


def _owed_more(draft: Draft, visit: Visit) -> bool:
    """Whether somebody leaves who is owed only once visited: that would help nobody."""
    code = visit.household.code
    served = [number for number in draft.serves(visit) if draft.waits(number, code)]
    return any(code in one.leavers and not one.leavers_help for one in (draft.demands[number] for number in served))


def expected_short(drafts: Sequence[Draft], rates: ContactRates | None) -> list[Measure]:
    """How many visits of quotas are expected to reach nobody although they are needed; nothing without rates."""
    if rates is None:
        return []
    missing = (expected_missing(draft, number, rates) for draft in drafts for number in _quotas(draft))
    return [Measure("expected_short", "visits", ceil(sum(missing, start=Fraction(0))), 0)]
