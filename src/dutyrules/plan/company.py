"""Visits by two: where a household wishes for two at the door, another person must be free at the same time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import cast

import numpy as np

from dutyrules.plan.agenda import Cell
from dutyrules.plan.demand import within
from dutyrules.plan.draft import Draft, Household, Visit
from dutyrules.plan.households import Made
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

Busy = dict[tuple[int, int], list[tuple[int, int, bool]]]
"""(person, day) → times, and whether they are visits, whose minutes count."""


@dataclass(frozen=True)
class Company:
    """Who could come along, and what is certain of their time."""

    judgement: Judgement
    made: Sequence[Made]
    _works: dict[tuple[int, int, int], bool] = field(default_factory=dict, compare=False)
    _there: dict[tuple[int, str, int], tuple[int, ...]] = field(default_factory=dict, compare=False)

    def accompany(self, drafts: Sequence[Draft], *, last: bool = False) -> None:
        """Adds visits by two, callbacks first, as early as can be; those of all groups of people in turn.

        Args:
            last: For whatever is missing; else only for what cannot be met where one is enough.
        """
        if any(one.paired for draft in drafts for one in draft.households.values()):
            self.settle(drafts)
            for draft in drafts:
                for number in sorted(range(len(draft.demands)), key=lambda one: not draft.demands[one].follow_up):
                    self._accompany(drafts, draft, number, last=last)

    def complete(self, drafts: Sequence[Draft]) -> None:
        """Once all else is planned: visits by two for whatever is still missing."""
        self.settle(drafts)
        self.accompany(drafts, last=True)
        for draft in drafts:
            draft.drop_idle()
        self.settle(drafts)

    def settle(self, drafts: Sequence[Draft]) -> None:
        """Tells everybody's agenda when that person accompanies somebody."""
        along: dict[int, list[tuple[int, int]]] = {}
        for draft in drafts:
            for visit in draft.visits:
                if visit.companion is not None:
                    along.setdefault(visit.companion, []).append(_span(draft, visit))
        for draft in drafts:
            draft.agenda.along = along

    def _accompany(self, drafts: Sequence[Draft], draft: Draft, number: int, *, last: bool) -> None:
        demand = draft.demands[number]
        kinds = [kind for kind in demand.kinds if draft.agenda.channel(kind) == "home"]
        waiting = [draft.households[code] for code in sorted(demand.units) if draft.waits(number, code)]
        paired = [one for one in waiting if one.paired and (demand.leavers_help or one.code not in demand.leavers)]
        alone = {one.code for one in waiting if not one.paired}
        if len(kinds) < len(demand.kinds):  # who takes calls needs no two
            alone |= {one.code for one in waiting if one.ever_takes("phone")}
        wanted = draft.missing(number) - (0 if last else len(alone))
        for household in sorted(paired, key=lambda one: (one.code in alone, not one.priority, one.name)):
            visit = self._best(drafts, draft, number, household) if kinds and wanted > 0 else None
            if visit is not None:
                draft.add(visit)
                self.settle(drafts)
                wanted -= 1

    def _best(self, drafts: Sequence[Draft], draft: Draft, number: int, household: Household) -> Visit | None:
        """The visit that counts for most, at a good hour, as early as can be; with somebody who is free then."""
        busy = self._busy(drafts)
        found = [
            ((cell.avoided, not household.wishes(cell.band, cell.day), -_gain(draft, visit), visit.start), visit)
            for cell in draft.agenda.cells
            for visit in self._visits(draft, number, household, cell, busy)
        ]
        return min(found, key=lambda one: one[0], default=(None, None))[1]

    def _visits(self, draft: Draft, number: int, household: Household, cell: Cell, busy: Busy) -> Iterator[Visit]:
        """The first visit of a cell for which there is a companion."""
        demand, agenda = draft.demands[number], draft.agenda
        if (
            cell.kind not in demand.kinds
            or agenda.channel(cell.kind) != "home"
            or agenda.left(cell.person, cell.kind, cell.day) <= 0
            or not household.takes("home", cell.day, cell.kind, 2)
        ):
            return
        alone = household.takes("home", cell.day, cell.kind)  # on other days it wishes for two
        for start in agenda.free(cell):
            if within(demand.times(household.code), start):
                words = demand.says(cell.kind)
                visit = Visit(household, cell.kind, cell.person, start, words, demand.case)
                companion = None if alone else next(iter(self._free(draft, visit, busy)), None)
                together = replace(visit, companion=companion)
                if (alone or companion is not None) and number in draft.serves(together) and draft.may(together):
                    yield together
                    return

    def _free(self, draft: Draft, visit: Visit, busy: Busy) -> Iterator[int]:
        """Who could come along: at work there, in time, and with nothing else to do."""
        start, end = _span(draft, visit)
        day, most = start // DAY, draft.agenda.minutes
        for person in self._near(visit.household.code, visit.kind, day):
            times = busy.get((person, day), ())
            free = all(end <= since or until <= start for since, until, _ in times)
            spent = sum(until - since for since, until, visits in times if visits) + end - start
            fits = most is None or spent <= most * 60
            if person != visit.person and free and fits and self._on_duty(person, start, end):
                yield person

    def joins(self, draft: Draft, visit: Visit) -> bool:
        """Whether somebody comes along who is free, if two must come."""
        return visit.companion is None or visit.companion in self._free(draft, visit, self._busy([draft]))

    def could_come(self, household: Household, kind: str, person: int, start: int) -> tuple[int, ...]:
        """Who could come along as far as what is certain leaves time; what a plan has them do is not asked."""
        end = start + self.judgement.estate.planning.visits[kind].minutes * 60
        near = self._near(household.code, kind, start // DAY)
        return tuple(one for one in near if one != person and self._unbound(one, start, end))

    def _unbound(self, person: int, start: int, end: int) -> bool:
        """Whether somebody is at work, and nothing that is certain takes the time."""
        key = person, start, end
        if key not in self._works:
            bound = any(one.person == person and one.start < end and start < one.end for one in self.made)
            self._works[key] = not bound and self._on_duty(person, start, end)
        return self._works[key]

    def torn(self, drafts: Sequence[Draft]) -> set[int]:
        """Groups that want one person at the same time, or together for more minutes than a day has; none if none do.

        Each was planned as if whoever comes along had nothing to do in another one.
        """
        wanted: dict[tuple[int, int], list[tuple[int, int, int]]] = {}
        for place, draft in enumerate(drafts):
            for (person, day), spans in self._taken(draft).items():
                wanted.setdefault((person, day), []).extend((since, until, place) for since, until, _ in spans)
        certain = self._certain()
        for (person, day), times in wanted.items():
            places = {place for *_, place in times}
            if len(places) > 1:
                for one, two in pairwise(sorted(times)):
                    if two[0] < one[1]:
                        return {one[2], two[2]}
                seconds = [until - since for since, until, _ in times]
                seconds += [until - since for since, until, counts in certain.get((person, day), ()) if counts]
                spent, most = sum(seconds), drafts[0].agenda.minutes
                if most is not None and spent > most * 60:
                    return places
        return set()

    def _near(self, code: int, kind: str, day: int) -> tuple[int, ...]:
        """Who works that day in a post, of the role that is asked for, whose area is the household's or holds it."""
        key = code, kind, day
        if key not in self._there:
            self._there[key] = tuple(dict.fromkeys(self._posted(code, kind, day)))
        return self._there[key]

    def _posted(self, code: int, kind: str, day: int) -> Iterable[int]:
        ground, estate = self.judgement.ground, self.judgement.estate
        presence, role = ground.presence, estate.planning.visits[kind].companion
        area = int(estate.places.area_at(np.array([code]), np.array([day]))[0])
        posts = ground.areas.contains[presence.area, area] & presence.work[:, day - presence.first]
        posts &= presence.acting_for < 0
        if role is not None:
            posts &= np.array([presence.roles[one] == role for one in presence.role.tolist()], np.bool_)
        return cast("list[int]", presence.person[posts].tolist())

    def _on_duty(self, person: int, start: int, end: int) -> bool:
        """Within the shift that begins that day, and not on leave."""
        presence, day = self.judgement.ground.presence, start // DAY
        column, midnight = day - presence.first, day * DAY
        before = int(presence.overhang[person, column])
        opens = midnight + max(int(presence.shift_start[person, column]), before + 60 if before >= 0 else 0)
        closes = midnight + int(presence.shift_end[person, column])
        away = presence.leave.seconds(np.array([person]), np.array([start]), np.array([end]))[0]
        return opens <= start and end <= closes and not away

    def _busy(self, drafts: Sequence[Draft]) -> Busy:
        """When everybody has something to do."""
        busy = self._certain()
        for draft in drafts:
            for key, spans in self._taken(draft).items():
                busy.setdefault(key, []).extend(spans)
        return busy

    def _certain(self) -> Busy:
        busy: Busy = {}
        visits = self.judgement.estate.planning.visits
        for one in self.made:
            busy.setdefault((one.person, one.start // DAY), []).append((one.start, one.end, one.kind in visits))
        return busy

    def _taken(self, draft: Draft) -> Busy:
        """When people are wanted by the visits of a draft."""
        busy: Busy = {}
        for visit in draft.visits:
            for person in (visit.person, visit.companion):
                if person is not None:
                    busy.setdefault((person, visit.start // DAY), []).append((*_span(draft, visit), True))
        return busy


def by_two(draft: Draft, household: Household, kind: str, day: int) -> bool:
    """Whether two must come for such a visit."""
    channel = draft.agenda.channel(kind)
    return household.takes(channel, day, kind, 2) and not household.takes(channel, day, kind)


def _span(draft: Draft, visit: Visit) -> tuple[int, int]:
    return visit.start, visit.start + draft.agenda.kinds[visit.kind].minutes * 60


def _gain(draft: Draft, visit: Visit) -> int:
    """How many demands that lack something a visit would help."""
    return sum(
        bool(draft.missing(number)) and draft.waits(number, visit.household.code) for number in draft.serves(visit)
    )
