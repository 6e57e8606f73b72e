"""Whether people can walk what a plan of patrols asks of them: nothing of the search takes part."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise

from dutyrules.plan.assignment import Assignment
from dutyrules.plan.beats import Patrol, Site
from dutyrules.plan.hours import Span, joined
from dutyrules.plan.owing import Buildings
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
        walked = [(one, site) for one in mine if (site := _site(patrol, one, codes))]
        yield from _hurried(task, patrol, walked, buildings)
        yield from _outside(patrol, walked)


def _site(patrol: Patrol, one: Task, codes: Mapping[str, int]) -> Site | None:
    """What a task is of a round, None if it belongs to another."""
    begin, code = _span(one)[0], codes.get(one.target or "", -1)
    for owing in patrol.owing:
        timely = any(first <= begin <= last for first, last in owing.hours)
        if timely and one.kind == owing.errand.kind and code in owing.buildings:
            return owing.errand, code
    return None


def _hurried(
    task: Assignment, patrol: Patrol, walked: Sequence[tuple[Task, Site]], buildings: Buildings
) -> Iterator[Violation]:
    there, paces = buildings.on(patrol.day), task.estate.planning.patrols
    for (one, (_, before)), (other, (errand, code)) in pairwise(walked):
        pace = paces[errand.kind].metres_per_minute
        way = buildings.distances.minutes(there[before].spot, there[code].spot, pace)
        if _span(other)[0] - _span(one)[1] < way:
            yield Violation("too_far", named(other), f"{way} minutes from {one.target}, until {one.until:%H:%M}")


def _outside(patrol: Patrol, walked: Sequence[tuple[Task, Site]]) -> Iterator[Violation]:
    hours = joined(span for owing in patrol.owing for span in owing.hours)
    for one, _ in walked:
        begin, end = _span(one)
        if not any(first <= begin and end <= last for first, last in hours):
            yield Violation("outside_hours", named(one), "outside the hours of its round")
    if patrol.ends is not None and walked:
        (first, start), (last, stop) = walked[0], walked[-1]
        out, back = patrol.ends.out[patrol.sites.index(start)], patrol.ends.back[patrol.sites.index(stop)]
        if _span(first)[0] - out < hours[0][0]:
            yield Violation("outside_hours", named(first), f"{out} minutes from the office")
        if _span(last)[1] + back > hours[-1][1]:
            yield Violation("outside_hours", named(last), f"{back} minutes to the office")


def _span(one: Task) -> Span:
    """Minutes after midnight; a task that ends at midnight ends late."""
    begin = one.at.hour * 60 + one.at.minute
    return begin, begin + -(-int((one.until - one.at).total_seconds()) // 60)
