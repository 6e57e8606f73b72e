"""Closed sheets, and what several months come to (semantics.md, "Several months")."""

import json
from fractions import Fraction
from pathlib import Path
from typing import Any

from .calendar import Period
from .figures import half_up, show

Closed = dict[str, dict[tuple[str, str], dict[str, Any]]]
"""Month → (person, role) → the sheet as it was closed."""

LENGTHS = {"quarter": 3, "half_year": 6, "year": 12}


def read_closed(paths: list[Path]) -> Closed:
    documents = [json.loads(path.read_text("utf-8")) for path in paths]
    return {doc["period"]: {(one["person"], one["role"]): one for one in doc["people"]} for doc in documents}


def is_month(period: Period) -> bool:
    return period.label == period.first.strftime("%Y-%m")


def months_before(period: Period, over: str | None) -> list[str]:
    """The months of the window before the scored one."""
    year, month = period.first.year, period.first.month
    if over is None:
        return []
    back = 11 if over == "rolling_12_months" else (month - 1) % LENGTHS[over]
    dates = [(year * 12 + month - 1 - n) for n in range(back, 0, -1)]
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in dates]


def accumulated(
    period: Period, form: dict[str, Any], name: str, who: tuple[str, str], score: str, complete: bool, closed: Closed
) -> dict[str, Any]:
    """The sum or mean of the months, unless one of them is not known; who had no sheet in one is not asked for it."""
    scores: list[Any] = [score]
    known = complete
    for month in months_before(period, form["over"]):
        sheet = closed[month].get(who) if month in closed else {"complete": False}
        if sheet is None:
            continue
        if not sheet["complete"] or sheet["scorecard"] != name:
            known = False
        else:
            scores.append(sheet["score"])
    total = sum(map(Fraction, scores), Fraction(0))
    value = total if form.get("of") == "sum" else half_up(total / len(scores), 4)
    return {"complete": known, "value": show(value) if known else None}
