"""Cells merged over several rows: a commune holds for all of them, a figure for none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from geo_planner.errors import Fault, fault
from geo_planner.imports.grid import Cell, Grid, is_blank


def fill_merged(
    grid: Grid, rows: dict[int, list[Cell]], last: int, names: Mapping[int, str], figures: Collection[str], declared: Collection[str]
) -> tuple[int, dict[int, tuple[int, int, int]], int]:
    """Give each row of a cell merged downwards its words; the rows are copied, the grid stays.

    Parameters
    ----------
    grid : Grid
    rows : dict of int to list
        Rows below the header; changed.
    last : int
        Last row of the header.
    names : mapping of int to str
        Column to what it was mapped to.
    figures : collection of str
        Columns whose numbers belong to one row each.
    declared : collection of str
        Columns of the layer: what stands in one of them and is no figure holds for all the rows.

    Returns
    -------
    (int, dict, int)
        Cells filled; row to (first row, last row, column) of a figure that is merged over it; cells of further columns whose
        number was not copied.
    """
    filled, torn, alone = 0, dict[int, tuple[int, int, int]](), 0
    for r0, c0, r1, c1 in grid.merged:
        if r0 <= last or r1 <= r0 or c0 != c1 or r0 >= len(grid.rows) or c0 >= len(grid.rows[r0]) or c0 not in names:
            continue
        value, end = grid.rows[r0][c0], min(r1, len(grid.rows) - 1)
        if is_blank(value):
            continue
        if names[c0] in figures:
            torn |= dict.fromkeys(range(r0, end + 1), (r0, end, c0))
            continue
        if not isinstance(value, str) and names[c0] not in declared:
            alone += end - r0
            continue
        for r in range(r0 + 1, end + 1):
            rows[r] = [*rows[r]] + [None] * (c0 + 1 - len(rows[r]))
            rows[r][c0] = value
            filled += 1
    return filled, torn, alone


def torn_figures(torn: Mapping[int, tuple[int, int, int]], kept: Collection[int], titles: Sequence[str], file: str) -> list[Fault]:
    """A fault a row of data whose figure is merged with that of another row."""
    return [
        fault(file, "merged_figure", row=r + 1, column=titles[column], first=r0 + 1, last=r1 + 1)
        for r, (r0, r1, column) in torn.items()
        if r in kept and sum(r0 <= other <= r1 for other in kept) > 1
    ]
