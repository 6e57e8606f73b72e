"""A rule book as the rest of the library sees it: checked, and resolved into one."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from dutyrules.activity.kinds import Kind
from dutyrules.book.assemble import Assembly
from dutyrules.book.catalogue import Catalogue
from dutyrules.book.forms import EventKind, Head, Parameter, Population, Role, Slot
from dutyrules.book.scorecards import Fine, Scorecard
from dutyrules.checks import Duty
from dutyrules.diagnostics import Diagnostic
from dutyrules.figure import Figure
from dutyrules.source import Node


@dataclass(frozen=True)
class BookTest:
    """A test written in a book, still as its author wrote it; the workshop reads and runs it."""

    source: str
    node: Node


@dataclass(frozen=True)
class Book:
    """One or more rule books, put together.

    Attributes:
        heads: What each book file says of itself, base first; the last is the one that was asked for.
        kinds: Declared event kinds, findings and inspections included.
        events: What the books say of each event kind, title included.
        published: Duty → day from which it may bind.
        catalogues: Document → its clauses, of the books that name a catalogue.
        files: File → SHA-256.
    """

    heads: tuple[Head, ...]
    roles: Mapping[str, Role]
    parameters: Mapping[str, Parameter]
    timetable: tuple[Slot, ...]
    kinds: Mapping[str, Kind]
    events: Mapping[str, EventKind]
    populations: Mapping[str, Population]
    duties: Mapping[str, Duty]
    scorecards: Mapping[str, Scorecard]
    fines: Mapping[str, Fine]
    published: Mapping[str, date]
    tests: tuple[BookTest, ...]
    files: Mapping[str, str]
    assembly: Assembly
    catalogues: Mapping[str, Catalogue] = field(default_factory=dict)
    warnings: tuple[Diagnostic, ...] = ()

    @property
    def head(self) -> Head:
        """The book that was asked for."""
        return self.heads[-1]

    def stands_for(self, role: str) -> tuple[str, ...]:
        """The roles whose posts owe what a role owes: itself and what it includes."""
        found = [role]
        for name in found:
            form = self.roles.get(name)
            found.extend(inner for inner in (form.includes if form else ()) if inner not in found)
        return tuple(found)

    @property
    def defaults(self) -> Mapping[str, Figure[Any]]:
        """The values of parameters where an estate binds nothing; those without a default are left out."""
        known = ((name, form) for name, form in self.parameters.items() if form.default is not None)
        return {name: form.adapter.validate_python(form.default) for name, form in known}

    @property
    def cited(self) -> Mapping[str, str]:
        """Every clause that something cites → what cites it."""
        cited = {clause: f"duties.{duty.id}" for duty in self.duties.values() for clause in duty.clause}
        for name, card in self.scorecards.items():
            for item, form in card.items.items():
                cited |= dict.fromkeys(form.clause, f"scorecards.{name}.items.{item}")
                for line, entry in form.lines.items():
                    cited |= dict.fromkeys(entry.clause, f"scorecards.{name}.items.{item}.lines.{line}")
            cited |= {
                clause: f"scorecards.{name}.bonus.{key}" for key, form in card.bonus.items() for clause in form.clause
            }
        cited |= {clause: f"fines.{name}" for name, fine in self.fines.items() for clause in fine.clause}
        cited |= {clause: f"timetable.{slot.slot}" for slot in self.timetable for clause in slot.clause}
        return cited
