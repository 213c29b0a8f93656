"""The Irregular Terrain Model around a mast: along radials, from running sums, horizons and hulls, and over profiles.

The physics is that of :mod:`.paths`, worked out for many paths side by side (:mod:`.block`). Beyond what :mod:`geo_planner.propagation.radials` says of the profile, two readings differ
from one drawn for each cell: far horizon points are chosen with the curvature that belongs to the mast's own elevation (their angles
are then exact), and terrain irregularity may be taken over from an earlier cell, `irregularity_stride` 128ths of the distance before.
"""

from __future__ import annotations

import math
from functools import partial
from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import compiled, kernel, part
from geo_planner.propagation.itm import CLIMATES
from geo_planner.propagation.itm.block import PATHS, Block, new_block, put, work_out
from geo_planner.propagation.itm.medium import normal_deviate, prepare_climate, prepare_radio, refractivity
from geo_planner.propagation.itm.paths import path_kernel
from geo_planner.propagation.itm.profile import Room, fit_span, new_room, terrain_irregularity
from geo_planner.propagation.itm.types import ERROR_MASK, Conditions, Geometry, Quantiles
from geo_planner.propagation.loss_model import Engine, LossModel
from geo_planner.propagation.profiles import new_line, read_profile, takes_part
from geo_planner.propagation.radials import (
    FOREGROUND,
    Ground,
    HullArray,
    Path,
    Seen,
    Skyline,
    StepArray,
    extend,
    most_cells,
    offset,
    read_foreground,
    read_line,
    row_and_column,
    sort_outwards,
    start,
    tangent,
    walk,
)
from geo_planner.units import FloatArray


class Irregularity(NamedTuple):
    """Terrain irregularity in m, and the step of the radial at which it was worked out."""

    delta_h_m: float
    taken_at: int


class Work(NamedTuple):
    """Scratch space of a radial."""

    far: FloatArray  # heights of the radial
    ground: Ground
    sky: Skyline
    counts: HullArray  # of the cells at each step
    befores: StepArray
    room: Room  # for terrain irregularity
    block: Block


@kernel
def _line_ends(ground, intervals, start, end):  # type: ignore[no-untyped-def]
    """Least-squares line of ITM (section 53) between two positions in steps, read at both ends, from running sums."""
    z_m, plain, weighted = ground
    first = int(max(start, 0.0))
    last = intervals - int(max(intervals - end, 0.0))
    if last <= first:
        first = max(first - 1, 0)
        last = intervals - max(intervals - (last + 1), 0)
    span = float(last - first)
    centre = 0.5 * (first + last)
    between = plain[last - 1] - plain[first]
    level = (0.5 * (z_m[first] + z_m[last]) + between) / span
    moment = weighted[last - 1] - weighted[first] - centre * between + 0.25 * span * (z_m[last] - z_m[first])
    slope = moment * 12.0 / ((span * span + 2.0) * span)
    return level - slope * centre, level + slope * (intervals - centre)


@kernel
def _mean_elevation(plain, intervals):  # type: ignore[no-untyped-def]
    """Mean height over the middle 80 % of the profile (section 43)."""
    skipped = int(0.1 * intervals)
    total = plain[intervals - skipped]
    if skipped > 0:
        total -= plain[skipped - 1]
    return total / (intervals - 2 * skipped + 1)


@part
def _horizons(sky, seen, path, half):  # type: ignore[no-untyped-def]
    """Angles, distances and steps of both horizons (section 47): the straight ray first, then whatever rises above it."""
    z, n, distance, tx_top, rx_top = sky.z, path.n, path.length, path.hts, path.hrs
    tx_angle = (rx_top - tx_top) / distance - half * distance
    rx_angle = (tx_top - rx_top) / distance - half * distance
    tx_horizon = rx_horizon = distance
    tx_step = rx_step = n
    far = n - FOREGROUND - 1
    d = seen.horizon * path.cell
    angle = (z[seen.horizon] - tx_top) / d - half * d
    if angle > tx_angle:
        tx_angle, tx_horizon, tx_step = angle, d, seen.horizon
    h = tangent(sky.hull, seen.size, sky.lowered, distance / path.cell, rx_top - sky.bulge * distance * distance)
    rest = distance - h * path.cell
    angle = (z[h] - rx_top) / rest - half * rest
    if angle > rx_angle:
        rx_angle, rx_horizon, rx_step = angle, rest, n - h
    # asked first of all points at once, for none of them may be a horizon
    tx_rises = rx_rises = False
    for k in range(far + 1, n):
        d = k * path.step
        rest = distance - d
        tx_rises |= z[k] - tx_top - half * d * d > tx_angle * d
        rx_rises |= z[k] - rx_top - half * rest * rest > rx_angle * rest
    if rx_rises:
        for k in range(far + 1, n):
            rest = distance - k * path.step
            rx_rise = z[k] - rx_top - half * rest * rest
            # a tie with a farther point keeps the farther one, as a walk from the mast does
            if rx_rise > rx_angle * rest:
                rx_angle, rx_horizon, rx_step = rx_rise / rest, rest, n - k
    if tx_rises:
        for k in range(far + 1, n):
            d = k * path.step
            tx_rise = z[k] - tx_top - half * d * d
            if tx_rise > tx_angle * d:
                tx_angle, tx_horizon, tx_step = tx_rise / d, d, k
    return tx_angle, rx_angle, tx_horizon, rx_horizon, tx_step, rx_step


@part
def _effective(scene, ground, path, horizons, span_m):  # type: ignore[no-untyped-def]
    """Effective heights of one path from its horizons (section 43); `span_m` bounds the terrain that counts."""
    _, _, tx_horizon, rx_horizon, tx_step, rx_step = horizons
    n = path.n
    start, end = span_m[0] / path.step, span_m[1] / path.step
    if tx_horizon + rx_horizon > 1.5 * path.length:
        tx_fit, rx_fit = _line_ends(ground, n, start, end)
    else:
        tx_fit, _ = _line_ends(ground, n, start, 0.9 * tx_step)
        _, rx_fit = _line_ends(ground, n, n - 0.9 * rx_step, end)
    return scene.tx_height_m + max(scene.ground_m - tx_fit, 0.0), scene.rx_height_m + max(ground.z[n] - rx_fit, 0.0)


@part
def _read_path(c, stride, scene, work, seen, path, before, p):  # type: ignore[no-untyped-def]
    """Put what the terrain says of a path into place `p` of the block; returns the irregularity that a path after it may take over."""
    ground, n = work.ground, path.n
    s = n - FOREGROUND - 1
    ns, gamma = refractivity(c.n0, _mean_elevation(ground.plain, n))
    horizons = _horizons(work.sky, seen, path, 0.5 * gamma)
    span_m = fit_span(path.length, scene.tx_height_m, scene.rx_height_m, horizons[2], horizons[3])
    # with the distance, for what a few cells more do to the spread of all the terrain shrinks with it
    if stride <= 1 or (s - before.taken_at) * 128 >= stride * s:
        before = Irregularity(terrain_irregularity(ground.z[: n + 1], path.step, span_m[0], span_m[1], work.room), s)
    tx_angle, rx_angle, tx_horizon, rx_horizon, _, _ = horizons
    tx_effective, rx_effective = _effective(scene, ground, path, horizons, span_m)
    geometry = Geometry(path.length, tx_angle, rx_angle, tx_horizon, rx_horizon, tx_effective, rx_effective, before.delta_h_m)
    put(work.block.values, p, geometry, ns, gamma)
    return before


@kernel
def _sweep(c, stride, loss, scene, radials, first, stop, work):  # type: ignore[no-untyped-def]
    """As :func:`sweep_itm`, in the scratch space given."""
    columns = loss.shape[1]
    n_radials = radials.starts.size - 1
    ground, befores = work.ground, work.befores
    tx_top = scene.ground_m + scene.tx_height_m
    block, count = work.block, 0
    for k in range(first, stop):
        span = slice(radials.starts[k], radials.starts[k + 1])
        cells = radials.order[span]
        if cells.size == 0:
            continue
        sort_outwards(cells, radials.away[span], work.counts, befores)
        position = 0
        azimuth = 2.0 * math.pi * k / n_radials
        south, east = -math.cos(azimuth), math.sin(azimuth)
        start(ground, scene.ground_m)
        known = True
        seen = Seen(0, 1, -np.inf)
        irregularity = Irregularity(0.0, -radials.steps * 128)
        beyond = befores[cells.size - 1] + 1
        read_line(scene, south, east, 1, beyond, work.far)
        for s in range(1, beyond):
            height = work.far[s]
            known = known and not math.isnan(height)
            if known:
                extend(ground, s, height)
                seen = walk(work.sky, seen, s, scene.cell_m, tx_top)
            while position < cells.size and befores[position] == s:
                i, j = row_and_column(cells[position], columns)
                position += 1
                drow, dcolumn = offset(scene, i, j)
                n = s + FOREGROUND + 1
                last_m = float(scene.heights_m[scene.top + i, scene.left + j])
                if not known or not read_foreground(scene, drow, dcolumn, n, last_m, ground):
                    loss[i, j] = np.nan
                    continue
                distance = math.sqrt(drow * drow + dcolumn * dcolumn) * scene.cell_m
                rx_top = last_m + scene.rx_height_m
                path = Path(n, distance / n, scene.cell_m, distance, tx_top, rx_top, (rx_top - tx_top) / distance)
                irregularity = _read_path(c, stride, scene, work, seen, path, irregularity, count)
                block.cells[count] = i * columns + j
                count += 1
                if count == PATHS:
                    work_out(c, loss, scene, block, count)
                    count = 0
    work_out(c, loss, scene, block, count)


@compiled
def sweep_itm(c, stride, loss, scene, radials, first, stop):  # type: ignore[no-untyped-def]
    """Fill the cells of `loss` that belong to some of the radials."""
    room = radials.steps + FOREGROUND + 2
    heights, places, befores = (
        np.empty((5, room)),
        np.empty((2, room), dtype=np.uint32),
        np.empty(most_cells(radials.starts), dtype=np.int32),
    )
    bulge = 0.5 * refractivity(c.n0, scene.ground_m)[1]
    work = Work(
        heights[4],
        Ground(heights[0], heights[1], heights[2]),
        Skyline(heights[0], heights[3], places[0], bulge),
        places[1, : radials.steps],
        befores,
        new_room(),
        new_block(),
    )
    _sweep(c, stride, loss, scene, radials, first, stop, work)


@compiled
def _fill(c, freq_ghz, loss, wanted, scene, reach, first, stop):  # type: ignore[no-untyped-def]
    line, room = new_line(scene, reach), new_room()
    for i in range(first, stop):
        for j in range(loss.shape[1]):
            if not takes_part(scene, wanted, reach, i, j):
                continue
            n, loss[i, j] = read_profile(scene, i, j, freq_ghz, 0.0, line)
            if n > 0:
                drow, dcolumn = offset(scene, i, j)
                spacing_m = math.sqrt(drow * drow + dcolumn * dcolumn) * scene.cell_m / n
                z_m = line.z_m[: n + 1]
                result = path_kernel(z_m, spacing_m, scene.tx_height_m, scene.rx_height_m, c, room)
                loss[i, j] = np.nan if result.flags & ERROR_MASK else result.loss_db


def around(model: LossModel, freq_mhz: float, irregularity_stride: int) -> Engine:
    """The model for the surroundings of a mast."""
    time, location, situation = (normal_deviate(share / 100.0) for share in (model.time_pct, model.location_pct, model.situation_pct))
    c = Conditions(
        float(model.n0),
        prepare_radio(float(freq_mhz), model.vertical, model.eps_r, model.sigma_s_m),
        prepare_climate(CLIMATES.index(model.climate) + 1, float(freq_mhz)),
        Quantiles(time, location, situation, model.mdvar),
    )
    return Engine(partial(_fill, c, freq_mhz / 1000.0), partial(sweep_itm, c, irregularity_stride), takes_over=irregularity_stride > 1)
