"""due: lists what is open now: by when, how many more, and what missing it would cost."""

import argparse
import sys
from pathlib import Path

from dutyrules.cli.arguments import add_language, add_sources, instant, log_files, tell_rejects


def add_arguments(command: argparse.ArgumentParser) -> None:
    """As of when, for whom, and where to write it."""
    add_sources(command)
    command.add_argument("--as-of", required=True, type=instant, metavar="TIME", help="the last instant that is known")
    command.add_argument("--ahead", type=_days, default=0, metavar="DAYS", help="also what begins so many days later")
    command.add_argument("--person", help="what one person has open only")
    command.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="write to a .txt, .json or .ics file; a folder gets everybody's calendar",
    )
    command.add_argument(
        "--format", choices=("text", "json", "ics"), default="text", help="what to print, without --out"
    )
    command.add_argument("--strict", action="store_true", help="stop if a row cannot be read")
    add_language(command)


def run(arguments: argparse.Namespace) -> int:
    """Lists, prints or writes; 4 if rows were rejected."""
    wrong = _wrong(arguments)
    if wrong:
        print(wrong, file=sys.stderr)
        return 2
    from dutyrules import due, load_estate, read_log
    from dutyrules.report.due import render_due, write_calendars, write_due

    out: Path | None = arguments.out
    estate = load_estate(arguments.estate)
    month = f"{arguments.as_of:%Y-%m}"  # whose cut-off holds
    log = read_log(log_files(arguments.log), estate, period=month, encoding=arguments.encoding)
    status = tell_rejects(log, out)
    if status and arguments.strict:
        return 1
    found = due(estate, log, arguments.as_of, ahead=arguments.ahead)
    if out is None:
        sys.stdout.write(render_due(found, arguments.format, arguments.lang, arguments.person).decode())
    elif out.suffix:
        write_due(found, out, arguments.lang, arguments.person)
        print(f"written: {out}", file=sys.stderr)
    else:
        paths = write_calendars(found, out, arguments.lang, arguments.person)
        print(f"written: {len(paths)} calendars in {out}", file=sys.stderr)
    return status


def _wrong(arguments: argparse.Namespace) -> str | None:
    """What is wrong with how it is asked."""
    suffix = arguments.out.suffix if arguments.out else f".{arguments.format}"
    if arguments.out and suffix not in ("", ".txt", ".json", ".ics"):
        return f"--out {arguments.out}: the suffix must be one of .txt, .json, .ics, or none for a folder of calendars"
    if suffix == ".ics" and not arguments.person:
        return "a calendar is one person's: name one with --person, or a folder with --out"
    return None


def _days(text: str) -> int:
    if not text.isdecimal():
        raise argparse.ArgumentTypeError(f"{text!r} is no number of days")
    return int(text)
