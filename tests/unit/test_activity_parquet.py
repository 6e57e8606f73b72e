"""Parquet as programs write it: every type that a column may have, and files that are damaged."""

import io
import random
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from dutyrules.activity import files, parquetfile
from dutyrules.activity.kinds import BOOLEAN, INSTANT, INTEGER, TEXT, AttributeType, Kind
from dutyrules.activity.log import Log
from dutyrules.activity.read import read_log
from dutyrules.diagnostics import InputError

SEEN = {"n": INTEGER, "ok": BOOLEAN, "due_at": INSTANT, "word": AttributeType.of_words("a", "b"), "told": TEXT}
KINDS = {"round": Kind("round"), "mark": Kind("mark", value=True), "seen": Kind("seen", attributes=SEEN)}
AT = datetime(2026, 10, 8, 9, 5)
STAMP = int((AT - datetime(1970, 1, 1)).total_seconds())


def frame(rows: int = 1, **columns: Any) -> pl.DataFrame:
    """Rounds of li, with other columns."""
    return pl.DataFrame({"at": [AT] * rows, "person": ["li"] * rows, "kind": ["round"] * rows} | columns)


def read(data: pl.DataFrame | bytes, folder: Path, **options: Any) -> Log:
    path = folder / "log.parquet"
    if isinstance(data, bytes):
        path.write_bytes(data)
    else:
        data.write_parquet(path, **options)
    return read_log([path], kinds=KINDS, persons=["li"], targets={})


def rejected(log: Log) -> list[tuple[Any, ...]]:
    return log.rejects.select("row", "column", "value", "reason").rows()


def codes(data: pl.DataFrame | bytes, folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(InputError) as caught:
        read(data, folder)
    return [(each.code, each.message) for each in caught.value.diagnostics]


@pytest.mark.parametrize("unit", ["ms", "us", "ns"])
@pytest.mark.parametrize("zone", [None, "UTC", "Asia/Shanghai", "America/New_York"])
def test_instants_of_any_unit_and_zone_are_local(tmp_path: Path, unit: Any, zone: str | None) -> None:
    at = pl.Series([AT]).dt.cast_time_unit(unit)
    if zone is not None:
        at = at.dt.replace_time_zone("Asia/Shanghai").dt.convert_time_zone(zone)
    assert read(frame(at=at), tmp_path).frame["at"].to_list() == [STAMP]


@pytest.mark.parametrize(
    ("at", "told"),
    [
        (pl.Series([date(2026, 10, 8)]), "2026-10-08"),
        (pl.Series([STAMP]), str(STAMP)),
        (pl.Series([None], dtype=pl.Datetime), None),
        (pl.Series([None], dtype=pl.Null), None),
        (pl.Series([datetime(126, 10, 8)]), "0126-10-08 00:00:00.000000"),
        (pl.Series([2**62]).cast(pl.Datetime("us")), str(2**62)),
    ],
)
def test_what_is_no_instant_is_rejected(tmp_path: Path, at: pl.Series, told: str | None) -> None:
    assert rejected(read(frame(at=at), tmp_path)) == [(2, "at", told, "not an instant")]


@pytest.mark.parametrize("kind", [pl.Categorical, pl.Enum(["li", "round"]), pl.Binary])
def test_words_of_a_dictionary_and_bytes_are_words(tmp_path: Path, kind: Any) -> None:
    assert read(frame().with_columns(pl.col("person", "kind").cast(kind)), tmp_path).frame.height == 1


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (Decimal("1.5000"), pl.Decimal(10, 4)),
        (1.5, pl.Float64),
        (1.5, pl.Float32),
        ("1.5", pl.String),
        ("1.5", pl.Categorical),
        (b"1.5", pl.Binary),
    ],
)
def test_numbers_of_every_type_are_exact(tmp_path: Path, value: Any, kind: Any) -> None:
    log = read(frame(kind=["mark"], value=pl.Series([value], dtype=kind)), tmp_path)
    assert log.frame["value"].to_list() == [15_000]


@pytest.mark.parametrize("kind", [pl.Int8, pl.UInt8, pl.Int32, pl.Int64, pl.UInt64, pl.Int128, pl.Float32])
def test_whole_numbers_of_every_width(tmp_path: Path, kind: Any) -> None:
    log = read(frame(kind=["mark"], value=pl.Series([3], dtype=kind)), tmp_path)
    assert log.frame["value"].to_list() == [30_000]


@pytest.mark.parametrize(
    ("value", "kind", "told"),
    [
        (Decimal("1.500001"), pl.Decimal(10, 6), "1.500001"),
        (float("inf"), pl.Float64, "inf"),
        (2**63 - 1, pl.Int64, "9223372036854775807"),
        (True, pl.Boolean, "true"),
        (date(2026, 10, 8), pl.Date, "2026-10-08"),
        (AT, pl.Datetime, "2026-10-08 09:05:00.000000"),
        (time(8), pl.Time, "08:00:00"),
        (timedelta(days=1), pl.Duration, "P1D"),
        (b"\xff\xfe", pl.Binary, "\ufffd\ufffd"),
    ],
)
def test_what_is_no_number_is_never_taken_for_one(tmp_path: Path, value: Any, kind: Any, told: str) -> None:
    """A day is stored as a number of days; it is no value all the same."""
    log = read(frame(kind=["mark"], value=pl.Series([value], dtype=kind)), tmp_path)
    assert rejected(log) == [(2, "value", told, "not a number of at most four decimals")]


@pytest.mark.parametrize(
    ("value", "kind"), [(float("nan"), pl.Float64), (None, pl.Null), (None, pl.Int64), ("", pl.String)]
)
def test_nothing_is_no_value(tmp_path: Path, value: Any, kind: Any) -> None:
    log = read(frame(kind=["mark"], value=pl.Series([value], dtype=kind)), tmp_path)
    assert [(row[0], row[1], row[3]) for row in rejected(log)] == [(2, "value", "no value")]


def test_attributes_of_their_types_and_of_others(tmp_path: Path) -> None:
    """Rows of types that fit, nulls, then each attribute of another type."""
    kinds = ["seen", "seen"]
    whole = {"n": [1, None], "ok": [True, None], "due_at": [AT, None], "word": ["a", None], "told": [7, None]}
    log = read(frame(2, kind=kinds, **whole), tmp_path)
    assert log.frame.select("n", "ok", "due_at", "word", "told").rows() == [(1, True, STAMP, "a", "7"), (None,) * 5]
    other = {"n": [1.5, 2.0], "ok": [2, 1], "due_at": [date(2026, 10, 8), None], "word": [1, None]}
    assert rejected(read(frame(2, kind=kinds, **other), tmp_path)) == [
        (2, "n", "1.5", "not a whole number"),
        (2, "ok", "2", "not one of yes, no, true, false, 1, 0"),
        (2, "due_at", "2026-10-08", "not an instant"),
        (2, "word", "1", "not one of a, b"),
    ]


def test_identity_cases_and_the_cut_off_of_any_type(tmp_path: Path) -> None:
    data = frame(
        3, event_id=[1, 1, 2], revision=[0, 1, None], voided=[False, False, True], case=[5, 5, None], target=[7, 7, 7]
    ).with_columns(recorded_at=pl.Series([AT, AT, None]), state=pl.Series([None, "done", None]))
    log = read(data, tmp_path)
    assert log.frame["row"].to_list() == [3]
    assert (log.cases.to_list(), log.targets.to_list()) == (["5"], ["li", "7"])


def test_columns_that_nobody_reads_may_hold_anything(tmp_path: Path) -> None:
    """Rows that differ only there are two; a row that holds nothing else is not blank; titles may have blanks."""
    nested = [{"a": [1]}, {"a": [2]}, {"a": [2]}, {"a": [9]}]
    wild = pl.Series([0, 1, 1, 2**62]).cast(pl.Datetime("us"))
    data = frame(4, photo=[b"x"] * 4, place=nested, seen=wild).rename({"at": " at "})
    data = data.with_columns(pl.when(pl.int_range(4) < 3).then(pl.col(" at ", "person", "kind")))
    log = read(data, tmp_path)
    assert [(each.code, getattr(each.where, "column", None)) for each in log.notices[:3]] == [
        ("log.unknown-column", name) for name in ("photo", "place", "seen")
    ]
    assert log.frame["row"].to_list() == [2, 3, 4]
    assert [each.code for each in log.notices[3:]] == ["log.equal-rows"]
    assert {row[0] for row in rejected(log)} == {5}


@pytest.mark.parametrize("kind", [pl.List(pl.String), pl.Struct({"a": pl.String}), pl.Array(pl.String, 1)])
@pytest.mark.parametrize("column", ["at", "person", "value", "told", "note"])
def test_a_column_of_lists_or_records_is_an_error(tmp_path: Path, column: str, kind: Any) -> None:
    cells = pl.Series([{"a": "x"} if kind == pl.Struct else ["x"]], dtype=kind)
    assert codes(frame().with_columns(cells.alias(column)), tmp_path) == [
        ("log.nested-column", f"the column {column!r} holds lists or records")
    ]


def test_missing_columns_and_no_rows(tmp_path: Path) -> None:
    assert codes(frame().drop("person"), tmp_path) == [("log.missing-column", "the column 'person' is missing")]
    assert [code for code, _ in codes(pl.DataFrame(), tmp_path)] == ["log.missing-column"] * 3
    assert codes(frame().rename({"kind": "person "}), tmp_path)[0][0] == "log.duplicate-column"
    log = read(frame().head(0), tmp_path)
    assert (log.frame.height, log.files[0].rows, log.rejects.height) == (0, 0, 0)


@pytest.mark.parametrize("compression", ["uncompressed", "snappy", "gzip", "brotli", "lz4", "zstd"])
def test_every_compression(tmp_path: Path, compression: str) -> None:
    assert read(frame(3), tmp_path, compression=compression).frame.height == 3


def test_one_large_group_of_rows_and_many_small_ones_are_the_same(tmp_path: Path) -> None:
    rows = 5_000
    whole = frame(rows, kind=["mark"] * rows, value=pl.Series(range(rows)) % 97, person=["li", "who"] * (rows // 2))
    one, many = read(whole, tmp_path, row_group_size=rows), read(whole, tmp_path, row_group_size=7)
    assert one.frame.rows() == many.frame.rows()
    assert one.rejects.equals(many.rejects)
    assert (one.frame.height, one.rejects["row"][-1]) == (rows // 2, rows + 1)


def test_what_is_no_parquet(tmp_path: Path) -> None:
    packed = io.BytesIO()
    frame().write_parquet(packed)
    whole = packed.getvalue()
    for data in (whole[:-5], whole[:40], b"at,person,kind\n", b"PAR1PAR1", whole[4:]):
        assert codes(data, tmp_path) == [("log.bad-parquet", "the file is not Parquet, or it is damaged")]
    assert codes(b"", tmp_path) == [("log.empty-file", "the file is empty")]


def test_a_damaged_file_is_an_error_or_read_but_never_a_fault(tmp_path: Path) -> None:
    """Bytes here and there are others: most of it is noticed, and nothing but an InputError comes of it."""
    packed = io.BytesIO()
    notes = [f"n{number % 5}" for number in range(300)]
    frame(300, note=notes).write_parquet(packed, compression="uncompressed", row_group_size=100)
    draw, noticed = random.Random(7), 0
    for _ in range(60):
        data = bytearray(packed.getvalue())
        for _ in range(draw.choice([1, 20])):
            data[draw.randrange(len(data))] = draw.randrange(256)
        try:
            read(bytes(data), tmp_path)
        except InputError as error:
            noticed += {each.code for each in error.diagnostics} <= {"log.bad-parquet", "log.missing-column"}
    assert noticed > 20


def test_damage_in_a_column_that_is_read_last(tmp_path: Path) -> None:
    """The notes are looked at only because two rows are equal in everything else."""
    packed = io.BytesIO()
    notes = [f"{number:09}" for number in range(2_000)]
    frame(2_000, note=notes).write_parquet(packed, compression="uncompressed", use_pyarrow=False)
    data = bytearray(packed.getvalue())
    start = data.index(b"000000900")
    data[start - 4 : start + 400] = b"\xff" * 404
    assert codes(bytes(data), tmp_path) == [("log.bad-parquet", "the file is not Parquet, or it is damaged")]


def test_a_file_that_claims_too_many_rows_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parquetfile, "MOST_ROWS", 1_000_000)
    monkeypatch.setattr(files.RawFile, "stretches", None)
    many = pl.select(at=pl.lit(AT), person=pl.lit("li"), kind=pl.lit("round")).select(pl.all().repeat_by(1_000_001))
    data = many.explode("at", "person", "kind")
    assert codes(data, tmp_path) == [("log.too-large", "the file has more than 1 million rows")]
    assert (tmp_path / "log.parquet").stat().st_size < 200_000


def test_a_zoned_instant_of_another_program(tmp_path: Path) -> None:
    """As pandas and Spark write it: in universal time."""
    at = pl.Series([datetime(2026, 10, 8, 1, 5, tzinfo=UTC)])
    assert read(frame(at=at), tmp_path).frame["at"].to_list() == [STAMP]
