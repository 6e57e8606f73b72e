"""Workbooks by openpyxl, which did not write them: values, formulas, links and looks survive its reading and saving."""

import io
import re
from pathlib import Path
from typing import Any

import openpyxl
import pytest

import dutyrules as dr
from dutyrules.report import render
from dutyrules.report.plan import render_plan, write_plan
from tests.report import month_world
from tests.report.lane import lane

HAITANG = Path(__file__).parents[2] / "examples" / "haitang"


@pytest.fixture(scope="module")
def month() -> dr.Result:
    estate = dr.load_estate(HAITANG)
    log = dr.read_log(sorted((HAITANG / "logs").glob("*.csv")), estate, period="2026-10")
    return dr.score(estate, log, "2026-10")


def opened(data: bytes, **options: Any) -> Any:
    return openpyxl.load_workbook(io.BytesIO(data), **options)


def test_a_month_by_another_reader(month: dr.Result) -> None:
    """Each person's sheet ends in a formula; what is saved with it is the score, and each link leads somewhere."""
    data = render(month, "xlsx", "zh-Hans")
    live, saved = opened(data), opened(data, data_only=True)
    assert live.sheetnames == saved.sheetnames
    assert (live.sheetnames[0], len(live.sheetnames)) == ("排名", 1 + len(month.people) + 2)
    complete = [sheet for sheet in month.people if sheet.complete and sheet.score is not None]
    assert len(complete) > 8
    for sheet in complete:
        page, values = live[sheet.name], saved[sheet.name]
        (row,) = [row for row in page.iter_rows() if "总分" in {cell.value for cell in row}]
        totals = [cell.coordinate for cell in row if isinstance(cell.value, str) and cell.value.startswith("=")]
        assert float(sheet.score or 0) in {values[cell].value for cell in totals}, sheet.name
    places = [cell.hyperlink.location for page in live for row in page.iter_rows() for cell in row if cell.hyperlink]
    assert len(places) > 300
    for place in places:
        name, cell = re.fullmatch(r"'?(.+?)'?!([A-Z]+[0-9]+)", place).groups()  # type: ignore[union-attr]
        assert live[name][cell].value is not None, place


def test_what_another_program_saves_says_the_same(tmp_path: Path) -> None:
    result = month_world.scored(month_world.write_estate(tmp_path))
    data = render(result, "xlsx", "en")
    again = io.BytesIO()
    opened(data).save(again)
    for options in ({}, {"read_only": True}):
        first, second = opened(data, **options), opened(again.getvalue(), **options)
        for name in first.sheetnames:
            before = [[cell.value for cell in row] for row in first[name].iter_rows()]
            assert [[cell.value for cell in row] for row in second[name].iter_rows()] == before


def test_the_same_bytes_for_the_same_month(month: dr.Result) -> None:
    for person in (None, "b04"):
        assert render(month, "xlsx", "zh-Hans", person) == render(month, "xlsx", "zh-Hans", person)


def test_a_plan_by_another_reader(tmp_path: Path) -> None:
    """The rows of the sheet that is read back are those of the plan, and pins are a drop-down."""
    estate, plan = lane(tmp_path)
    write_plan(plan, estate, tmp_path / "plan.xlsx", "zh-Hans")
    book = openpyxl.load_workbook(tmp_path / "plan.xlsx")
    titles, *rows = ([cell.value for cell in row] for row in book["plan"].iter_rows())
    told = [dict(zip(titles, row, strict=True)) for row in rows]
    assert [(row["at"], row["person"], row["kind"], row["target"]) for row in told] == [
        (task.at, task.person, task.kind, task.target) for task in plan.tasks
    ]
    (rule,) = book["plan"].data_validations.dataValidation
    assert rule.formula1 == '"yes,no"'
    assert render_plan(plan, estate, "xlsx", "zh-Hans") == (tmp_path / "plan.xlsx").read_bytes()
