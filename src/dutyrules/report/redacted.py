"""A result in which nobody can be read: persons, households and places have other names, free text is gone.

What is whose stays visible – a name is always replaced by the same word – and so do rules, points, days and breach ids.
Whoever knows the ids of an estate can find them again: these are pseudonyms, not anonymity.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from hashlib import sha256
from typing import ClassVar, Final

import polars as pl

from dutyrules.activity.log import Log
from dutyrules.estate import Estate
from dutyrules.scoring import Closed, Finding, ItemScore, Result, Sheet

_ABOUT: Final = re.compile(
    r"(?P<at>\d{4}-\d\d-\d\d(?: \d\d:\d\d:\d\d)?)?(?P<gap>/?)(?P<key>.*?)(?P<number>#\d+)?", re.DOTALL
)
"""What tells a verdict from others: an instant, a case or target, a number."""

_KEPT_FORMS: Final = frozenset({"words", "integer", "boolean", "instant"})
"""Attributes that are no text of somebody's own and no person."""

_DIGITS: Final = 10
"""Of a pseudonym; enough for a hundred thousand households."""


class Aliases:
    """Another name for everything that an estate and its log name, the same one wherever it stands."""

    def __init__(self, estate: Estate, log: Log) -> None:
        tables, self._estate = estate.tables, estate.id
        self._kinds: dict[str, str] = {
            **dict.fromkeys(tables.units["unit"].to_list(), "u"),
            **dict.fromkeys(tables.buildings["building"].to_list(), "b"),
            **dict.fromkeys(estate.areas.names, "a"),
            **dict.fromkeys((*estate.persons, *log.persons), "p"),
            estate.id: "e",
        }
        self._cases = frozenset(log.cases.to_list())
        self._files = {file.name: f"log-{number}" for number, file in enumerate(log.files, start=1)}

    def __call__(self, name: str) -> str:
        """The pseudonym of a name: a letter for what it is, and a hash that no other estate shares."""
        if not name:
            return name
        return f"{self._kinds.get(name, 'x')}-{sha256(f'{self._estate}|{name}'.encode()).hexdigest()[:_DIGITS]}"

    def about(self, discriminator: str) -> str:
        """What a verdict is about; instants and numbers stay."""
        match = _ABOUT.fullmatch(discriminator)
        if match is None or (match["key"].isdigit() and match["key"] not in self._cases):
            return discriminator if match else self(discriminator)
        return f"{match['at'] or ''}{match['gap']}{self(match['key'])}{match['number'] or ''}"

    def file(self, name: str) -> str:
        """A file of the log, by its number."""
        return self._files[name]

    def rows(self, sources: Sequence[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
        """Rows of the log."""
        return tuple((self.file(file), row) for file, row in sources)

    # ------------------------------------------------------------ what is judged

    def sheet(self, sheet: Sheet) -> Sheet:
        """A sheet that names nobody."""
        return replace(
            sheet,
            person=self(sheet.person),
            name=self(sheet.person),
            items=tuple(self._item(item) for item in sheet.items),
            borne=tuple(replace(one, person=self(one.person)) for one in sheet.borne),
            outcomes=tuple(
                replace(
                    one,
                    findings=self.rows(one.findings),
                    liable=tuple((self(person), role) for person, role in one.liable),
                )
                for one in sheet.outcomes
            ),
            liable_for=tuple(replace(one, person=self(one.person)) for one in sheet.liable_for),
            breaches=self._findings(sheet.person, sheet.breaches),
            excused=self._findings(sheet.person, sheet.excused),
            pending=self._findings(sheet.person, sheet.pending),
            not_assessed=self._findings(sheet.person, sheet.not_assessed),
            appeals=(),  # who appealed, who decided and why would name them
            adjustments=(),
        )

    def _item(self, item: ItemScore) -> ItemScore:
        return replace(
            item,
            settled_by=item.settled_by and self(item.settled_by),
            lines=tuple(replace(line, findings=self.rows(line.findings)) for line in item.lines),
        )

    def _findings(self, person: str, found: Sequence[Finding]) -> tuple[Finding, ...]:
        return tuple(self._finding(person, one) for one in found)

    def _finding(self, person: str, one: Finding) -> Finding:
        area, _, role = one.post.removeprefix(f"{person}@").rpartition("@")
        return replace(
            one,
            post=f"{self(person)}@{self(area)}@{role}",
            discriminator=self.about(one.discriminator),
            evidence=self.rows(one.evidence),
            missing=tuple(map(self, one.missing)),
        )

    # ------------------------------------------------------------ what it was judged on

    def estate(self, estate: Estate) -> Estate:
        """The estate as reports see it: nobody's name, nobody's reasons, files by number."""
        tables = estate.tables
        people = pl.DataFrame({"person": [*map(self, estate.persons)]}, schema={"person": pl.String})
        waivers = tables.waivers.with_columns(self._column(tables.waivers, "approver"), reason=pl.lit(""))
        settlements = tables.settlements.with_columns(
            self._column(tables.settlements, "person"), self._column(tables.settlements, "decided_by")
        )
        return replace(
            estate,
            id=self(estate.id),
            title="",
            book=replace(estate.book, files=_numbered("book", estate.book.files)),
            files=_numbered("estate", estate.files),
            tables=replace(
                tables,
                people=people.with_columns(name=pl.lit(None, pl.String)),
                waivers=waivers,
                settlements=settlements,
            ),
        )

    def _column(self, table: pl.DataFrame, name: str) -> pl.Series:
        return pl.Series(name, [cell and self(cell) for cell in table[name].to_list()], pl.String)

    def log(self, log: Log, estate: Estate) -> Log:
        """The log without names and without texts."""
        forms = [(name, kind.form) for one in estate.book.kinds.values() for name, kind in one.attributes.items()]
        told = {"participants", *(name for name, form in forms if form not in _KEPT_FORMS)}
        return replace(
            log,
            frame=log.frame.drop(name for name in log.frame.columns if name in told),
            persons=tuple(map(self, log.persons)),
            targets=pl.Series([*map(self, log.targets.to_list())], dtype=pl.String),
            cases=pl.Series([*map(self, log.cases.to_list())], dtype=pl.String),
            files=tuple(replace(file, name=self.file(file.name)) for file in log.files),
        )

    def closed(self, closed: Closed) -> Closed:
        """Closed months by pseudonym."""
        return Closed(
            {
                month: {(self(person), role): sheet for (person, role), sheet in sheets.items()}
                for month, sheets in closed.months.items()
            }
        )


@dataclass(frozen=True)
class Redacted(Result):
    """A result that may be shown to others; it is judged as before, and told otherwise.

    Attributes:
        plain: The result itself.
        alias: The other name of everything.
    """

    plain: Result = field(kw_only=True)
    alias: Aliases = field(kw_only=True)
    redacted: ClassVar[bool] = True

    @cached_property
    def people(self) -> Sequence[Sheet]:
        """Every sheet, by pseudonym and role, so that not even the order tells who is who."""
        return sorted(map(self.sheet, range(len(self.sheets))), key=lambda sheet: (sheet.person, sheet.role))

    def of(self, person: str) -> Sequence[Sheet]:
        """The sheets of one person, by the pseudonym or, for those who know it, the id."""
        return [self.alias.sheet(sheet) for sheet in self.plain.of(self._real.get(person, person))]

    @cached_property
    def _real(self) -> Mapping[str, str]:
        return {self.alias(person): person for person, _ in map(self.holder, range(len(self.sheets)))}

    def sheet(self, index: int) -> Sheet:
        """One sheet; its breach ids are those of the plain one."""
        return self.alias.sheet(self.plain.sheet(index))

    def index_of(self, sheet: Sheet) -> int:
        """The number of a sheet."""
        return self._numbers[sheet.person, sheet.role]

    @cached_property
    def _numbers(self) -> Mapping[tuple[str, str], int]:
        holders = map(self.holder, range(len(self.sheets)))
        return {(self.alias(person), role): number for number, (person, role) in enumerate(holders)}

    @property
    def uncovered(self) -> Sequence[tuple[str, str | None, str, int]]:
        """Leave for which nobody accepted to act."""
        return [
            (self.alias(person), area and self.alias(area), role, day)
            for person, area, role, day in self.plain.uncovered
        ]

    def areas_of(self, sheet: Sheet) -> Sequence[str]:
        """Where the person holds the post."""
        return [self.alias(area) for area in self.plain.areas_of(self.plain.sheet(self.index_of(sheet)))]


def redact(result: Result) -> Redacted:
    """The same result for other eyes."""
    alias = Aliases(result.estate, result.log)
    return Redacted(
        alias.estate(result.estate),
        alias.log(result.log, result.estate),
        result.period,
        result.as_of,
        result.forecast,
        result.judgement,
        result.sheets,
        alias.closed(result.closed),
        plain=result,
        alias=alias,
    )


def _numbered(what: str, files: Mapping[str, str]) -> dict[str, str]:
    return {f"{what}-{number}": files[name] for number, name in enumerate(sorted(files), start=1)}
