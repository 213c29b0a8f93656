"""Which rows of a sheet are data: totals, headings, notes, numbers of the columns, formulas without a value, merged cells."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt

from geo_planner.errors import InputError
from geo_planner.imports import import_layer
from geo_planner.imports.formats.text_files import decode
from geo_planner.imports.formats.workbook_scan import scan_xls
from geo_planner.imports.grid import Grid, RawTable
from geo_planner.imports.layout.data_rows import data_rows
from geo_planner.imports.titles.headers import find_header
from geo_planner.imports.titles.mapping import map_columns
from tests.imports import making as m

LON, LAT = m.places()
COMMUNES = m.commune_names()
BARE = m.commune_names(kind=False)


def laid_out(rows: list[list[Any]], communes: frozenset[str] = frozenset(), sheet: str = "S", **grid: Any) -> RawTable:
    table = Grid(sheet, rows, **grid)
    header = find_header(table, "villages")
    assert header is not None
    mapping = map_columns(header, "villages", column_map={}, remembered={}, file="f")
    return data_rows(table, mapping, "villages", file="f", communes=communes)


def written(area: Path) -> pd.DataFrame:
    return pd.read_csv(area / "villages" / "villages.csv", dtype=str, keep_default_na=False)


def grouped(head: Any, *, with_commune: bool = False) -> list[list[Any]]:
    """Three groups of one village; `head` makes the heading row of a group."""
    own = ["Xã"] if with_commune else []
    rows: list[list[Any]] = [["STT", "Tên bản", *own, "Kinh độ", "Vĩ độ", "Số hộ", "Số khẩu", "Hộ nghèo"]]
    for k, i in enumerate((0, 3, 4)):
        label, text, figures = head(["I", "II", "III"][k], i)
        rows.append([label, text, *[None] * len(own), None, None, *figures])
        rows.append([1, m.NAMES[i], *([COMMUNES[i]] if own else []), LON[i], LAT[i], 45, 200, 30])
    return rows


HEADS = {
    "number and figures": lambda n, i: (n, COMMUNES[i], [45, 200, 30]),
    "figures only under some": lambda n, i: (n, COMMUNES[i], [45, 200, 30] if n != "I" else [None] * 3),
    "no number": lambda n, i: (None, COMMUNES[i], [45, 200, 30]),
    "without the word xã": lambda n, i: (n, BARE[i], [45, 200, 30]),
    "number in the text": lambda n, i: (f"{n}. {COMMUNES[i]}", None, [45, None, None]),
    "letters": lambda n, i: ({"I": "A", "II": "B", "III": "C"}[n], BARE[i].upper(), [None] * 3),
    "Arabic number, with the word xã": lambda n, i: (len(n), COMMUNES[i], [45, 200, 30]),
    "count of villages": lambda n, i: (n, f"{COMMUNES[i]} (1 bản)", [45, 200, 30]),
}


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
@pytest.mark.parametrize("name", HEADS)
def test_headings_with_subtotals_give_the_commune(name: str, kind: str, area: Path, tmp_path: Path) -> None:
    rows = grouped(HEADS[name])
    path = m.xlsx(tmp_path / "f.xlsx", rows) if kind == "xlsx" else m.csv(tmp_path / "f.csv", rows)
    report = import_layer("villages", path, area)
    assert report.exit_status == 0, report.faults
    assert list(written(area)["commune_code"]) == [m.CODES[i] for i in (0, 3, 4)]
    assert any(said.startswith("Headings of groups: row 2 ") for said in map(str, report.statements))


@pytest.mark.parametrize("name", HEADS)
def test_headings_beside_a_column_of_communes_are_left_out(name: str, area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", grouped(HEADS[name], with_commune=True)), area)
    assert report.exit_status == 0, report.faults
    assert list(report.skipped["row"]) == [2, 4, 6]


def test_a_known_commune_alone_is_a_heading_only_where_its_figures_are_the_sum() -> None:
    known = frozenset({"ta tong", "mu ca"})
    rows: list[list[Any]] = [["Tên bản", "Kinh độ", "Vĩ độ", "Số hộ"], ["Tà Tổng", None, None, 30], ["Nà Ui", 102.5, 22.3, 30]]
    assert list(laid_out(rows, known).frame["commune"]) == ["Tà Tổng"]
    rows[1][3] = 12
    assert list(laid_out(rows, known).frame["name"]) == ["Tà Tổng", "Nà Ui"]
    assert "commune" not in laid_out(rows, known).frame


def test_roman_numbers_are_no_headings_where_the_villages_carry_them() -> None:
    rows = [["STT", "Tên bản", "Xã", "Kinh độ", "Vĩ độ"], ["I", "Nà Ui", "Tà Tổng", 102.5, 22.3], ["II", "Nậm Lằn", None, None, None]]
    assert list(laid_out(rows).frame["name"]) == ["Nà Ui", "Nậm Lằn"]


def test_below_a_row_that_may_be_a_heading_no_commune_is_carried_on() -> None:
    rows: list[list[Any]] = [
        ["STT", "Tên bản", "Kinh độ", "Vĩ độ", "Số hộ"],
        ["I", "Xã Tà Tổng", None, None, None],
        [1, "Nà Ui", 102.5, 22.3, 5],
        [None, "Cụm phía trên", None, None, 5],
        [1, "Nậm Lằn", 102.5, 22.4, 5],
        ["II", "Xã Mù Cả", None, None, None],
        [1, "Khèo Thầu", 102.4, 22.5, 5],
    ]
    table = laid_out(rows)
    assert dict(zip(table.frame["name"], table.frame["commune"], strict=True)) == {
        "Nà Ui": "Xã Tà Tổng",
        "Cụm phía trên": "",
        "Nậm Lằn": "",
        "Khèo Thầu": "Xã Mù Cả",
    }


@pytest.mark.parametrize("index", [["(1)", "(2)", "(3)", "(4)", "(5)", "(6)=(4)+(5)", "(7)"], ["A", "B", "C", 1, 2, 3, 4]])
def test_the_numbers_of_the_columns_are_no_data(index: list[Any], area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain())
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", [rows[0], index, *rows[1:]]), area)
    assert report.exit_status == 0, report.faults
    assert list(map(str, report.skipped["why"])) == ["numbers of the columns"]


def test_a_row_of_units_is_no_data(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.in_metres(titles=("X", "Y"), **{"Bán kính": [250] * 12, "Thu nhập": [1] * 12}))
    units = {"X": "m", "Y": "(m)", "Số hộ": "hộ", "Bán kính": "mét", "Thu nhập": "%"}
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", [rows[0], [units.get(t) for t in rows[0]], *rows[1:]]), area)
    assert report.exit_status == 0, report.faults
    assert list(map(str, report.skipped["why"])) == ["units of the columns"]
    assert len(report.accepted) == 12
    assert set(report.accepted["settlement_radius_m"]) == {"250"}


def test_a_row_of_other_units_is_never_left_out(area: Path, tmp_path: Path) -> None:
    """Kilometres below a title without a unit: read as metres the figures would be wrong."""
    rows = m.rows_of(m.plain(**{"Bán kính": [0.25] * 12}))
    units = {"Số hộ": "hộ", "Bán kính": "km"}
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", [rows[0], [units.get(t) for t in rows[0]], *rows[1:]]), area)
    assert report.exit_status == 1
    assert 2 in set(report.rejected["row"])


TOTALS = [
    "Tổng", "TỔNG CỘNG", "Tổng số:", "Cộng", "Tổng cộng (I+II)", "Toàn tỉnh", "Toàn xã", "Toàn huyện Mường Tè", "Cộng xã Tà Tổng", "Total", "Tổng số 12 bản",
    "Tổng cộng toàn xã",
]  # fmt: skip
VILLAGES = ["Cộng Hoà", "Tổng Pịt", "Nguồn Sáng", "Cộng Lực 2", "Tài Liệu Sơn", "Toàn Thắng", "Số Liệu", "Ghi Chú"]


@pytest.mark.parametrize("text", TOTALS)
def test_a_row_of_totals_is_left_out(text: str, area: Path, tmp_path: Path) -> None:
    rows = [*m.rows_of(m.plain()), [None, text, None, None, None, 306, None]]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert list(map(str, report.skipped["why"])) == ["total row"]


@pytest.mark.parametrize("text", VILLAGES)
@pytest.mark.parametrize("told_by", ["number", "commune", "both", "figures"])
def test_a_village_is_not_lost_for_its_name(text: str, told_by: str, area: Path, tmp_path: Path) -> None:
    number = 13 if told_by in ("number", "both") else None
    commune = COMMUNES[0] if told_by in ("commune", "both") else None
    rows = [*m.rows_of(m.plain()), [number, text, commune, None, None, 31, None]]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 1
    assert "coordinates" in {fault.code for fault in report.faults if fault.row == 14}


@pytest.mark.parametrize("counted", [True, False])
def test_a_row_of_formulas_without_values_is_a_fault(counted: bool, area: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in m.rows_of(m.plain()):
        book.active.append(row)
    for r in (14, 15):
        book.active.append([r - 1 if counted else f"=A{r - 1}+1", *[f"=Goc!{letter}{r}" for letter in "BCDEFG"]])
    book.save(tmp_path / "f.xlsx")
    report = import_layer("villages", tmp_path / "f.xlsx", area)
    assert report.exit_status == 1
    assert {fault.row for fault in report.faults if fault.code == "uncached_formula"} == {14, 15}
    assert not any("formulas: their stored values are used" in said for said in map(str, report.statements))


def test_a_title_that_is_a_formula_without_a_value_is_a_fault(area: Path, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    for row in m.rows_of(m.plain()):
        book.active.append(row)
    book.active["F1"] = '="Số "&"hộ"'
    book.save(tmp_path / "f.xlsx")
    report = import_layer("villages", tmp_path / "f.xlsx", area)
    assert [(fault.code, fault.row) for fault in report.faults] == [("uncached_formula", 1)]


def test_a_formula_without_a_value_in_an_xls_is_a_fault(area: Path, tmp_path: Path) -> None:
    book = xlwt.Workbook(encoding="utf-8")
    sheet = book.add_sheet("Danh sách")
    for r, row in enumerate(m.rows_of(m.plain())):
        for c, cell in enumerate(row):
            sheet.write(r, c, xlwt.Formula("10+13") if (r, c) == (3, 5) else cell)
    book.save(str(tmp_path / "f.xls"))
    report = import_layer("villages", tmp_path / "f.xls", area)
    assert [(fault.code, fault.row, fault.column) for fault in report.faults] == [("uncached_formula", 4, "Số hộ")]


@pytest.mark.parametrize("at", [44, 64, 72], ids=["sectors", "small sectors", "further sectors"])
def test_an_xls_that_counts_more_sectors_than_it_holds_is_refused(tmp_path: Path, at: int) -> None:
    """A few bytes in its header would otherwise make room for gigabytes of tables."""
    book = xlwt.Workbook()
    book.add_sheet("S").write(0, 0, "Bản")
    book.save(str(tmp_path / "f.xls"))
    content = bytearray((tmp_path / "f.xls").read_bytes())
    assert list(scan_xls(bytes(content), "f.xls") or ()) == ["S"]
    content[at : at + 4] = (0x7FFFFFFF).to_bytes(4, "little")
    with pytest.raises(InputError) as refused:
        scan_xls(bytes(content), "f.xls")
    assert [fault.code for fault in refused.value.faults] == ["damaged"]


def test_a_figure_merged_over_two_villages_is_a_fault_and_a_commune_is_not(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain())
    rows[2][2] = None
    rows[5][5] = None
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows, merge=[(1, 2, 2, 2), (4, 5, 5, 5)]), area)
    assert report.exit_status == 1
    assert [(fault.code, fault.row) for fault in report.faults] == [("merged_figure", 5), ("merged_figure", 6)]


def test_a_header_printed_again_is_no_data() -> None:
    head = ["STT", "Tên bản", "Xã", "Kinh độ", "Vĩ độ"]
    table = laid_out([head, [1, "Nà Ui", "Tà Tổng", 102.5, 22.3], head, [2, "Nậm Lằn", "Tà Tổng", 102.5, 22.4]])
    assert list(table.frame["name"]) == ["Nà Ui", "Nậm Lằn"]
    assert [str(why) for _, _, why in table.skipped] == ["header repeated"]


def test_an_index_without_a_title_is_left_out_and_a_shifted_row_is_a_fault(area: Path, tmp_path: Path) -> None:
    rows = [["" if r == 0 else r - 1, *row[1:]] for r, row in enumerate(m.rows_of(m.plain()))]
    report = import_layer("villages", m.csv(tmp_path / "f.csv", rows), area)
    assert report.exit_status == 0, report.faults
    assert "Column 1 has no title and only counts the rows: it is left out." in map(str, report.statements)
    rows[3].append("dư")
    report = import_layer("villages", m.csv(tmp_path / "f.csv", rows), area)
    assert [(fault.code, fault.row) for fault in report.faults] == [("ragged_row", 4)]


def test_corrected_rejects_of_grouped_rows_import_as_they_are(area: Path, tmp_path: Path) -> None:
    rows = grouped(HEADS["number and figures"])
    rows[2][4] = "chưa đếm"
    rows[6][1] = "=Nậm Sẻ"
    rows[6][4] = "mười"
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area, accept_valid=True)
    assert report.exit_status == 0, report.faults
    rejects = tmp_path / "f.rejected.csv"
    rejects.write_text(rejects.read_text(encoding="utf-8-sig").replace("chưa đếm", "45").replace("mười", "12"), encoding="utf-8-sig")
    report = import_layer("villages", rejects, area)
    assert report.exit_status == 0, report.faults
    communes = dict(zip(written(area)["name"], written(area)["commune_code"], strict=True))
    assert communes == {m.NAMES[0]: m.CODES[0], m.NAMES[3]: m.CODES[3], "=Nậm Sẻ": m.CODES[4]}
    assert not {"row", "reason", "Dòng trong tệp", "Lý do bị loại"} & set(written(area).columns)


def test_a_text_file_has_no_sheets(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.csv(tmp_path / "f.csv", m.rows_of(m.plain())), area, sheet="abc")
    assert report.exit_status == 1
    assert "--sheet" in str(report.faults[0])
    assert "''" not in str(report.faults[0])


def test_a_cell_too_long_is_told_as_such(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain())
    rows[2][1] = "a" * 200_000
    report = import_layer("villages", m.csv(tmp_path / "f.csv", rows), area)
    assert [(fault.code, fault.row) for fault in report.faults] == [("too_long", 3)]


@pytest.mark.parametrize("encoding", ["utf-16-le", "utf-16-be"])
def test_utf_16_needs_no_mark(encoding: str) -> None:
    text = "STT;Tên bản;Xã;Kinh độ;Vĩ độ\n" + "\n".join(f"{i};{name};Tà Tổng;102,5;22,3" for i, name in enumerate(m.NAMES))
    assert decode(text.encode(encoding), "f")[0] == text
