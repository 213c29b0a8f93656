"""All files of a run into one folder."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_planner.calibration import calibration_table
from geo_planner.export.assumptions import sample_note
from geo_planner.export.csv_file import sample_column, write_csv, write_table
from geo_planner.export.folder import MANIFEST, output_folder
from geo_planner.export.masts import mast_tags
from geo_planner.export.raster import write_after_tif, write_coverage_tif
from geo_planner.export.summary import status_summary, write_json, write_summary
from geo_planner.export.tables import machine_table, plain
from geo_planner.export.vector import write_geojson, write_gpkg
from geo_planner.export.xlsx import write_xlsx
from geo_planner.measurements import MeasuredAgainstModelled
from geo_planner.plan import Plan, Progress
from geo_planner.stored.rasters import AFTER, MAST_EXPECTED, MAST_SITES
from geo_planner.units import is_fine

if TYPE_CHECKING:
    from geo_planner.build.atlas import Atlas

Writer = Callable[[Plan, Path], None]

_STATUS_COLUMNS = (
    "village_id", "name", "commune_name", "commune_code", "declared_status", "modelled_status", "measured_status", "rsrp_dbm",
    "coverage_probability", "settlement_covered_share", "best_server_id", "nearest_site_id", "nearest_site_km", "flags", "is_sample",
    "depends_on_sample",
)  # fmt: skip


def write_plan(plan: Plan, out: Path, *, progress: Progress | None = None) -> dict[str, Path]:
    """Write everything that a plan has to show.

    Parameters
    ----------
    plan : Plan
    out : Path
        Folder; an earlier output there is replaced as a whole, and stays as it is when anything fails.
    progress : callable, optional
        Told the file under way and the share that is done.

    Returns
    -------
    dict of str to Path
        The files by name, ``manifest.json`` last.

    Raises
    ------
    OutputError
        When `out` holds files of somebody else or cannot be written.
    """
    # Here, so that a run of coverage alone does not load the map.
    from geo_planner.export.html_map import write_map

    writers: dict[str, Writer] = {
        "priority_list.xlsx": write_xlsx,
        "priority_list.csv": write_csv,
        "plan.gpkg": write_gpkg,
        "villages.geojson": write_geojson,
        "coverage.tif": write_coverage_tif,
        "map.html": write_map,
        "summary.json": write_summary,
    }
    if plan.build is not None:
        from geo_planner.build.atlas import write_atlas, write_expected  # here, so that a plan without what to build loads no solver

        writers |= {MAST_SITES: _of_atlas(write_atlas), MAST_EXPECTED: _of_atlas(write_expected), AFTER: write_after_tif}
    return _write_all(plan, out, writers, progress)


def write_coverage(plan: Plan, out: Path, *, progress: Progress | None = None) -> dict[str, Path]:
    """Write the rasters and the statuses alone: ``coverage.tif``, ``village_status.csv``, ``village_status.json``.

    Parameters, result and errors as :func:`write_plan`.
    """
    writers: dict[str, Writer] = {
        "coverage.tif": write_coverage_tif,
        "village_status.csv": _write_status_csv,
        "village_status.json": lambda plan, path: write_json(status_summary(plan), path),
    }
    return _write_all(plan, out, writers, progress)


def write_calibration(result: MeasuredAgainstModelled, out: Path) -> dict[str, Path]:
    """Write ``calibration.csv``, ``residuals.csv``, ``dropped.csv`` and ``statistics.csv`` into a folder, swapped in whole.

    Raises
    ------
    OutputError
        When `out` holds files of somebody else or cannot be written.
    """
    tables = {
        "calibration.csv": calibration_table(result.calibrations).reset_index(),
        "statistics.csv": result.statistics.reset_index(),
        "residuals.csv": result.residuals.reset_index(),
        "dropped.csv": pd.DataFrame(result.dropped.drop(columns="geometry", errors="ignore")).reset_index(),
    }
    with output_folder(out, {"kind": "calibration", "measurements_sha256": result.source_sha256, "model": result.model}) as staging:
        for name, table in tables.items():
            write_table(table.map(plain), staging / name)
    return {name: out / name for name in (*tables, "manifest.json")}


def _write_all(plan: Plan, out: Path, writers: Mapping[str, Writer], progress: Progress | None) -> dict[str, Path]:
    manifest: dict[str, Any] = {**plan.manifest, "uses_sample_data": plan.uses_sample_data, "sample_data_note": sample_note(plan)}
    manifest["study_area"] = _way_to(plan.study_area.root, out)
    # rasters are packed outside the interpreter, the other files within it; on a fine grid one after the other, for the memory that each takes
    beside = () if is_fine(plan.terrain.grid.shape) else tuple(name for name in writers if name.endswith(".tif"))
    with output_folder(out, manifest) as staging, ThreadPoolExecutor(1) as pool:
        rasters = {name: pool.submit(writers[name], plan, staging / name) for name in beside}
        for done, (name, write) in enumerate(writers.items()):
            if progress is not None:
                progress(name, done / len(writers))
            if name not in rasters:
                write(plan, staging / name)
        for written in rasters.values():
            written.result()
    if progress is not None:
        progress(MANIFEST, 1.0)
    return {name: out / name for name in (*writers, MANIFEST)}


def _of_atlas(write: Callable[[Atlas, Path, Mapping[str, str]], None]) -> Writer:
    def write_it(plan: Plan, path: Path) -> None:
        if plan.build is not None:
            write(plan.build.atlas, path, mast_tags(plan))

    return write_it


def _way_to(root: Path, out: Path) -> str:
    """Where the study area lies, seen from the folder of the run: :func:`geo_planner.plan.load_plan` reads it there again."""
    try:
        return Path(os.path.relpath(root.resolve(), out.resolve())).as_posix()
    except ValueError:  # another drive
        return root.resolve().as_posix()


def _write_status_csv(plan: Plan, path: Path) -> None:
    table = machine_table(plan)
    kept = table[[name for name in _STATUS_COLUMNS if name in table.columns]]
    write_table(kept.assign(sample_note=sample_column(plan)).sort_values("village_id"), path)
