"""Whether a path inside a study area stays in it: no symbolic link on the way, wherever it leads."""

from __future__ import annotations

from pathlib import Path, PurePosixPath

from geo_planner.errors import OutputError


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
