"""Figures with units, thousands and bands, times, and coordinates as people and devices write them."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo_planner.imports import import_layer
from geo_planner.imports.cells.figures import title_unit
from geo_planner.imports.cells.moments import as_time
from geo_planner.imports.cells.texts import clean_texts
from geo_planner.imports.cells.values import convert
from geo_planner.imports.places.coordinates import both_numbers, number
from geo_planner.schema import LAYERS
from tests.imports import making as m


def read(name: str, cell: object, title: str = "", style: str = "") -> str:
    """The text of a cell, ``!`` when it is refused."""
    column = next(c for layer in ("villages", "sites", "measurements") for c in LAYERS[layer].columns if c.name == name)
    cells = pd.Series([cell], dtype=object)
    row = convert(cells, clean_texts(cells)[0], column, style, title).iloc[0]  # type: ignore[arg-type]
    return "!" if row["wrong"] else row["text"]


@pytest.mark.parametrize(
    ("name", "title", "cell", "text"),
    [
        ("tx_power_dbm", "Công suất phát (W)", 20, "43"), ("tx_power_dbm", "Công suất phát (W)", 40.0, "46"), ("tx_power_dbm", "Công suất", "20W", "43"),
        ("tx_power_dbm", "Công suất (W)", "46 dBm", "46"), ("tx_power_dbm", "Công suất (W/port)", "20", "43"), ("tx_power_dbm", "CONG_SUAT_W", 20, "43"),
        ("tx_power_dbm", "Công suất (dBm)", 43, "43"), ("tx_power_dbm", "Công suất", "100 mW", "20"), ("tx_power_dbm", "Công suất (W)", 0, "!"),
        ("settlement_radius_m", "Bán kính dân cư (km)", 2, "2000"), ("settlement_radius_m", "Bán kính dân cư (km)", "1,5", "1500"),
        ("settlement_radius_m", "Bán kính", "2 km", "2000"), ("settlement_radius_m", "Bán kính", "500 m", "500"), ("settlement_radius_m", "Bán kính", "3 ha", "!"),
        ("public_service_km", "Cách điểm dịch vụ công (km)", "500 m", "0.5"), ("public_service_km", "Cách điểm dịch vụ công", "12 km", "12"),
        ("speed_kmh", "Speed (m/s)", 20, "72"), ("speed_kmh", "Speed", "20 km/h", "20"),
        ("freq_mhz", "Tần số (GHz)", "0.9", "900"), ("freq_mhz", "Tần số", "0.9 GHz", "900"), ("freq_mhz", "Tần số (MHz)", "1.800", "1800"),
        ("freq_mhz", "Tần số", "1,800", "1800"), ("freq_mhz", "Băng tần", "8", "900"), ("freq_mhz", "Band", 28, "700"), ("freq_mhz", "Tần số", "8", "!"),
        ("households", "Hộ nghèo", "45%", "!"), ("households", "Số hộ", "45 hộ", "45"), ("households", "Số hộ", "45 người", "!"), ("households", "Số hộ", "✓", "!"),
        ("population", "Số khẩu", "1.234 nhân khẩu", "1234"), ("mast_height_m", "Độ cao", "42m", "42"), ("mast_height_m", "Độ cao", "100 ft", "30.48"),
        ("antenna_gain_dbi", "Gain (dBd)", 15, "17.15"), ("rsrp_dbm", "RSRP", "-95 dB", "!"), ("azimuth_deg", "Azimuth (độ)", "120°", "120"),
        ("azimuth_deg", "Azimuth", "omni", ""), ("azimuth_deg", "Góc phương vị", "vô hướng", ""), ("azimuth_deg", "Azimuth", "0/120/240", "!"),
    ],
)  # fmt: skip
def test_units_of_titles_and_cells(name: str, title: str, cell: object, text: str) -> None:
    assert read(name, cell, title) == text


def test_a_lone_sign_before_three_digits_is_read_only_where_it_can_be_told() -> None:
    assert read("settlement_radius_m", "1.800", "Bán kính") == "!"
    assert read("settlement_radius_m", "1.800", "Bán kính", "comma") == "1800"
    assert read("settlement_radius_m", "1.800", "Bán kính", "point") == "1.8"
    assert read("settlement_radius_m", "1,800", "Bán kính", "point") == "1800"
    assert read("freq_mhz", "1.800", "Tần số", "point") == "1800", "no network is at 1.8 MHz"
    assert read("households", "1.234", "Số hộ") == "1234"


@pytest.mark.parametrize("title", ["Hộ nghèo (%)", "Tỷ lệ hộ nghèo", "Hộ nghèo / Tỷ lệ (%)", "Hộ nghèo %"])
def test_a_title_that_says_share_is_no_count(title: str) -> None:
    assert title_unit(title, LAYERS["villages"].column("poor_households"))[1]


def test_a_column_in_a_unit_that_does_not_fit_is_refused_once(area: Path, tmp_path: Path) -> None:
    table = m.plain(**{"Tỷ lệ nghèo": [45] * 12})
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(table)), area, column_map={"Tỷ lệ nghèo": "poor_households"})
    assert [(fault.code, fault.column, fault.row) for fault in report.faults] == [("unit", "Tỷ lệ nghèo", None)]


def test_a_converted_figure_is_stated_and_listed(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain(**{"Bán kính dân cư (km)": [2] * 12}))), area)
    assert report.exit_status == 0, report.faults
    assert set(report.accepted["settlement_radius_m"]) == {"2000"}
    assert any("km" in text and "converted to m" in text for text in map(str, report.statements))
    assert (report.corrected["column"] == "settlement_radius_m").sum() == 12


@pytest.mark.parametrize(
    "text",
    [
        "28/01/2026 9:30", "28/01/2026 09:30:00", "28-01-2026 09:30", "2026/01/28 09:30:00", "2026.01.28_09.30.00", "9:30:00 28/01/2026", "9:30 28/01/2026",
        "20260128 093000", "2026-01-28T09:30:00+07:00", "2026-01-28 09:30:00 +0700", "28/01/2026 09:30:00 SA", "9h30 28/01/2026", "1769567400",
    ],
)  # fmt: skip
def test_times(text: str) -> None:
    assert as_time(text, text, "Time")[0] == "2026-01-28T09:30:00+07:00"
    assert not as_time(text, text, "Time")[2]


def test_times_that_are_not_certain() -> None:
    for text in ("28/1/26 9:30", "1/28/2026 9:30:15 AM", "09:30:15", "30/02/2026 09:00", "0001-01-01T00:00:00Z", "28/01/2026 25:00"):
        assert as_time(text, text, "Time")[2], text
    assert as_time("x", "2026-01-28 02:30:00", "Time (UTC)")[0] == "2026-01-28T02:30:00+00:00"
    assert as_time("x", "2026-01-28 02:30:00", "Time (UTC+7)")[0] == "2026-01-28T02:30:00+07:00"
    assert as_time("x", "28/01/2026 9:30 CH", "")[0] == "2026-01-28T21:30:00+07:00"


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("N22.50417", 22.50417), ("22.50417N", 22.50417), ("22,50417° B", 22.50417), ("102.611832 E", 102.611832), ("E 102 36 42.6", 102.6118333),
        ("102o36'42''", 102.6116667), ("102.611832000000000000001", 102.611832), ("22-30-15.5", 22.5043056), ("22:30:15.5", 22.5043056), ("22.5 S", -22.5),
    ],
)  # fmt: skip
def test_degrees(text: str, value: float) -> None:
    assert number(text) == pytest.approx(value, abs=1e-7)


def test_no_degrees() -> None:
    for text in ("N", "22.5X", "22-75-10", "abc", "E", "22.5 km"):
        assert np.isnan(number(text)), text


@pytest.mark.parametrize("sign", [".", ","])
def test_grouped_metres_without_decimals(empty_area: Path, tmp_path: Path, sign: str) -> None:
    east, north = (np.round(axis) for axis in m.metres())
    grouped = {title: [f"{value:,.0f}".replace(",", sign) for value in axis] for title, axis in (("X (m)", north), ("Y (m)", east))}
    table = m.plain(**{"Kinh độ": None, "Vĩ độ": None, **grouped})
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(table)), empty_area)
    assert report.exit_status == 0, report.faults
    lon, lat = m.places()
    assert np.abs(report.accepted["lon"].astype(float).to_numpy() - lon).max() < 1e-5
    assert np.abs(report.accepted["lat"].astype(float).to_numpy() - lat).max() < 1e-5
    assert any("groups thousands" in text for text in map(str, report.statements))


def test_degrees_with_three_decimals_are_not_grouped() -> None:
    first, second, _, told = both_numbers(pd.Series(["22.123", "22.500"]), pd.Series(["102.123", "102.200"]))
    assert first.tolist() == [22.123, 22.5]
    assert second.tolist() == [102.123, 102.2]
    assert told == []
