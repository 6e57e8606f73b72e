"""CSV for spreadsheets; of a result one line per deduction line, sums and breaches included."""

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Final

from dutyrules.report.consequences import consequences, content, grade, money_of, outcomes, role_title
from dutyrules.report.language import Speech
from dutyrules.report.numbers import measure, plain
from dutyrules.report.standing_text import appeal_words, change_words, sums
from dutyrules.scoring import Finding, ItemScore, LineScore, Result, Sheet

_RISKY = ("=", "+", "-", "@", "\t", "\r")


_CELLS: Final = (
    "item",
    "line",
    "clause",
    "content",
    "times",
    "deducted",
    "score",
    "marks",
    "percent",
    "state",
    "evidence",
)


def as_csv(result: Result, people: Sequence[Sheet], speech: Speech) -> bytes:
    """Every line of every sheet, as UTF-8 with BOM, which Excel opens as it is."""
    return csv_bytes(*line_table(result, people, speech))


def line_table(
    result: Result, people: Sequence[Sheet], speech: Speech
) -> tuple[Sequence[str], Sequence[tuple[str, ...]]]:
    """Every line of every sheet: titles and rows."""
    rows = [
        (sheet.person, sheet.name, role_title(result, sheet, speech), *row)
        for sheet in people
        for row in _rows(result, sheet, speech)
    ]
    return [speech(f"col_{key}") for key in ("person", "name", "role", *_CELLS)], rows


def csv_bytes(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as UTF-8 with BOM, which Excel opens as it is; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def _row(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(key, "") for key in _CELLS)


def _rows(result: Result, sheet: Sheet, speech: Speech) -> Iterator[tuple[str, ...]]:
    if sheet.score is not None and sheet.marks is not None:
        yield _row(
            content=speech("col_score"),
            score=plain(sheet.score),
            marks=plain(sheet.marks),
            percent="" if sheet.percent is None else f"{sheet.percent:.2f}",
            state=speech("state_assessed") if sheet.complete else speech("state_partial"),
            evidence=grade(sheet.grade, speech) if sheet.grade else "",
        )
    named = {one.breach_id: one for one in sheet.breaches}
    for item in sheet.items:
        yield _row(
            item=item.item,
            clause=" ".join(item.clause),
            content=content(item, speech),
            deducted=plain(item.deducted),
            score=plain(item.score) if item.state == "assessed" else "",
            marks=plain(item.marks),
            state=speech(f"state_{item.state}"),
        )
        yield from (_line(item, line, named, speech) for line in item.lines if line.times)
    yield from (_row(content=said) for said in consequences(result, sheet, speech))
    for one in sheet.adjustments:
        said = f"{speech('mc_adjusted', period=one.period)}: {sums(one, speech)}"
        changes = "; ".join(change_words(result.estate, change, speech) for change in one.changes)
        yield _row(content=said, score=plain(one.points), evidence=changes)
    for appeal in sheet.appeals:
        yield _row(content=appeal_words(appeal, speech), state=speech("mc_appeals"))
    for bonus in sheet.bonuses:
        if bonus.times:
            yield _row(
                item=speech("bonus"),
                line=bonus.bonus,
                clause=" ".join(bonus.clause),
                content=speech.title(bonus.title, bonus.bonus),
                times=str(bonus.times),
                score=plain(bonus.points),
            )
    for fine in sheet.fines:
        yield _row(
            line=fine.fine,
            clause=" ".join(fine.clause),
            content=f"{speech.title(fine.title, fine.fine)}: {money_of(fine, speech)}",
            times=str(fine.times),
            state=speech("col_fines"),
        )
    yield from (_row(content=said, state=speech("col_outcome")) for said in outcomes(result, sheet, speech))


def _line(item: ItemScore, line: LineScore, named: Mapping[str, Finding], speech: Speech) -> tuple[str, ...]:
    reasons = [
        f"{one.day} {speech(f'reason_{one.reason}')} ({' / '.join(measure(one))})"
        for one in map(named.get, line.breaches)
        if one
    ]
    reasons += [speech("row", file=file.rpartition("/")[2], row=row) for file, row in line.findings]
    return _row(
        item=item.item,
        line=line.line,
        clause=" ".join(line.clause),
        content=speech.title(line.title, line.line),
        times=str(line.times),
        deducted=plain(line.points),
        evidence="; ".join(reasons),
    )


def _safe(cell: str) -> str:
    """A cell that a spreadsheet reads as text and never as a formula; readers here take the apostrophe off again."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell
