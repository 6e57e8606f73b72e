"""Strict YAML to located values.

YAML guesses: `7:55` is 475 to it, `no` is false, and of two equal keys the last one silently wins. This reader knows
null, `true`, `false`, plain integers and plain decimals, leaves every other scalar to the field that expects it, and
remembers where each value stands. It reports every mistake it can get past, and it bounds what a file may cost.

This is the only module that knows YAML.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import lru_cache
from itertools import takewhile
from pathlib import Path
from typing import Any, Final, TypeAlias

import yaml

from dutyrules.diagnostics import Diagnostic, InputError, Span, did_you_mean

MAX_BYTES: Final = 4 * 1024 * 1024
MAX_DEPTH: Final = 40
MAX_NODES: Final = 100_000

# libyaml reads eight times as fast; not every PyYAML was built with it. The two disagree on tabs between words, on
# question marks inside of brackets, on comments that touch the sign of a block, on where things stand after a byte
# order mark in the middle of a text, and on where nothing stands; half a character stops libyaml's.
_FAST: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_UNLIKE: Final = re.compile("[\t?\ufeff\ud800-\udfff]|[|>][-+0-9]*#")

# A thousand digits are more than any figure needs and fewer than Python refuses to read; longer ones stay text.
_INTEGER: Final = re.compile(r"-?(?:0|[1-9][0-9]{0,999})")
_DECIMAL: Final = re.compile(r"-?(?:0|[1-9][0-9]*)\.[0-9]+")
# A key that ends with the colon of a Chinese keyboard is no key.
_WIDE_COLON: Final = re.compile(r"[^:：]*：")
_WORDS: Final[dict[str, bool | None]] = {"": None, "~": None, "null": None, "true": True, "false": False}

Scalar: TypeAlias = str | int | Decimal | bool | None
_Seen: TypeAlias = tuple[tuple[str, Span], ...]


@dataclass(frozen=True, slots=True)
class Node:
    """A value of a YAML file and its place.

    Attributes:
        value: A scalar, the values of a mapping by key, or the values of a list.
        span: Where the value starts; what an alias stands for is located at its anchor.
        key_span: Where its key starts; None unless the value belongs to a mapping.
    """

    value: Scalar | dict[str, Node] | list[Node]
    span: Span
    key_span: Span | None = None


def read(path: Path, *, name: str | None = None) -> Node:
    """Reads one strict YAML file.

    Args:
        path: The file; UTF-8, with or without a byte order mark.
        name: The name to report it by; the path unless given.

    Raises:
        InputError: The file can't be read, or is not strict YAML; see `parse`.
    """
    file = name if name is not None else str(path)
    start = Span(file, 1, 1)
    try:
        with path.open("rb") as stream:
            data = stream.read(MAX_BYTES + 1)  # never more, however large the file
    except FileNotFoundError:
        raise InputError([Diagnostic("yaml.not-found", "there is no such file", start)]) from None
    except OSError as error:
        problem = error.strerror or type(error).__name__
        raise InputError([Diagnostic("yaml.unreadable", f"the file can't be read: {problem}", start)]) from None
    _check_size(len(data), start)
    return parse(_decode(data, file), file)


@lru_cache(maxsize=64)  # a book is read again for each one that extends it, and nobody changes a node
def parse(text: str, file: str, *, max_nodes: int = MAX_NODES) -> Node:
    """Reads strict YAML from text.

    Args:
        text: One YAML document.
        file: The name to report it by.
        max_nodes: How many values the document may have, counting what an alias stands for each time it is used.

    Returns:
        The value of the document.

    Raises:
        InputError: With every mistake up to the first that nothing can be read beyond.
    """
    _check_size(len(text.encode("utf-8", "surrogatepass")), Span(file, 1, 1))
    text = text.removeprefix("\ufeff")
    root = None if _UNLIKE.search(text) else _Composer(text, file, max_nodes, _FAST).sound()
    # what is wrong is told as PyYAML's own parser sees it
    return root or _Composer(text, file, max_nodes, yaml.SafeLoader).document()


def plain(node: Node) -> Any:
    """Returns the values of a node without their places."""
    match node.value:
        case dict() as members:
            return {key: plain(member) for key, member in members.items()}
        case list() as items:
            return [plain(item) for item in items]
        case scalar:
            return scalar


def locate(node: Node, loc: Sequence[str | int]) -> Node:
    """Follows the location of a validation error as far as it goes.

    Parts that do not exist are passed over: pydantic puts the tags of unions into a location, and a missing key is
    shown at the mapping that misses it.

    Args:
        node: The value that was validated.
        loc: Keys and list indices, outermost first.

    Returns:
        The value at the location, or its nearest ancestor.
    """
    for part in loc:
        value = node.value
        if isinstance(value, dict):
            node = value.get(str(part), node)
        elif isinstance(value, list) and isinstance(part, int) and 0 <= part < len(value):
            node = value[part]
    return node


def dump(value: object) -> str:
    """Writes plain values as YAML that `parse` reads back as the same values.

    Args:
        value: Text, integers, decimals, booleans and None, in lists and in mappings with text keys.

    Raises:
        TypeError: The value is of another type; floats are, since 0.1 is not a tenth.
    """
    document = [yaml.DocumentStartEvent(), *_events(value), yaml.DocumentEndEvent()]
    events = [yaml.StreamStartEvent(), *document, yaml.StreamEndEvent()]
    return str(yaml.emit(events, allow_unicode=True, width=float("inf")))


@dataclass(frozen=True, slots=True)
class _Anchor:
    """What an alias may stand for; None as long as it is still being read."""

    span: Span
    node: Node | None = None
    nodes: int = 0
    height: int = 0


class _Composer:
    """Builds one document from YAML events; checks depth before it recurses, so no input exhausts Python's stack."""

    def __init__(self, text: str, file: str, max_nodes: int, loader: Any) -> None:
        self._text = text
        self._file = file
        self._max_nodes = max_nodes
        self._events = yaml.parse(text, Loader=loader)
        self._anchors: dict[str, _Anchor] = {}
        self._mistakes: list[Diagnostic] = []
        self._left_out = False  # whether a value is
        self._nodes = 0  # so far, with what aliases stand for
        self._deepest = 0  # the deepest level inside of the innermost open anchor

    def document(self) -> Node:
        try:
            root = self._document()
            if not self._mistakes:
                return root
        except InputError as end:  # nothing can be read beyond
            self._mistakes += end.diagnostics
        except yaml.YAMLError as error:
            self._mistakes.append(self._syntax(error))
        raise InputError(self._mistakes)

    def sound(self) -> Node | None:
        """The document; None if anything is wrong with it, or a value is left out."""
        try:
            root = self._document()
        except (InputError, yaml.YAMLError):
            return None
        return None if self._mistakes or self._left_out else root

    def _document(self) -> Node:
        next(self._events)  # the start of the stream
        first = next(self._events)
        event = next(self._events, None)
        if event is None or _is_empty(event):
            raise InputError([Diagnostic("yaml.empty", "the file holds no value", Span(self._file, 1, 1))])
        root = self._node(event, 0)
        next(self._events)  # the end of the document
        second = next(self._events)
        if isinstance(second, yaml.DocumentStartEvent):
            related = (("the first starts here", self._span(first.start_mark)),)
            self._report("yaml.documents", "a second document starts", self._span(second.start_mark), related=related)
        return root

    def _node(self, event: yaml.Event, around: int) -> Node:
        """Reads the value that an event begins, inside of `around` lists and mappings."""
        span = self._span(event.start_mark)
        if isinstance(event, yaml.AliasEvent):
            return self._alias(event, span, around)
        assert isinstance(event, yaml.ScalarEvent | yaml.CollectionStartEvent)
        self._refuse_tag(event, span)
        level = around if isinstance(event, yaml.ScalarEvent) else around + 1
        nodes, deepest = self._nodes, self._deepest
        self._spend(1, level, span)
        if event.anchor is None:
            return Node(self._value(event, level), span)
        self._open_anchor(event.anchor, span)
        self._deepest = level
        node = Node(self._value(event, level), span)
        self._anchors[event.anchor] = _Anchor(span, node, self._nodes - nodes, self._deepest - around)
        self._deepest = max(self._deepest, deepest)
        return node

    def _value(self, event: yaml.NodeEvent, level: int) -> Scalar | dict[str, Node] | list[Node]:
        match event:
            case yaml.ScalarEvent():
                self._left_out = self._left_out or _is_empty(event)
                return event.value if event.style else _scalar(event.value)
            case yaml.MappingStartEvent():
                return self._mapping(level)
            case _:
                items = takewhile(lambda item: not isinstance(item, yaml.SequenceEndEvent), self._events)
                return [self._node(item, level) for item in items]

    def _mapping(self, level: int) -> dict[str, Node]:
        members: dict[str, Node] = {}
        spans: dict[str, Span] = {}
        while not isinstance(event := next(self._events), yaml.MappingEndEvent):
            span = self._span(event.start_mark)
            key = self._key(event, span, level)
            member = replace(self._node(next(self._events), level), key_span=span)
            if key in spans:
                related = (("first given here", spans[key]),)
                self._report("yaml.duplicate-key", f"the key {key!r} is given twice", span, related=related)
            elif key is not None:
                members[key], spans[key] = member, span
        return members

    def _key(self, event: yaml.Event, span: Span, level: int) -> str | None:
        """Reads a key; None if it can't be one, which is reported."""
        if not isinstance(event, yaml.ScalarEvent) or event.anchor is not None:
            found = "a list or mapping" if isinstance(event, yaml.CollectionStartEvent) else "an anchor or alias"
            self._report("yaml.key", "keys are plain text", span, found=found)
            self._node(event, level)
            return None
        self._refuse_tag(event, span)
        if _is_empty(event):
            self._report("yaml.key", "keys are plain text", span, found="nothing")
            return None
        if event.value == "<<" and not event.style:
            self._report("yaml.merge-key", "mappings are not merged here", span, hint="write the keys out")
            return None
        return event.value

    def _refuse_tag(self, event: yaml.ScalarEvent | yaml.CollectionStartEvent, span: Span) -> None:
        if event.tag is not None:
            self._report("yaml.tag", "tags are not used here", span, found=event.tag, hint="leave the tag out")

    def _open_anchor(self, name: str, span: Span) -> None:
        if earlier := self._anchors.get(name):
            related = (("first given here", earlier.span),)
            self._report("yaml.duplicate-anchor", f"the anchor {name!r} is given twice", span, related=related)
        self._anchors[name] = _Anchor(span)

    def _alias(self, event: yaml.AliasEvent, span: Span, around: int) -> Node:
        name = event.anchor or ""
        anchor = self._anchors.get(name)
        if anchor is None:
            hint = did_you_mean(name, self._anchors)
            self._report("yaml.unknown-alias", f"there is no anchor {name!r} above", span, hint=hint)
            return Node(None, span)
        if anchor.node is None:
            related = (("which starts here", anchor.span),)
            self._report("yaml.recursive-alias", f"{name!r} lies inside of what it stands for", span, related=related)
            return Node(None, span)
        self._spend(anchor.nodes, around + anchor.height, span)
        return anchor.node

    def _spend(self, nodes: int, level: int, span: Span) -> None:
        """Counts values that reach down to a level, and ends the reading when they are too many or too deep."""
        self._nodes += nodes
        self._deepest = max(self._deepest, level)
        if level > MAX_DEPTH:
            message = "lists and mappings are nested too deeply"
            raise InputError([Diagnostic("yaml.depth", message, span, expected=f"at most {MAX_DEPTH} levels")])
        if self._nodes > self._max_nodes:
            message = "the document has too many values, counting what each alias stands for"
            raise InputError([Diagnostic("yaml.alias-bomb", message, span, expected=f"at most {self._max_nodes}")])

    def _syntax(self, error: yaml.YAMLError) -> Diagnostic:
        if isinstance(error, yaml.reader.ReaderError):
            before, character = self._text[: error.position], self._text[error.position]
            span = Span(self._file, before.count("\n") + 1, len(before) - before.rfind("\n"))
            found = f"U+{ord(character):04X}"
            return Diagnostic("yaml.character", "the character can't stand in YAML", span, found=found)
        assert isinstance(error, yaml.MarkedYAMLError)
        mark: Any = error.problem_mark  # both marks are optional in general, but the parser always sets this one
        problem, span = error.problem or "", self._span(mark)
        if self._text.startswith("\t", mark.index):
            return Diagnostic("yaml.tab", "a tab stands where only spaces may", span, hint="indent with spaces")
        related = ((error.context or "", self._span(error.context_mark)),) if error.context_mark else ()
        return Diagnostic("yaml.syntax", problem, span, hint=self._syntax_hint(problem, span.line), related=related)

    def _syntax_hint(self, problem: str, line: int) -> str | None:
        # A key without its colon is found out one line later.
        if any(map(_WIDE_COLON.match, self._text.split("\n")[max(line - 2, 0) : line])):
            return "a key ends with the ASCII ':', not with '：'"
        if problem == "mapping values are not allowed here":
            return "put text that contains ': ' in quotes"
        if "cannot start any token" in problem:
            return "put text that starts with this character in quotes"
        return None

    def _report(
        self,
        code: str,
        message: str,
        span: Span,
        *,
        found: str | None = None,
        hint: str | None = None,
        related: _Seen = (),
    ) -> None:
        self._mistakes.append(Diagnostic(code, message, span, found=found, hint=hint, related=related))

    def _span(self, mark: Any) -> Span:  # PyYAML's two sorts of marks share no class
        return Span(self._file, mark.line + 1, mark.column + 1)


def _scalar(text: str) -> Scalar:
    """Reads an unquoted scalar."""
    if text in _WORDS:
        return _WORDS[text]
    if _INTEGER.fullmatch(text):
        return int(text)
    if _DECIMAL.fullmatch(text):
        return Decimal(text)
    return text


def _is_empty(event: yaml.Event) -> bool:
    return isinstance(event, yaml.ScalarEvent) and not event.value and not event.style


def _check_size(size: int, start: Span) -> None:
    if size > MAX_BYTES:
        expected = f"at most {MAX_BYTES // 1024**2} MiB"
        raise InputError([Diagnostic("yaml.size", "the file is too large", start, expected=expected)])


def _decode(data: bytes, file: str) -> str:
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        # Its `object` lacks the byte order mark, and everything before `start` is sound.
        before, found = error.object[: error.start], f"the byte 0x{error.object[error.start]:02X}"
    line_so_far = before.rpartition(b"\n")[2].decode("utf-8")
    span = Span(file, before.count(b"\n") + 1, len(line_so_far) + 1)
    hint = "it reads as GB18030; save it as UTF-8" if _reads_as(data, "gb18030") else None
    raise InputError([Diagnostic("yaml.encoding", "the file is not UTF-8", span, found=found, hint=hint)])


def _reads_as(data: bytes, encoding: str) -> bool:
    try:
        data.decode(encoding)
    except UnicodeDecodeError:
        return False
    return True


def _events(value: object) -> Iterator[yaml.Event]:
    match value:
        case dict():
            yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=not value)
            for key, member in value.items():
                if not isinstance(key, str):
                    raise TypeError(f"a key must be text: {key!r}")
                yield _scalar_event(key, quoted=key in {"", "<<"})
                yield from _events(member)
            yield yaml.MappingEndEvent()
        case list() | tuple():
            yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=not value)
            for item in value:
                yield from _events(item)
            yield yaml.SequenceEndEvent()
        case str():
            yield _scalar_event(value, quoted=not isinstance(_scalar(value), str))
        case None | bool():
            yield _scalar_event("null" if value is None else str(value).lower(), quoted=False)
        case int():
            yield _scalar_event(str(value), quoted=False)
        case Decimal() if value.is_finite():
            text = f"{value:f}"
            yield _scalar_event(text if "." in text else f"{text}.0", quoted=False)
        case _:
            raise TypeError(f"{type(value).__name__} has no place in a rule file: {value!r}")


def _scalar_event(text: str, *, quoted: bool) -> yaml.Event:
    # PyYAML folds the line breaks of other styles, and loses some of Unicode's.
    style = '"' if not text.isprintable() else "'" if quoted else None
    return yaml.ScalarEvent(None, None, (style is None, True), text, style=style)
