"""The round of docs/month-close.md, command by command."""

import json
import shlex
from pathlib import Path

import pytest

from dutyrules.cli import main as cli
from tests.docs.test_readme import blocks


def test_the_round(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    names: dict[str, str] = {}

    def known(text: str) -> str:
        for name, breach in names.items():
            text = text.replace(name, breach)
        return text

    told = ""
    commands = 0
    for what, text in blocks("docs/month-close.md"):
        if what.startswith("file: "):
            path = Path(what.removeprefix("file: "))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(known(text), "utf-8")
        elif what == "output":
            assert told == known(text)
        else:
            program, *arguments = shlex.split(text)
            assert (program, cli.main(arguments)) == ("dutyrules", 0)
            told, commands = capsys.readouterr().out, commands + 1
            names = names or _ids(tmp_path)
    assert commands == 6


def _ids(folder: Path) -> dict[str, str]:
    """What the page calls <late> and <missing>: ids are hashes, and nobody reads those."""
    published = json.loads((folder / "gate/closing/2026-10/published-1.json").read_text("utf-8"))
    return {f"<{one['reason']}>": one["breach_id"] for one in published["people"][0]["breaches"]}
