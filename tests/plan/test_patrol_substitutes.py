"""Who could take over somebody's patrols, worked out by hand, and shared as evenly as trying everything can."""

import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import date, timedelta
from itertools import pairwise, product
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from dutyrules.cli.main import main
from dutyrules.diagnostics import Cell
from dutyrules.estate import scored_period
from dutyrules.plan import Plan
from dutyrules.plan.patrol_substitutes import NOBODY, Relief, evenly, patrol_substitutes
from dutyrules.plan.planfile import Placed
from dutyrules.plan.substitutes import Absence, Substitute
from dutyrules.plan.taking_over import TakingOver
from dutyrules.report.plan import write_plan
from dutyrules.report.plan_substitutes import relief_text, substitutes_json
from dutyrules.report.schema import schema_of
from tests.plan.patrol_world import WEEK, Loaded, World, building, claimed, listed, patrols

WEDNESDAY, THURSDAY = date(2026, 10, 21), date(2026, 10, 22)
PEOPLE = [{"person": name, "area": area} for name, area in (("li", "A"), ("wang", "B"), ("zhao", "C"), ("sun", "D"))]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "estate"


def street() -> list[dict[str, str]]:
    """A at 0 and 60 metres, B at 120 and 180, C at 600 and 660: a minute for sixty metres, ten in each building."""
    spots = {"A": (0, 60), "B": (120, 180), "C": (600, 660)}
    return [building(f"{area}{n}", x, area=area) for area, xs in spots.items() for n, x in enumerate(xs, 1)]


def world(**more: object) -> World:
    """Areas without anybody's buildings stand for people who cannot help."""
    plain = World(street(), people=PEOPLE[:3], slot=("09:00", "11:00"))
    return replace(plain, **more)  # type: ignore[arg-type]


def placed(plan: Plan) -> list[Placed]:
    return [Placed(task, Cell("plan.csv", row)) for row, task in enumerate(plan.tasks, 2)]


def asked(loaded: Loaded, plan: Plan, since: date = WEDNESDAY, until: date = WEDNESDAY) -> Relief:
    return patrol_substitutes(loaded.estate, WEEK, loaded.log, placed(plan), Absence("li", since, until))


def planned(world: World, folder: Path) -> tuple[Loaded, Plan]:
    loaded = world.load(folder)
    return loaded, loaded.plan()


def by_name(relief: Relief) -> Mapping[str, Substitute]:
    return {one.person: one for one in relief.substitutes}


# ---------------------------------------------------------------- by hand


def test_a_neighbour_walks_less(folder: Path) -> None:
    """Wang goes from A1 to B2 in three minutes instead of one from B1 to B2; Zhao in eleven instead of one."""
    found = asked(*planned(world(), folder))
    assert [one.person for one in found.substitutes] == ["wang", "zhao"]
    wang, zhao = found.substitutes
    assert (wang.areas, wang.minutes, wang.over, wang.missing, wang.away) == (("B",), 2, 2, 0, 1)
    assert (zhao.areas, zhao.minutes, zhao.over, zhao.missing, zhao.away) == (("C",), 10, 2, 0, 9)
    assert sorted(task.target or "" for task in wang.taken) == ["A1", "A2"]
    assert {(task.person, task.attributes["acting_for"]) for task in wang.taken} == {("wang", "li")}
    assert (wang.left, zhao.left) == ((), ())


def test_who_has_no_time_comes_last(folder: Path) -> None:
    """Forty-five minutes: Wang needs 43 for four buildings; Zhao, 51, sees three of them."""
    found = asked(*planned(world(slot=("09:00", "09:45")), folder))
    wang, zhao = found.substitutes
    assert (wang.person, wang.missing, len(wang.taken)) == ("wang", 0, 2)
    assert (zhao.person, zhao.missing, len(zhao.taken)) == ("zhao", 1, 1)
    assert [reason for _, reason in zhao.left] == ["full"]


def test_who_is_off_takes_nothing_and_it_is_said(folder: Path) -> None:
    leave = [{"person": "wang", "from": "2026-10-21", "until": "2026-10-22", "approved": "yes"}]
    found = asked(*planned(world(leave=leave), folder))
    assert [one.person for one in found.substitutes] == ["zhao", "wang"]
    wang = found.substitutes[1]
    assert (wang.taken, wang.missing, [reason for _, reason in wang.left]) == ((), 2, ["absent", "absent"])


def test_nobody_else_holds_the_post(folder: Path) -> None:
    assert asked(*planned(world(people=PEOPLE[:1]), folder)) == NOBODY


def test_days_without_patrols_have_nothing_to_take_over(folder: Path) -> None:
    assert asked(*planned(world(), folder), date(2026, 10, 24), date(2026, 10, 25)) == NOBODY


def test_a_colleague_in_the_same_area_is_no_substitute(folder: Path) -> None:
    """Chen owes A's buildings anyway, and owes them once."""
    people = [*PEOPLE[:3], {"person": "chen", "area": "A"}]
    assert "chen" not in by_name(asked(*planned(world(people=people, patrol={"at_least": 1}), folder)))


# ---------------------------------------------------------------- shared


def test_two_days_go_to_two_neighbours(folder: Path) -> None:
    """Twenty minutes of inspections and two or ten of walking: 22² + 30² is less than (22 + 22)²."""
    found = asked(*planned(world(), folder), WEDNESDAY, THURSDAY)
    share = found.share
    assert share is not None
    assert share.minutes == {"wang": 22, "zhao": 30}
    assert (share.missing, share.open, share.proven) == (0, (), True)
    assert [(row["from"][:10], row["until"][:10], row["substitute"]) for row in share.rows] in (
        [("2026-10-21", "2026-10-22", "wang"), ("2026-10-22", "2026-10-23", "zhao")],
        [("2026-10-21", "2026-10-22", "zhao"), ("2026-10-22", "2026-10-23", "wang")],
    )
    assert {(row["approved"], row["kind"], row["accepted_at"]) for row in share.rows} == {("no", "", "")}


def test_misses_come_before_evenness(folder: Path) -> None:
    found = asked(*planned(world(slot=("09:00", "09:45")), folder), WEDNESDAY, THURSDAY)
    assert found.share is not None
    assert found.share.minutes == {"wang": 44}
    assert [(row["from"][:10], row["until"][:10]) for row in found.share.rows] == [("2026-10-21", "2026-10-23")]


def test_days_on_which_nobody_works_stay_open(folder: Path) -> None:
    leave = [
        {"person": name, "from": "2026-10-21", "until": "2026-10-22", "approved": "yes"} for name in ("wang", "zhao")
    ]
    found = asked(*planned(world(leave=leave), folder), WEDNESDAY, THURSDAY)
    assert found.share is not None
    assert (found.share.open, found.share.missing) == ((WEDNESDAY,), 2)
    assert [row["substitute"] for row in found.share.rows] == ["", "wang"]


def test_leave_that_is_approved_keeps_its_kind_and_weekends_go_along(folder: Path) -> None:
    """From Friday to Monday: Saturday and Sunday go with Friday, which the plan of that week holds."""
    leave = [{"person": "li", "from": "2026-10-23", "until": "2026-10-27", "approved": "yes", "kind": "sick"}]
    loaded, plan = planned(world(), folder / "before")
    away = world(leave=leave).load(folder / "after")
    found = asked(replace(away, log=loaded.log), plan, date(2026, 10, 23), date(2026, 10, 26))
    assert found.share is not None
    assert [(row["from"], row["until"], row["approved"], row["kind"]) for row in found.share.rows] == [
        ("2026-10-23 00:00:00", "2026-10-27 00:00:00", "yes", "sick")
    ]


DAYS = [date(2026, 10, 19) + timedelta(days=number) for number in range(5)]


@settings(max_examples=40, deadline=None)
@given(st.data())
def test_nothing_is_more_even(data: st.DataObject) -> None:
    names = "abc"[: data.draw(st.integers(1, 3))]
    days = DAYS[: data.draw(st.integers(1, 4))]
    some = st.dictionaries(st.sampled_from(names), st.integers(0, 60), min_size=1)
    choices = {day: data.draw(some) for day in days}
    rank = {name: place for place, name in enumerate(names)}
    found, proven = evenly(choices, rank)
    assert proven
    ways = [dict(zip(days, way, strict=True)) for way in product(*(sorted(choices[day]) for day in days))]
    assert _price(found, choices, rank) == min(_price(way, choices, rank) for way in ways)


def _price(
    way: Mapping[date, str], choices: Mapping[date, Mapping[str, int]], rank: Mapping[str, int]
) -> tuple[int, int, int]:
    """Squares, changes from one day to the next, distance."""
    loads = Counter[str]()
    for day, name in way.items():
        loads[name] += choices[day][name]
    names = [way[day] for day in sorted(way)]
    changes = sum(one != other for one, other in pairwise(names))
    return sum(load * load for load in loads.values()), changes, sum(rank[name] for name in names)


# ---------------------------------------------------------------- proposed, then accepted


def rows_of(relief: Relief, **more: str) -> list[dict[str, str]]:
    assert relief.share is not None
    return [{**row, **more} for row in relief.share.rows]


def test_a_proposal_binds_nobody_until_it_is_accepted(folder: Path) -> None:
    """With approved leave and accepted_at empty A's buildings are nobody's; accepted, they are the substitutes'."""
    loaded, plan = planned(world(), folder / "before")
    relief = asked(loaded, plan, WEDNESDAY, THURSDAY)
    open_ = world(leave=rows_of(relief, approved="yes")).load(folder / "open")
    proposed = open_.plan(keep=plan.tasks)
    away = [task for task in proposed.tasks if task.kind == "patrol" and task.at.date() in (WEDNESDAY, THURSDAY)]
    assert {task.target for task in away} == {"B1", "B2", "C1", "C2"}
    assert open_.judged(proposed) == claimed(proposed) == []
    bound = world(leave=rows_of(relief, approved="yes", accepted_at="2026-10-20 10:00")).load(folder / "bound")
    accepted = bound.plan(keep=plan.tasks)
    assert bound.judged(accepted) == claimed(accepted) == []
    acting = {
        (task.at.date(), task.person): task.attributes["acting_for"]
        for task in accepted.tasks
        if "acting_for" in task.attributes
    }
    assert relief.share is not None
    assert acting == dict.fromkeys(relief.share.acting.items(), "li")
    assert {task.target for task in accepted.tasks if "acting_for" in task.attributes} == {"A1", "A2"}
    assert sorted(patrols(accepted, "wang")) == ["19", "20", "21", "22", "23"]
    assert listed(accepted)


def test_what_somebody_is_told_is_what_is_planned_then(folder: Path) -> None:
    """The price told beforehand: minutes walked more, and what is missing."""
    loaded, plan = planned(world(slot=("09:00", "09:45")), folder / "before")
    for name, one in by_name(asked(loaded, plan)).items():
        leave = {"person": "li", "from": "2026-10-21", "until": "2026-10-22", "approved": "yes", "substitute": name}
        then = world(slot=("09:00", "09:45"), leave=[{**leave, "accepted_at": "2026-10-19 08:00"}]).load(folder / name)
        after = then.plan(keep=plan.tasks)
        assert after.shortfall == one.missing
        assert then.judged(after) == claimed(after)


# ---------------------------------------------------------------- told


def test_text_and_json(folder: Path) -> None:
    loaded, plan = planned(world(), folder)
    relief = asked(loaded, plan, WEDNESDAY, THURSDAY)
    absence = Absence("li", WEDNESDAY, THURSDAY)
    text = relief_text(absence, relief, loaded.estate, "en")
    assert "wang: could patrol 4 of 4 buildings" in text
    assert "wang: 22 minutes more on 1 of the days" in text
    assert "person,from,until,approved,kind,substitute,accepted_at\n" in text
    document = json.loads(substitutes_json(absence, [], relief))
    assert list(Draft202012Validator(schema_of("substitutes")).iter_errors(document)) == []
    assert document["share"]["minutes"] == {"wang": 22, "zhao": 30}


def test_on_the_command_line(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    loaded, plan = planned(world(), folder)
    write_plan(plan, loaded.estate, folder / "plan.xlsx", "en")
    asks = ["--estate", str(folder), "--period", WEEK, "--keep", str(folder / "plan.xlsx")]
    away = ["--person", "li", "--from", "2026-10-21", "--until", "2026-10-22"]
    assert main(["plan", "substitutes", *asks, *away, "--lang", "en"]) == 0
    assert "who could take over the patrols of li" in capsys.readouterr().out
    assert main(["plan", "patrols", *asks, "--lang", "en", "--freeze", "2026-10-20"]) == 0
    assert "patrols on another day, and new ones" in capsys.readouterr().out


# ---------------------------------------------------------------- drawn worlds


@st.composite
def absences(draw: st.DrawFn) -> tuple[World, date, date]:
    spot = st.integers(0, 600)
    buildings = [
        building(f"{area}{n}", draw(spot), draw(spot), area=area, minutes=draw(st.integers(1, 3)) * 5)
        for area in "AB"
        for n in range(draw(st.integers(1, 3)))
    ]
    people = [{"person": "li", "area": "A"}, {"person": "wang", "area": "B"}, {"person": "zhao", "area": "B"}]
    leave = [
        {
            "person": draw(st.sampled_from(["wang", "zhao"])),
            "from": f"2026-10-{day}",
            "until": f"2026-10-{day + 1}",
            "approved": "yes",
        }
        for day in draw(st.lists(st.integers(20, 23), max_size=2, unique=True))
    ]
    minutes = draw(st.integers(2, 8)) * 10
    end = f"{9 + minutes // 60:02d}:{minutes % 60:02d}"
    since = draw(st.integers(20, 22))
    return (
        World(buildings, people=people, leave=leave, slot=("09:00", end), patrol={"at_least": draw(st.integers(1, 3))}),
        date(2026, 10, since),
        date(2026, 10, draw(st.integers(since, 22))),
    )


def ways(taking: TakingOver) -> Iterator[dict[date, str]]:
    names = [[name for name in taking.people if (name, day) in taking.options] for day in taking.days]
    for way in product(*(some or [""] for some in names)):
        yield {day: name for day, name in zip(taking.days, way, strict=True) if name}


def check(drawn: tuple[World, date, date]) -> None:
    """The proposal misses as little as any way to share; judged by the reference scorer, each misses what is told."""
    world, since, until = drawn
    with tempfile.TemporaryDirectory() as name:
        loaded = world.load(Path(name) / "before")
        plan = loaded.plan(moves=20)
        relief = asked(loaded, plan, since, until)
        if relief.share is None:
            return
        taking = TakingOver(loaded.estate, scored_period(WEEK), loaded.log, placed(plan), Absence("li", since, until))
        assert relief.share.missing == min(taking.missing(way) for way in ways(taking))
        told = _judged(world, Path(name) / "after", taking, relief.share.acting)
        assert told == relief.share.missing


def _judged(world: World, folder: Path, taking: TakingOver, acting: Mapping[date, str]) -> int:
    """What the reference scorer finds missing if these people had accepted and did as they were told."""
    leave = [
        {
            "person": "li",
            "from": f"{day} 00:00",
            "until": f"{day + timedelta(days=1)} 00:00",
            "approved": "yes",
            **({"substitute": acting[day], "accepted_at": "2026-10-19 00:00"} if day in acting else {}),
        }
        for day in (
            taking.absence.since + timedelta(days=n)
            for n in range((taking.absence.until - taking.absence.since).days + 1)
        )
    ]
    then = replace(world, leave=[*world.leave, *leave]).load(folder)
    tasks = then.plan(moves=1)
    rows = replace(tasks, tasks=tuple(taking.planned(acting)))
    found = then.judged(rows)
    short = sum(
        int(expected or 1) - int(actual or 0) if duty == "patrol" else 1 for duty, _, _, expected, actual in found
    )
    return short + sum(task.at.date() not in acting for task in taking.todo)


QUICK = settings(max_examples=3, deadline=None, suppress_health_check=list(HealthCheck))


@QUICK
@given(absences())
def test_no_way_to_share_misses_less(drawn: tuple[World, date, date]) -> None:
    check(drawn)


@pytest.mark.slow
@settings(QUICK, max_examples=150)
@given(absences())
def test_no_way_to_share_misses_less_for_long(drawn: tuple[World, date, date]) -> None:
    check(drawn)
