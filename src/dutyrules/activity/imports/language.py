"""The language of mappings: how an export of another system becomes rows of the activity log."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias

FORMATS: Final = ("xlsx", "csv", "json")
"""What exports are read from."""

ENDINGS: Final[Mapping[str, tuple[str, ...]]] = {"xlsx": (".xlsx", ".xls"), "csv": (".csv",), "json": (".json",)}
"""How files of a format end, where a directory holds them."""

PLACEHOLDER: Final = re.compile(r"\{(\w+)\}")
"""A word that stands for a setting, a part of a title, or what tells one slot from another: `{slot}`."""

Conditions: TypeAlias = Mapping[str, Mapping[str, str]]
"""Label → text of a cell → what to say about it; the text `*` is any text, `` an empty cell."""


@dataclass(frozen=True, slots=True)
class Column:
    """Where the cells of a column of the log come from.

    Attributes:
        name: The column of the log.
        sources: Columns of the export; the first that is filled (and, with a look-up, known) counts.
        lookups: The table that translates each of the sources, or "".
        values: What each cell of the export means; empty if they are taken as they are.
        on: The column that holds the day of a clock time, or the day itself.
        match: A pattern; its group is what counts of a cell. An instant whose group is empty is no event.
        unit: Of times that are numbers counted from 1970: `seconds` or `milliseconds`.
        before: Clock time → what cells before it mean.
        optional: Whether the export may lack it.
    """

    name: str
    sources: tuple[str, ...]
    lookups: tuple[str, ...]
    values: Mapping[str, str] = field(default_factory=dict)
    on: str = ""
    match: str = ""
    unit: str = ""
    before: Mapping[str, str] = field(default_factory=dict)
    optional: bool = False


@dataclass(frozen=True, slots=True)
class Once:
    """Rows of which only the first counts.

    Attributes:
        by: The columns in which they are equal.
        seconds: How long after the one before they lie at most.
    """

    by: tuple[str, ...]
    seconds: int


@dataclass(frozen=True, slots=True)
class Approvals:
    """Free text that tells of approved leave.

    Attributes:
        source: The column that holds it.
        on: The column with the day of its row, which tells the year.
        kinds: Words that are leave.
        besides: Words that are none and may be passed over.
    """

    source: str
    on: str
    kinds: tuple[str, ...]
    besides: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Suspicions:
    """What a person should look at; nothing of it changes a row.

    Attributes:
        metres_per_minute: Nobody is faster from one building to another; None if one need not go there.
        recorded_within: Seconds after which a row is recorded late.
        around_shift: Seconds before and after a shift in which one clocks in and out; None if the rows are no punches.
    """

    metres_per_minute: int | None = None
    recorded_within: int = 86_400
    around_shift: int | None = None


@dataclass(frozen=True, slots=True)
class ExportMapping:
    """How an export becomes a log.

    Attributes:
        format: What the files are, one of `FORMATS`.
        source: The system; the column `source` of every row.
        sheets: The sheets that hold rows; empty means all that have the header.
        rows: Where in a JSON file the list of rows is, with points between the names.
        header: Labels that together tell the header row from the titles above it.
        header_rows: How many rows the header has; `upper/lower` are the labels of two.
        below: Rows between the header and the data that are not read.
        null: Cells that mean nothing.
        settings: What the user may set, and what it is otherwise; None has to be set.
        titles: Name → pattern that finds it in the titles above the header, the sheet's or the file's name.
        each: What tells apart the rows of the log that one row of the export gives.
        labels: A pattern: all of these are there once for each label that it fits.
        skip: Rows that are no events.
        reject: Rows that cannot be events.
        flag: Rows that a person should look at.
        columns: The columns of the log.
        constants: Columns that are the same in every row.
        once: Rows that are told twice.
        leave: Approvals.
        suspicions: What a person should look at.
    """

    format: str
    source: str
    header: tuple[str, ...]
    columns: tuple[Column, ...]
    sheets: tuple[str, ...] = ()
    rows: str = ""
    header_rows: int = 1
    below: int = 0
    null: frozenset[str] = frozenset()
    settings: Mapping[str, str | None] = field(default_factory=dict)
    titles: Mapping[str, str] = field(default_factory=dict)
    each: tuple[Mapping[str, str], ...] = ()
    labels: str = ""
    skip: Conditions = field(default_factory=dict)
    reject: Conditions = field(default_factory=dict)
    flag: Conditions = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    once: Once | None = None
    leave: Approvals | None = None
    suspicions: Suspicions = Suspicions()

    def slots(self, words: Mapping[str, str]) -> Sequence[Mapping[str, str]]:
        """What tells the rows apart that one row of the export gives; at least one."""
        return [{key: filled_in(text, words) for key, text in slot.items()} for slot in self.each or ({},)]

    @property
    def tables(self) -> frozenset[str]:
        """Tables that translate cells."""
        return frozenset(table for column in self.columns for table in column.lookups if table)


def filled_in(text: str, words: Mapping[str, str]) -> str:
    """Puts words in the place of what stands for them; what nothing is known of stays."""
    return PLACEHOLDER.sub(lambda match: words.get(match[1], match[0]), text)
