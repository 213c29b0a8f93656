"""Single rows of a list that are written otherwise than the list: axes exchanged, or another coordinate system."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_planner.errors import Fault, fault
from geo_planner.imports.area import Area
from geo_planner.imports.crs_choice import Fit, candidates
from geo_planner.imports.naming import either
from geo_planner.imports.vn2000 import WGS84
from geo_planner.study_area.places import FAR_SITE_M
from geo_planner.words import Said, said

_APART_DEG = 0.05
"""Two systems that put a row this close to each other are no explanation for a row that lies wrong."""
Array = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Listed:
    """Two columns of coordinates with what the rows say of their places."""

    index: pd.Index
    title: str
    column: str
    first: Array
    second: Array
    codes: Sequence[str | None]
    area: Area
    reach_m: float

    def right(self, lon: Array, lat: Array, at: NDArray[np.intp]) -> NDArray[np.bool_]:
        """Which of the rows `at` lie in the place that they name."""
        return self.area.lies_right(lon, lat, [self.codes[i] for i in at.tolist()], self.reach_m)


def turn_swapped_rows(rows: Listed, fit: Fit, lon: Array, lat: Array) -> list[tuple[int, str, str, str, Said]]:
    """Put rows right in `lon` and `lat` whose two values stand in each other's place, where the place then agrees; returns what was done."""
    filled = np.flatnonzero(np.isfinite(lon) & np.isfinite(lat))
    off = filled[~rows.right(lon[filled], lat[filled], filled)]
    if not len(off):
        return []
    new_lon, new_lat = Fit(fit.system, not fit.swapped, 0, 0).degrees(rows.first[off], rows.second[off])
    right = rows.right(new_lon, new_lat, off)
    told = []
    for i, x, y in zip(off[right].tolist(), new_lon[right].tolist(), new_lat[right].tolist(), strict=True):
        was = f"{rows.first[i]:.10g}, {rows.second[i]:.10g}"
        told.append((int(rows.index[i]), rows.column, was, f"{x:.7f}, {y:.7f}", said("rows_done.swapped")))
        lon[i], lat[i] = x, y
    return told


def tell_other_systems(rows: Listed, fit: Fit, lon: Array, lat: Array, *, file: str, must_lie: bool) -> list[Fault]:
    """Rows that lie wrong in the system of the list and right in another one: a fault, and no position for them."""
    filled = np.flatnonzero(np.isfinite(rows.first) & np.isfinite(rows.second))
    off = filled[~rows.right(lon[filled], lat[filled], filled)]
    if not len(off):
        return []
    others = _fitting(rows, fit, lon, lat, off)
    near = rows.area.lies_right(lon[off], lat[off], [None] * len(off), FAR_SITE_M)
    faults = []
    for i, is_near in zip(off.tolist(), near.tolist(), strict=True):
        if i not in others:
            continue
        of_another_kind = others[i][0].system.degrees != fit.system.degrees
        # A mast may stand outside the province, and any zone puts a point somewhere: near by, only a named commune proves another zone.
        if is_near and not of_another_kind and (not must_lie or rows.codes[i] is None):
            continue
        fitting = either(list(dict.fromkeys(other.system.named for other in others[i][:3])))
        value = f"{rows.first[i]:.10g}, {rows.second[i]:.10g}"
        faults.append(
            fault(
                file, "another_system.rows", row=int(rows.index[i]), column=rows.title, value=value, fits=fitting, system=fit.system.named
            )
        )
        lon[i] = lat[i] = np.nan
    return faults


def _fitting(rows: Listed, fit: Fit, lon: Array, lat: Array, off: NDArray[np.intp]) -> dict[int, list[Fit]]:
    """The systems in which the rows `off` would lie right."""
    found: dict[int, list[Fit]] = {}
    in_degrees = (np.abs(rows.first[off]) <= 180) & (np.abs(rows.second[off]) <= 180)
    for at, systems in (
        (off[in_degrees], [WGS84]),
        (off[~in_degrees], candidates(rows.first[off[~in_degrees]], rows.second[off[~in_degrees]], rows.area)),
    ):
        for system in systems if len(at) else ():
            for swapped in (False, True):
                trial = Fit(system, swapped, 0, 0)
                x, y = trial.degrees(rows.first[at], rows.second[at])
                # Written so that a place that is none (infinite in the list's own system) counts as far away.
                apart = ~(np.hypot(x - lon[at], y - lat[at]) < _APART_DEG)
                right = rows.right(x, y, at) & apart
                for i in at[right].tolist() if system.code != fit.system.code else ():
                    found.setdefault(i, []).append(trial)
    return found
