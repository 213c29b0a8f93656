"""What a mast on trial covers, as a small picture over the map."""

from __future__ import annotations

import numpy as np
from pyproj import Transformer

from geo_planner.export.html_map.rasters import WEB_MERCATOR, Overlay, degree_bounds, warp
from geo_planner.export.palette import TRIAL_COVER, Rgba
from geo_planner.grid import Grid
from geo_planner.trial.added import AddedWindow


def trial_picture(grid: Grid, window: AddedWindow) -> Overlay:
    """Cells that the mast alone would serve: those that nothing serves today, and the others, each in a colour of its own.

    Parameters
    ----------
    grid : Grid
        Of the plan's coverage.
    window : AddedWindow
        Of the mast.
    """
    part = grid.window(window.row, window.column, window.newly.shape)
    web = _web_grid(part)
    classes = np.where(window.newly, 2.0, np.where(window.covered, 1.0, 0.0)).astype(np.float32)
    index = np.nan_to_num(warp(classes, part, web, smooth=False)).round().astype(np.uint8)
    clear: Rgba = (0, 0, 0, 0)
    return Overlay(index, [clear, TRIAL_COVER["also"], TRIAL_COVER["newly"]], degree_bounds(web))


def _web_grid(part: Grid) -> Grid:
    """Pixels over the window, as fine as its cells."""
    to_web = Transformer.from_crs(part.crs, WEB_MERCATOR, always_xy=True)
    west, south, east, north = to_web.transform_bounds(*part.bounds)
    back = Transformer.from_crs(WEB_MERCATOR, 4326, always_xy=True)
    latitude = back.transform((west + east) / 2, (south + north) / 2)[1]
    pixel = part.cell_m / float(np.cos(np.radians(latitude)))
    shape = max(1, int(np.ceil((north - south) / pixel))), max(1, int(np.ceil((east - west) / pixel)))
    return Grid.north_up(west, north, pixel, shape, WEB_MERCATOR)
