"""The page about imports: its example is run as a reader would run it, and its table tells of every shipped mapping."""

import re
import shlex
from pathlib import Path

import pytest

from dutyrules.activity.imports import load, load_mapping, shipped_mappings
from dutyrules.activity.imports.importer import mapped_kinds
from dutyrules.cli.main import main

PAGE = (Path(__file__).parents[2] / "docs" / "imports.md").read_text("utf-8")
BLOCKS = re.findall(r"<!-- ([^>]*?) -->\n```\w+\n(.*?)```", PAGE, re.DOTALL)


def test_the_example(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(tmp_path)
    for what, text in BLOCKS:
        verb, _, name = what.partition(": ")
        if verb == "file":
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, "utf-8")
        elif verb == "command":
            capsys.readouterr()
            assert main(shlex.split(text)[1:]) == int(name.rpartition(" ")[2])
        elif name:
            assert Path(name).read_text("utf-8-sig") == text
        else:
            assert capsys.readouterr().out == text
    assert sum(what.startswith("output") for what, _ in BLOCKS) == 4


def test_the_table_tells_of_every_mapping_its_settings_kinds_and_look_ups() -> None:
    rows = [
        [cell.strip() for cell in line.strip("|").split("|")] for line in PAGE.splitlines() if line.startswith("| `")
    ]
    told = {row[0].strip("`"): row[2:] for row in rows if row[0].strip("`") in shipped_mappings()}
    assert sorted(told) == list(shipped_mappings())
    for name, (kinds, settings, lookups) in told.items():
        rules = load_mapping(name)
        assert settings == " ".join(f"`{key}={value or ''}`" for key, value in rules.settings.items()), name
        assert sorted(re.findall(r"[a-z_]+(?=[,;]|$| \()", lookups)) == sorted(rules.tables), name
        usual = {key: value for key, value in rules.settings.items() if value}
        named = [kind for kind in mapped_kinds(rules, usual) if "{" not in kind]
        assert all(kind in kinds.split(", ") for kind in named), name
        assert ("leave" in kinds.split(", ")) == (rules.leave is not None), name


def test_every_word_of_the_language_is_told() -> None:
    words = {*load._KEYS, *load._COLUMN_KEYS}
    told = {
        word
        for line in PAGE.splitlines()
        if line.startswith("| `")
        for word in re.findall(r"`(\w+)`", line.split("|")[1])
    }
    assert words <= told
