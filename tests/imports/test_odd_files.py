"""Files that no list was ever in, or only half of one: each a sentence of its own, none an error of the program."""

from __future__ import annotations

from pathlib import Path

import pytest

from geo_planner.imports import check_layer, preview
from tests.conftest import ROOT
from tests.imports import making as m

AREA = ROOT / "data"


def key_of(path: Path) -> str:
    return preview("villages", path, AREA).faults[0].said.key


def test_a_list_of_titles_alone_is_told_as_one(tmp_path: Path) -> None:
    """Villages by degrees and by metres: no row says where they lie, and none is needed to say that there is none."""
    for n, table in enumerate((m.plain(), m.in_metres())):
        path = m.xlsx(tmp_path / f"{n}.xlsx", [list(table)])
        seen = preview("villages", path, AREA)
        assert (seen.rows, seen.crs_candidates) == (0, ())
        report = check_layer("villages", path, AREA)
        assert report.exit_status == 1
        assert [fault.code for fault in report.faults] == ["empty"]


def test_a_damaged_prj_is_set_aside_and_told(tmp_path: Path) -> None:
    for n, text in enumerate((b'PROJCS["gi do", hong', b"\xff\xfe\x00", b"")):
        path = m.shapefile(tmp_path / f"{n}.zip", m.frame())
        seen = preview("villages", m.changed_member(path, "ban.prj", lambda _, text=text: text), AREA)  # type: ignore[misc]
        assert seen.rows == 12
        assert "prj_unread" in [each.key for each in seen.statements]
        assert seen.crs_candidates[0][0] == "EPSG:4326"


def test_an_old_prj_that_gdal_reads_stays(tmp_path: Path) -> None:
    path = m.shapefile(tmp_path / "f.zip", m.frame())
    old = b"Projection    GEOGRAPHIC\nDatum         WGS84\nSpheroid      WGS84\nUnits         DD\nParameters\n"
    assert "prj_unread" not in [each.key for each in preview("villages", m.changed_member(path, "ban.prj", lambda _: old), AREA).statements]


@pytest.mark.parametrize(
    ("name", "content", "key"),
    [
        ("f.json", b'[{"ten": "B\xe1\xba\xa3n"}]', "mislabelled.json"),
        ("f.geojson", b'{"a": 1}', "damaged.map_layer"),
        ("f.geojson", b'{"type": "FeatureCollection", "features": [{"type": "Fea', "damaged.map_layer"),
    ],
)
def test_other_json_is_told_as_what_it_is(tmp_path: Path, name: str, content: bytes, key: str) -> None:
    (tmp_path / name).write_bytes(content)
    assert key_of(tmp_path / name) == key
    assert "shp" not in preview("villages", tmp_path / name, AREA).faults[0].said.text("vi")


def test_a_binary_workbook_is_told_as_one(tmp_path: Path) -> None:
    assert key_of(m.zipped(tmp_path / "f.xlsb", {"[Content_Types].xml": "", "xl/workbook.bin": b"\0"})) == "mislabelled.binary_workbook"


def test_a_shapefile_names_the_part_that_it_lacks(tmp_path: Path) -> None:
    for part, key in ((".dbf", "damaged.no_dbf"), (".shx", "damaged.no_shx")):
        assert key_of(m.shapefile(tmp_path / f"f{part[1:]}.zip", m.frame(), drop=(part,))) == key


def test_a_column_that_the_list_has_not_contradicts_nothing(tmp_path: Path) -> None:
    """Fewer than no households are a fault by themselves; nothing is said of poor ones, and no column is called by its inner name."""
    households = [-4, *range(1, 12)]
    report = check_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain(**{"Số hộ": households}))), AREA)
    assert [(fault.row, fault.column) for fault in report.faults] == [(2, "Số hộ")]
    table = m.plain(**{"Số hộ": [5] * 12, "Hộ nghèo": [None] * 12, "Hộ cận nghèo": [7, *[None] * 11]})
    told = check_layer("villages", m.xlsx(tmp_path / "g.xlsx", m.rows_of(table)), AREA).faults
    assert {fault.column for fault in told} <= {"Hộ cận nghèo"}
    assert [fault.row for fault in told] == [2]


def test_an_archive_names_the_workbook_that_it_holds(tmp_path: Path) -> None:
    book = m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain())).read_bytes()
    path = m.zipped(tmp_path / "f.zip", {"xã/danh sách xã.xlsx": book})
    assert key_of(path) == "mislabelled.packed"
    assert "“danh sách xã.xlsx”" in preview("villages", path, AREA).faults[0].line("vi")


def test_degrees_without_their_decimal_sign_are_told_as_that(tmp_path: Path) -> None:
    lon, lat = m.places()
    lost = m.plain(**{"Kinh độ": [int(x * 1e6) for x in lon], "Vĩ độ": [int(y * 1e7) for y in lat]})
    whole = check_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(lost)), AREA)
    assert {f.said.key for f in whole.faults if f.row and f.code == "coordinates"} == {"coordinates.rows_lost_sign"}
    one = m.plain(**{"Kinh độ": [int(lon[0] * 1e6), *lon[1:]]})
    told = check_layer("villages", m.xlsx(tmp_path / "g.xlsx", m.rows_of(one)), AREA)
    assert [(f.row, f.said.key) for f in told.faults if f.level == "fault"] == [(2, "coordinates.rows_lost_sign_as")]
