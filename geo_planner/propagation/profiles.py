"""Path loss to cells over a terrain profile of their own: what all models share of it, and free space (ITU-R P.525-4), which needs no more.

A profile has as many equal steps as the path is cells long. Paths of up to one cell, and those too short for a model, have the loss of free
space; a path that leaves the grid or crosses a void has none (NaN).
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import compiled, part
from geo_planner.propagation.loss_model import Engine, LossModel
from geo_planner.propagation.p525 import LIGHT_SPEED_M_GHZ
from geo_planner.propagation.radials import clutter_at, offset
from geo_planner.terrain import interpolate
from geo_planner.units import FloatArray

NEAR_M = 10.0
"""Free space is not taken nearer than this: the antenna's far field and the mast's own surroundings."""


class Line(NamedTuple):
    """Room for the longest profile: distances, terrain, and terrain with clutter between the ends (empty where none is given)."""

    d_km: FloatArray
    z_m: FloatArray
    surface_m: FloatArray


@compiled
def free_space_slant_db(distance_m: float, rise_m: float, freq_ghz: float) -> float:
    """Free-space loss over the slant distance (ITU-R P.525-4, eq. 3)."""
    slant_m = max(math.sqrt(distance_m * distance_m + rise_m * rise_m), NEAR_M)
    return 20.0 * math.log10(4.0 * math.pi * slant_m * freq_ghz / LIGHT_SPEED_M_GHZ)


@compiled
def new_line(scene, reach):  # type: ignore[no-untyped-def]
    """Room for every profile up to `reach` cells."""
    room = int(reach) + 4
    return Line(np.empty(room), np.empty(room), np.empty(room if scene.clutter_m.size else 0))


@part
def takes_part(scene, wanted, reach, i, j):  # type: ignore[no-untyped-def]
    """Whether a cell of the window lies within `reach` and, where only some are wanted, is one of them."""
    drow, dcolumn = offset(scene, i, j)
    return math.sqrt(drow * drow + dcolumn * dcolumn) <= reach and (wanted.size == 0 or wanted[i, j])


@part
def read_profile(scene, i, j, freq_ghz, shortest_m, line):  # type: ignore[no-untyped-def]
    """Read the way to a cell into `line`.

    Returns
    -------
    n : int
        Steps of the profile; 0 where there is no more to do, because `loss_db` is the answer.
    loss_db : float
        Of free space; NaN where the terrain is unknown.
    """
    drow, dcolumn = offset(scene, i, j)
    length = math.sqrt(drow * drow + dcolumn * dcolumn)
    rx_ground_m = scene.heights_m[scene.top + i, scene.left + j]
    total_m = length * scene.cell_m
    rise_m = scene.ground_m + scene.tx_height_m - (rx_ground_m + scene.rx_height_m)
    free_space_db = free_space_slant_db(total_m, rise_m, freq_ghz)
    if length <= 1.0 or math.isnan(free_space_db) or total_m < shortest_m:
        return 0, free_space_db
    n = max(int(length + 0.5), 2)
    cluttered = line.surface_m.size > 0
    for k in range(n + 1):
        t = k / n
        row, column = scene.row + t * drow, scene.column + t * dcolumn
        height_m = interpolate(scene.heights_m, row, column)
        if math.isnan(height_m):
            return 0, np.nan
        line.d_km[k] = t * total_m / 1000.0
        line.z_m[k] = height_m
        if cluttered:
            line.surface_m[k] = height_m + (clutter_at(scene.clutter_m, row, column) if 0 < k < n else 0.0)
    line.z_m[n] = rx_ground_m
    if cluttered:
        line.surface_m[n] = rx_ground_m
    return n, free_space_db


@compiled
def _fill(freq_ghz, loss, wanted, scene, reach, first, stop):  # type: ignore[no-untyped-def]
    line = new_line(scene, 0.0)
    for i in range(first, stop):
        for j in range(loss.shape[1]):
            if takes_part(scene, wanted, reach, i, j):
                _, loss[i, j] = read_profile(scene, i, j, freq_ghz, np.inf, line)


def around(model: LossModel, freq_mhz: float, irregularity_stride: int) -> Engine:
    """Free space, which no terrain changes."""
    del model, irregularity_stride
    return Engine(partial(_fill, freq_mhz / 1000.0), sweep=None)
