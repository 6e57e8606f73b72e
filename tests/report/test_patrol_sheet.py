"""Patrols for the wall and on the page: which building is which stop of which day, worked out by hand."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from python_calamine import CalamineWorkbook

import dutyrules as dr
from dutyrules.plan import Plan, Task
from dutyrules.report.language import LANGUAGES
from dutyrules.report.plan import render_plan
from tests.plan.patrol_world import World, building, row_of
from tests.report.pages import Element, tree, words

WALKS = {19: ["A1", "A2"], 20: ["A2", "A3"], 22: ["A1", "A4"]}


@pytest.fixture(scope="module")
def walked(tmp_path_factory: pytest.TempPathFactory) -> tuple[dr.Estate, Plan]:
    """Three walks of two buildings; A4 has no coordinates, A5 is never seen, and Wednesday is a day of leave."""
    leave = [{"person": "p1", "from": "2026-10-21 00:00", "until": "2026-10-22 00:00", "approved": "yes"}]
    buildings = [*row_of(3), building("A4"), building("A5", 60, 60), building("B1", 900, area="B")]
    loaded = World(buildings, leave=leave).load(tmp_path_factory.mktemp("walked"))
    tasks = [
        Task(at, at + timedelta(minutes=10), "p1", "patrol", name, duties=("patrol",), order=number)
        for day, names in WALKS.items()
        for number, name in enumerate(names, start=1)
        for at in [datetime(2026, 10, day, 9, 11 * number)]
    ]
    return loaded.estate, replace(loaded.plan(moves=1), tasks=tasks)


def sheet(data: bytes, number: int) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return parts.read(f"xl/worksheets/sheet{number}.xml").decode()


def test_a_sheet_for_the_wall(walked: tuple[dr.Estate, Plan]) -> None:
    estate, plan = walked
    data = render_plan(plan, estate, "xlsx", "en")
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["overview", "p1", "p1 10", "plan"]
    assert book.get_sheet_by_name("p1 10").to_python() == [
        ["building", "Mo", "Tu", "We", "Th", "Fr", "Sa", "Su", "total"],
        ["", 19, 20, 21, 22, 23, 24, 25, ""],
        ["A1", 1, "", "", 1, "", "", "", 2],
        ["A2", 2, 1, "", "", "", "", "", 2],
        ["A3", "", 2, "", "", "", "", "", 1],
        ["A4", "", "", "", 2, "", "", "", 1],
        ["A5", "", "", "", "", "", "", "", 0],
        ["total", 2, 2, "", 2, "", "", "", 6],
    ]
    page = sheet(data, 3)
    assert re.search(r'<pageSetup paperSize="9"[^>]*orientation="landscape"', page)
    assert '<pageSetUpPr fitToPage="1"/>' in page  # one page: no other number is said
    assert "fitToHeight" not in page
    assert "Patrols 2026-10 · p1" in page
    assert data == render_plan(plan, estate, "xlsx", "en")


def test_the_head_of_a_page_may_begin_with_digits(walked: tuple[dr.Estate, Plan]) -> None:
    """In a head &14 is a size, and more digits behind it would belong to it."""
    assert "&amp;14 2026年10月巡楼" in sheet(render_plan(walked[1], walked[0], "xlsx", "zh-Hans"), 3)


def one(root: Element, name: str, class_: str) -> Element:
    (found,) = root.findall(f".//{name}[@class='{class_}']")
    return found


def test_a_map_of_buildings_and_days(walked: tuple[dr.Estate, Plan]) -> None:
    drawn = one(tree(render_plan(walked[1], walked[0], "html", "en").decode()), "svg", "heat walked")
    shown = [(text.get("class"), text.text) for text in drawn.findall("text")]
    stops = [(shade, number) for shade, number in shown if shade and shade.startswith("on-h")]
    # A1 waited for two days with walks from Monday to Thursday; nobody else waited
    assert stops == [("on-h1", "1"), ("on-h2", "1"), ("on-h1", "2"), ("on-h1", "1"), ("on-h1", "2"), ("on-h1", "2")]
    assert [number for kind, number in shown if kind == "line"] == ["A1", "A2", "A3", "A4", "A5"]
    assert [number for kind, number in shown if kind == "sum"] == ["2", "2", "2", "2", "2", "1", "1", "0"]
    assert words(drawn).startswith("p1, times in each building: A1 2, A2 2, A3 1, A4 1, A5 0")
    off = one(drawn, "path", "off-day").get("d") or ""
    assert off.count("M") == 3  # leave on Wednesday, and the weekend


def test_a_picture_of_every_walk(walked: tuple[dr.Estate, Plan]) -> None:
    """120 metres are 146 units wide: A2 is half way, and A5 is 60 metres north of A1."""
    walks = one(tree(render_plan(walked[1], walked[0], "html", "en").decode()), "div", "walks")
    monday, _, thursday = walks.findall("figure")
    assert words(monday) == "10-19 Mon1 A1, 2 A2A11A22"
    assert one(monday, "path", "way").get("d") == "M12 85L85 85"
    assert [(circle.get("cx"), circle.get("cy")) for circle in monday.findall(".//circle")] == [
        ("12", "85"),
        ("85", "85"),
    ]
    assert words(thursday).endswith("without coordinates: A4")
    assert one(thursday, "path", "way").get("d") == "M12 85"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_is_well_formed_in_every_language(walked: tuple[dr.Estate, Plan], language: str) -> None:
    page = render_plan(walked[1], walked[0], "html", language)
    assert page == render_plan(walked[1], walked[0], "html", language)
    root = tree(page.decode())
    ids = {element.get("id") for element in root.iter()}
    assert {element.get("href", "").removeprefix("#") for element in root.iter("use")} <= ids


def test_a_plan_without_patrols_has_none_of_it(walked: tuple[dr.Estate, Plan]) -> None:
    empty = replace(walked[1], tasks=())
    assert b"of-walks" not in render_plan(empty, walked[0], "html", "en").partition(b"</style>")[2]
    names = CalamineWorkbook.from_filelike(io.BytesIO(render_plan(empty, walked[0], "xlsx", "en"))).sheet_names
    assert names == ["overview", "plan"]
