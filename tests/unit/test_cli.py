"""The command line: exit statuses, files, and never a traceback for bad input."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from dutyrules.cli import main as cli

ROOT = Path(__file__).parents[2]

BOOK = """\
book: corner
source: {id: C1}
roles: {butler: {}}
events: {meeting: {}, patrol: {target: building}}
duties:
  be_on_time: {clause: 1.1, check: attendance, event: meeting, by: 7:55}
scorecards:
  month: {role: butler, per: month, clause: 2,
    items: {1: {marks: 4, lines: {1: {breaches: [be_on_time.late], each: 1}}}}}
"""

LOG = """\
at,person,kind
2026-10-29 07:55:59,li,meeting
2026-10-30 07:56,li,meeting
"""


@pytest.fixture
def corner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    (tmp_path / "estate.yaml").write_text("estate: corner\nareas: {yard: {}}\nbooks: [book.yaml]\n", "utf-8")
    (tmp_path / "people.csv").write_text("person,role,area,from,to\nli,butler,yard,2026-10-29,2026-10-30\n", "utf-8")
    (tmp_path / "log.csv").write_text(LOG, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


in_corner = pytest.mark.usefixtures("corner")

SCORE = ["score", "--estate", ".", "--log", "log.csv", "--month", "2026-10", "--lang", "en"]


@in_corner
def test_score_prints_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*SCORE, "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    person = found["people"][0]
    assert (person["score"], person["marks"], person["percent"]) == ("3", "4", "75.00")
    assert [(one["duty"], one["reason"], one["actual"]) for one in person["breaches"]] == [
        ("be_on_time", "late", "2026-10-30 07:56:00")
    ]
    assert person["breaches"][0]["evidence"] == [{"file": "log.csv", "row": 3}]
    assert person["items"][0]["lines"][0]["breaches"] == [person["breaches"][0]["breach_id"]]


def test_rejected_rows_are_status_4_and_kept(corner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corner / "log.csv").write_text(LOG + "2026-10-30 25:00,li,meeting\n", "utf-8")
    assert cli.main(SCORE) == 4
    assert "rejects.csv" in capsys.readouterr().err
    assert "2026-10-30 25:00" in (corner / "rejects.csv").read_text("utf-8-sig")
    assert cli.main([*SCORE, "--strict"]) == 1


def test_a_wrong_book_is_status_1_with_every_mistake(corner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corner / "book.yaml").write_text(
        BOOK.replace("event: meeting,", "event: meting,").replace("marks: 4", "marks: -4"), "utf-8"
    )
    assert cli.main(SCORE) == 1
    told = capsys.readouterr().err
    assert "book.unknown-event" in told
    assert "did you mean 'meeting'?" in told
    assert "book.bad-negative" in told
    assert "Traceback" not in told


@in_corner
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        ([*SCORE[:-3], "October", "--lang", "en"], 1),
        ([*SCORE, "--person", "wang"], 1),
        ([*SCORE, "--out", "month.docx"], 2),
        (["score", "--estate", "nowhere", "--log", "log.csv", "--month", "2026-10"], 1),
        (["score", "--estate", ".", "--log", "none.csv", "--month", "2026-10"], 1),
        (["explain", "--estate", ".", "--log", "log.csv", "--month", "2026-10", "--person", "li", "9"], 1),
        (["check", "dutyrules:area-buttler"], 1),
        (["check", "dutyrules:area-butler"], 0),
        (["test", "book.yaml"], 1),
    ],
)
def test_exit_status(capsys: pytest.CaptureFixture[str], arguments: list[str], status: int) -> None:
    assert cli.main(arguments) == status
    assert "Traceback" not in capsys.readouterr().err


@in_corner
def test_wrong_usage_is_status_2() -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main(["score", "--estate", "."])
    assert stopped.value.code == 2


def test_planned_rows_need_forecast(corner: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (corner / "log.csv").write_text("at,person,kind,state\n2026-10-29 07:50,li,meeting,planned\n", "utf-8")
    assert cli.main(SCORE) == 1
    assert "score.planned-rows" in capsys.readouterr().err
    assert cli.main([*SCORE, "--forecast"]) == 0
    assert "FORECAST" in capsys.readouterr().out


@in_corner
def test_a_fault_of_ours_is_status_3(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dutyrules.estate.load_estate", None)
    assert cli.main(SCORE) == 3
    assert "fault of dutyrules" in capsys.readouterr().err


@in_corner
def test_an_interrupt_is_status_130(monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupted(_: Path) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("dutyrules.estate.load_estate", interrupted)
    assert cli.main(SCORE) == 130


@in_corner
def test_outputs_are_the_same_on_repeat() -> None:
    for suffix in ("csv", "json", "txt"):
        for name in ("one", "two"):
            assert cli.main([*SCORE, "--out", f"{name}.{suffix}"]) == 0
        assert Path(f"one.{suffix}").read_bytes() == Path(f"two.{suffix}").read_bytes()
    assert Path("one.csv").read_bytes().startswith(b"\xef\xbb\xbf")


def test_cells_that_look_like_formulas_are_text(corner: Path) -> None:
    text = (corner / "people.csv").read_text("utf-8").replace("person,", "person,name,").replace("li,", "li,=1+1,")
    (corner / "people.csv").write_text(text, "utf-8")
    assert cli.main([*SCORE, "--out", "month.csv"]) == 0
    assert "'=1+1" in Path("month.csv").read_text("utf-8-sig")


def test_help_is_light() -> None:
    """`dutyrules --help` waits for no solver, data engine or validator."""
    script = (
        "import sys\n"
        "from dutyrules.cli.main import parser\n"
        "parser().format_help()\n"
        "print(sorted({'ortools', 'polars', 'numpy', 'pydantic', 'yaml'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.slow  # .ci/run runs it from the wheel
def test_demo_runs_the_whole_round(tmp_path: Path) -> None:
    environment = {**os.environ, "PYTHONWARNINGS": "error"}
    done = subprocess.run(
        [sys.executable, "-m", "dutyrules", "demo", "here", "--lang", "en"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
    )
    assert done.returncode == 0, done.stderr
    assert "all passed" in done.stdout
    assert "approved leaves in dingtalk.leave.csv" in done.stdout
    assert "DRAFT: not published" in done.stdout
    assert "granted: it no longer counts" in done.stdout
    assert f"{Path('here') / '2026-10.xlsx'}: the closed month" in done.stdout
    assert f"{Path('here') / '2026-10.html'}: the closed month" in done.stdout
    for plan in ("visits", "patrols"):
        assert {"plan.csv", "plan.json", "plan.xlsx", "b01.ics"} <= {
            file.name for file in (tmp_path / "here" / plan).iterdir()
        }
    assert "Visit a third of the households a month" in done.stdout
    assert (tmp_path / "here" / "due" / "b04.ics").exists()
    month = json.loads((tmp_path / "here" / "2026-10.json").read_text("utf-8"))
    assert month["closed"] is True
    scores = {person["person"]: (person["score"], person["marks"]) for person in month["people"]}
    assert scores["dir"] == ("33", "79")  # item 7, which nobody assessed, is left out
    assert scores["b01"] == ("95.6", "100")  # half a point is given back for the clock at the gate
