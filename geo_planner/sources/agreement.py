"""Do the layers of a study area agree with each other? Warnings only: each of them may be the one that is right."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.errors import Fault
from geo_planner.sources.rasters import Dem
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
    sites = study_area.sites[~study_area.sites.index.get_level_values("site_id").duplicated()]
    found = [
        Fault(
            sites_file,
            f"site {site} stands where the terrain has no height: what it covers stays unknown",
            "Check its position, or use a terrain without this void.",
            level="warning",
            code="site_in_void",
        )
        for site in sites.index.get_level_values("site_id")[in_void(study_area.terrain, sites)]
    ]
    rows = study_area.villages.loc[in_void(study_area.terrain, study_area.villages), ["name", "source_row"]]
    found += [
        Fault(
            villages_file,
            f"{name} lies where the terrain has no height: its signal stays unknown",
            "Check its position, or use a terrain without this void.",
            row=int(row),
            level="warning",
            code="village_in_void",
        )
        for name, row in zip(rows["name"], rows["source_row"], strict=True)
    ]
    return found if measured_status is None else found + declared_against_measured(study_area.villages, measured_status, villages_file)


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
