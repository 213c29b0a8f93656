"""What goes back to the office: a report in Vietnamese, and rejected rows that an import reads again."""

from __future__ import annotations

import ast
import csv
import io
import re
from pathlib import Path

import openpyxl
import pandas as pd
import pytest

from geo_planner.sources.imports import ImportReport, import_layer
from geo_planner.sources.imports.spoken.faults import FAULTS, FAULTS_VI
from geo_planner.sources.imports.spoken.office import REASON_TITLE, ROW_TITLE, fault_words
from tests.conftest import ROOT
from tests.imports import making as m

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


def test_every_code_of_a_row_has_its_words_in_the_report() -> None:
    folder = ROOT / "geo_planner" / "sources"
    codes = set[str]()
    for path in [*(folder / "imports").glob("*.py"), folder / "tables.py", folder / "places.py"]:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call):
                refused = node.args[3:4] if getattr(node.func, "id", "") == "refuse" else []
                for value in [*refused, *(keyword.value for keyword in node.keywords if keyword.arg == "code")]:
                    codes |= {leaf.value for leaf in ast.walk(value) if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}
    codes = {code for code in codes if re.fullmatch(r"[a-z_]+", code)}
    assert {"choice", "duplicate_id", "further_table", "cut_title"} <= codes
    assert codes - set(FAULTS) - set(FAULTS_VI) == set(), "give these a sentence in geo_planner/sources/imports/spoken/faults.py"


@pytest.mark.parametrize(
    ("reason", "remedy", "words"),
    [
        (
            "Bản A lies 3.2 km outside commune 03463 Tà Tổng, in 03451 Mù Cả",
            "x",
            "Bản A nằm ngoài xã 03463 Tà Tổng 3,2 km, thuộc 03451 Mù Cả",
        ),
        ("it says more than 'yes', and the rest is not understood", "x", "ngoài “có” ô còn ghi những chữ không rõ nghĩa"),
        ("the unit 'ha' does not fit a column in m", "x", "đơn vị “ha” không hợp với cột tính bằng m"),
        ("band 99 is not in the table of bands", "x", "không có băng tần 99"),
    ],
)
def test_figures_and_names_of_a_fault_are_kept(reason: str, remedy: str, words: str) -> None:
    assert fault_words(reason, remedy, "type")[0] == words


def test_remedies_name_the_words_of_the_office() -> None:
    remedy = "Write one of: no_signal (trắng sóng), partial (lõm sóng), or leave the cell blank."
    assert fault_words("x", remedy, "choice")[1] == "Ghi một trong các từ: trắng sóng, lõm sóng; chưa rõ thì để trống."
    assert fault_words("x", "Give a value from 0.5 to 30.", "range")[1] == "Ghi số từ 0,5 đến 30."
    assert "mục 2 của trang Nhập số liệu" in fault_words("x", "y", "two_columns")[1]


@pytest.mark.parametrize("text", ["the row fits " * 40 + ", the list is in ", "a lies 3 km outside commune " * 20, "under 'x' " * 60])
def test_no_text_makes_the_search_endless(text: str) -> None:
    assert fault_words(text, text, "type")
