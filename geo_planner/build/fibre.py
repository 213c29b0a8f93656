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

from geo_planner.build.hops import ordered_ids
from geo_planner.config.build.backhaul import Backhaul
from geo_planner.grid import Grid
from geo_planner.preferences.settings import Travel
from geo_planner.study_area.roads import road_table
from geo_planner.units import FloatArray, IntArray

_STEP_M = 50.0
"""Roads have a point at least so often; a place is joined to the nearest."""
_MEET_M = 1.0


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
    from scipy.spatial import cKDTree  # here: a kept plan is shown without it

    ids, xy = places.index.to_numpy(dtype=object), places[["x_m", "y_m"]].to_numpy(dtype=float)
    none = _table(ids, np.zeros((0, 2), dtype=np.int64), np.zeros(0), rules)
    lines = _lines(roads, grid, rules, travel)
    if not len(lines) or rules.fibre_longest_km <= 0.0 or not len(places):
        return none
    points, pieces = _network(lines)
    off_m, point = cKDTree(points).query(xy, distance_upper_bound=np.nextafter(rules.fibre_to_road_m, np.inf))
    near = np.flatnonzero(np.isfinite(off_m))
    starts = near[~places["gateway"].to_numpy(dtype=bool)[near]]
    if not starts.size:
        return none
    met, spot = np.unique(point[near], return_inverse=True)
    of_start = spot.reshape(-1)[np.isin(near, starts)]
    from_, back = np.unique(of_start, return_inverse=True)
    along = _lengths(points, pieces, met, from_, limit_m=1000.0 * rules.fibre_longest_km)
    metres = along[back.reshape(-1)[:, None], spot.reshape(-1)] + off_m[starts][:, None] + off_m[near]
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


def _network(lines: npt.NDArray[np.object_]) -> tuple[FloatArray, IntArray]:
    """The points of the roads, and the pairs of them that a piece of road joins."""
    from scipy.spatial import cKDTree  # here: a kept plan is shown without it

    coordinates, line = shapely.get_coordinates(shapely.segmentize(lines, _STEP_M), return_index=True)
    flat, number = np.unique(coordinates[:, 0] + 1j * coordinates[:, 1], return_inverse=True)
    points, number = np.column_stack([flat.real, flat.imag]), number.reshape(-1)
    within = line[1:] == line[:-1]
    pieces = np.column_stack([number[:-1][within], number[1:][within]])
    meeting = cKDTree(points).query_pairs(_MEET_M, output_type="ndarray").reshape(-1, 2)
    pieces = np.sort(np.concatenate([pieces, meeting]), axis=1)
    key = np.unique(pieces[:, 0] * len(points) + pieces[:, 1])
    pieces = np.column_stack(np.divmod(key, len(points)))
    return points, pieces[pieces[:, 0] != pieces[:, 1]]


def _lengths(points: FloatArray, pieces: IntArray, met: IntArray, from_: IntArray, *, limit_m: float) -> FloatArray:
    """Lengths in m along the roads from some of the points that places are joined to (numbers within `met`) to all of these."""
    from scipy.sparse.csgraph import connected_components, dijkstra  # here: a kept plan is shown without it

    length = np.hypot(*(points[pieces[:, 0]] - points[pieces[:, 1]]).T)
    # where a road only goes on, nothing is decided: between the other points its pieces are one
    stays = np.bincount(pieces.ravel(), minlength=len(points)) != 2
    stays[met] = True
    inner = ~stays[pieces].any(axis=1)
    _, stretch = connected_components(
        sparse.coo_array((np.ones(int(inner.sum())), (pieces[inner, 0], pieces[inner, 1])), shape=(len(points), len(points))),
        directed=False,
    )
    within = np.where(stays[pieces[:, 0]], pieces[:, 1], pieces[:, 0])  # an end of the piece that does not stay, if there is one
    long = ~stays[within]
    total = np.bincount(stretch[within[long]], weights=length[long], minlength=len(points))
    ends = stays[pieces].any(axis=1) & long
    end, of = np.where(stays[pieces[ends, 0]], pieces[ends, 0], pieces[ends, 1]), stretch[within[ends]]
    # each stretch between points that stay has two ends; a ring that nothing meets has none
    order = np.argsort(of, kind="stable")
    joined = np.concatenate([end[order].reshape(-1, 2), pieces[~long]])
    metres = np.concatenate([total[of[order][::2]], length[~long]])
    # of two ways between the same points the shorter
    joined = np.sort(joined, axis=1)
    order = np.lexsort((metres, joined[:, 1], joined[:, 0]))
    joined, metres = joined[order], metres[order]
    first = np.ones(len(joined), dtype=bool)
    first[1:] = (np.diff(joined, axis=0) != 0).any(axis=1)
    name = np.cumsum(stays) - 1
    a, b = name[joined[first]].T
    graph = sparse.csr_array((metres[first], (a, b)), shape=(int(stays.sum()), int(stays.sum())))
    return np.asarray(dijkstra(graph, directed=False, indices=name[met[from_]], limit=limit_m)[:, name[met]])


def _table(ids: npt.NDArray[np.object_], ends: IntArray, km: FloatArray, rules: Backhaul) -> pd.DataFrame:
    a, b = ids[ends[:, 0]], ids[ends[:, 1]]
    return pd.DataFrame(
        {
            "place_a": a, "place_b": b, "kind": "fibre", "length_km": km, "freq_ghz": np.nan, "availability_pct": rules.fibre_availability_pct,
            "height_a_m": np.nan, "height_b_m": np.nan,
        },
        index=pd.Index([f"{one}~{other}~fibre" for one, other in zip(a, b, strict=True)], name="link_id", dtype=object),
    )  # fmt: skip
