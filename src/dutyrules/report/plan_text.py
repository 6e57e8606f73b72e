"""Text for a terminal: what is known about a plan, what is planned, what is missing and why."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from tabulate import tabulate

from dutyrules.plan import Balance, Shortfall
from dutyrules.report.plan_relief import ReliefWords
from dutyrules.report.plan_words import PlanWords, percent

MOST_MISSING = 12
"""Targets shown of those that are left out; the JSON has all of them."""

MOST_MOVES = 40
"""Moves shown; the workbook and the JSON have all of them."""


def plan_text(words: PlanWords) -> str:
    """The plan as a whole: how good it is, who has how much when, and what could not be met."""
    parts = [words.title, words.status(), *words.caveats()]
    parts += ["", words.speech("plan_tasks", count=len(words.plan.tasks)), _load(words)]
    if words.plan.measures:
        parts += ["", words.speech("plan_measures"), _measures(words)]
        parts += [f"  {words.gaps()}"] if words.gaps() else []
    if words.plan.shortfalls:
        parts += ["", words.speech("plan_shortfalls", count=len(words.plan.shortfalls))]
        parts += [f"  {line}" for one in words.plan.shortfalls for line in _shortfall(words, one)]
    if words.plan.relaxations:
        parts += ["", *_relaxations(ReliefWords(words))]
    if words.plan.balance is not None:
        parts += ["", *_balance(ReliefWords(words), words.plan.balance)]
    if words.plan.moves:
        parts += ["", words.speech("plan_moves", count=len(words.plan.moves)), moves_table(words)]
    if words.plan.unplanned:
        parts += ["", words.speech("plan_unplanned", count=len(words.plan.unplanned))]
        parts += [f"  {line}" for line in words.unplanned()]
    return "\n".join(parts) + "\n"


def person_text(words: PlanWords, person: str) -> str:
    """One person's tasks, day by day."""
    name = words.person(person)
    lines = [words.title, name if name == person else f"{name} ({person})"]
    tasks = words.plan.of(person)
    if not tasks:
        lines += [f"  {words.speech('plan_nothing')}"]
    for day, of_the_day in groupby(tasks, lambda task: task.at.date()):
        rows = [
            (task.order, f"{task.at:%H:%M}", words.kind(task.kind), *words.place(task), words.about(task))
            for task in of_the_day
        ]
        lines += ["", f"{day} {words.weekday(day)}", tabulate(rows, tablefmt="plain", disable_numparse=True)]
    return "\n".join(line.rstrip() for part in lines for line in part.split("\n")) + "\n"


def _load(words: PlanWords) -> str:
    if not words.plan.tasks:
        return f"  {words.speech('plan_nothing')}"
    titles = [words.speech(f"col_{key}") for key in ("name", "kind", "total")]
    titles += [f"{week:%m-%d}" for week in words.weeks()]
    rows = [(name, kind, total, *(found or "" for found in weeks)) for name, kind, total, weeks in words.load()]
    return _table(rows, titles, words_first=2)


def _measures(words: PlanWords) -> str:
    rows = [
        (name, unit, value, "–" if bound is None else bound, percent(gap))
        for name, unit, value, bound, gap in words.measures()
    ]
    return _table(rows, words.measure_titles, words_first=2)


def moves_table(words: PlanWords) -> str:
    """What moved, the first of it."""
    rows = list(words.moves())
    told = tabulate(rows[:MOST_MOVES], words.move_titles, disable_numparse=True)
    rest = len(rows) - MOST_MOVES
    return f"{told}\n{words.speech('more', count=rest)}" if rest > 0 else told


def _table(rows: Sequence[Sequence[object]], titles: list[str], *, words_first: int) -> str:
    """Some columns of words, then numbers, which stand to the right."""
    sides = ["left"] * words_first + ["right"] * (len(titles) - words_first)
    return tabulate(rows, titles, disable_numparse=True, colalign=sides)


def _relaxations(relief: ReliefWords) -> Iterator[str]:
    """What could be changed, and what it costs."""
    yield relief.speech("relax_title", count=len(relief.plan.relaxations))
    yield f"  {relief.speech('relax_note')}"
    for one in relief.plan.relaxations:
        yield f"  {relief.relaxation(one)}"
        yield from (f"    {change}" for change in relief.changes(one))


def _balance(relief: ReliefWords, one: Balance) -> Iterator[str]:
    """Which buildings could go over to whom."""
    yield relief.speech("balance_title")
    yield relief.balance(one)
    if one.handovers:
        yield _table(list(relief.handovers(one)), relief.handover_titles, words_first=3)
        yield ""
        yield _table(list(relief.loads(one)), relief.load_titles, words_first=1)


def _shortfall(words: PlanWords, one: Shortfall) -> Iterator[str]:
    clauses = ", ".join(one.clause)
    yield f"{words.shortfall(one)}  [{clauses}] {one.breach_id}"
    yield from (f"    {sentence}" for sentence in words.reasons(one))
    if proof := words.proof(one):
        yield f"    {proof}"
    if one.missing:
        yield f"    {words.missing(one, MOST_MISSING)}"
