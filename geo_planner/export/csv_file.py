"""``priority_list.csv``: the village table for spreadsheets and scripts."""

from __future__ import annotations

import csv
from pathlib import Path

import pandas as pd

from geo_planner.export.assumptions import sample_note
from geo_planner.export.tables import Cell, machine_table, plain
from geo_planner.plan import Plan

_FORMULA_STARTS = ("=", "+", "-", "@", "\uff1d", "\uff0b", "\uff0d", "\uff20")
_CONTROL_STARTS = ("\t", "\r", "\n")


def write_csv(plan: Plan, path: Path) -> None:
    """Write every village with all columns of input and result, under the stable names of the schema.

    UTF-8 with a byte order mark, which Excel needs to read Vietnamese. Text that a spreadsheet would take for a formula gets
    a leading apostrophe; numbers stay numbers. The mark of sample data travels in ``sample_note`` on every row concerned.
    """
    table = machine_table(plan)
    table = table.assign(uses_sample_data=plan.uses_sample_data, sample_note=sample_column(plan))
    write_table(table, path)


def sample_column(plan: Plan) -> pd.Series:
    """The line on sample data for every village that rests on some, in order of rank; None for the others."""
    note = sample_note(plan)
    return pd.Series([note if plain(value) is True else None for value in plan.villages["depends_on_sample"]], dtype=object)


def write_table(table: pd.DataFrame, path: Path) -> None:
    """Write a table of plain values as csv meant for spreadsheets."""
    # Line ends are fixed so that the bytes do not depend on the system.
    with path.open("w", encoding="utf-8-sig", newline="") as stream:
        writer = csv.writer(stream, lineterminator="\r\n")
        writer.writerow([guarded(name) for name in table.columns])
        writer.writerows([_written(value) for value in row] for row in table.itertuples(index=False, name=None))


def guarded(text: str) -> str:
    """Text that no spreadsheet takes for a formula.

    >>> guarded("+84 Xóm"), guarded(" =1+1"), guarded("Tia Ma Mủ")
    ("'+84 Xóm", "' =1+1", 'Tia Ma Mủ')
    """
    risky = text.startswith(_CONTROL_STARTS) or text.lstrip().startswith(_FORMULA_STARTS)
    return f"'{text}" if risky else text


def _written(value: Cell) -> str | int | float:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return guarded(value) if isinstance(value, str) else value
