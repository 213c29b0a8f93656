"""Do the layers of a study area agree with each other? Warnings only: each of them may be the one that is right."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault
from geo_planner.sources.rasters import Dem

if TYPE_CHECKING:
    from geo_planner.sources.study_area import StudyArea


def disagreements(
    study_area: StudyArea,
    *,
    villages_file: str = "villages/villages.csv",
    sites_file: str = "sites/sites.csv",
    measured_status: pd.Series | None = None,
) -> list[Fault]:
    """What one layer says against another.

    Parameters
    ----------
    study_area : StudyArea
    villages_file, sites_file : str
        Names for the warnings.
    measured_status : Series, optional
        Index ``village_id``: what measurements say, in the words of ``schema.SIGNAL_STATUS``.
    """
    # the index of a site has its id, that of the tables as they are read the row: one way to tell of both
    sites = study_area.sites.reset_index()
    villages = study_area.villages.set_index("source_row")
    found = points_in_void(study_area.terrain, villages, sites, villages_file=villages_file, sites_file=sites_file)
    return found if measured_status is None else found + declared_against_measured(study_area.villages, measured_status, villages_file)


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
    found = [
        Fault(
            sites_file,
            f"site {site} stands where the terrain has no height: what it covers stays unknown",
            "Check its position, or use a terrain without this void.",
            level="warning",
            code="site_in_void",
        )
        for site in masts.loc[in_void(dem, masts), "site_id"]
    ]
    centres = _placed(villages, "name")
    return found + [
        Fault(
            villages_file,
            f"{name} lies where the terrain has no height: its signal stays unknown",
            "Check its position, or use a terrain without this void.",
            row=int(row),
            level="warning",
            code="village_in_void",
        )
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
    at = points.geometry.to_crs(dem.crs)
    column, row = ~dem.transform @ (at.x.to_numpy(), at.y.to_numpy())
    rows, columns = dem.heights_m.shape
    r, c = np.floor(row), np.floor(column)
    inside = (r >= 0) & (r < rows) & (c >= 0) & (c < columns)
    void = np.zeros(len(points), dtype=bool)
    void[inside] = np.isnan(dem.heights_m[r[inside].astype(int), c[inside].astype(int)])
    return void


def declared_against_measured(villages: pd.DataFrame, measured_status: pd.Series, file: str) -> list[Fault]:
    """Villages whose declared status is another than the measured one, where both are known."""
    declared = villages["declared_status"].fillna("unknown")
    measured = measured_status.reindex(villages.index).fillna("unknown")
    differ = (declared != measured) & (declared != "unknown") & (measured != "unknown")
    return [
        Fault(
            file,
            f"{name} is declared {said}, measurements say {seen}",
            "Check which of the two is of the later date.",
            row=int(row),
            column="declared_status",
            value=str(said),
            level="warning",
            code="declared_against_measured",
        )
        for name, row, said, seen in zip(
            villages.loc[differ, "name"], villages.loc[differ, "source_row"], declared[differ], measured[differ], strict=True
        )
    ]
