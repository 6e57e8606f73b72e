"""The roster of an estate, from its tables to the wall and back."""

import json
import shutil
from datetime import date
from pathlib import Path

import polars as pl
import pytest

from dutyrules import load_estate
from dutyrules.cli.main import main
from dutyrules.diagnostics import InputError
from dutyrules.estate import Estate
from dutyrules.plan.plan import Status
from dutyrules.registry.presence import presence
from dutyrules.report.roster import render_roster
from dutyrules.roster.build import plot
from dutyrules.roster.judge import breaches
from dutyrules.roster.model import Count, Weekends
from dutyrules.roster.rosterfile import read_roster
from dutyrules.roster.rosterplan import RosterPlan, plan_roster
from dutyrules.timegrid import Period, day_number

GARDEN = Path(__file__).parent / "estate"
OCTOBER = Period.parse("2026-10")


@pytest.fixture(scope="module")
def estate() -> Estate:
    return load_estate(GARDEN)


@pytest.fixture(scope="module")
def plan(estate: Estate) -> RosterPlan:
    return plan_roster(estate, "2026-10")


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    shutil.copytree(GARDEN, tmp_path / "estate")
    return tmp_path / "estate"


def test_the_garden_is_planned_and_proven(plan: RosterPlan) -> None:
    assert plan.status is Status.OPTIMAL
    assert plan.cost == plan.bound
    assert plan.shortfalls == ()


def test_leave_requests_and_cover_by_plain_looks(plan: RosterPlan) -> None:
    """Read off the tables, without the judge."""
    assert plan.roster is not None
    roster = plan.roster
    assert all(roster["e1"][day] is None for day in range(11, 16))  # 12 to 16 October
    half = roster["w2"][19]  # 20 October, away from 15:00 to 18:00: no shift of this estate ends before
    assert half is None
    assert roster["w1"][7] == "west/butler/split"  # must
    assert roster["w3"][9] is None  # never
    assert roster["e2"][0] is None  # wished, and nothing is against it
    for day in range(31):
        for area in "ew":
            worked = [row[day] for name, row in roster.items() if name[0] == area]
            names = [shift.rpartition("/")[2] for shift in worked if shift is not None]
            assert 1 <= sum(name in ("split", "day") for name in names) <= 3
            assert 1 <= sum(name in ("split", "late") for name in names) <= 2
    for name, row in roster.items():
        before = 2 if name == "w4" else 0  # worked the last two days of September
        row_text = "".join("x" if shift else "-" for shift in row)
        assert "xxxxxxx" not in "x" * before + row_text
        assert row_text.count("-") >= 8


def test_scoring_reads_the_table_that_is_written(plan: RosterPlan, estate: Estate, copied: Path) -> None:
    (copied / "roster.csv").write_bytes(render_roster(plan, estate, "csv", "en"))
    again = load_estate(copied)
    assert plan.roster is not None
    first = day_number(date(2026, 10, 1))
    there = presence(
        again.tables, again.areas, again.calendar, first=first, last=first + 30, working_hours=again.working_hours
    )
    for number, name in enumerate(there.persons):
        assert there.base_work[number].tolist() == [shift is not None for shift in plan.roster[name]]
    split = plan.roster["w1"].index("west/butler/split")
    person = there.persons.index("w1")
    assert (there.shift_start[person, split], there.shift_end[person, split]) == (8 * 3600 + 600, 19 * 3600)


def test_the_wall_is_read_back(plan: RosterPlan, estate: Estate, tmp_path: Path) -> None:
    for form in ("xlsx", "csv"):
        path = tmp_path / f"wall.{form}"
        path.write_bytes(render_roster(plan, estate, form, "zh-Hans"))
        kept = read_roster(path, estate, plot(estate, OCTOBER))
        assert kept.roster == plan.roster
        assert kept.absent == ()


def test_the_same_bytes_each_time(plan: RosterPlan, estate: Estate) -> None:
    again = plan_roster(estate, "2026-10")
    for form in ("xlsx", "csv", "json", "text"):
        assert render_roster(plan, estate, form, "en") == render_roster(again, estate, form, "en")


GRID = """人员,姓名,10-05,10-06,10-07,10-08,10-09,10-10,10-11,10-12
,东一,day,day,day,day,day,day,day,day
e2,,休,休,late,08:10-19:00,,,,
w1,,休,休,休,休,休,休,休,休
"""


def test_a_roster_kept_elsewhere_is_checked(estate: Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Eight days in a row from 5 October, where six are allowed; on leave on the last; no rest day in the week."""
    path = tmp_path / "elsewhere.csv"
    path.write_text(GRID, "utf-8")
    assert main(["plan", "roster", str(path), "--estate", str(GARDEN), "--period", "2026-10", "--format", "json"]) == 5
    told = json.loads(capsys.readouterr().out)
    found = [(one["rule"], one["person"], one["found"], one["limit"]) for one in told["breaches"]]
    assert ("run", "e1", 8, 6) in found
    assert ("leave", "e1", 1, 0) in found
    assert ("labour.rest_days_week", "e1", 7, 6) in found
    assert ("pin", "w1", 1, 0) in found
    assert not [one for one in found if one[1] == "e2" and one[0] not in ("request",)]
    leave = next(one for one in told["breaches"] if one["rule"] == "leave")
    assert leave["dates"] == ["2026-10-12"]
    assert leave["where"] == {"file": str(path), "row": 2, "column": "2026-10-12"}
    rest = next(one for one in told["breaches"] if one["rule"] == "labour.rest_days_week")
    assert rest["statute"] == "Labour Law of the PRC, art. 38"
    assert told["absent"] == ["e3", "e4", "w2", "w3", "w4"]
    late = read_roster(path, estate, plot(estate, OCTOBER)).roster["e2"]
    assert late[6:8] == ("east/butler/late", "east/butler/split")


def test_what_cannot_be_read_is_told_at_its_cell(estate: Estate, tmp_path: Path) -> None:
    path = tmp_path / "odd.csv"
    path.write_text("person,10-05,10-06,10-07\ne1,dya,day,\ne9,day,,\n", "utf-8")
    with pytest.raises(InputError) as caught:
        read_roster(path, estate, plot(estate, OCTOBER))
    told = [(one.code, str(one.where), one.found, one.hint) for one in caught.value.diagnostics]
    assert told == [
        ("roster.unknown-shift", f"{path}:row 2:2026-10-05", "dya", "did you mean 'day'?"),
        ("roster.unknown-person", f"{path}:row 3", "e9", "did you mean 'e1'?"),
    ]


def test_too_few_people_are_a_proven_shortfall(copied: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """On 12 October three of four are on leave in the east; the afternoon needs two: one is missing."""
    leave = copied / "leave.csv"
    leave.write_text(
        leave.read_text("utf-8")
        + "e2,2026-10-12 00:00,2026-10-13 00:00,yes\ne3,2026-10-12 00:00,2026-10-13 00:00,yes\n"
    )
    estate = load_estate(copied)
    plan = plan_roster(estate, "2026-10")
    assert plan.status is Status.INFEASIBLE
    assert (plan.shortfall, plan.least_shortfall) == (1, 1)
    assert plan.clash is not None
    assert plan.clash.minimal
    assert sorted((one.rule, one.person) for one in plan.clash.rules if one.person) == [
        ("leave", "e1"), ("leave", "e2"), ("leave", "e3"),
    ]  # fmt: skip
    assert [one.what for one in plan.clash.rules if not one.person] == ["east/butler/afternoon"]
    assert main(["plan", "roster", "--estate", str(copied), "--period", "2026-10", "--lang", "en"]) == 5
    text = capsys.readouterr().out
    assert "1 missing; no roster that keeps the rules misses fewer than 1" in text
    assert "without any one of them, the others can" in text


def test_an_estate_that_names_what_is_not_there(copied: Path) -> None:
    file = copied / "estate.yaml"
    text = file.read_text("utf-8")
    file.write_text(text.replace("window: evening, need: 1", "window: evenin, need: 1"))
    with pytest.raises(InputError) as caught:
        load_estate(copied)
    assert [(one.code, one.found, one.hint) for one in caught.value.diagnostics] == [
        ("estate.unknown-window", "evenin", "did you mean 'evening'?")
    ]


def test_the_judge_sees_what_the_plan_says(plan: RosterPlan) -> None:
    assert plan.roster is not None
    assert tuple(breaches(plan.plot.model, plan.roster)) == plan.breaches


def test_an_estate_without_a_roster_is_told_so(copied: Path) -> None:
    file = copied / "estate.yaml"
    file.write_text(file.read_text("utf-8").partition("planning:")[0])
    with pytest.raises(InputError, match="does not say which windows"):
        plan_roster(load_estate(copied), "2026-10")


def test_history_counts_for_fairness(copied: Path) -> None:
    """Who worked every weekend of September works fewer in October than anybody."""
    rows = pl.DataFrame(
        [{"person": "e4", "date": date(2026, 9, day), "start": "08:10", "end": "19:00"} for day in (5, 6, 12, 13, 19)]
    )
    rows.write_csv(copied / "roster.csv")
    plan = plan_roster(load_estate(copied), "2026-10")
    assert plan.roster is not None
    weekends = [day for day in sorted(plan.plot.holidays) if plan.plot.days[day].weekday() >= 5]
    worked = {name: sum(row[day] is not None for day in weekends) for name, row in plan.roster.items()}
    assert worked["e4"] == min(worked[name] for name in ("e1", "e2", "e3", "e4"))
    assert worked["e4"] < max(worked[name] for name in ("e1", "e2", "e3"))


def test_a_part_of_a_month_has_its_part_of_the_days_off(estate: Estate) -> None:
    """Eight days off and three weekends a month: of seven days of October 8 × 7/31, one; 3 × 7/31 weekends, one.
    A week of two months has a part of each: 8 × 3/30, none, of September, and 8 × 4/31, one, of October."""
    model = plot(estate, Period.parse("2026-W42")).model
    off = [rule for rule in model.rules if isinstance(rule, Count) and rule.id == "days_off"]
    assert {(rule.first, rule.last, rule.most) for rule in off} == {(0, 6, 6)}
    assert {rule.most for rule in model.rules if isinstance(rule, Weekends)} == {1}
    both = plot(estate, Period.parse("2026-W40")).model
    off = [rule for rule in both.rules if isinstance(rule, Count) and rule.id == "days_off"]
    assert {(rule.first, rule.last, rule.most) for rule in off} == {(0, 2, 3), (3, 6, 3)}


def test_a_week_is_planned(estate: Estate) -> None:
    week = plan_roster(estate, "2026-W42")
    assert week.status is Status.OPTIMAL
    assert week.shortfall == 0
    assert week.roster is not None
    assert all(None in row for row in week.roster.values())


def test_the_documentation_shows_this_estate() -> None:
    page = (Path(__file__).parents[2] / "docs" / "roster.md").read_text("utf-8")
    shown = page.partition("<!-- estate: tests/roster/estate -->\n```yaml\n")[2].partition("```")[0]
    assert shown
    assert (GARDEN / "estate.yaml").read_text("utf-8").endswith(shown)


def test_an_absence_on_the_command_line(
    plan: RosterPlan, estate: Estate, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "roster.csv"
    path.write_bytes(render_roster(plan, estate, "csv", "en"))
    asked = ["plan", "roster", "--estate", str(GARDEN), "--period", "2026-10", "--keep", str(path), "--lang", "en"]
    assert plan.roster is not None
    day = next(day for day in range(20, 31) if plan.roster["w1"][day] is not None)
    when = plan.plot.days[day].isoformat()
    away = ["--person", "w1", "--from", when, "--until", when]
    assert main([*asked, *away, "--format", "json"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert told["status"] == "optimal"
    assert told["missing"] == 0
    assert len(told["changes"]) == told["least_changes"]
    assert all(change["date"] >= when for change in told["changes"])
    assert told["roster"]["w1"][day] is None
    assert told["substitutes"]
    assert [one["broken"] for one in told["substitutes"]] == sorted(one["broken"] for one in told["substitutes"])
    assert main([*asked, *away, "--out", str(tmp_path / "new.xlsx")]) == 0
    again = read_roster(tmp_path / "new.xlsx", estate, plot(estate, OCTOBER))
    assert again.roster["w1"][day] is None
    assert main([*asked, "--person", "w1"]) == 2
    assert "an absence needs --from, --until too" in capsys.readouterr().err


def test_the_clock_is_recorded(estate: Estate) -> None:
    timed = plan_roster(estate, "2026-10", time_limit=30)
    assert timed.provenance["reproducible"] is False
    assert timed.provenance["time_limit"] == 30


def test_too_long_a_period_is_refused(estate: Estate) -> None:
    with pytest.raises(InputError, match="at most 92 days"):
        plan_roster(estate, "2026")


def test_limits_of_labour_law_are_overridden_by_name(copied: Path) -> None:
    """Seven days in a week once the house and the law let one."""
    file = copied / "estate.yaml"
    text = file.read_text("utf-8").replace("rules: {longest_run: 6,", "labour: {rest_days_week: null}\n    rules: {")
    file.write_text(text)
    (copied / "requests.csv").write_text(
        "person,date,shift,wish\n" + "".join(f"e2,2026-10-{day:02},,must\n" for day in range(5, 12))
    )
    plan = plan_roster(load_estate(copied), "2026-10")
    assert plan.status is Status.OPTIMAL
    assert plan.roster is not None
    assert all(plan.roster["e2"][4:11])
    file.write_text(text.replace("labour: {rest_days_week: null}\n", "labour: {}\n"))
    clashing = plan_roster(load_estate(copied), "2026-10")
    assert clashing.status is Status.INFEASIBLE
    assert clashing.clash is not None
    assert {one.rule for one in clashing.clash.rules} == {"labour.rest_days_week", "pin"}
    assert clashing.relaxation is not None
    first = clashing.relaxation.given_up[0]
    assert (first.rule, first.amount) in (("labour.rest_days_week", 1), ("pin", 1))
