"""Every case of the kit, judged by the engine and by the reference scorer."""

from typing import Any

import pytest

from tests.conformance.cases import Case, all_cases
from tests.conformance.compare import differences, spoiled
from tests.conformance.run import Estates, by_command, by_engine, by_reference, implementation_differences


@pytest.fixture(scope="module")
def estates(tmp_path_factory: pytest.TempPathFactory) -> Estates:
    return Estates(tmp_path_factory.mktemp("kit"))


@pytest.mark.parametrize("case", all_cases(), ids=lambda case: case.name)
def test_case(
    case: Case, estates: Estates, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(estates.root)  # where the command writes the rejected rows
    if not case.refused:
        judge(case, estates)
    wanted = case.expect.get("implementation")
    if wanted:
        found = by_command(case, estates, capsys)
        assert not implementation_differences(wanted, found), case.reason
        unnoticed(wanted, lambda expect: implementation_differences(expect, found))


def judge(case: Case, estates: Estates) -> None:
    """Engine and reference say what the case expects, and nothing different of anything else."""
    engine, reference = by_engine(case, estates), by_reference(case, estates)
    assert not differences(case.expect, engine), f"engine: {case.reason}"
    assert not differences(case.expect, reference), f"reference: {case.reason}"
    assert engine["verdicts"] == reference["verdicts"]
    assert engine["people"] == reference["people"]
    checked = {key: value for key, value in case.expect.items() if key != "implementation"}
    unnoticed(checked, lambda expect: differences(expect, engine))


def unnoticed(expect: Any, compare: Any) -> None:
    """Whatever a case expects is looked at: with any one value changed, the case would fail."""
    for one in spoiled(expect):
        assert compare(one.expect), f"{one.where} can be anything"
