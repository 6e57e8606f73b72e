"""Which units a quota would count, on which days: those of its population, or of the areas of its post."""

from collections import defaultdict
from collections.abc import Iterable, Iterator

import numpy as np

from dutyrules.checks.quota import Quota
from dutyrules.obligation import Bools, Ints
from dutyrules.plan.demand import Spans
from dutyrules.plan.hours import joined
from dutyrules.registry.population import Members
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

Units = dict[int, Spans]


def countable(judgement: Judgement, duty: Quota, row: int) -> tuple[Units, Units]:
    """When a first visit to each unit would count, and, if that is less, when it may be made."""
    verdicts = judgement.verdicts[duty.id]
    first, last = int(verdicts.obligations.first_day[row]), int(verdicts.obligations.last_day[row])
    post = int(verdicts.obligations.post[row])
    units: Units = {}
    there: Units = {}
    if duty.population is None:
        units = _anybody(judgement, duty, post, first, last)
    elif judgement.estate.book.populations[duty.population].table != "buildings":  # no visit to a unit is one to it
        units, there = _members(judgement, duty.population, post, first, last)
    for code in verdicts.judged.done(row).tolist():
        units.pop(code, None)
        there.pop(code, None)
    return units, there


def leavers_of(judgement: Judgement, duty: Quota, row: int) -> frozenset[int]:
    """Members of a quota's population on its first day that are none on its last."""
    if duty.population is None:
        return frozenset()
    obligations = judgement.verdicts[duty.id].obligations
    members = judgement.ground.members(duty.population)
    return frozenset(members.left(int(obligations.first_day[row]), int(obligations.last_day[row])).tolist())


def _members(judgement: Judgement, population: str, post: int, first: int, last: int) -> tuple[Units, Units]:
    """Members of the first day count throughout, others while they are some; nobody is visited when it is none."""
    ground = judgement.ground
    members = ground.members(population)
    inside = ground.areas.contains[int(ground.presence.area[post])]
    initial = members.at(first)
    own = initial[inside[members.area_of(initial, first)]]
    units: Units = dict.fromkeys(own.tolist(), ((first * DAY, (last + 1) * DAY),))
    there: Units = {}
    before = set(initial.tolist())
    for code, stays in _part_of_the_time(members, first, last):
        if code in units:
            there[code] = _seconds(stays)
        elif code not in before:
            days = np.concatenate([np.arange(start, end + 1) for start, end in stays])
            area = judgement.estate.places.area_at(np.full(len(days), code), days)
            spans = _seconds(zip(days[inside[area]].tolist(), days[inside[area]].tolist(), strict=True))
            if spans:
                units[code] = spans
    return units, there


def _part_of_the_time(members: Members, first: int, last: int) -> Iterator[tuple[int, list[tuple[int, int]]]]:
    """The days of those that are members on some days of a period only, or by several rows."""
    since, until = np.maximum(members.first, first), np.minimum(members.last, last)
    present = since <= until
    partly = members.target[present & ((since > first) | (until < last))]
    stays: dict[int, list[tuple[int, int]]] = defaultdict(list)
    rows = present & np.isin(members.target, partly)
    for code, start, end in zip(members.target[rows].tolist(), since[rows].tolist(), until[rows].tolist(), strict=True):
        stays[code].append((start, end))
    return iter(stays.items())


def _anybody(judgement: Judgement, duty: Quota, post: int, first: int, last: int) -> Units:
    """Units while they lie in the post's area, on days on which the post is held and owes the duty."""
    ground, places = judgement.ground, judgement.estate.places
    posts, owes = ground.owing(duty.role, duty.local(ground.located))
    days = np.arange(first, last + 1)
    days = days[owes[posts == post][0, days - ground.presence.first]]
    codes = places.codes("unit")
    inside = ground.areas.contains[int(ground.presence.area[post])]
    area = places.area_at(np.repeat(codes, len(days)), np.tile(days, len(codes)))
    counts: Bools = inside[area].reshape(len(codes), len(days))
    found = ((int(code), _seconds(_alone(days[row]))) for code, row in zip(codes, counts, strict=True))
    return {code: spans for code, spans in found if spans}


def _alone(days: Ints) -> Iterable[tuple[int, int]]:
    return ((day, day) for day in days.tolist())


def _seconds(days: Iterable[tuple[int, int]]) -> Spans:
    """Days from–to as times, those that touch as one."""
    return tuple(joined((first * DAY, (last + 1) * DAY) for first, last in days))
