"""One person's part of the page: the scorecard item by item, each lost point opening to what it rests on."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from dutyrules.report.consequences import grade
from dutyrules.report.markup import Html, Node, tag
from dutyrules.report.month import Basis
from dutyrules.report.numbers import money, plain, share
from dutyrules.report.score_data import Scored, Scores
from dutyrules.report.score_trend import Trend
from dutyrules.report.score_verdicts import Verdicts
from dutyrules.report.standing_text import adjustment_lines, appeal_words
from dutyrules.report.text import sum_of
from dutyrules.scoring import ItemScore, LineScore


class PersonScore:
    """What the page says of one sheet."""

    def __init__(self, scores: Scores, trend: Trend, one: Scored) -> None:
        self._scores, self._say, self._trend, self._one = scores, scores.speech, trend, one
        self._sheet, self._words = one.sheet, one.words
        self._verdicts = Verdicts(scores, one)

    def section(self) -> Html:
        """Everything, on paper beginning a page of its own."""
        one = self._one
        about = " · ".join(dict.fromkeys(filter(None, (self._sheet.person, one.role, *one.areas))))
        return tag(
            "section",
            tag("h2", self._sheet.name, tag("small", f" {about}")),
            self._sum(),
            tag(
                "p",
                tag("button", self._say("sp_open_person"), type="button", class_="all"),
                class_="tools",
                hidden=True,
            ),
            self._items(),
            self._besides(),
            self._notes(),
            self._closing(),
            self._excused(),
            self._unsettled(),
            self._by_day(),
            class_="person",
            id=one.id,
            data_person=self._sheet.person,
            data_role=self._sheet.role,
        )

    # ------------------------------------------------------------ in short

    def _sum(self) -> Html:
        sheet, say = self._sheet, self._say
        facts = {
            "col_rank": "" if self._one.rank is None else str(self._one.rank),
            "sp_workdays": str(sheet.workdays),
            "breaches": str(len(self._one.charged)),
            "not_assessed": str(len(sheet.not_assessed) or ""),
            "col_fines": money(sheet.fine_totals),
        }
        if sheet.grade:
            facts["sp_grade"] = grade(sheet.grade, say)
        pairs = (tag("div", tag("dt", say(key)), tag("dd", told)) for key, told in facts.items() if told)
        return tag(
            "div",
            tag("p", self._score(), class_="score"),
            tag("dl", pairs, class_="facts"),
            self._course(),
            class_="sum",
        )

    def _score(self) -> Iterator[Node]:
        sheet = self._sheet
        if sheet.score is None or not sheet.complete:
            yield sum_of(sheet, self._say)
            return
        yield tag("strong", plain(sheet.score))
        yield " "
        yield tag("span", self._say("wb_of", marks=plain(sheet.marks or sheet.score)))
        if sheet.percent is not None:
            yield tag("span", f" · {sheet.percent:.2f} %")

    def _course(self) -> Html | None:
        drawn = self._trend.spark(self._one)
        return (
            None if drawn is None else tag("figure", drawn, tag("figcaption", self._say("sp_course"), class_="quiet"))
        )

    # ------------------------------------------------------------ items

    def _items(self) -> Html | None:
        sheet, say = self._sheet, self._say
        if not sheet.items:
            return None
        weighted = any(item.weight is not None for item in sheet.items)
        keys = ("item", "marks", *(["weight"] if weighted else []), "deducted", "score")
        head = tag(
            "tr",
            (tag("th", say(f"col_{key}"), scope="col", class_="number" if key != "item" else None) for key in keys),
        )
        bodies = [self._item(item, len(keys), weighted=weighted) for item in sheet.items]
        table = tag(
            "table",
            tag("caption", say("sp_items_of", name=sheet.name), class_="hush"),
            tag("thead", head),
            bodies,
            self._total(weighted=weighted),
            class_="items",
        )
        return tag("div", tag("h3", say("sp_items")), table, class_="block")

    def _item(self, item: ItemScore, columns: int, *, weighted: bool) -> Html:
        """A row with the sums, and below it the lines that took points."""
        state = "" if item.state == "assessed" else self._say(f"state_{item.state}")
        numbers: list[Node] = [plain(item.marks)]
        if weighted:
            numbers.append("" if item.weight is None else share(item.weight))
        numbers += [
            _minus(plain(item.deducted)),
            plain(item.score) if item.state == "assessed" else tag("span", state, class_="mark"),
        ]
        title = tag("span", self._say.title(item.title, item.item), class_="title")
        clause = tag("small", " ".join(filter(None, (item.item, f"[{', '.join(item.clause)}]"))))
        row = tag(
            "tr", tag("th", title, " ", clause, scope="row"), (tag("td", number, class_="number") for number in numbers)
        )
        below = [*self._lines(item)]
        more = tag("tr", tag("td", below, colspan=columns), class_="lines") if below else None
        lost = "lost" if item.deducted else "kept"
        return tag("tbody", row, more, class_=lost, data_item=f"{self._sheet.scorecard}/{item.item}")

    def _total(self, *, weighted: bool) -> Html | None:
        sheet = self._sheet
        if sheet.marks is None or sheet.score is None:
            return None
        added = f"+{plain(sheet.bonus)} {self._say('bonus')}" if sheet.bonus else ""
        label = self._say("wb_total" if sheet.complete else "wb_so_far")
        cells = [plain(sheet.marks), *([""] if weighted else []), added, tag("strong", plain(sheet.score))]
        return tag(
            "tfoot", tag("tr", tag("th", label, scope="row"), (tag("td", cell, class_="number") for cell in cells))
        )

    def _lines(self, item: ItemScore) -> Iterator[Html]:
        yield from (self._line(item, line) for line in item.lines if line.times)
        if text := self._words.settled(item):
            yield tag("p", text, class_="quiet")
        if item.deducted > item.marks:
            values = {"marks": plain(item.marks), "deducted": plain(item.deducted), "score": plain(item.score)}
            yield tag("p", self._say("explain_floor", **values), class_="quiet")
        for text in self._words.open(item):
            yield tag("p", text, class_="quiet")
        unseen = [self._say.title(line.title, line.line) for line in item.lines if line.uninspected and not line.times]
        if unseen and item.state != "excluded":
            yield tag("p", f"{self._say('uninspected')}: {self._say('listed').join(unseen)}", class_="quiet")

    def _line(self, item: ItemScore, line: LineScore) -> Html:
        """A deduction line: closed, what it took; open, the rule, the arithmetic, and every breach with its rows."""
        title = self._say.title(line.title, f"{item.item}/{line.line}")
        took = _minus(plain(line.points)) if line.price else ""
        summary = tag("summary", tag("span", title, class_="what"), f" ×{line.times} ", tag("b", took))
        return tag("details", summary, self._basis_of(item, line), class_="line")

    def _basis_of(self, item: ItemScore, line: LineScore) -> Iterator[Node]:
        say = self._say
        pairs = [
            (say("sp_price"), self._words.price(item, line)),
            (say("sp_sum"), self._words.why(item, line).replace("\n", "; ")),
            (say("col_clause"), ", ".join(line.clause)),
            (say("sp_overlap"), self._overlap(item, line)),
        ]
        yield tag("dl", ((tag("dt", name), tag("dd", told)) for name, told in pairs if told), class_="how")
        found = self._words.bases(item, line)
        judged = sorted((basis for basis in found if basis.finding), key=_duty)
        for duty, bases in groupby(judged, _duty):
            yield self._verdicts.duty(duty, [basis.finding for basis in bases if basis.finding])
        yield from self._elsewhere(line, found)
        yield self._verdicts.found([basis.source for basis in found if basis.source])

    def _overlap(self, item: ItemScore, line: LineScore) -> str:
        """Lines that share breaches with this one: the dearer counts, and nothing is charged twice."""
        group = self._words.overlapping(item, line)
        return self._say("sp_overlap_with", lines=self._say("listed").join(group)) if group else ""

    def _elsewhere(self, line: LineScore, found: Sequence[Basis]) -> Iterator[Html]:
        """Breaches that count here too and stand elsewhere."""
        here = {basis.finding.breach_id for basis in found if basis.finding}
        more = [one for one in self._sheet.breaches if one.breach_id in line.breaches and one.breach_id not in here]
        if more:
            yield tag("p", self._say("sp_also"), " ", self._verdicts.links(more))

    # ------------------------------------------------------------ besides the items

    def _besides(self) -> Html | None:
        """What no line takes points for."""
        return self._block("sp_uncharged", self._words.besides("breached"))

    def _excused(self) -> Html | None:
        return self._block("excused", self._words.besides("excused"))

    def _block(self, title: str, bases: Sequence[Basis]) -> Html | None:
        """Verdicts behind their number."""
        if not bases:
            return None
        found = sorted(bases, key=_duty)
        parts = [
            self._verdicts.duty(duty, [basis.finding for basis in group if basis.finding])
            for duty, group in groupby(found, _duty)
        ]
        text = f"{self._say(title)} ({len(bases)})"
        return tag(
            "div",
            tag("h3", self._say(title)),
            tag("details", tag("summary", text), parts, class_="line"),
            class_="block",
        )

    def _notes(self) -> Html | None:
        """Fines, outcomes, and what else follows."""
        say = self._say
        bonuses = [
            f"{say('bonus')}: {say.title(one.title, one.bonus)} ×{one.times}: +{plain(one.points)}"
            for one in self._sheet.bonuses
            if one.times
        ]
        fines = [f"{say('col_fines')}: {fine}" for fine in self._words.fines()]
        listed = [*bonuses, *fines, *self._words.consequences()]
        if not listed:
            return None
        return tag("div", tag("h3", say("sp_notes")), tag("ul", (tag("li", text) for text in listed)), class_="block")

    def _closing(self) -> Html | None:
        """What appeals and earlier months bring."""
        estate, sheet, say = self._scores.result.estate, self._sheet, self._say
        told = [
            *(appeal_words(one, say) for one in sheet.appeals),
            *(line.strip() for one in sheet.adjustments for line in adjustment_lines(estate, one, say)),
        ]
        if not told:
            return None
        parts = (("mc_appeals", sheet.appeals), ("mc_adjustments", sheet.adjustments))
        title = " · ".join(say(key) for key, there in parts if there)
        return tag("div", tag("h3", title), tag("ul", (tag("li", text) for text in told)), class_="block")

    def _unsettled(self) -> Html | None:
        listed = self._words.unsettled()
        if not listed:
            return None
        return tag(
            "div", tag("h3", self._say("sp_unsettled")), tag("ul", (tag("li", text) for text in listed)), class_="block"
        )

    def _by_day(self) -> Html | None:
        """Every day with breaches; the table of days leads here."""
        one, book = self._one, self._scores.result.estate.book
        rows = []
        for day in one.days:
            if not (mine := one.of_day(day)):
                continue
            titles = (
                tag(
                    "li",
                    tag(
                        "a", self._say.title(book.duties[breach.duty].title, breach.duty), href=f"#{one.place(breach)}"
                    ),
                    f" {self._verdicts.reason(breach)}",
                )
                for breach in mine
            )
            head = tag("th", tag("time", f"{day.date:%m-%d}", datetime=day.date.isoformat()), scope="row")
            rows.append(tag("tr", head, tag("td", tag("ul", titles)), id=one.day(day), tabindex="-1"))
        if not rows:
            return None
        say = self._say
        head = tag("tr", (tag("th", say(key), scope="col") for key in ("col_day", "breaches")))
        table = tag("table", tag("thead", head), tag("tbody", rows), class_="by-day", aria_label=say("sp_by_day"))
        summary = tag("summary", say("sp_by_day_count", days=len(rows)))
        return tag(
            "div", tag("h3", say("sp_by_day")), tag("details", summary, table, class_="line"), class_="block days-of"
        )


def _minus(number: str) -> str:
    return number if number == "0" else f"−{number}"


def _duty(basis: Basis) -> str:
    return basis.finding.duty if basis.finding else ""
