"""The weighted sum with fixed bounds, ranks and ties.

Because every criterion is scaled by bounds that stand in the scenario, a village's score depends on its own row alone: adding or removing
another village never reorders the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.preferences.settings import Criterion
from geo_planner.preferences.weights import normalised

FloatArray = npt.NDArray[np.float64]

MIDPOINT = 0.5
"""Urgency of a criterion whose value is not known: the middle of its bounds, listed as missing."""
DECIMALS = 12
"""Scores that differ only beyond this decimal differ by the rounding of a sum, and are ties."""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores and order, all on the index of the villages.

    Attributes
    ----------
    score : Series of float
        0 to 1.
    rank : Series of int
        1 for the first; ties go to the larger number of households, then to the smaller id.
    contributions : DataFrame
        One column a criterion; rows add up to `score`.
    missing : Series of tuple of str
        Criteria counted at the midpoint.
    """

    score: pd.Series
    rank: pd.Series
    contributions: pd.DataFrame
    missing: pd.Series


def urgency(values: pd.DataFrame, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """Values scaled by the fixed bounds, 0 for least and 1 for greatest urgency; NaN where not known."""
    names = [c.name for c in criteria]
    return pd.DataFrame(scaled(values[names].to_numpy(dtype=float), criteria), index=values.index, columns=names)


def scaled(values: npt.ArrayLike, criteria: Sequence[Criterion]) -> FloatArray:
    """The same on an array whose last axis runs over the criteria."""
    low = np.array([c.bounds[0] for c in criteria])
    high = np.array([c.bounds[1] for c in criteria])
    return np.asarray(np.clip((np.asarray(values, dtype=float) - low) / (high - low), 0.0, 1.0))


def rank_villages(values: pd.DataFrame, criteria: Sequence[Criterion], *, households: pd.Series) -> Ranking:
    """Weighted sum of the scaled criteria.

    Parameters
    ----------
    values : DataFrame
        One column a criterion, index ``village_id``, NaN where not known.
    criteria : sequence of Criterion
        Bounds and weights; only the proportions of the weights count.
    households : Series
        For ties; NA counts as none.
    """
    names = [c.name for c in criteria]
    known = scaled(values[names].to_numpy(dtype=float), criteria)
    contributions = np.where(np.isnan(known), MIDPOINT, known) * normalised([c.weight for c in criteria])
    score = pd.Series(contributions.sum(axis=1), index=values.index, name="score")
    return Ranking(
        score,
        ranks(score, households),
        pd.DataFrame(contributions, index=values.index, columns=names),
        missing_of(pd.DataFrame(known, index=values.index, columns=names)),
    )


def missing_of(urgencies: pd.DataFrame) -> pd.Series:
    """The criteria without a value, a tuple a village."""
    names = np.array(urgencies.columns, dtype=object)
    rows = [tuple(names[gone]) for gone in urgencies.isna().to_numpy()]
    return pd.Series(rows, index=urgencies.index, name="missing", dtype=object)


def tie_order(index: pd.Index, households: pd.Series) -> npt.NDArray[np.intp]:
    """Positions of the villages in the order in which ties are settled: more households first, then the smaller id."""
    count = pd.to_numeric(households.reindex(index), errors="coerce").astype("Float64").fillna(0.0).to_numpy(dtype=float)
    ids = np.argsort(np.array([str(i) for i in index], dtype=object), kind="stable")
    return np.asarray(ids[np.argsort(-count[ids], kind="stable")])


def ranks(score: pd.Series, households: pd.Series) -> pd.Series:
    """Rank 1 for the highest score; ties by :func:`tie_order`."""
    order = tie_order(score.index, households)
    rounded = np.round(score.to_numpy(dtype=float), DECIMALS)
    places = order[np.argsort(-rounded[order], kind="stable")]
    rank = np.empty(len(score), dtype=np.int64)
    rank[places] = np.arange(1, len(score) + 1)
    return pd.Series(rank, index=score.index, name="rank")


def rank_within(rank: pd.Series, group: pd.Series) -> pd.Series:
    """Rank counted anew within each group, in the order of the overall rank."""
    return rank.groupby(group).rank(method="first").astype("int64").rename("rank_in_group")
