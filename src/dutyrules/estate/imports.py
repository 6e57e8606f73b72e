"""Imports exports of other systems with what an estate knows, and says what its duties gain by it."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from dutyrules.activity.csvfile import read_cells
from dutyrules.activity.imports import Imported, Surroundings, import_files
from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean
from dutyrules.estate.estate import Estate
from dutyrules.registry.presence import presence
from dutyrules.timegrid import DAY

_POSTS = ("person", "from", "to", "fte", "primary", "area", "role", "manager", "_row")
_LOOKUPS = "lookups"
_TITLES = ("theirs", "ours")


def import_exports(
    mapping: Path | str, paths: Sequence[Path], estate: Estate, *, settings: Mapping[str, str] | None = None
) -> Imported:
    """Reads exports of another system for an estate.

    Args:
        mapping: A mapping file, or the name of one that comes with the library.
        paths: The exports, or directories of them.
        estate: Whose people and places they name.
        settings: What the mapping lets its user set.

    Raises:
        InputError: What is wrong with the mapping, the settings, the look-ups or the exports as such.
    """
    return import_files(
        mapping,
        paths,
        lookups=lookups(estate),
        settings=settings,
        timezone=estate.timezone,
        surroundings=Surroundings(_places(estate), lambda first, last: _shifts(estate, first, last)),
    )


def lookups(estate: Estate) -> dict[str, dict[str, str | None]]:
    """Tables by which mappings find what the estate writes: what others write → that, None if it may be several.

    They are every column of `people` that tells persons apart, and every `lookups/NAME.csv` of the estate.

    Raises:
        InputError: A file in `lookups` is no such table.
    """
    people = estate.tables.people
    columns = [name for name in people.columns if name not in _POSTS]
    found = {name: _unambiguous(people.select(name, "person").drop_nulls().unique().iter_rows()) for name in columns}
    files = sorted((estate.directory / _LOOKUPS).glob("*.csv"))
    return found | {path.stem: _unambiguous(_pairs(path)) for path in files}


def _unambiguous(pairs: Iterator[tuple[str, str]]) -> dict[str, str | None]:
    table: dict[str, str | None] = {}
    for theirs, ours in pairs:
        table[theirs] = ours if table.get(theirs, ours) == ours else None
    return table


def _pairs(path: Path) -> Iterator[tuple[str, str]]:
    rows = read_cells(str(path), path.read_bytes(), lambda: _TITLES)
    header = [cell.strip() for cell in next(rows, [])]
    if not set(_TITLES) <= set(header):
        message, expected = "a look-up has the columns theirs and ours", ",".join(_TITLES)
        raise InputError([Diagnostic("lookup.columns", message, Cell(str(path), 1), ",".join(header), expected)])
    places = [header.index(title) for title in _TITLES]
    for number, cells in enumerate(rows, start=2):
        if not any(cell.strip() for cell in cells):
            continue
        theirs, ours = (cells[place].strip() if place < len(cells) else "" for place in places)
        if not theirs or not ours:
            message = "a row of a look-up fills both of its columns"
            raise InputError([Diagnostic("lookup.half-empty", message, Cell(str(path), number), ",".join(cells))])
        yield theirs, ours


def _places(estate: Estate) -> dict[str, tuple[float, float]]:
    """Coordinates of buildings, and of the units in them."""
    buildings = estate.tables.buildings.select("building", "x", "y").drop_nulls()
    places = {name: (float(x), float(y)) for name, x, y in buildings.iter_rows()}
    units = estate.tables.units.select("unit", "building").iter_rows()
    return places | {unit: places[building] for unit, building in units if building in places}


def _shifts(estate: Estate, first: int, last: int) -> pl.DataFrame:
    who = presence(
        estate.tables, estate.areas, estate.calendar, first=first, last=last, working_hours=estate.working_hours
    )
    person, day = np.nonzero(who.base_work)
    midnight = (day + who.first) * DAY
    start, end = who.shift_start[person, day] + midnight, who.shift_end[person, day] + midnight
    return pl.DataFrame({"person": np.array(who.persons, object)[person], "start": start, "end": end}).cast(
        {"person": pl.String, "start": pl.Int64, "end": pl.Int64}
    )


@dataclass(frozen=True, slots=True)
class Fed:
    """What an import feeds.

    Attributes:
        whole: Duties all of whose kinds it gives.
        partly: Duty → the kinds that it lacks.
        unknown: Kinds that no book of the estate declares → the nearest that one does.
    """

    whole: tuple[str, ...]
    partly: Mapping[str, tuple[str, ...]]
    unknown: Mapping[str, str | None]


def fed(estate: Estate, imported: Imported) -> Fed:
    """Says which duties the kinds of an import can feed."""
    given = set(imported.kinds)
    read = {name: duty.kinds() for name, duty in estate.book.duties.items()}
    return Fed(
        tuple(name for name, kinds in read.items() if kinds and given.issuperset(kinds)),
        {
            name: tuple(kind for kind in kinds if kind not in given)
            for name, kinds in read.items()
            if not given.isdisjoint(kinds) and not given.issuperset(kinds)
        },
        {kind: did_you_mean(kind, estate.book.kinds) for kind in imported.kinds if kind not in estate.book.kinds},
    )


def coverage_of(imported: Imported) -> pl.DataFrame:
    """What the import may cover, as a row of the table `coverage`.

    Its status is `partial`, by which nothing is judged: whether the export is complete is for HR to say.
    """
    days = imported.rows["at"].drop_nulls().str.slice(0, 10) if imported.rows.height else pl.Series([], dtype=pl.String)
    lines = [(imported.source, " ".join(imported.kinds), None, days.min(), days.max(), "partial")] if len(days) else []
    columns = ("source", "kinds", "areas", "from", "to", "status")
    return pl.DataFrame(lines, schema=dict.fromkeys(columns, pl.String()), orient="row")
