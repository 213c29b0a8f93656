"""A row of a printed table is as high as its wrapped text: no line cut off, no page lost to lines that are not there."""

from __future__ import annotations

import html
import io
import random
import re
import shutil
import subprocess
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from geo_planner.documents.pdf import office_program
from geo_planner.export.text_width import wrapped_lines
from geo_planner.export.workbook import FONT, Book, Sheet, TableColumn, new_workbook, write_sheet

_WORDS = [
    "Lượng",
    "mưa",
    "cường",
    "độ",
    "vượt",
    "0,01%",
    "thời",
    "gian",
    "của",
    "năm",
    "Giả",
    "định",
    "nguồn",
    "terrain/sample_terrain.tif",
    "build.power.rectifier",
    "Thông",
    "thoáng",
    "khoảng",
    "cách",
    "tối",
    "đa",
    "trường",
    "hợp",
    "ƯƠNG",
    "THƯỜNG",
    "Khu",
    "vực",
    "Phường",
    "Tân",
    "Phong",
    "MMMM",
    "illi",
    "WWWW",
    "Bản",
    "Nậm",
    "Cầy,",
    "Quỹ",
    "Dịch",
    "vụ",
    "viễn",
    "thông",
    "công",
    "ích",
    "(Việt",
    "Nam);",
    "1.234.567",
]


def test_a_text_that_just_fills_its_column_has_room_for_the_line_it_wraps_to() -> None:
    content = io.BytesIO()
    workbook = new_workbook(content, title="Thử")
    rows = [("Khu vực Phường Tân Phong MMM",), ("Khu vực Xã Tà Tổng",)]
    write_sheet(Book(workbook, "Thử", "", None), Sheet("Bảng", [TableColumn("Thôn", 22)], rows))
    workbook.close()
    sheet = openpyxl.load_workbook(content).active
    heights = {row[0].value: sheet.row_dimensions[row[0].row].height for row in sheet.iter_rows()}
    assert heights["Khu vực Phường Tân Phong MMM"] > 1.5 * heights["Khu vực Xã Tà Tổng"]


@pytest.mark.parametrize("text", ["", " ", "\n", "Bản", "một hai ba", "x" * 500, "bản " * 300, "漢字" * 40, "a\nb\nc", "\u0301" * 50])
@pytest.mark.parametrize("width", [0, 0.5, 8, 66])
def test_lines_are_counted_for_any_text(text: str, width: float) -> None:
    lines = wrapped_lines(text, width)
    assert text.count("\n") + 1 <= lines <= len(text) + text.count("\n") + 1
    assert wrapped_lines(text, width + 5) <= lines <= wrapped_lines(text, width, size=22.0, bold=True, indent=True)


@pytest.mark.skipif(
    office_program() is None or shutil.which("pdftotext") is None, reason="pages are drawn by LibreOffice and read by pdftotext"
)
@pytest.mark.parametrize("bold", [False, True])
def test_lines_are_those_that_an_office_program_draws(bold: bool, tmp_path: Path) -> None:
    """Never fewer, and more for few: columns are taken as narrow as the narrowest program makes them, and no word is broken at its slashes."""
    draw = random.Random(3)
    texts = [f"§{at} " + " ".join(draw.choices(_WORDS, k=draw.randint(1, 20))) for at in range(240)]
    widths = [12.0, 22.0, 34.0, 66.0]
    workbook = xlsxwriter.Workbook(tmp_path / "rows.xlsx")
    workbook.formats[0].set_font_name(FONT)
    look = workbook.add_format({"font_name": FONT, "font_size": 11, "text_wrap": True, "indent": 1, "valign": "top", "bold": bold})
    for n, width in enumerate(widths):
        sheet = workbook.add_worksheet()
        sheet.set_column(0, 0, width)
        for row, text in enumerate(texts[n::4]):
            sheet.write_string(row, 0, text, look)
            sheet.set_row(row, 360)
    workbook.close()
    program = office_program()
    assert program is not None
    command = [program, "--headless", f"-env:UserInstallation={(tmp_path / 'profile').as_uri()}", "--convert-to", "pdf", "--outdir"]
    subprocess.run([*command, str(tmp_path), str(tmp_path / "rows.xlsx")], check=True, capture_output=True, timeout=600)
    told = subprocess.run(["pdftotext", "-bbox", str(tmp_path / "rows.pdf"), "-"], check=True, capture_output=True).stdout.decode("utf-8")
    drawn: dict[str, set[float]] = {}
    text_of = ""
    for y, word in re.findall(r'<word xMin="[\d.]+" yMin="([\d.]+)"[^>]*>(.*?)</word>', told):
        if word.startswith("§"):
            text_of = html.unescape(word)
        drawn.setdefault(text_of, set()).add(round(float(y)))
    counted = {text.split()[0]: wrapped_lines(text, widths[at % 4], bold=bold, indent=True) for at, text in enumerate(texts)}
    assert counted.keys() == drawn.keys()
    more = [counted[key] - len(drawn[key]) for key in counted]
    assert min(more) >= 0
    assert sum(more) <= 0.25 * sum(map(len, drawn.values()))
