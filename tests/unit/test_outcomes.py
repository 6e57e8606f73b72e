"""Outcomes as every output tells them: the step, its grounds, who is liable as well; and nothing in points or money."""

import json
from pathlib import Path
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.report import Speech, explain, render
from dutyrules.workshop import run_book_tests

BOOK = """\
book: keys
source: {id: K}
roles: {butler: {}, lead: {title: {en: Lead}}, chief: {}}
events: {key.lost: {case: true}, loss.reported: {case: true}, effect.serious: {case: true, person: any}}
duties:
  report: {clause: 1, role: butler, check: response, trigger: key.lost, follow_up: loss.reported, within: same_day}
outcomes:
  lost_keys:
    clause: 7.5
    title: {en: lost keys}
    role: butler
    breaches: [report.missing]
    ladder: {1: warning, 3: {step: dismissal, title: {en: Dismissal}}}
    also: {when: effect.serious, step: police}
    liable: [lead, manager]
  late_keys: {clause: 7.6, role: butler, breaches: [report.late], ladder: {2: warning}}
"""
PEOPLE = """\
person,role,area,from,to,manager
li,butler,A,2026-10-01,,wen
qi,butler,A,2026-10-01,,
zhou,lead,site,2026-10-01,,
xu,lead,B,2026-10-01,,
wen,chief,B,2026-10-01,,
"""
LOST = "2026-10-12 12:00,li,key.lost,K1\n2026-10-13 09:00,,effect.serious,K1\n"
LATE = "2026-10-14 12:00,li,key.lost,K2\n2026-10-15 09:00,li,loss.reported,K2\n"


@pytest.fixture
def result(tmp_path: Path) -> dr.Result:
    (tmp_path / "book.yaml").write_text(BOOK, "utf-8")
    areas = "areas: {site: {}, A: {within: site}, B: {within: site}}"
    (tmp_path / "estate.yaml").write_text(f"estate: keys\n{areas}\nbooks: [book.yaml]\n", "utf-8")
    (tmp_path / "people.csv").write_text(PEOPLE, "utf-8")
    (tmp_path / "coverage.csv").write_text("source,kinds,from,to,status\nall,,,,complete\n", "utf-8")
    (tmp_path / "log.csv").write_text(f"at,person,kind,case\n{LOST}{LATE}", "utf-8")
    estate = dr.load_estate(tmp_path)
    return dr.score(estate, dr.read_log([tmp_path / "log.csv"], estate), "2026-10")


def person(result: dr.Result, name: str) -> dict[str, Any]:
    found: list[dict[str, Any]] = json.loads(render(result, "json", "en"))["people"]
    return next(one for one in found if one["person"] == name)


def test_json_tells_steps_grounds_and_who_is_liable(result: dr.Result) -> None:
    sheet = person(result, "li")
    lost, late = sheet["outcomes"]
    assert (lost["outcome"], lost["clause"], lost["times"], lost["steps"]) == (
        "lost_keys",
        ["K-7.5"],
        1,
        ["warning", "police"],
    )
    assert lost["liable"] == [{"person": "wen", "role": "chief"}, {"person": "zhou", "role": "lead"}]
    missing = next(one for one in sheet["breaches"] if one["reason"] == "missing")
    assert (lost["breaches"], lost["findings"]) == ([missing["breach_id"]], [])
    assert (late["times"], late["steps"], late["liable"]) == (1, [], [])  # the first step is the second time
    assert not any(one["uncharged"] for one in sheet["breaches"])
    assert (sheet["score"], sheet["fines"]) == (None, {})


def test_whoever_is_liable_reads_it_on_their_own_sheet(result: dr.Result) -> None:
    steps = ["warning", "police"]
    told = {"person": "li", "role": "butler", "outcome": "lost_keys", "clause": ["K-7.5"], "steps": steps}
    assert person(result, "zhou")["liable_for"] == [told]
    assert person(result, "wen")["liable_for"] == [told]
    assert person(result, "xu")["liable_for"] == []  # of another area
    assert person(result, "qi")["outcomes"] == []
    assert "liable with li: lost keys: warning, police [K-7.5]\n" in render(result, "text", "en", "zhou").decode()


def test_text_and_csv(result: dr.Result) -> None:
    said = "outcome: lost keys, 1 in the period: warning, police [K-7.5]; liable as well: wen, zhou"
    text = render(result, "text", "en", "li").decode()
    assert f"{said}\n" in text
    assert "outcome: late_keys, 1 in the period: no step yet [K-7.6]\n" in text
    assert f'"{said}",' in render(result, "csv", "en", "li").decode()


@pytest.mark.parametrize("subject", ["lost_keys", "K-7.5"])
def test_an_outcome_is_explained(result: dr.Result, subject: str) -> None:
    told = explain(result, "li", subject, Speech("en"))
    assert "outcome lost_keys: lost keys\n" in told
    assert "written at book.yaml:8\n" in told
    assert "K1  report: missing" in told
    assert "1 in the period; from so many on: 1: warning; 3: Dismissal → warning, police\n" in told
    assert "liable as well: zhou, Lead\n" in told


def test_what_a_book_expects_of_outcomes_must_exist(tmp_path: Path) -> None:
    given = "given: {month: 2026-10, person: {id: li}}"
    tests = f"tests: [{{name: t, clause: 7.5, {given}, expect: {{outcomes: {{lost_key: warning}}}}}}]"
    (tmp_path / "book.yaml").write_text(f"{BOOK}{tests}\n", "utf-8")
    with pytest.raises(dr.InputError) as caught:
        run_book_tests(tmp_path / "book.yaml")
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.found) == ("test.unknown-outcome", "lost_key")
    assert problem.hint == "did you mean 'lost_keys'?"
