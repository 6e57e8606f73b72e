"""Tables of text stand in columns on a screen, where a Chinese letter is as wide as two others."""

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from unicodedata import combining, east_asian_width

import pytest

import dutyrules as dr
from dutyrules.plan.edited import review
from dutyrules.plan.planfile import read_plan
from dutyrules.report import LANGUAGES, Speech, explain, render
from dutyrules.report.due import render_due
from dutyrules.report.plan import render_plan, write_plan
from dutyrules.report.plan_review import review_text
from tests.report.lane import lane

HAITANG = Path(__file__).parents[2] / "examples" / "haitang"


def screen(line: str) -> str:
    """A line with a mark behind each letter that takes two places."""
    return "".join(
        letter + ("\0" if east_asian_width(letter) in "WF" else "") for letter in line if not combining(letter)
    )


def test_a_screen() -> None:
    assert [len(screen(text)) for text in ("管家01", "abc", "–×·", "：")] == [6, 3, 3, 2]


def tables(text: str) -> Iterator[tuple[str, list[str]]]:
    """Each line of dashes, and the lines of its table: the one above, and those below until a shorter one comes."""
    lines = text.split("\n")
    for number, rule in enumerate(lines):
        if re.fullmatch(r"-{2,}(  -{2,})+", rule):
            rest = lines[number + 1 :]
            end = next((at for at, line in enumerate(rest) if not line.strip() or _ends(line, rule)), len(rest))
            yield rule, [lines[number - 1], *rest[:end]]


def _ends(line: str, rule: str) -> bool:
    """Whether a line is no row: what follows a table is a sentence."""
    return "  " not in line.rstrip() and len(rule.split("  ", maxsplit=1)[0]) < len(screen(line))


def astray(text: str) -> list[str]:
    """Rows in which a letter stands between two columns."""
    gaps = [(rule, [at for at, mark in enumerate(rule) if mark == " "], rows) for rule, rows in tables(text)]
    return [row for _, places, rows in gaps for row in rows if any(screen(row)[at : at + 1].strip() for at in places)]


def test_a_table_that_counts_letters_is_noticed() -> None:
    good = "姓名    得分\n------  ----\n管家01  97\n李      8\n"
    bad = "姓名      得分\n------  ----\n管家01  97\n"
    assert astray(good) == []
    assert astray(bad) == ["姓名      得分"] or astray(bad.replace("管家01", "服务中心"))


@pytest.fixture(scope="module")
def haitang() -> tuple[dr.Estate, dr.Log]:
    estate = dr.load_estate(HAITANG)
    return estate, dr.read_log(sorted((HAITANG / "logs").glob("*.csv")), estate, period="2026-10")


@pytest.mark.parametrize("language", LANGUAGES)
def test_results(haitang: tuple[dr.Estate, dr.Log], language: str) -> None:
    result = dr.score(*haitang, "2026-10")
    texts = [render(result, "text", language).decode(), render(result, "text", language, "b04").decode()]
    texts += [explain(result, person, None, Speech(language)) for person in ("dir", "b08")]
    for text in texts:
        found = list(tables(text))
        assert found
        assert sum(len(rows) for _, rows in found) > 8
        assert astray(text) == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_open(haitang: tuple[dr.Estate, dr.Log], language: str) -> None:
    """The overview has a line of dashes; of a person's tables each column begins where its title does."""
    due = dr.due(*haitang, datetime(2026, 10, 15, 12))
    text = render_due(due, "text", language).decode()
    assert [len(rows) for _, rows in tables(text)] == [17]
    assert astray(text) == []
    blocks = re.findall(r"(?:^  .*\n)+", text, re.MULTILINE)
    plain = [block for block in blocks if len(re.findall(r"  \S", block.split("\n")[0])) > 2]
    assert len(plain) > 20
    for block in plain:
        head, *rows = (screen(line) for line in block.rstrip("\n").split("\n"))
        starts = [match.start() + 2 for match in re.finditer(r"  (?=\S)", head)]
        for row in rows:
            assert all(row[at - 1 : at] in ("", " ") for at in starts), row
            assert all(row[at : at + 1] != "\0" for at in starts), row


@pytest.mark.parametrize("language", LANGUAGES)
def test_plans_and_what_is_said_of_them(language: str, tmp_path: Path) -> None:
    estate, plan = lane(tmp_path, closed=["u04"])
    assert astray(render_plan(plan, estate, "text", language).decode()) == []
    text = render_plan(plan, estate, "text", language, "wang").decode()
    days = re.findall(r"(?:^ *\d+  .*\n)+", text, re.MULTILINE)
    assert days
    for day in days:
        rows = [screen(line) for line in day.rstrip("\n").split("\n")]
        assert len({row.index(":") for row in rows}) == 1
    write_plan(plan, estate, tmp_path / "plan.csv", "en")
    rows_of_plan = read_plan(tmp_path / "plan.csv", estate)
    done = dr.read_log([tmp_path / "done.csv"], estate)
    told = review_text(review(estate, "2026-10", done, rows_of_plan, rows_of_plan), estate, language)
    assert len(list(tables(told))) == 1
    assert astray(told) == []
