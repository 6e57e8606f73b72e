"""The judge agrees with the second reading, and what is called best is: every roster is tried."""

from collections import Counter
from random import Random

import pytest

from dutyrules.plan.plan import Status
from dutyrules.roster import Limits, RosterModel, breaches, solve
from dutyrules.roster.budget import Budget
from dutyrules.roster.direct import Direct
from dutyrules.roster.judge import broken, cost_of
from dutyrules.roster.master import Crew
from dutyrules.roster.turns import freeing, in_turn
from tests.reference import rosters
from tests.roster.worlds import case_of, world


@pytest.mark.parametrize("seed", range(30))
def test_judge_and_reference_find_the_same(seed: int) -> None:
    model = world(seed, people=3, days=6)
    case = case_of(model)
    random = Random(seed)
    for _ in range(20):
        roster = {
            person.id: tuple(random.choice([None, "E", "N"]) for _ in range(model.days)) for person in model.people
        }
        judged = Counter[tuple[str, int | None]]()
        for one in breaches(model, roster):
            judged[one.rule, one.price] += one.amount
        read = Counter[tuple[str, int | None]]()
        for rule, number, price in rosters.units(case, roster):
            read[rule, price] += number
        assert judged == read


def assert_best(model: RosterModel) -> None:
    least = rosters.best(case_of(model))
    found = solve(model, Limits(units=30))
    if least is None:
        assert (found.status, found.roster) == (Status.INFEASIBLE, None)
        return
    assert found.roster is not None
    assert (found.status, found.cost, found.bound) == (Status.OPTIMAL, least, least)
    assert rosters.price(case_of(model), dict(found.roster)) == least


@pytest.mark.parametrize("seed", range(12))
def test_nothing_is_better_than_what_is_called_optimal(seed: int) -> None:
    assert_best(world(seed))


@pytest.mark.parametrize("seed", range(12))
def test_networks_know_the_best_too(seed: int) -> None:
    model = world(seed, plain=True)
    assert_best(model)


def test_most_plain_worlds_are_solved_by_networks() -> None:
    assert sum(Crew.of(world(seed, plain=True)) is not None for seed in range(12)) > 6


@pytest.mark.parametrize("seed", range(20))
def test_the_cheapest_path_is_a_roster_and_no_roster_is_cheaper(seed: int) -> None:
    model = world(seed, people=1, days=6, plain=True)
    crew = Crew.of(model)
    least = rosters.best(case_of(model))
    if crew is None or not crew.possible("p0"):
        assert crew is None or least is None
        return
    cover = crew.marginal(crew.counts(()))
    value, row = crew.networks["p0"].cheapest(crew.own["p0"] - cover)
    names = [*(shift.id for shift in model.shifts), None]
    roster = {"p0": tuple(names[place] for place in row.tolist())}
    assert broken(model, roster) == []
    through = crew.networks["p0"].through(crew.own["p0"] - cover)
    assert int(through.min()) == value
    listed = crew.networks["p0"].within(crew.own["p0"] - cover, value + 10, 100_000)
    assert listed is not None
    assert row.tolist() in [one.tolist() for one in listed]
    assert len({one.tobytes() for one in listed}) == len(listed)


@pytest.mark.parametrize("seed", range(8))
def test_person_by_person_nothing_is_broken_and_nothing_better_than_best(seed: int) -> None:
    model = world(seed, plain=True)
    least = rosters.best(case_of(model))
    roster = in_turn(model, Budget(20))
    assert (roster is None) == (least is None)
    if roster is not None and least is not None:
        first = cost_of(model, roster)
        better, cost = freeing(model, roster, least, Budget(5), lambda _cost, _bound: None)
        assert rosters.price(case_of(model), dict(better)) == cost
        assert least <= cost <= first


def test_a_direct_model_that_is_told_what_others_work_keeps_it() -> None:
    model = world(3)
    direct = Direct(model, fixed={"p0": (None, None, None, None)}).build()
    assert ("p0", 0) not in direct.chosen
    assert ("p1", 0) in direct.chosen


def test_costs_add_up() -> None:
    model = world(5)
    empty = {person.id: (None,) * model.days for person in model.people}
    assert cost_of(model, empty) == sum(one.cost for one in breaches(model, empty))
