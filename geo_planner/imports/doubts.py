"""Rows that are possible and look wrong: told as warnings, taken as they are."""

from __future__ import annotations

import re

import pandas as pd

from geo_planner.errors import Fault, warning
from geo_planner.imports.draft import Draft
from geo_planner.study_area.checks import doubtful_figures
from geo_planner.words import first_of

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
    found = [
        warning(file, "same_point.rows", row=rows[0], column=column, n=len(rows), rows=first_of(rows, _LISTED)) for rows in groups[:_LISTED]
    ]
    if len(groups) > _LISTED:
        found.append(warning(file, "same_point.rows_more", column=column, n=len(groups) - _LISTED))
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
    return [warning(file, "coarse_position.rows", column=draft.titles.get("lon"), n=len(coarse), first=coarse[0])]
