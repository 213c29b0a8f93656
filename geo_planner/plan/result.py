"""What a run gives: the plan, of which every export and page is made."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo_planner.config import Scenario
from geo_planner.errors import Fault
from geo_planner.measurements import MeasuredAgainstModelled
from geo_planner.radio.coverage import Coverage
from geo_planner.ranking import RankingResult
from geo_planner.study_area import StudyArea
from geo_planner.terrain import Dem

if TYPE_CHECKING:
    from geo_planner.build.plan import BuildPlan


@dataclass(frozen=True, slots=True)
class Measured:
    """What was measured on the ground, beside the model. Nothing of it takes part in the other figures.

    Attributes
    ----------
    by_operator : DataFrame
        Index (``village_id``, ``operator``), as :func:`geo_planner.measurements.measured_by_operator`; empty without measurements.
    against_model : MeasuredAgainstModelled or None
        The measurements held against the model; None without measurements.
    statements : tuple of Fault
        What was left out in cleaning, and where measurement contradicts declaration or model.
    """

    by_operator: pd.DataFrame
    against_model: MeasuredAgainstModelled | None
    statements: tuple[Fault, ...]


@dataclass(frozen=True, slots=True)
class Plan:
    """The result of a run; every export and the app are made from this and nothing else.

    Attributes
    ----------
    scenario : Scenario
    study_area : StudyArea
        The input as it was read.
    terrain : Dem
    villages : GeoDataFrame
        Index ``village_id``, in order of rank; points in EPSG:4326; the input's columns and those of
        ``schema.RESULTS``. ``missing`` is a tuple of criterion names, ``tied_with`` of village ids, ``flags`` of stable words
        (``flag`` of the catalogue), ``score`` in 0..1.
    contributions : DataFrame
        Index ``village_id``, one column a criterion: its share of the score. Rows add up to ``score``.
    criteria_values : DataFrame
        The values of the criteria before scaling, same shape; NaN where not known.
    ranking : RankingResult
        The order questioned: intervals, methods, swap points, questions, words, fairness.
    operators : DataFrame
        Index ``village_id``, one column an operator: RSRP at the centre from its cells alone, dBm.
    communes : GeoDataFrame
        Index ``code``, polygons in EPSG:4326, the input's columns and ``covered_area_share``,
        ``covered_population_share`` (missing while no population layer takes part), ``n_villages``,
        ``n_no_signal`` (villages modelled or declared without signal).
    sites : GeoDataFrame
        Index (``site_id``, ``cell_id``), points in EPSG:4326, the input's columns, ``eirp_re_dbm``
        (EIRP per resource element) and ``in_service`` (takes part in the coverage).
    coverage : Coverage
    measured : Measured
    notes : tuple of Fault
        Warnings of the input and of the run, with the statements of the measurements.
    uses_sample_data : bool
    manifest : dict
        As :func:`geo_planner.provenance.manifest`.
    build : BuildPlan or None
        What to build; None where the scenario has no section ``build``.
    """

    scenario: Scenario
    study_area: StudyArea
    terrain: Dem
    villages: gpd.GeoDataFrame
    contributions: pd.DataFrame
    criteria_values: pd.DataFrame
    ranking: RankingResult
    operators: pd.DataFrame
    communes: gpd.GeoDataFrame
    sites: gpd.GeoDataFrame
    coverage: Coverage
    measured: Measured
    notes: tuple[Fault, ...]
    uses_sample_data: bool
    manifest: dict[str, Any]
    build: BuildPlan | None = None
