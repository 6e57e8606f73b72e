"""What the engine and the reference make of a case."""

import json
import re
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import dutyrules as dr
from dutyrules.cli.main import main
from tests.conformance.cases import Case, known
from tests.conformance.compare import same
from tests.property.engine import comparison
from tests.reference import reference_score
from tests.reference.estate import load_estate as reference_estate
from tests.reference.log import rejected_rows

IMPLEMENTATION = {"exit", "refused", "provenance", "uncovered", "uncharged", "uninspected", "notices"}


class Estates:
    """Folders with the files of cases, each distinct one written and loaded once."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.folders: dict[tuple[tuple[str, str], ...], Path] = {}
        self.loaded: Callable[[Path], dr.Estate] = lru_cache(maxsize=None)(dr.load_estate)

    def folder(self, case: Case) -> Path:
        files = tuple(case.files.items())
        if files not in self.folders:
            self.folders[files] = self.root / f"estate-{len(self.folders)}"
            for name, text in files:
                write(self.folders[files] / name, text)
        return self.folders[files]

    def logs(self, case: Case) -> list[Path]:
        folder = self.root / case.name.replace(":", "-")
        for name, text in case.logs.items():
            write(folder / name, text)
        return [folder / name for name in case.logs]


def write(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8", newline="")


def by_engine(case: Case, estates: Estates) -> dict[str, Any]:
    estate = estates.loaded(estates.folder(case))
    log = dr.read_log(estates.logs(case), estate, period=case.period, forecast=case.forecast)
    as_of = datetime.fromisoformat(case.as_of) if case.as_of else None
    found = comparison(dr.score(estate, log, case.period, as_of, forecast=case.forecast))
    cells = log.rejects.select("file", "row", "column").iter_rows()
    rejected = [{"file": Path(file).name, "row": str(row), "column": column or ""} for file, row, column in cells]
    return {**found, "rejected": rejected}


def by_reference(case: Case, estates: Estates) -> dict[str, Any]:
    folder, logs = estates.folder(case), estates.logs(case)
    found = reference_score(folder, logs, case.period, case.as_of, forecast=case.forecast)
    rows = rejected_rows(logs, reference_estate(folder))
    return {**found, "rejected": [{"file": path.name, "row": str(row), "column": None} for path, row in rows]}


# ---------------------------------------------------------------------------------------------- the engine alone


def by_command(case: Case, estates: Estates, capture: Any) -> dict[str, Any]:
    """What `dutyrules score` returns, and says."""
    out = estates.root / "out" / f"{case.name.replace(':', '-')}.json"
    out.parent.mkdir(exist_ok=True)
    command = ["score", "--estate", str(estates.folder(case)), "--log", *map(str, estates.logs(case))]
    command += ["--period", case.period, "--out", str(out), "--lang", "en"]
    command += ["--as-of", case.as_of] if case.as_of else []
    command += ["--forecast"] if case.forecast else []
    capture.readouterr()
    try:
        status = main([*command, *case.options])
    except SystemExit as error:  # of the argument parser
        status = int(str(error.code))
    said = capture.readouterr().err
    document = json.loads(out.read_text("utf-8")) if out.exists() else None
    return {"exit": str(status), "said": said, "document": document}


def implementation_differences(wanted: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """What only an implementation as a whole can show: exit status, codes, provenance."""
    known(wanted, IMPLEMENTATION, "implementation")
    document = found["document"] or {}
    people = document.get("people", [])
    wrong = []
    for word, value in wanted.items():
        match word:
            case "exit":
                got: Any = found["exit"]
            case "refused" | "notices":
                got = codes(found["said"])
            case "provenance":
                whole = {**document.get("provenance", {}), "forecast": document.get("forecast")}
                got = {name: told(whole.get(name)) for name in value}
            case "uncovered":
                got = [f"{one['person']} {one['day']}" for one in document.get("uncovered", [])]
            case "uncharged":
                got = [one["duty"] for person in people for one in person["breaches"] if one["uncharged"]]
            case _:
                items = [item for person in people for item in person["items"]]
                got = [f"{item['item']}.{line['line']}" for item in items for line in item["lines"] if line[word]]
        if not same(value, got):
            wrong.append(f"{word}: {got}, not {value}")
    return wrong


def told(value: Any) -> Any:
    """Files with their hashes as the names of the files: what a hash is nobody can write down beforehand."""
    return sorted(value) if isinstance(value, dict) and all(len(hash_) == 64 for hash_ in value.values()) else value


def codes(said: str) -> list[str]:
    """The codes of all diagnostics."""
    return sorted(re.findall(r"(?:error|warning) ([a-z]+\.[a-z-]+):", said))
