"""What a workbook comes to, found out by reading through it piece by piece before anything of it is built in memory."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from array import array
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from xml.etree import ElementTree

MOST_BYTES: Final = 1 << 29
"""Bytes of a workbook once it is unpacked, and of the texts in its cells."""

MOST_CELLS: Final = 1 << 25
"""Cells of a sheet from its first to its last, the empty ones between them included."""

Texts: TypeAlias = Mapping[int, Mapping[int, str]]
"""Row → column → text, counted from 0."""

_PIECE: Final = 1 << 18
# No cell is longer in its file: a spreadsheet allows 32,767 characters in one.
_LONGEST_CELL: Final = 1 << 19
# An XML tree takes many times the room of its text.
_MOST_OF_A_LIST: Final = 1 << 22
_WORKBOOK: Final = "xl/workbook.xml"
_RELATIONS: Final = "xl/_rels/workbook.xml.rels"
_STRINGS: Final = "xl/sharedStrings.xml"
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
# Names of elements may begin with a prefix: `<x:c r="A1">`.
_REFERENCE: Final = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
_SHARED: Final = re.compile(rb't="s"[^>]*><(?:\w+:)?v>([0-9]{1,9})<')
_STRING_ENDS: Final = re.compile(rb"</(?:\w+:)?si>")
_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\s([^>]*[^>/])>"
    rb"(<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)</(?:\w+:)?f>))?"
    rb"(?:<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>)?"
)


class UnreadableError(Exception):
    """A file that is no workbook, or none that may be read.

    Attributes:
        code: A stable word: `bad`, `password`, `too-large`.
        message: What is wrong, in one sentence.
        hint: What to try.
    """

    def __init__(self, code: str, message: str, hint: str | None = None) -> None:
        super().__init__(message)
        self.code, self.message, self.hint = code, message, hint


@dataclass(frozen=True, slots=True)
class Measured:
    """What was seen on the way through the parts of a workbook.

    Attributes:
        unseen: Sheet → cells of which a reader of values tells nothing: formulas without a result or with an error.
        from_1904: Whether days count from 1904.
    """

    unseen: Mapping[str, Texts] = field(default_factory=dict)
    from_1904: bool = False


def measure(data: bytes) -> Measured:
    """Reads through a workbook.

    Raises:
        UnreadableError: It is no XLSX, or comes to more than memory should be given to.
    """
    left = MOST_BYTES
    texts: dict[str, Texts] = {}
    small = {_WORKBOOK: b"", _RELATIONS: b""}
    strings = array("L")
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            # The texts of cells come first: how long they are tells what the sheets come to.
            for part in sorted(parts.infolist(), key=lambda part: part.filename.lstrip("/") != _STRINGS):
                name = part.filename.lstrip("/")
                pieces = _Counted(_unpacked(data, part), left)
                if name == _STRINGS:
                    strings = _lengths(pieces)
                elif name.startswith("xl/worksheets/"):
                    texts[name] = _Scan(strings).through(pieces)
                elif name in small:
                    small[name] = b"".join(pieces)
                    if len(small[name]) > _MOST_OF_A_LIST:
                        raise _too_large("the list of sheets is too long")
                else:
                    for _ in pieces:
                        pass
                left = pieces.left
        if not all(small.values()):
            raise UnreadableError("bad", "the file is not XLSX")
        names, from_1904 = _sheets(small[_WORKBOOK], small[_RELATIONS])
    except (zipfile.BadZipFile, zlib.error, struct.error, ElementTree.ParseError, NotImplementedError):
        raise UnreadableError("bad", "the file is not XLSX") from None
    return Measured({names[part]: found for part, found in texts.items() if part in names}, from_1904)


def _unpacked(data: bytes, part: zipfile.ZipInfo) -> Iterator[bytes]:
    """A part as it unpacks; not as long as its header says, which may lie, but as it is."""
    names = struct.unpack("<HH", data[part.header_offset + 26 : part.header_offset + 30])
    start = part.header_offset + 30 + sum(names)
    packed = data[start : start + part.compress_size]
    if part.compress_type == zipfile.ZIP_STORED:
        yield packed
        return
    if part.compress_type != zipfile.ZIP_DEFLATED:
        raise NotImplementedError(part.compress_type)
    stream = zlib.decompressobj(-zlib.MAX_WBITS)
    for at in range(0, len(packed), _PIECE):
        rest, piece = packed[at : at + _PIECE], b""
        while rest or len(piece) == _PIECE:  # what was packed may all be taken in, and not yet all be given back
            piece = stream.decompress(rest, _PIECE)
            rest = b"" if stream.eof else stream.unconsumed_tail
            yield piece


class _Counted:
    """Pieces of a part, and how many bytes are left for the others."""

    def __init__(self, pieces: Iterator[bytes], left: int) -> None:
        self._pieces, self.left = pieces, left

    def __iter__(self) -> Iterator[bytes]:
        for piece in self._pieces:
            self.left -= len(piece)
            if self.left < 0:
                raise _too_large(f"the workbook unpacks to more than {MOST_BYTES >> 20} MB")
            yield piece


def _too_large(message: str, hint: str = "export fewer days at a time") -> UnreadableError:
    return UnreadableError("too-large", message, hint)


def _lengths(pieces: _Counted) -> array[int]:
    """The bytes of each text that cells share; each cell will hold a copy of its own."""
    lengths = array("L")
    before, rest = 0, b""
    for piece in pieces:
        *whole, rest = _STRING_ENDS.split(rest + piece)
        for text in whole:
            lengths.append(before + len(text))
            before = 0
        if len(rest) > _LONGEST_CELL:
            before, rest = before + len(rest) - _PIECE, rest[-_PIECE:]
    return lengths


class _Scan:
    """A way through the XML of a sheet."""

    def __init__(self, strings: array[int]) -> None:
        self._strings = strings
        # Where no text is long, cells of a sheet that is not too large cannot come to too much.
        self._weigh = max(strings, default=0) > MOST_BYTES // MOST_CELLS * 8
        self._unseen: dict[int, dict[int, str]] = defaultdict(dict)
        self._letters: set[bytes] = set()
        self._last, self._weight = 0, 0

    def through(self, pieces: _Counted) -> Texts:
        """The cells of which a reader of values tells nothing."""
        text = b""
        for piece in pieces:
            text += piece
            cut = text.rfind(b"<", 0, max(text.rfind(b"<c "), text.rfind(b":c ")) + 1)
            if cut <= 0:
                if len(text) < _LONGEST_CELL:
                    continue
                cut = len(text)
            self._look(text[:cut])
            text = text[cut:]
        self._look(text)
        return self._unseen

    def _look(self, text: bytes) -> None:
        places = _REFERENCE.findall(text)
        self._letters.update({column for column, _ in places})
        self._last = max(self._last, *map(int, {row for _, row in places}), 0)
        if self._last * max((_column(each) + 1 for each in self._letters), default=0) > MOST_CELLS:
            message = f"a sheet of the workbook reaches over more than {MOST_CELLS // 1_000_000} million cells"
            raise _too_large(message, "delete what stands far below or beside its table")
        if self._weigh:
            known = len(self._strings)
            self._weight += sum(self._strings[n] for n in map(int, _SHARED.findall(text)) if n < known)
            if self._weight > MOST_BYTES:
                raise _too_large(f"the texts of a sheet come to more than {MOST_BYTES >> 20} MB")
        if b't="e"' in text or b":f>" in text or b"</f>" in text:
            self._note_unseen(text)

    def _note_unseen(self, text: bytes) -> None:
        for cell in _CELL.finditer(text):
            attributes, formula, written, value = cell.groups()
            error = b't="e"' in attributes
            # A formula that comes to an empty text says so: t="str".
            if error or (formula and not value and b't="str"' not in attributes):
                place = _REFERENCE.search(b" " + attributes)
                told = (value or b"#N/A") if error else b"=" + (written or b"")
                if place:
                    self._unseen[int(place[2]) - 1][_column(place[1])] = told.decode("utf-8", "replace")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _sheets(workbook: bytes, relations: bytes) -> tuple[Mapping[str, str], bool]:
    """Part → name of the sheet, and whether days count from 1904."""
    tree = ElementTree.fromstring(workbook)
    targets = {each.get("Id"): str(each.get("Target")) for each in ElementTree.fromstring(relations)}
    names: dict[str, str] = {}
    from_1904 = False
    for element in tree.iter():
        if element.tag.endswith("}workbookPr"):
            from_1904 = element.get("date1904") in {"1", "true"}
        if element.tag.endswith("}sheet"):
            target = targets.get(element.get(_RELATION), "")
            part = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
            names[part] = str(element.get("name"))
    return names, from_1904
