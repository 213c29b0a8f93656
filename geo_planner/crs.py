"""Choosing and refusing coordinate reference systems.

Degrees (EPSG:4326) stand only at the edges: in files and on the web map. Every distance is taken in a projected system.
"""

from __future__ import annotations

import os
from typing import Any

import geopandas as gpd
import numpy as np
from pyproj import CRS, Proj, Transformer, network
from pyproj.exceptions import CRSError as UnknownError
from pyproj.exceptions import ProjError

from geo_planner.errors import CrsError, Fault
from geo_planner.words import Said, said

GEOGRAPHIC = "EPSG:4326"
MOST_STRETCH = 0.005
"""Share by which a distance on the map may differ from the one on the ground."""
MOST_TURN_DEG = 5.0
"""Angle by which north on the map may differ from true north: a zone's neighbours stay within 3 degrees, oblique systems and such for the other side
of the earth do not."""

# PROJ may fetch grids of datum shifts by itself where the machine says so; here nothing but fetch and init asks the network.
os.environ["PROJ_NETWORK"] = "OFF"
network.set_network_enabled(active=False)  # type: ignore[attr-defined]


def refused(why: Said) -> CrsError:
    """The error of something that has a reason and a remedy, so that it can be told as a fault, too."""
    return CrsError("crs_refused", why=why)


def crs_fault(error: CrsError, file: str, column: str) -> Fault:
    """The same as a fault of the input."""
    why = dict(error.said.facts).get("why")
    return Fault(file, why if isinstance(why, Said) else said("crs.other", error=str(error)), column=column)


def parse_crs(value: Any) -> CRS:
    """Read a CRS, or say which one cannot be read.

    Raises
    ------
    CrsError
        When `value` is missing or unknown to PROJ.
    """
    if value is None or value == "":
        raise refused(said("crs.missing"))
    try:
        return CRS.from_user_input(value)
    except UnknownError as error:
        raise refused(said("crs.unknown", crs=str(value))) from error


def metric_crs(value: Any) -> CRS:
    """A projected CRS whose unit is the metre.

    Raises
    ------
    CrsError
        When `value` is geographic or counts in another unit: distances would be wrong.
    """
    crs = parse_crs(value)
    if not crs.is_projected:
        raise refused(said("crs.not_projected", crs=crs.to_string()))
    if {axis.unit_name for axis in crs.axis_info} - {"metre", "meter"}:
        raise refused(said("crs.not_metres", crs=crs.to_string()))
    return crs


def stretched(crs: CRS, layer: gpd.GeoDataFrame) -> CrsError | None:
    """Why a metric CRS does not measure distances over a layer, or None where it does.

    UTM and the VN-2000 zones keep scale within 0.1 % over the ground for which they are made, and still within 0.25 % a zone's width farther out.
    :data:`MOST_STRETCH` leaves that room and refuses what is made for other places or purposes: its areas grow by twice as much, and
    a distance of 30 km is wrong by more than a cell of the terrain.
    """
    use = utm_for(layer)
    names = {"crs": crs.to_string(), "use": use.to_string(), "zone": use.name}
    lon, lat = _spread(layer)
    axes = [axis.direction for axis in crs.axis_info[:2]]
    if sorted(axes) != ["east", "north"]:
        return refused(said("crs.axes", axes=axes, **names))
    try:
        flat = crs.to_2d()
        x, y = Transformer.from_crs(GEOGRAPHIC, flat, always_xy=True).transform(lon, lat)
        factors = Proj(flat).get_factors(lon, lat)
        scales = np.concatenate([np.atleast_1d(part) for part in (factors.tissot_semimajor, factors.tissot_semiminor)])
    except ProjError:
        return refused(said("crs.no_distances", **names))
    if not (np.isfinite(x).all() and np.isfinite(y).all() and np.isfinite(scales).all() and (scales > 0).all()):
        return refused(said("crs.out_of_reach", **names))
    worst = float(scales[np.argmax(np.abs(scales - 1.0))])
    if abs(worst - 1.0) > MOST_STRETCH:
        return refused(said("crs.stretched", factor=worst, **names))
    turn = float(np.abs(np.atleast_1d(factors.meridian_convergence)).max())
    if turn > MOST_TURN_DEG:
        return refused(said("crs.turned", degrees=turn, **names))
    return None


def _spread(layer: gpd.GeoDataFrame) -> tuple[np.ndarray, np.ndarray]:
    """Points all over a layer: the corners of every shape's rectangle and its middle, degrees."""
    west, south, east, north = layer.to_crs(GEOGRAPHIC).bounds.to_numpy().T
    lon = np.concatenate([west, west, east, east, (west + east) / 2])
    lat = np.concatenate([south, north, south, north, (south + north) / 2])
    return lon, lat


def utm_for(layer: gpd.GeoDataFrame) -> CRS:
    """The UTM zone (WGS 84) of the middle of a layer's bounds."""
    west, south, east, north = layer.to_crs(GEOGRAPHIC).total_bounds
    zone = int(((west + east) / 2 + 180) // 6) + 1
    return CRS.from_epsg((32600 if south + north >= 0 else 32700) + min(max(zone, 1), 60))
