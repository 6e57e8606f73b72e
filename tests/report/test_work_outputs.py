"""A plan of all work in hands: a page of paper for each day, slots on the page, and calendars."""

import io
import re
import zipfile

import pytest
from python_calamine import CalamineWorkbook

from dutyrules.report.plan import render_plan
from tests.plan.patrol_world import building
from tests.plan.work_world import Worked, WorkWorld, unit
from tests.report.pages import of, tree, words


@pytest.fixture(scope="module")
def worked(tmp_path_factory: pytest.TempPathFactory) -> Worked:
    """Meeting at 08:30, one building, one visit on Monday at ten, and two things to hand in at 15:50."""
    duties: dict[str, dict[str, object]] = {name: {} for name in ("patrol", "meet", "both")}
    duties["visits"] = {"at_least": 1}
    world = WorkWorld(duties, buildings=[building("b1", 60)], units=[unit("u1")])
    return Worked.of(world, tmp_path_factory.mktemp("worked"), effort=0)


def render(worked: Worked, form: str, person: str | None = None) -> bytes:
    return render_plan(worked.plan, worked.estate, form, "en", person)


def test_a_page_of_paper_for_each_day(worked: Worked) -> None:
    data = render(worked, "xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["overview", "li", "li 10", "plan"]
    found = book.get_sheet_by_name("li").to_python()
    assert found[:14] == [
        ["time", "what", "about", "done", "note"],
        ["2026-10-19 Mon    08:00–17:00", "", "", "", ""],
        ["08:30–09:00", "meeting", "", "", ""],
        ["08:30–09:00", "meeting", "", "", ""],
        ["09:00–10:00", "walk", "", "", ""],
        ["09:00–09:10", "patrol", "b1", "", ""],
        ["10:00–10:20", "", "", "", ""],
        ["10:00–10:20", "visit.home", "b1 u1", "", ""],
        ["11:30–12:00", "outside", "", "", ""],
        ["15:50", "", "", "", ""],
        ["15:50", "record", "", "", ""],
        ["15:50", "report", "", "", ""],
        ["2026-10-20 Tue    08:00–17:00", "", "", "", ""],
        ["08:30–09:00", "meeting", "", "", ""],
    ]
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        page = parts.read("xl/worksheets/sheet2.xml").decode()
    assert re.search(r'<pageSetup paperSize="9"[^>]*orientation="portrait"', page)
    days = [row for row, line in enumerate(found) if str(line[0]).startswith("2026-")]
    assert [int(number) for number in re.findall(r'<brk id="(\d+)"', page)] == days[1:]


def test_slots_on_the_page(worked: Worked) -> None:
    table = of(tree(render(worked, "html").decode()), "p1-2026-10-19")
    slots = [words(row) for row in table.findall(".//tr[@class='slot']")]
    assert slots == ["08:30–09:00 meeting", "09:00–10:00 walk", "10:00–10:20", "11:30–12:00 outside", "15:50"]
    assert len(table.findall("tbody")) == 5


def test_what_is_handed_in_at_once_is_one_entry(worked: Worked) -> None:
    calendar = render(worked, "ics", "li").decode().replace("\r\n", "\n")
    entries = [entry for entry in calendar.split("BEGIN:VEVENT")[1:] if "20261019T" in entry]
    told = sorted(
        (re.findall(r"DTSTART[^:]*:(\S+)", entry)[0], re.findall(r"SUMMARY:(.*)", entry)[0], "OPAQUE" in entry)
        for entry in entries
    )
    assert told == [
        ("20261019T083000", "meeting", True),
        ("20261019T090000", "patrol · b1", True),
        ("20261019T100000", "visit.home · u1", True),
        ("20261019T155000", "record\\, report", False),
    ]
    uids = re.findall(r"UID:(\S+)", calendar)
    assert len(set(uids)) == len(uids)


def test_in_every_language_and_twice_the_same(worked: Worked) -> None:
    for language in ("zh-Hans", "zh-Hant"):
        page = render_plan(worked.plan, worked.estate, "html", language)
        assert page == render_plan(worked.plan, worked.estate, "html", language)
        assert tree(page.decode()).get("lang") == language
    assert render(worked, "xlsx") == render(worked, "xlsx")
