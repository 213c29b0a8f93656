"""The workbook: text stays text, the sample line is everywhere, the numbers are those of the plan."""

from __future__ import annotations

import math
import re
from pathlib import Path

import openpyxl
import pytest
from openpyxl.worksheet.worksheet import Worksheet

from geo_planner.errors import OutputError
from geo_planner.export.xlsx import write_xlsx
from geo_planner.plan import Plan
from geo_planner.words import said

SHEETS = [
    "Thứ tự ưu tiên", "Quỹ", "Doanh nghiệp", "Chờ cấp điện lưới", "Chưa xác định", "Điểm theo tiêu chí", "Giá trị tiêu chí", "Các xã",
    "Số liệu đầu vào", "Giả định và nguồn",
]  # fmt: skip
BANNER = said("sample_banner").text("vi")


def book(plan: Plan, folder: Path) -> openpyxl.Workbook:
    write_xlsx(plan, folder / "list.xlsx")
    return openpyxl.load_workbook(folder / "list.xlsx")


def table(sheet: Worksheet) -> list[dict[str, object]]:
    """The rows between the frozen header and the first blank line."""
    header = int(str(sheet.freeze_panes).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1
    titles = [str(cell.value) for cell in sheet[header]]
    rows = []
    for row in sheet.iter_rows(min_row=header + 1, values_only=True):
        if row[0] is None:
            break
        rows.append(dict(zip(titles, row, strict=True)))
    return rows


def test_the_sheets_in_their_order(any_plan: Plan, tmp_path: Path) -> None:
    names = book(any_plan, tmp_path).sheetnames
    assert [name for name in names if name in SHEETS] == SHEETS
    assert names[0] == SHEETS[0]


def test_the_sample_line_stands_on_top_of_every_sheet_and_page(any_plan: Plan, tmp_path: Path) -> None:
    for sheet in book(any_plan, tmp_path):
        assert sheet["A1"].value == BANNER
        assert BANNER in str(sheet.oddFooter.left.text)


def test_without_sample_data_there_is_no_such_line(real_data_plan: Plan, tmp_path: Path) -> None:
    for sheet in book(real_data_plan, tmp_path):
        assert sheet["A1"].value == real_data_plan.scenario.title_vi
        assert all(BANNER not in str(cell) for row in sheet.iter_rows(values_only=True) for cell in row)


def test_every_page_prints_on_a4_under_its_titles(any_plan: Plan, tmp_path: Path) -> None:
    for sheet in book(any_plan, tmp_path):
        assert sheet.page_setup.paperSize == 9
        assert sheet.page_setup.orientation == ("portrait" if sheet.title == SHEETS[-1] else "landscape")
        assert sheet.page_setup.fitToWidth in (None, 1)  # one page is the default of the format
        assert sheet.page_setup.fitToHeight in (None, 0)  # one page where the rows have room on it, else as many as there are
        assert sheet.freeze_panes
        assert bool(sheet.print_title_rows) is (sheet.title in printed(any_plan))


def printed(plan: Plan) -> set[str]:
    """The list, the groups that have villages, and the assumptions; these plans have nothing to build."""
    groups = zip(("fund", "operator", "power_first", "undecided"), SHEETS[1:5], strict=True)
    return {SHEETS[0], SHEETS[-1], *(name for key, name in groups if (plan.villages["responsibility"] == key).any())}


def test_what_is_for_the_screen_alone_has_one_blank_cell_to_print(any_plan: Plan, tmp_path: Path) -> None:
    for sheet in book(any_plan, tmp_path):
        first, _, last = str(sheet.print_area).rpartition("!")[2].replace("$", "").partition(":")
        if sheet.title in printed(any_plan):
            assert first == "A1"
            assert sheet[last].row > int(str(sheet.freeze_panes).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ"))
        else:
            assert last in ("", first)
            assert sheet[first].value is None
            assert sheet[first].column > len(sheet[int(str(sheet.freeze_panes).lstrip("ABCDEFGHIJKLMNOPQRSTUVWXYZ")) - 1]) - 2


def test_no_cell_is_a_link_and_the_only_formulas_are_our_sums(any_plan: Plan, tmp_path: Path) -> None:
    for sheet in book(any_plan, tmp_path):
        for row in sheet.iter_rows():
            assert all(cell.hyperlink is None for cell in row)
            formulas = [str(cell.value) for cell in row if cell.data_type == "f"]
            assert not formulas or "Tổng cộng" in [cell.value for cell in row]
            assert all(re.fullmatch(r"=SUM\([A-Z]+\d+(:[A-Z]+\d+)?\)", formula) for formula in formulas)


def test_the_sum_of_households_is_live_and_carries_its_value(any_plan: Plan, tmp_path: Path) -> None:
    write_xlsx(any_plan, tmp_path / "list.xlsx")
    for data_only in (True, False):
        sheet = openpyxl.load_workbook(tmp_path / "list.xlsx", data_only=data_only)[SHEETS[0]]
        (row,) = (row for row in sheet.iter_rows() if "Tổng cộng" in [cell.value for cell in row])
        value = row[4].value
        assert value == any_plan.villages["households"].sum() if data_only else str(value).startswith("=SUM(E")


def test_hostile_names_survive_as_text(small_plan: Plan, tmp_path: Path) -> None:
    workbook = book(small_plan, tmp_path)
    for name in ("Thứ tự ưu tiên", "Điểm theo tiêu chí", "Giá trị tiêu chí", "Số liệu đầu vào"):
        rows = table(workbook[name])
        assert [row["Thôn, bản"] for row in rows] == list(small_plan.villages["name"])
        assert [row["Mã bản"] for row in rows] == list(small_plan.villages.index)
    extra = table(workbook["Số liệu đầu vào"])
    assert [row["Rank_input"] for row in extra] == ["riêng", None, "=1+1", "-5"]


def test_the_list_is_whole_and_each_village_is_in_one_group(any_plan: Plan, tmp_path: Path) -> None:
    workbook = book(any_plan, tmp_path)
    ranks = [row["Thứ tự"] for row in table(workbook["Thứ tự ưu tiên"])]
    assert ranks == list(range(1, len(any_plan.villages) + 1))
    grouped = [row["Mã bản"] for name in SHEETS[1:5] for row in table(workbook[name])]
    assert sorted(map(str, grouped)) == sorted(any_plan.villages.index)


def test_an_undecided_village_carries_its_question(small_plan: Plan, tmp_path: Path) -> None:
    (row,) = table(book(small_plan, tmp_path)["Chưa xác định"])
    assert row["Câu hỏi cần trả lời"] == said("responsibility_reason.ask_power").text("vi")


def test_contributions_add_up_and_assumed_ones_are_marked(any_plan: Plan, tmp_path: Path) -> None:
    sheet = book(any_plan, tmp_path)["Điểm theo tiêu chí"]
    criteria = [c.name for c in any_plan.scenario.ranking.criteria]
    for row in sheet.iter_rows(min_row=int(str(sheet.freeze_panes)[1:]), max_col=4 + len(criteria)):
        parts = row[3:-1]
        assert math.isclose(sum(float(cell.value) for cell in parts), float(row[-1].value), abs_tol=1e-9)
        missing = any_plan.villages.loc[row[1].value, "missing"]
        assert [name for name, cell in zip(criteria, parts, strict=True) if "*" in cell.number_format] == list(missing)


def test_what_is_missing_stays_blank_and_the_word_stands_in_the_coloured_cell(small_plan: Plan, tmp_path: Path) -> None:
    rows = table(book(small_plan, tmp_path)["Thứ tự ưu tiên"])
    assert rows[2]["RSRP tại trung tâm (dBm)"] is None
    assert rows[2]["Cách trạm gần nhất (km)"] is None
    assert rows[2]["Số liệu còn thiếu"] == "Số hộ; Xác suất không có sóng"
    assert rows[0]["RSRP tại trung tâm (dBm)"] == -113.2
    assert rows[0]["Sóng theo mô hình"] == "Trắng sóng"
    assert rows[0]["Lưu ý"] == "; ".join(said(f"flag.{flag}").text("vi") for flag in ("status_uncertain", "position_approximate"))


def test_every_setting_stands_among_the_assumptions_without_machine_paths(small_plan: Plan, tmp_path: Path) -> None:
    rows = table(book(small_plan, tmp_path)["Giả định và nguồn"])
    by_key = {row["Tên trong kịch bản"]: row for row in rows}
    assert by_key["service.rsrp_threshold_dbm"]["Giá trị"] == -113
    assert by_key["service.rsrp_threshold_dbm"]["Loại"] == "Giả định"
    assert by_key["service.min_probability"]["Loại"] == "Thiết lập"
    assert by_key["ranking.criteria.households"]["Loại"] == "Giả định"
    assert by_key["terrain.path"]["Giá trị"] == "dem.tif"
    assert all("/somewhere" not in str(cell) for row in rows for cell in row.values())
    assert any("share the id V1" in str(row["Nội dung"]) for row in rows)


def test_an_area_is_not_sold_as_people(any_plan: Plan, tmp_path: Path) -> None:
    for row in table(book(any_plan, tmp_path)["Các xã"]):
        assert row["Phần dân số có sóng"] == "chưa có"


def test_two_workbooks_have_the_same_bytes(any_plan: Plan, tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_xlsx(any_plan, tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_a_workbook_that_cannot_be_written_is_a_sentence(small_plan: Plan, tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="Close the file in Excel"):
        write_xlsx(small_plan, tmp_path / "no folder" / "a.xlsx")
