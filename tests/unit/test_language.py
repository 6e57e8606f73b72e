"""The catalogues: every sentence in every language, with the same gaps to fill."""

import re

import pytest

from dutyrules.obligation import REASONS, State
from dutyrules.report.language import LANGUAGES, Speech, _catalogue


@pytest.mark.parametrize("language", LANGUAGES)
def test_catalogues_say_the_same_things(language: str) -> None:
    def gaps(name: str) -> dict[str, set[str]]:
        return {key: set(re.findall(r"\{(\w+)\}", text)) for key, text in _catalogue(name).items()}

    assert gaps(language) == gaps("en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_state_and_reason_has_a_word(language: str) -> None:
    speech = Speech(language)
    assert all(speech(f"reason_{reason}") for reason in REASONS)
    assert all(speech(f"state_{state.name.lower()}") for state in State if state)
    assert speech.why("unbound:$pass_mark").count("$pass_mark") == 1


def test_a_title_falls_back() -> None:
    assert Speech("en").title({"zh-Hans": "巡楼"}, "patrol") == "巡楼"
    assert Speech("en").title("", "patrol") == "patrol"
