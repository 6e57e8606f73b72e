"""The example estate is planned: what is missed is explained, and a forecast of the plans misses just that."""

import json
from datetime import date
from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import dutyrules as dr
from dutyrules.plan.edited import review
from dutyrules.plan.planfile import read_plan
from dutyrules.plan.substitutes import Absence, substitutes
from dutyrules.plan.verify import violations
from dutyrules.report.plan import render_plan, write_plan
from dutyrules.report.plan_review import review_json
from dutyrules.report.plan_substitutes import substitutes_json
from dutyrules.report.schema import schema_of
from dutyrules.timegrid import Period


@pytest.fixture(scope="module")
def estate(haitang: Path) -> dr.Estate:
    return dr.load_estate(haitang)


@pytest.fixture(scope="module")
def visits(estate: dr.Estate, logs: list[Path]) -> dr.Plan:
    return dr.plan_visits(estate, "2026-Q4", dr.read_log(logs, estate), effort=0)


@pytest.fixture(scope="module")
def patrols(estate: dr.Estate) -> dr.Plan:
    return dr.plan_patrols(estate, "2026-10")


def forecast(estate: dr.Estate, plan: dr.Plan, logs: list[Path], folder: Path) -> set[tuple[object, ...]]:
    """(duty, post, period, expected, actual) of what the plan's duties miss, scored from files as people would."""
    file = folder / "plan.csv"
    write_plan(plan, estate, file, "en")
    log = dr.read_log([*logs, file], estate, forecast=True)
    assert log.rejected_rows == (10 if logs else 0)
    result = dr.score(estate, log, plan.period, forecast=True)
    return {
        (one.duty, one.post, one.period, one.expected, one.actual)
        for sheet in result.people
        for one in sheet.breaches
        if one.duty in plan.duties
    }


def said(plan: dr.Plan) -> set[tuple[object, ...]]:
    return {(one.duty, one.post, one.period, one.expected, one.actual) for one in plan.shortfalls}


def test_visits_miss_no_more_than_must_be_missed(visits: dr.Plan) -> None:
    assert len(visits.tasks) > 2_000
    assert visits.shortfall == visits.least_shortfall
    assert all(one.causes for one in visits.shortfalls)
    assert str(visits.start) == "2026-11-01"


def test_visits_hold_their_promises(estate: dr.Estate, logs: list[Path], visits: dr.Plan) -> None:
    log = dr.read_log(logs, estate)
    kinds = frozenset(estate.planning.visits)
    assert list(violations(estate, log, Period.parse("2026-Q4"), visits, kinds=kinds)) == []


def test_visits_as_a_forecast(estate: dr.Estate, logs: list[Path], visits: dr.Plan, tmp_path: Path) -> None:
    assert forecast(estate, visits, logs, tmp_path) == said(visits)


def test_patrols_miss_no_more_than_must_be_missed(patrols: dr.Plan) -> None:
    assert len(patrols.tasks) > 2_000
    assert patrols.shortfall == patrols.least_shortfall
    assert all(one.causes for one in patrols.shortfalls)
    walking = next(one for one in patrols.measures if one.name == "walking")
    assert walking.gap is not None
    assert walking.gap < 0.05


def test_patrols_as_a_forecast(estate: dr.Estate, patrols: dr.Plan, tmp_path: Path) -> None:
    assert forecast(estate, patrols, [], tmp_path) == said(patrols)


def as_published(name: str, text: str | bytes) -> list[str]:
    """What another program says against a document."""
    return [each.message for each in Draft202012Validator(schema_of(name)).iter_errors(json.loads(text))]


def test_plans_are_as_the_published_schema_says(estate: dr.Estate, visits: dr.Plan, patrols: dr.Plan) -> None:
    for plan in (visits, patrols):
        assert as_published("plan", render_plan(plan, estate, "json", "en")) == []


@pytest.mark.slow
def test_answers_about_a_plan_are_as_the_published_schema_says(
    estate: dr.Estate, logs: list[Path], visits: dr.Plan, tmp_path: Path
) -> None:
    log = dr.read_log(logs, estate)
    write_plan(visits, estate, tmp_path / "plan.csv", "en")
    rows = read_plan(tmp_path / "plan.csv", estate)
    assert as_published("verify", review_json(review(estate, "2026-Q4", log, rows, rows))) == []
    absence = Absence("b04", date(2026, 11, 9), date(2026, 11, 13))
    found = substitutes(estate, "2026-Q4", log, rows, absence)
    assert found
    assert as_published("substitutes", substitutes_json(absence, found)) == []
