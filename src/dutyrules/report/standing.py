"""Who stands where: complete sheets ranked within their scorecard, and why the others have no rank."""

from collections.abc import Sequence
from dataclasses import dataclass

from dutyrules.report.language import Speech
from dutyrules.scoring import Result, Sheet


@dataclass(frozen=True)
class Ranked:
    """The complete sheets of one scorecard, the best first; equal scores share a rank."""

    card: str
    title: str
    sheets: Sequence[tuple[int, Sheet]]


@dataclass(frozen=True)
class Standing:
    """Everybody, ranked or not."""

    cards: Sequence[Ranked]
    unranked: Sequence[Sheet]

    @classmethod
    def of(cls, result: Result, people: Sequence[Sheet], speech: Speech) -> "Standing":
        """Ranks never leave a scorecard, and an incomplete sheet has none."""
        settled = [sheet for sheet in people if sheet.scorecard and sheet.complete and sheet.score is not None]
        cards = [
            Ranked(card, speech.title(result.estate.book.scorecards[card].title, card), _ranked(settled, card))
            for card in sorted({sheet.scorecard or "" for sheet in settled})
        ]
        known = {(sheet.person, sheet.role) for sheet in settled}
        return cls(cards, [sheet for sheet in people if (sheet.person, sheet.role) not in known])


def reasons(result: Result, sheet: Sheet, say: Speech) -> list[str]:
    """Why a sheet has no rank."""
    if sheet.scorecard is None:
        return [say("sheet_no_card")]
    open_ = [item for item in sheet.items if item.state in ("partial", "not_assessed")]
    said = [f"{say.title(item.title, item.item)}: {say(f'state_{item.state}')}" for item in open_]
    if result.judgement.ground.horizon < result.period.end:
        said.append(say("wb_not_over"))
    return said or [say("wb_open_cap")]


def _ranked(settled: Sequence[Sheet], card: str) -> list[tuple[int, Sheet]]:
    mine = [sheet for sheet in settled if sheet.scorecard == card]
    mine.sort(key=lambda sheet: (-(sheet.score or 0), sheet.person))
    return [(1 + sum((other.score or 0) > (sheet.score or 0) for other in mine), sheet) for sheet in mine]
