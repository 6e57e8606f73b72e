"""The tables of an estate: encodings, spreadsheets, types, and every diagnostic with its exact place."""

import hashlib
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter

from dutyrules.diagnostics import Cell, Diagnostic
from dutyrules.registry import Tables, load_tables, tables_from_rows

Rows = Mapping[str, Sequence[Mapping[str, Any]]]

PEOPLE = [{"person": "p1", "role": "area_butler"}, {"person": "p2", "role": "area_butler"}]
BUILDINGS = [{"building": "B1", "area": "海棠"}]
UNITS = [{"unit": "B1-101", "building": "B1"}]


def brief(diagnostics: Sequence[Diagnostic]) -> list[tuple[object, ...]]:
    return [(d.code, d.where, d.found, d.expected, d.hint) for d in diagnostics]


def places(diagnostics: Sequence[Diagnostic]) -> list[tuple[str, object]]:
    return [(d.code, d.where) for d in diagnostics]


def sound(rows: Rows) -> Tables:
    tables, diagnostics = tables_from_rows(rows)
    assert diagnostics == []
    return tables


def cells(table: str, column: str, *values: object) -> list[Any]:
    """Reads the values in one column of a table, whose required columns are filled with something valid."""
    rest: dict[str, dict[str, object]] = {
        "people": {"person": "p1", "role": "r"},
        "buildings": {"building": "B1", "area": "海棠"},
        "roster": {"person": "p1", "date": "2026-10-08"},
        "arrears": {"unit": "B1-101", "fee": "property", "age": "old"},
        "leave": {"person": "p1", "from": "2000-01-01", "until": "2099-01-01", "approved": "yes"},
        "coverage": {"source": "s", "status": "complete"},
        "units": {"unit": "B1-101", "building": "B1"},
    }
    frame = tables_from_rows({table: [rest[table] | {column: value} for value in values]})[0]
    return getattr(frame, table)[column].to_list()


def load(directory: Path, **files: str | bytes) -> tuple[Tables, list[Diagnostic], dict[str, str]]:
    for table, content in files.items():
        data = content if isinstance(content, bytes) else content.encode()
        (directory / f"{table}.csv").write_bytes(data)
    return load_tables(directory)


def sized(path: Path, size: int) -> None:
    """A file of so many bytes, of which none is stored."""
    with path.open("wb") as file:
        file.truncate(size)


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "yaml"])
def test_a_table_that_nobody_could_want_is_not_read(tmp_path: Path, suffix: str) -> None:
    sized(tmp_path / f"units.{suffix}", (1 << 28) + 1)
    [told] = load_tables(tmp_path)[1]
    assert (told.code, told.where) == ("table.too-large", Cell(str(tmp_path / f"units.{suffix}"), 1))
    assert "268,435,457 bytes" in told.message


# --- Types


def test_every_table_is_there_and_typed() -> None:
    tables = sound({})
    exact = pl.Datetime("us")
    assert {name: dict(getattr(tables, name).schema) for name in Tables.__slots__} == {
        "people": {
            "person": pl.String, "name": pl.String, "role": pl.String, "area": pl.String, "from": pl.Date,
            "to": pl.Date, "fte": pl.String, "manager": pl.String, "primary": pl.Boolean, "_row": pl.Int32,
        },
        "buildings": {
            "building": pl.String, "area": pl.String, "from": pl.Date, "to": pl.Date, "x": pl.String, "y": pl.String,
            "inspect_minutes": pl.Int32, "priority": pl.Boolean, "_row": pl.Int32,
        },
        "walking": {"from": pl.String, "to": pl.String, "minutes": pl.Int32, "_row": pl.Int32},
        "units": {
            "unit": pl.String, "building": pl.String, "state": pl.String, "from": pl.Date, "to": pl.Date,
            "contact": pl.String, "prefer": pl.String, "priority": pl.Boolean,
            "persons": pl.String, "_row": pl.Int32,
        },
        "blackouts": {
            "unit": pl.String, "from": pl.Date, "to": pl.Date, "reason": pl.String, "_row": pl.Int32,
        },
        "permits": {"unit": pl.String, "from": pl.Date, "to": pl.Date, "_row": pl.Int32},
        "arrears": {
            "unit": pl.String, "fee": pl.String, "age": pl.String, "from": pl.Date, "to": pl.Date,
            "amount": pl.Int64, "_row": pl.Int32,
        },
        "spells": {"name": pl.String, "target": pl.String, "from": pl.Date, "to": pl.Date, "_row": pl.Int32},
        "roster": {"person": pl.String, "date": pl.Date, "start": pl.Int32, "end": pl.Int32, "_row": pl.Int32},
        "requests": {
            "person": pl.String, "date": pl.Date, "shift": pl.String, "wish": pl.String, "weight": pl.Int32,
            "_row": pl.Int32,
        },
        "leave": {
            "person": pl.String, "from": exact, "until": exact, "approved": pl.Boolean, "kind": pl.String,
            "substitute": pl.String, "accepted_at": exact, "_row": pl.Int32,
        },
        "coverage": {
            "source": pl.String, "kinds": pl.List(pl.String), "areas": pl.List(pl.String), "from": pl.Date,
            "to": pl.Date, "status": pl.String, "_row": pl.Int32,
        },
        "settlements": {
            "period": pl.String, "person": pl.String, "item": pl.String, "decision": pl.String,
            "decided_by": pl.String, "decided_at": exact, "_row": pl.Int32,
        },
        "waivers": {
            "breach_id": pl.String, "approver": pl.String, "reason": pl.String, "decided_at": exact,
            "_row": pl.Int32,
        },
        "appeals": {
            "breach_id": pl.String, "filed_at": exact, "filed_by": pl.String, "decided_by": pl.String,
            "decided_at": exact, "points": pl.String, "reason": pl.String, "approver": pl.String, "_row": pl.Int32,
        },
    }  # fmt: skip


def test_filled_tables_have_the_types_of_empty_ones() -> None:
    filled = sound(
        {
            "people": PEOPLE,
            "buildings": BUILDINGS,
            "units": UNITS,
            "walking": [{"from": "B1", "to": "lobby", "minutes": 3}],
            "blackouts": [{"unit": "B1-101", "reason": "travelling"}],
            "permits": [{"unit": "B1-101"}],
            "spells": [{"name": "handover", "target": "B1-101"}],
            "arrears": [{"unit": "B1-101", "fee": "property", "age": "old", "amount": "1"}],
            "roster": [{"person": "p1", "date": "2026-10-08", "start": "08:00", "end": "17:30"}],
            "requests": [{"person": "p1", "date": "2026-10-08"}],
            "leave": [{"person": "p1", "from": "2026-10-08", "until": "2026-10-09", "approved": "no"}],
            "coverage": [{"source": "app", "status": "complete", "kinds": "patrol.*"}],
            "settlements": [
                {"period": "2026-10", "person": "p1", "item": "3", "decision": "exclude", "decided_by": "hr"}
            ],
            "waivers": [{"breach_id": "0123456789abcdef", "approver": "hr"}],
            "appeals": [{"breach_id": "0123456789abcdef", "filed_at": "2026-11-06 09:00"}],
        }
    )
    empty = sound({})
    for name in Tables.__slots__:
        assert getattr(filled, name).schema == getattr(empty, name).schema
        assert len(getattr(filled, name)) == {"people": 2}.get(name, 1)


def test_defaults() -> None:
    assert cells("people", "fte", None) == ["1"]
    assert cells("people", "primary", None, "") == [False, False]
    assert cells("units", "state", None) == ["occupied"]
    assert cells("coverage", "kinds", None, "") == [[], []]
    assert cells("roster", "start", None) == [None]
    assert cells("people", "to", "") == [None]


def test_dates() -> None:
    good = ["2026-10-08", "2026/10/8", "２０２６－１０－０８", "2026年10月8日", "2026.10.08", date(2026, 10, 8)]
    assert cells("people", "from", *good) == [date(2026, 10, 8)] * len(good)
    bad = ["26-10-08", "2026-02-29", "10/08/2026", "20261008", "2026-10-08 07:55", "yesterday"]
    assert cells("people", "from", *bad) == [None] * len(bad)


def test_instants_are_local_and_a_bare_date_is_its_midnight() -> None:
    good = {
        "2026-10-08": datetime(2026, 10, 8),
        "2026-10-08 7:55": datetime(2026, 10, 8, 7, 55),
        "2026/10/8T07:55:59": datetime(2026, 10, 8, 7, 55, 59),
        "２０２６-10-08　０７：５５": datetime(2026, 10, 8, 7, 55),
        "2026-10-08 24:00": datetime(2026, 10, 9),
    }
    assert cells("leave", "accepted_at", *good) == list(good.values())
    assert cells("leave", "accepted_at", datetime(2026, 10, 8, 7, 54, 59, 999_990)) == [datetime(2026, 10, 8, 7, 55)]
    bad = ["2026-10-08 07:55+08:00", "2026-10-08 7", "2026-10-08T", "2026-10-08 25:00", "07:55"]
    assert cells("leave", "accepted_at", *bad) == [None] * len(bad)


def test_times() -> None:
    good = {"08:00": 28_800, "8:05": 29_100, "０８：００": 28_800, "23:59:59": 86_399, time(8): 28_800}
    assert cells("roster", "start", *good) == list(good.values())
    assert cells("roster", "end", "24:00", timedelta(days=1), "00:00") == [86_400, 86_400, 0]
    assert cells("roster", "start", "24:00", "8", "08:60", "8am", "24:01") == [None] * 5
    assert cells("roster", "end", "24:01") == [None]


def test_exact_numbers() -> None:
    shares = {"1": "1", "1.0": "1", "0.50": "0.5", "1/2": "1/2", "2/4": "1/2", "２/4": "1/2", "3/3": "1"}
    assert cells("people", "fte", *shares) == list(shares.values())
    assert cells("people", "fte", 0.5, Decimal("0.25"), Fraction(1, 3), 1) == ["0.5", "0.25", "1/3", "1"]
    amounts = {"1": 10_000, "0.0001": 1, "-12.5": -125_000, "1.50000": 15_000, "99999999999999.9999": 10**18 - 1}
    assert cells("arrears", "amount", *amounts) == list(amounts.values())
    assert cells("arrears", "amount", 0.1 + 0.2, 7, Decimal("1.10")) == [3_000, 70_000, 11_000]
    assert cells("arrears", "amount", "1.00001", "1,000", "¥5", "1e3", ".") == [None] * 5
    assert cells("buildings", "x", "12.50", "-3", "1e3", "北") == ["12.50", "-3", None, None]
    assert cells("buildings", "inspect_minutes", "6", 6.0, "6.5", "-1") == [6, 6, None, None]


def test_booleans_words_and_lists() -> None:
    truths = {"yes": True, "TRUE": True, "是": True, "no": False, "False": False, "否": False, True: True, False: False}
    assert cells("leave", "approved", *truths) == list(truths.values())
    assert cells("units", "state", "Vacant", "not_moved_in") == ["vacant", "not_moved_in"]
    assert cells("coverage", "kinds", "patrol.*  visit.home", ["a", "b"], "甲、乙，丙") == [
        ["patrol.*", "visit.home"], ["a", "b"], ["甲", "乙", "丙"],
    ]  # fmt: skip


def test_ids_stay_as_they_are_written() -> None:
    assert cells("people", "person", " 007 ", 5.0, 12, Decimal("1.10"), "1.0") == ["007", "5", "12", "1.10", "1.0"]


# --- Files


def test_rows_are_numbered_as_a_spreadsheet_numbers_them(tmp_path: Path) -> None:
    content = 'person,role,name\r\np1,r\r\n\r\n , ,\r\n"p2","r","two\r\nlines"\r\np3,r,x\r\n'
    tables, diagnostics, _ = load(tmp_path, people=content)
    assert diagnostics == []
    assert tables.people.select("person", "name", "_row").rows() == [
        ("p1", None, 2), ("p2", "two\nlines", 5), ("p3", "x", 6),
    ]  # fmt: skip


def test_hashes_are_those_of_the_files_read(tmp_path: Path) -> None:
    content = b"\xef\xbb\xbfperson,role\np1,r\n"
    (tmp_path / "people.yaml").write_text("- {person: p9, role: r}\n")
    _, diagnostics, digests = load(tmp_path, people=content)
    assert digests == {"people.csv": hashlib.sha256(content).hexdigest()}
    assert places(diagnostics) == [("table.twice", Cell(str(tmp_path / "people.yaml"), 1))]


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("人员,岗位,区域", "utf-8"),
        ("人员,岗位,区域", "utf-8-sig"),
        ("人员,岗位,区域", "utf-16"),
        ("人员,岗位,区域", "gb18030"),
        ("人員,崗位,區域", "big5"),
        ("人員,崗位,區域", "gb18030"),
    ],
)
def test_encodings_with_chinese_titles(tmp_path: Path, header: str, encoding: str) -> None:
    tables, diagnostics, _ = load(tmp_path, people=f"{header}\np1,管家,海棠一\n".encode(encoding))
    assert diagnostics == []
    assert tables.people.select("person", "role", "area").rows() == [("p1", "管家", "海棠一")]


def test_ways_with_chinese_titles(tmp_path: Path) -> None:
    tables, diagnostics, _ = load(
        tmp_path, walking="起点,终点,步行分钟\n1栋,前台,3\n", buildings="楼栋,区域,优先\n1栋,海棠,是\n2栋,海棠,\n"
    )
    assert diagnostics == []
    assert tables.walking.select("from", "to", "minutes").rows() == [("1栋", "前台", 3)]
    assert tables.buildings["priority"].to_list() == [True, False]


@pytest.mark.parametrize(("area", "encoding"), [("樱花园东区", "gb18030"), ("海棠園東區", "big5")])
def test_a_guessed_encoding_is_said(tmp_path: Path, area: str, encoding: str) -> None:
    tables, diagnostics, _ = load(tmp_path, buildings=f"building,area\nB1,{area}\n".encode(encoding))
    assert tables.buildings["area"].to_list() == [area]
    assert [(d.code, d.where, d.found, d.severity) for d in diagnostics] == [
        ("table.encoding-guessed", Cell(str(tmp_path / "buildings.csv"), 1), encoding, "warning")
    ]


def test_an_unknown_encoding(tmp_path: Path) -> None:
    tables, diagnostics, _ = load(tmp_path, people=b"person,role\n\xff\xff\xff,r\n")
    assert places(diagnostics) == [("table.encoding", Cell(str(tmp_path / "people.csv"), 1))]
    assert tables.people.is_empty()


@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_separators(tmp_path: Path, separator: str) -> None:
    content = separator.join(["Person", "role"]) + "\n" + separator.join(["p1", "r"])
    assert load(tmp_path, people=content)[0].people.select("person", "role").rows() == [("p1", "r")]


def test_a_row_longer_than_the_header(tmp_path: Path) -> None:
    file = str(tmp_path / "people.csv")
    tables, diagnostics, _ = load(tmp_path, people="person,role\np1,r,,\np2,r,x\np3\n")
    assert brief(diagnostics) == [
        (
            "table.too-many-cells", Cell(file, 3), "3 cells", "at most 2",
            "put a cell that holds the separator into quotation marks",
        ),
        ("table.missing-value", Cell(file, 4, "role"), None, "the role", "fill the cell, or remove the row"),
    ]  # fmt: skip
    assert tables.people["person"].to_list() == ["p1", "p2", "p3"]


def test_a_stray_quotation_mark(tmp_path: Path) -> None:
    diagnostics = load(tmp_path, people='person,role\np1,r\n"p2,r\np3,r\n')[1]
    assert places(diagnostics) == [("table.unreadable", Cell(str(tmp_path / "people.csv"), 3))]


@pytest.mark.parametrize("content", ["", "\n", "person,role\n"])
def test_files_without_rows(tmp_path: Path, content: str) -> None:
    tables, diagnostics, _ = load(tmp_path, people=content)
    assert tables.people.is_empty()
    missing = [] if "person" in content else [("table.missing-column", name) for name in ("person", "role")]
    assert [(d.code, d.where.column) for d in diagnostics if isinstance(d.where, Cell)] == missing


def write_xlsx(path: Path, rows: Sequence[Sequence[object]], sheets: Sequence[str] = ("Sheet1",)) -> None:
    with xlsxwriter.Workbook(str(path)) as book:
        formats = {
            datetime: book.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
            date: book.add_format({"num_format": "yyyy-mm-dd"}),
            time: book.add_format({"num_format": "hh:mm"}),
            timedelta: book.add_format({"num_format": "[h]:mm"}),
        }
        *_, sheet = [book.add_worksheet(name) for name in sheets]
        for row, values in enumerate(rows):
            for column, value in enumerate(values):
                sheet.write(row, column, value, formats.get(type(value)))


def test_xlsx_cells_as_excel_stores_them(tmp_path: Path) -> None:
    write_xlsx(
        tmp_path / "roster.xlsx",
        [
            ["person", "date", "start", "end"],
            [5, date(2026, 10, 8), time(7, 55), time(17, 30)],
            [],
            ["5", "2026-10-09", "07:55", timedelta(days=1)],
            [5.0, datetime(2026, 10, 10), None, None],
        ],
    )
    write_xlsx(
        tmp_path / "leave.xlsx",
        [
            ["person", "from", "until", "approved"],
            [5, datetime(2026, 10, 8, 7, 55), date(2026, 10, 9), True],
            ["5", "2026-11-01", datetime(2026, 11, 2, 12, 10), "no"],
        ],
    )
    write_xlsx(tmp_path / "people.xlsx", [["人员", "岗位", "用工比例"], [5, "r", 0.5]], ["notes", "people"])
    tables, diagnostics, digests = load_tables(tmp_path)
    assert diagnostics == []
    assert tables.people.select("person", "fte", "_row").rows() == [("5", "0.5", 2)]
    assert tables.roster.rows() == [
        ("5", date(2026, 10, 8), 28_500, 63_000, 2),
        ("5", date(2026, 10, 9), 28_500, 86_400, 4),
        ("5", date(2026, 10, 10), None, None, 5),
    ]
    assert tables.leave.select("from", "until", "approved").rows() == [
        (datetime(2026, 10, 8, 7, 55), datetime(2026, 10, 9), True),
        (datetime(2026, 11, 1), datetime(2026, 11, 2, 12, 10), False),
    ]
    assert sorted(digests) == ["leave.xlsx", "people.xlsx", "roster.xlsx"]


def test_a_broken_workbook(tmp_path: Path) -> None:
    (tmp_path / "people.xlsx").write_bytes(b"not a workbook")
    assert places(load_tables(tmp_path)[1]) == [("table.unreadable", Cell(str(tmp_path / "people.xlsx"), 1))]


def test_yaml_tables(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("- {person: 007, role: r}\n- {person: 5, role: r, primary: true}\n")
    (tmp_path / "roster.yaml").write_text("- {person: 5, date: 2026-10-08, start: 7:55, end: 22:00}\n")
    (tmp_path / "leave.yaml").write_text("- {person: 5, from: 2026-10-08, until: 2026-10-09, approved: no}\n")
    (tmp_path / "coverage.yaml").write_text("- {source: app, kinds: [patrol.*, visit.home], status: complete}\n")
    (tmp_path / "waivers.yaml").write_text("[]")
    tables, diagnostics, _ = load_tables(tmp_path)
    assert diagnostics == []
    assert tables.people.select("person", "primary", "_row").rows() == [("007", False, 2), ("5", True, 3)]
    assert tables.roster.rows() == [("5", date(2026, 10, 8), 28_500, 79_200, 2)]
    assert tables.leave["approved"].to_list() == [False]
    assert tables.coverage["kinds"].to_list() == [["patrol.*", "visit.home"]]


def test_yaml_that_is_no_table(tmp_path: Path) -> None:
    (tmp_path / "people.yaml").write_text("person: p1\n")
    (tmp_path / "units.yaml").write_text("- u1\n")
    (tmp_path / "roster.yaml").write_text("- {person: p1, person: p2}\n")
    diagnostics = load_tables(tmp_path)[1]
    assert [(d.code, d.found) for d in diagnostics if d.code.startswith("table.")] == [
        ("table.not-rows", "dict"),
        ("table.not-rows", "a list with other values"),
    ]
    assert [d.code for d in diagnostics if d.code.startswith("yaml.")] == ["yaml.duplicate-key"]


def test_a_file_named_almost_like_a_table(tmp_path: Path) -> None:
    (tmp_path / "estate.yaml").write_text("estate: e\n")
    (tmp_path / "2026-10.csv").write_text("at,person,kind\n")
    diagnostics = load(tmp_path, peoples="person,role\np1,r\n")[1]
    assert [(d.code, d.where, d.expected, d.severity) for d in diagnostics] == [
        ("table.unknown-file", Cell(str(tmp_path / "peoples.csv"), 1), "people.csv", "warning")
    ]


# --- Columns


def test_people_keep_further_columns_as_texts() -> None:
    tables = sound({"people": [{"person": "p1", "role": "r", "staff_id": 12, "入职": date(2020, 1, 1)}]})
    assert tables.people.select("staff_id", "入职").rows() == [("12", "2020-01-01")]
    assert tables.people.schema["staff_id"] == pl.String


def test_other_tables_drop_them_with_a_notice() -> None:
    tables, diagnostics = tables_from_rows({"permits": [], "buildings": [BUILDINGS[0] | {"inspect_minuts": "5"}]})
    assert "inspect_minuts" not in tables.buildings.columns
    assert diagnostics == [
        Diagnostic(
            "table.unknown-column",
            "buildings has no such column; it is not read",
            Cell("buildings", 1, "inspect_minuts"),
            found="inspect_minuts",
            expected="building, area, from, to, x, y, inspect_minutes, priority",
            hint="did you mean 'inspect_minutes'?",
            severity="warning",
        )
    ]


def test_columns_missing_twice_or_without_title(tmp_path: Path) -> None:
    file = str(tmp_path / "units.csv")
    diagnostics = load(tmp_path, units="unit,房屋,biulding,,\nu1,u2,B1,x,\n")[1]
    assert brief(diagnostics) == [
        (
            "table.column-twice", Cell(file, 1, "房屋"), "房屋", "one column of each kind",
            "rename or remove one of them",
        ),
        (
            "table.unknown-column", Cell(file, 1, "biulding"), "biulding",
            "unit, building, state, from, to, contact, prefer, priority, persons",
            "did you mean 'building'?",
        ),
        (
            "table.unknown-column", Cell(file, 1), "",
            "unit, building, state, from, to, contact, prefer, priority, persons", None,
        ),
        (
            "table.missing-column", Cell(file, 1, "building"), "biulding",
            "building or 楼栋 or 樓棟 or 楼栋编号 or 樓棟編號 or 楼号 or 樓號",
            "add a column building to the header in row 1",
        ),
    ]  # fmt: skip


def test_an_ordinary_end_date_is_not_the_exclusive_end_of_a_leave() -> None:
    row = {"人员": "p1", "开始日期": "2026-10-08", "结束日期": "2026-10-09", "批准": "是"}
    diagnostics = tables_from_rows({"people": PEOPLE, "leave": [row]})[1]
    assert places(diagnostics) == [
        ("table.unknown-column", Cell("leave", 1, "结束日期")),
        ("table.missing-column", Cell("leave", 1, "until")),
    ]
    exclusive = {"人员": "p1", "开始日期": "2026-10-08", "结束日期（不含）": "2026-10-09", "批准": "是"}
    assert sound({"people": PEOPLE, "leave": [exclusive]}).leave["until"].to_list() == [datetime(2026, 10, 9)]


def test_an_unknown_table() -> None:
    assert [(d.code, d.found, d.hint) for d in tables_from_rows({"unit": UNITS})[1]] == [
        ("table.unknown-table", "unit", "did you mean 'units'?")
    ]


# --- Cells


@pytest.mark.parametrize(
    ("table", "column", "value", "code", "expected", "hint"),
    [
        (
            "people", "from", "8.10.2026", "table.bad-date", "a date such as 2026-10-08",
            "write year-month-day, the year with four digits",
        ),
        (
            "leave", "accepted_at", "2026-10-08 07:55Z", "table.bad-instant",
            "a date or a local time such as 2026-10-08 07:55", "write local time, without an offset",
        ),
        ("roster", "start", "8h", "table.bad-time", "a time such as 08:00", "write hours:minutes"),
        ("leave", "approved", "yess", "table.bad-boolean", "yes, no, true, false", "did you mean 'yes'?"),
        (
            "arrears", "amount", "1,5", "table.bad-number", "a number of at most four decimals",
            "write digits and a point only: no currency, no separator of thousands",
        ),
        (
            "buildings", "inspect_minutes", "6.5", "table.bad-number", "a whole number, 0 or more", "write digits only",
        ),
        ("buildings", "y", "N12", "table.bad-number", "a number such as 12.5", "write digits and a point only"),
        (
            "people", "fte", "1.2", "table.bad-number", "a number above 0 and at most 1, such as 1, 0.5 or 1/2",
            "half of full time is 0.5",
        ),
        (
            "units", "state", "vaccant", "table.unknown-word", "occupied, vacant, not_moved_in",
            "did you mean 'vacant'?",
        ),
        ("arrears", "fee", "rent!", "table.unknown-word", "property, utility", None),
    ],
)  # fmt: skip
def test_wrong_cells(table: str, column: str, value: str, code: str, expected: str, hint: str | None) -> None:
    complete: dict[str, dict[str, str]] = {
        "people": PEOPLE[0],
        "buildings": BUILDINGS[0],
        "units": UNITS[0],
        "arrears": {"unit": "B1-101", "fee": "property", "age": "old"},
        "roster": {"person": "p1", "date": "2026-10-08", "start": "08:00", "end": "17:30"},
        "leave": {"person": "p1", "from": "2026-10-08", "until": "2026-10-09", "approved": "yes"},
    }
    rows = {name: [complete[name]] for name in ("people", "buildings", "units")} | {
        table: [complete[table] | {column: value}]
    }
    assert brief(tables_from_rows(rows)[1]) == [(code, Cell(table, 2, column), value, expected, hint)]


def test_missing_values_name_the_title_in_the_file(tmp_path: Path) -> None:
    file = str(tmp_path / "people.csv")
    diagnostics = load(tmp_path, people="人员,岗位,起\np1,,2026-13-01\n,r,\n")[1]
    assert brief(diagnostics) == [
        ("table.missing-value", Cell(file, 2, "岗位"), None, "the role", "fill the cell, or remove the row"),
        (
            "table.bad-date", Cell(file, 2, "起"), "2026-13-01", "a date such as 2026-10-08",
            "write year-month-day, the year with four digits",
        ),
        ("table.missing-value", Cell(file, 3, "人员"), None, "the person", "fill the cell, or remove the row"),
    ]  # fmt: skip


def test_values_that_no_cell_holds() -> None:
    diagnostics = tables_from_rows({"people": [PEOPLE[0], PEOPLE[1] | {"area": {"a": 1}}]})[1]
    assert brief(diagnostics) == [
        (
            "table.bad-cell", Cell("people", 3, "area"), "dict",
            "a text, number, date, time, yes or no, or a list of words", None,
        )
    ]  # fmt: skip


# --- Rows


def test_reversed_dates() -> None:
    diagnostics = tables_from_rows(
        {
            "people": [
                PEOPLE[0] | {"from": "2026-10-08", "to": "2026-10-07"},
                PEOPLE[1] | {"from": "2026-10-08", "to": "2026-10-08"},
            ],
            "requests": [{"person": "p1", "date": "2026-10-08"}],
            "leave": [{"person": "p1", "from": "2026-10-08", "until": "2026-10-08 00:00", "approved": "yes"}],
        }
    )[1]
    hint = "exchange the two, or correct one of them"
    assert brief(diagnostics) == [
        ("table.dates-reversed", Cell("people", 2, "to"), "2026-10-07", "on or after 2026-10-08", hint),
        ("table.dates-reversed", Cell("leave", 2, "until"), "2026-10-08 00:00:00", "after 2026-10-08 00:00:00", hint),
    ]


def overlaps(rows: Rows) -> list[tuple[object, ...]]:
    diagnostics = tables_from_rows({"buildings": BUILDINGS} | dict(rows))[1]
    assert {d.code for d in diagnostics} <= {"table.overlap"}
    return [(d.where, d.found, d.related) for d in diagnostics]


def test_states_of_a_unit_follow_one_another() -> None:
    first, second = UNITS[0] | {"to": "2026-10-07"}, UNITS[0] | {"from": "2026-10-08", "state": "vacant"}
    assert overlaps({"units": [second, first]}) == []
    assert overlaps({"units": [second, first | {"to": "2026-10-08"}]}) == [
        (Cell("units", 3, "unit"), "B1-101", (("the other row", Cell("units", 2, "unit")),))
    ]


def test_an_overlap_names_the_row_that_reaches_so_far() -> None:
    units = [
        UNITS[0] | {"from": "2026-01-01", "to": "2026-12-31"},
        UNITS[0] | {"from": "2026-02-01", "to": "2026-02-28"},
        UNITS[0] | {"from": "2026-03-01", "to": "2026-03-31"},
        UNITS[0] | {"from": "2027-01-01"},
    ]
    other = (("the other row", Cell("units", 2, "unit")),)
    assert overlaps({"units": units}) == [
        (Cell("units", 3, "unit"), "B1-101", other),
        (Cell("units", 4, "unit"), "B1-101", other),
    ]


def test_buildings_and_posts_overlap_only_with_themselves() -> None:
    assert overlaps({"buildings": [BUILDINGS[0], BUILDINGS[0] | {"area": "樱花"}]}) == [
        (Cell("buildings", 3, "building"), "B1", (("the other row", Cell("buildings", 2, "building")),))
    ]
    posts = [PEOPLE[0] | {"area": "海棠"}, PEOPLE[0] | {"area": "樱花"}, PEOPLE[1] | {"area": "海棠"}, PEOPLE[1]]
    assert overlaps({"people": posts}) == []
    assert overlaps({"people": [*posts, posts[1]]}) == [
        (Cell("people", 6, "person"), "p1 樱花 area_butler", (("the other row", Cell("people", 3, "person")),))
    ]


def test_a_wrong_date_is_not_reported_as_an_overlap_too() -> None:
    diagnostics = tables_from_rows({"buildings": BUILDINGS, "units": [UNITS[0], UNITS[0] | {"from": "soon"}]})[1]
    assert places(diagnostics) == [("table.bad-date", Cell("units", 3, "from"))]


def test_shifts_have_both_ends_and_one_row_a_day() -> None:
    day = {"person": "p1", "date": "2026-10-08"}
    diagnostics = tables_from_rows(
        {
            "people": PEOPLE,
            "roster": [
                day | {"start": "08:00"},
                {"person": "p2", "date": "2026-10-08", "end": "17:30"},
                {"person": "p2", "date": "2026-10-09"},
                day,
            ],
        }
    )[1]
    both, fill = "both start and end, or neither: a rest day", "fill the cell, or empty the other one"
    assert brief(diagnostics) == [
        ("table.missing-value", Cell("roster", 2, "end"), None, both, fill),
        ("table.missing-value", Cell("roster", 3, "start"), None, both, fill),
        ("table.duplicate", Cell("roster", 5, "date"), "p1 2026-10-08", "one row", "remove one of the two rows"),
    ]
    assert diagnostics[2].related == (("the first row", Cell("roster", 2, "date")),)


# --- References


def test_unknown_ids_are_reported_once_each() -> None:
    diagnostics = tables_from_rows(
        {
            "people": [{"person": "butler_1", "role": "r"}],
            "buildings": [{"building": "north-1", "area": "海棠"}],
            "units": [{"unit": "north-1-101", "building": "nort-1"}, {"unit": "x", "building": "nort-1"}],
            "permits": [{"unit": "north-1-10l"}],
            "arrears": [{"unit": "?", "fee": "utility", "age": "old"}],
            "roster": [{"person": "butler_l", "date": "2026-10-08"}],
            "leave": [
                {"person": "butler1", "from": "2026-10-08", "until": "2026-10-09", "approved": "yes"},
                {"person": "butler_1", "from": "2026-10-08", "until": "2026-10-09", "approved": "1", "substitute": "?"},
            ],
            "settlements": [
                {"period": "2026-10", "person": "?", "item": "3", "decision": "exclude", "decided_by": "?"}
            ],
        }
    )[1]
    building, unit, person = (
        "a building of the table buildings",
        "a unit of the table units",
        "a person of the table people",
    )
    assert brief(diagnostics) == [
        ("table.unknown-building", Cell("units", 2, "building"), "nort-1", building, "did you mean 'north-1'?"),
        ("table.unknown-unit", Cell("permits", 2, "unit"), "north-1-10l", unit, "did you mean 'north-1-101'?"),
        ("table.unknown-unit", Cell("arrears", 2, "unit"), "?", unit, None),
        ("table.unknown-person", Cell("roster", 2, "person"), "butler_l", person, "did you mean 'butler_1'?"),
        ("table.unknown-person", Cell("leave", 2, "person"), "butler1", person, "did you mean 'butler_1'?"),
        ("table.unknown-person", Cell("leave", 3, "substitute"), "?", person, None),
        ("table.unknown-person", Cell("settlements", 2, "person"), "?", person, None),
    ]
    assert diagnostics[0].message == "buildings has no such building (2 rows)"


def test_a_name_in_place_of_an_id_is_not_repeated() -> None:
    diagnostics = tables_from_rows(
        {"people": [PEOPLE[0] | {"name": "SECRET"}], "roster": [{"person": "SECRET", "date": "2026-10-08"}]}
    )[1]
    assert brief(diagnostics) == [
        (
            "table.unknown-person", Cell("roster", 2, "person"), None, "a person of the table people",
            "this is a name; write the id of the person",
        )
    ]  # fmt: skip
    assert "SECRET" not in "".join(map(repr, diagnostics))
