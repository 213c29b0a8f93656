"""Path loss around a mast: the radial sweep is the model on a profile for each cell, and knows what it does not know."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from numpy.typing import NDArray
from scipy.ndimage import gaussian_filter, map_coordinates

from geo_planner.errors import ModelRangeError
from geo_planner.propagation import itm, p1812
from geo_planner.propagation.area import LossModel, LossWindow, loss_around
from geo_planner.propagation.p1812.physics import beta0_scalar
from geo_planner.propagation.radials import FOREGROUND, NEAR_CELLS

CELL_M = 90.0
SIZE = 120
MAST: dict[str, Any] = {"row": 61.3, "column": 57.8, "tx_height_m": 30.0, "rx_height_m": 1.5, "freq_mhz": 900.0, "radius_km": 5.0}
MODELS = ("itm", "p1812", "delta_bullington")


def mountains(seed: int = 1, size: int = SIZE) -> NDArray[np.float32]:
    """Rough terrain of some 800 m relief."""
    noise = np.random.default_rng(seed).standard_normal((size, size))
    z = 60.0 * gaussian_filter(noise, 9.0) / 0.03 + 14.0 * gaussian_filter(noise, 2.0) / 0.14
    return np.asarray(z - z.min() + 300.0, dtype=np.float32)


def around(heights_m: NDArray[np.float32], model: str | LossModel = "p1812", **options: Any) -> LossWindow:
    given_model = model if isinstance(model, LossModel) else LossModel(name=model)  # type: ignore[arg-type]
    return loss_around(heights_m, CELL_M, model=given_model, **{**MAST, **options})


def apart(heights_m: NDArray[np.float32], model: str | LossModel, **options: Any) -> NDArray[np.float64]:
    """Differences of the sweep from the profiles, at cells that both know."""
    swept = around(heights_m, model, **options).loss_db
    exact = around(heights_m, model, method="profiles", **options).loss_db
    assert np.array_equal(np.isfinite(swept), np.isfinite(exact))
    known = np.isfinite(exact)
    return np.abs(swept[known].astype(np.float64) - exact[known])


def assert_within_tolerance(difference_db: NDArray[np.float64]) -> None:
    assert difference_db.size > 5000
    assert np.median(difference_db) < 0.5
    assert np.percentile(difference_db, 95) <= 3.0


def profile(heights_m: NDArray[np.float32], i: int, j: int) -> tuple[float, NDArray[np.float64]]:
    """Length in m and heights of the straight path to a cell's centre, extracted by another library."""
    drow, dcolumn = i + 0.5 - MAST["row"], j + 0.5 - MAST["column"]
    cells = math.hypot(drow, dcolumn)
    share = np.linspace(0.0, 1.0, max(int(cells + 0.5), 2) + 1)
    points = [MAST["row"] + share * drow - 0.5, MAST["column"] + share * dcolumn - 0.5]
    return cells * CELL_M, map_coordinates(heights_m.astype(np.float64), points, order=1, mode="nearest")


# ------------------------------------------------------------------------------------------------------ sweep and profiles
@pytest.mark.parametrize("model", MODELS)
@pytest.mark.parametrize("seed", [1, 2])
def test_sweep_equals_profiles_within_tolerance(model: str, seed: int) -> None:
    assert_within_tolerance(apart(mountains(seed), model))


@pytest.mark.parametrize("model", MODELS)
def test_sweep_equals_profiles_over_gentle_ground(model: str) -> None:
    assert_within_tolerance(apart(np.float32(0.03) * mountains(3), model))


@pytest.mark.parametrize("time_pct", [1.0, 10.0])
def test_rare_times_are_swept_too(time_pct: float) -> None:
    heights_m, model = mountains(), LossModel(name="p1812", time_pct=time_pct)
    assert_within_tolerance(apart(heights_m, model))
    known = np.isfinite(around(heights_m).loss_db)
    less = around(heights_m, model).loss_db[known] - around(heights_m).loss_db[known]
    assert less.max() <= 1e-3
    assert less.min() < -0.3


@pytest.mark.parametrize("freq_mhz", [150.0, 3500.0])
@pytest.mark.parametrize("model", MODELS)
def test_other_bands_and_masts(model: str, freq_mhz: float) -> None:
    assert_within_tolerance(apart(mountains(4), model, freq_mhz=freq_mhz, tx_height_m=8.0, rx_height_m=3.0))


def test_thinning_stays_inside_the_tolerance() -> None:
    assert_within_tolerance(apart(mountains(), "itm", irregularity_stride=8))


@pytest.mark.parametrize("stride", [1, 32])
@pytest.mark.parametrize("model", ["itm", "p1812"])
def test_a_frame_changes_no_bit(model: str, stride: int) -> None:
    """Thinned, a path takes over what one before it on its radial has, which a frame leaves out."""
    heights_m = mountains()
    whole = around(heights_m, model, irregularity_stride=stride)
    rows, columns = slice(70, 101), slice(20, 55)
    part = around(heights_m, model, irregularity_stride=stride, frame=(rows, columns))
    i, j = part.row - whole.row, part.column - whole.column
    high, wide = part.loss_db.shape
    assert np.isfinite(part.loss_db).sum() > 100
    assert np.array_equal(whole.loss_db[i : i + high, j : j + wide], part.loss_db, equal_nan=True)


def test_bounds_leave_out_only_what_does_not_count() -> None:
    """The sweep skips terms by bounds at 50 % of the time; just below 50 % it works all of them out."""
    for seed, scale in ((1, 1.0), (2, 0.2), (3, 0.02), (4, 3.0)):
        heights_m = np.float32(scale) * mountains(seed)
        short = around(heights_m, LossModel(name="p1812", time_pct=50.0)).loss_db
        full = around(heights_m, LossModel(name="p1812", time_pct=50.0 - 1e-9)).loss_db
        known = np.isfinite(short)
        # the last digit of a float32 of this size is 1.5e-5 dB
        assert np.abs(short[known] - full[known]).max() <= 1e-4, (seed, scale)


def test_variability_of_ducting_is_positive_where_the_sweep_relies_on_it() -> None:
    assert max(beta0_scalar(lat, d, d)[0] for lat in (0.0, 22.0, 60.0, 80.0) for d in (0.25, 1.0, 10.0, 100.0, 1000.0)) < 50.0


@pytest.mark.parametrize("model", MODELS)
def test_threads_change_no_bit(model: str) -> None:
    heights_m = mountains()
    one = around(heights_m, model).loss_db
    for workers in (2, 3, 5):
        assert np.array_equal(one, around(heights_m, model, workers=workers).loss_db, equal_nan=True)


# --------------------------------------------------------------------------------------------- one cell, the public function
@pytest.mark.parametrize(("i", "j"), [(20, 30), (61, 100), (100, 57), (75, 75), (58, 60), (90, 22), (12, 58)])
def test_each_cell_is_the_public_function_on_its_profile(i: int, j: int) -> None:
    heights_m = mountains()
    length_m, z = profile(heights_m, i, j)
    link = {key: MAST[key] for key in ("tx_height_m", "rx_height_m", "freq_mhz")}
    expected = {
        "itm": itm.path_loss(z, length_m / (z.size - 1), n0=325.0, **link).loss_db,
        "p1812": p1812.path_loss(np.linspace(0.0, length_m / 1000.0, z.size), z, **link).loss_db,
    }
    for model, loss_db in expected.items():
        window = around(heights_m, model, method="profiles")
        assert window.loss_db[i - window.row, j - window.column] == pytest.approx(loss_db, abs=1e-3)


# ------------------------------------------------------------------------------------------------------------ unknown ground
@pytest.mark.parametrize("method", ["radial", "profiles"])
@pytest.mark.parametrize("model", MODELS)
def test_behind_a_void_nothing_is_known(model: str, method: Any) -> None:
    heights_m = mountains()
    heights_m[30:34, 40:80] = np.nan
    loss = around(heights_m, model, method=method)
    whole = around(mountains(), model, method=method)
    behind = np.zeros(heights_m.shape, dtype=bool)
    behind[10:30, 56:60] = True
    behind[30:34, 40:80] = True
    behind = behind[loss.row : loss.row + loss.loss_db.shape[0], loss.column : loss.column + loss.loss_db.shape[1]]
    assert np.isnan(loss.loss_db[behind & np.isfinite(whole.loss_db)]).all()
    # the other side of the mast is as it was
    south = int(MAST["row"]) + 3 - loss.row
    assert np.array_equal(loss.loss_db[south:], whole.loss_db[south:])


@pytest.mark.parametrize("method", ["radial", "profiles"])
@pytest.mark.parametrize("model", ["free_space", *MODELS])
def test_a_mast_outside_the_grid_reaches_nothing(model: str, method: Any) -> None:
    loss = around(mountains(), model, method=method, row=-3.0).loss_db
    assert loss.size
    assert not np.isfinite(loss).any()
    assert np.isnan(loss).any()


def test_beyond_the_radius_the_loss_is_infinite() -> None:
    loss = around(mountains(), radius_km=2.0).loss_db
    assert np.isinf(loss[0, 0])
    assert np.isfinite(loss[loss.shape[0] // 2, loss.shape[1] // 2])


# ------------------------------------------------------------------------------------------------------------------ clutter
@pytest.mark.parametrize("method", ["radial", "profiles"])
def test_clutter_along_the_path_raises_the_loss(method: Any) -> None:
    heights_m = mountains()
    bare = around(heights_m, method=method).loss_db
    none = around(heights_m, method=method, clutter_m=np.zeros_like(heights_m)).loss_db
    woods = around(heights_m, method=method, clutter_m=np.full_like(heights_m, 15.0)).loss_db
    known = np.isfinite(bare)
    assert np.abs(none[known] - bare[known]).max() < 1e-4
    more = woods[known] - bare[known]
    assert more.min() > -1e-3
    assert np.median(more) > 1.0


def test_sweep_over_clutter_equals_profiles() -> None:
    heights_m = mountains()
    clutter_m = np.where(np.random.default_rng(5).random(heights_m.shape) < 0.5, 12.0, 0.0).astype(np.float32)
    clutter_m = np.repeat(np.repeat(clutter_m[::6, ::6], 6, axis=0), 6, axis=1)
    difference = apart(heights_m, "p1812", clutter_m=clutter_m)
    assert np.median(difference) < 0.5
    assert np.percentile(difference, 95) <= 3.0


# ------------------------------------------------------------------------------------------------------------------- ranges
@pytest.mark.parametrize(
    ("model", "options", "word"),
    [
        ("itm", {"freq_mhz": 10.0}, "frequency"),
        ("itm", {"freq_mhz": 30_000.0}, "frequency"),
        ("p1812", {"freq_mhz": 7000.0}, "frequency"),
        ("p1812", {"rx_height_m": 0.5}, "receiver"),
        ("p1812", {"tx_height_m": 4000.0}, "transmitter"),
        ("itm", {"tx_height_m": 0.1}, "transmitter"),
        (LossModel(name="p1812", time_pct=60.0), {}, "time"),
        (LossModel(name="p1812", location_pct=0.5), {}, "location"),
        (LossModel(name="itm", n0=100.0), {}, "n0"),
        (LossModel(name="itm", climate="polar"), {}, "climate"),
    ],
)
def test_outside_its_range_a_model_is_refused(model: str | LossModel, options: dict[str, float], word: str) -> None:
    with pytest.raises(ModelRangeError, match=word):
        around(mountains(), model, **options)


# ---------------------------------------------------------------------------------------------------------------- properties
@settings(max_examples=25, deadline=None)
@given(seed=st.integers(0, 10_000), model=st.sampled_from(MODELS), azimuth=st.floats(0.0, 2 * math.pi), wall_m=st.floats(-250.0, 2000.0))
def test_loss_never_hangs_on_terrain_beyond_the_cell(seed: int, model: str, azimuth: float, wall_m: float) -> None:
    """Raising or lowering everything farther from the mast than a circle leaves each cell within it as it was."""
    heights_m = mountains(7)
    rows, columns = np.indices(heights_m.shape)
    length = np.hypot(rows + 0.5 - MAST["row"], columns + 0.5 - MAST["column"])
    circle = 20.0 + seed % 25
    changed = heights_m.copy()
    bearing = np.arctan2(columns + 0.5 - MAST["column"], MAST["row"] - rows - 0.5) - azimuth
    changed[(length > circle) & (np.cos(bearing) > 0.0)] += np.float32(wall_m)
    before, after = around(heights_m, model), around(changed, model)
    window = np.s_[before.row : before.row + before.loss_db.shape[0], before.column : before.column + before.loss_db.shape[1]]
    # bilinear reading takes in neighbours up to 1.5 cells farther out
    inside = length[window] <= circle - 1.5
    assert inside.sum() > np.pi * NEAR_CELLS**2 > FOREGROUND
    assert np.array_equal(before.loss_db[inside], after.loss_db[inside])
