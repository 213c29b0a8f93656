"""The choices that a layer leaves open, checked before anything is fetched."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geo_planner.errors import UsageError
from geo_planner.sources.fetch.population import YEARS
from geo_planner.sources.fetch.terrain_tiles import BASE_URLS

CELLS_M = (5.0, 5000.0)
MARGINS_KM = (0.0, 200.0)


def checked_options(kind: str, fetcher: Callable[..., Any], options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a fetcher as it wants them; those that are None are left out.

    Raises
    ------
    UsageError
        When the layer has no such option, or it cannot have that value.
    """
    given = {name: value for name, value in options.items() if value is not None and value is not False}
    known = [name for name, p in inspect.signature(fetcher).parameters.items() if p.kind is p.KEYWORD_ONLY]
    for name in given:
        if name not in known:
            takes = f"It takes {', '.join(map(_flag, known))}." if known else "It takes none."
            raise UsageError(f"{_flag(name)} means nothing for {kind}. {takes} Leave it out.")
    if "product" in given:
        given["product"] = _product(given["product"])
    for name, (least, most), unit in (("cell_m", CELLS_M, "metres"), ("margin_km", MARGINS_KM, "kilometres")):
        if name in given:
            given[name] = _number(name, given[name], least, most, unit)
    if "year" in given and given["year"] not in YEARS:
        raise UsageError(f"There is no population of the year {given['year']}. Use one from {YEARS[0]} to {YEARS[-1]}.")
    if "extract" in given:
        if not Path(given["extract"]).is_file():
            raise UsageError(f"There is no file {given['extract']}. Give an OpenStreetMap extract (.osm.pbf or .osm) with --extract.")
        if given.get("geofabrik"):
            raise UsageError("--extract and --geofabrik exclude each other. Give one of them.")
        given["extract"] = Path(given["extract"])
    return given


def _product(given: object) -> str:
    name = str(given).strip().lower().replace("-", "")
    if name not in BASE_URLS:
        raise UsageError(f"There is no terrain product {given!r}. Use one of: {', '.join(sorted(BASE_URLS))}.")
    return name


def _number(name: str, given: object, least: float, most: float, unit: str) -> float:
    value = float(given) if isinstance(given, (int, float)) else math.nan
    if not least <= value <= most:
        raise UsageError(f"{_flag(name)} {given} cannot be. Give {least:g} to {most:g} {unit}.")
    return value


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
