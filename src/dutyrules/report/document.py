"""The JSON of a result: the public interface for other systems (`schema_version` 1)."""

import json
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from dutyrules.estate.provenance import provenance
from dutyrules.report.numbers import plain
from dutyrules.report.standing_document import adjustment, appeal, standing
from dutyrules.scoring import Finding, ItemScore, Result, Sheet, Tally, Window
from dutyrules.timegrid import date_of

SCHEMA_VERSION = "1"


def as_document(result: Result, people: Sequence[Sheet]) -> dict[str, Any]:
    """The result as plain values; decimals are strings."""
    return {
        "schema_version": SCHEMA_VERSION,
        "period": result.period.label,
        "estate": result.estate.id,
        "forecast": result.forecast,
        "closed": result.standing is not None and result.standing.state == "closed",
        "standing": standing(result.standing),
        "redacted": result.redacted,
        "provenance": origin(result),
        "people": [_person(sheet) for sheet in people],
        "uncovered": [
            {"person": person, "area": area, "role": role, "day": date_of(day).isoformat()}
            for person, area, role, day in result.uncovered
        ],
        "unplaced": [adjustment(one) for one in result.unplaced],
        "rejected": result.log.rejected_rows,
    }


def as_json(result: Result, people: Sequence[Sheet]) -> str:
    """The result as JSON text, the same on every run."""
    return json.dumps(as_document(result, people), ensure_ascii=False, indent=2) + "\n"


def origin(tally: Tally) -> dict[str, Any]:
    """What verdicts were made from, and as of when."""
    return {
        "as_of": tally.as_of.isoformat(sep=" ") if tally.as_of else None,
        **provenance(tally.estate, tally.log, provisional=tally.provisional),
    }


def _person(sheet: Sheet) -> dict[str, Any]:
    return {
        "person": sheet.person,
        "name": sheet.name,
        "role": sheet.role,
        "scorecard": sheet.scorecard,
        "marks": _text(sheet.marks),
        "score": _text(sheet.score),
        "percent": None if sheet.percent is None else f"{sheet.percent:.2f}",
        "assessed_marks": _text(sheet.assessed_marks),
        "score_min": _text(sheet.score_min),
        "score_max": _text(sheet.score_max),
        "complete": sheet.complete,
        "grade": sheet.grade.grade if sheet.grade else None,
        "coefficient": _text(sheet.grade.coefficient) if sheet.grade else None,
        "accumulated": _window(sheet.accumulated),
        "workdays": sheet.workdays,
        "bonus": _text(sheet.bonus),
        "bonuses": [
            {"bonus": one.bonus, "clause": list(one.clause), "times": one.times, "points": _text(one.points)}
            for one in sheet.bonuses
        ],
        "borne": [
            {
                "person": one.person,
                "role": one.role,
                "scorecard": one.scorecard,
                "item": one.item,
                "line": one.line,
                "share": str(one.share),
                "points": _text(one.points),
            }
            for one in sheet.borne
        ],
        "fines": {currency: _text(amount) for currency, amount in sheet.fine_totals.items()},
        "payable": {currency: _text(amount) for currency, amount in sheet.payable_totals.items()},
        "fine_lines": [
            {
                "fine": one.fine,
                "clause": list(one.clause),
                "times": one.times,
                "amount": _text(one.amount),
                "currency": one.currency,
                "breaches": list(one.breaches),
                "payable": _text(one.payable),
                "recorded_because": one.why or None,
                "legal_basis": one.legal_basis,
            }
            for one in sheet.fines
        ],
        "outcomes": [
            {
                "outcome": one.outcome,
                "clause": list(one.clause),
                "times": one.times,
                "steps": list(one.steps),
                "window": _window(one.window),
                "breaches": list(one.breaches),
                "findings": [{"file": file, "row": row} for file, row in one.findings],
                "liable": [{"person": person, "role": role} for person, role in one.liable],
            }
            for one in sheet.outcomes
        ],
        "liable_for": [
            {
                "person": one.person,
                "role": one.role,
                "outcome": one.outcome,
                "clause": list(one.clause),
                "steps": list(one.steps),
            }
            for one in sheet.liable_for
        ],
        "appeals": [appeal(one) for one in sheet.appeals],
        "adjustments": [adjustment(one) for one in sheet.adjustments],
        "items": [_item(item) for item in sheet.items],
        "breaches": [_finding(one, uncharged=one.breach_id in sheet.uncharged) for one in sheet.breaches],
        "excused": [_finding(one) for one in sheet.excused],
        "pending": [_finding(one) for one in sheet.pending],
        "not_assessed": [_finding(one) for one in sheet.not_assessed],
    }


def _window(window: Window | None) -> dict[str, Any] | None:
    """What several months come to, and what each of them adds."""
    return (
        None
        if window is None
        else {
            "over": window.over,
            "value": _text(window.value),
            "complete": window.complete,
            "months": [
                {"period": month.period, "value": _text(month.value), "why": month.why or None}
                for month in window.months
            ],
        }
    )


def _item(item: ItemScore) -> dict[str, Any]:
    return {
        "item": item.item,
        "clause": list(item.clause),
        "marks": _text(item.marks),
        "weight": None if item.weight is None else str(item.weight),
        "deducted": _text(item.deducted),
        "score": _text(item.score),
        "state": item.state,
        "settled_by": item.settled_by,
        "lines": [
            {
                "line": line.line,
                "clause": list(line.clause),
                "times": line.times,
                "points": _text(line.points),
                "given_back": _text(line.given_back),
                "breaches": list(line.breaches),
                "findings": [{"file": file, "row": row} for file, row in line.findings],
                "uninspected": line.uninspected,
                "veto": line.veto and {"effect": line.veto.effect, "cap": _text(line.veto.cap)},
            }
            for line in item.lines
        ],
    }


def _finding(one: Finding, *, uncharged: bool = False) -> dict[str, Any]:
    return {
        "breach_id": one.breach_id or None,
        "duty": one.duty,
        "clause": list(one.clause),
        "post": one.post,
        "period": one.period,
        "day": one.day,
        "discriminator": one.discriminator or None,
        "reason": one.reason,
        "why": one.why or None,
        "expected": one.expected,
        "actual": one.actual,
        "evidence": [{"file": file, "row": row} for file, row in one.evidence],
        "missing": list(one.missing),
        "strength": one.strength,
        "uncharged": uncharged,
    }


def _text(number: Decimal | None) -> str | None:
    return None if number is None else plain(number)
