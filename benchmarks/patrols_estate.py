"""A made-up estate: an area with an office and some buildings for every butler, one building in eight with priority."""

from __future__ import annotations

import csv
import random
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml
from patrols_check import Terms

MORNING = (9 * 60, 11 * 60)
MONTH = "2026-03"
"""Twenty-two workdays, no holiday."""

BOOK = {
    "book": "patrols",
    "source": {"id": "P"},
    "published_on": "2026-01-01",
    "roles": {"butler": {}},
    "events": {"patrol": {"target": "building"}, "listed": {"target": "building"}},
    "populations": {"buildings": {"table": "buildings"}},
    "timetable": [{"slot": "morning", "role": "butler", "from": "09:00", "to": "11:00"}],
}


def terms_of(buildings: int, least: int, *, closed: bool, seed: int, prefix: str = "") -> Terms:
    """Buildings in crooked rows, 65 m apart, six to eleven minutes each; so many are owed in two hours of every day.

    Others wait what even turns need and a day more, those with priority half of that, rounded up.
    """
    draw, columns = random.Random(seed), max(2, round(buildings**0.5))
    names = [f"{prefix}{number:03d}" for number in range(buildings)]
    spots = {
        name: (number % columns * 65 + draw.randint(-10, 10), number // columns * 65 + draw.randint(-10, 10))
        for number, name in enumerate(names)
    }
    minutes = {name: draw.randint(6, 11) for name in names}
    gap = -(-buildings // least) + 1
    urgent = frozenset(draw.sample(names, buildings // 8))
    return Terms(spots, minutes, (-65, 0) if closed else None, MORNING, least, gap, -(-gap // 2), urgent)


def areas_of(buildings: int, butlers: int, least: int, *, closed: bool, seed: int) -> dict[str, Terms]:
    """Area → its buildings; all have as many, give or take one."""
    sizes = [buildings // butlers + (number < buildings % butlers) for number in range(butlers)]
    return {
        f"A{number:02d}": terms_of(size, least, closed=closed, seed=seed + number, prefix=f"A{number:02d}-")
        for number, size in enumerate(sizes)
    }


def write(folder: Path, areas: Mapping[str, Terms]) -> Path:
    """The files of the estate; each butler p00, p01 … has an area."""
    least = max(terms.least for terms in areas.values())
    patrol = {"check": "quota", "event": "patrol", "distinct": "target", "per": "workday", "at_least": least}
    listing = {"check": "precedence", "event": "patrol", "requires": "listed", "lag": "previous_workday"}
    duties = {
        "patrol": {**patrol, "cap": "buildings", "slot": "morning", "clause": "1"},
        "listing": {**listing, "match_on": "target", "clause": "2"},
    }
    closed = any(terms.office is not None for terms in areas.values())
    estate = {
        "estate": "made-up",
        "areas": {name: {"office": list(terms.office)} if terms.office else {} for name, terms in areas.items()},
        "books": ["book.yaml"],
        "planning": {"patrols": {"patrol": {"walk": "closed" if closed else "open"}}},
    }
    for name, content in (("book", {**BOOK, "duties": duties}), ("estate", estate)):
        (folder / f"{name}.yaml").write_text(yaml.safe_dump(content, sort_keys=False), "utf-8")
    buildings = [
        [name, area, *terms.spots[name], terms.minutes[name], "yes" if name in terms.urgent else "no"]
        for area, terms in areas.items()
        for name in terms.spots
    ]
    _table(folder / "buildings.csv", ["building", "area", "x", "y", "inspect_minutes", "priority"], buildings)
    people = [[f"p{number:02d}", "butler", area] for number, area in enumerate(areas)]
    _table(folder / "people.csv", ["person", "role", "area"], people)
    _table(folder / "coverage.csv", ["source", "kinds", "status"], [["app", "patrol listed", "complete"]])
    return folder


def _table(path: Path, titles: Sequence[str], rows: Sequence[Sequence[Any]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([titles, *rows])
