"""How exports of other systems become rows of the activity log: the mappings in YAML."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from dutyrules.diagnostics import Diagnostic, InputError, did_you_mean
from dutyrules.source import Node, plain, read

_KEYS = ("format", "source", "header", "null", "columns", "constants")
_REQUIRED = ("format", "source", "header", "columns")
_FORMATS = ("xlsx", "csv")
_COLUMN_KEYS = ("from", "lookup", "values")


@dataclass(frozen=True, slots=True)
class Column:
    """Where the cells of a column of the log come from.

    Attributes:
        name: The column of the log.
        sources: Columns of the export; the first that is not empty counts.
        lookup: The table that translates the cells, if any.
        values: What each cell of the export means; empty if they are taken as they are.
    """

    name: str
    sources: tuple[str, ...]
    lookup: str | None
    values: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class ExportMapping:
    """How an export becomes a log.

    Attributes:
        format: What the files are: `xlsx` or `csv`.
        source: The system; the column `source` of every row.
        header: Labels that together tell the header row from the titles above it.
        null: Cells that mean nothing.
        columns: The columns of the log.
        constants: Columns that are the same in every row.
    """

    format: str
    source: str
    header: tuple[str, ...]
    null: frozenset[str]
    columns: tuple[Column, ...]
    constants: Mapping[str, str]


def load_mapping(mapping: Path | str) -> ExportMapping:
    """Reads a mapping.

    Args:
        mapping: A file, or the name of a mapping that comes with the library: `microcommunity_patrol`.

    Raises:
        InputError: Everything that is wrong with the mapping, with its place.
    """
    if isinstance(mapping, Path):
        return _load(mapping)
    folder = resources.files("dutyrules.activity") / "mappings"
    shipped = {each.name.removesuffix(".yaml"): each for each in folder.iterdir()}
    if mapping not in shipped:
        message = f"no mapping {mapping!r} comes with the library"
        raise InputError([Diagnostic("mapping.unknown", message, None, hint=did_you_mean(mapping, shipped))])
    with resources.as_file(shipped[mapping]) as path:
        return _load(path)


def _load(path: Path) -> ExportMapping:
    node = read(path, name=path.name)
    problems = list(_problems(node))
    if problems:
        raise InputError(problems)
    raw = plain(node)
    return ExportMapping(
        format=str(raw["format"]),
        source=str(raw["source"]),
        header=tuple(raw["header"]),
        null=frozenset(raw.get("null") or ()),
        columns=tuple(_column(name, each) for name, each in raw["columns"].items()),
        constants=raw.get("constants") or {},
    )


def _column(name: str, raw: Mapping[str, object]) -> Column:
    source, lookup, values = raw["from"], raw.get("lookup"), raw.get("values")
    return Column(
        name,
        tuple(source) if isinstance(source, list) else (str(source),),
        str(lookup) if lookup else None,
        dict(values) if isinstance(values, dict) else {},
    )


def _problems(node: Node) -> Iterator[Diagnostic]:
    members = node.value
    if not isinstance(members, dict):
        yield Diagnostic("mapping.not-a-mapping", "a mapping is a list of keys and values", node.span)
        return
    yield from _keys(node, members, _KEYS, _REQUIRED)
    if "format" in members and members["format"].value not in _FORMATS:
        span, found = members["format"].span, str(members["format"].value)
        yield Diagnostic(
            "mapping.unknown-format", "exports are read from XLSX and CSV", span, found, " or ".join(_FORMATS)
        )
    for key in ("header", "null"):
        if key in members and not _is_texts(members[key]):
            yield Diagnostic("mapping.not-a-list", f"{key!r} is a list of texts", members[key].span)
    if "source" in members and not isinstance(members["source"].value, str):
        yield Diagnostic("mapping.not-a-text", "'source' is a text", members["source"].span)
    yield from _table(members.get("constants"), "constants")
    columns = members.get("columns")
    if columns is None:
        return
    if not isinstance(columns.value, dict) or not columns.value:
        yield Diagnostic("mapping.no-columns", "'columns' names the columns of the log", columns.span)
        return
    for name, column in columns.value.items():
        yield from _column_problems(name, column)


def _column_problems(name: str, node: Node) -> Iterator[Diagnostic]:
    if not isinstance(node.value, dict):
        yield Diagnostic("mapping.not-a-mapping", f"column {name!r} says 'from' where it comes", node.span)
        return
    yield from _keys(node, node.value, _COLUMN_KEYS, ("from",))
    source = node.value.get("from")
    if source is not None and not isinstance(source.value, str) and not _is_texts(source):
        yield Diagnostic("mapping.not-a-text", "'from' is a label of the export, or a list of them", source.span)
    yield from _table(node.value.get("values"), "values")


def _keys(
    node: Node, members: Mapping[str, Node], known: Sequence[str], required: Sequence[str]
) -> Iterator[Diagnostic]:
    for key, member in members.items():
        if key not in known:
            hint = did_you_mean(key, known)
            yield Diagnostic("mapping.unknown-key", f"a mapping has no key {key!r}", member.key_span, hint=hint)
    for key in required:
        if key not in members:
            yield Diagnostic("mapping.missing-key", f"the key {key!r} is missing", node.span)


def _is_texts(node: Node) -> bool:
    return isinstance(node.value, list) and bool(node.value) and all(isinstance(each.value, str) for each in node.value)


def _table(node: Node | None, key: str) -> Iterator[Diagnostic]:
    if node is None:
        return
    if not isinstance(node.value, dict) or not all(isinstance(each.value, str) for each in node.value.values()):
        yield Diagnostic("mapping.not-a-table", f"{key!r} gives a text for each key", node.span)
