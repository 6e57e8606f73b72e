"""The page in a browser, as a person uses it: open, expand, filter, follow, print; without a network or an error.

A page of the tests holds the page in a frame, and does what hands would do; what it finds it writes into its own text.
"""

import html
import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any, Final

import pytest

from dutyrules.report import redact, render
from dutyrules.scoring import read_closed, score
from tests.report.month_world import scored, write_estate
from tests.report.test_score_page import closed_months

CHROMIUM: Final = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
FLAGS: Final = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * ~NOTFOUND",  # nothing can be reached
    "--allow-file-access-from-files",  # so that the page of the tests may look into the frame
    "--enable-logging=stderr",
    "--virtual-time-budget=8000",
)

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(CHROMIUM is None, reason="needs Chromium on the PATH"),
]

HANDS = """\
<!DOCTYPE html><meta charset="utf-8"><title>hands</title>
<iframe src="month.html" width="390" height="800"></iframe><pre id="said"></pre>
<script>
const frame = document.querySelector("iframe");
frame.addEventListener("load", () => {
  const page = frame.contentDocument, view = frame.contentWindow, said = {};
  const all = (query) => [...page.querySelectorAll(query)];
  const shown = (query) => all(query).filter((one) => one.getClientRects().length > 0);
  const pick = (name, value) => {
    const select = page.getElementById(`pick-${name}`);
    select.value = value;
    select.dispatchEvent(new view.Event("change"));
    return {
      people: shown("section.person").map((one) => one.dataset.person),
      rows: shown("#team tbody tr[data-person]").length,
      none: page.getElementById("found").textContent,
      heat: shown("table.heat tbody tr").length,
    };
  };
  const asked = view.performance.getEntriesByType("resource").map((one) => one.name);
  said.requests = asked.filter((name) => !name.startsWith("data:"));
  said.closed = all("main details[open]").length;
  said.everybody = pick("person", "");
  said.wu = pick("person", "wu");
  said.chiefs = (pick("person", ""), pick("role", "chief"));
  said.conduct = (pick("role", ""), pick("item", "guards/2"));
  said.nobody = pick("role", "chief");
  pick("role", ""), pick("item", "");
  page.querySelector("button.everything").click();
  said.open = all("main details").every((one) => one.open);
  page.querySelector("button.everything").click();
  said.shut = all("main details").every((one) => !one.open);
  const link = page.querySelector("table.heat td a");
  link.focus();
  said.focused = page.activeElement === link;
  link.click();
  setTimeout(() => {
    const day = page.getElementById(decodeURIComponent(view.location.hash.slice(1)));
    said.day = { open: day.closest("details").open, focused: page.activeElement === day };
    day.querySelector("a").click();
    setTimeout(() => {
      const breach = page.getElementById(decodeURIComponent(view.location.hash.slice(1)));
      said.breach = { seen: breach.getClientRects().length > 0, open: breach.closest("details").open };
      said.wide = page.documentElement.scrollWidth <= view.innerWidth;
      view.dispatchEvent(new view.Event("beforeprint"));
      said.printed = all("details").every((one) => one.open);
      document.getElementById("said").textContent = JSON.stringify(said);
    }, 200);
  }, 200);
});
</script>
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("browser")
    result = scored(write_estate(folder))
    result = score(result.estate, result.log, "2026-10", closed=read_closed(closed_months(folder), "guards"))
    (folder / "month.html").write_bytes(render(result, "html", "zh-Hans"))
    (folder / "own.html").write_bytes(render(result, "html", "en", "wu"))
    (folder / "redacted.html").write_bytes(render(redact(result), "html", "en"))
    (folder / "hands.html").write_text(HANDS, "utf-8")
    return folder


def browse(page: Path, *flags: str) -> tuple[str, str]:
    """What the browser prints, and what it complains about."""
    command = [str(CHROMIUM), *FLAGS, f"--user-data-dir={page.parent / 'profile'}", *flags, page.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=True)
    return done.stdout, "\n".join(line for line in done.stderr.splitlines() if "CONSOLE" in line)


@pytest.fixture(scope="module")
def said(folder: Path) -> Any:
    dom, complaints = browse(folder / "hands.html", "--dump-dom")
    assert complaints == ""
    (found,) = re.findall(r'<pre id="said">(.*?)</pre>', dom, re.DOTALL)
    return json.loads(html.unescape(found))


def test_nothing_is_asked_for_and_nothing_complained_about(said: Any, folder: Path) -> None:
    assert said["requests"] == []
    for name in ("month.html", "own.html", "redacted.html"):
        dom, complaints = browse(folder / name, "--dump-dom")
        assert complaints == ""
        assert "<h1>" in dom


def test_choices_show_what_was_chosen(said: Any) -> None:
    assert said["everybody"] == {"people": ["xu", "li", "ma", "wu", "kou", "zhao"], "rows": 6, "none": "", "heat": 6}
    assert said["wu"] == {"people": ["wu"], "rows": 1, "none": "", "heat": 1}
    assert said["chiefs"]["people"] == ["xu"]
    assert said["conduct"]["people"] == ["li", "ma", "wu", "kou", "zhao"]
    assert said["nobody"] == {"people": [], "rows": 1, "none": "没有符合条件的内容。", "heat": 1}


def test_all_opens_and_closes(said: Any) -> None:
    assert (said["closed"], said["open"], said["shut"]) == (0, True, True)


def test_a_number_leads_to_the_day_and_the_day_to_the_breach(said: Any) -> None:
    assert said["focused"] is True
    assert said["day"] == {"open": True, "focused": True}
    assert said["breach"] == {"seen": True, "open": True}


def test_a_phone_scrolls_tables_and_not_the_page(said: Any) -> None:
    assert said["wide"] is True


def test_paper_has_everything_opened_and_a_page_for_each(said: Any, folder: Path) -> None:
    assert said["printed"] is True
    paper = folder / "month.pdf"
    _, complaints = browse(folder / "month.html", "--no-pdf-header-footer", f"--print-to-pdf={paper}")
    assert complaints == ""
    data = paper.read_bytes()
    pages = [int(number) for number in re.findall(rb"/Type /Pages\s*/Count (\d+)", data)] or [
        len(re.findall(rb"/Type\s*/Page\b", data))
    ]
    assert max(pages) >= 1 + 6
