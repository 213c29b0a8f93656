"""The csv: read by Excel and by scripts, formula-like text disarmed, numbers untouched."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from geo_planner.export.csv_file import guarded, write_csv
from geo_planner.plan import Plan
from geo_planner.words import said


def rows(plan: Plan, folder: Path) -> list[dict[str, str]]:
    write_csv(plan, folder / "list.csv")
    with (folder / "list.csv").open(encoding="utf-8-sig", newline="") as stream:
        return list(csv.DictReader(stream))


def test_it_starts_with_the_mark_that_excel_needs_and_with_what_decides(any_plan: Plan, tmp_path: Path) -> None:
    found = rows(any_plan, tmp_path)
    assert (tmp_path / "list.csv").read_bytes().startswith(b"\xef\xbb\xbfrank,village_id,name,")
    assert [row["rank"] for row in found] == [str(n + 1) for n in range(len(any_plan.villages))]
    assert [float(row["score"]) for row in found] == list(any_plan.villages["score"])


def test_text_is_disarmed_and_numbers_are_not(small_plan: Plan, tmp_path: Path) -> None:
    found = rows(small_plan, tmp_path)
    assert [row["name"] for row in found] == [
        '\'=HYPERLINK("http://x.vn")', "<script>alert('Nậm')</script>", "'+84 \"Xóm\"\ndòng hai", "Bản Nậm Khao; @Tả Phìn & Mường Tè",
    ]  # fmt: skip
    assert found[2]["village_id"] == "'=V2"
    assert [row["ghi chú"] for row in found] == ["'@ẩn", "x", "'\tq", "số hộ -3"]
    assert [row["rsrp_dbm"] for row in found] == ["-113.2", "-100.25", "", "-80.0"]
    assert found[2]["nearest_site_km"] == ""
    assert [row["households"] for row in found] == ["150", "60", "", "30"]
    assert [row["extremely_difficult"] for row in found] == ["yes", "", "", "no"]
    assert found[2]["missing"] == "households; no_coverage_probability"


def test_the_mark_of_sample_data_travels_with_the_rows_concerned(small_plan: Plan, real_data_plan: Plan, tmp_path: Path) -> None:
    banner = said("sample_banner").text("vi")
    found = rows(small_plan, tmp_path)
    assert [row["sample_note"] for row in found] == [banner, "", "", banner]
    assert [row["is_sample"] for row in found] == ["yes", "no", "", "yes"]
    assert {row["uses_sample_data"] for row in found} == {"yes"}
    assert {row["sample_note"] for row in rows(real_data_plan, tmp_path)} == {""}


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", " =1", "＝1", "\u00a0-x"])
def test_every_start_of_a_formula_is_disarmed(text: str) -> None:
    assert guarded(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "a=1", "Bản 1-2", "'x", "03463"])
def test_other_text_is_left_alone(text: str) -> None:
    assert guarded(text) == text


def test_two_files_have_the_same_bytes(any_plan: Plan, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        write_csv(any_plan, tmp_path / name)
    assert (tmp_path / "a.csv").read_bytes() == (tmp_path / "b.csv").read_bytes()
