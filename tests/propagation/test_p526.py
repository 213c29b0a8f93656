"""Diffraction, ITU-R P.526-15."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray

from geo_planner.errors import ModelRangeError
from geo_planner.propagation import p526

HEIGHTS = st.floats(1.0, 3000.0)
FREQUENCIES = st.floats(30.0, 6000.0)


def hills(points: int, seed: float, relief: float = 1.0) -> NDArray[np.float64]:
    """Terrain from a formula, so that every machine has the same."""
    i = np.arange(points)
    waves = 90.0 * np.sin(0.11 * i + seed) + 45.0 * np.cos(0.37 * i * (1 + 0.1 * seed)) + 12.0 * np.sin(1.9 * i)
    return np.asarray(400.0 + relief * waves)


# ---------------------------------------------------------------------------------------------------- single edge
@pytest.mark.parametrize(
    ("nu", "loss_db"),
    # P.526-15, eq. 31 worked out by hand; Fig. 9 of the Recommendation shows 6 dB at grazing, 14 dB at 1 and 20 dB at 2.4.
    [(-0.78, 0.0), (-3.0, 0.0), (0.0, 6.03), (1.0, 13.93), (2.4, 20.54), (-0.5, 1.96)],
)
def test_knife_edge_values(nu: float, loss_db: float) -> None:
    assert p526.knife_edge_loss_db(nu) == pytest.approx(loss_db, abs=0.011)


def test_knife_edge_takes_arrays() -> None:
    nu = np.linspace(-2, 3, 12).reshape(3, 4)
    loss = np.asarray(p526.knife_edge_loss_db(nu))
    assert loss.shape == (3, 4)
    assert loss[1, 2] == p526.knife_edge_loss_db(nu[1, 2])
    with pytest.raises(ModelRangeError):
        p526.knife_edge_loss_db([0.0, float("nan")])


@given(st.floats(-5, 50), st.floats(0, 10))
def test_knife_edge_is_monotone(nu: float, more: float) -> None:
    assert p526.knife_edge_loss_db(nu + more) >= p526.knife_edge_loss_db(nu)


def test_single_edge_from_its_geometry() -> None:
    # nu = h sqrt(2 / lambda (1/d1 + 1/d2)) = 10 sqrt(2 / 0.3331 * 0.4e-3) = 0.490 (eq. 26)
    assert p526.single_knife_edge(10.0, 5.0, 5.0, freq_mhz=900.0) == pytest.approx(10.2076, abs=1e-4)
    assert p526.single_knife_edge(0.0, 1.0, 7.0, freq_mhz=900.0) == pytest.approx(6.0329, abs=1e-4)
    assert p526.single_knife_edge(-60.0, 5.0, 5.0, freq_mhz=900.0) == 0.0
    with pytest.raises(ModelRangeError, match=r"distance_1_km.*freq_mhz.*height_m"):
        p526.single_knife_edge(math.inf, 0.0, 5.0, freq_mhz=-1.0)


def test_bullington_on_one_edge_is_that_edge() -> None:
    # Over an Earth without curvature one edge is its own Bullington point; eq. 21 then adds its empirical part.
    distance = np.linspace(0, 10, 11)
    heights = np.zeros(11)
    heights[4] = 80.0
    result = p526.bullington(distance, heights, tx_height_m=20, rx_height_m=20, freq_mhz=900, effective_earth_radius_km=1e12)
    assert result.point_km == pytest.approx(4.0)
    assert result.knife_edge_db == pytest.approx(p526.single_knife_edge(60.0, 4.0, 6.0, freq_mhz=900), abs=1e-6)
    assert result.loss_db == pytest.approx(result.knife_edge_db + (1 - math.exp(-result.knife_edge_db / 6)) * 10.2)
    assert not result.line_of_sight


def test_bullington_in_line_of_sight_takes_the_largest_nu() -> None:
    distance = np.linspace(0, 10, 101)
    heights = np.zeros(101)
    heights[30] = 95.0
    result = p526.bullington(distance, heights, tx_height_m=100, rx_height_m=100, freq_mhz=900)
    assert result.line_of_sight
    assert result.point_km == pytest.approx(3.0)
    below_m = 95.0 + 500 / 8500 * 3 * 7 - 100.0
    assert result.nu == pytest.approx(below_m * math.sqrt(0.002 * 10 / (299.792458 / 900 * 21)))


# ---------------------------------------------------------------------------------------------------- whole method
# Calculated by the implementation once it reproduced every intermediate of the published ITU-R Study Group 3 validation
# examples for Recommendation P.1812, which contains the same method.
@pytest.mark.parametrize(
    ("seed", "relief", "freq_mhz", "polarization", "loss_db", "actual_db", "smooth_db", "spherical_db"),
    [
        (0.0, 1.0, 900.0, "vertical", 49.3106275, 49.3106275, 0.0, 0.0),
        (1.0, 1.0, 2600.0, "horizontal", 44.7873146, 44.7873146, 0.0, 0.0),
        (4.6, 1.0, 60.0, "horizontal", 42.0149971, 38.4613083, 6.4253821, 9.9790709),
        (2.0, 0.05, 900.0, "vertical", 17.5275859, 12.0061772, 8.5629776, 14.0843863),
        (3.3, 0.1, 60.0, "vertical", 31.3884247, 14.8579364, 11.0647184, 27.5952067),
        (3.3, 0.1, 60.0, "horizontal", 31.3452058, 14.8579364, 11.0647184, 27.5519878),
        (5.2, 0.2, 1800.0, "vertical", 36.5458844, 36.1956341, 2.1509127, 2.501163),
    ],
)
def test_pinned_profiles(
    seed: float,
    relief: float,
    freq_mhz: float,
    polarization: p526.Polarization,
    loss_db: float,
    actual_db: float,
    smooth_db: float,
    spherical_db: float,
) -> None:
    result = p526.delta_bullington(
        np.linspace(0, 24, 161),
        hills(161, seed, relief),
        tx_height_m=35,
        rx_height_m=2,
        freq_mhz=freq_mhz,
        polarization=polarization,
    )
    got = (result.loss_db, result.bullington_actual_db, result.bullington_smooth_db, result.spherical_db)
    assert got == pytest.approx((loss_db, actual_db, smooth_db, spherical_db), abs=1e-6)
    assert result.loss_db == result.bullington_actual_db + max(result.spherical_db - result.bullington_smooth_db, 0.0)
    assert result.effective_tx_m >= 35.0
    assert result.effective_rx_m >= 2.0


def test_flat_ground_is_the_spherical_earth() -> None:
    result = p526.delta_bullington(np.linspace(0, 60, 300), np.zeros(300), tx_height_m=30, rx_height_m=2, freq_mhz=450)
    assert result.loss_db == pytest.approx(result.spherical_db)
    assert result.bullington_actual_db == pytest.approx(result.bullington_smooth_db, abs=1e-9)


@settings(deadline=None, max_examples=60)
@given(st.floats(0, 6), HEIGHTS, HEIGHTS, FREQUENCIES, st.sampled_from(p526.POLARIZATIONS))
def test_reversed_path_has_the_same_loss(seed: float, tx_m: float, rx_m: float, freq: float, polarization: p526.Polarization) -> None:
    distance = np.cumsum(np.concatenate(([0.0], 0.2 + 0.1 * np.sin(np.arange(60)))))
    heights = hills(61, seed)
    there = p526.delta_bullington(distance, heights, tx_height_m=tx_m, rx_height_m=rx_m, freq_mhz=freq, polarization=polarization)
    back = p526.delta_bullington(
        (distance[-1] - distance)[::-1],
        heights[::-1],
        tx_height_m=rx_m,
        rx_height_m=tx_m,
        freq_mhz=freq,
        polarization=polarization,
    )
    assert back.loss_db == pytest.approx(there.loss_db, abs=1e-8)


@settings(deadline=None, max_examples=60)
@given(st.integers(1, 99), st.floats(0, 400), st.floats(0, 200), HEIGHTS, HEIGHTS, FREQUENCIES)
def test_a_higher_obstacle_never_lowers_the_bullington_loss(
    where: int, height_m: float, more_m: float, tx_m: float, rx_m: float, freq: float
) -> None:
    # Only Bullington's part: the smooth surface of the complete method follows the obstacle and may take more away.
    def loss(top_m: float) -> float:
        heights = np.zeros(101)
        heights[where] = top_m
        return p526.bullington(np.linspace(0, 20, 101), heights, tx_height_m=tx_m, rx_height_m=rx_m, freq_mhz=freq).loss_db

    assert loss(height_m + more_m) >= loss(height_m) - 1e-9


@settings(deadline=None, max_examples=60)
@given(st.floats(1, 100), st.floats(1, 500), st.floats(0, 500), st.floats(1, 100), FREQUENCIES)
def test_a_taller_mast_never_adds_diffraction_over_flat_ground(
    total_km: float, tx_m: float, more_m: float, rx_m: float, freq: float
) -> None:
    def loss(mast_m: float) -> float:
        return p526.delta_bullington(
            np.linspace(0, total_km, 150), np.zeros(150), tx_height_m=mast_m, rx_height_m=rx_m, freq_mhz=freq
        ).loss_db

    assert loss(tx_m + more_m) <= loss(tx_m) + 1e-9


# ------------------------------------------------------------------------------------- smooth surface without a search
@settings(deadline=None, max_examples=300)
@given(
    st.integers(2, 400),
    st.floats(0.25, 1000.0),
    HEIGHTS,
    HEIGHTS,
    st.sampled_from([6371.0, 8500.0, 19113.0, 1e5]),
    st.floats(0.05, 10.0),
)
def test_constant_time_smooth_loss_equals_the_search(
    intervals: int, total_km: float, hte_m: float, hre_m: float, radius_km: float, wavelength_m: float
) -> None:
    distance = np.linspace(0, total_km, intervals + 1)
    searched, _, _ = p526.bullington_profile(distance, np.zeros(intervals + 1), hte_m, hre_m, 1 / radius_km, wavelength_m)
    direct = p526.smooth_bullington_equidistant(total_km, intervals, hte_m, hre_m, 1 / radius_km, wavelength_m)
    assert direct == pytest.approx(searched, abs=1e-9)


@settings(deadline=None, max_examples=200)
@given(st.lists(st.floats(0.001, 5.0), min_size=2, max_size=80), HEIGHTS, HEIGHTS, st.sampled_from([8500.0, 19113.0]))
def test_smooth_loss_at_uneven_points_equals_the_search(steps: list[float], hte_m: float, hre_m: float, radius_km: float) -> None:
    distance = np.concatenate(([0.0], np.cumsum(steps)))
    searched, _, _ = p526.bullington_profile(distance, np.zeros(distance.size), hte_m, hre_m, 1 / radius_km, 0.333)
    direct = p526.smooth_bullington_profile(distance, hte_m, hre_m, 1 / radius_km, 0.333)
    assert direct == pytest.approx(searched, abs=1e-9)


def test_scalar_delta_bullington_equals_the_profile() -> None:
    for seed, radius in [(0.3, 8500.0), (1.4, 19113.0), (2.9, 6371.0), (5.0, 1e5)]:
        distance = np.linspace(0, 18, 121)
        heights = hills(121, seed)
        whole = p526.delta_bullington(distance, heights, tx_height_m=40, rx_height_m=3, freq_mhz=800, effective_earth_radius_km=radius)
        hts, hrs = heights[0] + 40, heights[-1] + 3
        wavelength = 0.299792458 / 0.8
        obstacles = p526.Obstacles(
            18.0,
            hts,
            hrs,
            p526.max_slope_from_tx(distance, heights, hts, 1 / radius)[0],
            p526.max_slope_from_rx(distance, heights, hrs, 1 / radius)[0],
            p526.max_nu(distance, heights, hts, hrs, 1 / radius, wavelength)[0],
        )
        radio = p526.Radio(0.8, wavelength, True, 22.0, 0.003)
        parts = p526.delta_bullington_equidistant_scalar(obstacles, 120, whole.smooth_tx_m, whole.smooth_rx_m, radius, 0.0, radio)
        assert parts == pytest.approx(whole.loss_db, abs=1e-9)


# -------------------------------------------------------------------------------------------------------------- faults
def test_all_faults_are_told_together() -> None:
    with pytest.raises(ModelRangeError) as caught:
        p526.delta_bullington(
            [0.0, 1.0, 1.0],
            [1.0, math.nan, 3.0],
            tx_height_m=0,
            rx_height_m=1,
            freq_mhz=900,
            polarization="circular",  # type: ignore[arg-type]
            eps_r=0.0,
        )
    text = str(caught.value)
    for word in ("distance_km", "heights_m", "tx_height_m", "polarization", "eps_r"):
        assert word in text


@pytest.mark.parametrize(
    ("distance", "heights"),
    [([0.0, 1.0], [0.0, 0.0]), ([0.0, 1.0, 2.0], [0.0, 0.0]), ([1.0, 2.0, 3.0], [0.0] * 3), ([[0.0]], [[0.0]])],
)
def test_bad_profiles(distance: list[float], heights: list[float]) -> None:
    with pytest.raises(ModelRangeError):
        p526.bullington(distance, heights, tx_height_m=10, rx_height_m=10, freq_mhz=900)
