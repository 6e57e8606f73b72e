"""Calendars: read back as phones read them, to the byte the same on repeat, folded without breaking a letter."""

from datetime import date, datetime, timedelta
from typing import Any

from icalendar import Calendar

from dutyrules.report.ics import Entry, as_ics

MADE = datetime(2026, 10, 15, 7, 30)
LONG = "催收当期物业费:还差 20 户; 海棠一区, 海棠二区\n第二行 " + "海棠" * 40
PATROL = Entry(
    uid="8f0e@haitang.dutyrules",
    start=datetime(2026, 10, 15, 9),
    end=datetime(2026, 10, 15, 11),
    summary="每日巡楼:还差 3",
    description=LONG,
    location="樱花一区",
    categories=("待办", "a, b"),
    remind=timedelta(minutes=15),
)
MONTHLY = Entry("11aa@haitang.dutyrules", date(2026, 10, 31), None, "每月巡遍空置房", remind=timedelta(hours=15))


def made(*entries: Entry, timezone: str = "Asia/Shanghai", at: datetime = MADE) -> bytes:
    return as_ics(entries, name="海棠花园 · 管家03", timezone=timezone, made=at, product="dutyrules")


def read(data: bytes) -> tuple[Any, list[Any]]:
    calendar = Calendar.from_ical(data)
    return calendar, list(calendar.walk("VEVENT"))


def test_an_entry_reads_back_as_it_was() -> None:
    calendar, (event,) = read(made(PATROL))
    assert (calendar["VERSION"], calendar["X-WR-CALNAME"]) == ("2.0", "海棠花园 · 管家03")
    assert event["UID"] == PATROL.uid
    assert (event["DTSTART"].params["TZID"], str(event.decoded("DTSTART"))) == (
        "Asia/Shanghai",
        "2026-10-15 09:00:00+08:00",
    )
    assert str(event.decoded("DTEND")) == "2026-10-15 11:00:00+08:00"
    assert (str(event["SUMMARY"]), str(event["DESCRIPTION"]), str(event["LOCATION"])) == (
        PATROL.summary,
        LONG,
        "樱花一区",
    )
    assert [str(one) for one in event["CATEGORIES"].cats] == ["待办", "a, b"]
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("TRIGGER") == timedelta(minutes=-15)


def test_lines_are_folded_at_75_octets_between_letters() -> None:
    lines = made(PATROL).split(b"\r\n")
    assert max(map(len, lines)) <= 75
    assert all(line.decode("utf-8") is not None for line in lines)
    assert any(line.startswith(b" ") for line in lines)


def test_an_entry_of_a_whole_day() -> None:
    _, (event,) = read(made(MONTHLY))
    assert event.decoded("DTSTART") == date(2026, 10, 31)
    assert "DTEND" not in event
    assert b"DTSTART;VALUE=DATE:20261031" in made(MONTHLY)


def test_no_clock_is_asked() -> None:
    assert made(PATROL, MONTHLY) == made(PATROL, MONTHLY)
    _, events = read(made(PATROL, MONTHLY))
    assert {str(event.decoded("DTSTAMP")) for event in events} == {"2026-10-14 23:30:00+00:00"}


def test_a_later_file_supersedes_an_earlier_one() -> None:
    (_, (before,)), (_, (after,)) = read(made(PATROL)), read(made(PATROL, at=MADE + timedelta(minutes=1)))
    assert before["UID"] == after["UID"]
    assert after["SEQUENCE"] == before["SEQUENCE"] + 1


def test_the_zone_is_part_of_the_file() -> None:
    calendar, _ = read(made(PATROL))
    (zone,) = calendar.walk("VTIMEZONE")
    assert zone["TZID"] == "Asia/Shanghai"
    summer = Entry("s", datetime(2026, 7, 1, 9), None, "summer")
    _, events = read(made(PATROL, summer, timezone="Europe/Berlin"))
    assert [str(event.decoded("DTSTART"))[-6:] for event in events] == ["+02:00", "+02:00"]


def test_a_calendar_without_entries_is_one() -> None:
    calendar, events = read(made())
    assert events == []
    assert len(calendar.walk("VTIMEZONE")) == 1
