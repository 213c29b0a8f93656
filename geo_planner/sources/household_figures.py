"""Figures of a village that cannot all be right: one rule for lists that are imported and for files edited by hand."""

from __future__ import annotations

from collections.abc import Mapping

import pandas as pd

from geo_planner.errors import Fault, prose_fault

MOST_PEOPLE_A_HOUSEHOLD = 15
"""More than this on the average of a whole village is a slip of a column or a digit; large families of the highlands stay below."""
_LISTED = 10
_FIGURES = ("households", "population", "poor_households", "near_poor_households")
_PARTS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("households",), "population", "more households than people"),
    (("poor_households",), "households", "more poor households than households"),
    (("near_poor_households",), "households", "more near-poor households than households"),
    (("poor_households", "near_poor_households"), "households", "more poor and near-poor households together than households"),
    (("poor_households", "near_poor_households"), "population", "more poor and near-poor households together than people"),
)
"""What counts parts of what: none of them, and no sum of them, can be larger than the whole."""


def doubtful_figures(villages: pd.DataFrame, file: str, titles: Mapping[str, str] | None = None) -> list[Fault]:
    """Warnings on households, people and poor households that contradict each other: often two columns that were exchanged.

    Parameters
    ----------
    villages : DataFrame
        Typed; the index is the row of the file. A blank is no contradiction.
    file : str
    titles : mapping of str to str, optional
        What the columns are called in the file.
    """
    if not set(_FIGURES) <= set(villages):
        return []
    names = {name: name for name in _FIGURES} | dict(titles or {})
    found = list[Fault]()
    told = pd.Series(False, index=villages.index)
    for parts, whole, reason in _PARTS:
        wrong = (sum(villages[part].fillna(0) for part in parts) > villages[whole]).fillna(False).astype(bool)
        if len(parts) > 1:  # each of them by itself, or the households themselves, have been told
            wrong &= ~told if whole == "households" else villages["households"].isna()
        told |= wrong & (whole == "households")
        shown = {row: f"{_sum_shown(villages, row, parts)} of {villages.at[row, whole]}" for row in villages.index[wrong]}
        found += _warnings(shown, reason, names[parts[0]], names[whole], file, "part_and_whole")
    many = (villages["population"] > MOST_PEOPLE_A_HOUSEHOLD * villages["households"]).fillna(False).astype(bool)
    shown = {row: f"{villages.at[row, 'population']} people, {villages.at[row, 'households']} households" for row in villages.index[many]}
    reason = f"more than {MOST_PEOPLE_A_HOUSEHOLD} people a household"
    return found + _warnings(shown, reason, names["population"], names["households"], file, "people_per_household")


def _sum_shown(villages: pd.DataFrame, row: int, parts: tuple[str, ...]) -> str:
    return " + ".join(str(villages.at[row, part]) for part in parts if pd.notna(villages.at[row, part]))


def _warnings(shown: Mapping[int, str], reason: str, title: str, other: str, file: str, code: str) -> list[Fault]:
    if len(shown) > _LISTED:
        told = f"{len(shown)} rows have {reason} (first: row {int(next(iter(shown)))})"
        remedy = f"Check whether {other!r} and {title!r} stand in each other's place."
        return [prose_fault(file, told, remedy, level="warning", code=code)]
    return [
        prose_fault(file, f"the village has {reason}", "Check both figures.", int(row), title, value, "warning", code)
        for row, value in shown.items()
    ]
