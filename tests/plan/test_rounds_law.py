"""The law, for rounds without targets: what log and plan miss is what the plan says, and no plan misses less.

Judged by the reference scorer; that nobody can miss less is found out by trying every set of rounds of every day.
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from itertools import combinations, pairwise, product
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dutyrules.plan import Plan, Task
from tests.plan.outing_world import AFTERNOON, CLEANING, GREENING, JOINT, LEADS, RAIN, WALK, World, event, pin
from tests.plan.patrol_world import Loaded, claimed

START = date(2026, 10, 22)
DAYS = ("22", "23")
"""Thursday and Friday are planned; the week's other days are past."""

GRID = 30
"""Everything begins and ends at full or half hours, so earliest rounds do, too."""

ROLES = {"qing": {"lead", "cleaning"}, "lv": {"lead", "greening"}}
BUTLERS = ("li", "wu")
CHECKS = ("roof", "lobby", "sign")


@st.composite
def worlds(draw: st.DrawFn) -> tuple[World, list[Task]]:
    """One or two butlers, up to two leads, a morning and an afternoon of a few half hours, leave, rain, occasions."""
    butlers = BUTLERS[: draw(st.integers(1, 2))]
    leads = [lead for lead in LEADS if draw(st.booleans())]
    people = [{"person": name, "area": draw(st.sampled_from(["A", "A1"]))} for name in butlers]
    duties: dict[str, Any] = {
        "walk": {**WALK, "at_least": draw(st.integers(1, 3))},
        "afternoon": {**AFTERNOON, "windows": [["14:00", clock(14 * 60 + GRID * draw(st.integers(1, 3)))]]},
        "joint": {**JOINT, "at_least": draw(st.integers(1, 3)), "prorate": "none"},
        "cleaning": {**CLEANING, "prorate": "none"},
        "greening": {**GREENING, "prorate": "none"},
        "rain": RAIN,
    }
    duties = {name: duty for name, duty in duties.items() if draw(st.integers(0, 3))}
    early = draw(st.integers(1, 3))  # four half hours in all: every set of rounds in them can be tried
    morning = [clock(9 * 60), clock(9 * 60 + GRID * early)]
    afternoon = [clock(14 * 60), clock(14 * 60 + GRID * draw(st.integers(1, 4 - early)))]
    hours = [morning, afternoon]
    paces: dict[str, Any] = {
        kind: {"minutes": draw(st.sampled_from([30, 30, 60])), "hours": [["09:00", "10:30"], ["14:00", "15:30"]]}
        for kind in ("walked", "detailed", "joint")
        if kind != "walked" or draw(st.booleans())
    }
    for pace in paces.values():
        fitting = [span for span in hours if minutes(span[1]) - minutes(span[0]) >= pace["minutes"]]
        pace["hours"] = hours if fitting else [["09:00", "10:00"]]
    paces |= {kind: {"minutes": 30, "hours": hours} for kind in CHECKS}
    world = World(
        duties,
        paces,
        people=[*people, *leads],
        leave=[leave_of(draw, [*butlers, *(lead["person"] for lead in leads)]) for _ in range(draw(st.integers(0, 2)))],
        log=log_of(draw, butlers),
        occasions=[occasion_of(draw)] if draw(st.booleans()) else [],
    )
    return world, pins_of(draw, world)


def leave_of(draw: st.DrawFn, people: Sequence[str]) -> dict[str, str]:
    day = draw(st.sampled_from(DAYS))
    start, stop = draw(st.sampled_from([("00:00", ""), ("08:00", "09:30"), ("14:30", "15:00"), ("14:00", "18:00")]))
    until = f"2026-10-{day} {stop}" if stop else f"2026-10-{int(day) + 1} 00:00"
    return {
        "person": draw(st.sampled_from(people)),
        "from": f"2026-10-{day} {start}",
        "until": until,
        "approved": "yes",
    }


def occasion_of(draw: st.DrawFn) -> dict[str, Any]:
    start = draw(st.sampled_from([9, 14]))
    busy = [[clock(start * 60), clock(start * 60 + draw(st.sampled_from([30, 60])))]]
    return {
        "date": f"2026-10-{draw(st.sampled_from(DAYS))}",
        "busy": busy,
        "title": "x",
        "areas": draw(st.sampled_from([["A"], []])),
    }


def log_of(draw: st.DrawFn, butlers: Sequence[str]) -> list[dict[str, str]]:
    rows = [
        event(
            draw(st.sampled_from(["19", "20", "21"])),
            "09:00",
            kind,
            draw(st.sampled_from(butlers)),
            participants="qing",
        )
        for kind in draw(st.lists(st.sampled_from(["joint", "walked"]), max_size=3))
    ]
    rain = [
        event(day, draw(st.sampled_from(["07:00", "09:30", "14:30"])), "rain", "")
        for day in DAYS
        if draw(st.booleans())
    ]
    return [*rows, *rain]


def pins_of(draw: st.DrawFn, world: World) -> list[Task]:
    """Perhaps a round of the first butler that nothing keeps from being made."""
    if "walk" not in world.duties or draw(st.integers(0, 2)):
        return []
    day, kind = draw(st.sampled_from(DAYS)), "detailed"
    length = world.paces[kind]["minutes"]
    works = [minute for minute in range(8 * 60, 18 * 60) if free(world, "li", day, minute, ())]
    return [pin(day, "10:30", kind, length)] if set(range(630, 630 + length)) <= set(works) else []


def clock(minute: int) -> str:
    return f"{minute // 60:02d}:{minute % 60:02d}"


def minutes(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


# ---------------------------------------------------------------- what nobody can help


@dataclass(frozen=True)
class Owed:
    """What somebody still owes: so many of each of some kinds, at these minutes of some days, with this role."""

    person: str
    days: tuple[str, ...]
    kinds: tuple[tuple[str, ...], ...]
    need: int
    since: int
    until: int
    role: str | None
    whole: bool


@dataclass(frozen=True)
class Round:
    kind: str
    begin: int
    end: int
    along: frozenset[str]


def owed_of(world: World, loaded: Loaded, keep: Sequence[Task]) -> list[Owed]:
    """Read off what the reference scorer finds missing in the log, less what is pinned."""
    found: list[Owed] = []
    for duty, post, period, expected, actual in loaded.judged(None):
        form, person = world.duties[duty], post.split("@")[0]
        days = DAYS if period.startswith("2026-W") else tuple(day for day in DAYS if period == f"2026-10-{day}")
        if not days:
            continue
        if duty == "rain":
            since = rain_of(world, person, days[0])[
                -1 - sum(one.whole and one.days == days and one.person == person for one in found)
            ]
            found.append(Owed(person, days, tuple((kind,) for kind in CHECKS), 1, since, 1440, None, True))
            continue
        since, until = map(minutes, form.get("windows", [["00:00", "24:00"]])[0])
        kinds = (form["event"],) if isinstance(form["event"], str) else tuple(form["event"])
        need = int(expected or 0) - int(actual or 0)
        role = form.get("participants", [None])[0]
        one = Owed(person, days, (kinds,), need, since, until, role, False)
        pinned = sum(counts(one, task.person, f"{task.at:%d}", made(task), kinds) for task in keep)
        found.append(Owed(person, days, (kinds,), max(0, need - pinned), since, until, role, False))
    return found


def rain_of(world: World, person: str, due: str) -> list[int]:
    """Minutes from which the checks of a day count: since it rained, or all day if it rained before on a day off."""
    off = {row["from"][8:10] for row in world.leave if row["person"] == person and row["until"].endswith("00:00")}
    rains = [(row["at"][8:10], minutes(row["at"][11:16])) for row in world.log if row["kind"] == "rain"]
    return sorted(minute if day == due else 0 for day, minute in rains if day == due or (day in off and day < due))


def made(task: Task) -> Round:
    begin = task.at.hour * 60 + task.at.minute
    return Round(task.kind, begin, begin + (task.until - task.at).seconds // 60, frozenset(task.along))


def counts(owed: Owed, person: str, day: str, one: Round, kinds: Sequence[str]) -> bool:
    if person != owed.person or day not in owed.days or one.kind not in kinds:
        return False
    with_ = owed.role is None or any(owed.role in ROLES[name] for name in one.along)
    return with_ and owed.since <= one.begin < owed.until


def least(world: World, owed: Sequence[Owed], keep: Sequence[Task]) -> int:
    """The least that any plan misses: every set of rounds of every person and day, leads in one place at a time."""
    best: dict[tuple[tuple[int, ...], ...], None] = {tuple(tuple(0 for _ in one.kinds) for one in owed): None}
    for day in DAYS:
        best = {plus(before, more, owed): None for before, more in product(best, on_day(world, owed, keep, day))}
    return min(sum(missed(one, found) for one, found in zip(owed, counted, strict=True)) for counted in best)


def missed(owed: Owed, found: Sequence[int]) -> int:
    short = [max(0, owed.need - number) for number in found]
    return int(any(short)) if owed.whole else sum(short)


def plus(
    one: Sequence[Sequence[int]], other: Sequence[Sequence[int]], owed: Sequence[Owed]
) -> tuple[tuple[int, ...], ...]:
    return tuple(
        tuple(min(each.need, left + right) for left, right in zip(first, second, strict=True))
        for first, second, each in zip(one, other, owed, strict=True)
    )


def on_day(world: World, owed: Sequence[Owed], keep: Sequence[Task], day: str) -> set[tuple[tuple[int, ...], ...]]:
    """What all together can do on a day: how much for each obligation."""
    nothing = tuple(tuple(0 for _ in one.kinds) for one in owed)
    found: set[tuple[Any, frozenset[tuple[str, int]]]] = {(nothing, frozenset())}
    for person in sorted({one.person for one in owed}):
        mine = [one for one in owed if one.person == person and day in one.days]
        options: set[tuple[Any, frozenset[tuple[str, int]]]] = set()
        for rounds in sets_of(world, mine, keep, person, day):
            done = tuple(
                tuple(
                    min(one.need, sum(counts(one, person, day, each, kinds) for each in rounds)) for kinds in one.kinds
                )
                for one in owed
            )
            where = frozenset(
                (name, minute) for each in rounds for name in each.along for minute in range(each.begin, each.end, GRID)
            )
            options.add((done, where))
        best = [one for one in options if not any(better(other, one) for other in options)]
        found = {
            (plus(before, done, owed), taken | where)
            for (before, taken), (done, where) in product(found, best)
            if not taken & where
        }
    return {done for done, _ in found}


def better(one: tuple[Any, frozenset[Any]], other: tuple[Any, frozenset[Any]]) -> bool:
    """At least as much for everything, with less of the leads' time."""
    more = all(
        left >= right
        for first, second in zip(one[0], other[0], strict=True)
        for left, right in zip(first, second, strict=True)
    )
    return one != other and more and one[1] <= other[1]


def sets_of(
    world: World, owed: Sequence[Owed], keep: Sequence[Task], person: str, day: str
) -> Iterator[tuple[Round, ...]]:
    able = list(rounds_of(world, owed, keep, person, day))

    def go_on(chosen: tuple[Round, ...]) -> Iterator[tuple[Round, ...]]:
        yield chosen
        for one in able:
            if not chosen or one.begin >= chosen[-1].end:
                yield from go_on((*chosen, one))

    return go_on(())


def rounds_of(world: World, owed: Sequence[Owed], keep: Sequence[Task], person: str, day: str) -> Iterator[Round]:
    """Every round that is allowed: at work, in its hours, and ending in every window in which it begins."""
    leads = [row["person"] for row in world.people if row.get("role")]
    for kind, pace in world.paces.items():
        mine = [one for one in owed for kinds in one.kinds if kind in kinds]
        for start, stop in pace["hours"]:
            for begin in range(minutes(start), minutes(stop) - pace["minutes"] + 1, GRID):
                span = range(begin, begin + pace["minutes"])
                if any(one.since <= begin < one.until < span.stop for one in mine):
                    continue
                if not mine or not all(free(world, person, day, minute, keep) for minute in span[::GRID]):
                    continue
                able = [name for name in leads if all(free(world, name, day, minute, keep) for minute in span[::GRID])]
                wanted = any(one.role for one in mine)
                for number in range(len(able) + 1 if wanted else 1):
                    for along in combinations(able, number):
                        yield Round(kind, begin, span.stop, frozenset(along))


def free(world: World, person: str, day: str, minute: int, keep: Sequence[Task]) -> bool:
    """At work, without leave, occasion or pin."""
    at = f"2026-10-{day} {clock(minute)}"
    away = any(row["person"] == person and row["from"] <= at < row["until"] for row in world.leave)
    here = any(row["person"] == person and row["area"] in ("A", "A1") for row in world.people)
    busy = any(
        one["date"] == at[:10] and (here or not one["areas"]) and start <= at[11:] < stop
        for one in world.occasions
        for start, stop in one["busy"]
    )
    pinned = any(
        person in (task.person, *task.along) and f"{task.at:%Y-%m-%d %H:%M}" <= at < f"{task.until:%Y-%m-%d %H:%M}"
        for task in keep
    )
    return not (away or busy or pinned)


# ---------------------------------------------------------------- the law


def check(world: World, keep: list[Task]) -> None:
    with tempfile.TemporaryDirectory() as folder:
        loaded = world.load(Path(folder))
        plan = loaded.plan(keep=keep, start=START)
        assert loaded.judged(plan) == claimed(plan)
        owed = owed_of(world, loaded, keep)
        past = sum(one.number for one in plan.shortfalls if one.causes[0].message == "before_start")
        assert plan.shortfall - past == least(world, owed, keep)
        assert plan.least_shortfall == plan.shortfall
        can_be_done(world, plan, keep)
        earlier = [later(task) if place % 2 else task for place, task in enumerate(plan.tasks) if not task.pinned]
        again = loaded.plan(keep=[*keep, *earlier], start=START)
        assert loaded.judged(again) == claimed(again)
        assert again.shortfall == plan.shortfall
        can_be_done(world, again, keep)


def later(task: Task) -> Task:
    """Half an hour later: some can still be made then."""
    return replace(task, at=task.at + timedelta(minutes=GRID), until=task.until + timedelta(minutes=GRID))


def can_be_done(world: World, plan: Plan, keep: Sequence[Task]) -> None:
    """Nobody is in two places at once, or away; rounds lie in their hours; leads hold their roles."""
    people = {name for task in plan.tasks for name in (task.person, *task.along)}
    for name in people:
        mine = sorted((task for task in plan.tasks if name in (task.person, *task.along)), key=lambda task: task.at)
        assert all(one.until <= other.at for one, other in pairwise(mine))
        for task in mine:
            length = (task.until - task.at) // timedelta(minutes=1)
            begin = task.at.hour * 60 + task.at.minute
            assert length == world.paces[task.kind]["minutes"]
            if not task.pinned:
                assert all(free(world, name, f"{task.at:%d}", minute, keep) for minute in range(begin, begin + length))
                spans = [tuple(map(minutes, span)) for span in world.paces[task.kind]["hours"]]
                assert any(start <= begin and begin + length <= stop for start, stop in spans)


def shown(one: tuple[World, list[Task]]) -> Mapping[str, Any]:
    return {"world": one[0], "keep": one[1]}


QUICK = settings(max_examples=2, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(worlds())
def test_the_law(one: tuple[World, list[Task]]) -> None:
    check(**shown(one))


@pytest.mark.slow
@settings(QUICK, max_examples=200)
@given(worlds())
def test_the_law_for_long(one: tuple[World, list[Task]]) -> None:
    check(**shown(one))
