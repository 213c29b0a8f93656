"""The cells of a terrain as the file holds them, looked at before anything is averaged: what cannot be a height, and what looks like a void.

Whatever stands for "unknown" in a file and is not declared would be mixed into the heights around it. Strips of rows are read one after
the other, so that a file of any size takes the same memory.

A void that was written as a height is a patch of one exact value, most often 0, that falls off from everything around like a hole with walls.
Nothing natural looks so. A lake, the sea or a polder has one value too, but somewhere its shore joins at its level: water runs in or out. A hilltop
or a plain in whole metres is a patch of one value whose neighbours are one step away, and contours filled in make every step as large. So a patch
is told where its walls are high everywhere, many times what the ground rises just outside and what neighbours differ by elsewhere. Walls may
have been smeared by an earlier resampling: they are looked at over one cell, and over three. The sea under cliffs goes on beyond the
raster, so that patches at its edge are told only in the highlands.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from pyproj import CRS, Transformer
from rasterio.windows import Window

from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, fault, warning
from geo_planner.study_area.raster_frame import Numbers, horizontal_crs
from geo_planner.words import Said, said

Heights = npt.NDArray[np.float32]

_STRIP_CELLS = 4_000_000
_MOST_VALUES = 5  # told of each
HALO = 5
"""Cells beyond a patch that are looked at."""
_NEAR, _FAR = 1, 3  # cells over which walls are measured
_DEEP_M = {_NEAR: 100.0, _FAR: 150.0}
_TALL_M = {_NEAR: 200.0, _FAR: 250.0}
"""Least height of the walls, below the ground around and above it: towers of rock or concrete stand on small flat feet."""
_SLOPES = {_NEAR: 3.0, _FAR: 6.0}
"""How many times what the ground rises by a cell just outside the wall."""
_STEPS = 2.5
"""How many times what neighbours differ by elsewhere, where they differ: heights may be written in steps of ten or a hundred metres."""
_LEAST_CELLS = {_NEAR: 4, _FAR: 16}
_LONE_M = 150.0
"""Walls around fewer zeros than four."""
_HIGHLAND_M = 350.0
"""Median wall of a patch at the raster's edge; no sea has such cliffs along all of a shore."""
_ZERO_SHARE = 0.9
"""Of the walls of a patch of zeros; of another value all must be high."""
_MOST_SHARE = 0.5
"""Of a strip: a larger patch of another value than 0 is the plain that the others lie in."""
_CANDIDATES = 64
_AROUND = ((0, 1), (0, -1), (1, 0), (-1, 0))


def raw_faults(source: Any, window: Window, numbers: Numbers, file: str) -> list[Fault]:
    """Cells of a part of a raster that cannot be heights (a fault), and patches that look like voids (warnings)."""
    impossible, first_odd = 0, ""
    voids = WrittenVoids((window.height, window.width))
    for first, stop, part, rows in _strips(source, window):
        values = source.read(1, window=part, masked=True)
        heights_m = numbers.heights_m(values)
        odd = numbers.impossible(values, heights_m)
        # rows that two strips have in common count once
        own = np.s_[rows[0] : rows[1]]
        if odd[own].any():
            first_odd = first_odd or f"{np.asarray(values[own])[odd[own]][0]:g}"
            impossible += int(odd[own].sum())
        elif not impossible:
            voids.add(heights_m, first, stop)
    if impossible:
        return [fault(file, "impossible_height", value=first_odd, n=impossible)]
    return [_void_fault(void, source, window, file) for void in voids.found()[:_MOST_VALUES]]


def _strips(source: Any, window: Window) -> Iterator[tuple[int, int, Window, tuple[int, int]]]:
    """Rows of the window from first to before stop, what to read for them, and where they stand in it."""
    block = source.block_shapes[0][0]
    rows = max(_STRIP_CELLS // max(window.width, 1) // block * block, min(block, 256), 2 * HALO)
    for first in range(0, window.height, rows):
        stop = min(first + rows, window.height)
        top, bottom = max(first - HALO, 0), min(stop + HALO, window.height)
        part = Window(window.col_off, window.row_off + top, window.width, bottom - top)
        yield first, stop, part, (first - top, stop - top)


def _void_fault(void: WrittenVoid, source: Any, window: Window, file: str) -> Fault:
    crs = horizontal_crs(source)
    x, y = source.transform @ (window.col_off + void.column + 0.5, window.row_off + void.row + 0.5)
    lon, lat = Transformer.from_crs(crs, GEOGRAPHIC, always_xy=True).transform(x, y)
    written = f"{void.value_m:g}"
    return warning(
        file,
        "written_void",
        value=written,
        n=void.cells,
        area=_area(source, crs, void, lat),
        height=written,
        patches=said("void_patches.one") if void.patches == 1 else said("void_patches.several", n=void.patches),
        lat=lat,
        lon=lon,
        stands=said("void_stands.below" if void.wall_m > 0 else "void_stands.above", by=abs(void.wall_m)),
    )


def _area(source: Any, crs: CRS, void: WrittenVoid, lat: float) -> Said:
    if crs.is_geographic:
        per_cell_m2 = abs(source.transform.determinant) * 111_320.0**2 * np.cos(np.radians(lat))
    else:
        per_cell_m2 = abs(source.transform.determinant) * crs.axis_info[0].unit_conversion_factor ** 2
    area_km2 = void.cells * per_cell_m2 / 1e6
    return said("area_km2.whole", area=area_km2) if area_km2 >= 10 else said("area_km2.small", area=float(f"{area_km2:.2g}"))


@dataclass(frozen=True, slots=True)
class WrittenVoid:
    """All patches of one value.

    Attributes
    ----------
    value_m : float
    cells, patches : int
    wall_m : float
        Median height of the walls; negative where the patches stand above the ground.
    row, column : int
        A cell of the largest patch.
    """

    value_m: float
    cells: int
    patches: int
    wall_m: float
    row: int
    column: int


@dataclass(slots=True)
class _Patch:
    value: float
    cells: int
    row: int
    column: int
    at_edge: bool
    walls: dict[int, list[npt.NDArray[np.float32]]] = field(default_factory=lambda: {_NEAR: [], _FAR: []})
    slopes: dict[int, list[npt.NDArray[np.float32]]] = field(default_factory=lambda: {_NEAR: [], _FAR: []})

    def join(self, other: _Patch) -> None:
        """Take in another piece of the same patch."""
        if other.cells > self.cells:
            self.row, self.column = other.row, other.column
        self.cells += other.cells
        self.at_edge |= other.at_edge
        for reach in (_NEAR, _FAR):
            self.walls[reach] += other.walls[reach]
            self.slopes[reach] += other.slopes[reach]


class WrittenVoids:
    """Gathers the patches of a raster from strips of its rows, given from the first to the last.

    Parameters
    ----------
    shape : (int, int)
        Rows and columns in all.
    """

    def __init__(self, shape: tuple[int, int]) -> None:
        self._rows, self._columns = shape
        self._patches: list[_Patch] = []
        self._joined: dict[int, int] = {}
        self._last_row: npt.NDArray[np.int64] | None = None
        self._step_m = 0.0

    def add(self, strip: Heights, first: int, stop: int) -> None:
        """Look at the rows from `first` to before `stop`.

        Parameters
        ----------
        strip : ndarray of float32
            These rows and :data:`HALO` more on both sides, as far as there are any; NaN where unknown.
        first, stop : int
        """
        above = min(first, HALO)
        shared = min(stop + 1, self._rows) - first  # one row belongs to two strips: it says which pieces are one patch
        padded = np.pad(
            strip, ((HALO - above, max(HALO + first + shared - (first - above) - strip.shape[0], 0)), (HALO, HALO)), constant_values=np.nan
        )
        padded = padded[: shared + 2 * HALO]
        inner = _shifted(padded, 0, 0, 0)
        numbers = np.zeros(inner.shape, dtype=np.int64)
        values = _candidates(padded, inner)
        if values.size:
            self._step_m = max(self._step_m, _usual_step_m(inner, values))
        for value in values:
            self._add_value(padded, inner, float(value), first, stop, numbers)
        self._join_with_before(numbers[0])
        self._last_row = numbers[-1] if stop < self._rows else None

    def _add_value(self, padded: Heights, inner: Heights, value: float, first: int, stop: int, numbers: npt.NDArray[np.int64]) -> None:
        """The pieces of one value: their cells, and what stands around them."""
        from scipy.ndimage import label  # here: a kept plan is shown without it

        labels, count = label(inner == np.float32(value), structure=np.ones((3, 3)))
        if not count:
            return
        rows, columns = np.nonzero(labels)
        which = labels[rows, columns]
        own = rows < stop - first
        cells = np.bincount(which[own], minlength=count + 1)
        edge = (rows + first == 0) | (rows + first == self._rows - 1) | (columns == 0) | (columns == self._columns - 1)
        at_edge = np.bincount(which[edge], minlength=count + 1) > 0
        some = np.zeros(count + 1, dtype=np.int64)
        some[which] = np.arange(which.size)
        plain = cells > (_MOST_SHARE if value else 1.0) * np.isfinite(inner[: stop - first]).sum()
        base = len(self._patches)
        pieces = [
            _Patch(value, int(cells[k]), int(rows[some[k]]) + first, int(columns[some[k]]), bool(at_edge[k])) for k in range(1, count + 1)
        ]
        numbers[rows, columns] = which + base
        self._patches += pieces
        inside = (labels > 0) & ~plain[labels]
        inside[stop - first :] = False
        for reach, beyond in ((_NEAR, 2), (_FAR, 5)):
            for south, east in _AROUND:
                next_to = _shifted(padded, south, east, 1)
                wall, ground = _shifted(padded, south, east, reach), _shifted(padded, south, east, beyond)
                rim = inside & (next_to != inner) & (wall != inner) & np.isfinite(next_to) & np.isfinite(wall)
                k = labels[rim]
                order = np.argsort(k, kind="stable")
                ends = np.cumsum(np.bincount(k, minlength=count + 1))
                step = (wall[rim] - np.float32(value))[order]
                slope = np.where(ground[rim] == np.float32(value), np.nan, np.abs(ground[rim] - wall[rim]) / (beyond - reach))[order]
                for piece in np.unique(k):
                    part = slice(int(ends[piece - 1]), int(ends[piece]))
                    pieces[piece - 1].walls[reach].append(step[part])
                    pieces[piece - 1].slopes[reach].append(slope[part])

    def _join_with_before(self, first_row: npt.NDArray[np.int64]) -> None:
        if self._last_row is None:
            return
        for a, b in np.unique(np.stack([self._last_row, first_row], axis=1), axis=0):
            if a and b and (a := self._root(int(a))) != (b := self._root(int(b))):
                self._joined[b] = a

    def _root(self, number: int) -> int:
        while number in self._joined:
            number = self._joined[number]
        return number

    def found(self) -> list[WrittenVoid]:
        """What looks like a void, by value, the most cells first."""
        whole: dict[int, _Patch] = {}
        for number, patch in enumerate(self._patches, start=1):
            root = self._root(number)
            if root in whole:
                whole[root].join(patch)
            else:
                whole[root] = patch
        by_value: dict[float, list[_Patch]] = {}
        for patch in whole.values():
            if self._is_void(patch):
                by_value.setdefault(patch.value, []).append(patch)
        found = []
        for value, patches in by_value.items():
            largest = max(patches, key=lambda patch: patch.cells)
            # a smeared wall has its full height only farther off
            walls = [np.concatenate([w for p in patches for w in p.walls[reach]] or [np.zeros(1, np.float32)]) for reach in (_NEAR, _FAR)]
            wall_m = max((float(np.median(w)) for w in walls), key=abs)
            found.append(WrittenVoid(value, sum(p.cells for p in patches), len(patches), wall_m, largest.row, largest.column))
        return sorted(found, key=lambda void: (-void.cells, void.value_m))

    def _is_void(self, patch: _Patch) -> bool:
        return any(self._has_walls(patch, reach) for reach in (_NEAR, _FAR))

    def _has_walls(self, patch: _Patch, reach: int) -> bool:
        few = patch.cells < _LEAST_CELLS[reach]
        if not patch.walls[reach] or (few and (patch.value != 0 or reach != _NEAR)):
            return False
        walls, slopes = np.concatenate(patch.walls[reach]), np.concatenate(patch.slopes[reach])
        known = slopes[np.isfinite(slopes)]
        slope_m = float(known.mean()) if known.size else 0.0
        least = max(_SLOPES[reach] * slope_m, _STEPS * self._step_m, _LONE_M if few else 0.0)
        share = _ZERO_SHARE if patch.value == 0 else 1.0
        if np.mean(walls <= -max(least, _TALL_M[reach])) >= share:
            return True
        deep = bool(np.mean(walls >= max(least, _DEEP_M[reach])) >= share)
        return deep and not (patch.at_edge and np.median(walls) < _HIGHLAND_M)


def _shifted(padded: Heights, south: int, east: int, by: int) -> Heights:
    """What lies some cells away from each cell of the strip."""
    row, column = HALO + south * by, HALO + east * by
    return padded[row : row + padded.shape[0] - 2 * HALO, column : column + padded.shape[1] - 2 * HALO]


def _candidates(padded: Heights, inner: Heights) -> Heights:
    """Values whose patches have walls nearly everywhere in this strip; 0 where there is one."""
    alike = np.zeros(inner.shape, dtype=bool)
    rim = np.zeros(inner.shape, dtype=bool)
    for south, east in _AROUND:
        next_to = _shifted(padded, south, east, 1)
        alike |= next_to == inner
        rim |= (next_to != inner) & np.isfinite(next_to)
    looked_at = alike & rim
    zero = np.zeros(1 if (inner == 0).any() else 0, dtype=np.float32)
    if not looked_at.any():
        return zero
    values, which = np.unique(inner[looked_at], return_inverse=True)
    kept = np.zeros(values.size, dtype=bool)
    for reach in (_NEAR, _FAR):
        edges, deep, tall = (np.zeros(values.size) for _ in range(3))
        for south, east in _AROUND:
            next_to, wall = _shifted(padded, south, east, 1)[looked_at], _shifted(padded, south, east, reach)[looked_at]
            here = inner[looked_at]
            known = (next_to != here) & (wall != here) & np.isfinite(next_to) & np.isfinite(wall)
            edges += np.bincount(which[known], minlength=values.size)
            deep += np.bincount(which[known & (wall - here >= _DEEP_M[reach])], minlength=values.size)
            tall += np.bincount(which[known & (here - wall >= _TALL_M[reach])], minlength=values.size)
        kept |= (edges > 0) & (np.maximum(deep, tall) >= _ZERO_SHARE * edges)
    often = np.bincount(which, minlength=values.size)
    chosen = values[kept & (values != 0)]
    chosen = chosen[np.argsort(-often[kept & (values != 0)], kind="stable")][:_CANDIDATES]
    return np.concatenate([zero, chosen]).astype(np.float32)


def _usual_step_m(inner: Heights, values: Heights) -> float:
    """Median difference of neighbours that differ, but for those of the candidates' own values."""
    sample = inner[:, :: max(inner.size // 1_000_000, 1)]
    rest = np.where(np.isin(sample, values), np.nan, sample)
    steps = np.abs(np.diff(rest, axis=0)).ravel()
    steps = steps[np.isfinite(steps) & (steps > 0)]
    return float(np.median(steps)) if steps.size else 0.0
