"""score: judges a period of logged activity and prices it by the scorecards."""

import argparse
import sys
from pathlib import Path

from dutyrules.cli.arguments import add_language, add_scoring, scored


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What to score, for whom, and where to write it."""
    add_scoring(command)
    command.add_argument("--person", help="one person's sheets only")
    command.add_argument("--out", type=Path, metavar="FILE", help="write to a .csv, .json, .txt or .xlsx file")
    command.add_argument(
        "--format", choices=("text", "json", "csv"), default="text", help="what to print, without --out"
    )
    command.add_argument("--strict", action="store_true", help="stop if a row cannot be read")
    add_language(command)


def run(arguments: argparse.Namespace) -> int:
    """Scores, prints or writes; 4 if rows were rejected."""
    from dutyrules.report import SUFFIXES, render, write_report

    if arguments.out and arguments.out.suffix not in SUFFIXES:
        print(f"--out {arguments.out}: the suffix must be one of {', '.join(SUFFIXES)}", file=sys.stderr)
        return 2
    result, status = scored(arguments, arguments.out)
    if status and arguments.strict:
        return 1
    if arguments.out:
        write_report(result, arguments.out, arguments.lang, arguments.person)
        print(f"written: {arguments.out}", file=sys.stderr)
    else:
        sys.stdout.write(render(result, arguments.format, arguments.lang, arguments.person).decode())
    return status
