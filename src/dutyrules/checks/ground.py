"""What a check stands on: the scored period, who is present, what happened, and the figures in force."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from dutyrules.facts import Events, Facts, ranges
from dutyrules.figure import Figure, Off, Unbound, Value
from dutyrules.obligation import Bools, Ints, Obligations, State, Unit
from dutyrules.registry.areas import Areas
from dutyrules.registry.coverage import Coverage
from dutyrules.registry.population import Members
from dutyrules.registry.presence import Presence
from dutyrules.timegrid import DAY, Period

REACH_BACK: Final = 370
REACH_ON: Final = 130
"""Days before and after the scored period that the arrays cover: a year's quota back, 120 days of rolling on."""


@dataclass(frozen=True)
class Ground:
    """Everything that expanding and judging may look at.

    Attributes:
        horizon: First second that does not exist yet.
        granularity: Seconds within which `by` still counts as on time.
        bound: Parameters with a value.
        members: Makes a population's members by name.
        slots: Windows of the timetable by name.
        roles: Role → the roles whose posts owe what it owes.
        located: Kinds whose targets lie in an area.
    """

    period: Period
    horizon: int
    granularity: int
    presence: Presence
    facts: Facts
    coverage: Coverage
    bound: Mapping[str, Figure[Any]]
    members: Callable[[str], Members]
    slots: Mapping[str, tuple[int, int]]
    roles: Mapping[str, tuple[str, ...]]
    located: frozenset[str]
    _owing: dict[tuple[str, bool], tuple[Ints, Bools]] = field(default_factory=dict, repr=False, compare=False)

    @property
    def areas(self) -> Areas:
        """The estate's areas."""
        return self.presence.areas

    @property
    def scored(self) -> slice:
        """The scored period on the day axis."""
        first = self.presence.first
        return slice(self.period.first_day - first, self.period.last_day - first + 1)

    def owing(self, role: str, local: bool) -> tuple[Ints, Bools]:
        """Posts that owe a role's duties, and post × day whether they do.

        A duty that is not local, and one of a post without area, is owed once per person: by the lead post.
        """
        key = (role, local)
        if key not in self._owing:
            presence = self.presence
            posts = presence.posts_of(self.roles[role])
            lead = presence.lead(self.roles[role])[presence.person[posts]] == posts[:, None]
            own = presence.tenure[posts] & (presence.area[posts] < self.areas.root)[:, None]
            self._owing[key] = (
                posts,
                own | (lead & (presence.area[posts] == self.areas.root)[:, None]) if local else lead,
            )
        return self._owing[key]

    def happened(self, events: Events) -> Bools:
        """Whether each event happened in the scored period, whichever duty day it belongs to."""
        return (events.at >= self.period.first_day * DAY) & (events.at < self.period.end)

    def workdays(self, role: str, local: bool) -> tuple[Ints, Ints]:
        """(post, day) of every workday in the scored period on which a post owes."""
        posts, owes = self.owing(role, local)
        inside = self.scored
        index, day = np.nonzero(owes[:, inside] & self.presence.work[posts, inside])
        return posts[index], day + self.period.first_day

    def lead_post(self, role: str, events: Events) -> Ints:
        """The post of each event's person that owes the role's duties on its day; -1 where there is none."""
        table = self.presence.lead(self.roles[role])
        cell = events.person * self.presence.days  # nobody's count from behind
        cell += events.day
        cell -= self.presence.first
        post = table.ravel().take(cell)
        nobody = events.person < 0
        if nobody.any():
            post[nobody] = -1
        return post

    def period_posts(self, role: str, local: bool, periods: Sequence[Period]) -> tuple[Ints, Ints]:
        """(post, period index) of all posts that owe in some periods of a week or longer.

        A post owes in a period in which it has a workday; acting posts owe nothing that runs so long.
        """
        posts, owes = self.owing(role, local)
        ordinary = self.presence.acting_for[posts] < 0
        posts, owes = posts[ordinary], owes[ordinary] & self.presence.work[posts[ordinary]]
        first = self.presence.first
        owed = [
            posts[owes[:, max(period.first_day - first, 0) : period.last_day - first + 1].any(axis=1)]
            for period in periods
        ]
        post = np.concatenate([np.empty(0, np.int64), *owed])
        return post, np.repeat(np.arange(len(periods)), [len(part) for part in owed])

    def around(self, posts: Ints, area: Ints) -> tuple[Ints, Ints]:
        """(position in `area`, position in `posts`) of all pairs in which the post's area contains the area."""
        width = self.areas.root + 1
        place, inner = np.divmod(np.flatnonzero(self.areas.contains[self.presence.area[posts]]), width)
        order = np.argsort(inner, kind="stable")
        inner, place = inner[order], place[order]
        start = np.searchsorted(inner, np.arange(width + 1))
        if int(np.diff(start).max()) <= 1:  # posts mostly share no area
            only = np.full(width, -1, np.int64)
            only[inner] = place
            index = only.take(area)
            position = np.flatnonzero(index >= 0)
            return position, index[position]
        position, index = ranges(start[area], np.diff(start)[area])
        return position, place[index]

    def first_posts(self, role: str, *, local: bool) -> Ints:
        """For each person that owes in the scored period, the (not acting) post that does so first."""
        posts, owes = self.owing(role, local)
        inside = owes[:, self.scored]
        active = inside.any(axis=1) & (self.presence.acting_for[posts] < 0)
        posts, since = posts[active], inside[active].argmax(axis=1)
        posts = posts[np.lexsort((posts, since, self.presence.person[posts]))]
        person = self.presence.person[posts]
        fresh = np.ones(len(posts), np.bool_)
        fresh[1:] = person[1:] != person[:-1]
        return posts[fresh]

    def over_period(self, post: Ints, **columns: Any) -> Obligations:
        """One obligation of each post for the whole scored period."""
        return self.over_periods(post, [self.period], np.zeros(len(post), np.int64), **columns)

    def over_periods(self, post: Ints, periods: Sequence[Period], which: Ints, **columns: Any) -> Obligations:
        """One obligation of each post for one of the periods, from its first second to its last."""
        first = np.array([period.first_day for period in periods], np.int64)[which]
        last = np.array([period.last_day for period in periods], np.int64)[which]
        return Obligations.of(
            len(post),
            post=post,
            first_day=first,
            last_day=last,
            start=first * DAY,
            limit=(last + 1) * DAY,
            late_limit=(last + 1) * DAY,
            **columns,
        )

    def own(self, role: str, events: Events) -> tuple[Events, Ints]:
        """The events of the scored period whose person has a post that owes the role's duties, and that post."""
        events = events.take(self.happened(events))
        post = self.lead_post(role, events)
        return events.take(post >= 0), post[post >= 0]

    def per_event(self, role: str, events: Events, *, unit: Unit = "count") -> Obligations:
        """One obligation for each event of the scored period, of its person's lead post; due at its own instant."""
        events, post = self.own(role, events)
        end = events.at + 1
        return Obligations.of(
            len(post),
            unit=unit,
            post=post,
            first_day=events.day,
            last_day=events.day,
            start=events.at,
            limit=end,
            late_limit=end,
            event=events.row,
        )

    def terms(self, post: Ints, day: Ints) -> "Terms":
        """Resolves figures for these posts on these days."""
        return Terms(self, post, day)

    def by(self, instants: Ints) -> Ints:
        """The first second that is too late for `by` an instant."""
        return instants // self.granularity * self.granularity + self.granularity

    def by_time(self, day: Ints, time: Ints | int) -> Ints:
        """The first second that is too late for `by` a time of day; `24:00` is the end of the day."""
        return np.where(time == DAY, (day + 1) * DAY, self.by(day * DAY + time))

    def day_end(self, post: Ints, day: Ints) -> Ints:
        """The end of a duty day: the next midnight, or the end of the person's own shift that crosses it."""
        if not self.presence.crosses_midnight:
            return (day + 1) * DAY
        over = self.presence.overhang[self.presence.person[post], day + 1 - self.presence.first]
        return (day + 1) * DAY + np.where(over >= 0, self.by(over), 0)

    def on_axis(self, day: Ints) -> Ints:
        """Day numbers, those beyond the days that are looked at on the nearest that have a day beside them."""
        return np.clip(day, self.presence.first + 1, self.presence.first + self.presence.days - 2)

    def end_of_month(self, day: Ints) -> Ints:
        """The first second after the month of each day number."""
        months = day.astype("datetime64[D]").astype("datetime64[M]") + 1
        return months.astype("datetime64[D]").astype(np.int64) * DAY

    def slot_span(self, slot: str | None, obligations: Obligations) -> tuple[Ints, Ints]:
        """The timetable slot of each obligation's day, or the shift where a duty names none."""
        midnight = obligations.first_day * DAY
        if slot is not None:
            start, stop = self.slots[slot]
            return midnight + start, midnight + stop
        person, day = self.presence.person[obligations.post], obligations.first_day - self.presence.first
        return midnight + self.presence.shift_start[person, day], midnight + self.presence.shift_end[person, day]

    def on_leave_at(self, obligations: Obligations, instant: Ints) -> Bools:
        """Whether the post's person is on approved leave at an instant, or has not accepted the post yet."""
        return self.presence.unbound.contains(obligations.post, instant)

    def half_on_leave(self, obligations: Obligations, windows: Sequence[tuple[Ints, Ints]]) -> Bools:
        """Whether leave, or the time before a substitute accepted, covers at least half of all the windows together."""
        post = obligations.post
        covered = sum(
            (self.presence.unbound.seconds(post, start, end) for start, end in windows), np.zeros(len(post), np.int64)
        )
        whole = sum((end - start for start, end in windows), np.zeros(len(post), np.int64))
        return (2 * covered >= whole) & (covered > 0)


class Terms:
    """The figures of some obligations, and what became of those without a value.

    Row *i* stands for a post on a day. A figure that is ``none`` there makes the obligation vanish; one that is
    unbound makes it `not_assessed`.
    """

    def __init__(self, ground: Ground, post: Ints, day: Ints) -> None:
        self._ground = ground
        self._post, self._day = post, day
        self.off: Bools = np.zeros(len(post), np.bool_)
        self.unbound: Ints = np.broadcast_to(np.int64(0), (len(post),))
        self.names: tuple[str, ...] = ("",)

    def choose(self, figure: Figure[Any], *, needed: Bools | None = None) -> tuple[Ints, tuple[Value[Any], ...]]:
        """Index of each row's value in a list of values; -1 where there is none.

        Args:
            needed: The rows that cannot be judged without it; by default all.
        """
        alike = [(mine, figure.steps(around, self._ground.bound)) for around, mine in self._alike(figure)]
        values: list[Value[Any]] = [value for _, steps in alike for _, value in steps]
        index = np.broadcast_to(np.int64(0), (len(self._day),))  # most figures say one thing to all, ever
        if len(values) > 1:
            index, known = np.full(len(self._day), -1, np.int64), 0
            for mine, steps in alike:
                starts = np.array([start for start, _ in steps])
                index[mine] = np.searchsorted(starts, self._day[mine], side="right") - 1 + known
                known += len(steps)
        for number, value in enumerate(values):
            if isinstance(value, Off):
                self.off |= index == number
            elif isinstance(value, Unbound):
                self._note((index == number) & (True if needed is None else needed), value.parameter)
        missing = np.array([isinstance(value, Off | Unbound) for value in values], np.bool_)
        return np.where(missing[index], -1, index) if missing.any() else index, tuple(values)

    def _alike(self, figure: Figure[Any]) -> Iterator[tuple[Sequence[str], Bools | slice]]:
        """The rows for which a figure reads the same, and those of the areas around them that it tells apart."""
        told_apart = _areas_of(figure, self._ground.bound)
        if not told_apart:
            yield (), slice(None)
            return
        areas = self._ground.areas
        told = np.array([areas.index[name] for name in sorted(told_apart) if name in areas.index], np.int64)
        _, example, groups = np.unique(areas.contains[told], axis=1, return_index=True, return_inverse=True)
        group = groups[self._ground.presence.area[self._post]]
        for number in np.unique(group):
            around = areas.around(int(example[number]))
            yield [name for name in around if name in told_apart], group == number

    def numbers(
        self,
        figure: Figure[Any],
        encode: Callable[[Any], int] = int,
        *,
        without: int = 0,
        needed: Bools | None = None,
    ) -> Ints:
        """Each row's value as a number; `without` where there is none; `needed` as in `choose`."""
        index, values = self.choose(figure, needed=needed)
        known = [without if isinstance(value, Off | Unbound) else encode(value) for value in values]
        table = np.array([*known, without], np.int64)
        alike = index.strides == (0,)
        return np.broadcast_to(table[index[:1]], index.shape) if alike else table[index]

    def _note(self, rows: Bools, parameter: str) -> None:
        if not rows.any():
            return
        if parameter not in self.names:
            self.names += (parameter,)
        self.unbound = np.where(rows & (self.unbound == 0), self.names.index(parameter), self.unbound)

    def settle(self, obligations: Obligations, rows: Ints | None = None) -> Obligations:
        """Marks unbound obligations and drops those that are switched off.

        Args:
            rows: The row of these terms that each obligation stands for; by default they stand in the same order.
        """
        unbound, off = (self.unbound, self.off) if rows is None else (self.unbound[rows], self.off[rows])
        if len(self.names) == 1:  # all are known
            return obligations.take(~off)
        whys = obligations.whys + tuple(f"unbound:${name}" for name in self.names[1:])
        why = np.where(unbound > 0, unbound + len(obligations.whys) - 1, obligations.why)
        settled = np.where(unbound > 0, State.NOT_ASSESSED, obligations.settled)
        return with_whys(obligations.replace(settled=settled, why=why), whys).take(~off)


def _areas_of(figure: Figure[Any], bound: Mapping[str, Figure[Any]]) -> frozenset[str]:
    """The areas that a figure, or a parameter that it reads, tells apart."""
    inner = (_areas_of(bound[name], bound) for name in figure.parameters if name in bound)
    return figure.areas.union(*inner)


def with_whys(obligations: Obligations, whys: tuple[str, ...]) -> Obligations:
    """The obligations with the texts that `why` points to."""
    columns = {name: getattr(obligations, name) for name in obligations.__dataclass_fields__}
    return Obligations(**columns | {"whys": whys})


def grid(rows: Ints, columns: Ints, shape: tuple[int, int]) -> npt.NDArray[np.int64]:
    """A table that holds at [row, column] the position of that pair; -1 elsewhere."""
    table = np.full(shape, -1, np.int64)
    table[rows, columns] = np.arange(len(rows))
    return table


__all__ = ["REACH_BACK", "REACH_ON", "Ground", "Terms", "grid", "with_whys"]
