"""What would change the order: the weight that swaps two neighbours, and the missing datum that matters most."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.preferences.settings import Criterion, MethodName, Promethee
from geo_planner.preferences.weights import normalised
from geo_planner.ranking.methods import fixed_topsis, parts
from geo_planner.ranking.scoring import MIDPOINT, STEP, steps, tie_order, urgency
from geo_planner.units import FloatArray, IntArray

SWAP_COLUMNS = ("village_id", "other_id", "direction", "criterion", "weight_now", "weight_swap", "change", "smallest", "rank_after")
WHAT_IF_COLUMNS = ("village_id", "criterion", "rank_now", "rank_best", "rank_worst", "span", "matters_most")


def additive(method: MethodName) -> MethodName:
    """The method whose weights are varied: the chosen one where its score is a sum, else the weighted sum."""
    return "weighted_sum" if method in ("topsis", "topsis_fixed") else method


_BEYOND = 1e-6
"""Step past a swap point at which the new order is read."""


def reweighted(weights: npt.ArrayLike, criterion: int, share: float) -> FloatArray:
    """Weights in which one criterion has the given share and the others keep their proportions; they sum to 1.

    >>> reweighted([0.5, 0.3, 0.2], 0, 0.75).round(3).tolist()
    [0.75, 0.15, 0.1]
    """
    w = np.asarray(weights, dtype=float)
    rest = 1.0 - w[criterion]
    moved = w * ((1.0 - share) / rest if rest > 0 else 0.0)
    moved[criterion] = share
    return moved


def swap_points(
    values: pd.DataFrame,
    criteria: Sequence[Criterion],
    rank: pd.Series,
    *,
    method: MethodName = "weighted_sum",
    thresholds: Promethee | None = None,
) -> pd.DataFrame:
    """For each village and each neighbour in the order, the weights at which the two change places.

    One weight moves and the others keep their proportions. At the swap point the two scores are equal; beyond it they have changed places.
    A change of zero tells a tie, which the number of households or the id has settled.

    Parameters
    ----------
    criteria : sequence of Criterion
        Only the proportions of the weights count.
    rank : Series of int
        The order by `method`.
    method : str
        For both kinds of TOPSIS, whose score is no sum, the swap points are those of the weighted sum, of which `rank` must then be the order.

    Returns
    -------
    DataFrame
        ``village_id``, ``other_id``, ``direction`` ("above" or "below": where the neighbour stands now), ``criterion``, ``weight_now``,
        ``weight_swap``, ``change`` (all shares of 1), ``smallest`` (the smallest change of this pair) and, for the smallest, ``rank_after``:
        the village's rank just past the point, where further villages may have moved as well. A criterion that cannot swap the pair has no
        row.
    """
    ordered = rank.sort_values().index
    u = urgency(values.loc[ordered], criteria).fillna(MIDPOINT).to_numpy()
    s = _parts(additive(method), u, thresholds or Promethee())
    w = normalised([c.weight for c in criteria])
    gap = s[:-1] - s[1:]  # the upper one of each pair less the lower one
    with np.errstate(divide="ignore", invalid="ignore"):
        others = ((gap @ w)[:, None] - gap * w) / (1.0 - w)
        at = others / (others - gap)
        # the difference has to turn negative at one end of the range, or the pair never changes places
        possible = np.isfinite(at) & (at >= 0) & (at <= 1) & (w > 0) & (np.minimum(others, gap) < -STEP)
    pairs, which = np.nonzero(possible)
    share, now = at[possible], w[which]
    # the pair has changed places on the side where the difference is negative, whichever side of the present weight that is
    toward = np.where(others[possible] < 0, -1.0, 1.0)
    level = steps(s @ w)
    share = np.where((level[:-1] == level[1:])[pairs], now, share)
    upper = pd.DataFrame({"village_id": ordered[pairs], "other_id": ordered[pairs + 1], "direction": "below"})
    lower = pd.DataFrame({"village_id": ordered[pairs + 1], "other_id": ordered[pairs], "direction": "above"})
    names = np.array([c.name for c in criteria], dtype=object)
    figures = pd.DataFrame({"criterion": names[which], "weight_now": now, "weight_swap": share, "change": share - now})
    size = figures["change"].abs().groupby(pairs).rank(method="first")
    figures["smallest"] = size == 1
    after = np.zeros((2, len(figures)), dtype=np.int64)
    for row in np.flatnonzero(figures["smallest"].to_numpy()):
        past = float(np.clip(share[row] + toward[row] * _BEYOND, 0.0, 1.0))
        score = steps(s @ reweighted(w, int(which[row]), past))
        for side, position in enumerate((pairs[row], pairs[row] + 1)):
            # villages that tie with it keep the order they had
            ahead = (score > score[position]) | ((score == score[position]) & (np.arange(len(score)) < position))
            after[side, row] = 1 + int(ahead.sum())
    both = [
        pd.concat([who, figures.assign(rank_after=pd.Series(places, dtype="Int64").where(places > 0))], axis=1)
        for who, places in zip((upper, lower), after, strict=True)
    ]
    table = pd.concat(both, ignore_index=True)
    keys = pd.DataFrame({"place": table["village_id"].map(rank), "direction": table["direction"], "size": table["change"].abs()})
    return table.loc[keys.sort_values(["place", "direction", "size"], kind="stable").index, list(SWAP_COLUMNS)].reset_index(drop=True)


def _parts(method: MethodName, u: FloatArray, thresholds: Promethee) -> FloatArray:
    own = parts(method, u, thresholds)
    if own is None:
        raise ValueError(f"the score of {method} is no sum over the criteria")
    return own


def what_if(
    values: pd.DataFrame, criteria: Sequence[Criterion], *, households: pd.Series, method: MethodName = "weighted_sum"
) -> pd.DataFrame:
    """For each missing datum, the ranks between which its true value could place the village, all others as they are.

    Parameters
    ----------
    method : str
        Weighted sum or TOPSIS with fixed bounds; for the others, whose scores hang on the whole list, the weighted sum answers.

    Returns
    -------
    DataFrame
        ``village_id``, ``criterion``, ``rank_now``, ``rank_best``, ``rank_worst``, ``span`` (worst less best) and ``matters_most`` (the
        largest span of the village; of equal ones the heavier criterion), largest span first.
    """
    known = urgency(values, criteria)
    u = known.fillna(MIDPOINT).to_numpy()
    w = normalised([c.weight for c in criteria])

    def score_of(rows: FloatArray) -> IntArray:
        return steps(fixed_topsis(rows, w) if method == "topsis_fixed" else (rows * w).sum(axis=1))

    score = score_of(u)
    order = tie_order(values.index, households)
    turn = np.empty(len(order), dtype=np.int64)
    turn[order] = np.arange(len(order))

    def rank_at(row: int, column: int, urgent: float) -> int:
        changed = u[[row]]
        changed[0, column] = urgent
        mine = score_of(changed)[0]
        ahead = (score > mine) | ((score == mine) & (turn < turn[row]))
        ahead[row] = False
        return 1 + int(ahead.sum())

    rows = []
    for row, column in zip(*np.nonzero(known.isna().to_numpy()), strict=True):
        if w[column] == 0:
            continue
        now, best, worst = (rank_at(row, column, urgent) for urgent in (MIDPOINT, 1.0, 0.0))
        rows.append((values.index[row], criteria[column].name, now, best, worst, worst - best, w[column]))
    table = pd.DataFrame(rows, columns=[*WHAT_IF_COLUMNS[:-1], "_weight"])
    table = table.sort_values(
        ["span", "_weight", "village_id", "criterion"], ascending=[False, False, True, True], kind="stable"
    ).reset_index(drop=True)
    return table.assign(matters_most=~table["village_id"].duplicated()).drop(columns="_weight")
