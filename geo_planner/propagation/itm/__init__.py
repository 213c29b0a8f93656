"""Irregular Terrain Model of the ITS (Longley-Rice), point-to-point mode: basic transmission loss over a profile.

The physics is in :mod:`geo_planner.propagation.itm.paths`; here inputs are checked, profiles are laid out for the
compiled code and results are named. Sources: G. Hufford, "The ITS Irregular Terrain Model, version 1.2.2: The
Algorithm"; NTIA Report TR-82-100; limits and warnings as NTIA publishes them with ITM 1.3 and 1.4.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

import numpy as np
import numpy.typing as npt

from geo_planner.errors import ModelRangeError
from geo_planner.propagation.itm import medium as itm_medium
from geo_planner.propagation.itm import paths as itm_kernels
from geo_planner.propagation.itm import types as itm_types
from geo_planner.propagation.limits import figure, quantity, unit
from geo_planner.units import FloatArray, IntArray
from geo_planner.words import Said, coded, first_of, said

CLIMATES: Final[tuple[str, ...]] = (
    "equatorial",
    "continental_subtropical",
    "maritime_subtropical",
    "desert",
    "continental_temperate",
    "maritime_temperate_over_land",
    "maritime_temperate_over_sea",
)
"""Radio climates; the NTIA code is the position, counted from 1."""

POLARIZATIONS: Final[tuple[str, ...]] = ("horizontal", "vertical")
"""Polarizations; the NTIA code is the position, counted from 0."""

MODES: Final[Mapping[int, str]] = MappingProxyType(
    {
        itm_types.MODE_LINE_OF_SIGHT: "line_of_sight",
        itm_types.MODE_DIFFRACTION: "diffraction",
        itm_types.MODE_TROPOSCATTER: "troposcatter",
    }
)
"""Dominant mechanism by its code in :attr:`ItmBatch.mode`."""

WARNINGS: Final[Mapping[int, str]] = MappingProxyType(
    {
        itm_types.WARN_TX_HEIGHT: "tx_height",
        itm_types.WARN_RX_HEIGHT: "rx_height",
        itm_types.WARN_FREQUENCY: "frequency",
        itm_types.WARN_DISTANCE_ABOVE_1000_KM: "distance_above_1000_km",
        itm_types.WARN_DISTANCE_ABOVE_2000_KM: "distance_above_2000_km",
        itm_types.WARN_DISTANCE_BELOW_HEIGHT_STEP: "distance_below_height_step",
        itm_types.WARN_DISTANCE_BELOW_1_KM: "distance_below_1_km",
        itm_types.WARN_TX_HORIZON_ANGLE: "tx_horizon_angle",
        itm_types.WARN_RX_HORIZON_ANGLE: "rx_horizon_angle",
        itm_types.WARN_TX_HORIZON_NEAR: "tx_horizon_near",
        itm_types.WARN_RX_HORIZON_NEAR: "rx_horizon_near",
        itm_types.WARN_TX_HORIZON_FAR: "tx_horizon_far",
        itm_types.WARN_RX_HORIZON_FAR: "rx_horizon_far",
        itm_types.WARN_EXTREME_QUANTILE: "extreme_quantile",
        itm_types.WARN_LOW_REFRACTIVITY: "low_refractivity",
        itm_types.WARN_LOCATION_UNUSED: "location_pct",
        itm_types.WARN_TIME_UNUSED: "time_pct",
    }
)
"""What is warned of, by the bit it occupies in :attr:`ItmBatch.warning_flags` (NTIA's values up to 0x4000)."""

_ERRORS: Final[Mapping[int, str]] = MappingProxyType(
    {
        itm_types.ERROR_REFRACTIVITY_SMALL: "itm_limit.refractivity_small",
        itm_types.ERROR_REFRACTIVITY_LARGE: "itm_limit.refractivity_large",
        itm_types.ERROR_EFFECTIVE_EARTH: "itm_limit.effective_earth",
        itm_types.ERROR_GROUND_IMPEDANCE: "itm_limit.ground_impedance",
        itm_types.ERROR_NOT_FINITE: "itm_limit.not_finite",
    }
)

_MDVAR_VALUES: Final = frozenset(tens + kind for tens in (0, 10, 20, 30) for kind in range(4))
_MIN_POINTS: Final = 3
# Below this many profiles per worker, starting threads costs more than it saves.
_PROFILES_PER_WORKER: Final = 500


@dataclass(frozen=True, slots=True)
class ItmResult:
    """Loss over one path. Pairs are (transmitter, receiver).

    Attributes
    ----------
    loss_db : float
        Basic transmission loss at the wanted percentages.
    free_space_db : float
        Free-space part of it.
    attenuation_db : float
        Reference attenuation, relative to free space, before variability.
    mode : str
        Dominant mechanism, one of :data:`MODES`.
    warned : tuple of Said
        ``model_warning`` by the names of :data:`WARNINGS`.
    warning_flags : int
        The same as a bit mask.
    distance_km : float
        Path length.
    delta_h_m : float
        Terrain irregularity.
    horizon_distance_m, horizon_angle_rad, effective_height_m : (float, float)
        As the model used them; on a clear path the horizons are statistical.
    ns : float
        Surface refractivity in N-units.
    gamma_e : float
        Curvature of the effective earth in 1/m.
    """

    loss_db: float
    free_space_db: float
    attenuation_db: float
    mode: str
    warned: tuple[Said, ...]
    warning_flags: int
    distance_km: float
    delta_h_m: float
    horizon_distance_m: tuple[float, float]
    horizon_angle_rad: tuple[float, float]
    effective_height_m: tuple[float, float]
    ns: float
    gamma_e: float

    @property
    def warnings(self) -> tuple[str, ...]:
        """`warned` in English, each behind its stable word and a colon."""
        return tuple(coded(warning) for warning in self.warned)


@dataclass(frozen=True, slots=True, eq=False)
class ItmBatch:
    """Losses over n paths: the quantities of :class:`ItmResult` as arrays of shape (n,), pairs as (n, 2).

    `mode` holds the codes of :data:`MODES`, `warning_flags` the bits of :data:`WARNINGS`.
    """

    loss_db: FloatArray
    free_space_db: FloatArray
    attenuation_db: FloatArray
    mode: IntArray
    warning_flags: IntArray
    distance_km: FloatArray
    delta_h_m: FloatArray
    horizon_distance_m: FloatArray
    horizon_angle_rad: FloatArray
    effective_height_m: FloatArray
    ns: FloatArray
    gamma_e: FloatArray


def path_loss(
    heights_m: npt.ArrayLike,
    spacing_m: float,
    *,
    tx_height_m: float,
    rx_height_m: float,
    freq_mhz: float,
    polarization: str = "vertical",
    climate: str = "continental_temperate",
    n0: float = 301.0,
    eps_r: float = 15.0,
    sigma_s_m: float = 0.005,
    time_pct: float = 50.0,
    location_pct: float = 50.0,
    situation_pct: float = 50.0,
    mdvar: int = 12,
) -> ItmResult:
    """Basic transmission loss over one terrain profile.

    Parameters
    ----------
    heights_m : array_like, shape (n_points,)
        Terrain heights above the sea, evenly spaced, first at the transmitter, last at the receiver; 3 points or more.
    spacing_m : float
        Distance between neighbouring points.
    tx_height_m, rx_height_m : float
        Antenna heights above ground, 0.5 m to 3000 m.
    freq_mhz : float
        Frequency, 20 MHz to 20 GHz.
    polarization : {"vertical", "horizontal"}
        Polarization of both antennas.
    climate : str
        One of :data:`CLIMATES`.
    n0 : float
        Refractivity reduced to sea level, 250 to 400 N-units.
    eps_r, sigma_s_m : float
        Relative permittivity (at least 1) and conductivity (above 0 S/m) of the ground.
    time_pct, location_pct, situation_pct : float
        Percentages for which the loss is not exceeded, each strictly between 0 and 100.
    mdvar : int
        Mode of variability: 0 single message, 1 accidental, 2 mobile, 3 broadcast; plus 10 without location
        variability, plus 20 without direct situation variability.

    Returns
    -------
    ItmResult

    Raises
    ------
    ModelRangeError
        If an input is outside the model's range or not finite; the text names every fault found.

    Notes
    -----
    Hufford, "The Algorithm", sections 1 to 6 and 41 to 53. A percentage without effect in the chosen mode of
    variability raises a warning, not an error.
    """
    batch = _evaluate(
        [_as_floats(heights_m)],
        np.asarray(spacing_m, dtype=float),
        np.asarray(tx_height_m, dtype=float),
        np.asarray(rx_height_m, dtype=float),
        np.asarray(freq_mhz, dtype=float),
        _Conditions(polarization, climate, n0, eps_r, sigma_s_m, time_pct, location_pct, situation_pct, mdvar),
        workers=1,
    )
    flags = int(batch.warning_flags[0])
    return ItmResult(
        loss_db=float(batch.loss_db[0]),
        free_space_db=float(batch.free_space_db[0]),
        attenuation_db=float(batch.attenuation_db[0]),
        mode=MODES[int(batch.mode[0])],
        warned=warnings_of(flags),
        warning_flags=flags,
        distance_km=float(batch.distance_km[0]),
        delta_h_m=float(batch.delta_h_m[0]),
        horizon_distance_m=_pair(batch.horizon_distance_m[0]),
        horizon_angle_rad=_pair(batch.horizon_angle_rad[0]),
        effective_height_m=_pair(batch.effective_height_m[0]),
        ns=float(batch.ns[0]),
        gamma_e=float(batch.gamma_e[0]),
    )


def path_loss_many(
    heights_m: FloatArray | Sequence[npt.ArrayLike],
    spacing_m: npt.ArrayLike,
    *,
    tx_height_m: npt.ArrayLike,
    rx_height_m: npt.ArrayLike,
    freq_mhz: npt.ArrayLike,
    polarization: str = "vertical",
    climate: str = "continental_temperate",
    n0: float = 301.0,
    eps_r: float = 15.0,
    sigma_s_m: float = 0.005,
    time_pct: float = 50.0,
    location_pct: float = 50.0,
    situation_pct: float = 50.0,
    mdvar: int = 12,
    workers: int | None = None,
) -> ItmBatch:
    """Basic transmission loss over many terrain profiles, bit for bit what :func:`path_loss` gives for each.

    Parameters
    ----------
    heights_m : array, shape (n_profiles, n_points), or sequence of n_profiles one-dimensional arrays
        Terrain heights above the sea; the profiles of a sequence may differ in length.
    spacing_m, tx_height_m, rx_height_m, freq_mhz : float or array_like, shape (n_profiles,)
        As for :func:`path_loss`, one for all profiles or one each.
    polarization, climate, n0, eps_r, sigma_s_m, time_pct, location_pct, situation_pct, mdvar
        As for :func:`path_loss`, the same for all profiles.
    workers : int, optional
        Threads; by default as many as there are processors. The result does not depend on it.

    Returns
    -------
    ItmBatch

    Raises
    ------
    ModelRangeError
        As for :func:`path_loss`; faults of single profiles are named with the profile's index, from 0.
    """
    profiles = [_as_floats(heights) for heights in heights_m]
    conditions = _Conditions(polarization, climate, n0, eps_r, sigma_s_m, time_pct, location_pct, situation_pct, mdvar)
    return _evaluate(
        profiles,
        np.asarray(spacing_m, dtype=float),
        np.asarray(tx_height_m, dtype=float),
        np.asarray(rx_height_m, dtype=float),
        np.asarray(freq_mhz, dtype=float),
        conditions,
        workers=workers or os.cpu_count() or 1,
    )


def warnings_of(flags: int) -> tuple[Said, ...]:
    """What :data:`WARNINGS` has for the bits that are set in `flags`."""
    return tuple(said(f"model_warning.{name}") for bit, name in WARNINGS.items() if flags & bit)


@dataclass(frozen=True, slots=True)
class _Conditions:
    """Inputs that all profiles of a call share."""

    polarization: str
    climate: str
    n0: float
    eps_r: float
    sigma_s_m: float
    time_pct: float
    location_pct: float
    situation_pct: float
    mdvar: int

    def faults(self) -> list[Said]:
        found = []
        if self.polarization not in POLARIZATIONS:
            found.append(_not_among("polarization", POLARIZATIONS, self.polarization))
        if self.climate not in CLIMATES:
            found.append(_not_among("climate", CLIMATES, self.climate))
        if not 250.0 <= self.n0 <= 400.0:
            found.append(said("itm_limit.to", name=quantity("n0"), low=250, high=400, unit=unit("N-units"), value=figure(self.n0)))
        if not 1.0 <= self.eps_r < np.inf:
            found.append(said("itm_limit.finite_least", name=quantity("eps_r"), low=1, value=figure(self.eps_r)))
        if not 0.0 < self.sigma_s_m < np.inf:
            found.append(said("itm_limit.above", name=quantity("sigma"), low=0, unit="S/m", value=figure(self.sigma_s_m)))
        for name in ("time_pct", "location_pct", "situation_pct"):
            value = getattr(self, name)
            if not 0.0 < value < 100.0:
                found.append(said("itm_limit.within", name=quantity(name), low=0, high=100, unit="%", value=figure(value)))
        if self.mdvar not in _MDVAR_VALUES:
            found.append(said("itm_limit.mdvar", value=self.mdvar))
        return found

    def warning_flags(self) -> int:
        """Percentages that differ from 50 and yet change nothing: the caller believes in a choice he does not have."""
        flags = 0
        if self.location_pct != 50.0 and self.mdvar not in (3, 23):
            flags |= itm_types.WARN_LOCATION_UNUSED
        if self.time_pct != 50.0 and self.mdvar % 10 == 0:
            flags |= itm_types.WARN_TIME_UNUSED
        return flags


def _evaluate(
    profiles: list[FloatArray],
    spacing_m: FloatArray,
    tx_height_m: FloatArray,
    rx_height_m: FloatArray,
    freq_mhz: FloatArray,
    conditions: _Conditions,
    workers: int,
) -> ItmBatch:
    """Check everything, lay the profiles end to end and run the kernel over them."""
    count = len(profiles)
    flat = np.concatenate([profile.ravel() for profile in profiles]) if profiles else np.empty(0)
    faults = _height_faults(profiles, flat)
    faults += _range_faults("spacing", spacing_m, count, 0.0, np.inf, "m", open_ends=True)
    faults += _range_faults("tx_height", tx_height_m, count, 0.5, 3000.0, "m")
    faults += _range_faults("rx_height", rx_height_m, count, 0.5, 3000.0, "m")
    faults += _range_faults("frequency", freq_mhz, count, 20.0, 20000.0, "MHz")
    faults += conditions.faults()
    if faults:
        raise ModelRangeError("model_range.itm", found=faults)

    # Copies, always: a read-only view of a caller's array would be another type to the compiler.
    spacing_m, tx_height_m, rx_height_m, freq_mhz = (
        np.full(count, column, dtype=float) for column in (spacing_m, tx_height_m, rx_height_m, freq_mhz)
    )
    offsets = np.zeros(count + 1, dtype=np.int64)
    np.cumsum([profile.size for profile in profiles], out=offsets[1:])
    values = np.empty((count, 13))
    codes = np.empty((count, 2), dtype=np.int64)
    quantiles = itm_types.Quantiles(
        itm_medium.normal_deviate(conditions.time_pct / 100.0),
        itm_medium.normal_deviate(conditions.location_pct / 100.0),
        itm_medium.normal_deviate(conditions.situation_pct / 100.0),
        int(conditions.mdvar),
    )

    profiles_given = itm_kernels.Profiles(flat, offsets, spacing_m, tx_height_m, rx_height_m, freq_mhz)
    surroundings = itm_kernels.Surroundings(
        float(conditions.n0),
        conditions.polarization == "vertical",
        float(conditions.eps_r),
        float(conditions.sigma_s_m),
        CLIMATES.index(conditions.climate) + 1,
        quantiles,
    )

    def run(first: int, stop: int) -> None:
        itm_kernels.path_range_kernel(profiles_given, surroundings, first, stop, values, codes)

    workers = min(workers, count // _PROFILES_PER_WORKER)
    if workers > 1:
        bounds = [count * i // workers for i in range(workers + 1)]
        with ThreadPoolExecutor(workers) as pool:
            list(pool.map(run, bounds[:-1], bounds[1:]))
    elif count:
        run(0, count)

    flags = codes[:, 1]
    if np.any(flags & itm_types.ERROR_MASK):
        found = [_where(said(key), np.flatnonzero(flags & bit), count) for bit, key in _ERRORS.items() if np.any(flags & bit)]
        raise ModelRangeError("model_range.itm", found=found)
    flags |= conditions.warning_flags()
    for heights, bit in ((tx_height_m, itm_types.WARN_TX_HEIGHT), (rx_height_m, itm_types.WARN_RX_HEIGHT)):
        flags |= np.where((heights < 1.0) | (heights > 1000.0), bit, 0)
    flags |= np.where((freq_mhz < 40.0) | (freq_mhz > 10000.0), itm_types.WARN_FREQUENCY, 0)
    return ItmBatch(
        loss_db=values[:, 0],
        free_space_db=values[:, 1],
        attenuation_db=values[:, 2],
        mode=codes[:, 0],
        warning_flags=flags,
        distance_km=values[:, 5] / 1000.0,
        delta_h_m=values[:, 12],
        horizon_distance_m=values[:, 8:10],
        horizon_angle_rad=values[:, 6:8],
        effective_height_m=values[:, 10:12],
        ns=values[:, 3],
        gamma_e=values[:, 4],
    )


def _as_floats(heights_m: npt.ArrayLike) -> FloatArray:
    """Heights as a contiguous array of doubles; an empty one, which fails every check, if they are no numbers."""
    try:
        return np.ascontiguousarray(heights_m, dtype=np.float64)
    except (TypeError, ValueError):
        return np.empty(0)


def _height_faults(profiles: list[FloatArray], flat: FloatArray) -> list[Said]:
    """What is wrong with the profiles. A gap in the terrain is a fault: it must not pass for sea level."""
    count = len(profiles)
    short = [i for i, profile in enumerate(profiles) if profile.ndim != 1 or profile.size < _MIN_POINTS]
    gaps = []
    if not np.isfinite(flat).all():
        gaps = [i for i, profile in enumerate(profiles) if not np.isfinite(profile).all()]
    faults = []
    if short:
        faults.append(_where(said("itm_limit.short", n=_MIN_POINTS), short, count))
    if gaps:
        faults.append(_where(said("itm_limit.gaps"), gaps, count))
    return faults


def _range_faults(
    name: str, values: FloatArray, count: int, low: float, high: float, symbol: str, *, open_ends: bool = False
) -> list[Said]:
    if values.shape not in ((), (count,)):
        return [said("itm_limit.shape", name=quantity(name), n=count, shape=str(values.shape))]
    inside = (values > low) & (values < high) if open_ends else (values >= low) & (values <= high)
    if inside.all():
        return []
    wrong = np.flatnonzero(~inside)
    facts = {"name": quantity(name), "low": low, "unit": unit(symbol), "value": figure(float(values.flat[wrong[0]]))}
    what = said("itm_limit.above", **facts) if np.isinf(high) else said("itm_limit.to", high=high, **facts)
    return [_where(what, wrong, values.size)]


def _not_among(name: str, allowed: Sequence[str], value: object) -> Said:
    return said("itm_limit.one_of", name=quantity(name), allowed=tuple(allowed), value=str(value))


def _where(what: Said, indices: Sequence[int] | IntArray, count: int) -> Said:
    """With the profiles of a batch that it concerns; nothing more to say when there is only one."""
    return what if count == 1 else said("itm_limit.at_profiles", what=what, profiles=first_of((int(i) for i in indices), 5))


def _pair(row: FloatArray) -> tuple[float, float]:
    return float(row[0]), float(row[1])
