"""One process at a time, by locks that the operating system gives back even when their holder is killed.

A locked file is there only while somebody holds it. One that a crash left behind holds nobody up: what counts is the lock on it,
which ends with its process. Nothing is ever locked through a symbolic link.
"""

from __future__ import annotations

import logging
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path

from filelock import FileLock, Timeout

from geo_planner.errors import OutputError
from geo_planner.files.folders import is_link

logger = logging.getLogger(__name__)
LOCK_FILE = ".geo_planner/lock"
PATIENCE_S = 20.0
_mine = threading.local()


class BusyError(Exception):
    """Another one holds the lock, and waiting for it was given up."""


@contextmanager
def held(path: Path, keep_waiting: Callable[[], bool] = lambda: False) -> Iterator[bool]:
    """Be the only one who holds `path`.

    Parameters
    ----------
    path : Path
        The file to lock; made and removed here.
    keep_waiting : callable
        Asked again and again while another one holds it.

    Yields
    ------
    bool
        False where no lock can be had at all (a folder that may not be written, a network drive that knows no locks, a link).

    Raises
    ------
    BusyError
        When `keep_waiting` says no.
    """
    lock = FileLock(path, mode=0o644, fallback_to_soft=False)
    if not _is_taken(lock, path, keep_waiting):
        yield False
        return
    try:
        yield True
    finally:
        if sys.platform != "win32":  # an open file cannot be removed there: the library does it afterwards
            with suppress(OSError):  # by those who wait it is noticed that the file is gone
                os.unlink(path)  # noqa: PTH108 - must work also while a test or a program stands in for Path's own
        lock.release()


def _is_taken(lock: FileLock, path: Path, keep_waiting: Callable[[], bool]) -> bool:
    while True:
        try:
            lock.acquire(timeout=threading.TIMEOUT_MAX, cancel_check=lambda: not keep_waiting())
        except Timeout as error:
            raise BusyError(str(path)) from error
        except OSError as error:
            if isinstance(error, FileNotFoundError) and keep_waiting():
                continue  # the one before has just cleared the folder away
            logger.debug("no lock at %s", path, exc_info=error)
            return False
        return True


@contextmanager
def locked(root: Path, *, patience_s: float | None = None) -> Iterator[None]:
    """Be the only one who writes into a study area; waits a little for another one to finish.

    Whoever holds the lock already (in this thread) passes. Where no lock can be had at all the work goes on: writing says by itself
    whether it can, and a layer that changed meanwhile is noticed.

    Raises
    ------
    OutputError
        When another import or fetch is still at it after `patience_s` seconds (``PATIENCE_S`` when left out).
    """
    mine: set[Path] = _mine.__dict__.setdefault("roots", set())
    key, path = root.resolve(), root / LOCK_FILE
    if key in mine or not root.is_dir() or is_link(path.parent):  # nothing is made through a link
        yield
        return
    until = time.monotonic() + (PATIENCE_S if patience_s is None else patience_s)
    with ExitStack() as stack:
        stack.callback(_remove_empty, path.parent)
        try:
            stack.enter_context(held(path, lambda: time.monotonic() < until))
        except BusyError as error:
            raise OutputError("not_written.area_in_use", root=root) from error
        mine.add(key)
        stack.callback(mine.discard, key)
        yield


def _remove_empty(folder: Path) -> None:
    with suppress(OSError):
        folder.rmdir()  # nothing else of ours is in it
