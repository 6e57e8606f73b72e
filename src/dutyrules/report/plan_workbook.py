"""A plan as a workbook: an overview, what moved, a list to print for each person, and rows to edit and read back."""

import io
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, time
from itertools import groupby, pairwise
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
        _person(words, person, sheet, formats)
    _rows(words, book.add_worksheet(ROWS), formats)
    book.close()
    return file.getvalue()


# ---------------------------------------------------------------- a list to print


_KEYS = ("date", "weekday", "order", "time", "kind", "building", "home", "case", "done", "note")


def _person(words: PlanWords, person: str, sheet: Worksheet, formats: Formats) -> None:
    """A line for each stop, a box to tick and room for a note; each week begins on a page of its own."""
    stops = list(_stops(words.plan.of(person)))
    days = [stop[0].at.date() for stop in stops]
    table = [_line(words, stop) for stop in stops]
    titles = [words.speech(f"col_{key}") for key in _KEYS]
    used = [index for index in range(len(titles)) if index >= len(_KEYS) - 2 or any(line[index] for line in table)]
    widths = [min(MOST, max(wide(titles[index]), *(wide(str(line[index])) for line in table))) + 2 for index in used]
    widths[-1] = max(NOTE, (PAGE - pixels(widths[:-1])) // 7 - 1)
    set_widths(sheet, widths)
    sheet.write_row(0, 0, [titles[index] for index in used], formats.head)
    sheet.set_row(0, 22)
    for number, (line, day, before) in enumerate(zip(table, days, [None, *days], strict=False), start=1):
        sheet.set_row(
            number, 6 + 15 * max(_height(str(line[index]), width) for index, width in zip(used, widths, strict=True))
        )
        for column, index in enumerate(used):
            sheet.write(number, column, line[index], formats.of(_KEYS[index], first=day != before))
    _page(words, person, sheet)
    # Excel ignores page breaks where it is told to fit the width, so the scale is said.
    sheet.set_print_scale(max(40, min(100, 100 * PAGE // pixels(widths))))
    weeks = [monday(day) for day in days]
    sheet.set_h_pagebreaks([number for number, (one, two) in enumerate(pairwise(weeks), start=2) if one != two])


def _stops(tasks: Sequence[Task]) -> Iterator[Sequence[Task]]:
    """The tasks, one by one; those of one moment, as a list that names many buildings, are one stop."""
    for _, together in groupby(
        tasks, lambda task: (task.at, task.until, task.kind, task.until > task.at and task.order)
    ):
        yield list(together)


def _line(words: PlanWords, stop: Sequence[Task]) -> tuple[Any, ...]:
    first, day = stop[0], stop[0].at.date()
    hours = f"{first.at:%H:%M}–{first.until:%H:%M}" if first.until > first.at else f"{first.at:%H:%M}"
    columns = zip(*((*words.place(task), words.about(task)) for task in stop), strict=True)
    building, unit, case = (_listed(dict.fromkeys(filter(None, column)), words.speech("listed")) for column in columns)
    return day, words.weekday(day), first.order, hours, words.kind(first.kind), building, unit, case, "", ""


def _listed(names: Iterable[str], between: str) -> str:
    """Names in lines that are not too long, none of them broken."""
    lines = [""]
    for name in names:
        longer = f"{lines[-1]}{between if lines[-1] else ''}{name}"
        lines = [*lines[:-1], longer] if wide(longer) <= MOST or not lines[-1] else [*lines, name]
    return "\n".join(lines)


def _height(text: str, width: int) -> int:
    """How many lines a text takes in a column."""
    return sum(max(1, -(-wide(line) // width)) for line in text.split("\n"))


def _page(words: PlanWords, person: str, sheet: Worksheet) -> None:
    page(sheet)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.center_horizontally()
    name, title = (text.replace("&", "&&") for text in (words.person(person), words.title))
    sheet.set_header(f'&L&"-,Bold"&14{name}&R&9{title}')


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
