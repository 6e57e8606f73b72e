"""Which rows are the same event: ids, revisions, voided rows, and equal rows in several files."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.activity.files import ROW, RawFile
from dutyrules.diagnostics import Cell, Diagnostic

_PLACE = ("file", "row")
# Odd numbers drawn at random: a sum of products of them is as good as unique.
_CODED = {
    "at": 0xBF58476D1CE4E5B9,
    "person": 0x94D049BB133111EB,
    "kind": 0x9E3779B97F4A7C15,
    "target": 0xD6E8FEB86659FD93,
    "case": 0xFF51AFD7ED558CCD,
    "value": 0xC4CEB9FE1A85EC53,
}
_TELLING = ("at", "person")
_SHOWN = 3
# The low bits of a hash tell whether it is worth comparing.
_HINT_BITS = 18
_HINT = np.uint64((1 << _HINT_BITS) - 1)

# So many numbers stay in the cache of a processor.
_BLOCK = 1 << 15
_NEVER = np.iinfo(np.int64).min + 1
# Names that no column of a log has.
_FILE, _POSITION, _NTH = "(file)", "(position)", "(nth)"


@dataclass(frozen=True, slots=True)
class Identified:
    """The rows that count.

    Attributes:
        keep: The mask of the rows that count; None if all do.
        notices: Conflicting revisions, equal rows.
    """

    keep: npt.NDArray[np.bool_] | None
    notices: tuple[Diagnostic, ...]


@dataclass(frozen=True, slots=True)
class Alike:
    """What a stretch of accepted rows tells about equal ones.

    Attributes:
        height: How many rows it holds.
        rows: The rows that another one of it may equal, counted from its first.
    """

    height: int
    rows: npt.NDArray[np.int64]

    @classmethod
    def of(cls, frame: pl.DataFrame) -> Alike:
        """Looks at the frame of a stretch, while it is in the cache of a processor."""
        return cls(frame.height, np.flatnonzero(_repeated(_mixed(frame.select(_TELLING)))))


def identify(frame: pl.DataFrame, stretches: Sequence[Alike], files: Sequence[RawFile]) -> Identified:
    """Finds rows that stand for the same event.

    Args:
        frame: The accepted rows of all files: `Log.frame`, and `event_id`, `revision`, `voided` where a file has them.
        stretches: What the stretches tell of which it is joined.
        files: The files; columns that were not read are compared only for rows that are otherwise equal.
    """
    drop = np.zeros(frame.height, np.bool_)
    notices: list[Diagnostic] = []
    named = np.zeros(frame.height, np.bool_)
    if "event_id" in frame.columns:
        named = frame["event_id"].is_not_null().to_numpy()
        _revisions(frame, files, np.flatnonzero(named), drop, notices)
    _copies(frame, stretches, files, ~named, drop, notices)
    if "voided" in frame.columns:
        drop |= frame["voided"].to_numpy()
    return Identified(~drop if drop.any() else None, tuple(notices))


def _revisions(
    frame: pl.DataFrame,
    files: Sequence[RawFile],
    rows: npt.NDArray[np.int64],
    drop: npt.NDArray[np.bool_],
    notices: list[Diagnostic],
) -> None:
    """Keeps the first row of the highest revision of each id."""
    ids = frame["event_id"].gather(rows)
    again = ids.is_duplicated()
    if not again.any():
        return
    rows = rows[again.to_numpy()]
    revision = frame["revision"].gather(rows) if "revision" in frame.columns else pl.zeros(len(rows), eager=True)
    table = pl.DataFrame({"id": ids.filter(again), "revision": revision, "position": rows})
    best = table.sort("revision", "position", descending=[True, False]).unique("id", keep="first")
    drop[np.setdiff1d(rows, best["position"].to_numpy())] = True

    table = table.filter(pl.struct("id", "revision").is_duplicated()).sort("position")
    if not table.height:
        return
    cells = _cells(frame, files, table["position"].to_numpy()).select(pl.struct(pl.all()).alias("cells"))
    groups = pl.concat([table, cells], how="horizontal").group_by("id", "revision", maintain_order=True)
    conflicts = groups.agg("position", pl.col("cells").n_unique().alias("versions")).filter(pl.col("versions") > 1)
    for positions in conflicts["position"].to_list():
        first, *others = (_place(frame, files, position, "event_id") for position in positions)
        message = "rows with the same id and revision differ; the first counts"
        related = tuple(("also here", other) for other in others)
        notices.append(Diagnostic("log.revision-conflict", message, first, related=related, severity="warning"))


def _copies(
    frame: pl.DataFrame,
    stretches: Sequence[Alike],
    files: Sequence[RawFile],
    nameless: npt.NDArray[np.bool_],
    drop: npt.NDArray[np.bool_],
    notices: list[Diagnostic],
) -> None:
    """Collapses equal rows across files: the n-th of a file is the n-th of every other."""
    rows = _alike(frame, stretches, nameless)
    if not len(rows):
        return
    cells = _cells(frame, files, rows)
    table = cells.with_columns(
        pl.Series(_FILE, frame["file"].gather(rows)),
        pl.Series(_POSITION, rows),
    ).with_columns(pl.int_range(pl.len()).over(*cells.columns, _FILE).alias(_NTH))
    first = table.unique([*cells.columns, _NTH], keep="first", maintain_order=True)
    copies = np.setdiff1d(rows, first[_POSITION].to_numpy())
    drop[copies] = True
    for positions, code, message in (
        (copies, "log.collapsed-copies", "rows are equal to rows of an earlier file; each counts once"),
        (
            table.filter(pl.col(_NTH) > 0)[_POSITION].to_numpy(),
            "log.equal-rows",
            "rows are equal to an earlier row of this file; each counts",
        ),
    ):
        notices += _by_file(frame, files, positions, code, message)


def _alike(frame: pl.DataFrame, stretches: Sequence[Alike], nameless: npt.NDArray[np.bool_]) -> npt.NDArray[np.int64]:
    """Returns the rows whose integer columns another row has too; a few more, if numbers collide."""
    rows = _near(frame["at"].to_numpy(), stretches)
    rows = rows[nameless[rows]]
    for columns in (_TELLING, tuple(_CODED)):  # few rows are left to be looked at twice
        part = frame.select(columns)
        rows = rows[_repeated(_mixed(part if len(rows) == part.height else part[rows]))]
    return rows


def _near(at: npt.NDArray[np.int64], stretches: Sequence[Alike]) -> npt.NDArray[np.int64]:
    """Returns the rows that another one of their stretch may equal, or one of another stretch by its time.

    Logs mostly stand in the order of time: hardly a row has the time of another stretch.
    """
    ends = np.cumsum([each.height for each in stretches]).tolist()
    spans = [slice(end - each.height, end) for each, end in zip(stretches, ends, strict=True) if each.height]
    before = np.maximum.accumulate([_NEVER, *(at[span].max() for span in spans)])
    after = np.minimum.accumulate([-_NEVER, *(at[span].min() for span in reversed(spans))])[-2::-1]
    rows = [np.empty(0, np.int64)]
    rows += [each.rows + (end - each.height) for each, end in zip(stretches, ends, strict=True)]
    for span, last, first in zip(spans, before, after, strict=False):
        rows.append(np.flatnonzero((at[span] <= last) | (at[span] >= first)) + span.start)
    return np.unique(np.concatenate(rows))


def _mixed(frame: pl.DataFrame) -> npt.NDArray[np.uint64]:
    """Returns a number per row that equal rows share, and hardly any others."""
    columns = [
        ((column.fill_null(0) if column.null_count() else column).to_numpy(), np.uint64(_CODED[column.name]))
        for column in frame
    ]
    mix = np.zeros(frame.height, np.uint64)
    for start in range(0, frame.height, _BLOCK):
        block = slice(start, start + _BLOCK)
        for numbers, odd in columns:
            mix[block] += numbers[block].astype(np.int64).view(np.uint64) * odd
    return mix


def _repeated(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.bool_]:
    """Returns whether each number is there more than once."""
    ordered = np.sort(numbers)
    twice = np.unique(ordered[1:][ordered[1:] == ordered[:-1]])
    repeated = np.zeros(len(numbers), np.bool_)
    if len(twice):
        maybe = np.zeros(1 << _HINT_BITS, np.bool_)
        maybe[twice & _HINT] = True
        for start in range(0, len(numbers), _BLOCK):
            block = slice(start, start + _BLOCK)
            repeated[block] = maybe.take((numbers[block] & _HINT).view(np.int64))
        repeated[repeated] = np.isin(numbers[repeated], twice)
    return repeated


def _cells(frame: pl.DataFrame, files: Sequence[RawFile], rows: npt.NDArray[np.int64]) -> pl.DataFrame:
    """Returns every column of the rows apart from its place and `TOLD_ANEW`, those that were not read included."""
    judged = frame[rows].with_columns(pl.int_range(pl.len()).alias(_POSITION))
    parts = []
    for (number,), part in judged.select(*_PLACE, _POSITION).group_by("file"):
        file = files[int(str(number))]
        others = file.others_at(part["row"])
        parts.append(others.cast(pl.String).with_columns(part[_POSITION]).drop(ROW))
    texts = pl.concat(parts, how="diagonal").sort(_POSITION).select(pl.exclude(_POSITION).replace("", None))
    renamed = texts.rename(lambda column: f"{column} (text)")
    mine = judged.drop(*_PLACE, _POSITION)
    return pl.concat([mine, renamed], how="horizontal") if renamed.width else mine


def _by_file(
    frame: pl.DataFrame, files: Sequence[RawFile], positions: npt.NDArray[np.int64], code: str, message: str
) -> list[Diagnostic]:
    notices = []
    numbers = frame["file"].gather(positions).to_numpy()
    for number in np.unique(numbers):
        mine = np.sort(positions[numbers == number])
        places = [_place(frame, files, int(position)) for position in mine[:_SHOWN]]
        related = tuple(("also here", place) for place in places[1:])
        notices.append(Diagnostic(code, f"{len(mine)} {message}", places[0], related=related, severity="warning"))
    return notices


def _place(frame: pl.DataFrame, files: Sequence[RawFile], position: int, column: str | None = None) -> Cell:
    return Cell(files[frame["file"][position]].name, int(frame["row"][position]), column)
