"""Where the rasters do not fit into memory, a plan works them out in blocks by itself, to the same bytes, and says so."""

from __future__ import annotations

import json
import logging
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from geo_planner.batch.memory import MEMORY_VARIABLE, Covering, most_bytes, whole_bytes
from geo_planner.cli import app
from geo_planner.config import load_scenario
from geo_planner.plan import cover
from geo_planner.study_area import load_study_area
from tests.batch.test_blocks import same
from tests.small_area import SCENARIO, make_area


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return make_area(tmp_path_factory.mktemp("memory") / "area")


@pytest.fixture(autouse=True)
def cache_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("GEO_PLANNER_CACHE", str(tmp_path / "cache"))


def test_too_large_for_memory_it_comes_in_blocks_to_the_last_bit(
    root: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    scenario = load_scenario(root / SCENARIO)
    area = load_study_area(root, scenario)
    whole = cover(scenario, area)
    covering = Covering(None, 2, None)
    same(covering(scenario, area, lambda _: None), whole)
    assert not covering.in_blocks
    monkeypatch.setenv(MEMORY_VARIABLE, "0")
    with caplog.at_level(logging.INFO, "geo_planner.batch.memory"):
        same(covering(scenario, area, lambda _: None), whole)
    assert covering.in_blocks
    assert "in blocks" in caplog.text
    assert covering(scenario, area, lambda _: None).rsrp_dbm.base is not None  # a view of a file mapped into memory


def test_what_is_counted_is_at_least_what_a_coverage_holds(root: Path) -> None:
    scenario = load_scenario(root / SCENARIO)
    area = load_study_area(root, scenario)
    coverage = cover(scenario, area)
    rasters = [
        getattr(coverage, name)
        for name in ("rsrp_dbm", "probability", "best_server", "second_dbm", "overlap", "margin_db", "unknown_paths")
    ]
    held = sum(raster.nbytes for raster in [*rasters, *coverage.by_operator_dbm.values(), area.terrain.heights_m])
    assert held <= whole_bytes(scenario, area) <= 2 * held


def test_the_limit_is_half_of_the_machine_unless_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(MEMORY_VARIABLE, raising=False)
    of_machine = most_bytes()
    assert of_machine is not None
    assert of_machine > 100 << 20
    monkeypatch.setenv(MEMORY_VARIABLE, "300")
    assert most_bytes() == 300 << 20


def test_a_plan_says_in_its_manifest_that_it_came_in_blocks(root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    told = {}
    for name, limit in (("whole", "4000"), ("blocks", "0")):
        monkeypatch.setenv(MEMORY_VARIABLE, limit)
        result = CliRunner().invoke(app, ["coverage", str(root / SCENARIO), "-o", str(tmp_path / name)])
        assert result.exit_code == 0, result.output
        told[name] = json.loads((tmp_path / name / "manifest.json").read_text("utf-8"))
    assert "coverage_in_blocks" not in told["whole"]
    assert told["blocks"].pop("coverage_in_blocks") is True
    assert {**told["blocks"], "created": ""} == {**told["whole"], "created": ""}  # hashes of all files among it
    assert np.all([(tmp_path / "blocks" / file).exists() for file in told["whole"]["files"]])
