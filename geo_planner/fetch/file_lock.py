"""One process at a time on one file or folder of ours, by a lock that ends with its holder.

The locked file is there only while somebody holds it. One that a killed process left behind holds nobody up, and says
that what stands beside it is nobody's work any more.
"""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo_planner.files.folders import is_same_file, lock_now
from geo_planner.files.install import COMMIT_FILE

IN_USE = ".in_use"
"""In a folder that is being made: held as long as its maker lives."""

_PAUSE_S = 0.05
_BUSY = {errno.EACCES, errno.EAGAIN, errno.EDEADLK}


class BusyError(Exception):
    """Another one holds the lock and waiting for it was given up."""


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
        False where no lock can be had at all (a folder that may not be written, a network drive that knows no locks).

    Raises
    ------
    BusyError
        When `keep_waiting` says no.
    """
    descriptor = _taken(path, keep_waiting)
    try:
        yield descriptor is not None
    finally:
        if descriptor is not None:
            if sys.platform == "win32":
                os.close(descriptor)  # a file that is open cannot be removed there
            with suppress(OSError):
                path.unlink()
            if sys.platform != "win32":
                os.close(descriptor)


def _taken(path: Path, keep_waiting: Callable[[], bool]) -> int | None:
    while True:
        try:
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_CLOEXEC", 0), 0o644)
        except OSError as error:
            if sys.platform == "win32" and isinstance(error, PermissionError) and keep_waiting():
                time.sleep(_PAUSE_S)  # being removed by the one before
                continue
            return None
        try:
            lock_now(descriptor)
        except OSError as error:
            os.close(descriptor)
            if error.errno not in _BUSY:
                return None
            if not keep_waiting():
                raise BusyError(str(path)) from error
            time.sleep(_PAUSE_S)
            continue
        if is_same_file(descriptor, path):
            return descriptor
        os.close(descriptor)  # the one before removed the file between our opening and our locking it


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Say of a folder that somebody is at work in it, for as long as this process lives."""
    with held(folder / IN_USE):
        yield


def clear_abandoned(folders: Iterable[Path]) -> None:
    """Remove the folders in which a process was at work that is no more. What is not marked as such, or lives, stays."""
    for folder in folders:
        if folder.is_symlink() or (folder / IN_USE).is_symlink() or not (folder / IN_USE).is_file():
            continue
        with suppress(BusyError), held(folder / IN_USE) as ours:
            if ours and not (folder / COMMIT_FILE).exists():  # a change that only waits to be finished is no leftover
                shutil.rmtree(folder, ignore_errors=True)
