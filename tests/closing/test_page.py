"""The page of a month says how far its closing is, and what appeals and earlier months bring."""

from dutyrules.report import render
from tests.closing.yard import DECIDED, FILED, Yard, breach


def test_a_closed_month_as_a_page(yard: Yard) -> None:
    late = breach(yard.publish(), "late")
    yard.appeals(f"{late},{FILED},wu,hr,{DECIDED},2.5,flood,boss")
    page = render(yard.finish().result, "html", "en").decode()
    assert "<p>closed; published on 2026-11-05 10:00:00 (revision 1)" in page
    assert "<h3>Appeals</h3>" in page
    assert f"{late}  {FILED}:00; 2.5 given back; by hr, {DECIDED}:00; flood" in page


def test_an_adjustment_on_the_page(yard: Yard) -> None:
    yard.october()
    yard.late("2026-10", "2026-10-30 06:59,wu,gate.opened,desk,2026-11-20 09:00,boss")
    page = render(yard.november().result, "html", "en").decode()
    assert "<h3>Adjustments of earlier months</h3>" in page
    assert "2026-10  Wu (wu), guard: points +20" in page


def test_a_draft_has_no_appeals(yard: Yard) -> None:
    page = render(yard.draft("2026-10", "2026-11-05 09:00").result, "html", "zh-Hans").decode()
    assert "草稿" in page
    assert "申诉" not in page
