"""What outings could be made, as plain data for the solver: days and people are only numbered."""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, replace
from math import gcd

from dutyrules.plan.hours import Span


@dataclass(frozen=True)
class Guide:
    """Somebody who could come along.

    Attributes:
        lane: The person's day.
        begins: When the outing may begin then, both ends included.
        roles: What the person takes part as.
    """

    lane: int
    begins: tuple[Span, ...]
    roles: frozenset[str]


@dataclass(frozen=True)
class Count:
    """That an outing counts for a part of a need if it begins in time and some roles take part."""

    need: int
    part: int
    begins: tuple[Span, ...]
    roles: frozenset[str]


@dataclass(frozen=True)
class Choice:
    """Outings that one person could make on one day, all alike.

    Attributes:
        lane: The person's day.
        begins: When they may begin, both ends included.
        copies: How many could be of use.
        words: How much they say; less is better.
        urgent: Whether they come before others.
    """

    lane: int
    minutes: int
    begins: tuple[Span, ...]
    copies: int
    counts: tuple[Count, ...]
    guides: tuple[Guide, ...]
    words: int = 0
    urgent: bool = False


@dataclass(frozen=True)
class Need:
    """An obligation.

    Attributes:
        parts: How many are needed of each part.
        whole: Whether it is missed once, however much of it is missing.
        spread: The lanes over which its outings are spread evenly, in time order; none where one day is all there is.
    """

    parts: tuple[int, ...]
    whole: bool = False
    spread: tuple[int, ...] = ()

    @property
    def all(self) -> int:
        """What is missed if nothing is done."""
        return int(any(self.parts)) if self.whole else sum(self.parts)

    def far(self, lane: int, number: int) -> int:
        """How many days a lane is from the nearest one that an even spread of so many outings would take."""
        days = len(self.spread)
        even = [(2 * place + 1) * days // (2 * number) for place in range(number)]
        return min(abs(self.spread.index(lane) - place) for place in even)


@dataclass(frozen=True)
class Problem:
    """What is planned together.

    Attributes:
        fixed: (lane, begin) of outings that stay.
    """

    choices: tuple[Choice, ...]
    needs: tuple[Need, ...]
    fixed: tuple[Span, ...] = ()

    @property
    def size(self) -> int:
        """How many outings are possible."""
        return sum(choice.copies for choice in self.choices)

    @property
    def surely(self) -> int:
        """So many outings are made at least where nothing is missed: what is asked for of different ones adds up."""
        asked: dict[tuple[int, int], set[int]] = defaultdict(set)
        for number, choice in enumerate(self.choices):
            for count in choice.counts:
                asked[count.need, count.part].add(number)
        total, seen = 0, set[int]()
        for (need, part), choices in sorted(
            asked.items(), key=lambda one: (-self.needs[one[0][0]].parts[one[0][1]], one[0])
        ):
            if not choices & seen:
                total += self.needs[need].parts[part]
                seen |= choices
        return total

    @property
    def step(self) -> int:
        """The minutes of which every length and every limit is a multiple: nothing has to begin between them."""
        hours = [choice.begins for choice in self.choices]
        hours += [one.begins for choice in self.choices for one in choice.guides]
        hours += [one.begins for choice in self.choices for one in choice.counts]
        limits = {minute for begins in hours for span in begins for minute in span}
        return gcd(*limits, *(choice.minutes for choice in self.choices), *(begin for _, begin in self.fixed))

    def scaled(self, step: int) -> "Problem":
        """The problem in such steps instead of minutes."""

        def less(spans: Iterable[Span]) -> tuple[Span, ...]:
            return tuple((first // step, last // step) for first, last in spans)

        return replace(
            self,
            choices=tuple(
                replace(
                    choice,
                    minutes=choice.minutes // step,
                    begins=less(choice.begins),
                    counts=tuple(replace(count, begins=less(count.begins)) for count in choice.counts),
                    guides=tuple(replace(guide, begins=less(guide.begins)) for guide in choice.guides),
                )
                for choice in self.choices
            ),
            fixed=tuple((lane, begin // step) for lane, begin in self.fixed),
        )

    @property
    def narrow(self) -> "Problem":
        """With no more outings of a kind and day than an even share of the days asks for."""
        return replace(self, choices=tuple(replace(choice, copies=self._share(choice)) for choice in self.choices))

    def _share(self, choice: Choice) -> int:
        needs = [(self.needs[count.need], count.part) for count in choice.counts]
        return min(choice.copies, max(-(-need.parts[part] // max(len(need.spread), 1)) for need, part in needs))


@dataclass(frozen=True)
class Made:
    """An outing: which choice, when it begins, and which of its guides come along."""

    choice: int
    begin: int
    guides: tuple[int, ...]
