"""How long a follow-up may take, and when what was set off begins to count."""

from datetime import date, datetime, timedelta
from typing import Any

from . import calendar as cal
from .books import Duty
from .estate import Post, kinds_of
from .figures import Place
from .log import Event, fits, parse_instant
from .verdict import World

PATIENCE = 120
SIGHT = 370
"""Days before the scored period beyond which nothing is looked at."""


class NoWorkdayError(Exception):
    """The post has no such workday within the 120 days after."""


def response_limit(world: World, post: Post, trigger: Event, within: Any, place: Place) -> datetime | None:
    """A list: the first that is given. None given: None."""
    within = place.figure(within)
    for one in within if isinstance(within, list) else [within]:
        limit = one_limit(world, post, trigger, place.figure(one), place)
        if limit is not None:
            return limit
    return None


def one_limit(world: World, post: Post, trigger: Event, word: Any, place: Place) -> datetime | None:
    day, g = trigger.at.date(), world.estate.granularity
    if isinstance(word, dict):
        return same_day_by(world, post, trigger, place.figure(word["same_day"]))
    if word.startswith("case."):
        text = trigger.get(word.removeprefix("case."))
        return cal.by(max(parse_instant(text, world.estate), trigger.at), g) if text else None
    if word == "same_day":
        return cal.end_of_day(day)
    if word == "same_workday":
        return cal.end_of_day(day if world.workday(post, day) else workday_after(world, post, day, 1))
    if word == "period_end":
        return cal.end_of_day(cal.month_end(day))
    count, unit = word.split()
    if unit.startswith(("hour", "minute")):
        return cal.by(trigger.at + span(word), g)
    if unit.startswith("working_hour"):
        return cal.by(worked(world, post, trigger.at, timedelta(hours=int(count))), g)
    if unit.startswith("workday"):
        return cal.end_of_day(workday_after(world, post, day, int(count)))
    return cal.end_of_day(day + cal.DAY * int(count) if unit.startswith("day") else cal.add_months(day, int(count)))


def span(word: str) -> timedelta:
    """Minutes and hours, working or not."""
    count, unit = word.split()
    return timedelta(minutes=int(count)) if unit.startswith("minute") else timedelta(hours=int(count))


def same_day_by(world: World, post: Post, trigger: Event, time: str) -> datetime:
    """By t on the trigger's day, or, if the trigger is later than t, on the post's next workday."""
    day = trigger.at.date()
    limit = cal.by_clock(day, time, world.estate.granularity)
    if trigger.at < limit:
        return limit
    return cal.by_clock(workday_after(world, post, day, 1), time, world.estate.granularity)


def workday_after(world: World, post: Post, day: date, count: int) -> date:
    found = world.next_workday(post, day, count)
    if found is None:
        raise NoWorkdayError
    return found


def worked(world: World, post: Post, since: datetime, left: timedelta) -> datetime:
    """When the post has worked so long, in the shifts of its workdays."""
    for ahead in range(-1, PATIENCE + 1):
        day = since.date() + cal.DAY * ahead
        shift = world.estate.shift(post.person, day)
        if shift is None or not world.workday(post, day) or shift[1] <= since:
            continue
        start = max(shift[0], since)
        if start + left <= shift[1]:
            return start + left
        left -= shift[1] - start
    raise NoWorkdayError


def reaching_back(world: World, post: Post, at: datetime, word: str) -> datetime:
    """The first instant that is near enough before an instant."""
    day = at.date()
    if word in ("same_day", "same_workday"):
        return cal.midnight(day)
    if word == "period_end":
        return cal.midnight(day.replace(day=1))
    count, unit = word.split()
    if unit.startswith(("hour", "minute", "working_hour")):
        return at - span(word)
    if unit.startswith("workday"):
        before = [day - cal.DAY * i for i in range(1, 366) if world.workday(post, day - cal.DAY * i)]
        return cal.midnight(before[int(count) - 1]) if len(before) >= int(count) else datetime(1, 1, 1)
    return cal.midnight(day - cal.DAY * int(count) if unit.startswith("day") else cal.add_months(day, -int(count)))


# ---------------------------------------------------------------------------------------------- openings and dates


def opened(world: World, duty: Duty, trigger: Event) -> Event | None:
    """The trigger at the instant from which it counts; None before there is such an instant."""
    opening = duty.fields.get("not_before")
    if opening is None:
        return trigger
    at = opening_of(world, opening, trigger)
    if at is None or at >= world.scored.end():
        return None
    copy = Event(at, trigger.person, trigger.kind, trigger.target, trigger.case, trigger.value, trigger.order)
    copy.attributes, copy.estate, copy.duty_day = trigger.attributes, trigger.estate, at.date()
    return copy


def opening_of(world: World, opening: Any, trigger: Event) -> datetime | None:
    if isinstance(opening, str) and opening[:1].isdigit():
        if opening.split()[1].startswith(("minute", "hour")):
            return trigger.at + span(opening)
        count, unit = opening.split()
        day = trigger.at.date()
        return cal.midnight(day + cal.DAY * int(count) if unit.startswith("day") else cal.add_months(day, int(count)))
    return next((e.at for e in world.events if e.at >= trigger.at and fits(e, opening)), None)


def opening_kinds(duty: Duty) -> list[str]:
    opening = duty.fields.get("not_before")
    return [] if isinstance(opening, str) and opening[:1].isdigit() else kinds_of(opening)


def registry_dates(world: World, duty: Duty) -> list[Event]:
    """A trigger at midnight of each day on which a target begins (ceases) to be a member, or on its anniversaries."""
    trigger = duty.fields["trigger"]
    book, name = duty.book, trigger["population"]
    beside = -cal.DAY if trigger.get("date", "from") == "from" else cal.DAY
    found: set[tuple[date, str]] = set()
    for day in world.estate.turning_days(book, name, trigger.get("date", "from")):
        here, there = world.estate.members(book, name, day), world.estate.members(book, name, day + beside)
        for target in here.keys() - there.keys():
            years = range(world.scored.last.year - day.year + 2) if trigger.get("yearly") == "true" else (0,)
            for year in years:
                found.add((cal.add_months(day, 12 * year) - cal.DAY * int(trigger.get("days_before", "0")), target))
    events = []
    in_sight = sorted((day, target) for day, target in found if day >= world.scored.first - cal.DAY * SIGHT)
    for order, (day, target) in enumerate(in_sight):
        event = Event(cal.midnight(day), "", "", target, "", "", order)
        event.duty_day, event.estate = day, world.estate
        events.append(event)
    return events
