"""What moved between an earlier plan of patrols and its repair, and why it could not stay."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from dutyrules.plan.assignment import Assignment
from dutyrules.plan.beats import Patrol, Site
from dutyrules.plan.menus import Menu
from dutyrules.plan.moves import in_order, matched
from dutyrules.plan.plan import Move, Task
from dutyrules.timegrid import day_number


@dataclass(frozen=True)
class PatrolDiff:
    """Finds the moves of a repair."""

    task: Assignment

    def moves(self, tasks: Sequence[Task]) -> list[Move]:
        """Everything that is not as it was, in order of time; `tasks` are the repaired plan's."""
        stay = {_key(task) for task in self.task.kept.tasks}
        before, after = defaultdict[str | None, list[Task]](list), defaultdict[str | None, list[Task]](list)
        for task in (*self.task.rows.refused, *self.task.rows.loose):
            if _key(task) not in stay:
                before[task.target].append(task)
        for task in tasks:
            if task.kind in self.task.estate.planning.patrols and _key(task) not in stay:
                after[task.target].append(task)
        targets = dict.fromkeys([*before, *after])
        found = [move for target in targets for move in self._at(before[target], after[target])]
        return sorted(found, key=in_order)

    def _at(self, before: Sequence[Task], after: Sequence[Task]) -> Iterator[Move]:
        """What was and what is planned in one building."""
        for one, two in matched(before, after, _unlike):
            if one is None:
                assert two is not None
                yield Move(None, two, "new", "listed" if self._named(two) else "needed")
            else:
                yield Move(one, two, "gone" if two is None else _change(one, two), self._why(one))

    def _named(self, task: Task) -> bool:
        """Whether a published list names the building for that day."""
        _, day, kind, code = self.task.kept.key(task)
        named = self.task.promises.named if self.task.promises else ()
        return (day, kind, code) in {one[1:] for one in named}

    def _why(self, task: Task) -> str:
        """Why a patrol did not stay as it was."""
        if task in self.task.rows.refused:
            return self.task.rows.refused[task]
        if why := self.task.reader.why_not(task) or self.task.reader.clash(task, ()):
            return why
        found = self._round(task)
        if found is None:
            return "not_needed"
        patrol, menu, site = found
        stop = 1 << patrol.sites.index(site)
        if any(late & stop for late in menu.round.unlisted):
            return "unlisted"
        promised = [one for one in patrol.sites if self._promised(patrol, one)]
        if menu.misses:
            return "full"
        return "not_needed" if len(promised) > menu.most else "makes_room"

    def _promised(self, patrol: Patrol, site: Site) -> bool:
        promises = self.task.promises
        return promises is not None and any(one.person == patrol.person for one in promises.at(patrol.day, site))

    def _round(self, task: Task) -> tuple[Patrol, Menu, Site] | None:
        """The round that a patrol of the earlier plan would belong to."""
        person, day, kind, code = self.task.kept.key(task)
        for circuit in self.task.circuits:
            for patrol, step in zip(circuit.patrols, circuit.rotation.steps, strict=True):
                if (patrol.person, patrol.day) == (person, day):
                    for site in patrol.sites:
                        if (site[0].kind, site[1]) == (kind, code):
                            return patrol, step.menu, site
        return None


def _unlike(one: Task, two: Task) -> tuple[object, ...]:
    """How unlike two patrols of one building are: its turn counts first."""
    days, seconds = abs((one.at.date() - two.at.date()).days), abs((one.at - two.at).total_seconds())
    return one.kind != two.kind, days > 0, one.person != two.person, days, seconds, one.at, two.at


def _change(one: Task, two: Task) -> str:
    if one.at.date() != two.at.date():
        return "day"
    return "person" if one.person != two.person else "hour"


def _key(task: Task) -> tuple[object, ...]:
    return task.at, task.person, task.kind, task.target, day_number(task.at.date())


def patrol_moves(before: Sequence[Task], after: Sequence[Task]) -> Iterator[Move]:
    """What was edited, building by building."""
    targets: dict[str | None, tuple[list[Task], list[Task]]] = defaultdict(lambda: ([], []))
    for place, tasks in enumerate((before, after)):
        for task in tasks:
            targets[task.target][place].append(task)
    for old, new in targets.values():
        for one, two in matched(old, new, _unlike):
            change = "new" if one is None else "gone" if two is None else _change(one, two)
            yield Move(one, two, change, "edited")
