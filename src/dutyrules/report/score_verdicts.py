"""Verdicts on the page: the rule in words, what was expected and what was done, what is missing, and the rows."""

from collections.abc import Iterator, Sequence
from typing import Final

from dutyrules.report.log_rows import Source
from dutyrules.report.markup import Html, Node, tag
from dutyrules.report.numbers import measure
from dutyrules.report.score_data import Scored, Scores
from dutyrules.scoring import Finding

MOST_ROWS: Final = 4
"""More rows than these are shown when they are asked for."""

MOST_MISSING: Final = 24
"""The same of missing targets."""


class Verdicts:
    """Tells the verdicts of one sheet."""

    def __init__(self, scores: Scores, one: Scored) -> None:
        self._scores, self._say, self._one = scores, scores.speech, one

    def duty(self, name: str, found: Sequence[Finding]) -> Html:
        """A duty in words, and its verdicts in the order of their days."""
        form, words = self._scores.result.estate.book.duties[name], self._one.words.duties
        clause = tag("small", f" [{', '.join(form.clause)}]")
        return tag(
            "div",
            tag("h4", words.title(form), clause),
            tag("p", words.sentence(form), class_="rule"),
            tag(
                "ul",
                (self._verdict(one) for one in sorted(found, key=lambda one: (one.day, one.discriminator))),
                class_="verdicts",
            ),
            class_="duty",
        )

    def found(self, sources: Sequence[Source]) -> Html | None:
        """Rows of the inspector's."""
        if not sources:
            return None
        return tag("div", tag("h4", self._say("sp_inspector")), self._rows(sources), class_="duty")

    def links(self, found: Sequence[Finding]) -> Html:
        """Where verdicts stand that count in two places."""
        texts = (tag("a", f"{one.day} {self.reason(one)}", href=f"#{self._one.place(one)}") for one in found)
        return tag("span", [(self._say("listed") if number else None, text) for number, text in enumerate(texts)])

    def reason(self, one: Finding) -> str:
        """What was wrong, or why it is excused."""
        return self._say(f"reason_{one.reason}") if one.reason and one.state == "breached" else self._say.why(one.why)

    def _verdict(self, one: Finding) -> Html:
        """When, what, expected and done; then what is missing, and on which rows that rests."""
        head: list[Node] = [tag("time", one.period, datetime=one.day), " ", tag("b", self.reason(one))]
        if one.expected is not None:
            expected, actual = measure(one)
            head += [" ", tag("span", f"{self._say('col_expected')} {expected}", class_="figure")]
            head += [" ", tag("span", f"{self._say('col_actual')} {actual}", class_="figure")]
        if one.discriminator:
            head += [" ", tag("span", one.discriminator, class_="about")]
        head += [(" ", tag("span", note, class_="mark")) for note in self._marks(one)]
        return tag(
            "li",
            tag("p", head),
            self._waiver(one),
            self._missing(one),
            self._rows(one.evidence),
            tag("p", tag("code", one.breach_id), class_="id quiet") if one.breach_id else None,
            id=self._one.place(one) if one.breach_id else None,
            tabindex="-1" if one.breach_id else None,
        )

    def _marks(self, one: Finding) -> Iterator[str]:
        if one.strength != "must":
            yield self._say("advisory")
        elif one.breach_id in self._one.sheet.uncharged:
            yield self._say("uncharged")

    def _waiver(self, one: Finding) -> Html | None:
        """Who waived it, and why."""
        waiver = self._scores.waivers.get(one.breach_id) if one.why == "waived" else None
        if waiver is None:
            return None
        said = (self._say("sp_waived_by", name=waiver.approver), waiver.reason, waiver.decided_at)
        return tag("p", " · ".join(filter(None, said)))

    def _missing(self, one: Finding) -> Html | None:
        if not one.missing:
            return None
        listed = self._say("listed").join(one.missing)
        if len(one.missing) <= MOST_MISSING:
            return tag("p", self._say("missing_targets", targets=listed), class_="missing")
        summary = tag("summary", self._say("sp_missing_count", count=len(one.missing)))
        return tag("details", summary, tag("p", listed), class_="missing")

    def _rows(self, sources: Sequence[Source]) -> Html | None:
        if not sources:
            return None
        lines = [self._row(source) for source in sources]
        if len(lines) <= MOST_ROWS:
            return tag("ul", lines, class_="rows")
        summary = tag("summary", self._say("sp_row_count", count=len(lines)))
        return tag("details", summary, tag("ul", lines, class_="rows"), class_="rows-of")

    def _row(self, source: Source) -> Html:
        rows = self._scores.rows
        return tag("li", tag("code", rows.place(source)), " ", rows(source, self._one.sheet.person))
