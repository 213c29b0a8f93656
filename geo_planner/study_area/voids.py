"""Sites and villages where the terrain has no height: warnings that stand also while other layers are faulty."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, warning
from geo_planner.study_area.rasters import Dem


def points_in_void(dem: Dem, villages: pd.DataFrame, sites: pd.DataFrame, *, villages_file: str, sites_file: str) -> list[Fault]:
    """Sites and villages where the terrain has no height. The tables may have faults of their own: rows without a position are passed over.

    Parameters
    ----------
    dem : Dem
    villages, sites : DataFrame
        With ``lon`` and ``lat``; the index of the villages is the row of the file.
    villages_file, sites_file : str
    """
    masts = _placed(sites, "site_id").drop_duplicates("site_id") if "site_id" in sites else _placed(sites, "site_id")
    found = [warning(sites_file, "site_in_void.site", site=str(site)[:80]) for site in masts.loc[in_void(dem, masts), "site_id"]]
    centres = _placed(villages, "name")
    return found + [
        warning(villages_file, "village_in_void.village", row=int(row), name=str(name)[:80])
        for row, name in centres.loc[in_void(dem, centres), "name"].items()
    ]


def _placed(table: pd.DataFrame, label: str) -> gpd.GeoDataFrame:
    """The rows that have a name and a place on the earth, as points."""
    if not {label, "lon", "lat"} <= set(table):
        table = pd.DataFrame({label: [], "lon": [], "lat": []})
    lon, lat = (pd.to_numeric(table[name], errors="coerce").astype("float64") for name in ("lon", "lat"))
    good = (lon.between(-180, 180) & lat.between(-90, 90) & table[label].notna()).to_numpy(dtype=bool)
    points = gpd.points_from_xy(lon[good], lat[good], crs=GEOGRAPHIC)
    return gpd.GeoDataFrame(table.loc[good, [label]], geometry=points)


def in_void(dem: Dem, points: gpd.GeoDataFrame) -> npt.NDArray[np.bool_]:
    """Whether each point lies in a cell of the grid that has no height; points outside the grid do not count."""
    cells = dem.grid.cells(*dem.grid.xy(points.geometry))
    return cells.inside & np.isnan(dem.heights_m[cells.row, cells.column])
