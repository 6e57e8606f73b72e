"""Posts of many persons at once, though some hold several: the first of everybody, then the second."""

import numpy as np
import numpy.typing as npt

Ints = npt.NDArray[np.int64]


def rounds(persons: Ints) -> list[Ints]:
    """Positions of everybody's first entry, of everybody's second one, and so on; few hold more than two posts."""
    order = np.argsort(persons, kind="stable")
    ordered = persons[order]
    rank = np.arange(len(ordered)) - np.searchsorted(ordered, ordered, side="left")
    return [order[rank == number] for number in range(int(rank.max(initial=-1)) + 1)]
