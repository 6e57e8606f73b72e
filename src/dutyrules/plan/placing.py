"""Where meetings, records, deadlines, rounds and calls that nobody plans as visits find their minute of a day."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Final

from dutyrules.checks.attendance import Attendance
from dutyrules.checks.response import Response
from dutyrules.estate import Estate
from dutyrules.estate.planning import WorkTime
from dutyrules.obligation import Reason
from dutyrules.plan.chores import Chore, Says
from dutyrules.plan.diary import Diary, moment
from dutyrules.plan.hours import Span, common, instant
from dutyrules.plan.plan import Cause, Task
from dutyrules.timegrid import DAY, date_of, instant_number

BEFORE: Final = 10
"""Minutes before its limit at which something is best handed in."""

HELPED: Final = (Reason.MISSING, Reason.SHORT, Reason.EARLY)
"""Breaches that a further event can prevent."""

_ALWAYS: Final = WorkTime()


class Placer:
    """Finds times for chores, one after the other; what is placed takes its time.

    Attributes:
        tasks: What was placed.
        causes: Obligation → why it could not be placed.
        beyond: Obligation → how much of it nobody could help, whatever else is planned.
    """

    def __init__(self, estate: Estate, diary: Diary, first: int, seen: Mapping[tuple[str, str], int]) -> None:
        """Starts with nothing placed.

        Args:
            first: First day to plan.
            seen: (kind, target) → when the log has it last; who was not seen for long comes first.
        """
        self._estate, self._diary, self._first = estate, diary, first
        self._seen = dict(seen)
        self._placed: dict[tuple[str, str], list[int]] = defaultdict(list)
        self.tasks: list[Task] = []
        self.causes: dict[str, Cause] = {}
        self.beyond: dict[str, int] = {}

    def place(self, chore: Chore, *, timed: bool = False) -> None:
        """Places what a chore asks for, or keeps why that is not possible.

        Args:
            timed: Only what takes time; moments come later.
        """
        if timed:
            kinds = tuple(one for one in chore.kinds if self._way(one[0]).minutes)
            chore = replace(chore, kinds=kinds)
        if not chore.kinds:
            return
        if chore.reason not in HELPED:
            self._because(chore, Cause("done_late" if chore.reason == Reason.LATE else "log_decides", {}))
        elif not any(self._hours(chore, day) for day in self._days(chore)):
            begun = chore.start < self._first * DAY
            start = {"start": date_of(self._first).isoformat()}
            self._never(chore, Cause("before_start", start) if begun else Cause("not_at_work", {}))
        else:
            way = self._targets if chore.targets else self._counted if chore.counted else self._single
            fit = way(chore)
            if fit < chore.need:
                self._because(chore, Cause("no_free_time", {"need": chore.need, "fit": fit}))

    def _because(self, chore: Chore, cause: Cause) -> None:
        """What was found when it was tried first is the reason."""
        self.causes.setdefault(chore.key, cause)

    def _never(self, chore: Chore, cause: Cause) -> None:
        self._because(chore, cause)
        self.beyond[chore.key] = chore.need

    def _days(self, chore: Chore) -> Sequence[int]:
        return [day for day in chore.days if day >= self._first]

    def _span(self, chore: Chore, day: int) -> Span:
        """The minutes of a day in which the chore may begin."""
        midnight = day * DAY
        return max(0, -((midnight - chore.start) // 60)), min(DAY // 60, -((midnight - chore.limit) // 60))

    def _spans(self, chore: Chore, day: int) -> list[Span]:
        whole = self._span(chore, day)
        return common([whole], list(chore.spans)) if chore.spans else [whole]

    def _hours(self, chore: Chore, day: int) -> list[Span]:
        return common(self._diary.moments(chore.person, day), self._spans(chore, day))

    # ------------------------------------------------------------ one event, or one of each kind

    def _single(self, chore: Chore) -> int:
        """1 if every event that is asked for has its time."""
        found = [self._event(chore, kind, says) for kind, says in chore.kinds]  # one that fits not spares no other
        return int(all(found))

    def _event(self, chore: Chore, kind: str, says: Says) -> bool:
        known = next(self._known(chore, kind, says, chore.target), None)
        if known is not None:
            self._serve(known, chore)
            return True
        duty = self._estate.book.duties[chore.duty]
        days = self._days(chore)
        for day in days if isinstance(duty, Response) else reversed(days):
            wish = self._wish(chore, kind, day)
            if self._at(chore, kind, says, day, self._spans(chore, day), wish):
                return True
        return False

    def _wish(self, chore: Chore, kind: str, day: int) -> int:
        """When it is best done: as the estate says, in its slot, when it begins, or some minutes before its limit."""
        first, last = self._span(chore, day)
        last -= 1
        duty, way = self._estate.book.duties[chore.duty], self._way(kind)
        if way.at is not None:
            return min(max(way.at // 60, first), last)
        if chore.slot is not None:
            return min(max(chore.slot[0], first), last)
        if isinstance(duty, Response):
            return first
        if isinstance(duty, Attendance):
            return first if chore.start > day * DAY else last
        closes = max((end for _, end in self._diary.hours(chore.person, day)), default=last)
        return max(min(last, closes) - BEFORE, first)

    def _at(
        self,
        chore: Chore,
        kind: str,
        says: Says,
        day: int,
        spans: Sequence[Span],
        wish: int,
        target: str | None = None,
    ) -> bool:
        """Whether there was a free minute; the nearest to the wish is taken, with the time that it takes."""
        minutes = self._way(kind).minutes
        free = self._free(chore.person, day, spans, minutes)
        at = moment(free, wish)
        if at is None:
            return False
        duty, slot = self._estate.book.duties[chore.duty], chore.slot
        if isinstance(duty, Attendance) and slot is not None and not minutes and slot[0] <= at < slot[1]:
            minutes = self._diary.room(chore.person, day, at, slot[1])  # who is there stays to its end
        self._add(chore, kind, says, day, at, minutes, target or chore.target)
        return True

    def _free(self, person: int, day: int, spans: Sequence[Span], minutes: int) -> list[Span]:
        """Where something of some minutes may begin."""
        if not minutes:
            return self._diary.free(person, day, spans, moment=True)
        free = self._diary.free(person, day, [(0, DAY // 60)])
        return common([(first, last - minutes + 1) for first, last in free], spans)

    # ------------------------------------------------------------ counted

    def _counted(self, chore: Chore) -> int:
        """How many events have their time, spread over the days, and on a day over its hours."""
        kind, says = chore.kinds[0]
        days = [day for day in self._days(chore) if self._hours(chore, day)]
        if len(chore.days) == 1:
            return sum(self._round(chore, kind, says, days[0], number) for number in range(chore.need))
        made = 0
        for number in range(chore.need):
            ideal = (2 * number + 1) * len(days) // (2 * chore.need)
            near = sorted(range(len(days)), key=lambda place: (abs(place - ideal), place))
            made += any(self._round(chore, kind, says, days[place], number // len(days)) for place in near)
        return made

    def _round(self, chore: Chore, kind: str, says: Says, day: int, number: int) -> bool:
        """The n-th event of a day: in its slot if it can be, else at any time that counts."""
        spans = self._spans(chore, day)
        tries = [spans]
        if chore.slot is not None and not chore.spans:
            tries.insert(0, common(spans, [chore.slot]))
        for some in tries:
            here = common(self._diary.hours(chore.person, day), some)
            taken = {task.at for task in self._own(chore.person, kind)}
            single = [span for first, last in here for span in _apart(first, last, taken, day)]
            length = sum(last - first for first, last in here)
            share = length // chore.need if len(chore.days) == 1 else 0
            wish = self._way(kind).at
            start = here[0][0] if here else 0
            if single and self._at(
                chore, kind, says, day, single, start + share * number if wish is None else wish // 60
            ):
                return True
        return False

    def _targets(self, chore: Chore) -> int:
        """How many different targets have their time, those first that were not seen for longest."""
        kind, says = chore.kinds[0]
        known = {}
        for index in self._known(chore, kind, says, None, anything=True):
            if self.tasks[index].target in chore.targets:
                known[self.tasks[index].target] = index
        for index in list(known.values())[: chore.need]:
            self._serve(index, chore)
        fit = min(len(known), chore.need)
        wanted = [name for name in chore.targets if name not in known]
        wanted.sort(key=lambda name: (self._seen.get((kind, name), 0), name))
        minutes = self._way(kind).minutes
        for day in self._days(chore):
            for first, last in self._diary.free(chore.person, day, self._spans(chore, day)):
                some = wanted[: chore.need - fit]
                some = some[: (last - first) // minutes] if minutes else some
                for number, name in enumerate(some):
                    begin = first + minutes * number
                    self._add(chore, kind, says, day, begin, minutes, name)
                    self._seen[kind, name] = day * DAY + begin * 60
                wanted, fit = wanted[len(some) :], fit + len(some)
        return fit

    # ------------------------------------------------------------ what is placed

    def _way(self, kind: str) -> WorkTime:
        return self._estate.planning.work.get(kind, _ALWAYS)

    def _own(self, person: int, kind: str) -> Iterator[Task]:
        name = self._diary.presence.persons[person]
        return (self.tasks[index] for index in self._placed[name, kind])

    def _known(
        self, chore: Chore, kind: str, says: Says, target: str | None, *, anything: bool = False
    ) -> Iterator[int]:
        """Placed tasks that meet a chore too."""
        name = self._diary.presence.persons[chore.person]
        for index in self._placed[name, kind]:
            task = self.tasks[index]
            at = instant_number(task.at)
            said = all(task.attributes.get(key) == word for key, word in says.items())
            about = anything or (task.target == target and task.case == chore.case)
            minute = at % DAY // 60
            inside = not chore.spans or any(first <= minute < last for first, last in chore.spans)
            if chore.start <= at < chore.limit and said and about and inside:
                yield index

    def _serve(self, index: int, chore: Chore) -> None:
        task = self.tasks[index]
        self.tasks[index] = replace(task, duties=tuple(dict.fromkeys((*task.duties, chore.duty))))

    def _add(self, chore: Chore, kind: str, says: Says, day: int, begin: int, minutes: int, target: str | None) -> None:
        at, name = instant(day, begin), self._diary.presence.persons[chore.person]
        until = at + timedelta(minutes=minutes)
        self._placed[name, kind].append(len(self.tasks))
        self.tasks.append(Task(at, until, name, kind, target, chore.case, dict(says), (chore.duty,)))
        self._diary.take(chore.person, day, (begin, begin + minutes))


def _apart(first: int, last: int, taken: Iterable[object], day: int) -> Iterator[Span]:
    """A span without minutes at which the same was placed already: equal rows of a log are one."""
    cuts = sorted(minute for minute in range(first, last) if instant(day, minute) in taken)
    for cut in cuts:
        if first < cut:
            yield first, cut
        first = cut + 1
    if first < last:
        yield first, last
