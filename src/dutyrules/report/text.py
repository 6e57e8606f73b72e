"""Text for a terminal: the ranking, and a sheet with what leads to each point."""

from collections.abc import Iterator, Sequence

from tabulate import tabulate

from dutyrules.report.consequences import consequences, content, grade, money_of, outcomes, role_title
from dutyrules.report.language import Speech
from dutyrules.report.numbers import measure, money, plain
from dutyrules.report.standing_text import sheet_lines, standing_words
from dutyrules.scoring import Finding, ItemScore, Result, Sheet, Tally

MOST_ROWS = 3
"""Log rows shown for one breach; the JSON has all of them."""


def as_text(result: Result, people: Sequence[Sheet], speech: Speech) -> str:
    """The ranking of everybody; for one or two people their sheets."""
    parts = [*heading(result, speech), "", _ranking(result, people, speech)]
    if len({sheet.person for sheet in people}) <= 2:
        parts += [line for sheet in people for line in ("", *_sheet(result, sheet, speech))]
    return "\n".join(parts) + "\n"


def sheet_text(result: Result, sheet: Sheet, speech: Speech) -> str:
    """One sheet."""
    return "\n".join(_sheet(result, sheet, speech)) + "\n"


def heading(result: Result, speech: Speech) -> Iterator[str]:
    """What was scored, and what a reader should know before."""
    yield speech("title", estate=speech.title(result.estate.title, result.estate.id), period=result.period.label)
    if result.as_of:
        yield speech("as_of", as_of=result.as_of)
    if result.standing:
        yield standing_words(result.standing, speech)
    yield from caveats(result, speech)
    if result.uncovered:
        yield speech("uncovered", count=len(result.uncovered))


def caveats(tally: Tally, speech: Speech) -> Iterator[str]:
    """What a reader should know before reading on."""
    if tally.forecast:
        yield speech("forecast")
    if tally.redacted:
        yield speech("redacted")
    if tally.provisional:
        yield speech("provisional")
    if not tally.judgement.ground.coverage.declared:
        yield speech("undeclared")
    if tally.log.rejected_rows:
        yield speech("rejected_here", count=tally.log.rejected_rows)
    if len(tally.log.late):
        yield speech("late_rows", count=len(tally.log.late))


def ranks(people: Sequence[Sheet]) -> dict[tuple[str, str], int]:
    """Rank of each (person, scorecard) among the complete sheets of that scorecard; equal scores share a rank."""
    complete = [sheet for sheet in people if sheet.complete and sheet.scorecard and sheet.score is not None]
    return {
        (sheet.person, sheet.scorecard or ""): 1
        + sum(other.scorecard == sheet.scorecard and (other.score or 0) > (sheet.score or 0) for other in complete)
        for sheet in complete
    }


def _ranking(result: Result, people: Sequence[Sheet], speech: Speech) -> str:
    titles, rows = ranking(result, people, speech)
    return tabulate(rows, titles, disable_numparse=True)


def ranking(
    result: Result, people: Sequence[Sheet], speech: Speech
) -> tuple[Sequence[str], Sequence[Sequence[object]]]:
    """Everybody, the best of each scorecard first: titles and rows."""
    rank = ranks(people)
    ordered = sorted(
        people,
        key=lambda one: (
            one.scorecard is None,
            one.scorecard or "",
            rank.get((one.person, one.scorecard or ""), 10**6),
            one.person,
        ),
    )
    rows = [
        (
            rank.get((sheet.person, sheet.scorecard or ""), ""),
            sheet.person,
            sheet.name,
            role_title(result, sheet, speech),
            "" if sheet.score is None else plain(sheet.score),
            "" if sheet.marks is None else plain(sheet.marks),
            "" if sheet.percent is None else f"{sheet.percent:.2f}",
            range_of(sheet),
            len([one for one in sheet.breaches if one.strength == "must"]),
            len(sheet.not_assessed),
            money(sheet.fine_totals),
        )
        for sheet in ordered
    ]
    keys = ("rank", "person", "name", "role", "score", "marks", "percent", "range", "breaches", "open", "fines")
    return [speech(f"col_{key}") for key in keys], rows


def range_of(sheet: Sheet) -> str:
    """Between what a sheet will end; nothing where that is settled."""
    if sheet.complete or sheet.score_min is None or sheet.score_max is None:
        return ""
    return f"{plain(sheet.score_min)}–{plain(sheet.score_max)}"


def _sheet(result: Result, sheet: Sheet, speech: Speech) -> Iterator[str]:
    yield speech("sheet_of", name=sheet.name, person=sheet.person, role=role_title(result, sheet, speech))
    yield sum_of(sheet, speech)
    if sheet.items:
        keys = ("item", "content", "marks", "deducted", "score", "state")
        yield tabulate(list(_item_rows(sheet, speech)), [speech(f"col_{key}") for key in keys], disable_numparse=True)
    yield from consequences(result, sheet, speech)
    for bonus in sheet.bonuses:
        if bonus.times:
            yield f"{speech('bonus')}: {speech.title(bonus.title, bonus.bonus)} {bonus.times} → {plain(bonus.points)}"
    for fine in sheet.fines:
        title = speech.title(fine.title, fine.fine)
        yield f"{speech('col_fines')}: {title} {fine.times} → {money_of(fine, speech)}"
    yield from outcomes(result, sheet, speech)
    yield from sheet_lines(result, sheet, speech)
    for key in ("breaches", "excused", "pending", "not_assessed"):
        findings: Sequence[Finding] = getattr(sheet, key)
        if findings:
            yield ""
            yield f"{speech(key)} ({len(findings)})"
            yield from (f"  {line}" for one in findings for line in finding_lines(result, sheet, one, speech))


def sum_of(sheet: Sheet, speech: Speech) -> str:
    """What a sheet comes to, or how far it has come."""
    if sheet.score is None or sheet.marks is None or sheet.assessed_marks is None:
        return speech("sheet_no_card")
    if sheet.percent is not None:
        percent = f"{sheet.percent:.2f}"
        text = speech("sheet_sum", score=plain(sheet.score), marks=plain(sheet.marks), percent=percent)
        return text if sheet.grade is None else f"{text}; {grade(sheet.grade, speech)}"
    return speech(
        "sheet_incomplete",
        score=plain(sheet.score),
        assessed=plain(sheet.assessed_marks),
        low=plain(sheet.score_min or sheet.score),
        high=plain(sheet.score_max or sheet.score),
        marks=plain(sheet.marks),
    )


def _item_rows(sheet: Sheet, speech: Speech) -> Iterator[tuple[object, ...]]:
    for item in sheet.items:
        yield (
            item.item,
            content(item, speech),
            plain(item.marks),
            plain(item.deducted),
            _counted(item),
            item_state(item, speech),
        )
        for line in item.lines:
            if line.times:
                yield (
                    f"{item.item}/{line.line}",
                    f"{speech.title(line.title, line.line)} ×{line.times}",
                    "",
                    plain(line.points),
                    "",
                    "",
                )


def _counted(item: ItemScore) -> str:
    """An item's score; nothing where it is not settled what it is."""
    return plain(item.score) if item.state == "assessed" else ""


def item_state(item: ItemScore, speech: Speech) -> str:
    """How far an item is assessed, and who settled what was open."""
    state = speech(f"state_{item.state}")
    return f"{state}, {speech('settled', by=item.settled_by)}" if item.settled_by else state


def finding_lines(result: Result, sheet: Sheet, one: Finding, speech: Speech) -> Iterator[str]:
    """A verdict in a line or two: when, what, expected and actual, the rows or what is missing."""
    said = f"{when(one)}  {finding_words(result, sheet, one, speech)}"
    yield f"{said}  [{', '.join(one.clause)}] {one.breach_id}".rstrip()
    if one.missing:
        shown = ", ".join(one.missing[:12])
        rest = len(one.missing) - 12
        yield f"    {speech('missing_targets', targets=shown)}" + (f" {speech('more', count=rest)}" if rest > 0 else "")
    if one.evidence and one.state == "breached":
        rows = "; ".join(speech("row", file=file.rpartition("/")[2], row=row) for file, row in one.evidence[:MOST_ROWS])
        rest = len(one.evidence) - MOST_ROWS
        yield f"    {rows}" + (f" {speech('more', count=rest)}" if rest > 0 else "")


def when(one: Finding) -> str:
    """The period of a verdict, and what tells it from others of that period."""
    return f"{one.period} · {one.discriminator}" if one.discriminator else one.period


def finding_words(result: Result, sheet: Sheet, one: Finding, speech: Speech) -> str:
    """What a verdict says: the duty, the reason, expected and actual, and whether it counts."""
    title = speech.title(result.estate.book.duties[one.duty].title, one.duty)
    what = speech(f"reason_{one.reason}") if one.reason else speech.why(one.why)
    figures = ""
    if one.expected is not None and one.state in ("breached", "excused"):
        expected, actual = measure(one)
        figures = f" {speech('col_expected')} {expected} {speech('col_actual')} {actual}"
    note = f" ({speech('uncharged')})" if one.breach_id in sheet.uncharged else ""
    note = f" ({speech('advisory')})" if one.strength != "must" else note
    return f"{title}: {what}{figures}{note}"
