"""The published schemas, asked by another program about what commands really print."""

import copy
import json
import re
import shutil
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

import dutyrules as dr
from dutyrules.cli.main import main
from dutyrules.plan.edited import review
from dutyrules.plan.planfile import read_plan
from dutyrules.plan.substitutes import Absence, substitutes
from dutyrules.report import as_document, redact
from dutyrules.report.due import due_document
from dutyrules.report.plan import render_plan, write_plan
from dutyrules.report.plan_review import review_json
from dutyrules.report.plan_substitutes import substitutes_json
from dutyrules.report.roster_document import absence_json, check_json, roster_json
from dutyrules.report.schema import DOCUMENTS, FILES, schema_of
from dutyrules.report.standing_document import adjustment
from dutyrules.roster.absence import mend, swaps
from dutyrules.roster.absence import substitutes as take_overs
from dutyrules.roster.judge import breaches
from dutyrules.roster.rosterfile import read_roster
from dutyrules.roster.rosterplan import plan_roster
from dutyrules.source import plain, read
from tests.closing.test_adjustments import ON_TIME
from tests.closing.yard import Yard
from tests.report.lane import lane, write_lane
from tests.report.month_world import scored, write_estate

ROOT = Path(__file__).parents[2]
HAITANG = ROOT / "examples" / "haitang"

Document = Any


def problems(name: str, document: Document) -> list[str]:
    """What another program says against a document."""
    found = Draft202012Validator(schema_of(name)).iter_errors(document)
    return [f"{'/'.join(map(str, each.absolute_path))}: {each.message[:200]}" for each in found]


@pytest.fixture(scope="module")
def documents(tmp_path_factory: pytest.TempPathFactory) -> list[tuple[str, Document]]:
    """One of everything: small estates with something of each sort, and the example, of which
    tests/haitang/test_plans.py asks the plans."""
    found: list[tuple[str, Document]] = []
    guards = scored(write_estate(tmp_path_factory.mktemp("guards")))
    found.append(("score", as_document(guards, guards.people)))
    haitang = dr.load_estate(HAITANG)
    log = dr.read_log(sorted((HAITANG / "logs").glob("*.csv")), haitang, period="2026-10")
    month = dr.score(haitang, log, "2026-10")
    found.append(("score", as_document(month, month.people)))
    open_ = dr.due(haitang, log, datetime(2026, 10, 15, 12))
    found.append(("due", due_document(open_, open_.people)))
    found += _lane(tmp_path_factory.mktemp("lane"))
    found += _rosters(tmp_path_factory.mktemp("rosters") / "garden")
    found += _closing(Yard(tmp_path_factory.mktemp("closing") / "yard"))
    return found


def _lane(folder: Path) -> Iterator[tuple[str, Document]]:
    """Visits with shortfalls, one that was moved by hand, and who could take over."""
    estate, plan = lane(folder / "closed", closed=["u04", "u05"])
    yield "plan", json.loads(render_plan(plan, estate, "json", "en"))
    home = write_lane(folder / "lane")
    people = (home / "people.csv").read_text("utf-8")
    (home / "people.csv").write_text(f"{people}chen,,butler,yard\n", "utf-8")
    estate = dr.load_estate(home)
    done = dr.read_log([home / "done.csv"], estate)
    write_plan(dr.plan_visits(estate, "2026-10", done), estate, home / "plan.csv", "en")
    text = (home / "plan.csv").read_text("utf-8-sig").replace("visit.home,u01", "visit.home,u02", 1)
    (home / "edited.csv").write_text(text, "utf-8")
    kept = read_plan(home / "plan.csv", estate)
    (home / "leave.csv").write_text("person,from,until,approved\nwang,2026-10-19,2026-10-24,yes\n", "utf-8")
    again = dr.plan_visits(dr.load_estate(home), "2026-10", done, kept)
    yield "plan", json.loads(render_plan(again, estate, "json", "en"))
    yield "verify", json.loads(review_json(review(estate, "2026-10", done, read_plan(home / "edited.csv", estate))))
    absence = Absence("wang", date(2026, 10, 19), date(2026, 10, 23))
    yield "substitutes", json.loads(substitutes_json(absence, substitutes(estate, "2026-10", done, kept, absence)))


def _rosters(folder: Path) -> Iterator[tuple[str, Document]]:
    """A month in which one is missing, a list from elsewhere, and somebody who is ill on a day."""
    shutil.copytree(ROOT / "tests" / "roster" / "estate", folder)
    with (folder / "leave.csv").open("a", encoding="utf-8") as leave:
        leave.write("e2,2026-10-12 00:00,2026-10-13 00:00,yes\ne3,2026-10-12 00:00,2026-10-13 00:00,yes\n")
    estate = dr.load_estate(folder)
    plan = plan_roster(estate, "2026-10")
    assert plan.clash is not None
    assert plan.relaxation is not None
    yield "roster", json.loads(roster_json(plan))
    (folder / "elsewhere.csv").write_text("person,10-12,10-13,10-14\ne1,day,day,\ne2,late,day,\n", "utf-8")
    kept = read_roster(folder / "elsewhere.csv", estate, plan.plot)
    model = plan.plot.model
    yield "roster-check", json.loads(check_json(plan.plot, kept, list(breaches(model, kept.roster))))
    roster = plan.roster
    assert roster is not None
    name, day, others = next(
        (name, day, others)
        for name, row in roster.items()
        for day in range(len(row))
        for others in [(take_overs(model, roster, name, day, day), swaps(model, roster, name, day))]
        if all(others)
    )
    ill = mend(model, roster, name, day, day)
    yield "roster-absence", json.loads(absence_json(plan.plot, name, ill, *others))


def _closing(yard: Yard) -> Iterator[tuple[str, Document]]:
    """A month that was closed, what came to light later, a month that carries it, and the same redacted."""
    yard.publish()
    yard.finish()
    yield "score", yard.closed("2026-10")
    yard.late("2026-10", f"{ON_TIME},hu")
    differences = dr.month_differences(yard.estate, "2026-10")
    told = [adjustment(one) for one in differences]
    yield "differences", {"period": "2026-10", "differences": told}
    result = yard.november().result
    carried = yard.closed("2026-11")
    assert any(one["adjustments"] for one in carried["people"])
    yield "score", carried
    hidden = redact(result)
    yield "score", as_document(hidden, hidden.people)


@pytest.mark.parametrize("name", [*DOCUMENTS, *FILES])
def test_a_schema_is_one(name: str) -> None:
    Draft202012Validator.check_schema(schema_of(name))


def test_what_commands_print_is_as_the_schema_says(documents: list[tuple[str, Document]]) -> None:
    assert {name for name, _ in documents} == set(DOCUMENTS) - {"check"}
    for name, document in documents:
        assert problems(name, document) == []


CHOSEN = {
    *("fines", "payable", "books", "estate", "log", "attributes", "numbers"),
    *("roster", "files", "takes", "rules"),
}
"""Where names that users choose are keys."""


def objects(document: Document, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Where objects with fields stand: one of each sort is enough. Names that users choose are no fields."""
    match document:
        case dict():
            if path and path[-1] in CHOSEN:
                return
            yield path
            for key, value in document.items():
                yield from objects(value, (*path, key))
        case [first, *_]:
            fullest = max(document, key=lambda one: len(json.dumps(one))) if isinstance(first, dict) else first
            yield from objects(fullest, (*path, document.index(fullest)))


def test_a_field_more_less_or_misspelt_is_noticed(documents: list[tuple[str, Document]]) -> None:
    """In every object of every document, each of its fields."""
    tried = 0
    for name, document in documents:
        trial = copy.deepcopy(document)
        validator = Draft202012Validator(schema_of(name))
        slim = _slim(trial)
        for path in objects(slim):
            place = slim
            for key in path:
                place = place[key]
            for field in [*place, "colour"]:
                optional = (path[-1:], field) in {
                    ((), "seal"),
                    (("provenance",), "search"),
                    (("provenance",), "groups"),
                }
                spoilt = dict(place)
                place[f"{field}s"] = place.pop(field, None)
                assert not validator.is_valid(slim) or optional, (name, path, field)
                place.clear()
                place.update(spoilt)
                tried += 1
        assert validator.is_valid(slim)
    assert tried > 300


def _slim(document: Document) -> Document:
    """The document with the fullest member of each list, so that spoiling it takes no minute."""
    match document:
        case dict():
            return {key: _slim(value) for key, value in document.items()}
        case [str(), str()]:  # a pair, perhaps
            return document
        case list():
            return [_slim(one) for one in sorted(document, key=lambda one: -len(json.dumps(one)))[:1]]
        case _:
            return document


def test_values_of_another_type_are_noticed(documents: list[tuple[str, Document]]) -> None:
    month = next(document for name, document in documents if name == "score")
    for path, value in (
        (("schema_version",), "2"),
        (("period",), "October"),
        (("rejected",), "0"),
        (("people", 0, "score"), 93),
        (("people", 0, "score"), "93.0"),
        (("people", 0, "percent"), "93"),
        (("people", 0, "items", 0, "state"), "fine"),
        (("people", 0, "breaches"), None),
    ):
        spoilt = copy.deepcopy(month)
        place = spoilt
        for key in path[:-1]:
            place = place[key]
        place[path[-1]] = value
        assert problems("score", spoilt), (path, value)


BOOKS = [*sorted((ROOT / "rules").glob("*.yaml")), HAITANG / "books" / "haitang.yaml"]


def written(path: Path) -> Document:
    """A file as its author wrote it."""
    return plain(read(path))


@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_shipped_books_are_as_editors_expect(path: Path) -> None:
    assert problems("book", written(path)) == []


def test_the_estate_is_as_editors_expect() -> None:
    assert problems("estate", written(HAITANG / "estate.yaml")) == []


@pytest.mark.parametrize(
    ("old", "new", "where"),
    [
        ("duties:", "dutys:", ""),
        ("check: quota", "check: quotas", "duties/home_visits_month/check"),
        ("distinct: target", "distinkt: target", "duties/home_visits_month"),
        ("per: month", "per: fortnight", "duties/home_visits_month/per"),
        ("book: own", "title: own", ""),
        ("marks: 10", "mark: 10", "scorecards/month/items/1"),
        ("each: 2", "eech: 2", "scorecards/month/items/1/lines/1"),
        ("from: 08:00", "form: 08:00", "timetable/0"),
    ],
)
def test_editors_show_what_is_misspelt(tmp_path: Path, old: str, new: str, where: str) -> None:
    text = """\
book: own
source: {id: O}
roles: {butler: {}}
timetable: [{slot: morning, role: butler, from: 08:00, to: 09:00}]
duties:
  home_visits_month: {check: quota, event: visit.home, distinct: target, per: month}
scorecards:
  month: {role: butler, per: quarter, items: {1: {marks: 10, lines: {1: {each: 2}}}}}
"""
    (tmp_path / "own.yaml").write_text(text, "utf-8")
    assert problems("book", written(tmp_path / "own.yaml")) == []
    (tmp_path / "own.yaml").write_text(text.replace(old, new), "utf-8")
    found = problems("book", written(tmp_path / "own.yaml"))
    assert {problem.partition(":")[0] for problem in found} == {where}


def test_diagnostics_of_check(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "book.yaml").write_text("book: b\nsource: {id: B}\nrules: {}\n", "utf-8")
    home = write_estate(tmp_path)
    (home / "people.csv").write_text("person,role,area\nli,guart,yard\n", "utf-8")
    for path in (tmp_path / "book.yaml", home / "estate.yaml"):
        main(["check", "--format", "json", str(path)])
        told = json.loads(capsys.readouterr().out)
        assert problems("check", told) == []
    assert told


def test_the_command(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["schema", "score"]) == 0
    text = capsys.readouterr().out
    assert json.loads(text) == schema_of("score")
    assert main(["schema", "score", "--out", str(tmp_path / "s.json")]) == 0
    assert (tmp_path / "s.json").read_text("utf-8") == text
    capsys.readouterr()
    assert main(["schema"]) == 0
    assert [line.split(" ")[0] for line in capsys.readouterr().out.splitlines()] == [*DOCUMENTS, *FILES]
    assert main(["schema", "scores"]) == 2
    assert "did you mean 'score'?" in capsys.readouterr().err


def test_every_field_is_told_in_the_documentation() -> None:
    """Each name of a field stands on the page, as code."""
    page = (ROOT / "docs" / "json.md").read_text("utf-8")
    told = {word for code in re.findall(r"`([^`]+)`", page) for word in re.findall(r"[a-z_]+", code)}
    told |= set(re.findall(r"\*\*([a-z_]+)\[\]", page))
    for name in DOCUMENTS:
        assert fields(schema_of(name)) - told == set()


def fields(schema: Any) -> set[str]:
    match schema:
        case dict():
            own = set(schema.get("properties", {}))
            return own.union(*(fields(value) for value in schema.values()))
        case list():
            return set().union(*(fields(one) for one in schema))
        case _:
            return set()
