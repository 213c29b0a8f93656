"""The order of the work: study area and scenario in, plan out. The only module that knows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_planner.config import Scenario, with_optional_layers
from geo_planner.errors import InputError, ModelRangeError, fault
from geo_planner.flags import flags
from geo_planner.measurements import MeasuredAgainstModelled, against_model, at_villages, cleaned
from geo_planner.notes import input_faults, run_notes
from geo_planner.people import covered_people
from geo_planner.plan.result import Measured, Plan
from geo_planner.propagation.limits import why
from geo_planner.provenance import manifest, modelled_on_sample, uses_sample
from geo_planner.radio.budget import eirp_re_dbm
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import in_service, with_defaults
from geo_planner.radio.coverage import Coverage, compute_coverage
from geo_planner.radio.losses import land_cover_of, loss_task
from geo_planner.radio.settlements import compared_columns, settlement_statuses
from geo_planner.radio.statuses import commune_coverage, nearest_sites, operator_coverage, settlement_cells, village_coverage
from geo_planner.ranking import RankingResult, rank
from geo_planner.ranking.inputs import commune_facts, travel_of
from geo_planner.schema import RESULTS
from geo_planner.study_area import StudyArea
from geo_planner.units import is_fine

Progress = Callable[[str, float], None]
"""Called with the name of the step under way and the share of the whole that is done (0 to 1)."""
CoverBy = Callable[[Scenario, StudyArea, Callable[[float], None]], Coverage]
"""The coverage of a scenario over its study area; told of the share that is done."""


def run(
    scenario: Scenario,
    study_area: StudyArea,
    progress: Progress | None = None,
    *,
    workers: int | None = None,
    cache: LossCache | None = None,
    cover_by: CoverBy | None = None,
) -> Plan:
    """Coverage, statuses, responsibility and ranking of a study area under a scenario.

    Parameters
    ----------
    scenario : Scenario
    study_area : StudyArea
        As :func:`geo_planner.study_area.load_study_area` gives it for this scenario.
    progress : callable, optional
    workers : int, optional
        Threads; as many as there are cores when left out. They change no bit of the result.
    cache : LossCache, optional
        Where path loss is kept between runs; it changes no bit of the result either.
    cover_by : callable, optional
        Who works out the coverage instead (:func:`geo_planner.batch.cover.cover_in_blocks`), to the same bit.

    Raises
    ------
    InputError
        When a criterion of the scenario names nothing that the villages have, or a cell lies outside the model's range.
    """
    tell, threads = progress or _silent, workers or os.cpu_count() or 1
    scenario, study_area = accepted(scenario, study_area)

    tell("coverage", 0.0)
    if cover_by is None:
        coverage = cover(scenario, study_area, cache=cache, workers=threads, progress=lambda share: tell("coverage", 0.85 * share))
    else:
        with _model_range(scenario):
            coverage = cover_by(scenario, study_area, lambda share: tell("coverage", 0.85 * share))
    return with_build(planned(scenario, study_area, coverage, workers=threads, progress=tell), threads, cache, tell)


def with_build(plan: Plan, workers: int, cache: LossCache | None, tell: Progress) -> Plan:
    """The plan with what to build, chosen for it as it stands, where its scenario asks for it."""
    if plan.scenario.build is None:
        return plan
    from geo_planner.build.plan import build_plan  # here, so that a plan without it loads no solver

    built = build_plan(plan.scenario, plan.study_area, plan.villages, plan.coverage, workers=workers, cache=cache, progress=tell)
    return replace(plan, build=built, notes=(*plan.notes, *built.notes))


@dataclass(frozen=True, slots=True)
class Known:
    """What of a plan has been worked out already and need not be again.

    Attributes
    ----------
    second : Coverage or None
        The settlements by the second model, under the same service.
    against_model : MeasuredAgainstModelled or None
        The measurements held against the model, under the same service.
    """

    second: Coverage | None = None
    against_model: MeasuredAgainstModelled | None = None


def planned(
    scenario: Scenario,
    study_area: StudyArea,
    coverage: Coverage,
    *,
    workers: int,
    progress: Progress | None = None,
    known: Known | None = None,
) -> Plan:
    """Everything that follows from input and coverage, without what to build.

    Parameters
    ----------
    scenario, study_area
        As they take part: with the optional layers named and the defaults of the sites filled in, as a plan has them.
    """
    tell, known = progress or _silent, known or Known()
    tell("villages", 0.85)
    sites = sites_of(scenario, study_area)
    serving = sites[sites["in_service"]]
    villages = _modelled(scenario, study_area, coverage, serving, _second_statuses(scenario, study_area, known.second, workers))
    measured_at, measured = _measure(scenario, study_area, villages, workers, tell, known.against_model)
    villages = villages.join(measured_at)

    tell("ranking", 0.9)
    ranking = rank(villages, scenario.ranking, seed=scenario.seed, travel=travel_of(scenario, study_area, coverage))
    on_sample = modelled_on_sample(villages, study_area, serving, scenario)
    villages = villages.join(_of_ranking(ranking)).assign(
        depends_on_sample=villages["is_sample"].fillna(False).astype(bool) | on_sample,
        flags=flags(villages, study_area, scenario, on_sample),
    )
    villages = _ordered(villages)
    sample_data = uses_sample(villages, study_area, serving)
    return Plan(
        scenario=scenario,
        study_area=study_area,
        terrain=study_area.terrain,
        villages=villages,
        contributions=ranking.contributions.loc[villages.index],
        criteria_values=ranking.values.loc[villages.index],
        ranking=ranking,
        operators=operator_coverage(coverage, villages),
        communes=_communes(study_area, coverage, villages, scenario),
        sites=sites,
        coverage=coverage,
        measured=measured,
        notes=study_area.warnings + run_notes(study_area, sites, scenario) + measured.statements,
        uses_sample_data=sample_data,
        manifest=manifest(scenario, study_area, coverage, uses_sample_data=sample_data),
    )


def reordered(plan: Plan, scenario: Scenario, values: pd.DataFrame) -> Plan:
    """The plan under a scenario that differs in its ranking alone: what the model and the measurements say stays. Without what to build.

    Parameters
    ----------
    values : DataFrame
        Of the criteria, as :func:`geo_planner.ranking.criteria_values` gives them for this scenario.
    """
    modelled = plan.villages.drop(columns=[column for part in _of_ranking(plan.ranking) for column in pd.DataFrame(part).columns])
    # in the order of the list, as a run has them: what is settled by it comes out the same
    modelled = modelled.loc[[village for village in plan.study_area.villages.index if village in modelled.index]]
    ranking = rank(modelled, scenario.ranking, seed=scenario.seed, values=values.loc[modelled.index])
    villages = modelled.join(_of_ranking(ranking))[list(plan.villages.columns)].sort_values("rank")
    of_build = plan.build.notes if plan.build is not None else ()
    return replace(
        plan,
        scenario=scenario,
        villages=villages,
        contributions=ranking.contributions.loc[villages.index],
        criteria_values=ranking.values.loc[villages.index],
        ranking=ranking,
        operators=plan.operators.loc[villages.index],
        notes=plan.notes[: len(plan.notes) - len(of_build)],
        manifest={**plan.manifest, "scenario": scenario.model_dump(mode="json")},
        build=None,
    )


def _of_ranking(ranking: RankingResult) -> list[pd.Series | pd.DataFrame]:
    """The columns that the ranking adds to the villages."""
    return [
        ranking.responsibility, ranking.score, ranking.rank, ranking.tied_with, ranking.rank_in_group, ranking.missing,
        ranking.simulation.table, ranking.explanations,
    ]  # fmt: skip


def sites_of(scenario: Scenario, study_area: StudyArea) -> gpd.GeoDataFrame:
    """The cells with what the scenario makes of them."""
    eirp = eirp_re_dbm(study_area.sites, scs_khz=scenario.service.nr_subcarrier_khz)
    return study_area.sites.assign(in_service=in_service(study_area.sites, scenario.service), eirp_re_dbm=eirp)


def _silent(_step: str, _share: float) -> None:
    pass


def accepted(scenario: Scenario, study_area: StudyArea) -> tuple[Scenario, StudyArea]:
    """Scenario and study area as they take part: optional layers named, defaults of the sites filled in; refused where a run cannot be."""
    scenario = with_optional_layers(scenario, study_area.root)
    faults = input_faults(scenario, study_area)
    if faults:
        raise InputError(faults)
    return scenario, replace(study_area, sites=with_defaults(study_area.sites, scenario.site_defaults))


def cover(scenario: Scenario, study_area: StudyArea, **options: Any) -> Coverage:
    """The coverage of a scenario over its study area; `options` as :func:`geo_planner.radio.coverage.compute_coverage` takes them.

    Raises
    ------
    InputError
        When a cell lies outside the model's range.
    """
    with _model_range(scenario):
        return compute_coverage(
            study_area.terrain, study_area.sites, scenario.service, scenario.propagation, land_cover=land_cover_of(scenario, study_area),
            clutter=scenario.clutter, calibration=scenario.calibration, **options,
        )  # fmt: skip


@contextmanager
def _model_range(scenario: Scenario) -> Iterator[None]:
    """A cell outside the model's range is a fault of the input."""
    try:
        yield
    except ModelRangeError as error:
        raise InputError([fault(scenario.layers.sites, "model_range.run", why=why(error))]) from error


def second_coverage(scenario: Scenario, study_area: StudyArea, *, workers: int = 1) -> Coverage | None:
    """The settlements by the second model, each path on its own profile; None where no second model takes part."""
    other = _second_model(scenario, study_area)
    if other is None:
        return None
    only = settlement_cells(study_area.terrain, study_area.villages, scenario.service)
    return cover(scenario, study_area, model=other, only=only, workers=workers)


def _second_model(scenario: Scenario, study_area: StudyArea) -> str | None:
    other = scenario.propagation.compare_with
    return None if other == scenario.propagation.model or study_area.terrain.is_missing else other


def _second_statuses(scenario: Scenario, study_area: StudyArea, second: Coverage | None, workers: int) -> pd.DataFrame | None:
    """The villages by the second model; on a fine grid without rasters of the whole of it, where none are to hand."""
    other = _second_model(scenario, study_area)
    if other is None:
        return None
    if second is None and is_fine(study_area.terrain.grid.shape):
        with _model_range(scenario):
            task = loss_task(scenario, study_area, model=other, workers=workers)
            return settlement_statuses(task, study_area.sites, study_area.villages, scenario.calibration)
    second = second or second_coverage(scenario, study_area, workers=workers)
    return None if second is None else village_coverage(second, study_area.villages, scenario.service)


def _modelled(
    scenario: Scenario, study_area: StudyArea, coverage: Coverage, serving: gpd.GeoDataFrame, second: pd.DataFrame | None
) -> gpd.GeoDataFrame:
    """The villages with what the model says of each, by the second model too, their nearest site and the facts of their commune."""
    villages = study_area.villages.join(village_coverage(coverage, study_area.villages, scenario.service))
    villages = villages.join(compared_columns(second, scenario.propagation.compare_with, study_area.villages.index))
    villages = villages.join(nearest_sites(study_area.villages, serving, study_area.metric_crs))
    return villages.join(commune_facts(study_area.communes), on="commune_code")


def _measure(
    scenario: Scenario,
    study_area: StudyArea,
    villages: gpd.GeoDataFrame,
    workers: int,
    tell: Progress,
    held: MeasuredAgainstModelled | None,
) -> tuple[pd.DataFrame, Measured]:
    """What was measured at each village, and the rest of it."""
    clean = cleaned(scenario, study_area)
    at = at_villages(scenario, study_area, villages, clean)
    if clean is None:
        return at.table, Measured(at.by_operator, None, at.notes)
    tell("measurements", 0.87)
    if held is None:
        with _model_range(scenario):
            held = against_model(scenario, study_area, clean, workers=workers)
    return at.table, Measured(at.by_operator, held, clean.statements + at.notes)


def _ordered(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """By rank; results first in the order of the schema, then the input's own columns; helper columns left out."""
    results = [c.name for c in RESULTS.columns]
    rest = [c for c in villages.columns if c not in results and c not in ("path_unknown", "region_known", "source_row", "geometry")]
    return villages[[*results, *rest, "geometry"]].sort_values("rank")


def _communes(study_area: StudyArea, coverage: Coverage, villages: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    communes = study_area.communes
    without = villages["declared_status"].eq("no_signal").fillna(False) | villages["modelled_status"].eq("no_signal")
    by_commune = villages["commune_code"]
    return communes.assign(
        covered_area_share=commune_coverage(coverage, communes, scenario.service),
        covered_population_share=covered_people(study_area, coverage, scenario.service),
        n_villages=by_commune.value_counts().reindex(communes.index, fill_value=0).astype("int64"),
        n_no_signal=by_commune[without].value_counts().reindex(communes.index, fill_value=0).astype("int64"),
    )
