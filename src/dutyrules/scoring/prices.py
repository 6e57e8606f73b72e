"""What a number of occurrences costs, in whole ten-thousandths: free ones, tiers, steps, caps."""

from decimal import Decimal
from itertools import pairwise

import numpy as np

from dutyrules.book import Charged
from dutyrules.checks.ground import Terms
from dutyrules.figure import LARGEST, POINT_SCALE, Figure, Off, Tiers, Unbound
from dutyrules.obligation import Ints


def scaled(points: Decimal) -> int:
    """Points as whole ten-thousandths."""
    return int(points * POINT_SCALE)


def beyond(line: Charged, times: Ints, terms: Terms) -> Ints:
    """How many occurrences are left after the free ones."""
    return times if line.free is None else np.maximum(times - terms.numbers(line.free), 0)


def cost(line: Charged, times: Ints, terms: Terms) -> Ints:
    """What each row's number of occurrences, free ones off, costs; all figures are read, so that `terms` knows them."""
    points = _full(line, times, terms)
    return points if line.line_cap is None else np.minimum(points, terms.numbers(line.line_cap, scaled))


def _full(line: Charged, times: Ints, terms: Terms) -> Ints:
    if line.every is not None and line.points is not None:
        step = terms.numbers(line.every)
        return np.where(step > 0, times // np.maximum(step, 1), 0) * terms.numbers(line.points, scaled)
    figure = line.once or line.each or line.per_missing
    return np.zeros(len(times), np.int64) if figure is None else _tiered(figure, times, terms, once=figure is line.once)


def _tiered(figure: Figure[Tiers], times: Ints, terms: Terms, *, once: bool) -> Ints:
    index, values = terms.choose(figure)
    points = np.zeros(len(times), np.int64)
    for number, value in enumerate(values):
        rows = index == number
        if not isinstance(value, Off | Unbound) and rows.any():
            tiers = value if isinstance(value, Tiers) else Tiers.of(value)  # a parameter may be a plain number
            points[rows] = (_at_once if once else _one_by_one)(tiers.steps, times[rows])
    return points


def _one_by_one(tiers: tuple[tuple[int, Decimal], ...], times: Ints) -> Ints:
    """Each occurrence costs the price of its own tier."""
    bounds = [*tiers, (LARGEST + 1, Decimal(0))]
    within = (np.clip(times, first - 1, after - 1) - (first - 1) for (first, _), (after, _) in pairwise(bounds))
    parts = [count * scaled(price) for count, (_, price) in zip(within, tiers, strict=True)]
    return np.sum(parts, axis=0)


def _at_once(tiers: tuple[tuple[int, Decimal], ...], times: Ints) -> Ints:
    """All together cost the price of the tier that they reach."""
    prices = np.array([0, *(scaled(price) for _, price in tiers)], np.int64)
    return prices[np.searchsorted([first for first, _ in tiers], times, side="right")]
