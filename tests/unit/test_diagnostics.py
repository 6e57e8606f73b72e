from itertools import permutations

import pytest

from dutyrules.diagnostics import Cell, Diagnostic, InputError, Span, did_you_mean, nearest

UNKNOWN_ROLE = Diagnostic(
    "book.unknown-role",
    "no role has this id",
    Span("book.yaml", 12, 9),
    found="'area_buttler'",
    expected="one of area_butler, lead",
    hint="did you mean 'area_butler'?",
    related=(("roles are declared here", Span("book.yaml", 3, 1)), ("this post has it", Cell("people.csv", 4, "role"))),
)


def test_places_read_as_editors_and_spreadsheets_count() -> None:
    assert str(Span("book.yaml", 3, 7)) == "book.yaml:3:7"
    assert str(Cell("people.csv", 4, "from")) == "people.csv:row 4:from"
    assert str(Cell("people.csv", 4)) == "people.csv:row 4"


def test_spans_sort_by_file_line_and_column() -> None:
    ordered = [Span("a", 2, 9), Span("a", 10, 1), Span("a", 10, 2), Span("b", 1, 1)]
    assert all(sorted(shuffled) == ordered for shuffled in permutations(ordered))


def test_a_row_sorts_before_its_cells() -> None:
    ordered = [Cell("a", 2, "z"), Cell("a", 10), Cell("a", 10, ""), Cell("a", 10, "from"), Cell("b", 1)]
    assert all(sorted(shuffled) == ordered for shuffled in permutations(ordered))
    assert Cell("a", 1) <= Cell("a", 1)
    assert Cell("a", 2) > Cell("a", 1, "z")


def test_a_diagnostic_prints_all_it_knows() -> None:
    assert str(UNKNOWN_ROLE) == (
        "book.yaml:12:9: error book.unknown-role: no role has this id\n"
        "  found: 'area_buttler'\n"
        "  expected: one of area_butler, lead\n"
        "  hint: did you mean 'area_butler'?\n"
        "  see: book.yaml:3:1: roles are declared here\n"
        "  see: people.csv:row 4:role: this post has it"
    )


def test_a_diagnostic_prints_nothing_it_does_not_know() -> None:
    assert str(Diagnostic("log.empty", "no rows", None, severity="warning")) == "warning log.empty: no rows"


def test_details_of_several_lines_stay_indented() -> None:
    assert str(Diagnostic("a.b", "c", None, found="1\n2")) == "error a.b: c\n  found: 1\n    2"


def test_a_diagnostic_as_json_names_every_key() -> None:
    assert UNKNOWN_ROLE.as_json() == {
        "severity": "error",
        "code": "book.unknown-role",
        "message": "no role has this id",
        "where": {"file": "book.yaml", "line": 12, "column": 9},
        "found": "'area_buttler'",
        "expected": "one of area_butler, lead",
        "hint": "did you mean 'area_butler'?",
        "related": [
            {"message": "roles are declared here", "where": {"file": "book.yaml", "line": 3, "column": 1}},
            {"message": "this post has it", "where": {"file": "people.csv", "row": 4, "column": "role"}},
        ],
    }
    assert Diagnostic("a.b", "c", None).as_json() == {
        "severity": "error",
        "code": "a.b",
        "message": "c",
        "where": None,
        "found": None,
        "expected": None,
        "hint": None,
        "related": [],
    }


def test_an_input_error_lists_everything_in_reading_order() -> None:
    places = [
        None,
        Span("a.yaml", 2, 1),
        Span("a.yaml", 10, 1),
        Cell("b.csv", 3),
        Cell("b.csv", 3, "at"),
        Span("c", 1, 1),
    ]
    found = [Diagnostic("x.y", "z", place) for place in places]
    for shuffled in permutations(found):
        assert InputError(shuffled).diagnostics == tuple(found)
    assert str(InputError(found[:2])) == "error x.y: z\na.yaml:2:1: error x.y: z"


def test_diagnostics_of_one_place_come_by_code() -> None:
    here = Span("a", 1, 1)
    error = InputError([Diagnostic("b", "1", here), Diagnostic("a", "2", here), Diagnostic("a", "1", here)])
    assert [(each.code, each.message) for each in error.diagnostics] == [("a", "1"), ("a", "2"), ("b", "1")]


def test_an_input_error_needs_a_diagnostic() -> None:
    with pytest.raises(ValueError, match="at least one"):
        InputError([])


@pytest.mark.parametrize(
    ("word", "known", "meant"),
    [
        ("patrol.buildng", ["patrol.building", "patrol.unit"], "patrol.building"),
        ("Area_Butler", ["area_butler", "lead"], "area_butler"),
        ("ＡＲＥＡ_butler", ["area_butler", "lead"], "area_butler"),
        ("海裳", ["樱花", "海棠"], "海棠"),
        ("棠海", ["樱花", "海棠"], "海棠"),
        ("海棠", ["樱花苑", "海棠花园"], "海棠花园"),
        ("海裳苑", ["樱花苑", "海棠苑"], "海棠苑"),
        ("区域官家", ["客服主管", "区域管家"], "区域管家"),
        ("區域管家", ["客服主管", "区域管家"], "区域管家"),
        ("海棠", ["樱花"], None),
        ("区域管家", ["客服主管"], None),
        ("lead", ["area_butler"], None),
        ("lead", [], None),
        ("", ["lead"], None),
        ("b6", ["b9", "b5", "b7"], "b5"),
    ],
)
def test_nearest(word: str, known: list[str], meant: str | None) -> None:
    assert all(nearest(word, shuffled) == meant for shuffled in permutations(known))


def test_did_you_mean_is_a_sentence() -> None:
    assert did_you_mean("海裳", ["海棠"]) == "did you mean '海棠'?"
    assert did_you_mean("lead", ["海棠"]) is None
