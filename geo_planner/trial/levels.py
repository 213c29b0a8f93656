"""What each cell on air brings to one cell of the grid, each path over a profile of its own.

The rasters come from a radial sweep, which shares the near part of neighbouring paths; a profile of its own is what the sweep is held to. The two
differ by some tenths of a decibel, and which mast comes second, or what another model says, is not kept in the rasters: it is asked for here.
"""

from __future__ import annotations

import math
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_planner.propagation.area import LossWindow, loss_around
from geo_planner.radio.budget import handset_loss_db, service_probability
from geo_planner.radio.cells import Mast
from geo_planner.radio.coverage import signal
from geo_planner.radio.losses import LossTask, by_class
from geo_planner.trial import kept

if TYPE_CHECKING:
    from geo_planner.plan import Plan

_MARGIN_CELLS = 2
"""Heights are read between cell centres: so much beyond the two ends is looked at."""


def levels_in_cell(plan: Plan, cell: tuple[int, int], model: str | None = None) -> pd.DataFrame:
    """RSRP and level of every cell on air, within the radius of the scenario, at the centre of one cell of the grid.

    Parameters
    ----------
    plan : Plan
    cell : (int, int)
        Row and column.
    model : str, optional
        Another model than the one that decides.

    Returns
    -------
    DataFrame
        Index (``site_id``, ``cell_id``); ``distance_km``, ``rsrp_dbm``, ``level_dbm`` (what counts against the threshold), ``probability``; the
        highest level first, unknown paths (NaN) last, then by id.
    """
    task = kept.task(plan, model)
    ids, masts = kept.cells_on_air(plan)
    x_m, y_m = task.dem.grid.centres(*cell)
    reach_km = task.propagation.max_radius_km
    losses: dict[tuple[object, ...], LossWindow] = {}
    rows = []
    for ident, mast in zip(ids, masts, strict=True):
        away_km = math.dist(mast.xy_m, (x_m, y_m)) / 1000.0
        if away_km > reach_km:
            continue
        key = (mast.xy_m, mast.mast_height_m, mast.freq_mhz)
        if key not in losses:
            losses[key] = _loss(task, mast, cell)
        received, level = signal(task, mast, losses[key], plan.scenario.calibration)
        rows.append((*ident, away_km, float(received[0, 0]), float(level[0, 0])))
    table = pd.DataFrame(rows, columns=["site_id", "cell_id", "distance_km", "rsrp_dbm", "level_dbm"])
    table = table.replace(-np.inf, np.nan).sort_values(["level_dbm", "site_id", "cell_id"], ascending=[False, True, True], kind="stable")
    table["probability"] = service_probability(table["level_dbm"].to_numpy(dtype=float), task.service)
    return table.set_index(["site_id", "cell_id"])


def _loss(task: LossTask, mast: Mast, cell: tuple[int, int]) -> LossWindow:
    """Loss of everything between an antenna and a handset in one cell: of the terrain only the part between the two is looked at."""
    heights, cover = task.dem.heights_m, task.land_cover
    row, column = (float(part) for part in task.dem.grid.position(*mast.xy_m))
    part = tuple(
        slice(max(math.floor(min(a, b)) - _MARGIN_CELLS, 0), min(math.floor(max(a, b)) + _MARGIN_CELLS + 1, size))
        for a, b, size in zip((row, column), cell, heights.shape, strict=True)
    )
    top, left = part[0].start, part[1].start
    between = np.ascontiguousarray(heights[part])
    only = np.zeros(between.shape, dtype=np.bool_)
    only[cell[0] - top, cell[1] - left] = True
    window = loss_around(
        between, task.dem.cell_m, row=row - top, column=column - left, tx_height_m=mast.mast_height_m, rx_height_m=task.service.rx_height_m,
        freq_mhz=mast.freq_mhz, radius_km=task.propagation.max_radius_km, model=task.model, only=only,
        clutter_m=None if cover is None else by_class(task.clutter.heights_m, np.float32)[np.ascontiguousarray(cover.classes[part])],
    )  # fmt: skip
    code = 0 if cover is None else int(cover.classes[cell])
    terminal = task.clutter.terminal if cover is not None and task.clutter.at_terminal else {}
    at_handset_db = handset_loss_db(task.service, mast.freq_mhz, terminal, np.float32)[code]
    at = cell[0] - top - window.row, cell[1] - left - window.column
    here = window.loss_db[at[0] : at[0] + 1, at[1] : at[1] + 1]
    return replace(window, loss_db=here + at_handset_db, row=cell[0], column=cell[1])
