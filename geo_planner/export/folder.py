"""The output folder of a run: written aside, described by ``manifest.json``, swapped in whole.

Beside the folder ``out`` a run keeps ``.out.partial/``: ``new`` is being filled, ``old`` is the former folder on its way out.
A folder cannot replace another one in a single step everywhere (Windows has no such call, POSIX only over an empty folder),
so the swap takes two renames: ``out`` to ``old``, then ``new`` to ``out``. The manifest is written last, so a ``new`` that
has one is complete. Whatever a crash leaves is therefore one of

====================  ======================  =====================================================
``out``               ``.out.partial``        to be done
====================  ======================  =====================================================
former or new folder  anything                ``out`` is complete: remove the rest
absent                ``new`` with manifest   the crash fell between the renames: finish the swap
absent                ``old``                 put ``old`` back
====================  ======================  =====================================================

and :func:`settle` does just that, at the start of the next run or when a reader asks for it. A lock that the operating
system drops with the process keeps two runs apart.
"""

from __future__ import annotations

import errno
import json
import logging
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Any

from geo_planner.errors import OutputError
from geo_planner.files.folders import is_same_file, lock_now, no_access
from geo_planner.files.hashes import sha256_of
from geo_planner.words import first_of, said

logger = logging.getLogger(__name__)

MANIFEST = "manifest.json"
PROGRAM = "geo_planner"
# What file managers and office programs drop into folders; it is nobody's work, so it may go with the folder.
_LITTER = (".DS_Store", "Thumbs.db", "desktop.ini", "~$*", ".~lock.*#")
_OUTPUT_ERRNOS = {
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOSPC, errno.EDQUOT, errno.EBUSY, errno.EIO, errno.EFBIG, errno.ENAMETOOLONG,
    errno.ENOTDIR, errno.EXDEV, errno.EINVAL, errno.ENOTEMPTY,
}  # fmt: skip


@contextmanager
def output_folder(out: Path, manifest: Mapping[str, Any]) -> Iterator[Path]:
    """An empty folder to write into, which becomes `out` when the block ends without an error.

    Parameters
    ----------
    out : Path
        The folder as its reader knows it. An earlier output there is replaced as a whole.
    manifest : mapping
        What ``manifest.json`` shall say besides the hashes of the files and the time.

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
    with _told(out), _locked(out):
        _settle(out)
        partial = _partial(out)
        staging = partial / "new"
        try:
            staging.mkdir(parents=True)
            yield staging
            _write_manifest(staging, manifest)
            _swap(staging, partial / "old", out)
        finally:
            if out.exists() or not (partial / "old").exists():
                _remove(partial)
            else:
                _settle(out)


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
    for path in (_partial(out), _lock_file(out)):
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
    files = _read_manifest(out)
    foreign = sorted(present - set(files or ()) - {MANIFEST}) if files is not None else sorted(present)
    if foreign:
        raise OutputError("output_holds_other_files", folder=out, files=first_of(foreign, 3))


def verify_folder(path: Path) -> list[str]:
    """Names of the files that are missing or differ from what ``manifest.json`` says; empty when all is well.

    A manifest that is missing or cannot be read is itself the answer. Files that the manifest does not name are left alone.
    """
    files = _read_manifest(path)
    if files is None:
        return [MANIFEST]
    return sorted(name for name, expected in files.items() if not _is_inside(name) or not _matches(path / name, expected))


def settle(out: Path) -> None:
    """Bring a folder to rest whose last run was interrupted (see the head of this module).

    Does nothing when all is well, or while a run is writing there.
    """
    out = _resolved(out)
    if not _partial(out).exists() or _partial(out).is_symlink() or _lock_file(out).is_symlink():
        return
    with suppress(OutputError), _told(out), _locked(out):
        _settle(out)


def _settle(out: Path) -> None:
    partial = _partial(out)
    if not out.exists():
        complete = [folder for folder in (partial / "new", partial / "old") if not verify_folder(folder)]
        # An `old` whose hashes are off was so before the run: it is put back as it was.
        choice = complete[0] if complete else partial / "old"
        if choice.exists():
            choice.rename(out)
    _remove(partial)


def _resolved(out: Path) -> Path:
    # A link is followed: the folder behind it is replaced, the link stays.
    try:
        resolved = Path(out).resolve()
        resolved.exists()
    except (OSError, ValueError, RuntimeError) as error:
        why = no_access(error) if isinstance(error, OSError) else said("no_folder_of_this_name")
        raise OutputError("output_name_unfit", folder=str(out)[:200], why=why) from error
    return resolved


def _partial(out: Path) -> Path:
    return out.with_name(f".{out.name}.partial")


def _lock_file(out: Path) -> Path:
    return out.with_name(f".{out.name}.lock")


def _is_litter(path: Path) -> bool:
    return any(path.match(pattern) for pattern in _LITTER)


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name).parts
    return bool(parts) and ".." not in parts and not PurePosixPath(name).is_absolute() and "\\" not in name and ":" not in name


def _matches(path: Path, expected: str) -> bool:
    try:
        return sha256_of(path) == expected
    except OSError:
        return False


def _read_manifest(folder: Path) -> dict[str, str] | None:
    """File names and hashes; None for a folder that is not ours."""
    try:
        document = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return None
    if not isinstance(document, dict) or document.get("program") != PROGRAM or not isinstance(document.get("files"), dict):
        return None
    return {str(name): str(digest) for name, digest in document["files"].items()}


def _write_manifest(staging: Path, manifest: Mapping[str, Any]) -> None:
    files = {path.relative_to(staging).as_posix(): sha256_of(path) for path in sorted(staging.rglob("*")) if path.is_file()}
    document = {**manifest, "program": PROGRAM, "created": datetime.now(UTC).isoformat(timespec="seconds"), "files": files}
    text = json.dumps(document, ensure_ascii=False, indent=1, sort_keys=True, allow_nan=False, default=str)
    # Under another name first: a manifest that is there is whole.
    draft = staging / f"{MANIFEST}.draft"
    draft.write_text(text + "\n", encoding="utf-8", newline="\n")
    draft.rename(staging / MANIFEST)


def _swap(new: Path, old: Path, out: Path) -> None:
    if not out.exists():
        new.rename(out)
        return
    changed = [name for name in verify_folder(out) if (out / name).exists()]
    if changed:
        logger.warning("Replacing files in %s that were changed after they were written: %s", out.name, ", ".join(changed))
    out.rename(old)
    try:
        new.rename(out)
    except OSError:
        old.rename(out)
        raise


def _remove(folder: Path) -> None:
    try:
        shutil.rmtree(folder)
    except FileNotFoundError:
        pass
    except OSError as error:
        # The new folder is in place already; what stays is hidden and goes with the next run.
        logger.warning("Could not remove %s: %s", folder, error.strerror or error)


@contextmanager
def _told(out: Path) -> Iterator[None]:
    """Errors of the disk as a sentence and a remedy; errors of other kinds pass."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        if isinstance(error, PermissionError):
            key = "output_not_written.held"
        elif error.errno in {errno.ENOSPC, errno.EDQUOT}:
            key = "output_not_written.full"
        elif error.errno in _OUTPUT_ERRNOS:
            key = "output_not_written.elsewhere"
        else:
            raise
        raise OutputError(key, folder=out, why=error.strerror or str(error)) from error


@contextmanager
def _locked(out: Path) -> Iterator[None]:
    out.parent.mkdir(parents=True, exist_ok=True)
    path = _lock_file(out)
    stream = None
    while stream is None:
        stream = path.open("ab")
        try:
            lock_now(stream.fileno())
        except OSError as error:
            stream.close()
            raise OutputError("output_busy", folder=out) from error
        if not is_same_file(stream.fileno(), path):
            # The run before removed the file between our opening and our locking it: take the new one.
            stream.close()
            stream = None
    try:
        yield
    finally:
        if sys.platform == "win32":
            stream.close()
        with suppress(OSError):
            path.unlink()
        stream.close()
