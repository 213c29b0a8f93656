"""A plan put in order anew, as a run would do it with other settings of the ranking."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pandas as pd

from geo_planner.plan import Plan
from geo_planner.preferences import RankingSettings
from geo_planner.ranking import Context, criteria_values, rank


def reranked(plan: Plan, villages: pd.DataFrame | None = None, **changes: Any) -> Plan:
    """The plan under changed settings of its ranking, over its own villages or over these."""
    document = {**plan.scenario.ranking.model_dump(mode="json"), "robustness": {"draws": 100}, **changes}
    settings = RankingSettings.model_validate(document)
    table = (plan.villages if villages is None else villages).assign(region_known=True)
    result = rank(table, settings, seed=1, values=criteria_values(table, settings.criteria, Context(cost=settings.cost)))
    ours = [
        result.score,
        result.rank,
        result.tied_with,
        result.rank_in_group,
        result.missing,
        result.responsibility,
        result.simulation.table,
        result.explanations,
    ]
    added = pd.concat(ours, axis=1)
    listed = table.drop(columns=[*(c for c in added if c in table), "region_known"]).join(added).sort_values("rank")
    return replace(
        plan,
        scenario=plan.scenario.model_copy(update={"ranking": settings}),
        villages=listed,
        contributions=result.contributions.loc[listed.index],
        criteria_values=result.values.loc[listed.index],
        ranking=result,
        operators=plan.operators.reindex(listed.index),
    )
