"""What one person has open as a calendar for the phone."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import chain
from typing import Final

from dutyrules.report.due_text import few, title_of
from dutyrules.report.ics import Entry, as_ics
from dutyrules.report.language import Speech
from dutyrules.report.numbers import price
from dutyrules.scoring import Agenda, Due, Open

MOST_MISSING = 12
"""Members shown in a description."""

BEFORE_A_TIME: Final = timedelta(minutes=15)
BEFORE_A_DAY: Final = -timedelta(hours=9)
BEFORE_A_LONG_PERIOD_ENDS: Final = timedelta(hours=15)
"""When the phone rings: before the time; at nine in the morning, of the day itself or of the day before."""

Span = tuple[datetime | date, datetime | None, timedelta | None]
"""Start, end and reminder."""


def due_calendar(due: Due, agendas: Sequence[Agenda], speech: Speech) -> bytes:
    """The calendar of one person, all roles together: what can still be done, at the time for it."""
    estate = speech.title(due.estate.title, due.estate.id)
    opened = chain.from_iterable(agenda.open for agenda in agendas)
    return as_ics(
        [_entry(due, one, speech) for one in opened if _to_do(one)],
        name=f"{estate} · {agendas[0].name}",
        timezone=due.estate.timezone,
        made=due.as_of,
        product="dutyrules",
    )


def _to_do(one: Open) -> bool:
    """Not what is lost, or would be excused, or is only to be left undone."""
    return one.state != "lost" and one.excused is None and one.reason != "over"


def _entry(due: Due, one: Open, speech: Speech) -> Entry:
    title = title_of(due, one, speech)
    title = speech("due_count", title=title, count=one.more) if one.more else title
    overdue = one.state == "overdue"
    start, end, remind = _span(due, one)
    return Entry(
        uid=f"{one.breach_id}@{due.estate.id}.dutyrules",
        start=start,
        end=end,
        summary=speech("due_overdue_title", title=title) if overdue else title,
        description="\n".join(_lines(one, speech)),
        location=one.post.split("@")[1],
        categories=(speech("due_overdue" if overdue else "due_open"),),
        remind=remind,
    )


def _span(due: Due, one: Open) -> Span:
    """When to do it: today if it is late; else in its slot or window; else at the moment, or on the day, it is due."""
    limit = one.due + timedelta(seconds=due.estate.granularity)
    if one.state == "overdue":
        return due.as_of.date(), None, None
    slot = _slot(due, one)
    if slot:
        return *slot, BEFORE_A_TIME
    if one.begin > due.as_of and one.begin.time() > datetime.min.time():
        return one.begin, limit, BEFORE_A_TIME
    if limit.time() > datetime.min.time():
        return one.due, None, BEFORE_A_TIME
    long = one.period != one.due.date().isoformat()
    return one.due.date(), None, BEFORE_A_LONG_PERIOD_ENDS if long else BEFORE_A_DAY


def _slot(due: Due, one: Open) -> tuple[datetime, datetime] | None:
    """The slot that the timetable has for what is due on one day, unless it is over or begins too late."""
    name = due.estate.book.duties[one.duty].slot
    midnight = one.due.replace(hour=0, minute=0, second=0)
    if name is None or one.period != f"{midnight:%Y-%m-%d}":
        return None
    slot = next(slot for slot in due.estate.book.timetable if slot.slot == name)
    start, end = midnight + timedelta(seconds=slot.start), midnight + timedelta(seconds=slot.to)
    return (start, end) if start <= one.due and end > due.as_of else None


def _lines(one: Open, speech: Speech) -> Iterator[str]:
    yield speech("due_by", due=f"{one.due:%Y-%m-%d %H:%M}")
    if one.late_until:
        yield speech("due_late_until", until=f"{one.late_until:%Y-%m-%d %H:%M}")
    if one.more is not None:
        yield speech("due_done", done=one.actual, expected=one.expected)
    if one.missing:
        yield speech("missing_targets", targets=few(one.missing, MOST_MISSING, speech))
    if one.cost:
        yield speech("due_cost", cost=price(one.cost))
    if one.cost_late:
        yield speech("due_cost_late", cost=price(one.cost_late))
    if one.strength != "must":
        yield speech("advisory")
    if one.clause:
        yield speech("explain_clauses", clauses=", ".join(one.clause))
