"""What all checks share: the form of a duty, event patterns, and how they say what they read."""

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any, Literal, TypeAlias, Union

import numpy as np
from pydantic import AfterValidator, BeforeValidator, Discriminator, Field, Strict, Tag

from dutyrules.checks.ground import Ground
from dutyrules.facts import Events, Where
from dutyrules.figure import Figure, Form, Text, Time, wrong
from dutyrules.languages import Language
from dutyrules.obligation import REASONS, Bools, Judged, Obligations
from dutyrules.timegrid import instant_text

Word: TypeAlias = Annotated[str, Strict()] | bool | int


def one_or_many(value: object) -> Sequence[object]:
    """Lets a list with one entry be written without brackets."""
    return value if isinstance(value, list | tuple) else (value,)


def _some(kinds: tuple[Any, ...]) -> tuple[Any, ...]:
    if not kinds:
        raise wrong("no-event", kinds, "an event kind, or a list of them")
    return kinds


def tagged(choose: Callable[[Any], str], **forms: Any) -> Any:
    """One of several forms, chosen by looking at the value, so that an error speaks of that form only."""
    tags = {name: f"<{name}>" for name in forms}  # brackets: no field is called so, which keeps positions right
    union: Any = Union[tuple(Annotated[form, Tag(tags[name])] for name, form in forms.items())]  # noqa: UP007
    return Annotated[union, Discriminator(lambda value: tags[choose(value)])]


if TYPE_CHECKING:
    Titles = str | Mapping[str, str]
else:
    Titles = tagged(
        lambda value: "languages" if isinstance(value, Mapping) else "text",
        text=Text,
        languages=Mapping[Language, Text],
    )
Names = Annotated[tuple[Text, ...], BeforeValidator(one_or_many)]
Kinds = Annotated[Names, AfterValidator(_some)]
Words = Annotated[tuple[Word, ...], BeforeValidator(one_or_many)]


class Pattern(Form):
    """Which events: a kind, what its attributes must say, and which roles must have taken part."""

    event: Text
    where: Mapping[str, Words] = {}
    participants: Names = ()

    def of(self, ground: Ground) -> Events:
        """The events that fit, in time order."""
        where: Where = self.where
        return attended(ground, ground.facts.events(self.event, where), self.participants)


def attended(ground: Ground, events: Events, roles: Sequence[str]) -> Events:
    """The events in which somebody of each role took part: its person, or who stands beside it as participant."""
    if not roles:
        return events
    entry, person = ground.facts.participants(events)
    day = events.day[entry] - ground.presence.first
    kept = np.ones(len(events), np.bool_)
    for role in roles:
        there = ground.presence.lead(ground.roles[role])[person, day] >= 0
        kept &= np.bincount(entry[there], minlength=len(events)) > 0
    return events.take(kept)


def any_of(ground: Ground, patterns: Sequence["Pattern"]) -> Events:
    """The events that fit one of the patterns, in time order."""
    found = [pattern.of(ground) for pattern in patterns]
    if len(found) == 1:
        return found[0]
    kinds = tuple(dict.fromkeys(pattern.event for pattern in patterns))
    events = ground.facts.events(kinds)
    return events.take(np.isin(events.row, np.concatenate([one.row for one in found])))


def _pattern(value: object) -> object:
    return {"event": value} if isinstance(value, str) else value


EventPattern = Annotated[Pattern, BeforeValidator(_pattern)]
EventPatterns = Annotated[tuple[EventPattern, ...], BeforeValidator(one_or_many), AfterValidator(_some)]


class Excuse(Form):
    """An event on the day that excuses a miss, if it comes before a time (by default the obligation's own limit)."""

    event: Text
    before: Figure[Time] | None = None


class Duty(Form):
    """What every duty says, whatever its check; a check adds its own fields, `expand` and `judge`."""

    check: Text
    role: Text
    clause: Names = ()
    title: Titles = ""
    slot: Text | None = None
    strength: Literal["must", "should", "may"] = "must"
    excused_by: Excuse | None = None
    unannounced: Annotated[bool, Strict()] = False
    id: Text = Field(default="", exclude=True)

    @abstractmethod
    def patterns(self) -> Iterator[Pattern]:
        """The events that it reads; their kinds must be covered."""

    @abstractmethod
    def expand(self, ground: Ground) -> Obligations:
        """Who owes what in the scored period."""

    @abstractmethod
    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """What was done of it."""

    def excuse(self, ground: Ground, obligations: Obligations) -> Bools:
        """Which misses part-day leave excuses; none, unless a check says otherwise."""
        return np.zeros(len(obligations), np.bool_)

    def reasons(self) -> tuple[str, ...]:
        """The reasons for which it can be breached; any, unless a check says otherwise."""
        return REASONS

    def occasions(self) -> tuple[str, ...]:
        """Kinds without which there is nothing to judge; empty for duties that need no occasion."""
        return ()

    @property
    def triggered(self) -> bool:
        """Whether there is nothing to judge for somebody without an occasion."""
        return bool(self.occasions())

    @property
    def judged_at_end(self) -> bool:
        """Whether what is met now may still become a breach."""
        return False

    def lasting(self) -> bool:
        """Whether it stays open for a time; what an event's own instant decides is never open."""
        return True

    def populations(self) -> tuple[str, ...]:
        """Names of the populations that it counts."""
        return ()

    def attributes(self) -> Iterator[tuple[str, str]]:
        """(kind, attribute) that it reads beyond its patterns."""
        return iter(())

    def local(self, located: frozenset[str]) -> bool:
        """Whether it is owed by each post of an area, given the kinds whose targets lie somewhere."""
        return False

    def placed(self) -> tuple[str, ...]:
        """Kinds whose targets must lie in an area."""
        return ()

    def kinds(self) -> tuple[str, ...]:
        """The kinds that must be covered."""
        return tuple(dict.fromkeys(pattern.event for pattern in self.patterns()))

    def read_by(self, ground: Ground, obligations: Obligations) -> Iterator[tuple[Bools, tuple[str, ...]]]:
        """(rows, kinds) that must be covered for them; each row may stand in several."""
        yield np.ones(len(obligations), np.bool_), self.kinds()

    def by_own_kind(self, ground: Ground, obligations: Obligations) -> Iterator[tuple[Bools, tuple[str, ...]]]:
        """What `read_by` says where each obligation is about one event, and the other kinds do not matter to it."""
        for kind in self.kinds():
            yield np.isin(obligations.event, ground.facts.events(kind).row), (kind,)

    def figures(self) -> Iterator[tuple[tuple[str, ...], Figure[Any]]]:
        """Every figure with the path of its field."""
        yield from figures_of(self, ())

    def discriminator(self, ground: Ground, obligations: Obligations, row: int) -> str:
        """What tells this obligation from others of its post and period."""
        slot, case = int(obligations.slot[row]), int(obligations.case[row])
        if slot:
            return str(slot)
        if int(obligations.event[row]) >= 0:
            instant = instant_text(int(obligations.start[row]))
            key = self.key_text(ground, obligations, row)
            return f"{instant}/{key}" if key else instant
        return ground.facts.log.cases[case] if case >= 0 else self.key_text(ground, obligations, row)

    def key_text(self, ground: Ground, obligations: Obligations, row: int) -> str:
        """The case or target that an obligation is about."""
        case, target = int(obligations.case[row]), int(obligations.target[row])
        if case >= 0:
            return str(ground.facts.log.cases[case])
        return str(ground.facts.log.targets[target]) if target >= 0 else ""


def figures_of(form: Form, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Figure[Any]]]:
    """Every figure inside a form, with the path of its field."""
    for name in type(form).model_fields:
        yield from _figures_in(getattr(form, name), (*path, name))


def _figures_in(value: Any, path: tuple[str, ...]) -> Iterator[tuple[tuple[str, ...], Figure[Any]]]:
    if isinstance(value, Figure):
        yield path, value
    elif isinstance(value, Form):
        yield from figures_of(value, path)
    elif isinstance(value, tuple):
        for index, item in enumerate(value):
            yield from _figures_in(item, (*path, str(index)))
    elif isinstance(value, Mapping):
        for key, item in value.items():
            yield from _figures_in(item, (*path, str(key)))
