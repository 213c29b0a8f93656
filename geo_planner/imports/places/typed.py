"""One position as people type it: degrees, degrees-minutes-seconds, VN-2000, UTM; what was understood is always told."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray
from pyproj import CRS, Transformer

from geo_planner.crs import GEOGRAPHIC, parse_crs
from geo_planner.errors import UsageError
from geo_planner.imports.places.coordinates import both_numbers, split_pairs
from geo_planner.imports.places.crs_choice import Hints, hints_of, parse_system
from geo_planner.imports.places.vn2000 import MERIDIANS, VN2000_DEGREES, WGS84, System, other, tm3, utm
from geo_planner.letters import latin, plain_figures
from geo_planner.words import Said, said

_MOST_SIGNS = 200
_MOST_DEGREES = 180.0
_REACH_M = 2000.0
"""So far outside the province a place is still taken for one of it."""
_HALF_WIDTH_DEG = 2.0
_SAME_M = 1.0
_CODE = re.compile(r"\bEPSG\s*:?\s*(\d{4,5})\b", re.IGNORECASE)
_UTM = re.compile(r"\bUTM\b\W*(?:zone|múi|mui)?\W*(4[6-9]|50)\s*([A-Z](?![A-Za-z]))?|\b(4[6-9]|50)\s?([NQR])\b(?=\s+\d{5,})", re.IGNORECASE)
_MERIDIAN = re.compile(
    r"(?:\b(?:KTT|kinh tuyến(?: trục)?|kinh tuyen(?: truc)?|TM-?3)\W*|(?<=2000)\W+(?=1\d\d\s*[°º:-]))(10[2-9]|11[0-7])"
    r"(?:\s*[°º]\s*(\d{1,2}(?!\d))?\s*['′’]?|[:-](\d{2})(?!\d)|[.,](\d{1,2}))?",
    re.IGNORECASE,
)
_WORDS = re.compile(
    r"VN[ _-]?2000|WGS[ _-]?(?:19)?84|\bUTM\b|\b(?:múi|mui|zone)(?:\s+(?:chiếu|chieu))?\s*[36]\s*[°º]?|\bhệ(?: tọa độ)?|\b(?:tọa độ|toạ độ|toa do)\b",
    re.IGNORECASE,
)
_AXIS = re.compile(r"\b(?:lat(?:itude)?|lon(?:gitude)?|lng|vĩ độ|kinh độ|vi do|kinh do|[XY])\b\s*[=:]?\s*", re.IGNORECASE)
_SIGNS_OF_PARTS = "°º'′’\"″”NBEĐ"
_PART = re.compile(rf"\d{{1,3}}(?:[.,]\d+)?[{_SIGNS_OF_PARTS}]*")
_AFTER_NORTH = re.compile(r"(\d[^NBSEĐDW]*?[NB])\s+(?=[\dEĐD])", re.IGNORECASE)
_WITHOUT_BLANK = re.compile(r"(?<![\d.,])(\d{6,7}),(\d{6,7})(?![\d.,])")
"""Two coordinates in whole metres with a comma between them: no figure in metres has so many decimals."""
Points = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Position:
    """A place that was understood.

    Attributes
    ----------
    lon, lat : float
        WGS 84, degrees.
    system : str
        Code of the system, as ``--crs`` takes it.
    told : Said
        What was understood: system, order of the two figures.
    others : tuple of Said
        What the figures might mean besides, in the same words.
    """

    lon: float
    lat: float
    system: str
    told: Said
    others: tuple[Said, ...] = ()


@dataclass(frozen=True, slots=True)
class Province:
    """Where a position should lie.

    Attributes
    ----------
    shape : Geometry
        In `crs`.
    crs : CRS
        Projected.
    middle_lon : float
        Of the province, degrees: the zone nearest to it is the province's own.
    """

    shape: shapely.Geometry
    crs: CRS
    middle_lon: float

    @property
    def zone(self) -> System:
        """The 3-degree zone of VN-2000 whose meridian is nearest."""
        return tm3(min(MERIDIANS, key=lambda meridian: abs(meridian - self.middle_lon)))

    def holds(self, lon: float, lat: float) -> bool:
        """Whether the place lies in the province, give or take."""
        if not (np.isfinite([lon, lat]).all() and abs(lon) <= 180 and abs(lat) <= 90):
            return False
        xy = Transformer.from_crs(GEOGRAPHIC, self.crs, always_xy=True).transform(lon, lat)
        return bool(np.isfinite(xy).all()) and bool(shapely.dwithin(shapely.Point(xy), self.shape, _REACH_M))


@dataclass(frozen=True, slots=True)
class _Reading:
    system: System
    north_first: bool
    lon: float
    lat: float

    @property
    def told(self) -> Said:
        order = (
            ("lat_first" if self.north_first else "lon_first")
            if self.system.degrees
            else ("north_first" if self.north_first else "east_first")
        )
        return said("position_told.as", system=_system(self.system), order=said(f"position_order.{order}"))


def read_position(text: str, province: Province, *, hints: str = "") -> Position:
    """The place that a text means.

    Parameters
    ----------
    text : str
        Two figures in any of the usual ways, and perhaps the system beside them: ``22,38 103,27``, ``22°22'48"B 103°16'12"Đ``, ``X=2476123 Y=541234``,
        ``VN-2000 KTT 103 …``, ``UTM 48Q …``, ``EPSG:9205 …``.
    province : Province
    hints : str
        What is known of the system besides, in the same words; what the text itself says comes first.

    Raises
    ------
    UsageError
        When it holds no two coordinates, when they lie outside the province in whatever system they may be, or in places far apart within it.
    """
    plain = plain_figures(latin(text.strip()))
    if not plain or len(plain) > _MOST_SIGNS:
        raise UsageError("position_refused.no_pair", text=plain[:60])
    pair, rest = _pair(plain)
    if pair is None:
        raise UsageError("position_refused.no_pair", text=plain[:60])
    stated = _stated(rest) or _stated(hints)
    degrees = bool(np.max(np.abs(pair)) <= _MOST_DEGREES)
    systems = _systems(stated, rest, hints, province, degrees=degrees)
    found = [reading for system in systems for reading in _readings(system, pair) if province.holds(reading.lon, reading.lat)]
    if not found:
        raise UsageError(
            "position_refused.outside",
            text=plain[:60],
            systems=tuple(_system(system) for system in systems[:6]),
            own=_system(province.zone),
        )
    own, others = _chosen(found, province, named=stated is not None)
    if own is None:
        raise UsageError("position_refused.ambiguous", text=plain[:60], readings=tuple(reading.told for reading in others[:6]))
    return Position(own.lon, own.lat, own.system.code, own.told, tuple(reading.told for reading in others))


def _pair(text: str) -> tuple[Points | None, str]:
    """The two figures, and what else stands there."""
    said_of = [found.group() for pattern in (_CODE, _MERIDIAN, _WORDS) for found in pattern.finditer(text)]
    said_of += [f"UTM {found[1] or found[3]}" for found in _UTM.finditer(text)]
    rest = text
    for pattern in (_CODE, _UTM, _MERIDIAN, _WORDS):
        rest = pattern.sub(" ; ", rest)
    rest = _WITHOUT_BLANK.sub(r"\1; \2", _AXIS.sub(" ", rest)).strip(" ;,:()[]")
    rest = _AFTER_NORTH.sub(r"\1; ", rest)
    tokens = [token.strip(",;") for token in rest.split()]
    sexagesimal = _sexagesimal(tokens)
    if sexagesimal is not None:
        return sexagesimal, " ; ".join(said_of)
    first, second = (pd.Series([token], dtype=object) for token in tokens) if len(tokens) == 2 else split_pairs([rest])
    values = both_numbers(first, second)[:2]
    pair = np.array([values[0][0], values[1][0]], dtype=float)
    return (pair if np.isfinite(pair).all() else None), " ; ".join(said_of)


def _sexagesimal(tokens: list[str]) -> Points | None:
    """Degrees, minutes and perhaps seconds of both, with signs behind them or none, as receivers and sheets show them: four figures or six."""
    if len(tokens) not in (4, 6) or not all(_PART.fullmatch(token) for token in tokens):
        return None
    each = len(tokens) // 2
    figures = [[float(token.rstrip(_SIGNS_OF_PARTS).replace(",", ".")) for token in tokens[at : at + each]] for at in (0, each)]
    whole = all(figure.is_integer() for half in figures for figure in half[:-1])
    if not whole or any(half[0] > _MOST_DEGREES or max(half[1:]) >= 60.0 for half in figures):
        return None
    return np.array([sum(figure / 60.0**at for at, figure in enumerate(half)) for half in figures])


def _stated(text: str) -> System | None:
    """The one system that a text names, if it does."""
    if code := _CODE.search(text):
        return parse_system(f"EPSG:{code[1]}", "")
    hints = hints_of([text])
    if zone := _UTM.search(text):
        number = int(zone[1] or zone[3])
        if hints.vn2000:
            return utm(number) if number in (48, 49) else None
        return replace(other(parse_crs(f"EPSG:{32600 + number}"), f"EPSG:{32600 + number}"), utm_zone=number)
    meridian = _meridian(text)
    if meridian is not None and hints.zone_deg != 6:
        return tm3(meridian)
    return None


def _meridian(text: str) -> float | None:
    found = _MERIDIAN.search(text)
    if not found:
        return None
    minutes, hundredths = found[2] or found[3], found[4]
    return float(found[1]) + (float(minutes) / 60.0 if minutes else float(f"0.{hundredths}") if hundredths else 0.0)


def _systems(stated: System | None, rest: str, hints: str, province: Province, *, degrees: bool) -> list[System]:
    """The systems that the two figures could be in."""
    if stated is not None and stated.degrees == degrees:
        return [stated]
    own = hints_of([rest])
    about: Hints = own if own.vn2000 or own.wgs84 or own.utm else hints_of([hints])
    if degrees:
        return [VN2000_DEGREES if about.vn2000 and not about.wgs84 else WGS84]
    middle = province.middle_lon
    zones = [tm3(meridian) for meridian in MERIDIANS if abs(meridian - middle) <= _HALF_WIDTH_DEG]
    around = sorted({int((middle + side) // 6) + 31 for side in (-1.0, 1.0)})
    vn2000 = [utm(zone) for zone in around if zone in (48, 49)]
    wgs84 = [replace(other(parse_crs(f"EPSG:{32600 + zone}"), f"EPSG:{32600 + zone}"), utm_zone=zone) for zone in around]
    if about.wgs84 and not about.vn2000:
        return wgs84
    if about.vn2000:
        return vn2000 if about.utm or about.zone_deg == 6 else [*zones, *vn2000]
    return [*vn2000, *wgs84] if about.utm else [*zones, *vn2000, *wgs84]


def _readings(system: System, pair: Points) -> list[_Reading]:
    found = []
    for north_first in (True, False):
        east, north = pair[::-1] if north_first else pair
        lon, lat = system.forward(np.array([east]), np.array([north]))
        found.append(_Reading(system, north_first, float(lon[0]), float(lat[0])))
    return found


def _chosen(found: list[_Reading], province: Province, *, named: bool) -> tuple[_Reading | None, list[_Reading]]:
    """The reading that counts, and the others that lie elsewhere; None where two are as likely.

    Of the 3-degree zones of VN-2000 the one nearest to the middle of the province is its own; another one must be named.
    """
    places = {
        id(reading): Transformer.from_crs(GEOGRAPHIC, province.crs, always_xy=True).transform(reading.lon, reading.lat) for reading in found
    }
    apart: list[_Reading] = []
    for reading in found:
        if all(np.hypot(*np.subtract(places[id(reading)], places[id(other_)])) > _SAME_M for other_ in apart):
            apart.append(reading)
    own = province.zone.meridian
    likely = apart if named else [reading for reading in apart if reading.system.meridian in (None, own)]
    zone = [reading for reading in likely if reading.system.meridian is not None] or likely
    if len(zone) != 1:
        return None, apart
    return zone[0], [reading for reading in apart if reading is not zone[0]]


def _system(system: System) -> Said | str:
    """The system as people say it."""
    if system.vn2000 and system.meridian is not None:
        degrees = int(system.meridian)
        return said("position_system.tm3", degrees=degrees, minutes=f"{round((system.meridian - degrees) * 60):02d}")
    if system.vn2000 and system.utm_zone:
        return said("position_system.vn2000_utm", zone=system.utm_zone)
    if system.utm_zone:
        return said("position_system.utm", zone=system.utm_zone)
    return system.told
