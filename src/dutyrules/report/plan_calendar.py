"""One person's plan as a calendar for the phone: a round is one entry with its stops in order."""

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import datetime, time, timedelta
from hashlib import sha256
from itertools import groupby
from typing import Final

from dutyrules.plan import Task
from dutyrules.report.ics import Entry, as_ics
from dutyrules.report.plan_words import PlanWords

TOGETHER: Final = timedelta(minutes=30)
"""A longer rest begins another round."""

BEFORE: Final = timedelta(minutes=15)
"""When the phone rings before a round."""


def plan_calendar(words: PlanWords, person: str) -> bytes:
    """The calendar of one person, made on the day on which the plan begins."""
    estate = words.speech.title(words.estate.title, words.estate.id)
    return as_ics(
        list(_entries(words, person)),
        name=f"{estate} · {words.speech(f'plan_{words.plan.name}')} · {words.person(person)}",
        timezone=words.estate.timezone,
        made=datetime.combine(words.plan.start, time()),
        product="dutyrules",
    )


def rounds(tasks: Sequence[Task]) -> Iterator[Sequence[Task]]:
    """Tasks of one kind that follow each other without a long rest."""
    found: list[list[Task]] = []
    last: dict[str, list[Task]] = {}
    for task in sorted(tasks):
        before = last.get(task.kind)
        if before and task.at.date() == before[-1].at.date() and task.at - before[-1].until <= TOGETHER:
            before.append(task)
        else:
            last[task.kind] = [task]
            found.append(last[task.kind])
    yield from found


def _entries(words: PlanWords, person: str) -> Iterator[Entry]:
    """The rounds of a kind are counted day by day."""
    numbers: Counter[tuple[str, object]] = Counter()
    own = words.plan.of(person)
    moments = [task for task in own if task.until == task.at] if words.plan.name == "work" else []
    yield from _moments(words, person, moments)
    for stops in rounds([task for task in own if task not in moments]):
        first, kind = stops[0], words.kind(stops[0].kind)
        end = max(stop.until for stop in stops)
        key = (first.kind, first.at.date())
        numbers[key] += 1
        places = dict.fromkeys(filter(None, (words.place(stop)[0] for stop in stops)))
        yield Entry(
            uid=_uid(words.estate.id, person, *map(str, key), str(numbers[key])),
            start=first.at,
            end=end if end > first.at else None,
            summary=_summary(words, stops),
            description="\n".join(_line(words, stop, timed=end > first.at) for stop in stops),
            location=words.speech("listed").join(places),
            categories=(kind,),
            remind=BEFORE,
            busy=end > first.at,
        )


def _moments(words: PlanWords, person: str, tasks: Sequence[Task]) -> Iterator[Entry]:
    """In a plan of all work: what is handed in or published at one moment is one entry, of no time."""
    numbers: Counter[object] = Counter()
    for at, together in groupby(sorted(tasks), lambda task: task.at):
        kinds = [list(own) for _, own in groupby(together, lambda task: task.kind)]
        numbers[at.date()] += 1
        lines = [_summary(words, own) for own in kinds]
        places = [words.speech("listed").join(task.target for task in own if task.target) for own in kinds]
        yield Entry(
            uid=_uid(words.estate.id, person, "moments", str(at.date()), str(numbers[at.date()])),
            start=at,
            end=None,
            summary=words.speech("listed").join(lines),
            description="\n".join(": ".join(filter(None, pair)) for pair in zip(lines, places, strict=True)),
            categories=tuple(dict.fromkeys(words.kind(own[0].kind) for own in kinds)),
            remind=BEFORE,
        )


def _summary(words: PlanWords, stops: Sequence[Task]) -> str:
    """How many there are; the only one by its name."""
    title = words.kind(stops[0].kind)
    if len(stops) > 1:
        return words.speech("plan_block", title=title, count=len(stops))
    return f"{title} · {stops[0].target}" if stops[0].target else title


def _line(words: PlanWords, stop: Task, *, timed: bool) -> str:
    """A stop; its time too, unless all is done in a moment."""
    return "  ".join(filter(None, (f"{stop.at:%H:%M}" if timed else "", *words.place(stop), words.about(stop))))


def _uid(estate: str, *names: str) -> str:
    """The same round of the same day keeps its name when it is planned again at another time."""
    return f"{sha256('|'.join((estate, *names)).encode()).hexdigest()[:16]}@{estate}.dutyrules"
