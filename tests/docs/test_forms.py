"""The page about forms: its commands are run, and it tells of every column and every reason to refuse a form."""

import re
import shlex
from datetime import date
from pathlib import Path

import pytest

from dutyrules.cli.main import main
from tests.report.form_world import Form, write_estate

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "forms.md").read_text("utf-8")


def test_the_commands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    write_estate(tmp_path / "estate")
    commands = dict(re.findall(r"<!-- command: (\w+) -->\n```sh\n(.*?)\n```", PAGE))
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")  # the form is in Chinese all the same
    assert main(shlex.split(commands["form"])[1:]) == 0
    filled = Form(tmp_path / "form.xlsx")
    assert filled.main["C2"].value == "王二 (wang)"
    filled.main["C3"] = date(2026, 10, 12)
    filled.saved()
    assert main(shlex.split(commands["read"])[1:]) == 0
    assert "inspection.2" in (tmp_path / "found.csv").read_text("utf-8-sig")


def test_every_column_that_is_filled_in_is_told() -> None:
    for title in ("已检查", "次数", "日期", "时间", "地点/对象", "备注", "检查表", "补充发现", "填写说明"):
        assert f"| {title}" in PAGE or f"{title}, " in PAGE or f", {title}" in PAGE, title
