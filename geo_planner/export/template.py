"""Empty tables to fill in: one sheet for the rows, one that explains every column."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from xlsxwriter.worksheet import Worksheet

from geo_planner import schema
from geo_planner.build.prices import BUNDLED, ITEMS
from geo_planner.errors import OutputError, UsageError, system_says
from geo_planner.export.palette import HEAD, HEAD_OPTIONAL, STATUS_FILLS
from geo_planner.export.workbook import Book, Sheet, TableColumn, new_workbook, put, spoken, write_sheet
from geo_planner.files.atomic import put_in_place
from geo_planner.schema import Column, Layer
from geo_planner.schema.kinds import Figure, Whole, Worded
from geo_planner.words import Said, said, small, word

# Rows that come with lists to choose from and checks.
_ROWS = 2000
_LARGEST_BYTES = 1_000_000
_TITLES = {"villages": "template.villages", "sites": "template.sites", "communes": "template.communes"}
# One made-up row, shown on the sheet that explains and never on the one that is read.
_EXAMPLES = {
    "village_id": "LC001", "site_id": "T001", "cell_id": "T001-1", "name": "Nậm Mẫu (ví dụ)", "commune_code": "03463", "lon": "102.54105",
    "lat": "22.25601", "households": "82", "population": "410", "poor_households": "30", "near_poor_households": "12", "grid_power": "no",
    "road_access": "motorbike", "extremely_difficult": "yes", "settlement_radius_m": "300", "school_site": "yes", "health_post": "no",
    "ethnic_group": "Mông", "public_service_km": "12", "disaster_watch": "no",
    "declared_status": "no_signal", "status_date": "2026-01-28", "position_quality": "map", "grid_power_year": "2028", "commitment_operator": "Viettel", "commitment_stage": "planned", "commitment_quarter": "2026-Q3",
    "is_sample": "", "source": "Báo cáo của xã",
    "status": "on_air", "operator": "Viettel", "technology": "LTE", "freq_mhz": "900", "bandwidth_mhz": "10", "mast_height_m": "42",
    "tx_power_dbm": "43", "antenna_gain_dbi": "15", "losses_db": "2", "azimuth_deg": "120", "tilt_deg": "4", "backhaul": "fibre", "power": "grid",
    "code": "03463",
}  # fmt: skip


def write_template(layer: str, path: Path) -> None:
    """Write a workbook to fill in for a layer.

    The first sheet has one header row, ``Title [machine_name]``, columns of codes as text, and lists to choose from; the
    second explains every column and shows an example, so that no example is ever read as data. That of prices has a row for each item.

    Parameters
    ----------
    layer : str
        A name of ``schema.TABLES``, for instance ``"villages"`` or ``"sites"``.
    path : Path
        The .xlsx file to write. Of prices also a .csv file: the bundled table, every item with unit, figures and source, to be overwritten and
        put into a study area as it is.

    Raises
    ------
    UsageError
        When there is no such layer, or the name promises another kind of file.
    OutputError
        When the file cannot be written, or something that is no empty template of ours is there already.
    """
    if layer not in schema.TABLES:
        raise UsageError("no_such_template", layer=layer, layers=tuple(schema.TABLES))
    endings = (".xlsx", ".csv") if layer == schema.PRICES.name else (".xlsx",)
    if path.suffix.lower() not in endings:
        raise UsageError("template_ending", name=path, endings=endings)
    if path.is_symlink() or (path.exists() and not _is_empty_template(path)):
        raise OutputError("template_in_the_way", name=path)
    content = BUNDLED.read_bytes() if layer == schema.PRICES.name and path.suffix.lower() == ".csv" else _template(layer)
    try:
        put_in_place(path, content)
    except OSError as error:
        raise OutputError("file_not_written.template", name=path, why=system_says(error)) from error


def _is_empty_template(path: Path) -> bool:
    """Whether a file is, byte for byte, what this program writes for one of its layers."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_BYTES:
            return False
        content = path.read_bytes()
    except OSError:
        return False
    return content == BUNDLED.read_bytes() or (content.startswith(b"PK") and any(_template(layer) == content for layer in schema.TABLES))


def _template(layer: str) -> bytes:
    declared = schema.TABLES[layer]
    title = spoken(_TITLES[layer]) if layer in _TITLES else layer
    buffer = io.BytesIO()
    workbook = new_workbook(buffer, title=title)
    book = Book(workbook, spoken("template.title", title=title), spoken("template.subtitle"), None)
    _entry_sheet(book, declared)
    _help_sheet(book, declared)
    workbook.close()
    return buffer.getvalue()


def header(column: Column) -> str:
    """What stands above a column of the template.

    >>> header(schema.VILLAGES.column("commune_code"))
    'Mã xã [commune_code]'
    """
    return f"{column.vi} [{column.name}]"


def _entry_sheet(book: Book, layer: Layer) -> None:
    sheet = book.workbook.add_worksheet(spoken("template.entry"))
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, len(layer.key) + 1)
    sheet.set_row(0, 66)
    for at, column in enumerate(layer.columns):
        fill = HEAD if column.needed else HEAD_OPTIONAL
        look = book.format(bold=True, font_color="#FFFFFF", bg_color=fill, border=1, border_color="#FFFFFF", text_wrap=True, align="center")
        put(sheet, 0, at, header(column), look)
        sheet.set_column(at, at, max(13.0, len(column.name) * 0.95 + 3), book.format(num_format=_number_format(column)))
        _check(sheet, at, column)
    if layer == schema.PRICES:
        _items(sheet, book)


def _items(sheet: Worksheet, book: Book) -> None:
    """A row an item with its unit and its name; the figures are left blank, and a row without any keeps the bundled price."""
    last = len(schema.PRICES.columns)
    put(sheet, 0, last, spoken("template.item_name"), book.format(bold=True, text_wrap=True, align="center"))
    sheet.set_column(last, last, 48)
    for row, (name, item) in enumerate(ITEMS.items(), 1):
        for at, text in ((0, name), (1, f"đ/{item.measures[0]}"), (last, spoken(item.title.key))):
            put(sheet, row, at, text, book.format(num_format="@"))


def _help_sheet(book: Book, layer: Layer) -> None:
    columns = [
        TableColumn(spoken("template.column"), 26), TableColumn(spoken("template.machine_name"), 24), TableColumn(spoken("template.needed"), 11, "centre"),
        TableColumn(spoken("template.kind"), 20), TableColumn(spoken("template.meaning"), 52), TableColumn(spoken("template.allowed"), 44),
        TableColumn(spoken("template.example"), 20),
    ]  # fmt: skip
    needed, other = spoken("template.is_needed"), spoken("template.not_needed")
    rows = [
        [c.vi, c.name, needed if c.needed else other, _kind(c), c.meaning_vi or c.vi, _allowed(c), _EXAMPLES.get(c.name, "")]
        for c in layer.columns
    ]
    lines = [spoken("template.needed_line"), spoken("template.crs_line")]
    write_sheet(book, Sheet(spoken("template.help"), columns, rows, lines, fills={needed: STATUS_FILLS["partial"]}, filtered=False))


def _kind(column: Column) -> str:
    return spoken(f"template_kind.{column.kind.name}")


def _number_format(column: Column) -> str:
    # Text format keeps the leading zeros of codes, and keeps Excel from turning dates and words into something else.
    return "0" if isinstance(column.kind, Whole) else "General" if isinstance(column.kind, Figure) else "@"


def _words(column: Column) -> tuple[str, ...]:
    return column.kind.words if isinstance(column.kind, Worded) else ()


def _allowed(column: Column) -> str:
    words = _words(column)
    if words:
        return spoken("template.choices", words=[_choice(column, each) for each in words])
    if column.minimum is not None and column.maximum is not None:
        return spoken("template.between", low=_bound(column.minimum), high=_bound(column.maximum))
    if column.minimum is not None:
        return spoken("template.from", low=_bound(column.minimum))
    return "" if column.maximum is None else spoken("template.up_to", high=_bound(column.maximum))


def _choice(column: Column, name: str) -> str | Said:
    meaning = word(name, of=column.name)
    return said("template.choice", word=name, meaning=small(meaning)) if meaning != name else name


def _bound(value: float) -> Said:
    return said("bound.whole" if float(value).is_integer() else "bound.tenths", value=value)


def _check(sheet: Worksheet, at: int, column: Column) -> None:
    """A list to choose from, or limits that warn; the reader of the file has the last word."""
    rule: dict[str, Any] = {"validate": "any"}
    words = _words(column)
    if words:
        rule = {"validate": "list", "source": list(words)}
    elif column.minimum is not None and column.maximum is not None and isinstance(column.kind, Figure):
        limits = {"criteria": "between", "minimum": column.minimum, "maximum": column.maximum}
        rule = {"validate": "integer" if isinstance(column.kind, Whole) else "decimal", **limits}
    allowed = _allowed(column)
    hint = " ".join(filter(None, [column.meaning_vi, spoken("template.hint_allowed", allowed=allowed) if allowed else ""]))
    rule |= {
        "input_title": column.vi[:32],
        "input_message": (hint or column.vi)[:255],
        "error_title": spoken("template.check"),
        "error_type": "warning",
    }
    sheet.data_validation(
        1, at, _ROWS, at, {**rule, "error_message": spoken("template.allowed_are", allowed=allowed or _kind(column))[:255]}
    )
