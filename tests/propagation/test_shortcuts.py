"""What the sweeps leave out, read in one go or ask of many at once: the answer is that of the long way."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo_planner.propagation.itm import attenuation as itm_attenuation
from geo_planner.propagation.itm import medium as itm_medium
from geo_planner.propagation.itm.types import Geometry
from geo_planner.propagation.p1812.sweep import WEAKER_DB, _others_are_weaker, prepare_band
from geo_planner.propagation.radials import FOREGROUND, Scene, group_cells, most_cells, read_line, sort_outwards
from geo_planner.terrain import interpolate

NO_CLUTTER = np.empty((0, 0), dtype=np.float32)


def scene(heights_m: NDArray[np.float32], row: float, column: float, top: int = 0, left: int = 0) -> Scene:
    return Scene(heights_m, NO_CLUTTER, 90.0, row, column, top, left, 100.0, 30.0, 1.5)


# ------------------------------------------------------------------------------------------------------------ cells and lines


def one_by_one(pieces: Iterable[Callable[[], object]]) -> None:
    for piece in pieces:
        piece()


@settings(max_examples=30, deadline=None)
@given(
    row=st.floats(-5.0, 75.0),
    column=st.floats(-5.0, 75.0),
    high=st.integers(1, 60),
    wide=st.integers(1, 60),
    top=st.integers(0, 10),
    left=st.integers(0, 10),
    n_radials=st.integers(8, 400),
    parts=st.integers(2, 5),
)
def test_every_cell_of_the_ring_goes_to_its_nearest_radial_outwards(
    row: float, column: float, high: int, wide: int, top: int, left: int, n_radials: int, parts: int
) -> None:
    near, reach = 10.0, 40.0
    mast = scene(np.zeros((70, 70), np.float32), row, column, top, left)
    grouped, in_parts = (group_cells((high, wide), mast, (near, reach), n_radials, one_by_one, n) for n in (1, parts))
    for one, other in zip(grouped, in_parts, strict=True):
        assert np.array_equal(one, other), "however many parts, the same"
    order, away, starts, _ = grouped
    i, j = np.divmod(np.arange(high * wide), wide)
    south, east = top + i + 0.5 - row, left + j + 0.5 - column
    length = np.hypot(south, east)
    assert np.array_equal(np.sort(order), np.flatnonzero((length > near) & (length <= reach)))
    assert np.array_equal(away, (length[order] + 0.5).astype(int))
    turn = np.arctan2(east, -south)[order] * n_radials / (2.0 * math.pi)
    aside = (turn - np.repeat(np.arange(n_radials), np.diff(starts)) + 0.5 * n_radials) % n_radials - 0.5 * n_radials
    assert np.abs(aside).max(initial=0.0) <= 0.5 + 1e-5 * n_radials

    radials = in_parts
    steps_before = np.empty(most_cells(starts), dtype=np.int32)
    counts = np.empty(radials.steps, dtype=np.uint32)
    for k in range(n_radials):
        span = slice(starts[k], starts[k + 1])
        cells = radials.order[span]
        if cells.size:
            sort_outwards(cells, away[span], counts, steps_before)
            wanted = sorted((int(length[cell] + 0.5) - FOREGROUND - 1, cell) for cell in order[span].tolist())
            assert list(zip(steps_before[: cells.size].tolist(), cells.tolist(), strict=True)) == wanted


@settings(max_examples=60, deadline=None)
@given(
    seed=st.integers(0, 1000),
    voids=st.sampled_from([0.0, 0.01, 0.2]),
    row=st.floats(-3.0, 33.0),
    column=st.floats(-3.0, 43.0),
    azimuth=st.sampled_from([0.0, 0.5 * math.pi, math.pi, 1.5 * math.pi]) | st.floats(0.0, 2.0 * math.pi),
    stop=st.integers(1, 30),
)
def test_a_line_is_read_as_its_points_are(seed: int, voids: float, row: float, column: float, azimuth: float, stop: int) -> None:
    draw = np.random.default_rng(seed)
    heights_m = draw.uniform(0.0, 3000.0, (30, 40)).astype(np.float32)
    heights_m[draw.random(heights_m.shape) < voids] = np.nan
    read_m = np.empty(stop)
    south, east = -math.cos(azimuth), math.sin(azimuth)
    read_line(scene(heights_m, row, column), south, east, 0, stop, read_m)
    wanted_m = [interpolate(heights_m, row + k * south, column + k * east) for k in range(stop)]
    assert np.array_equal(read_m, wanted_m, equal_nan=True)


# -------------------------------------------------------------------------------------------------------------------- physics


def attenuation_the_long_way(geometry: Geometry, radio: Any, slope: float, intercept_db: float, smooth_reach_m: float) -> float:
    """Alg. 4.28 to 4.43 with all their logarithms."""
    reach_m = geometry.tx_horizon_m + geometry.rx_horizon_m
    weight = 1.0 / (1.0 + radio.freq_mhz * geometry.delta_h_m / max(10e3, smooth_reach_m))
    edge_db = smooth_reach_m * slope + intercept_db
    d0_m = 0.04 * radio.freq_mhz * geometry.tx_effective_m * geometry.rx_effective_m
    if intercept_db >= 0.0:
        d0_m = min(d0_m, 0.5 * reach_m)
        d1_m = d0_m + 0.25 * (reach_m - d0_m)
    else:
        d1_m = max(-intercept_db / slope, 0.25 * reach_m)
    d1_db = itm_attenuation._line_of_sight_loss(d1_m, geometry, radio, slope, intercept_db, weight)
    k1 = k2 = 0.0
    fitted = False
    if d0_m < d1_m:
        d0_db = itm_attenuation._line_of_sight_loss(d0_m, geometry, radio, slope, intercept_db, weight)
        log_span = math.log(smooth_reach_m / d0_m)
        over = (smooth_reach_m - d0_m) * (d1_db - d0_db) - (d1_m - d0_m) * (edge_db - d0_db)
        k2 = max(0.0, over / ((smooth_reach_m - d0_m) * math.log(d1_m / d0_m) - (d1_m - d0_m) * log_span))
        fitted = intercept_db > 0.0 or k2 > 0.0
        if fitted:
            k1 = (edge_db - d0_db - k2 * log_span) / (smooth_reach_m - d0_m)
            if k1 < 0.0:
                k1, k2 = 0.0, max(edge_db - d0_db, 0.0) / log_span
                k1 = slope if k2 == 0.0 else 0.0
    if not fitted:
        k1, k2 = max(edge_db - d1_db, 0.0) / (smooth_reach_m - d1_m), 0.0
        k1 = slope if k1 == 0.0 else k1
    return float(edge_db + k1 * (geometry.distance_m - smooth_reach_m) + k2 * math.log(geometry.distance_m / smooth_reach_m))


@settings(max_examples=300, deadline=None)
@given(
    freq_mhz=st.floats(30.0, 6000.0),
    horizons_m=st.tuples(st.floats(200.0, 40e3), st.floats(200.0, 40e3)),
    effective_m=st.tuples(st.floats(1.0, 800.0), st.floats(1.0, 800.0)),
    delta_h_m=st.floats(0.0, 1500.0),
    slope=st.floats(1e-6, 5e-3),
    intercept_db=st.floats(-60.0, 60.0),
    share=st.floats(0.02, 0.999),
)
def test_itm_short_of_the_horizon_is_that_of_the_algorithm(
    freq_mhz: float,
    horizons_m: tuple[float, float],
    effective_m: tuple[float, float],
    delta_h_m: float,
    slope: float,
    intercept_db: float,
    share: float,
) -> None:
    smooth_reach_m = sum(math.sqrt(2.0 * height_m * 8.5e6) for height_m in effective_m)
    geometry = Geometry(share * smooth_reach_m, 0.0, 0.0, *horizons_m, *effective_m, delta_h_m)
    radio = itm_medium.prepare_radio(freq_mhz, True, 15.0, 0.005)
    arguments = (geometry, radio, slope, intercept_db, smooth_reach_m)
    assert itm_attenuation._line_of_sight_attenuation(*arguments) == pytest.approx(
        attenuation_the_long_way(*arguments), rel=1e-12, abs=1e-9
    )


@settings(max_examples=300, deadline=None)
@given(
    freq_ghz=st.floats(0.03, 6.0),
    total_km=st.floats(0.3, 100.0),
    shares=st.tuples(st.floats(0.001, 1.0), st.floats(0.001, 1.0)),
    angles=st.tuples(st.floats(-50.0, 100.0), st.floats(-50.0, 100.0)),
    margin_db=st.floats(-6.0, 6.0),
)
def test_a_bound_of_the_logarithm_decides_as_the_logarithm_does(
    freq_ghz: float, total_km: float, shares: tuple[float, float], angles: tuple[float, float], margin_db: float
) -> None:
    band = prepare_band(freq_ghz, 8500.0, 325.0)
    horizons_km = [max(share * total_km, 0.01) for share in shares]
    free_space_db = band.free_space_db + 20.0 * math.log10(total_km)
    scatter_db = band.scatter_db + 20.0 * math.log10(total_km) + 0.573 * (1e3 * total_km / band.radius_km + sum(angles))
    above = [max(angle - 0.1 * away_km, 0.0) for angle, away_km in zip(angles, horizons_km, strict=True)]
    bent = 1e3 * total_km / band.radius_km + sum(min(angle, 0.1 * away_km) for angle, away_km in zip(angles, horizons_km, strict=True))
    ducting_db = band.coupling_db + 0.264 * sum(above) * band.cube_root + 5e-5 * band.radius_km * band.cube_root * bent
    ducting_db += 20.0 * math.log10(sum(horizons_km))
    for rise, away_km in zip(above, horizons_km, strict=True):
        ducting_db += 20.0 * math.log10(1.0 + 0.361 * rise * math.sqrt(freq_ghz * away_km))
    # a diffraction loss that brings both so close that the bound alone cannot tell
    diffraction_db = max(ducting_db - free_space_db - margin_db, 0.0)
    found = _others_are_weaker(band, total_km * total_km, angles, tuple(horizons_km), total_km, free_space_db, diffraction_db)
    margins = (scatter_db - free_space_db - diffraction_db - WEAKER_DB, ducting_db - free_space_db - diffraction_db)
    if min(abs(margin) for margin in margins) > 1e-3:
        assert found == (margins[0] > 0.0 and (diffraction_db <= 0.0 or margins[1] > 0.0))
