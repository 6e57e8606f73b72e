"""Closed months read back and taken together, and what is told where one is missing; tests/closing closes them."""

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.report import render
from dutyrules.scoring import read_closed, seal_of

BOOK = """\
book: guards
source: {id: G}
roles: {guard: {}}
events: {gate.opened: {}}
duties:
  open: {clause: 1, check: attendance, event: gate.opened, by: 07:00}
scorecards:
  guards:
    role: guard
    per: month
    clause: 9
    accumulate: {over: quarter, of: mean}
    items: {1: {marks: 100, lines: {1: {breaches: [open.late], each: 10}, 2: {each: 1}}}}
outcomes:
  warned: {clause: 4, role: guard, breaches: [open.late], over: rolling_12_months, ladder: {1: reminder, 4: warning}}
"""
PEOPLE = "person,role,area,from,to\nwu,guard,yard,2026-12-30,2026-12-31\nqi,guard,yard,2026-12-31,\n"
LOG = """\
at,person,kind
2026-12-30 07:01,wu,gate.opened
2026-12-31 07:00,wu,gate.opened
2026-12-31 07:00,qi,gate.opened
"""
OCTOBER = {"person": "wu", "role": "guard", "scorecard": "guards", "score": "80", "complete": True}


class Yard:
    """Guards in December, and what is closed of the months before."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        (folder / "book.yaml").write_text(BOOK, "utf-8")
        (folder / "estate.yaml").write_text("estate: yard\nareas: {yard: {}}\nbooks: [book.yaml]\n", "utf-8")
        (folder / "people.csv").write_text(PEOPLE, "utf-8")
        (folder / "coverage.csv").write_text("source,kinds,from,to,status\nall,,,,complete\n", "utf-8")
        (folder / "log.csv").write_text(LOG, "utf-8")
        self.estate = dr.load_estate(folder)

    def file(self, label: str, *people: dict[str, Any], **changed: Any) -> Path:
        """A closed month, perhaps with something changed at the top."""
        path = self.folder / f"{label}.json"
        told = {"schema_version": "1", "period": label, "estate": "yard", "closed": True, "people": people} | changed
        path.write_text(json.dumps({**told, "seal": seal_of(told), **changed}, indent=2), "utf-8")
        return path

    def scored(self, *closed: Path) -> dr.Result:
        log = dr.read_log([self.folder / "log.csv"], self.estate)
        return dr.score(self.estate, log, "2026-12", closed=read_closed(closed, "yard"))


@pytest.fixture
def yard(tmp_path: Path) -> Yard:
    return Yard(tmp_path)


def sheet(score: str = "80", times: int = 0, **changed: Any) -> dict[str, Any]:
    outcomes = [{"outcome": "warned", "times": times}] if times else []
    return {**OCTOBER, "score": score, "outcomes": outcomes, **changed}


def person(result: dr.Result, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(render(result, "json", "en"))["people"]
    return next(one for one in found if one["person"] == name)


def test_the_mean_of_a_quarter(yard: Yard) -> None:
    result = yard.scored(yard.file("2026-10", sheet("80")), yard.file("2026-11", sheet("95.5")))
    assert person(result, "wu")["accumulated"] == {  # (80 + 95.5 + 90) / 3 = 88.5
        "over": "quarter",
        "value": "88.5",
        "complete": True,
        "months": [
            {"period": "2026-10", "value": "80", "why": None},
            {"period": "2026-11", "value": "95.5", "why": None},
            {"period": "2026-12", "value": "90", "why": None},
        ],
    }
    assert "the quarter so far, 3 months: 88.5\n" in render(result, "text", "en", "wu").decode()


def test_months_without_a_sheet_are_not_asked_for(yard: Yard) -> None:
    found = person(yard.scored(yard.file("2026-10", sheet()), yard.file("2026-11", sheet())), "qi")["accumulated"]
    assert (found["value"], found["complete"]) == ("100", True)
    assert [month["why"] for month in found["months"]] == ["no_sheet", "no_sheet", None]


@pytest.mark.parametrize(
    ("november", "why", "told"),
    [
        (None, "missing", "2026-11 is not closed"),
        (sheet(complete=False), "incomplete", "2026-11 is not complete"),
        (sheet(scorecard="porters"), "scorecard", "2026-11 was by another scorecard"),
    ],
)
def test_what_is_not_known_is_not_guessed(yard: Yard, november: dict[str, Any] | None, why: str, told: str) -> None:
    files = [yard.file("2026-10", sheet())] + ([yard.file("2026-11", november)] if november else [])
    result = yard.scored(*files)
    found = person(result, "wu")["accumulated"]
    assert (found["value"], found["complete"], found["months"][1]["why"]) == (None, False, why)
    assert f"the quarter so far: not known, {told}\n" in render(result, "text", "en", "wu").decode()


def test_a_ladder_goes_on_over_the_months(yard: Yard) -> None:
    months = [yard.file(f"2026-{month:02}", sheet()) for month in range(2, 12)]
    files = [yard.file("2025-12", sheet(times=9)), yard.file("2026-01", sheet(times=2)), *months]
    (warned,) = person(yard.scored(*files), "wu")["outcomes"]  # December before last is out of the twelve months
    assert (warned["times"], warned["steps"], warned["window"]["value"]) == (1, ["reminder"], "3")
    files[2] = yard.file("2026-02", sheet(times=1))
    (warned,) = person(yard.scored(*files), "wu")["outcomes"]
    assert (warned["steps"], warned["window"]["value"], warned["window"]["complete"]) == (["warning"], "4", True)
    (warned,) = person(yard.scored(*files[:-1]), "wu")["outcomes"]
    assert (warned["steps"], warned["window"]["value"], warned["window"]["complete"]) == (["warning"], "4", False)


# ---------------------------------------------------------------- reading back


def test_a_file_that_is_not_there_is_told(yard: Yard) -> None:
    with pytest.raises(dr.InputError, match=r"nowhere\.json:1:1: error closed\.unreadable"):
        yard.scored(yard.folder / "nowhere.json")


def test_how_a_file_is_spaced_does_not_matter(yard: Yard) -> None:
    path = yard.file("2026-10", sheet())
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")), sort_keys=True), "utf-8")
    assert read_closed([path], "yard").months["2026-10"]["wu", "guard"].score == Decimal(80)


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"schema_version": "2"}, ':2:3: error closed.schema-version: schema_version does not fit\n  found: "2"'),
        ({"estate": "garden"}, ':4:3: error closed.estate: estate does not fit\n  found: "garden"'),
        ({"closed": False}, ":5:3: error closed.closed: closed does not fit\n  found: false"),
        ({"closed": "true"}, ':5:3: error closed.closed: closed does not fit\n  found: "true"'),
        ({"period": "2026-Q3"}, ':3:3: error closed.period: period does not fit\n  found: "2026-Q3"'),
        ({"period": "soon"}, ':3:3: error closed.period: period does not fit\n  found: "soon"'),
        ({"seal": "0" * 64}, ':16:3: error closed.seal: seal does not fit\n  found: "0000'),
        ({"people": [{"person": "wu"}]}, ":6:3: error closed.people: people are not sheets\n"),
        ({"people": [sheet(score="much")]}, ":6:3: error closed.people: people are not sheets\n"),
        ({"people": [sheet(score="NaN")]}, ":6:3: error closed.people: people are not sheets\n"),
        ({"people": 7}, ":6:3: error closed.people: people are not sheets\n"),
    ],
)
def test_what_is_no_closed_sheet(yard: Yard, changed: dict[str, Any], told: str) -> None:
    path = yard.file("2026-10", sheet(), **changed)
    with pytest.raises(dr.InputError) as caught:
        read_closed([path], "yard")
    assert str(caught.value).startswith(f"{path}{told}")


def test_all_files_are_told_of(yard: Yard, tmp_path: Path) -> None:
    good, other = yard.file("2026-10", sheet()), tmp_path / "again.json"
    other.write_text(good.read_text("utf-8"), "utf-8")
    (tmp_path / "broken.json").write_text('{"closed":\n', "utf-8")
    (tmp_path / "deep.json").write_text("[" * 10**5, "utf-8")
    (tmp_path / "list.json").write_text("[]", "utf-8")
    (tmp_path / "chinese.json").write_text("关", "gb18030")
    names = ("broken.json", "chinese.json", "deep.json", "list.json")
    with pytest.raises(dr.InputError) as caught:
        read_closed([good, other, *(tmp_path / name for name in names)], "yard")
    codes = [problem.code for problem in caught.value.diagnostics]
    assert codes == ["closed.twice", "closed.not-json", "closed.unreadable", "closed.not-json", "closed.not-json"]
    assert str(caught.value.diagnostics[1].where).endswith("broken.json:2:1")


def test_without_closed_months_nothing_is_guessed(yard: Yard) -> None:
    found = person(yard.scored(), "wu")["accumulated"]
    assert [month["why"] for month in found["months"]] == ["missing", "missing", None]
