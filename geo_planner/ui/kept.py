"""Plans that were computed before, kept as the folders that ``geo-planner plan`` writes, beside the path loss in the cache folder.

A folder bears the hash of all that its plan was made from and of the program that made it. Its files are held against their hashes when
it is read (:func:`geo_planner.plan.load_plan`); one that is not whole, was changed or does not fit goes, and the plan is computed anew.
Nothing in it is executed.
"""

from __future__ import annotations

import logging
import os
import shutil
from collections.abc import Iterator
from contextlib import suppress
from functools import lru_cache
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import geo_planner
from geo_planner.errors import GeoPlannerError
from geo_planner.files.folders import cache_root
from geo_planner.files.hashes import sha256_of_content
from geo_planner.files.written import verify_folder
from geo_planner.plan import Plan, load_plan
from geo_planner.radio.cache import ENGINE

logger = logging.getLogger(__name__)
MOST_BYTES, MOST_PLANS = 1_000_000_000, 24


def folder_of(key: str) -> Path:
    """Where the plan of a fingerprint is kept, or would be."""
    return cache_root() / "plans" / sha256_of_content(f"{key} {program()}")


def kept_plan(folder: Path, study_area: Path) -> Plan | None:
    """The plan that is kept there; None where there is none that can be used."""
    if not folder.is_dir():
        return None
    try:
        plan = load_plan(folder, study_area)
        os.utime(folder)  # used now: others go first
    except (GeoPlannerError, OSError) as error:
        logger.info("the plan kept in %s is not used: %s", folder, error)
        _remove(folder)
        return None
    return plan


def keep(plan: Plan, folder: Path) -> None:
    """Keep a plan for the next start; a cache that cannot be written costs time, never the result."""
    from geo_planner.export import write_plan

    try:
        write_plan(plan, folder)
    except (GeoPlannerError, OSError) as error:
        logger.warning("the plan is not kept: %s", error)
        return
    _keep_within_cap(folder.parent, folder)


def kept_files(folder: Path) -> dict[str, bytes] | None:
    """The files of a plan that is kept, as its exporter wrote them; None where they are not whole."""
    with suppress(OSError):
        if folder.is_dir() and not verify_folder(folder):
            os.utime(folder)
            return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}
    return None


def _keep_within_cap(root: Path, newest: Path) -> None:
    """Take away what was unused for longest, until both caps are met; what was just written stays."""
    total, plans = 0, 0
    for folder in sorted(_folders(root), key=_used_at, reverse=True):
        total, plans = total + _size(folder), plans + 1
        if folder != newest and (total > MOST_BYTES or plans > MOST_PLANS):
            _remove(folder)


def _folders(root: Path) -> Iterator[Path]:
    return (folder for folder in root.iterdir() if folder.is_dir() and not folder.is_symlink() and not folder.name.startswith("."))


def _used_at(folder: Path) -> float:
    try:
        return folder.stat().st_mtime
    except OSError:
        return 0.0  # gone meanwhile


def _size(folder: Path) -> int:
    sizes = []
    for path in folder.rglob("*"):
        with suppress(OSError):
            sizes.append(path.stat().st_size)
    return sum(sizes)


def _remove(folder: Path) -> None:
    """First out of the way in one step, so that nobody finds half of it."""
    gone = folder.with_name(f".{folder.name}.gone-{os.getpid()}")
    with suppress(OSError):
        folder.rename(gone)
    shutil.rmtree(gone, ignore_errors=True)


@lru_cache(maxsize=1)
def program() -> str:
    """What tells one state of the program from another: its version, the edition of the path loss, and its files, which change where it is worked on."""
    root = Path(geo_planner.__file__).parent
    files = sorted(path for path in root.rglob("*") if path.suffix in (".py", ".toml"))
    states = [f"{path.relative_to(root).as_posix()} {path.stat().st_size} {path.stat().st_mtime_ns}" for path in files]
    try:
        edition = version("geo-planner")
    except PackageNotFoundError:
        edition = "unknown"
    return sha256_of_content("\n".join([edition, str(ENGINE), *states]))
