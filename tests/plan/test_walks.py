"""Walks against trying every order."""

from fractions import Fraction
from itertools import pairwise, permutations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutyrules.plan.fit import fit
from dutyrules.plan.menus import ListedMenu, WideMenu, menu_of, most
from dutyrules.plan.round import Ask, Round
from dutyrules.plan.walks import EXACT, Ends, Ints, Point, Stop, Walks, legs, nearest, single_walk, tour, walked

COORDINATES = st.integers(0, 400)
POINTS = st.none() | st.builds(Point, COORDINATES.map(Fraction), COORDINATES.map(Fraction))


@st.composite
def stops(draw: st.DrawFn, minutes: int) -> Stop:
    """Mostly free for an hour; some with a break in between, some with an appointment, some never."""
    match draw(st.sampled_from(["free", "free", "break", "fixed", "never"])):
        case "break":
            spans = [(540, 565), (575, 600)]
        case "fixed":
            begin = draw(st.integers(540, 600 - minutes))
            return Stop(minutes, ((begin, begin),))
        case "never":
            return Stop(minutes, ())
        case _:
            spans = [(540, 600)]
    return Stop(minutes, tuple((first, last - minutes) for first, last in spans if last - minutes >= first))


Case = tuple[Ints, list[Stop], Ends | None]


@st.composite
def walks(draw: st.DrawFn, most_stops: int = 6) -> Case:
    """Along streets, or ways as somebody measured them; open, or from an office and back within the hour."""
    points = draw(st.lists(POINTS, min_size=1, max_size=most_stops))
    every = [draw(stops(draw(st.integers(3, 20)))) for _ in points]
    some = st.lists(st.integers(0, 9), min_size=len(points), max_size=len(points))
    measured = st.lists(some, min_size=len(points), max_size=len(points)).map(lambda rows: np.array(rows, np.int64))
    between = draw(st.sampled_from([legs(points, 60), None]))
    ends = draw(st.none() | st.builds(Ends, some.map(tuple), some.map(tuple), st.just(540), st.integers(570, 600)))
    return draw(measured) if between is None else between, every, ends


def by_hand(
    between: Ints, stops: list[Stop], order: tuple[int, ...], ends: Ends | None = None
) -> tuple[int, int] | None:
    """(minute of the end, minutes walked) in this order; None if it cannot be done."""
    minute = ways = 0
    if ends and order:
        minute, ways = ends.opens + ends.out[order[0]], ends.out[order[0]]
    for place, stop in enumerate(order):
        if place:
            minute += int(between[order[place - 1], stop])
            ways += int(between[order[place - 1], stop])
        begins = [max(minute, first) for first, last in stops[stop].begins if minute <= last]
        if not begins:
            return None
        minute = min(begins) + stops[stop].minutes
    if ends and order:
        minute, ways = minute + ends.back[order[-1]], ways + ends.back[order[-1]]
        if minute > ends.closes:
            return None
    return minute, ways


@settings(deadline=None)
@given(walks())
def test_every_set_ends_as_early_as_in_the_best_order(case: Case) -> None:
    between, every, ends = case
    found = Walks.of(between, every, len(every), ends)
    found_ends = {
        mask: (end, ways)
        for size in range(1, len(every) + 1)
        for mask, ways, end in np.array(found.through(size)).T.tolist()
    }
    for mask in range(1, 1 << len(every)):
        members = [stop for stop in range(len(every)) if mask >> stop & 1]
        best = min(
            (one for order in permutations(members) if (one := by_hand(between, every, order, ends))), default=None
        )
        if best is None:
            assert mask not in found_ends
            continue
        order = found.order(mask)
        assert sorted(stop for stop, _ in order) == members
        assert by_hand(between, every, tuple(stop for stop, _ in order), ends) == found_ends[mask]
        assert found_ends[mask][0] == best[0]
        assert walked(between, order, ends) == found_ends[mask][1]


def test_a_closed_walk_begins_and_ends_at_the_office() -> None:
    """The office lies between the two buildings of a street: 1 minute to the one, 2 to the other, 3 from it to that."""
    between = np.array([[0, 3], [3, 0]], np.int64)
    office = Ends((1, 2), (1, 2), 540, 566)
    both = Walks.of(between, [Stop(10, ((540, 560),))] * 2, 2, office)
    assert both.order(0b11) == [(0, 541), (1, 554)]
    assert np.array(both.through(2)).T.tolist() == [[0b11, 6, 566]]
    hurried = Ends(office.out, office.back, 540, 565)
    assert not len(Walks.of(between, [Stop(10, ((540, 560),))] * 2, 2, hurried).through(2)[0])


def test_ways_are_taken_as_they_are() -> None:
    """From 0 to 2 it takes 9 minutes, through 1 only 2; but 1 is not on the walk. Back it is shorter."""
    between = np.array([[0, 1, 9], [1, 0, 1], [5, 1, 0]], np.int64)
    found = Walks.of(between, [Stop(10)] * 3, 3)
    assert found.order(0b101) == [(2, 0), (0, 15)]
    assert found.order(0b111) == [(0, 0), (1, 11), (2, 22)]


@settings(deadline=None)
@given(st.lists(POINTS, min_size=1, max_size=7), st.data())
def test_without_breaks_the_walk_is_the_shortest(points: list[Point | None], data: st.DataObject) -> None:
    between = legs(points, data.draw(st.integers(30, 90)))
    found = Walks.of(between, [Stop(5)] * len(points), len(points))
    shortest = min(sum(int(between[pair]) for pair in pairwise(order)) for order in permutations(range(len(points))))
    assert int(found.through(len(points))[1][0]) == shortest


def test_legs_are_along_streets_and_rounded_up() -> None:
    corner, far, same = (
        Point(Fraction(0), Fraction(0)),
        Point(Fraction(60), Fraction(1)),
        Point(Fraction(0), Fraction(0)),
    )
    assert legs([corner, far, same, None], 60).tolist() == [[0, 2, 0, 2], [2, 0, 2, 2], [0, 2, 0, 2], [2, 2, 2, 2]]


def test_a_walk_waits_for_an_appointment_and_goes_on() -> None:
    between = legs([Point(Fraction(60 * x), Fraction(0)) for x in range(3)], 60)
    every = [Stop(10, ((540, 590),)), Stop(10, ((560, 560),)), Stop(10, ((540, 590),))]
    assert Walks.of(between, every, 3).order(0b111) == [(0, 540), (1, 560), (2, 571)]


@settings(deadline=None)
@given(walks(5), st.integers(0, 4), st.integers(0, 4), st.data())
def test_a_menu_holds_all_sets_that_miss_least(case: Case, first: int, second: int, data: st.DataObject) -> None:
    between, every, ends = case
    masks = st.integers(0, (1 << len(every)) - 1)
    asks = (Ask(first, data.draw(masks)), Ask(second, data.draw(masks)))
    must = data.draw(masks) if data.draw(st.booleans()) else 0
    walk = Round(tuple(range(len(every))), tuple(every), asks, must, (data.draw(masks),), ends)
    possible = {
        mask: walk.rank(mask)
        for mask in range(1 << len(every))
        if mask & must == must and any(by_hand(between, every, order, ends) for order in permutations(_members(mask)))
    }
    menu = menu_of(walk, between, 1.0)
    if not possible:
        assert menu is None
        return
    assert isinstance(menu, ListedMenu)
    best = min(possible.values())
    assert menu.misses == menu.least == best[0]
    assert set(menu.chosen.tolist()) == {mask for mask, rank in possible.items() if rank == best}
    assert most(walk, between) >= max(mask.bit_count() for mask in possible)


@settings(deadline=None)
@given(walks(4), st.integers(0, 4), st.data())
def test_the_routing_model_misses_as_little_as_the_list(case: Case, need: int, data: st.DataObject) -> None:
    between, every, ends = case
    masks = st.integers(0, (1 << len(every)) - 1)
    asks = (Ask(need, data.draw(masks)), Ask(1, data.draw(masks)))
    walk = Round(tuple(range(len(every))), tuple(every), asks, ends=ends)
    listed, fitted = menu_of(walk, between, 1.0), fit(walk, between, 5.0)
    assert listed is not None
    assert fitted is not None
    assert walk.rank(fitted.chosen)[:2] == walk.rank(listed.near(0))[:2]
    assert fitted.least == listed.least
    assert by_hand(between, every, tuple(stop for stop, _ in fitted.order), ends) is not None


def test_rounds_with_too_many_sets_are_searched(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [Point(Fraction(60 * (number % 5)), Fraction(60 * (number // 5))) for number in range(15)]
    between, every = legs(points, 60), tuple(Stop(9, ((540, 571),)) for _ in points)
    walk = Round(tuple(range(15)), every, (Ask(6, (1 << 15) - 1),))
    listed = menu_of(walk, between, 5.0)
    monkeypatch.setattr("dutyrules.plan.menus.LISTED", 10)
    wide = menu_of(walk, between, 5.0)
    assert isinstance(wide, WideMenu)
    assert listed is not None
    assert (wide.misses, wide.least, wide.most) == (listed.misses, listed.least, listed.most) == (2, 2, 4)
    assert wide.cost(0b1111) == listed.cost(0b1111) == 3
    assert wide.cost(0b111) is None
    assert wide.near(0b1111) == 0b1111
    assert [stop for stop, _ in wide.order(0b1111)] == [0, 1, 2, 3]


@pytest.mark.parametrize("size", [EXACT, EXACT + 3])
def test_single_walks_beyond_the_exact_size_are_short_ones(size: int) -> None:
    between = legs([Point(Fraction(60 * (number * 7 % size)), Fraction(0)) for number in range(size)], 60)
    found = single_walk(between, [Stop(3, ((0, 600),))] * size)
    assert found is not None
    assert sorted(stop for stop, _ in found) == list(range(size))
    assert walked(between, found) == size - 1


def test_single_closed_walks_go_round_from_the_office() -> None:
    """Sixteen buildings around a square, the office at the middle of a side: 16 minutes round, whatever the order."""
    corners = [(x, 0) for x in range(4)] + [(4, y) for y in range(4)] + [(x, 4) for x in range(4, 0, -1)]
    corners += [(0, y) for y in range(4, 0, -1)]
    points = [Point(Fraction(60 * x), Fraction(60 * y)) for x, y in corners]
    spots = [points[number * 7 % 16] for number in range(16)]
    office = tuple(int(way) for way in legs([points[2], *spots], 60)[0, 1:])
    stops = [Stop(3, ((0, 600),))] * 16
    between, ends = legs(spots, 60), Ends(office, office, 0, 16 + 48)
    found = single_walk(between, stops, ends)
    assert found is not None
    assert walked(between, found, ends) == 16
    assert single_walk(between, stops, Ends(office, office, 0, 16 + 47)) is None


@settings(deadline=None)
@given(st.integers(1, 9), st.data())
def test_a_tour_of_ways_that_differ_by_direction_ends(count: int, data: st.DataObject) -> None:
    row = st.lists(st.integers(0, 9), min_size=count, max_size=count)
    between = np.array(data.draw(st.lists(row, min_size=count, max_size=count)), np.int64)
    assert sorted(tour(between)) == list(range(count))


def test_a_tour_goes_round_everything() -> None:
    between = legs([Point(Fraction(60 * x), Fraction(60 * y)) for x, y in ((0, 0), (3, 0), (0, 3), (3, 3), (1, 0))], 60)
    found = tour(between)
    assert sorted(found) == list(range(5))
    assert sum(int(between[one, other]) for one, other in pairwise([*found, found[0]])) == 12
    assert tour(between[:0, :0]) == []


def test_the_shortest_way_on() -> None:
    between = legs([Point(Fraction(60 * x), Fraction(0)) for x in (0, 2, 3)], 60)
    assert nearest(between).tolist() == [2, 1, 1]
    assert nearest(between[:1, :1]).tolist() == [0]


def _members(mask: int) -> list[int]:
    return [stop for stop in range(mask.bit_length()) if mask >> stop & 1]
