"""What follows from breaches and findings besides points and money: steps of a ladder, and who answers for it too."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from dutyrules.book import Outcome, Step
from dutyrules.obligation import Bools, Ints
from dutyrules.scoring.charges import Pricing
from dutyrules.scoring.liability import Liability
from dutyrules.scoring.occurrences import Counted


@dataclass(frozen=True)
class Reached:
    """How far one outcome has come on every sheet.

    Attributes:
        also: Where each of the outcome's further conditions holds.
        source, liable: (sheet, sheet that answers for it too) pairs, where the outcome happened at all.
    """

    form: Outcome
    times: Ints
    counted: Counted
    also: Sequence[Bools]
    source: Ints
    liable: Ints

    def steps(self, sheet: int, times: int) -> tuple[Step, ...]:
        """The steps that a sheet has reached with so many times."""
        further = [one.step for one, holds in zip(self.form.also, self.also, strict=True) if holds[sheet]]
        return (*self.form.reached(times), *(step for steps in further for step in steps))


def reached(form: Outcome, pricing: Pricing, liability: Liability) -> Reached:
    """How far an outcome has come on every sheet."""
    counted = pricing.occurrences.of(form, pricing.of_role(form.role))
    times = pricing.occurrences.times(form, counted)
    also = [pricing.occurrences.happened(one.when, counted, len(times)) for one in form.also]
    found = [liability.of(relation, np.ones(len(times), np.bool_)) for relation in form.liable]
    nobody = np.empty(0, np.int64)
    source = np.concatenate([nobody, *(source for source, _ in found)])
    liable = np.concatenate([nobody, *(bearer for _, bearer in found)])
    pairs = np.unique(np.stack([source, liable]), axis=1)
    pairs = pairs[:, times[pairs[0]] > 0]
    return Reached(form, times, counted, also, pairs[0], pairs[1])
