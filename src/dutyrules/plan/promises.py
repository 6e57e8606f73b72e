"""What households were promised, checked task by task in the estate's own tables: no planner's data take part."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.plan.plan import Task
from dutyrules.plan.violation import Violation, named
from dutyrules.timegrid import DAY, date_of

LETS: Final = {"any": ("home", "phone"), "appointment": ("home", "phone"), "home": ("home",), "phone": ("phone",)}
"""A household's wish → the ways in which it may be contacted."""

Row = Mapping[str, Any]


def broken_promises(estate: Estate, log: Log, tasks: Sequence[Task], pins: Sequence[Task]) -> Iterator[Violation]:
    """Visits and calls against the wishes of a household, or too soon after another.

    Args:
        log: What was done.
        tasks: Those that the planner placed.
        pins: Those that people pinned: promises of their own.
    """
    yield from _unwished(estate, tasks)
    yield from _too_near(estate, log, tasks, pins)


def _unwished(estate: Estate, tasks: Sequence[Task]) -> Iterator[Violation]:
    units, blackouts = _by_unit(estate.tables.units), _by_unit(estate.tables.blackouts)
    for task in tasks:
        way, unit = estate.planning.visits.get(task.kind), task.target or ""
        if way is None:
            continue
        day = task.at.date()
        contact = next((row["contact"] for row in _live(units.get(unit, ()), day)), None)
        if way.channel not in LETS.get(contact or "", ()):
            yield Violation("contact", named(task), f"{unit} may be contacted: {contact or 'it is not registered'}")
        if any(_live(blackouts.get(unit, ()), day)):
            yield Violation("blackout", named(task), f"{unit} must be left alone on {day}")


def _too_near(estate: Estate, log: Log, tasks: Sequence[Task], pins: Sequence[Task]) -> Iterator[Violation]:
    """Fewer days than the kind's least number after, or before, another one at the same household."""
    gaps = {kind: way.min_gap for kind, way in estate.planning.visits.items() if way.min_gap}
    visits: dict[tuple[str, str], list[date]] = {}
    for task in (*tasks, *pins):
        visits.setdefault((task.kind, task.target or ""), []).append(task.at.date())
    rows = log.frame.filter(pl.col("kind").is_in([n for n, kind in enumerate(log.kinds) if kind in gaps]))
    for at, kind, target in rows.select("at", "kind", "target").iter_rows():
        if target >= 0:
            visits.setdefault((log.kinds[kind], log.targets[target]), []).append(date_of(at // DAY))
    for task in tasks:
        day, others = task.at.date(), visits[task.kind, task.target or ""]
        others = [other for place, other in enumerate(others) if place != others.index(day)]
        least = min((abs((other - day).days) for other in others), default=None)
        if least is not None and least < gaps.get(task.kind, 0):
            yield Violation("gap", named(task), f"{least} days from another one, at least {gaps[task.kind]} are asked")


def _by_unit(table: pl.DataFrame) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table.iter_rows(named=True):
        found.setdefault(row["unit"], []).append(row)
    return found


def _live(rows: Sequence[Row], day: date) -> Iterator[Row]:
    """The rows that hold on a day."""
    return (row for row in rows if (row["from"] or day) <= day <= (row["to"] or day))
