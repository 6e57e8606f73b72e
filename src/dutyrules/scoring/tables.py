"""A whole result as columns: every breach and every deduction, for those who score many people at once."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from dutyrules.obligation import NONE, REASONS, Ints, Reason, State
from dutyrules.scoring.charges import Charge, LineKey, Sheets
from dutyrules.scoring.judge import Judgement

BREACHES: Mapping[str, pl.DataType] = {
    "duty": pl.String(),
    "person": pl.String(),
    "area": pl.String(),
    "role": pl.String(),
    "day": pl.Date(),
    "reason": pl.String(),
    "unit": pl.String(),
    "expected": pl.Int64(),
    "actual": pl.Int64(),
    "target": pl.String(),
    "case": pl.String(),
}
POINTS: Mapping[str, pl.DataType] = {
    "person": pl.String(),
    "role": pl.String(),
    "scorecard": pl.String(),
    "item": pl.String(),
    "line": pl.String(),
    "times": pl.Int64(),
    "points": pl.Int64(),
}


def breach_table(judgement: Judgement, waived: Mapping[str, Ints]) -> pl.DataFrame:
    """One row per breach that nobody waived, duty by duty; see `Result.breach_table`."""
    presence, log = judgement.ground.presence, judgement.ground.facts.log
    persons, roles, areas = (_words(names) for names in (presence.persons, presence.roles, presence.areas.names))
    reasons = _words(("", *REASONS))
    parts = [pl.DataFrame(schema=BREACHES)]
    for duty, verdicts in judgement.verdicts.items():
        rows = np.setdiff1d(np.flatnonzero(verdicts.state == State.BREACHED), waived.get(duty, ()))
        owed, judged = verdicts.obligations.take(rows), verdicts.judged
        counted = (judged.reason[rows] == Reason.SHORT) & (owed.unit == "instant")  # submissions, not instants
        columns = {
            "person": _named(persons, presence.person[owed.post]),
            "area": _named(areas, presence.area[owed.post]),
            "role": _named(roles, presence.role[owed.post]),
            "day": pl.Series(owed.day).cast(pl.Int32).cast(pl.Date),
            "reason": _named(reasons, judged.reason[rows]),
            "unit": _words([owed.unit, "count"]).gather(pl.Series(counted.astype(np.int64))),
            "expected": _numbers(owed.expected if judged.owed is None else judged.owed[rows]),
            "actual": _numbers(judged.actual[rows]),
            "target": _named(log.targets, owed.target),
            "case": _named(log.cases, owed.case),
        }
        parts.append(pl.DataFrame(columns).with_columns(duty=pl.lit(duty)).select(*BREACHES))
    return pl.concat(parts)


def points_table(judgement: Judgement, sheets: Sheets, cards: Mapping[str, Mapping[LineKey, Charge]]) -> pl.DataFrame:
    """One row per sheet and line that takes something off; see `Result.points_table`.

    Args:
        cards: The charges of each scorecard; fines stand under the empty name.
    """
    presence = judgement.ground.presence
    person, role = (
        _named(_words(names), codes)
        for names, codes in ((presence.persons, sheets.person), (presence.roles, sheets.role))
    )
    parts = [pl.DataFrame(schema=POINTS)]
    for name, charges in cards.items():
        for (item, line), charge in charges.items():
            rows = np.flatnonzero(charge.times)
            part = pl.DataFrame(
                {
                    "person": person.gather(rows),
                    "role": role.gather(rows),
                    "times": charge.times[rows],
                    "points": charge.points[rows],
                }
            )
            words = {"scorecard": name or None, "item": item or None, "line": line}
            texts = {key: pl.lit(word, dtype=pl.String) for key, word in words.items()}
            parts.append(part.with_columns(**texts).select(*POINTS))
    return pl.concat(parts)


def _words(names: Sequence[str]) -> pl.Series:
    return pl.Series(list(names), dtype=pl.String)


def _named(words: pl.Series, codes: Ints) -> pl.Series:
    """The word of each code; null where the code stands for none."""
    known = (codes >= 0) & (codes < len(words))
    return words.gather(pl.Series(np.where(known, codes, 0)).set(pl.Series(~known), None))


def _numbers(column: Ints) -> pl.Series:
    return pl.Series(column).set(pl.Series(column == NONE), None)
