"""Hops by radio between places: which are clear of the terrain, how high their antennas must hang, how much of the year they hold.

A hop is judged by itself: interference of other hops is not looked at, and the loss of gases, small in these bands, is left to the system gain.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit

from geo_planner.config.build.backhaul import Backhaul
from geo_planner.grid import interpolate
from geo_planner.propagation.p525 import free_space_loss_db
from geo_planner.propagation.p530 import fade_probability_17_pct, rain_attenuation_db, worst_month_to_year_db
from geo_planner.terrain import Dem
from geo_planner.units import EARTH_RADIUS_KM, BoolArray, FloatArray, IntArray

_TIMES_PCT = np.geomspace(0.001, 1.0, 121)
"""Shares of the year for which P.530 gives the attenuation by rain."""
_FRESNEL_M = 17.3
"""Radius of the first zone, m, where d1 d2 / (f d) is 1 km/GHz (P.530-18, eq. 3)."""
_CLEAR, _BLOCKED, _UNKNOWN, _FADED = 0, 1, 2, 3
_AREA_KM, _AREA_STEP_KM = 110.0, 0.926
"""Side of the square whose heights make the roughness, and its step of 30 seconds of arc (P.530-17, section 2.3.1)."""


@dataclass(frozen=True, slots=True)
class Hops:
    """Hops, and what became of the pairs that are none.

    Attributes
    ----------
    table : DataFrame
        Index ``link_id``; as :func:`hops` gives it.
    pairs : int
        Pairs near enough for a hop, those of two gateways left out.
    unknown, blocked, faded : int
        Of these: over terrain that is not known; not clear from the tops of the masts in any band that holds; available enough in no band.
    paths : (int, int)
        The unknown and all of the pairs, masts of several heights at one spot counted as one.
    """

    table: pd.DataFrame
    pairs: int = 0
    unknown: int = 0
    blocked: int = 0
    faded: int = 0
    paths: tuple[int, int] = (0, 0)


class _Pairs(NamedTuple):
    """The pairs that are looked at, and the paths below them: masts of several heights at one spot share theirs.

    Attributes
    ----------
    path : ndarray, one a pair, rising
        The pair's path.
    turned : ndarray, one a pair
        Whether the path runs from the pair's second place to its first.
    reach_m : ndarray, (n, 2)
        Up to where antennas may hang, in the direction of the path.
    length_km, position, ground_m, lat_deg, roughness_m : ndarray, one a path
    """

    path: IntArray
    turned: BoolArray
    reach_m: FloatArray
    length_km: FloatArray
    position: FloatArray
    ground_m: FloatArray
    lat_deg: FloatArray
    roughness_m: FloatArray


def hops(places: pd.DataFrame, dem: Dem, rules: Backhaul) -> Hops:
    """The hops that are clear and hold long enough.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``; ``lat``, ``x_m``, ``y_m`` in the system of the terrain, ``height_m`` above ground up to which antennas may hang
        (NaN: none), ``gateway``. Hops between two gateways are left out: both are joined already.
    dem : Dem
    rules : Backhaul

    Returns
    -------
    Hops
        Of each hop ``place_a``, ``place_b`` (ids in order), ``length_km``, ``freq_ghz`` (the first band in which it is clear and holds),
        ``availability_pct``, and the least heights ``height_a_m``, ``height_b_m`` of antennas as high at one end as at the other, as far as both
        masts reach; from there on the higher mast's hangs higher. A path that leaves the terrain or crosses a void is no hop.

    Notes
    -----
    Whether a hop is available is asked of the ground at its ends, not of the antennas, so that a higher mast never loses one.
    """
    ids = places.index.to_numpy(dtype=object)
    ends = _near(places, rules)
    if dem.is_missing or not len(ends):
        return Hops(_table(ids, ends[:0], np.zeros((0, 5))), pairs=len(ends), unknown=len(ends))
    ends, pairs = _measured(places, dem, ends)
    path = pairs.path
    # length, frequency, availability, least heights
    found = np.full((len(ends), 5), np.nan)
    found[:, 0] = pairs.length_km[path]
    fate = np.where(np.isfinite(pairs.ground_m.sum(axis=1))[path], _FADED, _UNKNOWN).astype(np.int8)
    for freq_ghz, gain_db in rules.bands:
        held = np.zeros(len(pairs.length_km))
        open_ = np.unique(path[(fate == _FADED) | (fate == _BLOCKED)])
        held[open_] = availability_pct(
            pairs.length_km[open_], freq_ghz, rules, system_gain_db=gain_db, ground_m=pairs.ground_m[open_], lat_deg=pairs.lat_deg[open_],
            roughness_m=pairs.roughness_m[open_],
        )  # fmt: skip
        at = np.flatnonzero(((fate == _FADED) | (fate == _BLOCKED)) & (held[path] >= rules.least_availability_pct))
        found[at, 3:], fate[at] = _heights(dem, pairs, at, freq_ghz, rules)
        found[at, 1], found[at, 2] = freq_ghz, held[path[at]]
    _, order = ordered_ids(ids, ends)
    good = order[fate[order] == _CLEAR]
    unknown, blocked, faded = (int((fate == why).sum()) for why in (_UNKNOWN, _BLOCKED, _FADED))
    paths = len(np.unique(path[fate == _UNKNOWN])), len(pairs.length_km)
    return Hops(_table(ids, ends[good], found[good]), len(ends), unknown, blocked, faded, paths)


def availability_pct(
    length_km: npt.ArrayLike, freq_ghz: float, rules: Backhaul, *, system_gain_db: float, ground_m: FloatArray, lat_deg: npt.ArrayLike,
    roughness_m: npt.ArrayLike,
) -> FloatArray:  # fmt: skip
    """Share of the year for which the fade margin holds: what rain and multipath leave, added up.

    The margin is the system gain less the loss in free space. Rain that is exceeded for less than 0.001 % of the year counts as that share, for
    more than 1 % as 1 %: P.530 says nothing beyond.

    Parameters
    ----------
    length_km : array_like, shape (n,)
        Above 0, up to 60.
    freq_ghz : float
    rules : Backhaul
        Rain, refractivity and polarization.
    system_gain_db : float
        Transmit power and both antennas over the receiver's threshold.
    ground_m : ndarray, shape (n, 2)
        Of the ends, above sea level.
    lat_deg, roughness_m : array_like, shape (n,)
        Latitude, and standard deviation of the heights around (:func:`roughness_around_m`).

    Returns
    -------
    ndarray
        0 where there is no margin at all.
    """
    length = np.asarray(length_km, dtype=float)
    if not length.size:
        return np.zeros(0)
    margin_db = system_gain_db - np.asarray(free_space_loss_db(length, freq_ghz * 1000.0))
    fade_db = np.maximum(margin_db, 0.0)
    # the share of the time enters as a factor that is the same for all lengths, and falls with it
    of_001 = np.asarray(rain_attenuation_db(freq_ghz, 1.0, rain_001_mm_h=1.0, time_pct=_TIMES_PCT))
    of_001 = of_001 / np.asarray(rain_attenuation_db(freq_ghz, 1.0, rain_001_mm_h=1.0))
    wet_db = np.asarray(rain_attenuation_db(freq_ghz, length, rain_001_mm_h=rules.rain_001_mm_h, tilt_deg=rules.tilt_deg))
    with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
        allowed = np.where(wet_db > 0.0, np.log(fade_db / wet_db), np.inf)
    rain_pct = np.exp(np.interp(-allowed, -np.log(of_001), np.log(_TIMES_PCT)))
    nearest = np.maximum(length, 15.0 / 45.0)  # nearer than the method is given the fading is that of its nearest
    ghz = np.minimum(np.maximum(freq_ghz, 15.0 / nearest), 45.0)  # below it the method is not given; fading only grows with frequency
    month_pct = np.asarray(
        fade_probability_17_pct(
            ghz, nearest, dn1=rules.dn1, terrain_roughness_m=roughness_m, tx_height_m=ground_m[:, 0], rx_height_m=ground_m[:, 1], fade_db=fade_db,
        )
    )  # fmt: skip
    inclination = np.abs(ground_m[:, 0] - ground_m[:, 1]) / nearest
    year_pct = month_pct * 10.0 ** (-np.asarray(worst_month_to_year_db(nearest, lat_deg=lat_deg, inclination_mrad=inclination)) / 10.0)
    return np.where(margin_db > 0.0, np.maximum(100.0 - rain_pct - year_pct, 0.0), 0.0)


def roughness_around_m(dem: Dem, row: FloatArray, column: FloatArray) -> FloatArray:
    """Standard deviation of the heights in the square of 110 km around some positions (P.530-17, section 2.3.1).

    As far as the terrain reaches; 0, the rule that fades most, where nothing is known.

    Parameters
    ----------
    row, column : ndarray
        With fractions.
    """
    every = max(round(1000.0 * _AREA_STEP_KM / dem.cell_m), 1)
    heights = dem.heights_m[every // 2 :: every, every // 2 :: every].astype(float)
    if not np.isfinite(heights).any():
        return np.zeros(len(row))
    heights = heights - np.nanmean(heights)
    known = np.isfinite(heights)
    sums = [_summed(np.where(known, part, 0.0)) for part in (np.ones_like(heights), heights, heights**2)]
    half = 0.5 * 1000.0 * _AREA_KM / dem.cell_m / every
    (top, bottom), (left, right) = (
        [np.clip(np.rint(at / every + side), 0, size).astype(int) for side in (-half, half)]
        for at, size in ((row, heights.shape[0]), (column, heights.shape[1]))
    )
    n, first, second = (s[bottom, right] - s[top, right] - s[bottom, left] + s[top, left] for s in sums)
    count = np.maximum(n, 1.0)
    return np.sqrt(np.maximum(second / count - (first / count) ** 2, 0.0))


def ordered_ids(ids: npt.NDArray[np.object_], ends: IntArray) -> tuple[IntArray, IntArray]:
    """Pairs with the lesser id first, and the order that sorts them by both ids."""
    rank = np.empty(len(ids), dtype=np.int64)
    rank[np.argsort(ids.astype(str), kind="stable")] = np.arange(len(ids))
    turned = rank[ends[:, 0]] > rank[ends[:, 1]]
    ends = np.where(turned[:, None], ends[:, ::-1], ends)
    return ends, np.lexsort((rank[ends[:, 1]], rank[ends[:, 0]]))


def _near(places: pd.DataFrame, rules: Backhaul) -> IntArray:
    """Pairs of rows of places within a distance, the lesser id first, at most one of each a gateway."""
    from scipy.spatial import cKDTree  # here: a kept plan is shown without it

    xy = places[["x_m", "y_m"]].to_numpy(dtype=float)
    gateway = places["gateway"].to_numpy(dtype=bool, copy=True)
    others, farthest = np.flatnonzero(~gateway), 1000.0 * rules.longest_km
    if not others.size:
        return np.zeros((0, 2), dtype=np.int64)
    pairs = others[cKDTree(xy[others]).query_pairs(farthest, output_type="ndarray").reshape(-1, 2)]
    gateway &= rules.room_on_masts
    near = cKDTree(xy[others]).query_ball_point(xy[gateway], farthest)
    many = np.array([len(some) for some in near], dtype=np.int64)
    joined = np.concatenate([np.asarray(some, dtype=np.int64) for some in near]) if many.sum() else np.zeros(0, dtype=np.int64)
    ends = np.concatenate([pairs, np.column_stack([np.repeat(np.flatnonzero(gateway), many), others[joined]])]).astype(np.int64)
    ends = ends[(xy[ends[:, 0]] != xy[ends[:, 1]]).any(axis=1)]
    return ordered_ids(places.index.to_numpy(dtype=object), ends)[0]


def _measured(places: pd.DataFrame, dem: Dem, ends: IntArray) -> tuple[IntArray, _Pairs]:
    """The pairs in the order of their paths, and what is known of both."""
    xy, spot = np.unique(places[["x_m", "y_m"]].to_numpy(dtype=float), axis=0, return_inverse=True)
    spot = spot.reshape(-1)
    turned = spot[ends[:, 0]] > spot[ends[:, 1]]
    along = np.where(turned[:, None], ends[:, ::-1], ends)
    both, path = np.unique(spot[along[:, 0]] * len(xy) + spot[along[:, 1]], return_inverse=True)
    spots, path = np.column_stack(np.divmod(both, len(xy))), path.reshape(-1)
    order = np.argsort(path, kind="stable")
    row, column = dem.grid.position(xy[:, 0], xy[:, 1])
    position = np.column_stack([row, column])
    ground = np.array([interpolate(dem.heights_m, *at) for at in position])
    lat = np.empty(len(xy))
    lat[spot] = places["lat"].to_numpy(dtype=float)
    middle = position[spots].mean(axis=1)
    return ends[order], _Pairs(
        path[order],
        turned[order],
        np.nan_to_num(places["height_m"].to_numpy(dtype=float, na_value=np.nan))[along[order]],
        np.hypot(*(xy[spots[:, 0]] - xy[spots[:, 1]]).T) / 1000.0,
        position[spots].reshape(-1, 4),
        ground[spots],
        lat[spots].mean(axis=1),
        roughness_around_m(dem, middle[:, 0], middle[:, 1]),
    )


def _heights(dem: Dem, pairs: _Pairs, at: IntArray, freq_ghz: float, rules: Backhaul) -> tuple[FloatArray, npt.NDArray[np.int8]]:
    """Least antenna heights of some pairs in a band, and whether each is clear, blocked or not known."""
    paths, n = np.unique(pairs.path[at], return_counts=True)
    first = np.concatenate([[0], np.cumsum(n)]).astype(np.int64)
    length = pairs.length_km[paths]
    factor, share = np.moveaxis(rules.clearances_at(length), 2, 0)
    bend = np.stack([1000.0 / (2.0 * factor * EARTH_RADIUS_KM), share * _FRESNEL_M / np.sqrt(freq_ghz)], axis=2)
    # as many steps as a profile of one's own has
    steps = np.maximum((1000.0 * length / dem.cell_m + 0.5).astype(np.int64), 2)
    along = np.column_stack([pairs.position[paths], length, steps])
    least, state = _least_heights(dem.heights_m, along, first, pairs.reach_m[at], bend, rules.lowest_antenna_m)
    return np.where(pairs.turned[at, None], least[:, ::-1], least), np.asarray(state)


def _table(ids: npt.NDArray[np.object_], ends: IntArray, found: FloatArray) -> pd.DataFrame:
    a, b = ids[ends[:, 0]], ids[ends[:, 1]]
    columns = ("length_km", "freq_ghz", "availability_pct", "height_a_m", "height_b_m")
    return pd.DataFrame(
        {"place_a": a, "place_b": b, "kind": "microwave", **{name: found[:, i] for i, name in enumerate(columns)}},
        index=pd.Index([f"{one}~{other}" for one, other in zip(a, b, strict=True)], name="link_id", dtype=object),
    )


def _summed(values: FloatArray) -> FloatArray:
    """Sums of all above and left of each corner of the cells."""
    return np.pad(values, ((1, 0), (1, 0))).cumsum(axis=0).cumsum(axis=1)


@njit(cache=True, nogil=True, error_model="numpy")
def _lacks(heights, along, bend, lack):  # type: ignore[no-untyped-def]
    """What each point of a path lacks to a ray from ground to ground; how many points there are, -1 where one of them is not known.

    `along` has the positions of both ends, the length in km and the steps; a row of `bend` the bulge in m over d1 d2 in km², and the wanted
    radius in m over the root of d1 d2 / d in km.
    """
    row, column, length_km, steps = along[0], along[1], along[4], int(along[5])
    down, right = along[2] - row, along[3] - column
    near, far = interpolate(heights, row, column), interpolate(heights, along[2], along[3])
    for j in range(1, steps):
        t = j / steps
        square = t * (1.0 - t) * length_km
        need = -np.inf
        for c in range(len(bend)):
            need = max(need, bend[c, 0] * square * length_km + bend[c, 1] * np.sqrt(square))
        lack[j] = interpolate(heights, row + t * down, column + t * right) + need - ((1.0 - t) * near + t * far)
        if not np.isfinite(lack[j]):
            return -1
    return steps


@njit(cache=True, nogil=True, error_model="numpy")
def _least_heights(heights, along, first, reach, bend, lowest):  # type: ignore[no-untyped-def]
    """Least antenna heights over each path, equal as far as both masts reach; NaN where it is not clear even from their tops.

    The pairs of masts of path i are those from ``first[i]`` to ``first[i + 1]``.
    """
    out = np.full((len(reach), 2), np.nan)
    state = np.full(len(reach), _BLOCKED, np.int8)
    lack = np.empty(int(along[:, 5].max()) + 1 if len(along) else 1)
    for i in range(len(along)):
        steps = _lacks(heights, along[i], bend[i], lack)
        if steps < 0:
            state[first[i] : first[i + 1]] = _UNKNOWN
            continue
        both = lowest
        for j in range(1, steps):
            both = max(both, lack[j])
        for pair in range(first[i], first[i + 1]):
            low, high = min(reach[pair, 0], reach[pair, 1]), max(reach[pair, 0], reach[pair, 1])
            if both <= low:
                out[pair, 0] = out[pair, 1] = both
                state[pair] = _CLEAR
            elif both <= high and lowest <= low < high:
                far_is_higher = reach[pair, 1] >= reach[pair, 0]
                one = lowest
                for j in range(1, steps):
                    weight = j / steps if far_is_higher else 1.0 - j / steps
                    one = max(one, (lack[j] - (1.0 - weight) * low) / weight)
                if one <= high:
                    out[pair, 0] = low if far_is_higher else one
                    out[pair, 1] = one if far_is_higher else low
                    state[pair] = _CLEAR
    return out, state
