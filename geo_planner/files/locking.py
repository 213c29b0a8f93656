"""One writer at a time in a study area: a lock that the operating system gives back even when its holder is killed.

The lock is held on ``.geo_planner/lock``; the file is there only while somebody writes. One that was left over by a crash
holds nobody up: what counts is the lock on it, which ends with its process.
"""

from __future__ import annotations

import errno
import logging
import os
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo_planner.errors import OutputError
from geo_planner.files.folders import is_same_file, lock_now
from geo_planner.files.links import is_link

logger = logging.getLogger(__name__)
LOCK_FILE = ".geo_planner/lock"
PATIENCE_S = 20.0
_PAUSE_S = 0.05
_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}
_held = threading.local()


@contextmanager
def locked(root: Path, *, patience_s: float | None = None) -> Iterator[None]:
    """Be the only one who writes into a study area; waits a little for another one to finish.

    Whoever holds the lock already (in this thread) passes. Where no lock can be had at all (a folder that may not be written,
    a network drive that knows no locks) the work goes on: writing says by itself whether it can, and a layer that changed
    meanwhile is noticed.

    Raises
    ------
    OutputError
        When another import or fetch is still at it after `patience_s` seconds (``PATIENCE_S`` when left out).
    """
    mine: set[Path] = _held.__dict__.setdefault("roots", set())
    key = root.resolve()
    if key in mine:
        yield
        return
    descriptor = _taken(root, PATIENCE_S if patience_s is None else patience_s)
    mine.add(key)
    try:
        yield
    finally:
        mine.discard(key)
        if descriptor is not None:
            _give_back(root, descriptor)


def _taken(root: Path, patience_s: float) -> int | None:
    path, until = root / LOCK_FILE, time.monotonic() + patience_s
    if is_link(path.parent):
        return None  # nothing is made through a link
    while True:
        try:
            path.parent.mkdir(exist_ok=True)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0), 0o644)
        except FileNotFoundError:
            if not root.is_dir():
                return None
            continue  # the one before has just cleared the folder away
        except OSError as error:
            if sys.platform == "win32" and isinstance(error, PermissionError) and time.monotonic() < until:
                time.sleep(_PAUSE_S)  # being deleted by the one before
                continue
            logger.debug("no lock in %s", root, exc_info=error)
            return None
        try:
            lock_now(descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in _BUSY:
                logger.debug("no lock in %s", root, exc_info=error)
                return None
            if time.monotonic() >= until:
                raise OutputError("not_written.area_in_use", root=root) from error
            time.sleep(_PAUSE_S)
            continue
        if is_same_file(descriptor, path):
            return descriptor
        os.close(descriptor)  # the one before removed the file between our opening and our locking it


def _give_back(root: Path, descriptor: int) -> None:
    path = root / LOCK_FILE
    if sys.platform == "win32":
        os.close(descriptor)  # a file that is open cannot be removed there
    with suppress(OSError):
        os.unlink(path)  # noqa: PTH108 - must work also while a test or a program stands in for Path's own
    if sys.platform != "win32":
        os.close(descriptor)
    with suppress(OSError):
        path.parent.rmdir()  # nothing else of ours is in it
