"""Arguments that several commands share."""

import argparse
import os
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from dutyrules.languages import LANGUAGES, of_terminal

if TYPE_CHECKING:
    from dutyrules.activity.log import Log
    from dutyrules.scoring import Result


def add_language(command: argparse.ArgumentParser) -> None:
    """``--lang``, by default that of the terminal."""
    command.add_argument("--lang", choices=LANGUAGES, default=terminal_language(), help="language of the report")


def terminal_language() -> str:
    """The language in which the terminal speaks."""
    return of_terminal(os.environ.get("LC_ALL") or os.environ.get("LANG") or "")


def add_scoring(command: argparse.ArgumentParser) -> None:
    """Estate, logs, period and horizon."""
    add_sources(command)
    when = command.add_mutually_exclusive_group(required=True)
    when.add_argument("--month", dest="period", metavar="2026-10", help="the month to score")
    when.add_argument(
        "--period", dest="period", metavar="2026-Q4", help="another period: a quarter, week, half year, year"
    )
    command.add_argument(
        "--as-of", type=instant, metavar="TIME", help="the last instant that is known; what falls due later is pending"
    )
    command.add_argument("--forecast", action="store_true", help="count planned rows too, and say so in every output")


def add_sources(command: argparse.ArgumentParser) -> None:
    """Estate and logs."""
    command.add_argument("--estate", required=True, type=Path, help="estate.yaml, or the directory that holds it")
    command.add_argument(
        "--log",
        required=True,
        nargs="+",
        type=Path,
        metavar="FILE",
        help="activity log files (CSV, XLSX, Parquet, JSON Lines), or directories of them",
    )
    command.add_argument("--encoding", help="encoding of the CSV files, if it cannot be found out")


def instant(text: str) -> datetime:
    """A local instant; a bare date is the end of that day."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise argparse.ArgumentTypeError(f"{text!r} is no instant: write 2026-10-15 or '2026-10-15 18:00'") from None
    if found.tzinfo:
        raise argparse.ArgumentTypeError(f"{text!r} has an offset: write the estate's own local time")
    return found.replace(hour=23, minute=59, second=59) if len(text) == len("2026-10-15") else found


def log_files(paths: list[Path]) -> list[Path]:
    """Files as they are; of a directory every log file in it, by name."""
    from dutyrules.activity.files import ENDINGS

    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            found += sorted(file for file in path.iterdir() if file.suffix.lower() in ENDINGS and not _beside(file))
        else:
            found.append(path)
    return found


def _beside(file: Path) -> bool:
    """Whether an import wrote the file beside a log: `2026-10.rejects.csv`."""
    return Path(file.stem).suffix in (".rejects", ".flags", ".leave", ".coverage")


def scored(arguments: argparse.Namespace, beside: Path | None = None) -> "tuple[Result, int]":
    """The scored period, and the exit status: 4 if rows were rejected.

    Args:
        beside: The file beside which the rejects are written.
    """
    from dutyrules import closed_months, load_estate, read_closed, read_log, score

    estate = load_estate(arguments.estate)
    log = read_log(
        log_files(arguments.log),
        estate,
        period=arguments.period,
        forecast=arguments.forecast,
        encoding=arguments.encoding,
    )
    status = tell_rejects(log, beside, write=not getattr(arguments, "redact", False))
    files: list[Path] | None = getattr(arguments, "closed", None)
    own = closed_months(estate)  # refused where somebody changed them, also if others are asked for
    closed = read_closed(files, estate.id) if files else own
    result = score(estate, log, arguments.period, arguments.as_of, forecast=arguments.forecast, closed=closed)
    return result, status


def tell_rejects(log: "Log", beside: Path | None, *, write: bool = True) -> int:
    """Writes the rejects file if rows could not be read, and says so; the exit status.

    Args:
        write: False where nothing may be written that shows what stood in the log.
    """
    for notice in log.notices:
        print(notice, file=sys.stderr)
    if not log.rejected_rows:
        return 0
    if not write:
        print(f"{log.rejected_rows} rows could not be read; without --redact a file says which", file=sys.stderr)
        return 4
    from dutyrules.activity.rejects import write_rejects

    path = (beside.parent if beside else Path()) / "rejects.csv"
    write_rejects(log.rejects, path)
    print(f"{log.rejected_rows} rows could not be read: {path}", file=sys.stderr)
    return 4
