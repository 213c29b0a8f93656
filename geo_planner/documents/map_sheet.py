"""A sheet of paper in millimetres: its boxes, what stands on it as text, and how it becomes a PNG and a PDF."""

from __future__ import annotations

import io
import math
import textwrap
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import numpy as np
import numpy.typing as npt
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties, findfont, get_font
from matplotlib.patches import Rectangle
from matplotlib.transforms import Affine2D
from PIL import Image

from geo_planner.documents.docx_parts import fit
from geo_planner.export.drawing import drawing
from geo_planner.export.palette import INK

MM_PER_INCH = 25.4
MM_PER_POINT = MM_PER_INCH / 72.0
LINE = 1.25
"""Line spacing, of the height of the letters."""
_USUAL = (1, 1.25, 1.5, 2, 2.5, 3, 3.5, 4, 4.5, 5, 5.5, 6, 7, 8, 9, 10)
"""Denominators of scales, times a power of ten."""
_SETTINGS: Final[dict[Any, Any]] = {
    "font.family": "DejaVu Sans", "pdf.fonttype": 42, "pdf.compression": 6, "axes.linewidth": 0.6, "hatch.linewidth": 0.7, "text.hinting": "none",
}  # fmt: skip
_FINE = 100.0
_PNG_LEVEL = 4
"""Of compression: beyond it a sheet of A3 takes seconds more and hardly shrinks."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle on the sheet, mm from its lower left corner."""

    left: float
    bottom: float
    width: float
    height: float

    @property
    def right(self) -> float:
        return self.left + self.width

    @property
    def top(self) -> float:
        return self.bottom + self.height

    def within(self, margin: float) -> Box:
        return Box(self.left + margin, self.bottom + margin, self.width - 2 * margin, self.height - 2 * margin)

    def columns(self, n: int, gap: float) -> list[Box]:
        """Side by side, equally wide."""
        width = (self.width - (n - 1) * gap) / n
        return [Box(self.left + k * (width + gap), self.bottom, width, self.height) for k in range(n)]


@dataclass(frozen=True, slots=True)
class Sheet:
    """A figure whose one coordinate system is the paper, in mm."""

    figure: Figure
    axes: Axes
    width_mm: float
    height_mm: float

    def text(self, x: float, y: float, words: str, size: float, **look: Any) -> Any:
        """Plain text: names come from tables, and a dollar sign in one of them is no formula."""
        look = {"color": INK, "ha": "left", "va": "baseline", "parse_math": False, "linespacing": LINE, **look}
        return self.axes.text(x, y, words, fontsize=size, **look)

    def frame(self, box: Box, **look: Any) -> None:
        look = {"facecolor": "none", "edgecolor": INK, "linewidth": 0.8, "zorder": 20, **look}
        self.axes.add_patch(Rectangle((box.left, box.bottom), box.width, box.height, **look))

    def png(self, dpi: int, *, colours: int | None = None) -> bytes:
        """As a picture, the same bytes for the same sheet.

        Parameters
        ----------
        dpi : int
        colours : int, optional
            So many at most, for small files.
        """
        self.figure.set_dpi(dpi)
        canvas: Any = FigureCanvasAgg(self.figure)
        canvas.draw()
        picture = Image.fromarray(np.ascontiguousarray(np.asarray(canvas.buffer_rgba())[..., :3]))
        if colours is not None:
            picture = picture.quantize(colours, method=Image.Quantize.FASTOCTREE, dither=Image.Dither.NONE)
        out = io.BytesIO()
        picture.save(out, format="PNG", dpi=(dpi, dpi), compress_level=_PNG_LEVEL if colours is None else 9)
        return out.getvalue()

    def pdf(self, title: str) -> bytes:
        """As a page with its fonts in it and no time of writing; text stays text, lines stay lines."""
        out = io.BytesIO()
        self.figure.savefig(
            out, format="pdf", metadata={"Title": fit(title)[:255], "Creator": None, "Producer": None, "CreationDate": None}
        )
        return out.getvalue()


class Raster(Artist):
    """A picture in a box of the sheet, each of its cells a rectangle: quicker than an image of the axes, which is resampled and coloured anew."""

    def __init__(self, axes: Axes, picture: npt.NDArray[np.uint8], box: Box) -> None:
        super().__init__()
        self.set_figure(axes.figure)
        self._sheet_axes = axes
        # renderers count rows from below
        self._rgba = np.dstack([picture, np.full(picture.shape[:2], 255, dtype=np.uint8)])[::-1]
        self._box = box
        self.set_zorder(1)

    def draw(self, renderer: Any) -> None:
        corners = self._sheet_axes.transData.transform([(self._box.left, self._box.bottom), (self._box.right, self._box.top)])
        (left, bottom), (right, top) = corners
        context = renderer.new_gc()
        if renderer.option_scale_image():
            renderer.draw_image(context, left, bottom, np.ascontiguousarray(self._rgba), Affine2D().scale(right - left, top - bottom))
        else:
            x, y = round(left), round(bottom)
            rows, columns = (
                np.minimum(np.arange(n) * size // n, size - 1)
                for n, size in zip((round(top) - y, round(right) - x), self._rgba.shape, strict=False)
            )
            renderer.draw_image(context, x, y, np.ascontiguousarray(self._rgba[rows[:, None], columns]))
        context.restore()


@contextmanager
def new_sheet(width_mm: float, height_mm: float) -> Iterator[Sheet]:
    """An empty sheet; it must be drawn and written inside, whatever settings the caller's matplotlib has."""
    with drawing(_SETTINGS):
        figure = Figure(figsize=(width_mm / MM_PER_INCH, height_mm / MM_PER_INCH))
        axes = figure.add_axes((0.0, 0.0, 1.0, 1.0))
        axes.set_xlim(0.0, width_mm)
        axes.set_ylim(0.0, height_mm)
        axes.set_axis_off()
        yield Sheet(figure, axes, width_mm, height_mm)


@lru_cache(maxsize=8)
def _font(weight: str) -> Any:
    return get_font(findfont(FontProperties(family="DejaVu Sans", weight=weight)))


def width_of(words: str, size: float, *, weight: str = "normal") -> float:
    """How wide a line of text is, mm."""
    return size * MM_PER_POINT * _width_of_one_point(words, weight)


@lru_cache(maxsize=20_000)
def _width_of_one_point(words: str, weight: str) -> float:
    font = _font(weight)
    # so large that the rounding to dots does not count
    font.set_size(_FINE, 72.0)
    font.set_text(words, 0.0)
    return float(font.get_width_height()[0] / 64.0 / _FINE)


def lines_of(words: str, size: float, width_mm: float, *, most: int | None = None, weight: str = "normal") -> list[str]:
    """A text broken into lines that fit; one that needs more than `most` ends in an ellipsis, a word longer than a line is broken."""
    words = fit(words).strip()
    per_line = max(int(len(words) * width_mm / max(width_of(words, size, weight=weight), 1e-6)), 4) if words else 4
    lines = textwrap.wrap(words, per_line) or [""]
    while per_line > 4 and any(width_of(line, size, weight=weight) > width_mm for line in lines):
        per_line -= 1
        lines = textwrap.wrap(words, per_line)
    if most is not None and len(lines) > most:
        lines = [*lines[: most - 1], lines[most - 1][: max(per_line - 1, 1)].rstrip(" ,;.") + "…"]
    return lines


def fitting(words: str, size: float, width_mm: float, *, least: float, weight: str = "normal") -> tuple[str, float]:
    """A text on one line: smaller letters first, then an ellipsis."""
    words = fit(words).strip()
    size = max(min(size, size * width_mm / max(width_of(words, size, weight=weight), 1e-6)), least)
    return lines_of(words, size, width_mm, most=1, weight=weight)[0], size


class Column:
    """Text and signs from the top of a box downwards; what does not fit goes on in the next box."""

    def __init__(self, sheet: Sheet, boxes: Sequence[Box], size: float) -> None:
        self.sheet, self.size = sheet, size
        self._boxes = list(boxes)
        self.box = self._boxes.pop(0)
        self.y = self.box.top

    @property
    def left_mm(self) -> float:
        """Room that is left in this box."""
        return self.y - self.box.bottom

    @property
    def last(self) -> bool:
        """Whether no box follows."""
        return not self._boxes

    def line_mm(self, size: float) -> float:
        return size * LINE * MM_PER_POINT

    def need(self, height_mm: float) -> bool:
        """Go on in the next box where this one has less room than that; whether there is as much now."""
        while self.left_mm < height_mm and self._boxes:
            self.box = self._boxes.pop(0)
            self.y = self.box.top
        return self.left_mm >= height_mm

    def heading(self, words: str) -> None:
        size = self.size * 1.15
        if self.y < self.box.top:
            self.y -= 1.5
        if not self.need(3.0 * self.line_mm(size)):
            return
        self.y -= self.line_mm(size)
        self.sheet.text(self.box.left, self.y + 0.25 * size * MM_PER_POINT, words, size, weight="bold")
        self.y -= 0.8

    def paragraph(self, words: str, *, size: float | None = None, most: int | None = None, gap: float = 0.8, **look: Any) -> bool:
        """A text as far as there is room; what does not fit ends in an ellipsis.

        Returns
        -------
        bool
            Whether there was room for a line of it.
        """
        size = size or self.size
        if not self.need(self.line_mm(size)):
            return False
        room = int(self.left_mm / self.line_mm(size))
        weight = str(look.get("weight", "normal"))
        for line in lines_of(words, size, self.box.width, most=min(room, most or room), weight=weight):
            self.y -= self.line_mm(size)
            self.sheet.text(self.box.left, self.y + 0.25 * size * MM_PER_POINT, line, size, **look)
        self.y -= gap
        return True

    def entry(self, draw: Any, words: str) -> None:
        """A sign and what it means; `draw` puts the sign around a point."""
        sign_mm = 1.35 * self.size
        lines = lines_of(words, self.size, self.box.width - sign_mm)
        line_mm = self.line_mm(self.size)
        height = max(len(lines) * line_mm, 0.56 * self.size)
        if not self.need(height):
            return
        draw(self.sheet, self.box.left + 0.42 * sign_mm, self.y - height / 2.0, 0.76 * sign_mm)
        first = self.y - (height - len(lines) * line_mm) / 2.0 - line_mm + 0.25 * self.size * MM_PER_POINT
        for k, line in enumerate(lines):
            self.sheet.text(self.box.left + sign_mm, first - k * line_mm, line, self.size)
        self.y -= height + 0.4


def round_scale(span_m: Sequence[float], span_mm: Sequence[float]) -> int:
    """The largest usual scale (smallest denominator) at which a piece of ground fits on the paper.

    >>> round_scale((172_000.0, 120_000.0), (320.0, 250.0))
    550000
    """
    least = max(1000.0 * m / mm for m, mm in zip(span_m, span_mm, strict=True))
    decade = 10.0 ** math.floor(math.log10(least))
    return int(next(round(step * decade) for step in _USUAL if step * decade >= least * (1 - 1e-9)))


def round_step(span: float, most: int) -> float:
    """A step of 1, 2 or 5 times a power of ten, of which at most `most` fit into a span.

    >>> round_step(190_000.0, 8)
    50000.0
    """
    decade = 10.0 ** math.floor(math.log10(span / most))
    return float(next(step * decade for step in (1, 2, 5, 10) if step * decade >= span / most))
