"""From the chosen scenario to a plan, computed once for as long as no input changes, and kept for the next start of the program.

The shelf of plans is keyed by small values only: the scenario's path and a hash of everything that it names. Streamlit's own
cache would hash a raster argument by sample and hand out a stale plan after a change of a single cell.
"""

from __future__ import annotations

import os
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from geo_planner.config import Scenario, load_scenario, with_optional_layers
from geo_planner.errors import GeoPlannerError
from geo_planner.files.hashes import sha256_of, sha256_of_content
from geo_planner.files.manifest import MANIFEST
from geo_planner.plan import Plan, Progress, run
from geo_planner.radio.cache import default_loss_cache
from geo_planner.study_area import load_study_area
from geo_planner.ui.kept import folder_of, keep, kept_files, kept_plan
from geo_planner.ui.shelf import Shelf

STUDY_AREA_VARIABLE = "GEO_PLANNER_STUDY_AREA"
KEEP_AFTER_S = 10.0
"""A plan just computed is kept when the pages that waited for it are drawn."""
_SHELF_SIZE = 3
_READING = "input"
"""The step in which layers, or the plan that is kept, are read."""
_LARGE_FILE_BYTES = 4_000_000


@dataclass(frozen=True, slots=True)
class LoadedPlan:
    """A plan and the hash of all that it was made from."""

    key: str
    plan: Plan


@st.cache_resource(show_spinner=False)
def _shelf() -> Shelf[LoadedPlan]:
    return Shelf(_SHELF_SIZE)


def study_area_root(default: Path) -> Path:
    """The folder of the study area: the environment's if it names one, else `default`."""
    return Path(os.environ.get(STUDY_AREA_VARIABLE) or default)


def load_plan(scenario_path: Path, progress: Progress, *, left: str | None = None) -> LoadedPlan:
    """The plan of a scenario, from the shelf when nothing has changed since.

    What this visit left under way before (`left`, of an :class:`UnderWayError`) ends when it is of other input, unless somebody waits for it.

    Raises
    ------
    GeoPlannerError
        When the scenario or the study area is faulty; see :func:`geo_planner.study_area.load_study_area`.
    """
    root = scenario_path.parent.parent
    scenario = load_scenario(scenario_path)
    key = fingerprint(root, scenario_path, scenario)
    folder, cache = folder_of(key), default_loss_cache()
    if left not in (None, key):
        _shelf().stop(str(left))

    def make(tell: Progress) -> LoadedPlan:
        tell(_READING, 0.0)
        plan = kept_plan(folder, root) or run(scenario, load_study_area(root, scenario), tell, cache=cache)
        return LoadedPlan(key, plan)

    def then(loaded: LoadedPlan) -> None:
        time.sleep(KEEP_AFTER_S)
        if not folder.exists():
            keep(loaded.plan, folder)

    return _shelf().get(key, make, progress, then)


class UnderWayError(Exception):
    """The plan has to be worked out, which goes on in the background under this key."""

    def __init__(self, key: str) -> None:
        super().__init__(key)
        self.key = key


def plan_at_hand(scenario_path: Path, progress: Progress, *, left: str | None = None) -> LoadedPlan:
    """The plan of a scenario for a page that can be drawn without it: only what is read is waited for, with the faults that are found in it.

    Raises
    ------
    GeoPlannerError
        As :func:`load_plan`.
    UnderWayError
        Where it has to be worked out.
    """

    def tell(step: str, share: float) -> None:
        if step != _READING:
            raise UnderWayError(fingerprint(scenario_path.parent.parent, scenario_path, load_scenario(scenario_path)))
        progress(step, share)

    return load_plan(scenario_path, tell, left=left)


def stop_plan(scenario_path: Path) -> None:
    """Stop working out the plan of a scenario, unless another visit waits for it."""
    try:
        key = fingerprint(scenario_path.parent.parent, scenario_path, load_scenario(scenario_path))
    except (GeoPlannerError, OSError):
        return  # changed or taken away meanwhile: its work ends by itself
    _shelf().stop(key)


def fingerprint(root: Path, scenario_path: Path, scenario: Scenario) -> str:
    """A hash of the scenario, of every file that it names or that stands in its usual place, and of the records of where they come from.

    Any change of a byte changes it.
    """
    layers = with_optional_layers(scenario, root).layers
    named = [name for name in (*layers.model_dump().values(), scenario.terrain.path) if name]
    paths = (scenario_path, *(root / name for name in ("README.md", MANIFEST, *named)))
    return sha256_of_content("".join([str(scenario_path), *map(_file_digest, paths)]))


def _file_digest(path: Path) -> str:
    if not path.is_file():
        return "absent"
    state = path.stat()
    if state.st_size <= _LARGE_FILE_BYTES:
        return sha256_of(path)
    return _large_file_digest(str(path), state.st_size, state.st_mtime_ns)


@st.cache_data(show_spinner=False, max_entries=16)
def _large_file_digest(path: str, size: int, modified_ns: int) -> str:
    """Hash of a terrain too large to be read on every click; size and time of change stand for its content."""
    del size, modified_ns
    return sha256_of(Path(path))


@st.cache_resource(show_spinner=False, max_entries=_SHELF_SIZE)
def exported_files(key: str, _plan: Plan) -> dict[str, bytes]:
    """The files of a plan by name, made by the same exporter as on the command line.

    Parameters
    ----------
    key : str
        Of the plan; the plan itself takes no part in the cache's key.
    """
    from geo_planner.export import write_plan

    kept = kept_files(folder_of(key))
    if kept is not None:
        return kept
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "out"
        write_plan(_plan, out)
        return {path.name: path.read_bytes() for path in sorted(out.iterdir()) if path.is_file()}
