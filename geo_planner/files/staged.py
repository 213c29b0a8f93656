"""Several files into a study area as one step: all of them and the manifest, or none.

The files are made in a staging folder inside the study area. When all are there, a list of them (``commit.json``) is written
in one step; from then on the change counts as done, and whoever comes next finishes what a crash left over. Before that
moment nothing of the study area is touched.

While a folder is being made a lock on ``.in_use`` in it says so, which ends with its maker: what a killed one left goes with the next.

A study area may come from anywhere, with such a folder in it: a list is only followed as far as it could be ours, and never through
a link. One that is not is left alone and told (:func:`foreign_changes`).
"""

from __future__ import annotations

import json
import logging
import shutil
import tempfile
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from geo_planner.errors import Fault, GeoPlannerError, OutputError, system_says, warning
from geo_planner.files.atomic import write_atomically
from geo_planner.files.folders import is_link, link_on_the_way, refuse_link
from geo_planner.files.lock import BusyError, held, locked
from geo_planner.files.manifest import MANIFEST, as_json, is_plain_path, manifest_with
from geo_planner.words import said

logger = logging.getLogger(__name__)

STAGING_PREFIX, COMMIT_FILE, IN_USE = ".incoming-", "commit.json", ".in_use"
_ABANDONED_S = 24 * 3600
"""A staging folder without a list or a mark may be somebody's work in progress; after a day it is a leftover."""
_FINISH_PATIENCE_S = 5.0
_MOST_LIST_BYTES, _MOST_NAMES = 1_000_000, 10_000


class _ForeignListError(GeoPlannerError, ValueError):
    """A list of changes that no import or fetch has written."""


@contextmanager
def in_use(folder: Path) -> Iterator[None]:
    """Say of a folder that somebody is at work in it, for as long as this process lives."""
    with held(folder / IN_USE, lambda: True):
        yield


def clear_abandoned(folders: Iterable[Path]) -> None:
    """Remove the folders in which a process was at work that is no more. What is not marked as such, or lives, stays."""
    for folder in folders:
        if folder.is_symlink() or (folder / IN_USE).is_symlink() or not (folder / IN_USE).is_file():
            continue
        with suppress(BusyError), held(folder / IN_USE) as ours:
            if ours and not (folder / COMMIT_FILE).exists():  # a change that only waits to be finished is no leftover
                shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def staging(root: Path) -> Iterator[Path]:
    """A folder inside the study area in which to make files; gone afterwards unless :func:`install` was stopped half-way.

    Raises
    ------
    OutputError
        When the study area is not writable.
    """
    new = not root.exists()
    try:
        root.mkdir(parents=True, exist_ok=True)
        folder = Path(tempfile.mkdtemp(dir=root, prefix=STAGING_PREFIX))
    except OSError as error:
        raise OutputError("not_written.folder_of_area", path=root, why=system_says(error)) from error
    try:
        with in_use(folder):
            clear_abandoned(root.glob(f"{STAGING_PREFIX}*"))
            yield folder
    finally:
        if not (folder / COMMIT_FILE).exists():
            shutil.rmtree(folder, ignore_errors=True)
        if new and not any(root.iterdir()):
            root.rmdir()  # a study area of which nothing came about


def install(
    root: Path, folder: Path, facts: Mapping[str, Mapping[str, Any]], *, as_before: Mapping[str, Mapping[str, Any] | None] | None = None
) -> None:
    """Move files from a staging folder to their places and record them.

    Parameters
    ----------
    root : Path
        Folder of the study area.
    folder : Path
        As :func:`staging` gave it; holds every file under the relative path that it shall have.
    facts : mapping of str to mapping
        What to record of each, as for :func:`geo_planner.files.manifest.record_files`.
    as_before : mapping of str to (mapping or None), optional
        Files whose records are put back as they once were, to the letter; None: the file had none. Of these the folder may hold the
        content or nothing, where only the record changes.

    Raises
    ------
    OutputError
        When a file cannot be replaced. If it was the first one, nothing has changed; if not, the change is finished by the
        next command that uses the study area. Also when another import or fetch goes on writing into the study area.
    """
    put_back = dict(as_before or {})
    for name in (*facts, *put_back, MANIFEST):
        refuse_link(root, name)
    with locked(root):
        _install(root, folder, facts, put_back)


def _install(root: Path, folder: Path, facts: Mapping[str, Mapping[str, Any]], as_before: Mapping[str, Mapping[str, Any] | None]) -> None:
    """As :func:`install`, by the one who holds the lock: the manifest is read and written without another in between."""
    finish_interrupted(root)
    document = manifest_with(root, {name: (folder / name, entry) for name, entry in facts.items()})
    entries = {name: entry for name, entry in {**document["files"], **as_before}.items() if entry is not None}
    document = {**document, "files": dict(sorted(entries.items()))}
    files = sorted({*facts, *(name for name in as_before if (folder / name).exists())})
    write_atomically(folder / MANIFEST, as_json(document))
    for name in files:
        (folder / name).chmod(0o644)
    write_atomically(folder / COMMIT_FILE, json.dumps([*files, MANIFEST]))
    try:
        _move(root, folder)
    except OSError as error:
        untouched = all((folder / name).exists() for name in (*files, MANIFEST))
        if untouched:
            (folder / COMMIT_FILE).unlink(missing_ok=True)
        key = "not_replaced.nothing_changed" if untouched else "not_replaced.finished_later"
        raise OutputError(key, path=error.filename2 or error.filename, why=system_says(error)) from error


def finish_interrupted(root: Path) -> int:
    """Finish the changes that a crash or an open file left half-way; returns how many there were.

    Folders of changes that never came to their list are cleared away after a day. In a study area that may not be
    written nothing happens, nor where somebody else is just putting files in place.
    """
    folders = [folder for folder in _staging_folders(root) if (folder / COMMIT_FILE).is_file() or _is_abandoned(folder)]
    if not folders:
        return 0
    try:
        with locked(root, patience_s=_FINISH_PATIENCE_S):
            return _finish_all(root, folders)
    except OutputError as error:
        logger.info("%s", error)
        return 0


def foreign_changes(root: Path) -> list[Fault]:
    """The folders of changes in a study area that are not finished because they cannot be ours: a warning for each."""
    found = []
    for folder in sorted(root.glob(f"{STAGING_PREFIX}*")):
        try:
            if is_link(folder):
                raise _ForeignListError("foreign_list.folder_link")
            if (folder / COMMIT_FILE).exists() or is_link(folder / COMMIT_FILE):
                _listed(root, folder)
        except (OSError, ValueError) as error:
            why = error.said if isinstance(error, _ForeignListError) else said("foreign_list.unread")
            found.append(warning(f"{folder.name}/{COMMIT_FILE}", "foreign_change.list", why=why, folder=folder.name))
    return found


def _staging_folders(root: Path) -> list[Path]:
    return [folder for folder in sorted(root.glob(f"{STAGING_PREFIX}*")) if folder.is_dir() and not is_link(folder)]


def _finish_all(root: Path, folders: Iterable[Path]) -> int:
    finished = 0
    for folder in folders:
        try:
            if (folder / COMMIT_FILE).is_file():
                _move(root, folder)
                finished += 1
            elif _is_abandoned(folder):
                shutil.rmtree(folder, ignore_errors=True)
        except (OSError, ValueError) as error:
            logger.warning("a change of %s is not finished: %s", root, error)
    return finished


def _is_abandoned(folder: Path) -> bool:
    try:
        return time.time() - folder.stat().st_mtime > _ABANDONED_S
    except OSError:
        return False  # gone: another one has finished it


def _move(root: Path, folder: Path) -> None:
    """Put what is still in the folder into its place. May be called again after a stop at any point."""
    for name in _listed(root, folder):
        if (folder / name).exists():
            (root / name).parent.mkdir(parents=True, exist_ok=True)
            (folder / name).replace(root / name)
    (folder / COMMIT_FILE).unlink()
    shutil.rmtree(folder, ignore_errors=True)


def _listed(root: Path, folder: Path) -> list[str]:
    """The names of a folder's list, all of them looked at before the first is moved.

    Raises
    ------
    ValueError, OSError
        When it cannot be a list of ours, or a link stands on the way to a file or to its place.
    """
    path = folder / COMMIT_FILE
    if is_link(folder) or is_link(path) or not path.is_file():
        raise _ForeignListError("foreign_list.no_file")
    if path.stat().st_size > _MOST_LIST_BYTES:
        raise _ForeignListError("foreign_list.long")
    try:
        names = json.loads(path.read_text(encoding="utf-8"))
    except RecursionError as error:
        raise _ForeignListError("foreign_list.nests") from error
    if not isinstance(names, list) or len(names) > _MOST_NAMES or not all(isinstance(name, str) for name in names):
        raise _ForeignListError("foreign_list.no_names")
    for name in names:
        # nothing of ours begins with a dot: neither the lock nor what other programs keep in such folders
        if not is_plain_path(name) or any(part.startswith(".") for part in name.split("/")):
            raise _ForeignListError("foreign_list.no_layer", name=name[:80])
        if link_on_the_way(folder, name) is not None:
            raise _ForeignListError("foreign_list.link_in_it", name=name[:80])
        link = link_on_the_way(root, name)
        if link is not None:
            raise _ForeignListError("foreign_list.link_in_area", name=link[:80])
        places = [folder / name, root / name]
        above = [parent for parent in (root / name).parents if parent != root and parent.is_relative_to(root)]
        if any(place.exists() and not place.is_file() for place in places) or any(
            parent.exists() and not parent.is_dir() for parent in above
        ):
            raise _ForeignListError("foreign_list.no_place", name=name[:80])
    return names
