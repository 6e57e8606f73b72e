"""The first sheet of a month workbook: who stands where, and who is not ranked and why; with a small chart."""

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any, Final

from dutyrules.report.consequences import grade, role_title
from dutyrules.report.grid import POINTS, Cell, Grid, Lead, Live
from dutyrules.report.month import Month, Told, landscape
from dutyrules.report.numbers import money
from dutyrules.report.sheets import Workbook, Worksheet
from dutyrules.report.standing import Standing, reasons
from dutyrules.report.text import range_of
from dutyrules.scoring import Sheet

_WIDTHS: Final = {
    "rank": 6,
    "person": 9,
    "name": 15,
    "role": 24,
    "score": 9,
    "marks": 7,
    "percent": 9,
    "grade": 15,
    "breaches": 9,
    "open": 9,
    "fines": 16,
}
_NUMBER: Final = {"align": "right"}
_LOOKS: Final = {
    "rank": {"num_format": "0", "align": "center"},
    "score": _NUMBER | {"num_format": POINTS, "bold": True},
    "marks": _NUMBER | {"num_format": "General"},
    "percent": _NUMBER | {"num_format": "0.00"},
    "grade": {"align": "left", "indent": 1},
    "breaches": _NUMBER | {"num_format": "0"},
    "open": _NUMBER | {"num_format": "0"},
    "fines": _NUMBER,
}
_BARS: Final = 60
"""People in a chart; of more one would read nothing."""

Holder = tuple[str, str]
"""Person and role."""


def ranking_sheet(month: Month, told: Mapping[Holder, Told], book: Workbook, page: Worksheet, name: str) -> None:
    """A table for each scorecard, best first; then whoever has no rank, with the reason; then charts."""
    grid, say = Grid(page, month.formats, _WIDTHS, _LOOKS), month.speech
    lines = month.heading()
    for number, line in enumerate(lines):
        page.write_string(
            number, 0, line, month.formats.title if number == 0 else month.formats.look(font_color="#5B6673")
        )
    page.set_row(0, 26)
    landscape(page, list(_WIDTHS.values()), len(lines) + 1, lines[0])
    grid.row = len(lines) + 1
    grid.head([say(f"col_{key}") for key in _WIDTHS])
    standing = Standing.of(month.result, month.people, say)
    charts = []
    for card in standing.cards:
        if len(standing.cards) > 1:
            grid.note(card.title, "strong", bold=True)
        first, last = grid.row, grid.row + len(card.sheets) - 1
        for rank, sheet in card.sheets:
            _ranked(month, grid, sheet, told[sheet.person, sheet.role], rank, (first, last))
        charts.append((card.title, first, last, [sheet for _, sheet in card.sheets]))
    _unranked(month, grid, told, standing.unranked)
    below = 0
    for title, first, last, ranked in charts:
        if 1 < len(ranked) <= _BARS:
            below = _chart(book, grid, name, title, max(first - 1, below), (first, last), ranked)


def _ranked(month: Month, grid: Grid, sheet: Sheet, told: Told, rank: int, rows: tuple[int, int]) -> None:
    first, last = rows
    score = grid.at("score", grid.row)
    among = f"{grid.at('score', first)}:{grid.at('score', last)}"
    cells: dict[str, Cell] = {
        **_person(month, sheet, told),
        "rank": Live(f"RANK({score},{among})", Fraction(rank)),
        "percent": Live(told.percent, sheet.percent) if told.percent and sheet.percent is not None else None,
        "grade": grade(sheet.grade, month.speech) if sheet.grade else "",
    }
    grid.add(cells, "thin")


def _person(month: Month, sheet: Sheet, told: Told) -> dict[str, Cell]:
    return {
        "person": sheet.person,
        "name": Lead(told.top, sheet.name),
        "role": role_title(month.result, sheet, month.speech),
        "score": Live(told.score, sheet.score) if told.score and sheet.score is not None else sheet.score,
        "marks": sheet.marks,
        "breaches": Fraction(sum(one.strength == "must" for one in sheet.breaches)),
        "open": Fraction(len(sheet.not_assessed)),
        "fines": money(sheet.fine_totals),
    }


def _unranked(month: Month, grid: Grid, told: Mapping[Holder, Told], people: Sequence[Sheet]) -> None:
    """Those whose sheets are not complete, or who have no scorecard."""
    if not people:
        return
    grid.row += 1
    grid.note(month.speech("wb_unranked"), "strong", bold=True)
    for sheet in people:
        row = grid.add({**_person(month, sheet, told[sheet.person, sheet.role]), "grade": range_of(sheet)}, "thin")
        said = month.speech("wb_because", why="; ".join(reasons(month.result, sheet, month.speech)))
        grid.sheet.write_string(grid.row, 2, said, month.formats.look(font_color="#5B6673"))
        grid.row = row + 2


def _chart(
    book: Workbook, grid: Grid, name: str, title: str, row: int, rows: tuple[int, int], ranked: Sequence[Sheet]
) -> int:
    """The scores as bars beside the table, the best on top; they follow the cells. The first row below it."""
    (first, last), column = rows, list(_WIDTHS).index
    chart: Any = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": title,
            "categories": [name, first, column("name"), last, column("name")],
            "values": [name, first, column("score"), last, column("score")],
            "fill": {"color": "#5B8DB8"},
            "gap": 40,
            "data_labels": {"value": True, "num_format": POINTS},
        }
    )
    most = max(float(points) for sheet in ranked for points in (sheet.marks, sheet.score) if points is not None)
    chart.set_title({"name": title, "name_font": {"size": 11}})
    chart.set_legend({"none": True})
    chart.set_y_axis({"reverse": True, "major_gridlines": {"visible": False}})
    chart.set_x_axis({"min": 0, "max": most * 1.2, "visible": False, "major_gridlines": {"visible": False}})
    tall = max(140, 22 * len(ranked) + 50)
    chart.set_size({"width": 340, "height": tall})
    grid.sheet.insert_chart(row, len(_WIDTHS), chart, {"x_offset": 12})
    return row + -(-tall // 20) + 1
