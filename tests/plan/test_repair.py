"""Small repairs worked out by hand: what must move moves, for the reason that is told, and nothing else does."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest
from ortools.math_opt.python import mathopt

from dutyrules.plan import Plan
from tests.plan.visit_estate import HOME, PHONE, Hand, call_back, everyone, homes, made, way

WEDNESDAY, THURSDAY, FRIDAY = (date(2026, 10, day) for day in (28, 29, 30))
"""The last three workdays of the month."""

ALL = {"all": everyone(prorate="none")}
LEAVE = "li,2026-10-29,2026-10-30,yes,,"
TWO = ["li,butler,A,,", "wang,butler,A,,"]


def visit(day: int, unit: str, at: str = "15:00", person: str = "li", kind: str = HOME, pinned: str = "") -> str:
    """A row of the earlier plan."""
    return f"2026-10-{day} {at},{person},{kind},{unit},{pinned}"


def moved(plan: Plan) -> list[str]:
    """The moves, for a person to read."""

    def told(task: object) -> str:
        return "-" if task is None else f"{task.at:%d %H:%M} {task.person}"  # type: ignore[attr-defined]

    lines = []
    for one in plan.moves:
        task = one.after or one.before
        assert task is not None
        lines.append(f"{task.target}: {told(one.before)} > {told(one.after)}: {one.change}, {one.reason}")
    return lines


def changes(plan: Plan) -> list[tuple[int, int | None]]:
    """Visits by somebody else, on another day, at another hour: how many, and how few there could be."""
    return [(one.value, one.bound) for one in plan.measures if one.name.startswith("changed")]


def exactly(person: int, day: int, hour: int) -> list[tuple[int, int]]:
    """So many changes, which is proven to be the least."""
    return [(person, person), (day, day), (hour, hour)]


# ---------------------------------------------------------------------------------------------- what must move


def test_nothing_moves_if_nothing_happened(tmp_path: Path) -> None:
    """The flows alone would have begun on Wednesday."""
    keep = [visit(29, "u002"), visit(30, "u001", "15:50")]
    plan = Hand(ALL, homes(2)).plan(tmp_path, start=WEDNESDAY, keep=keep)
    assert made(plan) == ["10-29 15:00 li visit.home u002", "10-30 15:50 li visit.home u001"]
    assert (changes(plan), moved(plan)) == (exactly(0, 0, 0), [])


def test_absence_moves_what_falls_into_it(tmp_path: Path) -> None:
    """One visit a day, three days: who was to be visited on Thursday is visited on Friday."""
    keep = [visit(28, "u001"), visit(29, "u002")]
    plan = Hand(ALL, homes(2), tables={"leave": [LEAVE]}).plan(tmp_path, start=WEDNESDAY, keep=keep)
    assert moved(plan) == ["u002: 29 15:00 li > 30 15:00 li: day, absent"]
    assert changes(plan) == exactly(0, 1, 0)


def test_what_fits_no_more_is_missed_and_nothing_moves_for_it(tmp_path: Path) -> None:
    """Two days for three households: two stay where they are, whoever else could have been left out."""
    keep = [visit(28, "u001"), visit(29, "u002"), visit(30, "u003")]
    plan = Hand(ALL, homes(3), tables={"leave": [LEAVE]}).plan(tmp_path, start=WEDNESDAY, keep=keep)
    assert (plan.shortfall, plan.least_shortfall, changes(plan)) == (1, 1, exactly(0, 0, 0))
    assert moved(plan) == ["u002: 29 15:00 li > -: gone, absent"]


def test_a_callback_takes_the_place_of_what_can_wait(tmp_path: Path) -> None:
    """One call a day; the repair of Wednesday is called back by Thursday four o'clock."""
    duties = {"all": everyone(PHONE, prorate="none"), "back": call_back()}
    hand = Hand(duties, homes(2), log=["2026-10-28 16:00,li,repair,u002,c1,"])
    keep = [visit(29, "u001", "14:00", kind=PHONE), visit(30, "u002", "14:00", kind=PHONE)]
    plan = hand.plan(tmp_path, keep=keep)
    assert plan.start == THURSDAY
    assert moved(plan) == [
        "u001: 29 14:00 li > 30 14:00 li: day, makes_room",
        "u002: 30 14:00 li > 29 14:00 li: day, makes_room",
    ]
    assert (plan.shortfall, changes(plan)) == (0, exactly(0, 2, 0))


def test_a_callback_is_new(tmp_path: Path) -> None:
    duties = {"all": everyone(PHONE, prorate="none"), "back": call_back()}
    visits = {PHONE: way("phone", "14:00", "15:00", per_day=2)}
    hand = Hand(
        duties, homes(2), visits, log=["2026-10-28 16:00,li,repair,u002,c1,", f"2026-10-28 09:00,li,{PHONE},u002,,"]
    )
    plan = hand.plan(tmp_path, keep=[visit(29, "u001", "14:00", kind=PHONE)])
    assert moved(plan) == ["u002: - > 29 14:10 li: new, callback"]
    assert (plan.tasks[1].case, changes(plan)) == ("c1", exactly(0, 1, 0))


def test_another_hour_of_the_day_before_another_day(tmp_path: Path) -> None:
    """Away until half past three; on Wednesday and Thursday the day is free."""
    leave = ["li,2026-10-30 15:00,2026-10-30 15:30,yes,,"]
    plan = Hand(ALL, homes(1), tables={"leave": leave}).plan(tmp_path, start=WEDNESDAY, keep=[visit(30, "u001")])
    assert moved(plan) == ["u001: 30 15:00 li > 30 15:30 li: hour, absent"]
    assert changes(plan) == exactly(0, 0, 1)


def test_another_day_before_another_butler(tmp_path: Path) -> None:
    """Wang could come on Thursday; Li comes on Friday."""
    hand = Hand(ALL, homes(1), tables={"people": TWO, "leave": [LEAVE]})
    plan = hand.plan(tmp_path, start=THURSDAY, keep=[visit(29, "u001")])
    assert moved(plan) == ["u001: 29 15:00 li > 30 15:00 li: day, absent"]
    assert changes(plan) == exactly(0, 1, 0)


def test_another_butler_before_a_miss(tmp_path: Path) -> None:
    """Li is away until the month is over."""
    hand = Hand(ALL, homes(1), tables={"people": TWO, "leave": ["li,2026-10-29,2026-11-01,yes,,"]})
    plan = hand.plan(tmp_path, start=THURSDAY, keep=[visit(29, "u001")])
    [line] = moved(plan)
    assert line.startswith("u001: 29 15:00 li > ")
    assert line.endswith(" wang: person, absent")
    assert (plan.shortfall, changes(plan)) == (0, exactly(1, 0, 0))


def test_who_refused_is_not_asked_again(tmp_path: Path) -> None:
    """Half of two is one: the other household is visited instead, which nobody had promised."""
    hand = Hand({"half": everyone(share="1/2")}, homes(2), log=[f"2026-10-28 15:00,li,{HOME},u001,,refused"])
    plan = hand.plan(tmp_path, keep=[visit(29, "u001")])
    assert [(task.target, plan.moves[0].reason) for task in plan.tasks] == [("u002", "refuses")]
    assert [(one.change, one.reason) for one in plan.moves] == [("gone", "refuses"), ("new", "needed")]
    assert changes(plan) == exactly(0, 1, 0)


def test_who_refused_and_then_let_somebody_in_is_asked_again(tmp_path: Path) -> None:
    log = [f"2026-10-27 15:00,li,{HOME},u001,,refused", f"2026-10-28 15:00,li,{HOME},u001,,not_home"]
    plan = Hand(ALL, homes(1), log=log).plan(tmp_path)
    assert len(plan.tasks) == 1


def test_contact_that_was_taken_back(tmp_path: Path) -> None:
    plan = Hand(ALL, homes(1, "none")).plan(tmp_path, start=FRIDAY, keep=[visit(30, "u001")])
    assert moved(plan) == ["u001: 30 15:00 li > -: gone, refuses"]
    assert (plan.shortfall, plan.least_shortfall) == (1, 1)


def test_what_was_done_already_is_not_done_again(tmp_path: Path) -> None:
    hand = Hand(ALL, homes(2), log=[f"2026-10-28 15:00,li,{HOME},u002,,"])
    plan = hand.plan(tmp_path, keep=[visit(29, "u001"), visit(30, "u002")])
    assert moved(plan) == ["u002: 30 15:00 li > -: gone, not_needed"]
    assert changes(plan) == exactly(0, 0, 0)


def test_what_is_past_is_no_move(tmp_path: Path) -> None:
    """Of a day that the log tells of, even what was pinned: it was done, or it was not."""
    hand = Hand(ALL, homes(2), log=[f"2026-10-28 15:00,li,{HOME},u001,,"])
    keep = [visit(27, "u001", pinned="yes"), visit(28, "u001"), visit(29, "u002")]
    plan = hand.plan(tmp_path, keep=keep)
    assert (made(plan), moved(plan)) == (["10-29 15:00 li visit.home u002"], [])


# ---------------------------------------------------------------------------------------------- frozen days


def test_frozen_days_stay_as_they_are(tmp_path: Path) -> None:
    """Off the slots, and two where one fits: nobody moves it; and what is missing is done afterwards."""
    keep = [visit(28, "u001", "15:07"), visit(28, "u002", "15:40")]
    plan = Hand(ALL, homes(3)).plan(tmp_path, start=WEDNESDAY, keep=keep, freeze=THURSDAY)
    assert made(plan) == [
        "10-28 15:07 li visit.home u001",
        "10-28 15:40 li visit.home u002",
        "10-30 15:00 li visit.home u003",
    ]
    assert moved(plan) == ["u003: - > 30 15:00 li: new, needed"]
    assert not any(task.pinned for task in plan.tasks)


def test_what_became_impossible_on_a_frozen_day_is_named(tmp_path: Path) -> None:
    keep = [visit(28, "u001"), visit(29, "u002")]
    hand = Hand(ALL, homes(2), tables={"leave": [LEAVE]})
    plan = hand.plan(tmp_path, start=WEDNESDAY, keep=keep, freeze=THURSDAY)
    assert moved(plan) == ["u002: 29 15:00 li > 30 15:00 li: day, absent"]
    plan = hand.plan(tmp_path, start=WEDNESDAY, keep=keep, freeze=FRIDAY)
    assert moved(plan) == ["u002: 29 15:00 li > -: gone, absent"]
    assert (plan.shortfall, plan.least_shortfall) == (1, 1)


def test_a_frozen_visit_gives_way_to_a_pin(tmp_path: Path) -> None:
    keep = [visit(29, "u001"), visit(29, "u002", "15:05", pinned="yes")]
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    plan = Hand(ALL, homes(2), visits).plan(tmp_path, start=THURSDAY, keep=keep, freeze=THURSDAY)
    assert moved(plan) == ["u001: 29 15:00 li > 30 15:00 li: day, taken"]


# ---------------------------------------------------------------------------------------------- walking comes last

UNITS = ("u1", "u2", "u3", "u4", "u5")


@pytest.mark.parametrize("day", [28, 30])
def test_a_new_visit_goes_where_somebody_goes_anyway(tmp_path: Path, day: int) -> None:
    """Two visits a day fit: the third household joins its own building's day."""
    other = 58 - day
    units = ["u1,b1,occupied,any,any,,", "u2,b2,occupied,any,any,,", "u3,b1,occupied,any,any,,"]
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    hand = Hand(ALL, units, visits, buildings=["b1,A,", "b2,A,"])
    plan = hand.plan(tmp_path, start=WEDNESDAY, keep=[visit(day, "u1"), visit(other, "u2")])
    assert moved(plan) == [f"u3: - > {day} 15:10 li: new, needed"]
    [ways] = [one for one in plan.measures if one.name == "kept_ways"]
    assert (ways.value, ways.bound) == (8, 8)  # where nobody knows, two minutes there and two back


def test_minutes_count_not_buildings(tmp_path: Path) -> None:
    """Two near buildings are entered rather than a far one: the middle lies at x = 1000, at 60 m a minute, rounded up
    both ways, n is 17 minutes away and f 84, so that 3 × 34 minutes are walked instead of 34 + 168."""
    units = [
        f"{unit},{building},occupied,any,any,,"
        for unit, building in zip(UNITS, ("f", "f", "n1", "n2", "n3"), strict=True)
    ]
    buildings = ["f,A,,6000,0", *(f"n{number},A,,0,0" for number in range(1, 6))]
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    duties = {"home": everyone(share="3/5")}
    hand = Hand(duties, units, visits, buildings=buildings)
    plan = hand.plan(tmp_path, start=WEDNESDAY, keep=[visit(28, "u5")])
    assert sorted(task.target or "" for task in plan.tasks) == ["u3", "u4", "u5"]
    [ways] = [one for one in plan.measures if one.name == "kept_ways"]
    assert (ways.value, ways.bound) == (102, 102)


# ---------------------------------------------------------------------------------------------- visits by two

ONE_SLOT = {HOME: way("home", "15:00", "15:10")}
GUARDS = ["li,butler,A,,", "wang,guard,A,,", "chen,guard,A,,"]


def for_two(unit: str, building: str = "b1") -> str:
    """A household that wishes for two at the door."""
    return f"{unit},{building},occupied,any,any,,,,2"


def together(day: int, unit: str, person: str, companion: str) -> str:
    """A row of the earlier plan by two."""
    return f"{visit(day, unit, person=person)},,,{companion}"


def by_whom(plan: Plan) -> list[str]:
    """Day, unit and who comes."""
    return [f"{task.at.day} {task.target} {' '.join((task.person, *task.along))}" for task in plan.tasks]


def test_a_visit_by_two_stays_with_its_companion(tmp_path: Path) -> None:
    """A plan made anew would begin on Wednesday, with the first guard."""
    hand = Hand(ALL, [for_two("u001")], ONE_SLOT, {"people": GUARDS})
    plan = hand.plan(tmp_path, start=WEDNESDAY, keep=[together(29, "u001", "li", "chen")])
    assert (by_whom(plan), moved(plan), changes(plan)) == (["29 u001 li chen"], [], exactly(0, 0, 0))


@pytest.mark.parametrize(
    ("people", "move", "least"),
    [
        (GUARDS, "29 15:00 li: companion", exactly(0, 0, 1)),
        (GUARDS[:2], "30 15:00 li: day", exactly(0, 1, 0)),
    ],
)
def test_whoever_came_along_is_away(tmp_path: Path, people: list[str], move: str, least: list[tuple[int, int]]) -> None:
    """Somebody else comes along at the same time, which is as much as another hour; else it is another day."""
    tables = {"people": people, "leave": ["wang,2026-10-29,2026-10-30,yes,,"]}
    hand = Hand(ALL, [for_two("u001")], ONE_SLOT, tables)
    plan = hand.plan(tmp_path, start=THURSDAY, keep=[together(29, "u001", "li", "wang")])
    assert moved(plan) == [f"u001: 29 15:00 li > {move}, no_companion"]
    assert (plan.shortfall, changes(plan)) == (0, least)


def test_who_needs_no_two_any_more_is_visited_as_expected(tmp_path: Path) -> None:
    plan = Hand(ALL, homes(1), ONE_SLOT, {"people": GUARDS}).plan(
        tmp_path, start=THURSDAY, keep=[together(29, "u001", "li", "wang")]
    )
    assert (by_whom(plan), changes(plan)) == (["29 u001 li"], exactly(0, 0, 0))
    assert moved(plan) == ["u001: 29 15:00 li > 29 15:00 li: companion, not_needed"]


@pytest.mark.parametrize(
    ("start", "row", "least"),
    [(WEDNESDAY, "28 u002 wang", exactly(0, 1, 0)), (THURSDAY, "30 u002 li", exactly(1, 0, 0))],
)
def test_who_comes_along_visits_nobody_else_then(
    tmp_path: Path, start: date, row: str, least: list[tuple[int, int]]
) -> None:
    """One slot a day. Wang is away on Friday, and comes along with Li on Thursday: free on Wednesday only."""
    tables = {"people": TWO, "leave": ["wang,2026-10-30,2026-10-31,yes,,"]}
    hand = Hand(ALL, [for_two("u001"), *homes(1, first=2)], ONE_SLOT, tables)
    keep = [together(29, "u001", "li", "wang"), visit(30, "u002", person="wang")]
    plan = hand.plan(tmp_path, start=start, keep=keep)
    assert sorted(by_whom(plan)) == sorted(["29 u001 li wang", row])
    assert (plan.shortfall, changes(plan)) == (0, least)


def test_one_companion_of_two_areas(tmp_path: Path) -> None:
    """Each area alone would say: one visit moves. Li is away on Thursday and comes on Friday, when the lead of all came
    along with Wang, who therefore comes on Thursday."""
    people = ["li,butler,A,,", "wang,butler,B,,", "chen,lead,,,"]
    tables = {"people": people, "leave": ["li,2026-10-29,2026-10-30,yes,,"]}
    units = [for_two("u001"), for_two("u002", "b2")]
    hand = Hand(ALL, units, ONE_SLOT, tables, buildings=["b1,A,", "b2,B,"], areas="AB")
    keep = [together(29, "u001", "li", "chen"), together(30, "u002", "wang", "chen")]
    plan = hand.plan(tmp_path, start=THURSDAY, keep=keep)
    assert by_whom(plan) == ["29 u002 wang chen", "30 u001 li chen"]
    assert (plan.shortfall, changes(plan)) == (0, exactly(0, 2, 0))


def test_the_minutes_of_whoever_comes_along_are_counted(tmp_path: Path) -> None:
    """Ten minutes a day are one visit, be it only to come along. Wang is away on Friday: Li makes his other one."""
    visits = {HOME: way("home", "15:00", "16:00", per_day=6)}
    units = [for_two("u001"), *homes(1, first=2)]
    tables = {"people": TWO, "leave": ["wang,2026-10-30,2026-10-31,yes,,"]}
    hand = Hand(ALL, units, visits, tables, planning={"minutes_per_day": 10})
    keep = [together(29, "u001", "li", "wang"), visit(29, "u002", "15:10", person="wang")]
    plan = hand.plan(tmp_path, start=THURSDAY, keep=keep)
    assert by_whom(plan) == ["29 u001 li wang", "30 u002 li"]
    assert changes(plan) == exactly(1, 0, 0)


def test_a_frozen_visit_by_two_keeps_both_busy(tmp_path: Path) -> None:
    """On Thursday nothing moves; Wang, who comes along then, has no time for the other household before Friday."""
    tables = {"people": TWO}
    hand = Hand(ALL, [for_two("u001"), *homes(1, first=2)], ONE_SLOT, tables)
    keep = [together(29, "u001", "li", "wang"), visit(29, "u002", person="wang")]
    plan = hand.plan(tmp_path, start=THURSDAY, keep=keep, freeze=THURSDAY)
    assert [(task.at.day, task.target, task.along) for task in plan.tasks] == [
        (29, "u001", ("wang",)),
        (30, "u002", ()),
    ]
    assert [one.reason for one in plan.moves] == ["taken"]


# ---------------------------------------------------------------------------------------------- interrupted


def test_interrupted_the_first_repair_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It is verified, it says what it changes, and that this is not proven."""

    def interrupted(*_: Sequence[object], **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(mathopt, "solve", interrupted)
    keep = [visit(28, "u001"), visit(29, "u002")]
    plan = Hand(ALL, homes(2), tables={"leave": [LEAVE]}).plan(tmp_path, start=WEDNESDAY, keep=keep)
    assert not plan.complete
    assert moved(plan) == ["u002: 29 15:00 li > 30 15:00 li: day, absent"]
    assert changes(plan) == [(0, 0), (1, 0), (0, 0)]


def test_a_group_too_large_to_search_keeps_its_first_repair(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nobody interrupted anything, and nothing is proven."""
    monkeypatch.setattr("dutyrules.plan.repair.MOST", 1)
    keep = [visit(28, "u001"), visit(29, "u002")]
    plan = Hand(ALL, homes(2), tables={"leave": [LEAVE]}).plan(tmp_path, start=WEDNESDAY, keep=keep)
    assert plan.complete
    assert changes(plan) == [(0, 0), (1, 0), (0, 0)]
