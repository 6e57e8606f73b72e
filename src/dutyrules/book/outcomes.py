"""Outcomes: what a text says must follow that is no number – a warning, a dismissal – reported, never computed."""

import re
from collections.abc import Mapping
from typing import Annotated

from pydantic import AfterValidator, BeforeValidator

from dutyrules.book.scorecards import Cause, Counting, Over, as_cause
from dutyrules.checks.duty import Names, Titles, one_or_many
from dutyrules.figure import Form, Text, wrong


class Step(Form):
    """Something that follows."""

    step: Text
    title: Titles = ""


def _steps(value: object) -> object:
    return tuple(one if isinstance(one, dict | Step) else {"step": one} for one in one_or_many(value))


def _some(steps: tuple[Step, ...]) -> tuple[Step, ...]:
    if not steps:
        raise wrong("steps", steps, "a word for what follows, or a list of them")
    return steps


Steps = Annotated[tuple[Step, ...], BeforeValidator(_steps), AfterValidator(_some)]


def _ladder(ladder: Mapping[str, tuple[Step, ...]]) -> Mapping[str, tuple[Step, ...]]:
    strange = [key for key in ladder if not re.fullmatch(r"[1-9]\d{0,8}", key)]
    if strange or not ladder:
        found = ", ".join(strange) or "{}"
        raise wrong("ladder", found, "steps by the number from which they are reached: {1: warning, 3: dismissal}")
    return ladder


class Also(Form):
    """What follows besides where something holds on a case."""

    when: Annotated[Cause, BeforeValidator(as_cause)]
    step: Steps


class Outcome(Counting):
    """What follows from breaches and findings, by how many they are.

    Attributes:
        ladder: Number of times from which → the steps that are then reached.
        also: What follows besides, if it holds on the case of one of them.
        over: Months whose times are counted together; by default only those of the period.
        liable: Who answers for it too: `manager`, or roles.
    """

    role: Text
    ladder: Annotated[Mapping[str, Steps], AfterValidator(_ladder)]
    also: Annotated[tuple[Also, ...], BeforeValidator(one_or_many)] = ()
    over: Over | None = None
    liable: Names = ()

    @property
    def reads(self) -> frozenset[str]:
        """The duties whose verdicts may change what follows."""
        return super().reads.union(fact.duty for one in self.also for _, fact in one.when.breaches())

    def reached(self, times: int) -> tuple[Step, ...]:
        """The steps of so many times."""
        numbers = [int(start) for start in self.ladder if int(start) <= times]
        return self.ladder[str(max(numbers))] if numbers else ()
