"""The inspector's form as a workbook: people × what only an inspector sees, drop-downs, and marks to read it back."""

import io
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, time
from typing import Any, Final

import xlsxwriter

from dutyrules.activity.sheetfile import FORM
from dutyrules.book import Book
from dutyrules.checks import Duty
from dutyrules.estate import Estate
from dutyrules.estate.formfile import ADDED, FILLED, MARK, PRINTED, VERSION, books_digest
from dutyrules.estate.inspection import Entry
from dutyrules.report.duty_words import DutyWords
from dutyrules.report.language import Speech
from dutyrules.report.sheets import Formats, Workbook, Worksheet, header, height, page, printable, set_widths
from dutyrules.timegrid import Period

ROOM: Final = 100
"""Rows for further findings."""

ROOM_ON_PAPER: Final = 25

_WIDTHS: Final = {
    "person": 8,
    "name": 12,
    "role": 16,
    "item": 10,
    "content": 14,
    "line": 30,
    "price": 20,
    "clause": 11,
    "inspected": 8,
    "count": 7,
    "date": 12,
    "time": 8,
    "target": 14,
    "note": 24,
    "key": 4,
}
_ADDED_WIDTHS: Final = {"who": 20, "line": 50, "count": 7, "date": 12, "time": 8, "target": 18, "note": 36}
_HEAD: Final = 5
"""Rows above the titles of the columns."""

_UNPROTECTED: Final = {"autofilter": True, "format_columns": True, "format_rows": True, "sort": True}


def form_workbook(
    estate: Estate,
    period: Period,
    entries: Sequence[Entry],
    speech: Speech,
    *,
    inspector: str = "",
    whole: bool = False,
) -> bytes:
    """The form of a month, the same bytes for the same estate and books.

    Args:
        entries: Of whom something may be found, and what.
        inspector: Who inspects, if it is known.
        whole: Print every line, also those that the log decides.
    """
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    title = speech("form_title", estate=speech.title(estate.title, estate.id), month=period.label)
    book.set_properties({"title": title, "created": datetime.combine(period.first, time())})
    _Form(estate, period, entries, speech, book, inspector, whole).write(title)
    book.close()
    return file.getvalue()


class _Form:
    """Writes the sheets of a form."""

    def __init__(
        self,
        estate: Estate,
        period: Period,
        entries: Sequence[Entry],
        speech: Speech,
        book: Workbook,
        inspector: str,
        whole: bool,
    ) -> None:
        self._estate, self._period, self._entries, self._say = estate, period, entries, speech
        self._printed = [entry for entry in entries if whole or entry.spot.unseen]
        self._book, self._formats, self._inspector = book, Formats(book), inspector
        self._words = SpotWords(estate.book, speech)

    def write(self, title: str) -> None:
        """The table, further findings, how it is filled in, and what is hidden."""
        names = {key: self._say(f"form_sheet_{key}") for key in ("main", "more", "help")}
        main, more, guide = (self._book.add_worksheet(names[key]) for key in ("main", "more", "help"))
        hidden = self._book.add_worksheet(FORM)
        hidden.hide()
        ranges = self._hidden(hidden, names)
        self._main(main, title, ranges)
        self._more(more, title, ranges)
        self._help(guide, title)

    # ------------------------------------------------------------ the table

    def _main(self, sheet: Worksheet, title: str, ranges: Mapping[str, str]) -> None:
        keys, look = [*PRINTED, *FILLED, "key"], self._formats.look
        set_widths(sheet, [_WIDTHS[key] for key in keys])
        sheet.set_column(len(keys) - 1, len(keys) - 1, _WIDTHS["key"], None, {"hidden": True})
        sheet.write_string(0, 0, title, self._formats.title)
        sheet.set_row(0, 26)
        self._field(sheet, 1, "inspector", self._inspector, "form_hint_inspector")
        self._field(sheet, 2, "day", None, "form_hint_day")
        self._validate(sheet, (1, 2, 1, 2), "who", ranges["inspectors"])
        self._validate(sheet, (2, 2, 2, 2), "date", "")
        sheet.write_string(3, 0, self._say("form_short"), look(font_color="#5B6673"))
        for column, key in enumerate(keys):
            filled = {"bg_color": "#FFF2CC"} if key in FILLED else {"bg_color": "#DDE6EE"}
            form = look(bold=True, text_wrap=True, bottom=1, border_color="#7F8FA0", **filled)
            sheet.write_string(_HEAD, column, self._title(key), form)
        sheet.set_row(_HEAD, 34)
        for row, (entry, before) in enumerate(
            zip(self._printed, [None, *self._printed], strict=False), start=_HEAD + 1
        ):
            self._entry(sheet, row, entry, first=before is None or before.person != entry.person)
        last = _HEAD + max(len(self._printed), 1)
        for key in FILLED:
            column = keys.index(key)
            self._validate(sheet, (_HEAD + 1, column, last, column), key, "")
        sheet.autofilter(_HEAD, 0, last, len(keys) - 2)
        self._page(sheet, title, _HEAD)

    def _field(self, sheet: Worksheet, row: int, key: str, value: str | None, hint: str) -> None:
        """A label, a cell to fill in, and what is meant."""
        look = self._formats.look
        sheet.write_string(row, 0, self._title(key), look(bold=True))
        form = look(bg_color="#FFF8DC", border=1, border_color="#C9BD8A", locked=False, num_format=_FORMATS[key])
        if value:
            sheet.write_string(row, 2, printable(value), form)
        else:
            sheet.write_blank(row, 2, None, form)
        sheet.write_string(row, 3, self._say(hint), look(font_color="#5B6673", indent=1))

    def _entry(self, sheet: Worksheet, row: int, entry: Entry, *, first: bool) -> None:
        cells, look = self._words.cells(self._estate, entry), self._formats.look
        rule = {"top": 2 if first else 4, "top_color": "#2F4A66" if first else "#B8C0C8"}
        for column, key in enumerate(PRINTED):
            strong = {"bold": True} if key in ("person", "name") and first else {}
            sheet.write_string(
                row, column, cells[key], look(text_wrap=True, valign="top", font_size=10, **rule, **strong)
            )
        for column, key in enumerate(FILLED, start=len(PRINTED)):
            form = look(
                text_wrap=key in ("target", "note"),
                valign="top",
                bg_color="#FFFDF3",
                locked=False,
                left=4,
                left_color="#C9BD8A",
                num_format=_FORMATS[key],
                **rule,
            )
            sheet.write_blank(row, column, None, form)
        sheet.write_string(row, len(PRINTED) + len(FILLED), entry.key, look(font_color="#B8C0C8"))
        sheet.set_row(row, 4 + 14 * max(height(cells[key], _WIDTHS[key] - 1) for key in PRINTED))

    # ------------------------------------------------------------ further findings

    def _more(self, sheet: Worksheet, title: str, ranges: Mapping[str, str]) -> None:
        set_widths(sheet, [_ADDED_WIDTHS[key] for key in ADDED])
        sheet.write_string(0, 0, f"{title} · {self._say('form_sheet_more')}", self._formats.title)
        sheet.set_row(0, 26)
        sheet.write_string(1, 0, self._say("form_more"), self._formats.look(font_color="#5B6673"))
        head = self._formats.look(bold=True, bg_color="#FFF2CC", bottom=1, border_color="#7F8FA0")
        for column, key in enumerate(ADDED):
            sheet.write_string(2, column, self._title(key), head)
            form = self._formats.look(
                locked=False, border=4, border_color="#C9BD8A", num_format=_FORMATS[key], text_wrap=True
            )
            for row in range(3, 3 + ROOM):
                sheet.write_blank(row, column, None, form)
            self._validate(sheet, (3, column, 2 + ROOM, column), key, ranges.get(key, ""))
        sheet.print_area(0, 0, 2 + ROOM_ON_PAPER, len(ADDED) - 1)
        self._page(sheet, title, 2)

    # ------------------------------------------------------------ how it is filled in

    def _help(self, sheet: Worksheet, title: str) -> None:
        sheet.set_column(0, 0, 110)
        sheet.write_string(0, 0, title, self._formats.title)
        row = 2
        while self._say.knows(f"form_help_{row - 1}"):
            text = self._say(f"form_help_{row - 1}", more=self._say("form_sheet_more"))
            sheet.write_string(row, 0, f"{row - 1}. {text}", self._formats.text)
            sheet.set_row(row, 6 + 16 * height(text, 106))
            row += 1
        page(sheet, landscape=True)
        sheet.fit_to_pages(1, 0)
        sheet.protect("", _UNPROTECTED)

    # ------------------------------------------------------------ what is hidden

    def _hidden(self, sheet: Worksheet, names: Mapping[str, str]) -> dict[str, str]:
        """By what the form is read back, and the lists of the drop-downs; their ranges."""
        rows = [*self._told(names)]
        ranges = {}
        for key, words in (
            ("inspectors", [self._person(one) for one in self._estate.persons]),
            ("who", [*dict.fromkeys(self._person(entry.person) for entry in self._entries)]),
            ("line", [*dict.fromkeys(self._words.choice(entry) for entry in self._entries)]),
        ):
            first = len(rows) + 1
            rows += [("list", word) for word in words or [""]]
            ranges[key] = f"={FORM}!$B${first}:$B${len(rows)}"
        for number, row in enumerate(rows):
            for column, cell in enumerate(row):
                sheet.write_string(number, column, cell)
        sheet.protect()
        return ranges

    def _told(self, names: Mapping[str, str]) -> Iterator[tuple[str, ...]]:
        yield MARK, VERSION
        yield "estate", self._estate.id
        yield "month", self._period.label
        yield "books", books_digest(self._estate)
        yield "main", names["main"]
        yield "more", names["more"]
        for key in dict.fromkeys([*PRINTED, *FILLED, *ADDED, "key", "inspector", "day"]):
            yield "title", key, self._title(key)
        for entry in self._printed:
            yield "row", entry.key, *self._words.cells(self._estate, entry).values()

    # ------------------------------------------------------------ what sheets share

    def _title(self, key: str) -> str:
        return self._say(f"form_col_{key}")

    def _person(self, person: str) -> str:
        name = self._estate.name_of(person)
        return printable(person if name == person else f"{name} ({person})")

    def _validate(self, sheet: Worksheet, cells: tuple[int, int, int, int], key: str, source: str) -> None:
        """A drop-down, or what a cell may hold; a warning, so that nothing that somebody knows is kept out."""
        first, last = self._period.first, self._period.last
        rules: dict[str, dict[str, Any]] = {
            "inspected": {"validate": "list", "source": [self._say("form_yes"), self._say("form_no")]},
            "count": {"validate": "integer", "criteria": ">=", "value": 1},
            "date": {"validate": "date", "criteria": "between", "minimum": first, "maximum": last},
            "time": {"validate": "time", "criteria": "between", "minimum": time(), "maximum": time(23, 59, 59)},
            "who": {"validate": "list", "source": source},
            "line": {"validate": "list", "source": source},
        }
        if key not in rules:
            return
        about = {"input_title": self._title(key)[:32], "input_message": self._say(f"form_input_{key}")[:255]}
        wrong = {"error_title": self._title(key)[:32], "error_message": self._say(f"form_input_{key}")[:255]}
        sheet.data_validation(*cells, {**rules[key], **about, **wrong, "error_type": "warning"})

    def _page(self, sheet: Worksheet, title: str, head: int) -> None:
        """A4 across, one page wide; what is printed is protected without a password, cells to fill in are not."""
        page(sheet, landscape=True)
        sheet.fit_to_pages(1, 0)
        sheet.freeze_panes(head + 1, 0)
        sheet.repeat_rows(head)
        sheet.set_header(f"&R&9{header(title)}")
        sheet.protect("", _UNPROTECTED)


_FORMATS: Final = dict.fromkeys((*FILLED, *ADDED, "inspector"), "General") | {
    "date": "yyyy-mm-dd",
    "day": "yyyy-mm-dd",
    "time": "hh:mm",
    "target": "@",
    "note": "@",
}


class SpotWords:
    """Says what may be found."""

    def __init__(self, book: Book, speech: Speech) -> None:
        self._rules, self._say, self._words = book, speech, DutyWords(book, speech)

    def cells(self, estate: Estate, entry: Entry) -> dict[str, str]:
        """What is printed of an entry, by its column."""
        item, content, line, price = self._told(entry)
        role = self._say.title(self._rules.roles[entry.role].title, entry.role)
        cells = (entry.person, estate.name_of(entry.person), role, item, content, line, price, entry.spot.clause)
        return dict(zip(PRINTED, map(printable, cells), strict=True))

    def choice(self, entry: Entry) -> str:
        """An entry in a drop-down: its clause, and what it says."""
        _, content, line, _ = self._told(entry)
        return printable(f"{entry.spot.clause} {content}: {line}")[:200]

    def _told(self, entry: Entry) -> tuple[str, str, str, str]:
        """Item, its title, the line, and what it costs."""
        spot = entry.spot
        if isinstance(spot.form, Duty):
            costs = self._say("hb_semicolon").join(self._words.costs(spot.form))
            return "–", self._say("form_conduct"), self._words.title(spot.form), costs or self._say("form_free")
        if len(spot.name) == 2:
            section, name = spot.name
            title = self._say.title(getattr(spot.form, "title", ""), name)
            price = self._words.price(spot.form, "") if section == "fines" else self._say("form_outcome")  # type: ignore[arg-type]
            return "–", self._say(f"form_{section}"), title, price
        card, item, line = spot.name
        form = self._rules.scorecards[card].items[item]
        once = self._say(f"hb_once_{self._rules.scorecards[card].per}")
        price = self._words.price(form.lines[line], once)
        return (
            item,
            self._say.title(form.title, item),
            f"{line}. {self._say.title(form.lines[line].title, line)}",
            price,
        )
