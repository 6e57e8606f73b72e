"""response, precedence, metric and finding: obligations that something gave rise to."""

from collections.abc import Iterator
from datetime import date, datetime
from fractions import Fraction
from typing import Any

from . import calendar as cal
from .books import Duty, as_list
from .calendar import Period
from .estate import Post, kinds_of, pattern_kind
from .figures import OffError, Place, UnboundError, half_up, number
from .judge_daily import late_limit
from .limits import NoWorkdayError, opened, opening_kinds, reaching_back, registry_dates, response_limit
from .log import Event, fits
from .verdict import (
    Obligation,
    World,
    leave_at_limit,
    leave_over_half,
    named_instant,
    no_occasions,
    switched_off,
    unbound,
)

# ---------------------------------------------------------------------------------------------- response


def judge_response(world: World, duty: Duty) -> Iterator[Obligation]:
    found = []
    for post in world.estate.owing_posts(duty):
        for trigger in triggers_of(world, duty, post):
            found += judge_trigger(world, duty, post, trigger)
    yield from found
    yield from no_occasions(world, duty, found, trigger_kinds(duty))


def dated(duty: Duty) -> bool:
    return isinstance(duty.fields["trigger"], dict) and "population" in duty.fields["trigger"]


def trigger_kinds(duty: Duty) -> list[str]:
    return [] if dated(duty) else [pattern_kind(duty.fields["trigger"])]


def triggers_of(world: World, duty: Duty, post: Post) -> list[Event]:
    """The triggers that this post owns, at the instants from which they count."""
    pattern = duty.fields["trigger"]
    if dated(duty):
        dates = [opened(world, duty, event) for event in registry_dates(world, duty)]
        return [event for event in dates if event is not None and owns(world, duty, post, event)]
    options = pattern if isinstance(pattern, dict) else {}
    counts: dict[tuple[str, str, int, int], int] = {}
    found = []
    for event in world.events:
        if not fits(event, pattern):
            continue
        begun = opened(world, duty, event)
        place = world.place(duty, post, (begun or event).at.date())
        try:
            if "window" in options and not in_window(event.at, place.window(options["window"])):
                continue
        except OffError:
            continue
        except UnboundError:
            pass  # judge_trigger says so
        try:
            if "times" in options:
                # The n-th trigger of one person and target within the month.
                key = (event.person, event.target, event.at.year, event.at.month)
                counts[key] = counts.get(key, 0) + 1
                if counts[key] != place.number(options["times"]):
                    continue
        except (OffError, UnboundError):
            continue
        if begun is not None and owns(world, duty, post, begun):
            found.append(begun)
    return found


def in_window(at: datetime, window: tuple[str, str]) -> bool:
    """`window`: the trigger's time of day; half-open."""
    return cal.clock(at.date(), window[0]) <= at < cal.clock(at.date(), window[1])


def owns(world: World, duty: Duty, post: Post, trigger: Event) -> bool:
    estate, roles = world.estate, world.estate.roles_of(duty)
    owed_by = duty.fields.get("owed_by", "person")
    if owed_by == "person":  # the trigger's person
        return trigger.person == post.person and estate.lead(post.person, roles, trigger.duty_day) is post
    day = trigger.at.date()
    if owed_by == "role":  # every (lead) post in the duty's roles that day
        return estate.lead(post.person, roles, day) is post
    # every post whose area contains the target that day
    where = estate.area_of(trigger.kind, trigger.target, day)
    return estate.within(where, post.area) and estate.owes(duty, post, day)


def judge_trigger(world: World, duty: Duty, post: Post, trigger: Event) -> list[Obligation]:
    """One per trigger that falls due in the scored period, or that lies in it and falls due later."""
    day = trigger.at.date()
    place = world.place(duty, post, day)
    if switched_off(duty, place):
        return []
    lies_in = world.scored.contains(day)
    name = trigger.target if dated(duty) else f"{trigger.at}{matched_key(duty, trigger)}"
    here = Obligation(duty, post, day.isoformat(), day, name, case=trigger.case, search_from=day)
    here.kinds = trigger_kinds(duty) + opening_kinds(duty)
    here.kinds += kinds_of(duty.fields["follow_up"], duty.fields.get("else", {}).get("follow_up"))
    try:
        if isinstance(duty.fields["trigger"], dict) and "window" in duty.fields["trigger"]:
            place.window(duty.fields["trigger"]["window"])
        late_limit(world, duty.fields, place, day, default=cal.end_of_day(day))  # reads the figure
        limits, why = limits_of(world, duty, post, trigger, place)
        if why == "no_due_time":
            here.decided = ("not_assessed", "no_due_time")
            return [here] if lies_in else []
        if why == "no_workday":
            here.occasion, here.why_no_occasion = False, "no_workday"
            return [here] if lies_in else []
        due = cal.due_day(max(limits))
        late = late_limit(world, duty.fields, place, due, default=cal.end_of_day(cal.month_end(due)))
    except OffError:
        return []
    except UnboundError:
        return [unbound(duty, post, day.isoformat(), day, discriminator=name, case=trigger.case)] if lies_in else []
    if not (world.scored.contains(due) or (lies_in and due > world.scored.last)):
        return []
    return [judge_follow_up(world, here, trigger, limits, late)]


def limits_of(world: World, duty: Duty, post: Post, trigger: Event, place: Place) -> tuple[list[datetime], str | None]:
    """The limit of the follow-up, and that of `else` if it is given; what is said if the first is none."""
    limits, whys = [], []
    for branch in (duty.fields, *as_list(duty.fields.get("else"))):
        try:
            limit, why = response_limit(world, post, trigger, branch["within"], place), None
        except NoWorkdayError:
            limit, why = None, "no_workday"
        limits.append(limit)
        whys.append(why if limit is None and why else "no_due_time" if limit is None else None)
    return [limit for limit in limits if limit is not None], whys[0]


def matched_key(duty: Duty, trigger: Event) -> str:
    key = key_of(duty, trigger, default="case")
    return f"/{key}" if key else ""


def key_of(duty: Duty, event: Event, default: str) -> str:
    match_on = duty.fields.get("match_on", default)
    return {"case": event.case, "target": event.target, "none": ""}[match_on]


def judge_follow_up(world: World, ob: Obligation, trigger: Event, limits: list[datetime], late: datetime) -> Obligation:
    limit = max(limits)
    ob.day = cal.due_day(limit)
    ob.period = ob.day.isoformat()
    ob.limit, ob.late = limit, late
    ob.expected = named_instant(world, limit)
    wanted = [ob.duty.fields["follow_up"]]
    wanted += [other["follow_up"] for other in as_list(ob.duty.fields.get("else"))]
    wanted = wanted[: len(limits)]  # without a limit there is no other way
    done = [first_follow_up(world, ob, one, trigger, trigger.at) for one in wanted]
    in_time = [at for at, own in zip(done, limits, strict=True) if at is not None and at < own]
    later = [at for at in done if at is not None and at < max(limit, late)]
    if in_time:
        ob.actual, ob.met = min(in_time), True
    elif later:
        ob.actual, ob.reason = min(later), "late"
    else:
        ob.reason = "missing"
    # leave contains the named instant of L, or at least half of [trigger, L)
    half = leave_over_half(world, ob.post, [(trigger.at, limit)])
    ob.relieved = leave_at_limit(world, ob.post, limit) or half
    return ob


def first_follow_up(world: World, ob: Obligation, wanted: Any, trigger: Event, since: datetime) -> datetime | None:
    """Events with the same case (target, or any) at or after the trigger; `all_of`: the latest of the firsts.

    `in_order`: each at or after the one before it.
    """
    if isinstance(wanted, dict) and "any_of" in wanted:
        times = [first_follow_up(world, ob, one, trigger, since) for one in wanted["any_of"]]
        return min((at for at in times if at is not None), default=None)
    if isinstance(wanted, dict) and "all_of" in wanted:
        times = [first_follow_up(world, ob, one, trigger, since) for one in wanted["all_of"]]
        return None if None in times else max(at for at in times if at is not None)
    if isinstance(wanted, dict) and "in_order" in wanted:
        at: datetime | None = since
        for one in wanted["in_order"]:
            at = first_follow_up(world, ob, one, trigger, at) if at is not None else None
        return at
    for event in world.events:
        if event.at >= since and fits(event, wanted) and follows(ob, event, trigger):
            return event.at
    return None


def follows(ob: Obligation, event: Event, trigger: Event) -> bool:
    """By the owner (`performed_by: self`) or anyone; same case, same target, or any."""
    fields = ob.duty.fields
    if fields.get("performed_by", "self") == "self" and event.person != ob.post.person:
        return False
    if fields.get("match_on", "case") == "none":
        return True
    return key_of(ob.duty, event, "case") == key_of(ob.duty, trigger, "case") != ""


# ---------------------------------------------------------------------------------------------- precedence


def judge_precedence(world: World, duty: Duty) -> Iterator[Obligation]:
    found: list[Obligation] = []
    by_day = duty.fields.get("lag", "none") == "previous_workday"
    for post in world.estate.owing_posts(duty):
        done: set[tuple[date, str]] = set()
        for event in (e for e in world.events if fits(e, duty.fields["event"]) and owns(world, duty, post, e)):
            day, key = day_of(duty, event), key_of(duty, event, default="case")
            nothing_to_match = not key and duty.fields.get("match_on", "case") != "none"
            if not world.lies_in(event) or nothing_to_match or (by_day and (day, key) in done):
                continue
            done.add((day, key))
            judge = after_previous_workday if by_day else after
            found += judge(world, duty, post, event)
    yield from found
    yield from no_occasions(world, duty, found, [pattern_kind(duty.fields["event"])])


def day_of(duty: Duty, event: Event) -> date:
    """The duty day of the person's own event; what sets a task for others is theirs on its date."""
    return event.duty_day if duty.fields.get("owed_by", "person") == "person" else event.at.date()


def required_kinds(duty: Duty) -> list[str]:
    return [pattern_kind(duty.fields["event"]), *kinds_of(duty.fields["requires"])]


def begun_at(world: World, ob: Obligation, wanted: Any, event: Event, until: datetime) -> datetime | None:
    """When what is required began at the latest, before an instant; each event the last one that fits."""
    if isinstance(wanted, dict) and "any_of" in wanted:
        times = [begun_at(world, ob, one, event, until) for one in wanted["any_of"]]
        return max((at for at in times if at is not None), default=None)
    if isinstance(wanted, dict) and "all_of" in wanted:
        times = [begun_at(world, ob, one, event, until) for one in wanted["all_of"]]
        return None if None in times else min(at for at in times if at is not None)
    if isinstance(wanted, dict) and "in_order" in wanted:
        at: datetime | None = until
        for one in reversed(wanted["in_order"]):
            at = begun_at(world, ob, one, event, at) if at is not None else None
        return at
    there = [e.at for e in world.events if e.at <= until and fits(e, wanted) and follows(ob, e, event)]
    return max(there, default=None)


def after(world: World, duty: Duty, post: Post, event: Event) -> list[Obligation]:
    """`none`: what is required strictly earlier or at the same second, and within the time."""
    day, key = day_of(duty, event), key_of(duty, event, "case")
    name = f"{event.at}/{key}" if key else f"{event.at}"
    ob = Obligation(duty, post, day.isoformat(), day, name, case=event.case)
    ob.kinds = required_kinds(duty)
    place = world.place(duty, post, day)
    try:
        word = place.figure(duty.fields["within"]) if "within" in duty.fields else None
    except OffError:
        return []
    except UnboundError:
        return [unbound(duty, post, ob.period, day, discriminator=name, case=event.case)]
    begun = begun_at(world, ob, duty.fields["requires"], event, event.at)
    ob.met = begun is not None and (word is None or begun >= reaching_back(world, post, event.at, word))
    ob.reason = "disordered"
    return [ob]


def after_previous_workday(world: World, duty: Duty, post: Post, event: Event) -> list[Obligation]:
    """`previous_workday`: on the post's previous workday; none since the post began: no occasion."""
    day = day_of(duty, event)
    ob = Obligation(duty, post, day.isoformat(), day, key_of(duty, event, "case"), case=event.case)
    ob.kinds, ob.first = required_kinds(duty), day
    ob.reason = "disordered"
    previous = next((d for d in (day - cal.DAY * i for i in range(1, 367)) if world.workday(post, d)), None)
    if previous is None:
        ob.occasion, ob.why_no_occasion = False, "first_day"
    else:
        ob.search_from = previous
        ob.met = there_on(world, ob, duty.fields["requires"], event, previous)
    return [ob]


def there_on(world: World, ob: Obligation, wanted: Any, event: Event, day: date) -> bool:
    if isinstance(wanted, dict) and "any_of" in wanted:
        return any(there_on(world, ob, one, event, day) for one in wanted["any_of"])
    if isinstance(wanted, dict) and "all_of" in wanted:
        return all(there_on(world, ob, one, event, day) for one in wanted["all_of"])
    return any(e.duty_day == day and fits(e, wanted) and follows(ob, e, event) for e in world.events)


# ---------------------------------------------------------------------------------------------- metric


def judge_metric(world: World, duty: Duty) -> Iterator[Obligation]:
    found = []
    for post in world.estate.owing_posts(duty):
        groups: dict[str, list[Event]] = {}
        periods: dict[str, Period] = {}
        for event in world.belonging(duty, post, duty.fields["event"], duty.fields.get("where")):
            if "of_each" in duty.fields:
                groups.setdefault(event.case, []).append(event)
            else:
                period = cal.period_around(duty.fields["per"], event.duty_day)
                periods[period.label] = period
                groups.setdefault(period.label, []).append(event)
        for name, events in groups.items():
            found += judge_group(world, duty, post, events, name=name, period=periods.get(name))
    yield from found
    yield from no_occasions(world, duty, found, [pattern_kind(duty.fields["event"])])


def judge_group(
    world: World, duty: Duty, post: Post, events: list[Event], *, name: str, period: Period | None
) -> list[Obligation]:
    """Belongs to the scored period if its last event does; day = that event's day."""
    last = period.last if period else events[-1].duty_day
    if not (world.scored.contains(period.last) if period else world.lies_in(events[-1])):
        return []
    first = period.first if period else events[0].duty_day
    label, discriminator = (period.label, "") if period else (last.isoformat(), name)
    case = "" if period else name
    # Dated figures: the first day of the period, or the day of the obligation.
    day = period.first if period else last
    try:
        least = world.place(duty, post, day).number(duty.fields["at_least"])
    except OffError:
        return []
    except UnboundError:
        return [unbound(duty, post, label, last, discriminator=discriminator, case=case, first=day)]
    values = [Fraction(event.value) for event in events]
    total = sum(values, Fraction(0)) / (len(values) if duty.fields.get("value") == "mean" else 1)
    ob = Obligation(duty, post, label, last, discriminator, case=case, search_from=first, first=day)
    ob.kinds = [pattern_kind(duty.fields["event"])]
    ob.limit = period.end() if period else None
    # Compared exactly; below: short (actual rounded half up to two decimals).
    ob.met, ob.reason, ob.expected, ob.actual = total >= least, "short", least, half_up(total, 2)
    return [ob]


# ---------------------------------------------------------------------------------------------- finding


def judge_finding(world: World, duty: Duty) -> Iterator[Obligation]:
    served = set()
    for post in world.estate.owing_posts(duty):
        ordinals: dict[date, int] = {}
        for event in findings(world, duty, post):
            day = event.duty_day
            ordinals[day] = ordinals.get(day, 0) + 1
            served.add(post.person)
            ob = Obligation(duty, post, day.isoformat(), day, str(ordinals[day]), case=event.case)
            ob.reason, ob.actual = "found", number(event.value or "1")
            yield ob
    for ob in no_occasions(world, duty, [], []):
        # No row: `met` if an `inspection.<clause>` row says so, else `not_assessed` (uninspected).
        if ob.post.person not in served:
            ob.occasion, ob.idle = True, False
            ob.decided = ("met", None) if inspected(world, ob) else ("not_assessed", "uninspected")
            yield ob


def findings(world: World, duty: Duty, post: Post) -> list[Event]:
    kinds = [f"finding.{clause}" for clause in duty.clauses]
    events = [e for kind in kinds for e in world.belonging(duty, post, kind) if world.lies_in(e)]
    return sorted(events, key=lambda e: (e.at, e.order))


def inspected(world: World, ob: Obligation) -> bool:
    kinds = [f"inspection.{clause}" for clause in ob.duty.clauses]
    return any(e.kind in kinds and e.person == ob.post.person and world.lies_in(e) for e in world.events)
