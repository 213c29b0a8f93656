"""What coverage takes into account besides the terrain: land cover along the path, walls and trees at the handset, antenna, uplink."""

from __future__ import annotations

import math
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import numpy.typing as npt

from geo_planner.config import Clutter, Service
from geo_planner.link.profile import LinkProfile
from geo_planner.propagation.p2108 import height_gain_loss_db
from geo_planner.propagation.p2109 import building_entry_loss_db
from geo_planner.radio.budget import eirp_re_dbm, pattern_loss_db, uplink_rsrp_dbm, uplink_sensitivity_dbm
from geo_planner.terrain import Dem, cell_of, height_at
from geo_planner.units import FloatArray

Classes = npt.NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Mast:
    """One cell of a site as a card needs it.

    Attributes
    ----------
    xy_m : (float, float)
    mast_height_m, freq_mhz : float
    eirp_re_dbm : float
        Per resource element, on the antenna's axis.
    azimuth_deg, tilt_deg : float
        Of the axis; NaN where not known, and then nothing is taken off for that plane.
    uplink_shortfall_db : float
        By how much more than the threshold the cell's uplink needs; 0 where the downlink decides.
    """

    xy_m: tuple[float, float]
    mast_height_m: float
    freq_mhz: float
    eirp_re_dbm: float
    azimuth_deg: float
    tilt_deg: float
    uplink_shortfall_db: float


def mast_of(sites: gpd.GeoDataFrame, cell: tuple[str, str], dem: Dem, service: Service) -> Mast:
    """Figures of one cell of the site table, index (``site_id``, ``cell_id``)."""
    row = sites.loc[[cell]]
    point = row.geometry.to_crs(dem.crs).iloc[0]
    uplink, shortfall_db = service.uplink, 0.0
    if uplink.check:
        sensitivity = uplink_sensitivity_dbm(noise_figure_db=uplink.noise_figure_db, sinr_db=uplink.sinr_db, blocks=uplink.resource_blocks)
        needed = uplink_rsrp_dbm(row, ue_power_dbm=uplink.ue_power_dbm, sensitivity_dbm=sensitivity)
        shortfall_db = max(float(needed.iloc[0]) - service.rsrp_threshold_dbm, 0.0)
    azimuth_deg, tilt_deg = (
        float(row[name].astype("Float64").iloc[0]) if row[name].notna().all() else math.nan for name in ("azimuth_deg", "tilt_deg")
    )
    return Mast(
        xy_m=(float(point.x), float(point.y)),
        mast_height_m=float(row["mast_height_m"].iloc[0]),
        freq_mhz=float(row["freq_mhz"].iloc[0]),
        eirp_re_dbm=float(eirp_re_dbm(row).iloc[0]),
        azimuth_deg=azimuth_deg,
        tilt_deg=tilt_deg,
        uplink_shortfall_db=shortfall_db,
    )


def eirp_towards_dbm(mast: Mast, dem: Dem, point_xy_m: tuple[float, float], *, rx_height_m: float) -> float:
    """EIRP per resource element in the direction of a point: what the antenna loses off its axis is taken off."""
    east_m, north_m = point_xy_m[0] - mast.xy_m[0], point_xy_m[1] - mast.xy_m[1]
    off_azimuth = off_tilt = None
    if not math.isnan(mast.azimuth_deg):
        off_azimuth = math.degrees(math.atan2(east_m, north_m)) - mast.azimuth_deg
    fall_m = height_at(dem, *mast.xy_m) + mast.mast_height_m - height_at(dem, *point_xy_m) - rx_height_m
    if not math.isnan(mast.tilt_deg) and not math.isnan(fall_m):
        off_tilt = math.degrees(math.atan2(fall_m, max(math.hypot(east_m, north_m), 0.5 * dem.cell_m))) - mast.tilt_deg
    return mast.eirp_re_dbm - float(pattern_loss_db(off_azimuth, off_tilt)[0])


def clutter_along(profile: LinkProfile, dem: Dem, land_cover: Classes, clutter: Clutter) -> FloatArray:
    """Representative clutter height (m) at every point of a path, shape (n,): that of the cell that holds it."""
    heights_m = np.zeros(256)
    for code, height_m in clutter.heights_m.items():
        heights_m[code] = height_m
    t = profile.distance_km / profile.length_km
    x_m, y_m = ((1.0 - t) * a + t * b for a, b in zip(profile.mast_xy_m, profile.point_xy_m, strict=True))
    codes = [_class_at(dem, land_cover, float(x), float(y)) for x, y in zip(x_m, y_m, strict=True)]
    return heights_m[codes]


def handset_loss_db(
    service: Service, freq_mhz: float, dem: Dem, point_xy_m: tuple[float, float], land_cover: Classes | None, clutter: Clutter
) -> float:
    """Walls and trees around the handset, on top of the basic transmission loss: P.2109 indoors, P.2108 where asked for."""
    loss_db = float(building_entry_loss_db(freq_mhz, building=service.building)) if service.place == "indoor" else 0.0
    if land_cover is not None and clutter.at_terminal:
        surroundings = clutter.terminal.get(_class_at(dem, land_cover, *point_xy_m))
        if surroundings is not None:
            loss_db += float(height_gain_loss_db(freq_mhz, service.rx_height_m, surroundings))
    return loss_db


def _class_at(dem: Dem, land_cover: Classes, x_m: float, y_m: float) -> int:
    row, column = cell_of(dem, x_m, y_m)
    rows, columns = land_cover.shape
    return int(land_cover[min(max(int(row), 0), rows - 1), min(max(int(column), 0), columns - 1)])
