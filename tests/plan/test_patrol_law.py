"""The law, for patrols: what log and plan miss is what the plan says, and no plan misses less.

Judged by the reference scorer; that nobody can miss less is found out by trying every walk of every day.
"""

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dutyrules.estate import scored_period
from dutyrules.plan import Plan, Task
from dutyrules.plan.verify import violations
from tests.plan.patrol_world import WEEK, Loaded, World, at_minute, building, claimed

DAYS = ("19", "20", "21", "22", "23")
OPENS, STAFF = 9 * 60, ("p1", "p2")


@st.composite
def worlds(draw: st.DrawFn) -> World:
    """Two areas, two or three people, a slot that is often too short, leave, and the log of some days."""
    buildings = [
        building_of(draw, f"{area}{number}", area) for area in "AB" for number in range(draw(st.integers(1, 3)))
    ]
    people = [{"person": person, "area": area} for person, area in zip(STAFF, "AB", strict=True)]
    match draw(st.sampled_from(["plain", "plain", "joiner", "transfer", "two posts"])):
        case "joiner":
            people[0]["from"] = f"2026-10-{draw(st.sampled_from(DAYS))}"
        case "transfer":
            people[0]["to"] = "2026-10-20"
            people.append({"person": "p1", "area": "B", "from": "2026-10-21"})
        case "two posts":
            people.append({"person": "p1", "area": "B"})
    owed = {"default": draw(st.integers(1, 3)), "areas": {"A": draw(st.integers(1, 3))}}
    patrol = {"at_least": owed, "cap": draw(st.sampled_from(["buildings", None]))}
    leave = [one for _ in range(draw(st.integers(0, 2))) for one in [leave_of(draw)]]
    end = OPENS + draw(st.integers(1, 8)) * 10
    closed = draw(st.booleans())
    spot = st.tuples(st.integers(0, 300), st.integers(0, 300))
    return World(
        buildings,
        people=people,
        patrol=patrol,
        leave=leave,
        log=log_of(draw, [row["building"] for row in buildings]),
        slot=("09:00", f"{end // 60:02d}:{end % 60:02d}"),
        listing=draw(st.booleans()),
        pace={"walk": "closed"} if closed else {},
        offices={area: draw(spot) for area in "AB"} if closed else {},
        walking=walking_of(draw, [row["building"] for row in buildings] + ["A", "B"] * closed),
    )


def walking_of(draw: st.DrawFn, names: Sequence[str]) -> list[dict[str, str]]:
    """Ways as somebody measured them: some only, some in one direction, a few longer than through a third building."""
    pairs = st.tuples(st.sampled_from(names), st.sampled_from(names)).filter(lambda pair: pair[0] != pair[1])
    some = draw(st.lists(pairs, max_size=6, unique=True))
    return [{"from": one, "to": other, "minutes": str(draw(st.integers(0, 8)))} for one, other in some]


def building_of(draw: st.DrawFn, name: str, area: str) -> dict[str, str]:
    spot = st.integers(0, 300)
    first, last = draw(st.sampled_from([("", ""), ("", ""), ("2026-10-21", ""), ("", "2026-10-21")]))
    x = draw(st.none() | spot)
    return building(
        name,
        x,
        draw(spot),
        area=area,
        minutes=draw(st.integers(1, 4)) * 5,
        first=first,
        last=last,
        priority=draw(st.booleans()),
    )


def leave_of(draw: st.DrawFn) -> dict[str, str]:
    person, day = draw(st.sampled_from(STAFF)), draw(st.sampled_from(DAYS))
    other = STAFF[person == "p1"]
    begin, until = draw(
        st.sampled_from([("00:00", "24"), ("00:00", "24"), ("08:00", "09:20"), ("09:10", "09:30"), ("16:00", "17:00")])
    )
    end = f"2026-10-{int(day) + 1} 00:00" if until == "24" else f"2026-10-{day} {until}"
    row = {"person": person, "from": f"2026-10-{day} {begin}", "until": end, "approved": "yes"}
    if until == "24" and draw(st.booleans()):
        row |= {"substitute": other, "accepted_at": "2026-10-16 09:00"}
    return row


def log_of(draw: st.DrawFn, buildings: Sequence[str]) -> list[dict[str, str]]:
    """Some patrols and lists up to some day; lists of the last day may name what comes next."""
    days = ("16", *DAYS)[: draw(st.integers(0, 4))]
    some = st.lists(st.sampled_from(buildings), max_size=4, unique=True)
    return [
        at_minute(day, f"{hour}:{minute:02d}", person, kind, name)
        for day in days
        for person in STAFF
        for kind, hour in (("patrol", "09"), ("listed", "16"))
        for minute, name in enumerate(draw(some))
    ]


# ---------------------------------------------------------------- what nobody can help


def least_ahead(world: World, loaded: Loaded, plan: Plan) -> int:
    """What the planned days miss at least, person by person and day by day, trying every walk."""
    duties = [one for one in loaded.judged(None) if one[0] == "patrol" and date.fromisoformat(one[2]) >= plan.start]
    owed: dict[tuple[str, str], list[tuple[str, int]]] = defaultdict(list)
    for _, post, day, expected, actual in duties:
        person, area, _role = post.split("@")
        owed[person, day].append((area, int(expected or 0) - int(actual or 0)))
    return sum(_least(world, plan, person, date.fromisoformat(day), asks) for (person, day), asks in owed.items())


def _least(world: World, plan: Plan, person: str, day: date, asks: Sequence[tuple[str, int]]) -> int:
    return min(missed for missed, _, _ in walks_of(world, plan, person, day, asks).values())


def walks_of(
    world: World, plan: Plan, person: str, day: date, asks: Sequence[tuple[str, int]]
) -> dict[frozenset[str], tuple[int, int, int]]:
    """Every set of buildings that can be walked → (missed in all, buildings too few, stops)."""
    text = day.isoformat()
    areas = {area for area, _ in asks}
    there = [row for row in world.buildings if row["area"] in areas and row["from"] <= text <= (row["to"] or "9")]
    late = _cannot_be_listed(world, plan, person, day)
    home = _home(world, person, day, [area for area, _ in asks])
    closes = _clock(world.slot[1])
    free = [minute for minute in range(OPENS, closes) if not _on_leave(world, person, day, minute)]
    found: dict[frozenset[str], tuple[int, int, int]] = {}

    def go_on(seen: tuple[Mapping[str, str], ...], minute: int) -> None:
        few = sum(max(0, need - sum(row["area"] == area for row in seen)) for area, need in asks)
        back = world.minutes(seen[-1]["building"], home) if home and seen else 0
        if minute + back <= shut:
            unlisted = sum(row["building"] in late for row in seen)
            found[frozenset(row["building"] for row in seen)] = few + unlisted, few, len(seen)
        for row in there:
            if row not in seen:
                length = int(row["inspect_minutes"])
                before = seen[-1]["building"] if seen else home
                ready = minute + (world.minutes(before, row["building"]) if before else 0)
                begins = [begin for begin in free if begin >= ready and set(range(begin, begin + length)) <= set(free)]
                if begins:
                    go_on((*seen, row), begins[0] + length)

    opens, shut = (free[0], free[-1] + 1) if free else (OPENS, OPENS)
    go_on((), opens)
    return found


def _home(world: World, person: str, day: date, areas: Sequence[str]) -> str | None:
    """The office that a closed walk begins at: of the person's own area, else of the one that they stand in for."""
    own = [str(row["area"]) for row in _held(world, person, day) if row["area"] in areas]
    return (own or list(areas))[0] if world.closed else None


def _cannot_be_listed(world: World, plan: Plan, person: str, day: date) -> set[str]:
    """Buildings that are not listed for a day whose list is past."""
    names = {row["building"] for row in world.buildings}
    if not world.listing:
        return set()
    before = day - timedelta(days=1)
    while not _works(world, person, before):
        before -= timedelta(days=1)
        if before < date(2026, 10, 1):
            return set()
    if not any(row.get("from", "") <= before.isoformat() for row in _lead(world, person, day)):
        return set()
    told = [date.fromisoformat(row["at"][:10]) for row in world.log]
    past = before < plan.start and (before >= date(2026, 10, 19) or any(before <= one for one in told))
    if not past:
        return set()
    said = {
        row["target"]
        for row in world.log
        if row["kind"] == "listed" and row["person"] == person and row["at"].startswith(before.isoformat())
    }
    return names - said


def _lead(world: World, person: str, day: date) -> list[Mapping[str, str]]:
    """The first post that the person holds that day."""
    return _held(world, person, day)[:1]


def _held(world: World, person: str, day: date) -> list[Mapping[str, str]]:
    text = day.isoformat()
    return [
        row for row in world.people if row["person"] == person and row.get("from", "") <= text <= (row.get("to") or "9")
    ]


def _works(world: World, person: str, day: date) -> bool:
    whole = any(
        row["person"] == person and row["from"] == f"{day} 00:00" and row["until"].endswith(" 00:00")
        for row in world.leave
    )
    return day.weekday() < 5 and not whole and bool(_lead(world, person, day))


def _on_leave(world: World, person: str, day: date, minute: int) -> bool:
    instant = f"{day} {minute // 60:02d}:{minute % 60:02d}"
    return any(row["person"] == person and row["from"] <= instant < row["until"] for row in world.leave)


def _clock(text: str) -> int:
    return int(text[:2]) * 60 + int(text[3:])


# ---------------------------------------------------------------- the law


def check(world: World) -> None:
    with tempfile.TemporaryDirectory() as folder:
        loaded = world.load(Path(folder))
        plan = loaded.plan(moves=30)
        assert loaded.judged(plan) == claimed(plan)
        past = [one for one in plan.shortfalls if one.day < plan.start]
        assert plan.shortfall - sum(one.number for one in past) == least_ahead(world, loaded, plan)
        assert plan.least_shortfall == plan.shortfall
        seen_in_slot(world, plan)
        if any(task.kind == "patrol" for task in plan.tasks):
            empty = replace(plan, tasks=())
            kinds = frozenset(["patrol", "listed"])
            assert list(violations(loaded.estate, loaded.log, scored_period(WEEK), empty, kinds=kinds))


def seen_in_slot(world: World, plan: Plan) -> None:
    """Nobody walks faster than they can, or outside the slot."""
    rows = {row["building"]: row for row in world.buildings}
    by_day = defaultdict(list)
    for task in plan.tasks:
        if task.kind == "patrol":
            by_day[task.person, task.at.date()].append(task)
            assert f"{task.at:%H:%M}" >= world.slot[0]
            assert f"{task.until:%H:%M}" <= world.slot[1]
            assert (task.until - task.at).seconds == 60 * int(rows[task.target or ""]["inspect_minutes"])
    for tasks in by_day.values():
        for one, other in pairwise(tasks):
            way = world.minutes(one.target or "", other.target or "")
            assert other.at - one.until >= timedelta(minutes=way)
    for (person, day), tasks in by_day.items():
        seen = [rows[one.target or ""]["area"] for one in tasks]
        held = [str(row["area"]) for row in _held(world, person, day)]  # of which nothing may have been seen
        homes = {_home(world, person, day, areas) for areas in (seen, [*held, *seen])}
        assert any(home is None or _in_time(world, home, tasks) for home in homes)


def _in_time(world: World, home: str, tasks: Sequence[Task]) -> bool:
    """Whether one gets from the office to the first building and back from the last within the slot."""
    out, back = world.minutes(home, tasks[0].target or ""), world.minutes(tasks[-1].target or "", home)
    leaves, returns = tasks[0].at - timedelta(minutes=out), tasks[-1].until + timedelta(minutes=back)
    return f"{leaves:%H:%M}" >= world.slot[0] and f"{returns:%H:%M}" <= world.slot[1]


QUICK = settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(worlds())
def test_the_law(world: World) -> None:
    check(world)


@pytest.mark.slow
@settings(QUICK, max_examples=200)
@given(worlds())
def test_the_law_for_long(world: World) -> None:
    check(world)
