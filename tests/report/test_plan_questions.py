"""`plan visits --keep --freeze`, `plan verify` and `plan substitutes`: what they print, and their exit status."""

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

import dutyrules as dr
from dutyrules.cli import main as cli
from dutyrules.plan.moves import REASONS
from dutyrules.plan.visits import plan_visits
from dutyrules.report.language import LANGUAGES, Speech
from dutyrules.report.plan import write_plan
from tests.report.lane import write_lane

LANE = ["--estate", "lane", "--period", "2026-10", "--done", "lane/done.csv", "--lang", "en"]


@pytest.fixture(scope="module")
def planned(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The lane and its plan, in two forms."""
    folder = tmp_path_factory.mktemp("planned")
    estate = dr.load_estate(write_lane(folder / "lane"))
    plan = plan_visits(estate, "2026-10", dr.read_log([folder / "lane" / "done.csv"], estate))
    for name in ("old.csv", "old.xlsx"):
        write_plan(plan, estate, folder / name, "en")
    return folder


@pytest.fixture
def here(planned: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy that may be changed."""
    shutil.copytree(planned, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    return tmp_path


in_lane = pytest.mark.usefixtures("here")


def printed(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """What a command prints."""
    assert cli.main(["plan", *arguments]) == status
    return capsys.readouterr().out


def as_json(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(printed(capsys, *arguments, "--format", "json", status=status))
    return found


# ---------------------------------------------------------------------------------------------- repairs


def first_day(here: Path) -> list[str]:
    """The rows of the first day on which Wang visits somebody at home and calls nobody."""
    rows = (here / "old.csv").read_text("utf-8-sig").splitlines()
    calls = {row[:10] for row in rows if "visit.phone" in row}
    homes = [row for row in rows if "visit.home" in row and row[:10] not in calls]
    return [row for row in homes if row[:10] == homes[0][:10]]


def away(here: Path) -> None:
    """Wang takes that day off."""
    day = first_day(here)[0][:10]
    (here / "lane" / "leave.csv").write_text(f"person,from,until,approved\nwang,{day},{day} 23:59,yes\n", "utf-8")


def test_a_repair_tells_what_moved(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two visits fall into the day off; as it is a workday less, the month asks for eleven visits instead of twelve."""
    rows = first_day(here)
    away(here)
    found = as_json(capsys, "visits", *LANE, "--keep", "old.xlsx")
    assert [one["before"]["target"] for one in found["moves"]] == [row.split(",")[4].strip("'") for row in rows]
    assert sorted((one["change"], one["reason"]) for one in found["moves"]) == [("day", "absent"), ("gone", "absent")]
    changed = {one["measure"]: (one["value"], one["bound"]) for one in found["measures"]}
    assert changed["changed_day"] == (1, 1)
    text = printed(capsys, "visits", *LANE, "--keep", "old.csv")
    assert "Moved (2)" in text
    assert text.count("another day  the person is not at work then") == 1


def test_the_workbook_has_a_sheet_of_moves(here: Path) -> None:
    away(here)
    assert cli.main(["plan", "visits", *LANE, "--keep", "old.csv", "--out", "new.xlsx"]) == 0
    book = CalamineWorkbook.from_path(here / "new.xlsx")
    assert book.sheet_names[:2] == ["overview", "moved"]
    rows = book.get_sheet_by_name("moved").to_python()
    assert rows[0] == ["building", "unit", "what", "before", "after", "change", "why"]
    assert len(rows) == 1 + len(first_day(here))
    assert any(row[0] == f"Moved ({len(rows) - 1})" for row in book.get_sheet_by_name("overview").to_python())
    assert cli.main(["plan", "verify", "new.xlsx", *LANE]) == 0  # the rows are those of its own sheet


def test_frozen_days_are_given_as_a_day(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """All that is left of the month is frozen: whom Wang cannot visit is missed."""
    away(here)
    found = as_json(capsys, "visits", *LANE, "--keep", "old.csv", "--freeze", "2026-10-31", status=5)
    assert found["shortfall"] == found["least_shortfall"] == 1
    assert {(one["change"], one["reason"]) for one in found["moves"]} == {("gone", "absent")}


# ---------------------------------------------------------------------------------------------- verify


@in_lane
def test_a_good_plan_is_status_0(capsys: pytest.CaptureFixture[str]) -> None:
    text = printed(capsys, "verify", "old.xlsx", *LANE)
    assert "It can be worked, and every duty is met." in text
    assert text.splitlines()[4].split() == ["measure", "unit", "this", "plan", "planned", "anew", "difference"]
    found = as_json(capsys, "verify", "old.csv", *LANE, "--against", "old.xlsx")
    assert list(found) == [
        "schema_version", "period", "start", "good", "tasks", "violations", "shortfall", "shortfalls", "against",
        "prices", "moves",
    ]  # fmt: skip
    assert (found["good"], found["against"], found["moves"]) == (True, "given", [])
    assert {one["difference"] for one in found["prices"]} == {0}


def test_an_edited_plan_is_status_5(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """One visit is left out, another is at night."""
    lines = (here / "old.csv").read_text("utf-8-sig").splitlines()
    last = lines[-1]
    moved = last.replace(last[:19], f"{last[:10]} 23:00:00").replace(last[20:39], "")
    (here / "edited.csv").write_text("\n".join([*lines[:-2], moved]) + "\n", "utf-8")
    text = printed(capsys, "verify", "edited.csv", *LANE, "--against", "old.csv", status=5)
    assert "1 promises broken, 1 missing." in text
    assert f"edited.csv:row {len(lines) - 1}:at: error plan.off-duty" in text
    assert text.count("edited\n") == 2
    assert cli.main(["plan", "verify", "edited.csv", *LANE[:-1], "zh-Hans", "--out", "told.txt"]) == 5
    assert "违反约定 1 处,缺 1。" in (here / "told.txt").read_text("utf-8")


@in_lane
def test_a_plan_that_nobody_can_read_is_status_1(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (here / "bad.csv").write_text("at,person,kind,target\nnoon,wong,visit.home,u02\n", "utf-8")
    assert cli.main(["plan", "verify", "bad.csv", *LANE]) == 1
    told = capsys.readouterr().err
    assert "bad.csv:row 2:at: error table.bad-instant" in told
    assert "bad.csv:row 2:person: error plan.unknown-person" in told


# ---------------------------------------------------------------------------------------------- substitutes

WANG = ["--keep", "old.csv", "--person", "wang", "--from", "2026-10-13", "--until", "2026-10-31"]


def test_substitutes_are_ranked(here: Path, capsys: pytest.CaptureFixture[str]) -> None:
    people = here / "lane" / "people.csv"
    people.write_text(people.read_text("utf-8") + "li,李四,butler,yard\n", "utf-8")
    text = printed(capsys, "substitutes", *LANE, *WANG)
    assert "could take over the visits of wang from 2026-10-13 to 2026-10-31" in text
    assert "li: could make 14 of 14 visits, 0 of them at another time that day" in text
    found = as_json(capsys, "substitutes", *LANE, *WANG)
    assert (found["person"], found["from"], found["until"]) == ("wang", "2026-10-13", "2026-10-31")
    [one] = found["substitutes"]
    assert list(one) == ["person", "areas", "taken", "later", "left", "minutes", "over", "missing", "away"]
    assert (one["person"], one["areas"], len(one["taken"]), one["missing"]) == ("li", ["yard"], 14, 0)


@in_lane
def test_nobody_can_take_over(capsys: pytest.CaptureFixture[str]) -> None:
    assert "nobody who holds a post in the same role" in printed(capsys, "substitutes", *LANE, *WANG)


# ---------------------------------------------------------------------------------------------- wrong usage


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["verify"], "plan verify needs PLAN"),
        (["verify", "old.csv", "--keep", "old.csv"], "plan verify takes no --keep"),
        (["verify", "old.csv", "--format", "csv"], "plan verify is told as text or JSON"),
        (["verify", "old.csv", "--out", "told.xlsx"], "plan verify is told as text or JSON"),
        (["substitutes", "--keep", "old.csv"], "plan substitutes needs --person, --from, --until"),
        (["substitutes", "old.csv", *WANG], "plan substitutes takes no PLAN"),
        (["substitutes", *WANG, "--from", "2026-11-01"], "--until 2026-10-31 lies before --from 2026-11-01"),
        (["visits", "old.csv"], "plan visits takes no PLAN"),
        (["visits", "--against", "old.csv"], "plan visits takes no --against"),
        (["patrols", "--until", "2026-10-14"], "plan patrols takes no --until"),
    ],
)
def test_wrong_usage_is_status_2(capsys: pytest.CaptureFixture[str], arguments: list[str], told: str) -> None:
    assert cli.main(["plan", *arguments, *LANE]) == 2
    assert told in capsys.readouterr().err


@in_lane
def test_nobody_of_that_name(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main(["plan", "substitutes", *LANE, *WANG[:2], "--person", "wong", *WANG[4:]]) == 1
    assert "plan.unknown-person" in capsys.readouterr().err


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_has_words(language: str) -> None:
    speech = Speech(language)
    assert all(speech(f"move_{reason}") for reason in REASONS)
    assert all(speech(f"change_{change}") for change in ("person", "day", "hour", "new", "gone"))
