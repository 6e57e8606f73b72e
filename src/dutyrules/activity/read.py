"""Reading an activity log."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from itertools import chain
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from dutyrules.activity.accept import FREE, Accepted, Terms, accept
from dutyrules.activity.encode import EMPTY, UNKNOWN, seconds
from dutyrules.activity.files import RawFile, from_rows, open_files
from dutyrules.activity.identity import identify
from dutyrules.activity.kinds import Kind
from dutyrules.activity.log import LATE_SCHEMA, REJECT_SCHEMA, Log, LogFile
from dutyrules.activity.vocabulary import Vocabulary

_FIRST = ("at", "person", "kind", "target", "case", "value", "file", "row")
_SPENT = ("event_id", "revision", "voided", FREE)
_USUAL = {"revision": 0, "voided": False}  # in files without the column


def read_log(
    paths: Sequence[Path],
    *,
    kinds: Mapping[str, Kind],
    persons: Sequence[str],
    targets: Mapping[str, Sequence[str]],
    timezone: str = "Asia/Shanghai",
    encoding: str | None = None,
    forecast: bool = False,
    recorded_before: datetime | None = None,
) -> Log:
    """Reads the files of an activity log, CSV or Parquet.

    Args:
        paths: The files; their order decides which of two equal rows is the first.
        kinds: The kinds of events by name; findings and inspections too.
        persons: The ids of the persons of the estate.
        targets: The registered ids by target type: `building`, `unit`, `area`; `person` unless it is the persons.
        timezone: The time zone of the estate; instants with an offset are converted to it.
        encoding: The encoding of the CSV files; found out if it is not given.
        forecast: Take planned rows for events.
        recorded_before: Leave out rows recorded at this time or later; local, or with an offset.

    Raises:
        InputError: What is wrong with the files as such. Bad rows are rejected, not raised.
    """
    known = Vocabulary(kinds, persons, targets)
    needed = [*known.columns, *(["recorded_at"] if recorded_before else [])]
    files = open_files(paths, needed, known.words, encoding)
    return _log(files, known, _terms(timezone, forecast, recorded_before))


def log_from_rows(
    rows: Sequence[Mapping[str, Any]],
    *,
    kinds: Mapping[str, Kind],
    persons: Sequence[str],
    targets: Mapping[str, Sequence[str]],
    timezone: str = "Asia/Shanghai",
    forecast: bool = False,
    recorded_before: datetime | None = None,
) -> Log:
    """Reads rows that are in memory, as `read_log` reads those of a file; the first row has number 2."""
    known = Vocabulary(kinds, persons, targets)
    needed = [*known.columns, *(["recorded_at"] if recorded_before else [])]
    return _log((from_rows(rows, needed),), known, _terms(timezone, forecast, recorded_before))


def _terms(timezone: str, forecast: bool, recorded_before: datetime | None) -> Terms:
    return Terms(timezone, forecast, seconds(recorded_before, timezone) if recorded_before else None)


def _log(files: tuple[RawFile, ...], known: Vocabulary, terms: Terms) -> Log:
    parts = [accept(raw, known, terms) for raw in files]
    frame, free, cases = _joined(parts, len(known.targets.words))
    same = identify(frame, files)
    if same.keep is not None:
        frame = frame.filter(pl.Series(same.keep))
    columns = [*_FIRST, *(name for name in frame.columns if name not in {*_FIRST, *_SPENT})]
    return Log(
        frame=frame.select(columns).rechunk(),  # rows are picked from it by number
        persons=tuple(known.persons.words),
        kinds=tuple(known.kinds.words),
        targets=pl.concat([known.targets.words.alias("target"), free.alias("target")]),
        cases=cases,
        files=tuple(
            LogFile(raw.name, raw.sha256, part.rows, raw.encoding) for raw, part in zip(files, parts, strict=True)
        ),
        rejects=pl.concat([pl.DataFrame(schema=REJECT_SCHEMA), *(part.rejects for part in parts)]),
        notices=(*chain(*(raw.notices for raw in files)), *chain(*(part.notices for part in parts)), *same.notices),
        planned=sum(part.planned for part in parts),
        planned_kinds=frozenset(known.kinds.words[code] for part in parts for code in part.planned_kinds),
        late=pl.concat([pl.DataFrame(schema=LATE_SCHEMA), *(part.late for part in parts)]),
    )


def _joined(parts: Sequence[Accepted], registered: int) -> tuple[pl.DataFrame, pl.Series, pl.Series]:
    """Returns the accepted rows of all files with free-text targets and cases as numbers, the free texts, the cases."""
    numbered = [part.frame.with_columns(file=pl.lit(number, pl.Int16)) for number, part in enumerate(parts)]
    frame = numbered[0] if len(numbered) == 1 else pl.concat([_no_rows(), *numbered], how="diagonal").rechunk()
    free = pl.Series("target", [], dtype=pl.String)
    if FREE in frame.columns:
        codes, free = _dense(frame[FREE])
        target = frame["target"].to_numpy()
        frame = frame.with_columns(target=pl.Series(np.where(target == UNKNOWN, codes.to_numpy() + registered, target)))
    codes, cases = _dense(frame["case"])
    fills = [pl.col(name).fill_null(nothing) for name, nothing in _USUAL.items() if name in frame.columns]
    return frame.with_columns(codes.alias("case"), *fills), free, cases.alias("case")


def _no_rows() -> pl.DataFrame:
    schema = {"at": pl.Int64, "person": pl.Int32, "kind": pl.Int16, "target": pl.Int32, "case": pl.String}
    return pl.DataFrame(schema={**schema, "value": pl.Int64, "row": pl.Int32, "file": pl.Int16})


def _dense(texts: pl.Series) -> tuple[pl.Series, pl.Series]:
    """Numbers the distinct texts in the order of their first rows; -1 where there is none."""
    here = np.flatnonzero(texts.is_not_null().to_numpy())
    # Categories of its own: numbers of another log must not widen this one.
    found = texts.gather(here).cast(pl.Categorical(pl.Categories.random()))
    codes = np.full(len(texts), EMPTY, np.int32)
    distinct = found.unique(maintain_order=True)
    order = np.empty(len(distinct), np.int32)
    order[distinct.to_physical().to_numpy()] = np.arange(len(distinct), dtype=np.int32)
    codes[here] = order[found.to_physical().to_numpy()]
    return pl.Series(codes), distinct.cast(pl.String)
