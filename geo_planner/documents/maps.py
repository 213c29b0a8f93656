"""``maps/``: overviews of the province and a detail of each proposed site, to be printed; and the pictures of annex IV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from geo_planner.documents.map_details import A4, PICTURE, detail_sheet
from geo_planner.documents.map_ground import ground_of
from geo_planner.documents.map_overviews import overview_sheet, overviews_of, province_of
from geo_planner.documents.map_sheet import Sheet
from geo_planner.documents.records import ProposalFacts
from geo_planner.documents.wording import Wording
from geo_planner.files.atomic import put_in_place
from geo_planner.plan import Plan
from geo_planner.words import Language

FOLDER = "maps"
PICTURES = "site_pictures"
PRINT_DPI = 300
_PICTURE_DPI = (200, 170, 150, 120, 100)
_PICTURE_BYTES = 250_000
_COLOURS = 96
Progress = Callable[[str, float], None]


def write_maps(
    plan: Plan, facts: ProposalFacts, folder: Path, language: Language = "vi", progress: Progress | None = None, *, dpi: int = PRINT_DPI
) -> list[Path]:
    """Write the maps of a plan, each as PNG and as PDF with its lines and letters as such.

    The overviews (A3, wide or tall as the province is) show the villages, the coverage of today and, where something is chosen, the coverage
    after the plan and the sites; a detail (A4) each site with terrain, what it serves, its links and the profiles. All are drawn in VN-2000.

    Parameters
    ----------
    plan : Plan
    facts : ProposalFacts
        Of the same plan.
    folder : Path
        Is there; the maps go into ``maps`` in it.
    language : {"vi", "en"}
    progress : callable, optional
        Called with ``pack_maps`` and the share that is done.
    dpi : int
        Of the PNG.

    Returns
    -------
    list of Path
        The same bytes for the same plan, facts and version of matplotlib.
    """
    say, tell = Wording(language), progress or (lambda _step, _share: None)
    (folder / FOLDER).mkdir(exist_ok=True)
    ground = ground_of(plan)
    province = province_of(ground)
    overviews = overviews_of(facts)
    sites = sorted(facts.sites, key=lambda site: site.number)
    written: list[Path] = []
    # an overview is as much work as two details
    done, whole = 0, 2 * len(overviews) + len(sites)
    for at, overview in enumerate(overviews, 1):
        tell("pack_maps", done / whole)
        with overview_sheet(plan, facts, ground, province, overview, say) as (sheet, title):
            written += _written(sheet, folder / FOLDER / f"overview_{at}_{overview.name}", title, dpi)
        done += 2
    for site in sites:
        tell("pack_maps", done / whole)
        with detail_sheet(plan, facts, ground, site, A4, say) as (sheet, title):
            written += _written(sheet, folder / FOLDER / f"site_{site.number:02d}", title, dpi)
        done += 1
    tell("pack_maps", 1.0)
    return written


def site_pictures(plan: Plan, facts: ProposalFacts, folder: Path, language: Language = "vi") -> dict[str, Path]:
    """Write map and profiles of each proposed site as a small picture for annex IV.

    Parameters
    ----------
    folder : Path
        Is there; the pictures go into ``site_pictures`` in it.

    Returns
    -------
    dict of str to Path
        By ``site_id``; empty where nothing is chosen. Each has at most 250 kB: as many dots as that allows, 200 to an inch at most.
    """
    if not facts.sites:
        return {}
    say = Wording(language)
    (folder / PICTURES).mkdir(exist_ok=True)
    ground = ground_of(plan)
    pictures = {}
    for site in facts.sites:
        path = folder / PICTURES / f"site_{site.number:02d}.png"
        with detail_sheet(plan, facts, ground, site, PICTURE, say) as (sheet, _title):
            put_in_place(path, _small(sheet))
        pictures[site.site_id] = path
    return pictures


def _written(sheet: Sheet, stem: Path, title: str, dpi: int) -> list[Path]:
    paths = [stem.with_name(f"{stem.name}.{kind}") for kind in ("pdf", "png")]
    for path, content in zip(paths, (sheet.pdf(title), sheet.png(dpi)), strict=True):
        put_in_place(path, content)
    return paths


def _small(sheet: Sheet) -> bytes:
    content = b""
    for dpi in _PICTURE_DPI:
        content = sheet.png(dpi, colours=_COLOURS)
        if len(content) <= _PICTURE_BYTES:
            break
    return content
