"""Travel time over terrain and roads.

Off the road a walker moves by Tobler's hiking function; along a road at its class's speed, whatever the slope. The time between two cells
is the mean of there and back, so that no journey depends on its direction. Steps go to the eight neighbours, which makes a straight journey
up to 8 % longer than it is. A cell without a height cannot be entered. Rivers, gates and seasons are not modelled. On coarse cells slopes
are smoothed and times come out short.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit
from rasterio.features import rasterize

from geo_planner.preferences.settings import Travel
from geo_planner.study_area.roads import road_table
from geo_planner.units import BoolArray, FloatArray, FloatGrid, IntArray

if TYPE_CHECKING:
    from geo_planner.terrain import Dem


# exp(-3.5 |s + 0.05|), Tobler, W. (1993), Three presentations on geographical analysis and modeling, NCGIA report 93-1
_STEEPNESS, _EASIEST = 3.5, 0.05
_SPARE_CELLS = 32
"""Least that is searched beyond the cells that a journey begins and ends in."""


@njit(cache=True, error_model="numpy", nogil=True)
def _mean_pace(slope: float, pace_h_per_km: float) -> float:
    """Hours per horizontal km, mean of up and down; `pace_h_per_km` is that of the easiest slope."""
    up = math.exp(_STEEPNESS * abs(slope + _EASIEST))
    down = math.exp(_STEEPNESS * abs(slope - _EASIEST))
    return 0.5 * (up + down) * pace_h_per_km


@njit(cache=True, error_model="numpy", nogil=True)
def _sift_up(heap, hours, place, at):  # type: ignore[no-untyped-def]
    cell, then = heap[at], hours[at]
    while at > 0:
        parent = (at - 1) >> 1
        if hours[parent] <= then:
            break
        heap[at], hours[at] = heap[parent], hours[parent]
        place[heap[at]] = at
        at = parent
    heap[at], hours[at] = cell, then
    place[cell] = at


@njit(cache=True, error_model="numpy", nogil=True)
def _sift_down(heap, hours, place, size):  # type: ignore[no-untyped-def]
    cell, then, at = heap[0], hours[0], 0
    while True:
        child = 2 * at + 1
        if child >= size:
            break
        if child + 1 < size and hours[child + 1] < hours[child]:
            child += 1
        if hours[child] >= then:
            break
        heap[at], hours[at] = heap[child], hours[child]
        place[heap[at]] = at
        at = child
    heap[at], hours[at] = cell, then
    place[cell] = at


@njit(cache=True, error_model="numpy", nogil=True)
def _step_on(cell, time_h, queue, size, ground, shape, paces):  # type: ignore[no-untyped-def]
    """Look from a settled cell at its neighbours; returns how many cells the heap then holds."""
    height, road = ground
    heap, hours_of, place = queue
    rows, columns = shape
    cell_km, walk_pace = paces
    now, row, column = time_h[cell], cell // columns, cell % columns
    for dr in range(-1, 2):
        r = row + dr
        if r < 0 or r >= rows:
            continue
        for dc in range(-1, 2):
            c = column + dc
            if c < 0 or c >= columns or (dr == 0 and dc == 0):
                continue
            other = r * columns + c
            if place[other] == -2 or math.isnan(height[other]):
                continue
            km = cell_km
            if dr != 0 and dc != 0:
                # no slipping between two voids that touch at a corner
                if math.isnan(height[row * columns + c]) and math.isnan(height[r * columns + column]):
                    continue
                km *= math.sqrt(2.0)
            hours = km * _mean_pace((height[other] - height[cell]) / (1000.0 * km), walk_pace)
            speed = min(road[cell], road[other])
            if speed > 0.0:
                hours = min(hours, km / speed)
            then = now + hours
            if then < time_h[other]:
                time_h[other] = then
                if place[other] == -1:
                    heap[size] = other
                    place[other] = size
                    size += 1
                hours_of[place[other]] = then
                _sift_up(heap, hours_of, place, place[other])
    return size


@njit(cache=True, error_model="numpy", nogil=True)
def _at_rim(cell, shape, goes_on):  # type: ignore[no-untyped-def]
    """Whether the terrain goes on beyond a cell."""
    rows, columns = shape
    row, column = cell // columns, cell % columns
    north, south, west, east = goes_on
    return (north and row == 0) or (south and row == rows - 1) or (west and column == 0) or (east and column == columns - 1)


@njit(cache=True, error_model="numpy", nogil=True)
def _spread(heights_m, road_kmh, sources, wanted, cell_km, walk_pace, goes_on):  # type: ignore[no-untyped-def]
    """Dijkstra from all sources at once; stops when every wanted cell is settled (none wanted: when all are).

    Settled cells keep their time, every other one is infinite. Where the terrain goes on (north, south, west, east), it also stops at the
    first cell of that rim: from then on a way around outside may be shorter. Also returned: whether it came to its end.
    """
    shape = heights_m.shape
    n = shape[0] * shape[1]
    ground = heights_m.ravel(), road_kmh.ravel()
    height, goal, start = ground[0], wanted.ravel(), sources.ravel()
    time_h = np.full(n, np.inf)
    place = np.full(n, -1, np.int32)  # position in the heap; -1 not seen, -2 settled
    # the times of what is in the heap stand beside it: where the cells lie they are far apart, and a look at each is a wait for memory
    heap, hours = np.empty(n, np.int32), np.empty(n)
    size, left, goals = 0, 0, 0
    for cell in range(n):
        if math.isnan(height[cell]):
            continue
        goals += goal[cell]
        if start[cell]:
            time_h[cell] = 0.0
            place[cell] = -2
        else:
            left += goal[cell]
    until_all, ended = goals == 0, True
    if until_all or left > 0:
        # sources need no order: all of them come before any other cell
        for cell in range(n):
            if place[cell] == -2:
                if _at_rim(cell, shape, goes_on):
                    ended = False
                    break
                size = _step_on(cell, time_h, (heap, hours, place), size, ground, shape, (cell_km, walk_pace))
    while ended and size > 0 and (until_all or left > 0):
        cell = heap[0]
        size -= 1
        place[cell] = -2
        if size > 0:
            heap[0], hours[0] = heap[size], hours[size]
            place[heap[0]] = 0
            _sift_down(heap, hours, place, size)
        if goal[cell]:
            left -= 1
            if left == 0:
                break
        if _at_rim(cell, shape, goes_on):
            ended = False
            break
        size = _step_on(cell, time_h, (heap, hours, place), size, ground, shape, (cell_km, walk_pace))
    for cell in range(n):
        if place[cell] != -2:
            time_h[cell] = np.inf
    return time_h.reshape(shape), ended


def road_speeds_kmh(dem: Dem, roads: gpd.GeoDataFrame | None, settings: Travel) -> FloatGrid:
    """Speed of the best road in each cell, 0 where there is none.

    Parameters
    ----------
    roads : GeoDataFrame or None
        Lines; ``speed_kmh`` where known, else ``road_class`` (or ``highway``, as OpenStreetMap calls it) looked up in the settings. What is
        being built, planned or given up is no road; see :mod:`~geo_planner.study_area.roads`.
    """
    shape = dem.heights_m.shape
    if roads is None or roads.empty:
        return np.zeros(shape, dtype=np.float32)
    lines = roads.to_crs(dem.crs)
    speed = road_table(lines, settings)["speed_kmh"]
    drawn = sorted(
        ((v, g) for g, v in zip(lines.geometry, speed, strict=True) if v > 0 and g is not None and not g.is_empty), key=lambda item: item[0]
    )
    if not drawn:
        return np.zeros(shape, dtype=np.float32)
    # later shapes lie on top: the faster road wins
    grid = rasterize([(g, v) for v, g in drawn], out_shape=shape, transform=dem.transform, fill=0.0, all_touched=True, dtype="float32")
    return np.asarray(grid, dtype=np.float32)


def travel_time_h(
    dem: Dem, targets: BoolArray, settings: Travel, *, road_kmh: FloatGrid | None = None, wanted: BoolArray | None = None
) -> FloatArray:
    """Hours from each cell to the nearest target, over the whole grid.

    Parameters
    ----------
    dem : Dem
    targets : ndarray of bool, shape of the grid
    settings : Travel
    road_kmh : ndarray of float32, optional
        As :func:`road_speeds_kmh` gives it.
    wanted : ndarray of bool, optional
        Cells whose time is needed; the search stops when all of them have it, and cells it did not settle are NaN.

    Returns
    -------
    ndarray of float64
        NaN where no target can be reached; at most ``settings.max_hours``.
    """
    shape = dem.heights_m.shape
    roads = np.zeros(shape, dtype=np.float32) if road_kmh is None else road_kmh
    none = np.zeros(shape, dtype=np.bool_) if wanted is None else np.ascontiguousarray(wanted)
    hours, _ = _spread(
        dem.heights_m, roads, np.ascontiguousarray(targets), none, dem.cell_m / 1000.0, _pace(settings), (False, False, False, False)
    )
    return _capped(hours, settings)


def _pace(settings: Travel) -> float:
    return 1.0 / (settings.walk_kmh * settings.off_road_factor)


def _capped(hours: FloatArray, settings: Travel) -> FloatArray:
    hours[np.isinf(hours)] = np.nan
    return np.minimum(hours, settings.max_hours, out=hours)


def _cells(dem: Dem, points: gpd.GeoSeries) -> IntArray:
    """Row and column of each point, shape (n, 2); -1 outside the grid."""
    cells = dem.grid.cells(*dem.grid.xy(points))
    return np.where(cells.inside, (cells.row, cells.column), -1).T


def village_travel(
    villages: gpd.GeoDataFrame,
    dem: Dem,
    covered: BoolArray,
    seats: gpd.GeoDataFrame | None,
    settings: Travel,
    *,
    roads: gpd.GeoDataFrame | None = None,
) -> pd.DataFrame:
    """Travel time of each village to the nearest covered place and to the seat of its own commune.

    Parameters
    ----------
    villages : GeoDataFrame
        Points; column ``commune_code``.
    covered : ndarray of bool, shape of the grid
        Cells where the service is met today.
    seats : GeoDataFrame or None
        Points with ``commune_code``. A commune may have several (the seats of the former communes that merged into it, as long as today's is
        not in the data): the nearest counts.
    roads : GeoDataFrame, optional
        See :func:`road_speeds_kmh`; without it every journey is on foot across country.

    Returns
    -------
    DataFrame
        Index of the villages: ``travel_to_signal_h``, ``travel_to_seat_h``; NaN where not known.
    """
    cells = _cells(dem, villages.geometry)
    road_kmh = road_speeds_kmh(dem, roads, settings)
    table = pd.DataFrame({"travel_to_signal_h": np.nan, "travel_to_seat_h": np.nan}, index=villages.index)
    everyone = np.arange(len(villages))
    table["travel_to_signal_h"] = _times(dem, covered, cells, everyone, settings, road_kmh)
    if seats is not None and not seats.empty:
        seat_cells = _cells(dem, seats.geometry)
        codes = seats["commune_code"].astype(str).to_numpy()
        own = villages["commune_code"].astype(str).to_numpy()
        for code in sorted(set(own)):
            targets = np.zeros(dem.heights_m.shape, dtype=np.bool_)
            mine = seat_cells[(codes == code) & (seat_cells[:, 0] >= 0)]
            targets[mine[:, 0], mine[:, 1]] = True
            members = everyone[own == code]
            table.iloc[members, 1] = _times(dem, targets, cells, members, settings, road_kmh)[members]
    return table


def _times(
    dem: Dem, targets: BoolArray, cells: IntArray, members: npt.NDArray[np.intp], settings: Travel, road_kmh: FloatGrid
) -> FloatArray:
    result = np.full(len(cells), np.nan)
    members = members[cells[members, 0] >= 0]
    rows, columns = cells[members].T
    known = ~np.isnan(dem.heights_m[rows, columns])
    members, rows, columns = members[known], rows[known], columns[known]
    if not members.size or not targets.any():
        return result
    result[members] = _capped(_nearest(dem, targets, rows, columns, settings, road_kmh), settings)
    return result


def _nearest(dem: Dem, targets: BoolArray, rows: IntArray, columns: IntArray, settings: Travel, road_kmh: FloatGrid) -> FloatArray:
    """Hours from some cells to the nearest target, as over the whole grid: in a part of it that grows until no way leaves it."""
    box, spare = [], _SPARE_CELLS
    for axis, wanted_at in ((1, rows), (0, columns)):
        with_target = np.flatnonzero(targets.any(axis=axis))
        first, stop = int(min(with_target[0], wanted_at.min())), int(max(with_target[-1], wanted_at.max())) + 1
        box.append((first, stop))
        spare = max(spare, (stop - first) // 2)
    while True:
        part, goes_on = [], []
        for (first, stop), size in zip(box, dem.heights_m.shape, strict=True):
            part.append(slice(max(first - spare, 0), min(stop + spare, size)))
            goes_on += [part[-1].start > 0, part[-1].stop < size]
        frame = part[0], part[1]
        heights, roads, sources = (np.ascontiguousarray(grid[frame]) for grid in (dem.heights_m, road_kmh, targets))
        at = rows - part[0].start, columns - part[1].start
        wanted = np.zeros(heights.shape, dtype=np.bool_)
        wanted[at] = True
        hours, ended = _spread(heights, roads, sources, wanted, dem.cell_m / 1000.0, _pace(settings), tuple(goes_on))
        if ended:
            found: FloatArray = hours[at]
            return found
        spare *= 3
