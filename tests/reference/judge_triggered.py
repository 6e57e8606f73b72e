"""response, precedence, metric and finding: obligations that something gave rise to."""

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any

from . import calendar as cal
from .books import Duty
from .calendar import Period
from .estate import Post, pattern_kind
from .figures import OffError, Place, UnboundError, half_up, number
from .judge_daily import late_limit
from .log import Event, fits, parse_instant
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


class NoWorkdayError(Exception):
    """The post has no such workday within the 120 days after."""


def judge_response(world: World, duty: Duty) -> Iterator[Obligation]:
    found = []
    for post in world.estate.owing_posts(duty):
        for trigger in triggers_of(world, duty, post):
            found += judge_trigger(world, duty, post, trigger)
    yield from found
    yield from no_occasions(world, duty, found, [pattern_kind(duty.fields["trigger"])])


def triggers_of(world: World, duty: Duty, post: Post) -> list[Event]:
    """The trigger events that this post owns."""
    pattern = duty.fields["trigger"]
    options = pattern if isinstance(pattern, dict) else {}
    counts: dict[tuple[str, str, int, int], int] = {}
    found = []
    for event in world.events:
        place = world.place(duty, post, event.at.date())
        if not fits(event, pattern):
            continue
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
        if owns(world, duty, post, event):
            found.append(event)
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
    where = estate.target_area(trigger.kind, trigger.target, day)
    return estate.within(where, post.area) and estate.owes(duty, post, day)


def judge_trigger(world: World, duty: Duty, post: Post, trigger: Event) -> list[Obligation]:
    """One per trigger that falls due in the scored period, or that lies in it and falls due later."""
    day = trigger.at.date()
    place = world.place(duty, post, day)
    if switched_off(duty, place):
        return []
    lies_in = world.scored.contains(day)
    name = f"{trigger.at}{matched_key(duty, trigger)}"
    here = Obligation(duty, post, day.isoformat(), day, name, case=trigger.case, search_from=day)
    here.kinds = [pattern_kind(duty.fields["trigger"]), *kinds_in(duty.fields["follow_up"])]
    try:
        if isinstance(duty.fields["trigger"], dict) and "window" in duty.fields["trigger"]:
            place.window(duty.fields["trigger"]["window"])
        late_limit(world, duty.fields, place, day, default=cal.end_of_day(day))  # reads the figure
        limit = response_limit(world, duty, post, trigger, place)
        if limit is None:
            here.decided = ("not_assessed", "no_due_time")
            return [here] if lies_in else []
        due = cal.due_day(limit)
        late = late_limit(world, duty.fields, place, due, default=cal.end_of_day(cal.month_end(due)))
    except NoWorkdayError:
        here.occasion, here.why_no_occasion = False, "no_workday"
        return [here] if lies_in else []
    except OffError:
        return []
    except UnboundError:
        return [unbound(duty, post, day.isoformat(), day, discriminator=name, case=trigger.case)] if lies_in else []
    if not (world.scored.contains(due) or (lies_in and due > world.scored.last)):
        return []
    return [judge_follow_up(world, here, trigger, limit, late)]


def matched_key(duty: Duty, trigger: Event) -> str:
    key = key_of(duty, trigger, default="case")
    return f"/{key}" if key else ""


def key_of(duty: Duty, event: Event, default: str) -> str:
    match_on = duty.fields.get("match_on", default)
    return {"case": event.case, "target": event.target, "none": ""}[match_on]


def judge_follow_up(world: World, ob: Obligation, trigger: Event, limit: datetime, late: datetime) -> Obligation:
    ob.day = cal.due_day(limit)
    ob.period = ob.day.isoformat()
    ob.limit, ob.late = limit, late
    ob.expected = named_instant(world, limit)
    done = first_follow_up(world, ob, ob.duty.fields["follow_up"], trigger)
    if done is not None and done < max(limit, late):
        ob.actual, ob.met, ob.reason = done, done < limit, "late"
    else:
        ob.reason = "missing"
    # leave contains the named instant of L, or at least half of [trigger, L)
    half = leave_over_half(world, ob.post, [(trigger.at, limit)])
    ob.relieved = leave_at_limit(world, ob.post, limit) or half
    return ob


def first_follow_up(world: World, ob: Obligation, wanted: Any, trigger: Event) -> datetime | None:
    """Events with the same case (target, or any) at or after the trigger; `all_of`: the latest of the firsts."""
    if isinstance(wanted, dict) and "any_of" in wanted:
        times = [first_follow_up(world, ob, one, trigger) for one in wanted["any_of"]]
        return min((at for at in times if at is not None), default=None)
    if isinstance(wanted, dict) and "all_of" in wanted:
        times = [first_follow_up(world, ob, one, trigger) for one in wanted["all_of"]]
        return None if None in times else max(at for at in times if at is not None)
    for event in world.events:
        if event.at >= trigger.at and fits(event, wanted) and follows(ob, event, trigger):
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


def kinds_in(wanted: Any) -> list[str]:
    if isinstance(wanted, dict) and ("any_of" in wanted or "all_of" in wanted):
        return [kind for one in wanted.get("any_of") or wanted["all_of"] for kind in kinds_in(one)]
    return [pattern_kind(wanted)]


def response_limit(world: World, duty: Duty, post: Post, trigger: Event, place: Place) -> datetime | None:
    """A list: the first that is given. None given: None."""
    within = place.figure(duty.fields["within"])
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
        return cal.by(parse_instant(text, world.estate), g) if text else None
    if word == "same_day":
        return cal.end_of_day(day)
    if word == "same_workday":
        return cal.end_of_day(day if world.workday(post, day) else workday_after(world, post, day, 1))
    if word == "period_end":
        return cal.end_of_day(cal.month_end(day))
    count, unit = word.split()
    if unit.startswith("hour"):
        return cal.by(trigger.at + timedelta(hours=int(count)), g)
    if unit.startswith("workday"):
        return cal.end_of_day(workday_after(world, post, day, int(count)))
    return cal.end_of_day(day + cal.DAY * int(count) if unit.startswith("day") else cal.add_months(day, int(count)))


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


# ---------------------------------------------------------------------------------------------- precedence


def judge_precedence(world: World, duty: Duty) -> Iterator[Obligation]:
    found: list[Obligation] = []
    by_day = duty.fields.get("lag", "none") == "previous_workday"
    for post in world.estate.owing_posts(duty):
        done: set[tuple[date, str]] = set()
        for event in world.belonging(duty, post, duty.fields["event"], duty.fields.get("where")):
            day, key = event.duty_day, key_of(duty, event, default="target")
            if not world.lies_in(event) or (by_day and (day, key) in done):
                continue
            done.add((day, key))
            judge = after_previous_workday if by_day else after
            found.append(judge(world, duty, post, event))
    yield from found
    yield from no_occasions(world, duty, found, [pattern_kind(duty.fields["event"])])


def required(world: World, duty: Duty, post: Post, event: Event) -> list[Event]:
    """Required events of the person with the same key."""
    key = key_of(duty, event, "target")
    return [
        e
        for e in world.events
        if e.person == post.person and fits(e, duty.fields["requires"]) and key_of(duty, e, "target") == key
    ]


def after(world: World, duty: Duty, post: Post, event: Event) -> Obligation:
    """`none`: one strictly earlier or at the same second."""
    key = key_of(duty, event, "target")
    name = f"{event.at}/{key}" if key else f"{event.at}"
    ob = Obligation(duty, post, event.duty_day.isoformat(), event.duty_day, name, case=event.case)
    ob.kinds = [pattern_kind(duty.fields["event"]), pattern_kind(duty.fields["requires"])]
    ob.met = any(e.at <= event.at for e in required(world, duty, post, event))
    ob.reason = "disordered"
    return ob


def after_previous_workday(world: World, duty: Duty, post: Post, event: Event) -> Obligation:
    """`previous_workday`: one on the post's previous workday; none since the post began: no occasion."""
    day = event.duty_day
    ob = Obligation(duty, post, day.isoformat(), day, key_of(duty, event, "target"), case=event.case)
    ob.kinds = [pattern_kind(duty.fields["event"]), pattern_kind(duty.fields["requires"])]
    ob.reason = "disordered"
    previous = next((d for d in (day - cal.DAY * i for i in range(1, 367)) if world.workday(post, d)), None)
    if previous is None:
        ob.occasion, ob.why_no_occasion = False, "first_day"
    else:
        ob.search_from = previous
        ob.met = any(e.duty_day == previous for e in required(world, duty, post, event))
    return ob


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
    try:
        # Dated figures: the first day of the period, or the day of the obligation.
        day = period.first if period else last
        least = world.place(duty, post, day).number(duty.fields["at_least"])
    except OffError:
        return []
    except UnboundError:
        return [unbound(duty, post, label, last, discriminator=discriminator, case=case)]
    values = [Fraction(event.value) for event in events]
    total = sum(values, Fraction(0)) / (len(values) if duty.fields.get("value") == "mean" else 1)
    ob = Obligation(duty, post, label, last, discriminator, case=case, search_from=first)
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
            ob.occasion = True
            ob.decided = ("met", None) if inspected(world, ob) else ("not_assessed", "uninspected")
            yield ob


def findings(world: World, duty: Duty, post: Post) -> list[Event]:
    kinds = [f"finding.{clause}" for clause in duty.clauses]
    events = [e for kind in kinds for e in world.belonging(duty, post, kind) if world.lies_in(e)]
    return sorted(events, key=lambda e: (e.at, e.order))


def inspected(world: World, ob: Obligation) -> bool:
    kinds = [f"inspection.{clause}" for clause in ob.duty.clauses]
    return any(e.kind in kinds and e.person == ob.post.person and world.lies_in(e) for e in world.events)
