"""The layers other than villages, and how what comes in meets what is there."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_planner.errors import UsageError
from geo_planner.imports import import_layer, preview
from tests.imports import making as m

RADIO = {
    "Băng tần": ["B28"] * 12,
    "Băng thông": [10] * 12,
    "Chiều cao cột": [42] * 12,
    "Công suất": [43] * 12,
    "Gain": [15.5] * 12,
    "Suy hao": [2] * 12,
    "Trạng thái": ["đang hoạt động"] * 12,
}


def stations(**changes: object) -> list[list[object]]:
    table = m.plain(**{"Thôn, bản": None, "Số hộ": None, "Điện lưới": None})
    return m.rows_of({"Tên trạm": list(m.NAMES), **table, **RADIO, **changes})


def test_stations_get_ids_and_words_of_the_schema(empty_area: Path, tmp_path: Path) -> None:
    report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", stations()), empty_area)
    assert report.exit_status == 0, report.faults
    sites = pd.read_csv(empty_area / "sites" / "sites.csv", dtype=str)
    assert sites["site_id"].is_unique
    assert set(sites["status"]) == {"on_air"}
    assert set(sites["freq_mhz"]) == {"700"}
    assert sites["cell_id"][0] == f"{sites['site_id'][0]}-700"


def test_a_station_without_its_radio_values_becomes_a_question(area: Path, tmp_path: Path) -> None:
    """Only place, name and commune are needed; what the operator has not told is asked for, never filled in."""
    rows = stations()
    rows[3][rows[0].index("Công suất")] = None
    report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert report.exit_status == 0, report.faults
    assert any("tx_power_dbm" in question and " 1 of " in question for question in map(str, report.questions))
    assert pd.read_csv(area / "sites" / "sites.csv")["tx_power_dbm"].isna().sum() == 1


def test_samples_of_a_drive_test(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    rows = [["Thời gian", "lat", "lon", "Nhà mạng", "Băng tần", "RSRP (dBm)", "RSRQ", "Speed"]]
    rows += [
        [f"28/01/2026 09:{i:02d}:00", y, x, "Viettel", "Band 8", f"-{90 + i} dBm", -11.5, 22]
        for i, (x, y) in enumerate(zip(lon, lat, strict=True))
    ]
    rows.append(rows[1])
    report = import_layer("measurements", m.csv(tmp_path / "f.csv", rows), area)
    assert report.exit_status == 0, report.faults
    samples = pd.read_csv(area / "measurements" / "measurements.csv", dtype=str)
    assert len(samples) == 12, "the repeated sample is one"
    assert samples["time"][0] == "2026-01-28T09:00:00+07:00"
    assert samples["rsrp_dbm"][1] == "-91"
    assert set(samples["freq_mhz"]) == {"900"}
    assert any("+07:00" in str(why) for why in report.corrected["why"])
    assert import_layer("measurements", tmp_path / "f.csv", area).counts["added"] == 0


def test_candidates_need_only_a_position(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    report = import_layer(
        "candidates",
        m.csv(tmp_path / "f.csv", [["lon", "lat", "name"], *[[x, y, f"VT{i}"] for i, (x, y) in enumerate(zip(lon, lat, strict=True))]]),
        area,
    )
    assert report.exit_status == 0, report.faults
    assert len(pd.read_csv(area / "candidates" / "candidates.csv")) == 12


@pytest.mark.parametrize("crs", ["EPSG:4326", "EPSG:9205", "EPSG:32648"])
def test_roads_come_out_in_degrees_whatever_their_system(crs: str, area: Path, tmp_path: Path) -> None:
    m.roads(crs).to_file(tmp_path / "f.gpkg", driver="GPKG")
    report = import_layer("roads", tmp_path / "f.gpkg", area)
    assert report.exit_status == 0, report.faults
    made = gpd.read_file(area / "roads" / "roads.geojson")
    assert made.crs == "EPSG:4326"
    assert shapely.hausdorff_distance(made.geometry.array, m.roads().geometry.array).max() < 2e-7
    assert list(made["ten"]) == list(m.roads()["ten"])
    again = import_layer("roads", tmp_path / "f.gpkg", area)
    assert again.counts["updated"] == 4


def test_a_crossed_area_is_repaired_and_told(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    bow = shapely.Polygon([(lon[0], lat[0]), (lon[0] + 0.02, lat[0] + 0.02), (lon[0] + 0.02, lat[0]), (lon[0], lat[0] + 0.02)])
    gpd.GeoDataFrame({"ly_do": ["rừng đặc dụng"]}, geometry=[bow], crs="EPSG:4326").to_file(tmp_path / "f.geojson", driver="GeoJSON")
    report = import_layer("exclusion_areas", tmp_path / "f.geojson", area)
    assert report.exit_status == 0, report.faults
    assert len(report.corrected) == 1
    assert gpd.read_file(area / "exclusion_areas" / "exclusion_areas.geojson").is_valid.all()


def test_a_table_is_no_layer_of_lines(area: Path, tmp_path: Path) -> None:
    assert {f.code for f in import_layer("power_lines", m.csv(tmp_path / "f.csv", m.rows_of(m.plain())), area).faults} == {"not_vector"}


def test_sample_rows_are_replaced_and_real_rows_merged(area: Path, tmp_path: Path) -> None:
    first = import_layer("villages", m.csv(tmp_path / "a.csv", m.rows_of(m.plain())), area)
    assert (first.counts["added"], first.counts["removed"]) == (12, 21)
    changed = m.plain(**{"Số hộ": [None] + [99] * 11, "Ghi chú": ["mới"] * 12})
    second = import_layer("villages", m.csv(tmp_path / "b.csv", m.rows_of(changed)[:7]), area)
    assert (second.counts["added"], second.counts["updated"], second.counts["removed"]) == (0, 6, 0)
    villages = pd.read_csv(area / "villages" / "villages.csv", dtype=str, keep_default_na=False)
    assert list(villages["households"]) == ["20", *["99"] * 5, *[str(20 + i) for i in range(6, 12)]], "a blank cell keeps what is known"
    assert list(villages["Ghi chú"]) == ["mới"] * 6 + [""] * 6
    third = import_layer("villages", m.csv(tmp_path / "c.csv", m.rows_of(m.plain())[:4]), area, mode="replace")
    assert (third.counts["added"], third.counts["removed"]) == (3, 12)


def test_a_village_known_by_name_keeps_its_id(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.csv(tmp_path / "a.csv", m.rows_of(m.plain())[:2]), area, mode="merge")
    assert report.counts["updated"] == 1
    villages = pd.read_csv(area / "villages" / "villages.csv", dtype=str).set_index("village_id")
    assert villages.loc["LC001", "households"] == "20"


def test_made_ids_do_not_depend_on_the_other_rows(area: Path, tmp_path: Path) -> None:
    whole = import_layer("villages", m.csv(tmp_path / "a.csv", m.rows_of(m.plain())), area, mode="replace").accepted
    rows = m.rows_of(m.plain())
    part = import_layer("villages", m.csv(tmp_path / "b.csv", [rows[0], *rows[:3:-1]]), area, mode="replace").accepted
    assert set(part["village_id"]) <= set(whole["village_id"])


def test_two_villages_of_one_name_are_told_apart_by_their_former_communes(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(
        {
            "Thôn, bản": ["Nà Lang", "Nà Lang"],
            "Xã cũ": ["Xã Pa ủ", "Xã Tá Bạ"],
            "Huyện cũ": ["Mường Tè"] * 2,
            "Kinh độ": m.places()[0][[2, 2]].tolist(),
            "Vĩ độ": m.places()[1][[2, 2]].tolist(),
        }
    )
    report = import_layer("villages", m.csv(tmp_path / "a.csv", rows), area)
    assert report.exit_status == 0, report.faults
    assert report.accepted["village_id"].is_unique


def test_a_name_of_today_and_of_before_is_decided_by_the_place(area: Path, tmp_path: Path) -> None:
    """Old Mường Than went into Than Uyên; today's Mường Than is another commune."""
    rows = m.rows_of(m.plain())
    rows[9][2] = "Mường Than"  # lies in Than Uyên
    rows[10][2] = "Mường Than"  # lies in Mường Than
    report = import_layer("villages", m.csv(tmp_path / "a.csv", rows), area)
    assert report.exit_status == 0, report.faults
    assert list(report.accepted["commune_code"])[8:10] == ["03595", "03618"]
    assert set(report.corrected["row"]) == {10, 11}


def test_the_told_columns_are_remembered_and_said(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{"Thôn, bản": None, "Điểm dân cư số": m.NAMES}))
    path = m.csv(tmp_path / "a.csv", rows)
    assert import_layer("villages", path, area).exit_status == 1
    assert import_layer("villages", path, area, column_map={"Điểm dân cư số": "name"}).exit_status == 0
    again = import_layer("villages", path, area)
    assert again.exit_status == 0
    assert any("as told in an earlier import" in text for text in map(str, again.statements))


def test_rejects_are_written_beside_the_file_with_their_reasons(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain())
    rows[3][5] = "=mười"
    path = m.csv(tmp_path / "ds.csv", rows)
    report = import_layer("villages", path, area, accept_valid=True)
    assert (report.exit_status, report.counts["accepted"], report.counts["rejected"]) == (0, 11, 1)
    rejects = pd.read_csv(tmp_path / "ds.rejected.csv", dtype=str)
    assert list(rejects["Dòng trong tệp"]) == ["4"]
    assert rejects["Số hộ"][0] == "'=mười", "a spreadsheet must not calculate it"
    assert "không phải là số" in rejects["Lý do bị loại"][0]


def test_no_good_row_is_a_failure_even_when_good_rows_would_do(
    area: Path, tmp_path: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    before = contents(area)
    report = import_layer(
        "villages",
        m.csv(tmp_path / "a.csv", m.rows_of(m.plain(**{"Số hộ": ["?!"] * 12, "Thôn, bản": [None] * 12}))),
        area,
        accept_valid=True,
    )
    assert report.exit_status == 1
    assert contents(area) == before


def test_the_report_tells_rows_in_xlsx_and_json(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain())
    rows[3][5], rows[5][5] = "mười", "1.234 hộ"
    report = import_layer("villages", m.csv(tmp_path / "ds.csv", rows), area, accept_valid=True, report_dir=tmp_path / "out")
    assert {path.name for path in report.files} == {"ds.csv.report.json", "ds.csv.report.xlsx", "ds.rejected.csv"}
    told = json.loads((tmp_path / "out" / "ds.csv.report.json").read_text(encoding="utf-8"))
    assert told["rejected"][0]["row"] == 4
    first = told["corrected"][0]
    assert (first["row"], first["column"], first["was"], first["became"]) == (6, "households", "1.234 hộ", "1234")
    assert (first["code"], first["why"], first["why_vi"]) == (
        "rows_done",
        "digits grouped by 1.234",
        "dấu trong 1.234 phân cách hàng nghìn",
    )
    assert len(told["statements"]) == len(told["statements_vi"])
    assert told["rejected"][0]["reason"] != told["rejected"][0]["reason_vi"]
    sheets = pd.read_excel(tmp_path / "out" / "ds.csv.report.xlsx", sheet_name=None, engine="openpyxl")
    assert list(sheets) == ["Tóm tắt", "Dòng được nhận", "Chỗ được sửa", "Dòng bị loại", "Dòng bỏ qua"]
    assert len(sheets["Dòng được nhận"]) == 11


def test_blanks_become_questions(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.csv(tmp_path / "a.csv", m.rows_of(m.plain(**{"Điện lưới": ["có", None] * 6}))), area)
    assert any("grid_power" in question and "6 of 12" in question for question in map(str, report.questions))


def test_two_positions_that_lie_a_datum_shift_apart_are_told(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    without_shift = gpd.GeoSeries(gpd.points_from_xy(lon, lat, crs="EPSG:4326")).to_crs(
        "+proj=tmerc +lon_0=103 +k=0.9999 +x_0=500000 +ellps=WGS84"
    )
    rows = m.rows_of(m.plain(**{"X VN-2000": without_shift.y.tolist(), "Y VN-2000": without_shift.x.tolist()}))
    report = import_layer("villages", m.csv(tmp_path / "a.csv", rows), area)
    assert report.exit_status == 0
    assert any("datum shift" in fault.reason for fault in report.faults)


def test_preview_shows_what_an_import_would_do_and_writes_nothing(
    area: Path, tmp_path: Path, contents: Callable[[Path], dict[str, str]]
) -> None:
    before = contents(area)
    shown = preview("villages", m.csv(tmp_path / "a.csv", m.rows_of(m.in_metres())), area)
    assert shown.mapping is not None
    assert shown.mapping["Thôn, bản"] == "name"
    assert shown.crs_candidates[0][0] == "EPSG:9205"
    assert shown.rows == 12
    assert contents(area) == before


def test_symbolic_links_in_the_study_area_are_not_followed(area: Path, tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    (area / "villages").rename(outside)
    (area / "villages").symlink_to(outside)
    before = (outside / "villages.csv").read_bytes()
    report = import_layer("villages", m.csv(tmp_path / "a.csv", m.rows_of(m.plain())), area)
    assert {fault.code for fault in report.faults} == {"symlink"}
    assert (outside / "villages.csv").read_bytes() == before


@pytest.mark.parametrize(
    ("layer", "file", "root"), [("rivers", "a.csv", "area"), ("villages", "none.csv", "area"), ("villages", "a.csv", "nowhere")]
)
def test_what_cannot_be_asked_for_is_a_usage_error(layer: str, file: str, root: str, area: Path, tmp_path: Path) -> None:
    m.csv(tmp_path / "a.csv", m.rows_of(m.plain()))
    with pytest.raises(UsageError):
        import_layer(layer, tmp_path / file, tmp_path / root)


def test_a_study_area_without_communes_cannot_be_checked_against(area: Path, tmp_path: Path) -> None:
    (area / "boundaries" / "communes.geojson").unlink()
    report = import_layer("villages", m.csv(tmp_path / "a.csv", m.rows_of(m.plain())), area)
    assert {fault.code for fault in report.faults} == {"missing_file"}


def test_arguments_are_not_changed(area: Path, tmp_path: Path) -> None:
    told = {"Số hộ": "-"}
    report = import_layer("villages", m.csv(tmp_path / "a.csv", m.rows_of(m.plain())), area, column_map=told)
    assert told == {"Số hộ": "-"}
    assert (report.accepted["households"] == "").all()
    assert not np.isin("Số hộ", report.accepted.columns)
