"""The law for checks of units: what log and plan miss is what the plan says, and no plan misses less than it proves.

Judged by the reference scorer; what nobody can help is found out by trying every order of everything on every day.
"""

import random
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from functools import cache
from itertools import combinations, pairwise
from pathlib import Path

import pytest

from dutyrules.plan import Plan, Task
from tests.plan.patrol_world import Loaded, World, at_minute, building, claimed, unit

DAYS = ("19", "20", "21", "22", "23")
OPENS, STAFF = 9 * 60, ("p1", "p2")

KINDS = {"patrol": "patrol", "renovations": "renovation"}

Row = Mapping[str, str]


def world_of(luck: random.Random) -> World:
    """Two areas, a slot that is often too short, units renovated or vacant, leave, and the log of some days."""
    buildings = [
        building(
            f"{area}{number}",
            luck.choice([None, *range(0, 301, 20)]) if luck.random() < 0.3 else luck.randint(0, 300),
            luck.randint(0, 120),
            area=area,
            minutes=luck.choice([5, 5, 10, 15]),
        )
        for area in "AB"
        for number in range(luck.randint(1, 3))
    ]
    names = [row["building"] for row in buildings]
    units, permits = [], []
    for number in range(luck.randint(1, 6)):
        name, home = f"u{number}", luck.choice(names)
        state = luck.choice(["vacant", "vacant", "occupied"])
        if luck.random() < 0.15:
            units += [
                unit(name, home, state=state, last="2026-10-20"),
                unit(name, home, first="2026-10-21", state="occupied"),
            ]
        else:
            units.append(unit(name, home, state=state))
        if luck.random() < 0.5:
            first, last = luck.choice([("01", "31"), ("01", "31"), ("20", "31"), ("01", "21")])
            permits.append({"unit": name, "from": f"2026-10-{first}", "to": f"2026-10-{last}"})
    end = OPENS + luck.randint(2, 8) * 8
    people = [{"person": person, "area": area} for person, area in zip(STAFF, "AB", strict=True)]
    if luck.random() < 0.2:
        people[0]["from"] = f"2026-10-{luck.choice(DAYS)}"
    elif luck.random() < 0.2:
        people.append({"person": "p1", "area": "B"})
    closed = luck.random() < 0.15
    share = luck.choice(["1/1", "1/1", "1/2"])
    return World(
        buildings,
        people=people,
        leave=[leave_of(luck) for _ in range(luck.randint(0, 2))],
        log=list(log_of(luck, names, units)),
        slot=("09:00", f"{end // 60:02d}:{end % 60:02d}"),
        listing=luck.random() < 0.3,
        patrol={"at_least": luck.randint(1, 2), "slot": luck.choice(["round", "round", "round", None])},
        units=units,
        permits=permits,
        renovations={"at_least": luck.choice([1, 2, 3])} if luck.random() < 0.8 else None,
        vacant={"at_least": {"share": share, "of": "vacant_units"}} if luck.random() < 0.8 else None,
        check=luck.choice([2, 5, 9]),
        pace={"walk": "closed"} if closed else {},
        offices={area: (luck.randint(0, 300), 0) for area in "AB"} if closed else {},
        walking=[
            {"from": one, "to": other, "minutes": str(luck.randint(0, 6))}
            for one, other in dict.fromkeys(tuple(luck.sample(names, 2)) for _ in range(luck.choice([0, 0, 3])))
        ]
        if len(names) > 2
        else (),
    )


def leave_of(luck: random.Random) -> dict[str, str]:
    person, day = luck.choice(STAFF), luck.choice(DAYS)
    begin, until = luck.choice([("00:00", "24"), ("08:00", "09:10"), ("09:10", "09:20"), ("09:15", "09:30")])
    end = f"2026-10-{int(day) + 1} 00:00" if until == "24" else f"2026-10-{day} {until}"
    row = {"person": person, "from": f"2026-10-{day} {begin}", "until": end, "approved": "yes"}
    if until == "24" and luck.random() < 0.5:
        row |= {"substitute": STAFF[person == "p1"], "accepted_at": "2026-10-16 09:00"}
    return row


def log_of(luck: random.Random, buildings: Sequence[str], units: Sequence[Row]) -> Iterator[dict[str, str]]:
    """Some patrols, checks and lists up to some day."""
    names = sorted({row["unit"] for row in units})
    some = {"patrol": buildings, "listed": buildings, "renovation": names, "vacant": names}
    for day in ("16", *DAYS)[: luck.choice([0, 0, 1, 3])]:
        for person in STAFF:
            for kind, targets in some.items():
                for minute, name in enumerate(luck.sample(targets, luck.randint(0, min(2, len(targets))))):
                    yield at_minute(day, f"{'16' if kind == 'listed' else '09'}:{minute:02d}", person, kind, name)


# ---------------------------------------------------------------- what nobody can help


class Truth:
    """Everything that a person could do on a day, in every order."""

    def __init__(self, world: World, loaded: Loaded, plan: Plan) -> None:
        self.world, self.plan = world, plan
        self.rows = {row["building"]: row for row in world.buildings}
        self.owed: dict[tuple[str, str], list[tuple[str, str, int]]] = defaultdict(list)
        self.weekly: dict[str, int] = {}
        for duty, post, period, expected, actual in loaded.judged(None):
            person, area, _role = post.split("@")
            need = int(expected or 0) - int(actual or 0)
            if duty == "vacant":
                self.weekly[person] = self.weekly.get(person, 0) + need
            elif duty != "listing" and date.fromisoformat(period) >= plan.start:
                self.owed[person, period].append((duty, area, need))

    def least(self) -> int:
        """Daily obligations person by person; with those of the week, over all ways to share its checks out."""
        return sum(self._person(person) for person in STAFF)

    def _person(self, person: str) -> int:
        vacant = self._vacant(person) if self.weekly.get(person) else []
        need = min(self.weekly.get(person, 0), 10**6)
        best = {frozenset[str](): 0}
        for text in self._days():
            grown: dict[frozenset[str], int] = {}
            options = self._day(person, text, tuple(vacant))
            for seen, cost in best.items():
                for more, missed in options.items():
                    if not more & seen:
                        key = seen | more
                        grown[key] = min(grown.get(key, 10**6), cost + missed)
            best = grown
        return min(cost + max(0, need - len(seen)) for seen, cost in best.items())

    def _days(self) -> Iterator[str]:
        for day in DAYS:
            if f"2026-10-{day}" >= self.plan.start.isoformat():
                yield f"2026-10-{day}"

    def _vacant(self, person: str) -> list[str]:
        """Vacant units of the person's areas that nobody has seen this week."""
        areas = {row["area"] for row in self.world.people if row["person"] == person}
        told = {row["target"] for row in self.world.log if row["kind"] == "vacant" and row["at"] >= "2026-10-19"}
        return sorted(
            row["unit"]
            for row in self.world.units
            if row["state"] == "vacant" and self.rows[row["building"]]["area"] in areas and row["unit"] not in told
        )

    def _day(self, person: str, text: str, vacant: Sequence[str]) -> dict[frozenset[str], int]:
        """Vacant units that are checked → what of the day's obligations is missed then, at least."""
        if not self._holds(person, text):
            return {frozenset(): sum(need for _, _, need in self.owed[person, text])}
        asks = self.owed[person, text]
        things = [*self._things(text, {(duty, area) for duty, area, _ in asks}), *[("vacant", name) for name in vacant]]
        found: dict[frozenset[str], int] = {}

        def go_on(done: tuple[tuple[str, str], ...], minute: int) -> None:
            few = sum(
                max(0, need - sum(kind == KINDS[duty] and self._area(kind, name) == area for kind, name in done))
                for duty, area, need in asks
            )
            key = frozenset(name for kind, name in done if kind == "vacant")
            found[key] = min(found.get(key, 10**6), few)
            for thing in things:
                if thing not in done:
                    end = self._end(person, text, done, minute, thing)
                    if end is not None:
                        go_on((*done, thing), end)

        go_on((), OPENS if self.world.patrol.get("slot") == "round" else 8 * 60)
        return found

    def _things(self, text: str, asked: set[tuple[str, str]]) -> Iterator[tuple[str, str]]:
        told = {(row["kind"], row["target"]) for row in self.world.log if row["at"].startswith(text)}
        for row in self.world.buildings:
            if ("patrol", row["area"]) in asked and ("patrol", row["building"]) not in told:
                yield "patrol", row["building"]
        for row in self.world.permits:
            name, there = row["unit"], row["from"] <= text <= row["to"]
            wanted = there and ("renovations", self._area("renovation", name)) in asked
            if wanted and ("renovation", name) not in told:
                yield "renovation", name

    @cache  # noqa: B019 - a truth lives as long as its world
    def _home(self, name: str) -> str:
        return next(row["building"] for row in self.world.units if row["unit"] == name)

    def _area(self, kind: str, name: str) -> str:
        return self.rows[name if kind == "patrol" else self._home(name)]["area"]

    def _end(
        self, person: str, text: str, done: Sequence[tuple[str, str]], minute: int, thing: tuple[str, str]
    ) -> int | None:
        """When something is done at the earliest, after what was done before."""
        here = self.rows[thing[1] if thing[0] == "patrol" else self._home(thing[1])]
        ready = minute
        if done:
            last = self.rows[done[-1][1] if done[-1][0] == "patrol" else self._home(done[-1][1])]
            ready += self.world.minutes(last["building"], here["building"])
        length = int(here["inspect_minutes"]) if thing[0] == "patrol" else self.world.check
        whole = thing[0] == "patrol" and self.world.patrol.get("slot") is None
        first, last_ = (8 * 60, 17 * 60) if whole else (OPENS, _clock(self.world.slot[1]))
        for begin in range(max(ready, first), last_ - length + 1):
            if not any(_on_leave(self.world, person, text, busy) for busy in range(begin, begin + length)):
                return begin + length
        return None

    def _holds(self, person: str, text: str) -> bool:
        held = any(row["person"] == person and row.get("from", "") <= text for row in self.world.people)
        return held and not all(_on_leave(self.world, person, text, minute) for minute in (480, 700, 1000))


@cache
def _minute(day: str, minute: int) -> str:
    return f"{day} {minute // 60:02d}:{minute % 60:02d}"


def _on_leave(world: World, person: str, day: str, minute: int) -> bool:
    instant = _minute(day, minute)
    return any(row["person"] == person and row["from"] <= instant < row["until"] for row in world.leave)


def _clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


# ---------------------------------------------------------------- the law


def check(seed: int) -> tuple[int, bool]:
    """(checks planned, whether nothing is missed that need not be) of a world, once its plan is found to be sound."""
    world = world_of(random.Random(seed))
    with tempfile.TemporaryDirectory() as folder:
        loaded = world.load(Path(folder))
        plan = loaded.plan(moves=20)
        assert loaded.judged(plan) == claimed(plan)
        walked_in_time(world, plan)
        past = sum(one.number for one in plan.shortfalls if one.day < plan.start and one.duty != "vacant")
        checks = sum(task.kind in ("renovation", "vacant") for task in plan.tasks)
        whole, size = world.patrol["slot"] is None, len(world.units) + len(world.buildings)
        if world.listing or world.closed or any(row["to"] for row in world.units) or size > (5 if whole else 8):
            return checks, True  # late lists, offices and leavers are for other tests; the rest takes too long
        least = Truth(world, loaded, plan).least() + past
        assert plan.least_shortfall <= least <= plan.shortfall
        if world.vacant is None:
            assert plan.least_shortfall == least == plan.shortfall
        return checks, plan.shortfall == least


def walked_in_time(world: World, plan: Plan) -> None:
    """Nobody walks faster than they can, or checks outside the slot."""
    rows = {row["building"]: row for row in world.buildings}
    homes = {row["unit"]: row["building"] for row in world.units}
    by_day = defaultdict(list)
    for task in plan.tasks:
        if task.kind != "listed":
            by_day[task.person, task.at.date()].append(task)
            if task.kind != "patrol":
                assert world.slot[0] <= f"{task.at:%H:%M}"
                assert f"{task.until:%H:%M}" <= world.slot[1]
                assert task.until - task.at == timedelta(minutes=world.check)
                assert task.duties
    for tasks in by_day.values():
        for one, other in pairwise(tasks):
            here, there = (rows[homes.get(task.target or "", task.target or "")] for task in (one, other))
            way = world.minutes(here["building"], there["building"])
            assert other.at - one.until >= timedelta(minutes=way)
    for one, other in combinations([task for task in plan.tasks if task.kind in ("renovation", "vacant")], 2):
        assert _key(one) != _key(other)


def _key(task: Task) -> tuple[object, ...]:
    return task.person, task.kind, task.target, task.at.date()


def test_the_law() -> None:
    found = [check(seed) for seed in range(8)]
    assert sum(checks for checks, _ in found) > 10


@pytest.mark.slow
@pytest.mark.parametrize("start", range(8, 208, 20))
def test_the_law_for_long(start: int) -> None:
    for seed in range(start, start + 20):
        check(seed)
