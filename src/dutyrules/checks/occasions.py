"""Triggered duties: whose an occasion is, and which other events are about the same case or target."""

from typing import Literal, TypeAlias

import numpy as np

from dutyrules.checks.ground import Ground
from dutyrules.facts import Events
from dutyrules.obligation import Bools, Ints, Obligations

MatchOn: TypeAlias = Literal["case", "target", "none"]
OwedBy: TypeAlias = Literal["person", "role", "area_of_target"]
PerformedBy: TypeAlias = Literal["self", "any"]


def owners(ground: Ground, role: str, owed_by: OwedBy, events: Events) -> tuple[Ints, Ints]:
    """(entry, post) pairs: whose task each event sets. Areas and roles go by its date, persons by its duty day."""
    if owed_by == "person":
        post = ground.lead_post(role, events)
        return np.flatnonzero(post >= 0), post[post >= 0]
    posts, owes = ground.owing(role, owed_by == "area_of_target")
    events = events.by_date()
    day = events.day - ground.presence.first
    if owed_by == "role":
        place, entry = np.nonzero(owes[:, day])
        return entry, posts[place]
    entry, place = ground.around(posts, ground.facts.area_of(events))
    owed = owes[place, day[entry]]
    return entry[owed], posts[place[owed]]


def key_of(columns: Events | Obligations, match_on: MatchOn) -> Ints:
    """What must be the same; -1 where there is nothing to match."""
    match match_on:
        case "target":
            return columns.target
        case "case":
            return columns.case
        case _:
            return np.zeros(len(columns), np.int64)


def key_by(ground: Ground, key: Ints, person: Ints, performed_by: PerformedBy) -> Ints:
    """The key of what the owner must have done itself, or anybody may have."""
    if performed_by == "any":
        return key
    return np.where((key >= 0) & (person >= 0), key * len(ground.presence.persons) + person, -1)


def falls_to(ground: Ground, obligations: Obligations) -> Bools:
    """Whether what was set off falls due in the scored period, or began in it and falls due later."""
    due, day = obligations.day, obligations.first_day
    first, last = ground.period.first_day, ground.period.last_day
    return ((due >= first) & (due <= last)) | ((day >= first) & (day <= last) & (due > last))
