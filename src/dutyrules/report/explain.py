"""Why an item or a duty came out as it did: the rule, the arithmetic, the rows."""

from collections.abc import Iterator
from typing import Any, Final

from dutyrules.book import node_at
from dutyrules.diagnostics import Diagnostic, InputError, did_you_mean
from dutyrules.figure import Figure, Tiers
from dutyrules.obligation import State
from dutyrules.report.consequences import steps, veto
from dutyrules.report.language import Speech
from dutyrules.report.numbers import plain, share
from dutyrules.report.text import finding_lines, sheet_text
from dutyrules.scoring import ItemScore, LineScore, OutcomeScore, Result, Sheet

_FIGURES: Final = ("each", "once", "every", "points", "per_missing", "free", "line_cap")
"""Words of a line that hold figures."""


def explain(result: Result, person: str, subject: str | None, speech: Speech) -> str:
    """Explains a person's sheet, one of its items, or one duty.

    Raises:
        InputError: the person has no sheet, or nothing of that name.
    """
    sheets = result.of(person)
    if subject is None:
        return "\n".join(sheet_text(result, sheet, speech) for sheet in sheets)
    lines: list[str] = []
    for sheet in sheets:
        for item in sheet.items:
            if subject in (item.item, *item.clause):
                lines += _item(result, sheet, item, speech)
        for one in sheet.outcomes:
            if subject in (one.outcome, *one.clause):
                lines += _outcome(result, sheet, one, speech)
    if subject in result.estate.book.duties:
        lines += _duty(result, sheets[0], subject, speech)
    if not lines:
        known = [item.item for sheet in sheets for item in sheet.items]
        known += [one.outcome for sheet in sheets for one in sheet.outcomes] + list(result.estate.book.duties)
        raise InputError(
            [
                Diagnostic(
                    "explain.unknown-subject",
                    f"{person} has no item or duty {subject}",
                    None,
                    subject,
                    None,
                    did_you_mean(subject, known),
                )
            ]
        )
    return "\n".join(lines) + "\n"


def _item(result: Result, sheet: Sheet, item: ItemScore, speech: Speech) -> Iterator[str]:
    yield speech("explain_item", item=item.item, title=speech.title(item.title, item.item), marks=plain(item.marks))
    yield "  " + speech("explain_clauses", clauses=", ".join(item.clause))
    yield "  " + speech(
        "explain_written", place=_written(result, ("scorecards", sheet.scorecard or "", "items", item.item))
    )
    named = {one.breach_id: one for one in sheet.breaches}
    for line in item.lines:
        if not line.times:
            continue
        yield ""
        yield (
            "  "
            + speech("explain_line", line=line.line, title=speech.title(line.title, line.line))
            + f" [{', '.join(line.clause)}]"
        )
        for breach in line.breaches:
            if breach in named:
                yield from (f"    {text}" for text in finding_lines(result, sheet, named[breach], speech))
        if line.findings:
            rows = "; ".join(speech("row", file=file.rpartition("/")[2], row=row) for file, row in line.findings)
            yield "    " + speech("explain_findings", rows=rows)
        yield "    " + arithmetic(result, sheet, item, line, speech)
        if line.veto:
            yield "    " + veto(item, line, speech)
    yield ""
    plainly = item.deducted <= item.marks and item.score == item.marks - item.deducted
    key = "explain_sum" if plainly else "explain_floor" if item.deducted > item.marks else "explain_vetoed"
    yield "  " + speech(key, marks=plain(item.marks), deducted=plain(item.deducted), score=plain(item.score))
    if item.weight is not None:
        yield "  " + speech("explain_weight", weight=share(item.weight))
    if item.state != "assessed":
        yield "  " + speech("explain_open", state=speech(f"state_{item.state}"))


def _outcome(result: Result, sheet: Sheet, one: OutcomeScore, speech: Speech) -> Iterator[str]:
    form = result.estate.book.outcomes[one.outcome]
    yield f"{speech('col_outcome')} {one.outcome}: {speech.title(one.title, one.outcome)}"
    yield "  " + speech("explain_clauses", clauses=", ".join(one.clause))
    yield "  " + speech("explain_written", place=_written(result, ("outcomes", one.outcome)))
    for breach in (breach for breach in sheet.breaches if breach.breach_id in one.breaches):
        yield from (f"  {text}" for text in finding_lines(result, sheet, breach, speech))
    if one.findings:
        rows = "; ".join(speech("row", file=file.rpartition("/")[2], row=row) for file, row in one.findings)
        yield "  " + speech("explain_findings", rows=rows)
    ladder = {
        start: steps({step.step: step.title for step in reached}, speech) for start, reached in form.ladder.items()
    }
    said = "; ".join(f"{start}: {step}" for start, step in ladder.items())
    yield "  " + speech("explain_ladder", times=one.times, ladder=said, steps=steps(one.steps, speech))
    for person, role in one.liable:
        role_name = speech.title(result.estate.book.roles[role].title, role)
        yield "  " + speech("explain_liable", name=result.estate.name_of(person), role=role_name)


def arithmetic(result: Result, sheet: Sheet, item: ItemScore, line: LineScore, speech: Speech) -> str:
    """How the points of a line come about."""
    form = result.estate.book.scorecards[sheet.scorecard or ""].items[item.item].lines[line.line]
    if line.price is None:
        return speech("explain_no_price", times=line.times)
    values = {word: figure_of(result, sheet, getattr(form, word)) for word in _FIGURES}
    word = f"{line.price}_tiers" if isinstance(values[line.price], Tiers) else line.price
    parts = [speech(f"explain_{word}", **values | {"times": line.times, "price": values[line.price]})]
    parts += [speech(f"explain_{word}", **values) for word in ("free", "line_cap") if values[word] is not None]
    if line.given_back:
        parts.append(speech("mc_given_back", points=plain(line.given_back)))
    return f"{'; '.join(parts)} = {plain(line.points)}"


def figure_of(result: Result, sheet: Sheet, figure: Figure[Any] | None) -> Any:
    """What a figure of a line says for this sheet; tiers that are one price as a number."""
    if figure is None:
        return None
    presence = result.judgement.ground.presence
    index = result.index_of(sheet)
    area = int(presence.area[result.sheets.post[index]])
    steps = figure.steps(presence.areas.around(area), result.estate.bound)
    value = [value for day, value in steps if day <= result.period.first_day][-1]
    if isinstance(value, Tiers) and value == Tiers.of(value.steps[0][1]):
        return value.steps[0][1]
    return value


def _duty(result: Result, sheet: Sheet, duty: str, speech: Speech) -> Iterator[str]:
    form = result.estate.book.duties[duty]
    yield f"{speech('explain_rule')}: {speech.title(form.title, duty)} ({duty}, {form.check})"
    yield "  " + speech("explain_clauses", clauses=", ".join(form.clause))
    yield "  " + speech("explain_written", place=_written(result, ("duties", duty)))
    counts = _counts(result, sheet, duty)
    yield (
        "  "
        + speech("explain_counts")
        + ": "
        + ", ".join(f"{speech(f'state_{state.name.lower()}')} {number}" for state, number in counts)
    )
    for one in (*sheet.breaches, *sheet.excused, *sheet.pending, *sheet.not_assessed):
        if one.duty == duty:
            yield from (f"  {line}" for line in finding_lines(result, sheet, one, speech))
    for item in sheet.items:
        for line in item.lines:
            named = result.estate.book.scorecards[sheet.scorecard or ""].items[item.item].lines[line.line]
            if duty in named.duties:
                yield (
                    "  "
                    + speech("explain_lines")
                    + f" {item.item}/{line.line} {speech.title(line.title, line.line)}: {plain(line.points)}"
                )


def _counts(result: Result, sheet: Sheet, duty: str) -> list[tuple[State, int]]:
    row = result.state_counts[duty][result.index_of(sheet)]
    return [(state, int(row[state])) for state in State if row[state]]


def _written(result: Result, path: tuple[str, ...]) -> str:
    node = node_at(result.estate.book.assembly, path)
    span = node.key_span or node.span
    return f"{span.file.rpartition('/')[2]}:{span.line}"
