"""A scored month as one HTML page: nothing from outside, nothing that a name can break, every point to the bottom."""

import json
import re
from collections import Counter
from dataclasses import replace
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.cli.main import main
from dutyrules.report import LANGUAGES, render
from dutyrules.scoring import read_closed, seal_of
from tests.report.month_world import scored, write_estate
from tests.report.pages import Element, Tags, body, of, tree, words


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dr.Result:
    return scored(write_estate(tmp_path_factory.mktemp("guards")))


@pytest.fixture(scope="module")
def page(result: dr.Result) -> str:
    return render(result, "html", "en").decode()


@pytest.fixture(scope="module")
def root(page: str) -> Element:
    return tree(page)


def person(root: Element, name: str) -> Element:
    """Somebody's section."""
    (found,) = root.findall(f".//section[@data-person='{name}']")
    return found


def line(root: Element, name: str, what: str) -> Element:
    """A deduction line of somebody's, as it opens."""
    lines = person(root, name).findall(".//details")
    return next(one for one in lines if words(one.findall("./summary")[0]).startswith(what))


# ---------------------------------------------------------------- nothing from outside, nothing broken


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_stands_alone(result: dr.Result, language: str) -> None:
    page = render(result, "html", language).decode()
    seen = Tags(page)
    assert page.startswith(f'<!DOCTYPE html>\n<html lang="{language}">')
    links = [value for name, value in seen.attributes if name in ("href", "src")]
    assert {link for link in links if not link.startswith("#")} == {"data:,"}
    ids = Counter(value for name, value in seen.attributes if name == "id")
    assert max(ids.values()) == 1
    assert {link.removeprefix("#") for link in links if link.startswith("#")} <= set(ids)
    assert not re.search(r"https?:|//\w|url\(|@import", page)
    assert not {"img", "iframe", "object", "embed", "form", "base"} & set(seen.tags)
    assert not [name for name, _ in seen.attributes if name == "style" or name.startswith("on")]


def test_no_name_becomes_a_tag(tmp_path: Path, page: str) -> None:
    evil = '"><script>alert(1)</script><img src=x onerror=alert(2)> & \u202e]]>'
    write_estate(tmp_path)
    result = scored(tmp_path)
    people = result.estate.tables.people
    renamed = people.with_columns(name=people["name"].fill_null("").str.replace("^.*$", evil, literal=False))
    estate = replace(result.estate, title=evil, tables=replace(result.estate.tables, people=renamed))
    spoiled = render(replace(result, estate=estate), "html", "en").decode()
    seen, plain = Tags(spoiled), Tags(page)
    assert (seen.tags["script"], seen.tags["img"]) == (1, 0)
    assert [name for name, _ in seen.attributes if name.startswith("on")] == []
    assert set(seen.tags) - set(plain.tags) == set()
    assert seen.texts[evil] >= 6 * 3  # in the ranking, among the days, above the sheet
    tree(spoiled)


def test_the_same_bytes_again(result: dr.Result, tmp_path: Path) -> None:
    assert render(result, "html", "zh-Hans") == render(scored(write_estate(tmp_path)), "html", "zh-Hans")


# ---------------------------------------------------------------- the team


def test_the_head_says_what_was_scored(root: Element) -> None:
    title, sources = (words(one) for one in root.findall(".//header/*")[:2])
    assert title == "guards: scores for 2026-10"
    assert sources == "2026-10-01 to 2026-10-31 · the whole period · log rows: 19, files: 1"
    assert "1 of 6 sheets are not complete" in words(root.findall(".//*[@class='status bad']")[0])


def test_only_complete_sheets_are_ranked(root: Element) -> None:
    groups = of(root, "team").findall(".//tbody")
    titles = [words(group.findall("./tr/th")[0]) for group in groups]
    assert titles == ["chiefs", "guards", "Not ranked"]
    rows = [[words(cell) for cell in row] for group in groups for row in group.findall("./tr")[1:]]
    assert [[row[0], row[2], row[3]] for row in rows] == [
        ["1", "90 of 100", "90.00"],
        ["1", "95 of 100", "95.00"],
        ["2", "93 of 100", "93.00"],
        ["2", "93 of 100", "93.00"],
        ["4", "20 of 100", "20.00"],
        ["–", "60–100 of 100", ""],
    ]
    assert rows[-1][1] == "zhao yard · Conduct: not assessed"
    pictures = [words(one) for one in of(root, "team").findall(".//svg/title")]
    assert pictures[-1] == "between 60 and 100 of 100"


def test_numbers_of_the_team(root: Element) -> None:
    tiles = {words(one[0]): words(one[1]) for one in of(root, "team").findall(".//dl/div")}
    assert tiles == {
        "people": "6",
        "sheets complete": "5 / 6",
        # wu and ma lose 10 each, li 5, kou 30, xu 10 of an item that counts a third
        "points lost": "58.3333",
        "Breaches": "3",
        "Not assessed": "0",
        "fines (recorded)": "20 CNY",
    }


def test_days(root: Element) -> None:
    table = of(root, "days").findall(".//table")[0]
    rows = {row[0]: row[1:] for row in body(table)}
    assert len(rows) == 6
    assert all(len(row) == 32 for row in rows.values())
    outside = ["·"] * 28
    assert rows["=1+1"] == [*outside, "1", "0", "·", "1"]
    assert rows["O'Hara"] == [*outside, "0", "1", "·", "1"]
    assert rows["zhao"] == [*outside, "0", "0", "·", "0"]  # waived
    assert rows["xu"][:8] == ["R", "R", "R", "R", "R", "R", "R", "0"]  # the golden week of 2026
    (link,) = table.findall(".//td[@class='work h1']/a")[:1]
    assert words(of(root, (link.get("href") or "").removeprefix("#"))).startswith("10-")
    assert [words(cell) for cell in table.findall("./tfoot/tr/td")][-4:] == ["1", "2", "", "3"]


def test_what_cost_most_comes_first(root: Element) -> None:
    items, duties = of(root, "losses").findall(".//table")
    assert [row[:3] for row in body(items)] == [
        ["Punctual guards", "50", "3"],
        ["Conduct guards", "5", "1"],
        ["1 chiefs", "3.3333", "1"],
    ]
    assert [row[:4] for row in body(duties)] == [["Gate open", "3", "3", "50"]]


# ---------------------------------------------------------------- every point


def test_a_point_opens_to_its_rule_its_arithmetic_and_its_rows(root: Element) -> None:
    late = line(root, "wu", "Late")
    assert words(late.findall("./summary")[0]) == "Late ×1 −10"
    how = {words(name): words(told) for name, told in zip(late.findall(".//dt"), late.findall(".//dd"), strict=True)}
    assert how == {"Price": "10 points each time", "Arithmetic": "1 × 10 = 10", "clause": "G-9.1.1"}
    assert words(late.findall(".//h4")[0]) == "Gate open [G-1]"
    assert words(late.findall(".//p[@class='rule']")[0]) == "By 07:00: “gate.opened”."
    (found,) = late.findall(".//li[@id]")
    assert words(found.findall("./p")[0]) == "2026-10-29 late expected 07:00 actual 07:01"
    assert words(found.findall("./ul/li")[0]) == "log.csv:2 10-29 07:01 gate.opened"
    assert (found.get("id") or "").endswith(words(found.findall("./p/code")[0]))


def test_a_finding_shows_its_row_and_a_veto_is_told(root: Element) -> None:
    assert words(line(root, "li", "Untidy")).endswith("Findings of the inspectorlog.csv:18 10-29 15:00 Finding G-9.2.1")
    assert "veto: Closed all day: the sheet is at most 20" in words(line(root, "kou", "Closed all day"))


def test_gaps_fines_and_consequences(root: Element) -> None:
    zhao = words(person(root, "zhao"))
    assert "not complete: 60 of 60 assessed marks so far; with what is open between 60 and 100 of 100" in zhao
    assert "uninspected: Untidy" in zhao
    assert "waived expected 07:00 actual 07:05" in words(line(root, "zhao", "Excused (1)"))
    assert "waived by xu · flood" in words(line(root, "zhao", "Excused (1)"))
    wu = words(person(root, "wu"))
    assert "fines (recorded): late ×1: 10 CNY" in wu
    assert "bonuses of 4, of which 3 count" in wu
    assert words(person(root, "xu")).count("borne for") == 2


def test_every_breach_stands_once_and_its_day_leads_to_it(result: dr.Result, root: Element) -> None:
    for sheet in result.people:
        mine = person(root, sheet.person)
        shown = Counter((one.get("id") or "").partition("-")[2] for one in mine.findall(".//li[@id]"))
        assert shown == Counter(one.breach_id for one in (*sheet.breaches, *sheet.excused))
        days = mine.findall(".//table[@class='by-day']//a")
        assert len(days) == len(sheet.breaches)


# ---------------------------------------------------------------- months


def closed_months(folder: Path) -> list[Path]:
    """July and September as somebody closed them; August nobody did."""
    paths = []
    months: dict[str, dict[str, str | None]] = {
        "2026-07": {"wu": "70.00", "li": "80.50"},
        "2026-09": {"wu": "88.00", "kou": None},
    }
    for month, percents in months.items():
        people: list[dict[str, object]] = [
            {
                "person": name,
                "role": "guard",
                "scorecard": "chiefs" if name == "kou" else "guards",
                "score": percent or "50",
                "percent": percent,
                "complete": percent is not None,
                "outcomes": [],
            }
            for name, percent in percents.items()
        ]
        told = {"schema_version": "1", "closed": True, "estate": "guards", "period": month, "people": people}
        paths.append(folder / f"{month}.json")
        paths[-1].write_text(json.dumps({**told, "seal": seal_of(told)}), "utf-8")
    return paths


def test_months_side_by_side_with_gaps(result: dr.Result, tmp_path: Path) -> None:
    closed = read_closed(closed_months(tmp_path), "guards")
    root = tree(render(replace(result, closed=closed), "html", "en").decode())
    table = of(root, "trend").findall(".//table")[0]
    assert [words(one) for one in table.findall("./thead/tr/th")][1:5] == ["2026-07", "2026-08", "2026-09", "2026-10"]
    rows = {row[0]: row[1:5] for row in body(table)}
    assert rows["=1+1"] == ["70.00", "not closed", "88.00", "93.00"]
    assert rows["李[a/b]"] == ["80.50", "not closed", "no sheet", "95.00"]
    assert rows["kou"] == ["no sheet", "not closed", "other scorecard", "20.00"]
    assert rows["zhao"] == ["no sheet", "not closed", "no sheet", "not complete"]
    # (70 + 80.5) / 2; one of September; (93 + 95 + 93 + 20) / 4
    assert rows["mean: guards"] == ["75.25", "not closed", "88.00", "75.25"]
    drawn = {words(row[0]): row[-1] for row in table.findall("./tbody/tr")}
    assert (len(drawn["=1+1"].findall(".//circle")), len(drawn["=1+1"].findall(".//path"))) == (3, 1)  # broken once
    assert len(person(root, "wu").findall(".//svg[@class='trend']")) == 1


def test_without_closed_months_there_is_no_trend(root: Element) -> None:
    assert root.findall(".//*[@id='trend']") == []


# ---------------------------------------------------------------- one's own copy, and the command


def test_ones_own_copy_says_nothing_of_others(result: dr.Result) -> None:
    page = render(result, "html", "zh-Hans", "xu").decode()
    for other in ("=1+1", "O'Hara", "O&#x27;Hara", "李[a/b]", "kou", "zhao", "wu", "未排名", "名次"):
        assert other not in re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    root = tree(page)
    assert [one.get("id") for one in root.findall(".//section")] == ["p1"]
    assert [words(one) for one in root.findall(".//li") if words(one).startswith("连带责任")] == [
        "连带责任:保安,Late,1/3:−3.3333"
    ] * 2


def test_files_folders_and_what_is_printed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (tmp_path / "estate").mkdir()
    estate = write_estate(tmp_path / "estate")
    command = ["score", "--estate", str(estate), "--log", str(estate / "log.csv"), "--month", "2026-10", "--lang", "en"]
    assert main([*command, "--out", str(tmp_path / "month.html")]) == 0
    whole = (tmp_path / "month.html").read_text("utf-8")
    capsys.readouterr()
    assert main([*command, "--format", "html"]) == 0
    assert capsys.readouterr().out == whole
    assert main([*command, "--out", str(tmp_path / "copies"), "--format", "html"]) == 0
    assert "6 pages" in capsys.readouterr().err
    names = sorted(path.name for path in (tmp_path / "copies").iterdir())
    assert names == ["kou.html", "li.html", "ma.html", "wu.html", "xu.html", "zhao.html"]
