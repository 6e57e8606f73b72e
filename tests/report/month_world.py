"""A small estate whose month has something of everything that a workbook shows, and a reader of workbooks."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from functools import cached_property
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

from python_calamine import CalamineWorkbook

import dutyrules as dr

BOOK = """\
book: guards
source: {id: G}
roles: {guard: {title: {en: Guard, zh-Hans: 保安}}, chief: {title: {en: Chief, zh-Hans: 队长}}}
events: {gate.opened: {}, praise: {}}
duties:
  open: {title: {en: Gate open}, clause: 1, role: guard, check: attendance, event: gate.opened, by: 07:00}
scorecards:
  guards:
    role: guard
    per: month
    clause: 9
    bonus: {praised: {event: praise, each: 2, clause: 7}}
    bonus_cap: 3
    total_cap: 100
    grades: [{from: 94, grade: A, coefficient: 1.2}, {from: 0, grade: B}]
    items:
      1:
        title: {en: Punctual, zh-Hans: 准点}
        marks: 60
        lines:
          1: {title: Late, breaches: [open.late], each: 10, liable: {relation: manager, share: 1/3}}
          2: {title: Closed all day, breaches: [open.missing], each: 30, veto: {cap: 20}}
      2: {title: {en: Conduct, zh-Hans: 仪表}, marks: 40, lines: {1: {title: Untidy, each: 5}}}
  chiefs:
    role: chief
    per: month
    clause: 8
    items:
      1: {marks: 100, weight: 1/3, lines: {1: {each: 10}}}
      2: {marks: 100, weight: 2/3, lines: {1: {each: 10}}}
fines:
  late: {clause: 3, role: guard, breaches: [open.late], each: 10, currency: CNY}
outcomes:
  late: {clause: 4, role: guard, breaches: [open.late], ladder: {1: warning}, liable: manager}
"""
PEOPLE = """\
person,name,role,area,from,to,manager
wu,=1+1,guard,yard,2026-10-29,2026-10-30,xu
li,李[a/b],guard,yard,2026-10-29,2026-10-30,xu
ma,O'Hara,guard,yard,2026-10-29,2026-10-30,xu
zhao,,guard,yard,2026-10-29,2026-10-30,
kou,,guard,yard,2026-10-29,2026-10-30,
xu,,chief,yard,2026-10-01,,
"""
LOG = """\
at,person,kind
2026-10-29 07:01,wu,gate.opened
2026-10-30 07:00,wu,gate.opened
2026-10-29 07:00,li,gate.opened
2026-10-30 07:00,li,gate.opened
2026-10-29 07:00,ma,gate.opened
2026-10-30 07:05,ma,gate.opened
2026-10-29 07:00,zhao,gate.opened
2026-10-30 07:05,zhao,gate.opened
2026-10-29 07:00,kou,gate.opened
2026-10-29 12:00,wu,praise
2026-10-30 12:00,wu,praise
2026-10-29 12:00,ma,praise
2026-10-30 12:00,ma,praise
2026-10-29 15:00,wu,inspection.2
2026-10-29 15:00,ma,inspection.2
2026-10-29 15:00,kou,inspection.2
2026-10-29 15:00,li,finding.G-9.2.1
2026-10-29 16:00,xu,finding.G-8.1.1
2026-10-29 16:00,xu,inspection.2
"""


def write_estate(folder: Path) -> Path:
    """The estate; zhao's one breach is waived, and nobody inspected zhao."""
    (folder / "book.yaml").write_text(BOOK, "utf-8")
    (folder / "estate.yaml").write_text("estate: guards\nareas: {yard: {}}\nbooks: [book.yaml]\n", "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    (folder / "coverage.csv").write_text("source,kinds,from,to,status\nall,,,,complete\n", "utf-8")
    (folder / "log.csv").write_text(LOG, "utf-8")
    late = next(one for one in scored(folder).of("zhao")[0].breaches)
    (folder / "waivers.csv").write_text(f"breach_id,approver,reason\n{late.breach_id},xu,flood\n", "utf-8")
    return folder


def scored(folder: Path) -> dr.Result:
    estate = dr.load_estate(folder)
    return dr.score(estate, dr.read_log([folder / "log.csv"], estate), "2026-10")


NAMESPACE = {"": "http://schemas.openxmlformats.org/spreadsheetml/2006/main"}
CELL = re.compile(r"(?:'((?:[^']|'')+)'!)?([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?")


class Workbook:
    """A workbook as others read it: values by calamine, formulas and links out of its XML."""

    def __init__(self, data: bytes) -> None:
        book = CalamineWorkbook.from_filelike(io.BytesIO(data))
        self.names = book.sheet_names
        self.rows = {name: book.get_sheet_by_name(name).to_python(skip_empty_area=False) for name in self.names}
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            self.parts = {name: archive.read(name).decode() for name in archive.namelist()}
        self.changed: dict[tuple[str, str], Any] = {}

    @cached_property
    def xml(self) -> Mapping[str, ElementTree.Element]:
        return {
            name: ElementTree.fromstring(self.parts[f"xl/worksheets/sheet{number}.xml"])
            for number, name in enumerate(self.names, start=1)
        }

    def formulas(self) -> Iterator[tuple[str, str, str]]:
        """(sheet, cell, formula)."""
        for name, root in self.xml.items():
            for cell in root.iterfind(".//c", NAMESPACE):
                if (formula := cell.find("f", NAMESPACE)) is not None:
                    yield name, cell.attrib["r"], formula.text or ""

    def links(self, name: str) -> dict[str, str]:
        """Cell → the place to which it leads."""
        return {one.attrib["ref"]: one.attrib["location"] for one in self.xml[name].iterfind(".//hyperlink", NAMESPACE)}

    def value(self, name: str, cell: str) -> Any:
        """What a cell holds, as it was saved."""
        match = CELL.fullmatch(cell)
        assert match
        rows, row, column = self.rows[name], int(match[3]) - 1, _column(match[2])
        return rows[row][column] if row < len(rows) and column < len(rows[row]) else ""

    def at(self, place: str) -> Any:
        """What stands where a link leads."""
        sheet, _, cell = place.rpartition("!")
        return self.value(sheet.strip("'").replace("''", "'"), cell)

    def find(self, name: str, text: str) -> tuple[int, int]:
        """The row and column, from 0, of the first cell that holds a text."""
        return next((r, c) for r, row in enumerate(self.rows[name]) for c, value in enumerate(row) if value == text)

    def compute(self, name: str, cell: str) -> Any:
        """What a cell comes to, from formulas alone; `changed` cells hold what was typed over them."""
        if (name, cell) in self.changed:
            return self.changed[name, cell]
        formula = self._formulas.get((name, cell))
        if formula is None:
            return self.value(name, cell)
        return eval(CELL.sub(lambda match: self._reference(name, match), formula), FUNCTIONS | {"book": self})

    @cached_property
    def _formulas(self) -> Mapping[tuple[str, str], str]:
        return {(name, cell): formula for name, cell, formula in self.formulas()}

    def _reference(self, name: str, match: re.Match[str]) -> str:
        sheet = (match[1] or name).replace("''", "'")
        if match[4] is None:
            return f"book.compute({sheet!r}, {match[2] + match[3]!r})"
        columns = [_letters(one) for one in range(_column(match[2]), _column(match[4]) + 1)]
        cells = [f"{column}{row}" for row, column in product(range(int(match[3]), int(match[5]) + 1), columns)]
        return f"[book.compute({sheet!r}, cell) for cell in {cells!r}]"


def _column(letters: str) -> int:
    return ord(letters) - ord("A")


def _letters(column: int) -> str:
    return chr(ord("A") + column)


def _numbers(*given: Any) -> list[float]:
    """What a sum sees: numbers, and no texts."""
    flat = [one for each in given for one in (each if isinstance(each, list) else [each])]
    return [one for one in flat if isinstance(one, int | float)]


def _products(*columns: list[Any]) -> float:
    rows = zip(*columns, strict=True)
    return sum(row[0] * row[1] for row in rows if all(isinstance(one, int | float) for one in row))


FUNCTIONS: dict[str, Any] = {
    "SUM": lambda *given: sum(_numbers(*given)),
    "MAX": lambda *given: max(_numbers(*given)),
    "MIN": lambda *given: min(_numbers(*given)),
    "ROUND": lambda number, places: int(number * 10**places + 0.5 + 1e-7) / 10**places,
    "RANK": lambda number, among: 1 + sum(one > number for one in among),
    "SUMPRODUCT": _products,
}
