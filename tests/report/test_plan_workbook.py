"""A plan as a workbook: what Excel shows, what a printer prints, and what comes back when it was edited."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import xlsxwriter
from python_calamine import CalamineWorkbook

import dutyrules as dr
from dutyrules.plan import Plan, Task
from dutyrules.plan.planfile import read_plan
from dutyrules.report.plan import render_plan
from tests.report.lane import lane


@pytest.fixture(scope="module")
def short(tmp_path_factory: pytest.TempPathFactory) -> tuple[dr.Estate, Plan]:
    return lane(tmp_path_factory.mktemp("short"), closed=("u05", "u07"))


def opened(data: bytes) -> CalamineWorkbook:
    return CalamineWorkbook.from_filelike(io.BytesIO(data))


def rows(data: bytes, sheet: str) -> list[list[Any]]:
    return opened(data).get_sheet_by_name(sheet).to_python()


def xml(data: bytes, sheet: int) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        return parts.read(f"xl/worksheets/sheet{sheet}.xml").decode()


def test_the_overview_says_what_matters(short: tuple[dr.Estate, Plan]) -> None:
    data = render_plan(short[1], short[0], "xlsx", "en")
    assert opened(data).sheet_names == ["overview", "王小明", "plan"]
    told = [str(cell) for row in rows(data, "overview") for cell in row if cell != ""]
    assert told[0] == "The lane: visits 2026-10, from 2026-10-13 on"
    assert told[1].startswith("Infeasible")
    assert "12 more households are needed; of the 12 that would count 10 can be reached at all: 10 < 12" in told
    assert told.index("0.00 %") > told.index("building days (person × day × building)")
    assert "Often: counts events, not different targets" in told


def test_a_list_to_print(short: tuple[dr.Estate, Plan]) -> None:
    data = render_plan(short[1], short[0], "xlsx", "zh-Hans")
    found = rows(data, "王小明")
    assert found[0] == ["日期", "星期", "序", "时间", "事项", "楼栋", "房屋", "工单", "完成", "备注"]
    assert found[1][:8] == [date(2026, 10, 13), "周二", 1, "14:00–14:05", "电话回访", "b2", "u03", "r1"]
    page = xml(data, 2)
    assert re.search(r'<pageSetup paperSize="9"[^>]*orientation="portrait"', page)
    assert 'ySplit="1"' in page  # the title row stays in sight
    breaks = [1 + sum(task.at.day < monday for task in short[1].tasks) for monday in (19, 26)]
    assert [int(row) for row in re.findall(r'<brk id="(\d+)"', page)] == breaks  # above 19 and 26 October
    with zipfile.ZipFile(io.BytesIO(data)) as parts:
        assert "王小明!$1:$1" in parts.read("xl/workbook.xml").decode()  # and is printed on every page


def test_columns_fit_chinese(short: tuple[dr.Estate, Plan]) -> None:
    widths = [
        float(width) for width in re.findall(r' width="([\d.]+)"', xml(render_plan(*short[::-1], "xlsx", "zh-Hans"), 2))
    ]
    assert widths[4] > 2 * len("电话回访")


def test_what_is_listed_at_once_is_one_line(short: tuple[dr.Estate, Plan]) -> None:
    estate, plan = short
    at = datetime(2026, 10, 14, 16, 40)
    listed = [
        Task(at, at, "wang", "visit.home", building, order=order) for order, building in enumerate(["b1", "b2"], 1)
    ]
    found = rows(render_plan(replace(plan, tasks=listed), estate, "xlsx", "en"), "王小明")
    assert [row[3:6] for row in found[1:]] == [["16:40", "Home visit", "b1, b2"]]


def test_rows_come_back(short: tuple[dr.Estate, Plan], tmp_path: Path) -> None:
    estate, plan = short
    tasks = [replace(task, pinned=number == 2) for number, task in enumerate(plan.tasks)]
    path = tmp_path / "plan.xlsx"
    path.write_bytes(render_plan(replace(plan, tasks=tasks), estate, "xlsx", "zh-Hans"))
    back = [one.task for one in read_plan(path, estate)]
    assert back == tasks
    assert [one.attributes for one in back] == [one.attributes for one in tasks]
    assert '<dataValidation type="list"' in xml(path.read_bytes(), 3)


def test_rows_alone_come_back_too(short: tuple[dr.Estate, Plan], tmp_path: Path) -> None:
    """Who keeps nothing but the rows may call the sheet as they like."""
    estate, plan = short
    grid = rows(render_plan(plan, estate, "xlsx", "en"), "plan")
    path = tmp_path / "mine.xlsx"
    with xlsxwriter.Workbook(path, {"default_date_format": "yyyy-mm-dd hh:mm", "strings_to_formulas": False}) as book:
        sheet = book.add_worksheet("mine")
        for number, row in enumerate(grid):
            sheet.write_row(number, 0, row)
    assert [one.task for one in read_plan(path, estate)] == list(plan.tasks)


def test_it_is_the_same_on_repeat(short: tuple[dr.Estate, Plan], monkeypatch: pytest.MonkeyPatch) -> None:
    estate, plan = short
    once = render_plan(plan, estate, "xlsx", "en")
    monkeypatch.setenv("TZ", "America/New_York")
    assert render_plan(plan, estate, "xlsx", "en") == once
    with zipfile.ZipFile(io.BytesIO(once)) as parts:
        assert "2026-10-13T00:00:00Z" in parts.read("docProps/core.xml").decode()
        assert {part.date_time for part in parts.infolist()} == {(1980, 1, 1, 0, 0, 0)}


@pytest.mark.parametrize("name", ["plan", "overview", "History", "a/b:c", "'quoted'", "一二三四五六七八九十" * 4])
def test_any_name_is_a_sheet(short: tuple[dr.Estate, Plan], name: str) -> None:
    estate, plan = short
    people = estate.tables.people.with_columns(name=pl.lit(name))
    found = opened(render_plan(plan, replace(estate, tables=replace(estate.tables, people=people)), "xlsx", "en"))
    assert len({one.lower() for one in found.sheet_names}) == 3
    assert found.sheet_names[2] == "plan"


def test_a_plan_without_tasks(short: tuple[dr.Estate, Plan], tmp_path: Path) -> None:
    estate, plan = short
    empty = replace(plan, tasks=())
    data = render_plan(empty, estate, "xlsx", "en")
    assert opened(data).sheet_names == ["overview", "plan"]
    (tmp_path / "plan.xlsx").write_bytes(data)
    assert read_plan(tmp_path / "plan.xlsx", estate) == []
    assert "nothing planned" in render_plan(empty, estate, "text", "en").decode()
