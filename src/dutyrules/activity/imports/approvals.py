"""Approved leave told in free text: a row of the leave table only if every part of the text can be read."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from typing import Final, NamedTuple

from dutyrules.activity.imports.language import Approvals
from dutyrules.activity.imports.moments import plain

_BETWEEN: Final = re.compile(r"[\n;；,，、]+")
_STAMP: Final = r"(?:(\d{4})[-/.])?(\d{1,2})[-/.](\d{1,2})\s+(\d{1,2}):(\d\d)"
_ENTRY: Final = re.compile(
    rf"(?P<kind>[^\d\s:]+?):?\s*{_STAMP}\s*(?:到|至|~|-|—)\s*{_STAMP}(?:\s*(?P<amount>\d+(?:\.\d+)?)\s*(?P<unit>天|小[时時]))?"
)
_KIND: Final = re.compile(r"[^\d\s:：]+")
# A leave whose end stands before its start ends in the next year; longer ones were written the wrong way round.
_LONGEST: Final = timedelta(days=200)
_HOURS: Final = {"天": 24, "小时": 1, "小時": 1}


class Leave(NamedTuple):
    """A row of the leave table."""

    person: str
    start: datetime
    until: datetime
    kind: str


def read_approvals(text: str, person: str, day: date, rules: Approvals) -> list[Leave] | str:
    """Reads the approvals of one row of an export.

    Args:
        text: `事假10-10 09:00到10-10 18:00`, several one below the other.
        person: Whose they are.
        day: The day of the row; each of them must touch it, which tells its year.
        rules: Which words are leave.

    Returns:
        The rows of the leave table, or why a person has to read the text.
    """
    found: list[Leave] = []
    for entry in filter(None, (part.strip() for part in _BETWEEN.split(plain(text)))):
        word = _KIND.match(entry)
        kind = word[0] if word else ""
        if kind in rules.besides:
            continue
        if kind not in rules.kinds:
            return f"{kind!r} is no kind of leave that the mapping knows" if kind else "no kind of leave"
        match = _ENTRY.fullmatch(entry)
        leave = _leave(match, person, day) if match else None
        if leave is None:
            return "not a leave of the form 事假10-10 09:00到10-10 18:00 that touches the day of its row"
        found.append(leave)
    return found


def _leave(match: re.Match[str], person: str, day: date) -> Leave | None:
    parts = match.groups()
    for year in (day.year, day.year - 1, day.year + 1):
        start = _stamp(parts[1:6], year)
        until = _stamp(parts[6:11], start.year if start else year)
        if start and until and until <= start and parts[6] is None:
            until = _stamp(parts[6:11], start.year + 1)
            if until and until - start > _LONGEST:
                until = None
        if start and until and start < until and start.date() <= day <= until.date():
            return Leave(person, start, until, match["kind"]) if _fits(match, until - start) else None
    return None


def _stamp(parts: tuple[str | None, ...], year: int) -> datetime | None:
    written, *rest = parts
    month, day, hour, minute = (int(str(part)) for part in rest)
    try:
        return datetime(int(written or year), month, day) + timedelta(hours=hour, minutes=_sixty(minute, hour))
    except ValueError:
        return None


def _sixty(minute: int, hour: int) -> int:
    if minute > 59 or hour > 24 or (hour == 24 and minute):
        raise ValueError(minute)
    return minute


def _fits(match: re.Match[str], length: timedelta) -> bool:
    """Whether the length that is said, in working time, is not more than lies between the two instants."""
    if match["amount"] is None:
        return True
    days = timedelta(days=-(-length // timedelta(days=1)))  # a day of leave lasts as long as a day of work
    said = timedelta(hours=float(match["amount"]) * _HOURS[match["unit"]])
    return timedelta() < said <= (days if match["unit"] == "天" else length)
