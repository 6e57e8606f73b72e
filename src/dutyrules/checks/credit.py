"""For whom an event counts: its person's post, the posts of the area it happened in, or those of a population."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dutyrules.checks.ground import Ground
from dutyrules.checks.occasions import PerformedBy
from dutyrules.facts import Events, ranges
from dutyrules.obligation import Bools, Ints, Obligations
from dutyrules.registry.population import Members
from dutyrules.registry.rounds import rounds
from dutyrules.timegrid import Period


@dataclass(frozen=True)
class Credit:
    """(entry, post) pairs: the event at position `entry` counts for the post."""

    entry: Ints
    post: Ints

    def only(self, kept: Bools) -> "Credit":
        """Some of the pairs."""
        rows = np.flatnonzero(kept)
        return Credit(self.entry.take(rows), self.post.take(rows))


def credited(ground: Ground, role: str, events: Events, performed_by: PerformedBy, *, local: bool) -> Credit:
    """Each event for its person's posts, or for everybody's; local ones for those of the area it happened in."""
    if performed_by == "self":
        return by_place(ground, role, events) if local else by_person(ground, role, events)
    posts, owes = ground.owing(role, local)
    posts = posts[owes.any(axis=1)]
    if local:
        entry, place = ground.around(posts, ground.facts.area_of(events))
        return Credit(entry, posts[place])
    entry, place = np.divmod(np.arange(len(events) * len(posts)), max(len(posts), 1))
    return Credit(entry, posts[place])


def obligation_at(ground: Ground, owed: Obligations, post: Ints, day: Ints) -> Ints:
    """The obligation of each post whose period contains the day, one at most; -1 for none."""
    presence = ground.presence
    table = np.full((len(presence.person), presence.days), -1, np.int64)
    low = np.maximum(owed.first_day - presence.first, 0)
    index, inside = ranges(low, owed.last_day - presence.first + 1 - low)
    table[owed.post[index], inside] = index
    return table.ravel().take(post * presence.days + (day - presence.first))


def by_person(ground: Ground, role: str, events: Events) -> Credit:
    """Each event for the lead post of its person."""
    post = ground.lead_post(role, events)
    entry = np.flatnonzero(post >= 0)
    return Credit(entry, post[entry])


def by_place(ground: Ground, role: str, events: Events) -> Credit:
    """Each event for those posts of its person in whose area its target lies that day."""
    presence = ground.presence
    posts, owes = ground.owing(role, local=True)
    area = ground.facts.area_of(events)
    nobody = np.full(len(presence.persons), -1, np.int64)
    entries, credited = [np.empty(0, np.int64)], [np.empty(0, np.int64)]
    for places in rounds(presence.person[posts]):
        place_of = nobody.copy()
        place_of[presence.person[posts[places]]] = places
        place = np.where(events.person >= 0, place_of[np.where(events.person >= 0, events.person, 0)], -1)
        entry = np.flatnonzero(place >= 0)
        mine = place[entry]
        good = owes[mine, events.day[entry] - presence.first]
        good &= presence.areas.contains[presence.area[posts[mine]], area[entry]]
        entries.append(entry[good])
        credited.append(posts[mine[good]])
    return Credit(np.concatenate(entries), np.concatenate(credited))


def by_population(
    ground: Ground, role: str, events: Events, members: Members, periods: Sequence[Period], *, performer: bool
) -> Credit:
    """Each event on a member for the posts in whose area the member lies, whoever did it (or only for the performer's).

    A member is creditable on a day on which it is live, and throughout a period on whose first day it was.
    """
    found, area = creditable(ground, events, members, periods)
    posts, owes = ground.owing(role, local=True)
    position, chosen = ground.around(posts, area)
    entry = found[position]
    if performer:
        good: Bools = events.person[entry] == ground.presence.person[posts[chosen]]
    else:
        good = np.any(owes, axis=1)[chosen]
    credit = Credit(entry, posts[chosen])
    return credit if good.all() else credit.only(good)


def creditable(ground: Ground, events: Events, members: Members, periods: Sequence[Period]) -> tuple[Ints, Ints]:
    """(positions, areas) of the events on members: where the member lay at the period's start, newcomers on the day."""
    start = period_starts(ground, periods).take(events.day - ground.presence.first)
    target, day = events.target, events.day
    registered = target.view(np.uint64) < len(members.places.ids)  # unsigned, -1 is large too
    inside = np.flatnonzero(registered & (start >= 0))
    if len(inside) < len(events):
        target, day, start = target.take(inside), day.take(inside), start.take(inside)
    owed = members.hold(target, start)
    new = np.flatnonzero(~owed & (day > start))
    new = new[members.hold(target[new], day[new])]
    owed[new], start[new] = True, day[new]
    if not owed.all():
        members_only = np.flatnonzero(owed)
        inside, target, start = (column.take(members_only) for column in (inside, target, start))
    return inside, ground.facts.places.area_at(target, start)


def period_starts(ground: Ground, periods: Sequence[Period]) -> Ints:
    """Day axis → first day of the period that the day lies in; -1 where in none."""
    first = np.full(ground.presence.days, -1, np.int64)
    for period in periods:
        low = max(period.first_day - ground.presence.first, 0)
        first[low : period.last_day - ground.presence.first + 1] = period.first_day
    return first


def population_sizes(ground: Ground, events: Events, members: Members, periods: Sequence[Period]) -> Ints:
    """Period × area: members owed – live on the first day, less those that left without having been credited."""
    starts = np.array([period.first_day for period in periods], np.int64)
    sizes = members.counts(starts)
    gone = {index: members.left(period.first_day, period.last_day) for index, period in enumerate(periods)}
    if not any(map(len, gone.values())):
        return sizes
    found, _ = creditable(ground, events, members, periods)
    credited_start = period_starts(ground, periods)[events.day[found] - ground.presence.first]
    for index, period in enumerate(periods):
        left = np.setdiff1d(gone[index], events.target[found[credited_start == period.first_day]])
        area = members.area_of(left, period.first_day)
        sizes[index] -= ground.areas.totals(np.bincount(area, minlength=ground.areas.root + 1))
    return sizes
