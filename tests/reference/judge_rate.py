"""rate: how much of one thing another is."""

from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from typing import Any

from . import calendar as cal
from .books import Duty
from .calendar import Period
from .estate import Post, kinds_of
from .figures import UnboundError, half_up, number
from .log import Event, fits
from .verdict import Obligation, World, switched_off, unbound


def judge_rate(world: World, duty: Duty) -> Iterator[Obligation]:
    """One per post and period, if the post has at least one workday in it."""
    for period in cal.periods_ending_in(duty.fields["per"], world.scored):
        for post in world.estate.owing_posts(duty):
            if not post.acting and world.owed_days(duty, post, period.days()):
                yield from judge_share(world, duty, post, period)


def judge_share(world: World, duty: Duty, post: Post, period: Period) -> Iterator[Obligation]:
    fields, place = duty.fields, world.place(duty, post, period.first)
    ob = Obligation(duty, post, period.label, period.last, limit=period.end(), search_from=period.first)
    ob.kinds = kinds_of(fields["num"], *([] if by_members(duty) else [fields["den"]]))
    part = total(world, duty, post, period, fields["num"])
    whole = (
        members(world, duty, post, period.first)
        if by_members(duty)
        else total(world, duty, post, period, fields["den"])
    )
    if switched_off(duty, place):
        return
    try:
        figures = {name: place.number(fields[name]) for name in ("den_min", "at_least", "at_most") if name in fields}
    except UnboundError:
        yield unbound(duty, post, period.label, period.last, first=period.first)
        return
    ob.occasion = whole > 0 and whole >= figures.get("den_min", 0)
    ob.only_at_end = "at_most" in fields
    if ob.occasion:
        rate = part / whole
        ob.actual = half_up(rate, 4)
        ob.met = figures.get("at_least", rate) <= rate <= figures.get("at_most", rate)
        ob.reason = "over" if "at_most" in fields else "short"
        share = figures.get("at_least", figures.get("at_most"))
        ob.expected = None if share is None else half_up(share, 4)
    yield ob


def by_members(duty: Duty) -> bool:
    return isinstance(duty.fields["den"], dict) and "population" in duty.fields["den"]


def members(world: World, duty: Duty, post: Post, day: date) -> Fraction:
    """Members on the period's first day in the post's area."""
    return Fraction(len(world.estate.members_in(duty.book, duty.fields["den"]["population"], post.area, day)))


def total(world: World, duty: Duty, post: Post, period: Period, pattern: Any) -> Fraction:
    """How many events of the period count for the post, or the sum of their values."""
    events = [
        e for e in world.events if fits(e, pattern) and period.contains(e.duty_day) and counts(world, duty, post, e)
    ]
    if duty.fields.get("of", "count") == "count":
        return Fraction(len(events))
    return sum((number(event.value or "0") for event in events), Fraction(0))


def counts(world: World, duty: Duty, post: Post, event: Event) -> bool:
    """As in quotas: of the person, or anyone's; local ones on targets in the post's area."""
    estate, local = world.estate, world.estate.local(duty, post)
    where = estate.target_area(event.kind, event.target, event.duty_day)
    here = where is not None and estate.within(where, post.area)
    if duty.fields.get("performed_by", "self") == "any":
        return not local or here
    if event.person != post.person:
        return False
    if local:
        return post.holds(event.duty_day) and here
    return estate.lead(event.person, estate.roles_of(duty), event.duty_day) is post
