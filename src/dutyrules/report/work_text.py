"""A person's days of work as text: a page a day, with the slots of the timetable."""

from collections.abc import Iterator, Sequence

from dutyrules.plan import Task
from dutyrules.report.plan_words import PlanWords
from dutyrules.report.sheets import wide
from dutyrules.report.work_day import DayPage, WorkDays, about, clock, targets, title

NAMES = 28
"""Letters that titles of events take at most before the next column."""


def work_text(words: PlanWords, person: str) -> str:
    """Everything that one person does, day by day."""
    name = words.person(person)
    lines = [words.title, name if name == person else f"{name} ({person})"]
    pages = list(WorkDays(words).of(person))
    if not pages:
        lines.append(f"  {words.speech('plan_nothing')}")
    for page in pages:
        lines += ["", *_day(words, page)]
    return "\n".join(line.rstrip() for line in lines) + "\n"


def _day(words: PlanWords, page: DayPage) -> Iterator[str]:
    yield f"{page.day} {words.weekday(page.day)}  {page.hours}"
    own = [title(words, stop) for block in page.blocks for stop in block.stops]
    room = min(NAMES, max(map(wide, own), default=0))
    for block in page.blocks:
        yield f"{block.hours}  {block.title}"
        for stop in block.stops:
            what = title(words, stop)
            rest = "  ".join(filter(None, (_about(words, stop), about(words, stop))))
            yield f"    {clock(stop):<11}  {what}{' ' * max(0, room - wide(what))}  {rest}"


def _about(words: PlanWords, stop: Sequence[Task]) -> str:
    """A place, or a list of them."""
    between = " " if len(stop) == 1 else words.speech("listed")
    return between.join(targets(words, stop))
