"""test: runs the tests that rule books carry, and says what they cover."""

import argparse
import sys
from pathlib import Path


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Books to test."""
    command.add_argument(
        "books", nargs="+", metavar="BOOK", help="a rule book, or a shipped one (dutyrules:area-butler)"
    )
    command.add_argument("--format", choices=("text", "json"), default="text")


def run(arguments: argparse.Namespace) -> int:
    """Prints a report per book; 1 if a test fails or a book has none."""
    import json

    from dutyrules.book import resolve, unknown_book
    from dutyrules.diagnostics import InputError, Span
    from dutyrules.workshop import run_book_tests

    reports = []
    for name in arguments.books:
        path = resolve(name, Path())
        if path is None:
            raise InputError([unknown_book(name, Span(name, 1, 1))])
        reports.append(run_book_tests(path))
    if arguments.format == "json":
        print(json.dumps([report.as_json() for report in reports], ensure_ascii=False, indent=2))
    else:
        sys.stdout.write("".join(report.as_text() for report in reports))
    return 0 if all(report.passed for report in reports) else 1
