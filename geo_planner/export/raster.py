"""``coverage.tif``: the coverage as a cloud-optimised GeoTIFF on the grid of the terrain."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rasterio.shutil import copy as copy_raster

from geo_planner.errors import OutputError
from geo_planner.export.assumptions import sample_note, scenario_title
from geo_planner.files.opening import memory_raster, opened_raster
from geo_planner.plan import Plan

NODATA = -9999.0
"""In every band: nothing known or, in ``best_server``, no server. Finite, because many programs mishandle NaN."""

# Overviews take the nearest value: the mean of levels in dB, or of server numbers, means nothing.
_COG = {"COMPRESS": "DEFLATE", "PREDICTOR": "YES", "BLOCKSIZE": 256, "OVERVIEW_RESAMPLING": "NEAREST", "BIGTIFF": "IF_SAFER"}

FloatGrid = npt.NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class _Band:
    name: str
    unit: str
    meaning: str
    values: npt.NDArray[np.generic]


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
    coverage = plan.coverage
    bands = _bands(plan)
    rows, columns = coverage.grid.shape
    profile = {
        "driver": "GTiff", "dtype": "float32", "count": len(bands), "height": rows, "width": columns, "nodata": NODATA,
        "crs": coverage.grid.crs.to_wkt(), "transform": coverage.grid.transform,
    }  # fmt: skip
    # In memory, because the driver cannot fill a COG in place; and so that the disk sees one plain write.
    with memory_raster() as memory, memory_raster(ext=".tif") as packed:
        with memory.open(**profile) as draft:
            for number, band in enumerate(bands, start=1):
                draft.write(_filled(band.values), number)
                draft.set_band_description(number, band.name)
                draft.set_band_unit(number, band.unit)
                draft.update_tags(number, MEANING=band.meaning)
            draft.update_tags(**_tags(plan))
        with memory.open() as draft:
            copy_raster(draft, packed.name, driver="COG", **_COG)
        content = packed.read()
    try:
        path.write_bytes(content)
    except OSError as error:
        raise OutputError("file_not_written.layer", name=path.name, why=error.strerror) from error


def _bands(plan: Plan) -> list[_Band]:
    coverage, service = plan.coverage, plan.scenario.service
    server = np.where(coverage.best_server < 0, np.nan, coverage.best_server)
    bands = [
        _Band("rsrp_dbm", "dBm", f"RSRP of the serving cell, {service.place}", coverage.rsrp_dbm),
        _Band("coverage_probability", "1", f"probability that RSRP reaches {service.rsrp_threshold_dbm:g} dBm", coverage.probability),
        _Band("best_server", "index", "position in BEST_SERVER_IDS of the strongest cell", server),
        _Band("second_server_dbm", "dBm", "RSRP of the best of the other sites", coverage.second_dbm),
        _Band("overlap", "count", "sites that would each cover the place", coverage.overlap),
        _Band("margin_db", "dB", "level above the threshold, downlink or uplink, whichever is weaker", coverage.margin_db),
        _Band("unknown_paths", "count", "cells whose path leaves the terrain data and which might serve", coverage.unknown_paths),
    ]
    if len(coverage.by_operator_dbm) > 1:
        bands += [
            _Band(
                f"rsrp_dbm:{operator or 'unknown'}", "dBm", "RSRP of the best of this operator's cells", coverage.by_operator_dbm[operator]
            )
            for operator in sorted(coverage.by_operator_dbm)
        ]
    return bands


def _filled(values: npt.NDArray[np.generic]) -> FloatGrid:
    numbers = values.astype(np.float32)
    return np.where(np.isfinite(numbers), numbers, np.float32(NODATA)).astype(np.float32)


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
