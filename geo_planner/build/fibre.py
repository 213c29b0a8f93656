"""Fibre along the roads between places, as long as the way along them is.

Roads meet where their lines share a point or end within a metre of one; lines that cross without such a point pass over each other.
"""

from __future__ import annotations

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely
from scipy import sparse
from scipy.sparse.csgraph import dijkstra
from scipy.spatial import cKDTree

from geo_planner.build.hops import Floats, Ints, ordered_ids
from geo_planner.config.build.backhaul import Backhaul
from geo_planner.grid import Grid
from geo_planner.preferences.settings import Travel
from geo_planner.study_area.roads import road_table

_STEP_M = 50.0
"""Roads have a point at least so often; a place is joined to the nearest."""
_MEET_M = 1.0
_MOST_AT_ONCE = 20_000_000


def fibres(places: pd.DataFrame, roads: gpd.GeoDataFrame, grid: Grid, rules: Backhaul, travel: Travel) -> pd.DataFrame:
    """The ways along roads between places, and from places to gateways.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``; ``x_m``, ``y_m`` in the system of the grid, ``gateway``. Two gateways are joined already.
    roads : GeoDataFrame
        Lines; which of them are roads is asked of :mod:`~geo_planner.study_area.roads`.
    grid : Grid
        Of the terrain.
    rules : Backhaul
    travel : Travel
        Speeds of the classes of roads.

    Returns
    -------
    DataFrame
        Index ``link_id``; ``place_a``, ``place_b`` (ids in order), ``kind``, ``length_km`` (with the straight way from each place to its road),
        ``availability_pct``; ``freq_ghz``, ``height_a_m`` and ``height_b_m`` are NaN.
    """
    ids, xy = places.index.to_numpy(dtype=object), places[["x_m", "y_m"]].to_numpy(dtype=float)
    none = _table(ids, np.zeros((0, 2), dtype=np.int64), np.zeros(0), rules)
    lines = _lines(roads, grid, rules, travel)
    if not len(lines) or rules.fibre_longest_km <= 0.0 or not len(places):
        return none
    points, ways = _network(lines)
    off_m, point = cKDTree(points).query(xy, distance_upper_bound=np.nextafter(rules.fibre_to_road_m, np.inf))
    near = np.flatnonzero(np.isfinite(off_m))
    starts = near[~places["gateway"].to_numpy(dtype=bool)[near]]
    if not starts.size:
        return none
    metres = np.full((len(starts), len(near)), np.inf)
    for part in np.array_split(np.arange(len(starts)), -(-len(starts) * len(points) // _MOST_AT_ONCE)):
        along = dijkstra(ways, directed=False, indices=point[starts[part]], limit=1000.0 * rules.fibre_longest_km)
        metres[part] = along[:, point[near]]
    metres += off_m[starts][:, None] + off_m[near]
    straight = np.hypot(*(xy[starts][:, None] - xy[near]).transpose(2, 0, 1))
    # two places beside the same point of a road
    metres = np.maximum(metres, straight)
    i, j = np.nonzero((metres <= 1000.0 * rules.fibre_longest_km) & (straight > 0.0))
    ends, order = ordered_ids(ids, np.column_stack([starts[i], near[j]]).astype(np.int64))
    ends, km = ends[order], metres[i, j][order] / 1000.0
    # pairs of two starts are found from both
    new = np.ones(len(ends), dtype=bool)
    new[1:] = (ends[1:] != ends[:-1]).any(axis=1)
    return _table(ids, ends[new], km[new], rules)


def _lines(roads: gpd.GeoDataFrame, grid: Grid, rules: Backhaul, travel: Travel) -> npt.NDArray[np.object_]:
    if roads.empty:
        return np.zeros(0, dtype=object)
    speed = road_table(roads, travel)["speed_kmh"].to_numpy(dtype=float)
    used = roads.geometry[(speed > 0.0) & (speed >= rules.fibre_least_road_kmh) & ~roads.geometry.isna().to_numpy()]
    parts = shapely.get_parts(used.to_crs(grid.crs).to_numpy())
    return np.asarray(parts[(shapely.get_type_id(parts) == 1) & (shapely.length(parts) > 0.0)])


def _network(lines: npt.NDArray[np.object_]) -> tuple[Floats, sparse.csr_array]:
    """The points of the roads, and the lengths in m of the pieces between them."""
    coordinates, line = shapely.get_coordinates(shapely.segmentize(lines, _STEP_M), return_index=True)
    points, number = np.unique(coordinates, axis=0, return_inverse=True)
    number = number.reshape(-1)
    within = line[1:] == line[:-1]
    pieces = np.column_stack([number[:-1][within], number[1:][within]])
    meeting = cKDTree(points).query_pairs(_MEET_M, output_type="ndarray").reshape(-1, 2)
    pieces = np.sort(np.concatenate([pieces, meeting]), axis=1)
    pieces = np.unique(pieces[pieces[:, 0] != pieces[:, 1]], axis=0)
    length = np.hypot(*(points[pieces[:, 0]] - points[pieces[:, 1]]).T)
    return points, sparse.csr_array((length, (pieces[:, 0], pieces[:, 1])), shape=(len(points), len(points)))


def _table(ids: npt.NDArray[np.object_], ends: Ints, km: Floats, rules: Backhaul) -> pd.DataFrame:
    a, b = ids[ends[:, 0]], ids[ends[:, 1]]
    return pd.DataFrame(
        {
            "place_a": a, "place_b": b, "kind": "fibre", "length_km": km, "freq_ghz": np.nan, "availability_pct": rules.fibre_availability_pct,
            "height_a_m": np.nan, "height_b_m": np.nan,
        },
        index=pd.Index([f"{one}~{other}~fibre" for one, other in zip(a, b, strict=True)], name="link_id", dtype=object),
    )  # fmt: skip
