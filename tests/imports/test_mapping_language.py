"""The language of mappings: what its words do, and what is wrong with those that are none."""

from __future__ import annotations

from datetime import date, datetime
from pathlib import Path

import pytest

from dutyrules.activity.imports import load_mapping, shipped_mappings
from dutyrules.activity.imports.moments import clock_of, day_of, moment_of
from dutyrules.diagnostics import InputError
from tests.imports.layouts import Workbook, dingtalk_punches, events, rejected, run


@pytest.mark.parametrize("name", shipped_mappings())
def test_every_shipped_mapping_can_be_read(name: str) -> None:
    assert load_mapping(name).columns


BROKEN = """\
format: xlsx
source: own
header: [a]
sheet: [1]
header_rows: 0
below: many
settings: {in: [x]}
titles: {month: '(', year: 'no group'}
each: {labels: '(', slot: [x]}
skip: {a: {b: [c]}}
reject: [a]
flag: {a: 1}
columns:
  at: {from: "{moth}打卡", on: [a], match: '(', unit: weeks, before: 12:00}
  person: {from: [a, b], lookup: [x, y, z], optional: perhaps}
  target: {from: a, lookup: [x]}
constants: {kind: "{ins}"}
once: {within: soon}
leave: {from: a, kinds: 事假}
suspicions: {metres_per_minute: 0, around_shift: 4, speed: 1}
"""


def test_everything_wrong_with_the_words_is_found_in_its_place(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(BROKEN, "utf-8")
    with pytest.raises(InputError) as caught:
        load_mapping(tmp_path / "mapping.yaml")
    assert [(str(each.where).partition(":")[2], each.code) for each in caught.value.diagnostics] == [
        ("4:8", "mapping.not-a-text"),
        ("5:14", "mapping.not-a-number"),
        ("6:8", "mapping.not-a-number"),
        ("7:11", "mapping.not-a-table"),
        ("8:17", "mapping.bad-pattern"),
        ("8:28", "mapping.bad-pattern"),
        ("9:16", "mapping.bad-pattern"),
        ("9:21", "mapping.unknown-key"),
        ("10:11", "mapping.not-a-table"),
        ("11:9", "mapping.not-a-table"),
        ("12:11", "mapping.not-a-list"),
        ("14:14", "mapping.unknown-placeholder"),
        ("14:30", "mapping.not-a-text"),
        ("14:42", "mapping.bad-pattern"),
        ("14:53", "mapping.unknown-unit"),
        ("14:68", "mapping.not-a-table"),
        ("15:34", "mapping.lookups"),
        ("15:55", "mapping.not-a-switch"),
        ("16:29", "mapping.lookups"),
        ("17:19", "mapping.unknown-placeholder"),
        ("18:7", "mapping.missing-key"),
        ("18:16", "mapping.not-a-time"),
        ("19:8", "mapping.missing-key"),
        ("19:25", "mapping.not-a-list"),
        ("20:33", "mapping.not-a-number"),
        ("20:50", "mapping.not-a-time"),
        ("20:53", "mapping.unknown-key"),
    ]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2026-10-10", date(2026, 10, 10)),
        ("26-10-10 星期六", date(2026, 10, 10)),
        ("2026/10/10 周六", date(2026, 10, 10)),
        ("2026年10月9日", date(2026, 10, 9)),
        ("２０２６－１０－０９", date(2026, 10, 9)),
        ("2026-10-10 00:00:00", date(2026, 10, 10)),
        ("46305", date(2026, 10, 10)),
        ("46305.5", None),
        ("2026-02-29", None),
        ("1926-10-10", None),
        ("10-10", None),
        ("星期六", None),
        ("5 of 2026-10-01 to 2026-10-31", date(2026, 10, 5)),
        ("31 of 2026-02-01 to 2026-02-28", None),
        ("5 of 2026-13-01 to 2026-13-31", None),
    ],
)
def test_days(text: str, day: date | None) -> None:
    assert day_of(text) == day


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("08:17", datetime(2026, 10, 10, 8, 17)),
        ("8:17:05", datetime(2026, 10, 10, 8, 17, 5)),
        ("０８：１７", datetime(2026, 10, 10, 8, 17)),
        ("次日 01:10", datetime(2026, 10, 11, 1, 10)),
        ("次日01:10", datetime(2026, 10, 11, 1, 10)),
        ("昨日 23:50", datetime(2026, 10, 9, 23, 50)),
        ("当日 08:17", datetime(2026, 10, 10, 8, 17)),
        ("24:00", datetime(2026, 10, 11)),
        ("25:10", datetime(2026, 10, 11, 1, 10)),
        ("0.35", datetime(2026, 10, 10, 8, 24)),
        ("2026-10-12 08:17", datetime(2026, 10, 12, 8, 17)),
        ("2026-10-12T00:17:00Z", datetime(2026, 10, 12, 8, 17)),
        ("2026-10-12T08:17+0800", datetime(2026, 10, 12, 8, 17)),
        ("2026-10-12 08:17:00.5", datetime(2026, 10, 12, 8, 17)),
        ("46305.5", datetime(2026, 10, 10, 12)),
        ("次日 25:10", None),
        ("48:00", None),
        ("08:60", None),
        ("8.17", None),
        ("1900-01-01 12:00:00", None),  # a day and a half, shown as a time
        ("08:17 迟到", None),
    ],
)
def test_times_of_a_day(text: str, moment: datetime | None) -> None:
    assert moment_of(text, day=date(2026, 10, 10)) == moment


@pytest.mark.parametrize("text", ["08:17", "0.35", "2026-10-10", "次日 01:10", ""])
def test_what_is_no_instant_without_a_day(text: str) -> None:
    assert moment_of(text) is None


def test_numbers_of_instants_and_clocks() -> None:
    assert moment_of("1791591425000", unit="milliseconds") == datetime(2026, 10, 10, 8, 17, 5)
    assert moment_of("1791591425", unit="seconds", zone="UTC") == datetime(2026, 10, 10, 0, 17, 5)
    assert moment_of("1e99", unit="seconds") is None
    assert moment_of("9" * 30, unit="seconds") is None
    assert [clock_of(text) for text in ("08:17", "2026-10-10 17:30", "次日 01:10", "noon")] == [497, 1050, 1510, None]


def test_a_pattern_of_a_slot_is_looked_at_with_its_words(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(
        "format: csv\nsource: own\nheader: [a]\neach: [{p: '('}]\n"
        "columns:\n  at: {from: a, match: '{p}'}\nconstants: {kind: x}\n"
    )
    with pytest.raises(InputError) as caught:
        load_mapping(tmp_path / "mapping.yaml")
    assert [each.code for each in caught.value.diagnostics] == ["mapping.bad-pattern"]


def test_a_turn_that_is_no_time(tmp_path: Path) -> None:
    with pytest.raises(InputError) as caught:
        run("dingtalk_punches", dingtalk_punches(tmp_path / "a.xlsx"), settings={"turn": "noon"})
    assert [(each.code, each.found) for each in caught.value.diagnostics] == [("import.bad-time", "noon")]


def test_a_mapping_that_gives_no_instant_and_no_kind(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text("format: csv\nsource: own\nheader: [a]\ncolumns:\n  person: {from: a}\n")
    with pytest.raises(InputError) as caught:
        load_mapping(tmp_path / "mapping.yaml")
    assert [(each.code, each.message.split()[-1]) for each in caught.value.diagnostics] == [
        ("mapping.missing-column", "'at'"),
        ("mapping.missing-column", "'kind'"),
    ]


def test_cells_are_named_before_they_are_looked_up(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(
        "format: csv\nsource: own\nheader: [t, p]\ncolumns:\n  at: {from: t}\n"
        "  person: {from: p, values: {one: '30518', two: E7, three: E8}, lookup: staff_id}\nconstants: {kind: x}\n"
    )
    rows = [f"2026-10-08 09:00,{each}" for each in ("one", "two", "three", "four")]
    (tmp_path / "a.csv").write_text("\n".join(["t,p", *rows]))
    imported = run(tmp_path / "mapping.yaml", tmp_path / "a.csv")
    assert events(imported, "person") == [("li",), ("wang",)]
    assert rejected(imported) == [
        (4, "p", "three", "not in the look-up staff_id"),
        (5, "p", "four", "not one of one, two, three"),
    ]


WORDS = """\
format: xlsx
source: own
header: [楼/名称, 时间]
header_rows: 2
below: 1
columns:
  at: {from: 时间}
  person: {from: [工号, 姓名], lookup: [staff_id, name]}
  target: {from: 楼/名称, match: '^(\\w+)栋$'}
  round: {from: 时间, before: {"12:00": morning, "24:00": afternoon}}
reject: {楼/名称: {X栋: pulled down}}
constants: {kind: round}
"""


def test_headers_in_two_rows_patterns_clocks_and_reasons(tmp_path: Path) -> None:
    (tmp_path / "mapping.yaml").write_text(WORDS, "utf-8")
    book = Workbook(tmp_path / "a.xlsx")
    book.sheet(
        "a",
        [
            ["十月"],
            ["", ""],
            ["楼", "", "时间", "工号", "姓名"],
            ["编号", "名 称", "", "", ""],
            ["no.", "name", "time", "id", "name"],
            ["1", "b1栋", "2026-10-10 11:59", "", "李一"],
            ["2", "b2栋", "2026-10-10 12:00", "E7", "李一"],
            ["3", "b3", "2026-10-10 12:00", "E7", "李一"],
            ["4", "X栋", "2026-10-10 12:00", "E7", ""],
            ["5", "b5栋", "2026-10-10 12:00", "0", "李一"],
        ],
        merged=("A3:B3", "C3:C4", "D3:D4", "E3:E4"),
    )
    imported = run(tmp_path / "mapping.yaml", book.save())
    assert events(imported, "person", "target", "round") == [("li", "b1", "morning"), ("wang", "b2", "afternoon")]
    assert rejected(imported) == [
        (8, "楼/名称", "b3", "not of the form that this export has"),
        (9, "楼/名称", "X栋", "pulled down"),
        (10, "工号", "0", "not in the look-up staff_id"),
    ]
