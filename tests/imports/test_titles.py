"""What a title means, alone, with its bracket, and below a group title; where the header is."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo_planner.imports import import_layer
from geo_planner.imports.grid import Grid
from geo_planner.imports.report import ImportReport
from geo_planner.imports.titles.headers import find_header, is_index_row
from geo_planner.imports.titles.meaning import targets_of
from tests.imports import making as m

MEANINGS = {
    # of which time
    "Xã (cũ)": "former_commune",
    "Xã cũ": "former_commune",
    "Tên xã (trước sáp nhập)": "former_commune",
    "Xã, phường, thị trấn cũ": "former_commune",
    "Xã (trước ngày 01/7/2025)": "former_commune",
    "Xã cũ (trước 1/7/2025)": "former_commune",
    "Former commune": "former_commune",
    "Commune (old)": "former_commune",
    "Mã xã (cũ)": "former_commune_code",
    "Huyện (cũ)": "district",
    "Huyện trước sáp nhập": "district",
    "Xã (mới)": "commune",
    "Xã (hiện nay)": "commune",
    "Tên xã mới (sau 1/7/2025)": "commune",
    "Commune (new)": "commune",
    "Xã (mới, cũ)": "",
    "Tên bản (cũ)": "",
    "Số hộ (cũ)": "",
    "Khu dân cư": "name",
    "Trước sáp nhập / Xã": "former_commune",
    "Trước sáp nhập / Huyện": "district",
    "Địa chỉ cũ / Xã": "former_commune",
    "Đơn vị hành chính mới / Xã": "commune",
    "Xã cũ / Tên": "former_commune",
    # brackets and two languages
    "Toạ độ (X)": "x",
    "Toạ độ (Y)": "y",
    "Toạ độ WGS84 (Kinh độ)": "lon",
    "Kinh độ/Longitude": "lon",
    "Vĩ độ (Lat)": "lat",
    "Vĩ độ Latitude": "lat",
    "Tên bản / Village name": "name",
    "Thôn / bản": "name",
    "Số hộ (nghèo)": "poor_households",
    "Số hộ (31/12/2025)": "households",
    "Hộ nghèo (%)": "",
    "Tỷ lệ hộ nghèo": "",
    "Điện lưới (hộ)": "",
    "Số hộ (có điện)": "",
    "Kinh độ (trạm gần nhất)": "",
    "Điện lưới (có/chưa)": "grid_power",
    # groups that change nothing
    "Toạ độ bản / X": "x",
    "Toạ độ VN-2000, KTT 103°00', múi 3° / Y (m)": "y",
    "Vị trí nhà văn hoá / Kinh độ": "lon",
    "Tổng số / Hộ": "households",
    "Dân số / Số khẩu": "population",
    "Hạ tầng / Điện lưới": "grid_power",
    "Thông tin chung / Tên bản": "name",
    # groups that change the meaning
    "Hộ nghèo / Số hộ": "poor_households",
    "Hộ nghèo / Tổng số": "poor_households",
    "Hộ cận nghèo / Số hộ": "near_poor_households",
    "Số hộ / Hộ nghèo": "poor_households",
    "Số hộ / Tổng số": "households",
    "Hộ nghèo / Số khẩu": "",
    "Hộ nghèo / Tỷ lệ (%)": "",
    "Hộ dân tộc thiểu số / Số hộ": "",
    "Số hộ / Có điện": "",
    "Số hộ / Điện lưới": "",
    "Trạm gần nhất / Kinh độ": "",
    "Toạ độ (trạm gần nhất) / Kinh độ": "",
    "Toạ độ trung tâm xã / Vĩ độ": "",
    "Điểm trường / X": "",
    "Điện lưới / Có": "",
    "Điện lưới / Chưa": "",
}


@pytest.mark.parametrize("title", MEANINGS)
def test_a_title_means_what_it_says_with_its_group_and_bracket(title: str) -> None:
    assert "".join(targets_of(title, "villages")[:1]) == MEANINGS[title]


def test_a_masts_own_position_is_a_position_only_in_a_list_of_masts() -> None:
    assert targets_of("Toạ độ trạm / Kinh độ", "sites") == ("lon",)
    assert targets_of("Toạ độ trạm / Kinh độ", "villages") == ()
    assert targets_of("Toạ độ bản / Kinh độ", "sites") == ()


@pytest.mark.parametrize(
    ("row", "is_one"),
    [
        (["A", "B", "C", 1, 2, 3, 4], True),
        (["(1)", "(2)", "(3)", "(4)=(2)+(3)", "(5)=(4)/(3)*100"], True),
        (["1", "2", None, "4", "5"], True),
        (["[1]", "x", "3"], False),
        ([1, "Nà Ui", 102.5, 22.3], False),
        ([1, 45, 102], False),
        ([1, 2], False),
    ],
)
def test_a_row_that_numbers_the_columns_is_told_from_data(row: list[Any], is_one: bool) -> None:
    assert is_index_row(row) is is_one


def listed(
    top: list[Any], low: list[Any], cells: Callable[[int], list[Any]], merge: list[tuple[int, int, int, int]]
) -> tuple[list[list[Any]], list[tuple[int, int, int, int]]]:
    """A clean list with further columns under a header of two rows."""
    lon, lat = m.places()
    own = ["STT", "Tên bản", "Xã", "Kinh độ", "Vĩ độ"]
    rows = [[*own, *top], [None] * len(own) + low]
    rows += [[i + 1, name, m.commune_names()[i], lon[i], lat[i], *cells(i)] for i, name in enumerate(m.NAMES)]
    return rows, [(0, c, 1, c) for c in range(len(own))] + merge


def imported(path: Path, area: Path, **options: Any) -> tuple[ImportReport, pd.DataFrame]:
    report = import_layer("villages", path, area, **options)
    return report, pd.read_csv(area / "villages" / "villages.csv", dtype=str, keep_default_na=False)


TOTALS_AND_POOR = (["Tổng số", None, "Hộ nghèo", None], ["Hộ", "Khẩu", "Số hộ", "Tỷ lệ (%)"], [(0, 5, 0, 6), (0, 7, 0, 8)])


@pytest.mark.parametrize("kind", ["xlsx", "csv"])
def test_the_poor_households_of_a_group_are_not_all_households(kind: str, area: Path, tmp_path: Path) -> None:
    top, low, merge = TOTALS_AND_POOR
    rows, merged = listed(top, low, lambda i: [50 + i, 222, 9, 18], merge)
    path = m.xlsx(tmp_path / "f.xlsx", rows, merge=merged) if kind == "xlsx" else m.csv(tmp_path / "f.csv", rows)
    report, written = imported(path, area)
    assert report.exit_status == 0, report.faults
    assert list(written["households"])[:2] == ["50", "51"]
    assert set(written["poor_households"]) == {"9"}
    assert set(written["population"]) == {"222"}
    assert "Columns not used, kept under their own titles: 'Hộ nghèo / Tỷ lệ (%)'." in map(str, report.statements)


def test_figures_of_the_poor_alone_leave_the_totals_open(area: Path, tmp_path: Path) -> None:
    rows, merged = listed(["Hộ nghèo", None], ["Số hộ", "Số khẩu"], lambda i: [9, 40], [(0, 5, 0, 6)])
    _, written = imported(m.xlsx(tmp_path / "f.xlsx", rows, merge=merged), area)
    assert set(written["households"]) == set(written["population"]) == {""}
    assert set(written["poor_households"]) == {"9"}


@pytest.mark.parametrize("vertical", [True, False])
def test_the_position_of_the_nearest_mast_is_not_the_villages(vertical: bool, area: Path, tmp_path: Path) -> None:
    east, north = m.metres()
    lon, lat = m.places()
    rows: list[list[Any]] = [
        ["STT", "Tên bản", "Xã", "Toạ độ bản", None, "Trạm gần nhất", None, None],
        [None, None, None, "X", "Y", "Mã trạm", "Kinh độ", "Vĩ độ"],
    ]
    if not vertical:
        rows = [[None, None, None, *rows[0][3:]], ["STT", "Tên bản", "Xã", *rows[1][3:]]]
    rows += [[i + 1, m.NAMES[i], m.commune_names()[i], north[i], east[i], f"T{i}", lon[i] + 0.002, lat[i]] for i in range(12)]
    merge = [(0, 3, 0, 4), (0, 5, 0, 7), *[(0, c, 1, c) for c in range(3) if vertical]]
    report, written = imported(m.xlsx(tmp_path / "f.xlsx", rows, merge=merge), area)
    assert report.exit_status == 0, report.faults
    assert written["lon"].astype(float).to_numpy() == pytest.approx(lon, abs=1e-5)
    assert written["lat"].astype(float).to_numpy() == pytest.approx(lat, abs=1e-5)


@pytest.mark.parametrize(
    ("group", "children", "target", "words"),
    [
        ("Điện lưới", ["Có", "Chưa"], "grid_power", ["yes", "no"]),
        ("Điện lưới quốc gia", ["Có", "Chưa", "Dự kiến"], "grid_power", ["yes", "no", "planned"]),
        ("Đường đến bản", ["Ô tô", "Xe máy", "Đi bộ"], "road_access", ["car", "motorbike", "foot"]),
        ("Hiện trạng sóng", ["Có sóng", "Lõm sóng", "Trắng sóng"], "declared_status", ["covered", "partial", "no_signal"]),
    ],
)
def test_a_group_of_boxes_is_one_column(group: str, children: list[str], target: str, words: list[str], area: Path, tmp_path: Path) -> None:
    n = len(children)
    rows, merged = listed(
        [group, *[None] * (n - 1)],
        children,
        lambda i: [None] * n if i == 11 else ["x" if i % n == k else None for k in range(n)],
        [(0, 5, 0, 4 + n)],
    )
    report, written = imported(m.xlsx(tmp_path / "f.xlsx", rows, merge=merged), area)
    assert report.exit_status == 0, report.faults
    assert list(written[target]) == [*[words[i % n] for i in range(11)], ""]


def test_two_marks_and_figures_under_boxes_are_faults(area: Path, tmp_path: Path) -> None:
    marks: dict[int, list[Any]] = {2: ["x", "x"], 4: [30, None]}
    rows, merged = listed(["Điện lưới", None], ["Có", "Chưa"], lambda i: marks.get(i, ["x", None]), [(0, 5, 0, 6)])
    path = m.xlsx(tmp_path / "f.xlsx", rows, merge=merged)
    report, _ = imported(path, area)
    assert report.exit_status == 1
    assert [fault.row for fault in report.faults if fault.code == "marks"] == [5, 7]
    told = {"Điện lưới / Có": "-", "Điện lưới / Chưa": "-"}
    report, written = imported(path, area, column_map=told)
    assert (report.exit_status, set(written["grid_power"])) == (0, {""})


def test_new_and_former_communes_stand_side_by_side(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    former = {4: ("Vàng San", "Mường Tè")}
    rows: list[list[Any]] = [["TT", "Thôn/bản", "Xã (mới)", "Xã (cũ)", "Huyện (cũ)", "Kinh độ", "Vĩ độ"]]
    rows += [[i + 1, m.NAMES[i], m.commune_names()[i], *former.get(i, (None, None)), lon[i], lat[i]] for i in range(12)]
    report, written = imported(m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert list(written["commune_code"]) == list(m.CODES)


def test_a_column_of_former_communes_is_never_read_as_todays(area: Path, tmp_path: Path) -> None:
    """Old Mường Than is in Than Uyên; the village lies in today's Mường Than."""
    lon, lat = m.places()
    rows: list[list[Any]] = [
        ["Tên bản", "Xã (cũ)", "Huyện (cũ)", "Kinh độ", "Vĩ độ"],
        ["Sang Ngà", "Mường Than", "Than Uyên", lon[9], lat[9]],
    ]
    rows += [[m.NAMES[i], old, "Mường Tè", lon[i], lat[i]] for i, old in ((0, "Tà Tổng"), (3, "Mù Cả"), (4, "Vàng San"))]
    report, _ = imported(m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 1
    assert "03595" in " ".join(map(str, report.faults))


def test_columns_without_a_meaning_may_share_a_title(area: Path, tmp_path: Path) -> None:
    rows = [[*row, f"a{i}", f"b{i}"] if i else [*row, "Ghi chú", "Ghi chú"] for i, row in enumerate(m.rows_of(m.plain()))]
    report, written = imported(m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert (written["Ghi chú"][0], written["Ghi chú (2)"][0]) == ("a1", "b1")
    assert any("Columns not used" in said and "'Ghi chú'" in said for said in map(str, report.statements))


def test_columns_with_a_meaning_may_not_share_a_title(area: Path, tmp_path: Path) -> None:
    rows = [[*row, 1] if i else [*row, "Số hộ"] for i, row in enumerate(m.rows_of(m.plain()))]
    report, _ = imported(m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert [fault.code for fault in report.faults] == ["duplicate_column"]


@pytest.mark.parametrize(
    ("above", "merge"),
    [
        (["DANH SÁCH THÔN, BẢN", None, None, None, None, None], [(0, 0, 0, 5)]),
        (["UBND TỈNH LAI CHÂU", None, None, "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM", None, None], [(0, 0, 0, 2), (0, 3, 0, 5)]),
        ([None, None, None, None, "Đơn vị tính: hộ", None], [(0, 4, 0, 5)]),
        ([None, None, "(Kèm theo Công văn số 12/SKHCN)", None, None, None], []),
        ([None, None, "DANH MỤC BẢN LÕM SÓNG", None, None, None], []),
    ],
)
def test_a_letterhead_above_the_header_is_no_group(above: list[Any], merge: list[tuple[int, int, int, int]]) -> None:
    rows = [above, ["STT", "Tên bản", "Xã", "Kinh độ", "Vĩ độ", "Số hộ"], [1, "Nà Ui", "Tà Tổng", 102.5, 22.3, 40]]
    header = find_header(Grid("S", rows, tuple(merge)), "villages")
    assert header is not None
    assert (header.first, header.titles) == (1, tuple(rows[1]))


def test_three_levels_are_read_together() -> None:
    rows: list[list[Any]] = [
        ["STT", "Tên bản", "Xã", "Hiện trạng", None, None, "Toạ độ bản", None],
        [None, None, None, "Dân số", None, "Hộ nghèo", None, None],
        [None, None, None, "Hộ", "Khẩu", "Số hộ", "Kinh độ", "Vĩ độ"],
        [1, "Nà Ui", "Tà Tổng", 50, 222, 9, 102.5, 22.3],
    ]
    merged = ((0, 0, 2, 0), (0, 1, 2, 1), (0, 2, 2, 2), (0, 3, 0, 5), (0, 6, 1, 7), (1, 3, 1, 4))
    header = find_header(Grid("S", rows, merged), "villages")
    assert header is not None
    assert (header.first, header.last) == (0, 2)
    assert [targets_of(title, "villages")[:1] for title in header.titles[1:]] == [
        ("name",),
        ("commune",),
        ("households",),
        ("population",),
        ("poor_households",),
        ("lon",),
        ("lat",),
    ]
