"""Rows as read to rows of the layer: values, communes and positions put in; what does not fit told by row, all of it at once."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pandas as pd

from geo_planner.errors import EVERY_ONE, Fault, InputError, fault
from geo_planner.imports.cells.row_values import fill_values
from geo_planner.imports.cells.texts import clean_texts
from geo_planner.imports.cells.unclear import ask_unclear_columns, doubts
from geo_planner.imports.draft import Draft
from geo_planner.imports.ids import give_ids
from geo_planner.imports.naming import choices_told, title_of, titles_told
from geo_planner.imports.places.gazetteer import Gazetteer
from geo_planner.imports.places.row_places import communes_and_positions, place_faults
from geo_planner.imports.reading import Reading
from geo_planner.imports.vocabulary import COMMUNE
from geo_planner.schema import Column
from geo_planner.study_area.tables import ROW, typed_table
from geo_planner.words import Label, Said, said


def draft_rows(draft: Draft, reading: Reading, gazetteer: Gazetteer) -> Draft:
    """Everything that can be said about the rows of a file without looking at the layer that they go into.

    Raises
    ------
    InputError
        When there are no rows.
    """
    table, layer, file = reading.table, draft.layer, draft.file
    if table.frame.empty:
        raise InputError([fault(file, "empty.rows")])
    broken = [fault(file, key, row=row, column=column or None) for row, (column, key) in table.broken.items()]
    draft = draft.with_(rows=pd.DataFrame(index=table.frame.index), faults=[*reading.faults, *broken])
    draft = _needed_columns(draft, reading)
    told = reading.mapping.told if reading.mapping is not None else frozenset[str]()
    draft = ask_unclear_columns(draft, table, layer, told, file)
    draft = fill_values(draft, table, layer, file)
    draft, former = communes_and_positions(draft, reading, gazetteer)
    draft = give_ids(draft, former, gazetteer)
    draft = _in_order(_with_source(draft))
    draft = _checked(draft, gazetteer)
    return replace(draft, faults=sorted(draft.faults, key=lambda fault: fault.row or 0))


def _needed_columns(draft: Draft, reading: Reading) -> Draft:
    """Columns that the layer cannot do without: told once, beside what is wrong with the rows."""
    layer, there, read = draft.layer, set(reading.table.frame), titles_told(reading.table.titles.values())
    key = layer.key[0]
    name_may_do = {"name"} if layer.has("name") and layer.column("name").needed else {"name", key}
    if layer.has("name") and not layer.nameless and not there & name_may_do:
        draft = draft.with_(faults=[fault(draft.file, f"no_name.rows_{layer.name}", titles=read)], unread=("name", key))
    if layer.place == "named" and not there & (set(COMMUNE) - {"district"}):
        draft = draft.with_(faults=[fault(draft.file, "no_commune.rows", titles=read)], unread=("commune_code",))
    return draft


def _with_source(draft: Draft) -> Draft:
    """Rows that do not say where they come from come from the file."""
    blank = draft.rows["source"] == "" if draft.layer.has("source") else pd.Series(dtype=bool)
    if not blank.any():
        return draft
    name = clean_texts(pd.Series([draft.file], dtype=object))[0].iloc[0]
    rows = draft.rows.assign(source=draft.rows["source"].mask(blank, name))
    return draft.with_(rows=rows, statements=[said("rows_told.no_source", n=int(blank.sum()))])


def _in_order(draft: Draft) -> Draft:
    """The columns of the schema, then the further ones."""
    declared = [column.name for column in draft.layer.columns]
    return draft.with_(rows=draft.rows[[*declared, *(name for name in draft.rows if name not in declared)]])


def _checked(draft: Draft, gazetteer: Gazetteer) -> Draft:
    """The study area's own checks, on every row: what is wrong with one cell does not hide what is wrong with another."""
    layer, file = draft.layer, draft.file
    key, by_commune = layer.key[0], layer.place == "named"
    # An id that was made without the commune or the place is none that could stand twice.
    lacking = draft.rows["commune_code"] == "" if by_commune else (draft.rows["lon"] == "") | (draft.rows["lat"] == "")
    unsure = lacking & draft.rows.index.isin(draft.made_ids)
    numbered = pd.Series([f"row {row}" for row in draft.rows.index], index=draft.rows.index)
    rows = draft.rows.assign(**{key: draft.rows[key].mask(unsure, numbered)}).rename_axis(index=ROW)
    typed, faults = typed_table(rows, layer, file, of_a_kind=EVERY_ONE)
    first_row = dict(zip(rows[key][::-1], rows.index[::-1].tolist(), strict=True)) if by_commune else {}
    shown = []
    for found in faults:
        row, column = found.row, found.column or ""
        if found.code == "missing_column" or column in draft.unread or (row is not None and (row, column) in draft.told):
            continue
        value, title = found.value, draft.titles.get(column, found.column)
        if found.code == "duplicate_id":
            value, title = _id_shown(draft, row, found)
        elif row is not None and column in draft.found and found.code != "blank":
            value = str(draft.found[column].loc[row])[:80]
        what = found.said
        if row is not None and by_commune and found.code == "duplicate_id":
            # told by what the list can do about it
            first, made = first_row[rows.at[row, key]], row in draft.made_ids
            what = (
                said("duplicate_id.rows_made", row=row, first=first)
                if made
                else said("duplicate_id.rows_counted", first=first, title=title_of(title or column))
            )
        shown.append(replace(found, said=what, column=title, value=value))
    draft = draft.with_(faults=_without_repeats(shown, draft))
    return draft.with_(faults=[*place_faults(draft, typed, gazetteer), *doubts(draft, typed, layer, file)])


def _id_shown(draft: Draft, row: int | None, found: Fault) -> tuple[str | None, str | None]:
    """What of the row stands twice, as the file has it, and the title over it."""
    key = draft.layer.key[0 if row in draft.made_ids else -1]
    key = key if key in draft.titles else draft.layer.key[0]
    if row is None or key not in draft.found:
        return found.value, draft.titles.get(key, found.column)
    return str(draft.found[key].loc[row])[:80], draft.titles[key]


def _without_repeats(faults: list[Fault], draft: Draft) -> list[Fault]:
    """A needed column that is blank in every row is one fault, not one a row."""
    blanks = Counter(fault.column for fault in faults if fault.code == "blank")
    needed = {draft.title(column.name): column for column in draft.layer.columns if column.needed}
    whole = {title: column for title, column in needed.items() if blanks[title] == len(draft.rows) > 1}
    kept = [fault for fault in faults if fault.code != "blank" or fault.column not in whole]
    return [*kept, *(Fault(draft.file, _column_is_blank(column), column=title) for title, column in whole.items())]


def _column_is_blank(column: Column) -> Said:
    key, facts = "blank.rows_column", dict[str, Any](column=f"{column.vi} ({column.name})")
    if column.meaning_en:
        key = "blank.rows_column_meaning"
        facts["meaning"] = Label(column.name, column.meaning_vi.rstrip("."), column.meaning_en.rstrip("."))
    if column.choices:
        key, facts["choices"] = "blank.rows_column_choices", choices_told(column.name, column.choices)
    return said(key, **facts)
