"""Greater need never comes later, whatever method, weights and gaps in the data."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.preferences.settings import Robustness
from geo_planner.ranking import METHODS, RankingSettings, compare, rank_villages, simulate
from geo_planner.ranking.scoring import MIDPOINT, ranks, steps, urgency
from tests.ranking.villages import NAMES, criteria, values

# tenths beyond both ends of the scale, so that clipping, ties and dominance are all common; blanks count as the midpoint
cell = st.one_of(st.integers(-3, 13).map(float), st.just(float("nan")), st.floats(-2, 12))
# the same few rows again and again, so that long lists hold many pairs of which one outdoes the other
row = st.lists(cell, min_size=4, max_size=4)
lists = st.lists(row, min_size=2, max_size=50).map(values)
weight = st.one_of(st.integers(0, 40).map(float), st.sampled_from([1e-6, 0.001, 1000.0]), st.floats(0.001, 1000))
weightings = st.lists(weight, min_size=4, max_size=4).filter(lambda w: sum(w) > 0)


def outdoes(table: pd.DataFrame, w: list[float]) -> np.ndarray:
    """[i, j]: village i is at least as urgent as j in every criterion that counts, and visibly more in one."""
    u = urgency(table, criteria(tuple(w))).fillna(MIDPOINT).to_numpy()[:, np.array(w) > 0]
    level = steps(u)
    return np.asarray((u[:, None] >= u[None]).all(axis=2) & (level[:, None] > level[None]).any(axis=2))


@settings(max_examples=150, deadline=None)
@given(table=lists, w=weightings, data=st.data())
def test_no_method_ranks_a_village_below_one_that_it_outdoes(table: pd.DataFrame, w: list[float], data: st.DataObject) -> None:
    """By no method offered, ties included: the number of households may say the opposite."""
    count = pd.Series(data.draw(st.lists(st.integers(0, 3), min_size=len(table), max_size=len(table))), index=table.index, dtype="Int64")
    chosen = criteria(tuple(w))
    over = outdoes(table, w)
    compared = compare(table, RankingSettings(criteria=chosen), households=count)
    assert set(compared.ranks) == set(METHODS)
    for method, places in compared.ranks.items():
        place = places.to_numpy()
        assert not (over & (place[:, None] > place[None])).any(), method
    place = rank_villages(table, chosen, households=count).rank.to_numpy()
    assert not (over & (place[:, None] > place[None])).any()


@settings(max_examples=60, deadline=None)
@given(
    rows=st.lists(st.lists(st.integers(0, 10).map(float), min_size=4, max_size=4), min_size=2, max_size=30), w=weightings, data=st.data()
)
def test_a_village_made_from_another_by_more_need_stands_above_it(rows: list[list[float]], w: list[float], data: st.DataObject) -> None:
    """The pair is made, not found: each list holds one, with the needier village the smaller and the later in the alphabet."""
    base = data.draw(st.sampled_from(rows))
    j = data.draw(st.sampled_from([i for i in range(4) if w[i] > 0]))
    more = list(base)
    more[j] += data.draw(st.sampled_from([1e-4, 0.01, 0.3, 2.0])) * (-1 if NAMES[j] == "d" else 1)
    table = values([*rows, base, more])
    upper, lower = table.index[-1], table.index[-2]
    if not outdoes(table, w)[len(rows) + 1, len(rows)]:
        return  # both beyond the bound
    count = pd.Series(9, index=table.index, dtype="Int64")
    count[upper] = 1
    compared = compare(table, RankingSettings(criteria=criteria(tuple(w))), households=count)
    assert (compared.ranks.loc[upper] < compared.ranks.loc[lower]).all()


def test_a_village_past_a_comfortable_middle_is_not_ranked_below_one_short_of_it() -> None:
    """7.3 hours to the seat against 4.8, all else the same: no second opinion may place the nearer one first."""
    known = [{"name": "travel_to_seat_h"}, {"name": "nearest_site_km"}, {"name": "poverty_share"}]
    chosen = RankingSettings.model_validate({"criteria": known})
    table = pd.DataFrame(
        {"travel_to_seat_h": [4.8, 7.3], "nearest_site_km": [12.0, 12.0], "poverty_share": [0.6, 0.6]},
        index=pd.Index(["A1", "A3"], name="village_id"),
    )
    places = compare(table, chosen, households=pd.Series([90, 40], index=table.index)).ranks
    assert (places.loc["A3"] < places.loc["A1"]).all()


@pytest.mark.parametrize("method", ["weighted_sum", "topsis_fixed", "topsis"])
@settings(max_examples=20, deadline=None)
@given(table=lists, w=st.lists(st.integers(1, 40).map(float), min_size=4, max_size=4))
def test_nor_do_the_draws_of_the_simulation(method: Any, table: pd.DataFrame, w: list[float]) -> None:
    """Where nothing but the weights is drawn, a village that outdoes another is nowhere less likely among the first."""
    filled = table.fillna(dict(zip(NAMES, (5.0,) * 4, strict=True)))
    inputs = pd.DataFrame({"households": 5, "coverage_probability": 0.5}, index=table.index)
    drawn = simulate(filled, criteria(tuple(w)), Robustness(draws=100, methods=(method,)), inputs=inputs, top_k=3, seed=3).table
    for i, j in np.argwhere(outdoes(filled, w)):
        upper, lower = drawn.iloc[i], drawn.iloc[j]
        for k in (3, 5, 10):
            assert upper[f"p_top_{k}"] >= lower[f"p_top_{k}"] - 1e-9
        assert upper["rank_low"] <= lower["rank_low"]
        assert upper["rank_high"] <= lower["rank_high"]


def test_where_a_method_sees_no_difference_need_goes_before_households() -> None:
    """PROMETHEE does not count small differences: the tie is told, and is not settled against the needier village."""
    table = values([[5.0, 5, 5, 5], [5.2, 5, 5, 5], [1, 1, 1, 9]])
    compared = compare(table, RankingSettings(criteria=criteria()), households=pd.Series([80, 20, 50], index=table.index))
    assert compared.scores.loc["V00", "promethee_ii"] == pytest.approx(compared.scores.loc["V01", "promethee_ii"])
    assert compared.tied_with.loc["V00", "promethee_ii"] == ("V01",)
    assert compared.ranks["promethee_ii"].tolist() == [2, 1, 3]
    assert compared.tied_with.loc["V00", "weighted_sum"] == ()


def test_need_settles_no_tie_between_villages_that_differ_both_ways() -> None:
    score = pd.Series([0.5, 0.5, 0.5], index=list("abc"))
    u = np.array([[0.4, 0.6], [0.6, 0.4], [0.4, 0.6]])
    assert ranks(score, pd.Series([1, 3, 2], index=list("abc")), u).tolist() == [3, 1, 2]
