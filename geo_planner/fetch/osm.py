"""Roads, power lines, places and towers from OpenStreetMap: through Overpass, or out of an extract as Geofabrik makes them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import InputError, warning
from geo_planner.fetch.area import Area, Bounds
from geo_planner.fetch.download import Download
from geo_planner.fetch.errors import UnfitFileError
from geo_planner.fetch.kept import converted
from geo_planner.fetch.osm_answers import Theme, as_geojson, check_answer, day_of, features_of, read_answer
from geo_planner.fetch.osm_extract import read_extract
from geo_planner.fetch.service import Service, Staged, provenance
from geo_planner.words import said

OVERPASS_URL, OVERPASS_PATH = "https://overpass-api.de", "api/interpreter"
GEOFABRIK_URL, GEOFABRIK_PATH = "https://download.geofabrik.de", "asia/vietnam-latest.osm.pbf"
SOURCE = "OpenStreetMap"
LICENCE = "ODbL 1.0, © OpenStreetMap contributors"
MAX_AGE_DAYS = 7.0

_STEP_DEG = 0.5  # small questions are answered where a province at once runs out of the server's time
_TIMEOUT_S = 180
_MARGIN_KM = 5.0


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
        features = read_extract(extract, theme.element, theme.key, theme.values, theme.keep, bounds)
    elif geofabrik:
        check = partial(_check_extract, theme=theme, bounds=bounds)
        downloads.append(service.get(service.url(GEOFABRIK_URL, GEOFABRIK_PATH), "pbf", max_age_days=MAX_AGE_DAYS, check=check))
        if downloads[0].from_cache:
            converted(downloads[0], check)
        features = read_extract(downloads[0].path, theme.element, theme.key, theme.values, theme.keep, bounds)
    else:
        url = service.url(OVERPASS_URL, OVERPASS_PATH)
        boxes = _boxes(area)
        check = partial(check_answer, theme=theme)
        for number, box in enumerate(boxes):
            downloads.append(service.get(url, "json", body=query(theme, box), max_age_days=MAX_AGE_DAYS, check=check, progress=None))
            converted(downloads[-1], check)
            service.tell(kind, (number + 1) / len(boxes))
        answers = [read_answer(d.path) for d in downloads]
        vintage = day_of(answers)
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
        read_extract(path, theme.element, theme.key, theme.values, theme.keep, bounds)
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
