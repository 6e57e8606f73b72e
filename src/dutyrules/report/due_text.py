"""Text for a terminal: what everybody has open, the most urgent first."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime
from textwrap import indent

from tabulate import tabulate

from dutyrules.report.language import Speech
from dutyrules.report.numbers import price
from dutyrules.report.text import caveats
from dutyrules.scoring import Agenda, Due, Open

MOST_MISSING = 3
"""Members shown of those that were not reached yet; the JSON has all of them."""

Section = tuple[str, Sequence[Open]]


def due_text(due: Due, people: Sequence[Agenda], speech: Speech) -> str:
    """How much everybody has open, then what, person by person."""
    title = speech.title(due.estate.title, due.estate.id)
    parts = [speech("due_title", estate=title, as_of=due.as_of), *caveats(due.now, speech)]
    if len(people) > 1:
        parts += ["", _overview(due, people, speech)]
    for agenda in people:
        if agenda.open or agenda.not_assessed or len(people) == 1:
            parts += ["", *_agenda(due, agenda, speech)]
    return "\n".join(parts) + "\n"


def title_of(due: Due, one: Open, speech: Speech) -> str:
    """What is to be done, about what."""
    title = speech.title(due.estate.book.duties[one.duty].title, one.duty)
    return f"{title} · {one.about}" if one.about else title


def few(missing: Sequence[str], most: int, speech: Speech) -> str:
    """The first members, and how many there are beyond."""
    shown = ", ".join(missing[:most])
    rest = len(missing) - most
    return f"{shown} {speech('more', count=rest)}" if rest > 0 else shown


def _sections(due: Due, agenda: Agenda) -> Iterator[Section]:
    today = due.as_of.date()
    opened = [one for one in agenda.open if one.state == "open"]
    yield "overdue", [one for one in agenda.open if one.state == "overdue"]
    yield "today", [one for one in opened if one.due.date() <= today]
    yield "later", [one for one in opened if one.due.date() > today]
    yield "lost", [one for one in agenda.open if one.state == "lost"]


def _overview(due: Due, people: Sequence[Agenda], speech: Speech) -> str:
    rows = [
        (
            agenda.person,
            agenda.name,
            speech.title(due.estate.book.roles[agenda.role].title, agenda.role),
            *(len(found) or "" for name, found in _sections(due, agenda) if name != "lost"),
            len(agenda.not_assessed) or "",
        )
        for agenda in people
    ]
    keys = ("col_person", "col_name", "col_role", "due_overdue", "due_today", "due_later", "not_assessed")
    return tabulate(rows, [speech(key) for key in keys], disable_numparse=True)


def _agenda(due: Due, agenda: Agenda, speech: Speech) -> Iterator[str]:
    role = speech.title(due.estate.book.roles[agenda.role].title, agenda.role)
    yield speech("sheet_of", name=agenda.name, person=agenda.person, role=role)
    for name, found in _sections(due, agenda):
        if found:
            yield f"{speech(f'due_{name}')} ({len(found)})"
            yield _table(due, name, found, speech)
    if not agenda.open:
        yield f"  {speech('due_nothing')}"
    if agenda.not_assessed:
        yield f"{speech('not_assessed')} ({len(agenda.not_assessed)})"
        yield from (f"  {line}" for line in _unknown(due, agenda, speech))


def _table(due: Due, section: str, found: Sequence[Open], speech: Speech) -> str:
    overdue = section == "overdue"
    rows = [
        (
            *((_when(due, one.late_until or one.due), _when(due, one.due)) if overdue else (_when(due, one.due),)),
            _what(due, one, speech),
            "" if one.more is None else f"{one.more}",
            price(one.cost),
            *((price(one.cost_late),) if overdue else ()),
            few(one.missing, MOST_MISSING, speech),
        )
        for one in found
    ]
    keys = ("late_until", "was_due") if overdue else ("by",)
    keys += ("duty", "more", "cost", *(("cost_late",) if overdue else ()), "missing")
    titles = (speech(f"col_{key}") for key in keys)
    columns = [(title, *cells) for title, cells in zip(titles, zip(*rows, strict=True), strict=True) if any(cells)]
    table = tabulate(list(zip(*columns, strict=True)), headers="firstrow", tablefmt="plain", disable_numparse=True)
    return indent(table, "  ")


def _when(due: Due, moment: datetime) -> str:
    """As short as it can be: the time if it is today, the date if it is the end of a day."""
    if moment.date() == due.as_of.date():
        return f"{moment:%H:%M}"
    ends_day = (moment.hour, moment.minute) == (23, 59)
    day = f"{moment:%m-%d}" if moment.year == due.as_of.year else f"{moment:%Y-%m-%d}"
    return day if ends_day else f"{day} {moment:%H:%M}"


def _what(due: Due, one: Open, speech: Speech) -> str:
    notes = [speech("advisory")] if one.strength != "must" else []
    notes += [speech.why(one.excused)] if one.excused else []
    notes += [speech(f"reason_{one.reason}")] if one.state == "lost" else []
    notes += [speech("due_at_most", most=one.expected, done=one.actual)] if one.reason == "over" else []
    title = title_of(due, one, speech)
    return f"{title} ({', '.join(notes)})" if notes else title


def _unknown(due: Due, agenda: Agenda, speech: Speech) -> Iterator[str]:
    """What cannot be judged, by duty and what is missing."""
    groups = Counter((one.duty, one.why, one.kinds) for one in agenda.not_assessed)
    for (duty, why, kinds), count in groups.items():
        title = speech.title(due.estate.book.duties[duty].title, duty)
        uncovered = f" ({', '.join(kinds)})" if kinds else ""
        yield f"{title}: {speech.why(why)}{uncovered}" + (f" ×{count}" if count > 1 else "")
