"""`dutyrules close` and `dutyrules purge`: what they print and write, and with which status they end."""

import json
from pathlib import Path

import pytest

from dutyrules.cli import main as cli
from tests.closing.yard import DECIDED, FILED, Yard, breach
from tests.report.month_world import Workbook


@pytest.fixture
def here(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> Yard:
    monkeypatch.chdir(yard.folder)
    return yard


def close(step: str, *arguments: str, month: str = "2026-10") -> int:
    which = [] if step == "status" else ["--month", month]
    return cli.main(["close", step, "--estate", ".", *which, "--lang", "en", *arguments])


@pytest.mark.usefixtures("here")
def test_the_whole_round(capsys: pytest.CaptureFixture[str]) -> None:
    assert close("draft", "--log", "logs/2026-10.csv", "--at", "2026-11-02") == 0
    assert "DRAFT: not published" in capsys.readouterr().out
    assert close("publish", "--log", "logs/2026-10.csv", "--at", "2026-11-05 10:00", "--out", "copies") == 0
    said = capsys.readouterr()
    assert "published on 2026-11-05 10:00:00 (revision 1); appeals may be filed before 2026-11-13 00:00:00" in said.out
    assert said.err == "written: closing/2026-10/published-1.json\nwritten: 2 workbooks in copies\n"
    assert close("finish", "--at", "2026-11-12") == 1
    assert "error close.window-open: appeals may be filed until 2026-11-13 00:00:00" in capsys.readouterr().err
    assert close("finish", "--at", "2026-11-13", "--out", "october.xlsx") == 0
    capsys.readouterr()
    assert close("status") == 0
    first, tip = capsys.readouterr().out.splitlines()
    assert first == "2026-10  closed 2026-11-13 23:59:59  2026-10/closed.json"
    assert tip.startswith("ledger ")
    assert close("status", "--format", "json") == 0
    (month,) = json.loads(capsys.readouterr().out)["months"]
    assert (month["month"], month["state"], month["appeals_until"]) == ("2026-10", "closed", None)


def test_everything_is_told_in_every_format(here: Yard) -> None:
    late = breach(here.publish(), "late")
    here.appeals(f"{late},{FILED},wu,hr,{DECIDED},2.5,flood,boss")
    here.finish()
    here.late("2026-10", "2026-10-30 07:00,wu,gate.opened,,2026-11-10 08:00,hu")
    step = here.publish("2026-11", "2026-12-04 10:00")
    for name in ("11.txt", "11.csv", "11.json"):
        assert close("draft", "--log", "logs/2026-11.csv", "--at", "2026-12-05", "--out", name, month="2026-11") == 0
        assert "points +20; fines -10 CNY" in Path(name).read_text("utf-8") or name == "11.json"
    told = json.loads(Path("11.json").read_text("utf-8"))
    assert (told["standing"]["state"], told["closed"]) == ("draft", False)
    (adjustment,) = told["people"][0]["adjustments"]
    assert (adjustment["points"], adjustment["fines"]) == ("20", {"CNY": "-10"})
    again = step.path.read_bytes() if step.path else b""
    assert b'"appeals": []' in again


def test_published_again_without_a_change(here: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    here.publish()
    assert close("publish", "--log", "logs/2026-10.csv", "--at", "2026-11-06") == 0
    assert "nothing changed since it was published; nothing was written" in capsys.readouterr().err


def test_differences_only(here: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    missing = breach(here.publish(), "missing")
    here.finish()
    assert close("diff") == 0
    assert capsys.readouterr().out == ""
    here.late("2026-10", "2026-10-30 07:00,wu,gate.opened,,2026-11-10 08:00,hu")
    assert close("diff") == 0
    assert capsys.readouterr().out == (
        f"2026-10  Wu (wu), guard: points +20; fines -10 CNY\n  no more: 2026-10-30  Gate open: missing  {missing}\n"
    )
    assert close("diff", "--format", "json") == 0
    (one,) = json.loads(capsys.readouterr().out)["differences"]
    assert (one["person"], one["points"], one["changes"][0]["breach_id"]) == ("wu", "20", missing)


def test_score_reads_what_was_closed(here: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    here.october()
    score = ["score", "--estate", ".", "--log", "logs/2026-11.csv", "--month", "2026-11", "--lang", "en"]
    assert cli.main([*score, "--person", "wu"]) == 0
    by_itself = capsys.readouterr().out
    assert "the quarter so far, 2 months: 95\n" in by_itself
    assert cli.main([*score, "--person", "wu", "--closed", "closing/2026-10/closed.json"]) == 0
    assert capsys.readouterr().out == by_itself


def test_rejected_rows_are_told(here: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    here.late("2026-10", "2026-10-30 07:00,nobody,gate.opened")
    assert close("publish", "--log", "logs/2026-10.csv", "--at", "2026-11-05 10:00") == 4
    assert "1 rows could not be read: rejects.csv" in capsys.readouterr().err


@pytest.mark.parametrize(
    "arguments",
    [
        ["publish", "--estate", ".", "--month", "2026-10"],
        ["finish", "--estate", "."],
        ["draft", "--estate", ".", "--log", "logs", "--month", "2026-10", "--at", "soon"],
        ["draft", "--estate", ".", "--log", "logs", "--month", "2026-10", "--out", "x.pdf"],
        [],
    ],
)
@pytest.mark.usefixtures("here")
def test_wrong_usage(arguments: list[str]) -> None:
    try:
        status: object = cli.main(["close", *arguments])
    except SystemExit as left:
        status = left.code
    assert status == 2


def test_a_purge_asks_first(here: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    here.october()
    purge = ["purge", "--estate", ".", "--at", "2027-11-02", "--lang", "en"]
    assert cli.main(purge) == 0
    said = capsys.readouterr()
    assert said.out == (
        "2026-10\n  goes: closing/2026-10/published-1.json\n"
        "  goes: closing/2026-10/closed.json\n  goes: logs/2026-10.csv\n"
    )
    assert said.err == "nothing was taken away; say --yes to do it\n"
    assert Path("logs/2026-10.csv").exists()
    assert cli.main([*purge, "--yes"]) == 0
    assert capsys.readouterr().out.endswith("done; hashes and totals are kept\n")
    assert not Path("logs/2026-10.csv").exists()
    assert cli.main([*purge, "--yes"]) == 0
    assert capsys.readouterr().out == "there is nothing to take away\n"
    assert close("status") == 0
    assert capsys.readouterr().out.startswith("2026-10  purged 2027-11-02 23:59:59; totals and hashes are kept")


def test_the_workbook_computes_what_was_closed(here: Yard) -> None:
    late = breach(here.publish(), "late")
    here.appeals(f"{late},{FILED},wu,hr,{DECIDED},2.5,flood,boss")
    assert close("finish", "--at", "2026-11-13", "--out", "october.xlsx") == 0
    here.late("2026-10", "2026-10-30 07:00,wu,gate.opened,,2026-11-10 08:00,hu")
    assert close("publish", "--log", "logs/2026-11.csv", "--at", "2026-12-04", "--out", "11.xlsx", month="2026-11") == 0
    for name, total, state in (("october.xlsx", 37.5, "closed; published"), ("11.xlsx", 80, "published on")):
        book = Workbook(Path(name).read_bytes())
        row, _ = book.find("Wu", "total")
        score = next(
            cell
            for sheet, cell, _ in book.formulas()
            if sheet == "Wu" and cell.endswith(str(row + 1)) and cell[0] == "F"
        )
        assert (book.value("Wu", score), book.compute("Wu", score)) == (total, total)
        assert any(str(cell).startswith(state) for line in book.rows["Wu"][:4] for cell in line)
    told = [cell for line in Workbook(Path("october.xlsx").read_bytes()).rows["decisions"] for cell in line]
    assert {"2.5 given back", "flood", "hr"} <= set(told)
    assert Path("october.xlsx").read_bytes() != Path("11.xlsx").read_bytes()
