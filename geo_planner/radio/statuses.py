"""Rasters over villages and communes to tables: statuses, shares, nearest masts."""

from __future__ import annotations

import math
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS
from rasterio.features import rasterize
from scipy.spatial import cKDTree

from geo_planner.config import Service
from geo_planner.radio.coverage import Coverage
from geo_planner.terrain import Dem, cell_of


def village_coverage(coverage: Coverage, dem: Dem, villages: gpd.GeoDataFrame, service: Service) -> pd.DataFrame:
    """What the rasters say of each village.

    Parameters
    ----------
    villages : GeoDataFrame
        Points; column ``settlement_radius_m`` (NA: the service's default).

    Returns
    -------
    DataFrame
        Same index: ``rsrp_dbm``, ``coverage_probability`` and ``best_server_id`` of the cell that holds the centre,
        ``settlement_covered_share``, ``modelled_status``, ``path_unknown``.
    """
    points = villages.geometry.to_crs(coverage.crs)
    radius_m = _radius_m(villages, service)
    rows = [_one_village(coverage, dem, point.x, point.y, float(r), service) for point, r in zip(points, radius_m, strict=True)]
    columns = ["rsrp_dbm", "coverage_probability", "best_server_id", "settlement_covered_share", "modelled_status", "path_unknown"]
    table = pd.DataFrame(rows, columns=columns, index=villages.index)
    return table.astype({"best_server_id": "string", "modelled_status": "string", "path_unknown": bool})


def _one_village(coverage: Coverage, dem: Dem, x_m: float, y_m: float, radius_m: float, service: Service) -> tuple[Any, ...]:
    row, column = cell_of(dem, x_m, y_m)
    centre = int(math.floor(row)), int(math.floor(column))
    rows, columns = coverage.rsrp_dbm.shape
    if not (0 <= centre[0] < rows and 0 <= centre[1] < columns):
        return np.nan, np.nan, None, np.nan, "unknown", True
    p = coverage.probability[_settlement(row, column, radius_m / dem.cell_m, (rows, columns))]
    share = float(np.mean(p >= service.min_probability)) if not np.isnan(p).all() else np.nan
    centre_p = float(coverage.probability[centre])
    server = int(coverage.best_server[centre])
    status = "unknown" if math.isnan(centre_p) else village_status(centre_p, share, service)
    return (
        float(coverage.rsrp_dbm[centre]),
        centre_p,
        coverage.server_ids[server] if server >= 0 else None,
        share,
        status,
        bool(coverage.unknown_paths[centre]),
    )


def _settlement(row: float, column: float, reach: float, shape: tuple[int, int]) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Cells whose centre lies within `reach` cells of a point, and the cell that holds the point."""
    rows, columns = shape
    r, c = np.mgrid[
        max(int(row - reach), 0) : min(int(row + reach) + 1, rows), max(int(column - reach), 0) : min(int(column + reach) + 1, columns)
    ]
    inside = (r + 0.5 - row) ** 2 + (c + 0.5 - column) ** 2 <= reach**2
    inside |= (r == math.floor(row)) & (c == math.floor(column))
    return r[inside], c[inside]


def settlement_cells(dem: Dem, villages: gpd.GeoDataFrame, service: Service) -> npt.NDArray[np.bool_]:
    """The cells of the grid that any village's status rests on."""
    mask = np.zeros(dem.heights_m.shape, dtype=np.bool_)
    points = villages.geometry.to_crs(dem.crs)
    for point, radius_m in zip(points, _radius_m(villages, service), strict=True):
        row, column = cell_of(dem, point.x, point.y)
        mask[_settlement(row, column, float(radius_m) / dem.cell_m, dem.heights_m.shape)] = True
    return mask


def _radius_m(villages: gpd.GeoDataFrame, service: Service) -> pd.Series:
    return villages["settlement_radius_m"].astype(float).fillna(service.default_settlement_radius_m)


def village_status(centre_probability: float, covered_share: float, service: Service) -> str:
    """no_signal, partial or covered, from the centre and the share of settlement cells that are covered."""
    if centre_probability < service.min_probability:
        return "no_signal"
    return "covered" if covered_share >= service.full_coverage_share else "partial"


def operator_coverage(coverage: Coverage, dem: Dem, villages: gpd.GeoDataFrame) -> pd.DataFrame:
    """RSRP (dBm) at each village's centre, one column an operator; NaN where none of its cells is in reach or known."""
    points = villages.geometry.to_crs(coverage.crs)
    places = [cell_of(dem, p.x, p.y) for p in points]
    cells = [(math.floor(row), math.floor(column)) for row, column in places]
    rows, columns = coverage.rsrp_dbm.shape
    inside = [0 <= r < rows and 0 <= c < columns for r, c in cells]
    table = {
        name: [float(grid[cell]) if ok else np.nan for cell, ok in zip(cells, inside, strict=True)]
        for name, grid in coverage.by_operator_dbm.items()
    }
    return pd.DataFrame(table, index=villages.index)


def commune_coverage(coverage: Coverage, communes: gpd.GeoDataFrame, service: Service) -> pd.Series:
    """Share of each commune's cells where the service is met; NaN where nothing is known of the commune.

    Cells without a known answer stay out of both sides of the fraction.
    """
    area = communes.geometry.to_crs(coverage.crs)
    labels = rasterize(
        zip(area, range(1, len(area) + 1), strict=True), out_shape=coverage.probability.shape, transform=coverage.transform, dtype="int32"
    )
    known = ~np.isnan(coverage.probability)
    cells = np.bincount(labels[known], minlength=len(area) + 1)[1:]
    covered = np.bincount(labels[coverage.probability >= service.min_probability], minlength=len(area) + 1)[1:]
    with np.errstate(invalid="ignore"):
        return pd.Series(covered / cells, index=communes.index, name="covered_area_share")


def nearest_sites(villages: gpd.GeoDataFrame, sites: gpd.GeoDataFrame, crs: CRS) -> pd.DataFrame:
    """Nearest of the given masts to each village: ``nearest_site_id`` and ``nearest_site_km`` (NA where there is none)."""
    if sites.empty:
        return pd.DataFrame(
            {"nearest_site_id": pd.Series(pd.NA, villages.index, "string"), "nearest_site_km": np.nan}, index=villages.index
        )
    masts = sites[~sites.index.get_level_values("site_id").duplicated()].to_crs(crs)
    tree = cKDTree(np.c_[masts.geometry.x, masts.geometry.y])
    points = villages.geometry.to_crs(crs)
    away_m, at = tree.query(np.c_[points.x, points.y])
    ids = masts.index.get_level_values("site_id")[at]
    return pd.DataFrame({"nearest_site_id": pd.array(ids, dtype="string"), "nearest_site_km": away_m / 1000.0}, index=villages.index)
