"""Reading an activity log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dutyrules.activity.accept import AcceptedFile, accept
from dutyrules.activity.encode import seconds
from dutyrules.activity.files import RawFile, from_rows, open_files
from dutyrules.activity.identity import identify
from dutyrules.activity.kinds import Kind
from dutyrules.activity.log import AUDITED, LATE_SCHEMA, REJECT_SCHEMA, Log, LogFile
from dutyrules.activity.stretch import Terms
from dutyrules.activity.vocabulary import Vocabulary, columns_of
from dutyrules.activity.words import Texts
from dutyrules.diagnostics import Diagnostic, InputError

_FIRST = ("at", "person", "kind", "target", "case", "value", "file", "row")
_SPENT = ("event_id", "revision", "voided")
_COPIERS = 2  # threads that put columns together
_USUAL = {"revision": 0, "voided": False}  # in files without the column


def read_log(
    paths: Sequence[Path],
    *,
    kinds: Mapping[str, Kind],
    persons: Sequence[str],
    targets: Mapping[str, Sequence[str] | pl.Series],
    timezone: str = "Asia/Shanghai",
    encoding: str | None = None,
    forecast: bool = False,
    recorded_before: datetime | None = None,
    audited: bool = False,
    late_approved: bool = False,
) -> Log:
    """Reads the files of an activity log: CSV, XLSX, Parquet or JSON Lines.

    Args:
        paths: The files; their order decides which of two equal rows is the first.
        kinds: The kinds of events by name; findings and inspections too.
        persons: The ids of the persons of the estate.
        targets: The registered ids by target type: `building`, `unit`, `area`; `person` unless it is the persons.
        timezone: The time zone of the estate; instants with an offset are converted to it.
        encoding: The encoding of the CSV files; found out if it is not given.
        forecast: Take planned rows for events.
        recorded_before: Leave out rows recorded at this time or later; local, or with an offset.
        audited: Keep who recorded and who approved each row.
        late_approved: Do not leave out what somebody else approved; needs `audited`.

    Raises:
        InputError: What is wrong with the files as such. Bad rows are rejected, not raised.
    """
    needed = [*columns_of(kinds), *(["recorded_at"] if recorded_before else []), *(AUDITED if audited else [])]
    with ThreadPoolExecutor(1) as pool:
        beside = pool.submit(Vocabulary, kinds, persons, targets)
        files = open_files(paths, needed, lambda: beside.result().words(), encoding)
        known = beside.result()
    terms = replace(_terms(timezone, forecast, recorded_before), audited=audited, late_approved=late_approved)
    return _log(files, known, terms)


def log_from_rows(
    rows: Sequence[Mapping[str, Any]],
    *,
    kinds: Mapping[str, Kind],
    persons: Sequence[str],
    targets: Mapping[str, Sequence[str] | pl.Series],
    timezone: str = "Asia/Shanghai",
    forecast: bool = False,
    recorded_before: datetime | None = None,
) -> Log:
    """Reads rows that are in memory, as `read_log` reads those of a file; the first row has number 2."""
    known = Vocabulary(kinds, persons, targets)
    needed = [*columns_of(kinds), *(["recorded_at"] if recorded_before else [])]
    return _log((from_rows(rows, needed),), known, _terms(timezone, forecast, recorded_before))


def _terms(timezone: str, forecast: bool, recorded_before: datetime | None) -> Terms:
    return Terms(timezone, forecast, seconds(recorded_before, timezone) if recorded_before else None)


def _log(files: tuple[RawFile, ...], known: Vocabulary, terms: Terms) -> Log:
    parts = _accepted(files, known, terms)
    frame = _joined(parts)
    with ThreadPoolExecutor(1) as pool:
        stretches = [each for part in parts for each in part.alike]
        beside = pool.submit(identify, frame, stretches, files)  # which numbers texts have does not matter to it
        target, free = _in_order(frame["target"], known.free, len(known.targets.words))
        case, cases = _in_order(frame["case"], known.cases, 0)
        same = beside.result()
    frame = frame.with_columns(target, case)
    if same.keep is not None:
        frame = frame.filter(pl.Series(same.keep))
    columns = [*_FIRST, *(name for name in frame.columns if name not in {*_FIRST, *_SPENT})]
    return Log(
        frame=frame.select(columns),
        persons=tuple(known.persons.words),
        kinds=tuple(known.kinds.words),
        targets=pl.concat([known.targets.words.alias("target"), free.alias("target")]),
        cases=cases.alias("case"),
        files=tuple(
            LogFile(raw.name, raw.sha256(), part.rows, raw.encoding) for raw, part in zip(files, parts, strict=True)
        ),
        rejects=pl.concat([pl.DataFrame(schema=REJECT_SCHEMA), *(part.rejects for part in parts)]),
        notices=(*chain(*(raw.notices for raw in files)), *chain(*(part.notices for part in parts)), *same.notices),
        planned=sum(part.planned for part in parts),
        planned_kinds=frozenset(known.kinds.words[code] for part in parts for code in part.planned_kinds),
        late=pl.concat([pl.DataFrame(schema=LATE_SCHEMA), *(part.late for part in parts)]),
    )


def _accepted(files: tuple[RawFile, ...], known: Vocabulary, terms: Terms) -> list[AcceptedFile]:
    parts: list[AcceptedFile] = []
    problems: list[Diagnostic] = []
    for raw in files:
        try:
            parts.append(accept(raw, known, terms))
        except InputError as error:
            problems += error.diagnostics
    if problems:
        raise InputError(problems)
    return parts


def _joined(parts: Sequence[AcceptedFile]) -> pl.DataFrame:
    """Returns the accepted rows of all files."""
    frames = [
        pl.concat(part.frames, rechunk=False).with_columns(file=pl.lit(number, pl.Int16))
        for number, part in enumerate(parts)
    ]
    frame = frames[0] if len(frames) == 1 else pl.concat([_no_rows(), *frames], how="diagonal", rechunk=False)
    fills = [pl.col(name).fill_null(nothing) for name, nothing in _USUAL.items() if name in frame.columns]
    with ThreadPoolExecutor(_COPIERS) as pool:
        return pl.DataFrame(list(pool.map(_in_one_piece, frame.with_columns(*fills))))


def _in_one_piece(column: pl.Series) -> pl.Series:
    """Rows are picked from columns of numbers again and again; numpy gets its memory in larger pages than Polars."""
    if column.null_count() or not column.dtype.is_integer():
        return column
    return pl.Series(column.name, np.concatenate([piece.to_numpy() for piece in column.get_chunks()]))


def _in_order(column: pl.Series, texts: Texts, first: int) -> tuple[pl.Series, pl.Series]:
    """Numbers the texts of a column, from `first` on, in the order of their first rows; returns them, too."""
    numbers = column.to_numpy().copy()
    here = np.flatnonzero(numbers >= first)
    fresh, words = texts.in_order(numbers[here] - np.int32(first))
    numbers[here] = fresh + np.int32(first)
    return pl.Series(column.name, numbers), words


def _no_rows() -> pl.DataFrame:
    schema = {"at": pl.Int64, "person": pl.Int32, "kind": pl.Int16, "target": pl.Int32, "case": pl.Int32}
    return pl.DataFrame(schema={**schema, "value": pl.Int64, "row": pl.Int32, "file": pl.Int16})
