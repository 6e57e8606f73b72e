"""All rosters of one person as paths through a network, day by day, and the cheapest of them at any prices.

A node is what the rules have to remember of a person after a day: the run or rest that goes on, the kind of shift, and
what has been counted so far. People with the same rules share a network; what differs on single days – leave, requests,
qualifications – are prices of arcs. Whoever is asked for the cheapest path gets it exactly, in whole numbers.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from math import gcd
from typing import Any, Final, TypeAlias

import numpy as np
import numpy.typing as npt

from dutyrules.roster.model import Count, Follows, Overtime, Person, RosterModel, Rule, Runs, Weekends

Ints: TypeAlias = npt.NDArray[np.int64]

NEVER: Final = 1 << 50
"""The price of what must not be; sums of a year of days stay exact."""

MOST_ARCS: Final = 4_000_000
"""Of one network."""

MOST_TOGETHER: Final = 30_000_000
"""Of all networks of a crew."""


@dataclass(frozen=True)
class Counter:
    """Something that is counted from day `first` to day `last`, by shift.

    Attributes:
        weights: One number per shift of the model.
    """

    first: int
    last: int
    least: int
    most: int
    weights: tuple[int, ...]
    begin: int = 0


@dataclass(frozen=True)
class Contract:
    """The rules of a person that span days.

    Attributes:
        shifts: The places of the shifts that are worked at all.
        run: (least, most) consecutive days of work.
        rest: Least consecutive days off.
        follows: Pairs of places that must not follow each other.
        weekends: (most, the days of each).
        before: The places of the shifts of earlier days, -1 for days off; nothing known if empty.
    """

    days: int
    shifts: tuple[int, ...]
    run: tuple[int, int]
    rest: int
    follows: frozenset[tuple[int, int]]
    counters: tuple[Counter, ...]
    weekends: tuple[int, tuple[tuple[int, ...], ...]] | None
    before: tuple[int, ...]


def contract_of(model: RosterModel, person: Person, rules: Sequence[Rule]) -> Contract | None:
    """What a network has to know of the hard rules of a person; None if they are of a kind that it does not know."""
    places = {shift.id: place for place, shift in enumerate(model.shifts)}
    days, banned = model.days, set[str]()
    run, rest = (1, days + len(person.before)), (1, days + len(person.before))
    follows, counts, weekends = set[tuple[int, int]](), list[Count](), None
    for rule in rules:
        match rule:
            case Runs():
                least, most = rest if rule.off else run
                both = max(least, rule.least), most if rule.most is None else min(most, rule.most)
                if rule.off and both[1] < days + len(person.before):
                    return None  # nobody asks for that so often that it would earn a counter
                run, rest = (run, both) if rule.off else (both, rest)
            case Follows():
                follows |= {(places[one], places[other]) for one, other in rule.pairs}
            case Count():
                if rule.most == 0 and rule.least <= 0 and (rule.first, rule.last) == (0, days - 1):
                    banned |= {shift for shift in person.shifts if rule.weight(shift)}
                else:
                    counts.append(rule)
            case Weekends():
                if weekends is not None or any(not _together(one) for one in rule.weekends):
                    return None
                weekends = (rule.most, rule.weekends) if rule.most < len(rule.weekends) else None
            case Overtime():
                return None
            case _:
                return None
    shifts = tuple(sorted(places[shift] for shift in person.shifts - banned))
    counters = [_counter(model, person, rule, shifts) for rule in counts]
    before = _since(tuple(-1 if one is None else places[one] for one in person.before))
    follows = {(one, other) for one, other in follows if other in shifts and (one in shifts or one in before)}
    return Contract(
        days, shifts, run, rest[0], frozenset(follows), tuple(one for one in counters if one), weekends, before
    )


def _since(before: tuple[int, ...]) -> tuple[int, ...]:
    """What still matters of earlier days: the run or rest that goes on, and the day before it."""
    start = len(before)
    while start and (before[start - 1] < 0) == (before[-1] < 0):
        start -= 1
    return before[max(start - 1, 0) :]


def _together(days: Sequence[int]) -> bool:
    """Whether a weekend is one day or two in a row: a network remembers no more."""
    return len(days) == 1 or (len(days) == 2 and days[1] == days[0] + 1)


def _counter(model: RosterModel, person: Person, rule: Count, shifts: Sequence[int]) -> Counter | None:
    """A count with the smallest numbers that say the same; None if it can never be broken."""
    weights = [rule.weight(shift.id) if place in shifts else 0 for place, shift in enumerate(model.shifts)]
    past = range(max(rule.first, -len(person.before)), min(0, rule.last + 1))
    had = sum(rule.weight(person.before[day]) for day in past)
    first = max(rule.first, 0)
    span = rule.last - first + 1
    top = max(weights, default=0) * span
    most = top if rule.most is None else min(rule.most - had, top)
    least = rule.least - had
    if least <= 0 and most >= top:
        return None
    step = gcd(*weights) or 1
    return Counter(first, rule.last, -(-least // step), most // step, tuple(one // step for one in weights))


class Network:
    """The layers of a contract; `arcs` is their number."""

    def __init__(self, contract: Contract, most_arcs: int = MOST_ARCS) -> None:
        self.contract = contract
        self._most_arcs = most_arcs
        self._kinds()
        self._modes()
        self.possible = self._lay()

    # ------------------------------------------------------------------------------------------------ what is laid

    def _kinds(self) -> None:
        """Shifts that no rule tells apart are of one kind; kind 0 is a day off."""
        contract = self.contract
        known: dict[object, int] = {}
        self.kind_of: dict[int, int] = {}
        for place in contract.shifts:
            followers = tuple(sorted(other for one, other in contract.follows if one == place))
            leaders = tuple(sorted(one for one, other in contract.follows if other == place))
            signature = followers, leaders, tuple(counter.weights[place] for counter in contract.counters)
            self.kind_of[place] = known.setdefault(signature, len(known) + 1)
        self.kinds = len(known) + 1
        self.members = [
            np.array([place for place in contract.shifts if self.kind_of[place] == kind], np.int64)
            for kind in range(self.kinds)
        ]
        example = {kind: place for place, kind in self.kind_of.items()}
        rows = {kind: self._followers(place) for kind, place in example.items()}
        last = {self._followers(place) for place in contract.before[-1:]}
        self.rows = {row: number for number, row in enumerate(sorted({*rows.values(), *last}))}
        self.class_of = np.array([0, *(self.rows[rows[kind]] for kind in range(1, self.kinds))], np.int64)
        self.barred = np.array(
            [[example.get(kind, -1) in row for kind in range(self.kinds)] for row in sorted(self.rows)] or [[False]]
        )

    def _followers(self, place: int) -> tuple[int, ...]:
        """The shifts that must not follow a shift."""
        return tuple(sorted(other for one, other in self.contract.follows if one == place))

    def _modes(self) -> None:
        """Numbers for what goes on: rests by length, then runs by class and length, those that began long enough."""
        least, most = self.contract.run
        self.bounded = most < self.contract.days + len(self.contract.before)
        self.run_cap = most if self.bounded else max(least, 1)

    def _run(self, number: Any, length: Any, enough: Any) -> Any:
        return self.contract.rest + ((number * self.run_cap) + length - 1) * 2 + enough

    def _start(self) -> int:
        """The mode before day 0."""
        before, rest = self.contract.before, self.contract.rest
        if not before:
            return rest - 1
        length = 1
        while length < len(before) and (before[-length - 1] < 0) == (before[-1] < 0):
            length += 1
        whole = length == len(before)  # nobody knows how long it has been: long enough
        if before[-1] < 0:
            return rest - 1 if whole else min(length, rest) - 1
        enough = int(whole or length >= self.contract.run[0])
        return int(self._run(self.rows[self._followers(before[-1])], min(length, self.run_cap), enough))

    def _steps(self, mode: Ints, day: int) -> list[tuple[int, Ints, npt.NDArray[np.bool_]]]:
        """(kind, next mode, where that is allowed) of each thing that may be done on a day."""
        contract = self.contract
        resting = mode < contract.rest
        rest = np.where(resting, mode + 1, 0)
        body = np.where(resting, 0, mode - contract.rest)
        enough, length, number = body % 2, body // 2 % self.run_cap + 1, body // (2 * self.run_cap)
        free = int(day == 0 and not contract.before)  # nothing is known: whatever begins here is long enough
        longer = np.full_like(rest, contract.rest) if free else np.minimum(rest + 1, contract.rest)
        found = [(0, longer - 1, resting | (enough == 1))]
        for kind in range(1, self.kinds):
            ok = np.where(resting, rest >= contract.rest, ~self.barred[number, kind])
            new = np.where(resting, 1, length + 1)
            if self.bounded:
                ok &= new <= self.run_cap
            new = np.minimum(new, self.run_cap)
            began = np.where(resting, free, enough) | (new >= contract.run[0])
            found.append((kind, self._run(self.class_of[kind], new, began), ok))
        return found

    def _lay(self) -> bool:
        """Lays the layers, forwards; then takes out what leads nowhere. False if nothing leads anywhere."""
        contract = self.contract
        state = np.array([[self._start(), 0, *([0] * len(contract.counters))]], np.int64)
        layers: list[tuple[Ints, Ints, Ints, int]] = []
        self.arcs = 0
        for day in range(contract.days):
            sources, kinds, states = [], [], []
            for kind, mode, fits in self._steps(state[:, 0], day):
                new = state.copy()
                new[:, 0] = mode
                ok = fits & self._count(new, state, kind, day)
                chosen = np.flatnonzero(ok)
                sources.append(chosen)
                kinds.append(np.full(len(chosen), kind))
                states.append(new[chosen])
            table = np.concatenate(states)
            if not len(table):
                return False
            code = np.zeros(len(table), np.int64)
            for column in range(table.shape[1]):
                low = table[:, column].min()
                code = code * (int(table[:, column].max() - low) + 1) + table[:, column] - low
            _, first, target = np.unique(code, return_index=True, return_inverse=True)
            state = table[first]
            layers.append((np.concatenate(sources), np.concatenate(kinds), target.reshape(-1), len(first)))
            self.arcs += len(table)
            if self.arcs > self._most_arcs:
                return False
        return self._prune(layers)

    def _count(self, new: Ints, old: Ints, kind: int, day: int) -> npt.NDArray[np.bool_]:
        """Counts a day in place; whether that is within the limits."""
        contract = self.contract
        ok = np.ones(len(new), np.bool_)
        place = int(self.members[kind][0]) if kind else -1
        if contract.weekends is not None:
            most, weekends = contract.weekends
            inside = next((days for days in weekends if day in days), None)
            if inside is not None and kind:
                again = (old[:, 0] >= contract.rest) if day - 1 in inside else np.zeros(len(new), np.bool_)
                new[:, 1] += ~again
                ok &= new[:, 1] <= most
            if all(days[-1] <= day for days in weekends):
                new[:, 1] = 0
        for column, counter in enumerate(contract.counters, 2):
            if counter.first <= day <= counter.last:
                new[:, column] += counter.weights[place] if kind else 0
                ok &= new[:, column] <= counter.most
            if day == counter.last:
                ok &= new[:, column] >= counter.least
                new[:, column] = 0
        return ok

    def _prune(self, layers: list[tuple[Ints, Ints, Ints, int]]) -> bool:
        """Keeps the nodes from which the last day can be reached, and sorts arcs by where they lead."""
        alive = np.ones(layers[-1][3], np.bool_)
        self.layers: list[tuple[npt.NDArray[np.int32], npt.NDArray[np.int16], Ints]] = []
        self.arcs = 0
        for place in range(len(layers) - 1, -1, -1):
            source, kind, target, _ = layers[place]
            number = np.cumsum(alive) - 1
            good = alive[target]
            source, kind, target = source[good], kind[good], number[target[good]]
            order = np.argsort(target, kind="stable")
            source, kind, target = source[order], kind[order], target[order]
            starts = np.flatnonzero(np.diff(target, prepend=-1))
            size = layers[place - 1][3] if place else 1
            alive = np.zeros(size, np.bool_)
            alive[source] = True
            renumbered = (np.cumsum(alive) - 1)[source]
            self.layers.append((renumbered.astype(np.int32), kind.astype(np.int16), starts))
            self.arcs += len(kind)
        self.layers.reverse()
        return bool(self.layers[0][2].size)

    # ------------------------------------------------------------------------------------------------ what is asked

    def by_kind(self, costs: Ints) -> tuple[Ints, Ints]:
        """(day × kind → the least price, → the shift that has it, -1 for none), of day × shift prices, day off last."""
        days = self.contract.days
        best, which = np.full((days, self.kinds), NEVER, np.int64), np.full((days, self.kinds), -1, np.int64)
        best[:, 0] = costs[:, -1]
        for kind in range(1, self.kinds):
            members = self.members[kind]
            part = costs[:, members]
            least = part.argmin(axis=1)
            best[:, kind] = part[np.arange(days), least]
            which[:, kind] = members[least]
        return best, which

    def cheapest(self, costs: Ints) -> tuple[int, Ints]:
        """(the price of the cheapest roster, the shift of each day, -1 for days off)."""
        best, which = self.by_kind(costs)
        reach = self._forward(best)
        node = int(reach[-1].argmin())
        value = int(reach[-1][node])
        found = np.full(self.contract.days, -1, np.int64)
        for day in range(self.contract.days - 1, -1, -1):
            source, kind, starts = self.layers[day]
            low = starts[node]
            high = starts[node + 1] if node + 1 < len(starts) else len(source)
            here = reach[day][source[low:high]] + best[day][kind[low:high]]
            arc = low + int(here.argmin())
            found[day] = which[day, kind[arc]]
            node = int(source[arc])
        return value, found

    def through(self, costs: Ints) -> Ints:
        """Day × shift (day off last) → the price of the cheapest roster that has it."""
        best, _ = self.by_kind(costs)
        reach = self._forward(best)
        back = np.zeros(len(reach[-1]), np.int64)
        kinds = np.full((self.contract.days, self.kinds), NEVER, np.int64)
        for day in range(self.contract.days - 1, -1, -1):
            source, kind, starts = self.layers[day]
            sizes = np.diff(starts, append=len(source))
            onward = best[day][kind] + np.repeat(back, sizes)
            np.minimum.at(kinds[day], kind, reach[day][source] + onward)
            back = np.full(len(reach[day]), NEVER, np.int64)
            np.minimum.at(back, source, onward)
        shifts = np.full(costs.shape, NEVER, np.int64)
        shifts[:, -1] = kinds[:, 0]
        for number, members in enumerate(self.members):
            for member in members.tolist():
                shifts[:, member] = kinds[:, number] - best[:, number] + costs[:, member]
        return shifts

    def within(self, costs: Ints, limit: int, most: int) -> list[Ints] | None:
        """All rosters that cost at most `limit`; None if there are more than `most`."""
        reach = self._forward(self.by_kind(costs)[0])
        node = np.flatnonzero(reach[-1] <= limit)
        spent, rows = np.zeros(len(node), np.int64), np.zeros((len(node), 0), np.int16)
        for day in range(self.contract.days - 1, -1, -1):
            source, kind, starts = self.layers[day]
            ends = np.append(starts[1:], len(source))
            sizes = ends[node] - starts[node]
            if sizes.sum() > 4_000_000:
                return None
            origin = np.repeat(np.arange(len(node)), sizes)
            arc = np.repeat(starts[node] - np.append(0, np.cumsum(sizes)[:-1]), sizes) + np.arange(sizes.sum())
            parts = []
            for shift in (-1, *self.contract.shifts):
                mine = np.flatnonzero(kind[arc] == (self.kind_of[shift] if shift >= 0 else 0))
                total = spent[origin[mine]] + costs[day, shift]
                good = reach[day][source[arc[mine]]] + total <= limit
                parts.append((source[arc[mine[good]]], total[good], origin[mine[good]], np.full(good.sum(), shift)))
            node, spent, origin, places = (np.concatenate(column) for column in zip(*parts, strict=True))
            if len(node) > most:
                return None
            rows = np.concatenate([places.astype(rows.dtype)[:, None], rows[origin]], axis=1)
        return list(rows.astype(np.int64))

    def _forward(self, best: Ints) -> list[Ints]:
        reach = [np.zeros(1, np.int64)]
        for day, (source, kind, starts) in enumerate(self.layers):
            reach.append(np.minimum.reduceat(reach[-1][source] + best[day][kind], starts))
        return reach

    @cached_property
    def size(self) -> int:
        """How many arcs a pass looks at."""
        return self.arcs
