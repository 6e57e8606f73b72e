"""One person's sheet of a month workbook: the scorecard line by line, what each point rests on, and a live sum."""

from typing import Final

from dutyrules.report.consequences import grade, role_title
from dutyrules.report.grid import POINTS, Cell, Gap, Grid, Lead, Live
from dutyrules.report.month import Basis, Key, Month, Told, landscape
from dutyrules.report.month_sum import Sum, sum_rows
from dutyrules.report.numbers import plain
from dutyrules.report.sheet_words import SheetWords
from dutyrules.report.sheets import Worksheet, place
from dutyrules.report.text import finding_words, sum_of, when
from dutyrules.scoring import ItemScore, LineScore, Sheet

_WIDTHS: Final = {
    "item": 11,
    "content": 16,
    "standard": 38,
    "marks": 7,
    "weight": 8,
    "deducted": 11,
    "score": 9,
    "why": 50,
    "clause": 13,
    "breach": 18,
}
_LOOKS: Final = {
    "marks": {"num_format": "General", "align": "right"},
    "weight": {"num_format": "0.####%", "align": "right"},
    "deducted": {"num_format": POINTS, "align": "right"},
    "score": {"num_format": POINTS, "align": "right", "bold": True},
    "item": {"bold": True},
    "content": {"bold": True},
    "why": {"align": "left", "indent": 1},
}
_QUIET: Final = {"font_color": "#5B6673"}


class PersonSheet:
    """Writes one person's sheet, from the top down."""

    def __init__(self, month: Month, sheet: Sheet, page: Worksheet, name: str) -> None:
        self._month, self._sheet, self._name, self._say = month, sheet, name, month.speech
        weighted = any(item.weight is not None for item in sheet.items)
        widths = {key: width for key, width in _WIDTHS.items() if key != "weight" or weighted}
        self._widths = widths
        self._grid = Grid(page, month.formats, widths, _LOOKS)
        self._words = SheetWords(month.result, sheet, month.speech, own=month.own)
        self._rows: dict[Key, str] = {}

    def write(self, back: str) -> Told:
        """The whole sheet.

        Args:
            back: The place to which it leads back; empty where there is none.
        """
        self._heading(back)
        first = self._grid.row
        for item in self._sheet.items:
            self._item(item)
        total = sum_rows(self._month, self._sheet, self._grid, first) if self._sheet.items else Sum()
        self._others()
        self._notes()
        self._signatures()
        if self._sheet.score is not None:
            score = Live(total.score, self._sheet.score) if total.score else self._sheet.score
            self._grid.put(self._top, "content", score, **_SCORE)
        cells = [cell and f"{place(self._name, 0).rpartition('!')[0]}!{cell}" for cell in (total.score, total.percent)]
        return Told(place(self._name, 0), cells[0], cells[1], self._rows)

    def _heading(self, back: str) -> None:
        sheet, grid, formats, say = self._sheet, self._grid, self._month.formats, self._say
        role = role_title(self._month.result, sheet, say)
        name = say("sheet_of", name=sheet.name, person=sheet.person, role=role)
        grid.sheet.write_string(0, 0, name, formats.title)
        grid.sheet.set_row(0, 26)
        if back:
            grid.put(0, "breach", Lead(back, say("wb_back")), align="right")
        lines = self._month.heading()
        for number, line in enumerate(lines, start=1):
            grid.sheet.write_string(number, 0, line, formats.look(**(_QUIET if number > 1 else {"bold": True})))
        self._top = len(lines) + 1
        if sheet.score is None:
            grid.sheet.write_string(self._top, 0, sum_of(sheet, say), formats.look(bold=True))
        else:
            grid.put(self._top, "item", say("col_score"), bold=True, font_size=12)
            marks = say("wb_of", marks=plain(sheet.marks)) if sheet.complete and sheet.marks is not None else ""
            said = [marks or sum_of(sheet, say), *([grade(sheet.grade, say)] if sheet.grade else [])]
            grid.put(self._top, "standard", "  ".join(said), font_size=11)
        grid.sheet.set_row(self._top, 24)
        grid.row = self._top + 2
        landscape(grid.sheet, list(self._widths.values()), grid.row, f"{name}  {lines[0]}")
        grid.head([say(f"col_{key}") for key in self._widths])

    # ------------------------------------------------------------ items

    def _item(self, item: ItemScore) -> None:
        """A row for each line, and below it one for everything that it rests on."""
        grid, first = self._grid, self._grid.row
        open_ = self._words.open(item)
        last = first + sum(1 + len(self._words.bases(item, line)) for line in item.lines) + len(open_) - 1
        cells = self._sums_of(item, first, max(first, last))
        if not item.lines:
            grid.add(cells | {"clause": ", ".join(item.clause)}, "strong")
        for number, line in enumerate(item.lines):
            why = self._words.why(item, line)
            if number == 0:
                why = "\n".join(filter(None, (self._words.settled(item), why)))
            row: dict[str, Cell] = {**(cells if number == 0 else {}), **self._line(item, line), "why": why}
            grid.add(row, "thin" if number else "strong")
            for basis in self._words.bases(item, line):
                self._basis(basis)
        for text in open_:
            grid.add({"why": text}, "thin", **_QUIET)

    def _sums_of(self, item: ItemScore, first: int, last: int) -> dict[str, Cell]:
        """An item's own cells; its score stays live where it is settled what it is."""
        marks = self._grid.at("marks", first)
        taken = self._grid.column("deducted", first, last)
        zero = any(line.veto and line.veto.effect == "zero_item" for line in item.lines)
        live = Live("0" if zero else f"MAX(0,{marks}-SUM({taken}))", item.score)
        return {
            "item": item.item,
            "content": self._say.title(item.title, item.item),
            "marks": None if item.state == "excluded" else item.marks,
            "weight": None if item.state == "excluded" else item.weight,
            "score": live if item.state == "assessed" else Gap(self._say(f"state_{item.state}")),
        }

    def _line(self, item: ItemScore, line: LineScore) -> dict[str, Cell]:
        title, price = self._say.title(line.title, ""), self._words.price(item, line)
        deducted: Cell = line.points if line.times and item.state != "excluded" else None
        return {
            "standard": self._say("wb_standard" if title else "wb_price", line=line.line, title=title, price=price),
            "deducted": self._say("uninspected") if line.uninspected and deducted is None else deducted,
            "clause": ", ".join(line.clause),
        }

    def _basis(self, basis: Basis, label: str = "") -> None:
        """One thing that points rest on; its id leads to the evidence."""
        found = self._month.evidence.get(basis.key, "")
        if basis.source is not None:
            file, row = basis.source
            said = self._say("explain_findings", rows=self._say("row", file=file.rpartition("/")[2], row=row))
            cells: dict[str, Cell] = {"why": said, "breach": Lead(found, self._say("wb_inspector"))}
        elif basis.finding is not None:
            one = basis.finding
            words = finding_words(self._month.result, self._sheet, one, self._say)
            cells = {"why": f"{when(one)}  {words}", "clause": ", ".join(one.clause)}
            cells |= {"breach": Lead(found, one.breach_id), "standard": label}
        row_number = self._grid.add(cells, **_QUIET)
        self._rows.setdefault(basis.key, place(self._name, row_number, self._grid.last))

    # ------------------------------------------------------------ below the items

    def _others(self) -> None:
        """What no line takes points for, what is excused, and what is open."""
        shown = self._words.besides("breached") + self._words.besides("excused")
        pending = self._words.unsettled()
        if not shown and not pending:
            return
        self._grid.row += bool(self._sheet.items)
        self._grid.note(self._say("wb_besides"), "strong", bold=True)
        for basis in shown:
            if basis.finding:
                self._basis(basis, self._say(f"state_{basis.finding.state}"))
        for text in pending:
            self._grid.add({"why": text}, **_QUIET)

    def _notes(self) -> None:
        """What follows besides points: fines, what several months come to, outcomes."""
        said = [f"{self._say('col_fines')}: {note}" for note in self._words.fines()] + self._words.consequences()
        if said:
            self._grid.row += 1
            self._grid.note(self._say("wb_notes"), "strong", bold=True)
        for text in said:
            self._grid.note(text)

    def _signatures(self) -> None:
        """Lines for whoever appraises, whoever is appraised, and HR."""
        for key in ("wb_appraiser", "wb_appraised", "wb_hr"):
            self._grid.row += 1
            row, line = self._grid.row, {"bottom": 1}
            self._grid.put(row, "item", self._say(key), valign="bottom")
            for column in ("content", "standard"):
                self._grid.put(row, column, None, **line)
            self._grid.put(row, "score", self._say("wb_date"), align="right", valign="bottom")
            self._grid.put(row, "why", None, **line)
            self._grid.sheet.set_row(row, 26)
        self._grid.row += 1


_SCORE: Final = {"num_format": POINTS, "bold": True, "font_size": 14, "align": "left"}
