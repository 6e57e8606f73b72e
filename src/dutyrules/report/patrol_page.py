"""Patrols on the page of a plan: a map of buildings and days, and a picture of every day's walk."""

from collections.abc import Mapping, Sequence
from datetime import date
from fractions import Fraction
from typing import Final

from dutyrules.estate import Estate
from dutyrules.report.markup import Html, Node, tag
from dutyrules.report.patrol_days import PatrolMonth, Stop, marked
from dutyrules.report.pictures import LEVELS, picture
from dutyrules.report.plan_load import Load
from dutyrules.report.plan_words import PlanWords

Spot = tuple[int, int]

WIDE: Final = 23
HIGH: Final = 19
"""A day of a building in the map."""

ACROSS: Final = 170
DOWN: Final = 120
EDGE: Final = 12
"""A picture of a walk: the most that it is wide and high, and what is left free around its buildings."""

DOT: Final = 7
"""Half of what a numbered stop is wide."""


def patrol_month(words: PlanWords, load: Load, month: PatrolMonth, ident: str) -> Html:
    """One month: the map, and its walks to be opened.

    Args:
        ident: What ids of this month begin with.
    """
    title = words.speech("patrol_title", name=words.person(month.person), **_when(month.month))
    return tag(
        "section",
        tag("figure", tag("figcaption", tag("h3", title)), tag("div", _map(words, load, month), class_="wide")),
        tag("p", words.speech("patrol_shades"), class_="quiet"),
        _walks(words, month, ident),
        class_="patrols",
    )


def _when(month: date) -> dict[str, object]:
    return {"year": month.year, "month": f"{month.month:02}"}


# ---------------------------------------------------------------- buildings by days


def _map(words: PlanWords, load: Load, month: PatrolMonth) -> Html:
    """The number of each stop, darker the longer its building has waited; days off are grey."""
    left = 12 + max((_letters(name) for name in month.buildings), default=0) * 7
    rows, columns = len(month.buildings), len(month.days)
    right, bottom = left + WIDE * columns, HIGH * (rows + 2)
    drawn: list[Node] = [
        _boxes([(left + WIDE * number, 2 * HIGH) for number, day in enumerate(month.days) if _off(load, day)], rows)
    ]
    for number, day in enumerate(month.days):
        middle = left + WIDE * number + WIDE // 2
        drawn.append(tag("text", words.speech(f"patrol_weekday_{day.weekday()}"), x=middle, y=13, class_="name"))
        drawn.append(tag("text", day.day, x=middle, y=HIGH + 12, class_="name"))
        count = len({stop.building for stop in month.walks.get(day, ())})
        drawn.append(tag("text", count, x=middle, y=bottom + 14, class_="sum") if count else None)
    shades: dict[int, list[Spot]] = {}
    texts: list[Node] = []
    for row, building in enumerate(month.buildings):
        top = HIGH * (row + 2)
        drawn.append(tag("text", building, x=left - 8, y=top + 14, class_="line"))
        drawn.append(tag("text", month.times(building), x=right + 18, y=top + 14, class_="sum"))
        for day, wait in month.waits(building).items():
            x, level = left + WIDE * month.days.index(day), min(wait, LEVELS)
            shades.setdefault(level, []).append((x, top))
            shown = marked(month.numbers(building, day))
            texts.append(tag("text", shown, x=x + WIDE // 2, y=top + 14, class_=f"on-h{level}"))
    drawn += [_cells(spots, level) for level, spots in sorted(shades.items())]
    each = words.speech("listed").join(f"{name} {month.times(name)}" for name in month.buildings)
    told = words.speech("patrol_told", name=words.person(month.person), buildings=each)
    return picture(right + 40, bottom + 20, told, drawn, texts, class_="heat walked")


def _boxes(corners: Sequence[Spot], rows: int) -> Html | None:
    """Whole columns."""
    drawn = "".join(f"M{x} {y}h{WIDE}v{HIGH * rows}h-{WIDE}z" for x, y in corners)
    return tag("path", d=drawn, class_="off-day") if drawn else None


def _cells(corners: Sequence[Spot], level: int) -> Html:
    """Cells of one shade, as one shape: a page holds thousands of them."""
    wide, high = WIDE - 2, HIGH - 2
    return tag("path", d="".join(f"M{x + 1} {y + 1}h{wide}v{high}h-{wide}z" for x, y in corners), class_=f"h{level}")


def _off(load: Load, day: date) -> bool:
    return day in load.rest or day in load.leave


def _letters(text: str) -> int:
    return sum(1 if letter.isascii() else 2 for letter in text)


# ---------------------------------------------------------------- walks


def _walks(words: PlanWords, month: PatrolMonth, ident: str) -> Html | None:
    """A picture a day; nothing where fewer than two buildings have coordinates."""
    spots, across, down = _spots(words.estate, month.buildings)
    if len(spots) < 2:
        return None
    base = f"{ident}-map"
    ground = tag(
        "svg",
        tag(
            "symbol",
            (tag("circle", tag("title", name), cx=x, cy=y, r=3, class_="place") for name, (x, y) in spots.items()),
            id=base,
            viewBox=f"0 0 {across} {down}",
        ),
        class_="hidden",
        width=0,
        height=0,
        aria_hidden="true",
    )
    days = (_day(words, day, stops, spots, (across, down), base) for day, stops in sorted(month.walks.items()))
    summary = tag("summary", words.speech("patrol_walks", count=len(month.walks)))
    return tag("details", summary, ground, tag("div", days, class_="walks"), class_="of-walks")


def _day(words: PlanWords, day: date, stops: Sequence[Stop], spots: Mapping[str, Spot], size: Spot, base: str) -> Html:
    """The walk as a line through its buildings, numbered; who stands nowhere is named below."""
    there = [stop for stop in stops if stop.building in spots]
    line = "M" + "L".join(f"{x} {y}" for x, y in (spots[stop.building] for stop in there)) if there else None
    lost = words.speech("listed").join(stop.building for stop in stops if stop.building not in spots)
    told = words.speech("listed").join(f"{stop.number} {stop.building}" for stop in stops)
    numbers = [
        (
            tag("circle", tag("title", stop.building), cx=spots[stop.building][0], cy=spots[stop.building][1], r=DOT),
            tag("text", stop.number, x=spots[stop.building][0], y=spots[stop.building][1] + 4),
        )
        for stop in there
    ]
    drawn = picture(
        *size,
        told,
        tag("use", href=f"#{base}", width=size[0], height=size[1]),
        tag("path", d=line, class_="way") if line else None,
        numbers,
        class_="walk",
    )
    title = f"{day:%m-%d} {words.weekday(day)}"
    below = tag("small", words.speech("patrol_unmapped", buildings=lost)) if lost else None
    return tag("figure", tag("figcaption", title), drawn, below)


def _spots(estate: Estate, buildings: Sequence[str]) -> tuple[Mapping[str, Spot], int, int]:
    """Where buildings stand in a picture, north up, in one scale; and how large it is."""
    table = estate.tables.buildings
    rows = table.filter(table["building"].is_in(list(buildings))).select("building", "x", "y").iter_rows()
    points = {name: (Fraction(x), Fraction(y)) for name, x, y in rows if x is not None and y is not None}
    if not points:
        return {}, 0, 0
    west, south = (min(point[axis] for point in points.values()) for axis in (0, 1))
    wide, high = (max(point[axis] for point in points.values()) - least for axis, least in ((0, west), (1, south)))
    scale = min(
        Fraction(ACROSS - 2 * EDGE) / wide if wide else Fraction(10**6),
        Fraction(DOWN - 2 * EDGE) / high if high else Fraction(10**6),
    )
    scale = scale if scale < 10**6 else Fraction(0)
    across, down = (int(length * scale) + 2 * EDGE for length in (wide, high))
    spots = {
        name: (EDGE + int((x - west) * scale), down - EDGE - int((y - south) * scale))
        for name, (x, y) in sorted(points.items())
    }
    return spots, across, down
