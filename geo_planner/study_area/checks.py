"""What is doubtful in a layer by itself, and what one layer says against another. Warnings only: each of them may be the one that is right."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import pandas as pd

from geo_planner.errors import Fault, warning
from geo_planner.study_area.places import points_in_void
from geo_planner.words import Said, said

if TYPE_CHECKING:
    from geo_planner.study_area.loading import StudyArea

MOST_PEOPLE_A_HOUSEHOLD = 15
"""More than this on the average of a whole village is a slip of a column or a digit; large families of the highlands stay below."""
_LISTED = 10
_PART_AND_WHOLE = ("part_and_whole.row", "part_and_whole.rows")
_PEOPLE = ("people_per_household.row", "people_per_household.rows")
_FIGURES = ("households", "population", "poor_households", "near_poor_households")
_PARTS: tuple[tuple[tuple[str, ...], str, str], ...] = (
    (("households",), "population", "doubtful_figures.households"),
    (("poor_households",), "households", "doubtful_figures.poor"),
    (("near_poor_households",), "households", "doubtful_figures.near_poor"),
    (("poor_households", "near_poor_households"), "households", "doubtful_figures.both_poor"),
    (("poor_households", "near_poor_households"), "population", "doubtful_figures.both_poor_of_people"),
)
"""What counts parts of what, and how that is said: none of them, and no sum of them, can be larger than the whole."""


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
    if villages.empty or not set(_FIGURES) <= set(villages):  # a table without rows has no types
        return []
    names = {name: name for name in _FIGURES} | dict(titles or {})
    found = list[Fault]()
    told = pd.Series(False, index=villages.index)
    for parts, whole, key in _PARTS:
        wrong = (sum(villages[part].fillna(0) for part in parts) > villages[whole]).fillna(False).astype(bool)
        if len(parts) > 1:  # each of them by itself, or the households themselves, have been told
            wrong &= ~told if whole == "households" else villages["households"].isna()
        told |= wrong & (whole == "households")
        shown = {row: f"{_sum_shown(villages, row, parts)} > {villages.at[row, whole]}" for row in villages.index[wrong]}
        found += _warnings(shown, _PART_AND_WHOLE, said(key), names[parts[0]], names[whole], file)
    many = (villages["population"] > MOST_PEOPLE_A_HOUSEHOLD * villages["households"]).fillna(False).astype(bool)
    shown = {row: f"{villages.at[row, 'population']} / {villages.at[row, 'households']}" for row in villages.index[many]}
    what = said("doubtful_figures.people", most=MOST_PEOPLE_A_HOUSEHOLD)
    return found + _warnings(shown, _PEOPLE, what, names["population"], names["households"], file)


def _sum_shown(villages: pd.DataFrame, row: int, parts: tuple[str, ...]) -> str:
    return " + ".join(str(villages.at[row, part]) for part in parts if pd.notna(villages.at[row, part]))


def _warnings(shown: Mapping[int, str], keys: tuple[str, str], what: Said, title: str, other: str, file: str) -> list[Fault]:
    one, many = keys
    if len(shown) > _LISTED:
        return [warning(file, many, n=len(shown), what=what, first=int(next(iter(shown))), title=title, other=other)]
    return [warning(file, one, row=int(row), column=title, value=value, what=what) for row, value in shown.items()]


def disagreements(
    study_area: StudyArea,
    *,
    villages_file: str = "villages/villages.csv",
    sites_file: str = "sites/sites.csv",
    measured_status: pd.Series | None = None,
) -> list[Fault]:
    """What one layer says against another.

    Parameters
    ----------
    study_area : StudyArea
    villages_file, sites_file : str
        Names for the warnings.
    measured_status : Series, optional
        Index ``village_id``: what measurements say, in the words of ``schema.SIGNAL_STATUS``.
    """
    # the index of a site has its id, that of the tables as they are read the row: one way to tell of both
    sites = study_area.sites.reset_index()
    villages = study_area.villages.set_index("source_row")
    found = points_in_void(study_area.terrain, villages, sites, villages_file=villages_file, sites_file=sites_file)
    return found if measured_status is None else found + declared_against_measured(study_area.villages, measured_status, villages_file)


def declared_against_measured(villages: pd.DataFrame, measured_status: pd.Series, file: str) -> list[Fault]:
    """Villages whose declared status is another than the measured one, where both are known."""
    declared = villages["declared_status"].fillna("unknown")
    measured = measured_status.reindex(villages.index).fillna("unknown")
    differ = (declared != measured) & (declared != "unknown") & (measured != "unknown")
    return [
        warning(
            file,
            "declared_against_measured.status",
            row=int(row),
            column="declared_status",
            value=str(status),
            name=str(name)[:80],
            declared=status,
            measured=seen,
        )
        for name, row, status, seen in zip(
            villages.loc[differ, "name"], villages.loc[differ, "source_row"], declared[differ], measured[differ], strict=True
        )
    ]
