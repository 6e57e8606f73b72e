"""The rows of the log while they are being written and edited."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, datetime

from generator.days import MONTH, week_of

#: kind prefix -> file; the longest prefix wins
_FILES = {
    "meeting.department_held": "director",
    "record.": "forms",
    "submit.": "mailbox",
    "repair.": "desk",
    "register.": "desk",
    "meter.": "desk",
    "check.": "director",
    "complaints.": "director",
    "complaint.": "director",
    "complaint.settled": "desk",
    "staff.": "director",
    "task.": "director",
    "desk.": "director",
    "training.": "director",
    "report.": "director",
    "finding.": "hr",
    "inspection.": "hr",
    "praise.": "hr",
    "suggestion.": "hr",
}


@dataclass(slots=True, eq=False)
class Row:
    """One row; `cells` holds the columns beside time, person and kind.

    `at_text` stands in the file in place of the time; `bad` names the column for which the row will be refused.
    """

    at: datetime
    person: str
    kind: str
    cells: dict[str, str]
    file: str
    at_text: str = ""
    bad: str = ""

    @property
    def target(self) -> str:
        return self.cell("target")

    def cell(self, name: str) -> str:
        return self.cells.get(name, "")


@dataclass(slots=True)
class Log:
    """All rows, and the ways to find and to change them."""

    rows: list[Row] = field(default_factory=list)

    def add(self, at: datetime, person: str, kind: str, *, file: str = "", bad: str = "", **cells: object) -> Row:
        """Adds a row; empty cells may be given as "" or left out."""
        words = {name.rstrip("_"): _text(value) for name, value in cells.items() if value != ""}
        row = Row(at, person, kind, words, file or _file(at.date(), kind), bad=bad)
        self.rows.append(row)
        return row

    def find(self, person: str, kind: str, day: date | None = None, within: str = "") -> list[Row]:
        """The rows of a person and kind on a day, in order of time; `within`: what their target begins with."""
        found = [
            row
            for row in self.rows
            if row.person == person
            and row.kind == kind
            and (day is None or row.at.date() == day)
            and row.target.startswith(within)
        ]
        return sorted(found, key=lambda row: row.at)

    def one(self, person: str, kind: str, day: date) -> Row:
        found = self.find(person, kind, day)
        if len(found) != 1:
            raise LookupError(f"{len(found)} rows {kind} of {person} on {day}, not one")
        return found[0]

    def drop(self, rows: Iterable[Row]) -> None:
        gone = {id(row) for row in rows}
        self.rows = [row for row in self.rows if id(row) not in gone]

    def of_file(self, file: str) -> list[Row]:
        """The rows of a file in the order in which they stand there."""
        mine = [row for row in self.rows if row.file == file]
        return sorted(mine, key=lambda row: row.at)

    def files(self) -> list[str]:
        return sorted({row.file for row in self.rows})


def _text(value: object) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.strftime("%Y-%m-%d %H:%M:%S") if isinstance(value, datetime) else str(value)


def _file(day: date, kind: str) -> str:
    prefix = max((prefix for prefix in _FILES if kind.startswith(prefix)), key=len, default="")
    return f"{_FILES[prefix]}-{MONTH}" if prefix else f"app-{week_of(day)}"
