"""The catalogues: every sentence in every language, with the same gaps to fill."""

import ast
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import dutyrules.plan
import dutyrules.report
from dutyrules.languages import LANGUAGES, of_terminal
from dutyrules.obligation import REASONS, State
from dutyrules.plan import Status
from dutyrules.registry.schema import COLUMNS
from dutyrules.report.language import Speech, _catalogue
from dutyrules.resources import rules_dir
from tests.traditional import simplified, traditional

LOCALES = Path(dutyrules.report.__file__).parent / "locales"


def test_every_catalogue_is_of_a_language_that_can_be_asked_for() -> None:
    assert {path.stem for path in LOCALES.glob("*.json")} == set(LANGUAGES)


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_say_the_same_things(language: str) -> None:
    def gaps(name: str) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in _catalogue(name).items()}

    assert gaps(language) == gaps("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_key_stands_twice(language: str) -> None:
    """The last one would be taken, and whoever wrote the first would be misquoted."""
    text = (LOCALES / f"{language}.json").read_text("utf-8")
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


@pytest.mark.parametrize(
    ("language", "titled", "said"),
    [
        ("zh-Hant", {"en": "Patrol", "zh-Hans": "巡楼", "zh-Hant": "巡樓"}, "巡樓"),
        ("zh-Hant", {"en": "Patrol", "zh-Hans": "巡楼"}, "巡楼"),
        ("zh-Hant", {"en": "Patrol"}, "Patrol"),
        ("zh-Hans", {"en": "Patrol", "zh-Hans": "巡楼", "zh-Hant": "巡樓"}, "巡楼"),
        ("zh-Hans", {"en": "Patrol", "zh-Hant": "巡樓"}, "巡樓"),
        ("zh-Hans", {"en": "Patrol"}, "Patrol"),
        ("en", {"zh-Hant": "巡樓", "zh-Hans": "巡楼", "en": "Patrol"}, "Patrol"),
        ("en", {"zh-Hant": "巡樓", "zh-Hans": "巡楼"}, "巡楼"),
        ("en", {"zh-Hant": "巡樓"}, "巡樓"),
        ("zh-Hant", "巡楼", "巡楼"),
        ("en", "", "patrol"),
        ("en", {}, "patrol"),
    ],
)
def test_a_title_falls_back(language: str, titled: str | dict[str, str], said: str) -> None:
    assert Speech(language).title(titled, "patrol") == said


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("zh_CN.UTF-8", "zh-Hans"),
        ("zh_SG", "zh-Hans"),
        ("zh", "zh-Hans"),
        ("zh_TW.UTF-8", "zh-Hant"),
        ("zh_HK", "zh-Hant"),
        ("zh_Hant_MO", "zh-Hant"),
        ("en_HK.UTF-8", "en"),
        ("C", "en"),
        ("", "en"),
    ],
)
def test_a_terminal_speaks_its_script(locale: str, language: str) -> None:
    assert of_terminal(locale) == language


# ---------------------------------------------------------------- the scripts of Chinese


def test_the_scripts_are_told_apart() -> None:
    assert simplified("與其後於檢查,標準、批准、係數、一欄") == set()
    assert simplified("检查与后于體") == set("检与后于")
    assert traditional("检查与后于准") == set()
    assert traditional("檢查後欄中") == set("檢後欄")


def test_no_catalogue_mixes_scripts() -> None:
    assert {key: simplified(text) for key, text in _catalogue("zh-Hant").items() if simplified(text)} == {}
    assert {key: traditional(text) for key, text in _catalogue("zh-Hans").items() if traditional(text)} == {}


@pytest.mark.parametrize("path", sorted(rules_dir().rglob("*.yaml")), ids=lambda path: path.stem)
def test_no_shipped_book_or_catalogue_mixes_scripts(path: Path) -> None:
    said = re.findall(r"\b(zh-Han[st]): (.+?)(?=, (?:zh-Hant|en):|\}|\n)", path.read_text("utf-8"))
    assert said
    assert [text for script, text in said if script == "zh-Hant" and simplified(text)] == []
    assert [text for script, text in said if script == "zh-Hans" and traditional(text)] == []


def test_titles_of_tables_are_read_in_both_scripts() -> None:
    """As many in one script as in the other, of those that differ; 賬 may be written 帳, and 聯繫 said 聯絡."""
    for column in {column for columns in COLUMNS.values() for column in columns}:
        plain = [title for title in column.aliases if simplified(title)]
        full = {re.sub("帳", "賬", title) for title in column.aliases if traditional(title)} - {"聯絡方式", "資料來源"}
        assert len(plain) == len(full), column.name
