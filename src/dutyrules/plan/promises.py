"""What households were promised, checked task by task in the estate's own tables: no planner's data take part."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

import polars as pl

from dutyrules.estate import Estate
from dutyrules.plan.plan import Task
from dutyrules.plan.violation import Violation, named

LETS: Final = {"any": ("home", "phone"), "appointment": ("home", "phone"), "home": ("home",), "phone": ("phone",)}
"""A household's wish → the ways in which it may be contacted."""

Row = Mapping[str, Any]


def broken_promises(estate: Estate, tasks: Sequence[Task]) -> Iterator[Violation]:
    """Visits and calls against the wishes of a household.

    Args:
        tasks: Those that the planner placed; what people pinned is their own promise.
    """
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


def _by_unit(table: pl.DataFrame) -> Mapping[str, Sequence[Row]]:
    found: dict[str, list[Row]] = {}
    for row in table.iter_rows(named=True):
        found.setdefault(row["unit"], []).append(row)
    return found


def _live(rows: Sequence[Row], day: date) -> Iterator[Row]:
    """The rows that hold on a day."""
    return (row for row in rows if (row["from"] or day) <= day <= (row["to"] or day))
