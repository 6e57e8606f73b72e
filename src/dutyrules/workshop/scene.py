"""Builds the little estate of a test: posts, what there is in their areas, leave, coverage and the log."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import product
from pathlib import Path
from typing import Any

from dutyrules.activity.log import Log
from dutyrules.book import Book
from dutyrules.book.forms import Population
from dutyrules.diagnostics import Cell, Diagnostic, InputError
from dutyrules.estate import Estate, log_from_rows
from dutyrules.estate.load import complete, read_draft
from dutyrules.registry import Tables, tables_from_rows
from dutyrules.registry.population import TARGET_COLUMN
from dutyrules.source import Node, dump, locate, parse
from dutyrules.timegrid import time_text
from dutyrules.workshop.entries import Entry
from dutyrules.workshop.forms import EventForm, LeaveForm, PostForm

HOME = "home"
"""The building of units in a test that names no buildings."""

NOWHERE = "somewhere"
"""The area of a test that names none."""

Row = dict[str, Any]


@dataclass(frozen=True)
class Scene:
    """A test, ready to be scored, as often as one likes."""

    entry: Entry
    node: Node
    estate: Estate
    log: Log

    def under(self, book: Book) -> Estate:
        """The same estate under another version of its book."""
        if book is self.estate.book:
            return self.estate
        return replace(self.estate, book=book, bound=read_draft(self.node, Path(), book).bound)


def stage(book: Book, entry: Entry, problems: list[Diagnostic]) -> Scene | None:
    """Builds the estate and the log of a test; what does not fit goes to `problems`."""
    rows = _Rows(book, entry)
    node = _estate_node(entry)
    try:
        draft = read_draft(node, Path(), book)
        tables, found = _tables(rows.text)
        estate = complete(draft, tables, list(found), Path(), {})
        log = log_from_rows([row for row, _ in rows.events], estate)
    except InputError as error:
        problems.extend(rows.placed(problem) for problem in error.diagnostics)
        return None
    rejects = list(rows.rejected(log))
    problems.extend(rejects)
    return None if rejects else Scene(entry, node, estate, log)


@lru_cache(maxsize=64)
def _tables(text: str) -> tuple[Tables, tuple[Diagnostic, ...]]:
    """Tables of rows that are written as text: many tests of a book speak of the same people."""
    tables, problems = tables_from_rows({table.removeprefix("_"): rows for table, rows in _plain_rows(text).items()})
    return tables, tuple(problems)


def _plain_rows(text: str) -> dict[str, list[Row]]:
    from dutyrules.source import plain

    rows: dict[str, list[Row]] = plain(parse(text, "tables"))
    return rows
