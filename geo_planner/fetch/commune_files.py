"""One commune's file as the Vietnamese Provinces Database has it: read with care, for it comes from outside."""

from __future__ import annotations

import json
import math
import unicodedata
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry import shape

from geo_planner.fetch.errors import UnfitFileError
from geo_planner.fetch.provinces import Commune

TYPES = ("Xã", "Phường", "Đặc khu", "Thị trấn")

_VIETNAM = (102.0, 6.0, 118.5, 23.6)  # islands included
_LEAST_KM2, _MOST_KM2 = 0.01, 10_000.0
_MISFIT = 0.25
_LONGEST_NAME = 100


@dataclass(frozen=True, slots=True)
class CommuneFile:
    """What a file says of its commune.

    Attributes
    ----------
    code : str
    name, type : str or None
        From ``fullName``; None where the file does not say.
    area_km2 : float or None
        As published; None where the file has none that can be.
    odd_area : str or None
        What it has in place of an area.
    outline : Polygon or MultiPolygon
        Degrees, valid, without heights.
    """

    code: str
    name: str | None
    type: str | None
    area_km2: float | None
    odd_area: str | None
    outline: Any


def read_commune(path: Path, expected: Commune) -> CommuneFile:
    """The one commune of a file.

    Raises
    ------
    UnfitFileError
        When the file is not the GeoJSON of the expected commune, or its outline is none.
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        (feature,) = document["features"]
        properties = dict(feature["properties"])
        code = str(properties["code"])
        with np.errstate(invalid="ignore"):  # corners that are no numbers are told below
            drawn = shape(feature["geometry"])
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError, shapely.errors.ShapelyError) as error:
        raise UnfitFileError("unfit.not_one_commune") from error
    if code != expected.code:
        raise UnfitFileError("unfit.another_commune", code=code[:20], expected=expected.code)
    name, kind = _title(properties.get("fullName"))
    area_km2, odd_area = _area(properties.get("areaKm2"))
    return CommuneFile(code, name, kind, area_km2, odd_area, _outline(drawn, expected))


def _outline(drawn: Any, of: Commune) -> Any:
    what = {"code": of.code, "name": of.name}
    if drawn.geom_type not in ("Polygon", "MultiPolygon") or drawn.is_empty:
        raise UnfitFileError("unfit.commune_without_area", **what)
    if not np.isfinite(shapely.get_coordinates(drawn)).all():
        raise UnfitFileError("unfit.corners", **what)
    west, south, east, north = drawn.bounds
    if not (_VIETNAM[0] <= west <= east <= _VIETNAM[2] and _VIETNAM[1] <= south <= north <= _VIETNAM[3]):
        raise UnfitFileError("unfit.outside_vietnam", **what)
    flat = shapely.force_2d(drawn)
    valid = [part for part in shapely.get_parts(shapely.get_parts(shapely.make_valid(flat))) if part.geom_type == "Polygon"]
    outline = shapely.MultiPolygon(valid)
    km2 = 111.2**2 * math.cos(math.radians((south + north) / 2))
    if outline.area * km2 < _LEAST_KM2:
        raise UnfitFileError("unfit.outline_without_area", **what)
    if abs(flat.area - outline.area) > _MISFIT * outline.area:
        raise UnfitFileError("unfit.crossing", **what)
    return outline


def _title(full_name: object) -> tuple[str | None, str | None]:
    """Name and type out of ``Phường Đoàn Kết``."""
    if not isinstance(full_name, str) or len(full_name) > _LONGEST_NAME:
        return None, None
    text = " ".join(unicodedata.normalize("NFC", full_name).split())
    if not text.isprintable():
        return None, None
    for kind in TYPES:
        if text.casefold().startswith(f"{kind.casefold()} "):
            return text[len(kind) + 1 :], kind
    return None, None


def _area(value: object) -> tuple[float | None, str | None]:
    """A published area, or what stands in its place."""
    if value is None:
        return None, None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise UnfitFileError("unfit.area_no_number")
    try:
        area_km2 = float(value)
    except OverflowError:
        area_km2 = math.inf
    return (area_km2, None) if 0 < area_km2 <= _MOST_KM2 else (None, f"{area_km2:g}")
