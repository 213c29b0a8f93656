"""The files of a study area before they are opened: is there one, and is it a file at all?"""

from __future__ import annotations

from pathlib import Path

from geo_planner.errors import Fault, fault
from geo_planner.files.folders import no_plain_file
from geo_planner.words import Said, said


def file_fault(path: Path, file: str, remedy: Said | str | None = None) -> Fault | None:
    """What keeps a path from being a readable file, told under the name `file`; None where nothing does.

    Parameters
    ----------
    remedy : Said, optional
        What to do where there is nothing.
    """
    why = no_plain_file(path)
    if why is None:
        return None
    if why == "missing":
        return fault(file, "missing_file.layer", remedy=remedy or said("where_missing.layer"))
    return fault(file, "unreadable.layer_file", why=why)


def located(root: Path, relative: str) -> tuple[Path, str]:
    """A file that a scenario names, and its name in reports: as it stands there, or the last part alone where it lies outside the folder."""
    path = root / relative
    try:
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):  # a link in a circle, a name that cannot be: told when it is opened
        inside = not Path(relative).is_absolute()
    name = relative if inside else path.name or relative
    return path, name if len(name) <= 200 else f"{name[:200]}…"
