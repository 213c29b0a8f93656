"""Free space, ITU-R P.525-4."""

from __future__ import annotations

import math

import numpy as np
import pytest

from geo_planner.errors import ModelRangeError
from geo_planner.propagation import p525


def test_the_constants_of_the_practical_form() -> None:
    # P.525-4, eq. 4: 32.4 dB at 1 km and 1 MHz (rounded), the same 60 dB up for GHz.
    assert p525.free_space_loss_db(1.0, 1.0) == pytest.approx(32.4478, abs=1e-4)
    assert round(float(p525.free_space_loss_db(1.0, 1000.0)), 1) == 92.4


def test_is_the_ratio_of_distance_to_wavelength() -> None:
    wavelength_m = 299.792458 / 900.0
    assert p525.free_space_loss_db(12.5, 900.0) == pytest.approx(20 * math.log10(4 * math.pi * 12500 / wavelength_m))


def test_broadcasts_and_keeps_scalars_scalar() -> None:
    loss = p525.free_space_loss_db(np.array([[1.0], [2.0]]), [700.0, 1800.0, 2600.0])
    assert np.shape(loss) == (2, 3)
    assert np.allclose(np.diff(loss, axis=0), 20 * math.log10(2))
    assert isinstance(p525.free_space_loss_db(1, 900), float)


def test_all_faults_are_told_together() -> None:
    with pytest.raises(ModelRangeError, match=r"distance_km.*freq_mhz"):
        p525.free_space_loss_db([1.0, 0.0], float("nan"))
