"""A rule book as a handbook: what each role owes, by day, week and month, in sentences, as a Markdown page."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Final

from dutyrules.book import Book, Scorecard
from dutyrules.book.outcomes import Outcome, Step
from dutyrules.checks import Duty
from dutyrules.checks.deadline import Deadline
from dutyrules.figure import clock
from dutyrules.languages import LANGUAGES
from dutyrules.report.duty_words import DutyWords
from dutyrules.report.language import Speech
from dutyrules.timegrid import PeriodKind

GROUPS: Final = (*(kind.value for kind in PeriodKind), "event", "always", "inspection")
"""The order of a page: from what is owed most often to what is owed on occasion."""

OCCASIONS: Final[Mapping[str, str]] = {
    "window": "always",
    "forbid": "always",
    "finding": "inspection",
    "attendance": "workday",
}
"""The group of a duty without a period, by its check; the others are owed on an event."""


def handbook(book: Book, language: str, clauses: str | None = None) -> str:
    """The page of a book.

    Args:
        clauses: Where the page with all clauses lies, for links to it.
    """
    return _Page(book, Speech(language), clauses).text()


def languages_of(book: Book) -> Iterator[str]:
    """The languages in which a book has pages: traditional Chinese only if its own title is there in it."""
    title = book.head.title
    return (one for one in LANGUAGES if one != "zh-Hant" or (not isinstance(title, str) and one in title))


class _Page:
    def __init__(self, book: Book, speech: Speech, clauses: str | None) -> None:
        self._book = book
        self._say = speech
        self._words = DutyWords(book, speech)
        self._clauses = clauses

    def text(self) -> str:
        parts = [*self._head(), *self._roles(), *self._cards(), *self._fines(), *self._outcomes(), *self._parameters()]
        return "\n".join(parts).rstrip("\n") + "\n"

    # ------------------------------------------------------------ head

    def _head(self) -> Iterator[str]:
        head = self._book.head
        yield f"# {self._say('hb_title', book=self._say.title(head.title, head.book))}"
        yield ""
        example = next((clause for duty in self._book.duties.values() for clause in duty.clause), None)
        catalogue = self._book.catalogues.get(head.source.id.partition("-")[0])
        title = self._say.title(catalogue.title if catalogue else head.source.title, head.source.id)
        if example is None:
            yield self._say("hb_intro_plain")
        else:
            yield self._say("hb_intro", document=title, source=head.source.id, example=example)
        yield ""

    # ------------------------------------------------------------ roles

    def _roles(self) -> Iterator[str]:
        owed = {role: [duty for duty in self._book.duties.values() if duty.role == role] for role in self._book.roles}
        for role, duties in sorted(owed.items(), key=lambda entry: -len(entry[1])):
            if not duties:
                continue
            around = [other for other in owed if other != role and owed[other] and role in self._book.stands_for(other)]
            yield f"## {self._role(role)}"
            yield ""
            yield from self._place(role, around)
            yield from self._day(role)
            for group in GROUPS:
                mine = [duty for duty in duties if self._group(duty) == group]
                if mine:
                    yield f"### {self._say(f'hb_group_{group}')}"
                    yield ""
                    if group == "inspection":
                        yield self._say("hb_inspected")
                        yield ""
                    for duty in mine:
                        yield from self._duty(duty)
                    yield ""

    def _group(self, duty: Duty) -> str:
        """How often a duty is owed; what is due in one month of the year is owed every year."""
        per = getattr(duty, "per", None)
        if per is None:
            return OCCASIONS.get(duty.check, "event")
        if isinstance(duty, Deadline) and duty.due is not None and PeriodKind(per) is PeriodKind.MONTH:
            months = {month for due in duty.due.possible(self._book.defaults) for month in due.months}
            return "year" if len(months) == 1 else str(per)
        return str(PeriodKind(per))

    def _place(self, role: str, around: Sequence[str]) -> Iterator[str]:
        """Where a role stands: below whom, for whom, and among whom."""
        form, both = self._book.roles[role], self._words.figures.both
        said = []
        if form.reports_to:
            said.append(self._say("hb_reports_to", role=both([self._role(other) for other in form.reports_to])))
        if form.includes:
            said.append(self._say("hb_stands_for", roles=both([self._role(other) for other in form.includes])))
        if around:
            said.append(self._say("hb_also", roles=both([self._role(other) for other in around])))
        if said:
            yield self._say("hb_gap").join(said)
            yield ""

    def _role(self, role: str) -> str:
        return self._say.title(self._book.roles[role].title, role)

    def _day(self, role: str) -> Iterator[str]:
        slots = [slot for slot in self._book.timetable if role == slot.role]
        if not slots:
            return
        yield f"### {self._say('hb_day')}"
        yield ""
        yield from self._header("time", "slot", "clause")
        for slot in sorted(slots, key=lambda slot: slot.start):
            hours = f"{clock(slot.start)}–{clock(slot.to)}"
            yield _row(hours, self._say.title(slot.title, slot.slot), self._cited(slot.clause))
        yield ""

    def _duty(self, duty: Duty) -> Iterator[str]:
        yield f"- **{self._words.title(duty)}** ({self._cited(duty.clause)})  "
        said = [self._words.sentence(duty)]
        if costs := [*self._words.costs(duty)] if duty.strength == "must" else []:
            said.append(self._say("hb_miss", costs=self._say("hb_semicolon").join(costs)))
        yield "  " + self._say("hb_gap").join(said)

    # ------------------------------------------------------------ scorecards and fines

    def _cards(self) -> Iterator[str]:
        for name, card in self._book.scorecards.items():
            once = self._say(f"hb_once_{card.per}")
            marks = sum(item.marks for item in card.items.values())
            yield f"## {self._say('hb_scorecard', title=self._say.title(card.title, name))}"
            yield ""
            yield self._say("hb_scorecard_intro", marks=f"{marks:f}", once=once)
            yield ""
            yield from self._header("item", "marks", "line", "fault", "price", "clause")
            for key, item in card.items.items():
                title = f"{key} {self._say.title(item.title, '')}".strip()
                for index, (line, form) in enumerate(item.lines.items()):
                    first = (title, f"{item.marks:f}") if not index else ("", "")
                    fault, price = self._say.title(form.title, f"{key}.{line}"), self._words.price(form, once)
                    yield _row(*first, f"{key}.{line}", fault, price, self._cited(form.clause))
            yield ""
            yield from self._bonus(card)

    def _bonus(self, card: Scorecard) -> Iterator[str]:
        if not card.bonus:
            return
        said = []
        for name, bonus in card.bonus.items():
            points = self._words.figures(bonus.each, lambda points: f"{points.normalize():f}")
            key = "hb_bonus_open" if points == "0" else "hb_bonus_line"
            said.append(self._say(key, title=self._say.title(bonus.title, name), points=points))
        yield self._say("hb_bonus", bonus=self._say("hb_semicolon").join(said))
        yield ""

    def _fines(self) -> Iterator[str]:
        if not self._book.fines:
            return
        yield f"## {self._say('hb_fines')}"
        yield ""
        for name, fine in self._book.fines.items():
            price = self._words.price(fine, "")
            key = "hb_fine_line" if fine.legal_basis is None else "hb_fine_payable"
            line = self._say(key, title=self._say.title(fine.title, name), price=price, basis=fine.legal_basis)
            yield f"- {line} ({self._cited(fine.clause)})"
        yield ""

    def _outcomes(self) -> Iterator[str]:
        if not self._book.outcomes:
            return
        yield f"## {self._say('hb_outcomes')}"
        yield ""
        for name, outcome in self._book.outcomes.items():
            title, said = self._say.title(outcome.title, name), self._say("hb_semicolon").join(self._follows(outcome))
            yield f"- {self._say('hb_outcome_line', title=title, steps=said)} ({self._cited(outcome.clause)})"
        yield ""

    def _follows(self, outcome: Outcome) -> Iterator[str]:
        """Each rung of the ladder, what follows besides, and who answers for it too."""
        for number, steps in outcome.ladder.items():
            said = self._steps(steps)
            yield said if list(outcome.ladder) == ["1"] else self._say("hb_step", number=number, steps=said)
        either, causes = self._words.figures.either, self._words.causes
        for one in outcome.also:
            yield self._say("hb_besides", causes=either([*causes(one.when)]), steps=self._steps(one.step))
        if outcome.aggravated_by is not None:
            yield self._say("hb_aggravated", causes=either([*causes(outcome.aggravated_by)]))
        if outcome.liable:
            names = [self._say("hb_manager") if who == "manager" else self._role(who) for who in outcome.liable]
            yield self._say("hb_liable", names=self._words.figures.listed(names))

    def _steps(self, steps: Sequence[Step]) -> str:
        return self._words.figures.listed([self._say.title(one.title, one.step) for one in steps])

    # ------------------------------------------------------------ parameters

    def _parameters(self) -> Iterator[str]:
        figures, parameters = self._words.figures, self._book.parameters
        unset = [name for name in parameters if figures.default(name) is None]
        if unset:
            yield from self._table("open", ("parameter", "suggested", "clause"))
            yield from (self._parameter(name, figures.suggestion(name) or "–") for name in unset)
            yield ""
        if rest := [name for name in parameters if name not in unset]:
            yield from self._table("set", ("parameter", "default", "clause"))
            yield from (self._parameter(name, figures.default(name) or "–") for name in rest)
            yield ""

    def _table(self, name: str, columns: Sequence[str]) -> Iterator[str]:
        yield f"## {self._say(f'hb_{name}_title')}"
        yield ""
        yield self._say(f"hb_{name}_intro")
        yield ""
        yield from self._header(*columns)

    def _parameter(self, name: str, value: str) -> str:
        parameter = self._book.parameters[name]
        return _row(f"{self._say.title(parameter.title, name)} (`{name}`)", value, self._cited(parameter.clause))

    # ------------------------------------------------------------ Markdown

    def _header(self, *columns: str) -> Iterator[str]:
        yield _row(*(self._say(f"hb_col_{column}") for column in columns))
        yield _row(*("---" for _ in columns))

    def _cited(self, clauses: Sequence[str]) -> str:
        if self._clauses is None:
            return ", ".join(clauses)
        return ", ".join(f"[{clause}]({self._clauses}#{clause})" for clause in clauses)


def _row(*cells: str) -> str:
    return f"| {' | '.join(cell.replace('|', '&#124;') for cell in cells)} |"
