"""The choices that a layer leaves open, checked before anything is fetched."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from geo_planner.errors import UsageError
from geo_planner.fetch.population import YEARS
from geo_planner.fetch.terrain_tiles import BASE_URLS

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
            if not known:
                raise UsageError("fetch_option.none_taken", option=_flag(name), layer=kind)
            raise UsageError("fetch_option.unknown", option=_flag(name), layer=kind, known=map(_flag, known))
    if "product" in given:
        given["product"] = _product(given["product"])
    for name, (least, most) in (("cell_m", CELLS_M), ("margin_km", MARGINS_KM)):
        if name in given:
            given[name] = _number(name, given[name], least, most)
    if "year" in given and given["year"] not in YEARS:
        raise UsageError("fetch_option.year", year=given["year"], first=YEARS[0], last=YEARS[-1])
    if "extract" in given:
        if not Path(given["extract"]).is_file():
            raise UsageError("fetch_option.no_extract", file=given["extract"])
        if given.get("geofabrik"):
            raise UsageError("fetch_option.two_extracts")
        given["extract"] = Path(given["extract"])
    return given


def _product(given: object) -> str:
    name = str(given).strip().lower().replace("-", "")
    if name not in BASE_URLS:
        raise UsageError("fetch_option.product", given=str(given), known=sorted(BASE_URLS))
    return name


def _number(name: str, given: object, least: float, most: float) -> float:
    value = float(given) if isinstance(given, (int, float)) else math.nan
    if not least <= value <= most:
        raise UsageError(f"fetch_option.{name}", option=_flag(name), given=str(given), least=least, most=most)
    return value


def _flag(name: str) -> str:
    return f"--{name.replace('_', '-')}"
