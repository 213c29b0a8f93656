"""Propagation by diffraction, Recommendation ITU-R P.526-15.

Single knife edge (section 4.1), Bullington's equivalent edge for a general terrestrial path (section 4.5.1), the
complete delta-Bullington method (section 4.5.2) and the spherical Earth it rests on (sections 3.1.1 and 3.2).

The compiled kernels live in :mod:`.physics` and :mod:`.geometry` and can be imported from here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike

from geo_planner.propagation.limits import figure, not_among, not_positive, quantity, refuse, unit
from geo_planner.propagation.p525 import LIGHT_SPEED_M_GHZ
from geo_planner.propagation.p526.geometry import (
    max_nu,
    max_slope_from_rx,
    max_slope_from_tx,
    obstruction,
    smooth_earth_fit,
)
from geo_planner.propagation.p526.physics import (
    Obstacles,
    Radio,
    bullington_profile,
    delta_bullington_equidistant_scalar,
    delta_bullington_scalar,
    diffraction_smooth_heights,
    knife_edge_fill,
    knife_edge_scalar,
    smooth_bullington_equidistant,
    smooth_bullington_profile,
    spherical_earth_loss_scalar,
)
from geo_planner.units import FloatArray
from geo_planner.words import Said, said

__all__ = [
    "POLARIZATIONS",
    "BullingtonResult",
    "DiffractionResult",
    "Obstacles",
    "Polarization",
    "Radio",
    "bullington",
    "bullington_profile",
    "delta_bullington",
    "delta_bullington_equidistant_scalar",
    "delta_bullington_scalar",
    "diffraction_smooth_heights",
    "knife_edge_loss_db",
    "knife_edge_scalar",
    "max_nu",
    "max_slope_from_rx",
    "max_slope_from_tx",
    "obstruction",
    "profile_faults",
    "range_fault",
    "single_knife_edge",
    "smooth_bullington_equidistant",
    "smooth_bullington_profile",
    "smooth_earth_fit",
    "spherical_earth_loss_scalar",
]

Polarization = Literal["vertical", "horizontal"]
POLARIZATIONS: Final[tuple[Polarization, ...]] = ("vertical", "horizontal")


@dataclass(frozen=True, slots=True)
class BullingtonResult:
    """Bullington diffraction over one profile (P.526-15, section 4.5.1).

    Attributes
    ----------
    loss_db : float
        Diffraction loss in dB.
    knife_edge_db : float
        Loss of the equivalent edge alone, J(nu), in dB.
    nu : float
        Diffraction parameter of the equivalent edge.
    point_km : float
        Its distance from the transmitter in km; for a line-of-sight path that of the point with the largest `nu`.
    line_of_sight : bool
        Whether no intermediate point rises to the line between the antennas, Earth curvature included.
    """

    loss_db: float
    knife_edge_db: float
    nu: float
    point_km: float
    line_of_sight: bool


@dataclass(frozen=True, slots=True)
class DiffractionResult:
    """Delta-Bullington diffraction over one profile (P.526-15, section 4.5.2).

    Attributes
    ----------
    loss_db : float
        Diffraction loss in dB: ``bullington_actual_db + max(spherical_db - bullington_smooth_db, 0)``.
    bullington_actual_db, bullington_smooth_db : float
        Bullington loss over the profile, and over the smooth surface with the effective antenna heights, dB.
    spherical_db : float
        Spherical-Earth diffraction loss for the effective antenna heights, dB.
    nu, point_km, line_of_sight
        As in :class:`BullingtonResult`, for the actual profile.
    smooth_tx_m, smooth_rx_m : float
        Height of the smooth surface above sea level at both ends, as used for diffraction, m.
    effective_tx_m, effective_rx_m : float
        Antenna heights above that surface, m.
    """

    loss_db: float
    bullington_actual_db: float
    bullington_smooth_db: float
    spherical_db: float
    nu: float
    point_km: float
    line_of_sight: bool
    smooth_tx_m: float
    smooth_rx_m: float
    effective_tx_m: float
    effective_rx_m: float


def profile_faults(distance_km: FloatArray, heights_m: FloatArray) -> list[Said]:
    """Everything that keeps two arrays from being a path profile, one sentence part each; empty if all is well."""
    if distance_km.ndim != 1 or heights_m.ndim != 1:
        return [said("limit.one_dimension")]
    faults = []
    if distance_km.size != heights_m.size:
        faults.append(said("limit.points_differ", n=distance_km.size, heights=heights_m.size))
    if distance_km.size < 3:
        faults.append(said("limit.few_points", n=distance_km.size))
    elif not np.all(np.isfinite(distance_km)) or distance_km[0] != 0.0 or np.any(np.diff(distance_km) <= 0.0):
        faults.append(said("limit.distances"))
    if not np.all(np.isfinite(heights_m)):
        faults.append(said("limit.gaps"))
    return faults


def range_fault(name: str, value: float, low: float, high: float, symbol: str) -> list[Said]:
    """A list with one sentence part if `value` is not between `low` and `high` (NaN never is), else an empty one."""
    if low <= value <= high:
        return []
    facts = {"name": quantity(name), "low": low, "unit": unit(symbol), "value": figure(value)}
    return [said("limit.least", **facts) if high == np.inf else said("limit.to", high=high, **facts)]


def knife_edge_loss_db(nu: ArrayLike) -> float | FloatArray:
    """Diffraction loss of a single knife edge, J(nu) (P.526-15, section 4.1, eq. 31).

    Parameters
    ----------
    nu : array_like
        Dimensionless diffraction parameter; the edge is above the direct line where it is positive.

    Returns
    -------
    float or ndarray
        Loss in dB, 0 for `nu` up to -0.78 as the Recommendation allows; a float for a scalar, else of `nu`'s shape.

    Raises
    ------
    ModelRangeError
        A value is NaN.
    """
    values = np.asarray(nu, dtype=np.float64)
    if np.any(np.isnan(values)):
        refuse("standard.p526", [said("limit.nan", name="nu")])
    loss = np.empty(values.size)
    knife_edge_fill(values.ravel(), loss)
    return float(loss[0]) if values.ndim == 0 else loss.reshape(values.shape)


def single_knife_edge(height_m: float, distance_1_km: float, distance_2_km: float, *, freq_mhz: float) -> float:
    """Loss of one isolated edge between two antennas in dB (P.526-15, section 4.1, eqs 26 and 31).

    Parameters
    ----------
    height_m : float
        Height of the edge's top above the straight line between the antennas, m; negative where it is below.
    distance_1_km, distance_2_km : float
        Distances of the two antennas from the edge, km, above 0.
    freq_mhz : float
        Frequency, MHz, above 0.

    Raises
    ------
    ModelRangeError
        A distance or the frequency is not above 0, or a value is not finite.
    """
    faults = not_positive(distance_1_km=distance_1_km, distance_2_km=distance_2_km, freq_mhz=freq_mhz)
    if not np.isfinite(height_m):
        faults.append(said("limit.finite", name=quantity("height_m")))
    refuse("standard.p526", faults)
    wavelength_m = LIGHT_SPEED_M_GHZ * 1e3 / freq_mhz
    nu = height_m * np.sqrt(0.002 / wavelength_m * (1.0 / distance_1_km + 1.0 / distance_2_km))
    return float(knife_edge_loss_db(nu))


@dataclass(frozen=True, slots=True)
class _Path:
    distance_km: FloatArray
    heights_m: FloatArray
    hts_m: float
    hrs_m: float
    freq_ghz: float
    wavelength_m: float
    curvature_per_km: float


def _checked_path(
    distance_km: ArrayLike,
    heights_m: ArrayLike,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    effective_earth_radius_km: float,
    extra_faults: list[Said],
) -> _Path:
    distance = np.ascontiguousarray(distance_km, dtype=np.float64)
    heights = np.ascontiguousarray(heights_m, dtype=np.float64)
    faults = profile_faults(distance, heights)
    faults += not_positive(
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        freq_mhz=freq_mhz,
        effective_earth_radius_km=effective_earth_radius_km,
    )
    faults += extra_faults
    refuse("standard.p526", faults)
    freq_ghz = freq_mhz * 1e-3
    return _Path(
        distance,
        heights,
        heights[0] + tx_height_m,
        heights[-1] + rx_height_m,
        freq_ghz,
        LIGHT_SPEED_M_GHZ / freq_ghz,
        1.0 / effective_earth_radius_km,
    )


def bullington(
    distance_km: ArrayLike,
    heights_m: ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    effective_earth_radius_km: float = 8500.0,
) -> BullingtonResult:
    """Multiple edges replaced by Bullington's equivalent one (P.526-15, section 4.5.1).

    Parameters
    ----------
    distance_km : array_like, shape (n,)
        Distances of the profile points from the transmitter, km; first 0, strictly increasing, n at least 3.
    heights_m : array_like, shape (n,)
        Terrain heights above sea level, m.
    tx_height_m, rx_height_m : float
        Antenna heights above ground, m, above 0.
    freq_mhz : float
        Frequency, MHz, above 0.
    effective_earth_radius_km : float
        Effective Earth radius, km.

    Raises
    ------
    ModelRangeError
        Anything wrong with the arguments, all of it in one message.
    """
    path = _checked_path(distance_km, heights_m, tx_height_m, rx_height_m, freq_mhz, effective_earth_radius_km, [])
    loss, nu, point = bullington_profile(path.distance_km, path.heights_m, path.hts_m, path.hrs_m, path.curvature_per_km, path.wavelength_m)
    slope, _ = max_slope_from_tx(path.distance_km, path.heights_m, path.hts_m, path.curvature_per_km)
    clear = bool(slope < (path.hrs_m - path.hts_m) / path.distance_km[-1])
    return BullingtonResult(float(loss), float(knife_edge_scalar(nu)), float(nu), float(point), clear)


def delta_bullington(
    distance_km: ArrayLike,
    heights_m: ArrayLike,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    polarization: Polarization = "vertical",
    effective_earth_radius_km: float = 8500.0,
    eps_r: float = 22.0,
    sigma_s_m: float = 0.003,
) -> DiffractionResult:
    """Diffraction loss of a general terrestrial path by the complete method (P.526-15, section 4.5.2).

    Parameters
    ----------
    distance_km, heights_m, tx_height_m, rx_height_m, freq_mhz, effective_earth_radius_km
        As in :func:`bullington`.
    polarization : {"vertical", "horizontal"}
        Polarization, which matters over the smooth Earth at low frequencies.
    eps_r, sigma_s_m : float
        Relative permittivity and conductivity (S/m) of the ground; average land by default.

    Raises
    ------
    ModelRangeError
        Anything wrong with the arguments, all of it in one message.
    """
    extra = not_positive(sigma_s_m=sigma_s_m)
    if polarization not in POLARIZATIONS:
        extra.append(not_among("polarization", POLARIZATIONS, polarization))
    if not (np.isfinite(eps_r) and eps_r >= 1.0):
        extra.append(said("limit.finite_least", name=quantity("eps_r"), low=1, value=figure(eps_r)))
    path = _checked_path(distance_km, heights_m, tx_height_m, rx_height_m, freq_mhz, effective_earth_radius_km, extra)
    actual = bullington(
        path.distance_km,
        path.heights_m,
        tx_height_m=tx_height_m,
        rx_height_m=rx_height_m,
        freq_mhz=freq_mhz,
        effective_earth_radius_km=effective_earth_radius_km,
    )
    hst, hsr = smooth_earth_fit(path.distance_km, path.heights_m)
    smooth_tx, smooth_rx = diffraction_smooth_heights(
        hst,
        hsr,
        path.heights_m[0],
        path.heights_m[-1],
        *obstruction(path.distance_km, path.heights_m, path.hts_m, path.hrs_m),
    )
    hte, hre = path.hts_m - smooth_tx, path.hrs_m - smooth_rx
    smooth = smooth_bullington_profile(path.distance_km, hte, hre, path.curvature_per_km, path.wavelength_m)
    spherical = spherical_earth_loss_scalar(
        path.distance_km[-1],
        hte,
        hre,
        effective_earth_radius_km,
        0.0,
        Radio(path.freq_ghz, path.wavelength_m, polarization == "vertical", eps_r, sigma_s_m),
    )
    return DiffractionResult(
        float(delta_bullington_scalar(actual.loss_db, smooth, spherical)),
        actual.loss_db,
        float(smooth),
        float(spherical),
        actual.nu,
        actual.point_km,
        actual.line_of_sight,
        float(smooth_tx),
        float(smooth_rx),
        float(hte),
        float(hre),
    )
