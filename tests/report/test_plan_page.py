"""A plan as one HTML page: nothing from outside, nothing that a name can break, and the plan's own numbers."""

import re
from base64 import b64encode
from collections import Counter
from dataclasses import replace
from datetime import date, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.plan import Measure, Move, Plan, Status, Task
from dutyrules.report.language import LANGUAGES
from dutyrules.report.plan import render_plan
from dutyrules.report.plan_load import Loads
from dutyrules.report.plan_words import PlanWords
from tests.report.lane import lane
from tests.report.pages import Element, Tags, body, of, tree, words


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> tuple[dr.Estate, Plan]:
    return lane(tmp_path_factory.mktemp("short"), closed=("u05", "u07"))


def written(estate: dr.Estate, plan: Plan, language: str = "en") -> str:
    return render_plan(plan, estate, "html", language).decode()


# ---------------------------------------------------------------- nothing from outside


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_stands_alone(short: tuple[dr.Estate, Plan], language: str) -> None:
    page = written(*short, language)
    seen = Tags(page)
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
    links = [value for name, value in seen.attributes if name in ("href", "src")]
    assert {link for link in links if not link.startswith("#")} == {"data:,"}  # the icon that no browser asks for then
    ids = Counter(value for name, value in seen.attributes if name == "id")
    assert max(ids.values()) == 1
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= set(ids)
    assert not re.search(r"https?:|//\w|url\(|@import", page)
    assert not {"img", "iframe", "object", "embed", "form", "base"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]


def test_only_the_pages_own_script_and_style_may_run(short: tuple[dr.Estate, Plan]) -> None:
    page = written(*short)
    (policy,) = re.findall(r'http-equiv="Content-Security-Policy" content="([^"]+)"', page)
    assert policy.startswith("default-src &#x27;none&#x27;; ")
    for name in ("style", "script"):
        (text,) = re.findall(rf"<{name}>(.*?)</{name}>", page, re.DOTALL)
        allowed = b64encode(sha256(text.encode()).digest()).decode()
        assert f"{name}-src &#x27;sha256-{allowed}&#x27;;" in policy


def test_no_name_becomes_a_tag(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)> & \u202e]]>'
    people = estate.tables.people.with_columns(name=estate.tables.people["name"].str.replace(".*", evil, literal=False))
    tasks = [replace(task, target=evil, case=evil) for task in plan.tasks]
    shortfalls = [replace(one, missing=(evil,) * 30, post=f"{evil}@yard@butler") for one in plan.shortfalls]
    spoiled = replace(plan, tasks=tasks, shortfalls=shortfalls, provenance={"books": {evil: evil}})
    renamed = replace(estate, title=evil, tables=replace(estate.tables, people=people))
    page = written(renamed, spoiled)
    seen, plain = Tags(page), Tags(written(estate, plan))
    assert (seen.tags["script"], seen.tags["img"]) == (1, 0)
    assert [name for name, _ in seen.attributes if name.startswith("on")] == []
    assert set(seen.tags) - set(plain.tags) == set()
    assert seen.texts[evil] >= len(tasks)
    assert ("data-person", evil) in seen.attributes
    tree(page)


def test_the_same_bytes_again(short: tuple[dr.Estate, Plan], tmp_path: Path) -> None:
    estate, plan = short
    again, other = lane(tmp_path, closed=("u05", "u07"))
    assert written(estate, plan, "zh-Hans") == written(again, other, "zh-Hans")


# ---------------------------------------------------------------- how good it is


def test_the_head_says_what_matters(short: tuple[dr.Estate, Plan]) -> None:
    root = tree(written(*short))
    assert words(root.findall(".//h1")[0]) == "The lane: visits 2026-10, from 2026-10-13 on"
    (status,) = root.findall(".//*[@class='status bad']")
    assert words(status).startswith("Infeasible")
    told = [words(part) for part in of(root, "shortfalls").findall(".//li/*")]
    assert told == [
        "2026-10 Everybody each month · wang@yard@butler: too few expected 12 actual 10 (2 missing)",
        "12 more households are needed; of the 12 that would count 10 can be reached at all: 10 < 12",
        "missing: u05, u07",
        f"proven: it may be waived · V-1 · {short[1].shortfalls[0].breach_id}",
    ]
    assert "Often: counts events, not different targets" in words(of(root, "unplanned"))


def test_a_good_plan_says_so(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    root = tree(written(estate, replace(plan, status=Status.FEASIBLE, shortfalls=(), least_shortfall=0)))
    assert len(root.findall(".//*[@class='status good']")) == 1
    assert root.findall(".//*[@id='shortfalls']") == []


def test_every_measure_has_its_line_and_bar(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    measures = [
        Measure("walking", "minutes", 12, 9),
        Measure("busiest_week", "visits", 4),
        Measure("long_waits", "waits", 0, 0),
    ]
    found = of(tree(written(estate, replace(plan, measures=measures))), "measures")
    assert [line[:5] for line in body(found)] == [
        ["walking from building to building", "minutes", "12", "9", "33.33 %"],
        ["most home visits of one person in a week", "visits", "4", "–", "–"],
        ["waits longer than promised", "waits", "0", "0", "0.00 %"],
    ]
    bars = [[*row.findall(".//rect"), *row.findall(".//line")] for row in found.findall(".//tbody/tr")]
    assert [[one.get("width") or one.get("x1") for one in row] for row in bars] == [
        ["120.0", "90.0"],  # the bound at three quarters of the value
        ["120.0"],
        ["0.0", "0.0"],
    ]


def test_what_moved_is_there_for_both(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    task = plan.tasks[0]  # a call to u03 at 14:00
    later = replace(task, at=task.at + timedelta(days=1))
    moves = [Move(replace(task, person="li"), later, "person", "absent"), Move(task, None, "gone", "not_needed")]
    found = of(tree(written(estate, replace(plan, moves=moves))), "moves")
    assert words(found.findall("./h2")[0]) == PlanWords(plan, estate, "en").speech("plan_moves", count=2)
    assert [line[:5] for line in body(found)] == [
        ["b2", "u03", "Call", "10-13 14:00 li", "10-14 14:00 王小明"],
        ["b2", "u03", "Call", "10-13 14:00 王小明", "–"],
    ]
    assert [(row.get("data-person"), row.get("data-also")) for row in found.findall(".//tbody/tr")] == [
        ("wang", "li"),
        ("wang", "wang"),
    ]


# ---------------------------------------------------------------- who does what when


def lines(root: Element, ident: str) -> list[tuple[str, ...]]:
    """Every task that stands under somebody: day, number, time, kind, building, unit."""
    return [
        (table.get("aria-label", "")[:10], *row[:5])
        for table in of(root, ident).findall(".//details//table")
        for row in body(table)
    ]


def test_every_task_stands_there_once(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    told = PlanWords(plan, estate, "en")
    assert lines(tree(written(estate, plan)), "p1") == [
        (
            str(task.at.date()),
            str(task.order),
            f"{task.at:%H:%M}–{task.until:%H:%M}",
            told.kind(task.kind),
            *told.place(task),
        )
        for task in plan.tasks
    ]


def test_numbers_are_the_plans(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    root = tree(written(estate, plan))
    days = {task.at.date() for task in plan.tasks}
    entered = next(one.value for one in plan.measures if one.name == "building_days")
    row = ["王小明", "10", "2", str(len(days)), str(entered)]
    assert [line[:5] for line in body(of(root, "people"))] == [row]
    section = of(root, "p1")
    assert [words(one) for one in section.findall("./ul/li")] == ["Home visit 10", "Call 2"]
    (heat,) = section.findall(".//svg[@class='heat']")
    assert sum(int(words(one)) for one in heat.findall("./text[@class='sum']")) == entered
    assert len(section.findall(".//td/a")) == len(section.findall(".//details")) == len(days)
    bars = [int(words(one)) for one in section.findall(".//td/a/svg/text")]
    assert sum(bars) == len(plan.tasks)


def test_weeks_stand_beside_their_even_share(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    section = of(tree(written(estate, plan)), "p1")
    (chart,) = section.findall(".//svg[@class='columns']")
    assert len(plan.tasks) == 12
    weeks, titles = [(12, "3.4"), (19, "4.3"), (26, "4.3")], {"visit.home": "Home visit", "visit.phone": "Call"}
    told, highest = [], 0
    for monday, share in weeks:  # 12 in all; 4, 5 and 5 workdays
        made = [task.kind for task in plan.tasks if monday <= task.at.day < monday + 7]
        bars = ", ".join(f"{title} {made.count(kind)}" for kind, title in titles.items() if kind in made)
        told.append(f"2026-10-{monday}: {bars}; even share {share}")
        highest = max(highest, len(made))
    assert [words(one) for one in chart.findall("./g/title")] == told
    levels = [int(one.get("y1", "")) for one in chart.findall("./g/line")]
    assert levels == [110 - 96 * sevenths // 7 // highest for sevenths in (24, 30, 30)]


def test_a_day_of_the_calendar(short: tuple[dr.Estate, Plan]) -> None:
    (month,) = of(tree(written(*short)), "p1").findall(".//table[@class='month']")
    assert [words(one) for one in month.findall("./thead/tr/th")] == ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    weeks = month.findall("./tbody/tr")
    assert [len(week) for week in weeks] == [7, 7, 7]  # those before the plan begins are not shown
    monday, tuesday, *_, sunday = weeks[0]
    assert (monday.get("class"), words(monday)) == ("past", "12")
    assert (sunday.get("class"), words(sunday)) == ("rest", "18off")
    (link,) = tuesday.findall("./a")
    assert link.get("href") == "#p1-2026-10-13"
    assert words(link.findall("./svg/title")[0]).endswith("Call 2")
    assert weeks[-1][6].get("class") == "out"


def test_leave_is_told_from_rest(tmp_path: Path) -> None:
    lane(tmp_path)
    leave = "person,from,until,kind,approved\nwang,2026-10-21 00:00,2026-10-22 00:00,annual,yes\n"
    (tmp_path / "leave.csv").write_text(leave, "utf-8")
    estate = dr.load_estate(tmp_path)
    plan = dr.plan_visits(estate, "2026-10")
    (found,) = of(tree(written(estate, plan, "zh-Hans")), "p1").findall(".//td[@class='leave']")
    assert words(found) == "21假"


def test_marks(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    first, second, third, *rest = plan.tasks
    tasks = [replace(first, pinned=True), replace(second, attributes={"reserve": "yes"}), third, *rest]
    notes = [
        row[-1]
        for table in of(tree(written(estate, replace(plan, tasks=tasks))), "p1").findall(".//details//table")
        for row in body(table)
    ]
    assert notes[:2] == ["pinned r1", "=r2, reserve"]
    assert sum("pinned" in note for note in notes) == sum("reserve" in note for note in notes) == 1


def test_who_comes_along_has_it_too(tmp_path: Path) -> None:
    lane(tmp_path)
    people = "person,name,role,area\nwang,王小明,butler,yard\nli,,butler,yard\n"
    (tmp_path / "people.csv").write_text(people, "utf-8")
    estate = dr.load_estate(tmp_path)
    start = datetime(2026, 10, 13, 15)
    one = Task(
        start,
        start + timedelta(minutes=20),
        "wang",
        "visit.home",
        "u01",
        None,
        {"participants": "li"},
        ("everyone",),
        1,
    )
    plan = Plan("visits", "lane", "2026-10", date(2026, 10, 13), Status.OPTIMAL, [one], ("everyone",), (), 0, ())
    root = tree(written(estate, plan))
    assert [line[:5] for line in body(of(root, "people"))] == [
        ["li", "0", "1", "1", "1"],  # home visits, coming along, days, building days
        ["王小明", "1", "0", "1", "1"],
    ]
    assert [words(part) for part in of(root, "p1").findall("./ul/li")] == ["coming along 1"]
    assert [words(part) for part in of(root, "p2").findall("./ul/li")] == ["Home visit 1"]
    assert [line[-2:] for line in (*lines(root, "p1"), *lines(root, "p2"))] == [("b2", "u01")] * 2
    assert [words(part) for part in root.findall(".//select/option")] == ["everybody", "li", "王小明"]


def test_what_is_published_at_once_is_one_line(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    at = datetime(2026, 10, 13, 16, 40)
    tasks = [Task(at, at, "wang", "visit.phone", target, order=order) for order, target in enumerate(("u01", "u02"), 1)]
    found = replace(plan, tasks=tasks)
    root = tree(written(estate, found))
    assert lines(root, "p1") == [("2026-10-13", "1", "16:40", "Call", "b2, b1", "u01, u02")]
    assert Loads(PlanWords(found, estate, "en")).all[0].days == {}  # it takes no time


def test_nothing_planned(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    root = tree(written(estate, replace(plan, tasks=(), measures=())))
    assert words(of(root, "people")) == "nothing planned"
