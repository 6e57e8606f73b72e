"""--redact: whoever gets the file learns what was owed and missed, and not of whom or where."""

import csv
import io
import json
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.cli.main import main
from dutyrules.report import redact, render
from dutyrules.report.language import Speech
from dutyrules.report.log_rows import LogRows
from dutyrules.report.redacted import Aliases

BOOK = """\
book: visits
source: {id: V}
roles: {butler: {title: Butler}, chief: {title: Chief}}
events:
  visit: {target: unit, title: Visit, attributes: {mood: text, escorted: boolean, with_whom: person}}
  call: {target: unit, case: true}
  answer: {target: unit, case: true}
duties:
  all:
    {clause: 1, role: butler, check: quota, event: visit, distinct: target, per: month, population: units,
     at_least: {share: 1/1, of: units}}
  answered:
    {clause: 2, role: butler, check: response, trigger: {event: call}, within: 1 hours, follow_up: {event: answer}}
populations: {units: {table: units}}
scorecards:
  butlers:
    role: butler
    per: month
    clause: 9
    items:
      1:
        title: Visits
        marks: 60
        lines: {1: {breaches: [all.short, all.missing], per_missing: 5, liable: {relation: manager, share: 1/2}}}
      2: {title: Calls, marks: 30, lines: {1: {breaches: [answered.missing, answered.late], each: 5}}}
      3: {title: Manners, marks: 10, lines: {1: {each: 2}}}
  chiefs: {role: chief, per: month, clause: 8, items: {1: {marks: 100, lines: {1: {each: 10}}}}}
"""
NAMES = {
    "people": ("wangxiaoming", "王小明", "lili-77", "李丽丽", "bosszhao", "赵老板"),
    "places": ("Sunnyside", "阳光花园", "northyard", "tower-7", "tower-9", "t7-0101", "t7-0102", "t9-0301"),
    "cases": ("CASE-王太太-1",),
    "texts": ("grumpy-secret", "secret-flood", "diary-of-wang"),
}


def write(folder: Path) -> Path:
    tables = {
        "estate.yaml": "estate: Sunnyside\ntitle: {en: 阳光花园, zh-Hans: 阳光花园}\n"
        "areas: {northyard: {}}\nbooks: [book.yaml]\n",
        "book.yaml": BOOK,
        "people.csv": "person,name,role,area,manager\nwangxiaoming,王小明,butler,northyard,bosszhao\n"
        "lili-77,李丽丽,butler,northyard,bosszhao\nbosszhao,赵老板,chief,northyard,\n",
        "buildings.csv": "building,area\ntower-7,northyard\ntower-9,northyard\n",
        "units.csv": "unit,building,state\nt7-0101,tower-7,occupied\nt7-0102,tower-7,occupied\n"
        "t9-0301,tower-9,occupied\n",
        "coverage.csv": "source,kinds,from,to,status\nall,,,,complete\n",
        "leave.csv": "person,from,until,approved,kind\nlili-77,2026-10-13 00:00,2026-10-14 00:00,yes,secret-flood\n",
        "settlements.csv": "period,person,item,decision,decided_by\n2026-10,lili-77,3,assume_met,bosszhao\n",
        "diary-of-wang.csv": "at,person,kind,target,case,mood,escorted,with_whom,participants,note\n"
        "2026-10-12 10:00,wangxiaoming,visit,t7-0101,,grumpy-secret,true,lili-77,bosszhao,grumpy-secret\n"
        "2026-10-12 11:00,wangxiaoming,call,t9-0301,CASE-王太太-1,,,,,\n"
        "2026-10-12 15:00,wangxiaoming,answer,t9-0301,CASE-王太太-1,,,,,\n"
        "2026-10-14 11:00,lili-77,call,t7-0102,CASE-王太太-1,,,,,\n"
        "2026-10-15 09:00,wangxiaoming,finding.V-9.3.1,,,,,,,grumpy-secret\n"
        "2026-10-15 09:00,nobody-registered,visit,t7-0101,,,,,,\n",
    }
    folder.mkdir(exist_ok=True)
    for name, text in tables.items():
        (folder / name).write_text(text, "utf-8")
    return folder


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    estate = write(tmp_path_factory.mktemp("sunny"))
    late = next(one for one in scored(estate).of("lili-77")[0].breaches if one.duty == "answered")
    (estate / "waivers.csv").write_text(f"breach_id,approver,reason\n{late.breach_id},bosszhao,secret-flood\n", "utf-8")
    return estate


def scored(folder: Path) -> dr.Result:
    estate = dr.load_estate(folder)
    return dr.score(estate, dr.read_log([folder / "diary-of-wang.csv"], estate), "2026-10")


@pytest.fixture(scope="module")
def result(folder: Path) -> dr.Result:
    return scored(folder)


def unpacked(data: bytes) -> str:
    """All bytes, of a workbook those within."""
    if not data.startswith(b"PK"):
        return data.decode("utf-8")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return "".join(name + archive.read(name).decode() for name in archive.namelist())


def named(text: str) -> Iterator[str]:
    return (name for names in NAMES.values() for name in names if name.lower() in text.lower())


@pytest.mark.parametrize("form", ["text", "csv", "json", "xlsx", "html"])
@pytest.mark.parametrize("person", [None, "wangxiaoming", "lili-77"])
def test_no_name_is_left_in_any_byte(result: dr.Result, form: str, person: str | None) -> None:
    plain, hidden = (unpacked(render(one, form, "zh-Hans", person)) for one in (result, redact(result)))
    assert list(named(hidden)) == []
    assert len(set(named(plain))) >= 2  # they would have been found
    assert len(hidden) > len(plain) * 0.6  # and nothing else went with them


def test_every_name_would_have_stood_somewhere(result: dr.Result) -> None:
    """Texts of the log and reasons for leave stand in no report, redacted or not; all else is really replaced."""
    everything = "".join(unpacked(render(result, form, "zh-Hans")) for form in ("text", "csv", "json", "xlsx", "html"))
    assert set(named(everything)) >= {*NAMES["people"], *NAMES["cases"], "secret-flood", "diary-of-wang", "t7-0102"}
    assert "grumpy-secret" in everything


def test_points_rules_and_breach_ids_stay(result: dr.Result) -> None:
    plain, hidden = (json.loads(render(one, "json", "en")) for one in (result, redact(result)))
    assert (plain["redacted"], hidden["redacted"]) == (False, True)
    alias = Aliases(result.estate, result.log)
    mine = {one["person"]: one for one in hidden["people"]}
    assert len(mine) == 3
    for one in plain["people"]:
        other = mine[alias(one["person"])]
        kept = ("role", "scorecard", "score", "marks", "complete", "workdays", "fines")
        assert {key: one[key] for key in kept} == {key: other[key] for key in kept}
        for state in ("breaches", "excused", "pending", "not_assessed"):
            same = ("breach_id", "duty", "clause", "period", "day", "reason", "expected", "actual", "uncharged")
            told = [[[found[key] for key in same] for found in sheet[state]] for sheet in (one, other)]
            assert told[0] == told[1]
    wang = mine[alias("wangxiaoming")]
    (short,) = [one for one in wang["breaches"] if one["duty"] == "all"]
    assert short["missing"] == [alias("t7-0102"), alias("t9-0301")]
    assert short["post"] == f"{alias('wangxiaoming')}@{alias('northyard')}@butler"
    assert short["evidence"] == [{"file": "log-1", "row": 2}]
    (late,) = [one for one in wang["breaches"] if one["duty"] == "answered"]
    assert late["discriminator"] == f"2026-10-12 11:00:00/{alias('CASE-王太太-1')}"
    assert list(hidden["provenance"]["log"]) == ["log-1"]
    assert set(plain["provenance"]["estate"].values()) == set(hidden["provenance"]["estate"].values())
    assert [one["person"] for one in hidden["uncovered"]] == [alias("lili-77")]


def test_a_pseudonym_says_what_it_stands_for_and_differs_by_estate(result: dr.Result) -> None:
    alias = Aliases(result.estate, result.log)
    found = [alias(name) for name in ("wangxiaoming", "t7-0101", "tower-7", "northyard", "Sunnyside", "CASE-王太太-1")]
    assert [re.sub("[0-9a-f]{10}$", "", one) for one in found] == ["p-", "u-", "b-", "a-", "e-", "x-"]
    assert len(set(found)) == 6
    assert alias("") == ""
    assert [alias.about(one) for one in ("", "2", "2026-10-12 11:00:00", "2026-10-12 11:00:00/12")] == [
        "",
        "2",
        "2026-10-12 11:00:00",
        "2026-10-12 11:00:00/12",
    ]
    assert alias.about("t7-0101#2") == f"{alias('t7-0101')}#2"
    assert "\n" not in alias.about("two\nlines")


def test_what_rules_speak_of_stays_in_the_rows(result: dr.Result) -> None:
    page = render(redact(result), "html", "en").decode()
    assert "escorted: yes" in page
    assert "grumpy" not in page
    alias = Aliases(result.estate, result.log)
    assert page.count(alias("t7-0101")) >= 1


def test_in_ones_own_copy_rows_of_others_do_not_say_whose_they_are(result: dr.Result) -> None:
    source = (result.log.files[0].name, 2)
    whole, own = (LogRows(result, {source}, Speech("en"), own=own)(source, "lili-77") for own in (False, True))
    told = "with: bosszhao · mood: grumpy-secret · escorted: yes · with whom: lili-77"
    assert whole == f"10-12 10:00 Visit · 王小明 · t7-0101 · {told}"
    assert own == "10-12 10:00 Visit · t7-0101 · mood: grumpy-secret · escorted: yes"


# ---------------------------------------------------------------- the command


def command(folder: Path, *more: str) -> int:
    log = str(folder / "diary-of-wang.csv")
    return main(
        ["score", "--estate", str(folder), "--log", log, "--month", "2026-10", "--redact", "--lang", "en", *more]
    )


def test_the_command_leaves_no_file_with_names(
    folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("month.json", "month.csv", "month.txt", "month.xlsx", "month.html"):
        assert command(folder, "--out", str(tmp_path / name)) == 4  # one row was rejected, and no file says which
    assert command(folder, "--out", str(tmp_path / "copies")) == 4
    assert command(folder, "--out", str(tmp_path / "copies"), "--person", "lili-77", "--format", "html") == 4
    assert "without --redact a file says which" in capsys.readouterr().err
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert len(written) == 5 + 3 + 1
    for path in written:
        assert list(named(path.name + unpacked(path.read_bytes()))) == [], path.name
    rows = list(csv.reader(io.StringIO((tmp_path / "month.csv").read_text("utf-8-sig"))))
    assert len({row[0] for row in rows[1:]}) == 3


def test_nobody_of_that_name(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert command(folder, "--person", "ghost") == 1
    assert "ghost" in capsys.readouterr().err
