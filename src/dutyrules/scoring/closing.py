"""Whether a month may be closed: it is over, and nothing of it is open."""

from dutyrules.diagnostics import Diagnostic, InputError
from dutyrules.scoring.result import Result


def refuse_to_close(result: Result) -> None:
    """A closed month is what others build upon.

    Raises:
        InputError: everything that is open about it.
    """
    open_sheets = sum(sheet.scorecard is not None and not sheet.complete for sheet in result.people)
    over = result.judgement.ground.horizon == result.period.end
    problems = [
        Diagnostic(f"close.{code}", message, None, found, expected)
        for code, holds, message, found, expected in (
            ("not-a-month", result.period.kind != "month", "only months are closed", result.period.label, "2026-10"),
            ("forecast", result.forecast, "a forecast is never closed", "--forecast", "events that happened"),
            ("not-over", not over, "the month is not over", str(result.as_of), "a month to its end"),
            ("incomplete", open_sheets > 0, "some sheets are not complete", str(open_sheets), "gaps that HR settled"),
        )
        if holds
    ]
    if problems:
        raise InputError(problems)
