"""The JSON of a closing: where a month stands, appeals, adjustments."""

from datetime import datetime
from typing import Any

from dutyrules.report.numbers import plain
from dutyrules.scoring import Adjustment, Appeal, Finding, Standing


def standing(one: Standing | None) -> dict[str, Any] | None:
    """How far the closing of a month has come; None for a score of its own."""
    if one is None:
        return None
    return {
        "state": one.state,
        "revision": one.revision,
        "published_at": _instant(one.published_at),
        "appeals_until": _instant(one.appeals_until),
    }


def appeal(one: Appeal) -> dict[str, Any]:
    """What somebody appealed against, and what became of it."""
    return {
        "breach_id": one.breach_id,
        "filed_at": _instant(one.filed_at),
        "filed_by": one.filed_by,
        "decision": one.decision,
        "points": None if one.points is None else plain(one.points),
        "decided_by": one.decided_by,
        "decided_at": _instant(one.decided_at),
        "approver": one.approver,
        "reason": one.reason,
    }


def adjustment(one: Adjustment) -> dict[str, Any]:
    """What an earlier month comes to differently."""
    return {
        "period": one.period,
        "person": one.person,
        "role": one.role,
        "points": plain(one.points),
        "fines": {currency: plain(amount) for currency, amount in one.fines.items()},
        "payable": {currency: plain(amount) for currency, amount in one.payable.items()},
        "changes": [{"change": change.change, **_finding(change.finding)} for change in one.changes],
    }


def _finding(one: Finding) -> dict[str, Any]:
    return {
        "breach_id": one.breach_id,
        "duty": one.duty,
        "clause": list(one.clause),
        "post": one.post,
        "period": one.period,
        "day": one.day,
        "reason": one.reason,
        "expected": one.expected,
        "actual": one.actual,
        "evidence": [{"file": file, "row": row} for file, row in one.evidence],
        "missing": list(one.missing),
    }


def _instant(at: datetime | None) -> str | None:
    return None if at is None else at.isoformat(sep=" ")
