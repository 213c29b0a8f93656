"""Rows as read to rows of the layer: values, communes and positions put in; what does not fit told by row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import pandas as pd

from geo_planner.errors import Fault
from geo_planner.schema import Column, Layer
from geo_planner.sources.imports import commune_names, ids
from geo_planner.sources.imports.area import Area
from geo_planner.sources.imports.commune_names import CommuneIndex
from geo_planner.sources.imports.figures import decimal_style
from geo_planner.sources.imports.files import refuse
from geo_planner.sources.imports.positions import locate, settle_communes
from geo_planner.sources.imports.reading import Reading
from geo_planner.sources.imports.synonyms import COMMUNE, POINT_LAYERS, POSITION
from geo_planner.sources.imports.values import clean_texts, convert
from geo_planner.sources.places import FAR_SITE_M, TOLERANCE_M, place_sites, place_villages
from geo_planner.sources.tables import typed_table

_FIT_REACH_M = {"villages": TOLERANCE_M}
_OTHER_REACH_M = 2_000.0
_REMEDY = {
    "int": "Write a whole number, or leave the cell blank.",
    "float": "Write a number such as 42,5, or leave the cell blank.",
    "yes_no": "Write có or không (yes or no), or leave the cell blank.",
    "date": "Write day/month/year, or leave the cell blank.",
    "text": "Type the text anew.",
}
Correction = tuple[int, str, str, str, str]
"""Row, column, was, became, why."""


@dataclass(slots=True)
class Draft:
    """Rows on their way into a layer; the index is the row of the file.

    Attributes
    ----------
    rows : DataFrame
        Texts, columns of the schema and then further ones.
    faults : list of Fault
        With the row of the file; rows with one of level fault are not fit.
    corrected : list of (row, column, was, became, why)
    statements : list of str
    made_ids : bool
        Whether any row brought no id.
    crs : str
    """

    rows: pd.DataFrame
    faults: list[Fault] = field(default_factory=list)
    corrected: list[Correction] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)
    made_ids: set[int] = field(default_factory=set)
    crs: str = ""

    def bad_rows(self) -> set[int]:
        return {fault.row for fault in self.faults if fault.level == "fault" and fault.row is not None}


def draft_rows(reading: Reading, layer: str, area: Area, file: str) -> Draft:
    """Everything that can be said about the rows of a file without looking at the layer that they go into.

    Raises
    ------
    InputError
        When something concerns the file as a whole.
    """
    table, schema = reading.table, POINT_LAYERS[layer]
    if table.frame.empty:
        raise refuse(file, "there are no rows of data below the header", "Put at least one row into the table.", "empty")
    draft = Draft(pd.DataFrame(index=table.frame.index), list(reading.faults), statements=list(table.statements))
    draft.faults += [
        Fault(
            file,
            reason,
            "Open the file in Excel or LibreOffice, let it calculate, and save it."
            if "formula" in reason
            else "Check the separators and quotation marks.",
            row=row,
            column=column or None,
            code="uncached_formula" if "formula" in reason else "ragged_row",
        )
        for row, (column, reason) in table.broken.items()
    ]
    _need_columns(table.frame, layer, file)
    _values(draft, table.frame, table.titles, schema, file)
    codes = _communes_and_positions(draft, reading, layer, area, file)
    if layer != "measurements":
        draft.rows["commune_code"] = [code or "" for code in codes[0]]
    _ids(draft, layer, codes[1], file)
    if "source" in {column.name for column in schema.columns}:
        blank = draft.rows["source"] == ""
        if blank.any():
            draft.rows["source"] = draft.rows["source"].mask(blank, file)
            draft.statements.append(f"{int(blank.sum())} rows name no source: the file's name is put there.")
    order = [column.name for column in schema.columns]
    draft.rows = draft.rows[[*order, *(name for name in draft.rows if name not in order)]]
    _check(draft, layer, schema, area, file)
    return draft


def _need_columns(frame: pd.DataFrame, layer: str, file: str) -> None:
    if layer == "villages" and "name" not in frame:
        raise refuse(file, "no column holds the names of the villages", 'Name it: --map "TITLE=name".', "no_name")
    if layer == "villages" and not set(frame) & (set(COMMUNE) - {"district"}):
        raise refuse(
            file,
            "no column holds the communes",
            'Name it: --map "TITLE=commune" (names), --map "TITLE=commune_code", or --map "TITLE=former_commune" with --map "TITLE=district".',
            "no_commune",
        )
    if layer == "sites" and not set(frame) & {"site_id", "name"}:
        raise refuse(file, "no column holds the ids or names of the sites", 'Name it: --map "TITLE=site_id".', "no_name")


def _values(draft: Draft, frame: pd.DataFrame, titles: dict[str, str], schema: Layer, file: str) -> None:
    """All columns but place and position, in the schema's words."""
    declared = {column.name: column for column in schema.columns if column.name not in ("lon", "lat", "commune_code")}
    texts, words = dict[str, pd.Series](), dict[str, str]()
    for name in map(str, frame):
        texts[name], wrong = clean_texts(frame[name])
        words[name] = titles.get(name, name)
        if wrong:
            for row, text in texts[name][texts[name].isin(wrong)].items():
                code = "path" if "path" in wrong[text] else "too_long" if "signs, more" in wrong[text] else "control_characters"
                draft.faults.append(
                    Fault(
                        file, wrong[text], "Type the text anew.", row=int(str(row)), column=words[name], value=ascii(text)[:80], code=code
                    )
                )
    figures = [
        text
        for name, column in declared.items()
        if name in frame and column.kind in ("int", "float")
        for text in texts[name][[isinstance(cell, str) for cell in frame[name]]].unique()
    ]
    coordinates = [
        text
        for name in ("lon", "lat", "x", "y")
        if name in frame
        for text in texts[name][[isinstance(cell, str) for cell in frame[name]]].unique()[:1000]
    ]
    style = decimal_style([*figures, *coordinates])
    if style == "comma":
        draft.statements.append("Numbers are written with a decimal comma.")
    for name, column in declared.items():
        if name not in frame:
            draft.rows[name] = ""
            continue
        converted = convert(frame[name], texts[name], column, style)
        draft.rows[name] = converted["text"]
        _tell_values(draft, converted, texts[name], column, words[name], file)
    for name in map(str, frame):
        if name not in declared and name not in (*POSITION, *COMMUNE, "commune_code"):
            draft.rows[name] = texts[name]


def _tell_values(draft: Draft, converted: pd.DataFrame, was: pd.Series, column: Column, title: str, file: str) -> None:
    changed = converted["done"] != ""
    draft.corrected += [
        (int(row), column.name, before, after, why)
        for row, before, after, why in zip(
            converted.index[changed], was[changed], converted.loc[changed, "text"], converted.loc[changed, "done"], strict=True
        )
    ]
    wrong = converted["wrong"] != ""
    for row, text, reason in zip(converted.index[wrong], was[wrong], converted.loc[wrong, "wrong"], strict=True):
        remedy = f"Write one of: {', '.join(column.choices)}, or leave the cell blank." if column.choices else _REMEDY[column.kind]
        draft.faults.append(
            Fault(file, reason, remedy, row=int(row), column=title, value=text[:80], code="choice" if column.choices else "type")
        )
    if column.kind in ("choice", "yes_no"):
        same = (converted["done"] == "") & (converted["wrong"] == "") & (was != converted["text"])
        counts = pd.Series(
            [f"{before} → {after}" for before, after in zip(was[same], converted.loc[same, "text"], strict=True)], dtype=object
        ).value_counts()
        if len(counts):
            draft.statements.append(f"{title}: {', '.join(f'{words} ({n})' for words, n in list(counts.items())[:20])}.")


def _communes_and_positions(draft: Draft, reading: Reading, layer: str, area: Area, file: str) -> tuple[list[str | None], list[str]]:
    """Commune codes and former communes; longitude and latitude go into the draft."""
    frame, reach = reading.table.frame, _FIT_REACH_M.get(layer, _OTHER_REACH_M)
    index = CommuneIndex(area.communes, area.former)
    if layer == "measurements" or (layer != "villages" and not set(frame) & set(COMMUNE)):
        readings = [commune_names.Reading()] * len(frame)
    else:
        found, told = commune_names.resolve(frame, index, reading.table.titles)
        readings, draft.statements = list(found), [*draft.statements, *told]
    certain = [r.codes[0] if len(r.codes) == 1 else None for r in readings]
    positions = locate(reading.table, certain, area=area, reach_m=reach, stated=reading.stated, how=reading.how, file=file)
    codes = (
        settle_communes([r.codes for r in readings], positions.lon, positions.lat, area=area, reach_m=reach)
        if layer != "measurements"
        else certain
    )
    for row, r, code in zip(frame.index, readings, codes, strict=True):
        blank = not r.reason or r.reason.endswith(("is blank", "column for the commune"))
        if layer == "villages" or not blank:
            if not r.codes:
                draft.faults.append(
                    Fault(file, r.reason, r.remedy, row=int(row), column="commune", code="blank" if blank else "unknown_commune")
                )
            elif code is None:
                draft.faults.append(
                    Fault(file, *commune_names.ambiguous(r, index), row=int(row), column="commune", code="ambiguous_commune")
                )
            elif len(r.codes) > 1:
                draft.corrected.append((int(row), "commune_code", " / ".join(r.codes), code, f"{r.how}: decided by the position"))
            elif r.how:
                draft.corrected.append((int(row), "commune_code", _words(frame, row), code, r.how))
    draft.statements += [*positions.statements, *commune_names.counted(r.how for r in readings if len(r.codes) == 1)]
    draft.corrected += positions.corrected
    draft.faults += positions.faults
    draft.crs = positions.crs
    for name, values in (("lon", positions.lon), ("lat", positions.lat)):
        draft.rows[name] = [
            "" if value != value else repr(float(value)) if exact else f"{value:.7f}"
            for value, exact in zip(values.tolist(), positions.exact, strict=True)
        ]
    return codes, [r.former for r in readings]


def _words(frame: pd.DataFrame, row: object) -> str:
    return ", ".join(str(cell) for name, cell in frame.loc[row].items() if name in COMMUNE and cell not in (None, ""))[:200]


def _ids(draft: Draft, layer: str, former: Sequence[str], file: str) -> None:
    """Ids for the rows that bring none."""
    rows, key = draft.rows, POINT_LAYERS[layer].key[0]
    blank = rows[key] == ""
    if layer == "measurements":
        if blank.any():
            rows[key] = rows[key].mask(blank, pd.Series(ids.measurement_ids(rows), index=rows.index))
            twice = blank & rows.duplicated(key)
            draft.statements += [f"{int(twice.sum())} samples repeat another one in everything and are left out."] if twice.any() else []
            draft.rows = rows[~twice].copy()
    elif blank.any():
        names = rows["name"].where(rows["name"] != "", rows["lon"] + " " + rows["lat"]) if layer == "candidates" else rows["name"]
        prefix = {"sites": "s-", "candidates": "c-"}.get(layer, "")
        made = ids.place_ids(
            list(rows["commune_code"]) if "commune_code" in rows else [""] * len(rows), list(names), list(former), prefix=prefix
        )
        usable = blank & (names != "")
        rows[key] = rows[key].mask(usable, pd.Series(made, index=rows.index))
        draft.made_ids = {int(row) for row in rows.index[usable]}
        draft.faults += [
            Fault(file, "the row has neither an id nor a name", "Give it a name.", row=int(row), column="name", code="blank")
            for row in rows.index[blank & ~usable]
            if layer != "villages"
        ]
    if layer == "sites" and (rows["cell_id"] == "").any():
        cells = pd.Series(ids.running_ids(list(rows["site_id"])), index=rows.index)
        rows["cell_id"] = rows["cell_id"].where(rows["cell_id"] != "", cells)
    made_now = int(blank.sum())
    if made_now:
        draft.statements.append(
            f"{made_now} rows bring no id: made from {'the sample itself' if layer == 'measurements' else 'commune and name'}, the same at every import."
        )


def _check(draft: Draft, layer: str, schema: Layer, area: Area, file: str) -> None:
    """The study area's own checks, on the rows that are still good; their rows are those of the file."""
    good = draft.rows[~draft.rows.index.isin(draft.bad_rows())]
    if good.empty:
        return
    typed, faults = typed_table(good, schema, file)
    source = {position + 2: int(row) for position, row in enumerate(good.index)}
    shown = [
        Fault(
            f.file,
            f"the id stands already in row {source[int(f.reason.rpartition(' ')[2])]}" if f.code == "duplicate_id" else f.reason,
            _remedy(f, layer),
            source.get(f.row or 0),
            f.column,
            f.value,
            f.level,
            f.code,
        )
        for f in faults
        if f.code != "missing_column"
    ]
    draft.faults += shown
    typed.index = good.index
    typed = typed[~typed.index.isin(draft.bad_rows())]
    if typed.empty:
        return
    if layer == "villages":
        draft.faults += place_villages(typed, area.communes, area.crs, file)
    elif layer == "sites":
        draft.faults += place_sites(typed, area.communes, area.crs, file)
    else:
        away = ~area.lies_right(typed["lon"].to_numpy(float), typed["lat"].to_numpy(float), [None] * len(typed), FAR_SITE_M)
        if away.any():
            draft.faults.append(
                Fault(
                    file,
                    f"{int(away.sum())} rows lie more than {FAR_SITE_M / 1000:.0f} km outside the province (first: row {typed.index[away][0]})",
                    "Check their coordinates.",
                    level="warning",
                    code="far_away",
                )
            )


def _remedy(fault: Fault, layer: str) -> str:
    if fault.code == "duplicate_id" and layer == "villages":
        return "Two rows of one commune have one name: give each an id of its own (column Mã bản), name their former communes, or take one out."
    if fault.code == "blank" and layer == "sites":
        return f"{fault.remedy} Without it no coverage can be computed."
    return fault.remedy
