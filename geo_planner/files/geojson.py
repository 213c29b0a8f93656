"""GeoJSON as it may be given to GDAL: its features, and the coordinate system that it names, and nothing that leads elsewhere; and as we write it.

GDAL would fetch the address of a ``crs`` link, at the top and inside every geometry, and takes other JSON for lists of files
and addresses. The text is therefore read here and written anew.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from pyproj import CRS
from pyproj.exceptions import CRSError

from geo_planner.files.folders import UnopenedError

logger = logging.getLogger(__name__)
_LARGEST_FILE = 64_000_000
_LONGEST_DEFINITION = 20_000
_GEOMETRIES = {"Point", "MultiPoint", "LineString", "MultiLineString", "Polygon", "MultiPolygon", "GeometryCollection"}
_NOT_ATTRIBUTES = {"type", "geometry", "id", "bbox", "center", "crs", "properties"}
_NAMES = (
    re.compile(r"(?:urn:(?:x-)?ogc:def:crs:)?(?P<authority>EPSG|ESRI|IAU|IGNF|OGC):(?:[\w.]*:)?(?P<code>\w+)", re.IGNORECASE),
    re.compile(r"https?://www\.opengis\.net/def/crs/(?P<authority>\w+)/[\w.]+/(?P<code>\w+)", re.IGNORECASE),
    re.compile(r"(?P<authority>)(?P<code>CRS84)", re.IGNORECASE),
)
_LEADS_TO_FILES = re.compile(r"\b(init|nadgrids|geoidgrids|grids|file|catalog|xy_grids|z_grids)\s*=|PARAMETERFILE", re.IGNORECASE)
"""What of a definition makes PROJ read files."""


def safe_geojson(content: bytes) -> tuple[str, CRS | None]:
    """The text of a GeoJSON written anew, in ASCII and without its ``crs`` members, and the system that these name; None for degrees.

    Parameters
    ----------
    content : bytes
        UTF-8, with or without a mark, or UTF-16 or -32.

    Raises
    ------
    UnopenedError
        When its coordinate system is a link or unknown, or its parts name different ones.
    ValueError
        When it is no GeoJSON.
    """
    try:
        document = json.loads(content)
    except RecursionError as error:
        raise ValueError("it nests deeper than any map does") from error
    if not isinstance(document, dict) or document.get("type") not in {"FeatureCollection", "Feature", *_GEOMETRIES}:
        raise ValueError("it is no GeoJSON")
    kind = document["type"]
    features = document.get("features") if kind == "FeatureCollection" else [document if kind == "Feature" else _feature_of(document)]
    if not isinstance(features, list) or not all(isinstance(feature, dict) for feature in features):
        raise ValueError("its features are no list of features")
    systems = [document.get("crs")]
    kept = [_feature(feature, systems) for feature in features]
    safe: dict[str, Any] = {"type": "FeatureCollection"}
    named = document.get("name")
    if isinstance(named, str) and named:
        safe["name"] = named
    safe["features"] = kept
    # no sign of XML either: what looks for it in a text must not find it in an attribute
    return json.dumps(safe).replace("<", "\\u003c"), _one_system(systems)


def _feature_of(geometry: dict[str, Any]) -> dict[str, Any]:
    return {"type": "Feature", "properties": {}, "geometry": {key: value for key, value in geometry.items() if key != "crs"}}


def _feature(feature: dict[str, Any], systems: list[Any]) -> dict[str, Any]:
    systems.append(feature.get("crs"))
    properties = feature.get("properties")
    if not isinstance(properties, dict):  # some programs write the attributes beside the geometry
        properties = {key: value for key, value in feature.items() if key not in _NOT_ATTRIBUTES}
    kept = {"type": "Feature", "properties": properties, "geometry": _geometry(feature.get("geometry"), systems)}
    return {**kept, "id": feature["id"]} if isinstance(feature.get("id"), (str, int, float)) else kept


def _geometry(geometry: Any, systems: list[Any]) -> Any:
    if not isinstance(geometry, dict):
        return None
    systems.append(geometry.get("crs"))
    kept = {key: geometry[key] for key in ("type", "coordinates") if key in geometry}
    if isinstance(geometry.get("geometries"), list):
        kept["geometries"] = [_geometry(part, systems) for part in geometry["geometries"]]
    return kept


def _one_system(systems: list[Any]) -> CRS | None:
    """The system that all parts name."""
    names = dict.fromkeys(name for member in systems if (name := _system_name(member)))
    found = [_known_system(name) for name in names]
    if any(system != found[0] for system in found):
        raise UnopenedError("crs_member.several")
    return found[0] if found else None


def _system_name(member: Any) -> str:
    """What a ``crs`` member names; empty where it is stated to be none."""
    if not isinstance(member, dict):
        return ""
    kind, properties = str(member.get("type", "")).lower(), member.get("properties")
    properties = properties if isinstance(properties, dict) else {}
    name = f"EPSG:{properties.get('code')}" if kind == "epsg" else str(properties.get("name") or "").strip()
    found = next((match for form in _NAMES if (match := form.fullmatch(name))), None)
    if found is not None:
        authority, code = found["authority"].upper(), found["code"].upper()
        return "OGC:CRS84" if code == "CRS84" else f"{authority}:{code}"
    if kind in ("link", "url", "uri") or "href" in properties or "://" in name or name.startswith("/"):
        raise UnopenedError("crs_link")
    return name


def _known_system(name: str) -> CRS:
    """The system of a name or a definition: GDAL would take one that it does not know for degrees, without a word."""
    try:
        if _LEADS_TO_FILES.search(name) or len(name) > _LONGEST_DEFINITION:
            raise CRSError("it leads to files")
        return CRS.from_user_input(name)
    except CRSError as error:
        raise UnopenedError("crs_member.unknown", name=name[:60]) from error


def written_properties(path: Path, n: int) -> list[dict[str, object]] | None:
    """The properties of the `n` features of a GeoJSON file as they are written; None where it is no such file.

    GDAL gives a column one type: of ``"NaN"``, ``"null"`` or a bare NaN among numbers nothing is left then, and no check could tell.
    """
    try:
        if path.stat().st_size > _LARGEST_FILE:
            return None
        document = json.loads(path.read_text(encoding="utf-8-sig"))
        rows = [dict(feature["properties"] or {}) for feature in document["features"]]
    except (OSError, ValueError, KeyError, TypeError, RecursionError) as error:
        logger.debug("no GeoJSON collection: %s", path, exc_info=error)
        return None
    return rows if len(rows) == n and any(rows) else None


def property_text(value: object) -> str:
    """One property as a csv file would hold it; a NaN that is written down is no blank."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:.15g}"
    if isinstance(value, (list, dict)):
        return json.dumps(value, ensure_ascii=False)
    return "" if value is None else str(value)


def collection_text(name: str, features: Iterable[Mapping[str, Any]], *, with_crs: bool = False) -> str:
    """Features in degrees as GeoJSON, a line for each: the same text for the same features.

    Parameters
    ----------
    with_crs : bool
        Name the coordinate system, as older programs expect it.
    """
    crs = '"crs":{"type":"name","properties":{"name":"urn:ogc:def:crs:OGC:1.3:CRS84"}},' if with_crs else ""
    head = f'{{"type":"FeatureCollection","name":{json.dumps(name)},{crs}"features":['
    lines = (json.dumps(feature, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for feature in features)
    return head + "\n" + ",\n".join(lines) + "\n]}\n"
