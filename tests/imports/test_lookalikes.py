"""Lists from any keyboard: look-alikes of letters and digits of other scripts are read and told, or refused; nothing goes missing."""

from __future__ import annotations

from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.imports import ImportReport, import_layer
from geo_planner.imports.cells.radio import operator, technology
from geo_planner.imports.cells.texts import clean_texts
from geo_planner.imports.cells.values import convert
from geo_planner.imports.ids import same_spelling
from geo_planner.imports.places.gazetteer import CommuneIndex
from geo_planner.imports.titles.meaning import clean_title, targets_of
from geo_planner.letters import fold
from geo_planner.schema import LAYERS
from tests.imports import making as m
from tests.imports.making import told
from tests.imports.making import told as told_why

WIDE = str.maketrans("0123456789.,-", "０１２３４５６７８９．，－")
ARABIC = str.maketrans("0123456789.", "٠١٢٣٤٥٦٧٨٩٫")
MATHS = str.maketrans({str(i): chr(0x1D7CE + i) for i in range(10)})
READ = [c for c in LAYERS["villages"].columns if c.kind.name != "text"] + [
    c for c in LAYERS["measurements"].columns if c.kind.name != "text"
]


def read(column: str, text: str, *, layer: str = "villages", title: str = "") -> tuple[str, str, str]:
    cells = pd.Series([text], dtype=object)
    row = convert(cells, clean_texts(cells)[0], LAYERS[layer].column(column), "", title).iloc[0]
    return str(row["text"]), *(str(row[name] or "") for name in ("done", "wrong"))  # type: ignore[return-value]


def bring(area: Path, folder: Path, table: dict[str, list[object]], layer: str = "villages", *, xlsx: bool = False) -> ImportReport:
    file = (m.xlsx if xlsx else m.csv)(folder / ("f.xlsx" if xlsx else "f.csv"), m.rows_of(table))
    return import_layer(layer, file, area)


@pytest.mark.parametrize("table", [WIDE, ARABIC, MATHS])
@pytest.mark.parametrize(
    ("column", "written", "became"),
    [("households", "12", "12"), ("settlement_radius_m", "12.5", "12.5"), ("status_date", "28/01/2026", "2026-01-28")],
)
def test_digits_of_another_form_are_read_and_told(table: dict[int, int], column: str, written: str, became: str) -> None:
    text, done, wrong = read(column, written.translate(table))
    assert (text, wrong) == (became, "")
    assert done.startswith("digits or signs of another form")


@pytest.mark.parametrize(
    ("text", "became"),
    [
        ("−98", "-98"),
        ("–98", "-98"),
        ("‑98", "-98"),
        ("－９８", "-98"),
        ("−98\u00a0dBm", "-98"),
        ("1\u2007234", ""),
        ("9²", ""),
        ("⁻98", ""),
    ],
)
def test_signs_before_a_level(text: str, became: str) -> None:
    found, done, wrong = read("rsrp_dbm", text, layer="measurements")
    assert (found == became and done != "") if became else (wrong != "" or done != "")


@pytest.mark.parametrize("text", ["12²", "²", "Ⅲ", "①", "½", "1½", "㊿", "⒓", "45 hộ/232 khẩu", "45 hộ, 232 khẩu", "45-50", "45–50", "~45", "≈45", "khoảng 45", ">45", "45 (12 hộ nghèo)",
                                  "45; 12", "45+2", "45 - 12", "12 người", "45\u200b/12", "4²5", "45 hộ 12", "20 (2025), 22 (2026)"])  # fmt: skip
def test_a_cell_that_is_not_one_figure_is_refused(text: str) -> None:
    assert read("households", text)[2] != ""


@settings(max_examples=300, deadline=None)
@given(
    st.sampled_from(READ),
    st.one_of(st.text(min_size=1, max_size=10), st.text(st.sampled_from("0123456789１٢१.,-−+eE ²①~/()hộ"), max_size=10)),
)
def test_a_filled_cell_is_read_told_as_blank_or_refused(column: object, text: str) -> None:
    cells = pd.Series([text], dtype=object)
    row = convert(cells, clean_texts(cells)[0], column, "").iloc[0]  # type: ignore[arg-type]
    cleaned = str(clean_texts(cells)[0].iloc[0])
    assert row["text"] or row["done"] or row["wrong"] or not cleaned


@pytest.mark.parametrize(
    ("title", "target"),
    [
        ("Ðiện lưới", "grid_power"), ("Ðường", "road_access"), ("Ɖiện lưới", "grid_power"), ("Ðiê\u0323n lưới", "grid_power"), ("Sô\u0301 hô\u0323", "households"),
        ("Số\u200b hộ", "households"), ("S\u00adố hộ", "households"), ("Số hộ", "households"), ("Sо\u0302́ hо\u0323\u0302", "households"),
        ("Ｓố ｈộ", "households"), ("Ηộ nghèo", "poor_households"), ("Kınh độ", "lon"), ("Kinh ðộ", "lon"), ("Tên bаn", "name"), ("Ðiện（lưới）", "grid_power"),
    ],
)  # fmt: skip
def test_a_title_is_known_in_any_letters(title: str, target: str) -> None:
    assert targets_of(clean_title(title), "villages")[:1] == (target,)


@pytest.mark.parametrize(
    ("column", "text", "word"),
    [
        ("extremely_difficult", "cо\u0301", "yes"), ("extremely_difficult", "Ｃó", "yes"), ("extremely_difficult", "х", "yes"), ("extremely_difficult", "ĸhông", ""),
        ("road_access", "ði bộ", "foot"), ("road_access", "Ðường mòn", "foot"), ("road_access", "хe máy", "motorbike"), ("grid_power", "ðã có", "yes"),
        ("declared_status", "Lõm sоng", "partial"), ("extremely_difficult", "①", ""), ("extremely_difficult", "¹", ""), ("extremely_difficult", "⒈", ""),
    ],
)  # fmt: skip
def test_a_word_is_known_in_any_letters_and_no_other_sign_is_a_word(column: str, text: str, word: str) -> None:
    found, _, wrong = read(column, text)
    assert (found, wrong) == (word, "") if word else wrong != ""


def test_technologies_and_operators_in_any_letters() -> None:
    assert technology("４Ｇ") == technology("LТЕ") == ("LTE", None)
    assert operator("Vіettel") == operator("４５２-０４") == "Viettel"
    assert operator("МоbiFone") == "MobiFone"


def test_communes_are_found_in_any_letters() -> None:
    index = CommuneIndex(m.communes(), None)
    for name in ("Ðoàn Kết", "Đoàn\u200b Kết", "Ɖoàn Kết", "Đoàn Kêt́", "ÐOÀN KẾT", "Ðоàn Kết", "Đòan Kết"):
        assert [unit.code for unit in index.new(name)] == ["03388"], name
    assert fold("Pa Khóa") == fold("Pa Khoá")
    assert same_spelling("Pa Khóa") == same_spelling("Pa Khoá") != same_spelling("Pa Khòa")


def test_a_list_with_odd_letters_is_imported_and_told(area: Path, tmp_path: Path) -> None:
    table = m.plain()
    table["Số hộ"] = [str(n).translate(WIDE) for n in table["Số hộ"]]
    table["Kinh độ"] = [str(x).translate(WIDE) for x in table["Kinh độ"]]
    table["Thôn, bản"][0], table["Thôn, bản"][1] = "Вản Ðông", "Na\u200bm"
    report = bring(area, tmp_path, table)
    assert report.written, report.faults
    assert report.accepted["households"].to_list() == [str(20 + i) for i in range(12)]
    assert report.accepted["name"].to_list()[:2] == ["Bản Đông", "Nam"]
    whys = report.corrected.set_index(["row", "column"])["why"]
    assert "U+00D0" in str(whys[2, "name"])
    assert whys.xs("households", level="column").size == 12
    assert all(told_why(why, "vi") != why for why in whys)
    assert all(told(text, "vi") != told(text, "en") for text in report.statements)
    assert any("digits of another form" in text for text in map(str, report.statements))


def test_codes_of_communes_in_other_digits(area: Path, tmp_path: Path) -> None:
    table = m.plain(**{"Xã": None, "Mã xã": [code.translate(WIDE) for code in m.CODES]})
    report = bring(area, tmp_path, table)
    assert report.accepted["commune_code"].to_list() == list(m.CODES)
    assert any("codes of communes" in text for text in map(str, report.statements))


def test_the_unit_in_a_bracket_of_full_width_counts(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, m.plain(**{"Bán kính dân cư（km）": ["0,5"] * 12}))
    assert set(report.accepted["settlement_radius_m"]) == {"500"}


def test_ids_that_look_alike_are_told(area: Path, tmp_path: Path) -> None:
    ids = [f"V{i}" for i in range(12)]
    ids[3] = "V２"
    report = bring(area, tmp_path, m.plain(**{"Mã bản": ids}))
    assert [(f.row, f.level) for f in report.faults if f.code == "alike_ids"] == [(5, "warning")]
    again = bring(area, tmp_path, m.plain(**{"Mã bản": ["Ѵ0", *ids[1:]]}))
    assert [f.row for f in again.faults if f.code == "alike_ids"][:1] == [2]


@pytest.mark.parametrize("xlsx", [False, True])
def test_villages_named_like_a_blank_of_other_programs_survive(area: Path, tmp_path: Path, xlsx: bool) -> None:
    names = ["Na", "None", "Null", "nan", "N/A", "NaN Lo", "Nil", "Inf", "True", "0", "-1", "1e5"]
    report = bring(area, tmp_path, m.plain(**{"Thôn, bản": names}), xlsx=xlsx)
    assert report.accepted["name"].to_list() == names


def test_poor_and_near_poor_together_are_no_more_than_all(area: Path, tmp_path: Path) -> None:
    table = m.plain(**{"Hộ nghèo": [5] * 11 + [20], "Hộ cận nghèo": [5] * 11 + [20], "Số khẩu": [100] * 11 + [2000]})
    report = bring(area, tmp_path, table)
    assert report.written
    assert [(f.row, f.level, f.code) for f in report.faults] == [(13, "warning", "part_and_whole"), (13, "warning", "people_per_household")]


@pytest.mark.parametrize("value", ['"NaN"', "NaN", '"null"', '"２0 hộ/1"', "[1, 2]", "Infinity", '"true"', "true"])
def test_properties_among_numbers_are_refused_or_told(area: Path, tmp_path: Path, value: str) -> None:
    lon, lat = m.places()
    features = [
        f'{{"type": "Feature", "properties": {{"Tên bản": "{name}", "Mã xã": "{code}", "Số hộ": {value if i == 2 else 20 + i}}},'
        f' "geometry": {{"type": "Point", "coordinates": [{lon[i]}, {lat[i]}]}}}}'
        for i, (name, code) in enumerate(zip(m.NAMES, m.CODES, strict=True))
    ]
    (tmp_path / "f.geojson").write_text(f'{{"type": "FeatureCollection", "features": [{", ".join(features)}]}}', encoding="utf-8")
    report = import_layer("villages", tmp_path / "f.geojson", area)
    told_of = [row for row, column in zip(report.corrected["row"], report.corrected["column"], strict=True) if column == "households"]
    assert [f.row for f in report.faults if f.column == "Số hộ"] + told_of == [3]


@pytest.mark.parametrize("name", ["Bãi Ðá", "Ðèo Gió", "Nà Ðìn", "Ðông", "ðá", "Hò Ðò"])
def test_eth_in_a_column_of_plain_letters_is_no_old_font(area: Path, tmp_path: Path, name: str) -> None:
    report = bring(area, tmp_path, m.plain(**{"Thôn, bản": [f"{name} {i}" for i in range(12)]}))
    assert report.accepted["name"].to_list()[0] == f"{name} 0".replace("Ð", "Đ").replace("ð", "đ")
    assert not any("converted" in text for text in map(str, report.statements))


def test_a_cross_typed_as_a_sign_turns_no_letter_of_the_list(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, m.plain(**{"Điện lưới": [*["có", "chưa"] * 5, "có", "×"]}))
    assert [(f.row, f.column, f.value) for f in report.faults] == [(13, "Điện lưới", "×")]


def test_marks_of_direction_around_a_copied_cell_go_and_what_turns_is_shown_in_its_letters(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    table = m.plain(**{"Kinh độ": [f"\u200e{x}\u200f" for x in lon], "Vĩ độ": [f"\u200e{y}" for y in lat]})
    table["Thôn, bản"][0] = "\u200eTia Ma Mủ"
    report = import_layer("villages", m.xlsx(tmp_path / "f.xlsx", m.rows_of(table)), area)
    assert report.exit_status == 0, report.faults
    assert next(iter(report.accepted["name"])) == "Tia Ma Mủ"
    assert "\\u200eTia Ma Mủ" in list(report.corrected["was"])
    table["Thôn, bản"][0] = "Tia \u202eMa Mủ"
    refused = import_layer("villages", m.xlsx(tmp_path / "g.xlsx", m.rows_of(table)), area)
    assert [fault.value for fault in refused.faults if fault.level == "fault"] == ["Tia \\u202eMa Mủ"]
