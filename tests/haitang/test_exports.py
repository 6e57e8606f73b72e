"""The month starts from exports: all of them is read, and a lost point leads to the row of the export."""

import csv
from pathlib import Path
from typing import Any

import polars as pl
import pytest
import python_calamine

import dutyrules as dr
from dutyrules.cli.demo_exports import EXPORTS
from dutyrules.estate import import_exports
from dutyrules.source import plain, read

TRUTH = Path(__file__).parents[1] / "truth" / "haitang-2026-10.yaml"


@pytest.fixture(scope="module")
def told() -> dict[str, int]:
    """Export → the events that the generator put there."""
    truth: dict[str, Any] = plain(read(TRUTH))
    return {Path(row["file"]).name: row["rows"] for row in truth["rows"] if row["file"].startswith("exports/")}


def test_every_export_is_imported(told: dict[str, int], haitang: Path) -> None:
    assert {export.file for export in EXPORTS} == set(told) == {path.name for path in (haitang / "exports").iterdir()}


def test_all_rows_of_the_exports_can_be_read(told: dict[str, int], haitang: Path) -> None:
    estate = dr.load_estate(haitang)
    for export in EXPORTS:
        imported = import_exports(export.mapping, [haitang / "exports" / export.file], estate, settings=export.settings)
        assert (imported.rows.height, imported.rejected_rows) == (told[export.file], 0), export.file
        assert imported.notices == ()


def test_approved_leave_comes_from_dingtalk(haitang: Path) -> None:
    leave = dr.load_estate(haitang).tables.leave
    approved = leave.filter("approved").select("person", "from", "until").unique()
    assert approved.height == 10
    assert leave.filter(~pl.col("approved"))["person"].to_list() == ["b12"]  # nobody approved it


def origin(log: Path, row: int) -> str:
    with log.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))[row - 2]["origin"]


def test_a_lost_point_leads_to_the_row_of_the_export(haitang: Path, logs: list[Path]) -> None:
    """b01 clocked in at 07:56 on the 12th, a minute late."""
    estate = dr.load_estate(haitang)
    result = dr.score(estate, dr.read_log(logs, estate, period="2026-10"), "2026-10")
    (sheet,) = (sheet for sheet in result.people if sheet.person == "b01")
    (late,) = (one for one in sheet.breaches if (one.duty, one.day) == ("attend_project_meeting", "2026-10-12"))
    ((log, row),) = late.evidence
    assert Path(log).name == "dingtalk.csv"
    name, _, number = origin(Path(log), row).rpartition(":")
    sheet_of_days = python_calamine.load_workbook(haitang / "exports" / name).get_sheet_by_index(0)
    cells = sheet_of_days.to_python(skip_empty_area=False)[int(number) - 1]
    assert {"管家01", "26-10-12 星期一", "07:56", "迟到"} <= set(cells)
