"""`check` given a directory: the estate in it, or what to name instead."""

from pathlib import Path

import pytest

from dutyrules.cli.main import main
from tests.report.form_world import write_estate


def test_a_directory_is_the_estate_in_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(write_estate(tmp_path / "garden"))
    assert main(["check", "."]) == 0
    assert capsys.readouterr().out == "1 checked, nothing wrong\n"
    (tmp_path / "garden" / "people.csv").write_text("person,role,area\nli,guard,yard\n", "utf-8")
    assert main(["check", "."]) == 1
    assert "people.csv:row 2:role: error table.unknown-role" in capsys.readouterr().err


def test_a_directory_without_an_estate(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    folder = tmp_path / "books"
    folder.mkdir()
    (folder / "own.yaml").write_text("book: own\n", "utf-8")
    assert main(["check", str(folder)]) == 1
    assert capsys.readouterr().err == (
        f"{folder / 'estate.yaml'}:1:1: error estate.no-file: this directory holds no estate.yaml\n"
        "  found: own.yaml\n"
        "  expected: estate.yaml\n"
        "  hint: name the books in it, or the directory of an estate\n"
    )
