"""Figures that may follow another convention are asked about: channel numbers for frequencies, tilts that all look up."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from geo_planner.imports import ImportReport, import_layer
from geo_planner.imports.cells.radio import channel_kind
from geo_planner.imports.titles.meaning import targets_of
from geo_planner.schema.vocabulary.bands import channel_mhz, in_a_band
from geo_planner.study_area.columns import unlikely_tilts
from geo_planner.validation import validate
from geo_planner.words import catalogue, codes
from tests.imports import making as m
from tests.imports.making import told

COUNT = 6


def bring(area: Path, tmp_path: Path, column_map: dict[str, str] | None = None, **columns: list[Any]) -> ImportReport:
    lon, lat = m.places()
    table = {
        "Mã trạm": [f"T{i}" for i in range(COUNT)], "Tên trạm": [f"Trạm {i}" for i in range(COUNT)], "Kinh độ": lon[:COUNT].tolist(), "Vĩ độ": lat[:COUNT].tolist(),
        "Tình trạng": ["đang phát"] * COUNT, "Nhà mạng": ["Viettel"] * COUNT, "Công nghệ": ["4G"] * COUNT, **columns,
    }  # fmt: skip
    rows = [list(table), *map(list, zip(*table.values(), strict=True))]
    return import_layer("sites", m.csv(tmp_path / "f.csv", rows), area, column_map=column_map)


def asked(report: ImportReport) -> set[str]:
    return {fault.code for fault in report.faults if fault.level == "fault"}


@pytest.mark.parametrize("tilts", [[-4, -5, -6] * 2, [-4, 0, -5, 0, -2, 0], ["-4°", "-6°", "−5°"] * 2, ["-4,5", "-3,5", "-2"] * 2, [-2, -4, 3, -5, -6, -1], [-3, None, None, None, None, None]])  # fmt: skip
def test_tilts_that_mostly_look_up_are_asked_about(tilts: list[Any], area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, Tilt=tilts)
    assert asked(report) == {"which_tilt"}
    assert not report.written
    meant = bring(area, tmp_path, {"Tilt": "tilt_deg"}, Tilt=tilts)
    assert meant.written, meant.faults
    left_out = bring(area, tmp_path, {"Tilt": "-"}, Tilt=tilts)
    assert left_out.written


@pytest.mark.parametrize("tilts", [[4, 5, 6] * 2, [0] * COUNT, [2, 4, -1, 6, 3, 5], [None] * COUNT, ["", 0, 3, "", -2, 5]])
def test_tilts_that_mostly_look_down_are_not(tilts: list[Any], area: Path, tmp_path: Path) -> None:
    assert asked(bring(area, tmp_path, Tilt=tilts)) == set()


@pytest.mark.parametrize(("tilts", "doubtful"), [([], False), ([0.0, 0.0], False), ([-4.0], True), ([-1.0, 1.0], False), ([-1.0, -1.0, 1.0], True), ([3.0, -1.0, 2.0], False)])  # fmt: skip
def test_the_sign_of_most_decides(tilts: list[float], doubtful: bool) -> None:
    assert unlikely_tilts(np.array(tilts)) is doubtful
    assert not (unlikely_tilts(np.array(tilts)) and unlikely_tilts(-np.array(tilts)))


@pytest.mark.parametrize("figures", [[3000, 1300, 3750] * 2, [1251] * COUNT, [9260, 900, 900, 900, 900, 900], [38950] * COUNT, [1464, 1652, 1850] * 2, [300] * COUNT, ["1.300"] * COUNT, ["3750"] * COUNT])  # fmt: skip
@pytest.mark.parametrize("title", ["Tần số", "Frequency"])
def test_figures_outside_every_band_are_asked_about(title: str, figures: list[Any], area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{title: figures})
    assert "which_frequency" in asked(report)
    assert not report.written


@pytest.mark.parametrize(
    ("technology", "figures"),
    [("4G", [700, 900, 1800, 2100, 2300, 2600]), ("4G", [763, 955.0, 1842.5, 2140, 2630, 1747.5]), ("5G", [3500, 3750, 700, 2600, 3489.42, 4700]), ("3G", [900, 2100, 2122.4, 850, 942.6, 1900]), ("2G", [900, 1800] * 3)],
)  # fmt: skip
def test_frequencies_of_networks_are_taken(technology: str, figures: list[Any], area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{"Công nghệ": [technology] * COUNT, "Tần số": figures})
    assert asked(report) == set()
    assert [float(text) for text in report.accepted["freq_mhz"]] == [float(figure) for figure in figures]


@pytest.mark.parametrize(("technology", "figure"), [("3G", 3000), ("3G", 10612), ("2G", 700), ("5G", 632628), ("5G", 1300), ("", 1300)])
def test_the_technology_tells_its_bands(technology: str, figure: int, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{"Công nghệ": [technology] * COUNT, "Tần số": [figure] * COUNT})
    assert "which_frequency" in asked(report)


def test_a_unit_or_the_word_of_the_user_settles_it(area: Path, tmp_path: Path) -> None:
    assert bring(area, tmp_path, **{"Tần số (MHz)": [1300] * COUNT}).written
    assert bring(area, tmp_path, {"Tần số": "freq_mhz"}, **{"Tần số": [1300] * COUNT}).written


@pytest.mark.parametrize("title", ["EARFCN", "earfcn", "DL EARFCN", "EARFCN DL", "earfcn_dl", "LTE EARFCN"])
def test_channels_of_a_column_of_channels_are_converted_and_said(title: str, area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{title: [1251, 9260, 38950, 3460, 3000, 19251]})
    assert report.written, report.faults
    assert report.accepted["freq_mhz"].tolist() == ["1810.1", "763", "2330", "926", "2645", "1810.1"]
    (said,) = [what for what in report.statements if "channel numbers" in str(what)]
    assert "1251 → 1.810,1" in told(said, "vi")
    assert "1251 → 1,810.1" in told(said, "en")
    assert report.corrected[report.corrected["column"] == "freq_mhz"].empty


def test_a_column_of_all_technologies_is_read_by_each_rows_own(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{"Công nghệ": ["4G", "3G", "2G", "5G", "4G", "3G"], "ARFCN": [1251, 10612, 62, 632628, 3460, 3000]})
    assert report.accepted["freq_mhz"].tolist() == ["1810.1", "2122.4", "947.4", "3489.42", "926", "940"], report.faults


def test_a_channel_of_no_band_is_told_by_row_and_a_blank_one_is_a_question(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, EARFCN=[1251, 70000, "", "x", 1300, 1300])
    assert [(fault.row, fault.code) for fault in report.faults if fault.level == "fault"] == [(3, "channel"), (5, "channel")]
    assert any("freq_mhz" in question for question in map(str, report.questions))


def test_a_frequency_outranks_the_channel_beside_it(area: Path, tmp_path: Path) -> None:
    report = bring(area, tmp_path, **{"Tần số (MHz)": [900] * COUNT, "EARFCN": [1251] * COUNT})
    assert set(report.accepted["freq_mhz"]) == {"900"}
    named = bring(area, tmp_path, {"EARFCN": "freq_mhz"}, EARFCN=[1251] * COUNT)
    assert set(named.accepted["freq_mhz"]) == {"1810.1"}, "the title says that they are channels"


@pytest.mark.parametrize("title", ["Kênh truyền", "PCI", "Freq", "ARFCN neighbours", "NEARFCN1"])
def test_other_titles_are_no_channels(title: str) -> None:
    assert channel_kind(title) == ""


def test_every_channel_lies_in_a_band_of_its_technology() -> None:
    of = {"EARFCN": "LTE", "UARFCN": "UMTS", "ARFCN": "GSM"}
    for kind, technology in of.items():
        found = {mhz for number in range(70_000) if (mhz := channel_mhz(kind, number)) is not None and mhz < 3300}
        assert len(found) > 100
        assert {mhz for mhz in found if not in_a_band(mhz, technology)} == set(), kind


def test_lists_written_by_hand_are_warned_about(area_copy: Path) -> None:
    path = area_copy / "sites" / "sites.csv"
    before = {fault.code for fault in validate(area_copy)}
    table = pd.read_csv(path, dtype=str, keep_default_na=False)
    table.assign(tilt_deg="-4", freq_mhz="1300", technology="LTE").to_csv(path, index=False)
    after = {fault.code: fault.level for fault in validate(area_copy)}
    assert {code: level for code, level in after.items() if code not in before and code != "hash_differs"} == {
        "tilt_up": "warning",
        "frequency_strange": "warning",
    }


def test_every_question_is_told_in_vietnamese() -> None:
    assert {"tilt_up", "frequency_strange"} <= codes()
    assert {"which_tilt", "which_frequency", "channel", "page.which_tilt", "page.which_frequency"} <= set(catalogue("vi"))
    assert targets_of("Tilt", "sites") == ("tilt_deg",)
