"""What tells apart obligations that are alike."""

from pathlib import Path

import dutyrules as dr

BOOK = """
book: b
published_on: 2026-01-01
title: {en: B}
source: {id: B, title: B}
roles: {butler: {title: {en: Butler}}}
events:
  found: {case: true, attributes: {due_at: instant}}
  told: {}
  fixed: {case: true}
duties:
  fix:
    role: butler
    clause: B-1
    check: response
    trigger: found
    not_before: told
    follow_up: fixed
    match_on: none
    within: [case.due_at]
"""
LOG = """at,person,kind,case,due_at
2026-10-08 09:30,li,found,C2,2026-10-08 18:00
2026-10-08 09:00,li,found,C1,2026-10-08 17:00
2026-10-08 10:00,li,told,,
"""


def test_what_waits_for_one_event_is_numbered_as_it_came_about(tmp_path: Path) -> None:
    """The later one stands first in the file, and both are owed from the same instant on."""
    (tmp_path / "book.yaml").write_text(BOOK)
    (tmp_path / "estate.yaml").write_text("estate: e\nbooks: [book.yaml]\n")
    (tmp_path / "people.csv").write_text("person,role\nli,butler\n")
    (tmp_path / "log.csv").write_text(LOG)
    estate = dr.load_estate(tmp_path)
    log = dr.read_log([tmp_path / "log.csv"], estate)
    found = [one for _, one in dr.score(estate, log, "2026-10").verdicts()]
    assert sorted((one.discriminator, one.expected) for one in found) == [
        ("2026-10-08 10:00:00", "2026-10-08 17:00:00"),
        ("2026-10-08 10:00:00#2", "2026-10-08 18:00:00"),
    ]
