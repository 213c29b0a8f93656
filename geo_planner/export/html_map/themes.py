"""The backgrounds of the map, one at a time: pictures of surfaces in classes, and the legend of each in the very colours."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.export.html_map.build_themes import build_themes
from geo_planner.export.html_map.card import text
from geo_planner.export.html_map.rasters import Drawing, Overlay, Place, class_drawing, class_overlay, drawing, hatch_drawing, inline
from geo_planner.export.html_map.server_areas import server_classes, server_shades
from geo_planner.export.palette import (
    AREA_SHARE_CLASSES,
    GROUND,
    OVERLAP_CLASSES,
    UNKNOWN_SURFACE,
    SurfaceClass,
    probability_classes,
    rsrp_classes,
)
from geo_planner.grid import Grid
from geo_planner.plan import Plan
from geo_planner.words import Language


def themes(plan: Plan, grid: Grid, *, inside: npt.NDArray[np.bool_], language: Language, place: Place = inline) -> list[dict[str, Any]]:
    """All of them, ready for the script.

    Parameters
    ----------
    grid : Grid
        Of the pictures.
    inside : ndarray of bool
        Pixels of the province.
    place : callable
        Tells where a picture is found.
    """
    coverage, service = plan.coverage, plan.scenario.service
    unknown = bool(np.isnan(coverage.probability).any())
    certain = probability_legend(plan, unknown, language)

    def picture(values: npt.NDArray[np.float32], classes: tuple[SurfaceClass, ...], *, mark_unknown: bool = False) -> dict[str, Any]:
        return _placed(class_drawing(values, coverage, grid, classes, inside=inside, mark_unknown=mark_unknown), place)

    def hatch(values: npt.NDArray[np.float32], least: float) -> dict[str, str]:
        return {"hatch": place(hatch_drawing(values, least, coverage, grid, inside=inside))}

    def servers() -> Overlay:
        return class_overlay(server_shades(coverage), coverage, grid, server_classes(), inside=inside, mark_unknown=False)

    chance, level = coverage.probability, coverage.rsrp_dbm
    shades = drawing(
        servers, grid, "servers", coverage.best_server, coverage.server_ids, server_classes(), coverage.grid, inside,
    )  # fmt: skip
    counted = None if coverage.overlap is None else picture(coverage.overlap.astype(np.float32), OVERLAP_CLASSES)
    return [
        {"key": "theme_area", "legend": _area_legend(plan, language)},
        {
            "key": "theme_probability",
            **picture(chance, probability_classes(service), mark_unknown=True),
            **hatch(chance, service.min_probability),
            "legend": certain,
        },
        {
            "key": "theme_rsrp",
            **picture(level, rsrp_classes(service)),
            **hatch(level, service.rsrp_threshold_dbm),
            "legend": _rsrp_legend(plan, unknown, language),
        },
        *([] if counted is None else [{"key": "theme_overlap", **counted, "legend": _overlap_legend(language)}]),
        {"key": "theme_server", **_placed(shades, place), "legend": _server_legend(language)},
        *build_themes(plan, grid, inside=inside, certain=certain, language=language, place=place),
        {"key": "theme_none", "legend": []},
    ]


def share_colour(share: float) -> str:
    """Colour of a commune by the share of its area that is covered."""
    classes = AREA_SHARE_CLASSES
    return next(c.colour for c in reversed(classes) if share >= c.least or c is classes[0])


def _placed(one: Drawing, place: Place) -> dict[str, Any]:
    return {"url": place(one), "bounds": one.bounds}


def _server_legend(language: Language) -> list[dict[str, Any]]:
    colours = [c.colour for c in server_classes()]
    return [{"colours": colours, "label": text("server_areas", language)}, _entry(GROUND, text("clear_is_none", language))]


def _entry(colour: str, label: str, *, served: bool = False) -> dict[str, Any]:
    """A row of a legend; its colour is painted as it stands, and hatched on paper where there is service."""
    return {"colour": colour, "label": label, "served": served}


def _area_legend(plan: Plan, language: Language) -> list[dict[str, Any]]:
    uppers = [c.least for c in AREA_SHARE_CLASSES[1:]] + [1.0]
    entries = [
        _entry(c.colour, text("share_range", language, low=100 * c.least, high=upper))
        for c, upper in zip(AREA_SHARE_CLASSES, uppers, strict=True)
    ]
    if plan.communes["covered_area_share"].isna().any():
        entries.append(_entry(UNKNOWN_SURFACE, text("not_computed", language)))
    return entries


def probability_legend(plan: Plan, unknown: bool, language: Language) -> list[dict[str, Any]]:
    classes = probability_classes(plan.scenario.service)
    least = plan.scenario.service.min_probability
    entries = []
    for position in reversed(range(len(classes))):
        this = classes[position]
        upper = classes[position + 1].least if position + 1 < len(classes) else None
        if upper is None:
            label = text("covered_from", language, low=this.least)
        else:
            key = "near_threshold" if this.least < least else "covered_range"
            label = text(key, language, low=100 * this.least, high=upper)
        entries.append(_entry(this.colour, label, served=this.least >= least))
    entries.append(_entry(GROUND, text("clear_is_none", language)))
    if unknown:
        entries.append(_entry(UNKNOWN_SURFACE, text("not_computed", language)))
    return entries


def _rsrp_legend(plan: Plan, unknown: bool, language: Language) -> list[dict[str, Any]]:
    threshold = plan.scenario.service.rsrp_threshold_dbm
    classes = rsrp_classes(plan.scenario.service)
    entries = []
    for this in reversed(classes):
        key = "dbm_from_threshold" if this.least == threshold else "dbm_from"
        entries.append(_entry(this.colour, text(key, language, level=this.least), served=this.least >= threshold))
    if classes:
        key = "clear_is_weaker_or_unknown" if unknown else "clear_is_weaker"
        entries.append(_entry(GROUND, text(key, language, limit=classes[0].least)))
    return entries


def _overlap_legend(language: Language) -> list[dict[str, Any]]:
    last = OVERLAP_CLASSES[-1]
    entries = [
        _entry(c.colour, text("sites_from" if c is last else "sites_exactly", language, n=c.least)) for c in reversed(OVERLAP_CLASSES)
    ]
    return [*entries, _entry(GROUND, text("clear_is_none", language))]
