"""The estate's roster as a model: posts become shifts that count for cover, tables become rules on days."""

from calendar import monthrange
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from itertools import groupby
from math import ceil, floor
from typing import Final

from dutyrules.diagnostics import Diagnostic, InputError, did_you_mean
from dutyrules.estate import Estate
from dutyrules.estate.rostering import CoverForm, Rostering
from dutyrules.registry.areas import first_day, last_day
from dutyrules.roster.model import (
    Count,
    Cover,
    Fair,
    Follows,
    OnDay,
    Overtime,
    Person,
    RosterModel,
    Rule,
    Runs,
    Shift,
    Weekends,
)
from dutyrules.timegrid import DAY, Period, day_number, instant_number

GIVEN_UP: Final = 400
"""What a unit of a rule costs that may be given up where nothing else helps, if a minute is no unit of it."""

SATURDAY: Final = 5


@dataclass(frozen=True)
class Post:
    """What somebody is rostered as."""

    area: str | None
    role: str

    @property
    def label(self) -> str:
        """Area and role."""
        return f"{self.area or ''}/{self.role}"


@dataclass(frozen=True)
class Plot:
    """A model and what its names mean.

    Attributes:
        post_of: Id of a shift → the post that it is worked in.
        name_of: Id of a shift → its name in the estate.
        holidays: Which days are no workdays.
    """

    period: Period
    days: tuple[date, ...]
    model: RosterModel
    post_of: Mapping[str, Post]
    name_of: Mapping[str, str]
    holidays: frozenset[int]


def plot(estate: Estate, period: Period) -> Plot:
    """The model of a period.

    Raises:
        InputError: the estate does not say what is rostered, or nobody could be.
    """
    return _Builder(estate, rostering(estate), period).plot()


def rostering(estate: Estate) -> Rostering:
    """What the estate says about rosters.

    Raises:
        InputError: nothing.
    """
    if estate.planning.roster is None:
        hint = (
            "write planning: {roster: {windows: {day: [08:00, 17:00]}, shifts: {day: [day]}, "
            "cover: [{roles: [ROLE], window: day, need: 1}]}}"
        )
        message = f"{estate.id} does not say which windows are to be covered"
        raise InputError([Diagnostic("roster.no-section", message, None, hint=hint)])
    return estate.planning.roster


class _Builder:
    def __init__(self, estate: Estate, form: Rostering, period: Period) -> None:
        self.estate = estate
        self.form = form
        self.period = period
        self.days = tuple(
            period.first + timedelta(days=number) for number in range((period.last - period.first).days + 1)
        )
        works = estate.calendar.workdays(period.first, period.last)
        self.holidays = frozenset(number for number in range(len(self.days)) if not works[number])
        self.posts = self._posts()
        self.post_of: dict[str, Post] = {}
        self.name_of: dict[str, str] = {}
        self.shifts = tuple(self._shifts())

    def plot(self) -> Plot:
        """Everything put together."""
        people = tuple(self._people())
        names = tuple(person.id for person in people)
        rules = (*self._cover(), *self._house(names), *self._labour(names), *self._dated(), *self._fair(people))
        model = RosterModel(len(self.days), self.shifts, people, rules)
        return Plot(self.period, self.days, model, self.post_of, self.name_of, self.holidays)

    # ------------------------------------------------------------------------------------------------ people, shifts

    def _posts(self) -> dict[str, dict[Post, list[tuple[int, int]]]]:
        """Person → post → the days (first, last) on which it is held, for all that count for some cover."""
        found: dict[str, dict[Post, list[tuple[int, int]]]] = {}
        people = self.estate.tables.people
        begins, ends = first_day(people["from"]), last_day(people["to"])
        start, end = self.period.first_day, self.period.last_day
        for row, begin, stop in zip(people.iter_rows(named=True), begins.tolist(), ends.tolist(), strict=True):
            post = Post(row["area"], row["role"])
            if begin <= end and stop >= start and any(self._counts(post, line) for line in self.form.cover):
                span = max(begin, start) - start, min(stop, end) - start
                found.setdefault(row["person"], {}).setdefault(post, []).append(span)
        if not found:
            message = f"nobody holds a post that counts for any cover in {self.period.label}"
            raise InputError([Diagnostic("roster.nobody", message, None)])
        return found

    def _counts(self, post: Post, line: CoverForm) -> bool:
        return any(True for _ in self._covered(post, line))

    def _covered(self, post: Post, line: CoverForm) -> Iterator[str | None]:
        """The areas of a line of cover for which a post counts."""
        if post.role not in line.roles:
            return
        areas = self.estate.areas
        for area in line.areas or (None,):
            if areas.contains[areas.index[area], areas.index[post.area]]:
                yield area

    def _shifts(self) -> Iterator[Shift]:
        for post in sorted({post for held in self.posts.values() for post in held}, key=lambda one: one.label):
            for name, windows in self.form.shifts.items():
                keys = {
                    key(line, area) for line in self.form.cover if line.window in windows
                    for area in self._covered(post, line)
                }  # fmt: skip
                shift = f"{post.label}/{name}"
                self.post_of[shift], self.name_of[shift] = post, name
                yield Shift(shift, self.form.minutes(name), tuple(sorted(keys)) or ("",), self.form.spans(name))

    def _people(self) -> Iterator[Person]:
        before = self._before()
        for name, posts in self.posts.items():
            shifts = frozenset(shift for shift, post in self.post_of.items() if post in posts)
            yield Person(name, shifts, before.get(name, ()))

    def _before(self) -> dict[str, tuple[str | None, ...]]:
        """Up to fourteen days before the period, as far back as the roster table has every day."""
        table = self.estate.tables.roster
        known: dict[str, dict[int, tuple[int, int] | None]] = {}
        first = self.period.first_day
        for row in table.iter_rows(named=True):
            if row["date"] is None or row["person"] not in self.posts:
                continue
            day = day_number(row["date"]) - first
            if -14 <= day < 0:
                span = None if row["start"] is None else (row["start"], row["end"] or row["start"])
                known.setdefault(row["person"], {})[day] = span
        found = {}
        for name, rows in known.items():
            length = 0
            while -length - 1 in rows:
                length += 1
            found[name] = tuple(self._nearest(name, rows[day]) for day in range(-length, 0))
        return found

    def _nearest(self, person: str, span: tuple[int, int] | None) -> str | None:
        """The shift that a row of the roster table means: the one whose begin and end are nearest."""
        if span is None:
            return None
        mine = [shift for shift, post in self.post_of.items() if post in self.posts[person]]

        def far(shift: str) -> int:
            spans = self.form.spans(self.name_of[shift])
            return abs(spans[0][0] - span[0]) + abs(spans[-1][1] - span[1])

        return min(mine, key=far)

    # ------------------------------------------------------------------------------------------------ rules

    def _cover(self) -> Iterator[Rule]:
        for line in self.form.cover:
            for area in line.areas or (None,):
                for day, of in enumerate(self.days):
                    if not line.days or any(self._is(day, of, kind) for kind in line.days):
                        yield Cover(
                            id="cover", day=day, key=key(line, area), need=line.need, most=line.most,
                            price=line.short, over=line.over,
                        )  # fmt: skip

    def _is(self, day: int, of: date, kind: str) -> bool:
        if kind == "workday":
            return day not in self.holidays
        if kind == "weekend":
            return day in self.holidays and of.weekday() >= SATURDAY
        if kind == "holiday":
            return day in self.holidays and of.weekday() < SATURDAY
        return ("mon", "tue", "wed", "thu", "fri", "sat", "sun")[of.weekday()] == kind

    def _house(self, who: tuple[str, ...]) -> Iterator[Rule]:
        rules = self.form.rules
        if rules.longest_run is not None or rules.shortest_run > 1:
            yield Runs(id="run", who=who, least=rules.shortest_run, most=rules.longest_run, relax=GIVEN_UP)
        if rules.shortest_rest > 1:
            yield Runs(id="shortest_rest", who=who, least=rules.shortest_rest, off=True, relax=GIVEN_UP)
        if rules.rest_hours:
            pairs = frozenset(self._too_close(rules.rest_hours))
            if pairs:
                yield Follows(id="rest_hours", who=who, pairs=pairs, relax=GIVEN_UP)
        for days, share in self._months():
            if rules.days_off is not None:
                most = len(days) - floor(rules.days_off * share)
                yield Count(id="days_off", who=who, first=days[0], last=days[-1], most=max(0, most), relax=GIVEN_UP)
            if rules.weekends is not None:
                weekends = tuple(one for one in self._weekends() if one[0] in days)
                most = ceil(rules.weekends * share)
                yield Weekends(id="weekends", who=who, most=most, weekends=weekends, relax=GIVEN_UP)

    def _months(self) -> Iterator[tuple[range, Fraction]]:
        """The days of each month that are planned, and what share of the month they are."""
        first = 0
        for (year, month), dates in groupby(self.days, lambda of: (of.year, of.month)):
            days = range(first, first + len(list(dates)))
            yield days, Fraction(len(days), monthrange(year, month)[1])
            first = days.stop

    def _too_close(self, minutes: int) -> Iterator[tuple[str, str]]:
        for one in self.shifts:
            for other in self.shifts:
                if other.windows[0][0] + DAY - one.windows[-1][1] < minutes * 60:
                    yield one.id, other.id

    def _weekends(self) -> tuple[tuple[int, ...], ...]:
        """The Saturdays and Sundays of each week that are no workdays."""
        weeks: dict[date, list[int]] = {}
        for day, of in enumerate(self.days):
            if of.weekday() >= SATURDAY and day in self.holidays:
                weeks.setdefault(of - timedelta(days=of.weekday()), []).append(day)
        return tuple(tuple(days) for days in weeks.values())

    def _labour(self, who: tuple[str, ...]) -> Iterator[Rule]:
        limits = self.form.labour
        if limits.overtime_day is not None:
            long = {one.id for one in self.shifts if one.minutes > limits.normal_day + limits.overtime_day}
            for day in range(len(self.days)) if long else ():
                yield OnDay(
                    id="labour.overtime_day", who=who, day=day, shifts=frozenset(long), wanted=False, relax=GIVEN_UP
                )
        weeks: dict[date, list[int]] = {}
        months: dict[tuple[int, int], set[date]] = {}
        for day, of in enumerate(self.days):
            monday = of - timedelta(days=of.weekday())
            weeks.setdefault(monday, []).append(day)
            months.setdefault((of.year, of.month), set()).add(monday)
        whole = {
            monday: tuple(range(days[-1] - (self.days[days[-1]] - monday).days, days[-1] + 1))
            for monday, days in weeks.items()
        }
        if limits.overtime_month is not None:
            for mondays in months.values():
                yield Overtime(
                    id="labour.overtime_month", who=who, weeks=tuple(whole[monday] for monday in sorted(mondays)),
                    day=limits.normal_day, week=limits.normal_week, most=limits.overtime_month, relax=10,
                )  # fmt: skip
        if limits.rest_days_week:
            for days in whole.values():
                most = 7 - limits.rest_days_week
                if len(days) > most:
                    yield Count(
                        id="labour.rest_days_week", who=who, first=days[0], last=days[-1], most=most, relax=GIVEN_UP,
                        unit="days",
                    )  # fmt: skip

    def _dated(self) -> Iterator[Rule]:
        yield from self._absent()
        yield from self._leave()
        yield from self._requests()

    def _absent(self) -> Iterator[Rule]:
        """Posts are worked on the days on which they are held."""
        for name, posts in self.posts.items():
            for post, spans in posts.items():
                shifts = frozenset(shift for shift, of in self.post_of.items() if of == post)
                for day in range(len(self.days)):
                    if not any(first <= day <= last for first, last in spans):
                        yield OnDay(id="post", who=(name,), day=day, shifts=shifts, wanted=False)

    def _leave(self) -> Iterator[Rule]:
        first = self.period.first_day
        for row in self.estate.tables.leave.iter_rows(named=True):
            if not row["approved"] or row["person"] not in self.posts:
                continue
            start, stop = instant_number(row["from"]), instant_number(row["until"])
            for day in range(max(0, start // DAY - first), min(len(self.days), (stop - 1) // DAY - first + 1)):
                midnight = (first + day) * DAY
                missed = frozenset(
                    one.id for one in self.shifts
                    if any(midnight + begin < stop and start < midnight + end for begin, end in one.windows)
                )  # fmt: skip
                if missed:
                    yield OnDay(id="leave", who=(row["person"],), day=day, shifts=missed, wanted=False)

    def _requests(self) -> Iterator[Rule]:
        first, problems = self.period.first_day, []
        found: list[Rule] = []
        for row in self.estate.tables.requests.iter_rows(named=True):
            day = day_number(row["date"]) - first
            if row["person"] not in self.posts or not 0 <= day < len(self.days):
                continue
            name = row["shift"]
            if name is not None and name not in self.form.shifts:
                hint = did_you_mean(name, self.form.shifts)
                message = f"there is no shift {name}"
                problems.append(Diagnostic("roster.unknown-shift", message, None, name, hint=hint))
                continue
            shifts = frozenset(one for one, called in self.name_of.items() if name is None or called == name)
            wish = row["wish"]
            price = None if wish in ("must", "never") else self.form.request * row["weight"]
            found.append(
                OnDay(
                    id="pin" if price is None else "request",
                    who=(row["person"],),
                    day=day,
                    shifts=shifts,
                    wanted=wish in ("on", "must"),
                    price=price,
                    relax=GIVEN_UP,
                )
            )
        if problems:
            raise InputError(problems)
        yield from found

    def _fair(self, people: Sequence[Person]) -> Iterator[Rule]:
        """Among those who count for the same cover."""
        fair = self.form.fair
        serves = {shift.id: shift.serves for shift in self.shifts}
        groups: dict[frozenset[str], list[str]] = {}
        for person in people:
            keys = frozenset(one for shift in person.shifts for one in serves[shift])
            groups.setdefault(keys, []).append(person.id)
        weekends = tuple(day for day in sorted(self.holidays) if self.days[day].weekday() >= SATURDAY)
        holidays = tuple(day for day in sorted(self.holidays) if self.days[day].weekday() < SATURDAY)
        every = tuple(range(len(self.days)))
        parts: list[tuple[str, int, tuple[int, ...], Mapping[str, int] | None]] = [
            ("fair.weekends", fair.weekends, weekends, None),
            ("fair.holidays", fair.holidays, holidays, None),
            ("fair.shifts", fair.shifts, every, None),
        ]
        for window, price in fair.windows.items():
            counted = {shift: int(window in self.form.shifts[name]) for shift, name in self.name_of.items()}
            parts.append((f"fair.{window}", price, every, counted))
        for names in groups.values():
            for name, price, days, weights in parts:
                if price and days and len(names) > 1:
                    yield Fair(
                        id=name, who=tuple(names), days=days, weights=weights, most=fair.most, price=price,
                        history=self._had(names, name, weights),
                    )  # fmt: skip

    def _had(self, names: Sequence[str], what: str, weights: Mapping[str, int] | None) -> dict[str, int]:
        """What people had of it in the days before, as far as the roster table goes back and is asked."""
        back, first = self.form.fair.history, self.period.first_day
        had = dict.fromkeys(names, 0)
        if not back:
            return had
        start = self.period.first - timedelta(days=back)
        works = self.estate.calendar.workdays(start, self.period.first - timedelta(days=1))
        for row in self.estate.tables.roster.iter_rows(named=True):
            day = day_number(row["date"]) - first
            if row["person"] not in had or row["start"] is None or not -back <= day < 0:
                continue
            free, late = not works[back + day], row["date"].weekday() >= SATURDAY
            if (what == "fair.weekends" and not (free and late)) or (
                what == "fair.holidays" and not (free and not late)
            ):
                continue
            shift = self._nearest(row["person"], (row["start"], row["end"] or row["start"]))
            had[row["person"]] += 1 if weights is None else weights.get(shift or "", 0)
        return had


def key(line: CoverForm, area: str | None) -> str:
    """What a line of cover is called."""
    return f"{area or ''}/{'+'.join(line.roles)}/{line.window}"
