"""After an absence as little changes as can be, by trying every roster; offers are ranked by what they break."""

from dataclasses import replace
from itertools import product

import pytest

from dutyrules.plan.plan import Status
from dutyrules.roster import Cover, Fair, Person, RosterModel, Runs, Shift, solve
from dutyrules.roster.absence import absent, mend, substitutes, swaps
from tests.reference import rosters
from tests.roster.worlds import case_of, world

DAY = Shift("D", 480)
PEOPLE = tuple(Person(name, frozenset({"D"})) for name in ("anne", "bert", "cora"))


@pytest.mark.parametrize("seed", range(10))
def test_nothing_changes_less(seed: int) -> None:
    model = world(seed, days=4)
    kept = solve(model).roster
    if kept is None:
        return
    found = mend(model, kept, "p0", 1, 2)
    hard = [rule for rule in model.rules if rule.price is None and not isinstance(rule, Cover)]
    case = case_of(replace(model, rules=(*hard, *absent("p0", 1, 2))))
    best: tuple[int, int, int] | None = None
    for choice in product(*(product([None, *sorted(one.shifts)], repeat=4) for one in model.people)):
        roster = dict(zip(("p0", "p1"), choice, strict=True))
        if rosters.price(case, roster) is None:
            continue
        covers = case_of(replace(model, rules=tuple(rule for rule in model.rules if isinstance(rule, Cover))))
        for rule in covers["rules"]:
            rule["price"], rule["over"] = 1, 0 if rule["over"] is not None else None
        missing = rosters.price(covers, roster)
        if missing is None:
            continue
        changed = [(name, day) for name, row in roster.items() for day in range(4) if row[day] != kept[name][day]]
        counted = [day for name, day in changed if not (name == "p0" and 1 <= day <= 2)]
        worth = missing, sum(day < 1 for day in counted), len(counted)
        best = worth if best is None else min(best, worth)
    if best is None:
        assert found.roster is None
        return
    assert found.roster is not None
    assert found.status is Status.OPTIMAL
    early = sum(change.day < 1 for change in found.changes)
    assert (found.missing, early, len(found.changes)) == best


def test_substitutes_by_hand() -> None:
    """Anne is away on day 2; bert has worked both days before and may work two in a row; cora is rested."""
    rules = (
        *(Cover(id="cover", day=day, key="D", need=1, price=100) for day in range(4)),
        Runs(id="run", who=("anne", "bert", "cora"), most=2),
        Fair(id="fair", who=("anne", "bert", "cora"), days=tuple(range(4)), price=3),
    )
    model = RosterModel(4, (DAY,), PEOPLE, rules)
    kept = {
        "anne": (None, None, "D", "D"),
        "bert": ("D", "D", None, None),
        "cora": (None, None, None, None),
    }
    offers = substitutes(model, kept, "anne", 2, 2)
    # fairness now: 2, 2, 0, a difference of 2. Cora takes one: 1, 2, 1, a difference of 1, 3 cheaper.
    # Bert takes one: 1, 3, 0, a difference of 3, 3 dearer, and three days in a row.
    assert [(one.person, one.must, one.cost, dict(one.added)) for one in offers] == [
        ("cora", 0, -3, {"fair": -1}),
        ("bert", 1, 3, {"run": 1, "fair": 1}),
    ]


def test_swaps_by_hand() -> None:
    """Anne gives day 3 for one of bert's: working 0 and 2, or 1 and 2; bert then works 1 and 3, or 0 and 3."""
    model = RosterModel(4, (DAY,), PEOPLE[:2], (Runs(id="run", who=("anne", "bert"), most=1, price=2),))
    kept = {"anne": (None, None, "D", "D"), "bert": ("D", "D", None, None)}
    found = [(one.back, one.cost) for one in swaps(model, kept, "anne", 3)]
    assert found == [((0, "D"), -4), ((1, "D"), -2)]
