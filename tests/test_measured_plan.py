"""Measurements in a study area: a third status beside the other two, and a calibration only on request."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import yaml

from geo_planner.config import load_scenario
from geo_planner.export.html_map import map_page
from geo_planner.export.summary import summary, write_summary
from geo_planner.export.vector import write_gpkg
from geo_planner.export.xlsx import write_xlsx
from geo_planner.measurements import compare_with_measurements, residual_squares
from geo_planner.plan import Plan, run
from geo_planner.study_area import load_study_area
from tests.conftest import SCENARIO
from tests.measured import ERROR_DB, OFFSET_DB, write_measurements
from tests.test_cli import geo_planner


@pytest.fixture
def measured_area(area_copy: Path, plan: Plan) -> Path:
    return write_measurements(area_copy, plan)


def test_measured_stands_beside_modelled_and_declared(measured_plan: Plan) -> None:
    village = measured_plan.villages.loc["LC020"]
    assert (village["declared_status"], village["modelled_status"], village["measured_status"]) == ("no_signal", "covered", "no_signal")
    assert "measurements/measurements.csv" in measured_plan.manifest["inputs_sha256"]
    assert (measured_plan.villages["measured_status"] == "unknown").sum() == len(measured_plan.villages) - 1


def test_measurements_move_no_other_figure(measured_plan: Plan, plan: Plan) -> None:
    figures = ["rank", "score", "rsrp_dbm", "modelled_status", "declared_status", "responsibility"]
    pd.testing.assert_frame_equal(measured_plan.villages[figures], plan.villages[figures], check_like=True)
    assert plan.measured.against_model is None
    assert plan.measured.by_operator.empty


def test_the_plan_holds_the_model_against_the_samples(measured_plan: Plan) -> None:
    compared = measured_plan.measured.against_model
    assert compared is not None
    overall = compared.statistics.loc["all"]
    # what could not be heard is missing from the mean, which therefore lies above the planted offset, not below
    assert OFFSET_DB - 0.5 < overall["bias_db"] < OFFSET_DB + 1.5
    assert overall["sd_db"] == pytest.approx(ERROR_DB, abs=0.6)
    assert len(compared.residuals) + int(compared.without_model.sum()) == compared.n_kept
    (row,) = measured_plan.measured.by_operator.reset_index().to_dict("records")
    assert (row["village_id"], row["operator"], row["measured_status"]) == ("LC020", "giả định", "no_signal")


def test_squares_grow_until_there_are_few_and_keep_every_sample(measured_plan: Plan) -> None:
    compared = measured_plan.measured.against_model
    assert compared is not None
    fine = residual_squares(compared.residuals, sigma_db=8, square_m=250)
    coarse = residual_squares(compared.residuals, sigma_db=8, square_m=250, at_most=100)
    assert len(coarse) <= 100 < len(fine)
    assert fine["n"].sum() == coarse["n"].sum() == len(compared.residuals)
    assert fine["n_no_service"].sum() == 30
    assert set(fine.loc[fine["residual_db"] < -8, "verdict"]) == {"weaker"}
    assert fine.loc[fine["n_no_service"] == fine["n"], "measured_dbm"].isna().all()


def test_outputs_carry_the_measurements(measured_plan: Plan, plan: Plan, tmp_path: Path) -> None:
    write_summary(measured_plan, tmp_path / "summary.json")
    told = json.loads((tmp_path / "summary.json").read_text("utf-8"))["measurements"]
    assert told["samples_kept"] == 930
    assert told["applied"] is False
    assert {row["band"] for row in told["statistics"]} == {"900", "all"}
    assert told["by_operator"][0]["village_id"] == "LC020"
    assert summary(plan)["measurements"] is None
    write_gpkg(measured_plan, tmp_path / "plan.gpkg")
    layers = {str(name) for name, _ in pyogrio.list_layers(tmp_path / "plan.gpkg")}
    assert {"measurements", "measured_by_operator", "calibration", "measured_vs_modelled"} <= layers
    samples = pyogrio.read_dataframe(tmp_path / "plan.gpkg", layer="measurements")
    assert len(samples) == len(measured_plan.measured.against_model.residuals)  # type: ignore[union-attr]
    assert samples.geometry.x.between(101, 105).all()
    write_xlsx(measured_plan, tmp_path / "list.xlsx")
    book = openpyxl.load_workbook(tmp_path / "list.xlsx")
    text = "\n".join(
        str(cell)
        for name in ("Đo kiểm theo nhà mạng", "Đo kiểm và mô hình")
        for row in book[name].iter_rows(values_only=True)
        for cell in row
    )
    assert "LC020" in text
    assert "Nên áp dụng" in text
    assert "không áp dụng hiệu chỉnh nào" in text
    page = map_page(measured_plan)
    assert "Đo yếu hơn mô hình" in page
    assert "Đo yếu hơn mô hình" not in map_page(plan)


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
    row, column = (int(v) for v in plan.terrain.grid.position(*_centre(plan)))
    shift = moved.coverage.rsrp_dbm[row, column] - plan.coverage.rsrp_dbm[row, column]
    assert shift == pytest.approx(band["offset_db"], abs=6)
    # what is told in dBm is received power, whatever sigma the band was given
    np.testing.assert_allclose(moved.operators["giả định"], moved.villages["rsrp_dbm"], atol=1e-4)
    np.testing.assert_allclose(plan.operators["giả định"], plan.villages["rsrp_dbm"], atol=1e-4)
    assert summary(moved)["calibration"]["bands"][0]["sigma_db"] == band["sigma_db"] != scenario.service.sigma_db
    assert moved.scenario.name == "calibrated"
    given = (measured_area / "scenarios" / SCENARIO.name).read_text("utf-8").splitlines()
    assert [line for line in given if "#" in line and line not in new.read_text("utf-8").splitlines()] == []
    assert moved.communes["covered_area_share"].mean() < plan.communes["covered_area_share"].mean()
    assert geo_planner("calibrate", measured_area / "scenarios" / SCENARIO.name, "--apply", new).returncode == 2


def _centre(plan: Plan) -> tuple[float, float]:
    point = plan.sites.to_crs(plan.terrain.crs).geometry.iloc[0]
    return point.x + 2000, point.y


def test_without_measurements_calibration_is_a_fault(tmp_path: Path) -> None:
    done = geo_planner("calibrate", SCENARIO, "-o", tmp_path / "cal")
    assert done.returncode == 1
    assert "import measurements" in done.stderr
