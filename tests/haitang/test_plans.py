"""The example estate is planned: what is missed is explained, and a forecast of the plans misses just that."""

from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.plan.verify import violations
from dutyrules.report.plan import write_plan
from dutyrules.timegrid import Period


@pytest.fixture(scope="module")
def estate(haitang: Path) -> dr.Estate:
    return dr.load_estate(haitang)


@pytest.fixture(scope="module")
def visits(estate: dr.Estate, logs: list[Path]) -> dr.Plan:
    return dr.plan_visits(estate, "2026-Q4", dr.read_log(logs, estate))


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
