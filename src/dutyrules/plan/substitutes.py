"""Who could take over the visits of somebody who is away, how many of them, and at what price."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from math import ceil

import numpy as np

from dutyrules.activity.log import Log
from dutyrules.estate import Estate, scored_period
from dutyrules.estate.logs import log_from_rows
from dutyrules.estate.planning import PatrolPace
from dutyrules.plan.agenda import Agenda, agenda_of
from dutyrules.plan.calling import CallingHours
from dutyrules.plan.draft import Stay
from dutyrules.plan.forecast import forecast, missed, outlook
from dutyrules.plan.households import wishes_of
from dutyrules.plan.kept import day_after, future, unreadable
from dutyrules.plan.obliged import demands_of
from dutyrules.plan.plan import Task
from dutyrules.plan.planfile import Placed
from dutyrules.plan.visits import planned_kinds
from dutyrules.plan.walks import Point, legs
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import date_of, day_number, instant_number, instant_of, week_of


@dataclass(frozen=True)
class Absence:
    """Somebody is away, both days included."""

    person: str
    since: date
    until: date

    def covers(self, task: Task) -> bool:
        """Whether somebody else has to do a task."""
        return task.person == self.person and self.since <= task.at.date() <= self.until


@dataclass(frozen=True)
class Substitute:
    """Somebody who could take over visits.

    Attributes:
        areas: Where they have posts in the role.
        taken: The visits that they could make, as they would make them.
        later: How many of these begin at another time than was planned.
        left: The visits that remain, and why: ``absent``, ``refuses``, ``full`` (no slot, or no visit, left that day);
            of patrols also the person's ``own`` that give way.
        minutes: What they would walk more.
        over: Visits beyond an even share of their own ones per week.
        missing: What the duties would lack in the period, judged as a month is.
        away: Minutes from their nearest building to the nearest one of these visits.
    """

    person: str
    areas: tuple[str, ...]
    taken: tuple[Task, ...]
    later: int
    left: tuple[tuple[Task, str], ...]
    minutes: int
    over: int
    missing: int
    away: int

    @property
    def price(self) -> tuple[int, int, int, int, int, str]:
        """What they are ranked by: what would be missing, what remains, the walk, the load, the distance."""
        return self.missing, len(self.left), self.minutes, self.over, self.away, self.person


def substitutes(
    estate: Estate, period: str, done: Log | None, keep: Sequence[Placed], absence: Absence
) -> list[Substitute]:
    """Everybody who holds a post in the same role, the best first.

    Args:
        estate: As it is now.
        period: The period that the plan is for.
        done: The activity log so far.
        keep: The plan.
        absence: Who is away.
    """
    span, kinds = scored_period(period), planned_kinds(estate)
    log = done if done is not None else log_from_rows([], estate)
    first = day_after(log, span)
    rows = [one.task for one in future(keep, estate.planning.visits, span, first, first)]
    bad = unreadable(estate, rows)
    tasks = [task for task in rows if task not in bad and task.at.date() <= span.last]
    before = outlook(estate, log, span, kinds)
    duties = demands_of(before, kinds)[1]
    search = _Search(before, tasks, absence)

    def missing(taken: Sequence[Task]) -> int:
        planned = [task for task in tasks if not absence.covers(task)] + list(taken)
        return sum(one.number for one in missed(outlook(estate, forecast(estate, log, planned), span, kinds), duties))

    found = [replace(one, missing=missing(one.taken)) for one in search.all()] if search.todo else []
    return sorted(found, key=lambda one: one.price)


@dataclass(frozen=True)
class _Search:
    """Looks for substitutes.

    Attributes:
        tasks: The plan.
    """

    judgement: Judgement
    tasks: Sequence[Task]
    absence: Absence

    @cached_property
    def todo(self) -> list[Task]:
        """What has to be taken over."""
        return sorted(task for task in self.tasks if self.absence.covers(task))

    def all(self) -> Iterator[Substitute]:
        """Everybody who holds a post in a role of the absent person on one of these days, one by one."""
        presence = self.judgement.ground.presence
        away = presence.persons.index(self.absence.person)
        roles = {int(presence.role[post]) for post in self._posts() if presence.person[post] == away}
        posts: dict[int, list[int]] = defaultdict(list)
        for post in self._posts():
            if int(presence.role[post]) in roles and presence.person[post] != away:
                posts[int(presence.person[post])].append(post)
        yield from (self._substitute(person, own) for person, own in sorted(posts.items()))

    def _posts(self) -> Iterator[int]:
        """Posts, not acting ones, that are held on one of these days."""
        presence = self.judgement.ground.presence
        columns = [day - presence.first for day in self._days]
        for post in np.flatnonzero(presence.acting_for < 0).tolist():
            if presence.tenure[post, columns].any():
                yield post

    @cached_property
    def _days(self) -> range:
        """The days of the absence that the period has."""
        period = self.judgement.ground.period
        first, last = day_number(self.absence.since), day_number(self.absence.until)
        return range(max(first, period.first_day), min(last, period.last_day) + 1)

    def _substitute(self, person: int, posts: Sequence[int]) -> Substitute:
        presence = self.judgement.ground.presence
        name = presence.persons[person]
        agenda = self._agenda(person, posts)
        slots = self._slots(agenda, person)
        taken = [self._moved(task, name, slots[task]) for task in self.todo if task in slots]
        left = [(task, self._why(agenda, person, task)) for task in self.todo if task not in slots]
        areas = {int(presence.area[post]) for post in posts}
        return Substitute(
            person=name,
            areas=tuple(presence.areas.names[area] for area in sorted(areas)),
            taken=tuple(taken),
            later=sum(slots[task] != instant_number(task.at) for task in self.todo if task in slots),
            left=tuple(left),
            minutes=sum(self._more_walking(name, areas, day, taken) for day in self._days),
            over=self._over(name, taken),
            missing=0,
            away=self._distance(self._homes(areas, self._days.start), self._buildings(self.todo)),
        )

    # ------------------------------------------------------------ how many

    def _agenda(self, person: int, posts: Sequence[int]) -> Agenda:
        """Their slots on these days, without what they have to do anyway."""
        judgement = self.judgement
        presence, visits = judgement.ground.presence, judgement.estate.planning.visits
        name = presence.persons[person]
        own = [task for task in self.tasks if task.person == name]
        wanted = [*own, *(task for task in self.tasks if name in task.along)]
        busy = [(person, instant_number(task.at), instant_number(task.until)) for task in wanted]
        closed = CallingHours(judgement).closed
        agenda = agenda_of(presence, posts, self._days, visits, busy, closed)
        for task in own:
            agenda.take(person, task.kind, instant_number(task.at))
        return agenda

    def _slots(self, agenda: Agenda, person: int) -> Mapping[Task, int]:
        """When they could make which visits: first those that keep their time, then each as early as can be."""
        open_tasks = [task for task in self.todo if self._takes(task)]
        found: dict[Task, int] = {}
        for keeps_time in (True, False):
            for task in open_tasks:
                start, day = instant_number(task.at), day_number(task.at.date())
                if task in found or agenda.left(person, task.kind, day) <= 0:
                    continue
                cells = [cell for cell in agenda.cells if (cell.kind, cell.day) == (task.kind, day)]
                free = sorted(slot for cell in cells for slot in agenda.free(cell))
                if keeps_time and start not in free:
                    continue
                if free and (keeps_time or not task.along):  # who comes along was told when
                    found[task] = start if keeps_time else free[0]
                    agenda.take(person, task.kind, found[task])
        return found

    def _takes(self, task: Task) -> bool:
        """Whether the household wants the visit."""
        day, channel = day_number(task.at.date()), self.judgement.estate.planning.visits[task.kind].channel
        return any(
            one.first <= day <= one.last and one.takes(channel, persons=1 + len(task.along))
            for one in self._stays.get(task.target or "", ())
        )

    @cached_property
    def _stays(self) -> Mapping[str, Sequence[Stay]]:
        return wishes_of(self.judgement, self._days)

    def _why(self, agenda: Agenda, person: int, task: Task) -> str:
        if not self._takes(task):
            return "refuses"
        return "full" if (person, day_number(task.at.date())) in agenda.at_work else "absent"

    def _moved(self, task: Task, person: str, start: int) -> Task:
        at = instant_of(start)
        return replace(task, person=person, at=at, until=at + (task.until - task.at))

    # ------------------------------------------------------------ at what price

    def _over(self, person: str, taken: Sequence[Task]) -> int:
        """Visits that go beyond the even share of their own ones per week of the plan."""
        weeks = {week_of(day_number(task.at.date())) for task in self.tasks}
        own = Counter(week_of(day_number(task.at.date())) for task in self.tasks if task.person == person)
        more = Counter(week_of(day_number(task.at.date())) for task in taken)
        share = ceil(Fraction(own.total(), max(1, len(weeks))))
        return sum(max(0, own[week] + more[week] - max(share, own[week])) for week in more)

    def _more_walking(self, person: str, areas: Collection[int], day: int, taken: Sequence[Task]) -> int:
        """The way to each building that they enter more that day, from the nearest one where they are anyway."""
        today = date_of(day)
        own = self._buildings(task for task in self.tasks if task.person == person and task.at.date() == today)
        reached = set(own or self._homes(areas, day))
        new = set(self._buildings(task for task in taken if task.at.date() == today)) - set(own)
        total = 0
        while new:
            minutes, building = min((self._distance(reached, [one]), one) for one in new)
            total += minutes
            reached.add(building)
            new.remove(building)
        return total

    def _buildings(self, tasks: "Iterator[Task] | Sequence[Task]") -> list[str]:
        """The buildings that visits at the door lead into."""
        visits = self.judgement.estate.planning.visits
        at_home = (task.target or "" for task in tasks if visits[task.kind].channel == "home")
        return list(dict.fromkeys(self._of_unit[unit] for unit in at_home if unit in self._of_unit))

    @cached_property
    def _of_unit(self) -> Mapping[str, str]:
        return dict(self.judgement.estate.tables.units.select("unit", "building").iter_rows())

    def _homes(self, areas: Collection[int], day: int) -> list[str]:
        """The buildings of some areas on a day."""
        places, ground = self.judgement.estate.places, self.judgement.ground
        codes = places.codes("building")
        inside = np.asarray(ground.areas.contains[sorted(areas)].any(axis=0), np.bool_)
        here = inside[places.area_at(codes, np.full(len(codes), day))]
        return [places.ids[int(code)] for code in codes[here]]

    def _distance(self, some: Collection[str], others: Collection[str]) -> int:
        """Minutes between the nearest of some buildings and of others; 0 where there are none."""
        return min((self._leg(one, other) for one in some for other in others), default=0)

    def _leg(self, one: str, other: str) -> int:
        points = [self._points.get(one), self._points.get(other)]
        return 0 if one == other else int(legs(points, self._pace)[0, 1])

    @cached_property
    def _pace(self) -> int:
        """As patrols are walked; as they would be by default where the estate plans none."""
        return next(iter(self.judgement.estate.planning.patrols.values()), PatrolPace()).metres_per_minute

    @cached_property
    def _points(self) -> Mapping[str, Point]:
        rows = self.judgement.estate.tables.buildings.select("building", "x", "y").drop_nulls()
        return {name: Point(Fraction(x), Fraction(y)) for name, x, y in reversed(list(rows.iter_rows()))}
