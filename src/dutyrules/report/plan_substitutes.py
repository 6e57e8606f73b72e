"""Who could take over somebody's visits, ranked: text, and JSON for other systems."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tabulate import tabulate

from dutyrules.estate import Estate
from dutyrules.plan.patrol_substitutes import NOBODY, Relief, Share
from dutyrules.plan.substitutes import Absence, Substitute
from dutyrules.report.document import SCHEMA_VERSION
from dutyrules.report.language import Speech
from dutyrules.report.plan_document import task_document

_TITLES = ("rank", "person", "areas", "taken", "later", "left", "minutes", "over", "would_miss")


def substitutes_text(absence: Absence, found: Sequence[Substitute], estate: Estate, language: str) -> str:
    """Visits, for a terminal: the best first, and why each leaves something."""
    return "\n".join(_ranked(absence, found, estate, Speech(language), "")) + "\n"


def relief_text(absence: Absence, relief: Relief, estate: Estate, language: str) -> str:
    """Patrols, for a terminal: the best first, then how the nearest could share them."""
    speech, share = Speech(language), relief.share
    parts = _ranked(absence, relief.substitutes, estate, speech, "patrol_")
    if share is not None and share.acting:
        proof = speech("share_proven" if share.proven else "share_unproven")
        parts += ["", speech("share_title", missing=share.missing, proof=proof)]
        days = Counter(share.acting.values())
        for person, minutes in share.minutes.items():
            parts.append(f"  {speech('share_load', person=person, days=days[person], minutes=minutes)}")
        parts += ["", speech("share_rows"), ",".join(share.rows[0])]
        parts += [",".join(row.values()) for row in share.rows]
    if share is not None and share.open:
        parts += ["", speech("share_open", days=speech("listed").join(map(str, share.open)))]
    return "\n".join(parts) + "\n"


def _ranked(absence: Absence, found: Sequence[Substitute], estate: Estate, speech: Speech, words: str) -> list[str]:
    """Everybody and their prices; `words` begins the names of messages."""
    title = speech.title(estate.title, estate.id)
    days = {"since": absence.since, "until": absence.until}
    parts = [speech(f"{words}substitutes_title", estate=title, person=absence.person, **days)]
    if not found:
        return [*parts, speech(f"{words}substitutes_none")]
    rows = [
        (rank, one.person, speech("listed").join(one.areas), len(one.taken), one.later, len(one.left), one.minutes,
         one.over, one.missing)
        for rank, one in enumerate(found, start=1)
    ]  # fmt: skip
    sides = ["right", "left", "left", *["right"] * 6]
    titles = [speech(f"col_{key}") for key in _TITLES]
    parts += ["", tabulate(rows, titles, disable_numparse=True, colalign=sides), ""]
    return parts + [f"{one.person}: {'; '.join(_reasons(speech, one, words))}" for one in found]


def _reasons(speech: Speech, one: Substitute, words: str) -> Iterator[str]:
    """Why they stand where they stand."""
    all_ = len(one.taken) + sum(reason != "own" for _, reason in one.left)
    yield speech(f"{words}substitute_taken", taken=len(one.taken), all=all_, later=one.later)
    for reason, count in sorted(Counter(reason for _, reason in one.left).items()):
        yield speech(f"{words}substitute_{reason}", count=count)
    price = {"minutes": one.minutes, "over": one.over, "missing": one.missing, "away": one.away}
    yield speech(f"{words}substitute_price", **price)


def substitutes_json(absence: Absence, found: Sequence[Substitute], relief: Relief = NOBODY) -> str:
    """For other systems."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "person": absence.person,
        "from": absence.since.isoformat(),
        "until": absence.until.isoformat(),
        "substitutes": [_document(one) for one in found],
        "patrols": [_document(one) for one in relief.substitutes],
        "share": None if relief.share is None else _shared(relief.share),
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _shared(share: Share) -> dict[str, Any]:
    return {
        "rows": [dict(row) for row in share.rows],
        "minutes": dict(share.minutes),
        "open": [day.isoformat() for day in share.open],
        "missing": share.missing,
        "proven": share.proven,
    }


def _document(one: Substitute) -> dict[str, Any]:
    return {
        "person": one.person,
        "areas": list(one.areas),
        "taken": [task_document(task) for task in one.taken],
        "later": one.later,
        "left": [{"reason": reason, "task": task_document(task)} for task, reason in one.left],
        "minutes": one.minutes,
        "over": one.over,
        "missing": one.missing,
        "away": one.away,
    }
