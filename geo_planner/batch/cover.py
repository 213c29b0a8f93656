"""The coverage of a scenario block by block, by any engine; what is finished is kept, so that a run that was broken off goes on where it was."""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.batch.blocks import BLOCK_KM, Block, Task, blocks_of, tasks_of
from geo_planner.batch.engines import Engine, EngineError, program, worked_out
from geo_planner.batch.kept import bands_of, blocks_folder, keep_within, read_block, write_block
from geo_planner.config import Scenario
from geo_planner.files.atomic import whole_file
from geo_planner.grid import Grid
from geo_planner.radio.cache import ENGINE, default_loss_cache
from geo_planner.radio.cells import Mast, in_service, masts_of
from geo_planner.radio.coverage import Coverage, coverage_of, operators_of, served
from geo_planner.radio.losses import LandCover, LossTask, loss_task
from geo_planner.radio.serving import Serving
from geo_planner.study_area import StudyArea
from geo_planner.terrain import Dem


@dataclass(frozen=True, eq=False, slots=True)
class Job:
    """What all tasks of a run share; small, for the rasters stay in files that every worker reaches.

    Attributes
    ----------
    task : LossTask
        Without heights and classes.
    heights, classes : Path, Path or None
        Arrays on disk (``.npy``), of which a worker reads what it needs.
    operators : tuple of str
        Of all cells in service.
    calibration : CalibrationSettings or None
    program : str
        That gave it out; another one does not work on it.
    """

    task: LossTask
    heights: Path
    classes: Path | None
    operators: tuple[str, ...]
    calibration: Any
    program: str


@dataclass(frozen=True, slots=True)
class Work:
    """A task with what it needs: the job, and its own cells in the CRS of the terrain. What is sent to a worker.

    With a path the task is all that its block has to do: the block is written there, and goes back only where `near` says that it crosses no pipe.
    """

    job: Job
    task: Task
    cells: gpd.GeoDataFrame
    path: Path | None
    near: bool


def work_on(work: Work) -> Serving | None:
    """What some masts give in a block; nothing where the caller is to read what has been written.

    Raises
    ------
    EngineError
        Where the worker has another program, or does not reach the files.
    """
    job, task = work.job, work.task
    if job.program != program():
        raise EngineError("engine.other_program", host=platform.node())
    for file in (job.heights, job.classes):
        if file is not None and not file.exists():
            raise EngineError("engine.unreached", host=platform.node(), file=file.as_posix())
    # copy on write: the compiled code takes it for an ordinary array, and nothing is ever written
    heights = np.asarray(np.load(job.heights, mmap_mode="c"))
    cover = None
    if job.classes is not None and job.task.land_cover is not None:
        cover = LandCover(np.asarray(np.load(job.classes, mmap_mode="c")), job.task.land_cover.sha256)
    losses = replace(job.task, dem=replace(job.task.dem, heights_m=heights), land_cover=cover, frame=task.block.frame)
    serving = served(losses, work.cells, numbers=task.numbers, operators=job.operators, calibration=job.calibration)
    if work.path is not None:
        _write(work.path, serving, task.block, job.task.dem.grid)
    return serving if work.path is None or work.near else None


def _write(path: Path, serving: Serving, block: Block, grid: Grid) -> None:
    serving.release()
    write_block(path, serving, grid.window(block.rows.start, block.columns.start, block.shape))


def cover_in_blocks(
    scenario: Scenario,
    study_area: StudyArea,
    engine: Engine,
    *,
    folder: Path | None = None,
    block_km: float = BLOCK_KM,
    on_disk: bool = False,
    progress: Callable[[float], None] | None = None,
) -> Coverage:
    """As :func:`geo_planner.radio.coverage.compute_coverage`, to the last bit, for terrains and numbers of masts of any size.

    Parameters
    ----------
    scenario, study_area
        As they take part: with the defaults of the sites filled in.
    engine : Engine
    folder : Path, optional
        Where blocks are kept, on a disk that every worker reaches; ``blocks`` in the cache folder when left out.
    block_km : float
        Side of a block, about.
    on_disk : bool
        Whether what is served is held in files mapped into memory, which the system writes out where it needs room.
    progress : callable, optional
        Called with the share of tasks done.

    Raises
    ------
    ModelRangeError
        For a cell outside the range of the model.
    OutputError
        When blocks cannot be kept.
    """
    folder, dem = folder or blocks_folder(), study_area.terrain
    task = loss_task(scenario, study_area)
    cells = study_area.sites[in_service(study_area.sites, scenario.service)].to_crs(dem.crs)
    masts, operators = masts_of(cells, scenario.service), tuple(sorted(set(operators_of(cells))))
    job = _job(task, operators, scenario, folder)
    # filled block by block as they are ready, while others are worked on
    whole = _room(dem, operators, folder if on_disk else None)
    rasters = bands_of(whole)
    facts, columns = _facts(job), _facts_of_each(cells, masts)
    blocks = {block.name: block for block in blocks_of(dem.grid, block_km)}
    tasks = {name: tasks_of(block, dem.grid, cells, masts, scenario.propagation.max_radius_km) for name, block in blocks.items()}
    files = {name: folder / f"{_name(facts, columns, block, tasks[name])}.tif" for name, block in blocks.items()}
    threads = min(engine.workers, os.cpu_count() or 1)
    with ThreadPoolExecutor(threads) as pool:
        there = dict(zip(blocks, pool.map(lambda name: _read(files[name], blocks[name], rasters), blocks), strict=True))
    every = [
        Work(job, each, cells.iloc[list(each.numbers)], files[name] if len(of_block) == 1 else None, engine.name == "threads")
        for name, of_block in tasks.items()
        if not there[name]
        for each in of_block
    ]
    # the longest first, so that no worker is left with a long one at the end
    every.sort(key=lambda work: work.task.work, reverse=True)
    waiting: dict[str, dict[int, Serving]] = {}
    for done, (work, serving) in enumerate(worked_out(engine, work_on, every), 1):
        block = work.task.block
        if serving is None:
            if not _read(files[block.name], block, rasters):
                raise FileNotFoundError(files[block.name])
        else:
            parts = waiting.setdefault(block.name, {})
            parts[work.task.part] = serving
            if len(parts) == len(tasks[block.name]):
                serving = _joined(waiting.pop(block.name))
                if work.path is None:
                    _write(files[block.name], serving, block, dem.grid)
                for name, values in bands_of(serving).items():
                    rasters[name][block.frame] = values
        if progress:
            progress(done / len(every))
    keep_within(folder, default_loss_cache().cap_bytes, set(files.values()))
    return coverage_of(whole, cells, scenario.service, dem, task.model.name, workers=threads)


def _joined(parts: dict[int, Serving]) -> Serving:
    whole = parts.pop(0)
    for part in sorted(parts):
        whole.join(parts[part])
    return whole


def _read(path: Path, block: Block, rasters: dict[str, npt.NDArray[Any]]) -> bool:
    return read_block(path, {name: values[block.frame] for name, values in rasters.items()})


def _room(dem: Dem, operators: tuple[str, ...], folder: Path | None) -> Serving:
    """Room for all blocks, without what only joining needs; in files without a name in a folder, where one is given."""

    def room(kind: npt.DTypeLike) -> npt.NDArray[Any]:
        if folder is None:
            return np.empty(dem.grid.shape, dtype=kind)
        # the file goes with the last that looks into it
        with tempfile.TemporaryFile(dir=folder) as file:
            return np.asarray(np.memmap(file, dtype=kind, mode="w+", shape=dem.grid.shape))

    nothing = np.empty((0, 0), dtype=np.float32)
    level, rsrp, second = (room(np.float32) for _ in range(3))
    of_each = {name: rsrp if len(operators) == 1 else room(np.float32) for name in operators}
    return Serving(level, rsrp, nothing, second, room(np.int32), room(np.uint8), room(np.uint8), {}, of_each)


def _job(task: LossTask, operators: tuple[str, ...], scenario: Scenario, folder: Path) -> Job:
    heights = _on_disk(folder, task.dem.heights_m)
    cover = task.land_cover
    classes = None if cover is None else _on_disk(folder, cover.classes)
    nothing = np.empty((0, 0), dtype=np.float32)
    bare = None if cover is None else LandCover(np.empty((0, 0), dtype=np.uint8), cover.sha256)
    light = replace(task, dem=replace(task.dem, heights_m=nothing), land_cover=bare, cache=None)
    return Job(light, heights, classes, operators, scenario.calibration, program())


def _on_disk(folder: Path, values: npt.NDArray[Any]) -> Path:
    """An array as a file that workers map into their memory, named by its content."""
    digest = hashlib.sha256(f"{values.dtype.str} {values.shape}\n".encode())
    digest.update(np.ascontiguousarray(values).data)
    path = folder / f"{digest.hexdigest()}.npy"
    if not path.exists():
        folder.mkdir(parents=True, exist_ok=True)
        with whole_file(path, lasting=False) as stream:
            np.save(stream, values, allow_pickle=False)
    return path


def _facts(job: Job) -> dict[str, Any]:
    """What decides all blocks alike."""
    dem = job.task.dem
    return {
        "engine": ENGINE, "terrain": job.heights.stem, "missing": dem.is_missing, "transform": list(dem.transform)[:6], "crs": dem.crs.to_wkt(),
        "classes": None if job.classes is None else job.classes.stem,
        "service": job.task.service.model_dump(mode="json"), "propagation": job.task.propagation.model_dump(mode="json"),
        "clutter": job.task.clutter.model_dump(mode="json"), "model": asdict(job.task.model), "operators": list(job.operators),
        "calibration": None if job.calibration is None else job.calibration.model_dump(mode="json"),
    }  # fmt: skip


def _facts_of_each(cells: gpd.GeoDataFrame, masts: Sequence[Mast]) -> dict[str, list[Any]]:
    """What decides of each cell; a name or a remark is no part of it."""
    columns = ["technology", "operator", "freq_mhz", "bandwidth_mhz", "mast_height_m", "tx_power_dbm", "antenna_gain_dbi", "losses_db", "azimuth_deg", "tilt_deg"]  # fmt: skip
    return {
        "ids": [list(map(str, key)) for key in cells.index],
        "masts": [[repr(x) for x in asdict(mast).values()] for mast in masts],
        "cells": cells[[name for name in columns if name in cells]].astype("string").fillna("").to_numpy().tolist(),
    }


def _name(facts: dict[str, Any], of_each: dict[str, list[Any]], block: Block, tasks: list[Task]) -> str:
    """Hash of all that decides what a block holds; where its cells stand in the list is part of it."""
    numbers = [number for each in tasks for number in each.numbers]
    own = {"rows": [block.rows.start, block.rows.stop], "columns": [block.columns.start, block.columns.stop], "numbers": numbers}
    of_cells = {name: [values[number] for number in numbers] for name, values in of_each.items()}
    return hashlib.sha256(json.dumps({**facts, **own, **of_cells}, sort_keys=True, allow_nan=False).encode()).hexdigest()
