"""A plan as a workbook: an overview, a list to print for each person, and the rows, which can be edited and read back."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from itertools import pairwise
from typing import Any, Final

import xlsxwriter

from dutyrules.plan import Task
from dutyrules.report.plan_overview import overview
from dutyrules.report.plan_table import cells, columns
from dutyrules.report.plan_words import PlanWords, monday
from dutyrules.report.sheets import PAGE, Formats, Worksheet, page, pixels, set_widths, sheet_name, wide

ROWS: Final = "plan"
"""The sheet that `read_plan` looks for."""

NOTE: Final = 16
"""Least room for what is written by hand."""


def plan_workbook(words: PlanWords) -> bytes:
    """The workbook, the same bytes for the same plan."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True})
    book.set_properties({"title": words.title, "created": datetime.combine(words.plan.start, time())})
    formats = Formats(book)
    names = {ROWS, "history"}
    overview(words, book.add_worksheet(sheet_name(words.speech("plan_overview"), names)), formats)
    for person in sorted({task.person for task in words.plan.tasks}):
        sheet = book.add_worksheet(sheet_name(words.person(person), names))
        _person(words, person, sheet, formats)
    _rows(words, book.add_worksheet(ROWS), formats)
    book.close()
    return file.getvalue()


# ---------------------------------------------------------------- a list to print


def _person(words: PlanWords, person: str, sheet: Worksheet, formats: Formats) -> None:
    """A line for each task, a box to tick and room for a note; each week begins on a page of its own."""
    tasks = words.plan.of(person)
    table = [_line(words, task) for task in tasks]
    titles = [words.speech(f"col_{key}") for key in _KEYS]
    used = [index for index in range(len(titles)) if index >= len(_KEYS) - 2 or any(line[index] for line in table)]
    widths = [max(wide(titles[index]), *(wide(str(line[index])) for line in table)) + 2 for index in used]
    widths[-1] = max(NOTE, (PAGE - pixels(widths[:-1])) // 7 - 1)
    set_widths(sheet, widths)
    sheet.write_row(0, 0, [titles[index] for index in used], formats.head)
    sheet.set_row(0, 22)
    before: Task | None = None
    for number, (task, line) in enumerate(zip(tasks, table, strict=True), start=1):
        new = before is None or before.at.date() != task.at.date()
        sheet.set_row(number, 20)
        for column, index in enumerate(used):
            sheet.write(number, column, line[index], formats.of(_KEYS[index], first=new))
        before = task
    _page(words, person, sheet)
    sheet.set_print_scale(max(40, min(100, 100 * PAGE // pixels(widths))))  # Excel breaks no pages where it fits widths
    sheet.set_h_pagebreaks(
        [number for number, (one, two) in enumerate(pairwise(tasks), start=2) if _week(one) != _week(two)]
    )


_KEYS = ("date", "weekday", "order", "time", "kind", "building", "home", "case", "done", "note")


def _line(words: PlanWords, task: Task) -> tuple[Any, ...]:
    building, unit = words.place(task)
    hours = f"{task.at:%H:%M}–{task.until:%H:%M}"
    day = task.at.date()
    return day, words.weekday(day), task.order, hours, words.kind(task.kind), building, unit, task.case or "", "", ""


def _week(task: Task) -> object:
    return monday(task.at.date())


def _page(words: PlanWords, person: str, sheet: Worksheet) -> None:
    page(sheet)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.center_horizontally()
    name, title = (text.replace("&", "&&") for text in (words.person(person), words.title))
    sheet.set_header(f'&L&"-,Bold"&14{name}&R&9{title}')


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
