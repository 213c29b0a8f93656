"""Everything that an import says is data, and its Vietnamese has no English left: held by imports that say much."""

from __future__ import annotations

import re
from pathlib import Path

import geopandas as gpd
import pytest
import shapely
from streamlit.testing.v1 import AppTest

from geo_planner.imports import ImportReport, import_layer, preview
from geo_planner.imports.naming import own_title, together
from geo_planner.imports.places.vn2000 import system_name
from geo_planner.imports.shapes import not_valid
from geo_planner.words import Said, said
from tests.imports import making as m
from tests.imports.making import told
from tests.imports.making import told as told_why
from tests.ui.test_import_page import area, open_page, press, upload, written  # noqa: F401 - fixtures

pytestmark = pytest.mark.usefixtures("fresh_caches")

ENGLISH = re.compile(
    r"\b(the|is|are|was|of|and|or|not|rows?|columns?|cells? of|features?|means|taken|written|today|former|as|with|by)\b", re.IGNORECASE
)
_NAMES = re.compile(r"“[^”]*”|--\w+( \S+)?|EPSG\S*|\S*\.(csv|xlsx|kml|geojson|yaml)")
"""Texts of the user, options and files, which stand in any language."""


def english_in(text: str) -> bool:
    return ENGLISH.search(_NAMES.sub("", text)) is not None


def assert_all_told(report: ImportReport) -> None:
    """Rows, values and places speak by keys."""
    spoken = [*report.statements, *report.questions]
    assert [what for what in spoken if english_in(told(what, "vi"))] == []
    assert [told(what, "vi") for what in spoken if told(what, "vi") == str(what)] == []
    whys = [*report.corrected["why"], *report.skipped["why"]]
    assert [why for why in whys if english_in(told_why(why, "vi")) or told_why(why, "vi") == str(why)] == []
    own = [why for why in report.corrected["why"] if not isinstance(why, Said)]
    assert own == []
    assert [fault for fault in report.faults if any(english_in(text) for text in fault.texts("vi"))] == []


def odd_list() -> list[list[object]]:
    table = m.plain(
        **{
            "Điện lưới": ["Chưa", "Có", "✓", "x", "không", "N/A", "Có", "Có", "Chưa", "dự kiến", "Có", "Chưa"],
            "Hiện trạng sóng": ["Trắng sóng", "lõm sóng", "có", "không có sóng", *["trắng"] * 8],
            "Bán kính dân cư (km)": ["0,5", "1,25", *[1] * 10],
            "Số hộ": ["23 hộ", "1.234", "35", *range(9)],
            "Ghi chú riêng": [f"dòng\nhai {i}" for i in range(12)],
        }
    )
    rows = m.rows_of(table)
    width = len(rows[0])
    numbers = [f"({i + 1})" for i in range(width)]
    return [
        ["DANH SÁCH BẢN"],
        rows[0],
        numbers,
        *rows[1:],
        [None, "Tổng cộng", *[None] * (width - 2)],
        ["Người lập biểu"],
        ["(Ký, ghi rõ họ tên)"],
    ]


def test_an_odd_list_is_told_in_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", odd_list()), area)
    assert len(report.corrected) > 10, report.faults
    assert len(report.skipped) > 2
    assert_all_told(report)
    assert_all_told(import_layer("villages", m.csv(tmp_path / "g.csv", odd_list()[1:]), area))


def test_lists_of_many_kinds_are_told_in_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    lon, lat = m.places()
    sites = m.csv(
        tmp_path / "tram.csv",
        [
            ["Tên trạm", "Vĩ độ", "Kinh độ", "Tình trạng", "Nhà mạng", "Công nghệ", "Tần số", "Góc phương vị", "Công suất phát (W)"],
            *[[f"Trạm {i}", lat[i], lon[i], "đang phát", "VNPT", "4G", "B3 (1800)", "omni", 20] for i in range(8)],
        ],
    )
    measured = m.csv(
        tmp_path / "do.csv",
        [
            ["Time", "Lat", "Lon", "Operator", "Technology", "Level", "Speed (m/s)"],
            *[["28/01/2026 09:30:00", lat[i], lon[i], "452-04", "4G" if i % 2 else "GSM", -100, 5] for i in range(8)],
        ],
    )
    for layer, file in (("sites", sites), ("sites", sites), ("measurements", measured)):
        report = import_layer(layer, file, area)
        assert report.written, report.faults
        assert len(report.corrected) > 5
        assert_all_told(report)
        assert [text for text in preview(layer, file, area).statements if told(text, "vi") == text] == []
    swapped = m.plain()
    swapped["Kinh độ"][3], swapped["Vĩ độ"][3] = swapped["Vĩ độ"][3], swapped["Kinh độ"][3]
    assert_all_told(import_layer("villages", m.csv(tmp_path / "s.csv", m.rows_of(swapped)), area))


def test_faults_of_rows_are_told_in_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    table = m.plain(
        **{
            "Số hộ": ["rất đông", "12,5", "45%", "1 2 3", "9e99", *range(7)],
            "Điện lưới": ["có rồi nhé", "🙂", "50%", "☒", *["có"] * 8],
            "Ngày khai báo": ["31/02/2026", "mới đây", *["2026-01-28"] * 10],
            "Xã": [*m.commune_names()[:4], "Mù Cảo", "Không Có", "", *m.commune_names()[7:]],
        }
    )
    table["Kinh độ"][8], table["Vĩ độ"][9], table["Kinh độ"][10], table["Vĩ độ"][10] = "đâu đó", None, 0, 0
    report = import_layer("villages", m.csv(tmp_path / "f.csv", m.rows_of(table)), area)
    assert {"type", "choice", "unknown_commune", "blank", "coordinates"} <= {fault.code for fault in report.faults}
    assert_all_told(report)


def test_lists_that_lack_a_column_are_told_in_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    for i, gone in enumerate(("Thôn, bản", "Xã", "Kinh độ", "Vĩ độ")):
        table = {title: cells for title, cells in m.plain().items() if title != gone}
        report = import_layer("villages", m.csv(tmp_path / f"f{i}.csv", m.rows_of(table)), area)
        assert not report.written
        assert_all_told(report)
    report = import_layer("villages", m.csv(tmp_path / "g.csv", m.rows_of(m.plain())), area, crs="EPSG:9205")
    assert {"wrong_zone"} == {fault.code for fault in report.faults if fault.level == "fault"}
    assert_all_told(report)


def test_shapes_are_told_in_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    lon, lat = m.places()[0][0], m.places()[1][0]
    crossed = shapely.Polygon([(lon, lat), (lon + 0.01, lat + 0.01), (lon + 0.01, lat), (lon, lat + 0.01)])
    shapes = [crossed, shapely.box(lon, lat, lon + 0.01, lat + 0.01), shapely.box(lon, lat, lon + 0.01, lat + 0.01)]
    gpd.GeoDataFrame({"ten": ["A", "B", "C"]}, geometry=shapes, crs=4326).to_file(tmp_path / "a.geojson")
    for mode in ("auto", "merge", "replace"):
        report = import_layer("exclusion_areas", tmp_path / "a.geojson", area, mode=mode)  # type: ignore[arg-type]
        assert report.written, report.faults
        assert len(report.corrected) == 1
        assert isinstance(report.corrected["was"].iloc[0], Said)
        assert_all_told(report)
    marks = "".join(
        f"<Placemark><name>{m.NAMES[i]}</name><Point><coordinates>{m.places()[0][i]},{m.places()[1][i]}</coordinates></Point></Placemark>"
        for i in range(3)
    )
    kml = tmp_path / "g.kml"
    kml.write_text(f"<kml><Folder><name>{m.commune_names()[0]}</name>{marks}</Folder></kml>", encoding="utf-8")
    assert_all_told(import_layer("villages", kml, area))


def test_the_tables_of_the_page_speak_vietnamese(area: Path, tmp_path: Path) -> None:  # noqa: F811
    app: AppTest = press(upload(open_page(), m.xlsx(tmp_path / "f.xlsx", odd_list())))
    assert written(app)
    tables = [frame.value for frame in app.dataframe if "Vì sao" in frame.value]
    assert len(tables) == 2
    whys = {str(why) for table in tables for why in table["Vì sao"]}
    assert {"dấu phẩy thập phân", "bỏ đơn vị", "dòng tổng cộng", "dòng đánh số cột"} & whys
    assert not [why for why in whys if ENGLISH.search(why)]
    columns = {str(name) for table in tables if "Cột" in table for name in table["Cột"]}
    assert {"Điện lưới", "Bán kính dân cư (m)"} <= columns
    spoken = "\n".join(element.value for element in app.text)
    assert "“Thôn, bản” → Thôn, bản" in spoken
    assert "Bỏ qua dòng" in spoken


# --- how it is said ---------------------------------------------------------------------------------------------------


def test_what_was_done_is_told_one_by_one() -> None:
    done = together([said("rows_done.line_breaks"), None, said("rows_done.means", text="4G, 5G", word="LTE")])
    assert done is not None
    assert told_why(done, "vi") == "ngắt dòng đổi thành dấu cách, “4G, 5G” nghĩa là LTE"
    assert told_why(done, "en") == "line breaks made spaces, '4G, 5G' means LTE"
    both = said("rows_commune.several", parts=(said("rows_commune.code_reused", code="7"), said("rows_commune.leading_zero")))
    assert told_why(said("rows_commune.decided", how=both), "vi").count("; ") == 1


def test_what_the_user_wrote_stays_as_it_is() -> None:
    bad = "<b>{0}</b> **x** \\1 :red[y] {title}"
    assert told_why(said("rows_done.means", text=bad, word="LTE"), "vi") == f"“{bad}” nghĩa là LTE"
    assert bad in told(said("rows_told.unit", title=bad, unit="km", own="m"), "vi")
    assert (own_title("geometry x", "vi"), own_title("geometry x", "en"), own_title("Tên", "vi")) == ("hình vẽ (x)", "geometry x", "Tên")
    assert system_name("WGS84 degrees", "vi") != system_name("WGS84 degrees", "en")


def test_what_is_wrong_with_a_shape_is_told() -> None:
    crossed = shapely.Polygon([(0, 0), (1, 1), (1, 0), (0, 1)])
    assert not_valid(crossed).text("vi") == "đường biên tự cắt nhau tại 0.5 0.5"
    assert told_why(said("rows_done.valid_area"), "vi") == "vùng hợp lệ"
