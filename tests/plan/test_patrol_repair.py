"""Repairs of patrol plans: by hand, and in drawn worlds against every walk that there is.

Every repaired plan is judged by the reference scorer as well.
"""

import tempfile
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dutyrules.plan import Plan, Task
from tests.plan.patrol_world import Loaded, World, at_minute, building, claimed, listed, patrols, row_of
from tests.plan.test_patrol_law import leave_of, log_of, walks_of, worlds

TWO = ({"person": "p1", "area": "A"}, {"person": "p2", "area": "B"})
AWAY = {"person": "p1", "from": "2026-10-21", "until": "2026-10-22", "approved": "yes"}
ACTS = {**AWAY, "substitute": "p2", "accepted_at": "2026-10-19 10:00"}

Moved = tuple[str, str, str | None, str | None]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "estate"


def both(world: World, other: World, folder: Path, *, freeze: int | None = None) -> tuple[Plan, Plan]:
    """A plan, and its repair after the world has changed."""
    before = world.load(folder / "before").plan()
    loaded = other.load(folder / "after")
    after = loaded.plan(keep=before.tasks, freeze=None if freeze is None else date(2026, 10, freeze))
    assert loaded.judged(after) == claimed(after)
    return before, after


def moved(plan: Plan) -> list[Moved]:
    def where(task: Task | None) -> str | None:
        return None if task is None else f"{task.at:%d} {task.person} {task.target}"

    return [(one.change, one.reason, where(one.before), where(one.after)) for one in plan.moves]


def changed(plan: Plan) -> dict[str, tuple[int, int | None]]:
    return {one.name: (one.value, one.bound) for one in plan.measures if one.name.startswith("changed")}


NOTHING = {"changed_day": (0, 0), "changed_person": (0, 0)}


# ---------------------------------------------------------------- by hand


def test_without_a_disturbance_nothing_changes(folder: Path) -> None:
    world = World([*row_of(7), *row_of(5, area="B")], people=TWO, patrol={"at_least": 3}, slot=("09:00", "11:00"))
    before, after = both(world, world, folder)
    assert after.tasks == before.tasks
    assert (after.moves, changed(after)) == ((), NOTHING)


def test_who_is_away_leaves_everything_else_alone(folder: Path) -> None:
    """Two of Wednesday's buildings; nobody accepted, so they are nobody's."""
    world = World(row_of(5))
    before, after = both(world, replace(world, leave=[AWAY]), folder)
    gone = patrols(before)["21"]
    assert moved(after) == [("gone", "absent", f"21 p1 {name}", None) for name in gone]
    assert patrols(after) == {day: names for day, names in patrols(before).items() if day != "21"}
    assert (changed(after), after.shortfall) == (NOTHING, 0)


def test_a_substitute_goes_to_the_same_buildings_that_day(folder: Path) -> None:
    """Whoever goes there, the building has its turn: by somebody else, not on another day."""
    world = World([*row_of(5), *row_of(5, area="B")], people=TWO, slot=("09:00", "11:00"))
    before, after = both(world, replace(world, leave=[ACTS]), folder)
    mine = sorted([*patrols(before, "p1")["21"], *patrols(before, "p2")["21"]])
    assert sorted(patrols(after, "p2")["21"]) == mine
    assert changed(after) == {"changed_day": (0, 0), "changed_person": (2, 2)}
    by_others = [one for one in moved(after) if one[0] == "person"]
    assert by_others == [("person", "absent", f"21 p1 {name}", f"21 p2 {name}") for name in patrols(before, "p1")["21"]]
    assert {one[0] for one in moved(after)} <= {"person", "hour"}


def test_a_building_that_closes_is_replaced_by_one(folder: Path) -> None:
    """A1 is torn down after Tuesday; on each later day that had it, one other building is new."""
    world = World(row_of(4))
    before, after = both(world, World([building("A1", 60, last="2026-10-20"), *row_of(4)[1:]]), folder)
    days = [day for day, names in patrols(before).items() if "A1" in names and day > "20"]
    assert days
    assert changed(after) == {"changed_day": (len(days), len(days)), "changed_person": (0, 0)}
    gone = [one for one in moved(after) if one[2] and one[2].endswith("A1")]
    assert [one[:2] for one in gone] == [("gone", "closed")] * len(days)
    for day, names in patrols(before).items():
        assert set(names) - {"A1"} <= set(patrols(after)[day]) or day not in days
        assert day in days or patrols(after)[day] == names


def test_a_round_that_owes_less_keeps_some_of_its_buildings(folder: Path) -> None:
    world = World(row_of(5), patrol={"at_least": 3})
    before, after = both(world, replace(world, patrol={"at_least": 2}), folder)
    assert all(set(patrols(after)[day]) < set(names) for day, names in patrols(before).items())
    assert (changed(after), {one[:2] for one in moved(after)}) == (NOTHING, {("gone", "not_needed")})


def test_a_shorter_slot_keeps_what_fits(folder: Path) -> None:
    world = World(row_of(4), patrol={"at_least": 3}, slot=("09:00", "09:40"))
    before, after = both(world, replace(world, slot=("09:00", "09:25")), folder)
    assert all(len(names) == 2 and set(names) < set(patrols(before)[day]) for day, names in patrols(after).items())
    assert after.shortfall == after.least_shortfall == 5
    assert changed(after) == NOTHING
    assert {one[:2] for one in moved(after) if one[0] == "gone"} <= {("gone", "full"), ("gone", "outside")}


def test_minutes_stay_where_the_buildings_do(folder: Path) -> None:
    """Three minutes later, as somebody wrote by hand: the rounds stay as they were edited."""
    loaded = World(row_of(4)).load(folder)
    late = timedelta(minutes=3)
    shifted = [replace(task, at=task.at + late, until=task.until + late) for task in loaded.plan().tasks]
    again = loaded.plan(keep=shifted)
    assert [one for one in again.tasks if one.kind == "patrol"] == [one for one in shifted if one.kind == "patrol"]
    assert again.moves == ()


def test_a_building_put_in_by_hand_stays(folder: Path) -> None:
    """Wednesday's first building is exchanged in the file: what is kept is what the file says."""
    loaded = World(row_of(5)).load(folder)
    plan = loaded.plan()
    first = next(one for one in plan.tasks if one.kind == "patrol" and one.at.day == 21)
    other = next(name for name in ("A1", "A2", "A3") if name not in patrols(plan)["21"])
    after = loaded.plan(keep=[replace(one, target=other) if one is first else one for one in plan.tasks])
    assert set(patrols(after)["21"]) == set(patrols(plan)["21"]) - {first.target} | {other}
    assert (changed(after), loaded.judged(after)) == (NOTHING, [])


def test_pins_hold_and_the_rest_makes_room(folder: Path) -> None:
    """Somewhere else is pinned on Wednesday: one of the two has to go, and no promise counts for the pin."""
    loaded = World(row_of(5)).load(folder)
    plan = loaded.plan()
    day = [one for one in plan.tasks if one.kind == "patrol" and one.at.day == 21]
    other = next(name for name in ("A1", "A2", "A3") if name not in patrols(plan)["21"])
    after = loaded.plan(keep=[*plan.tasks, replace(day[0], target=other, pinned=True)])
    assert other in patrols(after)["21"]
    assert changed(after) == NOTHING
    assert next(why for change, why, *_ in moved(after) if change == "gone") in ("taken", "not_needed", "makes_room")


# ---------------------------------------------------------------- frozen days


def test_frozen_days_stay_and_what_they_miss_is_said(folder: Path) -> None:
    """The substitute would have time on Wednesday, but nothing is put on frozen days."""
    world = World([*row_of(5), *row_of(5, area="B")], people=TWO, slot=("09:00", "11:00"))
    before, after = both(world, replace(world, leave=[ACTS]), folder, freeze=21)
    assert [one for one in after.tasks if one.kind == "patrol" and one.at.day <= 21] == [
        one
        for one in before.tasks
        if one.kind == "patrol" and one.at.day <= 21 and (one.at.day, one.person) != (21, "p1")
    ]
    assert [(one.post, one.number, one.causes[0].message) for one in after.shortfalls] == [("p2@A@butler", 2, "frozen")]
    assert after.least_shortfall == 2
    assert {one[:2] for one in moved(after)} == {("gone", "absent")}


def test_nothing_moves_on_frozen_days_for_a_shorter_walk(folder: Path) -> None:
    """Somebody wrote a roundabout walk for Tuesday; frozen, it stays, although the shortest is known."""
    loaded = World(row_of(5), patrol={"at_least": 3}, slot=("09:00", "11:00")).load(folder)
    plan = loaded.plan()
    own = [one for one in plan.tasks if one.kind == "patrol" and one.at.day == 20]
    names = [own[1].target, own[0].target, own[2].target]
    odd = {
        task: replace(
            task,
            target=name,
            at=task.at + timedelta(minutes=5 * place),
            until=task.until + timedelta(minutes=5 * place),
        )
        for place, (task, name) in enumerate(zip(own, names, strict=True))
    }
    after = loaded.plan(keep=[odd.get(task, task) for task in plan.tasks], freeze=date(2026, 10, 20))
    assert [one for one in after.tasks if one.kind == "patrol" and one.at.day == 20] == list(odd.values())
    assert (after.moves, loaded.judged(after)) == ((), [])


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("target", "B1", "not_sent"),
        ("time", 8, "outside"),
        ("time", 7, "absent"),
        ("target", "A9", "closed"),
    ],
)
def test_frozen_rows_that_nobody_can_keep_are_named(column: str, value: object, reason: str, folder: Path) -> None:
    world = World([*row_of(5), building("A9", 600, last="2026-10-01"), building("B1", 60, area="B")], people=TWO)
    loaded = world.load(folder)
    plan = loaded.plan()
    first = next(one for one in plan.tasks if one.kind == "patrol" and one.at.day == 20 and one.person == "p1")
    if column == "target":
        odd = replace(first, target=str(value))
    else:
        odd = replace(
            first, at=first.at.replace(hour=int(str(value))), until=first.at.replace(hour=int(str(value)), minute=30)
        )
    after = loaded.plan(keep=[odd if one is first else one for one in plan.tasks], freeze=date(2026, 10, 20))
    assert [one[:2] for one in moved(after)] == [("gone", reason)]
    assert after.shortfall == after.least_shortfall == 1
    assert loaded.judged(after) == claimed(after)


def test_two_frozen_rows_too_near_to_each_other(folder: Path) -> None:
    """From A1 to A5 it is four minutes; the later of the two gives way, and is named."""
    loaded = World(row_of(5)).load(folder)
    rows = [at_minute("20", time, "p1", "patrol", name) for time, name in (("09:00", "A1"), ("09:12", "A5"))]
    after = loaded.plan(keep=[_task(row) for row in rows], freeze=date(2026, 10, 23))
    assert moved(after) == [("gone", "taken", "20 p1 A5", None)]
    assert patrols(after) == {"20": ["A1"]}
    assert after.shortfall == after.least_shortfall == 9
    assert loaded.judged(after) == claimed(after)


def _task(row: Mapping[str, str]) -> Task:
    at = datetime.fromisoformat(row["at"])
    return Task(at, at + timedelta(minutes=10), row["person"], row["kind"], row["target"])


# ---------------------------------------------------------------- lists


def test_what_is_listed_for_tomorrow_comes_first(folder: Path) -> None:
    """p1 listed A4 and A5 for Tuesday and fell ill; p2, who listed nothing, goes there and nowhere else."""
    people = (TWO[0], {"person": "p2", "area": "B"})
    world = World([*row_of(5), *row_of(2, area="B")], people=people, slot=("09:00", "11:00"))
    log = [
        *(at_minute("16", "16:40", "p1", "listed", name) for name in ("A1", "A2")),
        *(at_minute("16", "16:40", "p2", "listed", name) for name in ("B1", "B2")),
        *(at_minute("19", f"09:{minute}0", "p1", "patrol", name) for minute, name in enumerate(("A1", "A2"))),
        *(at_minute("19", f"09:{minute}0", "p2", "patrol", name) for minute, name in enumerate(("B1", "B2"))),
        *(at_minute("19", "16:40", "p1", "listed", name) for name in ("A4", "A5")),
        *(at_minute("19", "16:40", "p2", "listed", name) for name in ("B1", "B2")),
    ]
    leave = {"person": "p1", "from": "2026-10-20", "until": "2026-10-21", "approved": "yes"}
    ill = replace(world, log=log, leave=[{**leave, "substitute": "p2", "accepted_at": "2026-10-20 07:00"}])
    before = world.load(folder / "before").plan()
    tuesday = [one for one in before.tasks if one.kind == "patrol" and one.at.day == 20 and one.person == "p1"]
    rows = [replace(one, target=name) for one, name in zip(tuesday, ("A1", "A3"), strict=True)]
    loaded = ill.load(folder / "after")
    after = loaded.plan(keep=[*rows, *(one for one in before.tasks if one not in tuesday)])
    assert set(patrols(after, "p2")["20"]) == {"A4", "A5", "B1", "B2"}
    assert ("new", "listed", None, "20 p2 A4") in moved(after)
    assert loaded.judged(after) == claimed(after)


def test_lists_follow_the_rounds(folder: Path) -> None:
    world = World([*row_of(5), *row_of(5, area="B")], people=TWO, slot=("09:00", "11:00"))
    _, after = both(world, replace(world, leave=[ACTS]), folder)
    assert set(listed(after)["10-20 16:40"]) == {*patrols(after)["21"], *patrols(after, "p1")["22"]}


# ---------------------------------------------------------------- interrupted


def test_interrupted_a_repair_is_sound_and_changes_no_more(folder: Path) -> None:
    def at_once(_what: str, done: int, of: int) -> None:
        if done < of:
            raise KeyboardInterrupt

    world = World([*row_of(9), *row_of(9, area="B")], people=TWO, patrol={"at_least": 4}, slot=("09:00", "11:00"))
    before = world.load(folder / "before").plan()
    closes = replace(world, buildings=[building("A1", 60, last="2026-10-20"), *row_of(9)[1:], *row_of(9, area="B")])
    loaded = closes.load(folder / "after")
    broken, whole = (loaded.plan(keep=before.tasks, progress=progress) for progress in (at_once, None))
    assert (broken.complete, whole.complete) == (False, True)
    assert changed(broken) == changed(whole)
    assert loaded.judged(broken) == claimed(broken) == []


# ---------------------------------------------------------------- without a list of walks


def test_rounds_without_a_list_keep_what_they_can(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("dutyrules.plan.menus.LISTED", 2)
    world = World(row_of(6), slot=("09:00", "11:00"), patrol={"at_least": 3})
    before, after = both(world, world, folder)
    assert (after.tasks, changed(after)) == (before.tasks, NOTHING)
    _, after = both(
        world,
        World([building("A1", 60, last="2026-10-20"), *row_of(6)[1:]], slot=world.slot, patrol=world.patrol),
        folder / "x",
    )
    days = [day for day, names in patrols(before).items() if "A1" in names and day > "20"]
    assert changed(after) == {"changed_day": (len(days), len(days)), "changed_person": (0, 0)}


# ---------------------------------------------------------------- drawn worlds


@st.composite
def disturbed(draw: st.DrawFn) -> tuple[World, World, int | None]:
    """A world, what becomes of it, and the last frozen day."""
    world = replace(draw(worlds()), log=())
    leave = [*world.leave, *(leave_of(draw) for _ in range(draw(st.integers(0, 2))))]
    names = [row["building"] for row in world.buildings]
    log = log_of(draw, names) if draw(st.booleans()) else []
    buildings = list(world.buildings)
    if draw(st.booleans()):
        closed = draw(st.integers(0, len(buildings) - 1))
        buildings[closed] = {**buildings[closed], "to": "2026-10-21"}
    freeze = draw(st.none() | st.sampled_from([20, 21, 22]))
    return world, replace(world, leave=leave, log=log, buildings=buildings), freeze


def check(world: World, other: World, freeze: int | None) -> None:
    with tempfile.TemporaryDirectory() as name:
        before = world.load(Path(name) / "before").plan(moves=30)
        loaded = other.load(Path(name) / "after")
        frozen = None if freeze is None else date(2026, 10, freeze)
        after = loaded.plan(keep=before.tasks, freeze=frozen, moves=30)
        assert loaded.judged(after) == claimed(after)
        rows = [one for one in before.tasks if one.kind == "patrol" and one.at.date() >= after.start]
        last = frozen or date(2026, 10, 1)
        assert {_words(one) for one in after.tasks if one.kind == "patrol" and one.at.date() <= last} <= {
            _words(one) for one in rows
        }
        found = {one.name: one.value for one in after.measures}
        if not rows:
            assert "changed_day" not in found
            return
        least = fewest_changes(other, loaded, after, [one for one in rows if one.at.date() > last], last)
        loose = [one for one in after.tasks if one.kind == "patrol" and one.at.date() > last]
        assert counted(other, after, [one for one in rows if one.at.date() > last], loose) == least
        assert changed(after) == {"changed_day": (least[0], least[0]), "changed_person": (least[1], least[1])}
        if frozen is None:
            assert after.shortfall == after.least_shortfall


def _words(task: Task) -> tuple[object, ...]:
    return task.at, task.until, task.person, task.target


def promised(world: World, plan: Plan, rows: Sequence[Task]) -> dict[tuple[date, str], set[str]]:
    """(day, building) → who was to go there, by the rows and by the lists in the log."""
    found = defaultdict[tuple[date, str], set[str]](set)
    for one in rows:
        found[one.at.date(), one.target or ""].add(one.person)
    for row in world.log if world.listing else ():
        if row["kind"] == "listed":
            day = date.fromisoformat(row["at"][:10]) + timedelta(days=1)
            while day.weekday() >= 5:
                day += timedelta(days=1)
            if day >= plan.start:
                found[day, row["target"]].add(row["person"])
    return found


def counted(world: World, plan: Plan, rows: Sequence[Task], tasks: Sequence[Task]) -> tuple[int, int]:
    """Patrols on another day, and by somebody else, one by one."""
    known = promised(world, plan, rows)
    who = [(known.get((one.at.date(), one.target or ""), set()), one.person) for one in tasks]
    return sum(not names for names, _ in who), sum(bool(names) and person not in names for names, person in who)


def fewest_changes(world: World, loaded: Loaded, plan: Plan, rows: Sequence[Task], last: date) -> tuple[int, int]:
    """The least that can be, round by round, trying every walk."""
    known = promised(world, plan, rows)
    duties = [one for one in loaded.judged(None) if one[0] == "patrol"]
    owed: dict[tuple[str, date], list[tuple[str, int]]] = defaultdict(list)
    for _, post, period, expected, actual in duties:
        person, area, _role = post.split("@")
        if (on := date.fromisoformat(period)) >= plan.start and on > last:
            owed[person, on].append((area, int(expected or 0) - int(actual or 0)))
    total = (0, 0)
    for (person, day), asks in owed.items():
        ranked = walks_of(world, plan, person, day, asks)
        best = min(ranked.values())
        counts = []
        for names in (names for names, rank in ranked.items() if rank == best):
            who = [known.get((day, one), set()) for one in names]
            counts.append((sum(not one for one in who), sum(bool(one) and person not in one for one in who)))
        fewest = min(counts)
        total = total[0] + fewest[0], total[1] + fewest[1]
    return total


QUICK = settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(disturbed())
def test_no_repair_changes_less(drawn: tuple[World, World, int | None]) -> None:
    check(*drawn)


@pytest.mark.slow
@settings(QUICK, max_examples=200)
@given(disturbed())
def test_no_repair_changes_less_for_long(drawn: tuple[World, World, int | None]) -> None:
    check(*drawn)


@QUICK
@given(worlds())
def test_a_world_that_stays_keeps_its_plan(world: World) -> None:
    with tempfile.TemporaryDirectory() as name:
        loaded = world.load(Path(name))
        plan = loaded.plan(moves=30)
        again = loaded.plan(keep=plan.tasks, moves=30)
        assert again.tasks == plan.tasks
        assert again.moves == ()
