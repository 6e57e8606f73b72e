"""Estates with one mistake each, and what is said about it."""

from pathlib import Path

import pytest

from dutyrules.diagnostics import InputError
from dutyrules.estate import load_estate

BAD = Path(__file__).parents[1] / "bad"
ESTATES = sorted(path.parent for path in BAD.glob("estates/*/estate.yaml"))


def test_every_bad_estate_has_its_diagnostics_beside_it() -> None:
    assert {path.name for path in ESTATES} == {path.stem for path in BAD.glob("estates/*.expected")}


@pytest.mark.parametrize("estate", ESTATES, ids=lambda path: path.name)
def test_bad_estate(estate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BAD)
    with pytest.raises(InputError) as caught:
        load_estate(estate.relative_to(BAD))
    assert str(caught.value) == estate.with_suffix(".expected").read_text("utf-8").rstrip("\n")
