"""Rural macrocell path loss, 3GPP TR 38.901."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.errors import ModelRangeError
from geo_planner.propagation import tr38901

MASTS = st.floats(10, 150)
TERMINALS = st.floats(1, 10)
FREQUENCIES = st.floats(500, 30e3)


def test_line_of_sight_by_hand() -> None:
    # Table 7.4.1-1 with the default 35 m, 1.5 m, 5 m at 700 MHz: breakpoint 2 pi 35 * 1.5 * 7e8 / 3e8 = 769.7 m.
    # 0.5 km: d3D 501.12 m; 20 log(40 pi d3D 0.7 / 3) = 83.345, + 0.4778 log d3D - 0.7008 + 0.001398 d3D
    assert tr38901.los_loss_db(0.5, 700) == pytest.approx(84.633, abs=2e-3)
    # 5 km: PL1(769.7 m) + 40 log(5000.1 / 769.7)
    assert tr38901.los_loss_db(5.0, 700) == pytest.approx(121.331, abs=2e-3)


def test_no_line_of_sight_by_hand() -> None:
    # 161.04 - 7.1 log 20 + 7.5 log 5 - (24.37 - 3.7 / 49) log 35 + (43.42 - 3.1 log 35)(log 1.00056) + 20 log 0.7
    #   - (3.2 log^2 17.625 - 4.97) at 1 km
    expected = (
        161.04
        - 7.1 * math.log10(20)
        + 7.5 * math.log10(5)
        - (24.37 - 3.7 / 49) * math.log10(35)
        + (43.42 - 3.1 * math.log10(35)) * math.log10(math.hypot(1, 0.0335))
        + 20 * math.log10(0.7)
        - (3.2 * math.log10(17.625) ** 2 - 4.97)
    )
    assert expected == pytest.approx(116.445, abs=1e-3)
    assert tr38901.nlos_loss_db(1.0, 700) == pytest.approx(expected, abs=1e-9)


@given(st.floats(0.01, 9.0), st.floats(0, 1), FREQUENCIES, MASTS, TERMINALS)
def test_loss_grows_with_distance(near: float, more: float, freq: float, base: float, terminal: float) -> None:
    low, high = np.asarray(tr38901.los_loss_db([near, near + more], freq, base_height_m=base, terminal_height_m=terminal))
    assert high >= low


@given(st.floats(0.01, 5.0), FREQUENCIES, MASTS, TERMINALS)
def test_hidden_never_loses_less_than_seen(distance: float, freq: float, base: float, terminal: float) -> None:
    seen = tr38901.los_loss_db(distance, freq, base_height_m=base, terminal_height_m=terminal)
    assert tr38901.nlos_loss_db(distance, freq, base_height_m=base, terminal_height_m=terminal) >= seen


def test_broadcasts() -> None:
    assert np.shape(tr38901.nlos_loss_db([[1.0], [2.0]], [700, 900, 1800])) == (2, 3)
    assert isinstance(tr38901.los_loss_db(1, 700), float)


def test_all_faults_are_told_together() -> None:
    with pytest.raises(ModelRangeError, match=r"distance_km.*freq_mhz.*base_height_m.*terminal_height_m"):
        tr38901.los_loss_db(10.5, 400, base_height_m=9, terminal_height_m=11)
    with pytest.raises(ModelRangeError, match=r"distance_km.*street_width_m"):
        tr38901.nlos_loss_db(5.5, 700, street_width_m=60)
