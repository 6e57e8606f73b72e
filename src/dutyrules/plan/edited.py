"""A plan that somebody edited: whether it can be worked, what it misses, and what it costs beside another one."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date

import numpy as np

from dutyrules.activity.files import FIRST_ROW
from dutyrules.activity.log import Log
from dutyrules.diagnostics import Cell, Diagnostic
from dutyrules.estate import Estate, scored_period
from dutyrules.estate.logs import log_from_rows
from dutyrules.plan.agenda import Cell as Slots
from dutyrules.plan.calling import CallingHours
from dutyrules.plan.forecast import forecast, missed, outlook
from dutyrules.plan.households import wishes_of
from dutyrules.plan.kept import day_after, everybody, future, impossible, unreadable
from dutyrules.plan.moves import matched, only_company
from dutyrules.plan.obliged import demands_of
from dutyrules.plan.pins import at_once
from dutyrules.plan.plan import Move, Shortfall, Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.progress import Progress
from dutyrules.plan.promises import broken_promises, unaccompanied
from dutyrules.plan.violation import named
from dutyrules.plan.visits import plan_visits, planned_kinds
from dutyrules.registry.presence import Presence
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY, Period, instant_number, week_of


@dataclass(frozen=True)
class Price:
    """A measure of an edited plan beside that of another one.

    Attributes:
        name, unit: Message ids, as those of `Measure`.
        value: What the edited plan has; less is better.
        other: What the other plan has.
    """

    name: str
    unit: str
    value: int
    other: int

    @property
    def difference(self) -> int:
        """What the edits cost, or save if it is negative."""
        return self.value - self.other


@dataclass(frozen=True)
class Review:
    """What is to be said about an edited plan.

    Attributes:
        period: Its label.
        start: The first day that is looked at; earlier rows are past.
        tasks: The tasks from that day on.
        violations: Promises that it breaks, each at its row.
        shortfalls: What log and plan together leave unmet.
        planned: Whether the other plan was planned anew; else it was given.
        prices: The measures of both.
        moves: What was edited; empty if the other plan was planned anew, which promised nothing to anybody.
        name: Which planner's plan it is: ``visits`` or ``patrols``.
    """

    period: str
    start: date
    tasks: Sequence[Task]
    violations: Sequence[Diagnostic]
    shortfalls: Sequence[Shortfall]
    planned: bool
    prices: Sequence[Price]
    moves: Sequence[Move] = ()
    name: str = "visits"

    @property
    def good(self) -> bool:
        """Whether it can be worked and misses nothing."""
        return not self.violations and not self.shortfalls


def review(
    estate: Estate,
    period: str,
    done: Log | None,
    rows: Sequence[Placed],
    other: Sequence[Placed] | None = None,
    *,
    start: date | None = None,
    progress: Progress | None = None,
) -> Review:
    """Looks at a plan that was edited by hand.

    Args:
        estate: As it is now.
        period: The period that the plan is for.
        done: The activity log so far.
        rows: The edited plan.
        other: What it is compared with; None for what the planner would plan now.
        start: First day that is looked at; by default the day after the last event of `done` in the period.
        progress: Told how far the planner is.
    """
    span, kinds = scored_period(period), planned_kinds(estate)
    log = done if done is not None else log_from_rows([], estate)
    first = max(start or day_after(log, span), span.first)
    before = outlook(estate, log, span, kinds)
    duties = demands_of(before, kinds)[1]
    ways = estate.planning.visits
    own = [one for one in future(rows, ways, span, first, first) if one.task.at.date() <= span.last]
    violations = sorted(
        [*_violations(before, own), *_unkept(estate, log, before.ground.presence, own)], key=reading_order
    )

    def judged(placed: Sequence[Placed]) -> list[Shortfall]:
        bad = unreadable(estate, [one.task for one in placed])
        readable = [one.task for one in placed if one.task not in bad]
        return missed(outlook(estate, forecast(estate, log, readable), span, kinds), duties)

    tasks, shortfalls = [one.task for one in own], judged(own)
    moves: list[Move] = []
    if other is None:
        plan = plan_visits(estate, period, log, start=start, relax=False, progress=progress)
        beside, lacks = list(plan.tasks), plan.shortfall
    else:
        given = [one for one in future(other, ways, span, first, first) if one.task.at.date() <= span.last]
        beside, lacks = [one.task for one in given], number_of(judged(given))
        moves = sorted(_moves(beside, tasks), key=lambda move: str(move.after or move.before))
    prices = [Price("missing", "visits", number_of(shortfalls), lacks), *_changes(moves)]
    for (name, unit), value in _measured(before, tasks).items():
        prices.append(Price(name, unit, value, _measured(before, beside)[name, unit]))
    return Review(span.label, first, tasks, violations, shortfalls, other is None, prices, moves)


def reading_order(problem: Diagnostic) -> tuple[int, str]:
    """Row by row."""
    return problem.where.row if isinstance(problem.where, Cell) else 0, problem.code


def number_of(shortfalls: Sequence[Shortfall]) -> int:
    """How much is missing in all."""
    return sum(one.number for one in shortfalls)


# ---------------------------------------------------------------- what it costs


def _moves(before: Sequence[Task], after: Sequence[Task]) -> Iterator[Move]:
    """What was edited, household by household."""
    units: dict[str | None, tuple[list[Task], list[Task]]] = defaultdict(lambda: ([], []))
    for place, tasks in enumerate((before, after)):
        for task in tasks:
            units[task.target][place].append(task)
    for old, new in units.values():
        for one, two in matched(old, new):
            yield Move(one, two, _change(one, two), "edited")


def _change(one: Task | None, two: Task | None) -> str:
    if one is None or two is None:
        return "new" if one is None else "gone"
    if one.person != two.person:
        return "person"
    if only_company(one, two):
        return "companion"
    return "hour" if (one.kind, one.at.date()) == (two.kind, two.at.date()) else "day"


def _changes(moves: Sequence[Move]) -> Iterator[Price]:
    """How much was edited; new visits are on another day, as in a repair."""
    counts = Counter("day" if move.change == "new" else move.change for move in moves)
    if moves:
        yield Price("changed_person", "visits", counts["person"], 0)
        yield Price("changed_day", "visits", counts["day"], 0)
        yield Price("changed_hour", "visits", counts["hour"] + counts["companion"], 0)


def _measured(judgement: Judgement, tasks: Sequence[Task]) -> dict[tuple[str, str], int]:
    """The measures of any tasks, as `visit_measures` finds those of drafts."""
    estate, persons = judgement.estate, judgement.ground.presence.persons
    buildings = dict(estate.tables.units.select("unit", "building").iter_rows())
    stays = wishes_of(judgement, _days(judgement.ground.period))
    hours = CallingHours(judgement)
    entered, weeks, against, avoided = set(), Counter[tuple[str, int]](), 0, 0
    for task in tasks:
        start, person = instant_number(task.at), persons.index(task.person)
        if estate.planning.visits[task.kind].channel == "home":
            entered.add((task.person, start // DAY, buildings.get(task.target or "")))
            weeks[task.person, week_of(start // DAY)] += 1
        band = Slots(start // DAY, person, task.kind, (start,), avoided=False).band
        stay = next((one for one in stays.get(task.target or "", ()) if one.first <= start // DAY <= one.last), None)
        against += stay is not None and stay.prefer not in ("any", band)
        avoided += bool(hours.closed(person, task.kind, np.array([start]))[1][0])
    return {
        ("building_days", "building_days"): len(entered),
        ("busiest_week", "visits"): max(weeks.values(), default=0),
        ("against_wishes", "visits"): against,
        ("hours_to_avoid", "visits"): avoided,
    }


def _days(period: Period) -> range:
    return range(period.first_day, period.last_day + 1)


# ---------------------------------------------------------------- what it breaks

_WHY = {
    "absent": ("plan.off-duty", "the person is not at work then", "a time within the shift, without leave"),
    "gone": ("plan.not-registered", "the household is not registered then", "a day on which it is"),
    "refuses": (
        "plan.unwished",
        "the household does not want such a visit",
        "a kind that its contact takes, or no row",
    ),
    "no_companion": (
        "plan.no-companion",
        "two must come, and nobody comes along who can",
        "somebody else who works there then, without leave",
    ),
}


def _violations(judgement: Judgement, rows: Sequence[Placed]) -> Iterator[Diagnostic]:
    """Everything that keeps a task from being done as it stands."""
    estate, persons = judgement.estate, judgement.ground.presence.persons
    stays = wishes_of(judgement, _days(judgement.ground.period))
    hours = CallingHours(judgement)
    for one in rows:
        task = one.task
        why = impossible(judgement, stays, task)
        if why is not None:
            code, message, expected = _WHY[why]
            yield Diagnostic(code, message, one.where, str(task.at), expected)
        never, _ = hours.closed(persons.index(task.person), task.kind, np.array([instant_number(task.at)]))
        if never[0]:
            yield Diagnostic("plan.closed", "the book forbids such a visit then", one.where, str(task.at))
    yield from at_once([replace(one, task=task) for one in rows for task in everybody(one.task)], pinned=False)
    yield from _crowds(estate, rows)
    yield from bad_rows(estate, rows)


def bad_rows(estate: Estate, rows: Sequence[Placed]) -> Iterator[Diagnostic]:
    """Tasks that no log would accept."""
    for row, column, value, reason, hint in (
        log_from_rows([one.task.row() for one in rows], estate, forecast=True)
        .rejects.select("row", "column", "value", "reason", "hint")
        .iter_rows()
    ):
        where = replace(rows[row - FIRST_ROW].where, column=column)
        yield Diagnostic("plan.bad-row", f"no log would accept this task: {reason}", where, value, hint=hint)


_UNKEPT = {
    "gap": ("plan.too-soon", "too soon after, or before, another one at the same household"),
    "minutes": ("plan.too-long", "more minutes of visits than one person has in a day"),
}


def _unkept(estate: Estate, log: Log, presence: Presence, rows: Sequence[Placed]) -> Iterator[Diagnostic]:
    """Visits too near to each other, and days that are too long."""
    where = {named(one.task): one.where for one in reversed(rows)}
    where |= {f"visits of {one.task.person} on {one.task.at.date()}": one.where for one in reversed(rows)}
    for found in broken_promises(estate, log, [one.task for one in rows], ()):
        if found.rule in _UNKEPT:
            code, message = _UNKEPT[found.rule]
            yield Diagnostic(code, message, where.get(found.what), found.found)
    along = [one.task for one in rows if one.task.along]
    for found in unaccompanied(estate, presence, along):
        code, message, expected = _WHY["no_companion"]
        yield Diagnostic(code, message, where.get(found.what), found.found, expected)


def _crowds(estate: Estate, rows: Sequence[Placed]) -> Iterator[Diagnostic]:
    """More visits than one person makes in a day."""
    made: Counter[tuple[str, str, date]] = Counter()
    for one in rows:
        day, kind = one.task.at.date(), one.task.kind
        made[one.task.person, kind, day] += 1
        number, most = made[one.task.person, kind, day], estate.planning.visits[kind].per_day
        if number == most + 1:
            message = f"more {kind} than one person makes in a day"
            yield Diagnostic("plan.too-many", message, one.where, f"{number} on {day}", f"at most {most}")
