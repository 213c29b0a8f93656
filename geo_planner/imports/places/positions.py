"""Rows to longitude and latitude: columns read, system chosen, axes put right, communes that only the place can tell."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault, InputError, fault, warning
from geo_planner.imports.draft import Correction
from geo_planner.imports.grid import RawTable, as_text
from geo_planner.imports.naming import either, title_of, titles_told
from geo_planner.imports.places.coordinates import both_numbers, split_pairs
from geo_planner.imports.places.crs_choice import Fit, Listed, candidates, choose
from geo_planner.imports.places.gazetteer import Gazetteer
from geo_planner.imports.places.vn2000 import WGS84, System
from geo_planner.letters import holds_other_digits
from geo_planner.study_area.places import FAR_SITE_M
from geo_planner.words import Label, Said, said

if TYPE_CHECKING:
    from geo_planner.imports.reading import Reading


Array = NDArray[np.float64]
_DISAGREE_M = 100.0
_LOST_SIGN = re.compile(r"\d{9,17}")
"""More figures than metres have: degrees whose decimal sign a spreadsheet took for one of thousands."""
_APART_DEG = 0.05
"""Two systems that put a row this close to each other are no explanation for a row that lies wrong."""


@dataclass(frozen=True, slots=True)
class Positions:
    """Longitude and latitude of WGS84 by row, NaN where there is none.

    Attributes
    ----------
    lon, lat : arrays
    exact : array of bool
        Whether the numbers stand in the file as they are.
    crs : str
        The system of the list, for the provenance.
    corrected : sequence of (row, column, was, became, why)
    faults : sequence of Fault
        By row; rows without a position have one.
    statements : sequence of Said
    """

    lon: Array
    lat: Array
    exact: NDArray[np.bool_]
    crs: str = ""
    corrected: Sequence[Correction] = ()
    faults: Sequence[Fault] = ()
    statements: Sequence[Said] = ()

    @classmethod
    def unknown(cls, rows: int) -> Positions:
        """No position for any of so many rows."""
        return cls(np.full(rows, np.nan), np.full(rows, np.nan), np.zeros(rows, dtype=bool))


def locate(
    reading: Reading, codes: Sequence[str | None], *, gazetteer: Gazetteer, reach_m: float, file: str, must_lie: bool = True
) -> Positions:
    """Positions of all rows.

    Parameters
    ----------
    reading : Reading
    codes : sequence of str or None
        Commune of each row where it is certain.
    gazetteer : Gazetteer
    reach_m : float
        How far outside its commune (or the province) a row may lie when the system is judged.
    file : str
    must_lie : bool
        Whether a row must lie in the place that it names, as villages must; sites may stand outside the province.

    Raises
    ------
    InputError
        When there are no coordinates or their system is not certain.
    """
    table, frame, rows = reading.table, reading.table.frame, len(reading.table.frame)
    pairs = coordinate_columns(frame)
    if not pairs:
        raise _no_coordinates(table, file)
    result = Positions.unknown(rows)
    wrong_cells: dict[int, tuple[str, str]] = {}
    nowhere = np.zeros(rows, dtype=bool)
    for pair in pairs:
        first, second, both_wrong, said_of_figures = both_numbers(*halves(frame, pair))
        foreign = sum(isinstance(cell, str) and holds_other_digits(cell) for name in pair for cell in frame[name])
        if foreign:
            said_of_figures = [*said_of_figures, said("rows_told.coordinate_digits", n=foreign)]
        zero = (first == 0) & (second == 0)
        nowhere |= zero
        for name, wrong in zip((pair[0], pair[-1]), both_wrong, strict=True):
            for i in np.flatnonzero(wrong).tolist():
                wrong_cells.setdefault(i, (name, as_text(frame[name].iloc[i])[:80]))
        listed = Listed(
            np.where(zero, np.nan, first), np.where(zero, np.nan, second), np.array(codes, dtype=object), gazetteer, reach_m, file
        )
        result = replace(result, statements=(*result.statements, *said_of_figures))
        if (np.isfinite(listed.first) & np.isfinite(listed.second)).any():
            found = _of_one_pair(listed, pair, reading, must_lie=must_lie, again=bool(result.crs))
            result = _joined(result, found, file, table.titles.get(pair[0], pair[0]))
    already = {fault.row for fault in (*reading.faults, *result.faults)} - {None}
    missing = _missing(result, wrong_cells, nowhere, table, pairs[0], file)
    return replace(result, faults=(*result.faults, *(fault for fault in missing if fault.row not in already)))


def coordinate_columns(frame: pd.DataFrame) -> list[tuple[str, ...]]:
    """The columns that hold coordinates, the best first: a pair, or one that holds both."""
    columns: tuple[tuple[str, ...], ...] = (("lon", "lat"), ("x", "y"), ("position",))
    return [pair for pair in columns if set(pair) <= set(frame)]


def halves(frame: pd.DataFrame, pair: Sequence[str]) -> tuple[pd.Series, pd.Series]:
    """The cells of both coordinates."""
    return (frame[pair[0]], frame[pair[1]]) if len(pair) == 2 else split_pairs(frame[pair[0]])


def _no_coordinates(table: RawTable, file: str) -> InputError:
    half = next((name for name in ("lon", "lat", "x", "y") if name in table.frame), None)
    if half:
        return InputError([fault(file, "no_coordinates.rows_half", title=title_of(table.titles.get(half, half)))])
    return InputError([fault(file, "no_coordinates.rows", titles=titles_told(table.titles.values()))])


def _of_one_pair(rows: Listed, pair: Sequence[str], reading: Reading, *, must_lie: bool, again: bool) -> Positions:
    """Positions from one pair of columns; rows that are written otherwise than the list are turned or told."""
    table, stated = reading.table, reading.stated
    filled = np.isfinite(rows.first) & np.isfinite(rows.second)
    if stated is not None and again and stated.degrees != bool(np.median(np.abs(rows.first[filled])) <= 180):
        stated = None  # the second pair of columns is in another system than the one that was stated for the first
    fit, told = choose(
        rows.of(filled),
        stated=stated,
        how=reading.how,
        titles=[table.titles.get(name, "") for name in pair],
        context=table.context,
        what=said("rows_where.columns", titles=[title_of(table.titles.get(name, name)) for name in pair]),
    )
    lon, lat = np.full(len(filled), np.nan), np.full(len(filled), np.nan)
    lon[filled], lat[filled] = fit.of(rows.of(filled))
    turned, lon, lat = _turned(rows, fit, lon, lat)
    strange = _in_other_systems(rows, fit, lon, lat, must_lie=must_lie)
    lon[list(strange)] = lat[list(strange)] = np.nan
    index, system = table.frame.index, fit.system
    title = table.titles.get(pair[0], pair[0])
    return Positions(
        lon,
        lat,
        np.full(len(lon), system.code == WGS84.code),
        f"{system.code} ({system.name})",
        [(int(index[i]), pair[0], _as_written(rows, i), f"{lon[i]:.7f}, {lat[i]:.7f}", said("rows_done.swapped")) for i in turned.tolist()],
        [
            fault(
                rows.file,
                "another_system.rows",
                row=int(index[i]),
                column=title,
                value=_as_written(rows, i),
                fits=either(systems),
                system=system.named,
            )
            for i, systems in strange.items()
        ],
        told,
    )


def _as_written(rows: Listed, i: int) -> str:
    return f"{rows.first[i]:.10g}, {rows.second[i]:.10g}"


def _joined(result: Positions, found: Positions, file: str, title: str) -> Positions:
    """Positions of a further pair of columns, where none is there yet; what two pairs say differently is told."""
    there = np.isfinite(found.lon) & np.isfinite(found.lat)
    free, both = np.isnan(result.lon) & there, np.isfinite(result.lon) & np.isfinite(found.lon)
    faults = [*result.faults, *found.faults]
    if both.any():
        east, north = (result.lon - found.lon) * np.cos(np.radians(found.lat)), result.lat - found.lat
        apart_m = float(np.median(np.hypot(east, north)[both] * 111_195))
        if apart_m > _DISAGREE_M:
            key = "positions_disagree.rows_datum" if 190 < apart_m < 250 else "positions_disagree.rows"
            faults.append(warning(file, key, column=title, metres=apart_m))
    return Positions(
        np.where(free, found.lon, result.lon),
        np.where(free, found.lat, result.lat),
        result.exact | (free & found.exact),
        result.crs or found.crs,
        [*result.corrected, *found.corrected],
        faults,
        [*result.statements, *found.statements],
    )


def _missing(
    result: Positions,
    wrong_cells: Mapping[int, tuple[str, str]],
    nowhere: NDArray[np.bool_],
    table: RawTable,
    pair: Sequence[str],
    file: str,
) -> Iterator[Fault]:
    """A fault for every row without a position on the earth, at the cell that lacks it and with a cell of the same column as example."""
    frame, titles = table.frame, table.titles
    sane = np.isfinite(result.lon) & np.isfinite(result.lat) & (np.abs(result.lon) <= 180) & (np.abs(result.lat) <= 90)
    good = np.flatnonzero(sane)
    for i in np.flatnonzero(~sane).tolist():
        row, at = int(frame.index[i]), pair[0]
        blank = [name for name in dict.fromkeys((pair[0], pair[-1])) if not as_text(frame[name].iloc[i]).strip()]
        kind, value, facts = "rows_zero" if nowhere[i] else "rows_blank", None, dict[str, Any]()
        if i in wrong_cells:
            at, value = wrong_cells[i]
            kind = "rows_lost_sign" if _LOST_SIGN.fullmatch(value) else "rows_no_number"
        elif len(pair) == 2 and len(blank) == 1:
            at = blank[0]
            other = pair[1] if at == pair[0] else pair[0]
            kind, facts = "rows_half", {"other": title_of(titles.get(other, other))}
        example = as_text(frame[at].iloc[good[0]]).strip()[:40] if len(good) else ""
        if example:
            is_figure = isinstance(frame[at].iloc[good[0]], float)  # it has no sign of its own in the list
            shown = Label(example, example.replace(".", ",") if is_figure else example, example)
            kind, facts = f"{kind}_as", facts | {"example": shown, "like": int(frame.index[good[0]])}
        yield fault(file, f"coordinates.{kind}", row=row, column=titles.get(at, at), value=value, **facts)


def _turned(rows: Listed, fit: Fit, lon: Array, lat: Array) -> tuple[NDArray[np.intp], Array, Array]:
    """Rows whose two values stand in each other's place, where the place then agrees, and the positions with these put right."""
    filled = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    off = filled[~rows.of(filled).right(lon[filled], lat[filled])]
    if not len(off):
        return off, lon, lat
    new_lon, new_lat = Fit(fit.system, not fit.swapped, 0, 0).of(rows.of(off))
    right = rows.of(off).right(new_lon, new_lat)
    lon, lat = lon.copy(), lat.copy()
    lon[off[right]], lat[off[right]] = new_lon[right], new_lat[right]
    return off[right], lon, lat


def _in_other_systems(rows: Listed, fit: Fit, lon: Array, lat: Array, *, must_lie: bool) -> dict[int, list[Said]]:
    """Rows that lie wrong in the system of the list and right in another one, with the systems in which they do."""
    filled = np.flatnonzero(np.isfinite(rows.first) & np.isfinite(rows.second))
    off = filled[~rows.of(filled).right(lon[filled], lat[filled])]
    if not len(off):
        return {}
    near = dict(zip(off.tolist(), rows.gazetteer.lies_right(lon[off], lat[off], [None] * len(off), FAR_SITE_M).tolist(), strict=True))
    others = _fitting(rows, fit, lon, lat, off)
    return {
        i: list(dict.fromkeys(system.named for system in others[i][:3]))
        for i in near
        # A mast may stand outside the province, and any zone puts a point somewhere: near by, only a named commune proves another zone.
        if i in others and not (near[i] and others[i][0].degrees == fit.system.degrees and (not must_lie or rows.codes[i] is None))
    }


def _fitting(rows: Listed, fit: Fit, lon: Array, lat: Array, off: NDArray[np.intp]) -> dict[int, list[System]]:
    """The systems in which the rows `off` would lie right."""
    found: dict[int, list[System]] = {}
    in_degrees = (np.abs(rows.first[off]) <= 180) & (np.abs(rows.second[off]) <= 180)
    for at, systems in ((off[in_degrees], [WGS84]), (off[~in_degrees], candidates(rows.of(off[~in_degrees])))):
        for system in systems if len(at) else ():
            for swapped in (False, True):
                x, y = Fit(system, swapped, 0, 0).of(rows.of(at))
                # Written so that a place that is none (infinite in the list's own system) counts as far away.
                apart = ~(np.hypot(x - lon[at], y - lat[at]) < _APART_DEG)
                right = rows.of(at).right(x, y) & apart
                for i in at[right].tolist() if system.code != fit.system.code else ():
                    found.setdefault(i, []).append(system)
    return found


def settle_communes(
    options: Sequence[tuple[str, ...]], lon: Array, lat: Array, *, gazetteer: Gazetteer, reach_m: float
) -> list[str | None]:
    """The one commune of several readings in which the row lies; None where the place does not decide."""
    settled: list[str | None] = [codes[0] if len(codes) == 1 else None for codes in options]
    for reach in (0.0, reach_m):
        open_rows = [i for i, codes in enumerate(options) if settled[i] is None and len(codes) > 1]
        inside: dict[int, list[str]] = {}
        for code in sorted({code for i in open_rows for code in options[i] if code in gazetteer.shapes}):
            rows = np.array([i for i in open_rows if code in options[i]], dtype=int)
            for i in rows[gazetteer.lies_right(lon[rows], lat[rows], [code] * len(rows), reach)].tolist():
                inside.setdefault(i, []).append(code)
        for i, codes_there in inside.items():
            if len(codes_there) == 1:
                settled[i] = codes_there[0]
    return settled
