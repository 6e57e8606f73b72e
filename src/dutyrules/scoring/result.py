"""score: verdicts and points of every person for a period."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_HALF_UP, Decimal
from functools import cached_property
from typing import Any

import numpy as np

from dutyrules.activity.log import Log
from dutyrules.book import Item, Scorecard
from dutyrules.estate import Estate, scored_period
from dutyrules.figure import POINT_SCALE
from dutyrules.obligation import Ints, State
from dutyrules.scoring.charges import Charge
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.judge import judge
from dutyrules.scoring.prices import scaled
from dutyrules.scoring.requests import refuse_plans, unknown_person
from dutyrules.scoring.sheet import BonusScore, Finding, FineScore, ItemScore, ItemState, LineScore, Sheet
from dutyrules.scoring.tally import Tally
from dutyrules.timegrid import DAY


@dataclass(frozen=True)
class Result(Tally):
    """What a period comes to: sheets, verdicts and where they come from.

    Everything beyond the arrays of the tally is made when it is asked for, and only for the persons that are asked for.
    """

    # ------------------------------------------------------------ sheets

    @property
    def people(self) -> Sequence[Sheet]:
        """Every sheet, by person and role."""
        return [self.sheet(index) for index in self._order]

    @cached_property
    def _order(self) -> list[int]:
        presence = self.judgement.ground.presence
        return sorted(
            range(len(self.sheets)),
            key=lambda index: (presence.persons[self.sheets.person[index]], presence.roles[self.sheets.role[index]]),
        )

    def of(self, person: str) -> Sequence[Sheet]:
        """The sheets of one person.

        Raises:
            InputError: nobody of that name has a post in the period.
        """
        presence = self.judgement.ground.presence
        found = [index for index in self._order if presence.persons[self.sheets.person[index]] == person]
        if not found:
            known = (presence.persons[code] for code in self.sheets.person)
            raise unknown_person(person, known, self.period.label)
        return [self.sheet(index) for index in found]

    def index_of(self, sheet: Sheet) -> int:
        """The number of a sheet."""
        presence = self.judgement.ground.presence
        person, role = presence.persons.index(sheet.person), presence.roles.index(sheet.role)
        return int(np.flatnonzero((self.sheets.person == person) & (self.sheets.role == role))[0])

    def sheet(self, index: int) -> Sheet:
        """One sheet, with everything that leads to each point."""
        presence = self.judgement.ground.presence
        chosen = self.scorecard(index)
        items = self._items(index, *chosen) if chosen else ()
        bonuses = self._bonuses(index, chosen[1]) if chosen else ()
        fines = self._fines(index)
        findings = self._findings(index)
        charged = {key for item in items for line in item.lines for key in line.breaches} | {
            key for fine in fines for key in fine.breaches
        }
        breached = tuple(one for one in findings if one.state == "breached")
        return Sheet(
            person=presence.persons[self.sheets.person[index]],
            name=self.estate.name_of(presence.persons[self.sheets.person[index]]),
            role=presence.roles[self.sheets.role[index]],
            scorecard=chosen[0] if chosen else None,
            **self._sums(items, bonuses) if chosen else _NO_SUMS,
            bonus=sum((bonus.points for bonus in bonuses), Decimal(0)),
            items=items,
            bonuses=bonuses,
            fines=fines,
            breaches=breached,
            excused=tuple(one for one in findings if one.state == "excused"),
            pending=tuple(one for one in findings if one.state == "pending"),
            not_assessed=tuple(one for one in findings if one.state == "not_assessed"),
            uncharged=tuple(
                one.breach_id for one in breached if one.breach_id not in charged and one.strength == "must"
            ),
            workdays=int(presence.work[self.sheets.of_post == index, self.judgement.ground.scored].any(axis=0).sum()),
        )

    def _items(self, index: int, name: str, card: Scorecard) -> tuple[ItemScore, ...]:
        return tuple(self._item(index, name, key, item) for key, item in card.items.items())

    def _item(self, index: int, name: str, key: str, item: Item) -> ItemScore:
        charges = {line: self.charges[name][key, line] for line in item.lines}
        deducted = _points(sum(int(charge.points[index]) for charge in charges.values()))
        inspected = self._inspected(index, key, item, charges)
        state, settled_by = self._state(index, key, item, charges, inspected=inspected)
        return ItemScore(
            item=key,
            clause=item.clause,
            title=item.title,
            marks=item.marks,
            deducted=deducted,
            score=max(Decimal(0), item.marks - deducted),
            state=state,
            settled_by=settled_by,
            lines=tuple(self._line(index, item, line, charge, inspected=inspected) for line, charge in charges.items()),
        )

    def _line(self, index: int, item: Item, line: str, charge: Charge, *, inspected: bool) -> LineScore:
        form = item.lines[line]
        facts = self.judgement.ground.facts
        breaches, findings = charge.counted.breaches, charge.counted.findings
        mine = breaches.key[breaches.sheet == index]
        rows = findings.row[findings.sheet == index]
        return LineScore(
            line=line,
            clause=form.clause,
            title=form.title,
            price=form.prices[0],
            times=int(charge.times[index]),
            points=_points(int(charge.points[index])),
            breaches=tuple(self._breach_id(int(key)) for key in mine),
            findings=tuple(facts.log_rows(rows)) if len(rows) else (),
            uninspected=not form.breaches and not inspected,
        )

    def _breach_id(self, key: int) -> str:
        duty, row = self.pricing.occurrences.duty_row(key)
        return self.namer.ids(duty)[row]

    def _inspected(self, index: int, key: str, item: Item, charges: Mapping[str, Charge]) -> bool:
        """An inspection of the item, or a finding on one of its lines, even one that does not count."""
        ground = self.judgement.ground
        clauses = [
            clause for line, form in item.lines.items() if not charges[line].priceless[index] for clause in form.clause
        ]
        looked = ground.facts.events([f"inspection.{key}", *(f"finding.{clause}" for clause in clauses)])
        return bool((ground.happened(looked) & (looked.person == self.sheets.person[index])).any())

    def _state(
        self, index: int, key: str, item: Item, charges: Mapping[str, Charge], *, inspected: bool
    ) -> tuple[ItemState, str | None]:
        lines = [form for line, form in item.lines.items() if not charges[line].priceless[index]]
        named = {duty for line in lines for duty in line.duties}
        counts = {duty: self.state_counts[duty][index] for duty in named}
        charged = [duty for duty in named if self.judgement.duty(duty).strength == "must"]
        needs = item.inspect == "required" or not any(line.breaches for line in lines)
        gap = any(counts[duty][State.NOT_ASSESSED] for duty in charged) or (needs and not inspected)
        gap = gap or any(charge.unbound[index] for charge in charges.values())
        settlement = self._settlement(index, key)
        if settlement and settlement[0] == "exclude":
            return "excluded", settlement[1]
        if not gap:
            return "assessed", None
        if settlement:
            return "assessed", settlement[1]
        judged = any(count[[State.MET, State.BREACHED, State.EXCUSED]].any() for count in counts.values())
        taken = any(charge.points[index] for charge in charges.values())
        return ("partial" if judged or taken else "not_assessed"), None

    def _settlement(self, index: int, item: str) -> tuple[str, str] | None:
        person = self.judgement.ground.presence.persons[self.sheets.person[index]]
        return self.settlements.get((person, item))

    def _sums(self, items: tuple[ItemScore, ...], bonuses: tuple[BonusScore, ...]) -> dict[str, Any]:
        counted = [item for item in items if item.state != "excluded"]
        assessed = [item for item in counted if item.state == "assessed"]
        marks = sum((item.marks for item in counted), Decimal(0))
        score = sum((item.score for item in assessed), Decimal(0)) + sum(
            (bonus.points for bonus in bonuses), Decimal(0)
        )
        complete = len(assessed) == len(counted) and self.judgement.ground.horizon == self.period.end
        percent = (score / marks * 100).quantize(Decimal("0.01"), ROUND_HALF_UP) if complete and marks else None
        return {
            "marks": marks,
            "score": score,
            "percent": percent,
            "assessed_marks": sum((item.marks for item in assessed), Decimal(0)),
            "score_min": score,
            "score_max": score + sum((item.score for item in counted if item.state != "assessed"), Decimal(0)),
            "complete": complete,
        }

    def _bonuses(self, index: int, card: Scorecard) -> tuple[BonusScore, ...]:
        return tuple(
            BonusScore(key, form.clause, form.title, int(times[index]), _points(int(points[index])))
            for key, form in card.bonus.items()
            for times, points in [self._bonus(form)]
        )

    def _bonus(self, form: Any) -> tuple[Ints, Ints]:
        ground = self.judgement.ground
        events = ground.facts.events(form.event, form.where)
        inside = (events.at >= ground.period.first_day * DAY) & (events.at < ground.period.end) & (events.person >= 0)
        by_person = np.bincount(events.person[inside], minlength=len(ground.presence.persons))
        times = by_person[self.sheets.person]
        terms = ground.terms(self.sheets.post, np.full(len(self.sheets), ground.period.first_day))
        return times, times * terms.numbers(form.each, scaled)

    def _fines(self, index: int) -> tuple[FineScore, ...]:
        found = []
        for name, charge in self.fines.items():
            form = self.estate.book.fines[name]
            if charge.times[index]:
                breaches = charge.counted.breaches
                keys = breaches.key[breaches.sheet == index]
                ids = tuple(self._breach_id(int(key)) for key in keys)
                found.append(
                    FineScore(
                        name,
                        form.clause,
                        form.title,
                        int(charge.times[index]),
                        _points(int(charge.points[index])),
                        form.currency,
                        ids,
                    )
                )
        return tuple(found)

    # ------------------------------------------------------------ verdicts

    @cached_property
    def _rows_of_sheet(self) -> Mapping[int, list[tuple[str, int]]]:
        """Sheet → (duty, row) of everything that is not simply met."""
        table: dict[int, list[tuple[str, int]]] = defaultdict(list)
        for duty, verdicts in self.judgement.verdicts.items():
            shown = np.flatnonzero(
                np.isin(verdicts.state, [State.BREACHED, State.EXCUSED, State.PENDING, State.NOT_ASSESSED])
            )
            for row, sheet in zip(shown, self.sheets.of_post[verdicts.obligations.post[shown]], strict=True):
                table[int(sheet)].append((duty, int(row)))
        return table

    def _findings(self, index: int) -> tuple[Finding, ...]:
        found = [self._finding(duty, row) for duty, row in self._rows_of_sheet.get(index, ())]
        return tuple(sorted(found, key=lambda one: (one.day, one.duty, one.discriminator)))

    def _finding(self, duty: str, row: int) -> Finding:
        finding = self.namer.finding(duty, row)
        if row in self.waived.get(duty, ()):
            return Finding(**vars(finding) | {"state": "excused", "why": "waived"})
        return finding

    def verdicts(self) -> Iterator[tuple[int, Finding]]:
        """(sheet, verdict) of every obligation, met ones included; evidence left out."""
        for duty, verdicts in self.judgement.verdicts.items():
            sheets = self.sheets.of_post[verdicts.obligations.post]
            for row in range(len(verdicts)):
                finding = self.namer.finding(duty, row, evidence=False)
                if row in self.waived.get(duty, ()):
                    finding = Finding(**vars(finding) | {"state": "excused", "why": "waived", "reason": None})
                yield int(sheets[row]), finding


def score(estate: Estate, log: Log, period: str, as_of: datetime | None = None, *, forecast: bool = False) -> Result:
    """Scores a period.

    Args:
        estate: The estate with its books.
        log: Its activity log, as `read_log` returns it.
        period: ``2026-10``, ``2026-Q4``, ``2026-W41``, ``2026-H2`` or ``2026``.
        as_of: The last instant that is known; obligations that fall due later are pending.
        forecast: Accept planned rows; every output then says so.

    Raises:
        InputError: the log holds planned rows and this is no forecast, or the period is none.
    """
    scored = scored_period(period)
    if not forecast:
        refuse_plans(log, "score a plan with --forecast")
    judgement = judge(estate, log, scored, as_of, planned=estate.planning.alongside(log.planned_kinds))
    return Result(estate, log, scored, as_of, forecast, judgement, Sheets.of(judgement.ground))


def _points(number: int) -> Decimal:
    return Decimal(number) / POINT_SCALE


_NO_SUMS: Mapping[str, Any] = {
    "marks": None,
    "score": None,
    "percent": None,
    "assessed_marks": None,
    "score_min": None,
    "score_max": None,
    "complete": False,
}
