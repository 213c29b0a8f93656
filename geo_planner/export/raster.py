"""``coverage.tif``: the coverage as a cloud-optimised GeoTIFF on the grid of the terrain."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo_planner.export.assumptions import sample_note, scenario_title
from geo_planner.files.cog import NODATA, Band, write_cog
from geo_planner.files.opening import opened_raster
from geo_planner.plan import Plan

__all__ = ["NODATA", "read_band", "write_coverage_tif"]

FloatGrid = npt.NDArray[np.float32]


def write_coverage_tif(plan: Plan, path: Path) -> None:
    """Write the bands ``rsrp_dbm``, ``coverage_probability``, ``best_server``, ``second_server_dbm``, ``overlap``, ``margin_db``,
    ``unknown_paths`` as float32.

    With more than one operator, ``rsrp_dbm:<operator>`` follows for each. ``best_server`` holds positions in the list of the
    tag ``BEST_SERVER_IDS`` (JSON, counted from 0). Service, threshold, model and the line on sample data stand in the tags.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    grid = plan.coverage.grid
    write_cog(path, _bands(plan), transform=grid.transform, crs_wkt=grid.crs.to_wkt(), tags=_tags(plan))


def _bands(plan: Plan) -> list[Band]:
    coverage, service = plan.coverage, plan.scenario.service
    server = np.where(coverage.best_server < 0, np.nan, coverage.best_server)
    bands = [
        Band("rsrp_dbm", "dBm", f"RSRP of the serving cell, {service.place}", coverage.rsrp_dbm),
        Band("coverage_probability", "1", f"probability that RSRP reaches {service.rsrp_threshold_dbm:g} dBm", coverage.probability),
        Band("best_server", "index", "position in BEST_SERVER_IDS of the strongest cell", server),
        Band("second_server_dbm", "dBm", "RSRP of the best of the other sites", coverage.second_dbm),
        Band("overlap", "count", "sites that would each cover the place", coverage.overlap),
        Band("margin_db", "dB", "level above the threshold, downlink or uplink, whichever is weaker", coverage.margin_db),
        Band("unknown_paths", "count", "cells whose path leaves the terrain data and which might serve", coverage.unknown_paths),
    ]
    if len(coverage.by_operator_dbm) > 1:
        bands += [
            Band(
                f"rsrp_dbm:{operator or 'unknown'}", "dBm", "RSRP of the best of this operator's cells", coverage.by_operator_dbm[operator]
            )
            for operator in sorted(coverage.by_operator_dbm)
        ]
    return bands


def _tags(plan: Plan) -> dict[str, str]:
    service = plan.scenario.service
    tags = {
        "SCENARIO": plan.scenario.name,
        "TITLE": scenario_title(plan),
        "SERVICE": service.technology,
        "RSRP_THRESHOLD_DBM": f"{service.rsrp_threshold_dbm:g}",
        "MIN_PROBABILITY": f"{service.min_probability:g}",
        "SIGMA_DB": f"{service.sigma_db:g}",
        "RX_HEIGHT_M": f"{service.rx_height_m:g}",
        "MODEL": plan.coverage.model,
        "MODEL_EDITION": str(plan.manifest.get("model_edition", "")),
        "BEST_SERVER_IDS": json.dumps(list(plan.coverage.server_ids), ensure_ascii=False),
        "TERRAIN_SHA256": plan.terrain.sha256,
    }
    if plan.scenario.calibration.bands:
        tags["CALIBRATION"] = json.dumps(plan.scenario.calibration.model_dump(mode="json"), ensure_ascii=False)
    note = sample_note(plan)
    return tags if note is None else {**tags, "SAMPLE_DATA_NOTE": note}


def read_band(path: Path, name: str) -> FloatGrid:
    """One band by its name, NaN where the file has no value.

    Raises
    ------
    KeyError
        When there is no band of that name; the message lists those there are.
    """
    with opened_raster(path) as source:
        if name not in source.descriptions:
            raise KeyError(f"{path.name} has no band {name!r}; it has {', '.join(map(str, source.descriptions))}")
        band: FloatGrid = source.read(source.descriptions.index(name) + 1, masked=True).filled(np.nan)
        return band
