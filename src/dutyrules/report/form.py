"""The inspector's form, made and written."""

from collections.abc import Collection
from pathlib import Path

from dutyrules import atomic
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate, entries, scored_period
from dutyrules.report.form_workbook import form_workbook
from dutyrules.report.language import Speech


def write_form(
    estate: Estate,
    month: str,
    path: Path,
    language: str = "zh-Hans",
    *,
    roles: Collection[str] = (),
    persons: Collection[str] = (),
    inspector: str = "",
    whole: bool = False,
) -> int:
    """Writes the form of a month; how many rows it has to fill in.

    Args:
        roles: Only people in these roles.
        persons: Only these people.
        inspector: Who inspects; may be written in by hand.
        whole: Every line, also those that the log decides.

    Raises:
        InputError: There is no such month, role or person, or nothing to inspect.
    """
    period = scored_period(month)
    if period.kind != "month":
        raise InputError([Diagnostic("form.no-month", f"{month} is no month", None, month, "2026-10")])
    found = entries(estate, period, roles=roles, persons=persons)
    rows = sum(whole or entry.spot.unseen for entry in found)
    if not found:
        message, hint = f"nobody asked for has a post in {month} that is inspected", "name others, or nobody at all"
        raise InputError([Diagnostic("form.nothing", message, None, hint=hint)])
    name = estate.name_of(inspector) if inspector in estate.persons else inspector
    label = inspector if name == inspector else f"{name} ({inspector})"
    atomic.write(path, form_workbook(estate, period, found, Speech(language), inspector=label, whole=whole))
    return rows
