"""The mast atlas as files: the raster, the candidate places, the best places for some villages."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import pandas as pd

from geo_planner.export.assumptions import sample_note, scenario_title
from geo_planner.export.csv_file import write_table
from geo_planner.export.folder import MANIFEST, output_folder
from geo_planner.export.tables import plain
from geo_planner.plan import Plan
from geo_planner.stored.rasters import MAST_SITES

if TYPE_CHECKING:
    from geo_planner.build.masts import MastSites


def mast_tags(plan: Plan) -> dict[str, str]:
    """What the tags of ``mast_sites.tif`` say besides what the atlas knows itself."""
    note = sample_note(plan)
    return {"TITLE": scenario_title(plan), **({} if note is None else {"SAMPLE_DATA_NOTE": note})}


def write_masts(plan: Plan, masts: MastSites, out: Path) -> dict[str, Path]:
    """Write ``mast_sites.tif``, ``candidates.csv`` and, where villages were asked for, ``best_places.csv`` into a folder, swapped in whole.

    Returns
    -------
    dict of str to Path
        The files by name, ``manifest.json`` last.

    Raises
    ------
    OutputError
        When `out` holds files of somebody else or cannot be written.
    """
    from geo_planner.build.atlas import write_atlas  # here, so that a plan without what to build loads no solver

    note = sample_note(plan)
    tables = {"candidates.csv": masts.places.reset_index()}
    if masts.best is not None:
        tables["best_places.csv"] = masts.best.reset_index().assign(reached=[" ".join(ids) for ids in masts.best["reached"]])
    manifest = {**plan.manifest, "kind": "masts", "uses_sample_data": plan.uses_sample_data, "sample_data_note": note}
    with output_folder(out, manifest) as staging:
        write_atlas(masts.atlas, staging / MAST_SITES, mast_tags(plan))
        for name, table in tables.items():
            write_table(_plain(table).assign(sample_note=note), staging / name)
    return {name: out / name for name in (MAST_SITES, *tables, MANIFEST)}


def best_records(masts: MastSites) -> list[dict[str, Any]]:
    """The best places as plain records, None where nothing is known."""
    if masts.best is None:
        return []
    table = masts.best.reset_index()
    records = [{str(name): value for name, value in record.items()} for record in _plain(table).to_dict("records")]
    return [{**record, "reached": list(ids)} for record, ids in zip(records, table["reached"], strict=True)]


def _plain(table: pd.DataFrame) -> pd.DataFrame:
    return table.astype(object).map(plain)
