"""The cells of the atlas that are worth to be places: its peaks, and for each village the cell nearest to a way among the best."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from geo_planner.build.atlas import Atlas
from geo_planner.config.build.candidates import Candidates
from geo_planner.units import BoolArray, FloatArray, IntArray

Cell = tuple[int, int]
LAST = np.iinfo(np.int32).max
"""The rank of what is no choice."""


def ranked_cells(atlas: Atlas, height_m: float, allowed: BoolArray) -> npt.NDArray[np.int32]:
    """The order of the cells for a mast height, best first from 0: by weighted households, then by what may be expected, then row and column.

    Cells that are not allowed, or where nobody is reached, have the rank :data:`LAST`.
    """
    value, expected = atlas.weighted[height_m], atlas.expected[height_m]
    at = np.flatnonzero(allowed & (expected > 0))
    order = np.lexsort((at, -expected.ravel()[at], -value.ravel()[at]))
    ranks = np.full(value.size, LAST, dtype=np.int32)
    ranks[at[order]] = np.arange(at.size, dtype=np.int32)
    return ranks.reshape(value.shape)


def best_cells(atlas: Atlas, allowed: BoolArray, way_cells: FloatArray, settings: Candidates) -> list[Cell]:
    """The cells of the atlas that become places.

    Parameters
    ----------
    atlas : Atlas
    allowed : ndarray of bool
        Where a place may lie.
    way_cells : ndarray of float64
        Distance of each cell from the nearest way, in cells.
    settings : Candidates

    Returns
    -------
    list of (int, int)
        Rows and columns, sorted. Of each mast height the peaks, the best of each height in turn, at most ``most``; one is left out where a cell
        already taken within the spacing is worth as much at this height, or where ``alike`` of those taken reach every village that it reaches.
        Then, for each village and height, cells nearest to a way among the best that reach it, until there are ``per_village``.
    """
    ranks = {height: ranked_cells(atlas, height, allowed) for height in atlas.heights_m}
    taken = _peaks_taken(atlas, ranks, settings)
    return sorted({*taken, *_beside_ways(atlas, ranks, way_cells, settings)})


def best_reaching(rank: npt.NDArray[np.int32], among: BoolArray, n: int, apart_cells: float) -> list[Cell]:
    """The n best of some cells by their rank, none within `apart_cells` cells of another."""
    at = np.flatnonzero(among & (rank < LAST))
    return _apart(at[np.argsort(rank.ravel()[at], kind="stable")], rank.shape[1], n, apart_cells)


def _apart(in_order: IntArray, columns_of_grid: int, n: int, apart_cells: float) -> list[Cell]:
    """The first n of some cells, each in turn keeping those near to it out."""
    rows, columns = np.divmod(in_order, columns_of_grid)
    found: list[Cell] = []
    while rows.size and len(found) < n:
        found.append((int(rows[0]), int(columns[0])))
        far = np.hypot(rows - rows[0], columns - columns[0]) > apart_cells
        far[0] = False
        rows, columns = rows[far], columns[far]
    return found


def _peaks_taken(atlas: Atlas, ranks: dict[float, npt.NDArray[np.int32]], settings: Candidates) -> list[Cell]:
    reach = settings.spacing_m / atlas.grid.cell_m
    peaks = {height: _peaks(rank, int(reach)) for height, rank in ranks.items()}
    cells = sorted({cell for found in peaks.values() for cell in found})
    if not cells:
        return []
    number = {cell: at for at, cell in enumerate(cells)}
    rows, columns = np.array(cells, dtype=np.int64).T
    reached = {height: atlas.reaching(rows, columns, height) for height in atlas.heights_m}
    taken: list[int] = []
    for height, cell in _in_turn(peaks):
        if len(taken) == settings.most:
            break
        here, value = number[cell], atlas.weighted[height]
        if here in taken:
            continue
        others = np.array(taken, dtype=np.int64)
        near = others[np.hypot(rows[others] - cell[0], columns[others] - cell[1]) <= reach]
        as_good = value[rows[near], columns[near]] >= value[cell]
        alike = (reached[height][others] >= reached[height][here]).all(axis=1).sum()
        if not as_good.any() and alike < settings.alike:
            taken.append(here)
    return [cells[at] for at in taken]


def _peaks(rank: npt.NDArray[np.int32], reach: int) -> list[Cell]:
    """Cells that none surpasses in the square of so many cells around, best first."""
    from scipy.ndimage import minimum_filter  # here: a kept plan is shown without it

    peak = (rank < LAST) & (rank == minimum_filter(rank, size=2 * reach + 1, mode="nearest"))
    rows, columns = np.nonzero(peak)
    order = np.argsort(rank[peak], kind="stable")
    return list(zip(rows[order].tolist(), columns[order].tolist(), strict=True))


def _in_turn(peaks: dict[float, list[Cell]]) -> Iterator[tuple[float, Cell]]:
    for number in range(max(map(len, peaks.values()))):
        for height, cells in peaks.items():
            if number < len(cells):
                yield height, cells[number]


def _beside_ways(atlas: Atlas, ranks: dict[float, npt.NDArray[np.int32]], way_cells: FloatArray, settings: Candidates) -> set[Cell]:
    """Among the best cells for each village those that a way comes nearest to: strong signal from a summit is dear to build."""
    apart = settings.spacing_m / atlas.grid.cell_m
    taken: set[Cell] = set()
    for village_id in atlas.villages.index:
        for height, rank in ranks.items():
            best = atlas.by_village(village_id, height) & (rank < LAST)
            at = np.flatnonzero(best)
            if not at.size:
                continue
            value = atlas.weighted[height].ravel()[at]
            best.ravel()[at[value < value.max()]] = False
            at = at[value == value.max()]
            # a cell that serves the villages of another one as well is named once
            lacking = settings.per_village - sum(best[cell] for cell in taken)
            order = np.lexsort((rank.ravel()[at], way_cells.ravel()[at]))
            taken |= set(_apart(at[order], rank.shape[1], max(lacking, 0), apart))
    return taken
