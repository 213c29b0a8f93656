"""Rasters and statuses: known cases worked out by hand, and the rules for what is not known."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
from pyproj import CRS

from geo_planner.config import Propagation, Service
from geo_planner.grid import Grid
from geo_planner.propagation.area import LossModel, loss_around
from geo_planner.propagation.p525 import free_space_loss_db
from geo_planner.propagation.p526 import delta_bullington
from geo_planner.radio.coverage import compute_coverage
from geo_planner.radio.statuses import commune_coverage, nearest_sites, operator_coverage, village_coverage, village_status
from geo_planner.terrain import Dem, profile

CELL_M, SIZE = 250.0, 80
WEST, NORTH = 500_000.0, 2_500_000.0


def make_dem(heights: np.ndarray) -> Dem:
    return Dem(heights.astype(np.float32), Grid.north_up(WEST, NORTH, CELL_M, heights.shape, CRS.from_epsg(32648)), False, "")


@pytest.fixture
def flat() -> Dem:
    return make_dem(np.full((SIZE, SIZE), 500.0))


@pytest.fixture
def hills() -> Dem:
    row, column = np.indices((SIZE, SIZE))
    return make_dem(900 + 400 * np.sin(row / 6.0) * np.cos(column / 7.0))


def make_sites(*rows: dict[str, object]) -> gpd.GeoDataFrame:
    base = {"status": "on_air", "operator": "A", "technology": "LTE", "freq_mhz": 900.0, "bandwidth_mhz": 10.0, "mast_height_m": 42.0,
            "tx_power_dbm": 43.0, "antenna_gain_dbi": 11.0, "losses_db": 2.0, "azimuth_deg": np.nan, "tilt_deg": np.nan}  # fmt: skip
    table = pd.DataFrame([{"site_id": f"S{i}", "cell_id": "1", "row": 40.0, "column": 40.0, **base, **row} for i, row in enumerate(rows)])
    table = table.astype({"status": "string", "operator": "string", "technology": "string"})
    points = gpd.points_from_xy(WEST + table.pop("column") * CELL_M, NORTH - table.pop("row") * CELL_M, crs=32648)
    return gpd.GeoDataFrame(table, geometry=points).set_index(["site_id", "cell_id"])


def make_villages(*cells: tuple[float, float], radius_m: float | None = None) -> gpd.GeoDataFrame:
    points = gpd.points_from_xy([WEST + c * CELL_M for _, c in cells], [NORTH - r * CELL_M for r, _ in cells], crs=32648)
    table = gpd.GeoDataFrame(
        {"settlement_radius_m": pd.array([radius_m] * len(cells), "Float64")}, geometry=points, index=[f"v{i}" for i in range(len(cells))]
    )
    return table.to_crs(4326)


def cover(dem: Dem, sites: gpd.GeoDataFrame, **settings: object):  # type: ignore[no-untyped-def]
    return compute_coverage(dem, sites, Service(), Propagation(**settings))  # type: ignore[arg-type]


@pytest.mark.parametrize("model", ["free_space", "delta_bullington"])
def test_area_loss_is_the_loss_of_each_profile(model: str, hills: Dem) -> None:
    """The raster against the public point-to-point functions on profiles drawn independently."""
    window = loss_around(
        hills.heights_m,
        CELL_M,
        row=40.3,
        column=39.8,
        tx_height_m=30,
        rx_height_m=1.5,
        freq_mhz=900,
        radius_km=15,
        method="profiles",
        model=LossModel(name=model, eps_r=22, sigma_s_m=0.003),
    )  # type: ignore[arg-type]
    mast = (WEST + 39.8 * CELL_M, NORTH - 40.3 * CELL_M)
    for row, column in [(10, 20), (70, 60), (41, 5), (38, 45), (60, 40)]:
        end = (WEST + (column + 0.5) * CELL_M, NORTH - (row + 0.5) * CELL_M)
        d, z = profile(hills, mast, end)
        slant_km = np.hypot(d[-1], (z[0] + 30 - z[-1] - 1.5) / 1000)
        expected = free_space_loss_db(slant_km, 900)
        if model == "delta_bullington":
            expected += delta_bullington(
                d, z, tx_height_m=30, rx_height_m=1.5, freq_mhz=900, effective_earth_radius_km=6371 * 4 / 3
            ).loss_db
        assert window.loss_db[row - window.row, column - window.column] == pytest.approx(expected, abs=2e-3)


def test_beyond_the_radius_there_is_no_service(flat: Dem) -> None:
    coverage = cover(flat, make_sites({}), max_radius_km=5)
    away = np.hypot(*(np.indices((SIZE, SIZE)) + 0.5 - 40)) * CELL_M
    assert np.array_equal(np.isnan(coverage.rsrp_dbm), away > 5000)
    assert (coverage.probability[away > 5000] == 0).all()
    assert (coverage.best_server[away > 5000] == -1).all()


def test_another_site_never_lowers_any_cell(hills: Dem) -> None:
    one = cover(hills, make_sites({"row": 20.0}))
    two = cover(hills, make_sites({"row": 20.0}, {"row": 60.0, "column": 15.0}))
    assert (np.nan_to_num(two.rsrp_dbm, nan=-np.inf) >= np.nan_to_num(one.rsrp_dbm, nan=-np.inf)).all()


def test_the_stronger_cell_serves(flat: Dem) -> None:
    coverage = cover(flat, make_sites({"row": 20.0, "operator": "A"}, {"row": 60.0, "operator": "B"}))
    assert coverage.server_ids == ("S0/1", "S1/1")
    assert (coverage.best_server[:39] == 0).all()
    assert (coverage.best_server[41:] == 1).all()
    assert np.allclose(np.fmax(coverage.by_operator_dbm["A"], coverage.by_operator_dbm["B"]), coverage.rsrp_dbm)


@pytest.mark.parametrize("change", [{"status": "planned"}, {"status": "candidate"}, {"technology": "NR"}, {"technology": pd.NA}])
def test_only_cells_on_air_of_the_technology_serve(change: dict[str, object], flat: Dem) -> None:
    coverage = cover(flat, make_sites({}, {"row": 10.0, **change}))
    assert coverage.server_ids == ("S0/1",)


def test_power_shifts_every_cell_alike(hills: Dem) -> None:
    weak, strong = (cover(hills, make_sites({"tx_power_dbm": p})).rsrp_dbm for p in (40.0, 46.0))
    assert np.nanmax(np.abs(strong - weak - 6.0)) < 1e-4


def test_a_void_makes_what_lies_behind_it_unknown_not_free(flat: Dem) -> None:
    heights = flat.heights_m.copy()
    heights[30, :] = np.nan
    coverage = cover(make_dem(heights), make_sites({"row": 50.0}))
    assert np.isnan(coverage.probability[30]).all()
    assert coverage.unknown_paths[20, 40] == 1
    assert np.isnan(coverage.rsrp_dbm[20, 40])
    assert np.isnan(coverage.probability[20, 40])
    assert coverage.probability[45, 40] > 0.99
    status = village_coverage(coverage, make_villages((20.5, 40.5), (45.5, 40.5)), Service())
    assert status["modelled_status"].tolist() == ["unknown", "covered"]
    assert status["path_unknown"].tolist() == [True, False]


def test_an_unknown_path_does_not_matter_where_another_site_serves(flat: Dem) -> None:
    heights = flat.heights_m.copy()
    heights[30, :] = np.nan
    coverage = cover(make_dem(heights), make_sites({"row": 50.0}, {"row": 10.0}))
    assert coverage.probability[20, 40] > 0.99


def test_a_mast_outside_the_terrain_covers_nothing_that_is_known(flat: Dem) -> None:
    coverage = cover(flat, make_sites({"row": -4.0}))
    assert np.isnan(coverage.rsrp_dbm).all()
    assert coverage.unknown_paths[0, 40] == 1


def test_nearest_site_is_measured_over_the_ground(flat: Dem) -> None:
    table = nearest_sites(make_villages((40.0, 52.0), (3.0, 40.0)), make_sites({}, {"row": 0.0}), flat.crs)
    assert table["nearest_site_id"].tolist() == ["S0", "S1"]
    assert table["nearest_site_km"].tolist() == pytest.approx([3.0, 0.75], abs=1e-6)


def test_status_needs_the_centre_first_and_then_95_percent() -> None:
    service = Service()
    assert village_status(0.74, 1.0, service) == "no_signal"
    assert village_status(0.75, 0.94, service) == "partial"
    assert village_status(0.75, 0.95, service) == "covered"


def test_a_settlement_that_reaches_into_the_shadow_is_partial() -> None:
    heights = np.zeros((SIZE, SIZE))
    heights[30, :] = 400.0  # a wall; the mast stands south of it
    dem = make_dem(heights)
    coverage = cover(dem, make_sites({"row": 60.0, "tx_power_dbm": 32.0}), max_radius_km=19)
    villages = make_villages((33.5, 40.5), (33.5, 40.5), (25.5, 40.5))
    villages["settlement_radius_m"] = [100.0, 2500.0, 100.0]
    table = village_coverage(coverage, villages, Service())
    assert table["modelled_status"].tolist() == ["covered", "partial", "no_signal"]
    assert table["settlement_covered_share"].iloc[0] == 1.0


def test_operators_are_told_apart(flat: Dem) -> None:
    coverage = cover(flat, make_sites({"operator": "A"}, {"row": 10.0, "operator": pd.NA}))
    table = operator_coverage(coverage, make_villages((38.0, 40.0)))
    assert set(table.columns) == {"A", ""}
    assert table.loc["v0", "A"] > table.loc["v0", ""]


def test_commune_share_leaves_unknown_cells_out(flat: Dem) -> None:
    heights = flat.heights_m.copy()
    heights[:40] = np.nan
    dem = make_dem(heights)
    coverage = cover(dem, make_sites({"row": 60.0}), max_radius_km=40)
    box = gpd.GeoSeries.from_wkt(
        [f"POLYGON(({WEST} {NORTH},{WEST + 20_000} {NORTH},{WEST + 20_000} {NORTH - 20_000},{WEST} {NORTH - 20_000},{WEST} {NORTH}))"],
        crs=32648,
    )
    communes = gpd.GeoDataFrame(geometry=box.set_axis(["c"])).to_crs(4326)
    known = ~np.isnan(coverage.probability)
    expected = (coverage.probability[known] >= 0.75).mean()
    assert commune_coverage(coverage, communes, Service())["c"] == pytest.approx(expected, abs=0.01)
    assert not known[:40].any()
