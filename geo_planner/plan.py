"""The order of the work: study area and scenario in, plan out. The only module that knows it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.config import Scenario, with_optional_layers
from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, InputError, ModelRangeError, fault
from geo_planner.measurements import MeasuredAgainstModelled, against_model, at_villages, cleaned
from geo_planner.notes import input_faults, run_notes
from geo_planner.people import covered_population_share, sample_at_cells, spread_population
from geo_planner.propagation.limits import why
from geo_planner.radio.budget import eirp_re_dbm
from geo_planner.radio.cache import LossCache
from geo_planner.radio.cells import in_service, with_defaults
from geo_planner.radio.coverage import Coverage, compute_coverage
from geo_planner.radio.losses import land_cover_of
from geo_planner.radio.statuses import commune_coverage, nearest_sites, operator_coverage, settlement_cells, village_coverage
from geo_planner.ranking import RankingResult, rank, village_travel
from geo_planner.schema import RESULTS
from geo_planner.study_area import StudyArea
from geo_planner.terrain import Dem

logger = logging.getLogger(__name__)

Progress = Callable[[str, float], None]
"""Called with the name of the step under way and the share of the whole that is done (0 to 1)."""

MODEL_EDITIONS = {
    "p1812": "ITU-R P.1812-8",
    "itm": "ITS Irregular Terrain Model (Longley-Rice) 1.4, point-to-point",
    "free_space": "ITU-R P.525-4",
    "delta_bullington": "ITU-R P.525-4; ITU-R P.526-15, section 4.5 (delta-Bullington)",
    "rma": "3GPP TR 38.901 RMa without line of sight (no terrain takes part)",
}


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
    measured_by_operator : DataFrame
        Index (``village_id``, ``operator``), as :func:`geo_planner.measurements.measured_by_operator`; empty without measurements.
    against_model : MeasuredAgainstModelled or None
        The measurements held against the model; None without measurements. Nothing of it takes part in the other figures.
    notes : tuple of Fault
        Warnings of the input and of the run.
    uses_sample_data : bool
    manifest : dict
        Scenario, sha256 of the inputs, versions, model and edition. No timestamp: the exporter adds it.
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
    measured_by_operator: pd.DataFrame
    against_model: MeasuredAgainstModelled | None
    notes: tuple[Fault, ...]
    uses_sample_data: bool
    manifest: dict[str, Any]


def run(
    scenario: Scenario,
    study_area: StudyArea,
    progress: Progress | None = None,
    *,
    workers: int | None = None,
    cache: LossCache | None = None,
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

    Raises
    ------
    InputError
        When a criterion of the scenario names nothing that the villages have, or a cell lies outside the model's range.
    """
    scenario = with_optional_layers(scenario, study_area.root)
    faults = input_faults(scenario, study_area)
    if faults:
        raise InputError(faults)
    tell = progress or _silent
    dem, service = study_area.terrain, scenario.service
    study_area = replace(study_area, sites=with_defaults(study_area.sites, scenario.site_defaults))
    tell("coverage", 0.0)
    threads = workers or os.cpu_count() or 1
    coverage = _cover(scenario, study_area, cache=cache, workers=threads, progress=lambda share: tell("coverage", 0.85 * share))
    tell("villages", 0.85)
    sites = study_area.sites.assign(in_service=in_service(study_area.sites, service), eirp_re_dbm=eirp_re_dbm(study_area.sites))
    serving = sites[sites["in_service"]]
    villages = study_area.villages.join(village_coverage(coverage, study_area.villages, service))
    villages = villages.join(_compared(scenario, study_area, threads))
    villages = villages.join(nearest_sites(study_area.villages, serving, study_area.metric_crs))
    villages = villages.join(_commune_facts(study_area), on="commune_code")
    clean = cleaned(scenario, study_area)
    measured = at_villages(scenario, study_area, villages, clean)
    villages = villages.join(measured.table)
    compared = None
    if clean is not None:
        tell("measurements", 0.87)
        with _model_range(scenario):
            compared = against_model(scenario, study_area, clean, workers=threads)
    cleaning_notes = () if clean is None else clean.statements
    tell("ranking", 0.9)
    ranking = rank(villages, scenario.ranking, seed=scenario.seed, travel=_travel(scenario, study_area, coverage))
    villages = villages.join(
        [ranking.responsibility, ranking.score, ranking.rank, ranking.tied_with, ranking.rank_in_group, ranking.missing]
    )
    villages = villages.join([ranking.simulation.table, ranking.explanations])
    modelled_on_sample = dem.is_sample | _near_sample_site(villages, serving, scenario)
    villages["depends_on_sample"] = villages["is_sample"].fillna(False).astype(bool) | modelled_on_sample
    villages["flags"] = _flags(villages, study_area, scenario, modelled_on_sample)
    villages = _ordered(villages).sort_values("rank")
    uses_sample = bool(villages["depends_on_sample"].any() or dem.is_sample or serving["is_sample"].fillna(False).any())
    return Plan(
        scenario=scenario,
        study_area=study_area,
        terrain=dem,
        villages=villages,
        contributions=ranking.contributions.loc[villages.index],
        criteria_values=ranking.values.loc[villages.index],
        ranking=ranking,
        operators=operator_coverage(coverage, villages),
        communes=_communes(study_area, coverage, villages, scenario),
        sites=sites,
        coverage=coverage,
        measured_by_operator=measured.by_operator,
        against_model=compared,
        notes=study_area.warnings + run_notes(study_area, sites, scenario) + cleaning_notes + measured.notes,
        uses_sample_data=uses_sample,
        manifest=_manifest(scenario, study_area, coverage, uses_sample),
    )


def _silent(_step: str, _share: float) -> None:
    pass


def _cover(scenario: Scenario, study_area: StudyArea, **options: Any) -> Coverage:
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


def _travel(scenario: Scenario, study_area: StudyArea, coverage: Coverage) -> pd.DataFrame | None:
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


def _compared(scenario: Scenario, study_area: StudyArea, workers: int) -> pd.DataFrame:
    """The same of each village under the second model: over the settlements alone, each path on its own profile."""
    other, dem = scenario.propagation.compare_with, study_area.terrain
    columns = {"rsrp_dbm": "compared_rsrp_dbm", "coverage_probability": "compared_probability", "modelled_status": "compared_status"}
    if other is None or other == scenario.propagation.model or dem.is_missing:
        empty = {"compared_model": pd.NA, "compared_rsrp_dbm": np.nan, "compared_probability": np.nan, "compared_status": pd.NA}
        return pd.DataFrame(empty, index=study_area.villages.index).astype({"compared_model": "string", "compared_status": "string"})
    only = settlement_cells(dem, study_area.villages, scenario.service)
    coverage = _cover(scenario, study_area, model=other, only=only, workers=workers)
    table = village_coverage(coverage, study_area.villages, scenario.service)
    return table[list(columns)].rename(columns=columns).assign(compared_model=pd.array([other] * len(table), dtype="string"))


def _commune_facts(study_area: StudyArea) -> pd.DataFrame:
    communes = study_area.communes
    facts = pd.DataFrame(communes[["border", "region_class"]]).assign(commune_name=communes["name"])
    # a blank class means "none of I to III" where others have one, and "not known" where nobody has
    facts["region_known"] = bool(communes["region_class"].notna().any())
    return facts


def _near_sample_site(villages: gpd.GeoDataFrame, serving: gpd.GeoDataFrame, scenario: Scenario) -> pd.Series:
    """Whether a made-up mast stands within reach of the village, and so takes part in its figures."""
    made_up = serving[serving["is_sample"].fillna(False).astype(bool)]
    near_km = nearest_sites(villages, made_up, villages.estimate_utm_crs())["nearest_site_km"]
    return (near_km <= scenario.propagation.max_radius_km).fillna(False).astype(bool)


def _flags(villages: gpd.GeoDataFrame, study_area: StudyArea, scenario: Scenario, modelled_on_sample: pd.Series | bool) -> pd.Series:
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
        "rests_on_sample": modelled_on_sample & ~villages["is_sample"].fillna(False).astype(bool),
    }
    table = pd.DataFrame({name: pd.Series(hit, index=villages.index).astype(bool) for name, hit in conditions.items()})
    return pd.Series([tuple(table.columns[row]) for row in table.to_numpy()], index=villages.index, dtype=object)


def _ordered(villages: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Results first in the order of the schema, then the input's own columns; helper columns left out."""
    results = [c.name for c in RESULTS.columns]
    rest = [c for c in villages.columns if c not in results and c not in ("path_unknown", "region_known", "source_row", "geometry")]
    return villages[[*results, *rest, "geometry"]]


def _communes(study_area: StudyArea, coverage: Coverage, villages: gpd.GeoDataFrame, scenario: Scenario) -> gpd.GeoDataFrame:
    communes = study_area.communes
    without = villages["declared_status"].eq("no_signal").fillna(False) | villages["modelled_status"].eq("no_signal")
    by_commune = villages["commune_code"]
    return communes.assign(
        covered_area_share=commune_coverage(coverage, communes, scenario.service),
        covered_population_share=_covered_people(study_area, coverage, scenario),
        n_villages=by_commune.value_counts().reindex(communes.index, fill_value=0),
        n_no_signal=by_commune[without].value_counts().reindex(communes.index, fill_value=0),
    )


def _covered_people(study_area: StudyArea, coverage: Coverage, scenario: Scenario) -> pd.Series | float:
    """Share of each commune's people who are covered; missing without a population layer, for area is never sold as people."""
    cells = study_area.population
    if cells is None:
        return np.nan
    people = spread_population(cells.people, cells.labels, study_area.communes["population"])
    p = sample_at_cells(coverage.probability, coverage.grid, where=people > 0, cells=cells.grid)
    covered = p >= scenario.service.min_probability
    return covered_population_share(people, covered, cells.labels, study_area.communes.index, known=~np.isnan(p))


def _manifest(scenario: Scenario, study_area: StudyArea, coverage: Coverage, uses_sample: bool) -> dict[str, Any]:
    compared = None if study_area.terrain.is_missing else scenario.propagation.compare_with
    packages = ("geo-planner", "geopandas", "numba", "numpy", "pandas", "pyproj", "rasterio", "scipy", "shapely")
    return {
        "scenario": scenario.model_dump(mode="json"),
        "inputs_sha256": study_area.sha256,
        "sources": {c.file: {"source": c.source, "licence": c.licence, "date": c.date, "origin": c.origin} for c in study_area.citations},
        "versions": {name: version(name) for name in packages},
        "model": coverage.model,
        "model_edition": MODEL_EDITIONS[coverage.model],
        "compared_model_edition": None if compared is None else MODEL_EDITIONS[compared],
        "metric_crs": study_area.metric_crs.to_string(),
        "uses_sample_data": uses_sample,
    }
