"""Who could take over somebody's visits, ranked: text, and JSON for other systems."""

import json
from collections import Counter
from collections.abc import Iterator, Sequence
from typing import Any

from tabulate import tabulate

from dutyrules.estate import Estate
from dutyrules.plan.substitutes import Absence, Substitute
from dutyrules.report.document import SCHEMA_VERSION
from dutyrules.report.language import Speech
from dutyrules.report.plan_document import task_document

_TITLES = ("rank", "person", "areas", "taken", "later", "left", "minutes", "over", "would_miss")


def substitutes_text(absence: Absence, found: Sequence[Substitute], estate: Estate, language: str) -> str:
    """For a terminal: the best first, and why each leaves something."""
    speech = Speech(language)
    title = speech.title(estate.title, estate.id)
    days = {"since": absence.since, "until": absence.until}
    parts = [speech("substitutes_title", estate=title, person=absence.person, **days)]
    if not found:
        return "\n".join([*parts, speech("substitutes_none")]) + "\n"
    rows = [
        (rank, one.person, speech("listed").join(one.areas), len(one.taken), one.later, len(one.left), one.minutes,
         one.over, one.missing)
        for rank, one in enumerate(found, start=1)
    ]  # fmt: skip
    sides = ["right", "left", "left", *["right"] * 6]
    titles = [speech(f"col_{key}") for key in _TITLES]
    parts += ["", tabulate(rows, titles, disable_numparse=True, colalign=sides), ""]
    parts += [f"{one.person}: {'; '.join(_reasons(speech, one))}" for one in found]
    return "\n".join(parts) + "\n"


def _reasons(speech: Speech, one: Substitute) -> Iterator[str]:
    """Why they stand where they stand."""
    yield speech("substitute_taken", taken=len(one.taken), all=len(one.taken) + len(one.left), later=one.later)
    for reason, count in sorted(Counter(reason for _, reason in one.left).items()):
        yield speech(f"substitute_{reason}", count=count)
    yield speech("substitute_price", minutes=one.minutes, over=one.over, missing=one.missing, away=one.away)


def substitutes_json(absence: Absence, found: Sequence[Substitute]) -> str:
    """For other systems."""
    document = {
        "schema_version": SCHEMA_VERSION,
        "person": absence.person,
        "from": absence.since.isoformat(),
        "until": absence.until.isoformat(),
        "substitutes": [_document(one) for one in found],
    }
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


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
