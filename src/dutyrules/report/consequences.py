"""What sheets come to beyond their lines, in words: weights, vetoes, what is borne for others, grades."""

from collections.abc import Iterator, Mapping
from decimal import Decimal

from dutyrules.report.language import Speech
from dutyrules.report.numbers import plain, share
from dutyrules.scoring import BorneScore, FineScore, GradeScore, ItemScore, LineScore, Result, Sheet, Window


def role_title(result: Result, sheet: Sheet, speech: Speech) -> str:
    """A role as people call it."""
    return speech.title(result.estate.book.roles[sheet.role].title, sheet.role)


def grade(score: GradeScore, speech: Speech) -> str:
    """What the percent is called, and what it is worth."""
    title = speech.title(score.title, "")
    name = f"{score.grade} ({title})" if title else score.grade
    if score.coefficient is None:
        return speech("grade", grade=name)
    return speech("grade_coefficient", grade=name, coefficient=plain(score.coefficient))


def money_of(fine: FineScore, speech: Speech) -> str:
    """What a fine comes to; where it is not meant to be recorded only, what of it may be paid, or why nothing."""
    amount = f"{plain(fine.amount)} {fine.currency}"
    if fine.legal_basis is None:
        return amount
    key = f"fine_{fine.why}" if fine.why else "fine_payable" if fine.payable == fine.amount else "fine_capped"
    said = speech(key, amount=plain(fine.payable), currency=fine.currency, basis=fine.legal_basis)
    return f"{amount}; {said}"


def veto(item: ItemScore, line: LineScore, speech: Speech) -> str:
    """What a line's veto does; nothing where none fired."""
    if line.veto is None:
        return ""
    cap = "" if line.veto.cap is None else plain(line.veto.cap)
    title = speech.title(line.title, f"{item.item}/{line.line}")
    return speech(f"veto_{line.veto.effect}", title=title, item=item.item, cap=cap)


def other(result: Result, person: str, role: str, speech: Speech, *, own: bool) -> str:
    """Somebody else: by name, or, in a copy for the person of the sheet alone, only by role."""
    return speech.title(result.estate.book.roles[role].title, role) if own else result.estate.name_of(person)


def borne(result: Result, one: BorneScore, speech: Speech, *, own: bool = False) -> str:
    """What is taken off for another."""
    form = result.estate.book.scorecards[one.scorecard].items[one.item].lines[one.line]
    title = speech.title(form.title, f"{one.item}/{one.line}")
    name = other(result, one.person, one.role, speech, own=own)
    return speech("borne", name=name, title=title, share=share(one.share), points=plain(one.points))


def consequences(result: Result, sheet: Sheet, speech: Speech, *, own: bool = False) -> Iterator[str]:
    """What else changes the sum: vetoes, what is borne for others, and what bonuses come to beyond their cap."""
    for item in sheet.items:
        for line in item.lines:
            if line.veto and item.state != "excluded":
                yield veto(item, line, speech)
    for one in sheet.borne:
        yield borne(result, one, speech, own=own)
    if sheet.accumulated is not None:
        yield months(sheet.accumulated, speech)
    earned = sum((bonus.points for bonus in sheet.bonuses), Decimal(0))
    if earned > sheet.bonus:
        yield speech("bonus_capped", earned=plain(earned), counted=plain(sheet.bonus))


def outcomes(result: Result, sheet: Sheet, speech: Speech, *, own: bool = False) -> Iterator[str]:
    """What follows besides points and money, and what somebody answers for with others."""
    for one in sheet.outcomes:
        title, clauses = speech.title(one.title, one.outcome), ", ".join(one.clause)
        said = speech("outcome", title=title, times=one.times, steps=steps(one.steps, speech), clauses=clauses)
        said = said if one.window is None else f"{said}; {months(one.window, speech)}"
        names = ", ".join(other(result, person, role, speech, own=own) for person, role in one.liable)
        yield speech("outcome_liable", said=said, names=names) if names else said
    for shared in sheet.liable_for:
        title, clauses = speech.title(shared.title, shared.outcome), ", ".join(shared.clause)
        name, said = other(result, shared.person, shared.role, speech, own=own), steps(shared.steps, speech)
        yield speech("liable_for", name=name, title=title, steps=said, clauses=clauses)


def steps(reached: Mapping[str, str | Mapping[str, str]], speech: Speech) -> str:
    """The steps that are reached."""
    return ", ".join(speech.title(title, step) for step, title in reached.items()) or speech("outcome_none")


def months(window: Window, speech: Speech) -> str:
    """What several months come to, or what of them is not known."""
    over = speech(f"over_{window.over}")
    gaps = [f"{one.period} {speech(f'month_{one.why}')}" for one in window.months if one.why not in ("", "no_sheet")]
    if gaps:
        return speech("months_open", over=over, gaps=", ".join(gaps))
    value = "" if window.value is None else plain(window.value)
    return speech("months", over=over, count=sum(not one.why for one in window.months), value=value)


def content(item: ItemScore, speech: Speech) -> str:
    """What an item is about, and its weight."""
    title = speech.title(item.title, item.item)
    return title if item.weight is None else speech("weighted", title=title, weight=share(item.weight))
