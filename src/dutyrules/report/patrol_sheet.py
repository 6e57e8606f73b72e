"""The patrol sheet for the wall: one landscape page for a person's month, buildings by days, with the walking order."""

from collections.abc import Mapping
from typing import Any, Final

from dutyrules.report.patrol_days import PatrolMonth, marked
from dutyrules.report.plan_load import Load
from dutyrules.report.plan_words import PlanWords
from dutyrules.report.sheets import Formats, Worksheet, header, page, wide

NAMES: Final = 24
"""Letters of a building's name."""

LOW: Final = 18
TALL: Final = 28
PAPER: Final = 440
"""Points: the lowest and the tallest row, and what a landscape page has room for."""

GREY: Final = {"bg_color": "#E4E8EC"}
LEAVE: Final = {"bg_color": "#F3D9D3"}
CELL: Final = {"align": "center", "border": 1, "border_color": "#D5DCE3"}


def patrol_sheet(words: PlanWords, load: Load, month: PatrolMonth, sheet: Worksheet, formats: Formats) -> None:
    """Writes the sheet: days without work grey, days of leave red, totals below and at the right."""
    days, last = month.days, 1 + len(month.days)
    _heads(words, load, month, sheet, formats)
    for row, building in enumerate(month.buildings, start=2):
        sheet.write_string(row, 0, building, formats.look(border=1, border_color="#D5DCE3"))
        for column, day in enumerate(days, start=1):
            stops = month.numbers(building, day)
            look = formats.look(**CELL, **_off(load, day), **({"bold": True} if stops else {}))
            if len(stops) == 1 and not stops[0].units:
                sheet.write_number(row, column, stops[0].number, look)
            else:
                sheet.write_string(row, column, marked(stops), look)
        sheet.write_number(row, last, month.times(building), formats.look(**CELL, bold=True))
    _sums(words, load, month, sheet, formats)
    widest = max((wide(marked(month.numbers(name, day))) for name in month.buildings for day in days), default=2)
    sheet.set_column(0, 0, min(NAMES, max([8, *map(wide, month.buildings)])) + 1)
    sheet.set_column(1, len(days), max(4, widest + 1))
    sheet.set_column(last, last, max(6, wide(words.speech("col_total")) + 1))
    rows = len(month.buildings) + 3
    for row in range(rows):
        sheet.set_row(row, max(LOW, min(TALL, PAPER // rows)))
    page(sheet, landscape=True)
    sheet.fit_to_pages(1, 1)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    name = words.person(month.person)
    title = words.speech("patrol_title", name=name, year=month.month.year, month=f"{month.month.month:02}")
    sheet.set_header(f'&L&"-,Bold"&14 {header(title)}&R&9{header(words.title)}')
    sheet.freeze_panes(2, 1)


def _heads(words: PlanWords, load: Load, month: PatrolMonth, sheet: Worksheet, formats: Formats) -> None:
    """Day of the week above the day of the month."""
    head = {"bold": True, "align": "center", "bg_color": "#DDE6EE"}
    sheet.merge_range(0, 0, 1, 0, words.speech("col_building"), formats.look(**head, bottom=1))
    for column, day in enumerate(month.days, start=1):
        look = {**head, **_off(load, day)}
        sheet.write_string(0, column, words.speech(f"patrol_weekday_{day.weekday()}"), formats.look(**look))
        sheet.write_number(1, column, day.day, formats.look(**look, bottom=1))
    last = 1 + len(month.days)
    sheet.merge_range(0, last, 1, last, words.speech("col_total"), formats.look(**head, bottom=1))


def _sums(words: PlanWords, load: Load, month: PatrolMonth, sheet: Worksheet, formats: Formats) -> None:
    """How many buildings a day; blank on days without a walk."""
    row, last = 2 + len(month.buildings), 1 + len(month.days)
    looks = {"bold": True, "align": "center", "top": 1}
    sheet.write_string(row, 0, words.speech("col_total"), formats.look(bold=True, top=1))
    counts = [len({stop.building for stop in month.walks.get(day, ())}) for day in month.days]
    for column, (day, count) in enumerate(zip(month.days, counts, strict=True), start=1):
        look = formats.look(**looks, **_off(load, day))
        if count:
            sheet.write_number(row, column, count, look)
        else:
            sheet.write_blank(row, column, None, look)
    sheet.write_number(row, last, sum(counts), formats.look(**looks))


def _off(load: Load, day: Any) -> Mapping[str, str]:
    return LEAVE if day in load.leave else GREY if day in load.rest else {}
