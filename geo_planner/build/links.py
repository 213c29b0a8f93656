"""Links between places: hops by radio and fibre along roads; and what is to be said of the places that none joins."""

from __future__ import annotations

from dataclasses import dataclass

import geopandas as gpd
import pandas as pd

from geo_planner.build.fibre import fibres
from geo_planner.build.hops import hops
from geo_planner.build.ways import reachable
from geo_planner.config.build.backhaul import Backhaul
from geo_planner.errors import Fault, warning
from geo_planner.preferences.settings import Travel
from geo_planner.terrain import Dem
from geo_planner.words import first_of

_COLUMNS = ("place_a", "place_b", "kind", "length_km", "freq_ghz", "availability_pct", "height_a_m", "height_b_m")
_NAMED = 10


@dataclass(frozen=True, slots=True)
class Links:
    """What can be built between places, and what is to be said of it.

    Attributes
    ----------
    table : DataFrame
        Index ``link_id``, sorted; ``place_a``, ``place_b`` (ids in order), ``kind`` (``microwave``, ``fibre``), ``length_km``, ``freq_ghz`` (NaN of
        fibre), ``availability_pct``, ``height_a_m``, ``height_b_m`` (least antenna heights of a hop; NaN of fibre).
    reachable : Series of bool
        By place_id: whether links lead from there to a gateway, with relays at any place.
    statements : tuple of Fault
        Warnings: pairs over unknown terrain, places that nothing joins, layers that are not there.
    """

    table: pd.DataFrame
    reachable: pd.Series
    statements: tuple[Fault, ...] = ()


def find_links(
    places: pd.DataFrame, dem: Dem, rules: Backhaul, *, roads: gpd.GeoDataFrame | None = None, travel: Travel | None = None
) -> Links:
    """Every hop and every fibre that may be built between places, and from places to gateways.

    Parameters
    ----------
    places : DataFrame
        Index ``place_id``; ``lat``, ``x_m``, ``y_m`` in the system of the terrain, ``height_m``, ``gateway``.
    dem : Dem
    rules : Backhaul
    roads : GeoDataFrame, optional
        Without it there is no fibre.
    travel : Travel, optional
        Speeds by class of road, which tell roads from paths.
    """
    found = hops(places, dem, rules)
    parts = [found.table]
    if roads is not None:
        parts.append(fibres(places, roads, dem.grid, rules, travel or Travel()))
    table = pd.concat([part for part in parts if len(part)] or parts[:1])[list(_COLUMNS)].sort_index(kind="stable")
    joined = reachable(places, table)
    said_of = [] if len(places) == 0 else [*_of_input(places, dem, rules, roads), *_of_pairs(found.paths, dem), *_of_places(places, joined)]
    return Links(table, joined, tuple(said_of))


def _of_input(places: pd.DataFrame, dem: Dem, rules: Backhaul, roads: gpd.GeoDataFrame | None) -> list[Fault]:
    told = []
    if not places["gateway"].any():
        told.append(warning("links", "links_no_gateway"))
    if dem.is_missing and rules.bands:
        told.append(warning("links", "links_no_terrain"))
    if roads is None and rules.fibre_longest_km > 0.0:
        told.append(warning("links", "links_no_roads"))
    return told


def _of_pairs(paths: tuple[int, int], dem: Dem) -> list[Fault]:
    unknown, of = paths
    return [] if dem.is_missing or not unknown else [warning("links", "links_unknown_terrain", n=unknown, of=of)]


def _of_places(places: pd.DataFrame, joined: pd.Series) -> list[Fault]:
    """A place is joined where one of the masts that may stand there is."""
    spots = places["stands_at"] if "stands_at" in places else pd.Series(places.index, index=places.index)
    best = joined.groupby(spots.astype(str)).any()
    alone = sorted(best.index[~best])
    return [warning("links", "places_unjoined", n=len(alone), of=len(best), places=first_of(alone, _NAMED))] if alone else []
