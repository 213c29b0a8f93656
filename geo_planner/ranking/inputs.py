"""What the ranking is given besides the villages and their coverage: the facts of their communes, and travel times."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geo_planner.config import Scenario
from geo_planner.crs import GEOGRAPHIC
from geo_planner.radio.coverage import Coverage
from geo_planner.ranking.travel import village_travel
from geo_planner.study_area import StudyArea


def commune_facts(communes: gpd.GeoDataFrame) -> pd.DataFrame:
    """By ``code``: ``border``, ``region_class``, ``commune_name``, ``region_known``."""
    facts = pd.DataFrame(communes[["border", "region_class"]]).assign(commune_name=communes["name"])
    # a blank class means "none of I to III" where others have one, and "not known" where nobody has
    facts["region_known"] = bool(communes["region_class"].notna().any())
    return facts


def travel_of(scenario: Scenario, study_area: StudyArea, coverage: Coverage) -> pd.DataFrame | None:
    """Travel times, where a criterion asks for them. Today's seats are not in the data: those of the former communes stand for them."""
    if study_area.terrain.is_missing or not any(c.name.startswith("travel_to_") for c in scenario.ranking.criteria):
        return None
    former, seats = study_area.former_communes, None
    if former is not None:
        known = former.dropna(subset=["lat", "lon"])
        points = gpd.points_from_xy(known["lon"].astype(float), known["lat"].astype(float), crs=GEOGRAPHIC)
        seats = gpd.GeoDataFrame(known, geometry=points)
    covered = coverage.probability >= scenario.service.min_probability
    return village_travel(study_area.villages, study_area.terrain, covered, seats, scenario.ranking.travel, roads=study_area.roads)
