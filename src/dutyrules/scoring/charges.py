"""What each line of a scorecard takes off each sheet; lines that share breaches or cases in their dearest order.

Everything here is whole numbers: points in 1/10,000, occurrences as counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import permutations

import numpy as np

from dutyrules.book import Charged, Line
from dutyrules.obligation import Bools, Ints
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.judge import Judgement
from dutyrules.scoring.occurrences import Breaches, Counted, Findings, Occurrences
from dutyrules.scoring.prices import cost

LineKey = tuple[str, str]
"""(item, line); fines have an empty item."""


@dataclass(frozen=True)
class Charge:
    """What one line takes off: per sheet, and what it counts for that.

    Attributes:
        priceless: Sheets on which the line does not work: a figure of it is ``none``, or unbound.
        unbound: Sheets for which its price is not known.
    """

    times: Ints
    points: Ints
    counted: Counted
    priceless: Bools
    unbound: Bools


class Pricing:
    """Prices lines on the verdicts of a period."""

    def __init__(self, judgement: Judgement, sheets: Sheets, waived: Mapping[str, Ints]) -> None:
        self._ground = judgement.ground
        self._sheets = sheets
        self.occurrences = Occurrences(judgement, sheets, waived)

    def on(self, judgement: Judgement) -> "Pricing":
        """The same sheets and findings with other verdicts."""
        other = Pricing.__new__(Pricing)
        other._ground, other._sheets = judgement.ground, self._sheets
        other.occurrences = self.occurrences.on(judgement)
        return other

    def of_role(self, role: str) -> Bools:
        """The sheets of a role and of those that it includes."""
        roles = self._ground.presence.roles
        codes = [roles.index(name) for name in self._ground.roles[role] if name in roles]
        return np.isin(self._sheets.role, codes)

    def alone(self, line: Charged, role: str) -> Charge:
        """The charge of a line that shares nothing with others."""
        counted = self.occurrences.of(line, self.of_role(role))
        return self._charge(line, counted)

    def charges(
        self, lines: Mapping[LineKey, Line], groups: Sequence[Sequence[LineKey]], role: str
    ) -> dict[LineKey, Charge]:
        """Every line's charge; lines that share something are settled in the dearest order."""
        charges = {key: self.alone(line, role) for key, line in lines.items()}
        for group in groups:
            charges |= self._dearest(group, lines, {key: charges[key].counted for key in group})
        return charges

    def _charge(self, line: Charged, counted: Counted) -> Charge:
        times = self.occurrences.times(line, counted)
        terms = self._ground.terms(self._sheets.post, np.full(len(times), self._ground.period.first_day))
        points = cost(line, times, terms)
        # where it has no price it counts nothing, and takes nothing from those it shares with
        unbound = (terms.unbound > 0) & ~terms.off
        idle = terms.off | unbound
        return Charge(np.where(idle, 0, times), np.where(idle, 0, points), counted.on(~idle), idle, unbound)

    def _dearest(
        self, group: Sequence[LineKey], lines: Mapping[LineKey, Line], counted: Mapping[LineKey, Counted]
    ) -> dict[LineKey, Charge]:
        """Tries every order."""
        options = [self._in_order(order, lines, counted) for order in permutations(group)]
        totals = np.stack([np.sum([charge.points for charge in option.values()], axis=0) for option in options])
        best = totals.argmax(axis=0)
        return {key: _chosen([option[key] for option in options], best) for key in group}

    def _in_order(
        self, order: Sequence[LineKey], lines: Mapping[LineKey, Line], counted: Mapping[LineKey, Counted]
    ) -> dict[LineKey, Charge]:
        """The first line keeps everything, each later one loses what an earlier one kept."""
        nothing = np.empty(0, np.int64)
        keys, cases = nothing, dict[str, Ints]()
        charges: dict[LineKey, Charge] = {}
        for key in order:
            word = lines[key].dedupe
            taken = cases.get(word, nothing) if word else nothing
            left = counted[key].without(keys, taken)
            keys = np.concatenate([keys, left.breaches.key])
            if word:
                cases[word] = np.concatenate([taken, left.cases])
            charges[key] = self._charge(lines[key], left)
        return charges


def _chosen(charges: Sequence[Charge], best: Ints) -> Charge:
    """For each sheet the charge of its best order."""
    sheets = np.arange(len(best))
    kept = [charge.counted.on(best == index) for index, charge in enumerate(charges)]
    return Charge(
        times=np.stack([charge.times for charge in charges])[best, sheets],
        points=np.stack([charge.points for charge in charges])[best, sheets],
        counted=Counted(
            Breaches.joined([one.breaches for one in kept]), Findings.joined([one.findings for one in kept])
        ),
        priceless=charges[0].priceless,
        unbound=charges[0].unbound,
    )
