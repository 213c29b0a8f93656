"""Tau-b and the draw by lot against scipy.stats, which is not loaded in a run."""

from __future__ import annotations

import math
from fractions import Fraction

import numpy as np
import pytest
from scipy.stats import hypergeom, kendalltau

from geo_planner.ranking.counting import chance_of_so_few, tau_b


def _lists(seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Two lists: few or many ties, near to each other or not, now and then one that tells nothing apart."""
    draw = np.random.default_rng(seed)
    n, values = int(draw.integers(2, 80)), int(draw.integers(1, 60))
    a = draw.integers(-values, values, n)
    near = a * 3 + draw.integers(-2, 3, n)
    return a, (near, -near, draw.integers(0, values, n), np.zeros(n, dtype=int))[seed % 4]


@pytest.mark.parametrize("seed", range(300))
def test_tau_is_that_of_scipy_to_the_last_bit(seed: int) -> None:
    a, b = _lists(seed)
    np.testing.assert_equal(tau_b(a, b), float(kendalltau(a, b).statistic))


def test_tau_counts_every_pair_as_its_definition_does() -> None:
    a, b = _lists(6)
    signs = np.sign(np.subtract.outer(a, a)), np.sign(np.subtract.outer(b, b))
    by_pairs = (signs[0] * signs[1]).sum() / math.sqrt((signs[0] ** 2).sum() * (signs[1] ** 2).sum())
    assert tau_b(a, b) == pytest.approx(by_pairs, abs=1e-15)


@pytest.mark.parametrize("order", [1, -1])
def test_tau_of_a_long_list_with_itself_or_its_reverse(order: int) -> None:
    a = np.random.default_rng(5).permutation(20_000)
    assert tau_b(a, order * a) == pytest.approx(order, abs=1e-15)


def test_the_chance_is_that_of_scipy_and_of_whole_numbers() -> None:
    draw = np.random.default_rng(8)
    for _ in range(1000):
        total = int(draw.integers(1, 300))
        group, drawn = (int(draw.integers(0, total + 1)) for _ in range(2))
        fewest, most = max(0, drawn - (total - group)), min(group, drawn)
        found = int(draw.integers(fewest, most + 1))
        ways = sum(math.comb(group, k) * math.comb(total - group, drawn - k) for k in range(fewest, found + 1))
        chance = chance_of_so_few(found, total, group, drawn)
        assert chance == pytest.approx(float(Fraction(ways, math.comb(total, drawn))), abs=1e-15)
        assert chance == pytest.approx(hypergeom.cdf(found, total, group, drawn), rel=1e-14)


def test_the_chance_of_the_most_that_can_be_is_one_and_smallest_ones_keep_their_digits() -> None:
    assert chance_of_so_few(7, 20, 7, 12) == 1.0
    assert chance_of_so_few(0, 1000, 500, 400) == pytest.approx(float(Fraction(math.comb(500, 400), math.comb(1000, 400))), rel=1e-14)
