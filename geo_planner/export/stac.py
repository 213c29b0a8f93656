"""A static STAC catalogue of the coverages of many study areas: an item a plan, for portals and GIS that look for rasters by place and time.

SpatioTemporal Asset Catalog 1.1.0 with its extensions projection 2.0.0, raster 2.0.0 and file 2.1.0; the files are few and small, so that they are
written here. Links are relative: the whole can be moved.
"""

from __future__ import annotations

import itertools
import os
import re
import unicodedata
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import quote

import numpy as np
from pyproj import Transformer
from rasterio.crs import CRS
from shapely.geometry import Polygon, mapping
from shapely.geometry.polygon import orient

from geo_planner.crs import GEOGRAPHIC
from geo_planner.export.summary import write_json
from geo_planner.files.hashes import sha256_of
from geo_planner.files.opening import opened_raster
from geo_planner.files.written import read_manifest
from geo_planner.words import said

FOLDER, CATALOG = "stac", "catalog.json"
VERSION = "1.1.0"
EXTENSIONS = tuple(
    f"https://stac-extensions.github.io/{name}/schema.json" for name in ("projection/v2.0.0", "raster/v2.0.0", "file/v2.1.0")
)
_COG = "image/tiff; application=geotiff; profile=cloud-optimized"
_SHA256 = "1220"
"""What a multihash of SHA-256 begins with: the function, and 32 bytes."""
_DEGREE_DECIMALS = 7
_STEPS = 4  # a side of the footprint is a curve in degrees


def write_catalog(rasters: Mapping[str, Path], figures: Mapping[str, Mapping[str, Any]], folder: Path, *, seen_from: Path) -> str:
    """Write ``stac/catalog.json`` and an item for each raster; returns the name of the catalogue within `folder`.

    Parameters
    ----------
    rasters : mapping of str to Path
        Coverages by the name of the plan, in the folders of their plans.
    figures : mapping
        By the name of the plan: ``province``, ``input_until`` and ``uses_sample_data`` are told.
    folder : Path
        To write into.
    seen_from : Path
        Where `folder` will lie.
    """
    home = folder / FOLDER
    home.mkdir()
    idents = _idents(sorted(rasters))
    items = {
        idents[name]: _item(name, idents[name], path, figures[name], seen_from / FOLDER / idents[name])
        for name, path in sorted(rasters.items())
    }
    for name, item in items.items():
        (home / name).mkdir()
        write_json(item, home / name / f"{name}.json")
    sample = [item for item in items.values() if item["properties"]["geo_planner:sample_data"]]
    links = [{"rel": "root", "href": f"./{CATALOG}", "type": "application/json"}]
    links += [
        {"rel": "item", "href": f"./{name}/{name}.json", "type": "application/geo+json", "title": item["properties"]["title"]}
        for name, item in items.items()
    ]
    catalog = {
        "type": "Catalog",
        "stac_version": VERSION,
        "id": "geo-planner-coverage",
        "title": said("stac.title").text("vi"),
        "description": _both("stac.description", *(["sample_banner"] if sample else [])),
        "links": links,
    }
    write_json(catalog, home / CATALOG)
    return f"{FOLDER}/{CATALOG}"


def _idents(names: list[str]) -> dict[str, str]:
    """Names for items in plain letters: readers of catalogues look for a file as its link is written, and do not undo the quoting of an address."""
    idents: dict[str, str] = {}
    for name in names:
        letters = unicodedata.normalize("NFKD", name.replace("đ", "d").replace("Đ", "D")).encode("ascii", "ignore").decode()
        stem = re.sub(r"[^\w.-]+", "_", letters).strip("_.") or "plan"
        taken = {ident.casefold() for ident in idents.values()}
        idents[name] = next(free for k in itertools.count(1) if (free := stem if k == 1 else f"{stem}-{k}").casefold() not in taken)
    return idents


def _reference(path: str) -> str:
    """A path as the schema asks for it, an IRI reference: letters of every language as they are, blanks and the like quoted."""
    return "".join(sign if sign.isalnum() else quote(sign) for sign in path)


def _item(name: str, ident: str, path: Path, figures: Mapping[str, Any], seen_from: Path) -> dict[str, Any]:
    with opened_raster(path) as file:
        tags, grid, crs = file.tags(), file.transform, file.crs
        bands = [_band(file, number) for number in range(1, file.count + 1)]
        shape = [file.height, file.width]
    footprint = _footprint(crs, grid, *shape)
    sample = bool(figures.get("uses_sample_data"))
    code = crs.to_epsg()
    asset = {
        "href": _reference(Path(os.path.relpath(path, seen_from)).as_posix()),
        "type": _COG,
        "title": said("stac.coverage").text("vi"),
        "roles": ["data"],
        "bands": bands,
        "file:size": path.stat().st_size,
        "file:checksum": _SHA256 + sha256_of(path),
    }
    return {
        "type": "Feature",
        "stac_version": VERSION,
        "stac_extensions": list(EXTENSIONS),
        "id": ident,
        "geometry": mapping(footprint),
        "bbox": list(footprint.bounds),
        "properties": {
            "title": tags.get("TITLE", name),
            "description": _both("stac.item", *(["sample_banner"] if sample else [])),
            **_time(figures.get("input_until"), path.parent),
            "gsd": grid.a,
            "proj:code": None if code is None else f"EPSG:{code}",
            **({"proj:wkt2": crs.to_wkt(version="WKT2_2019")} if code is None else {}),
            "proj:shape": shape,
            "proj:transform": [*grid][:6],
            "geo_planner:province": figures.get("province"),
            "geo_planner:scenario": tags.get("SCENARIO"),
            "geo_planner:service": tags.get("SERVICE"),
            "geo_planner:model": tags.get("MODEL_EDITION") or tags.get("MODEL"),
            "geo_planner:sample_data": sample,
        },
        "links": [
            {"rel": "root", "href": f"../{CATALOG}", "type": "application/json"},
            {"rel": "parent", "href": f"../{CATALOG}", "type": "application/json"},
        ],
        "assets": {"coverage": asset},
    }


def _band(file: Any, number: int) -> dict[str, Any]:
    at = number - 1
    scale, offset = file.scales[at], file.offsets[at]
    packed = {} if (scale, offset) == (1.0, 0.0) else {"raster:scale": scale, "raster:offset": offset}
    return {
        "name": file.descriptions[at],
        "description": file.tags(number).get("MEANING", file.descriptions[at]),
        "unit": file.units[at],
        "data_type": file.dtypes[at],
        "nodata": file.nodatavals[at],
        "raster:spatial_resolution": file.transform.a,
        **packed,
    }


def _time(input_until: str | None, folder: Path) -> dict[str, str]:
    """The time that the coverage stands for: the latest date of its input, from the first to the last moment where that is a month or a year; of an
    input without any date that of the run."""
    if input_until is None:
        created = str((read_manifest(folder) or {}).get("created"))
        return {"datetime": created.replace("+00:00", "Z"), "geo_planner:datetime_of": "run"}
    first = np.datetime64(input_until)
    last = (first + 1).astype("datetime64[s]") - np.timedelta64(1, "s")
    start, end = (f"{moment.astype('datetime64[s]')}Z" for moment in (first, last))
    return {"datetime": start, "start_datetime": start, "end_datetime": end, "geo_planner:datetime_of": "input"}


def _footprint(crs: CRS, grid: Any, rows: int, columns: int) -> Polygon:
    """The raster's outline in degrees, counter-clockwise."""
    along = np.linspace(0.0, 1.0, _STEPS, endpoint=False)
    none, all_ = np.zeros(_STEPS), np.ones(_STEPS)
    column = columns * np.concatenate([along, all_, 1 - along, none])
    row = rows * np.concatenate([none, along, all_, 1 - along])
    lon, lat = Transformer.from_crs(crs.to_wkt(), GEOGRAPHIC, always_xy=True).transform(grid.c + column * grid.a, grid.f + row * grid.e)
    ring = np.round(np.column_stack([lon, lat]), _DEGREE_DECIMALS)
    return orient(Polygon(ring.tolist()))


def _both(*keys: str) -> str:
    """Sentences in Vietnamese, then the same in English."""
    return "\n\n".join(" ".join(said(key).text(language) for key in keys) for language in ("vi", "en"))
