"""Several tables on one sheet, and rows and columns that the workbook does not show."""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
import xlwt

from geo_planner.imports import ImportReport, import_layer
from tests.imports import making as m

FIRST = ("STT", "Tên bản", "Xã", "Kinh độ", "Vĩ độ", "Số hộ", "Số khẩu")


def figures(i: int) -> dict[str, Any]:
    lon, lat = m.places()
    return {
        "STT": i + 1, "Tên bản": m.NAMES[i], "Xã": m.commune_names()[i], "Kinh độ": float(lon[i]), "Vĩ độ": float(lat[i]), "Số hộ": 40 + i, "Số khẩu": 200 + i, "Điện lưới": "có",
    }  # fmt: skip


def table(titles: Sequence[str], rows: range) -> list[list[Any]]:
    return [list(titles), *[[figures(i).get(title, "x") for title in titles] for i in rows]]


def got(report: ImportReport) -> dict[str, tuple[str, str]]:
    return {row["name"]: (row["households"], row["population"]) for row in report.accepted.to_dict("records")}


def right(rows: range) -> dict[str, tuple[str, str]]:
    return {m.NAMES[i]: (str(40 + i), str(200 + i)) for i in rows}


WRITERS: dict[str, Callable[[Path, Sequence[Sequence[Any]]], Path]] = {"xlsx": m.xlsx, "csv": m.csv}


@pytest.mark.parametrize("ending", WRITERS)
@pytest.mark.parametrize(
    "second",
    [
        ("STT", "Tên bản", "Xã", "Kinh độ", "Vĩ độ", "Số khẩu", "Số hộ"),
        ("Xã", "Tên bản", "Vĩ độ", "Kinh độ", "Số khẩu", "Số hộ"),
        ("Số khẩu", "Số hộ", "STT", "Tên bản", "Điện lưới", "Xã", "Kinh độ", "Vĩ độ", "Ghi chú"),
    ],
)
@pytest.mark.parametrize("between", [[], [[None]], [["DANH SÁCH BỔ SUNG"]], [[None, "Tổng cộng"], ["Phụ lục 2", None]]])
def test_each_table_is_read_by_its_own_titles(
    ending: str, second: Sequence[str], between: list[list[Any]], area: Path, tmp_path: Path
) -> None:
    rows = [*table(FIRST, range(5)), *between, *table(second, range(5, 9))]
    width = max(map(len, rows))
    path = WRITERS[ending](tmp_path / f"f.{ending}", [[*row, *[None] * (width - len(row))] for row in rows])
    report = import_layer("villages", path, area, accept_valid=True)
    assert report.written, report.faults
    assert got(report) == right(range(9))
    assert any(text.startswith("Another table begins in row") for text in map(str, report.statements))


def test_a_third_table_and_a_far_one_are_read_too(area: Path, tmp_path: Path) -> None:
    rows = [*table(FIRST, range(3)), *table(FIRST[::-1], range(3, 6)), *[[None]] * 100, *table(FIRST, range(6, 9))]
    assert got(import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)) == right(range(9))


def test_a_smaller_table_above_the_larger_is_not_lost(area: Path, tmp_path: Path) -> None:
    above = ("STT", "Tên bản", "Xã", "Kinh độ", "Vĩ độ")
    rows = [*table(above, range(3)), [None], *table((*FIRST, "Điện lưới"), range(3, 9))]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert got(report) == {m.NAMES[i]: ("", "") for i in range(3)} | right(range(3, 9))


def test_a_header_of_two_rows_begins_another_table(area: Path, tmp_path: Path) -> None:
    rows = table(FIRST, range(4))
    at = len(rows)
    rows += [
        ["STT", "Tên bản", "Xã", "Tọa độ", None, "Dân số", None],
        [None, None, None, "Vĩ độ", "Kinh độ", "Số khẩu", "Số hộ"],
        *table(("STT", "Tên bản", "Xã", "Vĩ độ", "Kinh độ", "Số khẩu", "Số hộ"), range(4, 8))[1:],
    ]
    path = m.xlsx(tmp_path / "f.xlsx", rows, merge=[(at, 3, at, 4), (at, 5, at, 6)])
    assert got(import_layer("villages", path, area)) == right(range(8))


def test_the_same_header_is_passed_over_in_another_language_too(area: Path, tmp_path: Path) -> None:
    english = ["No", "Village", "Commune", "Longitude", "Latitude", "Households", "Population"]
    rows = [list(FIRST), english, *table(FIRST, range(4))[1:], list(FIRST), *table(FIRST, range(4, 8))[1:]]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert got(report) == right(range(8))
    assert not any(text.startswith("Another table") for text in map(str, report.statements))


@pytest.mark.parametrize("titles", [("Xã", "Số hộ", "Số khẩu"), ("Số khẩu", "Xã")])
def test_a_table_that_cannot_be_read_is_left_out_by_name(titles: Sequence[str], area: Path, tmp_path: Path) -> None:
    rows = [*table(FIRST, range(5)), [None], list(titles), *[[f"Nơi {i}", *range(1, len(titles))] for i in range(3)]]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area, accept_valid=True)
    assert got(report) == right(range(5))
    assert [fault.code for fault in report.faults if fault.row and fault.row >= 7] == ["further_table"]
    assert set(report.skipped["row"]) == {9, 10, 11}
    assert any("is left out" in text and "row 9" in text for text in map(str, report.statements))


def test_villages_called_like_titles_stay_villages(area: Path, tmp_path: Path) -> None:
    rows = table((*FIRST, "Điện lưới"), range(8))
    rows[2][1], rows[3][1], rows[4][1] = "Bản", "Xã", "Trường"
    rows[5][1], rows[5][3], rows[5][4], rows[5][7] = "Đường", None, None, "Có"
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area, accept_valid=True)
    assert {"Bản", "Xã", "Trường"} <= set(report.accepted["name"])
    assert not any(text.startswith("Another table") for text in map(str, report.statements))
    assert set(report.rejected["row"]) == {6}


def test_titles_that_differ_in_their_unit_are_not_mixed(area: Path, tmp_path: Path) -> None:
    titles = ["Tên bản", "Xã", "Kinh độ", "Vĩ độ", "Bán kính (m)"]
    rows = [titles, *[[*row, 500] for row in [r[1:5] for r in table(FIRST, range(4))[1:]]]]
    rows += [["Xã", "Tên bản", "Kinh độ", "Vĩ độ", "Bán kính (km)"], *[[r[2], r[1], r[3], r[4], 1] for r in table(FIRST, range(4, 7))[1:]]]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area, accept_valid=True)
    assert set(report.accepted["settlement_radius_m"]) == {"500"}
    assert "further_table" in {fault.code for fault in report.faults}


def test_what_is_told_of_a_column_holds_for_the_table_that_has_it(area: Path, tmp_path: Path) -> None:
    second = ["Xã", "Điểm dân cư số", "Kinh độ", "Vĩ độ", "Số khẩu", "Số hộ"]
    rows = [*table(FIRST, range(4)), second, *[[r[2], r[1], r[3], r[4], r[6], r[5]] for r in table(FIRST, range(4, 8))[1:]]]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area, column_map={"Điểm dân cư số": "name"})
    assert got(report) == right(range(8)), report.faults


def test_a_summary_above_the_list_is_said(area: Path, tmp_path: Path) -> None:
    rows = [["Xã", "Số bản", "Số hộ"], ["Tà Tổng", 12, 800], [None], *table(FIRST, range(6))]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert got(report) == right(range(6))
    assert "Another table begins in row 1 and is left out: row 2 'Tà Tổng'." in map(str, report.statements)


# --- hidden rows and columns ------------------------------------------------------------------------------------------


def hidden_xlsx(path: Path) -> Path:
    book = openpyxl.Workbook()
    page = book.active
    for row in table(FIRST, range(6)):
        page.append(row)
    page.auto_filter.ref = "A1:G7"
    page.row_dimensions[3].hidden = True
    page.row_dimensions.group(5, 5, hidden=True)
    page.column_dimensions["F"].hidden = True
    book.save(path)
    return path


def hidden_xls(path: Path) -> Path:
    book = xlwt.Workbook()
    page = book.add_sheet("DS")
    for r, row in enumerate(table(FIRST, range(6))):
        for c, cell in enumerate(row):
            page.write(r, c, cell)
    page.row(2).hidden = page.row(4).hidden = True
    page.col(5).hidden = True
    book.save(str(path))
    return path


def hidden_ods(path: Path) -> Path:
    pd.DataFrame(table(FIRST, range(6))[1:], columns=FIRST).to_excel(path, engine="odf", index=False)

    def change(content: bytes) -> bytes:
        parts = content.split(b"<table:table-row")
        parts[3] = b' table:visibility="filter"' + parts[3]
        parts[5] = b' table:visibility="collapse"' + parts[5]
        columns = b'<table:table-column table:number-columns-repeated="5"/><table:table-column table:visibility="collapse"/>'
        return (
            (parts[0] + columns + b"<table:table-row" + b"<table:table-row".join(parts[1:]))
            if b"table:table-column" not in content
            else content
        )

    changed = m.changed_member(path, "content.xml", change)
    assert zipfile.is_zipfile(changed)
    return changed


@pytest.mark.parametrize(("make", "ending"), [(hidden_xlsx, "xlsx"), (hidden_xls, "xls"), (hidden_ods, "ods")])
def test_hidden_rows_and_columns_are_read_and_said(make: Callable[[Path], Path], ending: str, area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", make(tmp_path / f"f.{ending}"), area)
    assert got(report) == right(range(6))
    assert f"2 hidden rows are read too: row 3 {m.NAMES[1]!r}, row 5 {m.NAMES[3]!r}." in map(str, report.statements)
    assert "1 hidden column is read too: 'Số hộ'." in map(str, report.statements)


def test_one_hidden_row_is_one(area: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(hidden_xlsx(tmp_path / "f.xlsx"))
    book.active.row_dimensions[5].hidden = False
    book.save(tmp_path / "f.xlsx")
    assert f"1 hidden row is read too: row 3 {m.NAMES[1]!r}." in map(str, import_layer("villages", tmp_path / "f.xlsx", area).statements)


def test_nothing_hidden_says_nothing(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", table(FIRST, range(6))), area)
    assert not any("hidden" in text for text in map(str, report.statements))
