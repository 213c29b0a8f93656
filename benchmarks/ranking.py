"""How long the ranking takes: simulation of 10,000 draws, re-ranking after a weight change, and the same methods in pymcdm.

Run it as a script: ``python benchmarks/ranking.py``.
"""

from __future__ import annotations

import resource
import time
import tracemalloc
from collections.abc import Callable
from typing import Any

import numpy as np
import pandas as pd

from geo_planner.preferences.settings import Criterion, Robustness
from geo_planner.ranking.methods import topsis
from geo_planner.ranking.robustness import simulate
from geo_planner.ranking.scoring import rank_villages, urgency

DRAWS, VILLAGES, REPEATS = 10_000, 500, 5
NAMES = (
    "households_without_signal",
    "poverty_share",
    "no_coverage_probability",
    "nearest_site_km",
    "border",
    "region_iii",
    "school_site",
    "health_post",
)


def village_list(n: int, seed: int = 57) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Criterion, ...]]:
    """Made-up values of eight criteria, with 5 % of the poverty figures missing."""
    rng = np.random.default_rng(seed)
    index = pd.Index([f"V{i:05d}" for i in range(n)], name="village_id")
    households, p = rng.integers(10, 160, n), rng.random(n)
    values = pd.DataFrame(
        {
            "households_without_signal": households * (1 - p),
            "poverty_share": np.where(rng.random(n) < 0.05, np.nan, rng.random(n)),
            "no_coverage_probability": 1 - p,
            "nearest_site_km": rng.random(n) * 18,
            **{name: rng.integers(0, 2, n).astype(float) for name in NAMES[4:]},
        },
        index=index,
    )
    inputs = pd.DataFrame({"households": households, "coverage_probability": p}, index=index)
    return values, inputs, tuple(Criterion.model_validate({"name": name}) for name in NAMES)


def timed(call: Callable[[], Any], repeats: int = REPEATS) -> float:
    """Shortest of several runs, seconds; the first, uncounted one compiles."""
    call()
    seconds = []
    for _ in range(repeats):
        start = time.perf_counter()
        call()
        seconds.append(time.perf_counter() - start)
    return min(seconds)


def peak_mb(call: Callable[[], Any]) -> float:
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1] / 1e6
    finally:
        tracemalloc.stop()


def main() -> list[dict[str, Any]]:
    """Rows of figures: what, seconds, limit_s, peak_mb."""
    values, inputs, criteria = village_list(VILLAGES)
    known = values.fillna(values.mean())
    still = {"households_sd": 0.0, "coverage_sd": 0.0}
    cases = {
        "weights alone, weighted sum": (known, Robustness(draws=DRAWS, methods=("weighted_sum",), **still), 1.0),
        "weights, noisy inputs, missing data, weighted sum": (values, Robustness(draws=DRAWS, methods=("weighted_sum",)), 3.0),
        "weights, noisy inputs, missing data, three methods": (values, Robustness(draws=DRAWS), None),
    }
    rows = []
    for what, (table, settings, limit) in cases.items():

        def call(table: pd.DataFrame = table, settings: Robustness = settings) -> object:
            return simulate(table, criteria, settings, inputs=inputs, top_k=20, seed=57)

        rows.append(
            {
                "what": f"{DRAWS} draws x {VILLAGES} x {len(NAMES)}: {what}",
                "seconds": timed(call),
                "limit_s": limit,
                "peak_mb": peak_mb(call),
            }
        )
    rows.append(
        {
            "what": f"re-rank {VILLAGES} villages",
            "seconds": timed(lambda: rank_villages(values, criteria, households=inputs["households"])),
            "limit_s": 0.020,
            "peak_mb": None,
        }
    )
    rows += _side_by_side(known, criteria)
    rows.append(
        {
            "what": "peak resident memory of this process, MB",
            "seconds": None,
            "limit_s": None,
            "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }
    )
    return rows


def _side_by_side(values: pd.DataFrame, criteria: tuple[Criterion, ...]) -> list[dict[str, Any]]:
    from pymcdm.methods import TOPSIS
    from pymcdm.normalizations import vector_normalization

    u = urgency(values, criteria).to_numpy()
    weights = np.array([c.weight for c in criteria])
    weights /= weights.sum()
    ones, theirs_topsis = np.ones(len(criteria)), TOPSIS(vector_normalization)
    pairs = {
        "TOPSIS": (lambda: topsis(u, weights), lambda: theirs_topsis(u, weights, ones)),
    }
    rows = []
    for name, (ours, theirs) in pairs.items():
        if not np.allclose(ours(), theirs(), rtol=0, atol=1e-12):
            raise AssertionError(f"{name} differs from pymcdm")
        for who, call in (("here", ours), ("pymcdm", theirs)):
            rows.append({"what": f"{name}, one pass, {who}", "seconds": timed(call, 50), "limit_s": None, "peak_mb": None})
    return rows


if __name__ == "__main__":
    table = pd.DataFrame(main())
    print(table.to_string(index=False, float_format=lambda v: f"{v:.5g}", na_rep=""))
