"""A plan on the phone: rounds with their stops, read back by a calendar library."""

from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

import dutyrules as dr
from dutyrules.plan import Plan, Task
from dutyrules.report.plan import render_plan, write_folder
from dutyrules.report.plan_calendar import rounds
from tests.report.lane import lane


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dr.Estate, Plan]:
    return lane(tmp_path_factory.mktemp("whole"))


def events(plan: Plan, estate: dr.Estate, language: str = "en") -> list[Any]:
    return list(Calendar.from_ical(render_plan(plan, estate, "ics", language, "wang")).walk("VEVENT"))


def test_a_round_is_one_entry(whole: tuple[dr.Estate, Plan]) -> None:
    estate, plan = whole
    calls = events(plan, estate)[0]
    assert str(calls["SUMMARY"]) == "Call ×2"
    assert str(calls["DESCRIPTION"]) == "14:00  b2  u03  r1\n14:05  b1  -1-101  =r2"
    assert str(calls["LOCATION"]) == "b2, b1"
    assert calls["DTSTART"].params["TZID"] == "Asia/Shanghai"
    assert str(calls.decoded("DTSTART")) == "2026-10-13 14:00:00+08:00"
    assert str(calls.decoded("DTEND")) == "2026-10-13 14:10:00+08:00"
    assert str(calls["TRANSP"]) == "OPAQUE"
    assert sum(len(str(event["DESCRIPTION"]).split("\n")) for event in events(plan, estate)) == len(plan.tasks)


def test_titles_are_the_books(whole: tuple[dr.Estate, Plan]) -> None:
    assert {str(event["SUMMARY"]).split(" ")[0] for event in events(*whole[::-1], "zh-Hans")} == {
        "上门拜访",
        "电话回访",
    }


def task(at: str, minutes: int = 20, kind: str = "visit.home", target: str = "u01") -> Task:
    start = datetime.fromisoformat(f"2026-10-14 {at}")
    return Task(start, start + timedelta(minutes=minutes), "wang", kind, target)


def test_a_long_rest_begins_another_round() -> None:
    tasks = [task("09:00"), task("09:50"), task("10:41"), task("09:20", kind="visit.phone"), task("11:01")]
    found = [[f"{one.at:%H:%M}" for one in stops] for stops in rounds(tasks)]
    assert found == [["09:00", "09:50"], ["09:20"], ["10:41", "11:01"]]


def test_what_takes_no_time_has_no_end(whole: tuple[dr.Estate, Plan]) -> None:
    estate, plan = whole
    (entry,) = events(replace(plan, tasks=[task("16:40", 0, target="b1"), task("16:40", 0, target="b2")]), estate)
    assert ("DTEND" in entry, str(entry["DESCRIPTION"])) == (False, "b1\nb2")


def test_a_round_keeps_its_name_at_another_time(whole: tuple[dr.Estate, Plan]) -> None:
    estate, plan = whole
    moved = [
        replace(one, at=one.at + timedelta(minutes=5), until=one.until + timedelta(minutes=5)) for one in plan.tasks
    ]
    before, after = events(plan, estate), events(replace(plan, tasks=moved), estate)
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert len({event["UID"] for event in before}) == len(before)
    assert before[0].decoded("DTSTART") != after[0].decoded("DTSTART")


def test_the_same_on_repeat_and_later_plans_are_newer(whole: tuple[dr.Estate, Plan]) -> None:
    estate, plan = whole
    assert render_plan(plan, estate, "ics", "en", "wang") == render_plan(plan, estate, "ics", "en", "wang")
    later = replace(plan, start=plan.start + timedelta(days=1))
    assert events(later, estate)[0]["SEQUENCE"] > events(plan, estate)[0]["SEQUENCE"]


def test_a_folder_has_a_calendar_for_everybody(whole: tuple[dr.Estate, Plan], tmp_path: Path) -> None:
    estate, plan = whole
    written = write_folder(plan, estate, tmp_path, "en")
    assert sorted(path.name for path in written) == ["plan.csv", "plan.html", "plan.json", "plan.xlsx", "wang.ics"]
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "plan.csv",
        "plan.html",
        "plan.json",
        "plan.xlsx",
        "wang.ics",
    ]


def test_who_has_nothing_left_gets_an_empty_calendar(whole: tuple[dr.Estate, Plan], tmp_path: Path) -> None:
    estate, plan = whole
    write_folder(plan, estate, tmp_path, "en")
    write_folder(replace(plan, tasks=()), estate, tmp_path, "en")
    assert not Calendar.from_ical((tmp_path / "wang.ics").read_bytes()).walk("VEVENT")
