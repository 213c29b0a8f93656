"""What lies in a void is told together with the faults, not after them."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
import rasterio

from geo_planner.study_area.loading import StudyArea
from geo_planner.study_area.places import points_in_void
from geo_planner.validation import validate

DATA = Path(__file__).parents[2] / "data"


def test_points_in_a_void_are_told_beside_a_commune_without_heights(study_area: StudyArea, tmp_path: Path) -> None:
    root = tmp_path / "data"
    shutil.copytree(DATA, root)
    village = study_area.villages.iloc[0]
    commune = study_area.communes.to_crs(study_area.metric_crs).geometry[village["commune_code"]]
    west, south, east, north = commune.bounds
    (path,) = (root / "terrain").glob("*.tif")
    with rasterio.open(path, "r+") as source:
        heights = source.read(1)
        (top, left), (bottom, right) = source.index(west, north), source.index(east, south)
        heights[max(top - 2, 0) : bottom + 3, max(left - 2, 0) : right + 3] = np.nan if source.nodata is None else source.nodata
        source.write(heights, 1)
    found = validate(root)
    codes = {f.code for f in found}
    assert "terrain_too_small" in codes
    assert any(f.code == "village_in_void" and f.reason.startswith(str(village["name"])) for f in found)


def test_rows_without_a_place_are_passed_over(study_area: StudyArea) -> None:
    villages = pd.DataFrame({"name": ["a", "b", None], "lon": ["x", None, "103"], "lat": ["22", "22", "1e9"]}, index=[2, 3, 4])
    files = {"villages_file": "v.csv", "sites_file": "s.csv"}
    assert points_in_void(study_area.terrain, villages, pd.DataFrame({"site_id": ["s"]}), **files) == []
    assert points_in_void(study_area.terrain, pd.DataFrame(), pd.DataFrame(), **files) == []


@pytest.mark.parametrize("layer", ["villages", "sites"])
def test_read_tables_and_study_area_tell_the_same(study_area: StudyArea, layer: str) -> None:
    void = np.full_like(study_area.terrain.heights_m, np.nan)
    found = points_in_void(
        replace(study_area.terrain, heights_m=void),
        study_area.villages.set_index("source_row"),
        study_area.sites.reset_index(),
        villages_file="villages",
        sites_file="sites",
    )
    places = len(study_area.villages) if layer == "villages" else study_area.sites.index.get_level_values("site_id").nunique()
    assert len([f for f in found if f.file == layer]) == places
