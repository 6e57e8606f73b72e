"""Numbers as people and programs read them."""

from decimal import Decimal

from dutyrules.scoring import Finding


def plain(number: Decimal) -> str:
    """A decimal without trailing zeros.

    >>> plain(Decimal("2.50")), plain(Decimal("10"))
    ('2.5', '10')
    """
    text = f"{number:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


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
