"""A map of each proposed site with what it serves and how it is joined, and the profiles of both below."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

import numpy as np

from geo_planner.documents.map_ground import Ground, base_of, painted
from geo_planner.documents.map_labels import Label, Room, put_labels
from geo_planner.documents.map_marks import Draw, draw_service, mast_mark, service_line, surface_entries, swatch, way_line
from geo_planner.documents.map_overviews import (
    built_entries,
    draw_built,
    draw_villages,
    line_entries,
    village_entries,
    village_statuses,
    words,
)
from geo_planner.documents.map_panel import Legend, draw_banner, draw_head, draw_panel
from geo_planner.documents.map_profiles import DrawnPath, draw_path, paths_of
from geo_planner.documents.map_sheet import Box, Sheet, new_sheet
from geo_planner.documents.map_view import View, draw_grid, draw_lines, draw_north, draw_picture, view_of
from geo_planner.documents.records import ProposalFacts, SiteFacts
from geo_planner.documents.wording import Wording
from geo_planner.export.palette import INK_SOFT, PROFILE_GROUND, PROFILE_RAY, PROFILE_RIDGE, PROFILE_ZONE
from geo_planner.plan import Plan
from geo_planner.words import said

_LARGEST_SCALE = 25_000
"""A single village is shown with some kilometres around it."""
_NAMED = 6


@dataclass(frozen=True, slots=True)
class Paper:
    """How a detail lies on its paper, mm and points.

    Attributes
    ----------
    head : Box or None
        None on a picture that a document puts its own heading above.
    banner : Box
        Where the banner of sample data stands on a picture without a head.
    px_per_mm : float
        Of the relief.
    """

    width: float
    height: float
    head: Box | None
    banner: Box
    map: Box
    profiles: Box
    panel: Box
    columns: int
    letters: float
    px_per_mm: float


A4 = Paper(
    210.0, 297.0, Box(12.0, 264.0, 186.0, 24.0), Box(12.0, 264.0, 186.0, 5.0), Box(16.0, 121.0, 178.0, 137.0), Box(12.0, 62.0, 186.0, 53.0),
    Box(12.0, 8.0, 186.0, 51.0), 3, 6.5, 5.0,
)  # fmt: skip
PICTURE = Paper(
    165.0, 190.0, None, Box(4.0, 184.0, 157.0, 5.0), Box(4.0, 75.0, 157.0, 104.5), Box(0.5, 34.0, 164.0, 37.5), Box(1.0, 0.5, 163.0, 32.5), 3, 5.5, 4.0,
)  # fmt: skip
"""For annex IV: as wide as a page of the request between its margins."""


@contextmanager
def detail_sheet(
    plan: Plan, facts: ProposalFacts, ground: Ground, site: SiteFacts, paper: Paper, say: Wording
) -> Iterator[tuple[Sheet, str]]:
    """A drawn detail and its title."""
    title = words("title_site", say, site=say.site(site.number), kind=say.site_kind(site.kind), commune=site.commune or say("outside"))
    view = view_of(paper.map, _bounds(facts, ground, site), margin_mm=14.0, largest=_LARGEST_SCALE)
    with new_sheet(paper.width, paper.height) as sheet:
        banner = say("sample_line") if facts.uses_sample_data else None
        if paper.head is not None:
            draw_head(sheet, paper.head, title, _subtitle(facts, site, say), banner, 14.0)
            sheet.frame(Box(5.0, 5.0, paper.width - 10.0, paper.height - 10.0), linewidth=1.0)
        elif banner:
            draw_banner(sheet, paper.banner, banner)
        paths = paths_of(plan, facts, site, say)
        surface = "gain" if ground.after is not None else "before"
        shape = int(paper.map.height * paper.px_per_mm), int(paper.map.width * paper.px_per_mm)
        draw_picture(sheet, view, painted(ground, base_of(ground, view.frame, shape), surface=surface))
        draw_lines(sheet, view, ground)
        draw_grid(sheet, view, say.language, 0.85 * paper.letters)
        draw_north(sheet, view.box, say.language)
        statuses = village_statuses(plan, facts, "after")
        masts = _draw_marks(sheet, view, facts, ground, site, statuses, paper, say)
        _draw_paths(sheet, paper, paths, say)
        legend = _legend(facts, ground, site, (paths, surface, statuses, masts, view), say)
        draw_panel(
            sheet, paper.panel.columns(paper.columns, 4.0), view, replace(legend, sources=paper.head is not None), facts, say, paper.letters
        )
        yield sheet, title


def _bounds(facts: ProposalFacts, ground: Ground, site: SiteFacts) -> tuple[float, float, float, float]:
    """Around the site, what it serves and the other ends of its links."""
    places = [site.position, *(facts.village(ident).position for ident in site.villages)]
    xy = [(place.east_m, place.north_m) for place in places]
    for link in facts.links:
        if link.link_id in site.link_ids:
            xy += [ground.places[link.place_a], ground.places[link.place_b]]
    (west, south), (east, north) = np.min(xy, axis=0), np.max(xy, axis=0)
    return float(west), float(south), float(east), float(north)


def _subtitle(facts: ProposalFacts, site: SiteFacts, say: Wording) -> list[str]:
    names = [facts.village(ident).name for ident in site.villages]
    shown = names[:_NAMED] + (["…"] if len(names) > _NAMED else [])
    serves = "; ".join(shown) if shown else say("serves_none")
    year = str(site.year) if site.year is not None else say("col_no_year")
    sums = words("site_sums", say, households=say.figure(site.households), cost=say.vnd(site.cost.base), year=year)
    return [words("site_serves", say, villages=serves), sums]


def _draw_marks(
    sheet: Sheet, view: View, facts: ProposalFacts, ground: Ground, site: SiteFacts, statuses: dict[str, str], paper: Paper, say: Wording
) -> bool:
    """Masts, the site with its links, all villages in the frame, those it serves first.

    Returns
    -------
    bool
        Whether a mast on air is within the frame.
    """
    room = Room(view.box.within(0.6))
    room.take([Box(view.box.right - 13.5, view.box.top - 19.0, 13.5, 19.0)])
    codes = sorted(ground.masts)
    at = np.array([ground.masts[code] for code in codes]).reshape(-1, 2)
    inside = view.frame.holds(at)
    masts = view.mm(at[inside])
    if len(masts):
        mast_mark(sheet, masts[:, 0], masts[:, 1], 2.0)
        room.take(Box(x - 1.0, y - 1.0, 2.0, 2.0) for x, y in masts)
    letters = paper.letters + 1.0
    built = draw_built(sheet, view, facts, ground, (site,), room, say, letters + 1.0)
    served = [v for v in facts.villages if v.village_id in site.villages]
    others = [v for v in facts.villages if v.village_id not in site.villages]
    for village in served:
        ends = view.mm([(place.east_m, place.north_m) for place in (site.position, village.position)])
        draw_service(sheet, ends[:, 0], ends[:, 1])
    mine = draw_villages(sheet, view, tuple(served), statuses, room, 2.6, letters)
    further = draw_villages(sheet, view, tuple(others), statuses, room, 1.8, letters - 1.0)
    joined = {
        place.removeprefix("site:") for link in facts.links if link.link_id in site.link_ids for place in (link.place_a, link.place_b)
    }
    near = [
        Label(x, y, code, letters - 1.5, gap_mm=1.4, colour=INK_SOFT)
        for code, (x, y) in zip(np.array(codes, dtype=object)[inside], masts, strict=True)
        if code not in joined
    ]
    must = [replace(label, weight="bold", must=True) for label in mine]
    put_labels(sheet, room, [*built, *must, *further, *near])
    return bool(len(masts))


def _draw_paths(sheet: Sheet, paper: Paper, paths: list[DrawnPath], say: Wording) -> None:
    box = paper.profiles
    if not paths:
        sheet.text(
            box.left + box.width / 2, box.bottom + box.height / 2, words("no_profile", say), paper.letters, ha="center", color=INK_SOFT
        )
        return
    for part, path in zip(box.columns(len(paths), 4.0), paths, strict=True):
        draw_path(sheet, part, path, say, paper.letters)


def _legend(
    facts: ProposalFacts, ground: Ground, site: SiteFacts, shown: tuple[list[DrawnPath], str, dict[str, str], bool, View], say: Wording
) -> Legend:
    paths, surface, statuses, masts, view = shown
    here = {
        v.village_id: statuses[v.village_id]
        for v in facts.villages
        if view.frame.holds(np.array([[v.position.east_m, v.position.north_m]]))[0]
    }
    entries: list[tuple[Draw, str]] = built_entries(facts, (site,), say)
    if site.villages:
        entries.append((service_line, words("line_service", say)))
    entries += [*village_entries(here, "after", say)]
    if masts:
        entries.append((mast_mark, words("mast", say)))
    entries += surface_entries(ground, surface, say.language)
    entries += line_entries(ground, say)
    if paths:
        entries += [
            (swatch(PROFILE_GROUND), words("profile_ground", say, k=paths[0].profile.effective_earth_factor)),
            (way_line(PROFILE_RAY, width=1.2), said("link_picture.ray").text(say.language)),
            (swatch(PROFILE_ZONE), words("profile_zone", say)),
            (way_line(PROFILE_RIDGE, width=1.4), words("profile_ridge", say)),
        ]
    return Legend(entries, [words("no_terrain", say)] if ground.dem.is_missing else [])
