"""check: reads rule books or estates and says everything that is wrong."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dutyrules.diagnostics import Diagnostic


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Books and estates to check."""
    command.add_argument(
        "books",
        nargs="+",
        metavar="BOOK",
        help="a rule book, a shipped one (dutyrules:area-butler), an estate.yaml, or the directory that holds it",
    )
    command.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Prints the diagnostics of all of them; 1 if there is an error."""
    from dutyrules.diagnostics import InputError

    found: list[Diagnostic] = []
    for name in arguments.books:
        try:
            found += _check(name)
        except InputError as error:
            found += error.diagnostics
    if arguments.format == "json":
        print(json.dumps([one.as_json() for one in found], ensure_ascii=False, indent=2))
    else:
        for one in found:
            print(one, file=sys.stderr)
        if not found:
            print(f"{len(arguments.books)} checked, nothing wrong")
    return 1 if any(one.severity == "error" for one in found) else 0


def _check(name: str) -> "list[Diagnostic]":
    from dutyrules.book import load_book, resolve, unknown_book
    from dutyrules.diagnostics import Diagnostic, InputError, Span
    from dutyrules.estate import load_estate

    given = Path(name)
    path = given if given.is_dir() else resolve(name, Path())
    if path is None:
        raise InputError([unknown_book(name, Span(name, 1, 1))])
    if path.is_dir() and not (path / "estate.yaml").is_file():
        books = sorted(each.name for each in path.glob("*.yaml"))
        message, hint = "this directory holds no estate.yaml", "name the books in it, or the directory of an estate"
        where, found = Span(str(path / "estate.yaml"), 1, 1), ", ".join(books) or "no YAML file"
        raise InputError([Diagnostic("estate.no-file", message, where, found, "estate.yaml", hint)])
    if path.is_dir() or path.name == "estate.yaml":
        estate = load_estate(path)
        return [*estate.book.warnings, *estate.notices]
    return list(load_book(path).warnings)
