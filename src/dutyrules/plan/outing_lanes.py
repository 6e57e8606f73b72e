"""From what is owed to problems that can be solved one by one: who could make which outing when, and with whom."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np

from dutyrules.estate import Estate
from dutyrules.plan.hours import Span, at_work, common, joined, without
from dutyrules.plan.outing_problem import Choice, Count, Guide, Need, Problem
from dutyrules.plan.outings import Ask, Counting, Part, Says
from dutyrules.plan.owing import words
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

Lane = tuple[int, int]
"""(person, day)"""

Sort = tuple[str, Says]
"""Kind of an outing, and what it says."""

Busy = Mapping[Lane, Sequence[Span]]
"""Minutes that are taken by something else."""


@dataclass(frozen=True)
class Group:
    """A problem, and the names for it.

    Attributes:
        lanes: What its lanes are.
        asks: What its needs are.
        sorts, guides: For each choice, what it is, and who its guides are.
    """

    problem: Problem
    lanes: tuple[Lane, ...]
    asks: tuple[Ask, ...]
    sorts: tuple[Sort, ...]
    guides: tuple[tuple[int, ...], ...]


class Lanes:
    """Lays obligations out as problems."""

    def __init__(
        self, judgement: Judgement, asks: Sequence[Ask], busy: Busy, fixed: Iterable[tuple[Lane, int]]
    ) -> None:
        """Reads who is at work when.

        Args:
            asks: What is open once all that stays is counted.
            busy: When people have something else to do.
            fixed: Lanes and begins of outings that stay.
        """
        self._estate: Estate = judgement.estate
        self._ground, self._presence = judgement.ground, judgement.ground.presence
        self.counting = Counting(judgement.ground)
        self._asks, self._busy, self._fixed = asks, busy, tuple(fixed)
        self._paces = judgement.estate.planning.patrols

    # ------------------------------------------------------------ groups

    def groups(self) -> list[Group]:
        """Obligations that share people and days, directly or by others, are planned together."""
        numbers: dict[Lane, int] = {}
        choices, sorts, guides = [], [], []
        for lane in sorted({(ask.person, day) for ask in self._asks for day in ask.days}, key=lambda one: one[::-1]):
            for sort, choice, people in self._choices(lane, numbers):
                choices.append(choice)
                sorts.append(sort)
                guides.append(people)
        names = list(numbers)
        groups = []
        for needs, chosen in self._apart(choices):
            problem = self._problem(needs, [choices[one] for one in chosen], numbers)
            used = sorted(_lanes(choices[one] for one in chosen))
            groups.append(
                Group(
                    _renumbered(problem, used),
                    tuple(names[lane] for lane in used),
                    tuple(self._asks[need] for need in needs),
                    tuple(sorts[one] for one in chosen),
                    tuple(guides[one] for one in chosen),
                )
            )
        return groups

    def _problem(self, needs: Sequence[int], choices: Sequence[Choice], numbers: Mapping[Lane, int]) -> Problem:
        place = {need: index for index, need in enumerate(needs)}
        mine = [
            replace(choice, counts=tuple(replace(count, need=place[count.need]) for count in choice.counts))
            for choice in choices
        ]
        fixed = tuple((numbers[lane], begin) for lane, begin in self._fixed if lane in numbers)
        used = _lanes(choices)
        return Problem(
            tuple(mine),
            tuple(self._need(self._asks[need], index, mine) for index, need in enumerate(needs)),
            tuple(one for one in fixed if one[0] in used),
        )

    def _need(self, ask: Ask, index: int, choices: Sequence[Choice]) -> Need:
        """Outings of several days are spread evenly; where a duty asks for the same ones as another, the larger is."""
        lanes = {choice.lane for choice in choices if any(count.need == index for count in choice.counts)}
        wide = len(ask.days) > 1 and not ask.whole and not any(self._outdone(ask, other) for other in self._asks)
        return Need(tuple(part.need for part in ask.parts), ask.whole, tuple(sorted(lanes)) if wide else ())

    def _outdone(self, ask: Ask, other: Ask) -> bool:
        if other is ask or other.person != ask.person or not set(ask.days) & set(other.days) or len(other.days) < 2:
            return False
        if kinds_of(ask).isdisjoint(kinds_of(other)):
            return False
        return (-_owed(other), other.key) < (-_owed(ask), ask.key)

    def _apart(self, choices: Sequence[Choice]) -> Iterator[tuple[list[int], list[int]]]:
        """Needs and choices that touch each other; needs without any choice are left out."""
        root = list(range(len(choices)))

        def find(one: int) -> int:
            while root[one] != one:
                root[one] = root[root[one]]
                one = root[one]
            return one

        first: dict[tuple[str, int], int] = {}
        for number, choice in enumerate(choices):
            lanes = [("lane", lane) for lane in _lanes([choice])]
            for key in (*lanes, *(("need", count.need) for count in choice.counts)):
                root[find(number)] = find(first.setdefault(key, number))
        groups: dict[int, list[int]] = defaultdict(list)
        for number in range(len(choices)):
            groups[find(number)].append(number)
        for chosen in groups.values():
            yield sorted({count.need for one in chosen for count in choices[one].counts}), chosen

    # ------------------------------------------------------------ choices

    def _choices(self, lane: Lane, numbers: dict[Lane, int]) -> Iterator[tuple[Sort, Choice, tuple[int, ...]]]:
        """What somebody could do on one day."""
        person, day = lane
        asks = [(number, ask) for number, ask in enumerate(self._asks) if ask.person == person and day in ask.days]
        for kind, says in self._sorts([ask for _, ask in asks]):
            minutes = self._paces[kind].minutes
            matching = [
                (number, place, ask, part)
                for number, ask in asks
                for place, part in enumerate(ask.parts)
                if part.need and self._fits(ask, part, kind, dict(says))
            ]
            begins = self._begins(lane, kind, matching)
            people = self._people(lane, matching, begins, minutes)
            guides = tuple(
                Guide(numbers.setdefault((other, day), len(numbers)), spans, roles) for other, spans, roles in people
            )
            counts = self._counts(lane, kind, says, matching, begins, guides)
            if counts:
                room = sum((last - first) // minutes + 1 for first, last in begins)
                copies = min(room, self._useful(counts))
                urgent = any(self._asks[count.need].whole for count in counts)
                number = numbers.setdefault(lane, len(numbers))
                choice = Choice(number, minutes, begins, copies, counts, guides, len(says), urgent)
                yield (kind, says), choice, tuple(other for other, _, _ in people)

    def _sorts(self, asks: Sequence[Ask]) -> list[Sort]:
        """What outings may say: as one obligation asks for, or as several do that do not contradict each other."""
        found: dict[Sort, None] = {}
        for ask in asks:
            for pattern in (pattern for part in ask.parts for pattern in part.patterns):
                if pattern.event in self._paces:
                    says = dict(words(pattern.where)) | self._about(ask, pattern.event)
                    found[pattern.event, tuple(sorted(says.items()))] = None
        grown = True
        while grown:
            merged = {
                (one[0], tuple(sorted((dict(one[1]) | dict(other[1])).items()))): None
                for one, other in combinations(found, 2)
                if one[0] == other[0] and _agree(dict(one[1]), dict(other[1]))
            }
            grown = not merged.keys() <= found.keys()
            found |= merged
        return sorted(found)

    def _about(self, ask: Ask, kind: str) -> dict[str, str]:
        about = {"case": ask.case} if ask.case is not None else {}
        areas = self._presence.areas
        if kind in self._ground.located and areas.names:
            about["target"] = areas.names[ask.area] if ask.area < areas.root else areas.names[0]
        return about

    def _fits(self, ask: Ask, part: Part, kind: str, says: Mapping[str, str]) -> bool:
        return any(self.counting.fits(ask, pattern, kind, says) for pattern in part.patterns)

    def free(self, lane: Lane) -> list[Span]:
        """When somebody is at work and has nothing else to do."""
        person, day = lane
        works = self._presence.work[self._presence.person == person, day - self._presence.first].any()
        hours = at_work(self._presence, person, day, self._ground.granularity) if works else []
        return without(hours, self._busy.get(lane, ()))

    def open(self, lane: Lane, kind: str, slots: Iterable[Span]) -> list[Span]:
        """Minutes in which outings of a kind may lie."""
        spans = common(self.free(lane), joined(slots))
        hours = self._paces[kind].hours
        return spans if hours is None else common(spans, [(-(-start // 60), stop // 60) for start, stop in hours])

    def _begins(self, lane: Lane, kind: str, matching: Sequence[tuple[int, int, Ask, Part]]) -> tuple[Span, ...]:
        """When outings may begin: what begins in a duty's time has to end in it, too."""
        minutes = self._paces[kind].minutes
        good = [
            both
            for ask in {ask.key: ask for _, _, ask, _ in matching}.values()
            for both in common(
                [(first, last - minutes + 1) for first, last in self.open(lane, kind, [ask.slot])],
                [(first, last + 1) for first, last in times(ask, lane[1], minutes)],
            )
        ]
        tails = [
            (max(last - minutes + 1, first), -(-stop // 60))
            for _, _, ask, _ in matching
            for start, stop in _on(ask, lane[1])
            for first, last in [(-(-start // 60), stop // 60)]
            if stop < DAY
        ]
        return tuple((first, last - 1) for first, last in joined(without(joined(good), tails)))

    def _counts(
        self,
        lane: Lane,
        kind: str,
        says: Says,
        matching: Sequence[tuple[int, int, Ask, Part]],
        begins: tuple[Span, ...],
        guides: Sequence[Guide],
    ) -> tuple[Count, ...]:
        """What such an outing counts for, if it begins when, and if who comes along."""
        found = []
        brought = frozenset(role for guide in guides for role in guide.roles)
        for number, place, ask, part in matching:
            spans = tuple(_both(begins, times(ask, lane[1], self._paces[kind].minutes)))
            for pattern in part.patterns:
                if spans and self.counting.fits(ask, pattern, kind, dict(says)):
                    roles = frozenset(role for role in pattern.participants if not self.counting.holds(*lane, role))
                    if roles <= brought:
                        found.append(Count(number, place, spans, roles))
                    break
        return tuple(found)

    def _useful(self, counts: Iterable[Count]) -> int:
        """No more outings of one kind and day are of use; those that count alike count for several needs at once."""
        most: dict[tuple[tuple[Span, ...], frozenset[str]], int] = defaultdict(int)
        for one in counts:
            key = (one.begins, one.roles)
            most[key] = max(most[key], self._asks[one.need].parts[one.part].need)
        return sum(most.values())

    def _people(
        self, lane: Lane, matching: Sequence[tuple[int, int, Ask, Part]], begins: Sequence[Span], minutes: int
    ) -> list[tuple[int, tuple[Span, ...], frozenset[str]]]:
        """Who could come along, when, and as what: at work that day in a post whose area holds that of the duty."""
        person, day = lane
        found: dict[int, set[str]] = defaultdict(set)
        for _, _, ask, part in matching:
            for role in part.roles:
                for other in self.companions(ask, day, role):
                    if other != person:
                        found[other].add(role)
        able = []
        for other, roles in sorted(found.items()):
            free = [(first, last - minutes) for first, last in self.free((other, day)) if last - minutes >= first]
            spans = tuple(_both(begins, free))
            if spans:
                able.append((other, spans, frozenset(roles)))
        return able

    def companions(self, ask: Ask, day: int, role: str) -> list[int]:
        """Who works on a day in a role, in an area that holds the one of the duty."""
        presence = self._presence
        posts = presence.posts_of(self._ground.roles[role])
        there = presence.areas.contains[presence.area[posts], ask.area]
        works = presence.work[posts, day - presence.first] & (presence.acting_for[posts] < 0)
        people = np.unique(presence.person[posts[there & works]]).tolist()
        return [one for one in people if self.counting.holds(one, day, role)]


def times(ask: Ask, day: int, minutes: int) -> list[Span]:
    """When outings of so many minutes may begin on a day so that they lie in the time of a duty, both ends included."""
    spans = [(-(-start // 60), stop // 60 - minutes) for start, stop in _on(ask, day)]
    return [span for span in spans if span[0] <= span[1]]


def _on(ask: Ask, day: int) -> Iterator[Span]:
    """The seconds of a day in which events count."""
    for start, stop in ask.times:
        first, last = max(start - day * DAY, 0), min(stop - day * DAY, DAY)
        if first < last:
            yield first, last


def _both(spans: Iterable[Span], others: Sequence[Span]) -> list[Span]:
    """What spans with both ends included have in common."""
    longer = [(first, last + 1) for first, last in others]
    return [(first, last - 1) for first, last in common([(first, last + 1) for first, last in spans], longer)]


def _agree(one: Mapping[str, str], other: Mapping[str, str]) -> bool:
    return all(other.get(name, word) == word for name, word in one.items())


def kinds_of(ask: Ask) -> set[str]:
    """The kinds of events that count."""
    return {pattern.event for part in ask.parts for pattern in part.patterns}


def _owed(ask: Ask) -> int:
    return sum(part.need for part in ask.parts)


def _lanes(choices: Iterable[Choice]) -> set[int]:
    return {lane for choice in choices for lane in (choice.lane, *(guide.lane for guide in choice.guides))}


def _renumbered(problem: Problem, used: Sequence[int]) -> Problem:
    """The lanes numbered from 0, so that problems that are alike are equal."""
    number = {lane: place for place, lane in enumerate(used)}
    return replace(
        problem,
        choices=tuple(
            replace(
                choice,
                lane=number[choice.lane],
                guides=tuple(replace(guide, lane=number[guide.lane]) for guide in choice.guides),
            )
            for choice in problem.choices
        ),
        needs=tuple(replace(need, spread=tuple(number[lane] for lane in need.spread)) for need in problem.needs),
        fixed=tuple((number[lane], begin) for lane, begin in problem.fixed),
    )
