"""What is asked at the map, at 90 m and 15 km: facts of a place, why a village has no signal, a mast on trial, anew and from the cache.

Run it as a script: ``python -m benchmarks.trial``.
"""

from __future__ import annotations

import statistics
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.propagation import Row, row
from geo_planner.config import load_scenario
from geo_planner.plan import Plan, run
from geo_planner.radio.cache import LossCache
from geo_planner.study_area import load_study_area
from geo_planner.trial import find, parse_position, point_facts, trial_mast, usual_mast, why_not

ROOT = Path(__file__).resolve().parent.parent
OVERRIDES = ("build=null", "terrain.cell_m=90", "propagation.max_radius_km=15", "ranking.robustness.draws=100")
WORKERS = 2


def planned(model: str, cache: LossCache, overrides: tuple[str, ...] = OVERRIDES) -> Plan:
    """The bundled scenario on a grid of 90 m under one model, the other beside it."""
    other = "itm" if model == "p1812" else "p1812"
    scenario = load_scenario(
        ROOT / "data" / "scenarios" / "lai_chau_sample.yaml",
        [*overrides, f"propagation.model={model}", f"propagation.compare_with={other}"],
    )
    return run(scenario, load_study_area(ROOT / "data", scenario), workers=WORKERS, cache=cache)


def spots(plan: Plan, n: int, seed: int = 57) -> list[tuple[float, float]]:
    """Places beside the villages, within some kilometres."""
    draw = np.random.default_rng(seed)
    at = plan.villages.geometry.sort_index()
    return [
        (float(at.x.iloc[i % len(at)] + dx), float(at.y.iloc[i % len(at)] + dy))
        for i, (dx, dy) in enumerate(draw.uniform(-0.03, 0.03, (n, 2)))
    ]


def timed(work: Callable[[Any], object], over: list[Any]) -> tuple[float, float, float]:
    """Median and longest wall seconds, and median processor seconds, the first of all left out: it compiles."""
    walls, processor = [], []
    for item in over:
        began, busy = time.perf_counter(), time.process_time()
        work(item)
        walls.append(time.perf_counter() - began)
        processor.append(time.process_time() - busy)
    return statistics.median(walls[1:]), max(walls[1:]), statistics.median(processor[1:])


def at_the_map(plan: Plan, n: int, folder: Path) -> list[Row]:
    """Each question, at so many places."""
    name = f"{plan.coverage.model}, {plan.terrain.cell_m:.0f} m, {plan.scenario.propagation.max_radius_km:.0f} km"
    places, villages, mast = spots(plan, n + 1), [str(v) for v in plan.villages.index[: n + 1]], usual_mast(plan, 42.0)
    cache = LossCache(folder / plan.coverage.model, 2_000_000_000)
    questions: list[tuple[str, Callable[[Any], object], list[Any], float | None]] = [
        ("facts of a place, both models", lambda p: point_facts(plan, *p), places, 0.1),
        ("why a village has no signal", lambda v: why_not(plan, v), villages, None),
        ("search", lambda v: find(plan, v), villages, None),
        (
            "a typed position",
            lambda p: parse_position(f"{p[1]:.6f}, {p[0]:.6f}", plan),
            [tuple(plan.villages.geometry.iloc[0].coords[0])] * 4,
            None,
        ),
        ("a mast on trial, everything, a new place", lambda p: trial_mast(plan, *p, mast, cache=cache, workers=WORKERS), places, 2.0),
        ("the same again, from the cache", lambda p: trial_mast(plan, *p, mast, cache=cache, workers=WORKERS), places, 2.0),
    ]
    rows = []
    for what, work, over, target in questions:
        median, longest, busy = timed(work, over)
        rows.append(
            row(
                "at the map", f"{name}: {what}: median, longest s", f"{median:.3f}, {longest:.3f}", "" if target is None else f"<= {target:g} s",
                None if target is None else longest <= target, f"{busy:.3f} s of processor; {len(over) - 1} times",
            )
        )  # fmt: skip
    return rows


def main() -> list[Row]:
    with tempfile.TemporaryDirectory() as folder:
        cache = LossCache(Path(folder) / "plan", 4_000_000_000)
        return [line for model in ("p1812", "itm") for line in at_the_map(planned(model, cache), 10, Path(folder))]


if __name__ == "__main__":
    for line in main():
        print(f"{line['what']:80s} {line['value']!s:>16} {line['target']:>12} {line['met']:4s} {line['note']}", flush=True)
