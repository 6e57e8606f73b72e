"""What a plan says, in one language: titles out of the book and the sentences that all its outputs share."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from functools import cached_property
from itertools import groupby

from dutyrules.estate import Estate
from dutyrules.plan import Cause, Measure, Plan, Shortfall, Status, Task
from dutyrules.plan.waivers import OTHERWISE, proven
from dutyrules.report.language import Speech
from dutyrules.report.numbers import short_instant


class PlanWords:
    """A plan, its estate and a language."""

    def __init__(self, plan: Plan, estate: Estate, language: str) -> None:
        self.plan = plan
        self.estate = estate
        self.speech = Speech(language)

    # ------------------------------------------------------------ names

    @property
    def title(self) -> str:
        """What the plan is."""
        estate = self.speech.title(self.estate.title, self.estate.id)
        what = self.speech(f"plan_{self.plan.name}")
        return self.speech("plan_title", estate=estate, what=what, period=self.plan.period, start=self.plan.start)

    def kind(self, kind: str) -> str:
        """An event as the book calls it."""
        return self.speech.title(self.estate.book.events[kind].title, kind)

    def duty(self, duty: str) -> str:
        """A duty as the book calls it."""
        return self.speech.title(self.estate.book.duties[duty].title, duty)

    def person(self, person: str) -> str:
        """Somebody's name; the id too where two share it, and alone where there is none."""
        name = self._names.get(person)
        if name is None:
            return person
        return name if list(self._names.values()).count(name) == 1 else f"{name} ({person})"

    def weekday(self, day: date) -> str:
        """The day of the week."""
        return self.speech(f"weekday_{day.weekday()}")

    def place(self, task: Task) -> tuple[str, str]:
        """Building and unit of a task; another target stands for both."""
        building = self._buildings.get(task.target or "")
        return (building, task.target or "") if building else (task.target or "", "")

    def about(self, task: Task) -> str:
        """Its case, whether it is a reserve, for whom somebody stands in, and who goes there together."""
        found = [task.case or "", self.speech("plan_reserve") if task.attributes.get("reserve") == "yes" else ""]
        if task.along:
            names = self.speech("listed").join(map(self.person, (task.person, *task.along)))
            found.append(self.speech("plan_together", names=names))
        if absent := task.attributes.get("acting_for"):
            found.append(self.speech("plan_acting", name=self.person(absent)))
        return self.speech("listed").join(filter(None, found))

    @cached_property
    def _names(self) -> Mapping[str, str]:
        people = self.estate.tables.people.select("person", "name").drop_nulls()
        return dict(reversed(list(people.iter_rows())))

    @cached_property
    def _buildings(self) -> Mapping[str, str]:
        return dict(self.estate.tables.units.select("unit", "building").iter_rows())

    # ------------------------------------------------------------ sentences

    def status(self) -> str:
        """What is known about the plan."""
        missing, least = self.plan.shortfall, self.plan.least_shortfall
        return self.speech(f"status_{self.plan.status}", missing=missing, least=least)

    def caveats(self) -> Iterator[str]:
        """What a reader must know besides."""
        if not self.plan.complete:
            yield self.speech("plan_interrupted")
        if self.plan.name == "visits" and self.plan.tasks and self.estate.planning.contact_rates is None:
            yield self.speech("plan_all_reached")
        if self.plan.provenance.get("holidays") == "provisional":
            yield self.speech("provisional")

    def shortfall(self, one: Shortfall) -> str:
        """What is missed, by whom, when, and how much of it."""
        expected, actual = (short_instant(text, one.day.isoformat()) for text in (one.expected, one.actual))
        figures = f"{self.speech('col_expected')} {expected} {self.speech('col_actual')} {actual}"
        what = f"{self.speech(f'reason_{one.reason}')} {figures} ({self.speech('plan_missing', count=one.number)})"
        return f"{one.period}  {self.duty(one.duty)} · {one.post}: {what}"

    def reasons(self, one: Shortfall) -> list[str]:
        """Why it is missed; the numbers add up."""
        return [self._cause(cause) for cause in one.causes]

    def proof(self, one: Shortfall) -> str:
        """Whether it could not be helped; empty where that is not the question."""
        if any(cause.message in OTHERWISE for cause in one.causes):
            return ""
        return self.speech("plan_proven" if proven(self.plan, one) else "plan_unproven")

    def _cause(self, cause: Cause) -> str:
        numbers: dict[str, int | str] = dict(cause.numbers)
        message = cause.message
        if "duties" in numbers:
            others = [self.duty(duty) for duty in str(numbers["duties"]).split(", ") if duty]
            numbers["duties"] = self.speech("listed").join(others)
            message = message if others else f"{message}_alone"
        if "role" in numbers:
            roles = str(numbers["role"]).split(", ")
            numbers["role"] = self.speech("listed").join(
                self.speech.title(self.estate.book.roles[role].title, role) for role in roles
            )
        if "contact" in numbers:
            words = str(numbers["contact"]).split(", ")
            numbers["contact"] = self.speech("listed").join(self.speech(f"contact_{word}") for word in words)
        return self.speech(f"cause_{message}", **numbers)

    def missing(self, one: Shortfall, most: int) -> str:
        """The first targets that are left out, and how many there are beyond."""
        shown = self.speech("missing_targets", targets=self.speech("listed").join(one.missing[:most]))
        rest = len(one.missing) - most
        return f"{shown} {self.speech('more', count=rest)}" if rest > 0 else shown

    def unplanned(self) -> Iterator[str]:
        """What was left alone, and why; what one duty leaves alone for one reason stands together."""
        groups: dict[tuple[str, str], list[str]] = {}
        for one in self.plan.unplanned:
            duty, _, rest = one.who.partition(" ")
            groups.setdefault((duty, one.reason), []).extend([rest] if rest else [])
        for (duty, reason), rests in groups.items():
            title = self.duty(duty) if duty in self.estate.book.duties else duty
            who = f"{title} · {self.speech('listed').join(rests)}" if rests else title
            yield f"{who}: {self._left(reason)}"

    def _left(self, reason: str) -> str:
        key = f"unplanned_{reason}"
        return self.speech(key) if self.speech.knows(key) else self.speech.why(reason)

    # ------------------------------------------------------------ tables

    @property
    def measure_titles(self) -> list[str]:
        """Above `measures`."""
        return [self.speech(f"col_{key}") for key in ("measure", "measured_in", "value", "bound", "gap")]

    def measures(self) -> Iterator[tuple[str, str, int, int | None, Fraction | None]]:
        """Every measure: its name and unit, what the plan has, what no plan can be below, and the gap."""
        for one in self.plan.measures:
            yield self._measure(one)

    def _measure(self, one: Measure) -> tuple[str, str, int, int | None, Fraction | None]:
        return self.measured(one.name), self.speech(f"unit_{one.unit}"), one.value, one.bound, one.gap

    def measured(self, name: str) -> str:
        """What a measure counts, in the words of its planner where it has some of its own."""
        own = f"measure_{name}_{self.plan.name}"
        return self.speech(own if self.speech.knows(own) else f"measure_{name}")

    def gaps(self) -> str:
        """Days from one patrol of a building to the next: on average, and how often which; empty without patrols."""
        gaps = self.plan.gaps
        if gaps is None or gaps.mean is None:
            return ""
        told = (self.speech("patrol_gap", days=days, times=times) for days, times in gaps.times)
        return self.speech("patrol_gaps", mean=tenths(gaps.mean), gaps=self.speech("listed").join(told))

    def weeks(self) -> Sequence[date]:
        """The Mondays of the weeks that have tasks."""
        return sorted({monday(task.at.date()) for task in self.plan.tasks})

    def load(self) -> Iterator[tuple[str, str, int, list[int]]]:
        """How much everybody has of each kind: in all, and week by week."""
        counts = Counter((task.person, task.kind, monday(task.at.date())) for task in self.plan.tasks)
        for person, kind in sorted({(person, kind) for person, kind, _ in counts}):
            found = [counts[person, kind, week] for week in self.weeks()]
            yield self.person(person), self.kind(kind), sum(found), found

    @property
    def move_titles(self) -> list[str]:
        """Above `moves`."""
        return [
            self.speech(f"col_{key}")
            for key in ("building", "home", "kind", "before", "after", "change", "move_reason")
        ]

    def moves(self) -> Iterator[tuple[str, str, str, str, str, str, str]]:
        """What is not as in the plan that was kept: where, what, before, after, how much of a change, and why."""
        for one in self.plan.moves:
            task = one.after or one.before
            assert task is not None
            change, why = self.speech(f"change_{one.change}"), self.speech(f"move_{one.reason}")
            yield (*self.place(task), self.kind(task.kind), self._when(one.before), self._when(one.after), change, why)

    def _when(self, task: Task | None) -> str:
        return "–" if task is None else f"{task.at:%m-%d %H:%M} {self.person(task.person)}"

    @property
    def good(self) -> bool:
        """Whether every duty is met."""
        return self.plan.status in (Status.OPTIMAL, Status.FEASIBLE)


def monday(day: date) -> date:
    """The first day of a week."""
    return day - timedelta(days=day.weekday())


def stops(tasks: Sequence[Task]) -> Iterator[Sequence[Task]]:
    """The tasks, one by one; those of one moment, as a list that names many buildings, are one stop."""
    for _, together in groupby(
        tasks, lambda task: (task.at, task.until, task.kind, task.until > task.at and task.order)
    ):
        yield list(together)


def tenths(number: Fraction) -> str:
    """A number to one place, half up.

    >>> tenths(Fraction(13, 5)), tenths(Fraction(9, 4)), tenths(Fraction(2))
    ('2.6', '2.3', '2.0')
    """
    return str((Decimal(number.numerator) / Decimal(number.denominator)).quantize(Decimal("0.1"), ROUND_HALF_UP))


def percent(share: Fraction | None) -> str:
    """A share in percent, to two places, half up.

    >>> percent(Fraction(15, 37)), percent(None)
    ('40.54 %', '–')
    """
    if share is None:
        return "–"
    exact = Decimal(share.numerator) * 100 / Decimal(share.denominator)
    return f"{exact.quantize(Decimal('0.01'), ROUND_HALF_UP)} %"
