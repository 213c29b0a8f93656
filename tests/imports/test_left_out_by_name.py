"""What an import leaves out has a name, and is called by it; what was put right is told, and a refused list has no accepted rows."""

from __future__ import annotations

import json
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_planner.imports import ImportReport, import_layer
from geo_planner.imports.naming import SHOWN, listed_names, listed_rows
from geo_planner.words import said as say
from tests.imports import making as m
from tests.imports.making import told


def said(report: ImportReport) -> str:
    return "\n".join(map(str, report.statements))


def placemark(name: str, shape: str) -> str:
    return f"<Placemark><name>{name}</name><ExtendedData><Data name='Xã'><value>{m.commune_names()[0]}</value></Data></ExtendedData>{shape}</Placemark>"


def point(i: int) -> str:
    lon, lat = m.places()
    return f"<Point><coordinates>{lon[i]},{lat[i]}</coordinates></Point>"


LINE = "<LineString><coordinates>102.5,22.3 102.6,22.4</coordinates></LineString>"


def test_a_long_list_says_the_first_ones_and_how_many_more() -> None:
    assert str(say("sheets_not_read", names=listed_names("abc"))) == "Sheets not read: 'a', 'b', 'c'."
    many = say("sheets_not_read", names=listed_names(str(i) for i in range(SHOWN + 5)))
    assert str(many).endswith(f"'{SHOWN - 1}', and 5 more.")
    assert "và 5 mục khác" in many.text("vi")
    assert [str(row) for row in listed_rows((i, f"Bản {i}\n") for i in (3, 4))] == ["row 3 'Bản 3'", "row 4 'Bản 4'"]
    rows = listed_rows((i, "dài " * 500) for i in range(10_000))
    assert len(str(say("features_of_another_geometry", n=10_000, rows=rows))) < 1000


def test_sheets_that_are_not_read_are_named(area: Path, tmp_path: Path) -> None:
    path = m.xlsx(
        tmp_path / "f.xlsx",
        m.rows_of(m.plain()),
        sheet="Danh sách",
        more={"Phụ lục": [["a", "b"], [1, 2]], "Nháp": [["c"], [1]]},
        hidden=["Nháp"],
    )
    report = import_layer("villages", path, area)
    assert "Sheets not read: 'Phụ lục'." in said(report)
    assert "Hidden sheets not read: 'Nháp'." in said(report)


def test_columns_that_are_left_out_are_named(area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.csv(tmp_path / "f.csv", m.rows_of(m.plain())), area, column_map={"Số hộ": "-"})
    assert "Columns that only count the rows, left out: 'STT'." in said(report)
    assert "Columns left out, as told: 'Số hộ'." in said(report)


def test_totals_and_notes_are_quoted(area: Path, tmp_path: Path) -> None:
    rows = [*m.rows_of(m.plain()), [None, "Tổng cộng toàn xã", *[None] * 5], ["Ghi chú: hộ tính đến tháng 6", *[None] * 6]]
    report = import_layer("villages", m.csv(tmp_path / "f.csv", rows), area)
    assert "Left out as total row: row 14 'Tổng cộng toàn xã'." in said(report)
    assert "Left out as note or signature: row 15 'Ghi chú: hộ tính đến tháng 6'." in said(report)


def test_layers_of_a_geopackage_that_are_not_read_are_named(area: Path, tmp_path: Path) -> None:
    path = tmp_path / "f.gpkg"
    m.frame().to_file(path, layer="ban", driver="GPKG")
    m.roads().to_file(path, layer="Đường đi", driver="GPKG")
    assert "Layers not read: 'Đường đi'." in said(import_layer("villages", path, area))
    assert "Layers not read: 'ban'." in said(import_layer("roads", path, area, source_layer="Đường đi"))


def test_what_lies_beside_a_shapefile_in_its_archive_is_named(area: Path, tmp_path: Path) -> None:
    extra = {"doc/Công văn.pdf": b"%PDF", "ban.qmd": b"<a/>", "tram.shp": b"x", "tram.dbf": b"x"}
    report = import_layer(
        "villages",
        m.shapefile(tmp_path / "f.zip", m.frame(m.plain(**{"Kinh độ": None, "Vĩ độ": None})), extra=extra),
        area,
        source_layer="ban",
    )
    assert "Not read in the archive: 'doc/Công văn.pdf', 'tram.shp'." in said(report)


def test_other_shapes_and_links_of_a_kml_are_named(area: Path, tmp_path: Path) -> None:
    inner = (
        "<NetworkLink><name>Bản đồ nền</name><Link><href>http://127.0.0.1:9/x.kml</href></Link></NetworkLink>"
        "<GroundOverlay><Icon><href>anh.png</href></Icon></GroundOverlay>"
        f"<Folder><name>Sâu hơn</name><ScreenOverlay><name>Chú giải</name></ScreenOverlay>{placemark('Đường liên bản', LINE)}</Folder>"
    )
    content = m.kml_text(placemark("Bản Một", point(0)) + inner)
    path = m.zipped(tmp_path / "f.kmz", {"doc.kml": content, "them/khac.kml": content, "anh.png": b"x"})
    told_of = said(import_layer("villages", path, area))
    assert "Not followed and not taken: NetworkLink 'Bản đồ nền'." in told_of
    assert "Not followed and not taken: GroundOverlay 'anh.png'." in told_of
    assert "Not followed and not taken: ScreenOverlay 'Chú giải'." in told_of
    assert "1 features of another kind of geometry are left out: row 2 'Đường liên bản'." in told_of
    assert "Not read in the archive: 'them/khac.kml', 'anh.png'." in told_of


def test_folders_that_are_not_taken_are_named(area: Path, tmp_path: Path) -> None:
    folders = "".join(f"<Folder><name>{name}</name>{placemark(f'Bản {i}', point(i))}</Folder>" for i, name in enumerate(("A", "B", "C")))
    path = tmp_path / "f.kml"
    path.write_text(f"<kml><Document>{folders}{placemark('Lẻ', point(3))}</Document></kml>", encoding="utf-8")
    told_of = said(import_layer("villages", path, area, source_layer="B"))
    assert "Layers not read: 'A', 'C'." in told_of
    assert "1 features outside of the layer are left out: row 4 'Lẻ'." in told_of


def test_tracks_and_routes_beside_waypoints_are_named(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    path = tmp_path / "f.gpx"
    path.write_text(
        f'<gpx><wpt lat="{lat[0]}" lon="{lon[0]}"><name>Vị trí 1</name></wpt>'
        '<trk><name>Đường lên bản</name><trkseg><trkpt lat="22.1" lon="102.5"/><trkpt lat="22.2" lon="102.6"/></trkseg></trk></gpx>',
        encoding="utf-8",
    )
    assert "left out: row 2 'Đường lên bản'." in said(import_layer("candidates", path, area))


def test_shapes_that_repeat_others_are_named(area: Path, tmp_path: Path) -> None:
    line = shapely.LineString([(102.9, 22.3), (102.95, 22.32)])
    path = tmp_path / "f.geojson"
    gpd.GeoDataFrame({"name": ["QL12", "QL12 cũ"]}, geometry=[line, line], crs="EPSG:4326").to_file(path, driver="GeoJSON")
    assert "1 features repeat another one and are left out: row 2 'QL12 cũ'." in said(import_layer("roads", path, area))


def test_a_turned_row_is_said_by_name(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    table["Kinh độ"][3], table["Vĩ độ"][3] = table["Vĩ độ"][3], table["Kinh độ"][3]
    report = import_layer("villages", m.csv(tmp_path / "f.csv", m.rows_of(table)), area)
    assert f"1 row had the two coordinates in each other's place, which is put right: row 5 {m.NAMES[3]!r}." in said(report)


@pytest.mark.parametrize("accept_valid", [False, True])
def test_a_refused_list_has_no_accepted_rows(accept_valid: bool, area: Path, tmp_path: Path) -> None:
    path = m.csv(tmp_path / "f.csv", m.rows_of(m.plain(**{"Số hộ": ["rất đông", *range(11)]})))
    report = import_layer("villages", path, area, accept_valid=accept_valid, report_dir=tmp_path / "out")
    told_of = json.loads((tmp_path / "out" / "f.csv.report.json").read_text(encoding="utf-8"))["counts"]
    assert told_of == report.counts
    sheets = pd.read_excel(tmp_path / "out" / "f.csv.report.xlsx", sheet_name=None, engine="openpyxl")
    if accept_valid:
        assert (report.counts["accepted"], "would_be_accepted" in report.counts) == (11, False)
        assert len(sheets["Dòng được nhận"]) == 11
    else:
        assert (report.counts["accepted"], report.counts["would_be_accepted"], report.counts["rejected"]) == (0, 11, 1)
        assert "Dòng được nhận" not in sheets
        assert len(sheets["Dòng đúng, chưa nhận"]) == 11


def test_no_sentence_of_what_is_left_out_is_english_in_vietnamese(area: Path, tmp_path: Path) -> None:
    path = m.xlsx(tmp_path / "f.xlsx", [*m.rows_of(m.plain()), [None, "Tổng cộng"]], more={"Phụ lục": [["a"], [1]]})
    for sentence in import_layer("villages", path, area).statements:
        assert told(sentence, "vi") != told(sentence, "en")


def test_a_kml_of_links_alone_says_what_it_links_to(area: Path, tmp_path: Path) -> None:
    path = tmp_path / "f.kml"
    path.write_text("<kml><Document><NetworkLink><name>Bản đồ xã</name></NetworkLink></Document></kml>", encoding="utf-8")
    (fault,) = import_layer("villages", path, area).faults
    assert (fault.code, "NetworkLink 'Bản đồ xã'" in fault.reason) == ("empty", True)
