"""Who holds which post on which day, and is at work: posts × days, as arrays.

Everything that asks "does this person owe anything today?" asks here: tenure, roster and calendar, leave, substitutes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property

import numpy as np
import numpy.typing as npt
import polars as pl

from dutyrules.registry.areas import Areas, first_day, last_day
from dutyrules.registry.rounds import rounds
from dutyrules.registry.tables import Tables
from dutyrules.timegrid import DAY, Calendar, date_of

Bools = npt.NDArray[np.bool_]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Leave:
    """Approved leave of all persons, united, for look-ups by instant."""

    person: Ints
    start: Ints
    end: Ints

    @classmethod
    def of(cls, table: pl.DataFrame, persons: Mapping[str, int]) -> "Leave":
        """Unites the approved rows of each person."""
        if table.is_empty():
            return cls(*np.empty((3, 0), np.int64))
        approved = table.filter(pl.col("approved") & pl.col("person").is_in(list(persons)))
        rows = approved.select("person", pl.col("from").dt.epoch("s"), pl.col("until").dt.epoch("s")).iter_rows()
        return cls.united((persons[name], start, end) for name, start, end in rows)

    @classmethod
    def united(cls, rows: Iterable[tuple[int, int, int]]) -> "Leave":
        """Unites spans (person, start, end)."""
        spans: list[tuple[int, int, int]] = []
        for person, start, end in sorted(rows):
            if spans and spans[-1][0] == person and start <= spans[-1][2]:
                spans[-1] = (person, spans[-1][1], max(end, spans[-1][2]))
            else:
                spans.append((person, start, end))
        columns = np.array(spans, np.int64).reshape(-1, 3).T
        return cls(columns[0], columns[1], columns[2])

    def seconds_before(self, person: Ints, at: Ints) -> Ints:
        """Seconds of leave that each person has had before an instant."""
        if not len(self.person):
            return np.zeros(len(person), np.int64)
        wide = np.int64(2**40)
        index = np.searchsorted(self.person * wide + self.start, person * wide + at, side="right") - 1
        lengths = self.end - self.start
        before = np.concatenate([[0], np.cumsum(lengths)])
        first = np.searchsorted(self.person, person)  # where the person's own rows begin
        own = index >= first
        last = np.maximum(index, 0)
        full = before[np.where(own, last, first)] - before[first]
        running = np.where(own, np.clip(at - self.start[last], 0, lengths[last]), 0)
        return full + running

    def seconds(self, person: Ints, start: Ints, end: Ints) -> Ints:
        """Seconds of leave in ``[start, end)``."""
        return self.seconds_before(person, end) - self.seconds_before(person, start)

    def contains(self, person: Ints, at: Ints) -> Bools:
        """Whether an instant lies in leave."""
        return self.seconds(person, at, at + 1) > 0


@dataclass(frozen=True)
class Presence:
    """Posts × days. Day axes start at day number `first`.

    Attributes:
        persons, roles: Vocabularies.
        person, area, role, order: Columns of posts; `order` sorts lead posts first.
        acting_for: Post that each acting post stands in for, -1 for ordinary ones.
        tenure: Whether the post is held on the day (acting posts: only the days of absence).
        base_work: Person × day: rostered or statutory workday, leave not yet taken off.
        away: Person × day: approved leave covers the whole shift.
        shift_start, shift_end: Person × day: seconds after that day's midnight.
        unbound: By post: the leave of its person; of acting ones also the day of acceptance, up to then.
    """

    first: int
    days: int
    persons: tuple[str, ...]
    roles: tuple[str, ...]
    areas: Areas
    person: Ints
    area: Ints
    role: Ints
    order: Ints
    fte: tuple[Fraction, ...]
    acting_for: Ints
    tenure: Bools
    base_work: Bools
    statutory: Bools
    away: Bools
    shift_start: Ints
    shift_end: Ints
    leave: Leave
    unbound: Leave
    provisional: bool
    _leads: dict[frozenset[int], Ints] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def work(self) -> Bools:
        """Post × day: the post's workdays."""
        return self.tenure & (self.base_work & ~self.away)[self.person]

    @cached_property
    def work_before(self) -> Ints:
        """Post × (day + 1): workdays before the day."""
        padded = np.zeros((len(self.person), self.days + 1), np.int64)
        np.cumsum(self.work, axis=1, out=padded[:, 1:])
        return padded

    @cached_property
    def worked_before(self) -> Ints:
        """Post × (day + 1): seconds of the shifts of all workdays before the day."""
        padded = np.zeros((len(self.person), self.days + 1), np.int64)
        np.cumsum(self.work * (self.shift_end - self.shift_start)[self.person], axis=1, out=padded[:, 1:])
        return padded

    @cached_property
    def _workday_list(self) -> tuple[Ints, Ints]:
        post, day = np.nonzero(self.work)
        return np.searchsorted(post, np.arange(len(self.person) + 1)), day.astype(np.int64)

    def nth_workday(self, post: Ints, after: Ints, count: int) -> Ints:
        """Day number of each post's n-th workday after a day; -1 where the axis ends first."""
        offsets, days = self._workday_list
        index = offsets[post] + self.work_before[post, after - self.first + 1] + count - 1
        inside = index < offsets[post + 1]
        return np.where(inside, days[np.where(inside, index, 0)] + self.first if len(days) else -1, -1)

    def previous_workday(self, post: Ints, day: Ints) -> Ints:
        """Day number of each post's last workday before a day; -1 where there is none."""
        offsets, days = self._workday_list
        index = offsets[post] + self.work_before[post, day - self.first] - 1
        inside = index >= offsets[post]
        return np.where(inside, days[np.where(inside, index, 0)] + self.first if len(days) else -1, -1)

    def posts_of(self, roles: Sequence[str]) -> Ints:
        """Posts in any of the roles, lead posts first."""
        codes = [index for index, name in enumerate(self.roles) if name in set(roles)]
        posts = np.flatnonzero(np.isin(self.role, codes))
        return posts[np.argsort(self.order[posts], kind="stable")].astype(np.int64)

    def lead(self, roles: Sequence[str]) -> Ints:
        """Person × day: the one post that owes what is owed once per person; -1 where there is none."""
        posts = self.posts_of(roles)
        key = frozenset(posts.tolist())
        if key not in self._leads:
            table = np.full((len(self.persons), self.days), -1, np.int64)
            for some in reversed(rounds(self.person[posts])):
                rows, held = posts[some], self.tenure[posts[some]]
                table[self.person[rows]] = np.where(held, rows[:, None], table[self.person[rows]])
            self._leads[key] = table
        return self._leads[key]

    def stands_in_for(self, post: int) -> str | None:
        """The absent person of an acting post; None for an ordinary one."""
        absent = int(self.acting_for[post])
        return None if absent < 0 else self.persons[self.person[absent]]

    def label(self, post: int) -> str:
        """``person@area@role``: the post's name in breach ids."""
        area = self.area_name(post)
        return f"{self.persons[self.person[post]]}@{area or ''}@{self.roles[self.role[post]]}"

    def area_name(self, post: int) -> str | None:
        """The post's area; None where it has none."""
        index = int(self.area[post])
        return self.areas.names[index] if index < self.areas.root else None

    @cached_property
    def overhang(self) -> Ints:
        """Person × day: seconds after midnight to which a shift of the day before runs; -1 where none does."""
        table = np.full_like(self.shift_end, -1)
        late = self.base_work & (self.shift_end >= DAY)
        table[:, 1:] = np.where(late, self.shift_end - DAY, -1)[:, :-1]
        return table

    @cached_property
    def crosses_midnight(self) -> bool:
        """Whether any shift does, before the last day."""
        return bool((self.base_work & (self.shift_end >= DAY))[:, :-1].any())

    @cached_property
    def uncovered(self) -> tuple[tuple[str, str | None, str, int], ...]:
        """(person, area, role, day) of whole-day leave for which nobody accepted to act."""
        missing = self.tenure & (self.base_work & self.away)[self.person] & (self.acting_for < 0)[:, None]
        for post in np.flatnonzero(self.acting_for >= 0):
            missing[self.acting_for[post]] &= ~self.tenure[post]
        return tuple(
            (self.persons[self.person[post]], self.area_name(post), self.roles[self.role[post]], int(day) + self.first)
            for post, day in np.argwhere(missing)
        )


@dataclass(frozen=True)
class _Shifts:
    """Person × day: whether it is a workday before leave, and from when to when."""

    work: Bools
    start: Ints
    end: Ints


@dataclass(frozen=True)
class _Held:
    """The posts of the people table."""

    person: Ints
    area: Ints
    role: Ints
    tenure: Bools

    def already(self, person: int, post: int) -> Bools:
        """Days on which a person holds the area and role of a post anyway."""
        same = (self.person == person) & (self.area == self.area[post]) & (self.role == self.role[post])
        return np.any(self.tenure[same], axis=0)


def presence(
    tables: Tables,
    areas: Areas,
    calendar: Calendar,
    *,
    first: int,
    last: int,
    working_hours: tuple[int, int],
) -> Presence:
    """Lays the registry's people, roster and leave over the days `first` … `last` (day numbers)."""
    days = last - first + 1
    people = tables.people
    persons = tuple(people["person"].unique(maintain_order=True).to_list())
    code = {name: index for index, name in enumerate(persons)}
    roles = tuple(people["role"].unique(maintain_order=True).to_list())
    role_code = {name: index for index, name in enumerate(roles)}
    statutory = np.asarray(calendar.workdays(date_of(first), date_of(last)), np.bool_)
    leave = Leave.of(tables.leave, code)
    shifts = _shifts(tables.roster, code, statutory, first, working_hours)
    away = _away(leave, shifts.start, shifts.end, first)
    axis = np.arange(first, last + 1)
    tenure = (first_day(people["from"])[:, None] <= axis) & (axis <= last_day(people["to"])[:, None])
    holders = np.array([code[name] for name in people["person"]], np.int64)
    area = np.array([areas.index[name] for name in people["area"]], np.int64)
    role = np.array([role_code[name] for name in people["role"]], np.int64)
    held = _Held(holders, area, role, tenure)
    acting = _acting(tables.leave, code, held, shifts, first)
    chosen = [one.post for one in acting]
    substitutes = np.array([one.person for one in acting], np.int64)
    primary = people["primary"].fill_null(False).to_numpy()
    order = np.argsort(np.argsort(~primary, kind="stable"), kind="stable")
    shares = {text: Fraction(text or "1") for text in people["fte"].unique()}
    fte = tuple(shares[text] for text in people["fte"])
    return Presence(
        first=first,
        days=days,
        persons=persons,
        roles=roles,
        areas=areas,
        person=np.concatenate([holders, substitutes]),
        area=np.concatenate([area, area[chosen]]),
        role=np.concatenate([role, role[chosen]]),
        order=np.concatenate([order, len(people) + np.arange(len(acting))]),
        fte=fte + tuple(fte[origin] for origin in chosen),
        acting_for=np.concatenate([np.full(len(people), -1), np.array(chosen, np.int64)]).astype(np.int64),
        tenure=np.concatenate([tenure, *(one.days[None] for one in acting)]) if acting else tenure,
        base_work=shifts.work,
        statutory=statutory,
        away=away,
        shift_start=shifts.start,
        shift_end=shifts.end,
        leave=leave,
        unbound=_unbound(leave, np.concatenate([holders, substitutes]), acting),
        provisional=calendar.provisional(date_of(first), date_of(last)),
    )


def _shifts(
    roster: pl.DataFrame, code: Mapping[str, int], statutory: Bools, first: int, hours: tuple[int, int]
) -> _Shifts:
    """Workdays and shift times of every person; a rostered month has no statutory workdays left."""
    shape = (len(code), len(statutory))
    work = np.broadcast_to(statutory, shape).copy()
    start, end = np.full(shape, hours[0], np.int64), np.full(shape, hours[1], np.int64)
    if roster.is_empty():
        return _Shifts(work, start, end)
    rows = roster.filter(pl.col("person").is_in(list(code))).with_columns(
        day=pl.col("date").to_physical().cast(pl.Int64)
    )
    rows = rows.filter(pl.col("day").is_between(first, first + len(statutory) - 1))
    if rows.is_empty():
        return _Shifts(work, start, end)
    person = np.array([code[name] for name in rows["person"]], np.int64)
    day = rows["day"].to_numpy() - first
    axis = pl.Series(np.arange(first, first + len(statutory)), dtype=pl.Int32).cast(pl.Date)
    month = (axis.dt.year().cast(pl.Int64) * 12 + axis.dt.month()).to_numpy()
    for who, which in {(int(a), int(b)) for a, b in zip(person, month[day], strict=True)}:
        work[who, month == which] = False
    begins, ends = rows["start"].cast(pl.Int64), rows["end"].cast(pl.Int64)
    on = begins.is_not_null().to_numpy()
    begin = begins.fill_null(0).to_numpy()[on]
    finish = ends.fill_null(hours[1]).to_numpy()[on]
    where = (person[on], day[on])
    work[where] = True
    start[where] = begin
    end[where] = np.where(finish <= begin, finish + DAY, finish)
    return _Shifts(work, start, end)


def _away(leave: Leave, start: Ints, end: Ints, first: int) -> Bools:
    """Days whose whole shift lies in one person's leave."""
    away = np.zeros(start.shape, np.bool_)
    for person, begin, until in zip(leave.person, leave.start, leave.end, strict=True):
        low = max(int(begin // DAY) - first - 1, 0)
        high = min(int(until // DAY) - first + 1, start.shape[1])
        if low < high:
            midnight = (np.arange(low, high) + first) * DAY
            away[person, low:high] |= (midnight + start[person, low:high] >= begin) & (
                midnight + end[person, low:high] <= until
            )
    return away


@dataclass
class _Acting:
    """An accepted substitution: the absent person's post, who stands in on which days, and from when on the first."""

    post: int
    person: int
    days: Bools
    accepted: dict[int, int]


def _unbound(leave: Leave, holders: Ints, acting: Sequence[_Acting]) -> Leave:
    """By post: its person's leave; of acting ones, the last so many posts, also the day until they were accepted."""
    own = {person: np.flatnonzero(leave.person == person) for person in set(leave.person.tolist())}
    spans = [
        (post, int(leave.start[row]), int(leave.end[row]))
        for post, person in enumerate(holders.tolist())
        for row in own.get(person, ())
    ]
    first = len(holders) - len(acting)
    spans += [
        (first + number, day * DAY, since)
        for number, one in enumerate(acting)
        for day, since in one.accepted.items()
        if since > day * DAY
    ]
    return Leave.united(spans)


def _acting(leave: pl.DataFrame, code: Mapping[str, int], held: _Held, shifts: _Shifts, first: int) -> list[_Acting]:
    """The accepted substitutions.

    The days are those whose shift lies wholly in this leave and that begin on or after the day of acceptance; a
    substitute who holds the same post anyway owes it once.
    """
    if leave["accepted_at"].null_count() == leave.height:
        return []
    accepted = leave.filter(
        pl.col("approved")
        & pl.col("substitute").is_in(list(code))
        & pl.col("person").is_in(list(code))
        & pl.col("accepted_at").is_not_null()
    )
    acting: dict[tuple[int, int], _Acting] = {}  # several leaves of one person make one post
    axis = np.arange(first, first + held.tenure.shape[1])
    columns = ("from", "until", "accepted_at")
    for name, substitute, begin, until, since in accepted.select(
        "person", "substitute", *(pl.col(column).dt.epoch("s") for column in columns)
    ).iter_rows():
        who = code[name]
        inside = (axis * DAY + shifts.start[who] >= begin) & (axis * DAY + shifts.end[who] <= until)
        covered = shifts.work[who] & inside & (axis >= since // DAY)
        for post in np.flatnonzero(held.person == who):
            days = held.tenure[post] & covered & ~held.already(code[substitute], int(post))
            if days.any():
                key = int(post), code[substitute]
                one = acting.setdefault(key, _Acting(*key, np.zeros_like(days), {}))
                one.days |= days
                if first <= since // DAY < first + len(days) and days[since // DAY - first]:
                    one.accepted[since // DAY] = min(since, one.accepted.get(since // DAY, since))
    return list(acting.values())
