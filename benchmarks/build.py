"""What to build for a synthetic list of 500 villages: the whole plan from an empty cache, with its peak of memory.

The villages are drawn over the communes of the bundled study area, on ground that is not steep; they are no real villages and their rows say
so. Run with ``python -m benchmarks.build``.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import rasterio
import yaml

DATA = Path(__file__).resolve().parent.parent / "data"
SCENARIO = DATA / "scenarios" / "lai_chau_sample.yaml"
VILLAGES = 500
SECTION = {"years": [{"year": year, "budget_vnd": 60_000_000_000} for year in (2027, 2028, 2029)], "search": {"gap": 0.01}}
STEEPEST_DEG = 15.0


def drawn_villages(number: int, seed: int = 57) -> pd.DataFrame:
    """Rows of a list of villages, as many in a commune as its area asks for, in the columns of the bundled list."""
    draw = np.random.default_rng(seed)
    with rasterio.open(DATA / "terrain" / "sample_terrain.tif") as source:
        heights, transform, crs = source.read(1, masked=True).astype(float).filled(np.nan), source.transform, source.crs
    slope = np.degrees(np.arctan(np.hypot(*np.gradient(heights, abs(transform.a)))))
    rows, columns = np.nonzero(slope <= STEEPEST_DEG)
    order = draw.permutation(len(rows))[: 4 * number]
    x, y = rasterio.transform.xy(transform, rows[order], columns[order])
    communes = gpd.read_file(DATA / "boundaries" / "communes.geojson")[["code", "geometry"]]
    cells = gpd.GeoDataFrame(geometry=gpd.points_from_xy(x, y), crs=crs).to_crs(4326)
    found = cells.sjoin(communes, predicate="within").head(number).reset_index(drop=True)
    households = draw.integers(15, 160, len(found))
    return pd.DataFrame(
        {
            "village_id": [f"T{at:04d}" for at in range(1, len(found) + 1)], "name": [f"Bản thử {at}" for at in range(1, len(found) + 1)],
            "commune_code": found["code"].astype(str), "lon": found.geometry.x.round(5), "lat": found.geometry.y.round(5),
            "households": households, "population": households * 5, "poor_households": households // 3, "near_poor_households": households // 8,
            "grid_power": draw.choice(["yes", "no"], len(found), p=[0.85, 0.15]), "road_access": draw.choice(["car", "motorbike", "foot"], len(found)),
            "extremely_difficult": "yes", "declared_status": "no_signal", "status_date": "2026-01-28", "position_quality": "sample",
            "is_sample": "yes", "source": "danh sách giả định để đo tốc độ",
        }
    )  # fmt: skip


def area_of(folder: Path, number: int) -> Path:
    """The bundled study area with another list of villages; its scenario asks what to build."""
    root = folder / "area"
    shutil.copytree(DATA, root)
    drawn_villages(number).to_csv(root / "villages" / "villages.csv", index=False)
    scenario = root / "scenarios" / SCENARIO.name
    document = yaml.safe_load(scenario.read_text("utf-8"))
    scenario.write_text(yaml.safe_dump({**document, "build": SECTION}, allow_unicode=True), "utf-8")
    return scenario


def main(number: int = VILLAGES) -> list[dict[str, Any]]:
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        scenario = area_of(root, number)
        for state in ("empty cache", "filled cache"):
            out, start = root / state.replace(" ", "_"), time.perf_counter()
            child = subprocess.Popen(
                [sys.executable, "-m", "geo_planner.cli", "plan", str(scenario), "-o", str(out), "--json"],
                stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env={**os.environ, "GEO_PLANNER_CACHE": str(root / "cache")},
            )  # fmt: skip
            _, status, usage = os.wait4(child.pid, 0)
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                raise RuntimeError(f"the plan ended with status {child.returncode}")
            seconds = time.perf_counter() - start
            told = json.loads((out / "summary.json").read_text("utf-8"))["build"]
            rows.append(
                {
                    "what": f"plan with what to build, {number} villages, {state}", "value": round(seconds, 1), "unit": "s",
                    "target": "180 s", "met": "yes" if seconds <= 180.0 else "no",
                    "note": f"peak {usage.ru_maxrss / 1000:.0f} MB; processor {usage.ru_utime + usage.ru_stime:.0f} s; {len(told['sites'])} sites, "
                    f"{len(told['links'])} links, gap {100 * told['optimality']['gap']:.2f} %",
                }
            )  # fmt: skip
    return rows


if __name__ == "__main__":
    for row in main():
        print(row)
