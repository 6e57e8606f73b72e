# ruff: noqa: E501  # books, and the tests in them, have long lines
"""Tests in books: what passes, what fails and how it is told, what is malformed, and what is counted as covered."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent, indent

import pytest

from dutyrules.diagnostics import InputError, Span
from dutyrules.resources import shipped_book, shipped_books
from dutyrules.workshop import BookReport, run_book_tests

BOOK = """\
book: tiny
source: {id: T}
roles: {guard: {}}
parameters:
  pass_mark: {type: decimal, default: 60, clause: 4}
  answer_within: {type: duration, suggest: same_day, clause: 5}
events:
  gate.opened: {}
  round.made: {target: building}
  unit.seen: {target: unit}
  alarm.rung: {case: true, person: any}
  alarm.answered: {case: true}
  drill.marked: {case: true, value: mark}
populations:
  buildings: {table: buildings}
  empty_units: {table: units, where: {state: vacant}}
duties:
  open_gate: {clause: 1, check: attendance, event: gate.opened, by: 07:00}
  make_rounds: {clause: 2, check: quota, event: round.made, distinct: target, per: workday, at_least: 3, cap: buildings}
  see_units: {clause: 3, check: quota, event: unit.seen, distinct: target, per: month, at_least: 2, population: empty_units, prorate: none}
  drill: {clause: 4, check: metric, event: drill.marked, value: mean, of_each: case, at_least: $pass_mark}
  answer: {clause: 5, check: response, trigger: alarm.rung, follow_up: alarm.answered, within: $answer_within, owed_by: role}
  neat: {clause: 6, check: finding}
scorecards:
  month:
    role: guard
    per: month
    clause: 9
    items:
      1: {marks: 10, lines: {1: {breaches: [open_gate.late, open_gate.missing], each: 2}, 2: {each: 3}}}
    bonus: {praise: {clause: 9.B, event: gate.opened, each: 1}}
fines:
  rounds: {clause: 7, role: guard, breaches: [make_rounds.short], each: 5, currency: CNY}
"""

FIRST = BOOK.count("\n") + 2
"""The line of the first test."""

GIVEN = "given: {month: 2026-10, person: {id: wu, from: 2026-10-30, to: 2026-10-30}"

Run = Callable[[str], BookReport]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Runs a book with these tests."""

    def run_tests(tests: str) -> BookReport:
        path = tmp_path / "tiny.yaml"
        path.write_text(BOOK + "tests:\n" + indent(dedent(tests), "  "), encoding="utf-8")
        return run_book_tests(path)

    return run_tests


# ---------------------------------------------------------------- passing


def test_every_word_and_sum_can_be_expected(run: Run) -> None:
    report = run(f"""\
        - name: a good day
          clause: 1
          {GIVEN}, populations: {{buildings: [b1..b2]}}, events: [{{at: 2026-10-30 07:00:59, kind: gate.opened}}, {{at: 2026-10-30 08:00, kind: round.made, target: b1..b2}}]}}
          expect: {{open_gate: met, make_rounds: met, neat: not_assessed, drill: no_occasion, items: {{1: 10}}, score: 11, lines: {{9.1.1: 0}}, fines: {{CNY: 0}}}}
        - name: a bad one
          clause: [1, 2]
          {GIVEN}, populations: {{buildings: 2}}, events: [{{at: 2026-10-30 07:01, kind: gate.opened}}, {{at: 2026-10-30 08:00, kind: round.made, target: buildings-2}}]}}
          expect:
            open_gate: {{breached: {{reason: late, expected: 07:00, actual: 2026-10-30 07:01, on: 2026-10-30}}}}
            make_rounds: {{breached: {{reason: short, expected: 2, actual: 1}}}}
            lines: {{9.1.1: 2}}
            items: {{1: 8}}
            fines: {{CNY: 5}}
        - name: on leave in the morning, seen too early
          clause: 1
          {GIVEN}, leave: [{{from: 2026-10-30 06:00, until: 2026-10-30 12:00}}], as_of: 2026-10-30 18:00}}
          expect: {{open_gate: excused, make_rounds: no_occasion, see_units: no_occasion}}
        - name: still to be done
          clause: 3
          {GIVEN}, populations: {{empty_units: [u1, u2, u3]}}, as_of: 2026-10-30 18:00}}
          expect: {{see_units: pending}}
        - name: in another month nothing is owed
          clause: 1
          given: {{month: 2026-11, person: {{id: wu, to: 2026-10-30}}}}
          expect: {{open_gate: none}}
    """)
    assert report.passed, report.as_text()
    assert len(report.outcomes) == 5


def test_several_people_bindings_coverage_and_shift(run: Run) -> None:
    report = run("""\
        - name: somebody else answers
          clause: 5
          given:
            month: 2026-10
            person: {id: wu, from: 2026-10-30, to: 2026-10-30, shift: [06:00, 14:00]}
            people: [{id: qi, role: guard}]
            bind: {answer_within: same_day}
            events: [{at: 2026-10-30 10:00, kind: alarm.rung, case: A}, {at: 2026-10-30 10:05, kind: alarm.answered, case: A, person: qi}]
          expect: {answer: {breached: {case: A, reason: missing}}}
        - name: nobody knows whether the gate was opened
          clause: 1
          given:
            month: 2026-10
            person: {id: wu, from: 2026-10-30, to: 2026-10-30}
            coverage: [round.made]
            populations: {buildings: 3}
            events: [{at: 2026-10-30 06:50, kind: gate.opened}]
          expect: {open_gate: not_assessed, make_rounds: {breached: {reason: missing, expected: 3}}}
        - name: nothing is known
          clause: 1
          given:
            month: 2026-10
            person: {id: wu, from: 2026-10-30, to: 2026-10-30}
            coverage: []
            events: [{at: 2026-10-30 06:50, kind: gate.opened}]
          expect: {open_gate: not_assessed}
    """)
    assert report.passed, report.as_text()


# ---------------------------------------------------------------- failing


@pytest.mark.parametrize(
    ("expect", "found", "wanted"),
    [
        ("{open_gate: met}", "breached: {reason: missing, expected: 2026-10-30 07:00:00, on: 2026-10-30}", "met"),
        ("{open_gate: none}", "breached: {reason: missing, expected: 2026-10-30 07:00:00, on: 2026-10-30}", "none"),
        ("{drill: met}", "1 no_occasion", "met"),
        ("{drill: none}", "1 no_occasion", "none"),
        ("{drill: {breached: {reason: short}}}", "1 no_occasion", "breached: {reason: short}"),
        (
            "{open_gate: {breached: [{reason: missing}, {on: 2026-10-29}]}}",
            "breached: {reason: missing, expected: 2026-10-30 07:00:00, on: 2026-10-30}",
            "breached: {reason: missing}; breached: {on: 2026-10-29}",
        ),
        ("{make_rounds: {breached: {actual: 2}}}", "breached: {reason: short, expected: 3, actual: 1, on: 2026-10-30}", "breached: {actual: 2}"),
        ("{score: 9}", "8", "9"),
        ("{items: {1: 9.5}}", "8", "9.5"),
        ("{lines: {9.1.1: 4}}", "2", "4"),
        ("{fines: {CNY: 10}}", "5", "10"),
    ],
)  # fmt: skip
def test_what_fails_is_told_with_what_came(run: Run, expect: str, found: str, wanted: str) -> None:
    report = run(f"""\
        - name: a day
          clause: 1
          {GIVEN}, populations: {{buildings: 4}}, events: [{{at: 2026-10-30 08:00, kind: round.made, target: buildings-1}}]}}
          expect: {expect}
    """)
    (outcome,) = report.failed
    (failure,) = outcome.failures
    assert (failure.code, failure.found, failure.expected) == ("test.failed", found, wanted)
    assert isinstance(failure.where, Span)
    assert failure.where.line == FIRST + 3
    assert failure.where.column > 10
    assert not report.passed


def test_who_has_no_sheet_has_no_score(run: Run) -> None:
    report = run("""\
        - name: gone
          clause: 1
          given: {month: 2026-11, person: {id: wu, to: 2026-10-30}}
          expect: {score: 10}
    """)
    assert [failure.found for failure in report.failed[0].failures] == ["none"]


def test_report_as_text(run: Run) -> None:
    report = run(f"""\
        - name: late
          clause: 1
          {GIVEN}, events: [{{at: 2026-10-30 07:01, kind: gate.opened}}]}}
          expect: {{open_gate: met}}
    """)
    assert report.as_text().splitlines()[1:] == [
        "  found: breached: {reason: late, expected: 2026-10-30 07:00:00, actual: 2026-10-30 07:01:00, on: 2026-10-30}",
        "  expected: met",
        "tiny: 0 of 1 tests passed",
        "  clauses cited by a test: 1 of 10 (10 %)",
        "    not: T-2, T-3, T-4, T-5, T-6, T-9.1.1, T-9.1.2, T-9.B, T-7",
        "  clauses executed by a test: 1 of 10 (10 %)",
        "    not: T-2, T-3, T-4, T-5, T-6, T-9.1.1, T-9.1.2, T-9.B, T-7",
        "  duties both met and breached: 0 of 6 (0 %)",
        "    not: open_gate, make_rounds, see_units, drill, answer, neat",
        "  figures met at their edge and breached just beyond: 0 of 5 (0 %)",
        "    not shown: open_gate by 07:00",
        "    not shown: make_rounds at_least 3",
        "    not shown: see_units at_least 2",
        "    not shown: drill at_least 60",
        "    not shown: answer within.0 $answer_within",
    ]
    assert report.as_json()["passed"] is False


# ---------------------------------------------------------------- coverage


def test_clauses_are_executed_by_verdicts_lines_fines_and_bonus(run: Run) -> None:
    report = run(f"""\
        - name: in time, and rounds too few
          clause: [1, 9.B]
          {GIVEN}, populations: {{buildings: 4}}, events: [{{at: 2026-10-30 07:00, kind: gate.opened}}, {{at: 2026-10-30 08:00, kind: round.made, target: buildings-1}}]}}
          expect: {{open_gate: met, drill: no_occasion, neat: not_assessed, lines: {{9.1.2: 0}}, score: 11, fines: {{CNY: 5}}}}
        - name: late
          clause: 1
          {GIVEN}, events: [{{at: 2026-10-30 07:01, kind: gate.opened}}]}}
          expect: {{open_gate: {{breached: {{reason: late}}}}}}
    """)
    assert report.passed, report.as_text()
    coverage = report.coverage
    assert coverage.cited.hit == ("T-1", "T-9.B")
    # 9.1.2 is checked though nothing was charged; 9.B and 7 were charged; 4 had no occasion, 6 was not assessed
    assert coverage.executed.hit == ("T-1", "T-9.1.2", "T-9.B", "T-7")
    assert str(coverage.executed) == "4 of 10 (40 %)"
    assert coverage.duties.hit == ("open_gate",)


# ---------------------------------------------------------------- malformed


def test_a_book_without_tests(tmp_path: Path) -> None:
    path = tmp_path / "tiny.yaml"
    path.write_text(BOOK, encoding="utf-8")
    with pytest.raises(InputError) as caught:
        run_book_tests(path)
    assert [str(problem.where) for problem in caught.value.diagnostics] == [f"{path}:1:1"]
    assert [problem.code for problem in caught.value.diagnostics] == ["test.none"]


def test_expecting_nothing_and_expecting_no_breach(run: Run) -> None:
    with pytest.raises(InputError) as caught:
        run(f"- {{name: x, clause: 1, {GIVEN}}}, expect: {{}}}}")
    assert [problem.code for problem in caught.value.diagnostics] == ["test.nothing-expected"]
    report = run(f"- {{name: x, clause: 1, {GIVEN}}}, expect: {{open_gate: {{breached: []}}}}}}")
    assert [failure.expected for failure in report.failed[0].failures] == ["no breach"]


G = GIVEN + "}"


WORDS = "one of met, excused, pending, not_assessed, no_occasion, none, or breached: {…}"
REASONS = "missing, late, early, short, over, incomplete, unsigned, outside, disordered or found"
PERIODS = "a month such as 2026-10, or another period such as 2026-Q4"
FIELDS = "one of actual, case, expected, on, reason, slot, target"
X = f"- {{name: x, clause: 1, {GIVEN}"


@pytest.mark.parametrize(
    ("test", "at", "code", "found", "expected", "hint"),
    [
        (f"- {{name: x, {G}, expect: {{open_gate: met}}}}", "{name", "missing-key", None, "clause: …", None),
        (X + "}, expects: {}, expect: {neat: none}}", "expects", "unknown-key", "expects", None, "did you mean 'expect'?"),
        (X.replace("clause: 1", "clause: 11") + "}, expect: {neat: none}}", "11", "unknown-clause", "T-11", None, "did you mean 'T-1'?"),
        (X + "}, expect: {open_gat: met}}", "open_gat", "unknown-duty", "open_gat", None, "did you mean 'open_gate'?"),
        (X + "}, expect: {open_gate: mett}}", "mett", "unknown-verdict", "mett", WORDS, "did you mean 'met'?"),
        (X + "}, expect: {neat: {breached: {reason: lat}}}}", "lat}", "unknown-word", "lat", REASONS, "did you mean 'late'?"),
        (X + "}, expect: {neat: {breached: {why: late}}}}", "why", "unknown-key", "why", FIELDS, None),
        (X + "}, expect: {items: {7: 1}}}", "7: 1", "unknown-item", "7", None, None),
        (X + "}, expect: {lines: {9.1.7: 1}}}", "9.1.7", "unknown-line", "9.1.7", None, "did you mean 'T-9.1.1'?"),
        (X + "}, expect: {fines: {CNX: 1}}}", "CNX", "unknown-currency", "CNX", None, "did you mean 'CNY'?"),
        (X + "}, expect: {score: much}}", "much", "bad-decimal", "much", "a number such as 2 or 0.5", None),
        (X + ", populations: {bildings: 2}}, expect: {neat: none}}", "bildings", "unknown-population", "bildings", None, "did you mean 'buildings'?"),
        (X + ", populations: {buildings: -2}}, expect: {neat: none}}", "-2}", "bad-members", "-2", "ids, or how many there are", None),
        (X + ", populations: {buildings: [b5..b1]}}, expect: {neat: none}}", "[b5", "bad-range", "b5..b1", "a range such as b1..b5", None),
        (X + ", events: [{at: 2026-10-30 07:00, kind: gate.open}]}, expect: {neat: none}}", "gate.open", "unknown-kind", "gate.open", None, "did you mean 'gate.opened'?"),
        (X + ", events: [{at: 2026-10-30 07:00, kind: gate.opened, tarjet: b1}]}, expect: {neat: none}}", "tarjet", "unknown-column", "tarjet", None, "did you mean 'target'?"),
        (X.replace("month: 2026-10", "month: 2026-13") + "}, expect: {neat: none}}", "2026-13", "bad-period", "2026-13", PERIODS, None),
        (X.replace("to: 2026-10-30", "to: 2026-10-32") + "}, expect: {neat: none}}", "2026-10-32", "bad-date", "2026-10-32", "a date such as 2026-10-08", None),
        (X + ", as_of: noon}, expect: {neat: none}}", "noon", "bad-instant", "noon", "an instant such as 2026-10-30 18:00", None),
    ],
)  # fmt: skip
def test_mistakes_are_found_at_their_place(
    run: Run, test: str, at: str, code: str, found: str | None, expected: str | None, hint: str | None
) -> None:
    with pytest.raises(InputError) as caught:
        run(test)
    (one,) = caught.value.diagnostics
    assert (one.code, one.found, one.expected, one.hint) == (f"test.{code}", found, expected, hint)
    assert isinstance(one.where, Span)
    assert (one.where.line, one.where.column) == (FIRST, test.index(at) + 3)


@pytest.mark.parametrize(
    ("given", "at", "code"),
    [
        ("bind: {pass_marc: 3}", "pass_marc", "estate.unknown-parameter"),
        ("bind: {pass_mark: many}", "many", "estate."),
        ("areas: {A: {within: B}}", "B}", "estate.unknown-area"),
        ("people: [{id: qi, role: gard}]", "gard", "table.unknown-role"),
        ("leave: [{from: 2026-10-30 noon, until: 2026-10-30 13:00}]", "2026-10-30 noon", "table.bad-instant"),
        ("events: [{at: 2026-10-30 08:00, kind: round.made, target: b9}]", "b9", "test.bad-event"),
        ("events: [{at: 2026-10-30, kind: gate.opened}]", "2026-10-30, kind", "test.bad-event"),
        ("events: [{at: 2026-10-30 08:00, kind: gate.opened, person: li}]", "li}", "test.bad-event"),
        ("events: [{at: 2026-10-30 08:00, kind: drill.marked, case: D}]", "{at", "test.bad-event"),
    ],
)
def test_what_the_world_does_not_know(run: Run, given: str, at: str, code: str) -> None:
    test = f"- {{name: x, clause: 1, {GIVEN}, {given}}}, expect: {{open_gate: met}}}}"
    with pytest.raises(InputError) as caught:
        run(test)
    (one,) = caught.value.diagnostics
    assert one.code.startswith(code)
    assert isinstance(one.where, Span)
    assert (one.where.line, one.where.column) == (FIRST, test.index(at) + 3)


def test_all_mistakes_at_once(run: Run) -> None:
    with pytest.raises(InputError) as caught:
        run(f"""\
            - {{name: x, clause: 8, {G}, expect: {{open_gat: met, fines: {{EUR: 1}}}}}}
            - {{name: y, clause: 1, {G}, expect: {{open_gate: maybe}}}}
        """)
    codes = ["test.unknown-clause", "test.unknown-duty", "test.unknown-currency", "test.unknown-verdict"]
    assert [one.code for one in caught.value.diagnostics] == codes


# ---------------------------------------------------------------- the shipped books


@pytest.mark.parametrize("name", shipped_books())
def test_shipped_books(name: str) -> None:
    path = shipped_book(name)
    assert path is not None
    report = run_book_tests(path)
    assert report.passed, report.as_text()
    assert not report.coverage.cited.missing
    assert not report.coverage.executed.missing
    assert not report.coverage.duties.missing
