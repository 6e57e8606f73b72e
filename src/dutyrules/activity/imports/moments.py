"""Days and times as exports write them."""

from __future__ import annotations

import re
import unicodedata
from datetime import UTC, date, datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

# Serial day numbers count from here: 1900 is a leap year to spreadsheets.
_FROM_1900: Final = datetime(1899, 12, 30)
_FROM_1904: Final = datetime(1904, 1, 1)
_FIRST_YEAR: Final = 2000
_USUAL: Final = len("2026-10-10 08:17:00")

_SERIAL: Final = re.compile(r"\d{1,5}(?:\.\d+)?|0?\.\d+")
_DAY: Final = re.compile(
    r"(?:(\d{4})|(\d\d))[-/.年](\d{1,2})[-/.月](\d{1,2})日?"
    r"(?:[ T]0{1,2}:00(?::00)?)?(?:\s*(?:星期|周|週)[一二三四五六日天])?"
)
_OF_A_PERIOD: Final = re.compile(r"(\d{1,2}) of (\d{4}-\d{1,2}-\d{1,2}) to (\d{4}-\d{1,2}-\d{1,2})")
_CLOCK: Final = re.compile(r"(次日|第二天|明日|前日|前一日|昨日|当日)?\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?")
_MOMENT: Final = re.compile(
    r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})日?\s*[T ]?\s*(\d{1,2}):(\d\d)(?::(\d\d)(?:\.\d+)?)?\s*(Z|[+-]\d\d:?\d\d)?"
)
_SHIFTED: Final = {"次日": 1, "第二天": 1, "明日": 1, "前日": -1, "前一日": -1, "昨日": -1}
_TICKS: Final = {"seconds": 1, "milliseconds": 1000}


def plain(text: str) -> str:
    """The text with full-width digits, colons and blanks as plain ones."""
    return unicodedata.normalize("NFKC", text).strip()


def day_of(text: str, *, from_1904: bool = False) -> date | None:
    """Reads a day: `2026-10-10`, `26-10-10 星期六`, `2026年10月10日`, a serial number.

    `10 of 2026-09-26 to 2026-10-25` is the one 10th within these days.
    """
    word = plain(text)
    try:
        if match := _DAY.fullmatch(word):
            return _sane(date(int(match[1] or f"20{match[2]}"), int(match[3]), int(match[4])))
        if match := _OF_A_PERIOD.fullmatch(word):
            return _within(int(match[1]), *(date(*map(int, each.split("-"))) for each in match.groups()[1:]))
    except ValueError:
        return None
    moment = _serial(word, from_1904)
    return moment.date() if moment is not None and moment == datetime(*moment.timetuple()[:3]) else None


def moment_of(
    text: str, *, day: date | None = None, unit: str = "", zone: str = "Asia/Shanghai", from_1904: bool = False
) -> datetime | None:
    """Reads an instant in local time.

    Args:
        text: `2026-10-10 08:17`, with or without seconds or offset, or a serial number; with a day also a clock time:
            `08:17`, `次日 01:10`, `25:10`, a part of a day.
        day: The day of a clock time.
        unit: The text is a number of these since 1970, in universal time.
        zone: The time zone of what is local.
        from_1904: Whether serial numbers count from 1904.
    """
    word = plain(text)
    try:
        if unit:
            return _local(datetime.fromtimestamp(int(word) / _TICKS[unit], UTC), zone)
        if len(word) == _USUAL and word[4] == "-" and "+" not in word:
            moment = datetime.fromisoformat(word)
            return moment if moment.year >= _FIRST_YEAR else None
        if match := _MOMENT.fullmatch(word):
            moment = datetime(*(int(part or 0) for part in match.groups()[:6]))  # type: ignore[arg-type]
            if match[7]:
                moment = _local(datetime.fromisoformat(f"{moment.isoformat()}{match[7]}"), zone)
            return moment if moment.year >= _FIRST_YEAR else None
        if day is not None and (match := _CLOCK.fullmatch(word)):
            return _on(day, match)
        if day is not None and _SERIAL.fullmatch(word) and float(word) < 1:
            return _midnight(day) + timedelta(seconds=round(float(word) * 86_400))
    except (ValueError, OverflowError, OSError):
        return None
    return _serial(word, from_1904)


def clock_of(text: str) -> int | None:
    """Reads the clock time of a time or of an instant, in minutes after midnight; 次日 01:10 is 25:10."""
    day = date(_FIRST_YEAR, 1, 2)
    moment = moment_of(text, day=day)
    if moment is None:
        return None
    ahead = (moment.date() - day).days if _CLOCK.fullmatch(plain(text)) else 0
    return (ahead * 24 + moment.hour) * 60 + moment.minute


def _on(day: date, match: re.Match[str]) -> datetime | None:
    hours, minutes, seconds = int(match[2]), int(match[3]), int(match[4] or 0)
    # 24:00 and more of a day are hours of the next one, which must not be said twice.
    if minutes > 59 or seconds > 59 or hours > 47 or (hours > 23 and match[1]):
        return None
    days = _SHIFTED.get(match[1] or "", 0)
    return _midnight(day) + timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day)


def _serial(word: str, from_1904: bool) -> datetime | None:
    if not _SERIAL.fullmatch(word):
        return None
    start = _FROM_1904 if from_1904 else _FROM_1900
    moment = start + timedelta(seconds=round(float(word) * 86_400))
    return moment if moment.year >= _FIRST_YEAR else None


def _within(number: int, first: date, last: date) -> date | None:
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    fitting = [day for day in days if day.day == number]
    return fitting[0] if len(fitting) == 1 else None


def _sane(day: date) -> date | None:
    return day if day.year >= _FIRST_YEAR else None


def _local(moment: datetime, zone: str) -> datetime:
    return moment.astimezone(ZoneInfo(zone)).replace(tzinfo=None, microsecond=0)
