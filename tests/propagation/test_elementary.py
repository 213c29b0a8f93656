"""Elementary functions of our own: within the bounds that they state, wherever they are defined, and alike for one value as for many."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from numba import njit
from numpy.typing import NDArray

from geo_planner.propagation import elementary

Values = NDArray[np.float64]


def over(function: Callable[[Any], Any]) -> Callable[[Values], Values]:
    """The function over an array, in a loop that the compiler may take several values of at a time."""

    @njit(error_model="numpy")
    def fill(values, results):  # type: ignore[no-untyped-def]
        for i in range(values.size):
            results[i] = function(values[i])

    def of(values: Values) -> Values:
        results = np.empty_like(values)
        fill(values, results)
        return results

    return of


LOG, LOG10, EXP = over(elementary.log), over(elementary.log10), over(elementary.exp)


@njit(error_model="numpy")
def one_sine(angle: float) -> float:
    sine, _ = elementary.sine_and_cosine(angle)
    return sine  # type: ignore[no-any-return]


@njit(error_model="numpy")
def one_cosine(angle: float) -> float:
    _, cosine = elementary.sine_and_cosine(angle)
    return cosine  # type: ignore[no-any-return]


def relative(found: Values, wanted: NDArray[np.longdouble]) -> float:
    assert np.isfinite(found).all()
    return float(np.max(np.abs(found - wanted) / np.where(wanted == 0.0, 1.0, np.abs(wanted))))


def arguments_of_a_logarithm() -> Values:
    rng = np.random.default_rng(1)
    binades = np.ldexp(rng.uniform(1.0, 2.0, (2046, 300)), np.arange(-1022, 1024)[:, None]).ravel()
    edges = np.ldexp(np.array([1.0, np.nextafter(2.0, 0.0)])[:, None], np.arange(-1022, 1024)).ravel()
    near_one = 1.0 + rng.choice([-1.0, 1.0], 300_000) * 10.0 ** rng.uniform(-16.0, -0.5, 300_000)
    mantissas = np.linspace(0.5, 2.0, 600_001)
    root = np.nextafter(np.sqrt(0.5), [0.0, 1.0])
    return np.concatenate([binades, edges, near_one, mantissas, root, 2.0 * root])


@pytest.mark.parametrize(("found", "wanted", "bound"), [(LOG, np.log, 4e-16), (LOG10, np.log10, 6e-16)], ids=["natural", "decimal"])
def test_logarithm_in_every_binade_and_near_one(found: Any, wanted: Any, bound: float) -> None:
    values = arguments_of_a_logarithm()
    assert relative(found(values), wanted(values.astype(np.longdouble))) < bound
    assert found(np.array([1.0]))[0] == 0.0


def test_no_logarithm_outside_the_normal_numbers() -> None:
    outside = np.array([0.0, -0.0, 5e-324, np.nextafter(2.0**-1022, 0.0), -1.0, -1e300, -np.inf, np.inf, np.nan])
    assert np.isnan(LOG(outside)).all()
    assert np.isnan(LOG10(outside)).all()


def test_exponential_over_its_whole_range() -> None:
    rng = np.random.default_rng(2)
    small = rng.choice([-1.0, 1.0], 300_000) * 10.0 ** rng.uniform(-20.0, 0.0, 300_000)
    halves = (np.arange(-1020, 1022) + 0.5) * np.log(2.0)
    values = np.concatenate(
        [np.linspace(-708.0, 709.0, 1_000_001), np.linspace(-20.0, 2.0, 500_000), small, halves, np.nextafter(halves, 0.0)]
    )
    assert relative(EXP(values), np.exp(values.astype(np.longdouble))) < 5e-16
    assert EXP(np.array([0.0, -0.0])).tolist() == [1.0, 1.0]
    assert EXP(np.array([-708.1, -1e9, -np.inf])).tolist() == [0.0, 0.0, 0.0]
    assert EXP(np.array([709.1, 1e9, np.inf])).tolist() == [np.inf] * 3
    assert np.isnan(EXP(np.array([np.nan])))


def test_sine_and_cosine_of_a_quarter_turn() -> None:
    angles = np.linspace(0.0, np.pi / 2, 1_000_001)
    wide = angles.astype(np.longdouble)
    assert float(np.abs(over(one_sine)(angles) - np.sin(wide)).max()) < 4e-16
    assert float(np.abs(over(one_cosine)(angles) - np.cos(wide)).max()) < 4e-16
    assert np.isnan(over(one_sine)(np.array([np.nan])))


@pytest.mark.parametrize("function", [elementary.log, elementary.log10, elementary.exp, one_sine, one_cosine])
def test_one_value_has_the_bits_that_it_has_among_many(function: Any) -> None:
    values = np.random.default_rng(3).uniform(0.0, 1.5, 1003)
    together = over(function)(values)
    alone = np.array([over_one(function, value) for value in values[:40]] + [over_one(function, value) for value in values[-40:]])
    assert np.array_equal(np.concatenate([together[:40], together[-40:]]), alone)


def over_one(function: Any, value: float) -> float:
    return float(function(value))
