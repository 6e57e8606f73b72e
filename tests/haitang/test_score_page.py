"""The page of the example month: all that the JSON says, small enough to mail, and nobody in it when redacted."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.report import redact, render

MOST_BYTES = 1_000_000


@pytest.fixture(scope="module")
def result(haitang: Path, logs: list[Path]) -> dr.Result:
    estate = dr.load_estate(haitang)
    return dr.score(estate, dr.read_log(logs, estate, period="2026-10"), "2026-10")


def test_the_page_has_every_breach_and_every_row_that_the_json_has(result: dr.Result) -> None:
    page = render(result, "html", "zh-Hans")
    assert len(page) < MOST_BYTES
    text, people = page.decode(), json.loads(render(result, "json", "zh-Hans"))["people"]
    told = [one for sheet in people for one in (*sheet["breaches"], *sheet["excused"])]
    assert len(told) > 180
    assert Counter(re.findall(r' id="p\d+-([0-9a-f]{16})"', text)) == Counter(one["breach_id"] for one in told)
    shown = set(re.findall(r"<code>([^<]+:\d+)</code>", text))
    rows = [row for one in told for row in one["evidence"]]
    rows += [row for sheet in people for item in sheet["items"] for line in item["lines"] for row in line["findings"]]
    assert shown == {f"{row['file'].rpartition('/')[2]}:{row['row']}" for row in rows}


def test_redacted_it_names_no_household_no_place_and_nobody(result: dr.Result) -> None:
    estate, log = result.estate, result.log
    page = render(redact(result), "html", "zh-Hans").decode()
    words = set(re.findall(r"[\w-]+", page))
    tables = estate.tables
    ids = {*tables.units["unit"], *tables.buildings["building"], *estate.persons, *log.cases, *log.targets, estate.id}
    assert len(ids) > 1500
    assert words & ids == set()
    spoken = [role.title for role in estate.book.roles.values()]
    titles = {name for title in spoken for name in ([title] if isinstance(title, str) else title.values())}
    names = {
        *tables.people["name"].drop_nulls(),
        *estate.areas.names,
        "海棠花园",
    } - titles  # some are called by their role
    assert [name for name in sorted(names) if name in page] == []
