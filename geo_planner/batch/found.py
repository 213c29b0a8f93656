"""The study areas and scenarios that a folder holds, at any depth."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from geo_planner.config import scenarios_in
from geo_planner.errors import Fault, InputError, UsageError, fault, warning
from geo_planner.files.folders import no_folder
from geo_planner.schema import COMMUNES, VILLAGES
from geo_planner.study_area import scenario_paths

_SCENARIOS = "scenarios"
PLANS, RESULTS = "plans", "results"
"""Folders of what is written; the folder that holds them may be one that is read."""


@dataclass(frozen=True, slots=True)
class Asked:
    """One scenario to run, or a study area in which there is none that can be.

    Attributes
    ----------
    name : str
        Of its folder among the results: area and scenario; counted where several are called alike.
    area : str
        The study area as seen from the folder that was named; ``.`` for that folder itself.
    scenario : Path or None
    faults : tuple of Fault
        Why there is nothing to run.
    """

    name: str
    area: str
    scenario: Path | None
    faults: tuple[Fault, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to run, in order of the areas, and what was passed over.

    Attributes
    ----------
    asked : tuple of Asked
    warnings : tuple of Fault
        Scenario files that lie in no folder ``scenarios/``, as seen from the folder that was named.
    """

    asked: tuple[Asked, ...]
    warnings: tuple[Fault, ...] = field(default=())


def found_in(folder: Path, out: Path | None = None) -> Found:
    """The scenarios of a study area, of all study areas in a folder at any depth, or of a folder ``scenarios``.

    A folder is a study area when it has ``scenarios/``, villages or communes where they usually lie; one that then lacks a scenario is told as such.
    A study area may hold others: a province its districts.

    Parameters
    ----------
    folder : Path
    out : Path, optional
        Where results go; what is written there is not looked into.

    Raises
    ------
    UsageError
        When there is no such folder, or neither study area nor scenario in it.
    """
    if no_folder(folder) is not None:
        raise UsageError("batch.no_folder", folder=str(folder)[:200])
    home = folder.resolve()
    if home.name == _SCENARIOS and scenarios_in(home):
        home = home.parent
    written = set() if out is None else {out.resolve() / name for name in (PLANS, RESULTS)}
    folders = list(_folders(home, written))
    areas = sorted(folder for folder in folders if _is_area(folder))
    if not areas:
        raise UsageError("batch.no_scenario", folder=str(folder)[:200])
    taken: set[str] = set()
    asked = [one for area in areas for one in _asked(area, home, taken)]
    return Found(tuple(asked), tuple(warning(path.relative_to(home).as_posix(), "batch.loose_scenario") for path in _loose(folders, areas)))


def _folders(home: Path, written: set[Path]) -> Iterator[Path]:
    """A folder and all below it, but for what is written and what is hidden; nothing is looked at twice, so that links in a circle end."""
    seen, to_look = written, [home]
    while to_look:
        folder = to_look.pop()
        place = folder.resolve()
        if place in seen:
            continue
        seen.add(place)
        try:
            below = sorted((path for path in folder.iterdir() if path.is_dir() and not path.name.startswith(".")), reverse=True)
        except OSError:  # not ours to read: nothing in it is a study area of ours
            continue
        yield folder
        to_look += below


def _loose(folders: list[Path], areas: list[Path]) -> list[Path]:
    """Scenario files beside study areas, or in one but not in its ``scenarios/``; what lies deeper in a study area is its own business."""
    looked_at = (folder for folder in folders if folder in areas or not set(areas) & set(folder.parents))
    return sorted(path for folder in looked_at for path in scenarios_in(folder) if path.is_file())


def _is_area(folder: Path) -> bool:
    return (folder / _SCENARIOS).is_dir() or any((folder / layer.path).is_file() for layer in (VILLAGES, COMMUNES))


def _asked(area: Path, home: Path, taken: set[str]) -> Iterator[Asked]:
    told = area.relative_to(home).as_posix()
    try:
        scenarios = scenario_paths(area)
    except InputError as error:
        yield Asked(_free(area.name, taken), told, None, tuple(error.faults))
        return
    if not scenarios:
        yield Asked(_free(area.name, taken), told, None, (fault(_SCENARIOS, "batch.area_without_scenario"),))
    for path in scenarios:
        yield Asked(_free(f"{area.name}-{path.stem}", taken), told, path)


def _free(stem: str, taken: set[str]) -> str:
    name, number = stem, 2
    while name.casefold() in taken:
        name, number = f"{stem}-{number}", number + 1
    taken.add(name.casefold())
    return name
