"""The law for all work together: what log and plan miss is what the plan says, and nobody is at two places at once."""

import tempfile
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings

from dutyrules.plan import Plan, Status
from tests.plan.patrol_world import claimed
from tests.plan.work_world import Worked, WorkWorld, work_worlds


def check(world: WorkWorld) -> None:
    with tempfile.TemporaryDirectory() as folder:
        worked = Worked.of(world, Path(folder), effort=0, relax=False)
        plan = worked.plan
        assert worked.judged() == claimed(plan)
        assert plan.least_shortfall <= plan.shortfall
        assert (plan.status is Status.INFEASIBLE) == (plan.least_shortfall > 0)
        assert all(task.at.date() >= plan.start or task.kind == "listed" for task in plan.tasks)
        apart(plan)
        if world.keep:
            kept = [task for task in plan.tasks if task.at.date() >= plan.start]
            again = Worked.of(world, Path(folder), keep=kept, start=plan.start, effort=0, relax=False)
            assert again.judged() == claimed(again.plan)
            assert again.plan.shortfall <= plan.shortfall
            placed = {"patrol", "visit.home", "visit.phone"}
            stay = {(task.at, task.person, task.kind, task.target) for task in kept if task.kind in placed}
            assert stay <= {(task.at, task.person, task.kind, task.target) for task in again.plan.tasks}
            assert not any(task.pinned for task in again.plan.tasks)


def apart(plan: Plan) -> None:
    """No two tasks of a person at once, and no moment within the time of another task, meetings aside."""
    people = {name for task in plan.tasks for name in (task.person, *task.along)}
    for person in people:
        own = sorted(plan.of(person), key=lambda task: (task.at, task.until))
        timed = [task for task in own if task.until > task.at]
        for one, other in pairwise(timed):
            assert one.until <= other.at, (one, other)
        for task in own:
            if task.until == task.at and task.kind not in ("listed", "meeting"):
                assert not any(one.at < task.at < one.until for one in timed), task


QUICK = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(work_worlds())
def test_the_law(world: WorkWorld) -> None:
    check(world)


@pytest.mark.slow
@settings(QUICK, max_examples=300)
@given(work_worlds())
def test_the_law_for_long(world: WorkWorld) -> None:
    check(world)
