"""`dutyrules plan`: what it prints and writes, and its exit status."""

import io
import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.cli import main as cli
from dutyrules.diagnostics import InputError
from tests.report.lane import write_lane

VISITS = ["plan", "visits", "--estate", "lane", "--period", "2026-10", "--lang", "en"]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    write_lane(tmp_path / "lane")
    monkeypatch.chdir(tmp_path)
    return tmp_path


in_lane = pytest.mark.usefixtures("here")


@in_lane
def test_a_plan_that_meets_everything_is_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(VISITS) == 0
    told = capsys.readouterr()
    assert "every duty is met" in told.out
    assert told.err == ""  # nobody watches a progress that is not on a terminal


def test_shortfalls_are_status_5_before_rejects(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    done = here / "done.csv"
    done.write_text("at,person,kind,target,case\n2026-10-12 10:00,nobody,visit.home,u03,\n", "utf-8")
    arguments = [*VISITS, "--done", "done.csv", "--format", "json"]
    assert cli.main(arguments) == 4
    assert "rejects.csv" in capsys.readouterr().err
    write_lane(here / "lane", closed=["u05"])
    assert cli.main(arguments) == 5
    found = json.loads(capsys.readouterr().out)
    assert found["status"] == "infeasible"


def test_an_interrupted_plan_is_written_and_status_130(here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    write_lane(here / "lane", closed=["u05"])

    plan_visits = dr.plan_visits

    def interrupted(*arguments: Any, **more: Any) -> dr.Plan:
        return replace(plan_visits(*arguments, **more), complete=False)

    monkeypatch.setattr(dr, "plan_visits", interrupted, raising=False)
    assert cli.main([*VISITS, "--out", "plan.json"]) == 130
    assert json.loads((here / "plan.json").read_text("utf-8"))["complete"] is False


@in_lane
@pytest.mark.parametrize(
    ("more", "told"),
    [
        (["--out", "plan.docx"], "the suffix must be one of"),
        (["--out", "wang.ics"], "name one with --person"),
        (["--out", "plan.csv", "--person", "wang"], "--person goes with text and calendars"),
        (["--format", "json", "--person", "wang"], "--person goes with text and calendars"),
    ],
)
def test_wrong_usage_is_status_2(capsys: pytest.CaptureFixture[str], more: list[str], told: str) -> None:
    assert cli.main([*VISITS, *more]) == 2
    assert told in capsys.readouterr().err


@in_lane
@pytest.mark.parametrize(
    ("more", "code"),
    [
        (["--person", "wong"], "plan.unknown-person"),
        (["--out", "lane"], "plan.estate-folder"),
        (["--keep", "none.csv"], "plan.no-file"),
    ],
)
def test_wrong_input_is_status_1(capsys: pytest.CaptureFixture[str], more: list[str], code: str) -> None:
    assert cli.main([*VISITS, *more]) == 1
    assert code in capsys.readouterr().err


@in_lane
@pytest.mark.parametrize("arguments", [["--start", "tomorrow"], ["--period"], ["--format", "pdf"]])
def test_wrong_arguments_are_status_2(arguments: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main([*VISITS, *arguments])
    assert stopped.value.code == 2


@pytest.mark.parametrize("name", ["plan.csv", "plan.json", "plan.xlsx", "plan.html", "plan.txt", "wang.ics"])
def test_every_file_is_the_same_on_repeat(here: Path, name: str) -> None:
    person = ["--person", "wang"] if name == "wang.ics" else []
    for folder in ("one", "two"):
        assert cli.main([*VISITS, "--out", f"{folder}/{name}", *person]) == 0
    assert (here / "one" / name).read_bytes() == (here / "two" / name).read_bytes()


def test_a_folder_gets_everything(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_lane(here / "lane", closed=["u05"])
    assert cli.main([*VISITS, "--out", "october"]) == 5
    names = ["plan.csv", "plan.html", "plan.json", "plan.xlsx", "waivers.csv", "wang.ics"]
    assert sorted(path.name for path in (here / "october").iterdir()) == names
    assert capsys.readouterr().err.count("written: ") == len(names)


@in_lane
def test_what_was_pinned_is_kept(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*VISITS, "--out", "plan.csv"]) == 0
    path = Path("plan.csv")
    lines = path.read_text("utf-8-sig").split("\n")
    lines[1] = lines[1].replace(",no", ",yes")
    path.write_text("\n".join(lines), "utf-8-sig")
    capsys.readouterr()
    assert cli.main([*VISITS, "--keep", "plan.csv", "--format", "csv"]) == 0
    assert lines[1].strip() in capsys.readouterr().out


@in_lane
def test_plans_among_what_was_done_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*VISITS, "--out", "plan.csv"]) == 0
    assert cli.main([*VISITS, "--done", "plan.csv"]) == 0
    assert "count as nothing done" in capsys.readouterr().err


@in_lane
def test_a_terminal_sees_one_line_of_progress(monkeypatch: pytest.MonkeyPatch) -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    terminal = Terminal()
    monkeypatch.setattr(sys, "stderr", terminal)
    assert cli.main(VISITS) == 0
    told = terminal.getvalue()
    assert "planning 0/1" in told
    assert "\n" not in told
    assert told.endswith("\r\x1b[K")


@pytest.mark.parametrize("name", ["plan_visits", "plan_patrols"])
def test_planners_are_public(here: Path, name: str) -> None:
    planner = getattr(dr, name)
    (here / "lane" / "estate.yaml").write_text("estate: lane\nareas: {yard: {}}\nbooks: [book.yaml]\n", "utf-8")
    with pytest.raises(InputError, match=r"plan\.no-"):
        planner(dr.load_estate(here / "lane"), "2026-10")


# ---------------------------------------------------------------- all work


@in_lane
def test_work_keeps_several_plans_and_tells_of_days(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*VISITS, "--out", "visits.csv"]) == 0
    work = [*VISITS[:1], "work", *VISITS[2:]]
    assert cli.main([*work, "--keep", "visits.csv", "visits.csv", "--format", "csv"]) == 1  # each visit twice at once
    capsys.readouterr()
    assert cli.main([*work, "--keep", "visits.csv", "--person", "wang"]) == 0
    told = capsys.readouterr().out.split("\n")
    assert told[:2] == ["The lane: work 2026-10, from 2026-10-01 on", "王小明 (wang)"]
    assert told[3].endswith("  08:00–17:30")
    assert cli.main([*VISITS, "--keep", "visits.csv", "visits.csv"]) == 2
    assert capsys.readouterr().err == "plan visits keeps one plan: --keep visits.csv\n"


@in_lane
def test_work_of_kinds_that_no_book_knows(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    estate = here / "lane" / "estate.yaml"
    estate.write_text(estate.read_text("utf-8") + "  work:\n    visit.hom: {minutes: 5}\n", "utf-8")
    assert cli.main([*VISITS[:1], "work", *VISITS[2:]]) == 1
    assert "estate.yaml:10:5: error estate.unknown-kind: there is no event kind visit.hom" in capsys.readouterr().err
