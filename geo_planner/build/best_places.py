"""The best places for one village: where a mast that reaches it would reach most besides, with what such a place would ask for."""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.build.atlas import Atlas
from geo_planner.build.best_cells import best_reaching, ranked_cells
from geo_planner.build.hops import hops
from geo_planner.build.limits import Limits, described, limits_of, masts_on_air
from geo_planner.config.build.backhaul import Backhaul
from geo_planner.config.build.candidates import Candidates
from geo_planner.preferences.settings import CostAssumptions, Travel
from geo_planner.ranking import standalone_cost_mvnd
from geo_planner.study_area import StudyArea
from geo_planner.terrain import Dem


def best_places(
    atlas: Atlas,
    village_id: str,
    study_area: StudyArea,
    villages: gpd.GeoDataFrame,
    settings: Candidates,
    *,
    n: int = 5,
    backhaul: Backhaul | None = None,
    travel: Travel | None = None,
    cost: CostAssumptions | None = None,
) -> pd.DataFrame:
    """The best cells, within the limits of the settings, from which a mast would cover one village.

    Parameters
    ----------
    atlas : Atlas
    village_id : str
    study_area, villages, settings
        As for the atlas; of the village ``road_access`` and ``grid_power`` count for the rough cost.
    n : int
        Places by mast height.
    backhaul, travel, cost : optional
        What a hop must be, which roads are travelled, and rough unit costs; the defaults when left out.

    Returns
    -------
    DataFrame
        Index ``place`` (from 1, by mast height, best first): ``village_id``, ``mast_height_m``, ``lon``, ``lat``, ``households`` (newly covered, each
        settlement whole), ``weighted_households``, ``reached`` (tuple of village ids), ``village_km``, ``ground_m``, ``slope_deg``, ``road_m``,
        ``exclusion``, ``nearest_mast_id``, ``nearest_mast_km``, ``hop_mast_id`` and ``hop_km`` (shortest clear hop to a mast on air; blank and
        NaN: there is none), ``cost_mvnd`` (rough, million VND: one site joined by fibre to the nearest mast or by satellite, assumption).
        Empty where no such place reaches the village.

    Raises
    ------
    KeyError
        For a village that takes no part in the atlas.
    """
    dem, limits = study_area.terrain, limits_of(study_area, settings, travel)
    rows = [
        (height, *cell)
        for height in atlas.heights_m
        for cell in best_reaching(
            ranked_cells(atlas, height, limits.allowed), atlas.by_village(village_id, height), n, settings.spacing_m / atlas.grid.cell_m
        )
    ]
    height_m, row, column = np.array(rows, dtype=float).reshape(-1, 3).T
    cells = row.astype(np.int64), column.astype(np.int64)
    x, y = atlas.grid.centres(*cells)
    index = pd.Index(np.arange(1, len(rows) + 1), name="place")
    points = gpd.GeoDataFrame({"mast_height_m": height_m}, index=index, geometry=gpd.points_from_xy(x, y), crs=atlas.grid.crs)
    table = described(points, dem, limits).assign(village_id=village_id, **_gains(atlas, height_m, cells))
    at = villages.loc[[village_id]].to_crs(atlas.grid.crs).geometry.iloc[0]
    table["village_km"] = np.hypot(table["x_m"] - at.x, table["y_m"] - at.y) / 1000.0
    masts = _masts(study_area, limits)
    table["nearest_mast_id"], table["nearest_mast_km"] = _nearest(table, masts)
    table["hop_mast_id"], table["hop_km"] = _shortest_hop(table, masts, dem, backhaul or Backhaul())
    table["cost_mvnd"] = _rough_cost(table, villages.loc[village_id], cost or CostAssumptions())
    return table[[
        "village_id", "mast_height_m", "lon", "lat", "households", "weighted_households", "reached", "village_km", "ground_m", "slope_deg", "road_m",
        "exclusion", "nearest_mast_id", "nearest_mast_km", "hop_mast_id", "hop_km", "cost_mvnd",
    ]]  # fmt: skip


def _gains(
    atlas: Atlas, height_m: npt.NDArray[np.float64], cells: tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]
) -> dict[str, object]:
    ids = atlas.villages.index.to_numpy(dtype=object)
    reached = np.zeros((height_m.size, ids.size), dtype=np.bool_)
    for height in atlas.heights_m:
        of_height = height_m == height
        reached[of_height] = atlas.reaching(cells[0][of_height], cells[1][of_height], height)
    return {
        "households": reached @ atlas.villages["households"].to_numpy(dtype=float),
        "weighted_households": reached @ atlas.villages["weight"].to_numpy(dtype=float),
        "reached": [tuple(ids[row]) for row in reached],
    }


def _masts(study_area: StudyArea, limits: Limits) -> pd.DataFrame:
    """Masts on air as places of links."""
    masts = masts_on_air(study_area).to_crs(study_area.terrain.crs)
    table = described(masts, study_area.terrain, limits)
    return table[table["ground_m"].notna()].rename(columns={"mast_height_m": "height_m"}).assign(gateway=True)


def _nearest(table: pd.DataFrame, masts: pd.DataFrame) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """The nearest mast on air and how far it is, km; blank and NaN where there is none."""
    from scipy.spatial import cKDTree  # here: a kept plan is shown without it

    if masts.empty or table.empty:
        return np.full(len(table), "", dtype=object), np.full(len(table), np.nan)
    away_m, at = cKDTree(masts[["x_m", "y_m"]].to_numpy(dtype=float)).query(table[["x_m", "y_m"]].to_numpy(dtype=float))
    return masts.index.astype(str).to_numpy(dtype=object)[at], away_m / 1000.0


def _shortest_hop(
    table: pd.DataFrame, masts: pd.DataFrame, dem: Dem, backhaul: Backhaul
) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """The mast on air at the other end of the shortest link of each place, and the link's length, km."""
    mast, length_km = np.full(len(table), "", dtype=object), np.full(len(table), np.nan)
    if masts.empty or table.empty:
        return mast, length_km
    columns = ["lat", "x_m", "y_m", "height_m", "gateway"]
    own = table.rename(columns={"mast_height_m": "height_m"}).assign(gateway=False)[columns]
    ends = pd.concat([own.set_axis([f"new:{at}" for at in table.index]), masts[columns].set_axis([f"site:{site}" for site in masts.index])])
    links = hops(ends.rename_axis("place_id").sort_index(), dem, backhaul).table
    for number, place in enumerate(table.index):
        name = f"new:{place}"
        others = pd.concat([
            links.loc[links["place_a"] == name, ["place_b", "length_km"]].rename(columns={"place_b": "other"}),
            links.loc[links["place_b"] == name, ["place_a", "length_km"]].rename(columns={"place_a": "other"}),
        ])  # fmt: skip
        others = others[others["other"].str.startswith("site:")].sort_values(["length_km", "other"])
        if len(others):
            mast[number], length_km[number] = others["other"].iloc[0].removeprefix("site:"), others["length_km"].iloc[0]
    return mast, length_km


def _rough_cost(table: pd.DataFrame, village: pd.Series, cost: CostAssumptions) -> pd.Series:
    """Of one site by itself, by the same rule as the ranking's: road and power as the village has them, fibre to the nearest mast."""
    site = pd.DataFrame(
        {"road_access": village.get("road_access"), "grid_power": village.get("grid_power"), "nearest_site_km": table["nearest_mast_km"]},
        index=table.index,
    )
    return standalone_cost_mvnd(site, cost)
