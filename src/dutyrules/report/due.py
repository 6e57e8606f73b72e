"""What is open, as people and programs hold it in their hands: text, JSON, calendars."""

from pathlib import Path

from dutyrules import atomic
from dutyrules.report.due_calendar import due_calendar
from dutyrules.report.due_document import due_document, due_json
from dutyrules.report.due_text import due_text
from dutyrules.report.ics import file_name
from dutyrules.report.language import Speech
from dutyrules.scoring import Due

FORMATS = ("text", "json", "ics")
SUFFIXES = {".txt": "text", ".json": "json", ".ics": "ics"}
"""File suffix → format of `--out`."""


def render_due(due: Due, form: str, language: str, person: str | None = None) -> bytes:
    """What is open in one format; a calendar is one person's.

    Raises:
        InputError: nobody of that name has a post in the month.
    """
    people = due.of(person) if person else due.people
    match form:
        case "json":
            return due_json(due, people).encode()
        case "ics":
            return due_calendar(due, people, Speech(language))
        case _:
            return due_text(due, people, Speech(language)).encode()


def write_due(due: Due, path: Path, language: str, person: str | None = None) -> None:
    """Writes what is open to a file, in the format that its suffix names; wholly or not at all."""
    atomic.write(path, render_due(due, SUFFIXES[path.suffix], language, person))


def write_calendars(due: Due, folder: Path, language: str, person: str | None = None) -> list[Path]:
    """Writes one calendar for each person, also for those who have nothing open, so that old entries vanish."""
    names = [person] if person else list(dict.fromkeys(agenda.person for agenda in due.people))
    paths = [folder / file_name(name) for name in names]
    for name, path in zip(names, paths, strict=True):
        write_due(due, path, language, name)
    return paths


__all__ = ["FORMATS", "SUFFIXES", "due_document", "render_due", "write_calendars", "write_due"]
