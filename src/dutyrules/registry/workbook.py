"""Workbooks opened with care: what a file claims to hold is measured before anything of it is built in memory."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, TypeAlias
from xml.etree import ElementTree

import python_calamine

__all__ = ["MOST_BYTES", "Grid", "Sheet", "UnreadableError", "open_workbook"]

MOST_BYTES: Final = 1 << 29
"""Bytes of a workbook once it is unpacked, and of any other file that is read whole."""

MOST_CELLS: Final = 1 << 25
"""Cells of a sheet from its first to its last, the empty ones between them included."""

_PIECE: Final = 1 << 18
# Names of elements may begin so: `<x:c r="A1">`.
_PREFIX: Final = 8
# No cell is longer in its file: a spreadsheet allows 32,767 characters in one.
_LONGEST_CELL: Final = 1 << 19
_OLE: Final = bytes.fromhex("d0cf11e0a1b11ae1")
_ENCRYPTED: Final = "EncryptedPackage".encode("utf-16-le")
_REFERENCE: Final = re.compile(rb'\sr="([A-Z]{1,3})([0-9]{1,7})"')
_CELL: Final = re.compile(
    rb"<(?:\w+:)?c\s([^>]*[^>/])>"
    rb"(<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>([^<]*)</(?:\w+:)?f>))?"
    rb"(?:<(?:\w+:)?v>([^<]*)</(?:\w+:)?v>)?"
)
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"

_BROKEN: Final = (
    python_calamine.CalamineError,
    python_calamine.WorksheetNotFound,
    python_calamine.XmlError,
    python_calamine.ZipError,
)

_Spans: TypeAlias = Sequence[tuple[tuple[int, int], tuple[int, int]]]
_Texts: TypeAlias = Mapping[int, Mapping[int, str]]


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
class Grid:
    """The cells of a sheet.

    Attributes:
        rows: From A1 on, a row at a time. What a merged range shows stands in each of its rows, in its first column.
            Formulas are what they came to when the workbook was saved; `#N/A` and its like, and a formula that nothing
            ever computed (`=A1+1`), are text.
        merged: The merged ranges: (row, column) of the first and the last cell, counted from 0.
    """

    rows: Iterator[list[object]]
    merged: _Spans


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet of a workbook, not yet read.

    Attributes:
        name: Its name.
        hidden: Whether a spreadsheet does not show it.
        from_1904: Whether plain numbers that stand for days count from 1904.
    """

    name: str
    hidden: bool
    from_1904: bool
    _book: python_calamine.CalamineWorkbook = field(repr=False)
    _unseen: _Texts = field(repr=False)

    def read(self) -> Grid:
        """Reads the cells.

        Raises:
            UnreadableError: What stands in the file of the sheet is no sheet.
        """
        try:
            sheet = self._book.get_sheet_by_name(self.name)
        except _BROKEN:
            message, hint = f"the sheet {self.name!r} is damaged", "open the workbook in a spreadsheet and save it anew"
            raise UnreadableError("bad", message, hint) from None
        merged = sheet.merged_cell_ranges or ()
        return Grid(_rows(sheet, merged, self._unseen), merged)


def open_workbook(data: bytes) -> tuple[Sheet, ...]:
    """Opens a workbook: XLSX, or XLS as older systems write it.

    Raises:
        UnreadableError: The file is no workbook, locked, or larger than what memory should be given to.
    """
    if data.startswith(_OLE) and _ENCRYPTED in data:
        raise UnreadableError("password", "the workbook is locked with a password", "save it without one")
    if data.lstrip()[:1] == b"<":
        raise UnreadableError("bad", "the file is a web page, not a workbook", "open it and save it as XLSX")
    measured = _measure(data) if data.startswith(b"PK") else _Measured()
    try:
        book = python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(data))
    except python_calamine.PasswordError:
        raise UnreadableError("password", "the workbook is locked with a password", "save it without one") from None
    except _BROKEN:
        raise UnreadableError("bad", "the file is not XLSX") from None
    visible = python_calamine.SheetVisibleEnum.Visible
    return tuple(
        Sheet(each.name, each.visible != visible, measured.from_1904, book, measured.unseen.get(each.name, {}))
        for each in book.sheets_metadata
        if each.typ == python_calamine.SheetTypeEnum.WorkSheet
    )


def _rows(sheet: python_calamine.CalamineSheet, merged: _Spans, unseen: _Texts) -> Iterator[list[object]]:
    wanted: dict[int, list[tuple[int, int]]] = defaultdict(list)
    for (first, column), (last, _) in merged:
        for number in range(first, min(last, sheet.total_height) + 1):
            wanted[number].append((first, column))
    shown: dict[tuple[int, int], object] = {}
    width = sheet.total_width
    for number, cells in enumerate(sheet.iter_rows()):
        row: list[object] = [*cells, *[""] * (width - len(cells))]
        for column, text in unseen.get(number, {}).items():
            row[column : column + 1] = [text]
        for first, column in wanted.get(number, ()):
            if column < len(row):
                row[column] = shown.setdefault((first, column), row[column])
        yield row


@dataclass(frozen=True, slots=True)
class _Measured:
    """What was seen on the way through the parts of a workbook.

    Attributes:
        unseen: Sheet → row → column → text of cells of which the reader tells nothing.
        from_1904: Whether days count from 1904.
    """

    unseen: Mapping[str, _Texts] = field(default_factory=dict)
    from_1904: bool = False


def _measure(data: bytes) -> _Measured:
    left = MOST_BYTES
    texts: dict[str, _Texts] = {}
    small: dict[str, bytes] = {}
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as parts:
            for part in parts.infolist():
                pieces = _counted(_unpacked(data, part), left)
                name = part.filename.lstrip("/")
                if name.startswith("xl/worksheets/"):
                    texts[name], size = _scan(pieces)
                else:
                    kept = b"".join(pieces) if name in {"xl/workbook.xml", _RELATIONS} else b""
                    size = len(kept) or sum(map(len, pieces))
                    small[name] = kept
                left -= size
        names, from_1904 = _sheets(small.get("xl/workbook.xml", b""), small.get(_RELATIONS, b""))
    except (zipfile.BadZipFile, zlib.error, struct.error, ElementTree.ParseError, NotImplementedError):
        raise UnreadableError("bad", "the file is not XLSX") from None
    return _Measured({names[part]: found for part, found in texts.items() if part in names}, from_1904)


_RELATIONS: Final = "xl/_rels/workbook.xml.rels"


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


def _counted(pieces: Iterator[bytes], most: int) -> Iterator[bytes]:
    for piece in pieces:
        most -= len(piece)
        if most < 0:
            message = f"the workbook unpacks to more than {MOST_BYTES >> 20} MB"
            raise UnreadableError("too-large", message, "export fewer days at a time")
        yield piece


def _scan(pieces: Iterator[bytes]) -> tuple[_Texts, int]:
    """Reads through the XML of a sheet: cells that are formulas without a result or with an error, and its length."""
    unseen: dict[int, dict[int, str]] = defaultdict(dict)
    letters: set[bytes] = set()
    last, size, text = 0, 0, b""
    for piece in pieces:
        size += len(piece)
        text += piece
        cut = max(text.rfind(b"<c "), text.rfind(b":c ") - _PREFIX)
        if cut <= 0:
            if len(text) < _LONGEST_CELL:
                continue
            cut = len(text)
        last = max(last, _look(text[:cut], letters, unseen))
        text = text[cut:]
    last = max(last, _look(text, letters, unseen))
    if last * max((_column(each) + 1 for each in letters), default=0) > MOST_CELLS:
        message = f"a sheet of the workbook reaches over more than {MOST_CELLS // 1_000_000} million cells"
        raise UnreadableError("too-large", message, "delete what stands far below or beside its table")
    return unseen, size


def _look(text: bytes, letters: set[bytes], unseen: dict[int, dict[int, str]]) -> int:
    places = _REFERENCE.findall(text)
    letters.update({column for column, _ in places})
    if b't="e"' in text or b":f>" in text or b"</f>" in text:
        for cell in _CELL.finditer(text):
            attributes, formula, written, value = cell.groups()
            error = b't="e"' in attributes
            if (error or (formula and not value and b't="str"' not in attributes)) and (
                place := _REFERENCE.search(b" " + attributes)
            ):
                told = (value or b"#N/A") if error else b"=" + (written or b"")
                unseen[int(place[2]) - 1][_column(place[1])] = told.decode("utf-8", "replace")
    return max(map(int, {row for _, row in places}), default=0)


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number - 1


def _sheets(workbook: bytes, relations: bytes) -> tuple[Mapping[str, str], bool]:
    """Part → name of the sheet, and whether days count from 1904."""
    if not workbook or not relations:
        return {}, False
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
