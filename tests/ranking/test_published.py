"""Printed results come out to the printed digits."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from pymcdm.methods import PROMETHEE_II

from geo_planner.ranking import ahp
from geo_planner.ranking.methods import promethee_flows, topsis


def test_topsis_with_vector_normalisation() -> None:
    """Tzeng, Huang (2011), Multiple Attribute Decision Making, TOPSIS example: closeness 0.5037, 0.6581, 0.7482, 0.3340."""
    matrix = [[5, 8, 4], [7, 6, 8], [8, 8, 6], [7, 4, 6]]
    assert topsis(matrix, [0.3, 0.4, 0.3]).round(4).tolist() == [0.5037, 0.6581, 0.7482, 0.3340]


def test_topsis_with_range_normalisation() -> None:
    """Opricovic, Tzeng (2004), Eur. J. Oper. Res. 156, mountain climbing (risk is a cost): 0.500, 0.617, 0.500."""
    matrix = [[-1, 3000], [-2, 3750], [-5, 4500]]
    assert topsis(matrix, [0.5, 0.5], normalisation="range").round(3).tolist() == [0.500, 0.617, 0.500]


def test_promethee_ii_with_the_usual_criterion() -> None:
    """Zhao, Peng, Li (2013), Procedia Computer Science 17, 181-188: net flows 0.1, -0.3, 0.2."""
    flows = promethee_flows([[4, 3, 2], [3, 2, 4], [5, 1, 3]])
    assert (flows @ [0.5, 0.3, 0.2]).round(2).tolist() == [0.1, -0.3, 0.2]


def test_promethee_linear_preference_against_the_definition() -> None:
    """Brans, Vincke (1985), type V criterion, worked out pair by pair on the figures of their hydroelectric sites."""
    costs = np.array([600, 200, 400, 1000, 600, 700], dtype=float)
    expected = []
    for a in costs:
        out = sum(min(max((b - a - 50) / 450, 0.0), 1.0) for b in costs) / 5
        back = sum(min(max((a - b - 50) / 450, 0.0), 1.0) for b in costs) / 5
        expected.append(out - back)
    flows = promethee_flows(-costs[:, None], q=50, p=500)
    np.testing.assert_allclose(flows[:, 0], expected, atol=1e-12)


@pytest.mark.parametrize("seed", range(20))
def test_promethee_agrees_with_pymcdm(seed: int) -> None:
    rng = np.random.default_rng(seed)
    table = rng.uniform(0, 1, (rng.integers(2, 40), rng.integers(1, 8))).round(rng.integers(1, 6))
    one, (q, p) = np.ones(1), np.sort(rng.uniform(0, 0.6, 2))
    for shape, ours in (("usual", promethee_flows(table)), ("vshape_2", promethee_flows(table, q=q, p=p))):
        thresholds = {"q": [q], "p": [p]} if shape == "vshape_2" else {}
        theirs = [PROMETHEE_II(shape, **thresholds)(table[:, [j]], one, one, validation=False) for j in range(table.shape[1])]
        np.testing.assert_allclose(ours, np.column_stack(theirs), atol=1e-12)


def test_promethee_refuses_nan() -> None:
    with pytest.raises(ValueError, match="finite"):
        promethee_flows([[1.0, np.nan], [0.0, 1.0]])


def test_ahp_drinks() -> None:
    """Saaty (2008), Int. J. Services Sciences 1, consumption of drinks: weights .177 .019 .042 .116 .190 .129 .327, CR .022."""
    rows = [
        [1, 9, 5, 2, 1, 1, 1 / 2],
        [1 / 9, 1, 1 / 3, 1 / 9, 1 / 9, 1 / 9, 1 / 9],
        [1 / 5, 3, 1, 1 / 3, 1 / 4, 1 / 3, 1 / 9],
        [1 / 2, 9, 3, 1, 1 / 2, 1, 1 / 3],
        [1, 9, 4, 2, 1, 2, 1 / 2],
        [1, 9, 3, 1, 1 / 2, 1, 1 / 3],
        [2, 9, 9, 3, 2, 3, 1],
    ]
    names = ["coffee", "wine", "tea", "beer", "sodas", "milk", "water"]
    result = ahp(pd.DataFrame(rows, index=names, columns=names))
    # coffee is printed .177 and computes as .1775: the print cuts the digit
    np.testing.assert_allclose(result.weights, [0.177, 0.019, 0.042, 0.116, 0.190, 0.129, 0.327], atol=6e-4)
    assert round(result.consistency_ratio, 3) == 0.022
    assert result.consistent


def test_ahp_house() -> None:
    """Saaty (1990), Eur. J. Oper. Res. 48, choice of a house: largest eigenvalue 9.669, CI .238, CR .169."""
    rows = [
        [1, 5, 3, 7, 6, 6, 1 / 3, 1 / 4],
        [1 / 5, 1, 1 / 3, 5, 3, 3, 1 / 5, 1 / 7],
        [1 / 3, 3, 1, 6, 3, 4, 6, 1 / 5],
        [1 / 7, 1 / 5, 1 / 6, 1, 1 / 3, 1 / 4, 1 / 7, 1 / 8],
        [1 / 6, 1 / 3, 1 / 3, 3, 1, 1 / 2, 1 / 5, 1 / 6],
        [1 / 6, 1 / 3, 1 / 4, 4, 2, 1, 1 / 5, 1 / 6],
        [3, 5, 1 / 6, 7, 5, 5, 1, 1 / 2],
        [4, 7, 5, 8, 6, 6, 2, 1],
    ]
    names = ["size", "transport", "neighbourhood", "age", "yard", "facilities", "condition", "financing"]
    result = ahp(pd.DataFrame(rows, index=names, columns=names))
    assert result.weights.round(3).tolist() == [0.173, 0.054, 0.188, 0.018, 0.031, 0.036, 0.167, 0.333]
    assert round(result.largest_eigenvalue, 3) == 9.669
    assert round(result.consistency_index, 3) == 0.238
    assert round(result.consistency_ratio, 3) == 0.169
    assert not result.consistent
    assert set(result.worst[:2]) == {"neighbourhood", "condition"}
