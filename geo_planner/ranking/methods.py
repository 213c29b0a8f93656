"""Second opinions beside the weighted sum: TOPSIS with fixed bounds, TOPSIS, PROMETHEE II; which of them can reverse ranks is told as data.

Every method works on urgencies (0 to 1, larger is more urgent) in which what is not known stands at the midpoint, and gives scores from 0 to
1, larger first. Every one is monotone: a village that is at least as urgent as another in every criterion never scores less, so that none offers
an order in which greater need comes later.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_planner.preferences.settings import Criterion, MethodName, Promethee, RankingSettings
from geo_planner.preferences.weights import normalised
from geo_planner.ranking.counting import tau_b
from geo_planner.ranking.scoring import MIDPOINT, ranks, steps, tied_with, urgency, weighed
from geo_planner.units import FloatArray
from geo_planner.words import Said, said


@dataclass(frozen=True, slots=True)
class Method:
    """What a council should know of a method before it reads its order.

    Attributes
    ----------
    name : str
    can_reverse_ranks : bool
        Whether adding or removing a village can swap two others.
    additive : bool
        Whether the contributions of the criteria are the method's own; otherwise its score is shared out in the proportions of the weighted
        sum, for display only.
    source : str
    """

    name: str
    can_reverse_ranks: bool
    additive: bool
    source: str

    @property
    def title(self) -> Said:
        return said(f"method.{self.name}")

    @property
    def note(self) -> Said:
        return said(f"method_note.{self.name}")


_ALL = (
    Method("weighted_sum", False, True, "Keeney, Raiffa (1976)"),
    Method("equal_weights", False, True, "Dawes (1979)"),
    Method("topsis_fixed", False, False, "Hwang, Yoon (1981); García-Cascales, Lamata (2012)"),
    Method("topsis", True, False, "Hwang, Yoon (1981)"),
    Method("promethee_ii", True, True, "Brans, Vincke (1985)"),
)

METHODS: dict[str, Method] = {m.name: m for m in _ALL}


def topsis(matrix: npt.ArrayLike, weights: npt.ArrayLike, *, normalisation: Literal["vector", "range"] = "vector") -> FloatArray:
    """Relative closeness to the ideal of a decision matrix in which more is better.

    Parameters
    ----------
    matrix : array_like, shape (n, m)
        Finite. A column that is zero throughout counts for nobody.
    weights : array_like, shape (m,)
    normalisation : {"vector", "range"}
        Division by the Euclidean norm of the column (Hwang, Yoon 1981), or to 0..1 by its smallest and largest value.

    Returns
    -------
    ndarray, shape (n,)
        0 to 1; 0.5 for all where all rows are equal.
    """
    x = np.asarray(matrix, dtype=float)
    if normalisation == "range":
        low, width = x.min(axis=0), np.ptp(x, axis=0)
        r = (x - low) / np.where(width > 0, width, 1.0)
    else:
        norm = np.sqrt((x**2).sum(axis=0))
        r = x / np.where(norm > 0, norm, 1.0)
    v = r * normalised(weights)
    to_best = np.sqrt(((v - v.max(axis=0)) ** 2).sum(axis=1))
    to_worst = np.sqrt(((v - v.min(axis=0)) ** 2).sum(axis=1))
    total = to_best + to_worst
    return np.asarray(np.where(total > 0, to_worst / np.where(total > 0, total, 1.0), 0.5))


def fixed_topsis(urgencies: npt.ArrayLike, weights: npt.ArrayLike) -> FloatArray:
    """Relative closeness to the ends of the scale: 1 for a village at its most urgent in every criterion, 0 for one at its least.

    The ideal and its opposite stand in the bounds, not in the list, so the closeness of a village hangs on its own row alone. More urgency in a
    criterion that carries weight brings it nearer to the one and farther from the other: it always scores more.

    Parameters
    ----------
    urgencies : array_like, shape (n, m)
        0 to 1.
    weights : array_like, shape (m,)

    References
    ----------
    García-Cascales, M. S., Lamata, M. T. (2012). On rank reversal and TOPSIS method. Math. Comput. Modelling 56, 123-132.
    """
    u, w = np.asarray(urgencies, dtype=float), normalised(weights)
    to_best = np.sqrt((((1.0 - u) * w) ** 2).sum(axis=1))
    to_worst = np.sqrt(((u * w) ** 2).sum(axis=1))
    return np.asarray(to_worst / (to_best + to_worst))


def promethee_flows(matrix: npt.ArrayLike, *, q: float = 0.0, p: float = 0.0) -> FloatArray:
    """Net flow of each criterion by itself; with weights w that sum to 1, the net flow of PROMETHEE II is ``flows @ w``.

    Parameters
    ----------
    matrix : array_like, shape (n, m)
        Finite, n at least 2; more is better.
    q, p : float
        A difference up to `q` does not count, one beyond `p` counts in full, linear between them (type V); both 0: any difference counts in full.

    Raises
    ------
    ValueError
        When a value is not finite.

    References
    ----------
    Brans, J. P., Vincke, P. (1985). A preference ranking organisation method. Management Science 31, 647-656.
    """
    x = np.asarray(matrix, dtype=float)
    if not np.isfinite(x).all():
        raise ValueError("PROMETHEE needs finite values")
    flows = []
    for column in x.T:  # one criterion at a time: all pairs of all of them would not fit for long lists
        ahead = column[:, None] - column
        preferred = np.clip((ahead - q) / (p - q), 0.0, 1.0) if p > q else (ahead > p).astype(float)
        flows.append(preferred.sum(axis=1) / (len(x) - 1) - preferred.sum(axis=0) / (len(x) - 1))
    return np.column_stack(flows)


def parts(method: MethodName, urgencies: npt.ArrayLike, thresholds: Promethee) -> FloatArray | None:
    """What each criterion gives a village before weighting, 0 to 1, so that ``parts @ weights`` is the score.

    None for both kinds of TOPSIS, whose score is no sum.
    """
    u = np.asarray(urgencies, dtype=float)
    if method == "weighted_sum":
        return u
    if method == "promethee_ii":
        if len(u) < 2:
            return np.full_like(u, 0.5)
        return np.asarray((promethee_flows(u, q=thresholds.indifference, p=thresholds.preference) + 1.0) / 2.0)
    return None


def contributions(method: MethodName, urgencies: npt.ArrayLike, criteria: Sequence[Criterion], thresholds: Promethee) -> FloatArray:
    """Share of each criterion in the score, shape (n, m); rows add up to the score of the method.

    For both kinds of TOPSIS the closeness is shared out in the proportions of the weighted sum (equally where that is zero): a display, not a derivation.
    """
    u = np.asarray(urgencies, dtype=float)
    weights = normalised([c.weight for c in criteria])
    own = parts(method, u, thresholds)
    if own is not None:
        return np.asarray(own * weights)
    weighted = u * weights
    total = weighted.sum(axis=1, keepdims=True)
    shares = np.where(total > 0, weighted / np.where(total > 0, total, 1.0), weights)
    closeness = fixed_topsis(u, weights) if method == "topsis_fixed" else topsis(u, weights)
    return np.asarray(closeness[:, None] * shares)


@dataclass(frozen=True, slots=True)
class Comparison:
    """The methods side by side.

    Attributes
    ----------
    scores, ranks : DataFrame
        Index of the villages, one column a method.
    tied_with : DataFrame
        The same: the other villages of the same score by that method, tuples in order of rank.
    tau : DataFrame
        Kendall's tau-b between the scores of each two methods; NaN where one of them cannot tell any two villages apart.
    """

    scores: pd.DataFrame
    ranks: pd.DataFrame
    tied_with: pd.DataFrame
    tau: pd.DataFrame


def compare(values: pd.DataFrame, settings: RankingSettings, *, households: pd.Series) -> Comparison:
    """All methods on the same villages, with the weights of the scenario (and equal ones beside them).

    Parameters
    ----------
    values : DataFrame
        As :func:`geo_planner.ranking.criteria.criteria_values` gives them.
    """
    criteria = settings.weighted_criteria()
    u = urgency(values, criteria).fillna(MIDPOINT).to_numpy()
    names: tuple[MethodName, ...] = ("weighted_sum", "topsis_fixed", "topsis", "promethee_ii")
    scores: dict[str, FloatArray] = {name: contributions(name, u, criteria, settings.promethee).sum(axis=1) for name in names}
    alike = [c.model_copy(update={"weight": float(c.weight > 0)}) for c in criteria]
    scores["equal_weights"] = contributions("weighted_sum", u, alike, settings.promethee).sum(axis=1)
    table = pd.DataFrame(scores, index=values.index)[[m.name for m in _ALL]]
    level = pd.DataFrame(steps(table), index=table.index, columns=table.columns)
    tau = [[1.0 if a == b else _tau(level[a], level[b]) for b in table] for a in table]
    places = {name: ranks(table[name], households, weighed(u, criteria)) for name in table}
    return Comparison(
        table,
        pd.DataFrame(places, index=values.index),
        pd.DataFrame({name: tied_with(table[name], place) for name, place in places.items()}, index=values.index),
        pd.DataFrame(tau, index=table.columns, columns=table.columns),
    )


def _tau(a: pd.Series, b: pd.Series) -> float:
    return tau_b(a, b) if len(a) > 1 else float("nan")
