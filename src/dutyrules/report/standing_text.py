"""A closing in words: how far it is, appeals, adjustments."""

from collections.abc import Iterator
from decimal import Decimal

from dutyrules.estate import Estate
from dutyrules.report.language import Speech
from dutyrules.report.numbers import money, plain
from dutyrules.scoring import Adjustment, Appeal, Change, Result, Sheet, Standing


def standing_words(standing: Standing, speech: Speech) -> str:
    """How far the closing of a month is."""
    key = standing.state if standing.state != "draft" or standing.published_at is None else "draft_again"
    return speech(
        f"mc_{key}",
        revision=standing.revision,
        at=standing.published_at or "",
        until=standing.appeals_until or "",
    )


def step_lines(result: Result, speech: Speech) -> Iterator[str]:
    """What a step did: the state, what is appealed against, what was carried on."""
    title = speech.title(result.estate.title, result.estate.id)
    yield speech("title", estate=title, period=result.period.label)
    if result.standing is None:
        return
    yield standing_words(result.standing, speech)
    for sheet in result.people:
        for one in sheet.appeals:
            yield f"{sheet.person}: {appeal_words(one, speech)}"
    for adjustment in result.standing.adjustments:
        yield from adjustment_lines(result.estate, adjustment, speech)
    for adjustment in result.unplaced:
        yield speech("mc_unplaced", person=adjustment.person, role=adjustment.role, period=adjustment.period)


def sheet_lines(result: Result, sheet: Sheet, speech: Speech) -> Iterator[str]:
    """What appeals and earlier months bring to a sheet."""
    if sheet.appeals:
        yield ""
        yield f"{speech('mc_appeals')} ({len(sheet.appeals)})"
        yield from (f"  {appeal_words(one, speech)}" for one in sheet.appeals)
    if sheet.adjustments:
        yield ""
        yield f"{speech('mc_adjustments')} ({len(sheet.adjustments)})"
        for one in sheet.adjustments:
            yield from (f"  {line}" for line in adjustment_lines(result.estate, one, speech))


def appeal_words(one: Appeal, speech: Speech) -> str:
    """An appeal and what became of it."""
    points = "" if one.points is None else plain(one.points)
    what = speech(f"mc_appeal_{one.decision}", points=points)
    by = "" if one.decided_by is None else speech("mc_decided", by=one.decided_by, at=one.decided_at or "")
    return "; ".join(filter(None, (f"{one.breach_id}  {one.filed_at}", what, by, one.reason or "")))


def adjustment_lines(estate: Estate, one: Adjustment, speech: Speech) -> Iterator[str]:
    """What an earlier month comes to differently for one sheet, and which breaches make it so."""
    yield f"{one.period}  {estate.name_of(one.person)} ({one.person}), {one.role}: {sums(one, speech)}"
    yield from (f"  {change_words(estate, change, speech)}" for change in one.changes)


def sums(one: Adjustment, speech: Speech) -> str:
    """Points and money with their sign."""
    parts = [speech("mc_points", points=signed(one.points))] if one.points else []
    for key, amounts in (("mc_fines", one.fines), ("mc_payable", one.payable)):
        if amounts:
            shown = {currency: abs(amount) for currency, amount in amounts.items()}
            sign = {"-" if amount < 0 else "+" for amount in amounts.values()}
            told = f"{sign.pop()}{money(shown)}" if len(sign) == 1 else money(amounts)
            parts.append(speech(key, money=told))
    return "; ".join(parts) or speech("mc_points", points="0")


def signed(number: Decimal) -> str:
    """A number with its sign.

    >>> signed(Decimal("2.50")), signed(Decimal(-1))
    ('+2.5', '-1')
    """
    return f"+{plain(number)}" if number > 0 else plain(number)


def change_words(estate: Estate, change: Change, speech: Speech) -> str:
    """A breach that came, went or is told otherwise."""
    one = change.finding
    duty = estate.book.duties.get(one.duty)
    title = speech.title(duty.title, one.duty) if duty else one.duty
    what = speech(f"reason_{one.reason}") if one.reason else ""
    rows = "; ".join(speech("row", file=file.rpartition("/")[2], row=row) for file, row in one.evidence[:3])
    told = f"{one.day}  {title}: {what}".strip()
    return f"{speech(f'mc_{change.change}')}: {told}  {one.breach_id}" + (f"  ({rows})" if rows else "")
