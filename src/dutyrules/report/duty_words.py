"""A duty as a sentence that a member of staff understands: what, how much, by when, and what a miss costs."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from typing import Any

from dutyrules.book import Book, BreachFact, Charged, Fine, Line
from dutyrules.checks import Duty
from dutyrules.checks.attendance import Attendance
from dutyrules.checks.dates import DateTrigger
from dutyrules.checks.deadline import Deadline
from dutyrules.checks.deeds import DeedsForm
from dutyrules.checks.duty import Pattern
from dutyrules.checks.finding import Finding
from dutyrules.checks.forbid import Forbid
from dutyrules.checks.interval import Interval
from dutyrules.checks.limits import Limit, SameDay
from dutyrules.checks.metric import Metric
from dutyrules.checks.precedence import Precedence
from dutyrules.checks.quota import Quota, ShareOf
from dutyrules.checks.rate import Rate
from dutyrules.checks.record import Record, ShareOfFigure
from dutyrules.checks.response import EventTrigger, Response
from dutyrules.checks.window import Window
from dutyrules.figure import Duration, Figure, clock
from dutyrules.figure.days import MonthDay
from dutyrules.report.figure_words import FigureWords
from dutyrules.report.language import Speech
from dutyrules.timegrid import PeriodKind


class DutyWords:
    """Says the duties of a book in one language."""

    def __init__(self, book: Book, speech: Speech, figures: FigureWords | None = None) -> None:
        self._book = book
        self._say = speech
        self.figures = figures or FigureWords(book, speech)

    def sentence(self, duty: Duty) -> str:
        """What is owed, in one or two sentences; of a check without words of its own, its title."""
        tell = getattr(self, f"_{duty.check}", self.title)
        said = [capital(tell(duty)), *self._notes(duty)]
        return self._say("hb_gap").join(said)

    def _notes(self, duty: Duty) -> Iterator[str]:
        if duty.slot is not None:
            slot = next(slot for slot in self._book.timetable if slot.slot == duty.slot)
            hours = f"{clock(slot.start)}–{clock(slot.to)}"
            yield self._say("hb_slot", hours=hours, title=self._say.title(slot.title, slot.slot))
        if duty.excused_by is not None:
            before = duty.excused_by.before
            key = "hb_excused" if before is None else "hb_excused_before"
            time = "" if before is None else self.figures(before, clock)
            yield self._say(key, event=self.event(duty.excused_by.event), time=time)
        if duty.strength != "must":
            yield self._say(f"hb_{duty.strength}")

    # ------------------------------------------------------------ events

    def event(self, kind: str) -> str:
        """The title of a kind, quoted."""
        form = self._book.events.get(kind)
        return self._say("hb_quoted", title=self._say.title(form.title if form else "", kind))

    def _pattern(self, pattern: Pattern) -> str:
        said = self.event(pattern.event) + self._where(pattern.where)
        if pattern.participants:
            said += self._say("hb_with", roles=self.figures.both([self._role(role) for role in pattern.participants]))
        return said

    def _where(self, where: Mapping[str, Sequence[object]]) -> str:
        words = [self._condition(name, word) for name, chosen in where.items() for word in chosen]
        return self._say("hb_where", words=self.figures.listed(words)) if words else ""

    def _condition(self, name: str, word: object) -> str:
        if isinstance(word, bool):
            plain = self.figures.word(name).replace("_", " ")
            return plain if word else self._say("hb_not", word=plain)
        return self.figures.word(str(word)).replace("_", " ")

    def _role(self, role: str) -> str:
        return self._say.title(self._book.roles[role].title, role)

    def _population(self, name: str) -> str:
        return self._say("hb_quoted", title=self._say.title(self._book.populations[name].title, name))

    def _deeds(self, deeds: DeedsForm | Pattern) -> str:
        if isinstance(deeds, Pattern):
            return self._pattern(deeds)
        join = self.figures.either if deeds.any_of else self.figures.both if deeds.all_of else self._in_order
        return join([self._part(part) for part in (*deeds.any_of, *deeds.all_of, *deeds.in_order)])

    def _part(self, part: DeedsForm | Pattern) -> str:
        said = self._deeds(part)
        return said if isinstance(part, Pattern) else self._say("hb_group_parts", parts=said)

    def _in_order(self, parts: Sequence[str]) -> str:
        return self._say("hb_then").join(parts)

    # ------------------------------------------------------------ at a time

    def _attendance(self, duty: Attendance) -> str:
        when = self._when(duty.by, duty.before)
        if duty.start is not None:
            when = self._say("hb_from", start=self.figures(duty.start, self.figures.moment), when=when)
        return self._say("hb_at", when=when, what=self.event(duty.event)) + self._late(duty.late_until)

    def _when(self, by: Figure[Any] | None, before: Figure[Any] | None) -> str:
        figure = before if before is not None else by
        if figure is None:
            return self._say("hb_in_the_day")
        key = "hb_before" if before is not None else "hb_by"
        return self._say(key, time=self.figures(figure, self.figures.moment))

    def _late(self, until: Figure[Any] | None) -> str:
        if until is None:
            return ""
        return self._say("hb_gap") + self._say("hb_late_until", until=self.figures(until, self._until))

    def _until(self, until: Any) -> str:
        if isinstance(until, int):
            return clock(until)
        return self.figures.length(until) if isinstance(until, Duration) else self._say(f"hb_{until}")

    def _deadline(self, duty: Deadline) -> str:
        what = self.figures.both([self._pattern(pattern) for pattern in duty.patterns()])
        if duty.due is None:
            return self._say("hb_at", when=self._when(duty.by, duty.before), what=what) + self._late(duty.late_until)
        roll = self.figures(duty.roll, lambda word: self._say(f"hb_roll_{word}"))
        when = self.figures(duty.due, self.figures.due)
        return (
            self._say("hb_at", when=when, what=what) + self._say("hb_gap") + capital(roll) + self._late(duty.late_until)
        )

    def _record(self, duty: Record) -> str:
        content = self.figures.listed([*self._content(duty)])
        if duty.event is None:
            each = self.figures.both([self._pattern(pattern) for pattern in duty.of])
            return self._say("hb_each_record", record=each, content=content)
        what = self._pattern(duty.event)
        if content:
            what = self._say("hb_record", record=what, content=content)
        return self._say("hb_at", when=self._when(duty.by, duty.before), what=what)

    def _content(self, duty: Record) -> Iterator[str]:
        if duty.fields:
            yield self._say("hb_fields")
        if duty.blanks is not None:
            number = self.figures(duty.blanks, str)
            yield self._say("hb_no_blanks") if number == "0" else self._say("hb_blanks", number=number)
        if duty.filled is not None:
            least, field = duty.filled.at_least, self.figures.word(duty.filled.field).replace("_", " ")
            if isinstance(least, ShareOfFigure):
                share, of = self.figures(least.share, share_text), self.figures(least.of, str)
                yield self._say("hb_filled_share", share=share, of=of, field=field)
            else:
                yield self._say("hb_filled", number=self.figures(least, str), field=field)
        for name, words in duty.allowed.items():
            plain = self.figures.listed([self._condition(name, word) for word in words])
            yield self._say("hb_allowed", words=plain)
        if duty.signed_by is not None:
            signer = self._say("hb_self") if duty.signed_by == "self" else self._role(duty.signed_by)
            yield self._say("hb_signed", role=signer)

    # ------------------------------------------------------------ how many

    def _quota(self, duty: Quota) -> str:
        events = self.figures.either([self.event(kind) + self._where(duty.where) for kind in duty.event])
        if duty.participants:
            events += self._say("hb_with", roles=self.figures.both([self._role(role) for role in duty.participants]))
        limits = "".join((self._amount(duty), self._cap(duty), self._windows(duty), self._days(duty)))
        return self._say("hb_quota", amount=limits, events=events)

    def _amount(self, duty: Quota) -> str:
        most = "most" if duty.at_most is not None else "least"
        if isinstance(duty.owed, ShareOf):
            share, of = self.figures(duty.owed.share, share_text), self._population(duty.owed.of)
            return self._say("hb_all", of=of) if share == "100 %" else self._say(f"hb_{most}_share", share=share, of=of)
        number = self.figures(duty.owed, str)
        if not duty.distinct:
            key = f"hb_{most}_once" if number == "1" else f"hb_{most}_times"
            return self._say(key, number=number)
        target = next((self._book.kinds[kind].target for kind in duty.event if kind in self._book.kinds), None)
        return self._say(f"hb_{most}_different", number=number, things=self._say(f"hb_things_{target or 'text'}"))

    def _cap(self, duty: Quota) -> str:
        counted = duty.owed.of if isinstance(duty.owed, ShareOf) else None
        if duty.population and duty.population != counted:
            return self._say("hb_among", of=self._population(duty.population))
        return self._say("hb_fewer") if duty.cap else ""

    def _windows(self, duty: Quota) -> str:
        if duty.windows is None:
            return ""
        mode = self.figures(duty.count, str)
        windows = self.figures(duty.windows, self.figures.windows)
        if self._say("hb_comma") not in windows:
            return self._say("hb_in_window_only", windows=windows)
        return self._say("hb_in_each_window" if mode == "each_window" else "hb_in_windows", windows=windows)

    def _days(self, duty: Quota) -> str:
        if duty.days is None:
            return ""
        first, last = (self._day_of(one, duty.per) for one in duty.days)
        return self._say("hb_days", first=first, last=last)

    def _day_of(self, one: MonthDay, per: PeriodKind) -> str:
        day = self.figures.day(one.day)
        if per.months <= 1:
            return day
        return self._say("hb_in_month", day=day, month=self.figures.ordinal(one.month or per.months))

    def _rate(self, duty: Rate) -> str:
        den = self._pattern(duty.den) if isinstance(duty.den, Pattern) else self._population(duty.den.population)
        share = duty.at_least or duty.at_most
        if share is None:
            return self._say("hb_rate_told", num=self._pattern(duty.num), den=den)
        key = "hb_rate_least" if duty.at_least is not None else "hb_rate_most"
        return self._say(key, num=self._pattern(duty.num), den=den, share=self.figures(share, share_text))

    def _metric(self, duty: Metric) -> str:
        key = f"hb_{duty.value}_{'case' if duty.of_each else 'period'}"
        event = self.event(duty.event) + self._where(duty.where)
        return self._say(key, event=event, number=self.figures(duty.at_least, lambda mark: f"{mark.normalize():f}"))

    # ------------------------------------------------------------ what follows what

    def _response(self, duty: Response) -> str:
        said = self._say(
            "hb_after",
            trigger=self._trigger(duty.trigger),
            limit=self._limits(duty.within),
            deeds=self._deeds(duty.follow_up),
        )
        if duty.not_before is not None:
            opening = duty.not_before
            text = self._pattern(opening) if isinstance(opening, Pattern) else self.figures.length(opening)
            said += self._say("hb_gap") + self._say(
                "hb_not_before_event" if isinstance(opening, Pattern) else "hb_not_before", opening=text
            )
        if duty.otherwise is not None:
            otherwise = {"limit": self._limits(duty.otherwise.within), "deeds": self._deeds(duty.otherwise.follow_up)}
            said += self._say("hb_gap") + self._say("hb_else", **otherwise)
        return said

    def _trigger(self, trigger: EventTrigger | DateTrigger) -> str:
        if isinstance(trigger, DateTrigger):
            key = f"hb_date_{trigger.date}" + ("_yearly" if trigger.yearly else "")
            said = self._say(key, of=self._population(trigger.population))
            return self._say("hb_days_before", days=trigger.days_before, what=said) if trigger.days_before else said
        said = self._pattern(trigger)
        if trigger.times is not None:
            said = self._say("hb_nth", event=said, number=self.figures(trigger.times, self.figures.ordinal))
        if trigger.window is not None:
            said = self._say("hb_in_window", event=said, window=self.figures(trigger.window, self.figures.window))
        return said

    def _limits(self, limits: Sequence[Limit]) -> str:
        return self._say("hb_or_else").join(self._limit(limit) for limit in limits)

    def _limit(self, limit: Limit) -> str:
        if limit == "case.due_at":
            return self._say("hb_agreed")
        if isinstance(limit, SameDay):
            return self._say("hb_same_day_by", time=self.figures(limit.same_day, clock))
        assert isinstance(limit, Figure)
        return self.figures(limit, self.figures.duration)

    def _precedence(self, duty: Precedence) -> str:
        said = {"event": self._pattern(duty.event), "deeds": self._deeds(duty.requires)}
        if duty.lag == "previous_workday":
            return self._say("hb_workday_before", **said)
        if duty.within is not None:
            return self._say("hb_lately_before", length=self.figures(duty.within, self.figures.duration), **said)
        return self._say("hb_first", **said)

    def _interval(self, duty: Interval) -> str:
        names = {name: self._pattern(getattr(duty, name)) for name in ("event", "after", "until")}
        return self._say("hb_interval", limit=self.figures(duty.within, self.figures.duration), **names)

    def _window(self, duty: Window) -> str:
        hours = ((name, getattr(duty, name)) for name in ("allowed", "forbidden"))
        said = [
            self._say(f"hb_{name}_hours", windows=self.figures(figure, self.figures.windows))
            for name, figure in hours
            if figure is not None
        ]
        if duty.forbidden_weekdays is not None:
            said.append(self._say("hb_closed_days", days=self.figures(duty.forbidden_weekdays, self.figures.weekdays)))
        events = self.figures.both([self._pattern(pattern) for pattern in duty.event])
        return self._say("hb_hours", events=events, hours=self.figures.listed(said))

    def _forbid(self, duty: Forbid) -> str:
        events = self.figures.either([self._pattern(pattern) for pattern in duty.event])
        if duty.after is None:
            return self._say("hb_not_elsewhere", events=events)
        after = self._pattern(duty.after)
        if duty.until is None:
            return self._say("hb_not_after", events=events, after=after)
        return self._say("hb_not_while", events=events, after=after, until=self._pattern(duty.until))

    def _finding(self, duty: Finding) -> str:
        """What the clauses say of it: nothing else is known."""
        clauses = {name: clause for one in self._book.catalogues.values() for name, clause in one.clauses.items()}
        said = [self._say.title(clauses[name].sentence, "") for name in duty.clause if name in clauses]
        return self._say("hb_gap").join(said) or self._say("hb_finding")

    # ------------------------------------------------------------ what a miss costs

    def costs(self, duty: Duty) -> Iterator[str]:
        """What each sort of miss costs, and by which line or fine."""
        for card in self._book.scorecards.values():
            for (item, name), line in card.lines.items():
                if reasons := self._reasons(duty, line):
                    price, terms = self._price(line, self._say(f"hb_once_{card.per}")), self._terms(line)
                    yield self._say("hb_cost_line", reasons=reasons, price=price, terms=terms, line=f"{item}.{name}")
        for fine in self._book.fines.values():
            if reasons := self._reasons(duty, fine):
                yield self._say("hb_cost_fine", reasons=reasons, price=self._price(fine, ""), terms=self._terms(fine))

    def _reasons(self, duty: Duty, charged: Charged) -> str:
        mine = [breach.rpartition(".") for breach in charged.breaches]
        low = duty.check in ("metric", "rate")
        words = ["low" if low and reason == "short" else reason for name, _, reason in mine if name == duty.id]
        return self.figures.either([self._say(f"hb_reason_{word}") for word in words])

    def price(self, charged: Charged, once: str) -> str:
        """A price in words, with its conditions.

        Args:
            once: What one time in a period is called.
        """
        return self._price(charged, once) + self._terms(charged)

    def _price(self, charged: Charged, once: str) -> str:
        if not charged.prices:
            return self._say("hb_price_none")
        prices = (getattr(charged, name) for name in ("points", "each", "once", "per_missing"))
        figure = next(price for price in prices if price is not None)
        number = self.figures(
            figure, lambda price: self.figures.price(price) if hasattr(price, "steps") else f"{price.normalize():f}"
        )
        amount = self._money(number, charged)
        every = "" if charged.every is None else self.figures(charged.every, str)
        key = "every" if charged.every is not None else charged.prices[0]
        return self._say(f"hb_price_{key}", amount=amount, once=once, number=every)

    def _money(self, number: str, charged: Charged) -> str:
        if isinstance(charged, Fine):
            return self._say("hb_money", amount=number, currency=charged.currency)
        return self._say("hb_point" if number == "1" else "hb_points", amount=number)

    def _terms(self, charged: Charged) -> str:
        terms = []
        if charged.condition:
            terms.append(self._say("hb_none_done"))
        if charged.free is not None:
            terms.append(self._say("hb_free", number=self.figures(charged.free, str)))
        if charged.line_cap is not None:
            terms.append(self._say("hb_line_cap", amount=self.figures(charged.line_cap, str)))
        if charged.aggravated_by is not None:
            terms.append(self._say("hb_aggravated", causes=self.figures.either([*self.causes(charged.aggravated_by)])))
        if isinstance(charged, Line) and charged.veto is not None:
            terms.append(self.figures.veto(charged.veto))
        return self._say("hb_where", words=self.figures.listed(terms)) if terms else ""

    def causes(self, cause: Any) -> Iterator[str]:
        """What must have happened, one by one."""
        for part in (*cause.any_of, *cause.all_of):
            if isinstance(part, Pattern):
                yield self._pattern(part)
            elif isinstance(part, BreachFact):
                yield self._say("hb_quoted", title=self.title(self._book.duties[part.duty]))
            else:
                yield from self.causes(part)

    def title(self, duty: Duty) -> str:
        """The title of a duty."""
        return self._say.title(duty.title, duty.id)


def share_text(share: Fraction) -> str:
    """A share as a percentage where that is a number of two places, else as a fraction.

    >>> share_text(Fraction(98, 100)), share_text(Fraction(1, 3))
    ('98 %', '1/3')
    """
    hundredth = share * 10_000
    return str(share) if hundredth.denominator != 1 else f"{Decimal(hundredth.numerator) / 100:g} %"


def capital(text: str) -> str:
    """A sentence begins with a capital letter."""
    return text[:1].upper() + text[1:]
