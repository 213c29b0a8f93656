"""What a run has to say about its own input: warnings that no layer alone can tell, and criteria that name nothing."""

from __future__ import annotations

import geopandas as gpd

from geo_planner.config import OPTIONAL_LAYERS, Scenario
from geo_planner.coverage import RADIO_COLUMNS, range_reasons, with_defaults
from geo_planner.errors import Fault, bounded, fault, prose_fault
from geo_planner.population import communes_without_cells
from geo_planner.ranking import unknown_criteria, unread_cells
from geo_planner.schema import COMMUNES
from geo_planner.sources import StudyArea
from geo_planner.terrain import Dem


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
        prose_fault(
            f"scenario {scenario.name}",
            f"criterion {name} names no column of the villages",
            "Correct the name, or add the column to the village list.",
            column="ranking.criteria",
            value=name,
            code="unknown_criterion",
        )
        for name in names
    ]


def commune_questions(scenario: Scenario, study_area: StudyArea) -> list[Fault]:
    """What nobody has told of any commune: questions to the department, never filled in."""
    facts = {c.name: c.en.lower() for c in COMMUNES.columns if c.name in ("population", "border", "region_class", "area_km2")}
    unknown = [f"{words} ({name})" for name, words in facts.items() if study_area.communes[name].isna().all()]
    if not unknown:
        return []
    reason = f"not known of any commune: {', '.join(unknown)}; criteria that need it count as missing, shares of people are not given"
    remedy = "Ask the department and write it into the communes layer."
    return [prose_fault(scenario.layers.communes, reason, remedy, level="warning", code="commune_facts_unknown")]


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
    notes = commune_questions(scenario, study_area)
    file = scenario.layers.sites
    optional = [f"{name} ({path})" for name in OPTIONAL_LAYERS if (path := getattr(scenario.layers, name))]
    if optional:
        notes.append(
            prose_fault(
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
            prose_fault(
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
                prose_fault(
                    scenario.layers.population or "",
                    f"the population layer has nobody in commune {code}: its people cannot be spread",
                    "Use a layer that covers it.",
                    level="warning",
                    code="population_void",
                )
            )
    on_air = (sites["status"] == "on_air").fillna(False)
    no_status = sites["status"].isna()
    if no_status.any():
        reason = f"{int(no_status.sum())} cells have no status and do not count"
        remedy = "Ask the operators which are on air, and fill it in."
        notes.append(prose_fault(file, reason, remedy, column="status", level="warning", code="status_unknown"))
    blank = sites["technology"].isna() & on_air
    if blank.any():
        notes.append(
            prose_fault(
                file,
                f"{int(blank.sum())} cells on air name no technology and do not count",
                "Fill in the technology.",
                column="technology",
                level="warning",
                code="technology_unknown",
            )
        )
    bare = on_air & sites[list(RADIO_COLUMNS)].isna().any(axis=1)
    if bare.any():
        notes.append(
            prose_fault(
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
            prose_fault(
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
            prose_fault(
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
            prose_fault(
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
                prose_fault(
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
