"""What an operator has promised: its name, how far it has come and by when, from the words of offices."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest

from geo_planner.export.tables import titles
from geo_planner.imports import import_layer
from geo_planner.imports.cells.texts import clean_texts
from geo_planner.imports.cells.values import convert
from geo_planner.imports.titles.meaning import targets_of
from geo_planner.schema import COMMITMENT_STAGE, VILLAGES
from geo_planner.words import word
from tests.imports import making as m

NAMES = ("commitment_operator", "commitment_stage", "commitment_quarter")


def read(column: str, text: str, title: str = "") -> tuple[str, str, str]:
    cells = pd.Series([text], dtype=object)
    row = convert(cells, clean_texts(cells)[0], VILLAGES.column(column), "", title or VILLAGES.column(column).vi).iloc[0]
    return str(row["text"]), str(row["done"] or ""), str(row["wrong"] or "")


@pytest.mark.parametrize(
    ("title", "target"),
    [
        ("Doanh nghiệp cam kết", "commitment_operator"),
        ("Doanh nghiệp đã/đang triển khai, cam kết", "commitment_operator"),
        ("Nhà mạng cam kết phủ sóng", "commitment_operator"),
        ("DN viễn thông đăng ký triển khai", "commitment_operator"),
        ("Tiến độ", "commitment_stage"),
        ("Tiến độ triển khai", "commitment_stage"),
        ("Tình trạng triển khai của doanh nghiệp", "commitment_stage"),
        ("Quý phát sóng", "commitment_quarter"),
        ("Quý dự kiến hoàn thành", "commitment_quarter"),
        ("Thời gian dự kiến phát sóng", "commitment_quarter"),
        ("Commitment stage", "commitment_stage"),
        ("Hiện trạng phủ sóng", "declared_status"),
        ("Nhà mạng", ""),
        ("Quỹ", ""),
        ("Doanh nghiệp", ""),
        ("Thời gian triển khai", ""),
        ("Đơn vị thực hiện", ""),
    ],
)
def test_titles_of_offices(title: str, target: str) -> None:
    assert (targets_of(title, "villages") or ("",))[0] == target


STAGES = {
    "none": [
        "none",
        "chưa",
        "Không",
        "chưa có",
        "Chưa có kế hoạch",
        "chưa triển khai",
        "chưa cam kết",
        "chưa bố trí nguồn vốn",
        "chưa khảo sát",
    ],
    "surveyed": ["surveyed", "đã khảo sát", "Khảo sát", "đang khảo sát", "đã khảo sát xong"],
    "planned": [
        "planned",
        "đã có kế hoạch",
        "kế hoạch",
        "cam kết",
        "đã cam kết phủ sóng",
        "đã đăng ký",
        "Dự kiến triển khai",
        "sẽ triển khai",
    ],
    "building": ["building", "đang xây dựng", "đang thi công", "Đang triển khai", "đang lắp đặt trạm", "đã khởi công"],
    "on_air": ["on_air", "đã phát sóng", "Hoàn thành", "đã hoàn thành", "đã đưa vào sử dụng", "on air"],
}


@pytest.mark.parametrize(("stage", "text"), [(stage, text) for stage, texts in STAGES.items() for text in texts])
def test_stages_in_the_words_of_offices(stage: str, text: str) -> None:
    assert read("commitment_stage", text)[::2] == (stage, "")


@pytest.mark.parametrize("text", ["x", "có", "50 %", "đang chờ điện", "đang xây dựng nhưng dừng", "chưa xây dựng xong nhà"])
def test_what_says_no_stage_is_refused(text: str) -> None:
    assert read("commitment_stage", text)[2]


@pytest.mark.parametrize("text", ["", "chưa rõ", "unknown", "không rõ", "N/A"])
def test_what_nobody_knows_stays_blank(text: str) -> None:
    assert read("commitment_stage", text)[::2] == read("commitment_quarter", text)[::2] == ("", "")


@pytest.mark.parametrize(
    ("text", "quarter"),
    [
        ("2026-Q3", "2026-Q3"),
        ("Quý III/2026", "2026-Q3"),
        ("quý 3 năm 2026", "2026-Q3"),
        ("Q4/2027", "2027-Q4"),
        ("Q.1-2027", "2027-Q1"),
        ("III/2026", "2026-Q3"),
        ("2026 Q2", "2026-Q2"),
        ("tháng 9/2026", "2026-Q3"),
        ("tháng 10 năm 2026", "2026-Q4"),
        ("31/12/2026", "2026-Q4"),
        ("2027-01-01", "2027-Q1"),
    ],
)
def test_quarters(text: str, quarter: str) -> None:
    assert read("commitment_quarter", text)[::2] == (quarter, "")


@pytest.mark.parametrize("text", ["3/2026", "2026", "quý 5/2026", "quý III", "tháng 13/2026", "sớm", "Q3 2026 - Q1 2027", "quý III/1926"])
def test_what_is_no_one_quarter_is_refused(text: str) -> None:
    assert "quarter" in read("commitment_quarter", text)[2]


def test_a_list_with_commitments_is_taken_and_its_export_read_again(area: Path, tmp_path: Path) -> None:
    told = {
        "Doanh nghiệp cam kết": ["VNPT", "Viettel", *[""] * 10],
        "Tiến độ triển khai": ["đã khảo sát", "Đang triển khai", "chưa", *[""] * 9],
        "Quý phát sóng": ["Quý III/2026", "31/12/2026", *[""] * 10],
    }
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain(**told))), area, mode="replace")
    assert report.exit_status == 0, report.faults
    assert not any("commitment" in str(question) for question in report.questions)
    written = pd.read_csv(area / "villages" / "villages.csv", dtype=str, keep_default_na=False)
    assert written[list(NAMES)].to_numpy()[:3].tolist() == [
        ["VinaPhone", "surveyed", "2026-Q3"],
        ["Viettel", "building", "2026-Q4"],
        ["", "none", ""],
    ]
    again = import_layer("villages", area / "villages" / "villages.csv", area, mode="replace")
    assert again.exit_status == 0, again.faults
    assert pd.read_csv(area / "villages" / "villages.csv", dtype=str, keep_default_na=False)[list(NAMES)].equals(written[list(NAMES)])


def test_a_list_without_them_is_asked_nothing(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain())), area, mode="replace")
    assert not any("commitment" in str(said) or "cam kết" in str(said) for said in (*report.questions, *report.statements, *report.faults))


def test_a_stage_that_says_more_names_what_was_understood(area: Path, tmp_path: Path) -> None:
    told = {"Tiến độ triển khai": ["đã khảo sát, chờ vốn", *[""] * 11]}
    (fault,) = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain(**told))), area, mode="replace").faults
    assert (fault.row, "surveyed (đã khảo sát)" in fault.remedy) == (2, True)
    assert "đã khảo sát" in fault.texts("vi")[0]


def test_stages_have_words_of_their_own() -> None:
    shown = {stage: [word(stage, language, of="commitment_stage") for language in ("vi", "en")] for stage in COMMITMENT_STAGE}
    assert shown["surveyed"] == ["Đã khảo sát", "Surveyed"]
    assert word("surveyed") == "Đo thực địa", "of a position"
    assert all(stage not in words for stage, words in shown.items())
    assert titles(NAMES)["commitment_quarter"] == "Quý cam kết phát sóng"
