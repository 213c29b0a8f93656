"""Names on a map that do not run into one another: the more important first, each where there is room, or not at all."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from geo_planner.documents.map_sheet import LINE, MM_PER_POINT, Box, Sheet, lines_of, width_of

_PAD_MM = 0.25
_SIDES = ((1, 0), (-1, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (0, 1), (0, -1))
"""Right, left, the corners, above, below: where a name stands beside its sign, the best first."""


@dataclass(frozen=True, slots=True)
class Label:
    """A name to be put on a map.

    Attributes
    ----------
    x, y : float
        Of its sign, or of the middle of its area, mm.
    words : str
    size : float
        Of the letters, points.
    gap_mm : float
        From the middle of the sign to the name; 0 for a name that lies on its area.
    weight, colour : str
    most_lines : int
    line_mm : float
        How wide a line may be.
    must : bool
        Shown in the best place even where it touches another.
    """

    x: float
    y: float
    words: str
    size: float
    gap_mm: float = 0.0
    weight: str = "normal"
    colour: str = "#1d2733"
    most_lines: int = 3
    line_mm: float = 34.0
    must: bool = False


class Room:
    """What is taken on a map."""

    def __init__(self, box: Box) -> None:
        self._box = box
        self._taken = np.empty((0, 4))

    def take(self, boxes: Iterable[Box]) -> None:
        rows = [(b.left, b.bottom, b.right, b.top) for b in boxes]
        if rows:
            self._taken = np.vstack([self._taken, np.array(rows)])

    def overlap(self, box: Box) -> float:
        """Area that is taken already, mm²; infinite for a box that leaves the map."""
        if box.left < self._box.left or box.bottom < self._box.bottom or box.right > self._box.right or box.top > self._box.top:
            return float("inf")
        left, bottom, right, top = self._taken.T
        wide = np.minimum(right, box.right) - np.maximum(left, box.left)
        tall = np.minimum(top, box.top) - np.maximum(bottom, box.bottom)
        return float((np.maximum(wide, 0.0) * np.maximum(tall, 0.0)).sum())


def put_labels(sheet: Sheet, room: Room, labels: Sequence[Label]) -> int:
    """Write the names, the first the most important.

    Returns
    -------
    int
        How many found no room.
    """
    left_out = 0
    for label in labels:
        lines = lines_of(label.words, label.size, label.line_mm, most=label.most_lines, weight=label.weight)
        width = max(width_of(line, label.size, weight=label.weight) for line in lines) + 2 * _PAD_MM
        height = len(lines) * label.size * LINE * MM_PER_POINT + 2 * _PAD_MM
        places = list(_places(label, width, height))
        overlaps = [room.overlap(place) for place in places]
        best = int(np.argmin(overlaps))
        if overlaps[best] > 0.0 and not (label.must and np.isfinite(overlaps[best])):
            left_out += 1
            continue
        place = places[best]
        room.take([place])
        sheet.text(
            place.left + width / 2.0, place.bottom + height / 2.0, "\n".join(lines), label.size, ha="center", va="center", weight=label.weight,
            color=label.colour, zorder=15, bbox={"facecolor": "white", "alpha": 0.72, "edgecolor": "none", "pad": 0.4},
        )  # fmt: skip
    return left_out


def _places(label: Label, width: float, height: float) -> Iterable[Box]:
    if not label.gap_mm:
        for up in (0.0, 1.0, -1.0, 2.0, -2.0):
            for along in (0.0, 0.5, -0.5, 1.0, -1.0):
                yield Box(label.x - width / 2.0 + along * width, label.y - height / 2.0 + up * height, width, height)
        return
    for reach in (1.0, 1.9, 3.2):
        for right, up in _SIDES:
            gap = label.gap_mm * reach
            x = label.x + right * gap - (width if right < 0 else width / 2.0 if right == 0 else 0.0)
            y = label.y + (0.7 if right else 1.0) * up * gap - (height if up < 0 else height / 2.0 if up == 0 else 0.0)
            yield Box(x, y, width, height)
