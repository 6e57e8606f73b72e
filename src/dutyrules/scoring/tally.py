"""The arrays behind the sheets of a period: breaches, charges of lines and fines, states by duty."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import ClassVar

import numpy as np
import polars as pl

from dutyrules.activity.log import Log
from dutyrules.book import Scorecard, overlapping
from dutyrules.estate import Estate
from dutyrules.obligation import Bools, Ints, State
from dutyrules.scoring.charges import Charge, LineKey, Pricing
from dutyrules.scoring.findings import Namer
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.judge import Judgement
from dutyrules.scoring.liability import Liability
from dutyrules.scoring.occurrences import Counted
from dutyrules.scoring.outcomes import Reached, reached
from dutyrules.scoring.payable import Payable, payable
from dutyrules.scoring.tables import breach_table, points_table
from dutyrules.scoring.totals import Borne, Exact, Totals, items_of
from dutyrules.timegrid import Period


@dataclass(frozen=True)
class Tally:
    """A judged and priced period, for all sheets at once; `Result` makes the single sheets of it."""

    estate: Estate
    log: Log
    period: Period
    as_of: datetime | None
    forecast: bool
    judgement: Judgement
    sheets: Sheets
    redacted: ClassVar[bool] = False

    @property
    def lifted(self) -> frozenset[str]:
        """Breaches that an appeal lifted."""
        return frozenset()

    @property
    def provisional(self) -> bool:
        """Whether the holidays of the period are not published yet."""
        return self.estate.calendar.provisional(self.period.first, self.period.last)

    @cached_property
    def pricing(self) -> Pricing:
        """Breaches and lines, priced."""
        return Pricing(self.judgement, self.sheets, self.waived)

    @cached_property
    def namer(self) -> Namer:
        """Ids and texts of verdicts."""
        return Namer(self.judgement)

    @cached_property
    def waived(self) -> Mapping[str, Ints]:
        """Duty → rows whose breach HR waived, or that an appeal lifted."""
        wanted = {*self.estate.tables.waivers["breach_id"].to_list(), *self.lifted}
        if not wanted:
            return {}
        found: dict[str, Ints] = {}
        for duty, verdicts in self.judgement.verdicts.items():
            rows = np.flatnonzero(np.isin(verdicts.state, [State.BREACHED, State.EXCUSED]))
            hit = [row for row in rows.tolist() if self.namer.breach_id(duty, row) in wanted]
            if hit:
                found[duty] = np.array(hit, np.int64)
        return found

    def scorecard(self, sheet: int) -> tuple[str, Scorecard] | None:
        """The scorecard of a sheet: its role's for periods of this length."""
        return self._by_role[self.sheets.role[sheet]]

    @cached_property
    def _by_role(self) -> Sequence[tuple[str, Scorecard] | None]:
        """The scorecard of every role; the first that fits."""
        book = self.estate.book
        fitting = [(name, card) for name, card in book.scorecards.items() if card.per == self.period.kind]
        return [
            next((one for one in fitting if role in book.stands_for(one[1].role)), None)
            for role in self.judgement.ground.presence.roles
        ]

    @cached_property
    def cards(self) -> Mapping[str, tuple[Scorecard, Bools]]:
        """The scorecards for such periods, and the sheets that are judged by each."""
        names = [chosen[0] if chosen else None for chosen in self._by_role]
        return {
            name: (card, np.array([chosen == name for chosen in names], np.bool_)[self.sheets.role])
            for name, card in self.estate.book.scorecards.items()
            if card.per == self.period.kind
        }

    @cached_property
    def totals(self) -> Totals:
        """The arithmetic of these scorecards."""
        off = {item: self._excluded(item) for item in items_of(self.cards)}
        return Totals(self.judgement.ground, self.sheets, self.cards, off, self.liability)

    @cached_property
    def liability(self) -> Liability:
        """Who answers for whom."""
        presence, people = self.judgement.ground.presence, self.estate.tables.people
        codes = {name: code for code, name in enumerate(presence.persons)}
        managers = np.array([codes.get(name, -1) for name in people["manager"].to_list()], np.int64)
        return Liability(self.judgement.ground, self.sheets, managers[self.sheets.post])

    @cached_property
    def outcomes(self) -> Mapping[str, Reached]:
        """How far every outcome has come on every sheet."""
        forms = self.estate.book.outcomes.items()
        return {name: reached(form, self.pricing, self.liability) for name, form in forms}

    def _excluded(self, item: str) -> Bools:
        """Sheets that somebody took the item off."""
        decided = self.settlements.items()
        off = {person for (person, name), (decision, _) in decided if (name, decision) == (item, "exclude")}
        persons = self.judgement.ground.presence.persons
        return np.array([persons[code] in off for code in self.sheets.person], np.bool_)

    @cached_property
    def charges(self) -> Mapping[str, Mapping[LineKey, Charge]]:
        """Scorecard → line → charge on every sheet."""
        return self.charges_by(self.pricing)

    def charges_by(self, pricing: Pricing) -> Mapping[str, Mapping[LineKey, Charge]]:
        """The same, priced on other verdicts."""
        return {
            name: pricing.charges(card.lines, overlapping(card.lines), card.role)
            for name, (card, _) in self.cards.items()
        }

    @cached_property
    def borne(self) -> Sequence[Borne]:
        """What sheets bear for others."""
        return self.totals.borne(self.charges)

    @cached_property
    def burden(self) -> Exact:
        """What each sheet bears in all, in the scale of the totals."""
        return self.totals.burden(self.borne)

    def holder(self, sheet: int) -> tuple[str, str]:
        """The person and role of a sheet."""
        presence = self.judgement.ground.presence
        return presence.persons[self.sheets.person[sheet]], presence.roles[self.sheets.role[sheet]]

    def breach_ids(self, counted: Counted, sheet: int) -> tuple[str, ...]:
        """The breaches on a sheet that something counts."""
        keys = counted.breaches.key[counted.breaches.sheet == sheet]
        rows = [self.pricing.occurrences.duty_row(int(key)) for key in keys]
        return tuple(self.namer.breach_id(duty, row) for duty, row in rows)

    def finding_rows(self, counted: Counted, sheet: int) -> tuple[tuple[str, int], ...]:
        """(file, row) of the findings on a sheet that something counts."""
        rows = counted.findings.row[counted.findings.sheet == sheet]
        return tuple(self.judgement.ground.facts.log_rows(rows)) if len(rows) else ()

    @cached_property
    def fines(self) -> Mapping[str, Charge]:
        """Fine → charge on every sheet, in money."""
        return {name: self.pricing.alone(fine, fine.role) for name, fine in self.estate.book.fines.items()}

    @cached_property
    def payable(self) -> Mapping[str, Payable]:
        """Fine → what of it may be paid on every sheet."""
        ground, fines = self.judgement.ground, self.estate.book.fines
        return {
            name: payable(fines[name], charge.points, ground, self.sheets, forecast=self.forecast)
            for name, charge in self.fines.items()
        }

    @cached_property
    def state_counts(self) -> Mapping[str, Ints]:
        """Duty → sheet × state: how many obligations stand how."""
        counted: dict[str, Ints] = {}
        for duty, verdicts in self.judgement.verdicts.items():
            sheet = self.sheets.of_post[verdicts.obligations.post]
            table = np.zeros((len(self.sheets) + 1, len(State)), np.int64)
            np.add.at(table, (sheet, verdicts.state), 1)  # sheet -1 lands in the spare last row
            counted[duty] = table[:-1]
        return counted

    @cached_property
    def settlements(self) -> Mapping[tuple[str, str], tuple[str, str]]:
        """(person, item) → decision and who took it, in this period."""
        rows = self.estate.tables.settlements.select("period", "person", "item", "decision", "decided_by").iter_rows()
        return {
            (person, item): (decision, by) for period, person, item, decision, by in rows if period == self.period.label
        }

    def breach_table(self) -> pl.DataFrame:
        """Every breach as one row of a table, without objects for persons; waived ones are left out.

        Returns:
            `duty, person, area, role, day, reason, unit, expected, actual, target, case`; `expected` and `actual` are
            read by `unit`: a `count`, an `instant` (local seconds since 1970) or a `mark` (ten-thousandths).
        """
        return breach_table(self.judgement, self.waived)

    def points_table(self) -> pl.DataFrame:
        """What every line and fine takes off every sheet, one row where it takes something off.

        Returns:
            `person, role, scorecard, item, line, times, points`; points, and the money of fines, in ten-thousandths.
            A fine has neither scorecard nor item, and its name as the line.
        """
        fines = {("", name): charge for name, charge in self.fines.items()}
        return points_table(self.judgement, self.sheets, {**self.charges, "": fines})
