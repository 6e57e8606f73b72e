"""What people and programs hold in their hands: text, CSV, JSON, workbooks, explanations."""

from pathlib import Path

from dutyrules import atomic
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.report.document import as_document, as_json
from dutyrules.report.explain import explain
from dutyrules.report.ics import file_name
from dutyrules.report.language import LANGUAGES, Speech
from dutyrules.report.redacted import redact
from dutyrules.report.score_page import score_page
from dutyrules.report.score_workbook import score_workbook
from dutyrules.report.table import as_csv
from dutyrules.report.text import as_text
from dutyrules.scoring import Result

FORMATS = ("text", "json", "csv", "html")
SUFFIXES = {".txt": "text", ".json": "json", ".csv": "csv", ".xlsx": "xlsx", ".html": "html"}
"""File suffix → format of `--out`."""


def render(result: Result, form: str, language: str, person: str | None = None) -> bytes:
    """A result in one format.

    Raises:
        InputError: nobody of that name has a post in the period.
    """
    people = result.of(person) if person else result.people
    match form:
        case "json":
            return as_json(result, people).encode()
        case "csv":
            return as_csv(result, people, Speech(language))
        case "xlsx":
            return score_workbook(result, people, Speech(language), own=person is not None)
        case "html":
            return score_page(result, people, Speech(language), own=person is not None)
        case _:
            return as_text(result, people, Speech(language)).encode()


def write_report(result: Result, path: Path, language: str, person: str | None = None) -> None:
    """Writes a result to a file, in the format that its suffix names; wholly or not at all."""
    atomic.write(path, render(result, SUFFIXES[path.suffix], language, person))


def write_copies(
    result: Result, folder: Path, language: str, person: str | None = None, *, suffix: str = ".xlsx"
) -> list[Path]:
    """Writes a workbook or page for each person, or for one: their own sheets, and nothing of others.

    Raises:
        InputError: nobody of that name has a post in the period, or the folder is an estate's.
    """
    if (folder / "estate.yaml").exists():
        message = f"{folder} holds an estate, of which a person's workbook might be taken for a table"
        raise InputError([Diagnostic("score.estate-folder", message, None, str(folder), "a folder for workbooks")])
    names = [result.of(person)[0].person] if person else list(dict.fromkeys(sheet.person for sheet in result.people))
    paths = [folder / file_name(name, suffix) for name in names]
    for name, path in zip(names, paths, strict=True):
        write_report(result, path, language, name)
    return paths


__all__ = [
    "FORMATS",
    "LANGUAGES",
    "SUFFIXES",
    "Speech",
    "as_document",
    "explain",
    "redact",
    "render",
    "write_copies",
    "write_report",
]
