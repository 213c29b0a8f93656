"""What becomes of each village under a build plan, and why one gets nothing."""

from __future__ import annotations

from collections.abc import Collection
from typing import Literal

import geopandas as gpd
import pandas as pd

from geo_planner.build.joined import joined
from geo_planner.build.payers import payer_of
from geo_planner.build.plan import BuildPlan
from geo_planner.build.served import TERMINAL

Outcome = Literal[
    "covered",
    "partly",
    "terminal",
    "served_today",
    "committed",
    "unwanted",
    "not_counted",
    "unreached",
    "unjoined",
    "beyond_budget",
    "infeasible",
]
"""Stable words: all of it gets mobile signal, some of it, a satellite terminal alone; nothing lacks; an operator has promised it; it is not wished; its
payer is not planned for; no place reaches it; what reaches it has no way to the network; the money does more elsewhere; no choice keeps the rules."""
NOBODY_CAN = ("unreached", "unjoined")
"""Outcomes of villages that no budget covers."""


def outcomes(build: BuildPlan, villages: gpd.GeoDataFrame) -> pd.DataFrame:
    """What each village gets.

    Parameters
    ----------
    build : BuildPlan
    villages : GeoDataFrame
        Index ``village_id``; ``responsibility``, ``households`` and the columns of commitments.

    Returns
    -------
    DataFrame
        Index as `villages`; ``outcome`` (an ``Outcome``), ``payer`` (blank: an operator has promised it), ``households_before``,
        ``households_after`` and ``year`` as of :class:`geo_planner.build.results.Results`, ``site_ids`` (tuple).
    """
    told = build.results.villages.reindex(villages.index)
    settings = build.settings
    payer = payer_of(villages, settings.payers)
    facts = _Facts(build, set(map(str, settings.must_not)))
    words = [facts.outcome(str(village), str(payer[village]), sites) for village, sites in zip(told.index, told["site_ids"], strict=True)]
    return told.drop(columns="households_terminal").assign(outcome=words, payer=payer)


class _Facts:
    """What is asked of every village, worked out once."""

    def __init__(self, build: BuildPlan, unwanted: Collection[str]) -> None:
        self.unwanted, self.build = unwanted, build
        village = build.demands["village_id"]
        self.lacking = set(village)
        covered = build.choice.covered.reindex(build.demands.index).fillna(False).astype(bool)
        self.whole = set(village) - set(village[~covered])
        self.reached = set(village.reindex(build.covers["demand_id"].unique()))
        can = joined(build.options, build.places, build.links)
        within = build.covers["option_id"].map(can).astype(bool)
        self.joined = set(village.reindex(build.covers.loc[within, "demand_id"].unique()))

    def outcome(self, village: str, payer: str, sites: tuple[str, ...]) -> Outcome:
        build = self.build
        if sites:
            if all(build.options.at[site, "kind"] == TERMINAL for site in sites):
                return "terminal"
            return "covered" if village in self.whole else "partly"
        if village not in self.lacking:
            return "served_today"
        if not payer:
            return "committed"
        if village in self.unwanted:
            return "unwanted"
        if payer not in build.settings.count_payers:
            return "not_counted"
        if village not in self.reached:
            return "unreached"
        if village not in self.joined:
            return "unjoined"
        return "infeasible" if build.choice.status == "infeasible" else "beyond_budget"
