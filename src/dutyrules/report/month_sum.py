"""What a sheet comes to, as formulas over its items: whoever fills in or corrects a cell sees the sum follow."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from dutyrules.report.consequences import borne, grade
from dutyrules.report.explain import figure_of
from dutyrules.report.grid import Cell, Grid, Live
from dutyrules.report.month import Month
from dutyrules.report.numbers import plain
from dutyrules.report.standing_text import change_words, sums
from dutyrules.scoring import Sheet


@dataclass(frozen=True)
class Sum:
    """The cells of a sum; empty where there is none."""

    score: str = ""
    percent: str = ""


def sum_rows(month: Month, sheet: Sheet, grid: Grid, first: int) -> Sum:
    """The rows below the items, in the order of docs/semantics.md.

    Args:
        first: The first row of the items.
    """
    say, last = month.speech, grid.row - 1
    items = _items(sheet, grid, first, last, say("wb_items"))
    exact = grid.at("score", items)
    taken = [
        grid.add({"standard": borne(month.result, one, say, own=month.own), "deducted": one.exact})
        for one in sheet.borne
    ]
    if taken:
        exact = f"MAX(0,{exact}-SUM({grid.column('deducted', taken[0], taken[-1])}))"
    added = [
        grid.add(
            {
                "standard": f"{say('bonus')}: {say.title(one.title, one.bonus)} ×{one.times}",
                "score": one.points,
                "clause": ", ".join(one.clause),
            }
        )
        for one in sheet.bonuses
        if one.times
    ]
    bonus_cap, *limits = _limits(month, sheet)
    if added:
        bonus = f"SUM({grid.column('score', added[0], added[-1])})"
        exact += f"+{bonus}" if bonus_cap is None else f"+MIN({plain(bonus_cap)},{bonus})"
    if most := [plain(limit) for limit in limits if limit is not None]:
        exact = f"MIN({','.join((exact, *most))})"
    carried = [
        grid.add(
            {
                "standard": f"{say('mc_adjusted', period=one.period)}: {sums(one, say)}",
                "score": one.points,
                "why": "\n".join(change_words(month.result.estate, change, say) for change in one.changes),
            }
        )
        for one in sheet.adjustments
    ]
    adjusted = f"+SUM({grid.column('score', carried[0], carried[-1])})" if carried else ""
    own = f"MAX(0,ROUND({exact},4))"
    label = say("wb_total") if sheet.complete else say("wb_so_far")
    total = grid.add(
        {
            "content": label,
            "marks": Live(grid.at("marks", items), sheet.marks or Decimal(0)),
            "score": Live(f"{own}{adjusted}", sheet.score or Decimal(0)),
            "why": grade(sheet.grade, say) if sheet.grade else "",
        },
        "strong",
        bold=True,
        bg_color="#EEF3F7",
    )
    if sheet.percent is None:
        return Sum(grid.at("score", total))
    percent = grid.add(
        {
            "content": say("col_percent"),
            "score": Live(f"ROUND(({exact}{adjusted})/{grid.at('marks', items)}*100,2)", sheet.percent),
        },
        bg_color="#EEF3F7",
    )
    return Sum(grid.at("score", total), grid.at("score", percent))


def _items(sheet: Sheet, grid: Grid, first: int, last: int, label: str) -> int:
    """The row that adds up the items; a text, as that of an item not assessed, adds nothing."""
    weights = {item.item: item.weight or Fraction(1) for item in sheet.items}
    score = sum(
        (Fraction(item.score) * weights[item.item] for item in sheet.items if item.state == "assessed"), Fraction(0)
    )
    sums = {key: f"SUM({grid.column(key, first, last)})" for key in ("marks", "score")}
    if any(item.weight is not None for item in sheet.items):
        weight = grid.column("weight", first, last)
        sums = {key: f"SUMPRODUCT({grid.column(key, first, last)},{weight})" for key in sums}
    cells: dict[str, Cell] = {
        "content": label,
        "marks": Live(sums["marks"], sheet.marks or Decimal(0)),
        "score": Live(sums["score"], score),
    }
    return grid.add(cells, "strong")


def _limits(month: Month, sheet: Sheet) -> list[Decimal | None]:
    """The most that the bonus comes to, then all that the sheet comes to at most."""
    card = month.result.estate.book.scorecards[sheet.scorecard or ""]
    caps = [figure_of(month.result, sheet, figure) for figure in (card.bonus_cap, card.total_cap)]
    known = [cap if isinstance(cap, Decimal) else None for cap in caps]
    fired = [line.veto for item in sheet.items if item.state != "excluded" for line in item.lines if line.veto]
    return known + [
        Decimal(0) if veto.effect == "zero_total" else veto.cap for veto in fired if veto.effect != "zero_item"
    ]
