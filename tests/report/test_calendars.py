"""Calendars as RFC 5545 has them, read by a parser that knows nothing of the library that writes them."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

import dutyrules as dr
from dutyrules.plan import Plan
from dutyrules.report.due import render_due
from dutyrules.report.plan import render_plan
from tests.report.lane import lane

HAITANG = Path(__file__).parents[2] / "examples" / "haitang"
SHANGHAI = ZoneInfo("Asia/Shanghai")


@dataclass
class Part:
    """A component: its properties in order, with their parameters, and the components in it."""

    name: str
    properties: list[tuple[str, dict[str, str], str]] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    def get(self, name: str) -> tuple[dict[str, str], str]:
        (found,) = [(parameters, value) for key, parameters, value in self.properties if key == name]
        return found

    def text(self, name: str) -> str:
        return unescaped(self.get(name)[1])

    def has(self, name: str) -> bool:
        return any(key == name for key, _, _ in self.properties)


def parse(data: bytes) -> Part:
    """RFC 5545, 3.1: lines end with CR LF; a line that begins with a blank goes on with the one before."""
    assert data.endswith(b"\r\n")
    lines = data.removesuffix(b"\r\n").split(b"\r\n")
    assert all(b"\n" not in line and b"\r" not in line for line in lines)
    assert max(map(len, lines)) <= 75
    for line in lines:
        line.decode("utf-8")  # no letter is cut in two
    unfolded = b"\r\n".join(lines).replace(b"\r\n ", b"").decode("utf-8").split("\r\n")
    root = Part("root")
    stack = [root]
    for content in unfolded:
        match = re.fullmatch(r'((?:"[^"]*"|[^":])*):(.*)', content, re.DOTALL)
        assert match is not None, content
        head, value = match.groups()
        name, *rest = head.split(";")
        parameters = dict(each.split("=", 1) for each in rest)
        if name == "BEGIN":
            stack.append(Part(value))
            stack[-2].parts.append(stack[-1])
        elif name == "END":
            assert stack.pop().name == value
        else:
            stack[-1].properties.append((name, parameters, value))
    (calendar,) = root.parts
    assert (len(stack), calendar.name) == (1, "VCALENDAR")
    return calendar


def unescaped(text: str) -> str:
    """3.3.11: commas, semicolons and backslashes have a backslash in front, a break is \\n; nothing else has."""
    assert not re.search(r"(?<!\\)(?:\\\\)*[,;]", text), text
    return re.sub(r"\\(.)", lambda found: "\n" if found[1] in "nN" else found[1], text)


def moment(part: Part, name: str) -> datetime | date:
    """The instant of a property; with a zone that the file itself defines, or in universal time."""
    parameters, value = part.get(name)
    if parameters.get("VALUE") == "DATE":
        return date(int(value[:4]), int(value[4:6]), int(value[6:8]))
    found = datetime.strptime(value.removesuffix("Z"), "%Y%m%dT%H%M%S")
    if value.endswith("Z"):
        assert "TZID" not in parameters
        return found.replace(tzinfo=UTC)
    return found.replace(tzinfo=ZoneInfo(parameters["TZID"]))


def events(calendar: Part) -> list[Part]:
    return [part for part in calendar.parts if part.name == "VEVENT"]


def sound(calendar: Part) -> Iterator[str]:
    """What is wrong with a calendar."""
    zones = {part.get("TZID")[1] for part in calendar.parts if part.name == "VTIMEZONE"}
    names = [event.get("UID")[1] for event in events(calendar)]
    if len(set(names)) < len(names):
        yield "a UID twice"
    if calendar.get("VERSION")[1] != "2.0" or not calendar.has("PRODID"):
        yield "no head"
    for event in events(calendar):
        for name in ("DTSTART", "DTEND"):
            if not event.has(name):
                continue
            parameters, value = event.get(name)
            if not value.endswith("Z") and parameters.get("VALUE") != "DATE" and parameters.get("TZID") not in zones:
                yield f"{name} in a zone that the file does not define: {parameters}"
        if event.has("DTEND") and not moment(event, "DTSTART") < moment(event, "DTEND"):
            yield "an end before its beginning"
        if not event.get("DTSTAMP")[1].endswith("Z"):
            yield "a DTSTAMP that is not in universal time"
        if not event.text("SUMMARY"):
            yield "nothing is said"


@pytest.fixture(scope="module")
def haitang() -> tuple[dr.Estate, dr.Log]:
    estate = dr.load_estate(HAITANG)
    return estate, dr.read_log(sorted((HAITANG / "logs").glob("*.csv")), estate, period="2026-10")


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[dr.Estate, Plan]:
    return lane(tmp_path_factory.mktemp("lane"))


NOON = datetime(2026, 10, 15, 12)


def open_calendar(haitang: tuple[dr.Estate, dr.Log], at: datetime = NOON, person: str = "b04") -> Part:
    return parse(render_due(dr.due(*haitang, at), "ics", "zh-Hans", person))


def test_what_is_open_by_another_parser(haitang: tuple[dr.Estate, dr.Log]) -> None:
    """By hand from the books: the fee summary is at 16:30, in local time; what is due in the month has its day."""
    calendar = open_calendar(haitang)
    assert list(sound(calendar)) == []
    by_summary = {event.text("SUMMARY"): event for event in events(calendar)}
    summary = next(event for text, event in by_summary.items() if text.startswith("参加收费总结会"))
    start = moment(summary, "DTSTART")
    assert isinstance(start, datetime)
    assert start.utcoffset() == timedelta(hours=8)
    assert start.date() == NOON.date()
    assert {str(moment(event, "DTSTAMP")) for event in events(calendar)} == {"2026-10-15 04:00:00+00:00"}
    monthly = next(event for text, event in by_summary.items() if text.startswith("每月家访"))
    assert moment(monthly, "DTSTART") == date(2026, 10, 31)


def test_an_hour_later_the_same_things_have_the_same_names(haitang: tuple[dr.Estate, dr.Log]) -> None:
    before = open_calendar(haitang)
    later = open_calendar(haitang, NOON + timedelta(hours=1))
    names = {event.get("UID")[1] for event in events(before)}
    assert {event.get("UID")[1] for event in events(later)} <= names
    sequence = {event.get("UID")[1]: int(event.get("SEQUENCE")[1]) for event in events(before)}
    assert all(int(event.get("SEQUENCE")[1]) == sequence[event.get("UID")[1]] + 60 for event in events(later))


def test_everybody_has_a_sound_calendar(haitang: tuple[dr.Estate, dr.Log]) -> None:
    due = dr.due(*haitang, NOON)
    found = 0
    for agenda in due.people:
        calendar = parse(render_due(due, "ics", "zh-Hans", agenda.person))
        assert list(sound(calendar)) == [], agenda.person
        found += len(events(calendar))
    assert found > 100


def plan_calendar(estate: dr.Estate, plan: Plan) -> Part:
    return parse(render_plan(plan, estate, "ics", "zh-Hans", "wang"))


def test_a_plan_by_another_parser(whole: tuple[dr.Estate, Plan]) -> None:
    """Two calls of the lane on the thirteenth; a unit and a case that begin like signs of other formats."""
    estate, plan = whole
    calendar = plan_calendar(estate, plan)
    assert list(sound(calendar)) == []
    calls = events(calendar)[0]
    assert calls.text("LOCATION") == "b2、b1"
    assert calls.text("DESCRIPTION") == "14:00  b2  u03  r1\n14:05  b1  -1-101  =r2"
    start, end = moment(calls, "DTSTART"), moment(calls, "DTEND")
    assert (start, end) == (
        datetime(2026, 10, 13, 14, tzinfo=SHANGHAI),
        datetime(2026, 10, 13, 14, 10, tzinfo=SHANGHAI),
    )


def names(calendar: Part) -> list[str]:
    return [event.get("UID")[1] for event in events(calendar)]


def test_a_plan_that_is_made_again_moves_its_entries(whole: tuple[dr.Estate, Plan]) -> None:
    """Planned again a day later, each hour moved: the same names, so that a phone moves what it has."""
    estate, plan = whole
    moved = [
        replace(one, at=one.at + timedelta(minutes=10), until=one.until + timedelta(minutes=10)) for one in plan.tasks
    ]
    again = replace(plan, tasks=tuple(moved), start=plan.start + timedelta(days=1))
    before, after = plan_calendar(estate, plan), plan_calendar(estate, again)
    assert names(before) == names(after)
    assert [int(event.get("SEQUENCE")[1]) for event in events(after)] == [
        int(event.get("SEQUENCE")[1]) + 24 * 60 for event in events(before)
    ]


@pytest.mark.parametrize(
    "target",
    ["，".join(["海棠苑东区一号楼三单元"] * 9), "a,b;c\\d\ne:f", '"quoted";TZID="x"', "𠮷野家🏠" * 20, "BEGIN:VEVENT"],
)
def test_whatever_is_said_is_read_back(whole: tuple[dr.Estate, Plan], target: str) -> None:
    estate, plan = whole
    one = replace(plan.tasks[0], target=target, case=target)
    told = plan_calendar(estate, replace(plan, tasks=(one,)))
    assert list(sound(told)) == []
    (event,) = events(told)
    assert target in event.text("DESCRIPTION")
