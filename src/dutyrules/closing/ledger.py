"""The ledger of an estate's closing: one line a step, each with the hash of the one before it and of what it wrote.

It stands in `closing/ledger.jsonl` beside the estate, the snapshots in a folder for each month. Nothing that it names
is ever written again; whoever changes, removes or slips in a file or a line is found out when it is next read.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, Final

from dutyrules import atomic
from dutyrules.diagnostics import Diagnostic, InputError, Span
from dutyrules.timegrid import Period

FOLDER: Final = "closing"
_FIRST: Final = "0" * 64
_STEPS: Final = ("published", "closed", "purged")


@dataclass(frozen=True)
class LogInput:
    """A file of a log.

    Attributes:
        last_day: That of its last row; None where it has none.
    """

    sha256: str
    last_day: str | None


@dataclass(frozen=True)
class Inputs:
    """What a snapshot was made from: file → SHA-256.

    Attributes:
        books: The rule books, by name.
        estate: `estate.yaml` and tables, without the appeals.
        log: The log of the month, by path from the estate's folder.
        earlier: Files of earlier months that were read for adjustments.
    """

    books: Mapping[str, str]
    estate: Mapping[str, str]
    log: Mapping[str, LogInput]
    earlier: Mapping[str, str] = field(default_factory=dict)

    def changed(self, other: "Inputs") -> list[str]:
        """The files that are not the same in the other."""
        pairs = ((self.books, other.books), (self.estate, other.estate), (self._logs(), other._logs()))
        return [
            name for mine, theirs in pairs for name in sorted({*mine, *theirs}) if mine.get(name) != theirs.get(name)
        ]

    def _logs(self) -> Mapping[str, str]:
        return {**self.earlier, **{name: one.sha256 for name, one in self.log.items()}}


@dataclass(frozen=True)
class Entry:
    """A step that was done.

    Attributes:
        at: When.
        until: The first second that is too late for an appeal; only of what was published.
        file: What was written, in the folder of the closing, and its `sha256`.
        removed: What a purge took away: path → SHA-256.
    """

    month: str
    step: str
    revision: int
    at: datetime
    until: datetime | None
    file: str
    sha256: str
    inputs: Inputs
    removed: Mapping[str, str] = field(default_factory=dict)

    def line(self, estate: str, previous: str) -> str:
        """The entry as it stands in the file."""
        told = {"estate": estate, **asdict(self), "at": str(self.at), "previous": previous}
        told["until"] = None if self.until is None else str(self.until)
        return json.dumps(told, ensure_ascii=False, sort_keys=True)


@dataclass(frozen=True)
class Ledger:
    """What was done so far.

    Attributes:
        folder: Where it stands.
        tip: The hash of its last line: whoever keeps it elsewhere can prove that nothing was cut off or made anew.
    """

    folder: Path
    estate: str
    entries: tuple[Entry, ...]
    tip: str

    def of(self, month: str) -> Sequence[Entry]:
        """The steps of a month."""
        return [entry for entry in self.entries if entry.month == month]

    def last(self, month: str, step: str | None = None) -> Entry | None:
        """The last step of a month, or the last of one sort."""
        return next((one for one in reversed(self.of(month)) if step in (None, one.step)), None)

    @property
    def months(self) -> Sequence[str]:
        """The months that it tells of, in order."""
        return sorted({entry.month for entry in self.entries})

    def closed(self, *, purged: bool = False) -> Sequence[str]:
        """The months that are closed.

        Args:
            purged: Also those of which only the totals are kept.
        """
        steps = ("closed", "purged") if purged else ("closed",)
        return [month for month in self.months if self.of(month)[-1].step in steps]

    def document(self, entry: Entry) -> dict[str, Any]:
        """What a step wrote."""
        found: dict[str, Any] = json.loads((self.folder / entry.file).read_bytes())
        return found

    def write(self, entry: Entry, data: bytes) -> "Ledger":
        """Writes a snapshot, then the line that names it."""
        atomic.write(self.folder / entry.file, data)
        line = entry.line(self.estate, self.tip)
        path = _path(self.folder)
        before = path.read_bytes() if path.exists() else b""
        atomic.write(path, before + line.encode() + b"\n")
        return Ledger(self.folder, self.estate, (*self.entries, entry), _hash(line.encode()))


def read_ledger(directory: Path, estate: str) -> Ledger:
    """Reads the ledger of an estate, and looks whether everything is as it was written.

    Args:
        directory: The estate's folder.
        estate: Its id.

    Raises:
        InputError: every line and every file that is not.
    """
    folder = directory / FOLDER
    path = _path(folder)
    lines = path.read_bytes().splitlines() if path.exists() else []
    problems: list[Diagnostic] = []
    entries: list[Entry] = []
    previous = _FIRST
    for number, line in enumerate(lines, start=1):
        entry, problem = _entry(line, Span(str(path), number, 1), estate, previous)
        previous = _hash(line)
        problems += [problem] if problem else []
        entries += [entry] if entry else []
    ledger = Ledger(folder, estate, tuple(entries), previous)
    problems += [] if problems else [*_files(ledger), *_strangers(ledger)]
    if problems:
        raise InputError(problems)
    return ledger


def _path(folder: Path) -> Path:
    return folder / "ledger.jsonl"


def _hash(data: bytes) -> str:
    return sha256(data).hexdigest()


def _entry(line: bytes, where: Span, estate: str, previous: str) -> tuple[Entry | None, Diagnostic | None]:
    """A line of the file, or what is wrong with it."""
    try:
        told = json.loads(line)
        entry, before, whose = _read(told), told["previous"], told["estate"]
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        expected = "a line as dutyrules close wrote it"
        return None, Diagnostic("ledger.not-an-entry", "this line is no step of a closing", where, None, expected)
    if before != previous:
        message = "this line does not follow the one before it: a line was changed, removed or slipped in"
        hint = "restore the ledger from a backup"
        return None, Diagnostic("ledger.broken-chain", message, where, str(before)[:16], previous[:16], hint)
    if whose != estate:
        return None, Diagnostic("ledger.estate", "this is the ledger of another estate", where, str(whose), estate)
    return entry, None


def _read(told: Mapping[str, Any]) -> Entry:
    inputs = told["inputs"]
    if told["step"] not in _STEPS or Period.parse(told["month"]).label != told["month"]:
        raise ValueError(told["step"])
    return Entry(
        month=told["month"],
        step=told["step"],
        revision=int(told["revision"]),
        at=datetime.fromisoformat(told["at"]),
        until=None if told["until"] is None else datetime.fromisoformat(told["until"]),
        file=str(told["file"]),
        sha256=str(told["sha256"]),
        inputs=Inputs(
            books=dict(inputs["books"]),
            estate=dict(inputs["estate"]),
            log={name: LogInput(**one) for name, one in inputs["log"].items()},
            earlier=dict(inputs["earlier"]),
        ),
        removed=dict(told["removed"]),
    )


def _files(ledger: Ledger) -> list[Diagnostic]:
    """Snapshots that are not what the ledger says; those of a purged month are gone, all but the last."""
    problems = []
    purged = {month for month in ledger.months if ledger.of(month)[-1].step == "purged"}
    for number, entry in enumerate(ledger.entries, start=1):
        if entry.month in purged and entry.step != "purged":
            continue
        path, see = ledger.folder / entry.file, (("it was written here", Span(str(_path(ledger.folder)), number, 1)),)
        hint = "restore the file from a backup"
        if not path.is_file():
            message = f"the snapshot of {entry.month} is not there"
            problems.append(Diagnostic("ledger.no-file", message, Span(str(path), 1, 1), None, None, hint, see))
        elif (found := _hash(path.read_bytes())) != entry.sha256:
            message = f"the snapshot of {entry.month} was changed after it was written"
            where = Span(str(path), 1, 1)
            problems.append(Diagnostic("ledger.changed-file", message, where, found, entry.sha256, hint, see))
    return problems


def _strangers(ledger: Ledger) -> list[Diagnostic]:
    """Snapshots that the ledger does not know: somebody cut lines off it, or put them there."""
    known = {entry.file for entry in ledger.entries}
    every = (
        path
        for pattern in ("published-*.json", "closed.json", "purged.json")
        for path in ledger.folder.glob(f"*/{pattern}")
    )
    return [
        Diagnostic(
            "ledger.unknown-file",
            "the ledger does not know this snapshot",
            Span(str(path), 1, 1),
            None,
            None,
            "restore the ledger from a backup; if the command was interrupted that wrote it, remove the file",
        )
        for path in sorted(every)
        if path.relative_to(ledger.folder).as_posix() not in known
    ]
