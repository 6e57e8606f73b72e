"""What could be changed so that a plan misses nothing, or that people have equally much to do: sentences and tables."""

from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from dutyrules.plan import Balance, Change, Lever, Load, Relaxation
from dutyrules.report.plan_words import PlanWords


class ReliefWords:
    """The relaxations and the balance of a plan, in one language."""

    def __init__(self, words: PlanWords) -> None:
        self.words, self.speech, self.plan = words, words.speech, words.plan

    def relaxation(self, one: Relaxation) -> str:
        """Whose it is, what it costs, and whether it is known that nothing cheaper suffices."""
        persons = self.speech("listed").join(map(self.words.person, one.persons))
        key = "relax_none" if one.price is None else "relax_cheapest" if one.price == one.least else "relax_dearer"
        return self.speech(key, persons=persons, price=one.price, least=one.least)

    def changes(self, one: Relaxation) -> Iterator[str]:
        """The changes, each with its price."""
        for change in one.changes:
            yield self.speech("relax_price", change=self._change(change), price=change.price)

    def _change(self, one: Change) -> str:
        speech, words = self.speech, self.words
        person = words.person(one.person) if one.person else ""
        kind = words.kind(one.kind) if one.kind else ""
        what = words.duty(one.duty) if one.duty else ""
        day = f"{one.day} {words.weekday(one.day)}" if one.day else ""
        key = "waive" if one.lever is Lever.OWE and one.expected is None else one.lever.value
        return speech(
            f"relax_{key}",
            person=person,
            kind=kind,
            day=day,
            count=one.number,
            unit=one.unit,
            duty=what,
            post=one.post,
            period=one.period,
            expected=one.expected,
            less=one.less,
        )

    # ------------------------------------------------------------ balance

    def balance(self, one: Balance) -> str:
        """How uneven the loads are, and how even they would be."""
        key = "balance_none" if not one.handovers else "balance_even" if one.even else "balance_nearer"
        before, after = ([load.minutes_a_day for load in loads] for loads in (one.before, one.after))
        figures = {"most": max(before), "least": min(before), "most_after": max(after), "least_after": min(after)}
        told = self.speech(key, **{name: decimal(value) for name, value in figures.items()})
        return told if one.proven else f"{told} {self.speech('balance_unproven')}"

    @property
    def handover_titles(self) -> list[str]:
        """Above `handovers`."""
        return [
            self.speech(f"col_{key}")
            for key in ("building", "before", "after", "balance_households", "balance_minutes")
        ]

    def handovers(self, one: Balance) -> Iterator[tuple[str, str, str, int, int]]:
        """Which building would go from whom to whom."""
        for each in one.handovers:
            before, after = self.words.person(each.before), self.words.person(each.after)
            yield each.building, before, after, each.households, each.minutes

    @property
    def load_titles(self) -> list[str]:
        """Above `loads`."""
        return [self.speech(f"col_{key}") for key in ("name", "balance_workdays", "balance_now", "balance_then")]

    def loads(self, one: Balance) -> Iterator[tuple[str, int, str, str]]:
        """Everybody's minutes a workday, as they are and as they would be."""
        after = {load.person: load for load in one.after}
        for load in one.before:
            yield self.words.person(load.person), load.workdays, _told(load), _told(after[load.person])


def _told(load: Load) -> str:
    return decimal(load.minutes_a_day)


def decimal(value: Fraction) -> str:
    """To one place, half up.

    >>> decimal(Fraction(25, 2)), decimal(Fraction(1, 20))
    ('12.5', '0.1')
    """
    exact = Decimal(value.numerator) / Decimal(value.denominator)
    return str(exact.quantize(Decimal("0.1"), ROUND_HALF_UP))
