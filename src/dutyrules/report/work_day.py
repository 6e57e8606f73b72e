"""A person's days in a plan of all work: the slots of the timetable, and in each what is done, in order."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cached_property
from itertools import groupby

from dutyrules.book.forms import Slot
from dutyrules.plan import Task
from dutyrules.registry.presence import Presence, presence
from dutyrules.report.plan_words import PlanWords, stops
from dutyrules.timegrid import Period, day_number, time_text


@dataclass(frozen=True)
class Block:
    """A part of a day.

    Attributes:
        title: The slot's name; empty for what lies in none.
        hours: When the slot, or what lies in none, begins and ends, as text.
        stops: What is done in it, in order.
    """

    title: str
    hours: str
    stops: Sequence[Sequence[Task]]


@dataclass(frozen=True)
class DayPage:
    """One person's day.

    Attributes:
        hours: The shift, as text.
        blocks: From morning to evening.
    """

    day: date
    hours: str
    blocks: Sequence[Block]


class WorkDays:
    """Everybody's days, those on which there is something to do."""

    def __init__(self, words: PlanWords) -> None:
        self._words = words

    @cached_property
    def people(self) -> Sequence[str]:
        """Who has something to do."""
        return sorted({name for task in self._words.plan.tasks for name in (task.person, *task.along)})

    def of(self, person: str) -> Iterator[DayPage]:
        """One person's days, in order."""
        for day, tasks in groupby(self._words.plan.of(person), lambda task: task.at.date()):
            yield self._page(person, day, list(tasks))

    @cached_property
    def _presence(self) -> Presence:
        estate, plan = self._words.estate, self._words.plan
        days = [task.at.date() for task in plan.tasks]  # a list may be published before the period
        first, last = (day_number(day) for day in (min(days, default=plan.start), Period.parse(plan.period).last))
        return presence(
            estate.tables, estate.areas, estate.calendar, first=first, last=last, working_hours=estate.working_hours
        )

    def _page(self, person: str, day: date, tasks: Sequence[Task]) -> DayPage:
        who = self._presence
        column, code = day_number(day) - who.first, who.persons.index(person)
        hours = _hours(int(who.shift_start[code, column]), int(who.shift_end[code, column]))
        return DayPage(day, hours, list(self._blocks(self._slots(code, column), self._stops(tasks))))

    def _stops(self, tasks: Sequence[Task]) -> Sequence[Sequence[Task]]:
        """The tasks; calls to one household after the other, without a rest, are one block."""
        found: list[list[Task]] = []
        for stop in stops(tasks):
            before, first = found[-1][-1] if found else None, stop[0]
            on = before is not None and (before.kind, before.until) == (first.kind, first.at) and first.until > first.at
            if on and first.kind in self._words.estate.planning.work and first.target:
                found[-1] += stop
            else:
                found.append(list(stop))
        return found

    def _slots(self, code: int, column: int) -> Sequence[Slot]:
        """The slots of all posts that somebody holds on a day, by their beginning."""
        who, book = self._presence, self._words.estate.book
        posts = [post for post in range(len(who.person)) if who.person[post] == code and who.tenure[post, column]]
        roles = {who.roles[int(who.role[post])] for post in posts}
        own = [slot for slot in book.timetable if not roles.isdisjoint(book.stands_for(slot.role))]
        return sorted(own, key=lambda slot: (slot.start, slot.to))

    def _blocks(self, slots: Sequence[Slot], found: Sequence[Sequence[Task]]) -> Iterator[Block]:
        """Slots with what begins in them, and what lies between."""
        inside: list[list[Sequence[Task]]] = [[] for _ in slots]
        between: list[tuple[int, Sequence[Task]]] = []
        for stop in found:
            at = _second(stop[0])
            place = next((number for number, slot in enumerate(slots) if slot.start <= at < slot.to), None)
            if place is None:
                between.append((at, stop))
            else:
                inside[place].append(stop)
        edges = [slot.start for slot in slots]
        for number, slot in enumerate(slots):
            before = [one for at, one in between if at < slot.start and (number == 0 or at >= edges[number - 1])]
            if before:
                yield Block("", _around(before), before)
            title = self._words.speech.title(slot.title, slot.slot)
            yield Block(title, _hours(slot.start, slot.to), inside[number])
        after = [one for at, one in between if not edges or at >= edges[-1]]
        if after:
            yield Block("", _around(after), after)


def clock(stop: Sequence[Task]) -> str:
    """When something is done: from when to when, or at what moment."""
    return _around([stop])


def targets(words: PlanWords, stop: Sequence[Task]) -> Sequence[str]:
    """What it is about: a building, a unit in its building, or many of them."""
    if len(stop) == 1:
        building, unit = words.place(stop[0])
        return [unit] if unit.startswith(building) and unit else [name for name in (building, unit) if name]
    return list(dict.fromkeys(filter(None, (unit or building for building, unit in map(words.place, stop)))))


def about(words: PlanWords, stop: Sequence[Task]) -> str:
    """Case, companions and reserve of what is done, each once."""
    return words.speech("listed").join(filter(None, dict.fromkeys(map(words.about, stop))))


def title(words: PlanWords, stop: Sequence[Task]) -> str:
    """What is done, and how often if that is many."""
    kind = words.kind(stop[0].kind)
    return words.speech("plan_block", title=kind, count=len(stop)) if len(stop) > 1 else kind


def _second(task: Task) -> int:
    return int((task.at - task.at.replace(hour=0, minute=0, second=0)) / timedelta(seconds=1))


def _around(stops: Sequence[Sequence[Task]]) -> str:
    """From the first beginning to the last end."""
    begin, end = stops[0][0].at, max(task.until for stop in stops for task in stop)
    return f"{begin:%H:%M}–{end:%H:%M}" if end > begin else f"{begin:%H:%M}"


def _hours(start: int, end: int) -> str:
    return f"{time_text(start)}–{time_text(end)}"
