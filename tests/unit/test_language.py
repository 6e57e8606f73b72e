"""The catalogues: every sentence in every language, with the same gaps to fill."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dutyrules.plan
import dutyrules.report
from dutyrules.obligation import REASONS, State
from dutyrules.plan import Status
from dutyrules.report.language import LANGUAGES, Speech, _catalogue


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_say_the_same_things(language: str) -> None:
    def gaps(name: str) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in _catalogue(name).items()}

    assert gaps(language) == gaps("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_twice(language: str) -> None:
    """The last one would be taken, and whoever wrote the first would be misquoted."""
    text = (Path(dutyrules.report.__file__).parent / "locales" / f"{language}.json").read_text("utf-8")
    keys = [key for key, _ in json.loads(text, object_pairs_hook=list)]
    assert len(keys) == len(set(keys))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_reason_has_a_word(language: str) -> None:
    speech = Speech(language)
    assert all(speech(f"reason_{reason}") for reason in REASONS)
    assert all(speech(f"state_{state.name.lower()}") for state in State if state)
    assert speech.why("unbound:$pass_mark").count("$pass_mark") == 1


PLANNERS = [ast.parse(file.read_text("utf-8")) for file in sorted(Path(dutyrules.plan.__file__).parent.glob("*.py"))]


def texts(node: ast.AST) -> Iterator[str]:
    for one in ast.walk(node):
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and one.value:
            yield one.value


def said_by_planners() -> Iterator[str]:
    """What planners name in their code: causes, measures and units, why they leave something alone, their steps."""
    for node in (node for tree in PLANNERS for node in ast.walk(tree)):
        match node:
            case ast.Call(func=ast.Name("Cause"), args=[message, *_]):
                yield from (f"cause_{text}" for text in texts(message) if not text.isupper())
            case ast.Call(func=ast.Name("Measure"), args=[ast.Constant(str(name)), ast.Constant(str(unit)), *_]):
                yield from (f"measure_{name}", f"unit_{unit}")
            case ast.Call(func=ast.Name("progress"), args=[ast.Constant(str(step)), *_]):
                yield f"progress_{step.removeprefix('plan.')}"
            case ast.Call(func=ast.Name("Unplanned"), args=[_, ast.Constant(str(reason))]):
                yield f"unplanned_{reason}"
            case ast.FunctionDef(name="_unplannable" | "_ways" | "_spoken"):
                found = [one for one in ast.walk(node) if isinstance(one, ast.Return) and one.value]
                yield from (f"unplanned_{text}" for one in found for text in texts(one.value or one))


@pytest.mark.parametrize("language", LANGUAGES)
def test_whatever_planners_say_has_words(language: str) -> None:
    keys = set(said_by_planners())
    assert {"cause_few_slots", "cause_no_time_left", "measure_walking", "unit_minutes", "progress_flows"} <= keys
    assert {"unplanned_daily", "unplanned_not_must", "unplanned_open_attributes", "unplanned_nobody"} <= keys
    assert [key for key in sorted(keys) if not Speech(language).knows(key)] == []
    assert all(Speech(language)(f"status_{status}", missing=1, least=1) for status in Status)


def test_numbers_of_sentences_come_from_planners() -> None:
    given = {text for tree in PLANNERS for node in ast.walk(tree) if isinstance(node, ast.Dict) for text in texts(node)}
    sentences = " ".join(text for key, text in _catalogue("en").items() if key.startswith("cause_"))
    assert set(re.findall(r"\{(\w+)\}", sentences)) - given == set()


def test_a_title_falls_back() -> None:
    assert Speech("en").title({"zh-Hans": "巡楼"}, "patrol") == "巡楼"
    assert Speech("en").title("", "patrol") == "patrol"
