"""The JSON of what is open: the public interface for other systems (`schema_version` 1)."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from dutyrules.report.document import SCHEMA_VERSION, origin
from dutyrules.report.numbers import plain
from dutyrules.scoring import Agenda, Cost, Due, Open, Unassessed
from dutyrules.scoring.agenda import Owed


def due_document(due: Due, people: Sequence[Agenda]) -> dict[str, Any]:
    """What is open as plain values; decimals are strings."""
    return {
        "schema_version": SCHEMA_VERSION,
        "as_of": str(due.as_of),
        "ahead": due.ahead,
        "estate": due.estate.id,
        "provenance": origin(due.now),
        "people": [
            {
                "person": agenda.person,
                "name": agenda.name,
                "role": agenda.role,
                "open": [_open(one) for one in agenda.open],
                "not_assessed": [_unassessed(one) for one in agenda.not_assessed],
            }
            for agenda in people
        ],
        "rejected": due.log.rejected_rows,
    }


def due_json(due: Due, people: Sequence[Agenda]) -> str:
    """What is open as JSON text, the same on every run."""
    return json.dumps(due_document(due, people), ensure_ascii=False, indent=2) + "\n"


def _owed(one: Owed) -> dict[str, Any]:
    return {
        "breach_id": one.breach_id,
        "duty": one.duty,
        "clause": list(one.clause),
        "post": one.post,
        "period": one.period,
        "discriminator": one.discriminator or None,
        "about": one.about or None,
        "strength": one.strength,
    }


def _open(one: Open) -> dict[str, Any]:
    return {
        **_owed(one),
        "state": one.state,
        "reason": one.reason,
        "begin": str(one.begin),
        "due": str(one.due),
        "late_until": _instant(one.late_until),
        "expected": one.expected,
        "actual": one.actual,
        "more": one.more,
        "missing": list(one.missing),
        "cost": _cost(one.cost),
        "cost_late": _cost(one.cost_late),
        "excused": one.excused,
    }


def _unassessed(one: Unassessed) -> dict[str, Any]:
    return {**_owed(one), "why": one.why, "kinds": list(one.kinds), "due": _instant(one.due)}


def _cost(cost: Cost | None) -> Mapping[str, Any] | None:
    if cost is None:
        return None
    return {
        "points": plain(cost.points),
        "fines": {currency: plain(amount) for currency, amount in cost.fines.items()},
    }


def _instant(moment: datetime | None) -> str | None:
    return None if moment is None else str(moment)
