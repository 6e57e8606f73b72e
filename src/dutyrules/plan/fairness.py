"""Who has how much to do for each day at work, and how long visits wait that could be made."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import Final

from dutyrules.plan.demand import within
from dutyrules.plan.draft import Draft, Visit, senders
from dutyrules.plan.family import families
from dutyrules.plan.loads import Load
from dutyrules.plan.objective import doors
from dutyrules.plan.plan import Measure, Task
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, day_number

MONTH: Final = 20
"""Workdays of a usual month: visits are compared for so many."""


def loads(presence: Presence, days: range, drafts: Sequence[Draft], tasks: Sequence[Task]) -> list[Load]:
    """The loads of all who are at work on some planned day and in a group that has something to do."""
    people = sorted({person for draft in drafts for person, _ in draft.agenda.at_work})
    visits: Counter[str] = Counter()
    minutes: Counter[str] = Counter()
    for task in tasks:
        for name in (task.person, *task.along):
            visits[name] += day_number(task.at.date()) in days
            minutes[name] += int((task.until - task.at).total_seconds()) // 60 * (day_number(task.at.date()) in days)
    for person, walked in walks(drafts).items():
        minutes[presence.persons[person]] += sum(walked.values())
    found = []
    for person in people:
        columns = slice(days.start - presence.first, days.stop - presence.first)
        worked = int(presence.work[presence.person == person][:, columns].any(axis=0).sum())
        name = presence.persons[person]
        if worked:
            found.append(Load(name, visits[name], minutes[name], worked))
    return found


def walks(drafts: Sequence[Draft]) -> Mapping[int, Mapping[str, int]]:
    """Person → building → minutes of walking there and back, on all days together."""
    found: dict[int, Counter[str]] = defaultdict(Counter)
    for draft in drafts:
        entered = {(visit.person, visit.start // DAY, visit.household.building) for visit in doors(draft)}
        ways = {one.building: one.way for one in draft.households.values()}
        for person, _, building in entered:
            found[person][building] += ways[building]
    return found


def fairness(
    found: Sequence[Load], drafts: Sequence[Draft], leasts: Sequence[int], presence: Presence, pins: Sequence[Task]
) -> list[Measure]:
    """How far apart the loads are; nothing where nobody can be compared.

    Args:
        leasts: The proven least number of misses of each draft.
        pins: Tasks that stay: nobody can take them away.
    """
    if len(found) < 2:
        return []
    visits = [one.visits_a_day for one in found]
    minutes = [one.minutes_a_day for one in found]
    bound = _least_apart(found, drafts, leasts, presence, pins)
    return [
        Measure("uneven_visits", "visits_a_month", ceil(MONTH * (max(visits) - min(visits))), bound),
        Measure("uneven_minutes", "minutes_a_day", ceil(max(minutes) - min(minutes))),
    ]


def _least_apart(
    found: Sequence[Load], drafts: Sequence[Draft], leasts: Sequence[int], presence: Presence, pins: Sequence[Task]
) -> int | None:
    """What no plan without needless visits can be below: who has least to do at most, and most to do at least.

    Alone in a group, a person makes as many visits as the longest list of periods needs; nobody makes more than all
    demands of the group together. None where visits are made by two or in reserve, of which that does not hold.
    """
    if any(visit.reserve or visit.companion is not None for draft in drafts for visit in draft.visits):
        return None
    fixed = Counter(pin.person for pin in pins)
    least: dict[str, int] = {}
    most: dict[str, int] = {}
    for draft, misses in zip(drafts, leasts, strict=True):
        people = {presence.persons[person] for person, _ in draft.agenda.at_work}
        needed = [sum(draft.demands[number].need for number in family.fine) for family in families(draft.demands)]
        asked = sum(max(demand.needs) for demand in draft.demands)
        for name in people:
            alone = max([0, *needed]) - misses if len(people) == 1 else 0
            least[name] = fixed[name] + max(0, alone)
            most[name] = fixed[name] + asked
    busy = max(Fraction(least[one.person], one.workdays) for one in found)
    idle = min(Fraction(most[one.person], one.workdays) for one in found)
    return max(0, ceil(MONTH * (busy - idle)))


def waits(drafts: Sequence[Draft]) -> list[Measure]:
    """Days from the first on which somebody could make a visit for one of its demands to that on which it is made."""
    days = sum(visit.start // DAY - _soonest(draft, visit) for draft in drafts for visit in draft.visits)
    return [Measure("waits", "days", days)]


def _soonest(draft: Draft, visit: Visit) -> int:
    """The first day on which such a visit could be made for any demand that it serves."""
    return min(_possible(draft, visit), default=visit.start // DAY)


def _possible(draft: Draft, visit: Visit) -> Iterator[int]:
    household, agenda = visit.household, draft.agenda
    for number in draft.serves(visit):
        demand = draft.demands[number]
        times = demand.times(household.code)
        if not times:
            continue
        for cell in agenda.between(min(times)[0] // DAY, max(end for _, end in times) // DAY):
            if (
                cell.kind == visit.kind
                and any(within(times, start) for start in cell.starts)
                and household.takes(agenda.channel(cell.kind), cell.day, cell.kind, 2)
                and agenda.sends(cell.person, cell.day, senders(household, [demand]))
            ):
                yield cell.day
                break
