"""The activity log as columns of integers."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from dutyrules.diagnostics import Diagnostic

VALUE_SCALE = 10_000
"""Values are kept as whole ten-thousandths."""

REQUIRED = ("at", "person", "kind")
"""Columns that every file has."""

JUDGED = ("target", "case", "value", "outcome", "channel", "participants", "event_id", "revision", "voided", "state")
"""Further columns that the log reads, where a file has them."""

KEPT = ("recorded_by", "recorded_at", "approved_by", "source", "origin", "until", "note", "order", "duty", "pinned")
"""Columns that are known and not judged; `recorded_at` decides the cut-off, and the last three are those of plans."""

AUDITED = ("recorded_by", "approved_by")
"""Of these, what the closing of a month asks for."""

TOLD_ANEW = ("recorded_at", "origin")
"""Columns that say how an event came to be told, not what it was: equal rows may differ in them."""

REJECT_SCHEMA: dict[str, pl.DataType] = {
    "file": pl.String(),
    "row": pl.Int64(),
    "column": pl.String(),
    "value": pl.String(),
    "reason": pl.String(),
    "hint": pl.String(),
}
"""The columns of `Log.rejects`: one line per bad cell, `column` null where the row as a whole is bad."""

LATE_SCHEMA: dict[str, pl.DataType] = {"file": pl.String(), "row": pl.Int64()}
"""The columns of `Log.late`."""


@dataclass(frozen=True, slots=True)
class LogFile:
    """A file of the log.

    Attributes:
        name: The path as it was given.
        sha256: Of its bytes, in hex.
        rows: How many rows it holds, rejected ones included, blank ones not.
        encoding: The encoding of its text; `parquet`, `xlsx` and `memory` have none.
    """

    name: str
    sha256: str
    rows: int
    encoding: str


@dataclass(frozen=True, slots=True, eq=False)
class Log:
    """The accepted events, and what became of the other rows.

    Attributes:
        frame: One row per accepted event, files in the order given, rows in the order of the file:
            `at` Int64 (seconds since 1970-01-01 of the local wall clock), `person` Int32 (index into `persons`, -1
            nobody known), `kind` Int16 (into `kinds`), `target` Int32 (into `targets`, -1 none), `case` Int32 (into
            `cases`, -1 none), `value` Int64 (ten-thousandths, null none), `file` Int16 (into `files`), `row` Int32 (as
            a spreadsheet numbers it); then those of `outcome`, `channel` and the declared attributes that occur:
            integer Int64, boolean Boolean, instant Int64 local seconds, others Categorical; Categorical too where kinds
            declare one name differently: then as each row's kind reads it (`true`, whole numbers, seconds).
        persons: The persons, in the order given.
        kinds: The names of the kinds, in the order given.
        targets: The registered ids in the order given, each once, persons last; then free texts as found.
        cases: The cases, in the order of their first rows.
        files: The files, in the order given.
        rejects: One line per bad cell; `REJECT_SCHEMA`.
        notices: What happened that a reader should know: warnings.
        planned: How many rows say `state: planned`; they are events only with `forecast`.
        planned_kinds: The kinds of those rows.
        late: The rows that were recorded too late to count; `LATE_SCHEMA`.
    """

    frame: pl.DataFrame
    persons: tuple[str, ...]
    kinds: tuple[str, ...]
    targets: pl.Series
    cases: pl.Series
    files: tuple[LogFile, ...]
    rejects: pl.DataFrame
    notices: tuple[Diagnostic, ...]
    planned: int
    planned_kinds: frozenset[str]
    late: pl.DataFrame

    @property
    def rejected_rows(self) -> int:
        """How many rows were rejected; a row with several bad cells counts once."""
        return self.rejects.select("file", "row").n_unique()
