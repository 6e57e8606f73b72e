"""What moved between a kept plan and its repair, and why it could not stay."""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dutyrules.plan.changes import Expectations, Expected, Level
from dutyrules.plan.company import Company, by_two
from dutyrules.plan.draft import Draft
from dutyrules.plan.kept import Kept
from dutyrules.plan.plan import Move, Task
from dutyrules.plan.repair import staying
from dutyrules.timegrid import DAY, day_number, instant_number

REASONS: Final = (
    *("absent", "gone", "refuses", "taken", "not_needed", "not_sent", "no_slot", "full", "makes_room"),
    *("no_companion", "callback", "needed", "edited"),
    *("closed", "outside", "unlisted", "listed"),  # patrols only
)
"""Why a task could not stay, or what a new one is for."""


@dataclass(frozen=True)
class Diff:
    """Finds the moves of a repair.

    Attributes:
        before: What households expect.
        drafts: The groups, with what is fixed only.
        company: Who could come along, and what is certain.
        persons, codes: Words → codes.
    """

    kept: Kept
    before: Expectations
    drafts: Sequence[Draft]
    company: Company
    persons: Sequence[str]
    codes: Mapping[str, int]

    def moves(self, tasks: Sequence[Task]) -> list[Move]:
        """Everything that is not as it was, in order of time; `tasks` are the repaired plan's."""
        after: dict[str | None, list[Task]] = defaultdict(list)
        before: dict[str | None, list[Task]] = defaultdict(list)
        fixed = {_slot(task) for task in self.kept.frozen} | {_slot(task) for task in tasks if task.pinned}
        for task in tasks:
            if _slot(task) not in fixed and "reserve" not in task.attributes:
                after[task.target].append(task)
        for row in self.kept.rows:
            if _slot(row.task) not in fixed and self._promised(row.task):
                before[row.task.target].append(row.task)
        units = dict.fromkeys([*before, *after])
        found = [move for unit in units for move in self._of_unit(before[unit], after[unit])]
        return sorted(found, key=in_order)

    def _of_unit(self, before: Sequence[Task], after: Sequence[Task]) -> Iterator[Move]:
        """What was and what is planned at one household."""
        for one, two in matched(before, after):
            if two is None:
                assert one is not None
                yield Move(one, None, "gone", self._why(one, gone=True))
            elif one is None:
                yield Move(None, two, "new", "callback" if self._follows_up(two) else "needed")
            else:
                yield Move(one, two, self._change(one, two), self._why(one, gone=False))

    def _promised(self, task: Task) -> bool:
        """Reserves are planned anew, unless their day is frozen."""
        return "reserve" not in task.attributes or day_number(task.at.date()) < self.kept.days.start

    def _change(self, before: Task, after: Task) -> str:
        if only_company(before, after):
            return "companion"
        expected = self._expected(after)
        level = self.before.level(expected.unit, after.kind, expected.person, expected.start, expected.companion)
        return "day" if level == Level.SAME else level.name.lower()

    def _expected(self, task: Task) -> Expected:
        companion = next(map(self.persons.index, task.along), None)
        code = self.codes.get(task.target or "", -1)
        return Expected(instant_number(task.at), self.persons.index(task.person), task.kind, code, companion)

    def _follows_up(self, task: Task) -> bool:
        return any(one.follow_up and one.duty in task.duties for draft in self.drafts for one in draft.demands)

    def _why(self, task: Task, *, gone: bool) -> str:
        """Why a task did not stay."""
        if task in self.kept.impossible:
            return self.kept.impossible[task]
        one, end = self._expected(task), instant_number(task.until)
        person, start, day = one.person, one.start, one.start // DAY
        draft = next((draft for draft in self.drafts if one.unit in draft.households), None)
        if draft is None:
            return "not_needed"
        if any(
            other.person in (person, one.companion) and other.start < end and start < other.end
            for other in self.company.made
        ):
            return "taken"
        cells = [cell for cell in draft.agenda.cells if (cell.person, cell.kind) == (person, task.kind)]
        if not any(start in cell.starts for cell in cells):
            return "no_slot" if (person, day) in draft.agenda.at_work else "not_sent"
        if draft.agenda.left(person, task.kind, day) <= 0:
            return "full"
        household = draft.households[one.unit]
        two = by_two(draft, household, task.kind, day)
        if two and one.companion not in self.company.could_come(household, task.kind, person, start):
            return "no_companion"
        if next(staying(draft, [one], self.company)) is None or gone or (task.along and not two):
            return "not_needed"
        return "makes_room"


def unlike(one: Task, two: Task) -> tuple[object, ...]:
    """How unlike two tasks at one household are."""
    hours = abs((one.at - two.at).total_seconds())
    same_day = one.at.date() == two.at.date()
    return one.person != two.person, one.kind != two.kind, not same_day, hours, one.at, two.at


def matched(
    before: Sequence[Task],
    after: Sequence[Task],
    order: Callable[[Task, Task], tuple[object, ...]] = unlike,
) -> Iterator[tuple[Task | None, Task | None]]:
    """The tasks at one place before and after that differ, the likest with each other; None for none."""
    old, new = list(before), list(after)
    pairs = sorted(((order(one, two), one, two) for one in old for two in new), key=lambda pair: pair[0])
    for _, one, two in pairs:
        if one in old and two in new:
            old.remove(one)
            new.remove(two)
            if _slot(one) != _slot(two):
                yield one, two
    yield from ((one, None) for one in old)
    yield from ((None, two) for two in new)


def only_company(before: Task, after: Task) -> bool:
    """Whether nothing else is different but who comes along."""
    return _slot(before)[:-1] == _slot(after)[:-1]


def _slot(task: Task) -> tuple[object, ...]:
    return task.at, task.person, task.kind, task.target, task.along


def in_order(move: Move) -> tuple[object, ...]:
    """Moves are told in order of time."""
    task = move.before or move.after
    assert task is not None
    return task.at, task.person, task.target or "", task.kind, move.after is None
