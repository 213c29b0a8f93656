"""What would bring a village its signal: options of the build plan, or, without one, places of the mast atlas."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd

from geo_planner.build.atlas import Atlas, mast_atlas
from geo_planner.build.best_places import best_places
from geo_planner.build.cost import SUFFIX
from geo_planner.build.demands import covered_pieces
from geo_planner.build.prices import ESTIMATES
from geo_planner.config.build.backhaul import Backhaul
from geo_planner.config.build.candidates import Candidates
from geo_planner.link import to_metres
from geo_planner.radio.cache import LossCache
from geo_planner.radio.statuses import village_status
from geo_planner.trial import kept

if TYPE_CHECKING:
    from geo_planner.build.plan import BuildPlan
    from geo_planner.plan import Plan

COLUMNS = (
    "source", "option_id", "place_id", "kind", "lon", "lat", "distance_km", "mast_height_m", "households", "households_all", "status_after",
    "joined", "cost_low_vnd", "cost_vnd", "cost_high_vnd", "chosen", "year",
)  # fmt: skip
_ORDER = {"covered": 0, "partial": 1, "no_signal": 2, "unknown": 3}


def cures(
    plan: Plan,
    village_id: str,
    *,
    most: int = 8,
    every: bool = False,
    atlas: Atlas | None = None,
    cache: LossCache | None = None,
    workers: int = 1,
) -> pd.DataFrame:
    """The options that would serve a village: those that can be joined to the network, the most complete, then the cheapest first.

    Parameters
    ----------
    plan : Plan
        With a build plan its options; else the best places of the atlas.
    village_id : str
    most : int
    every : bool
        All options; else, of those at one place, the first and what is chosen.
    atlas : Atlas, optional
        Without a build plan: the atlas, where it is there already; it is worked out for all villages without coverage when left out.
    cache, workers
        For the atlas.

    Returns
    -------
    DataFrame
        Numbered from 1: ``source`` (``build``, ``atlas``), ``option_id`` (blank of the atlas), ``place_id``, ``kind``, ``lon``, ``lat``, ``distance_km``
        from the village's centre, ``mast_height_m``, ``households`` of this village that it would newly cover, ``households_all`` of all villages,
        ``status_after`` (what the village would be with this option alone; of a satellite terminal, which is no mobile signal, as it is; of the atlas,
        which looks at the centre alone, missing), ``joined`` (whether
        links lead from there to the network, over relays where need be, or none is needed; of the atlas, which reckons with a satellite, always), ``cost_low_vnd``, ``cost_vnd``, ``cost_high_vnd`` (the option without links; of the atlas a rough
        ``cost_vnd`` alone, assumption), ``chosen`` and ``year`` (of the build plan; missing: in none).
        Empty where nothing that was tried reaches the village, or nothing of it lacks signal.

    Raises
    ------
    KeyError
        For a village that the plan does not have.
    """
    village = plan.villages.loc[village_id]
    xy = to_metres(plan.terrain.crs, village.geometry.x, village.geometry.y)
    if plan.build is not None:
        return _of_build(plan, plan.build, village_id, xy, most, every=every)
    settings = plan.scenario.build.candidates if plan.scenario.build else Candidates()
    backhaul = plan.scenario.build.backhaul if plan.scenario.build else Backhaul()
    if atlas is None:
        atlas = mast_atlas(plan.study_area, plan.scenario, plan.villages.sort_index(), settings, workers=workers, cache=cache)
    if village_id not in atlas.villages.index:
        return _numbered(pd.DataFrame(columns=list(COLUMNS)))
    ranking = plan.scenario.ranking
    places = best_places(
        atlas, village_id, plan.study_area, plan.villages, settings, n=most, backhaul=backhaul, travel=ranking.travel, cost=ranking.cost
    )
    own = float(atlas.villages.at[village_id, "households"])
    table = pd.DataFrame(
        {
            "source": "atlas", "option_id": "", "place_id": [f"atlas:{lat:.5f},{lon:.5f}" for lat, lon in zip(places["lat"], places["lon"], strict=True)],
            "kind": "mast", "lon": places["lon"], "lat": places["lat"], "distance_km": places["village_km"], "mast_height_m": places["mast_height_m"],
            "households": own, "households_all": places["households"], "status_after": pd.NA, "joined": True, "cost_low_vnd": np.nan,
            "cost_vnd": places["cost_mvnd"] * 1e6, "cost_high_vnd": np.nan, "chosen": False, "year": pd.NA,
        }
    )  # fmt: skip
    return _numbered(table.sort_values(["cost_vnd", "distance_km", "mast_height_m"], kind="stable").head(most))


def _of_build(plan: Plan, build: BuildPlan, village_id: str, xy: tuple[float, float], most: int, *, every: bool) -> pd.DataFrame:
    from geo_planner.build.ways import reachable  # here, so that a plan without what to build loads no solver

    mine = build.demands.index[build.demands["village_id"] == village_id]
    served = build.covers[build.covers["demand_id"].isin(mine)]
    if "margin_db" in served:
        served = served[served["margin_db"] >= 0.0]
    ids = pd.Index(sorted(set(served["option_id"])), dtype=object)
    if ids.empty:
        return _numbered(pd.DataFrame(columns=list(COLUMNS)))
    of_all = build.covers[build.covers["option_id"].isin(ids)]
    options, costs = build.options.loc[ids], build.costs.options.table.loc[ids]
    places = build.places.loc[options["place_id"]]
    households = build.demands["households"]
    year = build.results.sites["year"].reindex(ids)
    table = pd.DataFrame(
        {
            "source": "build", "option_id": ids, "place_id": options["place_id"], "kind": options["kind"], "lon": places["lon"].to_numpy(),
            "lat": places["lat"].to_numpy(), "distance_km": np.hypot(places["x_m"] - xy[0], places["y_m"] - xy[1]).to_numpy() / 1000.0,
            "mast_height_m": options["mast_height_m"], "households": _sums(served, households, ids), "households_all": _sums(of_all, households, ids),
            "status_after": _statuses(plan, village_id, served, options["kind"]), **{f"cost{SUFFIX[e]}_vnd": costs[f"cost{SUFFIX[e]}"] for e in ESTIMATES},
            "joined": options["backhaul"].ne("network") | options["place_id"].map(reachable(build.places, build.links)).astype(bool),
            "chosen": ids.isin(build.choice.options), "year": year, "at": places["stands_at"].to_numpy(dtype=object),
        },
        index=ids,
    )  # fmt: skip
    table["order"] = table["status_after"].map(_ORDER) + len(_ORDER) * ~table["joined"]
    table = table.sort_values(["order", "cost_vnd", "distance_km", "option_id"], kind="stable")
    if not every:
        table = table[table["chosen"] | ~table["at"].duplicated()]
    # what is chosen is told, however many others there are
    rest = max(most - int(table["chosen"].sum()), 0)
    return _numbered(table[table["chosen"] | ((~table["chosen"]).cumsum() <= rest)])


def _sums(covers: pd.DataFrame, households: pd.Series, ids: pd.Index) -> pd.Series:
    return covers["demand_id"].map(households).astype(float).groupby(covers["option_id"].to_numpy()).sum().reindex(ids, fill_value=0.0)


def _statuses(plan: Plan, village_id: str, served: pd.DataFrame, kinds: pd.Series) -> pd.Series:
    """What the village would be with each option alone, by the rule of the statuses."""
    service, grid = plan.scenario.service, plan.terrain.grid
    own = kept.pieces(plan)
    own = own[own["village_id"] == village_id]
    now = pd.Series(covered_pieces(own, plan.coverage, service), index=own.index)
    geometry = kept.villages(plan).geometry.loc[village_id]
    at = grid.cells(geometry.x, geometry.y)
    centre = own.index[(own["row"] == int(at.row)) & (own["column"] == int(at.column))]
    found = {}
    for option, kind in kinds.items():
        with_it = now | now.index.isin(served.loc[served["option_id"] == option, "demand_id"]) if kind != "satellite_terminal" else now
        probability = 1.0 if bool(with_it[centre].any()) else 0.0
        found[option] = str(village_status(probability, float(with_it.mean()), service))
    return pd.Series(found, dtype=object)


def _numbered(table: pd.DataFrame) -> pd.DataFrame:
    return (
        table[list(COLUMNS)]
        .reset_index(drop=True)
        .rename(index=lambda n: n + 1)
        .rename_axis("number")
        .astype({"year": "Int64", "chosen": bool})
    )
