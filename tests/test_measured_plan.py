"""Measurements in a study area: a third status beside the other two, and a calibration only on request."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import yaml

from geo_planner.config import load_scenario
from geo_planner.measurements import compare_with_measurements
from geo_planner.plan import Plan, run
from geo_planner.schema import MEASUREMENTS
from geo_planner.sources import load_study_area
from geo_planner.terrain import cell_of
from tests.conftest import SCENARIO
from tests.test_cli import geo_planner

OFFSET_DB = -6.0


def drive_test(plan: Plan) -> pd.DataFrame:
    """Samples all over the province: what the model says, six decibels less, with an error of 5 dB."""
    rng = np.random.default_rng(5)
    covered = np.argwhere(plan.coverage.rsrp_dbm > -110)
    cells = covered[rng.choice(len(covered), 900, replace=False)]
    t = plan.terrain.transform
    x, y = t.c + (cells[:, 1] + 0.5) * t.a, t.f + (cells[:, 0] + 0.5) * t.e
    points = pd.DataFrame({"x": x, "y": y})
    import geopandas as gpd

    lonlat = gpd.GeoSeries(gpd.points_from_xy(points.x, points.y, crs=plan.terrain.crs)).to_crs(4326)
    level = plan.coverage.rsrp_dbm[cells[:, 0], cells[:, 1]] + OFFSET_DB + rng.normal(0, 5, len(cells))
    table = pd.DataFrame({c.name: "" for c in MEASUREMENTS.columns}, index=range(len(cells)))
    return table.assign(
        measurement_id=[f"M{i:04d}" for i in range(len(cells))],
        time=[str(pd.Timestamp("2026-10-01T08:00:00+07:00") + pd.Timedelta(minutes=20 * i)) for i in range(len(cells))],
        lon=lonlat.x.round(6), lat=lonlat.y.round(6), operator="giả định", technology="LTE", freq_mhz="900", rsrp_dbm=np.clip(level, -140, -40).round(1), no_service="no",
    )  # fmt: skip


@pytest.fixture
def measured_area(area_copy: Path, plan: Plan) -> Path:
    (area_copy / "measurements").mkdir()
    table = drive_test(plan)
    # and a walk through one settlement that hears nothing
    village = plan.villages.loc["LC020"]
    walk = table.iloc[:30].assign(
        measurement_id=[f"W{i:02d}" for i in range(30)], no_service="yes", rsrp_dbm="",
        lon=[village["lon"] + 0.0004 * (i % 6 - 2.5) for i in range(30)], lat=[village["lat"] + 0.0004 * (i // 6 - 2) for i in range(30)],
    )  # fmt: skip
    pd.concat([table, walk]).to_csv(area_copy / "measurements" / "measurements.csv", index=False)
    return area_copy


def test_measured_stands_beside_modelled_and_declared(measured_area: Path) -> None:
    scenario = load_scenario(measured_area / "scenarios" / SCENARIO.name)
    result = run(scenario, load_study_area(measured_area, scenario))
    village = result.villages.loc["LC020"]
    assert (village["declared_status"], village["modelled_status"], village["measured_status"]) == ("no_signal", "covered", "no_signal")
    assert "measurements/measurements.csv" in result.manifest["inputs_sha256"]
    assert (result.villages["measured_status"] == "unknown").sum() == len(result.villages) - 1


def test_a_planted_offset_is_found_and_nothing_is_applied(measured_area: Path) -> None:
    scenario = load_scenario(measured_area / "scenarios" / SCENARIO.name)
    found = compare_with_measurements(scenario, load_study_area(measured_area, scenario))
    (band,) = found.calibrations
    assert band.freq_mhz == 900
    assert band.offset_db == pytest.approx(OFFSET_DB, abs=2.0)
    assert not scenario.calibration.bands


def test_calibrate_writes_tables_and_a_scenario_that_moves_levels(measured_area: Path, plan: Plan, tmp_path: Path) -> None:
    new = measured_area / "scenarios" / "calibrated.yaml"
    done = geo_planner("calibrate", measured_area / "scenarios" / SCENARIO.name, "-o", tmp_path / "cal", "--apply", new, "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["bands"][0]["verdict"] == "apply"
    assert {p.name for p in (tmp_path / "cal").iterdir()} == {
        "calibration.csv",
        "residuals.csv",
        "statistics.csv",
        "dropped.csv",
        "manifest.json",
    }
    (band,) = yaml.safe_load(new.read_text("utf-8"))["calibration"]["bands"]
    scenario = load_scenario(new)
    moved = run(scenario, load_study_area(measured_area, scenario))
    row, column = (int(v) for v in cell_of(plan.terrain, *_centre(plan)))
    shift = moved.coverage.rsrp_dbm[row, column] - plan.coverage.rsrp_dbm[row, column]
    assert shift == pytest.approx(band["offset_db"], abs=6)
    assert moved.communes["covered_area_share"].mean() < plan.communes["covered_area_share"].mean()
    assert geo_planner("calibrate", measured_area / "scenarios" / SCENARIO.name, "--apply", new).returncode == 2


def _centre(plan: Plan) -> tuple[float, float]:
    point = plan.sites.to_crs(plan.terrain.crs).geometry.iloc[0]
    return point.x + 2000, point.y


def test_without_measurements_calibration_is_a_fault(tmp_path: Path) -> None:
    done = geo_planner("calibrate", SCENARIO, "-o", tmp_path / "cal")
    assert done.returncode == 1
    assert "import measurements" in done.stderr
