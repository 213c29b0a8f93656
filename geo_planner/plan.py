"""The order of the work: study area and scenario in, plan out. The only module that knows it."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from importlib.metadata import version
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_planner.calibration import Calibration, calibrate
from geo_planner.config import OPTIONAL_LAYERS, Scenario, load_scenario, naming_layers, with_optional_layers
from geo_planner.coverage import RADIO_COLUMNS, Coverage, LandCover, compute_coverage, in_service, with_defaults
from geo_planner.crs import GEOGRAPHIC
from geo_planner.errors import Fault, InputError, ModelRangeError
from geo_planner.loss_cache import LossCache
from geo_planner.measurements import (
    clean_measurements,
    disagreement_notes,
    measured_status,
    measured_vs_modelled,
    modelled_at,
    residual_table,
)
from geo_planner.measurements import disagreements as disagreements_with
from geo_planner.population import communes_without_cells, covered_population_share, sample_at_cells, spread_population
from geo_planner.radio import eirp_re_dbm
from geo_planner.ranking import RankingResult, rank, unknown_criteria, village_travel
from geo_planner.schema import RESULTS
from geo_planner.sources import StudyArea, load_study_area, scenario_paths
from geo_planner.sources.agreement import disagreements
from geo_planner.sources.manifest import vintage_warnings
from geo_planner.statuses import commune_coverage, nearest_sites, operator_coverage, settlement_cells, village_coverage
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
        ``schema.RESULTS``. ``missing`` is a tuple of criterion names, ``flags`` a tuple of stable words
        (see ``labels.FLAGS``), ``score`` in 0..1.
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
        As :func:`geo_planner.sources.load_study_area` gives it for this scenario.
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
    faults = _unknown_criteria(scenario, study_area)
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
    villages = study_area.villages.join(village_coverage(coverage, dem, study_area.villages, service))
    villages = villages.join(_compared(scenario, study_area, threads))
    villages = villages.join(nearest_sites(study_area.villages, serving, study_area.metric_crs))
    villages = villages.join(_commune_facts(study_area), on="commune_code")
    measured, measured_notes = _measured(scenario, study_area, villages)
    villages = villages.join(measured)
    tell("ranking", 0.9)
    ranking = rank(villages, scenario.ranking, seed=scenario.seed, travel=_travel(scenario, study_area, coverage))
    villages = villages.join([ranking.responsibility, ranking.score, ranking.rank, ranking.rank_in_group, ranking.missing])
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
        operators=operator_coverage(coverage, dem, villages),
        communes=_communes(study_area, coverage, villages, scenario),
        sites=sites,
        coverage=coverage,
        notes=study_area.warnings + _run_notes(study_area, sites, scenario) + measured_notes,
        uses_sample_data=uses_sample,
        manifest=_manifest(scenario, study_area, coverage, uses_sample),
    )


def _silent(_step: str, _share: float) -> None:
    pass


def _land_cover(scenario: Scenario, study_area: StudyArea) -> LandCover | None:
    if study_area.land_cover is None:
        return None
    return LandCover(study_area.land_cover, study_area.sha256.get(scenario.layers.land_cover or "", ""))


def _cover(scenario: Scenario, study_area: StudyArea, **options: Any) -> Coverage:
    """Coverage under the scenario; a cell outside the model's range is a fault of the input."""
    try:
        return compute_coverage(
            study_area.terrain, study_area.sites, scenario.service, scenario.propagation, land_cover=_land_cover(scenario, study_area), clutter=scenario.clutter,
            calibration=scenario.calibration, **options,
        )  # fmt: skip
    except ModelRangeError as error:
        reason, _, _ = str(error).rpartition(".")
        raise InputError(
            [Fault(scenario.layers.sites, reason, "Correct the cell or the setting, or choose another model.", code="model_range")]
        ) from error


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


def _measured(scenario: Scenario, study_area: StudyArea, villages: gpd.GeoDataFrame) -> tuple[pd.DataFrame, tuple[Fault, ...]]:
    """What measurements say of each village, beside the model and the declaration, and where the three differ."""
    if study_area.measurements is None:
        blank = {
            "measured_status": "unknown",
            "centre_status": "unknown",
            "n_samples": 0,
            "operators_measured": pd.NA,
            "measured_to": pd.NA,
        }
        words = dict.fromkeys([name for name in blank if name != "n_samples"], "string")
        return pd.DataFrame(blank, index=villages.index).astype({**words, "n_samples": "Int64"}), ()
    clean = clean_measurements(
        study_area.measurements, scenario.measurements, crs=study_area.metric_crs, file=scenario.layers.measurements or ""
    )
    told = measured_status(villages, clean.kept, scenario.service, study_area.metric_crs, scenario.measurements)
    kept = told[["measured_status", "centre_status", "n_samples", "operators_measured", "measured_to"]]
    return kept, (*clean.statements, *disagreement_notes(disagreements_with(villages, told)))


def _compared(scenario: Scenario, study_area: StudyArea, workers: int) -> pd.DataFrame:
    """The same of each village under the second model: over the settlements alone, each path on its own profile."""
    other, dem = scenario.propagation.compare_with, study_area.terrain
    columns = {"rsrp_dbm": "compared_rsrp_dbm", "coverage_probability": "compared_probability", "modelled_status": "compared_status"}
    if other is None or other == scenario.propagation.model or dem.is_missing:
        empty = {"compared_model": pd.NA, "compared_rsrp_dbm": np.nan, "compared_probability": np.nan, "compared_status": pd.NA}
        return pd.DataFrame(empty, index=study_area.villages.index).astype({"compared_model": "string", "compared_status": "string"})
    only = settlement_cells(dem, study_area.villages, scenario.service)
    coverage = _cover(scenario, study_area, model=other, only=only, workers=workers)
    table = village_coverage(coverage, dem, study_area.villages, scenario.service)
    return table[list(columns)].rename(columns=columns).assign(compared_model=pd.array([other] * len(table), dtype="string"))


@dataclass(frozen=True, slots=True)
class MeasuredAgainstModelled:
    """Measurements held against the model, and what they teach about each band.

    Attributes
    ----------
    calibrations : tuple of Calibration
    statistics, residuals, dropped : DataFrame
        See :mod:`geo_planner.measurements`.
    model, source_sha256 : str
        The model that was held against them, and the hash of the measurements.
    notes : tuple of Fault
    """

    calibrations: tuple[Calibration, ...]
    statistics: pd.DataFrame
    residuals: pd.DataFrame
    dropped: pd.DataFrame
    model: str
    source_sha256: str
    notes: tuple[Fault, ...]


def compare_with_measurements(
    scenario: Scenario, study_area: StudyArea, *, progress: Progress | None = None, workers: int | None = None
) -> MeasuredAgainstModelled:
    """Clean the measurements, work out the model at each, and calibrate every band. Applies nothing.

    Raises
    ------
    InputError
        When the study area holds no measurements.
    """
    scenario = with_optional_layers(scenario, study_area.root)
    file, tell = scenario.layers.measurements or "measurements/measurements.csv", progress or _silent
    if study_area.measurements is None:
        raise InputError(
            [Fault(file, "there are no measurements", "Bring them in with geo-planner import measurements FILE.", code="missing_file")]
        )
    settings, propagation = scenario.measurements, scenario.propagation
    clean = clean_measurements(study_area.measurements, settings, crs=study_area.metric_crs, file=file)
    sites = with_defaults(study_area.sites, scenario.site_defaults)
    modelled = modelled_at(
        clean.kept, study_area.terrain, sites, scenario.service, propagation, land_cover=_land_cover(scenario, study_area),
        clutter=scenario.clutter, workers=workers or os.cpu_count() or 1, progress=lambda share: tell("model", share),
    )  # fmt: skip
    residuals = residual_table(clean.kept, modelled, study_area.terrain, settings)
    return MeasuredAgainstModelled(
        calibrate(residuals, settings, model=propagation.model, sigma_db=scenario.service.sigma_db, seed=scenario.seed),
        measured_vs_modelled(residuals, threshold_dbm=scenario.service.rsrp_threshold_dbm),
        residuals,
        clean.dropped,
        propagation.model,
        study_area.sha256.get(file, ""),
        clean.statements,
    )


def validate(root: Path) -> list[Fault]:
    """Every fault and warning of a study area: its layers under each of its scenarios.

    Raises
    ------
    UsageError
        When `root` is not a folder.
    """
    paths = scenario_paths(root)
    if not paths:
        return [Fault("scenarios", "there is no scenario (*.yaml)", "Copy lai_chau_sample.yaml into it and adapt it.", code="missing_file")]
    found: dict[Fault, None] = {}
    for path in paths:
        try:
            scenario = load_scenario(path)
        except InputError as error:
            found.update(dict.fromkeys(error.faults))
            scenario = naming_layers(path)
        try:
            study_area = load_study_area(root, scenario)
            scenario = with_optional_layers(scenario, root)
            _, measured = _measured(scenario, study_area, study_area.villages.assign(modelled_status="unknown"))
            disagree = [*disagreements(study_area, villages_file=scenario.layers.villages, sites_file=scenario.layers.sites), *measured]
            found.update(dict.fromkeys([*study_area.warnings, *_unknown_criteria(scenario, study_area), *disagree]))
        except InputError as error:
            found.update(dict.fromkeys(error.faults))
    found.update(dict.fromkeys(vintage_warnings(root)))
    return sorted(found, key=lambda f: (f.level != "fault", f.file, f.row or 0))


def _unknown_criteria(scenario: Scenario, study_area: StudyArea) -> list[Fault]:
    modelled = ("coverage_probability", "settlement_covered_share", "rsrp_dbm", "nearest_site_km", "border", "region_class")
    names = unknown_criteria(scenario.ranking.criteria, [*study_area.villages.columns, *modelled])
    return [
        Fault(
            f"scenario {scenario.name}",
            f"criterion {name} names no column of the villages",
            "Correct the name, or add the column to the village list.",
            column="ranking.criteria",
            value=name,
            code="unknown_criterion",
        )
        for name in names
    ]


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
    p = sample_at_cells(
        coverage.probability, coverage.transform, coverage.crs, where=people > 0, cells_transform=cells.transform, cells_crs=cells.crs
    )
    covered = p >= scenario.service.min_probability
    return covered_population_share(people, covered, cells.labels, study_area.communes.index, known=~np.isnan(p))


def _run_notes(study_area: StudyArea, sites: gpd.GeoDataFrame, scenario: Scenario) -> tuple[Fault, ...]:
    notes = []
    file = scenario.layers.sites
    optional = [f"{name} ({path})" for name in OPTIONAL_LAYERS if (path := getattr(scenario.layers, name))]
    if optional:
        notes.append(
            Fault(
                f"scenario {scenario.name}",
                f"optional layers take part: {', '.join(optional)}",
                "Take a file away, or name another in layers, to change that.",
                column="layers",
                level="warning",
                code="optional_layers",
            )
        )
    if not sites["in_service"].any():
        notes.append(
            Fault(
                file,
                f"no cell on air serves {scenario.service.technology}: nothing is covered",
                "Check status and technology.",
                level="warning",
                code="no_cell_in_service",
            )
        )
    cells = study_area.population
    if cells is not None:
        for code in communes_without_cells(cells.people, cells.labels, study_area.communes["population"]):
            notes.append(
                Fault(
                    scenario.layers.population or "",
                    f"the population layer has nobody in commune {code}: its people cannot be spread",
                    "Use a layer that covers it.",
                    level="warning",
                    code="population_void",
                )
            )
    blank = sites["technology"].isna() & (sites["status"] == "on_air")
    if blank.any():
        notes.append(
            Fault(
                file,
                f"{int(blank.sum())} cells on air name no technology and do not count",
                "Fill in the technology.",
                column="technology",
                level="warning",
                code="technology_unknown",
            )
        )
    bare = (sites["status"] == "on_air") & sites[list(RADIO_COLUMNS)].isna().any(axis=1)
    if bare.any():
        notes.append(
            Fault(
                file,
                f"{int(bare.sum())} cells on air lack radio figures and do not count",
                "Fill them in, or set site_defaults in the scenario as an assumption.",
                column="tx_power_dbm",
                level="warning",
                code="radio_unknown",
            )
        )
    calibration = scenario.calibration
    if calibration.bands and calibration.model != scenario.propagation.model:
        notes.append(
            Fault(
                f"scenario {scenario.name}",
                f"the calibration was made for {calibration.model}, not for {scenario.propagation.model}, and is not applied",
                "Calibrate anew.",
                column="calibration.model",
                level="warning",
                code="calibration_model",
            )
        )
    elif calibration.bands and calibration.terrain_sha256 not in (None, "", study_area.terrain.sha256):
        notes.append(
            Fault(
                f"scenario {scenario.name}",
                "the calibration was made over another terrain",
                "Calibrate anew.",
                column="calibration.terrain_sha256",
                level="warning",
                code="calibration_terrain",
            )
        )
    assumed = int(sites["assumed"].map(len).gt(0).sum())
    if assumed:
        notes.append(
            Fault(
                file,
                f"{assumed} cells take radio figures from site_defaults: assumptions, not data",
                "Ask the operators for the figures.",
                level="warning",
                code="radio_assumed",
            )
        )
    if sites["in_service"].any():
        rows = study_area.sites.loc[sites["in_service"]].to_crs(study_area.metric_crs)
        west, south, east, north = _grid_bounds(study_area.terrain)
        outside = ~(rows.geometry.x.between(west, east) & rows.geometry.y.between(south, north))
        if outside.any():
            notes.append(
                Fault(
                    file,
                    f"{int(outside.sum())} cells stand outside the terrain: what they cover stays unknown",
                    "Use a raster that reaches them.",
                    level="warning",
                    code="site_outside_terrain",
                )
            )
    return tuple(notes)


def _grid_bounds(dem: Dem) -> tuple[float, float, float, float]:
    rows, columns = dem.heights_m.shape
    west, north = dem.transform.c, dem.transform.f
    return west, north - rows * dem.cell_m, west + columns * dem.cell_m, north


def _manifest(scenario: Scenario, study_area: StudyArea, coverage: Coverage, uses_sample: bool) -> dict[str, Any]:
    compared = None if study_area.terrain.is_missing else scenario.propagation.compare_with
    packages = ("geo-planner", "geopandas", "numba", "numpy", "pandas", "pyproj", "rasterio", "scipy", "shapely")
    return {
        "scenario": scenario.model_dump(mode="json"),
        "inputs_sha256": study_area.sha256,
        "versions": {name: version(name) for name in packages},
        "model": coverage.model,
        "model_edition": MODEL_EDITIONS[coverage.model],
        "compared_model_edition": None if compared is None else MODEL_EDITIONS[compared],
        "metric_crs": study_area.metric_crs.to_string(),
        "uses_sample_data": uses_sample,
    }
