# ruff: noqa: E501  # books have long lines
"""What sheets come to, as every output says it: weights, vetoes, what is borne for others, caps, grades."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.report import Speech, explain, render
from dutyrules.report.numbers import share

BOOK = """\
book: guards
source: {id: G}
roles: {guard: {}, chief: {}}
events: {gate.opened: {}, praise: {}}
duties:
  open: {clause: 1, role: guard, check: attendance, event: gate.opened, by: 07:00}
scorecards:
  guards:
    role: guard
    per: month
    clause: 9
    bonus_cap: $most
    grades: [{from: 90, grade: A, coefficient: 1.2, title: {en: Excellent}}, {from: 0, grade: B}]
    items:
      1: {marks: 100, weight: 1/3, lines: {1: {title: {en: gate late}, breaches: [open.late], each: 10, liable: {relation: manager, share: 1/4}}}}
      2: {marks: 100, weight: 2/3, lines: {1: {breaches: [open.missing], veto: {cap: 60}}, 2: {title: {en: asleep}, veto: zero_item}, 3: {each: 1}}}
    bonus: {praise: {clause: 9.B, event: praise, each: 3}}
  chiefs: {role: chief, per: month, clause: 8, items: {1: {marks: 50, inspect: required, lines: {1: {each: 1}}}}}
parameters: {most: {type: decimal, clause: 9}}
"""
DAYS = ("2026-10-26", "2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30")
LATE = "\n".join(f"{day} 07:30,wu,gate.opened" for day in DAYS)


class Guards:
    """A guard's week, and a chief."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def scored(self, log: str, bind: str = "{most: 5}") -> dr.Result:
        """The result of a log."""
        (self.folder / "book.yaml").write_text(BOOK, "utf-8")
        estate = f"estate: guards\nareas: {{yard: {{}}}}\nbooks: [book.yaml]\nbind: {bind}\n"
        (self.folder / "estate.yaml").write_text(estate, "utf-8")
        people = f"wu,guard,yard,{DAYS[0]},{DAYS[-1]},zhou\nzhou,chief,yard,{DAYS[0]},{DAYS[-1]},\n"
        (self.folder / "people.csv").write_text(f"person,role,area,from,to,manager\n{people}", "utf-8")
        (self.folder / "coverage.csv").write_text("source,kinds,from,to,status\nall,,,,complete\n", "utf-8")
        (self.folder / "log.csv").write_text(f"at,person,kind\n{log}\n", "utf-8")
        loaded = dr.load_estate(self.folder)
        return dr.score(loaded, dr.read_log([self.folder / "log.csv"], loaded), "2026-10")


@pytest.fixture
def guards(tmp_path: Path) -> Guards:
    return Guards(tmp_path)


def person(result: dr.Result, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(render(result, "json", "en"))["people"]
    return next(one for one in found if one["person"] == name)


def test_json_has_what_the_sum_is_made_of(guards: Guards) -> None:
    result = guards.scored(LATE)
    sheet = person(result, "wu")
    assert (sheet["score"], sheet["percent"], sheet["grade"], sheet["coefficient"]) == ("83.3333", "83.33", "B", None)
    first, second = sheet["items"]
    assert (first["weight"], first["deducted"], first["score"]) == ("1/3", "50", "50")
    assert [line["veto"] for line in second["lines"]] == [None, None, None]
    # a quarter of 50 × 1/3, of a sheet that nobody inspected yet
    assert person(result, "zhou")["borne"] == [
        {
            "person": "wu",
            "role": "guard",
            "scorecard": "guards",
            "item": "1",
            "line": "1",
            "share": "1/4",
            "points": "4.1667",
        }
    ]
    assert person(result, "zhou")["score_max"] == "45.8333"


def test_vetoes_are_told(guards: Guards) -> None:
    result = guards.scored(f"{DAYS[0]} 12:00,wu,finding.G-9.2.2")
    sheet = person(result, "wu")
    _, second = sheet["items"]
    assert [line["veto"] for line in second["lines"]] == [
        {"effect": "cap", "cap": "60"},
        {"effect": "zero_item", "cap": None},
        None,
    ]
    text = render(result, "text", "en", "wu").decode()
    assert "veto: 2/1: the sheet is at most 60\n" in text
    assert "veto: asleep: item 2 is 0\n" in text
    assert "2 (weight 2/3)" in text
    told = explain(result, "wu", "2", Speech("en"))
    assert "1 in the period, no points" in told
    assert "100 − 0, and a veto: 0" in told
    assert "counts with weight 2/3" in told


def test_text_and_csv_say_grade_bonus_and_what_is_borne(guards: Guards) -> None:
    praised = "\n".join(f"{day} 06:59,wu,gate.opened\n{day} 12:00,wu,praise" for day in DAYS)
    result = guards.scored(praised)
    text = render(result, "text", "en", "wu").decode()
    assert "score 105 of 100, 105.00 %; grade A (Excellent), coefficient 1.2\n" in text
    assert "bonuses of 15, of which 5 count\n" in text
    table = render(result, "csv", "en", "wu").decode("utf-8-sig")
    assert ',105,100,105.00,assessed,"grade A (Excellent), coefficient 1.2"\r\n' in table
    assert "borne for wu: gate late, 25%: −4.1667" in render(guards.scored(LATE), "csv", "en", "zhou").decode()


def test_a_cap_that_nobody_bound_leaves_the_sheet_open(guards: Guards) -> None:
    log = f"{DAYS[0]} 12:00,wu,praise\n{LATE}"
    assert person(guards.scored(log, "{}"), "wu")["complete"] is False
    assert person(guards.scored(log, "{most: none}"), "wu")["score"] == "86.3333"


@pytest.mark.parametrize(
    ("part", "said"), [("1/8", "12.5%"), ("1/3", "1/3"), ("1", "100%"), ("7/1600", "0.4375%"), ("1/7", "1/7")]
)
def test_shares_are_percents_where_that_is_exact(part: str, said: str) -> None:
    assert share(Fraction(part)) == said
