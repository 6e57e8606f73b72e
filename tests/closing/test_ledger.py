"""Whoever changes, removes or slips in a file or a line of a closing is found out at the next reading."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.cli import main as cli
from dutyrules.closing import read_ledger
from dutyrules.scoring import read_closed, seal_of
from tests.closing.yard import Yard, codes


def lines(yard: Yard) -> list[str]:
    return (yard.folder / "closing/ledger.jsonl").read_text("utf-8").splitlines()


def rewrite(yard: Yard, changed: list[str]) -> None:
    (yard.folder / "closing/ledger.jsonl").write_text("".join(f"{line}\n" for line in changed), "utf-8")


def caught(yard: Yard) -> dr.InputError:
    with pytest.raises(dr.InputError) as error:
        dr.closed_months(yard.estate)
    return error.value


def better(path: Path, *, seal: bool) -> None:
    """Somebody gives themselves points, perhaps with a seal that fits."""
    told = json.loads(path.read_text("utf-8"))
    told["people"][0]["score"] = "70"
    told["seal"] = seal_of(told) if seal else told["seal"]
    path.write_text(json.dumps(told, ensure_ascii=False, indent=2) + "\n", "utf-8")


@pytest.mark.parametrize("name", ["closed.json", "published-1.json"])
def test_a_changed_snapshot(yard: Yard, name: str) -> None:
    yard.october()
    path = yard.folder / "closing/2026-10" / name
    better(path, seal=True)
    (problem,) = caught(yard).diagnostics
    assert (problem.code, str(problem.where)) == ("ledger.changed-file", f"{path}:1:1")
    assert str(problem.related[0][1]) == f"{yard.folder}/closing/ledger.jsonl:{1 + (name == 'closed.json')}:1"


def test_a_copy_elsewhere_carries_its_seal(yard: Yard, tmp_path: Path) -> None:
    yard.october()
    copy = tmp_path / "october.json"
    copy.write_bytes((yard.folder / "closing/2026-10/closed.json").read_bytes())
    assert read_closed([copy], "yard").months["2026-10"]["wu", "guard"].score == 35
    better(copy, seal=False)
    with pytest.raises(dr.InputError) as error:
        read_closed([copy], "yard")
    assert codes(error.value) == ["closed.seal"]


def test_a_snapshot_that_is_gone(yard: Yard) -> None:
    yard.october()
    (yard.folder / "closing/2026-10/closed.json").unlink()
    assert codes(caught(yard)) == ["ledger.no-file"]


@pytest.mark.parametrize(
    ("change", "code", "line"),
    [
        (lambda all_: [all_[0].replace('"revision": 1', '"revision": 2'), all_[1]], "ledger.broken-chain", 2),
        (lambda all_: [all_[1]], "ledger.broken-chain", 1),
        (lambda all_: [all_[1], all_[0]], "ledger.broken-chain", 1),
        (lambda all_: [all_[0], all_[0], all_[1]], "ledger.broken-chain", 2),
        (lambda all_: [all_[0].replace('"yard"', '"farm"')], "ledger.estate", 1),
        (lambda all_: [all_[0], "nonsense"], "ledger.not-an-entry", 2),
        (lambda all_: [all_[0], "{}"], "ledger.not-an-entry", 2),
        (lambda all_: [all_[0], "[" * 10**5], "ledger.not-an-entry", 2),
        (lambda all_: [all_[0].replace('"step": "published"', '"step": "opened"')], "ledger.not-an-entry", 1),
    ],
)
def test_a_changed_ledger(yard: Yard, change: Callable[[list[str]], list[str]], code: str, line: int) -> None:
    yard.october()
    rewrite(yard, change(lines(yard)))
    first = caught(yard).diagnostics[0]
    assert (first.code, str(first.where)) == (code, f"{yard.folder}/closing/ledger.jsonl:{line}:1")


@pytest.mark.parametrize(("kept", "stranger"), [(1, "closed.json"), (0, "closed.json")])
def test_a_ledger_that_was_cut_off(yard: Yard, kept: int, stranger: str) -> None:
    yard.october()
    rewrite(yard, lines(yard)[:kept])
    first = caught(yard).diagnostics[0]
    assert (first.code, str(first.where)) == ("ledger.unknown-file", f"{yard.folder}/closing/2026-10/{stranger}:1:1")


def test_nothing_goes_on_from_what_was_changed(yard: Yard, capsys: pytest.CaptureFixture[str]) -> None:
    yard.october()
    path = yard.folder / "closing/2026-10/closed.json"
    better(path, seal=True)
    with pytest.raises(dr.InputError):
        yard.publish("2026-11", "2026-12-04 10:00")
    score = ["score", "--estate", str(yard.folder), "--log", str(yard.logs("2026-11")[0]), "--month", "2026-11"]
    for arguments in (score, [*score, "--closed", str(path)]):
        assert cli.main(arguments) == 1
        assert "ledger.changed-file" in capsys.readouterr().err


def test_the_tip_tells_one_ledger_from_another(yard: Yard) -> None:
    empty = read_ledger(yard.folder, "yard").tip
    yard.publish()
    published = read_ledger(yard.folder, "yard").tip
    yard.finish()
    assert len({empty, published, read_ledger(yard.folder, "yard").tip}) == 3
