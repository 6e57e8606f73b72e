"""close: draft, publish and close a month for good, with appeals; and what it would come to today."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from dutyrules.cli.arguments import add_language, instant, log_files, tell_rejects

if TYPE_CHECKING:
    from dutyrules.closing import Step
    from dutyrules.estate import Estate


def add_arguments(command: argparse.ArgumentParser) -> None:
    """The steps of a month."""
    steps = command.add_subparsers(dest="step", required=True, metavar="STEP")
    for name, told in (
        ("draft", "show the month as it would be published now, or, once it is, as it would be closed now"),
        ("publish", "freeze what people see, and open the window for appeals"),
        ("finish", "close the published month, once the window is over and every appeal is decided"),
        ("diff", "show what a closed month would come to differently today, and nothing else"),
        ("status", "list the months, how far they are, and until when appeals may be filed"),
    ):
        step = steps.add_parser(name, help=told, description=told)
        step.add_argument("--estate", required=True, type=Path, help="estate.yaml, or the directory that holds it")
        if name != "status":
            step.add_argument("--month", required=True, metavar="2026-10")
            _add_log(step, required=name in ("draft", "publish"))
        if name not in ("diff", "status"):
            step.add_argument("--at", type=instant, metavar="TIME", help="when it is done; by default now")
            _add_output(step)
        else:
            step.add_argument("--format", choices=("text", "json"), default="text")
        add_language(step)


def _add_log(step: argparse.ArgumentParser, *, required: bool) -> None:
    step.add_argument(
        "--log",
        required=required,
        nargs="+",
        type=Path,
        default=[],
        metavar="FILE",
        help="activity log files, or directories of them"
        + ("" if required else "; by default those with which the month was published"),
    )
    step.add_argument("--encoding", help="encoding of the CSV files, if it cannot be found out")


def _add_output(step: argparse.ArgumentParser) -> None:
    step.add_argument(
        "--out",
        type=Path,
        metavar="PATH",
        help="also write a .csv, .json, .txt or .xlsx file; a folder gets a workbook for each person",
    )


def run(arguments: argparse.Namespace) -> int:
    """Does the step; 4 if rows were rejected."""
    from dutyrules import load_estate
    from dutyrules.report import SUFFIXES

    out: Path | None = getattr(arguments, "out", None)
    if out and out.suffix not in ("", *SUFFIXES):
        known = ", ".join(SUFFIXES)
        print(f"--out {out}: the suffix must be one of {known}, or none for a folder", file=sys.stderr)
        return 2
    estate = load_estate(arguments.estate)
    match arguments.step:
        case "status":
            return _status(estate, arguments)
        case "diff":
            return _diff(estate, arguments)
        case _:
            return _done(_step(estate, arguments), arguments)


def _step(estate: "Estate", arguments: argparse.Namespace) -> "Step":
    from dutyrules import close_month, draft_month, publish_month

    logs, month, at = log_files(arguments.log), arguments.month, arguments.at
    match arguments.step:
        case "draft":
            return draft_month(estate, logs, month, at, encoding=arguments.encoding)
        case "publish":
            return publish_month(estate, logs, month, at, encoding=arguments.encoding)
        case _:
            return close_month(estate, month, at, logs=logs or None, encoding=arguments.encoding)


def _done(step: "Step", arguments: argparse.Namespace) -> int:
    """Says what was done, and writes what was asked for."""
    from dutyrules.report import Speech, render, write_copies, write_report
    from dutyrules.report.standing_text import step_lines

    for notice in step.notices:
        if notice not in step.result.log.notices:  # those of the log are told with what it rejects
            print(notice, file=sys.stderr)
    out: Path | None = arguments.out
    status = tell_rejects(step.result.log, out)
    if arguments.step == "draft" and out is None:
        sys.stdout.write(render(step.result, "text", arguments.lang).decode())
    else:
        for line in step_lines(step.result, Speech(arguments.lang)):
            print(line)
    if step.path is not None:
        print(f"written: {step.path}", file=sys.stderr)
    elif arguments.step == "publish":
        print("nothing changed since it was published; nothing was written", file=sys.stderr)
    if out and not out.suffix:
        paths = write_copies(step.result, out, arguments.lang)
        print(f"written: {len(paths)} workbooks in {out}", file=sys.stderr)
    elif out:
        write_report(step.result, out, arguments.lang)
        print(f"written: {out}", file=sys.stderr)
    return status


def _diff(estate: "Estate", arguments: argparse.Namespace) -> int:
    from dutyrules import month_differences
    from dutyrules.report import Speech
    from dutyrules.report.standing_document import adjustment
    from dutyrules.report.standing_text import adjustment_lines

    found = month_differences(estate, arguments.month, logs=log_files(arguments.log), encoding=arguments.encoding)
    if arguments.format == "json":
        _print_json({"period": arguments.month, "differences": [adjustment(one) for one in found]})
        return 0
    speech = Speech(arguments.lang)
    for one in found:
        for line in adjustment_lines(estate, one, speech):
            print(line)
    return 0


def _status(estate: "Estate", arguments: argparse.Namespace) -> int:
    from dutyrules.closing import read_ledger
    from dutyrules.report import Speech

    ledger = read_ledger(estate.directory, estate.id)
    last = [ledger.of(month)[-1] for month in ledger.months]
    rows = [
        {
            "month": one.month,
            "state": one.step,
            "revision": one.revision,
            "at": str(one.at),
            "appeals_until": None if one.until is None else str(one.until),
            "file": one.file,
            "sha256": one.sha256,
        }
        for one in last
    ]
    if arguments.format == "json":
        _print_json({"estate": estate.id, "ledger": ledger.tip, "months": rows})
        return 0
    speech = Speech(arguments.lang)
    for row in rows:
        print(speech(f"mc_status_{row['state']}", **row))
    print(speech("mc_ledger", tip=ledger.tip) if rows else speech("mc_nothing"))
    return 0


def _print_json(told: dict[str, Any]) -> None:
    print(json.dumps(told, ensure_ascii=False, indent=2))
