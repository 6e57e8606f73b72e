"""The table of docs/imports.md, as logs, tables of an estate and forms; exports are in test_bad_workbooks.py.

Nothing that somebody wrote disappears without a word, and what is refused was never built in memory.
"""

import tracemalloc
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.activity.kinds import Kind
from dutyrules.activity.log import Log
from dutyrules.activity.read import read_log
from dutyrules.cli.main import main
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import read_forms
from dutyrules.registry import measure
from dutyrules.registry.tables import load_tables
from tests.imports.layouts import Workbook
from tests.imports.test_bad_workbooks import LIMIT, bomb, far_cell, locked, repeated_text
from tests.report.form_world import findings, form, inspections, read, rejected, write_estate

KINDS = {"round": Kind("round", value_optional=True)}
TITLES = ["at", "person", "kind", "value", "event_id"]
AT = datetime(2026, 10, 8, 9, 5)


def log(path: Path, *rows: list[Any], hidden: tuple[str, ...] = (), **options: Any) -> Log:
    """A log as a workbook, read; sheets that are hidden hold the same rows."""
    book = Workbook(path, **{key: value for key, value in options.items() if key != "merged"})
    book.sheet("log", [TITLES, *rows], merged=options.get("merged", ()))
    for name in hidden:
        book.sheet(name, [TITLES, *rows], hidden=True)
    return read_log([book.save()], kinds=KINDS, persons=["li", "wang"], targets={})


def bad(found: Log) -> list[tuple[Any, ...]]:
    return found.rejects.select("row", "column", "reason").rows()


def people(folder: Path, *rows: list[Any], **options: Any) -> tuple[Any, list[Diagnostic]]:
    """The table of people as a workbook, read."""
    book = Workbook(folder / "people.xlsx", **options)
    book.sheet("people", [["person", "role", "from", "fte"], *rows])
    book.save()
    tables, problems, _ = load_tables(folder)
    return tables.people, problems


# ---------------------------------------------------------------- merged cells, half-empty rows


def test_merged_cells_of_a_log(tmp_path: Path) -> None:
    rows: list[list[Any]] = [["2026-10-08 09:05", "li", "round", 1], ["", "", "round", 2]]
    found = log(tmp_path / "log.xlsx", *rows, merged=("A2:A3", "B2:B3"))
    assert found.frame.select("row", "person", "value").rows() == [(2, 0, 10_000), (3, 0, 20_000)]


def test_half_empty_rows(tmp_path: Path) -> None:
    found = log(tmp_path / "log.xlsx", [AT, "li"], [], ["", "", "", 5], [AT, "li", "round"])
    assert bad(found) == [
        (2, "kind", "no kind"),
        (4, "at", "not an instant"),
        (4, "person", "no person"),
        (4, "kind", "no kind"),
    ]
    assert found.frame["row"].to_list() == [5]
    _, problems = people(tmp_path, ["li", "guard"], [], ["", "guard"], ["wang", ""])
    assert [(each.code, str(each.where).rpartition(":row ")[2]) for each in problems] == [
        ("table.missing-value", "4:person"),
        ("table.missing-value", "5:role"),
    ]


# ---------------------------------------------------------------- hidden sheets


def test_hidden_sheets_are_told(tmp_path: Path) -> None:
    found = log(tmp_path / "log.xlsx", [AT, "li", "round"], hidden=("old",))
    assert found.frame.height == 1
    assert [(each.code, each.message) for each in found.notices] == [
        ("log.hidden-sheet", "the sheet 'old' is hidden; it is not read")
    ]


@pytest.mark.parametrize("shown", ["说明", "other"])
def test_a_table_on_a_hidden_sheet_is_an_error(tmp_path: Path, shown: str) -> None:
    book = Workbook(tmp_path / "people.xlsx")
    book.sheet(shown, [["person", "role"], ["wang", "guard"]])
    book.sheet("people", [["person", "role"], ["li", "guard"]], hidden=True)
    book.save()
    problems = load_tables(tmp_path)[1]
    assert [(each.code, each.severity) for each in problems] == [("table.hidden-sheet", "error")]


def test_further_sheets_of_a_table_are_told(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "people.xlsx")
    book.sheet("一月", [["person", "role"], ["li", "guard"]])
    book.sheet("二月", [["person", "role"], ["wang", "guard"]])
    book.save()
    tables, problems, _ = load_tables(tmp_path)
    assert tables.people["person"].to_list() == ["li"]
    assert [(each.code, each.severity, each.message) for each in problems] == [
        ("table.other-sheet", "warning", "the sheet '二月' is not read")
    ]


# ---------------------------------------------------------------- dates, numbers, widths


@pytest.mark.parametrize("from_1904", [False, True])
def test_dates_of_1904(tmp_path: Path, from_1904: bool) -> None:
    """Dates are read; plain numbers of a log and of a table, which may be anything, are not taken for days."""
    found = log(tmp_path / "log.xlsx", [AT, "li", "round"], [46_303.5, "li", "round"], date_1904=from_1904)
    assert found.frame["row"].to_list() == [2]
    assert bad(found) == [(3, "at", "not an instant")]
    table, problems = people(
        tmp_path, ["li", "guard", date(2026, 10, 8)], ["wang", "guard", 46_303], date_1904=from_1904
    )
    assert table["from"].to_list() == [date(2026, 10, 8), None]
    assert [str(each.where).rpartition(":row ")[2] for each in problems] == ["3:from"]


def test_numbers_as_text_and_full_width(tmp_path: Path) -> None:
    row = ["２０２６－１０－０８　０９：０５", "li", "round", "１２", 7]
    found = log(tmp_path / "log.xlsx", row)
    assert bad(found) == []
    assert found.frame.select("at", "value").rows() == [
        (int((AT - datetime(1970, 1, 1)).total_seconds()), 120_000),
    ]
    table, problems = people(tmp_path, [7, "guard", "２０２６年１０月８日", "０．５"])
    assert problems == []
    assert table.select("person", "from").rows() == [("7", date(2026, 10, 8))]


def test_numbers_that_have_lost_digits(tmp_path: Path) -> None:
    """Two orders of 18 digits are one to a spreadsheet; taken for ids, the second would vanish as a copy."""
    rows = [[AT, "li", "round", 1, 310101199001011234], [AT, "wang", "round", 1, 310101199001011235]]
    found = log(tmp_path / "log.xlsx", *rows, [AT, "li", "round", 2, "310101199001011236"])
    assert bad(found) == [(2, None, "a number that has lost digits"), (3, None, "a number that has lost digits")]
    assert found.rejects["value"][0].startswith("event_id: 31010119900101")
    assert found.frame["row"].to_list() == [4]
    _, problems = people(tmp_path, [310101199001011234, "guard"])
    assert [(each.code, str(each.where).rpartition(":row ")[2]) for each in problems] == [
        ("table.lost-cell", "2:person")
    ]


# ---------------------------------------------------------------- formulas


def test_formulas_that_came_to_nothing(tmp_path: Path) -> None:
    """What a formula came to counts; `=ROW()` that nobody computed is one id for every row, and is none."""
    book = Workbook(tmp_path / "log.xlsx")
    sheet = book.sheet("log", [TITLES, *[[AT, "li", "round", number] for number in range(4)]])
    sheet.write_formula(1, 4, "=ROW()", None, 5)
    sheet.write_formula(2, 4, "=ROW()", None, "")
    sheet.write_formula(3, 4, "=ROW()", None, "")
    sheet.write_formula(4, 3, "=1/0", None, "#DIV/0!")
    found = read_log([book.save()], kinds=KINDS, persons=["li"], targets={})
    assert found.frame["row"].to_list() == [2]
    assert found.rejects.select("row", "value", "reason").rows() == [
        (3, "event_id: =ROW()", "a formula that was never computed"),
        (4, "event_id: =ROW()", "a formula that was never computed"),
        (5, "value: #DIV/0!", "a formula that ends in an error"),
    ]
    book = Workbook(tmp_path / "people.xlsx")
    sheet = book.sheet("people", [["person", "role", "remark"], ["li", "guard"], ["", "guard"]])
    sheet.write_formula(2, 0, "=VLOOKUP(1,A1:B2,2)", None, "#N/A")
    book.save()
    problems = load_tables(tmp_path)[1]
    assert [(each.code, str(each.where).rpartition(":row ")[2], each.found) for each in problems] == [
        ("table.lost-cell", "3:person", "#N/A")
    ]


# ---------------------------------------------------------------- encodings


def test_two_encodings_in_one_folder(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Tables, and the logs of a folder, each by its own."""
    home = write_estate(tmp_path / "garden")
    text = (home / "people.csv").read_text("utf-8")
    (home / "people.csv").write_bytes(text.encode("gb18030"))
    (home / "coverage.csv").write_bytes((home / "coverage.csv").read_bytes())
    (tmp_path / "logs").mkdir()
    for name, encoding in (("a.csv", "gb18030"), ("b.csv", "utf-8-sig"), ("c.csv", "utf-16")):
        row = f"at,person,kind,note\n2026-10-0{ord(name[0]) - 90} 06:50,li,gate.opened,已开门\n"
        (tmp_path / "logs" / name).write_bytes(row.encode(encoding))
    estate = dr.load_estate(home)
    assert estate.name_of("wang") == "王二"
    status = main(["score", "--estate", str(home), "--log", str(tmp_path / "logs"), "--month", "2026-10"])
    assert (status, "could not be read" in capsys.readouterr().err) == (0, False)
    found = dr.read_log(sorted((tmp_path / "logs").iterdir()), estate)
    assert [file.encoding for file in found.files] == ["gb18030", "utf-8-sig", "utf-16"]


# ---------------------------------------------------------------- what is refused


REFUSED = {
    "locked": (locked, "password"),
    "bomb": (bomb, "too-large"),
    "far cell": (far_cell, "too-large"),
    "repeated text": (repeated_text, "too-large"),
    "web page": (lambda: b"\r\n<html><table>", "bad"),
    "half a file": (lambda: far_cell()[:-30], "bad"),
    "text": (lambda: b"a,b\n", "bad"),
}


@pytest.mark.parametrize("name", REFUSED)
def test_what_is_refused_everywhere(name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(measure, "MOST_BYTES", LIMIT)
    make, code = REFUSED[name]
    estate = dr.load_estate(write_estate(tmp_path / "garden"))
    path = tmp_path / "people.xlsx"
    path.write_bytes(make())
    tracemalloc.start()
    with pytest.raises(InputError) as caught:
        read_log([path], kinds=KINDS, persons=["li"], targets={})
    assert [each.code for each in caught.value.diagnostics] == [f"log.{code}" if code != "bad" else "log.bad-xlsx"]
    with pytest.raises(InputError) as caught:
        read_forms([path], estate)
    assert [each.code for each in caught.value.diagnostics] == [f"form.{code}"]
    problems = load_tables(tmp_path)[1]
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert [each.code for each in problems if each.severity == "error"] == ["table.unreadable"]
    assert most < LIMIT // 4


# ---------------------------------------------------------------- forms


def test_a_form_with_merged_cells_hidden_rows_and_dates_of_1904(tmp_path: Path) -> None:
    """Merged counts are counts of each of their rows; days count from 1904 where the workbook says so."""
    home = write_estate(tmp_path / "garden")
    filled = form(home)
    filled.book.epoch = datetime(1904, 1, 1)
    filled.head(day=date(2026, 10, 12))
    row = filled.write("li", "G-9.2.1", 次数=2, 日期=date(2026, 10, 13))
    other = filled.write("li", "G-9.2.2", 日期=44_848)
    assert other == row + 1
    filled.main.merge_cells(f"J{row}:J{other}")
    filled.main.row_dimensions[row].hidden = True
    returned = read(home, filled)
    assert rejected(returned) == []
    assert findings(returned) == [
        ("2026-10-13 12:00:00", "li", "finding.G-9.2.1", "2", None, None),
        ("2026-10-15 12:00:00", "li", "finding.G-9.2.2", "2", None, None),
    ]
    assert len(inspections(returned)) == 10


def test_a_form_keeps_what_is_written_beside_its_table(tmp_path: Path) -> None:
    """A row that somebody added is not the form's; it is rejected, not lost."""
    home = write_estate(tmp_path / "garden")
    filled = form(home)
    last = filled.main.max_row + 1
    filled.main.cell(last, 1).value, filled.main.cell(last, filled.column["次数"]).value = "li", 3
    returned = read(home, filled)
    assert rejected(returned) == [(f"检查表:{last}", "标识", None, "the hidden mark of the row is gone")]
    assert returned.rows.height == 10


def test_a_log_without_rows(tmp_path: Path) -> None:
    found = log(tmp_path / "log.xlsx")
    assert (found.frame.height, found.files[0].rows, found.rejects.height) == (0, 0, 0)
