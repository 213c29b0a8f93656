"""The villages of many plans in one order. Scores hang on a village's own row and on bounds that stand in the scenario, so they compare across
provinces wherever criteria, bounds, weights and method are the same; a plan with others stays out, and that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pandas as pd

from geo_planner.preferences.settings import RankingSettings
from geo_planner.ranking import rank_within
from geo_planner.ranking.result import order_of

_SHOWN = (
    "name",
    "commune_code",
    "commune_name",
    "households",
    "responsibility",
    "modelled_status",
    "rank",
    "rank_in_group",
    "depends_on_sample",
)
Part = tuple[str, RankingSettings, pd.DataFrame, pd.DataFrame, bool]


@dataclass(frozen=True, slots=True)
class CommonOrder:
    """All villages in one order.

    Attributes
    ----------
    villages : DataFrame
        Index (``plan``, ``village_id``), in order of rank: ``national_rank``, ``national_rank_in_group``, ``score`` (0 to 1), ``tied`` (how many
        others have the same score) and what the plan says of each.
    left_out : tuple of str
        Plans whose ranking differs from that of most.
    """

    villages: pd.DataFrame
    left_out: tuple[str, ...]


def common_order(parts: Sequence[Part]) -> CommonOrder:
    """One order over plans; of several rankings that of most villages counts, and of two as large that of the plan that comes first.

    Parameters
    ----------
    parts : sequence of (name, RankingSettings, villages, criteria values, uses sample data)
        Tables with index ``village_id``.
    """
    if not parts:
        return CommonOrder(pd.DataFrame(), ())
    kinds: dict[str, int] = {}
    for _, settings, villages, _, _ in parts:
        kinds[_kind(settings)] = kinds.get(_kind(settings), 0) + len(villages)
    ruling = max(kinds, key=lambda kind: kinds[kind])
    taken = [part for part in parts if _kind(part[1]) == ruling]
    names = [part[0] for part in taken]
    settings = taken[0][1]
    villages = pd.concat([part[2] for part in taken], keys=names, names=["plan", "village_id"])
    values = pd.concat([part[3] for part in taken], keys=names, names=["plan", "village_id"])
    order = order_of(values, settings.weighted_criteria(), settings, villages["households"])
    table = villages[[column for column in _SHOWN if column in villages]].rename(
        columns={"rank": "rank_in_plan", "rank_in_group": "rank_in_group_in_plan"}
    )
    table.insert(0, "national_rank", order.rank)
    table.insert(1, "national_rank_in_group", rank_within(order.rank, villages["responsibility"]))
    table.insert(2, "score", order.score)
    table.insert(3, "tied", order.tied_with.map(len))
    return CommonOrder(
        pd.DataFrame(table.sort_values("national_rank", kind="stable")), tuple(part[0] for part in parts if part not in taken)
    )


def _kind(settings: RankingSettings) -> str:
    """What must be the same for scores to compare; what only asks how sure an order is does not count."""
    told = settings.model_dump_json(exclude={"robustness", "top_k"})
    return f"{told} {[(c.name, c.bounds, c.weight) for c in settings.weighted_criteria()]}"
