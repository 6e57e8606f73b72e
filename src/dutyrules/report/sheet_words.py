"""What a sheet says, whatever it is written on: the words that the month workbook and the page share."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from functools import cached_property
from typing import Final

from dutyrules.book import Line, overlapping
from dutyrules.report.consequences import consequences, money_of, outcomes, veto
from dutyrules.report.duty_words import DutyWords
from dutyrules.report.explain import arithmetic
from dutyrules.report.figures_in_force import FiguresInForce
from dutyrules.report.language import Speech
from dutyrules.report.month import Basis, bases
from dutyrules.report.text import finding_words, item_state
from dutyrules.scoring import Finding, ItemScore, LineScore, Result, Sheet

OPEN: Final = ("partial", "not_assessed")
"""States of items that something keeps from being assessed."""


class SheetWords:
    """Tells one sheet in one language.

    Attributes:
        duties: Says duties and prices with the figures that bound this sheet.
    """

    def __init__(self, result: Result, sheet: Sheet, speech: Speech, *, own: bool = False) -> None:
        self._result, self._sheet, self._say, self._own = result, sheet, speech, own
        self.duties = DutyWords(result.estate.book, speech, FiguresInForce(result, sheet, speech))

    # ------------------------------------------------------------ lines

    @cached_property
    def _bases(self) -> Mapping[tuple[str, str], Sequence[Basis]]:
        found: dict[tuple[str, str], list[Basis]] = {}
        for basis in bases(self._sheet):
            key = (basis.item.item, basis.line.line) if basis.item and basis.line else ("", "")
            found.setdefault(key, []).append(basis)
        return found

    def bases(self, item: ItemScore, line: LineScore) -> Sequence[Basis]:
        """What the points of a line rest on."""
        return self._bases.get((item.item, line.line), ())

    def form(self, item: ItemScore, line: LineScore) -> Line:
        """A line as the book has it."""
        return self._result.estate.book.scorecards[self._sheet.scorecard or ""].items[item.item].lines[line.line]

    def price(self, item: ItemScore, line: LineScore) -> str:
        """What a line takes off, and on what conditions."""
        once = self._say(f"hb_once_{self._result.period.kind}")
        return self.duties.price(self.form(item, line), once)

    def why(self, item: ItemScore, line: LineScore) -> str:
        """How the points of a line came about; nothing where none were taken."""
        if not line.times:
            return ""
        said = arithmetic(self._result, self._sheet, item, line, self._say)
        return f"{said}\n{veto(item, line, self._say)}" if line.veto else said

    def overlapping(self, item: ItemScore, line: LineScore) -> list[str]:
        """The other lines that name the same breaches as this one."""
        lines = self._result.estate.book.scorecards[self._sheet.scorecard or ""].lines
        group = next((group for group in overlapping(lines) if (item.item, line.line) in group), [])
        return [self._say.title(lines[key].title, "/".join(key)) for key in group if key != (item.item, line.line)]

    # ------------------------------------------------------------ items

    def settled(self, item: ItemScore) -> str:
        """Who settled what was open about an item, or took it off; nothing where nobody had to."""
        return item_state(item, self._say) if item.settled_by or item.state == "excluded" else ""

    def open(self, item: ItemScore) -> list[str]:
        """What keeps an item from being assessed."""
        if item.state not in OPEN:
            return []
        return self._gathered([one for one in self._sheet.not_assessed if one.duty in self._duties(item)])

    def _duties(self, item: ItemScore) -> set[str]:
        """What an item's lines charge."""
        return {duty for line in item.lines for duty in self.form(item, line).duties}

    def _gathered(self, findings: Sequence[Finding]) -> list[str]:
        """Verdicts of one duty for one reason, in one sentence."""
        counts = Counter((one.state, finding_words(self._result, self._sheet, one, self._say)) for one in findings)
        return [
            self._say("wb_times", words=f"{self._say(f'state_{state}')}: {words}".rstrip(": "), times=times)
            for (state, words), times in counts.items()
        ]

    # ------------------------------------------------------------ besides the items

    def besides(self, state: str) -> list[Basis]:
        """What no line takes points for, in one state: breached or excused."""
        rest = self._bases.get(("", ""), ())
        return [basis for basis in rest if basis.finding and basis.finding.state == state]

    def unsettled(self) -> list[str]:
        """What is not assessed without keeping an item open, and what is pending."""
        listed = {duty for item in self._sheet.items if item.state in OPEN for duty in self._duties(item)}
        said = self._gathered([one for one in self._sheet.not_assessed if one.duty not in listed])
        if self._sheet.pending:
            words = self._say("state_pending")
            said.append(self._say("wb_times", words=words, times=len(self._sheet.pending)))
        return said

    def fines(self) -> Iterator[str]:
        """Money, recorded and never deducted from points."""
        for fine in self._sheet.fines:
            yield f"{self._say.title(fine.title, fine.fine)} ×{fine.times}: {money_of(fine, self._say)}"

    def consequences(self) -> list[str]:
        """What else follows: what several months come to, what is borne for others, outcomes."""
        return [
            *consequences(self._result, self._sheet, self._say, own=self._own),
            *outcomes(self._result, self._sheet, self._say, own=self._own),
        ]
