"""The marks that a village carries: doubts of its figures as stable words (``flag.<word>`` of the catalogue), so that no document hides them."""

from __future__ import annotations

import geopandas as gpd
import pandas as pd

from geo_planner.config import Scenario
from geo_planner.study_area import StudyArea


def flags(villages: gpd.GeoDataFrame, study_area: StudyArea, scenario: Scenario, rests_on_sample: pd.Series) -> pd.Series:
    """A tuple of words a village, in the order in which they stand here.

    Parameters
    ----------
    villages : GeoDataFrame
        With the columns that the coverage adds.
    rests_on_sample : Series of bool
        Whether sample terrain or a sample site took part in its figures.
    """
    service = scenario.service
    declared, modelled = villages["declared_status"].fillna("unknown"), villages["modelled_status"]
    border_rows = {f.row for f in study_area.warnings if f.code == "near_commune_border"}
    margin_db = (villages["rsrp_dbm"] - service.rsrp_threshold_dbm).abs()
    conditions = {
        "declared_no_signal_but_modelled_covered": (declared == "no_signal") & modelled.isin(["covered", "partial"]),
        "declared_covered_but_modelled_no_signal": (declared == "covered") & (modelled == "no_signal"),
        "status_uncertain": (margin_db < service.sigma_db).fillna(False),
        "models_disagree": (villages["compared_status"] != modelled).fillna(False),
        "no_terrain": study_area.terrain.is_missing,
        "path_leaves_terrain": villages["path_unknown"],
        "position_approximate": (villages["position_quality"] == "approximate").fillna(False),
        "near_commune_border": villages["source_row"].isin(border_rows),
        "rests_on_sample": rests_on_sample & ~villages["is_sample"].fillna(False).astype(bool),
    }
    table = pd.DataFrame({name: pd.Series(hit, index=villages.index).astype(bool) for name, hit in conditions.items()})
    return pd.Series([tuple(table.columns[row]) for row in table.to_numpy()], index=villages.index, dtype=object)
