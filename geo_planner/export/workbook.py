"""The look of our spreadsheets: page, fonts, fills, and a table written under its title."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any, BinaryIO, Literal

import xlsxwriter
from xlsxwriter.exceptions import XlsxWriterException
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geo_planner import schema
from geo_planner.errors import OutputError
from geo_planner.export.palette import BANNER, BANNER_INK, CELL_BORDER, HEAD, HEAD_BORDER, HEADING, REMARK_INK, STATUS_FILLS, TOTAL
from geo_planner.export.tables import Cell, titles
from geo_planner.export.text_width import wrapped_lines
from geo_planner.files.refused import why_not_written
from geo_planner.words import Language, said

Style = Literal["text", "centre", "int", "score", "level", "share", "km", "degrees", "plain", "assumed", "code"]

# Written into every file, so that two runs give the same bytes.
CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
FONT = "Times New Roman"
# Points: the room for rows on A4 landscape within our margins, a blank row, and a character of a column's width at the size of the sheet.
_PAGE_PT = (784.0, 505.0)
_BLANK_PT, _CHARACTER_PT = 15.0, 5.5
_LITTLE_LONGER = 1.4
_INDENTED = ("text", "code", "plain")
# A cell of a spreadsheet holds no more than this.
_LONGEST_TEXT = 32_767
# A bracket's width of room at the right edge, which every program honours, unlike an indent of right-aligned cells.
_NUMBER_FORMATS: dict[str, str] = {
    "int": "#,##0_)", "score": "0.000_)", "level": "0.0_)", "share": "0%_)", "km": "#,##0.0_)", "degrees": "0.00000_)", "assumed": '0.000"*"', "code": "@",
}  # fmt: skip
# Of the columns of the villages: width where it is not 11, and look where the kind of the column does not tell it.
_WIDTHS = {
    "rank": 7, "rank_in_group": 9, "village_id": 9, "name": 19, "commune_name": 14, "commune_code": 9, "households": 8, "responsibility": 23,
    "responsibility_reason": 26, "score": 9, "tied_with": 12, "coverage_probability": 9, "nearest_site_km": 10, "missing": 21, "flags": 33,
    "source": 26, "position_quality": 12, "status_date": 12, "lon": 12, "population": 8, "poor_households": 8, "near_poor_households": 9,
    "commitment_operator": 12, "commitment_stage": 13, "commitment_quarter": 10, "grid_power": 9, "school_site": 9, "health_post": 9, "is_sample": 8,
}  # fmt: skip
_STYLES: dict[str, Style] = {
    "score": "score", "coverage_probability": "share", "nearest_site_km": "km", "lon": "degrees", "lat": "degrees",
    "rank": "centre", "rank_in_group": "centre", "commune_code": "code", "village_id": "code",
}  # fmt: skip
_BY_KIND: dict[str, Style] = {"int": "int", "float": "level", "choice": "centre", "yes_no": "centre", "quarter": "centre"}
_KINDS = {c.name: c.kind.name for layer in (schema.VILLAGES, schema.RESULTS) for c in layer.columns}
HEADS = ("rank", "village_id", "name")
"""Columns with which a table of villages begins."""


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a printed table: what stands above it, its width in characters, and how its values look."""

    title: str
    width: float
    style: Style = "text"


@dataclass(frozen=True, slots=True)
class Total:
    """A sum below a column: its stored value, and which rows take part, where not all do.

    Attributes
    ----------
    value : int or float
        What the plan says; shown by programs that do not work formulas out.
    but : (int, str), optional
        Rows whose cell in this column holds this text are left out.
    """

    value: float
    but: tuple[int, str] | None = None


@dataclass(frozen=True, slots=True)
class Sheet:
    """A sheet as it is declared.

    Attributes
    ----------
    name : str
    columns : sequence of TableColumn
    rows : sequence
        A row each; a text in its place is a heading across the table.
    lines, remarks : sequence of str
        Above and below the table.
    frozen_columns : int
    fills : mapping of str to str
        Colours of the cells that hold one of these words.
    filtered : bool
        Whether the table has buttons to sort and filter by.
    assumed : set of (int, int)
        Row and column of the cells that hold an assumed value.
    totals : mapping of int to Total
        Below which columns a live sum stands.
    total_title : int
        Column of the word beside the sums.
    printed : bool
        False: for the screen alone, and no printed page. A table without rows is never printed.
    printed_rows : int, optional
        The rows from this one on are for the screen alone.
    upright : bool
        Printed on portrait pages.
    """

    name: str
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Cell] | str]
    lines: Sequence[str] = ()
    remarks: Sequence[str] = ()
    frozen_columns: int = 1
    fills: Mapping[str, str] = field(default_factory=dict)
    filtered: bool = True
    assumed: frozenset[tuple[int, int]] = frozenset()
    totals: Mapping[int, Total] = field(default_factory=dict)
    total_title: int = 0
    printed: bool = True
    printed_rows: int | None = None
    upright: bool = False

    @property
    def on_paper(self) -> bool:
        return self.printed and len(self.rows) > 0


@dataclass(slots=True)
class Book:
    """A workbook in the making, with what every sheet repeats."""

    workbook: xlsxwriter.Workbook
    title: str
    subtitle: str
    banner: str | None
    language: Language = "vi"
    formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)
    height: float = 0.0

    def set_row(self, sheet: Worksheet, row: int, height: float) -> None:
        """The height of a row in points, which counts to that of the sheet in the making."""
        sheet.set_row(row, height)
        self.height += height

    def format(self, **properties: Any) -> Format:
        """A cell format; the same properties give the same object."""
        key = tuple(sorted(properties.items()))
        if key not in self.formats:
            self.formats[key] = self.workbook.add_format({"font_name": FONT, "font_size": 11, "valign": "vcenter", **properties})
        return self.formats[key]


def new_workbook(content: BinaryIO, *, title: str) -> xlsxwriter.Workbook:
    """A workbook that never reads text as formula or link and whose bytes do not depend on the hour."""
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    workbook = xlsxwriter.Workbook(content, options)
    workbook.set_properties({"title": title, "created": CREATED})
    workbook.formats[0].set_font_name(FONT)
    return workbook


def save_workbook(workbook: xlsxwriter.Workbook, content: BytesIO, path: Path) -> None:
    """Close a workbook that was made in memory, and write it in one go.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    try:
        workbook.close()
        path.write_bytes(content.getvalue())
    except (XlsxWriterException, OSError) as error:
        raise OutputError("file_not_written.workbook", name=path.name, why=why_not_written(error, path)) from error


def write_sheet(book: Book, declared: Sheet) -> None:
    """Write a sheet for A4: banner, title and lines, the table with its sums, and the remarks below it."""
    sheet = book.workbook.add_worksheet(declared.name)
    page_of(sheet, book, upright=declared.upright)
    sheet.hide_gridlines(2)
    for at, column in enumerate(declared.columns):
        sheet.set_column(at, at, column.width)
    page = _Page(book, sheet, len(declared.columns), sum(column.width for column in declared.columns))
    row, book.height = 0, 2 * _BLANK_PT
    if book.banner:
        row = page.line(row, book.banner, bold=True, font_size=12, font_color=BANNER_INK, bg_color=BANNER, border=1, border_color=BANNER_INK, align="center")  # fmt: skip
    row = page.line(row, book.title, bold=True, font_size=15, font_color=HEAD, text_wrap=True)
    row = page.line(row, declared.name, bold=True, font_size=12)
    for text in (book.subtitle, *declared.lines, *([] if declared.on_paper else [said("book.not_printed").text(book.language)])):
        row = page.line(row, text, text_wrap=True)
    first = row = _write_header(book, sheet, row + 1, declared)
    row = _write_rows(book, sheet, row, declared)
    row = _write_totals(book, sheet, first, row, declared) + 1
    for text in declared.remarks:
        row = page.line(row, text, italic=True, font_color=REMARK_INK, font_size=10, text_wrap=True)
    last = row - 1 if declared.printed_rows is None else first + declared.printed_rows - 1
    if declared.on_paper:
        sheet.set_tab_color(HEAD)
        sheet.print_area(0, 0, last, len(declared.columns) - 1)
        if declared.printed_rows is None:
            _avoid_a_short_last_page(sheet, book.height, page.width)
    else:
        # one blank cell: office programs print no page on which nothing stands
        sheet.print_area(0, len(declared.columns) + 1, 0, len(declared.columns) + 1)


def _avoid_a_short_last_page(sheet: Worksheet, height: float, width: float) -> None:
    """What is little longer than a landscape page is made smaller to fit on one."""
    scale = min(1.0, _PAGE_PT[0] / (width * _CHARACTER_PT))
    if _PAGE_PT[1] < height * scale <= _PAGE_PT[1] * _LITTLE_LONGER:
        sheet.fit_to_pages(1, 1)


def page_of(sheet: Worksheet, book: Book, *, upright: bool = False) -> None:
    """A4, as many pages as the length asks for; title and sheet in the header, the sample line and the number of the page in the footer."""
    if upright:
        sheet.set_portrait()
    else:
        sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.4, right=0.4, top=0.55, bottom=0.55)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.set_header(f"&L&8{_marginal(book.title)}&R&8&A", {"margin": 0.25})
    sheet.set_footer(
        f"&L&9{_marginal(book.banner or '')}&R&9{said('book.page', page='&P', pages='&N').text(book.language)}", {"margin": 0.25}
    )


def _write_header(book: Book, sheet: Worksheet, row: int, declared: Sheet) -> int:
    """The titles of the table, kept in sight and repeated on every printed page; returns the row below."""
    look = book.format(bold=True, font_color="#FFFFFF", bg_color=HEAD, border=1, border_color=HEAD_BORDER, text_wrap=True, align="center")
    for at, column in enumerate(declared.columns):
        put(sheet, row, at, column.title, look)
    # the button of a filter covers a part of its title on the screen
    lines = max(wrapped_lines(column.title, column.width - 2 * declared.filtered, bold=True) for column in declared.columns)
    book.set_row(sheet, row, 15.5 * lines + 4)
    sheet.freeze_panes(row + 1, declared.frozen_columns)
    if declared.on_paper:
        sheet.repeat_rows(row)
    return row + 1


def _write_rows(book: Book, sheet: Worksheet, first: int, declared: Sheet) -> int:
    """The rows of the table, with buttons to sort and filter by; returns the row below."""
    row, columns = first, declared.columns
    for values in declared.rows:
        if isinstance(values, str):
            heading = book.format(bold=True, bg_color=HEADING, border=1, border_color=HEAD_BORDER)
            sheet.merge_range(row, 0, row, len(columns) - 1, "", heading)
            put(sheet, row, 0, values, heading)
        else:
            for at, (column, value) in enumerate(zip(columns, values, strict=True)):
                fill = declared.fills.get(value) if isinstance(value, str) else None
                style: Style = "assumed" if (row - first, at) in declared.assumed else column.style
                put(sheet, row, at, value, _cell_format(book, style, fill, fraction=isinstance(value, float) and not value.is_integer()))
            lines = max(
                wrapped_lines(value, column.width, indent=column.style in _INDENTED) if isinstance(value, str) else 1
                for column, value in zip(columns, values, strict=True)
            )
            book.set_row(sheet, row, max(18.0, 14.5 * lines + 3))
        row += 1
    if row > first and declared.filtered:
        sheet.autofilter(first - 1, 0, row - 1, len(columns) - 1)
        # Codes with leading zeros are meant to be text.
        sheet.ignore_errors({"number_stored_as_text": f"A{first + 1}:{xlsxwriter.utility.xl_col_to_name(len(columns) - 1)}{row}"})
    return row


def _write_totals(book: Book, sheet: Worksheet, first: int, last: int, declared: Sheet) -> int:
    """The sums below the table, as formulas that carry the stored value; returns the row below."""
    if not declared.totals or last == first:
        return last
    look = {"border": 1, "border_color": CELL_BORDER, "bold": True, "bg_color": TOTAL}
    for at, column in enumerate(declared.columns):
        total = declared.totals.get(at)
        if total is None:
            put(
                sheet,
                last,
                at,
                said("book.total").text(book.language) if at == declared.total_title else None,
                book.format(**look, align="left", indent=1),
            )
            continue
        cells = _cells(first, at, last - 1)
        formula = f"=SUM({cells})"
        if total.but is not None:
            where, text = total.but
            formula = f'=SUMIF({_cells(first, where, last - 1)},"<>{text}",{cells})'
        sheet.write_formula(last, at, formula, book.format(**look, align="right", num_format=_NUMBER_FORMATS[column.style]), total.value)
    book.set_row(sheet, last, 18)
    return last + 1


def _cells(first: int, column: int, last: int) -> str:
    return str(xlsxwriter.utility.xl_range(first, column, last, column))


def put(sheet: Worksheet, row: int, column: int, value: Cell, look: Format) -> None:
    """One value; text is written as text whatever it starts with."""
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…", look)
    else:
        sheet.write_number(row, column, float(value), look)


def _cell_format(book: Book, style: Style, fill: str | None = None, *, fraction: bool = False) -> Format:
    """The look of a cell of a table; `fraction` tells that a value of style ``plain`` has decimals."""
    look: dict[str, Any] = {"border": 1, "border_color": CELL_BORDER}
    if style in ("text", "code"):
        look |= {"text_wrap": True, "align": "left", "indent": 1}
    elif style == "centre":
        look |= {"text_wrap": True, "align": "center"}
    elif style == "plain":
        look |= {"text_wrap": True, "align": "left", "indent": 1, "num_format": "0.0###" if fraction else "0"}
    else:
        look["align"] = "right"
    if style in _NUMBER_FORMATS:
        look["num_format"] = _NUMBER_FORMATS[style]
    if style == "assumed":
        look |= {"italic": True, "bg_color": STATUS_FILLS["unknown"]}
    if fill:
        look["bg_color"] = fill
    return book.format(**look)


def village_columns(names: Sequence[str], renamed: Mapping[str, str] | None = None) -> list[TableColumn]:
    """Declared columns of the villages as they are printed."""
    shown = {**titles(names), **(renamed or {})}
    return [
        TableColumn(shown[name], _WIDTHS.get(name, 11), _STYLES.get(name, _BY_KIND.get(_KINDS.get(name, ""), "text"))) for name in names
    ]


def spoken(key: str, **facts: Any) -> str:
    """What the catalogue says under a key, in the language of our spreadsheets.

    >>> spoken("bound.tenths", value=1234.5)
    '1.234,5'
    """
    return said(key, **facts).text("vi")


@dataclass(frozen=True, slots=True)
class _Page:
    """Where lines go that run over all columns of a sheet."""

    book: Book
    sheet: Worksheet
    n_columns: int
    width: float

    def line(self, row: int, text: str, **look: Any) -> int:
        """One line, as high as it needs: a spreadsheet does not fit the height of merged cells itself. Returns the row below."""
        shape = self.book.format(**look)
        if self.n_columns > 1:
            self.sheet.merge_range(row, 0, row, self.n_columns - 1, "", shape)
        put(self.sheet, row, 0, text, shape)
        size = look.get("font_size", 11)
        self.book.set_row(self.sheet, row, (size * 1.3 + 2) * wrapped_lines(text, self.width, size=size, bold=look.get("bold", False)) + 2)
        return row + 1


def _marginal(text: str) -> str:
    # an ampersand starts a code in a header or footer, and 255 characters is the limit of the format
    return text[:110].replace("&", "&&")
