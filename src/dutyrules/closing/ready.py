"""Whether a month may be published: it is over, nothing of it is open, and no row may still come in."""

from datetime import datetime

from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.estate import Estate, cut_off, scored_period
from dutyrules.scoring import Result
from dutyrules.timegrid import PeriodKind


def refuse(code: str, message: str, found: str | None, expected: str | None, hint: str | None = None) -> InputError:
    """Why a step cannot be done."""
    return InputError([Diagnostic(f"close.{code}", message, None, found, expected, hint)])


def refuse_other_than_month(period: str) -> None:
    """Quarters and years are read from closed months.

    Raises:
        InputError: it is no month.
    """
    if scored_period(period).kind != PeriodKind.MONTH:
        raise refuse("not-a-month", "only months are closed", period, "2026-10")


def refuse_too_early(estate: Estate, month: str, at: datetime) -> None:
    """Before the cut-off rows may still be recorded that count.

    Raises:
        InputError: it is before the cut-off.
    """
    end = cut_off(estate, scored_period(month))
    if at < end:
        raise refuse("too-early", f"rows of {month} may be recorded until {end}", str(at), f"{end} or later")


def refuse_to_close(result: Result) -> None:
    """What others build upon has no gaps.

    Raises:
        InputError: sheets that are not complete.
    """
    gaps = [sheet for sheet in result.people if sheet.scorecard is not None and not sheet.complete]
    if gaps:
        found = ", ".join(f"{sheet.person} ({sheet.role})" for sheet in gaps[:12])
        found = found if len(gaps) <= 12 else f"{found} and {len(gaps) - 12} more"
        expected = "gaps that were filled (coverage, inspections) or settled (the table settlements)"
        raise refuse("incomplete", "some sheets are not complete", found, expected)
