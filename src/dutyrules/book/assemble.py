"""Several book files as one tree: `extends`, defaults, clause ids in full, and `override` by id.

The tree keeps the place of everything that was written, so that an error in what a book inherits still points at the
line that is wrong.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from re import match

from dutyrules.book.forms import SECTIONS
from dutyrules.diagnostics import Diagnostic, InputError, Span, did_you_mean
from dutyrules.resources import shipped_book, shipped_books
from dutyrules.source import Node, plain, read

SHARED = ("roles", "events", "populations")
"""Sections in which two books may say the same thing."""

HEAD = ("book", "title", "source", "published_on", "extends")
LISTS = ("timetable", "tests")
KEYS = (*HEAD, *SECTIONS, *LISTS, "duty_defaults", "not_judged", "override")


@dataclass
class Assembly:
    """What has been put together so far.

    Attributes:
        sections: Section → id → definition.
        origin: (section, id) → the head of the book that defines it.
        heads: Heads of all books, in the order in which they were read.
        files: File name → SHA-256.
    """

    sections: dict[str, dict[str, Node]] = field(default_factory=lambda: {name: {} for name in SECTIONS})
    timetable: list[Node] = field(default_factory=list)
    not_judged: list[tuple[str, Node]] = field(default_factory=list)
    tests: list[tuple[str, Node]] = field(default_factory=list)
    origin: dict[tuple[str, str], Node] = field(default_factory=dict)
    heads: list[Node] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)
    problems: list[Diagnostic] = field(default_factory=list)


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
    return directory / name


def unknown_book(name: str, span: Span) -> Diagnostic:
    """The error of a shipped book that does not exist."""
    known = [f"dutyrules:{book}" for book in shipped_books()]
    return Diagnostic(
        "book.unknown-book", f"there is no shipped book {name}", span, name, "a shipped book", did_you_mean(name, known)
    )


def _add(assembly: Assembly, path: Path, chain: tuple[Path, ...], named_at: Span | None) -> None:
    real = path.resolve()
    if real in chain:
        names = " -> ".join(part.name for part in (*chain[chain.index(real) :], real))
        assembly.problems.append(
            Diagnostic("book.extends-cycle", f"the books extend each other in a circle: {names}", named_at, path.name)
        )
        return
    if str(real) in assembly.files:
        return
    try:
        tree = read(path)
    except InputError as error:
        assembly.problems.extend(error.diagnostics)
        return
    if not isinstance(tree.value, dict):
        assembly.problems.append(Diagnostic("book.not-a-mapping", "a rule book is a mapping", tree.span, expected="book: …"))
        return
    assembly.files[str(real)] = sha256(path.read_bytes()).hexdigest()
    _unknown_keys(assembly, tree.value)
    for entry in _entries(tree.value.get("extends")):
        base = resolve(str(entry.value), path.parent)
        if base is None:
            assembly.problems.append(unknown_book(str(entry.value), entry.span))
        else:
            _add(assembly, base, (*chain, real), entry.span)
    _take(assembly, tree)


def _unknown_keys(assembly: Assembly, top: Mapping[str, Node]) -> None:
    for key, node in top.items():
        if key not in KEYS:
            assembly.problems.append(
                Diagnostic("book.unknown-key", f"a book has no {key}", node.key_span, key, None, did_you_mean(key, KEYS))
            )


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
        assembly.timetable.append(_clauses(node, source))
    for kind, node in _mapping(assembly, top, "not_judged").items():
        assembly.not_judged.extend((kind, replace(one, value=in_full(one.value, source))) for one in _entries(node))
    assembly.tests = [(source, node) for node in _listed(assembly, top, "tests")]
    _override(assembly, _mapping(assembly, top, "override"), source)


def _define(assembly: Assembly, section: str, name: str, node: Node) -> None:
    known = assembly.sections[section].get(name)
    if known is None:
        assembly.sections[section][name] = node
        assembly.origin[section, name] = assembly.heads[-1]
    elif section not in SHARED or plain(known) != plain(node):
        conflict = section in SHARED
        assembly.problems.append(
            Diagnostic(
                "book.conflict" if conflict else "book.duplicate-id",
                f"{name} is declared otherwise elsewhere" if conflict else f"{section} already has {name}",
                node.key_span or node.span,
                name,
                hint=None if conflict else "to change an inherited definition, write it under override:",
                related=(("first here", known.key_span or known.span),),
            )
        )


def _with_defaults(entry: Node, defaults: Mapping[str, Node]) -> Node:
    if not isinstance(entry.value, dict):
        return entry
    return replace(entry, value={**{key: node for key, node in defaults.items() if key not in entry.value}, **entry.value})


def _clauses(node: Node, source: str) -> Node:
    """Clause ids in full; items and lines without one get their scorecard's (item's) clause and their key."""
    return _children(_full(node, source), "items", "lines")


def _full(node: Node, source: str) -> Node:
    if isinstance(node.value, list):
        return replace(node, value=[_full(item, source) for item in node.value])
    if not isinstance(node.value, dict):
        return node
    changed = {key: _full(item, source) for key, item in node.value.items()}
    if "clause" in changed:
        clause = changed["clause"]
        inner = clause.value
        changed["clause"] = (
            replace(clause, value=[replace(item, value=in_full(item.value, source)) for item in inner])
            if isinstance(inner, list)
            else replace(clause, value=in_full(inner, source))
        )
    return replace(node, value=changed)


def in_full(clause: object, source: str) -> str:
    """A clause id with its document's prefix.

    >>> in_full("4.P1", "D0"), in_full("D1-P1-1.2", "D0")
    ('D0-4.P1', 'D1-P1-1.2')
    """
    text = str(clause)
    return text if match(r"[A-Z][A-Za-z]*\d*-", text) else f"{source}-{text}"


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
        if section not in SECTIONS or not isinstance(group.value, dict):
            assembly.problems.append(_nothing(section, group, SECTIONS))
            continue
        known = assembly.sections[section]
        for name, change in group.value.items():
            if name not in known:
                assembly.problems.append(_nothing(name, change, known))
            elif change.value is None:
                del known[name]
            else:
                known[name] = _merged(assembly, known[name], _full(change, source), top=True)


def _merged(assembly: Assembly, base: Node, change: Node, *, top: bool = False) -> Node:
    if not (isinstance(base.value, dict) and isinstance(change.value, dict)):
        return change
    merged = dict(base.value)
    for key, node in change.value.items():
        if key in merged:
            if node.value is None:
                del merged[key]
            else:
                merged[key] = _merged(assembly, merged[key], node)
        elif top or node.value is None or key in ("default", "areas") or not isinstance(node.value, dict):
            merged[key] = node
        else:
            assembly.problems.append(_nothing(key, node, merged))
    return replace(base, value=merged)


def _nothing(name: str, node: Node, known: Mapping[str, object]) -> Diagnostic:
    return Diagnostic(
        "book.override-nothing",
        f"there is no {name} to override",
        node.key_span or node.span,
        name,
        "something that an extended book defines",
        did_you_mean(name, known),
    )


def _mapping(assembly: Assembly, top: Mapping[str, Node], key: str) -> Mapping[str, Node]:
    node = top.get(key)
    if node is None or node.value is None:
        return {}
    if isinstance(node.value, dict):
        return node.value
    assembly.problems.append(Diagnostic("book.not-a-mapping", f"{key} maps ids to definitions", node.span, expected="id: {…}"))
    return {}


def _listed(assembly: Assembly, top: Mapping[str, Node], key: str) -> list[Node]:
    node = top.get(key)
    if node is None or node.value is None:
        return []
    if isinstance(node.value, list):
        return node.value
    assembly.problems.append(Diagnostic("book.not-a-list", f"{key} is a list", node.span, expected="- {…}"))
    return []


def _text(node: Node | None, key: str) -> str:
    if node is None or not isinstance(node.value, dict) or key not in node.value:
        return ""
    value = node.value[key].value
    return str(value) if isinstance(value, str | int | Decimal) else ""
