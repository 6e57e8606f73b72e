"""What households were promised, checked task by task in the estate's own tables: no planner's data take part."""

from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from datetime import date, timedelta
from typing import Any, Final

import numpy as np
import polars as pl

from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.plan.plan import Task
from dutyrules.plan.violation import Violation, named
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, date_of, day_number

LETS: Final = {"any": ("home", "phone"), "appointment": ("home", "phone"), "home": ("home",), "phone": ("phone",)}
"""A household's wish → the ways in which it may be contacted."""

Row = Mapping[str, Any]


def broken_promises(
    estate: Estate,
    log: Log,
    tasks: Sequence[Task],
    pins: Sequence[Task],
    beyond: Mapping[tuple[str, str, date], int] | None = None,
) -> Iterator[Violation]:
    """Visits and calls against the wishes of a household, too soon after another, or too many in a day.

    Args:
        log: What was done.
        tasks: Those that the planner placed.
        pins: Those that people pinned: promises of their own.
        beyond: Person, kind and day → visits that neither the day's number nor its minutes count.
    """
    placed = [task for task in tasks if task.kind in estate.planning.visits]
    yield from _unwished(estate, placed)
    yield from _too_near(estate, log, placed, pins)
    yield from _crowded(estate, log, placed, pins, beyond or {})


def _unwished(estate: Estate, tasks: Sequence[Task]) -> Iterator[Violation]:
    units, blackouts = _by_unit(estate.tables.units), _by_unit(estate.tables.blackouts)
    for task in tasks:
        unit, day = task.target or "", task.at.date()
        contact = next((row["contact"] for row in _live(units.get(unit, ()), day)), None)
        if estate.planning.visits[task.kind].channel not in LETS.get(contact or "", ()):
            yield Violation("contact", named(task), f"{unit} may be contacted: {contact or 'it is not registered'}")
        if any(_live(blackouts.get(unit, ()), day)):
            yield Violation("blackout", named(task), f"{unit} must be left alone on {day}")


def _too_near(estate: Estate, log: Log, tasks: Sequence[Task], pins: Sequence[Task]) -> Iterator[Violation]:
    """Fewer days than the kind's least number after, or before, another one at the same household."""
    gaps = {kind: way.min_gap for kind, way in estate.planning.visits.items() if way.min_gap}
    visits: dict[tuple[str, str], list[date]] = {}
    for task in (*tasks, *pins):
        visits.setdefault((task.kind, task.target or ""), []).append(task.at.date())
    for at, _, kind, target in _rows(log, gaps):
        if target >= 0:
            visits.setdefault((kind, log.targets[target]), []).append(date_of(at // DAY))
    for task in tasks:
        day, all_days = task.at.date(), visits[task.kind, task.target or ""]
        others = [other for place, other in enumerate(all_days) if place != all_days.index(day)]
        least = min((abs((other - day).days) for other in others), default=None)
        if least is not None and least < gaps.get(task.kind, 0):
            yield Violation("gap", named(task), f"{least} days from another one, at least {gaps[task.kind]} are asked")


def _crowded(
    estate: Estate,
    log: Log,
    tasks: Sequence[Task],
    pins: Sequence[Task],
    beyond: Mapping[tuple[str, str, date], int],
) -> Iterator[Violation]:
    """More visits of a kind, or minutes of all kinds, than one person has in a day; the log counts for its days."""
    kinds, most_minutes = estate.planning.visits, estate.planning.minutes_per_day
    visits: Counter[tuple[str, str, date]] = Counter()
    minutes: Counter[tuple[str, date]] = Counter()
    days = {task.at.date() for task in tasks}
    for task in (*tasks, *pins):
        visits[task.person, task.kind, task.at.date()] += 1
        for name in (task.person, *task.along):
            minutes[name, task.at.date()] += (task.until - task.at) // timedelta(minutes=1)
    for at, who, kind, _ in _rows(log, kinds):
        day = date_of(at // DAY)
        if who >= 0 and day in days:
            visits[log.persons[who], kind, day] += 1
            minutes[log.persons[who], day] += kinds[kind].minutes
    for (person, kind, day), more in beyond.items():
        uncounted = min(more, visits[person, kind, day])
        visits[person, kind, day] -= uncounted
        minutes[person, day] -= uncounted * kinds[kind].minutes
    names = {(name, one.kind, one.at.date()) for one in tasks for name in (one.person, *one.along)}
    for person, kind, day in sorted(names):
        made, most, spent = visits[person, kind, day], kinds[kind].per_day, minutes[person, day]
        if made > most:
            yield Violation("per_day", f"{kind} of {person} on {day}", f"{made}, at most {most}")
        if most_minutes is not None and spent > most_minutes:
            yield Violation("minutes", f"visits of {person} on {day}", f"{spent} minutes, at most {most_minutes}")


def unaccompanied(estate: Estate, presence: Presence, tasks: Sequence[Task]) -> Iterator[Violation]:
    """Visits at doors where two are wished for, without somebody else who works in that area that day, in that role."""
    units = _by_unit(estate.tables.units)
    for task in tasks:
        way, unit, day = estate.planning.visits.get(task.kind), task.target or "", task.at.date()
        wished = next((row["persons"] for row in _live(units.get(unit, ()), day)), "1")
        if way is None or way.channel != "home" or wished == "1":
            continue
        code = int((estate.places.ids == unit).arg_true()[0])
        area = int(estate.places.area_at(np.array([code]), np.array([day_number(day)]))[0])
        works = presence.work[:, day_number(day) - presence.first] & (presence.acting_for < 0)
        there = np.flatnonzero(works & presence.areas.contains[presence.area, area]).tolist()
        fitting = {
            presence.persons[presence.person[post]]
            for post in there
            if way.companion in (None, presence.roles[presence.role[post]])
        }
        if not fitting.difference([task.person]).intersection(task.along):
            yield Violation(
                "companion", named(task), f"{unit} wishes for two, and {', '.join(task.along) or 'nobody'} comes along"
            )


def _rows(log: Log, kinds: Container[str]) -> Iterator[tuple[int, int, str, int]]:
    """What was done of some kinds: second, person, kind, target."""
    wanted = [number for number, kind in enumerate(log.kinds) if kind in kinds]
    rows = log.frame.filter(pl.col("kind").is_in(wanted)).select("at", "person", "kind", "target")
    return ((at, person, log.kinds[kind], target) for at, person, kind, target in rows.iter_rows())


def _by_unit(table: pl.DataFrame) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table.iter_rows(named=True):
        found.setdefault(row["unit"], []).append(row)
    return found


def _live(rows: Sequence[Row], day: date) -> Iterator[Row]:
    """The rows that hold on a day."""
    return (row for row in rows if (row["from"] or day) <= day <= (row["to"] or day))
