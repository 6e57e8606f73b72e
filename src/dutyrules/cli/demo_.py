"""demo: the whole round on the shipped example estate, in a directory of its own."""

import argparse
import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from dutyrules.cli.arguments import add_language

if TYPE_CHECKING:
    from dutyrules.estate import Estate

MONTH = "2026-10"


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Where to work."""
    command.add_argument(
        "directory",
        nargs="?",
        type=Path,
        default=Path("haitang-demo"),
        metavar="DIR",
        help="made if it does not exist (haitang-demo)",
    )
    add_language(command)


def run(arguments: argparse.Namespace) -> int:
    """Copies the estate, checks and tests its books, imports an export, scores the month, names the file to open."""
    home: Path = arguments.directory
    if home.exists() and any(home.iterdir()):
        print(f"{home} is not empty: name a new directory", file=sys.stderr)
        return 2
    return _round(home, arguments.lang)


def _round(home: Path, language: str) -> int:
    from dutyrules import load_estate, read_log, score
    from dutyrules.activity.rejects import write_rejects
    from dutyrules.report import render, write_report
    from dutyrules.resources import examples_dir, shipped_book, shipped_books

    _say(1, f"copying the example estate to {home}")
    shutil.copytree(
        examples_dir() / "haitang", home, dirs_exist_ok=True, ignore=shutil.ignore_patterns("generate*", "__pycache__")
    )
    _say(2, "checking the estate and its rule books")
    estate = load_estate(home / "estate.yaml")
    _say(3, "running the tests in the rule books")
    _test([home / "books" / "haitang.yaml", *filter(None, map(shipped_book, shipped_books()))])
    _say(4, "reading a patrol export of another system")
    _import(home, estate)
    _say(5, f"scoring {MONTH}")
    log = read_log(sorted((home / "logs").glob("*.csv")), estate, period=MONTH)
    if log.rejected_rows:
        write_rejects(log.rejects, home / "rejects.csv")
        print(f"    {log.rejected_rows} unreadable rows are kept in {home / 'rejects.csv'}")
    result = score(estate, log, MONTH)
    for suffix in (".csv", ".json", ".txt"):
        write_report(result, home / f"{MONTH}{suffix}", language)
    print()
    sys.stdout.write(render(result, "text", language).decode())
    print(
        f"\nOpen {home / f'{MONTH}.csv'} in a spreadsheet. Why somebody lost points:\n"
        f"  dutyrules explain --estate {home} --log {home / 'logs'} --month {MONTH} --person dir 5"
    )
    return 0


def _say(step: int, what: str) -> None:
    print(f"[{step}/5] {what}", flush=True)


def _test(books: list[Path]) -> None:
    from dutyrules.workshop import run_book_tests

    for book in books:
        report = run_book_tests(book)
        state = f"{len(report.failed)} failed" if report.failed else "all passed"
        print(f"    {book.name}: {len(report.outcomes)} tests, {state}")


def _import(home: Path, estate: "Estate") -> None:
    from dutyrules.activity.mapping import import_files, write_log_csv
    from dutyrules.estate import lookups

    exports = sorted((home / "exports").glob("*.xlsx"))
    target = home / "logs" / "patrols-imported.csv"
    imported = import_files("microcommunity_patrol", exports, lookups=lookups(estate))
    write_log_csv(imported, target)
    print(f"    {len(imported.rows)} rows from {', '.join(path.name for path in exports)}")
