"""A plan as text, CSV and JSON, and the waivers that it proposes."""

import json
from dataclasses import replace
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.diagnostics import InputError
from dutyrules.plan import Cause, Measure, Plan, Shortfall, Status
from dutyrules.plan.planfile import read_plan
from dutyrules.plan.waivers import waivable
from dutyrules.report.plan import plan_document, render_plan, write_folder, write_plan
from dutyrules.report.plan_words import PlanWords
from tests.report.lane import MONTH, lane

CLOSED = ("u05", "u07")


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> tuple[dr.Estate, Plan]:
    """A plan that cannot reach two households; nobody may change its files."""
    return lane(tmp_path_factory.mktemp("short"), closed=CLOSED)


def text(plan: Plan, estate: dr.Estate, language: str = "en") -> str:
    return render_plan(plan, estate, "text", language).decode()


# ---------------------------------------------------------------- text


def test_text_says_what_is_missed_and_why(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    lines = text(plan, estate).split("\n")
    assert lines[0] == "The lane: visits 2026-10, from 2026-10-13 on"
    assert lines[1].startswith("Infeasible: it is proven that not every duty can be met. 2 missing")
    at = lines.index("Shortfalls (1)")
    assert lines[at + 1 : at + 5] == [
        (
            "  2026-10  Everybody each month · wang@yard@butler: too few expected 12 actual 10 (2 missing)"
            f"  [V-1] {plan.shortfalls[0].breach_id}"
        ),
        "      12 more households are needed; of the 12 that would count 10 can be reached at all: 10 < 12",
        "      proven: it may be waived",
        "      missing: u05, u07",
    ]
    assert "  Often: counts events, not different targets" in lines
    days = [task.at.day for task in plan.tasks if task.kind == "visit.home"]
    weeks = [str(sum(monday <= day < monday + 7 for day in days)) for monday in (12, 19, 26)]
    assert any(line.split() == ["王小明", "Home", "visit", "10", *weeks] for line in lines)


def test_text_in_chinese(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    told = text(plan, estate, "zh-Hans")
    assert "小巷:2026-10 拜访计划" in told
    assert "还需 12 户;可计的 12 户中只有 10 户能联系上:10 < 12" in told
    assert "上门拜访" in told


def test_one_persons_days(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    lines = render_plan(plan, estate, "text", "en", "wang").decode().split("\n")
    at = lines.index("2026-10-13 Tue")
    assert [line.split() for line in lines[at + 1 : at + 3]] == [
        ["1", "14:00", "Call", "b2", "u03", "r1"],
        ["2", "14:05", "Call", "b1", "-1-101", "=r2"],
    ]


@pytest.mark.parametrize(
    ("status", "missing", "least", "begins"),
    [
        (Status.OPTIMAL, 0, 0, "Optimal: every duty is met"),
        (Status.FEASIBLE, 0, 0, "Feasible: every duty is met"),
        (
            Status.INFEASIBLE,
            2,
            1,
            "Infeasible: it is proven that not every duty can be met. 2 missing; no plan misses less than 1.",
        ),
        (Status.UNKNOWN, 2, 0, "Unknown: 2 missing, and it is not proven"),
    ],
)
def test_status_in_words(short: tuple[dr.Estate, Plan], status: Status, missing: int, least: int, begins: str) -> None:
    estate, plan = short
    found = replace(plan, status=status, least_shortfall=least, shortfalls=plan.shortfalls if missing else ())
    assert text(found, estate).split("\n")[1].startswith(begins)


def test_an_interrupted_plan_says_so(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    assert "Interrupted" in text(replace(plan, complete=False), estate)
    assert "Interrupted" not in text(plan, estate)
    assert plan_document(replace(plan, complete=False))["complete"] is False


def test_gaps_are_in_percent_half_up(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    measures = [Measure("building_days", "building_days", 109, 96), Measure("busiest_week", "visits", 15)]
    found = replace(plan, measures=measures)
    told = text(found, estate)
    assert "13.54 %" in told  # 13/96 = 13.541666…
    assert [one["gap"] for one in plan_document(found)["measures"]] == [str(Fraction(13, 96)), None]


@pytest.mark.parametrize(
    ("cause", "sentence"),
    [
        (
            Cause("few_slots_and_reachable", {"need": 333, "days": 64, "slots": 256, "households": 48, "most": 304}),
            (
                "333 more households are needed; 64 days have room for 256, "
                "and 48 households can be reached on other days: 256 + 48 = 304 < 333"
            ),
        ),
        (
            Cause("few_slots", {"need": 9, "days": 2, "slots": 8, "households": 0, "most": 8}),
            "9 more households are needed; 2 days have room for 8: 8 < 9",
        ),
        (
            Cause("competes", {"need": 9, "planned": 7, "duties": "everyone, callback"}),
            (
                "9 more households are needed and 7 are planned: 7 < 9; alone the duty could be met, "
                "but in the same time the same people owe: Everybody each month, Call after a repair"
            ),
        ),
        (
            Cause("competes", {"need": 9, "planned": 7, "duties": ""}),
            "9 more households are needed and 7 are planned: 7 < 9",
        ),
        (Cause("no_contact", {"unit": "u05", "contact": "phone"}), "u05 may be contacted: by phone only"),
        (
            Cause("no_contact", {"unit": "u05", "contact": "home, none"}),
            "u05 may be contacted: at home only, not at all",
        ),
    ],
)
def test_sentences_add_up(short: tuple[dr.Estate, Plan], cause: Cause, sentence: str) -> None:
    estate, plan = short
    one = replace(plan.shortfalls[0], causes=(cause,))
    assert PlanWords(plan, estate, "en").reasons(one) == [sentence]


# ---------------------------------------------------------------- CSV


def test_csv_is_a_log_and_a_plan(short: tuple[dr.Estate, Plan], tmp_path: Path) -> None:
    estate, plan = short
    tasks = [replace(task, pinned=number == 2) for number, task in enumerate(plan.tasks)]
    path = tmp_path / "plan.csv"
    path.write_bytes(render_plan(replace(plan, tasks=tasks), estate, "csv", "en"))
    header = path.read_text("utf-8-sig").split("\n")[0].strip()
    assert header == "at,until,person,kind,target,case,state,about,order,duty,pinned"
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    assert ",'-1-101,'=r2," in path.read_text("utf-8-sig")  # no cell is a formula

    log = dr.read_log([path], estate, forecast=True)
    assert (len(log.frame), log.rejected_rows, log.notices, log.planned) == (len(tasks), 0, (), len(tasks))
    assert "=r2" in log.cases.to_list()

    back = [one.task for one in read_plan(path, estate)]
    assert back == tasks
    assert [one.attributes for one in back] == [one.attributes for one in tasks]


def test_kept_tasks_stay(short: tuple[dr.Estate, Plan], tmp_path: Path) -> None:
    estate, plan = short
    path = tmp_path / "plan.csv"
    path.write_bytes(render_plan(plan, estate, "csv", "en").replace(b",no\r\n", b",yes\r\n"))
    log = dr.read_log([estate.directory / "done.csv"], estate)
    again = dr.plan_visits(estate, MONTH, log, read_plan(path, estate))
    assert [replace(task, pinned=False) for task in again.tasks] == list(plan.tasks)
    assert all(task.pinned for task in again.tasks)


# ---------------------------------------------------------------- JSON


def test_json_holds_everything(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    found = json.loads(render_plan(plan, estate, "json", "en"))
    assert list(found) == [
        "schema_version", "plan", "period", "estate", "start", "status", "complete", "provenance", "duties",
        "shortfall", "least_shortfall", "measures", "gaps", "shortfalls", "relaxations", "balance", "unplanned",
        "moves", "tasks",
    ]  # fmt: skip
    assert (found["schema_version"], found["status"], found["shortfall"]) == ("1", "infeasible", 2)
    one = found["shortfalls"][0]
    assert (one["breach_id"], one["number"], one["proven"]) == (plan.shortfalls[0].breach_id, 2, True)
    assert one["causes"][0]["message"] == "few_reachable"
    assert one["causes"][0]["numbers"]["households"] == 10
    assert [one["target"] for one in found["tasks"]] == [task.target for task in plan.tasks]
    attributes = {tuple(one["duties"]): one["attributes"] for one in found["tasks"] if one["target"] == "-1-101"}
    assert attributes[("everyone",)] == {"about": "quality"}
    assert found["provenance"]["log"].keys() == {"done.csv"}


@pytest.mark.parametrize("form", ["text", "csv", "json"])
def test_outputs_are_the_same_on_repeat(short: tuple[dr.Estate, Plan], tmp_path: Path, form: str) -> None:
    estate, plan = short
    _, again = lane(tmp_path, closed=CLOSED)
    assert render_plan(plan, estate, form, "en") == render_plan(again, estate, form, "en")


# ---------------------------------------------------------------- waivers


def test_a_signed_proposal_excuses_exactly_the_shortfall(tmp_path: Path) -> None:
    estate, plan = lane(tmp_path, closed=CLOSED)
    folder = tmp_path / "plan"
    write_folder(plan, estate, folder, "en")
    proposal = (folder / "waivers.csv").read_text("utf-8-sig")
    assert proposal.split("\n")[0].strip() == "breach_id,approver,reason,decided_at"
    assert f"{plan.shortfalls[0].breach_id},,capacity from 2026-10-13: 2026-10 Everybody each month" in proposal

    def judged() -> tuple[set[str], set[str]]:
        estate = dr.load_estate(tmp_path)
        log = dr.read_log([tmp_path / "done.csv", folder / "plan.csv"], estate, forecast=True)
        sheets = dr.score(estate, log, MONTH, forecast=True).people
        return (
            {one.breach_id for sheet in sheets for one in sheet.breaches},
            {one.breach_id for sheet in sheets for one in sheet.excused},
        )

    ids = {one.breach_id for one in plan.shortfalls}
    assert judged() == (ids, set())
    (tmp_path / "waivers.csv").write_text(proposal.replace(",,capacity", ",director,capacity"), "utf-8")
    assert judged() == (set(), ids)


def test_nobody_signs_by_mistake(tmp_path: Path) -> None:
    estate, plan = lane(tmp_path, closed=CLOSED)
    path = tmp_path / "plans" / "october.csv"
    written = write_plan(plan, estate, path, "en")
    assert written == [path, path.with_name("october.waivers.csv")]
    (tmp_path / "waivers.csv").write_bytes(written[1].read_bytes())
    with pytest.raises(InputError) as error:
        dr.load_estate(tmp_path)
    (problem,) = error.value.diagnostics
    assert (problem.code, getattr(problem.where, "column", "")) == ("table.missing-value", "approver")


def test_a_plan_never_replaces_the_estates_waivers(tmp_path: Path) -> None:
    estate, plan = lane(tmp_path, closed=CLOSED)
    with pytest.raises(InputError, match=r"plan\.estate-folder"):
        write_folder(plan, estate, tmp_path, "en")
    assert not (tmp_path / "waivers.csv").exists()


def test_old_proposals_do_not_stay_behind(tmp_path: Path) -> None:
    estate, plan = lane(tmp_path / "short", closed=CLOSED)
    folder = tmp_path / "plan"
    write_folder(plan, estate, folder, "en")
    assert (folder / "waivers.csv").exists()
    estate, plan = lane(tmp_path / "enough")
    write_folder(plan, estate, folder, "en")
    assert not (folder / "waivers.csv").exists()


def shortfall(*messages: str) -> Shortfall:
    causes = tuple(Cause(one, {}) for one in messages)
    return Shortfall("everyone", (), "p@a@r", "2026-10", date(2026, 10, 31), "short", "2", "1", 1, "id", causes)


@pytest.mark.parametrize(
    ("message", "least", "proposed"),
    [
        ("few_slots", 0, True),  # it could not be met even if nothing else had to be done
        ("competes", 0, False),  # perhaps another plan meets it
        ("competes", 1, True),  # no plan misses less
        ("done_late", 1, False),  # what somebody did too late is no lack of capacity
        ("before_start", 1, False),
        ("no_unit", 1, False),
    ],
)
def test_only_what_is_proven_impossible_is_proposed(
    short: tuple[dr.Estate, Plan], message: str, least: int, proposed: bool
) -> None:
    plan = replace(short[1], shortfalls=[shortfall(message)], least_shortfall=least)
    assert bool(waivable(plan)) is proposed
