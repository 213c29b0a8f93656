"""The villages of many plans in one order. Scores hang on a village's own row and on bounds that stand in the scenario, so they compare across
provinces wherever criteria, bounds, weights, method and service are the same; a plan with others stays out, and that is told."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import pandas as pd

from geo_planner.config import Scenario
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
Reason = Literal["other_service", "other_ranking", "same_area"]


@dataclass(frozen=True, slots=True)
class Part:
    """What of one plan a common order needs.

    Attributes
    ----------
    name, area : str
        Of the plan, and of its study area.
    scenario : Scenario
    villages, values : DataFrame
        Index ``village_id``: the plan's villages, and its values of the criteria.
    """

    name: str
    area: str
    scenario: Scenario
    villages: pd.DataFrame
    values: pd.DataFrame


@dataclass(frozen=True, slots=True)
class CommonOrder:
    """All villages in one order.

    Attributes
    ----------
    villages : DataFrame
        Index (``plan``, ``village_id``), in order of rank: ``national_rank``, ``national_rank_in_group``, ``score`` (0 to 1), ``tied`` (how many
        others have the same score) and what the plan says of each.
    left_out : tuple of (str, reason)
        Plans that take no part: what counts as signal is another there than in most, or the ranking is, or another plan of the same study
        area takes part already.
    """

    villages: pd.DataFrame
    left_out: tuple[tuple[str, Reason], ...]


def common_order(parts: Sequence[Part]) -> CommonOrder:
    """One order over plans; of several rankings that of most villages counts, and of two as large that of the plan that comes first.

    Every village takes part once: of several plans of one study area the first.
    """
    if not parts:
        return CommonOrder(pd.DataFrame(), ())
    ruling = _ruling(parts)
    taken: dict[str, Part] = {}
    left_out: list[tuple[str, Reason]] = []
    for part in parts:
        if _kind(part) != _kind(ruling):
            left_out.append((part.name, "other_ranking" if _service(part) == _service(ruling) else "other_service"))
        elif part.area in taken:
            left_out.append((part.name, "same_area"))
        else:
            taken[part.area] = part
    names = [part.name for part in taken.values()]
    settings = ruling.scenario.ranking
    villages = pd.concat([part.villages for part in taken.values()], keys=names, names=["plan", "village_id"])
    values = pd.concat([part.values for part in taken.values()], keys=names, names=["plan", "village_id"])
    order = order_of(values, settings.weighted_criteria(), settings, villages["households"])
    table = villages[[column for column in _SHOWN if column in villages]].rename(
        columns={"rank": "rank_in_plan", "rank_in_group": "rank_in_group_in_plan"}
    )
    table.insert(0, "national_rank", order.rank)
    table.insert(1, "national_rank_in_group", rank_within(order.rank, villages["responsibility"]))
    table.insert(2, "score", order.score)
    table.insert(3, "tied", order.tied_with.map(len))
    return CommonOrder(pd.DataFrame(table.sort_values("national_rank", kind="stable")), tuple(left_out))


def _ruling(parts: Sequence[Part]) -> Part:
    """The first plan of the kind to which most villages belong, those of a study area counted once."""
    counted: dict[str, dict[str, int]] = {}
    for part in parts:
        counted.setdefault(_kind(part), {}).setdefault(part.area, len(part.villages))
    most = max(counted, key=lambda kind: sum(counted[kind].values()))
    return next(part for part in parts if _kind(part) == most)


def _kind(part: Part) -> str:
    """What must be the same for scores to compare: of weights the proportions alone, and no words; how sure an order is does not count."""
    settings = part.scenario.ranking
    weighed = [c for c in settings.weighted_criteria() if c.weight > 0]
    total = sum(c.weight for c in weighed)
    # shares of weights of one proportion may differ by a last bit: 25, 20, 8 and 0.25, 0.2, 0.08
    criteria = sorted((c.name, c.column or "", c.bounds, f"{c.weight / total:.9f}") for c in weighed)
    return f"{_service(part)} {criteria} {settings.method} {settings.promethee} {settings.travel} {settings.cost}"


def _service(part: Part) -> str:
    """What counts as signal: "without signal" must mean the same everywhere. How large the model's error is differs from place to place."""
    service = part.scenario.service
    return f"{service.technology} {service.place} {service.rsrp_threshold_dbm} {service.min_probability} {service.full_coverage_share}"
