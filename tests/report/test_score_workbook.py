"""A result as a workbook: the same words as the text, in cells that are text."""

import io
from pathlib import Path

from python_calamine import CalamineWorkbook

import dutyrules as dr
from dutyrules.report import render

BOOK = """\
book: guards
source: {id: G}
roles: {guard: {}, chief: {}}
events: {gate.opened: {}}
duties:
  open: {clause: 1, role: guard, check: attendance, event: gate.opened, by: 07:00}
scorecards:
  guards:
    role: guard
    per: month
    clause: 9
    grades: [{from: 90, grade: A, coefficient: 1.2}, {from: 0, grade: B}]
    items: {1: {marks: 100, lines: {1: {breaches: [open.late], each: 10, liable: manager, veto: {cap: 60}}}}}
  chiefs: {role: chief, per: month, clause: 8, items: {1: {marks: 50, lines: {1: {breaches: [open.early], each: 1}}}}}
fines:
  late: {clause: 3, role: guard, breaches: [open.late], each: 10, currency: CNY}
outcomes:
  late: {clause: 4, role: guard, breaches: [open.late], ladder: {1: warning}}
"""
PEOPLE = (
    "person,name,role,area,from,to,manager\nwu,=wu,guard,yard,2026-10-29,2026-10-30,xu\nxu,,chief,yard,2026-10-01,,\n"
)
LOG = "at,person,kind\n2026-10-29 07:01,wu,gate.opened\n2026-10-30 07:00,wu,gate.opened\n"


def scored(folder: Path) -> dr.Result:
    (folder / "book.yaml").write_text(BOOK, "utf-8")
    (folder / "estate.yaml").write_text("estate: guards\nareas: {yard: {}}\nbooks: [book.yaml]\n", "utf-8")
    (folder / "people.csv").write_text(PEOPLE, "utf-8")
    (folder / "coverage.csv").write_text("source,kinds,from,to,status\nall,,,,complete\n", "utf-8")
    (folder / "log.csv").write_text(LOG, "utf-8")
    estate = dr.load_estate(folder)
    return dr.score(estate, dr.read_log([folder / "log.csv"], estate), "2026-10")


def test_people_and_lines(tmp_path: Path) -> None:
    result = scored(tmp_path)
    data = render(result, "xlsx", "en")
    assert data == render(result, "xlsx", "en")
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["people", "lines"]
    people = book.get_sheet_by_name("people").to_python()
    assert people[0][0] == "guards: scores for 2026-10"
    titles = people[2]
    wu = next(dict(zip(titles, row, strict=True)) for row in people if row[1] == "wu")
    assert (wu["name"], wu["score"], wu["percent"], wu["fines (recorded)"]) == ("=wu", "60", "60.00", "10 CNY")
    lines = [[cell for cell in row if cell != ""] for row in book.get_sheet_by_name("lines").to_python()]
    told = {cell for row in lines for cell in row if row[0] == "wu"}
    assert {"grade B", "veto: 1/1: the sheet is at most 60", "outcome: late, 1 in the period: warning [G-4]"} <= told
    assert ["xu", "xu", "chief", "borne for =wu: 1/1, 100%: −10"] in lines


def test_one_person_only(tmp_path: Path) -> None:
    book = CalamineWorkbook.from_filelike(io.BytesIO(render(scored(tmp_path), "xlsx", "zh-Hans", "xu")))
    assert book.sheet_names == ["人员", "明细"]
    assert {row[0] for row in book.get_sheet_by_name("明细").to_python()[1:]} == {"xu"}
