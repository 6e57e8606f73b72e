"""What the sheets of a month workbook share: whose it is, how it looks, and where everything stands."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from dutyrules.report.language import Speech
from dutyrules.report.sheets import Formats, Worksheet, header, page, set_widths
from dutyrules.report.standing_text import standing_words
from dutyrules.report.text import caveats, heading
from dutyrules.scoring import Finding, ItemScore, LineScore, Result, Sheet

Key = tuple[str, str, str]
"""What is told of whom: person, role, and the id of a breach or the row of an inspector's finding."""


@dataclass(frozen=True)
class Month:
    """A result, and the workbook that is made of it.

    Attributes:
        own: Whether this is one person's own copy, which says nothing of others.
        evidence: Where the evidence of something stands.
    """

    result: Result
    people: Sequence[Sheet]
    speech: Speech
    formats: Formats
    own: bool
    evidence: Mapping[Key, str]

    def heading(self) -> list[str]:
        """What was scored, and what a reader should know before; of others nothing in one's own copy."""
        lines = list(heading(self.result, self.speech))
        if not self.own:
            return lines
        as_of = [self.speech("as_of", as_of=self.result.as_of)] if self.result.as_of else []
        standing = [standing_words(self.result.standing, self.speech)] if self.result.standing else []
        return [lines[0], *as_of, *standing, *caveats(self.result, self.speech)]


@dataclass(frozen=True)
class Told:
    """Where a person's sheet has what others lead to.

    Attributes:
        top: Its first cell.
        score, percent: The cells of its sum; empty where it has none.
        rows: Where what is told of it stands.
    """

    top: str
    score: str
    percent: str
    rows: Mapping[Key, str]


@dataclass(frozen=True)
class Basis:
    """Something that a sheet rests on: a verdict, or a row of the inspector's.

    Attributes:
        item, line: What charges it; None where nothing does.
        source: The inspector's row; None for a verdict.
    """

    sheet: Sheet
    item: ItemScore | None
    line: LineScore | None
    finding: Finding | None
    source: tuple[str, int] | None

    @property
    def key(self) -> Key:
        """By what it is found."""
        if self.source is not None:
            return found_key(self.sheet, self.source)
        return breach_key(self.sheet, self.finding.breach_id if self.finding else "")


def breach_key(sheet: Sheet, breach: str) -> Key:
    """By what a breach is found."""
    return sheet.person, sheet.role, breach


def found_key(sheet: Sheet, source: tuple[str, int]) -> Key:
    """By what a row of the inspector's is found."""
    file, row = source
    return sheet.person, sheet.role, f"{file}:{row}"


def bases(sheet: Sheet) -> Iterator[Basis]:
    """All that a sheet rests on: what is charged by item and line, then what is not, then what is open or excused."""
    charged = set()
    for item in sheet.items:
        for line in item.lines:
            for one in sheet.breaches:
                if one.breach_id in line.breaches and one.breach_id not in charged:
                    charged.add(one.breach_id)
                    yield Basis(sheet, item, line, one, None)
            yield from (Basis(sheet, item, line, None, source) for source in line.findings)
    yield from (Basis(sheet, None, None, one, None) for one in sheet.breaches if one.breach_id not in charged)
    for one in (*sheet.excused, *sheet.pending, *sheet.not_assessed):
        yield Basis(sheet, None, None, one, None)


def landscape(sheet: Worksheet, widths: Sequence[int], head: int, title: str) -> None:
    """A4 across, one page wide, with its title and the row of its columns' titles on every page, and numbered pages."""
    page(sheet, landscape=True)
    sheet.fit_to_pages(1, 0)  # all columns on one page, however many rows there are
    sheet.freeze_panes(head + 1, 0)
    sheet.repeat_rows(head)
    sheet.set_header(f"&R&9{header(title)}")
    set_widths(sheet, widths)
