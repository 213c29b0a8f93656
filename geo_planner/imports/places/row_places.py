"""Where the rows of a list lie: their communes and positions, and what the study area says to both."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_planner.errors import EVERY_ONE, Fault, InputError, fault, warning
from geo_planner.imports.draft import Correction, Draft
from geo_planner.imports.grid import RawTable, as_text
from geo_planner.imports.naming import listed_rows
from geo_planner.imports.places import commune_names
from geo_planner.imports.places.gazetteer import CommuneIndex, Gazetteer
from geo_planner.imports.places.positions import Positions, locate, settle_communes
from geo_planner.imports.vocabulary import COMMUNE
from geo_planner.study_area.places import FAR_SITE_M, TOLERANCE_M, place_sites, place_villages
from geo_planner.words import Said, said

if TYPE_CHECKING:
    from geo_planner.imports.reading import Reading


REACH_M = 2_000.0
"""So far outside its place a row may lie when the system of a list is judged."""
_CODES = ("commune_code", "former_commune_code")
_COORDINATES = ("lon", "lat", "x", "y", "position")
_CODE_AS_FIGURE = re.compile(r"(\d{3,5})\.0+")


def communes_and_positions(draft: Draft, reading: Reading, gazetteer: Gazetteer) -> tuple[Draft, list[str]]:
    """The draft with communes, longitude and latitude, and the former communes that the rows name.

    What is wrong with the coordinates as a whole is told beside what is wrong with single rows.
    """
    table, layer, index = reading.table, draft.layer, gazetteer.index
    frame, must_lie = table.frame, layer.place == "named"
    reach = TOLERANCE_M if must_lie else REACH_M
    draft = _with_titles(draft, table)
    if must_lie or (layer.place == "near" and set(frame) & set(COMMUNE)):
        readings, told = commune_names.resolve(_plain_codes(frame), index, table.titles)
        draft = draft.with_(statements=told)
    else:
        readings = [commune_names.Reading()] * len(frame)
    certain = [r.codes[0] if len(r.codes) == 1 else None for r in readings]
    try:
        positions = locate(reading, certain, gazetteer=gazetteer, reach_m=reach, file=draft.file, must_lie=must_lie)
    except InputError as error:
        positions = Positions.unknown(len(frame))
        draft = draft.with_(faults=error.faults, unread=("lon", "lat"))
    codes = certain
    if layer.place != "free":
        codes = settle_communes([r.codes for r in readings], positions.lon, positions.lat, gazetteer=gazetteer, reach_m=reach)
        draft = draft.with_(rows=draft.rows.assign(commune_code=[code or "" for code in codes]))
    if "commune_code" not in draft.unread:
        abroad = set[int]() if must_lie else _abroad(readings, positions, gazetteer)
        draft = _tell_communes(draft, frame, readings, codes, index, abroad)
    without = [f.row for f in (*positions.faults, *reading.faults) if f.row is not None and f.level == "fault"]
    draft = draft.with_(
        rows=draft.rows.assign(lon=_written(positions.lon, positions.exact), lat=_written(positions.lat, positions.exact)),
        faults=positions.faults,
        corrected=positions.corrected,
        statements=(
            *positions.statements,
            *commune_names.counted(r.how for r in readings if len(r.codes) == 1),
            *_turned(positions, table),
        ),
        told=((row, name) for row in without for name in ("lon", "lat")),
    )
    return replace(draft, crs=positions.crs), [r.former for r in readings]


def _written(degrees: NDArray[np.float64], exact: NDArray[np.bool_]) -> list[str]:
    """Degrees as texts: as they stand in the file where they do, else to a centimetre."""
    return ["" if x != x else repr(x) if as_is else f"{x:.7f}" for x, as_is in zip(degrees.tolist(), exact.tolist(), strict=True)]


def _plain_codes(frame: pd.DataFrame) -> pd.DataFrame:
    """Codes that a program wrote as figures ("3463.0") without their decimal."""

    def plain(cell: object) -> object:
        found = _CODE_AS_FIGURE.fullmatch(cell.strip()) if isinstance(cell, str) else None
        return found.group(1) if found else cell

    return frame.assign(**{name: frame[name].map(plain) for name in _CODES if name in frame})


def _with_titles(draft: Draft, table: RawTable) -> Draft:
    """What the file calls the columns that place the rows, and their cells."""
    own, found = dict[str, str](), dict[str, pd.Series]()
    if named := next((name for name in COMMUNE if name in table.frame), None):
        own["commune_code"], found["commune_code"] = named, table.frame[named].map(as_text)
    coordinates = [name for name in _COORDINATES if name in table.frame]
    if coordinates:
        pair = coordinates[: 1 if coordinates[0] == "position" else 2]
        texts = [table.frame[name].map(as_text) for name in pair]
        own |= {"lon": pair[0], "lat": pair[-1]}
        found |= dict.fromkeys(("lon", "lat"), texts[0] if len(texts) == 1 else texts[0] + ", " + texts[1])
    return draft.with_(titles={name: table.titles.get(title, title) for name, title in own.items()}, found=found)


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
    index: CommuneIndex,
    abroad: Collection[int],
) -> Draft:
    """What is wrong with the communes of the rows, and how those were read that are not written as they are meant."""
    column, optional = draft.titles.get("commune_code", "commune"), draft.layer.place != "named"
    as_figures = pd.Series(False, index=frame.index)
    for name in _CODES:
        as_figures |= frame[name].map(_is_code_as_figure) if name in frame else False
    faults: list[Fault] = []
    corrected: list[Correction] = []
    told: list[tuple[int, str]] = []
    for i, (row, r, code, as_figure) in enumerate(zip(frame.index.tolist(), readings, codes, as_figures, strict=True)):
        if optional and not r.codes and (r.wrong is None or r.wrong.code == "blank"):
            continue
        value = None if code is not None else _words(frame, row)[:80] or None
        if i in abroad:
            faults.append(warning(draft.file, "commune_outside.rows", row=row, column=column, value=value))
            continue
        if code is None:
            told.append((row, "commune_code"))
            if not r.codes:
                faults.append(Fault(draft.file, r.wrong or said("blank.rows_commune"), row, column, value))
            elif "lon" not in draft.unread:  # else the position would decide, and it is not known yet
                faults.append(Fault(draft.file, commune_names.ambiguous(r, index), row, column, value))
        elif len(r.codes) > 1:
            corrected.append((row, "commune_code", " / ".join(r.codes), code, commune_names.decided_by_place(r)))
        elif r.how or as_figure:
            corrected.append((row, "commune_code", _words(frame, row), code, r.how or said("rows_done.code_decimal")))
    return draft.with_(faults=faults, corrected=corrected, told=told)


def _is_code_as_figure(cell: object) -> bool:
    return isinstance(cell, str) and _CODE_AS_FIGURE.fullmatch(cell.strip()) is not None


def _abroad(readings: Sequence[commune_names.Reading], positions: Positions, gazetteer: Gazetteer) -> set[int]:
    """Masts of the provinces around, by their order in the list: they lie outside, and their commune is none of this province."""
    unknown = np.array([not r.codes and (r.wrong is None or r.wrong.key != commune_names.CONTRADICTION) for r in readings], dtype=bool)
    rows = np.flatnonzero(unknown & np.isfinite(positions.lon) & np.isfinite(positions.lat))
    if not len(rows):
        return set()
    inside = gazetteer.lies_right(positions.lon[rows], positions.lat[rows], [None] * len(rows), 0.0)
    return set(rows[~inside].tolist())


def _words(frame: pd.DataFrame, row: object) -> str:
    return ", ".join(as_text(cell) for name, cell in frame.loc[row].items() if name in COMMUNE and cell not in (None, ""))[:200]


def place_faults(draft: Draft, typed: pd.DataFrame, gazetteer: Gazetteer) -> list[Fault]:
    """What the study area says to the places of the rows, whatever else is wrong with them."""
    lon, lat = typed["lon"].astype("float64"), typed["lat"].astype("float64")
    located, file = typed[lon.between(-180, 180) & lat.between(-90, 90)], draft.file
    if located.empty:
        return []
    if draft.layer.of_cells:
        found = place_sites(located, gazetteer.communes, gazetteer.crs, file, of_a_kind=EVERY_ONE)
    elif draft.layer.place == "named":
        named = located["commune_code"].isin(gazetteer.communes.index).fillna(False).astype(bool)
        found = place_villages(located[named], gazetteer.communes, gazetteer.crs, file, of_a_kind=EVERY_ONE) if named.any() else []
        found += _outside(located[~named], gazetteer, file)
    else:
        found = _far_away(located, gazetteer, file)
    return [_as_in_the_file(fault, draft) for fault in found]


def _as_in_the_file(fault: Fault, draft: Draft) -> Fault:
    column = fault.column or ""
    value = str(draft.found[column].loc[fault.row])[:80] if fault.row is not None and column in draft.found else ""
    return replace(fault, column=draft.titles.get(column, fault.column), value=value or fault.value)


def _far_off(rows: pd.DataFrame, gazetteer: Gazetteer, reach_m: float) -> pd.DataFrame:
    """Rows that lie further than so many metres outside the province."""
    return rows[~gazetteer.lies_right(rows["lon"].to_numpy(float), rows["lat"].to_numpy(float), [None] * len(rows), reach_m)]


def _outside(rows: pd.DataFrame, gazetteer: Gazetteer, file: str) -> list[Fault]:
    """Villages outside the province whose commune is not known."""
    off = _far_off(rows, gazetteer, TOLERANCE_M)
    away_m = shapely.distance(gazetteer.metric(off["lon"].to_numpy(float), off["lat"].to_numpy(float)), gazetteer.province)
    return [
        fault(file, "outside_province.rows", row=int(row), column="lon", name=name, km=metres / 1000)
        for row, name, metres in zip(off.index, off["name"], away_m.tolist(), strict=True)
    ]


def _far_away(rows: pd.DataFrame, gazetteer: Gazetteer, file: str) -> list[Fault]:
    off = _far_off(rows, gazetteer, FAR_SITE_M)
    return [warning(file, "far_away.rows", n=len(off), km=FAR_SITE_M / 1000, first=int(off.index[0]))] if len(off) else []
