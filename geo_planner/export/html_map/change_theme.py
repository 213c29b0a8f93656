"""Before and after as one background of the map: where the build plan brings signal, where it takes it, and where nothing changes."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import numpy.typing as npt

from geo_planner.export.html_map.card import text
from geo_planner.export.html_map.rasters import Drawing, Overlay, degree_bounds, drawing, warp
from geo_planner.export.palette import CHANGE_COLOURS, GROUND, UNKNOWN_SURFACE, opaque
from geo_planner.grid import Grid
from geo_planner.radio.coverage import Coverage
from geo_planner.words import Language

_KINDS = tuple(CHANGE_COLOURS)
_UNKNOWN = len(_KINDS) + 1


def change_index(before: Coverage, now: Coverage, least: float, grid: Grid, *, inside: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint8]:
    """What becomes of each pixel: 0 no signal before or after, or outside; 1 served before and after; 2 lost; 3 newly served; 4 not known.

    Each state is taken onto the pixels first and only then held to the threshold: kinds cannot be averaged.

    Parameters
    ----------
    before, now : Coverage
        Of today, and as if the plan were on air.
    least : float
        Probability from which a place counts as served.
    inside : ndarray of bool
        Pixels of the province.
    """
    first, second = (warp(one.probability, one.grid, grid, smooth=False) for one in (before, now))
    was, will = first >= least, second >= least  # NaN is neither; it is told below
    index = np.zeros(grid.shape, np.uint8)
    for kind, here in zip(_KINDS, (was & will, was & ~will, ~was & will), strict=True):
        index[here] = _KINDS.index(kind) + 1
    index[~(np.isfinite(first) & np.isfinite(second))] = _UNKNOWN
    index[~inside] = 0
    return index


def change_overlay(before: Coverage, now: Coverage, least: float, grid: Grid, *, inside: npt.NDArray[np.bool_]) -> Overlay:
    """The picture of :func:`change_index`."""
    colours = [(0, 0, 0, 0), *(opaque(colour) for colour in CHANGE_COLOURS.values()), opaque(UNKNOWN_SURFACE)]
    return Overlay(change_index(before, now, least, grid, inside=inside), colours, degree_bounds(grid))


def change_drawing(before: Coverage, now: Coverage, least: float, grid: Grid, *, inside: npt.NDArray[np.bool_]) -> Drawing:
    """What :func:`change_overlay` draws, when it is wanted."""
    draw = partial(change_overlay, before, now, least, grid, inside=inside)
    surfaces = (before.probability, before.grid, now.probability, now.grid)
    return drawing(draw, grid, "change", *surfaces, least, tuple(CHANGE_COLOURS.items()), inside)


def change_legend(before: Coverage, now: Coverage, language: Language) -> list[dict[str, Any]]:
    """What is new first; hatched on paper where there is signal afterwards."""
    entries = [
        {"colour": CHANGE_COLOURS[kind], "label": text(f"change_{kind}", language), "served": kind != "lost"} for kind in reversed(_KINDS)
    ]
    entries.append({"colour": GROUND, "label": text("change_none", language), "served": False})
    if np.isnan(before.probability).any() or np.isnan(now.probability).any():
        entries.append({"colour": UNKNOWN_SURFACE, "label": text("not_computed", language), "served": False})
    return entries
