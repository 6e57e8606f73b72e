"""due: what is open as of now, by when, how many more, and what missing it would cost."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

import numpy as np

from dutyrules.activity.log import Log
from dutyrules.checks.deadline import ROLLS, Deadline
from dutyrules.checks.quota import Quota
from dutyrules.estate import Estate
from dutyrules.figure import narrowed
from dutyrules.obligation import NONE, Reason, State, Verdicts
from dutyrules.scoring.agenda import Agenda, Cost, Open, OpenState, Unassessed
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.judge import Judgement, gaps, judge
from dutyrules.scoring.outstanding import EXCUSES, Outstanding, Standing, outstanding
from dutyrules.scoring.requests import refuse_plans, unknown_person
from dutyrules.scoring.stakes import Ending, Stakes
from dutyrules.scoring.tally import Tally
from dutyrules.timegrid import NEVER, Period, PeriodKind, date_of, day_number, instant_of
from dutyrules.timegrid.periods import month_end

STATES: Mapping[int, OpenState] = {Standing.OPEN: "open", Standing.OVERDUE: "overdue", Standing.LOST: "lost"}

Whose = tuple[str, str]
"""A person and a role: whose sheet."""


@dataclass(frozen=True)
class Month:
    """What is not past of the obligations that one month's sheets will show."""

    tally: Tally
    found: Mapping[str, Outstanding]

    @cached_property
    def costs(self) -> Mapping[str, tuple[list[Cost | None], list[Cost | None]]]:
        """Duty → what missing each open obligation takes off, and what doing it late does where it is overdue."""
        stakes = Stakes(self.tally)
        return {duty: _costs(stakes, duty, one) for duty, one in self.found.items()}

    def open(self, whose: Whose) -> Iterator[Open]:
        """What a person has open."""
        for duty, one in self.found.items():
            mine = self._mine(duty, whose)
            for place, row in enumerate(one.rows.tolist()):
                if row in mine:
                    yield self._open(duty, row, place)

    def unassessed(self, whose: Whose) -> Iterator[Unassessed]:
        """What a person has open and nobody can judge."""
        for duty, one in self.found.items():
            mine = self._mine(duty, whose)
            for row in one.unknown.tolist():
                if row in mine:
                    yield self._unassessed(duty, row)

    def _mine(self, duty: str, whose: Whose) -> frozenset[int]:
        return self._owners[duty].get(whose, frozenset())

    @cached_property
    def _owners(self) -> Mapping[str, Mapping[Whose, frozenset[int]]]:
        """Duty → whose → rows."""
        presence, sheets = self.tally.judgement.ground.presence, self.tally.sheets
        table: dict[str, Mapping[Whose, frozenset[int]]] = {}
        for duty, one in self.found.items():
            rows: dict[Whose, set[int]] = {}
            for row in (*one.rows.tolist(), *one.unknown.tolist()):
                post = int(self.tally.judgement.verdicts[duty].obligations.post[row])
                sheet = int(sheets.of_post[post])
                role = sheets.role[sheet] if sheet >= 0 else presence.role[post]
                rows.setdefault((presence.persons[presence.person[post]], presence.roles[role]), set()).add(row)
            table[duty] = {whose: frozenset(found) for whose, found in rows.items()}
        return table

    @property
    def owners(self) -> frozenset[Whose]:
        """Everybody with something open."""
        return frozenset(whose for rows in self._owners.values() for whose in rows)

    # ------------------------------------------------------------ one obligation in words

    def _names(self, duty: str, row: int) -> dict[str, Any]:
        form, namer, ground = self.tally.judgement.duty(duty), self.tally.namer, self.tally.judgement.ground
        owed = self.tally.judgement.verdicts[duty].obligations
        return {
            "breach_id": namer.breach_id(duty, row),
            "duty": duty,
            "clause": form.clause,
            "post": ground.presence.label(int(owed.post[row])),
            "period": namer.period(duty, row),
            "discriminator": namer.discriminator(duty, row),
            "strength": form.strength,
            "about": form.key_text(ground, owed, row),
        }

    def _open(self, duty: str, row: int, place: int) -> Open:
        one, verdicts = self.found[duty], self.tally.judgement.verdicts[duty]
        owed, judged = verdicts.obligations, verdicts.judged
        standing, reason = int(one.standing[place]), Reason(int(one.reason[place]))
        late = int(one.late_limit[place]) if standing == Standing.OVERDUE else None
        namer, targets = self.tally.namer, self.tally.log.targets
        costs, costs_late = self.costs[duty]
        return Open(
            **self._names(duty, row),
            state=STATES[standing],
            reason=reason.name.lower(),
            begin=instant_of(int(owed.start[row])),
            due=self._named(int(owed.limit[row])),
            late_until=None if late is None else self._named(late),
            expected=namer.text(verdicts, owed.expected if judged.owed is None else judged.owed, row),
            actual=namer.text(verdicts, judged.actual, row),
            more=_more(verdicts, row, reason),
            missing=tuple(targets[int(code)] for code in judged.missing(row)),
            cost=costs[place],
            cost_late=costs_late[place],
            excused=EXCUSES[int(one.excuse[place])] or None,
        )

    def _unassessed(self, duty: str, row: int) -> Unassessed:
        verdicts, ground = self.tally.judgement.verdicts[duty], self.tally.judgement.ground
        owed = verdicts.obligations.take(np.array([row]))
        why = verdicts.whys[int(verdicts.why[row])]
        incomplete = why == "log_incomplete"
        return Unassessed(
            **self._names(duty, row),
            why=why,
            kinds=gaps(ground, self.tally.judgement.duty(duty), owed) if incomplete else (),
            due=self._named(int(owed.limit[0])) if owed.settled[0] == State.OPEN else None,
        )

    def _named(self, limit: int) -> datetime:
        """The named instant of a limit."""
        return instant_of(limit - self.tally.judgement.ground.granularity)


def _costs(stakes: Stakes, duty: str, one: Outstanding) -> tuple[list[Cost | None], list[Cost | None]]:
    """What each row's presumed breach takes off, and, of what is overdue, its being late."""
    breached = np.where(one.excuse > 0, State.EXCUSED, State.BREACHED)
    missed = Ending(one.rows, breached, one.reason, one.actual)
    costs = stakes.costs(duty, missed)
    late: list[Cost | None] = [None] * len(costs)
    overdue = np.flatnonzero(one.standing == Standing.OVERDUE)
    for place, cost in zip(overdue, stakes.costs(duty, Ending.of(one.rows[overdue], Reason.LATE)), strict=True):
        late[place] = cost
    return costs, late


def _more(verdicts: Verdicts, row: int, reason: Reason) -> int | None:
    """How many are missing, where something is counted."""
    owed, judged = verdicts.obligations, verdicts.judged
    actual = int(judged.actual[row])
    several = judged.owed is not None and reason is Reason.SHORT
    if reason is Reason.OVER or actual == NONE or not (several or owed.unit == "count"):
        return None
    expected = int((owed.expected if judged.owed is None else judged.owed)[row])
    return None if expected == NONE else max(0, expected - actual)


@dataclass(frozen=True)
class Due:
    """What everybody has open as of an instant.

    Attributes:
        months: The month of that instant, then the later ones in which something open will be scored.
        ahead: Days beyond that of the instant whose obligations count as begun.
    """

    estate: Estate
    log: Log
    as_of: datetime
    ahead: int
    months: tuple[Month, ...]

    @property
    def now(self) -> Tally:
        """The month of the instant, judged."""
        return self.months[0].tally

    @property
    def people(self) -> Sequence[Agenda]:
        """Everybody with a post in the month or something open, by person and role."""
        return [self.agenda(*whose) for whose in self._everybody]

    @cached_property
    def _everybody(self) -> Sequence[Whose]:
        presence, sheets = self.now.judgement.ground.presence, self.now.sheets
        holders = {
            (presence.persons[person], presence.roles[role])
            for person, role in zip(sheets.person, sheets.role, strict=True)
        }
        return sorted(holders.union(*(month.owners for month in self.months)))

    def of(self, person: str) -> Sequence[Agenda]:
        """What one person has open, by role.

        Raises:
            InputError: nobody of that name has a post in the month.
        """
        mine = [whose for whose in self._everybody if whose[0] == person]
        if not mine:
            raise unknown_person(person, (name for name, _ in self._everybody), self.now.period.label)
        return [self.agenda(*whose) for whose in mine]

    def agenda(self, person: str, role: str) -> Agenda:
        """What a person has open in a role."""
        whose = person, role
        opened = (one for month in self.months for one in month.open(whose))
        unknown = (one for month in self.months for one in month.unassessed(whose))
        return Agenda(
            person,
            self.estate.name_of(person),
            role,
            tuple(sorted(opened, key=lambda one: (one.due, one.begin, one.duty, one.discriminator))),
            tuple(
                sorted(unknown, key=lambda one: (str(one.due), one.duty, one.period, one.discriminator))
            ),  # None last
        )


def due(estate: Estate, log: Log, as_of: datetime, *, ahead: int = 0) -> Due:
    """Lists what is open.

    Args:
        estate: The estate with its books.
        log: Its activity log, as `read_log` returns it.
        as_of: The last instant that is known.
        ahead: How many days after that of `as_of` obligations may begin; by default those of the day, and of the
            periods that run.

    Raises:
        InputError: the log holds planned rows.
    """
    refuse_plans(log, "leave the plan out: what is planned is still open")
    today = as_of.date()
    until = today + timedelta(days=ahead)
    running = Period.containing(PeriodKind.MONTH, today)
    first = judge(estate, log, running, as_of)
    wanted = {*_ends(estate, today, until), *_ends_of_triggered(first, until)}
    months = {Period.containing(PeriodKind.MONTH, day) for day in wanted} - {running}
    judged = [first, *(judge(estate, log, month, as_of, seen_in=running) for month in sorted(months))]
    return Due(estate, log, as_of, ahead, tuple(_month(one, log, as_of, day_number(until)) for one in judged))


def _month(judgement: Judgement, log: Log, as_of: datetime, until: int) -> Month:
    period = judgement.ground.period
    tally = Tally(judgement.estate, log, period, as_of, False, judgement, Sheets.of(judgement.ground))
    return Month(tally, outstanding(tally, until))


def _ends(estate: Estate, today: date, until: date) -> Iterator[date]:
    """The last days of the months from `today` to `until`, and of the longer periods that some duty runs in."""
    said = (getattr(duty, "per", None) for duty in estate.book.duties.values())
    for kind in {PeriodKind.MONTH, *(PeriodKind(per) for per in said if per)}:
        period = Period.containing(kind, today)
        while period.first <= until and not kind.daily:
            yield period.last
            yield from _dated_in(estate, period, today)
            period = Period.containing(kind, period.last + timedelta(days=1))


def _dated_in(estate: Estate, period: Period, today: date) -> Iterator[date]:
    """A day of each month from `today` on in which a dated deadline, or some days, of a longer period may end."""
    for duty in estate.book.duties.values():
        if isinstance(duty, Quota) and duty.days is not None and duty.per is period.kind:
            yield max(today, narrowed(period, duty.days).last)
        if isinstance(duty, Deadline) and duty.per is period.kind:
            for nominal in duty.nominal_days(period, estate.bound):
                day = max(nominal - timedelta(days=ROLLS), today, period.first)
                while day <= min(nominal + timedelta(days=ROLLS), period.last):
                    yield day
                    day = month_end(day) + timedelta(days=1)


def _ends_of_triggered(judgement: Judgement, until: date) -> Iterator[date]:
    """The days after this month on which something triggered so far falls due, whichever month triggered it."""
    ground = judgement.ground
    since = Period(date_of(ground.presence.first), max(ground.period.last, until), PeriodKind.DAY)
    whole = replace(ground, period=since)
    for duty in judgement.estate.book.duties.values():
        if duty.triggered and duty.lasting():
            owed = duty.expand(whole)
            later = (owed.limit > ground.period.end) & (owed.limit < NEVER)
            for day in np.unique(owed.last_day[later & ~duty.judge(whole, owed).met]):
                yield date_of(int(day))
