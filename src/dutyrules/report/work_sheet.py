"""A person's work as a sheet to carry: a page of A4 for each day, slots as blocks, a box to tick behind each task."""

from collections.abc import Sequence
from typing import Final

from dutyrules.plan import Task
from dutyrules.report.plan_words import PlanWords
from dutyrules.report.sheets import PAGE, Formats, Worksheet, header, height, in_lines, page, pixels, set_widths, wide
from dutyrules.report.work_day import DayPage, WorkDays, about, clock, targets, title

TALL: Final = 690
"""Points that fit a page of A4 between its margins."""

LINE: Final = 14
SLOT: Final = 18
HEAD: Final = 24
"""Points of a line of text, of a slot's name, and of a date."""

WHAT: Final = 30
WHERE: Final = 26
"""Letters of the columns that may be broken into lines."""

NOTE: Final = 14
"""Least room for what is written by hand."""

COLUMNS: Final = ("time", "kind", "place", "done", "note")


def work_sheet(words: PlanWords, person: str, sheet: Worksheet, formats: Formats) -> None:
    """Writes all days of a person; each begins on a page of its own."""
    pages = list(WorkDays(words).of(person))
    rows = [row for one in pages for row in _rows(words, one)]
    titles = [words.speech(f"work_{key}" if key == "place" else f"col_{key}") for key in COLUMNS]
    widest = [max([wide(titles[column]), *(wide(row[column]) for _, row in rows)]) for column in range(3)]
    widths = [widest[0] + 2, min(WHAT, widest[1]) + 2, min(WHERE, widest[2]) + 2, wide(titles[3]) + 3]
    widths.append(NOTE)
    tallest = max((_points(words, one, widths) for one in pages), default=0)
    # Excel ignores page breaks where it is told to fit pages, so the scale is said: the longest day fits.
    scale = max(40, min(100, 100 * PAGE // pixels(widths), 100 * TALL // max(tallest, 1)))
    widths[-1] = max(NOTE, (100 * PAGE // scale - pixels(widths[:-1])) // 7 - 1)
    set_widths(sheet, widths)
    sheet.write_row(0, 0, titles, formats.head)
    line, breaks = 1, list[int]()
    for one in pages:
        breaks += [line] if line > 1 else []
        line += _day(words, one, sheet, formats, widths, line)
    page(sheet)
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    sheet.center_horizontally()
    sheet.set_header(f'&L&"-,Bold"&14 {header(words.person(person))}&R&9{header(words.title)}')
    sheet.set_print_scale(scale)
    sheet.set_h_pagebreaks(breaks)


def _rows(words: PlanWords, one: DayPage) -> list[tuple[str, list[str]]]:
    """A day's lines: of which kind, and what stands in the columns."""
    found: list[tuple[str, list[str]]] = []
    for block in one.blocks:
        found.append(("slot", [block.hours, block.title, "", ""]))
        found += [("task", _cells(words, stop)) for stop in block.stops]
    return found


def _cells(words: PlanWords, stop: Sequence[Task]) -> list[str]:
    between = " " if len(stop) == 1 else words.speech("listed")
    where = in_lines(targets(words, stop), between, WHERE)
    return [clock(stop), title(words, stop), where, about(words, stop)]


def _points(words: PlanWords, one: DayPage, widths: list[int]) -> int:
    """How tall a day is, with its heading and that of the columns."""
    return 2 * SLOT + HEAD + sum(_tall(kind, cells, widths) for kind, cells in _rows(words, one))


def _tall(kind: str, cells: list[str], widths: list[int]) -> int:
    return SLOT if kind == "slot" else 4 + LINE * max(map(height, cells, (*widths[:3], NOTE)))


def _day(words: PlanWords, one: DayPage, sheet: Worksheet, formats: Formats, widths: list[int], line: int) -> int:
    """Writes a day from a line on; how many lines that are."""
    last = len(widths) - 1
    head = f"{one.day} {words.weekday(one.day)}    {one.hours}"
    sheet.merge_range(line, 0, line, last, head, formats.section)
    sheet.set_row(line, HEAD)
    rows = _rows(words, one)
    look = formats.look(bold=True, bg_color="#EEF1F4", top=1, top_color="#7F8FA0")
    for number, (kind, cells) in enumerate(rows, start=line + 1):
        sheet.set_row(number, _tall(kind, cells, widths))
        if kind == "slot":
            sheet.write_string(number, 0, cells[0], look)
            sheet.merge_range(number, 1, number, last, cells[1], look)
        else:
            for column, text in enumerate((*cells[:3], "", cells[3])):
                sheet.write_string(number, column, text, formats.of(COLUMNS[column], first=False))
    return 1 + len(rows)
