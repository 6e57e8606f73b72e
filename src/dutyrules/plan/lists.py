"""The next workday's list: buildings that the book wants named on the workday before they are patrolled."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

import numpy as np

from dutyrules.checks.duty import Pattern
from dutyrules.checks.precedence import Precedence
from dutyrules.estate import Estate
from dutyrules.facts import Events
from dutyrules.plan.hours import at_work, instant, nearest_minute
from dutyrules.plan.owing import Attributes, words
from dutyrules.plan.plan import Task, Unplanned
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import day_number


def list_duties(estate: Estate) -> tuple[list[Precedence], list[Unplanned]]:
    """The duties to list planned patrols beforehand, and those that ask for something before a patrol otherwise."""
    duties, left = [], []
    for name, duty in estate.book.duties.items():
        if not isinstance(duty, Precedence) or duty.event.event not in estate.planning.patrols:
            continue
        if why := _unplannable(estate, duty):
            left.append(Unplanned(name, why))
        else:
            duties.append(duty)
    return duties, left


def _unplannable(estate: Estate, duty: Precedence) -> str | None:
    if duty.strength != "must":
        return "not_must"
    if duty.lag != "previous_workday":
        return "not_the_workday_before"
    entry = duty.requires.single
    if entry is None or duty.owed_by != "person":
        return "several_follow_ups" if entry is None else "not_own"
    if entry.participants or duty.event.participants:
        return "participants"
    if duty.match_on != "target" or estate.book.kinds[entry.event].target != "building":
        return "no_buildings"
    return None


def required(duty: Precedence) -> Pattern:
    """The entry that a duty wants in the list."""
    assert duty.requires.single is not None
    return duty.requires.single


@dataclass(frozen=True)
class Entry:
    """A building to be listed.

    Attributes:
        kind, attributes: The event that lists it.
        patrol: The kind of patrol that it is listed for.
        day: Workday on which it has to be done.
        open: Whether that is still to come.
        judged: Whether it is a breach if it is left out; where the log has gaps nobody can tell.
    """

    duty: str
    kind: str
    attributes: Attributes
    patrol: str
    day: int
    open: bool
    judged: bool

    @property
    def late(self) -> bool:
        """Whether patrolling it breaks the duty."""
        return self.judged and not self.open


class Lists:
    """What has to be listed, what is, and when the rest is published.

    Attributes:
        duties: The duties to list.
    """

    def __init__(
        self, judgement: Judgement, duties: Iterable[Precedence], first: int, passed: int, pins: Iterable[Task]
    ) -> None:
        """Reads what is listed.

        Args:
            first: First day to plan.
            passed: Last day of which the log tells.
            pins: Pinned tasks; lists among them are published.
        """
        self.duties = tuple(duties)
        self._ground, self._estate = judgement.ground, judgement.estate
        self._first, self._passed = first, passed
        self._listed = {duty.id: _keys(required(duty).of(self._ground)) for duty in self.duties}
        self._made = {duty.id: _keys(duty.event.of(self._ground)) for duty in self.duties}
        names = {name: code for code, name in enumerate(self._ground.presence.persons)}
        codes = {name: code for code, name in enumerate(self._estate.places.ids.to_list())}
        for pin in pins:
            for duty in self.duties:
                if pin.kind == required(duty).event and pin.target is not None:
                    key = (names[pin.person], day_number(pin.at.date()), codes[pin.target])
                    self._listed[duty.id].add(key)

    def entries(self, person: int, day: int, target: int, kind: str, attributes: Mapping[str, str]) -> Iterator[Entry]:
        """What a patrol needs to have been listed and is not yet; if one was made that day anyway, nothing."""
        for duty in self.duties:
            asks = duty.event.event == kind and _says(attributes, duty.event.where)
            if asks and (person, day, target) not in self._made[duty.id]:
                yield from self._entry(duty, person, day, target)

    def named(self) -> Iterator[tuple[int, int, str, int]]:
        """(person, day, kind of patrol, building) that is listed already, for the person's next workday."""
        presence = self._ground.presence
        for duty in self.duties:
            for person, day, target in sorted(self._listed[duty.id]):
                if person < 0 or target < 0 or day < presence.first:
                    continue
                later = np.flatnonzero(presence.base_work[person, day + 1 - presence.first :])
                if len(later) and day + 1 + int(later[0]) >= self._first:
                    yield person, day + 1 + int(later[0]), duty.event.event, target

    def made(self) -> Iterator[tuple[int, int, int, Entry]]:
        """(person, day, building, entry) of patrols that the log has on planned days."""
        last = self._ground.period.last_day
        for duty in self.duties:
            for person, day, target in sorted(self._made[duty.id]):
                if self._first <= day <= last and person >= 0 and target >= 0:
                    for entry in self._entry(duty, person, day, target):
                        yield person, day, target, entry

    def _entry(self, duty: Precedence, person: int, day: int, target: int) -> Iterator[Entry]:
        presence = self._ground.presence
        post = int(presence.lead(self._ground.roles[duty.role])[person, day - presence.first])
        if post < 0 or day < day_number(self._estate.book.published[duty.id]):
            return
        before = int(presence.previous_workday(np.array([post]), np.array([day]))[0])
        if before >= 0 and (person, before, target) not in self._listed[duty.id]:
            open_, judged = self._is_open(person, before), self._judged(duty, post, before, day)
            entry = required(duty)
            yield Entry(duty.id, entry.event, words(entry.where), duty.event.event, before, open_, judged)

    def _is_open(self, person: int, day: int) -> bool:
        """Days before the planned ones are past if they lie in the period, or the log tells of them or later ones."""
        past = day < self._first and (day >= self._ground.period.first_day or day <= self._passed)
        return not past and bool(at_work(self._ground.presence, person, day, self._ground.granularity))

    def _judged(self, duty: Precedence, post: int, before: int, day: int) -> bool:
        area, since, until = self._ground.presence.area[[post]], np.array([before]), np.array([day])
        return bool(self._ground.coverage.covered(duty.kinds(), area, since, until)[0])

    def tasks(self, patrols: Iterable[Task]) -> list[Task]:
        """The lists that planned patrols ask for, and those that the log has on planned days."""
        persons = {name: code for code, name in enumerate(self._ground.presence.persons)}
        codes = {name: code for code, name in enumerate(self._estate.places.ids.to_list())}
        asked = [
            (persons[one.person], codes[one.target or ""], entry)
            for one in patrols
            for entry in self.entries(
                persons[one.person], day_number(one.at.date()), codes[one.target or ""], one.kind, one.attributes
            )
        ]
        asked += [(person, target, entry) for person, _, target, entry in self.made()]
        found: dict[tuple[object, ...], Task] = {}
        for person, target, entry in asked:
            if entry.open:
                key = (person, target, entry.kind, entry.attributes, entry.day)
                known = found.get(key)
                duties = (*known.duties, entry.duty) if known else (entry.duty,)
                task = known or self._task(person, target, entry)
                found[key] = replace(task, duties=tuple(dict.fromkeys(duties)))
        return list(found.values())

    def _task(self, person: int, target: int, entry: Entry) -> Task:
        """The list entry at the time that the estate names, or the nearest at which the person is at work."""
        hours = at_work(self._ground.presence, person, entry.day, self._ground.granularity)
        wanted = self._estate.planning.patrols[entry.patrol].publish_at // 60
        at = instant(entry.day, nearest_minute(hours, wanted) or 0)
        name, building = self._ground.presence.persons[person], str(self._estate.places.ids[target])
        return Task(at, at, name, entry.kind, building, None, dict(entry.attributes))


def _keys(events: Events) -> set[tuple[int, int, int]]:
    """(person, day, building) of some events."""
    return set(zip(events.person.tolist(), events.day.tolist(), events.target.tolist(), strict=True))


def _says(attributes: Mapping[str, str], where: Mapping[str, tuple[object, ...]]) -> bool:
    return all(
        attributes.get(name) in [str(word).lower() if isinstance(word, bool) else str(word) for word in allowed]
        for name, allowed in where.items()
    )
