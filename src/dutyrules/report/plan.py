"""What a planner holds in hands: text, CSV, JSON, a workbook to print, a web page, calendars, and proposed waivers."""

from collections.abc import Sequence
from pathlib import Path

from dutyrules import atomic
from dutyrules.diagnostics import Diagnostic, InputError, did_you_mean
from dutyrules.estate import Estate
from dutyrules.plan import Plan
from dutyrules.plan.waivers import waivable
from dutyrules.report.ics import file_name
from dutyrules.report.plan_calendar import plan_calendar
from dutyrules.report.plan_document import plan_document, plan_json
from dutyrules.report.plan_page import plan_page
from dutyrules.report.plan_table import plan_csv, waivers_csv
from dutyrules.report.plan_text import person_text, plan_text
from dutyrules.report.plan_words import PlanWords
from dutyrules.report.plan_workbook import plan_workbook
from dutyrules.report.work_text import work_text

WORK = "work"
"""The plan that has a page for each day."""

FORMATS = ("text", "json", "csv")
SUFFIXES = {".txt": "text", ".json": "json", ".csv": "csv", ".xlsx": "xlsx", ".html": "html", ".ics": "ics"}
"""File suffix → format of `--out`."""
WHOLE = ("plan.csv", "plan.json", "plan.xlsx", "plan.html")
"""What a folder holds besides the calendars."""


def check_request(estate: Estate, person: str | None = None, folder: Path | None = None) -> None:
    """Before a long planning: whether its outputs can be written at all.

    Raises:
        InputError: nobody of that name works here, or the folder is an estate's, whose waivers are signed.
    """
    if person is not None and person not in estate.persons:
        hint = did_you_mean(person, estate.persons)
        raise InputError([Diagnostic("plan.unknown-person", f"there is no person {person}", None, person, hint=hint)])
    if folder is not None and (folder / "estate.yaml").exists():
        message = f"{folder} holds an estate, whose own waivers.csv a plan must not replace"
        raise InputError([Diagnostic("plan.estate-folder", message, None, str(folder), "a folder for plans")])


def render_plan(plan: Plan, estate: Estate, form: str, language: str, person: str | None = None) -> bytes:
    """A plan in one format.

    Args:
        form: ``text``, ``json``, ``csv``, ``xlsx``, ``html`` or ``ics``.
        person: Whose tasks are wanted: for a calendar (always), or as text.

    Raises:
        InputError: nobody of that name works here.
    """
    check_request(estate, person)
    words = PlanWords(plan, estate, language)
    match form:
        case "json":
            return plan_json(plan).encode()
        case "csv":
            return plan_csv(plan)
        case "xlsx":
            return plan_workbook(words)
        case "html":
            return plan_page(words)
        case "ics" if person is not None:
            return plan_calendar(words, person)
        case "ics":
            raise ValueError("a calendar is one person's")
        case _:
            if person is None:
                return plan_text(words).encode()
            return (work_text if plan.name == WORK else person_text)(words, person).encode()


def write_plan(plan: Plan, estate: Estate, path: Path, language: str, person: str | None = None) -> list[Path]:
    """Writes a plan to a file in the format that its suffix names, and beside it the waivers that it proposes."""
    atomic.write(path, render_plan(plan, estate, SUFFIXES[path.suffix], language, person))
    if person is not None:
        return [path]
    return [path, *_write_waivers(plan, estate, path.with_suffix(".waivers.csv"), language)]


def write_folder(plan: Plan, estate: Estate, folder: Path, language: str) -> list[Path]:
    """Writes a plan in every format: the whole as CSV, JSON, workbook and page, a calendar each, and proposed waivers.

    Who has nothing left to do gets an empty calendar where there was one, so that old entries vanish.

    Raises:
        InputError: the folder is an estate's.
    """
    check_request(estate, folder=folder)
    written = []
    for name in WHOLE:
        atomic.write(folder / name, render_plan(plan, estate, SUFFIXES[Path(name).suffix], language))
        written.append(folder / name)
    written += _write_waivers(plan, estate, folder / "waivers.csv", language)
    busy = {name for task in plan.tasks for name in (task.person, *task.along)}
    for person in estate.persons:
        path = folder / file_name(person)
        if person in busy or path.exists():
            atomic.write(path, render_plan(plan, estate, "ics", language, person))
            written.append(path)
    return written


def _write_waivers(plan: Plan, estate: Estate, path: Path, language: str) -> Sequence[Path]:
    """Proposals of this plan; those of an earlier one do not stay behind."""
    if not waivable(plan):
        path.unlink(missing_ok=True)
        return []
    atomic.write(path, waivers_csv(PlanWords(plan, estate, language)))
    return [path]


__all__ = ["FORMATS", "SUFFIXES", "check_request", "plan_document", "render_plan", "write_folder", "write_plan"]
