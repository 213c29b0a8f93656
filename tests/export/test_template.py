"""The templates: every declared column, lists to choose from, nothing that could be read as data by accident."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from geo_planner import schema
from geo_planner.build.prices import ITEMS
from geo_planner.errors import OutputError, UsageError
from geo_planner.export.template import write_template


def book(layer: str, folder: Path) -> openpyxl.Workbook:
    write_template(layer, folder / "t.xlsx")
    return openpyxl.load_workbook(folder / "t.xlsx")


@pytest.mark.parametrize("layer", sorted(set(schema.TABLES) - {"prices"}))
def test_one_header_row_with_title_and_machine_name_and_no_data(layer: str, tmp_path: Path) -> None:
    sheet = book(layer, tmp_path).worksheets[0]
    assert sheet.title == "Nhập liệu"
    assert [cell.value for cell in sheet[1]] == [f"{c.vi} [{c.name}]" for c in schema.TABLES[layer].columns]
    assert sheet.max_row == 1


@pytest.mark.parametrize("layer", ["villages", "sites"])
def test_every_column_is_explained_and_has_an_example(layer: str, tmp_path: Path) -> None:
    sheet = book(layer, tmp_path)["Giải thích"]
    explained = {row[1]: row for row in sheet.iter_rows(values_only=True) if row[1]}
    for column in schema.TABLES[layer].columns:
        row = explained[column.name]
        assert row[0] == column.vi
        assert row[2] == ("Có" if column.needed else "Không")
        assert row[4]
        for word in column.choices:
            assert word in row[5]
        assert row[6] or column.name == "is_sample"


@pytest.mark.parametrize("layer", ["villages", "sites"])
def test_words_are_chosen_from_lists_and_codes_keep_their_zeros(layer: str, tmp_path: Path) -> None:
    sheet = book(layer, tmp_path).worksheets[0]
    lists = {str(rule.sqref).split(":")[0]: rule.formula1 for rule in sheet.data_validations.dataValidation if rule.type == "list"}
    for at, column in enumerate(schema.TABLES[layer].columns, start=1):
        letter = openpyxl.utils.get_column_letter(at)
        words = ("yes", "no") if column.kind.name == "yes_no" else column.choices
        assert lists.get(f"{letter}2") == (f'"{",".join(words)}"' if words else None)
        if column.kind.name in ("text", "date"):
            (look,) = [d.number_format for d in sheet.column_dimensions.values() if d.min <= at <= d.max]
            assert look == "@"


def test_an_unknown_layer_lists_the_choices(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="villages"):
        write_template("stations", tmp_path / "t.xlsx")


def test_a_file_that_cannot_be_written_is_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(OutputError, match="run again"):
        write_template("villages", tmp_path / "no folder" / "t.xlsx")


def test_two_templates_have_the_same_bytes(tmp_path: Path) -> None:
    for name in ("a.xlsx", "b.xlsx"):
        write_template("sites", tmp_path / name)
    assert (tmp_path / "a.xlsx").read_bytes() == (tmp_path / "b.xlsx").read_bytes()


def test_that_of_prices_has_a_row_for_each_item_and_no_figure(tmp_path: Path) -> None:
    sheet = book("prices", tmp_path).worksheets[0]
    assert [cell.value for cell in sheet[1]] == [*(f"{c.vi} [{c.name}]" for c in schema.PRICES.columns), "Diễn giải"]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows(min_row=2, max_row=len(ITEMS) + 1)]
    assert [row[0] for row in rows] == list(ITEMS)
    assert [row[1] for row in rows] == [f"đ/{item.measures[0]}" for item in ITEMS.values()]
    assert all(row[2:7] == [None] * 5 for row in rows)
    assert rows[0][7] == "Móng, cột 40 m, nhà thiết bị"


@pytest.mark.parametrize(("layer", "name"), [("villages", "mau.docx"), ("villages", "mau"), ("villages", "mau.csv"), ("prices", "gia.ods")])
def test_a_name_that_promises_another_kind_of_file_is_refused(layer: str, name: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="xlsx"):
        write_template(layer, tmp_path / name)
    assert list(tmp_path.iterdir()) == []
