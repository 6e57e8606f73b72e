# books, and the tests in them, have long lines
"""The page of clauses accounts for each: where it stands, which tests show it, and what is left."""

from pathlib import Path

import pytest

from dutyrules.book import load_book
from dutyrules.report.clauses import clauses_page
from dutyrules.workshop.entries import read_entries

CATALOGUE = """\
catalogue: T
title: {zh-Hans: 门岗制度, en: Rules of the gate}
clauses:
  1: {kind: duty, zh-Hans: 开门。, en: Open the gate.}
  2: {kind: duty, zh-Hans: 应答。, en: Answer alarms.}
  3: {kind: duty, zh-Hans: 锁门。, en: Lock the gate.}
  4: {kind: timetable, zh-Hans: 早班。, en: The early slot.}
  5: {kind: authority, zh-Hans: 可抽查。, en: The lead may look.}
  6: {kind: item, zh-Hans: 门 10 分。, en: 'Gate, 10 marks.'}
  6.1: {kind: line, zh-Hans: 迟扣 2 分。, en: 'Late: 2 points.'}
  7: {kind: fine, zh-Hans: 罚 5 元。, en: A fine of 5 yuan.}
  9: {kind: outcome, zh-Hans: 警告。, en: A warning.}
  8: {kind: bonus, zh-Hans: 表扬 | 加分。, en: Praise.}
"""

BOOK = """\
book: tiny
source: {id: T, catalogue: T.yaml}
roles: {guard: {}}
parameters: {answer_within: {type: duration, clause: 2}}
timetable: [{slot: early, role: guard, from: 07:00, to: 08:00, clause: 4}]
events: {gate.opened: {}, alarm.rung: {case: true}, alarm.answered: {case: true}, praise: {}}
duties:
  open_gate: {clause: 1, check: attendance, event: gate.opened, by: 07:00}
  answer: {clause: 2, check: response, trigger: alarm.rung, follow_up: alarm.answered, within: $answer_within}
scorecards:
  month:
    role: guard
    per: month
    clause: T
    items: {1: {clause: 6, marks: 10, lines: {1: {clause: 6.1, breaches: [open_gate.late], each: 2}}}}
    bonus: {praise: {clause: 8, event: praise, each: 1}}
fines: {gate: {clause: 7, role: guard, breaches: [open_gate.missing], each: 5, currency: CNY}}
outcomes: {warned: {clause: 9, role: guard, breaches: [open_gate.missing], ladder: {1: warning}}}
tests:
  - {name: in time, clause: 1, given: &now {month: 2026-10, person: {id: wu}}, expect: {open_gate: met, items: {1: 10}}}
  - {name: late, clause: 1, given: *now, expect: {open_gate: {breached: {reason: late}}, lines: {6.1: 2}}}
  - {name: never, clause: [1, 7], given: *now, expect: {open_gate: {breached: {reason: missing}}, fines: {CNY: 5}}}
  - {name: not warned, clause: 9, given: *now, expect: {outcomes: {warned: none}}}
  - {name: warned, clause: 9, given: *now, expect: {outcomes: {warned: warning}}}
  - {name: answered, clause: [2, 8], given: *now, expect: {answer: met, score: 11}}
"""


@pytest.fixture
def page(tmp_path: Path) -> str:
    (tmp_path / "T.yaml").write_text(CATALOGUE, "utf-8")
    (tmp_path / "tiny.yaml").write_text(BOOK, "utf-8")
    book = load_book(tmp_path / "tiny.yaml")
    return clauses_page([book.catalogues["T"]], [(book, read_entries(book, []))], "{book}.md")


def test_totals(page: str) -> None:
    # ten clauses; lock the gate stands nowhere; seven to execute, six executed; answering is never broken; it is unset
    assert "| [T](#T) Rules of the gate | 10 | 9 | 7 | 6 | 5 | 1 |" in page


@pytest.mark.parametrize(
    "row",
    [
        "1 | duty | Open the gate. | 开门。 | [tiny](tiny.md): `open_gate` | 1 / 2 |",
        "2 | duty | Answer alarms. | 应答。 | [tiny](tiny.md): `answer` (a figure is unset) | 1 / 0 |",
        "3 | duty | Lock the gate. | 锁门。 | *in no book yet* |  |",
        "4 | timetable | The early slot. | 早班。 | [tiny](tiny.md): slot `early` |  |",
        "5 | authority | The lead may look. | 可抽查。 |  |  |",
        "6 | item | Gate, 10 marks. | 门 10 分。 | [tiny](tiny.md): item 1 |  |",
        "6.1 | line | Late: 2 points. | 迟扣 2 分。 | [tiny](tiny.md): line 1.1 | 1 / 1 |",
        "7 | fine | A fine of 5 yuan. | 罚 5 元。 | [tiny](tiny.md): fine `gate` | 1 / 1 |",
        "9 | outcome | A warning. | 警告。 | [tiny](tiny.md): outcome `warned` | 1 / 1 |",
        "8 | bonus | Praise. | 表扬 &#124; 加分。 | [tiny](tiny.md): bonus `praise` | 1 |",
    ],
)
def test_rows(page: str, row: str) -> None:
    clause = row.partition(" ")[0]
    assert f'| <a id="T-{clause}"></a>T-{row}' in page.splitlines()
