"""What became of many study areas as files: a table of results, all villages in one order, an index of the rasters."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.batch.areas import Batch, results_table
from geo_planner.batch.found import PLANS, RESULTS
from geo_planner.errors import bounded
from geo_planner.export.batch_book import write_batch_book
from geo_planner.export.csv_file import write_table
from geo_planner.export.folder import MANIFEST, output_folder
from geo_planner.export.mosaic import write_mosaics
from geo_planner.export.summary import write_json
from geo_planner.export.tables import flat_columns
from geo_planner.export.workbook import spoken

BOOK = "results.xlsx"


def write_batch(batch: Batch, out: Path, *, stac: bool = False) -> dict[str, Path]:
    """Write ``results.csv``, ``results.xlsx``, ``villages.csv``, ``batch.json`` and a mosaic of the coverages for each CRS into ``results/``,
    swapped in whole.

    Parameters
    ----------
    stac : bool
        Also write a static STAC catalogue of the coverages.

    Raises
    ------
    OutputError
        When the folder holds files of somebody else or cannot be written.
    """
    folder = out / RESULTS
    note = spoken("sample_banner") if batch.uses_sample_data else None
    failed = [each.name for each in batch.outcomes if each.faults]
    manifest = {"kind": "batch", "plans": [each.name for each in batch.outcomes], "failed": failed, "sample_data_note": note}
    noted = {} if note is None else {"sample_note": note}
    with output_folder(folder, manifest, timed=False) as staging:
        write_table(flat_columns(results_table(batch)).assign(**noted), staging / "results.csv")
        names = ["results.csv", BOOK]
        write_batch_book(batch, staging / BOOK)
        order = batch.order.villages
        if len(order):
            write_table(flat_columns(order.reset_index()).assign(**noted), staging / "villages.csv")
            names.append("villages.csv")
        write_json(batch_record(batch, note), staging / "batch.json")
        done = {each.name: out / PLANS / each.name / "coverage.tif" for each in batch.outcomes if not each.faults}
        rasters = {name: path for name, path in done.items() if path.exists()}
        names += ["batch.json", *write_mosaics(rasters, staging, seen_from=folder)]
        if stac:
            from geo_planner.export.stac import write_catalog

            figures = {each.name: each.figures for each in batch.outcomes}
            names.append(write_catalog(rasters, figures, staging, seen_from=folder))
    return {name: folder / name for name in (*names, MANIFEST)}


def batch_record(batch: Batch, note: str | None) -> dict[str, Any]:
    """What became of each, and the common order, as plain values."""
    outcomes = [
        {
            "name": each.name, "area": each.area, "scenario": None if each.scenario is None else each.scenario.name, "done": not each.faults,
            "figures": each.figures, "faults": [told.as_dict() for told in bounded(each.faults)],
        }
        for each in batch.outcomes
    ]  # fmt: skip
    table = batch.order.villages
    rows = [] if table.empty else flat_columns(pd.DataFrame(table.reset_index())).to_dict("records")
    left_out = [{"name": name, "why": why} for name, why in batch.order.left_out]
    return {"outcomes": outcomes, "left_out_of_common_order": left_out, "villages": rows, "sample_data_note": note}
