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


def test_broadcasts() -> None:
    assert np.shape(p2108.height_gain_loss_db([[700.0], [2600.0]], [1.5, 2.0, 3.0], "open")) == (2, 3)
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
