"""The frame of every HTML page: one file that holds all it needs, and can load nothing from anywhere."""

from base64 import b64encode
from functools import cache
from hashlib import sha256
from importlib.resources import files
from typing import Final

from dutyrules.report.language import Speech
from dutyrules.report.markup import Html, Node, tag

POLICY: Final = (
    "default-src 'none'; style-src {style}; script-src {script}; img-src data:; base-uri 'none'; form-action 'none'"
)
"""What a browser may load and run: the style and the script of the page itself, known by their hashes."""


def html_page(title: str, body: Node, speech: Speech, *, sheets: tuple[str, ...] = ()) -> bytes:
    """A page, the same bytes for the same content.

    Args:
        sheets: Style sheets in ``web/`` besides the one that all pages share.
    """
    style = "".join(_part(name) for name in ("page.css", *sheets))
    script = _part("page.js")
    policy = POLICY.format(style=_allowed(style), script=_allowed(script))
    head = (
        tag("meta", charset="utf-8"),
        tag("meta", http_equiv="Content-Security-Policy", content=policy),
        tag("meta", name="viewport", content="width=device-width, initial-scale=1"),
        tag("meta", name="color-scheme", content="light dark"),
        tag("title", title),
        tag("link", rel="icon", href="data:,"),
        tag("style", Html(style)),
    )
    whole = tag("html", tag("head", head), tag("body", body, tag("script", Html(script))), lang=speech.language)
    return f"<!DOCTYPE html>\n{whole}\n".encode()


@cache
def _part(name: str) -> str:
    return files("dutyrules.report").joinpath("web", name).read_text("utf-8")


def _allowed(text: str) -> str:
    return f"'sha256-{b64encode(sha256(text.encode()).digest()).decode()}'"
