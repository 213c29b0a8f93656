"""The overviews of the province on A3: names, coverage today, coverage after the plan, and what is to be built."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

import numpy as np
import shapely

from geo_planner.documents.map_ground import Base, Ground, base_of, painted
from geo_planner.documents.map_labels import Label, Room, put_labels
from geo_planner.documents.map_marks import (
    BORDER_INK,
    RIVER_INK,
    ROAD_INK,
    Draw,
    draw_link,
    link_line,
    mast_mark,
    site_mark,
    surface_entries,
    village_mark,
    way_line,
)
from geo_planner.documents.map_panel import Legend, draw_head, draw_panel
from geo_planner.documents.map_sheet import Box, Sheet, new_sheet
from geo_planner.documents.map_view import View, draw_grid, draw_lines, draw_north, draw_picture, view_of
from geo_planner.documents.records import ProposalFacts, SiteFacts, VillageFacts
from geo_planner.documents.wording import Wording, place_name
from geo_planner.export.palette import BUILD_INK, BUILD_MARK_OF, INK, INK_SOFT
from geo_planner.plan import Plan
from geo_planner.schema import SIGNAL_STATUS
from geo_planner.words import said

A3_MM = (420.0, 297.0)
_PX_PER_MM = 4.0
_EDGE_MM, _HEAD_MM, _FIGURES_MM = 9.0, 20.0, 4.0


@dataclass(frozen=True, slots=True)
class Overview:
    """An overview as it is drawn.

    Attributes
    ----------
    name : str
        Of the file and of its words.
    surface : str
        As :func:`geo_planner.documents.map_ground.painted`.
    marks : str
        By which status the villages are marked: ``listed`` (what documents say), ``before``, ``after``.
    built : bool
        Shows sites and links.
    names : bool
        Names the villages.
    """

    name: str
    surface: str
    marks: str
    built: bool
    names: bool


OVERVIEWS = (
    Overview("villages", "", "listed", built=False, names=True),
    Overview("coverage_before", "before", "before", built=False, names=False),
    Overview("coverage_after", "after", "after", built=True, names=False),
    Overview("sites", "", "listed", built=True, names=True),
)


@dataclass(frozen=True, slots=True)
class Province:
    """What the overviews share: paper, view, relief.

    Attributes
    ----------
    size_mm : (float, float)
        Of the paper: wide for a wide province, tall for a tall one.
    """

    size_mm: tuple[float, float]
    head: Box
    panel: tuple[Box, ...]
    view: View
    base: Base


def province_of(ground: Ground) -> Province:
    """Lay the province out on A3."""
    west, south, east, north = shapely.bounds(ground.province)
    wide = (east - west) >= (north - south)
    width, height = A3_MM if wide else A3_MM[::-1]
    inner = Box(_EDGE_MM, _EDGE_MM, width - 2 * _EDGE_MM, height - 2 * _EDGE_MM)
    head = Box(inner.left, inner.top - _HEAD_MM, inner.width, _HEAD_MM)
    if wide:
        room = Box(
            inner.left + _FIGURES_MM,
            inner.bottom + _FIGURES_MM,
            inner.width - 74.0 - 2 * _FIGURES_MM,
            inner.height - _HEAD_MM - 2.5 * _FIGURES_MM,
        )
        panel: tuple[Box, ...] = (Box(inner.right - 69.0, inner.bottom, 69.0, room.top - inner.bottom),)
    else:
        room = Box(
            inner.left + _FIGURES_MM,
            inner.bottom + 84.0 + _FIGURES_MM,
            inner.width - 2 * _FIGURES_MM,
            inner.height - _HEAD_MM - 84.0 - 2.5 * _FIGURES_MM,
        )
        panel = tuple(Box(inner.left, inner.bottom, inner.width, 78.0).columns(3, 6.0))
    view = view_of(room, (west, south, east, north), margin_mm=3.0)
    shape = int(room.height * _PX_PER_MM), int(room.width * _PX_PER_MM)
    return Province((width, height), head, panel, view, base_of(ground, view.frame, shape))


def overviews_of(facts: ProposalFacts) -> list[Overview]:
    """Those that the plan has something for: without anything chosen today's alone."""
    return [each for each in OVERVIEWS if facts.sites or not each.built]


@contextmanager
def overview_sheet(
    plan: Plan, facts: ProposalFacts, ground: Ground, province: Province, overview: Overview, say: Wording
) -> Iterator[tuple[Sheet, str]]:
    """A drawn overview and its title."""
    title = said(f"pack_map.title_{overview.name}", province=facts.province).text(say.language).upper()
    with new_sheet(*province.size_mm) as sheet:
        view = province.view
        scenario = getattr(facts, f"title_{say.language}")
        banner = say("sample_line") if facts.uses_sample_data else None
        draw_head(sheet, province.head, title, [words("subtitle", say, scenario=scenario, n=len(facts.villages))], banner, 17.0)
        draw_picture(sheet, view, painted(ground, province.base, surface=overview.surface))
        draw_lines(sheet, view, ground)
        draw_grid(sheet, view, say.language, 6.5)
        draw_north(sheet, view.box, say.language)
        room = Room(view.box.within(0.8))
        room.take([Box(view.box.right - 13.5, view.box.top - 19.0, 13.5, 19.0)])
        statuses = village_statuses(plan, facts, overview.marks)
        labels = _draw_marks(sheet, view, facts, ground, overview, statuses, room, say)
        left_out = put_labels(sheet, room, labels)
        legend = _legend(facts, ground, overview, statuses, say, left_out)
        draw_panel(sheet, province.panel, view, legend, facts, say, 8.4)
        sheet.frame(Box(4.0, 4.0, province.size_mm[0] - 8.0, province.size_mm[1] - 8.0), linewidth=1.2)
        yield sheet, title


def village_statuses(plan: Plan, facts: ProposalFacts, marks: str) -> dict[str, str]:
    """By village: what documents say, or what the model says today or after the plan."""
    if marks == "after" and plan.build is not None:
        after = plan.build.after.villages["modelled_status"]
        return {v.village_id: str(after[v.village_id]) for v in facts.villages}
    return {v.village_id: (v.signal if marks == "listed" else v.modelled).status for v in facts.villages}


def _draw_marks(
    sheet: Sheet, view: View, facts: ProposalFacts, ground: Ground, overview: Overview, statuses: dict[str, str], room: Room, say: Wording
) -> list[Label]:
    """Masts, links, villages and sites; their names are given back, the most important first."""
    if overview.surface or overview.built:
        masts = view.mm(list(ground.masts.values()))
        if len(masts):
            mast_mark(sheet, masts[:, 0], masts[:, 1], 1.8)
    site_labels = draw_built(sheet, view, facts, ground, facts.sites, room, say, 8.0) if overview.built else []
    small = len(facts.villages) > 60
    size = 1.6 if small else 2.3
    named = draw_villages(sheet, view, facts.villages, statuses, room, size, 5.5 if small else 7.0, names=overview.names)
    communes = [
        Label(x, y, name.upper(), 7.5, colour=INK_SOFT, line_mm=30.0, most_lines=2)
        for name, (x, y) in zip(ground.commune_names, view.mm([_middle(shape) for shape in ground.communes]), strict=True)
    ]
    return [*site_labels, *communes, *named] if small else [*site_labels, *named, *communes]


def _middle(shape: shapely.Geometry) -> tuple[float, float]:
    point = shapely.point_on_surface(shape)
    centre = shapely.centroid(shape)
    best = centre if shapely.contains(shape, centre) else point
    return float(shapely.get_x(best)), float(shapely.get_y(best))


def draw_villages(
    sheet: Sheet,
    view: View,
    villages: tuple[VillageFacts, ...],
    statuses: dict[str, str],
    room: Room,
    size_mm: float,
    letters: float,
    *,
    names: bool = True,
) -> list[Label]:
    """Marks of the villages, the first in rank on top; their names, or their ranks alone, are given back."""
    if not villages:
        return []
    xy = view.mm([(v.position.east_m, v.position.north_m) for v in villages])
    inside = view.frame.holds(np.array([(v.position.east_m, v.position.north_m) for v in villages]))
    labels = []
    for (x, y), village in sorted(zip(xy[inside], np.array(villages, dtype=object)[inside], strict=True), key=lambda pair: -pair[1].rank):
        village_mark(statuses[village.village_id])(sheet, x, y, size_mm)
        room.take([Box(x - size_mm / 2, y - size_mm / 2, size_mm, size_mm)])
        told = f"{village.rank}. {village.name}" if names else str(village.rank)
        labels.append(Label(x, y, told, letters, gap_mm=0.75 * size_mm))
    return labels[::-1]


def draw_built(
    sheet: Sheet, view: View, facts: ProposalFacts, ground: Ground, sites: tuple[SiteFacts, ...], room: Room, say: Wording, letters: float
) -> list[Label]:
    """Links and sites; the labels of the sites and of the stations at the other ends are given back."""
    ids = {link for site in sites for link in site.link_ids}
    labels, ends = [], {}
    for link in facts.links:
        if link.link_id not in ids:
            continue
        xy = view.mm([ground.places[link.place_a], ground.places[link.place_b]])
        draw_link(sheet, link.kind, xy[:, 0], xy[:, 1])
        ends.update({place: at for place, at in zip((link.place_a, link.place_b), xy, strict=True) if place.startswith("site:")})
        steps = np.linspace(0.06, 0.94, max(int(np.hypot(*(xy[1] - xy[0])) / 2.5), 2))
        room.take(Box(x - 0.6, y - 0.6, 1.2, 1.2) for x, y in xy[0] + steps[:, None] * (xy[1] - xy[0]))
    for site in sorted(sites, key=lambda each: each.number):
        ((x, y),) = view.mm([(site.position.east_m, site.position.north_m)])
        site_mark(site.kind)(sheet, x, y, 4.0)
        room.take([Box(x - 2.0, y - 2.0, 4.0, 4.0)])
        labels.append(Label(x, y, say.site(site.number), letters, gap_mm=2.4, weight="bold", colour=BUILD_INK, must=True))
    names = [Label(x, y, place_name(place, facts, say), 0.8 * letters, gap_mm=1.6, colour=INK) for place, (x, y) in sorted(ends.items())]
    return [*labels, *names]


def _legend(facts: ProposalFacts, ground: Ground, overview: Overview, statuses: dict[str, str], say: Wording, left_out: int) -> Legend:
    entries: list[tuple[Draw, str]] = village_entries(statuses, overview.marks, say)
    if overview.built:
        entries += built_entries(facts, facts.sites, say)
    if overview.surface or overview.built:
        entries.append((mast_mark, words("mast", say)))
    if overview.surface:
        entries += surface_entries(ground, overview.surface, say.language)
    entries += line_entries(ground, say)
    notes = [words("names_left_out", say, n=left_out)] if left_out else []
    if ground.dem.is_missing:
        notes.append(words("no_terrain", say))
    if overview.name == "sites":
        return Legend(
            entries,
            notes,
            words("listed_sites", say),
            [_site_line(site, facts, say) for site in sorted(facts.sites, key=lambda s: s.number)],
        )
    return Legend(entries, notes, words("listed_villages", say), [_village_line(village, say) for village in facts.villages])


def _village_line(village: VillageFacts, say: Wording) -> str:
    return words(
        "listed_village", say, rank=village.rank, village=village.name, commune=village.commune, households=say.figure(village.households)
    )


def _site_line(site: SiteFacts, facts: ProposalFacts, say: Wording) -> str:
    serves = "; ".join(facts.village(ident).name for ident in site.villages) or say("serves_none")
    return words("listed_site", say, site=say.site(site.number), kind=say.site_kind(site.kind), serves=serves)


def words(key: str, say: Wording, **told: object) -> str:
    return said(f"pack_map.{key}", **told).text(say.language)


def village_entries(statuses: dict[str, str], marks: str, say: Wording) -> list[tuple[Draw, str]]:
    """The statuses that are there, each with its number of villages."""
    counts = {status: list(statuses.values()).count(status) for status in (*SIGNAL_STATUS, "unknown")}
    return [(village_mark(status), words(f"village_{marks}", say, status=say.word(status), n=n)) for status, n in counts.items() if n]


def built_entries(facts: ProposalFacts, sites: tuple[SiteFacts, ...], say: Wording) -> list[tuple[Draw, str]]:
    """The kinds of sites and links that are there."""
    entries: list[tuple[Draw, str]] = []
    for mark in dict.fromkeys(BUILD_MARK_OF.values()):
        kinds = sorted({site.kind for site in sites if BUILD_MARK_OF.get(site.kind) == mark})
        if kinds:
            entries.append((site_mark(kinds[0]), said(f"map.build_mark_{mark}").text(say.language)))
    ids = {link for site in sites for link in site.link_ids}
    for kind in sorted({link.kind for link in facts.links if link.link_id in ids}):
        entries.append((link_line(kind), said(f"map.build_line_{kind}").text(say.language)))
    return entries


def line_entries(ground: Ground, say: Wording) -> list[tuple[Draw, str]]:
    entries: list[tuple[Draw, str]] = [
        (way_line(INK, width=1.6), words("line_province", say)),
        (way_line(BORDER_INK, width=0.7, dash="--"), words("line_commune", say)),
    ]
    if len(ground.roads):
        entries.append((way_line(ROAD_INK), words("line_road", say)))
    if len(ground.rivers):
        entries.append((way_line(RIVER_INK), words("line_river", say)))
    return entries
