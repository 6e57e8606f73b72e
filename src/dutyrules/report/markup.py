"""HTML and SVG as values: whatever is not markup already is escaped, so no name can become a tag."""

from collections.abc import Iterable
from html import escape
from typing import Final, TypeAlias

EMPTY: Final = frozenset({"br", "col", "input", "link", "meta"})
"""Elements of HTML that have no end tag."""

DRAWN: Final = frozenset({"circle", "line", "path", "rect", "use"})
"""Shapes of SVG that mostly hold nothing."""


class Html(str):
    """Text that is markup."""

    __slots__ = ()


Node: TypeAlias = "str | int | Iterable[Node] | None"
"""What an element may hold: markup, texts and numbers, nothing, and lists of these."""


def tag(element: str, /, *inner: Node, **attributes: str | int | bool | None) -> Html:
    """An element; `class_` is written ``class``, and `aria_label` ``aria-label``.

    Attributes that are None or False are left out; those that are True have no value of their own.

    >>> tag("p", "a < b", tag("br"), 3, class_="note", hidden=True, id=None)
    '<p class="note" hidden="">a &lt; b<br />3</p>'
    """
    written = "".join(
        f' {key.rstrip("_").replace("_", "-")}="{"" if value is True else escape(str(value))}"'
        for key, value in attributes.items()
        if value is not None and value is not False
    )
    if element in EMPTY or (element in DRAWN and not inner):
        return Html(f"<{element}{written} />")
    return Html(f"<{element}{written}>{join(inner)}</{element}>")


def join(nodes: Node) -> Html:
    """Nodes one after the other."""
    if isinstance(nodes, Html):
        return nodes
    if nodes is None:
        return Html()
    if isinstance(nodes, str | int):
        return Html(escape(str(nodes)))
    return Html("".join(map(join, nodes)))
