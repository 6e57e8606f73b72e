"""Rosters of an estate, made from a seed: how long the best takes, and how good it is.

`areas`: 8 areas with 6 butlers each, 28 days, split days, an early and a late window, leave, wishes, limits of labour
law, weekends shared evenly. `pool`: 100 people who all cover the same four shifts, with different contracts.
Then one person of each is absent for five days.

Run it as  python benchmarks/rosters.py            # --case areas|pool, --format json
"""

from __future__ import annotations

import argparse
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from random import Random

from dutyrules.roster import (
    Count,
    Cover,
    Fair,
    Follows,
    Limits,
    OnDay,
    Overtime,
    Person,
    RosterModel,
    Rule,
    Runs,
    Shift,
    Weekends,
    solve,
)
from dutyrules.roster.absence import mend

WEEK = 7


def weekends(days: int) -> tuple[tuple[int, ...], ...]:
    return tuple((day, day + 1) for day in range(5, days, WEEK))


def dated(random: Random, name: str, days: int, shifts: Sequence[str], wishes: int) -> list[Rule]:
    """Leave for half of the people, and a few wishes."""
    rules: list[Rule] = []
    if random.random() < 0.5:
        start = random.randrange(days)
        away = range(start, min(days, start + random.randrange(1, 6)))
        rules += [OnDay(id="leave", who=(name,), day=day, shifts=frozenset({None})) for day in away]
    for _ in range(wishes):
        day, shift = random.randrange(days), random.choice(shifts)
        wanted, price = random.random() < 0.7, random.randrange(1, 4)
        rules.append(OnDay(id="request", who=(name,), day=day, shifts=frozenset({shift}), wanted=wanted, price=price))
    return rules


def areas(number: int = 8, staff: int = 6, days: int = 28, seed: int = 1) -> RosterModel:
    """Areas that do not touch each other."""
    random = Random(seed)
    shifts: list[Shift] = []
    people: list[Person] = []
    rules: list[Rule] = []
    for area in range(number):
        early, late = f"{area}/early", f"{area}/late"
        mine = [
            Shift(f"{area}/E", 480, (early,)),
            Shift(f"{area}/L", 480, (late,)),
            Shift(f"{area}/S", 360, (early, late)),
        ]
        shifts += mine
        names = tuple(f"a{area}p{one}" for one in range(staff))
        people += [Person(name, frozenset(shift.id for shift in mine)) for name in names]
        for day in range(days):
            need = 1 if day % WEEK >= 5 else 2
            rules.append(Cover(id="cover", day=day, key=early, need=need, most=need + 1, price=1000, over=5))
            rules.append(Cover(id="cover", day=day, key=late, need=need, most=need + 1, price=1000, over=5))
        weeks = tuple(tuple(range(day, min(day + WEEK, days))) for day in range(0, days, WEEK))
        rules += [
            Runs(id="run", who=names, most=6),
            Follows(id="rest_hours", who=names, pairs=frozenset({(late_one.id, mine[0].id) for late_one in mine[1:]})),
            Count(id="days_off", who=names, first=0, last=days - 1, most=days - 8),
            *(Count(id="labour.rest_days_week", who=names, first=one[0], last=one[-1], most=6) for one in weeks),
            Overtime(id="labour.overtime_month", who=names, weeks=weeks, day=480, week=2400, most=2160),
            Fair(
                id="fair.weekends", who=names, days=tuple(day for one in weekends(days) for day in one), price=6, most=1
            ),
            Fair(
                id="fair.late",
                who=names,
                days=tuple(range(days)),
                weights={mine[1].id: 1, mine[2].id: 1},
                price=3,
                most=1,
            ),
        ]
        for name in names:
            rules += dated(random, name, days, [shift.id for shift in mine], 2)
    return RosterModel(days, tuple(shifts), tuple(people), tuple(rules))


def pool(staff: int = 100, days: int = 28, kinds: int = 4, seed: int = 1) -> RosterModel:
    """People who all cover the same shifts; not everybody is qualified for each."""
    random = Random(seed)
    shifts = tuple(Shift(chr(ord("A") + one), 600 if one == kinds - 1 else 480) for one in range(kinds))
    pairs = {(shifts[later].id, shifts[sooner].id) for later in range(kinds) for sooner in range(later)}
    minutes = {shift.id: shift.minutes for shift in shifts}
    last = days - 1
    people: list[Person] = []
    rules: list[Rule] = []
    for one in range(staff):
        name = f"p{one:03}"
        able = [shift.id for shift in shifts if random.random() < 0.8] or [shifts[0].id]
        people.append(Person(name, frozenset(able)))
        part = random.choice([1.0, 1.0, 0.75, 0.5])
        longest, rest = random.choice([(5, 2), (6, 2), (4, 3)])
        most = round(days * 0.64 * part) * 480
        rules += [
            Count(id="minutes", who=(name,), first=0, last=last, least=most - 1080, most=most, weights=minutes),
            Count(id="nights", who=(name,), first=0, last=last, most=5 * days // 28, weights={shifts[-1].id: 1}),
            Runs(id="run", who=(name,), least=2, most=longest),
            Runs(id="rest", who=(name,), least=rest, off=True),
            Weekends(id="weekends", who=(name,), most=random.choice([2, 3]) * days // 28, weekends=weekends(days)),
            Follows(id="follows", who=(name,), pairs=frozenset(pairs)),
            *dated(random, name, days, able, 4),
        ]
    level = staff * 0.45 / kinds
    for day in range(days):
        for shift in shifts:
            need = max(1, round(level * random.uniform(0.8, 1.2)))
            rules.append(Cover(id="cover", day=day, key=shift.id, need=need, most=need, price=100, over=1))
    return RosterModel(days, shifts, tuple(people), tuple(rules))


@dataclass(frozen=True)
class Result:
    """What came of a roster; `seconds` by the clock, `processor` of one core."""

    case: str
    people: int
    days: int
    status: str
    cost: int
    bound: int
    gap: float
    seconds: float
    processor: float


def measured(case: str, model: RosterModel, limits: Limits) -> tuple[Result, dict[str, tuple[str | None, ...]]]:
    begin, work = time.perf_counter(), time.process_time()
    found = solve(model, limits)
    took, spent = time.perf_counter() - begin, time.process_time() - work
    gap = 100 * (found.cost - found.bound) / max(1, found.bound)
    result = Result(case, len(model.people), model.days, found.status, found.cost, found.bound, gap, took, spent)
    return result, dict(found.roster or {})


def absence(case: str, model: RosterModel, kept: dict[str, tuple[str | None, ...]]) -> Result:
    """Somebody who works then is away from day 10 to day 14; cost and bound are the changes."""
    person = next(name for name, row in kept.items() if sum(shift is not None for shift in row[10:15]) >= 3)
    begin, work = time.perf_counter(), time.process_time()
    found = mend(model, kept, person, 10, 14)
    took, spent = time.perf_counter() - begin, time.process_time() - work
    number = len(found.changes)
    gap = 100 * (number - found.least_changes) / max(1, found.least_changes)
    return Result(
        f"{case}, absence", len(kept), model.days, found.status, number, found.least_changes, gap, took, spent
    )


CASES = {"areas": areas, "pool": pool}


def main(argv: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--case", choices=tuple(CASES))
    parser.add_argument("--time-limit", type=float, metavar="S", help="seconds; without it the same roster each time")
    parser.add_argument("--format", choices=("text", "json"), default="text")
    arguments = parser.parse_args(argv)
    results = []
    for case in [arguments.case] if arguments.case else list(CASES):
        model = CASES[case]()
        result, roster = measured(case, model, Limits(seconds=arguments.time_limit))
        results.append(result)
        if roster:
            results.append(absence(case, model, roster))
    if arguments.format == "json":
        json.dump([asdict(result) for result in results], sys.stdout, indent=2)
        print()
        return 0
    print("case               people days status       cost   bound   gap %  seconds  cpu s")
    for one in results:
        print(
            f"{one.case:18} {one.people:6} {one.days:4} {one.status:10} {one.cost:6} {one.bound:7} {one.gap:7.2f} "
            f"{one.seconds:8.1f} {one.processor:6.1f}"
        )
    return 0


if __name__ == "__main__":
    sys.exit(main())
