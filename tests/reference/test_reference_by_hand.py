"""Cases small enough to judge on paper; the expected values were worked out by hand from docs/semantics.md.

October 2026: the 1st to the 7th are holidays, Saturday the 10th is a make-up workday; workdays are
8, 9, 10, 12-16, 19-23, 26-30 (18 of them).
"""

import csv
import hashlib
from pathlib import Path
from typing import Any

import pytest

from tests.reference import reference_score

HEAD = "book: tiny\nsource: {id: T}\npublished_on: 2020-01-01\nroles: {butler: {}}\n"
Row = dict[str, str]


class Tiny:
    """One estate with a person `li`, a butler of area A, whose book and log a test writes down."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.head = HEAD
        self.estate = "estate: tiny\nareas: {A: {}, A1: {within: A}, B: {}}\nworking_hours: [08:30, 17:30]\n"
        self.tables: dict[str, list[Row]] = {"people": [{"person": "li", "role": "butler", "area": "A"}]}
        self.tables["coverage"] = [{"source": "all", "status": "complete"}]
        self.logs: list[list[Row]] = []

    def score(self, book: str, *events: str, period: str = "2026-10", as_of: str | None = None) -> dict[str, Any]:
        """Events are written `2026-10-08 07:55:59 li meeting target=b1`."""
        (self.folder / "tiny.yaml").write_text(self.head + book, encoding="utf-8")
        (self.folder / "estate.yaml").write_text(f"{self.estate}books: [tiny.yaml]\n", encoding="utf-8")
        for table, rows in self.tables.items():
            write_csv(self.folder / f"{table}.csv", rows)
        paths = []
        for number, rows in enumerate([[event_row(text) for text in events], *self.logs]):
            path = self.folder / f"log{number}.csv"
            write_csv(path, rows or [event_row("2000-01-01 00:00:00 li none")])
            paths.append(path)
        return reference_score(self.folder, paths, period, as_of)


def event_row(text: str) -> Row:
    day, time, person, kind, *rest = text.split(" ")
    row = {"at": f"{day} {time}", "person": person, "kind": kind}
    return row | {word.split("=")[0]: word.split("=")[1].replace("_", " ") for word in rest}


def write_csv(path: Path, rows: list[Row]) -> None:
    columns = list(dict.fromkeys(key for row in rows for key in row))
    with path.open("w", encoding="utf-8", newline="") as lines:
        writer = csv.DictWriter(lines, columns)
        writer.writeheader()
        writer.writerows(rows)


@pytest.fixture
def tiny(tmp_path: Path) -> Tiny:
    return Tiny(tmp_path)


def verdicts(result: dict[str, Any], duty: str, period: str | None = None) -> list[tuple[Any, ...]]:
    return [
        (v["state"], v["reason"], v["expected"], v["actual"])
        for v in result["verdicts"]
        if v["duty"] == duty and period in (None, v["period"])
    ]


def states(result: dict[str, Any], duty: str) -> dict[str, str]:
    return {v["period"]: v["state"] for v in result["verdicts"] if v["duty"] == duty}


def item(result: dict[str, Any], key: str) -> dict[str, Any]:
    return next(found for found in result["people"][0]["items"] if found["item"] == key)


def points(result: dict[str, Any], key: str) -> list[str]:
    return [line["points"] for line in item(result, key)["lines"]]


# ------------------------------------------------------------------------------------------------- attendance

MEETING = "events: {meeting: {}}\nduties: {attend: {check: attendance, event: meeting, by: 07:55}}\n"


def test_by_is_inclusive_to_the_minute(tiny: Tiny) -> None:
    result = tiny.score(MEETING, "2026-10-08 07:55:59 li meeting", "2026-10-09 07:56:00 li meeting")
    assert verdicts(result, "attend", "2026-10-08") == [("met", None, "2026-10-08 07:55:00", "2026-10-08 07:55:59")]
    assert verdicts(result, "attend", "2026-10-09") == [
        ("breached", "late", "2026-10-09 07:55:00", "2026-10-09 07:56:00")
    ]
    assert verdicts(result, "attend", "2026-10-12") == [("breached", "missing", "2026-10-12 07:55:00", None)]


def test_by_is_inclusive_to_the_second_where_the_estate_says_so(tiny: Tiny) -> None:
    tiny.estate += "granularity: second\n"
    result = tiny.score(MEETING, "2026-10-08 07:55:00 li meeting", "2026-10-09 07:55:01 li meeting")
    assert verdicts(result, "attend", "2026-10-08")[0][:2] == ("met", None)
    assert verdicts(result, "attend", "2026-10-09")[0] == (
        "breached", "late", "2026-10-09 07:55:00", "2026-10-09 07:55:01",
    )  # fmt: skip


def test_before_is_strict(tiny: Tiny) -> None:
    book = "events: {read: {}}\nduties: {read: {check: deadline, event: read, per: workday, before: 09:00}}\n"
    result = tiny.score(book, "2026-10-08 08:59:59 li read", "2026-10-09 09:00:00 li read")
    assert verdicts(result, "read", "2026-10-08")[0][0] == "met"
    assert verdicts(result, "read", "2026-10-09")[0] == (
        "breached", "late", "2026-10-09 08:59:00", "2026-10-09 09:00:00",
    )  # fmt: skip


def test_early_and_late_until(tiny: Tiny) -> None:
    book = (
        "events: {check: {}}\n"
        "duties: {look: {check: attendance, event: check, from: 08:30, by: 08:40, late_until: 12:00}}\n"
    )
    result = tiny.score(
        book,
        "2026-10-08 08:29:59 li check",  # early
        "2026-10-09 08:29:59 li check",  # early, but also late: the late one is judged
        "2026-10-09 12:00:59 li check",
        "2026-10-10 12:01:00 li check",  # after late_until: missing
    )
    found = {day: verdicts(result, "look", f"2026-10-{day}")[0][1] for day in ("08", "09", "10")}
    assert found == {"08": "early", "09": "late", "10": "missing"}


def test_workdays_are_statutory_with_make_up_days(tiny: Tiny) -> None:
    days = states(tiny.score(MEETING), "attend")
    assert len(days) == 18
    assert "2026-10-10" in days  # a make-up Saturday
    assert "2026-10-07" not in days


def test_a_rostered_month_follows_the_roster(tiny: Tiny) -> None:
    tiny.tables["roster"] = [
        {"person": "li", "date": "2026-10-04", "start": "22:00", "end": "06:00"},
        {"person": "li", "date": "2026-10-08", "start": "", "end": ""},
    ]
    book = "events: {desk: {}}\nduties: {tidy: {check: attendance, event: desk, by: shift.end}}\n"
    # The shift of the 4th ends on the 5th at 06:00: on time until 06:00:59, and 06:01:00 is another day's event.
    result = tiny.score(book, "2026-10-05 06:00:59 li desk")
    assert verdicts(result, "tidy") == [("met", None, "2026-10-05 06:00:00", "2026-10-05 06:00:59")]
    result = tiny.score(book, "2026-10-05 06:01:00 li desk")
    assert verdicts(result, "tidy") == [("breached", "missing", "2026-10-05 06:00:00", None)]


# ------------------------------------------------------------------------------------------------- leave


def test_part_day_leave_excuses_the_instant_inside_it(tiny: Tiny) -> None:
    tiny.tables["leave"] = [
        {"person": "li", "from": "2026-10-08 07:00", "until": "2026-10-08 07:55", "approved": "yes"},
        {"person": "li", "from": "2026-10-09 07:55", "until": "2026-10-09 09:00", "approved": "yes"},
        {"person": "li", "from": "2026-10-10 07:00", "until": "2026-10-10 09:00", "approved": "no"},
        {"person": "li", "from": "2026-10-12", "until": "2026-10-13", "approved": "yes"},
    ]
    result = tiny.score(MEETING)
    assert verdicts(result, "attend", "2026-10-08")[0][:2] == ("breached", "missing")  # half-open: 07:55 is outside
    assert verdicts(result, "attend", "2026-10-09")[0][:2] == ("excused", "leave")
    assert verdicts(result, "attend", "2026-10-10")[0][:2] == ("breached", "missing")  # not approved
    assert verdicts(result, "attend", "2026-10-12") == []  # the whole shift: no workday


def test_leave_over_half_of_a_window_excuses_the_quota_of_that_window(tiny: Tiny) -> None:
    tiny.tables["leave"] = [
        {"person": "li", "from": "2026-10-08 13:00", "until": "2026-10-08 15:00", "approved": "yes"},
        {"person": "li", "from": "2026-10-09 13:00", "until": "2026-10-09 14:59", "approved": "yes"},
    ]
    book = (
        "events: {check: {}}\nduties: {look: {check: quota, event: check, per: workday, count: each_window,"
        " windows: [[08:30, 12:00], [13:00, 17:00]]}}\n"
    )
    result = tiny.score(book, "2026-10-08 12:00:00 li check")  # 12:00 is in neither half-open window
    assert verdicts(result, "look", "2026-10-08") == [
        ("breached", "missing", "1", "0"),
        ("excused", "leave", "1", "0"),
    ]
    assert [v[0] for v in verdicts(result, "look", "2026-10-09")] == ["breached", "breached"]


def test_excused_by_an_event_before_its_time(tiny: Tiny) -> None:
    book = (
        "events: {meeting: {}, asked: {}}\nduties: {attend: {check: attendance, event: meeting, by: 08:10,"
        " excused_by: {event: asked, before: 08:10}}}\n"
    )
    result = tiny.score(book, "2026-10-08 08:09:59 li asked", "2026-10-09 08:10:00 li asked")
    assert verdicts(result, "attend", "2026-10-08")[0][:2] == ("excused", "excused_by")
    assert verdicts(result, "attend", "2026-10-09")[0][:2] == ("breached", "missing")


def test_a_substitute_owes_from_the_day_of_acceptance(tiny: Tiny) -> None:
    tiny.tables["people"].append({"person": "zhao", "role": "keeper", "area": "B"})
    tiny.tables["leave"] = [
        {
            "person": "li", "from": "2026-10-12", "until": "2026-10-15", "approved": "yes",
            "substitute": "zhao", "accepted_at": "2026-10-13 10:00",
        }
    ]  # fmt: skip
    tiny.head = HEAD.replace("{butler: {}}", "{butler: {}, keeper: {}}\nduty_defaults: {role: butler}")
    found = tiny.score(MEETING)["verdicts"]
    assert [v["period"] for v in found if v["person"] == "zhao"] == ["2026-10-13", "2026-10-14"]
    assert {v["role"] for v in found if v["person"] == "zhao"} == {"keeper"}  # no sheet as a butler: the first sheet
    assert not {"2026-10-12", "2026-10-13"} & {v["period"] for v in found if v["person"] == "li"}
    # 07:55 on the 13th was over when Zhao accepted; the 14th was not
    assert [v["state"] for v in found if v["person"] == "zhao"] == ["excused", "breached"]


# ------------------------------------------------------------------------------------------------- quota

PATROL = (
    "events: {patrol: {target: building}}\npopulations: {buildings: {table: buildings}}\n"
    "duties: {patrol: {check: quota, event: patrol, distinct: target, per: workday, at_least: 5, cap: buildings}}\n"
)


def buildings(*names: str, area: str = "A") -> list[Row]:
    return [{"building": name, "area": area} for name in names]


def test_four_of_five_buildings(tiny: Tiny) -> None:
    tiny.tables["buildings"] = buildings("b1", "b2", "b3") + buildings("b4", "b5", area="A1") + buildings("x", area="B")
    seen = [f"2026-10-08 09:0{n}:00 li patrol target={b}" for n, b in enumerate(["b1", "b1", "b2", "b3", "b4", "x"])]
    assert verdicts(tiny.score(PATROL, *seen), "patrol", "2026-10-08") == [("breached", "short", "5", "4")]


def test_five_owed_capped_at_four_buildings(tiny: Tiny) -> None:
    tiny.tables["buildings"] = buildings("b1", "b2", "b3", "b4")
    seen = [f"2026-10-08 09:00:00 li patrol target=b{n}" for n in (1, 2, 3, 4)]
    result = tiny.score(PATROL, *seen)
    assert verdicts(result, "patrol", "2026-10-08") == [("met", None, "4", "4")]
    assert verdicts(result, "patrol", "2026-10-09") == [("breached", "missing", "4", "0")]


UNITS = (
    "events: {visit: {target: unit}}\npopulations: {vacant: {table: units, where: {state: vacant}}}\n"
    "duties: {visit: {check: quota, event: visit, distinct: target, per: month, prorate: none,"
    " at_least: {share: 1/3, of: vacant}, population: vacant}}\n"
)


def test_a_third_is_rounded_up(tiny: Tiny) -> None:
    tiny.tables["buildings"] = buildings("b1")
    tiny.tables["units"] = [{"unit": f"u{n}", "building": "b1", "state": "vacant"} for n in range(4)]
    result = tiny.score(UNITS, "2026-10-08 09:00:00 li visit target=u0")
    assert verdicts(result, "visit") == [("breached", "short", "2", "1")]  # ceil(4 / 3)


def test_members_that_leave_drop_out_unless_visited_and_newcomers_may_be_credited(tiny: Tiny) -> None:
    tiny.tables["buildings"] = buildings("b1")
    tiny.tables["units"] = [
        {"unit": "u1", "building": "b1", "state": "vacant", "to": "2026-10-15"},
        {"unit": "u2", "building": "b1", "state": "vacant", "to": "2026-10-15"},
        {"unit": "u3", "building": "b1", "state": "vacant"},
        {"unit": "u4", "building": "b1", "state": "vacant", "from": "2026-10-20"},
    ]
    everyone = UNITS.replace("1/3", "1/1")
    # Owed: u1 (visited), u3; not u2 (gone, not visited), not u4 (came later). min(3, 2) = 2.
    visited = ["2026-10-20 09:00:00 li visit target=u1", "2026-10-19 09:00:00 li visit target=u4"]
    assert verdicts(tiny.score(everyone, *visited), "visit") == [("breached", "short", "2", "1")]
    visited[1] = "2026-10-20 09:00:00 li visit target=u4"  # live on that day: credited
    assert verdicts(tiny.score(everyone, *visited), "visit") == [("met", None, "2", "2")]


def test_joiners_owe_a_share_rounded_half_up(tiny: Tiny) -> None:
    book = "events: {train: {}}\nduties: {train: {check: quota, event: train, per: month, at_least: 2}}\n"
    tiny.tables["people"][0]["from"] = "2026-10-27"  # 27-30: 4 of 18 workdays; 2 x 4 / 18 = 0.44
    assert verdicts(tiny.score(book), "train") == [("no_occasion", None, None, None)]
    tiny.tables["people"][0]["from"] = "2026-10-26"  # 5 of 18: 0.56
    assert verdicts(tiny.score(book), "train") == [("breached", "missing", "1", "0")]
    tiny.tables["people"][0]["fte"] = "0.9"  # 2 x 5 x 0.9 / 18 = 0.5: half up
    assert verdicts(tiny.score(book), "train") == [("breached", "missing", "1", "0")]


def test_a_week_belongs_to_the_month_of_its_last_day(tiny: Tiny) -> None:
    book = "events: {hold: {}}\nduties: {hold: {check: quota, event: hold, per: week, prorate: none}}\n"
    tiny.tables["people"][0]["from"] = "2026-09-01"
    result = tiny.score(book, "2026-09-28 09:00:00 li hold", "2026-10-30 09:00:00 li hold")
    # W40 (28 Sep - 4 Oct) is October's; W44 (26 Oct - 1 Nov) is November's.
    assert states(result, "hold") == {
        "2026-W40": "met", "2026-W41": "breached", "2026-W42": "breached", "2026-W43": "breached",
    }  # fmt: skip


def test_attempts_do_not_count(tiny: Tiny) -> None:
    book = "events: {visit: {}}\nduties: {visit: {check: quota, event: visit, per: workday}}\n"
    result = tiny.score(book, "2026-10-08 09:00:00 li visit outcome=refused", "2026-10-09 09:00:00 li visit")
    assert verdicts(result, "visit", "2026-10-08")[0][0] == "breached"
    assert verdicts(result, "visit", "2026-10-09")[0][0] == "met"


def test_a_target_counts_once_whichever_kind_reached_it(tiny: Tiny) -> None:
    tiny.tables["buildings"] = buildings("b1")
    tiny.tables["units"] = [{"unit": f"u{n}", "building": "b1", "state": "vacant"} for n in range(3)]
    book = UNITS.replace("visit: {target: unit}", "visit: {target: unit}, call: {target: unit}")
    book = book.replace("event: visit,", "event: [visit, call],").replace("1/3", "1/1")
    reached = [f"2026-10-08 09:00:00 li {what}" for what in ("visit target=u0", "call target=u0", "call target=u1")]
    assert verdicts(tiny.score(book, *reached), "visit") == [("breached", "short", "3", "2")]
    reached.append("2026-10-09 09:00:00 li visit target=u2")
    assert verdicts(tiny.score(book, *reached), "visit") == [("met", None, "3", "3")]


# ------------------------------------------------------------------------------------------------- deadline

HAND_IN = "events: {record: {}}\nduties: {hand_in: {check: deadline, event: record, per: month, due: {day: %s}%s}}\n"


def test_a_deadline_rolls_over_the_october_holidays(tiny: Tiny) -> None:
    on_time = tiny.score(HAND_IN % (1, ""), "2026-10-08 23:59:59 li record")
    assert verdicts(on_time, "hand_in") == [("met", None, "2026-10-08 23:59:00", "2026-10-08 23:59:59")]
    late = tiny.score(HAND_IN % (1, ""), "2026-10-09 00:00:00 li record")
    assert verdicts(late, "hand_in") == [("breached", "late", "2026-10-08 23:59:00", "2026-10-09 00:00:00")]
    strict = tiny.score(HAND_IN % (1, ", roll: none"), "2026-10-08 09:00:00 li record")
    assert verdicts(strict, "hand_in")[0][:3] == ("breached", "late", "2026-10-01 23:59:00")


def test_a_deadline_without_a_workday_left_is_excused(tiny: Tiny) -> None:
    tiny.tables["leave"] = [{"person": "li", "from": "2026-10-26", "until": "2026-11-02", "approved": "yes"}]
    assert verdicts(tiny.score(HAND_IN % (26, "")), "hand_in") == [("excused", "rest", None, None)]
    # The last workday at or before Saturday the 31st, leave apart, is Friday the 23rd.
    result = tiny.score(HAND_IN % ("last", ", roll: previous"), "2026-10-23 12:00:00 li record")
    assert verdicts(result, "hand_in") == [("met", None, "2026-10-23 23:59:00", "2026-10-23 12:00:00")]


def test_all_of_several_papers(tiny: Tiny) -> None:
    book = (
        "events: {a: {}, b: {}, c: {}}\n"
        "duties: {papers: {check: deadline, events: {all_of: [a, b, c]}, per: workday, by: 17:00}}\n"
    )
    result = tiny.score(
        book,
        "2026-10-08 09:00:00 li a",
        "2026-10-08 10:00:00 li b",
        *(f"2026-10-09 {time} li {kind}" for time, kind in (("09:00:00", "a"), ("17:01:00", "b"), ("12:00:00", "c"))),
    )
    assert verdicts(result, "papers", "2026-10-08") == [("breached", "short", "3", "2")]
    assert verdicts(result, "papers", "2026-10-09")[0][1:] == ("late", "2026-10-09 17:00:00", "2026-10-09 17:01:00")
    assert verdicts(result, "papers", "2026-10-10") == [("breached", "missing", "2026-10-10 17:00:00", None)]


# ------------------------------------------------------------------------------------------------- triggered

REPLY = (
    "events: {asked: {case: true}, done: {case: true}}\n"
    "duties: {reply: {check: response, trigger: asked, follow_up: done, within: %s}}\n"
)


def test_two_workdays_end_with_the_second_one(tiny: Tiny) -> None:
    # Friday the 9th + 2 workdays = Saturday the 10th (make-up), Monday the 12th.
    on_time = tiny.score(
        REPLY % "2 workdays", "2026-10-09 10:00:00 li asked case=c", "2026-10-12 23:59:59 li done case=c"
    )
    assert verdicts(on_time, "reply", "2026-10-12") == [("met", None, "2026-10-12 23:59:00", "2026-10-12 23:59:59")]
    late = tiny.score(REPLY % "2 workdays", "2026-10-09 10:00:00 li asked case=c", "2026-10-13 00:00:00 li done case=c")
    assert verdicts(late, "reply", "2026-10-12")[0][:2] == ("breached", "late")


def test_hours_run_to_the_minute_and_cases_are_kept_apart(tiny: Tiny) -> None:
    result = tiny.score(
        REPLY % "24 hours",
        "2026-10-08 10:00:30 li asked case=c",
        "2026-10-09 10:00:59 li done case=c",  # 24 hours end with the minute 10:00
        "2026-10-08 11:00:00 li asked case=d",
    )
    found = {v["discriminator"]: v["state"] for v in result["verdicts"]}
    assert found == {"2026-10-08 10:00:30/c": "met", "2026-10-08 11:00:00/d": "breached"}


def test_a_response_is_judged_in_the_month_it_falls_due(tiny: Tiny) -> None:
    asked = "2026-09-30 10:00:00 li asked case=c"
    assert states(tiny.score(REPLY % "10 days", asked, period="2026-09"), "reply") == {"2026-10-10": "pending"}
    assert states(tiny.score(REPLY % "10 days", asked, period="2026-10"), "reply") == {"2026-10-10": "breached"}


def test_the_list_of_the_day_before(tiny: Tiny) -> None:
    tiny.tables["people"][0]["from"] = "2026-10-08"
    tiny.tables["buildings"] = buildings("b1", "b2")
    book = (
        "events: {patrol: {target: building}, plan: {target: building}}\n"
        "duties: {listed: {check: precedence, event: patrol, requires: plan,"
        " lag: previous_workday, match_on: target}}\n"
    )
    result = tiny.score(
        book,
        "2026-10-08 09:00:00 li patrol target=b1",  # first day in the post: no list owed
        "2026-10-10 16:00:00 li plan target=b1",
        "2026-10-12 09:00:00 li patrol target=b1",  # Monday after the make-up Saturday
        "2026-10-12 09:30:00 li patrol target=b2",
    )
    found = {(v["period"], v["discriminator"]): v["state"] for v in result["verdicts"]}
    assert found == {
        ("2026-10-08", "b1"): "no_occasion",
        ("2026-10-12", "b1"): "met",
        ("2026-10-12", "b2"): "breached",
    }


def test_exactly_75_passes(tiny: Tiny) -> None:
    book = (
        "events: {mark: {case: true, value: mark}}\n"
        "duties: {average: {check: metric, event: mark, value: mean, of_each: case, at_least: 75}}\n"
    )
    marks = [("t1", "74.9"), ("t1", "75.1"), ("t2", "75"), ("t2", "75"), ("t2", "74.9999")]
    events = [f"2026-10-08 09:00:0{n} li mark case={case} value={value}" for n, (case, value) in enumerate(marks)]
    found = {v["discriminator"]: (v["state"], v["actual"]) for v in tiny.score(book, *events)["verdicts"]}
    assert found == {"t1": ("met", "75"), "t2": ("breached", "75")}  # 74.99997, shown as 75


def test_a_record_of_which_every_one_is_judged(tiny: Tiny) -> None:
    book = (
        "events: {table: {attributes: {blank_cells: integer, lines: integer, signed_by: person}}}\n"
        "duties:\n"
        "  blank: {check: record, of: table, blanks: 0}\n"
        "  filled: {check: record, of: table, filled: {field: lines, at_least: {share: 2/3, of: 20}}}\n"
        "  signed: {check: record, of: table, signed_by: self}\n"
    )
    result = tiny.score(
        book,
        "2026-10-08 09:00:00 li table blank_cells=0 lines=14 signed_by=li",  # ceil(2/3 x 20) = 14
        "2026-10-08 10:00:00 li table lines=13 signed_by=zhao",  # an empty number is incomplete
    )
    assert [v[:2] for v in verdicts(result, "blank")] == [("met", None), ("breached", "incomplete")]
    assert [v[:2] for v in verdicts(result, "filled")] == [("met", None), ("breached", "incomplete")]
    assert [v[:2] for v in verdicts(result, "signed")] == [("met", None), ("breached", "unsigned")]


# ------------------------------------------------------------------------------------------------- window

CALLS = "events: {call: {}}\nduties: {hours: {check: window, event: call, %s}}\n"


def outside(result: dict[str, Any]) -> list[str]:
    """The instants of the breaches."""
    return [
        actual for state, reason, _, actual in verdicts(result, "hours") if (state, reason) == ("breached", "outside")
    ]


def test_windows_are_half_open_to_the_second(tiny: Tiny) -> None:
    times = ("08:59:59", "09:00:00", "11:59:59", "12:00:00", "13:59:59", "14:00:00")
    calls = [f"2026-10-08 {time} li call" for time in times]
    closed = ["2026-10-08 08:59:59", "2026-10-08 12:00:00", "2026-10-08 13:59:59"]
    forbidden = "forbidden: [[00:00, 09:00], [12:00, 14:00]]"
    assert outside(tiny.score(CALLS % forbidden, *calls)) == closed
    assert outside(tiny.score(CALLS % "allowed: [[09:00, 12:00], [14:00, 24:00]]", *calls)) == closed


def test_a_call_on_a_monday_that_nobody_answered(tiny: Tiny) -> None:
    calls = [
        "2026-10-11 23:59:59 li call",
        "2026-10-12 00:00:00 li call outcome=not_home",
        "2026-10-13 00:00:00 li call",
    ]
    found = tiny.score(CALLS % "forbidden_weekdays: [monday, saturday]", *calls)
    assert outside(found) == ["2026-10-12 00:00:00"]
    assert verdicts(tiny.score(CALLS % "forbidden_weekdays: monday"), "hours") == [("no_occasion", None, None, None)]


# ------------------------------------------------------------------------------------------------- verdicts


def test_what_is_due_after_as_of_is_pending(tiny: Tiny) -> None:
    result = tiny.score(
        MEETING, "2026-10-08 07:50:00 li meeting", "2026-10-10 07:50:00 li meeting", as_of="2026-10-09 12:00"
    )
    found = states(result, "attend")
    assert [found[f"2026-10-{day}"] for day in ("08", "09", "10", "12")] == ["met", "breached", "pending", "pending"]
    assert len([state for state in found.values() if state == "pending"]) == 16
    # A limit of 07:55 has passed one second into 07:56, not before.
    assert states(tiny.score(MEETING, as_of="2026-10-08 07:55:58"), "attend")["2026-10-08"] == "pending"
    assert states(tiny.score(MEETING, as_of="2026-10-08 07:55:59"), "attend")["2026-10-08"] == "breached"


def test_a_coverage_gap_is_not_assessed(tiny: Tiny) -> None:
    tiny.tables["coverage"] = [
        {"source": "app", "kinds": "meet*", "from": "2026-10-01", "to": "2026-10-08", "status": "complete"},
        {"source": "app", "kinds": "meeting", "areas": "A", "from": "2026-10-09", "to": "", "status": "complete"},
        {"source": "app", "kinds": "", "from": "2026-10-10", "to": "2026-10-10", "status": "outage"},
        {"source": "app", "kinds": "", "areas": "B", "from": "2026-10-12", "to": "", "status": "partial"},
    ]
    result = tiny.score(MEETING, "2026-10-10 07:00:00 li meeting")
    found = {day: verdicts(result, "attend", f"2026-10-{day}")[0][:2] for day in ("08", "09", "10", "12")}
    missing = ("breached", "missing")
    assert found == {"08": missing, "09": missing, "10": ("not_assessed", "log_incomplete"), "12": missing}


def test_without_coverage_rows_a_kind_with_a_row_is_covered(tiny: Tiny) -> None:
    del tiny.tables["coverage"]
    assert set(states(tiny.score(MEETING, "2026-09-30 07:00:00 li meeting"), "attend").values()) == {"not_assessed"}
    assert set(states(tiny.score(MEETING, "2026-10-30 07:00:00 li meeting"), "attend").values()) == {"breached", "met"}


def test_an_unbound_figure_and_none(tiny: Tiny) -> None:
    book = "parameters: {when: {type: time, suggest: 07:55}}\n" + MEETING.replace("07:55}}", "$when}}")
    assert verdicts(tiny.score(book), "attend", "2026-10-08") == [("not_assessed", "unbound", None, None)]
    tiny.estate += "bind: {when: none}\n"
    assert verdicts(tiny.score(book), "attend") == []


def test_a_waiver_excuses_one_breach(tiny: Tiny) -> None:
    breach = hashlib.sha256(b"tiny|li@A@butler|attend|2026-10-08|").hexdigest()[:16]
    tiny.tables["waivers"] = [{"breach_id": breach, "approver": "boss"}]
    result = tiny.score(MEETING)
    assert verdicts(result, "attend", "2026-10-08")[0][:2] == ("excused", "waived")
    assert verdicts(result, "attend", "2026-10-09")[0][:2] == ("breached", "missing")


# ------------------------------------------------------------------------------------------------- scorecard

CARD = (
    "events: {check: {}}\n"
    "duties: {check: {clause: 3.5.W, check: quota, event: check, per: workday}}\n"
    "scorecards: {month: {role: butler, per: month, clause: 3, items: {5: {marks: 8, lines: {"
    " 1: {breaches: [check.missing], if: none_done, once: 6}, 2: {breaches: [check.missing], each: 3}}},"
    " 6: {marks: 4, lines: {1: {each: 2}}}, 7: {marks: 7, lines: {1: {every: 2, points: 2}}}}}}\n"
)


def test_once_6_if_none_done_and_each_3_share_breaches(tiny: Tiny) -> None:
    tiny.tables["people"][0]["from"] = "2026-10-30"
    assert points(tiny.score(CARD), "5") == ["6", "0"]  # one day missed: 6 + 0 beats 0 + 3
    assert item(tiny.score(CARD), "5")["score"] == "2"
    tiny.tables["people"][0]["from"] = "2026-10-28"
    three = tiny.score(CARD)  # three days missed: 3 x 3 = 9 beats 6
    assert (points(three, "5"), item(three, "5")["deducted"], item(three, "5")["score"]) == (["0", "9"], "9", "0")
    one_done = tiny.score(CARD, "2026-10-29 09:00:00 li check")  # not none done: only each 3
    assert points(one_done, "5") == ["0", "6"]
    tiny.tables["people"][0]["from"] = "2026-10-29"
    assert points(tiny.score(CARD), "5") == ["6", "0"]  # 6 = 2 x 3: the first on a tie


def test_every_second_complaint_costs_two(tiny: Tiny) -> None:
    tiny.tables["people"][0]["from"] = "2026-10-30"
    found = [f"2026-10-30 0{n}:00:00 li finding.T-3.7.1" for n in range(3)]
    result = tiny.score(CARD, *found, "2026-10-30 09:00:00 li check")
    assert item(result, "7")["lines"] == [{"line": "1", "times": "3", "points": "2"}]  # floor(3 / 2) x 2
    assert item(result, "7")["state"] == "assessed"
    person = result["people"][0]
    # Item 6 was never inspected: 0 to 4 marks more; items 5 and 7: 8 + 5.
    assert (person["score"], person["assessed_marks"], person["score_max"]) == ("13", "15", "17")
    assert (person["complete"], person["percent"]) == (False, None)


def test_an_inspection_completes_the_sheet(tiny: Tiny) -> None:
    tiny.tables["people"][0]["from"] = "2026-10-30"
    events = ["2026-10-30 09:00:00 li check", "2026-10-30 10:00:00 li inspection.6"]
    events += ["2026-10-30 10:00:00 li finding.T-3.7.1 value=2"]
    person = tiny.score(CARD, *events)["people"][0]
    assert (person["score"], person["marks"], person["percent"]) == ("17", "19", "89.47")  # 17 / 19
    assert tiny.score(CARD, *events, as_of="2026-10-30 12:00")["people"][0]["complete"] is False


def test_a_finding_and_a_breach_of_one_day_are_one(tiny: Tiny) -> None:
    tiny.tables["people"][0]["from"] = "2026-10-29"
    book = CARD.replace(" 1: {breaches: [check.missing], if: none_done, once: 6},", "")
    events = ["2026-10-29 10:00:00 li finding.T-3.5.2 value=2", "2026-10-30 10:00:00 li check"]
    events += ["2026-10-30 11:00:00 li finding.T-3.5.2"]
    # The 29th: one breach, a finding of 2: 2. The 30th: one finding. 3 x 3 = 9.
    assert item(tiny.score(book, *events), "5")["lines"] == [{"line": "2", "times": "3", "points": "9"}]


def test_settlements_and_fines(tiny: Tiny) -> None:
    tiny.tables["people"][0]["from"] = "2026-10-30"
    tiny.tables["settlements"] = [
        {"period": "2026-10", "person": "li", "item": "6", "decision": "assume_met", "decided_by": "hr"},
        {"period": "2026-10", "person": "li", "item": "7", "decision": "exclude", "decided_by": "hr"},
    ]
    book = CARD + "fines: {late: {clause: K1, breaches: [check.missing], each: 10, currency: CNY}}\n"
    person = tiny.score(book)["people"][0]
    assert (person["marks"], person["score"], person["percent"]) == ("12", "6", "50.00")
    assert person["fines"] == {"CNY": "10"}


def test_per_missing_counts_what_is_missing(tiny: Tiny) -> None:
    book = (
        "events: {train: {}}\n"
        "duties: {train: {check: quota, event: train, per: month, at_least: 3, prorate: none}}\n"
        "scorecards: {month: {role: butler, per: month, clause: 1, items: {1: {marks: 7, lines: {"
        " 1: {breaches: [train.missing, train.short], per_missing: 2}}}}}}\n"
    )
    assert points(tiny.score(book), "1") == ["6"]
    assert points(tiny.score(book, "2026-10-09 09:00:00 li train"), "1") == ["4"]


# ------------------------------------------------------------------------------------------------- identity


def test_copies_collapse_across_files_and_the_last_revision_counts(tiny: Tiny) -> None:
    book = "events: {call: {}}\nduties: {call: {check: quota, event: call, per: workday, at_least: 5}}\n"
    twice = [event_row("2026-10-08 09:00:00 li call")] * 2
    once = [event_row("2026-10-08 09:00:00 li call recorded_at=2026-10-09_09:00:00")]
    moved = [
        event_row("2026-10-08 10:00:00 li call event_id=e1"),
        event_row("2026-10-09 10:00:00 li call event_id=e1 revision=1"),
        event_row("2026-10-08 11:00:00 li call event_id=e2"),
        event_row("2026-10-08 11:00:00 li call event_id=e2 revision=2 voided=yes"),
        event_row("2026-10-08 12:00:00 li call event_id=e3 recorded_at=2026-11-05_00:00:00"),  # after 4 Nov: too late
        event_row("2026-10-08 12:00:00 li call event_id=e4 recorded_at=2026-11-04_23:59:59"),
    ]
    tiny.logs = [twice, once, moved]
    result = tiny.score(book)
    assert verdicts(result, "call", "2026-10-08") == [("breached", "short", "5", "3")]  # 2 copies and e4
    assert verdicts(result, "call", "2026-10-09") == [("breached", "short", "5", "1")]  # e1 moved here
