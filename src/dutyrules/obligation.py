"""The noun between `score`, `plan` and `due`: who owes what, in which time, and what became of it.

Everything is columns: row *i* of every array speaks of the same obligation, so that judging a month is array
arithmetic, and objects are made only for what is shown.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from enum import IntEnum
from functools import cached_property
from typing import Any, Final, Literal, Self

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]
States = npt.NDArray[np.int8]
"""Of `State`, one byte each."""

NONE: Final = np.iinfo(np.int64).min
"""No number here (expected, actual)."""


class State(IntEnum):
    """The verdict on one obligation; OPEN only before it is judged."""

    OPEN = 0
    MET = 1
    BREACHED = 2
    EXCUSED = 3
    PENDING = 4
    NOT_ASSESSED = 5
    NO_OCCASION = 6


class Reason(IntEnum):
    """What kind of miss a breach is; scorecard lines name it as ``duty.reason``."""

    NONE = 0
    MISSING = 1
    LATE = 2
    EARLY = 3
    SHORT = 4
    OVER = 5
    INCOMPLETE = 6
    UNSIGNED = 7
    OUTSIDE = 8
    DISORDERED = 9
    FOUND = 10


REASONS: Final = tuple(reason.name.lower() for reason in Reason if reason)

Unit = Literal["count", "instant", "mark"]
"""How `expected` and `actual` are to be read: a number, local seconds, or 1/10,000 of a mark."""


@dataclass(frozen=True)
class Obligations:
    """What one duty makes posts owe, as columns of equal length.

    Attributes:
        post: Row of the post in `Presence`.
        first_day, last_day: The period, as day numbers; both the day itself for daily obligations.
        start: First second in which it can be done.
        limit: First second that is too late.
        late_limit: First second from which doing it no longer counts as late but as missing.
        expected: What is owed, in `unit`.
        slot: Number of the window, from 1; 0 where there is one obligation for all.
        target, case: Codes of the log's vocabularies; -1 where not part of the obligation's identity.
        event: Row of the triggering or judged event in `Facts`; -1 where none.
        settled: State decided before judging (unbound figure, no occasion …), else OPEN.
        why: Index into `whys`, 0 = nothing to say.
        unit: How to read `expected` and `actual`.
        whys: Texts for `why`; the first is empty.
    """

    post: Ints
    first_day: Ints
    last_day: Ints
    start: Ints
    limit: Ints
    late_limit: Ints
    expected: Ints
    slot: Ints
    target: Ints
    case: Ints
    event: Ints
    settled: Ints
    why: Ints
    unit: Unit = "count"
    whys: tuple[str, ...] = ("",)

    @classmethod
    def of(cls, size: int, *, unit: Unit = "count", whys: tuple[str, ...] = ("",), **columns: npt.ArrayLike) -> Self:
        """Columns of `size` rows; those not given hold their neutral value."""
        neutral = {"target": -1, "case": -1, "event": -1, "settled": int(State.OPEN), "expected": NONE}
        arrays: dict[str, Any] = {
            item.name: np.broadcast_to(
                np.asarray(columns.get(item.name, neutral.get(item.name, 0)), dtype=np.int64), (size,)
            )
            for item in fields(cls)
            if item.name not in ("unit", "whys")
        }
        return cls(**arrays, unit=unit, whys=whys)

    def __len__(self) -> int:
        return len(self.post)

    @property
    def day(self) -> Ints:
        """The day on which each falls due."""
        return (self.limit - 1) // 86_400

    def take(self, rows: npt.NDArray[np.intp] | Bools) -> "Obligations":
        """The obligations of these rows."""
        if rows.dtype == np.bool_ and rows.all():
            return self
        chosen = np.flatnonzero(rows) if rows.dtype == np.bool_ else rows  # the rows are much faster than the mask
        return self._map(lambda column: _taken(column, chosen))

    def replace(self, **columns: npt.ArrayLike) -> "Obligations":
        """The same obligations with other columns."""
        size = (len(self),)
        changed: dict[str, Any] = {
            name: np.broadcast_to(np.asarray(value, dtype=np.int64), size) for name, value in columns.items()
        }
        return replace(self, **changed)

    def _map(self, change: Callable[[Ints], Ints]) -> "Obligations":
        names = [item.name for item in fields(self) if item.name not in ("unit", "whys")]
        changed: dict[str, Any] = {name: change(getattr(self, name)) for name in names}
        return replace(self, **changed)

    @staticmethod
    def joined(parts: "list[Obligations]") -> "Obligations":
        """One table of several with the same unit; texts are renumbered."""
        if len(parts) == 1:
            return parts[0]
        whys: tuple[str, ...] = ("",)
        columns: dict[str, list[Ints]] = {}
        for part in parts:
            shift = np.concatenate([[0], np.arange(len(whys), len(whys) + len(part.whys) - 1)])
            whys += part.whys[1:]
            for item in fields(part):
                if item.name not in ("unit", "whys"):
                    column = getattr(part, item.name)
                    columns.setdefault(item.name, []).append(shift[column] if item.name == "why" else column)
        joined: dict[str, Any] = {name: np.concatenate(column).astype(np.int64) for name, column in columns.items()}
        return Obligations(**joined, unit=parts[0].unit, whys=whys)


def _taken(column: Ints, rows: npt.NDArray[np.integer] | Bools) -> Ints:
    """Some rows of a column; one that holds a single number throughout takes no more room than that number."""
    return np.broadcast_to(column[:1], rows.shape) if column.strides == (0,) else column.take(rows)


def _no_rows(_: int) -> Ints:
    return np.empty(0, np.int64)


@dataclass(frozen=True)
class Judged:
    """What a check found for each obligation, before excuses, coverage and the horizon.

    Attributes:
        met: Whether it was done as owed.
        reason: The `Reason` if it was not.
        actual: What was there, in the obligations' unit; where submissions are `short`, how many there were.
        owed: Where submissions are `short`, how many were owed; else what the obligations expect.
        evidence: For row *i*, the rows in `Facts` that decide it; fetched only for what is shown.
        missing: For row *i*, codes of the targets that were owed and not done.
        done: For row *i*, codes of the targets that count, where targets are counted.
    """

    met: Bools
    reason: Ints
    actual: Ints
    evidence: Callable[[int], Ints] = field(default=_no_rows, compare=False)
    missing: Callable[[int], Ints] = field(default=_no_rows, compare=False)
    done: Callable[[int], Ints] = field(default=_no_rows, compare=False)
    owed: Ints | None = None


@dataclass(frozen=True)
class Verdicts:
    """Obligations with their final state."""

    obligations: Obligations
    judged: Judged
    state: States
    why: Ints
    whys: tuple[str, ...]

    def __len__(self) -> int:
        return len(self.state)

    @cached_property
    def breached(self) -> Ints:
        """The rows that are breached, in order."""
        return np.flatnonzero(self.state == State.BREACHED)

    @property
    def reason(self) -> Ints:
        """The reason of each breach, NONE elsewhere."""
        return np.where(self.state == State.BREACHED, self.judged.reason, Reason.NONE)
