"""The first sheet of a plan's workbook: how good the plan is, who has how much when, what is missing and why."""

from typing import Any, Final

from dutyrules.report.plan_relief import ReliefWords
from dutyrules.report.plan_words import PlanWords, percent
from dutyrules.report.sheets import Format, Formats, Worksheet, page, set_widths, wide

NUMBER: Final = 8
"""Width of a column of numbers."""

LEAST: Final = 12
"""How many of them a sentence runs over at least."""

LINE: Final = 16
"""Height of a line."""

MOST_MISSING: Final = 60
"""Targets shown of those that are left out; the JSON has all of them."""


def overview(words: PlanWords, sheet: Worksheet, formats: Formats) -> None:
    """Writes it from top to bottom."""
    lines = _Lines(words, sheet, formats)
    lines.heading()
    lines.shortfalls()
    lines.relaxations()
    lines.measures()
    lines.load()
    lines.balance()
    lines.unplanned()
    page(sheet, landscape=True)
    sheet.fit_to_pages(1, 0)
    sheet.hide_gridlines(2)


class _Lines:
    """Where the next line goes."""

    def __init__(self, words: PlanWords, sheet: Worksheet, formats: Formats) -> None:
        self.words, self.sheet, self.formats = words, sheet, formats
        self.row = 0
        named = [(name, unit) for name, unit, *_ in words.measures()] + [
            (name, kind) for name, kind, *_ in words.load()
        ]
        firsts = [max((wide(texts[column]) for texts in named), default=20) + 2 for column in range(2)]
        self.widths = [*firsts, *[NUMBER] * max(1 + len(words.weeks()), LEAST)]
        set_widths(sheet, self.widths)

    def sentence(self, text: str, form: Format, *, height: int = 0, air: int = 0) -> None:
        """A text across the page, as many lines high as it needs."""
        lines = -(-wide(text) // (sum(self.widths) - 4))
        self.sheet.merge_range(self.row, 0, self.row, len(self.widths) - 1, text, form)
        self.sheet.set_row(self.row, height or lines * LINE + air)
        self.row += 1

    def section(self, key: str, **values: object) -> None:
        """A title above a table, and some air above it."""
        self.row += 1
        self.sentence(self.words.speech(key, **values), self.formats.section, height=20)

    def line(self, *found: Any) -> None:
        """A row of a table: two columns of words, the others of numbers."""
        for column, cell in enumerate(found):
            self.sheet.write(self.row, column, cell, self.formats.plain if column < 2 else self.formats.number)
        self.sheet.set_row(self.row, LINE)
        self.row += 1

    def titles(self, *titles: str) -> None:
        """The row above a table."""
        for column, title in enumerate(titles):
            self.sheet.write(self.row, column, title, self.formats.head if column < 2 else self.formats.count_head)
        self.sheet.set_row(self.row, LINE + 2)
        self.row += 1

    def heading(self) -> None:
        words, formats = self.words, self.formats
        self.sentence(words.title, formats.title, height=28)
        self.sentence(words.status(), formats.status(good=words.good), height=26)
        for caveat in words.caveats():
            self.sentence(caveat, formats.text)
        if words.plan.moves:
            self.sentence(words.speech("plan_moves", count=len(words.plan.moves)), formats.text)

    def measures(self) -> None:
        self.section("plan_measures")
        self.titles(*self.words.measure_titles)
        for name, unit, value, bound, gap in self.words.measures():
            self.line(name, unit, value, "–" if bound is None else bound, percent(gap))
        if self.words.gaps():
            self.sentence(self.words.gaps(), self.formats.text)

    def load(self) -> None:
        words = self.words
        self.section("plan_tasks", count=len(words.plan.tasks))
        titles = [words.speech(f"col_{key}") for key in ("name", "kind", "total")]
        self.titles(*titles, *(f"{week:%m-%d}" for week in words.weeks()))
        before = None
        for name, kind, total, weeks in words.load():
            self.line("" if name == before else name, kind, total, *(count or "" for count in weeks))
            before = name

    def shortfalls(self) -> None:
        words, formats = self.words, self.formats
        if not words.plan.shortfalls:
            return
        self.section("plan_shortfalls", count=len(words.plan.shortfalls))
        for one in words.plan.shortfalls:
            self.sentence(words.shortfall(one), formats.strong, air=6)
            for sentence in words.reasons(one):
                self.sentence(sentence, formats.text)
            if one.missing:
                self.sentence(words.missing(one, MOST_MISSING), formats.quiet)
            notes = (words.proof(one), ", ".join(one.clause), one.breach_id)
            self.sentence(" · ".join(filter(None, notes)), formats.quiet)

    def relaxations(self) -> None:
        found, relief, formats = self.words.plan.relaxations, ReliefWords(self.words), self.formats
        if not found:
            return
        self.section("relax_title", count=len(found))
        self.sentence(self.words.speech("relax_note"), formats.quiet)
        for one in found:
            self.sentence(relief.relaxation(one), formats.strong, air=6)
            for change in relief.changes(one):
                self.sentence(change, formats.text)

    def balance(self) -> None:
        one, relief = self.words.plan.balance, ReliefWords(self.words)
        if one is None:
            return
        self.section("balance_title")
        self.sentence(relief.balance(one), self.formats.text)
        if one.handovers:
            self.titles(*relief.handover_titles)
            for cells in relief.handovers(one):
                self.line(*cells)
            self.row += 1
            self.titles(*relief.load_titles)
            for line in relief.loads(one):
                self.line(*line)

    def unplanned(self) -> None:
        if self.words.plan.unplanned:
            self.section("plan_unplanned", count=len(self.words.plan.unplanned))
        for line in self.words.unplanned():
            self.sentence(line, self.formats.text)
