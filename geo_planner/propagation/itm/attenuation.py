"""Reference attenuation of the Irregular Terrain Model: line of sight, diffraction, scatter. Scalars only; allocates nothing."""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo_planner.propagation.compiled import part
from geo_planner.propagation.elementary import exp, log, log10, sine_and_cosine
from geo_planner.propagation.itm.types import (
    ERROR_EFFECTIVE_EARTH,
    ERROR_GROUND_IMPEDANCE,
    ERROR_NOT_FINITE,
    ERROR_REFRACTIVITY_LARGE,
    ERROR_REFRACTIVITY_SMALL,
    MODE_DIFFRACTION,
    MODE_LINE_OF_SIGHT,
    MODE_TROPOSCATTER,
    WARN_DISTANCE_ABOVE_1000_KM,
    WARN_DISTANCE_ABOVE_2000_KM,
    WARN_DISTANCE_BELOW_1_KM,
    WARN_DISTANCE_BELOW_HEIGHT_STEP,
    WARN_LOW_REFRACTIVITY,
    WARN_RX_HORIZON_ANGLE,
    WARN_RX_HORIZON_FAR,
    WARN_RX_HORIZON_NEAR,
    WARN_TX_HORIZON_ANGLE,
    WARN_TX_HORIZON_FAR,
    WARN_TX_HORIZON_NEAR,
    Geometry,
    Radio,
)

_FOUR_THIRDS_EARTH_M = 4.0 / 3.0 * 6.370e6  # radius that Vogler's curves are drawn for
_DB_PER_NEPER_POWER = 10.0 / math.log(10.0)
_HALF_PI = 0.5 * math.pi
_ROOT_2 = math.sqrt(2.0)
# Alg. 6.13: frequency gain at scattering efficiency 1 to 5.
_GAIN_A = np.array([25.0, 80.0, 177.0, 395.0, 705.0])
_GAIN_B = np.array([24.0, 45.0, 68.0, 80.0, 105.0])


class Line(NamedTuple):
    """The diffraction line (dB/m, dB), the distance beyond which scatter may take over from it, and the angle that it starts from."""

    slope: float
    intercept_db: float
    threshold_m: float
    los_angle_rad: float


@part
def roughness(distance_m: float, delta_h_m: float) -> float:
    """Terrain irregularity that a path of this length meets, in m (Alg. 3.9; ERL 79 3)."""
    return delta_h_m * (1.0 - 0.8 * exp(-distance_m / 50e3))


@part
def _surface_roughness(roughness_m: float) -> float:
    """Standard deviation of the heights inside the first Fresnel zone, in m (Alg. 3.10; ERL 79 3.6a)."""
    return 0.78 * roughness_m * exp(-0.5 * math.sqrt(math.sqrt(roughness_m)))


@part
def _knife_edges(v_squared_tx: float, v_squared_rx: float) -> float:
    """Loss over two knife edges in dB, from the squares of Fresnel's parameters (Alg. 6.1); far above their rays the logarithms are one."""
    tx_far = v_squared_tx >= 5.76
    rx_far = v_squared_rx >= 5.76
    tx_db = 12.953 if tx_far else 6.02 + 9.11 * math.sqrt(v_squared_tx) - 1.27 * v_squared_tx
    rx_db = 12.953 if rx_far else 6.02 + 9.11 * math.sqrt(v_squared_rx) - 1.27 * v_squared_rx
    return tx_db + rx_db + _DB_PER_NEPER_POWER * log((v_squared_tx if tx_far else 1.0) * (v_squared_rx if rx_far else 1.0))


@part
def _height_gain(x_km: float, k: float, log_k: float) -> float:
    """Vogler's height-gain function in dB (Alg. 6.2 to 6.7)."""
    log_x = log(max(x_km, 1.0))
    flat_db = 17.372 * log_x - 117.0
    w = -log_k
    near_db = flat_db if (k < 1e-5) | (x_km * w * w * w > 5495.0) else 2.5e-5 * x_km * x_km / k - 8.686 * w - 15.0
    far_db = 0.05751 * x_km - 4.343 * log_x
    share = 0.0134 * x_km * exp(-0.005 * x_km)
    middle_db = (1.0 - share) * far_db + share * flat_db
    return near_db if x_km < 200.0 else middle_db if x_km < 2000.0 else far_db


@part
def _vogler_arc(radius_m: float, arc_m: float, radio: Radio) -> tuple[float, float, float]:
    """Normalized length (km) of an arc over a sphere, its K, and the logarithm of that (Alg. 4.15 to 4.19; Vogler's three radii)."""
    # cube root by way of the logarithm, which the height gain needs too
    log_c0 = log(_FOUR_THIRDS_EARTH_M / radius_m) / 3.0
    c0 = exp(log_c0)
    k = radio.vogler_k * c0
    return (1.607 - k) * c0 * c0 * radio.freq_cbrt * arc_m / 1000.0, k, radio.log_vogler_k + log_c0


@part
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
        0.5
        * _DB_PER_NEPER_POWER
        * log(1.0 + 1e-5 * product * radio.freq_mhz * _surface_roughness(roughness(smooth_reach_m, geometry.delta_h_m))),
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
        smooth_db = 0.05751 * x_km - _DB_PER_NEPER_POWER * log(x_km) - gain_db - 20.0
        rough = min(roughness(distance_m, geometry.delta_h_m) * radio.wave_number_per_m, 6283.2)
        weight = 25.1 / (25.1 + math.sqrt((height_term + angle_term_m / distance_m) * rough))
        loss_db = weight * smooth_db + (1.0 - weight) * edges_db + clutter_db
        if i == 0:
            near_db = loss_db
        else:
            far_db = loss_db
    slope = (far_db - near_db) / (far_m - near_m)
    return slope, near_db - slope * near_m


@part
def _line_of_sight_loss(distance_m: float, geometry: Geometry, radio: Radio, slope: float, intercept_db: float, weight: float) -> float:
    """Two-ray and extended diffraction loss, mixed (Alg. 4.44 to 4.50), in dB."""
    sigma_m = _surface_roughness(roughness(distance_m, geometry.delta_h_m))
    height_m = geometry.tx_effective_m + geometry.rx_effective_m
    grazing = height_m / math.sqrt(distance_m * distance_m + height_m * height_m)
    # Reflection coefficient (sin psi - Z) / (sin psi + Z), written out in its parts.
    re = radio.ground_re
    im = radio.ground_im
    shrink = exp(-min(10.0, radio.wave_number_per_m * sigma_m * grazing)) / ((grazing + re) * (grazing + re) + im * im)
    reflect_re = (grazing * grazing - re * re - im * im) * shrink
    reflect_im = -2.0 * grazing * im * shrink
    power = reflect_re * reflect_re + reflect_im * reflect_im
    gain = math.sqrt(grazing / power) if (power < 0.25) | (power < grazing) else 1.0
    reflect_re *= gain
    reflect_im *= gain
    phase = 2.0 * radio.wave_number_per_m * geometry.tx_effective_m * geometry.rx_effective_m / distance_m
    # beyond a right angle so far short of half a turn
    turned = phase > _HALF_PI
    sine, cosine = sine_and_cosine(_HALF_PI * _HALF_PI / phase if turned else phase)
    sum_re = reflect_re - (cosine if turned else -cosine)
    sum_im = reflect_im - sine
    two_ray_db = -_DB_PER_NEPER_POWER * log(sum_re * sum_re + sum_im * sum_im)
    return weight * two_ray_db + (1.0 - weight) * (slope * distance_m + intercept_db)


@part
def _line_of_sight_attenuation(geometry: Geometry, radio: Radio, slope: float, intercept_db: float, smooth_reach_m: float) -> float:
    """Attenuation short of the smooth-earth horizon, from three supporting distances (Alg. 4.28 to 4.43), in dB."""
    reach_m = geometry.tx_horizon_m + geometry.rx_horizon_m
    weight = 1.0 / (1.0 + radio.freq_mhz * geometry.delta_h_m / max(10e3, smooth_reach_m))
    edge_db = smooth_reach_m * slope + intercept_db
    # all of it is worked out and then chosen from, for a branch would take paths one at a time
    d0_m = 0.04 * radio.freq_mhz * geometry.tx_effective_m * geometry.rx_effective_m
    rising = intercept_db >= 0.0
    d0_m = min(d0_m, 0.5 * reach_m) if rising else d0_m
    d1_m = d0_m + 0.25 * (reach_m - d0_m) if rising else max(-intercept_db / slope, 0.25 * reach_m)
    d0_db = _line_of_sight_loss(d0_m, geometry, radio, slope, intercept_db, weight)
    d1_db = _line_of_sight_loss(d1_m, geometry, radio, slope, intercept_db, weight)
    # a line with a slope k1 (dB per m) and a logarithm's k2 (dB per neper of distance) through all three distances
    span_m = smooth_reach_m - d0_m
    log_span = log(smooth_reach_m / d0_m)
    above = span_m * (d1_db - d0_db) - (d1_m - d0_m) * (edge_db - d0_db)
    k2 = max(0.0, above / (span_m * log(d1_m / d0_m) - (d1_m - d0_m) * log_span))
    fitted = (d0_m < d1_m) & ((intercept_db > 0.0) | (k2 > 0.0))
    k1 = (edge_db - d0_db - k2 * log_span) / span_m
    falling = k1 < 0.0
    k2 = max(edge_db - d0_db, 0.0) / log_span if falling else k2
    k1 = (slope if k2 == 0.0 else 0.0) if falling else k1
    # or, where that cannot be, straight from the second
    straight = max(edge_db - d1_db, 0.0) / (smooth_reach_m - d1_m)
    k1 = k1 if fitted else slope if straight == 0.0 else straight
    k2 = k2 if fitted else 0.0
    return edge_db + k1 * (geometry.distance_m - smooth_reach_m) + k2 * log(geometry.distance_m / smooth_reach_m)


@part
def _frequency_gain(r: float, efficiency: float) -> float:
    """Frequency-gain function of one terminal in dB (Alg. 6.10 to 6.13), linear between its five curves."""
    efficiency = min(max(efficiency, 1.0), 5.0)
    curve = int(efficiency)
    share = efficiency - curve
    following = min(curve, 4)
    x = 1.0 / (r * r)
    gain_db = _DB_PER_NEPER_POWER * log(1.0 + (_GAIN_A[curve - 1] * x + _GAIN_B[curve - 1]) * x)
    next_db = _DB_PER_NEPER_POWER * log(1.0 + (_GAIN_A[following] * x + _GAIN_B[following]) * x)
    return (1.0 - share) * gain_db + share * next_db


@part
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
    skew_m = abs(geometry.tx_horizon_m - geometry.rx_horizon_m)
    ratio = geometry.rx_effective_m / geometry.tx_effective_m
    ratio = 1.0 / ratio if geometry.tx_horizon_m < geometry.rx_horizon_m else ratio
    scatter_rad = geometry.tx_angle_rad + geometry.rx_angle_rad + distance_m * gamma_e_per_m
    r1 = 2.0 * radio.wave_number_per_m * scatter_rad * geometry.tx_effective_m
    r2 = 2.0 * radio.wave_number_per_m * scatter_rad * geometry.rx_effective_m
    s = (distance_m - skew_m) / (distance_m + skew_m)
    q = min(max(0.1, ratio / s), 10.0)
    s = max(0.1, s)
    crossing_m = (distance_m - skew_m) * (distance_m + skew_m) * scatter_rad * 0.25 / distance_m
    lower = min(1.7, crossing_m / 8.0e3) ** 3
    efficiency = (crossing_m / 1.7556e3) * (1.0 + (0.031 - ns * 2.32e-3 + ns * ns * 5.67e-6) * exp(-(lower * lower)))
    gain_db = 0.5 * (_frequency_gain(r1, efficiency) + _frequency_gain(r2, efficiency))
    correction_db = 6.0 * (0.6 - log10(max(efficiency, 1.0))) * log10(s) * log10(q)
    gain_db = max(gain_db + min(gain_db, correction_db), 0.0)
    roots = (1.0 + _ROOT_2 / r1) * (1.0 + _ROOT_2 / r2)
    flat_db = _DB_PER_NEPER_POWER * log(roots * roots * (r1 + r2) / (r1 + r2 + 2.0 * _ROOT_2))
    gain_db = efficiency * gain_db + (1.0 - efficiency) * flat_db if efficiency < 1.0 else gain_db
    kept = earlier_gain_db > 15.0
    gain_db = earlier_gain_db if kept | ((gain_db > 15.0) & (earlier_gain_db >= 0.0)) else gain_db
    angle_rad = distance_m * gamma_e_per_m - los_angle_rad
    product_m = angle_rad * distance_m
    log_product = log10(product_m)
    near_db = 133.4 + 0.332e-3 * product_m - 10.0 * log_product
    middle_db = 104.6 + 0.212e-3 * product_m - 2.5 * log_product
    far_db = 71.8 + 0.157e-3 * product_m + 5.0 * log_product
    loss_db = (
        (near_db if product_m <= 10e3 else middle_db if product_m <= 70e3 else far_db)
        + 10.0 * log10(radio.wave_number_per_m * 47.7 * angle_rad * angle_rad * angle_rad * angle_rad)
        - 0.1 * (ns - 301.0) * exp(-product_m / 40e3)
        + gain_db
    )
    undefined = (r1 < 0.2) & (r2 < 0.2) & (not kept)
    return 1001.0 if undefined else loss_db, earlier_gain_db if undefined else gain_db


@part
def _flags(geometry: Geometry, tx_smooth_m: float, rx_smooth_m: float, earth_m: float, ns: float, radio: Radio) -> int:
    """``WARN_`` and ``ERROR_`` bits of what goes into the model; the smooth-earth horizons are those of the effective heights."""
    distance_m = geometry.distance_m
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
    return flags


@part
def short_of_scatter(
    geometry: Geometry, tx_height_m: float, rx_height_m: float, gamma_e_per_m: float, ns: float, radio: Radio
) -> tuple[float, int, int, Line]:
    """Attenuation, mode and flags of :func:`longley_rice_scalar` up to the distance that scatter may take over from, and its line.

    Without a branch, so that a loop over paths in arrays takes several at a time.
    """
    distance_m = geometry.distance_m
    earth_m = 1.0 / gamma_e_per_m
    tx_smooth_m = math.sqrt(2.0 * geometry.tx_effective_m * earth_m)
    rx_smooth_m = math.sqrt(2.0 * geometry.rx_effective_m * earth_m)
    smooth_reach_m = tx_smooth_m + rx_smooth_m
    reach_m = geometry.tx_horizon_m + geometry.rx_horizon_m
    los_angle_rad = -max(geometry.tx_angle_rad + geometry.rx_angle_rad, -reach_m * gamma_e_per_m)
    flags = _flags(geometry, tx_smooth_m, rx_smooth_m, earth_m, ns, radio)
    scale_m = exp(log(earth_m) * (2.0 / 3.0)) / radio.freq_cbrt
    slope, intercept_db = _diffraction_line(
        geometry, tx_height_m, rx_height_m, gamma_e_per_m, radio, smooth_reach_m, los_angle_rad, scale_m
    )
    in_sight = distance_m < smooth_reach_m
    clear_db = _line_of_sight_attenuation(geometry, radio, slope, intercept_db, smooth_reach_m)
    attenuation_db = clear_db if in_sight else slope * distance_m + intercept_db
    # Scatter can only take over beyond this distance (Alg. 4.52 to 4.59), and it is costly to evaluate.
    threshold_m = max(smooth_reach_m, reach_m + 1.088 * scale_m * radio.log_freq)
    mode = MODE_LINE_OF_SIGHT if in_sight else MODE_DIFFRACTION
    return attenuation_db, mode, flags, Line(slope, intercept_db, threshold_m, los_angle_rad)


@part
def beyond_threshold(geometry: Geometry, line: Line, gamma_e_per_m: float, ns: float, radio: Radio) -> tuple[float, int]:
    """Attenuation and mode beyond the distance that scatter may take over from (Alg. 4.52 to 4.59)."""
    distance_m = geometry.distance_m
    slope, intercept_db, threshold_m, los_angle_rad = line
    reach_m = geometry.tx_horizon_m + geometry.rx_horizon_m
    far_db, gain_db = _scatter_loss(reach_m + 400e3, geometry, gamma_e_per_m, ns, radio, los_angle_rad, -1.0)
    near_m = reach_m + 200e3
    near_db = _scatter_loss(near_m, geometry, gamma_e_per_m, ns, radio, los_angle_rad, gain_db)[0]
    scatter_slope = (far_db - near_db) / 200e3
    crossing_m = (near_db - intercept_db - scatter_slope * near_m) / (slope - scatter_slope)
    start_m = max(threshold_m, crossing_m)
    scattered = (near_db < 1000.0) & (distance_m > start_m)
    diffracted_db = slope * distance_m + intercept_db
    scattered_db = scatter_slope * distance_m + (slope - scatter_slope) * start_m + intercept_db
    return scattered_db if scattered else diffracted_db, MODE_TROPOSCATTER if scattered else MODE_DIFFRACTION


@part
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
    attenuation_db, mode, flags, line = short_of_scatter(geometry, tx_height_m, rx_height_m, gamma_e_per_m, ns, radio)
    if geometry.distance_m > line.threshold_m:
        attenuation_db, mode = beyond_threshold(geometry, line, gamma_e_per_m, ns, radio)
    if not math.isfinite(attenuation_db):
        flags |= ERROR_NOT_FINITE
    return max(attenuation_db, 0.0), mode, flags
