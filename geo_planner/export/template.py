"""Empty tables to fill in: one sheet for the rows, one that explains every column."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

from xlsxwriter.worksheet import Worksheet

from geo_planner import labels, schema
from geo_planner.errors import OutputError, UsageError
from geo_planner.export.workbook import Book, TableColumn, add_sheet, new_workbook, put, vietnamese, write_header, write_rows
from geo_planner.folders import put_in_place
from geo_planner.schema import Column, Layer

# Rows that come with lists to choose from and checks.
_ROWS = 2000
_LARGEST_BYTES = 1_000_000
_TITLES = {"villages": "Danh sách thôn, bản", "sites": "Danh sách trạm phát sóng (mỗi dòng một cell)", "communes": "Danh sách xã, phường"}
_KINDS = {
    "text": "chữ",
    "int": "số nguyên",
    "float": "số",
    "yes_no": "yes hoặc no",
    "choice": "một trong các từ",
    "date": "ngày, dạng 2026-01-28",
}
# One made-up row, shown on the sheet that explains and never on the one that is read.
_EXAMPLES = {
    "village_id": "LC001", "site_id": "T001", "cell_id": "T001-1", "name": "Nậm Mẫu (ví dụ)", "commune_code": "03463", "lon": "102.54105",
    "lat": "22.25601", "households": "82", "population": "410", "poor_households": "30", "near_poor_households": "12", "grid_power": "no",
    "road_access": "motorbike", "extremely_difficult": "yes", "settlement_radius_m": "300", "school_site": "yes", "health_post": "no",
    "ethnic_group": "Mông", "public_service_km": "12", "disaster_watch": "no",
    "declared_status": "no_signal", "status_date": "2026-01-28", "position_quality": "map", "is_sample": "", "source": "Báo cáo của xã",
    "status": "on_air", "operator": "Viettel", "technology": "LTE", "freq_mhz": "900", "bandwidth_mhz": "10", "mast_height_m": "42",
    "tx_power_dbm": "43", "antenna_gain_dbi": "15", "losses_db": "2", "azimuth_deg": "120", "tilt_deg": "4", "backhaul": "fibre", "power": "grid",
    "code": "03463",
}  # fmt: skip
_HELP = (
    TableColumn("Cột", 26), TableColumn("Tên máy đọc", 24), TableColumn("Bắt buộc", 11, "centre"), TableColumn("Kiểu", 20), TableColumn("Ý nghĩa", 52),
    TableColumn("Giá trị được phép", 44), TableColumn("Ví dụ", 20),
)  # fmt: skip


def write_template(layer: str, path: Path) -> None:
    """Write an empty workbook for a layer.

    The first sheet has one header row, ``Title [machine_name]``, columns of codes as text, and lists to choose from; the
    second explains every column and shows an example, so that no example is ever read as data.

    Parameters
    ----------
    layer : str
        A name of ``schema.LAYERS``, for instance ``"villages"`` or ``"sites"``.
    path : Path
        The .xlsx file to write.

    Raises
    ------
    UsageError
        When there is no such layer.
    OutputError
        When the file cannot be written, or something that is no empty template of ours is there already.
    """
    if layer not in schema.LAYERS:
        raise UsageError(f"There is no template for {layer!r}. Choose one of: {', '.join(schema.LAYERS)}.")
    if path.is_symlink() or (path.exists() and not _is_empty_template(path)):
        raise OutputError(
            f"{path} is there already, and it is no empty template of this program: it may be a table that somebody has filled in. "
            "Choose another name, or move it away; nothing was changed."
        )
    content = _template(layer)
    try:
        put_in_place(path, content)
    except OSError as error:
        raise OutputError(
            f"{path} cannot be written ({error.strerror or error}). Close the file in Excel, free disk space or choose another folder, and run again."
        ) from error


def _is_empty_template(path: Path) -> bool:
    """Whether a file is, byte for byte, what this program writes for one of its layers."""
    try:
        if not path.is_file() or path.stat().st_size > _LARGEST_BYTES:
            return False
        content = path.read_bytes()
    except OSError:
        return False
    return content.startswith(b"PK") and any(_template(layer) == content for layer in schema.LAYERS)


def _template(layer: str) -> bytes:
    declared = schema.LAYERS[layer]
    title = _TITLES.get(layer, layer)
    buffer = io.BytesIO()
    workbook = new_workbook(buffer, title=title)
    book = Book(workbook, f"Mẫu nhập: {title}", "Điền ở trang Nhập liệu; trang này giải thích từng cột và không được đọc vào.", None)
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
    sheet = book.workbook.add_worksheet("Nhập liệu")
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    sheet.freeze_panes(1, len(layer.key) + 1)
    sheet.set_row(0, 66)
    for at, column in enumerate(layer.columns):
        fill = "#1F3864" if column.needed else "#5B7DB1"
        look = book.format(bold=True, font_color="#FFFFFF", bg_color=fill, border=1, border_color="#FFFFFF", text_wrap=True, align="center")
        put(sheet, 0, at, header(column), look)
        sheet.set_column(at, at, max(13.0, len(column.name) * 0.95 + 3), book.format(num_format=_number_format(column)))
        _check(sheet, at, column)


def _help_sheet(book: Book, layer: Layer) -> None:
    lines = [
        "Cột bắt buộc có nền xanh đậm ở trang Nhập liệu và không được để trống ô nào; ô trống ở cột khác nghĩa là chưa biết.",
        "Toạ độ là độ thập phân WGS84. Toạ độ VN-2000: nhập bằng lệnh import với hệ quy chiếu, không tự đổi bằng tay.",
    ]
    sheet, row = add_sheet(book, "Giải thích", _HELP, lines)
    row = write_header(book, sheet, row, _HELP, frozen_columns=1)
    rows = [
        [c.vi, c.name, "Có" if c.needed else "Không", _KINDS[c.kind], c.meaning_vi or c.vi, _allowed(c), _EXAMPLES.get(c.name, "")]
        for c in layer.columns
    ]
    write_rows(book, sheet, row, _HELP, rows, fills={"Có": "#FFEFB0"}, filtered=False)


def _number_format(column: Column) -> str:
    # Text format keeps the leading zeros of codes, and keeps Excel from turning dates and words into something else.
    return {"int": "0", "float": "General"}.get(column.kind, "@")


def _words(column: Column) -> tuple[str, ...]:
    return ("yes", "no") if column.kind == "yes_no" else column.choices


def _allowed(column: Column) -> str:
    words = _words(column)
    if words:
        return "; ".join(f"{word} ({labels.word(word).lower()})" if word in labels.WORDS else word for word in words)
    if column.minimum is not None and column.maximum is not None:
        return f"từ {_bound(column.minimum)} đến {_bound(column.maximum)}"
    if column.minimum is not None:
        return f"từ {_bound(column.minimum)}"
    return "" if column.maximum is None else f"đến {_bound(column.maximum)}"


def _bound(value: float) -> str:
    return vietnamese(value, 0 if float(value).is_integer() else 1)


def _check(sheet: Worksheet, at: int, column: Column) -> None:
    """A list to choose from, or limits that warn; the reader of the file has the last word."""
    rule: dict[str, Any] = {"validate": "any"}
    words = _words(column)
    if words:
        rule = {"validate": "list", "source": list(words)}
    elif column.minimum is not None and column.maximum is not None and column.kind in ("int", "float"):
        limits = {"criteria": "between", "minimum": column.minimum, "maximum": column.maximum}
        rule = {"validate": "integer" if column.kind == "int" else "decimal", **limits}
    hint = " ".join(filter(None, [column.meaning_vi, f"{_allowed(column)}." if _allowed(column) else ""]))
    rule |= {
        "input_title": column.vi[:32],
        "input_message": (hint or column.vi)[:255],
        "error_title": "Kiểm tra lại",
        "error_type": "warning",
    }
    sheet.data_validation(
        1, at, _ROWS, at, {**rule, "error_message": f"Giá trị được phép: {_allowed(column) or _KINDS[column.kind]}."[:255]}
    )
