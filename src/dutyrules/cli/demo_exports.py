"""The example estate in a directory of its own, and its month out of the exports of DingTalk and MicroCommunity."""

import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from dutyrules import Estate


@dataclass(frozen=True, slots=True)
class Export:
    """An export of the example estate, and how it becomes a log: `dutyrules import MAPPING FILE --out logs/LOG`.

    Attributes:
        mapping: The mapping that reads it.
        file: Its name in `exports`.
        log: The log's name in `logs`.
        settings: What the estate sets in the mapping.
    """

    mapping: str
    file: str
    log: str
    settings: Mapping[str, str] = field(default_factory=dict)


EXPORTS = (
    # people clock in at the door of the morning meeting
    Export("dingtalk_daily", "钉钉每日统计.xlsx", "dingtalk.csv", {"in": "meeting.project"}),
    Export("microcommunity_patrol", "员工巡楼.xlsx", "patrols.csv"),
    Export("microcommunity_sql_dunning", "owe_fee_callable.csv", "reminders.csv"),
    Export("microcommunity_sql_repairs", "r_repair_pool.csv", "repairs.csv"),
    Export("microcommunity_sql_repair_users", "r_repair_user.csv", "repair-users.csv"),
    Export("microcommunity_sql_repair_visits", "r_repair_return_visit.csv", "repair-visits.csv"),
)


def copy_estate(home: Path) -> None:
    """Copies the example estate, without what wrote it."""
    from dutyrules.resources import examples_dir

    ignored = shutil.ignore_patterns("generate*", "__pycache__")
    shutil.copytree(examples_dir() / "haitang", home, dirs_exist_ok=True, ignore=ignored)


def import_all(home: Path, estate: "Estate") -> Iterator[str]:
    """Imports every export into a log, and approved leave into the estate's table; says what each comes to."""
    from dutyrules.cli.import_ import write_import
    from dutyrules.estate import import_exports

    for export in EXPORTS:
        imported = import_exports(export.mapping, [home / "exports" / export.file], estate, settings=export.settings)
        log = home / "logs" / export.log
        said = write_import(imported, log)
        yield f"{export.file}: {'; '.join(f'{what} in {path.name}' for what, path in said)}"
        if imported.leave.height:
            _add_rows(home / "leave.csv", log.with_suffix(".leave.csv"))


def _add_rows(table: Path, more: Path) -> None:
    """Puts the rows of one table below those of another whose first columns are the same."""
    _, *rows = more.read_text("utf-8-sig").splitlines(keepends=True)
    with table.open("a", encoding="utf-8", newline="") as file:
        file.writelines(rows)
