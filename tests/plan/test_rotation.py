"""Rotations against every rotation there is, where there are few enough to look at."""

from collections import Counter
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise, product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dutyrules.plan.few_sets import begun, fewest_minutes
from dutyrules.plan.menus import ListedMenu, menu_of
from dutyrules.plan.rotation import Place, Rotation, Search, Step, window
from dutyrules.plan.rotation_bound import least_walking
from dutyrules.plan.round import Ask, Round
from dutyrules.plan.turns import fair_shares
from dutyrules.plan.walks import Ends, Point, Stop, legs


def street(
    count: int, size: int, days: int, *, points: list[Point] | None = None, gap: int | None = None, apart: int = 60
) -> Rotation:
    """Buildings on a street or at some points, so many patrolled each day."""
    between = legs(points or [Point(Fraction(apart * number), Fraction(0)) for number in range(count)], 60)
    menu = menu_of(
        Round(tuple(range(count)), (Stop(5, ((0, 900),)),) * count, (Ask(size, (1 << count) - 1),)), between, 1.0
    )
    assert isinstance(menu, ListedMenu)
    shares = fair_shares([((1 << count) - 1, size)] * days, count)
    places = tuple(Place(0, -1, days, fair) for fair in shares)
    return Rotation(
        places, tuple(Step(menu, ((0, day),)) for day in range(days)), (gap or -(-count // size) + 1,), between
    )


def minutes(rotation: Rotation, chosen: tuple[int, ...]) -> int:
    return sum(step.menu.cost(taken) or 0 for step, taken in zip(rotation.steps, chosen, strict=True))


def kept(rotation: Rotation, chosen: tuple[int, ...]) -> bool:
    """Whether all promises are kept, by the words of their definitions."""
    counts = rotation.counts(chosen)
    return (
        all(
            least <= count <= most
            for count, (least, most) in zip(counts, (one.fair for one in rotation.places), strict=True)
        )
        and all(wait <= rotation.gaps[0] for place in range(len(counts)) for wait in rotation.waits(chosen, place))
        and all(one != other or one.bit_count() == len(counts) for one, other in pairwise(chosen))
    )


COORDINATES = st.integers(0, 300).map(Fraction)


@settings(max_examples=60, deadline=None)
@given(st.integers(2, 4), st.data())
def test_bound_and_plan_embrace_the_optimum(count: int, data: st.DataObject) -> None:
    size, days = data.draw(st.integers(1, count)), data.draw(st.integers(1, 4))
    points = data.draw(st.lists(st.builds(Point, COORDINATES, COORDINATES), min_size=count, max_size=count))
    rotation = street(count, size, days, points=points)
    menu = rotation.steps[0].menu
    assert isinstance(menu, ListedMenu)
    sets = menu.chosen.tolist()
    good = [chosen for chosen in product(sets, repeat=days) if kept(rotation, chosen)]
    fair = [place.fair for place in rotation.places]
    bound = least_walking(rotation, fair)
    search = Search(rotation, window(rotation))
    for _ in search.run(400, 1, bound):
        pass
    best = search.best
    assert best.minutes == minutes(rotation, best.chosen)
    assert (best.broken == 0) == kept(rotation, best.chosen)
    if good:
        optimum = min(minutes(rotation, chosen) for chosen in good)
        assert bound <= optimum
        assert best.broken or best.minutes >= optimum
    even = [chosen for chosen in product(sets, repeat=days) if _within(rotation.counts(chosen), fair)]
    assert all(bound <= minutes(rotation, chosen) for chosen in even)
    apart = [chosen for chosen in even if len(sets) == 1 or max(Counter(chosen).values()) <= -(-days // 2)]
    first = fewest_minutes(rotation)
    assert (first is None) == (not apart)
    if first is not None:
        assert tuple(first) in apart
        assert minutes(rotation, tuple(first)) == min(minutes(rotation, chosen) for chosen in apart)


def _within(counts: list[int], fair: list[tuple[int, int]]) -> bool:
    return all(least <= count <= most for count, (least, most) in zip(counts, fair, strict=True))


@given(st.integers(2, 9), st.integers(1, 5), st.integers(1, 12), st.integers(0, 2000))
@settings(max_examples=30, deadline=None)
def test_what_the_search_keeps_account_of_is_true(count: int, size: int, days: int, moves: int) -> None:
    rotation = street(count, min(size, count), days)
    search = Search(rotation, window(rotation))
    for _ in search.run(moves, 3):
        pass
    fresh = Search(rotation, search.best.chosen).best
    assert fresh == search.best
    assert search.best.broken <= Search(rotation, window(rotation)).best.broken


def test_a_month_of_an_ordinary_patch_keeps_every_promise() -> None:
    points = [Point(Fraction(70 * (number % 4)), Fraction(55 * (number // 4))) for number in range(13)]
    rotation = street(13, 8, 18, points=points)
    search = Search(rotation, window(rotation))
    bound = least_walking(rotation, [place.fair for place in rotation.places])
    for _ in search.run(18_000, 0, bound):
        pass
    assert kept(rotation, search.best.chosen)
    assert bound <= search.best.minutes <= bound * 1.05


@pytest.mark.parametrize(("count", "size"), [(7, 5), (8, 5), (10, 5)])
def test_a_quarter_of_a_small_area_walks_no_minute_too_many(count: int, size: int) -> None:
    points = [Point(Fraction(65 * (number % 3)), Fraction(60 * (number // 3) + 7 * number)) for number in range(count)]
    rotation = street(count, size, 64, points=points)
    best = begun(rotation).best
    assert kept(rotation, best.chosen)
    assert minutes(rotation, best.chosen) == least_walking(rotation, [place.fair for place in rotation.places])


def test_rounds_that_differ_begin_with_a_window() -> None:
    """Whoever may not move all rounds, or walks another menu on one day, has no use for a free order."""
    rotation = street(6, 3, 8)
    other = replace(rotation, steps=(*rotation.steps[:-1], *street(6, 3, 8).steps[-1:]))
    assert fewest_minutes(rotation) is not None
    assert fewest_minutes(other) is None
    assert begun(rotation, [0, 1]).best.chosen == tuple(window(rotation))


def test_a_window_slides_and_begins_with_who_has_waited_longest() -> None:
    rotation = street(6, 2, 3)
    late = tuple(Place(0, -3 if number == 2 else -1, 3, place.fair) for number, place in enumerate(rotation.places))
    chosen = window(Rotation(late, rotation.steps, rotation.gaps, rotation.between))
    assert chosen[0] >> 2 & 1
    assert sorted(place for taken in chosen for place in range(6) if taken >> place & 1) == list(range(6))


def test_the_bound_counts_what_evenness_costs() -> None:
    far = [Point(Fraction(0), Fraction(0)), Point(Fraction(60), Fraction(0)), Point(Fraction(6000), Fraction(0))]
    rotation = street(3, 2, 3, points=far)
    assert least_walking(rotation, [(0, 3)] * 3) == 3
    assert least_walking(rotation, [(2, 2)] * 3) == 1 + 99 + 100


def test_the_bound_of_rounds_without_a_list_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    rotation = street(8, 4, 4)
    fair = [place.fair for place in rotation.places]
    monkeypatch.setattr("dutyrules.plan.menus.LISTED", 5)
    assert 0 < least_walking(_wide(rotation), fair) <= least_walking(rotation, fair) == 12


def test_the_bound_of_closed_rounds_without_a_list_is_valid(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three of six on a street, the office a minute before the first: 1 + 2 + 3 there and back, or 4 + 2 + 6."""
    ways = tuple(range(1, 7))
    open_walk = street(6, 3, 4).steps[0].menu.round
    rotation = street(6, 3, 4)
    menu = menu_of(replace(open_walk, ends=Ends(ways, ways, 0, 900)), rotation.between, 1.0)
    assert isinstance(menu, ListedMenu)
    closed = Rotation(
        rotation.places, tuple(Step(menu, step.days) for step in rotation.steps), rotation.gaps, rotation.between
    )
    fair = [place.fair for place in rotation.places]  # two each
    listed = least_walking(closed, fair)
    assert listed == 2 * 6 + 2 * 12
    monkeypatch.setattr("dutyrules.plan.menus.LISTED", 5)
    assert 0 < least_walking(_wide(closed), fair) <= listed


def _wide(rotation: Rotation) -> Rotation:
    menu = menu_of(rotation.steps[0].menu.round, rotation.between, 1.0)
    assert menu is not None
    return Rotation(
        rotation.places, tuple(Step(menu, step.days) for step in rotation.steps), rotation.gaps, rotation.between
    )
