"""Draft, published, closed: what each step writes, and what it refuses."""

import json
from collections.abc import Callable
from datetime import datetime

import pytest

import dutyrules as dr
from dutyrules.timegrid import Period
from tests.closing.yard import DECIDED, FILED, FINISH, PUBLISH, Yard, breach, codes, sheet


def test_a_month_from_its_draft_to_its_end(yard: Yard) -> None:
    draft = yard.draft("2026-10", "2026-11-02")
    assert draft.path is None
    assert sheet(draft).score == 35
    assert not (yard.folder / "closing").exists()
    published = yard.publish()
    assert published.path == yard.folder / "closing/2026-10/published-1.json"
    assert published.until == datetime(2026, 11, 13)
    closed = yard.finish()
    assert closed.path == yard.folder / "closing/2026-10/closed.json"
    told = yard.closed("2026-10")
    assert (told["closed"], told["period"], told["people"][0]["score"]) == (True, "2026-10", "35")
    assert told["standing"] == {
        "state": "closed",
        "revision": 1,
        "published_at": "2026-11-05 10:00:00",
        "appeals_until": "2026-11-13 00:00:00",
    }
    assert json.loads(published.path.read_text("utf-8"))["closed"] is False
    assert dr.closed_months(yard.estate).months["2026-10"]["wu", "guard"].score == 35


def test_the_window_is_the_estates(yard: Yard) -> None:
    yard.write("estate.yaml", "estate: yard\nareas: {yard: {}}\nbooks: [book.yaml]\nappeal_window: 2 days\n")
    assert yard.publish().until == datetime(2026, 11, 8)  # the 6th and the 7th, a Saturday


@pytest.mark.parametrize("word", ["appeal_window: 1 months", "retention: 30 days", "retention: 0 months"])
def test_windows_are_days_and_retention_is_months(yard: Yard, word: str) -> None:
    yard.write("estate.yaml", f"estate: yard\nareas: {{yard: {{}}}}\nbooks: [book.yaml]\n{word}\n")
    with pytest.raises(
        dr.InputError, match=rf"estate\.yaml:4:\d+: error estate\.bad-duration: the value of {word.partition(':')[0]}"
    ):
        _ = yard.estate


@pytest.mark.parametrize(
    ("at", "code", "message"),
    [
        ("2026-11-04 23:59:59", "close.too-early", "rows of 2026-10 may be recorded until 2026-11-05 00:00:00"),
        ("2026-10-20", "close.too-early", "rows of 2026-10 may be recorded until 2026-11-05 00:00:00"),
    ],
)
def test_nothing_is_published_while_rows_may_come_in(yard: Yard, at: str, code: str, message: str) -> None:
    with pytest.raises(dr.InputError) as caught:
        yard.publish(at=at)
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == (code, message)


def test_nothing_incomplete_is_published(yard: Yard) -> None:
    yard.write("coverage.csv", "source,kinds,from,to,status\nall,,,2026-10-29,complete\n")
    assert not sheet(yard.draft("2026-10", PUBLISH)).complete  # a draft shows it all the same
    with pytest.raises(dr.InputError) as caught:
        yard.publish()
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.found) == ("close.incomplete", "wu (guard)")


@pytest.mark.parametrize("period", ["2026-Q4", "2026", "2026-W44"])
def test_only_months_are_closed(yard: Yard, period: str) -> None:
    with pytest.raises(dr.InputError) as caught:
        dr.publish_month(yard.estate, yard.logs("2026-10"), period, datetime(2027, 2, 1))
    assert codes(caught.value) == ["close.not-a-month"]


def test_only_what_was_published_is_closed(yard: Yard) -> None:
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    assert codes(caught.value) == ["close.unpublished"]


def test_not_before_the_window_is_over(yard: Yard) -> None:
    yard.publish()
    with pytest.raises(dr.InputError) as caught:
        yard.finish(at="2026-11-12 23:59:59")
    assert codes(caught.value) == ["close.window-open"]
    yard.finish(at="2026-11-13 00:00:00")


def test_not_while_an_appeal_is_open(yard: Yard) -> None:
    late = breach(yard.publish(), "late")
    yard.appeals(f"{late},{FILED},wu,,,,,")
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.found) == ("close.open-appeals", late)


def test_never_twice(yard: Yard) -> None:
    closed = yard.october().path
    assert closed is not None
    before = closed.read_bytes()
    steps: list[Callable[[], object]] = [yard.finish, yard.publish, lambda: yard.draft("2026-10", FINISH)]
    for again in steps:
        with pytest.raises(dr.InputError) as caught:
            again()
        assert codes(caught.value) == ["close.closed"]
    assert closed.read_bytes() == before


@pytest.mark.parametrize("name", ["logs/2026-10.csv", "people.csv", "book.yaml"])
def test_not_from_other_files_than_were_published(yard: Yard, name: str) -> None:
    yard.publish()
    with (yard.folder / name).open("a", encoding="utf-8") as file:
        file.write("\n")
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.message) == ("close.inputs-changed", f"not what 2026-10 was published from: {name}")


def test_not_if_the_same_files_come_to_something_else(yard: Yard, monkeypatch: pytest.MonkeyPatch) -> None:
    yard.publish()
    monkeypatch.setattr("dutyrules.scoring.result.scored_period", lambda _: Period.parse("2026-11"))  # another version
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    assert codes(caught.value) == ["close.result-changed"]


def test_not_without_its_log(yard: Yard) -> None:
    yard.publish()
    yard.logs("2026-10")[0].unlink()
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    (problem,) = caught.value.diagnostics
    assert (problem.code, problem.found) == ("close.no-log", "logs/2026-10.csv")


def test_published_again_the_window_opens_again_for_new_sheets_only(yard: Yard) -> None:
    first = yard.publish()
    again = yard.publish(at="2026-11-06 08:00")
    assert (again.path, again.until) == (None, first.until)  # nothing is new at all
    yard.write("people.csv", (yard.folder / "people.csv").read_text("utf-8") + "\n")
    same = yard.publish(at="2026-11-09 08:00")  # another file, the same sheets
    assert same.path is not None
    assert (same.path.name, same.until) == ("published-2.json", first.until)
    yard.late("2026-10", "2026-10-30 07:00,wu,gate.opened,,2026-11-04 12:00")
    other = yard.publish(at="2026-11-10 08:00")  # other sheets: from the 11th to the 17th
    assert sheet(other).score == 55
    assert other.until == datetime(2026, 11, 18)
    with pytest.raises(dr.InputError) as caught:
        yard.finish()
    assert codes(caught.value) == ["close.window-open"]
    assert sheet(yard.finish(at="2026-11-18")).score == 55


def test_an_appeal_of_the_first_window_is_admitted_after_it_was_published_again(yard: Yard) -> None:
    late = breach(yard.publish(), "late")
    yard.late("2026-10", "2026-10-30 07:00,wu,gate.opened,,2026-11-04 12:00")
    yard.publish(at="2026-11-10 08:00")
    yard.appeals(f"{late},{FILED},wu,hr,{DECIDED},0,,")
    assert [one.decision for one in sheet(yard.finish(at="2026-11-18")).appeals] == ["refused"]


def test_months_follow_each_other(yard: Yard) -> None:
    yard.publish()
    with pytest.raises(dr.InputError) as caught:
        yard.publish("2026-11", "2026-12-04 10:00")
    assert codes(caught.value) == ["close.order"]
    yard.finish()
    yard.november()
    with pytest.raises(dr.InputError) as caught:
        dr.publish_month(yard.estate, yard.logs("2026-10"), "2026-09", datetime(2027, 1, 1))
    (problem,) = caught.value.diagnostics
    assert problem.message == "2026-10 is closed already"


def test_time_does_not_go_back(yard: Yard) -> None:
    yard.october()
    with pytest.raises(dr.InputError) as caught:
        yard.publish("2026-11", "2026-11-12")
    assert codes(caught.value) == ["close.backwards"]


def test_the_same_steps_write_the_same_bytes_wherever_they_are_taken(yard: Yard) -> None:
    yard.october()
    other = Yard(yard.folder.parent / "elsewhere" / "deeper")
    other.october()
    for name in ("ledger.jsonl", "2026-10/published-1.json", "2026-10/closed.json"):
        assert (yard.folder / "closing" / name).read_bytes() == (other.folder / "closing" / name).read_bytes()


def test_a_quarter_is_taken_from_what_was_closed(yard: Yard) -> None:
    yard.october()
    log = dr.read_log(yard.logs("2026-11"), yard.estate)
    window = dr.score(yard.estate, log, "2026-11", closed=dr.closed_months(yard.estate)).of("wu")[0].accumulated
    assert window is not None
    assert window.value == 35 + 60
