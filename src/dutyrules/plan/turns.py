"""How often each building of a beat is patrolled, and how long it waits at most, so that all have their due."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import ceil, floor
from typing import Final

EASE: Final = Fraction(1, 1_000_000)
"""Of a patrol, a round: where turns come out even, those with priority may have one more than their promise needs.

With none to spare, all waits would have to be exactly as long as promised, from the first day to the last.
"""


@dataclass(frozen=True)
class Promise:
    """The longest waits, in days on which the beat is patrolled.

    Attributes:
        gap: Of buildings without priority.
        quick: Of those with it.
        urgent: Which those are, as a set of places.
    """

    gap: int
    quick: int
    urgent: int = 0


def promised(count: int, urgent: int, size: int, longest: int | None, quick: int | None) -> tuple[int, int]:
    """The waits that can be promised to buildings without and with priority: by default half as long, rounded up.

    By default what even turns need, and a day to spare; or longer, if those with priority leave no room for that. If
    twice as long would not do, the promise stays, and cannot be kept.

    Args:
        count: Buildings.
        urgent: Those with priority.
        size: How many a round sees.
        longest, quick: What the estate says.

    >>> promised(15, 0, 5, None, None), promised(15, 8, 5, None, None), promised(15, 0, 5, 7, None)
    ((4, 2), (5, 3), (7, 4))
    """
    if longest is not None:
        return longest, quick or -(-longest // 2)
    even = -(-count // size) + 1
    for gap in range(even, 2 * even + 1):
        soon = quick or -(-gap // 2)
        if Fraction(urgent, min(soon, gap)) + Fraction(count - urgent, gap) <= size:
            return gap, soon
    return even, quick or -(-even // 2)


def fair_shares(rounds: Sequence[tuple[int, int]], size: int, promise: Promise | None = None) -> list[tuple[int, int]]:
    """Fewest and most patrols of each place, if every round (set, how many of it) took an equal part of each.

    Buildings with priority have more than that where their promise needs it, all of them alike.

    >>> fair_shares([(0b111, 2), (0b111, 2)], 3)
    [(1, 2), (1, 2), (1, 2)]
    >>> fair_shares([(0b1111, 2)] * 12, 4, Promise(gap=3, quick=1, urgent=0b1))
    [(12, 12), (4, 4), (4, 4), (4, 4)]
    >>> fair_shares([(0b1111, 1)] * 12, 4, Promise(gap=6, quick=2, urgent=0b1))
    [(6, 7), (1, 2), (1, 2), (1, 2)]
    """
    shares = [Fraction(0)] * size
    for there, number in rounds:
        usual, often = _parts(there, number, promise)
        for place in range(size):
            if there >> place & 1:
                shares[place] += often if promise and promise.urgent >> place & 1 else usual
    return [(floor(share), ceil(share)) for share in shares]


def _parts(there: int, number: int, promise: Promise | None) -> tuple[Fraction, Fraction]:
    """The part of a round that is each building's, without and with priority."""
    even = Fraction(number, there.bit_count())
    urgent = (there & promise.urgent).bit_count() if promise else 0
    others = there.bit_count() - urgent
    if promise is None or not urgent or not others or promise.quick * even >= 1:
        return even, even
    often, usual = Fraction(1, promise.quick), Fraction(1, promise.gap)
    needed = urgent * often + others * usual
    if needed > number:  # neither promise can be kept: all have as much less
        return usual * number / needed, often * number / needed
    often = min(often + EASE, Fraction(1))
    return max(number - urgent * often, Fraction(0)) / others, often
