"""Made-up villages and criteria for the tests of the ranking."""

from __future__ import annotations

import numpy as np
import pandas as pd
from hypothesis import strategies as st

from geo_planner.ranking import Criterion

NAMES = ("a", "b", "c", "d")


def criteria(weights: tuple[float, ...] = (4, 3, 2, 1)) -> tuple[Criterion, ...]:
    """Four criteria on 0..10, the last with its direction reversed."""
    bounds = ((0.0, 10.0), (0.0, 10.0), (0.0, 10.0), (10.0, 0.0))
    return tuple(
        Criterion(name=n, vi=f"Tiêu chí {n}", en=f"Criterion {n}", unit="u", bounds=b, weight=w)
        for n, w, b in zip(NAMES, weights, bounds, strict=True)
    )


def values(rows: list[list[float]]) -> pd.DataFrame:
    index = pd.Index([f"V{i:02d}" for i in range(len(rows))], name="village_id")
    return pd.DataFrame(rows, index=index, columns=list(NAMES), dtype=float)


def households(index: pd.Index, start: int = 10) -> pd.Series:
    return pd.Series(np.arange(start, start + len(index)), index=index, dtype="Int64")


# eighths of the scale, beyond its ends too: ties happen, and floats that differ by a hair do not decide them
number = st.integers(-8, 96).map(lambda i: i / 8.0)
cell = st.one_of(number, st.just(float("nan")))
matrices = st.lists(st.lists(cell, min_size=4, max_size=4), min_size=2, max_size=12).map(values)
known_matrices = st.lists(st.lists(number, min_size=4, max_size=4), min_size=2, max_size=12).map(values)
weights = st.tuples(*[st.integers(1, 40)] * 4).map(lambda w: tuple(float(x) for x in w))


def village_table(n: int = 4) -> pd.DataFrame:
    """A village list as a plan sees it, everything known."""
    index = pd.Index([f"LC{i:03d}" for i in range(1, n + 1)], name="village_id")
    rng = np.random.default_rng(5)
    return pd.DataFrame(
        {
            "name": [f"Bản {i}" for i in range(n)],
            "commune_code": ["03463", "03451"] * (n // 2) + ["03463"] * (n % 2),
            "commune_name": ["Mường Mô", "Bum Nưa"] * (n // 2) + ["Mường Mô"] * (n % 2),
            "households": pd.array(rng.integers(20, 120, n), dtype="Int64"),
            "poor_households": pd.array([9] * n, dtype="Int64"),
            "near_poor_households": pd.array([3] * n, dtype="Int64"),
            "grid_power": pd.array(["yes"] * n, dtype="string"),
            "road_access": pd.array((["car", "motorbike", "foot"] * n)[:n], dtype="string"),
            "extremely_difficult": pd.array([True] * n, dtype="boolean"),
            "school_site": pd.array(([True, False] * n)[:n], dtype="boolean"),
            "health_post": pd.array([False] * n, dtype="boolean"),
            "border": pd.array(([True, False, False] * n)[:n], dtype="boolean"),
            "region_class": pd.array(["III"] * n, dtype="string"),
            "region_known": True,
            "coverage_probability": rng.uniform(0.01, 0.9, n),
            "nearest_site_km": rng.uniform(1, 14, n),
        },
        index=index,
    )
