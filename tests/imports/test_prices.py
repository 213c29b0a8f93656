"""The table of prices that an office fills in: template, import, plan; every fault of it at once; what it leaves blank stays as it was."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from typer.testing import CliRunner

from geo_planner.build.cost import link_costs
from geo_planner.build.prices import BUNDLED, read_prices
from geo_planner.cli import app
from geo_planner.config.build.money import MoneySettings
from geo_planner.export.template import write_template
from geo_planner.imports import ImportReport, import_layer
from geo_planner.study_area.price_items import ITEMS
from geo_planner.validation import validate
from tests import small_area as sa

PRICES = "prices/prices.csv"
TITLES = ["STT", "Hạng mục", "Đơn vị tính", "Giá thấp", "Giá cơ sở", "Giá cao", "Năm", "Căn cứ"]
QUOTE = "Báo giá số 12/BG-2026"


@pytest.fixture
def area(tmp_path: Path) -> Path:
    return sa.make_area(tmp_path / "area")


def workbook(path: Path, rows: list[list[Any]]) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    for row in rows:
        sheet.append(row)
    book.save(path)
    return path


def office(path: Path, rows: list[list[Any]]) -> Path:
    """As an office writes it: titles above the table, groups between the rows, a note below."""
    head = [
        ["UBND TỈNH LAI CHÂU"],
        ["BẢNG ĐƠN GIÁ"],
        [],
        TITLES,
        ["(1)", "(2)", "(3)", "(4)", "(5)", "(6)", "(7)", "(8)"],
        ["A", "Xây lắp"],
    ]
    return workbook(path, [*head, *([n, *row] for n, row in enumerate(rows, 1)), [], ["Ghi chú: giá trước thuế"]])


def own(area: Path) -> pd.DataFrame:
    return pd.read_csv(area / PRICES, dtype=str).set_index("item")


def refused(report: ImportReport) -> set[tuple[int | None, str]]:
    assert not report.written
    return {(f.row, f.code) for f in report.faults if f.level == "fault"}


def test_the_filled_in_template_comes_back_and_is_used_and_cited(area: Path, tmp_path: Path) -> None:
    path = tmp_path / "prices.xlsx"
    write_template("prices", path)
    book = openpyxl.load_workbook(path)
    sheet = book.worksheets[0]
    row = next(cell.row for cell in sheet["A"] if cell.value == "fibre")
    for column, value in zip("CDEFG", ("70 triệu", "90.000.000", "0,15 tỷ", 2026, QUOTE), strict=True):
        sheet[f"{column}{row}"] = value
    book.save(path)
    report = import_layer("prices", path, area)
    assert report.written, report.faults
    assert own(area).loc["fibre"].tolist() == ["đ/km", "70000000", "90000000", "150000000", "2026", QUOTE]
    assert list(own(area).index) == ["fibre"]
    assert [s.key for s in report.statements if s.key.startswith("prices")] == ["prices_kept.blank"]
    assert list(report.corrected["became"]) == ["70000000", "90000000", "150000000"]

    prices, told = read_prices(area / PRICES)
    assert [(w.code, w.level) for w in told] == [("missing_price_item", "warning")]
    links = pd.DataFrame({"kind": ["fibre"], "length_km": [2.0]}, index=pd.Index(["l"], name="link_id"))
    costs = link_costs(links, prices, MoneySettings(price_year=2026))
    item = costs.items.set_index("item").loc["fibre"]
    assert (item["base"], item["source"]) == (180_000_000, QUOTE)
    bundled = read_prices()[0]
    pd.testing.assert_frame_equal(prices.drop(index="fibre"), bundled.drop(index="fibre"))
    assert prices.at["battery", "source"] == "ước tính"
    assert not [f for f in validate(area) if f.level == "fault"]


def test_of_two_sheets_that_differ_in_marks_the_one_named_to_the_letter(area: Path, tmp_path: Path) -> None:
    file = office(tmp_path / "gia.xlsx", [["battery", "đ/kWh", 4_000_000, 6_000_000, 9_000_000, 2026, QUOTE]])
    book = openpyxl.load_workbook(file)
    book.active.title = "Đơn giá"
    other = book.copy_worksheet(book.active)
    other.title = "don gia"
    book.save(file)
    for named, taken in (("Đơn giá", True), ("don gia", True), ("ĐƠN GIÁ", False)):
        report = import_layer("prices", file, area, sheet=named)
        assert report.written is taken, named
    assert refused(report) == {(None, "unknown_sheet")}


def test_an_empty_template_brings_nothing(area: Path, tmp_path: Path) -> None:
    write_template("prices", tmp_path / "p.xlsx")
    assert refused(import_layer("prices", tmp_path / "p.xlsx", area)) == {(None, "empty")}
    assert not (area / PRICES).exists()


def test_a_list_with_titles_groups_and_names_of_items(area: Path, tmp_path: Path) -> None:
    rows: list[list[Any]] = [
        ["Móng, cột 40 m, nhà thiết bị", "triệu đồng/trạm", "1200,0", "1,5 tỷ", 1900, 2026, QUOTE],
        ["battery", "đ/kWh", "4.000.000", 6_000_000, "9 triệu", 2026, QUOTE],
        ["microwave_hop", "USD/chặng", 11000, "13.500,5", 16000, 2025, QUOTE],
        ["solar_panel", "đ/kWp", None, None, None, None, None],
    ]
    report = import_layer("prices", office(tmp_path / "gia.xlsx", rows), area)
    assert report.written, [f.as_dict() for f in report.faults]
    table = own(area)
    assert list(table.index) == ["mast_site", "battery", "microwave_hop"]
    assert table.loc["mast_site", ["low", "base", "high"]].tolist() == ["1200", "1500", "1900"]
    assert table.loc["battery", ["low", "base", "high"]].tolist() == ["4000000", "6000000", "9000000"]
    assert table.loc["microwave_hop", ["low", "base", "high"]].tolist() == ["11000", "13500.5", "16000"]
    assert {"Xây lắp", "Ghi chú: giá trước thuế"} <= {text.split(" | ")[-1] for text in report.skipped["text"]}
    assert read_prices(area / PRICES)[0].at["mast_site", "factor"] == 1e6


def test_all_faults_are_told_together(area: Path, tmp_path: Path) -> None:
    good = [2026, QUOTE]
    rows = [
        ["helicopter", "đ/chuyến", 1, 2, 3, *good],
        ["battery", "đ/kWh", 7_000_000, 6_000_000, 9_000_000, *good],
        ["fibre", "đ/km", "hai tỷ", 3e9, 4e9, *good],
        ["retune", "đ/lượt", -5, 6_000_000, 9_000_000, *good],
        ["vsat_kit", "đ/trạm", 1, 2, 3, None, QUOTE],
        ["generator", "đ/máy", 1, 2, 3, 2026, None],
        ["sector", "đ/cell", 1, 2, 3, *good],
        ["sector", "đ/cell", 1, 2, 3, *good],
        ["grid_line", "EUR/km", 1, 2, 3, *good],
        ["grid_village", "triệu đồng/bản", "1.234", 2000, 3000, *good],
        ["microwave_hop", "USD/chặng", "3 triệu", 4, 5, *good],
        ["carry", "đ/t.km", 1, None, 3, *good],
        [None, "đ/km", 1, 2, 3, *good],
    ]
    found = refused(import_layer("prices", office(tmp_path / "gia.xlsx", rows), area))
    first = 7
    assert found == {
        (first, "price_item_unknown"), (first + 1, "price_order"), (first + 2, "price_amount"), (first + 3, "range"), (first + 4, "blank"),
        (first + 5, "blank"), (first + 7, "duplicate_id"), (first + 8, "price_unit"), (first + 9, "price_amount"), (first + 10, "price_amount"),
        (first + 11, "blank"), (first + 12, "price_item_blank"),
    }  # fmt: skip
    assert not (area / PRICES).exists()


def test_a_second_list_changes_its_own_items_alone(area: Path, tmp_path: Path) -> None:
    row = ["đ/kWh", 4_000_000, 6_000_000, 9_000_000, 2026, QUOTE]
    import_layer("prices", office(tmp_path / "a.xlsx", [["battery", *row]]), area)
    row = ["đ/km", 1, 2, 3, 2026, "Báo giá thứ hai"]
    report = import_layer(
        "prices", office(tmp_path / "b.xlsx", [["fibre", *row], ["battery", "đ/kWh", None, None, None, None, None]]), area
    )
    assert report.counts["added"] == 1
    assert own(area)["source"].to_dict() == {"battery": QUOTE, "fibre": "Báo giá thứ hai"}


def test_the_bundled_table_may_be_brought_in_whole(area: Path) -> None:
    report = import_layer("prices", BUNDLED, area)
    assert report.written, report.faults
    pd.testing.assert_frame_equal(read_prices(area / PRICES)[0], read_prices()[0])
    assert list(own(area).index) == list(ITEMS)


def test_a_layer_of_shapes_is_no_table_of_prices(area: Path) -> None:
    assert refused(import_layer("prices", area / sa.COMMUNES, area)) == {(None, "not_prices")}


def test_prices_on_the_command_line(area: Path, tmp_path: Path) -> None:
    path = office(tmp_path / "gia.xlsx", [["battery", "đ/kWh", "4 triệu", "6 triệu", "9 triệu", 2026, QUOTE]])
    done = CliRunner().invoke(app, ["import", "prices", str(path), "--into", str(area), "--report", str(tmp_path / "report")])
    assert done.exit_code == 0, done.output
    assert own(area).at["battery", "base"] == "6000000"
    assert (tmp_path / "report" / "gia.xlsx.report.xlsx").is_file()
