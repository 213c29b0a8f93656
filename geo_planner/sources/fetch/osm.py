"""Roads, power lines, places and towers from OpenStreetMap: through Overpass, or out of an extract as Geofabrik makes them."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault
from geo_planner.sources.fetch.area import Area, Bounds
from geo_planner.sources.fetch.download import Download
from geo_planner.sources.fetch.osm_extract import read_extract
from geo_planner.sources.fetch.service import Service, Staged, provenance

OVERPASS_URL, OVERPASS_PATH = "https://overpass-api.de", "api/interpreter"
GEOFABRIK_URL, GEOFABRIK_PATH = "https://download.geofabrik.de", "asia/vietnam-latest.osm.pbf"
SOURCE = "OpenStreetMap"
LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
MAX_AGE_DAYS = 7.0

_STEP_DEG = 0.5  # small questions are answered where a province at once runs out of the server's time
_TIMEOUT_S = 180
_MARGIN_KM = 5.0


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
        ("name", "ref", "surface", "smoothness", "tracktype", "width", "motorcar", "motorcycle"),
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
    theme, bounds = THEMES[kind], area.degrees(_MARGIN_KM)
    downloads: list[Download] = []
    vintage = None
    if extract is not None:
        features = read_extract(extract, theme.element, theme.key, theme.values, theme.keep, bounds)
    elif geofabrik:
        downloads.append(service.get(service.url(GEOFABRIK_URL, GEOFABRIK_PATH), "pbf", max_age_days=MAX_AGE_DAYS))
        features = read_extract(downloads[0].path, theme.element, theme.key, theme.values, theme.keep, bounds)
    else:
        url = service.url(OVERPASS_URL, OVERPASS_PATH)
        boxes = _boxes(bounds)
        for number, box in enumerate(boxes):
            downloads.append(service.get(url, "json", body=query(theme, box), max_age_days=MAX_AGE_DAYS, check=check_answer, progress=None))
            service.tell(kind, (number + 1) / len(boxes))
        answers = [json.loads(d.path.read_text(encoding="utf-8")) for d in downloads]
        vintage = min((str(a.get("osm3s", {}).get("timestamp_osm_base", ""))[:10] for a in answers), default="") or None
        features = features_of(answers, theme)
    (folder / theme.file).parent.mkdir(parents=True, exist_ok=True)
    (folder / theme.file).write_text(as_geojson(kind, features), encoding="utf-8", newline="\n")
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
    notes = (
        []
        if features
        else [
            Fault(
                theme.file,
                f"OpenStreetMap has no {kind} here",
                "The layer is empty: it says nothing about the ground.",
                level="warning",
                code="empty_theme",
            )
        ]
    )
    return Staged({theme.file: {**facts, "objects": len(features), **({"vintage": vintage} if vintage else {})}}, tuple(notes))


def _day_of(extract: Path | None) -> str | None:
    return None if extract is None else datetime.fromtimestamp(extract.stat().st_mtime, UTC).date().isoformat()


def query(theme: Theme, bounds: Bounds) -> str:
    """The question in Overpass QL for one rectangle (west, south, east, north)."""
    west, south, east, north = bounds
    values = "|".join(theme.values)
    return f'[out:json][timeout:{_TIMEOUT_S}];{theme.element}["{theme.key}"~"^({values})$"]({south:.4f},{west:.4f},{north:.4f},{east:.4f});out geom qt;'


def check_answer(path: Path) -> None:
    """Refuse an answer that is damaged, or that the server broke off: it comes as an ordinary answer with a remark.

    Raises
    ------
    ValueError
    """
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        elements = document["elements"]
    except (ValueError, KeyError, TypeError, RecursionError) as error:
        raise ValueError("it is not an answer of Overpass, or was cut short") from error
    remark = str(document.get("remark", ""))
    if not isinstance(elements, list) or "error" in remark:
        raise ValueError(f"the server broke off ({remark[:120]})")


def features_of(answers: Iterable[Mapping[str, Any]], theme: Theme) -> list[dict[str, Any]]:
    """The objects of all answers as GeoJSON features, each once, by id."""
    found: dict[int, dict[str, Any]] = {}
    for answer in answers:
        for element in answer["elements"]:
            tags = element.get("tags", {})
            if element.get("type") != theme.element or tags.get(theme.key) not in theme.values:
                continue
            outline = _geometry(element)
            if outline is not None:
                properties = {
                    "osm_id": str(element["id"]),
                    theme.key: tags[theme.key],
                    **{key: tags[key] for key in theme.keep if key in tags},
                }
                found[int(element["id"])] = {"type": "Feature", "properties": properties, "geometry": outline}
    return [found[key] for key in sorted(found)]


def _geometry(element: Mapping[str, Any]) -> dict[str, Any] | None:
    if element["type"] == "node":
        return {"type": "Point", "coordinates": [round(element["lon"], 7), round(element["lat"], 7)]}
    points = [[round(p["lon"], 7), round(p["lat"], 7)] for p in element.get("geometry", []) if p]
    return {"type": "LineString", "coordinates": points} if len(points) > 1 else None


def as_geojson(name: str, features: list[dict[str, Any]]) -> str:
    head = f'{{"type":"FeatureCollection","name":{json.dumps(name)},"features":['
    return head + "\n" + ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for f in features) + "\n]}\n"


def _boxes(bounds: Bounds) -> list[Bounds]:
    west, south, east, north = bounds
    columns, rows = math.ceil((east - west) / _STEP_DEG), math.ceil((north - south) / _STEP_DEG)
    x, y = partial(_cut, west, east, columns), partial(_cut, south, north, rows)
    return [(x(c), y(r), x(c + 1), y(r + 1)) for r in range(rows) for c in range(columns)]


def _cut(low: float, high: float, parts: int, at: int) -> float:
    return low + (high - low) * at / parts
