"""One file of the log, stretch by stretch: which rows are events, and why the others are not."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import chain, islice
from threading import Lock
from typing import TypeVar

import numpy as np
import polars as pl

from dutyrules.activity.files import RawFile
from dutyrules.activity.identity import Alike
from dutyrules.activity.log import LATE_SCHEMA, REJECT_SCHEMA
from dutyrules.activity.stretch import Accepted, Terms, judge
from dutyrules.activity.vocabulary import Vocabulary
from dutyrules.activity.words import Index
from dutyrules.diagnostics import Cell, Diagnostic, did_you_mean

_WORKERS = 3  # on two cores too: one of them mostly waits for Polars
# Looking for the nearest word takes a while; a wrong registry must not take the day.
_MOST_KNOWN = 5_000
_MOST_HINTS = 100

_Item = TypeVar("_Item")
_Answer = TypeVar("_Answer")


@dataclass(frozen=True, slots=True)
class AcceptedFile:
    """What a file holds.

    Attributes:
        frames: The accepted rows, stretch by stretch, as in `Accepted.frame`.
        alike: Which rows of each stretch may be equal.
        rejects: One line per bad cell; `REJECT_SCHEMA`.
        late: Rows recorded too late; `LATE_SCHEMA`.
        notices: What a reader should know.
        rows: How many rows are not blank.
        planned: How many rows are plans.
        planned_kinds: Codes of their kinds.
    """

    frames: tuple[pl.DataFrame, ...]
    alike: tuple[Alike, ...]
    rejects: pl.DataFrame
    late: pl.DataFrame
    notices: tuple[Diagnostic, ...]
    rows: int
    planned: int
    planned_kinds: frozenset[int]


def accept(raw: RawFile, known: Vocabulary, terms: Terms) -> AcceptedFile:
    """Judges every row of a file.

    Raises:
        InputError: The file can't be read to its end.
    """
    parts = _side_by_side(lambda stretch: judge(raw, *stretch, known, terms), raw.stretches())
    late = np.concatenate([part.late for part in parts])
    return AcceptedFile(
        tuple(part.frame for part in parts),
        tuple(part.alike for part in parts),
        _rejects(raw, parts),
        pl.DataFrame({"file": [raw.name] * len(late), "row": late}, schema=LATE_SCHEMA),
        tuple(_undated(raw, parts)),
        sum(part.rows for part in parts) + len(raw.broken),
        sum(part.planned for part in parts),
        frozenset().union(*(part.planned_kinds for part in parts)),
    )


def _side_by_side(work: Callable[[_Item], _Answer], items: Iterator[_Item]) -> list[_Answer]:
    """Works on items in threads, which Polars and numpy let run at once, and takes none before a thread is free."""
    ahead = list(islice(items, 2))
    if len(ahead) == 1:  # a thread would only cost
        return [work(ahead[0])]
    answers: dict[int, _Answer] = {}
    numbered, one_at_a_time = enumerate(chain(ahead, items)), Lock()

    def worker() -> None:
        while True:
            with one_at_a_time:
                number, item = next(numbered, (-1, None))
            if item is None:
                return
            answers[number] = work(item)

    with ThreadPoolExecutor(_WORKERS) as pool:
        for done in [pool.submit(worker) for _ in range(_WORKERS)]:
            done.result()
    return [answers[number] for number in sorted(answers)]


def _rejects(raw: RawFile, parts: Sequence[Accepted]) -> pl.DataFrame:
    broken = [(raw.name, each.row, None, each.text, each.reason, each.hint) for each in raw.broken]
    lines = pl.concat(
        [*(part.rejects for part in parts), pl.DataFrame(broken, schema=REJECT_SCHEMA, orient="row")]
    ).sort("row", maintain_order=True)
    known = dict(chain.from_iterable(part.known.items() for part in parts))
    for (column, reason), index in known.items():
        mine = np.flatnonzero(((lines["column"] == column) & (lines["reason"] == reason)).fill_null(False).to_numpy())
        hints = lines["hint"].scatter(mine, _nearest(lines["value"].gather(mine), index))
        lines = lines.with_columns(hints)
    return lines


def _nearest(cells: pl.Series, known: Index) -> pl.Series:
    if len(known.words) > _MOST_KNOWN:
        return pl.repeat(None, len(cells), dtype=pl.String, eager=True)
    words = cells.unique(maintain_order=True).drop_nulls().head(_MOST_HINTS).to_list()
    hints = [did_you_mean(word.strip(), known.words) for word in words]
    return cells.replace_strict(words, hints, default=None, return_dtype=pl.String)


def _undated(raw: RawFile, parts: Sequence[Accepted]) -> Iterator[Diagnostic]:
    rows = np.concatenate([part.undated for part in parts])
    if len(rows):
        message = f"{len(rows)} rows whose recorded_at is not an instant count as recorded in time"
        place = Cell(raw.name, int(rows[0]), "recorded_at")
        yield Diagnostic("log.unreadable-recorded-at", message, place, severity="warning")
