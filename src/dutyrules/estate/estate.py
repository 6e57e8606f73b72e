"""The estate as the rest of the library sees it."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dutyrules.book import Book
from dutyrules.diagnostics import Diagnostic
from dutyrules.estate.planning import Planning
from dutyrules.figure import Duration, Figure
from dutyrules.registry import Tables
from dutyrules.registry.areas import Areas, Places
from dutyrules.timegrid import Calendar


@dataclass(frozen=True)
class Estate:
    """Registry, books, bindings and calendar of one estate.

    Attributes:
        working_hours: Shift of people without a roster, in seconds after midnight.
        granularity: Seconds within which `by` still counts as on time.
        bound: Parameters with a value, bound or by default.
        log_cutoff: How long after the period rows may still be recorded.
        appeal_window: How long after its publication people may appeal against what a month came to.
        retention: How long after a closed month its personal data are kept; None is for ever.
        planning: What planners may use.
        places: Where buildings, units and areas lie.
        files: File → SHA-256 of everything the estate was read from, books apart.
        notices: Warnings met on the way.
    """

    id: str
    title: str | Mapping[str, str]
    directory: Path
    timezone: str
    working_hours: tuple[int, int]
    granularity: int
    areas: Areas
    calendar: Calendar
    book: Book
    bound: Mapping[str, Figure[Any]]
    tables: Tables
    log_cutoff: Duration
    appeal_window: Duration
    retention: Duration | None
    planning: Planning
    places: Places
    files: Mapping[str, str]
    notices: tuple[Diagnostic, ...] = ()

    def name_of(self, person: str) -> str:
        """A person's name, or the id where the table has none."""
        people = self.tables.people
        names = people.filter(people["person"] == person)["name"].drop_nulls()
        return names[0] if len(names) else person

    @property
    def persons(self) -> tuple[str, ...]:
        """Everybody who holds or held a post."""
        return tuple(self.tables.people["person"].unique(maintain_order=True).to_list())
