"""The engine's result in the shape of the reference's, so that the two can be compared."""

import json
from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any

import dutyrules as dr
from dutyrules.scoring import Result, Window, read_closed, seal_of

UNJUDGED = ("not_assessed", "no_occasion")
"""States in which expected and actual say nothing."""


def engine_score(
    estate_dir: Path, logs: list[Path], period: str, as_of: Any = None, closed: Sequence[Path] = ()
) -> dict[str, Any]:
    """What the engine makes of an estate and its logs; drawn closed months are sealed first."""
    for path in closed:
        document = json.loads(path.read_text("utf-8"))
        path.write_text(json.dumps(document | {"seal": seal_of(document)}), "utf-8")
    estate = dr.load_estate(estate_dir / "estate.yaml")
    log, months = dr.read_log(logs, estate, period=period), read_closed(closed, estate.id)
    return comparison(dr.score(estate, log, period, as_of, closed=months))


def comparison(result: Result) -> dict[str, Any]:
    """Sheets and verdicts, without what only the engine has (ids, evidence)."""
    return {"people": [_person(sheet) for sheet in result.people], "verdicts": _verdicts(result)}


def _person(sheet: dr.Sheet) -> Mapping[str, Any]:
    sums = {
        name: _text(getattr(sheet, name))
        for name in ("marks", "score", "assessed_marks", "score_min", "score_max", "bonus")
    }
    return {
        "person": sheet.person,
        "role": sheet.role,
        **sums,
        "percent": None if sheet.percent is None else f"{sheet.percent:.2f}",
        "complete": sheet.complete,
        "grade": sheet.grade.grade if sheet.grade else None,
        "fines": {currency: _text(amount) for currency, amount in sheet.fine_totals.items()},
        "accumulated": _window(sheet.accumulated),
        "outcomes": [
            {
                "outcome": one.outcome,
                "times": one.times,
                "steps": list(one.steps),
                "liable": sorted(list(pair) for pair in one.liable),
            }
            for one in sheet.outcomes
        ],
        "payable": {currency: _text(amount) for currency, amount in sheet.payable_totals.items()},
        "items": [
            {
                "item": item.item,
                "marks": _text(item.marks),
                "deducted": _text(item.deducted),
                "score": _text(item.score),
                "state": item.state,
                "lines": [
                    {"line": line.line, "times": str(line.times), "points": _text(line.points)} for line in item.lines
                ],
            }
            for item in sheet.items
        ],
    }


def _window(window: Window | None) -> Mapping[str, Any] | None:
    return None if window is None else {"complete": window.complete, "value": _text(window.value)}


def _verdicts(result: Result) -> list[dict[str, Any]]:
    people = result.sheets
    presence = result.judgement.ground.presence
    rows = [
        {
            "person": one.post.split("@")[0],
            "role": presence.roles[people.role[sheet]] if sheet >= 0 else one.post.split("@")[2],
            "duty": one.duty,
            "post": one.post,
            "period": one.period,
            "discriminator": one.discriminator,
            "state": one.state,
            "reason": one.reason or one.why.partition(":")[0] or None,
            "expected": None if one.state in UNJUDGED or one.why == "rest" else one.expected,
            "actual": None if one.state in UNJUDGED or one.why == "rest" else one.actual,
        }
        for sheet, one in result.verdicts()
    ]
    return sorted(
        rows, key=lambda row: [row[key] for key in ("person", "role", "duty", "post", "period", "discriminator")]
    )


def _text(number: Decimal | None) -> str | None:
    if number is None:
        return None
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
