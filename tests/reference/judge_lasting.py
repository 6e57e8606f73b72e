"""forbid and interval: what must not, or must again and again, happen while something lasts."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from . import calendar as cal
from .books import Duty, as_list
from .estate import Post, kinds_of
from .figures import OffError, UnboundError
from .judge_triggered import key_of, owns
from .limits import NoWorkdayError, one_limit
from .log import Event, fits
from .verdict import (
    Obligation,
    World,
    each_own_event,
    leave_at_limit,
    leave_over_half,
    named_instant,
    no_occasions,
    unbound,
)

# ---------------------------------------------------------------------------------------------- forbid


def judge_forbid(world: World, duty: Duty) -> Iterator[Obligation]:
    """One obligation per event of the person in the scored period, attempts included."""
    patterns = as_list(duty.fields["event"])
    return each_own_event(world, duty, patterns, lambda post, event: [forbidden(world, duty, post, event)])


def forbidden(world: World, duty: Duty, post: Post, event: Event) -> Obligation:
    """Allowed, or outside of what is."""
    key = key_of(duty, event, "case")
    day, name = event.duty_day, f"{event.at}/{key}" if key else f"{event.at}"
    ob = Obligation(duty, post, day.isoformat(), day, name, case=event.case)
    ob.kinds = [event.kind, *kinds_of(duty.fields.get("after"), duty.fields.get("until"))]
    ob.limit, ob.reason, ob.actual = event.at + cal.SECOND, "outside", event.at
    elsewhere = duty.fields.get("elsewhere") == "true"
    ob.met = at_home(world, duty, event) if elsewhere else not lasts(world, duty, event)
    return ob


def at_home(world: World, duty: Duty, event: Event) -> bool:
    """Whether its target lies in the area of a post of the person, or a post of the whole estate is the lead one."""
    estate, roles = world.estate, world.estate.roles_of(duty)
    where = estate.target_area(event.kind, event.target, event.duty_day)
    for post in estate.owing_posts(duty):
        if post.person == event.person and post.holds(event.duty_day):
            if post.area and estate.within(where, post.area):
                return True
            if not post.area and estate.lead(post.person, roles, event.duty_day) is post:
                return True
    return False


def lasts(world: World, duty: Duty, event: Event) -> bool:
    """After the last `after` event there is no `until` event from it to the event."""
    begun = [e.at for e in world.events if e.at <= event.at and about_it(duty, duty.fields["after"], e, event)]
    if not begun:
        return False
    until = duty.fields.get("until")
    return until is None or not any(
        max(begun) <= e.at <= event.at and about_it(duty, until, e, event) for e in world.events
    )


def about_it(duty: Duty, pattern: Any, other: Event, event: Event) -> bool:
    """An event with the same key, by the same person (or anyone)."""
    if not fits(other, pattern):
        return False
    if duty.fields.get("performed_by", "self") == "self" and other.person != event.person:
        return False
    if duty.fields.get("match_on", "case") == "none":
        return True
    return key_of(duty, other, "case") == key_of(duty, event, "case") != ""


# ---------------------------------------------------------------------------------------------- interval


def judge_interval(world: World, duty: Duty) -> Iterator[Obligation]:
    found: list[Obligation] = []
    for post in world.estate.owing_posts(duty):
        for begun in (e for e in world.events if fits(e, duty.fields["after"])):
            keyless = duty.fields.get("match_on", "case") != "none" and not key_of(duty, begun, "case")
            if not keyless and owns(world, duty, post, begun):
                found += judge_lasting(world, duty, post, begun)
    yield from found
    yield from no_occasions(world, duty, found, kinds_of(duty.fields["after"]))


def judge_lasting(world: World, duty: Duty, post: Post, begun: Event) -> Iterator[Obligation]:
    """A gap from its beginning, and from every event in between, to the next of them or the end."""
    fields = duty.fields
    alike = [e for e in world.events if key_of(duty, e, "case") == key_of(duty, begun, "case")]
    ends = [e.at for e in alike if fits(e, fields["until"]) and e.at >= begun.at]
    ends += [e.at for e in alike if fits(e, fields["after"]) and e.at > begun.at]  # it begins anew
    end = min(ends, default=None)
    moments = [begun]
    for event in alike:
        own = fields.get("performed_by", "self") == "any" or event.person == post.person
        inside = event.at > moments[-1].at and (end is None or event.at < end)
        if inside and own and fits(event, fields["event"]):
            moments.append(event)
    for since, after in zip(moments, [*(event.at for event in moments[1:]), end], strict=True):
        yield from judge_gap(world, duty, post, since, after)


def judge_gap(world: World, duty: Duty, post: Post, since: Event, after: datetime | None) -> Iterator[Obligation]:
    """As a response: it belongs to the scored period in which it falls due, or in which it begins."""
    day = since.at.date()
    key = key_of(duty, since, "case")
    name = f"{since.at}/{key}" if key else f"{since.at}"
    lies_in = world.scored.contains(day)
    ob = Obligation(duty, post, day.isoformat(), day, name, case=since.case, search_from=day)
    ob.kinds = kinds_of(*(duty.fields[part] for part in ("after", "event", "until")))
    place = world.place(duty, post, day)
    try:
        limit = one_limit(world, post, since, place.figure(duty.fields["within"]), place)
    except NoWorkdayError:
        ob.occasion, ob.why_no_occasion = False, "no_workday"
        yield from [ob] if lies_in else []
        return
    except OffError:
        return
    except UnboundError:
        nothing = unbound(duty, post, day.isoformat(), day, discriminator=name, case=since.case)
        yield from [nothing] if lies_in else []
        return
    assert limit is not None
    due = cal.due_day(limit)
    if not (world.scored.contains(due) or (lies_in and due > world.scored.last)):
        return
    late = cal.end_of_day(cal.month_end(due))
    ob.day, ob.period, ob.limit, ob.late = due, due.isoformat(), limit, late
    ob.expected = named_instant(world, limit)
    ob.met = after is not None and after < limit
    done = after is not None and after < late
    ob.reason, ob.actual = ("late", after) if done else ("missing", None)
    ob.relieved = leave_at_limit(world, post, limit) or leave_over_half(world, post, [(since.at, limit)])
    yield ob
