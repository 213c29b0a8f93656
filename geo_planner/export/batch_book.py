"""``results.xlsx``: what came of many study areas, their villages in one order, and what kept a plan from being made; in Vietnamese, then in English."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path

import pandas as pd

from geo_planner.batch.areas import Batch, results_table
from geo_planner.export.tables import Cell, flat_columns, titles
from geo_planner.export.workbook import Book, Sheet, Style, TableColumn, Total, new_workbook, save_workbook, write_sheet
from geo_planner.words import LANGUAGES, Language, said, word

_RESULTS: tuple[tuple[str, float, Style], ...] = (
    ("province", 16, "text"), ("area", 24, "text"), ("name", 28, "text"), ("done", 9, "centre"), ("common_order", 20, "text"), ("villages", 10, "int"), ("villages_no_signal", 11, "int"),
    ("villages_partial", 11, "int"), ("villages_covered", 11, "int"), ("villages_unknown", 11, "int"), ("households", 11, "int"),
    ("households_no_signal", 12, "int"), ("masts", 10, "int"), ("chosen_sites", 11, "int"), ("chosen_cost_vnd", 19, "int"), ("uses_sample_data", 11, "centre"),
)  # fmt: skip
_SUMMED = {name for name, _, style in _RESULTS if style == "int"}
_VILLAGES: tuple[tuple[str, float, Style], ...] = (
    ("national_rank", 10, "centre"), ("province", 15, "text"), ("area", 22, "text"), ("village_id", 11, "code"), ("name", 20, "text"), ("commune_name", 16, "text"),
    ("households", 12, "int"), ("responsibility", 24, "text"), ("modelled_status", 14, "centre"), ("score", 9, "score"), ("tied", 9, "int"), ("rank_in_plan", 11, "centre"),
    ("depends_on_sample", 11, "centre"),
)  # fmt: skip


def write_batch_book(batch: Batch, path: Path) -> None:
    """Write the workbook; sums stand below the results as formulas, for the study areas of one scenario alone where there are several of each.

    Raises
    ------
    OutputError
        When the file cannot be written.
    """
    content = io.BytesIO()
    workbook = new_workbook(content, title=said("batch_book.title").text("vi"))
    for language in LANGUAGES:
        banner = said("sample_banner").text(language) if batch.uses_sample_data else None
        done = sum(not each.faults for each in batch.outcomes)
        line = said("batch_book.subtitle", done=done, of=len(batch.outcomes)).text(language)
        book = Book(workbook, said("batch_book.title").text(language), line, banner, language)
        for sheet in _sheets(batch, language):
            write_sheet(book, sheet)
    save_workbook(workbook, content, path)


def _sheets(batch: Batch, language: Language) -> Iterator[Sheet]:
    results = flat_columns(results_table(batch))
    # several plans of one study area count its villages several times
    summed = not results.loc[[bool(done) for done in results["done"]], "area"].duplicated().any()
    known = {at: [value for value in results[name] if value is not None] for at, (name, *_) in enumerate(_RESULTS) if name in _SUMMED}
    totals = {at: Total(sum(values)) for at, values in known.items() if values}
    yield _sheet("results", _RESULTS, results, language, totals if summed else {})
    order = batch.order.villages
    if len(order):
        of_plan = {each.name: (each.figures.get("province"), each.area) for each in batch.outcomes}
        table = flat_columns(pd.DataFrame(order.reset_index()))
        provinces, areas = zip(*(of_plan[name] for name in table["plan"]), strict=True)
        yield _sheet("villages", _VILLAGES, table.assign(province=provinces, area=areas), language)
    faults = [[each.name, told.file, told.line(language)] for each in batch.outcomes for told in each.faults]
    if faults:
        columns = [TableColumn(_title("faults", name, language), width) for name, width in (("name", 30), ("file", 34), ("fault", 110))]
        yield Sheet(said("batch_book.faults").text(language), columns, faults)


def _sheet(
    key: str,
    declared: tuple[tuple[str, float, Style], ...],
    table: pd.DataFrame,
    language: Language,
    totals: dict[int, Total] | None = None,
) -> Sheet:
    columns = [TableColumn(_title(key, name, language), width, style) for name, width, style in declared]
    rows = [
        [_cell(name, value, language) for (name, *_), value in zip(declared, row, strict=True)]
        for row in table[[n for n, *_ in declared]].to_numpy().tolist()
    ]
    return Sheet(
        said(f"batch_book.{key}").text(language),
        columns,
        rows,
        [said(f"batch_book.{key}_line").text(language)],
        frozen_columns=3,
        totals=totals or {},
    )


def _title(sheet: str, column: str, language: Language) -> str:
    declared = titles([column], language=language)[column]
    return declared if sheet == "villages" and declared != column else said(f"batch_figure.{column}").text(language)


def _cell(column: str, value: Cell, language: Language) -> Cell:
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    if column == "common_order" and value is not None:
        return said(f"batch_common_order.{value}").text(language)
    return word(value, language) if column in ("responsibility", "modelled_status") and isinstance(value, str) else value
