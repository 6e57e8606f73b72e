"""Ruin and recreate: the search behind `plan.periodic`.

Stretches of neighbouring routes are taken out, on one day or with all their visits, and what is missing is put back
one place at a time where it costs least, on the best of its patterns. Too much load and too much time are allowed at
a price, which rises while plans break limits and falls while they keep them.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from math import inf, log
from operator import itemgetter
from random import Random
from typing import Final, TypeAlias

from dutyrules.plan.routes import BASE, Day, Pattern, Route, Streets

STRETCH: Final = 10
"""At most so many stops of a route are taken out at once."""

TAKEN: Final = 8.0
"""So many visits are taken out at a time, on average."""

WHOLE: Final = 0.5
"""The share of ruins that take out all visits of a place, so that another pattern may be chosen."""

NEAR: Final = 40
"""A place is put into routes that pass by one of so many nearest others."""

BLINK: Final = 0.02
"""The share of routes that are overlooked when a place is put back, so that not the same comes back always."""

_LOG: Final = log(1 - BLINK)
_TINY: Final = 1e-6
_CHEAPEST: Final = 1e-3
_DEAREST: Final = 1e3


_Way: TypeAlias = tuple[float, int, int]
"""What it costs to visit a place, by which vehicle, at which position of its route."""


@dataclass(frozen=True, slots=True)
class _Gone:
    """A place that has been taken out.

    Attributes:
        day: The day whose visit is gone; None if all are.
        was: (day, vehicle) of each visit that is gone.
    """

    place: int
    day: int | None = None
    was: tuple[tuple[int, int], ...] = ()


class Search:
    """A plan and how it changes.

    Attributes:
        routes: Day × vehicle.
        vehicle: Day × place → which route; -1 on days on which it is not visited.
        cost: Length and penalties of the plan.
    """

    def __init__(
        self, streets: Streets, days: Sequence[Day], patterns: Sequence[Sequence[Pattern]], random: Random
    ) -> None:
        self.streets, self.days, self.patterns, self.random = streets, days, patterns, random
        self.places = [place for place, allowed in enumerate(patterns) if allowed]
        self._wanted = [sorted({day for pattern in allowed for day in pattern}) for allowed in patterns]
        self._near = [
            sorted(self.places, key=[(other != place, far) for other, far in enumerate(row)].__getitem__)
            for place, row in enumerate(streets.between)
        ]
        self._around = [_picker([other for other in row if other != place]) for place, row in enumerate(self._near)]
        self._overlooked = 0
        empty = streets.route(())
        self.routes = [[empty] * min(day.vehicles, len(self.places)) for day in days]
        self.vehicle = [[-1] * len(patterns) for _ in days]
        far = max([streets.between[BASE][place] for place in self.places], default=0.0)
        heavy = max([streets.demand[place] for place in self.places], default=0.0)
        self._load_price, self._time_price = (far or 1.0) / (heavy or 1.0), 1.0
        self.cost = 0.0

    # ------------------------------------------------------------------------------------------------ what it costs

    def broken(self, plan: Sequence[Sequence[Route]]) -> tuple[float, float]:
        """How much load and how much time is too much, over all routes of a plan."""
        load = time = 0.0
        for day, routes in zip(self.days, plan, strict=True):
            for route in routes:
                if route.load > day.capacity:
                    load += route.load - day.capacity
                if route.length + route.stay > day.longest:
                    time += route.length + route.stay - day.longest
        return load, time

    def length(self) -> float:
        """Of all routes together."""
        return sum([route.length for routes in self.routes for route in routes])

    def reprice(self, dearer: float, cheaper: float) -> None:
        """Breaking a limit gets dearer while the plan breaks it and cheaper while it does not."""
        load, time = self.broken(self.routes)
        self._load_price = min(max(self._load_price * (dearer if load > _TINY else cheaper), _CHEAPEST), _DEAREST)
        self._time_price = min(max(self._time_price * (dearer if time > _TINY else cheaper), _CHEAPEST), _DEAREST)
        self.cost = self.length() + self._load_price * load + self._time_price * time

    def _price(self, route: Route, day: Day) -> float:
        price = route.length
        if route.load > day.capacity:
            price += self._load_price * (route.load - day.capacity)
        if route.length + route.stay > day.longest:
            price += self._time_price * (route.length + route.stay - day.longest)
        return price

    # ------------------------------------------------------------------------------------------------ steps

    def fill(self) -> None:
        """Puts every place in, from nothing."""
        self._rebuild([_Gone(place) for place in self.places])
        self.reprice(1.0, 1.0)

    def step(self, heat: float) -> bool:
        """Changes the plan; keeps the change if it is good enough for the temperature."""
        before = [routes[:] for routes in self.routes]
        gone, saved = self._take_out(*self._chosen())
        change = self._rebuild(gone) - saved
        if change < -heat * log(1.0 - self.random.random()):
            self.cost += change
            return True
        self.routes = before
        for one in gone:
            for day in self._wanted[one.place] if one.day is None else ():
                self.vehicle[day][one.place] = -1
            for day, number in one.was:
                self.vehicle[day][one.place] = number
        return False

    def _days_of(self, place: int) -> list[int]:
        """The days on which a place is visited."""
        return [day for day in self._wanted[place] if self.vehicle[day][place] >= 0]

    def _chosen(self) -> tuple[Iterable[int], int | None]:
        """Places that lie together on routes, and the day from which to take them; None is all days."""
        random, vehicle = self.random.random, self.vehicle
        seed = self.places[int(random() * len(self.places))]
        whole = random() < WHOLE
        on = self._days_of(seed)
        day = on[int(random() * len(on))]
        visits = [len(route.stops) for route in self.routes[day] if route.stops]
        longest = min(STRETCH, sum(visits) / len(visits))
        stretches = int(1 + random() * (4 * TAKEN / (1 + longest) - 1))
        torn: set[tuple[int, int]] = set()
        chosen: dict[int, None] = {}
        for place in self._near[seed]:
            if place in chosen:
                continue
            if whole:
                on = self._days_of(place)
                day = on[int(random() * len(on))] if len(on) > 1 else on[0]
            number = vehicle[day][place]
            if number < 0 or (day, number) in torn:
                continue
            torn.add((day, number))
            stops = self.routes[day][number].stops
            chosen.update(dict.fromkeys(self._stretch(stops, stops.index(place), longest)))
            if len(torn) >= stretches:
                break
        return chosen, None if whole else day

    def _stretch(self, stops: Sequence[int], at: int, longest: float) -> Sequence[int]:
        """Some stops in a row with one of them, sometimes one in between is left in."""
        random = self.random.random
        size = int(1 + random() * min(len(stops), longest))
        spared = 1 if 1 < size < len(stops) and random() < 0.5 else 0
        span = size + spared
        first = max(0, at - span + 1)
        last = min(at, len(stops) - span)
        start = first + int(random() * (last - first + 1))
        if not spared:
            return stops[start : start + span]
        hole = start + int(random() * (size + 1))
        return [*stops[start:hole], *stops[hole + spared : start + span]]

    def _take_out(self, chosen: Iterable[int], day: int | None) -> tuple[list[_Gone], float]:
        """Takes visits out; returns what that saves, too."""
        gone, hit = list[_Gone](), dict[tuple[int, int], set[int]]()
        for place in chosen:
            days = self._days_of(place) if day is None else (day,)
            was = tuple([(on, self.vehicle[on][place]) for on in days])
            gone.append(_Gone(place, day, was))
            for visit in was:
                hit.setdefault(visit, set()).add(place)
                self.vehicle[visit[0]][place] = -1
        saved = 0.0
        for (on, number), out in hit.items():
            old = self.routes[on][number]
            new = self.routes[on][number] = self.streets.route([stop for stop in old.stops if stop not in out])
            saved += self._price(old, self.days[on]) - self._price(new, self.days[on])
        return gone, saved

    # ------------------------------------------------------------------------------------------------ putting back

    def _rebuild(self, gone: list[_Gone]) -> float:
        """Puts places back, one after the other; returns what that costs."""
        demand, far = self.streets.demand, self.streets.between[BASE]
        lot = self.random.random() * 11
        if lot < 4:
            self.random.shuffle(gone)
        elif lot < 8:
            gone.sort(key=lambda one: -demand[one.place])
        elif lot < 10:
            gone.sort(key=lambda one: -far[one.place])
        else:
            gone.sort(key=lambda one: far[one.place])
        total = 0.0
        for one in gone:
            patterns = self.patterns[one.place] if one.day is None else ((one.day,),)
            price, ways = self._cheapest(one.place, patterns)
            while price == inf:  # everything was overlooked
                price, ways = self._cheapest(one.place, patterns)
            total += price
            for on, (_, number, position) in ways:
                self.routes[on][number] = self.streets.joined(self.routes[on][number], one.place, position)
                self.vehicle[on][one.place] = number
        return total

    def _cheapest(self, place: int, patterns: Sequence[Pattern]) -> tuple[float, list[tuple[int, _Way]]]:
        """The best pattern: what it costs, and its days, each with the way."""
        days = patterns[0] if len(patterns) == 1 else self._wanted[place]
        found = {day: self._way(place, day) for day in days}
        best, price = patterns[0], inf
        for pattern in patterns:
            cost = 0.0
            for day in pattern:
                cost += found[day][0]
            if cost < price:
                best, price = pattern, cost
        return price, [(day, found[day]) for day in best]

    def _candidates(self, place: int, on: int) -> list[int]:
        """The vehicles that pass near a place on a day, and one that is free."""
        routes = self.routes[on]
        found = {*self._around[place](self.vehicle[on])}
        found.discard(-1)
        for number, route in enumerate(routes):
            if not route.stops:
                found.add(number)
                break
        return list(found) if found else list(range(len(routes)))

    def _way(self, place: int, on: int) -> _Way:
        """The cheapest way to visit a place on a day; it costs the infinite if all routes were overlooked."""
        day, demand = self.days[on], self.streets.demand[place]
        room, longest = day.capacity - demand, day.longest - self.streets.stay[place]
        load_price, time_price = self._load_price, self._time_price
        way_in, overlooked = self.streets.way_in, self._overlooked
        best, vehicle, at = inf, -1, 0
        routes = self.routes[on]
        for number in self._candidates(place, on):
            route = routes[number]
            overlooked -= 1
            if overlooked < 0:
                overlooked = int(log(1.0 - self.random.random()) / _LOG)
                continue
            price = 0.0
            if route.load > room:
                over = route.load - room
                price = load_price * (over if over < demand else demand)
                if price >= best:
                    continue
            known = route.ways.get(place)
            grown, position = known if known is not None else way_in(route, place)
            price += grown
            if price >= best:
                continue
            time = route.length + route.stay + grown
            if time > longest:
                over = time - longest
                more = grown + self.streets.stay[place]
                price += time_price * (over if over < more else more)
                if price >= best:
                    continue
            best, vehicle, at = price, number, position
        self._overlooked = overlooked
        return best, vehicle, at


def _picker(near: list[int]) -> Callable[[Sequence[int]], tuple[int, ...]]:
    """Takes what stands in a row for the nearest places."""
    return itemgetter(*near[:NEAR]) if len(near) > 1 else tuple
