"""Which options can be joined to the network at all, whom that leaves without any, and why a choice is empty."""

from __future__ import annotations

import pandas as pd

from geo_planner.build.problem import Problem
from geo_planner.build.siting import Choice
from geo_planner.build.ways import reachable
from geo_planner.build.wishes import Wishes
from geo_planner.errors import Fault, warning
from geo_planner.words.said import first_of

_NAMED = 20


def joined(options: pd.DataFrame, places: pd.DataFrame, links: pd.DataFrame) -> pd.Series:
    """Whether an option has a backhaul of its own, or its place a way to a gateway over places where something may be built.

    Parameters
    ----------
    options : DataFrame
        Index ``option_id``; ``place_id``, ``backhaul``.
    places : DataFrame
        Index ``place_id``; ``gateway``.
    links : DataFrame
        ``place_a``, ``place_b``.

    Returns
    -------
    Series of bool
        By option_id.
    """
    way = reachable(places, links, holders=set(options["place_id"]))
    return ((options["backhaul"] == "own") | options["place_id"].map(way).eq(True)).astype(bool).rename("joined")


def joined_only(
    options: pd.DataFrame, covers: pd.DataFrame, demands: pd.DataFrame, places: pd.DataFrame, links: pd.DataFrame, wishes: Wishes
) -> tuple[pd.DataFrame, pd.DataFrame, list[Fault]]:
    """The options that can be joined to the network (and those that must be built, about which the choice then says why they cannot).

    Parameters
    ----------
    options, covers, demands, places, links : DataFrame
        As for :func:`geo_planner.build.siting.choose`.
    wishes : Wishes
        What must not be built passes nothing on.

    Returns
    -------
    options, covers : DataFrame
    statements : list of Fault
        A warning that names the villages which options would serve, none of them with a way to the network.
    """
    allowed = options[~options.index.isin(wishes.not_options)]
    good = joined(allowed, places, links).reindex(options.index, fill_value=False)
    kept = options[good | options.index.isin([*wishes.options, *wishes.not_options])]
    worth = demands[demands["weight"] > 0]
    reached = covers[covers["option_id"].isin(allowed.index)]

    def villages(found: pd.DataFrame) -> set[str]:
        return set(worth["village_id"].reindex(found["demand_id"].unique()).dropna())

    lost = sorted(villages(reached) - villages(reached[reached["option_id"].map(good).astype(bool)]))
    told = [warning("build", "build_village_unjoined", column="build", n=len(lost), villages=first_of(lost, _NAMED))] if lost else []
    return kept, covers[covers["option_id"].isin(kept.index)].reset_index(drop=True), told


def why_nothing(problem: Problem, choice: Choice) -> list[Fault]:
    """Why a choice that keeps all rules builds nothing: there is nobody to cover, or the money does not do for anything that covers somebody."""
    if choice.options or choice.status == "infeasible":
        return []
    waiting = problem.demands.index[problem.demands["weight"] > 0]
    if waiting.empty:
        return [warning("build", "build_nothing.no_need", column="build")]
    barred = problem.wishes.not_options
    serving = set(problem.covers.loc[problem.covers["demand_id"].isin(waiting), "option_id"]) - set(barred)
    if not serving:
        return [warning("build", "build_nothing.no_option", column="build")]
    limit, least = problem.settings.limit_vnd(), int(problem.options.loc[sorted(serving), "cost"].min())
    if limit is None:
        return []
    return [warning("build", "build_nothing.budget", column="build.budget_vnd", budget=limit, least=least)]
