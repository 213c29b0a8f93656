"""Why a file could not be written, where a library says it in its own words: asked of the system, not read out of those words."""

from __future__ import annotations

import logging
import os
import shutil
import sqlite3
from pathlib import Path

from geo_planner.errors import system_says
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)

_ROOM_BYTES = 1 << 20
"""With less than this left on its disk a file did not fit."""
_OF_SQLITE = {
    sqlite3.SQLITE_FULL: "full", sqlite3.SQLITE_READONLY: "read_only", sqlite3.SQLITE_PERM: "access", sqlite3.SQLITE_BUSY: "busy",
    sqlite3.SQLITE_LOCKED: "busy", sqlite3.SQLITE_IOERR: "device",
}  # fmt: skip


def why_not_written(error: Exception, path: Path) -> Said | str:
    """What kept `path` from being written, in the reader's language; what the library says goes to the log.

    Parameters
    ----------
    error : Exception
        Of the operating system, SQLite, GDAL or a writer of workbooks.
    path : Path
    """
    logger.debug("%s is not written", path, exc_info=error)
    if isinstance(error, OSError) and error.errno is not None:
        return system_says(error)
    code = getattr(error, "sqlite_errorcode", None)
    if isinstance(code, int) and (code & 0xFF) in _OF_SQLITE:  # further bits tell more of the same kind
        return said(f"system.{_OF_SQLITE[code & 0xFF]}")
    folder = path.parent
    if not folder.is_dir():
        return said("system.missing")
    if shutil.disk_usage(folder).free < _ROOM_BYTES:
        return said("system.full")
    if not os.access(path if path.is_file() else folder, os.W_OK):
        return said("system.access")
    return said("system.not_known")
