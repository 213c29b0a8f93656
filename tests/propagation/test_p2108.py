"""Clutter loss at a terminal, ITU-R P.2108-1."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.errors import ModelRangeError
from geo_planner.propagation import p2108

FREQUENCIES = st.floats(30, 3000)
SHADING = st.sampled_from(["suburban", "urban_or_forest", "dense_urban"])


def test_edge_clutter_by_hand() -> None:
    # Section 3.1, suburban, 900 MHz, 1.5 m below 10 m: hdif 8.5 m, angle atan(8.5 / 27) = 17.475 deg,
    # nu = 0.342 sqrt(0.9) sqrt(8.5 * 17.475) = 3.9543, J(nu) = 24.78 dB, less 6.03 dB.
    assert p2108.height_gain_loss_db(900, 1.5, "suburban") == pytest.approx(18.752, abs=2e-3)


def test_surface_clutter_by_hand() -> None:
    # Section 3.1, open, 900 MHz: (21.8 + 6.2 log 0.9) log(10 / 1.5) = 21.516 * 0.8239
    assert p2108.height_gain_loss_db(900, 1.5, "open") == pytest.approx(17.727, abs=2e-3)
    assert p2108.height_gain_loss_db(900, 1.5, "water") == p2108.height_gain_loss_db(900, 1.5, "open")


@pytest.mark.parametrize(("clutter", "height_m"), p2108.REPRESENTATIVE_HEIGHT_M.items())
def test_no_loss_from_the_representative_height_on(clutter: p2108.Clutter, height_m: float) -> None:
    assert p2108.height_gain_loss_db(700, [height_m, height_m + 5], clutter) == pytest.approx(0.0, abs=1e-12)
    assert p2108.height_gain_loss_db(700, 40.0, clutter, representative_height_m=50.0) > 0.0


@given(SHADING, FREQUENCIES, st.floats(0.5, 25), st.floats(0, 10))
def test_a_higher_antenna_never_loses_more(clutter: p2108.Clutter, freq: float, height_m: float, more_m: float) -> None:
    low, high = np.asarray(p2108.height_gain_loss_db(freq, [height_m, height_m + more_m], clutter))
    assert high <= low + 1e-9
    # The Recommendation rounds the loss of a grazed edge, 6.033 dB, to 6.03.
    assert high >= 0.0


def test_statistical_loss_by_hand() -> None:
    # Section 3.2, 2 GHz, 2 km: Ll = 28.007, Ls = 41.078; -5 log(10^-5.6015 + 10^-8.2155) = 28.002
    assert p2108.statistical_loss_db(2000, 2.0) == pytest.approx(28.002, abs=2e-3)
    # With sigma 4.005 (eq. 3b) and the 0.9 quantile 1.2816
    assert p2108.statistical_loss_db(2000, 2.0, 90.0) == pytest.approx(28.002 + 1.2816 * 4.005, abs=5e-3)


def test_statistical_loss_saturates_at_two_kilometres() -> None:
    loss = np.asarray(p2108.statistical_loss_db(3500, [0.25, 0.5, 1.0, 2.0, 5.0, 50.0]))
    assert np.all(np.diff(loss[:4]) > 0)
    assert loss[3] == loss[4] == loss[5]


@given(st.floats(500, 67000), st.floats(0.25, 100), st.floats(0.1, 99.8), st.floats(0, 0.1))
def test_more_locations_mean_more_loss(freq: float, distance: float, location: float, more: float) -> None:
    assert p2108.statistical_loss_db(freq, distance, location + more) >= p2108.statistical_loss_db(freq, distance, location)


def test_broadcasts() -> None:
    assert np.shape(p2108.statistical_loss_db([[700.0], [2600.0]], [1.0, 2.0, 3.0], 10.0)) == (2, 3)
    assert isinstance(p2108.statistical_loss_db(700, 1), float)
    assert isinstance(p2108.height_gain_loss_db(700, 1.5, "open"), float)


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"freq_mhz": 29}, "freq_mhz"),
        ({"freq_mhz": 3001}, "freq_mhz"),
        ({"antenna_height_m": 0}, "antenna_height_m"),
        ({"clutter": "hamlet"}, "clutter"),
        ({"street_width_m": 0}, "street_width_m"),
        ({"representative_height_m": math.nan}, "representative_height_m"),
    ],
)
def test_height_gain_range(change: dict[str, Any], word: str) -> None:
    good: dict[str, Any] = {"freq_mhz": 900, "antenna_height_m": 1.5, "clutter": "suburban"}
    with pytest.raises(ModelRangeError, match=word):
        p2108.height_gain_loss_db(**good | change)


def test_statistical_range() -> None:
    with pytest.raises(ModelRangeError, match=r"freq_mhz.*distance_km.*location_pct"):
        p2108.statistical_loss_db(499, 0.2, 100)
    assert p2108.statistical_loss_db(900, 0.5) > 0
    with pytest.raises(ModelRangeError, match="distance_km"):
        p2108.statistical_loss_db(900, 0.5, both_ends=True)
