"""Books with one mistake each, and what is said about it; and that no mistake whatever ends in a traceback."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dutyrules.book import load_book
from dutyrules.diagnostics import InputError, Span
from dutyrules.source import dump, plain, read

BAD = Path(__file__).parents[1] / "bad"
RULES = Path(__file__).parents[2] / "rules"


def test_every_bad_book_has_its_diagnostics_beside_it() -> None:
    assert {path.stem for path in BAD.glob("*.yaml")} == {path.stem for path in BAD.glob("*.expected")}


@pytest.mark.parametrize("book", sorted(BAD.glob("*.yaml")), ids=lambda path: path.stem)
def test_bad_book(book: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(InputError) as caught:
        load_book(Path(book.name))
    assert str(caught.value) == book.with_suffix(".expected").read_text("utf-8").rstrip("\n")


def test_pydantic_never_speaks() -> None:
    for path in BAD.rglob("*.expected"):
        assert "Input should" not in path.read_text("utf-8"), path.name


# Any mistake --------------------------------------------------------------------------------------------------------

DUTIES = (
    "attend_department_meeting",
    "chase_current",
    "cleaning_record_filled",
    "grooming",
    "hand_in_vacant_record",
    "list_tomorrows_buildings",
    "patrol_buildings",
    "rectified_in_time",
    "settle_morning_problems",
)


def _book_of(duty: str) -> dict[str, Any]:
    """The butler's book, cut down to one duty and what it names, with a scorecard."""
    duties = {duty: BUTLER["duties"][duty]}
    line = {"breaches": [f"{duty}.missing"], "if": "none_done", "once": 6}
    item = {"marks": 8, "inspect": "required", "lines": {"1": line, "2": {"every": 2, "points": 1}}}
    bonus = {"praise": {"clause": "9", "event": "leave.requested", "each": 1}}
    card = {"role": "area_butler", "per": "month", "clause": "9", "items": {"1": item}, "bonus": bonus}
    words = dump(duties) + "leave.requested"
    named = {
        section: {name: form for name, form in BUTLER[section].items() if name in words}
        for section in ("parameters", "events", "populations")
    }
    fines = {name: fine for name, fine in BUTLER["fines"].items() if f"{duty}.found" in fine["breaches"]}
    slots = [slot for slot in BUTLER["timetable"] if slot["slot"] in words]
    head = {"source": {"id": "D0"}}  # without the catalogue: clause 9 is made up
    rest = {**head, "duties": duties, "scorecards": {"month": card}, "fines": fines, "timetable": slots, "tests": []}
    return {**BUTLER, **named, **rest}


def _untitled(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _untitled(inner) for key, inner in value.items() if key != "title"}
    return [_untitled(inner) for inner in value] if isinstance(value, list) else value


BUTLER = _untitled(plain(read(RULES / "area-butler.yaml")))
GOOD = {duty: _book_of(duty) for duty in DUTIES}
FIGURES = [None, True, 0, -1, 5, 10**30, "", "none", "$morning", "$nothing", "7:55", "25:00", "1/3", "0/1", "1 days"]
WORDS = ["海棠", "month", "last", "target", "case", "finding.D0-1", "dutyrules:area-butler", "../..", "\0", "a.b", "."]
SCALARS = st.sampled_from(FIGURES) | st.sampled_from(WORDS)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["default", "areas", "from", "value", "share", "of", "event", "where", "any_of", "clause"]),
            inner,
            max_size=3,
        )
    ),
    max_leaves=4,
)


def _paths(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items: list[tuple[Any, Any]] = []
    if isinstance(value, dict):
        items = list(value.items())
    elif isinstance(value, list):
        items = list(enumerate(value))
    for key, inner in items:
        yield (*path, key)
        yield from _paths(inner, (*path, key))


PATHS = {duty: list(_paths(book)) for duty, book in GOOD.items()}


@st.composite
def spoiled(draw: st.DrawFn) -> dict[str, Any]:
    """A book with up to three things dropped, replaced or added."""
    duty = draw(st.sampled_from(DUTIES))
    book = copy.deepcopy(GOOD[duty])
    for path in draw(st.lists(st.sampled_from(PATHS[duty]), min_size=1, max_size=3)):
        spot: Any = book
        try:
            for key in path[:-1]:
                spot = spot[key]
            inner = spot[path[-1]]
        except (KeyError, IndexError, TypeError):
            continue  # an earlier change took it away
        if isinstance(spot, str):
            continue  # or put a word in its place, which has a first letter
        match draw(st.sampled_from(["drop", "replace", "add", "move"])):
            case "drop":
                del spot[path[-1]]
            case "add" if isinstance(inner, dict):
                inner[draw(st.sampled_from(["", "clause", "evnt", "override", "role", "<<"]))] = draw(VALUES)
            case "move":
                other: Any = GOOD[duty]
                for key in draw(st.sampled_from(PATHS[duty])):
                    other = other[key]
                spot[path[-1]] = copy.deepcopy(other)
            case _:
                spot[path[-1]] = draw(VALUES)
    return book


@given(book=spoiled())
@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_a_spoiled_book_loads_or_says_why(book: dict[str, Any], tmp_path: Path) -> None:
    file = tmp_path / "book.yaml"
    file.write_text(dump(book), "utf-8")
    try:
        load_book(file)
    except InputError as error:
        for diagnostic in error.diagnostics:
            _check_place(diagnostic.where, file)
            assert "Input should" not in str(diagnostic)


def _check_place(where: object, file: Path) -> None:
    assert isinstance(where, Span)
    if where.file == str(file):
        lines = file.read_text("utf-8").split("\n")
        assert 1 <= where.line <= len(lines)
        assert 1 <= where.column <= len(lines[where.line - 1]) + 1


@pytest.mark.parametrize("duty", DUTIES)
def test_unspoiled_books_load(duty: str, tmp_path: Path) -> None:
    file = tmp_path / "book.yaml"
    file.write_text(dump(GOOD[duty]), "utf-8")
    assert set(load_book(file).duties) == {duty}
