"""Measurements: nothing is dropped without a reason, nothing is concluded from too little, nothing is merged."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from geo_planner.calibration import MeasurementSettings
from geo_planner.config import Propagation, Service
from geo_planner.grid import Grid
from geo_planner.measurements import (
    DISAGREEMENTS,
    DROP_REASONS,
    PATH_REASONS,
    CleanResult,
    clean_measurements,
    disagreement_notes,
    disagreements,
    measured_by_operator,
    measured_status,
    measured_vs_modelled,
    modelled_at,
    residual_table,
)
from geo_planner.radio.coverage import compute_coverage
from geo_planner.schema import MEASUREMENTS
from geo_planner.study_area.tables import typed_table
from geo_planner.terrain import Dem

CRS_M = CRS.from_epsg(32648)
X, Y = 400_000.0, 2_450_000.0
CELL_M, SIZE = 100.0, 120
WEST, NORTH = X - 60 * CELL_M, Y + 60 * CELL_M
SETTINGS = MeasurementSettings()
BASE = {
    "time": None, "operator": "Viettel", "technology": "LTE", "freq_mhz": 900.0, "site_id": None, "rsrp_dbm": -100.0,
    "no_service": False, "accuracy_m": 5.0, "speed_kmh": 3.0, "device": "phone", "source": None,
}  # fmt: skip


def samples(*rows: dict[str, object]) -> pd.DataFrame:
    """Rows given by their difference from BASE; ``at`` is metres east and north of the middle; a minute apart."""
    table = pd.DataFrame(
        [{"at": (0.0, 0.0), **BASE, "time": f"2026-01-28T{8 + i // 60:02d}:{i % 60:02d}:00+07:00", **row} for i, row in enumerate(rows)],
        columns=["at", *BASE],
        index=pd.Index([f"m{i}" for i in range(len(rows))], name="measurement_id", dtype="string"),
    )
    points = gpd.GeoSeries(gpd.points_from_xy([X + at[0] for at in table["at"]], [Y + at[1] for at in table["at"]], crs=CRS_M)).to_crs(4326)
    table = table.assign(lon=points.x.to_numpy(), lat=points.y.to_numpy()).drop(columns="at")
    numbers = dict.fromkeys(("lon", "lat", "freq_mhz", "rsrp_dbm", "accuracy_m", "speed_kmh"), "Float64")
    texts = dict.fromkeys(("time", "operator", "technology", "site_id", "device", "source"), "string")
    return table.astype({**numbers, **texts, "no_service": "boolean"})


def silent(**row: object) -> dict[str, object]:
    return {"rsrp_dbm": None, "no_service": True, "freq_mhz": None, "technology": None, **row}


def clean(*rows: dict[str, object], **settings: object) -> CleanResult:
    return clean_measurements(samples(*rows), MeasurementSettings(**settings), crs=CRS_M)  # type: ignore[arg-type]


def codes(result: CleanResult) -> set[str]:
    return {statement.code for statement in result.statements}


class TestCleaning:
    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ({"accuracy_m": 51.0}, "inaccurate_position"),
            ({"speed_kmh": 121.0}, "too_fast"),
            ({"rsrp_dbm": -20.0}, "impossible_level"),
            ({"rsrp_dbm": -141.0}, "impossible_level"),
            ({"rsrp_dbm": None}, "no_value"),
            ({"rsrp_dbm": -90.0, "no_service": True}, "contradiction"),
        ],
    )
    def test_each_drop_has_its_reason(self, row: dict[str, object], reason: str) -> None:
        result = clean({}, row)
        assert list(result.kept.index) == ["m0"]
        assert result.dropped["reason"].to_dict() == {"m1": reason}
        assert f"dropped_{reason}" in codes(result)
        assert reason in DROP_REASONS

    def test_limits_themselves_are_kept(self) -> None:
        assert len(clean({"accuracy_m": 50.0}, {"speed_kmh": 120.0}, {"rsrp_dbm": -140.0}, {"rsrp_dbm": -44.0}).kept) == 4

    def test_nr_reports_deeper_levels_than_lte(self) -> None:
        assert len(clean({"rsrp_dbm": -150.0, "technology": "NR"}).kept) == 1

    def test_a_blank_accuracy_is_kept_and_said(self) -> None:
        result = clean({"accuracy_m": None, "speed_kmh": None})
        assert len(result.kept) == 1
        assert "accuracy_unknown" in codes(result)

    def test_a_place_in_the_sea_off_africa_is_no_position(self) -> None:
        table = samples({}, {}).assign(lon=[0.0, 103.0], lat=[0.0, 95.0])
        assert (clean_measurements(table, SETTINGS).dropped["reason"] == "position_missing").all()

    def test_the_same_instant_in_two_zones_is_one_sample(self) -> None:
        result = clean({"time": "2026-01-28T09:30:00+07:00"}, {"time": "2026-01-28T02:30:00Z"}, {"time": "2026-01-28T09:30:00Z"})
        assert result.dropped["reason"].to_dict() == {"m1": "duplicate"}

    def test_samples_of_other_operators_bands_or_times_are_no_duplicates(self) -> None:
        same = {"time": "2026-01-28T09:30:00+07:00"}
        assert len(clean(same, same | {"operator": "MobiFone"}, same | {"freq_mhz": 1800.0}, {"time": None}, {"time": None}).kept) == 5

    def test_a_time_without_zone_is_local_and_said(self) -> None:
        result = clean({"time": "2026-01-28 23:30:00"}, {"time": "2026-01-28T23:30:00Z"})
        assert list(result.kept["day"]) == ["2026-01-28", "2026-01-29"]
        assert result.kept["time_utc"].iloc[0] == pd.Timestamp("2026-01-28T16:30:00Z")
        assert "time_without_zone" in codes(result)

    def test_an_unreadable_time_is_unknown_and_said(self) -> None:
        result = clean({"time": "hôm qua"})
        assert result.kept["time_utc"].isna().all()
        assert result.kept["day"].isna().all()
        assert "time_unreadable" in codes(result)

    def test_a_position_that_jumps_away_and_back_is_dropped(self) -> None:
        walk = [{"at": (i * 80.0, 0.0)} for i in range(5)]
        walk[2] = {"at": (9000.0, 0.0)}
        assert clean(*walk).dropped["reason"].to_dict() == {"m2": "position_jump"}

    def test_two_devices_far_apart_are_no_jump(self) -> None:
        assert clean(*[{"at": (9000.0 * (i % 2), 0.0), "device": f"phone {i % 2}"} for i in range(6)]).dropped.empty
        assert clean(*[{"at": (9000.0 * (i % 2), 0.0), "device": None} for i in range(6)]).dropped.empty

    def test_a_name_that_two_devices_share_is_no_jump(self) -> None:
        """Most apps write the model of the phone, and teams buy the same."""
        assert clean(*[{"at": (9000.0 * (i % 2) + i, 0.0), "device": "SM-A525F"} for i in range(12)]).dropped.empty

    def test_repetitions_leave_the_median_and_its_count(self) -> None:
        rows = [{"time": f"2026-01-28T09:30:{i:02d}+07:00", "rsrp_dbm": level} for i, level in enumerate([-101, -90, -95, -99, -93])]
        result = clean(*rows)
        assert result.kept["rsrp_dbm"].tolist() == [-95.0]
        assert result.kept["n_samples"].tolist() == [5]
        assert (result.dropped["reason"] == "thinned").all()

    def test_no_service_is_kept_beside_levels(self) -> None:
        rows = [{"time": f"2026-01-28T09:30:0{i}+07:00"} for i in range(3)]
        kept = clean(*rows, silent(time="2026-01-28T09:30:03+07:00")).kept
        assert kept["no_service"].tolist() == [False, True]
        assert kept["n_samples"].tolist() == [3, 1]

    def test_every_sample_is_kept_dropped_or_stood_for(self) -> None:
        rng = np.random.default_rng(5)
        rows = [
            {"time": f"2026-01-28T09:{rng.integers(3):02d}:{rng.integers(60):02d}+07:00", "at": tuple(rng.normal(0, 60, 2)), "accuracy_m": float(rng.uniform(0, 60)), "device": None}
            for _ in range(300)
        ]  # fmt: skip
        result = clean(*rows)
        assert len(result.kept) + len(result.dropped) == 300
        assert set(result.kept.index).isdisjoint(result.dropped.index)
        assert result.kept["n_samples"].sum() == len(result.kept) + (result.dropped["reason"] == "thinned").sum()

    def test_the_argument_is_not_changed_and_the_order_of_columns_is_kept(self) -> None:
        table = samples({}, {"accuracy_m": 99.0})
        before = table.copy()
        result = clean_measurements(table, SETTINGS)
        pd.testing.assert_frame_equal(table, before)
        assert list(result.kept.columns)[: len(table.columns)] == list(table.columns)

    def test_nothing_comes_of_nothing(self) -> None:
        result = clean()
        assert result.kept.empty
        assert result.kept.crs == "EPSG:4326"
        assert result.dropped.empty
        assert result.statements == ()

    def test_a_table_as_the_reader_gives_it(self) -> None:
        raw = pd.DataFrame(
            {
                "measurement_id": ["a", "b"],
                "lon": ["103.1", "103.2"],
                "lat": ["22.1", "22.2"],
                "rsrp_dbm": ["-101.5", ""],
                "no_service": ["", "yes"],
            }
        )
        table, _ = typed_table(raw.astype("string"), MEASUREMENTS, "m.csv")
        kept = clean_measurements(table.set_index("measurement_id"), SETTINGS).kept
        assert kept["no_service"].tolist() == [False, True]
        assert kept["rsrp_dbm"].iloc[0] == -101.5


def villages(*at: tuple[float, float], radius_m: float | None = None, **columns: object) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([X + p[0] for p in at], [Y + p[1] for p in at], crs=CRS_M)
    table = {"settlement_radius_m": pd.array([radius_m] * len(at), "Float64"), **columns}
    return gpd.GeoDataFrame(table, geometry=points, index=pd.Index([f"v{i}" for i in range(len(at))], name="village_id")).to_crs(4326)


def around(level_dbm: float | None, *, count: int = 8, radius_m: float = 60.0, **row: object) -> list[dict[str, object]]:
    angle = 2 * np.pi * np.arange(count) / count
    at = [(radius_m * np.cos(a), radius_m * np.sin(a)) for a in angle]
    return [(silent(at=p) if level_dbm is None else {"at": p, "rsrp_dbm": level_dbm, "freq_mhz": 900.0}) | row for p in at]


def status(*rows: dict[str, object], where: gpd.GeoDataFrame | None = None, **settings: object) -> pd.Series:
    chosen = MeasurementSettings(**settings)  # type: ignore[arg-type]
    kept = clean_measurements(samples(*rows), chosen, crs=CRS_M).kept
    return measured_status(villages((0, 0)) if where is None else where, kept, Service(), CRS_M, chosen).iloc[0]


class TestStatus:
    def test_good_centre_and_settlement_are_covered(self) -> None:
        found = status(*around(-95.0), *around(-100.0, radius_m=200.0))
        assert found["measured_status"] == "covered"
        assert (found["n_samples"], found["n_centre"], found["centre_share"]) == (16, 8, 1.0)
        assert (found["measured_from"], found["measured_to"]) == ("2026-01-28", "2026-01-28")

    def test_a_good_centre_with_bad_outskirts_is_partial(self) -> None:
        assert status(*around(-95.0), *around(-120.0, radius_m=200.0))["measured_status"] == "partial"

    def test_a_bad_centre_is_no_signal_whatever_lies_around(self) -> None:
        assert status(*around(-120.0), *around(-90.0, radius_m=200.0))["measured_status"] == "no_signal"

    def test_no_service_counts_as_below(self) -> None:
        found = status(*around(None))
        assert found["measured_status"] == "no_signal"
        assert found["n_no_service"] == 8
        assert np.isnan(found["centre_median_dbm"])

    def test_the_share_at_the_centre_decides_at_the_services_probability(self) -> None:
        three_of_four, less = (
            [*around(-90.0, count=6), *around(-120.0, count=2, radius_m=80.0)],
            [*around(-90.0, count=5), *around(-120.0, count=3, radius_m=80.0)],
        )
        assert status(*three_of_four)["centre_status"] == "covered"
        assert status(*less)["centre_status"] == "no_signal"

    @pytest.mark.parametrize(
        ("rows", "reason"),
        [
            (around(-90.0, count=4), "few_samples"),
            (around(-90.0, radius_m=200.0), "few_at_centre"),
            ([{}] * 6, "settlement_not_sampled"),
            ([], "few_samples"),
        ],
    )
    def test_too_little_is_unknown_and_says_why(self, rows: list[dict[str, object]], reason: str) -> None:
        found = status(*rows)
        assert found["measured_status"] == "unknown"
        assert found["measured_reason"] == reason

    def test_a_sample_counts_as_often_as_it_stands_for(self) -> None:
        """Nine good samples in one spot are not outvoted by one that got lost."""
        spot = [{"time": f"2026-01-28T09:30:0{i}+07:00", "rsrp_dbm": -90.0} for i in range(9)]
        assert status(*spot, silent(time="2026-01-28T09:30:09+07:00"), *around(-90.0, count=4))["centre_share"] == pytest.approx(13 / 14)

    def test_one_good_operator_is_enough_and_each_is_told_apart(self) -> None:
        rows = [*around(-95.0), *around(-100.0, radius_m=200.0), *around(None, operator="MobiFone")]
        kept = clean(*rows).kept
        where = villages((0, 0), (5000, 0))
        single = measured_by_operator(where, kept, Service(), CRS_M, SETTINGS)
        assert single["measured_status"].to_dict() == {("v0", "MobiFone"): "no_signal", ("v0", "Viettel"): "covered"}
        table = measured_status(where, kept, Service(), CRS_M, SETTINGS)
        assert list(table.index) == ["v0", "v1"]
        assert table["measured_status"].tolist() == ["covered", "unknown"]
        assert table["operators_measured"].tolist() == ["MobiFone; Viettel", ""]
        assert table["n_samples"].tolist() == [24, 0]

    def test_few_samples_of_many_operators_are_few(self) -> None:
        rows = [row for i in range(4) for row in around(-90.0, count=2, operator=f"operator {i}")]
        assert status(*rows)["measured_status"] == "unknown"

    def test_another_technology_says_nothing_of_this_service(self) -> None:
        assert status(*around(-90.0, technology="NR"))["n_samples"] == 0

    def test_the_villages_own_radius_counts(self) -> None:
        rows = [*around(-95.0), *around(-120.0, radius_m=200.0)]
        assert status(*rows, where=villages((0, 0), radius_m=120.0))["measured_status"] == "covered"

    def test_no_measurements_leave_every_village_unknown(self) -> None:
        kept = clean().kept
        assert measured_status(villages((0, 0), (9, 9)), kept, Service(), CRS_M, SETTINGS)["measured_status"].tolist() == ["unknown"] * 2
        assert measured_by_operator(villages((0, 0)), kept, Service(), CRS_M, SETTINGS).empty


@pytest.fixture(scope="module")
def hills() -> Dem:
    row, column = np.indices((SIZE, SIZE))
    heights = 900 + 250 * np.sin(row / 9.0) * np.cos(column / 11.0)
    return Dem(heights.astype(np.float32), Grid.north_up(WEST, NORTH, CELL_M, heights.shape, CRS_M), False, "")


def make_sites(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    base = {"at": (0.0, 0.0), "cell_id": "1", "status": "on_air", "operator": "Viettel", "technology": "LTE", "freq_mhz": 900.0, "bandwidth_mhz": 10.0, "mast_height_m": 42.0,
            "tx_power_dbm": 43.0, "antenna_gain_dbi": 11.0, "losses_db": 2.0, "azimuth_deg": np.nan, "tilt_deg": np.nan}  # fmt: skip
    table = pd.DataFrame([{"site_id": f"S{i}", **base, **row} for i, row in enumerate(rows)])
    at = table.pop("at")
    table = table.astype({"status": "string", "operator": "string", "technology": "string"})
    points = gpd.points_from_xy([X + p[0] for p in at], [Y + p[1] for p in at], crs=CRS_M)
    return gpd.GeoDataFrame(table, geometry=points).set_index(["site_id", "cell_id"])


SITES = make_sites(
    {"at": (-2000.0, 0.0)},
    {"at": (2500.0, 1000.0), "operator": "MobiFone"},
    {"at": (-2000.0, 0.0), "site_id": "S0", "cell_id": "2", "freq_mhz": 1800.0},
)


def modelled(
    dem: Dem, *rows: dict[str, object], sites: gpd.GeoDataFrame = SITES, radius_km: float = 10.0
) -> tuple[gpd.GeoDataFrame, pd.DataFrame]:
    kept = clean(*rows).kept
    return kept, modelled_at(kept, dem, sites, Service(), Propagation(max_radius_km=radius_km))


class TestAgainstTheModel:
    def test_a_sample_gets_the_level_of_its_own_operator_and_band(self, hills: Dem) -> None:
        _, table = modelled(
            hills, {"at": (1450.0, 850.0)}, {"at": (1450.0, 850.0), "freq_mhz": 1845.0}, {"at": (1450.0, 850.0), "operator": "mobifone"}
        )
        assert table["modelled_server_id"].tolist() == ["S0/1", "S0/2", "S1/1"]
        assert table["modelled_freq_mhz"].tolist() == [900.0, 1800.0, 900.0]
        assert table["distance_km"].to_numpy() == pytest.approx(
            [np.hypot(3.45, 0.85), np.hypot(3.45, 0.85), np.hypot(1.05, 0.15)], abs=1e-4
        )
        assert (table["matched_by"] == "operator").all()

    def test_the_level_is_that_of_the_coverage_engine(self, hills: Dem) -> None:
        rng = np.random.default_rng(3)
        rows = [{"at": tuple(rng.uniform(-5000, 5000, 2)), "operator": None, "freq_mhz": None, "device": None} for _ in range(60)]
        kept, table = modelled(hills, *rows)
        whole = compute_coverage(
            hills, SITES, Service(uplink={"check": False}), Propagation(max_radius_km=10.0), only=np.ones((SIZE, SIZE), dtype=bool)
        )
        assert table["modelled_dbm"].to_numpy() == pytest.approx(whole.rsrp_dbm[table["row"], table["column"]], nan_ok=True)
        assert (table["matched_by"] == "any").all()
        assert list(table.index) == list(kept.index)

    def test_the_serving_site_goes_before_the_operator(self, hills: Dem) -> None:
        _, table = modelled(hills, {"site_id": "S1", "operator": "unheard of"}, {"site_id": "S9"})
        assert table["modelled_server_id"].fillna("").tolist() == ["S1/1", ""]
        assert table["modelled_reason"].fillna("").tolist() == ["", "unknown_site"]

    @pytest.mark.parametrize(
        ("row", "reason"),
        [
            ({"operator": "Vietnamobile"}, "no_such_cell"),
            ({"freq_mhz": 2600.0}, "no_such_cell"),
            ({"technology": "NR"}, "other_technology"),
            ({"at": (9000.0, 0.0)}, "outside_terrain"),
            ({"at": (5000.0, 0.0), "operator": "Viettel"}, "out_of_reach"),
        ],
    )
    def test_without_a_modelled_level_there_is_a_reason(self, hills: Dem, row: dict[str, object], reason: str) -> None:
        _, table = modelled(hills, row, radius_km=4.0)
        assert np.isnan(table["modelled_dbm"].iloc[0])
        assert table["modelled_reason"].iloc[0] == reason
        assert reason in PATH_REASONS

    def test_a_path_over_a_void_is_unknown(self, hills: Dem) -> None:
        heights = hills.heights_m.copy()
        heights[:, 55:57] = np.nan
        dem = Dem(heights, hills.grid, False, "")
        _, table = modelled(dem, {"at": (1450.0, 850.0)})
        assert table["modelled_reason"].tolist() == ["path_unknown"]
        assert table["modelled_dbm"].isna().all()

    def test_residuals_and_statistics(self, hills: Dem) -> None:
        rng = np.random.default_rng(4)
        at = [tuple(rng.uniform(-4000, 4000, 2)) for _ in range(40)]
        kept, table = modelled(hills, *[{"at": p, "device": None} for p in at])
        kept = kept.assign(rsrp_dbm=table["modelled_dbm"] - 6.0 + np.tile([-2.0, 2.0], 20))
        residuals = residual_table(kept, table, hills, SETTINGS)
        found = measured_vs_modelled(residuals, threshold_dbm=-113.0)
        assert list(found.index) == ["900", "all"]
        assert found.loc["900", "n"] == 40
        assert found.loc["900", "bias_db"] == pytest.approx(-6.0)
        assert found.loc["900", "rmse_db"] == pytest.approx(np.sqrt(40.0))
        assert found.loc["900", "sd_db"] == pytest.approx(2.0 * np.sqrt(40 / 39))
        assert found.loc["900", "correlation"] > 0.95

    def test_a_sample_without_service_has_an_upper_limit_and_no_level(self, hills: Dem) -> None:
        kept, table = modelled(hills, silent(at=(1450.0, 850.0)))
        residuals = residual_table(kept, table, hills, SETTINGS)
        assert residuals["measured_dbm"].isna().all()
        assert residuals["residual_db"].iloc[0] == pytest.approx(-124.0 - table["modelled_dbm"].iloc[0])
        assert measured_vs_modelled(residuals, threshold_dbm=-113.0).loc["all", "n_no_service"] == 1

    def test_four_samples_make_no_statistics(self, hills: Dem) -> None:
        kept, table = modelled(hills, *[{"at": (100.0 * i, 0.0)} for i in range(4)])
        found = measured_vs_modelled(residual_table(kept, table, hills, SETTINGS), threshold_dbm=-113.0)
        assert found["n"].tolist() == [4, 4]
        assert found.drop(columns=["n", "n_no_service"]).isna().all(axis=None)

    def test_no_samples_make_empty_tables(self, hills: Dem) -> None:
        kept, table = modelled(hills)
        residuals = residual_table(kept, table, hills, SETTINGS)
        assert residuals.empty
        assert measured_vs_modelled(residuals, threshold_dbm=-113.0).loc["all", "n"] == 0


class TestDisagreements:
    @pytest.mark.parametrize(
        ("declared", "modelled_word", "rows", "expected"),
        [
            (
                "no_signal",
                "no_signal",
                [*around(-95.0), *around(-100.0, radius_m=200.0)],
                ["declared_no_signal_but_measured_signal", "modelled_no_signal_but_measured_signal"],
            ),
            ("covered", "partial", around(None), ["declared_signal_but_measured_no_signal", "modelled_signal_but_measured_no_signal"]),
            (
                "covered",
                "covered",
                [*around(-95.0), *around(-120.0, radius_m=200.0)],
                ["declared_and_measured_differ_in_extent", "modelled_and_measured_differ_in_extent"],
            ),
            ("no_signal", "unknown", [{}] * 6, ["declared_no_signal_but_measured_signal"]),
            (None, "unknown", around(None), []),
            ("no_signal", "no_signal", around(None), []),
            ("covered", "covered", around(-120.0, count=3), []),
        ],
    )
    def test_what_contradicts_what(
        self, declared: str | None, modelled_word: str, rows: list[dict[str, object]], expected: list[str]
    ) -> None:
        where = villages(
            (0, 0), declared_status=pd.array([declared], "string"), modelled_status=[modelled_word], status_date=["2026-01-01"]
        )
        table = disagreements(where, measured_status(where, clean(*rows).kept, Service(), CRS_M, SETTINGS))
        assert table["code"].tolist() == expected
        assert set(expected) <= set(DISAGREEMENTS)
        notes = disagreement_notes(table)
        assert [note.code for note in notes] == expected
        assert all(note.level == "warning" and "v0" in note.reason for note in notes)
