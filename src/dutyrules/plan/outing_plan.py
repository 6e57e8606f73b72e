"""Plans rounds without targets around the patrols: first what is missed least, then as few as can be, evenly apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta

from dutyrules.plan.assignment import Assignment
from dutyrules.plan.hours import Span, instant, joined
from dutyrules.plan.outing_lanes import Group, Lane, Lanes
from dutyrules.plan.outing_model import Problem, Solution, solve
from dutyrules.plan.outings import Ask, Counting
from dutyrules.plan.plan import Measure, Task
from dutyrules.timegrid import day_number

REST = 30
"""Who rests no longer between two buildings has no time for anything else in between."""


@dataclass(frozen=True)
class Trips:
    """Planned rounds without targets.

    Attributes:
        least: What no plan can help missing of what is ahead; proven.
        fewest: No plan that misses so little has fewer; None where that is not known.
    """

    tasks: tuple[Task, ...] = ()
    least: int = 0
    fewest: int | None = 0

    def measures(self, task: Assignment) -> list[Measure]:
        """How many they are, where any are asked for."""
        return [Measure("outings", "rounds", len(self.tasks), self.fewest)] if task.outings.duties else []


def plan_outings(task: Assignment, walks: Sequence[Task]) -> Trips:
    """The rounds that an assignment asks for.

    Args:
        walks: Planned patrols, and pins.
    """
    if not task.outings.asks:
        return Trips()
    counting = Counting(task.before.ground)
    stay = [pin.task for pin in task.kept.outings]
    asks = [left(one, counting, stay) for one in task.outings.asks]
    asks = [one for one in asks if any(part.need for part in one.parts)]
    fixed = [((counting.numbers[one.person], day_number(one.at.date())), _minute(one)) for one in stay]
    solved: dict[Problem, Solution] = {}

    def planned(busy: Mapping[Lane, Sequence[Span]]) -> tuple[list[tuple[Group, Solution]], int]:
        """Groups with their outings, and what is missed by those that nobody can do anything for."""
        groups = Lanes(task.before, asks, busy, fixed).groups()
        for group in groups:
            if group.problem not in solved:
                solved[group.problem] = solve(group.problem)
        served = {one.key for group in groups for one in group.asks}
        idle = sum(one.missed([0] * len(one.parts)) for one in asks if one.key not in served)
        return [(group, solved[group.problem]) for group in groups], idle

    found, idle = planned(taken(task, walks))
    missed = idle + sum(solution.missed for _, solution in found)
    free, alone = planned(taken(task, [one for one in walks if one.pinned]))
    least = alone + sum(solution.least for _, solution in free)
    fewest = sum(solution.fewest for _, solution in free) if missed == least else None
    tasks = [made for group, solution in found for made in _tasks(task, counting, group, solution)]
    return Trips(tuple(tasks), least, fewest)


def left(ask: Ask, counting: Counting, stay: Sequence[Task]) -> Ask:
    """What is still asked for once pins are counted."""
    found = counting.found(ask, stay)
    parts = tuple(replace(part, need=max(0, part.need - count)) for part, count in zip(ask.parts, found, strict=True))
    return replace(ask, parts=parts)


def taken(task: Assignment, walks: Iterable[Task]) -> Mapping[Lane, Sequence[Span]]:
    """When people have something else to do: pins, occasions, and walks from building to building."""
    spans: dict[Lane, list[Span]] = defaultdict(list)
    numbers = {name: number for number, name in enumerate(task.before.ground.presence.persons)}
    for one in walks:
        if one.kind in task.estate.planning.patrols and one.kind not in task.outings.kinds:
            length = -(-int((one.until - one.at).total_seconds()) // 60)
            spans[numbers[one.person], day_number(one.at.date())].append((_minute(one), _minute(one) + length))
    walked = {
        lane: [(start, stop - REST) for start, stop in joined((a, b + REST) for a, b in listed)]
        for lane, listed in spans.items()
    }
    return {lane: [*walked.get(lane, ()), *task.kept.busy.get(lane, ())] for lane in {**walked, **task.kept.busy}}


def _minute(task: Task) -> int:
    return task.at.hour * 60 + task.at.minute


def _tasks(task: Assignment, counting: Counting, group: Group, solution: Solution) -> list[Task]:
    persons = task.before.ground.presence.persons
    tasks = []
    for one in solution.made:
        choice = group.problem.choices[one.choice]
        (kind, says), (person, day) = group.sorts[one.choice], group.lanes[choice.lane]
        along = [persons[group.guides[one.choice][place]] for place in one.guides]
        said = dict(says) | ({"participants": "; ".join(along)} if along else {})
        at = instant(day, one.begin)
        made = Task(
            at=at,
            until=at + timedelta(minutes=choice.minutes),
            person=persons[person],
            kind=kind,
            target=said.pop("target", None),
            case=said.pop("case", None),
            attributes=said,
        )
        duties = [ask.duty for ask in task.outings.asks if ask.person == person and any(counting.found(ask, [made]))]
        tasks.append(replace(made, duties=tuple(dict.fromkeys(duties))))
    return tasks
