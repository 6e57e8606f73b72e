"""Rule books: strict reading, `extends`, `override` (rule-book.md)."""

import re
from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

REPO = Path(__file__).resolve().parents[2]
SECTIONS = ("roles", "parameters", "events", "populations", "duties", "scorecards", "fines", "outcomes")


class TextLoader(yaml.SafeLoader):
    """Every scalar is text; only a plain `null`, `~` or nothing is null. Keys are always text."""


TextLoader.yaml_implicit_resolvers = {}
TextLoader.add_implicit_resolver("tag:yaml.org,2002:null", re.compile(r"^(~|null|)$"), ["~", "n", ""])


def _mapping(loader: TextLoader, node: yaml.MappingNode) -> dict[str, Any]:
    return {key.value: loader.construct_object(value, deep=True) for key, value in node.value}


TextLoader.add_constructor("tag:yaml.org,2002:map", _mapping)


def read_yaml(path: Path) -> Any:
    return _parse(path.read_text(encoding="utf-8"))


@lru_cache(maxsize=16)
def _parse(text: str) -> Any:
    return yaml.load(text, TextLoader)


@dataclass
class Book:
    """A book with everything that `extends` and `override` gave it."""

    sections: dict[str, dict[str, Any]]
    timetable: list[dict[str, Any]]


@dataclass(frozen=True, eq=False)
class Duty:
    id: str
    book: Book
    fields: dict[str, Any]

    @property
    def check(self) -> str:
        return str(self.fields["check"])

    @property
    def clauses(self) -> list[str]:
        return as_list(self.fields.get("clause"))

    @property
    def published(self) -> date:
        """Of the book that defines it."""
        return date.fromisoformat(self.fields["published_on"])

    @property
    def must(self) -> bool:
        return str(self.fields.get("strength", "must")) == "must"


def as_list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def load_book(path: Path) -> Book:
    raw = read_yaml(path)
    book = Book({section: {} for section in SECTIONS}, [])
    for base in raw.get("extends") or []:
        inherited = load_book(find_book(base, path.parent))
        for section in SECTIONS:
            book.sections[section].update(inherited.sections[section])
        book.timetable += inherited.timetable
    own = _stamp({key: raw[key] for key in (*SECTIONS, "timetable") if raw.get(key)}, raw)
    defaults = {"published_on": raw.get("published_on") or "0001-01-01", **(raw.get("duty_defaults") or {})}
    own_roles = list(raw.get("roles") or {})
    if "role" not in defaults and len(own_roles) == 1:
        defaults["role"] = own_roles[0]
    for section in SECTIONS:
        for key, value in (own.get(section) or {}).items():
            book.sections[section][key] = {**defaults, **value} if section == "duties" else (value or {})
    book.timetable += own.get("timetable") or []
    override = _stamp(raw.get("override") or {}, raw)
    if "timetable" in override:
        book.timetable = override.pop("timetable")
    book.sections = _merge(book.sections, override)
    return book


def find_book(name: str, folder: Path) -> Path:
    if name.startswith("dutyrules:"):
        return REPO / "rules" / f"{name.removeprefix('dutyrules:')}.yaml"
    return folder / name


def _merge(base: Any, change: Any) -> Any:
    """Override merges key by key, and replaces lists and scalars; `null` removes."""
    if not (isinstance(base, dict) and isinstance(change, dict)):
        return change
    merged = dict(base)
    for key, value in change.items():
        if value is None:
            merged.pop(key)
        else:
            merged[key] = _merge(base[key], value) if key in base else value
    return merged


def _stamp(value: Any, raw: dict[str, Any]) -> Any:
    """What depends on the book a text stands in: clause prefixes, and dates from max(`from`, `published_on`)."""
    if isinstance(value, list):
        if is_dated(value):
            published = str(raw.get("published_on") or "")
            return [{"from": max(row["from"], published), "value": _stamp(row["value"], raw)} for row in value]
        return [_stamp(entry, raw) for entry in value]
    if not isinstance(value, dict):
        return value
    source = (raw.get("source") or {}).get("id")
    stamped = {}
    for key, entry in value.items():
        if key == "clause" and entry is not None:
            ids = [with_prefix(clause, source) for clause in as_list(entry)]
            stamped[key] = ids if isinstance(entry, list) else ids[0]
        else:
            stamped[key] = _stamp(entry, raw)
    return stamped


def with_prefix(clause: str, source: str | None) -> str:
    """An id without a document prefix gets the book's source id."""
    has_prefix = re.match(r"[A-Za-z]+[0-9]*-", clause)
    return clause if has_prefix or source is None else f"{source}-{clause}"


def is_dated(value: Any) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(row, dict) and set(row) == {"from", "value"} for row in value)
    )
