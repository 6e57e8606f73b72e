"""The example estate as the demo makes it: a copy whose exports have become logs."""

from pathlib import Path

import pytest

import dutyrules as dr
from dutyrules.cli.arguments import log_files
from dutyrules.cli.demo_exports import copy_estate, import_all


@pytest.fixture(scope="session")
def haitang(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Its folder."""
    home = tmp_path_factory.mktemp("haitang")
    copy_estate(home)
    for _ in import_all(home, dr.load_estate(home)):
        pass
    return home


@pytest.fixture(scope="session")
def logs(haitang: Path) -> list[Path]:
    """Its logs, those that were imported among them."""
    return log_files([haitang / "logs"])
