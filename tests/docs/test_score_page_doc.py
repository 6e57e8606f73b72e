"""The commands of docs/score-page.md, run on a small estate in the place of the one that they name."""

import json
import re
import shlex
import shutil
from pathlib import Path

import pytest

from dutyrules.cli.main import main
from dutyrules.report import redacted
from dutyrules.scoring import seal_of
from tests.report.month_world import write_estate
from tests.report.test_score_page import closed_months

PAGE = (Path(__file__).parents[2] / "docs" / "score-page.md").read_text("utf-8")


def test_the_commands_write_what_the_page_says(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "haitang" / "logs").mkdir(parents=True)
    write_estate(tmp_path / "haitang")
    shutil.move(tmp_path / "haitang" / "log.csv", tmp_path / "haitang" / "logs")
    july, _ = closed_months(tmp_path)
    august = {**json.loads(july.read_text("utf-8")), "period": "2026-08"}
    (tmp_path / "2026-08.json").write_text(json.dumps({**august, "seal": seal_of(august)}), "utf-8")
    monkeypatch.chdir(tmp_path)
    (block,) = re.findall(r"```sh\n(.*?)```", PAGE, re.DOTALL)
    commands = [shlex.split(line.replace("b03", "wu")) for line in block.splitlines()]
    assert len(commands) == 5
    for program, *arguments in commands:
        assert (program, main(arguments)) == ("dutyrules", 0)
    assert 'id="trend"' in Path("2026-10.html").read_text("utf-8")  # the second wrote over the first
    assert sorted(path.name for path in Path("copies").iterdir())[-1] == "zhao.html"
    assert "=1+1" not in Path("shown.html").read_text("utf-8")
    assert Path("wu.html").read_bytes().count(b"<section") == 1


def test_every_kind_of_pseudonym_is_explained() -> None:
    letters = set(re.findall(r'"([a-z])"\)', Path(redacted.__file__).read_text("utf-8")))
    assert letters == {"u", "b", "a", "p"}
    assert all(f"`{letter}-`" in PAGE for letter in (*letters, "e", "x"))
