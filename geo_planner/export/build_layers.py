"""The build plan for GIS: sites, links, candidates and demands as layers, the tables behind them beside."""

from __future__ import annotations

from typing import TYPE_CHECKING

import geopandas as gpd
import pandas as pd
from pyproj import CRS
from shapely.geometry import LineString

from geo_planner.crs import GEOGRAPHIC

if TYPE_CHECKING:
    from geo_planner.build.plan import BuildPlan

Layers = dict[str, tuple[gpd.GeoDataFrame, str]]


def build_layers(build: BuildPlan, crs: CRS) -> Layers:
    """Layers by name, each with its kind of geometry.

    Parameters
    ----------
    build : BuildPlan
    crs : CRS
        Of the terrain, in which places and demands have their positions.
    """
    places = build.places
    at = dict(zip(places.index, zip(places["lon"], places["lat"], strict=True), strict=True))
    sites, links = build.results.sites, build.results.links
    lines = [LineString([at[a], at[b]]) for a, b in zip(links["place_a"], links["place_b"], strict=True)]
    households = build.demands["households"]
    served = build.chosen.serves.reindex(build.demands.index)
    demands = build.demands.assign(
        covered=build.choice.covered.reindex(build.demands.index).to_numpy(dtype=bool), site_id=served, households=households
    )
    return {
        "chosen_sites": (_points(sites, sites["lon"], sites["lat"], GEOGRAPHIC), "Point"),
        "chosen_links": (gpd.GeoDataFrame(links, geometry=lines, crs=GEOGRAPHIC), "LineString"),
        "candidates": (_points(places, places["lon"], places["lat"], GEOGRAPHIC), "Point"),
        "demands": (_points(demands, demands["x_m"], demands["y_m"], crs), "Point"),
    }


def build_tables(build: BuildPlan) -> dict[str, pd.DataFrame]:
    """The tables behind the layers: everything that could be built, with reach, links, costs and power; what came of each village."""
    return {
        "build_options": build.options.join(build.costs.options.table.drop(columns="cost")),
        "build_covers": build.covers,
        "build_links": build.links.join(build.costs.links.table.drop(columns="cost")),
        "build_power": build.power,
        "build_option_items": build.costs.options.items,
        "build_link_items": build.costs.links.items,
        "build_villages": build.results.villages,
        "build_shares": build.shares.items,
        "build_phases": build.phases.items,
        "build_years": build.phases.by_year,
        "build_frontier": build.frontier,
        "build_sums": _sums(build),
        "build_stay_in": build.stay_in.rename("stay_in").to_frame(),
        **{name: table for name, table in _beside(build).items() if table is not None},
    }


def _sums(build: BuildPlan) -> pd.DataFrame:
    """A row for the low, base and high estimate: the sums of what is built, and what a newly covered household costs."""
    from geo_planner.build.payers import cost_per_household  # here, so that a plan without what to build loads no solver

    sums = pd.DataFrame.from_dict(build.costs.totals, orient="index").rename_axis("estimate")
    return sums.assign(cost_per_household_vnd=[cost_per_household(build.chosen, str(estimate)) for estimate in sums.index])


def _beside(build: BuildPlan) -> dict[str, pd.DataFrame | None]:
    """What not every plan has."""
    return {"build_people": build.people_by_year, "build_smartphones": build.smartphones, "build_power_first": build.power_first}


def _points(table: pd.DataFrame, x: pd.Series, y: pd.Series, crs: CRS | str) -> gpd.GeoDataFrame:
    return gpd.GeoDataFrame(table, geometry=gpd.points_from_xy(x, y), crs=crs)
