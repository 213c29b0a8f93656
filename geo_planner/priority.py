"""Who comes first: responsibility (a gate, never a score) and a weighted sum with fixed bounds.

Because every criterion is scaled by bounds that stand in the scenario, a village's score depends on its own row alone: adding or removing
another village never reorders the rest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd

from geo_planner.config import Criterion

MIDPOINT = 0.5
"""Urgency of a criterion whose value is not known: the middle of its bounds, listed as missing."""
ROAD_DIFFICULTY = {"car": 0.0, "motorbike": 0.5, "foot": 1.0}


@dataclass(frozen=True, slots=True)
class Ranking:
    """Result of the weighted sum, all on the index of the villages.

    Attributes
    ----------
    score : Series of float
        0 to 1.
    rank : Series of int
        1 for the first; ties go to the larger number of households, then to the smaller id.
    contributions : DataFrame
        One column a criterion; rows add up to `score`.
    missing : Series of tuple of str
        Criteria counted at the midpoint.
    """

    score: pd.Series
    rank: pd.Series
    contributions: pd.DataFrame
    missing: pd.Series


def responsibility(villages: pd.DataFrame) -> pd.DataFrame:
    """Who pays, by the three-way split; electricity is a gate.

    Parameters
    ----------
    villages : DataFrame
        Columns ``grid_power`` and ``extremely_difficult``; NA where not known.

    Returns
    -------
    DataFrame
        Same index: ``responsibility`` and ``responsibility_reason`` (a key of ``labels.RESPONSIBILITY_REASONS``). What
        is not known leaves the village undecided, with the question to ask.
    """
    power, difficult = villages["grid_power"], villages["extremely_difficult"]
    # power that is only planned is not there yet: the fund cannot build on it
    no_power = power.isin(["no", "planned"])
    has_power = (power == "yes").fillna(False).astype(bool)
    is_difficult = difficult.fillna(False).astype(bool)
    conditions = [no_power, has_power & is_difficult, has_power & difficult.notna(), has_power]
    who = np.select(conditions, ["power_first", "fund", "operator", "undecided"], "undecided")
    why = np.select(conditions, ["power_first", "fund", "operator", "ask_difficult"], "ask_power")
    return pd.DataFrame({"responsibility": who, "responsibility_reason": why}, index=villages.index).astype("string")


DERIVED = ("poverty_share", "road_difficulty", "no_coverage_probability", "region_iii")
"""Criteria that are worked out; every other one is a column of the villages or of what a plan adds to them."""


def criteria_values(villages: pd.DataFrame, criteria: Sequence[Criterion]) -> pd.DataFrame:
    """The value of each criterion for each village, NaN where not known.

    A criterion reads the derived quantity of its name (:data:`DERIVED`), else the column of its name: a number, or yes/no as 1/0.

    Parameters
    ----------
    villages : DataFrame
        Columns of ``schema.VILLAGES`` and those that the coverage and the communes add (``coverage_probability``,
        ``nearest_site_km``, ``border``, ``region_class``).

    """
    households = villages["households"].astype(float)
    poor = villages["poor_households"].astype(float) + villages["near_poor_households"].astype(float)
    derived = {
        "poverty_share": (poor / households.where(households > 0)).clip(upper=1.0),
        "road_difficulty": villages["road_access"].map(ROAD_DIFFICULTY),
        "no_coverage_probability": 1.0 - villages["coverage_probability"].astype(float),
        "region_iii": (villages["region_class"].fillna("") == "III").where(villages["region_known"]),
    }
    columns = {c.name: derived[c.name] if c.name in derived else villages[c.name] for c in criteria}
    return pd.DataFrame({name: _numbers(values) for name, values in columns.items()}, index=villages.index)


def _numbers(values: pd.Series) -> pd.Series:
    words = values.map({"yes": 1.0, "no": 0.0}) if values.dtype == "string" else None
    if words is not None and words.notna().sum() == values.notna().sum():
        return words.astype(float)
    return pd.to_numeric(values, errors="coerce").astype("Float64").astype(float)


def rank_villages(values: pd.DataFrame, criteria: Sequence[Criterion], *, households: pd.Series) -> Ranking:
    """Weighted sum of the scaled criteria.

    Parameters
    ----------
    values : DataFrame
        As :func:`criteria_values` gives them, index ``village_id``.
    criteria : sequence of Criterion
        Bounds and weights; only the proportions of the weights count.
    households : Series
        For ties; NA counts as none.
    """
    names = [c.name for c in criteria]
    low = np.array([c.bounds[0] for c in criteria])
    high = np.array([c.bounds[1] for c in criteria])
    weights = np.array([c.weight for c in criteria], dtype=float)
    known = values[names].to_numpy(dtype=float)
    urgency = np.clip((known - low) / (high - low), 0.0, 1.0)
    missing = np.isnan(urgency)
    contributions = np.where(missing, MIDPOINT, urgency) * (weights / weights.sum())
    score = pd.Series(contributions.sum(axis=1), index=values.index, name="score")
    return Ranking(
        score,
        _ranks(score, households),
        pd.DataFrame(contributions, index=values.index, columns=names),
        pd.Series([tuple(n for n, gone in zip(names, row, strict=True) if gone) for row in missing], index=values.index, name="missing", dtype=object),
    )


def _ranks(score: pd.Series, households: pd.Series) -> pd.Series:
    # scores that differ only by rounding of the sum are ties
    order = pd.DataFrame({"score": score.round(12), "households": households.astype("Float64").fillna(0.0), "id": score.index}, index=score.index)
    order = order.sort_values(["score", "households", "id"], ascending=[False, False, True])
    return pd.Series(np.arange(1, len(order) + 1), index=order.index, name="rank").reindex(score.index)


def rank_within(rank: pd.Series, group: pd.Series) -> pd.Series:
    """Rank counted anew within each group, in the order of the overall rank."""
    return rank.groupby(group).rank(method="first").astype("int64").rename("rank_in_group")
