"""The cheapest changes for a small estate, by trying who is visited on which day: plain loops, no code of the planner.

One butler, one area, one duty: so many of the households are to be visited at the door in the last days of October.
A colleague of the same role may have another area, in which nobody lives.
"""

from dataclasses import dataclass
from functools import cached_property
from itertools import product
from random import Random

from tests.plan.visit_estate import HOME, Hand, everyone, way

DAYS = (28, 29, 30)
"""Wednesday to Friday; nothing is planned before `Small.first`."""

PLACE, HOUR, COLLEAGUE, WISH, LEAVE, OWE = 1, 2, 3, 4, 6, 10
"""Prices, as docs/planning.md has them."""

SHIFT = 17 * 60 + 30
"""Minute at which a shift ends."""


@dataclass(frozen=True)
class Household:
    """Its wish, and the days on which it must be left alone."""

    contact: str
    away: tuple[int, ...]

    def opens(self, day: int) -> bool:
        return self.contact in ("any", "home", "appointment") and day not in self.away

    @property
    def wishes(self) -> bool:
        return self.contact != "any" or bool(self.away)


@dataclass(frozen=True)
class Small:
    """An estate.

    Attributes:
        first: First planned day.
        minutes: Of a visit; the hours are from three to four.
        need: How many households are owed.
        leave: Days on which the butler is on leave.
    """

    first: int
    per_day: int
    minutes: int
    need: int
    households: tuple[Household, ...]
    leave: tuple[int, ...]
    colleague: bool

    @cached_property
    def days(self) -> list[int]:
        return [day for day in DAYS if day >= self.first]

    def hand(self) -> Hand:
        """The same as files."""
        units = [f"u{n},b1,occupied,{one.contact},any,," for n, one in enumerate(self.households)]
        away = [f"u{n},2026-10-{day},2026-10-{day}," for n, one in enumerate(self.households) for day in one.away]
        leave = [f"li,2026-10-{day} 00:00,2026-10-{day + 1} 00:00,yes,," for day in self.leave]
        people = ["li,butler,A,,"] + ["wang,butler,B,,"] * self.colleague
        return Hand(
            {"all": everyone(prorate="none") | {"at_least": self.need}},
            units,
            {HOME: way("home", "15:00", "16:00", per_day=self.per_day, minutes=self.minutes)},
            tables={"blackouts": away, "leave": leave, "people": people},
            areas=("A", "B") if self.colleague else ("A",),
            buildings=("b1,A,", "b2,B,") if self.colleague else ("b1,A,",),
        )

    # ------------------------------------------------------------ trying

    def cheapest(self) -> tuple[int, int]:
        """(what is missed without changes, the price of the cheapest changes)."""
        least, price = self.need, OWE * self.need
        for visited in product([None, *self.days], repeat=len(self.households)):
            asked = self._asked(visited)
            if asked is None:
                continue
            missed = max(0, self.need - sum(day is not None for day in visited))
            cost = WISH * asked + OWE * missed
            for day in self.days:
                cost += self.price(day, visited.count(day))
            price = min(price, cost)
            if not asked and all(visited.count(day) <= self._room(day) for day in self.days):
                least = min(least, missed)
        return least, price

    def _asked(self, visited: tuple[int | None, ...]) -> int | None:
        """How many households have to be asked; None if one of them could be reached otherwise, or has no wishes."""
        asked = 0
        for one, day in zip(self.households, visited, strict=True):
            if day is not None and not one.opens(day):
                if not one.wishes or any(one.opens(other) for other in self.days if other not in self.leave):
                    return None
                asked += 1
        return asked

    def _room(self, day: int) -> int:
        return 0 if day in self.leave else min(self.per_day, self.slots)

    @property
    def slots(self) -> int:
        return 60 // self.minutes

    def price(self, day: int, visits: int) -> int:
        """The cheapest way to so many visits in a day."""
        found = []
        later = min(self.per_day, (SHIFT - 16 * 60) // self.minutes)
        others = min(self.per_day, self.slots) if self.colleague else 0
        works = [0] if day not in self.leave else [0, 1]
        for comes in works:
            there = day not in self.leave
            own = min(self.per_day, self.slots) if there or comes else 0
            places = max(0, self.slots - self.per_day) if there else 0
            hours = later if there else 0
            for place, hour, other in product(range(places + 1), range(hours + 1), range(others + 1)):
                if own + place + hour + other >= visits:
                    found.append(PLACE * place + HOUR * hour + COLLEAGUE * other + LEAVE * comes)
        return min(found, default=OWE * 1_000)


def drawn(seed: int) -> Small:
    """One estate, short of something more often than not."""
    draw = Random(seed)
    first = draw.choice(DAYS)
    households = tuple(
        Household(
            draw.choice(["any"] * 5 + ["phone", "none", "home"]),
            tuple(day for day in DAYS if draw.random() < 0.25),
        )
        for _ in range(draw.randint(2, 6))
    )
    days = [day for day in DAYS if day >= first]
    leave = tuple(draw.sample(days, draw.choice([0, 0, 1]) if len(days) > 1 else 0))
    return Small(
        first,
        per_day=draw.randint(1, 3),
        minutes=draw.choice([20, 30, 60]),
        need=draw.randint(max(1, len(households) - 2), len(households)),
        households=households,
        leave=leave,
        colleague=draw.random() < 0.4,
    )
