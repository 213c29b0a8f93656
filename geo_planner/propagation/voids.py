"""Which cells of a radial sweep lie behind unknown terrain on their own line, not on that of their radial.

The sweep reads the far end of a path from the radial that passes within half a cell of it. Next to a void that is too little: the radial may
miss a void which the path crosses, or the reverse. So where there are voids, the cells that they may shade are looked at again, each on
the very points that a profile of its own reads. A void shades the directions in which it is seen from the mast, beyond its own distance: all
other cells are left alone, and a line is read from the first void in its direction on.
"""

from __future__ import annotations

import math

import numpy as np

from geo_planner.propagation.compiled import compiled
from geo_planner.propagation.radials import offset
from geo_planner.terrain import interpolate

_REACH = 1.5
"""Cells from the centre of a void at which a bilinear reading may still take it in: the diagonal of a cell, and room for rounding."""


@compiled
def crosses_void(scene, drow, dcolumn, n, first):  # type: ignore[no-untyped-def]
    """Whether a path of n equal steps reads unknown terrain at any of its points from number `first` on."""
    for k in range(first, n + 1):
        t = k / n
        if math.isnan(interpolate(scene.heights_m, scene.row + t * drow, scene.column + t * dcolumn)):
            return True
    return False


@compiled
def void_distances(scene, first_row, stop_row, first_column, stop_column, n_bins):  # type: ignore[no-untyped-def]
    """Distance in cells of the first void that may be read in each direction (clockwise from north); infinite without any.

    Rows and columns are those of the grid that lie on any line from the mast into the window.
    """
    heights_m = scene.heights_m
    first = np.full(n_bins, np.inf)
    turn = n_bins / (2.0 * math.pi)
    for i in range(first_row, stop_row):
        for j in range(first_column, stop_column):
            if not math.isnan(heights_m[i, j]):
                continue
            south, east = i + 0.5 - scene.row, j + 0.5 - scene.column
            length = math.sqrt(south * south + east * east)
            if length <= _REACH:
                first[:] = 0.0
                return first
            half = math.asin(_REACH / length)
            azimuth = math.atan2(east, -south)
            for b in range(int(math.floor((azimuth - half) * turn)), int(math.floor((azimuth + half) * turn)) + 1):
                first[b % n_bins] = min(first[b % n_bins], length - _REACH)
    return first


@compiled
def settle_unknown(loss, scene, near, reach, first, start, stop):  # type: ignore[no-untyped-def]
    """Take the loss from cells whose own path is unknown; returns those whose own path is known and which the sweep left without a loss.

    Cells nearer than `near` have profiles of their own already. Threads take rows of their own.
    """
    columns = loss.shape[1]
    missed = np.zeros((stop - start, columns), dtype=np.bool_)
    n_bins = first.size
    turn = n_bins / (2.0 * math.pi)
    for i in range(start, stop):
        for j in range(columns):
            drow, dcolumn = offset(scene, i, j)
            length = math.sqrt(drow * drow + dcolumn * dcolumn)
            if not near < length <= reach:
                continue
            unswept = math.isnan(loss[i, j])
            shaded_from = first[int(math.floor(math.atan2(dcolumn, -drow) * turn)) % n_bins]
            if shaded_from > length and not unswept:
                continue
            n = max(int(length + 0.5), 2)
            unknown = math.isnan(scene.heights_m[scene.top + i, scene.left + j])
            if not unknown and shaded_from <= length:
                unknown = crosses_void(scene, drow, dcolumn, n, int(shaded_from / length * n))
            if unknown:
                loss[i, j] = np.nan
            else:
                missed[i - start, j] = unswept
    return missed
