"""A folder that appears, or is replaced, as a whole.

A folder cannot replace another one in a single step everywhere (Windows has no such call, POSIX only over an empty folder).
Beside the folder ``out`` there is therefore ``.out.partial/``, while somebody writes: ``new`` is being filled, ``old`` is the former
folder on its way out, and the swap takes two renames: ``out`` to ``old``, then ``new`` to ``out``. Whoever writes can tell of a folder
whether it is whole. What a crash leaves is then one of

====================  ======================  =====================================================
``out``               ``.out.partial``        to be done
====================  ======================  =====================================================
former or new folder  anything                ``out`` is complete: remove the rest
absent                ``new``, whole          the crash fell between the renames: finish the swap
absent                ``old``                 put ``old`` back
====================  ======================  =====================================================

and :func:`settle` does just that, at the start of the next run or when a reader asks for it. A lock that the operating
system drops with the process keeps two runs apart.
"""

from __future__ import annotations

import glob
import logging
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from geo_planner.files.lock import BusyError, held
from geo_planner.files.staged import clear_abandoned, in_use

logger = logging.getLogger(__name__)


@contextmanager
def new_folder(target: Path) -> Iterator[Path]:
    """A folder made beside `target` (nothing yet, or an empty folder), which it becomes when the block ends without an error."""
    beside = f".{target.name[:100]}-"
    target.parent.mkdir(parents=True, exist_ok=True)
    clear_abandoned(target.parent.glob(f"{glob.escape(beside)}????????"))
    work = Path(tempfile.mkdtemp(dir=target.parent, prefix=beside))
    try:
        with in_use(work):
            yield work
        work.chmod(0o755)
        if target.is_dir():
            target.rmdir()
        work.rename(target)
    finally:
        shutil.rmtree(work, ignore_errors=True)


@contextmanager
def replaced_folder(out: Path, is_whole: Callable[[Path], bool]) -> Iterator[Path]:
    """An empty folder that takes the place of `out` when the block ends without an error.

    Parameters
    ----------
    out : Path
        Resolved.
    is_whole : callable
        Whether a folder holds all that it should.

    Raises
    ------
    BusyError
        When another one is writing there.
    OSError
        When the disk refuses; `out` is as it was.
    """
    out.parent.mkdir(parents=True, exist_ok=True)
    partial = partial_folder(out)
    new, old = partial / "new", partial / "old"
    with held(lock_file(out)):
        _settle(out, is_whole)
        try:
            new.mkdir(parents=True)
            yield new
            _swap(new, old, out)
        finally:
            if out.exists() or not old.exists():
                _remove(partial)
            else:
                _settle(out, is_whole)


def settle(out: Path, is_whole: Callable[[Path], bool]) -> None:
    """Bring a folder to rest whose last run was interrupted (see the head of this module).

    Does nothing when all is well, or while a run is writing there.
    """
    if not partial_folder(out).exists() or partial_folder(out).is_symlink() or lock_file(out).is_symlink():
        return
    with suppress(BusyError), held(lock_file(out)):
        _settle(out, is_whole)


def partial_folder(out: Path) -> Path:
    return out.with_name(f".{out.name}.partial")


def lock_file(out: Path) -> Path:
    return out.with_name(f".{out.name}.lock")


def _settle(out: Path, is_whole: Callable[[Path], bool]) -> None:
    partial = partial_folder(out)
    if not out.exists():
        # An `old` that is not whole was so before the run: it is put back as it was.
        choice = partial / "new" if is_whole(partial / "new") else partial / "old"
        if choice.exists():
            choice.rename(out)
    _remove(partial)


def _swap(new: Path, old: Path, out: Path) -> None:
    if not out.exists():
        new.rename(out)
        return
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
