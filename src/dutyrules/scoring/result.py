"""score: verdicts and points of every person for a period."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import cached_property
from typing import Any

import numpy as np

from dutyrules.activity.log import Log
from dutyrules.book import Ceiling, Item, Line, Scorecard
from dutyrules.estate import Estate, scored_period
from dutyrules.figure import POINT_SCALE
from dutyrules.obligation import State
from dutyrules.scoring.charges import Charge, LineKey
from dutyrules.scoring.closed import Closed
from dutyrules.scoring.following import Following
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.judge import judge
from dutyrules.scoring.requests import refuse_plans, unknown_person
from dutyrules.scoring.sheet import (
    Adjustment,
    BonusScore,
    BorneScore,
    Finding,
    FineScore,
    GradeScore,
    ItemScore,
    ItemState,
    LineScore,
    Sheet,
    Veto,
)
from dutyrules.scoring.standing import Standing, less_given
from dutyrules.scoring.tally import Tally


@dataclass(frozen=True)
class Result(Tally):
    """What a period comes to: sheets, verdicts and where they come from.

    Everything beyond the arrays of the tally is made when it is asked for, and only for the persons that are asked for.

    Attributes:
        closed: What earlier months came to.
        standing: How far its closing has come; None for a score of its own.
    """

    closed: Closed
    standing: Standing | None = None

    @property
    def lifted(self) -> frozenset[str]:
        """Breaches that an appeal lifted."""
        return self.standing.lifted if self.standing else frozenset()

    @cached_property
    def charges(self) -> Mapping[str, Mapping[LineKey, Charge]]:
        """Scorecard → line → charge on every sheet, less what appeals give back."""
        charges = self.charges_by(self.pricing)
        return less_given(charges, self.standing.given, self._carded) if self.standing else charges

    def _carded(self, person: str, role: str) -> tuple[int, str] | None:
        """The sheet of a person and role, and its scorecard, if it has one."""
        holders = (index for index in range(len(self.sheets)) if self.holder(index) == (person, role))
        return next(((index, card[0]) for index in holders if (card := self.scorecard(index))), None)

    @cached_property
    def _following(self) -> Following:
        return Following(self, self.closed)

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

    @property
    def uncovered(self) -> Sequence[tuple[str, str | None, str, int]]:
        """(person, area, role, day) of the period's whole-day leave for which nobody accepted to act."""
        first, last = self.period.first_day, self.period.last_day
        return [one for one in self.judgement.ground.presence.uncovered if first <= one[3] <= last]

    def areas_of(self, sheet: Sheet) -> Sequence[str]:
        """The areas in which a person holds the post of a sheet in the period; none for the whole estate."""
        presence, index = self.judgement.ground.presence, self.index_of(sheet)
        held = presence.tenure[:, self.judgement.ground.scored].any(axis=1) & (presence.acting_for < 0)
        posts = np.flatnonzero(held & (self.sheets.of_post == index))
        names = (presence.area_name(int(post)) for post in posts[np.argsort(presence.order[posts], kind="stable")])
        return list(dict.fromkeys(name for name in names if name is not None))

    def sheet(self, index: int) -> Sheet:
        """One sheet, with everything that leads to each point."""
        presence = self.judgement.ground.presence
        chosen = self.scorecard(index)
        items = self._items(index, *chosen) if chosen else ()
        bonuses = self._bonuses(index, *chosen) if chosen else ()
        fines, outcomes = self._fines(index), self._following.outcomes(index)
        sums = self._sums(index, *chosen, items) if chosen else _NO_SUMS
        findings = self._findings(index)
        charged = {key for item in items for line in item.lines for key in line.breaches}
        charged.update(*(fine.breaches for fine in fines), *(outcome.breaches for outcome in outcomes))
        breached = tuple(one for one in findings if one.state == "breached")
        standing = self.standing.of(*self.holder(index)) if self.standing else Standing("draft", 0)
        return Sheet(
            person=presence.persons[self.sheets.person[index]],
            name=self.estate.name_of(presence.persons[self.sheets.person[index]]),
            role=presence.roles[self.sheets.role[index]],
            scorecard=chosen[0] if chosen else None,
            **sums,
            accumulated=self._following.accumulated(index, *chosen, sums) if chosen else None,
            bonus=_points(int(self.totals.bonus(chosen[0])[index])) if chosen else Decimal(0),
            items=items,
            bonuses=bonuses,
            borne=self._borne(index),
            fines=fines,
            outcomes=outcomes,
            liable_for=self._following.liable_for(index),
            breaches=breached,
            excused=tuple(one for one in findings if one.state == "excused"),
            pending=tuple(one for one in findings if one.state == "pending"),
            not_assessed=tuple(one for one in findings if one.state == "not_assessed"),
            uncharged=tuple(
                one.breach_id for one in breached if one.breach_id not in charged and one.strength == "must"
            ),
            workdays=int(presence.work[self.sheets.of_post == index, self.judgement.ground.scored].any(axis=0).sum()),
            appeals=standing.appeals,
            adjustments=standing.adjustments,
        )

    @cached_property
    def unplaced(self) -> tuple[Adjustment, ...]:
        """Adjustments for whom there is no sheet in this month: HR settles them by hand."""
        holders = {self.holder(index) for index in range(len(self.sheets))}
        every = self.standing.adjustments if self.standing else ()
        return tuple(one for one in every if (one.person, one.role) not in holders)

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
            weight=item.weight,
            deducted=deducted,
            score=_points(int(self.totals.item_score(self.cards[name][0], key, self.charges[name])[index])),
            state=state,
            settled_by=settled_by,
            lines=tuple(
                self._line(index, key, item, line, charge, inspected=inspected) for line, charge in charges.items()
            ),
        )

    def _line(self, index: int, key: str, item: Item, line: str, charge: Charge, *, inspected: bool) -> LineScore:
        form = item.lines[line]
        given = self.standing.given.get((*self.holder(index), key, line)) if self.standing else None
        return LineScore(
            line=line,
            clause=form.clause,
            title=form.title,
            price=form.prices[0] if form.prices else None,
            times=int(charge.times[index]),
            points=_points(int(charge.points[index])),
            breaches=self.breach_ids(charge.counted, index),
            findings=self.finding_rows(charge.counted, index),
            uninspected=not form.breaches and not inspected,
            veto=self._veto(index, form, charge) if charge.fired[index] else None,
            given_back=given or Decimal(0),
        )

    def _veto(self, index: int, form: Line, charge: Charge) -> Veto:
        if isinstance(form.veto, Ceiling) and charge.ceiling is not None:
            return Veto("cap", _points(int(charge.ceiling[index])))
        return Veto(str(form.veto), None)

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

    def _sums(self, index: int, name: str, card: Scorecard, items: Sequence[ItemScore]) -> dict[str, Any]:
        states = {item.item: item.state for item in items}
        counted = [item for item, state in states.items() if state != "excluded"]
        assessed = [item for item in counted if states[item] == "assessed"]
        added = self.standing.of(*self.holder(index)).added * self.totals.scale if self.standing else 0
        low, high = (self._total(index, name, chosen) + added for chosen in (assessed, counted))
        marks = self.totals.marks(card, counted)
        known = self.judgement.ground.horizon == self.period.end and not self.totals.open_caps(card)[index]
        complete = len(assessed) == len(counted) and known
        percent = _percent(low, marks) if complete and marks else None
        grade = None if percent is None else next((one for one in card.grades if one.start <= percent), None)
        return {
            "marks": self._shown(marks),
            "score": self._shown(low),
            "percent": percent,
            "assessed_marks": self._shown(self.totals.marks(card, assessed)),
            "score_min": self._shown(low),
            "score_max": self._shown(high),
            "complete": complete,
            "grade": grade and GradeScore(grade.grade, grade.title, grade.coefficient),
        }

    def _total(self, index: int, name: str, items: Sequence[str]) -> int:
        """What a sheet comes to by some items, in the scale of the totals."""
        counted = {item: np.array([item in items]) for item in self.cards[name][0].items}
        return int(self.totals.total(name, self.charges[name], np.array([index]), counted, self.burden)[0])

    def _shown(self, total: int) -> Decimal:
        return _points(int(self.totals.rounded(np.array([total], object))[0]))

    def _borne(self, index: int) -> tuple[BorneScore, ...]:
        presence = self.judgement.ground.presence
        return tuple(
            BorneScore(
                person=presence.persons[self.sheets.person[source]],
                role=presence.roles[self.sheets.role[source]],
                scorecard=one.card,
                item=one.key[0],
                line=one.key[1],
                share=one.share,
                points=self._shown(int(points)),
                exact=Fraction(int(points), self.totals.scale * POINT_SCALE),
            )
            for one in self.borne
            for source, bearer, points in zip(one.source, one.bearer, one.points, strict=True)
            if bearer == index
        )

    def _bonuses(self, index: int, name: str, card: Scorecard) -> tuple[BonusScore, ...]:
        return tuple(
            BonusScore(key, form.clause, form.title, int(times[index]), _points(int(points[index])))
            for key, form in card.bonus.items()
            for times, points in [self.totals.bonuses[name][key]]
        )

    def _fines(self, index: int) -> tuple[FineScore, ...]:
        found = []
        for name, charge in self.fines.items():
            form = self.estate.book.fines[name]
            if charge.times[index]:
                found.append(
                    FineScore(
                        fine=name,
                        clause=form.clause,
                        title=form.title,
                        times=int(charge.times[index]),
                        amount=_points(int(charge.points[index])),
                        currency=form.currency,
                        breaches=self.breach_ids(charge.counted, index),
                        legal_basis=form.legal_basis,
                        payable=_points(int(self.payable[name].money[index])),
                        why=self.payable[name].whys[index],
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
            why = "appealed" if finding.breach_id in self.lifted else "waived"
            return Finding(**vars(finding) | {"state": "excused", "why": why})
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


def score(
    estate: Estate,
    log: Log,
    period: str,
    as_of: datetime | None = None,
    *,
    forecast: bool = False,
    closed: Closed | None = None,
    standing: Standing | None = None,
) -> Result:
    """Scores a period.

    Args:
        estate: The estate with its books.
        log: Its activity log, as `read_log` returns it.
        period: ``2026-10``, ``2026-Q4``, ``2026-W41``, ``2026-H2`` or ``2026``.
        as_of: The last instant that is known; obligations that fall due later are pending.
        forecast: Accept planned rows; every output then says so.
        closed: What earlier months came to, for what is taken together over several.
        standing: How far the closing of the month has come, with appeals and adjustments.

    Raises:
        InputError: the log holds planned rows and this is no forecast, or the period is none.
    """
    scored = scored_period(period)
    if not forecast:
        refuse_plans(log, "score a plan with --forecast")
    judgement = judge(estate, log, scored, as_of, planned=estate.planning.alongside(log.planned_kinds))
    sheets = Sheets.of(judgement.ground)
    return Result(estate, log, scored, as_of, forecast, judgement, sheets, closed or Closed({}), standing)


def _points(number: int) -> Decimal:
    return Decimal(number) / POINT_SCALE


def _percent(total: int, marks: int) -> Decimal:
    """Half up to two places."""
    return Decimal((20_000 * total + marks) // (2 * marks)) / 100


_NO_SUMS: Mapping[str, Any] = {
    "marks": None,
    "score": None,
    "percent": None,
    "assessed_marks": None,
    "score_min": None,
    "score_max": None,
    "complete": False,
    "grade": None,
}
