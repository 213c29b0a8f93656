"""A terrain in blocks, and the work on each as tasks: which of the masts give anything there, so many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import geopandas as gpd

from geo_planner.grid import Grid
from geo_planner.propagation.area import Frame, window_frame
from geo_planner.radio.cells import Mast
from geo_planner.radio.coverage import same_mast

TILE = 512
"""Rows and columns of a tile of a block's file; blocks are whole numbers of tiles."""
BLOCK_KM = 30.0
"""Small enough for many workers to be done at the same time and to need little memory; a smaller one would have each mast looked from too often."""
MOST_MASTS = 300
"""In one task, in surroundings of masts: a few minutes of work, so that a worker that dies costs no more."""


@dataclass(frozen=True, slots=True)
class Block:
    """A part of a grid that is worked out by itself; the terrain around it is looked over all the same.

    Attributes
    ----------
    name : str
        By its place in the division: ``r002c001``.
    rows, columns : slice
        In the whole grid.
    """

    name: str
    rows: slice
    columns: slice

    @property
    def frame(self) -> Frame:
        return self.rows, self.columns

    @property
    def shape(self) -> tuple[int, int]:
        return self.rows.stop - self.rows.start, self.columns.stop - self.columns.start


@dataclass(frozen=True, slots=True)
class Task:
    """Some of the masts that reach into a block.

    Attributes
    ----------
    block : Block
    part : int
        Which of the block's tasks: they are joined in this order.
    numbers : tuple of int
        Positions in the list of the masts' cells.
    work : float
        In surroundings of masts: a mast counts by the share of what it reaches that lies in the block, for each of its antennas' heights and bands.
    """

    block: Block
    part: int
    numbers: tuple[int, ...]
    work: float


def blocks_of(grid: Grid, block_km: float = BLOCK_KM) -> list[Block]:
    """The blocks of a grid, from north to south and west to east; the last ones of a row or column are what is left.

    >>> from pyproj import CRS
    >>> [(b.name, b.shape) for b in blocks_of(Grid.north_up(0, 0, 30.0, (1500, 1000), CRS(32648)))]
    [('r000c000', (1024, 1000)), ('r001c000', (476, 1000))]
    """
    side = max(round(block_km * 1000.0 / grid.cell_m / TILE), 1) * TILE
    rows, columns = (list(_spans(size, side)) for size in grid.shape)
    return [Block(f"r{i:03d}c{j:03d}", of_row, of_column) for i, of_row in enumerate(rows) for j, of_column in enumerate(columns)]


def tasks_of(block: Block, grid: Grid, cells: gpd.GeoDataFrame, masts: Sequence[Mast], radius_km: float) -> list[Task]:
    """The tasks of a block: one at least, so that a block out of everybody's reach is settled, too."""
    reach = radius_km * 1000.0 / grid.cell_m
    parts: list[tuple[list[int], float]] = [([], 0.0)]
    for of_mast in same_mast(cells, masts):
        row, column = grid.position(*masts[of_mast[0]].xy_m)
        high, wide, _, _ = window_frame(grid.shape, float(row), float(column), reach, block.frame)
        if not (high and wide):
            continue
        sweeps = len({(masts[number].mast_height_m, masts[number].freq_mhz) for number in of_mast})
        work = sweeps * high * wide / (2.0 * reach) ** 2
        numbers, before = parts[-1]
        if numbers and before + work > MOST_MASTS:
            parts.append((list(of_mast), work))
        else:
            parts[-1] = [*numbers, *of_mast], before + work
    return [Task(block, part, tuple(numbers), work) for part, (numbers, work) in enumerate(parts)]


def _spans(size: int, side: int) -> Iterator[slice]:
    for start, stop in pairwise([*range(0, size, side), size]):
        yield slice(start, stop)
