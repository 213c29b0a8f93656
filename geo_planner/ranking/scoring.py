"""The weighted sum with fixed bounds, ranks and ties.

Because every criterion is scaled by bounds that stand in the scenario, a village's score depends on its own row alone: adding or removing
another village never reorders the rest.

Scores are compared in whole steps of :data:`STEP`: those of the same step are a tie. That is the same everywhere (ranks, methods, simulation,
swap points), it is transitive, and whether two villages tie does not hang on a third.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.preferences.settings import Criterion
from geo_planner.preferences.weights import normalised
from geo_planner.units import FloatArray, IntArray

MIDPOINT = 0.5
"""Urgency of a criterion whose value is not known: the middle of its bounds, listed as missing."""
STEP = 2.0**-30
"""A billionth of the scale: scores and urgencies closer than this differ by the rounding of a sum, and are equal.

A power of two, because the borders between its steps are then no decimals and no fractions that figures of a list give: rounding does not push
equal scores to two sides of one.
"""


@dataclass(frozen=True, slots=True)
class Ranking:
    """Scores and order, all on the index of the villages.

    Attributes
    ----------
    score : Series of float
        0 to 1.
    rank : Series of int
        1 for the first; ties are settled as :func:`ranks` says.
    tied_with : Series of tuple of str
        The other villages of the same score, in order of rank.
    contributions : DataFrame
        One column a criterion; rows add up to `score`.
    missing : Series of tuple of str
        Criteria counted at the midpoint.
    """

    score: pd.Series
    rank: pd.Series
    contributions: pd.DataFrame
    missing: pd.Series
    tied_with: pd.Series


def steps(values: npt.ArrayLike) -> IntArray:
    """Scores or urgencies as whole numbers of :data:`STEP`, to be compared.

    >>> bool(steps(0.1 + 0.2) == steps(0.3)), bool(steps(0.3) == steps(0.300001))
    (True, False)
    """
    return np.asarray(np.rint(np.asarray(values, dtype=float) / STEP)).astype(np.int64)


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
    u = np.where(np.isnan(known), MIDPOINT, known)
    contributions = u * normalised([c.weight for c in criteria])
    score = pd.Series(contributions.sum(axis=1), index=values.index, name="score")
    return ranking_of(
        score, pd.DataFrame(contributions, index=values.index, columns=names), known, criteria=criteria, households=households
    )


def ranking_of(
    score: pd.Series, contributions: pd.DataFrame, known: FloatArray, *, criteria: Sequence[Criterion], households: pd.Series
) -> Ranking:
    """Order, ties and gaps of scores that a method has given; `known` are the urgencies, NaN where there is no value."""
    rank = ranks(score, households, weighed(known, criteria))
    return Ranking(
        score,
        rank,
        contributions,
        missing_of(pd.DataFrame(known, index=score.index, columns=contributions.columns)),
        tied_with(score, rank),
    )


def weighed(urgencies: FloatArray, criteria: Sequence[Criterion]) -> FloatArray:
    """The urgencies of the criteria that carry weight, what is not known at the midpoint."""
    u = np.asarray(urgencies, dtype=float)[:, [c.weight > 0 for c in criteria]]
    return np.where(np.isnan(u), MIDPOINT, u)


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


def ranks(score: pd.Series, households: pd.Series, urgencies: FloatArray | None = None) -> pd.Series:
    """Rank 1 for the highest score; ties by :func:`tie_order`.

    Parameters
    ----------
    score, households : Series
    urgencies : ndarray, optional
        Those of the criteria that carry weight, a row a village: a method that sees no difference between two villages (or one too small to
        show) never places one above another that is at least as urgent in all of them and more in one.
    """
    order = tie_order(score.index, households)
    level = steps(score)
    below = np.zeros(len(level), dtype=np.int64) if urgencies is None else outdone(level, urgencies)
    places = order[np.lexsort((-below[order], -level[order]))]
    rank = np.empty(len(score), dtype=np.int64)
    rank[places] = np.arange(1, len(score) + 1)
    return pd.Series(rank, index=score.index, name="rank")


def outdone(level: IntArray, urgencies: FloatArray) -> IntArray:
    """How many villages of the same step each one outdoes: at least as urgent in every criterion, and more in one.

    Whoever outdoes a village outdoes all that it outdoes, and so has the larger number.
    """
    u = steps(urgencies)
    count = np.zeros(len(level), dtype=np.int64)
    for group in _groups(level):
        rows, where, size = np.unique(u[group], axis=0, return_inverse=True, return_counts=True)
        if len(rows) > 1:
            count[group] = np.array([size[(row >= rows).all(axis=1)].sum() for row in rows] - size)[where.reshape(-1)]
    return count


def tied_with(score: pd.Series, rank: pd.Series) -> pd.Series:
    """For each village the others of the same score, in order of rank; mostly an empty tuple."""
    others: list[tuple[str, ...]] = [()] * len(score)
    place = rank.to_numpy()
    for group in _groups(steps(score)):
        listed = group[np.argsort(place[group])]
        ids = [str(i) for i in score.index[listed]]
        for at, row in enumerate(listed):
            others[row] = (*ids[:at], *ids[at + 1 :])
    return pd.Series(others, index=score.index, name="tied_with", dtype=object)


def _groups(level: IntArray) -> list[npt.NDArray[np.intp]]:
    """Positions of the villages of each step that holds more than one."""
    order = np.argsort(level, kind="stable")
    parts = np.split(order, np.flatnonzero(np.diff(level[order])) + 1)
    return [part for part in parts if len(part) > 1]


def rank_within(rank: pd.Series, group: pd.Series) -> pd.Series:
    """Rank counted anew within each group, in the order of the overall rank."""
    return rank.groupby(group).rank(method="first").astype("int64").rename("rank_in_group")
