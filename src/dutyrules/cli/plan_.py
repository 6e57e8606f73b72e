"""plan: who patrols, visits and phones what, on which day, in which order, so that every duty is met."""

import argparse
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from dutyrules.cli.arguments import add_language, log_files, tell_rejects

if TYPE_CHECKING:
    from dutyrules import Estate, Log, Plan
    from dutyrules.plan.progress import Progress

INTERRUPTED, WRONG_USAGE, SHORTFALLS = 130, 2, 5

PLANNERS = {"visits": "plan_visits", "patrols": "plan_patrols", "work": "plan_work"}
"""What is planned → the public function that plans it."""

WORK = "work"
"""All of it; several plans may be kept."""

ROSTER = "roster"
"""Who works when; it has a planner and files of its own."""

BESIDES = ("verify", "substitutes")
"""What may be asked about a plan that is there already."""


def add_arguments(command: argparse.ArgumentParser) -> None:
    """What to plan, from what, and where to write it."""
    command.add_argument(
        "what", choices=(*PLANNERS, ROSTER, *BESIDES), help="what to plan, or what to ask about a plan"
    )
    command.add_argument(
        "plan", nargs="?", type=Path, metavar="PLAN", help="verify: the plan (CSV or XLSX); roster: one to be checked"
    )
    command.add_argument("--estate", required=True, type=Path, help="estate.yaml, or the directory that holds it")
    command.add_argument("--period", required=True, metavar="2026-Q4", help="2026-Q4, 2026-10 …")
    command.add_argument(
        "--done", nargs="+", default=[], type=Path, metavar="LOG", help="the activity log so far: files or directories"
    )
    command.add_argument(
        "--keep",
        type=Path,
        nargs="+",
        metavar="PLAN",
        help="an earlier plan (CSV or XLSX): pinned rows stay, and as few others as can be change; work: plans of"
        " visits and patrols, which stay as they are",
    )
    command.add_argument(
        "--freeze", type=_day, metavar="DAY", help="with --keep: nothing moves up to and including this day"
    )
    command.add_argument(
        "--effort",
        type=int,
        metavar="N",
        help="visits: how long to search for shorter walks (0: not at all, and nothing is proposed; default 1)",
    )
    command.add_argument(
        "--time-limit",
        type=float,
        metavar="SECONDS",
        help="visits, roster: search so long instead; not the same plan each time",
    )
    command.add_argument("--against", type=Path, metavar="PLAN", help="verify: compare with this plan, not a new one")
    command.add_argument("--from", dest="since", type=_day, metavar="DAY", help="substitutes: first day of absence")
    command.add_argument("--until", type=_day, metavar="DAY", help="substitutes: last day of absence")
    command.add_argument(
        "--start", type=_day, metavar="DAY", help="first day to plan; else the day after the last event that was done"
    )
    command.add_argument("--person", help="one person's tasks: a calendar (.ics), or text; who is absent")
    command.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="a .csv, .json, .xlsx, .html, .ics or .txt file, or a directory: everything, a calendar for each person",
    )
    command.add_argument(
        "--format", choices=("text", "json", "csv"), default="text", help="what to print, without --out"
    )
    command.add_argument("--encoding", help="encoding of the log's CSV files, if it cannot be found out")
    add_language(command)


def run(arguments: argparse.Namespace) -> int:
    """Plans, prints or writes; 5 if something could not be met, 4 if rows of the log were rejected."""
    from dutyrules import load_estate
    from dutyrules.report.plan import check_request

    kept = list[Path](arguments.keep or ())
    if arguments.what != WORK:
        if len(kept) > 1:
            print(f"plan {arguments.what} keeps one plan: --keep {kept[0]}", file=sys.stderr)
            return WRONG_USAGE
        arguments.keep = kept[0] if kept else None
    if arguments.what in BESIDES:
        return _answer(arguments)
    if arguments.what == ROSTER:
        return _roster(arguments)
    form = _form(arguments)
    wrong = _wrong(arguments, form)
    if wrong:
        print(wrong, file=sys.stderr)
        return WRONG_USAGE
    estate = load_estate(arguments.estate)
    check_request(estate, arguments.person, arguments.out if form == "folder" else None)
    done, status = _done(arguments, estate)
    plan = _plan(arguments, estate, done)
    _deliver(arguments, form, plan, estate)
    if not plan.complete:
        return INTERRUPTED
    return SHORTFALLS if plan.shortfalls else status


def _form(arguments: argparse.Namespace) -> str | None:
    """The format that is wanted, ``folder`` for all of them, None if there is no such format."""
    from dutyrules.report.plan import SUFFIXES

    out: Path | None = arguments.out
    if out is None:
        return str(arguments.format)
    return "folder" if out.is_dir() or not out.suffix else SUFFIXES.get(out.suffix)


def _wrong(arguments: argparse.Namespace, form: str | None) -> str | None:
    """What is wrong with how it is asked."""
    from dutyrules.report.plan import SUFFIXES

    strangers = [("PLAN", arguments.plan), ("--against", arguments.against), ("--until", arguments.until)]
    strangers += [("--from", arguments.since)]
    for name, value in strangers:
        if value is not None:
            return f"plan {arguments.what} takes no {name}"
    if form is None:
        return f"--out {arguments.out}: the suffix must be one of {', '.join(SUFFIXES)}, or none for a directory"
    if form == "ics" and not arguments.person:
        return "a calendar is one person's: name one with --person, or a directory with --out"
    if arguments.what not in ("visits", WORK) and (arguments.effort is not None or arguments.time_limit is not None):
        return "--effort and --time-limit go with visits"
    if min(arguments.effort or 0, arguments.time_limit or 0) < 0:
        return "--effort and --time-limit count from 0"
    if arguments.person and form not in ("ics", "text"):
        return "--person goes with text and calendars; other files hold the whole plan"
    return None


def _done(arguments: argparse.Namespace, estate: "Estate") -> "tuple[Log | None, int]":
    """The log so far, and 4 if rows were rejected."""
    from dutyrules import read_log

    if not arguments.done:
        return None, 0
    log = read_log(log_files(arguments.done), estate, encoding=arguments.encoding)
    if log.planned:
        print(f"{log.planned} rows of --done are plans (state: planned) and count as nothing done", file=sys.stderr)
    return log, tell_rejects(log, arguments.out)


def _plan(arguments: argparse.Namespace, estate: "Estate", done: "Log | None") -> "Plan":
    import dutyrules
    from dutyrules.plan.planfile import read_plan

    planner: Callable[..., Plan] = getattr(dutyrules, PLANNERS[arguments.what])
    files = arguments.keep if arguments.what == WORK else filter(None, [arguments.keep])
    keep = [row for file in files or () for row in read_plan(file, estate)]
    wished = {name: getattr(arguments, name) for name in ("freeze", "effort", "time_limit")}
    more = {name: wish for name, wish in wished.items() if wish is not None}
    if arguments.effort == 0:
        more["relax"] = False  # a first plan at once is what was asked for
    with _progress(arguments.lang) as progress:
        return planner(estate, arguments.period, done, keep, start=arguments.start, progress=progress, **more)


def _roster(arguments: argparse.Namespace) -> int:
    """Plans who works when, or checks such a plan."""
    from dutyrules import load_estate
    from dutyrules.cli.roster_ import run as run_roster
    from dutyrules.cli.roster_ import wrong

    usage = wrong(arguments)
    if usage:
        print(usage, file=sys.stderr)
        return WRONG_USAGE
    estate = load_estate(arguments.estate)
    with _progress(arguments.lang) as progress:
        return run_roster(arguments, estate, progress)


def _answer(arguments: argparse.Namespace) -> int:
    """Answers a question about a plan that is there: how good it is, or who could take over what of it."""
    from dutyrules import load_estate
    from dutyrules.cli.plan_questions import answer, wrong

    usage = wrong(arguments)
    if usage:
        print(usage, file=sys.stderr)
        return WRONG_USAGE
    estate = load_estate(arguments.estate)
    done, status = _done(arguments, estate)
    with _progress(arguments.lang) as progress:
        text, good = answer(arguments, estate, done, progress)
    if arguments.out is None:
        sys.stdout.write(text)
    else:
        from dutyrules import atomic

        atomic.write(arguments.out, text.encode())
        print(f"written: {arguments.out}", file=sys.stderr)
    return status if good else SHORTFALLS


def _deliver(arguments: argparse.Namespace, form: str | None, plan: "Plan", estate: "Estate") -> None:
    from dutyrules.report.plan import render_plan, write_folder, write_plan

    out, language, person = arguments.out, arguments.lang, arguments.person
    if out is None:
        sys.stdout.write(render_plan(plan, estate, arguments.format, language, person).decode())
        return
    folder = form == "folder"
    for path in (
        write_folder(plan, estate, out, language) if folder else write_plan(plan, estate, out, language, person)
    ):
        print(f"written: {path}", file=sys.stderr)


@contextmanager
def _progress(language: str) -> "Iterator[Progress | None]":
    """One line on the terminal, written over and over and wiped in the end; nothing where nobody watches."""
    if not sys.stderr.isatty():
        yield None
        return
    from dutyrules.report import Speech

    speech = Speech(language)

    def tell(what: str, done: int, of: int, cost: int = 0, least: int = 0) -> None:
        word = speech(f"progress_{what.rpartition('.')[2]}")
        gap = f"  {cost} ≥ {least} ({(cost - least) / least:.1%})" if least else ""
        print(f"\r\x1b[K{word} {done}/{of}{gap}", end="", file=sys.stderr, flush=True)

    try:
        yield tell
    finally:
        print("\r\x1b[K", end="", file=sys.stderr, flush=True)


def _day(text: str) -> date:
    """A date."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no date: write 2026-10-15") from None
