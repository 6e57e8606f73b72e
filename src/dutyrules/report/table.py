"""CSV for spreadsheets; of a result one line per deduction line, sums and breaches included."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence

from dutyrules.report.language import Speech
from dutyrules.report.numbers import measure, plain
from dutyrules.scoring import Result, Sheet

_RISKY = ("=", "+", "-", "@", "\t", "\r")


def as_csv(result: Result, people: Sequence[Sheet], speech: Speech) -> bytes:
    """Every line of every sheet, as UTF-8 with BOM, which Excel opens as it is."""
    keys = (
        "person",
        "name",
        "role",
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
    return csv_bytes(
        [speech(f"col_{key}") for key in keys],
        (
            (sheet.person, sheet.name, role_title(result, sheet, speech), *row)
            for sheet in people
            for row in _rows(sheet, speech)
        ),
    )


def csv_bytes(titles: Sequence[str], rows: Iterable[Sequence[str]]) -> bytes:
    """A table as UTF-8 with BOM, which Excel opens as it is; no cell is a formula."""
    text = io.StringIO(newline="")
    writer = csv.writer(text)
    writer.writerow(titles)
    writer.writerows([_safe(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + text.getvalue().encode("utf-8")


def role_title(result: Result, sheet: Sheet, speech: Speech) -> str:
    """A role as people call it."""
    return speech.title(result.estate.book.roles[sheet.role].title, sheet.role)


def _rows(sheet: Sheet, speech: Speech) -> Iterator[tuple[str, ...]]:
    named = {one.breach_id: one for one in sheet.breaches}
    if sheet.score is not None and sheet.marks is not None:
        percent = "" if sheet.percent is None else f"{sheet.percent:.2f}"
        state = speech("state_assessed") if sheet.complete else speech("state_partial")
        yield "", "", "", speech("col_score"), "", "", plain(sheet.score), plain(sheet.marks), percent, state, ""
    for item in sheet.items:
        title = speech.title(item.title, item.item)
        yield (
            item.item,
            "",
            " ".join(item.clause),
            title,
            "",
            plain(item.deducted),
            plain(item.score) if item.state == "assessed" else "",
            plain(item.marks),
            "",
            speech(f"state_{item.state}"),
            "",
        )
        for line in item.lines:
            if line.times:
                reasons = [
                    f"{one.day} {speech(f'reason_{one.reason}')} ({' / '.join(measure(one))})"
                    for one in map(named.get, line.breaches)
                    if one
                ]
                reasons += [speech("row", file=file.rpartition("/")[2], row=row) for file, row in line.findings]
                yield (
                    item.item,
                    line.line,
                    " ".join(line.clause),
                    speech.title(line.title, line.line),
                    str(line.times),
                    plain(line.points),
                    "",
                    "",
                    "",
                    "",
                    "; ".join(reasons),
                )
    for bonus in sheet.bonuses:
        if bonus.times:
            yield (
                speech("bonus"),
                bonus.bonus,
                " ".join(bonus.clause),
                speech.title(bonus.title, bonus.bonus),
                str(bonus.times),
                "",
                plain(bonus.points),
                "",
                "",
                "",
                "",
            )
    for fine in sheet.fines:
        yield (
            "",
            fine.fine,
            " ".join(fine.clause),
            f"{speech.title(fine.title, fine.fine)}: {plain(fine.amount)} {fine.currency}",
            str(fine.times),
            "",
            "",
            "",
            "",
            speech("col_fines"),
            "",
        )


def _safe(cell: str) -> str:
    """A cell that a spreadsheet reads as text and never as a formula; readers here take the apostrophe off again."""
    return f"'{cell}" if cell.startswith(_RISKY) else cell
