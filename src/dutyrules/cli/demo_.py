"""demo: the whole round on the shipped example estate, in a directory of its own."""

import argparse
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dutyrules.cli.arguments import add_language
from dutyrules.cli.demo_close import MONTH, close, draft, publish
from dutyrules.cli.demo_exports import copy_estate, import_all

if TYPE_CHECKING:
    from dutyrules import Estate, Log, Plan

NEXT_MONTH, QUARTER = "2026-11", "2026-Q4"
NOON = datetime(2026, 10, 15, 12, 0)
PERSON = "b04"


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
    command.add_argument("--copy", action="store_true", help="only copy the example estate, with its exports")
    add_language(command)


def run(arguments: argparse.Namespace) -> int:
    """The whole round: check, test, import, score, close, plan, remind; ends by naming the files to open."""
    home: Path = arguments.directory
    if home.exists() and any(home.iterdir()):
        print(f"{home} is not empty: name a new directory", file=sys.stderr)
        return 2
    if arguments.copy:
        copy_estate(home)
        print(f"The example estate is in {home}, what other systems exported in {home / 'exports'}")
        return 0
    estate = _prepare(home)
    log = _close(home, arguments.lang)
    _plan(home, estate, log, arguments.lang)
    _remind(home, estate, log, arguments.lang)
    print(
        f"\nOpen in a spreadsheet\n"
        f"  {home / f'{MONTH}.xlsx'}: the closed month, a sheet to sign for each person\n"
        f"  {home / 'visits' / 'plan.xlsx'}: the quarter's visits, a list to print for each person\n"
        f"  {home / 'patrols' / 'plan.xlsx'}: the next month's patrols\n"
        f"in a browser\n"
        f"  {home / f'{MONTH}.html'}: the closed month, every point down to its log rows\n"
        f"  {home / 'visits' / 'plan.html'}: the same visits, with everybody's days and loads\n"
        f"  {home / 'patrols' / 'plan.html'}: the same patrols\n"
        f"and on a phone the calendars (.ics) in {home / 'visits'}, {home / 'patrols'} and {home / 'due'}.\n"
        f"Why somebody lost points:\n"
        f"  dutyrules explain --estate {home} --log {home / 'logs'} --month {MONTH} --person dir 5"
    )
    return 0


def _prepare(home: Path) -> "Estate":
    """The example estate, checked, its book tested, and the month's exports imported."""
    from dutyrules import load_estate

    _say(1, f"copying the example estate to {home}")
    copy_estate(home)
    _say(2, "checking the estate and its rule books, and running the tests in its own")
    estate = load_estate(home)
    for book in sorted((home / "books").glob("*.yaml")):
        _test(book)
    _say(3, "importing what DingTalk and MicroCommunity exported")
    for told in import_all(home, estate):
        print(f"    {told}")
    return load_estate(home)  # with the leave that DingTalk approved


def _close(home: Path, language: str) -> "Log":
    """The month, from its draft to its end; returns the log by which it was scored."""
    from dutyrules.activity.rejects import write_rejects
    from dutyrules.report import render

    _say(4, f"scoring {MONTH}: a draft")
    drafted = draft(home)
    if drafted.log.rejected_rows:
        write_rejects(drafted.log.rejects, home / "rejects.csv")
        print(f"    {drafted.log.rejected_rows} unreadable rows are kept in {home / 'rejects.csv'}")
    print()
    sys.stdout.write(render(drafted, "text", language).decode())
    print()
    _say(5, "closing the month: gaps settled and published, then an appeal decided and closed for good")
    for told in (*publish(home, language), *close(home, drafted, language)):
        print(f"    {told}")
    return drafted.log


def _plan(home: Path, estate: "Estate", log: "Log", language: str) -> None:
    """The rest of the quarter's visits, and the patrols of the month that comes."""
    from dutyrules import plan_patrols, plan_visits
    from dutyrules.report.plan import write_folder

    _say(6, f"planning the visits of {QUARTER}, after what was done in {MONTH}")
    # what could be relaxed would take longer than all the rest
    _planned(visits := plan_visits(estate, QUARTER, log, relax=False))
    write_folder(visits, estate, home / "visits", language)
    _say(7, f"planning the patrols of {NEXT_MONTH}")
    _planned(patrols := plan_patrols(estate, NEXT_MONTH))
    write_folder(patrols, estate, home / "patrols", language)


def _planned(plan: "Plan") -> None:
    print(f"    {plan.status}: {len(plan.tasks)} tasks", end="")
    if plan.shortfalls:
        print(f"; {plan.shortfall} missed in all, at least {plan.least_shortfall} whatever one plans", end="")
    print()
    for measure in plan.measures:
        if measure.bound and measure.gap is not None:
            gap = f"{float(measure.gap):.1%} above what is proven necessary"
            print(f"    {measure.name.replace('_', ' ')}: {measure.value}, {gap}")


def _remind(home: Path, estate: "Estate", log: "Log", language: str) -> None:
    """What was open at noon of a day in the month: for one person on the screen, for all as calendars."""
    from dutyrules import due
    from dutyrules.report.due import render_due, write_calendars

    _say(8, f"listing what was open on {NOON:%Y-%m-%d %H:%M}, here for one person")
    found = due(estate, log, NOON)
    write_calendars(found, home / "due", language)
    sys.stdout.write(render_due(found, "text", language, PERSON).decode())


def _say(step: int, what: str) -> None:
    print(f"[{step}/8] {what}", flush=True)


def _test(book: Path) -> None:
    from dutyrules.workshop import run_book_tests

    report = run_book_tests(book)
    state = f"{len(report.failed)} failed" if report.failed else "all passed"
    print(f"    {book.name}: {len(report.outcomes)} tests, {state}")
