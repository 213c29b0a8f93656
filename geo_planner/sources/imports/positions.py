"""Rows to longitude and latitude: columns read, system chosen, axes put right, communes that only the place can tell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault
from geo_planner.sources.imports.area import Area
from geo_planner.sources.imports.coordinates import numbers, pairs
from geo_planner.sources.imports.crs_choice import Fit, choose
from geo_planner.sources.imports.files import refuse
from geo_planner.sources.imports.grid import as_text
from geo_planner.sources.imports.layout import RawTable
from geo_planner.sources.imports.vn2000 import System

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
    statements : list of str
    """

    lon: Array
    lat: Array
    exact: NDArray[np.bool_]
    crs: str = ""
    corrected: list[tuple[int, str, str, str, str]] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    statements: list[str] = field(default_factory=list)


def locate(
    table: RawTable, codes: Sequence[str | None], *, area: Area, reach_m: float, stated: System | None, how: str, file: str
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
    how, file : str

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
        reason = (
            f"there is only one of the two coordinate columns ({table.titles.get(half[0])!r})"
            if half
            else "no column holds the coordinates"
        )
        raise refuse(
            file,
            reason,
            'Name them: --map "TITLE=lon" --map "TITLE=lat" (degrees), --map "TITLE=x" --map "TITLE=y" (metres) or --map "TITLE=position" (both in one cell).',
            "no_coordinates",
        )
    wrong_cells: dict[int, tuple[str, str]] = {}
    for pair in (*columns, *([("position",)] if "position" in frame else [])):
        if len(pair) == 2:
            first, wrong_first = numbers(frame[pair[0]])
            second, wrong_second = numbers(frame[pair[1]])
        else:
            first, second, wrong_first = pairs(frame["position"])
            wrong_second = wrong_first
        for name, wrong in zip((pair[0], pair[-1]), (wrong_first, wrong_second), strict=True):
            for i in np.flatnonzero(wrong):
                wrong_cells.setdefault(int(i), (name, as_text(frame[name].iloc[i])[:80]))
        _add(result, table, pair, first, second, codes, area=area, reach_m=reach_m, stated=stated, how=how, file=file)
    _tell_missing(result, frame, wrong_cells, columns[0][0] if columns else "position", table, file)
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
    how: str,
    file: str,
) -> None:
    """Positions from one pair of columns, where none is there yet; what two pairs say differently is told."""
    filled = np.isfinite(first) & np.isfinite(second)
    if not filled.any():
        return
    degrees = bool(np.median(np.abs(first[filled])) <= 180)
    if stated is not None and result.crs and stated.degrees != degrees:
        stated = None  # the second pair of columns is in another system than the one that was stated for the first
    what = " and ".join(f"{table.titles.get(name, name)!r}" for name in pair)
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
        what=f"Coordinates in {what}",
    )
    result.statements += told
    result.crs = result.crs or f"{fit.system.code} ({fit.system.name})"
    lon, lat = np.full(len(first), np.nan), np.full(len(first), np.nan)
    lon[filled], lat[filled] = fit.degrees(first[filled], second[filled])
    _turn_swapped_rows(result, table, pair, fit, first, second, lon, lat, codes, area, reach_m)
    free = np.isnan(result.lon) & np.isfinite(lon) & np.isfinite(lat)
    both = np.isfinite(result.lon) & np.isfinite(lon)
    if both.any():
        apart = np.hypot((result.lon - lon) * np.cos(np.radians(lat)), result.lat - lat)[both] * 111_195
        if np.median(apart) > _DISAGREE_M:
            hint = ", as when the datum shift of VN-2000 was forgotten" if 190 < np.median(apart) < 250 else ""
            result.faults.append(
                Fault(
                    file,
                    f"the two positions of a row lie {np.median(apart):.0f} m apart (median){hint}; the first pair of columns is used",
                    "Find out which of the two is right.",
                    column=pair[0],
                    level="warning",
                    code="positions_disagree",
                )
            )
    result.exact |= free & (fit.system.code == "EPSG:4326")
    result.lon, result.lat = np.where(free, lon, result.lon), np.where(free, lat, result.lat)


def _turn_swapped_rows(
    result: Positions,
    table: RawTable,
    pair: Sequence[str],
    fit: Fit,
    first: Array,
    second: Array,
    lon: Array,
    lat: Array,
    codes: Sequence[str | None],
    area: Area,
    reach_m: float,
) -> None:
    """Single rows whose two values stand in each other's place: put right where the place then agrees, and told."""
    off = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    off = np.asarray(off, dtype=int)
    off = off[~area.lies_right(lon[off], lat[off], [codes[i] for i in off.tolist()], reach_m)]
    if not len(off):
        return
    turned = Fit(fit.system, not fit.swapped, 0, 0)
    new_lon, new_lat = turned.degrees(first[off], second[off])
    right = area.lies_right(new_lon, new_lat, [codes[i] for i in off.tolist()], reach_m)
    for i, x, y in zip(off[right].tolist(), new_lon[right].tolist(), new_lat[right].tolist(), strict=True):
        was = f"{first[i]:.10g}, {second[i]:.10g}"
        result.corrected.append(
            (int(table.frame.index[i]), pair[0], was, f"{x:.7f}, {y:.7f}", "the two coordinates stood in each other's place")
        )
        lon[i], lat[i] = x, y


def _tell_missing(
    result: Positions, frame: pd.DataFrame, wrong_cells: dict[int, tuple[str, str]], column: str, table: RawTable, file: str
) -> None:
    sane = np.isfinite(result.lon) & np.isfinite(result.lat) & (np.abs(result.lon) <= 180) & (np.abs(result.lat) <= 90)
    for i in np.flatnonzero(~sane).tolist():
        row = int(frame.index[i])
        if i in wrong_cells:
            name, value = wrong_cells[i]
            result.faults.append(
                Fault(
                    file,
                    "the coordinate is not a number, nor degrees, minutes and seconds",
                    "Write it as 102,54105 or 102°32'27.8\" or in metres.",
                    row=row,
                    column=table.titles.get(name, name),
                    value=value,
                    code="coordinates",
                )
            )
        else:
            result.faults.append(
                Fault(
                    file,
                    "the coordinates are blank or off the earth",
                    "Fill both in.",
                    row=row,
                    column=table.titles.get(column, column),
                    code="coordinates",
                )
            )


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
