"""A plan kept in its folder: what of it is written, and the plan made of it again. Nothing is modelled anew."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo_planner.config import Scenario
from geo_planner.errors import InputError, fault
from geo_planner.plan.result import Measured, Plan
from geo_planner.plan.steps import accepted, sites_of
from geo_planner.provenance import manifest
from geo_planner.radio.coverage import Coverage
from geo_planner.ranking import RankingResult
from geo_planner.stored.folder import StoredRun, check_build, check_figures, check_input, stored_run
from geo_planner.stored.parts import GPKG, stored_parts
from geo_planner.stored.rasters import AFTER, COVERAGE, Raster, read_beside, stored_atlas, stored_coverage
from geo_planner.study_area import StudyArea, load_study_area

if TYPE_CHECKING:
    from geo_planner.build.plan import BuildPlan

_OF_COMMUNES = ("covered_area_share", "covered_population_share", "n_villages", "n_no_signal")


def load_plan(folder: Path, study_area: Path | None = None) -> Plan:
    """The plan that a folder of results holds, for comparing, for the app and for further documents. Nothing is modelled anew.

    Rasters come from the TIFF files, tables from ``plan.gpkg``, the input from the study area; every file is held against its hash, the folder's
    and the input's, and the figures of villages, sites and links against ``summary.json``.

    Parameters
    ----------
    folder : Path
        As ``geo-planner plan -o`` wrote it.
    study_area : Path, optional
        Where the input lies now; where it lay at the time of the run when left out.

    Raises
    ------
    UsageError
        When there is no plan in the folder, or no study area.
    InputError
        With every file that is missing or is not what it was; when another version of the program wrote the folder.
    """
    stored = stored_run(folder)
    with read_beside(folder, build=stored.scenario.build is not None) as rasters:
        area = load_study_area(study_area or stored.study_area, stored.scenario)
        check_input(stored, area)
        scenario, area = accepted(stored.scenario, area)
        coverage = stored_coverage(rasters(COVERAGE), area.terrain.grid)
        parts = stored_parts(folder, build=scenario.build is not None)
        try:
            plan = _put_together(scenario, area, coverage, parts, stored, rasters)
        except (KeyError, TypeError, ValueError) as error:
            if isinstance(error, InputError):
                raise
            raise InputError([fault(GPKG, "stored_plan.other_form")]) from error
    check_figures(stored, plan.villages)
    if plan.build is not None:
        check_build(stored, plan.build.results.sites, plan.build.results.links)
    return plan


def kept_parts(plan: Plan) -> dict[str, Any]:
    """What of a plan is kept in ``plan.gpkg`` and does not follow from input, scenario and rasters at no cost."""
    parts = {
        "villages": pd.DataFrame(plan.villages.drop(columns="geometry")),
        "communes": pd.DataFrame(plan.communes[list(_OF_COMMUNES)]),
        "operators": plan.operators,
        "ranking": {f.name: getattr(plan.ranking, f.name) for f in fields(plan.ranking) if f.name != "criteria"},
        "measured": {f.name: getattr(plan.measured, f.name) for f in fields(plan.measured)},
        "notes": plan.notes,
        "uses_sample_data": plan.uses_sample_data,
    }
    if plan.build is None:
        return parts
    from geo_planner.build.stored import parts_of

    return {**parts, "build": parts_of(plan.build)}


def _put_together(
    scenario: Scenario,
    study_area: StudyArea,
    coverage: Coverage,
    parts: dict[str, Any],
    stored: StoredRun,
    rasters: Callable[[str], Raster],
) -> Plan:
    """The plan of which :func:`kept_parts` were kept."""
    ranking = RankingResult(criteria=scenario.ranking.weighted_criteria(), **parts["ranking"])
    table = parts["villages"]
    villages = gpd.GeoDataFrame(table, geometry=study_area.villages.geometry.loc[table.index])
    as_now = manifest(scenario, study_area, coverage, uses_sample_data=parts["uses_sample_data"])
    as_then = {name: stored.manifest[name] for name in ("versions", "model_edition", "compared_model_edition")}
    return Plan(
        scenario=scenario,
        study_area=study_area,
        terrain=study_area.terrain,
        villages=villages,
        contributions=ranking.contributions.loc[villages.index],
        criteria_values=ranking.values.loc[villages.index],
        ranking=ranking,
        operators=parts["operators"],
        communes=study_area.communes.join(parts["communes"]),
        sites=sites_of(scenario, study_area),
        coverage=coverage,
        measured=Measured(**parts["measured"]),
        notes=parts["notes"],
        uses_sample_data=parts["uses_sample_data"],
        manifest={**as_now, **as_then},
        build=None if scenario.build is None else _stored_build(scenario, study_area, parts["build"], rasters),
    )


def _stored_build(scenario: Scenario, study_area: StudyArea, parts: dict[str, Any], rasters: Callable[[str], Raster]) -> BuildPlan | None:
    from geo_planner.build.stored import Rasters, rebuilt

    if scenario.build is None:
        return None
    grid = study_area.terrain.grid
    atlas = stored_atlas(rasters, grid, parts["atlas"]["heights_m"])
    return rebuilt(parts, Rasters(atlas, stored_coverage(rasters(AFTER), grid)), scenario.build, scenario, study_area)
