"""Roads, power lines, places and towers from OpenStreetMap: through Overpass, or out of an extract as Geofabrik makes them."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any

import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import InputError, fault, warning
from geo_planner.fetch.area import Area, Bounds
from geo_planner.fetch.download import Download, Service, Staged, provenance
from geo_planner.fetch.errors import UnfitFileError
from geo_planner.files.geojson import collection_text
from geo_planner.files.opening import opened_extract
from geo_planner.words import said

OVERPASS_URL, OVERPASS_PATH = "https://overpass-api.de", "api/interpreter"
GEOFABRIK_URL, GEOFABRIK_PATH = "https://download.geofabrik.de", "asia/vietnam-latest.osm.pbf"
SOURCE = "OpenStreetMap"
LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
MAX_AGE_DAYS = 7.0

_STEP_DEG = 0.5  # small questions are answered where a province at once runs out of the server's time
_TIMEOUT_S = 180
_MARGIN_KM = 5.0
_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


@dataclass(frozen=True, slots=True)
class Theme:
    """What is asked of OpenStreetMap for one layer.

    Attributes
    ----------
    file : str
        In the study area.
    element : {"way", "node"}
    key : str
        The tag that makes an object one of the theme, for instance ``highway``.
    values : tuple of str
        Its values; the names of the classes as OpenStreetMap has them.
    keep : tuple of str
        Further tags to keep.
    """

    file: str
    element: str
    key: str
    values: tuple[str, ...]
    keep: tuple[str, ...]


THEMES: Mapping[str, Theme] = {
    "roads": Theme(
        "roads/roads.geojson", "way", "highway",
        ("motorway", "trunk", "primary", "secondary", "tertiary", "motorway_link", "trunk_link", "primary_link", "secondary_link", "tertiary_link", "unclassified", "residential", "living_street", "service", "road", "track", "path", "footway"),
        ("name", "ref", "surface", "smoothness", "tracktype", "width", "access", "vehicle", "motor_vehicle", "motorcar", "motorcycle", "foot", "construction", "proposed", "disused", "abandoned"),
    ),
    "power": Theme("power/power_lines.geojson", "way", "power", ("line", "minor_line", "cable"), ("name", "operator", "voltage")),
    "places": Theme("places/places.geojson", "node", "place", ("city", "town", "village", "hamlet", "isolated_dwelling", "locality", "quarter", "neighbourhood"), ("name", "name:vi", "population")),
    "towers": Theme("towers/towers.geojson", "node", "man_made", ("mast", "tower", "communications_tower"), ("name", "operator", "height", "tower:type", "communication:mobile_phone")),
}  # fmt: skip


def fetch_osm(kind: str, area: Area, folder: Path, service: Service, *, extract: Path | None = None, geofabrik: bool = False) -> Staged:
    """One theme within an area, made in `folder` as GeoJSON.

    Parameters
    ----------
    kind : {"roads", "power", "places", "towers"}
    area : Area
    folder : Path
    service : Service
    extract : Path, optional
        An .osm or .osm.pbf file at hand: nothing is fetched.
    geofabrik : bool
        Fetch the country's extract rather than ask Overpass: better for several provinces or a slow line.

    Raises
    ------
    DownloadError
        When an answer cannot be had or is not whole.
    """
    theme, bounds = THEMES[kind], area.all_degrees(_MARGIN_KM)
    downloads: list[Download] = []
    vintage = None
    if extract is not None:
        features = read_extract(extract, theme, bounds)
    elif geofabrik:
        check = partial(_check_extract, theme=theme, bounds=bounds)
        downloads.append(service.get(service.url(GEOFABRIK_URL, GEOFABRIK_PATH), "pbf", max_age_days=MAX_AGE_DAYS, check=check))
        features = read_extract(downloads[0].path, theme, bounds)
    else:
        url = service.url(OVERPASS_URL, OVERPASS_PATH)
        boxes = _boxes(area)
        check = partial(check_answer, theme=theme)
        for number, box in enumerate(boxes):
            downloads.append(service.get(url, "json", body=query(theme, box), max_age_days=MAX_AGE_DAYS, check=check, progress=None))
            service.tell(kind, (number + 1) / len(boxes))
        answers = [read_answer(d.path) for d in downloads]
        vintage = day_of(answers)
        features = features_of(answers, theme)
    (folder / theme.file).parent.mkdir(parents=True, exist_ok=True)
    (folder / theme.file).write_text(collection_text(kind, features), encoding="utf-8", newline="\n")
    if downloads:
        facts = provenance(downloads, source=SOURCE, licence=LICENCE, crs=GEOGRAPHIC)
        # one address answered every question: each answer is listed by its number
        facts["fetched"] = {f"{d.url} ({number})": d.sha256 for number, d in enumerate(downloads, 1)}
    else:
        facts = {
            "source": f"{SOURCE}, {extract.name}" if extract else SOURCE,
            "licence": LICENCE,
            "date": _day_of(extract),
            "crs": GEOGRAPHIC,
            "origin": "fetch",
        }
    notes = [] if features else [warning(theme.file, "empty_theme", layer=said(f"fetch_step.{kind}"))]
    return Staged({theme.file: {**facts, "objects": len(features), **({"vintage": vintage} if vintage else {})}}, tuple(notes))


def _day_of(extract: Path | None) -> str | None:
    return None if extract is None else datetime.fromtimestamp(extract.stat().st_mtime, UTC).date().isoformat()


def query(theme: Theme, bounds: Bounds) -> str:
    """The question in Overpass QL for one rectangle (west, south, east, north)."""
    west, south, east, north = bounds
    values = "|".join(theme.values)
    return f'[out:json][timeout:{_TIMEOUT_S}];{theme.element}["{theme.key}"~"^({values})$"]({south:.4f},{west:.4f},{north:.4f},{east:.4f});out geom qt;'


def _check_extract(path: Path, theme: Theme, bounds: Bounds) -> None:
    try:
        read_extract(path, theme, bounds)
    except InputError as error:
        raise UnfitFileError("unfit.no_extract") from error


def _boxes(area: Area) -> list[Bounds]:
    """Small rectangles that cover the communes and a margin; those with nothing but sea or other provinces are not asked for."""
    west, south, east, north = area.all_degrees(_MARGIN_KM)
    columns, rows = math.ceil((east - west) / _STEP_DEG), math.ceil((north - south) / _STEP_DEG)
    x, y = partial(_cut, west, east, columns), partial(_cut, south, north, rows)
    boxes = [(x(c), y(r), x(c + 1), y(r + 1)) for r in range(rows) for c in range(columns)]
    return [box for box, touched in zip(boxes, area.touching(boxes, _MARGIN_KM), strict=True) if touched]


def _cut(low: float, high: float, parts: int, at: int) -> float:
    return low + (high - low) * at / parts


def read_answer(path: Path) -> dict[str, Any]:
    """The document of an answer.

    Raises
    ------
    UnfitFileError
        When it is damaged, or the server broke off: that comes as an ordinary answer with a remark.
    """
    try:
        document = dict(json.loads(path.read_text(encoding="utf-8")))
        elements = document["elements"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise UnfitFileError("unfit.no_answer") from error
    remark = str(document.get("remark", ""))
    if not isinstance(elements, list) or "error" in remark:
        raise UnfitFileError("unfit.broke_off", remark=remark[:120])
    return document


def check_answer(path: Path, theme: Theme) -> None:
    """Refuse an answer that cannot be made into features to the end.

    Raises
    ------
    UnfitFileError
    """
    collection_text("", features_of([read_answer(path)], theme)).encode("utf-8")


def day_of(answers: Iterable[Mapping[str, Any]]) -> str | None:
    """The oldest day of OpenStreetMap's state among the answers; None where one does not say."""
    days = []
    for answer in answers:
        facts = answer.get("osm3s")
        text = str(facts.get("timestamp_osm_base", ""))[:10] if isinstance(facts, dict) else ""
        try:
            days.append(date.fromisoformat(text).isoformat())
        except ValueError:
            return None
    return min(days, default=None)


def features_of(answers: Iterable[Mapping[str, Any]], theme: Theme) -> list[dict[str, Any]]:
    """The objects of all answers as GeoJSON features, each once, by id.

    Raises
    ------
    UnfitFileError
        When something in an answer is not an object of OpenStreetMap.
    """
    found: dict[int, dict[str, Any]] = {}
    for answer in answers:
        for number, element in enumerate(answer["elements"], 1):
            try:
                feature = _feature(element, theme)
            except (KeyError, TypeError, AttributeError, ValueError, OverflowError) as error:
                raise UnfitFileError("unfit.object", number=number) from error
            if feature is not None:
                found[int(feature["properties"]["osm_id"])] = feature
    return [found[key] for key in sorted(found)]


def _feature(element: Mapping[str, Any], theme: Theme) -> dict[str, Any] | None:
    tags = element.get("tags", {})
    if element.get("type") != theme.element or tags.get(theme.key) not in theme.values:
        return None
    outline = _geometry(element)
    if outline is None:
        return None
    number = element["id"]
    if isinstance(number, bool) or not isinstance(number, int):
        raise TypeError("an id is a whole number")
    kept = {key: tags[key] for key in theme.keep if key in tags}
    if not all(isinstance(value, str) for value in kept.values()):
        raise TypeError("the values of tags are texts")
    properties = {"osm_id": str(number), theme.key: tags[theme.key], **kept}
    return {"type": "Feature", "properties": properties, "geometry": outline}


def _geometry(element: Mapping[str, Any]) -> dict[str, Any] | None:
    if element["type"] == "node":
        return {"type": "Point", "coordinates": _position(element)}
    points = [_position(p) for p in element.get("geometry", []) if p]  # a corner outside the rectangle may come as null
    return {"type": "LineString", "coordinates": points} if len(points) > 1 else None


def _position(point: Mapping[str, Any]) -> list[float]:
    lon, lat = float(point["lon"]), float(point["lat"])
    if isinstance(point["lon"], str) or isinstance(point["lat"], str) or not (math.isfinite(lon) and abs(lon) <= 180 and abs(lat) <= 90):
        raise ValueError("not a place on the earth")
    return [round(lon, 7), round(lat, 7)]


def read_extract(path: Path, theme: Theme, bounds: Bounds) -> list[dict[str, Any]]:
    """GeoJSON features of the objects of a theme in an extract (.osm.pbf or .osm), by GDAL's reader, sorted by id.

    Raises
    ------
    InputError
        When the file is not an extract or is damaged.
    """
    layer, key = {"way": "lines", "node": "points"}[theme.element], theme.key
    try:
        with opened_extract(path) as source:
            columns = [str(name) for name in source.about(layer)["fields"]]
            # a tag with a column of its own can be asked for; the others share a text of pairs
            where = f"{key} IN ({', '.join(repr(v) for v in theme.values)})" if key in columns else f"other_tags LIKE '%\"{key}\"=>%'"
            table = source.table(layer, bbox=bounds, where=where)
    except (DataSourceError, DataLayerError, ValueError, RuntimeError) as error:
        raise InputError([fault(path.name, "unreadable.fetch_extract")]) from error
    features = []
    for row in table.to_dict("records"):
        tags = {name: row[name] for name in columns if isinstance(row.get(name), str)} | pairs(row.get("other_tags"))
        if tags.get(key) in theme.values and row["geometry"] is not None and str(row["osm_id"]).isdecimal():
            properties = {"osm_id": str(row["osm_id"]), key: tags[key], **{name: tags[name] for name in theme.keep if name in tags}}
            features.append({"type": "Feature", "properties": properties, "geometry": shapely.geometry.mapping(row["geometry"])})
    return sorted(features, key=lambda f: int(f["properties"]["osm_id"]))


def pairs(text: object) -> dict[str, str]:
    r"""The tags of GDAL's ``other_tags``.

    >>> pairs('"power"=>"line","operator"=>"EVN \\"NPC\\""')
    {'power': 'line', 'operator': 'EVN "NPC"'}
    """
    if not isinstance(text, str):
        return {}
    return {_plain(k): _plain(v) for k, v in _PAIR.findall(text)}


def _plain(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text)
