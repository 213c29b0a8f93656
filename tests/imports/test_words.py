"""What marks, words and texts of cells come to mean, and what is refused because it could mean more than one thing."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pandas as pd
import pytest

from geo_planner.imports import import_layer
from geo_planner.imports.cells import radio as radio_words
from geo_planner.imports.cells.words import read_word
from geo_planner.imports.report import ImportReport
from geo_planner.schema import LAYERS
from tests.imports import making as m

VILLAGES, SITES, MEASUREMENTS = LAYERS["villages"], LAYERS["sites"], LAYERS["measurements"]


def read(name: str, text: str, title: str = "") -> str:
    """The word of a cell, ``!`` when it is refused."""
    layer = next(layer for layer in (VILLAGES, SITES, MEASUREMENTS) if name in {column.name for column in layer.columns})
    column = layer.column(name)
    word, _, wrong = read_word(column, text, title or column.vi)
    return "!" if wrong else word


MARKED = {
    "Trắng sóng": "no_signal", "Vùng trắng sóng (x)": "no_signal", "Chưa có sóng": "no_signal", "Không có sóng di động": "no_signal",
    "No coverage": "no_signal", "Lõm sóng": "partial", "Hiện trạng lõm sóng": "partial", "Đã có sóng": "covered", "Có sóng": "covered",
}  # fmt: skip


@pytest.mark.parametrize("mark", ["x", "X", "1", "✓", "✔", "√", "☑"])
@pytest.mark.parametrize("title", MARKED)
def test_a_title_that_names_a_status_decides_what_a_mark_means(title: str, mark: str) -> None:
    assert read("declared_status", mark, title) == MARKED[title]


@pytest.mark.parametrize(
    "title", ["Hiện trạng sóng", "Tình trạng sóng", "Sóng theo khai báo", "Trắng sóng / lõm sóng", "Hiện trạng (trắng/lõm/có)"]
)
def test_a_title_that_names_no_single_status_gives_marks_no_meaning(title: str) -> None:
    assert read("declared_status", "x", title) == "!"
    assert read("declared_status", "lõm sóng", title) == "partial", "words speak for themselves"


def test_what_is_not_marked_is_not_the_opposite() -> None:
    assert read("declared_status", "không", "Trắng sóng") == "", "it may be partial or covered"
    assert read("declared_status", "✗", "Lõm sóng") == ""
    assert read("declared_status", "", "Trắng sóng") == ""
    assert read("declared_status", "không", "Có sóng") == "no_signal"


@pytest.mark.parametrize("title", ["Điện lưới chưa có", "Chưa có điện lưới", "Điện lưới / Chưa có", "Không có điện", "No grid power"])
def test_a_title_that_negates_turns_the_mark_of_grid_power(title: str) -> None:
    assert read("grid_power", "x", title) == "no"
    assert read("grid_power", "✓", title) == "no"
    assert read("grid_power", "có", title) == "!", "it has power, or it is so that it has none?"
    assert read("grid_power", "0", title) == "", "not without power, but planned or there is not told"


@pytest.mark.parametrize(
    "title",
    ["Điện lưới", "Điện lưới (có/chưa)", "Điện lưới: có, chưa, dự kiến", "Điện lưới (chưa/có)", "Có điện lưới chưa", "Có điện không"],
)
def test_a_title_that_asks_leaves_marks_as_they_are(title: str) -> None:
    assert [read("grid_power", text, title) for text in ("x", "có", "chưa", "0")] == ["yes", "yes", "no", "no"]


def test_signs_in_columns_of_yes_and_no() -> None:
    assert [read("school_site", sign) for sign in "✓✔√☑x"] == ["yes"] * 5
    assert [read("school_site", sign) for sign in "✗✘"] == ["no"] * 2
    assert [read("school_site", sign) for sign in ("☐", "-", "…", "?")] == [""] * 4
    assert [read("school_site", sign) for sign in ("☒", "+", "●", "×", "✗ có")] == ["!"] * 5
    assert read("school_site", "x", "Chưa có điểm trường") == "no"
    assert read("no_service", "x", "Mất sóng") == "yes"
    assert read("no_service", "không", "Không có sóng") == "!"
    assert read("no_service", "0", "No service") == "no"


WORDS = {
    "grid_power": {
        "yes": ["có", "điện lưới QG", "điện lưới quốc gia", "Đã có điện lưới", "có (2019)", "1"],
        "no": ["chưa", "Chưa có điện lưới QG", "không có điện", "0"],
        "planned": ["dự kiến 2027", "Dự kiến quý IV năm 2026", "chưa có, dự kiến 2026", "đang kéo điện lưới"],
        "!": ["dự kiến không có", "điện mặt trời", "50%", "có nhưng yếu"],
    },
    "road_access": {
        "car": ["ô tô", "Đường ô tô đến bản", "ô tô đi được quanh năm", "ô tô, xe máy"],
        "motorbike": ["xe máy", "Chỉ đi được xe máy", "Xe máy, đi bộ"],
        "foot": ["đi bộ", "Đi bộ 3 km", "đi bộ khoảng 2 giờ"],
        "!": ["Ô tô không vào được", "ô tô chưa đến được", "xe máy không đi được mùa mưa", "Xe máy; mùa mưa phải đi bộ", "ô tô mùa khô", "x"],
    },
    "declared_status": {
        "no_signal": ["trắng sóng", "chưa phủ sóng", "không phủ sóng", "chưa có sóng", "không có sóng di động", "mất sóng"],
        "partial": ["lõm", "Vùng lõm", "lõm sóng"],
        "covered": ["có sóng", "đã phủ sóng", "có"],
        "!": ["1", "0", "0%", "80 %", "sóng yếu", "trắng sóng 4G", "chưa có sóng 4G"],
    },
    "status": {
        "on_air": ["Đang phát sóng", "Đã phát sóng", "on air"],
        "planned": ["đã có kế hoạch", "đang xây dựng"],
        "candidate": ["dự kiến", "Dự kiến xây dựng", "đề xuất xây mới"],
        "!": ["Dự kiến tháo dỡ", "Chưa phát sóng", "1", "Dự kiến ngừng"],
    },
}  # fmt: skip


@pytest.mark.parametrize(("column", "word"), [(column, word) for column, words in WORDS.items() for word in words])
def test_words_and_what_stands_beside_them(column: str, word: str) -> None:
    texts = WORDS[column][word]
    assert {text: read(column, text) for text in texts} == dict.fromkeys(texts, word)


def test_technologies_and_operators_have_one_spelling() -> None:
    assert {radio_words.technology(text)[0] for text in ("4G", "LTE", "4g lte", "LTE/4G", "lte-a")} == {"LTE"}
    assert [radio_words.technology(text)[0] for text in ("5G", "3G", "2G", "WCDMA", "CDMA2000")] == [
        "NR",
        "UMTS",
        "GSM",
        "UMTS",
        "CDMA2000",
    ]
    assert {radio_words.technology(text)[0] for text in ("VoLTE", "4.5G", "LTE+")} == {"LTE"}, "as in a study area's own files"
    assert radio_words.technology("2G/3G/4G")[1]
    assert {radio_words.operator(text) for text in ("45204", "452-04", "452 04", "45204.0", "VIETTEL", "Viettel Mobile", "viettel")} == {
        "Viettel"
    }
    assert [radio_words.operator(text) for text in ("45201", "VNPT", "452-05", "giả định")] == [
        "MobiFone",
        "VinaPhone",
        "Vietnamobile",
        "giả định",
    ]


def test_bands() -> None:
    at = {
        "B28": 700, "n28": 700, "B8": 900, "LTE 900": 900, "LTE900": 900, "L900": 900, "Band 3": 1800, "B3 (1800)": 1800, "B28/700": 700,
        "E-UTRA 28": 700, "4G 1800": 1800, "N78": 3500,
    }  # fmt: skip
    assert {text: radio_words.band_mhz(text)[0] for text in at} == at
    for wrong in ("1800/2100", "B3 (900)", "B99", "B3+B8"):
        assert radio_words.band_mhz(wrong)[1], wrong
    assert radio_words.band_mhz("8", is_band=True) == (900.0, None)
    for figure in ("900", "1.800", "1842,5", "8", "900 MHz", "0.9 GHz"):
        assert radio_words.band_mhz(figure) == (None, None), figure


def bring(area: Path, folder: Path, layer: str = "villages", **changes: object) -> ImportReport:
    return import_layer(layer, m.xlsx(folder / "f.xlsx", m.rows_of(m.plain(**changes))), area)


def test_a_turned_mark_is_stated_and_listed(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{"Điện lưới": None, "Trắng sóng": ["x", None] * 6})
    assert report.exit_status == 0, report.faults
    assert report.accepted["declared_status"].tolist() == ["no_signal", ""] * 6
    assert any("Trắng sóng: x → no_signal (6)" in text for text in map(str, report.statements))
    assert (report.corrected["column"] == "declared_status").sum() == 6


def test_a_refused_word_names_the_words_that_are_understood(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, Đường=["ô tô không vào được", *["xe máy"] * 11])
    (fault,) = report.faults
    assert (fault.row, fault.column, fault.value, fault.code) == (2, "Đường", "ô tô không vào được", "choice")
    assert "car (ô tô)" in fault.remedy


LINE_ENDS = ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c", "\x1d", "\x1e", "\n", "\r\n"]


@pytest.mark.parametrize("sign", LINE_ENDS, ids=ascii)
def test_whatever_ends_a_line_becomes_a_space_and_is_told(empty_area: Path, tmp_path: Path, sign: str) -> None:
    names, notes = [f"Bản{sign}Một", *m.NAMES[1:]], [f"một{sign}hai", *[""] * 11]
    report = import_layer("villages", m.csv(tmp_path / "f.csv", _quoted(m.plain(**{"Thôn, bản": names, "Ghi chú": notes}))), empty_area)
    assert report.exit_status == 0, report.faults
    assert report.accepted["name"].iloc[0] == "Bản Một"
    assert report.accepted["Ghi chú"].iloc[0] == "một hai"
    assert {"name", "Ghi chú"} <= set(report.corrected.loc[report.corrected["row"] == 2, "column"])
    written = (empty_area / "villages" / "villages.csv").read_text(encoding="utf-8")
    assert len(written.splitlines()) == 13


def _quoted(table: dict[str, list[object]]) -> list[list[object]]:
    return m.rows_of({"Số": [1] * 12, **table})


def test_changes_of_a_name_are_listed(area: Path, tmp_path: Path) -> None:
    names = [unicodedata.normalize("NFD", "Tà Tổng"), "Bản\u200b Zero\u2060W", "Nậm  Lằn", *m.NAMES[3:]]
    report = bring(area, tmp_path, **{"Thôn, bản": names})
    assert report.exit_status == 0, report.faults
    told = report.corrected[report.corrected["column"] == "name"].set_index("row")["why"].map(str)
    assert "NFC" in told[2]
    assert "without width" in told[3]
    assert "single spaces" in told[4]


def test_no_service_in_the_cell_of_the_level(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    rows = [["Time", "Lat", "Lon", "RSRP"]]
    levels = ["-98 dBm", "No service", "mất sóng", "2147483647", "", *["-100"] * 7]
    rows += [[f"2026-01-28 09:30:{i:02d}", lat[i], lon[i], level] for i, level in enumerate(levels)]
    report = import_layer("measurements", m.csv(tmp_path / "f.csv", rows), area)
    assert report.exit_status == 0, report.faults
    samples = pd.read_csv(area / "measurements" / "measurements.csv", dtype=str, keep_default_na=False)
    assert samples["no_service"].tolist()[:6] == ["", "yes", "yes", "", "", ""]
    assert samples["rsrp_dbm"].tolist()[:6] == ["-98", "", "", "", "", "-100"]


@pytest.mark.parametrize("title", ["Signal strength", "RSSI (dBm)", "Cường độ tín hiệu", "Mức thu"])
def test_a_level_that_may_be_rssi_is_asked_for(area: Path, tmp_path: Path, title: str) -> None:
    lon, lat = m.places()
    file = m.csv(
        tmp_path / "f.csv", [["Time", "Lat", "Lon", title], *[["2026-01-28 09:30:00", y, x, -70] for x, y in zip(lon, lat, strict=True)]]
    )
    assert {fault.code for fault in import_layer("measurements", file, area).faults} == {"which_level"}
    assert import_layer("measurements", file, area, column_map={title: "rsrp_dbm"}).exit_status == 0


def test_a_drive_test_with_cells_of_older_networks(area: Path, tmp_path: Path) -> None:
    lon, lat = m.places()
    rows = [["Timestamp", "Longitude", "Latitude", "Operatorname", "CGI", "NetworkTech", "Level", "Qual", "SNR", "Accuracy", "Speed"]]
    for i, (x, y) in enumerate(zip(lon, lat, strict=True)):
        rows.append([f"2026.01.28_09.30.{i:02d}", x, y, "VIETTEL", "4520412345", "3G" if i == 0 else "4G", -95, -11, 3.5, 4, 12])
    report = import_layer("measurements", m.csv(tmp_path / "f.csv", rows, separator="\t"), area)
    assert report.exit_status == 0, report.faults
    samples = report.accepted
    assert samples["rsrp_dbm"].tolist() == ["", *["-95"] * 11], "the level of a 3G cell is not RSRP"
    assert set(samples["operator"]) == {"Viettel"}
    assert samples["time"].iloc[0] == "2026-01-28T09:30:00+07:00"
    assert samples["CGI"].iloc[0] == "4520412345"
