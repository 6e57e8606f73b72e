"""What was promised stays; what cannot stay, or is not known, is refused at its row, and nothing is planned."""

from datetime import date
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.diagnostics import InputError
from dutyrules.plan import Cause
from tests.plan.visit_estate import BOTH, HOME, PHONE, Hand, call_back, everyone, homes, made, way, why

FRIDAY = date(2026, 10, 30)


def refused(hand: Hand, folder: Path, *keep: str, start: date | None = None) -> list[str]:
    """What is said about rows of an earlier plan, the folder left out."""
    with pytest.raises(InputError) as caught:
        hand.plan(folder, keep=keep, start=start)
    return str(caught.value).replace(f"{folder}/", "").splitlines()


# ---------------------------------------------------------------------------------------------- pins that stay


def test_a_pin_stays_off_the_grid_and_off_the_hours(tmp_path: Path) -> None:
    """Half past two is no hour for visits, and no slot begins at seven past."""
    visits = {HOME: way("home", "15:00", "16:00", per_day=3, minutes=20)}
    keep = [f"2026-10-30 14:37,li,{HOME},u002,yes", f"2026-10-30 15:07,li,{HOME},u001,yes"]
    plan = Hand({"all": everyone()}, homes(3), visits).plan(tmp_path, start=FRIDAY, keep=keep)
    assert made(plan) == [
        f"10-30 {at} li {HOME} {unit}" for at, unit in (("14:37", "u002"), ("15:07", "u001"), ("15:40", "u003"))
    ]
    assert [task.pinned for task in plan.tasks] == [True, True, False]
    assert plan.shortfall == 0


def test_rows_without_a_pin_stay_where_a_slot_begins(tmp_path: Path) -> None:
    keep = [f"2026-10-30 15:30,li,{HOME},u001,", f"2026-10-30 15:37,li,{HOME},u002,no"]
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    plan = Hand({"all": everyone()}, homes(2), visits).plan(tmp_path, start=FRIDAY, keep=keep)
    assert made(plan) == [f"10-30 15:00 li {HOME} u002", f"10-30 15:30 li {HOME} u001"]
    assert [task.pinned for task in plan.tasks] == [False, False]


def test_a_pin_takes_one_of_the_day(tmp_path: Path) -> None:
    """The pin is for somebody who is owed nothing; two visits fit the day."""
    units = [*homes(2), *homes(1, first=3, state="vacant")]
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    hand = Hand({"all": everyone()}, units, visits)
    plan = hand.plan(tmp_path, start=FRIDAY, keep=[f"2026-10-30 15:00,li,{HOME},u003,yes"])
    assert (len(plan.tasks), plan.shortfall, plan.least_shortfall) == (2, 1, 1)
    numbers = {"need": 2, "waiting": 2, "households": 0, "days": 1, "slots": 1, "most": 1}
    assert why(plan) == [Cause("few_slots", numbers)]


def test_an_occasion_takes_its_time_and_nothing_of_what_is_owed(tmp_path: Path) -> None:
    """Until 15:40 everybody is at the festival; of the hour for visits twenty minutes are left."""
    visits = {HOME: way("home", "15:00", "16:00", per_day=4)}
    occasion = {"date": FRIDAY.isoformat(), "busy": [["13:00", "15:40"]], "title": "Festival"}
    hand = Hand({"all": everyone()}, homes(3), visits, planning={"occasions": [occasion]})
    plan = hand.plan(tmp_path, start=FRIDAY)
    assert made(plan) == [f"10-30 15:40 li {HOME} u001", f"10-30 15:50 li {HOME} u002"]
    assert (plan.shortfall, plan.least_shortfall) == (1, 1)


def test_a_pin_against_a_wish_and_on_a_closed_day_stays(tmp_path: Path) -> None:
    """Somebody promised it; and it counts."""
    duties = {
        "all": everyone(PHONE),
        "quiet": {"check": "window", "event": PHONE, "forbidden_weekdays": ["friday"], "strength": "must"},
    }
    keep = [f"2026-10-30 09:00,li,{PHONE},u001,yes"]
    plan = Hand(duties, homes(1, "none")).plan(tmp_path, keep=keep)
    assert (made(plan), plan.shortfall) == ([f"10-30 09:00 li {PHONE} u001"], 0)


def test_a_pin_at_a_household_that_has_left_counts_as_the_book_says(tmp_path: Path) -> None:
    """Nobody would be sent there; a half of two is one, and the pinned visit is that one."""
    units = ["u1,b1,occupied,any,any,,2026-10-09", "u2,b1,occupied,none,any,,"]
    keep = [f"2026-10-30 15:00,li,{HOME},u1,yes"]
    plan = Hand({"half": everyone(share="1/2")}, units).plan(tmp_path, start=FRIDAY, keep=keep)
    assert plan.shortfall == plan.least_shortfall == 0


def test_pins_of_callbacks(tmp_path: Path) -> None:
    """A pin is a callback only if it names the case: this one does not, and the only call of the day is gone."""
    hand = Hand({"back": call_back()}, homes(1), log=["2026-10-29 16:00,li,repair,u001,c1,"])
    plan = hand.plan(tmp_path, keep=[f"2026-10-30 14:00,li,{PHONE},u001,yes"])
    assert (plan.shortfall, plan.least_shortfall) == (1, 1)
    [cause] = why(plan)
    assert (cause.message, cause.numbers["slots"]) == ("follow_up_full", 5)


# ---------------------------------------------------------------------------------------------- pins that cannot stay


def test_pins_that_contradict_each_other(tmp_path: Path) -> None:
    """The last begins when the first of them are over."""
    people = ["li,butler,A,,", "wang,butler,A,,"]
    hand = Hand({"all": everyone(BOTH)}, homes(3), {HOME: way("home", "15:00", "16:00", per_day=5)}, {"people": people})
    found = refused(
        hand,
        tmp_path,
        f"2026-10-30 15:00,li,{HOME},u001,yes",
        f"2026-10-30 15:09,li,{HOME},u002,yes",
        f"2026-10-30 15:09,wang,{HOME},u002,yes",
        f"2026-10-30 15:19,li,{HOME},u003,yes",
    )
    assert found == [
        "plan.csv:row 3:at: error plan.pins-contradict: two pinned tasks of one person at the same time",
        "  found: 2026-10-30 15:09:00",
        "  expected: a time from 2026-10-30 15:10:00 on, or no pin",
        "  see: plan.csv:row 2:at: the other one",
        "plan.csv:row 4:at: error plan.pins-contradict: two pinned tasks of one household at the same time",
        "  found: 2026-10-30 15:09:00",
        "  expected: a time from 2026-10-30 15:19:00 on, or no pin",
        "  see: plan.csv:row 3:at: the other one",
    ]


@pytest.mark.parametrize(
    ("at", "code", "expected"),
    [
        ("2026-10-27 15:00", "plan.pin-outside", "a day from 2026-10-28 to 2026-10-31"),
        ("2026-11-02 15:00", "plan.pin-outside", "a day from 2026-10-28 to 2026-10-31"),
        ("2026-10-29 15:00", "plan.pin-off-duty", "a workday of that person"),  # on leave
        ("2026-10-31 15:00", "plan.pin-off-duty", "a workday of that person"),  # a Saturday
        ("2026-10-30 17:25", "plan.pin-off-duty", "a time between 08:00 and 17:30, without leave"),
        ("2026-10-30 07:55", "plan.pin-off-duty", "a time between 08:00 and 17:30, without leave"),
    ],
)
def test_pins_that_nobody_can_keep(tmp_path: Path, at: str, code: str, expected: str) -> None:
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    hand = Hand({"all": everyone()}, homes(2), visits, {"leave": ["li,2026-10-29,2026-10-30,yes,,"]})
    fine = f"2026-10-30 15:00,li,{HOME},u001,yes"
    found = refused(hand, tmp_path, fine, f"{at},li,{HOME},u002,yes", start=date(2026, 10, 28))
    outside = code == "plan.pin-outside"
    lies, works = "a pinned task lies outside the planned days", "the person of a pinned task is not at work then"
    said = at.split(maxsplit=1)[0] if outside else f"{at}:00"
    assert found == [
        f"plan.csv:row 3:at: error {code}: {lies if outside else works}",
        f"  found: {said}",
        f"  expected: {expected}",
    ]


def test_more_pins_than_visits_fit_a_day(tmp_path: Path) -> None:
    rows = [f"2026-10-30 15:{minute},li,{HOME},u00{n},yes" for n, minute in ((1, "00"), (2, 10), (3, 20), (4, 30))]
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    assert refused(Hand({"all": everyone()}, homes(4), visits), tmp_path, *rows) == [
        "plan.csv:row 4:at: error plan.pins-crowd: more pinned visit.home than one person makes in a day",
        "  found: 3 on 2026-10-30",
        "  expected: at most 2",
    ]


def test_ids_of_an_earlier_plan_that_nobody_knows(tmp_path: Path) -> None:
    """Read whole, and every unknown word named at its cell, pinned or not."""
    found = refused(
        Hand({"all": everyone()}, homes(3)),
        tmp_path,
        "2026-10-30 15:00,li,visit.hom,u001,yes",
        f"2026-10-30 15:00,lee,{HOME},u001,",
        f"2026-10-30 15:00,li,{HOME},u0001,yes",
        f"30 October,li,{HOME},u001,maybe",
    )
    assert found == [
        "plan.csv:row 2:kind: error plan.unknown-kind: there is no event kind visit.hom",
        "  found: visit.hom",
        "  hint: did you mean 'visit.home'?",
        "plan.csv:row 3:person: error plan.unknown-person: there is no person lee",
        "  found: lee",
        "plan.csv:row 4:target: error plan.unknown-target: there is no unit u0001",
        "  found: u0001",
        "  hint: did you mean 'u001'?",
        "plan.csv:row 5:at: error table.bad-instant: this is not a date or a local time",
        "  found: 30 October",
        "  expected: a date or a local time such as 2026-10-08 07:55",
        "  hint: write local time, without an offset",
        "plan.csv:row 5:pinned: error table.bad-boolean: this is neither yes nor no",
        "  found: maybe",
        "  expected: yes, no, true, false",
    ]


def test_a_pin_that_no_log_would_accept(tmp_path: Path) -> None:
    """That is a mistake in the file, not one of the planner."""
    rows = [f"2026-10-30 15:00,li,{HOME},u001,yes,fees", f"2026-10-30 15:10,li,{HOME},u002,yes,feas"]
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    assert refused(Hand({"all": everyone()}, homes(2), visits), tmp_path, *rows) == [
        "plan.csv:row 3:topic: error plan.bad-pin: no log would accept this task: not one of fees, safety",
        "  found: feas",
        "  hint: did you mean 'fees'?",
    ]


# ---------------------------------------------------------------------------------------------- estates nobody can plan


def test_a_unit_without_area(tmp_path: Path) -> None:
    """Its building is registered from November on."""
    units = ["u1,b1,occupied,any,any,,", "u2,b2,occupied,any,any,,"]
    lost = "u2 lies in no area: its building b2 is not registered then"
    assert refused(Hand({"all": everyone()}, units, buildings=["b1,A,", "b2,A,2026-11-01"]), tmp_path) == [
        f"units.csv:row 3:building: error plan.unit-without-area: {lost}",
        "  found: b2",
        "  expected: a building with an area",
    ]


NEVER = "its hours lie outside all shifts, or the book closes them"


def test_hours_that_never_open(tmp_path: Path) -> None:
    assert refused(Hand({"all": everyone()}, homes(1), {HOME: way("home", "18:00", "19:00")}), tmp_path) == [
        f"estate.yaml:13:7: error plan.window-never-opens: nobody can make a visit.home at any time: {NEVER}",
        "  found: 18:00-19:00",
        "  expected: hours inside a shift",
    ]


def test_hours_that_the_book_closes(tmp_path: Path) -> None:
    quiet = {"check": "window", "event": PHONE, "forbidden": [["13:50", "15:00"]], "strength": "must"}
    assert refused(Hand({"all": everyone(PHONE), "quiet": quiet}, homes(1)), tmp_path) == [
        f"estate.yaml:20:7: error plan.window-never-opens: nobody can make a visit.phone at any time: {NEVER}",
        "  found: 14:00-15:00",
        "  expected: hours inside a shift",
    ]


def test_a_capacity_of_nothing(tmp_path: Path) -> None:
    assert refused(Hand({"all": everyone()}, homes(1), {HOME: way("home", "15:00", "16:00", per_day=0)}), tmp_path) == [
        "estate.yaml:10:16: error estate.bad-capacity: the value of per_day does not fit",
        "  found: 0",
        "  expected: at least 1: leave the kind out if nobody makes such visits",
    ]


def test_no_visits_to_plan(tmp_path: Path) -> None:
    Hand({"all": everyone()}, homes(1)).load(tmp_path)
    text = (tmp_path / "estate.yaml").read_text("utf-8")
    (tmp_path / "estate.yaml").write_text(text[: text.index("planning:")], encoding="utf-8")
    with pytest.raises(InputError) as caught:
        dr.plan_visits(dr.load_estate(tmp_path), "2026-10")
    assert str(caught.value).splitlines()[0] == "error plan.no-visits: hand does not say which visits may be planned"
