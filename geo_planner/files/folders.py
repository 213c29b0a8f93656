"""Paths of this machine: where things that can be made again are kept, why one cannot be read, and links that lead out of a study area."""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path, PurePosixPath
from typing import Any, Literal

import platformdirs

from geo_planner.errors import Fault, GeoPlannerError, OutputError, UsageError, system_says
from geo_planner.words import Said, said

CACHE_VARIABLE = "GEO_PLANNER_CACHE"


def cache_root() -> Path:
    """The folder named by ``GEO_PLANNER_CACHE``, else the platform's own for caches. It may not exist yet."""
    named = os.environ.get(CACHE_VARIABLE)
    return Path(named).expanduser() if named else platformdirs.user_cache_path("geo-planner", appauthor=False)


class UnopenedError(GeoPlannerError, ValueError):
    """A file is refused before anything in it is followed.

    Parameters
    ----------
    key : str
        Of the catalogue, with reason and remedy; its facts as keywords.

    Attributes
    ----------
    why : Said
        As in :class:`geo_planner.errors.Fault`.
    """

    def __init__(self, key: str, /, **facts: Any) -> None:
        self.why: Said = said(key, **facts)
        super().__init__("unopened", why=self.why)

    def fault(self, file: str) -> Fault:
        return Fault(file, self.why)


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


def check_folder(root: Path) -> None:
    """Refuse what is no folder of a study area.

    Raises
    ------
    UsageError
    """
    why = no_folder(root)
    if why == "missing":
        raise UsageError("no_study_area.missing", root=root)
    if why is not None:
        shown = str(root) if len(str(root)) <= 200 and str(root).isprintable() else ascii(str(root)[:200])
        raise UsageError("no_study_area.unreadable", root=shown, why=why)


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
        return said("no_access.system", why=system_says(error))
    return said(key or "no_access.unknown")


def link_on_the_way(root: Path, relative: str) -> str | None:
    """The first part of a path below `root`, with forward slashes, that is a link; None when there is none.

    The study area itself may be reached through a link: what counts is what stands inside it.
    """
    path = root
    for part in PurePosixPath(relative).parts:
        path = path / part
        if is_link(path):
            return path.relative_to(root).as_posix()
    return None


def is_link(path: Path) -> bool:
    """Whether it is a symbolic link, or what Windows has in its place for folders."""
    junction = getattr(path, "is_junction", None)
    return path.is_symlink() or bool(junction is not None and junction())


def refuse_link(root: Path, relative: str) -> None:
    """Refuse to write through a link inside a study area: what it points to is not part of it.

    Raises
    ------
    OutputError
    """
    link = link_on_the_way(root, relative)
    if link is not None:
        raise OutputError("not_written.through_link", file=relative, link=link, root=root)
