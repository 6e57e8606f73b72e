"""Reads a plan that was written before, perhaps edited by hand in between."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import polars as pl

from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean
from dutyrules.estate import Estate
from dutyrules.plan.plan import Task
from dutyrules.registry.convert import Table, convert
from dutyrules.registry.read import read_file

KNOWN = ("at", "until", "person", "kind", "target", "case", "state", "order", "duty", "pinned", "_row")


@dataclass(frozen=True)
class Placed:
    """A task and where it was read."""

    task: Task
    where: Cell


def read_plan(path: Path, estate: Estate) -> Sequence[Placed]:
    """The tasks of a plan file (CSV or XLSX).

    Raises:
        InputError: everything that is wrong with it, each at its row and column.
    """
    if not path.is_file():
        raise InputError([Diagnostic("plan.no-file", f"there is no file {path}", None, str(path))])
    raw, problems, _ = read_file("plan", path)
    if raw is None:
        raise InputError(problems)
    table, wrong = convert(raw)
    problems += wrong
    problems += _unknown(table, estate)
    if any(problem.severity == "error" for problem in problems):
        raise InputError(problems)
    return [Placed(_task(row), table.cell(row["_row"], "at")) for row in table.frame.iter_rows(named=True)]


def _unknown(table: Table, estate: Estate) -> Iterator[Diagnostic]:
    """Ids that the estate does not know."""
    book = estate.book
    for row in table.frame.iter_rows(named=True):
        kind = book.kinds.get(row["kind"])
        about = kind.target if kind else None
        known: Mapping[str, Sequence[str] | pl.Series] = {
            "person": estate.persons,
            "kind": tuple(book.kinds),
            "target": estate.places.by_type.get(about or "", ()),
        }
        for column, words in known.items():
            value = row[column]
            free = column == "target" and (kind is None or about in (None, "text"))
            if value is not None and not free and value not in words:
                where = table.cell(row["_row"], column)
                noun = about if column == "target" else "event kind" if column == "kind" else column
                hint = did_you_mean(value, words) if len(words) <= 2_000 else None
                yield Diagnostic(f"plan.unknown-{column}", f"there is no {noun} {value}", where, value, hint=hint)


def _task(row: Mapping[str, Any]) -> Task:
    return Task(
        at=row["at"],
        until=row["until"] or row["at"],
        person=row["person"],
        kind=row["kind"],
        target=row["target"],
        case=row["case"],
        attributes={name: value for name, value in row.items() if name not in KNOWN and value is not None},
        duties=tuple(row["duty"] or ()),
        order=row["order"] or 0,
        pinned=bool(row["pinned"]),
    )
