"""What is open, in text, JSON and calendars, and on the command line."""

import json
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from icalendar import Calendar

from dutyrules.cli import main as cli

BOOK = """\
book: corner
source: {id: C1}
roles: {butler: {title: {zh-Hans: 管家, en: Butler}}}
events: {meeting: {}, patrol: {target: building}, paper: {}, report: {}, outside: {}}
timetable:
  - {slot: meeting, role: butler, from: 07:55, to: 08:10}
  - {slot: patrol, role: butler, from: 09:00, to: 11:00}
populations: {buildings: {table: buildings}}
duties:
  be_on_time:
    title: {zh-Hans: 准点到会, en: At the meeting}
    clause: 1.1
    check: attendance
    event: meeting
    by: 7:55
    slot: meeting
  patrol:
    title: {zh-Hans: 每日巡楼, en: Patrol}
    clause: 1.2
    check: quota
    event: patrol
    distinct: target
    per: workday
    at_least: 4
    cap: buildings
    slot: patrol
  report:
    title: {zh-Hans: 交表, en: Report}
    clause: 1.3
    check: deadline
    event: report
    per: workday
    by: 17:00
    strength: should
  paper: {title: {zh-Hans: 上交记录, en: Paper}, clause: 1.4, check: deadline, event: paper, per: month, due: {day: 20}}
  most: {title: {zh-Hans: 外出, en: Outside}, clause: 1.5, check: quota, event: outside, per: week, at_most: 1}
scorecards:
  month:
    role: butler
    per: month
    clause: 2
    items:
      1: {marks: 10, lines: {1: {breaches: [be_on_time.missing], each: 2}, 2: {breaches: [be_on_time.late], each: 0.5}}}
      2: {marks: 10, lines: {1: {breaches: [patrol.missing, patrol.short], per_missing: 0.5}}}
fines: {absent: {clause: 3, role: butler, breaches: [be_on_time.missing], each: 10, currency: CNY}}
"""
FILES = {
    "book.yaml": BOOK,
    "estate.yaml": "estate: corner\ntitle: {zh-Hans: 小角, en: Corner}\nareas: {院: {}}\nbooks: [book.yaml]\n",
    "people.csv": "person,name,role,area\nli,李,butler,院\nwang,王,butler,院\n",
    "buildings.csv": "building,area\nb1,院\nb2,院\nb3,院\nb4,院\n",
    "coverage.csv": "source,status\nall,complete\n",
    "log.csv": "at,person,kind,target\n2026-10-08 09:10,li,patrol,b2\n2026-10-08 07:50,wang,meeting,\n",
}
DUE = ["due", "--estate", ".", "--log", "log.csv", "--lang", "en", "--as-of"]


@pytest.fixture
def corner(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)
    return tmp_path


in_corner = pytest.mark.usefixtures("corner")


@in_corner
def test_text(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*DUE, "2026-10-08 10:00", "--person", "li"]) == 0
    assert [line.rstrip() for line in capsys.readouterr().out.splitlines()] == [
        "Corner: open as of 2026-10-08 10:00:00",
        "",
        "李 (li), Butler",
        "Overdue (1)",
        "  late until    was due    duty            if missed    if done now",
        "  23:59         07:55      At the meeting  2 + 10 CNY   0.5",
        "Today (2)",
        "  by     duty                  more    if missed    not done yet",
        "  17:00  Report (advice only)          –",
        "  23:59  Patrol                3       1.5          b1, b3, b4",
        "Later (2)",
        "  by     duty                           if missed",
        "  10-11  Outside (at most 1, 0 so far)  –",
        "  10-20  Paper                          –",
    ]


@in_corner
def test_everybody_at_a_glance(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*DUE, "2026-10-08 10:00", "--lang", "zh-Hans"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split() for line in lines if line.startswith(("li ", "wang "))] == [
        ["li", "李", "管家", "1", "2", "2"],
        ["wang", "王", "管家", "2", "2"],
    ]
    assert "小角:截至 2026-10-08 10:00:00 的待办" in lines


@in_corner
def test_json(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*DUE, "2026-10-08 10:00", "--person", "li", "--format", "json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert {name: found[name] for name in ("schema_version", "as_of", "ahead", "estate", "rejected")} == {
        "schema_version": "1",
        "as_of": "2026-10-08 10:00:00",
        "ahead": 0,
        "estate": "corner",
        "rejected": 0,
    }
    assert found["provenance"]["coverage"] == "declared"
    (person,) = found["people"]
    assert (person["person"], person["role"], person["not_assessed"]) == ("li", "butler", [])
    opened = {one["duty"]: one for one in person["open"]}
    assert opened["patrol"] == {
        "breach_id": opened["patrol"]["breach_id"],
        "duty": "patrol",
        "clause": ["C1-1.2"],
        "post": "li@院@butler",
        "period": "2026-10-08",
        "discriminator": None,
        "about": None,
        "strength": "must",
        "state": "open",
        "reason": "short",
        "begin": "2026-10-08 00:00:00",
        "due": "2026-10-08 23:59:00",
        "late_until": None,
        "expected": "4",
        "actual": "1",
        "more": 3,
        "missing": ["b1", "b3", "b4"],
        "cost": {"points": "1.5", "fines": {}},
        "cost_late": None,
        "excused": None,
    }
    late = opened["be_on_time"]
    assert (late["state"], late["late_until"], late["cost"], late["cost_late"]) == (
        "overdue",
        "2026-10-08 23:59:00",
        {"points": "2", "fines": {"CNY": "10"}},
        {"points": "0.5", "fines": {}},
    )


def events(path: Path) -> dict[str, Any]:
    calendar = Calendar.from_ical(path.read_bytes())
    return {str(event["SUMMARY"]): event for event in calendar.walk("VEVENT")}


@in_corner
def test_a_calendar_has_what_can_be_done_when_it_is_to_be_done() -> None:
    assert cli.main([*DUE, "2026-10-08 07:00", "--person", "li", "--out", "li.ics", "--lang", "zh-Hans"]) == 0
    found = events(Path("li.ics"))
    assert list(found) == ["准点到会", "交表", "每日巡楼:还差 4", "上交记录"]
    patrol = found["每日巡楼:还差 4"]
    assert [f"{patrol.decoded(name):%d %H:%M}" for name in ("DTSTART", "DTEND")] == ["08 09:00", "08 11:00"]
    assert str(patrol["DESCRIPTION"]).splitlines() == [
        "截止 2026-10-08 23:59",
        "已完成 0/应完成 4",
        "缺:b1, b2, b3, b4",
        "不做扣 2",
        "条款 C1-1.2",
    ]
    assert str(patrol["LOCATION"]) == "院"
    assert f"{found['交表'].decoded('DTSTART'):%d %H:%M}" == "08 17:00"
    assert found["上交记录"].decoded("DTSTART") == date(2026, 10, 20)
    (alarm,) = found["上交记录"].walk("VALARM")
    assert alarm.decoded("TRIGGER") == -timedelta(hours=15)


@in_corner
def test_what_is_overdue_stands_on_today() -> None:
    assert cli.main([*DUE, "2026-10-08 10:00", "--person", "li", "--out", "li.ics"]) == 0
    event = events(Path("li.ics"))["Overdue: At the meeting"]
    assert event.decoded("DTSTART") == date(2026, 10, 8)
    assert "if done now: −0.5" in str(event["DESCRIPTION"])
    assert "DTEND" not in event


@in_corner
def test_when_the_slot_is_over_the_day_remains() -> None:
    assert cli.main([*DUE, "2026-10-08 11:00", "--person", "li", "--out", "li.ics"]) == 0
    assert events(Path("li.ics"))["Patrol: 3 more"].decoded("DTSTART") == date(2026, 10, 8)


@in_corner
def test_ids_stay_and_revisions_rise() -> None:
    found = []
    for as_of in ("2026-10-08 07:00", "2026-10-08 12:00"):
        assert cli.main([*DUE, as_of, "--person", "li", "--out", "li.ics"]) == 0
        found.append(events(Path("li.ics"))["Paper"])
    assert found[0]["UID"] == found[1]["UID"]
    assert found[0]["SEQUENCE"] < found[1]["SEQUENCE"]


@in_corner
def test_a_folder_has_a_calendar_for_each_person() -> None:
    people = Path("people.csv")
    people.write_text(people.read_text("utf-8") + "a/b,安,butler,院\n", "utf-8")
    assert cli.main([*DUE, "2026-10-08 07:00", "--out", "phones"]) == 0
    assert sorted(path.name for path in Path("phones").iterdir()) == ["a%2Fb.ics", "li.ics", "wang.ics"]
    assert "At the meeting" in events(Path("phones/wang.ics"))


@in_corner
def test_outputs_are_the_same_on_repeat() -> None:
    for suffix in ("json", "txt", "ics"):
        for name in ("one", "two"):
            assert cli.main([*DUE, "2026-10-08 10:00", "--person", "li", "--out", f"{name}.{suffix}"]) == 0
        assert Path(f"one.{suffix}").read_bytes() == Path(f"two.{suffix}").read_bytes()


@in_corner
@pytest.mark.parametrize(
    ("arguments", "status"),
    [
        (["--format", "ics"], 2),
        (["--out", "all.ics"], 2),
        (["--out", "all.docx"], 2),
        (["--person", "lii"], 1),
        (["--ahead", "3"], 0),
    ],
)
def test_exit_status(capsys: pytest.CaptureFixture[str], arguments: list[str], status: int) -> None:
    assert cli.main([*DUE, "2026-10-08 10:00", *arguments]) == status
    told = capsys.readouterr().err
    assert "Traceback" not in told
    assert "did you mean 'li'?" in told or status != 1


@in_corner
@pytest.mark.parametrize("as_of", [[], ["--as-of", "noon"], ["--as-of", "2026-10-08T10:00+08:00"]])
def test_the_instant_is_needed_and_local(as_of: list[str]) -> None:
    with pytest.raises(SystemExit) as stopped:
        cli.main([*DUE[:-1], *as_of])
    assert stopped.value.code == 2


def test_rejected_rows_are_status_4_and_kept(corner: Path) -> None:
    log = corner / "log.csv"
    log.write_text(log.read_text("utf-8") + "2026-10-08 25:00,li,meeting,\n", "utf-8")
    assert cli.main([*DUE, "2026-10-08 10:00"]) == 4
    assert (corner / "rejects.csv").exists()
    assert cli.main([*DUE, "2026-10-08 10:00", "--strict"]) == 1


@in_corner
def test_a_date_is_its_end(capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.main([*DUE, "2026-10-08", "--person", "li"]) == 0
    assert str(datetime(2026, 10, 8, 23, 59, 59)) in capsys.readouterr().out
