"""What a file is and says, by format: coordinate systems in words, code pages, folders, web pages, traps, options that fit."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import pytest
import shapely
from typer.testing import CliRunner

from geo_planner.cli import app
from geo_planner.imports import ImportReport, import_layer, preview
from geo_planner.imports.places.crs_choice import hints_of
from geo_planner.imports.places.vn2000 import from_wgs84, tm3_projection, utm_projection
from tests.imports import making as m


def villages_of(area: Path) -> pd.DataFrame:
    return pd.read_csv(area / "villages" / "villages.csv", dtype=str, keep_default_na=False)


def moved_m(area: Path) -> float:
    """The largest distance of an imported village from its true place."""
    lon, lat = m.places()
    found = villages_of(area).set_index("name").loc[list(m.NAMES)]
    return float(
        np.hypot(
            (found["lon"].astype(float) - lon) * 111_195 * np.cos(np.radians(22.3)), (found["lat"].astype(float) - lat) * 111_195
        ).max()
    )


def codes_of(report: ImportReport) -> set[str]:
    return {fault.code for fault in report.faults if fault.level == "fault"}


# --- the zone of a grid, in words -------------------------------------------------------------------------------------


def in_grid(projection: str, titles: tuple[str, str] = ("X", "Y"), letterhead: str = "") -> list[list[Any]]:
    east, north = from_wgs84(projection, *m.places())
    rows = m.rows_of(m.plain(**{"Kinh độ": None, "Vĩ độ": None, titles[0]: north.round(3).tolist(), titles[1]: east.round(3).tolist()}))
    return [[letterhead], *rows] if letterhead else rows


@pytest.mark.parametrize(
    ("words", "projection", "code"),
    [
        ("Hệ toạ độ VN-2000, KTT 105, múi chiếu 6°", utm_projection(48), "EPSG:3405"),
        ("VN-2000, kinh tuyến trục 105°00', múi 6 độ", utm_projection(48), "EPSG:3405"),
        ("VN-2000 UTM múi 48", utm_projection(48), "EPSG:3405"),
        ("VN2000 / UTM zone 48N", utm_projection(48), "EPSG:3405"),
        ("Hệ toạ độ VN-2000, KTT 105, múi chiếu 3°", tm3_projection(105), "EPSG:5897"),
        ("VN-2000, kinh tuyến trục 105 độ", tm3_projection(105), "EPSG:5897"),
        ("VN-2000 KTT 104°45', múi 3", tm3_projection(104.75), "EPSG:9208"),
    ],
)
def test_the_zone_named_in_words_is_the_zone(words: str, projection: str, code: str, area: Path, tmp_path: Path) -> None:
    for file in (
        m.xlsx(tmp_path / "head.xlsx", in_grid(projection, letterhead=words)),
        m.xlsx(tmp_path / "title.xlsx", in_grid(projection, titles=(f"X ({words})", f"Y ({words})"))),
    ):
        report = import_layer("villages", file, area, mode="replace")
        assert report.exit_status == 0, report.faults
        assert any(code in text for text in map(str, report.statements))
        assert moved_m(area) < 1


def test_a_grid_without_a_width_is_asked_for_where_both_fit(area: Path, tmp_path: Path) -> None:
    for words in ("", "VN-2000, UTM, KTT 105"):
        report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", in_grid(utm_projection(48), letterhead=words)), area)
        assert codes_of(report) == {"ambiguous_crs"}
        remedy = next(fault.remedy for fault in report.faults if fault.code == "ambiguous_crs")
        assert "EPSG:3405" in remedy
        assert "EPSG:5897" in remedy


def test_words_that_the_numbers_contradict_are_refused(area: Path, tmp_path: Path) -> None:
    file = m.xlsx(tmp_path / "f.xlsx", in_grid(tm3_projection(103), letterhead="VN-2000, KTT 105, múi chiếu 6°"))
    assert codes_of(import_layer("villages", file, area)) == {"wrong_zone"}


def test_hints_read_minutes_decimals_and_numbers() -> None:
    assert hints_of(["KTT 105°45'"]).meridian == hints_of(["KTT 105 độ 45 phút"]).meridian == hints_of(["KTT: 105,75"]).meridian == 105.75
    assert hints_of(["KTT 111, múi 6"]).meridian == 111
    assert hints_of(["TM-3 105"]).zone_deg == 3
    assert hints_of(["KTT 105"]).zone_deg is None


# --- code pages of shapefiles -----------------------------------------------------------------------------------------


def shapefile_1258(path: Path, page: str | None, titles: tuple[str, str] = ("TEN", "MAXA")) -> Path:
    table = {titles[0]: [m.windows_1258(name).decode("latin-1") for name in m.NAMES], titles[1]: list(m.CODES)}
    folder = path.parent / f"{path.stem}_parts"
    folder.mkdir()
    m.frame(table).to_file(folder / "ban.shp", encoding="ISO-8859-1")
    (folder / "ban.cpg").unlink(missing_ok=True)
    if page is not None:
        (folder / "ban.cpg").write_text(page)
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
    return path


@pytest.mark.parametrize("page", ["1258", "CP1258", "windows-1258", "ANSI 1258", "cp1258\0", None, "no such page", "UTF-8"])
def test_names_in_windows_1258_are_whole_whatever_the_cpg_says(page: str | None, area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", shapefile_1258(tmp_path / "f.zip", page), area, column_map={"TEN": "name", "MAXA": "commune_code"})
    assert report.exit_status == 0, report.faults
    assert villages_of(area)["name"].tolist() == list(m.NAMES)


def test_titles_in_windows_1258_are_read_by_the_cpg(area: Path, tmp_path: Path) -> None:
    raw = tuple(m.windows_1258(title).decode("latin-1") for title in ("Tên bản", "Mã xã"))
    report = import_layer("villages", shapefile_1258(tmp_path / "f.zip", "1258", (raw[0], raw[1])), area)
    assert report.exit_status == 0, report.faults
    assert villages_of(area)["name"].tolist() == list(m.NAMES)


@pytest.mark.parametrize("page", ["1258", "ISO-8859-1", "1252"])
def test_a_cpg_that_contradicts_the_bytes_is_set_aside(page: str, area: Path, tmp_path: Path) -> None:
    table = {"TEN": [m.tcvn3(name).decode("latin-1") for name in m.NAMES], "MAXA": list(m.CODES)}
    file = m.shapefile(tmp_path / "f.zip", m.frame(table), encoding="ISO-8859-1", drop=(".cpg",), extra={"ban.cpg": page.encode()})
    report = import_layer("villages", file, area, column_map={"TEN": "name", "MAXA": "commune_code"})
    assert report.exit_status == 0, report.faults
    # TCVN3 has no capital letters with tone marks of their own.
    assert villages_of(area)["name"].str.casefold().tolist() == [name.casefold() for name in m.NAMES]


def test_utf8_under_a_cpg_of_1258_is_utf8(area: Path, tmp_path: Path) -> None:
    file = m.shapefile(
        tmp_path / "f.zip", m.frame({"TEN": list(m.NAMES), "MAXA": list(m.CODES)}), drop=(".cpg",), extra={"ban.cpg": b"1258"}
    )
    report = import_layer("villages", file, area, column_map={"TEN": "name", "MAXA": "commune_code"})
    assert villages_of(area)["name"].tolist() == list(m.NAMES)
    assert any("UTF-8" in text and "1258" in text for text in map(str, report.statements))


# --- systems that lead nowhere ----------------------------------------------------------------------------------------


def gpkg_with_srs(path: Path, srs_id: int, crs: str | None, layer: gpd.GeoDataFrame) -> Path:
    import sqlite3

    layer.set_crs(crs, allow_override=True).to_file(path, driver="GPKG", layer="ban")
    with sqlite3.connect(path) as book:
        book.execute("UPDATE gpkg_geometry_columns SET srs_id = ?", (srs_id,))
        book.execute("UPDATE gpkg_contents SET srs_id = ?", (srs_id,))
    return path


@pytest.mark.parametrize("srs_id", [-1, 0])
@pytest.mark.parametrize("metres", [True, False])
def test_an_undefined_system_is_none(srs_id: int, metres: bool, area: Path, tmp_path: Path) -> None:
    layer = m.frame(m.plain(**{"Kinh độ": None, "Vĩ độ": None}), metres_of=103.0 if metres else None)
    report = import_layer("villages", gpkg_with_srs(tmp_path / "f.gpkg", srs_id, "EPSG:4326", layer), area)
    assert report.exit_status == 0, report.faults
    assert any("taken as not stated" in text for text in map(str, report.statements))
    assert any(("EPSG:9205" if metres else "EPSG:4326") in text and "found by where" in text for text in map(str, report.statements))
    assert moved_m(area) < 1


def test_a_local_grid_in_the_prj_is_none(area: Path, tmp_path: Path) -> None:
    local = b'LOCAL_CS["Nonearth",LOCAL_DATUM["Local Datum",0],UNIT["Meter",1.0],AXIS["X",EAST],AXIS["Y",NORTH]]'
    file = m.shapefile(
        tmp_path / "f.zip",
        m.frame({"TEN": list(m.NAMES), "XA": m.commune_names()}, metres_of=103.0),
        drop=(".prj",),
        extra={"ban.prj": local},
    )
    report = import_layer("villages", file, area)
    assert report.exit_status == 0, report.faults
    assert moved_m(area) < 1


@pytest.mark.parametrize("crs", ["EPSG:5773", "EPSG:4978", 'LOCAL_CS["a",UNIT["Meter",1.0]]'])
def test_a_stated_system_that_leads_nowhere_is_a_fault(crs: str, area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.in_metres())), area, crs=crs)
    assert codes_of(report) == {"unknown_crs"}


# --- traps ------------------------------------------------------------------------------------------------------------


def test_a_part_that_unpacks_to_a_thousand_times_its_size_is_refused(area: Path, tmp_path: Path) -> None:
    file = m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain()))
    m.changed_member(
        file, "xl/sharedStrings.xml", lambda content: content.replace(b"</sst>", b"<si><t>" + b"a" * 40_000_000 + b"</t></si></sst>")
    )
    assert file.stat().st_size < 1_000_000
    assert codes_of(import_layer("villages", file, area)) == {"zip_bomb"}


def test_a_part_larger_than_any_table_needs_is_refused(area: Path, tmp_path: Path) -> None:
    file = m.xlsx(tmp_path / "f.xlsx", m.rows_of(m.plain()))
    noise = np.random.default_rng(5).integers(97, 122, 3_000_000, dtype=np.uint8).tobytes()
    m.changed_member(file, "xl/sharedStrings.xml", lambda content: content.replace(b"</sst>", b"<si><t>" + noise + b"</t></si></sst>"))
    assert codes_of(import_layer("villages", file, area, max_bytes=file.stat().st_size - 500_000)) == {"too_large"}
    m.changed_member(file, "xl/sharedStrings.xml", lambda content: content.replace(noise, b"ab" * 5_000_000))
    assert codes_of(import_layer("villages", file, area, max_bytes=2_000_000)) == {"zip_bomb"}


def test_a_large_but_honest_workbook_is_no_trap(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{f"Ghi chú {i}": ["không có sóng"] * 12 for i in range(60)}))
    file = m.xlsx(tmp_path / "f.xlsx", rows, more={"Khác": [["không có sóng"] * 60] * 8000})
    with zipfile.ZipFile(file) as archive:
        assert max(member.file_size for member in archive.infolist()) > 10_000_000
    assert import_layer("villages", file, area).exit_status == 0


# --- what XML and HTML is ---------------------------------------------------------------------------------------------


def placemarks(extra: str = "", names: tuple[str, ...] = m.NAMES) -> list[str]:
    lon, lat = m.places()
    return [
        f"<Placemark><name>{name}</name>{extra.format(commune=commune, households=20 + i)}<Point><coordinates>{x},{y}</coordinates></Point></Placemark>"
        for i, (name, commune, x, y) in enumerate(zip(names, m.commune_names(), lon, lat, strict=True))
    ]


FIELDS = "<ExtendedData><Data name='Xã'><value>{commune}</value></Data></ExtendedData>"
TABLE = "<description><![CDATA[<html><body><table><tr><td>Xã</td><td>{commune}</td></tr><tr><th>Số hộ</th><td>{households}</td></tr></table></body></html>]]></description>"
ARCGIS = "<description><![CDATA[<html><meta charset='utf-8'><table><tr><td>Bản</td></tr><tr><td><table><tr bgcolor='#D4E4F3'><td>Xã</td><td>{commune}</td></tr><tr><td>Số hộ</td><td>{households}</td></tr></table></td></tr></table></html>]]></description>"


@pytest.mark.parametrize("description", [TABLE, ARCGIS])
@pytest.mark.parametrize("head", ["", "<!-- <table> and <html> in a comment -->\n"])
def test_html_in_the_description_of_a_placemark_is_no_web_page(description: str, head: str, area: Path, tmp_path: Path) -> None:
    file = tmp_path / "f.kml"
    file.write_text(m.kml_text("".join(placemarks(description)), head=head), encoding="utf-8")
    report = import_layer("villages", file, area)
    assert report.exit_status == 0, report.faults
    assert villages_of(area)["households"].tolist() == [str(20 + i) for i in range(12)]


@pytest.mark.parametrize(
    "text",
    [
        "<html><table><tr><td>Tên bản</td></tr></table></html>",
        "<table border=1><tr><td>Tên bản</td></tr></table>",
        "<!DOCTYPE html>\n<html></html>",
        "<meta charset=utf-8><table></table>",
        "<!-- xuất từ hệ thống --><HTML></HTML>",
        "<?xml version='1.0'?><html xmlns='http://www.w3.org/1999/xhtml'></html>",
    ],
)
@pytest.mark.parametrize("name", ["f.xls", "f.kml", "f.csv"])
def test_a_web_page_is_told_by_its_root(text: str, name: str, area: Path, tmp_path: Path) -> None:
    (tmp_path / name).write_text(text, encoding="utf-8")
    report = import_layer("villages", tmp_path / name, area)
    assert codes_of(report) == {"mislabelled"}
    assert "web page" in report.faults[0].reason
    assert "xlsx" in report.faults[0].remedy


# --- folders and layers -----------------------------------------------------------------------------------------------


def kml(path: Path, content: str) -> Path:
    path.write_text(
        f'<?xml version="1.0" encoding="UTF-8"?><kml xmlns="http://www.opengis.net/kml/2.2"><Document>{content}</Document></kml>',
        encoding="utf-8",
    )
    return path


def folder(name: str, *content: str) -> str:
    return f"<Folder><name>{name}</name>{''.join(content)}</Folder>"


def test_folders_named_after_communes_are_the_communes(area: Path, tmp_path: Path) -> None:
    for kind in (True, False):
        content = "".join(folder(commune, mark) for commune, mark in zip(m.commune_names(kind), placemarks(), strict=True))
        report = import_layer("villages", kml(tmp_path / "f.kml", content), area, mode="replace")
        assert report.exit_status == 0, report.faults
        assert villages_of(area)["commune_code"].tolist() == list(m.CODES)
        assert any("folders" in text and "commune" in text for text in map(str, report.statements))


def test_folders_below_folders_name_the_communes(area: Path, tmp_path: Path) -> None:
    parts = [folder(commune, folder("Điểm", mark)) for commune, mark in zip(m.commune_names(), placemarks(), strict=True)]
    report = import_layer("villages", kml(tmp_path / "f.kml", folder("Danh sách", *parts)), area)
    assert report.exit_status == 0, report.faults
    assert villages_of(area)["commune_code"].tolist() == list(m.CODES)
    assert not [title for title in villages_of(area) if title.startswith("Folder") and villages_of(area)[title].nunique() < 2]


def test_a_folder_column_can_be_mapped(area: Path, tmp_path: Path) -> None:
    marks = placemarks(FIELDS)
    content = folder("Trắng", *marks[:6]) + folder("Lõm", *marks[6:])
    report = import_layer("villages", kml(tmp_path / "f.kml", content), area, column_map={"Folder": "declared_status"})
    assert report.exit_status == 0, report.faults
    assert villages_of(area)["declared_status"].tolist() == ["no_signal"] * 6 + ["partial"] * 6


def test_a_folder_is_a_layer(area: Path, tmp_path: Path) -> None:
    stations = placemarks(FIELDS, tuple(f"Trạm {name}" for name in m.NAMES))
    file = kml(tmp_path / "f.kml", folder("Bản", *placemarks(FIELDS)) + folder("Trạm", *stations))
    assert codes_of(import_layer("villages", file, area)) == {"several_layers"}
    report = import_layer("villages", file, area, source_layer="ban")
    assert report.exit_status == 0, report.faults
    assert villages_of(area)["name"].tolist() == list(m.NAMES)
    wrong = import_layer("villages", file, area, source_layer="Đường")
    assert codes_of(wrong) == {"unknown_layer"}
    assert "Bản" in wrong.faults[0].remedy
    assert "Trạm" in wrong.faults[0].remedy


def gpx(path: Path, inside: str) -> Path:
    lon, lat = m.places()
    points = "".join(
        f'<wpt lat="{y}" lon="{x}"><ele>900</ele><name>{name}</name>{inside.format(commune=commune)}</wpt>'
        for name, commune, x, y in zip(m.NAMES, m.commune_names(), lon, lat, strict=True)
    )
    path.write_text(f'<?xml version="1.0"?><gpx version="1.1" xmlns="http://www.topografix.com/GPX/1/1">{points}</gpx>', encoding="utf-8")
    return path


@pytest.mark.parametrize(
    ("title", "inside"),
    [
        ("cmt", "<cmt>{commune}</cmt>"),
        ("desc", "<desc>{commune}</desc>"),
        ("sym", "<sym>{commune}</sym>"),
        ("xa", "<extensions><a:f xmlns:a='urn:a'><a:xa>{commune}</a:xa></a:f></extensions>"),
    ],
)
def test_what_a_way_point_says_can_be_mapped(title: str, inside: str, area: Path, tmp_path: Path) -> None:
    report = import_layer("villages", gpx(tmp_path / "f.gpx", inside), area, column_map={title: "commune"})
    assert report.exit_status == 0, report.faults
    assert villages_of(area)["commune_code"].tolist() == list(m.CODES)


@pytest.mark.parametrize(
    ("name", "options", "code"),
    [
        ("f.xlsx", {"source_layer": "abc"}, "idle_option"),
        ("f.csv", {"source_layer": "abc"}, "idle_option"),
        ("f.csv", {"sheet": "abc"}, "idle_option"),
        ("f.kml", {"sheet": "abc"}, "idle_option"),
        ("f.gpkg", {"sheet": "abc"}, "idle_option"),
        ("f.xlsx", {"sheet": "abc"}, "unknown_sheet"),
        ("f.kml", {"source_layer": "abc"}, "unknown_layer"),
        ("f.gpkg", {"source_layer": "abc"}, "unknown_layer"),
        ("f.geojson", {"source_layer": "abc"}, "unknown_layer"),
        ("f.zip", {"source_layer": "abc"}, "unknown_layer"),
        ("f.gpx", {"source_layer": "abc"}, "unknown_layer"),
    ],
)
def test_an_option_that_does_not_fit_the_file_is_a_fault(name: str, options: dict[str, str], code: str, area: Path, tmp_path: Path) -> None:
    file = tmp_path / name
    {
        "f.xlsx": lambda: m.xlsx(file, m.rows_of(m.plain())),
        "f.csv": lambda: m.csv(file, m.rows_of(m.plain())),
        "f.kml": lambda: file.write_text(m.kml_text(), encoding="utf-8"),
        "f.gpkg": lambda: m.frame().to_file(file, driver="GPKG", layer="bản"),
        "f.geojson": lambda: file.write_text(m.frame().to_json(), encoding="utf-8"),
        "f.zip": lambda: m.shapefile(file, m.frame({"TEN": list(m.NAMES), "XA": m.commune_names()})),
        "f.gpx": lambda: gpx(file, ""),
    }[name]()
    for report in (import_layer("villages", file, area, **options), preview("villages", file, area, **options)):
        assert {fault.code for fault in report.faults} == {code}
    if code == "unknown_layer":
        choices = {"f.kml": "bản", "f.gpkg": "bản", "f.geojson": "f", "f.zip": "ban", "f.gpx": "waypoints"}
        assert choices[name] in report.faults[0].remedy.lower()


def test_a_geojson_and_a_shapefile_go_by_the_name_of_their_file(area: Path, tmp_path: Path) -> None:
    (tmp_path / "Bản.geojson").write_text(m.frame().to_json(), encoding="utf-8")
    assert import_layer("villages", tmp_path / "Bản.geojson", area, source_layer="ban").exit_status == 0
    m.frame({"TEN": list(m.NAMES), "XA": m.commune_names()}).to_file(tmp_path / "diem.shp", encoding="UTF-8")
    assert import_layer("villages", tmp_path / "diem.shp", area, source_layer="diem").exit_status == 0
    assert codes_of(import_layer("villages", tmp_path / "diem.shp", area, source_layer="duong")) == {"unknown_layer"}


def test_a_line_without_length_is_refused(area: Path, tmp_path: Path) -> None:
    layer = m.roads()
    layer.loc[1, "geometry"] = shapely.LineString([(102.6, 22.3), (102.6, 22.3)])
    (tmp_path / "f.geojson").write_text(layer.to_json(), encoding="utf-8")
    report = import_layer("roads", tmp_path / "f.geojson", area)
    assert [(fault.code, fault.row) for fault in report.faults if fault.level == "fault"] == [("geometry", 2)]


# --- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "wrong", [["--max-rows", "0"], ["--max-mb", "0"], ["--max-rows", "many"], ["--no-such-option"], ["--merge", "--replace"]]
)
def test_json_holds_for_wrong_options(wrong: list[str], area: Path, tmp_path: Path) -> None:
    file = m.csv(tmp_path / "f.csv", m.rows_of(m.plain()))
    result = CliRunner().invoke(app, ["import", "villages", str(file), "--into", str(area), "--json", *wrong])
    assert result.exit_code == 2
    document = json.loads(result.stdout)
    assert document["ok"] is False
    assert document["error"]


def test_power_lines_have_one_place(area: Path, tmp_path: Path) -> None:
    from geo_planner.fetch.osm import THEMES
    from geo_planner.imports.store import TARGETS

    assert TARGETS["power_lines"] == THEMES["power"].file
    (tmp_path / "f.geojson").write_text(m.roads().to_json(), encoding="utf-8")
    assert import_layer("power_lines", tmp_path / "f.geojson", area).exit_status == 0
    assert (area / "power" / "power_lines.geojson").is_file()
