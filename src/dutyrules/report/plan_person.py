"""One person's part of the page of a plan: weeks, buildings, months, and the tasks of every day."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, timedelta
from fractions import Fraction
from functools import cached_property
from itertools import groupby
from typing import Final

from dutyrules.plan import Task
from dutyrules.report.markup import Html, Node, tag
from dutyrules.report.patrol_days import Patrols
from dutyrules.report.patrol_page import patrol_month
from dutyrules.report.pictures import Bar, columns, heat, key, rows
from dutyrules.report.plan_load import Load, Loads
from dutyrules.report.plan_words import PlanWords, monday, stops
from dutyrules.report.work_day import DayPage, WorkDays

KEYS: Final = ("order", "time", "kind", "building", "home", "duty", "note")
"""Columns of a day's tasks."""

LAST: Final = {KEYS.index(key): key for key in ("duty", "note")}
"""Those that go below the others where there is little room."""


class PersonPage:
    """What the page says of one person.

    Attributes:
        number: Which of the people; ids are made of it, since names may hold anything.
    """

    def __init__(self, words: PlanWords, loads: Loads, number: int, load: Load, days: WorkDays) -> None:
        self._words, self._say, self._loads, self._days_of = words, words.speech, loads, days
        self.load = load
        self.id = f"p{number}"
        self.name = words.person(load.person)

    @cached_property
    def bars(self) -> Sequence[Bar]:
        """The weeks, each with its even share."""
        return [self._bar(week) for week in self._loads.weeks]

    @property
    def told_weeks(self) -> str:
        """The same as a sentence."""
        return self._say("html_told_weeks", name=self.name, weeks=", ".join(str(bar.total) for bar in self.bars))

    def section(self) -> Html:
        """Everything, on paper on a page of its own."""
        name, person = self.name, self.load.person
        title = (name, tag("small", f" {person}")) if name != person and f"({person})" not in name else name
        return tag(
            "section",
            tag("h2", title),
            self._legend(),
            tag("div", self._weeks(), self._buildings(), class_="pictures"),
            tag(
                "p", tag("button", self._say("html_open_all"), type="button", class_="all"), class_="tools", hidden=True
            ),
            self._patrols(),
            (self._month(month, list(days)) for month, days in groupby(self._days(), lambda day: day.replace(day=1))),
            class_="person",
            id=self.id,
            data_person=person,
        )

    # ------------------------------------------------------------ pictures

    def _legend(self) -> Html:
        total = self.load.total
        return tag(
            "ul",
            (
                tag("li", key(colour), f" {self._loads.name(kind)} {total[kind]}")
                for colour, kind in enumerate(self._loads.kinds)
                if total[kind]
            ),
            class_="legend",
        )

    def _weeks(self) -> Html | None:
        if not self.load.days:
            return None
        drawn = columns(self.bars, self._loads.busiest_week, self.told_weeks)
        return self._figure(self._say("html_week_loads"), drawn)

    def _buildings(self) -> Html | None:
        if not self.load.entered:
            return None
        found = self.load.buildings(self._loads.weeks)
        each = self._say("listed").join(f"{name} {sum(days)}" for name, days in found.items())
        told = self._say("html_told_buildings", name=self.name, buildings=each)
        drawn = heat(found, [f"{week:%m-%d}" for week in self._loads.weeks], told)
        return self._figure(self._say("html_building_days", count=self.load.building_days), drawn)

    def _figure(self, title: str, drawn: Html) -> Html:
        return tag("figure", tag("figcaption", tag("h3", title)), tag("div", drawn, class_="wide"))

    def _bar(self, week: date) -> Bar:
        counts, share = self.load.week(week), self.load.shares.get(week)
        told = f"{week}: {self._told(counts)}"
        if share is not None:
            tenths = int(share * 10 + Fraction(1, 2))
            told += self._say("html_share", share=f"{tenths // 10}.{tenths % 10}")
        return Bar(f"{week:%m-%d}", told, self._parts(counts), share)

    def _parts(self, counts: Counter[str]) -> list[tuple[int, int]]:
        return [(colour, counts[kind]) for colour, kind in enumerate(self._loads.kinds) if counts[kind]]

    def _told(self, counts: Counter[str]) -> str:
        named = [f"{self._loads.name(kind)} {counts[kind]}" for kind in self._loads.kinds if counts[kind]]
        return self._say("listed").join(named) or self._say("plan_nothing")

    def _patrols(self) -> Iterator[Html]:
        """Buildings by days, and walks, month by month."""
        for month in Patrols(self._words).months(self.load):
            yield patrol_month(self._words, self.load, month, f"{self.id}-{month.month:%Y-%m}")

    # ------------------------------------------------------------ months

    def _days(self) -> Iterator[date]:
        """Days with something to do."""
        return (day for day, _ in groupby(self.load.tasks, lambda task: task.at.date()))

    def _month(self, first: date, busy: Sequence[date]) -> Html:
        """A calendar, and below it a list of its days, each to be opened."""
        title = self._say("html_month", year=first.year, month=f"{first.month:02}")
        weekdays = [tag("th", self._say(f"weekday_{number}"), scope="col") for number in range(7)]
        last = (first + timedelta(days=31)).replace(day=1) - timedelta(days=1)
        mondays = [monday(first) + timedelta(days=distance) for distance in range(0, 42, 7)]
        begin = monday(max(first, min(busy[0], self._words.plan.start)))
        weeks = (
            tag("tr", (self._cell(week + timedelta(days=number), first, set(busy)) for number in range(7)))
            for week in mondays
            if begin <= week <= last
        )
        return tag(
            "section",
            tag("h3", title),
            tag("table", tag("thead", tag("tr", weekdays)), tag("tbody", weeks), class_="month", aria_label=title),
            tag("div", (self._tasks(day) for day in busy), class_="days"),
            class_="of-month",
        )

    def _cell(self, day: date, month: date, busy: set[date]) -> Html:
        if day.month != month.month:
            return tag("td", class_="out")
        number = tag("time", day.day, datetime=day.isoformat())
        if day not in busy:
            off = "leave" if day in self.load.leave else "rest" if day in self.load.rest else None
            about = tag("span", self._say(f"html_{off}"), class_="off") if off else None
            return tag("td", number, about, class_="past" if day < self._words.plan.start else off)
        return tag("td", tag("a", number, self._loaded(day), href=f"#{self._anchor(day)}"))

    def _loaded(self, day: date) -> Iterator[Node]:
        """The day's bars, and the buildings entered."""
        counts = self.load.days.get(day)
        if counts:
            yield rows(self._parts(counts), self._loads.busiest_day, self._told(counts))
        names = enumerate(self.load.entered.get(day, ()))
        listed = ((self._say("listed") if number else None, tag("bdi", name)) for number, name in names)
        yield tag("span", listed, class_="entered")

    # ------------------------------------------------------------ days

    def _anchor(self, day: date) -> str:
        return f"{self.id}-{day}"

    def _tasks(self, day: date) -> Html:
        """The tasks in order; a link to the table opens it even where no script runs."""
        tasks = [task for task in self.load.tasks if task.at.date() == day]
        blocks: list[tuple[str | None, Sequence[Sequence[Task]]]] = [(None, list(stops(tasks)))]
        if self._slots:
            blocks = [(f"{block.hours} {block.title}", block.stops) for block in self._slots[day].blocks]
        groups = [(slot, [self._line(stop) for stop in own]) for slot, own in blocks]
        used = [index for index in range(len(KEYS)) if any(line[index] for _, lines in groups for line in lines)]
        head = tag("tr", (tag("th", self._say(f"col_{KEYS[index]}"), scope="col") for index in used))
        bodies = (tag("tbody", self._block(slot, lines, used)) for slot, lines in groups)
        title = f"{day} {self._words.weekday(day)}"
        table = tag("table", tag("thead", head), bodies, id=self._anchor(day), aria_label=title, tabindex="-1")
        short = tag("span", tag("b", f"{day:%m-%d} {self._words.weekday(day)}"), f" {self._told_day(day, tasks)}")
        return tag("details", tag("summary", short), tag("div", table, class_="wide"))

    def _told_day(self, day: date, tasks: Sequence[Task]) -> str:
        """What takes time; else what there is."""
        if load := self.load.days.get(day):
            return self._told(load)
        return self._say("listed").join(
            f"{self._words.kind(kind)} {n}" for kind, n in Counter(t.kind for t in tasks).items()
        )

    @cached_property
    def _slots(self) -> Mapping[date, DayPage]:
        """In a plan of all work: the days with their slots."""
        return (
            {page.day: page for page in self._days_of.of(self.load.person)} if self._words.plan.name == "work" else {}
        )

    @staticmethod
    def _block(slot: str | None, lines: Sequence[tuple[Node, ...]], used: Sequence[int]) -> Iterator[Html]:
        """A slot's name, if there are slots, and its tasks."""
        if slot is not None:
            yield tag("tr", tag("th", slot, colspan=len(used), scope="rowgroup"), class_="slot")
        for line in lines:
            yield tag("tr", (tag("td", line[index], class_=LAST.get(index)) for index in used))

    def _line(self, stop: Sequence[Task]) -> tuple[Node, ...]:
        words, first = self._words, stop[0]
        last = max(task.until for task in stop)
        hours = f"{first.at:%H:%M}–{last:%H:%M}" if last > first.at else f"{first.at:%H:%M}"
        building, unit = (self._each(column) for column in zip(*map(words.place, stop), strict=True))
        duties = self._each(words.duty(duty) for task in stop for duty in task.duties)
        pinned = tag("span", self._say("html_pinned"), class_="mark") if any(task.pinned for task in stop) else ""
        about = self._each(map(words.about, stop))
        note = (pinned, " ", about) if pinned and about else pinned or about
        return first.order, hours, words.kind(first.kind), building, unit, duties, note

    def _each(self, names: Iterable[str]) -> str:
        """Names, each once."""
        return self._say("listed").join(dict.fromkeys(filter(None, names)))
