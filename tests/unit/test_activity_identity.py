"""Which rows are one event: docs/semantics.md, "Identity of rows"."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Any

import polars as pl
import pytest

from dutyrules.activity import files
from dutyrules.activity.kinds import INTEGER, Kind
from dutyrules.activity.log import Log
from dutyrules.activity.read import read_log

KNOWN: dict[str, Any] = {
    "kinds": {"visit": Kind("visit", attributes={"lines": INTEGER})},
    "persons": ["li", "wang"],
    "targets": {},
}
READ = Callable[..., Log]


@pytest.fixture
def read(tmp_path: Path) -> READ:
    """Reads logs from texts whose rows need no `person` and `kind`: `11,x` is the 11th hour."""

    def read(*texts: str, **options: Any) -> Log:
        paths = []
        for number, text in enumerate(texts):
            header, *rows = text.split()
            lines = [f"{header},person,kind", *(f"2026-10-08 {row},li,visit" for row in rows)]
            paths.append(tmp_path / f"{number}.csv")
            paths[-1].write_text("\n".join(lines) + "\n")
        return read_log(paths, **KNOWN, **options)

    return read


def places(log: Log) -> list[tuple[int, int]]:
    return log.frame.select("file", "row").rows()


def notices(log: Log) -> list[tuple[str, str]]:
    return [(each.code, str(each.where).rsplit("/", 1)[-1]) for each in log.notices]


def test_the_highest_revision_counts(read: READ) -> None:
    log = read("at,event_id,revision 08:00,a,2 08:01,b, 08:02,a,10 08:03,a,9 08:04,b,0")
    assert places(log) == [(0, 3), (0, 4)]
    assert notices(log) == [("log.revision-conflict", "0.csv:row 3:event_id")]


def test_the_highest_revision_counts_across_files(read: READ) -> None:
    log = read("at,event_id 08:00,a", "at,event_id,revision 08:00,a,1")
    assert places(log) == [(1, 2)]
    assert notices(log) == []


def test_a_voided_event_is_none(read: READ) -> None:
    log = read("at,event_id,revision,voided 08:00,a,0,no 08:00,a,1,yes 08:01,b,0,1 08:01,b,1,0 08:02,c,,TRUE")
    assert places(log) == [(0, 5)]


def test_a_voided_row_without_id_is_none(read: READ) -> None:
    assert places(read("at,voided 08:00,yes 08:00,no")) == [(0, 3)]


def test_of_one_revision_the_first_row_counts(read: READ) -> None:
    same = read("at,event_id,revision,note 08:00,a,1,x 08:00,a,1,x")
    assert (places(same), notices(same)) == ([(0, 2)], [])
    other = read("at,event_id,revision,note 08:00,a,1,x 08:00,a,1,y")
    assert (places(other), notices(other)) == ([(0, 2)], [("log.revision-conflict", "0.csv:row 2:event_id")])


def test_only_the_time_of_recording_may_differ_between_equal_rows_with_ids(read: READ) -> None:
    log = read("at,event_id,recorded_at 08:00,a,2026-10-08 08:00,a,2026-10-09", recorded_before=datetime(2027, 1, 1))
    assert (places(log), notices(log)) == ([(0, 2)], [])


def test_a_revision_that_came_too_late_does_not_count(read: READ) -> None:
    text = "at,event_id,revision,recorded_at 08:00,a,0,2026-10-08 08:01,a,1,2026-12-01"
    assert places(read(text, recorded_before=datetime(2026, 11, 4))) == [(0, 2)]
    assert places(read(text)) == [(0, 3)]


def test_a_rejected_revision_does_not_count(read: READ) -> None:
    log = read("at,event_id,revision 08:00,a,0 08:61,a,1")
    assert places(log) == [(0, 2)]
    assert log.rejected_rows == 1


def test_equal_rows_collapse_across_files(read: READ) -> None:
    log = read("at 08:00 08:01", "at 08:01 08:02")
    assert places(log) == [(0, 2), (0, 3), (1, 3)]
    assert notices(log) == [("log.collapsed-copies", "1.csv:row 2")]


def test_equal_rows_of_one_file_all_count_and_are_flagged(read: READ) -> None:
    log = read("at 08:00 08:00 08:00")
    assert places(log) == [(0, 2), (0, 3), (0, 4)]
    assert notices(log) == [("log.equal-rows", "0.csv:row 3")]
    assert log.notices[0].message == "2 rows are equal to an earlier row of this file; each counts"


def test_the_nth_of_a_file_is_the_nth_of_the_other(read: READ) -> None:
    log = read("at 08:00", "at 08:00 08:00")
    assert places(log) == [(0, 2), (1, 3)]
    assert notices(log) == [("log.collapsed-copies", "1.csv:row 2"), ("log.equal-rows", "1.csv:row 3")]


def test_copies_may_be_written_differently(read: READ) -> None:
    assert places(read("at 08:00", "at 8:00:00")) == [(0, 2)]


@pytest.mark.parametrize("column", ["note", "source", "until", "recorded_by", "unheard_of", "outcome", "case"])
def test_a_difference_in_any_other_column_makes_two_events(read: READ, column: str) -> None:
    assert places(read(f"at,{column} 08:00,x", f"at,{column} 08:00,y")) == [(0, 2), (1, 2)]
    assert places(read(f"at,{column} 08:00,x", f"at,{column} 08:00,x")) == [(0, 2)]
    assert places(read(f"at,{column} 08:00,x", "at 08:00")) == [(0, 2), (1, 2)]
    assert places(read(f"at,{column} 08:00,", "at 08:00")) == [(0, 2)]


def test_the_time_of_recording_makes_no_difference(read: READ) -> None:
    assert places(read("at,recorded_at 08:00,2026-10-08", "at,recorded_at 08:00,2026-10-09")) == [(0, 2)]
    cut = read("at,recorded_at 08:00,2026-10-08", "at 08:00", recorded_before=datetime(2027, 1, 1))
    assert places(cut) == [(0, 2)]


def test_the_place_in_an_export_makes_no_difference(read: READ) -> None:
    """Exports overlap, and are exported again."""
    log = read("at,origin 08:00,a.xlsx:4", "at,origin 08:00,b.xlsx:9")
    assert places(log) == [(0, 2)]
    log = read("at,event_id,origin 08:00,p1,a.xlsx:4", "at,event_id,origin 08:00,p1,b.xlsx:9")
    assert (places(log), notices(log)) == ([(0, 2)], [])


def test_rows_with_an_id_never_collapse_with_rows_without(read: READ) -> None:
    log = read("at,event_id 08:00,a 08:00,b", "at 08:00")
    assert places(log) == [(0, 2), (0, 3), (1, 2)]
    assert notices(log) == []


def test_files_of_different_formats_collapse(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_text("at,person,kind,note,value\n2026-10-08 08:00,li,visit,,1.5\n")
    typed = pl.DataFrame({"at": [datetime(2026, 10, 8, 8)], "person": ["li"], "kind": ["visit"], "note": [""],
                          "value": [1.5], "recorded_at": [datetime(2026, 10, 9)]})  # fmt: skip
    typed.write_parquet(tmp_path / "b.parquet")
    log = read_log([tmp_path / "a.csv", tmp_path / "b.parquet"], **KNOWN)
    assert places(log) == [(0, 2)]


@pytest.mark.parametrize("seed", range(60))
def test_equal_rows_are_found_in_whichever_stretch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, seed: int) -> None:
    random = Random(seed)
    monkeypatch.setattr(files, "_STRETCH", random.randint(1, 6))
    rows = [
        (f"2026-10-08 08:{random.randint(0, seed):02d}", random.choice(["li", "wang"]), random.choice("ab"))
        for _ in range(random.randint(0, 40))
    ]
    if seed % 2:
        rows.sort()
    texts = [sorted(rows[:cut]) if seed % 3 else rows[:cut] for cut in (len(rows) // 2, len(rows))]
    for number, lines in enumerate(texts):
        text = "".join(f"{at},{person},visit,{note}\n" for at, person, note in lines)
        (tmp_path / f"{number}.csv").write_text(f"at,person,kind,note\n{text}")
    log = read_log([tmp_path / f"{number}.csv" for number in range(2)], **KNOWN)
    most = Counter(texts[0]) | Counter(texts[1])  # the n-th of a file is the n-th of the other
    assert log.frame.height == most.total()
    told = [sum((Counter(lines) - Counter(set(lines))).values()) for lines in texts]
    flagged = {str(each.where).rsplit("/", 1)[-1].split(":")[0]: each for each in log.notices if "equal" in each.code}
    assert {name: int(each.message.split()[0]) for name, each in flagged.items()} == {
        f"{number}.csv": count for number, count in enumerate(told) if count
    }
