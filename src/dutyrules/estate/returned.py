"""Reads inspection forms that come back: what was found, what was looked at, and what cannot be read."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from hashlib import sha256
from pathlib import Path
from typing import Final

import polars as pl

from dutyrules.activity.imports.moments import clock_of
from dutyrules.activity.log import REJECT_SCHEMA
from dutyrules.activity.rejects import write_csv
from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean
from dutyrules.estate.estate import Estate
from dutyrules.estate.formfile import FormFile, FormRow, day_in, open_form, plain
from dutyrules.estate.inspection import Entry, entries
from dutyrules.timegrid import Period

COLUMNS: Final = ("at", "person", "kind", "target", "value", "recorded_by", "source", "event_id", "note")
"""The columns of the log that forms fill."""

NOON: Final = time(12)
"""When something was found of which no time is told."""

_YES: Final = ("是", "yes", "y", "true", "1", "√", "✓", "✔")
_NO: Final = ("否", "no", "n", "false", "0", "×", "x", "✗", "✕")
_COUNT: Final = re.compile(r"(\d{1,6})(?:\.0+)?\s*(?:次|处|處|项|項)?")
_CLOCK: Final = re.compile(r"(\d{1,2})[点點时時:](\d{1,2})?分?")
_LABELLED: Final = re.compile(r".*\(([^()]+)\)")

_Row = dict[str, str | None]


@dataclass(frozen=True)
class Returned:
    """What forms hold.

    Attributes:
        rows: Rows of the log, all columns String.
        rejects: One line per bad cell, in the rows and columns of the form; `log.REJECT_SCHEMA`.
        notices: What a reader should know.
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame
    notices: tuple[Diagnostic, ...]

    @property
    def rejected_rows(self) -> int:
        """How many rows could not be read."""
        return self.rejects.select("file", "row").n_unique()


def read_forms(paths: Sequence[Path], estate: Estate, month: str | None = None) -> Returned:
    """Reads inspection forms of an estate.

    Args:
        paths: The forms, as `dutyrules form` wrote them and somebody filled them in.
        month: The month of which they must be; any if it is not said.

    Raises:
        InputError: What is wrong with the forms as such; bad rows are in `Returned.rejects`.
    """
    problems: list[Diagnostic] = []
    read: list[_Reading] = []
    for path in paths:
        try:
            read.append(_Reading(open_form(path, estate, month), estate))
        except InputError as error:
            problems += error.diagnostics
    if problems:
        raise InputError(problems)
    for one in read:
        one.read()
    return Returned(
        pl.DataFrame([row for one in read for row in one.rows], schema=dict.fromkeys(COLUMNS, pl.String())),
        pl.DataFrame([bad for one in read for bad in one.rejects], schema=REJECT_SCHEMA, orient="row"),
        tuple(notice for one in read for notice in one.notices),
    )


def write_returned(returned: Returned, path: Path) -> None:
    """Writes what forms hold as a log that `read_log` reads."""
    write_csv(returned.rows, path)


class _Bad(Exception):  # noqa: N818 - it is caught where the row is read, and no error of the program
    """A cell that cannot be read."""

    def __init__(self, column: str, reason: str, hint: str | None = None) -> None:
        super().__init__(reason)
        self.column, self.reason, self.hint = column, reason, hint


@dataclass
class _Reading:
    """One form, while it is read."""

    form: FormFile
    estate: Estate
    rows: list[_Row] = field(default_factory=list)
    rejects: list[tuple[str, int, str | None, str | None, str, str | None]] = field(default_factory=list)
    notices: list[Diagnostic] = field(default_factory=list)
    _looked: dict[str, list[datetime | None]] = field(default_factory=dict)
    _same: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        self.period = Period.parse(self.form.month)
        self.known = {entry.key: entry for entry in entries(self.estate, self.period)}
        self.inspector = self._inspector()
        self.day = self._day()

    def read(self) -> None:
        """Every row of both sheets, then what was looked at as a whole."""
        for row in self.form.main:
            self._guarded(row, self._printed)
        for row in self.form.more:
            self._guarded(row, self._added)
        self._inspections()

    def _guarded(self, row: FormRow, read: Callable[[FormRow], None]) -> None:
        try:
            read(row)
        except _Bad as bad:
            cell = (self.form.titles[bad.column], row.cells.get(bad.column) or None)
            self.rejects.append((row.file, row.number, *cell, bad.reason, bad.hint))

    # ------------------------------------------------------------ the head of the form

    def _inspector(self) -> str:
        """Who inspected; without a name nobody stands for what was found."""
        cell, where = self.form.head("inspector")
        if not cell:
            message, hint = "nobody says who inspected", "write a name beside it"
            raise InputError([Diagnostic("form.no-inspector", message, where, hint=hint)])
        return self._person_id(cell) or cell

    def _day(self) -> date | None:
        """On which day; rows may have their own."""
        cell, where = self.form.head("day")
        if not cell:
            return None
        day = day_in(cell, self.period, self.form.from_1904)
        if day is None or not self.period.first <= day <= self.period.last:
            message = f"the day of the inspection is no day of {self.period.label}"
            raise InputError([Diagnostic("form.bad-day", message, where, cell, f"a day of {self.period.label}")])
        return day

    def _person_id(self, text: str) -> str | None:
        """A person as the drop-down names them, by id, or by a name that only one has."""
        word = plain(text)
        match = _LABELLED.fullmatch(word)
        for name in (word, match[1] if match else ""):
            if name in self.estate.persons:
                return name
        named = [one for one in self.estate.persons if plain(self.estate.name_of(one)) == word]
        return named[0] if len(named) == 1 else None

    # ------------------------------------------------------------ rows

    def _printed(self, row: FormRow) -> None:
        """A row of the table that was printed: looked at or not, and perhaps something found."""
        entry, cells = self._entry(row), row.cells
        said = self._said(cells["inspected"])
        found = bool(cells["count"])
        if said == "no" and found:
            raise _Bad("inspected", "not inspected, and yet something was found", "write 是, or clear the count")
        if not found and (cells["target"] or cells["note"]):
            column = "note" if cells["note"] else "target"
            raise _Bad("count", f"no count beside the {column}", "write how often it was found, or clear what is there")
        looked = self._looked.setdefault(entry.key, [])
        if said == "no":
            looked.append(None)
            return
        at = self._at(cells)
        if not entry.holds(at.date()):
            if said == "" and not found:  # nobody wrote anything: the person was not there to be looked at
                looked.append(None)
                return
            raise _Bad("date", "the person has no such post on that day", "write a day on which the post is held")
        if found:
            self._found(entry, at, self._count(cells["count"]), cells)
        looked.append(at)

    def _added(self, row: FormRow) -> None:
        """A row of further findings."""
        cells = row.cells
        if not cells["who"]:
            raise _Bad("who", "no person")
        person = self._person_id(cells["who"])
        if person is None:
            names = [*self.estate.persons, *map(self.estate.name_of, self.estate.persons)]
            raise _Bad("who", "unknown person", did_you_mean(cells["who"], names))
        if not cells["line"]:
            raise _Bad("line", "no line")
        clause = plain(cells["line"]).split(" ")[0]
        mine = [entry for entry in self.known.values() if entry.person == person]
        entry = next((entry for entry in mine if entry.spot.clause == clause), None)
        if entry is None:
            clauses = [entry.spot.clause for entry in mine]
            raise _Bad("line", "no line of this person's scorecards", did_you_mean(clause, clauses))
        at = self._at(cells)
        if not entry.holds(at.date()):
            raise _Bad("date", "the person has no such post on that day", "write a day on which the post is held")
        self._found(entry, at, self._count(cells["count"] or "1"), cells)

    def _entry(self, row: FormRow) -> Entry:
        """Whose row it is, by what is hidden in it; what was printed must still stand there."""
        key = row.cells["key"]
        if not key:
            raise _Bad("key", "the hidden mark of the row is gone", f"write it on the sheet {self.form.more_name}")
        entry = self.known.get(key)
        printed = self.form.printed.get(key)
        if entry is None or printed is None:
            raise _Bad("key", "no row of this form has this mark", "take the form as it was made")
        for column, text in printed.items():
            if plain(row.cells[column]) != plain(text):
                hint = f"printed was {text!r}; write further findings on the sheet {self.form.more_name}"
                raise _Bad(column, "what was printed here has been altered", hint)
        return entry

    def _found(self, entry: Entry, at: datetime, count: int, cells: Mapping[str, str]) -> None:
        kind = f"finding.{entry.spot.clause}"
        self._take(entry.person, kind, at, value=str(count), target=cells["target"] or None, note=cells["note"] or None)

    def _take(self, person: str, kind: str, at: datetime, **cells: str | None) -> None:
        """A row of the log; the same finding of the same form keeps its id however often it is read."""
        told = "|".join((self.estate.id, self.inspector, person, kind, at.isoformat(), cells.get("target") or ""))
        self._same[told] += 1
        identity = sha256(f"{told}|{self._same[told]}".encode()).hexdigest()[:16]
        row = {"at": at.isoformat(" "), "person": person, "kind": kind, **cells}
        row |= {"recorded_by": self.inspector, "source": "form", "event_id": identity}
        self.rows.append({name: row.get(name) for name in COLUMNS})

    # ------------------------------------------------------------ cells

    @staticmethod
    def _said(cell: str) -> str:
        word = plain(cell).casefold()
        if word and word not in _YES and word not in _NO:
            raise _Bad("inspected", "neither yes nor no", "choose 是 or 否; empty means 是")
        return "no" if word in _NO else "yes" if word else ""

    @staticmethod
    def _count(cell: str) -> int:
        match = _COUNT.fullmatch(plain(cell))
        if match is None or not int(match[1]):
            raise _Bad("count", "not a whole number above 0", "leave it empty where nothing was found")
        return int(match[1])

    def _at(self, cells: Mapping[str, str]) -> datetime:
        """When it was: by the row's own day and time, else by the day of the form, at noon."""
        day = day_in(cells["date"], self.period, self.form.from_1904) if cells["date"] else self.day
        if day is None:
            reason = "not a day" if cells["date"] else "no day, neither here nor at the head of the form"
            raise _Bad("date", reason, f"write a day of {self.period.label}, such as {self.period.first}")
        if not self.period.first <= day <= self.period.last:
            raise _Bad("date", f"not in {self.period.label}, of which the form is", "take a form of that month")
        if not cells["time"]:
            return datetime.combine(day, NOON)
        minutes = clock_of(_CLOCK.sub(_as_clock, plain(cells["time"])))
        if minutes is None or not 0 <= minutes < 24 * 60:
            raise _Bad("time", "not a time", "write 14:30, or leave it empty")
        return datetime.combine(day, time(*divmod(minutes, 60)))

    # ------------------------------------------------------------ what was looked at

    def _inspections(self) -> None:
        """An item is inspected if all of it that stands on the form was looked at."""
        items: dict[tuple[str, str], list[str]] = {}
        for key in self.form.printed:
            entry = self.known.get(key)
            if entry and entry.spot.looked:
                items.setdefault((entry.person, entry.spot.looked), []).append(key)
        left = 0
        for (person, item), keys in items.items():
            looked = [at for key in keys for at in self._looked.get(key, [None])]
            times = [at for at in looked if at is not None]
            if len(times) == len(looked) and times:
                self._take(person, f"inspection.{item}", max(times))
            else:
                left += 1
        if left:
            message = f"{left} items of people are not inspected, by what the form says of their lines"
            self.notices.append(Diagnostic("form.not-inspected", message, Cell(self.form.name, 1), severity="warning"))


def _as_clock(match: re.Match[str]) -> str:
    return f"{match[1]}:{int(match[2] or 0):02}"
