"""A little mountain land to site masts on: terrain, villages and sites made up in memory, under the scenario of the small area."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pyproj import CRS
from scipy.ndimage import gaussian_filter
from shapely.geometry import box

from geo_planner.config import Scenario, load_scenario
from geo_planner.grid import Grid
from geo_planner.study_area import StudyArea, load_study_area
from geo_planner.terrain import Dem
from tests.small_area import SCENARIO, make_area

UTM = CRS.from_epsg(32648)
WEST, NORTH, CELL_M = 290_000.0, 2_442_000.0, 250.0


def mountains(size: int, seed: int = 1) -> NDArray[np.float32]:
    """Ridges some hundred metres high and a few kilometres apart."""
    noise = np.random.default_rng(seed).standard_normal((size, size))
    z = 300.0 * gaussian_filter(noise, 6.0) / 0.047 + 30.0 * gaussian_filter(noise, 1.5) / 0.19
    return np.asarray(z - z.min() + 300.0, dtype=np.float32)


def dem_of(heights_m: NDArray[np.float32]) -> Dem:
    return Dem(heights_m, Grid.north_up(WEST, NORTH, CELL_M, heights_m.shape, UTM), is_sample=False, sha256="0" * 64)


def points(cells: list[tuple[int, int]], ids: list[str], **columns: Any) -> gpd.GeoDataFrame:
    """Points at the centres of cells, in degrees."""
    rows, columns_ = np.array(cells, dtype=float).reshape(-1, 2).T
    x, y = WEST + (columns_ + 0.5) * CELL_M, NORTH - (rows + 0.5) * CELL_M
    index = pd.Index(ids, dtype=object)
    return gpd.GeoDataFrame(columns, index=index, geometry=gpd.points_from_xy(x, y, crs=UTM)).to_crs(4326)


def villages_at(cells: dict[str, tuple[int, int]], households: list[int | None], **columns: Any) -> gpd.GeoDataFrame:
    counts = pd.array(households, dtype="Int64")
    facts = {"settlement_radius_m": pd.array([np.nan] * len(cells), dtype="Float64"), "road_access": "car", "grid_power": "no"}
    return points(list(cells.values()), list(cells), households=counts, **{**facts, **columns}).rename_axis("village_id")


def land(tmp_path: Path, heights_m: NDArray[np.float32], **scenario: Any) -> tuple[Scenario, StudyArea]:
    """The small area's scenario with some sections changed (under P.1812 by default), over terrain of one's own, without sites."""
    if not (tmp_path / "area").exists():
        make_area(tmp_path / "area")
    loaded = load_scenario(tmp_path / "area" / SCENARIO)
    area = load_study_area(tmp_path / "area", loaded)
    changes = {"propagation": {"model": "p1812", "max_radius_km": 10.0}, **scenario}
    sections = {name: getattr(loaded, name).model_copy(update=values) for name, values in changes.items()}
    dem = dem_of(heights_m)
    # two communes, side by side, that hold all of the terrain
    middle, (rows, columns) = WEST + CELL_M * heights_m.shape[1] // 2, heights_m.shape
    halves = [box(WEST, NORTH - rows * CELL_M, middle, NORTH), box(middle, NORTH - rows * CELL_M, WEST + columns * CELL_M, NORTH)]
    communes = area.communes.set_geometry(gpd.GeoSeries(halves, index=area.communes.index, crs=UTM).to_crs(area.communes.crs))
    return loaded.model_copy(update=sections), replace(area, terrain=dem, sites=area.sites.iloc[:0], communes=communes)


def with_mast(study_area: StudyArea, cell: tuple[int, int], height_m: float = 42.0, status: str = "on_air", site: str = "S1") -> StudyArea:
    """The area with one more mast of one cell."""
    row = pd.DataFrame(
        {
            "status": [status], "technology": ["LTE"], "operator": ["A"], "freq_mhz": [900.0], "bandwidth_mhz": [10.0], "mast_height_m": [height_m],
            "tx_power_dbm": [43.0], "antenna_gain_dbi": [11.0], "losses_db": [2.0], "azimuth_deg": [np.nan], "tilt_deg": [np.nan],
        },
        index=pd.MultiIndex.from_tuples([(site, f"{site}-1")], names=["site_id", "cell_id"]),
    )  # fmt: skip
    new = gpd.GeoDataFrame(row, geometry=points([cell], [site]).geometry.to_numpy(), crs=4326)
    old = study_area.sites
    return replace(study_area, sites=new if old.empty else gpd.GeoDataFrame(pd.concat([old, new]).sort_index()))
