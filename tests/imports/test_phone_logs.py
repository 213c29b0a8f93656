"""Logs of phones: what is no sample of the serving cell is left out with its reason, what the phone could not tell is not known."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from geo_planner.imports import ImportReport, import_layer
from geo_planner.imports.cells.radio import operator
from geo_planner.imports.titles.meaning import targets_of
from geo_planner.study_area.serving_cells import ABROAD, NEIGHBOUR, SECONDARY, is_foreign, network
from geo_planner.words import catalogue, said
from tests.imports import making as m
from tests.imports.making import told
from tests.imports.making import told as told_why

COUNT = 12
SERVING = range(0, COUNT, 3)
"""Every third row is the serving cell's, two neighbours follow it."""


def log(separator: str = ",", **columns: list[Any] | None) -> list[list[Any]]:
    lon, lat = m.places()
    table = {
        "time": [f"2026-01-28T09:30:{i:02d}+07:00" for i in range(COUNT)], "lat": lat.tolist(), "lon": lon.tolist(),
        "rsrp": [-95 if i in SERVING else -118 for i in range(COUNT)], **columns,
    }  # fmt: skip
    table = {title: cells for title, cells in table.items() if cells is not None}
    return [list(table), *map(list, zip(*table.values(), strict=True))]


def bring(area: Path, tmp_path: Path, **columns: list[Any] | None) -> ImportReport:
    return import_layer("measurements", m.csv(tmp_path / "f.csv", log(**columns)), area)


def mixed(serving: object, other: object) -> list[object]:
    return [serving if i in SERVING else other for i in range(COUNT)]


@pytest.mark.parametrize(
    ("title", "serving", "other"),
    [
        ("servingCell", "true", "false"), ("serving_cell", "1", "0"), ("Serving", "Y", "N"), ("isServing", 1, 0), ("registered", "TRUE", "FALSE"),
        ("isRegistered", "yes", "no"), ("mRegistered", "mRegistered=YES", "mRegistered=NO"), ("Active", "1", "0"),
        ("neighbor", "false", "true"), ("neighbouring", "0", "1"), ("isNeighbour", "no", "yes"), ("neighboring", "", "true"),
        ("cell_type", "Serving", "Neighbor"), ("Cell Type", "serving cell", "neighbour cell"), ("type", "S", "N3"), ("role", "primary", "neighbor 2"),
        ("type", "PCell", "detected set"), ("set", "AS", "MN"), ("Cell status", "registered", "not registered"), ("status", "connected", "Neighbour"),
        ("cellConnectionStatus", 1, 0), ("connection_status", "PRIMARY_SERVING", "NONE"), ("Loại cell", "Phục vụ", "Lân cận"), ("Đang phục vụ", "có", "không"),
        ("cell info", "CellInfoLte:{mRegistered=YES mTimeStamp=1}", "CellInfoLte:{mRegistered=NO mTimeStamp=1}"),
    ],
)  # fmt: skip
def test_neighbours_are_left_out_however_the_column_is_called(
    title: str, serving: object, other: object, area: Path, tmp_path: Path
) -> None:
    report = bring(area, tmp_path, **{title: mixed(serving, other)})
    assert report.written, report.faults
    assert report.accepted["rsrp_dbm"].tolist() == ["-95"] * len(SERVING)
    assert [why.key for why in report.skipped["why"]] == [NEIGHBOUR] * (COUNT - len(SERVING))
    assert any(text.startswith(f"{COUNT - len(SERVING)} rows are left out: neighbour") for text in map(str, report.statements))
    assert [text for text in report.statements if told(text, "vi") == told(text, "en")] == []
    assert told_why(said(NEIGHBOUR), "vi") != told_why(said(NEIGHBOUR), "en")


@pytest.mark.parametrize(
    ("title", "cells"),
    [
        ("status", ["ok", "done", "serving"] * 4), ("type", ["LTE"] * COUNT), ("neighbors", [0, 1, 1] * 4), ("neighbours", [3, 2, 6] * 4), ("servingCell", [5388811, 5388812, 0] * 4),
        ("status", ["" for _ in range(COUNT)]), ("Type", ["none"] * COUNT),
    ],
)  # fmt: skip
def test_a_column_about_another_thing_leaves_nothing_out(title: str, cells: list[Any], area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{title: cells})
    assert len(report.accepted) == COUNT, report.statements


@pytest.mark.parametrize("none", ["0", "2147483647", "-1", "65535"])
def test_without_a_flag_a_row_without_network_and_cell_is_a_neighbour(none: str, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, mcc=mixed("452", none), mnc=mixed("4", none), eci=mixed("5388811", none))
    assert report.accepted["rsrp_dbm"].tolist() == ["-95"] * len(SERVING)
    assert set(report.accepted["operator"]) == {"Viettel"}


def test_a_serving_row_without_operator_is_kept_as_of_an_unknown_one(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, mcc=mixed("452", "0"), mnc=mixed("1", "0"), servingCell=["true"] * COUNT)
    assert report.accepted["operator"].tolist() == mixed("MobiFone", "")
    report = bring(area, tmp_path, mcc=["0"] * COUNT, mnc=["0"] * COUNT)
    assert len(report.accepted) == COUNT, "a phone that tells no network tells it of no row"
    report = bring(area, tmp_path, mcc=mixed("452", "2147483647"), mnc=mixed("1", "2147483647"), cid=["7788"] * COUNT)
    assert len(report.accepted) == COUNT, "a row with a cell of its own is no neighbour"


def test_secondary_carriers_are_told_apart_from_neighbours(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, cellConnectionStatus=[1, 2, 0] * 4)
    assert [why.key for why in report.skipped["why"]] == [SECONDARY, NEIGHBOUR] * 4
    assert all(told(text, "vi") != told(text, "en") for text in report.statements)


def test_a_log_of_nothing_but_neighbours_is_refused(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, servingCell=["false"] * COUNT)
    assert [fault.code for fault in report.faults] == ["only_neighbours"]
    assert not report.written
    assert {"only_neighbours", "page.only_neighbours"} <= set(catalogue("vi"))


@pytest.mark.parametrize(
    ("columns", "gone"),
    [
        ({"mcc": mixed("452", "460"), "mnc": mixed("04", "00")}, 8),
        ({"mcc": mixed("452", "457"), "mnc": mixed("4", "3"), "servingCell": ["true"] * COUNT}, 8),
        ({"PLMN": mixed("45204", "46001")}, 8),
        ({"mccmnc": mixed("452-04", "457/01"), "Operator": ["Viettel"] * COUNT}, 8),
        ({"Operator": mixed("Viettel", "CHINA MOBILE")}, 8),
        ({"Operator": mixed("45202", "46011")}, 8),
        ({"Operator": mixed("VN VINAPHONE", "LAO TELECOM")}, 8),
    ],
)
def test_networks_across_the_border_are_none_of_the_countrys(columns: dict[str, list[Any]], gone: int, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **columns)
    assert [why.key for why in report.skipped["why"]] == [ABROAD] * gone
    assert set(report.accepted["operator"]) <= {"Viettel", "VinaPhone"}
    assert all(told(text, "vi") != told(text, "en") for text in report.statements)


@pytest.mark.parametrize(("mnc", "name"), [("1", "MobiFone"), ("02", "VinaPhone"), ("4", "Viettel"), ("04.0", "Viettel"), ("5", "Vietnamobile"), ("7", "452-07")])  # fmt: skip
def test_the_codes_of_the_network_tell_the_operator(mnc: str, name: str, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, mcc=["452"] * COUNT, mnc=[mnc] * COUNT)
    assert set(report.accepted["operator"]) == {name}
    named = bring(area, tmp_path, mcc=["452"] * COUNT, mnc=[mnc] * COUNT, Operator=["VNPT"] * COUNT)
    assert set(named.accepted["operator"]) == {"VinaPhone"}, "the file names its operator itself"


@pytest.mark.parametrize("text", ["45204", "452-04", "452/4", "452 04", "452.04", "452|004", "4524", "45204.0"])
def test_both_codes_in_one_cell(text: str) -> None:
    assert operator(text) == "Viettel"
    assert not is_foreign(text)


@pytest.mark.parametrize("text", ["", "0-0", "Viettel", "4520412345", "2147483647-2147483647", "452", "4G", "1464"])
def test_what_is_no_code_of_a_network_is_none(text: str) -> None:
    assert network(text) == ""
    assert not is_foreign(text)


@pytest.mark.parametrize(
    "title",
    ["deviceTime", "device_time", "gpsTime", "GPS Time", "measured_at", "Measured At", "recorded_at", "timestamp_ms", "time_ms", "epoch", "epoch_ms", "unixtime", "Local time", "location_time"],
)  # fmt: skip
def test_titles_of_the_time(title: str) -> None:
    assert targets_of(title, "measurements")[:1] == ("time",)


@pytest.mark.parametrize(("cell", "moment"), [("1769567400", "2026-01-28T09:30:00+07:00"), ("1769567400123", "2026-01-28T09:30:00+07:00"), ("2026-01-28T02:30:00.500Z", "2026-01-28T02:30:00.500000+00:00")])  # fmt: skip
def test_moments_as_phones_write_them(cell: str, moment: str, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, time=None, deviceTime=[cell] * COUNT)
    assert set(report.accepted["time"]) == {moment}


def test_of_two_times_the_one_of_the_sample_is_taken(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, time=None, gpsTime=["2026-01-28T01:00:00Z"] * COUNT, deviceTime=["2026-01-28T02:00:00Z"] * COUNT)
    assert set(report.accepted["time"]) == {"2026-01-28T02:00:00+00:00"}
    assert set(report.accepted["gpsTime"]) == {"2026-01-28T01:00:00Z"}


MARKS = ["2147483647", "-2147483648", "9223372036854775807", "1.7976931348623157E308", "NaN", "null", "N/A", "--", "-", "unknown", "Unavailable", "Integer.MAX_VALUE", "inf", "-9999", "-999"]  # fmt: skip


@pytest.mark.parametrize("mark", [*MARKS, "-1", "0", "-200", "-340", "99", "255", "32767", "2147483647 dBm"])
def test_a_mark_in_the_level_is_no_level_and_no_fault(mark: str, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, rsrp=mixed(-95, mark))
    assert report.written, report.faults
    assert report.accepted["rsrp_dbm"].tolist() == mixed("-95", "")
    assert report.corrected[report.corrected["column"] == "rsrp_dbm"].empty, "counted, not listed by row"
    assert any("8 cells hold a mark" in text for text in map(str, report.statements))
    assert any(text.startswith("8 rows have no level") for text in map(str, report.statements))
    assert [text for text in report.statements if told(text, "vi") == told(text, "en")] == []


@pytest.mark.parametrize("mark", [*MARKS, "-1", "-1.0", "-3.6"])
def test_a_mark_in_the_speed_is_no_speed(mark: str, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, speed=mixed("0", mark))
    assert report.accepted["speed_kmh"].tolist() == mixed("0", ""), report.faults


@pytest.mark.parametrize("mark", [*MARKS, "-1", "0", "0.0", "-1 m"])
def test_a_mark_in_the_accuracy_is_no_accuracy(mark: str, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, accuracy=mixed("99", mark))
    assert report.written, report.faults
    assert report.accepted["accuracy_m"].tolist() == mixed("99", "")


@pytest.mark.parametrize(
    ("title", "figures"),
    [("rsrp", ["-140", "-44", "-99"]), ("accuracy", ["3", "99", "255"]), ("speed (m/s)", ["0", "1.5", "20"]), ("rsrq", ["-20", "-1", "0"]), ("sinr", ["-1", "0", "30"])],
)  # fmt: skip
def test_a_figure_that_can_be_one_is_one(title: str, figures: list[str], area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{title: figures * 4})
    assert report.written, report.faults
    assert not any("mark for not available" in text for text in map(str, report.statements))


def test_levels_without_their_sign_are_not_taken_for_marks(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, rsrp=[95, 99, 101] * 4)
    assert not report.written
    assert {fault.code for fault in report.faults if fault.level == "fault"} == {"range"}


def test_no_service_in_the_level_is_still_no_service(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, rsrp=mixed(-95, "No service"))
    assert report.accepted["no_service"].tolist() == mixed("", "yes")


def test_a_workbook_is_read_as_a_text_file_is(area: Path, tmp_path: Path) -> None:
    rows = log(mcc=mixed(452, 0), mnc=mixed(4, 0), servingCell=mixed(True, False), speed=[-1] * COUNT)
    report = import_layer("measurements", m.xlsx(tmp_path / "f.xlsx", rows), area)
    assert len(report.accepted) == len(SERVING), report.faults
    assert set(report.accepted["operator"]) == {"Viettel"}
    assert set(report.accepted["speed_kmh"]) == {""}
    assert pd.read_csv(area / "measurements" / "measurements.csv")["rsrp_dbm"].tolist() == [-95] * len(SERVING)
