"""explain: shows why a person's item or duty came out as it did."""

import argparse
import sys

from dutyrules.cli.arguments import add_language, add_scoring, scored


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Whose sheet, and which part of it."""
    add_scoring(command)
    command.add_argument("--person", required=True)
    command.add_argument(
        "subject", nargs="?", metavar="ITEM|DUTY", help="an item, a clause id or a duty; without it the whole sheet"
    )
    add_language(command)


def run(arguments: argparse.Namespace) -> int:
    """Prints the rule, the arithmetic and the rows; 4 if rows were rejected."""
    from dutyrules.report import Speech, explain

    result, status = scored(arguments)
    sys.stdout.write(explain(result, arguments.person, arguments.subject, Speech(arguments.lang)))
    return status
