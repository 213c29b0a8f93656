"""Small pictures for KML: the signs of the map, and the line on sample data, for a viewer that draws neither by itself."""

from __future__ import annotations

import io
import math
import re
from pathlib import Path

from matplotlib import get_data_path
from PIL import Image, ImageDraw, ImageFont

from geo_planner.documents.gis_styles import Sign
from geo_planner.export.palette import BANNER, BANNER_INK

_SIDE_PX, _FINER = 64, 4
SQUARE, _MARGIN = 18.0, 1.5
_ARC_STEPS = 12
_FONT_PX = 26


def sign_icon(sign: Sign) -> bytes:
    """A sign as PNG on a clear ground."""
    side = _SIDE_PX * _FINER
    picture = Image.new("RGBA", (side, side), (255, 255, 255, 0))
    pen = ImageDraw.Draw(picture)
    scale = side / (SQUARE + 2 * _MARGIN)
    width = max(1, round(sign.weight_px * scale * SQUARE / sign.size_px))
    line = sign.line or sign.fill
    if sign.outline:
        points = [((x + _MARGIN) * scale, (y + _MARGIN) * scale) for x, y in corners(sign.outline)]
        pen.polygon(points, fill=sign.fill or None)
        pen.line([*points, points[0], points[1]], fill=line, width=width, joint="curve")
    else:
        box = (_MARGIN * scale, _MARGIN * scale, side - _MARGIN * scale, side - _MARGIN * scale)
        pen.ellipse(box, fill=sign.fill or None, outline=line, width=width)
    return _png(picture.resize((_SIDE_PX, _SIDE_PX), Image.Resampling.LANCZOS))


def corners(outline: str) -> list[tuple[float, float]]:
    """The corners of an outline in SVG's commands M, L, H, V, A (a quarter of a circle) and Z.

    >>> corners("M9 1.5L17 16H1Z")
    [(9.0, 1.5), (17.0, 16.0), (1.0, 16.0)]
    """
    points: list[tuple[float, float]] = []
    for command, text in re.findall(r"([MLHVAZ])([^MLHVAZ]*)", outline):
        numbers = [float(part) for part in re.findall(r"-?[0-9.]+", text)]
        if command in "ML":
            points.append((numbers[0], numbers[1]))
        elif command == "H":
            points.append((numbers[0], points[-1][1]))
        elif command == "V":
            points.append((points[-1][0], numbers[0]))
        elif command == "A":
            points += _quarter(points[-1], (numbers[5], numbers[6]))
    return points


def _quarter(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """From the top of a circle to its right side, clockwise on the screen."""
    reach_x, reach_y = end[0] - start[0], end[1] - start[1]
    angles = [math.pi / 2 * step / _ARC_STEPS for step in range(1, _ARC_STEPS + 1)]
    return [(start[0] + reach_x * math.sin(a), end[1] - reach_y * math.cos(a)) for a in angles]


def banner(text: str) -> bytes:
    """A line of text as PNG, as wide as it is long."""
    font = ImageFont.truetype(str(Path(get_data_path()) / "fonts" / "ttf" / "DejaVuSans-Bold.ttf"), _FONT_PX)
    left, top, right, bottom = font.getbbox(text)
    room = _FONT_PX // 2
    picture = Image.new("RGB", (round(right - left) + 2 * room, round(bottom - top) + 2 * room), BANNER)
    ImageDraw.Draw(picture).text((room - left, room - top), text, font=font, fill=BANNER_INK)
    return _png(picture)


def _png(picture: Image.Image) -> bytes:
    kept = io.BytesIO()
    picture.save(kept, "PNG")
    return kept.getvalue()
