"""Estates of 500, 2,000 and 10,000 households, made from a seed: buildings, wishes, journeys, leave, callbacks."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

QUARTER = "2026-Q4"
FIRST, LAST = date(2026, 10, 1), date(2026, 12, 31)
HOLIDAYS = [date(2026, 10, day) for day in range(1, 8)]
MADE_UP = [date(2026, 10, 10)]

BOOK = """
book: visits
title: Visits
source: {id: V, title: Visits}
published_on: 2024-01-01
roles: {butler: {title: Butler}}
events:
  visit.home: {title: Visit, target: unit}
  visit.phone: {title: Call, target: unit}
populations:
  households: {table: units, where: {state: occupied}}
  not_moved_in: {table: units, where: {state: not_moved_in}}
  renovations: {table: permits}
duty_defaults: {clause: 1}
duties:
  third:
    check: quota
    distinct: target
    event: visit.home
    per: month
    at_least: {share: 1/3, of: households}
    population: households
  quarter:
    check: quota
    distinct: target
    event: visit.home
    per: quarter
    at_least: {share: 98%, of: households}
    population: households
  absent:
    check: quota
    distinct: target
    event: visit.phone
    per: quarter
    at_least: {share: 1/1, of: not_moved_in}
    population: not_moved_in
  after_renovation:
    check: response
    trigger: {population: renovations, date: to}
    follow_up: visit.home
    match_on: target
    within: 3 workdays
    owed_by: area_of_target
    performed_by: any
"""

ESTATE = """
estate: visits
areas: {%s}
books: [book.yaml]
planning:
  visits:
    visit.home: {channel: home, per_day: 6, minutes: 20, hours: [["15:00", "17:00"], ["18:00", "19:00"]]}
    visit.phone: {channel: phone, per_day: 8, minutes: 5, hours: [["14:00", "15:00"]]}
"""


@dataclass(frozen=True)
class Size:
    """How large an estate is."""

    households: int
    butlers: int
    buildings: int


SIZES = {"S": Size(500, 2, 30), "M": Size(2_000, 8, 60), "L": Size(10_000, 30, 200)}


@dataclass
class Tables:
    """Rows of the estate's tables, the header first."""

    people: list[Sequence[object]] = field(default_factory=lambda: [("person", "role", "area", "from")])
    buildings: list[Sequence[object]] = field(default_factory=lambda: [("building", "area", "x", "y")])
    units: list[Sequence[object]] = field(
        default_factory=lambda: [("unit", "building", "state", "contact", "prefer", "from", "to")]
    )
    permits: list[Sequence[object]] = field(default_factory=lambda: [("unit", "from", "to")])
    leave: list[Sequence[object]] = field(default_factory=lambda: [("person", "from", "until", "approved")])
    roster: list[Sequence[object]] = field(default_factory=lambda: [("person", "date", "start", "end")])

    def write(self, directory: Path) -> None:
        """One CSV file each."""
        for name, rows in vars(self).items():
            (directory / f"{name}.csv").write_text("\n".join(",".join(map(str, row)) for row in rows) + "\n")


def make(directory: Path, size: Size, seed: int) -> None:
    """Writes an estate: its book, estate.yaml and tables."""
    draw, tables = random.Random(seed), Tables()
    columns = round(size.buildings**0.5)
    areas = [f"a{number:02d}" for number in range(size.butlers)]
    made = 0
    for number, area in enumerate(areas):
        tables.people.append((f"p{area}", "butler", area, "2026-01-01"))
        tables.roster += [(f"p{area}", day, start, end) for day, start, end in _roster(number % 2)]
        tables.leave += _leave(draw, f"p{area}")
        first, last = (place * size.buildings // size.butlers for place in (number, number + 1))
        names = [f"b{place:03d}" for place in range(first, last)]
        for place, name in enumerate(names, start=first):
            row, column = divmod(place, columns)
            tables.buildings.append((name, area, 60 * row, 60 * (column if row % 2 == 0 else columns - 1 - column)))
        mine = (number + 1) * size.households // size.butlers - made
        for unit in range(mine):
            _unit(draw, tables, f"u{made + unit:05d}", names[unit * len(names) // mine])
        made += mine
    tables.write(directory)
    (directory / "book.yaml").write_text(BOOK)
    (directory / "estate.yaml").write_text(ESTATE % ", ".join(f"{area}: {{}}" for area in areas))


def _roster(parity: int) -> Iterator[tuple[date, str, str]]:
    """Workdays and every other Saturday; a row without start is a rest day."""
    for ahead in range((LAST - FIRST).days + 1):
        day = FIRST + timedelta(ahead)
        saturday = day.weekday() == 5 and day.isocalendar().week % 2 == parity
        works = day in MADE_UP or ((day.weekday() < 5 or saturday) and day not in HOLIDAYS)
        yield (day, "08:00", "20:00") if works else (day, "", "")


def _leave(draw: random.Random, person: str) -> Iterator[tuple[object, ...]]:
    """One stretch of up to four days."""
    away = FIRST + timedelta(draw.randrange(10, 80))
    yield person, away, away + timedelta(draw.randrange(1, 5)), "yes"


def _unit(draw: random.Random, tables: Tables, unit: str, building: str) -> None:
    """A household: its wishes, a journey of two weeks for one in ten, a renovation that ends for one in twenty."""
    if draw.random() < 0.15:
        tables.units.append((unit, building, "not_moved_in", "any", "any", "", ""))
        return
    wish = draw.random()
    prefer = "any" if wish < 0.6 else "evening" if wish < 0.8 else "weekend" if wish < 0.9 else "daytime"
    if draw.random() < 0.1:
        away = FIRST + timedelta(draw.randrange(76))
        back = away + timedelta(14)
        if away > FIRST:
            tables.units.append((unit, building, "occupied", "any", prefer, "", away - timedelta(1)))
        tables.units.append(
            (unit, building, "occupied", "none", prefer, away if away > FIRST else "", back - timedelta(1))
        )
        tables.units.append((unit, building, "occupied", "any", prefer, back, ""))
        return
    tables.units.append((unit, building, "occupied", "any", prefer, "", ""))
    if draw.random() < 0.05:
        tables.permits.append((unit, "2026-06-01", FIRST + timedelta(draw.randrange(8, 84))))
