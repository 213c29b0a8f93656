"""The tables of a calibration, for spreadsheets."""

from __future__ import annotations

from pathlib import Path

import pandas as pd

from geo_planner.calibration import calibration_table
from geo_planner.export.csv_file import write_table
from geo_planner.export.folder import output_folder
from geo_planner.export.tables import plain
from geo_planner.measurements import MeasuredAgainstModelled


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
