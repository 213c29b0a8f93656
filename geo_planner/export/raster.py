"""``coverage.tif``: the coverage as a cloud-optimised GeoTIFF on the grid of the terrain."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from geo_planner.config import Service
from geo_planner.export.assumptions import sample_note, scenario_title
from geo_planner.files.cog import Band, write_cog
from geo_planner.plan import Plan
from geo_planner.radio.coverage import Coverage
from geo_planner.radio.digits import LEVEL_STEPS, PROBABILITY_STEPS
from geo_planner.units import is_fine
from geo_planner.words import said

__all__ = ["operator_bands", "write_after_tif", "write_coverage_tif"]


def write_coverage_tif(plan: Plan, path: Path) -> None:
    """Write the bands ``rsrp_dbm``, ``coverage_probability``, ``best_server``, ``second_server_dbm``, ``overlap``, ``margin_db``,
    ``unknown_paths`` as float32.

    ``rsrp_dbm:<operator>`` follows for each operator. ``best_server`` holds positions in the list of the tag ``BEST_SERVER_IDS`` (JSON, counted
    from 0); the tag ``OPERATORS`` (JSON) pairs each operator, as the list of sites names it, with its band. Service, threshold, model and the
    line on sample data stand in the tags.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    _write(plan, plan.coverage, path, scenario_title(plan))


def write_after_tif(plan: Plan, path: Path) -> None:
    """Write the same bands as if everything chosen were on air; nothing without a build plan.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    if plan.build is not None:
        _write(plan, plan.build.after.coverage, path, f"{scenario_title(plan)} – {said('export_after_title').text('vi')}")


def _write(plan: Plan, coverage: Coverage, path: Path, title: str) -> None:
    bands = operator_bands(coverage)
    tags = {**_tags(plan, coverage), "TITLE": title, "OPERATORS": json.dumps(list(bands.items()), ensure_ascii=False)}
    write_cog(
        path,
        _bands(coverage, plan.scenario.service, bands),
        transform=coverage.grid.transform,
        crs_wkt=coverage.grid.crs.to_wkt(),
        tags=tags,
    )


def operator_bands(coverage: Coverage) -> dict[str, str]:
    """The band of each operator, by its name as the sites have it; a blank one is called unknown, and one that is called so too is counted.

    On a fine grid an operator who serves alone has no band of its own: its levels are those of ``rsrp_dbm``.
    """
    if is_fine(coverage.grid.shape) and len(coverage.by_operator_dbm) == 1:
        ((operator, level),) = coverage.by_operator_dbm.items()
        if np.array_equal(level, coverage.rsrp_dbm, equal_nan=True):
            return {operator: "rsrp_dbm"}
    bands: dict[str, str] = {}
    for operator in sorted(coverage.by_operator_dbm):
        name, number = f"rsrp_dbm:{operator or 'unknown'}", 2
        while name in bands.values():
            name, number = f"rsrp_dbm:{operator or 'unknown'}_{number}", number + 1
        bands[operator] = name
    return bands


def _bands(coverage: Coverage, service: Service, operators: Mapping[str, str]) -> list[Band]:
    bands = [
        Band("rsrp_dbm", "dBm", f"RSRP of the serving cell, {service.place}", coverage.rsrp_dbm),
        Band("coverage_probability", "1", f"probability that RSRP reaches {service.rsrp_threshold_dbm:g} dBm", coverage.probability),
        Band("best_server", "index", "position in BEST_SERVER_IDS of the strongest cell", coverage.best_server, nothing=-1),
        Band("second_server_dbm", "dBm", "RSRP of the best of the other sites", coverage.second_dbm),
        *([] if coverage.overlap is None else [Band("overlap", "count", "sites that would each cover the place", coverage.overlap)]),
        Band("margin_db", "dB", "level above the threshold, downlink or uplink, whichever is weaker", coverage.margin_db),
        Band("unknown_paths", "count", "cells whose path leaves the terrain data and which might serve", coverage.unknown_paths),
    ]
    of_each = "RSRP of the best of this operator's cells"
    return bands + [
        Band(name, "dBm", of_each, coverage.by_operator_dbm[operator]) for operator, name in operators.items() if name != "rsrp_dbm"
    ]


def _tags(plan: Plan, coverage: Coverage) -> dict[str, str]:
    service = plan.scenario.service
    tags = {
        "SCENARIO": plan.scenario.name,
        "SERVICE": service.technology,
        "RSRP_THRESHOLD_DBM": f"{service.rsrp_threshold_dbm:g}",
        "MIN_PROBABILITY": f"{service.min_probability:g}",
        "SIGMA_DB": f"{service.sigma_db:g}",
        "RX_HEIGHT_M": f"{service.rx_height_m:g}",
        "MODEL": coverage.model,
        "MODEL_EDITION": str(plan.manifest.get("model_edition", "")),
        "BEST_SERVER_IDS": json.dumps(list(coverage.server_ids), ensure_ascii=False),
        "TERRAIN_SHA256": plan.terrain.sha256,
    }
    if is_fine(coverage.grid.shape):
        tags["PRECISION"] = f"levels in steps of 1/{LEVEL_STEPS} dB, probabilities in steps of 1/{PROBABILITY_STEPS}"
    if plan.scenario.calibration.bands:
        tags["CALIBRATION"] = json.dumps(plan.scenario.calibration.model_dump(mode="json"), ensure_ascii=False)
    note = sample_note(plan)
    return tags if note is None else {**tags, "SAMPLE_DATA_NOTE": note}
