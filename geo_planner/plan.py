"""The order of the work: study area and scenario in, plan out. The only module that knows it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import geopandas as gpd
import pandas as pd

from geo_planner.config import Scenario, with_optional_layers
from geo_planner.errors import Fault, InputError, ModelRangeError, fault
from geo_planner.flags import flags
from geo_planner.measurements import MeasuredAgainstModelled, against_model, at_villages, cleaned
from geo_planner.notes import input_faults, run_notes
from geo_planner.people import covered_people
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
from geo_planner.stored.folder import StoredRun, check_build, check_figures, check_input, stored_run
from geo_planner.stored.parts import GPKG, stored_parts
from geo_planner.stored.rasters import AFTER, COVERAGE, Raster, read_beside, stored_atlas, stored_coverage
from geo_planner.study_area import StudyArea, load_study_area
from geo_planner.terrain import Dem
from geo_planner.units import is_fine

if TYPE_CHECKING:
    from geo_planner.build.plan import BuildPlan

_OF_COMMUNES = ("covered_area_share", "covered_population_share", "n_villages", "n_no_signal")
Progress = Callable[[str, float], None]
"""Called with the name of the step under way and the share of the whole that is done (0 to 1)."""
CoverBy = Callable[[Scenario, StudyArea, Callable[[float], None]], Coverage]
"""The coverage of a scenario over its study area; told of the share that is done."""


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
    scenario, study_area = _accepted(scenario, study_area)

    tell("coverage", 0.0)
    if cover_by is None:
        coverage = cover(scenario, study_area, cache=cache, workers=threads, progress=lambda share: tell("coverage", 0.85 * share))
    else:
        with _model_range(scenario):
            coverage = cover_by(scenario, study_area, lambda share: tell("coverage", 0.85 * share))
    return with_build(planned(scenario, study_area, coverage, workers=threads, progress=tell), threads, cache, tell)


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
        scenario, area = _accepted(stored.scenario, area)
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
        sites=_sites(scenario, study_area),
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
    sites = _sites(scenario, study_area)
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


def _sites(scenario: Scenario, study_area: StudyArea) -> gpd.GeoDataFrame:
    """The cells with what the scenario makes of them."""
    eirp = eirp_re_dbm(study_area.sites, scs_khz=scenario.service.nr_subcarrier_khz)
    return study_area.sites.assign(in_service=in_service(study_area.sites, scenario.service), eirp_re_dbm=eirp)


def _silent(_step: str, _share: float) -> None:
    pass


def _accepted(scenario: Scenario, study_area: StudyArea) -> tuple[Scenario, StudyArea]:
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
