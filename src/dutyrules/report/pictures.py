"""Small pictures as inline SVG: bars in a cell, bars of weeks beside an even share, a map of numbers.

Colours are classes of the style sheet (``k0`` … ``k5``, ``h0`` … ``h5``): dark screens and paper have their own.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from dutyrules.report.markup import Html, Node, tag

COLOURS: Final = 6
"""Kinds of bars that differ in colour; then they repeat."""

LEVELS: Final = 5
"""Shades of a map; larger numbers look alike, and are written anyway."""


@dataclass(frozen=True)
class Bar:
    """A bar of several parts.

    Attributes:
        name: What stands below it.
        told: The whole in words.
        parts: (colour, number), from the bottom.
        line: Where the even share lies, None without one.
    """

    name: str
    told: str
    parts: Sequence[tuple[int, int]]
    line: Fraction | None = None

    @property
    def total(self) -> int:
        """The numbers of all parts."""
        return sum(number for _, number in self.parts)


def picture(width: int, height: int, told: str, *inner: Node, class_: str) -> Html:
    """A picture and what it shows, in words."""
    box = f"0 0 {width} {height}"
    return tag("svg", tag("title", told), inner, class_=class_, viewBox=box, width=width, height=height, role="img")


def key(colour: int) -> Html:
    """What a colour stands for is written behind it."""
    return tag("span", class_=f"key {_colour(colour)}")


def rows(parts: Sequence[tuple[int, int]], most: int, told: str) -> Html:
    """A bar lying in a row for each (colour, number), its number behind it; `most` is the widest."""
    return picture(
        64,
        11 * len(parts),
        told,
        (
            (
                tag("rect", y=11 * row + 2, width=_part(46 * number, most), height=8, rx=1, class_=_colour(colour)),
                tag("text", number, x=_whole(46 * number, most) + 3, y=11 * row + 9),
            )
            for row, (colour, number) in enumerate(parts)
        ),
        class_="rows",
    )


def columns(bars: Sequence[Bar], most: int, told: str) -> Html:
    """Upright bars with their totals and names, and a line at the even share of each."""
    wide, high = 44, 96
    drawn = []
    for number, bar in enumerate(bars):
        left = wide * number
        top = high + 14 - _whole(high * max(Fraction(bar.total), bar.line or Fraction(0)), most)
        drawn.append(
            tag(
                "g",
                tag("title", bar.told),
                _stack(bar, left + 8, high + 14, wide - 16, high, most),
                tag("text", bar.total, x=left + wide // 2, y=top - 3) if bar.total else None,
                tag("text", bar.name, x=left + wide // 2, y=high + 28, class_="name"),
                _line(bar, left, wide, high + 14, high, most),
            )
        )
    return picture(wide * len(bars), high + 34, told, drawn, class_="columns")


def spark(bars: Sequence[Bar], most: int, told: str) -> Html:
    """The same, as small as a word: without numbers."""
    wide, high = 9, 24
    drawn = (
        (_stack(bar, wide * number + 1, high, wide - 2, high, most), _line(bar, wide * number, wide, high, high, most))
        for number, bar in enumerate(bars)
    )
    return picture(wide * max(len(bars), 1), high, told, drawn, class_="spark")


def tick(value: int, bound: int | None, told: str) -> Html:
    """How long a value is beside the bound that none can be below."""
    wide, most = 120, max(value, bound or 0, 1)
    at = None if bound is None else _part(wide * bound, most)
    return picture(
        wide + 2,
        14,
        told,
        tag("rect", y=3, width=_part(wide * value, most), height=8, class_="k0"),
        None if at is None else tag("line", x1=at, x2=at, y1=0, y2=14, class_="bound"),
        class_="tick",
    )


def reach(low: Fraction, high: Fraction, marks: Fraction, told: str) -> Html:
    """A score of so many marks; what it may still become is drawn behind it."""
    wide, most = 160, max(marks, high)
    return picture(
        wide + 2,
        14,
        told,
        tag("rect", x=1, y=1, width=wide, height=12, rx=2, class_="whole"),
        tag("rect", x=1, y=1, width=_tenths(wide * high, most), height=12, rx=2, class_="maybe")
        if high > low
        else None,
        tag("rect", x=1, y=1, width=_tenths(wide * low, most), height=12, rx=2, class_="k0"),
        class_="reach",
    )


def length(number: Fraction, most: Fraction) -> Html:
    """A bar beside its number, which says the same."""
    bar = tag("rect", y=1, width=_tenths(120 * number, most), height=10, rx=2, class_="k1")
    return tag("svg", bar, class_="length", viewBox="0 0 120 12", width=120, height=12, aria_hidden="true")


def course(values: Sequence[Fraction | None], least: int, told: str, *, step: int = 26, high: int = 30) -> Html:
    """Percents one after the other as a line, from `least` up; where one is missing the line is broken."""
    at = [
        None if value is None else (step * number + 6, _tenths(high * (100 - value), Fraction(100 - least)))
        for number, value in enumerate(values)
    ]
    pieces: list[list[tuple[int, str]]] = [[]]
    for point in at:
        if point is None:
            pieces.append([])
        else:
            pieces[-1].append(point)
    lines = (
        tag("path", d="M" + "L".join(f"{x} {_down(y)}" for x, y in piece), class_="course")
        for piece in pieces
        if len(piece) > 1
    )
    dots = (tag("circle", cx=x, cy=_down(y), r=3, class_="k0") for piece in pieces for x, y in piece)
    return picture(step * (len(values) - 1) + 12, high + 12, told, lines, dots, class_="trend")


def _down(tenths: str) -> str:
    """Six units lower, so that a dot at the top is whole."""
    whole, _, part = tenths.partition(".")
    return f"{int(whole) + 6}.{part}"


def heat(lines: Mapping[str, Sequence[int]], columns: Sequence[str], told: str) -> Html:
    """A number in each place of lines × columns, the darker the larger; sums at the right."""
    wide, high = 36, 20
    left = 12 + max((_letters(line) for line in lines), default=0) * 7
    drawn: list[Node] = [
        tag("text", name, x=left + wide * number + wide // 2, y=13, class_="name")
        for number, name in enumerate(columns)
    ]
    for row, (line, numbers) in enumerate(lines.items(), start=1):
        top = high * row
        drawn.append(tag("text", line, x=left - 8, y=top + 14, class_="line"))
        for column, number in enumerate(numbers):
            x = left + wide * column
            shade = f"h{min(number, LEVELS)}"
            shown = None if not number else tag("text", number, x=x + wide // 2, y=top + 14, class_=f"on-{shade}")
            drawn.append((tag("rect", x=x + 1, y=top + 1, width=wide - 2, height=high - 2, rx=2, class_=shade), shown))
        drawn.append(tag("text", sum(numbers), x=left + wide * len(numbers) + 18, y=top + 14, class_="sum"))
    return picture(left + wide * len(columns) + 36, high * (len(lines) + 1) + 2, told, drawn, class_="heat")


def _stack(bar: Bar, left: int, bottom: int, wide: int, high: int, most: int) -> list[Html]:
    """The parts of a bar, one upon the other."""
    drawn, below = [], 0
    for colour, number in bar.parts:
        low, top = _whole(high * below, most), _whole(high * (below + number), most)
        below += number
        if number:
            drawn.append(
                tag("rect", x=left, y=bottom - top, width=wide, height=max(top - low, 1), class_=_colour(colour))
            )
    return drawn


def _line(bar: Bar, left: int, wide: int, bottom: int, high: int, most: int) -> Html | None:
    if not bar.line:
        return None
    level = bottom - _whole(high * bar.line, most)
    return tag("line", x1=left, x2=left + wide, y1=level, y2=level, class_="even")


def _colour(number: int) -> str:
    return f"k{number % COLOURS}"


def _whole(number: int | Fraction, most: int) -> int:
    """So much of `most`, in whole units."""
    return int(number / max(most, 1))


def _part(number: int, most: int) -> str:
    """The same to a tenth, so that small numbers show."""
    tenths = 10 * number // max(most, 1)
    return f"{tenths // 10}.{tenths % 10}"


def _tenths(number: Fraction, most: Fraction) -> str:
    """So much of `most`, to a tenth; nothing below 0, and nothing beyond what there is of it."""
    tenths = max((10 * number / most).__floor__(), 0) if most else 0
    return f"{tenths // 10}.{tenths % 10}"


def _letters(text: str) -> int:
    """About how wide a text is, in Latin letters."""
    return sum(1 if letter.isascii() else 2 for letter in text)
