"""What a run has to say about its own input: warnings that no layer alone can tell, and criteria that name nothing."""

from __future__ import annotations

import geopandas as gpd

from geo_planner.config import OPTIONAL_LAYERS, Scenario
from geo_planner.errors import Fault, bounded, fault, warning
from geo_planner.people import communes_without_cells
from geo_planner.radio.carriers import WHOLE_CARRIER
from geo_planner.radio.cells import RADIO_COLUMNS, with_defaults
from geo_planner.radio.losses import range_reasons
from geo_planner.ranking import unknown_criteria, unread_cells
from geo_planner.schema import COMMUNES
from geo_planner.study_area import StudyArea
from geo_planner.words import Label, said


def input_faults(scenario: Scenario, study_area: StudyArea) -> list[Fault]:
    """What a run refuses of layers that are sound by themselves; ``validate`` and ``plan`` both ask here, so that they end alike."""
    faults = criteria_faults(scenario, study_area)
    reasons = range_reasons(
        with_defaults(study_area.sites, scenario.site_defaults),
        scenario.service,
        scenario.propagation,
        no_terrain=study_area.terrain.is_missing,
        with_land_cover=study_area.land_cover is not None,
        clutter=scenario.clutter,
    )
    outside = [
        fault(scenario.layers.sites, "model_range.cells", value=", ".join(cells[:3])[:80], why=reason, n=len(cells))
        for reason, cells in reasons.items()
    ]
    return faults + bounded(outside)


def criteria_faults(scenario: Scenario, study_area: StudyArea) -> list[Fault]:
    """Criteria of the scenario that name no column of the villages, and cells of their columns that are no figure."""
    modelled = ("coverage_probability", "settlement_covered_share", "rsrp_dbm", "nearest_site_km", "border", "region_class")
    names = unknown_criteria(scenario.ranking.criteria, [*study_area.villages.columns, *modelled])
    unread = unread_cells(study_area.villages, scenario.ranking.criteria, scenario.layers.villages)
    return unread + [
        fault(f"scenario {scenario.name}", "unknown_criterion.no_column", column="ranking.criteria", value=name, name=name)
        for name in names
    ]


def commune_questions(scenario: Scenario, study_area: StudyArea) -> list[Fault]:
    """What nobody has told of any commune: questions to the department, never filled in."""
    asked = [column for column in COMMUNES.columns if column.name in ("population", "border", "region_class", "area_km2")]
    unknown = [
        said("commune_fact", title=Label(column.name, column.vi.lower(), column.en.lower()), name=column.name)
        for column in asked
        if study_area.communes[column.name].isna().all()
    ]
    return [warning(scenario.layers.communes, "commune_facts_unknown.of_all", facts=unknown)] if unknown else []


def run_notes(study_area: StudyArea, sites: gpd.GeoDataFrame, scenario: Scenario) -> tuple[Fault, ...]:
    """Warnings of a run.

    Parameters
    ----------
    study_area : StudyArea
    sites : GeoDataFrame
        With ``in_service`` and ``assumed``.
    scenario : Scenario
        Naming the optional layers that take part.
    """
    return (
        *commune_questions(scenario, study_area),
        *_layers_found(scenario),
        *_without_service(scenario, sites),
        *_whole_carrier(scenario),
        *_people_without_cells(scenario, study_area),
        *_blank_cells(scenario, sites),
        *_calibrated_elsewhere(scenario, study_area),
        *_assumed(scenario, sites),
        *_off_the_terrain(scenario, study_area, sites),
    )


def _layers_found(scenario: Scenario) -> list[Fault]:
    found = [f"{name} ({path})" for name in OPTIONAL_LAYERS if (path := getattr(scenario.layers, name))]
    return [warning(f"scenario {scenario.name}", "optional_layers.found", column="layers", layers=found)] if found else []


def _without_service(scenario: Scenario, sites: gpd.GeoDataFrame) -> list[Fault]:
    if sites["in_service"].any():
        return []
    return [warning(scenario.layers.sites, "no_cell_in_service.technology", technology=scenario.service.technology)]


def _whole_carrier(scenario: Scenario) -> list[Fault]:
    """GSM and UMTS have no RSRP: what their levels are instead."""
    technology = scenario.service.technology
    quantity = WHOLE_CARRIER.get(technology.upper())
    if quantity is None:
        return []
    column = "service.rsrp_threshold_dbm"
    return [warning(f"scenario {scenario.name}", "level_of_carrier.whole", column=column, technology=technology, quantity=quantity)]


def _people_without_cells(scenario: Scenario, study_area: StudyArea) -> list[Fault]:
    cells = study_area.population
    if cells is None:
        return []
    communes = communes_without_cells(cells.people, cells.labels, study_area.communes["population"])
    return [warning(scenario.layers.population or "", "population_void.commune", commune=code) for code in communes]


def _blank_cells(scenario: Scenario, sites: gpd.GeoDataFrame) -> list[Fault]:
    """Cells of the sites table that would decide what takes part, and with which figures."""
    on_air = (sites["status"] == "on_air").fillna(False)
    blank = {
        ("status_unknown.cells", "status"): sites["status"].isna(),
        ("technology_unknown.cells", "technology"): sites["technology"].isna() & on_air,
        ("radio_unknown.cells", "tx_power_dbm"): on_air & sites[list(RADIO_COLUMNS)].isna().any(axis=1),
    }
    return [warning(scenario.layers.sites, key, column=column, n=int(rows.sum())) for (key, column), rows in blank.items() if rows.any()]


def _calibrated_elsewhere(scenario: Scenario, study_area: StudyArea) -> list[Fault]:
    """A calibration that was found with another model, or over another terrain, than those of the run."""
    calibration, now = scenario.calibration, scenario.propagation.model
    place = f"scenario {scenario.name}"
    if not calibration.bands:
        return []
    if calibration.model != now:
        return [warning(place, "calibration_model.another", column="calibration.model", of=calibration.model, now=now)]
    if calibration.terrain_sha256 not in (None, "", study_area.terrain.sha256):
        return [warning(place, "calibration_terrain.another", column="calibration.terrain_sha256")]
    return []


def _assumed(scenario: Scenario, sites: gpd.GeoDataFrame) -> list[Fault]:
    n = int(sites["assumed"].map(len).gt(0).sum())
    return [warning(scenario.layers.sites, "radio_assumed.cells", n=n)] if n else []


def _off_the_terrain(scenario: Scenario, study_area: StudyArea, sites: gpd.GeoDataFrame) -> list[Fault]:
    """Cells in service that stand outside the terrain."""
    rows = study_area.sites.loc[sites["in_service"]].to_crs(study_area.metric_crs)
    west, south, east, north = study_area.terrain.grid.bounds
    on_it = rows.geometry.x.between(west, east) & rows.geometry.y.between(south, north)
    return [] if on_it.all() else [warning(scenario.layers.sites, "site_outside_terrain.cells", n=int((~on_it).sum()))]
