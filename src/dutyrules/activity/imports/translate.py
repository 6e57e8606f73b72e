"""Rows of an export to rows of the log: one slot of a mapping on one table."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final, NamedTuple, TypeAlias

from dutyrules.activity.imports.language import Column, Conditions, ExportMapping, filled_in
from dutyrules.activity.imports.moments import clock_of, day_of, moment_of, plain
from dutyrules.activity.imports.sheets import Export, label, text_of
from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean

Texts: TypeAlias = Sequence[str]
Lookups: TypeAlias = Mapping[str, Mapping[str, str | None]]
"""Table → what the other system writes → what the estate writes; None where that may be one of several."""

TIMES: Final = ("at", "until", "recorded_at")
NEEDED: Final = ("at", "person")
ANYTHING: Final = "*"
_ERRORS: Final = frozenset({"#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#CALC!"})
# What is left of an identity card or an order number once a spreadsheet took it for a number.
_BLURRED: Final = re.compile(r"\d(?:\.\d+)?[eE]\+\d{2,3}")


_TURN: Final = re.compile(r"([01]?\d|2[0-4]):([0-5]\d)")


class Bad(NamedTuple):
    """A cell that can't be read: its column, what it says, why, and what to try."""

    column: str | None
    value: str | None
    reason: str
    hint: str | None = None


@dataclass(frozen=True, slots=True)
class Read:
    """What became of one row of the export.

    Attributes:
        row: The row of the log, if it is one.
        bad: What can't be read.
        skipped: Why it is no event, if it is none.
        flags: What a person should look at: column, text, what to say about it.
    """

    row: Mapping[str, str] | None = None
    bad: tuple[Bad, ...] = ()
    skipped: str = ""
    flags: tuple[tuple[str, str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class World:
    """What a mapping needs to know of the estate.

    Attributes:
        lookups: The tables that translate cells.
        zone: Its time zone.
    """

    lookups: Lookups
    zone: str


class Slot:
    """One slot of a mapping on one table of an export.

    Attributes:
        rules: The mapping, with words in the place of what stands for them.
        words: These words.
    """

    def __init__(self, rules: ExportMapping, words: Mapping[str, str], table: Export, world: World) -> None:
        self.rules = worded(rules, words)
        self.words = words
        self._turns = {column.name: _turns(column.before, table) for column in self.rules.columns}
        self._places = {name: place for place, name in reversed([*enumerate(table.labels)]) if name}
        self._from_1904, self._formulas = table.from_1904, table.formulas
        self._world = world
        self._constants = {"source": rules.source, **self.rules.constants}
        if "at" in self._constants:
            self._constants["at"] = _constant_instant(self._constants["at"], table, world.zone)
        self._cells = [self._reader(column) for column in self.rules.columns]

    def sources(self) -> list[tuple[str, ...]]:
        """Groups of labels of which one each must be there."""
        return [column.sources for column in self.rules.columns if not column.optional]

    def possible(self) -> bool:
        """Whether the table has the column of the instants."""
        times = next((column.sources for column in self.rules.columns if column.name == "at"), ())
        return not times or any(label(each) in self._places for each in times)

    def passed_over(self, texts: Texts) -> str:
        """Why a row is no event; empty if it may be one."""
        return next((f"{name} {text or '(empty)'}" for name, text, _ in self._met(self.rules.skip, texts)), "")

    def read(self, texts: Texts) -> Read:
        """Reads a row."""
        if skipped := self.passed_over(texts):
            return Read(skipped=skipped)
        bad = [
            Bad(name, text or None, reason or "not an event of this kind")
            for name, text, reason in self._met(self.rules.reject, texts)
        ]
        row = dict(self._constants)
        for name, read in self._cells:
            found = read(texts)
            if found is None:
                return Read(skipped="no time")
            if isinstance(found, Bad):
                bad.append(found)
            elif found:
                row[name] = found
        if bad:
            return Read(bad=tuple(bad))
        return Read(row, flags=tuple(self._met(self.rules.flag, texts)))

    def cell(self, texts: Texts, name: str) -> str:
        """The text in the column of a label; empty if there is no such column."""
        place = self._places.get(label(name))
        return texts[place] if place is not None else ""

    def person(self, texts: Texts) -> str | Bad:
        """Who a row is about."""
        return next((read(texts) for name, read in self._cells if name == "person"), None) or ""

    def day(self, texts: Texts, on: str) -> date | None:
        """The day of a row: `on` names its column, or says it."""
        said = self.cell(texts, on) if label(on) in self._places else on
        return day_of(said, from_1904=self._from_1904)

    def _met(self, conditions: Conditions, texts: Texts) -> Iterator[tuple[str, str, str]]:
        for name, cells in conditions.items():
            if label(name) not in self._places:
                continue  # of a column that is not there nothing is known, not even that it is empty
            text = self.cell(texts, name)
            if text in cells:
                yield name, text, cells[text]
            elif text and ANYTHING in cells:
                yield name, text, cells[ANYTHING]

    def _reader(self, column: Column) -> tuple[str, Callable[[Texts], str | Bad | None]]:
        known = self._world.lookups
        pairs = [
            (self._places[label(source)], source, known.get(table) if table else None)
            for source, table in zip(column.sources, column.lookups, strict=True)
            if label(source) in self._places and (not table or table in known)
        ]
        return column.name, lambda texts: self._read(column, pairs, texts)

    def _read(
        self, column: Column, pairs: Sequence[tuple[int, str, Mapping[str, str | None] | None]], texts: Texts
    ) -> str | Bad | None:
        first: Bad | None = None
        asked: Mapping[str, str | None] | None = None
        for place, source, table in pairs:
            text = texts[place]
            # Who is unknown by a number is not found by the name beside it: that may be somebody else.
            if not text or (first is not None and table is not asked):
                continue
            found = self._one(column, source, text, table, texts)
            if not isinstance(found, Bad) or table is None:
                return found
            first, asked = first or found, table
        if first is None and column.name in NEEDED and not column.optional:
            first = Bad(pairs[0][1] if pairs else column.sources[0], None, f"no {column.name}")
        return first or ""

    def _one(
        self, column: Column, source: str, text: str, table: Mapping[str, str | None] | None, texts: Texts
    ) -> str | Bad | None:
        """What a cell comes to; None if there is no event after all."""
        if (wrong := self._unreadable(text)) is not None:
            return Bad(source, text, *wrong)
        cell = text
        if column.match:
            match = re.search(column.match, plain(text))
            if match is None:
                return Bad(source, text, "not of the form that this export has", None)
            text = next((group for group in match.groups() if group), "")
            if not text:
                return None if column.name == "at" else ""
        if column.values and text not in column.values:
            reason = f"not one of {', '.join(column.values)}"
            return Bad(source, text, reason, did_you_mean(text, column.values))
        text = column.values.get(text, text)
        if table is not None:
            return _looked_up(column, source, cell, text, table)
        if column.before:
            return self._by_clock(column, source, text)
        return self._instant(column, source, text, texts) if column.name in TIMES else text

    def _unreadable(self, text: str) -> tuple[str, str | None] | None:
        if text in _ERRORS:
            return "a formula that ends in an error", "mend the formula, save the workbook"
        if self._formulas and text.startswith("=") and len(text) > 1:
            return "a formula that was never computed", "open the workbook in a spreadsheet and save it"
        if _BLURRED.fullmatch(text):
            return "a number that has lost digits", "export it as text: spreadsheets keep 15 digits"
        return None

    def _by_clock(self, column: Column, source: str, text: str) -> str | Bad:
        clock = clock_of(text)
        if clock is None:
            return Bad(source, text, "not a time", "write 08:17")
        turns = self._turns[column.name]
        return next((value for turn, value in turns if clock < turn), turns[-1][1])

    def _instant(self, column: Column, source: str, text: str, texts: Texts) -> str | Bad:
        day = None
        if column.on:
            day = self.day(texts, column.on)
            if day is None:
                named = label(column.on) in self._places
                found = self.cell(texts, column.on) if named else column.on
                return Bad(column.on if named else source, found or None, "not a day", "write 2026-10-08")
        moment = moment_of(text, day=day, unit=column.unit, zone=self._world.zone, from_1904=self._from_1904)
        if moment is None and column.name != "at" and (bare := day_of(text, from_1904=self._from_1904)):
            return bare.isoformat()
        if moment is None:
            return Bad(source, text, "not a time" if column.on else "not an instant", _EXAMPLES[bool(column.on)])
        return moment.isoformat(" ")


_EXAMPLES: Final = {False: "write 2026-10-08 07:55", True: "write 07:55, 次日 01:10 or 2026-10-08 07:55"}


def _looked_up(column: Column, source: str, cell: str, text: str, table: Mapping[str, str | None]) -> str | Bad:
    key = text if text in table else plain(text)
    if key not in table:
        which = column.lookups[column.sources.index(source)]
        # No nearest one: of two numbers that are alike, one is somebody else.
        return Bad(source, cell, f"not in the look-up {which}", "add it there, or leave the row out")
    found = table[key]
    return Bad(source, cell, "this may be one of several", "use an id that nobody shares") if found is None else found


def _constant_instant(text: str, table: Export, zone: str) -> str:
    moment = moment_of(text, zone=zone)
    if moment is None:
        message = "what the mapping makes of titles and settings is not an instant"
        where, expected = Cell(table.name, table.row), "2026-10-31 23:59"
        raise InputError([Diagnostic("import.bad-instant", message, where, found=text, expected=expected)])
    return moment.isoformat(" ")


def _turns(before: Mapping[str, str], table: Export) -> list[tuple[int, str]]:
    """Minutes after midnight, and what is meant before them."""
    turns = []
    for text, value in before.items():
        match = _TURN.fullmatch(text)
        if match is None:
            where, message = Cell(table.name, table.row), "what the mapping makes of a setting is not a clock time"
            raise InputError([Diagnostic("import.bad-time", message, where, found=text, expected="12:00")])
        turns.append((int(match[1]) * 60 + int(match[2]), value))
    return turns


def worded(rules: ExportMapping, words: Mapping[str, str]) -> ExportMapping:
    """A mapping with words in the place of what stands for them."""

    def table(texts: Mapping[str, str]) -> dict[str, str]:
        return {filled_in(key, words): filled_in(text, words) for key, text in texts.items()}

    def conditions(each: Conditions) -> dict[str, Mapping[str, str]]:
        return {filled_in(name, words): cells for name, cells in each.items()}

    columns = tuple(
        replace(
            column,
            sources=tuple(filled_in(each, words) for each in column.sources),
            values=table(column.values),
            on=filled_in(column.on, words),
            match=filled_in(column.match, words),
            before=table(column.before),
        )
        for column in rules.columns
    )
    return replace(
        rules,
        columns=columns,
        constants={key: filled_in(text, words) for key, text in rules.constants.items()},
        skip=conditions(rules.skip),
        reject=conditions(rules.reject),
        flag=conditions(rules.flag),
    )


def texts_of(cells: Sequence[object], width: int, null: frozenset[str]) -> tuple[list[str], str]:
    """The texts of a row, and what stands beyond the header."""
    texts = [text_of(cell) for cell in cells]
    texts = ["" if text in null else text for text in texts]
    surplus = ",".join(text for text in texts[width:] if text)
    return [*texts[:width], *[""] * (width - len(texts))], surplus
