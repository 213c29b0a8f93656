"""One cell, one place: the antenna's gain towards it, the clutter on the way and what surrounds the handset."""

from __future__ import annotations

import math

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.config import Clutter, Service
from geo_planner.link.profile import LinkProfile
from geo_planner.radio.budget import antenna_loss_db, handset_loss_db
from geo_planner.radio.cells import Mast, masts_of
from geo_planner.radio.losses import by_class
from geo_planner.terrain import Dem, height_at
from geo_planner.units import FloatArray

Classes = npt.NDArray[np.uint8]


def mast_of(sites: gpd.GeoDataFrame, cell: tuple[str, str], dem: Dem, service: Service) -> Mast:
    """Figures of one cell of the site table, index (``site_id``, ``cell_id``)."""
    return masts_of(sites.loc[[cell]].to_crs(dem.crs), service)[0]


def eirp_towards_dbm(mast: Mast, dem: Dem, point_xy_m: tuple[float, float], *, rx_height_m: float) -> float:
    """EIRP per resource element in the direction of a point: what the antenna loses off its axis is taken off."""
    east_m, north_m = point_xy_m[0] - mast.xy_m[0], point_xy_m[1] - mast.xy_m[1]
    fall_m = height_at(dem, *mast.xy_m) + mast.mast_height_m - height_at(dem, *point_xy_m) - rx_height_m
    tilt_deg = math.nan if math.isnan(fall_m) else mast.tilt_deg
    away_m = max(math.hypot(east_m, north_m), 0.5 * dem.cell_m)
    return mast.eirp_re_dbm - float(antenna_loss_db(mast.azimuth_deg, tilt_deg, east=east_m, north=north_m, fall_m=fall_m, away_m=away_m))


def clutter_along(profile: LinkProfile, dem: Dem, land_cover: Classes, clutter: Clutter) -> FloatArray:
    """Representative clutter height (m) at every point of a path, shape (n,): that of the cell that holds it."""
    t = profile.distance_km / profile.length_km
    cells = dem.grid.cells(*((1.0 - t) * a + t * b for a, b in zip(profile.mast_xy_m, profile.point_xy_m, strict=True)))
    return by_class(clutter.heights_m)[land_cover[cells.row, cells.column]]


def loss_at_handset_db(
    service: Service, freq_mhz: float, dem: Dem, point_xy_m: tuple[float, float], land_cover: Classes | None, clutter: Clutter
) -> float:
    """Walls and trees around the handset, on top of the basic transmission loss: P.2109 indoors, P.2108 where asked for."""
    code = 0
    terminal = {}
    if land_cover is not None and clutter.at_terminal:
        at = dem.grid.cells(*point_xy_m)
        code = int(land_cover[at.row, at.column])
        # only the class of this place: another may lie outside the range of P.2108
        terminal = {code: clutter.terminal[code]} if code in clutter.terminal else {}
    return float(handset_loss_db(service, freq_mhz, terminal, np.float64)[code])
