"""A plan of patrols that somebody edited: whether it can be walked, what it misses, and what it costs."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from dutyrules.activity.log import Log
from dutyrules.diagnostics import Diagnostic
from dutyrules.estate import Estate, scored_period
from dutyrules.plan.assignment import Assignment, assign, last_event
from dutyrules.plan.beats import Circuit, Patrol
from dutyrules.plan.edited import Price, Review, bad_rows, number_of, reading_order
from dutyrules.plan.forecast import forecast, missed, outlook
from dutyrules.plan.hours import inside
from dutyrules.plan.kept import away, unreadable
from dutyrules.plan.kept_rounds import walk_of
from dutyrules.plan.moves import in_order
from dutyrules.plan.patrol_moves import patrol_moves
from dutyrules.plan.patrol_pins import with_end
from dutyrules.plan.patrol_truth import Turned, measures
from dutyrules.plan.patrols import plan_patrols
from dutyrules.plan.pins import at_once
from dutyrules.plan.plan import Move, Shortfall, Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.progress import Progress
from dutyrules.timegrid import date_of, day_number

_WHY: Final[Mapping[str, tuple[str, str, str]]] = {
    "absent": ("plan.off-duty", "the person is not at work then", "a time within the shift, without leave"),
    "closed": ("plan.not-there", "the building is not there that day", "a day on which it is"),
    "not_sent": ("plan.of-no-use", "it counts for nothing that its person still owes that day", "one that does"),
    "outside": ("plan.outside-hours", "it lies outside the hours of its duty", "a time within them, ways included"),
}


def review_patrols(
    estate: Estate,
    period: str,
    done: Log | None,
    rows: Sequence[Placed],
    other: Sequence[Placed] | None = None,
    *,
    start: date | None = None,
    progress: Progress | None = None,
) -> Review:
    """Looks at a plan of patrols and lists that was edited by hand; see `edited.review`."""
    span = scored_period(period)
    task = assign(estate, span, done, (), start)
    own = list(_future(task, rows))
    violations = sorted(_violations(task, own), key=reading_order)

    def lacks(placed: Sequence[Placed]) -> tuple[list[Task], list[Shortfall]]:
        bad = unreadable(estate, [one.task for one in placed])
        readable = [one.task for one in placed if one.task not in bad]
        after = outlook(estate, forecast(estate, task.log, readable), span, task.kinds)
        return [one.task for one in placed], missed(after, task.duties)

    tasks, shortfalls = lacks(own)
    moves: list[Move] = []
    if other is None:
        plan = plan_patrols(estate, period, done, start=start, progress=progress)
        beside, missing = list(plan.tasks), plan.shortfall
    else:
        beside, given = lacks(list(_future(task, other)))
        missing = number_of(given)
        pair = ([one for one in some if one.kind in estate.planning.patrols] for some in (beside, tasks))
        moves = sorted(patrol_moves(*pair), key=in_order)
    prices = [Price("missing", "patrols", number_of(shortfalls), missing), *_changes(moves)]
    mine, theirs = (measures(list(_turned(task, some))) for some in (tasks, beside))
    prices += [Price(one.name, one.unit, one.value, two.value) for one, two in zip(mine, theirs, strict=True)]
    return Review(
        span.label, date_of(task.first), tasks, violations, shortfalls, other is None, prices, moves, name="patrols"
    )


def _future(task: Assignment, rows: Sequence[Placed]) -> Iterator[Placed]:
    """The rows that are still to come, of kinds that are planned, with an end each; lists for the first day, too."""
    patrols, passed = task.estate.planning.patrols, last_event(task.log)
    for one in rows:
        day = day_number(one.task.at.date())
        if one.task.kind in patrols and task.first <= day <= task.period.last_day:
            yield with_end(task.estate, one)
        elif one.task.kind in task.kinds - patrols.keys() and (
            task.first <= day <= task.period.last_day or passed < day < task.period.first_day
        ):
            yield one


# ---------------------------------------------------------------- what it costs


def _changes(moves: Sequence[Move]) -> Iterator[Price]:
    """How much was edited; new patrols are on another day, as in a repair."""
    counts = Counter("day" if move.change == "new" else move.change for move in moves)
    if moves:
        yield Price("changed_day", "patrols", counts["day"], 0)
        yield Price("changed_person", "patrols", counts["person"], 0)


def _turned(task: Assignment, tasks: Sequence[Task]) -> Iterator[Turned]:
    """The rounds as they are walked."""
    days: dict[tuple[int, int], list[Task]] = defaultdict(list)
    for one in sorted(tasks):
        person, day, _, _ = task.kept.key(one)
        days[person, day].append(one)
    for circuit in task.circuits:
        walks = [_places(task, circuit, patrol, days[patrol.person, patrol.day]) for patrol in circuit.patrols]
        chosen = tuple(sum(1 << place for place in set(places)) for places in walks)
        minutes = sum(walk_of(circuit, patrol, one) for patrol, one in zip(circuit.patrols, walks, strict=True))
        yield Turned(circuit, chosen, (), minutes, 0)


def _places(task: Assignment, circuit: Circuit, patrol: Patrol, tasks: Sequence[Task]) -> list[int]:
    """The places of a round that tasks lead to, in order."""
    found = []
    for one in tasks:
        *_, kind, code = task.kept.key(one)
        minute = one.at.hour * 60 + one.at.minute
        for site in patrol.sites:
            if (site[0].kind, site[1]) == (kind, code) and inside(site[0].windows, minute):
                found.append(circuit.sites.index(site))
                break
    return found


# ---------------------------------------------------------------- what it breaks


def _violations(task: Assignment, rows: Sequence[Placed]) -> Iterator[Diagnostic]:
    """Everything that keeps a task from being done as it stands."""
    patrols = [one for one in rows if one.task.kind in task.estate.planning.patrols]
    for one in rows:
        if one in patrols:
            why = task.reader.why_not(one.task)
            yield from _short(task, one)
        else:
            moment = replace(one.task, until=max(one.task.until, one.task.at + timedelta(seconds=1)))
            why = "absent" if away(task.before.ground.presence, moment) else None
        if why is not None:
            code, message, expected = _WHY[why]
            yield Diagnostic(code, message, one.where, str(one.task.at), expected)
    yield from at_once(rows, pinned=False)
    yield from _hurried(task, patrols)
    yield from _twice(patrols)
    yield from bad_rows(task.estate, rows)


def _short(task: Assignment, one: Placed) -> Iterator[Diagnostic]:
    """Less time than the building takes."""
    whole = with_end(task.estate, replace(one, task=replace(one.task, until=one.task.at))).task
    if one.task.until < whole.until:
        expected = f"until {whole.until:%H:%M} or later"
        yield Diagnostic("plan.too-short", "the building takes longer", one.where, str(one.task.until), expected)


def _hurried(task: Assignment, rows: Sequence[Placed]) -> Iterator[Diagnostic]:
    """Ways that take longer than there is time; what overlaps is told already."""
    ordered = sorted(rows, key=lambda one: (one.task.person, one.task.at))
    for one, other in pairwise(ordered):
        first, second = one.task, other.task
        if (first.person, first.at.date()) == (second.person, second.at.date()) and first.until <= second.at:
            way = task.reader.way(first, second)
            if second.at - first.until < timedelta(minutes=way):
                message = f"the way from {first.target} takes {way} minutes"
                yield Diagnostic("plan.too-far", message, other.where, str(second.at), f"{way} minutes later than that")


def _twice(rows: Sequence[Placed]) -> Iterator[Diagnostic]:
    """The same building by the same person at one time of day more than once."""
    seen: dict[tuple[object, ...], Placed] = {}
    for one in rows:
        key = (one.task.person, one.task.at.date(), one.task.kind, one.task.target, one.task.duties)
        if key in seen and one.task.target is not None:
            message = "a building is patrolled twice on one day; it counts once"
            related = (("the other one", seen[key].where),)
            yield Diagnostic("plan.twice", message, one.where, one.task.target, related=related)
        seen.setdefault(key, one)


def joined(one: Review, other: Review, rows: Sequence[Placed]) -> Review:
    """What is to be said about visits and patrols that stand in one file."""
    told = dict.fromkeys([*one.violations, *other.violations, *at_once(rows, pinned=False)])
    return replace(
        one,
        start=min(one.start, other.start),
        tasks=sorted([*one.tasks, *other.tasks]),
        violations=sorted(told, key=reading_order),
        shortfalls=[*one.shortfalls, *other.shortfalls],
        prices=[*one.prices, *other.prices],
        moves=[*one.moves, *other.moves],
    )
