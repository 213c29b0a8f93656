"""The ranking's rules: a gate that weights cannot touch, fixed bounds, contributions that add up."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.config import Scenario
from geo_planner.plan import Plan
from geo_planner.preferences import Criterion
from geo_planner.ranking import rank_villages, rank_within, responsibility


def criteria(weights: list[float]) -> tuple[Criterion, ...]:
    bounds = [(0.0, 100.0), (1.0, 0.0), (-5.0, 5.0)]
    return tuple(Criterion(name=f"c{i}", vi="x", en="x", bounds=b, weight=w) for i, (b, w) in enumerate(zip(bounds, weights, strict=True)))


value = st.one_of(st.none(), st.floats(-50, 150))
tables = st.lists(st.tuples(value, value, value), min_size=2, max_size=12).map(
    lambda rows: pd.DataFrame(rows, columns=["c0", "c1", "c2"], index=[f"v{i:02d}" for i in range(len(rows))], dtype=float)
)
weight_lists = st.lists(st.floats(0, 10), min_size=3, max_size=3).filter(lambda w: sum(w) > 0.1)


def order(table: pd.DataFrame, weights: list[float]) -> list[str]:
    ranking = rank_villages(table, criteria(weights), households=pd.Series(10, table.index))
    return list(ranking.rank.sort_values().index)


@given(tables, weight_lists)
@settings(max_examples=60, deadline=None)
def test_contributions_add_up_to_a_score_between_0_and_1(table: pd.DataFrame, weights: list[float]) -> None:
    ranking = rank_villages(table, criteria(weights), households=pd.Series(1, table.index))
    assert np.allclose(ranking.contributions.sum(axis=1), ranking.score, rtol=0, atol=1e-12)
    assert ranking.score.between(-1e-12, 1 + 1e-12).all()
    assert sorted(ranking.rank) == list(range(1, len(table) + 1))


@given(tables, weight_lists)
@settings(max_examples=60, deadline=None)
def test_taking_a_village_away_reorders_nobody(table: pd.DataFrame, weights: list[float]) -> None:
    gone = table.index[0]
    assert order(table.drop(gone), weights) == [v for v in order(table, weights) if v != gone]


@given(tables, weight_lists, st.floats(0.01, 50))
@settings(max_examples=60, deadline=None)
def test_only_proportions_of_weights_count(table: pd.DataFrame, weights: list[float], factor: float) -> None:
    scores = [
        rank_villages(table, criteria(w), households=pd.Series(1, table.index)).score for w in (weights, [w * factor for w in weights])
    ]
    assert np.allclose(scores[0], scores[1], atol=1e-12)


@given(tables, weight_lists, st.randoms())
@settings(max_examples=40, deadline=None)
def test_row_order_does_not_matter(table: pd.DataFrame, weights: list[float], random: object) -> None:
    shuffled = table.sample(frac=1, random_state=random.randrange(2**31))  # type: ignore[attr-defined]
    assert order(shuffled, weights) == order(table, weights)


@given(tables, weight_lists, st.floats(0, 60))
@settings(max_examples=60, deadline=None)
def test_greater_need_never_ranks_lower(table: pd.DataFrame, weights: list[float], more: float) -> None:
    village = table.index[-1]
    needier = table.assign(c0=table["c0"].where(table.index != village, table["c0"] + more))
    assert order(needier, weights).index(village) <= order(table, weights).index(village)


def test_missing_counts_as_the_midpoint_and_is_listed() -> None:
    table = pd.DataFrame({"c0": [np.nan, 50.0], "c1": [0.0, 0.0], "c2": [0.0, 0.0]}, index=["a", "b"])
    ranking = rank_villages(table, criteria([1, 1, 1]), households=pd.Series([1, 1], table.index))
    assert ranking.missing.to_dict() == {"a": ("c0",), "b": ()}
    assert ranking.score["a"] == pytest.approx(ranking.score["b"])
    assert ranking.contributions.notna().all(axis=None)


def test_ties_go_to_more_households_then_to_the_id() -> None:
    table = pd.DataFrame(0.5, index=["c", "a", "b", "d"], columns=["c0", "c1", "c2"])
    households = pd.Series([5, 5, 9, None], table.index, dtype="Int64")
    assert rank_villages(table, criteria([1, 2, 3]), households=households).rank.sort_values().index.tolist() == ["b", "a", "c", "d"]


@pytest.mark.parametrize(
    ("power", "difficult", "who", "why"),
    [
        ("no", True, "power_first", "power_first"),
        ("no", None, "power_first", "power_first"),
        ("planned", True, "power_first", "power_first"),
        ("yes", True, "fund", "fund"),
        ("yes", False, "operator", "operator"),
        ("yes", None, "undecided", "ask_difficult"),
        (None, True, "undecided", "ask_power"),
        (None, None, "undecided", "ask_power"),
    ],
)
def test_responsibility_follows_power_and_status(power: str | None, difficult: bool | None, who: str, why: str) -> None:
    villages = pd.DataFrame({"grid_power": pd.array([power], "string"), "extremely_difficult": pd.array([difficult], "boolean")})
    assert responsibility(villages)[["responsibility", "responsibility_reason"]].iloc[0].tolist() == [who, why]


def test_rank_within_counts_anew() -> None:
    rank = pd.Series([3, 1, 2, 4], index=list("abcd"))
    group = pd.Series(["x", "x", "y", "y"], index=list("abcd"))
    assert rank_within(rank, group).to_dict() == {"a": 2, "b": 1, "c": 1, "d": 2}


def test_a_region_that_nobody_states_is_unknown(plan: Plan, scenario: Scenario) -> None:
    """In the bundled layer a blank class means none; the value is known for every village."""
    assert plan.criteria_values["region_iii"].notna().all()
    assert set(plan.villages.loc[plan.villages["missing"].map(bool)].index) == {"LC001"}
