"""The look of our spreadsheets: page, fonts, fills, and a table written under its title."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, BinaryIO, Literal

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from geo_planner.export.tables import Cell
from geo_planner.words import said

Style = Literal["text", "centre", "int", "score", "level", "share", "km", "degrees", "plain", "assumed", "code"]

# Written into every file, so that two runs give the same bytes.
CREATED = datetime(2026, 1, 1, tzinfo=UTC).replace(tzinfo=None)
FONT = "Times New Roman"
# A cell of a spreadsheet holds no more than this.
_LONGEST_TEXT = 32_767
# Tints that stay apart for colour-blind eyes and in grey print; the word stands in the cell all the same.
FILLS = {"no_signal": "#F2B79F", "partial": "#FFEFB0", "covered": "#CFE2F3", "unknown": "#EDEDED"}
# A bracket's width of room at the right edge, which every program honours, unlike an indent of right-aligned cells.
_NUMBER_FORMATS: dict[str, str] = {
    "int": "#,##0_)", "score": "0.000_)", "level": "0.0_)", "share": "0%_)", "km": "#,##0.0_)", "degrees": "0.00000_)", "assumed": '0.000"*"', "code": "@",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class TableColumn:
    """One column of a printed table: what stands above it, its width in characters, and how its values look."""

    title: str
    width: float
    style: Style = "text"


@dataclass(slots=True)
class Book:
    """A workbook in the making, with what every sheet repeats."""

    workbook: xlsxwriter.Workbook
    title: str
    subtitle: str
    banner: str | None
    formats: dict[tuple[tuple[str, Any], ...], Format] = field(default_factory=dict)

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


def add_sheet(book: Book, name: str, columns: Sequence[TableColumn], lines: Sequence[str] = ()) -> tuple[Worksheet, int]:
    """A sheet on A4 landscape with banner, title and lines of text above the table.

    Returns
    -------
    worksheet, row
        The sheet, and the row at which the table starts.
    """
    sheet = book.workbook.add_worksheet(name)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.set_margins(left=0.5, right=0.5, top=0.6, bottom=0.7)
    sheet.fit_to_pages(1, 0)
    sheet.center_horizontally()
    sheet.hide_gridlines(2)
    sheet.set_footer(_footer(book))
    for at, column in enumerate(columns):
        sheet.set_column(at, at, column.width)
    width = sum(column.width for column in columns)
    row = 0
    if book.banner:
        look = {"bold": True, "font_size": 12, "font_color": "#7A1F00", "bg_color": "#FFE08A", "border": 1, "border_color": "#7A1F00"}
        row = _across(book, sheet, row, len(columns), width, book.banner, align="center", **look)
    row = _across(book, sheet, row, len(columns), width, book.title, bold=True, font_size=15, font_color="#1F3864", text_wrap=True)
    row = _across(book, sheet, row, len(columns), width, name, bold=True, font_size=12)
    for line in (book.subtitle, *lines):
        row = _across(book, sheet, row, len(columns), width, line, text_wrap=True)
    return sheet, row + 1


def write_header(book: Book, sheet: Worksheet, row: int, columns: Sequence[TableColumn], *, frozen_columns: int) -> int:
    """The titles of a table, kept in sight and repeated on every printed page; returns the row below."""
    look = book.format(
        bold=True, font_color="#FFFFFF", bg_color="#1F3864", border=1, border_color="#8EA9DB", text_wrap=True, align="center"
    )
    for at, column in enumerate(columns):
        put(sheet, row, at, column.title, look)
    lines = max(_lines(column.title, column.width - 2) for column in columns)
    sheet.set_row(row, 15.5 * lines + 4)
    sheet.freeze_panes(row + 1, frozen_columns)
    sheet.repeat_rows(row)
    return row + 1


def write_rows(
    book: Book,
    sheet: Worksheet,
    row: int,
    columns: Sequence[TableColumn],
    rows: Iterable[Sequence[Cell]],
    *,
    fills: dict[str, str],
    filtered: bool = True,
) -> int:
    """The rows of a table; `fills` colours the cells that hold one of its words, `filtered` adds the buttons to sort and filter by. Returns the row below."""
    first = row
    for values in rows:
        for at, (column, value) in enumerate(zip(columns, values, strict=True)):
            fill = fills.get(value) if isinstance(value, str) else None
            put(sheet, row, at, value, cell_format(book, column.style, fill, fraction=isinstance(value, float) and not value.is_integer()))
        lines = max(_lines(value, column.width) if isinstance(value, str) else 1 for column, value in zip(columns, values, strict=True))
        sheet.set_row(row, max(18.0, 14.5 * lines + 3))
        row += 1
    if row > first and filtered:
        sheet.autofilter(first - 1, 0, row - 1, len(columns) - 1)
        # Codes with leading zeros are meant to be text.
        sheet.ignore_errors({"number_stored_as_text": f"A{first + 1}:{xlsxwriter.utility.xl_col_to_name(len(columns) - 1)}{row}"})
    return row


def write_remarks(book: Book, sheet: Worksheet, row: int, columns: Sequence[TableColumn], remarks: Iterable[str]) -> int:
    """Lines of small print below a table; returns the row below."""
    width = sum(column.width for column in columns)
    for text in remarks:
        row = _across(book, sheet, row, len(columns), width, text, italic=True, font_color="#404040", font_size=10, text_wrap=True)
    return row


def put(sheet: Worksheet, row: int, column: int, value: Cell, look: Format) -> None:
    """One value; text is written as text whatever it starts with."""
    if value is None:
        sheet.write_blank(row, column, None, look)
    elif isinstance(value, str):
        sheet.write_string(row, column, value if len(value) <= _LONGEST_TEXT else value[: _LONGEST_TEXT - 1] + "…", look)
    else:
        sheet.write_number(row, column, float(value), look)


def cell_format(book: Book, style: Style, fill: str | None = None, *, fraction: bool = False) -> Format:
    """The look of a cell of a table; `fraction` tells that a value of style ``plain`` has decimals."""
    look: dict[str, Any] = {"border": 1, "border_color": "#BFBFBF"}
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
        look |= {"italic": True, "bg_color": FILLS["unknown"]}
    if fill:
        look["bg_color"] = fill
    return book.format(**look)


def spoken(key: str, **facts: Any) -> str:
    """What the catalogue says under a key, in the language of our spreadsheets.

    >>> spoken("bound.tenths", value=1234.5)
    '1.234,5'
    """
    return said(key, **facts).text("vi")


def _across(book: Book, sheet: Worksheet, row: int, n_columns: int, width: float, text: str, **look: Any) -> int:
    """One line over all columns, as high as it needs: a spreadsheet does not fit the height of merged cells itself."""
    shape = book.format(**look)
    if n_columns > 1:
        sheet.merge_range(row, 0, row, n_columns - 1, "", shape)
    put(sheet, row, 0, text, shape)
    size = look.get("font_size", 11)
    sheet.set_row(row, (size * 1.3 + 2) * _lines(text, width * 11 / size) + 2)
    return row + 1


def _lines(text: str, width: float) -> int:
    """How many lines a wrapped text takes."""
    # A column's width counts digits; the letters of a running text are narrower on average.
    width *= 1.1
    total = 0
    for paragraph in text.split("\n"):
        used, lines = 0.0, 1
        for word in paragraph.split(" "):
            length = len(word)
            if used and used + 1 + length > width:
                lines, used = lines + 1, 0.0
            lines += int(max(length - 1, 0) // max(width, 1.0))
            used += length + (1 if used else 0)
        total += lines
    return total


def _footer(book: Book) -> str:
    # An ampersand starts a code in a footer, and 255 characters is the limit of the format.
    text = (book.banner or book.title).replace("&", "&&")
    return f"&L&9{text[:200]}&R&9{spoken('book.page', page='&P', pages='&N')}"
