"""form: makes the inspector's form of a month (XLSX), and reads it back."""

import argparse
import sys
from pathlib import Path

from dutyrules.cli.arguments import add_language, terminal_language


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Whose form, of which month; or which forms to read."""
    command.add_argument("--estate", type=Path, help="estate.yaml, or the directory that holds it")
    command.add_argument("--month", metavar="2026-10", help="the month that is inspected")
    command.add_argument("--role", action="append", default=[], help="only people in this role; may be repeated")
    command.add_argument("--person", action="append", default=[], help="only this person; may be repeated")
    command.add_argument("--inspector", default="", help="who inspects, to be printed in the form")
    command.add_argument("--all-lines", action="store_true", help="also the lines that the log decides")
    command.add_argument("--out", type=Path, metavar="X.xlsx", help="the form to write")
    add_language(command)
    spoken = terminal_language()
    command.set_defaults(lang="zh-Hans" if spoken == "en" else spoken)  # inspectors read Chinese, whatever it speaks
    what = command.add_subparsers(dest="what", metavar="[read]")
    read = what.add_parser("read", help="turn forms that came back into a log")
    read.add_argument("files", nargs="+", type=Path, metavar="FORM.xlsx")
    kept = argparse.SUPPRESS  # what stands before `read` is not forgotten
    read.add_argument("--estate", type=Path, default=kept, help="estate.yaml, or the directory that holds it")
    read.add_argument("--month", metavar="2026-10", default=kept, help="refuse forms of another month")
    read.add_argument("--out", type=Path, metavar="LOG.csv", default=kept, help="the log to write")
    read.add_argument("--strict", action="store_true", help="write nothing if a row cannot be read")


def run(arguments: argparse.Namespace) -> int:
    """Writes the form, or the log that forms hold; 4 if rows could not be read."""
    reading = arguments.what == "read"
    needed = {"--estate": arguments.estate, "--out": arguments.out} | ({} if reading else {"--month": arguments.month})
    missing = [name for name, value in needed.items() if value is None]
    if missing:
        print(f"form{' read' if reading else ''} needs {', '.join(missing)}", file=sys.stderr)
        return 2
    suffix = ".csv" if reading else ".xlsx"
    if arguments.out.suffix.lower() != suffix:
        print(f"--out {arguments.out}: the suffix must be {suffix}", file=sys.stderr)
        return 2
    return _read(arguments) if reading else _make(arguments)


def _make(arguments: argparse.Namespace) -> int:
    from dutyrules import load_estate
    from dutyrules.report.form import write_form

    estate = load_estate(arguments.estate)
    rows = write_form(
        estate,
        arguments.month,
        arguments.out,
        arguments.lang,
        roles=arguments.role,
        persons=arguments.person,
        inspector=arguments.inspector,
        whole=arguments.all_lines,
    )
    print(f"written: {arguments.out}, {rows} rows", file=sys.stderr)
    return 0


def _read(arguments: argparse.Namespace) -> int:
    from dutyrules import load_estate
    from dutyrules.activity.rejects import write_rejects
    from dutyrules.estate import read_forms, write_returned

    returned = read_forms(arguments.files, load_estate(arguments.estate), arguments.month)
    for notice in returned.notices:
        print(notice, file=sys.stderr)
    if returned.rejected_rows:
        path = arguments.out.with_suffix(".rejects.csv")
        write_rejects(returned.rejects, path)
        print(f"{returned.rejected_rows} rows could not be read: {path}", file=sys.stderr)
        if arguments.strict:
            return 1
    write_returned(returned, arguments.out)
    print(f"{returned.rows.height} rows written: {arguments.out}", file=sys.stderr)
    return 4 if returned.rejected_rows else 0
