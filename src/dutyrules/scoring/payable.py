"""What of a fine may be paid: only what a text adopted and published before the month asks for, and at most its cap."""

from dataclasses import dataclass

import numpy as np

from dutyrules.book import Fine
from dutyrules.checks.ground import Ground
from dutyrules.obligation import Ints
from dutyrules.scoring.holders import Sheets
from dutyrules.scoring.prices import scaled
from dutyrules.timegrid import Period


@dataclass(frozen=True)
class Payable:
    """What of a fine is payable on every sheet, and else why it is only recorded: a word, empty where it is payable."""

    money: Ints
    whys: tuple[str, ...]


def payable(fine: Fine, money: Ints, ground: Ground, sheets: Sheets, *, forecast: bool) -> Payable:
    """What of some money, on every sheet, is payable.

    Args:
        forecast: Planned rows count too; nobody pays for those.
    """
    why = _only_recorded(fine, ground.period, over=ground.horizon == ground.period.end, forecast=forecast)
    if why or fine.monthly_cap is None:
        return Payable(np.zeros_like(money), (why,) * len(money))
    terms = ground.terms(sheets.post, np.full(len(sheets), ground.period.first_day))
    cap = terms.numbers(fine.monthly_cap, scaled)
    unknown = terms.off | (terms.unbound > 0)
    whys = tuple("no_cap" if open_ else "" for open_ in unknown)
    return Payable(_capped(np.where(unknown, 0, money), cap, sheets), whys)


def _only_recorded(fine: Fine, period: Period, *, over: bool, forecast: bool) -> str:
    """Why nothing of a fine is payable, whoever's it is."""
    if fine.adopted_on is None or fine.published_on is None:
        return "record_only"
    reasons = {
        "not_a_month": period.kind != "month",
        "forecast": forecast,
        "not_over": not over,
        "adopted": fine.adopted_on >= period.first,
        "published": fine.published_on >= period.first,
    }
    return next((why for why, holds in reasons.items() if holds), "")


def _capped(money: Ints, cap: Ints, sheets: Sheets) -> Ints:
    """The cap is one person's: what their first sheet takes of it is gone for the next."""
    paid: dict[int, int] = {}
    result = np.zeros_like(money)
    for sheet in np.lexsort((sheets.order, sheets.person)):
        if money[sheet]:
            person = int(sheets.person[sheet])
            result[sheet] = max(0, min(int(money[sheet]), int(cap[sheet]) - paid.get(person, 0)))
            paid[person] = paid.get(person, 0) + int(result[sheet])
    return result
