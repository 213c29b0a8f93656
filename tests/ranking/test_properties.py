"""Rules that hold for every list of villages."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.preferences.settings import Criterion, Promethee
from geo_planner.ranking import METHODS, RankingSettings, compare, rank_villages, responsibility
from geo_planner.ranking.methods import contributions
from geo_planner.ranking.scoring import MIDPOINT, rank_within, ranks, urgency
from tests.ranking.villages import criteria, households, known_matrices, matrices, number, values, weights

FIXED = ("weighted_sum", "topsis_fixed")


def order(table: pd.DataFrame, chosen: tuple[Criterion, ...], method: str, count: pd.Series | None = None) -> pd.Series:
    """Ranks by one method."""
    u = urgency(table, chosen).fillna(MIDPOINT)
    score = pd.Series(contributions(method, u.to_numpy(), chosen, Promethee()).sum(axis=1), index=table.index)
    return ranks(score, households(table.index) if count is None else count)


def follows(rank: pd.Series) -> list[str]:
    return list(rank.sort_values().index)


@pytest.mark.parametrize("method", FIXED)
@settings(deadline=None)
@given(table=matrices, w=weights, row=st.lists(number, min_size=4, max_size=4), data=st.data())
def test_adding_removing_or_duplicating_a_village_never_reorders_the_others(
    method: str, table: pd.DataFrame, w: tuple[float, ...], row: list[float], data: st.DataObject
) -> None:
    chosen = criteria(w)
    before = follows(order(table, chosen, method))
    twin = data.draw(st.sampled_from(list(table.index)))
    for extra in (row, list(table.loc[twin])):
        longer = pd.concat([table, pd.DataFrame([extra], index=["X"], columns=table.columns)])
        after = follows(order(longer, chosen, method, households(longer.index)))
        assert [v for v in after if v != "X"] == before
    rest = table.drop(index=twin)
    count = households(table.index).drop(twin)
    assert follows(order(rest, chosen, method, count)) == [v for v in before if v != twin]


def test_topsis_can_reverse_ranks_and_says_so() -> None:
    """A third village changes the norms of TOPSIS and swaps the other two."""
    rng = np.random.default_rng(3)
    chosen = criteria((1, 1, 1, 1))
    reversals = 0
    for _ in range(200):
        table = values((rng.integers(0, 11, (6, 4))).tolist())
        before, after = follows(order(table.iloc[:5], chosen, "topsis")), follows(order(table, chosen, "topsis"))
        reversals += [v for v in after if v != "V05"] != before
    assert reversals > 0
    assert METHODS["topsis"].can_reverse_ranks
    assert METHODS["promethee_ii"].can_reverse_ranks
    assert not any(METHODS[m].can_reverse_ranks for m in FIXED)


@pytest.mark.parametrize("method", ["weighted_sum", "topsis_fixed", "topsis", "promethee_ii"])
@settings(max_examples=25, deadline=None)
@given(table=matrices, w=weights, factor=st.sampled_from([0.001, 0.5, 2.0, 3.0, 25.0]))
def test_scaling_all_weights_changes_nothing(method: str, table: pd.DataFrame, w: tuple[float, ...], factor: float) -> None:
    scaled = tuple(x * factor for x in w)
    pd.testing.assert_series_equal(order(table, criteria(w), method), order(table, criteria(scaled), method))


@settings(deadline=None)
@given(table=known_matrices, w=weights, data=st.data())
def test_improving_one_criterion_never_lowers_a_rank(table: pd.DataFrame, w: tuple[float, ...], data: st.DataObject) -> None:
    chosen = criteria(w)
    village = data.draw(st.sampled_from(list(table.index)))
    c = data.draw(st.sampled_from(chosen))
    step = data.draw(st.integers(0, 40)) / 8.0
    better = table.copy()
    better.loc[village, c.name] += step if c.bounds[1] > c.bounds[0] else -step
    count = households(table.index)
    assert rank_villages(better, chosen, households=count).rank[village] <= rank_villages(table, chosen, households=count).rank[village]


@pytest.mark.parametrize("method", ["weighted_sum", "topsis_fixed", "topsis", "promethee_ii"])
@settings(max_examples=25, deadline=None)
@given(table=matrices, w=weights, data=st.data())
def test_permuting_the_rows_permutes_the_result(method: str, table: pd.DataFrame, w: tuple[float, ...], data: st.DataObject) -> None:
    shuffled = table.loc[data.draw(st.permutations(list(table.index)))]
    count = households(table.index)
    pd.testing.assert_series_equal(order(shuffled, criteria(w), method, count).sort_index(), order(table, criteria(w), method, count))


@pytest.mark.parametrize("method", ["weighted_sum", "topsis_fixed", "topsis", "promethee_ii"])
@settings(max_examples=25, deadline=None)
@given(table=matrices, w=weights)
def test_contributions_are_finite_and_add_up_to_the_score(method: str, table: pd.DataFrame, w: tuple[float, ...]) -> None:
    chosen = criteria(w)
    result = rank_villages(table, chosen, households=households(table.index))
    np.testing.assert_allclose(result.contributions.sum(axis=1), result.score, rtol=0, atol=1e-9)
    u = urgency(table, chosen).fillna(MIDPOINT).to_numpy()
    shares = contributions(method, u, chosen, Promethee())
    score = compare(table, RankingSettings(criteria=chosen), households=households(table.index)).scores[method]
    assert np.isfinite(shares).all()
    np.testing.assert_allclose(shares.sum(axis=1), score, rtol=0, atol=1e-9)
    assert ((score > -1e-12) & (score < 1 + 1e-12)).all()


@settings(deadline=None)
@given(table=matrices, w=weights)
def test_what_is_missing_counts_as_the_midpoint_and_is_listed(table: pd.DataFrame, w: tuple[float, ...]) -> None:
    chosen = criteria(w)
    result = rank_villages(table, chosen, households=households(table.index))
    share = np.array(w) / sum(w)
    for village in table.index:
        gone = tuple(n for n in table.columns if np.isnan(table.loc[village, n]))
        assert result.missing[village] == gone
        for j, name in enumerate(table.columns):
            if name in gone:
                assert result.contributions.loc[village, name] == pytest.approx(share[j] / 2)


def test_ties_go_to_more_households_then_to_the_smaller_id() -> None:
    table = values([[5, 5, 5, 5]] * 4)
    count = pd.Series([10, 30, 30, pd.NA], index=table.index, dtype="Int64")
    assert follows(rank_villages(table, criteria(), households=count).rank) == ["V01", "V02", "V00", "V03"]


power = st.sampled_from(["yes", "no", "planned", pd.NA])
difficult = st.sampled_from([True, False, pd.NA])


@settings(deadline=None)
@given(rows=st.lists(st.tuples(power, difficult), min_size=1, max_size=8))
def test_the_gate_follows_the_rules_and_reads_nothing_else(rows: list[tuple[object, object]]) -> None:
    """It takes no weights at all; further columns and further villages leave it as it is."""
    index = pd.Index([f"V{i}" for i in range(len(rows))], name="village_id")
    table = pd.DataFrame(
        {
            "grid_power": pd.array([p for p, _ in rows], dtype="string"),
            "extremely_difficult": pd.array([d for _, d in rows], dtype="boolean"),
        },
        index=index,
    )
    who = responsibility(table)
    for (p, d), found in zip(rows, who["responsibility"], strict=True):
        if pd.isna(p):
            assert found == "undecided"
        elif p != "yes":
            assert found == "power_first"
        elif pd.isna(d):
            assert found == "undecided"
        else:
            assert found == ("fund" if d else "operator")
    pd.testing.assert_frame_equal(responsibility(table.assign(score=1.0).iloc[::-1]).iloc[::-1], who)


def test_rank_within_groups_keeps_the_overall_order() -> None:
    rank = pd.Series([3, 1, 2, 4], index=list("abcd"))
    assert rank_within(rank, pd.Series(["x", "y", "x", "x"], index=list("abcd"))).tolist() == [2, 1, 1, 3]
