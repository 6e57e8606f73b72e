"""A roster as a model of CP-SAT: a Boolean for each person, day and shift.

Every rule becomes conditions `sum ≤ bound`. What happens to a condition is decided in one place: it must hold, or it
has a slack that costs, or it holds while a literal does (`Direct.switches`), so that one can ask which rules clash.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from ortools.sat.python import cp_model

from dutyrules.roster.model import (
    Count,
    Cover,
    Fair,
    Follows,
    OnDay,
    Overtime,
    Person,
    Roster,
    RosterModel,
    Rule,
    Runs,
    Weekends,
)

Instance: TypeAlias = tuple[int, str]
"""A rule as it holds for one person: its place in the model, and who; nobody for cover and fairness."""


@dataclass
class Direct:
    """A model that is being built, and what is in it.

    Attributes:
        switched: The instances of rules whose conditions hold only while their literal does.
        relaxed: Rules that must be kept, by place, and what a unit of breach costs here all the same.
        without: The instances that are left out.
        cover_price: What somebody missing costs; used instead of a rule's own price, None to keep that.
        chosen: (person, day) → shift → whether it is worked; shifts that cannot be are not there.
        cost: What is minimised, as terms.
    """

    source: RosterModel
    switched: bool = False
    relaxed: Mapping[int, int] = field(default_factory=dict)
    without: Set[Instance] = frozenset()
    allowed: Mapping[tuple[str, int], Set[str | None]] = field(default_factory=dict)
    fixed: Roster = field(default_factory=dict)
    model: cp_model.CpModel = field(default_factory=cp_model.CpModel)
    chosen: dict[tuple[str, int], dict[str, Any]] = field(default_factory=dict)
    cost: list[Any] = field(default_factory=list)
    switches: dict[Instance, Any] = field(default_factory=dict)
    slacks: dict[Instance, list[tuple[int, Any]]] = field(default_factory=dict)

    def build(self) -> "Direct":
        """Lays down people and rules."""
        people = {person.id: person for person in self.source.people}
        for person in self.source.people:
            self._person(person)
        for place, rule in enumerate(self.source.rules):
            if isinstance(rule, Cover):
                self._cover(place, rule)
            elif isinstance(rule, Fair):
                self._fair(place, rule)
            else:
                for name in rule.who:
                    if name not in self.fixed:
                        self._alone(place, rule, people[name])
        self.model.minimize(sum(self.cost) if self.cost else 0)
        return self

    def minimize(self, terms: Sequence[Any]) -> None:
        """Looks for something else."""
        self.model.minimize(sum(terms) if terms else 0)

    def hint(self, roster: Roster) -> None:
        """Where to begin."""
        for (name, day), shifts in self.chosen.items():
            for shift, literal in shifts.items():
                self.model.add_hint(literal, roster[name][day] == shift)

    def roster(self, solver: cp_model.CpSolver) -> dict[str, tuple[str | None, ...]]:
        """What the solver found."""
        found: dict[str, tuple[str | None, ...]] = dict(self.fixed)
        for person in self.source.people:
            if person.id not in self.fixed:
                found[person.id] = tuple(
                    next((shift for shift, on in self.chosen[person.id, day].items() if solver.boolean_value(on)), None)
                    for day in range(self.source.days)
                )
        return {person.id: found[person.id] for person in self.source.people}

    def works(self, person: Person, day: int) -> Any:
        """Whether somebody works on a day, 0 or 1."""
        if day < 0:
            return int(-day <= len(person.before) and person.before[day] is not None)
        if person.id in self.fixed:
            return int(self.fixed[person.id][day] is not None)
        return sum(self.chosen[person.id, day].values())

    def counted(self, person: Person, day: int, weights: Mapping[str, int]) -> Any:
        """What a day counts."""
        if day < 0:
            shift = person.before[day] if -day <= len(person.before) else None
            return weights.get(shift, 0) if shift is not None else 0
        if person.id in self.fixed:
            shift = self.fixed[person.id][day]
            return weights.get(shift, 0) if shift is not None else 0
        return sum(weights[shift] * on for shift, on in self.chosen[person.id, day].items() if weights.get(shift))

    # ------------------------------------------------------------------------------------------------ conditions

    def _at_most(
        self, instance: Instance, terms: Any, bound: int, *, price: int | None, units: int = 1, most: int = 1_000_000
    ) -> None:
        """`terms ≤ bound`, at a price, or as long as the instance holds.

        Args:
            units: How many units of breach each one beyond the bound is.
            most: How far beyond the bound it could be.
        """
        place, _ = instance
        if instance in self.without:
            return
        if isinstance(terms, int):
            if terms <= bound and price is None:
                return
            terms = terms + 0 * self._nothing()
        if price is None and place in self.relaxed:
            price = self.relaxed[place]
        if price is None:
            condition = self.model.add(terms <= bound)
            if self.switched:
                condition.only_enforce_if(self._switch(instance))
        elif price:
            slack = self.model.new_int_var(0, most, "")
            self.model.add(terms <= bound + slack)
            self.cost.append(price * units * slack)
            self.slacks.setdefault(instance, []).append((units, slack))

    def _nothing(self) -> Any:
        return self.model.new_constant(0)

    def _switch(self, instance: Instance) -> Any:
        if instance not in self.switches:
            self.switches[instance] = self.model.new_bool_var("")
        return self.switches[instance]

    # ------------------------------------------------------------------------------------------------ people, rules

    def _person(self, person: Person) -> None:
        if person.id in self.fixed:
            return
        for day in range(self.source.days):
            may = self.allowed.get((person.id, day))
            on = {
                shift.id: self.model.new_bool_var("")
                for shift in self.source.shifts
                if shift.id in person.shifts and (may is None or shift.id in may)
            }
            self.chosen[person.id, day] = on
            self.model.add_at_most_one(on.values())
            if may is not None and None not in may:
                self.model.add_at_least_one(on.values())

    def _alone(self, place: int, rule: Rule, person: Person) -> None:
        instance = place, person.id
        match rule:
            case Count():
                weights = {shift: rule.weight(shift) for shift in person.shifts | {one for one in person.before if one}}
                total = sum(self.counted(person, day, weights) for day in range(rule.first, rule.last + 1))
                if rule.most is not None:
                    self._at_most(instance, total, rule.most, price=rule.price)
                if rule.least > 0:
                    self._at_most(instance, -total, -rule.least, price=rule.price)
            case Runs():
                self._runs(instance, rule, person)
            case Follows():
                self._follows(instance, rule, person)
            case Weekends():
                self._weekends(instance, rule, person)
            case Overtime():
                self._overtime(instance, rule, person)
            case OnDay():
                on = self.chosen[person.id, rule.day]
                kept = sum(literal for shift, literal in on.items() if rule.kept(shift))
                lost = sum(literal for shift, literal in on.items() if not rule.kept(shift))
                if rule.kept(None):
                    self._at_most(instance, lost, 0, price=rule.price, most=1)
                else:
                    self._at_most(instance, -kept, -1, price=rule.price, most=1)
            case _:
                raise TypeError(type(rule).__name__)

    def _runs(self, instance: Instance, rule: Runs, person: Person) -> None:
        first, days = -len(person.before), self.source.days
        inside = [1 - self.works(person, day) if rule.off else self.works(person, day) for day in range(first, days)]
        if rule.most is not None:
            for end in range(max(rule.most, -first), len(inside)):
                window = sum(inside[end - rule.most : end + 1])
                self._at_most(instance, window, rule.most, price=rule.price, most=1)
        for length in range(1, rule.least):
            for start in range(1, len(inside) - length):
                end = start + length
                if end + first >= 0:  # a short run between two days of the other sort
                    terms = sum(inside[start:end]) - inside[start - 1] - inside[end]
                    self._at_most(instance, terms, length - 1, price=rule.price, units=rule.least - length, most=1)

    def _follows(self, instance: Instance, rule: Follows, person: Person) -> None:
        followers: dict[str, list[str]] = {}
        for one, other in sorted(rule.pairs):
            followers.setdefault(one, []).append(other)
        for day in range(self.source.days):
            here = self.chosen[person.id, day]
            if day == 0:
                last = person.before[-1] if person.before else None
                wrong = sum(here[other] for other in followers.get(last or "", ()) if other in here)
                self._at_most(instance, wrong, 0, price=rule.price, most=1)
                continue
            there = self.chosen[person.id, day - 1]
            for one, others in followers.items():
                after = [here[other] for other in others if other in here]
                if one in there and after:
                    self._at_most(instance, there[one] + sum(after), 1, price=rule.price, most=1)

    def _weekends(self, instance: Instance, rule: Weekends, person: Person) -> None:
        worked = []
        for days in rule.weekends:
            any_day = self.model.new_bool_var("")
            for day in days:
                self.model.add(any_day >= self.works(person, day))
            worked.append(any_day)
        self._at_most(instance, sum(worked), rule.most, price=rule.price, most=len(worked))

    def _overtime(self, instance: Instance, rule: Overtime, person: Person) -> None:
        minutes = {shift.id: shift.minutes for shift in self.source.shifts}
        beyond = {shift: max(0, length - rule.day) for shift, length in minutes.items()}
        normal = {shift: min(length, rule.day) for shift, length in minutes.items()}
        terms = []
        for week in rule.weeks:
            extra = self.model.new_int_var(0, rule.day * len(week), "")
            self.model.add(extra >= sum(self.counted(person, day, normal) for day in week) - rule.week)
            terms += [extra, *(self.counted(person, day, beyond) for day in week)]
        self._at_most(instance, sum(terms), rule.most, price=rule.price)

    def _fair(self, place: int, rule: Fair) -> None:
        weights = {shift.id: rule.weight(shift.id) for shift in self.source.shifts}
        people = [person for person in self.source.people if person.id in rule.who]
        if len(people) < 2:
            return
        past = [rule.history.get(person.id, 0) for person in people]
        top = max(past) + max(weights.values(), default=0) * len(rule.days)
        low, high = (self.model.new_int_var(min(past), top, "") for _ in range(2))
        for person, had in zip(people, past, strict=True):
            total = sum(self.counted(person, day, weights) for day in rule.days) + had
            self.model.add(low <= total)
            self.model.add(high >= total)
        self._at_most((place, ""), high - low, rule.most, price=rule.price, most=top)

    def _cover(self, place: int, rule: Cover) -> None:
        there = sum(self._serving(rule))
        if rule.need > 0:
            self._at_most((place, ""), -there, -rule.need, price=rule.price, most=rule.need)
        if rule.most is not None:
            self._at_most((place, ""), there, rule.most, price=rule.over, most=len(self.source.people))

    def _serving(self, rule: Cover) -> Iterator[Any]:
        keys = {shift.id: int(rule.key in shift.serves) for shift in self.source.shifts}
        for person in self.source.people:
            yield self.counted(person, rule.day, keys)
