"""What goes back to the office: a report in Vietnamese, and rejected rows that an import reads again."""

from __future__ import annotations

import csv
import io
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geo_planner.imports import ImportReport, import_layer
from geo_planner.imports.paper import TITLES_OF_REJECTS
from tests.imports import making as m

ROW_TITLE, REASON_TITLE = TITLES_OF_REJECTS["vi"]

ENGLISH = re.compile(
    r"\b(the|is|are|was|of|and|or|not|rows?|columns?|cells|features?|means|taken|written|today|former|with|by|leave|blank|yes|no|accepted|rejected)\b"
)


def faulty() -> list[list[object]]:
    rows = m.rows_of(
        m.plain(
            **{
                "Số hộ": ["rất đông", "12,5", "45 hộ", "-3", *range(8)],
                "Điện lưới": ["có rồi nhé", "chưa", "✓", "🙂", *["có"] * 8],
                "Ngày khai báo": ["31/02/2026", "28/01/2026", "", "mới đây", *["2026-01-28"] * 8],
                "Xã": [*m.commune_names()[:4], "Mù Cảo", *m.commune_names()[5:]],
            }
        )
    )
    rows[7][3], rows[7][4] = "đâu đó", None
    rows[8][3], rows[8][4] = 108.5, 15.9
    rows[9][1], rows[9][2] = rows[10][1], rows[10][2]
    rows[9][3:5] = rows[10][3:5]
    return [*rows, [None, "Tổng cộng", *[None] * 6]]


def sheets(report: ImportReport) -> dict[str, pd.DataFrame]:
    path = next(path for path in report.files if path.name.endswith(".xlsx"))
    return pd.read_excel(path, sheet_name=None, engine="openpyxl", header=None, dtype=str)


def rejects(path: Path) -> list[list[str]]:
    return list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))


@pytest.mark.parametrize("accept_valid", [False, True])
def test_no_english_goes_back_to_the_office(accept_valid: bool, area: Path, tmp_path: Path) -> None:
    path = m.xlsx(tmp_path / "f.xlsx", faulty(), more={"Phụ lục": [["a"], [1]]})
    report = import_layer("villages", path, area, accept_valid=accept_valid, report_dir=tmp_path / "out")
    assert len(report.rejected) > 6
    assert report.written is accept_valid
    texts = [
        str(cell)
        for name, table in sheets(report).items()
        for cell in [name, *table.to_numpy().ravel()]
        if isinstance(cell, str) and not cell.startswith("(")
    ]
    assert [text for text in texts if ENGLISH.search(re.sub(r"\S*\.(xlsx|csv)|[“(].*?[”)]|EPSG\S*", "", text))] == []
    if accept_valid:
        assert [row[-1] for row in rejects(tmp_path / "out" / "f.rejected.csv") if ENGLISH.search(row[-1])] == []


def test_the_sheets_can_be_read_without_widening_columns(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.csv(tmp_path / "f.csv", faulty()), area, report_dir=tmp_path / "out")
    book = openpyxl.load_workbook(next(path for path in report.files if path.suffix == ".xlsx"))
    page = book["Dòng bị loại"]
    assert [cell.value for cell in page[1]] == ["Dòng", "Cột", "Trong tệp", "Sai ở đâu", "Cách sửa"]
    assert page.column_dimensions["D"].width > 20
    assert all(cell.alignment.wrap_text for cell in page[2])


@pytest.mark.parametrize("ending", ["csv", "xlsx"])
def test_rejected_rows_are_mended_and_imported_again(ending: str, area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{"Số hộ": ["đông lắm", *range(1, 12)]}))
    path = m.csv(tmp_path / "f.csv", rows) if ending == "csv" else m.xlsx(tmp_path / "f.xlsx", rows)
    assert import_layer("villages", path, area, accept_valid=True).written
    file = tmp_path / "f.rejected.csv"
    found = rejects(file)
    assert (found[0][0], found[0][-1]) == (ROW_TITLE, REASON_TITLE)
    assert found[1][-1].startswith("Số hộ: không phải là số. ")
    file.write_text(file.read_text(encoding="utf-8-sig").replace("đông lắm", "77"), encoding="utf-8-sig")
    again = import_layer("villages", file, area)
    assert again.written, again.faults
    assert again.accepted["households"].tolist() == ["77"]
    assert not {ROW_TITLE, REASON_TITLE} & set(again.accepted.columns)


def test_rejected_rows_of_an_older_version_are_read_too(area: Path, tmp_path: Path) -> None:
    head, *rows = m.rows_of(m.plain(STT=None))
    path = m.csv(tmp_path / "f.csv", [["row", *head, "reason"], *[[i, *row, "x"] for i, row in enumerate(rows)]])
    report = import_layer("villages", path, area)
    assert report.written
    assert not {"row", "reason"} & set(report.accepted.columns)


def test_rejected_placemarks_and_rows_of_a_named_sheet_keep_their_place(area: Path, tmp_path: Path) -> None:
    """What the import took from around the table is a column of the rejected rows."""
    table = m.plain(Xã=None, **{"Số hộ": ["đông lắm", *range(11)]})
    one = {title: cells[:2] for title, cells in table.items()}
    path = m.xlsx(tmp_path / "f.xlsx", m.rows_of(one), sheet=m.commune_names()[0])
    assert import_layer("villages", path, area, accept_valid=True).written
    file = tmp_path / "f.rejected.csv"
    file.write_text(file.read_text(encoding="utf-8-sig").replace("đông lắm", "7"), encoding="utf-8-sig")
    again = import_layer("villages", file, area)
    assert again.accepted["commune_code"].tolist() == [m.CODES[0]], again.faults
    kml = tmp_path / "g.kml"
    marks = "".join(
        f"<Placemark><name>{m.NAMES[i]}</name><ExtendedData><Data name='Số hộ'><value>{'đông lắm' if i == 1 else i}</value></Data></ExtendedData>"
        f"<Point><coordinates>{m.places()[0][i]},{m.places()[1][i]}</coordinates></Point></Placemark>"
        for i in range(2)
    )
    kml.write_text(f"<kml><Folder><name>{m.commune_names()[0]}</name>{marks}</Folder></kml>", encoding="utf-8")
    assert import_layer("villages", kml, area, accept_valid=True).written
    file = tmp_path / "g.rejected.csv"
    file.write_text(file.read_text(encoding="utf-8-sig").replace("đông lắm", "7"), encoding="utf-8-sig")
    again = import_layer("villages", file, area)
    assert again.accepted["commune_code"].tolist() == [m.CODES[1]], again.faults
    assert again.accepted["lon"].astype(float).tolist() == pytest.approx([m.places()[0][1]])


def test_the_report_in_english_and_its_rejects_are_read_again(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{"Số hộ": ["đông lắm", *range(1, 12)]}))
    path = m.csv(tmp_path / "f.csv", rows)
    for _ in range(2):  # a second one may take the place of the first
        report = import_layer("villages", path, area, accept_valid=True, report_dir=tmp_path / "out", language="en")
        assert report.written, report.faults
    book = openpyxl.load_workbook(next(path for path in report.files if path.suffix == ".xlsx"))
    assert book.sheetnames == ["Summary", "Rows accepted", "Corrected", "Rejected", "Left out"]
    file = tmp_path / "out" / "f.rejected.csv"
    found = rejects(file)
    assert (found[0][0], found[0][-1]) == TITLES_OF_REJECTS["en"]
    assert found[1][-1] == "Số hộ: not a number. Write a whole number, or leave the cell blank."
    file.write_text(file.read_text(encoding="utf-8-sig").replace("đông lắm", "77"), encoding="utf-8-sig")
    again = import_layer("villages", file, area)
    assert again.written, again.faults
    assert again.accepted["households"].tolist() == ["77"]
    assert not set(TITLES_OF_REJECTS["en"]) & set(again.accepted.columns)
