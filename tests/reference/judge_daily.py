"""attendance, deadline and record: something done at a time."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import ceil
from typing import Any

from . import calendar as cal
from .books import Duty, as_list
from .calendar import Period
from .estate import Post, pattern_kind
from .figures import OffError, Place, UnboundError, number
from .limits import span
from .log import Event, fits
from .verdict import (
    Obligation,
    World,
    each_own_event,
    leave_at_limit,
    named_instant,
    owed_posts_and_days,
    read_figures,
    switched_off,
    unbound,
)

START = datetime(1, 1, 1)


@dataclass
class Timing:
    """How the events of one obligation lie to its limit."""

    reason: str | None  # None: on time
    event: Event | None = None
    actual: datetime | int | None = None
    expected: int | None = None


# ---------------------------------------------------------------------------------------------- limits


def clock_of(world: World, post: Post, day: date, word: str) -> datetime:
    """A time of day, or `shift.start|end`: the shift's instants."""
    if word.startswith("shift."):
        shift = world.estate.shift(post.person, day)
        assert shift is not None
        edge, *moved = word.split()
        at = shift[0] if edge == "shift.start" else shift[1]
        return at + span(" ".join(moved[1:])) * (-1 if moved[0] == "-" else 1) if moved else at
    return cal.clock(day, word)


def daily_limit(world: World, fields: dict[str, Any], place: Place, post: Post, day: date) -> datetime:
    """`by t` is on time while `at < floor(t, g) + g`, `before t` while `at < t`; default limit: end of the day."""
    if "before" in fields:
        return clock_of(world, post, day, place.figure(fields["before"]))
    if "by" not in fields:
        return cal.end_of_day(day)
    word = place.figure(fields["by"])
    if word.startswith("shift."):
        return cal.by(clock_of(world, post, day, word), world.estate.granularity)
    return cal.by_clock(day, word, world.estate.granularity)


def late_limit(world: World, fields: dict[str, Any], place: Place, due: date, default: datetime) -> datetime:
    """`N days|months` count from the due day; `end_of_day|week|month` of the due day; a time: by then."""
    if "late_until" not in fields:
        return default
    word = str(place.figure(fields["late_until"]))
    if word == "end_of_day":
        return cal.end_of_day(due)
    if word in ("end_of_week", "end_of_month"):
        return cal.period_around(word.removeprefix("end_of_"), due).end()
    if ":" in word:
        return cal.by_clock(due, word, world.estate.granularity)
    count, unit = word.split()
    last = due + cal.DAY * int(count) if unit.startswith("day") else cal.add_months(due, int(count))
    return cal.end_of_day(last)


# ---------------------------------------------------------------------------------------------- attendance


def judge_attendance(world: World, duty: Duty) -> Iterator[Obligation]:
    yield from judge_each_workday(world, duty, [duty.fields["event"]], with_from=True)


def judge_each_workday(
    world: World, duty: Duty, patterns: list[Any], with_from: bool = False, content: bool = False
) -> Iterator[Obligation]:
    for post, day in owed_posts_and_days(world, duty):
        place = world.place(duty, post, day)
        if switched_off(duty, place):
            continue
        try:
            for name in ("blanks", "filled") if content else ():
                read_figures({k: v for k, v in as_dict(duty.fields.get(name)).items() if k != "field"}, place)
            window = world.estate.search_window(post.person, day)
            start = window[0]
            if with_from and "from" in duty.fields:
                start = clock_of(world, post, day, place.figure(duty.fields["from"]))
            limit = daily_limit(world, duty.fields, place, post, day)
            late = late_limit(world, duty.fields, place, day, default=window[1])
            # A daily obligation bears the day on which it falls due: a night shift's end, the day after.
            label = day.isoformat()
            ob = dated_obligation(world, duty, post, label, limit=limit, search_from=window[0].date())
            ob.first, ob.excuse_day, ob.late = day, day, min(late, window[1])
            if with_from and "from" in duty.fields:
                ob.relieved |= leave_until_the_end(world, post, day, start)
            # Events of the person on the duty day.
            if with_from and ends_shift(world, post, day, start):
                events = [events_of_shift(world, duty, post, day)]
            else:
                events = [[e for e in world.belonging(duty, post, p) if e.duty_day == day] for p in patterns]
            timing = time_all_of(events, start, limit, late)
            apply_timing(ob, timing)
            if content and timing.event:
                judge_content(world, ob, timing.event, place)
        except OffError:
            continue
        except UnboundError:
            ob = unbound(duty, post, day.isoformat(), day)
        yield ob


def ends_shift(world: World, post: Post, day: date, start: datetime) -> bool:
    shift = world.estate.shift(post.person, day)
    assert shift is not None
    return start == shift[1]


def leave_until_the_end(world: World, post: Post, day: date, start: datetime) -> bool:
    """What begins with the end of the shift is excused by leave up to that end."""
    before = start - timedelta(seconds=1)
    return ends_shift(world, post, day, start) and world.estate.unbound_at(post, before)


def events_of_shift(world: World, duty: Duty, post: Post, day: date) -> list[Event]:
    """What begins with the end of the shift reads the person's events from its start to the next one's."""
    starts = []
    for other, owed in owed_posts_and_days(world, duty):
        if other.person == post.person and not switched_off(duty, world.place(duty, other, owed)):
            shift = world.estate.shift(other.person, owed)
            assert shift is not None
            starts.append(shift[0])
    begin = world.estate.shift(post.person, day)
    assert begin is not None
    mine = [e for e in world.events if e.person == post.person and fits(e, duty.fields["event"])]
    return [e for e in mine if begin[0] <= e.at and not any(begin[0] < at <= e.at for at in starts)]


def dated_obligation(
    world: World, duty: Duty, post: Post, period: str, *, limit: datetime, search_from: date
) -> Obligation:
    ob = Obligation(duty, post, period, cal.due_day(limit), limit=limit, search_from=search_from)
    ob.kinds = [pattern_kind(p) for p in patterns_of(duty)]
    ob.expected = named_instant(world, limit)
    ob.relieved = leave_at_limit(world, post, limit)
    return ob


def apply_timing(ob: Obligation, timing: Timing) -> None:
    ob.met = timing.reason is None
    ob.reason = timing.reason
    ob.actual = timing.actual
    if timing.expected is not None:
        ob.expected = timing.expected


def time_events(events: list[Event], start: datetime, limit: datetime, late: datetime) -> Timing:
    """On time: `from <= at < L`. Else the first `L <= at < late limit`: late. Else the first before `from`: early."""
    for event in events:
        if start <= event.at < limit:
            return Timing(None, event, event.at)
    for event in events:
        if limit <= event.at < late:
            return Timing("late", event, event.at)
    for event in events:
        if event.at < start:
            return Timing("early", event, event.at)
    return Timing("missing")


def time_all_of(lists: list[list[Event]], start: datetime, limit: datetime, late: datetime) -> Timing:
    """`all_of`: done at the latest of the first events of each kind; none at all: missing.

    Some: short, expected = number of kinds, actual = kinds seen.
    """
    if len(lists) == 1:
        return time_events(lists[0], start, limit, late)
    # Each first event at or after the search start, before the late limit (or, on time, before L).
    firsts = [next((e.at for e in events if start <= e.at < max(late, limit)), None) for events in lists]
    seen = [at for at in firsts if at is not None]
    if not seen:
        return Timing("missing")
    if len(seen) < len(lists):
        return Timing("short", actual=len(seen), expected=len(lists))
    return Timing(None if max(seen) < limit else "late", actual=max(seen))


def patterns_of(duty: Duty) -> list[Any]:
    if "events" in duty.fields:
        return list(duty.fields["events"]["all_of"])
    return [duty.fields["event"]]


# ---------------------------------------------------------------------------------------------- deadline


def judge_deadline(world: World, duty: Duty) -> Iterator[Obligation]:
    if "due" not in duty.fields:
        yield from judge_each_workday(world, duty, patterns_of(duty))
        return
    for period in cal.periods_touching(duty.fields["per"], world.scored):
        for post in world.estate.owing_posts(duty):
            if not post.acting:  # no dated deadlines for acting posts
                yield from (ob for ob in judge_dated(world, duty, post, period) if world.scored.contains(ob.day))


def judge_dated(world: World, duty: Duty, post: Post, period: Period) -> Iterator[Obligation]:
    place = world.place(duty, post, period.first)
    try:
        due = place.figure(duty.fields["due"])
        nominal = nominal_day(due, place, period)
    except OffError:
        return
    except UnboundError:  # the nominal day is not known: each post that owes the duty on some workday
        if world.owed_days(duty, post, period.days()):
            yield unbound(duty, post, period.label, period.last, first=period.first)
        return
    # Owed by the post holding the nominal day (tenure).
    if nominal is None or not world.estate.owes(duty, post, nominal):
        return
    try:
        yield judge_due(world, duty, post, period, due=due, nominal=nominal)
    except OffError:
        return
    except UnboundError:
        yield unbound(duty, post, period.label, nominal, first=period.first)


def judge_due(
    world: World, duty: Duty, post: Post, period: Period, *, due: dict[str, Any], nominal: date
) -> Obligation:
    place = world.place(duty, post, period.first)
    by_or_before: dict[str, Any] = {key: place.figure(due[key]) for key in ("by", "before") if key in due}
    late_limit(world, duty.fields, place, nominal, default=period.end())  # reads the figure, bound or not
    day = rolled_day(world, post, period, nominal, place.raw(duty.fields.get("roll", "next")))
    if day is None:  # Nothing found: excused (rest).
        found = Obligation(duty, post, period.label, nominal, search_from=period.first, at_rest=True)
        found.kinds = [pattern_kind(p) for p in patterns_of(duty)]
        return found
    limit = daily_limit(world, by_or_before, place, post, day)
    late = late_limit(world, duty.fields, place, cal.due_day(limit), default=period.end())
    ob = dated_obligation(world, duty, post, period.label, limit=limit, search_from=period.first)
    ob.late = late
    # Events count from the period's first day.
    events = [[e for e in world.belonging(duty, post, p) if e.duty_day >= period.first] for p in patterns_of(duty)]
    apply_timing(ob, time_all_of(events, START, limit, late))
    return ob


def nominal_day(due: dict[str, Any], place: Place, period: Period) -> date | None:
    if "weekday" in due:
        return period.first + cal.DAY * cal.WEEKDAYS.index(place.figure(due["weekday"]))
    months = [int(number(m)) for m in as_list(place.figure(due["months"]))] if "months" in due else None
    day, word = period.last, place.figure(due["day"])
    # The last of `months` that is in the period; without `months` the period's last month.
    while months and day.month not in months:
        day = cal.month_end(cal.add_months(day.replace(day=1), -1))
        if day < period.first:
            return None
    return day if word == "last" else min(day, day.replace(day=1) + timedelta(days=int(word) - 1))


def rolled_day(world: World, post: Post, period: Period, nominal: date, roll: str) -> date | None:
    if roll == "none":
        return nominal
    step = cal.DAY if roll == "next" else -cal.DAY
    day = nominal
    while period.contains(day) and abs(day - nominal) <= cal.DAY * 31:
        if world.workday(post, day):
            return day
        day += step
    return None


# ---------------------------------------------------------------------------------------------- record


def as_dict(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) and "areas" not in value else {"": value or 0}


def judge_record(world: World, duty: Duty) -> Iterator[Obligation]:
    if "of" not in duty.fields:
        yield from judge_each_workday(world, duty, [duty.fields["event"]], content=True)
        return
    kinds = as_list(duty.fields["of"])
    yield from each_own_event(world, duty, kinds, lambda post, event: judge_existing_record(world, duty, post, event))


def judge_existing_record(world: World, duty: Duty, post: Post, event: Event) -> list[Obligation]:
    """`of`: one obligation per record of the person in the scored period (day = duty day)."""
    day, place = event.duty_day, world.place(duty, post, event.duty_day)
    ob = Obligation(duty, post, day.isoformat(), day, f"{event.at}", case=event.case, met=True)
    ob.kinds = [event.kind]
    try:
        judge_content(world, ob, event, place)
    except OffError:
        return []
    except UnboundError:
        return [unbound(duty, post, ob.period, day, discriminator=ob.discriminator, case=event.case)]
    return [ob]


def judge_content(world: World, ob: Obligation, event: Event, place: Place) -> None:
    """Reasons in this order: `missing`, `late`, `incomplete`, `unsigned`."""
    complete = is_complete(ob.duty, event, place)
    if not ob.met:
        return
    if not complete:
        ob.met, ob.reason = False, "incomplete"
    elif not is_signed(world, ob.duty, event):
        ob.met, ob.reason = False, "unsigned"


def is_complete(duty: Duty, event: Event, place: Place) -> bool:
    fields = duty.fields
    # Each of `fields` non-empty and not false.
    complete = all(event.get(name) not in ("", "false") for name in fields.get("fields") or [])
    if "blanks" in fields:  # `blanks: n`: `blank_cells <= n`; an empty number is incomplete
        most = place.number(fields["blanks"])
        blank = event.get("blank_cells")
        complete = complete and blank != "" and number(blank) <= most
    if "filled" in fields:
        least = filled_figure(fields["filled"]["at_least"], place)
        text = event.get(fields["filled"]["field"])
        complete = complete and text != "" and number(text) >= least
    for name, words in (fields.get("allowed") or {}).items():
        complete = complete and event.get(name) in as_list(words)
    return complete


def filled_figure(raw: Any, place: Place) -> int:
    """The count or `ceil(share x of)`."""
    figure = place.figure(raw)
    if isinstance(figure, dict):
        return ceil(place.number(figure["share"]) * place.number(figure["of"]))
    return ceil(number(figure))


def is_signed(world: World, duty: Duty, event: Event) -> bool:
    """`self`: `signed_by` is the person; a role: a person with a post in that role that day."""
    wanted = duty.fields.get("signed_by")
    if not wanted:
        return True
    signer = event.get("signed_by")
    if wanted == "self":
        return signer == event.person
    roles = world.estate.role_group(wanted)
    return world.estate.lead(signer, roles, event.duty_day) is not None
