"""The villages' statuses by a model of which nothing else is asked: the cells of the settlements alone, in parts of the grid that hold some."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.calibration import CalibrationSettings
from geo_planner.propagation.area import Frame
from geo_planner.radio.cells import in_service
from geo_planner.radio.coverage import coverage_of, served
from geo_planner.radio.losses import LossTask
from geo_planner.radio.statuses import settlement_cells, village_coverage
from geo_planner.units import IntArray

_SIDE = 1024  # cells of a part


def settlement_statuses(
    task: LossTask, sites: gpd.GeoDataFrame, villages: gpd.GeoDataFrame, calibration: CalibrationSettings | None
) -> pd.DataFrame:
    """As :func:`village_coverage` of a coverage of the settlements' cells on the whole grid, which is held at no time.

    Parameters
    ----------
    task : LossTask
        Of the whole grid; each path is looked at on its own profile.
    sites : GeoDataFrame
        As for :func:`geo_planner.radio.coverage.compute_coverage`.
    villages : GeoDataFrame
        As for :func:`village_coverage`.

    Raises
    ------
    ModelRangeError
        For a cell outside the range of the model.
    """
    dem, service = task.dem, task.service
    cells = sites[in_service(sites, service)].to_crs(dem.crs)
    tables = []
    for some in _neighbours(task, villages):
        only = settlement_cells(dem, some, service)
        at = dem.grid.cells(*dem.grid.xy(some.geometry))
        only_rows, only_columns = np.nonzero(only)
        # of a village outside the grid the nearest cell is read, though nothing is made of it
        frame = _around(np.concatenate([only_rows, at.row]), np.concatenate([only_columns, at.column]))
        serving = served(replace(task, only=only, frame=frame), cells, calibration=calibration)
        coverage = coverage_of(serving, cells, service, dem, task.model.name, frame=frame)
        tables.append(village_coverage(coverage, some, service, frame=frame))
    return pd.concat(tables).loc[villages.index]


def compared_columns(statuses: pd.DataFrame | None, model: str | None, index: pd.Index) -> pd.DataFrame:
    """The columns ``compared_…`` of the villages, of :func:`village_coverage` under a second model; blank where none takes part."""
    columns = {"rsrp_dbm": "compared_rsrp_dbm", "coverage_probability": "compared_probability", "modelled_status": "compared_status"}
    if statuses is None:
        empty = {"compared_model": pd.NA, "compared_rsrp_dbm": np.nan, "compared_probability": np.nan, "compared_status": pd.NA}
        return pd.DataFrame(empty, index=index).astype({"compared_model": "string", "compared_status": "string"})
    of_model = pd.array([model] * len(statuses), dtype="string")
    return statuses[list(columns)].rename(columns=columns).assign(compared_model=of_model)


def _neighbours(task: LossTask, villages: gpd.GeoDataFrame) -> Iterator[gpd.GeoDataFrame]:
    """Villages by the part of the grid that holds their centres."""
    at = task.dem.grid.cells(*task.dem.grid.xy(villages.geometry))
    for _, some in villages.groupby([at.row // _SIDE, at.column // _SIDE], sort=True):
        yield some


def _around(rows: IntArray, columns: IntArray) -> Frame:
    return slice(int(rows.min()), int(rows.max()) + 1), slice(int(columns.min()), int(columns.max()) + 1)
