"""What a step writes down: the JSON of the result, with its seal; and what later steps read out of it."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from dutyrules.closing.world import row_name
from dutyrules.report import as_document
from dutyrules.scoring import Appeal, Result, seal_of


def sealed(document: Mapping[str, Any]) -> bytes:
    """A document with its seal, the same bytes for the same result."""
    whole = {**document, "seal": seal_of(document)}
    return (json.dumps(whole, ensure_ascii=False, indent=2) + "\n").encode()


def same(document: Mapping[str, Any], result: Result) -> bool:
    """Whether people see in a result what they saw in a snapshot."""
    now = as_document(result, result.people)
    return all(document[key] == now[key] for key in ("people", "unplaced"))


def names(document: Mapping[str, Any]) -> Iterator[str]:
    """All of a snapshot that may be appealed against: breaches, also excused ones, and inspectors' rows."""
    for told in document["people"]:
        yield from (one["breach_id"] for one in (*told["breaches"], *told["excused"]) if one["breach_id"])
        for item in told["items"]:
            for line in item["lines"]:
                for row in line["findings"]:
                    name = row_name((row["file"], row["row"]))
                    yield from (name, name.rpartition("/")[2])


def appeals_told(document: Mapping[str, Any]) -> Sequence[Appeal]:
    """The appeals of a closed month."""
    return [
        Appeal(
            breach_id=one["breach_id"],
            person=told["person"],
            role=told["role"],
            filed_at=datetime.fromisoformat(one["filed_at"]),
            filed_by=one["filed_by"],
            decision=one["decision"],
            points=None if one["points"] is None else Decimal(one["points"]),
            decided_by=one["decided_by"],
            decided_at=None if one["decided_at"] is None else datetime.fromisoformat(one["decided_at"]),
            approver=one["approver"],
            reason=one["reason"],
        )
        for told in document["people"]
        for one in told["appeals"]
    ]
