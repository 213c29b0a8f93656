"""One file, written as a whole: a reader sees the old one or the new one, and a full disk leaves nothing."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from geo_planner.errors import OutputError, system_says


@contextmanager
def whole_file(path: Path, *, new: bool = False, lasting: bool = True) -> Iterator[BinaryIO]:
    """A file to write into beside `path`, moved there when the block ends without an error.

    Where a link stands in the place, the link is replaced and never followed.

    Parameters
    ----------
    path : Path
        In a folder that is there.
    new : bool
        Never over anything that is there already.
    lasting : bool
        Wait until the disk has it, so that it also outlives a power cut.

    Raises
    ------
    FileExistsError
        With `new`, when something has the name.
    OSError
        When the disk or the folder refuses; nothing is left behind.
    """
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:100]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield stream
            stream.flush()
            if lasting:
                os.fsync(stream.fileno())
        temporary.chmod(0o644)  # mkstemp's files are private; those beside it are not
        if new:
            _move_where_nothing_is(temporary, path)
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)


def put_in_place(path: Path, content: bytes, *, new: bool = False) -> None:
    """Write a file as :func:`whole_file` does, of content that is at hand."""
    with whole_file(path, new=new) as stream:
        stream.write(content)


def write_atomically(path: Path, text: str) -> None:
    """Replace a text file of a study area in one step, and make its folder where it is missing.

    Raises
    ------
    OutputError
        When it cannot be written; nothing has changed.
    """
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        put_in_place(path, text.encode("utf-8"))
    except OSError as error:
        raise OutputError("not_written.file_of_area", path=path, why=system_says(error)) from error


def _move_where_nothing_is(source: Path, target: Path) -> None:
    try:
        os.link(source, target)
    except FileExistsError:
        raise
    except OSError as error:  # a disk without such names
        if os.path.lexists(target):
            raise FileExistsError(error.errno, "there is something already", str(target)) from error
        source.replace(target)
