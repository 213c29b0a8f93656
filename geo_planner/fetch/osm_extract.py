"""One theme out of an OpenStreetMap extract (.osm.pbf or .osm), by GDAL's reader."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import shapely
from pyogrio.errors import DataLayerError, DataSourceError

from geo_planner.errors import InputError, fault
from geo_planner.files.opening import opened_extract

_PAIR = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')


def read_extract(
    path: Path, element: str, key: str, values: Sequence[str], keep: Sequence[str], bounds: tuple[float, float, float, float]
) -> list[dict[str, Any]]:
    """GeoJSON features of the objects whose tag `key` has one of `values`, sorted by id.

    Raises
    ------
    InputError
        When the file is not an extract or is damaged.
    """
    layer = {"way": "lines", "node": "points"}[element]
    try:
        with opened_extract(path) as source:
            columns = [str(name) for name in source.about(layer)["fields"]]
            # a tag with a column of its own can be asked for; the others share a text of pairs
            where = f"{key} IN ({', '.join(repr(v) for v in values)})" if key in columns else f"other_tags LIKE '%\"{key}\"=>%'"
            table = source.table(layer, bbox=bounds, where=where)
    except (DataSourceError, DataLayerError, ValueError, RuntimeError) as error:
        raise InputError([fault(path.name, "unreadable.fetch_extract")]) from error
    features = []
    for row in table.to_dict("records"):
        tags = {name: row[name] for name in columns if isinstance(row.get(name), str)} | pairs(row.get("other_tags"))
        if tags.get(key) in values and row["geometry"] is not None and str(row["osm_id"]).isdecimal():
            properties = {"osm_id": str(row["osm_id"]), key: tags[key], **{name: tags[name] for name in keep if name in tags}}
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
