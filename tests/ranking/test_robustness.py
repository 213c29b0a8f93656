"""The simulation: repeatable, indifferent to the order of the rows, wider where something is missing."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geo_planner.preferences.settings import Robustness
from geo_planner.ranking import Criterion, rank_villages, simulate
from geo_planner.ranking import robustness as module
from geo_planner.ranking.robustness import draw_weights, stream
from geo_planner.ranking.scoring import ranks
from geo_planner.ranking.sensitivity import reweighted, swap_points, what_if
from tests.ranking.villages import criteria, households, known_matrices, matrices, values, weights

FEW = Robustness(draws=300)
NAMES = ("households_without_signal", "poverty_share", "no_coverage_probability", "standalone_cost_per_household_mvnd", "border")


def noisy(n: int = 12) -> tuple[pd.DataFrame, pd.DataFrame, tuple[Criterion, ...]]:
    rng = np.random.default_rng(11)
    index = pd.Index([f"LC{i:03d}" for i in range(n)], name="village_id")
    count, p = rng.integers(20, 150, n).astype(float), rng.random(n)
    table = pd.DataFrame(
        {
            "households_without_signal": count * (1 - p),
            "poverty_share": rng.random(n),
            "no_coverage_probability": 1 - p,
            "standalone_cost_per_household_mvnd": 3000 / count,
            "border": rng.integers(0, 2, n).astype(float),
        },
        index=index,
    )
    inputs = pd.DataFrame({"households": count, "coverage_probability": p}, index=index)
    return table, inputs, tuple(Criterion.model_validate({"name": name, "sd": 0.05 if name == "poverty_share" else None}) for name in NAMES)


@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_permuting_the_rows_changes_no_bit_of_the_simulation(data: st.DataObject) -> None:
    table, inputs, chosen = noisy()
    table.iloc[3, 1] = np.nan
    shuffled = data.draw(st.permutations(list(table.index)))
    first = simulate(table, chosen, FEW, inputs=inputs, top_k=3, seed=57).table
    second = simulate(table.loc[shuffled], chosen, FEW, inputs=inputs, top_k=3, seed=57).table
    assert list(second.index) == shuffled
    pd.testing.assert_frame_equal(second.loc[table.index], first, check_exact=True)


def test_two_runs_are_equal_and_another_seed_is_not() -> None:
    table, inputs, chosen = noisy()
    runs = [simulate(table, chosen, FEW, inputs=inputs, top_k=3, seed=seed).table for seed in (57, 57, 58)]
    pd.testing.assert_frame_equal(runs[0], runs[1], check_exact=True)
    assert not runs[0].equals(runs[2])


def test_the_size_of_the_chunks_does_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    table, inputs, chosen = noisy()
    table.iloc[3, 1] = np.nan
    whole = simulate(table, chosen, FEW, inputs=inputs, top_k=3, seed=57).table
    monkeypatch.setattr(module, "_CHUNK_NUMBERS", 7 * len(table))
    pd.testing.assert_frame_equal(simulate(table, chosen, FEW, inputs=inputs, top_k=3, seed=57).table, whole, check_exact=True)


def test_adding_a_village_changes_the_draws_of_no_other() -> None:
    """With a village far behind all others and fixed bounds, every other village keeps every rank in every draw."""
    table, inputs, chosen = noisy()
    fixed = Robustness(draws=300, methods=("weighted_sum",))
    before = simulate(table, chosen, fixed, inputs=inputs, top_k=3, seed=57).table
    last = pd.DataFrame([[0.0, 0.0, 0.0, 1e6, 0.0]], index=["AA"], columns=table.columns)
    longer = simulate(
        pd.concat([last, table]),
        chosen,
        fixed,
        inputs=pd.concat([pd.DataFrame({"households": [1.0], "coverage_probability": [1.0]}, index=["AA"]), inputs]),
        top_k=3,
        seed=57,
    ).table
    pd.testing.assert_frame_equal(longer.loc[table.index], before, check_exact=True, check_names=False)
    assert longer.loc["AA", "rank_low"] == len(table) + 1


def test_streams_are_keyed_by_purpose_and_village() -> None:
    draws = {(p, k): stream(57, p, k).random(3).tobytes() for p in ("households", "coverage") for k in ("LC001", "LC002")}
    assert len(set(draws.values())) == 4


def test_weights_are_dirichlet_around_the_chosen_ones() -> None:
    chosen = criteria((5, 3, 2, 0))
    drawn = draw_weights(chosen, draws=20_000, concentration=50, seed=1)
    np.testing.assert_allclose(drawn.sum(axis=1), 1.0, atol=1e-12)
    w = np.array([0.5, 0.3, 0.2, 0.0])
    np.testing.assert_allclose(drawn.mean(axis=0), w, atol=0.003)
    np.testing.assert_allclose(drawn.std(axis=0), np.sqrt(w * (1 - w) / 51), atol=0.002)


@settings(max_examples=10, deadline=None)
@given(table=matrices, w=weights)
def test_figures_of_the_simulation_fit_together(table: pd.DataFrame, w: tuple[float, ...]) -> None:
    inputs = pd.DataFrame({"households": households(table.index), "coverage_probability": 0.5}, index=table.index)
    found = simulate(table, criteria(w), Robustness(draws=100), inputs=inputs, top_k=3, seed=2)
    t = found.table
    assert found.top_k == (3, 5, 10)
    assert t.notna().all(axis=None)
    assert (t["rank_low"] <= t["rank_median"]).all()
    assert (t["rank_median"] <= t["rank_high"]).all()
    assert t["rank_low"].min() >= 1
    assert t["rank_high"].max() <= len(table)
    # as many villages as there are places stand in the first k of every draw
    assert t["p_top_5"].sum() == pytest.approx(min(5, len(table)))
    assert (t["p_top_3"] <= t["p_top_10"]).all()


def test_the_simulation_agrees_with_ranking_draw_by_draw() -> None:
    table, chosen = values([[9, 2, 4, 1], [3, 8, 6, 7], [5, 5, 5, 5], [8, 8, 1, 9], [2, 2, 9, 0]]), criteria()
    count = households(table.index)
    inputs = pd.DataFrame({"households": count, "coverage_probability": 0.5}, index=table.index)
    found = simulate(table, chosen, Robustness(draws=200, methods=("weighted_sum",)), inputs=inputs, top_k=2, seed=4).table
    u = np.clip((table.to_numpy() - [0, 0, 0, 10]) / [10, 10, 10, -10], 0, 1)
    drawn = draw_weights(chosen, draws=200, concentration=Robustness().concentration, seed=4)
    by_hand = np.array([ranks(pd.Series(u @ w, index=table.index), count) for w in drawn])
    np.testing.assert_allclose(found["p_top_2"], (by_hand <= 2).mean(axis=0), atol=1e-12)
    np.testing.assert_array_equal(found["rank_low"], np.quantile(by_hand, 0.05, axis=0, method="inverted_cdf"))
    np.testing.assert_array_equal(found["rank_high"], np.quantile(by_hand, 0.95, axis=0, method="inverted_cdf"))


def test_no_poverty_figure_widens_the_interval() -> None:
    table, inputs, chosen = noisy(20)
    village = table.index[7]
    table.loc[village, "poverty_share"] = 0.5
    known = simulate(table, chosen, Robustness(draws=2000), inputs=inputs, top_k=5, seed=57).table.loc[village]
    table.loc[village, "poverty_share"] = np.nan
    unknown = simulate(table, chosen, Robustness(draws=2000), inputs=inputs, top_k=5, seed=57).table.loc[village]
    assert unknown["rank_high"] - unknown["rank_low"] >= known["rank_high"] - known["rank_low"] + 2


@settings(deadline=None)
@given(table=matrices, w=weights)
def test_a_swap_point_applied_swaps_the_pair(table: pd.DataFrame, w: tuple[float, ...]) -> None:
    chosen, count = criteria(w), households(table.index)
    u = np.clip((table.to_numpy() - [0, 0, 0, 10]) / [10, 10, 10, -10], 0, 1)
    u = np.where(np.isnan(u), 0.5, u)
    share = np.array(w) / sum(w)
    rank = ranks(pd.Series(u @ share, index=table.index), count)
    swaps = swap_points(table, chosen, rank)
    at = {v: i for i, v in enumerate(table.index)}
    for row in swaps.to_dict("records"):
        j = [c.name for c in chosen].index(row["criterion"])
        assert abs(rank[row["village_id"]] - rank[row["other_id"]]) == 1
        upper, lower = (row["village_id"], row["other_id"]) if row["direction"] == "below" else (row["other_id"], row["village_id"])

        def lead(x: float, j: int = j, upper: str = upper, lower: str = lower) -> float:
            return float((u[at[upper]] - u[at[lower]]) @ reweighted(share, j, x))

        assert lead(row["weight_swap"]) == pytest.approx(0.0, abs=1e-9)
        past = row["weight_swap"] + np.copysign(1e-4, row["change"])
        if row["change"] == 0:
            # a tie: one side or the other turns the pair round
            assert min(lead(row["weight_swap"] - 1e-4), lead(row["weight_swap"] + 1e-4)) < 0
        elif 0 <= past <= 1:
            assert lead(past) < 0


@settings(deadline=None)
@given(table=known_matrices, w=weights)
def test_the_smallest_change_is_the_smallest_and_tells_the_rank_after_it(table: pd.DataFrame, w: tuple[float, ...]) -> None:
    chosen, count = criteria(w), households(table.index)
    u = np.clip((table.to_numpy() - [0, 0, 0, 10]) / [10, 10, 10, -10], 0, 1)
    share = np.array(w) / sum(w)
    rank = ranks(pd.Series(u @ share, index=table.index), count)
    swaps = swap_points(table, chosen, rank)
    for _, pair in swaps.groupby(["village_id", "direction"]):
        assert pair["smallest"].sum() == 1
        assert pair.loc[pair["smallest"], "change"].abs().iloc[0] == pair["change"].abs().min()
        assert pair.loc[pair["smallest"], "rank_after"].notna().all()


@settings(deadline=None)
@given(table=matrices, w=weights, data=st.data())
def test_what_if_gives_the_ranks_of_the_filled_in_datum(table: pd.DataFrame, w: tuple[float, ...], data: st.DataObject) -> None:
    chosen, count = criteria(w), households(table.index)
    doubts = what_if(table, chosen, households=count)
    assert len(doubts) == int(table.isna().sum().sum())
    if doubts.empty:
        return
    row = data.draw(st.sampled_from(doubts.to_dict("records")))
    c = next(c for c in chosen if c.name == row["criterion"])
    for bound, expected in ((c.bounds[1], row["rank_best"]), (c.bounds[0], row["rank_worst"])):
        filled = table.copy()
        filled.loc[row["village_id"], c.name] = bound
        assert rank_villages(filled, chosen, households=count).rank[row["village_id"]] == expected
    assert doubts.groupby("village_id")["matters_most"].sum().eq(1).all()
    assert doubts["span"].is_monotonic_decreasing
