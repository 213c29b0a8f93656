"""Building entry loss, ITU-R P.2109-2."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_planner.errors import ModelRangeError
from geo_planner.propagation import p2109

BUILDINGS = st.sampled_from(["traditional", "thermally_efficient"])


@pytest.mark.parametrize(
    ("freq_mhz", "traditional_db", "efficient_db"),
    # Medians at horizontal incidence as drawn in Fig. 1 of the Recommendation; at 1 GHz eq. 1 by hand:
    # 10 log(10^1.264 + 10^0.91 + 10^-0.3) and 10 log(10^2.819 + 10^2.78 + 10^-0.3).
    [(100, 14.2, 40.2), (1000, 14.31, 31.01), (10_000, 17.7, 34.2), (100_000, 24.0, 56.1)],
)
def test_medians_of_figure_1(freq_mhz: float, traditional_db: float, efficient_db: float) -> None:
    assert p2109.building_entry_loss_db(freq_mhz) == pytest.approx(traditional_db, abs=0.06)
    assert p2109.building_entry_loss_db(freq_mhz, building="thermally_efficient") == pytest.approx(efficient_db, abs=0.06)


def test_spread_at_one_gigahertz_by_hand() -> None:
    # 90 %: A = 12.64 + 1.2816 * 9.6 = 24.943, B = 9.1 + 1.2816 * 4.5 = 14.867, C = -3
    assert p2109.building_entry_loss_db(1000, 90) == pytest.approx(25.356, abs=1e-3)


def test_elevation_adds_to_the_first_term_alike_both_ways() -> None:
    up = p2109.building_entry_loss_db(1000, 99, elevation_deg=30)
    assert up == p2109.building_entry_loss_db(1000, 99, elevation_deg=-30)
    assert up == pytest.approx(float(p2109.building_entry_loss_db(1000, 99)) + 0.212 * 30, abs=0.2)


@given(BUILDINGS, st.floats(80, 100e3), st.floats(0.5, 99), st.floats(0, 0.9))
def test_grows_with_probability(building: p2109.Building, freq: float, probability: float, more: float) -> None:
    low, high = np.asarray(p2109.building_entry_loss_db(freq, [probability, probability + more], building=building))
    assert -3.0 <= low <= high


def test_broadcasts() -> None:
    assert np.shape(p2109.building_entry_loss_db([[700.0], [1800.0]], [10, 50, 90])) == (2, 3)
    assert isinstance(p2109.building_entry_loss_db(700), float)


def test_all_faults_are_told_together() -> None:
    with pytest.raises(ModelRangeError, match=r"freq_mhz.*probability_pct.*elevation_deg.*building"):
        p2109.building_entry_loss_db(79, 0, building="tent", elevation_deg=91)  # type: ignore[arg-type]
