"""Reads mappings, those that come with the library and others, and finds everything that is wrong with them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from importlib import resources
from pathlib import Path
from typing import Any, Final, TypeAlias

from dutyrules.activity.imports.language import (
    FORMATS,
    PLACEHOLDER,
    Approvals,
    Column,
    ExportMapping,
    Once,
    Suspicions,
)
from dutyrules.diagnostics import Diagnostic, InputError, did_you_mean
from dutyrules.source import Node, plain, read

_Shape: TypeAlias = Callable[[Node, str], Iterator[Diagnostic]]
_SECONDS: Final = {"second": 1, "minute": 60, "hour": 3600, "day": 86_400}
_BRACES_ALONE: Final = re.compile(r"\{\w+\}")
_SPAN: Final = re.compile(r"([1-9]\d{0,5}) (second|minute|hour|day)s?")


def shipped_mappings() -> tuple[str, ...]:
    """The names of the mappings that come with the library."""
    folder = resources.files("dutyrules.activity.imports") / "mappings"
    return tuple(sorted(each.name.removesuffix(".yaml") for each in folder.iterdir() if each.name.endswith(".yaml")))


def load_mapping(mapping: Path | str) -> ExportMapping:
    """Reads a mapping.

    Args:
        mapping: A file, or the name of a mapping that comes with the library: `microcommunity_patrol`.

    Raises:
        InputError: Everything that is wrong with the mapping, with its place.
    """
    if isinstance(mapping, Path):
        return _load(mapping)
    shipped = shipped_mappings()
    if mapping not in shipped:
        message = f"no mapping {mapping!r} comes with the library"
        hint = did_you_mean(mapping, shipped)
        raise InputError([Diagnostic("mapping.unknown", message, None, expected=", ".join(shipped), hint=hint)])
    folder = resources.files("dutyrules.activity.imports") / "mappings"
    with resources.as_file(folder / f"{mapping}.yaml") as path:
        return _load(path)


def _load(path: Path) -> ExportMapping:
    node = read(path, name=path.name)
    problems = list(_problems(node))
    if problems:
        raise InputError(problems)
    raw = plain(node)
    each = raw.get("each") or ()
    return ExportMapping(
        format=raw["format"],
        source=raw["source"],
        header=_texts(raw.get("header")),
        columns=tuple(_column(name, one) for name, one in raw["columns"].items()),
        sheets=_texts(raw.get("sheet")),
        rows=raw.get("rows", ""),
        header_rows=raw.get("header_rows", 1),
        below=raw.get("below", 0),
        null=frozenset(raw.get("null") or ()),
        settings=raw.get("settings") or {},
        titles=raw.get("titles") or {},
        each=tuple(each.get("slots", ()) if isinstance(each, dict) else each),
        labels=each["labels"] if isinstance(each, dict) else "",
        skip=_conditions(raw.get("skip")),
        reject=_conditions(raw.get("reject")),
        flag=_conditions(raw.get("flag")),
        constants=raw.get("constants") or {},
        once=_once(raw.get("once")),
        leave=_leave(raw.get("leave")),
        suspicions=_suspicions(raw.get("suspicions") or {}),
    )


def _texts(raw: Any) -> tuple[str, ...]:
    return () if raw is None else (raw,) if isinstance(raw, str) else tuple(raw)


def _column(name: str, raw: Mapping[str, Any]) -> Column:
    sources, lookups = _texts(raw["from"]), _texts(raw.get("lookup"))
    return Column(
        name,
        sources,
        lookups if len(lookups) == len(sources) else (lookups or ("",)) * len(sources),
        raw.get("values") or {},
        raw.get("on", ""),
        raw.get("match", ""),
        raw.get("unit", ""),
        raw.get("before") or {},
        raw.get("optional", False),
    )


def _conditions(raw: Any) -> dict[str, dict[str, str]]:
    return {
        label: cells if isinstance(cells, dict) else dict.fromkeys(cells, "") for label, cells in (raw or {}).items()
    }


def _once(raw: Any) -> Once | None:
    return Once(_texts(raw["by"]), _seconds(raw["within"])) if raw else None


def _leave(raw: Any) -> Approvals | None:
    return Approvals(raw["from"], raw["on"], _texts(raw["kinds"]), _texts(raw.get("besides"))) if raw else None


def _suspicions(raw: Mapping[str, Any]) -> Suspicions:
    usual = Suspicions()
    around = raw.get("around_shift")
    return Suspicions(
        raw.get("metres_per_minute"),
        _seconds(raw["recorded_within"]) if "recorded_within" in raw else usual.recorded_within,
        _seconds(around) if around else None,
    )


def _seconds(text: str) -> int:
    match = _SPAN.fullmatch(text)
    return int(match[1]) * _SECONDS[match[2]] if match else 0


# --- What is wrong


def _problems(node: Node) -> Iterator[Diagnostic]:
    if not isinstance(node.value, dict):
        yield Diagnostic("mapping.not-a-mapping", "a mapping is a list of keys and values", node.span)
        return
    json = "format" in node.value and node.value["format"].value == "json"
    required = ("format", "source", "columns", "rows" if json else "header")
    yield from _members(node, "a mapping", _KEYS, required)
    filled = {*_dict(node.value.get("columns")), *_dict(node.value.get("constants"))}
    for name in ("at", "kind"):
        if filled and name not in filled:
            message = f"neither a column nor a constant gives {name!r}"
            yield Diagnostic("mapping.missing-column", message, node.span)
    yield from _placeholders(node.value)
    yield from _slot_patterns(node.value)


def _slot_patterns(members: Mapping[str, Node]) -> Iterator[Diagnostic]:
    """Patterns that a column takes from the slots."""
    columns = _dict(members.get("columns")).values()
    taken = {str(match.value)[1:-1] for column in columns if (match := _dict(column).get("match")) is not None}
    each = members.get("each")
    slots = _dict(each).get("slots") if _dict(each) else each
    for slot in slots.value if slots is not None and isinstance(slots.value, list) else ():
        for name, pattern in _dict(slot).items():
            if name in taken:
                yield from _pattern(pattern, name)


def _column_problems(name: str, node: Node) -> Iterator[Diagnostic]:
    if not isinstance(node.value, dict):
        yield Diagnostic("mapping.not-a-mapping", f"column {name!r} says 'from' where it comes", node.span)
        return
    yield from _members(node, "a column", _COLUMN_KEYS, ("from",))
    source, lookup = node.value.get("from"), node.value.get("lookup")
    if source and lookup and isinstance(lookup.value, list) and isinstance(source.value, list):
        if len(lookup.value) != len(source.value):
            message = "'lookup' is one table, or one for each label of 'from'"
            yield Diagnostic("mapping.lookups", message, lookup.span, str(len(lookup.value)), str(len(source.value)))
    elif lookup and isinstance(lookup.value, list) and source and isinstance(source.value, str):
        yield Diagnostic("mapping.lookups", "one label needs one table", lookup.span)


def _placeholders(members: Mapping[str, Node]) -> Iterator[Diagnostic]:
    """Words in braces that nothing stands behind."""
    known = {name for key in ("settings", "titles") for name in _dict(members.get(key))}
    known |= {group for pattern in _dict(members.get("titles")).values() for group in _groups(pattern)}
    each = members.get("each")
    if "labels" in _dict(each):
        known |= {"label", *_groups(_dict(each)["labels"])}
    slots = _dict(each).get("slots") if _dict(each) else each
    if slots is not None and isinstance(slots.value, list):
        known |= {name for one in slots.value for name in _dict(one)}
    for key in ("each", "columns", "constants", "skip", "reject", "flag", "leave"):
        for name, place in _braces(members.get(key)):
            if name not in known:
                hint = did_you_mean(name, known)
                message = f"nothing stands behind {{{name}}}"
                expected = "a setting, a title, or a key of 'each'"
                yield Diagnostic("mapping.unknown-placeholder", message, place.span, name, expected, hint)


def _dict(node: Node | None) -> Mapping[str, Node]:
    return node.value if node is not None and isinstance(node.value, dict) else {}


def _braces(node: Node | None, key: str = "") -> Iterator[tuple[str, Node]]:
    if node is None or key in {"labels", "lookup"}:
        return
    if isinstance(node.value, dict):
        for inner, member in node.value.items():
            yield from ((name, member) for name in PLACEHOLDER.findall(inner))
            yield from _braces(member, inner)
    elif isinstance(node.value, list):
        for member in node.value:
            yield from _braces(member)
    elif isinstance(node.value, str):
        yield from ((name, node) for name in PLACEHOLDER.findall(node.value) if not name.isdecimal())


def _groups(pattern: Node) -> tuple[str, ...]:
    try:
        return tuple(re.compile(str(pattern.value)).groupindex)
    except re.error:
        return ()


# --- Shapes: what a value must look like


def _members(node: Node, what: str, shapes: Mapping[str, _Shape], required: Sequence[str]) -> Iterator[Diagnostic]:
    members = _dict(node)
    for key, member in members.items():
        if key in shapes:
            yield from shapes[key](member, key)
        else:
            hint = did_you_mean(key, shapes)
            yield Diagnostic("mapping.unknown-key", f"{what} has no key {key!r}", member.key_span, hint=hint)
    for key in required:
        if key not in members:
            yield Diagnostic("mapping.missing-key", f"the key {key!r} is missing", node.span)


def _text(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, str):
        yield Diagnostic("mapping.not-a-text", f"{key!r} is a text", node.span)


def _list(node: Node, key: str) -> Iterator[Diagnostic]:
    if not _is_texts(node):
        yield Diagnostic("mapping.not-a-list", f"{key!r} is a list of texts", node.span)


def _text_or_list(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, str) and not _is_texts(node):
        yield Diagnostic("mapping.not-a-text", f"{key!r} is a text, or a list of them", node.span)


def _table(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, dict) or not all(isinstance(each.value, str) for each in node.value.values()):
        yield Diagnostic("mapping.not-a-table", f"{key!r} gives a text for each key", node.span)


def _defaults(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, dict) or not all(isinstance(each.value, str | None) for each in node.value.values()):
        yield Diagnostic("mapping.not-a-table", f"{key!r} gives a text for each key, or nothing", node.span)


def _condition(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, dict):
        yield Diagnostic("mapping.not-a-table", f"{key!r} gives for labels the cells that are meant", node.span)
        return
    for member in node.value.values():
        yield from _table(member, key) if isinstance(member.value, dict) else _list(member, key)


def _one_of(*words: str) -> _Shape:
    def shape(node: Node, key: str) -> Iterator[Diagnostic]:
        if node.value not in words:
            code, found = f"mapping.unknown-{key}", str(node.value)
            yield Diagnostic(code, f"there is no {key} of this name", node.span, found, " or ".join(words))

    return shape


def _number(least: int, most: int) -> _Shape:
    def shape(node: Node, key: str) -> Iterator[Diagnostic]:
        if type(node.value) is not int or not least <= node.value <= most:
            expected = f"{least} to {most}"
            yield Diagnostic("mapping.not-a-number", f"{key!r} is a number", node.span, str(node.value), expected)

    return shape


def _span(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, str) or not _SPAN.fullmatch(node.value):
        yield Diagnostic("mapping.not-a-time", f"{key!r} is a time", node.span, str(node.value), "2 minutes")


def _pattern(node: Node, key: str, *, groups: int = 1) -> Iterator[Diagnostic]:
    if isinstance(node.value, str) and _BRACES_ALONE.fullmatch(node.value):
        return  # what stands for it is looked at when it is known
    try:
        found = re.compile(node.value).groups if isinstance(node.value, str) else -1
    except re.error as error:
        yield Diagnostic("mapping.bad-pattern", f"{key!r} is no pattern: {error}", node.span, str(node.value))
        return
    if found < groups:
        message = f"{key!r} is a pattern" + (" with a group" if groups else "")
        yield Diagnostic("mapping.bad-pattern", message, node.span, str(node.value))


def _labels(node: Node, key: str) -> Iterator[Diagnostic]:
    yield from _pattern(node, key, groups=0)


def _patterns(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, dict):
        yield Diagnostic("mapping.not-a-table", f"{key!r} gives a pattern for each key", node.span)
        return
    for name, member in node.value.items():
        yield from _pattern(member, name)


def _switch(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, bool):
        yield Diagnostic("mapping.not-a-switch", f"{key!r} is true or false", node.span)


def _slots(node: Node, key: str) -> Iterator[Diagnostic]:
    if isinstance(node.value, dict):
        yield from _members(node, "'each'", {"labels": _labels, "slots": _slots}, ("labels",))
    elif isinstance(node.value, list) and node.value:
        for member in node.value:
            yield from _table(member, key)
    else:
        yield Diagnostic("mapping.not-a-list", "'each' is a list of slots, or a pattern of labels", node.span)


def _section(what: str, shapes: Mapping[str, _Shape], required: Sequence[str] = ()) -> _Shape:
    def shape(node: Node, key: str) -> Iterator[Diagnostic]:
        if not isinstance(node.value, dict):
            yield Diagnostic("mapping.not-a-mapping", f"{key!r} is a list of keys and values", node.span)
        else:
            yield from _members(node, what, shapes, required)

    return shape


def _columns(node: Node, key: str) -> Iterator[Diagnostic]:
    if not isinstance(node.value, dict) or not node.value:
        yield Diagnostic("mapping.no-columns", f"{key!r} names the columns of the log", node.span)
        return
    for name, column in node.value.items():
        yield from _column_problems(name, column)


def _is_texts(node: Node) -> bool:
    return isinstance(node.value, list) and bool(node.value) and all(isinstance(each.value, str) for each in node.value)


_COLUMN_KEYS: Final[Mapping[str, _Shape]] = {
    "from": _text_or_list,
    "lookup": _text_or_list,
    "values": _table,
    "on": _text,
    "match": _pattern,
    "unit": _one_of("seconds", "milliseconds"),
    "before": _table,
    "optional": _switch,
}

_KEYS: Final[Mapping[str, _Shape]] = {
    "format": _one_of(*FORMATS),
    "source": _text,
    "sheet": _text_or_list,
    "rows": _text,
    "header": _list,
    "header_rows": _number(1, 4),
    "below": _number(0, 9),
    "null": _list,
    "settings": _defaults,
    "titles": _patterns,
    "each": _slots,
    "skip": _condition,
    "reject": _condition,
    "flag": _condition,
    "columns": _columns,
    "constants": _table,
    "once": _section("'once'", {"within": _span, "by": _text_or_list}, ("within", "by")),
    "leave": _section(
        "'leave'", {"from": _text, "on": _text, "kinds": _list, "besides": _list}, ("from", "on", "kinds")
    ),
    "suspicions": _section(
        "'suspicions'",
        {"metres_per_minute": _number(1, 100_000), "recorded_within": _span, "around_shift": _span},
    ),
}
