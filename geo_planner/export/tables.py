"""A plan as tables for people and for scripts: which columns, in which order, under which titles.

The spreadsheets, the csv, the vector layers and the app all take their village table from here.
"""

from __future__ import annotations

import math
import numbers
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner import schema
from geo_planner.plan import Plan
from geo_planner.words import Language, said, word, words_of

Cell = bool | int | float | str | None

JOINER = "; "
_MOST_IDS = 20

# What decides comes first; the other columns follow in the order of the schema, then those that only the user's file has.
_LEADING = (
    "rank", "village_id", "name", "commune_name", "commune_code", "responsibility", "responsibility_reason", "score", "tied_with",
    "rank_in_group", "declared_status", "modelled_status", "measured_status",
)  # fmt: skip

LIST_COLUMNS = (
    "rank", "village_id", "name", "commune_name", "households", "responsibility", "declared_status", "modelled_status", "measured_status",
    "score", "tied_with", "rsrp_dbm", "coverage_probability", "nearest_site_km", "missing", "flags",
)  # fmt: skip
"""Columns of the priority list as a planner reads it."""

GROUP_COLUMNS = ("rank_in_group", *LIST_COLUMNS[:5], "responsibility_reason", *LIST_COLUMNS[6:])
"""The same for the villages of one responsibility, with the ground for it or the question that is open."""

# The facts of the commune that a plan adds to its villages are declared with the communes; where two layers share a name, the
# last one titles it.
_DECLARED = {c.name: c for layer in (schema.COMMUNES, schema.VILLAGES, schema.RESULTS) for c in layer.columns}
_OURS = [c.name for layer in (schema.VILLAGES, schema.RESULTS) for c in layer.columns]


def plain(value: Any) -> Cell:
    """One value as JSON and spreadsheets know it; missing and infinite become None, lists and tables become text.

    >>> plain(float("nan")) is None, plain(("road_difficulty", "households")), plain(np.int64(3)), plain({10: 15.0, "a": "b"})
    (True, 'road_difficulty; households', 3, '10: 15.0; a: b')
    """
    if isinstance(value, Mapping):
        return JOINER.join(f"{key}: {item}" for key, item in value.items())
    if isinstance(value, (tuple, list, set, frozenset)):
        return JOINER.join(str(item) for item in value)
    if value is None or value is pd.NA or value is pd.NaT:
        return None
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, numbers.Integral):
        return int(value)
    if isinstance(value, numbers.Real):
        return float(value) if math.isfinite(value) else None
    return value.isoformat() if isinstance(value, date) else str(value)


def flat_columns(table: pd.DataFrame) -> pd.DataFrame:
    """The table with its index as columns and without geometry, every value :func:`plain`; the rows keep their order."""
    bare = pd.DataFrame(table.drop(columns=table.geometry.name) if isinstance(table, gpd.GeoDataFrame) else table)
    kept = [name for name in bare.index.names if name is not None and name not in bare.columns]
    bare = bare.reset_index(level=kept) if kept else bare
    columns = {str(name): _plain_values(bare[name]) for name in bare.columns}
    return pd.DataFrame(columns, dtype=object)


def _plain_values(values: pd.Series) -> list[Cell]:
    """Each value :func:`plain`; columns of one kind as a whole, for tables of the build plan are long."""
    if isinstance(values.dtype, np.dtype) and values.dtype.kind in "biu":
        return list(values.to_numpy().tolist())
    if isinstance(values.dtype, np.dtype) and values.dtype.kind == "f":
        return [value if math.isfinite(value) else None for value in values.to_numpy().tolist()]
    if (
        pd.api.types.infer_dtype(values, skipna=False) == "string" and not values.isna().any()
    ):  # a column of strings with blanks is "string" too
        return list(map(str, values))
    return [plain(value) for value in values]


def machine_table(plan: Plan) -> pd.DataFrame:
    """Every village with all its columns under their stable names, in order of rank; no geometry.

    Returns
    -------
    DataFrame
        Object columns of :func:`plain` values. A further column of the user's file whose name differs from ours by case
        only gets the ending ``_input``: databases would take the two for one. With several operators each has its
        own ``rsrp_dbm_<operator>``.
    """
    table = _distinct(flat_columns(plan.villages))
    if plan.operators.shape[1] > 1:
        for name, values in flat_columns(plan.operators.loc[plan.villages.index].reset_index(drop=True)).items():
            # databases take names that differ by capitals for one, and a blank operator may stand beside one called unknown
            column, number = f"rsrp_dbm_{name or 'unknown'}", 2
            while column.casefold() in {str(taken).casefold() for taken in table.columns}:
                column, number = f"rsrp_dbm_{name or 'unknown'}_{number}", number + 1
            table[column] = values
    order = dict.fromkeys([*_LEADING, *_OURS, *table.columns])
    return table[[name for name in order if name in table.columns]]


def display_table(
    plan: Plan, columns: Iterable[str] = LIST_COLUMNS, *, language: Language = "vi", table: pd.DataFrame | None = None
) -> pd.DataFrame:
    """The villages in words that people read.

    Parameters
    ----------
    plan : Plan
    columns : iterable of str
        Stable names, in the order wanted; see :func:`titles` for what to write above them.
    language : {"vi", "en"}
    table : DataFrame, optional
        The plan's :func:`machine_table`, where several are shown from it.

    Returns
    -------
    DataFrame
        Index ``village_id``, in order of rank. Numbers stay numbers, None where nothing is known.
    """
    table = machine_table(plan) if table is None else table
    criteria = {c.name: getattr(c, language) for c in plan.ranking.criteria}
    words: dict[str, Mapping[str, str]] = {
        "missing": criteria,
        "flags": words_of("flag", language),
        "responsibility_reason": words_of("responsibility_reason", language),
    }
    shown: dict[str, list[Cell]] = {}
    for name in columns:
        values = list(table[name]) if name in table.columns else [None] * len(table)
        if name in words:
            values = [_each(value, words[name]) for value in values]
        elif name in _DECLARED and _DECLARED[name].kind.name in ("choice", "yes_no"):
            values = [_word(value, language, name) for value in values]
        elif name == "tied_with":
            values = [_few(value, language) for value in values]
        shown[name] = values
    return pd.DataFrame(shown, index=pd.Index(table["village_id"], name="village_id"), dtype=object)


def heads(plan: Plan) -> list[list[Cell]]:
    """Rank, id and name of every village, with which a row of many tables begins."""
    table = plan.villages
    return [[plain(rank), str(village), plain(name)] for village, rank, name in zip(table.index, table["rank"], table["name"], strict=True)]


def titles(columns: Iterable[str], *, language: Language = "vi") -> dict[str, str]:
    """Titles that people read for stable column names; a column of the user's own keeps its name."""
    declared = {name: _DECLARED.get(name) for name in columns}
    return {name: name if column is None else getattr(column, language) for name, column in declared.items()}


def known_values(plan: Plan, column: str) -> list[float]:
    """The finite numbers of a village column, for totals that do not take a blank for zero."""
    if column not in plan.villages.columns:
        return []
    values = [plain(value) for value in plan.villages[column]]
    return [float(value) for value in values if isinstance(value, (int, float)) and not isinstance(value, bool)]


def counts(plan: Plan, column: str, words: Iterable[str]) -> dict[str, int]:
    """How many villages carry each word of a choice column; a blank counts as ``unknown`` where that is one of the words."""
    values = [plain(value) for value in plan.villages[column]] if column in plan.villages.columns else [None] * len(plan.villages)
    named = ["unknown" if value is None else value for value in values]
    return {each: named.count(each) for each in words}


def _word(value: Cell, language: Language, column: str) -> Cell:
    if isinstance(value, bool):
        return word("yes" if value else "no", language)
    return None if value is None else word(value, language, of=column)


def _each(value: Cell, words: Mapping[str, str]) -> Cell:
    if not isinstance(value, str):
        return value
    return JOINER.join(words.get(item, item) for item in value.split(JOINER)) if value else None


def _few(value: Cell, language: Language) -> Cell:
    """The first of many ids: a cell of a spreadsheet holds no list of thousands."""
    if not isinstance(value, str) or not value:
        return None
    ids = value.split(JOINER)
    left_out = len(ids) - _MOST_IDS
    if left_out <= 0:
        return value
    return said("tied_villages.more", names=ids[:_MOST_IDS], more=left_out).text(language)


def _distinct(table: pd.DataFrame) -> pd.DataFrame:
    taken = {name for name in _OURS if name in table.columns}
    names = []
    for name in table.columns:
        final = name
        while name not in _OURS and final.casefold() in {n.casefold() for n in (*taken, "fid", "geom", "sample_note")}:
            final += "_input"
        taken.add(final)
        names.append(final)
    return table.set_axis(names, axis=1)
