"""What pydantic has against a form, told in the words of whoever wrote the file."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, Final, get_args

from pydantic import ValidationError

from dutyrules.diagnostics import Diagnostic, Span, did_you_mean, nearest
from dutyrules.figure import KEY, Form, shown
from dutyrules.source import Node

_SHAPES: Final[Mapping[str, tuple[str, str]]] = {
    "model_type": ("not-a-mapping", "a mapping, key: value"),
    "dict_type": ("not-a-mapping", "a mapping, key: value"),
    "mapping_type": ("not-a-mapping", "a mapping, key: value"),
    "tuple_type": ("not-a-list", "a list, [one, another]"),
    "list_type": ("not-a-list", "a list, [one, another]"),
    "string_type": ("bad-text", "text"),
    "bool_type": ("bad-boolean", "true or false"),
    "int_type": ("bad-count", "a whole number"),
}
"""Pydantic's type errors → code, and what was expected."""

WIDE_COLON: Final = "："
"""Easily typed for the colon that ends a key."""

_MOST_KEYS: Final = 12
"""A list of known keys that is longer than this helps nobody."""


def problems_of(
    form: type[Form], node: Node, error: ValidationError, *, name: str = "", area: str = "book"
) -> list[Diagnostic]:
    """Every problem once, at its place.

    Args:
        form: The form that was read.
        node: What it was read from.
        error: What pydantic says.
        name: The key of the node.
        area: The first part of the codes.
    """
    lines = error.errors(include_url=False)
    strangers = {(line["loc"][:-1], str(line["loc"][-1])) for line in lines if line["type"] == "extra_forbidden"}
    found = [
        _problem(form, node, line, name, area)
        for line in lines
        if not (line["type"] == "missing" and _misspelt(line["loc"], strangers, form))
    ]
    return distinct(found)


def distinct(problems: Iterable[Diagnostic]) -> list[Diagnostic]:
    """Says what is wrong with a place once; several types that would have done become alternatives."""
    kept: dict[tuple[object, ...], Diagnostic] = {}
    for problem in problems:
        key = (problem.where, problem.message, problem.found)
        earlier = kept.get(key)
        if earlier is None:
            kept[key] = problem
            continue
        expected = [text for text in (earlier.expected, problem.expected) if text]
        kept[key] = replace(
            earlier,
            expected=" or ".join(dict.fromkeys(expected)) or None,
            related=tuple(dict.fromkeys((*earlier.related, *problem.related))),
        )
    return list(kept.values())


def choice(words: Iterable[str]) -> str:
    """The words that would have done, as a sentence has them.

    >>> choice(["day", "week", "month"])
    'day, week or month'
    """
    *first, last = words
    return f"{', '.join(first)} or {last}" if first else last


def place_of(node: Node) -> Span:
    """Where to point for a definition as a whole: its key, if it has one."""
    return node.key_span or node.span


def follow(node: Node, loc: Sequence[str | int], name: str = "") -> tuple[Node, str]:
    """The node at a location as far as it exists, and what it is called; indices may be text."""
    for part in map(str, loc):
        value = node.value
        if isinstance(value, dict) and part in value:
            node, name = value[part], f"{name} {part}" if part.isdecimal() and name else part
        elif isinstance(value, list) and part.isdecimal() and int(part) < len(value):
            node = value[int(part)]
    return node, name


def places(node: Node, word: str) -> Iterator[Span]:
    """Where a word stands in a definition, as a key or as a value."""
    if isinstance(node.value, dict):
        for key, member in node.value.items():
            if key == word:
                yield place_of(member)
            yield from places(member, word)
    elif isinstance(node.value, list):
        for item in node.value:
            yield from places(item, word)
    elif node.value is not None and shown(node.value) == word:
        yield node.span


def circles(reads: Mapping[str, Iterable[str]]) -> list[list[str]]:
    """Names that lead back to themselves, directly or through others; each circle once.

    >>> circles({"a": ["b"], "b": ["a"], "c": ["a"], "d": ["d"]})
    [['a', 'b'], ['d']]
    """
    reached = {name: _reached(name, reads) for name in reads}
    found: list[list[str]] = []
    for name in reads:
        if name in reached[name] and not any(name in circle for circle in found):
            found.append([other for other in reads if other in reached[name] and name in reached[other]])
    return found


def _reached(name: str, reads: Mapping[str, Iterable[str]]) -> set[str]:
    reached: set[str] = set()
    pending = [*reads[name]]
    while pending:
        other = pending.pop()
        if other not in reached:
            reached.add(other)
            pending.extend(reads.get(other, ()))
    return reached


def _problem(form: type[Form], node: Node, line: Any, name: str, area: str) -> Diagnostic:
    loc, kind, context = line["loc"], line["type"], line.get("ctx", {})
    place, field = follow(node, loc, name)
    if kind == "missing":
        missing = str(loc[-1])
        return Diagnostic(f"{area}.missing-key", f"{missing} is missing", place_of(place), None, f"{missing}: …")
    if kind == "extra_forbidden":
        return unknown_key(str(loc[-1]), place, _keys_at(form, loc[:-1]), area)
    if kind == "unknown-key":
        return Diagnostic(
            f"{area}.unknown-key",
            f"nothing reads the key {context['found']}",
            place_of(place),
            context["found"],
            context["expected"],
            context.get("hint"),
        )
    found = context.get("found", shown(line["input"]))
    is_key = bool(loc) and loc[-1] == KEY
    together = isinstance(place.value, dict) and found != shown(line["input"])
    if is_key:
        message = f"the key {found} does not fit"
    else:
        message = f"the keys of {field} do not fit together" if together else f"the value of {field} does not fit"
    where = place_of(place) if is_key or together else place.span
    if kind in ("literal_error", "enum"):
        words = re.findall(r"'([^']*)'", context["expected"])
        return Diagnostic(f"{area}.unknown-word", message, where, found, choice(words), did_you_mean(found, words))
    if "expected" in context:
        return Diagnostic(f"{area}.bad-{kind}", message, where, found, context["expected"], context.get("hint"))
    code, expected = _SHAPES.get(kind, ("bad-value", "another value"))
    return Diagnostic(f"{area}.{code}", message, where, found, expected)


def unknown_key(name: str, node: Node, known: Iterable[str], area: str = "book") -> Diagnostic:
    """The error of a key that nobody reads; lists the known ones if none is near and they are few."""
    names = sorted(known)
    hint = "a key ends with the ASCII ':', not with '：'" if WIDE_COLON in name else did_you_mean(name, names)
    expected = f"one of {', '.join(names)}" if hint is None and 0 < len(names) <= _MOST_KEYS else None
    return Diagnostic(f"{area}.unknown-key", f"nothing reads the key {name}", place_of(node), name, expected, hint)


def _misspelt(loc: Sequence[str | int], strangers: Iterable[tuple[Any, str]], form: type[Form]) -> bool:
    """Whether a key that is missing stands there with a slip of the pen, which is reported anyway."""
    return any(inside == loc[:-1] and nearest(name, _keys_at(form, loc[:-1])) == loc[-1] for inside, name in strangers)


def _keys_at(form: type[Form], loc: Sequence[str | int]) -> set[str]:
    """The keys that the forms at a location know."""
    forms = [form]
    for part in loc:
        fields = [info for one in forms for name, info in one.model_fields.items() if part == (info.alias or name)]
        forms = [inner for info in fields for inner in _forms_in(info.annotation, *info.metadata)] or forms
    return {info.alias or name for one in forms for name, info in one.model_fields.items()} - {"id"}


def _forms_in(*annotations: Any) -> list[type[Form]]:
    found: list[type[Form]] = []
    pending = list(annotations)
    while pending:
        one = pending.pop()
        if isinstance(one, type) and issubclass(one, Form):
            found.append(one)
        else:
            pending.extend(get_args(one))
    return found
