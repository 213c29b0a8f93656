"""Reading one terrain profile for the Irregular Terrain Model: horizons, fits, irregularity, effective heights."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import compiled, kernel, part
from geo_planner.propagation.elementary import exp
from geo_planner.propagation.itm.types import Geometry
from geo_planner.propagation.radials import StepArray
from geo_planner.units import FloatArray, IntArray

IRREGULARITY_POINTS = 245
"""Most points that terrain irregularity is read at: 10 * 25 - 5 (ITM sect. 48)."""
# Residuals are whole numbers of this part of a metre, so that sixteen or eight are compared at once; none is farther off than the most.
_UNITS_PER_M = 65536.0
_MOST_UNITS = 2.0**31 - 2.0**20
_TO_WHOLE = 1.5 * 2.0**52
_LEAST, _MOST = np.int32(-(2**31) + 1), np.int32(2**31 - 1)
_NO, _YES = np.int32(0), np.int32(1)
_ONE = np.uint64(1)


class Room(NamedTuple):
    """Scratch space of :func:`terrain_irregularity`."""

    values: FloatArray  # samples; their positions within an interval
    places: StepArray  # intervals of the samples; their residuals
    deciles: IntArray  # both of the path before, where the search begins, and what one rank makes about them


@compiled
def new_room():  # type: ignore[no-untyped-def]
    """Room for the most points."""
    return Room(np.empty(2 * IRREGULARITY_POINTS), np.empty(2 * IRREGULARITY_POINTS, dtype=np.int32), np.array([0, 0, 1]))


@kernel
def mean_elevation(heights_m: FloatArray) -> float:
    """Mean terrain height in m over the middle 80 % of the profile (ITM sect. 43)."""
    intervals = heights_m.size - 1
    skipped = int(0.1 * intervals)
    total_m = 0.0
    for i in range(skipped, intervals - skipped + 1):
        total_m += heights_m[i]
    return total_m / (intervals - 2 * skipped + 1)


@kernel
def horizons(
    heights_m: FloatArray, spacing_m: float, tx_height_m: float, rx_height_m: float, gamma_e_per_m: float
) -> tuple[float, float, float, float]:
    """Radio horizons of both terminals (ITM sect. 47; TN101 6.15).

    Returns
    -------
    tx_angle_rad, rx_angle_rad, tx_horizon_m, rx_horizon_m : float
        Where nothing rises above the straight ray, the angle towards the other terminal and the whole distance.
    """
    intervals = heights_m.size - 1
    distance_m = intervals * spacing_m
    half_curvature = 0.5 * gamma_e_per_m
    tx_top_m = heights_m[0] + tx_height_m
    rx_top_m = heights_m[intervals] + rx_height_m
    tx_angle = (rx_top_m - tx_top_m) / distance_m - half_curvature * distance_m
    rx_angle = (tx_top_m - rx_top_m) / distance_m - half_curvature * distance_m
    tx_horizon_m = distance_m
    rx_horizon_m = distance_m
    # The distances grow by addition on purpose: the fits below round products of them to indices, and a horizon exactly
    # ten points away lands on one side or the other by the last bit.
    from_tx_m = 0.0
    from_rx_m = distance_m
    for i in range(1, intervals):
        from_tx_m += spacing_m
        from_rx_m -= spacing_m
        tx_rise_m = heights_m[i] - tx_top_m - half_curvature * from_tx_m * from_tx_m
        rx_rise_m = heights_m[i] - rx_top_m - half_curvature * from_rx_m * from_rx_m
        # One seldom-taken branch for both, so that the division stays out of the usual round.
        if tx_rise_m > tx_angle * from_tx_m or rx_rise_m > rx_angle * from_rx_m:
            if tx_rise_m > tx_angle * from_tx_m:
                tx_angle = tx_rise_m / from_tx_m
                tx_horizon_m = from_tx_m
            if rx_rise_m > rx_angle * from_rx_m:
                rx_angle = rx_rise_m / from_rx_m
                rx_horizon_m = from_rx_m
    return tx_angle, rx_angle, tx_horizon_m, rx_horizon_m


@kernel
def line_fit_ends(heights_m: FloatArray, intervals: int, spacing_m: float, start_m: float, end_m: float) -> tuple[float, float]:
    """Straight line fitted by least squares between two distances, read at both ends of the profile (ITM sect. 53).

    `intervals` is the number of intervals of the profile, ``heights_m`` holds at least one value more. The span is
    widened outwards to whole points, and by one point each way if it collapses.
    """
    first = int(max(start_m / spacing_m, 0.0))
    last = intervals - int(max(intervals - end_m / spacing_m, 0.0))
    if last <= first:
        first = max(first - 1, 0)
        last = intervals - max(intervals - (last + 1), 0)
    span = float(last - first)
    offset = -0.5 * span
    centre = last + offset
    level = 0.5 * (heights_m[first] + heights_m[last])
    moment = 0.5 * (heights_m[first] - heights_m[last]) * offset
    for i in range(first + 1, last):
        offset += 1.0
        level += heights_m[i]
        moment += heights_m[i] * offset
    level = level / span
    slope = moment * 12.0 / ((span * span + 2.0) * span)
    return level - slope * centre, level + slope * (intervals - centre)


@part
def _sample(heights_m, places, shares, j):  # type: ignore[no-untyped-def]
    """Height at a position within an interval, which ends at point ``places[j]``; ``shares[j]`` is counted from there."""
    upper = np.uint64(places[j])
    height_m = heights_m[upper]
    return height_m + (height_m - heights_m[upper - _ONE]) * shares[j]


@part
def _fitted_samples(heights_m, places, shares, samples):  # type: ignore[no-untyped-def]
    """Fill the samples, and fit a line as :func:`line_fit_ends` does over all of them at spacing 1.

    Summed in four lanes, as one addition would wait for the one before it; in one loop with the reading, which gives the sums time.
    """
    last = samples.size - 1
    middle = 0.5 * last
    samples[0] = _sample(heights_m, places, shares, 0)
    samples[last] = _sample(heights_m, places, shares, last)
    s0 = s1 = s2 = s3 = 0.0
    m0 = m1 = m2 = m3 = 0.0
    i = 1
    while i + 3 < last:
        offset = i - middle
        a, b = _sample(heights_m, places, shares, i), _sample(heights_m, places, shares, i + 1)
        c, d = _sample(heights_m, places, shares, i + 2), _sample(heights_m, places, shares, i + 3)
        samples[i], samples[i + 1], samples[i + 2], samples[i + 3] = a, b, c, d
        s0, s1, s2, s3 = s0 + a, s1 + b, s2 + c, s3 + d
        m0, m1, m2, m3 = m0 + a * offset, m1 + b * (offset + 1.0), m2 + c * (offset + 2.0), m3 + d * (offset + 3.0)
        i += 4
    level = 0.5 * (samples[0] + samples[last]) + ((s0 + s1) + (s2 + s3))
    moment = 0.5 * (samples[last] - samples[0]) * middle + ((m0 + m1) + (m2 + m3))
    while i < last:
        samples[i] = _sample(heights_m, places, shares, i)
        level += samples[i]
        moment += samples[i] * (i - middle)
        i += 1
    level /= last
    slope = moment * 12.0 / ((float(last) * last + 2.0) * last)
    return level - slope * middle, level + slope * middle


@kernel
def _split(values, limit):  # type: ignore[no-untyped-def]
    """How many values stand below a limit, the largest of these, and the least of the others."""
    count, below, above = _NO, _LEAST, _MOST
    edge = np.int32(limit)
    for j in range(values.size):
        value = values[j]
        less = value < edge
        count = np.int32(count + (_YES if less else _NO))
        below = max(below, value if less else _LEAST)
        above = min(above, _MOST if less else value)
    return count, below, above


@kernel
def _of_rank(values: StepArray, rank: int, guess: int, gap: int) -> int:
    """The value that `rank` (0 first) of all would precede in their order.

    Limits are tried until one has the value for its neighbour: the guess, then farther and farther from it by the ranks that are missing and
    the `gap` that one makes, then between those that enclose it. What is begun with decides how many, and nothing else. Unlike a partition
    this hardly branches on the data, which matters because a predictor would guess wrong at every third terrain residual.
    """
    low, high, fewer, more = int(_LEAST), int(_MOST), 0, values.size
    limit, step = guess, float(gap)
    while True:
        count, below, above = _split(values, limit)
        if count == rank:
            return above
        if count == rank + 1:
            return below
        # no value lies between a limit and its neighbours, so each try leaves out one at least
        if count < rank:
            low, fewer = above, count
        else:
            high, more = below, count
        if low == high:
            return low
        if low > _LEAST and high < _MOST:
            limit = low + int((high - low) * ((rank + 0.5 - fewer) / (more - fewer)))
        else:
            limit = int(min(max(limit + step * (rank + 0.5 - count), float(_LEAST)), float(_MOST)))
            step *= 2.0
        limit = min(max(limit, low + 1), high)


@kernel
def _interdecile_range(residuals: StepArray, rank: int, deciles: IntArray) -> int:
    """Difference between the values that stand `rank` places (0 first) from the top and from the bottom."""
    low = _of_rank(residuals, rank, deciles[0], deciles[2])
    high = _of_rank(residuals, residuals.size - 1 - rank, deciles[1], deciles[2])
    # normal residuals are 0.45 standard deviations of their number apart there, and the deciles 2.56 of them
    deciles[0], deciles[1], deciles[2] = low, high, 2 * (high - low) // residuals.size + 1
    return high - low


@kernel
def terrain_irregularity(heights_m: FloatArray, spacing_m: float, start_m: float, end_m: float, room: Room) -> float:
    """Terrain irregularity in m: interdecile range about the fitted line, scaled to infinity (ITM sect. 48; ERL 79 3).

    Residuals are rounded to 1/65536 m; both deciles of these are exact.
    """
    intervals = heights_m.size - 1
    start = start_m / spacing_m
    end = end_m / spacing_m
    if end - start < 2.0:
        return 0.0
    decile = min(max(4, int(0.1 * (end - start + 8.0))), 25)
    count = 10 * decile - 5
    step = (end - start) / (count - 1)
    samples, shares = room.values[:count], room.values[IRREGULARITY_POINTS:]
    places, residuals = room.places, room.places[IRREGULARITY_POINTS : IRREGULARITY_POINTS + count]
    # whole numbers of 32 bits, for only newer processors turn those of 64 into others several at a time
    for j in range(np.int32(count)):
        position = start + np.int32(j) * step
        upper = min(np.int32(np.int32(position) + _YES), np.int32(intervals))
        places[j] = upper
        shares[j] = position - upper
    first_m, last_m = _fitted_samples(heights_m, places, shares, samples)
    slope = (last_m - first_m) / (count - 1)
    for j in range(np.int32(count)):
        units = (samples[j] - (first_m + slope * np.int32(j))) * _UNITS_PER_M
        # so large a number has whole ones for its last bits
        shifted = min(max(units, -_MOST_UNITS), _MOST_UNITS) + _TO_WHOLE
        residuals[j] = np.int32(np.float64(shifted).view(np.int64))
    range_m = _interdecile_range(residuals, decile - 1, room.deciles) / _UNITS_PER_M
    return range_m / (1.0 - 0.8 * exp(-(end_m - start_m) / 50e3))


@part
def fit_span(distance_m: float, tx_height_m: float, rx_height_m: float, tx_horizon_m: float, rx_horizon_m: float) -> tuple[float, float]:
    """Distances in m between which terrain counts: the foreground of each mast is left out (TR-82-100 p. 25)."""
    return min(15.0 * tx_height_m, 0.1 * tx_horizon_m), distance_m - min(15.0 * rx_height_m, 0.1 * rx_horizon_m)


@part
def _rough_horizon(effective_m: float, delta_h_m: float, gamma_e_per_m: float) -> float:
    """Horizon distance in m over terrain known by its irregularity only (Alg. 3.3)."""
    return math.sqrt(2.0 * effective_m / gamma_e_per_m) * exp(-0.07 * math.sqrt(delta_h_m / max(effective_m, 5.0)))


@part
def _rough_angle(effective_m: float, delta_h_m: float, horizon_m: float, gamma_e_per_m: float) -> float:
    """Horizon angle in rad over terrain known by its irregularity only (Alg. 3.4)."""
    smooth_m = math.sqrt(2.0 * effective_m / gamma_e_per_m)
    return (0.65 * delta_h_m * (smooth_m / horizon_m - 1.0) - 2.0 * effective_m) / smooth_m


@part
def line_of_sight_geometry(
    distance_m: float, tx_effective_m: float, rx_effective_m: float, delta_h_m: float, gamma_e_per_m: float
) -> Geometry:
    """Geometry of a path whose horizons together exceed 1.5 distances (ITM sect. 43).

    The horizons found on the profile end at the other terminal and say nothing of the terrain beyond, so statistical
    ones take their place; effective heights grow if those would not meet.
    """
    tx_horizon_m = _rough_horizon(tx_effective_m, delta_h_m, gamma_e_per_m)
    rx_horizon_m = _rough_horizon(rx_effective_m, delta_h_m, gamma_e_per_m)
    reach_m = tx_horizon_m + rx_horizon_m
    growth = (distance_m / reach_m) * (distance_m / reach_m) if reach_m <= distance_m else 1.0
    tx_effective_m *= growth
    rx_effective_m *= growth
    tx_horizon_m = _rough_horizon(tx_effective_m, delta_h_m, gamma_e_per_m)
    rx_horizon_m = _rough_horizon(rx_effective_m, delta_h_m, gamma_e_per_m)
    return Geometry(
        distance_m,
        _rough_angle(tx_effective_m, delta_h_m, tx_horizon_m, gamma_e_per_m),
        _rough_angle(rx_effective_m, delta_h_m, rx_horizon_m, gamma_e_per_m),
        tx_horizon_m,
        rx_horizon_m,
        tx_effective_m,
        rx_effective_m,
        delta_h_m,
    )


@kernel
def path_geometry(
    heights_m: FloatArray,
    spacing_m: float,
    tx_height_m: float,
    rx_height_m: float,
    gamma_e_per_m: float,
    room: Room,
) -> Geometry:
    """Geometry of one profile (ITM sect. 43)."""
    intervals = heights_m.size - 1
    distance_m = intervals * spacing_m
    tx_angle, rx_angle, tx_horizon_m, rx_horizon_m = horizons(heights_m, spacing_m, tx_height_m, rx_height_m, gamma_e_per_m)
    start_m, end_m = fit_span(distance_m, tx_height_m, rx_height_m, tx_horizon_m, rx_horizon_m)
    delta_h_m = terrain_irregularity(heights_m, spacing_m, start_m, end_m, room)
    clear = tx_horizon_m + rx_horizon_m > 1.5 * distance_m
    if clear:
        tx_fit_m, rx_fit_m = line_fit_ends(heights_m, intervals, spacing_m, start_m, end_m)
    else:
        tx_fit_m = line_fit_ends(heights_m, intervals, spacing_m, start_m, 0.9 * tx_horizon_m)[0]
        rx_fit_m = line_fit_ends(heights_m, intervals, spacing_m, distance_m - 0.9 * rx_horizon_m, end_m)[1]
    tx_effective_m = tx_height_m + max(heights_m[0] - tx_fit_m, 0.0)
    rx_effective_m = rx_height_m + max(heights_m[intervals] - rx_fit_m, 0.0)
    if clear:
        return line_of_sight_geometry(distance_m, tx_effective_m, rx_effective_m, delta_h_m, gamma_e_per_m)
    return Geometry(distance_m, tx_angle, rx_angle, tx_horizon_m, rx_horizon_m, tx_effective_m, rx_effective_m, delta_h_m)
