"""Places among which the build plan chooses: masts on air, settlements, the user's own, and the best of the atlas within limits.

The limits hold for places of the atlas alone: slope, reach of a road or path, areas of exclusion, distance from masts on air. Where a ban
holds nothing new stands, whoever asks; the user's own places and the settlements are otherwise taken as they are, and the table shows the figures.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy.ndimage import minimum_filter
from scipy.spatial import cKDTree

from geo_planner.build.atlas import Atlas
from geo_planner.config.build.candidates import Candidates
from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, warning
from geo_planner.grid import Grid
from geo_planner.letters import fold
from geo_planner.preferences.settings import Travel
from geo_planner.schema import EXCLUSION_AREAS
from geo_planner.study_area import StudyArea
from geo_planner.study_area.roads import road_table
from geo_planner.terrain import Dem, height_at

Mask = npt.NDArray[np.bool_]
PROCEDURE, BAN = "procedure", "ban"
_KIND_COLUMN = "kind"
_LAST = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Limits:
    """What the ground says of new masts, on the terrain's grid.

    Attributes
    ----------
    slope_deg : ndarray of float32
        Steepest slope of the working grid at the cell; NaN where the terrain is unknown.
    allowed : ndarray of bool
        Cells where a place of the atlas may lie.
    roads : GeoDataFrame or None
        Lines that are travelled today, in the system of the grid.
    areas : GeoDataFrame or None
        ``kind`` ``procedure`` or ``ban``, in the system of the grid.
    """

    slope_deg: npt.NDArray[np.float32]
    allowed: Mask
    roads: gpd.GeoDataFrame | None
    areas: gpd.GeoDataFrame | None


def limits_of(study_area: StudyArea, settings: Candidates, travel: Travel | None = None) -> Limits:
    """Where a mast may stand by the limits of the settings.

    Parameters
    ----------
    travel : Travel, optional
        Which classes of roads are travelled; the defaults when left out.
    """
    dem = study_area.terrain
    slope = slope_deg(dem)
    allowed = ~np.isnan(dem.heights_m) & ~(slope > settings.max_slope_deg)
    roads = _travelled(study_area.roads, dem.grid, travel or Travel())
    if roads is not None and settings.max_road_m is not None:
        # an inscribed ring: no cell farther than the limit comes in
        allowed &= dem.grid.labels(roads.geometry.buffer(settings.max_road_m)) > 0 if len(roads) else False
    areas = _exclusions(study_area.exclusion_areas, dem.grid)
    if areas is not None:
        closed = areas if not settings.in_procedure_areas else areas[areas["kind"] == BAN]
        allowed &= dem.grid.labels(closed.geometry) == 0 if len(closed) else True
    masts = _masts_on_air(study_area)
    if len(masts) and settings.least_from_masts_m > 0:
        rings = masts.geometry.to_crs(dem.crs).buffer(settings.least_from_masts_m)
        allowed &= dem.grid.labels(rings) == 0
    return Limits(slope, allowed, roads, areas)


def candidate_places(
    atlas: Atlas, study_area: StudyArea, villages: gpd.GeoDataFrame, settings: Candidates, *, travel: Travel | None = None
) -> pd.DataFrame:
    """The places among which the build plan chooses.

    Parameters
    ----------
    atlas : Atlas
    study_area : StudyArea
    villages : GeoDataFrame
        Those of the atlas; the others of them are no places.
    settings : Candidates
    travel : Travel, optional
        Which classes of roads are travelled; the defaults when left out.

    Returns
    -------
    DataFrame
        Index ``place_id``, sorted; ``lon``, ``lat``; ``x_m``, ``y_m`` in the system of the terrain; ``ground_m``; ``kind`` (``existing``,
        ``candidate``, ``settlement``, ``user``); ``gateway`` (masts on air); ``height_m`` up to which antennas may hang; ``slope_deg``;
        ``road_m`` to the nearest way that is travelled (NaN: not known); ``exclusion`` (blank, ``procedure``, ``ban``); ``site_id``.
        Places off the terrain are left out, and new ones where a ban holds.
    """
    dem, limits = study_area.terrain, limits_of(study_area, settings, travel)
    parts = [_existing(study_area), _users(study_area, settings), _settlements(atlas, villages, settings), _of_atlas(atlas, limits, settings)]
    points = pd.concat([part.to_crs(dem.crs) for part in parts if len(part)] or [_points([], dem.grid)])
    places = described(points, dem, limits)
    new = ~places["kind"].eq("existing")
    places = places[places["ground_m"].notna() & ~(new & places["exclusion"].eq(BAN))]
    return places[[
        "lon", "lat", "x_m", "y_m", "ground_m", "kind", "gateway", "height_m", "slope_deg", "road_m", "exclusion", "site_id",
    ]].sort_index()  # fmt: skip


def candidate_notes(study_area: StudyArea, places: pd.DataFrame) -> list[Fault]:
    """What the user should know of the candidates: layers that are not there, kinds that nobody knows, places left out."""
    notes = []
    if study_area.roads is None:
        notes.append(warning("build.candidates", "candidates_without.roads"))
    areas = study_area.exclusion_areas
    if areas is None:
        notes.append(warning("build.candidates", "candidates_without.exclusion"))
    else:
        kinds = _kinds(areas)
        strange = sorted({str(word)[:60] for word, kind in zip(_words(areas), kinds, strict=True) if kind is None})
        if strange:
            notes.append(warning(EXCLUSION_AREAS.path, "exclusion_kind.unknown", column=_KIND_COLUMN, words=tuple(strange[:8])))
    candidates = study_area.candidates
    if candidates is not None:
        lost = sorted(set(candidates.index.astype(str)) - set(places.loc[places["kind"] == "user", "site_id"]))
        if lost:
            notes.append(warning("build.candidates", "candidates_left_out.own", n=len(lost), ids=tuple(lost[:8])))
    if not places["kind"].isin(["candidate", "settlement", "user"]).any():
        notes.append(warning("build.candidates", "candidates_none.at_all"))
    return notes


def slope_deg(dem: Dem) -> npt.NDArray[np.float32]:
    """Steepest slope at each cell's centre, degrees, over the cells beside it; NaN where one of them is unknown."""
    if dem.is_missing or min(dem.grid.shape) < 2:
        return np.full(dem.grid.shape, np.nan, dtype=np.float32)
    south, east = np.gradient(dem.heights_m.astype(np.float64), dem.cell_m)
    return np.degrees(np.arctan(np.hypot(south, east))).astype(np.float32)


def described(points: gpd.GeoDataFrame, dem: Dem, limits: Limits) -> pd.DataFrame:
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


def ranked_cells(atlas: Atlas, height_m: float, allowed: Mask) -> npt.NDArray[np.int32]:
    """The order of the cells for a mast height, best first from 0: by weighted households, then by what may be expected, then row and column.

    Cells that are not allowed, or where nobody is reached, come last together.
    """
    value, expected = atlas.weighted[height_m], atlas.expected[height_m]
    at = np.flatnonzero(allowed & (expected > 0))
    order = np.lexsort((at, -expected.ravel()[at], -value.ravel()[at]))
    ranks = np.full(value.size, _LAST, dtype=np.int32)
    ranks[at[order]] = np.arange(at.size, dtype=np.int32)
    return ranks.reshape(value.shape)


def _of_atlas(atlas: Atlas, limits: Limits, settings: Candidates) -> gpd.GeoDataFrame:
    """Local maxima of each height, thinned, then what villages lack that too few of them reach."""
    grid = atlas.grid
    ranks = {height: ranked_cells(atlas, height, limits.allowed) for height in atlas.heights_m}
    chosen = _Chosen(grid, settings.spacing_m)
    for row, column, height in _peaks(ranks, grid, settings.spacing_m):
        if len(chosen.cells) >= settings.most:
            break
        if atlas.weighted[height][row, column] > 0:
            chosen.add_unless_as_good((row, column), atlas.weighted[height])
    for village_id in atlas.villages.index:
        for height in atlas.heights_m:
            reached = atlas.by_village(village_id, height)
            lacking = settings.per_village - sum(bool(reached[cell]) for cell in chosen.cells)
            if lacking > 0:
                for cell in _best(ranks[height], reached, lacking, settings.spacing_m / grid.cell_m):
                    chosen.add(cell)
    cells = sorted(chosen.cells)
    ids = [f"cell:{row:05d}-{column:05d}" for row, column in cells]
    rows, columns = np.array(cells, dtype=np.int64).reshape(-1, 2).T
    x, y = grid.centres(rows, columns)
    table = {"kind": "candidate", "gateway": False, "height_m": max(atlas.heights_m), "site_id": ""}
    return gpd.GeoDataFrame(table, index=_index(ids), geometry=gpd.points_from_xy(x, y), crs=grid.crs)


class _Chosen:
    """Cells taken so far."""

    def __init__(self, grid: Grid, spacing_m: float) -> None:
        self.cells: dict[tuple[int, int], None] = {}
        self._reach = spacing_m / grid.cell_m

    def add(self, cell: tuple[int, int]) -> None:
        self.cells[cell] = None

    def add_unless_as_good(self, cell: tuple[int, int], value: npt.NDArray[np.float32]) -> None:
        """Take a cell in unless one within the spacing is worth as much for the height in question."""
        near = [c for c in self.cells if np.hypot(c[0] - cell[0], c[1] - cell[1]) <= self._reach]
        if all(value[c] < value[cell] for c in near):
            self.add(cell)


def _peaks(ranks: dict[float, npt.NDArray[np.int32]], grid: Grid, spacing_m: float) -> Iterator[tuple[int, int, float]]:
    """Cells that no cell within the spacing surpasses, the best of each height in turn."""
    side = 2 * int(spacing_m / grid.cell_m) + 1
    by_height = {}
    for height, rank in ranks.items():
        peak = (rank < _LAST) & (rank == minimum_filter(rank, size=side, mode="nearest"))
        rows, columns = np.nonzero(peak)
        order = np.argsort(rank[peak], kind="stable")
        by_height[height] = list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))
    for number in range(max((len(cells) for cells in by_height.values()), default=0)):
        for height, cells in by_height.items():
            if number < len(cells):
                yield (*cells[number], height)


def _best(rank: npt.NDArray[np.int32], among: Mask, n: int, apart: float) -> list[tuple[int, int]]:
    """The n best of some cells, none within `apart` cells of another."""
    at = np.flatnonzero(among & (rank < _LAST))
    at = at[np.argsort(rank.ravel()[at], kind="stable")]
    rows, columns = np.divmod(at, rank.shape[1])
    found: list[tuple[int, int]] = []
    while at.size and len(found) < n:
        found.append((int(rows[0]), int(columns[0])))
        far = np.hypot(rows - rows[0], columns - columns[0]) > apart
        far[0] = False
        at, rows, columns = at[far], rows[far], columns[far]
    return found


def _existing(study_area: StudyArea) -> gpd.GeoDataFrame:
    """Masts on air; what they carry is known by their antennas, the highest of which is as high as others may hang."""
    masts = _masts_on_air(study_area)
    table = {"kind": "existing", "gateway": True, "height_m": masts["mast_height_m"], "site_id": masts.index.astype(str)}
    return gpd.GeoDataFrame(
        {name: np.asarray(values) if not np.isscalar(values) else values for name, values in table.items()},
        index=_index([f"site:{site}" for site in masts.index]), geometry=masts.geometry.to_numpy(), crs=masts.crs,
    )  # fmt: skip


def _masts_on_air(study_area: StudyArea) -> gpd.GeoDataFrame:
    """One row a site that is on air, where its first cell stands, with the height of its highest antenna; 0 where no height is known."""
    sites = study_area.sites[(study_area.sites["status"] == "on_air").fillna(False).to_numpy(dtype=bool)]
    ids = sites.index.get_level_values("site_id")
    first = sites[~ids.duplicated()].droplevel("cell_id")
    highest = sites["mast_height_m"].astype("Float64").groupby(ids).max().fillna(0.0).astype(float)
    return first[["geometry"]].assign(mast_height_m=highest.reindex(first.index))


def _users(study_area: StudyArea, settings: Candidates) -> gpd.GeoDataFrame:
    """The user's own candidates, and sites of the list that are planned or proposed."""
    found = []
    sites = study_area.sites[study_area.sites["status"].isin(["planned", "candidate"]).fillna(False).to_numpy(dtype=bool)]
    if len(sites):
        ids = sites.index.get_level_values("site_id")
        found.append(sites[~ids.duplicated()].droplevel("cell_id")[["mast_height_m", "geometry"]])
    if study_area.candidates is not None and len(study_area.candidates):
        found.append(study_area.candidates.reindex(columns=["mast_height_m", "geometry"]))
    own = pd.concat(found) if found else _points([], study_area.terrain.grid).assign(mast_height_m=pd.Series(dtype=float))
    own = own[~own.index.duplicated(keep="last")]
    table = {
        "kind": "user", "gateway": False, "site_id": own.index.astype(str).to_numpy(dtype=object),
        "height_m": own["mast_height_m"].astype("Float64").fillna(max(settings.heights_m)).to_numpy(dtype=float),
    }  # fmt: skip
    return gpd.GeoDataFrame(table, index=_index([f"user:{site}" for site in own.index]), geometry=own.geometry.to_numpy(), crs=own.crs)


def _settlements(atlas: Atlas, villages: gpd.GeoDataFrame, settings: Candidates) -> gpd.GeoDataFrame:
    waiting = villages.loc[atlas.villages.index]
    table = {"kind": "settlement", "gateway": False, "height_m": max(settings.heights_m), "site_id": ""}
    ids = _index([f"village:{village}" for village in waiting.index])
    return gpd.GeoDataFrame(table, index=ids, geometry=waiting.geometry.to_numpy(), crs=waiting.crs)


def _points(ids: list[str], grid: Grid) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(
        {name: pd.Series(dtype=kind) for name, kind in (("kind", object), ("gateway", bool), ("height_m", float), ("site_id", object))},
        index=_index(ids), geometry=gpd.GeoSeries([], crs=grid.crs), crs=grid.crs,
    )  # fmt: skip


def _index(ids: list[str]) -> pd.Index:
    return pd.Index(ids, name="place_id", dtype=object)


def _travelled(roads: gpd.GeoDataFrame | None, grid: Grid, travel: Travel) -> gpd.GeoDataFrame | None:
    """The lines that are roads or paths today; None where there is no such layer."""
    if roads is None:
        return None
    return gpd.GeoDataFrame(roads[(road_table(roads, travel)["speed_kmh"] > 0).to_numpy()][["geometry"]].to_crs(grid.crs))


def _to_road_m(points: gpd.GeoDataFrame, roads: gpd.GeoDataFrame | None) -> npt.NDArray[np.float64]:
    if roads is None or roads.empty:
        return np.full(len(points), np.nan)
    tree = shapely.STRtree(roads.geometry.to_numpy())
    of, away_m = tree.query_nearest(points.geometry.to_numpy(), return_distance=True, all_matches=False)
    found = np.full(len(points), np.nan)
    found[of[0]] = away_m
    return found


def _words(areas: gpd.GeoDataFrame) -> list[str]:
    if _KIND_COLUMN not in areas:
        return [""] * len(areas)
    return ["" if pd.isna(word) else str(word).strip() for word in areas[_KIND_COLUMN]]


def _kinds(areas: gpd.GeoDataFrame) -> list[str | None]:
    """``procedure`` or ``ban`` for each area; a blank is a ban, as the layer is one of areas where no mast may stand; None: not known."""
    known = {"": BAN, BAN: BAN, PROCEDURE: PROCEDURE, "cam": BAN, "thu tuc": PROCEDURE}
    return [known.get(fold(word)) for word in _words(areas)]


def _exclusions(areas: gpd.GeoDataFrame | None, grid: Grid) -> gpd.GeoDataFrame | None:
    """The areas in the grid's system; a kind that is not known counts as a ban."""
    if areas is None:
        return None
    shapes = areas.geometry.to_crs(grid.crs).to_numpy()
    return gpd.GeoDataFrame({"kind": [kind or BAN for kind in _kinds(areas)]}, geometry=shapes, crs=grid.crs)


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


def nearest_mast(points: pd.DataFrame, places: pd.DataFrame) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.float64]]:
    """Site and distance (km) of the mast on air nearest to each of some places; blank and NaN where there is none."""
    masts = places[places["gateway"].to_numpy(dtype=bool)]
    if masts.empty:
        return np.full(len(points), "", dtype=object), np.full(len(points), np.nan)
    away_m, at = cKDTree(masts[["x_m", "y_m"]].to_numpy(dtype=float)).query(points[["x_m", "y_m"]].to_numpy(dtype=float))
    return masts["site_id"].to_numpy(dtype=object)[at], away_m / 1000.0
