"""The evidence of a month workbook: every verdict that was not simply met, and every finding, with its log rows."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from dutyrules.report.consequences import role_title
from dutyrules.report.grid import Cell, Grid, Lead
from dutyrules.report.month import Basis, Key, Month, landscape
from dutyrules.report.numbers import measure
from dutyrules.report.sheets import Worksheet, place
from dutyrules.report.text import MOST_ROWS
from dutyrules.scoring import Finding, LineScore, Sheet

_WIDTHS: Final = {
    "state": 11,
    "person": 8,
    "name": 12,
    "role": 13,
    "line": 13,
    "day": 12,
    "duty": 24,
    "what": 14,
    "expected": 10,
    "actual": 11,
    "about": 32,
    "clause": 15,
    "evidence": 27,
    "breach": 18,
}
_OTHERS: Final = ("person", "name", "role")
"""Columns that one's own copy does not need."""

_LEFT: Final = {key: {"align": "left"} for key in ("day", "expected", "actual")}

_MISSING: Final = 12
"""Targets listed for one breach; the JSON has all of them."""


def evidence_place(name: str, row: int, *, own: bool) -> str:
    """The cell of a row to which its breach leads."""
    return place(name, row, len(_widths(own=own)) - 1)


def evidence_sheet(month: Month, rows: Sequence[Basis], told: Mapping[Key, str], page: Worksheet) -> None:
    """A row for each, with filters; it leads back to where a person's sheet tells it."""
    widths = _widths(own=month.own)
    landscape(page, list(widths.values()), 0, month.heading()[0])
    grid = Grid(page, month.formats, widths, _LEFT)
    grid.head([month.speech(f"col_{key}") for key in widths])
    for basis in rows:
        cells = _cells(month, basis)
        back = told.get(basis.key, "") if basis.key[2] else ""
        for key in ("line", "breach"):
            text = cells.get(key)
            cells[key] = Lead(back, text) if isinstance(text, str) and text else None
        grid.add(cells, "thin")
    page.autofilter(0, 0, len(rows), grid.last)


def _widths(*, own: bool) -> Mapping[str, int]:
    return {key: width for key, width in _WIDTHS.items() if not (own and key in _OTHERS)}


def _cells(month: Month, basis: Basis) -> dict[str, Cell]:
    sheet = basis.sheet
    cells: dict[str, Cell] = {"person": sheet.person, "name": sheet.name}
    cells["role"] = role_title(month.result, sheet, month.speech)
    if basis.item and basis.line:
        cells["line"] = f"{basis.item.item}/{basis.line.line}"
        if basis.source:
            return cells | _found(month, basis.line, *basis.source)
    return cells | _judged(month, sheet, basis.finding) if basis.finding else cells


def _found(month: Month, line: LineScore, file: str, row: int) -> dict[str, Cell]:
    """What an inspector wrote down."""
    say = month.speech
    return {
        "state": say("state_breached"),
        "duty": say.title(line.title, line.line),
        "what": say("reason_found"),
        "clause": ", ".join(line.clause),
        "evidence": say("row", file=file.rpartition("/")[2], row=row),
        "breach": say("wb_inspector"),
    }


def _judged(month: Month, sheet: Sheet, one: Finding) -> dict[str, Cell]:
    """A verdict."""
    say, (expected, actual) = month.speech, measure(one)
    counted = one.state in ("breached", "excused") and one.expected is not None
    note = "advisory" if one.strength != "must" else "uncharged" if one.breach_id in sheet.uncharged else ""
    why = say(f"reason_{one.reason}") if one.reason and one.state == "breached" else say.why(one.why)
    return {
        "state": say(f"state_{one.state}"),
        "day": date.fromisoformat(one.day),
        "duty": say.title(month.result.estate.book.duties[one.duty].title, one.duty),
        "what": f"{why} ({say(note)})" if note else why,
        "expected": _number(expected) if counted else "",
        "actual": _number(actual) if counted else "",
        "about": "\n".join(_about(month, one)),
        "clause": ", ".join(one.clause),
        "evidence": "\n".join(_rows(month, one.evidence)),
        "breach": one.breach_id,
    }


def _about(month: Month, one: Finding) -> Iterator[str]:
    """What it is about, and what is missing."""
    if one.discriminator:
        yield one.discriminator
    if one.missing:
        rest = len(one.missing) - _MISSING
        more = f" {month.speech('more', count=rest)}" if rest > 0 else ""
        yield month.speech("missing_targets", targets=", ".join(one.missing[:_MISSING])) + more


def _rows(month: Month, evidence: Sequence[tuple[str, int]]) -> Iterator[str]:
    for file, row in evidence[:MOST_ROWS]:
        yield month.speech("row", file=file.rpartition("/")[2], row=row)
    if len(evidence) > MOST_ROWS:
        yield month.speech("more", count=len(evidence) - MOST_ROWS)


def _number(text: str) -> Decimal | str:
    """A count as a number, an instant as it is written."""
    digits = text.replace(".", "", 1)
    return Decimal(text) if digits.isascii() and digits.isdigit() else text
