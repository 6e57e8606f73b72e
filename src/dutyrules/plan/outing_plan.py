"""Plans rounds without targets around the patrols: first what is missed least, then as few as can be, evenly apart."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from dutyrules.plan.assignment import Assignment
from dutyrules.plan.hours import Span, instant, joined
from dutyrules.plan.outing_lanes import Group, Lane, Lanes, kinds_of
from dutyrules.plan.outing_model import Solution, solve
from dutyrules.plan.outing_problem import Problem
from dutyrules.plan.outings import Ask, Counting
from dutyrules.plan.plan import Measure, Task
from dutyrules.timegrid import day_number

MANY: Final = 80
"""So many possible rounds are planned at once."""

REST: Final = 30
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

    What is owed by the day goes first and what is owed by the week takes what time is left, or the other way round
    where that misses less. Where neither misses as little as both would alone, all is planned at once if it is not
    too much.

    Args:
        walks: Planned patrols, and pins.
    """
    if not task.outings.asks:
        return Trips()
    desk = _Desk(task, walks)
    wide, daily = desk.bound(desk.wide), desk.bound(desk.daily)
    least, tasks = wide.least + daily.least, desk.in_turn(desk.daily, desk.wide)
    if desk.missed(tasks) > least:
        tasks = min(tasks, desk.in_turn(desk.wide, desk.daily), key=desk.missed)
    if desk.missed(tasks) > least:
        together = desk.at_once()
        tasks, least = min(tasks, together.tasks, key=desk.missed), max(least, together.least)
    fewest = (wide.fewest + daily.fewest) if desk.separate else max(wide.fewest, daily.fewest)
    return Trips(tuple(tasks), least, fewest if desk.missed(tasks) == wide.least + daily.least else None)


def least_outings(task: Assignment) -> int:
    """What no plan can help missing of rounds, whatever else is planned."""
    if not task.outings.asks:
        return 0
    desk = _Desk(task, task.kept.tasks)
    return desk.bound(desk.wide).least + desk.bound(desk.daily).least


@dataclass(frozen=True)
class _Found:
    tasks: tuple[Task, ...]
    least: int
    fewest: int


class _Desk:
    """Plans some of what is owed, around what is planned already.

    Attributes:
        wide, daily: What is owed over several days, and on one.
    """

    def __init__(self, task: Assignment, walks: Sequence[Task]) -> None:
        self._task = task
        self._counting = Counting(task.before.ground)
        self._stay = [pin.task for pin in task.kept.outings]
        self._busy = taken(task, walks)
        self._free = taken(task, [one for one in walks if one.pinned])
        self._solved: dict[tuple[Problem, bool], Solution] = {}
        asks = [left(one, self._counting, self._stay) for one in task.outings.asks]
        open_ = [one for one in asks if any(part.need for part in one.parts)]
        self.wide = [one for one in open_ if len(one.days) > 1]
        self.daily = [one for one in open_ if len(one.days) <= 1]

    @property
    def separate(self) -> bool:
        """Whether no round can count for what is owed by the day and for what is not."""
        wide, daily = ({kind for one in asks for kind in kinds_of(one)} for asks in (self.wide, self.daily))
        return wide.isdisjoint(daily)

    def missed(self, tasks: Sequence[Task]) -> int:
        """What is missed if so much is planned."""
        mine: dict[str, list[Task]] = defaultdict(list)
        for one in tasks:
            mine[one.person].append(one)
        persons = self._task.before.ground.presence.persons
        return sum(
            one.missed(self._counting.found(one, mine[persons[one.person]])) for one in (*self.wide, *self.daily)
        )

    def bound(self, asks: Sequence[Ask]) -> _Found:
        """What is proven of some obligations, had people nothing else to do than what is pinned."""
        return self._plan(asks, self._free, (), bare=True)

    def in_turn(self, first: Sequence[Ask], second: Sequence[Ask]) -> tuple[Task, ...]:
        """Some obligations, then others around them."""
        made = self._plan(first, self._busy, ()).tasks
        rest = [left(one, self._counting, made) for one in second]
        return (*made, *self._plan(rest, self._and(made), made).tasks)

    def at_once(self) -> _Found:
        """All obligations together, where they are not too many."""
        asks = [*self.wide, *self.daily]
        groups = self._lanes(asks, self._free, ()).groups()
        if sum(group.problem.size for group in groups) > MANY:
            return _Found((), 0, 0)
        found = self._plan(asks, self._busy, ())
        return replace(found, least=self.bound(asks).least)

    def _and(self, made: Sequence[Task]) -> Mapping[Lane, Sequence[Span]]:
        """What takes time, and planned rounds."""
        spans: dict[Lane, list[Span]] = defaultdict(list, {lane: list(busy) for lane, busy in self._busy.items()})
        for one in made:
            begin, minutes = _minute(one), _length(one)
            for name in (one.person, *one.along):
                spans[self._counting.numbers[name], day_number(one.at.date())].append((begin, begin + minutes))
        return spans

    def _lanes(self, asks: Sequence[Ask], busy: Mapping[Lane, Sequence[Span]], made: Sequence[Task]) -> Lanes:
        fixed = [(self._lane(one), _minute(one)) for one in (*self._stay, *made)]
        return Lanes(self._task.before, [one for one in asks if any(part.need for part in one.parts)], busy, fixed)

    def _lane(self, task: Task) -> Lane:
        return self._counting.numbers[task.person], day_number(task.at.date())

    def _plan(
        self, asks: Sequence[Ask], busy: Mapping[Lane, Sequence[Span]], made: Sequence[Task], *, bare: bool = False
    ) -> _Found:
        """Plans some obligations, group by group; what belongs to no group cannot be helped.

        Args:
            made: Rounds that are planned already.
            bare: Whether only what is proven matters.
        """
        groups = self._lanes(asks, busy, made).groups()
        solved = [self._solve(group.problem, bare) for group in groups]
        served = {one.key for group in groups for one in group.asks}
        idle = sum(one.missed([0] * len(one.parts)) for one in asks if one.key not in served)
        return _Found(
            tuple(
                one
                for group, solution in zip(groups, solved, strict=True)
                for one in _tasks(self._task, self._counting, group, solution)
            ),
            idle + sum(solution.least for solution in solved),
            sum(solution.fewest for solution in solved),
        )

    def _solve(self, problem: Problem, bare: bool) -> Solution:
        """Problems that are alike are solved once."""
        key = (problem, bare)
        if key not in self._solved:
            self._solved[key] = solve(problem, bare=bare)
        return self._solved[key]


def left(ask: Ask, counting: Counting, stay: Sequence[Task]) -> Ask:
    """What is still asked for once pins are counted."""
    found = counting.found(ask, stay)
    parts = tuple(replace(part, need=max(0, part.need - count)) for part, count in zip(ask.parts, found, strict=True))
    return replace(ask, parts=parts)


def taken(task: Assignment, walks: Iterable[Task]) -> Mapping[Lane, Sequence[Span]]:
    """When people have something else to do: pins, occasions, and walks through buildings, from and to offices."""
    ways = {
        (patrol.person, patrol.day, str(task.estate.places.ids[code])): (
            patrol.ends.out[place],
            patrol.ends.back[place],
        )
        for patrol in task.patrols
        if patrol.ends is not None
        for place, (_, code) in enumerate(patrol.sites)
    }
    spans: dict[Lane, list[Span]] = defaultdict(list)
    numbers = {name: number for number, name in enumerate(task.before.ground.presence.persons)}
    for one in walks:
        if one.kind in task.estate.planning.patrols and one.kind not in task.outings.kinds:
            lane = (numbers[one.person], day_number(one.at.date()))
            out, back = ways.get((*lane, one.target or ""), (0, 0))
            spans[lane].append((_minute(one) - out, _minute(one) + _length(one) + back))
    walked = {lane: _without_rests(listed) for lane, listed in spans.items()}
    return {lane: [*walked.get(lane, ()), *task.kept.busy.get(lane, ())] for lane in {**walked, **task.kept.busy}}


def _without_rests(spans: Iterable[Span]) -> list[Span]:
    return [(start, stop - REST) for start, stop in joined((start, stop + REST) for start, stop in spans)]


def _length(task: Task) -> int:
    """Minutes, rounded up."""
    return -(-int((task.until - task.at).total_seconds()) // 60)


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
