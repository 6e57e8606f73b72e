"""What could be changed, and who could take over what: in text, JSON, workbook and page, in both languages."""

import io
import json
from dataclasses import replace
from datetime import date

import pytest
from python_calamine import CalamineWorkbook

import dutyrules as dr
from dutyrules.plan import Change, Lever, Plan, Relaxation
from dutyrules.report.language import LANGUAGES
from dutyrules.report.plan import render_plan
from tests.plan.visit_estate import HOME, Hand, everyone, way


@pytest.fixture(scope="module")
def uneven(tmp_path_factory: pytest.TempPathFactory) -> tuple[dr.Estate, Plan]:
    """Five buildings of six households against one, three visits a day on two days: thirty against six, no more."""
    units = [f"u{n:02d},b{1 + n // 6},occupied,{'none' if n == 3 else 'any'},any,," for n in range(36)]
    hand = Hand(
        {"all": everyone()},
        units,
        {HOME: way("home", "15:00", "16:00", per_day=3, minutes=10)},
        tables={"people": ["li,butler,A,,", "wang,butler,B,,"]},
        areas=("A", "B"),
        buildings=[f"b{n},{'A' if n <= 5 else 'B'}," for n in range(1, 7)],
    )
    folder = tmp_path_factory.mktemp("uneven")
    plan = hand.plan(folder, start=date(2026, 10, 16))
    return dr.load_estate(folder), plan


def text(found: tuple[dr.Estate, Plan], language: str, form: str = "text") -> str:
    estate, plan = found
    return render_plan(plan, estate, form, language).decode()


def test_text(uneven: tuple[dr.Estate, Plan]) -> None:
    """From Friday the 16th on there are eleven workdays: 33 visits, enough for 29; one household has to be asked."""
    english = text(uneven, "en").split("\n")
    begin = english.index("What could be changed (1)")
    assert english[begin + 2 : begin + 4] == [
        "  li: price 4; no cheaper changes of these kinds suffice (proven)",
        "    ask u03 to let itself be visited and called: wishes and days to be left alone are set aside [4]",
    ]
    chinese = text(uneven, "zh-Hans")
    assert "li:共 4 位;同类调整中没有更省的(已证明)" in chinese
    assert "请 u03 同意上门或致电(暂不受其意愿和免打扰日限制)〔4〕" in chinese
    assert "楼栋可如何调整" in chinese


def test_json(uneven: tuple[dr.Estate, Plan]) -> None:
    plan = uneven[1]
    found = json.loads(text(uneven, "en", "json"))
    blank = dict.fromkeys(("person", "kind", "day", "breach_id", "duty", "post", "period", "expected", "less"))
    assert found["relaxations"] == [
        {
            "persons": ["li"],
            "breach_ids": [plan.shortfalls[0].breach_id],
            "price": 4,
            "least": 4,
            "changes": [{"lever": "wish", "number": 1, "price": 4, "unit": "u03"} | blank],
        }
    ]
    balance = found["balance"]
    assert (balance["even"], balance["proven"]) == (True, True)
    assert [(one["before"], one["after"]) for one in balance["handovers"]] == [("li", "wang")] * 2
    assert [one["workdays"] for one in balance["before"]] == [11, 11]


def test_page_and_workbook(uneven: tuple[dr.Estate, Plan]) -> None:
    page = text(uneven, "en", "html")
    assert '<section id="relaxations">' in page
    assert '<section id="balance">' in page
    assert "ask u03 to let itself be visited" in page
    book = CalamineWorkbook.from_filelike(io.BytesIO(render_plan(uneven[1], uneven[0], "xlsx", "zh-Hans")))
    told = [str(cell) for row in book.get_sheet_by_name(book.sheet_names[0]).to_python() for cell in row]
    assert "请 u03 同意上门或致电(暂不受其意愿和免打扰日限制)〔4〕" in told
    assert {"楼栋可如何调整", "每工作日分钟"} <= set(told)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_change_has_words(uneven: tuple[dr.Estate, Plan], language: str) -> None:
    """Whatever lever, whether found, cheapest or not."""
    estate, plan = uneven
    person, day = {"person": "li", "kind": HOME, "day": date(2026, 10, 16)}, date(2026, 10, 19)
    owed = {"breach_id": "x", "duty": "all", "post": "li@A@butler", "period": "2026-10"}
    changes = (
        *(Change(lever, 2, **person) for lever in (Lever.PLACE, Lever.HOUR, Lever.COLLEAGUE)),  # type: ignore[arg-type]
        Change(Lever.WISH, 1, unit="u03"),
        Change(Lever.LEAVE, 1, "li", day=day),
        Change(Lever.OWE, 3, expected=9, less=6, **owed),  # type: ignore[arg-type]
        Change(Lever.OWE, 1, **owed),  # type: ignore[arg-type]
    )
    found = (
        Relaxation(("li",), ("x",), changes, 7),
        Relaxation(("li", "wang"), ("x",), (), 5),
    )
    lines = text((estate, replace(plan, relaxations=found)), language).split("\n")
    told = [line.strip() for line in lines if line.endswith(("]", "〕")) and line.startswith("    ")]
    assert len(told) == len(set(told)) == len(changes)
    assert all(str(change.price) in line for change, line in zip(changes, told, strict=True))
    dearer = {
        "en": "changes of these kinds that suffice cost at least 7",
        "zh-Hans": "同类调整至少需 7 位",
        "zh-Hant": "同類調整至少需 7 位",
    }[language]
    none = {"en": "no changes were found", "zh-Hans": "未找到", "zh-Hant": "未找到"}[language]
    assert any(dearer in line for line in lines)
    assert any(none in line and "wang" in line for line in lines)
