"""Why not: sets of rules that clash are smallest, by trying every roster; and nothing cheaper could be given up."""

from dataclasses import replace

import pytest

from dutyrules.roster import Cover, OnDay, Person, RosterModel, Rule, Runs, Shift, solve
from dutyrules.roster.clash import Named, clash_of, relax, strict
from tests.reference import rosters
from tests.roster.worlds import case_of, world

DAY = Shift("D", 480)
ANNE, BERT = Person("anne", frozenset({"D"})), Person("bert", frozenset({"D"}))


def alone(model: RosterModel) -> RosterModel:
    """The same with every rule of several people as a rule for each."""
    rules: list[Rule] = []
    for rule in strict(model).rules:
        rules += [replace(rule, who=(name,)) for name in rule.who] if len(rule.who) > 1 else [rule]
    return replace(model, rules=tuple(rules))


def kept(model: RosterModel, names: list[Named]) -> RosterModel:
    """Only some of the rules."""

    def named(rule: Rule) -> bool:
        for one in names:
            if isinstance(rule, Cover):
                if (one.rule, one.what, one.days) == (rule.id, rule.key, (rule.day,)):
                    return True
            elif one.rule == rule.id and one.person in rule.who:
                return True
        return False

    return replace(model, rules=tuple(rule for rule in alone(model).rules if named(rule)))


@pytest.mark.parametrize("seed", [0, 2, 3, 4, 6, 7, 8, 9])  # the first worlds without any roster
def test_every_rule_of_a_clash_is_needed(seed: int) -> None:
    model = world(seed)
    model = replace(model, rules=tuple(rule for rule in model.rules if rule.id != "fair"))
    found = clash_of(model)
    assert found is not None
    assert found.minimal
    names = list(found.rules)
    assert rosters.best(case_of(kept(model, names))) is None
    for dropped in names:
        assert rosters.best(case_of(kept(model, [one for one in names if one != dropped]))) is not None


def test_a_clash_by_hand() -> None:
    # two are needed on day 1, anne is on leave; bert's request and day 0 have nothing to do with it
    rules = (
        Cover(id="cover", day=0, key="D", need=1, price=100),
        Cover(id="cover", day=1, key="D", need=2, price=100),
        OnDay(id="leave", who=("anne",), day=1, shifts=frozenset({None})),
        OnDay(id="request", who=("bert",), day=0, shifts=frozenset({None}), price=3),
        Runs(id="run", who=("anne", "bert"), most=2),
    )
    found = clash_of(RosterModel(2, (DAY,), (ANNE, BERT), rules))
    assert found is not None
    assert set(found.rules) == {Named("cover", None, (1,), "D"), Named("leave", "anne", (1,))}
    assert found.minimal


def test_the_cheapest_is_given_up() -> None:
    # both work three days, though only two in a row are allowed: 5 a day, against 7 for each who is missing
    rules = (
        *(Cover(id="cover", day=day, key="D", need=2, price=7) for day in range(3)),
        Runs(id="run", who=("anne", "bert"), most=2, relax=5),
    )
    model = RosterModel(3, (DAY,), (ANNE, BERT), rules)
    found = relax(model)
    assert found is not None
    assert (found.cost, found.bound) == (10, 10)
    assert [(one.rule, one.person, one.amount) for one in found.given_up] == [("run", "anne", 1), ("run", "bert", 1)]
    assert solve(model).cost == 14


def test_nothing_clashes_where_everything_can_be_kept() -> None:
    rules = (Cover(id="cover", day=0, key="D", need=1, price=7),)
    assert clash_of(RosterModel(1, (DAY,), (ANNE,), rules)) is None
