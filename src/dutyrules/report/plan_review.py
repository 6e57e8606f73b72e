"""What is to be said about a plan that was edited by hand: text, and JSON for other systems."""

import json
from typing import Any

from tabulate import tabulate

from dutyrules.estate import Estate
from dutyrules.plan import Plan, Status
from dutyrules.plan.edited import Price, Review
from dutyrules.report.document import SCHEMA_VERSION
from dutyrules.report.plan_document import move_document, shortfall_document
from dutyrules.report.plan_text import MOST_MISSING, moves_table
from dutyrules.report.plan_words import PlanWords


def review_text(review: Review, estate: Estate, language: str) -> str:
    """For a terminal."""
    words = PlanWords(_plan(review, estate), estate, language)
    speech = words.speech
    title = speech.title(estate.title, estate.id)
    parts = [speech("review_title", estate=title, period=review.period, start=review.start)]
    missing = sum(one.number for one in review.shortfalls)
    bad = speech("review_bad", violations=len(review.violations), missing=missing)
    parts += [speech("review_good") if review.good else bad]
    if review.violations:
        parts += ["", speech("review_violations", count=len(review.violations)), *map(str, review.violations)]
    if review.shortfalls:
        parts += ["", speech("plan_shortfalls", count=len(review.shortfalls))]
    for one in review.shortfalls:
        parts += [f"  {words.shortfall(one)}  [{', '.join(one.clause)}] {one.breach_id}"]
        parts += [f"    {words.missing(one, MOST_MISSING)}"] if one.missing else []
    other = "col_planned" if review.planned else "col_against"
    titles = [speech(key) for key in ("col_measure", "col_measured_in", "col_this", other, "col_difference")]
    rows = [
        (
            words.measured(one.name),
            speech(f"unit_{one.unit}"),
            one.value,
            one.other,
            f"{one.difference:+d}" if one.difference else "0",
        )
        for one in review.prices
    ]
    sides = ("left", "left", "right", "right", "right")
    parts += ["", speech("review_prices"), tabulate(rows, titles, disable_numparse=True, colalign=sides)]
    if review.moves:
        parts += ["", speech("plan_moves", count=len(review.moves)), moves_table(words)]
    return "\n".join(parts) + "\n"


def review_json(review: Review) -> str:
    """For other systems."""
    found: dict[str, Any] = {
        "schema_version": SCHEMA_VERSION,
        "period": review.period,
        "start": review.start.isoformat(),
        "good": review.good,
        "tasks": len(review.tasks),
        "violations": [one.as_json() for one in review.violations],
        "shortfall": sum(one.number for one in review.shortfalls),
        "shortfalls": [shortfall_document(one) for one in review.shortfalls],
        "against": "planned" if review.planned else "given",
        "prices": [_price(one) for one in review.prices],
        "moves": [move_document(one) for one in review.moves],
    }
    return json.dumps(found, ensure_ascii=False, indent=2) + "\n"


def _price(one: Price) -> dict[str, Any]:
    return {
        "measure": one.name,
        "unit": one.unit,
        "value": one.value,
        "other": one.other,
        "difference": one.difference,
    }


def _plan(review: Review, estate: Estate) -> Plan:
    """The review as a plan of which nothing is proven, for the words."""
    return Plan(
        name=review.name,
        estate=estate.id,
        period=review.period,
        start=review.start,
        status=Status.UNKNOWN,
        tasks=review.tasks,
        duties=(),
        shortfalls=review.shortfalls,
        least_shortfall=0,
        measures=(),
        moves=review.moves,
    )
