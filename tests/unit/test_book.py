"""What a rule book may say, and what becomes of it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from dutyrules.book import Book, load_book
from dutyrules.checks import Duty
from dutyrules.diagnostics import InputError
from dutyrules.figure import EVER, OFF, Count, Duration, Figure, Share, Tiers, Time, Unbound, Window, Windows
from dutyrules.source import parse, plain
from dutyrules.timegrid import day_number

HEAD = "book: ours\nsource: {id: P}\nroles: {butler: {}}\nevents: {patrol.building: {target: building}}\n"
PATROL = "duties:\n  patrol: {clause: 1.1, check: quota, event: patrol.building, per: workday, at_least: 5}\n"
CARD = """scorecards:
  month:
    role: butler
    per: month
    clause: 3
    items:
      10:
        marks: 8
        lines:
          1: {breaches: [patrol.short], each: 2}
          2: {clause: 9.9, each: 1}
      3.10:
        clause: 7
        marks: 2.5
        lines: {1: {each: 1}}
"""

Loader = Callable[..., Book]


@pytest.fixture
def load(tmp_path: Path) -> Loader:
    """Writes a book, with others beside it, and loads it."""

    def _load(text: str, **others: str) -> Book:
        for name, other in others.items():
            (tmp_path / f"{name}.yaml").write_text(other, "utf-8")
        file = tmp_path / "book.yaml"
        file.write_text(text, "utf-8")
        return load_book(file)

    return _load


def refused(load: Loader, text: str, **others: str) -> list[str]:
    with pytest.raises(InputError) as caught:
        load(text, **others)
    return [diagnostic.code for diagnostic in caught.value.diagnostics]


def duty(book: Book, name: str) -> Any:
    found: Duty = book.duties[name]
    assert found.id == name
    return found


# Titles, clauses, defaults ------------------------------------------------------------------------------------------


def test_clauses_get_the_prefix_of_their_source(load: Loader) -> None:
    book = load(HEAD + PATROL.replace("1.1", "[1.1, D0-4.P1]"))
    assert duty(book, "patrol").clause == ("P-1.1", "D0-4.P1")


def test_items_and_lines_without_a_clause_are_cited_by_their_keys(load: Loader) -> None:
    card = load(HEAD + PATROL + CARD).scorecards["month"]
    assert card.clause == ("P-3",)
    assert {key: item.clause for key, item in card.items.items()} == {"10": ("P-3.10",), "3.10": ("P-7",)}
    assert {key: line.clause for key, line in card.lines.items()} == {
        ("10", "1"): ("P-3.10.1",),
        ("10", "2"): ("P-9.9",),
        ("3.10", "1"): ("P-7.1",),
    }


def test_keys_that_look_like_numbers_keep_their_digits(load: Loader) -> None:
    book = load(HEAD + PATROL + CARD)
    assert list(book.scorecards["month"].items) == ["10", "3.10"]
    assert {"inspection.3.10", "finding.P-3.10.1", "finding.P-9.9"} <= book.kinds.keys()


def test_a_clause_that_looks_like_a_number_keeps_its_zero(load: Loader) -> None:
    assert duty(load(HEAD + PATROL.replace("1.1", "3.10")), "patrol").clause == ("P-3.10",)


def test_an_attribute_called_clause_is_no_clause(load: Loader) -> None:
    kinds = load(HEAD.replace("target: building", "attributes: {clause: text}") + PATROL).kinds
    assert kinds["patrol.building"].attributes["clause"].form == "text"


def test_the_only_role_is_everybodys_default(load: Loader) -> None:
    assert duty(load(HEAD + PATROL), "patrol").role == "butler"


def test_of_two_roles_none_is_the_default(load: Loader) -> None:
    assert refused(load, HEAD.replace("butler: {}", "butler: {}, lead: {}") + PATROL) == ["book.missing-key"]


def test_duty_defaults_fill_what_a_duty_leaves_out(load: Loader) -> None:
    other = "  more: {role: butler, clause: 1.2, check: quota, event: patrol.building, per: month, strength: must}\n"
    roles = HEAD.replace("butler: {}", "butler: {}, lead: {}")
    book = load(roles + "duty_defaults: {role: lead, strength: should}\n" + PATROL + other)
    assert (duty(book, "patrol").role, duty(book, "patrol").strength) == ("lead", "should")
    assert (duty(book, "more").role, duty(book, "more").strength) == ("butler", "must")


def test_text_may_look_like_a_number(load: Loader) -> None:
    book = load("book: 2024\nsource: {id: P, title: 5}\nroles: {7: {title: true}}\nfines: {}\n")
    assert (book.head.book, book.head.source.title, book.roles["7"].title) == ("2024", "5", "true")


def test_chinese_ids(load: Loader) -> None:
    book = load(
        """book: 巡楼
source: {id: P}
roles: {管家: {}}
populations: {楼栋: {table: buildings}}
timetable: [{slot: 早巡, role: 管家, from: 9:00, to: 11:00}]
events: {巡楼.整栋: {target: building, attributes: {天气: [晴, 雨]}}}
duties:
  每日巡楼: {clause: 4.甲, check: quota, event: 巡楼.整栋, where: {天气: 晴}, per: workday, cap: 楼栋, slot: 早巡}
"""
    )
    found = duty(book, "每日巡楼")
    assert (found.role, found.clause, found.where, found.cap) == ("管家", ("P-4.甲",), {"天气": ("晴",)}, "楼栋")


def test_times_need_no_quotes(load: Loader) -> None:
    book = load(HEAD + "timetable: [{slot: a, role: butler, from: 7:55, to: 24:00}]\n" + PATROL)
    assert [(slot.start, slot.to) for slot in book.timetable] == [(7 * 3600 + 55 * 60, 86_400)]


def test_published_on(load: Loader) -> None:
    base = HEAD.replace("book: ours", "book: base\npublished_on: 2024-01-01") + PATROL
    ours = "book: mine\nsource: {id: M}\npublished_on: 2026-05-01\nextends: base.yaml\nduties:\n"
    added = "  more: {role: butler, clause: 1, check: quota, event: patrol.building, per: month}\n"
    changed = "override: {duties: {patrol: {at_least: 6}}}\n"
    book = load(ours + added + changed, base=base)
    assert book.published == {"patrol": date(2024, 1, 1), "more": date(2026, 5, 1)}
    assert load(HEAD + PATROL).published == {"patrol": date(1970, 1, 1)}


def test_a_role_stands_for_those_it_includes(load: Loader) -> None:
    roles = "{staff: {includes: [butler, lead]}, butler: {}, lead: {includes: staff}}"
    book = load(f"book: b\nsource: {{id: P}}\nroles: {roles}\n")
    assert book.stands_for("staff") == ("staff", "butler", "lead")
    assert book.stands_for("butler") == ("butler",)
    assert book.stands_for("lead") == ("lead", "staff", "butler")


CATALOGUE = """catalogue: P
clauses:
  1.1: {kind: duty, zh-Hans: 巡楼。, zh-Hant: 巡樓。, en: Patrol.}
  1.10: {kind: descriptive, zh-Hans: 说明。, en: A word on it.}
"""


def test_a_catalogue_says_what_each_clause_is(load: Loader) -> None:
    book = load((HEAD + PATROL).replace("id: P", "id: P, catalogue: P.yaml"), P=CATALOGUE)
    clauses = book.catalogues["P"].clauses
    assert {name: clause.kind for name, clause in clauses.items()} == {"P-1.1": "duty", "P-1.10": "descriptive"}
    assert clauses["P-1.1"].sentence == {"zh-Hans": "巡楼。", "zh-Hant": "巡樓。", "en": "Patrol."}
    assert load(HEAD + PATROL).catalogues == {}


def test_each_book_answers_to_its_own_catalogue(load: Loader) -> None:
    base = (HEAD + PATROL).replace("id: P", "id: P, catalogue: P.yaml")
    more = "duties: {more: {role: butler, clause: 9, check: finding}}\n"
    ours = "book: mine\nsource: {id: M}\nextends: [base.yaml]\n" + more
    assert set(load(ours, base=base, P=CATALOGUE).duties) == {"patrol", "more"}
    told = refused(load, ours.replace("9", "P-9"), base=base.replace("1.1,", "1.2,"), P=CATALOGUE)
    assert told == ["book.unknown-clause"]


def test_what_two_books_say_of_a_role_adds_up(load: Loader) -> None:
    theirs = "roles: {staff: {title: Staff, includes: butler}, butler: {reports_to: staff}}\n"
    ours = "roles: {staff: {includes: [guard, butler]}, guard: {}, butler: {title: Butler, reports_to: guard}}\n"
    book = load(OURS + ours, base=f"book: base\nsource: {{id: B}}\n{theirs}")
    assert book.stands_for("staff") == ("staff", "butler", "guard")
    assert (book.roles["staff"].title, book.roles["staff"].reports_to) == ("Staff", ())
    assert (book.roles["butler"].title, book.roles["butler"].reports_to) == ("Butler", ("staff", "guard"))


def test_a_line_for_what_nobody_must_do_is_a_warning(load: Loader) -> None:
    book = load(HEAD + PATROL.replace("at_least: 5", "strength: should") + CARD)
    assert [(warning.code, warning.severity) for warning in book.warnings] == [("book.not-charged", "warning")]


# Extending and overriding -------------------------------------------------------------------------------------------

OURS = "book: mine\nsource: {id: M}\nextends: [base.yaml]\n"


def test_a_book_brings_what_it_extends(load: Loader) -> None:
    book = load(OURS + "roles: {lead: {reports_to: butler}}\n", base=HEAD + PATROL + CARD)
    assert [head.book for head in book.heads] == ["ours", "mine"]
    assert book.head.book == "mine"
    assert duty(book, "patrol").clause == ("P-1.1",)
    assert set(book.roles) == {"butler", "lead"}
    assert {Path(file).name for file in book.files} == {"base.yaml", "book.yaml"}


def test_a_book_that_two_extend_is_read_once(load: Loader) -> None:
    other = "book: other\nsource: {id: O}\nextends: base.yaml\n"
    book = load(OURS.replace("base.yaml", "base.yaml, other.yaml"), base=HEAD + PATROL, other=other)
    assert [head.book for head in book.heads] == ["ours", "other", "mine"]


def test_shipped_books_can_be_extended(load: Loader) -> None:
    book = load("book: mine\nsource: {id: M}\nextends: dutyrules:area-butler\n")
    assert "patrol_buildings" in book.duties


def test_an_override_merges_by_id_and_leaves_the_rest(load: Loader) -> None:
    override = """override:
  duties: {patrol: {at_least: 6, title: Rounds, clause: 5}}
  scorecards: {month: {items: {10: {marks: 9, lines: {1: {each: 3}}}}}}
"""
    book = load(OURS + override, base=HEAD + PATROL + CARD)
    patrol, item = duty(book, "patrol"), book.scorecards["month"].items["10"]
    assert (patrol.at_least, patrol.title, patrol.clause) == (Figure(6), "Rounds", ("M-5",))
    assert (patrol.event, patrol.per) == (("patrol.building",), "workday")
    assert (item.marks, item.lines["1"].each, item.lines["2"].each) == (
        Decimal(9),
        Figure(Tiers.of(Decimal(3))),
        Figure(Tiers.of(Decimal(1))),
    )
    assert list(book.scorecards["month"].items) == ["10", "3.10"]


def test_an_override_replaces_lists(load: Loader) -> None:
    override = "override: {scorecards: {month: {items: {10: {lines: {1: {breaches: [patrol.missing]}}}}}}}\n"
    book = load(OURS + override, base=HEAD + PATROL + CARD)
    assert book.scorecards["month"].items["10"].lines["1"].breaches == ("patrol.missing",)


def test_null_removes(load: Loader) -> None:
    override = """override:
  duties: {patrol: {at_least: null}}
  scorecards: {month: {items: {3.10: null, 10: {lines: {2: null}}}}}
"""
    book = load(OURS + override, base=HEAD + PATROL + CARD)
    assert duty(book, "patrol").at_least is None
    assert list(book.scorecards["month"].lines) == [("10", "1")]
    assert not load(OURS + "override: {duties: {patrol: null}}\n", base=HEAD + PATROL).duties


def test_an_override_may_price_a_line_otherwise(load: Loader) -> None:
    override = "override: {scorecards: {month: {items: {10: {lines: {1: {each: null, once: 4}}}}}}}\n"
    line = load(OURS + override, base=HEAD + PATROL + CARD).scorecards["month"].items["10"].lines["1"]
    assert (line.each, line.once) == (None, Figure(Tiers.of(Decimal(4))))


def test_an_override_may_add_areas_and_attributes(load: Loader) -> None:
    base = HEAD.replace("target: building", "target: building, attributes: {weather: text}") + PATROL
    base = base.replace("at_least: 5", "at_least: {default: 5, areas: {A: 8}}")
    override = """override:
  duties: {patrol: {at_least: {areas: {B: 9}}}}
  events: {patrol.building: {title: {en: Patrolled}, attributes: {mood: [good, bad]}}}
"""
    book = load(OURS + override, base=base)
    at_least: Figure[int] = duty(book, "patrol").at_least
    assert [at_least.steps([area], {}) for area in "ABC"] == [((EVER, 8),), ((EVER, 9),), ((EVER, 5),)]
    assert set(book.kinds["patrol.building"].attributes) == {"weather", "mood"}


@pytest.mark.parametrize(
    "shared",
    ["roles: {butler: {}}", "events: {patrol.building: {target: building}}", "populations: {b: {table: buildings}}"],
)
def test_books_may_declare_alike(load: Loader, shared: str) -> None:
    base = HEAD + "populations: {b: {table: buildings}}\n" + PATROL
    assert load(OURS + shared + "\n", base=base).roles.keys() == {"butler"}


def test_books_may_not_define_a_duty_twice_even_alike(load: Loader) -> None:
    assert refused(load, OURS + "roles: {butler: {}}\n" + PATROL, base=HEAD + PATROL) == ["book.duplicate-id"]


# Figures ------------------------------------------------------------------------------------------------------------

D = day_number


def steps(kind: Any, text: str, area: tuple[str, ...] = (), **bound: Figure[Any]) -> Any:
    return figure(kind, text).steps(area, bound)


def figure(kind: Any, text: str) -> Figure[Any]:
    value = plain(parse(f"figure: {text}", "figure.yaml"))["figure"]
    return TypeAdapter(Figure[kind]).validate_python(value)


@pytest.mark.parametrize(
    ("kind", "text", "value"),
    [
        (Count, "5", 5),
        (Count, "none", OFF),
        (Time, "7:55", 28_500),
        (Time, "07:55:30", 28_530),
        (Time, "24:00", 86_400),
        (Share, "1/3", Fraction(1, 3)),
        (Share, "7%", Fraction(7, 100)),
        (Share, "100%", Fraction(1)),
        (Window, "[11:00, 11:30]", (39_600, 41_400)),
        (Windows, "[[11:00, 11:30], [14:00, 24:00]]", ((39_600, 41_400), (50_400, 86_400))),
    ],
)
def test_outright(kind: Any, text: str, value: object) -> None:
    assert steps(kind, text) == ((EVER, value),)


def test_the_nearest_area_wins() -> None:
    text = "{default: 5, areas: {海棠: 8, 海棠一区: 9}}"
    assert steps(Count, text, ("海棠一区", "海棠")) == ((EVER, 9),)
    assert steps(Count, text, ("海棠二区", "海棠")) == ((EVER, 8),)
    assert steps(Count, text, ("樱花",)) == steps(Count, text) == ((EVER, 5),)


def test_without_a_default_other_areas_owe_nothing() -> None:
    assert steps(Count, "{areas: {海棠: 8}}", ("樱花",)) == ((EVER, OFF),)


def test_dates_may_stand_in_any_order_and_nothing_holds_before_the_first() -> None:
    text = "[{from: 2025-01-01, value: 6}, {from: 2024-01-01, value: 5}]"
    assert steps(Count, text) == ((EVER, OFF), (D(date(2024, 1, 1)), 5), (D(date(2025, 1, 1)), 6))


def test_parameters() -> None:
    assert steps(Count, "$n", n=Figure(7)) == ((EVER, 7),)
    assert steps(Count, "$n", n=figure(Count, "$m"), m=Figure(8)) == ((EVER, 8),)
    assert steps(Count, "$n") == ((EVER, Unbound("n")),)
    assert steps(Count, "$n", n=figure(Count, "none")) == ((EVER, OFF),)


def test_dates_and_parameters_within_areas() -> None:
    text = "{default: $n, areas: {A: [{from: 2024-01-01, value: 5}, {from: 2025-01-01, value: $n}], B: none}}"
    assert steps(Count, text, ("A",), n=Figure(7)) == ((EVER, OFF), (D(date(2024, 1, 1)), 5), (D(date(2025, 1, 1)), 7))
    assert steps(Count, text, ("B",), n=Figure(7)) == ((EVER, OFF),)
    assert steps(Count, text, ("C",)) == ((EVER, Unbound("n")),)


def test_areas_and_dates_within_dates() -> None:
    text = "[{from: 2024-01-01, value: {default: 5, areas: {A: 8}}}, {from: 2025-01-01, value: $n}]"
    later = figure(Count, "[{from: 2023-01-01, value: 1}, {from: 2025-06-01, value: 2}]")
    assert steps(Count, text, ("A",), n=later) == (
        (EVER, OFF),
        (D(date(2024, 1, 1)), 8),
        (D(date(2025, 1, 1)), 1),
        (D(date(2025, 6, 1)), 2),
    )


def test_a_figure_knows_what_it_reads() -> None:
    found = figure(Count, "{default: $n, areas: {A: [{from: 2024-01-01, value: {areas: {B: $m}}}], C: 4}}")
    assert found.parameters == {"n", "m"}
    assert found.areas == {"A", "B", "C"}
    assert found.literals == (4,)


@pytest.mark.parametrize(
    ("text", "amount", "unit"),
    [
        ("24 hours", 24, "hours"),
        ("1 workday", 1, "workdays"),
        ("1 workdays", 1, "workdays"),
        ("2 months", 2, "months"),
        ("same_day", 0, "same_day"),
    ],
)
def test_durations(load: Loader, text: str, amount: int, unit: Any) -> None:
    book = load(HEAD + f"parameters: {{within: {{type: duration, default: {text}}}}}\n" + PATROL)
    parameter = book.parameters["within"]
    assert parameter.adapter.validate_python(parameter.default) == Figure(Duration(amount, unit))


def test_none_is_a_word_where_it_is_one(load: Loader) -> None:
    due = "per: month, due: {day: 20}"
    text = PATROL.replace("check: quota", "check: deadline").replace("per: workday, at_least: 5", due)
    book = load(HEAD + text.replace("}}", "}, roll: none, late_until: none}"))
    assert (duty(book, "patrol").roll, duty(book, "patrol").late_until) == (Figure("none"), Figure(OFF))
