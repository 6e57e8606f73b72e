"""Reports in traditional Chinese: every output of a small estate, made by commands, without a simplified character."""

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import openpyxl
import polars as pl
import pytest

from dutyrules.cli.main import main
from tests.traditional import simplified

BOOK = """\
book: harbour
title: {zh-Hans: 港湾物业管家, zh-Hant: 港灣物業管家, en: Harbour}
source: {id: H, title: {zh-Hans: 管家职责, zh-Hant: 管家職責, en: Duties}}
published_on: 2024-01-01
roles:
  butler: {title: {zh-Hans: 区域管家, zh-Hant: 區域管家, en: Butler}}
  chief: {title: {zh-Hans: 物业经理, zh-Hant: 物業經理, en: Chief}}
events:
  gate.opened: {title: {zh-Hans: 开门, zh-Hant: 開門, en: Gate opened}}
  visit.home: {title: {zh-Hans: 上门拜访, zh-Hant: 上門拜訪, en: Home visit}, target: unit}
populations:
  households: {table: units, where: {state: occupied}, title: {zh-Hans: 住户, zh-Hant: 住戶, en: Households}}
duties:
  open:
    title: {zh-Hans: 准时开门, zh-Hant: 準時開門, en: Open}
    clause: 1
    role: butler
    check: attendance
    event: gate.opened
    by: 07:00
  groomed: {title: {zh-Hans: 仪容整洁, zh-Hant: 儀容整潔, en: Groomed}, clause: 2, role: butler, check: finding}
  everyone:
    title: {zh-Hans: 每月走访每户, zh-Hant: 每月走訪每戶, en: Everybody}
    clause: 3
    role: butler
    check: quota
    event: visit.home
    distinct: target
    per: month
    at_least: {share: 1/1, of: households}
    population: households
scorecards:
  butlers:
    title: {zh-Hans: 管家考核表, zh-Hant: 管家考核表, en: Butlers}
    role: butler
    per: month
    clause: 9
    items:
      1:
        title: {zh-Hans: 守时, zh-Hant: 守時, en: Punctual}
        marks: 60
        lines: {1: {title: {zh-Hans: 开门迟, zh-Hant: 開門遲, en: Late}, breaches: [open.late, open.missing], each: 10}}
      2:
        title: {zh-Hans: 仪容, zh-Hant: 儀容, en: Conduct}
        marks: 40
        inspect: required
        lines: {1: {title: {zh-Hans: 不整洁, zh-Hant: 不整潔, en: Untidy}, breaches: [groomed.found], each: 5}}
fines:
  late:
    title: {zh-Hans: 迟到, zh-Hant: 遲到, en: Late}
    clause: 4
    role: butler
    breaches: [open.late]
    each: 10
    currency: HKD
"""

FILES = {
    "book.yaml": BOOK,
    "estate.yaml": """\
estate: harbour
title: {zh-Hans: 港湾花园, zh-Hant: 港灣花園, en: Harbour Garden}
areas: {yard: {}}
books: [book.yaml]
planning:
  visits:
    visit.home: {channel: home, per_day: 2, minutes: 20, hours: [["15:00", "17:00"]]}
""",
    "people.csv": "人員,姓名,崗位,區域\nli,李,butler,yard\nwang,王,butler,yard\nxu,徐,chief,yard\n",
    "buildings.csv": "樓棟,區域\nb1,yard\n",
    "units.csv": "房屋,樓棟,聯絡方式\nu1,b1,any\nu2,b1,any\nu3,b1,phone\n",
    "coverage.csv": "來源,事件類型,起,止,狀態\nall,,,,complete\n",
    "settlements.csv": "期間,人員,考核項,決定,決定人\n2026-10,li,2,assume_met,xu\n2026-10,wang,2,exclude,xu\n",
    "log.csv": "at,person,kind,target\n2026-10-08 06:50,li,gate.opened,\n2026-10-09 07:10,li,gate.opened,\n",
}

SCORED = "--estate . --log log.csv --month 2026-10"
COMMANDS = {
    "score-text": f"score {SCORED} --out out.txt",
    "score-csv": f"score {SCORED} --out out.csv",
    "score-workbook": f"score {SCORED} --out out.xlsx",
    "score-page": f"score {SCORED} --out out.html",
    "score-of-one": f"score {SCORED} --person li --out out.html",
    "explain": f"explain {SCORED} --person li",
    "due-text": "due --estate . --log log.csv --as-of '2026-10-15 12:00' --out out.txt",
    "due-calendar": "due --estate . --log log.csv --as-of '2026-10-15 12:00' --person li --out out.ics",
    "plan-text": "plan visits --estate . --period 2026-11 --out out.txt",
    "plan-workbook": "plan visits --estate . --period 2026-11 --out out.xlsx",
    "plan-page": "plan visits --estate . --period 2026-11 --out out.html",
    "plan-calendar": "plan visits --estate . --period 2026-11 --out out",
    "handbook": "handbook book.yaml --out out",
    "form": "form --estate . --month 2026-10 --all-lines --out out.xlsx",
    "close": "close publish --estate . --log log.csv --month 2026-10 --at '2026-11-05 10:00'",
}

Run = Callable[[str], str]


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Run:
    """Runs a command in the estate; everything that it says and writes, as text."""
    for name, text in FILES.items():
        (tmp_path / name).write_text(text, "utf-8")
    monkeypatch.chdir(tmp_path)

    def told(command: str) -> str:
        words = [quoted or bare for quoted, bare in re.findall(r"'([^']*)'|(\S+)", command)]
        assert main([*words, "--lang", "zh-Hant"]) in (0, 5), capsys.readouterr().err
        written = [
            path
            for path in sorted(tmp_path.rglob("*"))
            if path.is_file() and path.relative_to(tmp_path).parts[0].startswith("out")
        ]
        return "\n".join([capsys.readouterr().out, *map(_text, written)])

    return told


def _text(path: Path) -> str:
    data = path.read_bytes()
    if path.suffix != ".xlsx":
        return data.decode("utf-8-sig").replace("\r\n ", "")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = [name for name in archive.namelist() if "theme" not in name]  # the fonts of every workbook there is
        return "\n".join(archive.read(name).decode() for name in parts)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_output_is_traditional_throughout(name: str, run: Run) -> None:
    told = run(COMMANDS[name])
    assert len(re.findall(r"[一-鿿]", told)) > 15
    assert simplified(told) == set()


def test_words_of_the_outputs(run: Run) -> None:
    assert run(COMMANDS["score-text"]).startswith("\n港灣花園:2026-10 考核結果\n")
    page = run(COMMANDS["score-page"])
    assert '<html lang="zh-Hant">' in page
    assert "開門遲" in page
    assert "每月走訪每戶" in run(COMMANDS["due-calendar"])
    assert "# 港灣物業管家：工作手冊" in run(COMMANDS["handbook"])


def test_sheets_have_traditional_names(run: Run, tmp_path: Path) -> None:
    run(COMMANDS["score-workbook"])
    names = openpyxl.load_workbook(tmp_path / "out.xlsx").sheetnames
    assert names == ["排名", "李", "王", "徐", "依據", "豁免與認定"]


def test_a_form_comes_back(run: Run, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Found twice on the twelfth; the other butler was not looked at."""
    run(COMMANDS["form"])
    book = openpyxl.load_workbook(tmp_path / "out.xlsx")
    assert book.sheetnames[:3] == ["檢查表", "補充發現", "填寫說明"]
    sheet = book.worksheets[0]
    (top,) = [row for row in range(1, 10) if sheet.cell(row, 1).value == "編號"]
    columns = {cell.value: cell.column for cell in sheet[top]}
    sheet["C2"], sheet["C3"] = "徐 (xu)", date(2026, 10, 12)
    for row in range(top + 1, sheet.max_row + 1):
        who, clause = (sheet.cell(row, columns[title]).value for title in ("編號", "條款"))
        if clause == "H-9.2.1":
            title, said = ("次數", "2處") if who == "li" else ("已檢查", "否")
            sheet.cell(row, columns[title]).value = said
            sheet.cell(row, columns["時間"]).value = "14點30分" if who == "li" else None
    book.save(tmp_path / "filled.xlsx")
    assert main(["form", "read", "filled.xlsx", "--estate", ".", "--out", "found.csv"]) == 0, capsys.readouterr().err
    rows = pl.read_csv(tmp_path / "found.csv", infer_schema=False).select("at", "person", "kind", "value")
    found = [row for row in rows.rows() if row[2] == "finding.H-9.2.1"]
    assert found == [("2026-10-12 14:30:00", "li", "finding.H-9.2.1", "2")]
    assert [row[1] for row in rows.rows() if row[2] == "inspection.2"] == ["li"]
