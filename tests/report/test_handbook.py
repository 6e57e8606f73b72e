# ruff: noqa: E501  # books have long lines, and so have sentences
"""The handbook says of every duty what is owed, when, and what a miss costs."""

from pathlib import Path

import pytest

from dutyrules.book import load_book
from dutyrules.cli.main import main
from dutyrules.report.handbook import handbook
from dutyrules.report.language import LANGUAGES
from dutyrules.resources import shipped_book, shipped_books

WORDS = sorted((Path(__file__).parents[1] / "words").glob("*.yaml"))
BOOKS = [*WORDS, *(path for name in shipped_books() if (path := shipped_book(name)))]

BOOK = """\
book: tiny
title: {zh-Hans: 门岗, en: The gate}
source: {id: T, title: {zh-Hans: 门岗制度, en: Rules of the gate}}
roles:
  lead: {title: {zh-Hans: 班长, en: Lead}}
  guard: {title: {zh-Hans: 保安, en: Guard}, reports_to: lead}
parameters:
  answer_within: {type: duration, suggest: 2 hours, clause: 4, title: {zh-Hans: 应答时限, en: Time to answer}}
  pass_mark: {type: decimal, default: 60, clause: 5, title: {zh-Hans: 及格分, en: Pass mark}}
  meeting_due: {type: due, default: none, clause: 8, title: {zh-Hans: 例会日, en: Day of the meeting}}
timetable: [{slot: early, role: guard, from: 07:00, to: 08:00, clause: 1.T, title: {zh-Hans: 早班, en: Early}}]
events:
  gate.opened: {title: {zh-Hans: 开门, en: Gate opened}}
  round.made: {title: {zh-Hans: 巡楼, en: Round made}, target: building}
  alarm.rung: {title: {zh-Hans: 报警, en: Alarm}, case: true, person: any, attributes: {loud: boolean, place: [gate, yard]}}
  alarm.answered: {title: {zh-Hans: 应答, en: Answered}, case: true}
  drill.marked: {title: {zh-Hans: 演练, en: Drill}, case: true, value: mark}
  book.filled: {title: {zh-Hans: 登记簿, en: Gate book}, attributes: {blank_cells: integer, signed_by: person}}
populations: {buildings: {table: buildings, title: {zh-Hans: 楼栋, en: Buildings}}}
duty_defaults: {role: guard}
duties:
  open_gate: {clause: 1, title: {zh-Hans: 开门, en: Open the gate}, check: attendance, event: gate.opened, by: 07:00, slot: early}
  rounds: {clause: 2, title: {zh-Hans: 巡楼, en: Rounds}, check: quota, event: round.made, distinct: target, per: week, at_least: {default: 5, areas: {A: 8, B: 8}}, cap: buildings}
  report: {clause: 3, title: {zh-Hans: 上报, en: Report}, check: deadline, event: gate.opened, per: month, due: {day: 22}, roll: previous}
  answer: {clause: 4, title: {zh-Hans: 应答, en: Answer}, check: response, trigger: {event: alarm.rung, where: {loud: false, place: yard}}, follow_up: alarm.answered, within: $answer_within}
  drill: {clause: 5, title: {zh-Hans: 演练, en: Drill well}, check: metric, event: drill.marked, value: mean, of_each: case, at_least: $pass_mark}
  filled: {clause: 6, title: {zh-Hans: 填簿, en: Keep the book}, check: record, of: book.filled, blanks: 0, signed_by: lead}
  neat: {clause: 7, title: {zh-Hans: 整洁, en: Neat}, check: finding}
  meet: {clause: 8, title: {zh-Hans: 例会, en: Meet}, check: deadline, event: gate.opened, per: month, due: $meeting_due}
scorecards:
  month:
    title: {zh-Hans: 月度考核, en: Monthly}
    role: guard
    per: month
    clause: 9
    items:
      1:
        marks: 10
        title: {zh-Hans: 门, en: Gate}
        lines:
          1: {breaches: [open_gate.late, open_gate.missing], once: 4, title: {zh-Hans: 迟开, en: Opened late}}
          2: {breaches: [drill.short], each: 1, free: 2}
fines:
  rounds: {clause: 2.K, role: guard, breaches: [rounds.short], each: 10, currency: CNY, title: {zh-Hans: 少巡, en: Rounds left out}}
"""


@pytest.fixture
def tiny(tmp_path: Path) -> Path:
    path = tmp_path / "tiny.yaml"
    path.write_text(BOOK, "utf-8")
    return path


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("path", BOOKS, ids=lambda path: path.stem)
def test_every_word_of_the_language_can_be_told(path: Path, language: str) -> None:
    book = load_book(path)
    page = handbook(book, language)
    assert all(f"**{duty.id}**" in page or duty.title for duty in book.duties.values())
    for slip in ("hb_", "None", "$", "{", "}"):
        assert slip not in page


ENGLISH = [
    "By 07:00: “Gate opened”. Slot: 07:00–08:00 (Early). A miss costs: 4 points once a month if late or not done (line 1.1).",
    "At least 5 (8 in A, B) different buildings, or as many as there are. What counts: “Round made”. A miss costs: 10 CNY each time if too few (recorded only).",
    "By the 22nd: “Gate opened”. If that is a rest day, the workday before counts.",
    "After “Alarm” (not loud, yard): “Answered”, in the time that the estate sets (“Time to answer”; suggested: within 2 hours).",
    "The average of “Drill” for each case is at least 60. A miss costs: 1 point each time if too low (the first 2 are free) (line 1.2).",
    "Each “Gate book”: nothing left blank, signed by Lead.",
    "Judged by inspection.",
    "If the estate sets “Day of the meeting”: “Gate opened”. If that is a rest day, the next workday counts.",
]

CHINESE = [
    "不迟于 07:00：“开门”。时段：07:00–08:00（早班）。代价：迟或未做，每月一次扣 4 分（细则 1.1）。",
    "不迟于 22 日：“开门”。遇休息日提前至上个工作日。",
    "“报警”（不loud、yard）后，在项目设定的时间内（“应答时限”，建议 2 小时内）：“应答”。",
    "每次“登记簿”：不留空项、由班长签字。",
]


@pytest.mark.parametrize(("language", "sentences"), [("en", ENGLISH), ("zh-Hans", CHINESE)])
def test_duties_in_sentences(tiny: Path, language: str, sentences: list[str]) -> None:
    lines = handbook(load_book(tiny), language).splitlines()
    told = [line.strip() for line in lines if line.startswith("  ")]
    assert [sentence for sentence in sentences if sentence not in told] == []


def test_the_page_goes_from_the_day_to_the_occasion(tiny: Path) -> None:
    page = handbook(load_book(tiny), "en", "clauses.md")
    headings = [line.strip("# ") for line in page.splitlines() if line.startswith("#")]
    groups = ["Every workday", "Every week", "Every month", "When something happens", "What inspectors look at"]
    ends = ["The scorecard: Monthly", "Fines", "What the estate still has to set", "What the estate may set otherwise"]
    assert headings == ["The gate: handbook", "Guard", "The day", *groups, *ends]
    assert "Reports to: Lead." in page
    assert "- **Rounds** ([T-2](clauses.md#T-2))" in page
    assert "| Time to answer (`answer_within`) | within 2 hours | [T-4](clauses.md#T-4) |" in page
    assert "| 1 Gate | 10 | 1.1 | Opened late | 4 points once a month | [T-9.1.1](clauses.md#T-9.1.1) |" in page


def test_the_command_writes_a_page_for_each_language(tiny: Path, tmp_path: Path) -> None:
    assert main(["handbook", str(tiny), "dutyrules:area-butler", "--out", str(tmp_path / "out")]) == 0
    names = {f"{book}.{language}.md" for book in ("tiny", "area-butler") for language in ("zh-Hans", "en")}
    assert {path.name for path in (tmp_path / "out").iterdir()} == names
    assert (tmp_path / "out" / "tiny.en.md").read_text("utf-8") == handbook(load_book(tiny), "en")


def test_a_page_in_traditional_chinese_is_for_a_book_that_is_titled_so_or_for_who_asks(tmp_path: Path) -> None:
    book, out = "dutyrules:executive-housekeeper", tmp_path / "out"
    assert main(["handbook", book, "--out", str(out)]) == 0
    assert {path.name.split(".")[1] for path in out.iterdir()} == set(LANGUAGES)
    asked = tmp_path / "asked"
    assert main(["handbook", "dutyrules:area-butler", "--out", str(asked), "--lang", "zh-Hant", "--lang", "en"]) == 0
    assert {path.name for path in asked.iterdir()} == {"area-butler.zh-Hant.md", "area-butler.en.md"}


def test_a_book_that_is_none(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["handbook", "dutyrules:area-buttler", "--out", str(tmp_path)]) == 1
    assert "did you mean 'dutyrules:area-butler'?" in capsys.readouterr().err


def test_what_a_role_owes_among_others_stands_once(tiny: Path) -> None:
    text = BOOK.replace(
        "roles:\n", "roles:\n  staff: {title: {zh-Hans: 全体, en: Everybody}, includes: [lead, guard]}\n"
    )
    tiny.write_text(text.replace("neat: {clause: 7,", "neat: {role: staff, clause: 7,"), "utf-8")
    page = handbook(load_book(tiny), "en")
    assert "Reports to: Lead. Owes too what is owed by: Everybody." in page
    assert "## Everybody\n\nStands for: Lead and Guard.\n\n### What inspectors look at" in page
    assert page.count("**Neat**") == 1
