"""Reading logs: encodings, instants, numbers, and exactly which cells are rejected and why."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from dutyrules.activity import encode, files, words
from dutyrules.activity.kinds import BOOLEAN, INSTANT, INTEGER, TEXT, AttributeType, Kind
from dutyrules.activity.log import Log
from dutyrules.activity.read import log_from_rows, read_log
from dutyrules.activity.rejects import write_rejects
from dutyrules.diagnostics import InputError

KINDS = {
    kind.name: kind
    for kind in (
        Kind("patrol.building", target="building", attributes={"place": AttributeType.of_words("unit", "perimeter")}),
        Kind("visit.home", target="unit"),
        Kind("meeting.project"),
        Kind("complaint.opened", case=True, anyone=True, attributes={"due_at": INSTANT}),
        Kind("survey", value=True),
        Kind("posted", target="text", attributes={"blank_cells": INTEGER, "signed": BOOLEAN, "title": TEXT}),
        Kind("finding.D4-3.5.3", value_optional=True),
    )
}
PERSONS = ("li", "wang", "张三")
TARGETS = {"building": ["b1", "b2", "海棠一棟"], "unit": ["b1-101", "both"], "area": ["海棠", "both"]}
KNOWN: dict[str, Any] = {"kinds": KINDS, "persons": PERSONS, "targets": TARGETS}

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    def write(text: str, name: str = "log.csv", encoding: str = "utf-8") -> Path:
        path = tmp_path / name
        path.write_bytes(text.encode(encoding))
        return path

    return write


def stamp(text: str) -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp())


def rejected(log: Log) -> list[tuple[object, ...]]:
    return log.rejects.select("row", "column", "value", "reason", "hint").rows()


def row(**cells: object) -> dict[str, object]:
    return {"at": "2026-10-08 07:55", "person": "li", "kind": "meeting.project", **cells}


def read_row(**cells: object) -> Log:
    return log_from_rows([row(**cells)], **KNOWN)


def test_a_log_is_integers_with_their_words_beside(write: Write) -> None:
    path = write(
        "at,person,kind,target,case,value\n"
        "2026-10-08 07:55,wang,patrol.building,b2,,\n"
        "2026-10-08 08:00:30,,complaint.opened,,C7,\n"
        "2026-10-08 08:01,li,posted,lift 3,,\n"
        "2026-10-08 08:02,li,survey,,C7,98.25\n"
    )
    log = read_log([path], **KNOWN)
    assert log.frame.schema == pl.Schema(
        {
            "at": pl.Int64,
            "person": pl.Int32,
            "kind": pl.Int16,
            "target": pl.Int32,
            "case": pl.Int32,
            "value": pl.Int64,
            "file": pl.Int16,
            "row": pl.Int32,
        }
    )
    free = len(log.targets) - 1
    assert log.frame.rows() == [
        (stamp("2026-10-08 07:55"), 1, 0, log.targets.to_list().index("b2"), -1, None, 0, 2),
        (stamp("2026-10-08 08:00:30"), -1, 3, -1, 0, None, 0, 3),
        (stamp("2026-10-08 08:01"), 0, 5, free, -1, None, 0, 4),
        (stamp("2026-10-08 08:02"), 0, 4, -1, 0, 982_500, 0, 5),
    ]
    assert (log.persons, log.kinds, log.cases.to_list()) == (PERSONS, tuple(KINDS), ["C7"])
    assert log.targets[free] == "lift 3"
    assert log.rejected_rows == 0
    (file,) = log.files
    assert (file.name, file.rows, file.encoding) == (str(path), 4, "utf-8")
    assert file.sha256 == hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize("text", [
    "2026-10-08 07:55", "2026-10-08 07:55:00", "2026-10-08T07:55:00", "2026-10-08T07:55", "2026/10/8 7:55",
    "2026/10/08 07:55:00", "２０２６-10-08 ０７：５５", " 2026-10-08 07:55 ", "2026-10-08 07:55:00.900",
    "2026-10-08T07:55:00+08:00", "2026-10-07 23:55Z", "2026-10-08 00:55+0100", "2026-10-07T23:55:00Z",
])  # fmt: skip
def test_instants_are_local_seconds(text: str) -> None:
    log = read_row(at=text)
    assert rejected(log) == []
    assert log.frame["at"].to_list() == [stamp("2026-10-08 07:55")]


@pytest.mark.parametrize("text", [
    "2026-10-08", "07:55", "2026-13-08 07:55", "2026-10-08 24:00", "26-10-08 07:55", "soon", "2026-10-08 07:55+99:00",
    "0026-10-08 07:55", "46303.33",
])  # fmt: skip
def test_what_is_not_an_instant_is_rejected(text: str) -> None:
    log = read_row(at=text)
    assert rejected(log) == [(2, "at", text, "not an instant", "write 2026-10-08 07:55")]
    assert log.frame.is_empty()


def test_every_way_of_writing_an_instant_may_stand_in_one_column() -> None:
    ways = ["2026-10-08 07:55:00", "2026/10/8 7:55", "bad", "2026-10-07T23:55:00Z", None, "2026-10-08 07:55"]
    found, bad = encode.instants(pl.Series(ways), "Asia/Shanghai")
    at = stamp("2026-10-08 07:55")
    assert found.to_list() == [at, at, None, at, None, at]
    assert bad.tolist() == [2]


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("3", 30_000),
        ("-0.5", -5_000),
        ("1.50000", 15_000),
        ("３", 30_000),
        ("+2", 20_000),
        ("100000000000.0001", 10**15 + 1),
    ],
)
def test_values_are_ten_thousandths(cell: str, number: int) -> None:
    log = read_row(kind="survey", value=cell)
    assert rejected(log) == []
    assert log.frame["value"].to_list() == [number]


@pytest.mark.parametrize("cell", ["1.23456", "x", "1e3", "1,5", "nan", "inf", "1_0", "9999999999999999"])
def test_what_is_not_a_number_of_four_decimals_is_rejected(cell: str) -> None:
    assert rejected(read_row(kind="survey", value=cell)) == [
        (2, "value", cell, "not a number of at most four decimals", None)
    ]


def test_floats_are_read_as_the_decimals_they_print() -> None:
    found, bad = encode.numbers(pl.Series([0.1, 98.7654, 1.1, float("nan"), None, 0.12345, float("inf")]))
    assert found.to_list() == [1000, 987_654, 11_000, None, None, None, None]
    assert bad.tolist() == [5, 6]


@pytest.mark.parametrize(
    ("cells", "line"),
    [
        ({"at": ""}, ("at", "", "not an instant", "write 2026-10-08 07:55")),
        ({"person": " "}, ("person", " ", "no person", None)),
        ({"person": "wnag"}, ("person", "wnag", "unknown person", "did you mean 'wang'?")),
        ({"kind": None}, ("kind", None, "no kind", None)),
        (
            {"kind": "patrol.bilding"},
            ("kind", "patrol.bilding", "unknown kind", "did you mean 'patrol.building'?"),
        ),
        ({"kind": "patrol.building"}, ("target", None, "no target", None)),
        ({"kind": "posted", "target": " "}, ("target", " ", "no target", None)),
        (
            {"kind": "patrol.building", "target": "b1-101"},
            ("target", "b1-101", "not a registered building", "did you mean 'b1-101'?"),
        ),
        ({"kind": "visit.home", "target": "zzz"}, ("target", "zzz", "not a registered unit", None)),
        ({"kind": "complaint.opened", "case": ""}, ("case", "", "no case", None)),
        ({"kind": "survey"}, ("value", None, "no value", None)),
        (
            {"kind": "finding.D4-3.5.3", "value": "two"},
            ("value", "two", "not a number of at most four decimals", None),
        ),
        (
            {"kind": "patrol.building", "target": "b1", "place": "units"},
            ("place", "units", "not one of unit, perimeter", "did you mean 'unit'?"),
        ),
        ({"kind": "posted", "target": "x", "blank_cells": "1.5"}, ("blank_cells", "1.5", "not a whole number", None)),
        (
            {"kind": "posted", "target": "x", "signed": "maybe"},
            ("signed", "maybe", "not one of yes, no, true, false, 1, 0", None),
        ),
        (
            {"kind": "complaint.opened", "case": "C", "due_at": "2026-10-09"},
            ("due_at", "2026-10-09", "not an instant", None),
        ),
        ({"revision": "1.5"}, ("revision", "1.5", "not a whole number", None)),
        ({"voided": "perhaps"}, ("voided", "perhaps", "not one of yes, no, true, false, 1, 0", None)),
        ({"state": "plan"}, ("state", "plan", "not one of done, planned", "did you mean 'planned'?")),
    ],
)
def test_one_bad_cell_is_one_reject_and_no_event(cells: dict[str, object], line: tuple[object, ...]) -> None:
    log = log_from_rows([row(**cells), row(at="2026-10-08 09:00")], **KNOWN)
    assert rejected(log) == [(2, *line)]
    assert log.frame["row"].to_list() == [3]


def test_a_row_is_rejected_with_every_reason_and_counts_once(write: Write) -> None:
    path = write("at,person,kind,target,value\n8:00,lii,survey,,x\n2026-10-08 08:00,li,survey,,1\n")
    log = read_log([path], **KNOWN)
    assert [(line[0], line[1]) for line in rejected(log)] == [(2, "at"), (2, "person"), (2, "value")]
    assert (log.rejected_rows, log.files[0].rows, log.frame.height) == (1, 2, 1)
    assert log.rejects["file"].to_list() == [str(path)] * 3


def test_findings_may_carry_a_number_and_need_none() -> None:
    log = log_from_rows([row(kind="finding.D4-3.5.3", value=value) for value in (None, "2")], **KNOWN)
    assert log.frame["value"].to_list() == [None, 20_000]


def test_a_target_of_two_types_serves_both() -> None:
    log = read_row(kind="visit.home", target="both")
    assert [log.targets[code] for code in log.frame["target"]] == ["both"]
    assert log.targets.to_list().count("both") == 1


def test_an_unknown_person_is_nobody_where_anyone_may_come() -> None:
    log = log_from_rows([row(kind="complaint.opened", case=case, person=who) for case, who in
                         (("A", "a guest"), ("B", None), ("A", "张三"))], **KNOWN)  # fmt: skip
    assert log.frame.select("person", "case").rows() == [(-1, 0), (-1, 1), (2, 0)]


def test_attributes_have_the_types_of_their_declarations() -> None:
    cells = {"blank_cells": " 3 ", "signed": "Yes", "title": " 公告 ", "outcome": "done", "due_at": "2026-10-09 08:00"}
    log = read_row(kind="posted", target="lift", **cells)
    attributes = log.frame.drop("at", "person", "kind", "target", "case", "value", "file", "row")
    assert [(name, type(dtype)) for name, dtype in attributes.schema.items()] == [
        ("outcome", pl.Categorical), ("due_at", pl.Int64), ("blank_cells", pl.Int64), ("signed", pl.Boolean),
        ("title", pl.Categorical),
    ]  # fmt: skip
    assert attributes.rows() == [("done", stamp("2026-10-09 08:00"), 3, True, "公告")]


def test_an_attribute_is_checked_only_in_rows_of_kinds_that_declare_it() -> None:
    log = log_from_rows([row(blank_cells="many"), row(kind="posted", target="x", blank_cells="many")], **KNOWN)
    assert [line[:3] for line in rejected(log)] == [(3, "blank_cells", "many")]
    assert log.frame["blank_cells"].to_list() == [None]


def test_an_attribute_that_two_kinds_declare_differently_is_text() -> None:
    kinds = {"a": Kind("a", attributes={"x": INTEGER}), "b": Kind("b", attributes={"x": TEXT})}
    rows = [row(kind="a", x="1"), row(kind="b", x="one"), row(kind="a", x="one")]
    log = log_from_rows(rows, kinds=kinds, persons=PERSONS, targets={})
    assert log.frame["x"].to_list() == ["1", "one"]
    assert [line[:2] for line in rejected(log)] == [(4, "x")]


def test_text_to_one_kind_is_still_a_truth_a_number_or_an_instant_to_another() -> None:
    types = {"truth": BOOLEAN, "number": INTEGER, "instant": INSTANT, "text": TEXT}
    kinds = {name: Kind(name, attributes={"x": each}) for name, each in types.items()}
    cells = ["Yes", "0", "", " 3.0 ", "2026-10-09 08:00", "Yes"]
    rows = [row(kind=kind, x=x) for kind, x in zip([*["truth"] * 3, "number", "instant", "text"], cells, strict=True)]
    log = log_from_rows(rows, kinds=kinds, persons=PERSONS, targets={})
    assert log.frame["x"].to_list() == ["true", "false", None, "3", str(stamp("2026-10-09 08:00")), "Yes"]
    assert rejected(log) == []


def test_an_attribute_declared_differently_still_says_what_its_kind_declares() -> None:
    kinds = {
        name: Kind(name, attributes={"said": each})
        for name, each in {"flag": BOOLEAN, "count": INTEGER, "when": INSTANT, "words": TEXT}.items()
    }
    cells = [
        ("flag", "no"),
        ("flag", "1"),
        ("count", "3.0"),
        ("when", "2026-10-08T07:55"),
        ("words", "no"),
        ("flag", ""),
    ]
    log = log_from_rows([row(kind=kind, said=cell) for kind, cell in cells], **KNOWN | {"kinds": kinds})
    assert log.frame["said"].cast(pl.String).to_list() == [
        "false",
        "true",
        "3",
        str(stamp("2026-10-08 07:55")),
        "no",
        None,
    ]
    assert not len(log.rejects)


def test_blanks_around_words_do_not_count() -> None:
    log = read_row(person=" li ", kind="patrol.building ", target="\u3000b1")
    assert rejected(log) == []
    assert log.frame.select("person", "kind").rows() == [(0, 0)]


def test_memory_rows_may_hold_values_that_are_not_text() -> None:
    log = read_row(at=datetime(2026, 10, 8, 7, 55), kind="posted", target="x", value=2.5, signed=True, blank_cells=4)
    assert log.frame.select("at", "value", "signed", "blank_cells").rows() == [
        (stamp("2026-10-08 07:55"), 25_000, True, 4)
    ]
    assert rejected(read_row(at=date(2026, 10, 8)))[0][2] == "2026-10-08"
    assert (log.files[0].name, log.files[0].encoding) == ("<memory>", "memory")


def test_no_files_are_an_empty_log() -> None:
    assert read_log([], **KNOWN).frame.is_empty()


def test_no_rows_are_an_empty_log() -> None:
    log = log_from_rows([], **KNOWN)
    assert (log.frame.height, log.rejected_rows, log.files[0].rows) == (0, 0, 0)
    assert log.frame.columns[:8] == ["at", "person", "kind", "target", "case", "value", "file", "row"]


@pytest.mark.parametrize(
    ("encoding", "found"),
    [("utf-8", "utf-8"), ("utf-8-sig", "utf-8-sig"), ("gb18030", "gb18030"), ("big5", "big5"), ("utf-16", "utf-16")],
)
def test_encodings_are_told_apart_by_the_words_of_the_estate(write: Write, encoding: str, found: str) -> None:
    text = "at,person,kind,target\n2026-10-08 07:55,li,patrol.building,海棠一棟\n"
    log = read_log([write(text, encoding=encoding)], **KNOWN)
    assert [log.targets[code] for code in log.frame["target"]] == ["海棠一棟"]
    assert log.files[0].encoding == found


@pytest.mark.parametrize(
    ("encoding", "note"),
    [("gb18030", "早会内容：电梯困人应急处理，业主已回访"), ("big5", "早會內容：電梯困人應急處理，業主已回訪")],
)
def test_encodings_are_told_apart_by_ordinary_characters(write: Write, encoding: str, note: str) -> None:
    text = f"at,person,kind,outcome\n2026-10-08 07:55,li,meeting.project,{note}\n"
    log = read_log([write(text, encoding=encoding)], **KNOWN)
    assert log.frame["outcome"].to_list() == [note]
    assert log.files[0].encoding == encoding


def test_a_named_encoding_is_used_strictly(write: Write) -> None:
    path = write("at,person,kind\n2026-10-08 07:55,张三,meeting.project\n", encoding="gb18030")
    assert read_log([path], encoding="gb18030", **KNOWN).frame["person"].to_list() == [2]
    with pytest.raises(InputError, match="the file is not utf-8 text"):
        read_log([path], encoding="utf-8", **KNOWN)


def test_bytes_of_no_encoding_are_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.csv"
    path.write_bytes(b"at,person,kind\n\xff\xff\xff\xff,li,x\n")
    with pytest.raises(InputError) as caught:
        read_log([path], **KNOWN)
    assert [each.code for each in caught.value.diagnostics] == ["log.bad-encoding"]


def test_rows_with_too_many_cells_are_rejected_by_number(write: Write) -> None:
    path = write(
        "at,person,kind\n"
        "2026-10-08 07:55,li,meeting.project\n"
        "2026-10-08 07:56,li,meeting.project,a,b\n"
        "2026-10-08 07:57,li,meeting.project,,\n"
        '"2026-10-08\n",li,meeting.project\n'
        "2026-10-08 07:59,li,meeting.project\n"
    )
    log = read_log([path], **KNOWN)
    whole = "2026-10-08 07:56,li,meeting.project,a,b"
    assert rejected(log) == [
        (3, None, whole, "more cells than the header", "quote cells that hold a comma"),
        (5, "at", "2026-10-08\n", "not an instant", "write 2026-10-08 07:55"),
    ]
    assert log.frame["row"].to_list() == [2, 4, 6]
    assert log.files[0].rows == 5


def test_blank_rows_keep_their_numbers_and_are_no_rows(write: Write) -> None:
    text = "at,person,kind,note\n\n2026-10-08 07:55,li,meeting.project,\n,,,\n,,,left over\n"
    log = read_log([write(text)], **KNOWN)
    assert log.frame["row"].to_list() == [3]
    assert [line[:2] for line in rejected(log)] == [(5, "at"), (5, "person"), (5, "kind")]
    assert log.files[0].rows == 2


def test_parquet_with_instants_and_with_text(tmp_path: Path) -> None:
    words = pl.DataFrame({"person": ["li", "who"], "kind": ["survey", "survey"], "value": [1.5, 2.0]})
    typed = words.with_columns(at=pl.Series([datetime(2026, 10, 8, 7, 55)] * 2))
    zoned = words.with_columns(at=pl.Series([datetime(2026, 10, 7, 23, 55, tzinfo=UTC)] * 2))
    text = words.with_columns(at=pl.lit("2026-10-08 07:55"), value=pl.col("value").cast(pl.String))
    for name, frame in (("typed", typed), ("zoned", zoned), ("text", text)):
        frame.write_parquet(tmp_path / f"{name}.parquet")
        log = read_log([tmp_path / f"{name}.parquet"], **KNOWN)
        assert log.frame.select("at", "person", "value", "row").rows() == [(stamp("2026-10-08 07:55"), 0, 15_000, 2)]
        assert rejected(log) == [(3, "person", "who", "unknown person", None)]
        assert log.files[0].encoding == "parquet"


def test_many_rows_are_coded_as_few_are() -> None:
    units = [f"u{number:05d}" for number in range(30_000)]
    found = [*units * 6, " u00007 ", "stranger", "", None]
    index = words.Index(units)
    codes = index.codes(pl.Series(found, dtype=pl.String))
    assert codes.tolist() == [*list(range(30_000)) * 6, 7, words.UNKNOWN, words.EMPTY, words.EMPTY]


@pytest.mark.parametrize("seed", range(40))
def test_a_word_is_found_whichever_place_its_hash_gives_it(seed: int) -> None:
    random = Random(seed)
    known = list(dict.fromkeys("".join(random.choices("ab海-", k=random.randint(1, 9))) for _ in range(5 * seed)))
    cells = [random.choice([None, "", " ", "z", *known, *(f" {word}" for word in known)]) for _ in range(200)]
    number = {word: place for place, word in enumerate(known)}
    wanted = [number.get(cell.strip(), words.UNKNOWN) if cell and cell.strip() else words.EMPTY for cell in cells]
    assert words.Index(known).codes(pl.Series(cells, dtype=pl.String)).tolist() == wanted


LONG = (
    "at,person,kind,target,case,value,outcome,title,recorded_at,note\n"
    "2026-10-08 08:01,li,posted,lift 3,, ,done, one ,,\n"
    "2026-10-08 08:02,,complaint.opened,,C7,,done,,some day,\n"
    ",,,,,,,,,\n"
    "2026-10-08 08:03,lii,survey,,,x,,,,\n"
    ",,,,,,,,,left over\n"
    "2026-10-08 08:04,li,posted,lift 1,C9,, done,two,never,a\n"
    "2026-10-08 08:04,li,posted,lift 1,C9,,done,two,,a\n"
    "2026-10-08 08:04,li,posted,lift 1,C9,,done,two,,b,c\n"
    "2026-10-08 08:05,li,posted,lift 3,C7,1.5,reached,one,2026-11-05,\n"
    "2026-10-08 08:06,wang,patrol.building,b3,,,,,,\n"
    "2026-10-08 08:07,wang,patrol.building,b2,C8,,,,,\n"
)


@pytest.mark.parametrize("size", [1, 2, 3, 5])
def test_a_log_is_the_same_whatever_the_stretches(write: Write, monkeypatch: pytest.MonkeyPatch, size: int) -> None:
    paths = [write(LONG, "a.csv"), write(LONG.replace("C8", "C0"), "b.csv")]
    whole = read_log(paths, recorded_before=datetime(2026, 11, 4), **KNOWN)
    assert (whole.frame.height, whole.rejected_rows, whole.late.height, len(whole.notices)) == (6, 8, 2, 5)
    monkeypatch.setattr(files, "_STRETCH", size)
    parts = read_log(paths, recorded_before=datetime(2026, 11, 4), **KNOWN)
    assert parts.frame.rows() == whole.frame.rows()
    for name in ("rejects", "late", "targets", "cases"):
        assert getattr(parts, name).equals(getattr(whole, name))
    assert (parts.files, parts.notices) == (whole.files, whole.notices)


def test_parquet_that_breaks_off_is_an_error(tmp_path: Path) -> None:
    path = tmp_path / "log.parquet"
    frame = pl.DataFrame({"at": ["2026-10-08 07:55"] * 500, "person": [f"p{n}" for n in range(500)], "kind": "survey"})
    frame.write_parquet(path, compression="uncompressed")
    data = bytearray(path.read_bytes())
    data[4:600] = b"\xff" * 596
    path.write_bytes(data)
    with pytest.raises(InputError) as caught:
        read_log([path, path], **KNOWN)
    assert [each.code for each in caught.value.diagnostics] == ["log.bad-parquet"] * 2


def test_unknown_columns_are_left_out_with_a_notice(write: Write) -> None:
    path = write("at,person,kind,note,vlaue\n2026-10-08 07:55,li,meeting.project,x,1\n")
    log = read_log([path], **KNOWN)
    assert "vlaue" not in log.frame.columns
    (notice,) = log.notices
    assert (notice.code, notice.hint, notice.severity) == ("log.unknown-column", "did you mean 'value'?", "warning")
    assert str(notice.where) == f"{path}:row 1:vlaue"


def test_problems_of_all_files_are_raised_together(write: Write, tmp_path: Path) -> None:
    (tmp_path / "folder.csv").mkdir()
    (tmp_path / "bad.parquet").write_bytes(b"PAR?")
    paths = [
        tmp_path / "none.csv", tmp_path / "folder.csv", write("x", "log.txt"), write("", "empty.csv"),
        write(" \n", "blank.csv"), tmp_path / "bad.parquet", write("at,persn,kind\n", "typo.csv"),
        write("at,person,kind,at\n", "twice.csv"), write('at,person,kind\n"x', "quote.csv"),
    ]  # fmt: skip
    with pytest.raises(InputError) as caught:
        read_log(paths, **KNOWN)
    found = {(Path(str(each.where).split(":row")[0]).name, each.code, each.hint) for each in caught.value.diagnostics}
    assert found == {
        ("none.csv", "log.no-such-file", None),
        ("folder.csv", "log.is-a-directory", None),
        ("log.txt", "log.unknown-format", None),
        ("empty.csv", "log.empty-file", None),
        ("blank.csv", "log.empty-file", None),
        ("bad.parquet", "log.bad-parquet", None),
        ("typo.csv", "log.missing-column", "did you mean 'persn'?"),
        ("twice.csv", "log.duplicate-column", None),
        ("quote.csv", "log.bad-csv", None),
    }


def test_plans_are_events_only_in_a_forecast() -> None:
    rows = [row(state="planned"), row(at="2026-10-08 09:00", state="done")]
    without, forecast = (log_from_rows(rows, forecast=wanted, **KNOWN) for wanted in (False, True))
    assert (without.planned, without.frame["row"].to_list(), without.rejected_rows) == (1, [3], 0)
    assert (forecast.planned, forecast.frame["row"].to_list()) == (1, [2, 3])


def test_rows_recorded_too_late_are_listed(write: Write) -> None:
    path = write(
        "at,person,kind,recorded_at\n"
        "2026-10-08 07:55,li,meeting.project,2026-11-04 00:00\n"
        "2026-10-08 07:56,li,meeting.project,2026-11-03 23:59:59\n"
        "2026-10-08 07:57,li,meeting.project,\n"
        "2026-10-08 07:58,li,meeting.project,2026-11-04\n"
        "2026-10-08 07:59,li,meeting.project,some day\n"
    )
    log = read_log([path], recorded_before=datetime(2026, 11, 4), **KNOWN)
    assert log.frame["row"].to_list() == [3, 4, 6]
    assert log.late.rows() == [(str(path), 2), (str(path), 5)]
    assert [(each.code, str(each.where)) for each in log.notices] == [
        ("log.unreadable-recorded-at", f"{path}:row 6:recorded_at")
    ]
    assert read_log([path], **KNOWN).frame.height == 5


def test_rejects_are_written_whole_and_harmless(tmp_path: Path) -> None:
    path = tmp_path / "rejects.csv"
    write_rejects(read_row(person="=cmd()", kind="-x").rejects, path)
    assert path.read_bytes().startswith(b"\xef\xbb\xbffile,row,column,value,reason,hint\n")
    lines = path.read_text("utf-8-sig").splitlines()
    assert lines[1:] == ["<memory>,2,person,'=cmd(),unknown person,", "<memory>,2,kind,'-x,unknown kind,"]
    assert [each.name for each in tmp_path.iterdir()] == ["rejects.csv"]


@pytest.mark.parametrize("suffix", ["csv", "jsonl", "xlsx", "parquet"])
def test_a_file_larger_than_memory_may_be_is_not_read(tmp_path: Path, suffix: str) -> None:
    path = tmp_path / f"log.{suffix}"
    with path.open("wb") as file:
        file.truncate((1 << 31) + 1)  # none of it is stored
    with pytest.raises(InputError) as caught:
        read_log([path], **KNOWN)
    [told] = caught.value.diagnostics
    assert (told.code, told.hint) == ("log.too-large", "split it by time")
