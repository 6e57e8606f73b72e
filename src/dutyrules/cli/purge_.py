"""purge: takes away the personal data of closed months that were kept for long enough; hashes and totals stay."""

import argparse
import sys
from datetime import date
from pathlib import Path

from dutyrules.cli.arguments import add_language, instant


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Which months, and whether it is meant."""
    command.add_argument("--estate", required=True, type=Path, help="estate.yaml, or the directory that holds it")
    which = command.add_mutually_exclusive_group()
    which.add_argument("--month", metavar="2023-10", help="this month only")
    which.add_argument(
        "--before", type=_day, metavar="DATE", help="months that ended before this day; by default all that may go"
    )
    command.add_argument("--at", type=instant, metavar="TIME", help="when it is done; by default now")
    command.add_argument("--yes", action="store_true", help="do it; without it, what would go is only listed")
    add_language(command)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write 2024-01-01") from None


def run(arguments: argparse.Namespace) -> int:
    """Lists what goes, and takes it away with --yes."""
    from dutyrules import load_estate
    from dutyrules.closing import now_at, purge, removals
    from dutyrules.report import Speech

    estate, speech = load_estate(arguments.estate), Speech(arguments.lang)
    at = arguments.at or now_at(estate)
    found = removals(estate, at, month=arguments.month, before=arguments.before)
    for removal in found:
        print(speech("mc_purge_month", month=removal.month))
        for name in removal.files:
            print(f"  {speech('mc_purge_file', file=name)}")
        for name, why in removal.kept:
            print(f"  {speech(f'mc_kept_{why}', file=name)}")
    if not found:
        print(speech("mc_purge_nothing"))
    elif arguments.yes:
        purge(estate, at, found)
        print(speech("mc_purge_done"))
    else:
        print(speech("mc_purge_yes"), file=sys.stderr)
    return 0
