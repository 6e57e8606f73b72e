"""What sheets come to: item floor, weights, joint liability, bonus, caps, vetoes; in this order, exactly.

Points are whole ten-thousandths, and where weights or shares cut them, whole parts of `Totals.scale` of these; what is
shown is rounded once, by `Totals.rounded`.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from math import lcm
from typing import Any, Final

import numpy as np

from dutyrules.book import Liable, Scorecard
from dutyrules.checks.ground import Ground
from dutyrules.figure import LARGEST, POINT_SCALE, Figure
from dutyrules.obligation import Bools, Ints
from dutyrules.scoring.charges import Charge, LineKey
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.liability import Liability
from dutyrules.scoring.prices import scaled

WIDE: Final = 10_000
"""Finer scales may need more than 64 bits."""

Exact = Any
"""An array of whole numbers, of 64 bits or as wide as it takes."""

Charges = Mapping[str, Mapping[LineKey, Charge]]
"""Scorecard → line → charge."""


@dataclass(frozen=True)
class Borne:
    """What sheets bear for others by one line.

    Attributes:
        source, bearer: Sheets, as columns.
        points: In the scale of the totals.
    """

    card: str
    key: LineKey
    share: Fraction
    source: Ints
    bearer: Ints
    points: Exact


class Totals:
    """The arithmetic of the scorecards of a period, on all their sheets.

    Attributes:
        cards: Scorecard → the form, and the sheets that it judges.
        off: Item → sheets that somebody took it off.
        scale: Parts of a ten-thousandth.
    """

    def __init__(
        self,
        ground: Ground,
        sheets: Sheets,
        cards: Mapping[str, tuple[Scorecard, Bools]],
        off: Mapping[str, Bools],
        liability: Liability,
    ) -> None:
        self._ground, self._sheets, self.cards = ground, sheets, cards
        self.off, self._liability = off, liability
        forms = [card for card, _ in cards.values()]
        weights = [item.weight.denominator for card in forms for item in card.items.values() if item.weight]
        shares = [one.share.denominator for card in forms for line in card.lines.values() for one in line.liable]
        self.scale = lcm(*weights) * lcm(*shares)

    def rounded(self, total: Exact) -> Ints:
        """Half up to whole ten-thousandths."""
        return ((2 * total + self.scale) // (2 * self.scale)).astype(np.int64)

    def total(
        self, name: str, charges: Mapping[LineKey, Charge], rows: Ints, counted: Mapping[str, Bools], borne: Exact
    ) -> Exact:
        """What some sheets come to.

        Args:
            charges: Of the scorecard's lines.
            rows: The sheets.
            counted: Item → on which of these sheets it counts.
            borne: What every sheet bears for others.
        """
        card, _ = self.cards[name]
        items = self._exact(np.zeros(len(rows), np.int64))
        for item in card.items:
            points = np.where(counted[item], self.item_score(card, item, charges)[rows], 0)
            items = items + self._exact(points) * self._weight(card, item)
        sum_ = np.maximum(items - borne[rows], 0) + self._exact(self.bonus(name)[rows]) * self.scale
        sum_ = np.minimum(sum_, self._exact(self._cap(card.total_cap)[rows]) * self.scale)
        for key, charge in charges.items():
            if charge.ceiling is not None:
                fired = (charge.fired & ~self.off[key[0]])[rows]
                sum_ = np.where(fired, np.minimum(sum_, self._exact(charge.ceiling[rows]) * self.scale), sum_)
        return sum_

    def item_score(self, card: Scorecard, item: str, charges: Mapping[LineKey, Charge]) -> Ints:
        """The score of an item on every sheet, before its weight."""
        form = card.items[item]
        taken = np.sum([charges[item, line].points for line in form.lines], axis=0, dtype=np.int64)
        score = np.maximum(scaled(form.marks) - taken, 0)
        for line, entry in form.lines.items():
            if entry.veto == "zero_item":
                score = np.where(charges[item, line].fired, 0, score)
        return np.broadcast_to(score, (len(self._sheets),))

    def marks(self, card: Scorecard, items: Sequence[str]) -> int:
        """What some items are worth together, in the scale of the totals."""
        return sum(scaled(card.items[item].marks) * self._weight(card, item) for item in items)

    def _weight(self, card: Scorecard, item: str) -> int:
        weight = card.items[item].weight
        return self.scale if weight is None else int(weight * self.scale)

    def _exact(self, points: Ints) -> Exact:
        return points if self.scale <= WIDE else points.astype(object)

    # ------------------------------------------------------------ bonus and caps

    def bonus(self, name: str) -> Ints:
        """The bonus of every sheet, at most its cap."""
        points = [points for _, points in self.bonuses[name].values()]
        total = np.sum(points, axis=0, dtype=np.int64) if points else np.zeros(len(self._sheets), np.int64)
        return np.minimum(total, self._cap(self.cards[name][0].bonus_cap))

    @cached_property
    def bonuses(self) -> Mapping[str, Mapping[str, tuple[Ints, Ints]]]:
        """Scorecard → bonus → how many times, and points, on every sheet."""
        return {
            name: {key: self._bonus(form.event, form.where, form.each) for key, form in card.bonus.items()}
            for name, (card, _) in self.cards.items()
        }

    def _bonus(self, event: str, where: Any, each: Figure[Any]) -> tuple[Ints, Ints]:
        ground = self._ground
        events = ground.facts.events(event, where)
        inside = ground.happened(events) & (events.person >= 0)
        by_person = np.bincount(events.person[inside], minlength=len(ground.presence.persons))
        times = by_person[self._sheets.person]
        terms = ground.terms(self._sheets.post, np.full(len(self._sheets), ground.period.first_day))
        return times, times * terms.numbers(each, scaled)

    def _cap(self, figure: Figure[Any] | None) -> Ints:
        if figure is None:
            return np.full(len(self._sheets), LARGEST * POINT_SCALE, np.int64)
        terms = self._ground.terms(self._sheets.post, np.full(len(self._sheets), self._ground.period.first_day))
        return terms.numbers(figure, scaled, without=LARGEST * POINT_SCALE)

    def open_caps(self, card: Scorecard) -> Bools:
        """Sheets of which a cap is not known."""
        terms = self._ground.terms(self._sheets.post, np.full(len(self._sheets), self._ground.period.first_day))
        unknown = np.zeros(len(self._sheets), np.bool_)
        for figure in (card.bonus_cap, card.total_cap):
            if figure is not None:
                terms.numbers(figure, scaled)
                unknown |= terms.unbound > 0
        return unknown

    # ------------------------------------------------------------ joint liability

    def borne(self, charges: Charges) -> list[Borne]:
        """What sheets bear for others, line by line."""
        return [
            self._share(name, key, liable, charges[name][key])
            for name, (card, _) in self.cards.items()
            for key, line in card.lines.items()
            for liable in line.liable
        ]

    def burden(self, borne: Sequence[Borne]) -> Exact:
        """What each sheet bears in all."""
        total = self._exact(np.zeros(len(self._sheets), np.int64))
        for one in borne:
            np.add.at(total, one.bearer, one.points)
        return total

    def _share(self, name: str, key: LineKey, liable: Liable, charge: Charge) -> Borne:
        card, mine = self.cards[name]
        passing = mine & ~self.off[key[0]] & (charge.points > 0)
        judged = np.logical_or.reduce([judged for _, judged in self.cards.values()])
        source, bearer = self._liability.of(liable.relation, judged)
        pairs = passing[source]
        part = liable.share * self._weight(card, key[0])
        points = self._exact(charge.points[source[pairs]]) * int(part)
        return Borne(name, key, liable.share, source[pairs], bearer[pairs], points)


def items_of(cards: Mapping[str, tuple[Scorecard, Bools]]) -> Iterator[str]:
    """The names of all items."""
    for card, _ in cards.values():
        yield from card.items
