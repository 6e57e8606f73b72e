"""Reading the exports of other systems through mappings."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, TypeAlias

import polars as pl

from dutyrules.activity.encode import instants
from dutyrules.activity.imports.approvals import Leave, read_approvals
from dutyrules.activity.imports.doubles import copies, doubles
from dutyrules.activity.imports.language import ENDINGS, PLACEHOLDER, Conditions, ExportMapping, filled_in
from dutyrules.activity.imports.load import load_mapping
from dutyrules.activity.imports.sheets import Export, demand, label, open_export, titled
from dutyrules.activity.imports.suspicions import FLAG_SCHEMA, Surroundings, suspicious
from dutyrules.activity.imports.translate import Bad, Lookups, Slot, World, texts_of
from dutyrules.activity.log import JUDGED, KEPT, REJECT_SCHEMA, REQUIRED
from dutyrules.activity.rejects import write_csv
from dutyrules.diagnostics import Cell, Diagnostic, InputError, did_you_mean

_Reject: TypeAlias = tuple[str, int, str | None, str | None, str, str | None]
_Flag: TypeAlias = tuple[str, int, str, str | None, str | None, str]

LEAVE_COLUMNS: Final = ("person", "from", "until", "approved", "kind")
_PLACE: Final = {"(file)": pl.String(), "(row)": pl.Int64()}
# So many rows are kept as Python's own before they become columns.
_CHUNK: Final = 20_000


@dataclass(frozen=True, slots=True, eq=False)
class Imported:
    """What exports hold.

    Attributes:
        rows: Rows of the log, all columns String.
        rejects: One line per bad cell, in the rows and columns of the export; `log.REJECT_SCHEMA`.
        flags: What a person should look at; `suspicions.FLAG_SCHEMA`.
        leave: Approved leave, as the estate's table `leave` has it.
        skipped: Why rows are no events → how many.
        notices: What a reader should know.
        kinds: The kinds of events that the mapping can give.
        source: The system.
    """

    rows: pl.DataFrame
    rejects: pl.DataFrame
    flags: pl.DataFrame
    leave: pl.DataFrame
    skipped: Mapping[str, int]
    notices: tuple[Diagnostic, ...]
    kinds: tuple[str, ...]
    source: str

    @property
    def rejected_rows(self) -> int:
        """How many rows were rejected; a row with several bad cells counts once."""
        return self.rejects.select("file", "row").n_unique()


def import_files(
    mapping: Path | str,
    paths: Sequence[Path],
    *,
    lookups: Lookups,
    settings: Mapping[str, str] | None = None,
    timezone: str = "Asia/Shanghai",
    surroundings: Surroundings | None = None,
) -> Imported:
    """Reads exports of another system.

    Args:
        mapping: A mapping file, or the name of one that comes with the library.
        paths: The exports, or directories of them.
        lookups: The tables that the mapping may name: what the other system writes to what the estate writes.
        settings: What the user sets.
        timezone: The time zone of the estate.
        surroundings: What the estate knows that makes a row look odd.

    Raises:
        InputError: What is wrong with the mapping, the settings or the exports as such.
    """
    rules = load_mapping(mapping)
    words, problems = _settings(rules, settings or {})
    problems += _no_tables(rules, lookups)
    if problems:
        raise InputError(problems)
    gathered = _Gathered()
    for path in _files(paths, rules, gathered.notices):
        try:
            tables, notices = open_export(path, rules)
            gathered.notices += notices
            for table in tables:
                _read(table, rules, words, World(lookups, timezone), gathered)
        except InputError as error:
            problems += error.diagnostics
    if problems:
        raise InputError(problems)
    return _finished(gathered, rules, words, timezone, surroundings or Surroundings())


def write_log_csv(imported: Imported, path: Path) -> None:
    """Writes imported rows as a log that `read_log` reads; a cell that a spreadsheet would compute is escaped."""
    write_csv(imported.rows, path)


# --- Files, settings and tables


def _files(paths: Sequence[Path], rules: ExportMapping, notices: list[Diagnostic]) -> Iterator[Path]:
    """The files, and those of directories that may be exports, by name."""
    for path in paths:
        if not path.is_dir():
            yield path
            continue
        for file in sorted(path.iterdir()):
            if file.suffix.lower() in ENDINGS[rules.format]:
                yield file
            elif file.is_file():
                message = f"the file does not end in {' or '.join(ENDINGS[rules.format])}; it is not read"
                notices.append(Diagnostic("import.other-file", message, Cell(str(file), 1), severity="warning"))


def _settings(rules: ExportMapping, given: Mapping[str, str]) -> tuple[dict[str, str], list[Diagnostic]]:
    problems = [
        Diagnostic(
            "import.unknown-setting",
            f"the mapping has no setting {name!r}",
            None,
            expected=", ".join(rules.settings) or "none",
            hint=did_you_mean(name, rules.settings),
        )
        for name in given
        if name not in rules.settings
    ]
    words = {name: given.get(name, usual) for name, usual in rules.settings.items()}
    for name, word in words.items():
        if not word:
            message, hint = f"the mapping needs the setting {name!r}", f"--set {name}=…"
            problems.append(Diagnostic("import.missing-setting", message, None, hint=hint))
    return {name: word or "" for name, word in words.items()}, problems


def _no_tables(rules: ExportMapping, lookups: Lookups) -> list[Diagnostic]:
    """Columns for which there is none of the tables that translate them."""
    return [
        Diagnostic(
            "import.no-lookup",
            f"there is no look-up {' or '.join(column.lookups)} to find {column.name!r} by",
            None,
            expected=f"a column {column.lookups[0]} in the people table, or lookups/{column.lookups[0]}.csv",
            hint=did_you_mean(column.lookups[0], lookups),
        )
        for column in rules.columns
        if not column.optional and all(table and table not in lookups for table in column.lookups)
    ]


def mapped_kinds(rules: ExportMapping, words: Mapping[str, str]) -> tuple[str, ...]:
    """The kinds of events that a mapping can give."""
    kinds: dict[str, None] = {}
    for slot in rules.slots(words):
        said = {**words, **slot}
        if "kind" in rules.constants:
            kinds[filled_in(rules.constants["kind"], said)] = None
        for column in rules.columns:
            if column.name == "kind":
                kinds |= dict.fromkeys(
                    filled_in(text, said) for text in (*column.values.values(), *column.before.values())
                )
    return tuple(kinds)


# --- Rows


@dataclass
class _Gathered:
    """What was read so far, rows in columns."""

    frames: list[pl.DataFrame] = field(default_factory=list)
    rows: list[dict[str, str | int]] = field(default_factory=list)
    rejects: list[_Reject] = field(default_factory=list)
    flags: list[_Flag] = field(default_factory=list)
    leave: dict[Leave, None] = field(default_factory=dict)
    skipped: Counter[str] = field(default_factory=Counter)
    notices: list[Diagnostic] = field(default_factory=list)

    def take(self, row: dict[str, str | int]) -> None:
        """Takes a row of the log."""
        self.rows.append(row)
        if len(self.rows) >= _CHUNK:
            self.pack()

    def pack(self) -> None:
        """Turns the rows that were taken into columns."""
        names = dict.fromkeys(name for row in self.rows for name in row)
        columns = {name: [row.get(name) for row in self.rows] for name in names}
        self.frames.append(pl.DataFrame(columns, schema={name: _PLACE.get(name, pl.String()) for name in names}))
        self.rows = []


def _read(table: Export, rules: ExportMapping, words: Mapping[str, str], world: World, gathered: _Gathered) -> None:
    said = {**words, **titled(table, rules.titles)}
    slots = _slots(table, rules, said, world, gathered.notices)
    head = Slot(_row_wide(rules), said, table, world)
    gathered.notices += _looked_for(table, head, slots)
    for number, cells in table.rows:
        texts, surplus = texts_of(cells, len(table.labels), rules.null)
        if surplus:
            gathered.rejects.append((table.name, number, None, surplus, "more cells than the header has", None))
        elif any(texts):
            _read_row(table.name, number, texts, head, slots, gathered)


def _slots(
    table: Export, rules: ExportMapping, words: Mapping[str, str], world: World, notices: list[Diagnostic]
) -> list[Slot]:
    """The slots of the mapping that the table has; at least one."""
    named = [dict(slot) for slot in rules.slots(words)]
    if rules.labels:
        matches = [(name, re.search(rules.labels, name)) for name in table.labels]
        fitting = [{"label": name, **match.groupdict()} for name, match in matches if match]
        named = [{**label, **slot} for label in fitting for slot in named]
    slots = [Slot(rules, {**words, **slot}, table, world) for slot in named]
    there = [slot for slot in slots if slot.possible()]
    if not slots:
        message, expected = "no column is one of those that this export has many of", rules.labels
        raise InputError([Diagnostic("import.missing-column", message, Cell(table.name, table.row), expected=expected)])
    for slot in there or slots[:1]:
        demand(table, slot.sources())
    left_out = [
        " ".join(slot.words[key] for key in each) for each, slot in zip(named, slots, strict=True) if slot not in there
    ]
    if left_out:
        message = f"the export has no columns for {', '.join(left_out)}"
        notices.append(Diagnostic("import.fewer-slots", message, Cell(table.name, table.row), severity="warning"))
    return there


def _looked_for(table: Export, head: Slot, slots: Sequence[Slot]) -> Iterator[Diagnostic]:
    """Columns that are there twice, or without which something that the mapping says does not apply."""
    where = Cell(table.name, table.row)
    used = {label(source) for slot in slots for column in slot.rules.columns for source in column.sources}
    for name in sorted(each for each in used if table.labels.count(each) > 1):
        message = f"the column {name!r} is there more than once; the first is read"
        yield Diagnostic("import.column-twice", message, where, severity="warning")
    rules = head.rules
    said = {name for each in (rules.skip, rules.reject, rules.flag) for name in each}
    for name in sorted({*said, *([rules.leave.source] if rules.leave else [])}):
        if label(name) not in table.labels and rules.format != "json":  # where what is null need not be said
            message = f"there is no column {name!r}; what the mapping says of it does not apply"
            yield Diagnostic("import.nothing-said", message, where, severity="warning")


def _row_wide(rules: ExportMapping) -> ExportMapping:
    """What a mapping says of a row as a whole: whose it is, and whether it is passed over."""
    own = {name for slot in rules.each for name in slot} | {"label", *re.compile(rules.labels).groupindex}

    def wide(conditions: Conditions) -> Conditions:
        return {name: cells for name, cells in conditions.items() if own.isdisjoint(PLACEHOLDER.findall(name))}

    whose = tuple(column for column in rules.columns if column.name == "person")
    skip, reject, flag = wide(rules.skip), wide(rules.reject), wide(rules.flag)
    return replace(rules, columns=whose, constants={}, skip=skip, reject=reject, flag=flag)


def _read_row(
    name: str, number: int, texts: Sequence[str], head: Slot, slots: Sequence[Slot], gathered: _Gathered
) -> None:
    if skipped := head.passed_over(texts):
        gathered.skipped[skipped] += 1
        return
    bad: dict[Bad, None] = {}
    for slot in slots:
        read = slot.read(texts)
        bad |= dict.fromkeys(read.bad)
        if read.skipped:
            gathered.skipped[read.skipped] += 1
        if read.row is not None:
            gathered.take({**read.row, "(file)": name, "(row)": number})
            person, at = read.row.get("person"), read.row.get("at")
            gathered.flags += [(name, number, "told", person, at, _told(*flag)) for flag in read.flags]
    bad |= dict.fromkeys(_approved(texts, head, gathered))
    gathered.rejects += [(name, number, *one) for one in bad]


def _told(column: str, text: str, detail: str) -> str:
    return f"{column}: {text}" + (f" – {detail}" if detail else "")


def _approved(texts: Sequence[str], head: Slot, gathered: _Gathered) -> Iterator[Bad]:
    """Takes approvals of leave that can be read as a whole; yields the others."""
    rules = head.rules.leave
    text = head.cell(texts, rules.source) if rules else ""
    if not rules or not text:
        return
    person, day = head.person(texts), head.day(texts, rules.on)
    if isinstance(person, Bad):
        yield person
    elif not person:
        yield Bad(rules.source, text, "nobody is named whose it is")
    elif day is None:
        yield Bad(rules.on, head.cell(texts, rules.on) or None, "not a day", "write 2026-10-08")
    else:
        found = read_approvals(text, person, day, rules)
        if isinstance(found, str):
            yield Bad(rules.source, text, found, "enter it in the table leave if it is approved leave")
        else:
            gathered.leave |= dict.fromkeys(found)


# --- The whole


def _finished(
    gathered: _Gathered, rules: ExportMapping, words: Mapping[str, str], zone: str, around: Surroundings
) -> Imported:
    gathered.pack()
    order = _order(rules)
    empty = pl.DataFrame(schema={**dict.fromkeys(order, pl.String()), **_PLACE})
    rows = pl.concat([empty, *gathered.frames], how="diagonal")
    flags = [pl.DataFrame(gathered.flags, schema=FLAG_SCHEMA, orient="row")]
    rows, told = _without(rows, copies(rows))
    flags.append(told)
    if rules.once:
        rows, told = _without(rows, doubles(rows, instants(rows["at"], zone)[0], rules.once))
        flags.append(told)
    flags.append(suspicious(rows, instants(rows["at"], zone)[0], rules.suspicions, around, zone))
    return Imported(
        rows.with_columns(_origins(rows)).select(order),
        pl.DataFrame(gathered.rejects, schema=REJECT_SCHEMA, orient="row"),
        pl.concat(flags),
        _leave_table(gathered.leave),
        dict(gathered.skipped),
        tuple(gathered.notices),
        mapped_kinds(rules, words),
        rules.source,
    )


def _order(rules: ExportMapping) -> list[str]:
    """The columns of the log that the mapping fills, those that the log knows in its order."""
    known = [*REQUIRED, *JUDGED, *KEPT]
    filled = dict.fromkeys(
        [*REQUIRED, *rules.constants, "source", "origin", *(column.name for column in rules.columns)]
    )
    return [*(name for name in known if name in filled), *(name for name in filled if name not in known)]


def _origins(rows: pl.DataFrame) -> pl.Series:
    """Where each row stands in the exports, so that who asks what a point was lost for can look there."""
    return pl.Series(
        "origin", [f"{Path(file).name}:{row}" for file, row in rows.select(*_PLACE).iter_rows()], pl.String
    )


def _without(rows: pl.DataFrame, again: pl.DataFrame) -> tuple[pl.DataFrame, pl.DataFrame]:
    """The rows without those that are told again, and what to say of these."""
    mine, first = rows[again["row"].to_list()], rows[again["of"].to_list()]
    places = zip(mine["(file)"], first.select("(file)", "(row)", "at").iter_rows(), strict=True)
    detail = [
        f"told again; row {row}{'' if table == own else f' of {table}'} counts ({at})"
        for own, (table, row, at) in places
    ]
    flags = pl.DataFrame(
        {
            "file": mine["(file)"],
            "row": mine["(row)"],
            "flag": ["double"] * mine.height,
            "person": mine["person"],
            "at": mine["at"],
            "detail": detail,
        },
        schema=FLAG_SCHEMA,
    )
    kept = pl.Series(range(rows.height), dtype=pl.Int64).is_in(again["row"].to_list()).not_()
    return rows.filter(kept), flags


def _leave_table(leave: Mapping[Leave, None]) -> pl.DataFrame:
    lines = [
        (each.person, each.start.isoformat(" "), each.until.isoformat(" "), "yes", each.kind) for each in sorted(leave)
    ]
    return pl.DataFrame(lines, schema=dict.fromkeys(LEAVE_COLUMNS, pl.String()), orient="row")
