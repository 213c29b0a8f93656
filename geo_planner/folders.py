"""Where things that can be made again are kept on this machine."""

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
