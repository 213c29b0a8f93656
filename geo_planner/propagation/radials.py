"""Compiled sweep of a mast's surroundings along radials: each path's geometry from what its near end shares with others.

Cells are grouped by the radial they lie nearest to. Along a radial the terrain is read once, outwards, and everything that
a model needs of a path is kept up to date as the far end moves:

- the horizon of the mast is a running maximum;
- sums of heights and of height times index give mean elevation and every least-squares line between two points;
- the upper convex hull of the points so far gives the horizon of the receiver and the highest point above any chord, each
  by a walk along a few vertices.

A receiver stands at its cell's own centre and ground height, and the last points before it lie on its own line; only the terrain
farther off is that of the radial, at most half a cell aside. So a path costs nearly the same near and far, and the whole sweep grows
like the number of cells.

A profile of n equal steps is kept in one array: the radial's heights up to step n - FOREGROUND - 1, then those read for this
receiver alone. The radial stands at whole cells, the receiver at n steps of between one half cell in n less and more; for sums and
lines both count as equal steps, for angles the true distances count.

Heights with the curvature of the earth taken off (``z - s**2 / 2a``) turn horizon angles into plain slopes; the hull is built of these.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from functools import partial
from itertools import pairwise
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo_planner.propagation.compiled import compiled, kernel, part
from geo_planner.terrain import interpolate
from geo_planner.units import FloatArray, FloatGrid

FOREGROUND = 6
"""Points before the receiver that are read on its own line, not on the radial: a low antenna's horizon is often the next rise, and
the models depend on it more than on all the rest. (ITM at 90 m: 24 % of cells beyond 3 dB with none, 2 % with six, 1.6 % with eight.)"""
NEAR_CELLS = 10.0
"""Cells nearer than this are left to the model on a profile of their own: there it is short, and a radial too coarse."""

_ONE = np.uint64(1)

StepArray = npt.NDArray[np.int32]
HullArray = npt.NDArray[np.uint32]
"""Steps without a sign: as indices they do not count from the end, and nothing has to ask whether they do."""
SideBySide = Callable[[Sequence[Callable[[], object]]], None]
"""Runs pieces of work that touch nothing of each other's, and returns when all are done."""


class Scene(NamedTuple):
    """A mast, the receivers around it and the terrain in between: what every model is given. Heights and cells in m."""

    heights_m: FloatGrid
    clutter_m: FloatGrid  # of the same shape, or empty
    cell_m: float
    row: float  # of the mast, in cells from the outer corner of cell (0, 0)
    column: float
    top: int  # first cell of the window whose loss is worked out
    left: int
    ground_m: float  # under the mast
    tx_height_m: float
    rx_height_m: float


class Radials(NamedTuple):
    """Cells in the order of the radial that they lie nearest to: those of radial k are ``order[starts[k]:starts[k + 1]]``."""

    order: StepArray  # flat positions in the window
    away: StepArray  # of each, its distance from the mast in whole cells
    starts: StepArray
    steps: int  # the most that a radial has


class Ground(NamedTuple):
    """Heights at the steps of a profile and, up to each, their sum and that of height times step."""

    z: FloatArray
    plain: FloatArray
    weighted: FloatArray


class Skyline(NamedTuple):
    """Heights `z` as they stand under one curvature of the earth, which takes ``bulge * d**2`` off, and room for their upper hull."""

    z: FloatArray
    lowered: FloatArray
    hull: HullArray
    bulge: float


class Seen(NamedTuple):
    """What a skyline has shown so far: vertices of its hull, the mast's horizon (a step) and the slope to it."""

    size: int
    horizon: int
    steepest: float


class Path(NamedTuple):
    """The way to one receiver; distances in the model's unit (km or m), heights of both antennas above the sea in m."""

    n: int  # equal steps
    step: float  # length of each
    cell: float  # length of a step of the radial, which the points before the foreground stand at
    length: float
    hts: float
    hrs: float
    tilt: float  # slope of the straight line between the antennas


@part
def _azimuth(south, east):  # type: ignore[no-untyped-def]
    """Clockwise from north, radians from 0 to 2 pi, to 2e-6: enough to choose a radial, at a fraction of an exact arc tangent's cost."""
    x, y = abs(south), abs(east)
    ratio = min(x, y) / max(x, y)
    s = ratio * ratio
    angle = ratio * (0.99997726 + s * (-0.33262347 + s * (0.19354346 + s * (-0.11643287 + s * (0.05265332 - s * 0.01172120)))))
    angle = angle if y <= x else 0.5 * math.pi - angle
    angle = angle if south <= 0.0 else math.pi - angle
    return angle if east >= 0.0 else 2.0 * math.pi - angle


@part
def row_and_column(cell, columns):  # type: ignore[no-untyped-def]
    """Of a flat position in a window; divided without a sign, which is shorter."""
    i = np.int64(np.uint64(cell) // np.uint64(columns))
    return i, cell - i * columns


@part
def offset(scene, i, j):  # type: ignore[no-untyped-def]
    """From the mast to the centre of a cell of the window, in cells (southwards, eastwards)."""
    return scene.top + i + 0.5 - scene.row, scene.left + j + 0.5 - scene.column


@compiled
def nearest_radials(scene, near, reach, radials, distances, counts, first, stop):  # type: ignore[no-untyped-def]
    """Of the cells in some rows of a window: the radial that each lies nearest to (-1 unless farther than `near` and up to `reach`), its distance
    in whole cells, and how many of them each radial has.
    """
    n_radials, columns = counts.size, radials.shape[1]
    turn = n_radials / (2.0 * math.pi)
    counts[:] = 0
    for i in range(first, stop):
        # first a loop without a branch, which is done for several cells at a time
        for j in range(columns):
            drow, dcolumn = offset(scene, i, j)
            square = drow * drow + dcolumn * dcolumn
            radial = np.int32(_azimuth(drow, dcolumn) * turn + 0.5)
            radial = radial - n_radials if radial >= n_radials else radial
            length = math.sqrt(square)
            radials[i, j] = radial if (square <= reach * reach) & (length > near) else -1
            distances[i, j] = np.int32(length + 0.5)
        for j in range(columns):
            radial = radials[i, j]
            if radial >= 0:
                counts[radial] += 1


@compiled
def place_cells(radials, distances, places, order, away, first, stop):  # type: ignore[no-untyped-def]
    """Put the cells in some rows of a window where they belong: `places` says where the next one of each radial goes."""
    columns = radials.shape[1]
    for i in range(first, stop):
        for j in range(columns):
            radial = radials[i, j]
            if radial >= 0:
                place = places[radial]
                order[place], away[place], places[radial] = i * columns + j, distances[i, j], place + 1


def group_cells(
    shape: tuple[int, int], scene: Scene, ring: tuple[float, float], n_radials: int, side_by_side: SideBySide, parts: int = 1
) -> Radials:
    """The cells of a window farther than the first and up to the second distance (in cells) of a ring, by the radial that they lie nearest to.

    Within a radial they stand in the order of the window, in however many parts the work is done.
    """
    radials, distances = np.empty(shape, dtype=np.int32), np.empty(shape, dtype=np.int32)
    counts = np.empty((parts, n_radials), dtype=np.int32)
    bounds = list(pairwise(shape[0] * part // parts for part in range(parts + 1)))
    side_by_side([partial(nearest_radials, scene, *ring, radials, distances, counts[part], *rows) for part, rows in enumerate(bounds)])
    starts = np.zeros(n_radials + 1, dtype=np.int32)
    np.cumsum(counts.sum(axis=0), out=starts[1:], dtype=np.int32)
    places = starts[:-1] + np.cumsum(counts, axis=0, dtype=np.int32) - counts
    order, away = np.empty(starts[-1], dtype=np.int32), np.empty(starts[-1], dtype=np.int32)
    side_by_side([partial(place_cells, radials, distances, places[part], order, away, *rows) for part, rows in enumerate(bounds)])
    return Radials(order, away, starts, int(ring[1]) + 2)


@kernel
def most_cells(starts):  # type: ignore[no-untyped-def]
    """Room that :func:`sort_outwards` needs in `steps_before`."""
    most = 0
    for k in range(starts.size - 1):
        most = max(most, starts[k + 1] - starts[k])
    return 2 * most


@kernel
def sort_outwards(cells, away, counts, steps_before):  # type: ignore[no-untyped-def]
    """Put the cells of one radial in the order of the steps along it before their foreground, which `steps_before` receives.

    `counts` is scratch space of as many values as there are steps, and one for each cell follows in `steps_before`.
    """
    n, last = cells.size, counts.size - 1
    counts[:] = 0
    for p in range(n):
        steps_before[n + p] = cells[p]
        counts[np.uint64(min(away[p] - FOREGROUND - 1, last))] += 1
    position = 0
    for s in range(last + 1):
        position += counts[s]
        counts[s] = position - counts[s]
    for p in range(n):
        step = np.uint64(min(away[p] - FOREGROUND - 1, last))
        place = np.uint64(counts[step])
        cells[place] = steps_before[n + p]
        steps_before[place] = step
        counts[step] += 1


@part
def _between_four(heights_m, row, column):  # type: ignore[no-untyped-def]
    """Whether a point lies between the centres of four cells of the frame."""
    return 0.5 <= row < heights_m.shape[0] - 0.5 and 0.5 <= column < heights_m.shape[1] - 0.5


@part
def _of_four(heights_m, row, column):  # type: ignore[no-untyped-def]
    """Bilinear value of a point between the centres of four cells; NaN beside a void."""
    r, c = row - 0.5, column - 0.5
    u, v = r - int(r), c - int(c)
    # without a sign no index counts from the end, and none has to be looked at for it
    r0, c0 = np.uint64(int(r)), np.uint64(int(c))
    r1, c1 = r0 + _ONE, c0 + _ONE
    upper = (1.0 - v) * heights_m[r0, c0] + v * heights_m[r0, c1]
    lower = (1.0 - v) * heights_m[r1, c0] + v * heights_m[r1, c1]
    return (1.0 - u) * upper + u * lower


@kernel
def height_at(heights_m, row, column):  # type: ignore[no-untyped-def]
    """:func:`geo_planner.terrain.interpolate`, by a shorter way inside the frame."""
    if _between_four(heights_m, row, column):
        height = _of_four(heights_m, row, column)
        if not math.isnan(height):
            return height
    return interpolate(heights_m, row, column)


@part
def read_line(scene, step_row, step_column, first, stop, z_m):  # type: ignore[no-untyped-def]
    """Heights at the steps `first` to ``stop - 1`` of a line from the mast; NaN where they are unknown."""
    heights_m, last = scene.heights_m, stop - 1
    apart = True
    # where both ends lie between cells of the frame all points do; then they are read without a question
    if _between_four(heights_m, scene.row + first * step_row, scene.column + first * step_column) and _between_four(
        heights_m, scene.row + last * step_row, scene.column + last * step_column
    ):
        apart = False
        for k in range(first, stop):
            z_m[k] = _of_four(heights_m, scene.row + k * step_row, scene.column + k * step_column)
            apart |= math.isnan(z_m[k])
    if apart:
        for k in range(first, stop):
            z_m[k] = height_at(heights_m, scene.row + k * step_row, scene.column + k * step_column)


@kernel
def clutter_at(clutter_m, row, column):  # type: ignore[no-untyped-def]
    """Clutter height of the cell that holds a point; cells beyond the frame are those at its edge."""
    r = min(max(int(row), 0), clutter_m.shape[0] - 1)
    c = min(max(int(column), 0), clutter_m.shape[1] - 1)
    return clutter_m[r, c]


@kernel
def start(ground, ground_m):  # type: ignore[no-untyped-def]
    """Step 0, under the mast."""
    ground.z[0] = ground.plain[0] = ground_m
    ground.weighted[0] = 0.0


@part
def extend(ground, s, height):  # type: ignore[no-untyped-def]
    """The next step of the radial."""
    ground.z[s] = height
    ground.plain[s] = ground.plain[s - 1] + height
    ground.weighted[s] = ground.weighted[s - 1] + s * height


@part
def read_foreground(scene, drow, dcolumn, n, last_m, ground):  # type: ignore[no-untyped-def]
    """Write the receiver and the points before it over the radial's own, at steps ``n - FOREGROUND`` to ``n``, and carry on the sums.

    `ground` holds the radial up to step ``n - FOREGROUND - 1``. Returns whether all heights are known.
    """
    first = n - FOREGROUND
    read_line(scene, drow / n, dcolumn / n, first, n, ground.z)
    ground.z[n] = last_m
    total, moment = ground.plain[first - 1], ground.weighted[first - 1]
    for k in range(first, n + 1):
        total += ground.z[k]
        moment += k * ground.z[k]
        ground.plain[k] = total
        ground.weighted[k] = moment
    return not math.isnan(total)


@kernel
def push(hull, size, lowered_m, s):  # type: ignore[no-untyped-def]
    """Add step `s` to the upper hull of the steps before it; returns the new number of vertices."""
    z = lowered_m[s]
    while size >= 2:
        a, b = hull[size - 2], hull[size - 1]
        # b stays only while it stands above the line from a to s
        if (lowered_m[b] - lowered_m[a]) * (s - a) > (z - lowered_m[a]) * (b - a):
            break
        size -= 1
    hull[size] = s
    return size + 1


@part
def walk(sky, seen, s, cell, mast_top):  # type: ignore[no-untyped-def]
    """Take step `s` into a skyline: into its hull, and as the mast's horizon where it rises above all before it."""
    d = s * cell
    sky.lowered[s] = sky.z[s] - sky.bulge * d * d
    size = push(sky.hull, seen.size, sky.lowered, s)
    rise = sky.lowered[s] - mast_top
    if rise > seen.steepest * d:
        return Seen(size, s, rise / d)
    return Seen(size, seen.horizon, seen.steepest)


@kernel
def tangent(hull, size, lowered_m, at, z_m):  # type: ignore[no-untyped-def]
    """Hull vertex that a point to its right sees highest; `at` is the point's position in steps, `z_m` its lowered height."""
    best = hull[size - 1]
    steepest = (lowered_m[best] - z_m) / (at - best)
    for k in range(size - 2, -1, -1):
        s = hull[k]
        slope = (lowered_m[s] - z_m) / (at - s)
        # along a convex hull the slope rises to one peak and falls
        if slope < steepest:
            break
        steepest = slope
        best = s
    return np.int64(best)


@kernel
def farthest_above(hull, size, lowered_m, slope):  # type: ignore[no-untyped-def]
    """Hull vertex that stands highest above any line of the given slope (height per step)."""
    low, high = 0, size - 1
    while low < high:
        middle = (low + high) // 2
        a, b = hull[middle], hull[middle + 1]
        if lowered_m[b] - lowered_m[a] > slope * (b - a):
            low = middle + 1
        else:
            high = middle
    return hull[low]
