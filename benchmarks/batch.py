"""A province in blocks by every engine: the same bytes, wall time, memory; broken off and taken up again; the country by a stated formula; the
whole command with its files.

``python -m benchmarks.batch [CELL_M [RADIUS_KM]]``: the bundled sites over the bundled terrain at 30 m and within 15 km, ten minutes; or at another
cell and radius (90: some three minutes).
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import math
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

from geo_planner.batch.blocks import BLOCK_KM, MOST_MASTS, blocks_of, tasks_of
from geo_planner.batch.cover import cover_in_blocks
from geo_planner.batch.engines import Engine
from geo_planner.config import load_scenario
from geo_planner.plan.steps import accepted
from geo_planner.radio.cells import in_service, masts_of
from geo_planner.study_area import load_study_area, study_area_root

ROOT = Path(__file__).resolve().parents[1]
SCENARIO = ROOT / "data/scenarios/lai_chau_sample.yaml"
COUNTRY_KM2, COUNTRY_MASTS = 331_000, 100_000
STOPS = 10
Row = dict[str, Any]


def settings(cell_m: float, radius_km: float) -> list[str]:
    """The bundled scenario itself reaches as far as 30 km."""
    return [f"terrain.cell_m={cell_m:g}", f"propagation.max_radius_km={radius_km:g}"]


def digest(coverage: Any) -> str:
    """Over all rasters of a coverage."""
    found = hashlib.sha256()
    for field in dataclasses.fields(coverage):
        value = getattr(coverage, field.name)
        for part in value.values() if isinstance(value, dict) else [value]:
            if hasattr(part, "tobytes"):
                found.update(part.tobytes())
    return found.hexdigest()


def one(engine: str, workers: int, asked: list[str], folder: Path) -> Row:
    """One run in this process; meant for a process of its own, whose memory it tells."""
    scenario = load_scenario(SCENARIO, asked)
    scenario, area = accepted(scenario, load_study_area(study_area_root(SCENARIO), scenario))
    start = time.perf_counter()
    coverage = cover_in_blocks(scenario, area, Engine(engine, workers), folder=folder)  # type: ignore[arg-type]
    wall = time.perf_counter() - start
    return {
        "wall_s": wall, "digest": digest(coverage), "cells": coverage.grid.shape[0] * coverage.grid.shape[1],
        "own_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
    }  # fmt: skip


def alone(
    engine: str, workers: int, asked: list[str], folder: Path, *, killed_after: float | None = None, worker_dies: bool = False
) -> Row | None:
    """The same in a process of its own; None where it was killed on purpose. `worker_dies`: its youngest child is killed on the way."""
    command = [sys.executable, "-m", "benchmarks.batch", "--one", engine, str(workers), str(folder), *asked]
    process = subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, start_new_session=True)
    peaks = {"Rss": 0.0, "Pss": 0.0}
    threading.Thread(target=_watch, args=(process, peaks), daemon=True).start()
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
    return answer | {"worker_mb": peaks["Rss"], "worker_share_mb": peaks["Pss"]}


def _watch(process: subprocess.Popen[str], peaks: dict[str, float]) -> None:
    """The most memory (MB) that a worker is seen to have: with all pages that it maps, and where pages that several processes map (programs, the
    terrain's file) are shared out among them. Not as the system counts it at the end: it starts a child with what its parent had."""
    while process.poll() is None:
        for pid in _children(process.pid):
            try:
                lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
            except OSError:
                continue  # it has ended
            for line in lines:
                name, _, size = line.partition(":")
                if name in peaks:
                    peaks[name] = max(peaks[name], int(size.split()[0]) / 1024)
        time.sleep(0.2)


def _children(pid: int) -> list[int]:
    """Processes under a process, at any depth."""
    try:
        own = [int(child) for thread in Path(f"/proc/{pid}/task").iterdir() for child in (thread / "children").read_text().split()]
    except OSError:
        return []
    return own + [below for child in own for below in _children(child)]


def _kill_a_child(pid: int, folder: Path) -> None:
    """Once the first block is there, so that workers are at work."""
    while not list(folder.glob("*.tif")):
        time.sleep(0.05)
    spawned = [child for child in _children(pid) if "spawn_main" in Path(f"/proc/{child}/cmdline").read_text()]
    if spawned:
        os.kill(spawned[-1], signal.SIGKILL)


def counted(asked: list[str]) -> tuple[int, int, int]:
    """Masts, blocks and tasks of the province."""
    scenario = load_scenario(SCENARIO, asked)
    scenario, area = accepted(scenario, load_study_area(study_area_root(SCENARIO), scenario))
    cells = area.sites[in_service(area.sites, scenario.service)].to_crs(area.terrain.crs)
    masts, grid = masts_of(cells, scenario.service), area.terrain.grid
    blocks = blocks_of(grid)
    return len(masts), len(blocks), sum(len(tasks_of(block, grid, cells, masts, scenario.propagation.max_radius_km)) for block in blocks)


def whole(cell_m: float, radius_km: float, top: Path) -> list[Row]:
    """The command with all that it reads and writes, its cache empty, compiled code at hand."""
    out, cache = top / "out", top / "cache"
    options = [part for told in settings(cell_m, radius_km) for part in ("--set", told)]
    command = [sys.executable, "-m", "geo_planner.cli", "coverage", str(SCENARIO), "-o", str(out), "--workers", "2", *options]
    start = time.perf_counter()
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, "GEO_PLANNER_CACHE": str(cache)}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
    )
    _, status, used = os.wait4(process.pid, 0)
    wall = time.perf_counter() - start
    if status:
        raise RuntimeError(f"coverage ended with {status}")
    what = f"coverage at {cell_m:g} m, {radius_km:g} km, two threads, cold, files and all"
    kept_mb, file_mb = (sum(path.stat().st_size for path in found) / 1e6 for found in (cache.rglob("*.npz"), [out / "coverage.tif"]))
    shutil.rmtree(out)
    shutil.rmtree(cache)
    processor = used.ru_utime + used.ru_stime
    return [
        _row("province", f"{what}: wall time, s", round(wall, 1), f"{processor:.0f} s of processor; load {os.getloadavg()[0]:.1f}"),
        _row("province", "the same: peak memory, MB", round(used.ru_maxrss / 1024)),
        _row("province", "the same: coverage.tif, MB", round(file_mb, 1), f"kept path loss {kept_mb:.0f} MB"),
    ]


def _row(part: str, what: str, value: object, note: str = "", *, target: str = "", met: bool | None = None) -> Row:
    return {"part": part, "what": what, "value": value, "target": target, "met": met, "note": note}


def main(cell_m: float = 30.0, radius_km: float = 15.0) -> list[Row]:
    """Rows for RESULTS.md."""
    rows: list[Row] = []
    asked = settings(cell_m, radius_km)
    top = Path(tempfile.mkdtemp(prefix="blocks_"))
    seen: set[str] = set()
    walls: dict[str, float] = {}
    masts, blocks, tasks = counted(asked)
    try:
        for engine, workers in (("threads", 1), ("threads", 2), ("processes", 2), ("dask", 2)):
            answer = alone(engine, workers, asked, top / f"{engine}{workers}")
            assert answer is not None
            shutil.rmtree(top / f"{engine}{workers}")
            seen.add(answer["digest"])
            walls[f"{engine}{workers}"] = answer["wall_s"]
            note = (
                f"{answer['own_mb']:.0f} MB in the process itself, {answer['worker_mb']:.0f} MB in its largest worker "
                f"({answer['worker_share_mb']:.0f} MB where pages mapped by several are shared out); {answer['cells']:,} cells of "
                f"{cell_m:g} m, {masts} masts x {radius_km:g} km; load {os.getloadavg()[0]:.1f}"
            )
            rows.append(_row("engines", f"{engine}, {workers} at a time: wall time, s", round(answer["wall_s"], 1), note))
        rows.append(_row("engines", "different results", len(seen), target="1", met=len(seen) == 1))
        ratio = walls["threads1"] / walls["threads2"]
        rows.append(_row("scaling", "wall time of one thread over two", round(ratio, 2), target=">= 1.85", met=ratio >= 1.85))
        answer = alone("processes", 2, asked, top / "dies", worker_dies=True)
        shutil.rmtree(top / "dies")
        same = answer is not None and answer["digest"] in seen
        rows.append(_row("broken", "a worker killed on the way: the same bytes", same, target="yes", met=same))
        draw, folder = random.Random(57), top / "stopped"
        stops = [alone("processes", 2, asked, folder, killed_after=draw.uniform(0.1, 0.9) * walls["processes2"]) for _ in range(STOPS)]
        answer = alone("processes", 2, asked, folder)
        shutil.rmtree(folder)
        same = all(each is None or each["digest"] in seen for each in [*stops, answer])
        what = f"killed whole at {STOPS} random moments, taken up each time: the same bytes"
        rows.append(_row("broken", what, same, f"{stops.count(None)} times before it was done", target="yes", met=same))
        rows.append(
            _row(
                "tasks",
                f"blocks and tasks of the province at {cell_m:g} m",
                f"{blocks}, {tasks}",
                "a task: a block and the work of up to 300 masts",
            )
        )
        rows += _country(walls["threads1"] / masts, cell_m, radius_km)
        rows += whole(cell_m, radius_km, top)
    finally:
        shutil.rmtree(top, ignore_errors=True)
    return rows


def _country(seconds_per_mast: float, cell_m: float, radius_km: float) -> list[Row]:
    hours, blocks = seconds_per_mast * COUNTRY_MASTS / 3600, COUNTRY_KM2 / BLOCK_KM**2
    tasks = round(blocks) * math.ceil(COUNTRY_MASTS / blocks / MOST_MASTS)
    assumed = (
        "seconds of one thread a mast, blocks and writing included, times the masts; assumes masts as far apart and ground as rough as here"
    )
    spread = f"{COUNTRY_KM2:,} km2 in blocks of {BLOCK_KM:g} km, masts spread evenly, each one's work shared among the blocks that it reaches into"
    return [
        _row("country", f"core-hours for {COUNTRY_MASTS:,} masts at {radius_km:g} km, {cell_m:g} m", round(hours, 1), assumed),
        _row("country", "tasks", tasks, spread, target="<= 2000", met=tasks <= 2000),
    ]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--one"]:
        print(json.dumps(one(sys.argv[2], int(sys.argv[3]), sys.argv[5:], Path(sys.argv[4]))))
    else:
        for found in main(*map(float, sys.argv[1:])):
            print(found)
