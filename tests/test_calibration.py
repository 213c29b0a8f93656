"""Calibration: what was planted in a drive test is found again, and the interval says honestly how surely."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import pytest
import yaml
from pydantic import ValidationError
from pyproj import CRS
from scipy.optimize import approx_fprime

from geo_planner.calibration import (
    BandCalibration,
    Calibration,
    CalibrationSettings,
    MeasurementSettings,
    apply_calibration,
    band_mhz,
    calibrate,
    calibrated_rsrp_dbm,
    calibration_for,
    calibration_table,
    equivalent_rsrp_dbm,
    scenario_overrides,
)
from geo_planner.calibration._censored import likelihood, maximise, scores
from geo_planner.config import Propagation, Service
from geo_planner.grid import Grid
from geo_planner.measurements import clean_measurements, modelled_at, residual_table
from geo_planner.radio.budget import coverage_probability
from geo_planner.terrain import Dem

CRS_M = CRS.from_epsg(32648)
CELL_M, SIZE = 200.0, 110
WEST, NORTH = 400_000.0, 2_472_000.0
SETTINGS = MeasurementSettings()
OFFSET_DB, SLOPE_DB, SIGMA_DB, REFERENCE_KM = -6.0, -8.0, 7.0, 3.0
SEEDS = 40


@pytest.fixture(scope="module")
def drive() -> pd.DataFrame:
    """Residuals of a drive test that agrees with the model to the last bit: 8 roads of 90 samples under three masts.

    The modelled levels are those of the coverage engine over hills; the tests add what is to be found.
    """
    row, column = np.indices((SIZE, SIZE))
    heights = 800 + 200 * np.sin(row / 9.0) * np.cos(column / 8.0)
    dem = Dem(heights.astype(np.float32), Grid.north_up(WEST, NORTH, CELL_M, heights.shape, CRS_M), False, "")
    rng = np.random.default_rng(57)
    xy = []
    for _ in range(8):
        place, heading = rng.uniform(3000, 19000, 2), rng.uniform(0, 2 * np.pi)
        for _ in range(90):
            heading += rng.normal(0, 0.3)
            place = np.clip(place + 130 * np.array([np.cos(heading), np.sin(heading)]), 300, 21_700)
            xy.append(place)
    x, y = WEST + np.array(xy)[:, 0], NORTH - 22_000 + np.array(xy)[:, 1]
    points = gpd.GeoSeries(gpd.points_from_xy(x, y, crs=CRS_M)).to_crs(4326)
    table = pd.DataFrame(
        {"lon": points.x, "lat": points.y, "rsrp_dbm": -100.0, "freq_mhz": 940.0, "operator": "Viettel", "technology": "LTE"}
    )
    table["time"] = [f"2026-01-{10 + i // 360:02d}T{8 + i % 360 // 60:02d}:{i % 60:02d}:00+07:00" for i in range(len(table))]
    kept = clean_measurements(
        table.set_index(pd.Index([f"m{i}" for i in range(len(table))], name="measurement_id")), SETTINGS, crs=CRS_M
    ).kept
    sites = _sites((5000.0, 6000.0), (16000.0, 9000.0), (9000.0, 17000.0))
    modelled = modelled_at(kept, dem, sites, Service(), Propagation(max_radius_km=30.0))
    residuals = residual_table(kept, modelled, dem, SETTINGS)
    assert len(residuals) > 600
    return residuals


def _sites(*at: tuple[float, float]) -> gpd.GeoDataFrame:
    base = {"cell_id": "1", "status": "on_air", "operator": "Viettel", "technology": "LTE", "freq_mhz": 900.0, "bandwidth_mhz": 10.0, "mast_height_m": 42.0,
            "tx_power_dbm": 43.0, "antenna_gain_dbi": 11.0, "losses_db": 2.0, "azimuth_deg": np.nan, "tilt_deg": np.nan}  # fmt: skip
    table = pd.DataFrame([{"site_id": f"S{i}", **base} for i in range(len(at))]).astype(
        dict.fromkeys(("status", "operator", "technology"), "string")
    )
    points = gpd.points_from_xy([WEST + p[0] for p in at], [NORTH - 22_000 + p[1] for p in at], crs=CRS_M)
    return gpd.GeoDataFrame(table, geometry=points).set_index(["site_id", "cell_id"])


def shadowing(
    drive: pd.DataFrame, rng: np.random.Generator, *, sigma_db: float = SIGMA_DB, reach_m: float = 300.0
) -> npt.NDArray[np.float64]:
    """Errors that neighbours share: correlation exp(-d / reach), with a fifth of the variance each sample's own."""
    xy = drive[["x_m", "y_m"]].to_numpy()
    away_m = np.hypot(*(xy[:, None] - xy[None]).transpose(2, 0, 1))
    common = np.linalg.cholesky(np.exp(-away_m / reach_m) + 1e-9 * np.eye(len(xy))) @ rng.normal(size=len(xy))
    return sigma_db * (np.sqrt(0.8) * common + np.sqrt(0.2) * rng.normal(size=len(xy)))


def planted(
    drive: pd.DataFrame,
    error_db: npt.NDArray[np.float64],
    *,
    offset_db: float = OFFSET_DB,
    slope_db: float = SLOPE_DB,
    limit_dbm: float | None = None,
) -> pd.DataFrame:
    """The drive test with an offset, a slope and errors; below the limit the device sees nothing."""
    measured = drive["modelled_dbm"] + offset_db + slope_db * np.log10(drive["distance_km"] / REFERENCE_KM) + error_db
    silent = measured < limit_dbm if limit_dbm is not None else pd.Series(False, index=drive.index)
    upper = measured if limit_dbm is None else measured.clip(lower=limit_dbm)
    return drive.assign(measured_dbm=measured.mask(silent), no_service=silent, residual_db=upper - drive["modelled_dbm"])


def found_in(residuals: pd.DataFrame, **options: object) -> Calibration:
    (found,) = calibrate(residuals, SETTINGS, **{"model": "p1812", "sigma_db": 8.0, "seed": 57, **options})  # type: ignore[arg-type]
    return found


def recovery(drive: pd.DataFrame, *, independent: bool = False, reach_m: float = 300.0, limit_dbm: float | None = None) -> dict[str, float]:
    """Share of seeds whose intervals hold what was planted."""
    held = {"offset": 0, "slope": 0, "sigma": 0}
    for seed in range(SEEDS):
        rng = np.random.default_rng(seed)
        error = SIGMA_DB * rng.normal(size=len(drive)) if independent else shadowing(drive, rng, reach_m=reach_m)
        c = found_in(planted(drive, error, limit_dbm=limit_dbm), slope="always")
        true_offset = OFFSET_DB + SLOPE_DB * np.log10(c.reference_km / REFERENCE_KM)
        held["offset"] += c.offset_low_db <= true_offset <= c.offset_high_db
        held["slope"] += c.slope_low_db_per_decade <= SLOPE_DB <= c.slope_high_db_per_decade
        held["sigma"] += c.sigma_low_db <= SIGMA_DB <= c.sigma_high_db
    return {name: count / SEEDS for name, count in held.items()}


class TestRecovery:
    def test_with_independent_errors(self, drive: pd.DataFrame) -> None:
        rates = recovery(drive, independent=True)
        assert min(rates.values()) >= 0.85, rates

    @pytest.mark.parametrize("reach_m", [150.0, 500.0])
    def test_with_errors_that_neighbours_share(self, drive: pd.DataFrame, reach_m: float) -> None:
        rates = recovery(drive, reach_m=reach_m)
        assert min(rates.values()) >= 0.85, rates

    def test_with_a_device_that_sees_nothing_below_its_limit(self, drive: pd.DataFrame) -> None:
        rates = recovery(drive, limit_dbm=float(drive["modelled_dbm"].quantile(0.25)) + OFFSET_DB)
        assert min(rates.values()) >= 0.85, rates

    def test_leaving_out_the_silent_samples_would_deceive(self, drive: pd.DataFrame) -> None:
        """Why they take part: with levels alone the model looks better than it is."""
        limit_dbm = float(drive["modelled_dbm"].median()) + OFFSET_DB
        table = planted(drive, shadowing(drive, np.random.default_rng(1)), slope_db=0.0, limit_dbm=limit_dbm)
        whole = found_in(table, slope="never")
        seen = found_in(table[~table["no_service"]], slope="never")
        assert whole.n_no_service > 200
        assert abs(whole.offset_db - OFFSET_DB) < 1.5
        assert seen.offset_db > OFFSET_DB + 2.0
        assert seen.sigma_db < whole.sigma_db

    def test_shared_errors_widen_the_interval(self, drive: pd.DataFrame) -> None:
        rng = np.random.default_rng(2)
        shared, own = (
            found_in(planted(drive, e), slope="always")
            for e in (shadowing(drive, rng, reach_m=500.0), SIGMA_DB * rng.normal(size=len(drive)))
        )
        assert shared.offset_high_db - shared.offset_low_db > 1.5 * (own.offset_high_db - own.offset_low_db)

    def test_the_spread_holds_on_places_not_seen(self, drive: pd.DataFrame) -> None:
        c = found_in(planted(drive, shadowing(drive, np.random.default_rng(3))))
        assert 0.90 <= c.within_95_share <= 0.99
        assert c.rmse_after_db < c.rmse_before_db


class TestTheFit:
    def test_gradient_and_information_are_those_of_the_likelihood(self) -> None:
        rng = np.random.default_rng(1)
        x, y = np.column_stack([np.ones(40), rng.normal(size=40)]), rng.normal(size=40)
        censored, weight, theta = rng.random(40) < 0.4, rng.uniform(0.5, 2, 40), np.array([0.3, -0.5, 0.2])
        gradient, information = (part.sum(axis=0) for part in scores(theta, y, censored, x, weight))
        assert gradient == pytest.approx(approx_fprime(theta, likelihood, 1e-7, y, censored, x, weight), abs=1e-4)
        numeric = approx_fprime(theta, lambda t: scores(t, y, censored, x, weight)[0].sum(axis=0), 1e-7)
        assert information == pytest.approx(-numeric, abs=1e-4)

    def test_without_censoring_it_is_least_squares(self) -> None:
        rng = np.random.default_rng(2)
        x = np.column_stack([np.ones(50), rng.normal(size=50)])
        y = x @ [2.0, -3.0] + rng.normal(size=50)
        theta, converged = maximise(y, np.zeros(50, dtype=bool), x, np.ones(50))
        beta, squares, *_ = np.linalg.lstsq(x, y, rcond=None)
        assert converged
        assert theta[:2] == pytest.approx(beta)
        assert np.exp(theta[2]) == pytest.approx(np.sqrt(squares[0] / 50))

    def test_a_square_counts_once_however_long_the_phone_stood_there(self, drive: pd.DataFrame) -> None:
        table = planted(drive, shadowing(drive, np.random.default_rng(4)), slope_db=0.0)
        crowd = pd.concat([table, *[table.iloc[:1]] * 500]).reset_index(drop=True)
        assert found_in(crowd, slope="never").offset_db == pytest.approx(found_in(table, slope="never").offset_db, abs=0.1)

    def test_two_runs_are_one(self, drive: pd.DataFrame) -> None:
        table = planted(drive, shadowing(drive, np.random.default_rng(5)))
        assert found_in(table) == found_in(table)

    @pytest.mark.parametrize("group_by", ["site", "day"])
    def test_few_groups_are_too_few(self, drive: pd.DataFrame, group_by: str) -> None:
        assert found_in(planted(drive, np.zeros(len(drive))), group_by=group_by).verdict == "too_few"


class TestVerdicts:
    def test_a_plain_offset_is_worth_applying_and_gets_no_slope(self, drive: pd.DataFrame) -> None:
        c = found_in(planted(drive, shadowing(drive, np.random.default_rng(6)), offset_db=-9.0, slope_db=0.0))
        assert c.verdict == "apply"
        assert c.slope_db_per_decade == 0.0
        assert np.isnan(c.slope_low_db_per_decade)

    def test_a_strong_slope_is_found(self, drive: pd.DataFrame) -> None:
        c = found_in(planted(drive, shadowing(drive, np.random.default_rng(7)), slope_db=-25.0))
        assert c.slope_low_db_per_decade <= -25.0 <= c.slope_high_db_per_decade < 0

    def test_a_model_that_is_right_stays(self, drive: pd.DataFrame) -> None:
        table = planted(drive, shadowing(drive, np.random.default_rng(8), sigma_db=8.0, reach_m=150.0), offset_db=0.0, slope_db=0.0)
        assert found_in(table).verdict == "no_gain"

    def test_a_narrower_spread_alone_is_news(self, drive: pd.DataFrame) -> None:
        table = planted(drive, shadowing(drive, np.random.default_rng(8), sigma_db=4.0, reach_m=150.0), offset_db=0.0, slope_db=0.0)
        c = found_in(table)
        assert c.verdict == "sigma_only"
        (band,) = apply_calibration([c]).bands
        assert (band.offset_db, band.slope_db_per_decade) == (0.0, 0.0)
        assert band.sigma_db == pytest.approx(c.sigma_uncorrected_db, abs=0.01)

    def test_too_few_say_so_and_give_no_number(self, drive: pd.DataFrame) -> None:
        c = found_in(planted(drive, np.zeros(len(drive))).iloc[:29])
        assert c.verdict == "too_few"
        assert "29 samples" in c.reason
        assert np.isnan([c.offset_db, c.sigma_db, c.rmse_after_db]).all()
        assert apply_calibration([c], accept=("apply", "sigma_only", "no_gain", "too_few")) == CalibrationSettings()

    def test_many_samples_of_one_place_are_too_few(self, drive: pd.DataFrame) -> None:
        table = planted(drive, shadowing(drive, np.random.default_rng(9))).assign(x_m=0.0, y_m=0.0)
        assert found_in(table).verdict == "too_few"

    def test_samples_without_service_alone_are_too_few(self, drive: pd.DataFrame) -> None:
        assert found_in(planted(drive, np.zeros(len(drive)), limit_dbm=0.0)).verdict == "too_few"

    def test_samples_of_nobody_known_are_left_out_and_counted(self, drive: pd.DataFrame) -> None:
        table = planted(drive, shadowing(drive, np.random.default_rng(10)))
        c = found_in(table.assign(matched_by=["any"] * 100 + ["operator"] * (len(table) - 100)))
        assert (c.n, c.n_left_out) == (len(table) - 100, 100)

    def test_each_band_by_itself(self, drive: pd.DataFrame) -> None:
        low = planted(drive, shadowing(drive, np.random.default_rng(11)), slope_db=0.0)
        high = planted(drive, shadowing(drive, np.random.default_rng(12)), slope_db=0.0, offset_db=5.0).assign(freq_mhz=1800.0)
        found = calibrate(pd.concat([high, low]), SETTINGS, model="p1812", sigma_db=8.0, seed=57)
        assert [c.freq_mhz for c in found] == [900.0, 1800.0]
        assert found[0].offset_db < 0 < found[1].offset_db
        assert list(calibration_table(found).index) == [900.0, 1800.0]

    def test_nothing_comes_of_nothing(self, drive: pd.DataFrame) -> None:
        assert calibrate(drive.iloc[:0], SETTINGS, model="p1812", sigma_db=8.0, seed=57) == ()
        assert calibration_table(()).empty
        assert apply_calibration(()) == CalibrationSettings()


BAND = BandCalibration(
    freq_mhz=900, offset_db=-4, slope_db_per_decade=-6, reference_km=2, min_km=0.5, max_km=20, sigma_db=6, n=80, n_places=20
)


class TestApplying:
    def test_what_was_fitted_takes_the_bias_away(self, drive: pd.DataFrame) -> None:
        table = planted(drive, shadowing(drive, np.random.default_rng(13)))
        settings = apply_calibration([found_in(table)], source_sha256="a" * 64, terrain_sha256="b" * 64)
        band = calibration_for(settings, 940.0, model="p1812")
        left = table["measured_dbm"] - calibrated_rsrp_dbm(table["modelled_dbm"], table["distance_km"], band)
        assert abs(left.mean()) < 0.5
        assert left.std() == pytest.approx(SIGMA_DB, rel=0.15)

    def test_no_distance_outside_the_measured_ones(self) -> None:
        assert calibrated_rsrp_dbm(-90.0, 0.01, BAND) == calibrated_rsrp_dbm(-90.0, 0.5, BAND)
        assert calibrated_rsrp_dbm(-90.0, 99.0, BAND) == calibrated_rsrp_dbm(-90.0, 20.0, BAND)

    def test_what_is_not_known_stays_unknown(self) -> None:
        assert np.isnan(calibrated_rsrp_dbm(np.nan, 3.0, BAND))
        assert calibrated_rsrp_dbm(-np.inf, 3.0, BAND) == -np.inf

    def test_without_a_calibration_nothing_changes(self) -> None:
        assert calibrated_rsrp_dbm(-90.0, 3.0, None) == -90.0
        assert equivalent_rsrp_dbm(-90.0, None, threshold_dbm=-113.0, sigma_db=8.0) == -90.0

    def test_the_equivalent_level_has_the_probability_of_the_bands_own_spread(self) -> None:
        levels = np.linspace(-140, -80, 13)
        same = coverage_probability(
            equivalent_rsrp_dbm(levels, BAND, threshold_dbm=-113.0, sigma_db=8.0), threshold_dbm=-113.0, sigma_db=8.0
        )
        assert same == pytest.approx(coverage_probability(levels, threshold_dbm=-113.0, sigma_db=6.0))

    def test_it_belongs_to_its_model_and_band(self) -> None:
        settings = CalibrationSettings(model="p1812", bands=(BAND,))
        assert calibration_for(settings, 900.0, model="p1812") is BAND
        assert calibration_for(settings, 900.0, model="itm") is None
        assert calibration_for(settings, 1800.0, model="p1812") is None

    def test_the_section_survives_the_scenarios_yaml_and_records_its_source(self, drive: pd.DataFrame) -> None:
        c = found_in(planted(drive, shadowing(drive, np.random.default_rng(14))))
        settings = apply_calibration([c], source_sha256="a" * 64, terrain_sha256="b" * 64)
        text = yaml.safe_dump(scenario_overrides(settings))
        assert CalibrationSettings.model_validate(yaml.safe_load(text)["calibration"]) == settings
        assert settings.bands[0].source_sha256 == "a" * 64
        assert settings.bands[0].date == "2026-01-11"
        assert settings.bands[0].n == c.n

    @pytest.mark.parametrize(
        "wrong",
        [
            {"bands": [BAND.model_dump()]},
            {"model": "p1812", "bands": [BAND.model_dump()] * 2},
            {"model": "p1812", "bands": [BAND.model_dump() | {"sigma_db": 0}]},
            {"model": "p1812", "bands": [BAND.model_dump() | {"offset_db": float("nan")}]},
            {"model": "p1812", "bands": [BAND.model_dump() | {"min_km": 30}]},
            {"gain": 3},
        ],
    )
    def test_a_section_that_cannot_be_is_refused(self, wrong: dict[str, object]) -> None:
        with pytest.raises(ValidationError):
            CalibrationSettings.model_validate(wrong)

    def test_carriers_and_nominal_bands_meet(self) -> None:
        assert [band_mhz(f) for f in (700, 763, 942.4, 1845, 2132.6, 2650, 3500, 850)] == [700, 700, 900, 1800, 2100, 2600, 3500, 850]
