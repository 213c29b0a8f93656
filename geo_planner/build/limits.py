"""What the ground says of new masts: slope, ways, areas of exclusion, masts that stand already."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_planner.config.build.candidates import Candidates
from geo_planner.crs import GEOGRAPHIC
from geo_planner.grid import Grid
from geo_planner.letters import fold
from geo_planner.preferences.settings import Travel
from geo_planner.study_area import StudyArea
from geo_planner.study_area.roads import road_table
from geo_planner.terrain import Dem, height_at
from geo_planner.units import BoolArray, FloatArray, FloatGrid

PROCEDURE, BAN = "procedure", "ban"
KIND_COLUMN = "kind"


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is told of any place: slope, ways, areas of exclusion.

    Attributes
    ----------
    slope_deg : ndarray of float32
        Steepest slope of the working grid at the cell; NaN where the terrain is unknown.
    roads : GeoDataFrame or None
        Lines that are travelled today, in the system of the grid.
    areas : GeoDataFrame or None
        ``kind`` ``procedure`` or ``ban``, in the system of the grid.
    """

    slope_deg: FloatGrid
    roads: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None


def surroundings_of(study_area: StudyArea, travel: Travel | None = None) -> Surroundings:
    """The same for a study area.

    Parameters
    ----------
    travel : Travel, optional
        Which classes of roads are travelled; the defaults when left out.
    """
    dem = study_area.terrain
    return Surroundings(
        slope_deg(dem), _travelled(study_area.roads, dem.grid, travel or Travel()), _exclusions(study_area.exclusion_areas, dem.grid)
    )


@dataclass(frozen=True, slots=True)
class Limits(Surroundings):
    """Where new masts may stand, on the terrain's grid.

    Attributes
    ----------
    slope_deg, roads, areas
        As of :class:`Surroundings`.
    allowed : ndarray of bool
        Cells where a place of the atlas may lie.
    way_cells : ndarray of float64
        Distance of the cell, in cells, from the nearest way: a road or path that is travelled today, or, where there is no such layer, a village
        or a mast on air, for ways lead there.
    """

    allowed: BoolArray
    way_cells: FloatArray


def limits_of(study_area: StudyArea, settings: Candidates, travel: Travel | None = None) -> Limits:
    """Where a mast may stand by the limits of the settings.

    Parameters
    ----------
    travel : Travel, optional
        Which classes of roads are travelled; the defaults when left out.
    """
    dem, around = study_area.terrain, surroundings_of(study_area, travel)
    roads, areas = around.roads, around.areas
    allowed = ~np.isnan(dem.heights_m) & ~(around.slope_deg > settings.max_slope_deg)
    # a province does not build beyond its border
    allowed &= dem.grid.labels(study_area.communes.geometry.to_crs(dem.crs)) > 0
    if roads is not None and settings.max_road_m is not None:
        # an inscribed ring: no cell farther than the limit comes in
        allowed &= dem.grid.labels(roads.geometry.buffer(settings.max_road_m)) > 0 if len(roads) else False
    way_cells, climb_m = _from_ways(study_area, roads)
    if settings.max_climb_m is not None:
        allowed &= ~(climb_m > settings.max_climb_m)
    if areas is not None:
        closed = areas if not settings.in_procedure_areas else areas[areas["kind"] == BAN]
        allowed &= dem.grid.labels(closed.geometry) == 0 if len(closed) else True
    masts = masts_on_air(study_area)
    if len(masts) and settings.least_from_masts_m > 0:
        rings = masts.geometry.to_crs(dem.crs).buffer(settings.least_from_masts_m)
        allowed &= dem.grid.labels(rings) == 0
    return Limits(around.slope_deg, roads, areas, allowed, way_cells)


def beyond_border(places: pd.DataFrame, study_area: StudyArea) -> list[str]:
    """Settlements and places of the user outside every commune: ids, sorted."""
    asked = places[places["kind"].isin(["settlement", "user"])]
    points = gpd.points_from_xy(asked["x_m"], asked["y_m"])
    communes = study_area.communes.geometry.to_crs(study_area.terrain.crs).to_numpy()
    inside = np.isin(np.arange(len(asked)), shapely.STRtree(communes).query(points, predicate="intersects")[0])
    ids = asked.get("stands_at", asked.index)
    return sorted({str(place) for place, within in zip(ids, inside, strict=True) if not within})


def slope_deg(dem: Dem) -> FloatGrid:
    """Steepest slope at each cell's centre, degrees, over the cells beside it; NaN where one of them is unknown."""
    if dem.is_missing or min(dem.grid.shape) < 2:
        return np.full(dem.grid.shape, np.nan, dtype=np.float32)
    south, east = np.gradient(dem.heights_m.astype(np.float64), dem.cell_m)
    return np.degrees(np.arctan(np.hypot(south, east))).astype(np.float32)


def described(points: gpd.GeoDataFrame, dem: Dem, limits: Surroundings) -> pd.DataFrame:
    """Positions, ground, slope, distance to a road and exclusion of some points in the grid's system, beside their own columns."""
    x, y = points.geometry.x.to_numpy(dtype=float), points.geometry.y.to_numpy(dtype=float)
    degrees = points.geometry.to_crs(GEOGRAPHIC)
    cells = dem.grid.cells(x, y)
    return pd.DataFrame(points.drop(columns="geometry")).assign(
        lon=degrees.x, lat=degrees.y, x_m=x, y_m=y,
        ground_m=np.array([height_at(dem, *xy) for xy in zip(x, y, strict=True)], dtype=float),
        slope_deg=dem.grid.sample(limits.slope_deg, cells),
        road_m=_to_road_m(points, limits.roads),
        exclusion=_exclusion(points, limits.areas),
    )  # fmt: skip


def masts_on_air(study_area: StudyArea) -> gpd.GeoDataFrame:
    """One row a site that is on air, where its first cell stands, with the height of its highest antenna; 0 where no height is known."""
    sites = study_area.sites[(study_area.sites["status"] == "on_air").fillna(False).to_numpy(dtype=bool)]
    ids = sites.index.get_level_values("site_id")
    first = sites[~ids.duplicated()].droplevel("cell_id")
    highest = sites["mast_height_m"].astype("Float64").groupby(ids).max().fillna(0.0).astype(float)
    return first[["geometry"]].assign(mast_height_m=highest.reindex(first.index))


def _travelled(roads: gpd.GeoDataFrame | None, grid: Grid, travel: Travel) -> gpd.GeoDataFrame | None:
    """The lines that are roads or paths today; None where there is no such layer."""
    if roads is None:
        return None
    return gpd.GeoDataFrame(roads[(road_table(roads, travel)["speed_kmh"] > 0).to_numpy()][["geometry"]].to_crs(grid.crs))


def ways_within(study_area: StudyArea, travel: Travel | None = None) -> bool:
    """Whether a road or path that is travelled today lies within the terrain."""
    roads = _travelled(study_area.roads, study_area.terrain.grid, travel or Travel())
    return roads is not None and bool(len(roads)) and bool((study_area.terrain.grid.labels(roads.geometry) > 0).any())


def _from_ways(study_area: StudyArea, roads: gpd.GeoDataFrame | None) -> tuple[FloatArray, FloatArray]:
    """Distance of each cell from the nearest way, in cells, and how much higher the cell lies, m (NaN where a height is unknown)."""
    from scipy.ndimage import distance_transform_edt  # here: a kept plan is shown without it

    dem = study_area.terrain
    if roads is None:
        ends = pd.concat([study_area.villages.geometry.to_crs(dem.crs), masts_on_air(study_area).geometry.to_crs(dem.crs)])
    else:
        ends = roads.geometry
    there = dem.grid.labels(ends) > 0 if len(ends) else np.zeros(dem.grid.shape, dtype=np.bool_)
    if not there.any():
        return np.zeros(dem.grid.shape), np.full(dem.grid.shape, np.nan)
    away, (row, column) = distance_transform_edt(~there, return_indices=True)
    return np.asarray(away), np.asarray(dem.heights_m - dem.heights_m[row, column], dtype=float)


def _to_road_m(points: gpd.GeoDataFrame, roads: gpd.GeoDataFrame | None) -> FloatArray:
    if roads is None or roads.empty:
        return np.full(len(points), np.nan)
    # the layer keeps its index: places are asked about one by one, too
    of, away_m = roads.sindex.nearest(points.geometry.to_numpy(), return_distance=True, return_all=False)
    found = np.full(len(points), np.nan)
    found[of[0]] = away_m
    return found


def exclusion_words(areas: gpd.GeoDataFrame) -> list[str]:
    """What the layer says of the kind of each area; blank where it says nothing."""
    if KIND_COLUMN not in areas:
        return [""] * len(areas)
    return ["" if pd.isna(word) else str(word).strip() for word in areas[KIND_COLUMN]]


def exclusion_kinds(areas: gpd.GeoDataFrame) -> list[str | None]:
    """``procedure`` or ``ban`` for each area; a blank is a ban, as the layer is one of areas where no mast may stand; None: not known."""
    known = {"": BAN, BAN: BAN, PROCEDURE: PROCEDURE, "cam": BAN, "thu tuc": PROCEDURE}
    return [known.get(fold(word)) for word in exclusion_words(areas)]


def _exclusions(areas: gpd.GeoDataFrame | None, grid: Grid) -> gpd.GeoDataFrame | None:
    """The areas in the grid's system; a kind that is not known counts as a ban."""
    if areas is None:
        return None
    shapes = areas.geometry.to_crs(grid.crs).to_numpy()
    return gpd.GeoDataFrame({"kind": [kind or BAN for kind in exclusion_kinds(areas)]}, geometry=shapes, crs=grid.crs)


def _exclusion(points: gpd.GeoDataFrame, areas: gpd.GeoDataFrame | None) -> npt.NDArray[np.object_]:
    """The strictest kind that holds at each point; blank where none does."""
    found = np.full(len(points), "", dtype=object)
    if areas is None or areas.empty:
        return found
    for kind in (PROCEDURE, BAN):
        shapes = areas.geometry[areas["kind"] == kind].to_numpy()
        if len(shapes):
            inside = shapely.STRtree(shapes).query(points.geometry.to_numpy(), predicate="intersects")[0]
            found[inside] = kind
    return found
