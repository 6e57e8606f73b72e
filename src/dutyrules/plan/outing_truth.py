"""What a plan misses of rounds without targets, counted as the judge does, and why."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence

from dutyrules.plan.assignment import Assignment
from dutyrules.plan.hours import Span, common, joined
from dutyrules.plan.occasions import taken as occasions
from dutyrules.plan.outing_lanes import Lane, Lanes, times
from dutyrules.plan.outing_plan import left, taken
from dutyrules.plan.outings import Ask, Counting
from dutyrules.plan.plan import Cause, Task


def missed_outings(task: Assignment, tasks: Sequence[Task]) -> Counter[str]:
    """Breach id → what is missing."""
    counting = Counting(task.before.ground)
    mine: dict[int, list[Task]] = defaultdict(list)
    for one in tasks:
        if one.kind in task.outings.kinds:
            mine[counting.numbers[one.person]].append(one)
    return +Counter({ask.key: ask.missed(counting.found(ask, mine[ask.person])) for ask in task.outings.asks})


def outing_causes(task: Assignment, tasks: Sequence[Task]) -> Iterator[tuple[str, tuple[Cause, ...]]]:
    """Obligation → why it is missed."""
    missed = missed_outings(task, tasks)
    if missed:
        why = _Why(task, tasks)
        for ask in task.outings.asks:
            if ask.key in missed:
                yield ask.key, (why.cause(ask), *why.occasions(ask))


class _Why:
    """Sums that show why an obligation cannot be met, if one does."""

    def __init__(self, task: Assignment, tasks: Sequence[Task]) -> None:
        self._task, self._tasks = task, tasks
        fixed = taken(task, [one for one in tasks if one.pinned])
        self._lanes = Lanes(task.before, task.outings.asks, fixed, ())
        self._occasions = occasions(task.estate, task.before.ground.presence)
        self._paces = task.estate.planning.patrols

    def cause(self, ask: Ask) -> Cause:
        """The sentence for one obligation."""
        if ask.late:
            return Cause("done_late", {})
        if not ask.days:
            return Cause("rounds_no_day", {})
        open_, ask = ask, left(ask, self._lanes.counting, [pin.task for pin in self._task.kept.outings])
        minutes, need = self._minutes(ask), max(part.need for part in ask.parts)
        lanes = [(ask.person, day) for day in ask.days]
        spans = [span for lane in lanes for span in self._open(lane, ask)]
        fit = _room(spans, minutes)
        if fit < need:
            free = sum(last - first for first, last in spans)
            return Cause("rounds_no_room", {"need": need, "minutes": minutes, "free": free, "fit": fit})
        roles = _roles(ask)
        return (self._nobody(ask, roles) if roles else None) or self._compete(open_)

    def _minutes(self, ask: Ask) -> int:
        kinds = {pattern.event for part in ask.parts for pattern in part.patterns}
        return min(self._paces[kind].minutes for kind in kinds & self._paces.keys())

    def _open(self, lane: Lane, ask: Ask) -> list[Span]:
        """When outings for an obligation may lie on a day."""
        kinds = {pattern.event for part in ask.parts for pattern in part.patterns} & self._paces.keys()
        inside = [(first, last + 1) for first, last in times(ask, lane[1], 1)]
        spans = {kind: common(self._lanes.open(lane, kind, [ask.slot]), inside) for kind in kinds}
        return max(spans.values(), key=lambda one: sum(last - first for first, last in one))

    def _nobody(self, ask: Ask, roles: Sequence[str]) -> Cause | None:
        """Nobody, or too few, who could come along."""
        role = ", ".join(roles)
        alike = [one for one in self._task.outings.asks if _roles(one) == roles and set(one.days) & set(ask.days)]
        minutes = min(map(self._minutes, alike))
        people = {one.person: max(_need(other) for other in alike if other.person == one.person) for one in alike}
        guides = {(who, day) for one in alike for day in one.days for who in self._with(one, day, roles)}
        if not guides:
            return Cause("rounds_nobody", {"role": role})
        spans = [span for lane in guides for span in common(self._lanes.free(lane), self._open_to_any(alike, lane[1]))]
        fit, need = _room(spans, minutes), sum(people.values())
        if fit >= need:
            return None
        free = sum(last - first for first, last in spans)
        numbers = {"people": len(people), "need": need, "minutes": minutes, "free": free, "fit": fit}
        return Cause("rounds_nobody_free", {**numbers, "role": role, "guides": len({who for who, _ in guides})})

    def _with(self, ask: Ask, day: int, roles: Sequence[str]) -> set[int]:
        return {who for role in roles for who in self._lanes.companions(ask, day, role)}

    def _open_to_any(self, asks: Sequence[Ask], day: int) -> list[Span]:
        """When any of those who owe may make the outing."""
        return joined(span for one in asks if day in one.days for span in self._open((one.person, day), one))

    def _compete(self, ask: Ask) -> Cause:
        """What else the same people owe; that no other plan does better is proven by the search, if at all."""
        rounds = [one for one in self._tasks if one.kind in self._task.outings.kinds]
        found = self._lanes.counting.found(ask, rounds)
        need, planned = max(
            ((part.need, count) for part, count in zip(ask.parts, found, strict=True)), key=lambda one: one[0] - one[1]
        )
        mine = [one for one in self._task.outings.asks if one.person == ask.person and set(one.days) & set(ask.days)]
        others = ", ".join(sorted({one.duty for one in mine} - {ask.duty}))
        return Cause("rounds_compete", {"need": need, "planned": planned, "duties": others})

    def occasions(self, ask: Ask) -> Iterator[Cause]:
        """What takes time of the days of an obligation."""
        yield from (cause for day in ask.days for cause in occasion_causes(self._task, (ask.person, day)))


def occasion_causes(task: Assignment, lane: Lane) -> Iterator[Cause]:
    """What takes time of somebody's day."""
    for one in occasions(task.estate, task.before.ground.presence).get(lane, ()):
        minutes = sum(stop - start for start, stop in one.spans)
        yield Cause("occasion", {"title": one.title, "minutes": minutes})


def _need(ask: Ask) -> int:
    return max(part.need for part in ask.parts)


def _room(spans: Sequence[Span], minutes: int) -> int:
    """How many things of so many minutes fit."""
    return sum((last - first) // minutes for first, last in spans)


def _roles(ask: Ask) -> list[str]:
    return sorted({role for part in ask.parts for role in part.roles})
