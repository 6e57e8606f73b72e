"""What each line of a scorecard takes off each sheet; lines that share breaches or cases in their dearest order.

Everything here is whole numbers: points in 1/10,000, occurrences as counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import permutations

import numpy as np

from dutyrules.book import Ceiling, Charged, Line
from dutyrules.checks.ground import Terms
from dutyrules.obligation import Bools, Ints
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.judge import Judgement
from dutyrules.scoring.occurrences import Breaches, Counted, Findings, Occurrences
from dutyrules.scoring.prices import beyond, cost, scaled

LineKey = tuple[str, str]
"""(item, line); fines have an empty item."""


@dataclass(frozen=True)
class Charge:
    """What one line takes off: per sheet, and what it counts for that.

    Attributes:
        fired: Sheets on which its veto fires.
        ceiling: The most that a sheet comes to where it does; None unless the veto says so.
        priceless: Sheets on which the line does not work: a figure of it is ``none``, or unbound.
        unbound: Sheets for which its price is not known.
    """

    times: Ints
    points: Ints
    counted: Counted
    fired: Bools
    ceiling: Ints | None
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
            charges |= self._dearest(group, lines, charges)
        return charges

    def _charge(self, line: Charged, counted: Counted) -> Charge:
        times = self.occurrences.times(line, counted)
        terms = self._ground.terms(self._sheets.post, np.full(len(times), self._ground.period.first_day))
        beyond_free = beyond(line, times, terms)
        points = cost(line, beyond_free, terms)
        fired, ceiling = _veto(line, beyond_free > 0, terms)
        # where it has no price it counts nothing, and takes nothing from those it shares with
        unbound = (terms.unbound > 0) & ~terms.off
        idle = terms.off | unbound
        return Charge(
            times=np.where(idle, 0, times),
            points=np.where(idle, 0, points),
            counted=counted.on(~idle),
            fired=fired & ~idle,
            ceiling=ceiling,
            priceless=idle,
            unbound=unbound,
        )

    def _dearest(
        self, group: Sequence[LineKey], lines: Mapping[LineKey, Line], alone: Mapping[LineKey, Charge]
    ) -> dict[LineKey, Charge]:
        """Tries every order."""
        options = [self._in_order(order, lines, alone) for order in permutations(group)]
        totals = np.stack([np.sum([charge.points for charge in option.values()], axis=0) for option in options])
        best = totals.argmax(axis=0)
        return {key: _chosen([option[key] for option in options], best, alone[key]) for key in group}

    def _in_order(
        self, order: Sequence[LineKey], lines: Mapping[LineKey, Line], alone: Mapping[LineKey, Charge]
    ) -> dict[LineKey, Charge]:
        """The first line keeps everything, each later one loses what an earlier one kept."""
        nothing = np.empty(0, np.int64)
        keys, cases = nothing, dict[str, Ints]()
        charges: dict[LineKey, Charge] = {}
        for key in order:
            word = lines[key].dedupe
            taken = cases.get(word, nothing) if word else nothing
            left = alone[key].counted.without(keys, taken)
            keys = np.concatenate([keys, left.breaches.key])
            if word:
                cases[word] = np.concatenate([taken, left.cases])
            charges[key] = self._charge(lines[key], left)
        return charges


def _veto(line: Charged, happened: Bools, terms: Terms) -> tuple[Bools, Ints | None]:
    """Where a line's veto fires, and the most that a sheet then comes to."""
    match line.veto if isinstance(line, Line) else None:
        case None:
            return np.zeros(len(happened), np.bool_), None
        case "zero_item":
            return happened, None
        case Ceiling() as ceiling:
            return happened, terms.numbers(ceiling.cap, scaled)
        case _:
            return happened, np.zeros(len(happened), np.int64)


def _chosen(charges: Sequence[Charge], best: Ints, alone: Charge) -> Charge:
    """For each sheet the charge of its best order; a veto does not depend on what is shared."""
    sheets = np.arange(len(best))
    kept = [charge.counted.on(best == index) for index, charge in enumerate(charges)]
    return replace(
        alone,
        times=np.stack([charge.times for charge in charges])[best, sheets],
        points=np.stack([charge.points for charge in charges])[best, sheets],
        counted=Counted(
            Breaches.joined([one.breaches for one in kept]), Findings.joined([one.findings for one in kept])
        ),
    )
