"""Which duties ask for rounds without targets, and what they still ask for: read off the period judged on the log."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Final

import numpy as np

from dutyrules.checks.duty import Duty, Pattern
from dutyrules.checks.quota import Quota
from dutyrules.checks.response import Response
from dutyrules.estate import Estate
from dutyrules.obligation import NONE, Ints, State
from dutyrules.plan.outings import Ask, Outings, Part
from dutyrules.plan.owing import counts_outings
from dutyrules.plan.plan import Unplanned
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

NOWHERE: Final = (None, "text")
"""Targets of kinds that are about no place."""


def outing_kinds(estate: Estate) -> frozenset[str]:
    """The planned kinds that are about no building."""
    return frozenset(kind for kind in estate.planning.patrols if estate.book.kinds[kind].target in (None, "area"))


def outing_duties(estate: Estate) -> tuple[list[Quota | Response], list[Unplanned]]:
    """The duties that outings are planned for, and those that ask for some otherwise."""
    duties: list[Quota | Response] = []
    left = []
    kinds = outing_kinds(estate)
    for name, duty in estate.book.duties.items():
        if not _asks(estate, duty, kinds):
            continue
        assert isinstance(duty, Quota | Response)
        if why := _unplannable(estate, duty, kinds):
            left.append(Unplanned(name, why))
        else:
            duties.append(duty)
    return duties, left


def _asks(estate: Estate, duty: Duty, kinds: frozenset[str]) -> bool:
    if isinstance(duty, Quota):
        return duty.at_most is None and not kinds.isdisjoint(duty.kinds()) and counts_outings(estate, duty)
    return isinstance(duty, Response) and not kinds.isdisjoint(one.event for one in duty.follow_up.patterns())


def _unplannable(estate: Estate, duty: Quota | Response, kinds: frozenset[str]) -> str | None:
    if duty.strength != "must":
        return "not_must"
    if duty.performed_by == "any":
        return "done_by_anybody"
    if isinstance(duty, Quota):
        targets = {estate.book.kinds[kind].target for kind in duty.kinds()}
        return "counts_events" if duty.population or (len(targets) > 1 and targets != set(NOWHERE)) else None
    if duty.otherwise is not None:
        return "other_ways"
    if duty.occasions() and not kinds.isdisjoint(duty.occasions()):
        return "set_off_by_rounds"
    if duty.match_on == "target":
        return "about_targets"
    groups = _groups(duty)
    if groups is None or any(kinds.isdisjoint(one.event for one in group) for group in groups):
        return "several_follow_ups"
    if any(estate.book.kinds[one.event].target not in NOWHERE for group in groups for one in group):
        return "about_targets"
    return None


def _groups(duty: Response) -> list[tuple[Pattern, ...]] | None:
    """Of each of these one has to be done; None if more is asked for, such as an order."""
    deeds = duty.follow_up
    if deeds.single is not None:
        return [(deeds.single,)]
    parts = (*deeds.any_of, *deeds.all_of, *deeds.in_order)
    patterns = tuple(part for part in parts if isinstance(part, Pattern))
    if deeds.in_order or len(patterns) < len(parts):
        return None
    return [patterns] if deeds.any_of else [(one,) for one in patterns]


class OutingReader:
    """Reads what is owed from the period judged on the log alone."""

    def __init__(self, judgement: Judgement, first: int) -> None:
        """Looks at a judgement.

        Args:
            first: First day to plan.
        """
        self._judgement, self._first = judgement, first
        self._ground = judgement.ground
        self._presence = judgement.ground.presence
        self._namer = Namer(judgement)

    def outings(self) -> Outings:
        """All that is owed, and what is left alone."""
        estate = self._judgement.estate
        duties, left = outing_duties(estate)
        read = [one for duty in duties for one in self._read(duty)]
        return Outings(
            tuple(duty.id for duty in duties),
            outing_kinds(estate),
            tuple(one for one in read if isinstance(one, Ask)),
            frozenset(one for one in read if isinstance(one, str)),
            (*left, *(one for one in read if isinstance(one, Unplanned))),
        )

    def _read(self, duty: Quota | Response) -> Iterator[Ask | Unplanned | str]:
        """What a duty still asks for; what is left alone; and the breach ids of what is past."""
        verdicts = self._judgement.verdicts[duty.id]
        obligations = verdicts.obligations
        open_ = obligations.limit > self._first * DAY
        for row in range(len(verdicts)):
            match State(int(verdicts.state[row])):
                case State.BREACHED if open_[row]:
                    yield self._quota(duty, row) if isinstance(duty, Quota) else self._response(duty, row)
                case State.BREACHED:
                    yield self._namer.breach_id(duty.id, row)
                case State.NOT_ASSESSED | State.EXCUSED if open_[row]:
                    label = self._presence.label(int(obligations.post[row]))
                    who = f"{duty.id} {label} {self._namer.period(duty.id, row)}"
                    yield Unplanned(who, verdicts.whys[int(verdicts.why[row])])

    def _quota(self, duty: Quota, row: int) -> Ask:
        verdicts = self._judgement.verdicts[duty.id]
        obligations = verdicts.obligations
        posts, owes = self._ground.owing(duty.role, duty.local(self._ground.located))
        days = np.arange(int(obligations.first_day[row]), int(obligations.last_day[row]) + 1)
        days = days[owes[posts == obligations.post[row]][0, days - self._presence.first]]
        times = [
            (day * DAY + start, day * DAY + stop) for day in days.tolist() for start, stop in self._windows(duty, row)
        ]
        need = int(obligations.expected[row] - verdicts.judged.actual[row])
        return self._ask(duty, row, days, times, [Part(tuple(duty.patterns()), need)])

    def _windows(self, duty: Quota, row: int) -> list[tuple[int, int]]:
        """The duty's windows, the one that the obligation is about, or the whole day."""
        if duty.windows is None:
            return [(0, DAY)]
        obligations = self._judgement.verdicts[duty.id].obligations
        terms = self._ground.terms(obligations.post[[row]], obligations.first_day[[row]])
        index, values = terms.choose(duty.windows)
        windows = list(values[int(index[0])])  # type: ignore[arg-type]
        slot = int(obligations.slot[row])
        return [windows[slot - 1]] if slot else windows

    def _response(self, duty: Response, row: int) -> Ask:
        verdicts = self._judgement.verdicts[duty.id]
        obligations = verdicts.obligations
        start, limit = int(obligations.start[row]), int(obligations.limit[row])
        case = int(obligations.case[row])
        name = self._ground.facts.log.cases[case] if case >= 0 else None
        parts = [Part(group, 0 if self._done(duty, row, group) else 1) for group in _groups(duty) or ()]
        days = np.arange(start // DAY, (limit - 1) // DAY + 1)
        ask = self._ask(duty, row, days, [(start, limit)], parts)
        late = int(verdicts.judged.actual[row]) != NONE
        return replace(ask, case=name, whole=True, late=late, days=() if late else ask.days)

    def _done(self, duty: Response, row: int, group: Sequence[Pattern]) -> bool:
        """Whether the log has one of some follow-ups."""
        obligations = self._judgement.verdicts[duty.id].obligations
        person = self._presence.person[obligations.post[row]]
        for pattern in group:
            events = pattern.of(self._ground)
            mine = (
                (events.person == person) & (events.at >= obligations.start[row]) & (events.at < obligations.limit[row])
            )
            if duty.match_on == "case":
                mine &= events.case == obligations.case[row]
            if mine.any():
                return True
        return False

    def _ask(
        self, duty: Quota | Response, row: int, days: Ints, times: Sequence[tuple[int, int]], parts: Sequence[Part]
    ) -> Ask:
        """What is open, on those of some days that are still to come and are workdays."""
        post = int(self._judgement.verdicts[duty.id].obligations.post[row])
        person = int(self._presence.person[post])
        works = self._presence.work[self._presence.person == person].any(axis=0)
        ahead = days[(days >= self._first) & (days <= self._ground.period.last_day)]
        start, stop = (0, DAY) if duty.slot is None else self._ground.slots[duty.slot]
        return Ask(
            key=self._namer.breach_id(duty.id, row),
            duty=duty.id,
            person=person,
            area=int(self._presence.area[post]),
            days=tuple(ahead[works[ahead - self._presence.first]].tolist()),
            times=tuple(times),
            slot=(-(-start // 60), stop // 60),
            parts=tuple(parts),
        )
