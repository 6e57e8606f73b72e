"""What one person is to walk in one go, as plain data."""

from dataclasses import dataclass

import numpy as np

from dutyrules.plan.walks import Ends, Ints, Stop


@dataclass(frozen=True)
class Ask:
    """So many of some stops (a bit mask) are owed."""

    need: int
    stops: int


@dataclass(frozen=True)
class Round:
    """What one person is to walk in one go.

    Attributes:
        places: The stops' numbers in the rotation, ascending; here they are numbered from 0.
        stops: Those of the places first, then units to be checked, which do not rotate.
        asks: What is owed.
        must: Stops that are fixed.
        unlisted: For each duty to list a building beforehand: stops that are not listed and no longer can be.
        spots: The building of each stop, numbered as they first appear; not said where no units are checked.
        ends: Of a closed walk.
    """

    places: tuple[int, ...]
    stops: tuple[Stop, ...]
    asks: tuple[Ask, ...]
    must: int = 0
    unlisted: tuple[int, ...] = ()
    ends: Ends | None = None
    spots: tuple[int, ...] = ()

    @property
    def seen(self) -> int:
        """The stops that are places of the rotation, as a set."""
        return (1 << len(self.places)) - 1

    @property
    def size(self) -> int:
        """No walk needs more stops."""
        fixed = self.must.bit_count()
        return min(
            len(self.stops), fixed + sum(max(0, ask.need - (ask.stops & self.must).bit_count()) for ask in self.asks)
        )

    @property
    def minutes(self) -> int:
        """From the first minute in which one may begin, or leave, to the last in which one may be busy."""
        if self.ends is not None:
            return self.ends.closes - self.ends.opens
        spans = [(begin, end + stop.minutes) for stop in self.stops for begin, end in stop.begins]
        return max((end for _, end in spans), default=0) - min((begin for begin, _ in spans), default=0)

    def rank(self, chosen: int) -> tuple[int, int, int]:
        """(missed in all, buildings too few, stops) of a walk: smaller is better.

        A building that should have been listed and was not costs as much as one that is left out; then it is better to
        go there.
        """
        few = sum(max(0, ask.need - (ask.stops & chosen).bit_count()) for ask in self.asks)
        return few + sum((chosen & stops).bit_count() for stops in self.unlisted), few, chosen.bit_count()

    def ranks(self, chosen: Ints) -> Ints:
        """The ranks of many walks, each as one number."""
        few = sum((np.maximum(0, ask.need - counted(chosen & ask.stops)) for ask in self.asks), np.zeros_like(chosen))
        missed = few + sum((counted(chosen & stops) for stops in self.unlisted), np.zeros_like(chosen))
        return (missed << 32) + (few << 16) + counted(chosen)

    def spread(self, chosen: int) -> int:
        """A set of stops as the rotation numbers them."""
        return sum(1 << place for number, place in enumerate(self.places) if chosen >> number & 1)

    def local(self, chosen: int) -> int:
        """A set of the rotation as this round numbers them; others are left out."""
        return sum(1 << number for number, place in enumerate(self.places) if chosen >> place & 1)


def counted(masks: Ints) -> Ints:
    """How many bits are set."""
    return np.array([int(mask).bit_count() for mask in masks.tolist()], np.int64)
