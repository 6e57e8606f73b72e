"""What a month is closed from: its log, read with who recorded what; and hashes of every file."""

import os
from collections.abc import Iterable, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from dutyrules.activity.log import Log
from dutyrules.closing.ledger import Inputs, LogInput
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate, read_log
from dutyrules.timegrid import DAY, date_of

APPEALS = "appeals"
"""The table that changes while a month is published, as it should."""


def relative(path: Path, estate: Estate) -> str:
    """A path from the estate's folder, the same wherever a command is given; a link by its own name."""
    return Path(os.path.relpath(path.parent.resolve() / path.name, estate.directory.resolve())).as_posix()


def audited_log(
    paths: Sequence[Path], estate: Estate, month: str, *, late_approved: bool = False, encoding: str | None = None
) -> Log:
    """The log of a month; its files are named by their path from the estate's folder.

    Args:
        late_approved: Rows that were recorded after the cut-off count where somebody else approved them.
    """
    log = read_log(paths, estate, period=month, encoding=encoding, audited=True, late_approved=late_approved)
    return replace(log, files=tuple(replace(file, name=relative(Path(file.name), estate)) for file in log.files))


def inputs_of(estate: Estate, log: Log) -> Inputs:
    """The hashes of all that a month is scored from."""
    last = _last_days(log)
    mine = {file.name: LogInput(file.sha256, last.get(number)) for number, file in enumerate(log.files)}
    tables = {name: digest for name, digest in estate.files.items() if Path(name).stem != APPEALS}
    books = {name.rpartition("/")[2]: digest for name, digest in sorted(estate.book.files.items())}
    return Inputs(books, dict(sorted(tables.items())), mine)


def _last_days(log: Log) -> dict[int, str]:
    """File → day of its last row."""
    file, day = log.frame["file"].to_numpy(), log.frame["at"].to_numpy() // DAY
    return {int(number): date_of(int(day[file == number].max())).isoformat() for number in np.unique(file)}


def still_there(names: Iterable[str], estate: Estate, month: str) -> list[Path]:
    """The files with which a month was closed.

    Raises:
        InputError: those that are not there any more.
    """
    paths = {name: estate.directory / name for name in names}
    problems = [
        Diagnostic(
            "close.no-log",
            f"{month} was scored with a file of the log that is not there any more",
            None,
            name,
            None,
            "put it back; a file that grew may stay as it is, for what is new in it becomes an adjustment",
        )
        for name, path in paths.items()
        if not path.is_file()
    ]
    if problems:
        raise InputError(problems)
    return list(paths.values())
