"""Layers against each other: told, never decided."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd

from geo_planner.study_area import StudyArea
from geo_planner.study_area.checks import declared_against_measured, disagreements
from geo_planner.study_area.places import in_void


def with_void_at(study_area: StudyArea, layer: str) -> StudyArea:
    """The terrain without heights around the first point of a layer."""
    heights = study_area.terrain.heights_m.copy()
    point = getattr(study_area, layer).geometry.to_crs(study_area.terrain.crs).iloc[0]
    column, row = (int(v) for v in ~study_area.terrain.transform @ (point.x, point.y))
    heights[row - 2 : row + 3, column - 2 : column + 3] = np.nan
    return replace(study_area, terrain=replace(study_area.terrain, heights_m=heights))


def test_the_bundled_layers_agree(study_area: StudyArea) -> None:
    assert disagreements(study_area) == []


def test_a_site_and_a_village_in_a_void_are_told(study_area: StudyArea) -> None:
    codes = {f.code for f in disagreements(with_void_at(study_area, "sites"))}
    assert "site_in_void" in codes
    village = disagreements(with_void_at(study_area, "villages"))[0]
    assert (village.code, village.row, village.level) == ("village_in_void", int(study_area.villages["source_row"].iloc[0]), "warning")


def test_points_outside_the_grid_are_not_in_a_void(study_area: StudyArea) -> None:
    far = study_area.villages.set_geometry(study_area.villages.translate(xoff=5))
    assert not in_void(study_area.terrain, far).any()


def test_declared_against_measured(study_area: StudyArea) -> None:
    villages = study_area.villages
    measured = villages["declared_status"].copy()
    assert declared_against_measured(villages, measured, "v.csv") == []
    measured.iloc[0] = "covered" if measured.iloc[0] != "covered" else "no_signal"
    measured.iloc[1] = "unknown"
    measured.iloc[2] = pd.NA
    (fault,) = declared_against_measured(villages, measured.iloc[:5], "v.csv")
    assert fault.row == int(villages["source_row"].iloc[0])
