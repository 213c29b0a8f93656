"""The sweep knows and does not know what a profile of each cell's own knows: around voids, at the frame, on fine grids."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter

from geo_planner.propagation.area import P1812_SHORTEST_KM, LossModel, free_space_slant_db, loss_around

MODELS = ("p1812", "itm", "delta_bullington")
SIZE = 100


def mountains(seed: int = 1) -> NDArray[np.float32]:
    noise = np.random.default_rng(seed).standard_normal((SIZE, SIZE))
    z = 60.0 * gaussian_filter(noise, 9.0) / 0.03 + 14.0 * gaussian_filter(noise, 2.0) / 0.14
    return np.asarray(z - z.min() + 300.0, dtype=np.float32)


def pair(
    heights_m: NDArray[np.float32], cell_m: float, model: str, row: float, column: float, radius_km: float, **options: Any
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The sweep's loss and the profiles'."""
    mast: dict[str, Any] = {"row": row, "column": column, "tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 900.0}
    swept, exact = (
        loss_around(heights_m, cell_m, **mast, radius_km=radius_km, model=LossModel(name=model), method=method, **options).loss_db  # type: ignore[arg-type]
        for method in ("radial", "profiles")
    )
    return swept, exact


def apart_db(swept: NDArray[np.float32], exact: NDArray[np.float32]) -> NDArray[np.float32]:
    """Differences where both know; what one does not know the other does not know either."""
    assert np.array_equal(np.isnan(swept), np.isnan(exact))
    assert np.array_equal(np.isinf(swept), np.isinf(exact))
    known = np.isfinite(exact)
    return np.abs(swept[known] - exact[known])


def speckle(heights_m: NDArray[np.float32], draw: np.random.Generator) -> None:
    heights_m[draw.random(heights_m.shape) < draw.choice([0.0003, 0.002, 0.02])] = np.nan


def holes(heights_m: NDArray[np.float32], draw: np.random.Generator) -> None:
    for _ in range(6):
        row, column = draw.integers(0, SIZE, 2)
        heights_m[row : row + draw.integers(1, 12), column : column + draw.integers(1, 12)] = np.nan


def sea(heights_m: NDArray[np.float32], draw: np.random.Generator) -> None:
    rows, columns = np.indices(heights_m.shape)
    heights_m[rows + columns * draw.uniform(0.2, 3.0) > draw.uniform(90.0, 300.0)] = np.nan


@settings(max_examples=40, deadline=None)
@given(
    seed=st.integers(0, 10_000),
    pattern=st.sampled_from([speckle, holes, sea]),
    model=st.sampled_from(MODELS),
    cell_m=st.sampled_from([10.0, 90.0, 250.0]),
    workers=st.sampled_from([1, 3]),
)
def test_a_cell_is_unknown_where_its_own_path_is(seed: int, pattern: Any, model: str, cell_m: float, workers: int) -> None:
    draw = np.random.default_rng(seed)
    heights_m = mountains(seed % 5)
    pattern(heights_m, draw)
    row, column = draw.uniform(20.0, 80.0, 2)
    difference_db = apart_db(*pair(heights_m, cell_m, model, row, column, 0.06 * cell_m, workers=workers))
    if difference_db.size > 500:
        assert np.percentile(difference_db, 95) <= 3.0


@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("place", [(0.0, 50.0), (0.2, 50.3), (50.5, 0.4), (100.0, 100.0), (99.9, 99.95), (0.4, 0.4)])
def test_a_mast_at_the_frame_loses_no_cell_by_rounding(model: str, place: tuple[float, float]) -> None:
    """No path between two places of the grid leaves it, though a radial beside it may."""
    swept, exact = pair(mountains(), 90.0, model, *place, 6.0)
    assert apart_db(swept, exact).size > 1000
    assert not np.isnan(exact).any()


@pytest.mark.parametrize("model", MODELS)
def test_a_known_receiver_beside_a_void_is_known(model: str) -> None:
    """Its own cell has a height, and so has everything before it."""
    heights_m, shore = mountains(), 5
    heights_m[:, :shore] = np.nan
    for row, column in ((50.3, 30.7), (41.7, 52.9), (48.1, 46.2), (50.5, 61.3)):
        swept, exact = pair(heights_m, 90.0, model, row, column, 6.0)
        assert apart_db(swept, exact).size > 3000
        assert not np.isnan(exact[:, shore:]).any()
        assert np.isnan(exact[:, :shore]).any()


@pytest.mark.parametrize("cell_m", [5.0, 8.0, 12.5, 20.0, 24.9, 25.0, 30.0])
@pytest.mark.parametrize("model", MODELS)
def test_the_sweep_agrees_with_the_profiles_whatever_the_cell(model: str, cell_m: float) -> None:
    difference_db = apart_db(*pair(mountains(3), cell_m, model, 50.3, 48.8, 0.045 * cell_m))
    assert difference_db.size > 3000
    assert np.median(difference_db) < 0.5
    assert np.percentile(difference_db, 95) <= 3.0


@pytest.mark.parametrize("method", ["radial", "profiles"])
@pytest.mark.parametrize("cell_m", [5.0, 8.0, 12.5, 20.0, 24.9, 30.0])
def test_paths_too_short_for_p1812_have_the_loss_of_free_space(method: Any, cell_m: float) -> None:
    """The Recommendation begins at 250 m, which is fifty cells of 5 m."""
    heights_m, row, column = mountains(3), 50.3, 48.8
    window = loss_around(
        heights_m, cell_m, row=row, column=column, tx_height_m=30.0, rx_height_m=1.5, freq_mhz=900.0, radius_km=0.045 * cell_m,
        model=LossModel(), method=method,
    )  # fmt: skip
    far = loss_around(
        heights_m, cell_m, row=row, column=column, tx_height_m=30.0, rx_height_m=1.5, freq_mhz=900.0, radius_km=0.045 * cell_m,
        model=LossModel(name="free_space"),
    )  # fmt: skip
    rows, columns = np.indices(window.loss_db.shape)
    length_m = np.hypot(rows + window.row + 0.5 - row, columns + window.column + 0.5 - column) * cell_m
    near = length_m < 1000.0 * P1812_SHORTEST_KM
    assert np.array_equal(window.loss_db[near], far.loss_db[near])
    beyond = np.isfinite(window.loss_db) & ~near
    if beyond.sum() > 500:
        assert (window.loss_db[beyond] - far.loss_db[beyond]).max() > 5.0
    assert math.isclose(float(far.loss_db[near].min()), free_space_slant_db(10.0, 0.0, 0.9), abs_tol=15.0)
