"""The close of the example month: drafted, its gaps settled, published, appealed against, closed for good."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Final

from dutyrules.cli.arguments import log_files

if TYPE_CHECKING:
    from dutyrules import Result

MONTH: Final = "2026-10"
DRAFTED = datetime(2026, 11, 2, 9)
PUBLISHED = datetime(2026, 11, 5, 10)
CLOSED = datetime(2026, 11, 13, 9)
APPELLANT, DUTY = "b01", "attend_project_meeting"

#: What nobody inspected: the project manager says how it counts.
SETTLED: Final = """\
2026-10,b11,conduct,assume_met,pm,2026-11-04 15:00
2026-10,dir,7,exclude,pm,2026-11-04 15:00
"""
APPEALS: Final = """\
breach_id,filed_at,filed_by,decided_by,decided_at,points,reason,approver
{breach},2026-11-06 09:00,b01,pm,2026-11-09 10:00,all,闸机时钟快一分钟,dir
"""


def draft(home: Path) -> "Result":
    """The month as it would be published now."""
    from dutyrules import draft_month, load_estate

    return draft_month(load_estate(home), log_files([home / "logs"]), MONTH, DRAFTED).result


def publish(home: Path, language: str) -> Iterator[str]:
    """Settles what nobody inspected, freezes what people see, and says until when they may appeal."""
    from dutyrules import load_estate, publish_month

    with (home / "settlements.csv").open("a", encoding="utf-8", newline="") as file:
        file.write(SETTLED)
    step = publish_month(load_estate(home), log_files([home / "logs"]), MONTH, PUBLISHED)
    yield from _told(step.result, language)


def close(home: Path, drafted: "Result", language: str) -> Iterator[str]:
    """Writes an appeal and its decision down, closes the month, and writes what is filed."""
    from dutyrules import close_month, load_estate
    from dutyrules.report import write_report

    late = next(one for sheet in drafted.of(APPELLANT) for one in sheet.breaches if one.duty == DUTY)
    (home / "appeals.csv").write_text(APPEALS.format(breach=late.breach_id), encoding="utf-8")
    result = close_month(load_estate(home), MONTH, CLOSED).result
    for suffix in (".csv", ".json", ".xlsx", ".html"):
        write_report(result, home / f"{MONTH}{suffix}", language)
    yield from _told(result, language)


def _told(result: "Result", language: str) -> Iterator[str]:
    from dutyrules.report import Speech
    from dutyrules.report.standing_text import step_lines

    _, *lines = step_lines(result, Speech(language))  # the first is the title
    yield from lines
