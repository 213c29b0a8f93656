"""Rows that are possible and look wrong: told as warnings, taken as they are."""

from __future__ import annotations

import re

import pandas as pd

from geo_planner.errors import Fault, prose_fault
from geo_planner.sources.household_figures import doubtful_figures
from geo_planner.sources.imports.draft import Draft

_COARSE = re.compile(r"-?\d{1,3}(?:[.,]\d{0,2})?")
_LISTED = 10


def doubts(draft: Draft, typed: pd.DataFrame, layer: str, file: str) -> list[Fault]:
    """Warnings on figures that contradict each other and on positions that cannot be those of the places.

    Parameters
    ----------
    draft : Draft
    typed : DataFrame
        The same rows with figures as numbers, index the row of the file.
    layer : str
    file : str
    """
    found = _coarse(draft, typed, file)
    if layer == "villages":
        found += [*doubtful_figures(typed, file, draft.titles), *_same_point(draft, typed, file)]
    return found


def _same_point(draft: Draft, typed: pd.DataFrame, file: str) -> list[Fault]:
    """Villages with one position are often given that of their commune's office."""
    placed = typed[typed["lon"].notna() & typed["lat"].notna()].drop_duplicates("village_id")
    together = placed[placed.duplicated(["lon", "lat"], keep=False)]
    groups = [[int(row) for row in rows] for rows in together.groupby(["lon", "lat"], sort=False).groups.values()]
    column = draft.titles.get("lon", "lon")
    remedy = "Give each village its own position, for instance that of its nhà văn hoá."
    found = [
        prose_fault(
            file,
            f"{len(rows)} villages stand at one and the same point: rows {', '.join(map(str, rows[:_LISTED]))}{' …' if len(rows) > _LISTED else ''}",
            remedy,
            row=rows[0],
            column=column,
            level="warning",
            code="same_point",
        )
        for rows in groups[:_LISTED]
    ]
    if len(groups) > _LISTED:
        reason = f"at {len(groups) - _LISTED} further points several villages stand together"
        found.append(prose_fault(file, reason, remedy, column=column, level="warning", code="same_point"))
    return found


def _coarse(draft: Draft, typed: pd.DataFrame, file: str) -> list[Fault]:
    """Degrees with two decimals or fewer."""
    if "lon" not in draft.found or not draft.rows["lon"].any():
        return []
    texts = draft.found["lon"].reindex(typed.index[typed["lon"].notna() & typed["lat"].notna()])
    coarse = [
        int(row)
        for row, text in texts.items()
        if isinstance(text, str) and len(halves := re.split(r";\s*|,\s+", text)) == 2 and all(_COARSE.fullmatch(half) for half in halves)
    ]
    if not coarse:
        return []
    reason = f"the degrees of {len(coarse)} rows have two decimals or fewer: they are good to a kilometre at best (first: row {coarse[0]})"
    return [
        prose_fault(file, reason, "Give them with five decimals.", column=draft.titles.get("lon"), level="warning", code="coarse_position")
    ]
