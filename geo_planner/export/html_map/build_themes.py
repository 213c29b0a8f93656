"""Backgrounds of the map that a plan of what to build brings: where a mast does most good, the service afterwards, and what changes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from geo_planner.export.html_map.card import text
from geo_planner.export.html_map.change_theme import change_drawing, change_legend
from geo_planner.export.html_map.rasters import Drawing, Place, class_drawing, hatch_drawing, inline
from geo_planner.export.palette import GROUND, MAST_CLASSES, UNKNOWN_SURFACE, probability_classes
from geo_planner.grid import Grid
from geo_planner.plan import Plan
from geo_planner.words import Language

if TYPE_CHECKING:
    from geo_planner.build.atlas import Atlas


def build_themes(
    plan: Plan, grid: Grid, *, inside: npt.NDArray[np.bool_], certain: list[dict[str, Any]], language: Language, place: Place = inline
) -> list[dict[str, Any]]:
    """The themes, ready for the script; none for a plan that says nothing of building.

    Parameters
    ----------
    grid : Grid
        Of the pictures.
    inside : ndarray of bool
        Pixels of the province.
    certain : list of dict
        The legend of the probability today, which that afterwards shares.
    place : callable
        Tells where a picture is found.
    """
    build = plan.build
    if build is None:
        return []
    height = build.atlas.heights_m[-1]
    masts = class_drawing(build.atlas.households[height], plan.coverage, grid, MAST_CLASSES, inside=inside, mark_unknown=True)
    themes = [{"key": "theme_masts", **_placed(masts, place), "legend": mast_legend(build.atlas, language)}]
    if build.after is not None:
        coverage, classes = build.after.coverage, probability_classes(plan.scenario.service)
        least = plan.scenario.service.min_probability
        after = class_drawing(coverage.probability, coverage, grid, classes, inside=inside, mark_unknown=True)
        hatch = {"hatch": place(hatch_drawing(coverage.probability, least, coverage, grid, inside=inside))}
        change = change_drawing(plan.coverage, coverage, least, grid, inside=inside)
        changes = change_legend(plan.coverage, coverage, language)
        themes.append({"key": "theme_after", **_placed(after, place), **hatch, "legend": certain})
        themes.append({"key": "theme_change", **_placed(change, place), **hatch, "legend": changes})
    return themes


def mast_legend(atlas: Atlas, language: Language) -> list[dict[str, Any]]:
    """Classes of the households that the highest mast of the atlas would newly cover, most first."""
    height = atlas.heights_m[-1]
    entries = [{"colour": c.colour, "label": text("households_from", language, n=c.least)} for c in reversed(MAST_CLASSES)]
    entries.append({"colour": GROUND, "label": text("clear_is_nobody", language, height=height)})
    if np.isnan(atlas.households[height]).any():
        entries.append({"colour": UNKNOWN_SURFACE, "label": text("not_computed", language)})
    return entries


def _placed(one: Drawing, place: Place) -> dict[str, Any]:
    return {"url": place(one), "bounds": one.bounds}
