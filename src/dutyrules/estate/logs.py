"""Reads an activity log with what an estate knows: kinds, persons, targets, time zone, cut-off."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

from dutyrules.activity import read as activity
from dutyrules.activity.log import Log
from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate.estate import Estate
from dutyrules.figure import Duration
from dutyrules.timegrid import Period


def read_log(
    paths: Sequence[str | Path],
    estate: Estate,
    *,
    period: str | None = None,
    forecast: bool = False,
    encoding: str | None = None,
    audited: bool = False,
    late_approved: bool = False,
) -> Log:
    """Reads the files of an activity log.

    Args:
        paths: CSV, XLSX, Parquet or JSON Lines; CSV in UTF-8 (with or without BOM), GB18030 or Big5.
        estate: Whose log it is.
        period: The period to be scored; rows recorded after its cut-off are then left out and listed.
        forecast: Take planned rows for events.
        encoding: The encoding of the CSV files, if it cannot be found out.
        audited: Keep who recorded and who approved each row, for the closing of a month.
        late_approved: Count rows recorded after the cut-off too, where somebody else approved them; needs `audited`.

    Raises:
        InputError: what is wrong with the files as such; bad rows are in `Log.rejects`.
    """
    return activity.read_log(
        [Path(path) for path in paths],
        encoding=encoding,
        audited=audited,
        late_approved=late_approved,
        **_known(estate, period, forecast),
    )


def log_from_rows(rows: Sequence[Mapping[str, Any]], estate: Estate, *, forecast: bool = False) -> Log:
    """Reads rows that are in memory, as `read_log` reads those of a file."""
    return activity.log_from_rows(rows, **_known(estate, None, forecast))


def _known(estate: Estate, period: str | None, forecast: bool) -> dict[str, Any]:
    return {
        "kinds": estate.book.kinds,
        "persons": estate.persons,
        "targets": estate.places.by_type,
        "timezone": estate.timezone,
        "forecast": forecast,
        "recorded_before": cut_off(estate, scored_period(period)) if period else None,
    }


def scored_period(text: str) -> Period:
    """A period as people write it.

    Raises:
        InputError: it is none.
    """
    try:
        return Period.parse(text)
    except ValueError as error:
        raise InputError([Diagnostic("estate.bad-period", str(error), None, text, "2026-10")]) from None


def cut_off(estate: Estate, period: Period) -> datetime:
    """The instant from which on a row is recorded too late for a period."""
    return end_of(estate, period.last, estate.log_cutoff)


def end_of(estate: Estate, day: date, stretch: Duration) -> datetime:
    """The end of the last of so many days, or statutory workdays, after a day: the first second that is too late."""
    if stretch.unit == "workdays":
        ahead = estate.calendar.workdays(day + timedelta(days=1), day + timedelta(days=60 + 3 * stretch.amount))
        left = stretch.amount
        for workday in ahead:
            day += timedelta(days=1)
            left -= bool(workday)
            if not left:
                break
    else:
        day += timedelta(days=stretch.amount)
    return datetime(day.year, day.month, day.day) + timedelta(days=1)
