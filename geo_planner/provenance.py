"""What a plan rests on: which villages on sample data, and the record of inputs, versions and models."""

from __future__ import annotations

from importlib.metadata import version
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.config import Scenario
from geo_planner.propagation.models import MODELS
from geo_planner.radio.coverage import Coverage
from geo_planner.radio.statuses import nearest_sites
from geo_planner.study_area import StudyArea

_PACKAGES = ("geo-planner", "geopandas", "numba", "numpy", "pandas", "pyproj", "rasterio", "scipy", "shapely")


def modelled_on_sample(villages: gpd.GeoDataFrame, study_area: StudyArea, serving: gpd.GeoDataFrame, scenario: Scenario) -> pd.Series:
    """Whether sample terrain, or a made-up mast within reach of the village, takes part in its figures."""
    made_up = serving[serving["is_sample"].fillna(False).astype(bool)]
    near_km = nearest_sites(villages, made_up, villages.estimate_utm_crs())["nearest_site_km"]
    return study_area.terrain.is_sample | (near_km <= scenario.propagation.max_radius_km).fillna(False).astype(bool)


def uses_sample(villages: gpd.GeoDataFrame, study_area: StudyArea, serving: gpd.GeoDataFrame) -> bool:
    """Whether anything that is made up takes part in a plan."""
    any_site = bool(serving["is_sample"].fillna(False).any())
    people = study_area.population
    made_up = study_area.terrain.is_sample or (people is not None and people.is_sample)
    return any_site or made_up or bool(villages["depends_on_sample"].any())


def manifest(scenario: Scenario, study_area: StudyArea, coverage: Coverage, *, uses_sample_data: bool) -> dict[str, Any]:
    """Scenario, sha256 and sources of the inputs, versions, models and editions. No timestamp: the exporter adds it."""
    compared = None if study_area.terrain.is_missing else scenario.propagation.compare_with
    return {
        "scenario": scenario.model_dump(mode="json"),
        "inputs_sha256": study_area.sha256,
        "sources": {c.file: {"source": c.source, "licence": c.licence, "date": c.date, "origin": c.origin} for c in study_area.citations},
        "versions": {name: version(name) for name in _PACKAGES},
        "model": coverage.model,
        "model_edition": MODELS[coverage.model].edition,
        "compared_model_edition": None if compared is None else MODELS[compared].edition,
        "metric_crs": study_area.metric_crs.to_string(),
        "uses_sample_data": uses_sample_data,
    }
