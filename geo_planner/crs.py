"""Choosing and refusing coordinate reference systems.

Degrees (EPSG:4326) stand only at the edges: in files and on the web map. Every distance is taken in a projected system.
"""

from __future__ import annotations

import os
from typing import Any

import geopandas as gpd
from pyproj import CRS, network
from pyproj.exceptions import CRSError as ProjError

from geo_planner.errors import CrsError

GEOGRAPHIC = "EPSG:4326"

# PROJ may fetch grids of datum shifts by itself where the machine says so; here nothing but fetch and init asks the network.
os.environ["PROJ_NETWORK"] = "OFF"
network.set_network_enabled(active=False)  # type: ignore[attr-defined]


def parse_crs(value: Any, *, what: str) -> CRS:
    """Read a CRS, or say which one cannot be read.

    Raises
    ------
    CrsError
        When `value` is missing or unknown to PROJ.
    """
    if value is None or value == "":
        raise CrsError(f"{what} has no coordinate reference system. State one, for instance EPSG:32648.")
    try:
        return CRS.from_user_input(value)
    except ProjError as error:
        raise CrsError(f"{what}: {value!r} is not a coordinate reference system that PROJ knows ({error}).") from error


def metric_crs(value: Any, *, what: str) -> CRS:
    """A projected CRS whose unit is the metre.

    Raises
    ------
    CrsError
        When `value` is geographic or counts in another unit: distances would be wrong.
    """
    crs = parse_crs(value, what=what)
    if not crs.is_projected:
        raise CrsError(f"{what}: {crs.to_string()} is not projected; distances need metres. Use for instance EPSG:32648.")
    if {axis.unit_name for axis in crs.axis_info} - {"metre", "meter"}:
        raise CrsError(f"{what}: {crs.to_string()} does not count in metres. Use for instance EPSG:32648.")
    return crs


def utm_for(layer: gpd.GeoDataFrame) -> CRS:
    """The UTM zone (WGS 84) of the middle of a layer's bounds."""
    west, south, east, north = layer.to_crs(GEOGRAPHIC).total_bounds
    zone = int(((west + east) / 2 + 180) // 6) + 1
    return CRS.from_epsg((32600 if south + north >= 0 else 32700) + min(max(zone, 1), 60))
