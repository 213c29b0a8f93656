"""xlsx, xls and ods to grids of cells, after a look that nothing in them is a trap."""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Collection

import python_calamine as calamine

from geo_planner.errors import InputError
from geo_planner.imports.formats.workbook_scan import SheetScan, hidden_in_ods, scan_ods, scan_xls, scan_xlsx
from geo_planner.imports.grid import MAX_COLUMNS, Cell, Grid
from geo_planner.imports.opening import InputFile, archive, refuse
from geo_planner.words import Said, said

logger = logging.getLogger(__name__)

_SLACK = 1000
"""Rows that titles, notes and signatures may take beyond the limit."""
_MAX_MERGED = 100_000


def read_workbook(file: InputFile, *, max_bytes: int, max_rows: int) -> list[Grid]:
    """The sheets that hold anything.

    Raises
    ------
    InputError
        When the workbook is damaged, hostile, empty or beyond the limits.
    """
    scans: dict[str, SheetScan] = {}
    formulas = 0
    unchecked: tuple[Said, ...] = ()
    if file.format == "xls":
        found = scan_xls(file.path.read_bytes(), file.name)
        if found is None:
            unchecked = (said("formulas_unchecked"),)
        scans = found or {}
    else:
        with archive(file.path, file.name, max_bytes=max_bytes) as opened:
            if file.format == "xlsx":
                scans = scan_xlsx(opened, file.name)
            else:
                formulas = scan_ods(opened, file.name)
                scans = hidden_in_ods(opened)
    for title, scan in scans.items():
        if scan.rows > max_rows + _SLACK and scan.columns:
            raise refuse(file.name, "too_many_rows.sheet", sheet=title, n=scan.rows, most=max_rows)
    try:
        return _read(file, scans, formulas, max_rows, unchecked)
    except InputError:
        raise  # a sentence of its own already
    except (calamine.CalamineError, OSError, ValueError, OverflowError) as error:
        if isinstance(error, calamine.PasswordError):
            raise refuse(file.name, "damaged.password") from error
        logger.debug("cannot read %s", file.path, exc_info=error)
        raise refuse(file.name, "damaged.workbook") from error
    except BaseException as error:
        # The reader's own crashes come as a class that is no Exception; anything else of that rank is not ours.
        if type(error).__name__ != "PanicException":
            raise
        raise refuse(file.name, "damaged.workbook_reader") from error


def _read(file: InputFile, scans: dict[str, SheetScan], formulas: int, max_rows: int, statements: tuple[Said, ...]) -> list[Grid]:
    grids = []
    with calamine.CalamineWorkbook.from_path(file.path) as book:
        for about in book.sheets_metadata:
            if about.typ is not calamine.SheetTypeEnum.WorkSheet:
                continue
            sheet = book.get_sheet_by_name(about.name)
            if (sheet.start is None or not sheet.height) and not scans.get(about.name, SheetScan()).uncached:
                continue
            if sheet.total_height > max_rows + _SLACK:
                raise refuse(file.name, "too_many_rows.sheet", sheet=about.name, n=sheet.total_height, most=max_rows)
            if sheet.total_width > MAX_COLUMNS:
                raise refuse(file.name, "too_many_columns.sheet", sheet=about.name, n=sheet.total_width, most=MAX_COLUMNS)
            rows: list[list[Cell]] = [[_plain(cell) for cell in row] for row in sheet.to_python(skip_empty_area=False)]
            scan = scans.get(about.name, SheetScan())
            rows, uncached = _with_room(rows, scan.uncached)
            merged = tuple((r0, c0, min(r1, len(rows) - 1), c1) for (r0, c0), (r1, c1) in (sheet.merged_cell_ranges or [])[:_MAX_MERGED])
            hidden = about.visible is not calamine.SheetVisibleEnum.Visible
            grids.append(
                Grid(
                    about.name, rows, merged, uncached, scan.formulas or formulas, hidden, statements,
                    frozenset(scan.hidden_rows), frozenset(scan.hidden_columns), scan.day_zero,
                )
            )  # fmt: skip
    if not grids:
        raise refuse(file.name, "empty.workbook")
    return grids


def _with_room(rows: list[list[Cell]], uncached: Collection[tuple[int, int]]) -> tuple[list[list[Cell]], frozenset[tuple[int, int]]]:
    """Rows of which nothing but formulas without a value is known end the sheet for the reader, and must not be lost."""
    last = max((r for r, _ in uncached), default=-1)
    if last < len(rows) + _SLACK + len(uncached):
        return [*rows, *([] for _ in range(last + 1 - len(rows)))], frozenset(uncached)
    return [*rows, []], frozenset((min(r, len(rows)), c) for r, c in uncached)


def _plain(cell: object) -> Cell:
    if isinstance(cell, dt.timedelta):
        return str(cell)
    if isinstance(cell, str) and not cell:
        return None
    return cell  # type: ignore[return-value]
