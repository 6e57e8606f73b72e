"""Several book files as one tree: `extends`, defaults, clause ids in full, and `override` by id.

The tree keeps the place of everything that was written, so that an error in what a book inherits still points at the
line that is wrong.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Final

from dutyrules.book.forms import SECTIONS
from dutyrules.book.problems import WIDE_COLON, place_of, unknown_key
from dutyrules.diagnostics import Diagnostic, InputError, Span, did_you_mean, nearest
from dutyrules.figure import shown
from dutyrules.resources import shipped_book, shipped_books
from dutyrules.source import Node, locate, plain, read

SHARED = ("roles", "events", "populations")
"""Sections in which two books may say the same thing."""

JOINED = ("reports_to", "includes")
"""What several books say of one role adds up: each document knows only its own people."""

HEAD = ("book", "title", "source", "published_on", "extends")
LISTS = ("timetable", "tests")
KEYS = (*HEAD, *SECTIONS, *LISTS, "duty_defaults", "override")

NOUNS: Final[Mapping[str, str]] = {
    "roles": "role",
    "parameters": "parameter",
    "events": "event kind",
    "populations": "population",
    "duties": "duty",
    "scorecards": "scorecard",
    "fines": "fine",
    "items": "item",
    "lines": "line",
    "bonus": "bonus",
}
"""What a member of a section, or of a part of a scorecard, is called."""

NO_CLAUSES = ("title", "attributes", "where", "allowed")
"""Keys below which `clause` would be a name like any other."""

_IDS = ("items", "lines", "bonus")
"""Keys inside definitions below which ids stand, not fields."""


@dataclass
class Assembly:
    """What has been put together so far.

    Attributes:
        sections: Section → id → definition.
        origin: (section, id) → the head of the book that defines it.
        heads: Heads of all books, in the order in which they were read.
        files: File name → SHA-256.
        removed: (section, id) → where an override removes it.
        whole: Whether all of it could be read; if not, nobody can say which names are missing.
    """

    sections: dict[str, dict[str, Node]] = field(default_factory=lambda: {name: {} for name in SECTIONS})
    timetable: list[Node] = field(default_factory=list)
    tests: list[tuple[str, Node]] = field(default_factory=list)
    origin: dict[tuple[str, str], Node] = field(default_factory=dict)
    heads: list[Node] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)
    removed: dict[tuple[str, str], Span] = field(default_factory=dict)
    whole: bool = True


def assemble(paths: Sequence[Path], named_at: Mapping[Path, Span] | None = None) -> Assembly:
    """Reads books and all they extend, each once, base first."""
    assembly = Assembly()
    for path in paths:
        _add(assembly, path, (), (named_at or {}).get(path))
    return assembly


def resolve(name: str, directory: Path) -> Path | None:
    """The file that a book's name stands for: ``dutyrules:area-butler``, or a path beside the file that names it."""
    if name.startswith("dutyrules:"):
        return shipped_book(name.removeprefix("dutyrules:"))
    path = directory / name
    try:
        return path if path.is_file() else None
    except (OSError, ValueError):  # no name of a file at all
        return None


def unknown_book(name: str, span: Span, directory: Path = Path()) -> Diagnostic:
    """The error of a book that does not exist."""
    shipped = [f"dutyrules:{book}" for book in shipped_books()]
    beside = [path.name for path in directory.glob("*.yaml") if path.name != Path(span.file).name]
    hint = did_you_mean(name, shipped if name.startswith("dutyrules:") else [*shipped, *beside])
    expected = f"a shipped book ({', '.join(shipped)}), or the path of a file from here"
    return Diagnostic("book.unknown-book", f"there is no book {shown(name)}", span, name, expected, hint)


def _add(assembly: Assembly, path: Path, chain: tuple[Path, ...], named_at: Span | None) -> None:
    real = path.resolve()
    if real in chain:
        names = " -> ".join(part.name for part in (*chain[chain.index(real) :], real))
        message = f"the books extend each other in a circle: {names}"
        assembly.problems.append(
            Diagnostic("book.extends-cycle", message, named_at, path.name, hint="take one of them out of extends")
        )
        return
    if str(real) in assembly.files:
        return
    try:
        tree = read(path)
    except InputError as error:
        assembly.problems.extend(error.diagnostics)
        assembly.whole = False
        return
    if not isinstance(tree.value, dict):
        assembly.problems.append(_misshapen(tree, "a rule book", "mapping", "book: …"))
        assembly.whole = False
        return
    assembly.files[str(real)] = sha256(path.read_bytes()).hexdigest()
    top = _top(assembly, tree.value)
    if top is None:
        assembly.whole = False
        return
    for entry in _entries(top.get("extends")):
        if isinstance(entry.value, dict | list | None):  # the form of the head says so
            continue
        name = shown(entry.value)
        base = resolve(name, path.parent)
        if base is None:
            assembly.problems.append(unknown_book(name, entry.span, path.parent))
            assembly.whole = False
        else:
            _add(assembly, base, (*chain, real), entry.span)
    _take(assembly, replace(tree, value=top))


def _top(assembly: Assembly, written: Mapping[str, Node]) -> dict[str, Node] | None:
    """The keys of a book; a slip of the pen is reported, and read as what it was meant for.

    None where a full-width colon joins a key with its value: then nothing is what it was meant for.
    """
    top = {key: node for key, node in written.items() if key in KEYS}
    for key, node in written.items():
        if key not in KEYS:
            assembly.problems.append(unknown_key(key, node, KEYS))
            top.setdefault(nearest(key, KEYS) or key, node)
    return None if any(WIDE_COLON in key for key in written) else top


def _misshapen(node: Node, what: str, shape: str, example: str) -> Diagnostic:
    return Diagnostic(f"book.not-a-{shape}", f"{what} is a {shape}", node.span, shown(plain(node)), example)


def _entries(node: Node | None) -> list[Node]:
    if node is None:
        return []
    return node.value if isinstance(node.value, list) else [node]


def _take(assembly: Assembly, tree: Node) -> None:
    top: dict[str, Node] = dict(tree.value)  # type: ignore[arg-type]
    source = _text(top.get("source"), "id")
    assembly.heads.append(replace(tree, value={key: node for key, node in top.items() if key in HEAD}))
    defaults = _mapping(assembly, top, "duty_defaults")
    roles = _mapping(assembly, top, "roles")
    if "role" not in defaults and len(roles) == 1:
        only = next(iter(roles))
        defaults = {**defaults, "role": Node(only, roles[only].span, roles[only].key_span)}
    for section in SECTIONS:
        for name, node in _mapping(assembly, top, section).items():
            entry = _clauses(node, source)
            if section == "duties":
                entry = _with_defaults(entry, defaults)
            _define(assembly, section, name, entry)
    for node in _listed(assembly, top, "timetable"):
        _slot(assembly, _clauses(node, source))
    assembly.tests = [(source, node) for node in _listed(assembly, top, "tests")]
    _override(assembly, _mapping(assembly, top, "override"), source)


def _define(assembly: Assembly, section: str, name: str, node: Node) -> None:
    known = assembly.sections[section].get(name)
    if known is None:
        assembly.sections[section][name] = node
        assembly.origin[section, name] = assembly.heads[-1]
        return
    related = (("first here", place_of(known)),)
    if section not in SHARED:
        message = f"there already is a {NOUNS[section]} {name}"
        hint = "to change an inherited definition, write it under override:"
        problem = Diagnostic("book.duplicate-id", message, place_of(node), name, hint=hint, related=related)
        assembly.problems.append(problem)
    elif section == "roles" and (joined := _joined(known, node)) is not None:
        assembly.sections[section][name] = joined
    elif plain(known) != plain(node):
        message = f"the {NOUNS[section]} {name} is declared otherwise elsewhere"
        hint = "all books share these names: declare both alike, or choose another name"
        problem = Diagnostic("book.conflict", message, place_of(node), name, hint=hint, related=related)
        assembly.problems.append(problem)


def _joined(one: Node, other: Node) -> Node | None:
    """What two books say of one role; None if they contradict each other."""
    if not (isinstance(one.value, dict) and isinstance(other.value, dict)):
        return None
    both = one.value.keys() & other.value.keys()
    if any(plain(one.value[key]) != plain(other.value[key]) for key in both.difference(JOINED)):
        return None
    value = {**one.value, **other.value}
    for key in both.intersection(JOINED):
        first = _entries(one.value[key])
        known = [entry.value for entry in first]
        more = [entry for entry in _entries(other.value[key]) if entry.value not in known]
        value[key] = replace(one.value[key], value=[*first, *more])
    return replace(one, value=value)


def _slot(assembly: Assembly, node: Node) -> None:
    """A slot; their names are ids too, though they stand in a list."""
    name = _text(node, "slot")
    earlier = next((slot for slot in assembly.timetable if name and _text(slot, "slot") == name), None)
    if earlier is None:
        assembly.timetable.append(node)
        return
    place, related = locate(node, ("slot",)).span, (("first here", locate(earlier, ("slot",)).span),)
    assembly.problems.append(
        Diagnostic("book.duplicate-id", f"there already is a slot {name}", place, name, related=related)
    )


def _with_defaults(entry: Node, defaults: Mapping[str, Node]) -> Node:
    if not isinstance(entry.value, dict):
        return entry
    return replace(
        entry, value={**{key: node for key, node in defaults.items() if key not in entry.value}, **entry.value}
    )


def _clauses(node: Node, source: str) -> Node:
    """Clause ids in full; items and lines without one get their scorecard's (item's) clause and their key."""
    return _children(_full(node, source), "items", "lines")


def _full(node: Node, source: str) -> Node:
    if isinstance(node.value, list):
        return replace(node, value=[_full(item, source) for item in node.value])
    if not isinstance(node.value, dict):
        return node
    changed = {key: item if key in NO_CLAUSES else _full(item, source) for key, item in node.value.items()}
    if "clause" in changed:
        changed["clause"] = _cited(changed["clause"], source)
    return replace(node, value=changed)


def _cited(clause: Node, source: str) -> Node:
    match clause.value:
        case list() as several:
            return replace(clause, value=[_cited(one, source) for one in several])
        case str() | int() | Decimal():
            return replace(clause, value=in_full(clause.value, source))
        case _:  # the form says what is wrong with it
            return clause


def in_full(clause: object, source: str) -> str:
    """A clause id with its document's prefix.

    >>> in_full("4.P1", "D0"), in_full("D1-P1-1.2", "D0")
    ('D0-4.P1', 'D1-P1-1.2')
    """
    text = str(clause)
    return text if re.match(r"[A-Z][A-Za-z]*\d*-", text) else f"{source}-{text}"


def _children(node: Node, *levels: str) -> Node:
    if not levels or not isinstance(node.value, dict) or levels[0] not in node.value:
        return node
    group = node.value[levels[0]]
    if not isinstance(group.value, dict):
        return node
    clause = node.value.get("clause")
    children: dict[str, Node] = {}
    for key, child in group.value.items():
        own = child
        if isinstance(child.value, dict) and "clause" not in child.value and clause is not None:
            number = Node(f"{clause.value}.{key}", child.span, child.key_span)
            own = replace(child, value={**child.value, "clause": number})
        children[key] = _children(own, *levels[1:])
    return replace(node, value={**node.value, levels[0]: replace(group, value=children)})


def _override(assembly: Assembly, override: Mapping[str, Node], source: str) -> None:
    for section, group in override.items():
        if section not in SECTIONS:
            assembly.problems.append(_nothing("section", section, group, SECTIONS))
            continue
        known = assembly.sections[section]
        for name, change in _mapping(assembly, override, section).items():
            if name not in known:
                assembly.problems.append(_nothing(NOUNS[section], name, change, known))
            elif change.value is None:
                del known[name]
                assembly.removed[section, name] = place_of(change)
            else:
                known[name] = _merged(assembly, known[name], _full(change, source))


def _merged(assembly: Assembly, base: Node, change: Node, ids: str | None = None) -> Node:
    """What an override makes of a value; it stands where it was overridden.

    Args:
        ids: The key that the value has, if its own keys are ids: then a new one meets nothing. A new field is an
            addition, and whether there is such a field the form knows.
    """
    if not (isinstance(base.value, dict) and isinstance(change.value, dict)):
        return change
    merged = dict(base.value)
    for key, node in change.value.items():
        if key not in merged and (ids or node.value is None):
            assembly.problems.append(_nothing(NOUNS[ids] if ids else "field", key, node, merged))
        elif node.value is None:
            del merged[key]
        elif key in merged:
            merged[key] = _merged(assembly, merged[key], node, key if key in _IDS else None)
        else:
            merged[key] = node
    return replace(change, value=merged)


def _nothing(what: str, name: str, node: Node, known: Mapping[str, object]) -> Diagnostic:
    return Diagnostic(
        "book.override-nothing",
        f"there is no {what} {name} to override",
        place_of(node),
        name,
        "what an extended book defines",
        did_you_mean(name, known),
    )


def _mapping(assembly: Assembly, top: Mapping[str, Node], key: str) -> Mapping[str, Node]:
    node = top.get(key)
    if node is None or node.value is None:
        return {}
    if isinstance(node.value, dict):
        return node.value
    assembly.problems.append(_misshapen(node, key, "mapping", "id: {…}"))
    assembly.whole = False
    return {}


def _listed(assembly: Assembly, top: Mapping[str, Node], key: str) -> list[Node]:
    node = top.get(key)
    if node is None or node.value is None:
        return []
    if isinstance(node.value, list):
        return node.value
    assembly.problems.append(_misshapen(node, key, "list", "- {…}"))
    assembly.whole = False
    return []


def _text(node: Node | None, key: str) -> str:
    if node is None or not isinstance(node.value, dict) or key not in node.value:
        return ""
    value = node.value[key].value
    return str(value) if isinstance(value, str | int | Decimal) else ""
