"""Who could take over, worked out by hand."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.plan.planfile import read_plan
from dutyrules.plan.substitutes import Absence, Substitute, substitutes
from tests.plan.visit_estate import HEADERS, HOME, Hand, everyone, way

THURSDAY = date(2026, 10, 29)
PLACES = """\
building,area,x,y
b1,A,0,0
b2,A,0,60
b3,B,120,0
b4,C,600,0
"""
PEOPLE = ["li,butler,A,,", "wang,butler,B,,", "zhao,butler,C,,", "chen,butler,B,,", "sun,lead,B,,"]
UNITS = [f"u{number},b{number},occupied,{{}}" for number in range(1, 5)]
PLAN = [
    f"2026-10-29 15:00,li,{HOME},u1,,",
    f"2026-10-29 15:10,li,{HOME},u2,,",
    f"2026-10-29 15:00,wang,{HOME},u3,,",
    f"2026-10-28 15:00,zhao,{HOME},u4,,",
]


def found(
    folder: Path, *, until: date = THURSDAY, contact: str = "any,any,,", plan: Sequence[str] = PLAN
) -> dict[str, Substitute]:
    """Person → what they could do for Li, the best first; two visits fit a day, sixty metres take a minute."""
    visits = {HOME: way("home", "15:00", "16:00", per_day=2)}
    units = [unit.format(contact if unit.startswith("u1") else "any,any,,") for unit in UNITS]
    tables = {"people": PEOPLE, "leave": ["chen,2026-10-29,2026-10-30,yes,,"]}
    hand = Hand({"all": everyone(prorate="none")}, units, visits, tables, buildings=[f"b{n},A," for n in range(1, 5)])
    hand.areas = ("A", "B", "C")
    hand.load(folder)
    (folder / "buildings.csv").write_text(PLACES, "utf-8")
    (folder / "plan.csv").write_text("\n".join([HEADERS["plan"], *plan]) + "\n", "utf-8")
    estate = dr.load_estate(folder)
    keep = read_plan(folder / "plan.csv", estate)
    return {one.person: one for one in substitutes(estate, "2026-10", None, keep, Absence("li", THURSDAY, until))}


def told(one: Substitute) -> tuple[list[str], list[tuple[str | None, str]]]:
    taken = [f"{task.at:%d %H:%M} {task.person} {task.target}" for task in one.taken]
    return taken, [(task.target, reason) for task, reason in one.left]


def test_the_best_misses_least(tmp_path: Path) -> None:
    """A lead is no butler, and chen is on leave."""
    assert list(found(tmp_path)) == ["zhao", "wang", "chen"]


def test_somebody_far_away_with_time(tmp_path: Path) -> None:
    """From b4 to b1 600 metres, on to b2 60: eleven minutes; two visits beyond the one of their week."""
    zhao = found(tmp_path)["zhao"]
    assert told(zhao) == (["29 15:00 zhao u1", "29 15:10 zhao u2"], [])
    assert (zhao.areas, zhao.later, zhao.minutes, zhao.over, zhao.missing, zhao.away) == (("C",), 0, 11, 2, 0, 10)


def test_a_neighbour_with_one_visit_left(tmp_path: Path) -> None:
    """Wang is at b3 at three; u2 keeps its time; from b3 to b2 180 metres. u1 is missing then."""
    wang = found(tmp_path)["wang"]
    assert told(wang) == (["29 15:10 wang u2"], [("u1", "full")])
    assert (wang.areas, wang.later, wang.minutes, wang.over, wang.missing, wang.away) == (("B",), 0, 3, 1, 1, 2)


def test_somebody_on_leave(tmp_path: Path) -> None:
    chen = found(tmp_path)["chen"]
    assert told(chen) == ([], [("u1", "absent"), ("u2", "absent")])
    assert (chen.minutes, chen.over, chen.missing) == (0, 0, 2)


def test_what_nobody_may_do(tmp_path: Path) -> None:
    """Who wants calls only is visited by nobody; then Wang is as good as Zhao, and nearer."""
    both = found(tmp_path, contact="phone,any,,")
    assert list(both) == ["wang", "zhao", "chen"]
    assert told(both["zhao"]) == (["29 15:10 zhao u2"], [("u1", "refuses")])


def test_whoever_comes_along_still_does(tmp_path: Path) -> None:
    """u1 wishes for two. Zhao comes with Wang in place of Li; Wang cannot come along with himself."""
    both = found(tmp_path, contact="any,any,,,,2", plan=[f"2026-10-29 15:20,li,{HOME},u1,,,,wang", *PLAN[1:]])
    assert told(both["zhao"]) == (["29 15:10 zhao u2", "29 15:20 zhao u1"], [])
    assert [task.along for task in both["zhao"].taken] == [(), ("wang",)]
    assert told(both["wang"]) == (["29 15:10 wang u2"], [("u1", "full")])


@pytest.mark.parametrize("day", [date(2026, 10, 28), date(2026, 11, 2)])
def test_nothing_to_take_over(tmp_path: Path, day: date) -> None:
    """On Wednesday Li has no visits; days beyond the period have none either."""
    found(tmp_path)
    estate = dr.load_estate(tmp_path)
    keep = read_plan(tmp_path / "plan.csv", estate)
    assert substitutes(estate, "2026-10", None, keep, Absence("li", day, day)) == []
