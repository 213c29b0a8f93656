"""One layer of a study area from its public source: fetched, made ready beside the old one, put in place in one step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from geo_planner.errors import Fault, UsageError
from geo_planner.sources.fetch.area import read_area
from geo_planner.sources.fetch.boundaries import fetch_boundaries
from geo_planner.sources.fetch.land_cover import fetch_land_cover
from geo_planner.sources.fetch.opencellid import fetch_opencellid
from geo_planner.sources.fetch.osm import THEMES, fetch_osm
from geo_planner.sources.fetch.population import fetch_population
from geo_planner.sources.fetch.provinces import Province, province
from geo_planner.sources.fetch.retries import Policy
from geo_planner.sources.fetch.service import Service, Staged
from geo_planner.sources.fetch.terrain_tiles import fetch_terrain
from geo_planner.sources.fetch.transfer import Progress
from geo_planner.sources.install import install, staging

RASTERS: dict[str, Callable[..., Staged]] = {
    "terrain": fetch_terrain,
    "population": fetch_population,
    "land_cover": fetch_land_cover,
    "opencellid": fetch_opencellid,
}
KINDS = ("boundaries", "terrain", "population", *THEMES, "land_cover", "opencellid")


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
        Those of the fetcher: ``product`` and ``cell_m`` (terrain), ``year`` (population), ``geofabrik`` and ``extract``
        (roads, power, places, towers), ``key`` (opencellid).

    Raises
    ------
    UsageError
        Unknown kind or province, no boundaries yet, boundaries of another province.
    DownloadError, InputError, OutputError
        Each a sentence and a remedy; nothing was changed.
    """
    if kind not in KINDS:
        raise UsageError(f"There is nothing to fetch called {kind!r}. Use one of: {', '.join(KINDS)}.")
    of = province(province_code)
    if into.exists() and not into.is_dir():
        raise UsageError(f"{into} is a file. Give the folder of a study area.")
    service = Service(base_url, cache, policy or Policy(), progress)
    if kind == "boundaries":
        if into.is_dir() and (into / "boundaries").is_dir():
            read_area(into, of)  # never replace another province's boundaries
        with staging(into) as folder:
            return _put(kind, of, into, folder, fetch_boundaries(of, into, folder, service, **options))
    area = read_area(into, of)
    with staging(into) as folder:
        made = fetch_osm(kind, area, folder, service, **options) if kind in THEMES else RASTERS[kind](area, folder, service, **options)
        return _put(kind, of, into, folder, made)


def _put(kind: str, of: Province, into: Path, folder: Path, made: Staged) -> FetchReport:
    install(into, folder, made.facts)
    return FetchReport(kind, of, tuple(made.facts), made.notes)
