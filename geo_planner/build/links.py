"""Hops by radio between places: which are clear of the terrain, how high their antennas must be, how much of the year they hold."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit
from scipy.spatial import cKDTree

from geo_planner.grid import interpolate
from geo_planner.propagation.p530 import fade_probability_17_pct, rain_attenuation_db, worst_month_to_year_db
from geo_planner.terrain import Dem
from geo_planner.units import EARTH_RADIUS_KM

Floats = npt.NDArray[np.float64]
_TIMES_PCT = np.geomspace(0.001, 1.0, 61)
"""Shares of the year for which P.530 gives the attenuation by rain."""


@dataclass(frozen=True, slots=True)
class HopRules:
    """What a hop must be. Every default is an assumption of planning, for the user to change.

    Attributes
    ----------
    bands_ghz : tuple of float
        In the order in which they are preferred; the first that holds long enough is taken.
    longest_km : float
    clearances : tuple of (float, float)
        Effective earth factor and share of the first Fresnel zone that must be free with it; all of them hold (P.530-18, section 2.2.2:
        1.0 at the median factor; 0.6, cautious, at the factor exceeded for 99.9 % of the worst month).
    fade_margin_db : float
    least_availability_pct : float
        Of the year.
    rain_001_mm_h : float
        Rain rate exceeded for 0.01 % of the year.
    dn1 : float
        Gradient of refractivity not exceeded for 1 % of the year, N-units/km (P.530-17).
    tilt_deg : float
        Of the polarization; 90 is vertical.
    lowest_antenna_m : float
    """

    bands_ghz: tuple[float, ...] = (7.0, 15.0, 18.0)
    longest_km: float = 40.0
    clearances: tuple[tuple[float, float], ...] = ((4 / 3, 1.0), (2 / 3, 0.6))
    fade_margin_db: float = 35.0
    least_availability_pct: float = 99.95
    rain_001_mm_h: float = 80.0
    dn1: float = -250.0
    tilt_deg: float = 90.0
    lowest_antenna_m: float = 5.0


def hops(places: pd.DataFrame, dem: Dem, rules: HopRules, *, lat_deg: float) -> pd.DataFrame:
    """The hops that are clear and hold long enough.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``; ``x_m``, ``y_m`` in the system of the terrain, ``height_m`` above ground up to which antennas may hang,
        ``gateway``. Hops between two gateways are left out: both are joined already.
    dem : Dem
    rules : HopRules
    lat_deg : float
        Of the province.

    Returns
    -------
    DataFrame
        Index ``link_id`` (``a~b``, ids in order); ``place_a``, ``place_b``, ``length_km``, ``freq_ghz``, ``availability_pct``, and the least
        heights ``height_a_m``, ``height_b_m`` of antennas as high at one end as at the other, as far as the masts allow. A path that leaves the
        terrain or crosses a void is no hop.
    """
    ids, gateway = places.index.to_numpy(dtype=object), places["gateway"].to_numpy(dtype=bool)
    xy = places[["x_m", "y_m"]].to_numpy(dtype=float)
    pairs = cKDTree(xy).query_pairs(rules.longest_km * 1000.0, output_type="ndarray").reshape(-1, 2)
    pairs = pairs[~gateway[pairs].all(axis=1)]
    first = np.where(ids[pairs[:, 0]] <= ids[pairs[:, 1]], 0, 1)
    pairs = np.take_along_axis(pairs, np.column_stack([first, 1 - first]), axis=1)
    pairs = pairs[np.lexsort((ids[pairs[:, 1]].astype(str), ids[pairs[:, 0]].astype(str)))]
    length_km = np.hypot(*(xy[pairs[:, 0]] - xy[pairs[:, 1]]).T) / 1000.0
    apart = length_km > 0.0
    pairs, length_km = pairs[apart], length_km[apart]
    position = _cells(dem, xy)
    ground = np.array([interpolate(dem.heights_m, row, column) for row, column in position])
    top = ground + places["height_m"].to_numpy(dtype=float)
    freq, share = _bands(length_km, top[pairs], rules, lat_deg, roughness_m=float(np.nanstd(dem.heights_m)))
    k, zone = (np.array(part, dtype=float) for part in zip(*rules.clearances, strict=True))
    reach = (places["height_m"].to_numpy(dtype=float)[pairs]).astype(float)
    least = _least_heights(
        dem.heights_m, dem.cell_m, position[pairs[:, 0]], position[pairs[:, 1]], length_km, freq, reach, k, zone, rules.lowest_antenna_m
    )
    found = pd.DataFrame(
        {
            "place_a": ids[pairs[:, 0]], "place_b": ids[pairs[:, 1]], "length_km": length_km, "freq_ghz": freq, "availability_pct": share,
            "height_a_m": least[:, 0], "height_b_m": least[:, 1],
        },
        index=pd.Index([f"{a}~{b}" for a, b in ids[pairs]], name="link_id", dtype=object),
    )  # fmt: skip
    return found[np.isfinite(freq) & np.isfinite(least).all(axis=1)]


def availability_pct(
    length_km: npt.ArrayLike, freq_ghz: float, rules: HopRules, *, top_m: Floats, lat_deg: float, roughness_m: float
) -> Floats:
    """Share of the year for which the fade margin holds: what rain and multipath leave, each by itself.

    Parameters
    ----------
    length_km : array_like, shape (n,)
    top_m : ndarray, shape (n, 2)
        Heights of the ends above sea level.
    roughness_m : float
        Standard deviation of the terrain's heights.
    """
    length = np.asarray(length_km, dtype=float)
    wet = rain_attenuation_db(
        freq_ghz, np.clip(length, 1e-3, 60.0)[:, None], rain_001_mm_h=rules.rain_001_mm_h, time_pct=_TIMES_PCT, tilt_deg=rules.tilt_deg
    )
    # the attenuation falls with the share of the time: where it passes the margin
    rain_pct = np.array([np.interp(-rules.fade_margin_db, -row, _TIMES_PCT) for row in np.atleast_2d(wet)])
    length = np.maximum(length, 15.0 / 45.0)  # nearer than the method is given the fading is that of its nearest
    lowest_ghz = np.maximum(freq_ghz, 15.0 / length)  # below it the method is not given; fading only grows with frequency
    month_pct = fade_probability_17_pct(
        np.minimum(lowest_ghz, 45.0), length, dn1=rules.dn1, terrain_roughness_m=roughness_m, tx_height_m=top_m[:, 0], rx_height_m=top_m[:, 1],
        fade_db=rules.fade_margin_db,
    )  # fmt: skip
    inclination = np.abs(top_m[:, 0] - top_m[:, 1]) / length
    year_pct = month_pct * 10.0 ** (-np.asarray(worst_month_to_year_db(length, lat_deg=lat_deg, inclination_mrad=inclination)) / 10.0)
    return np.asarray(np.maximum(100.0 - rain_pct - year_pct, 0.0))


def _bands(length_km: Floats, top_m: Floats, rules: HopRules, lat_deg: float, *, roughness_m: float) -> tuple[Floats, Floats]:
    """The first band of each hop that holds long enough, and its availability; NaN where none does."""
    freq, share = np.full(len(length_km), np.nan), np.full(len(length_km), np.nan)
    known = np.isfinite(top_m).all(axis=1)
    for band in rules.bands_ghz:
        open_ = np.flatnonzero(known & np.isnan(freq))
        if not open_.size:
            break
        held = availability_pct(length_km[open_], band, rules, top_m=top_m[open_], lat_deg=lat_deg, roughness_m=roughness_m)
        fine = held >= rules.least_availability_pct
        freq[open_[fine]], share[open_[fine]] = band, held[fine]
    return freq, share


def _cells(dem: Dem, xy: Floats) -> Floats:
    column, row = ~dem.transform @ (xy[:, 0], xy[:, 1])
    return np.column_stack([row, column])


@njit(cache=True, error_model="numpy")
def _least_heights(heights, cell_m, start, end, length_km, freq_ghz, reach, k, zone, lowest):  # type: ignore[no-untyped-def]
    """Least antenna heights of each hop, equal as far as both masts reach; NaN where it is not clear even from their tops."""
    out = np.full((len(start), 2), np.nan)
    for i in range(len(start)):
        if not np.isfinite(freq_ghz[i]):
            continue
        n = max(int(np.ceil(1000.0 * length_km[i] / cell_m)), 2)
        near, far = interpolate(heights, start[i, 0], start[i, 1]), interpolate(heights, end[i, 0], end[i, 1])
        low, high = min(reach[i, 0], reach[i, 1]), max(reach[i, 0], reach[i, 1])
        far_is_higher = reach[i, 1] >= reach[i, 0]
        both, one = lowest, lowest
        for j in range(1, n):
            t = j / n
            d1, d2 = t * length_km[i], (1.0 - t) * length_km[i]
            ground = interpolate(heights, start[i, 0] + t * (end[i, 0] - start[i, 0]), start[i, 1] + t * (end[i, 1] - start[i, 1]))
            need = -np.inf
            for c in range(len(k)):
                bulge = 1000.0 * d1 * d2 / (2.0 * k[c] * EARTH_RADIUS_KM)
                need = max(need, bulge + zone[c] * 17.3 * np.sqrt(d1 * d2 / (freq_ghz[i] * length_km[i])))
            lack = ground + need - ((1.0 - t) * near + t * far)
            if not np.isfinite(lack):
                both = one = np.nan
                break
            both = max(both, lack)
            weight = t if far_is_higher else 1.0 - t
            one = max(one, (lack - (1.0 - weight) * low) / weight)
        if both <= low:
            out[i, 0] = out[i, 1] = both
        elif one <= high:
            out[i, 0] = low if far_is_higher else one
            out[i, 1] = one if far_is_higher else low
    return out
