"""The month workbook, read back by another reader: sums, ranks, links, gaps, and one's own copy."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest

import dutyrules as dr
from dutyrules.cli.main import main
from dutyrules.report import render
from tests.report.month_world import Workbook, scored, write_estate

SCORES = {"=1+1": 93, "李[a/b]": 95, "O'Hara": 93, "zhao": 60, "kou": 20, "xu": 90}
"""Worked out by hand. wu, ma: 50 + 40, and of 4 for praise 3 count. li: 60 + 35. kou: 30 + 40, but the gate stayed
closed: at most 20. zhao: waived, so 60; conduct was not looked at. xu: (90 + 200 − 2 × 10) / 3, to the last digit."""


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_estate(tmp_path_factory.mktemp("guards"))


@pytest.fixture(scope="module")
def result(estate: Path) -> dr.Result:
    return scored(estate)


@pytest.fixture(scope="module")
def book(result: dr.Result) -> Workbook:
    return Workbook(render(result, "xlsx", "en"))


def sheet_of(book: Workbook, name: str) -> str:
    return next(sheet for sheet in book.names[1:-2] if str(book.rows[sheet][0][0]).startswith(f"{name} ("))


def total_of(book: Workbook, name: str) -> tuple[str, str]:
    """The sheet and cell of somebody's total."""
    sheet = sheet_of(book, name)
    row, _ = book.find(sheet, "total so far" if name == "zhao" else "total")
    return sheet, f"{'G' if name == 'xu' else 'F'}{row + 1}"


def test_a_sheet_for_each_person_between_ranking_and_evidence(book: Workbook) -> None:
    people = ["kou", "李-a-b-", "O'Hara", "=1+1", "xu", "zhao"]
    assert book.names == ["ranking", *people, "evidence", "decisions"]


def test_totals_are_formulas_that_come_to_the_scores(book: Workbook) -> None:
    for name, score in SCORES.items():
        sheet, cell = total_of(book, name)
        assert (book.value(sheet, cell), book.compute(sheet, cell)) == (score, pytest.approx(score, abs=1e-9))
        formula = next(text for one, at, text in book.formulas() if (one, at) == (sheet, cell))
        assert formula.startswith("MAX(0,")


def test_every_formula_comes_to_what_is_saved_with_it(book: Workbook) -> None:
    found = list(book.formulas())
    assert len(found) > 40
    for sheet, cell, _ in found:
        assert book.compute(sheet, cell) == pytest.approx(book.value(sheet, cell), abs=1e-9), (sheet, cell)


def test_who_fills_a_gap_sees_the_sum_follow(result: dr.Result) -> None:
    book = Workbook(render(result, "xlsx", "zh-Hans"))
    row, column = book.find("zhao", "未录入")
    assert (row, column) == (book.find("zhao", "仪表")[0], 5)
    book.changed["zhao", f"F{row + 1}"] = 38
    total, _ = book.find("zhao", "目前得分")
    assert book.compute("zhao", f"F{total + 1}") == 98
    punctual, _ = book.find("zhao", "准点")
    book.changed["zhao", f"E{punctual + 1}"] = 70
    assert book.compute("zhao", f"F{total + 1}") == 38


def test_an_item_that_is_taken_off_counts_nowhere(tmp_path: Path) -> None:
    write_estate(tmp_path)
    settlement = "period,person,item,decision,decided_by\n2026-10,zhao,2,exclude,xu\n"
    (tmp_path / "settlements.csv").write_text(settlement, "utf-8")
    book = Workbook(render(scored(tmp_path), "xlsx", "zh-Hans"))
    item = book.rows["zhao"][book.find("zhao", "仪表")[0]]
    assert (item[3], item[5], item[6]) == ("", "不计", "不计, 由 xu 认定")
    total, _ = book.find("zhao", "总分")
    assert book.rows["zhao"][total][3:6] == [60, "", 60]
    assert (book.rows["zhao"][total + 1][5], book.compute("zhao", f"F{total + 2}")) == (100, 100)
    assert book.rows["豁免与认定"][2][:4] == ["该项不计", "zhao", "zhao", "仪表"]


def test_the_best_first_equal_scores_share_a_rank_and_gaps_have_none(book: Workbook) -> None:
    rows = book.rows["ranking"]
    ranked = [row[:5] for row in rows if isinstance(row[0], float)]
    assert [(row[0], row[1], row[4]) for row in ranked] == [
        (1, "xu", 90),
        (1, "li", 95),
        (2, "ma", 93),
        (2, "wu", 93),
        (4, "kou", 20),
    ]
    head, _ = book.find("ranking", "Not ranked")
    assert [row[1] for row in rows[head:] if row[1]] == ["zhao"]
    assert rows[head + 1][7] == "60–100"
    assert rows[head + 2][2] == "why: Conduct: not assessed"
    drawn = book.parts["xl/charts/chart1.xml"]
    assert drawn.index("<c:v>95.0</c:v>") < drawn.index("<c:v>93.0</c:v>") < drawn.index("<c:v>20.0</c:v>")
    assert "zhao" not in drawn


def test_ids_lead_to_their_evidence_and_back(result: dr.Result, book: Workbook) -> None:
    for name, ids in (
        ("=1+1", {one.breach_id for one in result.of("wu")[0].breaches}),
        ("zhao", {one.breach_id for one in result.of("zhao")[0].excused}),
        ("李[a/b]", {"inspector"}),
    ):
        sheet = sheet_of(book, name)
        led = {cell: to for cell, to in book.links(sheet).items() if to.startswith("'evidence'")}
        assert {book.value(sheet, cell) for cell in led} == ids
        for cell, place in led.items():
            assert book.at(place) == book.value(sheet, cell)
            back = book.links("evidence")[place.rpartition("!")[2]]
            assert back == "'" + sheet.replace("'", "''") + f"'!{cell}"
    leading = {book.value("ranking", cell): to for cell, to in book.links("ranking").items()}
    assert all(book.at(to).startswith(f"{name} (") for name, to in leading.items())
    assert set(leading) == set(SCORES)


def test_points_say_why(book: Workbook) -> None:
    rows = book.rows[sheet_of(book, "=1+1")]
    late = next(row for row in rows if str(row[2]).startswith("1. Late"))
    assert late[:9] == ["1", "Punctual", "1. Late: 10 points each time", 60, 10, 50, "1 × 10 = 10", "G-9.1.1", ""]
    assert rows[rows.index(late) + 1][6] == "2026-10-29  Gate open: late expected 07:00 actual 07:01"
    kou = book.rows["kou"]
    assert any("at most 20" in str(row[6]) for row in kou)
    xu = [str(row[2]) for row in book.rows["xu"]]
    assert [text for text in xu if text.startswith("borne for")] == [
        "borne for =1+1: Late, 1/3: −3.3333",
        "borne for O'Hara: Late, 1/3: −3.3333",
    ]
    notes = {row[0] for row in rows}
    assert {"fines (recorded): late ×1: 10 CNY", "bonuses of 4, of which 3 count"} <= notes
    assert "outcome: late, 1 in the period: warning [G-4]; liable as well: xu" in notes
    for label in ("appraiser", "appraised", "HR"):
        assert book.find("kou", label)[1] == 0


def test_evidence_has_rows_and_numbers(book: Workbook) -> None:
    titles, *rows = book.rows["evidence"]
    told = [dict(zip(titles, row, strict=True)) for row in rows]
    late = next(one for one in told if one["person"] == "wu")
    assert (late["state"], late["expected"], late["actual"]) == ("breached", "07:00", "07:01")
    assert (late["line"], late["evidence"]) == ("1/1", "log.csv row 2")
    assert {(one["person"], one["state"]) for one in told} >= {("zhao", "excused"), ("kou", "breached")}
    assert "autoFilter" in book.parts[f"xl/worksheets/sheet{len(book.names) - 1}.xml"]
    decided = dict(zip(*book.rows["decisions"][:2], strict=True))
    assert (decided["person"], decided["reason"], decided["decided by"]) == ("zhao", "flood", "xu")


def test_texts_are_never_formulas(book: Workbook) -> None:
    assert all(
        formula.startswith(("MAX(", "SUM", "ROUND(", "RANK(", "'", "D", "F", "G")) for *_, formula in book.formulas()
    )
    assert "=1+1" in {value for row in book.rows["ranking"] for value in row}


def test_a_name_that_no_file_may_hold_spoils_none(tmp_path: Path) -> None:
    write_estate(tmp_path)
    people = (tmp_path / "people.csv").read_text("utf-8")
    (tmp_path / "people.csv").write_text(people.replace("kou,,", "kou,bell\x07&<,"), "utf-8")
    book = Workbook(render(scored(tmp_path), "xlsx", "en"))
    assert "bell &<" in book.names
    for part in book.parts.values():
        ElementTree.fromstring(part)


def test_every_page_is_numbered_one_wide_with_its_titles(book: Workbook) -> None:
    defined = book.parts["xl/workbook.xml"]
    for number, name in enumerate(book.names, start=1):
        part = book.parts[f"xl/worksheets/sheet{number}.xml"]
        assert 'orientation="landscape"' in part
        assert '<pageSetUpPr fitToPage="1"/>' in part
        assert 'fitToHeight="0"' in part
        assert "&amp;P / &amp;N" in part
        assert f'<definedName name="_xlnm.Print_Titles" localSheetId="{number - 1}">' in defined, name


def test_ones_own_copy_says_nothing_of_others(result: dr.Result) -> None:
    book = Workbook(render(result, "xlsx", "zh-Hans", "xu"))
    assert book.names == ["xu", "依据"]
    everything = "".join(book.parts.values())
    for other in ("=1+1", "O'Hara", "O&#39;Hara", "李[a/b]", "kou", "zhao", "未排名"):
        assert other not in everything
    told = [row[2] for row in book.rows["xu"] if str(row[2]).startswith("连带责任")]
    assert told == ["连带责任:保安,Late,1/3:−3.3333"] * 2
    assert [row[0] for row in book.rows["xu"] if str(row[0]).startswith("对 保安 负连带责任")]
    assert book.value("xu", f"G{book.find('xu', '总分')[0] + 1}") == 90


def test_the_same_bytes_again(result: dr.Result, estate: Path) -> None:
    assert render(result, "xlsx", "zh-Hans") == render(scored(estate), "xlsx", "zh-Hans")


def score_to(estate: Path, out: Path, *more: str) -> int:
    log = str(estate / "log.csv")
    command = ["score", "--estate", str(estate), "--log", log, "--month", "2026-10", "--lang", "en"]
    return main([*command, "--out", str(out), *more])


def test_a_folder_gets_a_copy_for_everybody(estate: Path, tmp_path: Path, capsys: Any) -> None:
    assert score_to(estate, tmp_path / "copies") == 0
    assert "6 workbooks" in capsys.readouterr().err
    copies = sorted(path.name for path in (tmp_path / "copies").iterdir())
    assert copies == ["kou.xlsx", "li.xlsx", "ma.xlsx", "wu.xlsx", "xu.xlsx", "zhao.xlsx"]
    assert Workbook((tmp_path / "copies" / "wu.xlsx").read_bytes()).names == ["=1+1", "evidence"]
    assert score_to(estate, tmp_path / "one", "--person", "zhao") == 0
    assert [path.name for path in (tmp_path / "one").iterdir()] == ["zhao.xlsx"]


def test_an_estate_is_no_folder_for_copies(estate: Path, capsys: Any) -> None:
    assert score_to(estate, estate) == 1
    assert "score.estate-folder" in capsys.readouterr().err
