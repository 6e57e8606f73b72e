"""How many members a population has in an area on a day."""

from pathlib import Path
from random import Random

import numpy as np
import pytest

import dutyrules as dr
from dutyrules.registry.population import Members

DAYS = [20_727, 20_730, 20_734]
"""2026-10-01, -04, -08."""

BOOK = """
book: b
published_on: 2026-01-01
title: {en: B}
source: {id: B, title: B}
roles: {butler: {title: {en: Butler}}}
"""


def date_of(day: int) -> str:
    return str(np.datetime64(day, "D"))


@pytest.mark.parametrize("seed", range(40))
def test_members_are_counted_once_where_they_lie(tmp_path: Path, seed: int) -> None:
    """Several debts of one unit, and buildings that change their area, are among them."""
    random = Random(seed)
    (tmp_path / "book.yaml").write_text(BOOK)
    areas = "areas: {north: {}, south: {}, corner: {within: north}}"
    (tmp_path / "estate.yaml").write_text(f"estate: e\nbooks: [book.yaml]\n{areas}\n")
    moved = random.randint(20_725, 20_736)
    places = {
        "B1": [("corner", 0, 99_999)],
        "B2": [("south", 0, moved), ("corner", moved + 1, 99_999)],
        "B3": [("south", 0, 99_999)],
    }
    lines = [
        f"{name},{area},{date_of(first) if first else ''},{date_of(last) if last < 99_999 else ''}\n"
        for name, spans in places.items()
        for area, first, last in spans
    ]
    (tmp_path / "buildings.csv").write_text("building,area,from,to\n" + "".join(lines))
    units = {f"U{number}": random.choice(list(places)) for number in range(6)}
    (tmp_path / "units.csv").write_text("unit,building\n" + "".join(f"{unit},{at}\n" for unit, at in units.items()))
    (tmp_path / "people.csv").write_text("person,role,area\nli,butler,north\n")
    owed: list[tuple[str, int, int]] = []
    for _ in range(8):
        first, last = sorted(random.choices(range(20_724, 20_739), k=2))
        owed.append((random.choice(list(units)), first, last))
    rows = "".join(f"{unit},property,current,{date_of(first)},{date_of(last)}\n" for unit, first, last in owed)
    (tmp_path / "arrears.csv").write_text(f"unit,fee,age,from,to\n{rows}")

    estate = dr.load_estate(tmp_path)
    members = Members.of(estate.tables, estate.places, estate.areas, "arrears", {})
    found = members.counts(np.array(DAYS, np.int64))
    for number, day in enumerate(DAYS):
        there = {unit for unit, first, last in owed if first <= day <= last}
        areas_of = [next(area for area, first, last in places[units[unit]] if first <= day <= last) for unit in there]
        wanted = {
            "north": areas_of.count("corner"),
            "south": areas_of.count("south"),
            "corner": areas_of.count("corner"),
        }
        assert {name: int(found[number, estate.areas.index[name]]) for name in wanted} == wanted
