"""One layer of a study area from its public source: fetched, made ready beside the old one, put in place in one step."""

from __future__ import annotations

import inspect
import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from geo_planner.errors import Fault, GeoPlannerError, InputError, OutputError, UsageError, system_says, warning
from geo_planner.fetch.area import Area, read_area
from geo_planner.fetch.boundaries import COMMUNES_FILE, fetch_boundaries
from geo_planner.fetch.download import Service, Staged
from geo_planner.fetch.errors import ContentError, RefusedFileError
from geo_planner.fetch.land_cover import fetch_land_cover
from geo_planner.fetch.opencellid import fetch_opencellid
from geo_planner.fetch.osm import THEMES, fetch_osm
from geo_planner.fetch.policy import OldCopy, Policy, checked_base_url
from geo_planner.fetch.population import YEARS, fetch_population
from geo_planner.fetch.provinces import Province, province
from geo_planner.fetch.terrain_tiles import BASE_URLS, fetch_terrain
from geo_planner.fetch.transfer import Progress
from geo_planner.files.hashes import sha256_of
from geo_planner.files.lock import locked
from geo_planner.files.staged import install, staging
from geo_planner.words import said

_FETCHERS: dict[str, Callable[..., Staged]] = {
    "boundaries": fetch_boundaries,
    "terrain": fetch_terrain,
    "population": fetch_population,
    **{theme: partial(fetch_osm, theme) for theme in THEMES},
    "land_cover": fetch_land_cover,
    "opencellid": fetch_opencellid,
}
"""By layer. All but the boundaries, which may make the study area, are given the area that these span."""
KINDS = tuple(_FETCHERS)
_PATIENCE_S = 120.0  # an import of a long list may be under way
CELLS_M = (5.0, 5000.0)
MARGINS_KM = (0.0, 200.0)


@dataclass(frozen=True, slots=True)
class FetchReport:
    """What a fetch has done.

    Attributes
    ----------
    kind : str
    province : Province
    files : tuple of str
        Written, relative to the study area.
    notes : tuple of Fault
        Warnings: what is void, absent, not known.
    """

    kind: str
    province: Province
    files: tuple[str, ...]
    notes: tuple[Fault, ...]


def fetch_layer(
    kind: str,
    province_code: str,
    into: Path,
    *,
    base_url: str | None = None,
    progress: Progress | None = None,
    cache: Path | None = None,
    policy: Policy | None = None,
    **options: Any,
) -> FetchReport:
    """Fetch one layer of a study area. When anything fails the study area stays as it was.

    Parameters
    ----------
    kind : str
        One of ``KINDS``.
    province_code : str
        Two digits, or the name.
    into : Path
        Folder of the study area. ``boundaries`` may make it; the others need its boundaries.
    base_url : str, optional
        A mirror that keeps the paths of the original servers.
    progress : callable, optional
        Called with the step under way and the share of it that is done.
    cache : Path, optional
        Folder for downloads; the user's when left out.
    policy : Policy, optional
        Patience with the servers.
    **options
        Those of the fetcher: ``product``, ``cell_m`` and ``margin_km`` (terrain), ``year`` (population), ``geofabrik`` and
        ``extract`` (roads, power, places, towers), ``cell_m`` and ``margin_km`` (land_cover), ``key`` (opencellid),
        ``tolerance_m`` (boundaries). None stands for the usual.

    Raises
    ------
    UsageError
        Unknown kind, province or option, an address that is none, no boundaries yet, boundaries of another province.
    DownloadError, InputError, OutputError
        Each a sentence and a remedy; nothing was changed.
    """
    if kind not in KINDS:
        raise UsageError("no_such_fetch", given=kind, known=KINDS)
    chosen = checked_options(kind, options)
    service = Service(checked_base_url(base_url), cache, policy or Policy(), progress)
    return fetch_with(service, kind, province(province_code), into, chosen)


def fetch_with(service: Service, kind: str, of: Province, into: Path, options: Mapping[str, Any]) -> FetchReport:
    """As :func:`fetch_layer`, with options that were checked, by a service that may have fetched other layers in this run."""
    if into.exists() and not into.is_dir():
        raise UsageError("into_is_a_file", into=into)
    service.tell(kind, 0.0)
    layer = said(f"fetch_step.{kind}")
    lines_before = _boundaries_hash(into)
    # boundaries may make the study area, but never replace another province's
    area = None if kind == "boundaries" and not (into / "boundaries").is_dir() else read_area(into, of)
    service.given.clear()
    try:
        with staging(into) as folder:
            made = _made(kind, of, area, into, folder, service, options)
            with locked(into, patience_s=_PATIENCE_S):
                if _boundaries_hash(into) != lines_before:
                    raise OutputError("boundaries_changed", into=into, layer=layer)
                install(into, folder, made.facts)
    except GeoPlannerError:
        raise
    except OSError as error:
        raise OutputError("cannot_write.fetched", layer=layer, into=into, why=system_says(error)) from error
    notes = (*made.notes, *_old_copies(next(iter(made.facts)), service))
    return FetchReport(kind, of, tuple(made.facts), notes)


def _made(kind: str, of: Province, area: Area | None, into: Path, folder: Path, service: Service, options: Mapping[str, Any]) -> Staged:
    """The files of a layer. What it was made from is dropped from the cache when that turns out to be no good."""
    try:
        if kind == "boundaries" or area is None:
            return fetch_boundaries(of, into, folder, service, **options)
        return _FETCHERS[kind](area, folder, service, **options)
    except Exception as error:
        if _blames_a_file(error) and all(file.path.exists() for file in service.given):  # else the bad one is dropped already
            service.forget(*service.given)
        raise


def _blames_a_file(error: Exception) -> bool:
    """Whether what is wrong lies in files that were accepted before; not the line, the disk, or a file that was refused at the door."""
    if isinstance(error, GeoPlannerError):
        return isinstance(error, (ContentError, InputError)) and not isinstance(error, RefusedFileError)
    return not isinstance(error, OSError) or error.errno is None


def _boundaries_hash(root: Path) -> str | None:
    try:
        return sha256_of(root / COMMUNES_FILE)
    except OSError:
        return None


def _old_copies(file: str, service: Service) -> list[Fault]:
    """One sentence for all old copies that went into a layer."""
    old: list[OldCopy] = service.run.old[:]
    service.run.old.clear()
    if not old:
        return []
    days = sorted({copy.date for copy in old})
    facts: dict[str, Any] = {"n": len(old), "of": max(len(service.given), len(old)), "why": old[0].why.said}
    if len(days) == 1:
        return [warning(file, "old_copies.one_day", when=days[0], **facts)]
    return [warning(file, "old_copies.days", first=days[0], last=days[-1], **facts)]


def checked_options(kind: str, options: Mapping[str, Any]) -> dict[str, Any]:
    """The options of a layer as its fetcher wants them; those that are None are left out.

    Raises
    ------
    UsageError
        When the layer has no such option, or it cannot have that value.
    """
    given = {name: value for name, value in options.items() if value is not None and value is not False}
    known = [name for name, p in inspect.signature(_FETCHERS[kind]).parameters.items() if p.kind is p.KEYWORD_ONLY]
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
