"""What is open, worked out by hand: limits to the second, counts, costs, excuses, months.

October 2026: the 1st to the 7th are holidays, Saturday the 10th is a make-up workday; workdays are
8, 9, 10, 12-16, 19-23, 26-30.
"""

from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.diagnostics import InputError
from dutyrules.resources import examples_dir
from dutyrules.scoring import Agenda, Open

BOOK = """\
book: corner
source: {id: C1}
roles: {butler: {}}
parameters: {grace: {type: duration, suggest: 1 workdays}}
events:
  meeting: {}
  outside: {}
  patrol: {target: building}
  report: {attributes: {complete: boolean}}
  paper: {}
  other: {}
  broken: {case: true}
  mended: {case: true}
populations: {buildings: {table: buildings}}
"""
MEETING = "be_on_time: {clause: 1.1, check: attendance, event: meeting, by: 7:55}"
PATROL = (
    "patrol: {clause: 1.2, check: quota, event: patrol, distinct: target, per: workday, at_least: 5, cap: buildings}"
)
OUTSIDE = "outside: {clause: 1.3, check: quota, event: outside, per: workday}"
MENDING = "mend: {clause: 1.4, check: response, trigger: broken, follow_up: mended, within: 3 workdays}"
CARD = "scorecards: {month: {role: butler, per: month, clause: 2, items: {1: {marks: %s, lines: {%s}}}}}"


def card(*lines: str, marks: int = 10) -> str:
    return CARD % (marks, ", ".join(f"{number}: {line}" for number, line in enumerate(lines, 1)))


class Corner:
    """An estate with a butler `li` and five buildings, whose book and log a test writes down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.tables = {
            "people": "person,role,area\nli,butler,yard\n",
            "buildings": "building,area\nb1,yard\nb2,yard\nb3,yard\nb4,yard\nb5,yard\n",
            "coverage": "source,status\nall,complete\n",
        }

    def load(self, duties: list[str], *rest: str) -> dr.Estate:
        book = "\n".join([BOOK, "duties:", *(f"  {duty}" for duty in duties), *rest])
        (self.folder / "book.yaml").write_text(book, "utf-8")
        (self.folder / "estate.yaml").write_text("estate: corner\nareas: {yard: {}}\nbooks: [book.yaml]\n", "utf-8")
        for name, text in self.tables.items():
            (self.folder / f"{name}.csv").write_text(text, "utf-8")
        return dr.load_estate(self.folder)

    def log(self, estate: dr.Estate, *rows: str) -> dr.Log:
        """Rows are written `2026-10-08 07:55,li,meeting,target,case,complete`."""
        text = "\n".join(["at,person,kind,target,case,complete", *(row + "," * (5 - row.count(",")) for row in rows)])
        (self.folder / "log.csv").write_text(text, "utf-8")
        return dr.read_log([self.folder / "log.csv"], estate)

    def due(self, as_of: str, duties: list[str], *rest: str, rows: tuple[str, ...] = (), ahead: int = 0) -> Agenda:
        """What `li` has open."""
        estate = self.load(duties, *rest)
        found = dr.due(estate, self.log(estate, *rows), datetime.fromisoformat(as_of), ahead=ahead)
        return found.of("li")[0]


@pytest.fixture
def corner(tmp_path: Path) -> Corner:
    return Corner(tmp_path)


def standing(agenda: Agenda) -> list[tuple[str, str, str]]:
    return [(one.duty, one.state, f"{one.due:%m-%d %H:%M}") for one in agenda.open]


def points(one: Open) -> str | None:
    return None if one.cost is None else f"{one.cost.points:f}"


# ------------------------------------------------------------------------------------------------ limits


@pytest.mark.parametrize(
    ("as_of", "late_until", "expected"),
    [
        ("07:55:58", "", "open"),
        ("07:55:59", "", "overdue"),
        ("23:59:58", "", "overdue"),
        ("23:59:59", "", None),
        ("09:00:58", ", late_until: 9:00", "overdue"),
        ("09:00:59", ", late_until: 9:00", None),
    ],
)
def test_open_until_the_limit_and_overdue_until_the_late_limit(
    corner: Corner, as_of: str, late_until: str, expected: str | None
) -> None:
    found = corner.due(f"2026-10-08 {as_of}", [MEETING.replace("}", f"{late_until}}}")])
    assert [one.state for one in found.open] == [expected] * (expected is not None)


def test_late_until_is_named_as_rules_name_it(corner: Corner) -> None:
    one = corner.due("2026-10-08 08:00", [MEETING.replace("}", ", late_until: 9:00}")]).open[0]
    assert (str(one.due), str(one.late_until)) == ("2026-10-08 07:55:00", "2026-10-08 09:00:00")


def test_what_is_done_is_not_open(corner: Corner) -> None:
    assert corner.due("2026-10-08 07:50", [MEETING], rows=("2026-10-08 07:49,li,meeting",)).open == ()
    assert corner.due("2026-10-08 12:00", [MEETING], rows=("2026-10-08 07:58,li,meeting",)).open == ()


def test_an_event_after_the_instant_has_not_happened(corner: Corner) -> None:
    found = corner.due("2026-10-08 07:40:00", [MEETING], rows=("2026-10-08 07:40:01,li,meeting",))
    assert [one.state for one in found.open] == ["open"]


def test_a_weekly_deadline_is_overdue_in_the_week_after(corner: Corner) -> None:
    weekly = "weekly: {check: deadline, clause: 1, event: paper, per: week, due: {weekday: friday}, late_until: 5 days}"
    assert standing(corner.due("2026-10-20 12:00", [weekly])) == [
        ("weekly", "overdue", "10-16 23:59"),
        ("weekly", "open", "10-23 23:59"),
    ]
    assert standing(corner.due("2026-10-22 12:00", [weekly])) == [("weekly", "open", "10-23 23:59")]


def test_of_a_month_that_is_over_nothing_is_open(corner: Corner) -> None:
    late = "monthly: {check: deadline, clause: 1, event: paper, per: month, due: {day: 30}, late_until: 10 days}"
    found = corner.due("2026-10-30 23:59:59", [late]).open[0]
    assert (found.state, str(found.late_until)) == ("overdue", "2026-10-31 23:59:00")
    assert standing(corner.due("2026-11-02 12:00", [late])) == [("monthly", "open", "11-30 23:59")]


# ------------------------------------------------------------------------------------------------ counts


def test_two_of_five(corner: Corner) -> None:
    rows = tuple(
        f"2026-10-08 09:{minute},li,patrol,{target}" for minute, target in ((10, "b1"), (20, "b4"), (30, "b1"))
    )
    line = "{breaches: [patrol.missing, patrol.short], per_missing: 0.5}"
    one = corner.due("2026-10-08 12:00", [PATROL], card(line), rows=rows).open[0]
    assert (one.reason, one.expected, one.actual, one.more) == ("short", "5", "2", 3)
    assert one.missing == ("b2", "b3", "b5")
    assert points(one) == "1.5"
    assert str(one.due) == "2026-10-08 23:59:00"


def test_some_of_several_papers(corner: Corner) -> None:
    both = "both: {check: deadline, clause: 1, events: {all_of: [paper, other]}, per: workday, by: 17:00}"
    one = corner.due("2026-10-08 12:00", [both], rows=("2026-10-08 09:00,li,paper",)).open[0]
    assert (one.reason, one.expected, one.actual, one.more) == ("short", "2", "1", 1)
    assert corner.due("2026-10-08 18:00", [both], rows=("2026-10-08 09:00,li,paper",)).open[0].state == "overdue"


def test_an_upper_limit(corner: Corner) -> None:
    most = "most: {check: quota, clause: 1, event: outside, per: week, at_most: 1}"
    lines = card("{breaches: [most.over], each: 2}")
    once, twice = "2026-10-08 09:00,li,outside", "2026-10-09 09:00,li,outside"
    holds = corner.due("2026-10-09 12:00", [most], lines, rows=(once,)).open[0]
    assert (holds.state, holds.reason, holds.more, points(holds)) == ("open", "over", None, "2")
    broken = corner.due("2026-10-09 12:00", [most], lines, rows=(once, twice)).open[0]
    assert (broken.state, broken.actual, points(broken)) == ("lost", "2", "2")


def test_a_record_that_is_incomplete_cannot_be_mended(corner: Corner) -> None:
    record = "record: {check: record, clause: 1, event: report, per: workday, by: 17:00, fields: [complete]}"
    one = corner.due("2026-10-08 12:00", [record], rows=("2026-10-08 09:00,li,report,,,no",)).open[0]
    assert (one.state, one.reason) == ("lost", "incomplete")


def test_each_window_is_open_by_itself(corner: Corner) -> None:
    windows = "windows: [[08:00, 10:00], [14:00, 15:30]], count: each_window"
    duty = f"chase: {{check: quota, clause: 1, event: outside, per: workday, {windows}}}"
    found = corner.due("2026-10-08 11:00", [duty]).open
    assert [(one.discriminator, f"{one.begin:%H:%M}", f"{one.due:%H:%M}") for one in found] == [("2", "14:00", "15:29")]


# ------------------------------------------------------------------------------------------------ periods


def test_a_quarter_in_its_first_month(corner: Corner) -> None:
    quarter = "visits: {check: quota, clause: 1, event: outside, per: quarter, at_least: 3, prorate: none}"
    lines = card("{breaches: [visits.short, visits.missing], per_missing: 1}", marks=2)
    one = corner.due("2026-10-15 12:00", [quarter], lines, rows=("2026-10-09 09:00,li,outside",)).open[0]
    assert (one.period, str(one.due), one.more, points(one)) == ("2026-Q4", "2026-12-31 23:59:00", 2, "2")


def test_a_week_across_months_is_open_from_its_monday(corner: Corner) -> None:
    weekly = "weekly: {check: quota, clause: 1, event: outside, per: week}"
    assert [one.period for one in corner.due("2026-10-29 12:00", [weekly]).open] == ["2026-W44"]


def test_a_follow_up_across_months(corner: Corner) -> None:
    rows = ("2026-10-29 10:00,li,broken,,W1",)
    lines = card("{breaches: [mend.missing], each: 2}")
    for as_of in ("2026-10-30 12:00", "2026-11-02 12:00"):
        one = corner.due(as_of, [MENDING], lines, rows=rows).open[0]
        assert (one.about, str(one.due), points(one)) == ("W1", "2026-11-03 23:59:00", "2")
    estate = corner.load([MENDING], lines)
    breach = dr.score(estate, corner.log(estate, *rows), "2026-11").people[0].breaches[0]
    assert breach.breach_id == one.breach_id
    assert corner.due("2026-11-03 12:00", [MENDING], rows=(*rows, "2026-11-03 09:00,li,mended,,W1")).open == ()


def test_a_follow_up_of_another_month_that_is_due_much_later(corner: Corner) -> None:
    slow = MENDING.replace("3 workdays", "3 months")
    rows = ("2026-10-29 10:00,li,broken,,W1",)
    assert standing(corner.due("2026-12-15 12:00", [slow], rows=rows)) == [("mend", "open", "01-29 23:59")]


def test_only_what_has_begun_unless_one_looks_ahead(corner: Corner) -> None:
    assert standing(corner.due("2026-10-30 12:00", [OUTSIDE])) == [("outside", "open", "10-30 23:59")]
    ahead = corner.due("2026-10-30 12:00", [OUTSIDE], ahead=33).open
    days = [f"{one.due:%m-%d}" for one in ahead]
    assert (days[:3], days[-1], len(days)) == (["10-30", "11-02", "11-03"], "12-02", 24)


def test_a_joiner_of_tomorrow_has_nothing_open_yet(corner: Corner) -> None:
    corner.tables["people"] = "person,role,area,from\nli,butler,yard,2026-10-09\n"
    monthly = "monthly: {check: quota, clause: 1, event: outside, per: month, prorate: none}"
    assert corner.due("2026-10-08 12:00", [MEETING, monthly]).open == ()
    ahead = corner.due("2026-10-08 12:00", [MEETING, monthly], ahead=1)
    assert [one.duty for one in ahead.open] == ["be_on_time", "monthly"]


def test_who_moved_keeps_what_ends_later(corner: Corner) -> None:
    """The quarter of a post that was left in November is charged on the same person's sheet of December."""
    corner.tables["people"] = "person,role,area,from,to\nli,butler,yard,,2026-11-10\nli,butler,,2026-11-11,\n"
    quota = "check: quota, clause: 1, event: patrol, per: quarter, at_least: 3, prorate: none, population: buildings"
    quarter = f"visits: {{{quota}}}"
    lines = card("{breaches: [visits.missing], each: 1}")
    found = corner.due("2026-10-15 12:00", [quarter], lines).open
    assert [(one.post, points(one)) for one in found] == [("li@yard@butler", "1")]
    estate = corner.load([quarter], lines)
    sheet = dr.score(estate, corner.log(estate), "2026-12").of("li")[0]
    assert [one.post for one in sheet.breaches] == ["li@yard@butler", "li@@butler"]
    assert (sheet.items[0].deducted, sheet.uncharged) == (Decimal(2), ())


# ------------------------------------------------------------------------------------------------ excuses


def test_on_leave_all_day(corner: Corner) -> None:
    corner.tables["leave"] = "person,from,until,approved\nli,2026-10-08,2026-10-09,yes\n"
    assert corner.due("2026-10-08 07:00", [MEETING, OUTSIDE]).open == ()


def test_on_leave_when_it_is_due(corner: Corner) -> None:
    corner.tables["leave"] = "person,from,until,approved\nli,2026-10-08 07:00,2026-10-08 09:00,yes\n"
    one = corner.due("2026-10-08 07:00", [MEETING], card("{breaches: [be_on_time.missing], each: 2}")).open[0]
    assert (one.state, one.excused, points(one)) == ("open", "leave", "0")


def test_waived_beforehand(corner: Corner) -> None:
    one = corner.due("2026-10-08 07:00", [MEETING]).open[0]
    corner.tables["waivers"] = f"breach_id,approver\n{one.breach_id},boss\n"
    assert corner.due("2026-10-08 07:00", [MEETING]).open[0].excused == "waived"
    assert corner.due("2026-10-08 08:00", [MEETING]).open == ()


# ------------------------------------------------------------------------------------------------ costs


def test_what_is_overdue_costs_less_if_it_is_done_now(corner: Corner) -> None:
    lines = card("{breaches: [be_on_time.missing], each: 2}", "{breaches: [be_on_time.late], each: 0.5}")
    one = corner.due("2026-10-08 08:00", [MEETING], lines).open[0]
    assert one.cost_late is not None
    assert (points(one), one.cost_late.points) == ("2", Decimal("0.5"))


def test_what_is_charged_once_costs_nothing_more(corner: Corner) -> None:
    line = "{breaches: [be_on_time.missing], once: 3}"
    assert points(corner.due("2026-10-08 07:00", [MEETING], card(line)).open[0]) == "3"
    assert points(corner.due("2026-10-09 07:00", [MEETING], card(line)).open[0]) == "0"


@pytest.mark.parametrize(("day", "cost"), [("08", "0"), ("09", "1"), ("10", "0"), ("12", "1")])
def test_every_second_one(corner: Corner, day: str, cost: str) -> None:
    line = "{breaches: [be_on_time.missing], every: 2, points: 1}"
    assert points(corner.due(f"2026-10-{day} 07:00", [MEETING], card(line)).open[0]) == cost


@pytest.mark.parametrize(("day", "cost"), [("08", "2"), ("09", "1"), ("10", "0")])
def test_an_item_has_no_more_to_lose_than_its_marks(corner: Corner, day: str, cost: str) -> None:
    lines = card("{breaches: [be_on_time.missing], each: 2}", marks=3)
    assert points(corner.due(f"2026-10-{day} 07:00", [MEETING], lines).open[0]) == cost


@pytest.mark.parametrize(("day", "cost"), [("08", "0.5"), ("29", "0.5"), ("30", "3.5")])
def test_none_done_counts_where_nothing_else_is_left(corner: Corner, day: str, cost: str) -> None:
    """On the 30th, the last of 18 workdays: 12 for nothing done at all, instead of 17 × 0.5."""
    lines = ("{breaches: [outside.missing], if: none_done, once: 12}", "{breaches: [outside.missing], each: 0.5}")
    assert points(corner.due(f"2026-10-{day} 12:00", [OUTSIDE], card(*lines, marks=20)).open[0]) == cost


def test_of_overlapping_lines_the_dearer_counts(corner: Corner) -> None:
    lines = card("{breaches: [be_on_time.missing], each: 1}", "{breaches: [be_on_time.missing], once: 1.5}")
    assert points(corner.due("2026-10-08 07:00", [MEETING], lines).open[0]) == "1.5"
    assert points(corner.due("2026-10-09 07:00", [MEETING], lines).open[0]) == "0.5"


def test_lines_overlap_by_another_duty_too(corner: Corner) -> None:
    lines = card("{breaches: [be_on_time.missing, outside.missing], each: 1}", "{breaches: [outside.missing], once: 3}")
    assert [points(one) for one in corner.due("2026-10-08 07:00", [MEETING, OUTSIDE], lines).open] == ["1", "3"]
    assert [points(one) for one in corner.due("2026-10-09 07:00", [MEETING, OUTSIDE], lines).open] == ["1", "0"]


def test_fines_and_what_nobody_charges(corner: Corner) -> None:
    fines = "fines: {late: {clause: 3, role: butler, breaches: [be_on_time.missing], each: 10, currency: CNY}}"
    first, second = corner.due("2026-10-08 07:00", [MEETING, OUTSIDE], fines).open
    assert first.cost is not None
    assert (first.cost.points, {**first.cost.fines}) == (Decimal(0), {"CNY": Decimal(10)})
    assert second.cost is None


def test_advice_costs_nothing(corner: Corner) -> None:
    lines = card("{breaches: [be_on_time.missing], each: 1}")
    one = corner.due("2026-10-08 07:00", [MEETING.replace("}", ", strength: should}")], lines).open[0]
    assert (one.strength, one.cost) == ("should", None)


# ------------------------------------------------------------------------------------------------ not assessed


def test_what_no_source_covers_is_not_lost(corner: Corner) -> None:
    corner.tables["coverage"] = "source,kinds,status\nall,meeting,complete\n"
    found = corner.due("2026-10-08 07:00", [MEETING, OUTSIDE])
    assert [one.duty for one in found.open] == ["be_on_time"]
    unknown = found.not_assessed[0]
    assert (unknown.duty, unknown.why, unknown.kinds) == ("outside", "log_incomplete", ("outside",))
    assert str(unknown.due) == "2026-10-08 23:59:00"


def test_without_coverage_the_rows_of_the_month_say_what_is_covered(corner: Corner) -> None:
    del corner.tables["coverage"]
    quarter = "visits: {check: quota, clause: 1, event: outside, per: quarter, at_least: 3}"
    found = corner.due("2026-10-09 07:00", [MEETING, quarter], rows=("2026-10-08 09:00,li,outside",))
    assert [one.duty for one in found.open] == ["visits"]
    assert [one.duty for one in found.not_assessed] == ["be_on_time"]


def test_an_empty_log_leaves_everything_open(corner: Corner) -> None:
    found = corner.due("2026-10-08 07:00", [MEETING, OUTSIDE, MENDING])
    assert [one.duty for one in found.open] == ["be_on_time", "outside"]
    assert found.not_assessed == ()


def test_an_unbound_limit_says_what_to_bind(corner: Corner) -> None:
    unbound = MENDING.replace("3 workdays", "$grace")
    one = corner.due("2026-10-15 12:00", [unbound], rows=("2026-10-08 10:00,li,broken,,W1",)).not_assessed[0]
    assert (one.why, one.about, one.due) == ("unbound:$grace", "W1", None)


# ------------------------------------------------------------------------------------------------ whom, and what not


def test_an_unknown_person(corner: Corner) -> None:
    estate = corner.load([MEETING])
    with pytest.raises(InputError) as wrong:
        dr.due(estate, corner.log(estate), datetime(2026, 10, 8, 7)).of("lii")
    assert [(one.code, one.found, one.expected, one.hint) for one in wrong.value.diagnostics] == [
        ("score.unknown-person", "lii", "li", "did you mean 'li'?")
    ]


def test_plans_are_refused(corner: Corner) -> None:
    estate = corner.load([MEETING])
    (corner.folder / "plan.csv").write_text("at,person,kind,state\n2026-10-08 07:50,li,meeting,planned\n", "utf-8")
    log = dr.read_log([corner.folder / "plan.csv"], estate)
    with pytest.raises(InputError, match=r"score\.planned-rows"):
        dr.due(estate, log, datetime(2026, 10, 8, 7))


@pytest.fixture(scope="module")
def haitang() -> tuple[dr.Estate, dr.Log]:
    home = examples_dir() / "haitang"
    estate = dr.load_estate(home)
    return estate, dr.read_log(sorted((home / "logs").glob("*.csv")), estate, period="2026-10")


@pytest.mark.parametrize("as_of", ["2026-10-09 08:00", "2026-10-31 23:59"])
def test_everything_that_a_score_has_pending_is_open(haitang: tuple[dr.Estate, dr.Log], as_of: str) -> None:
    (estate, log), at = haitang, datetime.fromisoformat(as_of)
    sheets = dr.score(estate, log, "2026-10", at).people
    found = dr.due(estate, log, at, ahead=31)
    assert {
        (one.duty, one.post, one.period, one.discriminator)
        for agenda in found.people
        for one in found.months[0].open((agenda.person, agenda.role))
        if one.state != "overdue"
    } == {
        (one.duty, one.post, one.period, one.discriminator)
        for sheet in sheets
        for one in sheet.pending
        if one.day <= "2026-10-31"
    }
