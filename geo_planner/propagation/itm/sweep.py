"""The Irregular Terrain Model along radials: its reading of a profile from running sums, horizons and hulls.

The physics is that of :mod:`geo_planner.propagation.itm.paths`, unchanged. Beyond what :mod:`geo_planner.propagation.radials` says of the profile, two readings differ
from one drawn for each cell: far horizon points are chosen with the curvature that belongs to the mast's own elevation (their angles
are then exact), and terrain irregularity may be taken over from an earlier cell, `irregularity_stride` 128ths of the distance before.
"""

from __future__ import annotations

import math

import numpy as np
from numba import njit

from geo_planner.propagation.itm.attenuation import longley_rice_scalar
from geo_planner.propagation.itm.medium import free_space_loss, refractivity
from geo_planner.propagation.itm.profile import WORK_SIZE, fit_span, line_of_sight_geometry, terrain_irregularity
from geo_planner.propagation.itm.types import ERROR_MASK, Geometry
from geo_planner.propagation.itm.variability import variability_scalar
from geo_planner.propagation.radials import FOREGROUND, height_at, kernel, most_cells, read_foreground, sort_outwards, tangent, walk


@kernel
def _line_ends(z_m, plain, weighted, intervals, start, end):  # type: ignore[no-untyped-def]
    """Least-squares line of ITM (section 53) between two positions in steps, read at both ends, from running sums."""
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


@kernel
def _horizons(z, lowered, hull, size, mast_horizon, n, distance, cell_m, tx_top, rx_top, half, half_far):  # type: ignore[no-untyped-def]
    """Angles, distances and steps of both horizons (section 47): the straight ray first, then whatever rises above it."""
    spacing = distance / n
    tx_angle = (rx_top - tx_top) / distance - half * distance
    rx_angle = (tx_top - rx_top) / distance - half * distance
    tx_horizon = rx_horizon = distance
    tx_step = rx_step = n
    far = n - FOREGROUND - 1
    d = mast_horizon * cell_m
    angle = (z[mast_horizon] - tx_top) / d - half * d
    if angle > tx_angle:
        tx_angle, tx_horizon, tx_step = angle, d, mast_horizon
    h = tangent(hull, size, lowered, distance / cell_m, rx_top - half_far * distance * distance)
    rest = distance - h * cell_m
    angle = (z[h] - rx_top) / rest - half * rest
    if angle > rx_angle:
        rx_angle, rx_horizon, rx_step = angle, rest, n - h
    for k in range(far + 1, n):
        d = k * spacing
        rest = distance - d
        tx_rise = z[k] - tx_top - half * d * d
        if tx_rise > tx_angle * d:
            tx_angle, tx_horizon, tx_step = tx_rise / d, d, k
        rx_rise = z[k] - rx_top - half * rest * rest
        # a tie with a farther point keeps the farther one, as a walk from the mast does
        if rx_rise > rx_angle * rest:
            rx_angle, rx_horizon, rx_step = rx_rise / rest, rest, n - k
    return tx_angle, rx_angle, tx_horizon, rx_horizon, tx_step, rx_step


@kernel
def _sweep(  # type: ignore[no-untyped-def]
    loss, heights_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, order, starts, n_radials, steps,
    first_radial, stop_radial, n0, radio, climate, quantiles, irregularity_stride,
    heights, places, befores, work,
):  # fmt: skip
    """As :func:`sweep_itm`, in the scratch space given."""
    columns = loss.shape[1]
    z, plain, weighted, lowered = heights[0], heights[1], heights[2], heights[3]
    hull, counts = places[0], places[1, :steps]
    tx_top = ground_m + tx_height_m
    half_far = 0.5 * refractivity(n0, ground_m)[1]
    for k in range(first_radial, stop_radial):
        cells = order[starts[k] : starts[k + 1]]
        if cells.size == 0:
            continue
        sort_outwards(cells, columns, top, left, row, column, counts, befores)
        position = 0
        azimuth = 2.0 * math.pi * k / n_radials
        south, east = -math.cos(azimuth), math.sin(azimuth)
        z[0] = plain[0] = ground_m
        weighted[0] = 0.0
        known = True
        size, mast_horizon, steepest = 0, 1, -np.inf
        delta_h, taken_at = 0.0, -steps * 128
        for s in range(1, befores[cells.size - 1] + 1):
            height = height_at(heights_m, row + s * south, column + s * east)
            known = known and not math.isnan(height)
            if known:
                z[s] = height
                plain[s] = plain[s - 1] + height
                weighted[s] = weighted[s - 1] + s * height
                size, mast_horizon, steepest = walk(z, s, cell_m, tx_top, half_far, lowered, hull, size, mast_horizon, steepest)
            while position < cells.size and befores[position] == s:
                cell = cells[position]
                position += 1
                i, j = cell // columns, cell % columns
                drow, dcolumn = top + i + 0.5 - row, left + j + 0.5 - column
                n = s + FOREGROUND + 1
                if not known or not read_foreground(
                    heights_m, row, column, drow, dcolumn, n, float(heights_m[top + i, left + j]), z, plain, weighted
                ):
                    loss[i, j] = np.nan
                    continue
                distance = math.sqrt(drow * drow + dcolumn * dcolumn) * cell_m
                spacing = distance / n
                ns, gamma = refractivity(n0, _mean_elevation(plain, n))
                rx_top = z[n] + rx_height_m
                tx_angle, rx_angle, tx_horizon, rx_horizon, tx_step, rx_step = _horizons(
                    z, lowered, hull, size, mast_horizon, n, distance, cell_m, tx_top, rx_top, 0.5 * gamma, half_far
                )
                start_m, end_m = fit_span(distance, tx_height_m, rx_height_m, tx_horizon, rx_horizon)
                # with the distance, for what a few cells more do to the spread of all the terrain shrinks with it
                if irregularity_stride <= 1 or (s - taken_at) * 128 >= irregularity_stride * s:
                    delta_h = terrain_irregularity(z[: n + 1], spacing, start_m, end_m, work)
                    taken_at = s
                start, end = start_m / spacing, end_m / spacing
                clear = tx_horizon + rx_horizon > 1.5 * distance
                if clear:
                    tx_fit, rx_fit = _line_ends(z, plain, weighted, n, start, end)
                else:
                    tx_fit, _ = _line_ends(z, plain, weighted, n, start, 0.9 * tx_step)
                    _, rx_fit = _line_ends(z, plain, weighted, n, n - 0.9 * rx_step, end)
                tx_effective = tx_height_m + max(ground_m - tx_fit, 0.0)
                rx_effective = rx_height_m + max(z[n] - rx_fit, 0.0)
                if clear:
                    geometry = line_of_sight_geometry(distance, tx_effective, rx_effective, delta_h, gamma)
                else:
                    geometry = Geometry(distance, tx_angle, rx_angle, tx_horizon, rx_horizon, tx_effective, rx_effective, delta_h)
                attenuation, _, flags = longley_rice_scalar(geometry, tx_height_m, rx_height_m, gamma, ns, radio)
                above, _ = variability_scalar(attenuation, geometry, radio, climate, quantiles)
                loss[i, j] = np.nan if flags & ERROR_MASK else above + free_space_loss(distance, radio.freq_mhz)


@njit(cache=True, error_model="numpy", nogil=True)
def sweep_itm(  # type: ignore[no-untyped-def]
    loss, heights_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, order, starts, n_radials, steps,
    first_radial, stop_radial, n0, radio, climate, quantiles, irregularity_stride,
):  # fmt: skip
    """Fill the cells of `loss` that belong to some of the radials; a cell belongs to one, so that threads change no bit."""
    room = steps + FOREGROUND + 2
    heights, places, befores = np.empty((4, room)), np.empty((2, room), dtype=np.int32), np.empty(most_cells(starts), dtype=np.int32)
    work = np.empty(WORK_SIZE)
    _sweep(
        loss, heights_m, cell_m, row, column, top, left, ground_m, tx_height_m, rx_height_m, order, starts, n_radials, steps,
        first_radial, stop_radial, n0, radio, climate, quantiles, irregularity_stride, heights, places, befores, work,
    )  # fmt: skip
