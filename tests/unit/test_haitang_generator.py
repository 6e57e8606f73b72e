"""The example estate is what its generator writes, and is as large as its stories need."""

import csv
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
import yaml

ROOT = Path(__file__).resolve().parents[2]
HAITANG = ROOT / "examples" / "haitang"
TRUTH = ROOT / "tests" / "truth" / "haitang-2026-10.yaml"
_BY_HAND = {"README.md", "generate.py"}
_MEBIBYTE = 2**20


def _generate(*words: str) -> None:
    subprocess.run([sys.executable, "-B", str(HAITANG / "generate.py"), *words], check=True, capture_output=True)


def _files(folder: Path) -> dict[str, bytes]:
    """The files of an estate apart from the generator itself."""
    found = [path for name in (".", "books", "lookups", "logs", "exports") for path in (folder / name).iterdir()]
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(found)
        if path.is_file() and path.name not in _BY_HAND
    }


def _rows(name: str, encoding: str = "utf-8-sig") -> list[dict[str, str]]:
    with (HAITANG / name).open(encoding=encoding, newline="") as file:
        return list(csv.DictReader(file))


def _encoding(path: Path) -> str:
    return "gb18030" if path.name.startswith("hr") else "utf-8-sig"


@pytest.fixture(scope="module")
def again(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("haitang")
    _generate("--out", str(folder), "--truth", str(folder.parent / "truth.yaml"))
    return folder


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    table: dict[str, Any] = yaml.safe_load(TRUTH.read_text(encoding="utf-8"))
    return table


def test_the_committed_files_are_what_the_generator_writes(again: Path) -> None:
    written, committed = _files(again), _files(HAITANG)
    assert sorted(written) == sorted(committed)
    assert [name for name in written if written[name] != committed[name]] == []
    assert (again.parent / "truth.yaml").read_bytes() == TRUTH.read_bytes()


def test_another_seed_writes_another_log_with_the_same_stories(tmp_path: Path, truth: dict[str, Any]) -> None:
    _generate("--out", str(tmp_path), "--seed", "7")
    other = yaml.safe_load((tmp_path / "haitang-2026-10.yaml").read_text(encoding="utf-8"))
    assert (tmp_path / "units.csv").read_bytes() != (HAITANG / "units.csv").read_bytes()
    assert other["plants"] == truth["plants"]
    assert other["sheets"] == truth["sheets"]


def test_a_diligent_month_has_nothing_planted(tmp_path: Path) -> None:
    _generate("--out", str(tmp_path), "--diligent")
    other = yaml.safe_load((tmp_path / "haitang-2026-10.yaml").read_text(encoding="utf-8"))
    assert not other["breaches"]
    assert not other["excused"]
    assert not other["rejects"]


def test_the_files_are_small() -> None:
    sizes = {name: len(data) for name, data in _files(HAITANG).items()}
    assert max(sizes.values()) < _MEBIBYTE
    assert sum(sizes.values()) < 6 * _MEBIBYTE


def test_buildings_of_each_patch() -> None:
    counts = Counter(row["area"] for row in _rows("buildings.csv"))
    assert len(counts) == 12
    assert 95 <= counts.total() <= 110
    assert all(12 <= count <= 15 for area, count in counts.items() if area[:2] in ("海棠", "樱花"))
    assert counts["梅园四区"] == 4
    assert all(6 <= count <= 9 for area, count in counts.items() if area[:2] in ("桂花", "梅园") and area != "梅园四区")


def test_units_and_their_states() -> None:
    units = _rows("units.csv")
    assert 1_350 <= len({row["unit"] for row in units}) <= 1_650
    assert {row["state"] for row in units} == {"occupied", "vacant", "not_moved_in"}
    assert sum(count > 1 for count in Counter(row["unit"] for row in units).values()) >= 8
    buildings = {row["building"] for row in _rows("buildings.csv")}
    assert {row["building"] for row in units} == buildings


def test_tables_name_only_registered_units_and_people() -> None:
    units = {row["unit"] for row in _rows("units.csv")}
    people = {row["person"] for row in _rows("people.csv")}
    assert {row["unit"] for row in _rows("permits.csv") + _rows("arrears.csv")} <= units
    assert {row["person"] for row in _rows("roster.csv") + _rows("leave.csv") + _rows("settlements.csv")} <= people


def test_one_butler_at_a_time_holds_a_patch() -> None:
    posts = sorted(
        (row["area"], row["from"] or "0", row["to"] or "9")
        for row in _rows("people.csv")
        if row["role"] == "area_butler"
    )
    assert len({area for area, _, _ in posts}) == 12
    for (area, _, end), (later_area, start, _) in pairwise(posts):
        assert area != later_area or end < start


def test_events(truth: dict[str, Any]) -> None:
    log = sorted((HAITANG / "logs").glob("*.csv"))
    rows = {path.name: _rows(f"logs/{path.name}", _encoding(path)) for path in log}
    assert 10_000 <= sum(entry["rows"] for entry in truth["rows"]) <= 20_000
    told = {Path(entry["file"]).name: entry["rows"] for entry in truth["rows"] if entry["file"].startswith("logs/")}
    assert {name: len(each) for name, each in rows.items()} == told
    for entry in truth["rejects"]:
        refused = rows[Path(entry["file"]).name][entry["row"] - 2]
        assert entry["column"] in refused
    with pytest.raises(UnicodeDecodeError):
        (HAITANG / "logs" / "hr-2026-10.csv").read_text(encoding="utf-8")


def test_truth_is_consistent(truth: dict[str, Any]) -> None:
    stories = {entry["plant"] for entry in truth["plants"]}
    assert {entry["plant"] for entry in truth["breaches"] + truth["excused"]} <= stories
    reasons = {entry["reason"] for entry in truth["breaches"]}
    assert reasons == {"missing", "late", "early", "short", "incomplete", "unsigned", "outside", "disordered", "found"}
    assert 6 <= len(truth["rejects"]) <= 10
    for sheet in truth["sheets"]:
        items = sheet.get("items", {})
        assert sheet.get("marks", 0) == sum(item["marks"] for item in items.values())
