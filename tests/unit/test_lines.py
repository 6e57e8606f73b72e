"""What lines charge, by hand: tiers, free ones, caps, causes, and cases that several lines would charge."""

from decimal import Decimal
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.report import Speech, explain

HEAD = """\
book: guards
source: {id: G}
roles: {guard: {}}
events:
  gate.opened: {}
  alarm.rung: {case: true}
  alarm.answered: {case: true}
  thing.stolen: {case: true, person: any, attributes: {worth: [little, much]}}
  police.called: {case: true, person: any}
parameters: {mild: {type: price, default: {1: 0, 3: 1}, clause: 9}, two: {type: decimal, default: 2, clause: 9}}
duties:
  open: {clause: 1, check: attendance, event: gate.opened, by: 07:00}
  answer: {clause: 2, check: response, trigger: alarm.rung, follow_up: alarm.answered, within: 1 hours}
  report: {clause: 3, check: response, trigger: alarm.rung, follow_up: police.called, within: 1 hours}
"""
CARD = (
    "scorecards: {{month: {{role: guard, per: month, clause: 9, items: {{1: {{marks: 100, lines: {{{lines}}}}}}}}}}}\n"
)
ESTATE = "estate: guards\nareas: {yard: {}}\nbooks: [book.yaml]\n"
DAYS = ("2026-10-26", "2026-10-27", "2026-10-28", "2026-10-29", "2026-10-30")


class Guards:
    """A guard's week, from Monday to Friday, in which the gate is opened late on some days."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def scored(self, *lines: str, late: int = 0, more: str = "") -> dr.Result:
        """The result of some lines on a log."""
        numbered = ", ".join(f"{number}: {line}" for number, line in enumerate(lines, 1))
        (self.folder / "book.yaml").write_text(HEAD + CARD.format(lines=numbered), "utf-8")
        (self.folder / "estate.yaml").write_text(ESTATE, "utf-8")
        (self.folder / "people.csv").write_text(f"person,role,area,from,to\nwu,guard,yard,{DAYS[0]},{DAYS[-1]}\n")
        (self.folder / "coverage.csv").write_text("source,kinds,from,to,status\nall,,,,complete\n")
        opened = [f"{day} {'07:30' if place < late else '06:59'},wu,gate.opened,,," for place, day in enumerate(DAYS)]
        text = "\n".join(["at,person,kind,case,worth,value", *opened, more])
        (self.folder / "log.csv").write_text(f"{text}\n", "utf-8")
        estate = dr.load_estate(self.folder)
        return dr.score(estate, dr.read_log([self.folder / "log.csv"], estate), "2026-10")

    def points(self, *lines: str, late: int = 0, more: str = "") -> list[Decimal]:
        """What each line takes off."""
        (sheet,) = self.scored(*lines, late=late, more=more).people
        return [line.points for line in sheet.items[0].lines]


@pytest.fixture
def guards(tmp_path: Path) -> Guards:
    return Guards(tmp_path)


@pytest.mark.parametrize(
    ("price", "points"),
    [
        ("each: {1: 1, 3: 2, 5: 5}", ["0", "1", "2", "4", "6", "11"]),
        ("once: {1: 1, 3: 2, 5: 5}", ["0", "1", "1", "2", "2", "5"]),
        ("once: {3: 2}", ["0", "0", "0", "2", "2", "2"]),
        ("each: {2: 3, 4: 0}", ["0", "0", "3", "6", "6", "6"]),
        ("each: 2, free: 2", ["0", "0", "0", "2", "4", "6"]),
        ("once: 2, free: 2", ["0", "0", "0", "2", "2", "2"]),
        ("every: 2, points: 3, free: 1", ["0", "0", "0", "3", "3", "6"]),
        ("each: {1: 1, 2: 2}, free: 2", ["0", "0", "0", "1", "3", "5"]),
        ("each: 2, line_cap: 5", ["0", "2", "4", "5", "5", "5"]),
        ("each: $mild", ["0", "0", "0", "1", "2", "3"]),
        ("each: $two", ["0", "2", "4", "6", "8", "10"]),
        ("each: {default: 1, areas: {yard: {1: 1, 2: 3}}}", ["0", "1", "4", "7", "10", "13"]),
    ],
)
def test_prices(guards: Guards, price: str, points: list[str]) -> None:
    line = f"{{breaches: [open.late], {price}}}"
    assert [guards.points(line, late=late) for late in range(6)] == [[Decimal(text)] for text in points]


def test_findings_rise_with_breaches(guards: Guards) -> None:
    more = f"{DAYS[4]} 12:00,wu,finding.G-9.1.1,,,3"
    assert guards.points("{breaches: [open.late], each: {1: 1, 3: 2}}", late=2, more=more) == [Decimal(8)]


STORY = """\
2026-10-26 09:00,wu,alarm.rung,C1,,
2026-10-27 09:00,wu,alarm.rung,C2,,
2026-10-27 09:30,wu,police.called,C2,,
2026-10-27 12:00,wu,thing.stolen,C2,much,
2026-10-28 12:00,wu,thing.stolen,C1,little,
"""
MISSED = "breaches: [answer.missing], each: 1"


@pytest.mark.parametrize(
    ("cause", "cases"),
    [
        ("thing.stolen", 2),
        ("police.called", 1),
        ("{event: thing.stolen, where: {worth: little}}", 1),
        ("{breach: report.missing}", 1),
        ("{breach: report.late}", 0),
        ("{all_of: [police.called, {event: thing.stolen, where: {worth: little}}]}", 0),
        ("{any_of: [{breach: report.missing}, {all_of: [police.called, thing.stolen]}]}", 2),
    ],
)
def test_causes_hold_on_one_case(guards: Guards, cause: str, cases: int) -> None:
    assert guards.points(f"{{{MISSED}, aggravated_by: {cause}}}", more=STORY) == [Decimal(cases)]


def test_a_case_is_charged_once_where_it_costs_most(guards: Guards) -> None:
    both = ("{breaches: [answer.missing], each: 2", "{breaches: [report.missing], each: 3")
    apart = [f"{line}}}" for line in both]
    assert guards.points(*apart, more=STORY) == [Decimal(4), Decimal(3)]
    together = [f"{line}, dedupe: alarm}}" for line in both]
    assert guards.points(*together, more=STORY) == [Decimal(2), Decimal(3)]  # C1 is reported dearer, C2 only here
    finding = "2026-10-29 12:00,wu,finding.G-9.1.1,C1,,2"
    assert guards.points(*together, more=f"{STORY}{finding}") == [Decimal(8), Decimal(0)]  # 4 + 2 + 2 beats 4 + 3


def test_what_lines_share_is_listed_once(guards: Guards) -> None:
    lines = (
        "{breaches: [answer.missing], each: 2, dedupe: alarm}",
        "{breaches: [report.missing], each: 3, dedupe: alarm}",
    )
    (sheet,) = guards.scored(*lines, more=STORY).people
    first, second = sheet.items[0].lines
    assert (len(first.breaches), len(second.breaches)) == (1, 1)
    assert not {*first.breaches} & {*second.breaches}
    assert len(sheet.uncharged) == 1  # the answer to C1


@pytest.mark.parametrize(
    ("price", "said"),
    [
        ("each: 2", "3 × 2 = 6"),
        ("each: {1: 1, 3: 2}", "3 in the period, each by which one it is {1: 1, 3: 2} = 4"),
        ("once: {1: 1, 3: 2}", "3 in the period, charged once by how many they are {1: 1, 3: 2} = 2"),
        ("each: 2, free: 1, line_cap: 3", "3 × 2; the first 1 are free; at most 3 = 3"),
        ("each: {default: 1, areas: {yard: 4}}", "3 × 4 = 12"),
    ],
)
def test_the_price_is_explained(guards: Guards, price: str, said: str) -> None:
    result = guards.scored(f"{{breaches: [open.late], {price}}}", late=3)
    assert said in explain(result, "wu", "1", Speech("en"))
