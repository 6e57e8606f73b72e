"""Plans of visits whose outcome is worked out by hand. October 2026 has 18 statutory workdays: 8-10, 12-16 … 26-30."""

from datetime import date
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.plan import Cause, Plan, Status, Unplanned
from tests.plan.visit_estate import BOTH, HOME, PHONE, Hand, call_back, everyone, homes, made, way, why

FRIDAY = date(2026, 10, 30)
"""The last workday of the month; the day before it is a Thursday."""
QUIET = {"check": "window", "event": PHONE, "strength": "must"}


def causes(plan: Plan, message: str) -> list[dict[str, int | str]]:
    return [dict(cause.numbers) for cause in why(plan) if cause.message == message]


# ---------------------------------------------------------------------------------------------- when to call


@pytest.mark.parametrize(
    ("duty", "times"),
    [
        ({"forbidden": [["14:20", "14:40"]]}, ["14:00", "14:10", "14:40", "14:50"]),
        ({"forbidden": [["14:19", "14:41"]]}, ["14:00", "14:10", "14:50"]),
        ({"allowed": [["14:10", "14:20"], ["14:50", "20:00"]]}, ["14:10", "14:50"]),
        ({"forbidden_weekdays": ["monday"]}, ["14:00", "14:10", "14:20", "14:30", "14:40", "14:50"]),
        ({"forbidden_weekdays": ["friday"]}, []),
    ],
)
def test_calls_begin_only_in_open_hours(tmp_path: Path, duty: dict[str, object], times: list[str]) -> None:
    """Windows are half-open; a call that begins before them may last into them."""
    visits = {PHONE: way("phone", "14:00", "15:00", per_day=9)}
    plan = Hand({"all": everyone(PHONE), "quiet": QUIET | duty}, homes(9), visits).plan(tmp_path, start=FRIDAY)
    assert [f"{task.at:%H:%M}" for task in plan.tasks] == times
    assert plan.shortfall == plan.least_shortfall == 9 - len(times)


def test_calls_at_hours_to_avoid_are_made_where_something_would_be_missed_else(tmp_path: Path) -> None:
    duty = QUIET | {"forbidden": [["14:20", "15:00"]], "strength": "should"}
    visits = {PHONE: way("phone", "14:00", "15:00", per_day=9)}
    plan = Hand({"all": everyone(PHONE), "quiet": duty}, homes(3), visits).plan(tmp_path, start=FRIDAY)
    assert [f"{task.at:%H:%M}" for task in plan.tasks] == ["14:00", "14:10", "14:20"]
    assert {one.name: one.value for one in plan.measures}["hours_to_avoid"] == 1


def test_no_calls_on_mondays(tmp_path: Path) -> None:
    duties = {"all": everyone(PHONE), "quiet": QUIET | {"forbidden_weekdays": ["monday"]}}
    plan = Hand(duties, homes(18)).plan(tmp_path)
    assert {task.at.weekday() for task in plan.tasks} == {
        1,
        2,
        3,
        4,
        5,
    }  # 10 October is a Saturday on which people work
    assert plan.shortfall == plan.least_shortfall == 3  # the 12th, 19th and 26th


def test_the_last_day_may_be_closed(tmp_path: Path) -> None:
    """Nobody can call any more: that is a shortfall, no mistake of the estate."""
    duties = {"all": everyone(PHONE), "quiet": QUIET | {"forbidden_weekdays": ["friday"]}}
    plan = Hand(duties, homes(1)).plan(tmp_path, start=FRIDAY)
    assert (plan.status, plan.shortfall) == (Status.INFEASIBLE, 1)


def test_whose_post_a_window_duty_is(tmp_path: Path) -> None:
    """A call by one post of a person is judged by the post in the role of the window duty."""
    duties = {"all": everyone(PHONE), "quiet": QUIET | {"forbidden_weekdays": ["friday"], "role": "lead"}}
    people = ["li,butler,A,,", "li,lead,A,,2026-10-23"]
    days = Hand(duties, homes(18), tables={"people": people}).plan(tmp_path).tasks
    assert sorted({task.at.day for task in days if task.at.weekday() == 4}) == [30]  # lead until the 23rd


# ---------------------------------------------------------------------------------------------- how many


def test_only_some_days_of_the_month_count(tmp_path: Path) -> None:
    """From the 28th on there are three workdays, of two visits each."""
    duty = everyone() | {"days": [28, 31], "prorate": "none"}
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    plan = Hand({"fees": duty}, homes(7), visits).plan(tmp_path)
    assert sorted({task.at.day for task in plan.tasks}) == [28, 29, 30]
    assert (plan.shortfall, plan.least_shortfall, len(plan.tasks)) == (1, 1, 6)
    numbers = {"need": 7, "waiting": 7, "households": 0, "days": 3, "slots": 6, "most": 6}
    assert why(plan) == [Cause("few_slots", numbers)]


def test_ninety_eight_percent_with_three_who_take_calls_only(tmp_path: Path) -> None:
    """98 % of 108 are 106; 105 let themselves be visited."""
    units = homes(105) + homes(3, "phone", first=106)
    visits = {HOME: way("home", "15:00", "16:00", per_day=6)}
    plan = Hand({"most": everyone(share="98%", per="quarter")}, units, visits).plan(tmp_path, "2026-Q4")
    assert plan.status is Status.INFEASIBLE
    assert (plan.shortfall, plan.least_shortfall, len(plan.tasks)) == (1, 1, 105)
    numbers = {"need": 106, "waiting": 108, "households": 105, "days": 0, "slots": 0, "most": 105}
    assert why(plan) == [Cause("few_reachable", numbers)]


def test_more_households_than_slots(tmp_path: Path) -> None:
    """18 workdays with two visits each."""
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    plan = Hand({"all": everyone()}, homes(40), visits).plan(tmp_path)
    assert (plan.shortfall, plan.least_shortfall) == (4, 4)
    numbers = {"need": 40, "waiting": 40, "households": 0, "days": 18, "slots": 36, "most": 36}
    assert why(plan) == [Cause("few_slots", numbers)]


def test_full_days_for_some_and_calls_for_others(tmp_path: Path) -> None:
    """Two days at the door for five, and calls for the four who take them."""
    units = homes(5, "home") + homes(4, "phone", first=6)
    visits = {PHONE: way("phone", "14:00", "15:00", per_day=3)}
    plan = Hand({"all": everyone(BOTH)}, units, visits).plan(tmp_path, start=date(2026, 10, 29))
    assert (plan.shortfall, plan.least_shortfall) == (3, 3)
    numbers = {"need": 9, "waiting": 9, "households": 4, "days": 2, "slots": 2, "most": 6}
    assert why(plan) == [Cause("few_slots_and_reachable", numbers)]


def test_duties_that_compete(tmp_path: Path) -> None:
    """Two calls are left; each of two duties needs two, of different people."""
    units = homes(2) + homes(2, first=3, state="not_moved_in")
    duties = {"all": everyone(PHONE), "owners": everyone(PHONE, of="absent")}
    visits = {PHONE: way("phone", "14:00", "15:00", per_day=2)}
    plan = Hand(duties, units, visits).plan(tmp_path, start=FRIDAY)
    assert (plan.status, plan.shortfall, plan.least_shortfall) == (Status.INFEASIBLE, 2, 2)
    for one, other in (("all", "owners"), ("owners", "all")):
        for shortfall in (short for short in plan.shortfalls if short.duty == one):
            done = 2 - shortfall.number
            assert shortfall.causes == (Cause("competes", {"need": 2, "planned": done, "duties": other}),)


def test_one_visit_for_two_duties(tmp_path: Path) -> None:
    """A visit at the door is one for everybody's month and one for the third; calls do the rest."""
    duties = {"third": everyone(share="1/3"), "all": everyone(BOTH)}
    plan = Hand(duties, homes(3)).plan(tmp_path, start=FRIDAY)
    assert [task.kind for task in plan.tasks] == [PHONE, HOME]
    assert (plan.shortfall, plan.least_shortfall) == (1, 1)


def test_days_of_a_month_that_is_met_still_serve_the_quarter(tmp_path: Path) -> None:
    """October's third is done; its last three workdays are needed for the quarter."""
    log = [f"2026-10-{day} 15:00,li,{HOME},u{n:03d},," for n, day in enumerate(["08", "09", *range(12, 17), 19, 20], 1)]
    duties = {"third": everyone(share="1/9"), "quarter": everyone(per="quarter")}
    left = 3 + 21 + 23  # then come the workdays of November and December
    plan = Hand(duties, homes(9 + left), log=log).plan(tmp_path, "2026-Q4", date(2026, 10, 28))
    assert (plan.shortfall, len(plan.tasks)) == (0, left)


def test_a_visit_that_counts_for_the_month_and_not_yet_for_the_quarter(tmp_path: Path) -> None:
    """Li is there on one day: who moves in later does for October only, the other for both; one call is missed."""
    units = [
        "u1,b1,not_moved_in,any,any,,2026-10-20",
        "u1,b1,occupied,any,any,2026-10-21,",
        "u2,b1,occupied,any,evening,,",
    ]
    month = everyone(of="owners", prorate="none") | {"at_least": 1}
    quarter = everyone(per="quarter", prorate="none") | {"at_least": 1}
    duties = {"month": month, "quarter": quarter, "calls": everyone(PHONE, of="owners", prorate="none")}
    plan = Hand(duties, units, tables={"people": ["li,butler,A,,2026-10-08"]}).plan(tmp_path, "2026-Q4")
    assert [(one.duty, one.number) for one in plan.shortfalls] == [("calls", 1)]
    assert plan.least_shortfall == 1


# ---------------------------------------------------------------------------------------------- whom


def test_wishes_are_those_of_the_day(tmp_path: Path) -> None:
    """One takes calls only until it asks for visits, another the other way round; the third does not open at all."""
    units = [
        "u1,b1,occupied,phone,any,,2026-10-28",
        "u1,b1,occupied,home,any,2026-10-29,",
        "u2,b1,occupied,any,any,,2026-10-14",
        "u2,b1,occupied,phone,any,2026-10-15,",
        "u3,b1,occupied,none,any,,",
    ]
    plan = Hand({"all": everyone()}, units).plan(tmp_path)
    assert {task.target: task.at.day >= 29 for task in plan.tasks} == {"u1": True, "u2": False}
    assert plan.tasks[0].at.day <= 14
    numbers = {"need": 3, "waiting": 3, "households": 2, "days": 0, "slots": 0, "most": 2}
    assert why(plan) == [Cause("few_reachable", numbers)]


def test_who_moves_in_counts_from_then_on(tmp_path: Path) -> None:
    """Owed is the one who was there; who takes no visits is made up for by one who moves in on the 20th."""
    units = ["u1,b1,occupied,none,any,,", "u2,b1,occupied,any,any,2026-10-20,"]
    plan = Hand({"all": everyone()}, units).plan(tmp_path)
    assert plan.shortfall == 0
    assert [task.target for task in plan.tasks] == ["u2"]
    assert plan.tasks[0].at.date() >= date(2026, 10, 20)


def test_who_leaves_helps_a_third(tmp_path: Path) -> None:
    """A third of six is two; two leave on the 9th, three take no visits: the last one is not enough."""
    units = [*(row + "2026-10-09" for row in homes(2)), *homes(3, "none", first=3), *homes(1, first=6)]
    plan = Hand({"third": everyone(share="1/3")}, units).plan(tmp_path)
    assert plan.shortfall == 0
    assert {task.at.day for task in plan.tasks if task.target in ("u001", "u002")} <= {8, 9}


def test_who_leaves_is_owed_once_visited(tmp_path: Path) -> None:
    """Everybody of seven, of whom two leave: five are owed, and a visit to a leaver adds one to what is owed."""
    units = [*(row + "2026-10-09" for row in homes(2)), *homes(4, first=3), *homes(1, "none", first=7)]
    plan = Hand({"all": everyone()}, units).plan(tmp_path)
    assert [(one.expected, one.actual) for one in plan.shortfalls] == [("5", "4")]
    assert (plan.shortfall, plan.least_shortfall) == (1, 1)


def test_leavers_help_where_more_of_them_go_than_a_share_spares(tmp_path: Path) -> None:
    """90 % of ten are nine, eight stay, seven can be visited; two leavers make nine of them, and one more is owed."""
    units = [*(row + "2026-10-09" for row in homes(2)), *homes(7, first=3), *homes(1, "none", first=10)]
    plan = Hand({"most": everyone(share="90%")}, units).plan(tmp_path)
    assert plan.shortfall == 0
    assert {"u001", "u002"} <= {task.target for task in plan.tasks}


def test_nobody_goes_where_nobody_lives_any_more(tmp_path: Path) -> None:
    units = ["u1,b1,occupied,any,any,,2026-10-08", "u1,b1,vacant,any,any,2026-10-09,"]
    plan = Hand({"one": everyone(share="1/2")}, units).plan(tmp_path)
    assert made(plan) in ([], [f"10-08 15:00 li {HOME} u1"])


# ---------------------------------------------------------------------------------------------- callbacks


@pytest.mark.parametrize(
    ("repaired", "visited", "cause"),
    [
        ("2026-10-22 13:00", "10-22 14:00", None),  # a Thursday
        ("2026-10-22 14:00", "10-22 14:00", None),  # at that very second is after it
        ("2026-10-22 14:01", "10-22 14:10", None),
        ("2026-10-22 16:00", "10-23 14:00", None),
        ("2026-10-23 13:50", "10-23 14:00", None),
        ("2026-10-23 14:51", None, "no_time_left"),  # Friday: 24 hours end on Saturday
        ("2026-10-24 16:00", None, "no_time_left"),  # Saturday: they end on Sunday
        ("2026-10-25 14:05", "10-26 14:00", None),  # Sunday: on Monday at 14:05
        ("2026-10-25 14:00", "10-26 14:00", None),  # by 14:00 is 14:00 too
        ("2026-10-25 13:59", None, "no_time_left"),
    ],
)
def test_callbacks_within_a_day(tmp_path: Path, repaired: str, visited: str | None, cause: str | None) -> None:
    start = date.fromisoformat(repaired.split(maxsplit=1)[0])
    hand = Hand({"back": call_back()}, homes(1), log=[f"{repaired},li,repair,u001,c1,"])
    plan = hand.plan(tmp_path, start=start)
    assert made(plan) == ([f"{visited} li {PHONE} u001"] if visited else [])
    assert why(plan) == ([Cause(cause, {"unit": "u001", "slots": 0})] if cause else [])
    assert plan.shortfall == plan.least_shortfall == (visited is None)


def test_more_callbacks_than_calls(tmp_path: Path) -> None:
    log = [f"2026-10-29 16:00,li,repair,u00{n},c{n}," for n in (1, 2)]
    plan = Hand({"back": call_back()}, homes(2), log=log).plan(tmp_path)
    assert (plan.shortfall, plan.least_shortfall) == (1, 1)
    [cause] = why(plan)
    assert (cause.message, cause.numbers["slots"]) == ("follow_up_full", 6)  # six calls fit the hour, one the day


def test_callbacks_nobody_can_make(tmp_path: Path) -> None:
    """One takes no calls; one was called too late; the case of a third is about no unit that is registered."""
    log = [
        "2026-10-20 16:00,li,repair,u001,c1,",
        "2026-10-20 16:00,li,repair,u002,c2,",
        f"2026-10-22 16:00,li,{PHONE},u002,c2,",
    ]
    plan = Hand({"back": call_back()}, [*homes(1, "home"), *homes(1, first=2)], log=log).plan(tmp_path)
    assert sorted(cause.message for cause in why(plan)) == ["done_late", "no_contact"]
    assert causes(plan, "no_contact") == [{"unit": "u001", "contact": "home"}]
    assert (plan.shortfall, plan.least_shortfall) == (2, 2)


def test_who_moves_in_is_visited_by_the_next_day(tmp_path: Path) -> None:
    """One on Monday the 12th; one on Saturday the 17th, when nobody is at work before Monday."""
    moved = {"population": "households", "date": "from"}
    welcome = call_back(trigger=moved, follow_up=HOME, within="1 days", match_on="target")
    units = ["u1,b1,occupied,any,any,2026-10-12,", "u2,b1,occupied,any,any,2026-10-17,"]
    plan = Hand({"welcome": welcome}, units).plan(tmp_path)
    assert made(plan) == [f"10-12 15:00 li {HOME} u1"]
    assert why(plan) == [Cause("no_time_left", {"unit": "u2", "slots": 0})]


def test_a_substitute_calls_back(tmp_path: Path) -> None:
    """Li is away from Thursday on; Wang acts, and is sent for the callback, but not for the month."""
    tables = {
        "people": ["li,butler,A,,", "wang,lead,A,,"],
        "leave": ["li,2026-10-29,2026-11-01,yes,wang,2026-10-20"],
    }
    log = ["2026-10-29 09:00,wang,repair,u001,c1,"]
    duties = {"back": call_back(owed_by="role"), "all": everyone(BOTH, prorate="none")}
    plan = Hand(duties, homes(2), tables=tables, log=log).plan(tmp_path, start=date(2026, 10, 29))
    assert made(plan) == [f"10-29 14:00 wang {PHONE} u001"]
    assert plan.tasks[0].duties == ("back", "all")
    assert [(one.duty, one.post, one.number) for one in plan.shortfalls] == [("all", "li@A@butler", 1)]
    assert plan.shortfall == plan.least_shortfall


# ---------------------------------------------------------------------------------------------- left alone


@pytest.mark.parametrize(
    ("duty", "reason"),
    [
        (everyone(per="workday"), "daily"),
        (everyone(windows=[["15:00", "16:00"]]), "own_windows"),
        ({"check": "quota", "event": HOME, "per": "month"}, "counts_events"),
        (everyone(where={"outcome": ["done", "refused"]}), "open_attributes"),
        (call_back(match_on="none"), "any_visit"),
        (call_back(follow_up={"all_of": [PHONE, "note"]}), "several_follow_ups"),
        (call_back(follow_up={"any_of": ["note", {"all_of": [PHONE, HOME]}]}), "several_follow_ups"),
        (call_back(trigger=HOME, match_on="target"), "set_off_by_visits"),
        (call_back(not_before=HOME), "set_off_by_visits"),
        (call_back(follow_up={"in_order": [PHONE, "note"]}), "several_follow_ups"),
        (call_back() | {"else": {"follow_up": "note", "within": "3 days"}}, "other_ways"),
        (call_back(follow_up={"event": PHONE, "participants": ["lead"]}), "participants"),
    ],
)
def test_duties_that_are_left_alone(tmp_path: Path, duty: dict[str, object], reason: str) -> None:
    plan = Hand({"all": everyone(), "other": duty}, homes(1)).plan(tmp_path)
    assert Unplanned("other", reason) in plan.unplanned
    assert plan.duties == ("all",)


def test_a_waived_obligation_is_no_shortfall(tmp_path: Path) -> None:
    hand = Hand({"all": everyone()}, homes(2, "none"))
    [short] = hand.plan(tmp_path).shortfalls
    waived = Hand({"all": everyone()}, homes(2, "none"), tables={"waivers": [f"{short.breach_id},chief"]}).plan(
        tmp_path
    )
    assert (waived.shortfalls, waived.least_shortfall) == ((), 0)


def test_visits_of_a_planned_day_take_their_time(tmp_path: Path) -> None:
    """One attempt this morning, and no more than one visit a day."""
    hand = Hand({"all": everyone()}, homes(2), log=[f"2026-10-30 15:00,li,{HOME},u001,,not_home"])
    assert hand.plan(tmp_path, start=FRIDAY).shortfall == 2
    visits = {HOME: way("home", "15:00", "16:00", per_day=2, minutes=30)}
    hand = Hand({"all": everyone()}, homes(2), visits, log=[f"2026-10-30 15:00,li,{HOME},u001,,not_home"])
    assert [f"{task.at:%H:%M}" for task in hand.plan(tmp_path, start=FRIDAY).tasks] == ["15:30"]


def test_nobody_is_left_to_plan_for(tmp_path: Path) -> None:
    plan = Hand({"all": everyone()}).plan(tmp_path)
    assert (plan.tasks, plan.shortfalls, plan.least_shortfall) == ([], (), 0)


def test_a_forecast_says_what_the_plan_says(tmp_path: Path) -> None:
    """A plan without calls says that nobody calls: the duty to call is breached in the forecast, as in the plan."""
    hand = Hand({"homes": everyone(), "calls": everyone(PHONE)}, homes(2, "home"))
    plan = hand.plan(tmp_path)
    rows = [",".join((f"{task.at:%F %T}", task.person, task.kind, task.target or "", "planned")) for task in plan.tasks]
    (tmp_path / "tasks.csv").write_text("\n".join(["at,person,kind,target,state", *rows]) + "\n", encoding="utf-8")
    estate = dr.load_estate(tmp_path)
    log = dr.read_log([tmp_path / "tasks.csv"], estate, forecast=True)
    result = dr.score(estate, log, "2026-10", forecast=True)
    states = {one.duty: (one.state, one.expected, one.actual) for _, one in result.verdicts()}
    assert states == {"homes": ("met", "2", "2"), "calls": ("breached", "2", "0")}
    assert [(one.duty, one.expected, one.actual) for one in plan.shortfalls] == [("calls", "2", "0")]


def test_nobody_is_visited_for_nothing(tmp_path: Path) -> None:
    """Two each, by themselves: what Wang lacks is no reason for a third visit of Li's."""
    duties = {
        "two": everyone(credit="performer", prorate="none") | {"at_least": 2},
        "some": everyone(BOTH, share="1/4", credit="performer", prorate="none"),
    }
    plan = Hand(duties, homes(4), tables={"people": ["li,butler,A,,", "wang,butler,A,,"]}).plan(tmp_path)
    assert (plan.shortfall, len(plan.tasks)) == (0, 4)


def test_a_leaver_that_a_colleague_visited_is_not_owed_to_the_performer(tmp_path: Path) -> None:
    """Li's visit makes the household one that Li owes; Wang, whose own visits alone count, owes the other one only."""
    units = ["u1,b1,occupied,any,any,,2026-10-20", "u2,b1,occupied,any,any,,"]
    people = ["li,butler,A,,", "wang,butler,A,,"]
    log = [f"2026-10-15 15:00,li,{HOME},u1,,"]
    hand = Hand({"own": everyone(credit="performer", prorate="none")}, units, tables={"people": people}, log=log)
    result = dr.score(hand.load(tmp_path), dr.read_log([tmp_path / "log.csv"], hand.load(tmp_path)), "2026-10")
    found = {one.post: (one.expected, one.actual) for _, one in result.verdicts()}
    assert found == {"li@A@butler": ("2", "1"), "wang@A@butler": ("1", "0")}
