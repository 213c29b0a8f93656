"""The office's own list with its faults in it: a copy in which the cells are coloured and each row says what is to be mended.

The copy of an xlsx keeps the look of the list; of another table an xlsx is made. Cells hold values only: what was a formula is the value that
the import read, and a text is a text whatever it begins with. The file itself is not touched.
"""

from __future__ import annotations

import io
import logging
import zipfile
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import openpyxl
import openpyxl.utils
from openpyxl.cell.cell import Cell as BookCell
from openpyxl.comments import Comment
from openpyxl.formatting.formatting import ConditionalFormattingList
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.worksheet.datavalidation import DataValidationList
from openpyxl.worksheet.worksheet import Worksheet

from geo_planner.errors import Fault
from geo_planner.imports.grid import Cell, Grid, HeaderPlace, as_text, is_blank
from geo_planner.imports.naming import own_title
from geo_planner.imports.opening import InputFile, opened
from geo_planner.imports.paper import MARK_TITLES, words
from geo_planner.imports.reading import read_grids
from geo_planner.imports.report import ImportReport
from geo_planner.imports.titles.meaning import SEPARATOR, clean_title
from geo_planner.letters import fold
from geo_planner.words import Language

logger = logging.getLogger(__name__)
_FILLS = {"fault": "FFC7CE", "warning": "FFEB9C"}
_MOST_CELLS = 400_000
"""A larger list is not copied with its look: that takes more memory than it is worth."""
_MOST_SEARCHED_ROWS = 20_000
_LONGEST = 32_000
_COMMENT_SIZE = (320, 140)
_WIDTH_OF_MARKS, _PLAIN_WIDTHS = 70, (8, 45)
_HEADER_MATCHES = 2


@dataclass(frozen=True, slots=True)
class Mark:
    """What is said of one row: in which column (counted from 0; None: of the row as a whole), how bad it is, and the sentence."""

    row: int
    column: int | None
    level: str
    text: str


def marked_copy(
    report: ImportReport,
    file: Path,
    *,
    name: str | None = None,
    language: Language = "vi",
    max_bytes: int = 100_000_000,
    max_rows: int = 200_000,
) -> bytes | None:
    """An xlsx copy of a list in which everything that was found stands at its place; None for a file that is no table.

    Parameters
    ----------
    report : ImportReport
        Of an import, or of a check, of this file.
    file : Path
    name : str, optional
        What the file is called, where `file` is only a temporary place of it.
    language : {"vi", "en"}
        Of the sentences.

    Raises
    ------
    InputError
        When the file cannot be read.
    """
    with opened(file, max_bytes=max_bytes, name=name) as source:
        if source.family == "vector":
            return None
        grids = read_grids(source, max_bytes=max_bytes, max_rows=max_rows)
        place = report.header
        grid = next((grid for grid in grids if place is not None and grid.name == place.sheet), None)
        marks = [] if place is None or grid is None else marks_of(report.faults, grid, place, language)
        book = _with_its_look(source, grids) or _plain(grids)
    if grid is not None and place is not None:
        _mark(book[grid.name] if grid.name in book.sheetnames else book.worksheets[0], grid, place, marks, language)
    _list_faults(book, report.faults, language)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def marks_of(faults: Iterable[Fault], grid: Grid, place: HeaderPlace, language: Language) -> list[Mark]:
    """Faults at the cells of a sheet."""
    headers = _headers(grid, place)
    marks = []
    for fault in faults:
        if fault.row is not None:
            reason, remedy = fault.texts(language)
            title = f"{own_title(fault.column, language)}: " if fault.column else ""
            marks.append(Mark(fault.row, _column(fault, headers), fault.level, f"{title}{reason}. {remedy}"))
    return marks


def _headers(grid: Grid, place: HeaderPlace) -> list[tuple[int, Mapping[str, int]]]:
    """Rows that name columns, each with its titles and where they stand: a sheet may hold a second table with another order."""
    own = {_last_title(title): i for i, title in reversed(list(enumerate(place.titles))) if title}
    own |= {fold(title): i for i, title in reversed(list(enumerate(place.titles))) if title}
    found = [(place.last, own)]
    for r, row in enumerate(grid.rows[:_MOST_SEARCHED_ROWS]):
        if place.first <= r <= place.last:
            continue
        titles = {fold(clean_title(cell)): i for i, cell in reversed(list(enumerate(row))) if isinstance(cell, str) and cell.strip()}
        if len(own.keys() & titles.keys()) >= _HEADER_MATCHES:
            found.append((r, titles))
    return sorted(found, key=lambda one: one[0])


def _last_title(title: str) -> str:
    return fold(title.rpartition(SEPARATOR)[2])


def _column(fault: Fault, headers: Sequence[tuple[int, Mapping[str, int]]]) -> int | None:
    """Where the title of a fault stands in the header that its row belongs to."""
    if not fault.column or fault.row is None:
        return None
    above = [titles for r, titles in headers if r < fault.row - 1] or [headers[0][1]]
    title = fold(fault.column)
    for titles in reversed(above):
        found = titles.get(title, titles.get(_last_title(fault.column)))
        if found is not None:
            return found
    return None


def _with_its_look(source: InputFile, grids: Sequence[Grid]) -> openpyxl.Workbook | None:
    """The workbook as it looks, with values in place of formulas; None where that cannot be had."""
    if source.format != "xlsx" or sum(len(row) for grid in grids for row in grid.rows) > _MOST_CELLS:
        return None
    try:
        book = openpyxl.load_workbook(source.path, data_only=True, keep_links=False)
    except (OSError, ValueError, KeyError, TypeError, IndexError, AttributeError, InvalidFileException, zipfile.BadZipFile) as error:
        logger.info("the look of %s is not kept: %s", source.name, error)
        return None
    for title in list(book.defined_names):
        del book.defined_names[title]
    for sheet in book.worksheets:
        _values_only(sheet)
    return book


def _values_only(sheet: Worksheet) -> None:
    """Nothing that computes or leads elsewhere stays in a sheet."""
    sheet.conditional_formatting = ConditionalFormattingList()
    sheet.data_validations = DataValidationList()
    for name in list(sheet.defined_names):
        del sheet.defined_names[name]
    for row in sheet.iter_rows():
        for cell in row:
            if isinstance(cell, BookCell):
                if cell.hyperlink is not None:
                    cell.hyperlink = None
                if isinstance(cell.value, str):
                    _put(cell, cell.value)


def _plain(grids: Sequence[Grid]) -> openpyxl.Workbook:
    """The cells of other tables as a workbook."""
    book = openpyxl.Workbook()
    book.remove(book.worksheets[0])
    for grid in grids:
        sheet = book.create_sheet(title=(_printable(grid.name) or words("row", "vi"))[:31])
        for r, row in enumerate(grid.rows, 1):
            for c, cell in enumerate(row, 1):
                if not is_blank(cell):
                    _put(sheet.cell(r, c), cell)
        for c in range(max((len(row) for row in grid.rows), default=0)):
            longest = max((len(as_text(row[c])) for row in grid.rows[:200] if c < len(row)), default=0)
            letter = openpyxl.utils.get_column_letter(c + 1)
            sheet.column_dimensions[letter].width = min(max(longest + 2, _PLAIN_WIDTHS[0]), _PLAIN_WIDTHS[1])
        if grid.hidden:
            sheet.sheet_state = "hidden"
    if all(sheet.sheet_state == "hidden" for sheet in book.worksheets):
        book.worksheets[0].sheet_state = "visible"
    return book


def _put(cell: BookCell, value: Cell) -> None:
    """A value as it is; a text never as a formula."""
    if isinstance(value, (bool, int, float)):
        cell.value = value
    elif isinstance(value, str):
        cell.value = _printable(value)[:_LONGEST]
        cell.data_type = "s"  # a text that begins like a formula is none
    else:
        try:
            cell.value = value
        except ValueError:
            cell.value = as_text(value)


def _printable(text: str) -> str:
    """Control characters cannot stand in a workbook: they are shown by their code."""
    return "".join(sign if sign.isprintable() or sign in "\n\t" else f"\\x{ord(sign):02x}" for sign in text)


def _mark(sheet: Worksheet, grid: Grid, place: HeaderPlace, marks: Sequence[Mark], language: Language) -> None:
    """Colours and comments at the cells, and all of a row's sentences in a column behind the list."""
    behind = max((len(row) for row in grid.rows), default=0) + 1
    by_row: dict[int, list[Mark]] = {}
    for mark in marks:
        by_row.setdefault(mark.row, []).append(mark)
    title = sheet.cell(place.last + 1, behind)
    if isinstance(title, BookCell):
        _put(title, MARK_TITLES[language])
        title.font, title.alignment = Font(bold=True), Alignment(wrap_text=True, vertical="top")
    sheet.column_dimensions[openpyxl.utils.get_column_letter(behind)].width = _WIDTH_OF_MARKS
    for row, found in by_row.items():
        worst = "fault" if any(mark.level == "fault" for mark in found) else "warning"
        at = sheet.cell(row, behind)
        if isinstance(at, BookCell):
            _put(at, "\n".join(mark.text for mark in found))
            at.alignment, at.fill = Alignment(wrap_text=True, vertical="top"), _fill(worst)
        for column in dict.fromkeys(mark.column for mark in found if mark.column is not None):
            here = [mark for mark in found if mark.column == column]
            cell = sheet.cell(row, column + 1)
            if isinstance(cell, BookCell):  # not the inside of a merged range
                cell.fill = _fill("fault" if any(mark.level == "fault" for mark in here) else "warning")
                text = _printable("\n".join(mark.text for mark in here))[:_LONGEST]
                cell.comment = Comment(text, "geo-planner", width=_COMMENT_SIZE[0], height=_COMMENT_SIZE[1])


def _fill(level: str) -> PatternFill:
    return PatternFill("solid", start_color=_FILLS[level], end_color=_FILLS[level])


def _list_faults(book: openpyxl.Workbook, faults: Sequence[Fault], language: Language) -> None:
    """All that was found, on a sheet of its own behind the others."""
    name, number = words("marks", language), 1
    while name in book.sheetnames:
        number += 1
        name = f"{words('marks', language)} {number}"
    sheet = book.create_sheet(name)
    titles = [words(key, language) for key in ("row", "column", "was", "reason", "remedy")]
    for c, (title, width) in enumerate(zip(titles, (8, 24, 28, 60, 60), strict=True), 1):
        _put(sheet.cell(1, c), title)
        sheet.cell(1, c).font = Font(bold=True)
        sheet.column_dimensions[openpyxl.utils.get_column_letter(c)].width = width
    for r, fault in enumerate(sorted(faults, key=lambda one: (one.level != "fault", one.row or 0)), 2):
        column = own_title(fault.column, language) if fault.column else None
        for c, value in enumerate((fault.row, column, fault.value, *fault.texts(language)), 1):
            if value is not None:
                _put(sheet.cell(r, c), value)
                sheet.cell(r, c).alignment = Alignment(wrap_text=True, vertical="top")
        sheet.cell(r, 1).fill = _fill(fault.level)
    sheet.freeze_panes = "A2"
