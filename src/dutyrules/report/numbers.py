"""Numbers as people and programs read them."""

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from dutyrules.scoring import Cost, Finding


def plain(number: Decimal) -> str:
    """A decimal without trailing zeros.

    >>> plain(Decimal("2.50")), plain(Decimal("10"))
    ('2.5', '10')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def points(number: Fraction) -> str:
    """Points as a decimal, rounded where they go on for ever.

    >>> points(Fraction(5, 2)), points(Fraction(1, 3))
    ('2.5', '0.3333')
    """
    parts = (number * 10_000 + Fraction(1, 2)).__floor__()
    return plain(Decimal(parts) / 10_000)


def share(part: Fraction) -> str:
    """A share in percent where that is exact.

    >>> share(Fraction(1, 8)), share(Fraction(1, 3))
    ('12.5%', '1/3')
    """
    percent = part * 100
    exact = 10**4 % percent.denominator == 0
    return f"{plain(Decimal(percent.numerator) / percent.denominator)}%" if exact else str(part)


def money(sums: Mapping[str, Decimal]) -> str:
    """Sums of money by currency.

    >>> money({"CNY": Decimal("10.0")})
    '10 CNY'
    """
    return ", ".join(f"{plain(amount)} {currency}" for currency, amount in sums.items())


def price(cost: Cost | None) -> str:
    """Points and fines.

    >>> price(Cost(Decimal("1.50"), {"CNY": Decimal(10)})), price(None)
    ('1.5 + 10 CNY', '–')
    """
    if cost is None:
        return "–"
    return " + ".join(filter(None, (plain(cost.points) if cost.points or not cost.fines else "", money(cost.fines))))


def short_instant(text: str | None, day: str) -> str:
    """An instant without its date when that is the day spoken of, and without seconds where there are none.

    >>> short_instant("2026-10-08 07:55:00", "2026-10-08")
    '07:55'
    """
    if text is None:
        return "–"
    return text.removeprefix(f"{day} ").removesuffix(":00") if ":" in text else text


def measure(one: Finding) -> tuple[str, str]:
    """Expected and actual of a verdict, as short as its day allows."""
    return short_instant(one.expected, one.day), short_instant(one.actual, one.day)
