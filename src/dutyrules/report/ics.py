"""Calendars for phones (RFC 5545): entries to bytes, the same bytes for the same entries.

A calendar is made anew each time; what is no longer in it disappears for those who subscribe to it. Entries keep their
`uid`, and `revision` says which of two files is the newer one, so that importing a later file moves entries.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from zoneinfo import ZoneInfo

from icalendar import Alarm, Calendar, Event, Timezone


@dataclass(frozen=True)
class Entry:
    """One entry of a calendar.

    Attributes:
        uid: Stable over all files that speak of the same thing.
        start: A local instant, or a date for an entry of the whole day.
        end: First instant after it; None for a moment, or for one whole day.
        remind: How long before `start` the phone rings; None for never.
        busy: Whether it takes its time: an appointment, not only something that is due.
    """

    uid: str
    start: datetime | date
    end: datetime | date | None
    summary: str
    description: str = ""
    location: str = ""
    categories: tuple[str, ...] = ()
    remind: timedelta | None = None
    busy: bool = False


def as_ics(entries: Sequence[Entry], *, name: str, timezone: str, made: datetime, product: str) -> bytes:
    """The calendar file of some entries.

    Args:
        name: What the phone calls the calendar.
        timezone: Of all instants.
        made: The local instant as of which the entries hold; no clock is asked.
        product: Who made it.
    """
    zone = ZoneInfo(timezone)
    calendar = Calendar()
    calendar.add("prodid", f"-//{product}//EN")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("name", name)
    calendar.add("x-wr-calname", name)  # phones that do not know NAME
    calendar.add("x-wr-timezone", timezone)
    calendar.add_component(_zone(timezone, entries, made))
    for entry in entries:
        calendar.add_component(_event(entry, zone, made))
    return calendar.to_ical(sorted=False)


def file_name(person: str, suffix: str = ".ics") -> str:
    """The file of a person's calendar or workbook; what a path may not hold is written as its code."""
    safe = "".join(letter if letter.isalnum() or letter in "-_" else f"%{ord(letter):02X}" for letter in person)
    return f"{safe}{suffix}"


def _zone(timezone: str, entries: Sequence[Entry], made: datetime) -> Timezone:
    """The zone's rules for the years that the calendar speaks of; a calendar without entries needs them too."""
    years = {made.year, *(moment.year for entry in entries for moment in (entry.start, entry.end) if moment)}
    return _rules(timezone, min(years), max(years))


@cache
def _rules(timezone: str, first: int, last: int) -> Timezone:
    """The rules of a zone for some years; one for the calendars of all people."""
    return Timezone.from_tzid(timezone, first_date=date(first, 1, 1), last_date=date(last + 1, 1, 1))


def _event(entry: Entry, zone: ZoneInfo, made: datetime) -> Event:
    event = Event()
    event.add("uid", entry.uid)
    event.add("dtstamp", made.replace(tzinfo=zone).astimezone(ZoneInfo("UTC")))
    event.add("sequence", int((made - datetime(1970, 1, 1)).total_seconds()) // 60)
    event.add("dtstart", _moment(entry.start, zone))
    if entry.end is not None:
        event.add("dtend", _moment(entry.end, zone))
    event.add("summary", entry.summary)
    if entry.description:
        event.add("description", entry.description)
    if entry.location:
        event.add("location", entry.location)
    if entry.categories:
        event.add("categories", list(entry.categories))
    event.add("transp", "OPAQUE" if entry.busy else "TRANSPARENT")
    if entry.remind is not None:
        alarm = Alarm()
        alarm.add("action", "DISPLAY")
        alarm.add("trigger", -entry.remind)
        alarm.add("description", entry.summary)
        event.add_component(alarm)
    return event


def _moment(moment: datetime | date, zone: ZoneInfo) -> datetime | date:
    return moment.replace(tzinfo=zone) if isinstance(moment, datetime) else moment
