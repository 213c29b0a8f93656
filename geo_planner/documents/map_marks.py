"""The signs of the maps in the shapes and colours of the app, each told by its shape where colours are not seen."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from typing import Any

import numpy as np
from matplotlib.patches import Rectangle
from matplotlib.path import Path as Outline

from geo_planner.documents.icons import SQUARE, corners
from geo_planner.documents.map_ground import COVERED_PALE, STRIPE_SAND, Ground
from geo_planner.documents.map_sheet import MM_PER_POINT, Sheet
from geo_planner.export.palette import BUILD_INK, BUILD_LINKS, BUILD_MARK_OF, BUILD_MARKS, GROUND, INK, UNKNOWN_SURFACE, VILLAGE_MARKS
from geo_planner.words import Language, percent, said

Draw = Callable[[Sheet, float, float, float], None]
"""Puts a sign of some width (mm) around a point."""

ROAD_INK, RIVER_INK, BORDER_INK, MAST_INK = "#8a5a2b", "#2f7fb8", "#5f6670", "#1d2733"
_SHAPES = {"no_signal": "o", "partial": "s", "covered": "o", "unknown": "o"}


@lru_cache(maxsize=16)
def outline(path: str) -> Outline:
    """An outline as :func:`geo_planner.documents.icons.corners` reads it, around its middle and upright."""
    points = corners(path)
    return Outline((np.array([*points, points[0]]) - SQUARE / 2.0) * (1.0, -1.0), closed=True)


def _points(sheet: Sheet, x: Any, y: Any, size_mm: float, **look: Any) -> None:
    look = {"linestyle": "none", "markersize": size_mm / MM_PER_POINT, "zorder": 12, **look}
    sheet.axes.plot(np.atleast_1d(x), np.atleast_1d(y), **look)


def village_mark(status: str) -> Draw:
    """A village by its signal."""
    mark = VILLAGE_MARKS[status]

    def draw(sheet: Sheet, x: Any, y: Any, size_mm: float) -> None:
        size = min(size_mm, 2.4)
        # on white, so that it stands out from every surface
        _points(sheet, x, y, size + 0.8, marker=_SHAPES[status], markerfacecolor="white", markeredgewidth=0.0, zorder=11.5)
        _points(
            sheet, x, y, size, marker=_SHAPES[status], markerfacecolor=mark["fill"], markeredgecolor=mark["line"],
            markeredgewidth=0.5 * float(mark["weight"]),
        )  # fmt: skip
        if mark["dash"]:
            _points(sheet, x, y, 0.3 * size, marker="o", markerfacecolor=mark["line"], markeredgewidth=0.0)

    return draw


def site_mark(kind: str) -> Draw:
    """A proposed site by its kind."""
    mark = BUILD_MARKS[BUILD_MARK_OF[kind]]
    face = BUILD_INK if mark["filled"] else "white"

    def draw(sheet: Sheet, x: Any, y: Any, size_mm: float) -> None:
        _points(
            sheet, x, y, min(size_mm, 4.4), marker=outline(str(mark["path"])), markerfacecolor=face, markeredgecolor="white" if mark["filled"] else BUILD_INK,
            markeredgewidth=0.7, zorder=14,
        )  # fmt: skip

    return draw


def mast_mark(sheet: Sheet, x: Any, y: Any, size_mm: float) -> None:
    """A mast on air."""
    _points(sheet, x, y, min(size_mm, 2.0), marker="^", markerfacecolor="white", markeredgecolor=MAST_INK, markeredgewidth=0.7, zorder=11)


def link_line(kind: str) -> Draw:
    """A link by its kind."""
    return lambda sheet, x, y, size_mm: draw_link(sheet, kind, [x - size_mm / 2.0, x + size_mm / 2.0], [y, y])


def draw_link(sheet: Sheet, kind: str, x: Any, y: Any, **look: Any) -> None:
    line = BUILD_LINKS.get(kind, BUILD_LINKS["microwave"])
    dashes = [0.6 * float(part) for part in str(line["dash"]).split()]
    style: Any = (0, dashes) if dashes else "-"
    # on white, so that it is seen on every surface
    sheet.axes.plot(x, y, color="white", linewidth=0.65 * float(line["weight"]) + 1.4, alpha=0.85, zorder=9.5, solid_capstyle="butt")
    sheet.axes.plot(
        x, y, color=BUILD_INK, linewidth=0.65 * float(line["weight"]), linestyle=style, zorder=10, solid_capstyle="butt", **look
    )


def draw_service(sheet: Sheet, x: Any, y: Any) -> None:
    """From a site to a village that it serves."""
    sheet.axes.plot(x, y, color="white", linewidth=1.6, alpha=0.8, zorder=8, solid_capstyle="butt")
    sheet.axes.plot(x, y, color=INK, linewidth=0.7, linestyle=(0, (1, 2)), zorder=8.5)


def service_line(sheet: Sheet, x: float, y: float, size_mm: float) -> None:
    draw_service(sheet, [x - size_mm / 2.0, x + size_mm / 2.0], [y, y])


def way_line(colour: str, *, width: float = 0.8, dash: str = "-") -> Draw:
    def draw(sheet: Sheet, x: Any, y: Any, size_mm: float) -> None:
        sheet.axes.plot([x - size_mm / 2.0, x + size_mm / 2.0], [y, y], color=colour, linewidth=width, linestyle=dash)

    return draw


def swatch(colour: str, *, stripes: str = "", rising: bool = True) -> Draw:
    """A surface; striped as on the map."""

    def draw(sheet: Sheet, x: Any, y: Any, size_mm: float) -> None:
        box: Any = {"xy": (x - size_mm / 2.0, y - 1.5), "width": size_mm, "height": 3.0}
        sheet.axes.add_patch(Rectangle(**box, facecolor=colour, edgecolor="none", zorder=5))
        if stripes:
            hatch = ("/" if rising else "\\") * 6
            sheet.axes.add_patch(Rectangle(**box, facecolor="none", edgecolor=stripes, hatch=hatch, linewidth=0.0, zorder=6))
        sheet.axes.add_patch(Rectangle(**box, facecolor="none", edgecolor=INK, linewidth=0.5, zorder=7))

    return draw


def surface_entries(ground: Ground, surface: str, language: Language) -> list[tuple[Draw, str]]:
    """The legend of a coverage map."""
    entries: list[tuple[Draw, str]] = []
    if surface != "before":
        entries.append((swatch(GROUND, stripes=BUILD_INK, rising=False), said("pack_map.newly").text(language)))
    if surface == "gain":
        least = percent(ground.least, language)
        entries += [
            (swatch(COVERED_PALE), said("pack_map.today", low=least).text(language)),
            (swatch(GROUND), said("pack_map.neither", low=least).text(language)),
        ]
    else:
        limits = [each.least for each in ground.classes] + [1.0]
        for each, upper in reversed(list(zip(ground.classes, limits[1:], strict=True))):
            told = said("pack_map.class", low=percent(each.least, language), high=percent(upper, language)).text(language)
            entries.append((swatch(each.colour, stripes=STRIPE_SAND if each.least < ground.least else ""), told))
        entries.append((swatch(GROUND), said("pack_map.class_none", low=percent(limits[0], language)).text(language)))
    now = ground.before if surface == "before" or ground.after is None else ground.after
    if np.isnan(now).any():
        entries.append((swatch(UNKNOWN_SURFACE), said("pack_map.class_unknown").text(language)))
    return entries
