"""Look-alikes are put right or told, and digits of every script are read or refused: never passed over."""

from __future__ import annotations

import json
import sys
import unicodedata
from collections.abc import Sequence
from pathlib import Path

import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.errors import EVERY_ONE, Fault
from geo_planner.letters import latin, lookalikes, plain_figures, plain_width, skeleton
from geo_planner.schema import LAYERS, Column, Layer
from geo_planner.study_area.checks import doubtful_figures
from geo_planner.study_area.features import read_communes
from geo_planner.study_area.tables import FIRST_ROW, read_csv, typed_table

ZEROS = [chr(n) for n in range(sys.maxunicode + 1) if unicodedata.category(chr(n)) == "Nd" and unicodedata.decimal(chr(n)) == 0]
FIELDS = [(layer, column) for layer in LAYERS.values() for column in layer.columns]
ODD = ["１２", "٤٢", "१२", "๑๒", "12²", "Ⅲ", "①", "𝟏𝟐", "１２．５", "−5", "–5", "1\u2009234", "½", "4٫5", "1_000", "NA", "N/A", "null", "nan", "None", "-", "…",
       "45 hộ/232 khẩu", "45-50", "~45", "khoảng 45", "45 (12 hộ nghèo)", "уes", "ｎo", "yes\u200b", "２０２６-01-28", "2026–01–28", "\u200b", "\u00ad\u2060", "\u3164", "ᅠ"]  # fmt: skip


def read_cells(layer: Layer, column: Column, texts: Sequence[str]) -> list[tuple[object, list[Fault]]]:
    """Cells of one column in rows whose other cells are blank: the value of each, and what is said of it."""
    raw = pd.DataFrame({c.name: list(texts) if c is column else "" for c in layer.columns}, dtype="string")
    table, faults = typed_table(raw, layer, "f.csv", of_a_kind=EVERY_ONE)
    told: dict[int, list[Fault]] = {}
    for fault in faults:
        if fault.column == column.name and fault.row is not None:
            told.setdefault(fault.row, []).append(fault)
    return [(value, told.get(row, [])) for row, value in enumerate(table[column.name], FIRST_ROW)]


def read_cell(layer: Layer, column: Column, text: str) -> tuple[object, list[Fault]]:
    return read_cells(layer, column, [text])[0]


def assert_read_or_told(layer: Layer, column: Column, texts: Sequence[str]) -> None:
    for text, (value, told) in zip(texts, read_cells(layer, column, texts), strict=True):
        stops = [f for f in told if f.level == "fault"]
        if not text.strip():
            assert pd.isna(value)
            continue
        assert stops or pd.notna(value), f"{layer.name}.{column.name}: {text!r} is missing without a word"
        if not stops and column.kind.name in ("int", "float"):
            assert float(text) == value
            assert text.strip().isascii()


@pytest.mark.parametrize(("layer", "column"), FIELDS, ids=lambda x: x.name)
def test_a_filled_cell_is_read_or_a_fault(layer: Layer, column: Column) -> None:
    assert_read_or_told(layer, column, ODD)


@settings(max_examples=40, deadline=None)
@given(
    st.sampled_from(FIELDS),
    st.lists(
        st.one_of(st.text(min_size=1, max_size=12), st.text(st.sampled_from("0123456789１٢१.,-−+eE _\u200b"), max_size=8)),
        min_size=1,
        max_size=20,
    ),
)
def test_no_text_at_all_goes_missing_in_silence(field: tuple[Layer, Column], texts: list[str]) -> None:
    assert_read_or_told(*field, texts)


@pytest.mark.parametrize("kind", ["int", "float", "date"])
def test_digits_of_every_script_are_a_fault_that_says_what_to_write(kind: str) -> None:
    layer, column = next((layer, c) for layer, c in FIELDS if c.kind.name == kind)
    text = "2026-01-28" if kind == "date" else "12"
    assert len(ZEROS) > 50
    written = ["".join(chr(ord(zero) + int(sign)) if sign.isdigit() else sign for sign in text) for zero in ZEROS[1:]]
    for value, told in read_cells(layer, column, written):
        assert pd.isna(value)
        assert [(f.code, f.remedy) for f in told] == [("type", f"Write {text}.")]


@pytest.mark.parametrize("word", ["уes", "yеs", "ｙｅｓ", "YES\u200b", "y\u00ades"])
def test_a_word_that_only_looks_right_is_told_the_right_one(word: str) -> None:
    villages = LAYERS["villages"]
    assert [f.remedy for f in read_cell(villages, villages.column("school_site"), word)[1]] == ["Write yes."]
    _, told = read_cell(villages, villages.column("road_access"), "fооt")
    assert [(f.code, f.remedy) for f in told] == [("choice", "Write foot.")]


def test_names_that_other_readers_take_for_blanks_survive(tmp_path: Path) -> None:
    names = ["Na", "NA", "Null", "None", "nan", "N/A", "-", "#N/A"]
    (tmp_path / "f.csv").write_text("name\n" + "\n".join(names) + "\n", encoding="utf-8")
    raw, _ = read_csv(tmp_path / "f.csv", "f.csv")
    assert typed_table(raw, LAYERS["villages"], "f.csv")[0]["name"].to_list() == names


def test_a_name_with_letters_of_another_alphabet_is_told_and_kept() -> None:
    villages = LAYERS["villages"]
    value, told = read_cell(villages, villages.column("name"), "Bản Ðoàn")
    assert value == "Bản Ðoàn"
    assert [(f.level, f.code, f.remedy) for f in told] == [("warning", "lookalike", "Write Bản Đoàn.")]
    assert [f for f in read_cell(villages, villages.column("name"), "Деревня")[1] if f.code == "lookalike"] == []


@pytest.mark.parametrize("title", ["hоuseholds", "ｈouseholds", "house\u200bholds", "is_sаmple"])
def test_a_title_that_only_looks_right_is_a_fault(title: str) -> None:
    raw = pd.DataFrame({title: ["yes"]}, dtype="string")
    faults = typed_table(raw, LAYERS["villages"], "f.csv")[1]
    name = "is_sample" if "sa" in skeleton(title) else "households"
    assert [(f.level, f.remedy) for f in faults if f.column == name] == [("fault", f"Write {name}.")]


@pytest.mark.parametrize(
    ("value", "says"),
    [
        ('"１２"', "12"), ('"NaN"', "whole"), ("NaN", "whole"), ("Infinity", "whole"), ('"null"', "whole"), ("[1, 2]", "whole"), ("true", "whole"), ('"12,5"', "whole"),
        ('{"a": 1}', "whole"), ("12.5", "whole"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("beside", ["5", "null", '"x"'])
def test_properties_of_features_are_read_or_a_fault(tmp_path: Path, value: str, says: str, beside: str) -> None:
    shape = json.dumps({"type": "Polygon", "coordinates": [[[102, 22], [102.1, 22], [102.1, 22.1], [102, 22]]]})
    features = [
        f'{{"type": "Feature", "properties": {{"code": "0300{i}", "name": "A", "population": {v}}}, "geometry": {shape}}}'
        for i, v in enumerate((value, beside))
    ]
    (tmp_path / "c.geojson").write_text(f'{{"type": "FeatureCollection", "features": [{", ".join(features)}]}}', encoding="utf-8")
    layer, faults = read_communes(tmp_path / "c.geojson", "c.geojson")
    assert layer is None
    told = [f for f in faults if f.column == "population" and f.row == 1]
    assert len(told) == 1
    assert says in f"{told[0].reason} {told[0].remedy}"


# --- letters --------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("Ðoàn Kết", "Đoàn Kết"), ("Ɖoàn", "Đoàn"), ("Mường ðin", "Mường đin"), ("D\u0335oàn", "Đoàn"), ("Nậm Cа", "Nậm Ca"), ("Вản Mới", "Bản Mới"),
        ("ＢＴＳ ０１", "BTS 01"), ("Nậm Sı", "Nậm Si"), ("Bả\u0301n".replace("\u0301", ""), "Bản"), ("Ban\u0309", "Bañ"[:2] + "n\u0309"), ("Τân An", "Tân An"),
    ],
)  # fmt: skip
def test_a_name_is_put_right_where_it_is_certain(written: str, right: str) -> None:
    assert latin(written) == right
    assert (lookalikes(written) == "") == (unicodedata.normalize("NFC", written) == right)
    assert skeleton(written).casefold() == skeleton(right).casefold()


@pytest.mark.parametrize("name", ["Деревня A", "Trạm α", "Trạm β2", "Ươ ườ", "Bản K'Lọc", "Bản Ⅲ", "10²", "ສະບາຍດີ", "Na Ư", "中村 A"])
def test_a_name_that_may_be_meant_so_stays(name: str) -> None:
    assert latin(name) == name
    assert lookalikes(name) == ""


@given(st.text(max_size=20))
def test_putting_right_twice_changes_nothing_more(text: str) -> None:
    assert latin(latin(text)) == latin(text)
    assert skeleton(skeleton(text)) == skeleton(text)
    assert plain_figures(plain_figures(text)) == plain_figures(text)
    assert plain_width(plain_width(text)) == plain_width(text)


@given(st.text(st.characters(max_codepoint=127), max_size=20))
def test_plain_text_is_left_alone(text: str) -> None:
    assert latin(text) == skeleton(text) == plain_figures(text) == plain_width(text) == text


# --- households -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("households", "population", "poor", "near", "codes"),
    [
        (20, 100, 5, 5, []), (20, 100, 12, 9, ["part_and_whole"]), (20, 100, 21, 9, ["part_and_whole"]), (20, 100, 5, 21, ["part_and_whole"]), (20, 19, 5, 5, ["part_and_whole"]),
        (20, 20, 20, 0, []), (20, 300, None, None, []), (20, 301, None, None, ["people_per_household"]), (0, 5, None, None, ["people_per_household"]), (0, 0, 0, 0, []),
        (None, 5, 4, 2, ["part_and_whole"]), (None, 5, 6, None, ["part_and_whole"]), (None, 5, None, None, []), (20, None, None, 21, ["part_and_whole"]),
    ],
)  # fmt: skip
def test_figures_of_a_village_that_cannot_all_be_right(
    households: int | None, population: int | None, poor: int | None, near: int | None, codes: list[str]
) -> None:
    names = ("households", "population", "poor_households", "near_poor_households")
    table = pd.DataFrame(dict(zip(names, ([households], [population], [poor], [near]), strict=True)), dtype="Int64", index=[7])
    found = doubtful_figures(table, "f.csv")
    assert [f.code for f in found] == codes
    assert all(f.level == "warning" and f.row == 7 and "NA" not in str(f.value) for f in found)
