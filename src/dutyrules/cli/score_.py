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
        help="write to a .csv, .json, .txt or .xlsx file; a folder gets a workbook for each person, of their own only",
    )
    command.add_argument(
        "--format", choices=("text", "json", "csv"), default="text", help="what to print, without --out"
    )
    command.add_argument(
        "--closed",
        nargs="+",
        type=Path,
        metavar="SHEETS.json",
        help="closed months, for what several come to together; by default those that were closed beside the estate",
    )
    command.add_argument("--strict", action="store_true", help="stop if a row cannot be read")
    add_language(command)


def run(arguments: argparse.Namespace) -> int:
    """Scores, prints or writes; 4 if rows were rejected."""
    from dutyrules.report import SUFFIXES, render, write_copies, write_report

    if arguments.out and arguments.out.suffix not in ("", *SUFFIXES):
        known = ", ".join(SUFFIXES)
        print(f"--out {arguments.out}: the suffix must be one of {known}, or none for a folder", file=sys.stderr)
        return 2
    result, status = scored(arguments, arguments.out)
    if status and arguments.strict:
        return 1
    if arguments.out and not arguments.out.suffix:
        paths = write_copies(result, arguments.out, arguments.lang, arguments.person)
        print(f"written: {len(paths)} workbooks in {arguments.out}", file=sys.stderr)
    elif arguments.out:
        write_report(result, arguments.out, arguments.lang, arguments.person)
        print(f"written: {arguments.out}", file=sys.stderr)
    else:
        told = render(result, arguments.format, arguments.lang, arguments.person)
        sys.stdout.write(told.decode())
    return status
