"""Workbooks as people and programs spoil them: each has a clear answer, and no row is lost without a word."""

from __future__ import annotations

import io
import tracemalloc
import zipfile
from datetime import datetime
from pathlib import Path

import pytest
import xlsxwriter

from dutyrules.activity.imports import importer
from dutyrules.activity.kinds import Kind
from dutyrules.activity.read import read_log
from dutyrules.diagnostics import InputError
from dutyrules.registry import measure
from dutyrules.registry.tables import load_tables
from dutyrules.registry.workbook import MOST_BYTES, UnreadableError, open_workbook
from tests.imports.layouts import Workbook, events, flagged, rejected, run

LABELS = ["巡楼编号", "标题", "员工ID", "员工姓名", "楼栋编号", "有无异常", "巡楼内容", "登记时间"]
PATROLS = "microcommunity_patrol"


def patrol(
    number: str = "P1", at: object = "2026-10-08 09:05:00", staff: object = "30518", building: object = "b1"
) -> list[object]:
    return [number, "日常巡楼", staff, "李", building, "无", "--", at]


def patrols(path: Path, *rows: list[object], merged: tuple[str, ...] = (), **options: object) -> Path:
    book = Workbook(path, **options)
    book.sheet("员工巡楼", [["员工巡楼"], LABELS, *rows], merged=merged)
    return book.save()


def codes(error: InputError) -> list[tuple[str, str | None]]:
    return [(each.code, each.hint) for each in error.diagnostics]


def test_merged_cells_say_in_each_row_what_they_show(tmp_path: Path) -> None:
    path = patrols(
        tmp_path / "a.xlsx", patrol(), patrol("P2", "2026-10-08 09:20:00", staff="", building="b2"), merged=("C3:C4",)
    )
    assert events(run(PATROLS, path), "event_id", "person", "target") == [("P1", "li", "b1"), ("P2", "li", "b2")]


def test_a_hidden_sheet_is_not_read_and_told(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "a.xlsx")
    book.sheet("十月", [LABELS, patrol()])
    book.sheet("旧", [LABELS, patrol("P0")], hidden=True)
    imported = run(PATROLS, book.save())
    assert events(imported, "event_id") == [("P1",)]
    assert [(each.code, str(each.where), each.severity) for each in imported.notices] == [
        ("import.hidden-sheet", f"{tmp_path / 'a.xlsx'}:row 1", "warning")
    ]


def test_an_export_that_is_hidden_altogether_is_an_error(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "a.xlsx")
    book.sheet("说明", [["说明"]])
    book.sheet("员工巡楼", [LABELS, patrol()], hidden=True)
    with pytest.raises(InputError) as caught:
        run(PATROLS, book.save())
    assert codes(caught.value) == [
        ("import.hidden-sheet", "show it if its rows are to count"),
        ("import.no-header", None),
    ]


def test_every_sheet_with_the_header_is_read_and_named_in_rejects(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "a.xlsx")
    book.sheet("一区", [LABELS, patrol()])
    book.sheet("二区", [["二区"], LABELS, patrol("P2"), patrol("P3", staff="99")])
    imported = run(PATROLS, book.save())
    assert events(imported, "event_id") == [("P1",), ("P2",)]
    assert imported.rejects.select("file", "row").rows() == [(f"{tmp_path / 'a.xlsx'} (二区)", 4)]


def test_half_empty_rows_are_rejected_and_empty_ones_are_none(tmp_path: Path) -> None:
    path = patrols(tmp_path / "a.xlsx", ["P1", "", "30518"], [], ["", "", "", "", "b1"], patrol("P2"))
    imported = run(PATROLS, path)
    assert rejected(imported) == [
        (3, "登记时间", None, "no at"),
        (5, "登记时间", None, "no at"),
        (5, "员工ID", None, "no person"),
    ]
    assert events(imported, "event_id") == [("P2",)]


@pytest.mark.parametrize("from_1904", [False, True])
def test_days_count_from_1904_where_the_workbook_says_so(tmp_path: Path, from_1904: bool) -> None:
    """As dates, and as the plain numbers that a copy makes of them: noon of 2026-10-08 is day 46303.5, or 44841.5."""
    plain = 44_841.5 if from_1904 else 46_303.5
    path = patrols(
        tmp_path / "a.xlsx", patrol(at=datetime(2026, 10, 8, 12)), patrol("P2", at=plain), date_1904=from_1904
    )
    assert events(run(PATROLS, path), "at") == [("2026-10-08 12:00:00",)] * 2


def test_numbers_as_text_and_text_as_numbers(tmp_path: Path) -> None:
    path = patrols(tmp_path / "a.xlsx", patrol(staff=30518), patrol("P2", staff=" 30518 ", at="46303.5", building=12))
    assert events(run(PATROLS, path), "person", "target", "at") == [
        ("li", "b1", "2026-10-08 09:05:00"),
        ("li", "12", "2026-10-08 12:00:00"),
    ]


def test_a_number_that_has_lost_digits_is_rejected(tmp_path: Path) -> None:
    """An order number of 18 digits: a spreadsheet keeps 15 of them, and two orders would become one."""
    path = patrols(tmp_path / "a.xlsx", [310101199001011234, *patrol()[1:]], ["3.10101E+17", *patrol()[1:]])
    reason = "a number that has lost digits"
    assert rejected(run(PATROLS, path)) == [
        (3, "巡楼编号", "3.10101199001011E+17", reason),
        (4, "巡楼编号", "3.10101E+17", reason),
    ]


def test_full_width_digits_and_colons(tmp_path: Path) -> None:
    path = patrols(tmp_path / "a.xlsx", patrol(staff="３０５１８", at="２０２６－１０－０８　０９：０５：００"))
    assert events(run(PATROLS, path), "at", "person") == [("2026-10-08 09:05:00", "li")]


def test_formulas(tmp_path: Path) -> None:
    """What it came to when the workbook was saved counts; an error, or one that nothing computed, does not."""
    book = Workbook(tmp_path / "a.xlsx")
    sheet = book.sheet("员工巡楼", [LABELS, patrol(), patrol("P2"), patrol("P3")])
    sheet.write_formula(1, 4, '="b"&1', None, "b1")
    sheet.write_formula(2, 4, "=VLOOKUP(A2,B:C,2)", None, "#N/A")
    sheet.write_formula(3, 7, "=NOW()", None, "")
    imported = run(PATROLS, book.save())
    assert events(imported, "target") == [("b1",)]
    assert rejected(imported) == [
        (3, "楼栋编号", "#N/A", "a formula that ends in an error"),
        (4, "登记时间", "=NOW()", "a formula that was never computed"),
    ]


def locked() -> bytes:
    """As little of a locked workbook as tells what it is: the container, and the name of what is encrypted in it."""
    return (
        bytes.fromhex("d0cf11e0a1b11ae1")
        + bytes(504)
        + "Root Entry".encode("utf-16-le")
        + "EncryptedPackage".encode("utf-16-le")
    )


LIMIT = 1 << 24


def bomb() -> bytes:
    """A little more than the limit, of nothing, in a thousandth of it."""
    return zipped("xl/media/a.png", bytes(LIMIT + 1))


def lying_bomb() -> bytes:
    """One whose directory says that it unpacks to a single byte."""
    size, said = (LIMIT + 1).to_bytes(4, "little"), (1).to_bytes(4, "little")
    return bomb().replace(size, said)


def far_cell() -> bytes:
    """Two cells, and seventeen thousand million between them."""
    cells = '<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>2</v></c></row>'
    return zipped("xl/worksheets/sheet1.xml", f"<worksheet><sheetData>{cells}</sheetData></worksheet>".encode())


def repeated_text() -> bytes:
    """One text of 32,767 characters in 513 cells: a workbook says it once, memory would hold it every time."""
    path = io.BytesIO()
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for row in range(LIMIT // 32_767 + 1):
            sheet.write(row, 0, "x" * 32_767)
    return path.getvalue()


def zipped(name: str, data: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as parts:
        parts.writestr(name, data)
    return packed.getvalue()


BAD = {
    "locked": (locked, "password", "the workbook is locked with a password"),
    "bomb": (bomb, "too-large", "the workbook unpacks to more than 16 MB"),
    "lying bomb": (lying_bomb, "too-large", "the workbook unpacks to more than 16 MB"),
    "far cell": (far_cell, "too-large", "a sheet of the workbook reaches over more than 33 million cells"),
    "repeated text": (repeated_text, "too-large", "the texts of a sheet come to more than 16 MB"),
    "web page": (lambda: b"\xef\xbb\xbf\r\n<html><table>", "bad", "the file is a web page or XML, not a workbook"),
    "text": (lambda: b"a,b", "bad", "the file is not XLSX"),
    "half a file": (lambda: far_cell()[:-30], "bad", "the file is not XLSX"),
    "archive": (lambda: zipped("a.txt", b"text"), "bad", "the file is not XLSX"),
}


@pytest.mark.parametrize("name", BAD)
def test_what_is_no_workbook_or_too_much_of_one(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is refused was never built in memory."""
    monkeypatch.setattr(measure, "MOST_BYTES", LIMIT)
    make, code, message = BAD[name]
    data = make()
    tracemalloc.start()
    with pytest.raises(UnreadableError) as caught:
        open_workbook(data)
    most = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert (caught.value.code, caught.value.message) == (code, message)
    assert most < LIMIT // 4


def damaged(path: Path) -> Path:
    """A workbook that opens, with a sheet that breaks off."""
    broken = path.with_name("broken.xlsx")
    with zipfile.ZipFile(path) as parts, zipfile.ZipFile(broken, "w") as copy:
        for name in parts.namelist():
            data = parts.read(name)
            copy.writestr(name, b"<worksheet><sheetData><row" if "sheet1" in name else data)
    return broken


def test_a_damaged_sheet_of_an_export_a_log_and_a_table(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "a.xlsx")
    book.sheet("a", [LABELS])
    path = damaged(book.save())
    with pytest.raises(InputError) as caught:
        run(PATROLS, path)
    assert [each.message for each in caught.value.diagnostics] == ["the sheet 'a' is damaged"]
    with pytest.raises(InputError) as caught:
        read_log([path], kinds={}, persons=[], targets={})
    assert [each.code for each in caught.value.diagnostics] == ["log.bad-xlsx"]
    (tmp_path / "people.xlsx").write_bytes(path.read_bytes())
    assert [each.message for each in load_tables(tmp_path)[1] if each.severity == "error"] == [
        "the sheet 'a' is damaged"
    ]


def test_a_locked_workbook_as_export_log_and_table(tmp_path: Path) -> None:
    for name in ("export", "people"):
        (tmp_path / f"{name}.xlsx").write_bytes(locked())
    with pytest.raises(InputError) as caught:
        run(PATROLS, tmp_path / "export.xlsx")
    assert codes(caught.value) == [("import.password", "save it without one")]
    with pytest.raises(InputError) as caught:
        read_log([tmp_path / "export.xlsx"], kinds={}, persons=[], targets={})
    assert codes(caught.value) == [("log.password", "save it without one")]
    problems = load_tables(tmp_path)[1]
    assert [(each.code, each.hint) for each in problems if each.severity == "error"] == [
        ("table.unreadable", "save it without one")
    ]


def test_one_bad_file_does_not_hide_another(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(locked())
    (tmp_path / "b.xlsx").write_bytes(b"<html>")
    with pytest.raises(InputError) as caught:
        run(PATROLS, tmp_path)
    assert [each.code for each in caught.value.diagnostics] == ["import.password", "import.bad-xlsx"]


def test_a_file_that_is_too_large_is_refused_before_it_is_read(tmp_path: Path) -> None:
    with (tmp_path / "a.xlsx").open("wb") as file:
        file.truncate(MOST_BYTES + 1)
    with pytest.raises(InputError) as caught:
        run(PATROLS, tmp_path / "a.xlsx")
    assert codes(caught.value) == [("import.too-large", "export fewer days at a time")]


MAPPING = """\
format: csv
source: own
header: [日期, 工人]
columns:
  at: {from: 日期}
  person: {from: 工人, lookup: name}
constants: {kind: round}
"""


def test_two_encodings_in_one_folder(tmp_path: Path) -> None:
    """Each file by its own; what is no export is told."""
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    folder = tmp_path / "exports"
    folder.mkdir()
    for name, encoding in (("a.csv", "gb18030"), ("b.csv", "utf-8-sig"), ("c.csv", "utf-16")):
        (folder / name).write_bytes(f"日期,工人\n2026-10-08 09:0{len(encoding)},李一\n".encode(encoding))
    (folder / "readme.txt").write_text("x")
    imported = run(tmp_path / "mapping.yaml", folder)
    assert events(imported, "at", "person") == [
        ("2026-10-08 09:07:00", "li"),
        ("2026-10-08 09:09:00", "li"),
        ("2026-10-08 09:06:00", "li"),
    ]
    assert [each.code for each in imported.notices] == ["import.other-file"]


def test_a_long_export_keeps_every_row(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """More rows than are kept at a time, the last one bad."""
    monkeypatch.setattr(importer, "_CHUNK", 100)
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    lines = ["日期,工人", *["2026-10-08 09:05,李一"] * 201, "2026-10-08 09:05,陈四"]
    (tmp_path / "a.csv").write_text("\n".join(lines), "utf-8")
    imported = run(tmp_path / "mapping.yaml", tmp_path / "a.csv")
    assert imported.rows.height == 201
    assert rejected(imported) == [(203, "工人", "陈四", "not in the look-up name")]


def test_exports_that_overlap_are_one(tmp_path: Path) -> None:
    """The first file has a round twice in one minute, the second has it three times: three rounds, not five."""
    (tmp_path / "mapping.yaml").write_text(MAPPING, "utf-8")
    for name, times in (("a.csv", 2), ("b.csv", 3)):
        (tmp_path / name).write_text("\n".join(["日期,工人", *["2026-10-08 09:05,李一"] * times]), "utf-8")
    imported = run(tmp_path / "mapping.yaml", tmp_path / "a.csv", tmp_path / "b.csv")
    assert imported.rows.height == 3
    told = f"of {tmp_path / 'a.csv'} counts (2026-10-08 09:05:00)"
    assert flagged(imported) == [
        (2, "double", f"told again; row 2 {told}"),
        (3, "double", f"told again; row 3 {told}"),
    ]


LOG = {"round": Kind("round")}


def test_a_log_as_a_workbook(tmp_path: Path) -> None:
    book = Workbook(tmp_path / "log.xlsx")
    book.sheet("说明", [["活动记录"]])
    rows: list[list[object]] = [
        ["at", "person", "kind"],
        [datetime(2026, 10, 8, 9, 5), "li", "round"],
        ["#N/A", "li", "round"],
        ["２０２６-10-08 09：06", "li", "round"],
    ]
    book.sheet("log", rows)
    book.sheet("old", rows, hidden=True)
    log = read_log([book.save()], kinds=LOG, persons=["li"], targets={})
    assert log.frame["row"].to_list() == [2, 4]
    assert log.rejects.select("row", "column", "value", "reason").rows() == [(3, "at", "#N/A", "not an instant")]
    assert [(file.rows, file.encoding) for file in log.files] == [(3, "xlsx")]


@pytest.mark.parametrize(("hidden", "code"), [((True,), "log.hidden-sheet"), ((False, False), "log.several-sheets")])
def test_a_log_of_a_hidden_sheet_or_of_several(tmp_path: Path, hidden: tuple[bool, ...], code: str) -> None:
    book = Workbook(tmp_path / "log.xlsx")
    book.sheet("说明", [["活动记录"]])
    for number, each in enumerate(hidden):
        book.sheet(f"log{number}", [["at", "person", "kind"]], hidden=each)
    with pytest.raises(InputError) as caught:
        read_log([book.save()], kinds=LOG, persons=["li"], targets={})
    assert [each.code for each in caught.value.diagnostics] == [code]


def test_a_log_as_json_lines(tmp_path: Path) -> None:
    """Rows have the numbers of their lines; what is no object of plain cells is rejected with its line."""
    lines = [
        '{"at": "2026-10-08 09:05", "person": "li", "kind": "round", "voided": false}',
        "",
        '{"at": "2026-10-08 09:06", "person": "wang", "kind": "round"}',
        '{"at": "2026-10-08 09:07"',
        "[1]",
        '{"at": "2026-10-08 09:08", "person": ["li"], "kind": "round"}',
        '{"kind": "round", "person": "li", "at": "2026-10-08T01:09:00Z", "event_id": 310101199001011234}',
    ]
    (tmp_path / "log.jsonl").write_text("\n".join(lines), "utf-8")
    log = read_log([tmp_path / "log.jsonl"], kinds=LOG, persons=["li"], targets={})
    assert log.frame["row"].to_list() == [1, 7]
    assert log.frame["at"].to_list() == [1_791_450_300, 1_791_450_540]
    assert [(row, column, reason) for row, column, reason in log.rejects.select("row", "column", "reason").rows()] == [
        (3, "person", "unknown person"),
        (4, None, "not JSON"),
        (5, None, "not a JSON object"),
        (6, None, "person is a list or an object"),
    ]
    assert log.files[0].rows == 6


@pytest.mark.parametrize(("data", "code"), [(b"[]\n1\n", "log.bad-json"), (b"\xff", "log.bad-encoding")])
def test_what_is_no_json_lines(tmp_path: Path, data: bytes, code: str) -> None:
    (tmp_path / "log.jsonl").write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_log([tmp_path / "log.jsonl"], kinds=LOG, persons=[], targets={})
    assert [each.code for each in caught.value.diagnostics] == [code]


def test_nothing_here_is_flagged(tmp_path: Path) -> None:
    assert flagged(run(PATROLS, patrols(tmp_path / "a.xlsx", patrol()))) == []
