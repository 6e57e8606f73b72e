"""The files of a log as columns, before anything in them is judged."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import polars as pl

from dutyrules.activity.csvfile import read_csv
from dutyrules.activity.jsonlines import read_json_lines
from dutyrules.activity.log import KEPT, REQUIRED, TOLD_ANEW
from dutyrules.activity.parquetfile import DAMAGED, open_parquet, tame
from dutyrules.activity.sheetfile import read_sheet
from dutyrules.activity.texttable import BrokenRow
from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean

ENDINGS = (".csv", ".xlsx", ".parquet", ".jsonl")
"""How the files of a log end, which tells what they are."""

FIRST_ROW = 2
"""The number of the first row below a header."""

ROW = "(row)"
"""The column of `RawFile.others` that numbers the rows; no file can have it."""

MEMORY = "<memory>"
"""The name of rows that come from no file."""

MEMORY_ENCODING = "memory"

_STRETCH: int | None = None
"""How many rows are read at a time; None is what lies together in the file, for joining row groups would copy them."""

_MOST_BYTES = 1 << 31
"""The largest file that is read: some twenty million rows of text."""

_QUICKLY_HASHED = 1 << 16
"""So few bytes are hashed before a thread has begun."""


@dataclass(frozen=True, slots=True)
class RawFile:
    """A file as it was read.

    Attributes:
        name: The path as it was given.
        sha256: Tells that of its bytes, once it is known.
        encoding: Of its text; `parquet`, `xlsx` and `memory` have none.
        cells: The columns that the log needs, not yet read; their n-th row (from 0) is row n + `first_row`.
        others: Its other columns, as a query that nobody may ever run, with `ROW` in front; none of `TOLD_ANEW`.
        broken: The rows that can't be read; they are blank in `cells`.
        first_row: The number of the first row.
        notices: Unknown columns.
    """

    name: str
    sha256: Callable[[], str]
    encoding: str
    cells: pl.LazyFrame
    others: pl.LazyFrame
    broken: tuple[BrokenRow, ...] = ()
    first_row: int = FIRST_ROW
    notices: tuple[Diagnostic, ...] = ()

    def stretches(self) -> Iterator[tuple[int, pl.DataFrame]]:
        """Reads the cells a stretch at a time: how many rows come before it, and its rows; at least one stretch.

        Raises:
            InputError: The file can't be read to its end.
        """
        if self.encoding == MEMORY_ENCODING:
            yield 0, self.cells.collect()
            return
        start = 0
        try:
            for stretch in self.cells.collect_batches(chunk_size=_STRETCH, maintain_order=True):
                yield start, tame(stretch)
                start += stretch.height
        except pl.exceptions.PolarsError:
            raise _error("log.bad-parquet", DAMAGED, self.name) from None
        if not start:
            yield 0, pl.DataFrame(schema=self.cells.collect_schema())

    def others_at(self, rows: pl.Series) -> pl.DataFrame:
        """Reads the other columns of some rows, by their numbers in the file, which ascend."""
        wanted = pl.LazyFrame({ROW: rows.cast(pl.get_index_type())})
        # a join lets go of the rest on the way; picking rows by number would hold whole columns first
        return self._read(self.others.join(wanted, on=ROW, how="semi", maintain_order="left"))

    def others_between(self, start: int, height: int) -> pl.DataFrame:
        """Reads the other columns of a stretch."""
        return self._read(self.others.slice(start, height))

    def _read(self, query: pl.LazyFrame) -> pl.DataFrame:
        try:
            return tame(query.collect())
        except pl.exceptions.PolarsError:
            raise _error("log.bad-parquet", DAMAGED, self.name) from None


def open_files(
    paths: Iterable[Path], needed: Collection[str], words: Callable[[], Collection[str]], encoding: str | None
) -> tuple[RawFile, ...]:
    """Reads the files of a log.

    Args:
        paths: Files as `ENDINGS` has them.
        needed: The columns to read.
        words: Gives words that the files probably hold; they tell GB18030 from Big5.
        encoding: The encoding of the CSV files, if it is known.

    Raises:
        InputError: What is wrong with any of the files.
    """
    files: list[RawFile] = []
    problems: list[Diagnostic] = []
    for path in paths:
        try:
            files.append(_open(path, needed, words, encoding))
        except InputError as error:
            problems += error.diagnostics
    if problems:
        raise InputError(problems)
    return tuple(files)


def from_rows(rows: Sequence[Mapping[str, Any]], needed: Collection[str]) -> RawFile:
    """Takes rows that are in memory; they are numbered as if a header stood above them."""
    columns = dict.fromkeys([*REQUIRED, *(column for row in rows for column in row)])
    frame = pl.DataFrame(
        {column: [_text(row.get(column)) for row in rows] for column in columns},
        schema=dict.fromkeys(columns, pl.String),
    )
    return _file(MEMORY, _sha256(frame.write_csv().encode()), MEMORY_ENCODING, frame, needed)


def _open(path: Path, needed: Collection[str], words: Callable[[], Collection[str]], encoding: str | None) -> RawFile:
    ending = path.suffix.lower()
    if not path.exists():
        raise _error("log.no-such-file", "there is no such file", path)
    if path.is_dir():
        raise _error("log.is-a-directory", "this is a directory, not a file", path)
    if ending not in ENDINGS:
        told = f"a log is CSV, XLSX, Parquet or JSON Lines, not {ending or 'a file without an ending'}"
        raise _error("log.unknown-format", told, path)
    try:
        if (size := path.stat().st_size) > _MOST_BYTES:
            raise _too_large(path, size)
        data = path.read_bytes()
    except OSError as error:
        raise _error("log.unreadable-file", f"the file can't be read: {error.strerror}", path) from None
    if not data:
        raise _error("log.empty-file", "the file is empty", path)
    if ending == ".parquet":
        return _open_parquet(path, data, needed)
    if ending == ".xlsx":
        table = read_sheet(str(path), data, REQUIRED)
    elif ending == ".jsonl":
        table = read_json_lines(str(path), data)
    else:
        table = read_csv(str(path), data, words, encoding)
    return _file(
        str(path),
        _sha256(data),
        table.encoding,
        table.frame,
        needed,
        broken=table.broken,
        first_row=table.first_row,
        notices=table.notices,
    )


def _too_large(path: Path, size: int) -> InputError:
    message = f"the log has {size:,} bytes, and at most {_MOST_BYTES:,} are read at once"
    return InputError([Diagnostic("log.too-large", message, Cell(str(path), 1), hint="split it by time")])


def _open_parquet(path: Path, data: bytes, needed: Collection[str]) -> RawFile:
    try:
        frame = open_parquet(str(path), data, [*needed, *KEPT])
        return _file(str(path), _sha256(data), "parquet", frame, needed)
    except (pl.exceptions.PolarsError, OSError):
        raise _error("log.bad-parquet", DAMAGED, path) from None


def _file(
    name: str,
    sha256: Callable[[], str],
    encoding: str,
    frame: pl.DataFrame | pl.LazyFrame,
    needed: Collection[str],
    *,
    broken: tuple[BrokenRow, ...] = (),
    first_row: int = FIRST_ROW,
    notices: tuple[Diagnostic, ...] = (),
) -> RawFile:
    columns = frame.lazy().collect_schema().names()
    _demand(name, columns)
    unknown = [column for column in columns if column not in needed and column not in KEPT]
    cells = frame.lazy().select(column for column in columns if column in needed)
    rest = [column for column in columns if column not in needed and column not in TOLD_ANEW]
    others = frame.lazy().select(rest).with_row_index(ROW, offset=first_row) if rest else _numbered(frame, first_row)
    told = (*notices, *(_unknown(name, column, needed) for column in unknown))
    return RawFile(name, sha256, encoding, cells, others, broken, first_row, told)


def _numbered(frame: pl.DataFrame | pl.LazyFrame, first_row: int) -> pl.LazyFrame:
    # A table without columns would have no rows either.
    return frame.lazy().select(REQUIRED[0]).with_row_index(ROW, offset=first_row).select(ROW)


def _demand(name: str, columns: Collection[str]) -> None:
    missing = [column for column in REQUIRED if column not in columns]
    if missing:
        rest = [column for column in columns if column not in REQUIRED]
        raise InputError(
            Diagnostic(
                "log.missing-column",
                f"the column {column!r} is missing",
                Cell(name, 1),
                found=", ".join(columns),
                hint=did_you_mean(column, rest),
            )
            for column in missing
        )


def _unknown(name: str, column: str, needed: Collection[str]) -> Diagnostic:
    return Diagnostic(
        "log.unknown-column",
        f"no event kind knows the column {column!r}; it is not read",
        Cell(name, 1, column),
        hint=did_you_mean(column, needed),
        severity="warning",
    )


def _text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(" ")
    if isinstance(value, date):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _sha256(data: bytes) -> Callable[[], str]:
    """Begins to hash, which goes on beside the reading where it takes a while."""
    if len(data) < _QUICKLY_HASHED:
        known = hashlib.sha256(data).hexdigest()
        return lambda: known
    pool = ThreadPoolExecutor(1)
    digest = pool.submit(lambda: hashlib.sha256(data).hexdigest())
    pool.shutdown(wait=False)
    return digest.result


def _error(code: str, message: str, path: Path | str) -> InputError:
    return InputError([Diagnostic(code, message, Cell(str(path), 1))])
