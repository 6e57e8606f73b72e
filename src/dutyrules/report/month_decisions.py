"""What HR decided in a month: waivers of breaches, and how gaps were settled."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from dutyrules.report.grid import Cell, Grid, Lead
from dutyrules.report.month import Month, breach_key, landscape
from dutyrules.report.numbers import plain
from dutyrules.report.sheets import Worksheet
from dutyrules.report.text import finding_words
from dutyrules.scoring import Appeal, Result, Sheet

_WIDTHS: Final = {
    "decision": 16,
    "person": 10,
    "name": 16,
    "about": 56,
    "reason": 24,
    "decided_by": 14,
    "decided_at": 18,
    "breach": 18,
}


@dataclass(frozen=True)
class Waiver:
    """Who waived a breach, why, and when; empty where the table does not say."""

    approver: str
    reason: str
    decided_at: str


def waivers_of(result: Result) -> Mapping[str, Waiver]:
    """Breach → its waiver."""
    rows = result.estate.tables.waivers.select("breach_id", "approver", "reason", "decided_at").rows()
    return {breach: Waiver(*(str(cell or "") for cell in decided)) for breach, *decided in rows}


def decisions(month: Month) -> Sequence[dict[str, Cell]]:
    """A row for each waiver that excuses one of these people, each appeal of theirs, and each gap that was settled."""
    return [*_waivers(month), *_appeals(month), *_settlements(month)]


def decisions_sheet(month: Month, rows: Sequence[dict[str, Cell]], page: Worksheet) -> None:
    """The decisions, with filters; a waiver leads to the breach that it excuses."""
    landscape(page, list(_WIDTHS.values()), 0, month.heading()[0])
    grid = Grid(page, month.formats, _WIDTHS, {})
    grid.head([month.speech(f"col_{key}") for key in _WIDTHS])
    for row in rows:
        grid.add(row)
    page.autofilter(0, 0, len(rows), len(_WIDTHS) - 1)


def _waivers(month: Month) -> list[dict[str, Cell]]:
    waivers = waivers_of(month.result)
    return [
        {
            "decision": month.speech("why_waived"),
            "person": sheet.person,
            "name": sheet.name,
            "about": f"{one.day}  {finding_words(month.result, sheet, one, month.speech)}",
            "reason": waivers[one.breach_id].reason,
            "decided_by": waivers[one.breach_id].approver,
            "decided_at": waivers[one.breach_id].decided_at,
            "breach": Lead(month.evidence.get(breach_key(sheet, one.breach_id), ""), one.breach_id),
        }
        for sheet in month.people
        for one in sheet.excused
        if one.why == "waived" and one.breach_id in waivers
    ]


def _appeals(month: Month) -> list[dict[str, Cell]]:
    return [
        {
            "decision": month.speech(
                f"mc_appeal_{one.decision}", points="" if one.points is None else plain(one.points)
            ),
            "person": sheet.person,
            "name": sheet.name,
            "about": _about(month, sheet, one),
            "reason": one.reason or "",
            "decided_by": one.decided_by or "",
            "decided_at": str(one.decided_at or ""),
            "breach": Lead(month.evidence.get(breach_key(sheet, one.breach_id), ""), one.breach_id),
        }
        for sheet in month.people
        for one in sheet.appeals
    ]


def _about(month: Month, sheet: Sheet, appeal: Appeal) -> str:
    """What an appeal is about, and when it was filed."""
    said = month.speech("mc_filed", at=appeal.filed_at)
    for one in (*sheet.breaches, *sheet.excused):
        if one.breach_id == appeal.breach_id:
            return f"{one.day}  {finding_words(month.result, sheet, one, month.speech)}; {said}"
    return said


def _settlements(month: Month) -> list[dict[str, Cell]]:
    table = month.result.estate.tables.settlements
    rows = table.select("period", "person", "item", "decision", "decided_by", "decided_at").rows()
    return [
        {
            "decision": month.speech(f"wb_{decision}"),
            "person": person,
            "name": sheet.name,
            "about": next(month.speech.title(one.title, one.item) for one in sheet.items if one.item == item),
            "decided_by": by,
            "decided_at": str(at or ""),
        }
        for period, person, item, decision, by, at in rows
        for sheet in month.people
        if period == month.result.period.label and sheet.person == person and item in {one.item for one in sheet.items}
    ]
