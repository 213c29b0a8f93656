"""Plans side by side as files: a workbook, csv tables for scripts, one JSON document."""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pandas as pd

from geo_planner.compare import Comparison, site_costs, village_costs
from geo_planner.export.csv_file import write_table
from geo_planner.export.folder import MANIFEST, output_folder
from geo_planner.export.summary import write_json
from geo_planner.export.tables import Cell, flat_columns, titles
from geo_planner.export.workbook import Book, Sheet, Style, TableColumn, new_workbook, save_workbook, spoken, write_sheet
from geo_planner.words import catalogue, word

_STYLES: dict[str, Style] = {
    "score": "score", "coverage_probability": "share", "rank": "centre", "year": "centre", "lon": "degrees", "lat": "degrees",
    "village_id": "code", "site_id": "code", "place_id": "code", "gap": "share", "link_km": "km",
    "cost_vnd": "int", "cost_share_vnd": "int", "cost_difference_vnd": "int",
}  # fmt: skip
_WORDS = {"modelled_status", "responsibility"}


def write_comparison(comparison: Comparison, out: Path, *, uses_sample_data: bool) -> dict[str, Path]:
    """Write ``comparison.xlsx``, ``comparison.json``, ``plans.csv``, ``villages.csv`` and ``sites.csv`` into a folder, swapped in whole.

    Raises
    ------
    OutputError
        When `out` holds files of somebody else or cannot be written.
    """
    tables = {"plans.csv": comparison.sums, "villages.csv": comparison.villages, "sites.csv": comparison.sites}
    note = spoken("sample_banner") if uses_sample_data else None
    names = [*tables, "comparison.json", "comparison.xlsx"]
    with output_folder(out, {"kind": "comparison", "plans": list(comparison.names), "sample_data_note": note}) as staging:
        for name, table in tables.items():
            write_table(flat_columns(table).assign(**({} if note is None else {"sample_note": note})), staging / name)
        write_json({**comparison_record(comparison), "sample_data_note": note}, staging / "comparison.json")
        _write_workbook(comparison, staging / "comparison.xlsx", note)
    return {name: out / name for name in (*names, MANIFEST)}


def comparison_record(comparison: Comparison) -> dict[str, Any]:
    """The comparison as plain values: ``plans``, ``villages``, ``sites``, each a list of rows; what is not known is null."""
    return {
        "names": list(comparison.names),
        "plans": flat_columns(comparison.sums).to_dict("records"),
        "villages": [{**row, "differs_in": list(d)} for row, d in _with(comparison.villages, "differs_in")],
        "sites": [{**row, "built_in": list(d)} for row, d in _with(comparison.sites, "built_in")],
    }


def _with(table: pd.DataFrame, column: str) -> Iterable[tuple[dict[str, Any], tuple[str, ...]]]:
    rows = flat_columns(table).to_dict("records")
    return zip(({str(k): v for k, v in row.items()} for row in rows), table[column], strict=True)


def _write_workbook(comparison: Comparison, path: Path, note: str | None) -> None:
    content = io.BytesIO()
    title = spoken("compare_book.title")
    workbook = new_workbook(content, title=title)
    book = Book(workbook, title, spoken("compare_book.plans_are", names=comparison.names), note)
    for sheet in _sheets(comparison):
        write_sheet(book, sheet)
    save_workbook(workbook, content, path)


def _sheets(comparison: Comparison) -> list[Sheet]:
    turned = comparison.sums.T
    columns = [TableColumn(spoken("compare_book.figure"), 40), *(TableColumn(name, 22, "plain") for name in comparison.names)]
    rows = [[_title(str(figure)), *(_cell(str(figure), value) for value in flat)] for figure, flat in _flat_rows(turned)]
    differing = comparison.villages[[bool(figures) for figures in comparison.villages["differs_in"]]]
    sheets = [
        Sheet(spoken("compare_book.sums"), columns, rows, [spoken("compare_book.sums_line")], filtered=False),
        _table_sheet("villages", differing, [spoken("compare_book.villages_line", n=len(differing), all=len(comparison.villages))]),
    ]
    if len(comparison.sites):
        sheets.append(_table_sheet("sites", comparison.sites, [spoken("compare_book.sites_line", n=len(comparison.sites))]))
        sheets += [_cost_sheet("village_costs", village_costs(comparison)), _cost_sheet("site_costs", site_costs(comparison))]
    return sheets


def _cost_sheet(name: str, table: pd.DataFrame) -> Sheet:
    """Amounts with a line of sums at the foot."""
    sheet = _table_sheet(name, table, [spoken(f"compare_book.{name}_line")])
    money = [bool(re.match(r"cost_[a-z_]*vnd:", str(column))) for column in ["", *table.columns]]
    sums = [int(amounts.sum()) if paid else None for paid, amounts in zip(money[1:], (table[c] for c in table), strict=True)]
    return replace(sheet, rows=[*sheet.rows, [spoken("compare_book.together"), *sums]])


def _flat_rows(table: pd.DataFrame) -> Iterable[tuple[Any, list[Cell]]]:
    flat = flat_columns(table.reset_index(drop=True))
    return zip(table.index, flat.to_numpy().tolist(), strict=True)


def _table_sheet(name: str, table: pd.DataFrame, lines: list[str]) -> Sheet:
    flat = flat_columns(table)
    columns = [TableColumn(_title(column), _width(column), _STYLES.get(column.partition(":")[0], "plain")) for column in flat.columns]
    rows = [[_cell(column, value) for column, value in zip(flat.columns, row, strict=True)] for row in flat.to_numpy().tolist()]
    return Sheet(spoken(f"compare_book.{name}"), columns, rows, lines, frozen_columns=2)


def _width(column: str) -> float:
    wide: Mapping[str, float] = {
        "name": 19,
        "commune_name": 14,
        "differs_in": 30,
        "built_in": 24,
        "responsibility": 20,
        "site_ids": 24,
        "site_id": 24,
        "cost_vnd": 18,
        "cost_share_vnd": 18,
        "cost_difference_vnd": 18,
    }
    return wide.get(column.partition(":")[0], 13)


def _title(column: str) -> str:
    """A figure's title, behind it the plan's name where it is one plan's."""
    figure, _, plan = column.partition(":")
    key = f"compare_figure.{figure}"
    shown = spoken(key) if key in catalogue("vi") else titles([figure])[figure]
    return f"{shown} ({plan})" if plan else shown


def _cell(column: str, value: Cell) -> Cell:
    figure = column.partition(":")[0]
    if figure in _WORDS and isinstance(value, str):
        return word(value)
    if figure == "kind" and isinstance(value, str):
        return spoken(f"build_kind.{value}")
    if figure == "differs_in" and isinstance(value, str):
        return "; ".join(_title(part) for part in value.split("; ") if part) or None
    return value
