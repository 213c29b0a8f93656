"""Weights of the criteria: by hand, equal, or from an AHP table of pairwise judgements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.errors import SettingError
from geo_planner.words import first_of

# Mean consistency index of random reciprocal tables, order 1 to 15 (Saaty, The Analytic Hierarchy Process, 1980).
_RANDOM_INDEX = (0.0, 0.0, 0.58, 0.90, 1.12, 1.24, 1.32, 1.41, 1.45, 1.49, 1.51, 1.48, 1.56, 1.57, 1.59)
LARGEST_TABLE = len(_RANDOM_INDEX)
CONSISTENT_BELOW = 0.1
"""Saaty's limit of the consistency ratio."""


@dataclass(frozen=True, slots=True)
class Ahp:
    """Weights from pairwise judgements.

    Attributes
    ----------
    weights : Series of float
        Principal eigenvector, sum 1, index the criteria.
    largest_eigenvalue, consistency_index, consistency_ratio : float
        The ratio is 0 for one or two criteria, which cannot contradict each other.
    worst : tuple of (str, str, float)
        The judgement farthest from what the weights imply, and the ratio that would fit them.
    """

    weights: pd.Series
    largest_eigenvalue: float
    consistency_index: float
    consistency_ratio: float
    worst: tuple[str, str, float]

    @property
    def consistent(self) -> bool:
        """Whether the ratio keeps to Saaty's limit."""
        return self.consistency_ratio <= CONSISTENT_BELOW


def pairwise_table(names: Sequence[str], judgements: Mapping[tuple[str, str], float]) -> pd.DataFrame:
    """Full reciprocal table of the judgements "first counts so many times as much as second".

    Raises
    ------
    ValueError
        When a pair is missing, given twice or names something that is not a criterion.
    """
    strange = sorted({n for pair in judgements for n in pair if n not in names})
    if strange:
        raise SettingError("setting.judgements_no_criterion", names=first_of([name[:80] for name in strange], 10))
    table = np.eye(len(names))
    at = {name: position for position, name in enumerate(names)}
    for (first, second), times in judgements.items():
        if first == second or (second, first) in judgements:
            raise SettingError("setting.this_pair_twice", first=first, second=second)
        table[at[first], at[second]], table[at[second], at[first]] = times, 1.0 / times
    lacking = [f"{names[i]}/{names[j]}" for i, j in np.argwhere(table == 0) if i < j]
    if lacking:
        raise SettingError("setting.judgements_missing", pairs=first_of(lacking, 10))
    return pd.DataFrame(table, index=list(names), columns=list(names))


def ahp(table: pd.DataFrame) -> Ahp:
    """Weights and consistency of a reciprocal table.

    Parameters
    ----------
    table : DataFrame, shape (n, n)
        ``table.loc[a, b]`` says how many times as much `a` counts as `b`; n at most 15.

    Raises
    ------
    ValueError
        When the table is not positive and reciprocal, or too large.

    References
    ----------
    Saaty, T. L. (1990). How to make a decision: the analytic hierarchy process. Eur. J. Oper. Res. 48, 9-26.
    """
    a = table.to_numpy(dtype=float)
    n = len(a)
    if n > LARGEST_TABLE:
        raise SettingError("setting.pairwise_too_large", most=LARGEST_TABLE, n=n)
    if a.shape != (n, n) or not (a > 0).all() or not np.allclose(a * a.T, 1.0, rtol=1e-6):
        raise SettingError("setting.pairwise_shape")
    values, vectors = np.linalg.eig(a)
    main = int(np.argmax(values.real))
    vector = np.abs(vectors[:, main].real)
    weights = vector / vector.sum()
    largest = float(values[main].real)
    index = max(0.0, (largest - n) / (n - 1)) if n > 2 else 0.0
    ratio = index / _RANDOM_INDEX[n - 1] if n > 2 else 0.0
    implied = weights[:, None] / weights
    i, j = divmod(int(np.argmax(np.abs(np.log(a / implied)))), n)
    worst = (str(table.index[i]), str(table.columns[j]), float(implied[i, j]))
    return Ahp(pd.Series(weights, index=table.index, name="weight"), largest, index, ratio, worst)


def normalised(weights: npt.ArrayLike) -> npt.NDArray[np.float64]:
    """Weights that sum to 1.

    >>> normalised([3, 1]).tolist()
    [0.75, 0.25]
    """
    array = np.asarray(weights, dtype=float)
    return np.asarray(array / array.sum())
