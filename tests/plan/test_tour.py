"""Where the integer programme looks: everywhere in a round, wider where nothing was found."""

from random import Random

from dutyrules.plan.lanes import Entry
from dutyrules.plan.tour import Tour

BUILDINGS, WEEKS = ("east", "north", "south", "west"), range(6)
ENTRIES = [Entry(building, 0, (week * 7 + 4,), (0,), 5, 6) for building in BUILDINGS for week in WEEKS]


def looked(tour: Tour, count: int) -> list[frozenset[int]]:
    return [tour.next(ENTRIES) for _ in range(count)]


def test_a_first_round_looks_at_each_building_and_each_week_once() -> None:
    found = looked(Tour(Random(1)), len(BUILDINGS) + len(WEEKS))
    alone = [frozenset(n for n, one in enumerate(ENTRIES) if one.building == building) for building in BUILDINGS]
    weeks = [frozenset(range(week, len(ENTRIES), len(WEEKS))) for week in WEEKS]
    assert sorted(map(sorted, found)) == sorted(map(sorted, alone + weeks))


def test_where_nothing_is_found_the_next_round_is_wider_and_at_last_begins_again() -> None:
    tour, widths = Tour(Random(1)), []
    for _ in range(60):
        tour.next(ENTRIES)
        widths.append(tour.width)
    turns = [width for width, before in zip(widths, [0, *widths], strict=False) if width != before]
    assert turns[:4] == [1, 2, 3, 1]


def test_wide_neighbourhoods_are_two_buildings_or_two_weeks_in_a_row() -> None:
    tour = Tour(Random(1))
    looked(tour, len(BUILDINGS) + len(WEEKS))
    for free in looked(tour, 4):
        buildings = {ENTRIES[one].building for one in free}
        weeks = sorted({ENTRIES[one].days[0] // 7 for one in free})
        assert (len(buildings) == 2 and len(weeks) == 6) or (len(buildings) == 4 and weeks == [weeks[0], weeks[0] + 1])


def test_what_was_found_makes_the_next_round_narrow_again() -> None:
    tour = Tour(Random(1))
    looked(tour, len(BUILDINGS) + len(WEEKS) + 1)
    assert tour.width == 2
    tour.found()
    while tour.width == 2:
        tour.next(ENTRIES)
    assert tour.width == 1
