"""The import page: what is confirmed is imported, what is faulty changes nothing."""

from __future__ import annotations

import dataclasses
import hashlib
import json
import re
import threading
import time
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest
from streamlit.testing.v1 import AppTest

from geo_planner.errors import OutputError, fault
from geo_planner.imports import IMPORTABLE, import_layer, importer, preview
from geo_planner.imports.titles.meaning import all_targets
from geo_planner.imports.vocabulary import POINT_LAYERS
from geo_planner.plan import Plan
from geo_planner.study_area.former import former_copies
from geo_planner.study_area.price_items import ITEMS
from geo_planner.ui import loading
from geo_planner.ui.import_panel import column_label
from geo_planner.ui.import_texts import import_fault_table, layer_title, say, target_title
from geo_planner.ui.texts import text
from geo_planner.words import LANGUAGES, catalogue
from geo_planner.words import said as words_of
from tests.conftest import ROOT
from tests.imports import making as m
from tests.imports import test_cut_titles as cut_titles
from tests.imports.making import told
from tests.ui.tables import fault_tables, html_tables

pytestmark = pytest.mark.usefixtures("fresh_caches")

PAGE = "geo_planner/ui/pages/data.py"


@pytest.fixture
def area(monkeypatch: pytest.MonkeyPatch, plan: Plan, area_copy: Path) -> Path:
    """A study area of one's own that the app shows; its plan is not computed."""
    shown = dataclasses.replace(plan, study_area=dataclasses.replace(plan.study_area, root=area_copy))
    monkeypatch.setenv(loading.STUDY_AREA_VARIABLE, str(area_copy))
    monkeypatch.setattr(loading, "run", lambda *_, **__: shown)
    return area_copy


def contents(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.rglob("*")) if p.is_file()}


def open_page(language: str | None = None) -> AppTest:
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240).run()
    if language:
        app.sidebar.radio(key="language").set_value(language).run()
    app.switch_page(PAGE).run()
    return app.radio(key="data_part").set_value("bring").run()


def upload(app: AppTest, path: Path, name: str | None = None) -> AppTest:
    app.file_uploader(key="import_file").set_value((name or path.name, path.read_bytes(), "application/octet-stream"))
    app.run()
    assert not app.exception
    return app


def press(app: AppTest) -> AppTest:
    app.button(key="import_go").click().run()
    assert not app.exception
    return app


def spoken(app: AppTest) -> str:
    return "\n".join(element.value for kind in (app.text, app.success, app.error, app.warning, app.info) for element in kind)


def written(app: AppTest) -> bool:
    """Whether the page says that the import was written; what the check before it says does not count."""
    return any(element.value.startswith("Đã ghi vào địa bàn") for element in app.success)


def offered(app: AppTest) -> bool:
    """Whether the button is there and can be pressed."""
    return any(button.key == "import_go" and not button.disabled for button in app.button)


def steps(app: AppTest) -> list[str]:
    """The numbered titles, in order."""
    return [told for element in app.markdown if re.match(r"\d+\. ", told := element.value.strip("*"))]


def download_labels(app: AppTest) -> list[str]:
    return [element.proto.label for element in app.get("download_button")]


def test_a_good_list_is_imported_and_the_plan_is_fresh(area: Path, tmp_path: Path) -> None:
    before = contents(area)
    app = upload(open_page(), m.csv(tmp_path / "danh sách.csv", m.rows_of(m.plain())))
    assert contents(area) == before, "looking at a file writes nothing"
    assert "12 dòng số liệu" in spoken(app)
    assert steps(app) == ["1. Đọc được gì trong tệp", "2. Cột nào là số liệu gì", "3. Hệ tọa độ và cách nhập", "4. Kiểm tra trước khi nhập"]
    key = app.session_state["loaded_plan"].key
    press(app)
    assert app.success[-1].value.startswith("Đã ghi vào địa bàn: 12 dòng được nhận")
    villages = pd.read_csv(area / "villages" / "villages.csv", dtype=str)
    assert list(villages["name"]) == list(m.NAMES)
    assert say("report_xlsx", "vi") in download_labels(app)
    app.run()
    assert app.session_state["loaded_plan"].key != key
    assert written(app), "the outcome stays until another file comes"
    changed = {name for name, digest in contents(area).items() if before.get(name) != digest}
    assert {name for name in changed if not name.startswith("former/")} <= {"villages/villages.csv", "manifest.json"}


def test_lists_are_brought_in_while_the_plan_is_worked_out(area: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page waits for no plan; what it left under way for a former list ends, and that of the newest is there when it is done."""
    go, begun, ended, quick = threading.Event(), list[str](), list[str](), loading.run

    def slow(scenario: Any, study_area: Any, tell: Any, **options: Any) -> Plan:
        households = str(study_area.villages["households"].iloc[0])
        begun.append(households)
        tell("coverage", 0.0)
        go.wait(30)
        tell("ranking", 0.9)
        ended.append(households)
        return quick(scenario, study_area, tell, **options)

    def told(app: AppTest) -> bool:
        return any(text("under_way", "vi") in element.proto.body for element in app.get("html"))

    app = open_page()
    monkeypatch.setattr(loading, "run", slow)
    for households in (31, 32):
        press(upload(app, m.csv(tmp_path / f"{households}.csv", m.rows_of(m.plain(**{"Số hộ": [households] * 12})))))
        assert written(app)
        app.run()
        assert told(app)
        assert not go.is_set()
    assert begun == ["31", "32"]
    go.set()
    end = time.monotonic() + 30
    while told(app.run()):
        assert time.monotonic() < end
    assert ended == ["32"]


def test_a_faulty_row_leaves_the_area_unchanged_and_is_told(area: Path, tmp_path: Path) -> None:
    before = contents(area)
    path = m.csv(tmp_path / "f.csv", m.rows_of(m.plain(**{"Số hộ": ["rất đông", *range(11)]})))
    app = upload(open_page(), path, "danh sách xã.csv")
    assert "11 dòng đúng, 1 dòng lỗi" in app.error[0].value
    assert app.button(key="import_go").disabled, "what would be refused is not offered"
    table = fault_tables(app)[0]
    assert list(table.columns) == ["Dòng", "Cột", "Giá trị", "Sai ở đâu", "Cách sửa"], "the file's name is not said on each row"
    assert (table.loc[0, "Dòng"], table.loc[0, "Giá trị"]) == ("2", "rất đông")
    assert say("marked_copy", "vi") in download_labels(app)
    assert contents(area) == before


def test_what_was_taken_stands_there_in_the_words_of_the_office(area: Path, tmp_path: Path) -> None:
    """No word, figure or day of a machine file, neither in what is seen of the list nor in what came of it."""
    lon, lat = (list(values) for values in m.places())
    lon[8], lat[8] = lat[8], lon[8]
    path = m.xlsx(
        tmp_path / "f.xlsx",
        m.rows_of(
            m.plain(
                **{
                    "Kinh độ": lon,
                    "Vĩ độ": lat,
                    "Đường": ["xe máy"] * 12,
                    "Hiện trạng sóng": ["trắng"] * 12,
                    "Ngày khai báo": ["28/01/2026"] * 12,
                }
            )
        ),
    )
    app = press(upload(open_page(), path))
    tables = [element.value for element in app.dataframe]
    seen = tables[0]
    assert (seen["Kinh độ"][0], seen["Ngày khai báo"][0]) == (str(lon[0]).replace(".", ","), "28/01/2026")
    taken = next(table for table in tables if "Mã bản" in table)
    first = taken.iloc[0]
    assert first["Kinh độ (WGS84)"] == str(lon[0]).replace(".", ",")
    assert (first["Điện lưới"], first["Đường"], first["Ngày khai báo"]) == ("có", "xe máy", "28/01/2026")
    assert first["Sóng theo khai báo"] == "trắng sóng"
    put_right = next(table for table in tables if "Đã ghi thành" in table)
    assert [text for text in put_right["Đã ghi thành"] if re.search(r"\d\.\d", text)] == []


def test_columns_of_the_offices_own_are_folded_away_where_they_are_many(area: Path, tmp_path: Path) -> None:
    own = {f"Tiêu chí {n}": [n] * 12 for n in range(30)}
    app = upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(m.plain(**own))))
    folded = next(part for part in app.expander if part.label == say("columns_own", "vi", n=30))
    assert len(folded.selectbox) == 30
    assert len([box for box in app.selectbox if str(box.key).startswith("import_column_")]) == 36
    folded.selectbox[0].set_value("population").run()
    press(app)
    assert set(pd.read_csv(area / "villages" / "villages.csv")["population"]) == {0}


def _kind_of(element: Any) -> str:
    """Whether it tells of the column that is there twice, or is the first of those that columns are chosen with."""
    told = element.type == "html" and "hai cột có cùng tiêu đề" in str(element.proto.body).lower()
    return "fault" if told else "column" if str(getattr(element, "key", "")).startswith("import_column_") else ""


def test_what_keeps_a_list_from_being_read_stands_before_its_columns(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain(**{f"Tiêu chí {n}": [n] * 12 for n in range(30)}))
    twice = [[*row, row[rows[0].index("Số hộ")]] for row in rows]
    app = upload(open_page(), m.xlsx(tmp_path / "f.xlsx", twice))
    order = [where for element in app.main if (where := _kind_of(element))]
    assert order[:2] == ["fault", "column"]
    assert order.count("fault") == 1, "it is told once"


def test_a_fault_of_the_whole_list_counts_no_good_rows(area: Path, tmp_path: Path) -> None:
    east, north = m.metres(104.75)
    titles = ("X (VN-2000, KTT 103)", "Y (VN-2000, KTT 103)")
    table = m.plain(**{"Kinh độ": None, "Vĩ độ": None, titles[0]: north.round(1).tolist(), titles[1]: east.round(1).tolist()})
    app = upload(open_page(), m.xlsx(tmp_path / "f.xlsx", m.rows_of(table)))
    assert [element.value for element in app.error] == [say("check_whole", "vi", n=1)]
    assert not offered(app)


def test_the_good_rows_alone_are_taken_when_told(area: Path, tmp_path: Path) -> None:
    app = upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(m.plain(**{"Số hộ": ["rất đông", *range(11)]}))))
    app.checkbox(key="import_accept_valid").check().run()
    press(app)
    assert written(app)
    assert len(pd.read_csv(area / "villages" / "villages.csv")) == 11
    assert say("rejects_csv", "vi") in download_labels(app)


def test_the_mode_is_chosen(area: Path, tmp_path: Path) -> None:
    there = len(pd.read_csv(area / "villages" / "villages.csv"))
    app = upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(m.plain())))
    app.selectbox(key="import_mode").set_value("merge")
    press(app)
    assert written(app)
    assert len(pd.read_csv(area / "villages" / "villages.csv")) > there


def test_a_column_is_mapped_by_hand(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    table["Ghi nhận"] = table.pop("Số hộ")
    app = upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(table)))
    titles = [element.value for element in app.text if element.value in table]
    box = [box for box in app.selectbox if box.key and box.key.startswith("import_column_")][titles.index("Ghi nhận")]
    assert box.options[0] == say("auto_own", "vi")
    assert "Số hộ" in box.options
    box.set_value("households")
    press(app)
    assert list(pd.read_csv(area / "villages" / "villages.csv")["households"]) == [20 + i for i in range(12)]


def test_two_columns_that_claim_one_meaning_are_settled_on_the_page(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    table["Hộ"] = [5] * 12
    table["Hộ dân"] = table.pop("Số hộ")
    app = upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(table)))
    assert app.button(key="import_go").disabled
    shown = fault_tables(app)[0]
    assert "Các cột “Hộ” và “Hộ dân” đều trông giống Số hộ." in set(shown["Sai ở đâu"])
    assert words_of("page.two_columns").text("vi") in set(shown["Cách sửa"])
    titles = [element.value for element in app.text if element.value in table or element.value == "STT"]
    boxes = [box for box in app.selectbox if box.key and box.key.startswith("import_column_")]
    boxes[titles.index("Hộ dân")].set_value("households").run()
    press(app)
    assert written(app)
    assert pd.read_csv(area / "villages" / "villages.csv")["households"][0] == 20


def test_the_sheet_is_chosen_when_two_look_like_the_list(area: Path, tmp_path: Path) -> None:
    rows = m.rows_of(m.plain())
    app = upload(open_page(), m.xlsx(tmp_path / "f.xlsx", rows, sheet="Cũ", more={"Mới": rows[:6]}))
    assert not offered(app)
    next(box for box in app.selectbox if box.key and box.key.startswith("import_sheet_")).set_value("Mới").run()
    press(app)
    assert written(app)
    assert len(pd.read_csv(area / "villages" / "villages.csv")) == 5


def test_titles_of_a_map_layer_that_are_asked_about_can_be_answered(area: Path, tmp_path: Path) -> None:
    app = upload(open_page(), cut_titles.shapefile(tmp_path / "f.zip", cut_titles.cut(cut_titles.OURS), cut_titles.cells(), cpg=b"UTF-8"))
    assert not offered(app)
    asked = [str(box.key) for box in app.selectbox if str(box.key).startswith("import_column_")]
    for key, target in zip(asked, ("households", "poor_households", "near_poor_households"), strict=True):
        app.selectbox(key=key).set_value(target)
    app.run()
    assert offered(app)


def test_a_coordinate_system_is_offered_and_stated(area: Path, tmp_path: Path) -> None:
    app = upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(m.in_metres())))
    box = next(box for box in app.selectbox if box.key and box.key.startswith("import_crs_"))
    assert any(option.startswith("EPSG:9205") for option in box.options)
    box.set_value("EPSG:9205").run()
    press(app)
    assert written(app)
    lon, _ = m.places()
    assert pd.read_csv(area / "villages" / "villages.csv")["lon"].to_numpy() == pytest.approx(lon, abs=1e-6)


@pytest.mark.parametrize("content", [b"", b"\x00\x01\x02", b"%PDF-1.7", b"PK\x03\x04broken", b"<html></html>", b"{" * 5000])
def test_a_file_that_is_no_list_is_told_and_cannot_be_imported(area: Path, tmp_path: Path, content: bytes) -> None:
    before = contents(area)
    path = tmp_path / "f.csv"
    path.write_bytes(content)
    app = upload(open_page(), path)
    assert not offered(app)
    assert len(fault_tables(app)[0]) >= 1
    assert contents(area) == before


def test_hostile_names_are_text(area: Path, tmp_path: Path) -> None:
    bad = "<img src=x onerror=alert(1)>"
    table = m.plain(**{"Thôn, bản": [f"{bad}{i} **đậm** :red[x]" for i in range(12)]})
    table[f"{bad} {{x}}"] = ["[a](javascript:alert(1))"] * 12
    app = press(upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(table)), "../../<b>tên</b> {0}.csv"))
    assert written(app)
    drawn = [element.proto.body for element in app.get("html")]
    drawn += [element.value for kind in (app.markdown, app.caption, app.success, app.error, app.warning, app.info) for element in kind]
    # a sign behind a backslash is a text, and a label has no other way to show it
    drawn += [re.sub(r"\\[^a-zA-Z0-9\s]", "", element.label) for kind in (app.selectbox, app.expander, app.checkbox) for element in kind]
    assert not any(sign in text for text in drawn for sign in ("<img", "<b>", "javascript:", "**đậm**"))
    assert not list(tmp_path.glob("*tên*"))


def test_a_study_area_that_may_not_be_written_is_a_sentence(area: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> str:
        raise OutputError("output_not_writable", folder="dia_ban")

    monkeypatch.setattr(importer, "write_layer", refuse)
    before = contents(area)
    app = press(upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(m.plain()))))
    assert OutputError("output_not_writable", folder="dia_ban").text("vi") in spoken(app)
    assert app.warning[0].value == say("unchanged", "vi")
    assert contents(area) == before


def test_lines_are_imported_without_columns_to_match(area: Path, tmp_path: Path) -> None:
    path = tmp_path / "r.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":[{"type":"Feature","properties":{"name":"Đường"},'
        '"geometry":{"type":"LineString","coordinates":[[102.9,22.3],[102.95,22.32]]}}]}',
        encoding="utf-8",
    )
    app = open_page()
    app.selectbox(key="import_layer").set_value("roads").run()
    upload(app, path)
    assert steps(app) == ["1. Đọc được gì trong tệp", "2. Hệ tọa độ và cách nhập", "3. Kiểm tra trước khi nhập"]
    press(app)
    assert written(app)
    assert (area / "roads" / "roads.geojson").is_file()


def test_the_page_speaks_english_too(area: Path, tmp_path: Path) -> None:
    app = upload(open_page("English"), m.csv(tmp_path / "f.csv", m.rows_of(m.plain(**{"Số hộ": ["many", *range(11)]}))))
    assert "11 rows are good, 1 faulty" in app.error[0].value
    assert not any(sign in spoken(app) for sign in ("địa bàn", "Chưa"))


def test_what_a_common_import_says_is_told_in_vietnamese(area: Path, tmp_path: Path) -> None:
    path = m.csv(tmp_path / "f.csv", m.rows_of(m.plain(**{"Điện lưới": None})))
    report = import_layer("villages", path, area)
    again = import_layer("villages", path, area)
    said = [*preview("villages", path, area).statements, *report.statements, *again.statements, *report.questions]
    assert len(said) > 6
    assert [sentence for sentence in said if told(sentence, "vi") == told(sentence, "en")] == []
    assert [told(sentence, "en") for sentence in said] == [str(sentence) for sentence in said]


def test_every_word_and_column_stands_in_both_languages() -> None:
    assert all(layer_title(layer, language) != layer for layer in IMPORTABLE for language in LANGUAGES)
    assert all(target_title(layer, target, "vi") != target for layer in POINT_LAYERS for target in all_targets(layer))
    assert import_fault_table([], "vi").empty


def test_a_remedy_of_the_page_names_its_parts_and_no_option_of_the_command_line() -> None:
    own = [key for key in catalogue("vi") if key.startswith("page.")]
    assert {"page.several_sheets", "page.two_columns", "page.which_unit"} <= set(own)
    assert not [key for key in own for language in LANGUAGES if "--" in catalogue(language)[key]["text"]]
    shown = import_fault_table([fault("f.csv", "several_layers.archive", names=["a", "b"])], "vi").iloc[0]
    assert (shown["Sai ở đâu"], shown["Cách sửa"]) == ("Tệp nén có nhiều shapefile: a, b.", "Ghi tên lớp ở mục 1.")
    limited = import_fault_table([fault("f.csv", "too_many_rows.lines", n=900_000, most=200_000)], "vi").iloc[0]["Cách sửa"]
    assert limited.startswith("Chia nhỏ tệp rồi nhập lần lượt"), "the page has no limit to raise"
    for what in [fault("f.kmz", "several_layers.kmz", names=["a", "b"]), fault("f.csv", "damaged.zip")]:
        assert import_fault_table([what], "en").iloc[0]["What to do"] == what.remedy


def test_a_study_area_without_a_list_is_mended_here(area: Path, tmp_path: Path) -> None:
    """As `init` leaves it: nothing can be planned yet, and this page is the way on."""
    (area / "villages" / "villages.csv").unlink()
    app = upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(m.plain())))
    press(app)
    assert (area / "villages" / "villages.csv").is_file()


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("công văn.docx", "word/document.xml", "mislabelled.word"),
        ("trình chiếu.pptx", "ppt/presentation.xml", "mislabelled.slides"),
        ("công văn.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "WordDocument".encode("utf-16-le"), "mislabelled.word"),
        ("công văn.rtf", b"{\\rtf1 ...}", "mislabelled.word"),
        ("bản quét.pdf", b"%PDF-1.7", "mislabelled.pdf"),
        ("ảnh.jpg", b"\xff\xd8\xff\xe0", "mislabelled.picture"),
    ],
)
def test_what_is_no_list_at_all_gets_a_sentence_and_a_remedy(
    area: Path, tmp_path: Path, name: str, content: str | bytes, code: str
) -> None:
    path = tmp_path / "x"
    if isinstance(content, str):
        with zipfile.ZipFile(path, "w") as archive:
            archive.writestr(content, "<a/>")
    else:
        path.write_bytes(content)
    app = upload(open_page(), path, name)
    table = fault_tables(app)[0]
    expected = fault(name, code)
    assert expected.texts("vi")[1] == table.loc[0, "Cách sửa"]
    assert not offered(app)
    assert not [box for box in app.selectbox if box.key and box.key.startswith(("import_crs_", "import_mode"))], "nothing is left to choose"
    assert steps(app) == ["1. Đọc được gì trong tệp"]


def test_a_workbook_without_a_table_is_told_in_one_language(area: Path, tmp_path: Path) -> None:
    openpyxl.Workbook().save(tmp_path / "rỗng.xlsx")
    app = upload(open_page(), tmp_path / "rỗng.xlsx")
    table = fault_tables(app)[0]
    assert [cell for cell in table.to_numpy().ravel() if "fault" in cell or "workbook" in cell] == []
    assert "không có bảng" in table.loc[0, "Sai ở đâu"]


def test_prices_have_a_preview_and_are_imported(area: Path, tmp_path: Path) -> None:
    titles = ["Hạng mục", "Đơn vị", "Giá thấp", "Giá cơ sở", "Giá cao", "Năm giá", "Nguồn"]
    item, price = next(iter(ITEMS.items()))
    rows = [titles, [item, f"đ/{price.measures[0]}", "rẻ", "2.000.000", "3.000.000", 2026, "Báo giá"]]
    app = open_page()
    app.selectbox(key="import_layer").set_value("prices").run()
    upload(app, m.xlsx(tmp_path / "giá.xlsx", rows))
    assert "giá.xlsx: xlsx, 1 dòng số liệu" in spoken(app)
    assert fault_tables(app)[0].loc[0, "Cột"] == "Giá thấp"
    rows[1][2] = "1.000.000"
    press(upload(app, m.xlsx(tmp_path / "giá 2.xlsx", rows)))
    assert written(app)
    assert (area / "prices" / "prices.csv").is_file()


def test_what_is_held_is_told_with_what_a_plan_does_with_it(area: Path) -> None:
    (area / "sites" / "sites.csv").write_bytes((area / "sites" / "sites.csv").read_bytes() + b"\n")
    manifest = json.loads((area / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"]["boundaries/communes.geojson"]["source"] = "<img src=x onerror=alert(1)>"
    (area / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    app = AppTest.from_file(str(ROOT / "app.py"), default_timeout=240).run().switch_page(PAGE).run()
    assert not app.exception
    table = html_tables(app)[0]
    first = table.columns[0]
    villages, sites, communes = (table[table[first].str.startswith(name)].iloc[0] for name in ("Thôn, bản", "Trạm phát sóng", "Xã, phường"))
    assert (villages["Số dòng"], villages["Mẫu hay thật"]) == ("21", "có 20 dòng mẫu")
    assert "tệp đã sửa sau khi ghi nguồn" in sites["Mẫu hay thật"]
    assert communes["Nguồn"].startswith("<img src=x")
    drawn = "".join(element.proto.body for element in app.get("html"))
    assert "<img" not in drawn
    missing = drawn[drawn.index("gp-missing") :]
    assert all(
        words_of(f"layer_use.{layer}").text("vi").split(":")[0] in missing for layer in ("candidates", "exclusion_areas", "power_lines")
    )
    assert {"Thôn, bản", "Trạm phát sóng", "Bảng giá"} <= set(download_labels(app))


def test_an_import_is_undone_on_the_page_and_the_undo_too(area: Path, tmp_path: Path) -> None:
    villages = area / "villages" / "villages.csv"
    before = villages.read_bytes(), json.loads((area / "manifest.json").read_text("utf-8"))  # the fixture writes it on one line
    app = press(upload(open_page(), m.csv(tmp_path / "danh sách.csv", m.rows_of(m.plain()))))
    imported = villages.read_bytes()
    key = app.session_state["loaded_plan"].key
    app.radio(key="data_part").set_value("back").run()
    (copy,) = former_copies(area, "villages")
    assert "“danh sách.csv”" in spoken(app)
    app.button(key=f"former_villages_{copy.name}").click().run()
    assert not app.exception
    assert (villages.read_bytes(), json.loads((area / "manifest.json").read_text("utf-8"))) == before
    assert app.success[0].value.startswith("Lớp “Thôn, bản” đã trở lại: 21 dòng")
    assert app.session_state["loaded_plan"].key != key, "the plan follows"
    app.button(key=f"former_villages_{former_copies(area, 'villages')[0].name}").click().run()
    assert villages.read_bytes() == imported


def test_a_copy_that_was_changed_is_refused_on_the_page(area: Path, tmp_path: Path) -> None:
    app = press(upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(m.plain()))))
    (copy,) = former_copies(area, "villages")
    (area / "former" / "villages" / copy.name / "villages.csv").write_text("x", encoding="utf-8")
    app.radio(key="data_part").set_value("back").run()
    before = contents(area)
    app.button(key=f"former_villages_{copy.name}").click().run()
    assert "không còn nguyên" in fault_tables(app)[0].loc[0, "Sai ở đâu"]
    assert contents(area) == before


def test_a_field_of_a_column_is_called_by_its_title_whatever_stands_in_it(tmp_path: Path) -> None:
    """The title above it is seen alone; who hears the page has the label."""
    app = upload(open_page(), m.csv(tmp_path / "f.csv", m.rows_of(m.plain())))
    labels = [box.label for box in app.selectbox if box.key and box.key.startswith("import_column_")]
    assert len(set(labels)) == len(labels)
    assert [label for label in labels if label.endswith(" “Số hộ”")]
    assert column_label(4, "*Số* [hộ](x)", "vi") == "Cột 4 “\\*Số\\* \\[hộ\\](x)”", "no sign of it is markup"
    assert column_label(4, "Số\n hộ ", "vi") == "Cột 4 “Số hộ”"
    assert column_label(4, " ", "vi") == "Cột 4, không có tiêu đề"
    assert len(column_label(4, "dài " * 100, "vi")) < 70
