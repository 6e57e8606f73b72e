"""What households and the house are promised, worked out by hand. October 2026 has 18 workdays: 8-10, 12-16 … 26-30."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.diagnostics import InputError
from dutyrules.estate import scored_period
from dutyrules.plan import Cause, Plan, Status, Task
from dutyrules.plan.planfile import read_plan
from dutyrules.plan.verify import Violation, violations
from dutyrules.report.plan import render_plan, write_folder
from tests.plan.visit_estate import HOME, PHONE, Hand, call_back, everyone, homes, way, why

THURSDAY, FRIDAY = date(2026, 10, 29), date(2026, 10, 30)
"""The last two workdays of the month."""
EIGHTH = date(2026, 10, 8)
"""The first one."""


def days(plan: Plan, unit: str | None = None) -> list[int]:
    """The days of October on which there are visits, to one household or any."""
    return [task.at.day for task in plan.tasks if unit in (None, task.target)]


def refused(folder: Path, plan: Plan, tasks: Sequence[Task] | None = None, pins: Sequence[Task] = ()) -> set[str]:
    """The rules that a plan with other tasks breaks; its account of what it misses is another matter."""
    estate = dr.load_estate(folder)
    log = dr.read_log([folder / "log.csv"], estate)
    other = plan if tasks is None else replace(plan, tasks=tasks)
    kinds = frozenset(estate.planning.visits)
    found: list[Violation] = list(violations(estate, log, scored_period(plan.period), other, kinds=kinds, pins=pins))
    return {one.rule for one in found} - {"shortfall"}


def moved(task: Task, days: int) -> Task:
    """The same task some days later."""
    return replace(task, at=task.at + timedelta(days=days), until=task.until + timedelta(days=days))


# ---------------------------------------------------------------------------------------------- black-outs


def test_nobody_is_visited_while_travelling(tmp_path: Path) -> None:
    """One is away until the 28th, and one from the 9th on: its rows overlap, and the second has no end."""
    away = ["u001,,2026-10-28,travelling", "u002,2026-10-09,2026-10-20,", "u002,2026-10-16,,"]
    plan = Hand({"all": everyone()}, homes(3), tables={"blackouts": away}).plan(tmp_path)
    assert plan.shortfall == 0
    assert days(plan, "u001")[0] in (29, 30)
    assert days(plan, "u002") == [8]
    assert refused(tmp_path, plan) == set()


def test_travelling_is_why_somebody_is_missed(tmp_path: Path) -> None:
    """Nor is anybody called who is away; the other one can be reached."""
    hand = Hand({"all": everyone([HOME, PHONE])}, homes(2), tables={"blackouts": ["u001,2026-10-29,2026-11-02,"]})
    plan = hand.plan(tmp_path, start=THURSDAY)
    assert (plan.status, plan.shortfall, plan.least_shortfall) == (Status.INFEASIBLE, 1, 1)
    numbers = {"need": 2, "waiting": 2, "households": 1, "days": 0, "slots": 0, "most": 1}
    assert why(plan) == [Cause("few_reachable", numbers)]


def test_nobody_is_called_back_while_travelling(tmp_path: Path) -> None:
    log = ["2026-10-28 16:00,li,repair,u001,c1,"]
    hand = Hand({"back": call_back("48 hours")}, homes(1), log=log)
    assert days(hand.plan(tmp_path)) == [29]
    away = replace(hand, tables={"blackouts": ["u001,2026-10-29,2026-10-29,"]})
    assert days(away.plan(tmp_path)) == [30]
    gone = replace(hand, tables={"blackouts": ["u001,2026-10-29,2026-10-30,"]})
    assert why(gone.plan(tmp_path)) == [Cause("no_time_left", {"unit": "u001", "slots": 0})]


def test_a_visit_on_a_day_of_a_black_out_is_refused(tmp_path: Path) -> None:
    hand = Hand({"all": everyone()}, homes(1), tables={"blackouts": ["u001,2026-10-30,,"]})
    plan = hand.plan(tmp_path, start=THURSDAY)
    (task,) = plan.tasks
    assert refused(tmp_path, plan, [moved(task, 1)]) == {"blackout"}
    assert refused(tmp_path, plan, [replace(moved(task, 1), pinned=True)]) == {"blackout"}
    assert refused(tmp_path, plan, [moved(task, 1)], pins=[moved(task, 1)]) == set()  # somebody promised to come


def test_a_visit_against_the_contact_wish_is_refused(tmp_path: Path) -> None:
    units = ["u001,b1,occupied,home,any,,2026-10-29", "u001,b1,occupied,phone,any,2026-10-30,"]
    plan = Hand({"all": everyone()}, units).plan(tmp_path, start=THURSDAY)
    (task,) = plan.tasks
    assert refused(tmp_path, plan) == set()
    assert refused(tmp_path, plan, [moved(task, 1)]) == {"contact"}
    assert refused(tmp_path, plan, [replace(task, kind=PHONE)]) == {"contact"}


def test_a_black_out_of_nobody(tmp_path: Path) -> None:
    hand = Hand({"all": everyone()}, homes(1), tables={"blackouts": ["u01,2026-10-30,2026-10-29,"]})
    with pytest.raises(InputError) as error:
        hand.load(tmp_path)
    assert [problem.code for problem in error.value.diagnostics] == ["table.dates-reversed", "table.unknown-unit"]


# ---------------------------------------------------------------------------------------------- priority


def hasty(unit: str, *, contact: str = "any", prefer: str = "any", since: str = "", until: str = "") -> str:
    """A household that should not wait long."""
    return f"{unit},b1,occupied,{contact},{prefer},{since},{until},yes"


def measure(plan: Plan, name: str) -> tuple[int, int | None]:
    """What the plan has, and what no plan can be below."""
    return next((one.value, one.bound) for one in plan.measures if one.name == name)


def test_who_has_priority_comes_first(tmp_path: Path) -> None:
    """18 households on 18 days; the first week has three days, the second five."""
    plan = Hand({"all": everyone()}, [*homes(14), *(hasty(f"z{n}") for n in range(4))]).plan(tmp_path, start=EIGHTH)
    assert (plan.status, plan.shortfall) == (Status.FEASIBLE, 0)
    first = sorted(days(plan, f"z{n}")[0] for n in range(4))
    assert first[:3] == [8, 9, 10]
    assert 12 <= first[3] <= 16
    assert measure(plan, "priority_waits") == (1, 0)
    assert refused(tmp_path, plan) == set()


def test_who_has_priority_is_visited_rather_than_others(tmp_path: Path) -> None:
    """A third of six are two."""
    plan = Hand({"third": everyone(share="1/3")}, [*homes(5), hasty("z1")]).plan(tmp_path, start=EIGHTH)
    assert "z1" in {task.target for task in plan.tasks}
    assert (len(plan.tasks), measure(plan, "priority_waits")) == (2, (0, 0))


def test_nothing_is_missed_for_priority(tmp_path: Path) -> None:
    """On Friday the 23rd the one who lets nobody in from the 24th on; from the 26th on it is the next week."""
    units = ["u001,b1,occupied,any,any,,2026-10-23", "u001,b1,occupied,none,any,2026-10-24,", hasty("z1")]
    plan = Hand({"all": everyone()}, units).plan(tmp_path, start=date(2026, 10, 23))
    assert plan.shortfall == 0
    assert days(plan, "u001") == [23]
    assert measure(plan, "priority_waits") == (1, 0)


def test_nobody_is_visited_at_a_wrong_hour_for_priority(tmp_path: Path) -> None:
    """Evenings are there from the 26th on, when the shifts are late; the other one wishes the day."""
    roster = [f"li,2026-10-{day},{hours}" for day, hours in ((23, "08:00,17:30"), (26, "17:30,20:00"))]
    units = ["u001,b1,occupied,any,daytime,,", hasty("z1", prefer="evening")]
    visits = {HOME: way("home", "15:00", "19:00", minutes=60)}
    hand = Hand({"all": everyone()}, units, visits | {PHONE: way("phone", "14:00", "14:10")}, {"roster": roster})
    plan = hand.plan(tmp_path, start=date(2026, 10, 23))
    assert days(plan, "z1") == [26]
    assert measure(plan, "against_wishes") == (0, 0)
    assert measure(plan, "priority_waits") == (1, 0)


def test_no_wait_is_shorter_than_to_the_first_week_in_which_somebody_can_come(tmp_path: Path) -> None:
    """One moves in in the third week; one takes no visits at all and does not count; one was visited on the 8th."""
    units = [*homes(1), hasty("z1", since="2026-10-20"), hasty("z2", contact="none"), hasty("z3")]
    log = [f"2026-10-08 15:00,li,{HOME},z3,,"]
    duty = everyone(of="owners") | {"at_least": 3, "prorate": "none"}
    plan = Hand({"three": duty}, units, log=log).plan(tmp_path)
    assert plan.start == date(2026, 10, 9)
    assert 20 <= days(plan, "z1")[0] <= 23
    assert measure(plan, "priority_waits") == (2, 2)


def test_no_households_with_priority_no_measure(tmp_path: Path) -> None:
    plan = Hand({"all": everyone()}, homes(1)).plan(tmp_path)
    assert "priority_waits" not in {one.name for one in plan.measures}


# ---------------------------------------------------------------------------------------------- days between visits


def apart(days: int, kind: str = HOME) -> dict[str, object]:
    """A kind of visit that needs so many days until the next one."""
    hours = ("home", "15:00", "16:00") if kind == HOME else ("phone", "14:00", "15:00")
    return {kind: way(*hours) | {"min_gap": days}}


def dates(plan: Plan, unit: str) -> list[str]:
    """When a household is visited."""
    return [f"{task.at:%m-%d}" for task in plan.tasks if task.target == unit]


@pytest.mark.parametrize(("gap", "missed"), [(14, 0), (15, 1)])
def test_days_since_the_last_visit_in_the_log(tmp_path: Path, gap: int, missed: int) -> None:
    """From 28 September it is 14 days to 12 October, the last day on which Li is there."""
    tables = {"people": ["li,butler,A,,2026-10-12"]}
    log = [f"2026-09-28 15:00,li,{HOME},u001,,"]
    plan = Hand({"all": everyone(prorate="none")}, homes(1), apart(gap), tables, log).plan(tmp_path)
    assert (plan.shortfall, plan.least_shortfall) == (missed, missed)
    assert days(plan) == [12] * (not missed)
    assert [cause.message for cause in why(plan)] == ["few_reachable"] * missed


@pytest.mark.parametrize(("gap", "missed"), [(14, 0), (15, 1), (16, 2)])
def test_days_between_planned_visits(tmp_path: Path, gap: int, missed: int) -> None:
    """October has two days left, November two that are 14 days later: who is visited first is visited first again."""
    roster = [f"li,2026-{day},14:00,16:00" for day in ("10-29", "10-30", "11-12", "11-13")]
    tables = {"people": ["li,butler,A,,2026-11-30"], "roster": roster}
    hand = Hand({"all": everyone(prorate="none")}, homes(2), apart(gap), tables)
    plan = hand.plan(tmp_path, "2026-Q4", start=THURSDAY)
    assert (plan.shortfall, plan.least_shortfall) == (
        missed,
        0,
    )  # what is proven knows of no gaps between planned visits
    for unit in ("u001", "u002"):
        first, *second = [task.at.date() for task in plan.tasks if task.target == unit]
        assert all((day - first).days >= gap for day in second)
    assert refused(tmp_path, plan) == set()
    if missed:
        assert plan.status is Status.UNKNOWN
        (cause,) = why(plan)
        assert cause == Cause("competes_apart", {"need": 2, "planned": 2 - missed, "gap": gap, "duties": "all"})


def test_only_visits_of_the_kind_are_too_near(tmp_path: Path) -> None:
    """A call the day before does not matter, nor does a visit to somebody else."""
    log = [f"2026-10-29 14:00,li,{PHONE},u001,,", f"2026-10-29 15:00,li,{HOME},u002,,"]
    two = everyone(prorate="none") | {"at_least": 2}
    plan = Hand({"two": two}, homes(2), apart(7), {}, log).plan(tmp_path, start=FRIDAY)
    assert (plan.shortfall, days(plan, "u001")) == (0, [30])


def test_days_before_and_after_a_pinned_visit(tmp_path: Path) -> None:
    """Pinned is 12 November: from 30 October to the 25th there are fewer than 14 days; two months are left."""
    roster = [f"li,2026-{day},14:00,16:00" for day in ("10-29", "10-30", "11-12", "12-25", "12-26")]
    pin = [f"2026-11-12 15:00,li,{HOME},u001,yes,"]
    hand = Hand({"all": everyone(prorate="none")}, homes(1), apart(14), {"roster": roster})
    assert dates(hand.plan(tmp_path, "2026-Q4", THURSDAY, pin), "u001")[:2] == ["10-29", "11-12"]
    near = replace(hand, visits=apart(15)).plan(tmp_path, "2026-Q4", THURSDAY, pin)
    assert dates(near, "u001")[0] == "11-12"
    assert near.least_shortfall == 1
    (task,) = [task for task in near.tasks if task.pinned]
    assert refused(tmp_path, near, [*near.tasks, replace(moved(task, -13), pinned=False)], [task]) == {"gap"}


def test_a_call_back_too_soon_after_a_call(tmp_path: Path) -> None:
    log = [f"2026-10-28 14:00,li,{PHONE},u001,,", "2026-10-28 16:00,li,repair,u001,c1,"]
    hand = Hand({"back": call_back("48 hours")}, homes(1), apart(2, PHONE), log=log)
    assert days(hand.plan(tmp_path)) == [30]
    assert why(replace(hand, visits=apart(3, PHONE)).plan(tmp_path)) == [
        Cause("no_time_left", {"unit": "u001", "slots": 0})
    ]


def test_two_call_backs_too_near(tmp_path: Path) -> None:
    """Two repairs, each to be called about in 48 hours: that are four calls' time on two days."""
    log = ["2026-10-28 15:30,li,repair,u001,c1,", "2026-10-28 16:00,li,repair,u001,c2,"]
    visits = {PHONE: way("phone", "14:00", "14:20", per_day=2)}
    hand = Hand({"back": call_back("48 hours")}, homes(1), visits, log=log)
    assert hand.plan(tmp_path).shortfall == 0
    near = replace(hand, visits={PHONE: visits[PHONE] | {"min_gap": 2}}).plan(tmp_path)
    assert (near.shortfall, near.least_shortfall) == (1, 0)
    assert why(near) == [Cause("follow_up_near", {"unit": "u001", "slots": 4})]


def test_a_visit_too_soon_after_another_is_refused(tmp_path: Path) -> None:
    log = [f"2026-09-28 15:00,li,{HOME},u001,,"]
    plan = Hand({"all": everyone()}, homes(1), apart(14), {}, log).plan(tmp_path)
    (task,) = plan.tasks
    twelfth = moved(task, 12 - task.at.day)
    assert refused(tmp_path, plan, [twelfth]) == set()
    assert refused(tmp_path, plan, [moved(twelfth, -3)]) == {"gap"}
    assert refused(tmp_path, plan, [twelfth, moved(twelfth, 14)]) == set()
    assert refused(tmp_path, plan, [twelfth, moved(twelfth, 8)]) == {"gap"}


def test_visits_of_one_week_are_not_gathered_too_near(tmp_path: Path) -> None:
    """One visit is about fees and another about safety: on one day, but for the days between."""
    duties = {topic: everyone(where={"topic": topic}) for topic in ("fees", "safety")}
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    hand = Hand(duties, homes(1), visits)
    assert measure(hand.plan(tmp_path, start=date(2026, 10, 26)), "building_days")[0] == 1
    plan = replace(hand, visits={HOME: visits[HOME] | {"min_gap": 4}}).plan(tmp_path, start=date(2026, 10, 26))
    assert (plan.shortfall, days(plan)) == (0, [26, 30])
    assert refused(tmp_path, plan) == set()


# ---------------------------------------------------------------------------------------------- minutes of a day


@pytest.mark.parametrize(("minutes", "a_day"), [(59, 2), (60, 3)])
def test_as_many_visits_as_fit_the_minutes_of_a_day(tmp_path: Path, minutes: int, a_day: int) -> None:
    """Two days; six visits of 20 minutes would fit the hours, and four are allowed."""
    visits = {HOME: way("home", "15:00", "17:00", per_day=4, minutes=20)}
    hand = Hand({"all": everyone()}, homes(9), visits, planning={"minutes_per_day": minutes})
    plan = hand.plan(tmp_path, start=THURSDAY)
    assert (plan.status, plan.shortfall, plan.least_shortfall) == (Status.INFEASIBLE, 9 - 2 * a_day, 9 - 2 * a_day)
    numbers = {"need": 9, "waiting": 9, "households": 0, "days": 2, "slots": 2 * a_day, "most": 2 * a_day}
    assert why(plan) == [Cause("few_slots", numbers)]
    assert refused(tmp_path, plan) == set()


def test_visits_and_calls_share_the_minutes_of_a_day(tmp_path: Path) -> None:
    """Fifty minutes are three calls, or a visit and two calls; two visits and three calls are asked for."""
    duties = {"visits": everyone(), "calls": everyone(PHONE, of="absent")}
    units = homes(2) + homes(3, first=3, state="not_moved_in")
    visits = {
        HOME: way("home", "15:00", "17:00", per_day=4, minutes=30),
        PHONE: way("phone", "14:00", "15:00", per_day=4, minutes=10),
    }
    plan = Hand(duties, units, visits, planning={"minutes_per_day": 50}).plan(tmp_path, start=FRIDAY)
    assert (plan.status, plan.shortfall, plan.least_shortfall) == (Status.INFEASIBLE, 2, 2)
    assert sum((task.until - task.at) // timedelta(minutes=1) for task in plan.tasks) <= 50
    roomy = Hand(duties, units, visits, planning={"minutes_per_day": 90}).plan(tmp_path, start=FRIDAY)
    assert roomy.shortfall == 0


def test_what_cannot_be_counted_in_slots_is_said(tmp_path: Path) -> None:
    """45 minutes are two calls, but not a visit and a call: the count of slots does not see that."""
    visits = {
        HOME: way("home", "15:00", "17:00", per_day=4, minutes=30),
        PHONE: way("phone", "14:00", "15:00", per_day=4, minutes=20),
    }
    hand = Hand({"all": everyone([HOME, PHONE])}, [*homes(1, "home"), *homes(1, "phone", first=2)], visits)
    plan = replace(hand, planning={"minutes_per_day": 45}).plan(tmp_path, start=FRIDAY)
    assert (plan.status, plan.shortfall, plan.least_shortfall) == (Status.INFEASIBLE, 1, 1)
    assert why(plan) == [Cause("minutes", {"need": 2, "planned": 1, "minutes": 45, "duties": ""})]
    assert replace(hand, planning={"minutes_per_day": 50}).plan(tmp_path, start=FRIDAY).shortfall == 0


def test_what_is_certain_takes_its_minutes(tmp_path: Path) -> None:
    """On Thursday a pinned visit takes 40 of 60 minutes, on Friday the log has one of 20."""
    visits = {HOME: way("home", "15:00", "17:00", per_day=4, minutes=20)}
    log = [f"2026-10-30 10:00,li,{HOME},u009,,"]
    hand = Hand({"all": everyone()}, homes(8), visits, log=log, planning={"minutes_per_day": 60})
    rows = [f"2026-10-29 09:00,li,{HOME},u001,yes,,2026-10-29 09:40"]
    hand = replace(hand, units=homes(9))
    plan = hand.plan(tmp_path, start=THURSDAY, keep=rows)
    assert days(plan) == [29, 29, 30, 30]  # with the pinned one
    assert plan.shortfall == plan.least_shortfall == 4


def test_more_pinned_minutes_than_a_day_has(tmp_path: Path) -> None:
    visits = {HOME: way("home", "15:00", "17:00", per_day=4, minutes=20)}
    hand = Hand({"all": everyone()}, homes(2), visits, planning={"minutes_per_day": 30})
    rows = [f"2026-10-29 1{n}:00,li,{HOME},u00{n},yes,," for n in (1, 2)]
    with pytest.raises(InputError) as error:
        hand.plan(tmp_path, start=THURSDAY, keep=rows)
    assert [problem.code for problem in error.value.diagnostics] == ["plan.pins-crowd"]
    assert "40 on 2026-10-29" in str(error.value)


def test_too_many_minutes_or_visits_in_a_day_are_refused(tmp_path: Path) -> None:
    visits = {HOME: way("home", "15:00", "17:00", per_day=2, minutes=20)}
    hand = Hand({"all": everyone()}, homes(3), visits, planning={"minutes_per_day": 40})
    plan = hand.plan(tmp_path, start=THURSDAY)
    first, second, third = plan.tasks
    assert refused(tmp_path, plan) == set()
    day = first.at.replace(hour=15, minute=0)
    crowd = [
        replace(task, at=day + timedelta(minutes=20 * n), until=day + timedelta(minutes=20 * n + 20))
        for n, task in enumerate((first, second, third))
    ]
    assert refused(tmp_path, plan, crowd) == {"minutes", "per_day"}
    longer = [crowd[0], replace(crowd[1], until=crowd[1].until + timedelta(minutes=1))]
    assert refused(tmp_path, plan, longer) == {"minutes"}
    assert refused(tmp_path, plan, crowd[:2]) == set()


def test_a_day_without_time_for_a_single_visit(tmp_path: Path) -> None:
    hand = Hand({"all": everyone()}, homes(1), planning={"minutes_per_day": 9})
    with pytest.raises(InputError) as error:
        hand.load(tmp_path)
    assert [problem.code for problem in error.value.diagnostics] == ["estate.no-minutes", "estate.no-minutes"]


# ---------------------------------------------------------------------------------------------- reserve attempts

SIX = {HOME: way("home", "15:00", "16:00", per_day=6)}
HALF = {"contact_rates": {"daytime": "50%", "weekend": "1/2"}}


def reserves(plan: Plan) -> list[str]:
    """The households that are visited in reserve."""
    return sorted(task.target or "" for task in plan.tasks if task.attributes.get("reserve") == "yes")


def test_twice_as_many_where_every_second_is_reached(tmp_path: Path) -> None:
    """A third of nine are three: six are visited, three of them in reserve, nobody twice."""
    plan = Hand({"third": everyone(share="1/3")}, homes(9), SIX, planning=HALF).plan(tmp_path)
    assert (len(plan.tasks), len(reserves(plan)), len({task.target for task in plan.tasks})) == (6, 3, 6)
    assert measure(plan, "expected_short") == (0, 0)
    assert refused(tmp_path, plan) == set()


@pytest.mark.parametrize(("attempts", "visits", "short"), [(0, 4, 2), (1, 8, 1), (2, 12, 1), (3, 16, 1)])
def test_the_same_household_again_where_all_are_needed(tmp_path: Path, attempts: int, visits: int, short: int) -> None:
    """Of four, two are reached at once, one of the others at the second attempt, half a one at the third."""
    planning = HALF | {"reserve_attempts": attempts}
    plan = Hand({"all": everyone()}, homes(4), SIX, planning=planning).plan(tmp_path)
    assert (len(plan.tasks), measure(plan, "expected_short")) == (visits, (short, 0))
    for unit in {task.target for task in plan.tasks}:
        own = [task for task in plan.tasks if task.target == unit]
        assert [task.attributes.get("reserve") for task in own] == [None] + ["yes"] * attempts
        assert len({task.at.date() for task in own}) == len(own)
    assert plan.shortfall == 0


def test_reserves_keep_the_days_between_visits(tmp_path: Path) -> None:
    """In the 23 days from 8 to 30 October there is room for two visits with 14 days between, not for three."""
    visits = {HOME: SIX[HOME] | {"min_gap": 14}}
    planning = HALF | {"reserve_attempts": 2}
    plan = Hand({"all": everyone()}, homes(1), visits, planning=planning).plan(tmp_path)
    assert len(plan.tasks) <= 2
    assert refused(tmp_path, plan) == set()


def test_the_time_at_which_most_are_reached(tmp_path: Path) -> None:
    """Two of four are needed, and Friday has an evening with two hours: both are used before another by day."""
    visits = {HOME: way("home", "15:00", "15:10", per_day=4) | {"hours": [["15:00", "15:20"], ["18:00", "18:20"]]}}
    roster = ["li,2026-10-29,08:00,17:30", "li,2026-10-30,08:00,20:00"]
    rates = {"contact_rates": {"daytime": "50%", "evening": "80%"}}
    hand = Hand({"two": everyone(share="1/2")}, homes(4), visits, {"roster": roster}, planning=rates)
    plan = hand.plan(tmp_path, start=THURSDAY)
    assert sum(task.at.hour == 18 for task in plan.tasks) == 2
    assert measure(plan, "expected_short")[0] == 0


def test_what_is_expected_is_counted_exactly(tmp_path: Path) -> None:
    """Seven tenths of ten are seven, and three are missing: no more by a rounding."""
    planning = {"contact_rates": {"daytime": "70%", "weekend": "70%"}, "reserve_attempts": 0}
    plan = Hand({"all": everyone()}, homes(10), SIX, planning=planning).plan(tmp_path)
    assert measure(plan, "expected_short") == (3, 0)


def test_where_capacity_ends(tmp_path: Path) -> None:
    """Friday has room for two, who are needed: one will be missing. A pinned visit is certain."""
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    hand = Hand({"two": everyone(share="1/2")}, homes(4), visits, planning=HALF)
    plan = hand.plan(tmp_path, start=FRIDAY)
    assert (len(plan.tasks), reserves(plan), measure(plan, "expected_short")) == (2, [], (1, 0))
    pinned = hand.plan(tmp_path, start=FRIDAY, keep=[f"2026-10-30 15:00,li,{HOME},u001,yes,"])
    assert (len(pinned.tasks), measure(pinned, "expected_short")) == (2, (1, 0))
    assert replace(hand, planning=HALF).plan(tmp_path, start=THURSDAY).shortfall == 0


def test_everybody_is_reached_unless_the_estate_says_otherwise(tmp_path: Path) -> None:
    hand = Hand({"third": everyone(share="1/3")}, homes(9), SIX)
    plan = hand.plan(tmp_path)
    assert "expected_short" not in {one.name for one in plan.measures}
    notice = "Everybody who is visited or called is taken to be reached"
    assert notice in render_plan(plan, dr.load_estate(tmp_path), "text", "en").decode()
    known = replace(hand, planning=HALF).plan(tmp_path)
    text = render_plan(known, dr.load_estate(tmp_path), "text", "en").decode()
    assert notice not in text
    assert "needed visits expected to reach nobody" in text


def test_reserves_are_marked_and_read_back(tmp_path: Path) -> None:
    plan = Hand({"third": everyone(share="1/3")}, homes(9), SIX, planning=HALF).plan(tmp_path)
    estate = dr.load_estate(tmp_path)
    path = tmp_path / "plan.csv"
    path.write_bytes(render_plan(plan, estate, "csv", "en"))
    assert path.read_text("utf-8-sig").splitlines()[0].split(",")[-4] == "reserve"
    back = [placed.task for placed in read_plan(path, estate)]
    assert [task.attributes.get("reserve") for task in back] == [task.attributes.get("reserve") for task in plan.tasks]
    assert render_plan(plan, estate, "text", "en", "li").decode().count("reserve") == 3


def test_hopes_that_are_too_high_are_refused(tmp_path: Path) -> None:
    plan = Hand({"third": everyone(share="1/3")}, homes(9), SIX, planning=HALF).plan(tmp_path)
    without = [task for task in plan.tasks if "reserve" not in task.attributes]
    assert refused(tmp_path, plan, without) == {"expected"}
    few = [replace(one, value=2) if one.name == "expected_short" else one for one in plan.measures]
    assert refused(tmp_path, replace(plan, measures=few), without) == set()
    assert refused(tmp_path, replace(plan, measures=[])) == {"expected"}


# ---------------------------------------------------------------------------------------------- visits by two


def pair(unit: str, contact: str = "any") -> str:
    """A household that wishes for two at the door."""
    return f"{unit},b1,occupied,{contact},any,,,,2"


TWO = {"people": ["li,butler,A,,", "wang,guard,A,,"]}
ONE_SLOT = {HOME: way("home", "15:00", "15:10")}


def test_two_come_to_the_door(tmp_path: Path) -> None:
    plan = Hand({"all": everyone()}, [pair("u001"), *homes(1, first=2)], ONE_SLOT, TWO).plan(tmp_path, start=THURSDAY)
    assert plan.shortfall == 0
    assert {task.target: task.along for task in plan.tasks} == {"u001": ("wang",), "u002": ()}
    assert [(task.target, task.order) for task in plan.of("wang")] == [("u001", 1)]
    assert refused(tmp_path, plan) == set()
    estate = dr.load_estate(tmp_path)
    assert "two: li, wang" in render_plan(plan, estate, "text", "en", "wang").decode()
    assert "two: li\\, wang" in render_plan(plan, estate, "ics", "en", "wang").decode().replace("\r\n ", "")
    assert "participants" in render_plan(plan, estate, "csv", "en").decode()
    assert {path.name for path in write_folder(plan, estate, tmp_path / "out", "en")} >= {"li.ics", "wang.ics"}


@pytest.mark.parametrize(
    ("people", "companion", "met"),
    [
        (["wang,guard,A,,"], "guard", True),
        (["wang,guard,A,,"], "lead", False),
        (["wang,guard,,,"], None, True),  # the whole estate holds the area
        (["wang,guard,B,,"], None, False),
        (["wang,guard,A,,2026-10-29"], None, False),
        ([], None, False),
    ],
)
def test_who_comes_along(tmp_path: Path, people: list[str], companion: str | None, met: bool) -> None:
    """Somebody else, who works that day in the area, or one that holds it, in the role that is asked for."""
    visits = {HOME: ONE_SLOT[HOME] | ({"companion": companion} if companion else {})}
    tables = {"people": ["li,butler,A,,", *people]}
    plan = Hand({"all": everyone()}, [pair("u001")], visits, tables, areas="AB").plan(tmp_path, start=FRIDAY)
    assert (plan.shortfall, plan.least_shortfall) == (0 if met else 1, 0)
    if not met:
        assert plan.status is Status.UNKNOWN
        assert why(plan) == [Cause("companions", {"need": 1, "planned": 0, "pairs": 1, "duties": ""})]


def test_nobody_comes_along_who_has_something_else_to_do(tmp_path: Path) -> None:
    """Wang is on leave on Thursday afternoon, and has a household of the other area to visit on Friday at 15:00."""
    leave = ["wang,2026-10-29 14:00,2026-10-29 16:00,yes,,"]
    people = ["li,butler,A,,", "wang,butler,B,,", "wang,guard,A,,"]
    tables = {"people": people, "leave": leave}
    buildings = ["b1,A,", "b2,B,"]
    other = "u002,b2,occupied,any,any,,"
    hand = Hand({"all": everyone()}, [pair("u001"), other], ONE_SLOT, tables, buildings=buildings, areas="AB")
    plan = hand.plan(tmp_path, start=THURSDAY)
    assert plan.shortfall == 1
    assert refused(tmp_path, plan) == set()
    later = replace(hand, visits={HOME: way("home", "15:00", "15:20", per_day=2)}).plan(tmp_path, start=FRIDAY)
    assert later.shortfall == 0
    assert len({task.at for task in later.tasks}) == 2


def test_one_is_sent_where_one_is_enough(tmp_path: Path) -> None:
    """Half of four are two, and two need nobody else; with three wanted one of the others has two come."""
    units = [pair("u001"), pair("u002"), *homes(2, first=3)]
    half = Hand({"half": everyone(share="1/2")}, units, ONE_SLOT, TWO).plan(tmp_path)
    assert sorted(task.target or "" for task in half.tasks) == ["u003", "u004"]
    more = Hand({"most": everyone(share="3/4")}, units, ONE_SLOT, TWO).plan(tmp_path)
    assert sorted(len(task.along) for task in more.tasks) == [0, 0, 1]


def test_calls_need_no_company(tmp_path: Path) -> None:
    plan = Hand({"all": everyone(PHONE)}, [pair("u001")]).plan(tmp_path)
    assert [task.along for task in plan.tasks] == [()]


def test_a_callback_at_the_door_by_two(tmp_path: Path) -> None:
    log = ["2026-10-28 16:00,li,repair,u001,c1,"]
    back = call_back("24 hours", follow_up=HOME)
    hand = Hand({"back": back}, [pair("u001")], ONE_SLOT, TWO, log)
    plan = hand.plan(tmp_path)
    assert [(task.at.day, task.case, task.along) for task in plan.tasks] == [(29, "c1", ("wang",))]
    alone = replace(hand, tables={"people": ["li,butler,A,,"]}).plan(tmp_path)
    assert why(alone) == [Cause("no_companion", {"unit": "u001", "slots": 1})]


def test_the_minutes_of_both_are_counted(tmp_path: Path) -> None:
    """Wang has twenty minutes a day and comes along to two households on Thursday and Friday each."""
    units = [pair(f"u00{n}") for n in range(1, 6)]
    visits = {HOME: way("home", "15:00", "16:00", per_day=6)}
    people = {"people": ["li,butler,A,,", "chen,butler,A,,", "wang,guard,A,,"]}
    hand = Hand({"all": everyone()}, units, {HOME: visits[HOME] | {"companion": "guard"}}, people)
    plan = replace(hand, planning={"minutes_per_day": 20}).plan(tmp_path, start=THURSDAY)
    assert len(plan.of("wang")) == 4
    assert refused(tmp_path, plan) == set()


def test_a_pinned_visit_by_two_keeps_both_busy(tmp_path: Path) -> None:
    hand = Hand({"all": everyone()}, [pair("u001"), pair("u002")], ONE_SLOT, TWO)
    pin = [f"2026-10-30 14:55,li,{HOME},u001,yes,,2026-10-30 15:05,wang"]
    plan = hand.plan(tmp_path, start=FRIDAY, keep=pin)
    assert [(task.target, task.along) for task in plan.tasks] == [("u001", ("wang",))]
    assert plan.shortfall == 1


def test_visits_by_too_few_are_refused(tmp_path: Path) -> None:
    people = {"people": ["li,butler,A,,", "wang,guard,A,,", "chen,guard,B,,", "zhao,lead,A,,"]}
    visits = {HOME: ONE_SLOT[HOME] | {"companion": "guard"}}
    plan = Hand({"all": everyone()}, [pair("u001")], visits, people, areas="AB").plan(tmp_path, start=THURSDAY)
    (task,) = plan.tasks
    assert task.along == ("wang",)
    for name in ("", "li", "chen", "zhao"):
        other = replace(task, attributes={"participants": name} if name else {})
        assert refused(tmp_path, plan, [other]) - {"overlap"} == {"companion"}
    busy = replace(task, person="wang", target="u009", kind="note", attributes={})
    assert refused(tmp_path, plan, [task, busy]) == {"overlap"}
    early = replace(task, at=task.at.replace(hour=7), until=task.until.replace(hour=7))
    assert refused(tmp_path, plan, [early]) == {"off_duty"}


def test_an_unknown_role_of_companions(tmp_path: Path) -> None:
    with pytest.raises(InputError) as error:
        Hand({"all": everyone()}, homes(1), {HOME: ONE_SLOT[HOME] | {"companion": "gard"}}).load(tmp_path)
    assert [problem.code for problem in error.value.diagnostics] == ["estate.unknown-role"]
    assert "guard" in str(error.value)
