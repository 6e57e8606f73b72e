"""Readers of HTML pages: as elements, and as the tags that a browser would see."""

import re
from collections import Counter
from html.parser import HTMLParser
from xml.etree import ElementTree

Element = ElementTree.Element


def tree(page: str) -> Element:
    """The page as elements; whatever is not well formed is refused. Style and script are text of another language."""
    bare = re.sub(r"<(style|script)>.*?</\1>", "", page, flags=re.DOTALL)
    return ElementTree.fromstring(bare.removeprefix("<!DOCTYPE html>\n"))


def words(element: Element) -> str:
    return " ".join("".join(element.itertext()).split())


def of(root: Element, ident: str) -> Element:
    (found,) = root.findall(f".//*[@id='{ident}']")
    return found


def body(element: Element) -> list[list[str]]:
    """The cells of a table, without its head."""
    return [[words(cell) for cell in row] for row in element.findall(".//tbody/tr")]


class Tags(HTMLParser):
    """What a browser would see: tags, attributes and texts."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags = Counter[str]()
        self.attributes: list[tuple[str, str]] = []
        self.texts = Counter[str]()
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags[tag] += 1
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data: str) -> None:
        self.texts[data] += 1
