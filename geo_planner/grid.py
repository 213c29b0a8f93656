"""The cells of a raster: how many, where they lie and in which CRS; declared once, and asked in one way by whatever uses a raster.

Positions in cells are (row, column) with fractions, counted from the outer corner of cell (0, 0): the centre of that cell is (0.5, 0.5).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, NamedTuple, Self

import geopandas as gpd
import numpy as np
import numpy.typing as npt
from numba import njit
from pyproj import CRS
from rasterio.features import rasterize
from rasterio.transform import from_origin

from geo_planner.units import BoolArray, FloatArray, FloatGrid, IntArray

_MOST_AT_ONCE = 4_000_000


class Cells(NamedTuple):
    """The cell of each of some points; of one outside the grid the nearest cell, and `inside` is False."""

    row: IntArray
    column: IntArray
    inside: BoolArray


@dataclass(frozen=True, slots=True)
class Grid:
    """Where the cells of a raster lie.

    Attributes
    ----------
    shape : (int, int)
        Rows and columns.
    transform : affine.Affine
        From (column, row) to (x, y) in `crs`; the origin is the outer corner of cell (0, 0).
    crs : pyproj.CRS
    """

    shape: tuple[int, int]
    transform: Any
    crs: CRS

    @classmethod
    def north_up(cls, west: float, north: float, cell_m: float, shape: tuple[int, int], crs: CRS) -> Self:
        """Square cells, row 0 in the north."""
        return cls(shape, from_origin(west, north, cell_m, cell_m), crs)

    @property
    def cell_m(self) -> float:
        """Side of a cell, of a north-up grid with square cells."""
        return float(self.transform.a)

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east and north of a north-up grid."""
        west, north = self.transform @ (0, 0)
        east, south = self.transform @ self.shape[::-1]
        return west, south, east, north

    def xy(self, points: gpd.GeoSeries) -> tuple[FloatArray, FloatArray]:
        """Points of any CRS in that of the grid."""
        moved = points.to_crs(self.crs)
        return moved.x.to_numpy(dtype=float), moved.y.to_numpy(dtype=float)

    def position(self, x: Any, y: Any) -> tuple[Any, Any]:
        """Row and column, fractions kept, of a point or of arrays of points."""
        column, row = ~self.transform @ (x, y)
        return row, column

    def cells(self, x: npt.ArrayLike, y: npt.ArrayLike) -> Cells:
        """The cell that holds each point."""
        row, column = self.position(np.asarray(x, dtype=float), np.asarray(y, dtype=float))
        rows, columns = self.shape
        inside = (row >= 0) & (row < rows) & (column >= 0) & (column < columns)
        r, c = (np.clip(np.nan_to_num(part), 0, size - 1).astype(np.int64) for part, size in ((row, rows), (column, columns)))
        return Cells(r, c, inside)

    def sample(self, values: npt.NDArray[Any], cells: Cells) -> FloatArray:
        """The values of some cells; NaN outside the grid."""
        return np.where(cells.inside, values[cells.row, cells.column].astype(np.float64), np.nan)

    def centres(self, row: Any, column: Any) -> tuple[Any, Any]:
        """Where the centres of some cells lie."""
        x, y = self.transform @ (column + 0.5, row + 0.5)
        return x, y

    def window(self, row: int, column: int, shape: tuple[int, int]) -> Grid:
        """A part of the grid, from its first cell on."""
        from_corner = self.transform @ type(self.transform).translation(column, row)
        return Grid(shape, from_corner, self.crs)

    def labels(self, shapes: gpd.GeoSeries) -> npt.NDArray[np.int32]:
        """The position, from 1 on, of the shape that holds each cell's centre; 0 where none does. The shapes are in the grid's CRS."""
        pairs = zip(shapes, range(1, len(shapes) + 1), strict=True)
        return np.asarray(rasterize(pairs, out_shape=self.shape, transform=self.transform, dtype="int32"))

    def around(self, row: FloatArray, column: FloatArray, reach: FloatArray) -> Iterator[tuple[IntArray, IntArray, IntArray]]:
        """The cells whose centre lies within `reach` cells of some points, and the cell that holds each point.

        Comes in parts, so that neither many points nor a wide reach fills the memory: number of the point, row, column.
        """
        sides = np.ceil(reach).astype(np.int64) + 1
        for side in np.unique(sides):
            members = np.flatnonzero(sides == side)
            span = np.arange(-side, side + 1)
            for some in np.array_split(members, -(-members.size * span.size**2 // _MOST_AT_ONCE)):
                at_row, at_column = row[some, None, None], column[some, None, None]
                r, c = np.floor(at_row).astype(np.int64) + span[:, None], np.floor(at_column).astype(np.int64) + span
                near = (r + 0.5 - at_row) ** 2 + (c + 0.5 - at_column) ** 2 <= reach[some, None, None] ** 2
                near[:, side, side] = True
                near &= (r >= 0) & (r < self.shape[0]) & (c >= 0) & (c < self.shape[1])
                which, i, j = np.nonzero(near)
                yield some[which], r[which, i, 0], c[which, 0, j]


def offsets(shape: tuple[int, ...], first: tuple[int, int], position: tuple[float, float]) -> tuple[FloatArray, FloatArray]:
    """How far, in cells, the centre of each cell of a part of a grid lies south and east of a position.

    Parameters
    ----------
    shape : (int, int)
        Of the part.
    first : (int, int)
        Row and column of its first cell in the grid.
    position : (float, float)
        Row and column.
    """
    rows, columns = np.indices(shape)
    return rows + first[0] + 0.5 - position[0], columns + first[1] + 0.5 - position[1]


@njit(cache=True, error_model="numpy")
def interpolate(values: FloatGrid, row: float, column: float) -> float:
    """Bilinear value between cell centres.

    Within half a cell of the frame the nearest centre counts; outside the frame, and next to a void, NaN.
    """
    rows, columns = values.shape
    if not (0.0 <= row <= rows and 0.0 <= column <= columns):
        return np.nan
    r = min(max(row - 0.5, 0.0), rows - 1.0)
    c = min(max(column - 0.5, 0.0), columns - 1.0)
    r0 = min(int(r), rows - 2) if rows > 1 else 0
    c0 = min(int(c), columns - 2) if columns > 1 else 0
    u, v = r - r0, c - c0
    # on a centre line the neighbour beyond it has no weight, and must not pass on its void
    r1 = r0 + 1 if u > 0.0 else r0
    c1 = c0 + 1 if v > 0.0 else c0
    top = (1.0 - v) * values[r0, c0] + v * values[r0, c1]
    bottom = (1.0 - v) * values[r1, c0] + v * values[r1, c1]
    return (1.0 - u) * top + u * bottom
