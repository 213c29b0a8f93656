"""Rows as read to rows of the layer: values, communes and positions put in; what does not fit told by row, all of it at once."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geo_planner import errors
from geo_planner.errors import EVERY_ONE, Fault, InputError, fault
from geo_planner.imports.area import Area
from geo_planner.imports.cells.row_values import fill_values
from geo_planner.imports.cells.texts import clean_texts
from geo_planner.imports.cells.unclear import ask_unclear_columns, doubts
from geo_planner.imports.draft import Draft
from geo_planner.imports.ids import give_ids
from geo_planner.imports.layout import RawTable
from geo_planner.imports.naming import title_of
from geo_planner.imports.reading import Reading
from geo_planner.imports.row_places import communes_and_positions, place_faults
from geo_planner.imports.saying import choices_told, titles_told
from geo_planner.imports.synonyms import COMMUNE, POINT_LAYERS
from geo_planner.schema import Column, Layer
from geo_planner.study_area.tables import ROW, typed_table
from geo_planner.words import Label, Said, said

__all__ = ["Draft", "draft_rows"]


def draft_rows(reading: Reading, layer: str, area: Area, file: str) -> Draft:
    """Everything that can be said about the rows of a file without looking at the layer that they go into.

    Raises
    ------
    InputError
        When there are no rows.
    """
    table, schema = reading.table, POINT_LAYERS[layer]
    if table.frame.empty:
        raise InputError([fault(file, "empty.rows")])
    draft = Draft(pd.DataFrame(index=table.frame.index), list(reading.faults), statements=list(table.statements))
    draft.faults += [errors.fault(file, key, row=row, column=column or None) for row, (column, key) in table.broken.items()]
    _need_columns(draft, table, layer, file)
    told = reading.mapping.told if reading.mapping is not None else frozenset[str]()
    draft = ask_unclear_columns(draft, table, schema, told, file)
    draft = fill_values(draft, table, schema, file)
    codes = communes_and_positions(draft, reading, layer, area, file)
    if layer != "measurements":
        draft.rows["commune_code"] = [code or "" for code in codes[0]]
    give_ids(draft, layer, codes[1], area, file)
    if "source" in {column.name for column in schema.columns}:
        blank = draft.rows["source"] == ""
        if blank.any():
            draft.rows["source"] = draft.rows["source"].mask(blank, clean_texts(pd.Series([file], dtype=object))[0].iloc[0])
            draft.statements.append(said("rows_told.no_source", n=int(blank.sum())))
    order = [column.name for column in schema.columns]
    draft.rows = draft.rows[[*order, *(name for name in draft.rows if name not in order)]]
    _check(draft, layer, schema, area, file)
    draft.faults.sort(key=lambda fault: fault.row or 0)
    return draft


def _need_columns(draft: Draft, table: RawTable, layer: str, file: str) -> None:
    """Columns that the layer cannot do without: told once, beside what is wrong with the rows."""
    frame, read = table.frame, titles_told(table.titles.values())
    if layer == "villages" and "name" not in frame:
        draft.faults.append(fault(file, "no_name.rows_villages", titles=read))
        draft.unread |= {"name", "village_id"}
    if layer == "villages" and not set(frame) & (set(COMMUNE) - {"district"}):
        draft.faults.append(fault(file, "no_commune.rows", titles=read))
        draft.unread |= {"commune_code"}
    if layer == "sites" and not set(frame) & {"site_id", "name"}:
        draft.faults.append(fault(file, "no_name.rows_sites", titles=read))
        draft.unread |= {"name", "site_id"}


def _check(draft: Draft, layer: str, schema: Layer, area: Area, file: str) -> None:
    """The study area's own checks, on every row: what is wrong with one cell does not hide what is wrong with another."""
    rows = draft.rows.copy()
    key = schema.key[0]
    # An id that was made without the commune or the place is none that could stand twice.
    lacking = (rows["commune_code"] == "") if layer == "villages" else (rows["lon"] == "") | (rows["lat"] == "")
    unsure = lacking & rows.index.isin(draft.made_ids)
    rows[key] = rows[key].mask(unsure, pd.Series([f"row {row}" for row in rows.index], index=rows.index))
    rows.index.name = ROW
    typed, faults = typed_table(rows, schema, file, of_a_kind=EVERY_ONE)
    shown = []
    for found in faults:
        row, column = found.row, found.column or ""
        if found.code == "missing_column" or column in draft.unread or (row is not None and (row, column) in draft.told):
            continue
        value, title = found.value, draft.titles.get(column, found.column)
        if found.code == "duplicate_id":
            value, title = _id_shown(draft, layer, schema, row, found)
        elif row is not None and column in draft.found and found.code != "blank":
            value = str(draft.found[column].loc[row])[:80]
        first = (
            None if row is None or layer != "villages" or found.code != "duplicate_id" else rows.index[rows[key] == rows.at[row, key]][0]
        )
        what = found.said if first is None else _id_twice(int(first), title or column, made=row in draft.made_ids)
        shown.append(replace(found, said=what, column=title, value=value))
    draft.faults += _without_repeats(shown, draft, schema, file)
    draft.faults += place_faults(draft, typed, layer, area, file)
    draft.faults += doubts(draft, typed, schema, file)


def _id_shown(draft: Draft, layer: str, schema: Layer, row: int | None, fault: Fault) -> tuple[str | None, str | None]:
    """What of the row stands twice, as the file has it, and the title over it."""
    key = schema.key[0] if layer != "sites" or row in draft.made_ids else schema.key[-1]
    key = key if key in draft.titles else schema.key[0]
    if row is None or key not in draft.found:
        return fault.value, draft.titles.get(key, fault.column)
    return str(draft.found[key].loc[row])[:80], draft.titles[key]


def _without_repeats(faults: list[Fault], draft: Draft, schema: Layer, file: str) -> list[Fault]:
    """A needed column that is blank in every row is one fault, not one a row."""
    needed = {draft.titles.get(column.name, column.name): column for column in schema.columns if column.needed}
    for title, column in needed.items():
        same = [fault for fault in faults if fault.code == "blank" and fault.column == title]
        if len(same) == len(draft.rows) > 1:
            faults = [fault for fault in faults if fault not in same] + [Fault(file, _column_is_blank(column), column=title)]
    return faults


def _column_is_blank(column: Column) -> Said:
    facts = {
        "column": f"{column.vi} ({column.name})",
        "meaning": Label(column.name, column.meaning_vi.rstrip("."), column.meaning_en.rstrip(".")),
        "choices": choices_told(column.name, column.choices),
    }
    names = ("column", *(("meaning",) if column.meaning_en else ()), *(("choices",) if column.choices else ()))
    return said(
        f"blank.rows_{names[-1]}" if names == ("column",) else f"blank.rows_column_{names[-1]}", **{name: facts[name] for name in names}
    )


def _id_twice(first: int, title: str, *, made: bool) -> Said:
    """Two villages with one id are told by what the list can do about it."""
    return said("duplicate_id.rows_made", first=first) if made else said("duplicate_id.rows_counted", first=first, title=title_of(title))
