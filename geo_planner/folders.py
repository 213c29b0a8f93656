"""Folders and files of this machine: where things that can be made again are kept, and locks that end with their holder."""

from __future__ import annotations

import os
import sys
from pathlib import Path

CACHE_VARIABLE = "GEO_PLANNER_CACHE"


def cache_root() -> Path:
    """The folder named by ``GEO_PLANNER_CACHE``, else the platform's own for caches. It may not exist yet."""
    named = os.environ.get(CACHE_VARIABLE)
    if named:
        return Path(named).expanduser()
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local") / "geo-planner" / "Cache"
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Caches" / "geo-planner"
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "geo-planner"


def lock_now(descriptor: int) -> None:
    """Lock an open file for this process alone; the operating system gives it back when the process ends.

    Raises
    ------
    OSError
        At once, when another holds it.
    """
    if sys.platform == "win32":
        import msvcrt

        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
    else:
        import fcntl

        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def is_same_file(descriptor: int, path: Path) -> bool:
    """Whether the open file is still the one at `path`: whoever held the lock before may have removed it."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False
