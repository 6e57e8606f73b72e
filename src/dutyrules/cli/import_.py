"""import: turns another system's export into an activity log."""

import argparse
import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dutyrules import Estate
    from dutyrules.activity.imports import Imported


def add_arguments(command: argparse.ArgumentParser) -> None:
    """Which export, read how, written where."""
    command.add_argument("mapping", help="a mapping file, or the name of a shipped one (docs/imports.md)")
    command.add_argument("files", nargs="+", type=Path, metavar="FILE", help="exports, or directories of them")
    command.add_argument("--estate", required=True, type=Path, help="the estate whose people the export names")
    command.add_argument("--out", required=True, type=Path, metavar="LOG", help="the log to write (CSV)")
    command.add_argument(
        "--set",
        action="append",
        default=[],
        type=_setting,
        metavar="NAME=VALUE",
        dest="settings",
        help="a setting of the mapping; may be given several times",
    )
    command.add_argument(
        "--check",
        action="store_true",
        help="write no log: say which duties it would feed, and write the coverage table for HR to confirm",
    )


def run(arguments: argparse.Namespace) -> int:
    """Writes the log and what belongs to it, each file beside it; 4 if rows could not be read."""
    from dutyrules import load_estate
    from dutyrules.estate import import_exports

    estate = load_estate(arguments.estate)
    known = Path(arguments.mapping)
    imported = import_exports(
        known if known.suffix else arguments.mapping, arguments.files, estate, settings=dict(arguments.settings)
    )
    for notice in imported.notices:
        print(notice, file=sys.stderr)
    if arguments.check:
        _check(imported, estate, arguments.out)
    else:
        for told, path in write_import(imported, arguments.out):
            print(f"{told}: {path}", file=sys.stderr)
        _tell_skipped(imported)
    return 4 if imported.rejected_rows else 0


def _setting(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not equals or not name:
        raise argparse.ArgumentTypeError(f"{text!r} is no setting: write NAME=VALUE")
    return name.strip(), value.strip()


def write_import(imported: "Imported", out: Path) -> list[tuple[str, Path]]:
    """Writes the log and, beside it, what belongs to it; returns what is where."""
    from dutyrules.activity.imports import write_log_csv
    from dutyrules.activity.rejects import write_rejects

    write_log_csv(imported, out)
    said = [(f"{imported.rows.height} rows written", out)]
    for frame, ending, told in (
        (imported.rejects, "rejects", f"{imported.rejected_rows} rows could not be read"),
        (imported.flags, "flags", f"{imported.flags.height} things to look at"),
        (imported.leave, "leave", f"{imported.leave.height} approved leaves"),
    ):
        if frame.height:
            path = out.with_suffix(f".{ending}.csv")
            write_rejects(frame, path)
            said.append((told, path))
    return said


def _check(imported: "Imported", estate: "Estate", out: Path) -> None:
    from dutyrules.activity.rejects import write_csv
    from dutyrules.estate.imports import coverage_of, fed

    found = fed(estate, imported)
    print(f"{imported.rows.height} rows, {imported.rejected_rows} that cannot be read")
    print(f"kinds: {', '.join(imported.kinds)}")
    for kind, hint in found.unknown.items():
        print(f"  no book of the estate declares {kind}" + (f" ({hint})" if hint else ""))
    print(f"duties that it feeds: {len(found.whole)}")
    for duty in found.whole:
        print(f"  {duty}")
    if found.partly:
        print(f"duties that need more: {len(found.partly)}")
        for duty, kinds in found.partly.items():
            print(f"  {duty}: {', '.join(kinds)}")
    _tell_skipped(imported)
    path = out.with_suffix(".coverage.csv")
    write_csv(coverage_of(imported), path)
    print(f"coverage, to be confirmed (status complete) and added to the estate's table: {path}")


def _tell_skipped(imported: "Imported") -> None:
    empty = sum(times for reason, times in imported.skipped.items() if reason.endswith("(empty)"))
    for reason, times in sorted(imported.skipped.items()):
        if not reason.endswith("(empty)"):
            print(f"{times} times no event: {reason}", file=sys.stderr)
    if empty:
        print(f"{empty} cells of slots are empty", file=sys.stderr)
