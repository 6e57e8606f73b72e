"""Whether people can walk what a plan of patrols asks of them: nothing of the search takes part."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from dutyrules.plan.assignment import Assignment
from dutyrules.plan.beats import Patrol, Site
from dutyrules.plan.hours import Span, joined
from dutyrules.plan.owing import Buildings, Errand
from dutyrules.plan.plan import Task
from dutyrules.plan.violation import Violation, named
from dutyrules.timegrid import day_number


def unwalkable(task: Assignment, tasks: Sequence[Task]) -> Iterator[Violation]:
    """Ways that take longer than there is time, from and to the office too, and what lies outside its round's hours."""
    buildings, persons = Buildings(task.estate), task.before.ground.presence.persons
    codes = {name: code for code, name in enumerate(task.estate.places.ids.to_list())}
    days: dict[tuple[str, int], list[Task]] = defaultdict(list)
    for one in sorted(tasks):
        days[one.person, day_number(one.at.date())].append(one)
    for patrol in task.patrols:
        mine = days[persons[patrol.person], patrol.day]
        walked = [(one, site) for one in mine if (site := _site(task, patrol, one, codes))]
        yield from _hurried(task, patrol, walked, buildings)
        yield from _outside(task, patrol, walked, buildings)


def _site(task: Assignment, patrol: Patrol, one: Task, codes: Mapping[str, int]) -> Site | None:
    """What a task is of a round, None if it belongs to another."""
    begin, code = _span(one)[0], codes.get(one.target or "", -1)
    for owing in patrol.owing:
        timely = any(first <= begin <= last for first, last in owing.hours)
        if timely and one.kind == owing.errand.kind and code in owing.buildings:
            return owing.errand, code
    spans = joined(span for owing in patrol.owing for span in owing.hours)
    longer = any(one.kind in duty.kinds() for duty in task.longer)
    return (Errand(one.kind, (), ()), code) if longer and spans and spans[0][0] <= begin < spans[-1][1] else None


def _hurried(
    task: Assignment, patrol: Patrol, walked: Sequence[tuple[Task, Site]], buildings: Buildings
) -> Iterator[Violation]:
    paces = task.estate.planning.patrols
    for (one, (_, before)), (other, (errand, code)) in pairwise(walked):
        pace = paces[errand.kind].metres_per_minute
        way = buildings.distances.minutes(buildings.spot(before, patrol.day), buildings.spot(code, patrol.day), pace)
        if _span(other)[0] - _span(one)[1] < way:
            yield Violation("too_far", named(other), f"{way} minutes from {one.target}, until {one.until:%H:%M}")


def _outside(
    task: Assignment, patrol: Patrol, walked: Sequence[tuple[Task, Site]], buildings: Buildings
) -> Iterator[Violation]:
    hours = joined(span for owing in patrol.owing for span in owing.hours)
    owed = {owing.errand for owing in patrol.owing}
    for one, (errand, _) in walked:
        begin, end = _span(one)
        if errand in owed and not any(first <= begin and end <= last for first, last in hours):
            yield Violation("outside_hours", named(one), "outside the hours of its round")
    if patrol.office is not None and walked:
        (first, (start, here)), (last, (stop, there)) = walked[0], walked[-1]
        paces, minutes = task.estate.planning.patrols, buildings.distances.minutes
        out = minutes(patrol.office, buildings.spot(here, patrol.day), paces[start.kind].metres_per_minute)
        back = minutes(buildings.spot(there, patrol.day), patrol.office, paces[stop.kind].metres_per_minute)
        if _span(first)[0] - out < hours[0][0]:
            yield Violation("outside_hours", named(first), f"{out} minutes from the office")
        if _span(last)[1] + back > hours[-1][1]:
            yield Violation("outside_hours", named(last), f"{back} minutes to the office")


def _span(one: Task) -> Span:
    """Minutes after midnight; a task that ends at midnight ends late."""
    begin = one.at.hour * 60 + one.at.minute
    return begin, begin + -(-int((one.until - one.at).total_seconds()) // 60)
