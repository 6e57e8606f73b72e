"""Plans edited by hand: what they break is told at its row, what they miss is judged, what they cost is priced."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.diagnostics import Cell, InputError
from dutyrules.plan.edited import Review, review
from dutyrules.plan.planfile import Placed, read_plan
from tests.plan.visit_estate import HEADERS, HOME, Hand, everyone, homes, way
from tests.plan.visit_law import planned
from tests.plan.visit_worlds import seeded

WEDNESDAY = date(2026, 10, 28)
ALL = everyone(prorate="none")
TWICE = {HOME: way("home", "15:00", "16:00", per_day=2)}


def looked_at(hand: Hand, folder: Path, rows: Sequence[str], other: Sequence[str] | None = None) -> Review:
    """What is said about a plan, beside another one or a new one."""
    estate = hand.load(folder)
    log = dr.read_log([folder / "log.csv"], estate)

    def placed(name: str, lines: Sequence[str]) -> Sequence[Placed]:
        (folder / name).write_text("\n".join([HEADERS["plan"], *lines]) + "\n", encoding="utf-8")
        return read_plan(folder / name, estate)

    beside = None if other is None else placed("other.csv", other)
    return review(estate, "2026-10", log, placed("edited.csv", rows), beside, start=WEDNESDAY)


def row(day: int, unit: str, at: str = "15:00", person: str = "li", more: str = "") -> str:
    return f"2026-10-{day} {at},{person},{HOME},{unit},{more}"


def prices(found: Review) -> dict[str, tuple[int, int, int]]:
    """Measure → this plan, the other, the difference."""
    return {one.name: (one.value, one.other, one.difference) for one in found.prices}


def told(found: Review, folder: Path) -> list[str]:
    return "\n".join(map(str, found.violations)).replace(f"{folder}/", "").splitlines()


def test_a_plan_that_was_not_touched_costs_nothing(tmp_path: Path) -> None:
    found = looked_at(Hand({"all": ALL}, homes(2), TWICE), tmp_path, [row(28, "u001"), row(28, "u002", "15:10")])
    assert (found.good, found.planned, found.violations, found.shortfalls, found.moves) == (True, True, [], [], [])
    assert prices(found) == {
        "missing": (0, 0, 0),
        "building_days": (1, 1, 0),
        "busiest_week": (2, 2, 0),
        "against_wishes": (0, 0, 0),
        "hours_to_avoid": (0, 0, 0),
    }


def test_what_an_edit_costs_beside_the_plan_before(tmp_path: Path) -> None:
    """The third household lives in the first building, and was to be visited on the same day; now nobody visits u2.

    The new time is in the evening, which it wishes less than the day; and the book advises against Fridays.
    """
    units = ["u1,b1,occupied,any,any,,", "u2,b2,occupied,any,any,,", "u3,b1,occupied,any,daytime,,"]
    quiet = {"check": "window", "event": HOME, "forbidden_weekdays": ["friday"], "strength": "should"}
    people = {"people": ["li,butler,A,,"], "roster": ["li,2026-10-28,08:00,20:00", "li,2026-10-30,08:00,20:00"]}
    hand = Hand({"all": ALL, "quiet": quiet}, units, TWICE, people, buildings=["b1,A,", "b2,A,"])
    before = [row(28, "u1"), row(28, "u3", "15:10"), row(30, "u2")]
    found = looked_at(hand, tmp_path, [row(28, "u1"), row(30, "u3", "18:30")], before)
    assert prices(found) == {
        "missing": (1, 0, 1),
        "changed_person": (0, 0, 0),
        "changed_day": (1, 0, 1),
        "changed_hour": (0, 0, 0),
        "building_days": (2, 2, 0),
        "busiest_week": (2, 3, -1),
        "against_wishes": (1, 0, 1),
        "hours_to_avoid": (1, 1, 0),
    }
    assert [(one.duty, one.number, one.missing) for one in found.shortfalls] == [("all", 1, ("u2",))]
    assert [(one.change, one.reason) for one in found.moves] == [("gone", "edited"), ("day", "edited")]
    assert (found.good, found.planned) == (False, False)


def test_who_how_much_and_when(tmp_path: Path) -> None:
    """Somebody else, another hour, and one more visit."""
    hand = Hand({"all": ALL}, homes(3), TWICE, {"people": ["li,butler,A,,", "wang,butler,A,,"]})
    before = [row(28, "u001"), row(28, "u002", "15:10")]
    after = [row(28, "u001", person="wang"), row(28, "u002", "15:20"), row(29, "u003")]
    found = looked_at(hand, tmp_path, after, before)
    assert [prices(found)[f"changed_{what}"][0] for what in ("person", "day", "hour")] == [1, 1, 1]
    assert prices(found)["missing"] == (0, 2, -2)  # both butlers owe the third household


def test_promises_that_an_edit_breaks(tmp_path: Path) -> None:
    """Each at its row; rows of days that are past, and of kinds that nobody plans, are nobody's business."""
    closed = {"check": "window", "event": HOME, "forbidden_weekdays": ["thursday"], "strength": "must"}
    units = [*homes(7), *homes(1, "phone", first=8), "u009,b1,occupied,any,any,,2026-10-20"]
    rows = [
        row(26, "u001", "03:00"),
        row(28, "u001"),
        row(28, "u002", "15:09"),
        row(31, "u003"),
        row(29, "u004"),
        row(30, "u008"),
        row(30, "u009", "15:10"),
        row(30, "u005", "15:20", more=",feas"),
        "2026-10-30 03:00,li,note,,,",
    ]
    found = looked_at(Hand({"all": ALL, "never": closed}, units, TWICE), tmp_path, rows)
    assert told(found, tmp_path) == [
        "edited.csv:row 4:at: error plan.at-once: two tasks of one person at the same time",
        "  found: 2026-10-28 15:09:00",
        "  expected: a time from 2026-10-28 15:10:00 on",
        "  see: edited.csv:row 3:at: the other one",
        "edited.csv:row 5:at: error plan.off-duty: the person is not at work then",
        "  found: 2026-10-31 15:00:00",
        "  expected: a time within the shift, without leave",
        "edited.csv:row 6:at: error plan.closed: the book forbids such a visit then",
        "  found: 2026-10-29 15:00:00",
        "edited.csv:row 7:at: error plan.unwished: the household does not want such a visit",
        "  found: 2026-10-30 15:00:00",
        "  expected: a kind that its contact takes, or no row",
        "edited.csv:row 8:at: error plan.not-registered: the household is not registered then",
        "  found: 2026-10-30 15:10:00",
        "  expected: a day on which it is",
        "edited.csv:row 9:topic: error plan.bad-row: no log would accept this task: not one of fees, safety",
        "  found: feas",
        "  hint: did you mean 'fees'?",
        "edited.csv:row 9:at: error plan.too-many: more visit.home than one person makes in a day",
        "  found: 3 on 2026-10-30",
        "  expected: at most 2",
    ]
    assert not found.good


@pytest.mark.parametrize("seeds", [range(6), pytest.param(range(6, 400), marks=pytest.mark.slow)], ids=str)
def test_a_plan_of_the_planner_keeps_its_promises_and_costs_what_it_says(seeds: range) -> None:
    """Judged and measured as if somebody had written it by hand."""
    for seed in seeds:
        world = replace(seeded(seed), pins=())
        try:
            case = planned(world)
        except InputError:
            continue
        rows = [Placed(task, Cell("plan.csv", row, "at")) for row, task in enumerate(case.plan.tasks, start=2)]
        found = review(case.estate, world.period, case.log, rows, rows, start=case.plan.start)
        assert found.violations == [], seed
        measures = {one.name: one.value for one in case.plan.measures} | {"missing": case.plan.shortfall}
        assert prices(found) == {one.name: (measures[one.name], measures[one.name], 0) for one in found.prices}, seed
        assert list(found.shortfalls) == [replace(one, causes=()) for one in case.plan.shortfalls], seed


@pytest.mark.parametrize(
    ("companion", "codes"),
    [
        ("wang", []),
        ("", ["plan.no-companion"]),
        ("li", ["plan.no-companion"]),  # nobody comes along with themselves
        ("zhao", ["plan.no-companion"]),  # of another area
        ("chen", ["plan.no-companion"]),  # on leave that afternoon
        ("sun", ["plan.at-once"]),  # visits somebody else then
    ],
)
def test_whoever_comes_along_is_looked_at(tmp_path: Path, companion: str, codes: list[str]) -> None:
    people = ["li,butler,A,,", "sun,butler,A,,", "wang,guard,A,,", "zhao,guard,B,,", "chen,guard,A,,"]
    tables = {"people": people, "leave": ["chen,2026-10-28 14:00,2026-10-28 16:00,yes,,"]}
    hand = Hand({"all": ALL}, ["u001,b1,occupied,any,any,,,,2", *homes(1, first=2)], TWICE, tables, areas="AB")
    rows = [row(28, "u001", more=f",,,{companion}"), row(28, "u002", person="sun")]
    assert [one.code for one in looked_at(hand, tmp_path, rows).violations] == codes
