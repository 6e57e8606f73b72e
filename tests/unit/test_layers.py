"""The contracts of pyproject.toml hold, and each of them fails when it is broken."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def lint(source_tree: Path) -> subprocess.CompletedProcess[str]:
    """Checks the package in a source tree against the contracts of this project."""
    command = "from importlinter.cli import lint_imports_command; lint_imports_command()"
    options = ["--no-cache", "--no-logo", "--config", str(ROOT / "pyproject.toml")]
    # import-linter looks for the package in the working directory first.
    return subprocess.run(
        [sys.executable, "-c", command, *options],
        cwd=source_tree,
        capture_output=True,
        text=True,
        encoding="utf-8",
        env={"PYTHONUTF8": "1", "COLUMNS": "200"},
        check=False,
    )


@pytest.fixture
def copied(tmp_path: Path) -> Path:
    """A source tree to be spoiled."""
    shutil.copytree(ROOT / "src", tmp_path / "src", ignore=shutil.ignore_patterns("__pycache__"))
    return tmp_path / "src"


def test_every_contract_is_kept() -> None:
    result = lint(ROOT / "src")
    assert result.returncode == 0, result.stdout + result.stderr
    assert "4 kept, 0 broken" in result.stdout


@pytest.mark.parametrize(
    ("module", "line", "contract"),
    [
        ("diagnostics.py", "import dutyrules.scoring", "data flows one way"),
        ("diagnostics.py", "def late() -> None:\n    from dutyrules import score", "data flows one way"),
        ("source.py", "import dutyrules.timegrid", "data flows one way"),
        ("diagnostics.py", "import yaml", "only source reads YAML"),
        ("diagnostics.py", "from ortools.sat.python import cp_model", "only plan and roster solve"),
        ("diagnostics.py", "import tabulate", "only report writes tables and calendars"),
        ("diagnostics.py", "import icalendar", "only report writes tables and calendars"),
        ("diagnostics.py", "import xlsxwriter", "only report writes tables and calendars"),
    ],
)
def test_a_contract_fails_when_it_is_broken(copied: Path, module: str, line: str, contract: str) -> None:
    with (copied / "dutyrules" / module).open("a", encoding="utf-8") as file:
        file.write(f"\n{line}\n")
    result = lint(copied)
    assert result.returncode == 1, result.stdout + result.stderr
    assert f"{contract} BROKEN" in result.stdout


def test_a_module_outside_of_the_layers_is_noticed(copied: Path) -> None:
    (copied / "dutyrules" / "stray.py").touch()
    result = lint(copied)
    assert result.returncode == 1, result.stdout + result.stderr
    assert "data flows one way BROKEN" in result.stdout
    assert "stray" in result.stdout
