"""The README's example is run as a reader would run it, and prints what the README says."""

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"<!-- (?P<what>[^>]*?) -->\n```\w+\n(?P<text>.*?)```", re.DOTALL)


def blocks(name: str) -> Iterator[tuple[str, str]]:
    for match in BLOCK.finditer((ROOT / name).read_text("utf-8")):
        yield match["what"], match["text"]


@pytest.fixture
def reader(tmp_path: Path) -> Path:
    """A directory with the files that the README shows."""
    for what, text in blocks("README.md"):
        if what.startswith("file: "):
            path = tmp_path / what.removeprefix("file: ")
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")
    return tmp_path


def run(command: list[str], where: Path, status: int = 0) -> str:
    done = subprocess.run(command, cwd=where, capture_output=True, text=True, check=False)
    assert done.returncode == status, done.stderr
    return done.stdout


def outputs_after(wanted: str, readme: str = "README.md") -> str:
    found = list(blocks(readme))
    index = next(index for index, (what, _) in enumerate(found) if what == wanted)
    assert found[index + 1][0] == "output"
    return found[index + 1][1]


@pytest.mark.parametrize(
    ("readme", "name", "status"),
    [
        ("README.md", "explain", 0),
        ("README.md", "due", 0),
        ("README.md", "plan, status 5", 5),
        ("README.zh-CN.md", "plan, status 5", 5),
    ],
)
def test_the_commands_print_what_they_should(reader: Path, readme: str, name: str, status: int) -> None:
    text = next(text for what, text in blocks(readme) if what == f"command: {name}")
    program, *arguments = shlex.split(text)
    assert program == "dutyrules"
    told = run([sys.executable, "-m", "dutyrules", *arguments], reader, status)
    assert told == outputs_after(f"command: {name}", readme)


def test_the_python_example(reader: Path) -> None:
    text = next(text for what, text in blocks("README.md") if what == "python")
    assert run([sys.executable, "-c", text], reader) == outputs_after("python")


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_every_linked_file_exists(name: str) -> None:
    links = re.findall(r"\]\((?!https?:)([^)#]+)\)", (ROOT / name).read_text("utf-8"))
    assert links
    assert [link for link in links if not (ROOT / link).exists()] == []


@pytest.mark.parametrize("name", ["README.md", "README.zh-CN.md"])
def test_two_commands(name: str) -> None:
    assert {what for what, _ in blocks(name) if what.startswith("command")} >= {"command: demo", "command: test"}
