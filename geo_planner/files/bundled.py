"""What comes with the program beside its code: the sample study area, and the script and settings of the app.

They stand at the root of the repository; the wheel has them inside the package, in ``bundled``, laid out in the same way.
"""

from __future__ import annotations

import shutil
from pathlib import Path

from geo_planner.errors import OutputError, UsageError, system_says
from geo_planner.files.folders import stands_there
from geo_planner.files.output import new_folder

FURTHER_SCENARIOS = ("lai_chau_5g_2030.yaml", "lai_chau_people.yaml")
"""Of the sample, beside the one that is opened first."""
_PACKAGE = Path(__file__).resolve().parents[1]
_IN_WHEEL = _PACKAGE / "bundled"


def bundled_folder() -> Path:
    """The folder that holds ``data``, ``app.py`` and ``.streamlit``."""
    return _IN_WHEEL if _IN_WHEEL.is_dir() else _PACKAGE.parent


def bundled_area() -> Path:
    """The sample study area, to be read only: an installed one is the program's own."""
    return bundled_folder() / "data"


def comes_with_the_program(root: Path) -> bool:
    """Whether a study area is that of an installed program: the next installation replaces it, so nothing is written into it."""
    return _IN_WHEEL.is_dir() and root.resolve().is_relative_to(_IN_WHEEL)


def write_sample(directory: Path) -> tuple[str, ...]:
    """Write the sample study area as a folder of one's own; returns its files, relative to it.

    Raises
    ------
    UsageError
        When something of that name is there, other than an empty folder.
    OutputError
        When the folder cannot be written; nothing is left behind.
    """
    try:
        taken = stands_there(directory) and not (directory.is_dir() and not directory.is_symlink() and not any(directory.iterdir()))
        if taken or directory.resolve() == Path.cwd():
            raise UsageError("sample_folder_taken", folder=directory)
        with new_folder(directory) as work:
            return _copied(bundled_area(), work)
    except OSError as error:
        raise OutputError("sample_not_written", folder=directory, why=system_says(error)) from error


def _copied(source: Path, target: Path) -> tuple[str, ...]:
    """Copy the files, not their modes: those of an installed program may not be written on."""
    names = []
    for path in sorted(source.rglob("*")):
        name = path.relative_to(source)
        if path.is_file() and not path.is_symlink() and not any(part.startswith(".") for part in name.parts):
            (target / name.parent).mkdir(parents=True, exist_ok=True)
            shutil.copyfile(path, target / name)
            names.append(name.as_posix())
    return tuple(names)
