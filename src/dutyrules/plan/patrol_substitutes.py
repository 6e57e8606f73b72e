"""Who could take over the patrols of somebody who is away, at what price, and how neighbours would share them."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from fractions import Fraction
from itertools import pairwise
from math import ceil
from typing import Any, Final

from ortools.sat.python import cp_model

from dutyrules.activity.log import Log
from dutyrules.estate import Estate, scored_period
from dutyrules.estate.logs import log_from_rows
from dutyrules.plan.plan import Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.substitutes import Absence, Substitute
from dutyrules.plan.taking_over import Acting, TakingOver, days_of, leave_rows
from dutyrules.timegrid import day_number, week_of

NEIGHBOURS: Final = 4
"""Of those who would miss least on a day, so many of the nearest share the load."""

LIMIT: Final = 4.0
"""Deterministic time to find out how even it can be: no clock decides."""


@dataclass(frozen=True)
class Share:
    """A proposal to share an absence; it binds nobody.

    Attributes:
        rows: What could be written into the leave table, without ``accepted_at``.
        acting: Day → who stands in.
        minutes: Person → minutes of work more on these days.
        open: Days with patrols on which nobody could stand in.
        missing: What the duties would lack in the period, judged as a month is.
        proven: Whether it cannot be more even.
    """

    rows: tuple[Mapping[str, str], ...]
    acting: Acting
    minutes: Mapping[str, int]
    open: tuple[date, ...]
    missing: int
    proven: bool


@dataclass(frozen=True)
class Relief:
    """The answer: who could take over all of it, the best first, and a proposal to share it."""

    substitutes: tuple[Substitute, ...]
    share: Share | None


NOBODY: Final = Relief((), None)
"""Nothing to take over, or nobody to do it."""


def patrol_substitutes(
    estate: Estate, period: str, done: Log | None, keep: Sequence[Placed], absence: Absence
) -> Relief:
    """Everybody who holds a post in the same role elsewhere, and a proposal to share the absence.

    Args:
        estate: As it is now.
        period: The period that the plan is for.
        done: The activity log so far.
        keep: The plan.
        absence: Who is away.
    """
    log = done if done is not None else log_from_rows([], estate)
    taking = TakingOver(estate, scored_period(period), log, keep, absence)
    if not taking.todo or not taking.people:
        return NOBODY
    found = [_substitute(taking, name) for name in taking.people if name in taking.elsewhere]
    found.sort(key=lambda one: (one.missing, len(one.left), one.away, one.minutes, one.over, one.person))
    return Relief(tuple(found), _share(estate, taking, found))


def _substitute(taking: TakingOver, name: str) -> Substitute:
    options = {day: taking.options.get((name, day)) for day in taking.days}
    made = [one for one in options.values() if one is not None]
    times = {(task.at, task.target) for task in taking.todo}
    taken = [task for one in made for task in one.taken]
    left = [(task, "own" if task.person == name else "full") for one in made for task in one.left]
    left += [(task, "absent") for task in taking.todo if options[task.at.date()] is None]
    return Substitute(
        person=name,
        areas=taking.elsewhere[name],
        taken=tuple(taken),
        later=sum((task.at, task.target) not in times for task in taken),
        left=tuple(sorted(left, key=lambda one: one[0])),
        minutes=sum(one.walking for one in made),
        over=_over(taking.tasks, name, taken),
        missing=taking.missing(dict.fromkeys(taking.days, name)),
        away=taking.away(name),
    )


def _over(tasks: Sequence[Task], name: str, taken: Sequence[Task]) -> int:
    """Patrols that go beyond the even share of their own ones per week of the plan."""
    weeks = {week_of(day_number(task.at.date())) for task in tasks}
    own = Counter(week_of(day_number(task.at.date())) for task in tasks if task.person == name)
    more = Counter(week_of(day_number(task.at.date())) for task in taken)
    share = ceil(Fraction(own.total(), max(1, len(weeks))))
    return sum(max(0, own[week] + more[week] - max(share, own[week])) for week in more)


# ---------------------------------------------------------------- shared


def _share(estate: Estate, taking: TakingOver, ranked: Sequence[Substitute]) -> Share:
    """Day by day who misses least; among the nearest of these as evenly as can be."""
    near = sorted((one.away, one.person) for one in ranked)
    choices: dict[date, dict[str, int]] = {}
    for day in taking.days:
        there = [name for _, name in near if (name, day) in taking.options]
        least = min((taking.options[name, day].misses for name in there), default=0)
        best = [name for name in there if taking.options[name, day].misses == least][:NEIGHBOURS]
        if best:
            choices[day] = {name: taking.options[name, day].minutes for name in best}
    acting, proven = evenly(choices, {name: place for place, (_, name) in enumerate(near)})
    minutes = Counter[str]()
    for day, name in acting.items():
        minutes[name] += choices[day][name]
    open_ = tuple(day for day in taking.days if day not in acting)
    rows = tuple(_rows(estate, taking.absence, acting, open_))
    return Share(rows, acting, dict(sorted(minutes.items())), open_, taking.missing(acting), proven)


def evenly(choices: Mapping[date, Mapping[str, int]], rank: Mapping[str, int]) -> tuple[dict[date, str], bool]:
    """Who stands in on which day, so that the squares of everybody's minutes add up to least; and whether it is proven.

    Among equals with the fewest changes from one day to the next, then the nearest.

    Args:
        choices: Day → person → minutes.
        rank: Person → place in the order of distance.
    """
    model = cp_model.CpModel()
    picks = {(day, name): model.new_bool_var("") for day, some in choices.items() for name in some}
    for day, some in choices.items():
        model.add_exactly_one(picks[day, name] for name in some)
    squares = []
    for person in sorted({name for _, name in picks}):
        mine = {day: max(0, choices[day][person]) for day in choices if person in choices[day]}
        most = sum(mine.values())
        load, square = model.new_int_var(0, most, ""), model.new_int_var(0, most * most, "")
        model.add(load == sum(minutes * picks[day, person] for day, minutes in mine.items()))
        model.add_multiplication_equality(square, [load, load])
        squares.append(square)
    days = sorted(choices)
    changes = []
    for one, other in pairwise(days):
        for name in choices[other]:
            change = model.new_bool_var("")
            model.add(change >= picks[other, name] - (picks[one, name] if name in choices[one] else 0))
            changes.append(change)
    far = sum(rank[name] * pick for (_, name), pick in picks.items())
    weight = 1 + len(days) * (1 + max(rank.values(), default=0))
    found: dict[date, str] = {}
    proven = True
    for goal in (sum(squares), sum(changes) * weight + far):
        model.minimize(goal)
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = LIMIT
        status = solver.solve(model)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            break
        proven = proven and (status == cp_model.OPTIMAL or bool(found))
        found = {day: name for (day, name), pick in picks.items() if solver.value(pick)}
        model.add(goal <= round(solver.objective_value))
    return found, proven and bool(found)


def _rows(estate: Estate, absence: Absence, acting: Acting, open_: Sequence[date]) -> Iterator[Mapping[str, str]]:
    """The rows of the leave table; days without patrols go with those before, the first ones with those after."""
    kind, approved = _leave(estate, absence)
    whole = dict(acting)
    name = next(iter(acting.values()), None)
    for day in days_of(absence):
        name = None if day in open_ else whole.get(day, name)
        if name is not None:
            whole[day] = name
    for row in leave_rows(absence, whole):
        yield {
            "person": absence.person,
            "from": row["from"].isoformat(sep=" "),
            "until": row["until"].isoformat(sep=" "),
            "approved": approved,
            "kind": kind,
            "substitute": row["substitute"] or "",
            "accepted_at": "",
        }


def _leave(estate: Estate, absence: Absence) -> tuple[str, str]:
    """What the leave table says of the absence already: kind, and whether it is approved."""
    rows: Sequence[Mapping[str, Any]] = estate.tables.leave.to_dicts()
    for row in rows:
        if (
            row["person"] == absence.person
            and row["from"].date() <= absence.since
            and absence.until < row["until"].date()
        ):
            return row["kind"] or "", "yes" if row["approved"] else "no"
    return "", "no"
