"""Rounds without targets, as plain data: what is still owed of them, and which planned events count for it.

Such an event is called an outing here, since `round.py` speaks of one walk through buildings.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from dutyrules.checks.duty import Pattern
from dutyrules.checks.ground import Ground
from dutyrules.plan.hours import Span
from dutyrules.plan.owing import words
from dutyrules.plan.plan import Task, Unplanned
from dutyrules.timegrid import instant_number

Says = tuple[tuple[str, str], ...]
"""What a planned event says: attributes, and its ``target`` and ``case`` if it has some."""


@dataclass(frozen=True)
class Part:
    """So many events of some patterns."""

    patterns: tuple[Pattern, ...]
    need: int

    @property
    def roles(self) -> tuple[str, ...]:
        """Who has to take part."""
        return tuple(dict.fromkeys(role for one in self.patterns for role in one.participants))


@dataclass(frozen=True)
class Ask:
    """An open obligation that outings can meet.

    Attributes:
        key: The breach id, which names the obligation.
        area: Of the post; its events must lie there if they lie anywhere.
        days: Days on which one may be planned.
        times: Seconds; an event that begins in one of these spans counts.
        slot: Minutes in which it has to lie.
        parts: What is asked for; of a quota one part, of a response all its follow-ups.
        whole: Whether it is missed once, however much of it is missing.
        late: Whether it is missed whatever is planned.
    """

    key: str
    duty: str
    person: int
    area: int
    days: tuple[int, ...]
    times: tuple[tuple[int, int], ...]
    slot: Span
    parts: tuple[Part, ...]
    case: str | None = None
    whole: bool = False
    late: bool = False

    def missed(self, found: Sequence[int]) -> int:
        """What is missing if so many events count for each part."""
        short = [max(0, part.need - count) for part, count in zip(self.parts, found, strict=True)]
        if self.whole:
            return int(self.late or any(short))
        return sum(short)


@dataclass(frozen=True)
class Outings:
    """What is to be planned of rounds without targets.

    Attributes:
        duties: The duties that they serve.
        kinds: The kinds of events.
        past: Breach ids of what was missed before the first planned day.
    """

    duties: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()
    asks: tuple[Ask, ...] = ()
    past: frozenset[str] = frozenset()
    unplanned: tuple[Unplanned, ...] = field(default=(), compare=False)


class Counting:
    """Which events count for which obligation, as the judge sees it."""

    def __init__(self, ground: Ground) -> None:
        self._ground = ground
        self._presence = ground.presence
        self.numbers = {name: number for number, name in enumerate(ground.presence.persons)}

    def holds(self, person: int, day: int, role: str) -> bool:
        """Whether a person takes part as somebody of a role that day."""
        presence = self._presence
        return bool(presence.lead(self._ground.roles[role])[person, day - presence.first] >= 0)

    def fits(self, ask: Ask, pattern: Pattern, kind: str, says: Mapping[str, str]) -> bool:
        """Whether an event says what a pattern asks for; times and people aside."""
        if kind != pattern.event or (ask.case is not None and says.get("case") != ask.case):
            return False
        if kind in self._ground.located:
            areas = self._presence.areas
            place = areas.index.get(says.get("target"), areas.root)
            if place == areas.root or not areas.contains[ask.area, place]:
                return False
        return all(says.get(name) in allowed(words_) for name, words_ in pattern.where.items())

    def counts(self, ask: Ask, part: Part, task: Task) -> bool:
        """Whether a task counts for a part of an obligation."""
        at = instant_number(task.at)
        if self.numbers.get(task.person) != ask.person or not any(start <= at < stop for start, stop in ask.times):
            return False
        says = dict(task.attributes) | {"target": task.target or "", "case": task.case or ""}
        people = [self.numbers[name] for name in (task.person, *task.along) if name in self.numbers]
        day = at // 86_400
        return any(
            self.fits(ask, pattern, task.kind, says)
            and all(any(self.holds(one, day, role) for one in people) for role in pattern.participants)
            for pattern in part.patterns
        )

    def found(self, ask: Ask, tasks: Iterable[Task]) -> list[int]:
        """How many tasks count for each part of an obligation."""
        listed = list(tasks)
        return [sum(self.counts(ask, part, task) for task in listed) for part in ask.parts]


def allowed(words_: Iterable[object]) -> list[str]:
    """The words that pass a filter, as a log writes them."""
    return [dict(words({"": (word,)}))[""] for word in words_]
