"""The world that judges look at, obligations, and the verdict order (semantics.md, "Verdict of an obligation")."""

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from . import calendar as cal
from .books import Duty
from .calendar import Period
from .estate import Estate, Post, pattern_kind
from .figures import OffError, Place, UnboundError
from .log import Event, fits

Shown = Fraction | int | datetime | None


@dataclass
class World:
    estate: Estate
    scored: Period
    horizon: datetime
    events: list[Event]
    """Events with `at >= H` do not exist."""
    planned: frozenset[str] = frozenset()
    """Kinds of a forecast."""

    def place(self, duty: Duty, post: Post, day: date) -> Place:
        return self.estate.place(duty.book, post.area, day)

    def workday(self, post: Post, day: date) -> bool:
        return self.estate.workday(post, day)

    def owed_days(self, duty: Duty, post: Post, days: list[date]) -> list[date]:
        """The workdays of a post on which it owes the duty."""
        return [d for d in days if self.workday(post, d) and self.estate.owes(duty, post, d)]

    def lies_in(self, event: Event) -> bool:
        """What falls due at its own instant belongs to the period of that instant, whatever its duty day."""
        return self.scored.contains(event.at.date())

    def next_workday(self, post: Post, after: date, count: int = 1) -> date | None:
        """The post's count-th workday after a day; within the 120 days after, else None."""
        for ahead in range(1, 121):
            day = after + cal.DAY * ahead
            if self.workday(post, day):
                count -= 1
                if count == 0:
                    return day
        return None

    def belonging(self, duty: Duty, post: Post, pattern: Any, where: Any = None) -> list[Event]:
        """Events of a person belong, for duties that are not local, to the lead post on the event's duty day."""
        roles = self.estate.roles_of(duty)
        return [
            e
            for e in self.events
            if e.person == post.person
            and fits(e, pattern, where)
            and self.estate.lead(e.person, roles, e.duty_day) is post
        ]

    def kinds_seen(self) -> set[str]:
        """No coverage rows at all: kinds with at least one row in the scored period are covered."""
        return {event.kind for event in self.events if self.lies_in(event)}

    def __post_init__(self) -> None:
        self._kinds_seen = self.kinds_seen()

    def covered(self, kinds: list[str], area: str, first: date, last: date) -> bool:
        """Every kind is covered on every day that has begun before H."""
        last = min(last, cal.due_day(self.horizon))
        days = Period("", first, last).days() if first <= last else []
        return all(self.estate.covered(k, area, d, self._kinds_seen, self.planned) for k in kinds for d in days)


@dataclass(eq=False)
class Obligation:
    duty: Duty
    post: Post
    period: str
    day: date
    discriminator: str = ""
    kinds: list[str] = field(default_factory=list)
    search_from: date | None = None
    first: date | None = None
    """Its first day, if it is not that from which on events count, nor its own."""
    idle: bool = False
    """Nothing gave rise to anything: said once for the period."""
    decided: tuple[str, str | None] | None = None
    """A verdict that stands before anything is judged: unbound, no due time, uninspected."""
    occasion: bool = True
    why_no_occasion: str | None = None
    limit: datetime | None = None
    late: datetime | None = None
    """First second from which doing it no longer counts as late."""
    met: bool = False
    only_at_end: bool = False
    reason: str | None = None
    expected: Shown = None
    actual: Shown = None
    at_rest: bool = False
    """No workday to roll a dated deadline to."""
    relieved: bool = False
    """Part-day leave excuses it."""
    excuse_day: date | None = None
    case: str = ""
    state: str = ""
    presumed: str | None = None
    """What is wrong with it so far, whatever its verdict."""

    def binds(self) -> bool:
        """Nothing is owed of what began before the book was published."""
        return self.idle or (self.first or self.search_from or self.day) >= self.duty.published

    def amount(self) -> Fraction:
        """How many occurrences a breach is: findings count `value` or 1, all others 1."""
        return Fraction(self.actual) if self.reason == "found" and isinstance(self.actual, Fraction) else Fraction(1)

    def missing(self) -> Fraction:
        """`per_missing`: breaches count `expected - actual` each."""
        if isinstance(self.expected, Fraction | int) and isinstance(self.actual, Fraction | int):
            return Fraction(self.expected) - Fraction(self.actual)
        return Fraction(1)


def unbound(
    duty: Duty,
    post: Post,
    period: str,
    day: date,
    *,
    discriminator: str = "",
    case: str = "",
    first: date | None = None,
) -> Obligation:
    found = Obligation(duty, post, period, day, discriminator, case=case, first=first)
    found.decided = ("not_assessed", "unbound")
    return found


def number_alike(obligations: list[Obligation]) -> None:
    """Obligations of one duty, post and period that share a discriminator: `#2`, `#3` in log order."""
    seen: dict[tuple[str, str, str, str], int] = {}
    for ob in obligations:
        key = (ob.duty.id, ob.post.label, ob.period, ob.discriminator)
        seen[key] = seen.get(key, 0) + 1
        if seen[key] > 1:
            ob.discriminator += f"#{seen[key]}"


def breach_id(estate: Estate, ob: Obligation) -> str:
    text = "|".join([estate.id, ob.post.label, ob.duty.id, ob.period, ob.discriminator])
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def settle(world: World, ob: Obligation) -> None:
    """The verdict of an obligation, in the order of semantics.md."""
    ob.presumed = ob.reason
    if ob.decided:  # 1. a figure it needs is unbound (and what else needs no judging)
        ob.state, ob.reason = ob.decided
        ob.expected = ob.actual = None
        return
    known = min(ob.day, (world.horizon - cal.SECOND).date())  # nobody can cover what is yet to come
    if not world.covered(ob.kinds, ob.post.area, ob.search_from or ob.day, known):  # 2.
        ob.state, ob.reason, ob.expected, ob.actual = "not_assessed", "log_incomplete", None, None
    elif not ob.occasion:  # 3. N = 0, empty population, no occasion
        ob.state, ob.reason, ob.expected, ob.actual = "no_occasion", ob.why_no_occasion, None, None
    elif ob.at_rest:
        ob.state, ob.reason = "excused", "rest"
    elif ob.met and not (ob.only_at_end and ob.limit and ob.limit > world.horizon):  # 4.
        ob.state, ob.reason = "met", None
    elif ob.limit and ob.limit > world.horizon:  # 5. L > H
        ob.state, ob.reason = "pending", None
    else:  # 6. breached, but excused; 7. else breached
        excuse = find_excuse(world, ob)
        ob.state, ob.reason = ("excused", excuse) if excuse else ("breached", ob.reason)


def find_excuse(world: World, ob: Obligation) -> str | None:
    if any(row["breach_id"] == breach_id(world.estate, ob) for row in world.estate.tables["waivers"]):
        return "waived"
    if excused_by_event(world, ob):
        return "excused_by"
    return "leave" if ob.relieved else None


def excused_by_event(world: World, ob: Obligation) -> bool:
    """By an `excused_by` event of the person on the duty day before its limit."""
    excuse = ob.duty.fields.get("excused_by")
    if not excuse:
        return False
    day = ob.excuse_day or ob.day
    limit = ob.limit
    if "before" in excuse:
        limit = cal.clock(day, world.place(ob.duty, ob.post, day).figure(excuse["before"]))
    return any(
        fits(e, excuse["event"]) and e.person == ob.post.person and e.duty_day == day and (not limit or e.at < limit)
        for e in world.events
    )


def named_instant(world: World, limit: datetime) -> datetime:
    """The named instant of a limit L is `L - g`."""
    return limit - timedelta(seconds=world.estate.granularity)


def leave_at_limit(world: World, post: Post, limit: datetime) -> bool:
    """Leave contains the named instant."""
    return world.estate.unbound_at(post, named_instant(world, limit))


def leave_over_half(world: World, post: Post, spans: list[tuple[datetime, datetime]]) -> bool:
    """Leave covers at least half of the spans together."""
    total = sum((end - start).total_seconds() for start, end in spans if end > start)
    return total > 0 and 2 * sum(world.estate.unbound_seconds(post, span) for span in spans) >= total


def owed_posts_and_days(world: World, duty: Duty) -> Iterator[tuple[Post, date]]:
    """Daily: one per workday of each owing post."""
    for post in world.estate.owing_posts(duty):
        for day in world.owed_days(duty, post, world.scored.days()):
            yield post, day


def each_own_event(
    world: World, duty: Duty, patterns: list[Any], judge: Callable[[Post, Event], list[Obligation]]
) -> Iterator[Obligation]:
    """What is said of each event of the person in the scored period, attempts included; of none: no occasion."""
    roles = world.estate.roles_of(duty)
    found = []
    for post in world.estate.owing_posts(duty):
        for event in (e for e in world.events if any(fits(e, pattern) for pattern in patterns)):
            if world.lies_in(event) and world.estate.lead(event.person, roles, event.duty_day) is post:
                found += judge(post, event)
    yield from found
    yield from no_occasions(world, duty, found, [pattern_kind(pattern) for pattern in patterns])


def no_occasions(world: World, duty: Duty, found: list[Obligation], kinds: list[str]) -> Iterator[Obligation]:
    """A person that owes a triggered duty, but has no obligation of it in the period: one `no_occasion`."""
    served = {ob.post.person for ob in found if ob.binds()}
    earliest: dict[str, tuple[date, tuple[bool, int], Post]] = {}
    for post in world.estate.owing_posts(duty):
        days = [d for d in world.scored.days() if world.estate.owes(duty, post, d)]
        if days and post.person not in served and not post.acting:
            candidate = (days[0], (post.acting, post.order), post)
            if post.person not in earliest or candidate[:2] < earliest[post.person][:2]:
                earliest[post.person] = candidate
    for _, _, post in earliest.values():
        period, last = world.scored.label, world.scored.last
        if switched_off(duty, world.place(duty, post, world.scored.first)):
            continue
        first = world.scored.first
        yield Obligation(duty, post, period, last, kinds=kinds, search_from=first, idle=True, occasion=False)


WORD_FIELDS = {"role", "title", "clause", "check", "slot", "strength", "excused_by", "event", "events", "of", "of_each"}
WORD_FIELDS |= {"follow_up", "requires", "match_on", "owed_by", "performed_by", "lag", "fields", "allowed", "signed_by"}
WORD_FIELDS |= {
    "where",
    "same",
    "value",
    "field",
    "per",
    "not_before",
    "participants",
    "population",
    "date",
    "yearly",
    "prorate",
    "days",
    "after",
    "until",
    "elsewhere",
    "num",
    "den",
}


def switched_off(duty: Duty, place: Place) -> bool:
    """Whether any figure of the duty is `none`; where there was no occasion no figure needs to be bound."""
    words = WORD_FIELDS - {"allowed"} if duty.check == "window" else WORD_FIELDS  # times there, words elsewhere
    return any(any_off(value, place) for name, value in duty.fields.items() if name not in words)


def read_figures(value: Any, place: Place) -> None:
    """Raises UnboundError if any figure in a field is unbound."""
    value = place.figure(value)
    for entry in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        read_figures(entry, place)


def any_off(value: Any, place: Place) -> bool:
    try:
        value = place.figure(value)
    except OffError:
        return True
    except UnboundError:
        return False
    if isinstance(value, dict):
        return any(any_off(entry, place) for key, entry in value.items() if key not in WORD_FIELDS - {"of"})
    return isinstance(value, list) and any(any_off(entry, place) for entry in value)
