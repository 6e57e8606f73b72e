"""A small estate that is inspected, and somebody who fills its form in."""

from datetime import date
from pathlib import Path
from typing import Any

import openpyxl

import dutyrules as dr
from dutyrules.estate import Returned, read_forms
from dutyrules.report.form import write_form

BOOK = """\
book: garden
source: {id: G}
roles: {gardener: {title: {zh-Hans: 园丁, en: Gardener}}, chief: {title: {zh-Hans: 领班, en: Chief}}}
events: {gate.opened: {}}
duties:
  open: {title: 开门, clause: 1, role: gardener, check: attendance, event: gate.opened, by: 07:00}
  groomed: {title: 仪容, clause: 2, role: gardener, check: finding}
scorecards:
  gardeners:
    role: gardener
    per: month
    clause: 9
    items:
      1: {title: 准点, marks: 40, lines: {1: {title: 迟到, breaches: [open.late], each: 10}}}
      2: {title: 花圃, marks: 30, lines: {1: {title: 有杂草, each: 5}, 2: {title: 未浇水, every: 2, points: 4}}}
      3: {title: 工具, marks: 30, inspect: required, lines: {1: {title: 未上锁, breaches: [groomed.found], each: 3}}}
  chiefs:
    role: chief
    per: month
    clause: 8
    items: {1: {title: 记录, marks: 100, lines: {1: {title: 未签字, each: 10}}}}
fines: {shabby: {clause: 3, role: gardener, breaches: [groomed.found], each: 10, currency: CNY}}
"""
PEOPLE = """\
person,name,role,area,from,to
li,李一,gardener,yard,2026-10-01,
wang,王二,gardener,yard,2026-10-01,
ma,=马三,gardener,yard,2026-10-01,2026-10-14
xu,徐四,chief,yard,2026-10-01,
"""


def write_estate(folder: Path, *, name: str = "garden", book: str = BOOK) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "book.yaml").write_text(book, "utf-8")
    (folder / "estate.yaml").write_text(f"estate: {name}\nareas: {{yard: {{}}}}\nbooks: [book.yaml]\n", "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    (folder / "coverage.csv").write_text("source,kinds,from,to,status\nall,,,,complete\n", "utf-8")
    return folder


class Form:
    """A form on somebody's desk: opened by another program than the one that made it."""

    def __init__(self, path: Path, language: str = "zh-Hans") -> None:
        self.path, self.book = path, openpyxl.load_workbook(path)
        self.main, self.more = self.book.worksheets[0], self.book.worksheets[1]
        self.titles = 6
        self.column = {cell.value: cell.column for cell in self.main[self.titles]}
        self.language = language

    def head(self, inspector: Any = "徐四 (xu)", day: Any = date(2026, 10, 12)) -> "Form":
        self.main["C2"], self.main["C3"] = inspector, day
        return self

    def row(self, person: str, clause: str) -> int:
        """The row of a person and clause."""
        for row in range(self.titles + 1, self.main.max_row + 1):
            if (self.at(row, "编号"), self.at(row, "条款")) == (person, clause):
                return row
        raise LookupError(person, clause)

    def at(self, row: int, title: str) -> Any:
        return self.main.cell(row, self.column[title]).value

    def write(self, person: str, clause: str, **cells: Any) -> int:
        """Fills in a row; the number of it."""
        row = self.row(person, clause)
        for title, value in cells.items():
            self.main.cell(row, self.column["地点/对象" if title == "地点" else title]).value = value
        return row

    def add(self, *cells: Any) -> None:
        """A further finding: person, line, count, date, time, place, note."""
        row = next(row for row in range(4, 100) if all(self.more.cell(row, n).value is None for n in range(1, 8)))
        for column, value in enumerate(cells, start=1):
            self.more.cell(row, column).value = value

    def saved(self) -> Path:
        self.book.save(self.path)
        return self.path


def form(estate: Path, **wishes: Any) -> Form:
    """A form of October, with its head filled in."""
    path = estate / "form.xlsx"
    write_form(dr.load_estate(estate), "2026-10", path, **wishes)
    return Form(path).head()


def read(estate: Path, filled: Form) -> Returned:
    return read_forms([filled.saved()], dr.load_estate(estate))


def rejected(returned: Returned) -> list[tuple[Any, ...]]:
    """(sheet and row, column, value, reason) of what cannot be read."""
    rows = returned.rejects.select("file", "row", "column", "value", "reason").rows()
    return [(f"{file.rpartition('(')[2][:-1]}:{row}", *rest) for file, row, *rest in rows]


def findings(returned: Returned) -> list[tuple[Any, ...]]:
    rows = returned.rows.select("at", "person", "kind", "value", "target", "note").rows()
    return [row for row in rows if row[2].startswith("finding.")]


def inspections(returned: Returned) -> set[tuple[str, str, str]]:
    rows = returned.rows.select("at", "person", "kind").rows()
    return {(at, person, kind) for at, person, kind in rows if kind.startswith("inspection.")}
