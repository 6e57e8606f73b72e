"""The inspector's form, two ways: made, filled in as people do, read back, and scored."""

import csv
import io
import shutil
import subprocess
import zipfile
from datetime import date, datetime, time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

import dutyrules as dr
from dutyrules.cli.main import main
from dutyrules.diagnostics import InputError
from dutyrules.estate import read_forms, write_returned
from dutyrules.report.form import write_form
from tests.report.form_world import BOOK, Form, findings, form, inspections, read, rejected, write_estate

NOON = "2026-10-12 12:00:00"


@pytest.fixture
def estate(tmp_path: Path) -> Path:
    return write_estate(tmp_path / "garden")


def score(estate: Path, filled: Form) -> dict[str, dict[str, Any]]:
    """Person → line and fine → points taken off, and item → state, by the rows of a returned form."""
    loaded = dr.load_estate(estate)
    log = estate / "found.csv"
    returned = read_forms([filled.saved()], loaded)
    assert returned.rejected_rows == 0, returned.rejects.rows()
    write_returned(returned, log)
    result = dr.score(loaded, dr.read_log([log], loaded, period="2026-10"), "2026-10")
    return {
        sheet.person: {f"{item.item}/{line.line}": line.points for item in sheet.items for line in item.lines}
        | {item.item: item.state for item in sheet.items}
        | {"fines": sum(fine.amount for fine in sheet.fines)}
        for sheet in result.people
    }


def parts(path: Path) -> list[str]:
    with zipfile.ZipFile(path) as archive:
        return archive.namelist()


def told(path: Path) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(path.read_text("utf-8-sig"))))


# ---------------------------------------------------------------- what is printed


def test_everybody_has_a_row_for_what_only_an_inspector_sees(estate: Path) -> None:
    """The gate is in the log; what must be inspected is on the form though a log could tell of it."""
    made = form(estate)
    rows = [
        [made.at(row, title) for title in ("编号", "姓名", "岗位", "项", "考核项", "扣分细则", "扣分标准", "条款")]
        for row in range(made.titles + 1, made.main.max_row + 1)
    ]
    assert [(row[0], row[7]) for row in rows] == [
        *(("li", clause) for clause in ("G-9.2.1", "G-9.2.2", "G-9.3.1", "G-2")),
        *(("wang", clause) for clause in ("G-9.2.1", "G-9.2.2", "G-9.3.1", "G-2")),
        *(("ma", clause) for clause in ("G-9.2.1", "G-9.2.2", "G-9.3.1", "G-2")),
        ("xu", "G-8.1.1"),
    ]
    assert rows[0] == ["li", "李一", "园丁", "2", "花圃", "1. 有杂草", "每次扣 5 分", "G-9.2.1"]
    assert rows[1][6] == "每 2 次扣 4 分"
    assert rows[8][1] == "=马三"  # a name is never a formula


def test_every_line_and_some_people_on_request(estate: Path) -> None:
    made = form(estate, persons=["li"], whole=True)
    clauses = [made.at(row, "条款") for row in range(made.titles + 1, made.main.max_row + 1)]
    assert clauses == ["G-9.1.1", "G-9.2.1", "G-9.2.2", "G-9.3.1", "G-2", "G-3"]
    chiefs = form(estate, roles=["chief"])
    assert {chiefs.at(row, "编号") for row in range(chiefs.titles + 1, chiefs.main.max_row + 1)} == {"xu"}


def test_what_is_printed_is_protected_and_what_is_filled_in_is_not(estate: Path) -> None:
    made = form(estate)
    row = made.row("li", "G-2")
    open_ = {title for title, column in made.column.items() if not made.main.cell(row, column).protection.locked}
    assert open_ == {"已检查", "次数", "日期", "时间", "地点/对象", "备注"}
    assert made.main.protection.sheet
    assert not made.main.protection.password
    assert made.main.cell(made.titles, made.column["次数"]).protection.locked
    assert not made.main["C2"].protection.locked
    assert made.main.column_dimensions["O"].hidden
    assert made.book["_form"].sheet_state == "hidden"
    assert (made.main.page_setup.orientation, made.main.print_title_rows) == ("landscape", "$6:$6")


def test_drop_downs_offer_the_people_and_their_lines(estate: Path) -> None:
    made = form(estate)
    rules = {str(rule.sqref).split(":")[0]: rule for rule in made.more.data_validations.dataValidation}
    offered = {}
    for cell in ("A4", "B4"):
        span = rules[cell].formula1.replace("_form!", "").replace("$", "")
        offered[cell] = [row[0].value for row in made.book["_form"][span]]
    assert offered["A4"] == ["李一 (li)", "王二 (wang)", "=马三 (ma)", "徐四 (xu)"]
    assert "G-9.2.1 花圃: 1. 有杂草" in offered["B4"]
    assert "G-9.1.1 准点: 1. 迟到" in offered["B4"]
    kinds = {rule.type for rule in made.main.data_validations.dataValidation}
    assert kinds == {"list", "whole", "date", "time"}
    yes_no = next(rule for rule in made.main.data_validations.dataValidation if rule.formula1 == '"是,否"')
    assert made.main.cell(made.titles + 1, made.column["已检查"]).coordinate in str(yes_no.sqref)


def test_the_same_bytes_again_and_another_reader_agrees(estate: Path) -> None:
    made = form(estate)
    before = made.path.read_bytes()
    write_form(dr.load_estate(estate), "2026-10", made.path)
    assert made.path.read_bytes() == before
    book = CalamineWorkbook.from_path(made.path)
    assert book.sheet_names == ["检查表", "补充发现", "填写说明", "_form"]
    assert book.get_sheet_by_name("检查表").to_python()[0][0] == "garden:2026-10 检查表"


# ---------------------------------------------------------------- two ways


def test_planted_findings_cost_what_the_lines_say(estate: Path) -> None:
    """Worked out by hand. li: weeds twice and once more on another day, 3 × 5. wang: not watered three times, 4 for
    the first two. ma: found shabby once, 3 points of item 3 and a fine of 10. xu: one unsigned record, 10."""
    filled = form(estate)
    filled.write("li", "G-9.2.1", 次数=2)
    filled.add("李一 (li)", "G-9.2.1 花圃: 1. 有杂草", 1, date(2026, 10, 20))
    filled.write("wang", "G-9.2.2", 次数=3)
    filled.write("ma", "G-2", 次数=1)
    filled.write("xu", "G-8.1.1", 次数=1)
    came_to = score(estate, filled)
    assert {key: value for key, value in came_to["li"].items() if key in ("2/1", "2/2", "3/1", "2", "3", "fines")} == {
        "2/1": Decimal(15),
        "2/2": Decimal(0),
        "3/1": Decimal(0),
        "2": "assessed",
        "3": "assessed",
        "fines": 0,
    }
    assert (came_to["wang"]["2/1"], came_to["wang"]["2/2"], came_to["wang"]["2"]) == (0, 4, "assessed")
    assert (came_to["ma"]["3/1"], came_to["ma"]["fines"], came_to["ma"]["3"]) == (3, 10, "assessed")
    assert (came_to["xu"]["1/1"], came_to["xu"]["1"]) == (10, "assessed")


def test_as_people_and_other_programs_write(estate: Path) -> None:
    """Numbers as text, full-width digits and colons, dates as dates, as text and as what a spreadsheet counts."""
    filled = form(estate).head(inspector="  徐四 ", day="１０月１２日")
    filled.write("li", "G-9.2.1", 次数="２", 日期="2026/10/13", 时间="９：０５", 地点="东门", 备注="=杂草")
    filled.write("li", "G-9.2.2", 次数="3次", 日期=datetime(2026, 10, 14), 时间=time(14, 30))
    filled.write("wang", "G-9.2.1", 已检查="YES", 次数=1.0, 日期=46310, 时间="8点半".replace("半", "30"))
    filled.write("wang", "G-9.2.2", 次数="１", 日期="2026年10月16日", 时间=0.75)
    filled.add("王二", "G-3", "", "17")
    returned = read(estate, filled)
    assert rejected(returned) == []
    assert findings(returned) == [
        ("2026-10-13 09:05:00", "li", "finding.G-9.2.1", "2", "东门", "=杂草"),
        ("2026-10-14 14:30:00", "li", "finding.G-9.2.2", "3", None, None),
        ("2026-10-15 08:30:00", "wang", "finding.G-9.2.1", "1", None, None),
        ("2026-10-16 18:00:00", "wang", "finding.G-9.2.2", "1", None, None),
        ("2026-10-17 12:00:00", "wang", "finding.G-3", "1", None, None),
    ]
    assert set(returned.rows["recorded_by"]) == {"xu"}
    log = estate / "found.csv"
    write_returned(returned, log)
    assert told(log)[0]["note"] == "'=杂草"
    loaded = dr.load_estate(estate)
    assert dr.read_log([log], loaded).rejected_rows == 0


def test_a_returned_form_inspects_all_that_is_on_it(estate: Path) -> None:
    assert inspections(read(estate, form(estate))) == {
        *((NOON, person, f"inspection.{item}") for person in ("li", "wang", "ma") for item in ("2", "3", "G-2")),
        (NOON, "xu", "inspection.1"),
    }


def test_what_was_not_looked_at_is_not_inspected(estate: Path) -> None:
    """One line of two of an item says no; a row is deleted; somebody had left before the day of inspection."""
    filled = form(estate).head(day=date(2026, 10, 20))
    filled.write("li", "G-9.2.2", 已检查="否")
    filled.write("wang", "G-9.3.1", 日期=date(2026, 10, 21), 已检查="是")
    filled.main.delete_rows(filled.row("wang", "G-9.2.1"))
    returned = read(estate, filled)
    assert rejected(returned) == []
    assert inspections(returned) == {
        ("2026-10-20 12:00:00", "li", "inspection.3"),
        ("2026-10-20 12:00:00", "li", "inspection.G-2"),
        ("2026-10-21 12:00:00", "wang", "inspection.3"),
        ("2026-10-20 12:00:00", "wang", "inspection.G-2"),
        ("2026-10-20 12:00:00", "xu", "inspection.1"),
    }
    assert [(one.code, one.message.split(" ")[0]) for one in returned.notices] == [("form.not-inspected", "5")]


def test_sorted_rows_are_read_by_their_marks(estate: Path) -> None:
    filled = form(estate)
    filled.write("li", "G-9.2.1", 次数=2)
    first, last = filled.titles + 1, filled.main.max_row
    rows = [[cell.value for cell in row] for row in filled.main.iter_rows(first, last)]
    rows.sort(key=lambda row: (row[7], row[0]))
    rows.insert(3, [None] * len(rows[0]))
    for number, cells in enumerate(rows, start=first):
        for column, value in enumerate(cells, start=1):
            filled.main.cell(number, column).value = value
    returned = read(estate, filled)
    assert rejected(returned) == []
    assert findings(returned) == [(NOON, "li", "finding.G-9.2.1", "2", None, None)]
    assert len(inspections(returned)) == 10


def test_read_twice_it_counts_once(estate: Path) -> None:
    filled = form(estate)
    filled.write("li", "G-9.2.1", 次数=2)
    loaded = dr.load_estate(estate)
    for name in ("a.csv", "b.csv"):
        write_returned(read_forms([filled.saved()], loaded), estate / name)
    log = dr.read_log([estate / "a.csv", estate / "b.csv"], loaded)
    assert log.frame.height == 11


# ---------------------------------------------------------------- what cannot be read


def test_rows_that_cannot_be_read(estate: Path) -> None:
    """Each has its cell and a reason, and the others are read all the same."""
    filled = form(estate)
    wrong: dict[tuple[str, str], dict[str, Any]] = {
        ("li", "G-9.2.1"): {"次数": 0},
        ("li", "G-9.2.2"): {"次数": 1.5},
        ("li", "G-9.3.1"): {"次数": 1, "日期": date(2026, 11, 1)},
        ("li", "G-2"): {"次数": 1, "日期": "下周"},
        ("wang", "G-9.2.1"): {"次数": 1, "时间": "晚上"},
        ("wang", "G-9.2.2"): {"次数": 1, "已检查": "否"},
        ("wang", "G-9.3.1"): {"已检查": "大概"},
        ("wang", "G-2"): {"备注": "没系扣子"},
        ("ma", "G-9.2.1"): {"次数": 1, "日期": date(2026, 10, 15)},
        ("ma", "G-9.2.2"): {"扣分细则": "2. 已浇水"},
        ("ma", "G-9.3.1"): {"标识": "000000000000"},
        ("ma", "G-2"): {"标识": None},
        ("xu", "G-8.1.1"): {"次数": "=1+1"},
    }
    at = {name: filled.write(*name, **cells) for name, cells in wrong.items()}
    filled.add("赵六", "G-9.2.1", 1)
    filled.add("徐四 (xu)", "G-9.2.1", 1)
    filled.add(None, "G-9.2.1", 1)
    filled.add("徐四 (xu)", None, 1)
    returned = read(estate, filled)
    assert rejected(returned) == [
        (f"检查表:{at['li', 'G-9.2.1']}", "次数", "0", "not a whole number above 0"),
        (f"检查表:{at['li', 'G-9.2.2']}", "次数", "1.5", "not a whole number above 0"),
        (f"检查表:{at['li', 'G-9.3.1']}", "日期", "2026-11-01", "not in 2026-10, of which the form is"),
        (f"检查表:{at['li', 'G-2']}", "日期", "下周", "not a day"),
        (f"检查表:{at['wang', 'G-9.2.1']}", "时间", "晚上", "not a time"),
        (f"检查表:{at['wang', 'G-9.2.2']}", "已检查", "否", "not inspected, and yet something was found"),
        (f"检查表:{at['wang', 'G-9.3.1']}", "已检查", "大概", "neither yes nor no"),
        (f"检查表:{at['wang', 'G-2']}", "次数", None, "no count beside the note"),
        (f"检查表:{at['ma', 'G-9.2.1']}", "日期", "2026-10-15", "the person has no such post on that day"),
        (f"检查表:{at['ma', 'G-9.2.2']}", "扣分细则", "2. 已浇水", "what was printed here has been altered"),
        (f"检查表:{at['ma', 'G-9.3.1']}", "标识", "000000000000", "no row of this form has this mark"),
        (f"检查表:{at['ma', 'G-2']}", "标识", None, "the hidden mark of the row is gone"),
        (f"检查表:{at['xu', 'G-8.1.1']}", "次数", "=1+1", "not a whole number above 0"),
        ("补充发现:4", "人员", "赵六", "unknown person"),
        ("补充发现:5", "扣分细则", "G-9.2.1", "no line of this person's scorecards"),
        ("补充发现:6", "人员", None, "no person"),
        ("补充发现:7", "扣分细则", None, "no line"),
    ]
    assert returned.rows.height == 0
    assert returned.rejected_rows == 17


def codes(path: Path, estate: Path, month: str | None = None) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read_forms([path], dr.load_estate(estate), month)
    return [(one.code, str(one.where).removeprefix(str(path))) for one in caught.value.diagnostics]


def test_nobody_inspected_or_on_no_day_of_the_month(estate: Path) -> None:
    assert codes(form(estate).head(inspector=None).saved(), estate) == [("form.no-inspector", " (检查表):row 2:检查人")]
    assert codes(form(estate).head(day="2026-09-30").saved(), estate) == [("form.bad-day", " (检查表):row 3:检查日期")]
    undated = form(estate).head(day=None)
    undated.write("li", "G-9.2.1", 日期=date(2026, 10, 9))
    returned = read(estate, undated)
    assert {row[3] for row in rejected(returned)} == {"no day, neither here nor at the head of the form"}
    assert returned.rejected_rows == 12


def test_a_form_of_something_else(estate: Path, tmp_path: Path) -> None:
    path = form(estate).saved()
    assert codes(path, write_estate(tmp_path / "other", name="other")) == [("form.other-estate", ":row 1")]
    assert codes(path, estate, "2026-11") == [("form.other-month", ":row 1")]
    write_estate(estate, book=BOOK.replace("each: 5", "each: 6"))
    assert codes(path, estate) == [("form.other-books", ":row 1")]


def test_what_is_no_form_or_a_spoilt_one(estate: Path) -> None:
    made = form(estate)
    made.main.cell(made.titles, made.column["次数"]).value = "几次"
    assert codes(made.saved(), estate) == [("form.no-header", " (检查表):row 1")]
    made = form(estate)
    made.book.move_sheet(made.more, -1)
    made.main.sheet_state = "hidden"
    assert codes(made.saved(), estate) == [("form.hidden-sheet", ":row 1")]
    made = form(estate)
    del made.book["检查表"]
    assert codes(made.saved(), estate) == [("form.no-sheet", ":row 1")]
    made = form(estate)
    del made.book["_form"]
    assert codes(made.saved(), estate) == [("form.not-a-form", ":row 1")]
    for data, code in ((b"a,b\n", "form.bad"), (b"<html>", "form.bad")):
        made.path.write_bytes(data)
        assert codes(made.path, estate) == [(code, ":row 1")]
    assert codes(estate / "none.xlsx", estate) == [("form.unreadable-file", ":row 1")]


def test_a_form_is_no_log(estate: Path) -> None:
    path = form(estate).saved()
    with pytest.raises(InputError) as caught:
        dr.read_log([path], dr.load_estate(estate))
    assert [(one.code, one.hint) for one in caught.value.diagnostics] == [
        ("log.is-a-form", "turn it into one: dutyrules form read")
    ]


# ---------------------------------------------------------------- the command


def test_the_command_makes_and_reads(estate: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, out = tmp_path / "f.xlsx", tmp_path / "found.csv"
    make = ["form", "--estate", str(estate), "--month", "2026-10", "--inspector", "xu", "--out", str(path)]
    assert main([*make, "--lang", "zh-Hans"]) == 0
    filled = Form(path)
    assert filled.main["C2"].value == "徐四 (xu)"
    filled.main["C3"] = date(2026, 10, 12)
    filled.write("li", "G-9.2.1", 次数=1)
    filled.write("li", "G-2", 次数="多次")
    filled.saved()
    command = ["form", "read", str(path), "--estate", str(estate), "--out", str(out)]
    assert main([*command, "--strict"]) == 1
    assert not out.exists()
    assert main(command) == 4
    assert "1 rows could not be read" in capsys.readouterr().err
    rejects = told(tmp_path / "found.rejects.csv")
    assert [(Path(row["file"]).name, row["column"], row["value"]) for row in rejects] == [
        ("f.xlsx (检查表)", "次数", "多次")
    ]
    assert len(out.read_text("utf-8-sig").splitlines()) == 1 + 1 + 9


@pytest.mark.parametrize(
    ("arguments", "status", "told"),
    [
        ([], 2, "form needs --estate, --out, --month"),
        (["read", "a.xlsx"], 2, "form read needs --estate, --out"),
        (["--estate", "E", "--month", "2026-10", "--out", "a.csv"], 2, "must be .xlsx"),
        (["--estate", "E", "--month", "2026-10", "--out", "a.xlsx", "--person", "lli"], 1, "did you mean 'li'?"),
        (
            ["--estate", "E", "--month", "2026-10", "--out", "a.xlsx", "--role", "gardner"],
            1,
            "did you mean 'gardener'?",
        ),
        (["--estate", "E", "--month", "2026-Q4", "--out", "a.xlsx"], 1, "form.no-month"),
        (["--estate", "E", "--month", "2026-09", "--out", "a.xlsx"], 1, "form.nothing"),
    ],
)
def test_what_is_asked_wrongly(
    estate: Path, arguments: list[str], status: int, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["form", *(str(estate) if word == "E" else word for word in arguments)]) == status
    assert told in capsys.readouterr().err


def test_a_form_in_english(estate: Path) -> None:
    path = estate / "form.xlsx"
    write_form(dr.load_estate(estate), "2026-10", path, "en", inspector="an auditor")
    filled = Form(path)
    filled.main["C3"] = "2026-10-12"
    filled.main.cell(7, filled.column["count"]).value = 1
    returned = read(estate, filled)
    assert findings(returned) == [(NOON, "li", "finding.G-9.2.1", "1", None, None)]
    assert set(returned.rows["recorded_by"]) == {"an auditor"}


@pytest.mark.slow
@pytest.mark.skipif(shutil.which("soffice") is None, reason="needs LibreOffice")
def test_what_libreoffice_saves_is_read(estate: Path, tmp_path: Path) -> None:
    filled = form(estate)
    filled.write("li", "G-9.2.1", 次数="２", 日期=date(2026, 10, 13), 时间=time(9, 5), 备注="墙角")
    filled.add("王二 (wang)", "G-9.2.2 花圃: 2. 未浇水", 3, "10月14日")
    source = filled.saved()
    target = tmp_path / "office"
    profile = f"-env:UserInstallation=file://{tmp_path / 'profile'}"
    command = ["soffice", profile, "--headless", "--convert-to", "xlsx", "--outdir", str(target), str(source)]
    subprocess.run(command, check=True, capture_output=True, timeout=240)
    saved = target / source.name
    assert parts(saved) != parts(source)  # it is another program's
    returned = read_forms([saved], dr.load_estate(estate))
    assert rejected(returned) == []
    assert findings(returned) == [
        ("2026-10-13 09:05:00", "li", "finding.G-9.2.1", "2", None, "墙角"),
        ("2026-10-14 12:00:00", "wang", "finding.G-9.2.2", "3", None, None),
    ]
    assert len(inspections(returned)) == 10
