"""handbook: writes what each role of a rule book owes as pages for its staff."""

import argparse
import sys
from pathlib import Path

from dutyrules.languages import LANGUAGES


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Books, and where the pages go."""
    command.add_argument(
        "books", nargs="+", metavar="BOOK", help="a rule book, or a shipped one (dutyrules:area-butler)"
    )
    command.add_argument(
        "--out", required=True, type=Path, metavar="DIR", help="the directory for BOOK.en.md and BOOK.zh-Hans.md"
    )
    command.add_argument(
        "--lang",
        action="append",
        choices=LANGUAGES,
        help="language of a page; may be repeated; otherwise zh-Hans and en, and zh-Hant if the book is titled in it",
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes a page for each book and language."""
    from dutyrules import atomic
    from dutyrules.book import load_book, resolve, unknown_book
    from dutyrules.diagnostics import InputError, Span
    from dutyrules.report.handbook import handbook, languages_of

    paths = [(name, resolve(name, Path())) for name in arguments.books]
    if unknown := [unknown_book(name, Span(name, 1, 1)) for name, path in paths if path is None]:
        raise InputError(unknown)
    for book in [load_book(path) for _, path in paths if path is not None]:
        for language in arguments.lang or languages_of(book):
            page = arguments.out / f"{book.head.book}.{language}.md"
            atomic.write(page, handbook(book, language).encode())
            print(f"written: {page}", file=sys.stderr)
    return 0
