"""Rows to longitude and latitude: columns read, system chosen, axes put right, communes that only the place can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault, InputError, fault, warning
from geo_planner.imports.area import Area
from geo_planner.imports.coordinates import both_numbers, split_pairs
from geo_planner.imports.crs_choice import choose
from geo_planner.imports.grid import as_text
from geo_planner.imports.layout.data_rows import RawTable
from geo_planner.imports.misplaced_rows import Listed, tell_other_systems, turn_swapped_rows
from geo_planner.imports.naming import title_of
from geo_planner.imports.saying import titles_told
from geo_planner.imports.vn2000 import System
from geo_planner.letters import holds_other_digits
from geo_planner.words import Said, said

Array = NDArray[np.float64]
_DISAGREE_M = 100.0


@dataclass(slots=True)
class Positions:
    """Longitude and latitude of WGS84 by row, NaN where there is none.

    Attributes
    ----------
    lon, lat : arrays
    exact : array of bool
        Whether the numbers stand in the file as they are.
    crs : str
        The system of the list, for the provenance.
    corrected : list of (row, column, was, became, why)
    faults : list of Fault
        By row; rows without a position have one.
    statements : list of Said
    """

    lon: Array
    lat: Array
    exact: NDArray[np.bool_]
    crs: str = ""
    corrected: list[tuple[int, str, str, str, Said]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    statements: list[Said] = field(default_factory=list)


def locate(
    table: RawTable,
    codes: Sequence[str | None],
    *,
    area: Area,
    reach_m: float,
    stated: System | None,
    how: Said | None,
    file: str,
    told: frozenset[int] = frozenset(),
    must_lie: bool = True,
) -> Positions:
    """Positions of all rows.

    Parameters
    ----------
    table : RawTable
    codes : sequence of str or None
        Commune of each row where it is certain.
    area : Area
    reach_m : float
        How far outside its commune (or the province) a row may lie when the system is judged.
    stated : System or None
    how : Said or None
        Who states it.
    file : str
    told : frozenset of int
        Rows whose missing position has a fault already.
    must_lie : bool
        Whether a row must lie in the place that it names, as villages must; sites may stand outside the province.

    Raises
    ------
    InputError
        When there are no coordinates or their system is not certain.
    """
    frame, rows = table.frame, len(table.frame)
    result = Positions(np.full(rows, np.nan), np.full(rows, np.nan), np.zeros(rows, dtype=bool))
    columns = [pair for pair in (("lon", "lat"), ("x", "y")) if set(pair) <= set(frame)]
    half = [name for pair in (("lon", "lat"), ("x", "y")) for name in pair if len(set(pair) & set(frame)) == 1 and name in frame]
    if "position" not in frame and not columns:
        if half:
            raise InputError([fault(file, "no_coordinates.rows_half", title=title_of(table.titles.get(half[0], half[0])))])
        raise InputError([fault(file, "no_coordinates.rows", titles=titles_told(table.titles.values()))])
    wrong_cells: dict[int, tuple[str, str]] = {}
    nowhere = np.zeros(rows, dtype=bool)
    for pair in (*columns, *([("position",)] if "position" in frame else [])):
        halves = (frame[pair[0]], frame[pair[1]]) if len(pair) == 2 else split_pairs(frame["position"])
        first, second, both_wrong, grouped = both_numbers(*halves)
        result.statements += grouped
        foreign = sum(isinstance(cell, str) and holds_other_digits(cell) for name in pair for cell in frame[name])
        if foreign:
            result.statements.append(said("rows_told.coordinate_digits", n=foreign))
        zero = (first == 0) & (second == 0)
        nowhere |= zero
        first, second = np.where(zero, np.nan, first), np.where(zero, np.nan, second)
        for name, wrong in zip((pair[0], pair[-1]), both_wrong, strict=True):
            for i in np.flatnonzero(wrong):
                wrong_cells.setdefault(int(i), (name, as_text(frame[name].iloc[i])[:80]))
        _add(result, table, pair, first, second, codes, area=area, reach_m=reach_m, stated=stated, how=how, file=file, must_lie=must_lie)
    already = told | {fault.row for fault in result.faults if fault.row is not None}
    _tell_missing(result, frame, wrong_cells, nowhere, columns[0][0] if columns else "position", table, file, already)
    return result


def _add(
    result: Positions,
    table: RawTable,
    pair: Sequence[str],
    first: Array,
    second: Array,
    codes: Sequence[str | None],
    *,
    area: Area,
    reach_m: float,
    stated: System | None,
    how: Said | None,
    file: str,
    must_lie: bool,
) -> None:
    """Positions from one pair of columns, where none is there yet; what two pairs say differently is told."""
    filled = np.isfinite(first) & np.isfinite(second)
    if not filled.any():
        return
    degrees = bool(np.median(np.abs(first[filled])) <= 180)
    if stated is not None and result.crs and stated.degrees != degrees:
        stated = None  # the second pair of columns is in another system than the one that was stated for the first
    what = said("rows_where.columns", titles=[title_of(table.titles.get(name, name)) for name in pair])
    some = [code for code, is_filled in zip(codes, filled, strict=True) if is_filled]
    own = [table.titles.get(name, "") for name in pair]
    fit, told = choose(
        first[filled],
        second[filled],
        some,
        area=area,
        reach_m=reach_m,
        stated=stated,
        how=how,
        titles=own,
        context=table.context,
        file=file,
        what=what,
    )
    result.statements += told
    result.crs = result.crs or f"{fit.system.code} ({fit.system.name})"
    lon, lat = np.full(len(first), np.nan), np.full(len(first), np.nan)
    lon[filled], lat[filled] = fit.degrees(first[filled], second[filled])
    list_ = Listed(table.frame.index, table.titles.get(pair[0], pair[0]), pair[0], first, second, codes, area, reach_m)
    result.corrected += turn_swapped_rows(list_, fit, lon, lat)
    result.faults += tell_other_systems(list_, fit, lon, lat, file=file, must_lie=must_lie)
    free = np.isnan(result.lon) & np.isfinite(lon) & np.isfinite(lat)
    both = np.isfinite(result.lon) & np.isfinite(lon)
    if both.any():
        apart = np.hypot((result.lon - lon) * np.cos(np.radians(lat)), result.lat - lat)[both] * 111_195
        if np.median(apart) > _DISAGREE_M:
            key = "positions_disagree.rows_datum" if 190 < np.median(apart) < 250 else "positions_disagree.rows"
            result.faults.append(warning(file, key, column=table.titles.get(pair[0], pair[0]), metres=float(np.median(apart))))
    result.exact |= free & (fit.system.code == "EPSG:4326")
    result.lon, result.lat = np.where(free, lon, result.lon), np.where(free, lat, result.lat)


def _tell_missing(
    result: Positions,
    frame: pd.DataFrame,
    wrong_cells: dict[int, tuple[str, str]],
    nowhere: NDArray[np.bool_],
    column: str,
    table: RawTable,
    file: str,
    told: frozenset[int] | set[int],
) -> None:
    sane = np.isfinite(result.lon) & np.isfinite(result.lat) & (np.abs(result.lon) <= 180) & (np.abs(result.lat) <= 90)
    for i in np.flatnonzero(~sane).tolist():
        row = int(frame.index[i])
        if row in told:
            continue
        if i in wrong_cells:
            name, value = wrong_cells[i]
            result.faults.append(fault(file, "coordinates.rows_no_number", row=row, column=table.titles.get(name, name), value=value))
        else:
            key = "coordinates.rows_zero" if nowhere[i] else "coordinates.rows_blank"
            result.faults.append(fault(file, key, row=row, column=table.titles.get(column, column)))


def settle_communes(options: Sequence[tuple[str, ...]], lon: Array, lat: Array, *, area: Area, reach_m: float) -> list[str | None]:
    """The one commune of several readings in which the row lies; None where the place does not decide."""
    settled: list[str | None] = [codes[0] if len(codes) == 1 else None for codes in options]
    for reach in (0.0, reach_m):
        open_rows = [i for i, codes in enumerate(options) if settled[i] is None and len(codes) > 1]
        inside: dict[int, list[str]] = {}
        for code in sorted({code for i in open_rows for code in options[i] if code in area.shapes}):
            rows = np.array([i for i in open_rows if code in options[i]], dtype=int)
            for i in rows[area.lies_right(lon[rows], lat[rows], [code] * len(rows), reach)].tolist():
                inside.setdefault(i, []).append(code)
        for i, codes_there in inside.items():
            if len(codes_there) == 1:
                settled[i] = codes_there[0]
    return settled
