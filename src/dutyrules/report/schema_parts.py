"""What the JSON Schemas of several documents share: plain values, and definitions that are named."""

from collections.abc import Mapping
from typing import Any, Final

from dutyrules.obligation import REASONS
from dutyrules.report.document import SCHEMA_VERSION

Schema = dict[str, Any]

TEXT: Final[Schema] = {"type": "string"}
NUMBER: Final[Schema] = {"type": "integer"}
COUNT: Final[Schema] = {"type": "integer", "minimum": 0}
TRUTH: Final[Schema] = {"type": "boolean"}
DECIMAL: Final[Schema] = {"type": "string", "pattern": r"^-?[0-9]+(\.[0-9]*[1-9])?$"}
PERCENT: Final[Schema] = {"type": "string", "pattern": r"^[0-9]+\.[0-9]{2}$"}
FRACTION: Final[Schema] = {"type": "string", "pattern": r"^-?[0-9]+(/[1-9][0-9]*)?$"}
DATE: Final[Schema] = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}
INSTANT: Final[Schema] = {"type": "string", "pattern": r"^[0-9]{4}-[0-9]{2}-[0-9]{2} [0-9]{2}:[0-9]{2}:[0-9]{2}$"}
PERIOD: Final[Schema] = {
    "type": "string",
    "pattern": r"^[0-9]{4}(-[0-9]{2}(-[0-9]{2})?|-W[0-9]{2}|-Q[1-4]|-H[12]|-M[0-9]{2}-[0-9]{2})?$",
}
ID: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{16}$"}
SHA: Final[Schema] = {"type": "string", "pattern": "^[0-9a-f]{64}$"}
VERSION: Final[Schema] = {"const": SCHEMA_VERSION}


def or_null(schema: Schema) -> Schema:
    """What may be missing."""
    return {"anyOf": [schema, {"type": "null"}]}


def list_of(schema: Schema) -> Schema:
    """Several of a kind."""
    return {"type": "array", "items": schema}


def map_of(schema: Schema) -> Schema:
    """Values by name."""
    return {"type": "object", "additionalProperties": schema}


def one_of(*words: str) -> Schema:
    """One of some words."""
    return {"enum": list(words)}


def object_of(fields: Mapping[str, Schema], *optional: str) -> Schema:
    """An object with these fields and no others."""
    required = [name for name in fields if name not in optional]
    return {"type": "object", "properties": dict(fields), "required": required, "additionalProperties": False}


def ref(name: str) -> Schema:
    """A definition by its name."""
    return {"$ref": f"#/$defs/{name}"}


TEXTS: Final = list_of(TEXT)
IDS: Final = list_of(ID)
ROWS: Final = list_of(ref("row"))
REASON: Final = or_null(one_of(*REASONS))
STRENGTH: Final = one_of("must", "should", "may")

PROVENANCE: Final[dict[str, Schema]] = {
    "dutyrules": TEXT,
    "holidays": one_of("final", "provisional"),
    "coverage": one_of("declared", "undeclared"),
    "books": map_of(SHA),
    "estate": map_of(SHA),
    "log": map_of(SHA),
}

DEFS: Final[dict[str, Schema]] = {
    "row": object_of({"file": TEXT, "row": {"type": "integer", "minimum": 1}}),
    "provenance": object_of({"as_of": or_null(INSTANT), **PROVENANCE}),
    "window": object_of(
        {
            "over": one_of("quarter", "half_year", "year", "rolling_12_months"),
            "value": or_null(DECIMAL),
            "complete": TRUTH,
            "months": list_of(
                object_of(
                    {
                        "period": PERIOD,
                        "value": or_null(DECIMAL),
                        "why": or_null(one_of("missing", "no_sheet", "incomplete", "scorecard")),
                    }
                )
            ),
        }
    ),
    "finding": object_of(
        {
            "breach_id": or_null(ID),
            "duty": TEXT,
            "clause": TEXTS,
            "post": TEXT,
            "period": PERIOD,
            "day": DATE,
            "discriminator": or_null(TEXT),
            "reason": REASON,
            "why": or_null(TEXT),
            "expected": or_null(TEXT),
            "actual": or_null(TEXT),
            "evidence": ROWS,
            "missing": TEXTS,
            "strength": STRENGTH,
            "uncharged": TRUTH,
        }
    ),
    "line": object_of(
        {
            "line": TEXT,
            "clause": TEXTS,
            "times": COUNT,
            "points": DECIMAL,
            "given_back": DECIMAL,
            "breaches": IDS,
            "findings": ROWS,
            "uninspected": TRUTH,
            "veto": or_null(object_of({"effect": one_of("zero_item", "zero_total", "cap"), "cap": or_null(DECIMAL)})),
        }
    ),
    "item": object_of(
        {
            "item": TEXT,
            "clause": TEXTS,
            "marks": DECIMAL,
            "weight": or_null(FRACTION),
            "deducted": DECIMAL,
            "score": DECIMAL,
            "state": one_of("assessed", "partial", "not_assessed", "excluded"),
            "settled_by": or_null(TEXT),
            "lines": list_of(ref("line")),
        }
    ),
    "fine": object_of(
        {
            "fine": TEXT,
            "clause": TEXTS,
            "times": COUNT,
            "amount": DECIMAL,
            "currency": TEXT,
            "breaches": IDS,
            "payable": DECIMAL,
            "recorded_because": or_null(
                one_of("record_only", "not_a_month", "forecast", "not_over", "adopted", "published", "no_cap")
            ),
            "legal_basis": or_null(TEXT),
        }
    ),
    "outcome": object_of(
        {
            "outcome": TEXT,
            "clause": TEXTS,
            "times": COUNT,
            "steps": TEXTS,
            "window": or_null(ref("window")),
            "breaches": IDS,
            "findings": ROWS,
            "liable": list_of(object_of({"person": TEXT, "role": TEXT})),
        }
    ),
    "appeal": object_of(
        {
            "breach_id": TEXT,
            "filed_at": INSTANT,
            "filed_by": or_null(TEXT),
            "decision": one_of("open", "late", "refused", "points", "all"),
            "points": or_null(DECIMAL),
            "decided_by": or_null(TEXT),
            "decided_at": or_null(INSTANT),
            "approver": or_null(TEXT),
            "reason": or_null(TEXT),
        }
    ),
    "adjustment": object_of(
        {
            "period": PERIOD,
            "person": TEXT,
            "role": TEXT,
            "points": DECIMAL,
            "fines": map_of(DECIMAL),
            "payable": map_of(DECIMAL),
            "changes": list_of(
                object_of(
                    {
                        "change": one_of("came", "went", "changed"),
                        "breach_id": TEXT,
                        "duty": TEXT,
                        "clause": TEXTS,
                        "post": TEXT,
                        "period": TEXT,
                        "day": TEXT,
                        "reason": or_null(TEXT),
                        "expected": or_null(TEXT),
                        "actual": or_null(TEXT),
                        "evidence": ROWS,
                        "missing": TEXTS,
                    }
                )
            ),
        }
    ),
    "sheet": object_of(
        {
            "person": TEXT,
            "name": TEXT,
            "role": TEXT,
            "scorecard": or_null(TEXT),
            "marks": or_null(DECIMAL),
            "score": or_null(DECIMAL),
            "percent": or_null(PERCENT),
            "assessed_marks": or_null(DECIMAL),
            "score_min": or_null(DECIMAL),
            "score_max": or_null(DECIMAL),
            "complete": TRUTH,
            "grade": or_null(TEXT),
            "coefficient": or_null(DECIMAL),
            "accumulated": or_null(ref("window")),
            "workdays": COUNT,
            "bonus": DECIMAL,
            "bonuses": list_of(object_of({"bonus": TEXT, "clause": TEXTS, "times": COUNT, "points": DECIMAL})),
            "borne": list_of(
                object_of(
                    {
                        "person": TEXT,
                        "role": TEXT,
                        "scorecard": TEXT,
                        "item": TEXT,
                        "line": TEXT,
                        "share": FRACTION,
                        "points": DECIMAL,
                    }
                )
            ),
            "fines": map_of(DECIMAL),
            "payable": map_of(DECIMAL),
            "fine_lines": list_of(ref("fine")),
            "outcomes": list_of(ref("outcome")),
            "liable_for": list_of(
                object_of({"person": TEXT, "role": TEXT, "outcome": TEXT, "clause": TEXTS, "steps": TEXTS})
            ),
            "appeals": list_of(ref("appeal")),
            "adjustments": list_of(ref("adjustment")),
            "items": list_of(ref("item")),
            "breaches": list_of(ref("finding")),
            "excused": list_of(ref("finding")),
            "pending": list_of(ref("finding")),
            "not_assessed": list_of(ref("finding")),
        }
    ),
    "cost": object_of({"points": DECIMAL, "fines": map_of(DECIMAL)}),
    "task": object_of(
        {
            "at": INSTANT,
            "until": INSTANT,
            "person": TEXT,
            "kind": TEXT,
            "target": or_null(TEXT),
            "case": or_null(TEXT),
            "state": {"const": "planned"},
            "attributes": map_of(TEXT),
            "order": COUNT,
            "duties": TEXTS,
            "pinned": TRUTH,
        }
    ),
    "relaxation": object_of(
        {
            "persons": TEXTS,
            "breach_ids": IDS,
            "price": or_null(COUNT),
            "least": COUNT,
            "changes": list_of(
                object_of(
                    {
                        "lever": one_of("place", "hour", "colleague", "wish", "leave", "owe"),
                        "number": COUNT,
                        "price": COUNT,
                        "person": or_null(TEXT),
                        "kind": or_null(TEXT),
                        "day": or_null(DATE),
                        "unit": or_null(TEXT),
                        "breach_id": or_null(ID),
                        "duty": or_null(TEXT),
                        "post": or_null(TEXT),
                        "period": or_null(PERIOD),
                        "expected": or_null(NUMBER),
                        "less": or_null(NUMBER),
                    }
                )
            ),
        }
    ),
    "load": object_of({"person": TEXT, "visits": COUNT, "minutes": COUNT, "workdays": COUNT}),
    "balance": object_of(
        {
            "even": TRUTH,
            "proven": TRUTH,
            "handovers": list_of(
                object_of({"building": TEXT, "before": TEXT, "after": TEXT, "households": COUNT, "minutes": COUNT})
            ),
            "before": list_of(ref("load")),
            "after": list_of(ref("load")),
        }
    ),
    "move": object_of(
        {
            "change": one_of("person", "day", "hour", "new", "gone"),
            "reason": TEXT,
            "before": or_null(ref("task")),
            "after": or_null(ref("task")),
        }
    ),
    "diagnostic": object_of(
        {
            "severity": one_of("error", "warning"),
            "code": TEXT,
            "message": TEXT,
            "where": or_null(ref("place")),
            "found": or_null(TEXT),
            "expected": or_null(TEXT),
            "hint": or_null(TEXT),
            "related": list_of(object_of({"message": TEXT, "where": ref("place")})),
        }
    ),
    "place": {
        "oneOf": [
            object_of({"file": TEXT, "line": NUMBER, "column": NUMBER}),
            object_of({"file": TEXT, "row": NUMBER, "column": or_null(TEXT)}),
        ]
    },
}
