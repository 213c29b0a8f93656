"""A piece of ground on a piece of paper: picture, boundaries and ways, the grid of VN-2000 with its figures, scale bar, north."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from matplotlib.collections import LineCollection, PathCollection
from matplotlib.patches import Polygon, Rectangle
from matplotlib.path import Path as Outline
from matplotlib.transforms import Bbox, TransformedBbox

from geo_planner.documents.map_ground import Frame, Ground, Picture
from geo_planner.documents.map_marks import BORDER_INK, RIVER_INK, ROAD_INK
from geo_planner.documents.map_sheet import Box, Raster, Sheet, round_scale, round_step
from geo_planner.export.palette import INK
from geo_planner.units import FloatArray
from geo_planner.words import Language, number, said

_GRID_INK = "#3c444d"
_FINEST_MM = 0.15
"""Bends smaller than this on the paper are not drawn."""
_BAR_MM = 42.0


@dataclass(frozen=True, slots=True)
class View:
    """Where a frame lies on a sheet.

    Attributes
    ----------
    box : Box
    frame : Frame
    scale : int
        Denominator.
    """

    box: Box
    frame: Frame
    scale: int

    def mm(self, xy: Any) -> FloatArray:
        """Points in VN-2000, shape (n, 2), on the paper."""
        ground = np.asarray(xy, dtype=float).reshape(-1, 2)
        return (ground - (self.frame.west, self.frame.south)) * (1000.0 / self.scale) + (self.box.left, self.box.bottom)


def view_of(box: Box, bounds: Sequence[float], *, margin_mm: float, largest: int = 1) -> View:
    """The view at the largest usual scale at which some bounds (west, south, east, north) fit into a box.

    Parameters
    ----------
    margin_mm : float
        Kept free around the bounds.
    largest : int
        Denominator below which no map is drawn, so that a single place keeps its surroundings.
    """
    west, south, east, north = bounds
    room = box.within(margin_mm)
    scale = max(round_scale((max(east - west, 1.0), max(north - south, 1.0)), (room.width, room.height)), largest)
    wide, tall = box.width * scale / 2000.0, box.height * scale / 2000.0
    x, y = (west + east) / 2.0, (south + north) / 2.0
    return View(box, Frame(x - wide, y - tall, x + wide, y + tall), scale)


def clipped(sheet: Sheet, view: View, artists: Iterable[Any]) -> None:
    box = view.box
    clip = TransformedBbox(Bbox.from_bounds(box.left, box.bottom, box.width, box.height), sheet.axes.transData)
    for artist in artists:
        artist.set_clip_box(clip)


def draw_picture(sheet: Sheet, view: View, picture: Picture) -> None:
    sheet.axes.add_artist(Raster(sheet.axes, picture, view.box))


def draw_lines(sheet: Sheet, view: View, ground: Ground) -> None:
    """Rivers, roads, boundaries of the communes and of the province."""
    for shapes, colour, width in ((ground.rivers, RIVER_INK, 0.7), (ground.roads, ROAD_INK, 0.8)):
        parts = [view.mm(shapely.get_coordinates(line)) for line in shapely.get_parts(_near(view, shapes))]
        if parts:
            lines = LineCollection(parts, colors=colour, linewidths=width, zorder=3)
            sheet.axes.add_collection(lines)
            clipped(sheet, view, [lines])
    for shapes, width, colour, dash in (
        (ground.communes, 0.6, BORDER_INK, (0, (4, 2))),
        (np.array([ground.province], dtype=object), 1.6, INK, "-"),
    ):
        rings = [view.mm(shapely.get_coordinates(ring)) for ring in shapely.get_rings(_near(view, shapes))]
        if rings:
            outlines = PathCollection(
                [Outline(ring) for ring in rings], facecolors="none", edgecolors=colour, linewidths=width, linestyles=[dash], zorder=4
            )
            sheet.axes.add_collection(outlines)
            clipped(sheet, view, [outlines])


def _near(view: View, shapes: Any) -> Any:
    """What of some shapes meets the frame, without bends that paper cannot show."""
    if not len(shapes):
        return shapes
    f = view.frame
    meets = shapely.intersects(shapely.envelope(shapes), shapely.box(f.west, f.south, f.east, f.north))
    return shapely.simplify(shapes[meets], _FINEST_MM * view.scale / 1000.0)


def draw_grid(sheet: Sheet, view: View, language: Language, size: float) -> None:
    """Lines of the grid, with their figures in metres outside the frame: Y below and above, X at the sides, as the lists have them."""
    frame, box = view.frame, view.box
    step = round_step(max(frame.east - frame.west, frame.north - frame.south), 7)
    look: Any = {"color": _GRID_INK, "linewidth": 0.35, "alpha": 0.55, "zorder": 5}
    for east in np.arange(np.ceil(frame.west / step), np.floor(frame.east / step) + 1) * step:
        x = float(view.mm([[east, frame.south]])[0, 0])
        sheet.axes.plot([x, x], [box.bottom, box.top], **look)
        for y, up in ((box.bottom - 0.9, "top"), (box.top + 0.9, "bottom")):
            if box.left + 8 < x < box.right - 8:
                sheet.text(x, y, number(float(east), 0, language), size, ha="center", va=up)
    for north in np.arange(np.ceil(frame.south / step), np.floor(frame.north / step) + 1) * step:
        y = float(view.mm([[frame.west, north]])[0, 1])
        sheet.axes.plot([box.left, box.right], [y, y], **look)
        for x, side in ((box.left - 0.9, "right"), (box.right + 0.9, "left")):
            if box.bottom + 8 < y < box.top - 8:
                sheet.text(x, y, number(float(north), 0, language), size, ha=side, va="center", rotation=90)
    sheet.frame(box)


def draw_scale_bar(sheet: Sheet, view: View, left: float, top: float, language: Language, size: float) -> float:
    """Four black and white parts with their figures, below `top`.

    Returns
    -------
    float
        Where it ends.
    """
    step = round_step(_BAR_MM * view.scale / 1000.0, 4)
    part_mm = 1000.0 * step / view.scale
    n = max(int(_BAR_MM / part_mm), 1)
    bottom = top - 0.36 * size - 2.6
    unit, over = ("km", 1000.0) if n * step >= 1000.0 else ("m", 1.0)
    for k in range(n):
        face = INK if k % 2 == 0 else "white"
        sheet.axes.add_patch(Rectangle((left + k * part_mm, bottom), part_mm, 1.6, facecolor=face, edgecolor=INK, linewidth=0.6, zorder=20))
    for k in range(n + 1):
        told = number(k * step / over, 2, language, keep_zeros=False)
        x = left + k * part_mm
        sheet.text(
            x, bottom + 2.2, f"{told} {unit}" if k == n else told, size, ha="center" if 0 < k < n else "left" if k == 0 else "center"
        )
    return bottom - 1.2


def draw_north(sheet: Sheet, box: Box, language: Language) -> None:
    """An arrow to grid north in the upper right corner of a map."""
    x, y = box.right - 8.0, box.top - 16.0
    sheet.axes.add_patch(Rectangle((x - 4.5, y - 2.0), 9.0, 16.5, facecolor="white", edgecolor=INK, linewidth=0.5, alpha=0.9, zorder=18))
    for side, face in ((-1, INK), (1, "white")):
        sheet.axes.add_patch(
            Polygon(
                [(x, y + 8.5), (x + side * 2.6, y - 0.5), (x, y + 1.5)],
                closed=True,
                facecolor=face,
                edgecolor=INK,
                linewidth=0.6,
                zorder=19,
            )
        )
    sheet.text(x, y + 9.4, said("pack_map.north").text(language), 9.0, ha="center", weight="bold", zorder=19)


def scale_words(view: View, language: Language) -> str:
    return said("pack_map.scale", scale=view.scale).text(language)
