"""Paths side by side: each has the loss that it has alone, to the last bit."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from geo_planner.propagation.itm import attenuation, block, medium, profile
from geo_planner.propagation.itm.types import (
    ERROR_MASK,
    MODE_DIFFRACTION,
    MODE_LINE_OF_SIGHT,
    MODE_TROPOSCATTER,
    Conditions,
    Geometry,
    Quantiles,
)
from geo_planner.propagation.radials import Scene

TX_M, RX_M = 35.0, 1.5
MODES_WITHIN = {
    15.0: {MODE_LINE_OF_SIGHT},
    60.0: {MODE_LINE_OF_SIGHT, MODE_DIFFRACTION},
    400.0: {MODE_LINE_OF_SIGHT, MODE_DIFFRACTION, MODE_TROPOSCATTER},
}
SCENE = Scene(np.zeros((1, 1), np.float32), np.zeros((0, 0), np.float32), 90.0, 0.5, 0.5, 0, 0, 0.0, TX_M, RX_M)


@njit
def put(values: Any, p: int, geometry: Geometry, ns: float, gamma: float) -> None:
    block.put(values, p, geometry, ns, gamma)


def alone(c: Conditions, geometry: Geometry, ns: float, gamma: float) -> tuple[float, int]:
    """Loss and mode of one path by the functions that a single profile goes through."""
    if geometry.tx_horizon_m + geometry.rx_horizon_m > 1.5 * geometry.distance_m:
        geometry = profile.line_of_sight_geometry(
            geometry.distance_m, geometry.tx_effective_m, geometry.rx_effective_m, geometry.delta_h_m, gamma
        )
    attenuation_db, mode, flags = attenuation.longley_rice_scalar(geometry, TX_M, RX_M, gamma, ns, c.radio)
    above_db, _ = medium.variability_scalar(attenuation_db, geometry, c.radio, c.climate, c.quantiles)
    loss_db = above_db + medium.free_space_loss(geometry.distance_m, c.radio)
    return (np.nan if flags & ERROR_MASK else loss_db), mode


def drawn(rng: np.random.Generator, furthest_m: float) -> tuple[Geometry, float, float]:
    distance_m = float(rng.uniform(1e3, furthest_m))
    clear = rng.random() < 0.3
    horizons_m = (distance_m, distance_m) if clear else rng.uniform(200.0, 0.7 * distance_m, 2)
    ns, gamma = medium.refractivity(301.0, float(rng.choice([0.0, 300.0, 2500.0, 9000.0])))
    effective_m = TX_M + rng.choice([0.0, 10.0, 400.0]) * rng.random(), RX_M + rng.choice([0.0, 10.0, 400.0]) * rng.random()
    angles = rng.uniform(-0.01, 0.25, 2)
    rough_m = float(rng.choice([0.0, 1e-3, 30.0, 900.0]) * rng.random())
    return Geometry(distance_m, *map(float, (*angles, *horizons_m, *effective_m)), rough_m), ns, gamma


@pytest.mark.parametrize("count", [1, 7, 100, block.PATHS])
@pytest.mark.parametrize("furthest_km", MODES_WITHIN)
@pytest.mark.parametrize(
    ("freq_mhz", "quantiles"), [(900.0, (0.0, 0.0, 0.0, 12)), (150.0, (1.3, -0.5, 0.8, 3)), (6000.0, (-2.0, 0.3, 0.0, 1))]
)
def test_a_path_has_the_same_loss_in_company(count: int, furthest_km: float, freq_mhz: float, quantiles: tuple[Any, ...]) -> None:
    rng = np.random.default_rng(int(furthest_km) + count)
    c = Conditions(301.0, medium.prepare_radio(freq_mhz, True, 15.0, 0.005), medium.prepare_climate(5, freq_mhz), Quantiles(*quantiles))
    paths = block.new_block()
    all_drawn = [drawn(rng, 1e3 * furthest_km) for _ in range(count)]
    for p, (geometry, ns, gamma) in enumerate(all_drawn):
        put(paths.values, p, geometry, ns, gamma)
    paths.cells[:count] = np.arange(count)
    loss_db: NDArray[np.float64] = np.full((1, count), 7.0)
    block.work_out(c, loss_db, SCENE, paths, count)
    wanted, modes = zip(*[alone(c, *path) for path in all_drawn], strict=True)
    assert np.array_equal(loss_db[0], np.array(wanted), equal_nan=True)
    if count >= 100:
        assert np.isnan(loss_db).any()
        assert np.isfinite(loss_db).mean() > 0.5
        assert set(modes) >= MODES_WITHIN[furthest_km]
