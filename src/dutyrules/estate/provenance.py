"""What a result was made from, so that it can be made again."""

from importlib.metadata import PackageNotFoundError, version
from typing import Any

from dutyrules.activity.log import Log
from dutyrules.estate.estate import Estate


def provenance(estate: Estate, log: Log, *, provisional: bool) -> dict[str, Any]:
    """Version, holiday calendar, and the hashes of books, estate and log.

    Args:
        provisional: Whether the holidays of some day are not published yet.
    """
    try:
        package = version("dutyrules")
    except PackageNotFoundError:  # run from a source tree that nobody installed
        package = "source"
    return {
        "dutyrules": package,
        "holidays": "provisional" if provisional else "final",
        "coverage": "undeclared" if estate.tables.coverage.is_empty() else "declared",
        "books": {name.rpartition("/")[2]: digest for name, digest in sorted(estate.book.files.items())},
        "estate": dict(sorted(estate.files.items())),
        "log": {file.name.rpartition("/")[2]: file.sha256 for file in log.files},
    }
