"""A roster for people: text, the estate's own table, and a sheet for the wall."""

import io
from collections.abc import Iterator, Sequence
from datetime import datetime, time
from pathlib import Path
from typing import Final

import xlsxwriter

from dutyrules import atomic
from dutyrules.estate import Estate
from dutyrules.estate.rostering import STATUTES
from dutyrules.figure import clock
from dutyrules.plan.plan import Status
from dutyrules.report.language import Speech
from dutyrules.report.roster_document import date_at, roster_json
from dutyrules.report.sheets import Formats, header, page, sheet_name, wide
from dutyrules.report.table import csv_bytes
from dutyrules.roster.build import Plot, rostering
from dutyrules.roster.clash import Named
from dutyrules.roster.judge import Breach
from dutyrules.roster.model import Roster
from dutyrules.roster.rosterplan import RosterPlan

SUFFIXES: Final = {".txt": "text", ".csv": "csv", ".json": "json", ".xlsx": "xlsx"}
"""File suffix → format of `--out`."""

MOST: Final = 30
"""Breaches shown as text; the JSON has all of them."""

WIDE: Final = 26
"""Letters of a column of names."""


class RosterWords:
    """What a roster says, in words."""

    def __init__(self, estate: Estate, plot: Plot, language: str) -> None:
        self.estate = estate
        self.plot = plot
        self.form = rostering(estate)
        self.speech = Speech(language)

    @property
    def title(self) -> str:
        """What it is."""
        name = self.speech.title(self.estate.title, self.estate.id)
        return self.speech("roster_title", estate=name, period=self.plot.period.label)

    def status(self, plan: RosterPlan) -> str:
        """What is known."""
        key = f"roster_{plan.status}"
        if plan.status == Status.INFEASIBLE and not plan.least_shortfall:
            key = "roster_clash"
        return self.speech(key, missing=plan.shortfall, least=plan.least_shortfall, cost=plan.cost, bound=plan.bound)

    def shift(self, shift: str | None) -> str:
        """A shift by the estate's name; a day off is blank."""
        return "" if shift is None else self.plot.name_of[shift]

    def days(self, days: Sequence[int]) -> str:
        """Dates, or from when to when."""
        dates = [self._day(day) for day in days]
        if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
            return f"{dates[0]}–{dates[-1]}"
        return ", ".join(dates[:6]) + (" …" if len(dates) > 6 else "")

    def _day(self, day: int) -> str:
        return f"{date_at(self.plot, day):%m-%d}"

    def rule(self, rule: str) -> str:
        """A rule by its name, with the statute behind it."""
        key = f"roster_rule_{rule.replace('.', '_')}"
        name = self.speech(key) if self.speech.knows(key) else rule
        return f"{name} [{rule}: {STATUTES[rule]}]" if rule in STATUTES else f"{name} [{rule}]"

    def breach(self, one: Breach) -> str:
        """A rule that is broken: which, by whom, when, by how much."""
        parts = [self.rule(one.rule), one.person or one.what.strip("/"), self.days(one.days)]
        unit = one.what if one.person is not None and one.what in ("minutes", "days", "shifts", "weekends") else ""
        return self.speech(
            "roster_breach", what="  ".join(part for part in parts if part), found=one.found, limit=one.limit, unit=unit
        ).rstrip()

    def named(self, one: Named) -> str:
        """A rule that takes part in a clash."""
        parts = [self.rule(one.rule), one.person or one.what.strip("/"), self.days(one.days) if one.days else ""]
        return "  ".join(part for part in parts if part)


# ---------------------------------------------------------------------------------------------------- text


def roster_text(plan: RosterPlan, estate: Estate, language: str) -> str:
    """What is known, who works when, and what is missing or broken and why."""
    words = RosterWords(estate, plan.plot, language)
    speech = words.speech
    parts = [words.title, words.status(plan)]
    if not plan.provenance.get("reproducible", True):
        parts.append(speech("roster_by_clock"))
    if plan.roster is not None:
        parts += ["", wall_text(words, plan.roster)]
    parts += list(breach_lines(words, plan.breaches))
    if plan.clash is not None:
        parts += ["", speech("roster_clash_minimal" if plan.clash.minimal else "roster_clash_some")]
        parts += [f"  {words.named(one)}" for one in plan.clash.rules]
    if plan.relaxation is not None:
        key = "roster_relax_proven" if plan.relaxation.cost == plan.relaxation.bound else "roster_relax"
        parts += ["", speech(key, cost=plan.relaxation.cost, bound=plan.relaxation.bound)]
        parts += [f"  {words.breach(one)}" for one in plan.relaxation.given_up]
    parts += ["", speech("roster_no_advice")]
    return "\n".join(parts) + "\n"


def breach_lines(words: RosterWords, breaches: Sequence[Breach]) -> Iterator[str]:
    """What must be kept and is not, then what costs, dearest first."""
    must = [one for one in breaches if one.price is None]
    costs = sorted((one for one in breaches if one.price is not None), key=lambda one: -one.cost)
    for key, some in (("roster_broken", must), ("roster_priced", [one for one in costs if one.cost])):
        if some:
            yield ""
            yield words.speech(key, count=len(some), cost=sum(one.cost for one in some))
            for one in some[:MOST]:
                price = f"  ({one.cost})" if one.cost else ""
                yield f"  {words.breach(one)}{price}"
            if len(some) > MOST:
                yield f"  … {len(some) - MOST}"


def wall_text(words: RosterWords, roster: Roster) -> str:
    """People by days, a letter for each shift."""
    letters = letters_of(words)
    most = max(map(wide, roster), default=0)
    lines = [" " * most + " " + "".join(f"{day.day:3}" for day in words.plot.days)]
    for name, row in roster.items():
        cells = "".join(f"  {'·' if shift is None else letters[words.plot.name_of[shift]]}" for shift in row)
        lines.append(name + " " * (most - wide(name)) + f" {cells}  {sum(shift is not None for shift in row):3}")
    legend = "   ".join(f"{letter} {name}" for name, letter in letters.items())
    return "\n".join([*lines, legend])


def letters_of(words: RosterWords) -> dict[str, str]:
    """Shift → a letter or number for it."""
    found: dict[str, str] = {}
    for number, name in enumerate(words.form.shifts, 1):
        first = name[0].upper()
        found[name] = first if first not in found.values() else str(number)
    return found


def check_text(words: RosterWords, breaches: Sequence[Breach], absent: Sequence[str]) -> str:
    """What a roster that was read breaks."""
    must = sum(one.price is None or (one.rule == "cover" and one.found < one.limit) for one in breaches)
    parts = [words.title, words.speech("roster_checked", count=must, cost=sum(one.cost for one in breaches))]
    if absent:
        parts.append(words.speech("roster_absent", people=", ".join(absent)))
    parts += list(breach_lines(words, breaches))
    return "\n".join([*parts, "", words.speech("roster_no_advice")]) + "\n"


# ---------------------------------------------------------------------------------------------------- tables


def roster_csv(plot: Plot, roster: Roster) -> bytes:
    """The estate's table `roster`: a row for each person and day, a split day from its begin to its end."""
    shifts = plot.model.by_id
    rows = []
    for name, row in roster.items():
        for day, shift in zip(plot.days, row, strict=True):
            windows = shifts[shift].windows if shift is not None else ()
            start, end = (clock(windows[0][0]), clock(windows[-1][1])) if windows else ("", "")
            rows.append((name, day.isoformat(), start, end))
    return csv_bytes(("person", "date", "start", "end"), rows)


# ---------------------------------------------------------------------------------------------------- wall


def roster_workbook(words: RosterWords, roster: Roster) -> bytes:
    """One landscape page for the wall, which can be edited and read back; beside it what the shifts mean."""
    file = io.BytesIO()
    book = xlsxwriter.Workbook(file, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    book.set_properties({"title": words.title, "created": datetime.combine(words.plot.period.first, time())})
    formats = Formats(book)
    taken: set[str] = {"history"}
    plot, speech = words.plot, words.speech
    sheet = book.add_worksheet(sheet_name(speech("roster_sheet"), taken))
    head, free = formats.head, {"bg_color": "#EEF1F4"}
    names = [words.estate.name_of(name) for name in roster]
    sheet.set_column(0, 0, max([8, *(min(WIDE, wide(name) + 1) for name in roster)]))
    sheet.set_column(1, 1, max([8, *(min(WIDE, wide(name) + 1) for name in names)]))
    widest = max(wide(name) for name in words.form.shifts)
    sheet.set_column(2, 1 + len(plot.days), max(4, widest + 1))
    sheet.write_row(0, 0, [speech("col_person"), speech("col_name")], head)
    for day, of in enumerate(plot.days):
        look = {"bold": True, "align": "center", "num_format": "d", "bottom": 1, "bg_color": "#DDE6EE"}
        if day in plot.holidays:
            look["bg_color"] = "#F3D9D3"
        sheet.write_datetime(0, 2 + day, datetime.combine(of, time()), formats.look(**look))
    sheet.write(0, 2 + len(plot.days), speech("roster_shifts"), head)
    for number, (name, row) in enumerate(roster.items(), 1):
        sheet.write_string(number, 0, name, formats.plain)
        sheet.write_string(number, 1, words.estate.name_of(name), formats.plain)
        for day, shift in enumerate(row):
            look = {"align": "center", "border": 1, "border_color": "#D5DCE3", **(free if shift is None else {})}
            sheet.write_string(number, 2 + day, words.shift(shift), formats.look(**look))
        sheet.write_number(number, 2 + len(plot.days), sum(shift is not None for shift in row), formats.plain)
    page(sheet, landscape=True)
    sheet.fit_to_pages(1, 1)
    sheet.set_header(f"&L&12{header(words.title)}")
    sheet.freeze_panes(1, 2)
    key = book.add_worksheet(sheet_name(speech("roster_key"), taken))
    key.set_column(0, 1, WIDE)
    key.write_row(0, 0, [speech("roster_shift"), speech("roster_windows")], head)
    for number, name in enumerate(words.form.shifts, 1):
        spans = ", ".join(f"{clock(start)}–{clock(stop)}" for start, stop in words.form.spans(name))
        key.write_row(number, 0, [name, spans], formats.plain)
    book.close()
    return file.getvalue()


def write_roster(plan: RosterPlan, estate: Estate, path: Path, language: str) -> None:
    """Writes a roster in the format that the suffix names."""
    atomic.write(path, render_roster(plan, estate, SUFFIXES[path.suffix], language))


def render_roster(plan: RosterPlan, estate: Estate, form: str, language: str) -> bytes:
    """A roster in one format; a table or sheet of nobody's roster is empty."""
    roster = plan.roster or {}
    match form:
        case "json":
            return roster_json(plan).encode()
        case "csv":
            return roster_csv(plan.plot, roster)
        case "xlsx":
            return roster_workbook(RosterWords(estate, plan.plot, language), roster)
        case _:
            return roster_text(plan, estate, language).encode()
