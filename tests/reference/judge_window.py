"""window: events that may happen at some times only."""

from collections.abc import Iterator
from datetime import datetime

from . import calendar as cal
from .books import Duty, as_list
from .estate import Post
from .figures import Place, UnboundError
from .log import Event
from .verdict import Obligation, World, each_own_event, switched_off, unbound

WEEKDAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")


def judge_window(world: World, duty: Duty) -> Iterator[Obligation]:
    """One obligation per event of the person in the scored period, attempts included."""
    patterns = as_list(duty.fields["event"])
    return each_own_event(world, duty, patterns, lambda post, event: judge_event(world, duty, post, event))


def judge_event(world: World, duty: Duty, post: Post, event: Event) -> list[Obligation]:
    """Falls due at its own instant; day = duty day."""
    day = event.duty_day
    ob = Obligation(duty, post, day.isoformat(), day, f"{event.at}", case=event.case)
    ob.kinds = [event.kind]
    ob.limit = event.at + cal.SECOND
    ob.reason, ob.actual = "outside", event.at
    place = world.place(duty, post, day)
    if switched_off(duty, place):
        return []
    try:
        ob.met = is_open(duty, event.at, place)
    except UnboundError:
        return [unbound(duty, post, ob.period, day, discriminator=ob.discriminator, case=event.case)]
    return [ob]


def is_open(duty: Duty, at: datetime, place: Place) -> bool:
    """Its weekday and its time of day are those of its date; windows are half-open, to the second."""
    fields = duty.fields
    closed = False
    if "forbidden_weekdays" in fields:
        closed = WEEKDAYS[at.weekday()] in as_list(place.figure(fields["forbidden_weekdays"]))
    if "forbidden" in fields:
        closed = in_one(at, place.windows(fields["forbidden"])) or closed
    if "allowed" in fields:
        closed = not in_one(at, place.windows(fields["allowed"])) or closed
    return not closed


def in_one(at: datetime, windows: list[tuple[str, str]]) -> bool:
    return any(cal.clock(at.date(), start) <= at < cal.clock(at.date(), end) for start, end in windows)
