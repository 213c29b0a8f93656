"""Rows as read to rows of the layer: values, communes and positions put in; what does not fit told by row, all of it at once."""

from __future__ import annotations

from dataclasses import replace

import pandas as pd

from geo_planner import errors
from geo_planner.errors import EVERY_ONE, Fault, prose_fault
from geo_planner.schema import Layer
from geo_planner.sources.imports.area import Area
from geo_planner.sources.imports.doubts import doubts
from geo_planner.sources.imports.draft import Draft
from geo_planner.sources.imports.files import refuse
from geo_planner.sources.imports.ids import give_ids
from geo_planner.sources.imports.layout import RawTable, titles_read
from geo_planner.sources.imports.reading import Reading
from geo_planner.sources.imports.row_places import communes_and_positions, place_faults
from geo_planner.sources.imports.row_values import fill_values
from geo_planner.sources.imports.synonyms import COMMUNE, POINT_LAYERS
from geo_planner.sources.imports.unclear_columns import tell_unclear_columns
from geo_planner.sources.imports.values import clean_texts
from geo_planner.sources.tables import ROW, typed_table
from geo_planner.words import Said, said

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
        raise refuse(file, "there are no rows of data below the header", "Put at least one row into the table.", "empty")
    draft = Draft(pd.DataFrame(index=table.frame.index), list(reading.faults), statements=list(table.statements))
    draft.faults += [errors.fault(file, key, row=row, column=column or None) for row, (column, key) in table.broken.items()]
    _need_columns(draft, table, layer, file)
    told = reading.mapping.told if reading.mapping is not None else frozenset[str]()
    tell_unclear_columns(draft, table, layer, told, file)
    fill_values(draft, table, schema, file)
    codes = communes_and_positions(draft, reading, layer, area, file)
    if layer != "measurements":
        draft.rows["commune_code"] = [code or "" for code in codes[0]]
    give_ids(draft, layer, codes[1], area, file)
    if "source" in {column.name for column in schema.columns}:
        blank = draft.rows["source"] == ""
        if blank.any():
            draft.rows["source"] = draft.rows["source"].mask(blank, clean_texts(pd.Series([file], dtype=object))[0].iloc[0])
            draft.statements.append(f"{int(blank.sum())} rows name no source: the file's name is put there.")
    order = [column.name for column in schema.columns]
    draft.rows = draft.rows[[*order, *(name for name in draft.rows if name not in order)]]
    _check(draft, layer, schema, area, file)
    draft.faults.sort(key=lambda fault: fault.row or 0)
    return draft


def _need_columns(draft: Draft, table: RawTable, layer: str, file: str) -> None:
    """Columns that the layer cannot do without: told once, beside what is wrong with the rows."""
    frame, read = table.frame, titles_read(table)
    if layer == "villages" and "name" not in frame:
        draft.faults.append(
            prose_fault(file, f"no column holds the names of the villages{read}", 'Name it: --map "TITLE=name".', code="no_name")
        )
        draft.unread |= {"name", "village_id"}
    if layer == "villages" and not set(frame) & (set(COMMUNE) - {"district"}):
        remedy = 'Name it: --map "TITLE=commune" (names), --map "TITLE=commune_code", or --map "TITLE=former_commune" with --map "TITLE=district".'
        draft.faults.append(prose_fault(file, f"no column holds the communes{read}", remedy, code="no_commune"))
        draft.unread |= {"commune_code"}
    if layer == "sites" and not set(frame) & {"site_id", "name"}:
        remedy = 'Name it: --map "TITLE=site_id".'
        draft.faults.append(prose_fault(file, f"no column holds the ids or names of the sites{read}", remedy, code="no_name"))
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
    for fault in faults:
        row, column = fault.row, fault.column or ""
        if fault.code == "missing_column" or column in draft.unread or (row is not None and (row, column) in draft.told):
            continue
        value, title = fault.value, draft.titles.get(column, fault.column)
        if fault.code == "duplicate_id":
            value, title = _id_shown(draft, layer, schema, row, fault)
        elif row is not None and column in draft.found and fault.code != "blank":
            value = str(draft.found[column].loc[row])[:80]
        shown.append(replace(fault, said=_said_here(fault, layer, title or column, made=row in draft.made_ids), column=title, value=value))
    draft.faults += _without_repeats(shown, draft, schema, file)
    draft.faults += place_faults(draft, typed, layer, area, file)
    draft.faults += doubts(draft, typed, layer, file)


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
            reason = "no row holds a value, and the layer cannot do without it"
            remedy = f"Add a column for it: {column.vi} ({column.name}). {column.meaning_en}".strip()
            if column.choices:
                remedy += f" Write one of: {', '.join(column.choices)}."
            faults = [fault for fault in faults if fault not in same] + [prose_fault(file, reason, remedy, column=title, code="blank")]
    return faults


def _said_here(fault: Fault, layer: str, title: str, *, made: bool) -> Said:
    """Two villages with one id are told by what the list can do about it."""
    if fault.code != "duplicate_id" or layer != "villages":
        return fault.said
    return said("duplicate_id.made", first=fault.reason) if made else said("duplicate_id.counted", first=fault.reason, title=title)
