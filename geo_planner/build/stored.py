"""A build plan taken apart for keeping, and put together again: what is kept, where each table stands, and what follows from the input.

Nothing is worked out anew but what costs nothing and follows from what is kept: the settings stand in the scenario, the cells as if all were
on air follow from the chosen options.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from geo_planner.build.after import After, as_if_on_air
from geo_planner.build.atlas import Atlas, Reached
from geo_planner.build.cost import Costs
from geo_planner.build.payers import Shares
from geo_planner.build.phases import Phases
from geo_planner.build.plan import BuildCosts, BuildPlan
from geo_planner.build.reach import known_sites
from geo_planner.build.results import Results
from geo_planner.build.served import Chosen
from geo_planner.build.siting import Choice
from geo_planner.config import Scenario
from geo_planner.config.build import BuildSettings
from geo_planner.radio.cells import in_service
from geo_planner.radio.coverage import Coverage
from geo_planner.study_area import StudyArea
from geo_planner.units import FloatGrid

CLASSES: tuple[type, ...] = (BuildCosts, Choice, Chosen, Costs, Phases, Reached, Results, Shares)
"""Dataclasses that stand among the parts."""
FORM: tuple[type, ...] = (BuildPlan, Atlas, After, *CLASSES)
"""Those whose fields must be what they were at the time of writing."""
HOMES = {
    "results.sites": "chosen_sites",
    "results.links": "chosen_links",
    "results.villages": "build_villages",
    "places": "candidates",
    "demands": "demands",
    "options": "build_options",
    "costs.options.table": "build_options",
    "costs.options.items": "build_option_items",
    "covers": "build_covers",
    "links": "build_links",
    "costs.links.table": "build_links",
    "costs.links.items": "build_link_items",
    "power": "build_power",
    "shares.items": "build_shares",
    "phases.items": "build_phases",
    "phases.by_year": "build_years",
    "frontier": "build_frontier",
    "stay_in": "build_stay_in",
    "people_by_year": "build_people",
    "smartphones": "build_smartphones",
    "power_first": "build_power_first",
}
"""The layer or table of ``plan.gpkg`` in which a part stands anyway."""
_RASTERS = ("households", "weighted", "expected")


@dataclass(frozen=True, slots=True)
class Rasters:
    """What a folder has of a build plan besides tables.

    Attributes
    ----------
    atlas : dict of str to dict of float to ndarray of float32
        The rasters of :class:`geo_planner.build.atlas.Atlas`, by name and mast height.
    after : Coverage
        As if all were on air.
    """

    atlas: dict[str, dict[float, FloatGrid]]
    after: Coverage


def parts_of(build: BuildPlan) -> dict[str, Any]:
    """What is kept of a build plan besides its rasters."""
    whole = {f.name: getattr(build, f.name) for f in fields(build) if f.name not in ("settings", "atlas", "after")}
    atlas = {f.name: getattr(build.atlas, f.name) for f in fields(build.atlas) if f.name not in ("grid", *_RASTERS)}
    after = {f.name: getattr(build.after, f.name) for f in fields(build.after) if f.name not in ("sites", "coverage")}
    return {**whole, "atlas": atlas, "after": after}


def rebuilt(parts: Mapping[str, Any], rasters: Rasters, settings: BuildSettings, scenario: Scenario, study_area: StudyArea) -> BuildPlan:
    """The build plan of which :func:`parts_of` were kept.

    Parameters
    ----------
    rasters : Rasters
    settings : BuildSettings
        Section ``build`` of the scenario.
    scenario, study_area
        As at the time of the run.

    Raises
    ------
    TypeError, KeyError
        When parts are lacking, or the chosen options are not among the options.
    """
    dem = study_area.terrain
    options, places, choice = parts["options"], parts["places"], parts["choice"]
    sites = as_if_on_air(options.loc[list(choice.options)], places, known_sites(scenario, study_area), dem.crs)
    return BuildPlan(
        **{name: part for name, part in parts.items() if name not in ("atlas", "after")},
        settings=settings,
        atlas=Atlas(**{"grid": dem.grid, **rasters.atlas, **parts["atlas"]}),
        after=After(sites=sites.assign(in_service=in_service(sites, scenario.service)), coverage=rasters.after, **parts["after"]),
    )
