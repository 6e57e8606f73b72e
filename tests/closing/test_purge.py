"""What is taken away of a closed month, and what is never touched."""

import json
from collections.abc import Sequence
from datetime import date, datetime
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.closing import Removal, purge, read_ledger, removals
from tests.closing.yard import ESTATE, Yard, codes

LATER = datetime(2027, 11, 1)
"""October 2026 is kept for twelve months, to the 31st of October 2027."""


def purged(yard: Yard, at: datetime = LATER) -> Sequence[Removal]:
    found = removals(yard.estate, at)
    purge(yard.estate, at, found)
    return found


def test_after_the_retention_only_totals_and_hashes_are_left(yard: Yard) -> None:
    yard.october()
    before = yard.closed("2026-10")
    (removal,) = purged(yard)
    assert sorted(removal.files) == [
        "closing/2026-10/closed.json",
        "closing/2026-10/published-1.json",
        "logs/2026-10.csv",
    ]
    assert not any((yard.folder / name).exists() for name in removal.files)
    text = (yard.folder / "closing/2026-10/purged.json").read_text("utf-8")
    told = json.loads(text)
    assert told["provenance"] == before["provenance"]  # it can still be proven what it came from
    assert told["people"][0] == {
        "person": "wu",
        "role": "guard",
        "scorecard": "guards",
        "score": "35",
        "complete": True,
        "outcomes": [],
    }
    assert "Wu" not in text
    assert dr.closed_months(yard.estate).months["2026-10"]["wu", "guard"].score == 35
    assert read_ledger(yard.folder, "yard").entries[-1].removed == removal.files


def test_nothing_goes_without_being_asked_for(yard: Yard) -> None:
    yard.october()
    before = sorted(path for path in yard.folder.rglob("*"))
    removals(yard.estate, LATER)
    assert sorted(path for path in yard.folder.rglob("*")) == before


def test_a_month_is_kept_to_the_last_day(yard: Yard) -> None:
    yard.october()
    assert removals(yard.estate, datetime(2027, 10, 31, 23, 59, 59)) == []
    with pytest.raises(dr.InputError) as caught:
        removals(yard.estate, datetime(2027, 10, 31), month="2026-10")
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("close.kept", "2026-10 is kept until 2027-10-31")
    assert len(removals(yard.estate, LATER)) == 1


def test_months_before_a_day(yard: Yard) -> None:
    yard.october()
    yard.november()
    found = removals(yard.estate, datetime(2028, 1, 1), before=date(2026, 11, 30))
    assert [one.month for one in found] == ["2026-10"]


def test_months_go_in_order(yard: Yard) -> None:
    yard.october()
    yard.november()
    with pytest.raises(dr.InputError) as caught:
        removals(yard.estate, datetime(2028, 1, 1), month="2026-11")
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("close.order", "2026-10 was closed before and is not purged")
    both = removals(yard.estate, datetime(2028, 1, 1))
    purge(yard.estate, datetime(2028, 1, 1), both)
    assert [one.month for one in both] == ["2026-10", "2026-11"]
    assert read_ledger(yard.folder, "yard").closed() == []


@pytest.mark.parametrize("month", ["2026-09", "2026-10"])
def test_only_closed_months(yard: Yard, month: str) -> None:
    if month == "2026-10":
        yard.publish()
    with pytest.raises(dr.InputError) as caught:
        removals(yard.estate, LATER, month=month)
    assert codes(caught.value) == ["close.order" if month == "2026-10" else "close.not-closed"]


def test_an_estate_without_retention_keeps_everything(yard: Yard) -> None:
    yard.write("estate.yaml", ESTATE.replace("retention: 12 months\n", ""))
    yard.october()
    with pytest.raises(dr.InputError) as caught:
        removals(yard.estate, LATER)
    assert codes(caught.value) == ["close.no-retention"]


def test_a_log_that_changed_is_left_alone(yard: Yard) -> None:
    yard.october()
    yard.late("2026-10", "2026-10-30 07:00,wu,gate.opened")
    (removal,) = purged(yard)
    assert removal.kept == (("logs/2026-10.csv", "changed"),)
    assert yard.logs("2026-10")[0].exists()


def test_a_log_of_a_later_month_too_is_left_alone(yard: Yard) -> None:
    yard.publish("2026-10", "2026-11-05 10:00", "2026-10", "2026-11")
    yard.finish()
    (removal,) = removals(yard.estate, LATER)
    assert removal.kept == (("logs/2026-11.csv", "later_rows"),)
    yard.publish("2026-11", "2026-12-04 10:00", "2026-10", "2026-11")
    yard.finish("2026-11", "2026-12-14")
    (removal,) = purged(yard)
    assert removal.kept == (("logs/2026-10.csv", "shared"), ("logs/2026-11.csv", "shared"))
    assert all(path.exists() for path in yard.logs("2026-10", "2026-11"))


def test_a_link_is_left_alone(yard: Yard, tmp_path: Path) -> None:
    elsewhere = tmp_path / "original.csv"
    (path,) = yard.logs("2026-10")
    path.rename(elsewhere)
    path.symlink_to(elsewhere)
    yard.october()
    purged(yard)
    assert elsewhere.exists()


def test_a_run_that_was_cut_short_is_run_again(yard: Yard) -> None:
    yard.october()
    log = yard.logs("2026-10")[0]
    kept = log.read_bytes()
    purged(yard)
    log.write_bytes(kept)  # as if the last file had not been reached
    (removal,) = purged(yard)
    assert list(removal.files) == ["logs/2026-10.csv"]
    assert not log.exists()
    assert removals(yard.estate, LATER) == []
    assert [entry.step for entry in read_ledger(yard.folder, "yard").entries] == ["published", "closed", "purged"]


def test_a_purged_month_is_neither_scored_again_nor_opened(yard: Yard) -> None:
    yard.october()
    purged(yard)
    with pytest.raises(dr.InputError) as caught:
        dr.month_differences(yard.estate, "2026-10")
    assert codes(caught.value) == ["close.not-closed"]
    with pytest.raises(dr.InputError) as caught:
        yard.publish(at="2027-12-01")
    assert codes(caught.value) == ["close.closed"]
