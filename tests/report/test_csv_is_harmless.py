"""No cell of any CSV that people open is a formula, and each file says that it is UTF-8."""

import csv
import io
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.cli.main import main
from dutyrules.report.plan import write_plan
from tests.report import form_world, month_world
from tests.report.lane import lane

RISKY = ("=", "+", "-", "@", "\t", "\r")

MAPPING = """\
format: csv
source: gate
header: [Day, Who]
leave: {from: Leave, on: Day, kinds: [=事假]}
columns:
  at: {from: At, on: Day}
  person: {from: Who, lookup: name}
  target: {from: Place}
  note: {from: Note}
constants: {kind: gate.opened}
flag: {Note: {"*": "=look"}}
"""
EXPORT = """\
Day,At,Who,Place,Note,Leave
2026-10-29,07:00,O'Hara,@gate,=1+1,
2026-10-29,07:01,=1+1,+gate,-1,
2026-10-29,07:02,@nobody,=gate,"\tx",
2026-10-29,07:03,O'Hara,"\r-gate",+1,"=事假10-29 09:00到10-29 18:00"
"""


def cells(path: Path) -> list[str]:
    data = path.read_bytes()
    assert data.startswith(b"\xef\xbb\xbf"), path
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert len(rows) > 1, path
    return [cell for row in rows for cell in row]


def harmless(path: Path) -> bool:
    return not any(cell.startswith(RISKY) for cell in cells(path))


def held_back(path: Path) -> int:
    """In how many cells an apostrophe keeps a spreadsheet from computing."""
    return sum(cell.startswith(tuple(f"'{sign}" for sign in RISKY)) for cell in cells(path))


@pytest.fixture
def guards(tmp_path: Path) -> Path:
    return month_world.write_estate(tmp_path)


def test_scores_and_what_was_rejected(guards: Path) -> None:
    with (guards / "log.csv").open("a", encoding="utf-8") as log:
        log.write("=1,+who,-what\n@9,=li,gate.opened\n")
    command = ["score", "--estate", str(guards), "--log", str(guards / "log.csv"), "--month", "2026-10"]
    assert main([*command, "--out", str(guards / "out" / "scores.csv")]) == 4
    for name, least in (("scores.csv", 2), ("rejects.csv", 5)):
        assert harmless(guards / "out" / name)
        assert held_back(guards / "out" / name) >= least


def test_imports_and_all_that_stands_beside_them(guards: Path) -> None:
    (guards / "mapping.yaml").write_text(MAPPING, "utf-8")
    (guards / "export.csv").write_bytes(EXPORT.encode())
    out = guards / "log" / "gate.csv"
    command = ["import", str(guards / "mapping.yaml"), str(guards / "export.csv"), "--estate", str(guards)]
    assert main([*command, "--out", str(out)]) == 4
    for ending, least in ((".csv", 3), (".rejects.csv", 1), (".flags.csv", 0), (".leave.csv", 1)):
        assert harmless(out.with_suffix(ending)), ending
        assert held_back(out.with_suffix(ending)) >= least, ending
    assert main([*command, "--out", str(out), "--check"]) == 4
    assert harmless(out.with_suffix(".coverage.csv"))
    estate = dr.load_estate(guards)
    log = dr.read_log([out], estate)
    assert {log.targets[code] for code in log.frame["target"]} >= {"@gate", "+gate"}


def test_plans_and_the_waivers_that_they_propose(tmp_path: Path) -> None:
    estate, plan = lane(tmp_path, closed=["-1-101", "u04"])
    write_plan(plan, estate, tmp_path / "out" / "plan.csv", "en")
    written = sorted((tmp_path / "out").iterdir())
    assert [path.name for path in written] == ["plan.csv", "plan.waivers.csv"]
    assert all(map(harmless, written))
    assert held_back(tmp_path / "out" / "plan.csv") > 0


def test_forms_that_came_back(tmp_path: Path) -> None:
    estate = form_world.write_estate(tmp_path / "garden")
    filled = form_world.form(estate)
    filled.write("li", "G-9.2.1", 次数=1, 地点="@east", 备注="=1+1")
    filled.write("li", "G-9.2.2", 次数="=2")
    filled.saved()
    out = tmp_path / "found.csv"
    assert main(["form", "read", str(filled.path), "--estate", str(estate), "--out", str(out)]) == 4
    assert harmless(out)
    assert held_back(out) == 2
    assert harmless(out.with_suffix(".rejects.csv"))
    assert held_back(out.with_suffix(".rejects.csv")) == 1
