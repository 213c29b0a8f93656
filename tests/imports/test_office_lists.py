"""Lists as other offices and programs make them: columns that may be two things, communes around the table, doubtful rows."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo_planner.imports import import_layer
from geo_planner.imports.report import ImportReport
from geo_planner.imports.titles.meaning import targets_of
from geo_planner.words import codes
from tests.imports import making as m


def masts(**further: Sequence[Any]) -> list[list[Any]]:
    lon, lat = m.places()
    return m.rows_of(
        {"Mã trạm": [f"T{i}" for i in range(12)], "Long": lon.tolist(), "Lat": lat.tolist(), **{k: list(v) for k, v in further.items()}}
    )


def samples(**further: Sequence[Any]) -> list[list[Any]]:
    lon, lat = m.places()
    return m.rows_of({"Lat": lat.tolist(), "Lng": lon.tolist(), **{k: list(v) for k, v in further.items()}})


def codes_of(report: ImportReport) -> set[str]:
    return {fault.code for fault in report.faults}


# Columns that may be two things


@pytest.mark.parametrize("power", [20, 40, 40.0, 5, 55, "20", "37,5"])
def test_a_power_without_a_unit_is_asked_about(power: object, area: Path, tmp_path: Path) -> None:
    """20 W are 43 dBm: taken as dBm the station would be 23 dB too weak."""
    file = m.xlsx(tmp_path / "f.xlsx", masts(**{"Công suất phát": [power] * 12}))
    report = import_layer("sites", file, area)
    assert (report.exit_status, codes_of(report)) == (1, {"which_unit"})
    assert '--map "Công suất phát=tx_power_dbm"' in report.faults[0].remedy
    told = import_layer("sites", file, area, column_map={"Công suất phát": "tx_power_dbm"})
    assert told.exit_status == 0, told.faults
    again = import_layer("sites", file, area)
    assert again.exit_status == 0, "what was told once is remembered"


@pytest.mark.parametrize(
    ("title", "power", "dbm"),
    [("Công suất", 46, 46.0), ("Công suất (W)", 20, 43.0), ("Công suất", "20 W", 43.0), ("tx_power_dbm", 20, 20.0)],
)
def test_a_power_with_a_unit_or_of_a_usual_level_is_taken(title: str, power: object, dbm: float, area: Path, tmp_path: Path) -> None:
    report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", masts(**{title: [power] * 12})), area)
    assert report.exit_status == 0, report.faults
    assert set(pd.read_csv(area / "sites" / "sites.csv")["tx_power_dbm"]) == {dbm}


@pytest.mark.parametrize(("height", "code"), [(42, None), (150, "which_height"), (940, "which_height"), (3, "which_height")])
def test_a_bare_height_may_be_that_of_the_ground(height: int, code: str | None, area: Path, tmp_path: Path) -> None:
    report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", masts(**{"Độ cao (m)": [height] * 12})), area)
    assert codes_of(report) == ({code} if code else set())
    assert report.exit_status == (1 if code else 0)


def test_the_height_of_the_antenna_goes_before_those_of_mast_and_ground(area: Path, tmp_path: Path) -> None:
    columns = {"Độ cao (m)": [940] * 12, "Chiều cao cột (m)": [42] * 12, "Chiều cao anten (m)": [36] * 12}
    for names, height in ((list(columns), 36), (list(columns)[:2], 42), (list(columns)[::-1], 36)):
        report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", masts(**{name: columns[name] for name in names})), area, mode="replace")
        assert report.exit_status == 0, report.faults
        sites = pd.read_csv(area / "sites" / "sites.csv")
        assert set(sites["mast_height_m"]) == {height}
        assert any("Columns not used" in text and "Độ cao (m)" in text for text in map(str, report.statements))


def test_two_heights_of_one_rank_are_refused(area: Path, tmp_path: Path) -> None:
    rows = masts(**{"Chiều cao anten (m)": [36] * 12, "Độ cao treo anten": [30] * 12})
    assert codes_of(import_layer("sites", m.xlsx(tmp_path / "f.xlsx", rows), area)) == {"two_columns"}


def test_the_name_of_a_cell_goes_before_its_number(area: Path, tmp_path: Path) -> None:
    rows = masts(**{"CI": range(12), "Cell Name": [f"T{i}_1" for i in range(12)]})
    report = import_layer("sites", m.csv(tmp_path / "f.csv", rows), area)
    assert report.exit_status == 0, report.faults
    assert pd.read_csv(area / "sites" / "sites.csv")["cell_id"][3] == "T3_1"


@pytest.mark.parametrize("titles", [("RSRP Viettel", "RSRP VinaPhone"), ("RSRP min", "RSRP max")])
def test_rsrp_of_several_operators_in_columns_is_asked_about(titles: tuple[str, str], area: Path, tmp_path: Path) -> None:
    rows = samples(Time=[f"2026-01-28 09:{i:02d}:00" for i in range(12)], **{titles[0]: [-100] * 12, titles[1]: [-90] * 12})
    report = import_layer("measurements", m.csv(tmp_path / "f.csv", rows), area)
    assert (report.exit_status, codes_of(report)) == (1, {"which_level"})
    assert titles[0] in report.faults[0].remedy
    named = import_layer("measurements", m.csv(tmp_path / "f.csv", rows), area, column_map={titles[0]: "rsrp_dbm"})
    assert named.exit_status == 0, named.faults


@pytest.mark.parametrize("title", ["Tốc độ (Mbps)", "Speed (Mb/s)", "Tốc độ tải xuống (Mbps)", "Speed kbps"])
def test_the_speed_of_a_download_is_not_that_of_the_car(title: str) -> None:
    assert targets_of(title, "measurements") == ()


@pytest.mark.parametrize(
    ("layer", "title", "target"),
    [
        ("sites", "Kinh độ trạm", "lon"),
        ("sites", "Vĩ độ cột", "lat"),
        ("villages", "Vĩ độ bản", "lat"),
        ("villages", "Kinh độ nhà văn hoá", "lon"),
        ("villages", "Kinh độ trạm", ""),
        ("villages", "Kinh độ UBND xã", ""),
        ("villages", "Phủ sóng di động", "declared_status"),
        ("villages", "Sóng điện thoại", "declared_status"),
        ("villages", "Độ phủ sóng", ""),
        ("sites", "Total Tilt", "tilt_deg"),
        ("sites", "Max Tx Power (dBm)", "tx_power_dbm"),
        ("measurements", "Mức thu RSRP (dBm)", "rsrp_dbm"),
        ("measurements", "RSRP Viettel", ""),
    ],
)
def test_titles_of_operators_and_offices(layer: str, title: str, target: str) -> None:
    assert targets_of(title, layer) == ((target,) if target else ())


def test_the_villages_own_coordinates_among_those_of_the_nearest_mast(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    mast = {"Kinh độ trạm": (lon + 0.05).tolist(), "Vĩ độ trạm": (lat + 0.02).tolist()}
    rows = m.rows_of(m.plain(**{"Kinh độ": None, "Vĩ độ": None, **mast, "Kinh độ bản": lon.tolist(), "Vĩ độ bản": lat.tolist()}))
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert pd.read_csv(area / "villages" / "villages.csv")["lon"].tolist() == pytest.approx(lon)


# Date and time of day


@pytest.mark.parametrize(
    ("titles", "day", "clock"),
    [
        (("Date", "Time"), "05/11/2026", "9:05:30"),
        (("Ngày đo", "Giờ đo"), "2026-11-05", "09:05:30"),
        (("Ngày", "Giờ"), "5.11.2026", "9h05m30s"),
        (("Date", "Time"), "2026-11-05", "9:05:30 AM"),
    ],
)
def test_date_and_time_of_day_in_two_columns_are_one_moment(
    titles: tuple[str, str], day: str, clock: str, area: Path, tmp_path: Path
) -> None:
    rows = samples(**{titles[0]: [day] * 12, titles[1]: [clock] * 12, "RSRP": [-100] * 12})
    report = import_layer("measurements", m.csv(tmp_path / "f.csv", rows), area)
    assert report.exit_status == 0, report.faults
    table = pd.read_csv(area / "measurements" / "measurements.csv")
    assert set(table["time"]) == {"2026-11-05T09:05:30+07:00"}
    assert any("together they are the time" in text for text in map(str, report.statements))


def test_a_time_of_day_without_a_date_stays_refused(area: Path, tmp_path: Path) -> None:
    rows = samples(Time=["09:05:30"] * 12, RSRP=[-100] * 12)
    report = import_layer("measurements", m.csv(tmp_path / "f.csv", rows), area)
    assert report.exit_status == 1
    rows = samples(Date=["05/11/2026"] * 11 + ["hôm qua"], Time=["09:05:30"] * 12, RSRP=[-100] * 12)
    assert import_layer("measurements", m.csv(tmp_path / "g.csv", rows), area).exit_status == 1


# Communes around the table


def of_one_commune(code: str) -> list[list[Any]]:
    point = m.communes().geometry[code].representative_point()
    return [
        ["STT", "Tên bản", "Kinh độ", "Vĩ độ", "Số hộ"],
        [1, "Nà Ui", point.x, point.y, 30],
        [2, "Nà Phát", point.x + 0.004, point.y, 40],
    ]


@pytest.mark.parametrize(
    "heading",
    ["UBND XÃ TÀ TỔNG", "Danh sách các bản của xã Tà Tổng năm 2026", "Biểu 2: bản trắng sóng, xã Tà Tổng, huyện Mường Tè cũ"],
)
def test_a_list_of_one_commune_takes_it_from_its_heading(heading: str, area: Path, tmp_path: Path) -> None:
    rows = [[heading], [], *of_one_commune("03463")]
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert set(pd.read_csv(area / "villages" / "villages.csv", dtype=str)["commune_code"]) == {"03463"}
    assert any("taken from the heading above the table" in text for text in map(str, report.statements))


def test_a_heading_that_names_two_communes_or_the_wrong_one_settles_nothing(area: Path, tmp_path: Path) -> None:
    two = [["Các bản của xã Tà Tổng và xã Mù Cả"], [], *of_one_commune("03463")]
    assert "no_commune" in codes_of(import_layer("villages", m.xlsx(tmp_path / "f.xlsx", two), area))
    wrong = [["UBND xã Dào San"], [], *of_one_commune("03463")]
    assert import_layer("villages", m.xlsx(tmp_path / "g.xlsx", wrong), area).exit_status == 1


def test_sheets_of_communes_are_named_one_by_one_and_give_the_commune(area: Path, tmp_path: Path) -> None:
    file = m.xlsx(tmp_path / "f.xlsx", of_one_commune("03463"), sheet="Tà Tổng", more={"Xã Mù Cả": of_one_commune("03451")})
    assert codes_of(import_layer("villages", file, area)) == {"several_sheets"}
    for sheet in ("Tà Tổng", "Xã Mù Cả"):
        report = import_layer("villages", file, area, sheet=sheet)
        assert report.exit_status == 0, report.faults
    villages = pd.read_csv(area / "villages" / "villages.csv", dtype=str)
    assert sorted(villages["commune_code"]) == ["03451", "03451", "03463", "03463"]


def test_names_in_the_column_of_the_codes_are_read_as_names(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{"Xã": None, "Mã xã": m.commune_names()}))
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert pd.read_csv(area / "villages" / "villages.csv", dtype=str)["commune_code"].tolist() == list(m.CODES)
    assert "column for the code" in str(report.corrected["why"].iloc[0])
    rows[4][2] = "Xã Không Có"
    assert import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area).exit_status == 1


def test_codes_in_the_column_of_the_names_are_read_as_codes(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(Xã=[int(code) if n % 2 else code for n, code in enumerate(m.CODES)]))
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert pd.read_csv(area / "villages" / "villages.csv", dtype=str)["commune_code"].tolist() == list(m.CODES)
    assert "in the column for the name is the code of" in str(report.corrected["why"].iloc[0])
    rows[4][2] = "99999"
    assert codes_of(import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)) == {"unknown_commune"}


def test_restored_zeros_are_one_statement(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{"Xã": None, "Mã xã": [int(code) for code in m.CODES]}))
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert sum("leading zero" in text for text in map(str, report.statements)) == 1
    assert len(report.corrected) == 12


# Doubtful rows


def test_a_part_larger_than_its_whole_is_a_warning(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{"Số khẩu": [100] * 12, "Hộ nghèo": [5] * 12}))
    rows[3][rows[0].index("Số khẩu")] = 3
    rows[5][rows[0].index("Hộ nghèo")] = 900
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert [(fault.row, fault.column, fault.level) for fault in report.faults] == [(4, "Số hộ", "warning"), (6, "Hộ nghèo", "warning")]


def test_columns_exchanged_as_a_whole_are_one_warning(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{"Số hộ": [200 + i for i in range(12)], "Số khẩu": [40] * 12}))
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert [fault.code for fault in report.faults] == ["part_and_whole"]
    assert "stand in each other's place" in report.faults[0].remedy


def test_villages_at_one_point_are_a_warning(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    lon[1], lat[1] = lon[0], lat[0]
    report = import_layer(
        "villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain(**{"Kinh độ": lon.tolist(), "Vĩ độ": lat.tolist()}))), area
    )
    assert report.exit_status == 0
    assert [(fault.code, fault.row, fault.level) for fault in report.faults] == [("same_point", 2, "warning")]
    assert "rows 2, 3" in report.faults[0].reason


def test_degrees_with_two_decimals_are_a_warning(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    table = m.plain(
        **{
            "Kinh độ": [round(x, 2) if i in (2, 4) else x for i, x in enumerate(lon)],
            "Vĩ độ": [round(y, 2) if i != 5 else y for i, y in enumerate(lat)],
        }
    )
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(table)), area)
    assert report.exit_status == 0, report.faults
    coarse = [fault for fault in report.faults if fault.code == "coarse_position"]
    assert [(fault.level, "2 rows" in fault.reason, "row 4" in fault.reason) for fault in coarse] == [("warning", True, True)]


@pytest.mark.parametrize("layer", ["sites", "measurements"])
def test_a_position_of_nought_and_nought_is_none(layer: str, area: Path, tmp_path: Path) -> None:
    rows = masts() if layer == "sites" else samples(RSRP=[-100] * 12)
    for title in ("Lat", "Long", "Lng"):
        if title in rows[0]:
            rows[2][rows[0].index(title)] = 0
    report = import_layer(layer, m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 1
    assert [(fault.code, fault.row) for fault in report.faults] == [("coordinates", 3)]
    assert "knew no position" in report.faults[0].reason


def test_a_code_that_only_counts_within_a_commune_can_be_left_out(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{"Mã bản": ["01"] * 12}))
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert {fault.code for fault in report.faults} == {"duplicate_id"}
    assert '--map "Mã bản=-"' in report.faults[0].remedy
    assert import_layer("villages", m.xlsx(tmp_path / "f.xlsx", rows), area, column_map={"Mã bản": "-"}).exit_status == 0


@pytest.mark.parametrize("code", ["which_unit", "which_height", "same_point", "coarse_position", "part_and_whole", "commune_outside"])
def test_new_faults_are_told_in_vietnamese(code: str) -> None:
    assert code in codes()


def test_a_mast_of_the_next_province_may_name_a_commune_that_is_not_known_here(area: Path, tmp_path: Path) -> None:
    """Operators give the masts around the province with the communes that they stand in."""
    rows = masts(Huyện=[""] * 12, Xã=m.commune_names())
    rows[1] = [*rows[1][:1], 102.27135, 22.38042, "Mường Nhé", "Xã Sín Thầu"]
    report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    sites = pd.read_csv(area / "sites" / "sites.csv", dtype=str)
    assert sites["commune_code"].isna().tolist() == [True] + [False] * 11
    assert ("commune_outside", 2, "warning") in [(fault.code, fault.row, fault.level) for fault in report.faults]


def test_a_mast_of_the_province_with_an_unknown_commune_is_a_fault(area: Path, tmp_path: Path) -> None:
    rows = masts(Xã=["Xã Sín Thầu", *m.commune_names()[1:]])
    report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert [(fault.code, fault.row) for fault in report.faults] == [("unknown_commune", 2)]
