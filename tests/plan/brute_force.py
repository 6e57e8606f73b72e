"""The fewest misses of any plan, found a second time: household by household and hour by hour.

Who owes what, and what counts, is read by the reference scorer; what may be planned, by this module from the raw files
and docs/semantics.md ("Plan"). Nothing here comes from ``dutyrules``, and nothing is grouped or relaxed.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import cached_property
from itertools import combinations, product
from typing import Any

from ortools.sat.python import cp_model

from tests.reference import calendar as cal
from tests.reference import judge_quota, judge_triggered
from tests.reference.books import Duty, as_list
from tests.reference.calendar import Period
from tests.reference.estate import Post, Row, Span, live, pattern_kind
from tests.reference.log import Event, fits
from tests.reference.score import judged
from tests.reference.verdict import Obligation, World, settle

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
CHANNELS = {"home": ("any", "appointment", "home"), "phone": ("any", "appointment", "phone")}


@dataclass(frozen=True)
class Slot:
    """A time at which a person could make a visit of a kind."""

    person: str
    kind: str
    at: datetime
    until: datetime


@dataclass(frozen=True)
class Pin:
    """A visit that is fixed; or that somebody comes along to one."""

    person: str
    kind: str
    at: datetime
    until: datetime
    along: bool = False


# ---------------------------------------------------------------------------------------------- when


@dataclass
class Space:
    """Everything that could be planned.

    Attributes:
        world: Judged on the log and what is pinned.
        days: From the first to the last planned day.
    """

    world: World
    days: list[date]
    duties: Sequence[str]
    pins: Sequence[Pin] = ()
    _stays: dict[tuple[str, date], Row | None] = field(default_factory=dict)

    @cached_property
    def kinds(self) -> dict[str, dict[str, Any]]:
        return self.world.estate.raw["planning"]["visits"]

    @cached_property
    def slots(self) -> list[Slot]:
        """From the beginning of its hours a kind has a slot every so many minutes."""
        people = dict.fromkeys(post.person for post in self.world.estate.posts)
        return [
            Slot(person, kind, at, at + timedelta(minutes=int(way["minutes"])))
            for day in self.days
            for person in people
            for kind, way in self.kinds.items()
            for start, stop in way["hours"]
            for at in _grid(cal.clock(day, start), cal.clock(day, stop), int(way["minutes"]))
            if self._possible(person, kind, (at, at + timedelta(minutes=int(way["minutes"]))))
        ]

    def _possible(self, person: str, kind: str, span: Span) -> bool:
        """In the shift that begins that day, not on leave, not during a pin, not when the book forbids it."""
        estate = self.world.estate
        if not self.free(person, span):
            return False
        return not any(self.closed(duty, person, kind, span[0]) for duty in estate.duties if duty.must)

    def closed(self, duty: Duty, person: str, kind: str, at: datetime) -> bool:
        """Whether a window duty forbids a kind of visit then: what restricts some visits of a kind restricts all."""
        estate = self.world.estate
        if duty.check != "window" or kind not in [pattern_kind(one) for one in as_list(duty.fields["event"])]:
            return False
        if estate.lead(person, estate.roles_of(duty), at.date()) is None:
            return False
        fields, day = duty.fields, at.date()
        if WEEKDAYS[day.weekday()] in as_list(fields.get("forbidden_weekdays")):
            return True
        inside = [
            cal.clock(day, start) <= at < cal.clock(day, stop)
            for start, stop in as_list(fields.get("forbidden") or fields.get("allowed"))
        ]
        return any(inside) if "forbidden" in fields else "allowed" in fields and not any(inside)

    def room(self, person: str, kind: str, day: date) -> int:
        """How many more visits a person makes in a day."""
        pinned = [
            pin for pin in self.pins if (pin.person, pin.kind, pin.at.date()) == (person, kind, day) and not pin.along
        ]
        return int(self.kinds[kind]["per_day"]) - len(pinned)

    def minutes(self, person: str, day: date) -> int:
        """How many more minutes a person may spend in a day."""
        pinned = [pin.until - pin.at for pin in self.pins if (pin.person, pin.at.date()) == (person, day)]
        most = self.world.estate.raw["planning"].get("minutes_per_day", 24 * 60)
        return int(most) - sum(pinned, timedelta()) // timedelta(minutes=1)

    # ------------------------------------------------------------------------------------------ whom

    def stay(self, unit: str, day: date) -> Row | None:
        """The row that holds for a unit on a day: its building and its wishes."""
        key = (unit, day)
        if key not in self._stays:
            rows = self.world.estate.tables["units"]
            self._stays[key] = next((row for row in rows if row["unit"] == unit and live(row, day)), None)
        return self._stays[key]

    def takes(self, unit: str, slot: Slot) -> bool:
        """Whether the household may be visited that way: its wishes are those of the day, and it has not refused."""
        stay = self.stay(unit, slot.at.date())
        if self.kinds[slot.kind]["channel"] in self.refused.get(unit, ()):
            return False
        away = self.world.estate.tables["blackouts"]
        if any(row["unit"] == unit and live(row, slot.at.date()) for row in away):
            return False
        gap = int(self.kinds[slot.kind].get("min_gap", 0))
        for event in self.world.events:
            if (event.kind, event.target) == (slot.kind, unit) and abs((event.at.date() - slot.at.date()).days) < gap:
                return False
        return stay is not None and (stay.get("contact") or "any") in CHANNELS[self.kinds[slot.kind]["channel"]]

    def pair(self, unit: str, slot: Slot) -> bool:
        """Whether two must come."""
        stay = self.stay(unit, slot.at.date())
        return self.kinds[slot.kind]["channel"] == "home" and stay is not None and stay.get("persons") == "2"

    def companions(self, unit: str, slot: Slot) -> list[str]:
        """Who works there then, beside the one who visits, in the role that is asked for."""
        estate, day = self.world.estate, slot.at.date()
        area, role = estate.unit_area(unit, day), self.kinds[slot.kind].get("companion")
        found = []
        for post in estate.posts:
            there = not post.acting and self.world.workday(post, day) and estate.within(area, post.area)
            if there and post.person != slot.person and role in (None, post.role):
                found.append(post.person)
        return [person for person in dict.fromkeys(found) if self.free(person, (slot.at, slot.until))]

    def free(self, person: str, span: Span) -> bool:
        """In the shift that begins that day, not on leave, not during a pin."""
        estate = self.world.estate
        shift, before = estate.shift(person, span[0].date()), estate.overhang(person, span[0].date() - cal.DAY)
        if shift is None or span[0] < shift[0] or span[1] > shift[1] or estate.leave_seconds(person, span):
            return False
        pinned = any(pin.person == person and pin.at < span[1] and span[0] < pin.until for pin in self.pins)
        return not pinned and (before is None or span[0] >= before)

    @cached_property
    def refused(self) -> dict[str, set[str]]:
        """The channels by which a unit refused when it was last tried in the period."""
        found: dict[str, set[str]] = {}
        for event in sorted(self.world.events, key=lambda event: event.at):
            if event.kind in self.kinds and self.world.scored.contains(event.at.date()):
                channel, ways_ = self.kinds[event.kind]["channel"], found.setdefault(event.target, set())
                (ways_.add if event.get("outcome") == "refused" else ways_.discard)(channel)
        return found

    def sent(self, unit: str, slot: Slot, serves: "Iterable[Demand]") -> bool:
        """Whoever works that day in a post that lacks something at that unit; substitutes for their callbacks."""
        posts = [demand.post for demand in self.demands if unit in demand.units and not demand.post.acting]
        posts += [demand.post for demand in serves if isinstance(demand, Callback)]
        return any(post.person == slot.person and self.world.workday(post, slot.at.date()) for post in posts)

    # ------------------------------------------------------------------------------------------ what for

    @cached_property
    def demands(self) -> list["Demand"]:
        by_name = {duty.id: duty for duty in self.world.estate.duties}
        found: list[Demand] = []
        for name in self.duties:
            duty = by_name[name]
            found += quotas(self, duty) if duty.check == "quota" else callbacks(self, duty)
        return found


def _grid(start: datetime, stop: datetime, minutes: int) -> Iterator[datetime]:
    while start + timedelta(minutes=minutes) <= stop:
        yield start
        start += timedelta(minutes=minutes)


# ---------------------------------------------------------------------------------------------- demands


@dataclass(eq=False)
class Demand:
    """A breach of log and pins alone, that visits may mend.

    Attributes:
        units: Units of which a first visit counts at some time.
        leavers: Those of them that are owed only once they are visited, because they leave.
        needs: How many more are needed, by how many of the leavers are visited.
    """

    space: Space
    obligation: Obligation
    units: list[str]
    leavers: set[str] = field(default_factory=set)
    needs: list[int] = field(default_factory=list)

    @property
    def post(self) -> Post:
        return self.obligation.post

    @property
    def patterns(self) -> list[Any]:
        raise NotImplementedError

    def counts(self, event: Event) -> bool:
        """Whether it would count once it has happened."""
        raise NotImplementedError

    def there(self, unit: str, day: date) -> bool:
        """Whether somebody may be sent to a unit for this."""
        raise NotImplementedError


class Several(Demand):
    """So many different units in a period."""

    @cached_property
    def asked(self) -> judge_quota.Asked:
        duty, world = self.obligation.duty, self.space.world
        period = _period(self.obligation, world)
        return judge_quota.Asked(world, duty, self.post, period, world.place(duty, self.post, period.first))

    @property
    def patterns(self) -> list[Any]:
        fields = self.obligation.duty.fields
        return [{"event": kind, "where": fields.get("where") or {}} for kind in as_list(fields["event"])]

    def counts(self, event: Event) -> bool:
        return (
            any(fits(event, pattern) for pattern in self.patterns)
            and self.asked.period.contains(event.duty_day)
            and judge_quota.counts_for(self.asked, event)
        )

    def credited(self, unit: str, day: date) -> bool:
        """Whether a visit that day by somebody would count."""
        estate, post = self.space.world.estate, self.post
        if self.obligation.duty.fields.get("population"):
            event = visit(self.space, Slot(post.person, "", cal.midnight(day), cal.midnight(day)), unit, {}, "")
            return judge_quota.member_counts(self.asked, event)
        if estate.local(self.obligation.duty, post):
            where = estate.unit_area(unit, day)
            return post.holds(day) and where is not None and estate.within(where, post.area)
        return estate.lead(post.person, estate.roles_of(self.obligation.duty), day) is post

    def there(self, unit: str, day: date) -> bool:
        """Only while it belongs to the population."""
        population = self.obligation.duty.fields.get("population")
        return population is None or unit in judge_quota.members(self.asked, day)


class Callback(Demand):
    """One unit, by a limit."""

    trigger: Event
    limit: datetime

    @property
    def patterns(self) -> list[Any]:
        wanted = self.obligation.duty.fields["follow_up"]
        return list(wanted["any_of"]) if isinstance(wanted, dict) and "any_of" in wanted else [wanted]

    def counts(self, event: Event) -> bool:
        return (
            any(fits(event, pattern) for pattern in self.patterns)
            and self.trigger.at <= event.at < self.limit
            and judge_triggered.follows(self.obligation, event, self.trigger)
        )

    def there(self, unit: str, day: date) -> bool:
        return unit == self.trigger.target


def _period(ob: Obligation, world: World) -> Period:
    return next(p for p in cal.periods_ending_in(ob.duty.fields["per"], world.scored) if p.label == ob.period)


def quotas(space: Space, duty: Duty) -> Iterator[Several]:
    for ob in judged(space.world, duty):
        if ob.state != "breached":
            continue
        demand = Several(space, ob, [])
        done = {e.target for e in judge_quota.counted_events(demand.asked, None)}
        population = duty.fields.get("population")
        days = demand.asked.period.days()
        every = {row["unit"] for row in space.world.estate.tables["units"]}
        if population:
            every = {unit for day in days for unit in judge_quota.members(demand.asked, day)}
            start, end = (set(judge_quota.members(demand.asked, day)) for day in (days[0], days[-1]))
            own = judge_quota.members_of(demand.asked, population)
            demand.leavers = {unit for unit in own if unit in start and unit not in end} - done
        demand.units = sorted(unit for unit in every - done if any(demand.credited(unit, day) for day in days))
        size = judge_quota.population_size(demand.asked, judge_quota.counted_events(demand.asked, None))
        for more in range(len(demand.leavers) + 1):
            owed = judge_quota.owed_count(demand.asked, None if size is None else size + more)
            demand.needs.append(owed - len(done))
        yield demand


def callbacks(space: Space, duty: Duty) -> Iterator[Callback]:
    world = space.world
    for post in world.estate.owing_posts(duty):
        for trigger in judge_triggered.triggers_of(world, duty, post):
            for ob in judge_triggered.judge_trigger(world, duty, post, trigger):
                settle(world, ob)
                if ob.state == "breached":
                    demand = Callback(space, ob, [trigger.target] if ob.reason == "missing" else [], set(), [1])
                    assert ob.limit is not None
                    demand.trigger, demand.limit = trigger, ob.limit
                    yield demand


# ---------------------------------------------------------------------------------------------- the fewest misses


def visit(space: Space, slot: Slot, unit: str, words: dict[str, str], case: str) -> Event:
    """The visit as a row of the log."""
    event = Event(slot.at, slot.person, slot.kind, unit, case, "", 0, {"outcome": "", **words})
    event.duty_day = space.world.estate.duty_day(slot.person, slot.at)
    return event


def ways(space: Space, kind: str, unit: str) -> list[tuple[dict[str, str], str]]:
    """Everything that a visit may say and be about, so that it may count for several duties at once."""
    asked: list[tuple[dict[str, str], str]] = [({}, "")]
    for demand in space.demands:
        cases = [demand.trigger.case, ""] if isinstance(demand, Callback) and unit in demand.units else [""]
        for pattern in demand.patterns:
            if pattern_kind(pattern) == kind:
                where = pattern.get("where") or {} if isinstance(pattern, dict) else {}
                asked += [({name: as_list(word)[0] for name, word in where.items()}, case) for case in cases]
    found = [one for n, one in enumerate(asked) if one not in asked[:n]]
    for first, second in combinations(tuple(found), 2):
        clash = any(first[0].get(name, word) != word for name, word in second[0].items())
        both = ({**first[0], **second[0]}, first[1] or second[1])
        if not clash and (not first[1] or not second[1] or first[1] == second[1]) and both not in found:
            found.append(both)
    return found


@dataclass(frozen=True)
class Fewest:
    """How many misses there are at least, and a plan that has no more; then the least of each price, in their order."""

    misses: int
    prices: list[int]
    visits: list[tuple[Slot, str, dict[str, str], str]]


class UndecidedError(Exception):
    """The fewest misses were not found by as many steps as there may be."""


Price = Callable[[Slot, str, str | None], int]
"""What a visit to a unit costs, with somebody who comes along or without."""


def fewest_misses(space: Space, only: Sequence[Demand] = (), prices: Sequence[Price] = ()) -> Fewest:
    """By a model with one variable for every visit that could be made; `only`: whose misses alone count."""
    model = cp_model.CpModel()
    wanted = space.demands
    choices: list[tuple[Slot, str, dict[str, str], str, str | None, Any]] = []
    reached: dict[tuple[int, str], list[Any]] = {}
    by_slot: dict[tuple[str, datetime], list[Any]] = {}
    by_day: dict[tuple[str, str, date], list[Any]] = {}
    for slot, unit, words, case, serves in _options(space, wanted):
        for companion in space.companions(unit, slot) if space.pair(unit, slot) else [None]:
            made = model.new_bool_var("")
            choices.append((slot, unit, words, case, companion, made))
            by_slot.setdefault((slot.person, slot.at), []).append(made)
            by_day.setdefault((slot.person, slot.kind, slot.at.date()), []).append(made)
            for number in serves:
                reached.setdefault((number, unit), []).append(made)
    _keep_apart(model, space, choices)
    along = _accompany(model, choices)
    for made_then in by_slot.values():
        model.add_at_most_one(made_then)
    for (person, kind, day), made_then in by_day.items():
        model.add(sum(made_then) <= max(0, space.room(person, kind, day)))
    for day in space.days:
        for person in {person for person, _, _ in by_day} | {person for _, person, _ in along}:
            spent = [
                int(way["minutes"]) * made
                for kind, way in space.kinds.items()
                for made in by_day.get((person, kind, day), ())
            ]
            spent += [
                int(space.kinds[slot.kind]["minutes"]) * comes
                for slot, who, comes in along
                if who == person and slot.at.date() == day
            ]
            model.add(sum(spent) <= max(0, space.minutes(person, day)))
    counted = [(number, demand) for number, demand in enumerate(wanted) if not only or demand in only]
    misses = [_misses(model, demand, number, reached) for number, demand in counted]
    found = []
    for aim in [sum(misses), *(sum(price(one[0], one[1], one[4]) * one[5] for one in choices) for price in prices)]:
        solver = cp_model.CpSolver()
        solver.parameters.num_workers = 1
        solver.parameters.max_deterministic_time = 20
        model.minimize(aim)
        status = solver.solve(model)
        if status != cp_model.OPTIMAL:
            name, value = solver.status_name(status), solver.objective_value
            raise UndecidedError(f"{name}: {value} >= {solver.best_objective_bound}")
        found.append(round(solver.objective_value))
        model.add(aim <= found[-1])
    visits = [(slot, unit, words, case) for slot, unit, words, case, _, chosen in choices if solver.value(chosen)]
    return Fewest(found[0], found[1:], visits)


def _options(space: Space, wanted: Sequence[Demand]) -> Iterator[tuple[Slot, str, dict[str, str], str, frozenset[int]]]:
    """Every visit that could be made, and what it would count for."""
    all_ways = {(kind, unit): ways(space, kind, unit) for kind in space.kinds for unit in _units(space)}
    for slot, unit in product(space.slots, _units(space)):
        if not space.takes(unit, slot):
            continue
        seen: list[frozenset[int]] = []
        for words, case in all_ways[slot.kind, unit]:
            event = visit(space, slot, unit, words, case)
            serves = frozenset(n for n, one in enumerate(wanted) if unit in one.units and one.counts(event))
            meant = any(wanted[n].there(unit, slot.at.date()) for n in serves)
            sent = meant and space.sent(unit, slot, [wanted[n] for n in serves])
            if sent and not any(serves <= other for other in seen):
                seen.append(serves)
                yield slot, unit, words, case, serves


def _accompany(
    model: cp_model.CpModel, choices: Sequence[tuple[Slot, str, Any, Any, str | None, Any]]
) -> list[tuple[Slot, str, Any]]:
    """Who comes along does nothing else then."""
    along = [(slot, companion, made) for slot, _, _, _, companion, made in choices if companion is not None]
    for number, (slot, person, comes) in enumerate(along):
        own = [(other, made) for other, *_, made in choices if other.person == person]
        own += [(other, made) for other, who, made in along[:number] if who == person]
        for other, made in own:
            if other.at < slot.until and slot.at < other.until:
                model.add_at_most_one(comes, made)
    return along


def _keep_apart(model: cp_model.CpModel, space: Space, choices: Iterable[tuple[Slot, str, Any, Any, Any, Any]]) -> None:
    """At most one visit of a kind to a household in as many days as its gap has."""
    visits: dict[tuple[str, str], list[tuple[date, Any]]] = {}
    for slot, unit, *_, made in choices:
        visits.setdefault((unit, slot.kind), []).append((slot.at.date(), made))
    for (_, kind), made_then in visits.items():
        gap = int(space.kinds[kind].get("min_gap", 0))
        for first in {day for day, _ in made_then} if gap else ():
            model.add_at_most_one(made for day, made in made_then if 0 <= (day - first).days < gap)


def _units(space: Space) -> list[str]:
    return sorted({unit for demand in space.demands for unit in demand.units})


def _misses(model: cp_model.CpModel, demand: Demand, number: int, reached: dict[tuple[int, str], list[Any]]) -> Any:
    """What a demand lacks: the need depends on how many leavers are visited."""
    count = {}
    for unit in demand.units:
        count[unit] = model.new_bool_var("")
        model.add(count[unit] <= sum(reached.get((number, unit), [])))
    leavers = sum(count[unit] for unit in demand.units if unit in demand.leavers)
    need = model.new_int_var(min(demand.needs), max(demand.needs), "")
    which = model.new_int_var(0, len(demand.leavers), "")
    model.add(which == leavers)
    model.add_element(which, list(demand.needs), need)
    lacks = model.new_int_var(0, max(0, *demand.needs) if len(demand.needs) > 1 else max(0, demand.needs[0]), "")
    model.add(lacks >= need - sum(count.values()))
    return lacks


# ---------------------------------------------------------------------------------------------- trying everything


def exhaustive(space: Space, slots: int, states: int) -> int | None:
    """The fewest misses of all plans, by making every possible plan slot by slot; None if there are too many."""
    if len(space.slots) > slots or any(space.pair(unit, slot) for slot in space.slots for unit in _units(space)):
        return None
    units = _units(space)
    gaps = {kind: int(way.get("min_gap", 0)) for kind, way in space.kinds.items()}
    todo: dict[tuple[frozenset[tuple[int, str]], tuple[Any, ...], tuple[Any, ...]], None]
    todo = {(frozenset(), (), ()): None}
    for slot in sorted(space.slots, key=lambda slot: (slot.at, slot.person)):
        options: dict[tuple[frozenset[tuple[int, str]], str], bool] = {(frozenset(), ""): False}
        for unit in units:
            if space.takes(unit, slot):
                for words, case in ways(space, slot.kind, unit):
                    event = visit(space, slot, unit, words, case)
                    serves = [n for n, one in enumerate(space.demands) if unit in one.units and one.counts(event)]
                    there = any(space.demands[n].there(unit, slot.at.date()) for n in serves)
                    if there and space.sent(unit, slot, [space.demands[n] for n in serves]):
                        options[frozenset((n, unit) for n in serves), unit if gaps[slot.kind] else ""] = True
        day = (slot.person, slot.kind, slot.at.date())
        after: dict[Any, None] = {}
        for reached, made, recent in todo:
            today = {key: number for key, number in made if key[2] == day[2]}
            near = {key: last for key, last in recent if (day[2] - last).days < gaps[key[1]]}
            for (gained, unit), visited in options.items():
                if visited and (gained <= reached or today.get(day, 0) >= space.room(*day)):
                    continue
                if visited and (unit, slot.kind) in near:
                    continue
                spent = sum(int(space.kinds[one[1]]["minutes"]) * n for one, n in today.items() if one[0] == day[0])
                if visited and spent + int(space.kinds[slot.kind]["minutes"]) > space.minutes(day[0], day[2]):
                    continue
                counts = today | ({day: today.get(day, 0) + 1} if visited else {})
                lately = near | ({(unit, slot.kind): day[2]} if visited and unit else {})
                after[reached | gained, tuple(sorted(counts.items())), tuple(sorted(lately.items()))] = None
        if len(after) > states:
            return None
        todo = after
    return min(lacking(space, reached) for reached, _, _ in todo)


def lacking(space: Space, reached: frozenset[tuple[int, str]]) -> int:
    """What is missed once these units are reached for these demands."""
    total = 0
    for number, demand in enumerate(space.demands):
        units = {unit for one, unit in reached if one == number}
        total += max(0, demand.needs[len(units & demand.leavers)] - len(units))
    return total
