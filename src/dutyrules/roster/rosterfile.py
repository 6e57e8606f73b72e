"""Reads a roster that is kept elsewhere: a sheet of people by days, or a table with a row for each person and day."""

import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Final

from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean
from dutyrules.estate import Estate
from dutyrules.figure import clock
from dutyrules.registry.cells import as_text
from dutyrules.registry.encoding import decode
from dutyrules.registry.workbook import UnreadableError, open_workbook
from dutyrules.roster.build import Plot, rostering
from dutyrules.roster.model import Roster

OFF: Final = frozenset({"", "-", "—", "off", "rest", "休", "休息", "公休", "假", "x", "/"})
"""What a day off looks like; blanks and capital letters do not matter."""

_PERSON: Final = ("person", "name", "人员", "人員", "姓名", "员工", "員工")
_TIMES: Final = re.compile(r"(\d{1,2}):(\d{2})(?::\d{2})?\s*[-–~至]\s*(\d{1,2}):(\d{2})(?::\d{2})?")


@dataclass(frozen=True)
class Kept:
    """A roster as it was read.

    Attributes:
        cells: (person, day) → where it stands; days that the file does not have are days off.
        absent: People of the model whom the file does not have.
    """

    roster: Roster
    cells: Mapping[tuple[str, int], Cell]
    absent: tuple[str, ...]


def read_roster(path: Path, estate: Estate, plot: Plot) -> Kept:
    """A roster from a CSV or XLSX file.

    Raises:
        InputError: everything that cannot be understood, each at its row and column.
    """
    if not path.is_file():
        raise InputError([Diagnostic("roster.no-file", f"there is no file {path}", None, str(path))])
    return _Reader(path, estate, plot).kept()


class _Reader:
    def __init__(self, path: Path, estate: Estate, plot: Plot) -> None:
        self.file = str(path)
        self.plot = plot
        self.form = rostering(estate)
        self.problems: list[Diagnostic] = []
        self.rows = self._rows(path)
        people = [person.id for person in plot.model.people]
        self.called = {name: name for name in people}
        for name in people:
            self.called.setdefault(estate.name_of(name), name)
        self.everybody = set(estate.persons) | {estate.name_of(name) for name in estate.persons}
        self.shifts = {person.id: sorted(person.shifts) for person in plot.model.people}
        self.days = {day: number for number, day in enumerate(plot.days)}

    def kept(self) -> Kept:
        """The roster, or everything that is wrong."""
        found: dict[tuple[str, int], str | None] = {}
        cells: dict[tuple[str, int], Cell] = {}
        for person, day, text, where in self._entries():
            if (person, day) in cells:
                message = f"{person} has this day twice"
                self.problems.append(
                    Diagnostic("roster.twice", message, where, text, related=(("first here", cells[person, day]),))
                )
                continue
            cells[person, day] = where
            found[person, day] = self._shift(person, text, where)
        if self.problems:
            raise InputError(self.problems)
        people = [person.id for person in self.plot.model.people]
        roster = {name: tuple(found.get((name, day)) for day in range(len(self.plot.days))) for name in people}
        there = {name for name, _ in cells}
        return Kept(roster, cells, tuple(name for name in people if name not in there))

    def _rows(self, path: Path) -> list[list[object]]:
        data = path.read_bytes()
        if path.suffix.lower() == ".csv":
            decoded = decode(data, _PERSON)
            if decoded is None:
                raise InputError([Diagnostic("roster.encoding", "the file is not text", Cell(self.file, 1))])
            return [list(row) for row in csv.reader(io.StringIO(decoded.text, newline=""))]
        try:
            sheets = [sheet for sheet in open_workbook(data) if not sheet.hidden]
            if not sheets:
                raise InputError([Diagnostic("roster.no-sheet", "no sheet is shown", Cell(self.file, 1))])
            return [list(row) for row in sheets[0].read().rows]
        except UnreadableError as error:
            raise InputError([Diagnostic(f"roster.{error.code}", str(error), Cell(self.file, 1))]) from None

    def _entries(self) -> Iterator[tuple[str, int, str, Cell]]:
        """(person, day, what stands there, where)."""
        if not self.rows:
            raise InputError([Diagnostic("roster.empty", "the file is empty", Cell(self.file, 1))])
        titles = [_text(cell).strip().lower() for cell in self.rows[0]]
        if {"person", "date", "start"} <= set(titles):
            yield from self._table(titles)
        else:
            yield from self._grid()

    def _table(self, titles: Sequence[str]) -> Iterator[tuple[str, int, str, Cell]]:
        """The layout of the estate's own table; a column `shift` says more than begin and end do."""
        place = {title: number for number, title in enumerate(titles)}
        for number, row in enumerate(self.rows[1:], 2):
            cells = {title: _text(row[at]).strip() if at < len(row) else "" for title, at in place.items()}
            if not any(cells.values()):
                continue
            day = _date(cells["date"], self.plot.days)
            if day is None:
                message = "not a date"
                self.problems.append(Diagnostic("roster.date", message, Cell(self.file, number, "date"), cells["date"]))
                continue
            if day not in self.days:
                continue
            person = self._person(cells["person"], Cell(self.file, number, "person"))
            if person is not None:
                text = cells.get("shift") or (f"{cells['start']}-{cells.get('end', '')}" if cells["start"] else "")
                yield person, self.days[day], text, Cell(self.file, number, "start")

    def _grid(self) -> Iterator[tuple[str, int, str, Cell]]:
        """People down, days across; the first row with three days is the header."""
        header = next((number for number, row in enumerate(self.rows) if len(self._dated(row)) >= 3), None)
        if header is None:
            expected = "a row with the days of the period, or the columns person, date, start, end"
            first = " ".join(_text(cell) for cell in self.rows[0][:6])
            raise InputError(
                [Diagnostic("roster.layout", "no row of days is found", Cell(self.file, 1), first, expected)]
            )
        days = self._dated(self.rows[header])
        for number, row in enumerate(self.rows[header + 1 :], header + 2):
            words = [_text(cell).strip() for cell in row[: min(days)]]
            named = next((word for word in words if word in self.called), None)
            if named is None:
                if any(words) and any(_text(row[at]).strip() for at in days if at < len(row)):
                    self._person(next(word for word in words if word), Cell(self.file, number))
                continue
            for at, day in days.items():
                text = _text(row[at]).strip() if at < len(row) else ""
                yield self.called[named], day, text, Cell(self.file, number, self.plot.days[day].isoformat())

    def _dated(self, row: Sequence[object]) -> dict[int, int]:
        """Column → day, for the cells of a row that are days of the period."""
        found = {}
        for at, cell in enumerate(row):
            day = _date(cell if isinstance(cell, date) else _text(cell).strip(), self.plot.days)
            if day in self.days:
                found[at] = self.days[day]
        return found

    def _person(self, word: str, where: Cell) -> str | None:
        if word in self.called:
            return self.called[word]
        if word not in self.everybody:  # somebody who is not rostered is nobody's mistake
            hint = did_you_mean(word, self.called)
            self.problems.append(
                Diagnostic("roster.unknown-person", f"there is no person {word}", where, word, hint=hint)
            )
        return None

    def _shift(self, person: str, text: str, where: Cell) -> str | None:
        """The shift that a cell means: by its name, or by its times."""
        if text.strip().lower() in OFF:
            return None
        mine = {self.plot.name_of[shift]: shift for shift in reversed(self.shifts[person])}
        mine |= {shift: shift for shift in self.shifts[person]}
        if text in mine:
            return mine[text]
        times = [
            (int(one) * 3600 + int(two) * 60, int(three) * 3600 + int(four) * 60)
            for one, two, three, four in _TIMES.findall(text)
        ]
        for shift in mine.values():
            spans = self.form.spans(self.plot.name_of[shift])
            if times and (tuple(times) == spans or (len(times) == 1 and times[0] == (spans[0][0], spans[-1][1]))):
                return shift
        names = list(dict.fromkeys(self.plot.name_of[shift] for shift in self.shifts[person]))
        expected = ", ".join(f"{name} ({_spoken(self.form.spans(name))})" for name in names)
        self.problems.append(
            Diagnostic(
                "roster.unknown-shift", f"no shift of {person}", where, text, expected, did_you_mean(text, names)
            )
        )
        return None


def _spoken(spans: Sequence[tuple[int, int]]) -> str:
    return " ".join(f"{clock(start)}-{clock(stop)}" for start, stop in spans)


def _text(cell: object) -> str:
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return as_text(cell) or "" if cell is not None else ""


def _date(cell: object, days: Sequence[date]) -> date | None:
    """A day as people write it: a date, month and day, or the day of the month where only one can be meant."""
    if isinstance(cell, datetime):
        return cell.date()
    if isinstance(cell, date):
        return cell
    text = str(cell)
    if match := re.match(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})", text):
        return _made(int(match[1]), int(match[2]), int(match[3]))
    if match := re.fullmatch(r"(\d{1,2})[-/.月](\d{1,2})日?.*", text):
        return next((day for day in days if (day.month, day.day) == (int(match[1]), int(match[2]))), None)
    if match := re.fullmatch(r"(\d{1,2})日?", text):
        fitting = [day for day in days if day.day == int(match[1])]
        return fitting[0] if len(fitting) == 1 else None
    return None


def _made(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, 1) + timedelta(days=day - 1)
    except ValueError:
        return None
