"""Shared fixtures: the bundled study area, a copy to break, the reference folder, one real run."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import yaml
from hypothesis import settings

from geo_planner.cli import main
from geo_planner.config import Scenario, load_scenario
from geo_planner.files.bundled import FURTHER_SCENARIOS
from geo_planner.plan import Plan, run
from geo_planner.radio.cache import LossCache
from geo_planner.study_area import StudyArea, load_study_area
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
    """The bundled scenario without its section ``build``: what asks nothing of what to build need not wait for it."""
    return load_scenario(SCENARIO, ["build=null"])


@pytest.fixture(scope="session")
def study_area(scenario: Scenario) -> StudyArea:
    return load_study_area(ROOT / "data", scenario)


@pytest.fixture(scope="session")
def plan(scenario: Scenario, study_area: StudyArea) -> Plan:
    """The bundled scenario, really run, without what to build; with it: ``built_plan``."""
    return run(scenario, study_area)


@pytest.fixture(scope="session")
def built_plan(study_area: StudyArea, losses: LossCache) -> Plan:
    """The bundled scenario as it is, really run, with what to build."""
    return run(load_scenario(SCENARIO), study_area, workers=2, cache=losses)


@pytest.fixture(scope="session")
def losses(tmp_path_factory: pytest.TempPathFactory) -> LossCache:
    """Path losses of the plans that say what to build, each worked out once for all tests."""
    return LossCache(tmp_path_factory.mktemp("losses"), 4_000_000_000)


@pytest.fixture(scope="session")
def measured_plan(plan: Plan, scenario: Scenario, tmp_path_factory: pytest.TempPathFactory) -> Plan:
    """The same (without what to build) with measurements in the study area: six decibels below the model, and one settlement that hears nothing."""
    area = Path(shutil.copytree(ROOT / "data", tmp_path_factory.mktemp("measured") / "area"))
    write_measurements(area, plan)
    return run(scenario, load_study_area(area, scenario))


@pytest.fixture
def area_copy(tmp_path: Path) -> Path:
    """A study area of one's own to break, with the one scenario that is opened first, without its section ``build``, and what that names."""
    area = Path(shutil.copytree(ROOT / "data", tmp_path / "area", ignore=shutil.ignore_patterns(*FURTHER_SCENARIOS, "sample")))
    copied = area / SCENARIO.relative_to(ROOT / "data")
    copied.write_text(_without_build(copied.read_text("utf-8")), encoding="utf-8")
    recorded = json.loads((area / "manifest.json").read_text("utf-8"))
    recorded["files"] = {file: entry for file, entry in recorded["files"].items() if (area / file).is_file()}
    content = copied.read_bytes()
    recorded["files"][copied.relative_to(area).as_posix()] |= {"sha256": hashlib.sha256(content).hexdigest(), "size": len(content)}
    (area / "manifest.json").write_text(json.dumps(recorded, ensure_ascii=False), encoding="utf-8")
    return area


def _without_build(text: str) -> str:
    """The text of a scenario up to its last section, ``build``."""
    kept = text[: text.index("\nbuild:\n") + 1]
    assert yaml.safe_load(kept) == {name: section for name, section in yaml.safe_load(text).items() if name != "build"}
    return kept


Called = Callable[..., tuple[int, str, str]]


@pytest.fixture
def called(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Called:
    """The command line in this process: exit status, standard output, standard error."""

    def call(*arguments: object) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["geo-planner", *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            main()
        told = capsys.readouterr()
        return int(end.value.code or 0), told.out, told.err

    return call


@pytest.fixture(autouse=True)
def _same_program() -> Iterator[None]:
    """The script of an app that a test has run is the program no longer: a worker process that another test starts would run it again."""
    program = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = program


@pytest.fixture
def fresh_caches() -> None:
    """Nothing that another test left in Streamlit's caches."""
    import streamlit as st  # here: most tests need no app

    st.cache_data.clear()
    st.cache_resource.clear()
