"""The check that CONTRIBUTING.md writes is registered as it says, and its book's tests pass."""

import importlib.util
import re
from pathlib import Path
from types import ModuleType

import pytest

from dutyrules.book import load_book
from dutyrules.checks import CHECKS
from dutyrules.diagnostics import InputError
from dutyrules.report.handbook import handbook
from dutyrules.workshop import run_book_tests

TEXT = (Path(__file__).parents[2] / "CONTRIBUTING.md").read_text("utf-8")
FILE = re.compile(r"<!-- file: (?P<name>[^>]*?) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)


@pytest.fixture
def written(tmp_path: Path) -> Path:
    for match in FILE.finditer(TEXT):
        (tmp_path / match["name"]).write_text(match["text"], "utf-8")
    return tmp_path


def imported(path: Path) -> ModuleType:
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_a_new_check_is_one_module_and_its_name(written: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(InputError, match="there is no check pause"):
        run_book_tests(written / "pause.yaml")
    monkeypatch.setitem(CHECKS, "pause", imported(written / "pause.py").Pause)
    assert "Not in a row" in handbook(load_book(written / "pause.yaml"), "en")
    report = run_book_tests(written / "pause.yaml")
    assert report.passed, report.as_text()
    assert len(report.outcomes) == 2
