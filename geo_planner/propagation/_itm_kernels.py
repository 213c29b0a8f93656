"""Compiled physics of the Irregular Terrain Model (Longley-Rice), point-to-point mode.

Three layers, so that a caller with its own way of reading a terrain profile (running sums along a radial, for example)
can use the physics alone:

1. :func:`prepare_radio`, :func:`prepare_climate` and :func:`refractivity` hold what the path's shape does not decide;
2. :func:`mean_elevation`, :func:`horizons`, :func:`line_fit_ends` and :func:`terrain_irregularity` read one profile;
   :func:`path_geometry` shows how a :class:`Geometry` follows (on a clear path by :func:`line_of_sight_geometry`);
3. :func:`longley_rice_scalar` and :func:`variability_scalar` work on scalars only and allocate nothing.

Sources: G. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: The Algorithm" ("Alg." and an equation number)
and the annotated program that goes with it, "The Irregular Terrain Model" ("ITM sect."); NTIA Report TR-82-100; NBS
Technical Note 101 ("TN101"); ESSA Technical Report ERL 79-ITS 67 ("ERL 79"). Where the code that NTIA publishes (ITM
1.3 and 1.4) departs from the memo, the published cases follow the code, and so do we.

Every length is in metres, every angle in radians, every loss in dB. Nothing here checks its input.
"""

from __future__ import annotations

import cmath
import math
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
from numba import njit

from geo_planner.units import FloatArray

IntArray = npt.NDArray[np.int64]

# No fast-math: a loss must not depend on how many profiles share a call.
_jit = njit(cache=True, error_model="numpy", nogil=True)
# Functions on arrays that their caller holds: counting references to them is an atomic operation on each call, and would cost a fifth of
# the time. They must not allocate.
_borrowing = njit(cache=True, error_model="numpy", nogil=True, _nrt=False)

MODE_LINE_OF_SIGHT = 1
MODE_DIFFRACTION = 2
MODE_TROPOSCATTER = 3

# Warning flags carry the values that NTIA publishes; the last two are our own.
WARN_TX_HEIGHT = 0x0001
WARN_RX_HEIGHT = 0x0002
WARN_FREQUENCY = 0x0004
WARN_DISTANCE_ABOVE_1000_KM = 0x0008
WARN_DISTANCE_ABOVE_2000_KM = 0x0010
WARN_DISTANCE_BELOW_HEIGHT_STEP = 0x0020
WARN_DISTANCE_BELOW_1_KM = 0x0040
WARN_TX_HORIZON_ANGLE = 0x0080
WARN_RX_HORIZON_ANGLE = 0x0100
WARN_TX_HORIZON_NEAR = 0x0200
WARN_RX_HORIZON_NEAR = 0x0400
WARN_TX_HORIZON_FAR = 0x0800
WARN_RX_HORIZON_FAR = 0x1000
WARN_EXTREME_QUANTILE = 0x2000
WARN_LOW_REFRACTIVITY = 0x4000
WARN_LOCATION_UNUSED = 0x8000
WARN_TIME_UNUSED = 0x10000

# Faults that only show during the computation share the flag word, above all warnings.
ERROR_REFRACTIVITY_SMALL = 0x100000
ERROR_REFRACTIVITY_LARGE = 0x200000
ERROR_EFFECTIVE_EARTH = 0x400000
ERROR_GROUND_IMPEDANCE = 0x800000
ERROR_NOT_FINITE = 0x1000000
ERROR_MASK = 0x1F00000

# Resampled points of the terrain-irregularity estimate: 10 * 25 - 5 (ITM sect. 48); bins to select its deciles with;
# and the scratch space both need, with one place more for the point written before it is known to be kept.
IRREGULARITY_POINTS = 245
_BINS = 32
WORK_SIZE = 2 * IRREGULARITY_POINTS + _BINS + 1

_EARTH_CURVATURE_PER_M = 157e-9  # Alg. 1.2
_FOUR_THIRDS_EARTH_M = 4.0 / 3.0 * 6.370e6  # radius that Vogler's curves are drawn for
_MHZ_PER_WAVE_NUMBER = 47.7  # wave number in 1/m = MHz / 47.7, Alg. 1.1
_DB_PER_NEPER_POWER = 10.0 / math.log(10.0)
_HALF_PI = 0.5 * math.pi

# Alg. sect. 5 (the fits to TN101 fig. 10.13), one row per climate. Columns: median level (c1, c2, x1, x2, x3), spread
# below the median (same five), spread above it (same five), C_D, z_D, frequency factor below (3), above (3).
# fmt: off
_CLIMATES = np.array([
    [-9.67, 12.7, 144.9e3, 190.3e3, 133.8e3, 2.13, 159.5, 762.2e3, 123.6e3, 94.5e3,
     2.11, 102.3, 636.9e3, 134.8e3, 95.6e3, 1.224, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3, 2.66, 7.67, 100.4e3, 172.5e3, 136.4e3,
     6.87, 15.53, 138.7e3, 143.7e3, 98.6e3, 0.801, 2.161, 1.0, 0.0, 0.0, 0.93, 0.31, 2.00],
    [1.26, 15.5, 262.6e3, 185.2e3, 99.8e3, 6.11, 6.65, 138.2e3, 242.2e3, 178.6e3,
     10.08, 9.60, 165.3e3, 225.7e3, 129.7e3, 1.380, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [-9.21, 9.05, 84.1e3, 101.1e3, 98.6e3, 1.98, 13.11, 139.1e3, 132.7e3, 193.5e3,
     3.68, 159.3, 464.4e3, 93.1e3, 94.2e3, 1.000, 20.0, 1.0, 0.0, 0.0, 0.93, 0.19, 1.79],
    [-0.62, 9.19, 228.9e3, 205.2e3, 143.6e3, 2.68, 7.16, 93.7e3, 186.8e3, 133.5e3,
     4.75, 8.12, 93.2e3, 135.9e3, 113.4e3, 1.224, 1.282, 0.92, 0.25, 1.77, 0.93, 0.31, 2.00],
    [-0.39, 2.86, 141.7e3, 315.9e3, 167.4e3, 6.86, 10.38, 187.8e3, 169.6e3, 108.9e3,
     8.58, 13.97, 216.0e3, 152.0e3, 122.7e3, 1.518, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
    [3.15, 857.9, 2222.0e3, 164.8e3, 116.3e3, 8.51, 169.8, 609.8e3, 119.9e3, 106.6e3,
     8.43, 8.19, 136.2e3, 188.5e3, 122.9e3, 1.518, 1.282, 1.0, 0.0, 0.0, 1.0, 0.0, 0.0],
])
# Alg. 6.13: frequency gain at scattering efficiency 1 to 5.
_GAIN_A = np.array([25.0, 80.0, 177.0, 395.0, 705.0])
_GAIN_B = np.array([24.0, 45.0, 68.0, 80.0, 105.0])
# fmt: on


class Radio(NamedTuple):
    """What frequency, polarization and ground decide."""

    freq_mhz: float
    wave_number_per_m: float
    freq_cbrt: float  # cube root of the frequency in MHz
    ground_re: float  # surface transfer impedance, real and imaginary part, and its magnitude
    ground_im: float
    ground_abs: float
    vogler_k: float  # K of an arc over four thirds of the earth (Alg. 4.18), and its logarithm
    log_vogler_k: float
    horizon_extra_m: float  # wave-length part of the distance in Alg. 5.3


class Curve(NamedTuple):
    """One fitted curve over effective distance (Alg. 5.5 to 5.7)."""

    c1_db: float
    c2_db: float
    x1_m: float
    x2_m: float
    x3_m: float


class Climate(NamedTuple):
    """What climate (and, through the two factors, frequency) decides about variability."""

    median: Curve
    below: Curve  # spread towards less loss than the median level explains, before its factor
    above: Curve
    below_factor: float
    above_factor: float
    tail_ratio: float  # C_D, Alg. table 5.1
    tail_deviate: float  # z_D, Alg. table 5.1


class Geometry(NamedTuple):
    """A path as the Longley-Rice core sees it."""

    distance_m: float
    tx_angle_rad: float  # horizon elevation angles
    rx_angle_rad: float
    tx_horizon_m: float
    rx_horizon_m: float
    tx_effective_m: float  # effective heights
    rx_effective_m: float
    delta_h_m: float


class Quantiles(NamedTuple):
    """Wanted quantiles as normal deviates (see :func:`normal_deviate`), and how they are to be read.

    `mdvar` is 0 single message, 1 accidental, 2 mobile, 3 broadcast; plus 10 to leave out location variability, plus 20
    to leave out direct situation variability.
    """

    z_time: float
    z_location: float
    z_situation: float
    mdvar: int


class PathResult(NamedTuple):
    """Everything :func:`path_kernel` computes for one profile."""

    loss_db: float
    free_space_db: float
    attenuation_db: float
    mode: int
    flags: int
    ns: float
    gamma_e_per_m: float
    geometry: Geometry


# ---------------------------------------------------------------------------------------------- path-independent part


@_jit
def prepare_radio(freq_mhz: float, vertical: bool, eps_r: float, sigma_s_m: float) -> Radio:
    """Frequency and ground constants (Alg. 1.1, 1.4, 1.5)."""
    permittivity = complex(eps_r, 18000.0 * sigma_s_m / freq_mhz)
    impedance = cmath.sqrt(permittivity - 1.0)
    if vertical:
        impedance = impedance / permittivity
    wave_number = freq_mhz / _MHZ_PER_WAVE_NUMBER
    freq_cbrt = np.cbrt(freq_mhz)
    vogler_k = 0.017778 / (freq_cbrt * abs(impedance))
    extra_m = np.cbrt(575.7e12 / wave_number)
    return Radio(freq_mhz, wave_number, freq_cbrt, impedance.real, impedance.imag, abs(impedance), vogler_k, math.log(vogler_k), extra_m)


@_jit
def prepare_climate(climate_code: int, freq_mhz: float) -> Climate:
    """Variability constants of NTIA climate 1 to 7 at one frequency (Alg. sect. 5)."""
    row = _CLIMATES[climate_code - 1]
    log_ratio = math.log(0.133 * freq_mhz / _MHZ_PER_WAVE_NUMBER)
    below_factor = row[17] + row[18] / ((row[19] * log_ratio) ** 2 + 1.0)
    above_factor = row[20] + row[21] / ((row[22] * log_ratio) ** 2 + 1.0)
    return Climate(
        Curve(row[0], row[1], row[2], row[3], row[4]),
        Curve(row[5], row[6], row[7], row[8], row[9]),
        Curve(row[10], row[11], row[12], row[13], row[14]),
        below_factor,
        above_factor,
        row[15],
        row[16],
    )


@_jit
def refractivity(n0: float, elevation_m: float) -> tuple[float, float]:
    """Surface refractivity and curvature of the effective earth in 1/m (Alg. 1.2, 1.3).

    `elevation_m` is the general elevation of the path above the sea, in point-to-point mode :func:`mean_elevation`.
    """
    ns = n0 * math.exp(-elevation_m / 9460.0)
    return ns, _EARTH_CURVATURE_PER_M * (1.0 - 0.04665 * math.exp(ns / 179.3))


@_jit
def normal_deviate(fraction: float) -> float:
    """Standard normal deviate exceeded with probability `fraction` (ITM sect. 51; Abramowitz and Stegun 26.2.23).

    The rational approximation is part of the published model: an exact quantile would miss its cases by up to 0.01 dB.
    It leaves 2.4e-7 at one half.
    """
    t = math.sqrt(-2.0 * math.log(min(fraction, 1.0 - fraction)))
    deviate = t - ((0.010328 * t + 0.802853) * t + 2.515516) / (((0.001308 * t + 0.189269) * t + 1.432788) * t + 1.0)
    return -deviate if fraction > 0.5 else deviate


@_jit
def free_space_loss(distance_m: float, freq_mhz: float) -> float:
    """Free-space basic transmission loss in dB, with the 32.45 dB that NTIA's cases carry."""
    return 32.45 + 20.0 * math.log10(freq_mhz) + 20.0 * math.log10(distance_m / 1000.0)


# ----------------------------------------------------------------------------------------------- reading the profile


@_borrowing
def mean_elevation(heights_m: FloatArray) -> float:
    """Mean terrain height in m over the middle 80 % of the profile (ITM sect. 43)."""
    intervals = heights_m.size - 1
    skipped = int(0.1 * intervals)
    total_m = 0.0
    for i in range(skipped, intervals - skipped + 1):
        total_m += heights_m[i]
    return total_m / (intervals - 2 * skipped + 1)


@_borrowing
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


@_borrowing
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


@_borrowing
def _extremes(values: FloatArray) -> tuple[float, float]:
    """Smallest and largest value, in four lanes: one comparison would wait for the one before it."""
    a = b = c = d = values[0]
    e = f = g = h = a
    whole = values.size - values.size % 4
    for i in range(0, whole, 4):
        p, q, r, s = values[i], values[i + 1], values[i + 2], values[i + 3]
        a, b, c, d = min(a, p), min(b, q), min(c, r), min(d, s)
        e, f, g, h = max(e, p), max(f, q), max(g, r), max(h, s)
    for i in range(whole, values.size):
        a, e = min(a, values[i]), max(e, values[i])
    return min(min(a, b), min(c, d)), max(max(e, f), max(g, h))


@_borrowing
def _fit_of_samples(samples: FloatArray) -> tuple[float, float]:
    """As :func:`line_fit_ends` over all samples at spacing 1, summed in four lanes, as one addition would wait for the one before it."""
    last = samples.size - 1
    middle = 0.5 * last
    s0 = s1 = s2 = s3 = 0.0
    m0 = m1 = m2 = m3 = 0.0
    i = 1
    while i + 3 < last:
        offset = i - middle
        a, b, c, d = samples[i], samples[i + 1], samples[i + 2], samples[i + 3]
        s0, s1, s2, s3 = s0 + a, s1 + b, s2 + c, s3 + d
        m0, m1, m2, m3 = m0 + a * offset, m1 + b * (offset + 1.0), m2 + c * (offset + 2.0), m3 + d * (offset + 3.0)
        i += 4
    level = 0.5 * (samples[0] + samples[last]) + ((s0 + s1) + (s2 + s3))
    moment = 0.5 * (samples[last] - samples[0]) * middle + ((m0 + m1) + (m2 + m3))
    while i < last:
        level += samples[i]
        moment += samples[i] * (i - middle)
        i += 1
    level /= last
    slope = moment * 12.0 / ((float(last) * last + 2.0) * last)
    return level - slope * middle, level + slope * middle


@_borrowing
def _ordered_value(values: FloatArray, wanted: int, rank: int, low: float, scale: float, sign: float, picked: FloatArray) -> float:
    """Value of `rank` (0 first) in rising order of ``sign * values`` inside bin `wanted`."""
    count = 0
    for value in values:
        picked[count] = sign * value
        count += int((value - low) * scale) == wanted
    for i in range(rank + 1):
        for j in range(i + 1, count):
            smaller = min(picked[i], picked[j])
            picked[j] = max(picked[i], picked[j])
            picked[i] = smaller
    return float(sign * picked[rank])


@_borrowing
def _range_between_ranks(values: FloatArray, rank: int, bins: FloatArray, picked: FloatArray) -> float:
    """Difference between the values that stand `rank` places (0 first) from the top and from the bottom.

    Selection by counting into bins: unlike a partition it hardly branches on the data, which matters here because a
    predictor would guess wrong at every third terrain residual.
    """
    low, high = _extremes(values)
    if not high > low:
        return 0.0
    scale = (bins.size - 1e-6) / (high - low)
    bins[:] = 0.0
    for value in values:
        bins[int((value - low) * scale)] += 1.0
    lower = 0
    below = 0
    while below + bins[lower] <= rank:
        below += int(bins[lower])
        lower += 1
    upper = bins.size - 1
    above = 0
    while above + bins[upper] <= rank:
        above += int(bins[upper])
        upper -= 1
    return _ordered_value(values, upper, rank - above, low, scale, -1.0, picked) - _ordered_value(
        values, lower, rank - below, low, scale, 1.0, picked
    )


@_borrowing
def terrain_irregularity(heights_m: FloatArray, spacing_m: float, start_m: float, end_m: float, work: FloatArray) -> float:
    """Terrain irregularity in m: interdecile range about the fitted line, scaled to infinity (ITM sect. 48; ERL 79 3).

    `work` is scratch space of at least :data:`WORK_SIZE` values.
    """
    intervals = heights_m.size - 1
    start = start_m / spacing_m
    end = end_m / spacing_m
    if end - start < 2.0:
        return 0.0
    decile = min(max(4, int(0.1 * (end - start + 8.0))), 25)
    count = 10 * decile - 5
    step = (end - start) / (count - 1)
    samples = work[:count]
    for j in range(count):
        position = start + j * step
        upper = min(int(position) + 1, intervals)
        samples[j] = heights_m[upper] + (heights_m[upper] - heights_m[upper - 1]) * (position - upper)
    first_m, last_m = _fit_of_samples(samples)
    slope = (last_m - first_m) / (count - 1)
    for j in range(count):
        samples[j] -= first_m + slope * j
    spread_m = _range_between_ranks(
        samples,
        decile - 1,
        work[IRREGULARITY_POINTS : IRREGULARITY_POINTS + _BINS],
        work[IRREGULARITY_POINTS + _BINS :],
    )
    return spread_m / (1.0 - 0.8 * math.exp(-(end_m - start_m) / 50e3))


@_jit
def fit_span(distance_m: float, tx_height_m: float, rx_height_m: float, tx_horizon_m: float, rx_horizon_m: float) -> tuple[float, float]:
    """Distances in m between which terrain counts: the foreground of each mast is left out (TR-82-100 p. 25)."""
    return min(15.0 * tx_height_m, 0.1 * tx_horizon_m), distance_m - min(15.0 * rx_height_m, 0.1 * rx_horizon_m)


@_jit
def _rough_horizon(effective_m: float, delta_h_m: float, gamma_e_per_m: float) -> float:
    """Horizon distance in m over terrain known by its irregularity only (Alg. 3.3)."""
    return math.sqrt(2.0 * effective_m / gamma_e_per_m) * math.exp(-0.07 * math.sqrt(delta_h_m / max(effective_m, 5.0)))


@_jit
def _rough_angle(effective_m: float, delta_h_m: float, horizon_m: float, gamma_e_per_m: float) -> float:
    """Horizon angle in rad over terrain known by its irregularity only (Alg. 3.4)."""
    smooth_m = math.sqrt(2.0 * effective_m / gamma_e_per_m)
    return (0.65 * delta_h_m * (smooth_m / horizon_m - 1.0) - 2.0 * effective_m) / smooth_m


@_jit
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
    if reach_m <= distance_m:
        growth = (distance_m / reach_m) ** 2
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


@_borrowing
def path_geometry(
    heights_m: FloatArray,
    spacing_m: float,
    tx_height_m: float,
    rx_height_m: float,
    gamma_e_per_m: float,
    work: FloatArray,
) -> Geometry:
    """Geometry of one profile (ITM sect. 43). `work`: see :func:`terrain_irregularity`."""
    intervals = heights_m.size - 1
    distance_m = intervals * spacing_m
    tx_angle, rx_angle, tx_horizon_m, rx_horizon_m = horizons(heights_m, spacing_m, tx_height_m, rx_height_m, gamma_e_per_m)
    start_m, end_m = fit_span(distance_m, tx_height_m, rx_height_m, tx_horizon_m, rx_horizon_m)
    delta_h_m = terrain_irregularity(heights_m, spacing_m, start_m, end_m, work)
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


# ---------------------------------------------------------------------------------------------- reference attenuation


@_jit
def _roughness(distance_m: float, delta_h_m: float) -> float:
    """Terrain irregularity that a path of this length meets, in m (Alg. 3.9; ERL 79 3)."""
    return delta_h_m * (1.0 - 0.8 * math.exp(-distance_m / 50e3))


@_jit
def _surface_roughness(roughness_m: float) -> float:
    """Standard deviation of the heights inside the first Fresnel zone, in m (Alg. 3.10; ERL 79 3.6a)."""
    return 0.78 * roughness_m * math.exp(-0.5 * math.sqrt(math.sqrt(roughness_m)))


@_jit
def _knife_edge(v_squared: float) -> float:
    """Loss over one knife edge in dB, from the square of Fresnel's parameter (Alg. 6.1)."""
    if v_squared < 5.76:
        return 6.02 + 9.11 * math.sqrt(v_squared) - 1.27 * v_squared
    return 12.953 + _DB_PER_NEPER_POWER * math.log(v_squared)


@_jit
def _knife_edges(v_squared_tx: float, v_squared_rx: float) -> float:
    """Loss over both edges in dB; where each is far above its ray the two logarithms are one."""
    if v_squared_tx < 5.76 or v_squared_rx < 5.76:
        return _knife_edge(v_squared_tx) + _knife_edge(v_squared_rx)
    return 25.906 + _DB_PER_NEPER_POWER * math.log(v_squared_tx * v_squared_rx)


@_jit
def _height_gain(x_km: float, k: float, log_k: float) -> float:
    """Vogler's height-gain function in dB (Alg. 6.2 to 6.7)."""
    if x_km < 200.0:
        w = -log_k
        if k < 1e-5 or x_km * w * w * w > 5495.0:
            return 17.372 * math.log(x_km) - 117.0 if x_km > 1.0 else -117.0
        return 2.5e-5 * x_km * x_km / k - 8.686 * w - 15.0
    far_db = 0.05751 * x_km - 4.343 * math.log(x_km)
    if x_km < 2000.0:
        w = 0.0134 * x_km * math.exp(-0.005 * x_km)
        return (1.0 - w) * far_db + w * (17.372 * math.log(x_km) - 117.0)
    return far_db


@_jit
def _vogler_arc(radius_m: float, arc_m: float, radio: Radio) -> tuple[float, float, float]:
    """Normalized length (km) of an arc over a sphere, its K, and the logarithm of that (Alg. 4.15 to 4.19; Vogler's three radii)."""
    # cube root by way of the logarithm, which the height gain needs too
    log_c0 = math.log(_FOUR_THIRDS_EARTH_M / radius_m) / 3.0
    c0 = math.exp(log_c0)
    k = radio.vogler_k * c0
    return (1.607 - k) * c0 * c0 * radio.freq_cbrt * arc_m / 1000.0, k, radio.log_vogler_k + log_c0


@_jit
def _diffraction_line(
    geometry: Geometry,
    tx_height_m: float,
    rx_height_m: float,
    gamma_e_per_m: float,
    radio: Radio,
    smooth_reach_m: float,
    los_angle_rad: float,
    scale_m: float,
) -> tuple[float, float]:
    """Slope (dB/m) and intercept (dB) of the diffraction line (Alg. 4.2 to 4.20).

    A convex mean of double knife-edge and smooth-earth loss is taken at two distances far beyond the horizons.
    """
    reach_m = geometry.tx_horizon_m + geometry.rx_horizon_m
    product = tx_height_m * rx_height_m
    clutter_db = min(
        15.0,
        5.0
        / math.log(10.0)
        * math.log(1.0 + 1e-5 * product * radio.freq_mhz * _surface_roughness(_roughness(smooth_reach_m, geometry.delta_h_m))),
    )
    tx_x_km, tx_k, tx_log_k = _vogler_arc(
        0.5 * geometry.tx_horizon_m * geometry.tx_horizon_m / geometry.tx_effective_m, geometry.tx_horizon_m, radio
    )
    rx_x_km, rx_k, rx_log_k = _vogler_arc(
        0.5 * geometry.rx_horizon_m * geometry.rx_horizon_m / geometry.rx_effective_m, geometry.rx_horizon_m, radio
    )
    gain_db = _height_gain(tx_x_km, tx_k, tx_log_k) + _height_gain(rx_x_km, rx_k, rx_log_k)
    # ERL 79 p. 3-8: low antennas over a known path, hence the 10 m^2 of point-to-point mode.
    height_term = math.sqrt(1.0 + (geometry.tx_effective_m * geometry.rx_effective_m - product) / (product + 10.0))
    angle_term_m = reach_m - los_angle_rad / gamma_e_per_m

    near_m = max(smooth_reach_m, reach_m + 5.0 * scale_m)
    far_m = near_m + 10.0 * scale_m
    near_db = 0.0
    far_db = 0.0
    for i in range(2):
        distance_m = near_m if i == 0 else far_m
        angle_rad = distance_m * gamma_e_per_m - los_angle_rad
        beyond_m = distance_m - reach_m
        v_squared = 0.0795775 * radio.wave_number_per_m * angle_rad * angle_rad * beyond_m
        edges_db = _knife_edges(
            v_squared * geometry.tx_horizon_m / (beyond_m + geometry.tx_horizon_m),
            v_squared * geometry.rx_horizon_m / (beyond_m + geometry.rx_horizon_m),
        )
        x_km = _vogler_arc(beyond_m / angle_rad, beyond_m, radio)[0] + tx_x_km + rx_x_km
        smooth_db = 0.05751 * x_km - _DB_PER_NEPER_POWER * math.log(x_km) - gain_db - 20.0
        rough = min(_roughness(distance_m, geometry.delta_h_m) * radio.wave_number_per_m, 6283.2)
        weight = 25.1 / (25.1 + math.sqrt((height_term + angle_term_m / distance_m) * rough))
        loss_db = weight * smooth_db + (1.0 - weight) * edges_db + clutter_db
        if i == 0:
            near_db = loss_db
        else:
            far_db = loss_db
    slope = (far_db - near_db) / (far_m - near_m)
    return slope, near_db - slope * near_m


@_jit
def _line_of_sight_loss(distance_m: float, geometry: Geometry, radio: Radio, slope: float, intercept_db: float, weight: float) -> float:
    """Two-ray and extended diffraction loss, mixed (Alg. 4.44 to 4.50), in dB."""
    sigma_m = _surface_roughness(_roughness(distance_m, geometry.delta_h_m))
    height_m = geometry.tx_effective_m + geometry.rx_effective_m
    grazing = height_m / math.sqrt(distance_m * distance_m + height_m * height_m)
    # Reflection coefficient (sin psi - Z) / (sin psi + Z), written out in its parts.
    re = radio.ground_re
    im = radio.ground_im
    shrink = math.exp(-min(10.0, radio.wave_number_per_m * sigma_m * grazing)) / ((grazing + re) * (grazing + re) + im * im)
    reflect_re = (grazing * grazing - re * re - im * im) * shrink
    reflect_im = -2.0 * grazing * im * shrink
    power = reflect_re * reflect_re + reflect_im * reflect_im
    if power < 0.25 or power < grazing:
        gain = math.sqrt(grazing / power)
        reflect_re *= gain
        reflect_im *= gain
    phase = 2.0 * radio.wave_number_per_m * geometry.tx_effective_m * geometry.rx_effective_m / distance_m
    if phase > _HALF_PI:
        phase = math.pi - _HALF_PI * _HALF_PI / phase
    sum_re = math.cos(phase) + reflect_re
    sum_im = reflect_im - math.sin(phase)
    two_ray_db = -_DB_PER_NEPER_POWER * math.log(sum_re * sum_re + sum_im * sum_im)
    return weight * two_ray_db + (1.0 - weight) * (slope * distance_m + intercept_db)


@_jit
def _line_of_sight_attenuation(geometry: Geometry, radio: Radio, slope: float, intercept_db: float, smooth_reach_m: float) -> float:
    """Attenuation short of the smooth-earth horizon, from three supporting distances (Alg. 4.28 to 4.43), in dB."""
    reach_m = geometry.tx_horizon_m + geometry.rx_horizon_m
    weight = 1.0 / (1.0 + radio.freq_mhz * geometry.delta_h_m / max(10e3, smooth_reach_m))
    edge_db = smooth_reach_m * slope + intercept_db
    d0_m = 0.04 * radio.freq_mhz * geometry.tx_effective_m * geometry.rx_effective_m
    if intercept_db >= 0.0:
        d0_m = min(d0_m, 0.5 * reach_m)
        d1_m = d0_m + 0.25 * (reach_m - d0_m)
    else:
        d1_m = max(-intercept_db / slope, 0.25 * reach_m)
    d1_db = _line_of_sight_loss(d1_m, geometry, radio, slope, intercept_db, weight)
    k1 = 0.0  # dB per m
    k2 = 0.0  # dB per neper of distance
    fitted = False
    if d0_m < d1_m:
        d0_db = _line_of_sight_loss(d0_m, geometry, radio, slope, intercept_db, weight)
        log_span = math.log(smooth_reach_m / d0_m)
        span_m = smooth_reach_m - d0_m
        k2 = max(
            0.0,
            (span_m * (d1_db - d0_db) - (d1_m - d0_m) * (edge_db - d0_db)) / (span_m * math.log(d1_m / d0_m) - (d1_m - d0_m) * log_span),
        )
        fitted = intercept_db > 0.0 or k2 > 0.0
        if fitted:
            k1 = (edge_db - d0_db - k2 * log_span) / span_m
            if k1 < 0.0:
                k1 = 0.0
                k2 = max(edge_db - d0_db, 0.0) / log_span
                if k2 == 0.0:
                    k1 = slope
    if not fitted:
        k1 = max(edge_db - d1_db, 0.0) / (smooth_reach_m - d1_m)
        k2 = 0.0
        if k1 == 0.0:
            k1 = slope
    return edge_db + k1 * (geometry.distance_m - smooth_reach_m) + k2 * math.log(geometry.distance_m / smooth_reach_m)


@_jit
def _frequency_gain(r: float, efficiency: float) -> float:
    """Frequency-gain function of one terminal in dB (Alg. 6.10 to 6.13), linear between its five curves."""
    efficiency = min(max(efficiency, 1.0), 5.0)
    curve = int(efficiency)
    part = efficiency - curve
    x = 1.0 / (r * r)
    gain_db = _DB_PER_NEPER_POWER * math.log(1.0 + (_GAIN_A[curve - 1] * x + _GAIN_B[curve - 1]) * x)
    if part != 0.0:
        next_db = _DB_PER_NEPER_POWER * math.log(1.0 + (_GAIN_A[curve] * x + _GAIN_B[curve]) * x)
        gain_db = (1.0 - part) * gain_db + part * next_db
    return gain_db


@_jit
def _scatter_loss(
    distance_m: float,
    geometry: Geometry,
    gamma_e_per_m: float,
    ns: float,
    radio: Radio,
    los_angle_rad: float,
    earlier_gain_db: float,
) -> tuple[float, float]:
    """Troposcatter loss and its frequency gain, both in dB (Alg. 4.60 to 4.67, 6.8 to 6.14).

    `earlier_gain_db` is the gain found at the farther distance, or -1 when there is none: a gain above 15 dB is
    replaced by it. A loss of 1001 dB says that scatter is undefined here.
    """
    gain_db = earlier_gain_db
    if earlier_gain_db <= 15.0:
        skew_m = abs(geometry.tx_horizon_m - geometry.rx_horizon_m)
        ratio = geometry.rx_effective_m / geometry.tx_effective_m
        if geometry.tx_horizon_m < geometry.rx_horizon_m:
            ratio = 1.0 / ratio
        scatter_rad = geometry.tx_angle_rad + geometry.rx_angle_rad + distance_m * gamma_e_per_m
        r1 = 2.0 * radio.wave_number_per_m * scatter_rad * geometry.tx_effective_m
        r2 = 2.0 * radio.wave_number_per_m * scatter_rad * geometry.rx_effective_m
        if r1 < 0.2 and r2 < 0.2:
            return 1001.0, earlier_gain_db
        s = (distance_m - skew_m) / (distance_m + skew_m)
        q = min(max(0.1, ratio / s), 10.0)
        s = max(0.1, s)
        crossing_m = (distance_m - skew_m) * (distance_m + skew_m) * scatter_rad * 0.25 / distance_m
        efficiency = (crossing_m / 1.7556e3) * (
            1.0 + (0.031 - ns * 2.32e-3 + ns * ns * 5.67e-6) * math.exp(-(min(1.7, crossing_m / 8.0e3) ** 6))
        )
        gain_db = 0.5 * (_frequency_gain(r1, efficiency) + _frequency_gain(r2, efficiency))
        correction_db = 6.0 * (0.6 - math.log10(max(efficiency, 1.0))) * math.log10(s) * math.log10(q)
        gain_db = max(gain_db + min(gain_db, correction_db), 0.0)
        if efficiency < 1.0:
            root2 = math.sqrt(2.0)
            flat = ((1.0 + root2 / r1) * (1.0 + root2 / r2)) ** 2 * (r1 + r2) / (r1 + r2 + 2.0 * root2)
            gain_db = efficiency * gain_db + (1.0 - efficiency) * _DB_PER_NEPER_POWER * math.log(flat)
        if gain_db > 15.0 and earlier_gain_db >= 0.0:
            gain_db = earlier_gain_db
    angle_rad = distance_m * gamma_e_per_m - los_angle_rad
    product_m = angle_rad * distance_m
    log_product = math.log10(product_m)
    if product_m <= 10e3:
        base_db = 133.4 + 0.332e-3 * product_m - 10.0 * log_product
    elif product_m <= 70e3:
        base_db = 104.6 + 0.212e-3 * product_m - 2.5 * log_product
    else:
        base_db = 71.8 + 0.157e-3 * product_m + 5.0 * log_product
    loss_db = (
        base_db
        + 10.0 * math.log10(radio.wave_number_per_m * 47.7 * angle_rad**4)
        - 0.1 * (ns - 301.0) * math.exp(-product_m / 40e3)
        + gain_db
    )
    return loss_db, gain_db


@_jit
def longley_rice_scalar(
    geometry: Geometry, tx_height_m: float, rx_height_m: float, gamma_e_per_m: float, ns: float, radio: Radio
) -> tuple[float, int, int]:
    """Reference attenuation of one path (Alg. sect. 4).

    Parameters
    ----------
    geometry : Geometry
        From :func:`path_geometry`, or composed by the caller.
    tx_height_m, rx_height_m : float
        Structural antenna heights over ground (not the effective ones).
    gamma_e_per_m, ns : float
        From :func:`refractivity`.
    radio : Radio
        From :func:`prepare_radio`.

    Returns
    -------
    attenuation_db : float
        Reference attenuation, at least zero. Without meaning when an ``ERROR_`` flag is set.
    mode : int
        ``MODE_LINE_OF_SIGHT``, ``MODE_DIFFRACTION`` or ``MODE_TROPOSCATTER``.
    flags : int
        ``WARN_`` and ``ERROR_`` bits.
    """
    distance_m = geometry.distance_m
    earth_m = 1.0 / gamma_e_per_m
    tx_smooth_m = math.sqrt(2.0 * geometry.tx_effective_m * earth_m)
    rx_smooth_m = math.sqrt(2.0 * geometry.rx_effective_m * earth_m)
    smooth_reach_m = tx_smooth_m + rx_smooth_m
    reach_m = geometry.tx_horizon_m + geometry.rx_horizon_m
    los_angle_rad = -max(geometry.tx_angle_rad + geometry.rx_angle_rad, -reach_m * gamma_e_per_m)

    flags = 0
    if abs(geometry.tx_angle_rad) > 0.2:
        flags |= WARN_TX_HORIZON_ANGLE
    if abs(geometry.rx_angle_rad) > 0.2:
        flags |= WARN_RX_HORIZON_ANGLE
    if geometry.tx_horizon_m < 0.1 * tx_smooth_m:
        flags |= WARN_TX_HORIZON_NEAR
    if geometry.rx_horizon_m < 0.1 * rx_smooth_m:
        flags |= WARN_RX_HORIZON_NEAR
    if geometry.tx_horizon_m > 3.0 * tx_smooth_m:
        flags |= WARN_TX_HORIZON_FAR
    if geometry.rx_horizon_m > 3.0 * rx_smooth_m:
        flags |= WARN_RX_HORIZON_FAR
    if ns < 150.0:
        flags |= ERROR_REFRACTIVITY_SMALL
    elif ns < 250.0:
        flags |= WARN_LOW_REFRACTIVITY
    elif ns > 400.0:
        flags |= ERROR_REFRACTIVITY_LARGE
    if earth_m < 4_000_000.0 or earth_m > 13_333_333.0:
        flags |= ERROR_EFFECTIVE_EARTH
    # The limit is equality (permittivity 1); the margin is for the rounding of the complex root.
    if radio.ground_re <= abs(radio.ground_im) * (1.0 + 1e-12):
        flags |= ERROR_GROUND_IMPEDANCE
    if distance_m < abs(geometry.tx_effective_m - geometry.rx_effective_m) / 0.2:
        flags |= WARN_DISTANCE_BELOW_HEIGHT_STEP
    if distance_m < 1e3:
        flags |= WARN_DISTANCE_BELOW_1_KM
    if distance_m > 1000e3:
        flags |= WARN_DISTANCE_ABOVE_1000_KM
    if distance_m > 2000e3:
        flags |= WARN_DISTANCE_ABOVE_2000_KM

    scale_m = math.exp(math.log(earth_m) * (2.0 / 3.0)) / radio.freq_cbrt
    slope, intercept_db = _diffraction_line(
        geometry, tx_height_m, rx_height_m, gamma_e_per_m, radio, smooth_reach_m, los_angle_rad, scale_m
    )
    mode = MODE_DIFFRACTION
    if distance_m < smooth_reach_m:
        mode = MODE_LINE_OF_SIGHT
        attenuation_db = _line_of_sight_attenuation(geometry, radio, slope, intercept_db, smooth_reach_m)
    else:
        attenuation_db = slope * distance_m + intercept_db
        # Scatter can only take over beyond this distance (Alg. 4.52 to 4.59), and it is costly to evaluate.
        threshold_m = max(smooth_reach_m, reach_m + 1.088 * scale_m * math.log(radio.freq_mhz))
        if distance_m > threshold_m:
            far_db, gain_db = _scatter_loss(reach_m + 400e3, geometry, gamma_e_per_m, ns, radio, los_angle_rad, -1.0)
            near_m = reach_m + 200e3
            near_db = _scatter_loss(near_m, geometry, gamma_e_per_m, ns, radio, los_angle_rad, gain_db)[0]
            if near_db < 1000.0:
                scatter_slope = (far_db - near_db) / 200e3
                crossing_m = (near_db - intercept_db - scatter_slope * near_m) / (slope - scatter_slope)
                start_m = max(threshold_m, crossing_m)
                if distance_m > start_m:
                    mode = MODE_TROPOSCATTER
                    attenuation_db = scatter_slope * distance_m + (slope - scatter_slope) * start_m + intercept_db
    if not math.isfinite(attenuation_db):
        flags |= ERROR_NOT_FINITE
    return max(attenuation_db, 0.0), mode, flags


# --------------------------------------------------------------------------------------------------------- variability


@_jit
def _curve(curve: Curve, distance_m: float) -> float:
    """Value in dB of a fitted curve at an effective distance (Alg. 5.5 to 5.7)."""
    offset = (distance_m - curve.x2_m) / curve.x3_m
    ratio = distance_m / curve.x1_m
    ratio *= ratio
    return (curve.c1_db + curve.c2_db / (1.0 + offset * offset)) * ratio / (1.0 + ratio)


@_jit
def variability_scalar(
    attenuation_db: float, geometry: Geometry, radio: Radio, climate: Climate, quantiles: Quantiles
) -> tuple[float, int]:
    """Attenuation not exceeded at the wanted quantiles (Alg. sect. 5).

    Parameters
    ----------
    attenuation_db : float
        Reference attenuation from :func:`longley_rice_scalar`.
    geometry : Geometry
        The same as there; angles and horizons are not read.
    radio, climate : Radio, Climate
        From :func:`prepare_radio` and :func:`prepare_climate` at one frequency.
    quantiles : Quantiles
        Three deviates of exactly zero take a short way; ``normal_deviate(0.5)`` differs from it by less than 1e-5 dB.

    Returns
    -------
    attenuation_db : float
        Loss above free space; may be slightly negative (Alg. 5.2).
    flags : int
        ``WARN_EXTREME_QUANTILE`` or 0.
    """
    distance_m = geometry.distance_m
    z_time, z_location, z_situation, mdvar = quantiles
    # Distance beyond which a path behaves as one over the horizon, over a 9000 km earth (Alg. 5.3, 5.4).
    horizon_m = math.sqrt(18e6 * geometry.tx_effective_m) + math.sqrt(18e6 * geometry.rx_effective_m) + radio.horizon_extra_m
    effective_m = 130e3 * distance_m / horizon_m if distance_m < horizon_m else 130e3 + distance_m - horizon_m
    result_db = attenuation_db - _curve(climate.median, effective_m)
    flags = 0
    if z_time != 0.0 or z_location != 0.0 or z_situation != 0.0:
        kind = mdvar % 10
        if kind == 0:
            z_time = z_situation
        if kind <= 1:
            z_location = z_situation
        elif kind == 2:
            z_location = z_time
        if max(abs(z_time), abs(z_location), abs(z_situation)) > 3.10:
            flags = WARN_EXTREME_QUANTILE

        if z_time < 0.0:
            sigma_time_db = _curve(climate.below, effective_m) * climate.below_factor
        else:
            sigma_time_db = _curve(climate.above, effective_m) * climate.above_factor
            if z_time > climate.tail_deviate:
                tail_db = sigma_time_db * climate.tail_ratio
                sigma_time_db = tail_db + (sigma_time_db - tail_db) * climate.tail_deviate / z_time
        sigma_location_db = 0.0
        if (mdvar // 10) % 2 == 0:
            waves = _roughness(distance_m, geometry.delta_h_m) * radio.wave_number_per_m
            sigma_location_db = 10.0 * waves / (waves + 13.0)
        sigma_situation_db = 0.0
        if mdvar < 20:
            sigma_situation_db = 5.0 + 3.0 * math.exp(-effective_m / 100e3)

        time_db = sigma_time_db * z_time
        location_db = sigma_location_db * z_location
        time_var = sigma_time_db * sigma_time_db
        location_var = sigma_location_db * sigma_location_db
        situation_var = (
            sigma_situation_db * sigma_situation_db
            + time_db * time_db / (7.8 + z_situation * z_situation)
            + location_db * location_db / (24.0 + z_situation * z_situation)
        )
        if kind == 0:
            reliability_db = 0.0
            situation_var += time_var + location_var
        elif kind == 1:
            reliability_db = time_db
            situation_var += location_var
        elif kind == 2:
            reliability_db = math.sqrt(time_var + location_var) * z_time
        else:
            reliability_db = time_db + location_db
        result_db -= reliability_db + math.sqrt(situation_var) * z_situation
    if result_db < 0.0:
        result_db = result_db * (29.0 - result_db) / (29.0 - 10.0 * result_db)
    return result_db, flags


# -------------------------------------------------------------------------------------------------------- whole profile


@_borrowing
def path_kernel(
    heights_m: FloatArray,
    spacing_m: float,
    tx_height_m: float,
    rx_height_m: float,
    n0: float,
    radio: Radio,
    climate: Climate,
    quantiles: Quantiles,
    work: FloatArray,
) -> PathResult:
    """Basic transmission loss of one profile. `work`: see :func:`terrain_irregularity`."""
    ns, gamma_e_per_m = refractivity(n0, mean_elevation(heights_m))
    geometry = path_geometry(heights_m, spacing_m, tx_height_m, rx_height_m, gamma_e_per_m, work)
    attenuation_db, mode, flags = longley_rice_scalar(geometry, tx_height_m, rx_height_m, gamma_e_per_m, ns, radio)
    above_free_space_db, quantile_flags = variability_scalar(attenuation_db, geometry, radio, climate, quantiles)
    free_space_db = free_space_loss(geometry.distance_m, radio.freq_mhz)
    return PathResult(
        above_free_space_db + free_space_db,
        free_space_db,
        attenuation_db,
        mode,
        flags | quantile_flags,
        ns,
        gamma_e_per_m,
        geometry,
    )


@_jit
def path_range_kernel(
    heights_m: FloatArray,
    offsets: IntArray,
    spacing_m: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    freq_mhz: FloatArray,
    n0: float,
    vertical: bool,
    eps_r: float,
    sigma_s_m: float,
    climate_code: int,
    quantiles: Quantiles,
    first: int,
    stop: int,
    values: FloatArray,
    codes: IntArray,
) -> None:
    """Profiles `first` to ``stop - 1`` of a batch.

    Profile ``i`` is ``heights_m[offsets[i]:offsets[i + 1]]``. Row ``i`` of `values` receives loss, free-space loss,
    reference attenuation, ns, gamma_e and the eight fields of :class:`Geometry`; row ``i`` of `codes` mode and flags.
    """
    work = np.empty(WORK_SIZE)
    radio = prepare_radio(freq_mhz[first], vertical, eps_r, sigma_s_m)
    climate = prepare_climate(climate_code, freq_mhz[first])
    for i in range(first, stop):
        if freq_mhz[i] != radio.freq_mhz:
            radio = prepare_radio(freq_mhz[i], vertical, eps_r, sigma_s_m)
            climate = prepare_climate(climate_code, freq_mhz[i])
        result = path_kernel(
            heights_m[offsets[i] : offsets[i + 1]],
            spacing_m[i],
            tx_height_m[i],
            rx_height_m[i],
            n0,
            radio,
            climate,
            quantiles,
            work,
        )
        values[i, 0] = result.loss_db
        values[i, 1] = result.free_space_db
        values[i, 2] = result.attenuation_db
        values[i, 3] = result.ns
        values[i, 4] = result.gamma_e_per_m
        for j in range(8):
            values[i, 5 + j] = result.geometry[j]
        codes[i, 0] = result.mode
        codes[i, 1] = result.flags
