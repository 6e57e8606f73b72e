"""JSON Schemas (2020-12) of what programs read: no field that is not told, none that may be missing."""

import json
from typing import Final

from dutyrules.plan import Status
from dutyrules.report.document import SCHEMA_VERSION
from dutyrules.report.editor_schema import book_schema, estate_schema
from dutyrules.report.schema_parts import (
    COUNT,
    DATE,
    DEFS,
    FRACTION,
    ID,
    INSTANT,
    NUMBER,
    PERIOD,
    PROVENANCE,
    REASON,
    SHA,
    STRENGTH,
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
from dutyrules.report.schema_roster import ROSTERS

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"

_SHORTFALL: Final[dict[str, Schema]] = {
    "breach_id": ID,
    "duty": TEXT,
    "clause": TEXTS,
    "post": TEXT,
    "period": PERIOD,
    "day": DATE,
    "reason": REASON,
    "expected": or_null(TEXT),
    "actual": or_null(TEXT),
    "number": COUNT,
    "missing": TEXTS,
}

_SUBSTITUTE: Final = object_of(
    {
        "person": TEXT,
        "areas": TEXTS,
        "taken": list_of(ref("task")),
        "later": COUNT,
        "left": list_of(object_of({"reason": one_of("absent", "full", "own", "refuses"), "task": ref("task")})),
        "minutes": NUMBER,
        "over": NUMBER,
        "missing": NUMBER,
        "away": NUMBER,
    }
)

_LEAVE: Final = ("person", "from", "until", "approved", "kind", "substitute", "accepted_at")

_OWED: Final[dict[str, Schema]] = {
    "breach_id": ID,
    "duty": TEXT,
    "clause": TEXTS,
    "post": TEXT,
    "period": PERIOD,
    "discriminator": or_null(TEXT),
    "about": or_null(TEXT),
    "strength": STRENGTH,
}

_OPEN: Final = object_of(
    {
        **_OWED,
        "state": one_of("open", "overdue", "lost"),
        "reason": REASON,
        "begin": INSTANT,
        "due": INSTANT,
        "late_until": or_null(INSTANT),
        "expected": or_null(TEXT),
        "actual": or_null(TEXT),
        "more": or_null(NUMBER),
        "missing": TEXTS,
        "cost": or_null(ref("cost")),
        "cost_late": or_null(ref("cost")),
        "excused": or_null(TEXT),
    }
)

_STANDING: Final = object_of(
    {
        "state": one_of("draft", "published", "closed"),
        "revision": COUNT,
        "published_at": or_null(INSTANT),
        "appeals_until": or_null(INSTANT),
    }
)

_CAUSE: Final = object_of({"message": TEXT, "numbers": {"type": "object"}})

_PLAN_PROVENANCE: Final = object_of(
    {
        **PROVENANCE,
        "search": object_of({"effort": COUNT, "seconds": {"type": "number"}}, "effort", "seconds"),
        "groups": list_of(object_of({"cost": COUNT, "least": COUNT}, "least")),
    },
    "search",
    "groups",
)

_DOCUMENTS: Final[dict[str, tuple[str, Schema]]] = {
    "score": (
        "dutyrules score --format json: what a period came to",
        object_of(
            {
                "schema_version": VERSION,
                "period": PERIOD,
                "estate": TEXT,
                "forecast": TRUTH,
                "closed": TRUTH,
                "standing": or_null(_STANDING),
                "redacted": TRUTH,
                "provenance": ref("provenance"),
                "people": list_of(ref("sheet")),
                "uncovered": list_of(object_of({"person": TEXT, "area": or_null(TEXT), "role": TEXT, "day": DATE})),
                "unplaced": list_of(ref("adjustment")),
                "rejected": COUNT,
                "seal": SHA,
            },
            "seal",
        ),
    ),
    "differences": (
        "dutyrules close diff --format json: what a month comes to differently",
        object_of({"period": PERIOD, "differences": list_of(ref("adjustment"))}),
    ),
    "due": (
        "dutyrules due --format json: what is open",
        object_of(
            {
                "schema_version": VERSION,
                "as_of": INSTANT,
                "ahead": COUNT,
                "estate": TEXT,
                "provenance": ref("provenance"),
                "people": list_of(
                    object_of(
                        {
                            "person": TEXT,
                            "name": TEXT,
                            "role": TEXT,
                            "open": list_of(_OPEN),
                            "not_assessed": list_of(
                                object_of({**_OWED, "why": TEXT, "kinds": TEXTS, "due": or_null(INSTANT)})
                            ),
                        }
                    )
                ),
                "rejected": COUNT,
            }
        ),
    ),
    "plan": (
        "dutyrules plan visits|patrols|work --format json: who does what, when",
        object_of(
            {
                "schema_version": VERSION,
                "plan": one_of("visits", "patrols", "work"),
                "period": PERIOD,
                "estate": TEXT,
                "start": DATE,
                "status": one_of(*(status.value for status in Status)),
                "complete": TRUTH,
                "provenance": _PLAN_PROVENANCE,
                "duties": TEXTS,
                "shortfall": COUNT,
                "least_shortfall": COUNT,
                "measures": list_of(
                    object_of(
                        {
                            "measure": TEXT,
                            "unit": TEXT,
                            "value": NUMBER,
                            "bound": or_null(NUMBER),
                            "gap": or_null(FRACTION),
                        }
                    )
                ),
                "gaps": or_null(
                    object_of(
                        {
                            "mean": or_null(FRACTION),
                            "histogram": list_of(object_of({"days": COUNT, "times": COUNT})),
                        }
                    )
                ),
                "shortfalls": list_of(object_of({**_SHORTFALL, "proven": TRUTH, "causes": list_of(_CAUSE)})),
                "relaxations": list_of(ref("relaxation")),
                "balance": or_null(ref("balance")),
                "unplanned": list_of(object_of({"who": TEXT, "reason": TEXT})),
                "moves": list_of(ref("move")),
                "tasks": list_of(ref("task")),
            }
        ),
    ),
    "verify": (
        "dutyrules plan verify --format json: how good a plan is that was edited by hand",
        object_of(
            {
                "schema_version": VERSION,
                "period": PERIOD,
                "start": DATE,
                "good": TRUTH,
                "tasks": COUNT,
                "violations": list_of(ref("diagnostic")),
                "shortfall": COUNT,
                "shortfalls": list_of(object_of(_SHORTFALL)),
                "against": one_of("given", "planned"),
                "prices": list_of(
                    object_of({"measure": TEXT, "unit": TEXT, "value": NUMBER, "other": NUMBER, "difference": NUMBER})
                ),
                "moves": list_of(ref("move")),
            }
        ),
    ),
    "substitutes": (
        "dutyrules plan substitutes --format json: who could take over, the best first",
        object_of(
            {
                "schema_version": VERSION,
                "person": TEXT,
                "from": DATE,
                "until": DATE,
                "substitutes": list_of(_SUBSTITUTE),
                "patrols": list_of(_SUBSTITUTE),
                "share": or_null(
                    object_of(
                        {
                            "rows": list_of(object_of(dict.fromkeys(_LEAVE, TEXT))),
                            "minutes": map_of(NUMBER),
                            "open": list_of(DATE),
                            "missing": NUMBER,
                            "proven": TRUTH,
                        }
                    )
                ),
            }
        ),
    ),
    **ROSTERS,
    "check": ("dutyrules check --format json: everything that is wrong", list_of(ref("diagnostic"))),
}

_FILES: Final = {
    "book": ("a rule book, for editors; dutyrules check knows more", book_schema),
    "estate": ("an estate.yaml, for editors; dutyrules check knows more", estate_schema),
}

DOCUMENTS: Final = tuple(_DOCUMENTS)
"""The documents that programs read."""

FILES: Final = tuple(_FILES)
"""The files that people write."""


def schema_of(name: str) -> Schema:
    """The schema of a document or file, with the definitions that it needs."""
    if name in _FILES:
        title, make = _FILES[name]
        root = make()
    else:
        title, root = _DOCUMENTS[name]
    needed: dict[str, Schema] = {}
    pending = [root]
    while pending:
        for reference in _references(pending.pop()):
            if reference not in needed:
                needed[reference] = DEFS[reference]
                pending.append(DEFS[reference])
    defs = {"$defs": {key: needed[key] for key in DEFS if key in needed}} if needed else {}
    head = {"$schema": DIALECT, "$id": f"urn:dutyrules:schema:{SCHEMA_VERSION}:{name}", "title": title}
    return {**head, **root, **defs}


def schema_json(name: str) -> str:
    """The schema as text, the same on every run."""
    return json.dumps(schema_of(name), ensure_ascii=False, indent=2) + "\n"


def _references(schema: object) -> list[str]:
    match schema:
        case {"$ref": str(reference)}:
            return [reference.removeprefix("#/$defs/")]
        case dict():
            return [found for value in schema.values() for found in _references(value)]
        case list():
            return [found for value in schema for found in _references(value)]
    return []
