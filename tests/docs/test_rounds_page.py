"""The estate and the command of docs/rounds.md: the plan is the one that the page shows."""

import re
import shlex
from pathlib import Path

import pytest

from dutyrules.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "rounds.md").read_text("utf-8")
FILE = re.compile(r"<!-- file: (?P<name>.*?) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)
SHOWN = re.compile(r"<!-- command -->\n```sh\n(.*?)\n```\n\n<!-- output -->\n```text\n(.*?)```", re.DOTALL)


def test_the_plan_is_the_one_that_the_page_shows(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for one in FILE.finditer(PAGE):
        path = tmp_path / one["name"]
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(one["text"], "utf-8")
    monkeypatch.chdir(tmp_path)
    ((command, wanted),) = SHOWN.findall(PAGE)
    assert main(shlex.split(command)[1:]) == 0
    assert capsys.readouterr().out == wanted
