"""The page of each audience is worked through as a newcomer would: its commands run, and say what the page shows.

`…` on a line of its own stands for lines that the page leaves out, `typed: FILE CELL TEXT` for what somebody writes
into a workbook.
"""

import re
import shlex
import subprocess
import sys
from pathlib import Path

import openpyxl
import pytest

from dutyrules.cli.main import main

DOCS = Path(__file__).parents[2] / "docs"
BLOCK = re.compile(r"<!-- (?P<what>[^>]*?) -->\n(?:```\w+\n(?P<text>.*?)```)?", re.DOTALL)
LANGUAGE = {"en": "--lang en", "zh-CN": "--lang zh-Hans"}
PAGES = (
    "for-hr.md",
    "for-hr.zh-CN.md",
    "for-planners.md",
    "for-planners.zh-CN.md",
    "for-authors.md",
    "for-integrators.md",
)
TRANSLATED = ("for-hr", "for-planners")
SLOW = ("for-hr.zh-CN.md", "for-planners.md", "for-planners.zh-CN.md")


def blocks(page: str) -> list[tuple[str, str]]:
    return [(match["what"], match["text"] or "") for match in BLOCK.finditer((DOCS / page).read_text("utf-8"))]


def shows(page: str, text: str) -> bool:
    """Whether a text is what the page shows of it."""
    parts = re.split(r"^…\n", page, flags=re.MULTILINE)
    return re.fullmatch(r"(?:.*\n)*?".join(map(re.escape, parts)), text) is not None


def type_in(file: str, cell: str, text: str) -> None:
    book = openpyxl.load_workbook(file)
    book.worksheets[0][cell] = text
    book.save(file)


class Reader:
    """Somebody at a terminal."""

    def __init__(self, capsys: pytest.CaptureFixture[str]) -> None:
        self._capsys = capsys
        self._said = ""

    def follow(self, what: str, text: str) -> None:
        """Does what a block asks for, or compares what it shows."""
        verb, _, name = what.partition(": ")
        if verb == "file":
            Path(name).parent.mkdir(parents=True, exist_ok=True)
            Path(name).write_text(text, "utf-8")
        elif verb.startswith("command"):
            status = int(name.removeprefix("status ") or 0)
            self._said = "".join(self._run(line, status) for line in text.replace("\\\n", " ").splitlines())
        elif verb == "typed":
            type_in(*name.split())
        elif verb == "python":
            self._said = self._outside([sys.executable, "-c", text], 0)
        elif name:
            assert shows(text, Path(name).read_text("utf-8-sig")), Path(name).read_text("utf-8-sig")
        else:
            assert shows(text, self._said), self._said

    def _run(self, line: str, status: int) -> str:
        program, *words = shlex.split(line)
        if program != "dutyrules":
            return self._outside(["sh", "-c", line], 0)
        self._capsys.readouterr()
        assert main(words) == status, line
        told = self._capsys.readouterr()
        return told.err + told.out

    @staticmethod
    def _outside(command: list[str], status: int) -> str:
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        assert done.returncode == status, done.stderr
        return done.stdout


@pytest.mark.parametrize(
    "page",
    # the Chinese pages give the same commands as the English ones (below); plans of the example estate take a while
    [pytest.param(page, marks=pytest.mark.slow) if page in SLOW else page for page in PAGES],
)
def test_the_page_works(
    page: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    reader = Reader(capsys)
    for what, text in blocks(page):
        reader.follow(what, text)


@pytest.mark.parametrize("page", TRANSLATED)
def test_both_languages_give_the_same_commands(page: str) -> None:
    told = {
        suffix: [(what, text.replace(f" {lang}", "")) for what, text in blocks(page + ending) if "output" not in what]
        for suffix, lang, ending in (("en", LANGUAGE["en"], ".md"), ("zh", LANGUAGE["zh-CN"], ".zh-CN.md"))
    }
    assert told["en"] == told["zh"]


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (DOCS / page).read_text("utf-8"))
    assert links
    assert [link for link in links if not (DOCS / link).exists()] == []


def test_what_is_left_out_is_not_compared() -> None:
    assert shows("a\n…\nd\n", "a\nb\nc\nd\n")
    assert shows("a\n…\n", "a\nb\n")
    assert not shows("a\n…\nd\n", "a\nb\ne\n")
    assert not shows("a\n", "a\nb\n")
