"""Visits by two: where a household wishes for two at the door, another person must be free at the same time."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

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

    def _near(self, code: int, kind: str, day: int) -> Iterable[int]:
        """Who works that day in a post, of the role that is asked for, whose area is the household's or holds it."""
        ground, estate = self.judgement.ground, self.judgement.estate
        presence, role = ground.presence, estate.planning.visits[kind].companion
        area = int(estate.places.area_at(np.array([code]), np.array([day]))[0])
        posts = ground.areas.contains[presence.area, area] & presence.work[:, day - presence.first]
        posts &= presence.acting_for < 0
        if role is not None:
            posts &= np.array([presence.roles[one] == role for one in presence.role.tolist()], np.bool_)
        return dict.fromkeys(presence.person[posts].tolist())

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
        busy: Busy = {}
        visits = self.judgement.estate.planning.visits
        for one in self.made:
            busy.setdefault((one.person, one.start // DAY), []).append((one.start, one.end, one.kind in visits))
        for draft in drafts:
            for visit in draft.visits:
                for person in (visit.person, visit.companion):
                    if person is not None:
                        busy.setdefault((person, visit.start // DAY), []).append((*_span(draft, visit), True))
        return busy


def _span(draft: Draft, visit: Visit) -> tuple[int, int]:
    return visit.start, visit.start + draft.agenda.kinds[visit.kind].minutes * 60


def _gain(draft: Draft, visit: Visit) -> int:
    """How many demands that lack something a visit would help."""
    return sum(
        bool(draft.missing(number)) and draft.waits(number, visit.household.code) for number in draft.serves(visit)
    )
