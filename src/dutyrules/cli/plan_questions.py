"""What may be asked about a plan that is there: `plan verify` and `plan substitutes`."""

import argparse
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dutyrules import Estate, Log
    from dutyrules.plan.progress import Progress

NEEDED = {
    "verify": (("PLAN", "plan"),),
    "substitutes": (("--keep", "keep"), ("--person", "person"), ("--from", "since"), ("--until", "until")),
}
"""Question → what it needs, as it is written and as it is kept."""

OWN = {"verify": ("plan", "against", "start"), "substitutes": ("keep", "person", "since", "until", "start")}
"""Question → the arguments that others do not share."""


def wrong(arguments: argparse.Namespace) -> str | None:
    """What is wrong with how it is asked."""
    what = arguments.what
    missing = [name for name, kept in NEEDED[what] if getattr(arguments, kept) is None]
    if missing:
        return f"plan {what} needs {', '.join(missing)}"
    names = dict(pair for pairs in NEEDED.values() for pair in pairs)
    others = names | {"--against": "against", "--freeze": "freeze"}
    for name, kept in others.items():
        if kept not in OWN[what] and getattr(arguments, kept) is not None:
            return f"plan {what} takes no {name}"
    if arguments.format == "csv" or (arguments.out and arguments.out.suffix not in (".txt", ".json")):
        return f"plan {what} is told as text or JSON"
    if what == "substitutes" and arguments.until < arguments.since:
        return f"--until {arguments.until} lies before --from {arguments.since}"
    return None


def answer(
    arguments: argparse.Namespace, estate: "Estate", done: "Log | None", progress: "Progress | None"
) -> tuple[str, bool]:
    """The answer, and whether it is a good one."""
    as_json = arguments.format == "json" or (arguments.out is not None and arguments.out.suffix == ".json")
    question = _verify if arguments.what == "verify" else _substitutes
    return question(arguments, estate, done, progress, as_json=as_json)


def _verify(
    arguments: argparse.Namespace, estate: "Estate", done: "Log | None", progress: "Progress | None", *, as_json: bool
) -> tuple[str, bool]:
    from dutyrules.plan.edited import review
    from dutyrules.plan.edited_patrols import joined, review_patrols
    from dutyrules.plan.planfile import read_plan
    from dutyrules.report.plan_review import review_json, review_text

    rows = read_plan(arguments.plan, estate)
    other = read_plan(arguments.against, estate) if arguments.against else None
    patrols = any(one.task.kind in estate.planning.patrols for one in rows)
    visits = not patrols or any(one.task.kind in estate.planning.visits for one in rows)
    looks = [look for look, wanted in ((review, visits), (review_patrols, patrols)) if wanted]
    reviews = [
        look(estate, arguments.period, done, rows, other, start=arguments.start, progress=progress) for look in looks
    ]
    found = reviews[0] if len(reviews) == 1 else joined(reviews[0], reviews[1], rows)
    told = review_json(found) if as_json else review_text(found, estate, arguments.lang)
    return told, found.good


def _substitutes(
    arguments: argparse.Namespace, estate: "Estate", done: "Log | None", _progress: "Progress | None", *, as_json: bool
) -> tuple[str, bool]:
    from dutyrules.plan.patrol_substitutes import NOBODY, patrol_substitutes
    from dutyrules.plan.planfile import read_plan
    from dutyrules.plan.substitutes import Absence, substitutes
    from dutyrules.report.plan import check_request
    from dutyrules.report.plan_substitutes import relief_text, substitutes_json, substitutes_text

    check_request(estate, arguments.person)
    absence = Absence(arguments.person, arguments.since, arguments.until)
    keep = read_plan(arguments.keep, estate)
    patrols = any(one.task.kind in estate.planning.patrols for one in keep)
    visits = not patrols or any(one.task.kind in estate.planning.visits for one in keep)
    found = substitutes(estate, arguments.period, done, keep, absence) if visits else []
    relief = patrol_substitutes(estate, arguments.period, done, keep, absence) if patrols else NOBODY
    if as_json:
        return substitutes_json(absence, found, relief), True
    parts = [substitutes_text(absence, found, estate, arguments.lang)] if visits else []
    parts += [relief_text(absence, relief, estate, arguments.lang)] if patrols else []
    return "\n".join(parts), True
