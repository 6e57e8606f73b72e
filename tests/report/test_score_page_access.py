"""Whether everybody can read the page: headings, tables, labels, keys, and colours that differ enough."""

import json
import re
from collections.abc import Iterator, Mapping
from importlib.resources import files
from itertools import pairwise
from typing import Any

import pytest

import dutyrules as dr
from dutyrules.report import LANGUAGES, render
from tests.report.month_world import scored, write_estate
from tests.report.pages import Element, tree, words


@pytest.fixture(scope="module")
def result(tmp_path_factory: pytest.TempPathFactory) -> dr.Result:
    return scored(write_estate(tmp_path_factory.mktemp("guards")))


@pytest.fixture(scope="module", params=[("en", None), ("zh-Hans", None), ("zh-Hans", "wu"), ("zh-Hant", None)])
def root(request: pytest.FixtureRequest, result: dr.Result) -> Element:
    language, person = request.param
    return tree(render(result, "html", language, person).decode())


def test_headings_skip_no_level(root: Element) -> None:
    levels = [int(one.tag[1]) for one in root.iter() if re.fullmatch(r"h[1-6]", one.tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert [(one, two) for one, two in pairwise(levels) if two > one + 1] == []


def test_every_table_has_headers_with_their_scope_and_is_named(root: Element) -> None:
    tables = root.findall(".//table")
    assert tables
    for table in tables:
        headers = table.findall(".//th")
        assert {one.get("scope") for one in headers} <= {"col", "row", "rowgroup"}
        assert {one.get("scope") for one in table.findall("./thead//th")} == {"col"}
        assert all(row.findall("./th[@scope='row']") for row in table.findall("./tbody/tr") if row.get("class") is None)
        assert table.findall("./caption") or table.get("aria-label"), words(table)[:80]


def test_every_control_has_a_label_and_every_picture_words(root: Element) -> None:
    labelled = {id(control) for label in root.findall(".//label") if words(label) for control in label}
    assert all(id(one) in labelled for one in root.findall(".//select"))
    assert all(words(one) for one in (*root.findall(".//button"), *root.findall(".//a"), *root.findall(".//summary")))
    for drawn in root.findall(".//svg"):
        assert drawn.get("aria-hidden") == "true" or (drawn.get("role") == "img" and words(drawn.findall("./title")[0]))


def test_keys_go_through_the_page_as_it_reads(root: Element) -> None:
    """Nothing jumps the queue, what scrolls can be scrolled by keys, and the first stop leads past the tables."""
    assert {one.get("tabindex") for one in root.iter()} <= {None, "0", "-1"}
    first = next(one for one in root.iter() if one.tag in ("a", "button", "select", "summary"))
    assert (first.get("class"), first.get("href")) == ("skip", "#people")
    for wide in root.findall(".//div[@class='wide']"):
        assert (wide.get("tabindex"), wide.get("role"), bool(wide.get("aria-label"))) == ("0", "region", True)


def test_days_do_not_speak_by_colour_alone(root: Element) -> None:
    cells = root.findall(".//table[@class='heat']/tbody//td")
    assert all(words(cell) for cell in cells)
    assert all(link.get("aria-label") for cell in cells for link in cell.findall("./a"))


# ---------------------------------------------------------------- colours


def palette() -> Mapping[str, Mapping[str, str]]:
    """The colours of light and of dark screens, by name."""
    web = files("dutyrules.report").joinpath("web")
    css = "".join(web.joinpath(name).read_text("utf-8") for name in ("page.css", "score.css"))
    light: dict[str, str] = {}
    dark: dict[str, str] = {}
    for block in re.finditer(r"(@media[^{]*dark[^{]*\{\s*)?:root \{([^}]*)\}", css):
        (dark if block[1] else light).update(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", block[2]))
    return {"light": light, "dark": light | dark}


def luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


TEXTS = [
    *((ink, paper) for ink in ("ink", "quiet", "link", "bad") for paper in ("paper", "card", "away")),
    ("good", "good-paper"),
    ("bad", "bad-paper"),
    ("quiet", "off"),
    *(("on-low", f"h{level}") for level in (1, 2, 3)),
    *(("on-high", f"h{level}") for level in (4, 5)),
]
PICTURES = [("k0", "paper"), ("k1", "paper"), ("k0", "whole")]


@pytest.mark.parametrize("screen", ["light", "dark"])
@pytest.mark.parametrize(("pairs", "least"), [(TEXTS, 4.5), (PICTURES, 3.0)])
def test_colours_differ_enough(screen: str, pairs: list[tuple[str, str]], least: float) -> None:
    """WCAG AA, for texts and for what is drawn."""
    colours = palette()[screen]
    assert {pair: found for pair in pairs if (found := contrast(colours[pair[0]], colours[pair[1]])) < least} == {}


def test_the_measure_of_contrast_is_right() -> None:
    assert contrast("#ffffff", "#000000") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)  # the well-known grey that just fails


def test_who_wants_no_motion_gets_none() -> None:
    css = files("dutyrules.report").joinpath("web", "score.css").read_text("utf-8")
    moving = re.sub(r"@media \(prefers-reduced-motion: no-preference\) \{\n(  .*\n)*\}", "", css)
    assert "smooth" in css
    assert not re.search(r"smooth|transition|animation", moving)


# ---------------------------------------------------------------- words


def texts(root: Element) -> Iterator[str]:
    for one in root.iter():
        yield from filter(None, (one.text, one.tail, one.get("aria-label"), one.get("title")))


def test_a_chinese_page_has_no_english_sentence(result: dr.Result) -> None:
    english: Mapping[str, Any] = json.loads(files("dutyrules.report").joinpath("locales", "en.json").read_text("utf-8"))
    said = {text for key, text in english.items() if key.startswith("sp_") and " " in text and "{" not in text}
    assert said & set(texts(tree(render(result, "html", "zh-Hans").decode()))) == set()
    assert len(LANGUAGES) >= 2
