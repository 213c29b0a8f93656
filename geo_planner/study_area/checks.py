"""What is wrong or doubtful in a layer by itself, and what one layer says against another: each check a function, findings out.

A reader has told what a file is and what its cells hold; these look at what they mean. Where two layers disagree it is a warning: each of
them may be the one that is right.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_planner.errors import Fault, bounded, fault, warning
from geo_planner.preferences.settings import Travel
from geo_planner.schema import CANDIDATES, FORMER_COMMUNES, RIVERS, ROADS, SITES, VILLAGES, Layer
from geo_planner.study_area.columns import operator_faults, own_columns, strange_radio, technologies
from geo_planner.study_area.features import shape_faults
from geo_planner.study_area.places import FAR_SITE_M, masts_in_void, place_sites, place_villages, points_in_void
from geo_planner.study_area.roads import road_warnings
from geo_planner.words import Said, said

if TYPE_CHECKING:
    from geo_planner.study_area.loading import StudyArea

_DRAWN_AS_THEY_ARE = (RIVERS, ROADS)
"""Layers of lines that hold areas as well: broad rivers, squares."""
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


@dataclass(frozen=True, slots=True)
class ReadLayer:
    """A layer as it stands in its file, sound or not.

    Attributes
    ----------
    layer : Layer
    file : str
        Its name in reports.
    table : DataFrame
        A row a feature; the index of a csv is the row of the file, that of a vector file counts from 0.
    """

    layer: Layer
    file: str
    table: pd.DataFrame


def in_standard_words(read: ReadLayer) -> tuple[pd.DataFrame, list[Fault]]:
    """The table with columns of the user's own under names of their own, and technologies in the words of the standards."""
    if read.layer.geometry != "point":
        return read.table, []
    table, found = own_columns(read.table, read.file, read.layer)
    if not _declares(read.layer, "technology"):
        return table, found
    table, told = technologies(table, read.file)
    return table, found + told


def _declares(layer: Layer, name: str) -> bool:
    return any(column.name == name for column in layer.columns)


def household_figures(read: ReadLayer, _: Travel) -> list[Fault]:
    """Households, people and poor households that contradict each other."""
    return doubtful_figures(read.table, read.file) if _declares(read.layer, "households") else []


def radio_figures(read: ReadLayer, _: Travel) -> list[Fault]:
    """Tilts and frequencies of another convention than ours."""
    return strange_radio(read.table, read.file) if read.layer.transmits else []


def operator_names(read: ReadLayer, _: Travel) -> list[Fault]:
    """Operators that are none, or that are one under two names."""
    return operator_faults(read.table, read.file) if read.layer.transmits else []


def road_classes(read: ReadLayer, travel: Travel) -> list[Fault]:
    """Roads that are not travelled on, or at a speed that is assumed."""
    return road_warnings(read.table, travel, read.file) if read.layer == ROADS else []


def shapes(read: ReadLayer, _: Travel) -> list[Fault]:
    """Features that are no line or no area, where the layer holds such; communes are looked at by their reader."""
    if read.layer.geometry not in ("line", "area") or read.layer.columns or read.layer in _DRAWN_AS_THEY_ARE:
        return []
    geometry = gpd.GeoDataFrame(read.table).geometry
    return bounded(shape_faults(geometry.set_axis(range(1, len(geometry) + 1)), read.layer.geometry, read.file))


LAYER_CHECKS = (household_figures, radio_figures, operator_names, road_classes, shapes)
"""What is asked of each layer by itself, in the order in which it is told."""


def places(layers: Mapping[str, ReadLayer], communes: gpd.GeoDataFrame, crs: CRS) -> list[Fault]:
    """Points that do not lie where their row says, or far outside the province."""
    rules = {"named": place_villages, "near": place_sites}
    ruled = [(rules[read.layer.place], read) for read in layers.values() if read.layer.place in rules]
    return [found for rule, read in ruled for found in rule(read.table, communes, crs, read.file)]


def former_codes(layers: Mapping[str, ReadLayer], communes: gpd.GeoDataFrame, _: CRS) -> list[Fault]:
    """Former communes that merged into one which is not among today's."""
    read = layers.get(FORMER_COMMUNES.name)
    if read is None or read.table.empty or "commune_code" not in read.table:
        return []
    codes = read.table["commune_code"]
    unknown = codes[codes.notna() & ~codes.isin(communes.index)]
    return [
        fault(read.file, "unknown_commune.of_former", row=int(row), column="commune_code", value=str(code)) for row, code in unknown.items()
    ]


def far_shapes(layers: Mapping[str, ReadLayer], communes: gpd.GeoDataFrame, crs: CRS) -> list[Fault]:
    """Lines and areas far outside the province: most often another province's layer, or another coordinate system."""
    found = []
    for read in layers.values():
        if read.layer.geometry in ("line", "area") and not read.layer.columns and read.layer not in _DRAWN_AS_THEY_ARE:
            province = communes.geometry.to_crs(crs).union_all()
            geometry = gpd.GeoDataFrame(read.table).geometry.reset_index(drop=True)
            shaped = geometry[~(geometry.isna() | geometry.is_empty)].to_crs(crs)
            away = shaped.index[~(shaped.distance(province) <= FAR_SITE_M)]  # what the system has no coordinates for is away too
            if len(away):
                km = FAR_SITE_M / 1000
                found.append(warning(read.file, "far_away.rows_shapes", n=len(away), km=km, first=int(away[0]) + 1))
    return found


AREA_CHECKS = (places, former_codes, far_shapes)
"""What is asked of the layers against the communes, in the order in which it is told."""


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
        given = [part for part in parts if villages[part].notna().any()]
        if not given:
            continue
        wrong = (sum(villages[part].fillna(0) for part in parts) > villages[whole]).fillna(False).astype(bool)
        wrong &= villages[given].notna().any(axis=1)  # a blank is no part of anything
        if len(parts) > 1:  # each of them by itself, or the households themselves, have been told
            wrong &= ~told if whole == "households" else villages["households"].isna()
        told |= wrong & (whole == "households")
        shown = {row: f"{_sum_shown(villages, row, parts)} > {villages.at[row, whole]}" for row in villages.index[wrong]}
        found += _warnings(shown, _PART_AND_WHOLE, said(key), names[given[0]], names[whole], file)
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
    villages_file: str = VILLAGES.path,
    sites_file: str = SITES.path,
    candidates_file: str = CANDIDATES.path,
    measured_status: pd.Series | None = None,
) -> list[Fault]:
    """What one layer says against another.

    Parameters
    ----------
    study_area : StudyArea
    villages_file, sites_file, candidates_file : str
        Names for the warnings.
    measured_status : Series, optional
        Index ``village_id``: what measurements say, in the words of ``schema.SIGNAL_STATUS``.
    """
    # the index of a site has its id, that of the tables as they are read the row: one way to tell of both
    sites = study_area.sites.reset_index()
    villages = study_area.villages.set_index("source_row")
    found = points_in_void(study_area.terrain, villages, sites, villages_file=villages_file, sites_file=sites_file)
    if study_area.candidates is not None:
        found += masts_in_void(study_area.terrain, study_area.candidates.reset_index(), candidates_file, "site_in_void.candidate")
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
