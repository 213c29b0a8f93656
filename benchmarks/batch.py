"""A province in blocks by every engine: the same bytes, wall time, memory; broken off and taken up again; the country by a stated formula.

``python -m benchmarks.batch [CELL_M]``: the bundled sites over the bundled terrain at 30 m, or at another cell (90: some three minutes).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

from geo_planner.batch.blocks import BLOCK_KM, blocks_of, tasks_of
from geo_planner.batch.cover import cover_in_blocks
from geo_planner.batch.engines import Engine
from geo_planner.config import load_scenario
from geo_planner.plan import _accepted
from geo_planner.radio.cells import in_service, masts_of
from geo_planner.study_area import load_study_area, study_area_root

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "data/scenarios/lai_chau_sample.yaml"
COUNTRY_KM2, COUNTRY_MASTS = 331_000, 100_000
STOPS = 10
Row = dict[str, Any]


def digest(coverage: Any) -> str:
    """Over all rasters of a coverage."""
    found = hashlib.sha256()
    for field in dataclasses.fields(coverage):
        value = getattr(coverage, field.name)
        for part in value.values() if isinstance(value, dict) else [value]:
            if hasattr(part, "tobytes"):
                found.update(part.tobytes())
    return found.hexdigest()


def one(engine: str, workers: int, cell_m: float, folder: Path) -> Row:
    """One run in this process; meant for a process of its own, whose memory it tells. The workers' peak is that of the largest of them."""
    scenario = load_scenario(SCENARIO, [f"terrain.cell_m={cell_m:g}"])
    scenario, area = _accepted(scenario, load_study_area(study_area_root(SCENARIO), scenario))
    start = time.perf_counter()
    coverage = cover_in_blocks(scenario, area, Engine(engine, workers), folder=folder)  # type: ignore[arg-type]
    wall = time.perf_counter() - start
    return {
        "wall_s": wall, "digest": digest(coverage), "cells": coverage.grid.shape[0] * coverage.grid.shape[1],
        "own_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "worker_mb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 1024,
    }  # fmt: skip


def alone(
    engine: str, workers: int, cell_m: float, folder: Path, *, killed_after: float | None = None, worker_dies: bool = False
) -> Row | None:
    """The same in a process of its own; None where it was killed on purpose. `worker_dies`: its youngest child is killed on the way."""
    command = [sys.executable, "-m", "benchmarks.batch", "--one", engine, str(workers), f"{cell_m:g}", str(folder)]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    try:
        if worker_dies:
            threading.Thread(target=_kill_a_child, args=(process.pid, folder), daemon=True).start()
        out, err = process.communicate(timeout=killed_after)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        return None
    if process.returncode:
        raise RuntimeError(err[-2000:])
    answer: Row = json.loads(out.splitlines()[-1])
    return answer


def _kill_a_child(pid: int, folder: Path) -> None:
    """Once the first block is there, so that workers are at work."""
    while not list(folder.glob("*.tif")):
        time.sleep(0.05)
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    spawned = [int(child) for child in children if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]
    if spawned:
        os.kill(spawned[-1], signal.SIGKILL)


def counted(cell_m: float) -> tuple[int, int]:
    """Blocks and tasks of the province."""
    scenario = load_scenario(SCENARIO, [f"terrain.cell_m={cell_m:g}"])
    scenario, area = _accepted(scenario, load_study_area(study_area_root(SCENARIO), scenario))
    cells = area.sites[in_service(area.sites, scenario.service)].to_crs(area.terrain.crs)
    masts, grid = masts_of(cells, scenario.service), area.terrain.grid
    blocks = blocks_of(grid)
    return len(blocks), sum(len(tasks_of(block, grid, cells, masts, scenario.propagation.max_radius_km)) for block in blocks)


def main(cell_m: float = 30.0) -> list[Row]:
    """Rows for RESULTS.md."""
    rows: list[Row] = []
    top = Path(tempfile.mkdtemp(prefix="blocks_"))
    seen: set[str] = set()
    walls: dict[str, float] = {}
    try:
        for engine, workers in (("threads", 1), ("threads", 2), ("processes", 2), ("dask", 2)):
            folder = top / f"{engine}{workers}"
            answer = alone(engine, workers, cell_m, folder)
            assert answer is not None
            seen.add(answer["digest"])
            walls[f"{engine}{workers}"] = answer["wall_s"]
            note = f"{answer['own_mb']:.0f} MB in the process itself, {answer['worker_mb']:.0f} MB in its largest worker; {answer['cells']:,} cells; load {os.getloadavg()[0]:.1f}"
            rows.append(
                {
                    "part": "engines",
                    "what": f"{engine}, {workers} at a time: wall time, s",
                    "value": round(answer["wall_s"], 1),
                    "note": note,
                }
            )
        rows.append({"part": "engines", "what": "different results", "value": len(seen), "target": "1", "met": len(seen) == 1})
        ratio = walls["threads1"] / walls["threads2"]
        rows.append(
            {
                "part": "scaling",
                "what": "wall time of one thread over two",
                "value": round(ratio, 2),
                "target": ">= 1.85",
                "met": ratio >= 1.85,
            }
        )
        answer = alone("processes", 2, cell_m, top / "dies", worker_dies=True)
        same = answer is not None and answer["digest"] in seen
        rows.append({"part": "broken", "what": "a worker killed on the way: the same bytes", "value": same, "target": "yes", "met": same})
        draw, folder = random.Random(57), top / "stopped"
        for _ in range(STOPS):
            alone("processes", 2, cell_m, folder, killed_after=draw.uniform(0.1, 0.9) * walls["processes2"])
        answer = alone("processes", 2, cell_m, folder)
        same = answer is not None and answer["digest"] in seen
        what = f"killed whole at {STOPS} random moments, taken up each time: the same bytes"
        rows.append({"part": "broken", "what": what, "value": same, "target": "yes", "met": same})
        blocks, tasks = counted(cell_m)
        masts = 106
        hours = walls["threads1"] / masts * COUNTRY_MASTS / 3600
        per_task = COUNTRY_KM2 / BLOCK_KM**2
        country = round(per_task * (1 + COUNTRY_MASTS / per_task * (1 + 0.25) // 300))
        rows.append(
            {
                "part": "tasks",
                "what": f"blocks and tasks of the province at {cell_m:g} m",
                "value": f"{blocks}, {tasks}",
                "note": "a task: a block and up to 300 masts",
            }
        )
        rows.append({
            "part": "country", "what": f"core-hours for {COUNTRY_MASTS:,} masts at 15 km", "value": round(hours, 1),
            "note": "seconds of one thread a mast, blocks and writing included, times the masts; assumes masts as far apart and ground as rough as here",
        })  # fmt: skip
        rows.append({
            "part": "country", "what": "tasks", "value": country, "target": "<= 2000", "met": country <= 2000,
            "note": f"{COUNTRY_KM2:,} km2 in blocks of {BLOCK_KM:g} km, masts spread evenly, each reaching into its own block and a quarter more",
        })  # fmt: skip
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return rows


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(sys.argv[2], int(sys.argv[3]), float(sys.argv[4]), Path(sys.argv[5]))))
    else:
        for found in main(float(sys.argv[1]) if len(sys.argv) > 1 else 30.0):
            print(found)
