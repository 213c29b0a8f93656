"""VN-2000 to WGS84 and back, with the official seven parameters, for any central meridian.

The parameters are those of Quyết định 05/2007/QĐ-BTNMT, which are EPSG operation 6960 "VN-2000 to WGS 84 (2)". They are
stated in the **coordinate frame** convention (EPSG method 9607). Taken as a position vector (the ``towgs84`` of many
published strings without the signs turned) the rotations come out the wrong way round: 0.8 m. Left out altogether, as when
a program takes the WGS84 ellipsoid for the datum: 222 m.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo_planner.words import Language, Said, said

HELMERT = "+proj=helmert +x=-191.90441429 +y=-39.30318279 +z=-111.45032835 +rx=-0.00928836 +ry=0.01975479 +rz=-0.00427372 +s=0.252906278 +convention=coordinate_frame"
MERIDIANS = {
    102.0: 5896, 103.0: 9205, 104.0: 9206, 104.5: 9207, 104.75: 9208, 105.0: 5897, 105.5: 9209, 105.75: 9210, 106.0: 9211, 106.25: 9212,
    106.5: 9213, 107.0: 9214, 107.25: 9215, 107.5: 9216, 107.75: 5899, 108.0: 5898, 108.25: 9217, 108.5: 9218,
}  # fmt: skip
"""Central meridians of the 3-degree zones in use and their EPSG codes."""
UTM_ZONES = {48: 3405, 49: 3406}

Array = NDArray[np.float64]
ToDegrees = Callable[[Array, Array], tuple[Array, Array]]


@dataclass(frozen=True, slots=True)
class System:
    """A coordinate system that a list may be in.

    Attributes
    ----------
    code : str
        What ``--crs`` takes to name it.
    name : str
    forward : callable
        (first, second) in the order east, north, or longitude, latitude, to longitude and latitude of WGS84.
    degrees : bool
        Whether it counts in degrees.
    meridian : float or None
        Central meridian of a 3-degree zone.
    vn2000 : bool
    utm_zone : int or None
        Number of a 6-degree zone.
    """

    code: str
    name: str
    forward: ToDegrees
    degrees: bool = False
    meridian: float | None = None
    vn2000: bool = False
    utm_zone: int | None = None

    @property
    def told(self) -> Said | str:
        """The name as people read it."""
        if not self.degrees or self.code not in ("EPSG:4326", "EPSG:4756"):
            return self.name
        return said("rows_system.vn2000" if self.vn2000 else "rows_system.wgs84")

    @property
    def named(self) -> Said:
        """Code and name."""
        return said("rows_system.named", code=self.code, name=self.told)


@cache
def _pipeline(projection: str) -> Transformer:
    inverse = f"+step +inv {projection} " if projection else "+step +proj=unitconvert +xy_in=deg +xy_out=rad "
    shift = f"+step +proj=push +v_3 +step +proj=cart +ellps=WGS84 +step {HELMERT} +step +inv +proj=cart +ellps=WGS84 +step +proj=pop +v_3"
    return Transformer.from_pipeline(f"+proj=pipeline {inverse}{shift} +step +proj=unitconvert +xy_in=rad +xy_out=deg")


def tm3_projection(meridian: float) -> str:
    """The projection of a 3-degree zone as PROJ writes it."""
    return f"+proj=tmerc +lat_0=0 +lon_0={meridian:.10g} +k=0.9999 +x_0=500000 +y_0=0 +ellps=WGS84"


def utm_projection(zone: int) -> str:
    """The projection of a 6-degree zone as PROJ writes it."""
    return f"+proj=utm +zone={zone} +ellps=WGS84"


def to_wgs84(projection: str, east_m: Array, north_m: Array) -> tuple[Array, Array]:
    """Longitude and latitude (WGS84, degrees) of VN-2000 coordinates.

    Parameters
    ----------
    projection : str
        As :func:`tm3_projection` gives it; empty for VN-2000 degrees (longitude, latitude).
    east_m, north_m : arrays
        In practice the list's Y and X: X is the northing in Vietnam.
    """
    lon, lat = _pipeline(projection).transform(east_m, north_m)
    return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)


def from_wgs84(projection: str, lon: Array, lat: Array) -> tuple[Array, Array]:
    """VN-2000 east and north of WGS84 degrees."""
    east, north = _pipeline(projection).transform(lon, lat, direction="INVERSE")
    return np.asarray(east, dtype=float), np.asarray(north, dtype=float)


def tm3(meridian: float) -> System:
    """The 3-degree zone of any central meridian."""
    degrees, minutes = int(meridian), round(meridian % 1 * 60)
    projection = tm3_projection(meridian)
    code = f"EPSG:{MERIDIANS[meridian]}" if meridian in MERIDIANS else f"VN-2000:{meridian:g}"
    return System(code, f"VN-2000 / TM-3 {degrees}°{minutes:02d}'", lambda e, n: to_wgs84(projection, e, n), meridian=meridian, vn2000=True)


def utm(zone: int) -> System:
    """A 6-degree zone of VN-2000."""
    projection = utm_projection(zone)
    return System(f"EPSG:{UTM_ZONES[zone]}", f"VN-2000 / UTM {zone}N", lambda e, n: to_wgs84(projection, e, n), vn2000=True, utm_zone=zone)


WGS84 = System("EPSG:4326", "WGS84 degrees", lambda lon, lat: (lon, lat), degrees=True)
VN2000_DEGREES = System("EPSG:4756", "VN-2000 degrees", lambda lon, lat: to_wgs84("", lon, lat), degrees=True, vn2000=True)


def other(crs: CRS, code: str) -> System:
    """A system that is not VN-2000, by pyproj's own transformation."""
    transformer = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)

    def forward(first: Array, second: Array) -> tuple[Array, Array]:
        lon, lat = transformer.transform(first, second)
        return np.asarray(lon, dtype=float), np.asarray(lat, dtype=float)

    return System(code, crs.name, forward, degrees=crs.is_geographic)


def is_unstated_grid(crs: CRS) -> bool:
    """Whether a CRS is the grid of VN-2000 (scale 0.9999, 500 km) without its datum: then the shift was forgotten or dropped."""
    parameters = _projection_parameters(crs)
    return not is_vn2000(crs) and parameters is not None and abs(parameters[1] - 0.9999) < 1e-9 and abs(parameters[2] - 500_000) < 1e-6


def is_vn2000(crs: CRS) -> bool:
    """Whether a CRS names the datum VN-2000, in its name or by the translations of its ``towgs84``."""
    base = crs.geodetic_crs
    names = " ".join(str(name) for name in (crs.name, getattr(base, "name", ""), getattr(getattr(base, "datum", None), "name", "")))
    if re.search(r"vn[ _-]?2000|vietnam[ _-]?2000", names, flags=re.IGNORECASE):
        return True
    operation = crs.coordinate_operation if crs.is_bound else None
    shift = list(operation.towgs84) if operation is not None else []
    return len(shift) == 7 and abs(shift[0] + 191.904) < 0.01 and abs(shift[1] + 39.303) < 0.01 and abs(shift[2] + 111.450) < 0.01


def _projection_parameters(crs: CRS) -> tuple[float, float, float] | None:
    """Central meridian, scale and false easting of a transverse Mercator projection."""
    source = crs.source_crs if crs.is_bound and crs.source_crs is not None else crs
    operation = source.coordinate_operation
    if operation is None or operation.method_name != "Transverse Mercator":
        return None
    values = {parameter.name: float(parameter.value) for parameter in operation.params}
    return (
        values.get("Longitude of natural origin", 0.0),
        values.get("Scale factor at natural origin", 1.0),
        values.get("False easting", 0.0),
    )


def system_of(crs: CRS, code: str = "") -> System:
    """The system that a CRS names; VN-2000 always by the official parameters, whatever ``towgs84`` the CRS carries."""
    code = code or crs.to_string()[:80]
    if not is_vn2000(crs):
        return WGS84 if crs.is_geographic and crs.to_epsg() == 4326 else other(crs, code)
    if crs.is_geographic:
        return VN2000_DEGREES
    parameters = _projection_parameters(crs)
    if parameters is None:
        return other(crs, code)
    meridian, scale, false_east = parameters
    if abs(scale - 0.9996) < 1e-9 and meridian in (105.0, 111.0):
        return utm(48 if meridian == 105.0 else 49)
    if abs(scale - 0.9999) < 1e-9 and abs(false_east - 500_000) < 1e-6:
        return tm3(round(meridian, 6))
    projection = f"+proj=tmerc +lat_0=0 +lon_0={meridian:.10g} +k={scale:.10g} +x_0={false_east:.10g} +y_0=0 +ellps=WGS84"
    return System(code, crs.name, lambda e, n: to_wgs84(projection, e, n), meridian=meridian, vn2000=True)


def system_name(name: str, language: Language) -> str:
    """The name of a coordinate system as people read it."""
    told_as = {system.name: system.told for system in (WGS84, VN2000_DEGREES)}.get(name, name)
    return told_as.text(language) if isinstance(told_as, Said) else told_as
