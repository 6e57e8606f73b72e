"""Where the people of an area set out from, and whether what the estate says of ways fits together."""

import re
from collections.abc import Iterable, Iterator
from fractions import Fraction
from pathlib import Path
from typing import Annotated, Final

from pydantic import BeforeValidator

from dutyrules.book.problems import follow, place_of
from dutyrules.checks.duty import Titles
from dutyrules.diagnostics import Cell, Diagnostic, did_you_mean
from dutyrules.estate.planning import Planning
from dutyrules.figure import Form, Text, wrong
from dutyrules.registry import Tables
from dutyrules.registry.areas import Areas, Office
from dutyrules.source import Node

_COORDINATE: Final = re.compile(r"-?\d{1,9}(\.\d{1,6})?")


def _office(value: object) -> object:
    """A name, or two coordinates as exact numbers."""
    if isinstance(value, str) and value.strip():
        return value.strip()
    numbers = [str(one) for one in value] if isinstance(value, list | tuple) else []
    if len(numbers) != 2 or not all(_COORDINATE.fullmatch(number) for number in numbers):
        raise wrong("office", value, "a building such as b01, or coordinates in metres such as [120, 40]")
    return Fraction(numbers[0]), Fraction(numbers[1])


class AreaForm(Form):
    """An area, perhaps inside another.

    Attributes:
        office: Where its people set out from: a building, a name that the table of walking minutes knows, or
            coordinates; by default that of the area around it.
    """

    title: Titles = ""
    within: Text | None = None
    office: Annotated[str | tuple[Fraction, Fraction] | None, BeforeValidator(_office)] = None

    def office_of(self, area: str) -> Office | None:
        """The office; where coordinates say where it is, it has the area's name."""
        if self.office is None or isinstance(self.office, str):
            return Office(self.office) if self.office else None
        return Office(area, self.office)


def check_walks(node: Node, planning: Planning, areas: Areas, problems: list[Diagnostic]) -> None:
    """Walks that end where they began need an office."""
    for name, pace in planning.patrols.items():
        if pace.walk == "closed" and not areas.offices:
            where = place_of(follow(node, ("planning", "patrols", name, "walk"))[0])
            message = "closed walks begin and end at an office, and no area has one"
            hint = "write areas: {A: {office: [120, 40]}}: a building, or coordinates in metres"
            problems.append(Diagnostic("estate.no-office", message, where, "closed", "an office of an area", hint))


def check_offices(node: Node, areas: Areas, tables: Tables) -> Iterator[Diagnostic]:
    """An office without coordinates is a building, or a name that the table of walking minutes knows."""
    buildings = tables.buildings["building"].drop_nulls().unique(maintain_order=True).to_list()
    known = {*buildings, *tables.walking["from"].drop_nulls(), *tables.walking["to"].drop_nulls()}
    for area, office in areas.offices.items():
        if office.point is None and office.name not in known:
            where = follow(node, ("areas", area, "office"))[0].span
            message = f"neither a building nor the table walking is called {office.name}"
            hint = did_you_mean(office.name, buildings)
            expected = "a building, a name in the table walking, or coordinates such as [120, 40]"
            yield Diagnostic("estate.unknown-office", message, where, office.name, expected, hint)


def check_walking(areas: Areas, tables: Tables, directory: Path, files: Iterable[str]) -> Iterator[Diagnostic]:
    """Ways lead from buildings and offices to buildings and offices; each stranger is told once."""
    offices = [office.name for office in areas.offices.values()]
    known = dict.fromkeys([*tables.buildings["building"].drop_nulls().unique(maintain_order=True), *offices])
    file = next((name for name in files if Path(name).stem == "walking"), None)
    seen = {None, *known}
    for row, *names in tables.walking.select("_row", "from", "to").iter_rows():
        for column, name in zip(("from", "to"), names, strict=True):
            if name not in seen:
                seen.add(name)
                where = Cell(str(directory / file) if file else "walking", row, column)
                message = f"there is no building or office {name}"
                hint = did_you_mean(name, known)
                yield Diagnostic("table.unknown-place", message, where, name, hint=hint)
