"""Where what is shipped lies – rule books, catalogues, examples: in the installed package, or atop the source tree."""

from __future__ import annotations

from pathlib import Path

_PACKAGE = Path(__file__).resolve().parent
_INSTALLED = _PACKAGE / "data"
_SOURCE_TREE = _PACKAGE.parents[1]


def rules_dir() -> Path:
    """Returns the folder of the shipped rule books."""
    return _resolve("rules")


def examples_dir() -> Path:
    """Returns the folder of the shipped example estates, one folder each."""
    return _resolve("examples")


def shipped_book(name: str) -> Path | None:
    """Finds a shipped rule book.

    Args:
        name: Its id, such as `area-butler`, without the `dutyrules:` of an `extends`.

    Returns:
        Its file, or None if no such book is shipped.
    """
    # Looking the name up, rather than joining it to the folder, keeps `../..` out.
    return rules_dir() / f"{name}.yaml" if name in shipped_books() else None


def shipped_books() -> list[str]:
    """Returns the ids of the shipped rule books in alphabetical order."""
    return sorted(path.stem for path in rules_dir().glob("*.yaml"))


def shipped_catalogue(name: str) -> Path | None:
    """Finds a shipped catalogue of clauses.

    Args:
        name: Such as `clauses/D0`, without `dutyrules:`.

    Returns:
        Its file, or None if no such catalogue is shipped.
    """
    return rules_dir() / f"{name}.yaml" if name in shipped_catalogues() else None


def shipped_catalogues() -> list[str]:
    """Returns the names of the shipped catalogues of clauses in alphabetical order."""
    return sorted(f"clauses/{path.stem}" for path in (rules_dir() / "clauses").glob("*.yaml"))


def _resolve(folder: str) -> Path:
    root = _INSTALLED if _INSTALLED.is_dir() else _SOURCE_TREE
    return root / folder
