"""Cells that get their meaning from the sheet around them: merged ones, boxes to tick, dates that count from another day."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date, datetime, time, timedelta

import pandas as pd

from geo_planner.errors import Fault, fault
from geo_planner.imports.cells.moments import SERIALS
from geo_planner.imports.cells.words import symbol
from geo_planner.imports.grid import DAY_ZERO, Cell, Grid, as_text, is_blank
from geo_planner.imports.titles.headers import Choice
from geo_planner.imports.vocabulary import POINT_LAYERS
from geo_planner.letters import fold
from geo_planner.schema.kinds import Day, Moment, Quarter
from geo_planner.words import Said, said


def fill_merged(
    grid: Grid, last: int, names: Mapping[int, str], figures: Collection[str], declared: Collection[str]
) -> tuple[dict[int, list[Cell]], int, dict[int, tuple[int, int, int]], int]:
    """The rows below the header, by their number; each row of a cell merged downwards has its words.

    The header ends at the row `last`; numbers in the columns `figures` belong to one row each; what stands in a `declared` column
    of the layer and is no figure holds for all the rows.

    Returns
    -------
    (dict, int, dict, int)
        The rows; cells filled; row to (first row, last row, column) of a figure that is merged over it; cells of further columns whose
        number was not copied.
    """
    rows = {r: row for r, row in enumerate(grid.rows) if r > last}
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
    return rows, filled, torn, alone


def torn_figures(torn: Mapping[int, tuple[int, int, int]], kept: Collection[int], titles: Sequence[str], file: str) -> list[Fault]:
    """A fault a row of data whose figure is merged with that of another row."""
    return [
        fault(file, "merged_figure", row=r + 1, column=titles[column], first=r0 + 1, last=r1 + 1)
        for r, (r0, r1, column) in torn.items()
        if r in kept and sum(r0 <= other <= r1 for other in kept) > 1
    ]


_MARKS = {"x", "v", "1", "true", "yes", "y"}
_NO_MARKS = {"0", "false"}


def ticked(
    choice: Choice, rows: Sequence[tuple[int, Sequence[Cell]]], titles: Sequence[str], file: str
) -> tuple[list[str | None], list[Fault]]:
    """The word of the column that each row marks, blank where it marks none, and the rows whose marks are not certain.

    A row is its number, counted from 0, with its cells; the titles have their group before them.
    """
    words: list[str | None] = []
    faults = list[Fault]()
    leave = " ".join(f'--map "{titles[i]}=-"' for i in choice.words)
    for r, row in rows:
        marked = list[str]()
        for i, word in choice.words.items():
            cell = row[i] if i < len(row) else None
            state = _is_mark(cell, word)
            if state is None:
                found = as_text(cell)[:80]
                faults.append(fault(file, "marks.none", row=r + 1, column=titles[i], value=found, group=choice.title, leave=leave))
            elif state:
                marked.append(word)
        if len(marked) > 1:
            faults.append(fault(file, "marks.several", row=r + 1, column=choice.title, group=choice.title, words=marked))
        words.append(marked[0] if len(marked) == 1 else None)
    return words, faults


def _is_mark(cell: Cell, word: str) -> bool | None:
    if is_blank(cell):
        return False
    text = as_text(cell).strip()
    folded = fold(text)
    if cell is True or folded in _MARKS or folded == fold(word) or text == "+" or symbol(text) == "tick":
        return True
    if cell is False or folded in _NO_MARKS or symbol(text) == "box" or not text.strip(" -–—.…"):
        return False
    return None


def with_real_dates(frame: pd.DataFrame, titles: dict[str, str], layer: str, zero: date) -> tuple[pd.DataFrame, list[Said]]:
    """The rows with the bare numbers of their columns of dates as dates, and what was done.

    A file of rejected rows, or whoever reads the numbers later, knows nothing of the workbook's day zero.
    """
    if zero == DAY_ZERO:
        return frame, []
    told = []
    for name in frame.columns.intersection(
        [column.name for kind in (Day, Moment, Quarter) for column in POINT_LAYERS[layer].of_kind(kind)]
    ):
        cells = [_dated(cell, zero) for cell in frame[name]]
        changed = [i for i, (new, old) in enumerate(zip(cells, frame[name], strict=True)) if new is not old]
        if changed:
            first = changed[0]
            was, became = f"{frame[name].iloc[first]:g}", str(cells[first])[:10]
            facts = {"zero": zero, "n": len(changed), "title": titles[name], "row": int(frame.index[first]), "was": was, "became": became}
            told.append(said("dates_by_day_zero", **facts))
            frame = frame.assign(**{name: pd.Series(cells, index=frame.index, dtype=object)})
    return frame, told


def _dated(cell: Cell, zero: date) -> Cell:
    if isinstance(cell, bool) or not isinstance(cell, (int, float)):
        return cell
    days = float(cell) + (zero - DAY_ZERO).days
    if not SERIALS[0] < days < SERIALS[1]:
        return cell
    moment = datetime.combine(DAY_ZERO, time()) + timedelta(seconds=round(days * 86_400))
    return moment.date() if moment.time() == time(0) else moment
