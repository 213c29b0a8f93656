"""Does a point lie where its row says? Swapped axes, other provinces, other communes; places where the terrain has no height."""

from __future__ import annotations

from collections.abc import Iterator

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from pyproj import CRS

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import MOST_OF_A_KIND, Fault, bounded, fault, warning
from geo_planner.study_area.rasters import Dem
from geo_planner.study_area.tables import shown

TOLERANCE_M = 500.0
"""Bundled lines are generalised to 250 m and positions are often read off a map: up to here a warning."""
FAR_SITE_M = 50_000.0


def place_villages(
    villages: pd.DataFrame, communes: gpd.GeoDataFrame, crs: CRS, file: str, *, of_a_kind: int = MOST_OF_A_KIND
) -> list[Fault]:
    """Unknown commune codes, points outside the province or outside the commune that the row names."""
    faults, table = _known_codes(villages, communes, file, of_a_kind)
    points = _points(table, crs)
    lost = points.index[~np.isfinite(points.x) | ~np.isfinite(points.y)]
    faults += bounded((_nowhere(file, int(row), _named(table, row, "name"), "outside_province.nowhere") for row in lost), of_a_kind)
    table, points = table.drop(index=lost), points.drop(index=lost)
    area = communes.geometry.to_crs(crs)
    named = area.reindex(table["commune_code"]).set_axis(table.index)
    away_m = points.distance(named, align=False)
    off = away_m.index[away_m > 0]
    near = away_m[off] <= TOLERANCE_M
    for row in off[near]:
        facts = {"name": _named(table, row, "name"), "commune": _commune(table, row, communes), "metres": away_m[row]}
        faults.append(warning(file, "near_commune_border.village", row=int(row), column="commune_code", **facts))
    # one shape of the province, and so one look at it for all rows: a list with every position wrong is told as fast as another
    province = area.union_all()
    far = off[~near]
    outside_m = points[far].distance(province)
    swapped = _swapped_rows(table.loc[outside_m.index[outside_m > 0]], province, crs)

    def told() -> Iterator[Fault]:
        inside_province = 0
        for row in far:
            name = _named(table, row, "name")
            if outside_m[row] > 0:
                yield _swapped(file, int(row), name) if row in swapped else _outside(file, int(row), name, table, outside_m[row])
                continue
            inside_province += 1
            inside = communes.index[area.contains(points[row])] if inside_province <= of_a_kind else []
            yield fault(
                file,
                "wrong_commune.in_another" if len(inside) else "wrong_commune.outside",
                row=int(row),
                column="commune_code",
                value=str(table.at[row, "commune_code"]),
                name=name,
                km=away_m[row] / 1000,
                commune=_commune(table, row, communes),
                there=[f"{code} {communes.at[code, 'name']}"[:100] for code in inside],
            )

    return faults + bounded(told(), of_a_kind)


def _named(table: pd.DataFrame, row: object, column: str) -> str:
    return str(table[column][row])[:80]


def _commune(table: pd.DataFrame, row: object, communes: gpd.GeoDataFrame) -> str:
    code = table["commune_code"][row]
    return f"{code} {str(communes['name'][code])[:80]}"


def place_sites(sites: pd.DataFrame, communes: gpd.GeoDataFrame, crs: CRS, file: str, *, of_a_kind: int = MOST_OF_A_KIND) -> list[Fault]:
    """Unknown commune codes; masts far outside the province (masts over the border serve too, so only a warning)."""
    faults, _ = _known_codes(sites, communes, file, of_a_kind)
    table = sites if {"lon", "lat"} <= set(sites) else sites.iloc[:0]
    table = table[table["lon"].notna() & table["lat"].notna()] if len(table) else table
    if table.empty:
        return faults
    points = _points(table, crs)
    lost = points.index[~np.isfinite(points.x) | ~np.isfinite(points.y)]
    faults += bounded((_nowhere(file, int(row), _named(table, row, "site_id"), "far_site.nowhere") for row in lost), of_a_kind)
    table, points = table.drop(index=lost), points.drop(index=lost)
    province = communes.geometry.to_crs(crs).union_all()
    away_m = points.distance(province)
    return (
        faults
        + bounded(_far_sites(table, away_m[away_m > FAR_SITE_M], province, crs, file), of_a_kind)
        + bounded(_moving_sites(table, file), of_a_kind)
    )


def _far_sites(table: pd.DataFrame, away_m: pd.Series, province: object, crs: CRS, file: str) -> Iterator[Fault]:
    swapped = _swapped_rows(table.loc[away_m.index], province, crs)
    for row, metres in away_m.items():
        name = _named(table, row, "site_id")
        if row in swapped:
            yield _swapped(file, int(row), name)
        else:
            yield warning(file, "far_site.outside", row=int(row), column="lon", name=name, km=metres / 1000)


def _moving_sites(table: pd.DataFrame, file: str) -> Iterator[Fault]:
    where = {site: (lon, lat) for site, lon, lat in zip(table["site_id"], table["lon"], table["lat"], strict=True) if not pd.isna(site)}
    for row, site, lon, lat in zip(table.index, table["site_id"], table["lon"], table["lat"], strict=True):
        if not pd.isna(site) and where[site] != (lon, lat):
            yield warning(file, "site_moves.in_table", row=int(row), column="lon", site=str(site)[:80])


def _known_codes(table: pd.DataFrame, communes: gpd.GeoDataFrame, file: str, of_a_kind: int) -> tuple[list[Fault], pd.DataFrame]:
    """Faults for codes that no commune has, and the rows that can be looked at on the map."""
    if not {"commune_code", "lon", "lat"} <= set(table):
        return [], pd.DataFrame({"commune_code": [], "lon": [], "lat": []})
    known = table["commune_code"].isin(communes.index)
    faults = bounded(
        (
            fault(file, "unknown_commune.in_row", row=int(row), column="commune_code", value=shown(str(code)))
            for row, code in table.loc[table["commune_code"].notna() & ~known, "commune_code"].items()
        ),
        of_a_kind,
    )
    return faults, table[known & table["lon"].between(-180, 180).fillna(False) & table["lat"].between(-90, 90).fillna(False)]


def _points(table: pd.DataFrame, crs: CRS) -> gpd.GeoSeries:
    points = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float), crs=GEOGRAPHIC)
    return gpd.GeoSeries(points, index=table.index).to_crs(crs)


def _swapped_rows(table: pd.DataFrame, province: object, crs: CRS) -> set[object]:
    """The rows whose place lies in or near the province once longitude and latitude are exchanged."""
    if table.empty:
        return set()
    table = table[table["lon"].abs() <= 90]
    points = gpd.points_from_xy(table["lat"].astype(float), table["lon"].astype(float), crs=GEOGRAPHIC)
    away_m = gpd.GeoSeries(points, index=table.index).to_crs(crs).distance(province)
    return set(away_m.index[away_m <= FAR_SITE_M])


def _swapped(file: str, row: int, name: str) -> Fault:
    return fault(file, "swapped.place", row=row, column="lon", name=name)


def _nowhere(file: str, row: int, name: str, key: str) -> Fault:
    """A place so far around the earth that the working CRS has no coordinates for it."""
    return fault(file, key, row=row, column="lon", name=name)


def _outside(file: str, row: int, name: str, table: pd.DataFrame, outside_m: float) -> Fault:
    value = f"{table['lon'][row]:g}, {table['lat'][row]:g}"
    return fault(file, "outside_province.far", row=row, column="lon", value=value, name=name, km=outside_m / 1000)


def points_in_void(dem: Dem, villages: pd.DataFrame, sites: pd.DataFrame, *, villages_file: str, sites_file: str) -> list[Fault]:
    """Sites and villages where the terrain has no height. The tables may have faults of their own: rows without a position are passed over.

    Parameters
    ----------
    dem : Dem
    villages, sites : DataFrame
        With ``lon`` and ``lat``; the index of the villages is the row of the file.
    villages_file, sites_file : str
    """
    found = masts_in_void(dem, sites, sites_file)
    centres = _placed(villages, "name")
    return found + [
        warning(villages_file, "village_in_void.village", row=int(row), name=str(name)[:80])
        for row, name in centres.loc[in_void(dem, centres), "name"].items()
    ]


def masts_in_void(dem: Dem, sites: pd.DataFrame, file: str, key: str = "site_in_void.site") -> list[Fault]:
    """Sites, or places for one, where the terrain has no height; each is told once."""
    masts = _placed(sites, "site_id").drop_duplicates("site_id")
    return [warning(file, key, site=str(site)[:80]) for site in masts.loc[in_void(dem, masts), "site_id"]]


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
