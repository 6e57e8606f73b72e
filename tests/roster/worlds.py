"""Small rosters drawn at random, as a model and as the case that the reference reads."""

from random import Random
from typing import Any

from dutyrules.roster import (
    Count,
    Cover,
    Fair,
    Follows,
    OnDay,
    Overtime,
    Person,
    RosterModel,
    Rule,
    Runs,
    Shift,
    Weekends,
)

KINDS = {
    Count: "count",
    Runs: "runs",
    Follows: "follows",
    Weekends: "weekends",
    Overtime: "overtime",
    OnDay: "on_day",
    Fair: "fair",
    Cover: "cover",
}


def case_of(model: RosterModel) -> dict[str, Any]:
    """The same for the reference; weights that are not given are spelled out."""
    rules = []
    for rule in model.rules:
        fields = dict(vars(rule)) | {"rule": KINDS[type(rule)]}
        if "weights" in fields and fields["weights"] is None:
            fields["weights"] = {shift.id: 1 for shift in model.shifts}
        rules.append(fields)
    return {
        "days": model.days,
        "shifts": {one.id: {"minutes": one.minutes, "serves": list(one.keys) or [one.id]} for one in model.shifts},
        "people": {one.id: {"shifts": set(one.shifts), "before": one.before} for one in model.people},
        "rules": rules,
    }


def world(seed: int, *, people: int = 2, days: int = 4, plain: bool = False) -> RosterModel:
    """A model with a few rules of every kind; `plain`: only what networks know, cover and requests with prices."""
    random = Random(seed)
    shifts = (Shift("E", 480, ("early",)), Shift("N", 600, random.choice([("night",), ("early", "night")])))
    names = [f"p{number}" for number in range(people)]
    staff = tuple(
        Person(
            name,
            frozenset(random.choice([("E",), ("E", "N"), ("E", "N")])),
            tuple(random.choice([None, "E", "N"]) for _ in range(random.choice([0, 0, 1, 3]))),
        )
        for name in names
    )

    def price() -> int | None:
        return None if plain or random.random() < 0.5 else random.randrange(1, 9)

    rules: list[Rule] = []
    for day in range(days):
        for key in ("early", "night"):
            need = random.randrange(0, people + 1)
            most = random.choice([None, need, need + 1])
            under = random.randrange(1, 30) if plain or random.random() < 0.8 else None
            over = random.randrange(0, 5) if plain or random.random() < 0.9 else None
            rules.append(Cover(id="cover", day=day, key=key, need=need, most=most, price=under, over=over))
    for name in names:
        who = (name,)
        least = random.randrange(0, 3)
        first = random.randrange(-2, 2)
        some: list[Rule] = [
            Runs(id="run", who=who, least=random.randrange(1, 4), most=random.randrange(2, 4), price=price()),
            Runs(
                id="rest",
                who=who,
                least=random.randrange(1, 3),
                off=True,
                price=price(),
                most=None if plain else random.choice([None, 2]),
            ),
            Count(
                id="count",
                who=who,
                first=first,
                last=days - random.randrange(1, 3),
                least=least,
                most=least + random.randrange(0, 3),
                weights=random.choice([None, {"N": 1}, {"E": 2, "N": 3}]),
                price=price(),
            ),
            Follows(id="follows", who=who, pairs=frozenset({("N", "E")}), price=price()),
            Weekends(id="weekends", who=who, most=random.randrange(0, 2), weekends=((1, 2), (3,)), price=price()),
        ]
        if not plain:
            some.append(
                Overtime(
                    id="overtime",
                    who=who,
                    weeks=((-1, 0, 1), (2, 3)),
                    day=480,
                    week=random.choice([900, 960]),
                    most=random.choice([0, 120, 600]),
                    price=price(),
                )
            )
        rules += random.sample(some, random.randrange(1, 5))
        wished = frozenset(random.choice([(None,), ("E",), ("N",), (None, "N")]))
        rules.append(
            OnDay(
                id="request",
                who=who,
                day=random.randrange(days),
                shifts=wished,
                wanted=random.random() < 0.7,
                price=random.randrange(1, 9) if random.random() < 0.8 else None,
            )
        )
    if not plain:
        rules.append(
            Fair(
                id="fair",
                who=tuple(names),
                days=tuple(range(days)),
                weights={"N": 1},
                history={names[0]: 1},
                most=random.randrange(0, 2),
                price=price(),
            )
        )
    return RosterModel(days, shifts, staff, tuple(rules))
