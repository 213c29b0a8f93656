"""A table as it stands in a file, and its rows of data once its header is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta

import pandas as pd

from geo_planner.errors import Fault
from geo_planner.letters import fold
from geo_planner.words import Said

Cell = str | int | float | bool | datetime | date | time | timedelta | None
ERROR_CELLS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!", "#GETTING_DATA")
MAX_COLUMNS = 500
DAY_ZERO = date(1899, 12, 30)
"""From where the serial numbers of dates count, unless the workbook says another day."""


@dataclass(frozen=True, slots=True)
class Grid:
    """Cells of a sheet or a text file from its first row and column; ``rows[0]`` is row 1.

    Attributes
    ----------
    name : str
        Sheet name; empty for a text file.
    rows : list of list
        May be ragged.
    merged : tuple of (int, int, int, int)
        Merged ranges: first row, first column, last row, last column, all counted from 0.
    uncached : frozenset of (int, int)
        Cells that hold a formula without a stored value.
    formulas : int
        Number of cells whose value comes from a formula.
    hidden : bool
    statements : tuple of Said
    hidden_rows, hidden_columns : frozenset of int
        What the workbook does not show: by a filter, a collapsed group, or by hand.
    day_zero : date
        From where the workbook counts its dates.
    """

    name: str
    rows: list[list[Cell]]
    merged: tuple[tuple[int, int, int, int], ...] = ()
    uncached: frozenset[tuple[int, int]] = field(default_factory=frozenset)
    formulas: int = 0
    hidden: bool = False
    statements: tuple[Said, ...] = ()
    hidden_rows: frozenset[int] = field(default_factory=frozenset)
    hidden_columns: frozenset[int] = field(default_factory=frozenset)
    day_zero: date = DAY_ZERO


def called(grids: Sequence[Grid], wanted: str) -> list[Grid]:
    """The sheets of this name; where none has it to the letter, those whose names differ in marks, case and signs."""
    return [grid for grid in grids if grid.name == wanted] or [grid for grid in grids if fold(grid.name) == fold(wanted)]


def is_blank(cell: Cell) -> bool:
    return cell is None or (isinstance(cell, str) and not cell.strip("\ufeff \t\r\n\xa0"))


def as_text(cell: Cell) -> str:
    """A cell as words: whole numbers without a decimal point, dates as ISO 8601."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "yes" if cell else "no"
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < 1e15 else repr(cell)
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time(0) else cell.isoformat()
    if isinstance(cell, (date, time)):
        return cell.isoformat()
    return str(cell)


@dataclass(frozen=True, slots=True)
class HeaderPlace:
    """Where the titles of a list stand in its file, rows and columns counted from 0; of a text file the sheet has no name."""

    sheet: str
    first: int
    last: int
    titles: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RawTable:
    """Rows of data as they stand in the file.

    Attributes
    ----------
    frame : DataFrame
        Cells as they were read, index the row of the file (the first is 1), columns by their target, or by their title where
        they have none.
    titles : dict of str to str
        Title in the file of each column.
    context : tuple of str
        What stands above the header: says sometimes which coordinate system is meant.
    skipped : tuple of (int, str, Said)
        Row, text, why it is no row of data.
    broken : dict of int to (str, str)
        Rows with a formula that has no stored value, or with too many cells, by row: column and key of the fault.
    statements : tuple of Said
    faults : tuple of Fault
        What else is wrong with the layout of single rows.
    """

    frame: pd.DataFrame
    titles: dict[str, str]
    context: tuple[str, ...] = ()
    skipped: tuple[tuple[int, str, Said], ...] = ()
    broken: dict[int, tuple[str, str]] = field(default_factory=dict)
    statements: tuple[Said, ...] = ()
    faults: tuple[Fault, ...] = ()
