"""`plan roster`: who works when, whether a roster that is kept elsewhere is in order, and what an absence changes."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dutyrules import Estate
    from dutyrules.plan.progress import Progress

INTERRUPTED, WRONG_USAGE, SHORTFALLS = 130, 2, 5


def wrong(arguments: argparse.Namespace) -> str | None:
    """What is wrong with how it is asked."""
    from dutyrules.report.roster import SUFFIXES

    strangers = (("--done", "done"), ("--freeze", "freeze"), ("--effort", "effort"), ("--against", "against"))
    for name, kept in (*strangers, ("--start", "start"), ("--encoding", "encoding")):
        if getattr(arguments, kept):
            return f"plan roster takes no {name}"
    out: Path | None = arguments.out
    if out is not None and out.suffix not in SUFFIXES:
        return f"--out {out}: the suffix must be one of {', '.join(SUFFIXES)}"
    if arguments.time_limit is not None and arguments.time_limit <= 0:
        return "--time-limit counts from 0"
    if arguments.plan is not None:
        return _wrong_check(arguments)
    asked = [arguments.keep, arguments.person, arguments.since, arguments.until]
    if any(one is not None for one in asked):
        return _wrong_absence(arguments)
    return None


def _wrong_check(arguments: argparse.Namespace) -> str | None:
    for name, value in (("--keep", arguments.keep), ("--person", arguments.person), ("--from", arguments.since)):
        if value is not None:
            return f"a roster that is only checked takes no {name}"
    if arguments.format == "csv" or (arguments.out and arguments.out.suffix not in (".txt", ".json")):
        return "what is wrong with a roster is told as text or JSON"
    return None


def _wrong_absence(arguments: argparse.Namespace) -> str | None:
    names = {"--keep": arguments.keep, "--person": arguments.person, "--from": arguments.since}
    missing = [name for name, value in {**names, "--until": arguments.until}.items() if value is None]
    if missing:
        return f"an absence needs {', '.join(missing)} too"
    if arguments.until < arguments.since:
        return f"--until {arguments.until} lies before --from {arguments.since}"
    return None


def run(arguments: argparse.Namespace, estate: "Estate", progress: "Progress | None") -> int:
    """Plans or checks; 5 if cover is not met or a rule is broken."""
    if arguments.plan is not None:
        return _check(arguments, estate)
    if arguments.keep is not None:
        return _absence(arguments, estate)
    from dutyrules.report.roster import render_roster, write_roster
    from dutyrules.roster.rosterplan import plan_roster

    def tell(done: int, of: int, cost: int, bound: int) -> None:
        if progress is not None:
            progress("plan.search", done, of, cost, bound)

    plan = plan_roster(estate, arguments.period, time_limit=arguments.time_limit, progress=tell)
    if arguments.out is None:
        sys.stdout.write(render_roster(plan, estate, arguments.format, arguments.lang).decode("utf-8-sig"))
    else:
        write_roster(plan, estate, arguments.out, arguments.lang)
        print(f"written: {arguments.out}", file=sys.stderr)
    if not plan.complete:
        return INTERRUPTED
    return SHORTFALLS if plan.shortfalls or plan.roster is None else 0


def _absence(arguments: argparse.Namespace, estate: "Estate") -> int:
    """The roster that changes least, and who could take over."""
    from dutyrules import atomic
    from dutyrules.report.roster import RosterWords, roster_csv, roster_workbook
    from dutyrules.report.roster_absence import absence_text
    from dutyrules.report.roster_document import absence_json
    from dutyrules.roster.absence import mend, substitutes, swaps
    from dutyrules.roster.build import plot
    from dutyrules.roster.rosterfile import read_roster
    from dutyrules.roster.rosterplan import away_days, rostered_period
    from dutyrules.roster.solve import Limits

    laid = plot(estate, rostered_period(arguments.period))
    kept = read_roster(arguments.keep, estate, laid).roster
    first, last = away_days(laid, arguments.person, arguments.since, arguments.until)
    found = mend(laid.model, kept, arguments.person, first, last, limits=Limits(seconds=arguments.time_limit))
    offers = substitutes(laid.model, kept, arguments.person, first, last)
    exchanged = swaps(laid.model, kept, arguments.person, first) if first == last else []
    words = RosterWords(estate, laid, arguments.lang)
    form = arguments.format if arguments.out is None else arguments.out.suffix.removeprefix(".")
    match form:
        case "json":
            told = absence_json(laid, arguments.person, found, offers, exchanged).encode()
        case "csv":
            told = roster_csv(laid, found.roster or {})
        case "xlsx":
            told = roster_workbook(words, found.roster or {})
        case _:
            told = absence_text(words, arguments.person, found, offers, exchanged).encode()
    if arguments.out is None:
        sys.stdout.write(told.decode("utf-8-sig"))
    else:
        atomic.write(arguments.out, told)
        print(f"written: {arguments.out}", file=sys.stderr)
    if not found.complete:
        return INTERRUPTED
    return SHORTFALLS if found.missing or found.roster is None else 0


def _check(arguments: argparse.Namespace, estate: "Estate") -> int:
    from dutyrules import atomic
    from dutyrules.report.roster import RosterWords, check_text
    from dutyrules.report.roster_document import check_json
    from dutyrules.roster.build import plot
    from dutyrules.roster.judge import breaches
    from dutyrules.roster.rosterfile import read_roster
    from dutyrules.roster.rosterplan import rostered_period, short

    laid = plot(estate, rostered_period(arguments.period))
    kept = read_roster(arguments.plan, estate, laid)
    found = list(breaches(laid.model, kept.roster))
    if arguments.format == "json" or (arguments.out is not None and arguments.out.suffix == ".json"):
        told = check_json(laid, kept, found)
    else:
        told = check_text(RosterWords(estate, laid, arguments.lang), found, kept.absent)
    if arguments.out is None:
        sys.stdout.write(told)
    else:
        atomic.write(arguments.out, told.encode())
        print(f"written: {arguments.out}", file=sys.stderr)
    return SHORTFALLS if any(one.price is None or short(one) for one in found) else 0
