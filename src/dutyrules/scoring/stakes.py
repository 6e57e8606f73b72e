"""What missing one obligation would cost, all else being met: the difference that one breach makes to its sheet.

What a sheet loses depends on its own verdicts only. So one question at a time can be asked of every sheet at once: the
verdicts of a duty are changed in one row of each sheet, and the lines that it touches are priced again.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cached_property

import numpy as np

from dutyrules.book import Charged, Fine, Line, Scorecard, overlapping
from dutyrules.figure import POINT_SCALE
from dutyrules.obligation import Bools, Ints, Reason, State
from dutyrules.scoring.agenda import Cost
from dutyrules.scoring.charges import Charge, LineKey, Pricing
from dutyrules.scoring.judge import Judgement
from dutyrules.scoring.tally import Tally
from dutyrules.scoring.totals import Exact


@dataclass(frozen=True)
class Ending:
    """How some obligations of a duty are presumed to end, as columns."""

    rows: Ints
    state: Ints
    reason: Ints
    actual: Ints

    @classmethod
    def of(cls, rows: Ints, reason: Reason) -> "Ending":
        """All end alike: breached for a reason, or met."""
        state = State.BREACHED if reason else State.MET
        return cls(rows, *(np.full(len(rows), value, np.int64) for value in (state, reason, 0)))

    def take(self, chosen: Ints) -> "Ending":
        """Some of them."""
        return Ending(*(getattr(self, name)[chosen] for name in self.__dataclass_fields__))


@dataclass(frozen=True)
class Loss:
    """What the sheet of each row of an `Ending` loses, in ten-thousandths."""

    points: Ints
    fines: Mapping[str, Ints]


class Stakes:
    """Asks what single endings would cost in one month."""

    def __init__(self, tally: Tally) -> None:
        self._tally = tally
        self._calm = calm(tally.judgement)
        self._pricing = tally.pricing.on(self._calm)
        self._touched: dict[tuple[str, str], tuple[Mapping[LineKey, Line], Sequence[Sequence[LineKey]]]] = {}

    def costs(self, duty: str, ending: Ending) -> list[Cost | None]:
        """What each row's ending takes off, compared with its being met; None where nothing charges it."""
        charged = self._charged(duty, ending)
        if not charged.any():
            return [None] * len(charged)
        met = self._loss(duty, Ending.of(ending.rows, Reason.NONE))
        loss = self._loss(duty, ending)
        fines = {currency: (money - met.fines[currency]).tolist() for currency, money in loss.fines.items()}
        return [
            Cost(_decimal(points), {name: _decimal(money[row]) for name, money in fines.items() if money[row]})
            if charged[row]
            else None
            for row, points in enumerate((loss.points - met.points).tolist())
        ]

    # ------------------------------------------------------------ which lines

    @cached_property
    def _charges(self) -> Mapping[str, Mapping[LineKey, Charge]]:
        """Scorecard → line → charge if everything pending is met."""
        return self._tally.charges_by(self._pricing)

    @cached_property
    def _burden(self) -> Exact:
        """What each sheet bears for others then; nobody bears for themselves, so no question changes it."""
        return self._tally.totals.burden(self._tally.totals.borne(self._charges))

    @cached_property
    def _fines(self) -> Mapping[str, tuple[Fine, Bools]]:
        """The fines, and the sheets that they may be on."""
        return {
            name: (fine, self._pricing.of_role(fine.role) & ~self._pricing.alone(fine, fine.role).priceless)
            for name, fine in self._tally.estate.book.fines.items()
        }

    def _charged(self, duty: str, ending: Ending) -> Bools:
        """Whether a line with a price, or a fine, of each row's sheet names its breach."""
        charged = np.zeros(len(ending.rows), np.bool_)
        if self._calm.duty(duty).strength != "must":
            return charged
        sheet = self._sheet(duty, ending)
        for reason in np.unique(ending.reason):
            breach = f"{duty}.{Reason(reason).name.lower()}"
            where = np.zeros(len(self._tally.sheets) + 1, np.bool_)  # the last stands for no sheet
            for name, (card, mine) in self._tally.cards.items():
                for key, line in card.lines.items():
                    if breach in line.breaches:
                        where[:-1] |= mine & ~self._charges[name][key].priceless
            for fine, mine in self._fines.values():
                if breach in fine.breaches:
                    where[:-1] |= mine
            charged |= where[sheet] & (ending.reason == reason)
        return charged

    def _sheet(self, duty: str, ending: Ending) -> Ints:
        return self._tally.sheets.of_post[self._calm.verdicts[duty].obligations.post[ending.rows]]

    # ------------------------------------------------------------ what they take

    def _loss(self, duty: str, ending: Ending) -> Loss:
        """What each row's sheet comes short of, up to a constant, if the row ends so and all others stay."""
        sheet = self._sheet(duty, ending)
        points = np.zeros(len(sheet), np.int64)
        fines = {fine.currency: np.zeros(len(sheet), np.int64) for fine, _ in self._fines.values()}
        for pricing, places in self._questions(duty, ending, sheet):
            mine = sheet[places]
            points[places] = -self._points(pricing, duty, mine)
            for fine, _ in self._fines.values():
                if _touches(fine, duty):
                    fines[fine.currency][places] += pricing.alone(fine, fine.role).points[mine]
        return Loss(points, fines)

    def _questions(self, duty: str, ending: Ending, sheet: Ints) -> Iterator[tuple[Pricing, Ints]]:
        """Changed verdicts, priced, and the rows that they answer: one of each sheet, but all that change nothing."""
        as_it_is = (ending.state == State.MET) & (self._calm.verdicts[duty].state[ending.rows] == State.MET)
        yield self._pricing, np.flatnonzero(as_it_is & (sheet >= 0))
        for places in _rounds(np.where(as_it_is, -1, sheet)):
            yield self._pricing.on(_changed(self._calm, duty, ending.take(places))), places

    def _points(self, pricing: Pricing, duty: str, sheets: Ints) -> Ints:
        """What some sheets come to if nothing is left open."""
        points, totals = np.zeros(len(sheets), np.int64), self._tally.totals
        for name, (card, mine) in self._tally.cards.items():
            lines, groups = self._lines(name, card, duty)
            judged = np.flatnonzero(mine[sheets])
            if lines and len(judged):
                charges = {**self._charges[name], **pricing.charges(lines, groups, card.role)}
                rows = sheets[judged]
                counted = {item: ~totals.off[item][rows] for item in card.items}
                points[judged] = totals.rounded(totals.total(name, charges, rows, counted, self._burden))
        return points

    def _lines(
        self, name: str, card: Scorecard, duty: str
    ) -> tuple[Mapping[LineKey, Line], Sequence[Sequence[LineKey]]]:
        """The lines that a breach may change, with those that share breaches with them, and their groups."""
        if (name, duty) not in self._touched:
            touched = {key for key, line in card.lines.items() if _touches(line, duty)}
            groups = [group for group in overlapping(card.lines) if touched.intersection(group)]
            touched.update(*groups)
            self._touched[name, duty] = {key: line for key, line in card.lines.items() if key in touched}, groups
        return self._touched[name, duty]


def _decimal(number: int) -> Decimal:
    return Decimal(number) / POINT_SCALE


def _touches(line: Charged, duty: str) -> bool:
    """Whether a breach of the duty may change what the line charges."""
    return duty in line.reads


def calm(judgement: Judgement) -> Judgement:
    """The same verdicts, with everything pending met."""
    verdicts = {
        name: replace(one, state=np.where(one.state == State.PENDING, State.MET, one.state))
        for name, one in judgement.verdicts.items()
    }
    return replace(judgement, verdicts=verdicts)


def _changed(judgement: Judgement, duty: str, ending: Ending) -> Judgement:
    """The same verdicts but for some rows of a duty."""
    verdicts = judgement.verdicts[duty]
    state, reason, actual = verdicts.state.copy(), verdicts.judged.reason.copy(), verdicts.judged.actual.copy()
    state[ending.rows], reason[ending.rows], actual[ending.rows] = ending.state, ending.reason, ending.actual
    judged = replace(verdicts.judged, reason=reason, actual=actual)
    return replace(judgement, verdicts={**judgement.verdicts, duty: replace(verdicts, state=state, judged=judged)})


def _rounds(sheet: Ints) -> Iterator[Ints]:
    """Positions with a sheet, such that no round holds two of one sheet."""
    order = np.argsort(sheet, kind="stable")
    ordered = sheet[order]
    rank = np.arange(len(ordered)) - np.searchsorted(ordered, ordered, side="left")
    for number in range(int(rank.max(initial=-1)) + 1):
        chosen = order[(rank == number) & (ordered >= 0)]
        if len(chosen):
            yield chosen
