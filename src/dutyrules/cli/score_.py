"""score: judges a period of logged activity and prices it by the scorecards."""

import argparse
import sys
from pathlib import Path

from dutyrules.cli.arguments import add_language, add_scoring, scored


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What to score, for whom, and where to write it."""
    add_scoring(command)
    command.add_argument("--person", help="one person's sheets only")
    command.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="write to a .csv, .json, .txt, .xlsx or .html file; a folder gets a workbook (with --format html a page) "
        "for each person, of their own only",
    )
    command.add_argument(
        "--format", choices=("text", "json", "csv", "html"), default="text", help="what to print, without --out FILE"
    )
    command.add_argument(
        "--closed",
        nargs="+",
        type=Path,
        metavar="SHEETS.json",
        help="closed months, for what several come to together and for the trend of the page; "
        "by default those that were closed beside the estate",
    )
    command.add_argument(
        "--redact", action="store_true", help="tell persons, households and places by pseudonyms, and leave out texts"
    )
    command.add_argument("--strict", action="store_true", help="stop if a row cannot be read")
    add_language(command)


def run(arguments: argparse.Namespace) -> int:
    """Scores, prints or writes; 4 if rows were rejected."""
    from dutyrules.report import SUFFIXES, redact, render, write_copies, write_report

    if arguments.out and arguments.out.suffix not in ("", *SUFFIXES):
        known = ", ".join(SUFFIXES)
        print(f"--out {arguments.out}: the suffix must be one of {known}, or none for a folder", file=sys.stderr)
        return 2
    result, status = scored(arguments, arguments.out)
    if arguments.redact:
        result = redact(result)
    if status and arguments.strict:
        return 1
    if arguments.out and not arguments.out.suffix:
        suffix = ".html" if arguments.format == "html" else ".xlsx"
        paths = write_copies(result, arguments.out, arguments.lang, arguments.person, suffix=suffix)
        what = "pages" if suffix == ".html" else "workbooks"
        print(f"written: {len(paths)} {what} in {arguments.out}", file=sys.stderr)
    elif arguments.out:
        write_report(result, arguments.out, arguments.lang, arguments.person)
        print(f"written: {arguments.out}", file=sys.stderr)
    else:
        told = render(result, arguments.format, arguments.lang, arguments.person)
        sys.stdout.write(told.decode())
    return status
