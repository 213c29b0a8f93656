"""A row of a printed table is as high as its wrapped text, whose column gives some of its width to the indent."""

from __future__ import annotations

import io

import openpyxl

from geo_planner.export.workbook import Book, Sheet, TableColumn, new_workbook, write_sheet


def test_a_text_that_just_fills_its_column_has_room_for_the_line_it_wraps_to() -> None:
    content = io.BytesIO()
    workbook = new_workbook(content, title="Thử")
    rows = [("Khu vực Phường Tân Phong",), ("Khu vực Xã Tà Tổng",)]
    write_sheet(Book(workbook, "Thử", "", None), Sheet("Bảng", [TableColumn("Thôn", 22)], rows))
    workbook.close()
    sheet = openpyxl.load_workbook(content).active
    heights = {row[0].value: sheet.row_dimensions[row[0].row].height for row in sheet.iter_rows()}
    assert heights["Khu vực Phường Tân Phong"] > 1.5 * heights["Khu vực Xã Tà Tổng"]
