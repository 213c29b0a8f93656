"""The output folder of a run: written aside, described by ``manifest.json``, swapped in whole (:mod:`geo_planner.files.output`).

The manifest is written last, so a folder that agrees with its manifest is complete.
"""

from __future__ import annotations

import errno
import json
import logging
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo_planner.errors import OutputError, system_says
from geo_planner.files import output
from geo_planner.files.atomic import put_in_place
from geo_planner.files.folders import no_access
from geo_planner.files.hashes import sha256_of
from geo_planner.files.lock import BusyError
from geo_planner.files.written import MANIFEST, PACK, PROGRAM, read_manifest, verify_folder
from geo_planner.words import first_of, said

__all__ = ["MANIFEST", "check_output", "output_folder", "settle", "verify_folder"]

logger = logging.getLogger(__name__)

# What file managers and office programs drop into folders; it is nobody's work, so it may go with the folder.
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini", "~$*", ".~lock.*#")
_OUTPUT_ERRNOS = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EBUSY, errno.EIO, errno.EFBIG, errno.ENAMETOOLONG,
    errno.ENOTDIR, errno.EXDEV, errno.EINVAL, errno.ENOTEMPTY,
}  # fmt: skip


@contextmanager
def output_folder(out: Path, manifest: Mapping[str, Any], *, timed: bool = True) -> Iterator[Path]:
    """An empty folder to write into, which becomes `out` when the block ends without an error.

    Parameters
    ----------
    out : Path
        The folder as its reader knows it. An earlier output there is replaced as a whole.
    manifest : mapping
        What ``manifest.json`` shall say besides the hashes of the files and the time.
    timed : bool
        Whether it says when it was written; without it the folder is the same byte for byte each time.

    Yields
    ------
    Path
        The staging folder.

    Raises
    ------
    OutputError
        When `out` holds files of somebody else, another run is writing there, or the disk refuses.
    """
    out = _resolved(out)
    check_output(out)
    with _told(out), output.replaced_folder(out, _is_whole) as staging:
        yield staging
        _write_manifest(staging, manifest, timed=timed)
        _tell_changes(out)


def check_output(out: Path) -> None:
    """Refuse a folder that a run must not replace; to be asked before the long computation.

    Raises
    ------
    OutputError
        When `out` is a file, the working directory or a parent of it, holds files that no run wrote, or lies where this
        user may not write.
    """
    out = _resolved(out)
    if out == Path.cwd() or out in Path.cwd().parents:
        raise OutputError("output_holds_working_folder", folder=out)
    for path in (output.partial_folder(out), output.lock_file(out)):
        if path.is_symlink():
            raise OutputError("output_is_link", path=path)
    home = next(parent for parent in out.parents if parent.exists())
    if not home.is_dir() or not os.access(home, os.W_OK):
        raise OutputError("output_not_writable", folder=home)
    if not out.exists():
        return
    if not out.is_dir():
        raise OutputError("output_is_file", path=out)
    present = {path.relative_to(out).as_posix() for path in out.rglob("*") if not path.is_dir() and not _is_litter(path)}
    document = read_manifest(out)
    files = None if document is None else document["files"]
    foreign = sorted(present - set(files) - {MANIFEST} - _of_documents(out, present)) if files is not None else sorted(present)
    if foreign:
        raise OutputError("output_holds_other_files", folder=out, files=first_of(foreign, 3))


def settle(out: Path) -> None:
    """Bring a folder to rest whose last run was interrupted; nothing happens when all is well, or while a run is writing there."""
    out = _resolved(out)
    with suppress(OutputError), _told(out):
        output.settle(out, _is_whole)


def _resolved(out: Path) -> Path:
    # A link is followed: the folder behind it is replaced, the link stays.
    try:
        resolved = Path(out).resolve()
        resolved.exists()
    except (OSError, ValueError, RuntimeError) as error:
        why = no_access(error) if isinstance(error, OSError) else said("no_folder_of_this_name")
        raise OutputError("output_name_unfit", folder=str(out)[:200], why=why) from error
    return resolved


def _of_documents(out: Path, present: set[str]) -> set[str]:
    """The documents made from the plan in a folder, which go with it, and what a killed export left."""
    pack = out / PACK
    document = read_manifest(pack)
    named = set() if document is None or document.get("kind") != PACK else {f"{PACK}/{name}" for name in (*document["files"], MANIFEST)}
    left = {output.lock_file(pack).name, output.partial_folder(pack).name}
    return named | {name for name in present if name.split("/")[0] in left}


def _is_litter(path: Path) -> bool:
    return any(path.match(pattern) for pattern in _LITTER)


def _is_whole(folder: Path) -> bool:
    return not verify_folder(folder)


def _write_manifest(staging: Path, manifest: Mapping[str, Any], *, timed: bool) -> None:
    files = {path.relative_to(staging).as_posix(): sha256_of(path) for path in sorted(staging.rglob("*")) if path.is_file()}
    created = {"created": datetime.now(UTC).isoformat(timespec="seconds")} if timed else {}
    document = {**manifest, "program": PROGRAM, **created, "files": files}
    text = json.dumps(document, ensure_ascii=False, indent=1, allow_nan=False, default=str)
    put_in_place(staging / MANIFEST, (text + "\n").encode("utf-8"))  # a manifest that is there is whole


def _tell_changes(out: Path) -> None:
    changed = [name for name in verify_folder(out) if (out / name).exists()] if out.exists() else []
    if read_manifest(out / PACK) is not None:
        changed += [f"{PACK}/{name}" for name in verify_folder(out / PACK) if (out / PACK / name).exists()]
    if changed:
        logger.warning("Replacing files in %s that were changed after they were written: %s", out.name, ", ".join(changed))


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Errors of the disk as a sentence and a remedy; errors of other kinds pass."""
    try:
        yield
    except OutputError:
        raise
    except BusyError as error:
        raise OutputError("output_busy", folder=out) from error
    except OSError as error:
        if isinstance(error, PermissionError):
            key = "output_not_written.held"
        elif error.errno in {errno.ENOSPC, errno.EDQUOT}:
            key = "output_not_written.full"
        elif error.errno in _OUTPUT_ERRNOS:
            key = "output_not_written.elsewhere"
        else:
            raise
        raise OutputError(key, folder=out, why=system_says(error)) from error
