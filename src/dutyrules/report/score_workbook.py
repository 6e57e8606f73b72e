"""A result as a workbook: the ranking, a sheet for each person, the evidence, and what HR decided.

Numbers are numbers, sums are formulas with what they came to, ids of breaches lead to their evidence and back.
"""

import io
from collections.abc import Sequence
from datetime import datetime, time

import xlsxwriter

from dutyrules.report.language import Speech
from dutyrules.report.month import Month, bases
from dutyrules.report.month_decisions import decisions, decisions_sheet
from dutyrules.report.month_evidence import evidence_place, evidence_sheet
from dutyrules.report.month_person import PersonSheet
from dutyrules.report.month_ranking import ranking_sheet
from dutyrules.report.sheets import Formats, place, sheet_name
from dutyrules.scoring import Result, Sheet


def score_workbook(result: Result, people: Sequence[Sheet], speech: Speech, *, own: bool = False) -> bytes:
    """The workbook, the same bytes for the same result.

    Args:
        own: It is one person's copy, with nothing of others in it: no ranking, and others by role instead of name.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    taken = {"history"}
    several = {sheet.person for sheet in people if sum(other.person == sheet.person for other in people) > 1}
    ranking = "" if own else sheet_name(speech("wb_ranking"), taken)
    evidence = sheet_name(speech("wb_evidence"), taken)
    decided = sheet_name(speech("wb_decisions"), taken)
    names = [sheet_name(f"{one.name} {one.role}" if one.person in several else one.name, taken) for one in people]
    rows = [basis for sheet in people for basis in bases(sheet)]
    leads = {
        basis.key: evidence_place(evidence, number, own=own)
        for number, basis in enumerate(rows, start=1)
        if basis.key[2]
    }
    month = Month(result, people, speech, Formats(book), own, leads)
    book.set_properties({"title": month.heading()[0], "created": datetime.combine(result.period.first, time())})

    first = book.add_worksheet(ranking) if ranking else None
    back = place(ranking, 0) if ranking else ""
    told = {}
    for sheet, name in zip(people, names, strict=True):
        told[sheet.person, sheet.role] = PersonSheet(month, sheet, book.add_worksheet(name), name).write(back)
    evidence_sheet(
        month,
        rows,
        {key: where for one in told.values() for key, where in one.rows.items()},
        book.add_worksheet(evidence),
    )
    if found := decisions(month):
        decisions_sheet(month, found, book.add_worksheet(decided))
    if first is not None:
        ranking_sheet(month, told, book, first, ranking)
    book.close()
    return file.getvalue()
