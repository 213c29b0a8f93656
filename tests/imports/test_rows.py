"""What is told of rows: all faults at once, each once, under the titles of the file and with its values."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely

from geo_planner.imports import import_layer
from geo_planner.schema import LAYERS
from tests.imports import making as m


def bring(area: Path, folder: Path, table: dict[str, list[object]], **options: object):
    return import_layer("villages", m.xlsx(folder / "f.xlsx", m.rows_of(table)), area, **options)  # type: ignore[arg-type]


def found(report) -> set[tuple[int | None, str | None, str]]:
    return {(fault.row, fault.column, fault.code) for fault in report.faults if fault.level == "fault"}


def test_every_fault_of_every_row_is_told_at_once(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    table["Số hộ"][0], table["Kinh độ"][0] = "mười", 105.9
    table["Thôn, bản"][1], table["Số hộ"][1] = None, -4
    table["Xã"][2], table["Số hộ"][2] = "Xã Không Đâu", 99999
    table["Thôn, bản"].append("Là Pê")
    for title, cells in table.items():
        if title != "Thôn, bản":
            cells.append(cells[3])
    report = bring(area, tmp_path, table)
    assert found(report) == {
        (2, "Số hộ", "type"),
        (2, "Kinh độ", "outside_province"),
        (3, "Thôn, bản", "blank"),
        (3, "Số hộ", "range"),
        (4, "Xã", "unknown_commune"),
        (4, "Số hộ", "range"),
        (14, "Thôn, bản", "duplicate_id"),
    }
    values = {(fault.row, fault.column): fault.value for fault in report.faults}
    assert values[2, "Số hộ"] == "mười"
    assert values[4, "Số hộ"] == "99999"
    assert values[14, "Thôn, bản"] == "Là Pê"


def test_a_row_of_an_unknown_commune_is_looked_at_on_the_map_too(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    table["Xã"][2], table["Vĩ độ"][2] = "Xã Không Đâu", 10.5
    assert found(bring(area, tmp_path, table)) == {(4, "Xã", "unknown_commune"), (4, "Kinh độ", "outside_province")}


def test_a_wrong_system_does_not_hide_the_rows(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    table["Số hộ"][0], table["Thôn, bản"][1], table["Xã"][2] = "mười", None, "Xã Không Đâu"
    report = bring(area, tmp_path, table, crs="EPSG:9205")
    assert found(report) == {(None, None, "wrong_zone"), (2, "Số hộ", "type"), (3, "Thôn, bản", "blank"), (4, "Xã", "unknown_commune")}
    assert not report.written


def test_missing_columns_do_not_hide_the_rows(area: Path, tmp_path: Path) -> None:
    table = m.plain(**{"Thôn, bản": None, "Xã": None})
    table["Số hộ"][0] = "mười"
    report = bring(area, tmp_path, {**table, "Ghi chú": [f"g{i}" for i in range(12)]})
    assert {code for _, _, code in found(report)} == {"no_name", "no_commune", "type"}


@pytest.mark.parametrize("mixed", ["degrees", "another zone"])
def test_single_rows_in_another_system_are_told_as_that(area: Path, tmp_path: Path, mixed: str) -> None:
    table = m.in_metres(103.0)
    lon, lat = m.places()
    east, north = m.metres(104.75)
    for i in (4, 7):
        table["X (m)"][i], table["Y (m)"][i] = (lat[i], lon[i]) if mixed == "degrees" else (round(north[i], 3), round(east[i], 3))
    report = bring(area, tmp_path, table)
    assert found(report) == {(6, "X (m)", "another_system"), (9, "X (m)", "another_system")}
    assert ("EPSG:4326" if mixed == "degrees" else "EPSG:9208") in report.faults[0].reason


def test_metres_in_a_list_of_degrees_are_told_as_that(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    east, north = m.metres()
    table["Kinh độ"][3], table["Vĩ độ"][3] = float(east[3]), float(north[3])
    assert found(bring(area, tmp_path, table)) == {(5, "Kinh độ", "another_system")}


def test_a_shape_that_is_no_point_is_one_fault(area: Path, tmp_path: Path) -> None:
    frame = m.frame()
    point = frame.geometry[0]
    frame.geometry = [shapely.MultiPoint([point, shapely.Point(point.x + 0.001, point.y)]), *frame.geometry[1:]]
    gpd.GeoDataFrame(frame).to_file(tmp_path / "f.gpkg", layer="ban")
    report = import_layer("villages", tmp_path / "f.gpkg", area)
    assert [(fault.row, fault.code) for fault in report.faults] == [(1, "geometry")]


@pytest.mark.parametrize("code", ["3463.0", "3463.00"])
def test_codes_that_a_program_wrote_as_figures(area: Path, tmp_path: Path, code: str) -> None:
    table = m.plain(**{"Xã": None, "Mã xã": [f"{int(c)}.0" for c in m.CODES]})
    table["Mã xã"][0] = code
    report = import_layer("villages", m.csv(tmp_path / "f.csv", m.rows_of(table)), area)
    assert report.exit_status == 0, report.faults
    assert report.accepted["commune_code"].tolist() == list(m.CODES)
    assert (report.corrected["column"] == "commune_code").sum() == 12


def test_sites_of_an_unknown_status_never_count_as_on_air(area: Path, tmp_path: Path, contents: Callable[[Path], dict[str, str]]) -> None:
    table = m.plain(**{"Thôn, bản": None, "Số hộ": None, "Điện lưới": None})
    before = contents(area)
    report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", m.rows_of({"Tên trạm": list(m.NAMES), **table})), area)
    if LAYERS["sites"].column("status").needed:
        assert [(fault.row, fault.code) for fault in report.faults] == [(None, "blank")], "one fault for the list, not one a row"
        assert contents(area) == before
    else:
        assert report.exit_status == 0, report.faults
        assert pd.read_csv(area / "sites" / "sites.csv")["status"].isna().all()
        assert any("status" in question for question in map(str, report.questions))


def test_sites_far_away_in_another_system_are_a_fault(area: Path, tmp_path: Path) -> None:
    east, north = m.metres()
    lon, lat = m.places()
    x, y = north.round(3).tolist(), east.round(3).tolist()
    x[2], y[2] = float(lat[2]), float(lon[2])
    table = {"Tên trạm": list(m.NAMES), "Xã": m.commune_names(), "X (m)": x, "Y (m)": y, "Tình trạng": ["đang phát sóng"] * 12}
    report = import_layer("sites", m.xlsx(tmp_path / "f.xlsx", m.rows_of(table)), area)
    assert found(report) == {(4, "X (m)", "another_system")}


def test_good_rows_are_taken_beside_rows_with_several_faults(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    table["Số hộ"][0], table["Kinh độ"][0], table["Xã"][1] = "mười", 105.9, "Xã Không Đâu"
    report = bring(area, tmp_path, table, accept_valid=True, report_dir=tmp_path / "r")
    assert report.counts["accepted"] == 10
    assert np.isfinite(report.accepted["lon"].astype(float)).all()
