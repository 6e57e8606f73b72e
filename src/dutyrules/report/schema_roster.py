"""JSON Schemas of rosters: one that was planned, one that was checked, and one after an absence."""

from typing import Final

from dutyrules.plan import Status
from dutyrules.report.schema_parts import (
    COUNT,
    DATE,
    NUMBER,
    PERIOD,
    SHA,
    TEXT,
    TEXTS,
    TRUTH,
    VERSION,
    Schema,
    list_of,
    map_of,
    object_of,
    one_of,
    or_null,
    ref,
)

_STATUS: Final = one_of(*(status.value for status in Status))
_ROWS: Final = or_null(map_of(list_of(or_null(TEXT))))

_RULE: Final[dict[str, Schema]] = {"rule": TEXT, "person": or_null(TEXT), "what": TEXT, "dates": list_of(DATE)}

_BREACH: Final[dict[str, Schema]] = {
    **_RULE,
    "statute": or_null(TEXT),
    "found": NUMBER,
    "limit": NUMBER,
    "amount": COUNT,
    "price": or_null(COUNT),
}

_OFFERS: Final = list_of(
    object_of(
        {
            "person": TEXT,
            "takes": map_of(TEXT),
            "back": or_null({"type": "array", "prefixItems": [DATE, TEXT], "items": False, "minItems": 2}),
            "left": COUNT,
            "rules": map_of(NUMBER),
            "broken": COUNT,
            "cost": NUMBER,
        }
    )
)

_PLANNED: Final = object_of(
    {
        "schema_version": VERSION,
        "planner": one_of("roster"),
        "estate": TEXT,
        "period": PERIOD,
        "status": _STATUS,
        "complete": TRUTH,
        "shortfall": COUNT,
        "least_shortfall": COUNT,
        "cost": COUNT,
        "bound": COUNT,
        "roster": _ROWS,
        "days": list_of(DATE),
        "breaches": list_of(object_of(_BREACH)),
        "clash": or_null(object_of({"minimal": TRUTH, "rules": list_of(object_of(_RULE))})),
        "relaxation": or_null(object_of({"cost": COUNT, "bound": COUNT, "given_up": list_of(object_of(_BREACH))})),
        "provenance": object_of(
            {
                "dutyrules": TEXT,
                "ortools": TEXT,
                "reproducible": TRUTH,
                "time_limit": or_null({"type": "number", "minimum": 0}),
                "files": map_of(SHA),
            }
        ),
    }
)

_CHECKED: Final = object_of(
    {
        "schema_version": VERSION,
        "breaches": list_of(object_of({**_BREACH, "where": or_null(ref("place"))})),
        "absent": TEXTS,
    }
)

_MENDED: Final = object_of(
    {
        "schema_version": VERSION,
        "absent": TEXT,
        "status": _STATUS,
        "missing": COUNT,
        "least_changes": COUNT,
        "changes": list_of(object_of({"date": DATE, "person": TEXT, "before": or_null(TEXT), "after": or_null(TEXT)})),
        "roster": _ROWS,
        "substitutes": _OFFERS,
        "swaps": _OFFERS,
    }
)

ROSTERS: Final[dict[str, tuple[str, Schema]]] = {
    "roster": ("dutyrules plan roster --format json: who works when", _PLANNED),
    "roster-check": ("dutyrules plan roster FILE --format json: what a roster kept elsewhere breaks", _CHECKED),
    "roster-absence": ("dutyrules plan roster --keep FILE --person P --format json: after an absence", _MENDED),
}
"""Name → what prints it, and its schema."""
