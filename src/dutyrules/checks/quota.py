"""quota: so many events, or distinct targets, in a period – at least or at most."""

from collections.abc import Iterator, Mapping, Sequence
from fractions import Fraction
from math import ceil
from typing import TYPE_CHECKING, Literal

import numpy as np

from dutyrules.checks.credit import Credit, by_population, credited, obligation_at, population_sizes
from dutyrules.checks.duty import Duty, Kinds, Names, Pattern, Words, attended, tagged
from dutyrules.checks.ground import Ground, Terms
from dutyrules.checks.occasions import PerformedBy
from dutyrules.facts import Events, counts, distinct_pairs
from dutyrules.figure import Count, Days, Figure, Form, Share, Text, Windows, check_days, narrowed, wrong
from dutyrules.obligation import Bools, Ints, Judged, Obligations, Reason, State
from dutyrules.timegrid import DAY, Period, PeriodKind

ATTEMPTS = ("not_home", "refused", "rescheduled")
"""Outcomes that are no visit."""


class ShareOf(Form):
    """A share of a population, rounded up."""

    share: Figure[Share]
    of: Text


if TYPE_CHECKING:
    Owed = ShareOf | Figure[int]
else:
    Owed = tagged(
        lambda value: (
            "share" if isinstance(value, ShareOf) or (isinstance(value, dict) and "share" in value) else "count"
        ),
        share=ShareOf,
        count=Figure[Count],
    )


class Quota(Duty):
    """Fields of a quota; see docs/rule-book.md."""

    check: Literal["quota"]
    event: Kinds
    where: Mapping[str, Words] = {}
    distinct: Literal["target"] | None = None
    per: PeriodKind
    at_least: Owed | None = None
    at_most: Owed | None = None
    cap: Text | None = None
    population: Text | None = None
    participants: Names = ()
    performed_by: PerformedBy = "self"
    days: Days | None = None
    credit: Literal["unit", "performer"] = "unit"
    windows: Figure[Windows] | None = None
    count: Figure[Literal["all_windows", "each_window"]] = Figure("all_windows")
    prorate: Literal["workdays", "none"] = "workdays"

    def model_post_init(self, _: object) -> None:
        """Checks what the single fields cannot see."""
        if self.at_least is not None and self.at_most is not None:
            raise wrong("one-limit", "both", "either at_least or at_most")
        if self.days is not None:
            check_days(self.days, self.per)
        if self.performed_by == "any" and self.population:
            raise wrong("performed-by", "performed_by: any", "credit: unit, where a population is counted")

    @property
    def owed(self) -> ShareOf | Figure[int]:
        """The count that is at least or at most owed."""
        return self.at_most or self.at_least or Figure(1)

    def reasons(self) -> tuple[str, ...]:
        """Too few, or too many."""
        return ("over",) if self.at_most is not None else ("missing", "short")

    @property
    def judged_at_end(self) -> bool:
        """More may still come."""
        return self.at_most is not None

    def patterns(self) -> Iterator[Pattern]:
        """The events that count."""
        for kind in self.event:
            yield Pattern(event=kind, where=self.where, participants=self.participants)

    def populations(self) -> tuple[str, ...]:
        """Whatever it counts members of."""
        share = self.owed.of if isinstance(self.owed, ShareOf) else None
        return tuple(dict.fromkeys(name for name in (share, self.cap, self.population) if name))

    def local(self, located: frozenset[str]) -> bool:
        """Whether it counts things that lie in an area."""
        return bool(self.populations()) or self._placed(located)

    def _placed(self, located: frozenset[str]) -> bool:
        return not located.isdisjoint(self.event)

    # ------------------------------------------------------------ expand

    def expand(self, ground: Ground) -> Obligations:
        """One per workday or period, and per window if each counts on its own."""
        local = self.local(ground.located)
        if self.per.daily:
            post, day = ground.workdays(self.role, local)
            which = day - ground.period.first_day
        else:
            post, which = ground.period_posts(self.role, local, self.periods(ground))
        periods = self.periods(ground)
        whole = ground.over_periods(post, periods, which, settled=self._empty(ground, post, which, periods))
        terms = ground.terms(post, whole.first_day)
        whole = whole.replace(expected=self._expected(ground, terms, post, which, periods, 0))
        return terms.settle(whole) if self.windows is None else self._windowed(terms, whole)

    def _empty(self, ground: Ground, post: Ints, which: Ints, periods: Sequence[Period]) -> Ints:
        """Where there is nobody, there is nothing to exceed either."""
        if self.at_most is None or not self.population:
            return np.full(len(post), State.OPEN)
        nobody = self._sizes(ground, post, which, periods) == 0
        return np.where(nobody, State.NO_OCCASION, State.OPEN)

    def periods(self, ground: Ground) -> Sequence[Period]:
        """The periods, or their days, that end in the scored one."""
        kind = PeriodKind.DAY if self.per.daily else self.per
        if self.days is None:
            return list(ground.period.ending_within(kind))
        some = (narrowed(period, self.days) for period in ground.period.touching(kind))
        return [part for part in some if ground.period.first <= part.last <= ground.period.last]

    def _windowed(self, terms: Terms, whole: Obligations) -> Obligations:
        """Limits at the windows' ends; with `each_window`, one obligation a window."""
        index, values = terms.choose(self.windows)  # type: ignore[arg-type]
        mode, words = terms.choose(self.count)
        each = np.array([word == "each_window" for word in words] + [False])[mode]
        rows = np.arange(len(whole))
        parts, origin = [whole.take(index < 0)], [rows[index < 0]]
        for number, windows in enumerate(values):
            if not isinstance(windows, tuple):
                continue
            mine = index == number
            end = whole.last_day * DAY + (max(stop for _, stop in windows) if self.per.daily else DAY)
            parts.append(whole.replace(limit=end, late_limit=end).take(mine & ~each))
            origin.append(rows[mine & ~each])
            for slot, (start, stop) in enumerate(windows, 1):
                limit = whole.last_day * DAY + (stop if self.per.daily else DAY)
                one = whole.replace(slot=slot, start=whole.start + start, limit=limit, late_limit=limit)
                parts.append(one.take(mine & each))
                origin.append(rows[mine & each])
        return terms.settle(Obligations.joined(parts), np.concatenate(origin))

    def owed_with(self, ground: Ground, obligations: Obligations, more: Ints) -> Ints:
        """What each obligation would expect if so many more of the members that leave had been credited."""
        periods = self.periods(ground)
        which = np.searchsorted([period.first_day for period in periods], obligations.first_day)
        terms = ground.terms(obligations.post, obligations.first_day)
        return self._expected(ground, terms, obligations.post, which, periods, more)

    def _expected(
        self, ground: Ground, terms: Terms, post: Ints, which: Ints, periods: Sequence[Period], more: Ints | int
    ) -> Ints:
        """N: the figure or share, capped by what there is (and by `more` members), prorated by days at work."""
        area = ground.presence.area[post]
        starts = np.array([period.first_day for period in periods], np.int64)
        if isinstance(self.owed, ShareOf):
            number = _shares(terms, self.owed.share, ground.members(self.owed.of).counts(starts)[which, area])
        else:
            number = terms.numbers(self.owed)
        if self.at_most is not None:
            return number
        if self.cap:
            number = np.minimum(number, ground.members(self.cap).counts(starts)[which, area])
        if self.population:
            number = np.minimum(number, self._sizes(ground, post, which, periods) + more)
        if self.per.daily or self.prorate == "none":
            return number
        return _prorated(ground, number, self._work(ground), post, which, periods)

    def _sizes(self, ground: Ground, post: Ints, which: Ints, periods: Sequence[Period]) -> Ints:
        """Members owed to each post; a leaver that was visited by somebody whose visits do not count is not."""
        events, members = self._events(ground), ground.members(self.population or "")
        area, person = ground.presence.area[post], ground.presence.person[post]
        if self.credit == "unit":
            return population_sizes(ground, events, members, periods)[which, area]
        sizes = np.zeros(len(post), np.int64)
        for performer in np.unique(person):
            own, mine = events.take(events.person == performer), person == performer
            sizes[mine] = population_sizes(ground, own, members, periods)[which[mine], area[mine]]
        return sizes

    def _work(self, ground: Ground) -> Bools:
        """Post × day: workdays on which the post owes; the others of a person with several posts are not its own."""
        posts, owes = ground.owing(self.role, self.local(ground.located))
        work = np.zeros_like(ground.presence.work)
        work[posts] = owes & ground.presence.work[posts]
        return work

    # ------------------------------------------------------------ judge

    def judge(self, ground: Ground, obligations: Obligations) -> Judged:
        """Enough, too few, none, or too many."""
        events = self._events(ground)
        credit = self._credit(ground, events)
        owner = self._owner(ground, obligations, events, credit)
        target = events.target[credit.entry]
        group, member = distinct_pairs(owner, target) if self.distinct else (owner, target)
        actual = counts(group, len(obligations))
        if self.at_most is not None:
            met = actual <= obligations.expected
            reason = np.where(met, Reason.NONE, Reason.OVER)
        else:
            met = actual >= obligations.expected
            reason = np.where(met, Reason.NONE, np.where(actual == 0, Reason.MISSING, Reason.SHORT))
        return Judged(
            met=met,
            reason=reason,
            actual=actual,
            evidence=lambda row: events.row[credit.entry[owner == row]],
            missing=lambda row: self._left_out(ground, obligations, row, member[group == row]),
            done=lambda row: member[group == row],
        )

    def _events(self, ground: Ground) -> Events:
        """The events that count, whoever did them."""
        events = ground.facts.events(self.event, self.where, {"outcome": ATTEMPTS})
        return attended(ground, events, self.participants)

    def _credit(self, ground: Ground, events: Events) -> Credit:
        if self.population:
            members = ground.members(self.population)
            performer = self.credit == "performer"
            return by_population(ground, self.role, events, members, self.periods(ground), performer=performer)
        return credited(ground, self.role, events, self.performed_by, local=self._placed(ground.located))

    def _owner(self, ground: Ground, obligations: Obligations, events: Events, credit: Credit) -> Ints:
        """The obligation that each credited event counts for; -1 for none."""
        packed = obligations.post << 32 | obligations.first_day  # a post and its first day name the period
        _, first, lane = np.unique(packed, return_index=True, return_inverse=True)
        head = obligations.take(first)
        mine = obligation_at(ground, head, credit.post, events.day[credit.entry])
        slot, slots = self._slots(ground, head, mine, events.time[credit.entry])
        row_of = np.full((len(head) + 1, slots + 2), -1, np.int64)  # -1 is nobody's row, and no slot
        rows = np.arange(len(obligations))
        whole = obligations.slot == 0
        row_of[lane[whole]] = rows[whole][:, None]  # one count over all windows
        row_of[lane[~whole], obligations.slot[~whole]] = rows[~whole]
        row_of[:, -1] = -1
        return row_of[mine, slot]

    def _slots(self, ground: Ground, head: Obligations, lane: Ints, time: Ints) -> tuple[Ints, int]:
        """The window of each event (0 without windows, -1 outside all), and how many windows there are at most."""
        if self.windows is None:
            return np.zeros(len(time), np.int64), 0
        index, values = ground.terms(head.post, head.first_day).choose(self.windows)
        mine = np.append(index, -1).take(lane)  # -1 takes what stands behind the last one
        slot, most = np.full(len(time), -1, np.int64), 0
        for number, windows in enumerate(values):
            for place, (start, stop) in enumerate(windows if isinstance(windows, tuple) else (), 1):
                slot[(mine == number) & (time >= start) & (time < stop)] = place
                most = max(most, place)
        return slot, most

    def _left_out(self, ground: Ground, obligations: Obligations, row: int, done: Ints) -> Ints:
        """Members that were owed and not reached."""
        name = self.population or self.cap
        if not name or not self.distinct:
            return np.empty(0, np.int64)
        members = ground.members(name)
        first = int(obligations.first_day[row])
        owed = members.at(first)
        area = ground.presence.area[int(obligations.post[row])]
        inside = ground.areas.contains[area, members.area_of(owed, first)]
        return np.setdiff1d(owed[inside], done)

    def excuse(self, ground: Ground, obligations: Obligations) -> Bools:
        """Daily quotas: leave that covers at least half of the windows, the slot, or the shift."""
        if not self.per.daily:
            return np.zeros(len(obligations), np.bool_)
        midnight = obligations.first_day * DAY
        whole = obligations.slot == 0
        excused = ground.half_on_leave(obligations, [(obligations.start, obligations.limit)]) & ~whole
        if self.windows is not None:
            index, values = ground.terms(obligations.post, obligations.first_day).choose(self.windows)
            for number, windows in enumerate(values):
                if isinstance(windows, tuple):
                    spans = [(midnight + start, midnight + stop) for start, stop in windows]
                    excused |= ground.half_on_leave(obligations, spans) & whole & (index == number)
            return excused
        return ground.half_on_leave(obligations, [ground.slot_span(self.slot, obligations)])


def _shares(terms: Terms, share: Figure[Share], there: Ints) -> Ints:
    index, values = terms.choose(share)
    number = np.zeros(len(there), np.int64)
    sizes, size = np.unique(there, return_inverse=True)
    for place, value in enumerate(values):
        if isinstance(value, Fraction):
            rounded_up = np.array([ceil(value * whole) for whole in sizes.tolist()], np.int64)
            number = np.where(index == place, rounded_up[size], number)
    return number


def _prorated(ground: Ground, number: Ints, work: Bools, post: Ints, which: Ints, periods: Sequence[Period]) -> Ints:
    """N × available × fte / owed, rounded half up; days outside the tenure count as the calendar says."""
    presence = ground.presence
    low = np.array([max(period.first_day - presence.first, 0) for period in periods], np.int64)[which]
    end = np.array([period.last_day - presence.first + 1 for period in periods], np.int64)[which]
    owing = np.where(presence.tenure, presence.base_work[presence.person], presence.statutory)
    fte = np.array([share.as_integer_ratio() for share in presence.fte], np.int64).reshape(-1, 2)[post]
    over = number * _sum(work, post, low, end) * fte[:, 0]
    under = np.maximum(_sum(owing, post, low, end), 1) * fte[:, 1]
    return (2 * over + under) // (2 * under)


def _sum(days: Bools, post: Ints, low: Ints, end: Ints) -> Ints:
    """How many days of each post hold from `low` to before `end`."""
    first, last = int(low.min(initial=days.shape[1])), int(end.max(initial=0))
    before = np.zeros((days.shape[0], max(last - first, 0) + 1), np.int64)
    np.cumsum(days[:, first:last], axis=1, out=before[:, 1:])
    return before[post, end - first] - before[post, low - first]
