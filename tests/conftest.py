"""Shared fixtures: the bundled study area, a copy to break, the reference folder, one real run."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest
from hypothesis import settings

from geo_planner.config import Scenario, load_scenario
from geo_planner.plan import Plan, run
from geo_planner.study_area import StudyArea, load_study_area
from geo_planner.study_area.bundled import FURTHER_SCENARIOS
from tests.measured import write_measurements

# no test is timed; where a change is judged, the same examples are drawn each time
settings.register_profile("geo_planner", deadline=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("geo_planner")

ROOT = Path(__file__).resolve().parent.parent
SCENARIO = ROOT / "data" / "scenarios" / "lai_chau_sample.yaml"


@pytest.fixture(scope="session", autouse=True)
def _own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """No test reads or fills the user's cache, or speaks the machine's language."""
    os.environ["GEO_PLANNER_CACHE"] = str(tmp_path_factory.mktemp("cache"))
    os.environ["LC_ALL"] = "C.UTF-8"


@pytest.fixture(scope="session")
def reference() -> Path:
    """Folder of reference data that may not be in the repository; the test skips where it is absent."""
    folder = Path(os.environ.get("GEO_PLANNER_REFERENCE", ROOT.parent / "shared" / "data" / "reference"))
    if not folder.is_dir():
        pytest.skip("no reference data: set GEO_PLANNER_REFERENCE to its folder")
    return folder


@pytest.fixture(scope="session")
def scenario() -> Scenario:
    return load_scenario(SCENARIO)


@pytest.fixture(scope="session")
def study_area(scenario: Scenario) -> StudyArea:
    return load_study_area(ROOT / "data", scenario)


@pytest.fixture(scope="session")
def plan(scenario: Scenario, study_area: StudyArea) -> Plan:
    """The bundled scenario, really run."""
    return run(scenario, study_area)


@pytest.fixture(scope="session")
def measured_plan(plan: Plan, scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The same with measurements in the study area: six decibels below the model, and one settlement that hears nothing."""
    area = Path(shutil.copytree(ROOT / "data", tmp_path_factory.mktemp("measured") / "area"))
    write_measurements(area, plan)
    return run(scenario, load_study_area(area, scenario))


@pytest.fixture
def area_copy(tmp_path: Path) -> Path:
    """A study area of one's own to break, with the one scenario that is opened first and what that names."""
    area = Path(shutil.copytree(ROOT / "data", tmp_path / "area", ignore=shutil.ignore_patterns(*FURTHER_SCENARIOS, "sample")))
    recorded = json.loads((area / "manifest.json").read_text("utf-8"))
    recorded["files"] = {file: entry for file, entry in recorded["files"].items() if (area / file).is_file()}
    (area / "manifest.json").write_text(json.dumps(recorded, ensure_ascii=False), encoding="utf-8")
    return area
