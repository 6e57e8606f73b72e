"""A plan as a workbook: an overview, what moved, a list to print for each person, and rows to edit and read back."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import pairwise
from typing import Any, Final

import xlsxwriter

from dutyrules.plan import Task
from dutyrules.report.patrol_days import Patrols
from dutyrules.report.patrol_sheet import patrol_sheet
from dutyrules.report.plan_load import Loads
from dutyrules.report.plan_overview import overview
from dutyrules.report.plan_table import cells, columns
from dutyrules.report.plan_words import PlanWords, monday, stops
from dutyrules.report.sheets import (
    PAGE,
    Formats,
    Worksheet,
    header,
    height,
    in_lines,
    page,
    pixels,
    set_widths,
    sheet_name,
    wide,
)
from dutyrules.report.work_sheet import work_sheet

ROWS: Final = "plan"
"""The sheet that `read_plan` looks for."""

NOTE: Final = 16
"""Least room for what is written by hand."""

MOST: Final = 22
"""A wider column is broken into lines."""


def plan_workbook(words: PlanWords) -> bytes:
    """The workbook, the same bytes for the same plan."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": words.title, "created": datetime.combine(words.plan.start, time())})
    formats = Formats(book)
    names = {ROWS, "history"}
    overview(words, book.add_worksheet(sheet_name(words.speech("plan_overview"), names)), formats)
    if words.plan.moves:
        _moves(words, book.add_worksheet(sheet_name(words.speech("plan_moves_sheet"), names)), formats)
    for person in sorted({name for task in words.plan.tasks for name in (task.person, *task.along)}):
        sheet = book.add_worksheet(sheet_name(words.person(person), names))
        (work_sheet if words.plan.name == "work" else _person)(words, person, sheet, formats)
    _patrols(words, book, names, formats)
    _rows(words, book.add_worksheet(ROWS), formats)
    book.close()
    return file.getvalue()


def _patrols(words: PlanWords, book: Any, names: set[str], formats: Formats) -> None:
    """A sheet for the wall for each person and month with patrols."""
    patrols = Patrols(words)
    for load in Loads(words).all:
        for month in patrols.months(load):
            title = words.speech("patrol_sheet", name=words.person(load.person), month=f"{month.month.month:02}")
            patrol_sheet(words, load, month, book.add_worksheet(sheet_name(title, names)), formats)


# ---------------------------------------------------------------- a list to print


_KEYS = ("date", "weekday", "order", "time", "kind", "building", "home", "case", "done", "note")


def _person(words: PlanWords, person: str, sheet: Worksheet, formats: Formats) -> None:
    """A line for each stop, a box to tick and room for a note; each week begins on a page of its own."""
    made = list(stops(words.plan.of(person)))
    days = [stop[0].at.date() for stop in made]
    table = [_line(words, stop) for stop in made]
    titles = [words.speech(f"col_{key}") for key in _KEYS]
    used = [index for index in range(len(titles)) if index >= len(_KEYS) - 2 or any(line[index] for line in table)]
    widths = [min(MOST, max(wide(titles[index]), *(wide(str(line[index])) for line in table))) + 2 for index in used]
    widths[-1] = max(NOTE, (PAGE - pixels(widths[:-1])) // 7 - 1)
    set_widths(sheet, widths)
    sheet.write_row(0, 0, [titles[index] for index in used], formats.head)
    sheet.set_row(0, 22)
    for number, (line, day, before) in enumerate(zip(table, days, [None, *days], strict=False), start=1):
        sheet.set_row(
            number, 6 + 15 * max(height(str(line[index]), width) for index, width in zip(used, widths, strict=True))
        )
        for column, index in enumerate(used):
            sheet.write(number, column, line[index], formats.of(_KEYS[index], first=day != before))
    _page(words, person, sheet)
    # Excel ignores page breaks where it is told to fit the width, so the scale is said.
    sheet.set_print_scale(max(40, min(100, 100 * PAGE // pixels(widths))))
    weeks = [monday(day) for day in days]
    sheet.set_h_pagebreaks([number for number, (one, two) in enumerate(pairwise(weeks), start=2) if one != two])


def _line(words: PlanWords, stop: Sequence[Task]) -> tuple[Any, ...]:
    first, day = stop[0], stop[0].at.date()
    hours = f"{first.at:%H:%M}–{first.until:%H:%M}" if first.until > first.at else f"{first.at:%H:%M}"
    columns = zip(*((*words.place(task), words.about(task)) for task in stop), strict=True)
    building, unit, case = (
        in_lines(dict.fromkeys(filter(None, column)), words.speech("listed"), MOST) for column in columns
    )
    return day, words.weekday(day), first.order, hours, words.kind(first.kind), building, unit, case, "", ""


def _page(words: PlanWords, person: str, sheet: Worksheet) -> None:
    page(sheet)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.center_horizontally()
    name, title = header(words.person(person)), header(words.title)
    # a blank after the size: a name may begin with digits
    sheet.set_header(f'&L&"-,Bold"&14 {name}&R&9{title}')


# ---------------------------------------------------------------- what moved


def _moves(words: PlanWords, sheet: Worksheet, formats: Formats) -> None:
    """A line for each move; nothing of it is read back."""
    table = [words.move_titles, *words.moves()]
    sheet.write_row(0, 0, table[0], formats.head)
    for number, line in enumerate(table[1:], start=1):
        sheet.write_row(number, 0, line, formats.plain)
    set_widths(sheet, [max(wide(line[column]) for line in table) + 2 for column in range(len(table[0]))])
    page(sheet, landscape=True)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)


# ---------------------------------------------------------------- the rows


def _rows(words: PlanWords, sheet: Worksheet, formats: Formats) -> None:
    """What the CSV holds; instants and numbers are such, and `pinned` is there to be changed."""
    titles = columns(words.plan)
    sheet.write_row(0, 0, titles, formats.head)
    widths = [wide(title) + 2 for title in titles]
    for number, task in enumerate(words.plan.tasks, start=1):
        for column, (title, value) in enumerate(zip(titles, _values(task, titles), strict=True)):
            form = formats.instant if title in ("at", "until") else formats.edit if title == "pinned" else formats.plain
            if value != "":
                sheet.write(number, column, value, form)
            widths[column] = max(widths[column], 18 if title in ("at", "until") else wide(str(value)) + 2)
    set_widths(sheet, widths)
    page(sheet, landscape=True)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, 0)
    last = len(words.plan.tasks)
    if last:
        sheet.autofilter(0, 0, last, len(titles) - 1)
        pinned = titles.index("pinned")
        choice = {"validate": "list", "source": ["yes", "no"], "input_title": "pinned"}
        sheet.data_validation(1, pinned, last, pinned, choice | {"input_message": words.speech("plan_pin")})


def _values(task: Task, titles: Sequence[str]) -> Iterator[Any]:
    row: dict[str, Any] = {**cells(task), "at": task.at, "until": task.until, "order": task.order}
    return (row.get(title, "") for title in titles)
