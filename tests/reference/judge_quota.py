"""quota: how many, of what, by the end of a period."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import ceil

from . import calendar as cal
from .books import Duty, as_list
from .calendar import Period
from .estate import Post
from .figures import OffError, Place, UnboundError, half_up, number
from .log import Event, fits
from .verdict import Obligation, World, leave_over_half, switched_off, unbound

ATTEMPTS = ("not_home", "refused", "rescheduled")
Windows = list[tuple[str, str]]


@dataclass(frozen=True)
class Asked:
    """One duty of one post in one period."""

    world: World
    duty: Duty
    post: Post
    period: Period
    place: Place

    @property
    def daily(self) -> bool:
        return self.duty.fields["per"] in cal.DAILY


def judge_quota(world: World, duty: Duty) -> Iterator[Obligation]:
    for period in periods_of(duty, world.scored):
        for post in world.estate.owing_posts(duty):
            daily = duty.fields["per"] in cal.DAILY
            # Daily: one per workday of each owing post. Longer: if the post has at least one workday in it.
            if world.owed_days(duty, post, period.days()) and (daily or not post.acting):
                yield from judge_period(Asked(world, duty, post, period, world.place(duty, post, period.first)))


def periods_of(duty: Duty, scored: Period) -> list[Period]:
    """The periods that end in the scored one; with `days`, the parts of periods that do."""
    if "days" not in duty.fields:
        return cal.periods_ending_in(duty.fields["per"], scored)
    parts = [part_of(duty, period) for period in cal.periods_touching(duty.fields["per"], scored)]
    return [part for part in parts if scored.contains(part.last)]


def part_of(duty: Duty, period: Period) -> Period:
    """From the first to the last of `days`, in the period's last month or that of the period which they say."""
    if "days" not in duty.fields:
        return period
    ends = []
    for end in duty.fields["days"]:
        fields = end if isinstance(end, dict) else {"day": end}
        start = period.last.replace(day=1)
        if "month" in fields:
            start = cal.add_months(period.first, int(fields["month"]) - 1)
        last = cal.month_end(start)
        ends.append(last if fields["day"] == "last" else min(last, start + cal.DAY * (int(fields["day"]) - 1)))
    return Period(period.label, ends[0], ends[1])


def judge_period(q: Asked) -> Iterator[Obligation]:
    duty, place = q.duty, q.place
    if switched_off(duty, place):
        return
    slots: list[tuple[str, Windows | None]] = [("", None)]
    try:
        windows = place.windows(duty.fields["windows"]) if "windows" in duty.fields else None
        if windows is not None and place.figure(duty.fields.get("count", "all_windows")) == "each_window":
            slots = [(str(index + 1), [window]) for index, window in enumerate(windows)]
        else:
            slots = [("", windows)]
        found = [judge_count(q, chosen, slot_windows(duty, place), name) for name, chosen in slots]
    except OffError:
        return
    except UnboundError:
        first, last = q.period.first, q.period.last
        found = [unbound(duty, q.post, q.period.label, last, discriminator=name, first=first) for name, _ in slots]
    yield from found


def slot_windows(duty: Duty, place: Place) -> Windows | None:
    for row in duty.book.timetable:
        if row["slot"] == duty.fields.get("slot"):
            return [(place.figure(row["from"]), place.figure(row["to"]))]
    return None


def judge_count(q: Asked, windows: Windows | None, slot: Windows | None, slot_number: str) -> Obligation:
    counted = counted_events(q, windows)
    distinct = q.duty.fields.get("distinct") == "target"
    done = len({e.target for e in counted if e.target}) if distinct else len(counted)
    size = population_size(q, counted)
    end = end_of(q, windows)
    ob = Obligation(q.duty, q.post, q.period.label, cal.due_day(end), slot_number, limit=end)
    ob.kinds, ob.search_from = as_list(q.duty.fields["event"]), q.period.first
    ob.actual = done
    if "at_most" in q.duty.fields:
        most = figure_of(q, "at_most")
        ob.occasion = size is None or size > 0
        ob.expected, ob.met, ob.reason, ob.only_at_end = most, done <= most, "over", True
    else:
        least = owed_count(q, size)
        ob.occasion = least > 0
        ob.expected, ob.met, ob.reason = least, done >= least, "short" if done else "missing"
    if q.daily:
        ob.excuse_day = q.period.first
        ob.relieved = leave_over_half(q.world, q.post, working_spans(q, windows or slot))
    return ob


def end_of(q: Asked, windows: Windows | None) -> datetime:
    """Judged at the period's end, or the end of its window or of its last window."""
    if q.daily and windows:
        return max(cal.clock(q.period.first, end) for _, end in windows)
    return q.period.end()


def working_spans(q: Asked, chosen: Windows | None) -> list[tuple[datetime, datetime]]:
    """Its window(s): `windows`, else the `slot`'s, else the shift."""
    if chosen:
        return [(cal.clock(q.period.first, start), cal.clock(q.period.first, end)) for start, end in chosen]
    shift = q.world.estate.shift(q.post.person, q.period.first)
    return [shift] if shift else []


# ---------------------------------------------------------------------------------------------- what counts


def counted_events(q: Asked, windows: Windows | None) -> list[Event]:
    """Events whose duty day lies in the period, in a window, that count for this post; attempts do not count."""
    return [
        event
        for event in q.world.events
        if any(fits(event, kind, q.duty.fields.get("where")) for kind in as_list(q.duty.fields["event"]))
        and event.get("outcome") not in ATTEMPTS
        and all(event.attended_by(role) for role in as_list(q.duty.fields.get("participants")))
        and q.period.contains(event.duty_day)
        and (windows is None or in_windows(event, windows))
        and counts_for(q, event)
    ]


def in_windows(event: Event, windows: Windows) -> bool:
    """Only events whose time of day lies in a window; windows are half-open."""
    day = event.at.date()
    return any(cal.clock(day, start) <= event.at < cal.clock(day, end) for start, end in windows)


def counts_for(q: Asked, event: Event) -> bool:
    estate, duty, post = q.world.estate, q.duty, q.post
    if "population" in duty.fields:
        if duty.fields.get("credit", "unit") == "performer" and event.person != post.person:
            return False
        return member_counts(q, event)
    anybody = duty.fields.get("performed_by", "self") == "any"
    if anybody:
        return not estate.local(duty, post) or located(q, event)
    if event.person != post.person:
        return False
    if estate.local(duty, post):
        # Only if the target lies in the post's area (or inside it) that day, to each such post of the person.
        return post.holds(event.duty_day) and located(q, event)
    return estate.lead(event.person, estate.roles_of(duty), event.duty_day) is post


def located(q: Asked, event: Event) -> bool:
    where = q.world.estate.target_area(event.kind, event.target, event.duty_day)
    return where is not None and q.world.estate.within(where, q.post.area)


def member_counts(q: Asked, event: Event) -> bool:
    """Creditable: live that day, or on the period's first day. Its area: on the first day, for newcomers that day's."""
    at_start = members(q, q.period.first)
    if event.target in at_start:
        return q.world.estate.within(at_start[event.target], q.post.area)
    that_day = members(q, event.duty_day)
    return event.target in that_day and q.world.estate.within(that_day[event.target], q.post.area)


def members(q: Asked, day: date) -> dict[str, str | None]:
    return q.world.estate.members(q.duty.book, q.duty.fields["population"], day)


# ---------------------------------------------------------------------------------------------- how many


def members_of(q: Asked, population: str) -> set[str]:
    """The counts of `cap` and `of` are plain: distinct members live on the first day in the post's area."""
    return q.world.estate.members_in(q.duty.book, population, q.post.area, q.period.first)


def population_size(q: Asked, counted: list[Event]) -> int | None:
    """Members live on the first day, less those no longer live on the last day that have no creditable event."""
    if "population" not in q.duty.fields:
        return None
    still_live = members(q, q.period.last)
    seen = {event.target for event in counted}
    owed = members_of(q, q.duty.fields["population"])
    return len([member for member in owed if member in still_live or member in seen])


def figure_of(q: Asked, key: str) -> int:
    """N; a share is `ceil(share x |of|)`."""
    figure = q.place.figure(q.duty.fields.get(key, "1"))
    if isinstance(figure, dict):
        return ceil(q.place.number(figure["share"]) * len(members_of(q, q.place.figure(figure["of"]))))
    return ceil(number(figure))


def owed_count(q: Asked, size: int | None) -> int:
    """N; then `min(N, |cap|)`, then `min(N, |population|)`; then prorated."""
    owed = figure_of(q, "at_least")
    if "cap" in q.duty.fields:
        owed = min(owed, len(members_of(q, q.place.figure(q.duty.fields["cap"]))))
    if size is not None:
        owed = min(owed, size)
    if not q.daily and q.place.raw(q.duty.fields.get("prorate", "workdays")) == "workdays":
        return prorated(q, owed)
    return owed


def prorated(q: Asked, owed: int) -> int:
    """N x available x fte / owed, rounded half up."""
    available = len(q.world.owed_days(q.duty, q.post, q.period.days()))
    full = 0
    for day in q.period.days():
        # Workdays for the person before leave; days outside the tenure follow the statutory calendar.
        inside = q.post.holds(day)
        full += q.world.estate.shift(q.post.person, day) is not None if inside else q.world.estate.statutory(day)
    return int(half_up(Fraction(owed * available) * q.post.fte / full))
