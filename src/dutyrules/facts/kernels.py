"""Array kernels: count, count distinct, first, match. They know numbers only, no rules."""

from typing import Final, Literal

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

ABSENT: Final = 2**62
"""The instant of an event that did not happen."""


def counts(groups: Ints, size: int) -> Ints:
    """How many entries each group 0 … size-1 has; negative groups are nobody's."""
    return np.bincount(groups[groups >= 0], minlength=size).astype(np.int64)


def sums(groups: Ints, values: Ints, size: int) -> Ints:
    """The sum of each group's values, in whole numbers."""
    total = np.zeros(size, np.int64)
    np.add.at(total, groups, values)
    return total


def distinct_pairs(groups: Ints, members: Ints) -> tuple[Ints, Ints]:
    """The distinct (group, member) pairs, sorted; entries with a negative group or member are left out."""
    kept = (groups >= 0) & (members >= 0)
    if not kept.any():
        return np.empty(0, np.int64), np.empty(0, np.int64)
    width = int(members.max()) + 1
    packed = groups[kept] * width + members[kept]
    packed.sort()  # sort and compare beats a hash table here: the keys are dense integers
    fresh = np.empty(len(packed), np.bool_)
    fresh[0] = True
    np.not_equal(packed[1:], packed[:-1], out=fresh[1:])
    return np.divmod(packed[fresh], width)


def distinct(groups: Ints, members: Ints, size: int) -> Ints:
    """How many distinct members each group has."""
    return counts(distinct_pairs(groups, members)[0], size)


def first_rows(groups: Ints, rows: Ints, size: int) -> Ints:
    """The first row (entries are in time order) of each group, -1 where it has none."""
    table = np.full(size, -1, np.int64)
    kept = groups >= 0
    table[groups[kept][::-1]] = rows[kept][::-1]  # the last write wins, and that is the earliest
    return table


def ranges(starts: Ints, sizes: Ints) -> tuple[Ints, Ints]:
    """(entry, number) of every number in the ranges that begin at `starts` and hold `sizes` numbers."""
    entry = np.repeat(np.arange(len(sizes)), sizes)
    return entry, np.arange(len(entry)) + np.repeat(starts - (np.cumsum(sizes) - sizes), sizes)


def in_order(keys: Ints) -> Ints:
    """The positions of keys in their order, equal keys as they stand."""
    bits = len(keys).bit_length()
    if max(int(keys.max(initial=0)), -int(keys.min(initial=0))) >> (63 - bits):
        return np.argsort(keys, kind="stable")
    return np.sort(keys << bits | np.arange(len(keys))) & ((1 << bits) - 1)  # values sort much faster than positions


def first_of_each(keys: Ints) -> Ints:
    """The first position of every distinct key from 0 on, in the order of the positions."""
    order = in_order(keys)
    ordered = keys[order]
    fresh = np.ones(len(keys), np.bool_)
    fresh[1:] = ordered[1:] != ordered[:-1]
    return np.sort(order[fresh])


class Matcher:
    """Finds, for a key and an instant, the first event with that key at or after it, or the last at or before it.

    The events of one key must stand in time order.
    """

    def __init__(self, keys: Ints, at: Ints, rows: Ints) -> None:
        kept = keys >= 0
        keys, at, rows = keys[kept], at[kept], rows[kept]
        self._base = int(at.min()) if len(at) else 0
        self._width = (int(at.max()) - self._base + 2) if len(at) else 1
        order = in_order(keys)
        self._keys, self._at, self._rows = keys[order], at[order], rows[order]
        self._packed = self._pack(self._keys, self._at)

    def _pack(self, keys: Ints, at: Ints) -> Ints:
        return keys * self._width + np.clip(at - self._base, 0, self._width - 1)

    def first_from(self, keys: Ints, at: Ints) -> tuple[Ints, Ints]:
        """(instant, row) of the first event at or after each instant; (ABSENT, -1) where there is none."""
        index = _places(self._packed, self._pack(keys, at), "left")
        return self._found(index, keys)

    def last_until(self, keys: Ints, at: Ints) -> tuple[Ints, Ints]:
        """(instant, row) of the last event at or before each instant; (ABSENT, -1) where there is none."""
        index = _places(self._packed, self._pack(keys, at), "right") - 1
        early = at < self._base
        return self._found(np.where(early, -1, index), keys)

    def _found(self, index: Ints, keys: Ints) -> tuple[Ints, Ints]:
        inside = (index >= 0) & (index < len(self._keys))
        if not len(self._keys):
            return np.full(len(keys), ABSENT), np.full(len(keys), -1, np.int64)
        safe = np.where(inside, index, 0)
        same = inside & (self._keys[safe] == keys) & (keys >= 0)
        return np.where(same, self._at[safe], ABSENT), np.where(same, self._rows[safe], -1)


def _places(ordered: Ints, wanted: Ints, side: Literal["left", "right"]) -> Ints:
    """What `np.searchsorted` finds; asked in order, for then each look-up is near the one before it."""
    order = in_order(wanted)
    places = np.empty(len(wanted), np.int64)
    places[order] = np.searchsorted(ordered, wanted[order], side=side)
    return places
