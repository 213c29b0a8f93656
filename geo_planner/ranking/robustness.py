"""How sure is it that a village belongs in the first k? A seeded simulation over weights, inputs and methods.

Weights follow a Dirichlet distribution around the chosen ones; household counts are lognormal; the modelled coverage probability carries a
common error in probit units; what is not known is uniform over the bounds of its criterion. Every random stream is keyed by the seed, its
purpose and the village's id (for weights: the criterion's name), so that neither the order of the rows nor another village changes it.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd
from numba import njit
from scipy.special import ndtr, ndtri

from geo_planner.preferences.settings import Criterion, Robustness
from geo_planner.preferences.weights import normalised
from geo_planner.ranking.scoring import MIDPOINT, STEP, tie_order, urgency
from geo_planner.units import FloatArray, IntArray

ALWAYS_K = (5, 10)
_CHUNK_NUMBERS = 500_000
"""Numbers held at once in each array of a chunk: enough to amortise a call, few enough to stay in the cache."""
_HOUSEHOLDS = ("households", "households_without_signal")
_COVERAGE = ("no_coverage_probability", "households_without_signal")
_PER_HOUSEHOLD = ("standalone_cost_per_household_mvnd",)


@dataclass(frozen=True, slots=True)
class Simulation:
    """Outcome of the draws.

    Attributes
    ----------
    table : DataFrame
        Index of the villages: ``rank_low``, ``rank_high`` (5 and 95 % of the draws lie at or below), ``rank_median``, and ``p_top_<k>`` for
        each k, the share of draws in which the village is among the first k. Villages that tie in a draw hold their places together: the best
        of them counts for ``rank_low``, the last for ``rank_high``, and where the first k end among them each is there with equal chance.
    top_k : tuple of int
    draws : int
    """

    table: pd.DataFrame
    top_k: tuple[int, ...]
    draws: int


def stream(seed: int, purpose: str, key: str) -> np.random.Generator:
    """A random stream of its own for each purpose and key.

    >>> a, b = stream(57, "households", "LC001"), stream(57, "households", "LC001")
    >>> bool(a.random() == b.random())
    True
    """
    digest = hashlib.blake2b(f"{purpose}\x1f{key}".encode(), digest_size=16).digest()
    return np.random.Generator(np.random.PCG64(np.random.SeedSequence([seed, *np.frombuffer(digest, dtype="<u4").tolist()])))


def draw_weights(criteria: Sequence[Criterion], *, draws: int, concentration: float, seed: int) -> FloatArray:
    """Dirichlet weights around the chosen ones, shape (draws, m); a weight of zero stays zero.

    The gamma variates behind them have a stream for each criterion's name: the order of the criteria does not matter.
    """
    chosen = normalised([c.weight for c in criteria])
    gammas = np.zeros((draws, len(criteria)))
    for j, c in enumerate(criteria):
        if chosen[j] > 0:
            gammas[:, j] = stream(seed, "weight", c.name).standard_gamma(concentration * chosen[j], draws)
    total = gammas.sum(axis=1, keepdims=True)
    # a concentration so small that every gamma underflows: fall back on the chosen weights
    return np.asarray(np.where(total > 0, gammas / np.where(total > 0, total, 1.0), chosen))


def simulate(
    values: pd.DataFrame, criteria: Sequence[Criterion], settings: Robustness, *, inputs: pd.DataFrame, top_k: int, seed: int
) -> Simulation:
    """Rank every village in every draw.

    Parameters
    ----------
    values : DataFrame
        One column a criterion, index ``village_id``, NaN where not known.
    criteria : sequence of Criterion
    inputs : DataFrame
        Same index: ``households`` (ties, and the counts that the lognormal error moves) and ``coverage_probability``.
    top_k : int
        The scenario's own k, beside 5 and 10.
    seed : int
    """
    ks = tuple(sorted({*ALWAYS_K, top_k}))
    order = tie_order(values.index, inputs["households"])
    index = values.index[order]
    noise = _Noise(values.loc[index], criteria, settings, inputs.loc[index], seed)
    weights = draw_weights(criteria, draws=settings.draws, concentration=settings.concentration, seed=seed)
    n = len(index)
    kind = np.uint16 if settings.draws < 2**16 else np.uint32
    best, last, first = np.zeros((n, n), dtype=kind), np.zeros((n, n), dtype=kind), np.zeros((n, len(ks)))
    size = max(1, _CHUNK_NUMBERS // max(n, 1))
    for start in range(0, settings.draws, size):
        w = weights[start : start + size]
        u = noise.urgencies(len(w))
        score = np.empty((n, len(w)))
        for turn, method in enumerate(settings.methods):
            # the methods take turns by the number of the draw: exactly balanced, and no randomness spent
            mine = np.arange(start, start + len(w)) % len(settings.methods) == turn
            if mine.all():
                score = _score(method, u, w)
            elif mine.any():
                score[:, mine] = _score(method, [c if c.shape[1] == 1 else c[:, mine] for c in u], w[mine])
        _count(_sorted_keys(score), _row_bits(n), np.array(ks), best, last, first)
    return Simulation(_summary(best, last, first / settings.draws, index, ks, settings.draws).reindex(values.index), ks, settings.draws)


class _Noise:
    """The uncertain urgencies of all villages, drawn chunk by chunk from streams that carry on."""

    def __init__(self, values: pd.DataFrame, criteria: Sequence[Criterion], settings: Robustness, inputs: pd.DataFrame, seed: int) -> None:
        self._criteria = criteria
        self._values = values[[c.name for c in criteria]].to_numpy(dtype=float)
        self._fixed = urgency(values, criteria).fillna(MIDPOINT).to_numpy()
        self._settings = settings
        ids = [str(i) for i in values.index]
        names = {c.name for c in criteria if c.weight > 0}
        self._count = inputs["households"].astype("Float64").astype(float).to_numpy()
        p = inputs["coverage_probability"].astype("Float64").astype(float).to_numpy()
        self._probit = ndtri(p)
        self._households = (
            [stream(seed, "households", i) for i in ids] if settings.households_sd > 0 and names & {*_HOUSEHOLDS, *_PER_HOUSEHOLD} else None
        )
        self._coverage = [stream(seed, "coverage", i) for i in ids] if settings.coverage_sd > 0 and names & set(_COVERAGE) else None
        self._own = {c.name: [stream(seed, f"value:{c.name}", i) for i in ids] for c in criteria if c.sd and c.weight > 0}
        gone = np.isnan(self._values)
        self._missing = {
            j: [(row, stream(seed, f"missing:{c.name}", ids[row])) for row in np.flatnonzero(gone[:, j])]
            for j, c in enumerate(criteria)
            if c.weight > 0
        }

    def urgencies(self, draws: int) -> list[FloatArray]:
        """Urgency of each criterion, shape (n, draws), or (n, 1) where nothing is uncertain."""
        factor = None if self._households is None else np.exp(self._settings.households_sd * _normals(self._households, draws))
        without = (
            None
            if self._coverage is None
            else ndtr(-(self._probit[:, None] + self._settings.coverage_sd * _normals(self._coverage, draws)))
        )
        columns = []
        for j, c in enumerate(self._criteria):
            moved = self._moved(j, c, factor, without, draws)
            column = self._fixed[:, [j]] if moved is None else np.clip((moved - c.bounds[0]) / (c.bounds[1] - c.bounds[0]), 0.0, 1.0)
            if lacking := self._missing.get(j):
                column = np.repeat(column, draws, axis=1) if column.shape[1] == 1 else column
                for row, generator in lacking:
                    column[row] = generator.random(draws)
            columns.append(column)
        return columns

    def _moved(self, j: int, c: Criterion, factor: FloatArray | None, without: FloatArray | None, draws: int) -> FloatArray | None:
        """Values of a criterion with their errors; None where it has none."""
        if c.weight == 0:
            return None
        moved: FloatArray | None = None
        if c.name == "households_without_signal" and c.column is None and without is not None:
            moved = self._count[:, None] * without
        elif c.name == "no_coverage_probability" and c.column is None and without is not None:
            moved = without
        if factor is not None and c.name in (*_HOUSEHOLDS, *_PER_HOUSEHOLD):
            base = self._values[:, [j]] if moved is None else moved
            moved = base / factor if c.name in _PER_HOUSEHOLD else base * factor
        if c.name in self._own:
            error = float(c.sd or 0.0) * _normals(self._own[c.name], draws)
            moved = (self._values[:, [j]] if moved is None else moved) + error
        return moved


def _normals(generators: Sequence[np.random.Generator], draws: int) -> FloatArray:
    rows = np.empty((len(generators), draws), dtype=np.float32)
    for row, generator in zip(rows, generators, strict=True):
        generator.standard_normal(out=row, dtype=np.float32)
    return rows.astype(np.float64)


def _score(method: str, u: Sequence[FloatArray], w: FloatArray) -> FloatArray:
    """Scores, shape (n, draws). Sums run over the criteria one by one, so that a village's score does not hang on its neighbours in memory."""
    if method == "topsis":
        return _topsis(u, w)
    if method == "topsis_fixed":
        return _fixed_topsis(u, w)
    score = np.zeros((u[0].shape[0], len(w)))
    for j, column in enumerate(u):
        score += column * w[:, j]
    return score


def _fixed_topsis(u: Sequence[FloatArray], w: FloatArray) -> FloatArray:
    best = np.zeros((u[0].shape[0], len(w)))
    worst = np.zeros_like(best)
    for j, column in enumerate(u):
        squared = w[:, j] ** 2
        best += (1.0 - column) ** 2 * squared
        worst += column**2 * squared
    best, worst = np.sqrt(best), np.sqrt(worst)
    return np.asarray(worst / (best + worst))


def _topsis(u: Sequence[FloatArray], w: FloatArray) -> FloatArray:
    best = np.zeros((u[0].shape[0], len(w)))
    worst = np.zeros_like(best)
    for j, column in enumerate(u):
        norm = np.sqrt((column**2).sum(axis=0))
        v = column / np.where(norm > 0, norm, 1.0)
        squared = w[:, j] ** 2
        best += (v.max(axis=0) - v) ** 2 * squared
        worst += (v - v.min(axis=0)) ** 2 * squared
    best, worst = np.sqrt(best), np.sqrt(worst)
    total = best + worst
    return np.asarray(np.where(total > 0, worst / np.where(total > 0, total, 1.0), 0.5))


def _row_bits(n: int) -> int:
    return max(n - 1, 1).bit_length()


def _sorted_keys(score: FloatArray) -> IntArray:
    """Score and row of each village in one integer, best first, shape (draws, n); keys that agree above the bits of the row are a tie."""
    # sorting plain integers is several times as fast as an argsort
    keys = np.rint(score.T / -STEP).astype(np.int64) << _row_bits(score.shape[0])
    keys |= np.arange(score.shape[0])
    keys.sort(axis=1)
    return np.asarray(keys)


@njit(cache=True)
def _count(keys, bits, ks, best, last, first):  # type: ignore[no-untyped-def]
    n = keys.shape[1]
    mask = (1 << bits) - 1
    for draw in range(keys.shape[0]):
        start = 0
        while start < n:
            end = start + 1
            while end < n and keys[draw, end] >> bits == keys[draw, start] >> bits:
                end += 1
            for at in range(start, end):
                row = keys[draw, at] & mask
                best[row, start] += 1
                last[row, end - 1] += 1
                for i in range(len(ks)):
                    if ks[i] >= end:
                        first[row, i] += 1.0
                    elif ks[i] > start:
                        first[row, i] += (ks[i] - start) / (end - start)
            start = end


def _summary(
    best: npt.NDArray[np.unsignedinteger],
    last: npt.NDArray[np.unsignedinteger],
    chances: FloatArray,
    index: pd.Index,
    ks: Sequence[int],
    draws: int,
) -> pd.DataFrame:
    def reached(counts: npt.NDArray[np.unsignedinteger], level: float) -> IntArray:
        found = np.zeros(len(index), dtype=np.int64)
        for start in range(0, len(index), 1000):  # row by row would be slow, all at once four times the size of the counts
            block = slice(start, start + 1000)
            found[block] = 1 + (counts[block].cumsum(axis=1, dtype=np.int64) < level * draws).sum(axis=1)
        return found

    table = {"rank_low": reached(best, 0.05), "rank_high": reached(last, 0.95)}
    table["rank_median"] = (reached(best, 0.5) + reached(last, 0.5)) // 2
    return pd.DataFrame({**table, **{f"p_top_{k}": chances[:, i] for i, k in enumerate(ks)}}, index=index)
