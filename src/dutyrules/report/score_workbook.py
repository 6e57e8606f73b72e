"""A result as a workbook: everybody on one sheet, everything that leads to their points on another."""

import io
from collections.abc import Sequence
from datetime import datetime, time
from typing import Final

import xlsxwriter

from dutyrules.report.language import Speech
from dutyrules.report.sheets import Formats, Worksheet, page, set_widths, sheet_name, wide
from dutyrules.report.table import line_table
from dutyrules.report.text import heading, ranking
from dutyrules.scoring import Result, Sheet

MOST: Final = 60
"""A wider column's texts go on below."""

Table = tuple[Sequence[str], Sequence[Sequence[object]]]
"""Titles of columns, and rows."""


def score_workbook(result: Result, people: Sequence[Sheet], speech: Speech) -> bytes:
    """The workbook, the same bytes for the same result."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    lines = list(heading(result, speech))
    book.set_properties({"title": lines[0], "created": datetime.combine(result.period.first, time())})
    formats, names = Formats(book), {"history"}
    first = book.add_worksheet(sheet_name(speech("workbook_ranking"), names))
    for number, line in enumerate(lines):
        first.write_string(number, 0, line, formats.title if number == 0 else None)
    _write(first, ranking(result, people, speech), len(lines) + 1, formats)
    second = book.add_worksheet(sheet_name(speech("workbook_lines"), names))
    _write(second, line_table(result, people, speech), 0, formats)
    book.close()
    return file.getvalue()


def _write(sheet: Worksheet, table: Table, top: int, formats: Formats) -> None:
    """A table, as text: a score of 82.50 stays one."""
    titles, rows = table
    page(sheet, landscape=True)
    sheet.fit_to_pages(1, 0)  # all columns on one page, however many rows there are
    sheet.freeze_panes(top + 1, 0)
    sheet.repeat_rows(top)
    sheet.write_row(top, 0, titles, formats.head)
    for number, row in enumerate(rows, start=top + 1):
        for column, cell in enumerate(row):
            if cell != "":
                sheet.write_string(number, column, str(cell), formats.text)
    set_widths(sheet, [min(MOST, max(map(wide, map(str, column)))) + 2 for column in zip(titles, *rows, strict=True)])
    sheet.autofilter(top, 0, top + len(rows), len(titles) - 1)
