"""What all parts of the page of a month look at: the sheets, their words, and where on the page they stand."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from dutyrules.report.consequences import role_title
from dutyrules.report.language import Speech
from dutyrules.report.log_rows import LogRows
from dutyrules.report.month_days import Day, days_of
from dutyrules.report.month_decisions import waivers_of
from dutyrules.report.sheet_words import SheetWords
from dutyrules.report.standing import Standing
from dutyrules.scoring import Finding, Result, Sheet


@dataclass(frozen=True)
class Scored:
    """One sheet on the page.

    Attributes:
        number: Which of the sheets; ids are made of it, since names may hold anything.
        name: As it is called among the others.
        rank: None where it has none.
    """

    number: int
    sheet: Sheet
    name: str
    role: str
    areas: Sequence[str]
    rank: int | None
    words: SheetWords
    days: Sequence[Day]

    @property
    def id(self) -> str:
        """Where the sheet begins."""
        return f"p{self.number}"

    def place(self, one: Finding) -> str:
        """Where a verdict that has an id stands."""
        return f"{self.id}-{one.breach_id}"

    def day(self, day: Day) -> str:
        """Where the breaches of a day are listed."""
        return f"{self.id}-{day.date}"

    def of_day(self, day: Day) -> Sequence[Finding]:
        """The breaches of a day, of what people must do."""
        return self._by_day.get(day.date.isoformat(), ())

    @cached_property
    def _by_day(self) -> Mapping[str, Sequence[Finding]]:
        found: dict[str, list[Finding]] = {}
        for one in self.charged:
            found.setdefault(one.day, []).append(one)
        return found

    @cached_property
    def charged(self) -> Sequence[Finding]:
        """Breaches of what people must do."""
        return [one for one in self.sheet.breaches if one.strength == "must"]


class Scores:
    """A result, and the page that is made of it.

    Attributes:
        own: Whether this is one person's own copy, which says nothing of others.
        standing: Who stands where.
        waivers: Breach → who waived it.
        rows: Tells rows of the log.
        all: The sheets in the order of the page: the ranked ones first, then the others.
    """

    def __init__(self, result: Result, people: Sequence[Sheet], speech: Speech, *, own: bool) -> None:
        self.result, self.speech, self.own = result, speech, own
        self.standing = Standing.of(result, people, speech)
        ranked = [(rank, sheet) for card in self.standing.cards for rank, sheet in card.sheets]
        order: Iterable[tuple[int | None, Sheet]] = [*ranked, *((None, sheet) for sheet in self.standing.unranked)]
        several = {one.person for one in people if sum(other.person == one.person for other in people) > 1}
        self.all = [self._scored(number, rank, sheet, several) for number, (rank, sheet) in enumerate(order, start=1)]
        self.waivers = waivers_of(result)
        self.rows = LogRows(result, {row for one in self.all for row in _sources(one.sheet)}, speech, own=own)

    def _scored(self, number: int, rank: int | None, sheet: Sheet, several: set[str]) -> Scored:
        role = role_title(self.result, sheet, self.speech)
        name = f"{sheet.name} · {role}" if sheet.person in several else sheet.name
        words = SheetWords(self.result, sheet, self.speech, own=self.own)
        shown = None if self.own else rank
        areas = self.result.areas_of(sheet)
        return Scored(number, sheet, name, role, areas, shown, words, days_of(self.result, sheet))

    @cached_property
    def by_holder(self) -> Mapping[tuple[str, str], Scored]:
        """The sheets by person and role."""
        return {(one.sheet.person, one.sheet.role): one for one in self.all}


def _sources(sheet: Sheet) -> Iterable[tuple[str, int]]:
    """Every row that the page shows of a sheet."""
    for one in (*sheet.breaches, *sheet.excused):
        yield from one.evidence
    for item in sheet.items:
        for line in item.lines:
            yield from line.findings
    for outcome in sheet.outcomes:
        yield from outcome.findings
