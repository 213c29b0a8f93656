"""Dates of workbooks that count their days from 1904, whatever the kind of workbook and the format of the cell."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pandas as pd
import pytest
import xlwt
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from geo_planner.imports import import_layer, preview
from tests.imports import making as m

DAY = dt.date(2026, 1, 28)
SERIAL_1904 = (DAY - dt.date(1904, 1, 1)).days
SERIAL_1900 = (DAY - dt.date(1899, 12, 30)).days


def cells() -> list[object]:
    """A bare number, a number with the format of a date, a real date, and dates as texts."""
    return [SERIAL_1904, SERIAL_1904, DAY, "28/01/2026", "2026-01-28", *[SERIAL_1904] * 7]


def xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    page = book.active
    for row in m.rows_of(m.plain(**{"Ngày khai báo": cells()})):
        page.append(row)
    page.cell(3, 8).number_format = "dd/mm/yyyy"
    book.save(path)
    return path


def xls(path: Path) -> Path:
    book = xlwt.Workbook()
    book.dates_1904 = True
    page = book.add_sheet("DS")
    shown = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for r, row in enumerate(m.rows_of(m.plain(**{"Ngày khai báo": cells()}))):
        for c, cell in enumerate(row):
            if (r == 2 and c == 7) or isinstance(cell, dt.date):
                page.write(r, c, cell, shown)
            else:
                page.write(r, c, cell)
    book.save(str(path))
    return path


def ods(path: Path) -> Path:
    pd.DataFrame(m.plain(**{"Ngày khai báo": cells()})).to_excel(path, engine="odf", index=False)
    buffer = io.BytesIO(path.read_bytes())
    with zipfile.ZipFile(buffer) as source, zipfile.ZipFile(path, "w") as target:
        for entry in source.infolist():
            content = source.read(entry)
            if entry.filename == "content.xml":
                settings = b'<table:calculation-settings><table:null-date table:date-value="1904-01-01"/></table:calculation-settings>'
                content = content.replace(b"<office:spreadsheet>", b"<office:spreadsheet>" + settings, 1)
            target.writestr(entry.filename, content)
    return path


@pytest.mark.parametrize(("make", "ending"), [(xlsx, "xlsx"), (xls, "xls"), (ods, "ods")])
def test_numbers_are_dates_from_the_day_zero_of_their_workbook(
    make: Callable[[Path], Path], ending: str, area: Path, tmp_path: Path
) -> None:
    path = make(tmp_path / f"f.{ending}")
    report = import_layer("villages", path, area)
    assert report.written, report.faults
    assert set(report.accepted["status_date"]) == {DAY.isoformat()}
    assert any("counts its days from 1904-01-01" in text for text in map(str, report.statements))
    shown = preview("villages", path, area).first_rows
    assert shown is not None
    assert shown["Ngày khai báo"].iloc[0] == DAY


def test_other_workbooks_count_as_before(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain(**{"Ngày khai báo": [SERIAL_1900] * 12}))), area)
    assert set(report.accepted["status_date"]) == {DAY.isoformat()}
    assert not any("counts its days" in text for text in map(str, report.statements))


def test_moments_keep_their_clock(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    book = openpyxl.Workbook()
    book.epoch = CALENDAR_MAC_1904
    page = book.active
    page.append(["Thời gian", "Kinh độ", "Vĩ độ", "RSRP (dBm)"])
    for i in range(6):
        page.append([SERIAL_1904 + 0.5 + i / 24, lon[i], lat[i], -100])
    book.save(tmp_path / "f.xlsx")
    report = import_layer("measurements", tmp_path / "f.xlsx", area)
    assert report.accepted["time"].tolist()[:2] == ["2026-01-28T12:00:00+07:00", "2026-01-28T13:00:00+07:00"]


def test_rejected_rows_hold_the_date_and_not_the_number(area: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(xlsx(tmp_path / "f.xlsx"))
    book.active.cell(2, 6).value = "đông"
    book.save(tmp_path / "f.xlsx")
    assert import_layer("villages", tmp_path / "f.xlsx", area, accept_valid=True).written
    rejected = tmp_path / "f.rejected.csv"
    assert DAY.isoformat() in rejected.read_text(encoding="utf-8-sig")
    rejected.write_text(rejected.read_text(encoding="utf-8-sig").replace("đông", "20"), encoding="utf-8-sig")
    assert set(import_layer("villages", rejected, area, mode="replace").accepted["status_date"]) == {DAY.isoformat()}
