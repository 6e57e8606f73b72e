"""A whole result as columns: every breach and every deduction, for those who score many people at once."""

from collections.abc import Mapping, Sequence

import numpy as np
import polars as pl

from dutyrules.obligation import NONE, REASONS, Ints, Obligations, Reason, Verdicts
from dutyrules.scoring.charges import Charge, LineKey
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.judge import Judgement

_UNITS = ("count", "instant", "mark")


def breach_table(judgement: Judgement, waived: Mapping[str, Ints]) -> pl.DataFrame:
    """One row per breach that nobody waived, duty by duty; see `Result.breach_table`."""
    presence, log = judgement.ground.presence, judgement.ground.facts.log
    duties = tuple(judgement.verdicts)
    parts = [_breaches(verdicts, waived.get(duty)) for duty, verdicts in judgement.verdicts.items()]
    sizes = [len(owed) for owed, _ in parts]
    owed = Obligations.joined([owed for owed, _ in parts]) if parts else Obligations.of(0)
    reason, unit, expected, actual = (_joined([columns[place] for _, columns in parts]) for place in range(4))
    return pl.DataFrame(
        {
            "duty": _named(duties, np.repeat(np.arange(len(duties)), sizes)),
            "person": _named(presence.persons, presence.person[owed.post]),
            "area": _named(presence.areas.names, presence.area[owed.post]),
            "role": _named(presence.roles, presence.role[owed.post]),
            "day": pl.Series(owed.day).cast(pl.Int32).cast(pl.Date),
            "reason": _named(("", *REASONS), reason),
            "unit": _named(_UNITS, unit),
            "expected": _numbers(expected),
            "actual": _numbers(actual),
            "target": _named(log.targets, owed.target),
            "case": _named(log.cases, owed.case),
        }
    )


def _breaches(verdicts: Verdicts, waived: Ints | None) -> tuple[Obligations, tuple[Ints, Ints, Ints, Ints]]:
    """The breached obligations of a duty, and their reason, unit, expected and actual."""
    rows = verdicts.breached if waived is None else np.setdiff1d(verdicts.breached, waived)
    owed, judged = verdicts.obligations.take(rows), verdicts.judged
    reason = judged.reason[rows]
    # what is short among several submissions is their number, not an instant
    counted = (reason == Reason.SHORT) & (owed.unit == "instant")
    unit = np.where(counted, 0, _UNITS.index(owed.unit))
    expected = owed.expected if judged.owed is None else judged.owed[rows]
    return owed, (reason, unit, expected, judged.actual[rows])


def points_table(judgement: Judgement, sheets: Sheets, cards: Mapping[str, Mapping[LineKey, Charge]]) -> pl.DataFrame:
    """One row per sheet and line that takes something off; see `Result.points_table`.

    Args:
        cards: The charges of each scorecard; fines stand under the empty name.
    """
    presence = judgement.ground.presence
    names = [(card, *key) for card, charges in cards.items() for key in charges]
    charges = [charge for lines in cards.values() for charge in lines.values()]
    hits = [np.flatnonzero(charge.times) for charge in charges]
    sheet, line = _joined(hits), np.repeat(np.arange(len(hits)), [len(hit) for hit in hits])
    return pl.DataFrame(
        {
            "person": _named(presence.persons, sheets.person[sheet]),
            "role": _named(presence.roles, sheets.role[sheet]),
            "scorecard": _named([card or None for card, _, _ in names], line),
            "item": _named([item or None for _, item, _ in names], line),
            "line": _named([key for _, _, key in names], line),
            "times": _joined([charge.times[hit] for charge, hit in zip(charges, hits, strict=True)]),
            "points": _joined([charge.points[hit] for charge, hit in zip(charges, hits, strict=True)]),
        }
    )


def _joined(parts: Sequence[Ints]) -> Ints:
    return np.concatenate([np.empty(0, np.int64), *parts])


def _named(words: Sequence[str | None] | pl.Series, codes: Ints) -> pl.Series:
    """The word of each code; null where the code stands for none."""
    known = words if isinstance(words, pl.Series) else pl.Series(list(words), dtype=pl.String)
    index, none = pl.Series(codes), pl.Series((codes < 0) | (codes >= len(words)))
    return known.gather(index.set(none, None) if none.any() else index)


def _numbers(column: Ints) -> pl.Series:
    return pl.Series(column).set(pl.Series(column == NONE), None)
