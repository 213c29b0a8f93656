"""A whole run of the bundled study area from the command line, and the model held against many measurements.

Each figure comes from a process of its own, so that the peak of memory is its own. Run with ``python -m benchmarks.plan``.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.build.plan import build_plan
from geo_planner.config import load_scenario, with_optional_layers
from geo_planner.measurements import against_model, clean_measurements
from geo_planner.plan import run
from geo_planner.radio.cache import LossCache
from geo_planner.radio.coverage import compute_coverage
from geo_planner.study_area import load_study_area

DATA = Path(__file__).resolve().parent.parent / "data"
SCENARIO = DATA / "scenarios" / "lai_chau_sample.yaml"
SAMPLES = (10_000, 100_000)


def whole_run(cache: Path, out: Path, *settings: str) -> tuple[float, float, float]:
    """Seconds, processor seconds and megabytes of ``geo-planner plan``, with compiled modules kept as an installed program keeps them."""
    bare = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    start = time.perf_counter()
    child = subprocess.Popen(
        [sys.executable, "-m", "geo_planner.cli", "plan", str(SCENARIO), "-o", str(out), "--json", *(f"--set={setting}" for setting in settings)],
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**bare, "GEO_PLANNER_CACHE": str(cache)},
    )  # fmt: skip
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"the run ended with status {child.returncode}")
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1000.0


def build_alone(cache: LossCache, name: str) -> dict[str, Any]:
    """What to build, when coverage and ranking are there."""
    scenario = load_scenario(SCENARIO)
    study_area = load_study_area(DATA, scenario)
    ranked = run(load_scenario(SCENARIO, ["build=null"]), study_area)
    start, used = time.perf_counter(), time.process_time()
    built = build_plan(scenario, study_area, ranked.villages, ranked.coverage, workers=os.cpu_count() or 1, cache=cache)
    seconds, used = time.perf_counter() - start, time.process_time() - used
    return {
        "what": f"what to build in the bundled study area, {name}",
        "value": round(seconds, 1),
        "unit": "s",
        "note": f"{used:.1f} processor seconds; {len(built.options)} options, {len(built.links)} links, {len(built.choice.options)} sites chosen",
    }


def many_samples(count: int) -> dict[str, Any]:
    """Samples all over the covered part of the province against P.1812-8, with the calibration of their band."""
    scenario = load_scenario(SCENARIO)
    study_area = load_study_area(DATA, scenario)
    scenario = with_optional_layers(scenario, DATA)
    coverage = compute_coverage(study_area.terrain, study_area.sites, scenario.service, scenario.propagation, workers=os.cpu_count() or 1)
    draw = np.random.default_rng(57)
    covered = np.argwhere(coverage.rsrp_dbm > -112.0)
    cells = covered[draw.choice(len(covered), count)]
    t = coverage.grid.transform
    x, y = t.c + (cells[:, 1] + draw.random(count)) * t.a, t.f + (cells[:, 0] + draw.random(count)) * t.e
    points = gpd.GeoSeries(gpd.points_from_xy(x, y, crs=coverage.grid.crs)).to_crs(4326)
    table = pd.DataFrame(
        {
            "time": (pd.Timestamp("2026-10-01T00:00:00+00:00") + pd.to_timedelta(np.arange(count) * 20, unit="s")).astype(str),
            "lon": points.x.to_numpy(), "lat": points.y.to_numpy(), "operator": "giả định", "technology": "LTE", "freq_mhz": 900.0,
            "rsrp_dbm": (coverage.rsrp_dbm[cells[:, 0], cells[:, 1]] - 6.0 + draw.normal(0.0, 6.0, count)).clip(-140, -40).astype(float),
        },
        index=pd.Index([f"M{i}" for i in range(count)], name="measurement_id"),
    )  # fmt: skip
    for name in ("rsrq_db", "sinr_db", "accuracy_m", "speed_kmh"):
        table[name] = np.nan
    for name in ("site_id", "device", "source"):
        table[name] = pd.array([None] * count, dtype="string")
    table["no_service"] = pd.array([False] * count, dtype="boolean")
    start = time.process_time()
    clean = clean_measurements(
        gpd.GeoDataFrame(table, geometry=points.to_numpy(), crs=4326), scenario.measurements, crs=study_area.metric_crs
    )
    found = against_model(scenario, study_area, clean, workers=1)
    seconds = time.process_time() - start
    (band,) = found.calibrations
    return {
        "what": f"{count:,} measurements against the model, calibrated",
        "value": round(seconds, 2),
        "unit": "s (processor)",
        "note": f"planted −6 dB: {band.offset_db:.2f} ({band.offset_low_db:.2f} … {band.offset_high_db:.2f}); peak so far {resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1000:.0f} MB",
    }  # fmt: skip


def main() -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        for name, settings in (("first run, empty cache", ()), ("second run", ()), ("second run, ranked only", ("build=null",))):
            seconds, used, megabytes = whole_run(Path(folder) / "cache", Path(folder) / "out", *settings)
            rows.append({
                "what": f"plan of the bundled study area, {name}", "value": round(seconds, 1), "unit": "s",
                "note": f"{used:.1f} processor seconds; peak {megabytes:.0f} MB; compiled code at hand",
            })  # fmt: skip
        losses = LossCache(Path(folder) / "losses", 4_000_000_000)
        rows += [build_alone(losses, name) for name in ("first run, empty cache", "second run")]
    return rows + [many_samples(count) for count in SAMPLES]


if __name__ == "__main__":
    for row in main():
        print(row)
