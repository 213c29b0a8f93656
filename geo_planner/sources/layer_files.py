"""The files of a study area before they are opened: is there one, and is it a file at all?"""

from __future__ import annotations

from pathlib import Path

from geo_planner.errors import Fault, prose_fault
from geo_planner.folders import no_plain_file

_MISSING = "Put it there (geo-planner import brings lists in), or name another in the scenario."


def file_fault(path: Path, file: str, remedy: str = _MISSING) -> Fault | None:
    """What keeps a path from being a readable file, told under the name `file`; None where nothing does.

    Parameters
    ----------
    remedy : str
        What to do where there is nothing.
    """
    why = no_plain_file(path)
    if why is None:
        return None
    if why == "missing":
        return prose_fault(file, "the file is missing", remedy, code="missing_file")
    return prose_fault(
        file, f"the file cannot be read: {why}", "Put a readable file in its place, or name another in the scenario.", code="unreadable"
    )


def located(root: Path, relative: str) -> tuple[Path, str]:
    """A file that a scenario names, and its name in reports: as it stands there, or the last part alone where it lies outside the folder."""
    path = root / relative
    try:
        inside = path.resolve().is_relative_to(root.resolve())
    except (OSError, ValueError, RuntimeError):  # a link in a circle, a name that cannot be: told when it is opened
        inside = not Path(relative).is_absolute()
    name = relative if inside else path.name or relative
    return path, name if len(name) <= 200 else f"{name[:200]}…"
