"""Folders and files of this machine: where things that can be made again are kept, files put in place whole, locks that end with their holder."""

from __future__ import annotations

import errno
import os
import stat
import sys
import tempfile
from pathlib import Path
from typing import Literal

from geo_planner.words import Said, said

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


def put_in_place(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write a file beside its place and move it there: a reader sees the old one or the new one, and a full disk leaves nothing.

    Where a link stands in the place, the link is replaced and never followed.

    Parameters
    ----------
    path : Path
        In a folder that is there.
    content : bytes
    new : bool
        Never over anything that is there already.

    Raises
    ------
    FileExistsError
        With `new`, when something has the name.
    OSError
        When the disk or the folder refuses; nothing is left behind.
    """
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    try:
        with os.fdopen(handle, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        Path(temporary).chmod(0o644)  # mkstemp's files are private; those beside it are not
        if new:
            _move_where_nothing_is(Path(temporary), path)
        else:
            Path(temporary).replace(path)
    finally:
        Path(temporary).unlink(missing_ok=True)


def _move_where_nothing_is(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError as error:  # a disk without such names
        if os.path.lexists(target):
            raise FileExistsError(error.errno, "there is something already", str(target)) from error
        source.replace(target)


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


def stands_there(path: Path) -> bool:
    """Whether anything bears this name, readable or not: a link into nothing, a folder, a device too."""
    try:
        path.lstat()
    except (FileNotFoundError, NotADirectoryError, ValueError):
        return False
    except OSError as error:
        return error.errno != errno.ENAMETOOLONG
    return True


def no_plain_file(path: Path) -> Literal["missing"] | Said | None:
    """Why a path is no file that can be read; None for one that can. Nothing is read, so that a pipe holds nobody up.

    Returns
    -------
    "missing", Said or None
        That there is nothing, or what keeps it from being read.
    """
    try:
        mode = path.stat().st_mode
        if stat.S_ISDIR(mode):
            return said("no_access.folder")
        if not stat.S_ISREG(mode):
            return said("no_access.device")
        with path.open("rb"):
            return None
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except ValueError:
        return said("no_access.no_file_name")
    except OSError as error:
        return no_access(error)


def no_folder(path: Path) -> Literal["missing"] | Said | None:
    """Why a path is no folder that can be looked into; as :func:`no_plain_file`."""
    try:
        if not stat.S_ISDIR(path.stat().st_mode):
            return said("no_access.file")
        with os.scandir(path) as entries:
            next(entries, None)
    except (FileNotFoundError, NotADirectoryError):
        return "missing"
    except ValueError:
        return said("no_access.no_folder_name")
    except OSError as error:
        return no_access(error)
    return None


def no_access(error: OSError) -> Said:
    """What the operating system says against a path, in words that do not depend on it."""
    keys = {
        errno.EACCES: "no_access.user",
        errno.EPERM: "no_access.user",
        errno.ELOOP: "no_access.circle",
        errno.ENAMETOOLONG: "no_access.long_name",
    }
    key = keys.get(error.errno or 0)
    if key is None and error.strerror:
        return said("no_access.system", why=error.strerror)
    return said(key or "no_access.unknown")
