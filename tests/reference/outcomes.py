"""Outcomes: what follows besides points and money (semantics.md, "Outcomes")."""

from typing import Any

from .accumulate import Closed, is_month, months_before
from .books import as_list
from .lines import Line, Sheet, holds, line_breaches, line_findings, occurrences
from .sheet import liable_sheets
from .verdict import World


def outcomes(world: World, sheet: Sheet, sheets: list[Sheet], closed: Closed) -> list[dict[str, Any]]:
    """Of every outcome that happened on the sheet: how often, the steps reached, and who is liable as well."""
    found = []
    for book in world.estate.books:
        for key, fields in book.sections["outcomes"].items():
            roles = world.estate.role_group(fields["role"])
            if sheet.role in roles:
                place = world.estate.place(book, sheet.area, world.scored.first)
                line = Line(key, as_list(fields.get("clause")), fields, place, book, roles)
                found.append(outcome(world, sheet, sheets, line, closed))
    return [one for one in found if one["times"]]


def outcome(world: World, sheet: Sheet, sheets: list[Sheet], line: Line, closed: Closed) -> dict[str, Any]:
    breaches, findings = line_breaches(world, sheet, line), list(line_findings(world, sheet, line))
    times = int(occurrences(line, breaches, findings))
    over = line.fields.get("over") if is_month(world.scored) else None
    window = [closed.get(month, {}).get((sheet.person, sheet.role)) for month in months_before(world.scored, over)]
    total = times + sum(
        one["times"] for month in window if month for one in month["outcomes"] if one["outcome"] == line.key
    )
    reached = [int(start) for start in line.fields["ladder"] if int(start) <= total]
    steps = words(line.fields["ladder"][str(max(reached))]) if reached else []
    cases = {case for case in [ob.case for ob in breaches] + [event.case for event in findings] if case}
    for also in as_list(line.fields.get("also")):
        if any(holds(world, sheet, also["when"], case) for case in cases):
            steps += words(also["step"])
    return {"outcome": line.key, "times": times, "steps": steps, "liable": liable(world, sheet, sheets, line)}


def words(steps: Any) -> list[str]:
    return [step["step"] if isinstance(step, dict) else step for step in as_list(steps)]


def liable(world: World, sheet: Sheet, sheets: list[Sheet], line: Line) -> list[list[str]]:
    """Everybody once, by person and role."""
    found = [
        [one.person, one.role]
        for relation in as_list(line.fields.get("liable"))
        for one in liable_sheets(world, sheet, relation, sheets)
    ]
    return [list(pair) for pair in sorted({tuple(pair) for pair in found})]
