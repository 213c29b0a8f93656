"""A study area to import into, and a look at whether it changed."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.imports.making import DATA


@pytest.fixture
def area(tmp_path: Path) -> Path:
    """The bundled study area without its terrain, which no import needs."""
    return Path(shutil.copytree(DATA, tmp_path / "area", ignore=shutil.ignore_patterns("terrain")))


@pytest.fixture
def empty_area(area: Path) -> Path:
    """A study area that has its communes but neither villages nor sites."""
    shutil.rmtree(area / "villages")
    shutil.rmtree(area / "sites")
    return area


@pytest.fixture
def contents() -> Callable[[Path], dict[str, str]]:
    """Hash of every file of a folder."""

    def look(folder: Path) -> dict[str, str]:
        return {
            path.relative_to(folder).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(folder.rglob("*"))
            if path.is_file()
        }

    return look
