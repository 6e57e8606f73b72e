"""The kit is whole, and its comparisons can fail."""

import re
from typing import Any

import pytest

from tests.conformance.cases import FOLDER, PARTS, all_cases, cases_of, make_case
from tests.conformance.compare import differences, spoiled
from tests.reference.score import JUDGES

RULES = range(1, 18)
REASONS = ["missing", "late", "early", "short", "over", "incomplete", "unsigned", "outside", "disordered", "found"]
PRICES = {"each", "once", "every", "per_missing", "free", "line_cap"}
WORDS = {"if", "only_if_met", "aggravated_by", "distinct", "dedupe", "inspect"}
FOUND: dict[str, Any] = {
    "verdicts": [
        {"duty": "attend", "person": "li", "period": "2026-10-08", "state": "met", "reason": None, "expected": "1"},
        {
            "duty": "attend",
            "person": "li",
            "period": "2026-10-09",
            "state": "breached",
            "reason": "late",
            "expected": "2",
        },
    ],
    "people": [
        {
            "person": "li",
            "role": "butler",
            "score": "8",
            "fines": {"CNY": "5"},
            "items": [{"item": "1", "score": "8", "lines": [{"line": "1", "times": "1", "points": "2"}]}],
        }
    ],
    "rejected": [{"file": "log.csv", "row": "3", "column": "at"}],
}


def test_there_are_cases_of_everything() -> None:
    cases = all_cases()
    assert len(cases) >= 200
    assert {case.rule for case in cases} >= set(RULES)
    text = "\n".join(path.read_text("utf-8") for path in FOLDER.glob("*.yaml"))
    wanted = {f"check: {check}" for check in JUDGES} | {f"{word}: " for word in PRICES | WORDS}
    wanted |= {f"breached {reason}" for reason in REASONS}
    assert not {one for one in wanted if one not in text}


def test_every_case_says_in_one_line_what_it_shows() -> None:
    reasons = [(case.theme, case.reason) for case in all_cases()]
    assert len(set(reasons)) == len(reasons)
    assert all(reason and "\n" not in reason for _, reason in reasons)


def test_the_readme_names_every_part_and_its_example_is_a_file_of_cases(tmp_path: Any) -> None:
    text = (FOLDER / "README.md").read_text("utf-8")
    assert set(re.findall(r"^\| `(\w+)` \| ", text, re.MULTILINE)) >= PARTS
    example = tmp_path / "example.yaml"
    example.write_text(text.partition("```yaml\n")[2].partition("```")[0], encoding="utf-8")
    first, second = cases_of(example)
    assert (
        first.logs["log.csv"] == "at,person,kind,target\n2026-10-08 07:55:59,li,desk,\n2026-10-09 07:56:00,li,desk,\n"
    )
    assert "before: 07:55" in second.files["book.yaml"]
    assert "by:" not in second.files["book.yaml"]


def test_unknown_words_are_no_part_of_a_case() -> None:
    with pytest.raises(AssertionError, match="unknown"):
        make_case("theme", 1, {"period": "2026-10"}, {"reason": "x", "expects": {}, "expect": {}})
    with pytest.raises(AssertionError, match="unknown"):
        differences({"people": {"li": {"points": "8"}}}, FOUND)


RIGHT: dict[str, Any] = {
    "duties": {"attend": ["met", {"state": "breached late", "expected": "2"}], "other": "none"},
    "people": {
        "li": {"score": "8", "fines": {"CNY": "5"}, "items": {"1": {"score": "8", "lines": {"1": {"times": "1"}}}}}
    },
    "rejected": [{"row": "3", "column": "at"}],
}


def test_what_is_as_expected_is_no_difference() -> None:
    assert differences(RIGHT, FOUND) == []
    assert differences({"duties": {"attend": ["met", {"state": "breached", "reason": "late"}]}}, FOUND) == []
    assert differences({"duties": {"attend": [{"person": "li"}, {"reason": "late"}]}}, FOUND) == []


@pytest.mark.parametrize("one", list(spoiled(RIGHT)), ids=lambda one: one.where)
def test_every_changed_value_is_a_difference(one: Any) -> None:
    assert differences(one.expect, FOUND)


@pytest.mark.parametrize(
    ("expect", "said"),
    [
        ({"duties": {"attend": ["met"]}}, "2 obligations, not 1"),
        ({"duties": {"attend": ["met", "breached late", "met"]}}, "2 obligations, not 3"),
        ({"duties": {"attend": ["met", "breached"]}}, "reason: late, not None"),
        ({"duties": {"attend": ["met", "breached missing"]}}, "reason: late, not missing"),
        ({"duties": {"attend": ["met", {"expected": None}]}}, "expected: 2, not None"),
        ({"duties": {"attend": ["met", {"state": "breached", "reason": "missing"}]}}, "reason: late, not missing"),
        ({"duties": {"attend": "none"}}, "2 obligations, not 0"),
        ({"duties": {"other": "met"}}, "0 obligations, not 1"),
        ({"people": {"wu": {"score": "8"}}}, "0 sheets"),
        ({"people": {"li keeper": {"score": "8"}}}, "0 sheets"),
        ({"people": {"li": {"score": "8.0"}}}, "score: 8, not 8.0"),
        ({"people": {"li": {"fines": {}}}}, "fines"),
        ({"people": {"li": {"items": {"2": "8"}}}}, "there is none"),
        ({"people": {"li": {"items": {"1": {"lines": {"2": "0"}}}}}}, "line 1.2"),
        ({"rejected": []}, "rejected"),
        ({"rejected": [{"row": "3", "column": "person"}]}, "rejected"),
        ({"rejected": [{"file": "two.csv", "row": "3", "column": "at"}]}, "rejected"),
    ],
)
def test_what_is_otherwise_is_told(expect: Any, said: str) -> None:
    assert said in "; ".join(differences(expect, FOUND))


def test_a_reader_that_tells_rows_only_is_compared_on_rows() -> None:
    rows = {**FOUND, "rejected": [{"file": "log.csv", "row": "3", "column": None}]}
    assert differences({"rejected": [{"row": "3", "column": "at"}]}, rows) == []
    assert differences({"rejected": [{"row": "4", "column": "at"}]}, rows)
