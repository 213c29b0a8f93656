"""Where the rows of a list lie: their communes and positions, and what the study area says to both."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from geo_planner.errors import EVERY_ONE, Fault, InputError, fault, warning
from geo_planner.imports import commune_names
from geo_planner.imports.area import Area
from geo_planner.imports.commune_index import CommuneIndex
from geo_planner.imports.draft import Draft
from geo_planner.imports.grid import as_text
from geo_planner.imports.layout.data_rows import RawTable
from geo_planner.imports.naming import listed_rows
from geo_planner.imports.positions import Positions, locate, settle_communes
from geo_planner.imports.reading import Reading
from geo_planner.imports.titles.synonyms import COMMUNE
from geo_planner.study_area.places import FAR_SITE_M, TOLERANCE_M, place_sites, place_villages
from geo_planner.words import Said, said

_FIT_REACH_M = {"villages": TOLERANCE_M}
_OTHER_REACH_M = 2_000.0
_CODES = ("commune_code", "former_commune_code")
_COORDINATES = ("lon", "lat", "x", "y", "position")
_CODE_AS_FIGURE = re.compile(r"(\d{3,5})\.0+")


def communes_and_positions(draft: Draft, reading: Reading, layer: str, area: Area, file: str) -> tuple[list[str | None], list[str]]:
    """Commune codes and former communes; longitude and latitude go into the draft.

    What is wrong with the coordinates as a whole is told beside what is wrong with single rows.
    """
    frame, reach = reading.table.frame, _FIT_REACH_M.get(layer, _OTHER_REACH_M)
    index = CommuneIndex(area.communes, area.former)
    if layer == "measurements" or (layer != "villages" and not set(frame) & set(COMMUNE)):
        readings = [commune_names.Reading()] * len(frame)
    else:
        found, told = commune_names.resolve(_plain_codes(frame), index, reading.table.titles)
        readings, draft.statements = list(found), [*draft.statements, *told]
    certain = [r.codes[0] if len(r.codes) == 1 else None for r in readings]
    _name_columns(draft, reading.table)
    blank = np.full(len(frame), np.nan)
    positions = Positions(blank, blank, np.zeros(len(frame), dtype=bool))
    try:
        positions = locate(
            reading.table, certain, area=area, reach_m=reach, stated=reading.stated, how=reading.how, file=file,
            told=frozenset(fault.row for fault in reading.faults if fault.row is not None), must_lie=layer == "villages",
        )  # fmt: skip
    except InputError as error:
        draft.faults += error.faults
        draft.unread |= {"lon", "lat"}
    codes = (
        settle_communes([r.codes for r in readings], positions.lon, positions.lat, area=area, reach_m=reach)
        if layer != "measurements"
        else certain
    )
    if "commune_code" not in draft.unread:
        abroad = _abroad(readings, positions, area) if layer != "villages" else set[int]()
        _tell_communes(draft, frame, readings, codes, layer, index, file, abroad)
    draft.statements += [*positions.statements, *commune_names.counted(r.how for r in readings if len(r.codes) == 1)]
    draft.corrected += positions.corrected
    draft.statements += _turned(positions, reading.table)
    draft.faults += positions.faults
    draft.told |= {
        (f.row, name) for f in (*positions.faults, *reading.faults) if f.row is not None and f.level == "fault" for name in ("lon", "lat")
    }
    draft.crs = positions.crs
    for name, values in (("lon", positions.lon), ("lat", positions.lat)):
        draft.rows[name] = [
            "" if value != value else repr(float(value)) if exact else f"{value:.7f}"
            for value, exact in zip(values.tolist(), positions.exact, strict=True)
        ]
    return codes, [r.former for r in readings]


def _plain_codes(frame: pd.DataFrame) -> pd.DataFrame:
    """Codes that a program wrote as figures ("3463.0") without their decimal."""

    def plain(cell: object) -> object:
        found = _CODE_AS_FIGURE.fullmatch(cell.strip()) if isinstance(cell, str) else None
        return found.group(1) if found else cell

    return frame.assign(**{name: frame[name].map(plain) for name in _CODES if name in frame})


def _name_columns(draft: Draft, table: RawTable) -> None:
    """What the file calls the columns that place the rows."""
    communes = [name for name in COMMUNE if name in table.frame]
    coordinates = [name for name in _COORDINATES if name in table.frame]
    texts = {name: table.frame[name].map(as_text) for name in (*communes, *coordinates)}
    if communes:
        draft.titles["commune_code"] = table.titles.get(communes[0], communes[0])
        draft.found["commune_code"] = texts[communes[0]]
    if coordinates:
        pair = coordinates[:2] if coordinates[0] != "position" else coordinates[:1]
        both = texts[pair[0]] if len(pair) == 1 else texts[pair[0]] + ", " + texts[pair[1]]
        for own, name in (("lon", pair[0]), ("lat", pair[-1])):
            draft.titles[own], draft.found[own] = table.titles.get(name, name), both


def _turned(positions: Positions, table: RawTable) -> list[Said]:
    """Rows whose two coordinates were exchanged, by name: a person should look at them."""
    called = next((table.frame[name] for name in ("name", "site_id") if name in table.frame), None)
    rows = list(dict.fromkeys(row for row, *_ in positions.corrected))
    named = listed_rows((row, "" if called is None else as_text(called[row])) for row in rows)
    return [said("rows_told.swapped", n=len(rows), rows=named)] if rows else []


def _tell_communes(
    draft: Draft,
    frame: pd.DataFrame,
    readings: Sequence[commune_names.Reading],
    codes: Sequence[str | None],
    layer: str,
    index: CommuneIndex,
    file: str,
    abroad: Collection[int],
) -> None:
    column = draft.titles.get("commune_code", "commune")
    as_figures = {
        int(row)
        for name in _CODES
        if name in frame
        for row, cell in zip(frame.index, frame[name], strict=True)
        if isinstance(cell, str) and _CODE_AS_FIGURE.fullmatch(cell.strip())
    }
    for i, (row, r, code) in enumerate(zip(frame.index, readings, codes, strict=True)):
        blank = r.wrong is None or r.wrong.code == "blank"
        if layer != "villages" and blank and not r.codes:
            continue
        value = None if code is not None else _words(frame, row)[:80] or None
        if i in abroad:
            draft.faults.append(warning(file, "commune_outside.rows", row=int(row), column=column, value=value))
            continue
        if not r.codes:
            draft.faults.append(Fault(file, r.wrong or said("blank.rows_commune"), int(row), column, value))
        elif code is None and "lon" in draft.unread:
            pass  # the position would decide, and it is not known yet
        elif code is None:
            draft.faults.append(Fault(file, commune_names.ambiguous(r, index), int(row), column, value))
        elif len(r.codes) > 1:
            draft.corrected.append((int(row), "commune_code", " / ".join(r.codes), code, commune_names.decided_by_place(r)))
        elif r.how:
            draft.corrected.append((int(row), "commune_code", _words(frame, row), code, r.how))
        elif int(row) in as_figures:
            draft.corrected.append((int(row), "commune_code", _words(frame, row), code, said("rows_done.code_decimal")))
        if code is None:
            draft.told.add((int(row), "commune_code"))


def _abroad(readings: Sequence[commune_names.Reading], positions: Positions, area: Area) -> set[int]:
    """Masts of the provinces around, by their order in the list: they lie outside, and their commune is none of this province."""
    unknown = np.array([not r.codes and (r.wrong is None or r.wrong.key != commune_names.CONTRADICTION) for r in readings], dtype=bool)
    rows = np.flatnonzero(unknown & np.isfinite(positions.lon) & np.isfinite(positions.lat))
    if not len(rows):
        return set()
    inside = area.lies_right(positions.lon[rows], positions.lat[rows], [None] * len(rows), 0.0)
    return set(rows[~inside].tolist())


def _words(frame: pd.DataFrame, row: object) -> str:
    return ", ".join(as_text(cell) for name, cell in frame.loc[row].items() if name in COMMUNE and cell not in (None, ""))[:200]


def place_faults(draft: Draft, typed: pd.DataFrame, layer: str, area: Area, file: str) -> list[Fault]:
    """What the study area says to the places of the rows, whatever else is wrong with them."""
    lon, lat = typed["lon"].astype("float64"), typed["lat"].astype("float64")
    located = typed[lon.between(-180, 180) & lat.between(-90, 90)]
    if located.empty:
        return []
    if layer == "sites":
        found = place_sites(located, area.communes, area.crs, file, of_a_kind=EVERY_ONE)
    elif layer == "villages":
        named = located["commune_code"].isin(area.communes.index).fillna(False).astype(bool)
        found = place_villages(located[named], area.communes, area.crs, file, of_a_kind=EVERY_ONE) if named.any() else []
        found += _outside(located[~named], area, file)
    else:
        found = _far_away(located, area, file)
    return [_as_in_the_file(fault, draft) for fault in found]


def _as_in_the_file(fault: Fault, draft: Draft) -> Fault:
    column = fault.column or ""
    if fault.row is None or column not in draft.found:
        return replace(fault, column=draft.titles.get(column, fault.column))
    return replace(fault, column=draft.titles.get(column, column), value=str(draft.found[column].loc[fault.row])[:80] or fault.value)


def _outside(rows: pd.DataFrame, area: Area, file: str) -> list[Fault]:
    """Villages outside the province whose commune is not known."""
    if rows.empty:
        return []
    lon, lat = rows["lon"].to_numpy(float), rows["lat"].to_numpy(float)
    off = ~area.lies_right(lon, lat, [None] * len(rows), TOLERANCE_M)
    points = area.metric(lon, lat)
    return [
        fault(
            file,
            "outside_province.rows",
            row=int(row),
            column="lon",
            name=rows.at[row, "name"],
            km=points[i].distance(area.province) / 1000,
        )
        for i, row in enumerate(rows.index)
        if off[i]
    ]


def _far_away(rows: pd.DataFrame, area: Area, file: str) -> list[Fault]:
    away = ~area.lies_right(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float), [None] * len(rows), FAR_SITE_M)
    if not away.any():
        return []
    row = int(rows.index[away][0])
    return [fault(file, "far_away.rows", level="warning", n=int(away.sum()), km=FAR_SITE_M / 1000, first=row)]
