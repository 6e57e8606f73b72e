"""From breaches and findings to points: what each line of a scorecard takes off each sheet.

Everything here is whole numbers: points in 1/10,000, occurrences as counts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import permutations

import numpy as np

from dutyrules.book import Line
from dutyrules.checks.ground import Ground
from dutyrules.facts import Events, sums
from dutyrules.figure import POINT_SCALE, Figure
from dutyrules.obligation import Bools, Ints, Reason, State
from dutyrules.scoring.judge import Judgement
from dutyrules.timegrid import DAY

LineKey = tuple[str, str]
"""(item, line); fines have an empty item."""


@dataclass(frozen=True)
class Breaches:
    """Breaches of some duties on some sheets, as columns.

    Attributes:
        key: Identity: number of the duty and row of the verdict, packed.
        weight: What the breach counts: 1, or what is missing.
        case: Case code, -1 for none.
    """

    key: Ints
    sheet: Ints
    day: Ints
    weight: Ints
    case: Ints

    def only(self, kept: Bools | Ints) -> "Breaches":
        """Some of them."""
        return Breaches(*(getattr(self, name)[kept] for name in self.__dataclass_fields__))

    @classmethod
    def joined(cls, parts: Sequence["Breaches"]) -> "Breaches":
        """Several tables as one."""
        empty = np.empty(0, np.int64)
        return cls(
            *(np.concatenate([empty, *(getattr(part, name) for part in parts)]) for name in cls.__dataclass_fields__)
        )


@dataclass(frozen=True)
class Sheets:
    """The sheets of a period: one per person and role.

    Attributes:
        person, role: Codes of the presence's vocabularies.
        post: The first post of each sheet; figures are resolved for its area.
        of_post: Post → sheet, -1 where it has none.
    """

    person: Ints
    role: Ints
    post: Ints
    of_post: Ints

    def __len__(self) -> int:
        return len(self.person)

    @classmethod
    def of(cls, ground: Ground) -> "Sheets":
        """Everybody with a post that touches the period; acting posts go to the person's own sheets."""
        presence = ground.presence
        active = presence.tenure[:, ground.scored].any(axis=1)
        ordinary = np.flatnonzero(active & (presence.acting_for < 0))
        ordinary = ordinary[np.lexsort((presence.order[ordinary], presence.role[ordinary], presence.person[ordinary]))]
        number: dict[tuple[int, int], int] = {}
        posts: list[int] = []
        of_post = np.full(len(presence.person), -1, np.int64)
        for post in ordinary:
            pair = (int(presence.person[post]), int(presence.role[post]))
            if pair not in number:
                number[pair] = len(posts)
                posts.append(int(post))
        first_of = {person: sheet for (person, _), sheet in reversed(number.items())}
        for row, acting in enumerate(presence.acting_for >= 0):  # also one that ended in a week that ends here
            person, role = int(presence.person[row]), int(presence.role[row])
            of_post[row] = number.get((person, role), first_of.get(person, -1) if acting else -1)
        chosen = np.array(posts, np.int64)
        return cls(presence.person[chosen], presence.role[chosen], chosen, of_post)

    def of_person(self, person: Ints, among: Bools) -> Ints:
        """The first sheet of each person among some sheets; -1 where there is none."""
        table = np.full(int(max(self.person.max(initial=-1), person.max(initial=-1))) + 2, -1, np.int64)
        mine = np.flatnonzero(among)[::-1]
        table[self.person[mine]] = mine
        return np.where(person >= 0, table[np.where(person >= 0, person, 0)], -1)


@dataclass(frozen=True)
class Charge:
    """What one line takes off: per sheet, and the breaches that it counts.

    Attributes:
        findings: Rows of the log that an inspector wrote for the line.
        priceless: Sheets on which the line does not work: its price is ``none``, or unbound.
        unbound: Sheets for which its price is not known.
    """

    times: Ints
    points: Ints
    breaches: Breaches
    findings: Ints
    priceless: Bools
    unbound: Bools


class Pricing:
    """Prices lines on the verdicts of a period."""

    def __init__(self, judgement: Judgement, sheets: Sheets, waived: Mapping[str, Ints]) -> None:
        self._judgement = judgement
        self._ground = judgement.ground
        self._sheets = sheets
        self._waived = waived
        self._number = {name: index for index, name in enumerate(judgement.verdicts)}
        self._found: dict[tuple[tuple[str, ...], bytes], tuple[Events, Ints, Ints]] = {}

    def on(self, judgement: Judgement) -> "Pricing":
        """The same sheets and findings with other verdicts."""
        other = Pricing(judgement, self._sheets, self._waived)
        other._found = self._found
        return other

    def key(self, duty: str, row: int) -> int:
        """The identity of a breach."""
        return self._number[duty] * 2**32 + row

    def duty_row(self, key: int) -> tuple[str, int]:
        """The duty and row of a breach."""
        return list(self._number)[key // 2**32], key % 2**32

    def breaches(self, duty: str, reasons: Sequence[str] | None = None, *, missing: bool = False) -> Breaches:
        """The breaches of a duty, perhaps for some reasons only."""
        verdicts = self._judgement.verdicts[duty]
        obligations, judged = verdicts.obligations, verdicts.judged
        rows = np.flatnonzero(verdicts.state == State.BREACHED)
        if reasons is not None:
            rows = rows[np.isin(judged.reason[rows], [Reason[reason.upper()] for reason in reasons])]
        rows = rows[~np.isin(rows, self._waived.get(duty, rows[:0]))]
        gap = obligations.expected[rows] - judged.actual[rows] if missing else np.ones(len(rows), np.int64)
        found = judged.reason[rows] == Reason.FOUND
        return Breaches(
            key=rows + self._number[duty] * 2**32,
            sheet=self._sheets.of_post[obligations.post[rows]],
            day=obligations.day[rows],
            weight=np.where(found, judged.actual[rows], gap),
            case=obligations.case[rows],
        )

    def charges(
        self, lines: Mapping[LineKey, Line], groups: Sequence[Sequence[LineKey]], role: str
    ) -> dict[LineKey, Charge]:
        """Every line's charge; lines that share breaches are settled in the dearest order."""
        mine = self.of_role(role)
        candidates = {key: self._candidates(line, mine) for key, line in lines.items()}
        for key, line in lines.items():  # a line without a price takes nothing from those it shares breaches with
            idle = self._charge(line, candidates[key], mine).priceless
            candidates[key] = candidates[key].only(~idle[candidates[key].sheet])
        result = {key: self._charge(line, candidates[key], mine) for key, line in lines.items()}
        for group in groups:
            result |= self._dearest(group, lines, candidates, mine)
        return {key: result[key] for key in lines}

    def of_role(self, role: str) -> Bools:
        """The sheets of a role and of those that it includes."""
        roles = self._ground.presence.roles
        codes = [roles.index(name) for name in self._ground.roles[role] if name in roles]
        return np.isin(self._sheets.role, codes)

    def _candidates(self, line: Line, mine: Bools) -> Breaches:
        parts = []
        for duty in line.duties:
            if self._judgement.duty(duty).strength != "must":
                continue
            reasons = [breach.rpartition(".")[2] for breach in line.breaches if breach.rpartition(".")[0] == duty]
            part = self.breaches(duty, reasons, missing=line.per_missing is not None)
            part = part.only(
                (part.sheet >= 0) & mine[np.maximum(part.sheet, 0)] if len(mine) else part.sheet > part.sheet
            )
            if line.condition == "none_done":
                part = part.only(self._none_done(duty, part)[part.sheet])
            parts.append(part)
        breaches = Breaches.joined(parts)
        if line.aggravated_by:
            breaches = breaches.only(
                np.isin(breaches.case, self._ground.facts.events(line.aggravated_by).case) & (breaches.case >= 0)
            )
        return breaches

    def _none_done(self, duty: str, counted: Breaches) -> Bools:
        """Sheets on which the duty was never met and every breach is one of those counted."""
        verdicts = self._judgement.verdicts[duty]
        size = len(self._sheets)
        sheet = self._sheets.of_post[verdicts.obligations.post]
        met = np.bincount(sheet[(verdicts.state == State.MET) & (sheet >= 0)], minlength=size)
        every = self.breaches(duty).sheet
        broken = np.bincount(every[every >= 0], minlength=size)
        return (met == 0) & (broken > 0) & (broken == np.bincount(counted.sheet, minlength=size))

    def _charge(self, line: Line, breaches: Breaches, mine: Bools) -> Charge:
        size = len(self._sheets)
        counted = _one_per_case(breaches) if line.distinct else breaches
        findings, sheet, day, value = self._findings(line, mine)
        days = int(self._ground.period.last_day) + 2
        packed = np.concatenate([counted.sheet * days + counted.day, sheet * days + day])
        cells, index = np.unique(packed, return_inverse=True)
        logged = sums(index[: len(counted.sheet)], counted.weight, len(cells))
        found = sums(index[len(counted.sheet) :], value, len(cells))
        times = sums(cells // days, np.maximum(logged, found), size)
        times[~mine] = 0
        return self._priced(line, times, breaches, findings)

    def _findings(self, line: Line, mine: Bools) -> tuple[Ints, Ints, Ints, Ints]:
        """(row, sheet, day, value) of the findings of a line's clause in the period."""
        key = (line.clause, mine.tobytes())
        if key not in self._found:
            self._found[key] = self._logged(line.clause, mine)
        events, sheet, value = self._found[key]
        day = events.at // DAY
        if line.only_if_met:
            spoilt = self.breaches(line.only_if_met)
            days = self._ground.period.last_day + 2
            good = ~np.isin(sheet * days + day, spoilt.sheet * days + spoilt.day)
            events, sheet, day, value = events.take(good), sheet[good], day[good], value[good]
        return events.row, sheet, day, value

    def _logged(self, clauses: Sequence[str], mine: Bools) -> tuple[Events, Ints, Ints]:
        """Findings of some clauses in the period, their sheets among `mine`, and their values."""
        ground = self._ground
        events = ground.facts.events([f"finding.{clause}" for clause in clauses])
        day = events.at // DAY
        events = events.take((day >= ground.period.first_day) & (day <= ground.period.last_day))
        sheet = self._sheets.of_person(events.person, mine)
        events, sheet = events.take(sheet >= 0), sheet[sheet >= 0]
        value = ground.facts.numbers("value", events.row)
        return events, sheet, np.where(value < 0, 1, value // POINT_SCALE)

    def _priced(self, line: Line, times: Ints, breaches: Breaches, findings: Ints) -> Charge:
        terms = self._ground.terms(self._sheets.post, np.full(len(times), self._ground.period.first_day))
        if line.every is not None and line.points is not None:
            step = terms.numbers(line.every)
            points = np.where(step > 0, times // np.maximum(step, 1), 0) * terms.numbers(line.points, scaled)
        elif line.once is not None:
            points = np.where(times > 0, terms.numbers(line.once, scaled), 0)
        else:
            price = line.each or line.per_missing or Figure(Decimal(0))
            points = times * terms.numbers(price, scaled)
        unbound = terms.unbound > 0
        idle = terms.off | unbound
        return Charge(np.where(idle, 0, times), np.where(idle, 0, points), breaches, findings, idle, unbound)

    def _dearest(
        self,
        group: Sequence[LineKey],
        lines: Mapping[LineKey, Line],
        candidates: Mapping[LineKey, Breaches],
        mine: Bools,
    ) -> dict[LineKey, Charge]:
        """Tries every order: the first line keeps all its breaches, the others lose what is taken."""
        options: list[dict[LineKey, Charge]] = []
        for order in permutations(group):
            taken = np.empty(0, np.int64)
            option: dict[LineKey, Charge] = {}
            for key in order:
                left = candidates[key].only(~np.isin(candidates[key].key, taken))
                taken = np.concatenate([taken, candidates[key].key])
                option[key] = self._charge(lines[key], left, mine)
            options.append(option)
        totals = np.stack([np.sum([charge.points for charge in option.values()], axis=0) for option in options])
        best = totals.argmax(axis=0)
        return {key: _chosen([option[key] for option in options], best) for key in group}


def _chosen(charges: Sequence[Charge], best: Ints) -> Charge:
    """For each sheet the charge of its best order."""
    sheets = np.arange(len(best))
    return Charge(
        times=np.stack([charge.times for charge in charges])[best, sheets],
        points=np.stack([charge.points for charge in charges])[best, sheets],
        breaches=Breaches.joined(
            [charge.breaches.only(best[charge.breaches.sheet] == index) for index, charge in enumerate(charges)]
        ),
        findings=charges[0].findings,
        priceless=charges[0].priceless,
        unbound=charges[0].unbound,
    )


def _one_per_case(breaches: Breaches) -> Breaches:
    """Breaches of one case on a sheet count once, on the first day."""
    order = np.lexsort((breaches.day, breaches.case, breaches.sheet))
    sheet, case = breaches.sheet[order], breaches.case[order]
    again = np.zeros(len(order), np.bool_)
    again[1:] = (sheet[1:] == sheet[:-1]) & (case[1:] == case[:-1]) & (case[1:] >= 0)
    return breaches.only(np.sort(order[~again]))


def scaled(points: Decimal) -> int:
    """Points as whole ten-thousandths."""
    return int(points * POINT_SCALE)
