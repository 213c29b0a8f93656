"""Does a point lie where its row says? Swapped axes, other provinces, other communes."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault

TOLERANCE_M = 500.0
"""Bundled lines are generalised to 250 m and positions are often read off a map: up to here a warning."""
FAR_SITE_M = 50_000.0


def place_villages(villages: pd.DataFrame, communes: gpd.GeoDataFrame, crs: CRS, file: str) -> list[Fault]:
    """Unknown commune codes, points outside the province or outside the commune that the row names."""
    faults, table = _known_codes(villages, communes, file)
    points = _points(table, crs)
    area = communes.geometry.to_crs(crs)
    named = area.reindex(table["commune_code"]).set_axis(table.index)
    away_m = points.distance(named, align=False)
    off = away_m.index[away_m > 0]
    province = area.union_all()
    for row in off:
        name, distance = table.at[row, "name"], away_m[row]
        code = table.at[row, "commune_code"]
        commune = f"{code} {communes.at[code, 'name']}"
        if distance <= TOLERANCE_M:
            faults.append(
                Fault(
                    file,
                    f"{name} lies {distance:.0f} m outside commune {commune}",
                    "Check the position and the commune.",
                    row=int(row),
                    column="commune_code",
                    level="warning",
                    code="near_commune_border",
                )
            )
        elif (outside_m := points[row].distance(province)) > 0:
            faults.append(_outside(file, int(row), str(name), table.loc[row], outside_m, province, crs))
        else:
            inside = communes.index[area.contains(points[row])]
            there = ", ".join(f"{c} {communes.at[c, 'name']}" for c in inside)
            faults.append(
                Fault(
                    file,
                    f"{name} lies {distance / 1000:.1f} km outside commune {commune}, in {there}",
                    "Correct the commune code or the coordinates.",
                    row=int(row),
                    column="commune_code",
                    value=str(code),
                    code="wrong_commune",
                )
            )
    return faults


def place_sites(sites: pd.DataFrame, communes: gpd.GeoDataFrame, crs: CRS, file: str) -> list[Fault]:
    """Unknown commune codes; masts far outside the province (masts over the border serve too, so only a warning)."""
    faults, _ = _known_codes(sites, communes, file)
    table = sites if {"lon", "lat"} <= set(sites) else sites.iloc[:0]
    table = table[table["lon"].notna() & table["lat"].notna()] if len(table) else table
    if table.empty:
        return faults
    points = _points(table, crs)
    province = communes.geometry.to_crs(crs).union_all()
    away_m = points.distance(province)
    for row in away_m.index[away_m > FAR_SITE_M]:
        if _is_swapped(table.loc[row], province, crs):
            faults.append(_swapped(file, int(row), str(table.at[row, "site_id"])))
        else:
            faults.append(
                Fault(
                    file,
                    f"{table.at[row, 'site_id']} lies {away_m[row] / 1000:.0f} km outside the province",
                    "Check its coordinates.",
                    row=int(row),
                    column="lon",
                    level="warning",
                    code="far_site",
                )
            )
    where = {site: (lon, lat) for site, lon, lat in zip(table["site_id"], table["lon"], table["lat"], strict=True) if not pd.isna(site)}
    for row, site, lon, lat in zip(table.index, table["site_id"], table["lon"], table["lat"], strict=True):
        if not pd.isna(site) and where[site] != (lon, lat):
            faults.append(
                Fault(
                    file,
                    f"the cells of site {site} stand in different places",
                    "A site is one mast: give its cells one position.",
                    row=int(row),
                    column="lon",
                    level="warning",
                    code="site_moves",
                )
            )
    return faults


def _known_codes(table: pd.DataFrame, communes: gpd.GeoDataFrame, file: str) -> tuple[list[Fault], pd.DataFrame]:
    """Faults for codes that no commune has, and the rows that can be looked at on the map."""
    if not {"commune_code", "lon", "lat"} <= set(table):
        return [], pd.DataFrame({"commune_code": [], "lon": [], "lat": []})
    known = table["commune_code"].isin(communes.index)
    faults = [
        Fault(
            file,
            "the commune code is not in the communes layer",
            "Use the five-digit code since 1 July 2025; former communes are listed in boundaries/former_communes.csv.",
            row=int(row),
            column="commune_code",
            value=str(code),
            code="unknown_commune",
        )
        for row, code in table.loc[table["commune_code"].notna() & ~known, "commune_code"].items()
    ]
    return faults, table[known & table["lon"].between(-180, 180).fillna(False) & table["lat"].between(-90, 90).fillna(False)]


def _points(table: pd.DataFrame, crs: CRS) -> gpd.GeoSeries:
    points = gpd.points_from_xy(table["lon"].astype(float), table["lat"].astype(float), crs=GEOGRAPHIC)
    return gpd.GeoSeries(points, index=table.index).to_crs(crs)


def _is_swapped(row: pd.Series, province: object, crs: CRS) -> bool:
    if abs(row["lon"]) > 90:
        return False
    swapped = gpd.GeoSeries(gpd.points_from_xy([row["lat"]], [row["lon"]], crs=GEOGRAPHIC)).to_crs(crs)
    return bool(swapped.distance(province).iloc[0] <= FAR_SITE_M)


def _swapped(file: str, row: int, name: str) -> Fault:
    return Fault(file, f"{name}: longitude and latitude are swapped", "Exchange the two values.", row=row, column="lon", code="swapped")


def _outside(file: str, row: int, name: str, values: pd.Series, outside_m: float, province: object, crs: CRS) -> Fault:
    if _is_swapped(values, province, crs):
        return _swapped(file, row, name)
    return Fault(
        file,
        f"{name} lies {outside_m / 1000:.1f} km outside the province",
        "Correct the coordinates.",
        row=row,
        column="lon",
        value=f"{values['lon']:g}, {values['lat']:g}",
        code="outside_province",
    )
