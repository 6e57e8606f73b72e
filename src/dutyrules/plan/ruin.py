"""Ruin and recreate: the search behind `plan.periodic`.

Stretches of neighbouring routes are taken out, on one day or with all their visits, and what is missing is put back
one place at a time where it costs least, on the best of its patterns. Too much load and too much time are allowed at
a price, which rises while plans break limits and falls while they keep them.
"""

from collections.abc import Callable, Sequence
from math import inf, log
from operator import itemgetter
from random import Random
from typing import Final

from dutyrules.plan.routes import BASE, Day, Pattern, Route, Streets

STRETCH: Final = 10
"""At most so many stops of a route are taken out at once."""

BLINK: Final = 0.02
"""The share of routes that are overlooked when a place is put back, so that not the same comes back always."""


TAKEN: Final = 8.0
"""So many visits are taken out at a time, on average."""

WHOLE: Final = 0.5
"""The share of ruins that take out all visits of a place, so that another pattern may be chosen."""


NEAR: Final = 40
"""A place is put into routes that pass by one of so many nearest others."""

_LOG: Final = log(1 - BLINK)
_TINY: Final = 1e-6
_CHEAPEST: Final = 1e-3
_DEAREST: Final = 1e3


def _picker(numbers: list[int]) -> Callable[[Sequence[int]], tuple[int, ...]]:
    """What takes these members, at least two, out of a row."""
    return itemgetter(*numbers) if len(numbers) > 1 else tuple


class Search:
    """A plan and how it changes.

    Attributes:
        routes: Day × vehicle.
        vehicle: Day × place → which route; -1 on days on which it is not visited.
        cost: Length and penalties of the plan.
    """

    def __init__(
        self,
        streets: Streets,
        days: Sequence[Day],
        patterns: Sequence[Sequence[Pattern]],
        random: Random,
    ) -> None:
        self.streets, self.days, self.patterns, self.random = streets, days, patterns, random
        self.places = [place for place, allowed in enumerate(patterns) if allowed]
        self.wanted = [sorted({day for pattern in allowed for day in pattern}) for allowed in patterns]
        between = streets.between
        self.near = [
            sorted(self.places, key=[(other != place, far) for other, far in enumerate(row)].__getitem__)
            for place, row in enumerate(between)
        ]
        empty = streets.route(())
        self._around = [
            _picker([other for other in row if other != place][:NEAR]) for place, row in enumerate(self.near)
        ]
        self.routes: list[list[Route]] = [[empty] * day.vehicles for day in days]
        self.vehicle = [[-1] * len(patterns) for _ in days]
        far = max((between[BASE][place] for place in self.places), default=1.0) or 1.0
        heavy = max((streets.demand[place] for place in self.places), default=1.0) or 1.0
        self.load_price, self.time_price = far / heavy, 1.0
        self.cost = 0.0
        self._overlooked = 0
        self._choice = [place for place in self.places if len(patterns[place]) > 1]

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
        self.load_price = min(max(self.load_price * (dearer if load > _TINY else cheaper), _CHEAPEST), _DEAREST)
        self.time_price = min(max(self.time_price * (dearer if time > _TINY else cheaper), _CHEAPEST), _DEAREST)
        self.cost = self.length() + self.load_price * load + self.time_price * time

    def _price(self, route: Route, day: Day) -> float:
        price = route.length
        if route.load > day.capacity:
            price += self.load_price * (route.load - day.capacity)
        if route.length + route.stay > day.longest:
            price += self.time_price * (route.length + route.stay - day.longest)
        return price

    # ------------------------------------------------------------------------------------------------ steps

    def fill(self) -> None:
        """Puts every place in, from nothing."""
        self._rebuild([(place, None) for place in self.places])
        self.reprice(1.0, 1.0)

    def step(self, heat: float) -> bool:
        """Changes the plan; keeps the change if it is good enough for the temperature."""
        before = [routes[:] for routes in self.routes]
        gone, gain = self._ruin()
        kept = [(place, day, self._taken[place]) for place, day in gone]
        change = self._rebuild(gone) - gain
        if change < -heat * log(1.0 - self.random.random()):
            self.cost += change
            return True
        self.routes = before
        for place, day, old in kept:
            if day is None:
                for other in self.wanted[place]:
                    self.vehicle[other][place] = -1
            for other, number in old:
                self.vehicle[other][place] = number
        return False

    def _ruin(self) -> tuple[list[tuple[int, int | None]], float]:
        """Takes visits out; returns the places, with the day if only that one's visit is gone, and what it saves."""
        random, vehicle, routes = self.random.random, self.vehicle, self.routes
        places = self.places
        seed = places[int(random() * len(places))]
        whole = random() < WHOLE
        on = [day for day in self.wanted[seed] if vehicle[day][seed] >= 0]
        day = on[int(random() * len(on))]
        visits = [len(route.stops) for route in routes[day] if route.stops]
        longest = min(STRETCH, sum(visits) / len(visits))
        stretches = int(1 + random() * (4 * TAKEN / (1 + longest) - 1))
        torn: set[tuple[int, int]] = set()
        chosen: dict[int, None] = {}
        for place in self.near[seed]:
            if place in chosen:
                continue
            if whole:
                on = [other for other in self.wanted[place] if vehicle[other][place] >= 0]
                day = on[int(random() * len(on))] if len(on) > 1 else on[0]
            number = vehicle[day][place]
            if number < 0 or (day, number) in torn:
                continue
            torn.add((day, number))
            stops = routes[day][number].stops
            chosen.update(dict.fromkeys(self._stretch(stops, stops.index(place), longest)))
            if len(torn) >= stretches:
                break
        self._taken: dict[int, list[tuple[int, int]]] = {}
        hit: dict[tuple[int, int], set[int]] = {}
        for place in chosen:
            days = self.wanted[place] if whole else (day,)
            mine = self._taken[place] = []
            for other in days:
                number = vehicle[other][place]
                if number >= 0:
                    mine.append((other, number))
                    hit.setdefault((other, number), set()).add(place)
                    vehicle[other][place] = -1
        gain = 0.0
        for (other, number), out in hit.items():
            old = routes[other][number]
            new = self.streets.route([stop for stop in old.stops if stop not in out])
            routes[other][number] = new
            gain += self._price(old, self.days[other]) - self._price(new, self.days[other])
        return [(place, None if whole else day) for place in chosen], gain

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

    def _rebuild(self, gone: list[tuple[int, int | None]]) -> float:
        """Puts places back, one after the other; returns what that costs."""
        random, streets = self.random.random, self.streets
        lot = random() * 11
        if lot < 4:
            self.random.shuffle(gone)
        elif lot < 8:
            gone.sort(key=lambda one: -streets.demand[one[0]])
        elif lot < 10:
            gone.sort(key=lambda one: -streets.between[BASE][one[0]])
        else:
            gone.sort(key=lambda one: streets.between[BASE][one[0]])
        total = 0.0
        for place, day in gone:
            patterns = self.patterns[place] if day is None else ((day,),)
            found = self._cheapest(place, patterns)
            while found is None:
                found = self._cheapest(place, patterns)
            price, ways = found
            total += price
            for on, number, position in ways:
                self.routes[on][number] = streets.joined(self.routes[on][number], place, position)
                self.vehicle[on][place] = number
        return total

    def _cheapest(self, place: int, patterns: Sequence[Pattern]) -> tuple[float, list[tuple[int, int, int]]] | None:
        """The best pattern: what it costs, and (day, vehicle, position) for each visit; None if all was overlooked."""
        if len(patterns) == 1:
            best = patterns[0]
            ways = [self._way(place, day) for day in best]
            price = sum([way[0] for way in ways])
        else:
            found = {day: self._way(place, day) for day in self.wanted[place]}
            price = inf
            for pattern in patterns:
                cost = 0.0
                for day in pattern:
                    cost += found[day][0]
                if cost < price:
                    price, best = cost, pattern
            if price < inf:
                ways = [found[day] for day in best]
        if price == inf:
            return None
        return price, [(day, number, position) for day, (_, number, position) in zip(best, ways, strict=True)]

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

    def _way(self, place: int, on: int) -> tuple[float, int, int]:
        """(cost, vehicle, position) of the cheapest way to visit a place on a day."""
        day, demand = self.days[on], self.streets.demand[place]
        room, longest = day.capacity - demand, day.longest - self.streets.stay[place]
        load_price, time_price = self.load_price, self.time_price
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
