"""The example month: the engine finds what the generator planted, all of it and nothing else.

The truth table is written by the generator from the intent of its plants; see examples/haitang/generator.
"""

from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.scoring import Finding, Result
from dutyrules.source import plain, read
from dutyrules.timegrid import date_of

ROOT = Path(__file__).parents[2]
MONTH = "2026-10"


@pytest.fixture(scope="module")
def truth() -> dict[str, Any]:
    found: dict[str, Any] = plain(read(ROOT / "tests" / "truth" / "haitang-2026-10.yaml"))
    return found


@pytest.fixture(scope="module")
def result(haitang: Path, logs: list[Path]) -> Result:
    estate = dr.load_estate(haitang)
    return dr.score(estate, dr.read_log(logs, estate, period=MONTH), MONTH)


def planted(row: dict[str, Any]) -> tuple[object, ...]:
    return tuple(row.get(key) for key in ("person", "duty", "day", "reason"))


def found(sheet: dr.Sheet, one: Finding) -> tuple[object, ...]:
    return sheet.person, one.duty, one.day, one.reason


def test_every_planted_breach_and_no_other(result: Result, truth: dict[str, Any]) -> None:
    engine = Counter(found(sheet, one) for sheet in result.people for one in sheet.breaches)
    assert engine == Counter(planted(row) for row in truth["breaches"])


def test_figures_of_the_breaches(result: Result, truth: dict[str, Any]) -> None:
    """Expected, actual and period wherever the generator knows them."""
    subjects = subjects_of_rows(result)
    findings = [(found(sheet, one), one) for sheet in result.people for one in sheet.breaches]
    for row in truth["breaches"]:
        mine = [one for key, one in findings if key == planted(row)]
        assert any(fits(one, row, subjects) for one in mine), (row, mine)


def subjects_of_rows(result: Result) -> dict[tuple[str, int], str]:
    """(file, row) → the target and case of the log row."""
    log = result.log
    names = [*log.targets.to_list(), ""], [*log.cases.to_list(), ""]
    return {
        (log.files[file].name, row): f"{names[0][target]} {names[1][case]}"
        for file, row, target, case in log.frame.select("file", "row", "target", "case").iter_rows()
    }


def fits(one: Finding, row: dict[str, Any], subjects: dict[tuple[str, int], str]) -> bool:
    told = {"expected": one.expected, "actual": one.actual}
    about = " ".join([one.discriminator, *one.missing, *(subjects[place] for place in one.evidence)])
    return all(told[key] == row[key] for key in told if key in row) and all(
        str(row[key]) in about for key in ("target", "case") if key in row
    )


def test_what_is_excused(result: Result, truth: dict[str, Any]) -> None:
    engine = Counter((sheet.person, one.duty, one.day) for sheet in result.people for one in sheet.excused)
    assert engine == Counter((row["person"], row["duty"], row["day"]) for row in truth["excused"])


def test_what_nobody_can_say(result: Result, truth: dict[str, Any]) -> None:
    engine = {(sheet.person, one.duty, one.period, one.why) for sheet in result.people for one in sheet.not_assessed}
    assert engine == {tuple(row[key] for key in ("person", "duty", "period", "why")) for row in truth["not_assessed"]}


def test_points_by_line_item_and_sheet(result: Result, truth: dict[str, Any]) -> None:
    sheets = {(sheet.person, sheet.role): sheet for sheet in result.people}
    assert sheets.keys() == {(row["person"], row["role"]) for row in truth["sheets"]}
    for row in truth["sheets"]:
        sheet = sheets[row["person"], row["role"]]
        if row["score"] is None:
            assert sheet.score is None
            continue
        lines = {line.clause[0]: line.points for item in sheet.items for line in item.lines if line.points}
        assert lines == {clause: Decimal(points) for clause, points in row["lines"].items()}, row["person"]
        items = {item.item: (item.marks, item.deducted, item.score) for item in sheet.items}
        wanted = {
            key: tuple(Decimal(item[name]) for name in ("marks", "deducted", "score"))
            for key, item in row["items"].items()
        }
        assert items == wanted, row["person"]
        for name in ("marks", "score", "assessed_marks", "score_min", "score_max", "bonus"):
            assert getattr(sheet, name) == Decimal(row[name]), (row["person"], name)
        assert sheet.complete is row["complete"], row["person"]
        assert (None if sheet.percent is None else f"{sheet.percent:.2f}") == row["percent"]
        assert sum(sheet.fine_totals.values(), Decimal(0)) == Decimal(row["fines"])
        assert [item.item for item in sheet.items if item.state != "assessed"] == row["incomplete_items"]


def test_every_point_leads_to_a_breach_or_a_row(result: Result) -> None:
    for sheet in result.people:
        ids = {one.breach_id for one in sheet.breaches}
        for item in sheet.items:
            for line in item.lines:
                assert set(line.breaches) <= ids
                if line.points:
                    assert line.breaches or line.findings, (sheet.person, item.item, line.line)


def test_unreadable_rows_are_kept(result: Result, truth: dict[str, Any]) -> None:
    rejects = {
        (Path(file).name, row, column)
        for file, row, column in result.log.rejects.select("file", "row", "column").iter_rows()
    }
    assert rejects == {(Path(row["file"]).name, row["row"], row["column"]) for row in truth["rejects"]}
    assert len(result.log.late) == truth["rows_recorded_too_late"]


def test_leave_without_a_substitute(result: Result, truth: dict[str, Any]) -> None:
    scored = range(result.period.first_day, result.period.last_day + 1)
    uncovered = {
        (person, date_of(day).isoformat())
        for person, _, _, day in result.judgement.ground.presence.uncovered
        if day in scored
    }
    assert uncovered == {(row["person"], row["day"]) for row in truth["uncovered"]}


def test_the_same_result_again(result: Result) -> None:
    """Ids and sheets do not depend on the order of the files."""
    estate = result.estate
    files = [Path(file.name) for file in result.log.files]
    again = dr.score(estate, dr.read_log(files, estate, period=MONTH), MONTH)
    assert again.people == result.people
