"""A list goes back with its faults in it, and what was mended there is read again."""

from __future__ import annotations

import hashlib
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest

from geo_planner.imports import check_layer, import_layer, marked_copy
from geo_planner.imports.paper import MARK_TITLES
from tests.imports import making as m

MARK = MARK_TITLES["vi"]


def digest(folder: Path) -> dict[str, str]:
    return {str(path): hashlib.sha256(path.read_bytes()).hexdigest() for path in sorted(folder.rglob("*")) if path.is_file()}


def faulty() -> list[list[object]]:
    rows = m.rows_of(m.plain(**{"Số hộ": ["rất đông", *range(1, 12)]}))
    rows[3][4] = None  # a latitude
    return [["DANH SÁCH BẢN", *[None] * 6], *rows]


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_faults_stand_at_their_cells_and_the_mended_copy_is_read(kind: str, area: Path, tmp_path: Path) -> None:
    make = m.xlsx if kind == "xlsx" else m.csv
    path = make(tmp_path / f"danh sách.{kind}", faulty())
    before = digest(area), digest(tmp_path)
    report = check_layer("villages", path, area)
    copy = marked_copy(report, path)
    assert (digest(area), digest(tmp_path)) == before, "neither the list nor the study area changes"
    assert copy is not None
    book = openpyxl.load_workbook(io.BytesIO(copy))
    sheet = book.worksheets[0]
    titles = [cell.value for cell in sheet[2]]
    assert titles[-1] == MARK
    households, latitude, mark = (titles.index(title) + 1 for title in ("Số hộ", "Vĩ độ", MARK))
    assert sheet.cell(3, households).fill.start_color.rgb.endswith("FFC7CE")
    assert "Số hộ" in sheet.cell(3, households).comment.text
    assert sheet.cell(5, latitude).comment is not None, "the empty one, not its neighbour"
    assert sheet.cell(5, latitude - 1).comment is None
    assert sheet.cell(3, mark).value.startswith("Số hộ: ")
    assert sheet.cell(4, mark).value is None
    assert [cell.value for cell in book.worksheets[-1][1]] == ["Dòng", "Cột", "Trong tệp", "Sai ở đâu", "Cách sửa"]
    sheet.cell(3, households).value = 7
    sheet.cell(5, latitude).value = m.places()[1][2]
    book.save(tmp_path / "đã sửa.xlsx")
    again = import_layer("villages", tmp_path / "đã sửa.xlsx", area)
    assert again.written, again.faults
    assert MARK not in again.accepted.columns
    assert len(again.accepted) == 12


def test_names_stay_text_and_nothing_computes_or_leads_elsewhere(area: Path, tmp_path: Path) -> None:
    bad = '=HYPERLINK("http://x.example","Tia Ma Mủ")'
    rows = m.rows_of(m.plain(**{"Thôn, bản": [bad, "@SUM(1)", "+1", "-2", *m.NAMES[4:]], "Số hộ": ["rất đông", *range(11)]}))
    for path in (m.csv(tmp_path / "a.csv", rows), m.xlsx(tmp_path / "a.xlsx", rows)):
        copy = marked_copy(check_layer("villages", path, area), path)
        assert copy is not None
        book = openpyxl.load_workbook(io.BytesIO(copy))
        cells = [cell for sheet in book.worksheets for row in sheet.iter_rows() for cell in row]
        assert not [cell for cell in cells if cell.data_type == "f" or cell.hyperlink is not None]
        assert book.worksheets[0]["B2"].value == bad
        with zipfile.ZipFile(io.BytesIO(copy)) as parts:
            assert not [name for name in parts.namelist() if "externalLink" in name or "vbaProject" in name]


def test_formulas_of_the_office_are_their_values(area: Path, tmp_path: Path) -> None:
    path = m.xlsx(tmp_path / "a.xlsx", m.rows_of(m.plain(**{"Số hộ": ["rất đông", *range(11)]})))
    book = openpyxl.load_workbook(path)
    book.worksheets[0]["J1"] = "=1+1"
    book.defined_names["x"] = openpyxl.workbook.defined_name.DefinedName("x", attr_text="[1]Sheet!$A$1")
    book.save(path)
    copy = marked_copy(check_layer("villages", path, area), path)
    assert copy is not None
    with zipfile.ZipFile(io.BytesIO(copy)) as parts:
        sheets = [parts.read(name) for name in parts.namelist() if name.startswith("xl/worksheets/sheet")]
        assert not [content for content in sheets if b"<f>" in content or b"<f " in content]
        assert b"definedName " not in parts.read("xl/workbook.xml")


def test_a_second_table_is_marked_under_its_own_titles(area: Path, tmp_path: Path) -> None:
    first = m.rows_of({title: cells[:6] for title, cells in m.plain().items()})
    second = {title: cells[6:] for title, cells in m.plain().items()}
    order = ["Xã", "Thôn, bản", "Số hộ", "Vĩ độ", "Kinh độ", "STT", "Điện lưới"]
    second["Số hộ"][0] = "rất đông"
    path = m.xlsx(tmp_path / "a.xlsx", [*first, *m.rows_of({title: second[title] for title in order})])
    report = check_layer("villages", path, area)
    copy = marked_copy(report, path)
    assert copy is not None
    sheet = openpyxl.load_workbook(io.BytesIO(copy)).worksheets[0]
    marked = [(cell.row, cell.column) for row in sheet.iter_rows() for cell in row if cell.comment is not None]
    assert marked == [(len(first) + 2, order.index("Số hộ") + 1)], report.faults


def test_a_map_layer_has_no_copy_and_a_list_without_titles_tells_on_its_own_sheet(area: Path, tmp_path: Path) -> None:
    kml = tmp_path / "g.kml"
    kml.write_text("<kml><Placemark><name>A</name><Point><coordinates>103,22</coordinates></Point></Placemark></kml>", encoding="utf-8")
    assert marked_copy(check_layer("villages", kml, area), kml) is None
    path = m.csv(tmp_path / "f.csv", [["a", "b"], [1, 2]])
    copy = marked_copy(check_layer("villages", path, area), path)
    assert copy is not None
    assert len(list(openpyxl.load_workbook(io.BytesIO(copy)).worksheets[-1].iter_rows())) > 1


def test_what_is_checked_is_what_is_imported(area: Path, tmp_path: Path) -> None:
    path = m.xlsx(tmp_path / "f.xlsx", faulty())
    for accept_valid in (False, True):
        before = digest(area)
        checked = check_layer("villages", path, area, accept_valid=accept_valid)
        assert digest(area) == before
        done = import_layer("villages", path, area, accept_valid=accept_valid, report_dir=tmp_path / "out")
        assert (checked.faults, checked.counts, checked.exit_status) == (done.faults, done.counts, done.exit_status)


def test_prices_and_lines_are_checked_too(area: Path, tmp_path: Path) -> None:
    prices = m.csv(
        tmp_path / "p.csv",
        [["Hạng mục", "Đơn vị", "Giá thấp", "Giá cơ sở", "Giá cao", "Năm giá", "Nguồn"], ["không có", "đ/km", 1, 2, 3, 2026, "x"]],
    )
    report = check_layer("prices", prices, area)
    assert report.exit_status == 1
    assert marked_copy(report, prices) is not None
    roads = tmp_path / "r.geojson"
    roads.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Đường"},'
        '"geometry":{"type":"LineString","coordinates":[[102.9,22.3],[102.95,22.32]]}}]}',
        encoding="utf-8",
    )
    assert check_layer("roads", roads, area).exit_status == 0
    assert not (area / "roads").exists()


def test_an_empty_y_is_charged_to_y_and_the_remedy_is_in_metres(area: Path, tmp_path: Path) -> None:
    table = m.in_metres()
    table["Y (m)"][2] = None
    table["X (m)"][4] = "đâu đó"
    report = check_layer("villages", m.csv(tmp_path / "f.csv", m.rows_of(table)), area)
    half, wrong = (fault for fault in report.faults if fault.code == "coordinates")
    assert (half.row, half.column) == (4, "Y (m)")
    assert str(table["Y (m)"][0]) in half.remedy
    assert (wrong.row, wrong.column) == (6, "X (m)")
    assert "°" not in wrong.texts("vi")[1]
    assert str(table["X (m)"][0]) in wrong.texts("vi")[1]


def test_a_row_that_repeats_another_is_told_by_its_number(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain())
    rows.append([13, *rows[2][1:]])
    rows[-1][5] = 99
    report = check_layer("villages", m.csv(tmp_path / "f.csv", rows), area)
    (twice,) = (fault for fault in report.faults if fault.level == "fault")
    assert twice.texts("vi")[0].startswith("dòng 14 trùng dòng 3")
    assert "mã" not in " ".join(twice.texts("vi")).lower()
