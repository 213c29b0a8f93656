"""What Overpass answers, to GeoJSON features: every object looked at, for an answer comes from outside."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from geo_planner.fetch.errors import UnfitFileError


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
    as_geojson("", features_of([read_answer(path)], theme)).encode("utf-8")


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


def as_geojson(name: str, features: list[dict[str, Any]]) -> str:
    """A FeatureCollection with one line a feature."""
    head = f'{{"type":"FeatureCollection","name":{json.dumps(name)},"features":['
    return head + "\n" + ",\n".join(json.dumps(f, ensure_ascii=False, separators=(",", ":"), allow_nan=False) for f in features) + "\n]}\n"
