"""The rasters of a coverage under another threshold or another required probability, without a path loss."""

from __future__ import annotations

from dataclasses import replace

import geopandas as gpd
import numpy as np

from geo_planner.calibration import CalibrationSettings
from geo_planner.config import Service
from geo_planner.radio.budget import service_probability
from geo_planner.radio.cells import in_service, uplink_shortfall_db
from geo_planner.radio.coverage import Coverage
from geo_planner.terrain import Dem
from geo_planner.units import is_fine


def under_service(
    coverage: Coverage, then: Service, now: Service, *, dem: Dem, sites: gpd.GeoDataFrame, calibration: CalibrationSettings
) -> Coverage | None:
    """The coverage that the same masts have under another service, to the last bit; None where its rasters alone cannot tell.

    They tell it while received levels decide under both services: no cell is held back by its uplink, no band has an error of its own, and
    no path can be unknown (how far an unknown one matters hangs on the threshold). Then who serves, and how strongly, is the same.

    Parameters
    ----------
    coverage : Coverage
        Under the service `then`.
    then, now : Service
        Alike but for ``rsrp_threshold_dbm`` and ``min_probability``.
    dem : Dem
    sites : GeoDataFrame
        As :func:`geo_planner.radio.coverage.compute_coverage` was given them.
    calibration : CalibrationSettings

    Returns
    -------
    Coverage or None
        Its ``overlap`` is None: how many sites reach a threshold is not kept site by site.
    """
    tried = {"rsrp_threshold_dbm": now.rsrp_threshold_dbm, "min_probability": now.min_probability}
    if is_fine(coverage.grid.shape):  # levels are rounded off there
        return None
    if then.model_copy(update=tried) != now or (calibration.bands and calibration.model == coverage.model):
        return None
    cells = sites[in_service(sites, then)].to_crs(dem.crs)
    if any(bool((uplink_shortfall_db(cells, service) > 0).any()) for service in (then, now)):
        return None
    all_known = not np.isnan(dem.heights_m).any() and bool(dem.grid.cells(*dem.grid.xy(cells.geometry)).inside.all())
    if not all_known:
        return None
    level = np.where(np.isnan(coverage.rsrp_dbm), np.float32(-np.inf), coverage.rsrp_dbm)
    probability = service_probability(level, now).astype(np.float32)
    margin = level - np.float32(now.rsrp_threshold_dbm)
    margin[~np.isfinite(margin)] = np.nan
    return replace(coverage, probability=probability, margin_db=margin, overlap=None)
